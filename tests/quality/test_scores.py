"""Arithmetic and definitions of the dimension scores."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import (
    Column,
    ColumnProfile,
    Dependency,
    Fault,
    Index,
    Method,
    Provenance,
    Reference,
    Semantic,
    Status,
    Table,
    TableKey,
    TableProfile,
    checked,
)
from crmaudit.quality.counts import About, Count
from crmaudit.quality.scores import (
    DIMENSIONS,
    Score,
    Scorecard,
    card_of,
    combine,
    overall,
    score_table,
    unused_columns,
    wilson,
)


def table_of(
    *columns: ColumnProfile, rows: int = 100, status: Status | None = None
) -> TableProfile:
    provenance = Provenance(
        "crm", "x", "sqlite", "s", datetime(2026, 1, 1, tzinfo=UTC), "t", status=status or Status()
    )
    return TableProfile(provenance, table="contacts", rows=rows, columns=columns)


def column(name: str, nulls: int = 0, **other: object) -> ColumnProfile:
    return ColumnProfile(name, "text", "text", 100, nulls, **other)  # type: ignore[arg-type]


def test_completeness_leaves_out_what_nobody_fills() -> None:
    profile = table_of(
        column("id"), column("created_at"), column("deleted"), column("custom_1", nulls=100),
        column("email", nulls=40, blanks=10), column("city", nulls=10),
    )  # fmt: skip
    score = score_table(profile).scores["completeness"]
    assert (score.passed, score.applicable) == (50 + 90, 200)
    assert score.evidence == (profile.id,)
    assert unused_columns(profile) == ("custom_1",)


def test_uniqueness_of_declared_and_named_identifiers() -> None:
    profile = table_of(
        column("contact_id", distinct=90), column("number", distinct=99, nulls=1),
        column("city", distinct=5), column("part", distinct=10),
    )  # fmt: skip
    table = Table(
        "contacts",
        columns=(Column("number", "int"),),
        indexes=(Index("u", ("number",), unique=True), Index("w", ("part", "city"), unique=True)),
    )
    score = score_table(profile, table).scores["uniqueness"]
    assert (score.passed, score.applicable) == (90 + 99, 199)


def test_validity_counts_checked_values_and_stamps_in_the_future() -> None:
    profile = table_of(
        column("email", checks={"type": (100, 100), "valid": (80, 100)}),
        column("date_modified", checks={"valid": (99, 100)}, months={"2026-01": 60, "2026-03": 40}),
        column("due", checks={"valid": (100, 100)}, months={"2030-01": 100}),
    )
    assert score_table(profile).scores["validity"].passed == 279
    assert score_table(profile, as_of=date(2026, 2, 1)).scores["validity"].passed == 239


def test_timeliness_by_month() -> None:
    profile = table_of(
        column("date_modified", months={"2024-01": 10, "2025-03": 20, "2026-03": 30, "2026-04": 5}),
        column("created_at", months={"2026-03": 100}),
    )
    score = score_table(profile, as_of=date(2026, 3, 15)).scores["timeliness"]
    assert (score.passed, score.applicable) == (50, 65)
    short = score_table(profile, as_of=date(2026, 3, 15), fresh_days=30).scores["timeliness"]
    assert short.passed == 30
    assert score_table(profile).scores["timeliness"].share is None


def test_what_is_not_measured_is_neither_0_nor_100() -> None:
    failed = score_table(table_of(status=Status("failed", "permission denied")))
    empty = score_table(table_of(rows=0))
    for card in (failed, empty, combine([])):
        assert set(card.scores) == set(DIMENSIONS)
        assert all(s.share is None and s.reason for s in card.scores.values())
        assert card.worst is None
        assert card.mean() is None
    assert "permission denied" in failed.scores["validity"].reason
    assert failed.scores["accuracy"].reason == empty.scores["accuracy"].reason
    with pytest.raises(ValueError, match="needs a reason"):
        Score("validity")


def test_a_sample_anywhere_makes_the_sum_a_sample() -> None:
    sampled = Method("sample", n=100, total=900)
    profile = table_of(column("a"), column("b", methods={"nulls": sampled}))
    assert score_table(profile).scores["completeness"].method == sampled


counts = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(st.tuples(counts, st.floats(0, 10)), max_size=8))
def test_combined_shares_are_weighted_counts(parts: list[tuple[tuple[int, int], float]]) -> None:
    cards = [
        (Scorecard({d: Score(d, p, a, reason="" if a else "none") for d in DIMENSIONS}), w)
        for (p, a), w in parts
    ]
    share = combine(cards).scores["validity"].share
    below = sum(w * a for (_, a), w in parts)
    if not below:
        assert share is None
    else:
        assert share == pytest.approx(sum(w * p for (p, _), w in parts) / below)


def test_the_worst_dimension_is_told() -> None:
    card = Scorecard({
        "validity": Score("validity", 9, 10),
        "completeness": Score("completeness", 1, 10),
        "accuracy": Score("accuracy", reason="none"),
    })  # fmt: skip
    assert card.worst is not None
    assert card.worst.dimension == "completeness"
    assert card.mean() == pytest.approx(0.5)
    assert card.mean({"completeness": 3}) == pytest.approx(0.3)


def test_many_passed_checks_hide_no_bad_dimension() -> None:
    card = Scorecard({
        "validity": Score("validity", 9_990, 10_000),
        "completeness": Score("completeness", 1, 10),
        "accuracy": Score("accuracy", reason="none"),
    })  # fmt: skip
    whole = overall(card)
    assert whole.share == pytest.approx((0.999 + 0.1) / 2)
    assert whole.checks == (9_991, 10_010)
    weighed = Scorecard(card.scores, weights={"completeness": 3})
    assert overall(weighed).share == pytest.approx((0.999 + 0.3) / 4)
    assert overall(Scorecard({"accuracy": card.scores["accuracy"]})).share is None


def test_columns_weigh_by_what_they_mean() -> None:
    mail = Semantic("e-mail", 0.9)
    profile = table_of(column("mail", nulls=50, semantic=mail), column("note"))
    weights = {"contact": 3.0, "other": 1.0}
    score = card_of(profile, About(importance=weights)).scores["completeness"]
    assert (score.passed, score.applicable) == (3 * 50 + 100, 400)
    assert score.checks == (150, 200)
    # A column by itself is all there is.
    alone = card_of(profile, About(importance=weights), profile.column("mail"))
    assert alone.scores["completeness"].passed == 50


def test_faults_are_invalid_once() -> None:
    profile = table_of(
        column(
            "mail",
            checks={"placeholder": (97, 100), "valid": (95, 100)},
            faults=(
                Fault("placeholder", ("mail",), 5, 100),
                Fault("invalid value", ("mail",), 4, 100),
                Fault("outlier", ("mail",), 50, 100),
                Fault("wrong kind of value", ("mail",), 50, 100, confidence=0.3),
            ),
        )
    )
    score = score_table(profile).scores["validity"]
    # Five fail a check; of the five placeholders three are among them; four are no addresses.
    assert (score.passed, score.applicable) == (100 - 5 - 2 - 4, 100)


def test_a_fault_of_a_sample_stands_for_all_rows() -> None:
    fault = Fault("invalid value", ("n",), 1, 10, sampled=10)
    profile = table_of(column("n", checks={"valid": (100, 100)}, faults=(fault,)))
    assert score_table(profile).scores["validity"].passed == 90


def test_consistency_of_references_dependencies_and_spelling() -> None:
    profile = TableProfile(
        table_of().provenance,
        table="contacts",
        rows=100,
        columns=(
            column("firm_id"),
            column("city", faults=(Fault("spelling variant", ("city",), 3, 100),)),
        ),
        faults=(Fault("order of dates", ("end", "start"), 2, 50),),
        dependencies=(Dependency("zip", "city", 48, 50),),
        clean=90,
        looked_at=100,
    )
    about = About(
        references=(
            Reference("contacts", ("firm_id",), "firms", cases=100, filled=80, orphans=8),
            Reference("contacts", ("boss_id",), "users", cases=100, filled=0, orphans=0),
            Reference("contacts", ("guess",), "users", confidence=0.3, filled=80, orphans=70),
        ),
        keyed="keys:crm@s",
    )
    card = card_of(profile, about)
    score = card.scores["consistency"]
    assert (score.passed, score.applicable) == (72 + 97 + 48 + 48, 80 + 100 + 50 + 50)
    assert score.evidence == (profile.id, "keys:crm@s")
    assert card.clean is not None
    assert card.clean.share == 0.9
    alone = card_of(profile, about, profile.column("firm_id")).scores["consistency"]
    assert (alone.passed, alone.applicable) == (72, 80)
    assert score_table(table_of(column("x"))).scores["consistency"].share is None


def test_keys_of_several_columns_are_unique_together() -> None:
    profile = table_of(column("a", distinct=10), column("b", distinct=10))
    key = TableKey("contacts", ("a", "b"), "declared", rows=100, nulls=10, repeated=6)
    weak = TableKey("contacts", ("a",), "inferred", confidence=0.5, rows=100, repeated=99)
    score = card_of(profile, About(keys=(key, weak))).scores["uniqueness"]
    assert (score.passed, score.applicable) == (84, 90)


def test_expectations_count_in_their_dimension() -> None:
    profile = table_of(column("mail"))
    tests = (
        checked.Tested("true", "f", "sql", "contacts", faults=5, applicable=50),
        checked.Tested("form", "f", "pattern", "contacts", "mail", passed=9, applicable=10),
        checked.Tested("new", "f", "rows_at_least", "contacts", applicable=100),
    )
    about = About(tests=tests, tested="expectations:crm@s", dimension_of={"true": "accuracy"})
    card = card_of(profile, about)
    assert card.scores["accuracy"].checks == (45, 50)
    assert card.scores["accuracy"].evidence == ("expectations:crm@s",)
    assert card.scores["validity"].checks == (9, 10)


def test_what_happened_once_does_not_age() -> None:
    profile = table_of(column("date_modified", months={"2020-01": 100}))
    day = date(2026, 3, 15)
    assert card_of(profile, About(day=day)).scores["timeliness"].share == 0
    score = card_of(profile, About(day=day, ages=False)).scores["timeliness"]
    assert score.share is None
    assert "written once" in score.reason


def test_the_interval_of_a_sample() -> None:
    # Newcombe (1998), table I: 81 of 263 give 0.2553 to 0.3662.
    low, high = wilson(81 / 263, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    sampled = Method("sample", n=100, total=9_000)
    score = Score("validity", 900, 1_000, sampled)
    assert score.interval == wilson(0.9, 100)
    assert Score("validity", 9, 10).interval is None


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share(passed: int, more: int) -> None:
    n = passed + more
    for k in (passed, n):
        low, high = wilson(k / n, n)
        assert 0 <= low <= k / n <= high <= 1
        assert high - low < 1


@pytest.mark.parametrize("default", ["0", "'new'::character varying", "current_timestamp()"])
def test_what_a_default_fills_is_not_people_s_work(default: str) -> None:
    table = Table("contacts", columns=(Column("status", "text", default=default),))
    full = score_table(table_of(column("status")), table).scores["completeness"]
    assert full.share is None
    # Some emptied it: it can be missing.
    some = score_table(table_of(column("status", nulls=2)), table).scores["completeness"]
    assert some.checks == (98, 100)


@pytest.mark.parametrize("default", ["", "NULL", "''", "NULL::character varying", "('')"])
def test_a_default_that_leaves_it_empty_fills_nothing(default: str) -> None:
    table = Table("contacts", columns=(Column("status", "text", default=default),))
    full = score_table(table_of(column("status")), table).scores["completeness"]
    assert full.checks == (100, 100)


@pytest.mark.parametrize(
    ("kind", "dimension"), [("placeholder", "validity"), ("spelling variant", "consistency")]
)
def test_what_was_found_in_some_rows_stands_for_all(kind: Any, dimension: str) -> None:
    fault = Fault(kind, ("city",), 3, 20, confidence=0.9, sampled=20)
    profile = replace(table_of(column("city")), faults=(fault,))
    score = score_table(profile).scores[dimension]
    assert score.checks == (85, 100)
    assert score.method == Method("sample", n=20)
    assert score.interval is not None


def test_a_statement_counts_as_validity_where_nothing_else_is_said() -> None:
    test = checked.Tested("rule", "f", "sql", "contacts", faults=5, applicable=50)
    score = card_of(table_of(column("mail")), About(tests=(test,))).scores["validity"]
    assert score.checks == (45, 50)


def test_a_weight_of_nothing_is_told() -> None:
    stamp = column("updated_at", months={"2026-01": 100})
    about = About(day=date(2026, 3, 15), importance={"other": 0.0})
    scores = card_of(table_of(column("city", nulls=10), stamp), about).scores
    assert (scores["completeness"].share, scores["completeness"].reason) == (
        None,
        "what was counted weighs 0",
    )
    assert scores["timeliness"].share == 1


def test_an_estimate_has_the_interval_of_its_slack() -> None:
    score = Score("uniqueness", 900, 1_000, Method("model"), slack=(30, 15))
    assert score.interval == pytest.approx((0.87, 0.915))
    # What was sampled besides is off besides.
    sampled = replace(score, method=Method("sample", n=100, total=1_000))
    low, high = wilson(0.9, 100)
    assert sampled.interval == pytest.approx((low - 0.03, high + 0.015))


def test_slack_keeps_its_weight_from_column_to_mean() -> None:
    counts = (
        Count("uniqueness", "things", 900, 1_000, weight=3.0, slack=(30, 15)),
        Count("uniqueness", "keys", 1_000, 1_000),
    )
    about = About(matched=counts, importance={"other": 3.0})
    card = card_of(table_of(column("city"), rows=1_000), about)
    score = card.scores["uniqueness"]
    # Both weigh as what has no meaning: 6,000 in all, of which 90 fewer or 45 more passed.
    assert (score.applicable, score.slack) == (6_000, (90, 45))
    assert score.interval == pytest.approx((score.passed / 6_000 - 0.015, 1 - 0.05 + 0.0075))
    both = combine([(card, 1), (card, 1)]).scores["uniqueness"]
    assert (both.slack, both.interval) == ((180, 90), score.interval)
    # Of two dimensions one is exact: half of the width is left, the weights of both alike.
    exact = Score("completeness", 1, 2)
    reasons = {d: Score(d, reason="not asked") for d in DIMENSIONS}
    whole = overall(Scorecard({**reasons, "uniqueness": score, "completeness": exact}))
    assert whole.share is not None
    assert whole.interval == pytest.approx((whole.share - 0.0075, whole.share + 0.00375))


@given(
    st.lists(
        st.tuples(st.integers(1, 500), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
        min_size=1,
        max_size=5,
    )
)
def test_an_interval_of_estimates_holds_every_case(
    parts: list[tuple[int, float, float, float]],
) -> None:
    """Where each count is off within its slack, so is the score of all of them."""
    counts, truth = [], 0.0
    for whole, share, off, fewer in parts:
        passed = round(whole * share)
        slack = passed * off, (whole - passed) * off
        counts.append(Count("uniqueness", "things", passed, whole, slack=slack))
        truth += passed - slack[0] * fewer + slack[1] * (1 - fewer)
    score = card_of(table_of(), About(matched=tuple(counts))).scores["uniqueness"]
    low, high = score.interval or (score.share, score.share)
    assert low is not None
    assert high is not None
    assert low - 1e-9 <= truth / sum(c.applicable for c in counts) <= high + 1e-9
