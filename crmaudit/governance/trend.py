"""Is a series of a KPI rising or falling, and how sure is that?

Mann–Kendall test (Mann 1945, Kendall 1975) with correction for ties, and the
Theil–Sen slope (Sen 1968): neither supposes a distribution, both bear
outliers.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

SHORTEST = 8
"""Fewer points are too short to say anything."""


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` per 30 days; `p` is two-sided; `n` points, one a day."""

    n: int
    slope: float
    p: float

    def notable(self, alpha: float = 0.05) -> bool:
        return self.p < alpha and self.slope != 0


def trend(points: Sequence[tuple[date, float]]) -> Trend | None:
    """The trend of a series; None where it is too short to say.

    Several values of one day are one point, their median: nothing came first.
    """
    days: dict[date, list[float]] = {}
    for day, value in points:
        days.setdefault(day, []).append(value)
    ordered = [(day, median(values)) for day, values in sorted(days.items())]
    n = len(ordered)
    if n < SHORTEST:
        return None
    pairs = [(a, b) for i, a in enumerate(ordered) for b in ordered[i + 1 :]]
    s = sum((b[1] > a[1]) - (b[1] < a[1]) for a, b in pairs)
    ties = Counter(v for _, v in ordered).values()
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    if s == 0 or variance <= 0:
        p = 1.0
    else:
        z = (abs(s) - 1) / math.sqrt(variance)
        p = math.erfc(z / math.sqrt(2))
    slopes = [(b[1] - a[1]) / (b[0] - a[0]).days * 30 for a, b in pairs]
    return Trend(n, median(slopes), p)
