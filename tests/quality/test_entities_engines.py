"""One test body over every dialect: the same tables give the same entity map and parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from databases import Database

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, EntityMap, TableProfile, from_json, to_json
from crmaudit.quality.collectors.entities import collector as entities
from crmaudit.quality.collectors.entities import entity_map
from crmaudit.quality.collectors.parts import collector as parts
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources import ConnectionLostError, Source, open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.landscape import Map, TableMap

TABLES = [
    "CREATE TABLE partners (id integer PRIMARY KEY, is_company boolean, kind varchar(20), "
    "first_name varchar(20), last_name varchar(20), company_name varchar(40), email varchar(40), "
    "is_deleted boolean)",
    *(
        f"INSERT INTO partners VALUES ({i}, false, '7', 'Ann', 'Lee{i}', NULL, 'a{i}@b.org', "
        f"{'true' if i == 1 else 'false'})"
        for i in range(1, 13)
    ),
    *(
        f"INSERT INTO partners VALUES ({i}, true, '9', NULL, '', 'Firm {i}', NULL, false)"
        for i in range(13, 19)
    ),
    "CREATE TABLE clients (id integer PRIMARY KEY, kind varchar(5), first_name varchar(20), "
    "last_name varchar(20), vat_number varchar(20), company_name varchar(20))",
    *(f"INSERT INTO clients VALUES ({i}, 'x', 'Ann', 'Lee{i}', NULL, '')" for i in range(9)),
    *(f"INSERT INTO clients VALUES ({i}, 'y', '', NULL, '{i}', 'Firm {i}')" for i in range(9, 16)),
    "CREATE TABLE schema_migrations (version varchar(20))",
]


@contextmanager
def opened(db: Database, known: Known | None = None) -> Iterator[Task]:
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        found = tuple(profile(source, catalog.tables, Plan(system="crm")))
        yield Task(source, "crm", catalog, catalog.tables, known or Known(), (catalog, *found))


def with_map(task: Task, found: Document) -> Task:
    return Task(task.source, "crm", task.catalog, task.tables, task.known, (*task.evidence, found))


def bare(table: str) -> str:
    """Engines differ in whether the default schema is named."""
    return table.split(".")[-1]


def test_the_same_map_and_parts_in_every_dialect(db: Database) -> None:
    db.execute(TABLES)
    with opened(db) as task:
        found = entity_map(task)
        told = list(parts.collect(with_map(task, found)))
    rows = {(bare(r.table), r.entity): r for r in found.tables}
    assert set(rows) == {
        ("partners", "person"),
        ("partners", "organisation"),
        ("clients", "person"),
        ("clients", "organisation"),
        ("schema_migrations", ""),
    }
    assert rows["schema_migrations", ""].role == "system"
    assert rows["partners", "person"].soft_delete in ("is_deleted = true", "is_deleted = 1")
    # What x and y mean, only the columns that their rows fill can tell: they were asked.
    assert rows["clients", "person"].where == "kind = 'x'"
    assert rows["clients", "organisation"].where == "kind = 'y'"
    assert from_json(to_json(found)) == found
    counted = {}
    for part in told:
        assert isinstance(part, TableProfile)
        assert part.provenance.status.state == "done", part.provenance.status
        assert part.subject == f"{part.table} [{part.where}]"
        counted[bare(part.table), part.where] = part.rows
    by_entity = {
        (name, entity): counted[name, row.where]
        for (name, entity), row in rows.items()
        if row.where
    }
    assert by_entity == {
        ("partners", "person"): 12,
        ("partners", "organisation"): 6,
        ("clients", "person"): 9,
        ("clients", "organisation"): 7,
    }


def test_what_somebody_typed_as_a_kind_stands_in_no_condition(db: Database) -> None:
    typed = ["Firma Mustermann", "Household Example", "Client Jane", "Patient J. Doe"]
    db.execute(
        [
            "CREATE TABLE partners (id integer PRIMARY KEY, partner_type varchar(40), "
            "first_name varchar(20), last_name varchar(20), company_name varchar(40))",
            *(
                f"INSERT INTO partners VALUES ({i}, 'Person', 'Ann', 'Lee{i}', NULL)"
                for i in range(1, 15)
            ),
            *(
                f"INSERT INTO partners VALUES ({i}, 'Organisation', NULL, NULL, 'Firm {i}')"
                for i in range(15, 28)
            ),
            "INSERT INTO partners VALUES (28, 'Household', NULL, 'Roe', NULL)",
            *(
                f"INSERT INTO partners VALUES ({i}, '{kind}', NULL, NULL, NULL)"
                for i, kind in enumerate(typed, 30)
            ),
        ]
    )
    with opened(db) as task:
        found = entity_map(task)
    conditions = {r.entity: r.where for r in found.tables}
    # A word for an entity names nobody, however rare it is.
    assert conditions == {
        "person": "partner_type = 'Person'",
        "organisation": "partner_type = 'Organisation'",
        "household": "partner_type = 'Household'",
    }
    assert not [k for k in typed if k.split()[-1] in to_json(found)]


def test_a_product_is_recognised_and_its_own_tables_are_inferred(db: Database) -> None:
    db.execute(
        [
            *TABLES,
            "CREATE TABLE volunteer_shifts (id integer PRIMARY KEY, first_name varchar(9), "
            "last_name varchar(9))",
        ]
    )
    with opened(db) as task:
        assert entity_map(task, products=True).product is None
        assert entity_map(task, products=False).product is None


def test_conditions_that_fail_become_failed_parts(db: Database) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        name = next(t.qualified for t in source.catalog("crm").tables if t.name == "partners")
    wheres = ("no_such_column = 1", "1 = 1; DROP TABLE partners", "id < 5", "id < 5")
    rows = tuple(TableMap(table=name, entity="x", where=w) for w in wheres)
    other = TableMap(table=name, entity="x", role="secondary", where="id < 9")
    gone = TableMap(table="gone", entity="x", where="id < 9")
    known = Known(Map(system="crm", tables=(*rows, other, gone)))
    with opened(db, known) as task:
        found = list(parts.collect(with_map(task, entity_map(task))))
        announced = [s.sql for s in parts.statements(with_map(task, entity_map(task)))]
        sent = [s.sql for s in task.source.sent]
    states = [
        (d.where, d.provenance.status.state, d.rows)
        for d in found
        if isinstance(d, TableProfile) and bare(d.table) == "partners"
    ]
    # People's map counts for the table, what was found of it does not; each condition once.
    assert [s[:2] for s in states] == [
        (wheres[0], "failed"),
        (wheres[1], "failed"),
        ("id < 5", "done"),
    ]
    assert states[2][2] == 4
    assert all(statement in sent for statement in announced)
    assert not any("DROP" in statement for statement in sent)


def test_what_people_declare_is_not_contradicted_in_contact_points(db: Database) -> None:
    db.execute(TABLES)
    with opened(db) as task:
        plain = entity_map(task)
        table = next(p.table for p in plain.contact_points)
    known = Known(Map(system="crm", tables=(TableMap(table=table, entity="supporter"),)))
    with opened(db, known) as task:
        found = entity_map(task)
    assert {p.of for p in plain.contact_points} == {("organisation", "person")} or {
        p.of for p in plain.contact_points
    } == {("person", "organisation")}
    assert {p.of for p in found.contact_points} == {("supporter",)}


def test_announced_before_anything_is_known(db: Database) -> None:
    db.execute(TABLES)
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        task = Task(source, "crm", catalog, catalog.tables)
        assert all(s.template for s in entities.statements(task))
        assert [s.template for s in parts.statements(task)] == [True]
        (found,) = entities.collect(task)
    assert isinstance(found, EntityMap)
    assert {bare(r.table) for r in found.tables} >= {"partners", "schema_migrations"}


class _Failing:
    """A source of which every further statement fails."""

    def __init__(self, source: Source, error: CrmauditError) -> None:
        self._source, self._error = source, error

    def __getattr__(self, name: str) -> object:
        return getattr(self._source, name)

    def query(self, sql: str, purpose: str) -> list[tuple[object, ...]]:
        raise self._error


def test_a_failing_question_is_done_without_and_a_lost_connection_passes(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from databases import sqlite_file

    db = sqlite_file(tmp_path / "crm.sqlite")
    db.execute(TABLES)
    with opened(db) as task:
        refused = _Failing(task.source, CrmauditError("no right"))
        found = entity_map(Task(refused, "crm", task.catalog, task.tables, evidence=task.evidence))  # type: ignore[arg-type]
        assert ("clients", "") in {(r.table, r.where) for r in found.tables}
        lost = _Failing(task.source, ConnectionLostError("gone"))
        with pytest.raises(ConnectionLostError):
            entity_map(Task(lost, "crm", task.catalog, task.tables, evidence=task.evidence))  # type: ignore[arg-type]
