"""One test body over every dialect: the same records are staged, whatever they stand in."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from databases import DIALECTS, Database, dialects

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, ContactPoint, MappedTable, TableProfile
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.records import Staged, stage
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.effective import EffectiveMap
from crmaudit.quality.matching.recipe import Recipe
from crmaudit.quality.matching.recipes import recipes
from crmaudit.quality.plan import Plan
from crmaudit.sources import ConnectionLostError, Source, open_source
from crmaudit.workspace.landscape import Map

ROWS: dict[str, list[tuple[Any, ...]]] = {
    "party": [
        ("id", "kind", "first_name", "last_name", "firm", "born", "tel", "boss", "gone", "made"),
        (10, "P", " Ana ", "Díaz", None, "1980-02-29", "0161 496 0001", 30, 0, "2020-05-01"),
        (9, "P", "Bo", "", None, None, None, 30, 0, "2021-05-01"),
        (11, "P", "Cy", "Gone", None, None, "0161 496 0002", None, 1, "2021-06-01"),
        (12, "P", None, " ", None, None, None, None, 0, "2021-07-01"),
        (20, "P", "李", "O'Neill", None, "1990-01-01", None, 31, None, "2021-08-01"),
        (30, "F", None, None, "Select & Söhne", None, None, None, 0, "2019-01-01"),
        (31, "F", None, None, '"Group" Ltd', None, None, None, 0, "2019-01-02"),
        (32, "F", None, None, "Group One", None, "0161 496 0003", None, 0, "2019-01-02"),
    ],
    "mail": [
        ("id", "about", "about_id", "mail", "main", "dead"),
        (1, "party", 10, "ana@work.example", 1, 0),
        (2, "party", 10, "ana@home.example", 0, 0),
        (3, "party", 10, "ana@dead.example", 0, 1),
        (4, "user", 10, "user@home.example", 0, 0),
        (5, "party", 9, "bo@home.example", 1, 0),
    ],
    "place": [
        ("id", "owner", "street", "street2", "city", "post_code", "land", "main"),
        (1, 10, "1 Old Road", "Flat 2", "Ayton", None, 1, 0),
        (2, 10, "2 New Road", None, None, "AY1 1AA", None, 1),
        (3, 9, "3 Far Road", None, "Beeton", "BE2 2BB", 2, 0),
        (4, 9, None, None, "Ceeton", None, None, 0),
    ],
    "land": [("id", "iso_code"), (1, "GB"), (2, "DE")],
    "more": [
        ("party_id", "customer_no", "import_code"),
        (10, "C-0010", "A"),
        (9, "C-0009", "A"),
        (20, "C-0020", "A"),
        (32, "C-0032", "A"),
    ],
}
REFERENCES = [
    ("party", "boss", "party"),
    ("mail", "about_id", "party"),
    ("place", "owner", "party"),
    ("place", "land", "land"),
    ("more", "party_id", "party"),
]
PLACE = ("street", "street2", "city", "post_code", "land")
POINTS = [
    ("e-mail", "mail", ("mail",), "about_id", "about = 'party'", "main = 1", "dead = 1"),
    ("address", "place", PLACE, "owner", "", "main = 1", ""),
]


def fill(db: Database) -> None:
    if db.dialect == "folder":
        for name, rows in ROWS.items():
            with open(db.path / f"{name}.csv", "w", newline="", encoding="utf-8") as out:
                csv.writer(out).writerows(rows)
        return
    for name, (head, *rows) in ROWS.items():
        types = [
            "integer" if all(isinstance(r[i], int | None) for r in rows) else "varchar(60)"
            for i in range(len(head))
        ]
        columns = ", ".join(f"{c} {t}" for c, t in zip(head, types, strict=True))
        values = ", ".join(f"({', '.join(map(_sql, r))})" for r in rows)
        key = "party_id" if name == "more" else "id"
        db.execute(
            [
                f"CREATE TABLE {name} ({columns}, PRIMARY KEY ({key}))",
                f"INSERT INTO {name} VALUES {values}",
            ]
        )


def _sql(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def meant(source: Source, **changed: str) -> tuple[Recipe, ...]:
    """The recipes of a map over these tables, named as this dialect's catalog names them."""
    catalog = source.catalog("crm")
    named = {t.name.removesuffix(".csv"): t.qualified for t in catalog.tables}
    rows = [
        MappedTable(
            named["party"], entity, where=where, key=("id",), created_at="made",
            soft_delete="gone = 1" if entity == "person" else "",
            columns={"first_name": "given name", "last_name": "family name", "born": "birth date",
                     "firm": "organisation name", "tel": "phone"},
        )
        for entity, where in (("person", "kind = 'P'"), ("organisation", "kind = 'F'"))
    ]  # fmt: skip
    kinds = ("person", "organisation")
    rows += [MappedTable(named["more"], kind, "extension", key=("party_id",)) for kind in kinds]
    rows.append(MappedTable(named["place"], "person", "secondary", columns={"street2": "street"}))
    points = tuple(
        ContactPoint(kind, kinds, named[table], columns, {on: "id"}, where, main, dead)  # type: ignore[arg-type]
        for kind, table, columns, on, where, main, dead in POINTS
    )
    points = tuple(replace(p, where=changed.get(p.kind, p.where)) for p in points)
    declared = Map.model_validate(
        {
            "system": "crm",
            "tables": [],
            "references": [
                {"table": named[t], "columns": c, "to": named[to], "to_columns": "id"}
                for t, c, to in REFERENCES
            ],
        }
    )
    known = EffectiveMap("crm", tuple(rows), None, points, {k: k for k in kinds})
    return recipes("crm", known, catalog, None, declared, _profiles(source, catalog))


def _profiles(source: Source, catalog: Catalog) -> Iterator[TableProfile]:
    return profile(source, catalog.tables, Plan(system="crm"))


def staged(source: Source, made: tuple[Recipe, ...]) -> tuple[Staged, list[dict[str, Any]]]:
    with Engine(Plan(memory=256), 2, "test.duckdb") as engine:
        found = stage(engine, source, made)
        names = [n for n, *_ in engine.ask("SELECT column_name FROM (DESCRIBE records)")]
        rows = engine.ask("SELECT * FROM records ORDER BY n")
        left = {n for (n,) in engine.ask("SELECT table_name FROM duckdb_tables()")}
        assert left == {"records"}, "nothing else is left in the engine"
    return found, [dict(zip(names, row, strict=True)) for row in rows]


@pytest.fixture(params=dialects(*DIALECTS, "folder"))
def filled(request: pytest.FixtureRequest, make_db: Callable[[str], Database]) -> Database:
    db = make_db(request.param)
    fill(db)
    return db


def test_the_same_records_in_every_dialect(filled: Database) -> None:
    with open_source(filled.url) as source:
        made = meant(source)
        found, rows = staged(source, made)
    assert [r["key"] for r in rows] == ["9", "10", "20", "30", "31", "32"]
    assert [r["n"] for r in rows] == list(range(6))
    assert (found.first, found.records) == (0, 6)
    # 11 is deleted, 12 has nothing but blanks.
    assert found.left_out == {"deleted": 1, "without anything to compare by": 1}
    assert found.failures == {}
    bo, ana, li, select, group, one = rows
    assert (ana["given"], ana["family"], ana["birth_date"]) == ("Ana", "Díaz", "1980-02-29")
    assert ana["emails"] == ["ana@home.example", "ana@work.example"]
    assert ana["phones"] == ["0161 496 0001"]
    # The main address as a whole: no town of the other one; the country of the list beside it.
    assert (ana["street"], ana["city"], ana["postcode"]) == ("2 New Road", None, "AY1 1AA")
    assert ana["country"] == "GB"
    assert ana["employer"] == "Select & Söhne"
    assert ana["identifiers"] == ["C-0010"]
    assert ana["import_batch"] == "A"
    assert ana["created_at"].startswith("2020-05-01")
    assert ana["filled"] == 10
    # Of two addresses neither of which is the main one, the fuller.
    assert (bo["street"], bo["city"], bo["country"]) == ("3 Far Road", "Beeton", "DE")
    assert (bo["given"], bo["family"], bo["emails"]) == ("Bo", None, ["bo@home.example"])
    assert (li["given"], li["family"], li["employer"]) == ("李", "O'Neill", '"Group" Ltd')
    assert [r["organisation"] for r in (select, group, one)] == [
        "Select & Söhne", '"Group" Ltd', "Group One",
    ]  # fmt: skip
    assert one["identifiers"] == ["C-0032"]
    assert select["given"] is None
    filled_by = {a.attribute: a.filled for a in found.attributes if not a.unused}
    assert filled_by["e-mail"] == 2
    assert filled_by["country"] == 2
    columns = {a.attribute: [c.split(".")[-1] for c in a.columns] for a in found.attributes}
    assert columns["street"] == ["street", "street2"]


def test_what_is_sent_is_of_the_template(filled: Database) -> None:
    with open_source(filled.url) as source:
        made = meant(source)
        before = len(source.sent)
        staged(source, made)
        sent = [s.sql for s in source.sent[before:]]
    assert sent
    assert all("SELECT " in s and " FROM " in s for s in sent)
    assert len(sent) == len(set(sent)), "no rows are read twice"


@pytest.fixture
def crm(make_db: Callable[[str], Database]) -> Database:
    found = make_db("sqlite")
    fill(found)
    return found


def test_a_side_table_that_cannot_be_read_takes_its_attributes_with_it(crm: Database) -> None:
    with open_source(crm.url) as source:
        found, rows = staged(source, meant(source, **{"e-mail": "no_such_column = 1"}))
    assert len(rows) == 6
    unused = {a.attribute: a.unused for a in found.attributes}
    assert unused["e-mail"].startswith("mail could not be read: ")
    assert unused["phone"] == ""
    assert found.failures == {}


def test_a_table_that_cannot_be_read_is_a_failure_and_the_rest_goes_on(crm: Database) -> None:
    with open_source(crm.url) as source:
        person, firm = meant(source)
        bad = Recipe(
            "crm", "person", "person", person.table, ("id",), rows="nothing = 1", taken=person.taken
        )
        found, rows = staged(source, (bad, firm))
    assert list(found.failures) == ["party"]
    assert [r["organisation"] for r in rows] == ["Select & Söhne", '"Group" Ltd', "Group One"]


def test_records_of_several_systems_are_numbered_on(crm: Database) -> None:
    with open_source(crm.url) as source, Engine(Plan(memory=256), 2) as engine:
        made = meant(source)
        first = stage(engine, source, made)
        second = stage(engine, source, made)
        numbers = engine.ask("SELECT n FROM records ORDER BY n")
    assert (first.first, second.first) == (0, 6)
    assert [n for (n,) in numbers] == list(range(12))


def test_broken_text_huge_fields_and_composite_keys(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "odd.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute(
            'CREATE TABLE "select; --" (a text, b text, "last ""name" text, mail text, '
            "PRIMARY KEY (a, b))"
        )
        connection.executemany(
            'INSERT INTO "select; --" VALUES (?, ?, ?, ?)',
            [
                ("1", "2", "x" * 1_000_000, "one@home.example"),
                ("1", "1", "a\0b", "\u00a0\ttwo@home.example\n"),
                (None, "1", "keyless", "three@home.example"),
                ("2", "1", "=cmd|' /C calc'!A0", None),
            ],
        )
        connection.execute("UPDATE \"select; --\" SET mail = CAST(X'ff40' AS TEXT) WHERE a = '2'")
    with open_source(str(path)) as source:
        catalog = source.catalog("crm")
        row = MappedTable("select; --", "person", columns={'last "name': "full name"})
        known = EffectiveMap("crm", (row,), None, (), {"person": "person"})
        made = recipes("crm", known, catalog, None, None, _profiles(source, catalog))
        found, rows = staged(source, made)
    assert [r["key"] for r in rows] == ["1\x1f1", "1\x1f2", "2\x1f1"]
    assert found.left_out == {"without a key": 1}
    assert rows[0]["full_name"] == "a\ufffdb"
    assert rows[0]["emails"] == ["two@home.example"]
    assert rows[1]["full_name"] == "x" * 500
    assert rows[2]["full_name"] == "=cmd|' /C calc'!A0"


def test_a_lost_connection_passes(crm: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_source(crm.url) as source:
        made = meant(source)

        def lost(*_: object) -> None:
            raise ConnectionLostError("gone")

        monkeypatch.setattr(type(source), "stream", lost)
        with pytest.raises(ConnectionLostError):
            staged(source, made)

        def fails(*_: object) -> None:
            raise CrmauditError("denied")

        monkeypatch.setattr(type(source), "stream", fails)
        found, rows = staged(source, made)
    assert rows == []
    assert "denied" in found.failures["party"]


def test_marks_of_deleted_rows_in_another_table(crm: Database) -> None:
    crm.execute(["CREATE TABLE record (crmid integer, gone integer)"])
    crm.execute([f"INSERT INTO record VALUES ({i}, {int(i == 9)})" for i in (9, 10, 20)])
    with open_source(crm.url) as source:
        catalog = source.catalog("crm")
        row = MappedTable(
            "party", "person", where="kind = 'P'", soft_delete="record.gone = 1",
            join={"record.crmid": "id"},
        )  # fmt: skip
        known = EffectiveMap("crm", (row,), None, (), {"person": "person"})
        made = recipes("crm", known, catalog, None, None, _profiles(source, catalog))
        found, rows = staged(source, made)
    assert [r["key"] for r in rows] == ["10", "11", "20"]
    assert found.left_out == {"deleted": 1, "without anything to compare by": 1}
