"""`quality map`: seen at two widths, as JSON and CSV, and saved."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crmaudit.workspace import load

SQL = """
CREATE TABLE contacts (id INTEGER PRIMARY KEY, contact_type TEXT, first_name TEXT, last_name TEXT,
  company_name TEXT, email TEXT);
CREATE TABLE invoices (id INTEGER PRIMARY KEY, invoice_number TEXT, due_date TEXT, total REAL,
  contact_id INTEGER REFERENCES contacts(id));
CREATE TABLE schema_migrations (version TEXT);
CREATE TABLE "wob[b]les" (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT);
CREATE VIEW v_contacts AS SELECT * FROM contacts;
INSERT INTO schema_migrations VALUES ('1');
INSERT INTO "wob[b]les" VALUES (1, 'x', 'y', 'z');
"""


@pytest.fixture
def root(run: Any, tmp_path: Path) -> Path:
    """A workspace whose database was read."""
    with closing(sqlite3.connect(tmp_path / "crm.sqlite")) as connection:
        connection.executescript(SQL)
        connection.executemany(
            "INSERT INTO contacts VALUES (?, ?, 'Ann', 'Lee', NULL, 'a@example.org')",
            [(i, "Person" if i < 30 else "Company") for i in range(40)],
        )
        connection.commit()
    root = tmp_path / "audit"
    assert run("init", root).code == 0
    (root / "systems/crm.yaml").write_text(
        "{id: crm, name: CRM, database: {url: 'sqlite:///../crm.sqlite'}}\n"
    )
    (root / "entities.yaml").write_text("entities:\n  - {id: supporter, kind: person}\n")
    assert run("collect", "-w", root).code == 0
    return root


@pytest.mark.parametrize("width", [80, 140])
def test_what_tables_mean(run: Any, root: Path, width: int) -> None:
    shown = run("quality", "map", "-w", root, width=width)
    assert shown.code == 0, shown.err
    assert all(len(line) <= width for line in shown.lines), shown.out
    assert shown.lines[0] == "entity map · 3 of 4 tables explained"
    lines = {tuple(line.split()[:4]) for line in shown.lines}
    assert ("contacts", "supporter", "primary", "30") in lines
    assert ("contacts", "organisation", "primary", "10") in lines
    assert ("invoices", "invoice", "primary", "0") in lines
    assert "machinery, 1 table: schema_migrations" in shown.out
    assert "explained by no entity, 1 table: wob[b]les (1)" in shown.out
    assert "no product recognised" in shown.out
    assert "v_contacts" not in shown.out
    assert "a@example.org" not in shown.out


def test_a_row_without_an_entity_explains_nothing(run: Any, root: Path) -> None:
    (root / "maps").mkdir(exist_ok=True)
    (root / "maps/crm.yaml").write_text(
        'system: crm\ntables:\n  - {table: "wob[b]les"}\n  - {table: invoices, role: log}\n'
    )
    shown = run("quality", "map", "-w", root)
    assert shown.lines[0] == "entity map · 3 of 4 tables explained", shown.out
    assert "explained by no entity, 1 table: wob[b]les (1)" in shown.out


def test_json_has_everything(run: Any, root: Path) -> None:
    shown = json.loads(run("quality", "map", "crm", "--format", "json", "-w", root).out)
    assert (shown["schema"], shown["kind"]) == (1, "entity-map")
    assert shown["unexplained"] == [{"system": "crm", "table": "wob[b]les", "rows": 1}]
    assert shown["products"] == []
    rows = {(r["table"], r["entity"]): r for r in shown["rows"]}
    person = rows["contacts", "supporter"]
    assert (person["where"], person["rows"]) == ("contact_type = 'Person'", 30)
    assert (person["kind"], person["basis"]) == ("person", "inferred")
    assert person["name"] == ["first_name", "last_name"]
    assert person["reasons"]
    assert rows["schema_migrations", ""]["role"] == "system"


def test_csv(run: Any, root: Path) -> None:
    text = run("quality", "map", "crm", "--format", "csv", "-w", root).out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {r["entity"] for r in rows if r["table"] == "contacts"} == {"supporter", "organisation"}


def test_saved_and_then_corrected(run: Any, root: Path) -> None:
    before = (root / "entities.yaml").read_text()
    tried = run("quality", "map", "crm", "--save", "--dry-run", "-w", root)
    assert tried.code == 0
    assert "+  - table: contacts" in tried.out
    assert not (root / "maps/crm.yaml").exists()
    refused = run("quality", "map", "crm", "--save", "-w", root)
    assert (refused.code, "--yes" in refused.err) == (2, True)
    saved = run("quality", "map", "crm", "--save", "--yes", "-w", root)
    assert saved.code == 0, saved.err
    assert (root / "entities.yaml").read_text().startswith(before)
    rows = load(root).map_of["crm"].tables
    assert [(r.table, r.entity) for r in rows] == [
        ("contacts", "supporter"),
        ("contacts", "organisation"),
        ("invoices", "invoice"),
    ]
    file = root / "maps/crm.yaml"
    file.write_text(file.read_text().replace("entity: invoice", "entity: supporter"))
    again = run("quality", "map", "crm", "--save", "--yes", "-w", root)
    assert "declared already; nothing was changed" in again.err
    shown = json.loads(run("quality", "map", "crm", "--format", "json", "-w", root).out)
    (invoices,) = (r for r in shown["rows"] if r["table"] == "invoices")
    assert (invoices["entity"], invoices["basis"]) == ("supporter", "declared")


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (["nothing"], "there is no system 'nothing'", "crmaudit inventory"),
        (["crm", "--dry-run"], "--dry-run is said of --save", "--save"),
    ],
)
def test_refused(run: Any, root: Path, arguments: list[str], error: str, hint: str) -> None:
    shown = run("quality", "map", *arguments, "-w", root)
    assert (shown.code, shown.out) == (2, "")
    assert error in shown.err
    assert hint in shown.err


def test_nothing_was_read(run: Any, tmp_path: Path) -> None:
    assert run("init", tmp_path / "w").code == 0
    shown = run("quality", "map", "crm", "-w", tmp_path / "w")
    assert shown.code == 0
    assert "nothing is known yet" in shown.out
    assert shown.lines[-1] == "crmaudit collect"
    saved = run("quality", "map", "crm", "--save", "-w", tmp_path / "w")
    assert (saved.code, "nothing to save" in saved.err) == (2, True)
