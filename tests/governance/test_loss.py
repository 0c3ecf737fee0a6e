"""What gaps in numbers, and histories that end, may be said to show."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmaudit.evidence import Changes, Overwritten, Provenance, Removed, Trail, TrailOf
from crmaudit.governance.loss import losses, most_deleted


@pytest.mark.parametrize(
    ("rows", "gaps", "most"),
    [
        (100, 0, 0),
        (100, 7, 7),
        # Every third number only, as servers that write together give them out.
        (100, 200, None),
        # A key that is no number.
        (100, None, None),
        (0, 0, 0),
    ],
)
def test_gaps_tell_the_most_that_may_be_gone(rows: int, gaps: int | None, most: int | None) -> None:
    assert most_deleted(Removed("t", rows, gaps=gaps)) == most


def changes(*kinds: TrailOf, overwritten: tuple[Overwritten, ...] = ()) -> Changes:
    taken = datetime(2026, 6, 30, tzinfo=UTC)
    provenance = Provenance("crm", "sqlite:///crm", "sqlite", "s1", taken, "crmaudit 0")
    rows = sum(k.rows for k in kinds)
    return Changes(
        provenance,
        (Trail("log", rows, kinds),),
        overwritten=overwritten,
        removed=(Removed("client", 10),),
    )


def lost(found: Changes) -> tuple[int | None, int | None]:
    (trail,) = losses("crm", found, None, {"client": "customer"}, {}).trails
    return trail.gone, trail.replaced


def test_no_history_of_a_kind_is_no_nought() -> None:
    assert lost(changes()) == (None, None)
    # Of a kind that it keeps, nothing deleted and nothing replaced is a finding of its own.
    kept = TrailOf("client", "client", 9, changed=9, gone=None, keeps_old=True)
    assert lost(changes(kept)) == (0, 0)
    # Without the old values nobody can tell whether one was replaced.
    assert lost(changes(TrailOf("client", "client", 9, changed=9, keeps_old=False))) == (0, None)


def test_deletions_of_which_nobody_knows_whether_they_are_gone_are_unknown() -> None:
    deleted = TrailOf("client", "client", 9, deleted=4, gone=None, keeps_old=True)
    assert lost(changes(deleted)) == (None, 0)


def test_two_histories_of_one_kind_tell_of_the_same_deletions() -> None:
    kinds = (
        TrailOf("client", "client", 9, deleted=4, gone=3),
        TrailOf("Client", "client", 5, deleted=5, gone=4),
    )
    assert lost(changes(*kinds))[0] == 4


def test_values_replaced_by_imports_are_added_over_fields() -> None:
    kept = TrailOf("client", "client", 9, changed=9, keeps_old=True)
    fields = tuple(Overwritten("client", f, 8, 0, n) for f, n in (("a", 5), ("b", 2)))
    assert lost(changes(kept, overwritten=fields))[1] == 7
