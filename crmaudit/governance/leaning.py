"""How far the values of a series lean on those before them, which makes tests too sure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from crmaudit.governance.seasons import Points, levelled, residuals, slope_of, without_season

_Z = 1.959964
LEAST = 36
"""Of fewer values nobody can tell whether they lean on each other or follow a bent line."""


def leaning(points: Points, seasons: dict[date, int] | None = None) -> float:
    """By how much the variance of a sum of ranks has to be raised; 1 where nothing leans.

    Fewer than 36 values are taken for independent, which has to be said: with
    them an autocorrelation of 0.3 brings one false alarm in ten instead of one
    in twenty, one of 0.6 up to three. What is left of a line is looked at, or
    of the two levels of a sudden change where these fit better: else a step
    would look like values that lean on each other. Hamed and Rao (1998).
    """
    if len(points) < LEAST:
        return 1.0
    plain = without_season(points, seasons)
    lined = residuals(plain, slope_of(points, seasons))
    values = [v for _, v in plain]
    _, at = split([2 * r - len(values) - 1 for r in ranks(values)])
    stepped = levelled(points, seasons, at)
    return raised(stepped if off(stepped) < off(lined) else lined)


def off(rest: Sequence[float]) -> float:
    """How far values lie from what was fitted, all together."""
    return sum(map(abs, rest))


def split(scores: Sequence[float]) -> tuple[float, int]:
    """Pettitt's (1979) largest |U| and the number of values before that split.

    U of a split is the sum of the scores before it; a score is twice a value's
    rank less the number of values and one.
    """
    u, best, at = 0.0, 0.0, 1
    for i, score in enumerate(scores[:-1], 1):
        u += score
        if abs(u) > best + 1e-9:
            best, at = abs(u), i
    return best, at


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1, equal values sharing theirs; what differs by rounding alone is equal."""
    near = [round(v, 9) for v in values]
    places: dict[float, list[int]] = {}
    for rank, value in enumerate(sorted(near), 1):
        places.setdefault(value, []).append(rank)
    return [sum(places[v]) / len(places[v]) for v in near]


def raised(rest: Sequence[float]) -> float:
    """The factor by what is left of a series: Hamed and Rao's eq. 12, never below 1.

    The first lags count that stand out. Negative ones would make a test surer
    than the values alone: they are left out, as are lags of more than a
    quarter of the series, which few pairs tell.
    """
    places, n = ranks(rest), len(rest)
    if n < LEAST:
        return 1.0
    middle = (n + 1) / 2
    whole = sum((r - middle) ** 2 for r in places)
    if whole == 0:
        return 1.0
    added = 0.0
    for lag in range(1, n // 4 + 1):
        shared = sum(
            (a - middle) * (b - middle) for a, b in zip(places, places[lag:], strict=False)
        )
        rho = shared / whole
        if rho <= _Z / math.sqrt(n):
            break
        added += (n - lag) * (n - lag - 1) * (n - lag - 2) * rho
    return 1 + 2 / (n * (n - 1) * (n - 2)) * added
