"""Conditions of product maps: read, written for every engine, and refused."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from databases import Database, sqlite_file
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import Catalog, Column, Table
from crmaudit.evidence.provenance import Provenance
from crmaudit.quality.products import read_map
from crmaudit.quality.products.condition_sql import NotHereError, written
from crmaudit.quality.products.conditions import (
    Among,
    Comparison,
    Condition,
    Empty,
    Like,
    Literal,
    Name,
    Not,
    Together,
    names,
    parse,
)
from crmaudit.quality.products.naming import Names
from crmaudit.sources import open_source
from crmaudit.sources.conditions import selected

MAP = read_map(
    """
product: ferret
name: FerretCRM
versions: "1"
checked_against: [{schema: ferret, version: "1", source: nowhere, licence: MIT}]
recognise: {enough: 1, tables: {person: 1}}
tables: [{table: person, entity: person}]
""",
    "ferret.yaml",
)
TABLES = (
    "CREATE TABLE person (id integer PRIMARY KEY, active {bool}, grade integer, kind varchar(20), "
    "spelled varchar(9), {q}order{q} integer, entity_id varchar(9))",
    "CREATE TABLE entity (id integer PRIMARY KEY, deleted integer)",
    "INSERT INTO person VALUES (1, {true}, 1, 'it''s', '1', 5, '10')",
    "INSERT INTO person VALUES (2, {false}, 2, 'b', 'true', 6, '20')",
    "INSERT INTO person VALUES (3, NULL, NULL, NULL, 'No', NULL, '30')",
    "INSERT INTO entity VALUES (10, 1)",
    "INSERT INTO entity VALUES (20, 0)",
)
ASKED = {
    "active = 1": {1},
    "active = true": {1},
    "active = 0": {2},
    "active <> false": {1},
    "active IS NULL OR active = false": {2, 3},
    "grade = 1": {1},
    "grade IN (1, 2)": {1, 2},
    "grade NOT IN ('1')": {2},
    "grade > 1": {2},
    "1 < grade": {2},
    "kind = 'it''s'": {1},
    "kind LIKE 'i%'": {1},
    "kind IS NOT NULL AND NOT (grade = 2 OR grade = 7)": {1},
    "spelled = 1": {1, 2},
    "spelled = false": {3},
    "order = 5": {1},
    "1 = 1": {1, 2, 3},
    "entity.deleted = 1": {1},
    "entity_id IN (SELECT id FROM entity WHERE deleted = 0)": {2},
    "entity_id NOT IN (SELECT id FROM entity)": {3},
    "entity_id IN (SELECT e.id FROM entity e JOIN person p ON p.grade = e.deleted)": {1},
}


def test_every_engine_answers_alike(db: Database) -> None:
    truth = db.dialect in ("postgresql", "duckdb")
    words = {
        "bool": "boolean" if truth else "integer",
        "true": "true" if truth else "1",
        "false": "false" if truth else "0",
        "q": "`" if db.dialect == "mariadb" else '"',
    }
    db.execute([t.format(**words) for t in TABLES])
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        at = Names(MAP, catalog.provenance.engine, catalog.tables)
        person = catalog.table("person")
        via = {"entity": ("id", "entity_id")}
        found = {}
        for text in ASKED:
            sql = written(parse(text), person, "person", at, via)
            where = selected(sql)
            rows = source.query(f"SELECT id FROM person{where}", "test")
            found[text] = {row[0] for row in rows}
            # The same on one table's stream, as every collector asks it.
            streamed = source.stream(person, [person.column("id")], sql).read_all()
            assert streamed.num_rows == len(found[text])
    assert found == ASKED


def test_exports_spell_flags_as_text(make_db: object) -> None:
    db: Database = make_db("folder")  # type: ignore[operator]
    (db.path / "person.csv").write_text('id,active,grade\n1,True,1\n2,0,2\n3,"",10\n4,,3\n')
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        at = Names(MAP, catalog.provenance.engine, catalog.tables)
        person = catalog.table("person")

        def asked(text: str) -> set[object]:
            sql = written(parse(text), person, "person", at)
            return {r[0] for r in source.query(f"SELECT id FROM person{selected(sql)}", "test")}

        assert asked("active = 1") == asked("active = true") == {"1"}
        assert asked("active = 0") == {"2"}
        assert asked("active IS NULL") == {"3", "4"}
        assert asked("active IS NOT NULL") == {"1", "2"}
        assert asked("grade IN (2, 10)") == {"2", "3"}
        with pytest.raises(NotHereError, match="grade is text"):
            asked("grade > 1")


def test_sqlite_without_types_compares_as_it_looks(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    db.execute(["CREATE TABLE person (id, grade)", "INSERT INTO person VALUES (1, 5), (2, '5')"])
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        at = Names(MAP, catalog.provenance.engine, catalog.tables)
        for text in ("grade = 5", "grade IN (4, 5)", "grade = '5'"):
            sql = written(parse(text), catalog.table("person"), "person", at)
            assert len(source.query(f"SELECT id FROM person{selected(sql)}", "test")) == 2


def where(text: str, *types: str, engine: str = "postgresql") -> str:
    columns = tuple(Column(f"c{n}", t) for n, t in enumerate(types, 1))
    table = Table('odd"name', columns=columns)
    when = datetime(2026, 1, 1, tzinfo=UTC)
    catalog = Catalog(Provenance("s", "n", engine, "n", when, "t"), tables=(table,))
    return written(parse(text), table, "person", Names(MAP, engine, catalog.tables))


@pytest.mark.parametrize(
    ("text", "types", "said"),
    [
        ("c2 = 1", ["integer"], "no column c2"),
        ("c1 IN (SELECT id FROM nowhere)", ["integer"], "no table nowhere"),
        ("c1 = 'lead'", ["integer"], "holds no texts"),
        ("c1 = 'system'", ["uuid"], "holds no texts"),
        ("c1 LIKE 'x%'", ["integer"], "is no text"),
    ],
)
def test_what_the_database_cannot_answer_is_not_written(
    text: str, types: list[str], said: str
) -> None:
    with pytest.raises(NotHereError, match=said):
        where(text, *types)


def test_interval_is_no_integer() -> None:
    assert where("c1 IS NULL", "interval") == '"c1" IS NULL'
    with pytest.raises(NotHereError):
        where("c1 = 'x'", "interval")


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a =", "= 1", "a = 1 b", "a = 1; DROP TABLE x", "a = 1 -- x", "a IN ()",
        "a IN (1, b)", "a LIKE b", "a IS 1", "(a = 1", "a = 1)", "a = 'x", "a = \"x\"", "a NOT 1",
        "a IN (SELECT b)", "a = (SELECT b FROM c)", "sleep(5) = 1", "a = 1 /* x */", "a = $$x$$",
        "'x' IN (1)", "select = 1", "a = 'x\\'", "a = 1\0",
    ],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no condition"):
        parse(text)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except ValueError:
        return
    assert parse(shown(found)) == found


WORDS = st.sampled_from(["kind", "is_deleted", "x2", "owner"])
NAMES = st.builds(Name, WORDS, st.sampled_from(["", "entity"]))
TEXTS = st.text(st.characters(exclude_characters="\\\0", exclude_categories=["Cs"]), max_size=8)
LITERALS = st.one_of(
    st.builds(Literal, st.just("text"), TEXTS),
    st.builds(Literal, st.just("number"), st.integers(-9, 99).map(str)),
    st.builds(Literal, st.just("flag"), st.sampled_from(["true", "false"])),
)
LEAVES = st.one_of(
    st.builds(Comparison, NAMES, st.sampled_from(["=", "<>", "<", ">", "<=", ">="]), LITERALS),
    st.builds(Among, NAMES, st.lists(LITERALS, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(Empty, NAMES, st.booleans()),
    st.builds(Like, NAMES, st.builds(Literal, st.just("text"), TEXTS), st.booleans()),
)


def joined(word: str, part: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    inside = part.filter(lambda p: not (isinstance(p, Together) and p.word == word))
    return st.builds(Together, st.just(word), st.lists(inside, min_size=2, max_size=3).map(tuple))


CONDITIONS = st.recursive(
    LEAVES,
    lambda part: st.one_of(joined("AND", part), joined("OR", part), st.builds(Not, part)),
    max_leaves=8,
)


def shown(part: object) -> str:
    """A condition as one writes it."""
    match part:
        case Name(name, qualifier):
            return f"{qualifier}.{name}" if qualifier else name
        case Literal("text", value):
            return "'" + value.replace("'", "''") + "'"
        case Literal(_, value):
            return value
        case Comparison(left, sign, right):
            return f"{shown(left)} {sign} {shown(right)}"
        case Among(left, among, negated):
            assert isinstance(among, tuple)
            word = "not in" if negated else "IN"
            return f"{shown(left)} {word} ({', '.join(map(shown, among))})"
        case Empty(left, negated):
            return f"{shown(left)} is {'not ' if negated else ''}null"
        case Like(left, pattern, negated):
            return f"{shown(left)} {'NOT ' if negated else ''}LIKE {shown(pattern)}"
        case Together(word, parts):
            return f" {word} ".join(f"({shown(p)})" for p in parts)
        case Not(inside):
            return f"NOT ({shown(inside)})"
    raise AssertionError(part)


@given(CONDITIONS)
def test_what_is_written_is_read_again(condition: Condition) -> None:
    assert parse(shown(condition)) == condition


@given(CONDITIONS)
def test_what_is_written_for_an_engine_is_one_condition_of_sql(condition: Condition) -> None:
    columns = tuple(Column(n, "text") for n in ("kind", "is_deleted", "x2", "owner", "id"))
    table, entity = Table("person", columns=columns), Table("entity", columns=columns)
    at = Names(MAP, "sqlite", (table, entity))
    try:
        sql = written(condition, table, "person", at, {"entity": ("id", "owner")})
    except NotHereError:
        return
    connection = sqlite3.connect(":memory:")
    for name in ("person", "entity"):
        connection.execute(f"CREATE TABLE {name} (kind TEXT, is_deleted TEXT, x2 TEXT, owner, id)")
    assert connection.execute(f"SELECT count(*) FROM person{selected(sql)}").fetchall() == [(0,)]
    connection.close()


def test_names_are_those_of_the_map() -> None:
    text = "a = 1 OR b IN (SELECT v.c FROM t v JOIN u w ON w.d = v.e WHERE w.f = 'x' AND g.h = 2)"
    assert set(names(parse(text), "own")) == {
        ("own", "a"), ("own", "b"), ("t", "c"), ("u", "d"), ("t", "e"), ("u", "f"), ("g", "h"),
    }  # fmt: skip


def test_parquet_files_have_types(make_db: object) -> None:
    db: Database = make_db("folder")  # type: ignore[operator]
    place = db.path / "person.parquet"
    with duckdb.connect() as maker:
        maker.execute(
            "COPY (SELECT 1 AS id, true AS active, 5 AS grade, 'a' AS kind, "
            "DATE '2026-01-02' AS day "
            f"UNION ALL SELECT 2, NULL, NULL, '', NULL) TO '{place}' (FORMAT parquet)"
        )
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        at = Names(MAP, catalog.provenance.engine, catalog.tables)
        person = catalog.table("person")
        for text in ("active = 1", "grade IS NOT NULL", "kind IS NOT NULL", "day IS NOT NULL",
                     "grade IN ('5')", "kind = 'a'"):  # fmt: skip
            sql = written(parse(text), person, "person", at)
            assert source.query(f"SELECT id FROM person{selected(sql)}", "test") == [(1,)], text
