from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.quality.collectors.matching import clusters, deciding
from crmaudit.quality.collectors.matching.definite import (
    OTHER_PERSON,
    RULES,
    SAID_SAME,
    SAME_NUMBER,
)
from crmaudit.quality.collectors.matching.estimating import probability

WEIGHTS = st.lists(st.floats(-40, 40), min_size=1, max_size=60)


def rules(size: int, **at: str) -> np.ndarray:
    made = np.zeros(size, np.int8)
    for place, rule in at.items():
        made[int(place[1:])] = RULES.index(rule)
    return made


def drawn(seed: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Weights of 4,000 pairs, and which are the same if the odds are `shift` bits higher."""
    r = np.random.default_rng(seed)
    weight = np.concatenate([r.normal(9, 5, 600), r.normal(-9, 4, 3400)])
    return weight, (r.random(4000) < probability(weight + shift)).astype(float)


def test_the_line_is_half_of_the_best_expected_f1() -> None:
    weight, _ = drawn(1)
    made = deciding.decide(weight, rules(len(weight)))
    chance = np.sort(probability(weight))[::-1]
    every = [2 * chance[:k].sum() / (k + chance.sum()) for k in range(1, len(chance) + 1)]
    assert probability(np.array([made.threshold]))[0] == pytest.approx(max(every) / 2, abs=1e-3)
    taken = int(made.same.sum())
    assert every[taken - 1] == pytest.approx(max(every), abs=1e-4)
    assert "expected F1" in made.by


@pytest.mark.parametrize("seed", range(5))
def test_what_is_expected_holds_what_is_true(seed: int) -> None:
    weight, true = drawn(seed)
    made = deciding.decide(weight, rules(len(weight)))
    assert made.precision is not None
    assert made.recall is not None
    precision = true[made.same].mean()
    recall = true[made.same].sum() / true.sum()
    assert made.precision.low <= precision <= made.precision.high
    assert made.recall.low <= recall <= made.recall.high


@pytest.mark.parametrize("shift", [-2.0, 2.0])
def test_the_interval_holds_the_truth_of_a_model_that_is_off(shift: float) -> None:
    weight, true = drawn(3, shift)
    parts = [probability(weight + s) for s in (0.0, -deciding.DOUBT, deciding.DOUBT)]
    estimate = deciding.estimate(parts)
    assert estimate.low <= true.sum() <= estimate.high


def test_rules_go_before_weights() -> None:
    weight = np.array([20.0, -20.0, -20.0, 20.0])
    made = deciding.decide(weight, rules(4, p0=OTHER_PERSON, p1=SAME_NUMBER, p2=SAID_SAME))
    assert made.same.tolist() == [False, True, True, True]
    assert made.probability[0] < 0.01 < 0.99 < made.probability[1]
    assert not made.in_doubt.any()


def test_answers_move_all_weights_as_far_as_they_speak() -> None:
    weight, true = drawn(4, shift=-3.0)
    near = np.flatnonzero(np.abs(weight) < 6)
    forced = np.full(len(weight), np.nan)
    forced[near] = true[near]
    shift, doubt = deciding.corrected(weight, forced)
    assert -4 < shift < -2
    assert doubt < deciding.DOUBT
    none = np.full(len(weight), np.nan)
    assert deciding.corrected(weight, none) == pytest.approx((0.0, deciding.DOUBT))


def test_precision_is_measured_where_there_are_answers() -> None:
    weight, true = drawn(5, shift=-3.0)
    forced = np.full(len(weight), np.nan)
    asked = np.flatnonzero(np.abs(weight) < 8)[::2]
    forced[asked] = true[asked]
    r = rules(len(weight))
    r[forced == 1] = RULES.index(SAID_SAME)
    r[forced == 0] = RULES.index("reviewed: different")
    shift, doubt = deciding.corrected(weight, forced)
    made = deciding.decide(weight + shift, r, forced, doubt)
    assert made.precision is not None
    assert "answers" in made.by
    rest = made.same & np.isnan(forced)
    assert made.precision.low <= true[rest].mean() <= made.precision.high


@given(WEIGHTS)
def test_estimates_and_histograms_are_sound(values: list[float]) -> None:
    weight = np.array(values)
    made = deciding.decide(weight, rules(len(weight)))
    assert not (made.same & made.in_doubt).any()
    bins = deciding.histogram(weight, made.probability, hopeless=7)
    assert sum(b.pairs for b in bins) == len(values) + 7
    assert sum(b.expected for b in bins) == pytest.approx(made.probability.sum(), abs=0.01)
    assert all(b.low < b.high for b in bins)


def test_nothing_to_decide() -> None:
    made = deciding.decide(np.empty(0), rules(0))
    assert (made.precision, made.recall) == (None, None)
    assert deciding.histogram(np.empty(0), np.empty(0), 0) == ()


def things(
    pairs: dict[tuple[int, int], float],
    never: set[tuple[int, int]] = frozenset(),  # type: ignore[assignment]
) -> set[frozenset[int]]:
    order = sorted(pairs)
    left, right = (np.array([p[i] for p in order], np.int64) for i in (0, 1))
    weight = np.array([pairs[p] for p in order])
    same = np.array([i for i, p in enumerate(order) if pairs[p] >= 0 and p not in never], int)
    bars = np.array([i for i, p in enumerate(order) if p in never], int)
    numbers, heads = clusters.things(left, right, weight, same, bars)
    return {frozenset(numbers[heads == h].tolist()) for h in np.unique(heads)}


def test_pairs_that_hang_together_are_one_thing() -> None:
    assert things({(1, 2): 9, (2, 3): 9, (1, 3): 9, (5, 6): 4}) == {
        frozenset({1, 2, 3}),
        frozenset({5, 6}),
    }
    assert things({(1, 2): -1}) == set()


def test_a_doubtful_bridge_joins_no_two_sure_groups() -> None:
    found = things({(1, 2): 12, (3, 4): 12, (2, 3): 1})
    assert found == {frozenset({1, 2}), frozenset({3, 4})}


def test_of_two_that_must_not_fall_together_one_is_in() -> None:
    found = things({(1, 2): 12, (2, 3): 6, (1, 3): 8}, {(1, 3)})
    assert found == {frozenset({1, 2})}


def test_a_hub_is_no_thing() -> None:
    """Ten strangers and the one record that has all their numbers."""
    assert max(map(len, things({(0, i): 1.0 for i in range(1, 11)}))) <= 2


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda p: p[0] < p[1]),
        st.floats(-12, 12),
        max_size=40,
    )
)
def test_groups_are_disjoint_and_keep_to_what_is_forbidden(
    pairs: dict[tuple[int, int], float],
) -> None:
    never = {p for i, p in enumerate(sorted(pairs)) if i % 5 == 0}
    found = things(pairs, never)
    every = [n for group in found for n in group]
    assert len(every) == len(set(every))
    assert not any({a, b} <= group for a, b in never for group in found)
