"""The phase that dates tell against the phase declared; support left; successors."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crmaudit.inventory import LifecycleState, lifecycle_state
from crmaudit.inventory.lifecycle import PHASES
from crmaudit.workspace.dossier import System

DAY = date(2026, 6, 30)
KEYS = ("planned", "phase_in", "since", "phase_out", "retired")


def state(day: date | None = DAY, **life: Any) -> LifecycleState:
    system = System.model_validate({"id": "crm", "name": "CRM", "lifecycle": life})
    return lifecycle_state(system, day, {"crm": system})


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(st.dictionaries(st.sampled_from(KEYS), DAYS), DAYS, st.sampled_from([None, *PHASES]))
def test_phase_by_dates(dates: dict[str, date], day: date, declared: str | None) -> None:
    """Recomputed with pandas from dates in their right order."""
    known = pd.Series({PHASES[KEYS.index(k)]: d for k, d in dates.items()}, dtype=object)
    known = known.reindex([p for p in PHASES if p in known.index])
    assume(list(known) == sorted(known))
    found = state(day, phase=declared, **{k: str(d) for k, d in dates.items()})
    begun, ahead = known[known.map(lambda d: d <= day)], known[known.map(lambda d: d > day)]
    assert found.by_dates == (begun.index[-1] if len(begun) else None)
    if declared is None:
        assert not found.conflicts
        return
    at = PHASES.index(declared)  # type: ignore[arg-type]
    lowest = max((PHASES.index(p) for p in begun.index), default=0)
    highest = min((PHASES.index(p) for p in ahead.index), default=len(PHASES))
    introduced = declared == "phase-in" and "phase-in" not in known and lowest == 2
    assert bool(found.conflicts) == (not introduced and not lowest <= at < highest)


def test_spans_follow_each_other() -> None:
    spans = state(phase_in="2014-01-01", since="2015-01-01", retired="2027-01-01").spans
    assert [(s.phase, s.end) for s in spans] == [
        ("phase-in", date(2015, 1, 1)),
        ("active", date(2027, 1, 1)),
        ("retired", None),
    ]


@pytest.mark.parametrize(
    ("life", "key", "words"),
    [
        ({"phase": "active", "phase_out": "2026-06-30"}, "phase_out", "has passed"),
        ({"phase": "retired", "retired": "2026-07-01"}, "retired", "lies ahead"),
        ({"phase": "plan", "since": "2020-01-01"}, "since", "has passed"),
        (
            {"since": "2020-01-01", "phase_out": "2019-01-01"},
            "phase_out",
            "start of phase-out (1 January 2019) lies before the first day in use (1 January 2020)",
        ),
        (
            {"phase": "phase-in", "phase_in": "2020-01-01", "since": "2021-01-01"},
            "since",
            "has passed",
        ),
    ],
)
def test_contradictions(life: dict[str, Any], key: str, words: str) -> None:
    (conflict,) = state(**life).conflicts
    assert conflict.key == key
    assert words in conflict.words


@pytest.mark.parametrize(
    "life",
    [
        {"phase": "active", "phase_out": "2026-07-01"},
        {"phase": "phase-in", "since": "2020-01-01"},
        {"phase": "phase-out", "since": "2020-01-01"},
        {"phase": "retired"},
        {"phase_out": "2020-01-01"},
    ],
)
def test_what_is_no_contradiction(life: dict[str, Any]) -> None:
    assert not state(**life).conflicts


def test_without_a_day_nothing_has_begun() -> None:
    found = state(None, phase="active", retired="2020-01-01", vendor_support_ends="2020-01-01")
    assert (found.by_dates, found.conflicts) == (None, ())
    assert (found.support_months, found.out_of_support) == (None, None)


@pytest.mark.parametrize(
    ("ends", "months"),
    [
        ("2026-06-30", 0),
        ("2026-07-29", 0),
        ("2026-07-30", 1),
        ("2027-06-30", 12),
        ("2026-06-29", 0),
        ("2026-05-30", -1),
        ("2025-06-30", -12),
        ("2027-02-28", 8),
    ],
)
def test_whole_months_of_support(ends: str, months: int) -> None:
    assert state(vendor_support_ends=ends).support_months == months


@given(DAYS, DAYS)
def test_months_left_never_overstate(day: date, ends: date) -> None:
    found = state(day, vendor_support_ends=str(ends))
    assert found.support_months is not None
    reached = pd.Timestamp(day) + pd.DateOffset(months=found.support_months)
    assert abs((pd.Timestamp(ends) - reached).days) <= 31
    if ends >= day:
        assert reached <= pd.Timestamp(ends)
        assert found.support_months >= 0


@pytest.mark.parametrize(
    ("phase", "out"), [("active", True), ("phase-out", True), ("retired", False), (None, True)]
)
def test_out_of_support_yet_used(phase: str | None, out: bool) -> None:
    assert state(phase=phase, vendor_support_ends="2026-06-29").out_of_support is out


class TestSuccessors:
    def chain(self, **successors: Any) -> tuple[tuple[str, ...], str]:
        systems = {
            id_: System.model_validate({"id": id_, "name": id_, **facts})
            for id_, facts in successors.items()
        }
        found = lifecycle_state(systems["a"], DAY, systems)
        return found.successors, found.successor_fault

    def test_from_system_to_system(self) -> None:
        to = {"lifecycle": {"successor": "b"}}
        assert self.chain(a=to, b={}) == (("b",), "")
        second = {"future": "retire", "lifecycle": {"successor": "c"}}
        assert self.chain(a=to, b=second, c={}) == (("b", "c"), "")
        assert self.chain(a={}) == ((), "")

    def test_one_that_ends_itself(self) -> None:
        to = {"lifecycle": {"successor": "b"}}
        assert self.chain(a=to, b={"future": "retire"}) == (("b",), "ends itself")

    def test_circles(self) -> None:
        to = {"lifecycle": {"successor": "b"}}
        back = {"lifecycle": {"successor": "a"}}
        assert self.chain(a=to, b=back) == (("b",), "circle")
        assert self.chain(a=back) == ((), "circle")
        later = {"lifecycle": {"successor": "c"}}
        assert self.chain(a=to, b=later, c=to) == (("b", "c"), "circle")
