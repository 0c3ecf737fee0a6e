"""Columns by which one system names the other's records, proven on the records that were matched.

A column that holds numbers of the other system leads from a record to a
record. Whether it is meant so, the matching tells, which knows nothing of it:
of the records that have a partner, most that lead anywhere have to lead to
that partner. Columns that count from 1 in both systems lead everywhere, and
so nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crmaudit.evidence import SharedKey
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import key_of
from crmaudit.quality.collectors.matching.reading import Reading
from crmaudit.quality.collectors.overlapping.rows import Wanted, number, text, want
from crmaudit.quality.matching.recipe import Recipe
from crmaudit.quality.matching.shared import Numbers, beyond_chance
from crmaudit.quality.reaching import Rows
from crmaudit.sources.base import Source

MOST_REPEATED = 3
"""A number that names more records of one system than this names none of them."""

MOST_KEYS = 3
"""So many shared identifiers of a pair of systems are kept, those that carry most pairs first."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column whose values are staged under `id`: of `filled` records, `distinct` values."""

    id: int
    system: str
    table: str
    column: str
    is_key: bool
    filled: int
    distinct: int

    @property
    def label(self) -> str:
        return f"{self.table}.{self.column}"


class Columns:
    """Values of columns that may hold numbers, in the table `numbers(n, place, value)`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ids: dict[tuple[str, str, str], int] = {}
        self._keys: set[int] = set()
        self._ask("CREATE TABLE numbers (n BIGINT, place INTEGER, value VARCHAR)")

    def read(
        self,
        source: Source,
        found: Sequence[tuple[Recipe, Numbers]],
        told: Callable[[str, int], None] = lambda table, rows: None,
    ) -> None:
        """Read columns of records that were staged; what cannot be read is left out.

        A lost connection passes as ConnectionLostError.
        """
        reading = Reading(self._engine, source, told)
        work: list[tuple[Recipe, Numbers, tuple[str, ...], Wanted]] = []
        for recipe, numbers in found:
            own = numbers.on is None
            keys = recipe.key if numbers.on is None else (numbers.on[0],)
            if own or (numbers.on and recipe.key == (numbers.on[1],)):
                rows = Rows(numbers.table, recipe.rows if own else "")
                wanted = want(reading, rows, [*keys, *numbers.columns])
                work.append((recipe, numbers, keys, wanted))
        try:
            reading.read()
            for recipe, numbers, keys, wanted in work:
                if not wanted.failure:
                    self._keep(recipe, numbers, keys, wanted)
        finally:
            reading.forget()

    def _keep(self, recipe: Recipe, found: Numbers, keys: tuple[str, ...], wanted: Wanted) -> None:
        key = key_of([f"t.{wanted.column(c)}" for c in keys])
        for column in found.columns:
            place = (recipe.system, found.table.qualified, column)
            number_of = self._ids.setdefault(place, len(self._ids))
            if found.on is None and recipe.key == (column,):
                self._keys.add(number_of)
            value = number(f"t.{wanted.column(column)}")
            self._ask(
                f"INSERT INTO numbers SELECT DISTINCT r.n, {number_of}, {value} "
                f"FROM {wanted.sql} t JOIN records r ON r.system = {text(recipe.system)} "
                f"AND r.tab = {text(recipe.table.qualified)} AND r.key = {key} "
                f"WHERE {value} IS NOT NULL"
            )

    def forget(self, system: str) -> None:
        """Take back what was read of a system."""
        for place, number_of in list(self._ids.items()):
            if place[0] == system:
                self._ask(f"DELETE FROM numbers WHERE place = {number_of}")

    def places(self) -> list[Place]:
        """Every column with values, in the order of reading."""
        counted = {
            place: (filled, distinct)
            for place, filled, distinct in self._ask(
                "SELECT place, count(DISTINCT n), count(DISTINCT value) FROM numbers GROUP BY place"
            )
        }
        return [
            Place(number_of, *place, number_of in self._keys, *counted[number_of])
            for place, number_of in self._ids.items()
            if number_of in counted
        ]

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        engine = self._engine
        return engine.run(lambda: engine.ask(sql))


def shared_keys(
    engine: Engine, places: Sequence[Place], left: str, right: str
) -> tuple[SharedKey, ...]:
    """The identifiers that two systems share, those that carry most pairs first.

    Reads `held(n, thing, system)` and `numbers`. The holder of the reference
    is the side that has it of fewer records; of the others it is the record's
    own number. Counted are the holder's records that have a partner: whose
    number leads to a record of the same thing (`carried`), to another
    (`elsewhere`), or who have none that leads anywhere (`missing`).
    """
    mine = [p for p in places if p.system == left]
    theirs = [p for p in places if p.system == right]
    found: list[tuple[SharedKey, Place, Place]] = []
    tried = max(1, 2 * len(mine) * len(theirs))
    for holders, others in ((mine, theirs), (theirs, mine)):
        if holders and others:
            found += _one_way(engine, holders, others, tried)
    found.sort(key=lambda f: (-f[0].carried, not f[2].is_key, _rank(f[1], f[2]), f[1].id, f[2].id))
    kept: list[SharedKey] = []
    taken: set[int] = set()
    for key, holder, to in found:
        # One column is one identifier, whichever others it happens to agree with as well.
        if not {holder.id, to.id} & taken and len(kept) < MOST_KEYS:
            kept.append(key)
            taken |= {holder.id} if to.is_key else {holder.id, to.id}
    return tuple(kept)


def _rank(holder: Place, to: Place) -> float:
    """Low where `to` is more of a record's own number than the column that refers to it."""
    return (holder.distinct - to.distinct) / max(1, holder.distinct + to.distinct)


def _one_way(
    engine: Engine, holders: Sequence[Place], others: Sequence[Place], tried: int
) -> list[tuple[SharedKey, Place, Place]]:
    holder, other = text(holders[0].system), text(others[0].system)
    these = ", ".join(str(p.id) for p in holders)
    those = ", ".join(str(p.id) for p in others)

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return engine.run(lambda: engine.ask(sql))

    # Chance: by how much a number that leads to any record would lead to one of the same thing.
    rows = ask(
        f"""
        WITH mine AS (SELECT n, thing FROM held WHERE system = {holder}),
        partners AS (SELECT thing, count(*) AS size FROM held WHERE system = {other}
                     GROUP BY thing),
        names AS (SELECT value, place, n FROM numbers WHERE place IN ({those})
                  QUALIFY count(*) OVER (PARTITION BY place, value) <= {MOST_REPEATED}),
        leads AS (
            SELECT a.place, b.place AS there, a.n,
                bool_or(m.thing = h.thing) AS same, any_value(p.size) AS size
            FROM numbers a JOIN names b ON a.value = b.value
            JOIN mine m ON m.n = a.n JOIN held h ON h.n = b.n
            LEFT JOIN partners p ON p.thing = m.thing
            WHERE a.place IN ({these})
            GROUP BY a.place, b.place, a.n)
        SELECT place, there, count(*), count(size), count(*) FILTER (same), coalesce(sum(size), 0)
        FROM leads GROUP BY place, there ORDER BY place, there
        """
    )
    ((records, matched, size),) = ask(
        f"""
        SELECT count(*), count(*) FILTER (thing IN (
                SELECT thing FROM held WHERE system = {other})),
            (SELECT count(*) FROM held WHERE system = {other})
        FROM held WHERE system = {holder}
        """
    )
    by_id = {p.id: p for p in (*holders, *others)}
    found = []
    for place, there, leading, with_partner, carried, partners in rows:
        chance = max(partners / with_partner, 1.0) / size if with_partner else 1.0
        if not beyond_chance(carried, with_partner, chance, tried):
            continue
        a, b = by_id[place], by_id[there]
        key = SharedKey(
            a.system,
            a.label,
            b.system,
            b.label,
            records,
            a.filled,
            leading,
            carried,
            with_partner - carried,
            matched - with_partner,
        )
        found.append((key, a, b))
    return found
