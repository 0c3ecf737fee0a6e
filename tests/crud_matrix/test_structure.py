"""Closure, affinity, coupling and the orders: against their definitions."""

from __future__ import annotations

from itertools import pairwise, product
from random import Random

import pytest
from crud_matrix.structure_cases import matrix_of, planted, tables
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix.structure import (
    HOWS,
    affinity,
    closed,
    coupling,
    ordered,
    scale19,
)
from crmaudit.crud_matrix.structure import bond_energy as bond
from crmaudit.crud_matrix.structure.sequence import in_sequence

Table = dict[str, dict[str, str]]


class TestClosure:
    @pytest.mark.parametrize(
        ("letters", "whole"),
        [("", ""), ("R", "R"), ("U", "RU"), ("C", "CRU"), ("D", "RUD"), ("DC", "CRUD")],
    )
    def test_of_letters(self, letters: str, whole: str) -> None:
        assert closed(letters) == whole

    @given(st.sets(st.sampled_from("CRUD")), st.sets(st.sampled_from("CRUD")))
    def test_is_a_closure(self, some: set[str], others: set[str]) -> None:
        one, both = closed("".join(some)), closed("".join(some | others))
        assert closed(one) == one
        assert some <= set(one) <= set(both)


class TestAffinity:
    @given(tables())
    def test_is_what_it_is_defined_as(self, table: Table) -> None:
        crud = matrix_of(table)
        for of, names in (("entity", crud.entities), ("system", crud.systems)):
            found = affinity(crud, of)  # type: ignore[arg-type]
            sets = {
                x: {y for s, row in table.items() for e, letters in row.items() if letters
                    for x_, y in ([(e, s)] if of == "entity" else [(s, e)]) if x_ == x}
                for x in names
            }  # fmt: skip
            expected = {
                (a, b): (len(c) / len(sets[a]), len(c) / len(sets[b]), len(c) / len(union))
                for a, b in product(sorted(names), repeat=2)
                if a < b and (c := sets[a] & sets[b]) and (union := sets[a] | sets[b])
            }
            assert dict(found) == expected
            assert len(found) == len(expected)
            for (a, b), (ab, ba, jaccard) in expected.items():
                assert found[b, a] == (ba, ab, jaccard)
            best = [x[4] for x in found.strongest(3)]
            assert best == sorted((j for *_, j in expected.values()), reverse=True)[:3]

    def test_nothing_in_common_is_no_pair(self) -> None:
        found = affinity(matrix_of({"a": {"x": "C"}, "b": {"y": "C"}}))
        assert ("x", "y") not in found
        assert ("x", "x") not in found

    @pytest.mark.parametrize(
        ("share", "step"), [(0.01, 1), (1 / 9, 1), (0.12, 2), (0.5, 5), (2 / 3, 6), (1, 9)]
    )
    def test_the_scale(self, share: float, step: int) -> None:
        assert scale19(share) == step


class TestCoupling:
    def test_as_worked_out_by_hand(self) -> None:
        crud = matrix_of(
            {
                "crm": {"customer": "CRU", "invoice": "R", "lead": "C"},
                "billing": {"customer": "R", "invoice": "CU"},
                "news": {"opt-out": "C"},
            }
        )
        # One entity each way; three entities held by one, two by the other.
        (found,) = coupling(crud)
        assert (found.a, found.b) == ("billing", "crm")
        assert (found.given, found.taken) == (1, 1)
        assert found.value == 2 / (2 * 2 * 3)

    @given(tables())
    def test_the_most_coupled_come_first(self, table: Table) -> None:
        found = coupling(matrix_of(table))
        assert [x.value for x in found] == sorted((x.value for x in found), reverse=True)
        assert coupling(matrix_of(table), 2) == found[:2]


def energy_of(table: Table, entities: tuple[str, ...], systems: tuple[str, ...]) -> int:
    """McCormick's double sum over all cells and their four neighbours."""
    a = [[bool(table[s].get(e)) for s in systems] for e in entities]
    total = 0
    for i, j in product(range(len(entities)), range(len(systems))):
        near = ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1))
        inside = ((r, c) for r, c in near if 0 <= r < len(entities) and 0 <= c < len(systems))
        total += a[i][j] * sum(a[r][c] for r, c in inside)
    return total // 2


class TestOrders:
    @given(tables())
    def test_nothing_is_lost_and_the_energy_is_right(self, table: Table) -> None:
        crud = matrix_of(table)
        for how in HOWS:
            order = ordered(crud, how)
            assert sorted(order.systems) == sorted(crud.systems)
            assert sorted(order.entities) == sorted(crud.entities)
            assert order.energy == energy_of(table, order.entities, order.systems)
            assert order.was == energy_of(table, crud.entities, crud.systems)
        assert ordered(crud, "declared").systems == crud.systems
        assert ordered(crud, "name").systems == tuple(sorted(crud.systems))

    @given(tables())
    def test_bond_energy_is_never_below_the_declared(self, table: Table) -> None:
        order = ordered(matrix_of(table), "bea")
        assert order.energy >= order.was

    @given(tables(), st.randoms(use_true_random=False))
    def test_the_order_of_files_changes_nothing(self, table: Table, dice: Random) -> None:
        names = dice.sample(sorted(table), len(table))
        entities = sorted({e for row in table.values() for e in row})
        one = matrix_of(table, entities)
        other = matrix_of({n: table[n] for n in names}, dice.sample(entities, len(entities)))
        for how in ("name", "bsp"):
            a, b = ordered(one, how), ordered(other, how)  # type: ignore[arg-type]
            assert (a.entities, a.systems) == (b.entities, b.systems)

    def test_names_decide_only_ties(self) -> None:
        """A landscape called otherwise comes to the same energy, where few ties are left."""
        table = planted()
        other = {s.translate({98: 122}): row for s, row in table.items()}
        assert ordered(matrix_of(table), "bea").energy == ordered(matrix_of(other), "bea").energy

    def test_blocks_come_together(self) -> None:
        order = ordered(matrix_of(planted()), "bea")
        assert order.method == "best insertion"
        for names in (order.systems, order.entities):
            borders = sum(a[:2] != b[:2] for a, b in pairwise(names))
            assert borders == 4, "each of five blocks stands in one piece"


class TestInsertion:
    @given(st.lists(st.sets(st.integers(0, 5)), max_size=8))
    def test_both_ways_keep_every_line_once(self, lines: list[set[int]]) -> None:
        assert sorted(bond.insertion(lines, 6)) == list(range(len(lines)))
        filled = [x for x in lines if x]
        if len(filled) > 2:
            for way in (bond._best, bond._in_turn):
                assert sorted(way(filled, 6)) == list(range(len(filled)))

    @given(st.lists(st.sets(st.integers(0, 5), min_size=1), min_size=3, max_size=9))
    def test_the_best_line_at_its_best_place(self, lines: list[set[int]]) -> None:
        """The same as trying every remaining line at every place."""
        order, rest = [0], list(range(1, len(lines)))
        while rest:
            tries = [
                (-bond.energy(lines, new), k, at, new)
                for k in rest
                for at in range(len(order) + 1)
                for new in [[*order[:at], k, *order[at:]]]
            ]
            _, k, _, order = min(tries)
            rest.remove(k)
        assert bond._best(lines, 6) == order

    @given(st.lists(st.sets(st.integers(0, 5), min_size=1), min_size=3, max_size=9))
    def test_each_in_turn_at_its_best_place(self, lines: list[set[int]]) -> None:
        order = [0]
        for k in range(1, len(lines)):
            tries = (
                (-bond.energy(lines, [*order[:at], k, *order[at:]]), at)
                for at in range(len(order) + 1)
            )
            _, at = min(tries)
            order.insert(at, k)
        assert bond._in_turn(lines, 6) == order

    def test_large_ones_go_by_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("crmaudit.crud_matrix.structure.order.BEST_UP_TO", 10)
        monkeypatch.setattr(bond, "BEST_UP_TO", 10)
        order = ordered(matrix_of(planted()), "bea")
        assert order.method == "best insertion, of entities and systems by name"
        assert order.energy > 1.5 * order.was


class TestSequence:
    @given(st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 6)), st.integers(1, 5)))
    def test_without_circles_everything_goes_forward(
        self, flows: dict[tuple[int, int], int]
    ) -> None:
        onward = {(a, b): w for (a, b), w in flows.items() if a < b}
        place = {x: i for i, x in enumerate(in_sequence(range(7), onward))}
        assert sorted(place) == list(range(7))
        assert all(place[a] < place[b] for a, b in onward)

    @given(st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 6)), st.integers(1, 5)))
    def test_with_circles_at_least_half_goes_forward(
        self, flows: dict[tuple[int, int], int]
    ) -> None:
        place = {x: i for i, x in enumerate(in_sequence(range(7), flows))}
        weights = {p: w for p, w in flows.items() if p[0] != p[1]}
        forward = sum(w for (a, b), w in weights.items() if place[a] < place[b])
        assert 2 * forward >= sum(weights.values())
