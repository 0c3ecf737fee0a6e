"""Rows that belong to customers whom another system does not know, or to nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from crmaudit.evidence import Unlinked
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import key_of
from crmaudit.quality.collectors.matching.reading import Reading, reason
from crmaudit.quality.collectors.overlapping.rows import Wanted, text, value, want
from crmaudit.quality.matching.recipe import Recipe
from crmaudit.quality.matching.shared import Dealings, Way
from crmaudit.quality.reaching import Rows
from crmaudit.sources.base import Source


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was read of one system's dealings."""

    system: str
    dealings: Dealings
    rows: int
    nobody: int


class Belonging:
    """To which records rows belong, in the table `belongs(d, r, n)`.

    `d` numbers the dealings, `r` their rows; `n` is a record that was staged,
    or null for a customer that was not: deleted, or of another entity.
    `notes` say what could not be read.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._counted: dict[int, _Counted] = {}
        self._numbered = 0
        self.notes: list[str] = []
        self._ask("CREATE TABLE belongs (d INTEGER, r BIGINT, n BIGINT)")

    def read(
        self,
        source: Source,
        recipes: Sequence[Recipe],
        found: Iterable[Dealings],
        told: Callable[[str, int], None] = lambda table, rows: None,
    ) -> None:
        """Read whose rows they are, of those dealings that lead to these recipes' tables.

        What cannot be read is left out with a note; a lost connection passes
        as ConnectionLostError.
        """
        system = recipes[0].system
        keys = {r.table.qualified: r.key for r in recipes}
        reading = Reading(self._engine, source, told)
        work = [
            _Work(reading, dealt, keys)
            for dealt in found
            if any(w.table.qualified in keys for w in dealt.ways)
        ]
        try:
            reading.read()
            for one in work:
                try:
                    failure = one.failure
                    if not failure:
                        self._numbered += 1
                        self._count(system, one)
                except duckdb.Error as error:
                    failure = reason(error)
                if failure:
                    table = one.dealings.rows.table.qualified
                    self.notes.append(f"{system}: whose rows {table} holds is not known: {failure}")
        finally:
            reading.forget()

    def forget(self, system: str) -> None:
        """Take back what was read of a system."""
        self._counted = {d: c for d, c in self._counted.items() if c.system != system}

    def unlinked(self, systems: Sequence[str]) -> tuple[Unlinked, ...]:
        """What each of these systems holds of customers whom each other one does not know.

        Reads `held(n, thing, system)`. A row that belongs to several records
        is linked where any of them has a partner.
        """
        return tuple(
            Unlinked(
                c.system,
                c.dealings.entity,
                c.dealings.kind,
                c.dealings.rows.table.qualified,
                other,
                c.rows,
                self._without(d, other),
                c.nobody,
            )
            for d, c in self._counted.items()
            for other in systems
            if other != c.system and c.system in systems and c.rows
        )

    def _without(self, d: int, other: str) -> int:
        ((count,),) = self._ask(
            f"""
            WITH known AS (SELECT DISTINCT thing FROM held WHERE system = {text(other)})
            SELECT count(*) FROM (
                SELECT b.r FROM belongs b JOIN held h ON h.n = b.n LEFT JOIN known k USING (thing)
                WHERE b.d = {d} GROUP BY b.r HAVING count(k.thing) = 0)
            """
        )
        return int(count)

    def _count(self, system: str, one: _Work) -> None:
        d = self._numbered
        for sql in one.followed(d, system):
            self._ask(sql)
        ((rows, somebody),) = self._ask(
            f"SELECT (SELECT count(*) FROM {one.dealt.sql}), "
            f"(SELECT count(DISTINCT r) FROM belongs WHERE d = {d})"
        )
        self._counted[d] = _Counted(system, one.dealings, rows, rows - somebody)

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        engine = self._engine
        return engine.run(lambda: engine.ask(sql))


class _Work:
    """One kind of dealings of a system; making it has read what is needed for it."""

    def __init__(
        self, reading: Reading, dealings: Dealings, keys: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.dealings = dealings
        self._keys = keys
        ways = dealings.ways
        types = [w.when[0] for w in ways if w.when and w.through is None]
        self.dealt = want(reading, dealings.rows, [*(w.column for w in ways), *types])
        # Customers whole: who is deleted, or of another entity, is not nobody.
        self._customers = [
            want(reading, Rows(w.table), [*keys.get(w.table.qualified, ()), w.at]) for w in ways
        ]
        self._steps = [
            want(
                reading,
                w.through.rows,
                [w.through.there, w.through.column, *([w.when[0]] if w.when else [])],
            )
            if w.through
            else None
            for w in ways
        ]

    @property
    def failure(self) -> str:
        """Why it is not known whose rows they are: one way less, and more belong to nobody."""
        wanted = [self.dealt, *self._customers, *(s for s in self._steps if s)]
        return next((w.failure for w in wanted if w.failure), "")

    def followed(self, d: int, system: str) -> list[str]:
        """SQL that appends to `belongs`, for each way."""
        every = zip(self.dealings.ways, self._customers, self._steps, strict=True)
        return [self._follow(d, system, *each) for each in every]

    def _follow(self, d: int, system: str, way: Way, customers: Wanted, step: Wanted | None) -> str:
        refers = f"d.{self.dealt.column(way.column)}"
        joins, of_type, typed = "", self.dealt, "d"
        if step is not None and way.through is not None:
            there = f"s.{step.column(way.through.there)}"
            joins += f" JOIN {step.sql} s ON {value(there)} = {value(refers)}"
            refers, of_type, typed = f"s.{step.column(way.through.column)}", step, "s"
        at = f"k.{customers.column(way.at)}"
        joins += f" JOIN {customers.sql} k ON {value(at)} = {value(refers)}"
        table, record = way.table.qualified, "NULL"
        if table in self._keys:
            key = key_of([f"k.{customers.column(c)}" for c in self._keys[table]])
            record = "o.n"
            joins += (
                f" LEFT JOIN records o ON o.system = {text(system)} "
                f"AND o.tab = {text(table)} AND o.key = {key}"
            )
        where = ""
        if way.when:
            where = f" WHERE {typed}.{of_type.column(way.when[0])} = {text(way.when[1].strip())}"
        return (
            f"INSERT INTO belongs SELECT DISTINCT {d}, d.r, {record} "
            f"FROM {self.dealt.sql} d{joins}{where}"
        )
