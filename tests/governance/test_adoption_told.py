"""No number of people of a small group is told, nor can it be worked out."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.governance.adoption import GroupUse, Share
from crmaudit.governance.adoption_told import NOT_TOLD, kept_back, small, told


def group(name: str, recorded: int, used: int, people: int) -> GroupUse:
    return GroupUse(name, Share(used, people), Share(recorded, people), 10 * recorded)


def test_those_who_did_not_are_a_group_as_well() -> None:
    (a, b, c) = told([group("a", 0, 7, 15), group("b", 0, 11, 12), group("c", 8, 20, 30)])
    assert b.used is None
    assert b.used_words == "all but fewer than five of 12"
    # One alone could be subtracted from the sum, so another one is kept back.
    assert a.used is None
    assert a.used_words == NOT_TOLD
    assert c.used == Share(20, 30)
    assert (b.recorded, b.rows) == (Share(0, 12), 0)


def test_who_came_and_recorded_nothing_is_a_group_as_well() -> None:
    (a, b) = told([group("a", 14, 16, 27), group("b", 5, 10, 20)])
    assert a.used == Share(16, 27)
    assert a.recorded is None
    assert b.recorded is None


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 3, "fewer than five"),
        (3, 9, "fewer than five of 9"),
        (8, 9, "all but fewer than five of 9"),
        (9, 9, "9 of 9"),
        (0, 9, "0 of 9"),
    ],
)
def test_words(part: int, whole: int, words: str) -> None:
    others = [group("x", 0, 7, 14), group("y", 0, 3, 9), group("z", 0, 2, 8)]
    assert told([group("a", 0, part, whole), *others])[0].used_words == words


def test_of_two_groups_in_which_nobody_came_the_sum_tells_it_all() -> None:
    shares = [Share(0, 3), Share(0, 4), Share(12, 20)]
    assert kept_back(shares) == {0, 1, 2}
    assert kept_back([Share(7, 20), Share(8, 30)]) == frozenset()


SHARES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=4)


@given(SHARES)
def test_every_small_number_has_two_possible_values(pairs: list[tuple[int, int]]) -> None:
    """All tables that a reader cannot rule out are tried."""
    shares = [Share(part, part + rest) for part, rest in pairs if part + rest]
    hidden = kept_back(shares)
    assert {n for n, x in enumerate(shares) if small(x)} <= hidden
    if not hidden or len(hidden) == len(shares):
        return
    order = sorted(hidden)
    possible = [
        values
        for values in product(*(range(shares[n].whole + 1) for n in order))
        if sum(values) == sum(shares[n].part for n in order)
        and all(
            small(Share(v, shares[n].whole)) or not small(shares[n]) or shares[n].whole < 5
            for v, n in zip(values, order, strict=True)
        )
    ]
    for place, n in enumerate(order):
        if small(shares[n]):
            assert len({values[place] for values in possible}) > 1
