"""What systems that hold one entity may have in common besides its attributes.

Columns in which one system may keep the other's numbers, and rows that belong
to a customer: both worked out from evidence alone. Reading them is the
business of `crmaudit.quality.collectors.overlapping`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmaudit.evidence import Catalog, ColumnProfile, Keys, MappedTable, Table, TableProfile
from crmaudit.evidence.privacy import name_words
from crmaudit.quality.effective import EffectiveMap
from crmaudit.quality.reaching import CUSTOMERS, Link, Rows, Subject, subjects
from crmaudit.quality.reaching.links import Edges, has
from crmaudit.workspace.landscape import Entity, Map

DEALINGS = (
    "invoice",
    "payment",
    "order",
    "quote",
    "contribution",
    "case",
    "membership",
    "event registration",
)
"""Kinds of rows that belong to a customer."""

MOST_COLUMNS = 12
"""So many columns of a table are tried as shared identifiers, the likeliest first."""

SHARE = 0.25
"""So much of what leads to a record at all has to lead to the partner."""

_ALPHA = 1e-4
_FEWEST, _DIFFERENT, _LONGEST = 3, 0.5, 64
# Meanings that the number of a record may be taken for, the likeliest first.
_NUMBERS = (
    *("reference", "identifier", "uuid", "tax number", "national id", "handle"),
    *("number", "counter", "login", "machine text", "text"),
)
_CONTACT_POINTS = ("e-mail", "phone", "mobile", "fax", "url")
_GENERIC_TEXT = """
    no nr num nbr number nummer numero id ident identifier key code ref reference
"""
_GENERIC = frozenset(_GENERIC_TEXT.split())


@dataclass(frozen=True, slots=True)
class Numbers:
    """Columns of a table in which numbers of records may stand, the likeliest first.

    `on` is empty for the entity's own table, else (column of `table`, column
    of the entity's table).
    """

    table: Table
    columns: tuple[str, ...]
    on: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Through:
    """Rows between: `there` has the dealing's value, `column` that of the record."""

    rows: Rows
    there: str
    column: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a dealing's row leads to a record: its `column` has the value of the record's `at`.

    `when` is the type beside a polymorphic reference; it stands in the rows
    `through` which the way leads, where there are some, else in the dealing's.
    """

    table: Table
    column: str
    at: str
    when: tuple[str, str] | None = None
    through: Through | None = None


@dataclass(frozen=True, slots=True)
class Dealings:
    """Rows that belong to customers, and every way from them to a table of customers."""

    entity: str
    kind: str
    rows: Rows
    ways: tuple[Way, ...]


def numbers(
    entity: str,
    table: Table,
    effective: EffectiveMap,
    edges: Edges,
    profiles: Mapping[str, TableProfile],
    declared: Entity | None = None,
) -> Iterator[Numbers]:
    """Columns of an entity's table, and of tables that extend it, to be tried as identifiers.

    Taken are those that hold codes or numbers, mostly different ones, and
    those that people say identify the entity across systems. Which of them
    name records of another system only the records can tell.
    """
    own = _number_columns(table, profiles.get(table.qualified), declared, ())
    if own:
        yield Numbers(table, own)
    seen = {table.qualified}
    for row in effective.of(entity):
        beside = edges.tables.get(row.table)
        if row.role != "extension" or row.table in seen or beside is None or not beside.readable:
            continue
        for edge in edges.of(row.table):
            if edge.to == table.qualified and edge.when is None:
                joined = (edge.column,)
                found = _number_columns(beside, profiles.get(row.table), declared, joined)
                if found:
                    seen.add(row.table)
                    yield Numbers(beside, found, (edge.column, edge.to_column))
                    break


def dealings(
    effective: EffectiveMap,
    catalog: Catalog,
    keys: Keys | None,
    declared: Map | None,
    profiles: Mapping[str, TableProfile],
) -> tuple[Dealings, ...]:
    """Every table, or part of one, whose rows belong to customers, in the map's order.

    A payment belongs to whom its invoice belongs to, where no column of its
    own tells.
    """
    ways: dict[Rows, list[Way]] = {}
    about: dict[Rows, tuple[str, str]] = {}
    rows_of = list(subjects(effective, catalog, keys, declared, profiles))
    for subject in rows_of:
        if effective.kinds.get(subject.entity) in CUSTOMERS:
            for link in subject.links:
                if link.thing in DEALINGS and not link.any_of:
                    there, way = _way(subject, link)
                    if way is not None and way not in ways.setdefault(there, []):
                        ways[there].append(way)
                        about.setdefault(there, (_entity_of(effective, there, link), link.thing))
    edges = Edges(catalog, keys, declared, effective.tables)
    _add_payments(effective, edges, ways, about)
    return tuple(Dealings(*about[rows], rows, tuple(found)) for rows, found in ways.items())


def beyond_chance(hits: int, of: int, chance: float, tried: int = 1) -> bool:
    """Whether so many hits of so many are far more than chance gives.

    `chance` is the share that would hit by chance; `tried` combinations were
    looked at, of which each might have. By Chernoff's bound of the binomial
    tail, P(X ≥ hits) ≤ exp(−of · KL(hits/of ‖ chance)), which has to be below
    1/10,000 for all of them together.
    """
    if of <= 0 or hits < _FEWEST or hits / of < SHARE:
        return False
    share, chance = hits / of, min(max(chance, 1e-12), 1.0)
    if share <= chance:
        return False
    rest = (1 - share) * math.log((1 - share) / (1 - chance)) if share < 1 else 0.0
    divergence = share * math.log(share / chance) + rest
    return of * divergence > math.log(max(tried, 1) / _ALPHA)


def identifies(name: str, entity: Entity | None) -> bool:
    """Whether people declared an attribute of this name that identifies the entity."""
    words = set(name_words(name))
    for attribute in entity.attributes if entity else ():
        asked = set(name_words(attribute.name))
        named = asked - _GENERIC
        fits = asked == words or (named and named <= words and words & _GENERIC)
        if attribute.identifier and fits:
            return True
    return False


def _number_columns(
    table: Table,
    profile: TableProfile | None,
    declared: Entity | None,
    without: Sequence[str],
) -> tuple[str, ...]:
    known = {c.name: c for c in profile.columns} if profile else {}
    found: list[tuple[int, int, str]] = []
    for place, column in enumerate(table.columns):
        seen = known.get(column.name)
        if seen is None or column.name in without or not _may_be_numbers(seen):
            continue
        meaning = seen.semantic.type if seen.semantic else "text"
        if identifies(column.name, declared) and meaning not in _CONTACT_POINTS:
            found.append((-1, place, column.name))
        elif meaning in _NUMBERS and seen.filled * _DIFFERENT <= (seen.distinct or 0):
            found.append((_NUMBERS.index(meaning), place, column.name))
    return tuple(name for _, _, name in sorted(found)[:MOST_COLUMNS])


def _may_be_numbers(column: ColumnProfile) -> bool:
    short = (column.length_max or 0) <= _LONGEST
    several = column.distinct is not None and column.distinct >= _FEWEST
    return short and several and column.logical in ("text", "integer", "number")


def _way(subject: Subject, link: Link) -> tuple[Rows, Way | None]:
    """A way from a record to a thing, gone the other way round, and the thing's rows."""
    table = subject.rows.table
    other = link.other
    if other is None:
        if not link.column:
            return link.rows, None
        return link.rows, Way(table, link.column, link.at, link.when)
    if not link.column:
        # The record refers to the thing; which type is beside the reference no longer matters.
        return other.rows, Way(table, other.there, other.column) if link.when is None else None
    between = Through(link.rows, other.column, link.column)
    return other.rows, Way(table, other.there, link.at, link.when, between)


def _entity_of(effective: EffectiveMap, rows: Rows, link: Link) -> str:
    held = [r for r in effective.of_kind(link.thing) if r.table == rows.table.qualified]
    fits = [r for r in held if not r.where or r.where in rows.where]
    return (fits or held)[0].entity if held else link.thing


def _add_payments(
    effective: EffectiveMap,
    edges: Edges,
    ways: dict[Rows, list[Way]],
    about: dict[Rows, tuple[str, str]],
) -> None:
    """Payments, which lead to customers by what was invoiced."""
    owed = {
        rows.table.qualified: (rows, [w for w in found if w.through is None and w.when is None])
        for rows, found in ways.items()
        if about[rows][1] in ("invoice", "order")
    }
    for row in effective.of_kind("payment"):
        table = edges.tables.get(row.table)
        if row.role != "primary" or table is None or not table.readable:
            continue
        rows = Rows(table, row.where)
        for edge in edges.of(row.table):
            if edge.to not in owed or edge.when is not None or edge.where:
                continue
            of, found = owed[edge.to]
            for way in found:
                if has(of.table, edge.to_column):
                    # Deleted invoices stay: their payments belong to somebody.
                    between = Through(Rows(of.table), edge.to_column, way.column)
                    step = Way(way.table, edge.column, way.at, None, between)
                    ways.setdefault(rows, []).append(step)
                    about[rows] = (row.entity, "payment")


def held_by(maps: Mapping[str, EffectiveMap]) -> dict[str, dict[str, list[MappedTable]]]:
    """Entity → system → the tables that hold its records, for every entity of some map."""
    found: dict[str, dict[str, list[MappedTable]]] = {}
    for system, effective in maps.items():
        for row in effective.tables:
            if row.entity and row.role == "primary":
                found.setdefault(row.entity, {}).setdefault(system, []).append(row)
    return {entity: found[entity] for entity in sorted(found)}
