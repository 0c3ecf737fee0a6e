"""Puts the records of one recipe together, out of rows that were read into the engine.

Every place that attributes come from (the record's own row, a side table, a
list behind a reference) gives at most one row for each record, and lists of
what it may have several of. Values come from the first place that has one; an
address as a whole from the first that has a part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crmaudit.quality.collectors.matching import ATTRIBUTE_COLUMNS, MARK_COLUMNS, key_of
from crmaudit.quality.collectors.matching.reading import Reading, Rows
from crmaudit.quality.matching.recipe import ATTRIBUTES, SEVERAL, Recipe, Taken
from crmaudit.quality.matching.recipes import ADDRESS

_NAMES = {**ATTRIBUTE_COLUMNS, **MARK_COLUMNS}


@dataclass(slots=True)
class _Place:
    """Columns that come from the same rows; `number` 0 is the record's own row."""

    number: int
    rows: Rows
    taken: list[Taken]
    via: Rows | None = None

    @property
    def first(self) -> int:
        return min(t.first for t in self.taken)

    def failure(self) -> str:
        return self.rows.failure or (self.via.failure if self.via else "")

    def value(self, taken: Taken, of: str) -> str:
        """The value of a column in a row called `of`, with the parts that go with it."""
        names = [f"{of}.{self.rows.column(c)}" for c in (taken.column, *taken.parts)]
        return names[0] if len(names) == 1 else f"nullif(concat_ws(' ', {', '.join(names)}), '')"

    def singles(self) -> Iterator[tuple[str, Taken]]:
        """Name and column of what a record has one of."""
        seen = set()
        for taken in self.taken:
            if taken.what not in SEVERAL and taken.what not in seen:
                seen.add(taken.what)
                yield _NAMES[taken.what], taken

    def lists(self) -> dict[str, list[Taken]]:
        """Names and columns of what a record may have several of."""
        found: dict[str, list[Taken]] = {}
        for taken in self.taken:
            if taken.what in SEVERAL:
                found.setdefault(_NAMES[taken.what], []).append(taken)
        return found


class Assembly:
    """One recipe; making it tells `reading` what is to be read."""

    def __init__(self, recipe: Recipe, reading: Reading) -> None:
        self._recipe = recipe
        self.table = recipe.table.qualified
        own = [t for t in recipe.taken if t.on is None]
        # Every column that something hangs on stands in the own row.
        needed = [*recipe.key, *(t.on[1] for t in recipe.taken if t.on)]
        needed += [c for t in own for c in (t.column, *t.parts)]
        if recipe.without is not None:
            needed.append(recipe.without[3])
        self._own = reading.want(recipe.table, recipe.rows, needed)
        self._places = [_Place(0, self._own, own), *self._sides(reading)]
        self._left_out = {
            why: reading.want(recipe.table, where, recipe.key[:1])
            for why, where in recipe.left_out.items()
        }
        self._gone = None
        if recipe.without is not None:
            there, where, column, _ = recipe.without
            self._gone = reading.want(there, where, [column])

    def _sides(self, reading: Reading) -> Iterator[_Place]:
        together: dict[tuple[object, ...], list[Taken]] = {}
        for taken in self._recipe.taken:
            if taken.on is not None:
                place = (taken.table.qualified, taken.on, taken.where, taken.via, taken.first)
                together.setdefault(place, []).append(taken)
        for number, side in enumerate(together.values(), 1):
            one, via = side[0], None
            assert one.on is not None
            columns = [one.on[0], *(c for t in side for c in (t.column, *t.parts))]
            rows = reading.want(one.table, one.where, columns)
            if one.via is not None:
                v = one.via
                via = reading.want(v.table, v.where, [v.own, v.to])
            yield _Place(number, rows, side, via)

    @property
    def rows(self) -> int:
        """How many rows of the table were read."""
        return self._own.rows

    @property
    def failure(self) -> str:
        """Why the records cannot be had; empty where they can."""
        return self._own.failure or (self._gone.failure if self._gone else "")

    @property
    def without(self) -> bool:
        """Whether marks of deleted rows stand in another table."""
        return self._gone is not None

    def left_out(self) -> dict[str, int]:
        return {why: rows.rows for why, rows in self._left_out.items()}

    def unused(self) -> dict[str, str]:
        """Attributes that nothing is compared by, with the reason."""
        failed: dict[str, str] = {
            t.what: f"{place.rows.table.qualified} could not be read: {place.failure()}"
            for place in self._places
            if place.failure()
            for t in place.taken
            if t.what in ATTRIBUTES
        }
        return {**self._recipe.unused, **failed}

    def columns(self) -> dict[str, list[str]]:
        """Attribute → the columns that hold it, of those that could be read."""
        found: dict[str, list[str]] = {}
        for place in self._readable():
            for t in place.taken:
                if t.what in ATTRIBUTES:
                    names = [f"{t.table.qualified}.{c}" for c in (t.column, *t.parts)]
                    found.setdefault(t.what, []).extend(names)
        return found

    def deleted(self) -> str:
        """SQL for the number of rows whose mark in another table says that they are gone."""
        return f"SELECT count(*) FROM {self._own.name} o WHERE {self._is_gone()}"

    def insert(self, first: int) -> str:
        """SQL that appends the records that have anything to compare by to `records`.

        `numbered` has to be there; numbers start with `first` and leave out those without.
        """
        places = self._readable()
        values = dict(self._values(places))
        names = [*ATTRIBUTE_COLUMNS.values(), *MARK_COLUMNS.values()]
        selected = ", ".join(f"{values.get(name, 'NULL')} AS {name}" for name in names)
        filled = " + ".join(
            f"({name} IS NOT NULL)::INTEGER"
            for name in ATTRIBUTE_COLUMNS.values()
            if name in values
        )
        joined = "".join(
            f" LEFT JOIN ({self._side(p)}) s{p.number} ON s{p.number}.k = {self._at(p)}"
            for p in places
            if p.number
        )
        system, table = map(_text, (self._recipe.system, self.table))
        return (
            f"INSERT INTO records SELECT {first} + n, {system}, {table}, k, {', '.join(names)}, "
            f"{filled or '0'} AS filled FROM (SELECT i.n, i.k, {selected} FROM {self._own.name} o "
            f"JOIN numbered i ON i.r = o.r{joined}) WHERE filled > 0"
        )

    def numbered(self) -> str:
        """SQL for a table of the rows with a key: `r`, the key `k`, and the place `n` of it.

        Keys that are numbers stand in the order of their numbers. It is a table of its own, as
        whole records take ten times as long to sort.
        """
        return (
            "SELECT r, k, row_number() OVER (ORDER BY try_cast(k AS HUGEINT) NULLS LAST, k, r) - 1 "
            f"AS n FROM (SELECT o.r, {self._key()} AS k FROM {self._own.name} o "
            f"WHERE {self._condition()})"
        )

    def _readable(self) -> list[_Place]:
        return [p for p in self._places if not p.failure()]

    def _key(self) -> str:
        return key_of(f"o.{self._own.column(c)}" for c in self._recipe.key)

    def _condition(self) -> str:
        return f"({self._key()}) IS NOT NULL" + (
            f" AND NOT ({self._is_gone()})" if self.without else ""
        )

    def _is_gone(self) -> str:
        assert self._gone is not None
        assert self._recipe.without is not None
        _, _, there, here = self._recipe.without
        marked = f"SELECT {self._gone.column(there)} FROM {self._gone.name}"
        own = f"o.{self._own.column(here)}"
        # NULL IN (…) is null, and such a row is not gone.
        return f"coalesce({own} IN (SELECT x FROM ({marked}) m(x) WHERE x IS NOT NULL), false)"

    def _at(self, place: _Place) -> str:
        """The column of the own row that a side's rows belong to."""
        on = place.taken[0].on
        assert on is not None
        return f"o.{self._own.column(on[1])}"

    def _side(self, place: _Place) -> str:
        """SQL for one row a record: what it says once, out of one row, and lists of the rest."""
        one = place.taken[0]
        assert one.on is not None
        at = f"x.{place.rows.column(one.on[0])}"
        source = f"{place.rows.name} x"
        if place.via is not None:
            assert one.via is not None
            to, at_own = place.via.column(one.via.to), place.via.column(one.via.own)
            source = f"{place.via.name} v JOIN {source} ON v.{to} = {at}"
            at = f"v.{at_own}"
        singles = [(name, place.value(t, "x")) for name, t in place.singles()]
        lists = [
            (name, [place.value(t, "x") for t in taken]) for name, taken in place.lists().items()
        ]
        wanted = [f"{at} AS k"]
        if singles:
            # The fullest row; of several, the first by what it says, so that it is always the same.
            said = ", ".join(f"v{i} := {sql}" for i, (_, sql) in enumerate(singles))
            missing = " + ".join(f"({sql} IS NULL)::INTEGER" for _, sql in singles)
            order = ", ".join(f"o{i} := coalesce({sql}, '')" for i, (_, sql) in enumerate(singles))
            wanted.append(
                f"arg_min(struct_pack({said}), struct_pack(missing := {missing}, {order})) AS said"
            )
        for name, values in lists:
            several = ", ".join(values)
            wanted.append(f"flatten(list([{several}])) AS {name}")
        picked = [f"said.v{i} AS {name}" for i, (name, _) in enumerate(singles)]
        picked += [name for name, _ in lists]
        return (
            f"SELECT {', '.join(['k', *picked])} FROM (SELECT {', '.join(wanted)} FROM {source} "
            f"WHERE {at} IS NOT NULL GROUP BY {at})"
        )

    def _values(self, places: list[_Place]) -> Iterator[tuple[str, str]]:
        """Name and SQL of every column of `records` that something is read for."""
        ordered = sorted(places, key=lambda p: (p.first, p.number))
        several: dict[str, list[str]] = {}
        for place in places:
            for name, taken in place.lists().items():
                if place.number:
                    several.setdefault(name, []).append(f"s{place.number}.{name}")
                else:
                    own = ", ".join(place.value(t, "o") for t in taken)
                    several.setdefault(name, []).append(f"[{own}]")
        for name, lists in several.items():
            if len(lists) == 1 and lists[0].startswith("[") and ", " not in lists[0]:
                yield name, f"CASE WHEN {lists[0][1:-1]} IS NOT NULL THEN {lists[0]} END"
                continue
            # Nulls in a list, and lists that are null, are passed over.
            yield name, _list(lists)
        singles: dict[str, list[tuple[_Place, str]]] = {}
        for place in ordered:
            for name, one in place.singles():
                sql = f"s{place.number}.{name}" if place.number else place.value(one, "o")
                singles.setdefault(name, []).append((place, sql))
        address = [_NAMES[a] for a in ADDRESS]
        whole: dict[int, str] = {}
        for place in ordered:
            parts = [
                sql
                for name in address
                for p, sql in singles.get(name, ())
                if p.number == place.number
            ]
            whole[place.number] = " OR ".join(f"{sql} IS NOT NULL" for sql in parts)
        for name, found in singles.items():
            if name in address and len(found) > 1:
                cases = " ".join(f"WHEN {whole[p.number]} THEN {sql}" for p, sql in found)
                yield name, f"CASE {cases} END"
            else:
                yield name, _coalesced(sql for _, sql in found)


def _list(lists: list[str]) -> str:
    """SQL for one list of several: each value once, in order; null where there is none."""
    joined = lists[0] if len(lists) == 1 else f"list_concat({', '.join(lists)})"
    return f"nullif(list_sort(list_distinct({joined})), []::VARCHAR[])"


def _coalesced(values: Iterable[str]) -> str:
    found = list(values)
    return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
