"""Pairs worth comparing: all that are alike in something, no more than the budget allows."""

from __future__ import annotations

import random
from typing import Any

import pytest
from staged_records import staged

from crmaudit.evidence.match import Block
from crmaudit.quality.collectors.matching.candidates import LARGEST, allowance, candidates
from crmaudit.quality.collectors.matching.standard import standardise
from crmaudit.quality.collectors.matching.ways import ORDERS, WAYS

Pairs = set[tuple[int, int]]


def paired(
    rows: list[dict[str, Any]], kind: str = "person", threads: int = 1, **options: Any
) -> tuple[Pairs, tuple[Block, ...]]:
    with staged(rows, threads) as engine:
        standardise(engine, kind)
        blocks = candidates(engine, kind, **options)
        found = engine.ask("SELECT l, r FROM candidates")
        assert {t for (t,) in engine.ask("SHOW TABLES")} == {
            "records", "standard", "shared", "candidates",
        }  # fmt: skip
    assert len(found) == len(set(found)) == sum(b.new for b in blocks)
    assert all(left < right for left, right in found)
    assert all(0 <= b.new <= b.pairs for b in blocks)
    return set(found), blocks


def crowd(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Different fictional people."""
    draw = random.Random(seed)
    syllables = ["ka", "lo", "mi", "ne", "ru", "so", "ti", "va", "ber", "dan", "gol", "hin", "pel"]

    def word() -> str:
        return "".join(draw.choices(syllables, k=3))

    return [
        {
            "given": word(),
            "family": word(),
            "street": f"{word()} street",
            "house_number": str(draw.randint(1, 150)),
            "city": word(),
            "postcode": f"{draw.randint(10_000, 99_999)}",
            "birth_date": f"{draw.randint(1930, 2005)}-{draw.randint(1, 12):02}-"
            f"{draw.randint(1, 28):02}",
            "emails": [f"{word()}{at}@example.org"],
            "phones": [f"01632 {draw.randint(100_000, 999_999)}{at:03}"],
        }
        for at in range(count)
    ]


def changes() -> dict[str, dict[str, Any]]:
    """What happens to one person's second record."""
    moved = {"street": "Hafenweg", "house_number": "3", "city": "Neustadt", "postcode": "54321"}
    other = {"emails": ["new@example.net"], "phones": ["0999 7654321"], **moved}
    return {
        "only the e-mail is the same": {
            **other, "given": "X", "family": "Yz", "birth_date": None,
            "emails": ["keep@example.org"],
        },
        "only the phone is the same": {
            **other, "given": "X", "family": "Yz", "birth_date": None,
            "phones": ["+44 1632 960111"],
        },
        "moved house": other,
        "married": {"family": "Completely-Other", "emails": [], "phones": []},
        "names changed over": {**other, "given": "Richardson", "family": "Margaret"},
        "a nickname, moved": {**other, "given": "Peggy"},
        "typing errors in every field": {
            "given": "Margraet", "family": "Richradson", "postcode": "12354", "emails": [],
            "phones": [], "birth_date": None, "street": "Lindenn street", "city": "Altsadt",
        },
        "day and month changed over": {**other, "family": "Richardsen", "birth_date": "1970-04-03"},
        "an initial": {**other, "given": "M."},
    }  # fmt: skip


@pytest.mark.parametrize("strangers", [3, 900])
def test_whatever_happened_to_the_second_record_the_two_are_compared(strangers: int) -> None:
    first = {
        "given": "Margaret", "family": "Richardson", "birth_date": "1970-03-04",
        "street": "Linden street", "house_number": "12", "city": "Altstadt", "postcode": "12345",
        "emails": ["keep@example.org"], "phones": ["01632 960111"],
    }  # fmt: skip
    rows = [*crowd(strangers), first, *({**first, **c} for c in changes().values())]
    found, _ = paired(rows)
    missed = [
        name for at, name in enumerate(changes(), strangers + 1) if (strangers, at) not in found
    ]
    assert missed == []
    assert len(found) <= allowance(len(rows))


def test_few_records_are_all_compared() -> None:
    found, blocks = paired([{"city": "Ashgrove"}] * 10)
    assert len(found) == 45
    assert [(b.rule, b.pairs, b.new) for b in blocks] == [("every pair", 45, 45)]


@pytest.mark.parametrize("kind", list(WAYS))
def test_nothing_to_compare_gives_no_pairs(kind: str) -> None:
    assert paired([], kind) == (set(), ())
    found, blocks = paired([{}] * 700, kind)
    assert (found, blocks) == (set(), ())


@pytest.mark.parametrize("kind", list(WAYS))
def test_records_that_are_all_the_same_are_one_chain(kind: str) -> None:
    row = {
        "given": "Ann", "family": "Lee", "organisation": "Example Trust", "household": "Lee",
        "emails": ["ann@example.org"], "street": "High St 1", "postcode": "12345", "city": "Town",
    }  # fmt: skip
    count = 1_000
    found, blocks = paired([row] * count, kind)
    assert any(b.refused == 1 and b.refused_records == count for b in blocks)
    # Whoever follows the pairs reaches every record.
    parent = list(range(count))

    def root(at: int) -> int:
        while parent[at] != at:
            at = parent[at]
        return at

    for left, right in sorted(found):
        parent[root(right)] = root(left)
    assert len({root(at) for at in range(count)}) == 1
    assert len(found) <= allowance(count)


def test_large_groups_are_divided_before_they_are_refused() -> None:
    draw = random.Random(2)
    rows = [
        {"given": given, "family": "Miller", "birth_date": f"{draw.randint(1930, 2000)}-01-{d:02}"}
        for given in ("Anna", "Bea", "Cid", "Dora", "Emil")
        for d in draw.choices(range(1, 29), k=200)
    ]
    _, blocks = paired(rows, budget=30_000)
    divided = next(b for b in blocks if b.rule == "same names in any order")
    # 200 of one name are too many; those of one name and birth date are not.
    assert divided.new > 0
    assert divided.refused_records < len(rows)


@pytest.mark.parametrize("budget", [0, 2_000, 20_000])
def test_the_budget_is_kept(budget: int) -> None:
    rows = crowd(700) + [{**r, "emails": []} for r in crowd(700)]
    found, blocks = paired(rows, budget=budget)
    # A record of a refused group keeps a neighbour, in each group that it is in.
    kept = 2 * sum(b.refused_records for b in blocks)
    assert len(found) <= budget + kept
    assert len(found) == sum(b.new for b in blocks)
    # What several ways have in common is spent again.
    assert sum(b.pairs for b in blocks) <= 4 * budget + kept


def test_a_larger_budget_compares_more() -> None:
    rows = crowd(900)
    small, _ = paired(rows, budget=9_000)
    large, _ = paired(rows, budget=100_000)
    assert len(small) < len(large)


def test_records_of_other_systems_only_or_of_the_same_only() -> None:
    people = crowd(700)
    rows = [{**r, "system": s} for s in ("billing", "crm") for r in people]
    rows[0] = {**rows[0], "emails": ["twice@example.org"]}
    rows[1] = {**rows[1], "emails": ["twice@example.org"]}

    def across(pair: tuple[int, int]) -> bool:
        return (pair[0] < 700) != (pair[1] < 700)

    other, _ = paired(rows, within=False)
    same, _ = paired(rows, across=False)
    both, _ = paired(rows)
    assert all(across(p) for p in other)
    assert not any(across(p) for p in same)
    assert all((at, at + 700) in other for at in range(700))
    assert (0, 1) in same
    assert {(0, 1), (0, 700)} <= both
    assert paired(rows, within=False, across=False)[0] == set()


def test_the_same_records_give_the_same_pairs_in_any_order_and_number_of_threads() -> None:
    rows = [{**r, "n": at} for at, r in enumerate(crowd(600) + crowd(600, seed=1))]
    found, blocks = paired(rows)
    mixed = random.Random(3).sample(rows, len(rows))
    assert (found, blocks) == paired(mixed, threads=4)


def test_organisations_are_found_by_their_words_and_places() -> None:
    strangers = [
        {"organisation": f"{r['family']} {r['given']} Ltd", "street": r["street"],
         "postcode": r["postcode"], "city": r["city"]}
        for r in crowd(800)
    ]  # fmt: skip
    first = {
        "organisation": "Nordhafen Beispiel Stiftung", "street": "Hafenweg 3", "city": "Neustadt",
        "postcode": "54321", "url": "https://www.nordhafen.example/start",
    }  # fmt: skip
    others = [
        {"organisation": "Stiftung Nordhafen Beispiel e.V.", "city": "Anderswo"},
        {"organisation": "NBS", "postcode": "54321"},
        {"organisation": "Nordhaven", "street": "Hafenweg 3", "postcode": "54321"},
        {"organisation": "Another Name", "url": "nordhafen.example"},
        {"organisation": "Another Name", "emails": ["office@nordhafen.example"]},
        {"organisation": "Nordhafenbeispielstiftung"},
    ]
    first["emails"] = ["info@nordhafen.example"]  # type: ignore[assignment]
    found, _ = paired([*strangers, first, *others], "organisation")
    assert [at for at in range(801, 807) if (800, at) not in found] == []


def test_colleagues_of_one_switchboard_are_not_all_compared() -> None:
    rows = [{**r, "phones": ["01632 960001"], "emails": []} for r in crowd(800)]
    found, blocks = paired(rows)
    assert "same phone" not in {b.rule for b in blocks}
    assert len(found) <= allowance(800)


def test_rules_are_named_once_and_orders_exist_for_every_kind() -> None:
    for kind, ways in WAYS.items():
        names = [w.rule for w in ways] + [rule for rule, _ in ORDERS[kind]]
        assert len(names) == len(set(names)), kind
    assert LARGEST > 1
    with staged([]) as engine, pytest.raises(ValueError, match="no way"):
        candidates(engine, "invoice")
