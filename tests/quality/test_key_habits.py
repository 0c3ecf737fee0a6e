"""Names as keys, and what a system's filled columns tell of its empty ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from profile_fakes import ListSource, Values

from crmaudit.evidence import Catalog, Keys, Provenance
from crmaudit.quality.collectors.keys import find_keys
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.quality.references.habits import Confirmed, Habits
from crmaudit.quality.references.words import named
from crmaudit.sources.task import Known, Task

PROVENANCE = Provenance("crm", "list", "list", "s1", datetime(2026, 1, 1, tzinfo=UTC), "test")
USERS = {
    "id": [str(i) for i in range(1, 31)],
    "username": [f"login{i:02}" for i in range(30)],
    "password": [f"x{i}" for i in range(30)],
}
LOGINS: Values = [f"login{i % 25:02}" for i in range(60)]
NOTHING: Values = [None] * 60
ROWS: Values = [str(i) for i in range(1, 61)]


def keys_of(tables: Mapping[str, Mapping[str, Values]]) -> Keys:
    names = {c for t in tables.values() for c in t}
    source = ListSource(tables, types={c: "integer" for c in names if c == "id"})
    declared = (replace(t, primary_key=(t.columns[0].name,)) for t in source.tables)
    catalog = Catalog(PROVENANCE, tables=tuple(declared))
    profiles = tuple(profile(source, source.tables, Plan(system="crm")))
    return find_keys(Task(source, "crm", catalog, catalog.tables, Known(), profiles), False)


def told(keys: Keys) -> dict[str, str]:
    return {f"{r.table}.{r.columns[0]}": f"{r.to}.{r.to_columns[0]}" for r in keys.references}


def test_columns_without_values_go_where_those_of_their_name_go() -> None:
    found = told(
        keys_of(
            {
                "users": USERS,
                "deals": {"id": ROWS, "created_by": LOGINS, "updated_by": LOGINS},
                "cases": {"id": ROWS, "created_by": LOGINS, "updated_by": NOTHING},
                "quotes": {"id": ROWS, "approved_by": NOTHING},
            }
        )
    )
    assert found["deals.created_by"] == "users.username"
    assert found["cases.updated_by"] == "users.username"
    assert found["quotes.approved_by"] == "users.username"


def test_a_habit_needs_agreement() -> None:
    place = ("users", "login")
    habits = Habits([Confirmed("a", "owner", place), Confirmed("b", "owner", ("staff", "id"))])
    assert habits.of("owner", ("users", "id")) is None
    habits = Habits([Confirmed("a", "firm", ("accounts", "no"))])
    assert habits.of("firm", None) is None, "one column alone does not make a guess"
    assert habits.of("firm", ("accounts", "id")) == ("accounts", "no")
    own = Habits([Confirmed("a", "parent", ("a", "id")), Confirmed("b", "parent", ("b", "id"))])
    assert own.of("parent", None) is None


def test_pairs_where_names_are_keys() -> None:
    leads: Values = [f"LEAD-{i:03}" for i in range(60)]
    deals: Values = [f"DEAL-{i:03}" for i in range(60)]
    mixed: Values = [(leads if i % 2 else deals)[i] for i in range(60)]
    types: Values = ["Lead" if i % 2 else "Deal" for i in range(60)]
    keys = keys_of(
        {
            "leads": {"name": leads},
            "deals": {"name": deals},
            "comments": {"name": [f"c{i}" for i in range(60)], "reference_doctype": types,
                         "reference_name": [*mixed[:58], "gone", "gone"]},
            "tags": {"id": ROWS, "type": types, "item_id": mixed},
            "labels": {"id": ROWS, "lead_type": types, "lead_name": [f"n{i}" for i in range(60)]},
        }
    )  # fmt: skip
    pairs = {(p.table, p.type_column, p.id_column) for p in keys.polymorphic}
    assert ("comments", "reference_doctype", "reference_name") in pairs
    assert ("tags", "type", "item_id") in pairs
    assert not [p for p in pairs if p[0] == "labels"], "its names are not in the tables"
    orphans = {r.to: r.orphans for r in keys.references if r.table == "comments" and r.when}
    assert orphans == {"leads": 1, "deals": 1}


def test_a_name_refers_where_it_is_the_key_and_no_number_stands_beside() -> None:
    firms: Values = [f"Firm {i}" for i in range(60)]
    accounts = {"id": ROWS, "name": firms}
    rows = {"id": ROWS, "account_name": [firms[i % 40] for i in range(60)]}
    assert told(keys_of({"accounts": accounts, "deals": rows}))["deals.account_name"] == (
        "accounts.name"
    )
    numbered = rows | {"account_id": [str(i % 50 + 1) for i in range(60)]}
    assert "deals.account_name" not in told(keys_of({"accounts": accounts, "deals": numbered}))


def test_values_alone_name_the_column_that_was_tested() -> None:
    tables = {
        "users": USERS,
        "profiles": {"id": [str(i) for i in range(1, 31)], "user_name": USERS["username"]},
        "deals": {"id": ROWS, "owner": LOGINS, "handled_ref_id": LOGINS},
    }
    for place, to in told(keys_of(tables)).items():
        if place == "deals.handled_ref_id":
            assert not to.endswith(".id"), "a login is no number"


def test_numbers_of_other_systems_need_rows() -> None:
    tables = {
        "calendars": {"id": ROWS},
        "accounts": {"id": ROWS, "remote_calendar_id": NOTHING},
        "contacts": {"id": ROWS, "tracking_key": [f"k{i}" for i in range(60)]},
        "leads": {"id": ROWS, "tracking_key": NOTHING, "count": [str(i % 9) for i in range(60)]},
    }
    found = told(keys_of(tables))
    assert not {"accounts.remote_calendar_id", "leads.tracking_key", "leads.count"} & found.keys()


def test_the_number_of_a_mail_is_no_user() -> None:
    assert named("uid").mark >= 0.9
    assert named("author_uid").mark >= 0.9
    assert named("imap_uid").mark < 0.9
