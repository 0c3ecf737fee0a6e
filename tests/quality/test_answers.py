"""What people's answers about pairs measure, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence.match import Bin, Matching, PairFound
from crmaudit.quality.matching.answers import contradictions, measured, wilson
from crmaudit.workspace.answers import Match


def rec(n: int) -> str:
    return f"rec-{n:016x}"


def match(left: int, right: int, answer: str) -> Match:
    return Match.model_validate({"left": rec(left), "right": rec(right), "answer": answer})


def found(left: int, right: int, weight: float) -> PairFound:
    p = 1 / (1 + 2.0**-weight)
    return PairFound(rec(left), rec(right), "crm", "crm", p, weight, "uncertain")


MATCHING = Matching(
    records=100,
    threshold=0.0,
    histogram=(
        Bin(-6, -4, 1_000, 30),
        Bin(-2, 0, 40, 16),
        Bin(0, 2, 60, 40),
        Bin(6, 8, 140, 139.5),
    ),
    review=tuple(found(n, n + 1, w) for n, w in ((10, 1.0), (20, 1.2), (30, -1.0), (40, 7.0))),
)


def test_wilsons_interval_is_the_published_one() -> None:
    # Brown, Cai and DasGupta (2001) give Wilson's interval for 8 of 10 as 0.490 to 0.943.
    e = wilson(8, 10)
    assert (round(e.low, 3), round(e.value, 3), round(e.high, 3)) == (0.490, 0.8, 0.943)


def test_precision_is_weighed_by_the_candidates_of_each_stratum() -> None:
    said = [match(10, 11, "same"), match(20, 21, "different"), match(40, 41, "same")]
    m = measured(MATCHING, said)
    assert m.answers == 3
    assert m.precision is not None
    assert m.precision.value == pytest.approx((60 * 0.5 + 140 * 1.0) / 200)
    assert m.precision.low < 0.85 < m.precision.high
    assert m.covered == 1.0
    assert m.missed is None


def test_a_stratum_without_an_answer_counts_as_unknown() -> None:
    few = measured(MATCHING, [match(10, 11, "same"), match(20, 21, "same")])
    assert few.precision is not None
    assert few.covered == pytest.approx(60 / 200)
    # Of 140 pairs nobody said anything: nearly all of the interval stays open.
    assert few.precision.low < 0.35


def test_same_pairs_below_the_line_are_counted_as_missed() -> None:
    m = measured(MATCHING, [match(30, 31, "same")])
    assert m.precision is None
    assert m.missed is not None
    assert m.missed.value == pytest.approx(40)
    assert 0 < m.missed.low < m.missed.high <= 40


def test_answers_are_found_whichever_way_round_and_the_last_one_counts() -> None:
    m = measured(MATCHING, [match(10, 11, "different"), match(11, 10, "same")])
    assert m.answers == 1
    assert [s.same for s in m.strata if s.answers] == [1]


def test_unsure_and_unknown_answers_are_told_and_not_used() -> None:
    m = measured(MATCHING, [match(10, 11, "unsure"), match(70, 71, "same")])
    assert (m.answers, m.unsure, m.unknown, m.precision) == (0, 1, 1, None)
    assert measured(replace(MATCHING, threshold=None), [match(10, 11, "same")]).precision is None


@given(
    st.lists(st.tuples(st.floats(-20, 20), st.booleans()), max_size=30),
    st.floats(-10, 10),
)
def test_every_interval_holds_its_value(
    pairs: Sequence[tuple[float, bool]], threshold: float
) -> None:
    matching = replace(
        MATCHING,
        threshold=threshold,
        review=tuple(found(2 * n, 2 * n + 1, w) for n, (w, _) in enumerate(pairs)),
    )
    said = [
        match(2 * n, 2 * n + 1, "same" if same else "different")
        for n, (_, same) in enumerate(pairs)
    ]
    m = measured(matching, said)
    assert m.answers == len(pairs)
    assert sum(s.answers for s in m.strata) == len(pairs)
    assert 0 <= m.covered <= 1
    if m.precision is not None:
        assert 0 <= m.precision.low <= m.precision.value <= m.precision.high <= 1 + 1e-9


def test_a_contradiction_names_all_answers_of_its_chain() -> None:
    said = [
        match(5, 6, "same"),
        match(1, 2, "same"),
        match(2, 3, "same"),
        match(3, 1, "different"),
        match(8, 9, "different"),
    ]
    (c,) = contradictions(said)
    assert c.different == 3
    assert sorted(c.same) == [1, 2]


def test_two_answers_about_one_pair_can_contradict_each_other() -> None:
    (c,) = contradictions([match(1, 2, "same"), match(2, 1, "different")])
    assert (c.different, c.same) == (1, (0,))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_a_partition_contradicts_nothing(pairs: Sequence[tuple[int, int]]) -> None:
    """Answers that follow from one division of the records are never told as contradictions."""
    said = [match(a, b, "same" if a % 2 == b % 2 else "different") for a, b in pairs if a != b]
    assert contradictions(said) == ()
