"""Numbers that lie far from all others of their column.

The spread is taken from quantiles, which a few wild values cannot move: the
larger of the interquartile range over 1.349 and the 5 % to 95 % range over
3.290, both of which are the standard deviation where the numbers are normal.
Amounts are many times larger on one side than on the other, so positive numbers
that are skewed are compared by their logarithm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from crmaudit.evidence.semantic import SemanticType

MEASURES: frozenset[SemanticType] = frozenset({"money", "number", "percentage", "counter"})
"""Meanings of which a number can lie too far out: no keys, codes or years."""

LEAST_ROWS, LEAST_VALUES = 200, 20
"""Fewer filled rows or different values do not show what is usual."""

WIDTHS = 6.0
"""Standard deviations from the median from which on a number is an outlier: of 500 million
normal numbers one lies there."""


@dataclass(frozen=True, slots=True)
class Fences:
    """Numbers below `low` or above `high` are outliers."""

    low: float
    high: float


def fences(q05: float, q25: float, median: float, q75: float, q95: float) -> Fences | None:
    """Where outliers begin; None where the middle half of the numbers is the same."""
    if not all(map(math.isfinite, (q05, q25, median, q75, q95))) or q75 <= q25:
        return None
    skewed = q05 > 0 and (q95 - median) > 1.5 * (median - q05)
    if skewed:
        logs = [math.log(q) for q in (q05, q25, median, q75, q95)]
        width = WIDTHS * _spread(logs[0], logs[1], logs[3], logs[4])
        return Fences(0.0, math.exp(min(logs[2] + width, 700)))
    width = WIDTHS * _spread(q05, q25, q75, q95)
    return Fences(median - width, median + width)


def _spread(q05: float, q25: float, q75: float, q95: float) -> float:
    return max((q75 - q25) / 1.349, (q95 - q05) / 3.290)
