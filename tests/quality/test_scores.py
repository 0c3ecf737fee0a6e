"""Arithmetic and definitions of the dimension scores."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import (
    Column,
    ColumnProfile,
    Index,
    Method,
    Provenance,
    Status,
    Table,
    TableProfile,
)
from crmaudit.quality.scores import (
    DIMENSIONS,
    Score,
    Scorecard,
    combine,
    score_table,
    unused_columns,
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
