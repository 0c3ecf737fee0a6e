"""What gaps in numbers, and histories that end, may be said to show."""

from __future__ import annotations

import pytest

from crmaudit.evidence import Removed
from crmaudit.governance.loss import most_deleted


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
