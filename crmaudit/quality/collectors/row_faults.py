"""Faults between the columns of a table, and rows that have no fault at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmaudit.evidence import DateOrder, Dependency, Fault, MissingPattern, Table
from crmaudit.evidence.fault import FaultKind
from crmaudit.quality.collectors.column import Found
from crmaudit.quality.collectors.dependencies import broken_dependencies
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.staging import Staged
from crmaudit.quality.collectors.value_faults import FAULTY, KEEP, number, shown, type_of
from crmaudit.quality.faults.pairs import (
    Order,
    Role,
    Swap,
    is_created,
    is_modified,
    may_lie_ahead,
    orders,
    swaps,
)
from crmaudit.quality.faults.suspicions import is_custom

MOST_PATTERNS = 12

# Columns that patterns of missing values are told of, and how many fit into one number.
_MOST_MISSING, _BITS = 240, 60
# A larger share of rows that break a rule shows that the rule is none.
_MOST_WRONG = 0.2


@dataclass(frozen=True, slots=True)
class RowFaults:
    """The parts of a table profile that are about whole rows (`TableProfile`)."""

    faults: tuple[Fault, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    orders: tuple[DateOrder, ...] = ()
    clean: int | None = None
    looked_at: int | None = None
    missing: tuple[MissingPattern, ...] = ()


def row_faults(staged: Staged, table: Table, columns: Sequence[Found]) -> RowFaults:
    """What the rows tell when columns are laid beside each other. Raises duckdb.Error."""
    known = [c for c in columns if not c.failed]
    if not known:
        return RowFaults()
    with staged.rows() as rows:
        search = Search(staged.engine, rows, known)
        search.run()
        return RowFaults(
            faults=(*search.faults, *_unused(table, known)),
            dependencies=tuple(search.dependencies),
            orders=tuple(search.orders),
            clean=search.total - search.faulty_rows(),
            looked_at=search.total,
            missing=tuple(search.missing()),
        )


class Search:
    """The search for faults between columns; faulty cells are in the engine's table `bad`."""

    def __init__(self, engine: Engine, rows: str, columns: Sequence[Found]) -> None:
        self.faults: list[Fault] = []
        self.dependencies: list[Dependency] = []
        self.orders: list[DateOrder] = []
        self.total = columns[0].rows
        self._engine, self._rows, self._columns = engine, rows, columns
        self._filled = [c for c in columns if c.filled and c.logical != "binary"]
        self._of = {c.index: c for c in columns}

    def run(self) -> None:
        """Find them. `bad` is there afterwards only if some were looked for."""
        roles = [Role(c.index, c.column.name, type_of(c), c.logical) for c in self._filled]
        self._engine.ask("CREATE OR REPLACE TEMP TABLE bad (r BIGINT, c USMALLINT, k USMALLINT)")
        self._in_the_future(roles)
        self._in_order(list(orders(roles)))
        for swap in swaps(roles):
            self._swapped(swap)
        found, faults = broken_dependencies(self._engine, self._rows, self._filled, self.total)
        self.dependencies += found
        self.faults += faults

    def faulty_rows(self) -> int:
        """How many rows have a faulty cell of any kind."""
        cells = self.cells()
        if not cells:
            return 0
        ((count,),) = self._engine.ask(f"SELECT count(DISTINCT r) FROM ({cells})")
        return int(count)

    def cells(self) -> str:
        """SQL for the faulty cells (row `r`, column `c`, kind `k`); empty: there are none."""
        parts = [
            f"SELECT r, {c.index} AS c, k FROM {self._rows} "
            f"JOIN (SELECT v, k FROM {FAULTY} WHERE c = {c.index}) ON c{c.index} = v"
            for c in self._filled
            if any(c.statistics.get(name) for name in ("faults", "unparsable", "not_finite"))
        ]
        if self.faults:
            parts.append("SELECT r, c, k FROM bad")
        return " UNION ALL ".join(parts)

    def missing(self) -> Iterator[MissingPattern]:
        """The most frequent patterns of empty columns, over those that some rows fill."""
        partly = [c for c in self._columns if 0 < c.filled < c.rows][:_MOST_MISSING]
        if not partly:
            return
        sums = []
        for start in range(0, len(partly), _BITS):
            bits = [
                f"(CASE WHEN {_empty(c)} THEN {1 << bit} ELSE 0 END)::BIGINT"
                for bit, c in enumerate(partly[start : start + _BITS])
            ]
            sums.append(" + ".join(bits))
        named = ", ".join(f"{s} AS m{i}" for i, s in enumerate(sums))
        keys = ", ".join(f"m{i}" for i in range(len(sums)))
        found = self._engine.ask(
            f"SELECT count(*) AS n, {keys} FROM (SELECT {named} FROM {self._rows}) "
            f"GROUP BY {keys} ORDER BY n DESC, {keys} LIMIT {MOST_PATTERNS}"
        )
        for count, *masks in found:
            names = [
                c.column.name for i, c in enumerate(partly) if masks[i // _BITS] >> (i % _BITS) & 1
            ]
            yield MissingPattern(tuple(names), count)

    def _in_the_future(self, roles: Sequence[Role]) -> None:
        """Days after the newest stamp: what happened did so before it was written down."""
        stamps = [
            self._of[r.index].high[0][:10]
            for r in roles
            if r.logical in ("date", "datetime") and (is_created(r) or is_modified(r))
        ]
        now = max((s for s in stamps if s < "2200"), default="")
        if not now:
            return
        asked = [
            r
            for r in roles
            if r.logical in ("date", "datetime")
            and not (is_created(r) or is_modified(r) or may_lie_ahead(r))
            and now < self._of[r.index].high[0][:10]
        ]
        kind = number("date in the future")
        for role in asked:
            column, name = self._of[role.index], f"c{role.index}"
            ((wrong, value),) = self._engine.ask(
                f"SELECT count(*), max({name}) FROM {self._rows} WHERE {_ahead(name, now)}"
            )
            born = role.semantic == "birth date"
            # Plans have many days ahead, slips few.
            if not wrong or wrong > (0.2 if born else 0.01) * column.filled:
                continue
            self._engine.ask(KEEP)
            self._engine.ask(
                f"INSERT INTO {FAULTY} SELECT {role.index}, {name}, count(*), {kind} "
                f"FROM {self._rows} WHERE {_ahead(name, now)} GROUP BY {name}"
            )
            fault = Fault(
                "date in the future",
                (role.name,),
                wrong,
                column.filled,
                shown(column, value, 0),
                "after the newest stamp of the table",
                0.97 if born else 0.7,
            )
            column.statistics["faults"] = (*column.statistics.get("faults", ()), fault)

    def _in_order(self, pairs: Sequence[Order]) -> None:
        if not pairs:
            return
        asked = ", ".join(f"count(*) FILTER ({_both(p.first, p.second)})" for p in pairs)
        (counts,) = self._engine.ask(f"SELECT {asked} FROM {self._rows}")
        for pair, both in zip(pairs, counts, strict=True):
            where = self._reversed(pair)
            ((wrong,),) = self._engine.ask(f"SELECT count(*) FROM {self._rows} WHERE {where}")
            if not both or wrong > _MOST_WRONG * both:
                continue
            later, earlier = (self._of[i].column.name for i in (pair.second, pair.first))
            self.orders.append(DateOrder(earlier, later, both - wrong, both))
            if wrong:
                self._keep("order of dates", pair.second, where)
                self.faults.append(
                    Fault(
                        "order of dates",
                        (later, earlier),
                        wrong,
                        both,
                        "",
                        pair.detail,
                        pair.confidence,
                    )
                )

    def _keep(self, kind: FaultKind, index: int, where: str) -> None:
        """Keep the cells of a column in the rows that fulfil a condition."""
        self._engine.ask(
            f"INSERT INTO bad SELECT r, {index}, {number(kind)} FROM {self._rows} WHERE {where}"
        )

    def _reversed(self, pair: Order) -> str:
        """The condition for rows whose second date lies before the first; both mean something."""
        one, other = f"c{pair.first}", f"c{pair.second}"
        length = 10
        if all(self._of[i].logical == "datetime" for i in (pair.first, pair.second)):
            length = 19
        first, second = (f"replace(left({c}, {length}), 'T', ' ')" for c in (one, other))
        plausible = " AND ".join(
            f"left({c}, 4) BETWEEN '1800' AND '2199' AND left({c}, 10) <> '1900-01-01'"
            for c in (one, other)
        )
        # The first comparison costs little and rules out most rows.
        return f"{other} < {one} AND {second} < {first} AND {plausible}"

    def _swapped(self, swap: Swap) -> None:
        where = self._wrong_kinds(swap) if swap.left else self._each_others(swap)
        if not where:
            return
        both = _both(swap.one, swap.other)
        ((of, wrong),) = self._engine.ask(
            f"SELECT count(*), count(*) FILTER ({where}) FROM {self._rows} WHERE {both}"
        )
        if wrong and wrong <= _MOST_WRONG * of:
            for index in (swap.one, swap.other):
                self._keep("swapped columns", index, f"{both} AND {where}")
            names = self._of[swap.one].column.name, self._of[swap.other].column.name
            sure = 0.95 if swap.left else 0.8
            self.faults.append(Fault("swapped columns", names, wrong, of, "", swap.detail, sure))
        self._engine.drop("places")

    def _wrong_kinds(self, swap: Swap) -> str:
        """Rows whose two values were both found to be faulty, and look like the other column's."""
        if not all(self._of[i].statistics.get("faults") for i in (swap.one, swap.other)):
            return ""
        parts = [
            f"c{index} IN (SELECT v FROM {FAULTY} WHERE c = {index} AND {condition})"
            for index, condition in ((swap.one, swap.left), (swap.other, swap.right))
        ]
        return " AND ".join(parts)

    def _each_others(self, swap: Swap) -> str:
        """Rows whose two values each stand far more often in the other column."""
        one, other = f"c{swap.one}", f"c{swap.other}"
        self._engine.ask(
            "CREATE OR REPLACE TEMP TABLE places AS SELECT v, a, b FROM "
            f"(SELECT {one} AS v, count(*) AS a FROM {self._rows} GROUP BY 1) JOIN "
            f"(SELECT {other} AS v, count(*) AS b FROM {self._rows} GROUP BY 1) USING (v) "
            "WHERE greatest(a, b) >= 3 AND greatest(a, b) >= 5 * least(a, b)"
        )
        ((left, right),) = self._engine.ask("SELECT count_if(b > a), count_if(a > b) FROM places")
        if not left or not right:
            self._engine.drop("places")
            return ""
        return (
            f"{one} IN (SELECT v FROM places WHERE b > a) "
            f"AND {other} IN (SELECT v FROM places WHERE a > b)"
        )


def _unused(table: Table, columns: Sequence[Found]) -> Iterator[Fault]:
    for column in columns:
        name = column.column.name
        if (
            column.rows >= 100
            and column.filled * 100 < column.rows
            and is_custom(name, table.qualified)
        ):
            empty = column.rows - column.filled
            yield Fault(
                "unused custom field", (name,), empty, column.rows, "", "hardly ever filled", 0.9
            )


def _ahead(name: str, now: str) -> str:
    return f"left({name}, 10) > '{now}' AND left({name}, 4) < '2200'"


def _both(one: int, other: int) -> str:
    return f"c{one} <> '' AND c{other} <> ''"


def _empty(column: Found) -> str:
    name = f"c{column.index}"
    if not column.blanks:
        return f"{name} IS NULL"
    return (
        f"({name} IS NULL OR NOT regexp_matches({name}, '[^\\s\\x{{a0}}\\x{{200b}}\\x{{feff}}]'))"
    )
