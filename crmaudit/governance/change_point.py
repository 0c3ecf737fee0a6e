"""Since when is a series another one: its likeliest day of change (Pettitt 1979)."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from statistics import median

from crmaudit.governance.leaning import leaning, off, ranks, split
from crmaudit.governance.seasons import (
    Points,
    evened,
    levelled,
    residuals,
    season,
    slope_of,
    without_season,
)
from crmaudit.governance.trend import SHORTEST

PERMUTATIONS = 999


@dataclass(frozen=True, slots=True)
class Break:
    """Where a series splits best into a time before and one after.

    `since` is the first day after; `before` and `after` are medians, the
    yearly rhythm taken out. `sudden`: two levels fit the values better than
    one line does, so that it changed then and not by and by.
    """

    since: date
    before: float
    after: float
    p: float
    sudden: bool

    def notable(self, alpha: float = 0.05) -> bool:
        return self.p < alpha and self.before != self.after


def change_point(points: Points) -> Break | None:
    """The likeliest day of a change; None where the series is too short to say.

    Where a yearly rhythm can be seen, values are ranked among those of the
    same season. p is the share of 999 fixed shuffles that split as well, a
    season's values among themselves; values that lean on each other make it
    less sure, as with the trend.
    """
    return _change_point(tuple(points))


@lru_cache(maxsize=256)  # Nearly a thousand shuffles are too many to make them twice.
def _change_point(points: Points) -> Break | None:
    ordered = evened(points)
    if len(ordered) < SHORTEST:
        return None
    seasons = season(ordered)
    plain = without_season(ordered, seasons)
    groups: dict[int, list[int]] = {}
    for i, (day, _) in enumerate(ordered):
        groups.setdefault(seasons[day] if seasons else 0, []).append(i)
    scores = _scores([v for _, v in ordered], groups)
    best, at = split(scores)
    if best == 0:
        return Break(ordered[0][0], plain[0][1], plain[0][1], 1.0, False)
    values = [v for _, v in plain]
    p = _chance(scores, groups, best / math.sqrt(leaning(ordered, seasons)))
    lined = residuals(plain, slope_of(ordered, seasons))
    sudden = off(levelled(ordered, seasons, at)) < off(lined)
    return Break(plain[at][0], median(values[:at]), median(values[at:]), p, sudden)


def _scores(values: Sequence[float], groups: Mapping[int, Sequence[int]]) -> list[float]:
    """Of each value, how far its rank lies from the middle of its season."""
    found = [0.0] * len(values)
    for places in groups.values():
        for i, rank in zip(places, ranks([values[i] for i in places]), strict=True):
            found[i] = 2 * rank - len(places) - 1
    return found


def _chance(scores: Sequence[float], groups: Mapping[int, Sequence[int]], least: float) -> float:
    # The same values always bring the same p.
    shuffling = random.Random(1979)
    as_good = 0
    for _ in range(PERMUTATIONS):
        mixed = list(scores)
        for places in groups.values():
            own = [scores[i] for i in places]
            shuffling.shuffle(own)
            for i, score in zip(places, own, strict=True):
                mixed[i] = score
        as_good += split(mixed)[0] >= least - 1e-9
    return (1 + as_good) / (1 + PERMUTATIONS)
