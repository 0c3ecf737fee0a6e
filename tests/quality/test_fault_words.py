"""What faulty values look like, without a database."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmaudit.quality.faults.dependencies import contradictions, explained, strength
from crmaudit.quality.faults.outliers import fences
from crmaudit.quality.faults.pairs import Role, orders, swaps
from crmaudit.quality.faults.suspicions import is_custom
from crmaudit.quality.faults.synonyms import meaning
from crmaudit.quality.faults.variants import folded, variants


def found(counts: dict[str, int], **asked: bool) -> dict[str, tuple[str, str]]:
    options = {"typing_errors": True} | asked
    return {v.value: (v.of, v.kind) for v in variants(counts, **options)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "wrong"),
    [
        ({"Active": 90, "active": 9, "ACTIVE": 3}, {"active", "ACTIVE"}),
        ({"Actif": 90, "Açtif": 2}, {"Açtif"}),
        ({"acute care hospitals": 90, "acuxe care hospixals": 1}, {"acuxe care hospixals"}),
        ({"Lieferung": 50, "Leiferung": 2}, {"Leiferung"}),
        ({"82 pieces": 30, "7 pieces": 9, "12 peices": 1}, {"12 peices"}),
        # Other words, however alike.
        ({"Active": 90, "Inactive": 3}, set()),
        ({"phase 1": 90, "phase 2": 1}, set()),
        ({"type A": 90, "type B": 1}, set()),
        ({"east": 90, "west": 1}, set()),
        ({"Monday": 90, "Sunday": 1}, set()),
        ({"scip-inf-1": 90, "scip-inf-7": 1, "scip-ing-1": 1}, set()),
        ({"al_pn_x": 90, "ak_pn_x": 1}, set()),
        # Both are frequent, so neither is a slip.
        ({"Aachen": 50, "Aachem": 40}, set()),
        ({"a": 50, "A": 40}, set()),
    ],
)
def test_spellings_of_one_value(counts: dict[str, int], wrong: set[str]) -> None:
    assert set(found(counts)) == wrong


def test_both_spellings_of_a_name_may_be_right() -> None:
    assert found({"José": 90, "Jose": 5, "JOSÉ": 2}, typing_errors=False).keys() == {"JOSÉ"}


def test_in_an_open_list_only_one_letter_may_differ() -> None:
    towns = {"Northampton": 400, "Northamptom": 2, "Northanptom": 1, "Weser": 300, "Wesel": 2}
    assert set(found(towns, open_list=True)) == {"Northamptom"}


def test_many_values_are_compared_by_letters_left_out() -> None:
    counts = {f"town {chr(97 + i % 26) * 3}{chr(97 + i // 26) * 4}": 100 for i in range(600)}
    counts["town aabaaaa"] = 1
    assert "town aabaaaa" in found(counts | {"town aaaaaaa": 100})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("U.S.A.", "usa"),
        ("Members", "member"),
        ("Kunde", "Client"),
        ("Tel.", "phone"),
        ("e-mail", "E Mail"),
        ("companies", "company"),
    ],
)
def test_words_of_one_meaning(one: str, other: str) -> None:
    assert meaning(folded(one)) == meaning(folded(other))


def test_codes_mean_countries_only_in_a_country() -> None:
    assert meaning("de", countries=True) == meaning("deutschland", countries=True)
    assert meaning("no") != meaning("norway")
    assert meaning("news") != meaning("new")


@given(st.dictionaries(st.text(max_size=12), st.integers(1, 500), max_size=30))
def test_the_most_frequent_is_no_variant_and_each_comes_once(counts: dict[str, int]) -> None:
    told = [v.value for v in variants(counts, typing_errors=True, meaning=meaning)]
    assert len(told) == len(set(told))
    assert set(told) <= set(counts)
    if counts:
        most = max(counts.values())
        assert [v for v, n in counts.items() if n == most and v not in told]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(-1, 6), st.integers(-1, 4)), max_size=80))
def test_strength_as_counted_slowly(rows: list[tuple[int, int]]) -> None:
    a, b = (np.array([r[i] for r in rows], np.int64) for i in (0, 1))
    groups: dict[int, Counter[int]] = defaultdict(Counter)
    for left, right in rows:
        if left >= 0 and right >= 0:
            groups[left][right] += 1
    shared = [g for g in groups.values() if g.total() >= 2]
    measured = strength(a, b)
    assert measured.rows == sum(g.total() for g in shared)
    assert measured.kept == sum(max(g.values()) for g in shared)
    wrong = contradictions(a, b)
    for i in wrong:
        group = groups[rows[i][0]]
        assert group.total() >= 3
        assert group[rows[i][1]] < max(group.values())
    clear = sum(
        g.total() - max(g.values())
        for g in groups.values()
        if g.total() >= 3 and max(g.values()) >= 0.6 * g.total()
    )
    assert len(wrong) == clear


def test_exceptions_with_an_order_of_their_own_are_no_errors() -> None:
    state = np.array([0] * 90 + [1] * 10)
    typed = np.array([i % 10 for i in range(100)])
    wrong = np.array([3, *range(90, 100)])
    assert list(np.flatnonzero(~explained(wrong, [state, typed]))) == [0]


def test_outliers_lie_far_beyond_the_usual() -> None:
    money = fences(10, 20, 40, 90, 400)
    assert money is not None
    assert money.low == 0
    assert 400 < money.high < 1_000_000
    even = fences(-10, -5, 0, 5, 10)
    assert even is not None
    assert (even.low, even.high) == (-even.high, even.high)
    assert fences(1, 5, 5, 5, 9) is None
    assert fences(1, 2, 3, 4, float("inf")) is None


@pytest.mark.parametrize(
    ("column", "table", "custom"),
    [
        ("budget_c", "accounts", True),
        ("cf_912", "vtiger_leadscf", True),
        ("Score__c", "Contact", True),
        ("shirt", "contacts_cstm", True),
        ("id_c", "contacts_cstm", False),
        ("desc", "contacts", False),
        ("email", "contacts", False),
    ],
)
def test_custom_columns(column: str, table: str, custom: bool) -> None:
    assert is_custom(column, table) is custom


def test_which_dates_come_first() -> None:
    names = ["created_at", "modified_at", "valid_from", "valid_to", "Eintritt", "Austritt"]
    roles = [Role(i, n, None, "datetime") for i, n in enumerate(names)]
    roles += [Role(6, "dob", "birth date", "date"), Role(7, "deceased_on", "date", "date")]
    pairs = {(o.first, o.second) for o in orders(roles)}
    assert pairs == {(0, 1), (2, 3), (4, 5), (6, 0), (6, 7)}


def test_columns_that_are_swapped_are_one_of_a_kind() -> None:
    given_name = Role(0, "a", "given name", "text")
    family_name = Role(1, "b", "family name", "text")
    assert [(s.one, s.other) for s in swaps([given_name, family_name])] == [(0, 1)]
    assert not list(swaps([given_name, family_name, Role(2, "c", "family name", "text")]))
