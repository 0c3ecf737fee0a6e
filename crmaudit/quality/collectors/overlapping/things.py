"""What came of the matching: things, which systems hold them, pairs of records.

All is asked of two tables: `held(n, thing, system)`, every record that was
compared with the thing it stands for, and `met(pair, thing, l, r)`, for each
pair of systems and thing that both hold the two records that agree best.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from crmaudit.evidence import SystemSet
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.overlapping.joining import join
from crmaudit.quality.collectors.overlapping.rows import text


class Things:
    """Things of several systems; made after `members` and `scored` are there.

    With `scored` pairs records are put together by `join`. Without them what
    `members` has together is one thing, and its records all agree alike; a
    record that it does not name is a thing of its own.
    """

    def __init__(self, engine: Engine, systems: Sequence[str], scored: bool = True) -> None:
        self._engine = engine
        self.systems = tuple(systems)
        self.pairs = tuple(combinations(self.systems, 2))
        if scored:
            join(engine)
        self._ask(
            f"""
            CREATE TABLE held AS SELECT r.n, coalesce(m.thing, -1 - r.n) AS thing, r.system
            FROM records r LEFT JOIN {"together" if scored else "members"} m ON m.n = r.n
            """
        )
        self._ask("CREATE TABLE met (pair INTEGER, thing BIGINT, l BIGINT, r BIGINT)")
        for number, (left, right) in enumerate(self.pairs):
            self._meet(number, left, right, scored)

    def count(self, system: str) -> int:
        """The things that the system holds."""
        ((count,),) = self._ask(
            f"SELECT count(DISTINCT thing) FROM held WHERE system = {text(system)}"
        )
        return int(count)

    def sets(self) -> tuple[SystemSet, ...]:
        """Things by exactly which systems hold them, the most systems first."""
        place = {system: i for i, system in enumerate(self.systems)}
        rows = self._ask(
            """
            SELECT systems, count(*) FROM (
                SELECT list_sort(list(DISTINCT system)) AS systems FROM held GROUP BY thing)
            GROUP BY systems
            """
        )
        found = [SystemSet(tuple(sorted(s, key=place.__getitem__)), int(n)) for s, n in rows]
        return tuple(sorted(found, key=lambda s: (-len(s.systems), [place[x] for x in s.systems])))

    def shared(self, left: str, right: str) -> tuple[int, int, int, int]:
        """Of things that both hold: their number, the pairs of records, the records of each."""
        ((things, pairs, ls, rs),) = self._ask(
            f"""
            SELECT count(*), coalesce(sum(a * b), 0), coalesce(sum(a), 0), coalesce(sum(b), 0)
            FROM (
                SELECT count(*) FILTER (system = {text(left)}) AS a,
                    count(*) FILTER (system = {text(right)}) AS b
                FROM held WHERE system IN ({text(left)}, {text(right)}) GROUP BY thing)
            WHERE a > 0 AND b > 0
            """
        )
        return int(things), int(pairs), int(ls), int(rs)

    def _meet(self, number: int, left: str, right: str, scored: bool) -> None:
        # Never all pairs of a thing: where everything is one, they are too many.
        compared = f"""
            UNION ALL SELECT a.thing, a.n, b.n, s.weight
            FROM (SELECT l, r, weight FROM scored UNION ALL SELECT r, l, weight FROM scored) s
            JOIN held a ON a.n = s.l AND a.system = {text(left)}
            JOIN held b ON b.n = s.r AND b.system = {text(right)} AND a.thing = b.thing
        """
        self._ask(
            f"""
            INSERT INTO met SELECT {number}, thing, l, r FROM (
                SELECT thing, min(n) FILTER (system = {text(left)}) AS l,
                    min(n) FILTER (system = {text(right)}) AS r,
                    CAST('-infinity' AS DOUBLE) AS weight
                FROM held GROUP BY thing HAVING l IS NOT NULL AND r IS NOT NULL
                {compared if scored else ""})
            QUALIFY row_number() OVER (PARTITION BY thing ORDER BY weight DESC, l, r) = 1
            """
        )

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        engine = self._engine
        return engine.run(lambda: engine.ask(sql))
