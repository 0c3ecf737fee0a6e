"""Loading a workspace of 1,000 dossiers against plain yaml.CSafeLoader over the same files."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml

from benchmarks.measure import function, table
from crmaudit.workspace import load

SYSTEMS, ENTITIES = 1_000, 500

DOSSIER = """\
id: system-{n}
name: System number {n}
vendor: Vendor {v}
kind: crm
description: |
  Holds what department {v} knows about its customers.
  Used daily by everybody who answers the telephone.
owners:
  business: p{v}
  it: p{w}
documentation:
  system: {{location: shelf {n}, status: complete, updated: 2025-03-04}}
  database: {{location: wiki, status: partly, tables: 40}}
perceived_quality:
  - {{who: p{v}, score: 4, when: 2026-05-06}}
  - {{who: p{w}, score: 2, when: 2026-05-07, entity: entity-{e}}}
costs:
  - {{year: 2024, kind: licence, amount: 1200}}
  - {{year: 2025, kind: licence, amount: 1300}}
  - {{year: 2026, kind: hosting, amount: 800, currency: EUR}}
support:
  provider: in-house
  skills:
    - skill: SQL
      needed: 3
      held:
        - {{person: p{v}, level: 3}}
        - {{person: p{w}, level: 1}}
lifecycle:
  phase: active
  since: 2015-01-01
  vendor_support_ends: 2029-12-31
contract:
  partner: Vendor {v}
  end: 2027-12-31
  notice_days: 90
interfaces:
  - {{kind: api, direction: both, documented: true}}
  - {{kind: file export, direction: out}}
licences:
  - {{type: named, entitled: 40, assigned: 35, unit_cost: 90}}
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
notes: >
  Nothing else is known of it.
"""


def generate(folder: Path, systems: int = SYSTEMS, entities: int = ENTITIES) -> list[Path]:
    """A workspace of dossiers of about 60 lines."""
    (folder / "systems").mkdir(parents=True)
    (folder / "audit.yaml").write_text("organisation: Large\nas_of: 2026-10-31\ncurrency: EUR\n")
    people = "".join(f"  - {{id: p{i}, name: Person {i}}}\n" for i in range(50))
    (folder / "people.yaml").write_text("people:\n" + people)
    body = "".join(
        f"  - id: entity-{i}\n    name: Entity {i}\n    definition: The thing number {i}.\n"
        for i in range(entities)
    )
    (folder / "entities.yaml").write_text("entities:\n" + body)
    for n in range(systems):
        text = DOSSIER.format(
            n=n,
            v=n % 50,
            w=(n * 7 + 3) % 50,
            e=n % entities,
            f=(n + 1) % entities,
            g=(n + 2) % entities,
            h=(n + 3) % entities,
            t=(n + 1) % systems,
        )
        (folder / "systems" / f"system-{n}.yaml").write_text(text)
    return sorted(folder.rglob("*.yaml"))


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = generate(folder)

        def plain() -> None:
            for path in files:
                yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)

        lines = sum(p.read_text().count("\n") for p in files)
        table(
            f"Workspace of {SYSTEMS:,} dossiers ({lines:,} lines of YAML), CPU seconds",
            [
                ("yaml.CSafeLoader", function(plain)),
                ("crmaudit: load and validate", function(lambda: load(folder))),
            ],
        )
