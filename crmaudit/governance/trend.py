"""Is a series of a KPI rising or falling, and how sure is that?

Mann–Kendall test (Mann 1945, Kendall 1975) with correction for ties, and the
Theil–Sen slope (Sen 1968): neither supposes a distribution, both bear
outliers. Over two years each month is compared with the same month only
(seasonal Kendall test: Hirsch, Slack and Smith 1982). Values that lean on
those before them make a test too sure: its variance is raised, over ten years
by the covariance of the months (Hirsch and Slack 1984), else by the
autocorrelation of what is left (Hamed and Rao 1998).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from crmaudit.governance.leaning import LEAST, leaning
from crmaudit.governance.seasons import (
    Points,
    evened,
    season,
    slopes,
    without_season,
)

SHORTEST = 8
"""Fewer points are too short to say anything."""
_Z = 1.959964
_COVARIANCE_YEARS = 10
"""Fewer years do not tell how months hang together (Hirsch and Slack 1984)."""


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` per 30 days; `p` is two-sided; `n` values were tested, one a day at most.

    `low` and `high` are the ends of the slope's interval of 95 % (Sen 1968).
    `seasonal`: the yearly rhythm is taken out. `factor` is by how much the
    variance was raised because values lean on each other, 1 where they do
    not; fewer than 36 values are taken for independent (`independent`).
    `level` is where the line stands on the last day; `start` and `end` are
    medians of the first and last quarter of the values, at least three each,
    the yearly rhythm taken out. `first` and `last` are the days of the values
    tested.
    """

    n: int
    slope: float
    p: float
    low: float = -math.inf
    high: float = math.inf
    seasonal: bool = False
    factor: float = 1.0
    level: float = math.nan
    start: float = math.nan
    end: float = math.nan
    first: date = date.min
    last: date = date.max

    def notable(self, alpha: float = 0.05) -> bool:
        return self.p < alpha and self.slope != 0

    @property
    def independent(self) -> bool:
        """Whether the values are too few to tell that they do not lean on each other."""
        return self.n < LEAST


def trend(points: Points) -> Trend | None:
    """The trend of a series; None where it is too short to say.

    Several values of one day are one point, their median: nothing came first.
    """
    ordered = evened(points)
    n = len(ordered)
    if n < SHORTEST:
        return None
    seasons = season(ordered)
    groups = _grouped(ordered, seasons)
    s = sum(_s(values) for values in groups.values())
    variance = sum(_variance(values) for values in groups.values())
    steps = sorted(slopes(ordered, seasons))
    slope = median(steps) if steps else 0.0
    plain = without_season(ordered, seasons)
    factor = leaning(ordered, seasons)
    if seasons and len({day.year for day, _ in ordered}) > _COVARIANCE_YEARS and variance > 0:
        factor = max(1.0, 1 + _covariance(ordered, seasons) / variance)
    spread = math.sqrt(variance * factor)
    p = 1.0 if s == 0 or spread == 0 else math.erfc((abs(s) - 1) / spread / math.sqrt(2))
    low, high = _interval(steps, _Z * spread)
    level = median(v - slope * (day - ordered[-1][0]).days for day, v in plain)
    few = max(3, n // 4)
    return Trend(
        n,
        slope * 30,
        p,
        low * 30,
        high * 30,
        seasons is not None,
        factor,
        level,
        median(v for _, v in plain[:few]),
        median(v for _, v in plain[-few:]),
        ordered[0][0],
        ordered[-1][0],
    )


def _grouped(points: Points, seasons: dict[date, int] | None) -> dict[int, list[float]]:
    groups: dict[int, list[float]] = {}
    for day, value in points:
        groups.setdefault(seasons[day] if seasons else 0, []).append(value)
    return groups


def _sign(a: float, b: float) -> int:
    return (b > a) - (b < a)


def _s(values: Sequence[float]) -> int:
    """Kendall's S: pairs that rise less pairs that fall."""
    return sum(_sign(a, b) for i, a in enumerate(values) for b in values[i + 1 :])


def _variance(values: Sequence[float]) -> float:
    """Of S where nothing changes, corrected for ties."""
    n = len(values)
    ties = Counter(values).values()
    return (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18


def _covariance(points: Points, seasons: dict[date, int]) -> float:
    """Of S between all pairs of different seasons (Hirsch and Slack 1984, with missing values)."""
    years = sorted({day.year for day, _ in points})
    table: dict[int, dict[int, float]] = {}
    for day, value in points:
        table.setdefault(seasons[day], {})[day.year] = value
    placed = {g: _season_ranks(own, years) for g, own in table.items()}
    n, whole = len(years), 0.0
    for g, mine in table.items():
        for h, other in table.items():
            if g == h:
                continue
            both = [y for y in years if y in mine and y in other]
            k = sum(
                _sign(mine[a], mine[b]) * _sign(other[a], other[b])
                for i, a in enumerate(both)
                for b in both[i + 1 :]
            )
            r = sum(x * y for x, y in zip(placed[g], placed[h], strict=True))
            whole += (k + 4 * r - n * (len(mine) + 1) * (len(other) + 1)) / 3
    return whole


def _season_ranks(own: dict[int, float], years: Iterable[int]) -> list[float]:
    middle = (len(own) + 1) / 2
    return [
        middle + sum(_sign(x, own[year]) for x in own.values()) / 2 if year in own else middle
        for year in years
    ]


def _interval(steps: Sequence[float], reach: float) -> tuple[float, float]:
    """The slopes between which the true one lies (Sen 1968); `steps` in their order."""
    if not steps:
        return -math.inf, math.inf
    low = math.floor((len(steps) - reach) / 2) - 1
    high = math.ceil((len(steps) + reach) / 2)
    return (
        steps[low] if low >= 0 else -math.inf,
        steps[high] if high < len(steps) else math.inf,
    )
