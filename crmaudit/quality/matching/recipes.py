"""Works out by what the records of each entity can be compared, from evidence alone.

What a column tells is said by the entity map, recognised in the content, or
read off its name (`meaning`). Where it stands follows from contact points and
references: the record's own row, an extension, a side table, the organisation
or household that a person belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from crmaudit.evidence import Catalog, ContactPoint, Keys, MappedTable, Table, TableProfile
from crmaudit.evidence.privacy import name_words
from crmaudit.quality.effective import EffectiveMap
from crmaudit.quality.matching.marks import Marks
from crmaudit.quality.matching.meaning import NUMERIC, Columns, names_import, words
from crmaudit.quality.matching.recipe import (
    MATCHED,
    SEVERAL,
    Attribute,
    Mark,
    Recipe,
    Taken,
    Via,
)
from crmaudit.quality.reaching.conditions import all_of, elsewhere, negated
from crmaudit.quality.reaching.links import Edge, Edges, has
from crmaudit.workspace.landscape import Map

ADDRESS: tuple[Attribute, ...] = (
    "street",
    "house number",
    "city",
    "postcode",
    "region",
    "country",
)
"""The attributes that have to come from one row, as a street of one town in another is nobody's."""

_CONTACT: tuple[Attribute, ...] = ("e-mail", "phone", *ADDRESS)
_PERSON: tuple[Attribute, ...] = (
    *("given name", "middle name", "family name", "full name", "birth date", "gender"),
    *("salutation", "employer", "household", "national id", "tax number", "bank account", "url"),
    *("identifier", *_CONTACT),
)
WANTED: Mapping[str, tuple[Attribute, ...]] = {
    "person": _PERSON,
    "lead": (*_PERSON, "organisation name"),
    "organisation": (
        *("organisation name", "url", "tax number", "national id", "bank account", "identifier"),
        *_CONTACT,
    ),
    "household": ("household", "identifier", *_CONTACT),
}
"""Kind → what its records can be compared by."""

_USUAL: tuple[Attribute, ...] = ("e-mail", "phone", "street", "city", "postcode")
_MISSED: Mapping[str, tuple[Attribute, ...]] = {
    "person": ("given name", "family name", "birth date", *_USUAL),
    "lead": ("given name", "family name", *_USUAL),
    "organisation": ("organisation name", "url", "tax number", *_USUAL),
    "household": ("household", *_USUAL),
}
"""Kind → of what its readers are told where nothing holds it."""

_POINTS: Mapping[str, tuple[Attribute, ...]] = {
    "e-mail": ("e-mail",),
    "phone": ("phone",),
    "address": ADDRESS,
}
_NAMING: frozenset[Attribute] = frozenset(
    (
        *("given name", "family name", "full name", "organisation name", "e-mail", "phone"),
        *("national id", "tax number", "bank account", "identifier"),
    )
)
"""What can tell one record from another; the rest only helps."""

_SITES = words("web website webseite homepage site sitio url domain")
_NAMED: tuple[Attribute, Attribute] = ("given name", "family name")
"""What the two columns are that name a record, where nothing else tells."""

_LINES = words("line zeile ligne linea supplemental additional zusatz extra complement")
_LABELS: Mapping[str, tuple[str, ...]] = {
    "country": ("isocode", "iso", "iso2", "code", "name", "label"),
    "region": ("name", "label", "title", "code"),
    "gender": ("code", "name", "label", "title"),
    "salutation": ("name", "label", "title"),
}


def recipes(
    system: str,
    effective: EffectiveMap,
    catalog: Catalog,
    keys: Keys | None,
    declared: Map | None,
    profiles: Iterable[TableProfile],
) -> tuple[Recipe, ...]:
    """A recipe for every table, or part of one, that holds records to be compared.

    In the map's order. `profiles` are those of tables and of their parts;
    without any, names alone tell what a column means.
    """
    edges = Edges(catalog, keys, declared, effective.tables)
    world = _World(system, effective, edges, Columns(effective.tables, profiles))
    return tuple(
        world.recipe(row, edges.tables[row.table], effective.kinds[row.entity])
        for row in effective.of_kind(*MATCHED)
        if row.role == "primary" and row.table in edges.tables
    )


class _World:
    """One system: what its tables hold, and how one leads to the other."""

    def __init__(
        self, system: str, effective: EffectiveMap, edges: Edges, columns: Columns
    ) -> None:
        self._system = system
        self._map = effective
        self._edges = edges
        self._columns = columns

    def recipe(self, row: MappedTable, table: Table, kind: str) -> Recipe:
        rows, left_out, without = row.where, {}, None
        for reason, mark in (("deleted", row.soft_delete), ("made to test", row.test_rows)):
            if not mark:
                continue
            found = elsewhere(row, mark, self._edges)
            if found is not None:
                without = found
            else:
                left_out[reason] = all_of(rows, mark)
                rows = all_of(rows, negated(mark))
        made = Recipe(
            self._system,
            row.entity,
            kind,
            table,
            self._key(row, table),
            row.where,
            rows,
            left_out,
            without=without,
        )
        if not table.readable:
            return replace(made, cannot=f"{table.qualified} may not be read")
        if not made.key:
            return replace(made, cannot=f"no key tells the rows of {table.qualified} apart")
        taken, unused = self._compared(row, table, kind, made.key)
        naming = _NAMING | {"household"} if kind == "household" else _NAMING
        if not any(t.what in naming for t in taken):
            why = (
                f"nothing in {table.qualified} names a record: no name, address of e-mail or phone"
            )
            return replace(made, unused=unused, cannot=why)
        marks = Marks(row, table, self._map, self._edges, self._columns)
        return replace(made, taken=(*taken, *marks.taken()), unused=unused)

    def _key(self, row: MappedTable, table: Table) -> tuple[str, ...]:
        if row.key and all(has(table, c) for c in row.key):
            found = row.key
        elif table.primary_key:
            found = table.primary_key
        else:
            one = self._edges.key(table.qualified)
            found = (one,) if one else ()
        known = [self._columns.profile(table, c) for c in found]
        # Binary values are not read, so they tell no rows apart.
        return () if any(p and p.logical == "binary" for p in known) else found

    def _compared(
        self, row: MappedTable, table: Table, kind: str, key: tuple[str, ...]
    ) -> tuple[tuple[Taken, ...], dict[str, str]]:
        wanted = WANTED[kind]
        every = [t for t in self._every(row, table, kind, key) if t.what in wanted]
        filled, empty, constant = [], [], []
        for taken in every:
            where = row.where if taken.table == table else ""
            if self._columns.empty(taken.table, taken.column, where):
                empty.append(taken)
            elif taken.on is None and self._columns.constant(table, taken.column, where):
                constant.append(taken)
            else:
                filled.append(taken)
        if not filled:
            # Where everything is the same, it is the same thing again and again.
            filled, constant = constant, []
        has_some = {t.what for t in filled}
        unused: dict[str, str] = {}
        for what in wanted:
            same = dict.fromkeys(_place(t) for t in constant if t.what == what)
            nothing = dict.fromkeys(_place(t) for t in empty if t.what == what)
            if what in has_some:
                continue
            if same:
                unused[what] = f"all rows have the same value in {' and '.join(same)}"
            elif nothing:
                unused[what] = f"no row has a value in {' and '.join(nothing)}"
            elif what in _MISSED[kind] and not self._known_otherwise(what, has_some):
                unused[what] = "no column of it was found"
        return tuple(dict.fromkeys(self._best(filled, row, table))), unused

    def _known_otherwise(self, what: str, has_some: set[Attribute | Mark]) -> bool:
        return what in ("given name", "family name") and "full name" in has_some

    # Every column that tells something

    def _every(
        self, row: MappedTable, table: Table, kind: str, key: tuple[str, ...]
    ) -> Iterator[Taken]:
        names = self._names_people(row, table)
        for taken in self._of_table(row, table, None, 0, key):
            yield _as(taken, kind, names, row)
        for extension in self._map.of(row.entity):
            there = self._edges.tables.get(extension.table)
            if extension.role != "extension" or there is None or not there.readable:
                continue
            for edge in self._edges.of(extension.table):
                if edge.to == row.table and edge.when is None:
                    on = (edge.column, edge.to_column)
                    for taken in self._of_table(extension, there, on, 1, (edge.column,)):
                        more = all_of(self._living(extension), edge.where)
                        yield _as(replace(taken, where=more), kind, names, row)
        yield from self._beside(row, table, kind)
        if kind in ("person", "lead"):
            yield from self._belonging(row, table, "organisation", "employer")
            yield from self._belonging(row, table, "household", "household")

    def _names_people(self, row: MappedTable, table: Table) -> bool:
        found = {self._columns.attribute(row, table, c) for c in table.columns}
        return bool({"given name", "family name", "full name"} & found)

    def _of_table(
        self,
        row: MappedTable,
        table: Table,
        on: tuple[str, str] | None,
        first: int,
        key: tuple[str, ...],
    ) -> Iterator[Taken]:
        """The columns of the record's own row, or of one beside it that goes with it."""
        refers = {e.column: e for e in self._edges.of(table.qualified)}
        for column in table.columns:
            if column.name in key:
                continue
            what = self._columns.attribute(row, table, column)
            if what in NUMERIC and (column.name in refers or self._is_code(table, column.name)):
                if column.name in refers and on is None:
                    yield from self._listed(what, refers[column.name], None, first)
                continue
            if column.name in refers:
                continue
            if what is None and on is None and column.name in row.name:
                what = _NAMED[row.name.index(column.name)] if len(row.name) == 2 else "full name"
            if what == "identifier" or what is None:
                where = row.where if on is None else ""
                numbers = self._columns.is_number(table, column.name, where)
                what = "identifier" if numbers and not names_import(column.name) else None
            if what is not None:
                yield Taken(what, table, column.name, on, "", first)

    def _is_code(self, table: Table, column: str) -> bool:
        return self._columns.is_code(table, column)

    def _listed(
        self, what: Attribute, edge: Edge, via: Via | None, first: int, at: str = ""
    ) -> Iterator[Taken]:
        """What a reference to a list of countries, regions… means in words."""
        there = self._edges.tables[edge.to]
        label = _label(there, what)
        if label and there.readable and edge.when is None:
            on = (edge.to_column, at if via else edge.column)
            yield Taken(what, there, label, on, "", first, via=via)

    # Side tables

    def _beside(self, row: MappedTable, table: Table, kind: str) -> Iterator[Taken]:
        told = set()
        for point in self._map.contact_points:
            there = self._edges.tables.get(point.table)
            if row.entity not in point.of or there is None or not there.readable:
                continue
            if point.on and len(point.on) == 1:
                ((left, right),) = point.on.items()
                on = left.rpartition(".")[2], right.rpartition(".")[2]
                if has(there, on[0]) and has(table, on[1]):
                    told.add((point.table, point.kind))
                    yield from self._of_point(row, there, point, on)
        for held in self._map.tables:
            there = self._edges.tables.get(held.table)
            if held.role != "secondary" or there is None or not there.readable:
                continue
            of = self._map.kinds.get(held.entity, held.entity)
            if of not in MATCHED or (held.entity != row.entity and held.where):
                continue
            points = {what for t, point in told if t == held.table for what in _POINTS[point]}
            for edge in self._edges.of(held.table):
                if edge.to != row.table:
                    continue
                where = all_of(self._living(held), edge.where, *_typed(edge, held))
                on = (edge.column, edge.to_column)
                for taken in self._of_table(held, there, on, 4, (edge.column,)):
                    names = taken.what in ("e-mail", "phone", "url", *ADDRESS)
                    if names and taken.what not in points:
                        yield replace(taken, where=where)

    def _of_point(
        self, row: MappedTable, there: Table, point: ContactPoint, on: tuple[str, str]
    ) -> Iterator[Taken]:
        """A contact point of a side table: the main one first, none that is known not to work."""
        held = next((t for t in self._map.tables if t.table == point.table), None)
        gone = held.soft_delete if held and "." not in held.soft_delete else ""
        parts = [point.where, negated(gone) if gone else ""]
        parts.append(negated(point.invalid) if point.invalid else "")
        base = all_of(*dict.fromkeys(p.strip() for p in parts))
        ways = [(2, base)]
        if point.primary:
            ways = [(2, all_of(base, point.primary)), (3, all_of(base, negated(point.primary)))]
        refers = {e.column: e for e in self._edges.of(point.table)}
        for first, where in ways:
            for name in point.columns:
                column = next((c for c in there.columns if c.name == name), None)
                if column is None:
                    continue
                what = self._columns.attribute(held or row, there, column)
                edge = refers.get(name)
                if edge is not None and what in NUMERIC:
                    via = Via(there, on[0], name, where)
                    yield from self._listed(what, edge, via, first, on[1])
                elif edge is not None:
                    yield from self._linked(point, edge, Via(there, on[0], name, where), on, first)
                elif what in _POINTS[point.kind] and not (
                    what in NUMERIC and self._is_code(there, name)
                ):
                    yield Taken(what, there, name, on, where, first)

    def _linked(
        self, point: ContactPoint, edge: Edge, via: Via, on: tuple[str, str], first: int
    ) -> Iterator[Taken]:
        """Contact points that several records may share, behind a table of links."""
        there = self._edges.tables[edge.to]
        held = next((t for t in self._map.tables if t.table == edge.to), None)
        row = held or MappedTable(edge.to, "")
        for column in there.columns:
            what = self._columns.attribute(row, there, column)
            if what in _POINTS[point.kind] and what not in NUMERIC:
                yield Taken(what, there, column.name, (edge.to_column, on[1]), "", first, via=via)

    def _living(self, row: MappedTable) -> str:
        mark = row.soft_delete
        return all_of(row.where, negated(mark) if mark and "." not in mark else "")

    # Whom a person belongs to

    def _belonging(
        self, row: MappedTable, table: Table, kind: str, what: Attribute
    ) -> Iterator[Taken]:
        for held in self._map.of_kind(kind):
            there = self._edges.tables.get(held.table)
            if held.role != "primary" or there is None or not there.readable:
                continue
            name = self._name_of(held, there, kind)
            for edge in self._edges.of(row.table):
                if edge.to != held.table or edge.when or edge.where:
                    continue
                if self._columns.empty(table, edge.column, row.where):
                    continue
                if name:
                    yield Taken(what, there, name, (edge.to_column, edge.column), held.where, 0)
                elif held.table != row.table:
                    yield Taken(what, table, edge.column, None, "", 0)
            if name:
                yield from self._between(row, held, there, name, what)

    def _between(
        self, row: MappedTable, held: MappedTable, there: Table, name: str, what: Attribute
    ) -> Iterator[Taken]:
        """By a table of links or relationships between the two."""
        for link in self._map.tables:
            is_link = link.role == "link" or self._map.kinds.get(link.entity) == "relationship"
            table = self._edges.tables.get(link.table)
            if not is_link or table is None or not table.readable:
                continue
            edges = [e for e in self._edges.of(link.table) if not (e.when or e.where)]
            for own in (e for e in edges if e.to == row.table):
                for to in (e for e in edges if e.to == held.table and e.column != own.column):
                    via = Via(table, own.column, to.column, self._living(link))
                    on = (to.to_column, own.to_column)
                    yield Taken(what, there, name, on, held.where, 2, via=via)

    def _name_of(self, held: MappedTable, table: Table, kind: str) -> str:
        own = [c for c in held.name if has(table, c)]
        if own:
            return own[0]
        wanted = ("organisation name", "full name") if kind == "organisation" else ("full name",)
        found = [
            c.name
            for c in table.columns
            if self._columns.attribute(held, table, c) in (*wanted, "organisation name")
        ]
        return max(found, key=lambda c: self._columns.weight(table, c, held.where), default="")

    # Which of several

    def _best(self, found: list[Taken], row: MappedTable, table: Table) -> Iterator[Taken]:
        """All columns of what a record has several of, else the best one of each place."""
        places: dict[tuple[object, ...], list[Taken]] = {}
        for taken in found:
            if taken.what in SEVERAL:
                yield taken
            else:
                places.setdefault((taken.table, taken.on, taken.where, taken.via), []).append(taken)
        for together in places.values():
            streets = [t for t in together if t.what == "street"]
            anchor = self._foremost(streets, row, table) if streets else None
            about = _stem(anchor.column) if anchor else frozenset()
            for what in dict.fromkeys(t.what for t in together):
                same = [t for t in together if t.what == what]
                if what == "street" and anchor is not None:
                    lines = [t.column for t in same if _stem(t.column) == about]
                    lines = [c for c in lines if c != anchor.column]
                    yield replace(anchor, parts=tuple(lines))
                elif what in ADDRESS:
                    yield max(same, key=lambda t: len(about & frozenset(name_words(t.column))))
                else:
                    yield self._foremost(same, row, table)

    def _foremost(self, same: list[Taken], row: MappedTable, table: Table) -> Taken:
        def rank(taken: Taken) -> tuple[bool, bool, bool, float]:
            called = frozenset(name_words(taken.column))
            # The parts of an address before all of it in one, a site of its own before a network's.
            likely = "full" not in called if taken.what == "street" else bool(called & _SITES)
            where = row.where if taken.table == table else ""
            weight = self._columns.weight(taken.table, taken.column, where)
            return taken.column in row.name, taken.column in row.columns, likely, weight

        return max(same, key=rank)


def _as(taken: Taken, kind: str, names: bool, row: MappedTable) -> Taken:
    """What the column of a party tells, seen from the kind of the record."""
    what = taken.what
    if kind == "organisation":
        if taken.column in row.name or what == "full name":
            what = "organisation name"
    elif kind == "household":
        if taken.column in row.name or what in ("full name", "organisation name", "family name"):
            what = "household"
    elif what == "organisation name" and (kind == "person" or names):
        return replace(taken, what="employer", first=max(taken.first, 1))
    return replace(taken, what=what)


def _typed(edge: Edge, held: MappedTable) -> tuple[str, ...]:
    """The type beside a polymorphic reference, as a condition, unless the map has it already."""
    if edge.when is None or edge.when[0] in held.where:
        return ()
    column, value = edge.when
    return (f"{column} = '{value.replace(chr(39), chr(39) * 2)}'",)


def _stem(column: str) -> frozenset[str]:
    return frozenset(name_words(column)) - _LINES


def _label(table: Table, what: str) -> str:
    plain = {"".join(name_words(c.name)): c.name for c in table.columns}
    return next((plain[n] for n in _LABELS.get(what, ()) if n in plain), "")


def _place(taken: Taken) -> str:
    return f"{taken.table.qualified}.{taken.column}"
