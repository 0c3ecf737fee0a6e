"""Keys of hostile tables: failures, lost connections, privacy, memory, counts worked out slowly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from databases import sqlite_file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from profile_fakes import ListSource, Values

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Keys, Provenance, to_json
from crmaudit.quality.collectors.key_values import SENTINELS
from crmaudit.quality.collectors.keys import find_keys
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources import ConnectionLostError, open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.landscape import Map, TableReference

PROVENANCE = Provenance("crm", "list", "list", "s1", datetime(2026, 1, 1, tzinfo=UTC), "test")


def numbers(*values: object) -> Values:
    return [None if v is None else str(v) for v in values]


def keys_of(
    tables: Mapping[str, Mapping[str, Values]],
    profiled: bool = True,
    known: Known | None = None,
    **settings: Any,
) -> Keys:
    source = ListSource(tables, **settings)
    catalog = Catalog(PROVENANCE, tables=source.tables)
    profiles = tuple(profile(source, source.tables, Plan(system="crm"))) if profiled else ()
    task = Task(source, "crm", catalog, catalog.tables, known or Known(), profiles)
    return find_keys(task, products=False)


INTEGERS = {"id": "integer", "account_id": "integer", "item_id": "integer"}
ACCOUNTS = {"id": numbers(*range(1, 21)), "name": [f"Firm {i}" for i in range(20)]}


def test_nothing_at_all() -> None:
    keys = keys_of({})
    assert (keys.keys, keys.references, keys.polymorphic) == ((), (), ())
    assert keys.provenance.status.state == "done"


def test_without_profiles_names_are_enough() -> None:
    contacts = {
        "id": numbers(*range(1, 31)),
        "account_id": numbers(*(i % 22 + 1 for i in range(30))),
    }
    keys = keys_of({"accounts": ACCOUNTS, "contacts": contacts}, profiled=False, types=INTEGERS)
    (found,) = keys.references
    assert (found.to, found.filled, found.orphans) == ("accounts", 30, 2)


def test_hostile_names_and_values() -> None:
    evil = 'a"; DROP TABLE seen; --'
    rows: Values = ["'; DROP TABLE counted; --", "\ufffd\x01", "%s", "=1+1", "x" * 100_000]
    tables = {
        "select": {"id": rows, evil: rows, "": rows, "select_id": rows},
        "ä\n<script>": {"id": rows, "select_id": rows},
    }
    keys = keys_of(tables, profiled=False)
    assert keys.provenance.status.state == "done", keys.provenance.status
    found = {r.table: r for r in keys.references}
    assert (found["ä\n<script>"].filled, found["ä\n<script>"].orphans) == (5, 0)
    assert "DROP TABLE counted" not in to_json(keys)


def test_a_table_that_fails_leaves_its_references_untested() -> None:
    def fails(table: str, number: int) -> None:
        if table == "contacts":
            raise CrmauditError("no right to read contacts")

    contacts = {"id": numbers(1, 2, 3), "account_id": numbers(1, 2, 3)}
    notes = {"id": numbers(1, 2, 3), "account_id": numbers(1, 2, 99)}
    tables = {"accounts": ACCOUNTS, "contacts": contacts, "notes": notes}
    keys = keys_of(tables, profiled=False, types=INTEGERS, fails=fails)
    assert keys.provenance.status.state == "partly"
    assert "no right to read contacts" in keys.provenance.status.reason
    found = {r.table: r for r in keys.references}
    assert found["contacts"].filled is None
    assert found["contacts"].verdict == "cannot tell"
    assert (found["notes"].filled, found["notes"].orphans) == (3, 1)


def test_a_condition_that_fails_spoils_nothing_else(tmp_path: Path) -> None:
    db = sqlite_file(tmp_path / "crm.sqlite")
    db.execute(
        [
            "CREATE TABLE accounts (id integer PRIMARY KEY)",
            "INSERT INTO accounts VALUES (1), (2), (3)",
            "CREATE TABLE contacts (id integer, account_id integer, other integer)",
            "INSERT INTO contacts VALUES (1, 1, 1), (2, 2, 9), (3, 9, 1)",
        ]
    )
    rows = [
        TableReference(table="contacts", columns=("other",), to="accounts", where=where)
        for where in ("gone = 1", "1 = 1); DELETE FROM contacts; --")
    ]
    with open_source(db.url) as source:
        catalog = source.catalog("crm")
        for row in rows:
            known = Known(Map(system="crm", references=(row,)))
            keys = find_keys(Task(source, "crm", catalog, catalog.tables, known), products=False)
            found = {r.columns[0]: r for r in keys.references}
            assert found["other"].filled is None
            assert (found["account_id"].filled, found["account_id"].orphans) == (3, 1)
            assert keys.provenance.status.state == "partly"


def test_no_memory_to_compare_is_told_as_such() -> None:
    many: Values = [f"{i:032d}" for i in range(300_000)]
    contacts = {"id": many, "account_id": many[::-1]}
    source = ListSource({"accounts": {"id": many}, "contacts": contacts}, batch=50_000)
    catalog = Catalog(PROVENANCE, tables=source.tables)
    task = Task(source, "crm", catalog, catalog.tables)
    with pytest.raises(CrmauditError, match="memory"):
        find_keys(task, products=False, plan=Plan(system="crm", memory=1))


def test_a_full_disk_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crmaudit.quality.collectors.key_values.Engine", full)
    with pytest.raises(CrmauditError, match="could not be compared"):
        keys_of({"accounts": ACCOUNTS, "notes": {"id": numbers(1)}}, types=INTEGERS)


def test_a_lost_connection_passes() -> None:
    def fails(table: str, number: int) -> None:
        raise ConnectionLostError("gone")

    contacts = {"id": numbers(1, 2), "account_id": numbers(1, 2)}
    with pytest.raises(ConnectionLostError):
        keys_of({"accounts": ACCOUNTS, "contacts": contacts}, profiled=False, fails=fails)


def test_zero_is_a_sentinel_only_where_no_key_is_zero() -> None:
    account_id = numbers(*[0] * 9, *range(1, 21), -1)
    contacts = {"id": numbers(*range(1, 31)), "account_id": account_id}
    (found,) = keys_of({"accounts": ACCOUNTS, "contacts": contacts}, types=INTEGERS).references
    assert (found.filled, dict(found.sentinels), found.orphans) == (20, {"0": 9, "-1": 1}, 0)
    with_zero = {"id": numbers(*range(20)), "name": ACCOUNTS["name"]}
    (found,) = keys_of({"accounts": with_zero, "contacts": contacts}, types=INTEGERS).references
    assert (found.filled, dict(found.sentinels), found.orphans) == (29, {"-1": 1}, 1)


def test_an_id_beside_a_type_is_never_tested_without_it() -> None:
    many = [i % 20 + 1 for i in range(40)]
    notes = {
        "id": numbers(*range(1, 41)),
        # Codes that name no table, and ids that would look like broken references upwards.
        "parent_type": numbers(*(i % 3 for i in range(40))),
        "parent_id": numbers(*(i * 7 for i in many)),
    }
    keys = keys_of(
        {"accounts": ACCOUNTS, "notes": notes}, types={**INTEGERS, "parent_id": "integer"}
    )
    assert not [r for r in keys.references if r.columns == ("parent_id",) and r.orphans]


def test_types_that_a_map_leaves_out_are_found_all_the_same() -> None:
    notes = {
        "id": numbers(*range(40)),
        "kind": ["Account", "Contact", "Lead", None] * 10,
        "about": numbers(*(i % 20 + 1 for i in range(40))),
    }
    tables = {"accounts": ACCOUNTS, "contacts": ACCOUNTS, "notes": notes}
    said = TableReference(
        table="notes", columns=("about",), to="accounts", to_columns=("id",),
        where="kind = 'Account'",
    )  # fmt: skip
    keys = keys_of(tables, types=INTEGERS, known=Known(Map(system="crm", references=(said,))))
    found = {r.when: (r.to, r.basis, r.filled) for r in keys.references if r.table == "notes"}
    assert found == {
        ("kind", "Account"): ("accounts", "map", 10),
        ("kind", "Contact"): ("contacts", "inferred", 10),
    }
    assert [dict(p.unknown) for p in keys.polymorphic] == [{"Lead": 10}]


def test_unknown_types_show_no_value_that_may_not_be_shown() -> None:
    kinds: Values = [*["Account"] * 30, *["Contract"] * 6, "Jane Example", None]
    notes = {
        "id": numbers(*range(38)),
        "item_type": kinds,
        "item_id": numbers(*(i % 20 + 1 for i in range(38))),
    }
    keys = keys_of({"accounts": ACCOUNTS, "notes": notes}, types=INTEGERS)
    (pair,) = keys.polymorphic
    assert dict(pair.unknown) == {"Contract": 6, "Aa Aa": 1}
    assert "Jane" not in to_json(keys)


def test_a_type_in_which_somebody_is_named_is_not_told() -> None:
    kinds: Values = [
        *["Account"] * 20, *["App\\Account"] * 6, "jane@example.account", "JaneExampleAccount",
        "jane/Account", "Account 0170 123456", *[r"App\Contact"] * 2,
    ]  # fmt: skip
    rows = len(kinds)
    notes = {
        "id": numbers(*range(rows)),
        "item_type": kinds,
        "item_id": numbers(*(i % 20 + 1 for i in range(rows))),
    }
    keys = keys_of({"accounts": ACCOUNTS, "contacts": ACCOUNTS, "notes": notes}, types=INTEGERS)
    # What stands before the table's name is told where many rows have it.
    told = {r.when[1]: r.to for r in keys.references if r.when}
    assert told == {
        "Account": "accounts",
        r"App\Account": "accounts",
        r"App\Contact": "contacts",
    }
    assert "jane" not in to_json(keys).lower()
    assert "0170" not in to_json(keys)


def test_two_columns_do_not_refer_to_each_other() -> None:
    number: Values = [f"R-{i:04d}" for i in range(40)]
    tables = {
        "receipts": {"id": numbers(*range(40)), "receipt_code": number},
        "payments": {"id": numbers(*range(40)), "receipt_code": number[::-1]},
    }
    found = [(r.table, r.to) for r in keys_of(tables, types=INTEGERS).references]
    assert found == [("payments", "receipts")]


def test_a_reference_to_one_of_two_columns_of_a_key() -> None:
    lines = {
        "order_no": numbers(*(i // 3 for i in range(30))),
        "position": numbers(*(i % 3 for i in range(30))),
    }
    shipped = {
        "order_no": numbers(0, 0, 9, 10, None),
        "position": numbers(0, 1, 2, 0, 1),
    }
    said = TableReference(
        table="shipped", columns=("order_no", "position"), to="lines",
        to_columns=("order_no", "position"),
    )  # fmt: skip
    keys = keys_of(
        {"lines": lines, "shipped": shipped}, known=Known(Map(system="crm", references=(said,)))
    )
    (found,) = [r for r in keys.references if r.basis == "map"]
    assert (found.cases, found.filled, found.orphans, found.most) == (5, 4, 1, 1)


def test_the_same_input_gives_the_same_evidence() -> None:
    contacts = {
        "id": numbers(*range(1, 31)),
        "account_id": numbers(*(i % 19 + 1 for i in range(30))),
    }
    tables = {"accounts": ACCOUNTS, "contacts": contacts, "notes": contacts}
    once, again = (keys_of(tables, types=INTEGERS) for _ in range(2))
    assert (once.keys, once.references) == (again.keys, again.references)


values = st.one_of(st.none(), st.sampled_from(["", " ", "0", "-1", "null", "x", "7 ", "007", "7"]),
                   st.integers(-2, 25).map(str))  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(values, max_size=60), st.sets(st.integers(-1, 20), min_size=1), st.integers(1, 9))
def test_counts_are_those_worked_out_slowly(child: Values, parent: set[int], batch: int) -> None:
    said = TableReference(table="child", columns=("ref",), to="parent", to_columns=("key",))
    tables = {"child": {"ref": child}, "parent": {"key": numbers(*sorted(parent))}}
    keys = keys_of(
        tables, profiled=False, batch=batch, known=Known(Map(system="crm", references=(said,)))
    )
    there = {str(p) for p in parent}
    trimmed = [v.strip() for v in child if v is not None and v.strip()]
    none = Counter(v for v in trimmed if v in SENTINELS and v not in there)
    filled = [v for v in trimmed if v not in none]
    matched = Counter(v for v in filled if v in there)
    found = next((r for r in keys.references if r.basis == "map"), None)
    assert found is not None
    if not child:
        assert not found.filled
        return
    assert found.cases == len(child)
    assert found.filled == len(filled)
    assert dict(found.sentinels) == dict(none)
    assert found.orphans == len(filled) - matched.total()
    assert found.distinct == len(set(filled))
    assert found.referred == len(matched)
    assert found.most == (max(matched.values()) if matched else None)
