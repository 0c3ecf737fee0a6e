"""What may lead from one system's records to another's, worked out from evidence alone."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import (
    Catalog,
    Column,
    ColumnProfile,
    EntityMap,
    MappedTable,
    Provenance,
    Semantic,
    Table,
    TableProfile,
)
from crmaudit.quality.effective import effective
from crmaudit.quality.matching.shared import (
    MOST_COLUMNS,
    SHARE,
    beyond_chance,
    dealings,
    held_by,
    identifies,
    numbers,
)
from crmaudit.quality.reaching.links import Edges
from crmaudit.workspace.landscape import Entity, Map

BY = Provenance("billing", "x", "sqlite", "s", datetime(2026, 5, 1, tzinfo=UTC), "t")


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0, 1), st.integers(1, 500))
def test_what_chance_may_give_is_never_beyond_it(
    hits: int, of: int, chance: float, tried: int
) -> None:
    hits = min(hits, of)
    if beyond_chance(hits, of, chance, tried):
        assert hits / of > chance
        assert hits / of >= SHARE
        # The exact binomial tail is below the bound that it was held against.
        tail = sum(
            math.comb(of, k) * chance**k * (1 - chance) ** (of - k) for k in range(hits, of + 1)
        )
        assert tail * tried <= 1e-4 * 1.001


@pytest.mark.parametrize(
    ("hits", "of", "chance", "beyond"),
    [
        (900, 1000, 1 / 5000, True),
        (3, 3, 1 / 5000, True),
        (2, 2, 0.0, False),  # two of anything prove nothing
        (5, 5, 0.2, False),  # ten records: five hits of five are luck once in three thousand
        (200, 1000, 1 / 5000, False),  # most of it leads elsewhere
        (1000, 1000, 1.0, False),
        (0, 0, 0.0, False),
    ],
)
def test_beyond_chance(hits: int, of: int, chance: float, beyond: bool) -> None:
    assert beyond_chance(hits, of, chance) is beyond


def test_more_hits_are_never_worse() -> None:
    found = [beyond_chance(hits, 100, 0.2) for hits in range(101)]
    assert found == sorted(found)
    assert any(found)


CONTACT = Entity.model_validate(
    {
        "id": "contact",
        "kind": "person",
        "attributes": [
            {"name": "contact number", "identifier": True},
            {"name": "e-mail", "identifier": True},
            {"name": "telephone"},
        ],
    }
)


@pytest.mark.parametrize(
    ("column", "is_one"),
    [
        ("contact_no", True),
        ("crmContactNumber", True),
        ("contact", False),
        ("contact_name", False),
        ("telephone_no", False),
        ("no", False),
    ],
)
def test_what_people_call_an_identifier(column: str, is_one: bool) -> None:
    assert identifies(column, CONTACT) is is_one
    assert not identifies(column, None)


def column(name: str, meaning: str, distinct: int = 900, filled: int = 1000) -> ColumnProfile:
    return ColumnProfile(
        name,
        "text",
        "text",
        1000,
        1000 - filled,
        distinct=distinct,
        length_max=20,
        semantic=Semantic(meaning, 0.9),  # type: ignore[arg-type]
    )


def system(
    columns: list[ColumnProfile], *rows: MappedTable, **tables: tuple[str, ...]
) -> tuple[Edges, dict[str, TableProfile], EntityMap, Catalog]:
    catalog = Catalog(
        BY,
        tables=tuple(
            Table(name, columns=tuple(Column(c, "text") for c in names), primary_key=names[:1])
            for name, names in tables.items()
        ),
    )
    found = EntityMap(BY, tables=rows)
    profiles = {"customers": TableProfile(BY, table="customers", rows=1000, columns=tuple(columns))}
    return Edges(catalog, None, None, rows), profiles, found, catalog


def test_columns_that_may_hold_numbers() -> None:
    shown = [
        column("id", "identifier"),
        column("legacy", "text"),
        column("crm_contact_no", "category", distinct=800, filled=900),
        column("email", "e-mail"),
        column("town", "city", distinct=40),
        column("status", "identifier", distinct=4),
        column("crm_ref", "reference", distinct=300, filled=310),
        column("notes", "status"),
    ]
    names = tuple(c.name for c in shown)
    edges, profiles, found, _ = system(shown, MappedTable("customers", "contact"), customers=names)
    known = effective("billing", None, found, {"contact": CONTACT})
    assert known is not None
    table = edges.tables["customers"]
    (own,) = numbers("contact", table, known, edges, profiles, CONTACT)
    # What people declare first, then what is meant as a reference; no address, no short list.
    assert own.columns == ("crm_contact_no", "crm_ref", "id", "legacy")
    assert own.on is None
    assert list(numbers("contact", table, known, edges, {}, CONTACT)) == []
    many = [column(f"ref{i}", "reference") for i in range(40)]
    names = tuple(c.name for c in many)
    edges, profiles, found, _ = system(many, MappedTable("customers", "contact"), customers=names)
    (own,) = numbers("contact", edges.tables["customers"], known, edges, profiles)
    assert len(own.columns) == MOST_COLUMNS


def test_columns_of_a_table_that_extends_the_entitys() -> None:
    beside = TableProfile(BY, table="more", rows=1000, columns=(column("old_ref", "reference"),))
    rows = (MappedTable("customers", "contact"), MappedTable("more", "contact", role="extension"))
    said = Map.model_validate(
        {"system": "billing", "references": [{"table": "more", "columns": "of", "to": "customers"}]}
    )
    _, _, found, catalog = system([], *rows, customers=("id",), more=("of", "old_ref"))
    known = effective("billing", said, found, {})
    assert known is not None
    edges = Edges(catalog, None, said, known.tables)
    (own,) = numbers("contact", edges.tables["customers"], known, edges, {"more": beside})
    assert (own.table.name, own.columns, own.on) == ("more", ("old_ref",), ("of", "id"))


def test_whose_rows_dealings_are() -> None:
    rows = (
        MappedTable("customers", "contact", where="kind = 'P'"),
        MappedTable("customers", "organisation", where="kind = 'O'"),
        MappedTable("invoices", "invoice", soft_delete="void = 1"),
        MappedTable("payments", "payment"),
        MappedTable("notes", "activity"),
    )
    said = Map.model_validate(
        {
            "system": "billing",
            "references": [
                {"table": "invoices", "columns": "customer", "to": "customers"},
                {"table": "payments", "columns": "invoice", "to": "invoices"},
                {"table": "notes", "columns": "customer", "to": "customers"},
            ],
        }
    )
    _, _, found, catalog = system(
        [],
        *rows,
        customers=("id", "kind"),
        invoices=("id", "customer", "void"),
        payments=("id", "invoice"),
        notes=("id", "customer"),
    )
    known = effective("billing", said, found, {"contact": CONTACT})
    assert known is not None
    made = dealings(known, catalog, None, said, {})
    assert [(d.entity, d.kind, d.rows.table.name) for d in made] == [
        ("invoice", "invoice", "invoices"),
        ("payment", "payment", "payments"),
    ]
    invoice, payment = made
    # One way for both kinds of customers: they stand in one table.
    (way,) = invoice.ways
    assert (way.table.name, way.column, way.at, way.through) == (
        "customers",
        "customer",
        "id",
        None,
    )
    assert "void" in invoice.rows.where
    (way,) = payment.ways
    assert way.through is not None
    assert (way.column, way.through.there, way.through.column) == ("invoice", "id", "customer")
    assert way.through.rows.where == "", "a payment of a void invoice still belongs to somebody"


def test_who_holds_what() -> None:
    rows = (
        MappedTable("a", "contact"),
        MappedTable("b", "contact", role="extension"),
        MappedTable("c", "", role="system"),
    )
    maps = {}
    for name in ("crm", "billing"):
        known = effective(name, None, EntityMap(BY, tables=rows), {})
        assert known is not None
        maps[name] = known
    found = held_by(maps)
    assert {e: {s: [r.table for r in t] for s, t in of.items()} for e, of in found.items()} == {
        "contact": {"crm": ["a"], "billing": ["a"]}
    }
