"""The questions asked about columns: each of several columns in one statement.

In SQL a column of the table is a number `c`. A statement costs half a
millisecond even if there is nothing to count, and a thousand small columns
are what a CRM consists of.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, TypeVar

from crmaudit.evidence import Table
from crmaudit.evidence.privacy import MINIMUM_COUNT
from crmaudit.quality.checks import BROKEN, Check
from crmaudit.quality.collectors.column import Found
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.recognise import FREQUENT, recognise
from crmaudit.quality.collectors.staging import LENGTH
from crmaudit.quality.collectors.value_faults import value_faults
from crmaudit.quality.histogram import scale
from crmaudit.quality.logical_types import NOT_FINITE, READ
from crmaudit.quality.plan import Plan

K = TypeVar("K", bound=Hashable)

# More months than in a hundred years: not when things were done.
_MOST_MONTHS = 1200

# White space as Python's str.isspace has it, and the invisible U+200B and U+FEFF.
BLANK = (
    r"regexp_full_match(v, '[\s\x0b\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200b}\x{2028}\x{2029}"
    r"\x{202f}\x{205f}\x{3000}\x{feff}]*')"
)


def measure(engine: Engine, columns: Sequence[Found], plan: Plan, table: Table) -> float:
    """Find out all about columns in the engine's table `counts`. Raises duckdb.Error.

    Answers the seconds that meanings and faults took, which are not statistics.
    """
    measurement = _Measurement(engine, columns, plan, table)
    measurement.run()
    filled = [c for c in columns if c.filled and c.logical != "binary"]
    began = time.monotonic()
    if filled:
        value_faults(engine, filled)
    return measurement.understanding + time.monotonic() - began


class _Measurement:
    """The questions about the table `counts`, in order."""

    def __init__(self, engine: Engine, columns: Sequence[Found], plan: Plan, table: Table) -> None:
        self.engine, self.columns, self.plan, self.table = engine, columns, plan, table
        self.ask = engine.ask
        self.understanding = 0.0

    def run(self) -> None:
        self._overview()
        filled = [c for c in self.columns if c.filled]
        if not filled:
            self._recognise({})
            return
        self._logical([c for c in filled if len(c.candidates) > 1])
        binary = [c for c in filled if c.logical == "binary"]
        values = [c for c in filled if c.logical != "binary"]
        self._lengths_of_binaries(binary)
        frequent = self._frequent(values) if values else {}
        # Before all else: what a column means decides what of it may be kept.
        self._recognise(frequent)
        if not values:
            return
        for column in values:
            column.take_lengths(*column.length)
            column.take_top(frequent[column.index][: self.plan.top_values], self.plan.key)
        self._shapes(values)
        for logical, columns in _grouped(values, lambda c: c.logical).items():
            source = f"(SELECT c, v, n, {READ[logical]} AS x FROM counts{self._of(columns)})"
            if not columns[0].is_ordered:
                self._faults(columns, source)
                for column in columns:
                    column.take_range_of_texts()
                continue
            # What is sorted and summed several times is read once.
            self.ask(f"CREATE OR REPLACE TEMP TABLE typed AS SELECT * FROM {source}")
            self._faults(columns, "typed")
            self._order(columns)
            if logical in ("date", "datetime"):
                self._months(columns)

    def _recognise(self, frequent: dict[int, list[Any]]) -> None:
        began = time.monotonic()
        recognise(self.engine, self.columns, self.table, frequent)
        self.understanding += time.monotonic() - began

    def _overview(self) -> None:
        found = self.ask(
            "SELECT c, sum(n), sum(n) FILTER (v IS NULL), sum(n) FILTER (NOT f AND v IS NOT NULL), "
            "count(*) FILTER (f), count(*) FILTER (f AND n = 1), "
            "sum(n) FILTER (f AND contains(v, '@')), "
            "min(l) FILTER (f), sum(l * n) FILTER (f), max(l) FILTER (f), "
            "min(v) FILTER (f), arg_min(n, v) FILTER (f), "
            "max(v) FILTER (f), arg_max(n, v) FILTER (f) "
            f"FROM (SELECT c, v, n, {LENGTH} AS l, NOT coalesce({BLANK}, true) AS f FROM counts) "
            "GROUP BY c"
        )
        by_index = {row[0]: row[1:] for row in found}
        for column in self.columns:
            if column.index not in by_index:
                continue
            *counted, shortest, total, longest, low, low_n, high, high_n = by_index[column.index]
            rows, nulls, blanks, distinct, uniques, ats = (int(n or 0) for n in counted)
            column.rows, column.nulls, column.blanks = rows, nulls, blanks
            column.distinct, column.uniques, column.ats = distinct, uniques, ats
            if column.filled:
                column.length = int(shortest), int(total), int(longest)
                column.low, column.high = (low, low_n), (high, high_n)
        if any(c.nulls or c.blanks for c in self.columns):
            self.ask(f"DELETE FROM counts WHERE v IS NULL OR {BLANK}")

    def _logical(self, columns: list[Found]) -> None:
        """Settle logical types, where the declared one leaves a choice."""
        for tried, group in _grouped(columns, lambda c: c.candidates).items():
            open_ = {c.index: list(tried[:-1]) for c in group}
            few = f"(SELECT c, v FROM counts{self._of(group)} LIMIT 500)"
            # A few values rule out most types; only what is left is asked of all.
            for source in (few, "counts") if len(self.columns) == 1 else ("counts",):
                asked = [t for t in tried[:-1] if any(t in o for o in open_.values())]
                if not asked:
                    break
                tests = ", ".join(f"bool_and({test})" for _, test in asked)
                where = self._of(group) if source == "counts" else ""
                for index, *answers in self.ask(
                    f"SELECT c, {tests} FROM {source}{where} GROUP BY c"
                ):
                    holds = [t for t, answer in zip(asked, answers, strict=True) if answer]
                    open_[index] = [t for t in open_[index] if t in holds]
            for column in group:
                column.settle([logical for logical, _ in open_[column.index]])

    def _lengths_of_binaries(self, columns: list[Found]) -> None:
        if not columns:
            return
        found = self.ask(
            "SELECT c, min(l), sum(l * n), max(l) FROM "
            "(SELECT c, regexp_extract(v, '[0-9]+')::BIGINT AS l, n "
            f"FROM counts{self._of(columns)}) GROUP BY c"
        )
        lengths = {index: of for index, *of in found}
        for column in columns:
            column.take_lengths(*lengths[column.index])

    def _faults(self, columns: list[Found], source: str) -> None:
        checks = {c.index: c.checks() for c in columns}
        for kind, group in _grouped(columns, lambda c: tuple(checks[c.index].items())).items():
            self._faults_by(dict(kind), group, source)

    def _faults_by(self, checks: dict[str, Check], columns: list[Found], source: str) -> None:
        conditions, sums, valid = [], [], "true"
        for i, check in enumerate(checks.values()):
            conditions += [f"({check.applies}) AS a{i}", f"coalesce({check.passes}, false) AS p{i}"]
            sums += [f"a{i} AND p{i}", f"a{i}"]
            valid += f" AND (NOT a{i} OR p{i})"
        # Conditions in an inner query are worked out once for each value.
        inner = ", ".join(
            [f"{BROKEN} AS b", f"x IS NULL AND {NOT_FINITE} AS f", "x IS NULL AS u", *conditions]
        )
        asked = ", ".join(
            f"coalesce(sum(n) FILTER ({c}), 0)::BIGINT" for c in ("b", "f", "u", valid, *sums)
        )
        found = self.ask(
            f"SELECT c, {asked} FROM (SELECT c, n, {inner} FROM {source}{self._of(columns)}) "
            "GROUP BY c"
        )
        by_index = {index: of for index, *of in found}
        for column in columns:
            broken, not_finite, unread, passed, *pairs = by_index[column.index]
            if column.logical not in ("number", "date", "datetime"):
                not_finite = 0
            column.read = column.filled - unread
            counted = {name: (pairs[2 * i], pairs[2 * i + 1]) for i, name in enumerate(checks)}
            column.statistics |= {
                "broken": broken,
                "not_finite": not_finite,
                "unparsable": unread - not_finite,
                "checks": counted | {"valid": (passed, column.filled)},
            }

    def _order(self, columns: list[Found]) -> None:
        """Minimum, maximum and quantiles of numbers and dates; of numbers the moments too."""
        read = [c for c in columns if c.read]
        if not read:
            return
        key = "c, x, v" if len(self.columns) > 1 else "x, v"
        ordered = self.engine.batches(f"SELECT v, n FROM typed WHERE x IS NOT NULL ORDER BY {key}")
        # One order for all: the ranks of a column follow those of the column before.
        starts, before = {}, 0
        for column in sorted(read, key=lambda c: c.index):
            starts[column.index] = before
            before += column.read
        found = _values_at({starts[c.index] + r for c in read for r in c.ranks()}, ordered)
        clear = [
            c for c in read if c.take_order({r: found[starts[c.index] + r] for r in c.ranks()})
        ]
        self._moments([c for c in clear if c.logical in ("integer", "number")])
        self._histograms(clear)

    def _moments(self, columns: list[Found]) -> None:
        if not columns:
            return
        # Two passes: sums of squares cancel where the mean is large.
        where = f"{self._of(columns) or ' WHERE true'} AND x IS NOT NULL"
        sums = dict(self.ask(f"SELECT c, fsum(x::DOUBLE * n) FROM typed{where} GROUP BY c"))
        means = {
            c.index: sums[c.index] / c.read
            for c in columns
            if sums[c.index] is not None and math.isfinite(sums[c.index] / c.read)
        }
        if not means:
            return
        mean = "".join(f" WHEN {index} THEN {of!r}::DOUBLE" for index, of in means.items())
        squares = self.ask(
            f"SELECT c, fsum(n * (x - m) * (x - m)) FROM (SELECT c, n, x::DOUBLE AS x, "
            f"CASE c{mean} END AS m FROM typed{where}) GROUP BY c"
        )
        by_index = dict(squares)
        for column in columns:
            if column.index in means:
                column.take_moments(means[column.index], by_index[column.index])

    def _histograms(self, columns: list[Found]) -> None:
        """How the values of columns of one logical type, whose range is in clear, are spread."""
        if not columns:
            return
        where = f"{self._of(columns) or ' WHERE true'} AND x IS NOT NULL"
        place = "epoch(x)" if columns[0].logical in ("date", "datetime") else "x"
        ends = self.ask(f"SELECT c, min({place}), max({place}) FROM typed{where} GROUP BY c")
        scales = {index: scale(columns[0].logical, low, high) for index, low, high in ends}
        number = "".join(f" WHEN {index} THEN {s.sql(place)}" for index, s in scales.items())
        counted: dict[int, dict[int, int]] = defaultdict(dict)
        for index, bin_, rows in self.ask(
            f"SELECT c, CASE c{number} END AS b, sum(n)::BIGINT FROM typed{where} GROUP BY c, b"
        ):
            counted[index][int(bin_)] = rows
        for column in columns:
            column.take_histogram(scales[column.index].bins(counted[column.index]))

    def _frequent(self, columns: list[Found]) -> dict[int, list[Any]]:
        """The most frequent values of each column that occur more than once."""
        frequent = f"SELECT c, v, n FROM counts{self._of(columns) or ' WHERE true'} AND n > 1"
        return self._first(frequent, "n DESC, v", max(self.plan.top_values, FREQUENT))

    def _shapes(self, columns: list[Found]) -> None:
        frequent = (
            "SELECT c, shape(v) AS s, sum(n)::BIGINT AS total "
            f"FROM counts{self._of(columns)} GROUP BY c, s"
        )
        found = self._first(frequent, "total DESC, s", self.plan.top_shapes)
        for column in columns:
            column.take_shapes(found[column.index])

    def _months(self, columns: list[Found]) -> None:
        # The month of a handful of rows is as good as their day.
        asked = [c for c in columns if c.may_date and c.read >= MINIMUM_COUNT]
        if not asked:
            return
        months = (
            "SELECT c, left(v, 7) AS month, sum(n)::BIGINT AS total "
            f"FROM typed{self._of(asked) or ' WHERE true'} AND x IS NOT NULL GROUP BY c, month"
        )
        found = self._first(months, "month", _MOST_MONTHS + 1)
        for column in asked:
            if len(of := found[column.index]) <= _MOST_MONTHS:
                column.statistics["months"] = dict(of)

    def _first(self, select: str, order: str, limit: int) -> dict[int, list[Any]]:
        """By column the first rows, without the column."""
        # With many values the first few are found without sorting all.
        end = f"ORDER BY {order} LIMIT {limit}"
        if len(self.columns) > 1:
            place = f"row_number() OVER (PARTITION BY c ORDER BY {order})"
            end = f"QUALIFY {place} <= {limit} ORDER BY c, {order}"
        found = defaultdict(list)
        for index, *row in self.ask(f"SELECT * FROM ({select}) {end}"):
            found[index].append(tuple(row))
        return found

    def _of(self, columns: Sequence[Found]) -> str:
        if len(columns) == len(self.columns):
            return ""
        return f" WHERE c IN ({', '.join(str(c.index) for c in columns)})"


def _grouped(columns: list[Found], key: Callable[[Found], K]) -> dict[K, list[Found]]:
    groups: dict[K, list[Found]] = {}
    for column in columns:
        groups.setdefault(key(column), []).append(column)
    return groups


def _values_at(ranks: set[int], ordered: Iterator[Any]) -> dict[int, str]:
    """The value of each 1-based rank among rows of (value, count) in order."""
    found: dict[int, str] = {}
    wanted = sorted(ranks)
    place = before = 0
    for batch in ordered:
        ends = batch.column(1).to_numpy().cumsum() + before
        before = int(ends[-1]) if len(ends) else before
        while place < len(wanted) and wanted[place] <= before:
            row = int(ends.searchsorted(wanted[place]))
            found[wanted[place]] = batch.column(0)[row].as_py()
            place += 1
    return found
