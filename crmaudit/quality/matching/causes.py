"""Where duplicates come from: which of the counted origins are worth telling.

A record counts as a duplicate where it joined a thing that was already there.
Which of a thing's records came later is told by when they were made, else by
the order of keys that are numbers. Where neither tells, each of a thing's `k`
records counts as `(k - 1) / k` of a duplicate: the sum is the same, and no
record is singled out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.evidence.match import Cause, Origin
from crmaudit.evidence.privacy import MINIMUM_COUNT

MOST = 12
"""So many values of an origin are kept."""

LATER_BY_HAND = "typed in after an import had brought it"
LATER_BY_IMPORT = "imported after it had been typed in"


@dataclass(frozen=True, slots=True)
class Counted:
    """Of so many records of one origin, so many are duplicates; `value` may be shown."""

    by: Origin
    value: str
    duplicates: float
    records: int


def causes(
    counted: Iterable[Counted], rate: float, times: tuple[float, float] = (1.0, 1.0)
) -> tuple[Cause, ...]:
    """The values of each origin with most duplicates beyond the average `rate` of all records.

    At most `MOST` of an origin, the greatest excess first, which is duplicates
    less records times the rate. Values without any duplicate are left out, and
    accounts with fewer than five records. Where only a sample was compared,
    `times` make its duplicates and records those of all.
    """
    by: dict[Origin, list[Counted]] = {}
    for one in counted:
        if one.duplicates >= 0.5 and (one.by != "author" or one.records >= MINIMUM_COUNT):
            by.setdefault(one.by, []).append(one)
    found: list[Cause] = []
    for origin, values in by.items():
        values.sort(key=lambda v: (v.records * rate - v.duplicates, v.value))
        for v in values[:MOST]:
            records = round(v.records * times[1])
            found.append(
                Cause(origin, v.value, min(round(v.duplicates * times[0]), records), records)
            )
    return tuple(found)
