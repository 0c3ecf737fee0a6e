"""Finds the columns in which several systems keep the same identifier of an entity.

Two columns are taken for the same identifier where far more values are in both
than chance gives. Chance is that of two lists of numbers drawn from one range:
of texts with the same beginning and a number at the end, a·b/span are in both,
with a and b their numbers and span the range of both. So two counters that
begin with 1 are no common identifier, however many numbers they share, unless
the rows with the same number also agree in an amount or a date far more often
than rows beside each other do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.matching.shared import beyond_chance

UNIQUE = 0.8
"""So many of the values of an identifier have to be different."""

Ask = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose values are staged under `id`; `type` is that of a fact, else empty."""

    id: int
    system: str
    table: str
    name: str
    type: str = ""
    is_key: bool = False

    @property
    def label(self) -> str:
        return f"{self.table}.{self.name}"


@dataclass(frozen=True, slots=True)
class Shared:
    """Two columns with `common` values."""

    left: Column
    right: Column
    common: int


def common_identifier(
    engine: Engine, identifiers: Sequence[Column], facts: Sequence[Column]
) -> dict[str, Column]:
    """System → its column of the identifier that it shares with others; empty where there is none.

    Reads `numbers(n, place, value)` and `facts(n, place, value)`. The columns
    with most values in common are taken, and then those that share most with
    them.
    """

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return engine.run(lambda: engine.ask(sql))

    usable = _unique(ask, identifiers)
    pairs = [(a, b) for a, b in combinations(usable, 2) if a.system != b.system]
    found = [
        shared for a, b in pairs if (shared := _shared(ask, a, b, facts, len(pairs))) is not None
    ]
    found.sort(key=lambda s: (-s.common, not (s.left.is_key or s.right.is_key), s.left.id))
    chosen: dict[str, Column] = {}
    if found:
        chosen = {c.system: c for c in (found[0].left, found[0].right)}
    while True:
        more = [
            new
            for s in found
            for old, new in ((s.left, s.right), (s.right, s.left))
            if chosen.get(old.system) == old and new.system not in chosen
        ]
        if not more:
            return chosen
        chosen[more[0].system] = more[0]


def comparable(one: Column, other: Column) -> bool:
    """Whether two facts are of a type."""
    return one.type == other.type


def equal(kind: str, left: str, right: str) -> str:
    """SQL for whether two facts of a type say the same, however they are written."""
    if kind in ("money", "percentage", "number"):
        return f"round(TRY_CAST({left} AS DOUBLE), 2) = round(TRY_CAST({right} AS DOUBLE), 2)"
    if kind == "date":
        day = "TRY_CAST(left({}, 10) AS DATE)"
        return f"{day.format(left)} = {day.format(right)}"
    return f"lower({left}) = lower({right})"


def _unique(ask: Ask, columns: Iterable[Column]) -> list[Column]:
    counted = {
        place: distinct >= UNIQUE * rows
        for place, rows, distinct in ask(
            "SELECT place, count(*), count(DISTINCT value) FROM numbers GROUP BY place"
        )
    }
    return [c for c in columns if counted.get(c.id)]


def _shared(ask: Ask, a: Column, b: Column, facts: Sequence[Column], tried: int) -> Shared | None:
    # What stands before the number at the end, and that number; a text without one is its own.
    ((common, fewer, chance),) = ask(
        f"""
        WITH parts AS (
            SELECT DISTINCT place, value,
                regexp_extract(value, '^(.*?)([0-9]{{0,15}})$', 1) AS head,
                TRY_CAST(regexp_extract(value, '^(.*?)([0-9]{{0,15}})$', 2) AS BIGINT) AS tail
            FROM numbers WHERE place IN ({a.id}, {b.id})),
        heads AS (
            SELECT head, count(*) FILTER (place = {a.id}) AS x,
                count(*) FILTER (place = {b.id}) AS y,
                max(tail) - min(tail) + 1 AS span
            FROM parts WHERE tail IS NOT NULL GROUP BY head)
        SELECT
            (SELECT count(*) FROM (SELECT value FROM parts GROUP BY value HAVING count(*) > 1)),
            (SELECT least(count(*) FILTER (place = {a.id}), count(*) FILTER (place = {b.id}))
             FROM parts),
            (SELECT coalesce(sum(x * y / greatest(span, x, y)), 0) FROM heads)
        """
    )
    if not fewer or common < 2:
        return None
    if beyond_chance(common, fewer, float(chance) / fewer, tried) or (
        beyond_chance(common, fewer, 0.0, tried) and _confirmed(ask, a, b, facts)
    ):
        return Shared(a, b, int(common))
    return None


def _confirmed(ask: Ask, a: Column, b: Column, facts: Sequence[Column]) -> bool:
    """Whether rows with the same number agree in a fact far more often than with the next row."""
    mine = [f for f in facts if f.system == a.system and f.type in ("money", "date")]
    theirs = [f for f in facts if f.system == b.system]
    pairs = [(f, g) for f in mine for g in theirs if comparable(f, g)]
    for f, g in pairs:
        ((of, hits, other, by_chance),) = ask(
            f"""
            WITH met AS (
                SELECT x.n AS l, y.n AS r, lead(y.n) OVER (ORDER BY x.value, x.n, y.n) AS next
                FROM numbers x JOIN numbers y ON x.value = y.value
                WHERE x.place = {a.id} AND y.place = {b.id}),
            said AS (
                SELECT {equal(f.type, "p.value", "q.value")} AS same,
                    {equal(f.type, "p.value", "o.value")} AS chance
                FROM met JOIN facts p ON p.n = met.l AND p.place = {f.id}
                JOIN facts q ON q.n = met.r AND q.place = {g.id}
                LEFT JOIN facts o ON o.n = met.next AND o.place = {g.id})
            SELECT count(same), count(*) FILTER (same), count(chance), count(*) FILTER (chance)
            FROM said
            """
        )
        chance = by_chance / other if other else 1.0
        if beyond_chance(hits, of, max(chance, 1 / max(of, 1)), len(pairs)):
            return True
    return False
