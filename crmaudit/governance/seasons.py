"""The rhythm of a series: how often it has a value, where values lack, what each month adds.

A day counts once, with the median of its values. Weeks even out the days of
the week, months what happens within one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean, median
from typing import Literal

Points = Sequence[tuple[date, float]]
Interval = Literal["day", "week", "two weeks", "month", "quarter", "half-year", "year", "irregular"]

_INTERVALS: tuple[tuple[Interval, int, int, float], ...] = (
    ("day", 1, 3, 1.0),
    ("week", 4, 10, 7.0),
    ("two weeks", 11, 20, 14.0),
    ("month", 21, 45, 30.44),
    ("quarter", 70, 110, 91.31),
    ("half-year", 150, 215, 182.6),
    ("year", 330, 400, 365.25),
)
"""Name, shortest and longest distance in days, usual distance."""

_WITHIN_A_MONTH = ("day", "week", "two weeks", "month")
_TWO_YEARS = 23 * 30.44 - 5
"""Days from the first to the last of 24 months, less what months differ in length."""
_SAME = 3
"""So many distances in a row are a habit."""
_FAR = 3.5
"""Modified z-score beyond which a value is an outlier (Iglewicz and Hoaglin 1993)."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A stretch without values between two that are there; `values` were due in it."""

    after: date
    before: date
    values: int


@dataclass(frozen=True, slots=True)
class Switch:
    """The day from which values come at another interval."""

    since: date
    was: Interval
    now: Interval


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a series has a value, and what is odd about it.

    `outliers` are the days whose value lies far from the line through the
    series, the yearly rhythm taken out. `crowded` days have several values.
    """

    interval: Interval
    missing: tuple[Missing, ...] = ()
    switches: tuple[Switch, ...] = ()
    outliers: tuple[tuple[date, float], ...] = ()
    crowded: int = 0

    @property
    def days(self) -> float | None:
        """The usual distance of two values; None where there is no usual one."""
        return next((days for name, _, _, days in _INTERVALS if name == self.interval), None)


def by_day(points: Points) -> list[tuple[date, float]]:
    """One value a day, the oldest first: the median of those of the day."""
    return _medians(points, lambda day: day)


def rhythm(points: Points) -> Rhythm:
    """The rhythm of a series of any length."""
    days = by_day(points)
    names = [_name((b - a).days) for (a, _), (b, _) in pairwise(days)]
    usual = _usual(days)
    switches = _switches(days, names)
    missing = []
    for (a, _), (b, _) in pairwise(days):
        # Of values that came at another interval, that one is what was due.
        then = next((s.now for s in reversed(switches) if a >= s.since), None)
        due = _distance(then or (switches[0].was if switches else usual))
        gap = (b - a).days
        if due and gap > max(1.6 * due, 4):
            missing.append(Missing(a, b, round(gap / due) - 1))
    return Rhythm(usual, tuple(missing), switches, _outliers(days), len(points) - len(days))


def evened(points: Points) -> list[tuple[date, float]]:
    """The values to be tested: of weeks where they are of days, of months over two years.

    So a rhythm within the week or month is no trend, and the number of values
    stays small.
    """
    days = by_day(points)
    if _usual(days) in _WITHIN_A_MONTH and _spans_years(days):
        return _medians(days, _last_of_month)
    if _usual(days) == "day" and (days[-1][0] - days[0][0]).days >= 55:
        return _medians(days, lambda day: day + timedelta(days=6 - day.weekday()))
    return days


def season(points: Points) -> dict[date, int] | None:
    """Each day's part of the year, 1 to 12 or to 4; None where no yearly rhythm can be seen.

    It can where each part of the year has several values: months over two
    years, quarters over three, as two years of them are too few to test.
    """
    usual = _usual(points)
    if usual == "month" and _spans_years(points):
        return {day: day.month for day, _ in points}
    if usual == "quarter" and len(points) >= 12:
        return {day: (day.month + 2) // 3 for day, _ in points}
    return None


def slope_of(points: Points, seasons: dict[date, int] | None = None) -> float:
    """Theil–Sen slope a day: the median over pairs, with `seasons` over those of one season."""
    found = slopes(points, seasons)
    return median(found) if found else 0.0


def slopes(points: Points, seasons: dict[date, int] | None = None) -> list[float]:
    """Slopes a day of all pairs of different days, with `seasons` of those of one season."""
    return [
        (y - x) / (b - a).days
        for i, (a, x) in enumerate(points)
        for b, y in points[i + 1 :]
        if seasons is None or seasons[a] == seasons[b]
    ]


def without_season(
    points: Points, seasons: dict[date, int] | None, slope: float | None = None
) -> list[tuple[date, float]]:
    """The series less what each part of the year adds to the line through it (medians).

    `slope` is the line's a day, its own where none is given.
    """
    if seasons is None:
        return list(points)
    rest = residuals(points, slope_of(points, seasons) if slope is None else slope)
    parts: dict[int, list[float]] = {}
    for (day, _), r in zip(points, rest, strict=True):
        parts.setdefault(seasons[day], []).append(r)
    adds = {part: median(values) for part, values in parts.items()}
    middle = median(adds[seasons[day]] for day, _ in points)
    return [(day, value - adds[seasons[day]] + middle) for day, value in points]


def residuals(points: Points, slope: float) -> list[float]:
    """What is left of each value by the line of that slope a day through the medians."""
    if not points:
        return []
    first = points[0][0]
    raw = [value - slope * (day - first).days for day, value in points]
    middle = median(raw)
    return [r - middle for r in raw]


def levelled(points: Points, seasons: dict[date, int] | None, at: int) -> list[float]:
    """What is left of the values by two levels, before the value number `at` and from it on.

    The levels differ by the median difference within a season; what each
    season adds is taken out.
    """
    step = median(
        [
            after - before
            for a, before in points[:at]
            for b, after in points[at:]
            if seasons is None or seasons[a] == seasons[b]
        ]
        or [0.0]
    )
    level = [(day, v - step * (i >= at)) for i, (day, v) in enumerate(points)]
    return residuals(without_season(level, seasons, 0.0), 0.0)


def _outliers(days: Points) -> tuple[tuple[date, float], ...]:
    if len(days) < 8:
        return ()
    seasons = season(days)
    plain = without_season(days, seasons)
    some = evened(plain)
    rest = residuals(plain, slope_of(some))
    # A month's own median lies on the line whatever happens: it tells of no spread.
    apart = [abs(r) for r in rest if seasons is None or abs(r) > 1e-9] or [0.0]
    spread = median(apart)
    # Where more than half lie on the line, the mean distance takes the median's place.
    scale = spread / 0.6745 if spread else 1.253314 * fmean(apart)
    if seasons is not None:
        each = len(days) / len(set(seasons.values()))
        scale *= math.sqrt(each / (each - 1))
    if not scale:
        return ()
    return tuple(
        point for point, r in zip(days, rest, strict=True) if abs(r) > _FAR * scale * (1 + 1e-9)
    )


def _switches(days: Points, names: Sequence[Interval]) -> tuple[Switch, ...]:
    """Days from which a habit of one interval gave way to a habit of another."""
    runs: list[tuple[int, Interval]] = []
    i = 0
    while i < len(names):
        end = i
        while end < len(names) and names[end] == names[i]:
            end += 1
        if end - i >= _SAME and names[i] != "irregular":
            runs.append((i, names[i]))
        i = end
    return tuple(
        Switch(days[start][0], was, now) for (_, was), (start, now) in pairwise(runs) if was != now
    )


def _usual(days: Points) -> Interval:
    gaps = [(b - a).days for (a, _), (b, _) in pairwise(days)]
    if not gaps:
        return "irregular"
    names = [_name(gap) for gap in gaps]
    most = max(dict.fromkeys(names), key=names.count)
    return most if 2 * names.count(most) >= len(names) else "irregular"


def _name(gap: int) -> Interval:
    return next((n for n, least, most, _ in _INTERVALS if least <= gap <= most), "irregular")


def _distance(interval: Interval) -> float | None:
    return next((days for name, _, _, days in _INTERVALS if name == interval), None)


def _spans_years(days: Points) -> bool:
    months = {(day.year, day.month) for day, _ in days}
    long = bool(days) and (days[-1][0] - days[0][0]).days >= _TWO_YEARS
    # A few months may lack.
    return long and len(months) >= 20


def _last_of_month(day: date) -> date:
    if (day.year, day.month) == (date.max.year, 12):
        return date.max
    month = day.year * 12 + day.month
    return date(month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _medians(points: Points, key: Callable[[date], date]) -> list[tuple[date, float]]:
    groups: dict[date, list[float]] = {}
    for day, value in points:
        if math.isfinite(value):
            groups.setdefault(key(day), []).append(value)
    return [(day, median(values)) for day, values in sorted(groups.items())]
