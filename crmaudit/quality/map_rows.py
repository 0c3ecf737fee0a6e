"""What is known of each table of a system, and which tables nothing explains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crmaudit.evidence import Catalog, EntityMap, MappedTable, TableProfile
from crmaudit.quality.effective import EffectiveMap, effective
from crmaudit.workspace.landscape import Entity, Map

_NO_ENTITY = ("link", "lookup", "log", "system")
"""Roles that explain a table without an entity."""
_ORDER = ("primary", "secondary", "extension", "line", "link", "lookup", "log", "system")


@dataclass(frozen=True, slots=True)
class MapRow:
    """A table's part in an entity, and how many rows that part has (None: not counted)."""

    mapped: MappedTable
    rows: int | None


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A table that no entity explains, machinery neither."""

    table: str
    rows: int | None


@dataclass(frozen=True)
class MapView:
    """One system's entity map as it counts; `found` is what was measured, None before that."""

    system: str
    map: EffectiveMap | None
    rows: tuple[MapRow, ...]
    unexplained: tuple[Unexplained, ...]
    found: EntityMap | None


def map_view(
    system: str,
    declared: Map | None,
    found: EntityMap | None,
    entities: Mapping[str, Entity],
    catalog: Catalog | None,
    profiles: Mapping[str, TableProfile],
    parts: Mapping[tuple[str, str], TableProfile],
) -> MapView:
    """The map that counts, by entity, its primary tables first."""
    known = effective(system, declared, found, entities)
    counted = {t.qualified: t.rows for t in catalog.tables} if catalog else {}
    counted |= {name: p.rows for name, p in profiles.items()}

    def rows(mapped: MappedTable) -> int | None:
        if not mapped.where:
            return counted.get(mapped.table)
        part = parts.get((mapped.table, mapped.where))
        usable = part is not None and part.provenance.status.state != "failed"
        if part is not None and usable:
            return part.rows
        return 0 if counted.get(mapped.table) == 0 else None

    listed = sorted(known.tables if known else (), key=_place)
    return MapView(
        system,
        known,
        tuple(MapRow(m, rows(m)) for m in listed),
        tuple(_unexplained(catalog, known, counted)),
        found,
    )


def _place(row: MappedTable) -> tuple[bool, bool, str, int, str, str]:
    plain = row.role == "system", not row.entity, row.entity
    return *plain, _ORDER.index(row.role), row.table, row.where


def _unexplained(
    catalog: Catalog | None, known: EffectiveMap | None, counted: Mapping[str, int | None]
) -> Iterator[Unexplained]:
    if catalog is None or known is None:
        return
    explained = {row.table for row in known.tables if row.entity or row.role in _NO_ENTITY}
    left = [t for t in catalog.tables if t.kind != "view" and t.qualified not in explained]
    found = [Unexplained(t.qualified, counted.get(t.qualified)) for t in left]
    yield from sorted(found, key=lambda u: (-(u.rows or 0), u.table))
