from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from crmaudit.quality.collectors.matching import definite, estimating, levels, model
from crmaudit.quality.collectors.matching.matching import RELATED
from tests.quality.matched_people import engine, matched, population, put, same, together, truth

_NAMES = (
    ("Anna", "Bergmann"),
    ("Paul", "Hofstein"),
    ("Julia", "Linbach"),
    ("Emil", "Roth"),
    ("Greta", "Eckfeld"),
    ("Oskar", "Thalweg"),
)
PLAIN = [
    {"given": given, "family": family, "postcode": f"{10000 + 7 * i}"}
    for i, (given, family) in enumerate(_NAMES)
]


@pytest.fixture(scope="module")
def town() -> Any:
    """600 people in families, one in eight entered again."""
    records, whom = population(600)
    with engine() as into:
        yield into, matched(into, records), truth(whom), records, whom


def test_finds_duplicates_among_families_without_a_label(town: Any) -> None:
    into, _, true, _, _ = town
    found = same(into)
    right = len(found & true)
    assert right / len(found) >= 0.95
    assert right / len(true) >= 0.9


def test_what_is_said_to_be_nearly_sure_is_true(town: Any) -> None:
    into, _, true, _, _ = town
    sure = {(a, b) for a, b in into.ask("SELECT l, r FROM scored WHERE probability >= 0.9")}
    assert len(sure) > 30
    assert len(sure & true) / len(sure) >= 0.9


def test_the_number_of_surplus_records_lies_in_its_interval(town: Any) -> None:
    _, found, _, records, whom = town
    estimate = found.estimated()
    assert estimate.low <= len(records) - len(set(whom)) <= estimate.high
    assert estimate.high - estimate.low < 0.3 * len(records)


def test_families_are_learnt_as_a_relation_of_their_own(town: Any) -> None:
    _, found, _, _, _ = town
    p = found.model.parameters
    assert p.related["household"] > p.same


def test_steps_and_prior_add_up_to_the_weight(town: Any) -> None:
    into, found, _, _, _ = town
    rows = into.ask("SELECT l, r, weight FROM scored ORDER BY weight DESC")
    chosen = rows[::25]
    for (left, right, weight), steps in zip(
        chosen, found.explain([(a, b) for a, b, _ in chosen]), strict=True
    ):
        total = found.model.parameters.prior() + sum(s.weight for s in steps)
        assert total == pytest.approx(weight, abs=0.002), (left, right)


def test_an_explanation_shows_no_value(town: Any) -> None:
    into, found, _, records, _ = town
    (pair,) = into.ask("SELECT l, r FROM scored ORDER BY weight DESC, l LIMIT 1")
    (steps,) = found.explain([pair])
    shown = {t for s in steps for t in (s.left, s.right) if t}
    assert shown
    for n in pair:
        for value in records[n].values():
            for text in value if isinstance(value, list) else [value]:
                assert text not in shown
    assert found.explain([(10**6, 10**6 + 1)]) == ((),)


def test_relatives_have_a_step_that_takes_back_what_they_share(town: Any) -> None:
    into, found, true, _, _ = town
    pairs = [
        (a, b)
        for a, b in into.ask("SELECT l, r FROM scored WHERE state = 'different' ORDER BY l, r")
        if (a, b) not in true
    ]
    taken_back = [s for steps in found.explain(pairs) for s in steps if s.attribute == RELATED]
    assert min(s.weight for s in taken_back) < -5


def test_splink_reads_the_trained_model_and_scores_the_same(town: Any) -> None:
    """The settings can be run elsewhere: only relations and rules come on top."""
    into, found, _, _, _ = town
    m = found.model
    splink = model.Vectoriser(into, m.specs)
    assert m.settings()["comparisons"][0]["output_column_name"] == m.specs[0].name
    into.ask("CREATE OR REPLACE TEMP TABLE again AS SELECT l, r FROM scored")
    made = splink.vectors("again", m.parameters)
    assert np.array_equal(made.left, m.kept.left)
    assert np.array_equal(made.levels, m.kept.levels)
    assert np.allclose(made.terms, m.kept.terms, atol=1e-3)


def test_the_same_records_give_the_same_bytes(town: Any) -> None:
    _, found, _, records, _ = town
    with engine() as into:
        again = matched(into, records)
        first, second = found.matching, again.matching
        assert (first.comparisons, first.histogram) == (second.comparisons, second.histogram)
        assert again.estimated() == found.estimated()
        assert again.uncertain(10) == found.uncertain(10)


def test_weights_never_rise_where_agreement_falls(town: Any) -> None:
    _, found, _, _, _ = town
    for comparison in found.matching.comparisons:
        weights = [level.weight for level in comparison.levels]
        assert weights == sorted(weights, reverse=True), comparison.attribute


def test_nothing_is_printed_or_logged(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), engine() as into:
        matched(into, [*PLAIN, PLAIN[0]])
    out, err = capfd.readouterr()
    assert out == err == ""
    assert not [r for r in caplog.records if r.name.startswith("splink")]


def test_no_duplicates_are_found_where_there_are_none() -> None:
    records, _ = population(500, twice=0.0, seed=3)
    with engine() as into:
        found = matched(into, records)
        assert len(same(into)) <= 2
        assert found.estimated().low <= 0.5


def test_ten_rows() -> None:
    two = {"given": "Clara", "family": "Sonnfeld", "birth_date": "1971-04-03",
           "emails": ["clara@mail.example"]}  # fmt: skip
    born = [{**r, "birth_date": f"195{i}-0{i + 1}-1{i}"} for i, r in enumerate(PLAIN)]
    with engine() as into:
        found = matched(into, [*born, two, {**two, "given": "Klara"}, *PLAIN[:1]])
        assert together(into, 6, 7)
        assert not together(into, 0, 1)
        assert found.matching.cannot == ""
        assert found.surplus() >= 1


def test_a_name_alone_is_left_to_people() -> None:
    """Two of one name with other addresses: perhaps one person, perhaps not; nobody can tell."""
    records = [
        {"given": "Ada", "family": f"Quill{i % 40}", "emails": [f"quill{i}@mail.example"]}
        for i in range(80)
    ]
    with engine() as into:
        found = matched(into, records)
        assert not same(into)
        assert found.surplus() == 0
        assert found.estimated().low == 0
        told = {(rule, p <= 0.5) for _, _, _, p, rule, _ in found.uncertain(100)}
        assert told <= {("nothing but the name agrees", True)}


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_records_cannot_be_compared(count: int) -> None:
    with engine() as into:
        found = matched(into, PLAIN[:count])
        assert found.matching.cannot == "there are no two records to compare"
        assert found.surplus() == 0
        assert into.ask("SELECT count(*) FROM members") == [(count,)]


def test_records_that_say_nothing_cannot_be_compared() -> None:
    with engine() as into:
        found = matched(into, [{}] * 5)
        assert "no attribute" in found.matching.cannot
        assert found.matching.prior is None


def test_records_that_all_say_the_same_cannot_be_told_apart() -> None:
    with engine() as into:
        found = matched(into, [PLAIN[0]] * 50)
        assert "all records say the same" in found.matching.cannot
        assert found.uncertain(5) == found.examples(5) == []


def test_everything_entered_twice() -> None:
    records, _ = population(250, twice=0.0, seed=8)
    with engine() as into:
        matched(into, [*records, *records])
        found = same(into)
        assert {(i, i + len(records)) for i in range(len(records))} <= found
        assert len(found) < 1.1 * len(records)


def test_one_address_in_every_row_says_nothing() -> None:
    records, whom = population(300, seed=11)
    with engine() as into:
        matched(into, [{**r, "emails": ["crm@office.example"]} for r in records])
        found, true = same(into), truth(whom)
        assert len(found & true) / len(found) >= 0.9


def _like(given: str, family: str, **more: Any) -> dict[str, Any]:
    """Somebody with a home and a birth date of his own."""
    seed = sum(map(ord, given + family))
    return {
        "given": given, "family": family, "birth_date": f"19{40 + seed % 50}-02-11",
        "street": f"Hauptstrasse {seed % 97}", "city": "Rothburg", "postcode": f"{40000 + seed}",
    } | more  # fmt: skip


_ANNA = _like("Anna", "Eckstein", phones=["030 5551212"])
_PAUL = _like("Paul", "Roth")
_ELSEWHERE = {"street": "Amselweg 8", "city": "Linburg", "postcode": "70999"}
_OFFICE = {"employer": "Zimdorf AG", "phones": ["030 99887766"]}
_INES, _HUGO, _UTE = _like("Ines", "Falkner"), _like("Hugo", "Brandl"), _like("Ute", "Müller")
_WILL = _like("William", "Ashdown", emails=["w.a@mail.example"])
_OLGA = _like("Olga", "Tischner", emails=["olga@mail.example"])
_NATALIA = {"birth_date": "1977-01-05", "phones": ["+49 171 2223334"]}

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "family": (_ANNA, _ANNA | {"given": "Ben", "birth_date": "2010-07-30"}, False),
    "namesakes": (_PAUL, _PAUL | {"birth_date": "1951-09-27"} | _ELSEWHERE, False),
    "colleagues": (
        _OFFICE | {"given": "Nora", "family": "Kelhof"},
        _OFFICE | {"given": "Viktor", "family": "Mundbach"},
        False,
    ),
    "swapped": (_INES, _INES | {"given": "Falkner", "family": "Ines"}, True),
    "day and month": (
        _HUGO | {"birth_date": "1980-02-11"},
        _HUGO | {"birth_date": "1980-11-02"},
        True,
    ),
    "nickname": (_WILL, _WILL | {"given": "Bill", "birth_date": None}, True),
    "script": (
        _NATALIA | {"given": "Наталья", "family": "Кузнецова", "phones": ["0171 2223334"]},
        _NATALIA | {"given": "Natalya", "family": "Kuznetsova"},
        True,
    ),
    "umlaut": (_UTE, _UTE | {"family": "Mueller"}, True),
    "moved house": (_OLGA, _OLGA | _ELSEWHERE, True),
}


@pytest.fixture(scope="module")
def clerk() -> Any:
    records, _ = population(350, seed=21)
    pairs = [record for one, two, _ in CASES.values() for record in (one, two)]
    with engine() as into:
        found = matched(into, [*records, *pairs])
        yield into, found, len(records)


@pytest.mark.parametrize("case", CASES)
def test_people_a_clerk_would_tell_apart(clerk: Any, case: str) -> None:
    into, found, first = clerk
    place = first + 2 * list(CASES).index(case)
    assert together(into, place, place + 1) is CASES[case][2], found.explain([(place, place + 1)])


def test_organisations() -> None:
    names = "Bergmann Hofstein Linbach Rotheck Eckfeld Thalweg Sonnhaus Kelwerk Waldbau Steinlicht"
    firms = [
        {"organisation": f"{a} {b} GmbH", "city": f"{b}burg", "phones": [f"030 {7000000 + 37 * i}"],
         "url": f"www.{a}-{b}.example".lower() if i % 2 else None}
        for i, (a, b) in enumerate(
            (a, b) for a in names.split() for b in names.split() if a != b
        )
    ]  # fmt: skip
    one = {
        "organisation": "Fischer & Mund Handels GmbH",
        "city": "Rothburg",
        "phones": ["030 1234567"],
        "url": "https://www.fischer-mund.example",
    }
    two = {
        "organisation": "Mund und Fischer Handels Gesellschaft mbH",
        "city": "Rothburg",
        "url": "http://fischer-mund.example/",
    }
    with engine() as into:
        matched(into, [*firms, one, two], "organisation")
        assert together(into, len(firms), len(firms) + 1)
        assert len(same(into)) <= 0.02 * len(firms) + 1


def test_across_systems_only() -> None:
    records, _ = population(200, twice=0.0, seed=31)
    other = [{**r, "system": "billing"} for r in records[:80]]
    with engine() as into:
        found = matched(into, [*records, *other], within=False)
        pairs = same(into)
        assert all(a < len(records) <= b for a, b in pairs)
        ours, theirs = found.between("crm", "billing")
        assert ours.low <= 80 <= ours.high
        assert theirs.low <= 80 <= theirs.high
        assert found.surplus("billing") == 0


def test_answers_are_forced_and_counted() -> None:
    records, _ = population(200, seed=41)
    with engine() as into:
        first = matched(into, records)
        (left, right, *_), *_ = first.examples(1)
        again = matched(into, records, answers={(right, left): "different", (0, 1): "unsure"})
        assert again.matching.answers == 1
        assert not together(into, left, right)
        rows = into.ask(f"SELECT state, rule FROM scored WHERE l = {left} AND r = {right}")
        assert rows == [("different", definite.SAID_DIFFERENT)]


def test_an_answer_joins_what_was_no_candidate() -> None:
    records, _ = population(60, twice=0.0, seed=43, families=False)
    with engine() as into:
        found = matched(into, records, answers={(3, 17): "same", (3, 10**9): "same"})
        assert together(into, 3, 17)
        assert found.matching.answers == 2
        assert found.estimated().value == pytest.approx(1, abs=0.5)


def test_every_comparison_says_something_of_its_columns() -> None:
    """Else stands last, the defaults are shares, and levels are told apart by their labels."""
    for kind in ("person", "lead", "organisation", "household"):
        for spec in levels.specs(kind, dict.fromkeys(levels.needs(kind), 9), levels.needs(kind)):
            assert [g.when == "" for g in spec.grades] == [False] * (len(spec.grades) - 1) + [True]
            assert sum(g.m for g in spec.grades) == pytest.approx(1, abs=0.1)
            assert sum(g.u for g in spec.grades) == pytest.approx(1, abs=0.1)
            assert len({g.label for g in spec.grades}) == len(spec.grades)
            assert spec.shows


def test_violators_are_pooled() -> None:
    m, u = np.array([0.1, 0.5, 0.4]), np.array([0.1, 0.1, 0.8])
    ratios = estimating.monotone(m, u) / u
    assert list(ratios) == pytest.approx([3.0, 3.0, 0.5])


def test_hostile_values_are_only_values() -> None:
    bad = ["'; DROP TABLE records; --", "<script>", "=1+1", '"select"', "x" * 5000, "%s", "\t\n"]
    rows = [{"given": b, "family": b, "emails": [b], "phones": [b], "postcode": b} for b in bad]
    with engine() as into:
        put(into, rows)
        found = matched(into, [*rows, *PLAIN, *PLAIN])
        assert found.matching.records == len(rows) + 2 * len(PLAIN)
        # Twelve plain records tell little: what agrees on a name and a town is left open.
        seen = {(a, b): p for a, b, p in into.ask("SELECT l, r, probability FROM scored")}
        for i in range(len(PLAIN)):
            assert seen[len(rows) + i, len(rows) + len(PLAIN) + i] > 0.05


def test_pairs_are_looked_at_by_blocks_with_the_same_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is left out beforehand Splink leaves out as well, wherever blocks end."""
    records, _ = population(250)

    def outcome() -> tuple[Any, Any]:
        with engine() as into:
            found = matched(into, records)
            return replace(found.matching, seconds=0.0), into.ask("FROM scored ORDER BY l, r")

    whole = outcome()
    monkeypatch.setattr(model, "MANY", 20)
    monkeypatch.setattr(model, "AT_ONCE", 170)
    assert outcome() == whole
    assert len(whole[1]) > 20
