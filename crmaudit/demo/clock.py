"""The demo's calendar: everything happens before one fixed day, never today."""

from __future__ import annotations

import random
from datetime import date, timedelta

AS_OF = "2026-10-31"
FIRST_DAY = "2014-01-06"
STALE_BEFORE = "2021-10-31"
"""Five years before the as-of date."""
IMPORT_DAY = "2021-03-13"
"""A Saturday: the night on which the predecessor's list was loaded."""
PURGE_DAY = "2025-08-09"
"""The night on which somebody deleted contacts for good."""

_START = date.fromisoformat(FIRST_DAY)
DAYS: tuple[str, ...] = tuple(
    (_START + timedelta(days=n)).isoformat()
    for n in range((date.fromisoformat(AS_OF) - _START).days + 1)
)
LAST = len(DAYS) - 1


def index(day: str) -> int:
    """Which number `day` has in `DAYS`."""
    return (date.fromisoformat(day[:10]) - _START).days


def workday(day: int) -> int:
    """The number of the Friday before, if the day is a Saturday or Sunday."""
    weekday = day % 7  # the calendar starts on a Monday
    return day - (weekday - 4) if weekday > 4 else day


def stamp(rng: random.Random, day: int) -> str:
    """A moment in the office hours of day number `day` (or of the Friday before)."""
    second = int(rng.random() * 34_000) + 28_800
    hours, rest = divmod(second, 3600)
    return f"{DAYS[workday(day)]} {hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


def between(rng: random.Random, first: int, last: int) -> int:
    """A day number from `first` to `last`, both included."""
    return first + int(rng.random() * (last - first + 1)) if last > first else first


def plus(day: str, days: int) -> str:
    """The ISO date `days` after `day`."""
    return (date.fromisoformat(day[:10]) + timedelta(days=days)).isoformat()
