"""Tasks in time: no task before what it waits for, never more than there is."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from crmaudit.strategy.schedule import DAYS_A_MONTH, SHARE, Calendar, Task, schedule
from crmaudit.strategy.sequence import unless_closed
from crmaudit.workspace.answers import InitiativeOverride

BEGIN = date(2027, 1, 11)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-3000, 3000))
def test_a_calendar_counts_working_days_both_ways(origin: date, n: int) -> None:
    calendar = Calendar(origin)
    day = calendar.day(n)
    assert day.weekday() < 5
    assert calendar.number(day) == n
    assert calendar.day(0) >= origin
    # A weekend's number is that of the Monday after it.
    saturday = day + timedelta(days=5 - day.weekday())
    assert calendar.number(saturday) == calendar.number(saturday + timedelta(days=2))


@st.composite
def _tasks(draw: st.DrawFn) -> list[Task]:
    n = draw(st.integers(1, 12))
    found = []
    for k in range(n):
        before = draw(st.sets(st.integers(0, k - 1), max_size=3)) if k else set()
        outside = draw(st.sampled_from([(), ("gone",)]))
        found.append(
            Task(
                f"t{k}",
                draw(st.floats(0, 60)),
                (*outside, *(f"t{b}" for b in sorted(before))),
                draw(st.floats(0, 9)),
                due=draw(_days),
                skills=("SQL",) if draw(st.booleans()) else (),
            )
        )
    return found


_days = st.none() | st.integers(-100, 900).map(lambda n: BEGIN + timedelta(days=n))


@st.composite
def _decided(draw: st.DrawFn) -> list[Task]:
    """Tasks of which some have days that people set."""
    found = []
    for task in draw(_tasks()):
        start, end = draw(_days), draw(_days)
        if start and end and start > end:
            start, end = end, start
        found.append(replace(task, start=start, end=end, earliest=draw(_days)))
    return found


@settings(max_examples=150, deadline=None)
@given(_decided(), st.floats(2, 60))
def test_days_that_people_set_are_kept(tasks: list[Task], capacity: float) -> None:
    found = schedule(tasks, BEGIN, capacity, {"SQL": 1}).placed
    assert set(found) == {t.id for t in tasks}
    for t in tasks:
        placed = found[t.id]
        assert placed.start <= placed.end
        assert math.isclose(sum(x for _, x in placed.load), t.days, abs_tol=1e-6)
        ends = [found[b].end for b in t.after if b in found]
        if t.end is not None:
            assert timedelta(0) <= t.end - placed.end <= timedelta(days=2)
        if t.start is not None:
            weekend = t.end is not None and t.start.weekday() > 4
            assert weekend or timedelta(0) <= placed.start - t.start <= timedelta(days=2)
        elif t.end is not None:
            # Counted back, but not before what can still be kept.
            for day in [*ends, *([t.earliest - timedelta(days=1)] if t.earliest else [])]:
                assert placed.start > day or day + timedelta(days=1) > placed.end
        else:
            assert placed.start >= max([t.earliest or BEGIN, *ends])


@settings(max_examples=60, deadline=None)
@given(_tasks(), st.floats(2, 60))
def test_no_capacity_does_the_work_before_its_longest_chain(
    tasks: list[Task], capacity: float
) -> None:
    """The chain and the days agree: where nothing else delays, what stands on it has no slack."""
    found = schedule(tasks, BEGIN, capacity)
    calendar = Calendar(BEGIN)
    last = max(calendar.number(p.end) for p in found.placed.values())
    assert found.critical_days <= last + 1
    if found.critical_days == last + 1:
        chain = [t for t in tasks if found.placed[t.id].critical and t.due is None]
        assert all(not found.placed[t.id].slack for t in chain)


def test_many_tasks_that_need_one_person_are_placed_in_no_time() -> None:
    tasks = [Task(f"t{n}", 20, skills=("SQL",), priority=n % 7) for n in range(150)]
    begun = perf_counter()
    found = schedule(tasks, BEGIN, 20, {"SQL": 1}).placed
    assert len(found) == 150
    assert perf_counter() - begun < 5


@settings(max_examples=60, deadline=None)
@given(_tasks(), st.floats(2, 60))
def test_a_schedule_keeps_order_capacity_and_skills(tasks: list[Task], capacity: float) -> None:
    found = schedule(tasks, BEGIN, capacity, {"SQL": 1}).placed
    assert set(found) == {t.id for t in tasks}
    months: dict[date, float] = {}
    for t in tasks:
        placed = found[t.id]
        assert BEGIN <= placed.start <= placed.end
        assert math.isclose(sum(x for _, x in placed.load), t.days, abs_tol=1e-6)
        for month, days in placed.load:
            months[month] = months.get(month, 0.0) + days
        for before in t.after:
            assert before not in found or found[before].end < placed.start
    for month, days in months.items():
        calendar = Calendar(month)
        next_ = (month + timedelta(days=32)).replace(day=1)
        assert days <= calendar.number(next_) * capacity / DAYS_A_MONTH + 1e-6
    mine = (found[t.id] for t in tasks if t.skills and t.days > 1e-9)
    skilled = sorted(mine, key=lambda p: p.start)
    for one, two in itertools.pairwise(skilled):
        assert one.end < two.start


@settings(max_examples=40, deadline=None)
@given(_tasks())
def test_the_critical_path_is_the_longest_chain(tasks: list[Task]) -> None:
    capacity = 10.0
    found = schedule(tasks, BEGIN, capacity)
    rate = capacity / DAYS_A_MONTH * SHARE
    length: dict[str, int] = {}
    for t in tasks:
        before = max((length.get(b, 0) for b in t.after), default=0)
        length[t.id] = before + max(1, math.ceil(t.days / rate - 1e-9))
    assert found.critical_days == max(length.values())
    last = max(length, key=lambda i: length[i])
    assert found.placed[last].critical


@given(_tasks(), st.sets(st.integers(0, 11)))
def test_what_is_closed_hands_on_what_it_waited_for(tasks: list[Task], closed: set[int]) -> None:
    after = {t.id: tuple(b for b in t.after if b != "gone") for t in tasks}
    given = {
        t.id: InitiativeOverride(status="done" if n in closed else "approved")
        for n, t in enumerate(tasks)
    }
    found = unless_closed(after, given)
    open_ = {i for i, said in given.items() if said.status == "approved"}
    assert all({*before} <= open_ for before in found.values())

    def reach(name: str, ways: Mapping[str, tuple[str, ...]]) -> set[str]:
        return {name} | {x for before in ways[name] for x in reach(before, ways)}

    for name in open_:
        assert reach(name, found) == reach(name, after) & open_


def test_one_task_takes_at_most_half_of_the_capacity() -> None:
    (placed,) = schedule([Task("a", 10)], BEGIN, DAYS_A_MONTH).placed.values()
    # Half a day a working day: twenty of them, four weeks.
    assert (placed.start, placed.end) == (BEGIN, date(2027, 2, 5))


def test_what_would_miss_its_day_is_drawn_to_the_front_with_what_it_waits_for() -> None:
    tasks = [
        Task("valuable", 20, priority=9),
        Task("more", 20, priority=8),
        Task("first", 5, priority=1),
        Task("due", 5, ("first",), 1, due=date(2027, 3, 31)),
    ]
    found = schedule(tasks, BEGIN, 10).placed
    assert found["due"].end <= date(2027, 3, 31)
    assert found["first"].start == BEGIN
    free = schedule(
        [t if t.id != "due" else Task("due", 5, ("first",), 1) for t in tasks], BEGIN, 10
    )
    assert free.placed["due"].end > date(2027, 3, 31)


def test_days_that_are_fixed_stay_and_take_capacity() -> None:
    tasks = [
        Task("fixed", 10, start=date(2027, 1, 11), end=date(2027, 1, 22)),
        Task("other", 5),
    ]
    found = schedule(tasks, BEGIN, DAYS_A_MONTH).placed
    assert (found["fixed"].start, found["fixed"].end) == (date(2027, 1, 11), date(2027, 1, 22))
    assert found["other"].start == date(2027, 1, 25)


def test_slack_is_what_a_task_may_slip_without_moving_the_next() -> None:
    tasks = [Task("short", 1), Task("long", 20), Task("last", 1, ("short", "long"))]
    found = schedule(tasks, BEGIN, DAYS_A_MONTH).placed
    assert found["long"].slack == 0
    assert found["long"].critical
    assert found["last"].slack is None
    short = found["short"]
    assert short.slack is not None
    assert Calendar(short.end).day(short.slack) < found["last"].start
    assert not short.critical


def test_before_the_plan_begins_its_capacity_binds_nobody() -> None:
    early = date(2026, 11, 2)
    tasks = [Task(f"t{n}", 5, earliest=early, due=date(2026, 12, 1)) for n in range(4)]
    found = schedule(tasks, BEGIN, DAYS_A_MONTH).placed
    assert all(p.start == early and p.end <= date(2026, 12, 1) for p in found.values())


def test_work_of_over_forty_years_gets_no_dates() -> None:
    assert not schedule([Task("a", 500)], BEGIN, 1).placed
    assert schedule([Task("a", 400)], BEGIN, 1).placed


def test_what_can_no_longer_keep_its_day_comes_before_what_has_none() -> None:
    """It follows what can keep its day, and pushes it nowhere."""
    hopeless = Task("hopeless", 20, priority=0.1, due=date(2027, 1, 12))
    due = Task("due", 20, priority=0.1, due=date(2027, 2, 12))
    others = [Task(f"t{n}", 30, priority=9) for n in range(4)]
    found = schedule([hopeless, due, *others], BEGIN, 2 * DAYS_A_MONTH).placed
    assert found["due"].end <= date(2027, 2, 12)
    assert found["hopeless"].end < min(found[t.id].end for t in others)


def test_no_task_is_spread_over_months_by_a_scrap_of_capacity() -> None:
    """Two take all there is but a scrap in front; the third would begin with it and wait."""
    tasks = [
        Task("a", 40, priority=9, start=date(2027, 1, 12)),
        Task("b", 40, priority=8, start=date(2027, 1, 12)),
        Task("c", 2, priority=1),
    ]
    found = schedule(tasks, BEGIN, DAYS_A_MONTH).placed
    assert found["c"].start > min(found["a"].end, found["b"].end)
    assert sum(days for _, days in found["c"].load) == 2
