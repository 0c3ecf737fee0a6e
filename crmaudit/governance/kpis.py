"""KPIs: what they lack, what a technique did to them, how far the target is, what was told."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from crmaudit.governance.leaning import raised
from crmaudit.governance.seasons import (
    Points,
    Rhythm,
    by_day,
    evened,
    levelled,
    season,
)
from crmaudit.governance.trend import Trend, trend
from crmaudit.workspace.kpis import Kpi, Technique

FEWEST_EACH_SIDE = 4
"""Points needed before and after a start to compare them."""

SAME_TIME_DAYS = 90
"""Techniques that start within so many days of each other cannot be told apart."""

_Z = 1.959964
_SAME_MONTHS = 6
"""So many parts of the year must stand on both sides to compare like with like."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A series before and after a technique began: medians and a two-sided p.

    `shift` is by how much the values after lie higher than those before, the
    median over pairs (Hodges and Lehmann 1963), `low` and `high` the ends of
    its interval of 95 %. `seasonal`: each month is compared with the same
    month only. `already`: values before the start rose or fell that way
    already.
    """

    before: float
    after: float
    n_before: int
    n_after: int
    p: float
    shift: float = math.nan
    low: float = -math.inf
    high: float = math.inf
    seasonal: bool = False
    already: bool = False

    def notable(self, alpha: float = 0.05) -> bool:
        return self.p < alpha and self.change != 0

    @property
    def change(self) -> float:
        """The shift, else the difference of the medians."""
        return self.after - self.before if math.isnan(self.shift) else self.shift

    def worse(self, kpi: Kpi) -> bool | None:
        return _worse(kpi, self.change)


def effect(points: Points, start: date) -> Effect | None:
    """Compare the two sides of a start; None where either has too few points.

    Mann–Whitney test (1947), normal approximation with corrections for ties
    and continuity: it supposes no distribution. Over two years the same
    months are compared, and the sums of all months put together (the
    stratified test of van Elteren 1960, months weighing alike). Values that
    lean on those before them make it less sure, as with the trend.
    """
    ordered = evened(points)
    sides = [[x for x in ordered if (x[0] < start) is early] for early in (True, False)]
    n, m = (len(side) for side in sides)
    if min(n, m) < FEWEST_EACH_SIDE:
        return None
    seasons = season(ordered)
    strata, seasonal = _strata(sides, seasons)
    u = mean = variance = 0.0
    shifts: list[float] = []
    for before, after in strata:
        u += sum((b > a) + (b == a) / 2 for a in before for b in after)
        mean += len(before) * len(after) / 2
        variance += _variance(before, after)
        shifts += [b - a for a in before for b in after]
    shifts.sort()
    shift = median(shifts)
    # How values lean on each other is seen with the difference of the sides taken out.
    variance *= raised(levelled(ordered, seasons, n))
    distance = max(abs(u - mean) - 0.5, 0.0)
    p = math.erfc(distance / math.sqrt(2 * variance)) if variance > 0 else 1.0
    reach = _Z * math.sqrt(variance)
    low, high = math.floor(mean - reach) - 1, math.ceil(mean + reach)
    was = trend(sides[0])
    return Effect(
        median(v for _, v in sides[0]),
        median(v for _, v in sides[1]),
        n,
        m,
        p,
        shift,
        shifts[low] if low >= 0 else -math.inf,
        shifts[high] if high < len(shifts) else math.inf,
        seasonal,
        was is not None and was.notable() and (was.slope > 0) == (shift > 0),
    )


Strata = list[tuple[list[float], list[float]]]


def _strata(sides: Sequence[Points], seasons: dict[date, int] | None) -> tuple[Strata, bool]:
    """Values before and after, by season where enough seasons stand on both sides."""
    groups: dict[int, tuple[list[float], list[float]]] = {}
    if seasons is not None:
        for i, side in enumerate(sides):
            for day, value in side:
                groups.setdefault(seasons[day], ([], []))[i].append(value)
    both = [g for _, g in sorted(groups.items()) if all(g)]
    if len(both) >= min(_SAME_MONTHS, max(len(groups), 1)) and sum(len(b) for _, b in both) >= 4:
        return both, True
    before, after = ([v for _, v in side] for side in sides)
    return [(before, after)], False


def _variance(before: Sequence[float], after: Sequence[float]) -> float:
    """Of Mann and Whitney's U, corrected for ties."""
    n, m = len(before), len(after)
    total = n + m
    ties = sum(t**3 - t for t in Counter([*before, *after]).values())
    return n * m / 12 * (total + 1 - ties / (total * (total - 1)))


def confounders(
    technique: Technique, others: Iterable[Technique], days: int = SAME_TIME_DAYS
) -> tuple[Technique, ...]:
    """Other techniques that began within so many days: what changed may be theirs."""
    start = technique.start
    return tuple(
        t
        for t in others
        if t.id != technique.id and start and t.start and abs((t.start - start).days) <= days
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whether and when the target is reached, if the trend goes on as it does.

    `reached`: the newest value is there. `on` is the day by the slope itself,
    `latest` by the slow end of its interval, None where that end never gets
    there. `away`: the trend leads away from the target. All None and False:
    no trend stands out, so nothing is said.
    """

    target: float
    newest: float
    reached: bool
    away: bool = False
    on: date | None = None
    latest: date | None = None

    def late(self, day: date) -> bool:
        """Whether it is not reached by that day, as things go."""
        return not self.reached and (self.on is None or self.on > day)


def outlook(kpi: Kpi, points: Points, found: Trend | None, alpha: float = 0.05) -> Outlook | None:
    """None where the KPI has no target, no direction or no value."""
    if kpi.target is None or kpi.direction is None or not points:
        return None
    newest = by_day(points)[-1][1]
    up = kpi.direction == "up"
    reached = newest >= kpi.target if up else newest <= kpi.target
    base = Outlook(kpi.target, newest, reached)
    if reached or found is None or not found.notable(alpha):
        return base
    if (found.slope > 0) is not up:
        return Outlook(kpi.target, newest, False, away=True)
    left = kpi.target - found.level
    if (left > 0) is not up:
        # The line is there already, the newest value happens to lie below it.
        return base
    slow = found.low if up else found.high
    on = _after(found.last, left / found.slope * 30)
    latest = _after(found.last, left / slow * 30) if slow and (slow > 0) is up else None
    return Outlook(kpi.target, newest, False, on=on, latest=latest)


def _after(day: date, days: float) -> date | None:
    """None for what lies more than ten years ahead: no line holds so long."""
    if not math.isfinite(days) or days > 3652:
        return None
    try:
        return day + timedelta(days=math.ceil(days))
    except OverflowError:
        return None


def overdue(points: Points, found: Rhythm, day: date | None) -> int | None:
    """Days for which a value is overdue, by the series' own interval; None where none is."""
    if day is None or not points or found.days is None:
        return None
    late = (day - max(points)[0]).days - 2 * found.days
    return round(late) if late > 0 else None


def lacks(kpi: Kpi, points: Points) -> tuple[str, ...]:
    """What a KPI needs and does not have."""
    parts = {
        "owner": kpi.owner is not None,
        "direction": kpi.direction is not None,
        "target": kpi.target is not None,
        "series": bool(points or kpi.sql or kpi.figure),
    }
    return tuple(name for name, given in parts.items() if not given)


def worsening(kpi: Kpi, trend: Trend) -> bool | None:
    """Whether the trend leads away from what is better; None where that is not declared."""
    return _worse(kpi, trend.slope)


def short_of_target(kpi: Kpi, points: Points) -> float | None:
    """The newest value where it misses the target, else None."""
    if kpi.target is None or kpi.direction is None or not points:
        return None
    newest = by_day(points)[-1][1]
    missed = newest < kpi.target if kpi.direction == "up" else newest > kpi.target
    return newest if missed else None


def told(kpi: Kpi, points: Points, within_days: int) -> bool:
    """Whether the employees heard of it, at most so many days before the newest point."""
    if kpi.told is None or not points:
        return False
    return kpi.told >= max(points)[0] - timedelta(days=within_days)


def _worse(kpi: Kpi, change: float) -> bool | None:
    if kpi.direction is None:
        return None
    return change < 0 if kpi.direction == "up" else change > 0
