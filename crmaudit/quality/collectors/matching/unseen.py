"""How many pairs that are the same nobody gets to see: for the upper end of an estimate.

A pair is lost in one of two ways, and what is seen tells how often:

1. No way to pair records reaches it. Each way is an occasion on which it could have been caught;
   the many pairs that one or two ways alone caught tell of those that none did. Chao (1987),
   "Estimating the population size for capture-recapture data with unequal catchability", has

       unseen >= once · (once - 1) / (2 · (twice + 1))

2. It agrees in so little that it looks like two strangers. Pairs that are surely the same say how
   often each attribute disagrees; drawn anew from that, attribute by attribute, some have weights
   below even odds. More of them than the probabilities of the candidates add up to are missing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.estimating import Floats, Parameters, Vectors, odds
from crmaudit.quality.collectors.matching.levels import Spec

ROUNDS = 4
DRAWS = 50_000
MODELS = 100_000
"""Of so many pairs that are surely the same the attributes that are known are taken."""


def share(
    engine: Engine,
    vectors: Vectors,
    specs: Sequence[Spec],
    p: Parameters,
    weight: Floats,
    chance: Floats,
    seed: int,
) -> float:
    """Pairs that are the same and not seen, for each that is: both kinds together.

    `weight` and `chance` are those of the candidates `vectors`, which stand in
    the table `candidates` with the number of ways that found them.
    """
    sure = np.flatnonzero((weight > 0) & (chance >= 0.5))
    if not len(sure):
        return 0.0
    total = float(chance.sum())
    lost = by_ways(*_caught(engine, vectors.some(sure))) / len(sure)
    return lost + by_agreement(vectors, specs, p, weight, chance, sure, seed) / total


def by_ways(once: int, twice: int) -> float:
    """Chao's estimate of what was caught by no way, by what was by one and by two."""
    return once * (once - 1) / (2 * (twice + 1)) if once > 1 else 0.0


def _caught(engine: Engine, pairs: Vectors) -> tuple[int, int]:
    """How many of the pairs one way found, and how many two."""
    import pyarrow as pa

    told = pa.table({"l": pairs.left, "r": pairs.right})
    engine.show("told", told, "CREATE OR REPLACE TEMP TABLE sure_pairs AS SELECT l, r FROM told")
    ((once, twice),) = engine.ask(
        "SELECT count(*) FILTER (ways = 1), count(*) FILTER (ways = 2)"
        " FROM candidates JOIN sure_pairs USING (l, r)"
    )
    engine.drop("sure_pairs")
    return int(once), int(twice)


def by_agreement(
    vectors: Vectors,
    specs: Sequence[Spec],
    p: Parameters,
    weight: Floats,
    chance: Floats,
    sure: npt.NDArray[np.int64],
    seed: int,
) -> float:
    """Pairs expected below even odds, less those that the candidates there add up to.

    What is known of a pair is as in one of `sure`; how far it agrees is drawn
    from `m`, and how common what it agrees on is, from the sure ones of that degree.
    Those that are missing were not learnt from, so they are added to what is drawn from.
    """
    models = vectors.some(sure[:: -(-len(sure) // MODELS)])
    total, said = float(chance.sum()), float(chance[weight < 0].sum())
    m, missing = p.m, 0.0
    for _ in range(ROUNDS):
        drawn = _drawn(models, m, np.random.Generator(np.random.PCG64(seed)))
        low = odds(drawn, specs, p) < 0
        found = max(0.0, float(low.mean()) * (total + missing) - said)
        if not low.any() or found <= missing:
            break
        missing = found
        m = [_with(p.m[k], drawn.levels[low, k], missing / total) for k in range(len(specs))]
    return missing


def _with(shares: Floats, levels: npt.NDArray[np.int8], more: float) -> Floats:
    """The shares with so many more of a pair that fall as the levels do."""
    known = levels[levels >= 0]
    if not len(known):
        return shares
    made: Floats = shares + more * np.bincount(known, minlength=len(shares)) / len(known)
    return made


def _drawn(models: Vectors, m: Sequence[Floats], draw: np.random.Generator) -> Vectors:
    made = models.some(draw.integers(0, len(models), DRAWS))
    for k, each in enumerate(m):
        known = made.levels[:, k] >= 0
        level = draw.choice(len(each), int(known.sum()), p=each / each.sum())
        terms = np.zeros(len(level), np.float32)
        for j in np.unique(level):
            like = np.flatnonzero(models.levels[:, k] == j)
            here = level == j
            if len(like):
                terms[here] = models.terms[draw.choice(like, int(here.sum())), k]
        made.levels[known, k] = level
        made.terms[known, k] = terms
    return made
