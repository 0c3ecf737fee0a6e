"""One test body over every dialect: the same records have the same things at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from databases import Database

from crmaudit.errors import CrmauditError
from crmaudit.evidence import EntityMap, Keys, MappedTable, Reach, Reached, Reference, to_json
from crmaudit.evidence.entity_map import ContactPoint
from crmaudit.evidence.provenance import Provenance
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.collectors.reach import collector, reach
from crmaudit.quality.plan import Plan
from crmaudit.sources import ConnectionLostError, Source, open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.landscape import Map

TABLES = [
    "CREATE TABLE party (id integer PRIMARY KEY, kind varchar(9), phone varchar(40), "
    "deleted integer, trial integer, owner_id integer)",
    # 1 to 8 are persons, 9 and 10 firms; 7 is deleted, 8 was made to try something.
    *(
        f"INSERT INTO party VALUES ({i}, '{'person' if i < 9 else 'firm'}', "
        f"{'NULL' if i % 2 else repr(f'+44 20 7946 0{i:03d}')}, "
        f"{1 if i == 7 else 'NULL'}, {1 if i == 8 else 0}, 1)"
        for i in range(1, 11)
    ),
    "CREATE TABLE mail (id integer PRIMARY KEY, about varchar(9), about_id integer, "
    "mail varchar(60))",
    "INSERT INTO mail VALUES (1, 'party', 1, 'a@example.org'), (2, 'party', 3, ' '), "
    "(3, 'user', 5, 'b@example.org'), (4, 'party', 7, 'c@example.org')",
    'CREATE TABLE calls (id integer PRIMARY KEY, "to" integer, by_robot integer)',
    "INSERT INTO calls VALUES (1, 1, 0), (2, 1, 1), (3, 2, 1), (4, 99, 0), (5, 0, 0)",
    "CREATE TABLE matter (id varchar(9) PRIMARY KEY, status varchar(20))",
    "INSERT INTO matter VALUES ('A', 'Open'), ('B', 'Closed - won'), ('C', NULL)",
    "CREATE TABLE matter_party (matter varchar(9), party integer)",
    "INSERT INTO matter_party VALUES ('A', 1), ('B', 2), ('C', 9), ('A', 9), ('gone', 4)",
    "CREATE TABLE bill (id integer PRIMARY KEY, party integer)",
    "INSERT INTO bill VALUES (1, 1), (2, 10), (3, 10)",
]
MAP: dict[str, Any] = {
    "tables": [
        {"table": "party", "entity": "person", "where": "kind = 'person'"},
        {"table": "party", "entity": "organisation", "where": "kind = 'firm'"},
        {"table": "calls", "entity": "activity", "automatic": "by_robot = 1"},
        {"table": "matter", "entity": "case"},
        {"table": "matter_party", "role": "link"},
        {"table": "bill", "entity": "invoice"},
    ],
    "references": [
        {"table": "calls", "columns": "to", "to": "party"},
        {"table": "matter_party", "columns": "matter", "to": "matter"},
        {"table": "matter_party", "columns": "party", "to": "party"},
        {"table": "bill", "columns": "party", "to": "party"},
    ],
}
for row in MAP["tables"][:2]:
    row |= {"soft_delete": "deleted = 1", "test_rows": "trial = 1"}


def prefixed(db: Database, name: str) -> str:
    """A table's qualified name, with the schema where the dialect has one."""
    return {"postgresql": "public.", "duckdb": "main."}.get(db.dialect, "") + name


def said(db: Database, names: set[str], **more: Any) -> Map:
    """The map above with names as this dialect's catalog writes them."""

    def own(value: Any) -> Any:
        if isinstance(value, dict):
            known = ("table", "to")
            return {k: named(v) if k in known else own(v) for k, v in value.items()}
        return [own(v) for v in value] if isinstance(value, list) else value

    def named(table: str) -> str:
        return table if table in names else prefixed(db, table)

    return Map.model_validate(own({"system": "crm", **MAP, **more}))


def measured(source: Source, db: Database, **more: Any) -> tuple[Task, Reach]:
    catalog = source.catalog("crm")
    names = {t.qualified for t in catalog.tables}
    evidence = tuple(profile(source, catalog.tables, Plan(system="crm")))
    provenance = Provenance(
        "crm", source.address, source.engine, source.snapshot, evidence[0].provenance.taken_at, "t"
    )
    known = said(db, names, **more)
    table = {t.table.split(".")[-1]: t.table for t in known.tables}
    mail = next(n for n in names if n.split(".")[-1] == "mail")
    points = (
        ContactPoint("phone", ("person", "organisation"), table["party"], ("phone",)),
        ContactPoint(
            "e-mail", ("person",), mail, ("mail", "gone"), {"about_id": "id"}, "about = 'party'"
        ),
    )
    whole = (*evidence, EntityMap(provenance, contact_points=points))
    task = Task(source, "crm", catalog, catalog.tables, Known(map=known), whole)
    found = reach(task)
    assert found is not None
    return task, found


def by_entity(found: Reach) -> dict[str, Reached]:
    return {r.entity: r for r in found.reached}


def test_the_same_in_every_dialect(db: Database) -> None:
    db.execute([_quoted(db, s) for s in TABLES])
    with open_source(db.url) as source:
        task, found = measured(source, db)
        sent = [s.sql for s in source.sent]
    assert found.provenance.status.state == "done"
    reached = by_entity(found)
    person, firm = reached["person"], reached["organisation"]
    assert (person.records, person.where) == (6, "kind = 'person'")
    assert dict(person.having) == {
        "activity": 2,
        "case": 2,
        "contact point": 4,
        "e-mail": 1,
        "invoice": 1,
        "open case": 1,
        "phone": 3,
    }
    assert person.together_of == ("contact point", "activity", "invoice", "open case")
    assert person.together == 1
    assert person.lacking["membership"] == "no table holds memberships"
    assert (firm.records, firm.having["case"], firm.having["open case"]) == (2, 1, 1)
    assert firm.having["invoice"] == 1
    assert firm.having["activity"] == 0
    assert (firm.together_of, firm.together) == (("contact point", "invoice", "open case"), 0)
    calls = reached["activity"]
    assert (calls.records, calls.having["customer"]) == (5, 3)
    assert calls.having["recorded by people"] == 3
    # A reference of the organisation's people tells nothing of calls, and no value is kept.
    assert "example.org" not in to_json(found)
    assert "7946" not in to_json(found)
    (template,) = collector.statements(task)
    assert template.template
    again = [s for s in sent if "CASE WHEN" in s]
    assert again, "deleted and test records are left out at the source"


def _quoted(db: Database, statement: str) -> str:
    return statement.replace('"to"', "`to`") if db.dialect == "mariadb" else statement


@pytest.fixture
def crm(make_db: Callable[[str], Database]) -> Database:
    found = make_db("sqlite")
    found.execute(TABLES)
    return found


def test_a_condition_that_fails_is_lacking(crm: Database) -> None:
    tables = [dict(t) for t in MAP["tables"]]
    tables[5]["where"] = "no_such_column = 1"
    with open_source(crm.url) as source:
        _, found = measured(source, crm, tables=tables)
    person = by_entity(found)["person"]
    assert "invoice" not in person.having
    assert person.lacking["invoice"].startswith("it could not be read: ")
    assert person.having["activity"] == 2

    tables[0]["where"] = "kind = 'person' --"
    with open_source(crm.url) as source:
        _, found = measured(source, crm, tables=tables)
    assert "person" not in by_entity(found)
    assert found.provenance.status.state == "partly"
    assert "not a single condition" in found.provenance.status.reason


def test_marks_that_stand_in_another_table(crm: Database) -> None:
    crm.execute(["CREATE TABLE record (crmid integer, gone integer)"])
    crm.execute([f"INSERT INTO record VALUES ({i}, {i % 2})" for i in range(1, 11)])
    with open_source(crm.url) as source:
        catalog = source.catalog("crm")
        provenance = measured(source, crm)[1].provenance
        mapped = MappedTable(
            "party", "person", soft_delete="record.gone = 1", join={"record.crmid": "id"}
        )
        task = Task(
            source, "crm", catalog, catalog.tables, evidence=(EntityMap(provenance, (mapped,)),)
        )
        found = reach(task)
    assert found is not None
    assert by_entity(found)["person"].records == 5


def test_a_polymorphic_reference_goes_by_its_type(crm: Database) -> None:
    with open_source(crm.url) as source:
        task, found = measured(source, crm)
        keys = Keys(
            found.provenance,
            references=(
                Reference(
                    "mail", ("about_id",), "party", ("id",), ("about", "party"), "inferred", 0.9,
                    filled=4, orphans=0,
                ),
            ),
        )  # fmt: skip
        rows = (MappedTable("party", "person"), MappedTable("mail", "activity"))
        evidence = (EntityMap(found.provenance, rows), keys)
        typed = reach(Task(source, "crm", task.catalog, task.tables, evidence=evidence))
    assert typed is not None
    assert by_entity(typed)["person"].having["activity"] == 3
    assert by_entity(typed)["activity"].having["customer"] == 3


def test_without_a_map_there_is_nothing_to_say(crm: Database) -> None:
    with open_source(crm.url) as source:
        catalog = source.catalog("crm")
        assert list(collector.collect(Task(source, "crm", catalog, catalog.tables))) == []


def test_a_lost_connection_passes(crm: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_source(crm.url) as source:
        task, _ = measured(source, crm)

        def lost(*_: object) -> None:
            raise ConnectionLostError("gone")

        monkeypatch.setattr(type(source), "stream", lost)
        with pytest.raises(ConnectionLostError):
            reach(task)

        def fails(*_: object) -> None:
            raise CrmauditError("denied")

        monkeypatch.setattr(type(source), "stream", fails)
        found = reach(task)
    assert found is not None
    assert found.reached == ()
    assert "denied" in found.provenance.status.reason
