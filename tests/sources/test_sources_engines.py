"""One body of tests over every engine: catalog, streams, read-only, errors."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from databases import Database

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column
from crmaudit.sources import Source, open_source

Make = Callable[[str], Database]

TABLES = [
    "CREATE TABLE organisation (id integer PRIMARY KEY, name varchar(80) NOT NULL, "
    "country varchar(2) DEFAULT 'ch', UNIQUE (name))",
    "CREATE TABLE membership (org integer NOT NULL, year integer NOT NULL, fee decimal(9,2), "
    "PRIMARY KEY (org, year), FOREIGN KEY (org) REFERENCES organisation (id))",
    "CREATE TABLE payment (id integer PRIMARY KEY, org integer, year integer, "
    "FOREIGN KEY (org, year) REFERENCES membership (org, year))",
    "CREATE INDEX by_country ON organisation (country, name)",
    "CREATE VIEW swiss AS SELECT id, name FROM organisation WHERE country = 'ch'",
    "INSERT INTO organisation VALUES (1, 'Alpha', 'ch'), (2, 'Beta', NULL), (3, '', 'de')",
    "INSERT INTO membership VALUES (1, 2025, 12.50), (1, 2026, NULL)",
]


def read(source: Source, catalog: Catalog, name: str) -> list[dict[str, Any]]:
    table = catalog.table(name)
    rows: list[dict[str, Any]] = source.stream(table, table.columns).read_all().to_pylist()
    return rows


def test_catalog_tells_tables_columns_keys_indexes(db: Database) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
    assert [t.qualified for t in catalog.tables] == [
        "membership",
        "organisation",
        "payment",
        "swiss",
    ]
    organisation, membership = catalog.table("organisation"), catalog.table("membership")
    assert [c.name for c in organisation.columns] == ["id", "name", "country"]
    assert organisation.column("name").nullable is False
    assert organisation.column("country").nullable is True
    assert "ch" in organisation.column("country").default
    assert organisation.primary_key == ("id",)
    assert membership.primary_key == ("org", "year")
    (key,) = membership.foreign_keys
    assert (key.columns, key.ref_table, key.ref_columns) == (("org",), "organisation", ("id",))
    (composite,) = catalog.table("payment").foreign_keys
    assert composite.columns == ("org", "year")
    assert composite.ref_columns == ("org", "year")
    assert any(i.columns == ("country", "name") and not i.unique for i in organisation.indexes)
    assert any(i.columns == ("name",) and i.unique for i in organisation.indexes)
    view = catalog.table("swiss")
    assert (view.kind, view.rows, view.readable) == ("view", None, True)
    assert [c.name for c in view.columns] == ["id", "name"]
    assert catalog.provenance.snapshot == source.snapshot
    assert catalog.version
    assert catalog.bytes


def test_stream_gives_text_and_keeps_null_apart_from_blank(db: Database) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        rows = read(source, catalog, "organisation")
        assert sorted(rows, key=lambda r: str(r["id"])) == [
            {"id": "1", "name": "Alpha", "country": "ch"},
            {"id": "2", "name": "Beta", "country": None},
            {"id": "3", "name": "", "country": "de"},
        ]
        fees = {r["year"]: r["fee"] for r in read(source, catalog, "membership")}
        assert fees["2026"] is None
        assert Decimal(fees["2025"]) == Decimal("12.5")
        assert read(source, catalog, "payment") == []
        assert len(read(source, catalog, "swiss")) == 1
        table = catalog.table("organisation")
        assert source.sent[-1].sql != source.statement(table, table.columns).sql
        source.stream(table, table.columns)
        assert source.sent[-1] == source.statement(table, table.columns)


def test_one_column_of_nulls_and_blanks_keeps_every_row(db: Database) -> None:
    db.execute(
        ["CREATE TABLE t (a varchar(9))", "INSERT INTO t VALUES (NULL), (''), ('x'), (NULL), ('')"]
    )
    with open_source(db.url) as source:
        rows = read(source, source.catalog("crm"), "t")
    assert [r["a"] for r in rows] == [None, "", "x", None, ""]


def test_query_answers_plain_values(db: Database) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        rows = source.query(
            "SELECT id, name, country FROM organisation WHERE name LIKE '%a' ORDER BY id", "test"
        )
        assert rows == [(1, "Alpha", "ch"), (2, "Beta", None)]
        ((total, number),) = source.query("SELECT sum(fee), count(*) FROM membership", "test")
        assert float(str(total)) == 12.5
        assert number == 2


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO organisation VALUES (9, 'x', 'y')",
        "UPDATE organisation SET name = 'x'",
        "DELETE FROM organisation",
        "CREATE TABLE extra (a integer)",
        "DROP TABLE payment",
        "ALTER TABLE organisation ADD COLUMN extra integer",
        "CREATE INDEX extra ON organisation (country)",
        "CREATE VIEW extra AS SELECT 1 AS one",
    ],
)
def test_engine_itself_refuses_to_write(db: Database, statement: str) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        source.query("SELECT 1", "begin")
        # Past our own check: what the raw connection says.
        with pytest.raises(CrmauditError, match=r"(?i)read.?only|not authorized"):
            source._ask(statement, "write", "refused")  # type: ignore[attr-defined]
        assert source.query("SELECT count(*) FROM organisation", "still usable") == [(3,)]
    assert db.execute(["SELECT count(*) FROM organisation"]) == [(3,)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM organisation",
        "COMMIT",
        "/* SELECT */ ROLLBACK",
        "-- x\nSET x = 1",
        "",
        "PRAGMA x",
    ],
)
def test_query_sends_only_what_reads(db: Database, statement: str) -> None:
    with open_source(db.url) as source:
        before = len(source.sent)
        with pytest.raises(CrmauditError, match=r"only statements that read|one statement"):
            source.query(statement, "test")
        assert len(source.sent) == before


def test_nothing_rides_along_behind_a_semicolon(db: Database) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        with pytest.raises(CrmauditError):
            source.query("SELECT 1; COMMIT; DROP TABLE payment", "test")
        assert source.query("SELECT count(*) FROM payment", "still there") == [(0,)]
    assert db.execute(["SELECT count(*) FROM payment"]) == [(0,)]


def test_a_failing_statement_leaves_the_source_usable(db: Database) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        with pytest.raises(CrmauditError) as caught:
            source.query("SELECT nonsense FROM organisation", "test")
        assert "\n" not in str(caught.value)
        assert source.address in str(caught.value)
        assert len(read(source, catalog, "organisation")) == 3


def test_an_unfinished_stream_does_not_block(db: Database) -> None:
    db.execute(TABLES)
    others = ", ".join(f"organisation {name}" for name in "bcdefghijkl")
    db.execute([f"CREATE TABLE many AS SELECT a.id FROM organisation a, {others}"])
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        table = catalog.table("many")
        reader = source.stream(table, table.columns)
        assert source.query("SELECT count(*) FROM organisation", "in between") == [(3,)]
        with pytest.raises(CrmauditError, match="later statement ended"):
            reader.read_all()
        assert len(read(source, catalog, "many")) == 3**12


def test_empty_database(db: Database) -> None:
    with open_source(db.url) as source:
        assert source.catalog("crm").tables == ()


HOSTILE = [
    'quo"te',
    "semi; DROP TABLE x; --",
    "back`tick",
    "per%cent %s %(x)s",
    ":name",
    "select",
    "new\nline",
    "it's {braces} \\ ü",
    "a.b",
    "$1 ?",
]


def test_hostile_names(db: Database) -> None:
    quote = (lambda n: "`" + n.replace("`", "``") + "`") if db.dialect == "mariadb" else None
    quote = quote or (lambda n: '"' + n.replace('"', '""') + '"')
    columns = ", ".join(f"{quote(n)} varchar(20)" for n in HOSTILE)
    for name in HOSTILE:
        db.execute(
            [
                f"CREATE TABLE {quote(name)} ({columns})",
                f"INSERT INTO {quote(name)} VALUES ({', '.join(repr('x') for _ in HOSTILE)})",
            ]
        )
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        assert {t.name for t in catalog.tables} == set(HOSTILE)
        for name in HOSTILE:
            assert read(source, catalog, name) == [dict.fromkeys(HOSTILE, "x")]


def test_hostile_values(db: Database) -> None:
    values = [
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "tab\there",
        "line\nbreak\r\nand return\r",
        "back\\slash \\N \\\\N \\t \\.",
        '"quoted", with comma',
        "\\N",
        "NULL",
        "\u202e\U0001f600 ü",
        "\b\f\v",
        " ",
        "\ufffd",
    ]
    db.execute(["CREATE TABLE t (id integer, v varchar(99))"])
    escape = (lambda v: v.replace("\\", "\\\\")) if db.dialect == "mariadb" else (lambda v: v)
    for number, value in enumerate(values):
        literal = escape(value).replace("'", "''")
        db.execute([f"INSERT INTO t VALUES ({number}, '{literal}')"])
    with open_source(db.url) as source:
        rows = read(source, source.catalog("crm"), "t")
        assert [r["v"] for r in sorted(rows, key=lambda r: int(r["id"]))] == values
        assert source.broken == {}


def test_a_cell_of_five_megabytes_and_a_blob(db: Database) -> None:
    text = {"mariadb": "longtext", "postgresql": "text"}.get(db.dialect, "varchar")
    blob = {"postgresql": "bytea"}.get(db.dialect, "blob")
    size = 5 * 2**20
    cell = f"repeat('x', {size})"
    if db.dialect == "sqlite":
        cell = f"replace(hex(zeroblob({size // 2})), '0', 'x')"
    raw = {"postgresql": r"'\x000102'", "duckdb": r"'\x00\x01\x02'::BLOB"}.get(
        db.dialect, "x'000102'"
    )
    db.execute([f"CREATE TABLE t (a {text}, b {blob})"])
    for _ in range(3):
        db.execute([f"INSERT INTO t VALUES ('small', NULL), ({cell}, {raw})"])
    with open_source(db.url) as source:
        rows = read(source, source.catalog("crm"), "t")
    assert [len(r["a"]) for r in rows] == [5, size] * 3
    assert [r["b"] for r in rows] == [None, "<binary 3 bytes>"] * 3


def test_nine_hundred_columns(db: Database) -> None:
    names = [f"column_{i}" for i in range(900)]
    kind = "text" if db.dialect != "mariadb" else "integer"
    db.execute(
        [
            f"CREATE TABLE wide ({', '.join(f'{n} {kind}' for n in names)})",
            f"INSERT INTO wide VALUES ({', '.join(repr(str(i)) for i in range(900))})",
        ]
    )
    with open_source(db.url) as source:
        (row,) = read(source, source.catalog("crm"), "wide")
    assert list(row.values()) == [str(i) for i in range(900)]


def test_types_come_as_text(db: Database) -> None:
    boolean = "true" if db.dialect != "sqlite" else "1"
    db.execute(
        [
            "CREATE TABLE t (b boolean, d date, ts timestamp NULL, f double precision, t time)"
            if db.dialect != "sqlite"
            else "CREATE TABLE t (b, d, ts, f double, t)",
            f"INSERT INTO t VALUES ({boolean}, '2026-02-28', '2026-02-28 13:14:15', 1.5, "
            "'08:09:10')",
        ]
    )
    with open_source(db.url) as source:
        (row,) = read(source, source.catalog("crm"), "t")
    assert row["b"] == ("true" if db.dialect in ("postgresql", "duckdb") else "1")
    assert row["d"] == "2026-02-28"
    assert row["ts"] == "2026-02-28 13:14:15"
    assert row["f"] == "1.5"
    assert row["t"] == "08:09:10"


def test_statement_time_limit_leaves_the_source_usable(db: Database) -> None:
    db.execute(
        ["CREATE TABLE n (i integer)", "INSERT INTO n VALUES (1),(2),(3),(4),(5),(6),(7),(8)"]
    )
    for _ in range(4):
        db.execute(["INSERT INTO n SELECT i FROM n"])
    db.execute(
        [
            "CREATE VIEW slow AS SELECT max(a.i + b.i * c.i - d.i * e.i) AS m "
            "FROM n a, n b, n c, n d, n e WHERE a.i + b.i + c.i + d.i + e.i <> 12"
        ]
    )
    with open_source(db.url, timeout=300) as source:
        catalog = source.catalog("crm") if db.dialect in ("postgresql", "mariadb") else None
    with open_source(db.url, timeout=0.7) as source:
        if catalog is None:
            catalog = source.catalog("crm")
        with pytest.raises(CrmauditError, match=r"(?i)time|no answer within"):
            source.query("SELECT * FROM slow", "test")
        assert source.query("SELECT count(*) FROM n", "still usable") == [(128,)]
        slow = catalog.table("slow")
        # A view that is too slow to be tried has no known columns everywhere.
        columns = slow.columns or (Column("m", "integer"),)
        with pytest.raises(CrmauditError, match="slow"):
            source.stream(slow, columns)
        assert len(read(source, catalog, "n")) == 128


def test_no_secret_in_repr(db: Database) -> None:
    with open_source(db.url) as source:
        assert "s3cret" not in repr(source)
        assert "s3cret" not in source.address
        assert not any("s3cret" in s.sql for s in source.sent)
        assert all(s.purpose for s in source.sent)
