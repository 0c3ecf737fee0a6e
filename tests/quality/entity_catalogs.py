"""Catalogs and profiles of made-up CRMs for the tests of entity inference."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from crmaudit.evidence import (
    Catalog,
    Column,
    ColumnProfile,
    ForeignKey,
    MappedTable,
    Provenance,
    Semantic,
    Table,
    TableProfile,
    ValueCount,
)
from crmaudit.quality.entities.inference import Inference, Inferring

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
BORN = Provenance("crm", "file", "postgresql", "s1", WHEN, "crmaudit")


def table(name: str, columns: str, rows: int | None = None, **keys: str) -> Table:
    """`columns` like `id name deleted:bool`; the first is the key; `boss_id="person"`."""
    pairs = [c.partition(":") for c in columns.split()]
    return Table(
        name,
        columns=tuple(Column(n, kind or "text") for n, _, kind in pairs),
        primary_key=(pairs[0][0],) if pairs else (),
        foreign_keys=tuple(ForeignKey((c,), t) for c, t in keys.items()),
        rows=rows,
    )


def catalog(*tables: Table) -> Catalog:
    return Catalog(BORN, tables=tables)


def column(
    name: str,
    rows: int = 100,
    values: Mapping[str, int] | None = None,
    *,
    filled: int | None = None,
    meaning: str = "",
    masked: bool = False,
) -> ColumnProfile:
    """The profile of a column with these most frequent values."""
    values = dict(values or {})
    holds = sum(values.values()) if values and filled is None else filled
    holds = rows if holds is None else holds
    return ColumnProfile(
        name,
        "text",
        "text",
        rows,
        rows - holds,
        distinct=len(values) or holds,
        top=tuple(ValueCount(v, n, masked) for v, n in values.items()),
        semantic=Semantic(meaning, 0.9) if meaning else None,  # type: ignore[arg-type]
    )


def profiled(name: str, *columns: ColumnProfile, rows: int = 100) -> TableProfile:
    return TableProfile(BORN, table=name, rows=rows, columns=columns)


def infer(*tables: Table, profiles: tuple[TableProfile, ...] = ()) -> Inference:
    return Inferring(catalog(*tables), {p.table: p for p in profiles}).infer()


def said(found: Inference) -> dict[str, tuple[str, str]]:
    """Table → entity and role, for tables that stand for one entity."""
    return {row.table: (row.entity, row.role) for row in found.tables}


def rows_of(found: Inference, name: str) -> list[MappedTable]:
    return [row for row in found.tables if row.table == name]
