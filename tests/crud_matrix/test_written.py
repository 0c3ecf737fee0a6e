"""Stamps and marks in rows, and the server's counters, over every dialect."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from databases import Database, dialects

from crmaudit.crud_matrix.collectors.stamps import Stamps, days
from crmaudit.crud_matrix.collectors.written import collector
from crmaudit.evidence import EntityMap, MappedTable, RowTraces, Written, from_json, to_json
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.landscape import Map, TableMap

MAP = Map(
    system="crm",
    tables=(
        TableMap(
            table="contact",
            entity="person",
            created_at="made",
            modified_at="changed",
            soft_delete="gone = 1",
        ),
        TableMap(table="old", entity="order", created_at="made", modified_at="changed"),
        TableMap(table="epoch", entity="visit", created_at="made", modified_at="changed"),
        TableMap(table="plain", entity="note"),
        TableMap(table="blank", entity="case", created_at="made"),
    ),
)
STATEMENTS = [
    "CREATE TABLE contact (id integer, made timestamp NULL, changed timestamp NULL, gone integer)",
    "INSERT INTO contact VALUES (1, '2024-03-01 10:00:00', '2024-03-01 10:00:00', 0)",
    # A second later: the program asked the clock twice.
    "INSERT INTO contact VALUES (2, '2024-03-02 10:00:00', '2024-03-02 10:00:01', 0)",
    "INSERT INTO contact VALUES (3, '2024-03-03 10:00:00', '2025-07-09 11:30:00', 1)",
    "INSERT INTO contact VALUES (4, NULL, '2025-07-10 11:30:00', NULL)",
    "INSERT INTO contact VALUES (5, '2024-03-05 10:00:00', NULL, 0)",
    "CREATE TABLE old (id integer, made varchar(30), changed varchar(30))",
    "INSERT INTO old VALUES (1, '2020-01-01T08:00:00Z', '2020-01-01T08:05:00Z')",
    "INSERT INTO old VALUES (2, '2020-01-02', '2020-01-02'), (3, '', ''), (4, 'soon', 'later')",
    "INSERT INTO old VALUES (5, '0000-00-00', '0000-00-00')",
    "CREATE TABLE epoch (id integer, made bigint, changed bigint)",
    "INSERT INTO epoch VALUES (1, 1700000000, 1700000500), (2, 1700000000, 1700000000), (3, 0, 0)",
    "CREATE TABLE plain (id integer)",
    "INSERT INTO plain VALUES (1), (2)",
    "UPDATE plain SET id = 3 WHERE id = 2",
    "DELETE FROM plain WHERE id = 1",
    "CREATE TABLE blank (id integer, made timestamp NULL)",
]


def read(
    db: Database, declared: Map | None = MAP, measured: tuple[MappedTable, ...] = ()
) -> list[Written]:
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        maps = (EntityMap(catalog.provenance, measured),) if measured else ()
        task = Task(source, "crm", catalog, catalog.tables, Known(declared), maps)
        announced = [s.sql for s in collector.statements(task) if not s.template]
        before = len(source.sent)
        found = [d for d in collector.collect(task) if isinstance(d, Written)]
        assert [s.sql for s in source.sent[before:]] == announced
    for one in found:
        assert from_json(to_json(one)) == one
    return found


def traces(found: list[Written]) -> dict[str, RowTraces]:
    (written,) = found
    assert written.provenance.status.state == "done", written.provenance.status
    return {t.table: t for t in written.tables}


def test_stamps_in_every_dialect(db: Database) -> None:
    db.execute(STATEMENTS)
    told = traces(read(db))
    contact = told["contact"]
    assert (contact.rows, contact.created, contact.modified, contact.removed) == (5, 4, 1, 1)
    assert (contact.made, contact.changed) == ("2024-03-05", "2025-07-09")
    assert (contact.first, contact.last) == ("2024-03-01", "2025-07-10")
    old = told["old"]
    assert (old.rows, old.created, old.modified, old.removed) == (5, 2, 1, None)
    assert (old.first, old.last) == ("2020-01-01", "2020-01-02")
    epoch = told["epoch"]
    assert (epoch.rows, epoch.created, epoch.modified) == (3, 2, 1)
    assert (epoch.first, epoch.last) == ("2023-11-14", "2023-11-14")
    blank = told["blank"]
    assert (blank.rows, blank.created, blank.modified) == (0, 0, None)
    assert (blank.first, blank.last) == ("", "")


@pytest.mark.parametrize("dialect", dialects("postgresql", "mariadb"))
def test_counters_of_servers(make_db: Callable[[str], Database], dialect: str) -> None:
    db = make_db(dialect)
    db.execute(STATEMENTS)
    if dialect == "postgresql":
        db.execute(
            [
                "CREATE TABLE visit (day date) PARTITION BY RANGE (day)",
                "CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO "
                "('2026-01-01')",
                "CREATE TABLE visit_2 PARTITION OF visit FOR VALUES FROM ('2026-01-01') TO "
                "('2027-01-01')",
                "INSERT INTO visit VALUES ('2025-01-01'), ('2025-02-01'), ('2026-02-01')",
            ]
        )
    found = read(db)
    told = traces(found)
    plain = told["plain"]
    assert (plain.inserted, plain.updated, plain.deleted) == (2, 1, 1)
    assert plain.rows is None
    contact = told["contact"]
    assert (contact.inserted, contact.updated, contact.deleted) == (5, 0, 0)
    if dialect == "postgresql":
        assert told["visit"].inserted == 3
        assert not {"visit_1", "visit_2"} & told.keys()
    else:
        assert found[0].since is not None
        assert found[0].since <= found[0].provenance.taken_at


@pytest.mark.parametrize("dialect", dialects("sqlite", "duckdb", "folder"))
def test_without_a_map_and_counters_nothing_is_told(
    make_db: Callable[[str], Database], dialect: str
) -> None:
    db = make_db(dialect)
    if dialect == "folder":
        (db.path / "contact.csv").write_text("id,made\n1,2024-01-01\n")
    else:
        db.execute(STATEMENTS)
    assert read(db, None) == []


def test_exports_are_read_as_text(make_db: Callable[[str], Database]) -> None:
    db = make_db("folder")
    (db.path / "contact.csv").write_text(
        "id,made,changed,gone\n1,2024-03-01 10:00:00,2024-04-01 10:00:00,1\n2,03/01/2024,,0\n"
    )
    measured = MappedTable(
        "contact", "person", created_at="made", modified_at="changed", soft_delete="gone = '1'"
    )
    contact = traces(read(db, None, (measured,)))["contact"]
    assert (contact.rows, contact.created, contact.modified, contact.removed) == (2, 1, 1, 1)
    assert (contact.first, contact.last) == ("2024-03-01", "2024-04-01")


def test_people_outweigh_what_was_found(make_db: Callable[[str], Database]) -> None:
    db = make_db("sqlite")
    db.execute(STATEMENTS)
    measured = (MappedTable("contact", "person", created_at="changed"),)
    assert traces(read(db, MAP, measured))["contact"].modified == 1
    row = TableMap(table="contact", entity="person", created_at="made", modified_at="changed")
    proposed = Map(system="crm", confirmed=False, tables=(row,))
    assert traces(read(db, proposed, measured))["contact"].modified is None
    assert traces(read(db, proposed))["contact"].modified == 1


def test_what_fails_is_said_and_stops_nothing(make_db: Callable[[str], Database]) -> None:
    db = make_db("sqlite")
    db.execute(STATEMENTS)
    broken = MAP.model_copy(
        update={
            "tables": (
                TableMap(table="contact", entity="person", soft_delete="1); DROP TABLE contact"),
                TableMap(table="old", entity="order", soft_delete="nowhere = 1"),
                TableMap(table="epoch", entity="visit", created_at="made"),
                TableMap(table="plain", entity="note", created_at="other.made"),
                TableMap(table="missing", entity="note", created_at="made"),
            )
        }
    )
    (written,) = read_anything(db, broken)
    assert written.provenance.status.state == "partly"
    assert "contact" in written.provenance.status.reason
    assert "old" in written.provenance.status.reason
    assert [t.table for t in written.tables] == ["epoch"]


def read_anything(db: Database, declared: Map) -> list[Written]:
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        task = Task(source, "crm", catalog, catalog.tables, Known(declared))
        return [d for d in collector.collect(task) if isinstance(d, Written)]


def test_days_of_stamps() -> None:
    assert days(["2024-01-02 03:04:05", None, "2023-01-02", "soon"]) == ("2023-01-02", "2024-01-02")
    assert days([1_700_000_000, 1_700_000_000_000]) == ("2023-11-14", "2023-11-14")
    assert days([None, 7, "-1", "1e300", "nan", "inf"]) == ("", "")
    assert not Stamps()
    assert Stamps("a").or_else(Stamps("b", "c")) == Stamps("a", "c")
