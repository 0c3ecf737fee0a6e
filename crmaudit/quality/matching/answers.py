"""What people's answers about pairs of records say of the matching: measured precision.

Answers are keyed by record ids. Those about pairs whose probability is in the
evidence are put into strata of it, and each stratum is weighed by its
candidate pairs:

    precision = Σ N·p / Σ N     p = pairs answered "same" ÷ pairs answered

over the strata of pairs that were taken for the same, N counted by the
histogram of weights. Each p has Wilson's interval; the interval of the sum is
put together from theirs by Zou and Donner's method of variance estimates
recovery (Statistics in Medicine 27, 2008). A stratum without an answer counts
with what the model expects, and with an interval from 0 to 1: nothing was
measured there. Pairs are not drawn at random for a review, those of which an
answer tells the most come first; within a stratum they are taken as if.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crmaudit.evidence.match import Estimate, Matching, PairFound
from crmaudit.workspace.answers import Match

BOUNDS = (0.0, 0.01, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
"""Where the strata of probability begin; each ends where the next one begins, the last at 1."""
_Z = 1.959964
"""Standard normal quantile of 97.5 %: intervals of 95 %."""

Pair = tuple[str, str]


def pair(left: str, right: str) -> Pair:
    """The pair's ids in one order, whichever way round it was written."""
    return (left, right) if left <= right else (right, left)


@dataclass(frozen=True, slots=True)
class Stratum:
    """Candidate pairs with a probability from `low` on and below `high`.

    `pairs` are the candidates, of which the model expects `expected` to be the
    same. Of `answers` by people `same` are. `taken` tells whether such pairs
    are over the threshold.
    """

    low: float
    high: float
    taken: bool
    pairs: int
    expected: float
    answers: int = 0
    same: int = 0

    @property
    def measured(self) -> Estimate | None:
        """The share that is the same, by the answers; None without any."""
        return wilson(self.same, self.answers) if self.answers else None


@dataclass(frozen=True, slots=True)
class Measured:
    """What a review has shown so far.

    `answers` are those "same" or "different" about pairs of this evidence,
    `unsure` those that are neither; `unknown` speak of pairs that it does not
    tell of. `precision` is the share of the pairs taken that are the same,
    `missed` the number of same pairs among those not taken but compared and
    answered about. `covered` of the pairs taken lie in strata with an answer.
    """

    answers: int
    unsure: int
    unknown: int
    strata: tuple[Stratum, ...] = ()
    precision: Estimate | None = None
    missed: Estimate | None = None
    covered: float = 0.0


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers that cannot all be right: `same` lead from one record to the other of `different`.

    Both are indexes into the list of answers.
    """

    different: int
    same: tuple[int, ...]


def measured(matching: Matching, answers: Iterable[Match]) -> Measured:
    """What the answers say of this matching; the last one about a pair counts.

    Pairs that were decided by an answer tell nothing of the model any more:
    the matching itself has counted those in its precision.
    """
    said = {pair(a.left, a.right): a.answer for a in answers}
    pairs_told = (p for p in (*matching.review, *matching.examples) if not p.reviewed)
    known = {pair(p.left, p.right): p for p in pairs_told}
    told = [(known[p], answer) for p, answer in said.items() if p in known]
    firm = [(p, answer == "same") for p, answer in told if answer != "unsure"]
    unsure, unknown = len(told) - len(firm), len(said) - len(told)
    if not firm or matching.threshold is None:
        return Measured(len(firm), unsure, unknown)
    strata = _strata(matching, firm)
    taken = [s for s in strata if s.taken]
    apart = [s for s in strata if not s.taken and s.answers]
    pairs = sum(s.pairs for s in taken)
    covered = sum(s.pairs for s in taken if s.answers)
    return Measured(
        len(firm),
        unsure,
        unknown,
        strata,
        _weighted(taken, pairs) if covered else None,
        _weighted(apart, 1) if apart else None,
        covered / pairs if pairs else 0.0,
    )


def contradictions(answers: Sequence[Match]) -> tuple[Contradiction, ...]:
    """Answers "different" about records that answers "same" make one, each with its chain.

    Two answers about one pair are such a case as well, where one says "same"
    and the other "different".
    """
    near: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for i, a in enumerate(answers):
        if a.answer == "same":
            near[a.left].append((a.right, i))
            near[a.right].append((a.left, i))
    found = []
    for i, a in enumerate(answers):
        if a.answer == "different" and (chain := _chain(near, a.left, a.right)):
            found.append(Contradiction(i, chain))
    return tuple(found)


def wilson(part: int, whole: int) -> Estimate:
    """The share of a sample with Wilson's interval (1927), at 95 %. `whole` is more than 0."""
    p, z2 = part / whole, _Z * _Z
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = _Z / (1 + z2 / whole) * math.sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole))
    return Estimate(p, min(p, max(0.0, middle - half)), max(p, min(1.0, middle + half)))


def _strata(matching: Matching, firm: Sequence[tuple[PairFound, bool]]) -> tuple[Stratum, ...]:
    threshold = matching.threshold or 0.0
    pairs: dict[tuple[bool, int], int] = defaultdict(int)
    expected: dict[tuple[bool, int], float] = defaultdict(float)
    for b in matching.histogram:
        # The side of the threshold by the bin's middle: the threshold may lie within one.
        middle = _middle(b.low, b.high)
        share = b.expected / b.pairs if b.pairs else 0.0
        place = middle >= threshold, _stratum(min(1.0, max(0.0, share)))
        pairs[place] += b.pairs
        expected[place] += b.expected
    answers: dict[tuple[bool, int], int] = defaultdict(int)
    same: dict[tuple[bool, int], int] = defaultdict(int)
    for p, is_same in firm:
        place = p.weight >= threshold, _stratum(p.probability)
        answers[place] += 1
        same[place] += is_same
    return tuple(
        Stratum(
            BOUNDS[i],
            (*BOUNDS, 1.0)[i + 1],
            taken,
            # What was answered about is there, whatever the rounding of bins made of it.
            max(pairs[taken, i], answers[taken, i]),
            expected[taken, i],
            answers[taken, i],
            same[taken, i],
        )
        for taken, i in sorted(pairs.keys() | answers.keys())
    )


def _middle(low: float, high: float) -> float:
    if math.isinf(low):
        return high
    return low if math.isinf(high) else (low + high) / 2


def _stratum(probability: float) -> int:
    return max(i for i, low in enumerate(BOUNDS) if probability >= low)


def _weighted(strata: Sequence[Stratum], whole: int) -> Estimate:
    """Σ N·p ÷ whole, with the interval recovered from the strata's own."""
    value = low = high = 0.0
    for s in strata:
        share = s.measured
        if share is None:
            p = min(1.0, s.expected / s.pairs) if s.pairs else 0.0
            share = Estimate(p, 0.0, 1.0)
        weight = s.pairs / whole
        value += weight * share.value
        low += (weight * (share.value - share.low)) ** 2
        high += (weight * (share.high - share.value)) ** 2
    most = sum(s.pairs for s in strata) / whole
    value = min(value, most)
    top = min(most, value + math.sqrt(high))
    return Estimate(value, max(0.0, value - math.sqrt(low)), max(value, top))


def _chain(near: Mapping[str, Sequence[tuple[str, int]]], start: str, end: str) -> tuple[int, ...]:
    """The fewest answers "same" that lead from one record to another; empty where none do."""
    came: dict[str, tuple[str, int]] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there, answer in near.get(here, ()):
            if there != start and there not in came:
                came[there] = here, answer
                queue.append(there)
        if end in came:
            break
    chain = []
    while end in came:
        end, answer = came[end]
        chain.append(answer)
    return tuple(reversed(chain))
