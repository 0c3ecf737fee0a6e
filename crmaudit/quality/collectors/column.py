"""All statistics of one column, out of its different values and their counts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from crmaudit.evidence import (
    Column,
    ColumnProfile,
    Method,
    Quantile,
    ShapeCount,
    ValueCount,
)
from crmaudit.evidence.privacy import may_show, may_show_range, personal_name, shape
from crmaudit.evidence.table_profile import Logical
from crmaudit.quality.checks import BROKEN, checks_for
from crmaudit.quality.collectors.staging import LENGTH, Stage
from crmaudit.quality.logical_types import NOT_FINITE, READ, candidates
from crmaudit.quality.plan import Plan

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

# More months than in a hundred years: not when things were done.
_MOST_MONTHS = 1200

# At most so many different values, or values so short, may be a list of codes.
_FEW, _SHORT = 50, 3

# White space as Python's str.isspace has it, and the invisible U+200B and U+FEFF.
_BLANK = (
    r"regexp_full_match(v, '[\s\x0b\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200b}\x{2028}\x{2029}"
    r"\x{202f}\x{205f}\x{3000}\x{feff}]*')"
)


def measure(
    stage: Stage, index: int, column: Column, engine: str, plan: Plan, methods: dict[str, Method]
) -> ColumnProfile:
    """The profile of the staged column number `index`. Raises duckdb.Error."""
    with stage.counts(index):
        return _Measurement(stage, column, engine, plan, methods).profile()


class _Measurement:
    """The questions asked about the table `counts`, in order."""

    def __init__(
        self, stage: Stage, column: Column, engine: str, plan: Plan, methods: dict[str, Method]
    ) -> None:
        self.stage, self.column, self.plan, self.methods = stage, column, plan, methods
        ask = stage.ask
        ((rows, nulls, blanks),) = ask(
            f"SELECT sum(n), sum(n) FILTER (v IS NULL), sum(n) FILTER ({_BLANK}) FROM counts"
        )
        self.rows, self.nulls, self.blanks = int(rows or 0), int(nulls or 0), int(blanks or 0)
        if self.nulls or self.blanks:
            ask(f"DELETE FROM counts WHERE v IS NULL OR {_BLANK}")
        self.filled = self.rows - self.nulls - self.blanks
        ((self.distinct, self.uniques, self.ats),) = ask(
            "SELECT count(*), count(*) FILTER (n = 1), "
            "coalesce(sum(n) FILTER (contains(v, '@')), 0) FROM counts"
        )
        self.logical, self.declared = self._logical(engine)
        self.values = f"(SELECT v, n, {READ[self.logical]} AS x FROM counts)"
        if self._is_ordered:
            # What is sorted and summed several times is read once.
            ask(f"CREATE OR REPLACE TEMP TABLE counts AS SELECT * FROM {self.values}")
            self.values = "counts"

    def profile(self) -> ColumnProfile:
        if not self.filled:
            return self._made(distinct=0, uniques=0)
        if self.logical == "binary":
            return self._made(**self._lengths("regexp_extract(v, '[0-9]+')::BIGINT"))
        lengths = self._lengths(LENGTH)
        return self._made(
            distinct=self.distinct,
            uniques=self.uniques,
            **lengths,
            **self._faults(lengths["length_max"]),
            **(self._of_ordered() if self._is_ordered else self._of_texts()),
            top=self._top(),
            shapes=self._shapes(),
            months=self._months(),
        )

    def _made(self, **statistics: Any) -> ColumnProfile:
        return ColumnProfile(
            name=self.column.name,
            type=self.column.type,
            logical=self.logical,
            rows=self.rows,
            nulls=self.nulls,
            blanks=self.blanks,
            methods=self.methods,
            **statistics,
        )

    @property
    def _is_ordered(self) -> bool:
        return self.logical in ("integer", "number", "date", "datetime")

    def _logical(self, engine: str) -> tuple[Logical, bool]:
        """The logical type, and whether it was declared rather than inferred."""
        tried = candidates(self.column.type, engine)
        *open_, last = tried
        if not open_ or not self.filled:
            return last[0], not open_
        # A few values rule out most types; only what is left is asked of all.
        for source in ("(SELECT v FROM counts LIMIT 500)", "counts"):
            tests = ", ".join(f"bool_and({test})" for _, test in open_)
            (answers,) = self.stage.ask(f"SELECT {tests} FROM {source}")
            open_ = [c for c, holds in zip(open_, answers, strict=True) if holds]
            if not open_:
                return last[0], last[0] == "integer"
        return open_[0][0], False

    def _lengths(self, length: str) -> dict[str, Any]:
        ((low, total, high),) = self.stage.ask(
            f"SELECT min(l), sum(l * n), max(l) FROM (SELECT {length} AS l, n FROM counts)"
        )
        return {
            "length_min": int(low),
            "length_mean": int(total) / self.filled,
            "length_max": int(high),
        }

    def _faults(self, longest: int) -> dict[str, Any]:
        emails = self.ats * 5 >= self.filled
        codes = self.distinct <= _FEW or longest <= _SHORT
        checks = checks_for(self.column.name, self.logical, codes, emails)
        columns, sums, valid = [], [], "true"
        for i, check in enumerate(checks.values()):
            columns += [f"({check.applies}) AS a{i}", f"coalesce({check.passes}, false) AS p{i}"]
            sums += [f"a{i} AND p{i}", f"a{i}"]
            valid += f" AND (NOT a{i} OR p{i})"
        # Conditions in an inner query are worked out once for each value.
        inner = ", ".join(
            [f"{BROKEN} AS b", f"x IS NULL AND {NOT_FINITE} AS f", "x IS NULL AS u", *columns]
        )
        asked = ", ".join(
            f"coalesce(sum(n) FILTER ({c}), 0)::BIGINT" for c in ("b", "f", "u", valid, *sums)
        )
        ((broken, not_finite, unread, passed, *pairs),) = self.stage.ask(
            f"SELECT {asked} FROM (SELECT n, {inner} FROM {self.values})"
        )
        if self.logical not in ("number", "date", "datetime"):
            not_finite = 0
        counted = {name: (pairs[2 * i], pairs[2 * i + 1]) for i, name in enumerate(checks)}
        return {
            "broken": broken,
            "not_finite": not_finite,
            "unparsable": unread - not_finite,
            "checks": counted | {"valid": (passed, self.filled)},
        }

    def _of_ordered(self) -> dict[str, Any]:
        """Minimum, maximum and quantiles of numbers and dates; of numbers the moments too."""
        ((read,),) = self.stage.ask(f"SELECT sum(n) FROM {self.values} WHERE x IS NOT NULL")
        if not read:
            return {}
        read = int(read)
        ranks = {1, read, *(max(1, math.ceil(p * read - 1e-9)) for p in QUANTILES)}
        ordered = self.stage.batches(
            f"SELECT v, n FROM {self.values} WHERE x IS NOT NULL ORDER BY x, v"
        )
        found = _values_at(ranks, ordered)
        clear = all(self._may_show_range(value) for value in found.values())
        shown = {rank: value if clear else shape(value) for rank, value in found.items()}
        statistics: dict[str, Any] = {
            "minimum": shown[1],
            "maximum": shown[read],
            "quantiles": tuple(
                Quantile(p, shown[max(1, math.ceil(p * read - 1e-9))]) for p in QUANTILES
            ),
            "masking": "none" if clear else "shape",
        }
        if clear and self.logical in ("integer", "number"):
            statistics |= self._moments(read)
        return statistics

    def _moments(self, read: int) -> dict[str, Any]:
        # Two passes: sums of squares cancel where the mean is large.
        ((mean,),) = self.stage.ask(
            f"SELECT fsum(x::DOUBLE * n) / {read} FROM {self.values} WHERE x IS NOT NULL"
        )
        if mean is None or not math.isfinite(mean):
            return {}
        ((square,),) = self.stage.ask(
            f"SELECT fsum(n * (x::DOUBLE - {mean!r}::DOUBLE) * (x::DOUBLE - {mean!r}::DOUBLE)) "
            f"FROM {self.values} WHERE x IS NOT NULL"
        )
        known = read > 1 and math.isfinite(square)
        return {"mean": mean, "deviation": math.sqrt(square / (read - 1)) if known else None}

    def _of_texts(self) -> dict[str, Any]:
        ((low, low_count, high, high_count),) = self.stage.ask(
            "SELECT min(v), arg_min(n, v), max(v), arg_max(n, v) FROM counts"
        )
        clear = all(
            self._may_show(value, count) or self._may_show_range(value)
            for value, count in ((low, low_count), (high, high_count))
        )
        return {
            "minimum": low if clear else shape(low),
            "maximum": high if clear else shape(high),
            "masking": "none" if clear else "shape",
        }

    def _top(self) -> tuple[ValueCount, ...]:
        frequent = self.stage.ask(
            f"SELECT v, n FROM counts WHERE n > 1 ORDER BY n DESC, v LIMIT {self.plan.top_values}"
        )
        return tuple(
            ValueCount(v, n, masked=False) if self._may_show(v, n) else ValueCount(shape(v), n)
            for v, n in frequent
        )

    def _shapes(self) -> tuple[ShapeCount, ...]:
        frequent = self.stage.ask(
            "SELECT shape(v) AS s, sum(n)::BIGINT AS total FROM counts GROUP BY s "
            f"ORDER BY total DESC, s LIMIT {self.plan.top_shapes}"
        )
        return tuple(ShapeCount(s, n) for s, n in frequent)

    def _months(self) -> dict[str, int]:
        if self.logical not in ("date", "datetime") or personal_name(self.column.name):
            return {}
        found = self.stage.ask(
            f"SELECT left(v, 7) AS month, sum(n)::BIGINT FROM {self.values} "
            f"WHERE x IS NOT NULL GROUP BY month ORDER BY month LIMIT {_MOST_MONTHS + 1}"
        )
        return dict(found) if len(found) <= _MOST_MONTHS else {}

    def _may_show(self, value: str, count: int) -> bool:
        return may_show(self.column.name, self.logical, self.distinct, self.filled, value, count)

    def _may_show_range(self, value: str) -> bool:
        return may_show_range(
            self.column.name, self.logical, self.distinct, self.filled, value, self.declared
        )


def _values_at(ranks: set[int], ordered: Iterator[Any]) -> dict[int, str]:
    """The value of each 1-based rank among rows of (value, count) in order."""
    found: dict[int, str] = {}
    wanted = sorted(ranks)
    before = 0
    for batch in ordered:
        ends = batch.column(1).to_numpy().cumsum() + before
        before = int(ends[-1]) if len(ends) else before
        while wanted and wanted[0] <= before:
            rank = wanted.pop(0)
            place = int(ends.searchsorted(rank))
            found[rank] = batch.column(0)[place].as_py()
    return found
