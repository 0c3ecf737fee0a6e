"""The tables that are there beside what maps say of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from crmaudit.crud_matrix import table_cover, table_subject, unmatched
from crmaudit.evidence import Catalog, Column, MappedTable, Provenance, Table
from crmaudit.workspace.landscape import Map

SEEN = Provenance("crm", "sqlite:///crm", "sqlite", "s1", datetime(2026, 6, 30, tzinfo=UTC), "t")


def catalog(*tables: Table) -> Catalog:
    return Catalog(SEEN, tables=tables)


def said(*tables: dict[str, Any], **more: Any) -> Map:
    return Map.model_validate({"system": "crm", "tables": list(tables), **more})


def test_a_table_is_explained_by_an_entity_or_as_machinery() -> None:
    there = catalog(Table("a", rows=1), Table("b", rows=2), Table("c", rows=9), Table("d", rows=5))
    rows = [MappedTable("a", "x"), MappedTable("b", "", "system"), MappedTable("c", "")]
    cover = table_cover(there, rows)
    assert [t.name for t in cover.unexplained] == ["c", "d"]
    assert list(cover.holding) == ["x"]
    assert cover.rows("x") == 1


def test_one_table_may_hold_several_entities_and_one_entity_lie_in_several() -> None:
    there = catalog(Table("a", rows=3), Table("b", rows=4))
    rows = [("a", "x"), ("a", "y"), ("b", "y"), ("b", "y")]
    cover = table_cover(there, [MappedTable(t, e) for t, e in rows])
    assert (cover.rows("x"), cover.rows("y")) == (3, 7)
    assert not cover.unexplained


def test_rows_that_were_not_counted_are_not_none() -> None:
    cover = table_cover(catalog(Table("a"), Table("b", rows=1)), [MappedTable("a", "x")])
    assert cover.rows("x") is None
    assert cover.rows("unknown") == 0


def test_views_repeat_what_tables_hold() -> None:
    cover = table_cover(catalog(Table("v", kind="view"), Table("f", kind="file")), [])
    assert [t.name for t in cover.tables] == ["f"]


def test_names_that_the_catalog_does_not_have() -> None:
    there = catalog(Table("a", schema="s", columns=(Column("id", "int"),)))
    declared = said(
        {"table": "a", "entity": "x"},
        {"table": "s.a", "entity": "x", "key": "id", "modified_at": "changed", "name": "s.a.id"},
        references=[{"table": "s.a", "columns": ["id"], "to": "gone", "to_columns": ["id"]}],
    )
    found = unmatched(there, declared)
    assert [(u.table, u.part, u.index, u.columns) for u in found] == [
        ("a", "tables", 0, ()),
        ("s.a", "tables", 1, ("changed",)),
        ("gone", "references", 0, ()),
    ]


def test_odd_names_are_encoded() -> None:
    assert table_subject("crm", "s.ord ers/é") == "table:crm.s.ord%20ers%2F%C3%A9"
