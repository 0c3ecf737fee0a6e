"""What is found out about one column, and what of it may be shown."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmaudit.evidence import (
    Bin,
    Column,
    ColumnProfile,
    Method,
    Quantile,
    Semantic,
    ShapeCount,
    Status,
    ValueCount,
)
from crmaudit.evidence.privacy import (
    ACCOUNT,
    account_name,
    may_show,
    may_show_range,
    personal_name,
    shape,
    whose,
)
from crmaudit.evidence.semantic import Audience
from crmaudit.evidence.table_profile import Logical
from crmaudit.quality.checks import Check, checks_for
from crmaudit.quality.logical_types import candidates

if TYPE_CHECKING:
    from crmaudit.key import Key

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

# At most so many different values, or values so short, may be a list of codes.
_FEW, _SHORT = 50, 3

# What of a secret's values nobody is told, not even by shape.
_OF_VALUES = frozenset(
    {
        *("minimum", "maximum", "quantiles", "mean", "deviation", "top", "shapes", "histogram"),
        *("length_min", "length_mean", "length_max", "months"),
    }
)


@dataclass(slots=True)
class Found:
    """The column of number `index` in its table: counts first, then `statistics`.

    `declared`: the logical type follows from the declared one rather than from
    the content. `ats`: rows with an @. `low` and `high` are the least and the
    greatest value as texts, and how many rows have each. `read`: rows of which
    the value could be read as one of the logical type. `semantic` is what the
    column means; `pseudonymous`: its most frequent values are told by
    pseudonyms; `failed` why nothing is known of it.
    """

    index: int
    column: Column
    engine: str
    logical: Logical = "text"
    declared: bool = False
    rows: int = 0
    nulls: int = 0
    blanks: int = 0
    distinct: int = 0
    uniques: int = 0
    ats: int = 0
    read: int = 0
    length: tuple[int, int, int] = (0, 0, 0)
    low: tuple[str, int] = ("", 0)
    high: tuple[str, int] = ("", 0)
    statistics: dict[str, Any] = field(default_factory=dict)
    semantic: Semantic | None = None
    pseudonymous: bool = False
    failed: str = ""

    def __post_init__(self) -> None:
        # Without a value to ask, the last candidate is as good as any.
        *open_, (self.logical, _) = self.candidates
        self.declared = not open_

    @property
    def candidates(self) -> tuple[tuple[Logical, str], ...]:
        return candidates(self.column.type, self.engine)

    @property
    def filled(self) -> int:
        return self.rows - self.nulls - self.blanks

    @property
    def is_ordered(self) -> bool:
        return self.logical in ("integer", "number", "date", "datetime")

    @property
    def audience(self) -> Audience:
        """Whose data it holds: what decides how much of it is shown."""
        return whose(self.semantic)

    @property
    def may_date(self) -> bool:
        """Whether it may be told in which months its dates lie."""
        return self.audience == "none" and not personal_name(self.column.name)

    def checks(self) -> dict[str, Check]:
        emails = self.ats * 5 >= self.filled
        codes = self.distinct <= _FEW or self.length[2] <= _SHORT
        return checks_for(self.column.name, self.logical, codes, emails, self.semantic)

    def settle(self, open_: list[Logical]) -> None:
        """Take the first of the logical types that all values have."""
        last = self.candidates[-1][0]
        self.logical = open_[0] if open_ else last
        self.declared = not open_ and last == "integer"

    def take_lengths(self, low: int, total: int, high: int) -> None:
        self.statistics |= {
            "length_min": int(low),
            "length_mean": int(total) / self.filled,
            "length_max": int(high),
        }

    def take_range_of_texts(self) -> None:
        clear = all(
            self._may_show(value, count) or self._may_show_range(value)
            for value, count in (self.low, self.high)
        )
        low, high = self.low[0], self.high[0]
        self.statistics |= {
            "minimum": low if clear else shape(low),
            "maximum": high if clear else shape(high),
            "masking": "none" if clear else "shape",
        }

    def ranks(self) -> list[int]:
        """Where minimum, maximum and quantiles stand in the order of the values read."""
        return sorted({1, self.read, *(self._rank(p) for p in QUANTILES)})

    def take_order(self, values: dict[int, str]) -> bool:
        """Take the values at `ranks`; whether they may be shown."""
        clear = all(self._may_show_range(value) for value in values.values())
        shown = {rank: value if clear else shape(value) for rank, value in values.items()}
        self.statistics |= {
            "minimum": shown[1],
            "maximum": shown[self.read],
            "quantiles": tuple(Quantile(p, shown[self._rank(p)]) for p in QUANTILES),
            "masking": "none" if clear else "shape",
        }
        return clear

    def take_moments(self, mean: float, square: float) -> None:
        known = self.read > 1 and math.isfinite(square)
        self.statistics["mean"] = mean
        self.statistics["deviation"] = math.sqrt(square / (self.read - 1)) if known else None

    def take_top(self, frequent: list[tuple[str, int]], key: Key | None) -> None:
        if key is not None and self.audience == "account":
            self.statistics["top"] = tuple(
                ValueCount(key.pseudonym(ACCOUNT, account_name(v)), n) for v, n in frequent
            )
            self.pseudonymous = True
            return
        self.statistics["top"] = tuple(
            ValueCount(v, n, masked=False) if self._may_show(v, n) else ValueCount(shape(v), n)
            for v, n in frequent
        )

    def take_histogram(self, bins: tuple[Bin, ...]) -> None:
        self.statistics["histogram"] = bins

    def take_shapes(self, frequent: list[tuple[str, int]]) -> None:
        self.statistics["shapes"] = tuple(ShapeCount(s, n) for s, n in frequent)

    def profile(self, methods: dict[str, Method]) -> ColumnProfile:
        if self.failed:
            status = Status("failed", self.failed)
            name, type_ = self.column.name, self.column.type
            return ColumnProfile(name, type_, self.logical, self.rows, nulls=0, status=status)
        statistics = self.statistics
        if self.audience == "secret":
            statistics = {n: v for n, v in statistics.items() if n not in _OF_VALUES}
            statistics["masking"] = "nothing"
        elif self.pseudonymous:
            statistics = statistics | {"masking": "pseudonym"}
        if not self.filled:
            statistics = {"distinct": 0, "uniques": 0}
        elif self.logical != "binary":
            statistics = {"distinct": self.distinct, "uniques": self.uniques, **statistics}
        return ColumnProfile(
            name=self.column.name,
            type=self.column.type,
            logical=self.logical,
            rows=self.rows,
            nulls=self.nulls,
            blanks=self.blanks,
            semantic=self.semantic,
            methods=methods,
            **statistics,
        )

    def _rank(self, share: float) -> int:
        return max(1, math.ceil(share * self.read - 1e-9))

    def _may_show(self, value: str, count: int) -> bool:
        return self.audience == "none" and may_show(
            self.column.name, self.logical, self.distinct, self.filled, value, count
        )

    def _may_show_range(self, value: str) -> bool:
        return self.audience == "none" and may_show_range(
            self.column.name, self.logical, self.distinct, self.filled, value, self.declared
        )
