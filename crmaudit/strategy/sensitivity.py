"""How far the order of extractions by difficulty hangs on weights and on what is not known.

Ranks are looked at three times: with each weight raised and lowered by a
quarter, one at a time; with every combination of all weights raised or
lowered by a quarter (all corners of what they may be: nothing is drawn by
lot); and with the unknown criteria at their best and worst. Own proposal.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmaudit.facts import Facts
from crmaudit.strategy.extraction import Extraction, extractions
from crmaudit.strategy.once import once

CHANGE = 0.25
MOST = 300
"""Extractions up to which all combinations are tried."""
_SAME = 1e-9
Ranks = tuple[int, int]
"""The highest rank (1 = hardest) and the lowest."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The rank of one extraction among those with a score, and how far it moves.

    `single`: by one weight at a time; `together`: by any combination, None
    where there are too many to try; `unknown`: by what is not known. `movers`
    are the criteria whose weight alone moves it.
    """

    system: str
    entity: str
    rank: int
    single: Ranks
    together: Ranks | None
    unknown: Ranks
    movers: tuple[str, ...]

    @property
    def robust(self) -> bool:
        """Whether no weight alone moves it."""
        return self.single == (self.rank, self.rank)


@once
def system_standings(facts: Facts) -> tuple[Standing, ...]:
    """Those of the systems' extractions."""
    return standings(extractions(facts))


def standings(found: Sequence[Extraction]) -> tuple[Standing, ...]:
    """The rank of each extraction with a score, the hardest first; the others are left out.

    All have to be judged by the same criteria with the same weights.
    """
    scored = [e for e in found if e.score is not None]
    if not scored:
        return ()
    names = [c.name for c in scored[0].criteria]
    weights = [c.weight for c in scored[0].criteria]
    base = _ranks([e.score or 0 for e in scored])
    single = [[r, r] for r in base]
    movers: list[dict[str, None]] = [{} for _ in scored]
    for i, name in enumerate(names):
        for factor in (1 - CHANGE, 1 + CHANGE):
            changed = [w * factor if j == i else w for j, w in enumerate(weights)]
            moved = _ranks([e.weighted(changed) or 0 for e in scored])
            _widen(single, moved)
            for k, (now, then) in enumerate(zip(base, moved, strict=True)):
                if now != then:
                    movers[k][name] = None
    together = _together(scored, weights, base)
    unknown = _by_unknowns([e.range for e in scored])
    made = [
        Standing(
            e.system,
            e.entity,
            base[k],
            (single[k][0], single[k][1]),
            together[k] if together else None,
            unknown[k],
            tuple(movers[k]),
        )
        for k, e in enumerate(scored)
    ]
    return tuple(sorted(made, key=lambda s: (s.rank, s.system, s.entity)))


def _ranks(scores: Sequence[float]) -> list[int]:
    """1 for the highest; those of one score share a rank."""
    falling = sorted(-s for s in scores)
    return [bisect_left(falling, -s - _SAME) + 1 for s in scores]


def _widen(ranges: list[list[int]], ranks: Sequence[int]) -> None:
    for ends, rank in zip(ranges, ranks, strict=True):
        ends[0], ends[1] = min(ends[0], rank), max(ends[1], rank)


def _together(
    scored: Sequence[Extraction], weights: Sequence[float], base: Sequence[int]
) -> list[Ranks] | None:
    free = [i for i, w in enumerate(weights) if w]
    if len(scored) > MOST:
        return None
    known = [[c.difficulty for c in e.criteria] for e in scored]
    below = [w * (1 - CHANGE) for w in weights]
    sums = [_sums(d, below) for d in known]
    ranges = [[r, r] for r in base]
    _widen(ranges, _ranks([a / b if b else 0.0 for a, b in sums]))
    for i, up in _flips(free):
        step = 2 * CHANGE * weights[i] * (1 if up else -1)
        for k, difficulties in enumerate(known):
            d = difficulties[i]
            if d is not None:
                sums[k] = sums[k][0] + step * d, sums[k][1] + step
        _widen(ranges, _ranks([a / b if b else 0.0 for a, b in sums]))
    return [(low, high) for low, high in ranges]


def _sums(difficulties: Sequence[float | None], weights: Sequence[float]) -> tuple[float, float]:
    known = [(w, d) for w, d in zip(weights, difficulties, strict=True) if d is not None]
    return sum(w * d for w, d in known), sum(w for w, _ in known)


def _flips(free: Sequence[int]) -> Iterator[tuple[int, bool]]:
    """One weight after the other raised or lowered, so that every combination comes once.

    This is the reflected binary code (Gray 1953).
    """
    raised: set[int] = set()
    for n in range(1, 2 ** len(free)):
        i = free[(n & -n).bit_length() - 1]
        raised ^= {i}
        yield i, i in raised


def _by_unknowns(ranges: Sequence[tuple[float, float]]) -> list[Ranks]:
    """The ranks that each could take if the unknown criteria of all were what they may be."""
    lows, highs = sorted(a for a, _ in ranges), sorted(z for _, z in ranges)
    n = len(ranges)
    found = []
    for low, high in ranges:
        surely_harder = n - bisect_left(lows, high + _SAME)
        perhaps_harder = n - bisect_left(highs, low + _SAME) - (high > low + _SAME)
        found.append((surely_harder + 1, perhaps_harder + 1))
    return found
