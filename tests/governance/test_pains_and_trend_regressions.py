"""The same people in two pains, and many values of one day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from crmaudit.governance.pains import Burden, burdens, losses
from crmaudit.governance.trend import trend
from crmaudit.workspace.interviews import Interview

DAY = date(2026, 1, 1)


def interview(id_: str, *people: int) -> Interview:
    pain: dict[str, Any] = {
        "text": "typing",
        "systems": ["crm"],
        "minutes": {"low": 60, "high": 60},
        "per": "month",
    }
    pains = [{**pain, "people": {"low": n, "high": n}} for n in people]
    return Interview.model_validate({"id": id_, "group": "Desk", "pains": pains})


def burden(*interviews: Interview) -> Burden:
    (found,) = burdens(losses(interviews))
    return found


def test_the_same_three_people_in_two_pains_are_not_six() -> None:
    found = burden(interview("a", 3, 3))
    assert (found.hours, found.interviews) == (None, 1)


def test_small_groups_of_two_interviews_do_not_add_up_to_a_large_one() -> None:
    assert burden(interview("a", 3), interview("b", 3)).hours is None


def test_a_small_group_cannot_be_taken_from_the_sum() -> None:
    # 5 people · 1 hour · 12 months; the three are not in it.
    assert burden(interview("a", 3, 5)).hours == (60, 60)


def test_eight_values_of_one_day_are_one_point() -> None:
    assert trend([(DAY, float(v)) for v in range(8)]) is None


def test_a_day_counts_with_its_median() -> None:
    plain = [(DAY + timedelta(days=30 * i), float(i)) for i in range(8)]
    found = trend([*plain, (DAY, -100.0), (DAY, 100.0)])
    assert found is not None
    assert found.n == 8
    assert found.slope == pytest.approx(1.0)
