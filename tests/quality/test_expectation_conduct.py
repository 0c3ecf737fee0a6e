"""How tests of expectations behave when something is large, hostile, missing or gone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from databases import sqlite_file
from expecting import by_name, counts, task
from profile_fakes import ListSource

from crmaudit.evidence import Catalog, Column, Provenance, Table, TableProfile
from crmaudit.quality.collectors.expectations import collector
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources import ConnectionLostError, open_source
from crmaudit.sources.base import Statement


class Listed(ListSource):
    """Lists with a catalog."""

    def catalog(self, system: str) -> Catalog:
        from datetime import UTC, datetime

        origin = Provenance(system, self.address, self.engine, "s1", datetime.now(UTC), "t")
        return Catalog(origin, tables=self.tables)

    def statement(self, table: Table, columns: list[Column], where: str = "") -> Statement:  # type: ignore[override]
        return Statement(f"read {table.name}", "test")

    def quote(self, name: str) -> str:
        return f'"{name}"'


def test_no_pattern_is_slow() -> None:
    source = Listed({"t": {"code": ["a" * 5_000 + "!"] * 50}})
    began = time.monotonic()
    asked = [{"id": "e", "table": "t", "column": "code", "pattern": "^(a+)+$"}]
    assert counts(task(source, asked)) == {"e": (0, 50)}
    assert time.monotonic() - began < 5


def test_the_whole_of_a_long_value_is_matched() -> None:
    source = Listed({"t": {"code": ["x" * 20_000 + "end", "x" * 20_000]}})
    asked = [
        {"id": "end", "table": "t", "column": "code", "pattern": "end$"},
        {"id": "one", "table": "t", "column": "code", "unique": True},
    ]
    assert counts(task(source, asked)) == {"end": (1, 2), "one": (2, 2)}


def test_values_of_megabytes() -> None:
    source = Listed({"t": {"code": ["ä" * 3_000_000, "é" * 3_000_000, None]}}, batch=1)
    asked = [{"id": "e", "table": "t", "column": "code", "unique": True, "required": True}]
    found = by_name(task(source, asked))["e"]
    assert [(t.check, t.passed, t.applicable) for t in found] == [
        ("required", 2, 3),
        ("unique", 2, 2),
    ]


def test_an_empty_table_keeps_nothing_and_breaks_nothing() -> None:
    source = Listed({"t": {"code": []}})
    asked = [
        {"id": "e", "table": "t", "column": "code", "required": True},
        {"id": "n", "table": "t", "column": "code", "minimum": 3},
        {"id": "d", "table": "t", "column": "code", "max_age_days": 3},
    ]
    found = counts(task(source, asked))
    assert found == {"e": (0, 0), "n": (0, 0), "d": (None, 0)}


def test_blanks_are_no_values_and_broken_ones_are() -> None:
    source = Listed(
        {"t": {"code": [" \u200b", "", "\ufffd", "a\0b".replace("\0", "\ufffd"), "NULL"]}}
    )
    asked = [{"id": "e", "table": "t", "column": "code", "required": True}]
    assert counts(task(source, asked)) == {"e": (3, 5)}


def test_a_lost_connection_passes() -> None:
    def fails(table: str, number: int) -> None:
        raise ConnectionLostError("gone")

    source = Listed({"t": {"code": ["a"]}}, fails=fails)
    asked = [{"id": "e", "table": "t", "column": "code", "required": True}]
    with pytest.raises(ConnectionLostError):
        list(collector.collect(task(source, asked)))


def test_an_engine_out_of_order_fails_one_table_only() -> None:
    def fails(table: str, number: int) -> None:
        if table == "bad":
            raise OSError(28, "No space left on device")

    source = Listed({"bad": {"code": ["a"]}, "good": {"code": ["a"]}}, fails=fails)
    asked = [
        {"id": "bad", "table": "bad", "column": "code", "required": True},
        {"id": "good", "table": "good", "column": "code", "required": True},
    ]
    found = counts(task(source, asked))
    assert "temporary file" in found["bad"]
    assert found["good"] == (1, 1)


def test_no_value_of_a_customer_gets_into_the_evidence(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    rows = [("Ada Fictional", f"ada{i}@example.org", "open") for i in range(40)]
    rows += [("Bob Secretname", "bob.secretname", "opne")] * 10
    db.execute(["CREATE TABLE contact (full_name TEXT, email TEXT, status TEXT, birth_date TEXT)"])
    db.execute([f"INSERT INTO contact VALUES {(*row, '1971-02-03')!r}" for row in rows])
    asked = [
        {"id": "mail", "table": "contact", "column": "email", "pattern": "@"},
        {"id": "name", "table": "contact", "column": "full_name", "unique": True},
        {"id": "named", "table": "contact", "column": "full_name", "pattern": "^Ada"},
        {"id": "status", "table": "contact", "column": "status", "domain": ["open"]},
        {"id": "born", "table": "contact", "column": "birth_date", "max_age_days": 3},
    ]
    with open_source(db.url) as source:
        tables = source.catalog("crm").tables
        profiles: list[TableProfile] = list(profile(source, tables, Plan(system="crm")))
        (document,) = collector.collect(task(source, asked, evidence=profiles))
    text = repr(document)
    assert "Secretname" not in text
    assert "secretname" not in text
    assert "1971" not in text
    tests = {t.expectation: t for t in document.tests}  # type: ignore[attr-defined]
    assert tests["named"].example == "Aa Aa"
    assert tests["status"].example == "opne"
    assert "personal" in tests["born"].status.reason


def test_deletion_that_stands_in_another_table(tmp_path: Path) -> None:
    from crmaudit.evidence import EntityMap, MappedTable

    db = sqlite_file(tmp_path / "crm.sqlite")
    db.execute(
        [
            "CREATE TABLE crmentity (crmid INTEGER, deleted INTEGER)",
            "INSERT INTO crmentity VALUES (1, 0), (2, 1), (3, NULL), (NULL, 1)",
            "CREATE TABLE contactdetails (contactid INTEGER, email TEXT)",
            "INSERT INTO contactdetails VALUES (1, 'a@example.org'), (2, ''), (3, 'c@example.org')",
        ]
    )
    asked = [{"id": "e", "entity": "contact", "column": "email", "required": True}]
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        mapped = MappedTable(
            "contactdetails",
            "person",
            soft_delete="crmentity.deleted = 1",
            join={"crmentity.crmid": "contactid"},
        )
        known = EntityMap(catalog.provenance, (mapped,))
        entities = [{"id": "contact", "kind": "person"}]
        (test,) = by_name(task(source, asked, None, entities, [known]))["e"]
    assert (test.passed, test.applicable, test.left_out) == (2, 2, ("deleted rows",))


def test_exports_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "contact.csv").write_text(
        "id,email,start,end\n1,a@example.org,2026-01-02,2026-01-01\n2,,2026-01-01,2026-02-01\n"
    )
    asked = [
        {"id": "mail", "table": "contact", "column": "email", "required": True},
        {"id": "order", "table": "contact", "compare": '"end" >= "start"'},
        {
            "id": "some",
            "table": "contact",
            "column": "email",
            "where": "id = '1'",
            "required": True,
        },
        {"id": "sql", "table": "contact", "sql": "SELECT count(*) FROM contact WHERE id = '2'"},
    ]  # fmt: skip
    with open_source(f"folder:///{tmp_path}") as source:
        found = counts(task(source, asked))
    assert found == {"mail": (1, 2), "order": (1, 2), "some": (1, 1), "sql": 1}


def test_a_statement_needs_a_system(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    db.execute(["CREATE TABLE t (a INTEGER)"])
    asked = [{"id": "e", "system": None, "table": "t", "sql": "SELECT 0"}]
    with open_source(db.url) as source:
        assert "needs `system:`" in counts(task(source, asked))["e"]
        before = len(source.sent)
        list(collector.collect(task(source, [])))
        assert len([s for s in source.sent[before:] if "FROM t" in s.sql]) == 0
