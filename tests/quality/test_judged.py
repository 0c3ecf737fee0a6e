"""Duplicates and overlap beside what people have said since."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matched_evidence import CITY, duplicates, overlap, pair, seen

from crmaudit.evidence import (
    Agreement,
    Between,
    Cause,
    Estimate,
    Holder,
    Matching,
    Overlap,
    Status,
    Unlinked,
)
from crmaudit.evidence.match import Bin, SystemSet
from crmaudit.quality.matching.judged import (
    contaminated,
    judged_duplicates,
    judged_overlap,
    restricted,
    sources,
)
from crmaudit.workspace.answers import Match

BOTH = ("crm", "erp")


def test_the_rate_is_what_is_estimated_of_the_records_compared() -> None:
    found = judged_duplicates(duplicates(), "contact", ())
    assert (found.system, found.entity, found.records, found.surplus) == (
        "crm",
        "contact",
        1000,
        80,
    )
    assert found.rate == Estimate(0.1, 0.085, 0.13)
    assert found.precision == Estimate(0.99, 0.95, 1.0)
    assert not found.reviewed


def test_what_was_found_counts_where_nothing_was_estimated() -> None:
    found = judged_duplicates(duplicates(estimated=None), "contact", ())
    assert found.rate == Estimate(0.08, 0.08, 0.08)


def test_an_estimate_leaves_one_record_at_least() -> None:
    wild = duplicates(matching=Matching(records=10), estimated=Estimate(9.0, -1.0, 40.0))
    assert judged_duplicates(wild, "contact", ()).likely == Estimate(9.0, 0.0, 9.0)


def test_nothing_compared_is_no_rate() -> None:
    cannot = duplicates(matching=Matching(cannot="no column to compare by"), estimated=None)
    found = judged_duplicates(cannot, "contact", ())
    assert (found.cannot, found.rate) == ("no column to compare by", None)
    failed = replace(seen(), status=Status("failed", "the disk is full"))
    found = judged_duplicates(duplicates(provenance=failed), "contact", ())
    assert found.cannot == "the disk is full"


def test_answers_measure_the_precision_and_close_pairs() -> None:
    matching = Matching(
        records=1000, same_pairs=60, uncertain_pairs=40, threshold=2.0, uncertain=-2.0,
        histogram=(Bin(-2.0, 2.0, 40, 20.0), Bin(2.0, 20.0, 60, 59.0)),
        examples=tuple(pair(n, 0.98, 9.0, "same") for n in range(8)),
        review=tuple(pair(n, 0.5, 0.0) for n in range(10, 20)),
    )  # fmt: skip
    answers = [Match(left=f"rec-{n}b", right=f"rec-{n}a", answer="same") for n in range(6)]
    answers += [Match(left=f"rec-{n}a", right=f"rec-{n}b", answer="different") for n in (6, 10)]
    answers += [Match(left="rec-11a", right="rec-11b", answer="unsure")]
    found = judged_duplicates(duplicates(matching=matching), "contact", answers)
    assert found.precision is not None
    assert found.precision.value == pytest.approx(6 / 7)
    assert found.reviewed
    # One uncertain pair was answered; of the other nobody could tell.
    assert found.open_pairs == 39


def test_coverage_both_ways() -> None:
    found = judged_overlap(overlap(), "contact", BOTH, ())
    assert found is not None
    ours, theirs = found.coverage()
    assert (ours.system, ours.within, ours.records, ours.matched) == ("crm", "erp", 900, 500)
    assert ours.unknown == Estimate(400, 400, 400)
    assert theirs.unknown == Estimate(90, 60, 120)
    assert (found.things, found.shared) == (1000, 500)


def test_systems_out_of_scope_are_left_out() -> None:
    three = overlap(
        holders=(
            *overlap().holders,
            Holder("old", ("people",), records=700, things=700),
        ),
        sets=(
            SystemSet(("crm", "erp"), 500),
            SystemSet(("crm", "erp", "old"), 7),
            SystemSet(("crm", "old"), 30),
            SystemSet(("old",), 90),
        ),
        between=(*overlap().between, Between("crm", "old", 37, 37, 37, 37)),
    )
    kept = restricted(three, BOTH)
    assert [h.system for h in kept.holders] == ["crm", "erp"]
    assert kept.sets == (SystemSet(("crm", "erp"), 507), SystemSet(("crm",), 30))
    assert [(b.left, b.right) for b in kept.between] == [BOTH]
    assert judged_overlap(three, "contact", ("crm",), ()) is None


def test_what_the_data_say_for_each_system() -> None:
    found = judged_overlap(overlap(), "contact", BOTH, ())
    assert found is not None
    crm, erp = found.weighed().values()
    assert (crm.covers, erp.covers) == ((900, 1000), (600, 1000))
    assert (crm.complete, erp.complete) == ((480, 500), (420, 500))
    assert (crm.newer, erp.newer) == ((30, 36), (6, 36))
    assert crm.agrees == erp.agrees == (360, 400)


@pytest.mark.parametrize(
    ("trusted", "crm", "erp"),
    [
        (("crm", "erp"), "", "crm"),
        (("erp",), "erp", ""),
        (("mail", "crm"), "", "crm"),
        ((), "", ""),
    ],
)
def test_the_reference_is_the_most_trusted_that_was_compared(
    trusted: tuple[str, ...], crm: str, erp: str
) -> None:
    found = judged_overlap(overlap(), "contact", BOTH, ())
    assert found is not None
    assert [found.reference_of(s, trusted) for s in BOTH] == [crm, erp]


def test_contradictions_are_bounded_by_false_pairs() -> None:
    found = judged_overlap(overlap(), "contact", BOTH, ())
    assert found is not None
    # One pair in twenty may be false: all that contradicts may be these, with room to spare.
    wrong = found.contradicted(CITY)
    assert wrong.value == 0.1
    assert wrong.low == pytest.approx(0.05 / 0.95)
    assert wrong.high == pytest.approx(0.1 / 0.95)
    by_number = judged_overlap(
        overlap(by="identifier", matching=Matching(records=1500)), "contact", BOTH, ()
    )
    assert by_number is not None
    assert by_number.contradicted(CITY) == Estimate(0.1, 0.1, 0.1)


@given(
    st.integers(0, 300), st.integers(0, 300), st.integers(0, 40), st.integers(0, 40),
    st.floats(0.0, 1.0),
)  # fmt: skip
def test_the_share_among_true_pairs_lies_within(
    agree: int, differ: int, false_agree: int, false_differ: int, above: float
) -> None:
    """Whatever the false pairs are like, where there are no more of them than was said."""
    true, false = agree + differ, false_agree + false_differ
    if not true:
        return
    precision = true / (true + false)
    said = Estimate(precision + (1 - precision) * above, precision, 1.0)
    found = contaminated(agree + false_agree, true + false, said)
    assert found.low - 1e-9 <= agree / true <= found.high + 1e-9


def test_nothing_compared_may_be_anything() -> None:
    assert contaminated(0, 0, None) == Estimate(0.0, 0.0, 1.0)
    assert contaminated(5, 10, Estimate(0.5, 0.0, 1.0)) == Estimate(0.5, 0.0, 1.0)


def test_origins_stand_beside_all_others_of_their_kind() -> None:
    causes = (
        Cause("import batch", "17", 40, 100),
        Cause("import batch", "", 60, 500),
        Cause("month", "2024-03", 10, 100),
    )
    batch, month = sources(judged_duplicates(duplicates(causes=causes), "contact", ()))
    assert (batch.value, batch.share, batch.elsewhere) == ("17", 0.4, 0.05)
    assert batch.exceeds(2.0)
    # No total is told of the months: 80 duplicates were found among 1,000 records.
    assert (month.share, month.elsewhere) == (0.1, 70 / 900)
    assert not month.exceeds(2.0)


def test_an_agreement_that_nobody_compared_weighs_nothing() -> None:
    empty = Between("crm", "erp", 5, 5, 5, 5, agreement=(Agreement("city", neither=5),))
    found = judged_overlap(overlap(between=(empty,)), "contact", BOTH, ())
    assert found is not None
    assert found.weighed()["crm"].complete == (0, 0)
    assert found.agreed(empty.agreement[0]) == Estimate(0.0, 0.0, 1.0)


@pytest.mark.parametrize(("high", "least"), [(100, 900.0), (160, 720.0), (400, 0.0), (9_999, 0.0)])
def test_rows_of_customers_that_were_not_matched(high: float, least: float) -> None:
    rows = Unlinked("erp", "invoice", "invoice", "invoices", "crm", 4000, 900, 0)
    between = Between("crm", "erp", 100, 100, 100, 100, None, Estimate(100, 90, high))
    found = judged_overlap(
        overlap(
            holders=(Holder("crm", records=900), Holder("erp", records=400)),
            between=(between,),
            unlinked=(rows,),
        ),
        "person",
        {"crm", "erp"},
        [],
    )
    assert found is not None
    told = found.without(rows)
    assert (told.low, told.value) == (least, 900.0)
    assert 900 <= told.high <= 4000


def test_what_has_happened_since_is_said() -> None:
    asked, said = pair(1, 0.5, 0.0), replace(pair(2, 0.9, 3.0), reviewed="same")
    of = replace(overlap().matching, review=(asked, said), uncertain_pairs=2)
    answers = [
        Match.model_validate({"left": p.left, "right": p.right, "answer": "same"})
        for p in (asked, said)
    ]

    def told(answers: list[Match], later: Overlap | None = None) -> tuple[str, ...]:
        found = judged_overlap(overlap(matching=of), "person", {"crm", "erp"}, answers, later)
        assert found is not None
        return found.remarks

    assert told(answers[1:]) == ()
    assert told(answers)[0].startswith("1 answer has changed")
    # Taken back, or answered otherwise, it counts for as much.
    assert told([])[0].startswith("1 answer has changed")
    other = answers[1].model_copy(update={"answer": "different"})
    assert told([answers[0], other])[0].startswith("2 answers have changed")
    unsure = answers[0].model_copy(update={"answer": "unsure"})
    assert told([unsure, answers[1]]) == ()
    failed = overlap(provenance=replace(seen(day=30), status=Status("failed", "no room")))
    assert told(answers[1:], failed) == (
        "these numbers are of 2026-06-30: a newer try on 2026-06-30 failed, no room",
    )
