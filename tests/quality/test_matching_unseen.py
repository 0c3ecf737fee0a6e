"""What nobody gets to see is told from what is seen."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from crmaudit.quality.collectors.matching import deciding, estimating, unseen
from tests.quality.matched_people import GIVEN, engine, matched, population, truth


@pytest.mark.parametrize("seed", range(4))
def test_what_no_way_caught_is_told_by_what_few_caught(seed: int) -> None:
    """2,000 animals and ten traps, into which some go more easily than others."""
    r = np.random.default_rng(seed)
    caught = r.binomial(10, r.choice([0.15, 0.4], 2_000))
    missed = int((caught == 0).sum())

    said = unseen.by_ways(int((caught == 1).sum()), int((caught == 2).sum()))

    assert 0.5 * missed < said < 1.3 * missed


def test_nothing_is_missing_where_every_pair_is_caught_often() -> None:
    assert unseen.by_ways(0, 7) == unseen.by_ways(1, 0) == 0.0


@pytest.fixture(scope="module")
def town() -> Any:
    records, whom = population(600)
    with engine() as into:
        yield matched(into, records), truth(whom)


def test_pairs_taken_away_below_even_odds_are_missed(town: Any) -> None:
    found, _ = town
    m = found.model
    v, p = m.kept, m.parameters
    weight = estimating.odds(v, m.specs, p)
    chance = estimating.probability(weight)
    sure = np.flatnonzero(weight > 0)

    whole = unseen.by_agreement(v, m.specs, p, weight, chance, sure, 1)
    high = weight >= 0
    cut = unseen.by_agreement(
        v.some(high), m.specs, p, weight[high], chance[high], np.arange(int(high.sum())), 1
    )

    assert 0 <= whole < 0.1 * len(sure)
    # What is gone was expected to be there, as far as it was said to be the same.
    assert cut >= whole
    assert cut <= whole + 2 * float(chance[~high].sum()) + 3
    assert cut == unseen.by_agreement(
        v.some(high), m.specs, p, weight[high], chance[high], np.arange(int(high.sum())), 1
    )


def test_what_is_not_seen_lifts_the_upper_end_only() -> None:
    parts = [np.array([x] * 50) for x in (0.9, 0.8, 0.95)]
    without, with_it = deciding.estimate(parts), deciding.estimate(parts, unseen=5.0)

    assert (without.value, without.low) == (with_it.value, with_it.low)
    assert with_it.high > without.high + 5
    assert deciding.estimate(parts, most=48, unseen=5.0).high == 48


def test_the_bounds_have_a_chance_of_their_own() -> None:
    """Of pairs that the model is sure of, and that a bound doubts, chance decides in that bound."""
    parts = [np.full(100, x) for x in (0.999, 0.5, 0.9999)]

    blind = deciding.BLIND * 99.9
    assert deciding.estimate(parts).low == pytest.approx(50 - blind - 1.96 * 5, abs=0.01)


def _household(r: random.Random, juniors: float) -> list[dict[str, Any]]:
    """Parent and child at one address; some children have the parent's name."""
    family = "".join(r.choices("bdfgklmnprstvw", k=3)) + r.choice(("mann", "feld", "berg"))
    parent = r.choice(GIVEN)
    child = parent if r.random() < juniors else r.choice(GIVEN)
    home = {
        "family": family, "street": f"Lindenweg {r.randint(1, 400)}", "city": "Rothburg",
        "postcode": f"{r.randint(40000, 49999)}", "phones": [f"0{r.randint(10**8, 10**9)}"],
    }  # fmt: skip
    made = [
        {"given": name, "birth_date": f"{year}-0{r.randint(1, 9)}-{r.randint(10, 28)}"} | home
        for name, year in ((parent, r.randint(1940, 1960)), (child, r.randint(1970, 1995)))
    ]
    return made + made[:1] if r.random() < 0.4 else made


@pytest.mark.parametrize(("juniors", "least", "most"), [(0.0, 0.0, 0.01), (0.08, 0.02, 0.05)])
def test_how_many_juniors_there_are_is_learnt(juniors: float, least: float, most: float) -> None:
    r = random.Random(7)
    records = [row for _ in range(300) for row in _household(r, juniors)]
    with engine() as into:
        found = matched(into, records)
        place = [s.name for s in found.model.specs].index("given")
        assert least <= found.model.parameters.kin[place] <= most
