"""How far names, types and the test on the rows speak for a guessed reference."""

from __future__ import annotations

from dataclasses import dataclass, field

from crmaudit.quality.references.candidates import Candidate

ENOUGH = 0.5
"""A guess of less confidence is not told."""

_PLAIN = 0.8
"""From this prior on a name is plain enough to stand against values that reach little."""

_DATA = 0.8
"""How far a perfect test closes the gap between what names say and certainty."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The different values of a key-like column: how many, and the range where all are numbers.

    Values that usually mean "none" are left out.
    """

    distinct: int = 0
    range: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Inclusion:
    """What the rows say: see `crmaudit.evidence.keys.Reference` for the counts."""

    filled: int = 0
    distinct: int = 0
    orphans: int = 0
    orphan_values: int = 0
    referred: int = 0
    most: int = 0
    sentinels: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    confidence: float
    reasons: tuple[str, ...]


def judge(candidate: Candidate, found: Inclusion | None, child: Spread, parent: Spread) -> Judged:
    """The confidence in [0, 1] of a candidate after its test.

    Names and types give the prior p. A test in which the share c of the filled
    rows finds its row, by values that a wrong target would hold only with
    probability 1 - s, gives c · (p + 0.8 · s · (1 - p)). For texts and UUIDs
    s = 1 - 0.6^k with k different values found. Small whole numbers are in
    every key that counts from 1: there s is 1 - d^k with d the share of the
    child's range that the parent's keys fill, and for full ranges half the
    share of the parent's range that the child's values reach, of what as many
    random rows would reach. Values that reach less than a tenth of that speak
    against it: the prior is then halved, or where it is
    plain (0.8) cut by a fifth.
    """
    prior = candidate.prior
    if found is None or not found.filled:
        return Judged(0.0 if candidate.needs_data else prior, ("no value could confirm it",))
    cover = 1 - found.orphans / found.filled
    matched = found.referred
    strength, reasons = _strength(matched, child, parent)
    if strength < 0:
        prior, strength = prior * (0.8 if prior >= _PLAIN else 0.5), 0.0
    reasons = (_share(cover), *reasons)
    sure = cover * (prior + _DATA * strength * (1 - prior))
    # Two numbers that happen to be there say nothing for a name that says little.
    few = 3 if child.range and parent.range else 2
    if matched < few and candidate.prior < 0.6:
        sure = min(sure, 0.45)
    return Judged(round(min(1.0, sure), 3), reasons)


def _strength(matched: int, child: Spread, parent: Spread) -> tuple[float, tuple[str, ...]]:
    if not matched:
        return 0.0, ()
    if not child.range or not parent.range:
        return 1 - 0.6**matched, ()
    (low, high), (first, last) = child.range, parent.range
    span = high - low + 1
    dense = min(1.0, parent.distinct / (last - first + 1))
    if span < 3 or child.distinct < 3:
        return 0.0, ("few small numbers, which any key holds",)
    by_gaps = 1 - dense ** min(matched, 200)
    wide = max(1, last - first)
    expected = matched / (matched + 1)
    reach = min(1.0, (high - first) / wide / expected)
    if reach < 0.1 and by_gaps < 0.5:
        return -1.0, ("its values reach only a small part of the keys",)
    by_reach = 0.5 * reach if child.distinct >= 5 else 0.0
    return max(by_gaps, by_reach), ()


def _share(cover: float) -> str:
    if cover == 1:
        return "each value is found there"
    return f"{'> 99' if cover > 0.995 else f'{100 * cover:.0f}'} % of the rows find theirs there"
