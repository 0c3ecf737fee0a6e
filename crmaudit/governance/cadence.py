"""What recurs: meetings held and maintenance done, against the cadence declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from crmaudit.workspace.base import Frequency
from crmaudit.workspace.dossier import Care

PERIOD: Mapping[Frequency, int] = {
    "continuous": 1,
    "hourly": 1,
    "daily": 1,
    "weekly": 7,
    "monthly": 31,
    "quarterly": 92,
    "yearly": 366,
}
"""Days between two times; what is done on demand or never has no period."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Dates held against a cadence, within a year before the day.

    A gap is late when it is longer than the period with its tolerance; the
    time since the last date is a gap too. `begun` is the first date of all
    where it lies within the year: of the time before nothing is known.
    """

    period: int
    held: int
    late_gaps: int
    longest: int
    last: date
    begun: date | None = None


def kept(
    held: Sequence[date], cadence: Frequency, day: date, tolerance: float = 1.5
) -> Kept | None:
    """How a cadence was kept up to a day; None where it has no period or nothing was held."""
    period = PERIOD.get(cadence)
    past = sorted(d for d in set(held) if d <= day)
    if period is None or not past:
        return None
    since = day - timedelta(days=366)
    recent = [d for d in past if d > since]
    # The last date before the year opens its first gap.
    start = past[-len(recent) - 1 :] if len(past) > len(recent) else recent
    gaps = [(b - max(a, since)).days for a, b in pairwise([*start, day])]
    late = sum(g > period * tolerance for g in gaps)
    begun = past[0] if past[0] > since else None
    return Kept(period, len(recent), late, max(gaps), past[-1], begun)


@dataclass(frozen=True, slots=True)
class CareCheck:
    """A duty of maintenance: kept, or what is wrong with it."""

    state: Literal["unknown", "never", "rare", "late", "kept"]
    days_since: int | None = None


def care_check(care: Care | None, day: date | None, rarest_days: int, grace_days: int) -> CareCheck:
    """Judge a duty: done at least every `rarest_days`, and last done within its own period.

    A duty that is done less often with the reason in its `note` is kept.
    """
    if care is None or (care.frequency is None and care.last is None):
        return CareCheck("unknown")
    if care.frequency == "never":
        return CareCheck("never")
    period = PERIOD.get(care.frequency) if care.frequency is not None else None
    since = (day - care.last).days if day is not None and care.last is not None else None
    if since is not None and since > (period or rarest_days) + grace_days:
        return CareCheck("late", since)
    if (period is None or period > rarest_days) and care.frequency is not None and not care.note:
        return CareCheck("rare", since)
    return CareCheck("kept", since)
