"""How often each degree of agreement is met among same and among different pairs: without labels.

Pure numpy on vectors of agreement. It is the expectation maximisation of Fellegi and Sunter's
model (Winkler 1988) with two changes. Pairs that are not the same are no one population: some
belong to one household or to one employer, and agree on what such people share. And `u` is read
off pairs taken at random, not off candidates, which were chosen because they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from crmaudit.quality.collectors.matching.levels import COLLEAGUES, HOUSEHOLD, Spec

Floats = npt.NDArray[np.float64]

RELATIONS = (HOUSEHOLD, COLLEAGUES)
"""What two different people can have in common; `Spec.shared` says what they share then."""

ROUNDS, ENOUGH = 60, 1e-4
"""At most so many rounds, or until no parameter moves by more than that."""

PRIOR_PAIRS = 12.0
"""The defaults count as much as so many pairs. With less to learn from, they stand."""

RELATED_COUNT = 0.25
"""Each related pair that is expected counts as much for the defaults of what is a person's own:
the more relatives there are, the more of them would else pass for same pairs that disagree."""

MOST_KIN = 0.05
"""More people of one household than that are not taken to have a name or birth date in common."""

_LEAST = 1e-9

_OF_THE_NAME = frozenset({"given", "middle", "family", "gender", "generation"})
_SIGN = 0.5
"""Bits from which on something besides the name agrees."""


@dataclass(slots=True)
class Vectors:
    """Pairs as degrees of agreement: one row a pair, one column a comparison.

    `levels` counts from 0, the highest; -1 where one side has no value.
    `terms` is -log2 of the frequency of the value both share, 0 where the
    degree is not weighed by it. `weight` is how many pairs a row stands for.
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int8]
    terms: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.left)

    def some(self, chosen: Any) -> Vectors:
        return Vectors(
            self.left[chosen], self.right[chosen], self.levels[chosen], self.terms[chosen]
        )


@dataclass(slots=True)
class Parameters:
    """`m`, `u` and what relations share: arrays by comparison and degree.

    `same` is the probability that two records at random are the same,
    `related` that they are different and so related. `kin` is how often people
    of one household have in common what is each one's own, by comparison.
    """

    m: list[Floats]
    u: list[Floats]
    shared: dict[str, dict[int, Floats]]
    same: float
    related: dict[str, float]
    notes: list[str] = field(default_factory=list)
    kin: dict[int, float] = field(default_factory=dict)

    def prior(self) -> float:
        """Weight of "same" before anything is compared."""
        return float(np.log2(self.same / (1 - self.same)))


def together(parts: Sequence[Vectors], comparisons: int) -> Vectors:
    """Vectors one after the other."""
    if not parts:
        none = np.empty(0, np.int64)
        return Vectors(
            none, none, np.empty((0, comparisons), np.int8), np.empty((0, comparisons), np.float32)
        )
    return Vectors(
        np.concatenate([p.left for p in parts]),
        np.concatenate([p.right for p in parts]),
        np.concatenate([p.levels for p in parts]),
        np.concatenate([p.terms for p in parts]),
    )


@dataclass(slots=True)
class Chance:
    """Pairs at random: how many there are by comparison and degree, and those that may be same."""

    counts: list[Floats]
    pairs: int
    likely: Vectors

    @classmethod
    def of(cls, random: Vectors, specs: Sequence[Spec], p: Parameters) -> Chance:
        """Random pairs that are hopeless by `p` will stay so: their number is all that counts."""
        every = np.ones(len(random))
        counts = [_tally(random, k, every, len(s.grades)) for k, s in enumerate(specs)]
        first = cls(counts, len(random), random.some(slice(0, 0)))
        # Without them a degree that is only met among same pairs would seem to be common.
        likely = random.some(odds(random, specs, replace(p, u=first.u(specs, None))) > -15)
        return cls(counts, len(random), likely)

    def u(self, specs: Sequence[Spec], same: Floats | None) -> list[Floats]:
        """How often different records agree; `same` are the probabilities of the likely ones.

        One pair more falls as the default says.
        """
        made = []
        for k, spec in enumerate(specs):
            counts = self.counts[k]
            if same is not None:
                taken = _tally(self.likely, k, same, len(counts))
                counts = np.maximum(counts - taken, 0.0)
            shares = _shares(counts, np.array([g.u for g in spec.grades]), 1.0)
            made.append(np.maximum(shares, min(0.5 / max(self.pairs, 1), 1e-6)))
        return made


def raised(p: Parameters, bits: float) -> Parameters:
    """The parameters with a prior of so many bits more."""
    odds = p.same / (1 - p.same) * 2.0**bits
    return replace(p, same=float(odds / (1 + odds)))


def steps(vectors: Vectors, specs: Sequence[Spec], p: Parameters) -> Floats:
    """Weights by pair and comparison, in bits."""
    made = np.zeros(vectors.levels.shape)
    for k in range(len(specs)):
        made[:, k] = _weights(vectors, k, p.m[k], p.u[k])
    return made


def _weights(vectors: Vectors, k: int, m: Floats, u: Floats) -> Floats:
    """log2 of how much likelier comparison `k` comes out so with `m` than by chance."""
    # The last place is that of -1: a missing value says nothing.
    ratio = np.append(np.log2(m / u), 0.0)
    level, terms = vectors.levels[:, k], vectors.terms[:, k]
    made: Floats = ratio[level]
    if terms.any():
        base = np.append(np.log2(u), 0.0)
        made = made + np.where(terms != 0, base[level] + terms, 0.0)
    return made


def name_alone(vectors: Vectors, specs: Sequence[Spec], p: Parameters) -> npt.NDArray[np.bool_]:
    """Pairs of persons of which no other attribute speaks for their being the same."""
    if not any(s.name == "given" for s in specs):
        return np.zeros(len(vectors), bool)
    others = [k for k, s in enumerate(specs) if s.name not in _OF_THE_NAME]
    speaks = np.any(steps(vectors, specs, p)[:, others] >= _SIGN, axis=1)
    made: npt.NDArray[np.bool_] = np.logical_not(speaks)
    return made


def relations(vectors: Vectors, specs: Sequence[Spec], p: Parameters) -> Floats:
    """log2 of how much likelier a pair of different records is, as relations are known, than
    among the unrelated: 0 where nothing speaks for one, by pair."""
    total = np.full(len(vectors), 1 - sum(p.related.values()))
    for name, share in p.related.items():
        if share <= 0 or not p.shared[name]:
            continue
        total += share * np.exp2(np.minimum(_in_common(vectors, specs, p, name), 900))
    found: Floats = np.log2(total)
    return found


def _in_common(vectors: Vectors, specs: Sequence[Spec], p: Parameters, relation: str) -> Floats:
    """log2 of how much likelier pairs of different records so related are than the unrelated."""
    made = np.zeros(len(vectors))
    for k, h in p.shared[relation].items():
        made += _weights(vectors, k, h, p.u[k])
    if relation == HOUSEHOLD:
        for k, often in p.kin.items():
            made += np.log2(1 - often + often * np.exp2(_usually(vectors, k, specs[k], p.u[k])))
    return made


def _usually(vectors: Vectors, k: int, spec: Spec, u: Floats) -> Floats:
    """Weights of what is one's own as they are by default where it is the same."""
    usual = np.array([g.m for g in spec.grades])
    return _weights(vectors, k, usual / usual.sum(), u)


def likely(random: Chance, specs: Sequence[Spec], p: Parameters) -> Floats:
    """The probability of each likely pair at random to be the same."""
    return _expect(random.likely, specs, p)[0]


def estimate(
    specs: Sequence[Spec],
    found: Vectors,
    found_weight: float,
    random: Chance,
    pairs: float,
    start: Parameters,
    forced: npt.NDArray[np.float64] | None = None,
) -> Parameters:
    """Parameters that make what is seen likeliest, drawn towards the defaults of `specs`.

    `found` are candidates, each standing for `found_weight`; `random` are of
    the `pairs` there are. `forced` has 1, 0 or nan for each candidate: an answer.
    """
    p = start
    # A relation is known by what people have in common in it.
    known = {name: any(name in s.shared for s in specs) for name in p.related}
    random_weight = pairs / max(random.pairs, 1)
    # Of what nobody can tell nothing is to be learnt: namesakes, taken for persons who moved and
    # changed their number, would teach that the same persons seldom agree on anything.
    mute_found = name_alone(found, specs, start)
    mute_random = name_alone(random.likely, specs, start)
    for _ in range(ROUNDS):
        same_found, kin_found = _expect(found, specs, p)
        same_found[mute_found] = 0.0
        if forced is not None:
            same_found = np.where(np.isnan(forced), same_found, forced)
        same_random, _ = _expect(random.likely, specs, p)
        same_random[mute_random] = 0.0
        u = random.u(specs, same_random)
        m = []
        kin = sum(p.related.values()) * pairs
        for k, spec in enumerate(specs):
            size = len(spec.grades)
            by_found = _tally(found, k, same_found, size) * found_weight
            strength = PRIOR_PAIRS + (RELATED_COUNT * kin if spec.most < 1 else 0.0)
            shares = _shares(by_found, np.array([g.m for g in spec.grades]), strength)
            m.append(_at_most(shares, spec.most, spec.weak))
            m[k] = monotone(m[k], u[k])
        shared: dict[str, dict[int, Floats]] = {}
        related: dict[str, float] = {}
        alike = _kin(found, specs, p, kin_found[HOUSEHOLD] * (1 - same_found), found_weight)
        for name in p.related:
            weight = kin_found[name] * (1 - same_found)
            shared[name] = {}
            for k, spec in enumerate(specs):
                if name in spec.shared:
                    seen = _tally(found, k, weight, len(spec.grades)) * found_weight
                    usual = np.array([g.m for g in spec.grades])
                    # What two people share is at least as often out of date, or written
                    # otherwise, as what two records of one person say.
                    h = _at_least(_shares(seen, usual, PRIOR_PAIRS * 4), float(m[k][-1]))
                    shared[name][k] = monotone(h, u[k])
            total = float(weight.sum()) * found_weight
            related[name] = min((total + 0.5) / (pairs + 1), 0.2) if known[name] else 0.0
        expected = float(same_found.sum()) * found_weight
        # Where candidates were refused, pairs taken at random still tell.
        at_random = float(same_random.sum())
        if at_random >= 50:
            expected = max(expected, at_random * random_weight)
        same = min(max((expected + 0.5) / (pairs + 1), _LEAST), 0.9)
        moved = max(
            max((float(np.abs(a - b).max()) for a, b in zip(m, p.m, strict=True)), default=0.0),
            abs(np.log2(same / p.same)) / 50,
            *(abs(share - p.kin.get(k, 0.0)) for k, share in alike.items()),
        )
        p = Parameters(m, u, shared, same, related, kin=alike)
        if moved < ENOUGH:
            break
    return p


def odds(vectors: Vectors, specs: Sequence[Spec], p: Parameters) -> Floats:
    """Weight of each pair in bits: prior, steps, less what relations explain."""
    made: Floats = p.prior() + steps(vectors, specs, p).sum(axis=1) - relations(vectors, specs, p)
    return made


def probability(weight: Floats) -> Floats:
    """1 / (1 + 2^-weight), without overflow."""
    made: Floats = 1 / (1 + np.exp2(-np.clip(weight, -500, 500)))
    return made


def _expect(
    vectors: Vectors, specs: Sequence[Spec], p: Parameters
) -> tuple[Floats, dict[str, Floats]]:
    """Of each pair the probability to be the same, and of a different one to be so related."""
    weight = p.prior() + steps(vectors, specs, p).sum(axis=1)
    total = np.full(len(vectors), 1 - sum(p.related.values()))
    parts: dict[str, Floats] = {}
    for name, share in p.related.items():
        in_common = _in_common(vectors, specs, p, name)
        parts[name] = share * np.exp2(np.minimum(in_common, 900))
        total = total + parts[name]
    return probability(weight - np.log2(total)), {n: x / total for n, x in parts.items()}


def _tally(vectors: Vectors, k: int, weight: Floats, size: int) -> Floats:
    level = vectors.levels[:, k].astype(np.int64) + 1
    made = np.bincount(level, weights=weight, minlength=size + 1)[1:]
    return made.astype(np.float64)


def _shares(counts: Floats, default: Floats, strength: float) -> Floats:
    """Dirichlet estimate: counts with `strength` more that fall as the default says."""
    default = default / default.sum()
    made: Floats = (counts + strength * default) / (counts.sum() + strength)
    return np.maximum(made, 1e-7)


def _at_least(shares: Floats, least: float) -> Floats:
    """The shares with the last one brought up to `least`, the others lowered for it."""
    last = float(shares[-1])
    if last >= least or last >= 1:
        return shares
    made = shares * (1 - least) / (1 - last)
    made[-1] = least
    return made


def _kin(
    found: Vectors, specs: Sequence[Spec], p: Parameters, household: Floats, found_weight: float
) -> dict[int, float]:
    """How often people of one household agree on what is each one's own: juniors, twins.

    One step of the expectation maximisation of a mixture of two, by comparison:
    as by chance, or as in records of one person. `household` are the
    probabilities of pairs to be different people of one household.
    """
    made: dict[int, float] = {}
    pairs = float(household.sum()) * found_weight
    for k, spec in enumerate(specs):
        if not spec.kin or spec.shared:
            continue
        known = found.levels[:, k] >= 0
        often = p.kin.get(k, spec.kin)
        ratio = np.exp2(_usually(found, k, spec, p.u[k]))
        alike = household * known * often * ratio / (1 - often + often * ratio)
        # Without a sign beside, a junior is a same pair: the default holds against them as it
        # does elsewhere against relatives.
        strength = PRIOR_PAIRS * 4 + RELATED_COUNT * pairs
        counted = float((household * known).sum()) * found_weight
        share = (float(alike.sum()) * found_weight + strength * spec.kin) / (counted + strength)
        made[k] = min(share, MOST_KIN)
    return made


def _at_most(shares: Floats, most: float, weak: int) -> Floats:
    """The shares with the last `weak` brought down to `most` in all, the others raised for it."""
    low = float(shares[-weak:].sum())
    if low <= most:
        return shares
    made = shares * (1 - most) / (1 - low)
    made[-weak:] = shares[-weak:] * most / low
    return made


def monotone(m: Floats, u: Floats) -> Floats:
    """`m` such that m / u never rises from a higher degree of agreement to a lower one.

    Neighbours that contradict each other are put together (pool adjacent violators).
    """
    blocks: list[tuple[float, float, int]] = []
    for a, b in zip(m, u, strict=True):
        blocks.append((float(a), float(b), 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] < blocks[-1][0] / blocks[-1][1]:
            (a1, b1, n1), (a2, b2, n2) = blocks[-2:]
            blocks[-2:] = [(a1 + a2, b1 + b2, n1 + n2)]
    ratios = np.concatenate([np.full(n, a / b) for a, b, n in blocks])
    made: Floats = ratios * u
    return made
