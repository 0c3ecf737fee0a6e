"""Ranks under other weights: recomputed the slow way, and bounded."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from crmaudit.strategy.extraction import Criterion, Extraction
from crmaudit.strategy.sensitivity import standings

NAMES = ("access", "quality", "documents", "skills")


def extraction(system: str, weights: list[float], known: list[float | None]) -> Extraction:
    parts = zip(NAMES, weights, known, strict=True)
    return Extraction(system, tuple(Criterion(n, w, d, "") for n, w, d in parts))


difficulty = st.one_of(st.none(), st.integers(1, 10).map(float))
weights = st.lists(st.integers(0, 20).map(float), min_size=4, max_size=4)
several = st.lists(st.lists(difficulty, min_size=4, max_size=4), min_size=1, max_size=6)


def slow_rank(found: list[Extraction], changed: tuple[float, ...]) -> dict[str, int]:
    scores = {e.system: e.weighted(changed) or 0.0 for e in found}
    return {s: 1 + sum(x > mine + 1e-9 for x in scores.values()) for s, mine in scores.items()}


@settings(max_examples=60, deadline=None)
@given(weights, several)
def test_all_combinations_are_tried(weight: list[float], known: list[list[float | None]]) -> None:
    found = [extraction(f"s{i}", weight, d) for i, d in enumerate(known)]
    found = [e for e in found if e.score is not None]
    ranks: dict[str, set[int]] = {e.system: set() for e in found}
    base = slow_rank(found, tuple(weight)) if found else {}
    for factors in product((0.75, 1.25), repeat=4):
        changed = tuple(w * f for w, f in zip(weight, factors, strict=True))
        for system, rank in slow_rank(found, changed).items():
            ranks[system].add(rank)
    made = standings(found)
    assert {s.system for s in made} == set(ranks)
    for s in made:
        assert s.rank == base[s.system]
        every = ranks[s.system] | {s.rank}
        assert s.together == (min(every), max(every))
        assert s.single[0] <= s.rank <= s.single[1]
        assert s.unknown[0] <= s.rank <= s.unknown[1] <= len(found)
        assert bool(s.movers) >= (not s.robust)


def test_what_is_fully_known_is_moved_by_nothing_unknown() -> None:
    found = [extraction(s, [10, 10, 10, 10], [d] * 4) for s, d in (("a", 9.0), ("b", 2.0))]
    assert [(s.rank, s.unknown, s.robust) for s in standings(found)] == [
        (1, (1, 1), True),
        (2, (2, 2), True),
    ]


def test_unknown_facts_can_turn_an_order_round() -> None:
    found = [
        extraction("known", [10, 10, 10, 10], [4, 4, 4, 4]),
        extraction("thin", [10, 10, 10, 10], [9, None, None, None]),
    ]
    assert [(s.system, s.rank, s.unknown) for s in standings(found)] == [
        ("thin", 1, (1, 2)),
        ("known", 2, (1, 2)),
    ]


def test_the_weight_that_moves_a_rank_is_named() -> None:
    found = [
        extraction("a", [20, 20, 0, 0], [6, 3, None, None]),
        extraction("b", [20, 20, 0, 0], [3, 5.5, None, None]),
    ]
    (first, _) = standings(found)
    assert (first.system, first.single, first.movers) == ("a", (1, 2), ("access", "quality"))


def test_nothing_scored_gives_nothing() -> None:
    assert standings([extraction("x", [1, 1, 1, 1], [None] * 4)]) == ()
