"""Entities that are no people: compared by an identifier that systems share, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from databases import Database, duckdb_file, sqlite_file
from overlapping_systems import compared, read

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Overlap, from_json, to_json
from crmaudit.quality.collectors.overlapping.identifier import NO_IDENTIFIER, NOT_SHARED
from crmaudit.sources import ConnectionLostError, Source
from crmaudit.sources.task import Part

Make = Callable[[str], Database]

ORDERS = {"tables": [{"table": "orders", "entity": "order", "key": "id", "modified_at": "changed"}]}
BILLED = {
    "tables": [{"table": "billed", "entity": "order", "key": "ref", "modified_at": "touched"}]
}


def amount(i: int) -> float:
    return round(10 + (i * 7919) % 1000 / 4, 2)


def day(i: int) -> str:
    return f"2026-{1 + i * 7 % 12:02d}-{1 + i * 11 % 28:02d}"


def orders(db: Database, ids: range) -> Part:
    rows = ", ".join(
        f"({i}, 'ORD-{i:05d}', {amount(i)}, '{day(i)}', '{'open' if i % 3 else 'closed'}', "
        "'2026-05-01 10:00:00')"
        for i in ids
    )
    db.execute(
        [
            "CREATE TABLE orders (id integer PRIMARY KEY, order_number varchar(20), "
            "total_amount decimal(9,2), order_date date, status varchar(9), changed timestamp)",
            f"INSERT INTO orders VALUES {rows}",
        ]
    )
    return read("crm", db.url, ORDERS)


def billed(db: Database, ids: range) -> Part:
    """The same orders under the same numbers, written otherwise; a tenth at another price."""
    rows = ", ".join(
        f"('ord {i}', {amount(i) + (5 if i % 10 == 0 else 0)}, '{day(i)}', "
        f"'{'OPEN' if i % 3 else 'CLOSED'}', '2026-04-{'01' if i % 4 else '30'} 09:00:00')"
        for i in ids
    )
    db.execute(
        [
            "CREATE TABLE billed (ref varchar(20) PRIMARY KEY, total_amount decimal(9,2), "
            "order_date date, status varchar(9), touched timestamp)",
            f"INSERT INTO billed VALUES {rows}",
        ]
    )
    return read("billing", db.url, BILLED)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Part, Part]:
    folder = tmp_path_factory.mktemp("two")
    return (
        orders(sqlite_file(folder / "crm.sqlite"), range(1, 201)),
        billed(duckdb_file(folder / "billing.duckdb"), range(101, 251)),
    )


def test_numbers_written_otherwise_are_the_same(make_db: Make) -> None:
    left = orders(make_db("sqlite"), range(10_001, 10_201))
    right = billed(make_db("duckdb"), range(10_101, 10_251))
    (found,) = compared([left, right]).values()
    assert (found.entity, found.entity_kind, found.by) == ("order", "order", "identifier")
    assert not found.matching.cannot
    (between,) = found.between
    assert (between.left, between.right) == ("crm", "billing")
    assert (between.things, between.pairs) == (100, 100)
    assert (between.left_matched, between.right_matched) == (100, 100)
    assert between.left_estimated is None, "an identifier is no estimate"
    assert {s.systems: s.things for s in found.sets} == {
        ("crm", "billing"): 100,
        ("crm",): 100,
        ("billing",): 50,
    }
    (key,) = between.keys
    assert (key.holder, key.column) == ("crm", "orders.order_number")
    assert (key.to, key.to_column) == ("billing", "billed.ref")
    assert (key.records, key.filled, key.found, key.carried) == (200, 200, 100, 100)
    said = {a.attribute: a for a in between.agreement}
    money = said["total_amount"]
    assert (money.same + money.equivalent, money.conflicting) == (90, 10)
    # Every fourth was changed later on either side: never here, as May is after April.
    assert (money.left_newer, money.right_newer, money.newer_unknown) == (10, 0, 0)
    assert money.examples
    assert all(
        "9" in text and not set(text) & set("12345678") for pair in money.examples for text in pair
    )
    state = said["status"]
    assert (state.same, state.equivalent, state.conflicting) == (0, 100, 0)
    assert said["order_date"].same == 100
    assert [h.things for h in found.holders] == [200, 150]
    columns = {a.attribute: a.columns for a in found.matching.attributes}
    assert columns["total_amount"] == ("crm:orders.total_amount", "billing:billed.total_amount")
    assert from_json(to_json(found)) == found


def test_counters_from_one_are_proven_by_what_the_rows_say(two: tuple[Part, Part]) -> None:
    (found,) = compared(two).values()
    (between,) = found.between
    assert between.things == 100


def test_numbers_from_a_wide_range_prove_themselves(make_db: Make) -> None:
    parts = []
    for system, ids in (("crm", range(1, 121)), ("billing", range(61, 181))):
        db = make_db("sqlite")
        rows = ", ".join(f"({i}, '{i * 7_368_787 % 9_999_991}')" for i in ids)
        db.execute(
            [
                "CREATE TABLE item (id integer PRIMARY KEY, article_no varchar(20))",
                f"INSERT INTO item VALUES {rows}",
            ]
        )
        parts.append(read(system, db.url, {"tables": [{"table": "item", "entity": "product"}]}))
    (found,) = compared(parts).values()
    (between,) = found.between
    (key,) = between.keys
    # The counters of both share as many numbers, and are not taken.
    assert (key.column, key.to_column, key.found) == ("item.article_no", "item.article_no", 60)


def test_counters_that_share_numbers_only_are_no_identifier(make_db: Make) -> None:
    parts = []
    for system, shift in (("crm", 0), ("billing", 17)):
        db = make_db("sqlite")
        rows = ", ".join(
            f"({i}, {amount(i * 31 + shift)}, '{day(i + shift)}')" for i in range(1, 301)
        )
        db.execute(
            [
                "CREATE TABLE item (id integer PRIMARY KEY, unit_price decimal(9,2), sold date)",
                f"INSERT INTO item VALUES {rows}",
            ]
        )
        parts.append(read(system, db.url, {"tables": [{"table": "item", "entity": "product"}]}))
    (found,) = compared(parts).values()
    assert found.matching.cannot == NO_IDENTIFIER
    assert (found.sets, found.between) == ((), ())
    assert [h.records for h in found.holders] == [300, 300]


def test_a_third_system_without_the_identifier_says_so(
    two: tuple[Part, Part], make_db: Make
) -> None:
    db = make_db("sqlite")
    db.execute(
        [
            "CREATE TABLE lines (id integer PRIMARY KEY, what varchar(20))",
            "INSERT INTO lines VALUES (1, 'a'), (2, 'b'), (3, 'c')",
        ]
    )
    third = read("shop", db.url, {"tables": [{"table": "lines", "entity": "order"}]})
    (found,) = compared([*two, third]).values()
    assert [h.cannot for h in found.holders] == ["", "", NOT_SHARED]
    assert found.systems == ("crm", "billing")
    assert sum(s.things for s in found.sets) == 250
    assert {(b.left, b.right) for b in found.between} == {("crm", "billing")}


def failing(part: Part, error: CrmauditError) -> Part:
    def opened() -> Source:
        raise error

    return replace(part, open=opened)


@pytest.mark.parametrize(
    "error",
    [
        CrmauditError("crm cannot be reached", "check the address"),
        ConnectionLostError("the connection was lost", "run again"),
    ],
)
def test_one_that_cannot_be_read_is_named(two: tuple[Part, Part], error: CrmauditError) -> None:
    crm, billing = two
    (found,) = compared([failing(crm, error), billing]).values()
    message = error.problems[0].message
    assert [h.cannot for h in found.holders] == [message, ""]
    assert found.matching.cannot
    assert found.provenance.status.state == "failed"
    assert message in found.provenance.status.reason
    assert found.provenance.system == "billing"


def test_the_same_systems_give_the_same_document(two: tuple[Part, Part]) -> None:
    def plain(found: Overlap) -> Overlap:
        day = found.provenance.taken_at
        return replace(
            found,
            provenance=replace(found.provenance, taken_at=day),
            holders=tuple(replace(h, taken_at=None) for h in found.holders),
        )

    (one,), (other,) = compared(two).values(), compared(two).values()
    other = replace(other, provenance=replace(other.provenance, taken_at=one.provenance.taken_at))
    assert plain(one) == plain(other)
    assert one.id == other.id


def test_declared_holders_that_were_not_read(two: tuple[Part, Part]) -> None:
    (found,) = compared(
        two,
        holders={"order": ("crm", "paper", "shop"), "event": ("crm", "paper")},
        unread={"shop": "it could not be read this time"},
    ).values()
    assert [(h.system, h.cannot) for h in found.holders[2:]] == [
        ("paper", "no database of it was read"),
        ("shop", "it could not be read this time"),
    ]
    assert found.provenance.status.state == "done", "nobody tried to read them"


def test_what_was_compared_with_more_systems_is_left_alone(two: tuple[Part, Part]) -> None:
    assert compared(two, leave=frozenset({"order"})) == {}
