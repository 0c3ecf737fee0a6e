"""Loading takes at most three times what reading the YAML alone would take."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from crmaudit.workspace import load

SYSTEMS = 200
DOSSIER = """\
id: s{i}
name: System number {i}
vendor: Vendor {v}
kind: other
description: Keeps what the department of numbers needs, in some detail.
owners:
  business: Anna Example
  it: Bert Example
documentation:
  system: https://wiki.example.org/s{i}
  database:
    location: https://wiki.example.org/s{i}/db
    status: partly
    updated: 2025-03-01
    tables: 12
perceived_quality:
  - who: reception
    score: 3
    when: 2026-01-15
    entity: e{i}
costs:
  - year: 2025
    kind: licence
    amount: 12000
  - year: 2025
    kind: maintenance
    amount: 3400.50
    currency: EUR
support:
  provider: in-house
  skills:
    - skill: SQL
      needed: 3
      held:
        - person: Anna Example
          level: 3
lifecycle:
  phase: active
  since: 2017-06-01
  vendor_support_ends: 2028-12-31
contract:
  partner: Vendor {v}
  end: 2027-12-31
  notice_days: 90
interfaces:
  - kind: sql
    documented: true
licences:
  - type: named
    entitled: 50
    unit_cost: 120
crud:
  e{i}: CRUD
  e{next}: R
feeds:
  - to: s{next}
    entities: [e{i}]
    by: file
    frequency: daily
maintenance:
  provider: in-house
  backup: {{frequency: daily, last: 2026-10-01}}
"""


@pytest.mark.slow
def test_loading_a_portfolio(tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Big\n")
    entities = "".join(f"  - {{id: e{i}, name: Entity {i}}}\n" for i in range(SYSTEMS))
    (tmp_path / "entities.yaml").write_text(f"entities:\n{entities}")
    for i in range(SYSTEMS):
        text = DOSSIER.format(i=i, v=i % 40, next=(i + 1) % SYSTEMS)
        (tmp_path / f"systems/s{i}.yaml").write_text(text)
    files = sorted(tmp_path.rglob("*.yaml"))
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    load(tmp_path)  # models are built on first use
    plain = _seconds(lambda: [yaml.load(f.read_bytes(), loader) for f in files])
    ours = _seconds(lambda: load(tmp_path))
    assert ours <= 3 * plain, f"{ours:.2f} s against {plain:.2f} s"


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(3):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken)
