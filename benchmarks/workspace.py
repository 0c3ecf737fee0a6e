"""Loading a workspace of 1,000 dossiers against plain yaml.CSafeLoader over the same files."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml

from benchmarks.measure import function, table
from crmaudit.workspace import load

SYSTEMS, ENTITIES, PEOPLE = 1_000, 500, 50

DOSSIER = """\
id: system-{n}
name: System number {n}
vendor: Vendor {v}
kind: {kind}
description: |
  Holds what department {v} knows about its customers.
  Used daily by everybody who answers the telephone.
owners:
  business: p{v}
  it: {it}
documentation:
  system: {{location: shelf {n}, status: {status}, updated: 20{year}-03-04}}
  database: {{location: wiki, status: partly, tables: 40}}
perceived_quality:
  - {{who: p{v}, score: {score}, when: 2026-05-06}}
  - {{who: p{w}, score: 2, when: 2026-05-07, entity: entity-{e}}}
costs:
  - {{year: 2025, kind: licence, amount: 13{v:02}}}
  - {{year: 2026, kind: licence, amount: 14{v:02}}}
  - {{year: 2026, kind: hosting, amount: 8{v:02}, currency: EUR}}
support:
  provider: in-house
  skills:
    - skill: SQL
      needed: 3
      held:
        - {{person: p{v}, level: 3}}
        - {{person: p{w}, level: {level}}}
lifecycle:
  phase: {phase}
  since: 20{since}-01-01
  vendor_support_ends: 20{until}-12-31
contract:
  partner: Vendor {v}
  end: 2027-12-31
  notice_days: 90
interfaces:
  - {{kind: api, direction: both, documented: true}}
  - {{kind: file export, direction: out}}
licences:
  - {{type: named, entitled: 40, assigned: 35, unit_cost: 90}}
users: {users}
criticality: {criticality}
crud_complete: true
crud:
  entity-{e}: CRU
  entity-{f}: R
  entity-{g}: CRUD
  entity-{h}: R
feeds:
  - to: system-{t}
    entities: [entity-{e}]
    by: file
    frequency: daily
    owner: p{w}
maintenance:
  provider: in-house
  backup: {{frequency: daily, last: 2026-10-30}}
  restore_test: {{frequency: yearly, last: 2026-02-01}}
  index_care: {{frequency: weekly, last: 2026-10-25}}
"""
_KINDS = ("crm", "erp", "billing", "newsletter", "database", "spreadsheet", "reporting", "other")
_PHASES = ("active", "active", "active", "phase-in", "active", "phase-out", "active", "active")
_STATUS = ("complete", "partly", "outdated")
_CRITICALITY = ("low", "medium", "high", "critical")


def generate(folder: Path, systems: int = SYSTEMS, entities: int = ENTITIES) -> list[Path]:
    """A workspace of dossiers of about 60 lines that differ; always the same one."""
    (folder / "systems").mkdir(parents=True)
    (folder / "audit.yaml").write_text("organisation: Large\nas_of: 2026-10-31\ncurrency: EUR\n")
    people = "".join(f"  - {{id: p{i}, name: Person {i}}}\n" for i in range(PEOPLE))
    (folder / "people.yaml").write_text("people:\n" + people)
    body = "".join(
        f"  - id: entity-{i}\n    name: Entity {i}\n    definition: The thing number {i}.\n"
        for i in range(entities)
    )
    (folder / "entities.yaml").write_text("entities:\n" + body)
    for n in range(systems):
        (folder / "systems" / f"system-{n}.yaml").write_text(_dossier(n, systems, entities))
    return sorted(folder.rglob("*.yaml"))


def _dossier(n: int, systems: int, entities: int) -> str:
    other = (n * 7 + 3) % PEOPLE
    return DOSSIER.format(
        n=n,
        v=n % PEOPLE,
        w=other,
        # Every ninth lacks an owner.
        it="" if n % 9 == 0 else f"p{other}",
        kind=_KINDS[n % len(_KINDS)],
        phase=_PHASES[n % len(_PHASES)],
        status=_STATUS[n % len(_STATUS)],
        criticality=_CRITICALITY[n % len(_CRITICALITY)],
        year=20 + n % 6,
        since=10 + n % 15,
        until=25 + n % 8,
        score=1 + n % 5,
        level=1 + n % 3,
        users=1 + n * 37 % 400,
        e=n % entities,
        f=(n + 1) % entities,
        g=(n + 2) % entities,
        h=(n + 3) % entities,
        t=(n + 1) % systems,
    )


def read_plainly(files: list[Path]) -> None:
    """The peer: what reading the YAML alone takes."""
    for path in files:
        yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = generate(folder)
        lines = sum(p.read_text().count("\n") for p in files)
        table(
            f"Workspace of {SYSTEMS:,} dossiers ({lines:,} lines of YAML), CPU seconds",
            [
                ("yaml.CSafeLoader", function(lambda: read_plainly(files))),
                ("crmaudit: load and validate", function(lambda: load(folder))),
            ],
        )
