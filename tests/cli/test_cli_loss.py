"""`governance loss`: what it shows, what it leaves open, and whom it never names."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmaudit.audit import Audit

Run = Callable[..., Any]

SCHEMA = """
CREATE TABLE staff (id INTEGER PRIMARY KEY, login TEXT);
INSERT INTO staff VALUES (1, 'ana.zephyrine'), (2, 'ben.zephyrine');
CREATE TABLE client (id INTEGER PRIMARY KEY, surname TEXT, deleted INTEGER);
CREATE TABLE firm (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO firm VALUES (1, 'Very-Secret'), (2, 'Very-Secret');
CREATE TABLE log (
    id INTEGER PRIMARY KEY, kind TEXT, thing INTEGER, who INTEGER, at TEXT, act TEXT, field TEXT,
    old TEXT, new TEXT
);
"""
MAP = """
system: crm
tables:
- {table: client, entity: customer, role: primary, key: id, soft_delete: deleted = 1}
- {table: firm, entity: organisation, role: primary, key: id}
users: {table: staff, key: id, login: login}
history:
- {table: log, object_type: kind, object: thing, by: who, at: at, action: act, field: field,
   old: [old], new: [new]}
"""
ENTITIES = """
entities:
- {id: customer, name: Customer, kind: person}
- {id: organisation, name: Organisation, kind: organisation}
"""


def made(root: Path, log: list[tuple[object, ...]]) -> Path:
    (root / "systems").mkdir()
    (root / "maps").mkdir()
    (root / "audit.yaml").write_text("organisation: Sample\nas_of: 2026-06-30\n")
    (root / "entities.yaml").write_text(ENTITIES)
    (root / "maps" / "crm.yaml").write_text(MAP)
    (root / "systems" / "crm.yaml").write_text(
        "{id: crm, name: Zeal CRM, kind: crm, database: {url: 'sqlite:///crm.db'}}\n"
    )
    connection = sqlite3.connect(root / "crm.db")
    connection.executescript(SCHEMA)
    # Ten clients of whom one is marked as deleted; numbers 11 to 13 are gone.
    rows = [(n, "Very-Secret", n == 10) for n in (*range(1, 11), 14)]
    connection.executemany("INSERT INTO client VALUES (?, ?, ?)", rows)
    connection.executemany(
        "INSERT INTO log (kind, thing, who, at, act, field, old, new) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        log,
    )
    connection.commit()
    connection.close()
    Audit(root).collect(only=("entities", "changes", "recording"))
    return root


def entry(kind: str, thing: int, at: str, act: str, *values: str, who: int = 1) -> tuple[Any, ...]:
    return (kind, thing, who, at, act, *(values or (None, None, None)))


LOG = [
    *(entry("client", n, f"2026-0{n}-03 10:{n}7:4{n}", "updated", "surname", "Very-Secret", "x")
      for n in range(1, 6)),
    *(entry("client", n, f"2026-06-{n} 09:{n}:0{n - 10}", "deleted") for n in (11, 12, 13)),
    *(entry("client", n, f"2026-05-20 12:30:{n + 10}", "updated", "surname", "Very-Secret", "y",
            who=2) for n in range(1, 31)),
]  # fmt: skip


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("crm"), LOG)


def body(crm: Path, run: Run) -> dict[str, Any]:
    shown = run("governance", "loss", "--all", "-w", crm, "--format", "json")
    assert shown.code == 0, shown.err
    found: dict[str, Any] = json.loads(shown.out)
    return found


@pytest.mark.parametrize("arguments", [(), ("--all",)])
@pytest.mark.parametrize("width", [80, 140])
def test_the_view_fits_and_names_nobody(
    crm: Path, run: Run, arguments: tuple[str, ...], width: int
) -> None:
    shown = run("governance", "loss", *arguments, "-w", crm, width=width)
    assert shown.code == 0, shown.err
    assert all(len(line) <= width for line in shown.lines)
    data = run("governance", "loss", *arguments, "-w", crm, "--format", "json")
    for text in (shown.out, data.out):
        assert "zephyrine" not in text.casefold()
        assert "Secret" not in text
        # Of a bulk change the month is told, never the day.
        assert "2026-05-20" not in text


def test_what_is_gone_put_away_and_replaced(crm: Path, run: Run) -> None:
    told = body(crm, run)
    rows = {r["entity"]: r for r in told["rows"]}
    customer = rows["customer"]
    assert (customer["history"], customer["old_values"]) == (True, True)
    assert (customer["gone"], customer["put_away"], customer["replaced"]) == (3, 1, 30)
    (bulk,) = told["bulk"]
    assert (bulk["table"], bulk["action"], bulk["rows"]) == ("client", "changed", 30)
    assert bulk["month"] == "2026-05"
    assert bulk["account"].startswith("acct-")
    head = run("governance", "loss", "-w", crm, width=140).lines[0]
    assert "changes are recorded of 1 of 1 kind of master record" in head
    assert "3 records gone for good, 30 values replaced by imports" in head


def test_what_no_history_tells_is_no_nought(crm: Path, run: Run) -> None:
    firm = {r["entity"]: r for r in body(crm, run)["rows"]}["organisation"]
    assert firm["history"] is None
    assert firm["why"]
    # No mark of deletion is known, no deletion nor old value could be seen.
    assert (firm["gone"], firm["put_away"], firm["replaced"]) == (None, None, None)


def test_an_empty_history_tells_of_no_loss(tmp_path: Path, run: Run) -> None:
    empty = made(tmp_path, [])
    shown = run("governance", "loss", "-w", empty, width=140)
    head = shown.lines[0]
    assert head.startswith("whether changes are recorded cannot be told")
    assert "0 " not in head
    rows = body(empty, run)["rows"]
    assert {(r["gone"], r["replaced"]) for r in rows} == {(None, None)}


def test_without_evidence_it_says_what_to_do(tmp_path: Path, run: Run) -> None:
    (tmp_path / "audit.yaml").write_text("organisation: Sample\n")
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems" / "crm.yaml").write_text("{id: crm, name: CRM, kind: crm}\n")
    shown = run("governance", "loss", "-w", tmp_path)
    assert shown.code == 0
    assert shown.lines[0] == "no history of changes was read"
    assert "crmaudit collect --only changes,recording" in shown.out
