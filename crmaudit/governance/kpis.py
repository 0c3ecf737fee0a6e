"""KPIs: what they lack, what a technique did to them, and whether it was told."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from crmaudit.governance.trend import Trend
from crmaudit.workspace.kpis import Kpi

FEWEST_EACH_SIDE = 4
"""Points needed before and after a start to compare them."""

Points = Sequence[tuple[date, float]]


@dataclass(frozen=True, slots=True)
class Effect:
    """A series before and after a technique began: medians and a two-sided p."""

    before: float
    after: float
    n_before: int
    n_after: int
    p: float

    def notable(self, alpha: float = 0.05) -> bool:
        return self.p < alpha and self.before != self.after

    def worse(self, kpi: Kpi) -> bool | None:
        return _worse(kpi, self.after - self.before)


def effect(points: Points, start: date) -> Effect | None:
    """Compare the two sides of a start; None where either has too few points.

    Mann–Whitney test (1947), normal approximation with corrections for ties
    and continuity: it supposes no distribution.
    """
    before = [v for d, v in points if d < start]
    after = [v for d, v in points if d >= start]
    n, m = len(before), len(after)
    if min(n, m) < FEWEST_EACH_SIDE:
        return None
    u = sum((b > a) + (b == a) / 2 for a in before for b in after)
    ties = sum(t**3 - t for t in Counter([*before, *after]).values())
    total = n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    distance = max(abs(u - n * m / 2) - 0.5, 0.0)
    p = math.erfc(distance / math.sqrt(2 * variance)) if variance > 0 else 1.0
    return Effect(median(before), median(after), n, m, p)


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
    newest = max(points)[1]
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
