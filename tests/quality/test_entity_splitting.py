"""One table that holds several entities: the conditions that tell its rows apart."""

from __future__ import annotations

import pytest
from entity_catalogs import catalog, column, infer, profiled, rows_of, table

from crmaudit.evidence import Column, Table
from crmaudit.quality.entities.conditions import Dialect, nature, occurs
from crmaudit.quality.entities.inference import Inferring
from crmaudit.quality.entities.seen import SeenColumn
from crmaudit.quality.entities.splitting import Kind

PARTIES = table("parties", "id kind first_name last_name company_name vat_number")


def test_kinds_named_by_a_column() -> None:
    values = {"Individual": 60, "Organization": 20, "Haushalt": 10, "Robot": 10}
    contacts = table("contacts", "id contact_type first_name last_name organization_name")
    found = infer(contacts, profiles=(profiled("contacts", column("contact_type", 100, values)),))
    rows = rows_of(found, "contacts")
    assert [(r.entity, r.where) for r in rows] == [
        ("person", "contact_type = 'Individual'"),
        ("organisation", "contact_type = 'Organization'"),
        ("household", "contact_type = 'Haushalt'"),
    ]
    assert "10 rows are of other kinds" in rows[0].reasons[0]
    assert found.rows["contacts", "contact_type = 'Individual'"] == 60
    assert rows[0].name == ("first_name", "last_name")
    assert rows[1].name == ("organization_name",)


def test_a_table_that_nothing_explains_may_say_itself_what_its_rows_are() -> None:
    things = table("referrals", "id record_type title note a b")
    values = {"lead": 30, "opportunity": 70}
    found = infer(things, profiles=(profiled("referrals", column("record_type", 100, values)),))
    assert [(r.entity, r.where) for r in rows_of(found, "referrals")] == [
        ("opportunity", "record_type = 'opportunity'"),
        ("lead", "record_type = 'lead'"),
    ]


def test_values_of_one_entity_split_nothing() -> None:
    tasks = table("activities", "id activity_type subject due_date")
    values = {"call": 50, "meeting": 50}
    profile = profiled("activities", column("activity_type", 100, values))
    (row,) = infer(tasks, profiles=(profile,)).tables
    assert (row.entity, row.where) == ("activity", "")


def test_masked_values_are_never_written_down() -> None:
    contacts = table("contacts", "id type first_name last_name")
    values = {"person": 50, "company": 50}
    masked = profiled("contacts", column("type", 100, values, masked=True))
    assert [r.where for r in infer(contacts, profiles=(masked,)).tables] == [""]


def test_codes_are_told_by_what_their_rows_fill() -> None:
    inferring = Inferring(catalog(PARTIES))
    kinds = {
        ("parties", "kind"): {
            "1": Kind(80, {"first_name": 80, "last_name": 79, "company_name": 1}),
            "2": Kind(20, {"company_name": 20, "vat_number": 15}),
        }
    }
    rows = inferring.infer(kinds).tables
    assert {r.entity: r.where for r in rows} == {
        "person": "kind = '1'",
        "organisation": "kind = '2'",
    }
    assert "fill" in rows[0].reasons[0]


def test_codes_are_told_by_their_letter_with_less_confidence() -> None:
    customers = table("customers", "id kind name1 name2 vat_no")
    values = {"P": 80, "O": 20}
    found = infer(customers, profiles=(profiled("customers", column("kind", 100, values)),))
    assert {r.entity: (r.where, r.confidence <= 0.6) for r in found.tables} == {
        "person": ("kind = 'P'", True),
        "organisation": ("kind = 'O'", True),
    }


@pytest.mark.parametrize("kind", ["boolean", "smallint", "varchar(5)"])
def test_a_flag(kind: str) -> None:
    partners = table("partners", f"id is_company:{kind} name email")
    values = {"boolean": {"true": 5, "false": 95}, "smallint": {"1": 5, "0": 95}}.get(
        kind, {"Y": 5, "N": 95}
    )
    found = infer(partners, profiles=(profiled("partners", column("is_company", 100, values)),))
    written = {r.entity: r.where for r in found.tables}
    expected = {
        "boolean": ("is_company = true", "is_company = false"),
        "smallint": ("is_company = 1", "is_company = 0"),
    }.get(kind, ("is_company = 'Y'", "is_company = 'N'"))
    assert (written["organisation"], written["person"]) == expected


def test_a_flag_that_all_rows_have_splits_nothing() -> None:
    partners = table("partners", "id is_company:boolean name email")
    profile = profiled("partners", column("is_company", 100, {"false": 100}))
    assert [r.where for r in infer(partners, profiles=(profile,)).tables] == [""]


def test_templates_are_left_out_where_there_are_some() -> None:
    events = table("events", "id title capacity is_template:integer starts_at")
    with_some = profiled("events", column("is_template", 100, {"0": 95, "1": 5}))
    without = profiled("events", column("is_template", 100, {"0": 100}))
    assert infer(events, profiles=(with_some,)).tables[0].where == "is_template = 0"
    assert infer(events, profiles=(without,)).tables[0].where == ""


def seen(name: str, kind: str, **profile: object) -> SeenColumn:
    found = column(name, **profile) if profile else None  # type: ignore[arg-type]
    return SeenColumn(Column(name, kind), found, frozenset())


def test_conditions_are_quoted_and_escaped() -> None:
    dialect = Dialect("postgresql")
    assert dialect.equals(seen("contact_type", "text"), "O'Neil") == "contact_type = 'O''Neil'"
    assert dialect.equals(seen("Type", "text"), "a") == "\"Type\" = 'a'"
    assert dialect.equals(seen("group", "text"), "a") == "\"group\" = 'a'"
    assert dialect.equals(seen("current_user", "text"), "a") == "\"current_user\" = 'a'"
    # A number that is none, and what could end a text early.
    assert dialect.equals(seen("kind", "integer"), "1 OR 1=1") == ""
    assert dialect.equals(seen("kind", "text"), "a\\") == ""
    assert dialect.one_of(seen("kind", "text"), ("a", "b\0")) == ""
    assert dialect.one_of(seen("kind", "text"), ("a", "b")) == "kind IN ('a', 'b')"
    assert Dialect("mysql", lambda n: f"`{n}`").name("Key") == "`Key`"


@pytest.mark.parametrize(
    ("kind", "engine", "expected"),
    [
        ("boolean", "postgresql", "boolean"),
        ("BOOLEAN", "sqlite", "number"),
        ("tinyint(1)", "mariadb", "number"),
        ("timestamp with time zone", "postgresql", "time"),
        ("varchar(3)", "mariadb", "text"),
        ("numeric(3,0)", "postgresql", "number"),
    ],
)
def test_natures(kind: str, engine: str, expected: str) -> None:
    assert nature(seen("x", kind), engine) == expected


def test_whether_a_flag_occurs() -> None:
    assert occurs(seen("f", "int"), True) is None
    assert occurs(seen("f", "int", rows=9, values={"0": 9}), True) is False
    assert occurs(seen("f", "int", rows=9, filled=0), True) is False
    assert occurs(seen("f", "int", rows=9, values={"0": 7, "1": 2}), True) is True
    # Too few to be shown, yet there.
    assert occurs(seen("f", "int", rows=9, values={"0": 7}, filled=9), True) is True


def test_nobody_asks_of_a_table_without_rows() -> None:
    def asked(rows: int | None) -> list[str]:
        counted = Table("parties", columns=PARTIES.columns, primary_key=("id",), rows=rows)
        return [q.column.name for q in Inferring(catalog(counted)).asked()]

    assert asked(0) == []
    assert asked(10) == ["kind"]
