"""A table that holds several kinds of record is changed in bulk as one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crmaudit.audit import Audit

PARTY = (
    "{table: party, role: primary, key: id, created_by: who, created_at: made, automatic: who = 9, "
)
MAP = f"""
system: crm
tables:
- {PARTY} entity: customer, where: "sort = 'person'"}}
- {PARTY} entity: organisation, where: "sort = 'firm'"}}
- {PARTY} entity: supplier, where: "sort <> 'person'"}}
"""


@pytest.mark.parametrize("persons", [12, 40, 0])
def test_a_run_over_two_kinds_of_record_is_one(tmp_path: Path, persons: int) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "maps").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Sample\nas_of: 2026-06-30\n")
    (tmp_path / "maps/crm.yaml").write_text(MAP)
    (tmp_path / "systems/crm.yaml").write_text(
        "{id: crm, name: CRM, kind: crm, database: {url: 'sqlite:///crm.db'}}\n"
    )
    connection = sqlite3.connect(tmp_path / "crm.db")
    connection.execute(
        "CREATE TABLE party (id INTEGER PRIMARY KEY, sort TEXT, who INTEGER, made TEXT)"
    )
    rows = [("person" if n < persons else "firm", 3, f"2026-05-20 12:30:{n:02}") for n in range(40)]
    rows += [("other", 3, f"2026-0{n}-1{n} 1{n}:2{n}:0{n}") for n in range(1, 6)]
    # What the program wrote of itself is nobody's deed, whatever it is of.
    rows += [("firm", 9, f"2026-04-20 12:30:{n:02}") for n in range(30)]
    connection.executemany("INSERT INTO party (sort, who, made) VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    audit = Audit(tmp_path)
    audit.collect(only=("entities", "changes"))
    (bulk,) = audit.governance.changes["crm"].bulk
    assert (bulk.table, bulk.action, bulk.rows) == ("party", "created", 40)
