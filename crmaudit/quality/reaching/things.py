"""Whose records are counted, and what may be at hand with them.

Customers are persons, organisations, households and leads. For the three
purposes of a CRM leads, opportunities, campaigns and activities are followed
to what comes of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from crmaudit.evidence import Catalog, ContactPoint, Keys, MappedTable, Table, TableProfile
from crmaudit.evidence.privacy import name_words
from crmaudit.quality.checks import names_addresses_only
from crmaudit.quality.effective import EffectiveMap
from crmaudit.quality.reaching.conditions import all_of, elsewhere, negated
from crmaudit.quality.reaching.links import Edge, Edges, Flag, Link, Onward, Rows, Subject, has
from crmaudit.workspace.landscape import Map

CUSTOMERS = ("person", "organisation", "household", "lead")
PARTS = ("contact point", "activity", "invoice", "open case")
"""What whoever answers a call needs at hand."""

_POINTS = {
    "e-mail": ("e-mail",),
    "phone": ("phone", "mobile"),
    "address": ("street", "city", "postcode", "full address"),
}
_MONEY_COMES = ("quote", "order", "invoice", "contract")
_BELONGING = ("activity", "case", "opportunity", "membership", "contribution", "event registration")
_THINGS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(CUSTOMERS, (*_BELONGING, *_MONEY_COMES, "campaign")),
    "opportunity": ("activity", "campaign", *_MONEY_COMES),
    "campaign": ("activity", "lead", "opportunity", "contribution", "person"),
    "activity": (*CUSTOMERS, "opportunity", "case"),
}
_COMES_OF_A_LEAD = ("person", "organisation")

ANY_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    **{customer: {"contact point": tuple(_POINTS)} for customer in CUSTOMERS},
    "lead": {"contact point": tuple(_POINTS), "customer": (*_COMES_OF_A_LEAD, "converted")},
    "opportunity": {"confirmation": ("order", "invoice", "contract", "confirmed")},
    "campaign": {"response": ("person", "lead", "opportunity", "contribution")},
    "activity": {"customer": CUSTOMERS},
}
"""Kind of a record → what is at hand with it if any of several things is."""

# Words in English, German, French, Spanish, Italian, Portuguese and Dutch.
_STATE = re.compile(r"status|stage|state|phase|stufe|etat|estado|etapa|statut|stato|fase|stand")
_CLOSING = re.compile(
    r"clos|resolved|end(ed)?(date|time|on|at)|(date|time)end|completed|finished|erledigt|"
    r"geschlossen|abgeschlossen|ende|cloture|ferme|fin$|cierre|cerrado|chius|fech|gesloten"
)
_WON = re.compile(r"won|confirmed|converted|gewonnen|bestaetigt|gagn|ganad|confirm|vinto")
_LAND = re.compile(r"countr|state|provinc|region|county|land|pays|pais|paese|departement")
_AUTHOR = re.compile(r"creat|modif|updat|assign|owner|author|approv|schedul|entered|edited|user")
_RECOGNISED = 0.7
_NO_LINK = frozenset({"relationship", "user", "role", "team", "unit", "product", "document"})
"""Kinds of which a row leads from nobody to a thing: who is related is not who has it."""


def subjects(
    effective: EffectiveMap,
    catalog: Catalog,
    keys: Keys | None,
    declared: Map | None,
    profiles: Mapping[str, TableProfile],
) -> Iterator[Subject]:
    """Every table, or part of one, that holds records to be counted, in the map's order."""
    edges = Edges(catalog, keys, declared, effective.tables)
    world = _World(effective, edges, profiles)
    for row in effective.tables:
        table = edges.tables.get(row.table)
        kind = effective.kinds.get(row.entity, "")
        if table is not None and table.readable and row.role == "primary" and kind in _THINGS:
            yield world.subject(row, table, kind)


class _World:
    """One system: what its tables hold, and how one leads to the other."""

    def __init__(
        self, effective: EffectiveMap, edges: Edges, profiles: Mapping[str, TableProfile]
    ) -> None:
        self._map = effective
        self._edges = edges
        self._profiles = profiles

    def subject(self, row: MappedTable, table: Table, kind: str) -> Subject:
        rows = self._rows(row, table)
        links: list[Link] = []
        lacking: dict[str, str] = {}
        if kind in CUSTOMERS:
            for point in _POINTS:
                found = list(self._points(row, rows, point)) or self._of_others(row, rows, point)
                links += found
                if not found:
                    lacking[point] = f"no column of {_names(point)} was found"
        for thing in (*_THINGS[kind], *(_COMES_OF_A_LEAD if kind == "lead" else ())):
            ways, why = self._follow(row, rows, thing)
            links += ways
            if why:
                lacking[thing] = why
            if thing == "case":
                opened = self._opened(ways)
                links += opened
                if not opened:
                    lacking["open case"] = why or "no column tells which cases are closed"
        if kind in ("opportunity", "lead"):
            won = "confirmed" if kind == "opportunity" else "converted"
            flag = self._won(table)
            if flag is not None:
                links.append(Link(won, rows, any_of=(flag,)))
            else:
                lacking[won] = f"{row.table} does not tell which were {won}"
        if kind == "activity":
            key = self._edges.key(row.table)
            if row.automatic and key:
                by_people = _also(rows, negated(row.automatic))
                links.append(Link("recorded by people", by_people, key, key))
        return Subject(row.entity, rows, row.where, tuple(dict.fromkeys(links)), lacking)

    def _follow(self, row: MappedTable, rows: Rows, thing: str) -> tuple[list[Link], str]:
        """The ways from a record to the rows of one kind of thing, or why there is none."""
        # A comment or an e-mail kept with a customer tells of them as much as a task does.
        roles = ("primary", "secondary") if thing == "activity" else ("primary",)
        held = [t for t in self._map.of_kind(thing) if t.role in roles and self._there(t)]
        if not held:
            return [], f"no table holds {_names(thing)}"
        if all(t.table == row.table for t in held):
            return [], f"a row of {row.table} is either the one or the other"
        ways = [w for t in held if t.table != row.table for w in self._ways(row, rows, t, thing)]
        of = " and ".join(dict.fromkeys(t.table for t in held))
        return ways, "" if ways else f"no reference between {row.table} and {of} was found"

    def _ways(self, row: MappedTable, rows: Rows, held: MappedTable, thing: str) -> Iterator[Link]:
        there = self._rows(held, self._edges.tables[held.table])
        for edge in self._edges.to(row.table):
            if self._is_author(edge):
                continue
            if edge.table == held.table:
                yield Link(thing, _also(there, edge.where), edge.column, edge.to_column, edge.when)
            elif edge.table != row.table:
                yield from self._through(edge, there, thing)
        for edge in self._edges.of(row.table):
            if edge.to == held.table and not self._is_author(edge):
                onward = Onward(edge.column, there, edge.to_column)
                own = self._edges.key(row.table) if edge.where else ""
                if own:
                    more = _also(rows, edge.where)
                    yield Link(thing, more, own, own, edge.when, other=onward)
                elif not edge.where:
                    yield Link(thing, rows, when=edge.when, other=onward)

    def _through(self, edge: Edge, there: Rows, thing: str) -> Iterator[Link]:
        """By a table between the two, unless it is a thing of its own or a log."""
        own = [t for t in self._map.tables if t.table == edge.table]
        things = [
            t for t in own if t.role == "primary" and self._map.kinds.get(t.entity) in _THINGS
        ]
        if things or (own and all(t.role in ("log", "system", "lookup") for t in own)):
            return
        table = self._edges.tables[edge.table]
        between = self._rows(own[0], table) if len(own) == 1 else Rows(table)
        for onward in self._edges.of(edge.table):
            if onward.to == there.table.qualified and onward.when is None and onward != edge:
                rows = _also(between, edge.where, onward.where)
                on = Onward(onward.column, there, onward.to_column)
                yield Link(thing, rows, edge.column, edge.to_column, edge.when, other=on)

    def _is_author(self, edge: Edge) -> bool:
        """Whether a reference tells who wrote or looks after the row, not whom it is about."""
        if any(
            edge.column in (t.created_by, t.modified_by, t.owner)
            for t in self._map.tables
            if t.table == edge.table
        ):
            return True
        profile = self._profiles.get(edge.table)
        columns = profile.columns if profile else ()
        meant = [c.semantic.type for c in columns if c.name == edge.column and c.semantic]
        if {"created by", "modified by", "owner"}.intersection(meant):
            return True
        return _AUTHOR.search("".join(name_words(edge.column))) is not None

    # Contact points

    def _points(self, row: MappedTable, rows: Rows, point: str) -> Iterator[Link]:
        for known in self._map.contact_points:
            if known.kind == point and row.entity in known.of:
                yield from self._declared_point(row, rows, known)
        for held in self._map.of(row.entity):
            table = self._edges.tables.get(held.table)
            if table is None or held.role not in ("primary", "secondary", "extension"):
                continue
            columns = self._meaning(table, point, held.columns)
            if not columns:
                continue
            filled = tuple(Flag(c, "filled") for c in columns)
            if held.table == row.table:
                yield Link(point, rows, any_of=filled)
                continue
            there = self._rows(held, table)
            for edge in self._edges.of(held.table):
                if edge.to == row.table:
                    more = _also(there, edge.where)
                    yield Link(point, more, edge.column, edge.to_column, edge.when, filled)

    def _of_others(self, row: MappedTable, rows: Rows, point: str) -> list[Link]:
        """The contact points of the person or organisation that a record without any refers to."""
        found = []
        for edge in self._edges.of(row.table):
            columns = self._meaning(self._edges.tables[edge.to], point)
            for held in self._map.of_kind("person", "organisation"):
                whole = held.table == edge.to and held.role == "primary" and edge.to != row.table
                if whole and columns and not edge.where and not self._is_author(edge):
                    there = self._rows(held, self._edges.tables[edge.to])
                    filled = tuple(Flag(c, "filled") for c in columns)
                    onward = Onward(edge.column, there, edge.to_column, filled)
                    found.append(Link(point, rows, when=edge.when, other=onward))
        return found

    def _declared_point(self, row: MappedTable, rows: Rows, point: ContactPoint) -> Iterator[Link]:
        table = self._edges.tables.get(point.table)
        if table is None or not table.readable:
            return
        columns = [c for c in point.columns if has(table, c)]
        if point.kind == "address":
            columns = self._without_country(table, columns)
        if not columns:
            return
        filled = tuple(Flag(c, "filled") for c in columns)
        if not point.on:
            key = self._edges.key(row.table)
            if point.table == row.table and not point.where.strip():
                yield Link(point.kind, rows, any_of=filled)
            elif point.table == row.table and key:
                yield Link(point.kind, _also(rows, point.where), key, key, None, filled)
            return
        if len(point.on) == 1:
            ((there, here),) = point.on.items()
            there, here = there.rpartition(".")[2], here.rpartition(".")[2]
            if has(table, there) and has(rows.table, here):
                held = [t for t in self._map.of(row.entity) if t.table == point.table]
                base = self._rows(held[0], table) if len(held) == 1 else Rows(table)
                same = base.where.strip() == point.where.strip()
                side = base if same else _also(base, point.where)
                yield Link(point.kind, side, there, here, None, filled)

    def _meaning(
        self, table: Table, point: str, said: Mapping[str, str] | None = None
    ) -> list[str]:
        """Columns of a table that hold such contact points; what a map says of one outweighs."""
        profile = self._profiles.get(table.qualified)
        if profile is None:
            return []
        wanted = _POINTS[point]
        found = []
        for column in profile.columns:
            told, meaning = (said or {}).get(column.name), column.semantic
            if told is not None:
                is_one = told in wanted
            elif meaning is not None:
                is_one = meaning.type in wanted and meaning.confidence >= _RECOGNISED
            else:
                addresses = "email syntax" in column.checks or names_addresses_only(column.name)
                is_one = point == "e-mail" and addresses
            if is_one and has(table, column.name):
                found.append(column.name)
        return found

    def _without_country(self, table: Table, columns: Sequence[str]) -> list[str]:
        """A country or region alone, which is often filled in beforehand, is no address."""
        profile = self._profiles.get(table.qualified)
        meant = {c.name: c.semantic.type for c in profile.columns if c.semantic} if profile else {}
        kept = [
            c
            for c in columns
            if meant.get(c) not in ("country", "region") and not _LAND.search(c.lower())
        ]
        return kept or list(columns)

    # States

    def _opened(self, ways: Sequence[Link]) -> list[Link]:
        """The same ways to those cases only that are not closed, where a column tells which."""
        found = []
        for way in ways:
            cases = way.other.rows.table if way.other else way.rows.table
            flag = self._ended(cases)
            if flag is None:
                continue
            if way.other is not None:
                other = replace(way.other, any_of=(flag,))
                found.append(replace(way, thing="open case", other=other))
            else:
                found.append(replace(way, thing="open case", any_of=(flag,)))
        return found

    def _ended(self, table: Table) -> Flag | None:
        for column in table.columns:
            if _CLOSING.search("".join(name_words(column.name))) and self._is_day(
                table, column.name
            ):
                return Flag(column.name, "filled", wanted=False)
        state = self._state(table)
        return Flag(state, "ended", wanted=False) if state else None

    def _won(self, table: Table) -> Flag | None:
        profile = self._profiles.get(table.qualified)
        for column in profile.columns if profile else ():
            if _WON.search("".join(name_words(column.name))) and column.filled:
                if column.logical in ("date", "datetime"):
                    return Flag(column.name, "filled")
                if column.logical == "boolean" or (column.distinct or 9) <= 2:
                    return Flag(column.name, "true")
        state = self._state(table)
        return Flag(state, "won") if state else None

    def _is_day(self, table: Table, name: str) -> bool:
        profile = self._profiles.get(table.qualified)
        found = [c for c in profile.columns if c.name == name] if profile else []
        return bool(found) and found[0].logical in ("date", "datetime") and found[0].filled > 0

    def _state(self, table: Table) -> str:
        """The column of states in words; codes in numbers tell nothing."""
        profile = self._profiles.get(table.qualified)
        for column in profile.columns if profile else ():
            named = _STATE.search("".join(name_words(column.name))) is not None
            means = column.semantic is not None and column.semantic.type == "status"
            if (named or means) and column.logical == "text" and column.filled:
                return column.name
        return ""

    # Rows

    def _there(self, row: MappedTable) -> bool:
        table = self._edges.tables.get(row.table)
        return table is not None and table.readable

    def _rows(self, row: MappedTable, table: Table) -> Rows:
        """The map's rows of a table, less those that are deleted or made to try something."""
        where, without = row.where, None
        for mark in (row.soft_delete, row.test_rows):
            if not mark:
                continue
            found = elsewhere(row, mark, self._edges)
            if found is not None:
                without = found
            else:
                where = all_of(where, negated(mark))
        return Rows(table, where, without)


def _also(rows: Rows, *conditions: str) -> Rows:
    return Rows(rows.table, all_of(rows.where, *conditions), rows.without)


def _names(thing: str) -> str:
    """Several of a thing, in words."""
    irregular = {"address": "addresses", "e-mail": "e-mail addresses", "phone": "phone numbers"}
    if thing.endswith("y"):
        return thing[:-1] + "ies"
    return irregular.get(thing, f"{thing}s")
