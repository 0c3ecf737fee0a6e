"""Tasks in time: a working calendar, shared capacity, what waits for what, days that are due.

Serial schedule generation (Kolisch and Hartmann 1999): among the tasks whose
predecessors are placed, the one of the highest priority is put at the earliest
time at which capacity is left. It gives a feasible schedule, and no promise
that none is shorter. A task takes as much a day as is left, at most `SHARE` of
the capacity. What so misses its day is drawn to the front, with all that it
waits for, and everything is placed again. What could not keep it even if it
had the capacity alone follows behind these, so that it pushes none beyond theirs;
so does, where not all can be kept, what takes most work.

The longest chain of prerequisites is the critical path of Kelley and Walker (1959): durations
at full intensity, `SHARE` of the capacity, as if the tasks did not share it. The work cannot
be shorter than that; by how much a task may slip is told by its slack, which knows the capacity.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from crmaudit.messages import msg

DAYS_A_MONTH = 260 / 12
"""Working days of a month: Monday to Friday. Holidays are in the capacity that people declare."""
SHARE = 0.5
"""The most of the capacity that one task takes."""
STRETCH = 2
"""Over how many times its duration a task may be spread with idle days before it begins later."""
YEARS = 40
"""What would take longer gets no dates."""
CHAIN = msg("longest chain of prerequisites")
"""What `Placed.critical` is called wherever it is shown."""
_PASSES = 8


@dataclass(frozen=True, slots=True)
class Task:
    """`days` of work. `start` and `end` are fixed where given; `due` is the day to keep.

    `earliest` is a day before which it must not begin; `skills` are those of
    which only so many tasks can use at a time. `undone` is a day on which it was not done yet:
    without an `end` it ends then or later. With an `end` alone it begins as late as it may,
    not before `earliest` nor before the end of what it waits for, where it still can.
    """

    id: str
    days: float
    after: tuple[str, ...] = ()
    priority: float = 0.0
    earliest: date | None = None
    due: date | None = None
    start: date | None = None
    end: date | None = None
    skills: tuple[str, ...] = ()
    undone: date | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """When a task is done. `load` is its work by month (its first day), in days.

    `slack` are the working days that it may end later without moving what
    waits for it or missing its day; None where neither is there. `critical`: it stands on the
    longest chain of prerequisites.
    """

    start: date
    end: date
    load: tuple[tuple[date, float], ...]
    slack: int | None = None
    critical: bool = False


@dataclass(frozen=True)
class Schedule:
    """`critical_days` is the length of the longest chain in working days, at full intensity.

    `chain` is that chain, or one of several that are as long.
    """

    placed: Mapping[str, Placed] = field(default_factory=dict)
    critical_days: int = 0
    chain: tuple[str, ...] = ()


class Calendar:
    """Working days counted from the first one on or after a day."""

    def __init__(self, origin: date) -> None:
        weekend = origin.weekday() > 4
        self.origin = origin + timedelta(days=7 - origin.weekday()) if weekend else origin
        self._monday = self.origin - timedelta(days=self.origin.weekday())

    def day(self, n: int) -> date:
        week, rest = divmod(n + self.origin.weekday(), 5)
        return self._monday + timedelta(days=7 * week + rest)

    def number(self, day: date) -> int:
        """The working day's number; a weekend's is that of the Monday after it."""
        week, rest = divmod((day - self._monday).days, 7)
        return 5 * week + min(rest, 5) - self.origin.weekday()


def schedule(
    tasks: Sequence[Task],
    begin: date,
    capacity: float,
    holders: Mapping[str, int] | None = None,
) -> Schedule:
    """All tasks in time, from `begin` on with `capacity` days a month.

    `holders` says of how many people a skill is known: so many tasks use it at
    a time. Answers no placement where the work would take over `YEARS` years.
    Prerequisites that are no tasks are taken as done.
    """
    if not tasks or capacity <= 0 or sum(t.days for t in tasks) / capacity > 12 * YEARS:
        return Schedule()
    dates = [begin, *(d for t in tasks for d in (t.start, t.earliest) if d)]
    calendar = Calendar(min(dates))
    duration = {t.id: _duration(t, capacity) for t in tasks}
    followers = _followers(tasks)
    latest = _latest_starts(tasks, followers, duration, calendar)
    earliest = _earliest_ends(tasks, duration, begin, calendar)
    # Days to keep that are gone after, and those given up as not all of them can be kept.
    wanted: set[str] = set()
    behind: set[str] = set()
    best: dict[str, _Run] = {}
    for _ in range(_PASSES):
        drawn = _ancestors(wanted, tasks), _ancestors(behind, tasks)
        found = _serial(tasks, calendar, begin, capacity, holders or {}, drawn, latest)
        if not best or _missed(tasks, found, calendar) < _missed(tasks, best, calendar):
            best = found
        late = {
            t.id: earliest[t.id] <= day
            for t in tasks
            if t.due is not None and found[t.id].end > (day := _due(t.due, calendar))
        }
        new = {i for i, able in late.items() if able} - wanted - behind
        more = {i for i, able in late.items() if not able} - behind
        if not new and not more and wanted & {*late}:
            # Not all can be kept: the one that takes most work gives way to the others.
            more = {max(wanted, key=lambda i: (_work(i, tasks), i))}
        if not new and not more:
            break
        wanted = (wanted | new) - more
        behind |= more
    floatless, chain, length = _longest_chain(tasks, followers, duration)
    return Schedule(
        {
            t.id: Placed(
                calendar.day(best[t.id].start),
                calendar.day(best[t.id].end),
                _by_month(best[t.id], calendar),
                _slack(t, best, followers, calendar),
                t.id in floatless,
            )
            for t in tasks
        },
        length,
        chain,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """First and last working day, and the work of each day between."""

    start: int
    end: int
    work: tuple[float, ...]


class _Stock:
    """What is left of the capacity, and how many use a skill, day by day."""

    def __init__(self, rate: float, begin: int, holders: Mapping[str, int]) -> None:
        self.rate, self.begin, self.holders = rate, begin, holders
        self._used: dict[int, float] = {}
        self._skills: dict[tuple[str, int], int] = {}
        self._next: dict[frozenset[str], dict[int, int]] = {}

    def free(self, day: int) -> float:
        """Capacity is declared from the beginning on: what must be done earlier is done beside."""
        if day < self.begin:
            return self.rate
        return max(0.0, self.rate - self._used.get(day, 0.0))

    def skilled(self, skills: Iterable[str], day: int) -> bool:
        return all(
            self._skills.get((s, day), 0) < self.holders[s] for s in skills if s in self.holders
        )

    def first(self, skills: Sequence[str], day: int) -> int:
        """The first day from this one on with room for half of what a task may take.

        What once had no room has none later, as nothing is given back: it is jumped over.
        """
        jumps = self._next.setdefault(frozenset(skills), {})
        passed = []
        while day in jumps or not self._room(skills, day):
            passed.append(day)
            day = jumps.get(day, day + 1)
        jumps.update(dict.fromkeys(passed, day))
        return day

    def _room(self, skills: Sequence[str], day: int) -> bool:
        return self.free(day) >= self.rate * SHARE / 2 and self.skilled(skills, day)

    def take(self, run: _Run, skills: Iterable[str]) -> None:
        for n, work in enumerate(run.work):
            day = run.start + n
            self._used[day] = self._used.get(day, 0.0) + work
            for skill in skills:
                self._skills[skill, day] = self._skills.get((skill, day), 0) + 1


def _serial(
    tasks: Sequence[Task],
    calendar: Calendar,
    begin: date,
    capacity: float,
    holders: Mapping[str, int],
    drawn: tuple[set[str], set[str]],
    latest: Mapping[str, float],
) -> dict[str, _Run]:
    stock = _Stock(capacity / DAYS_A_MONTH, calendar.number(begin), holders)
    known = {t.id for t in tasks}
    fixed = {t.id for t in tasks if t.end or (t.start and t.start > begin)}
    first = _ancestors(fixed, tasks) - fixed  # else what people set could not be kept
    rank = {**dict.fromkeys(drawn[1], 1), **dict.fromkeys(drawn[0] | first, 0)}
    found: dict[str, _Run] = {}
    for t in tasks:
        if t.start is not None and t.end is not None:
            found[t.id] = run = _fixed(t, calendar, _duration(t, capacity), ())
            stock.take(run, t.skills)
    waiting = [t for t in tasks if t.id not in found]
    while waiting:
        ready = [t for t in waiting if all(a in found or a not in known for a in t.after)]
        chosen = min(
            ready or waiting,
            key=lambda t: (
                t.start is None and t.end is None,
                rank.get(t.id, 2),
                latest[t.id] if t.id in rank else 0,
                -t.priority,
                t.id,
            ),
        )
        waiting.remove(chosen)
        after = [found[a].end + 1 for a in chosen.after if a in found]
        if chosen.end is not None:
            found[chosen.id] = run = _fixed(chosen, calendar, _duration(chosen, capacity), after)
            stock.take(run, chosen.skills)
            continue
        # A task that is due before the work begins must not wait for it.
        at = max([calendar.number(chosen.earliest or begin), *after])
        if chosen.start is not None:
            at = calendar.number(chosen.start)
        run = _fit(chosen, at, stock)
        if chosen.undone is not None:
            idle = calendar.number(chosen.undone) - run.end
            run = _Run(run.start, run.end + max(0, idle), (*run.work, *([0.0] * idle)))
        found[chosen.id] = run
        stock.take(run, chosen.skills if chosen.days > 1e-9 else ())
    return found


def _fixed(task: Task, calendar: Calendar, duration: int, after: Iterable[int]) -> _Run:
    """Between its fixed days, evenly; with an end alone counted back from it.

    Not before `earliest` nor a day of `after` then, but for those that are past its end.
    """
    assert task.end is not None
    end = _due(task.end, calendar)
    if task.start is not None:
        start = min(calendar.number(task.start), end)
    else:
        first = [*after, *([calendar.number(task.earliest)] if task.earliest else [])]
        start = max([end - duration + 1, *(n for n in first if n <= end)])
    n = end - start + 1
    return _Run(start, end, (task.days / n,) * n)


def _fit(task: Task, at: int, stock: _Stock) -> _Run:
    """From the first day on that has room, as much a day as there is."""
    most = stock.rate * SHARE
    start = at
    if task.days <= 1e-9:
        return _Run(start, start, (0.0,))
    while True:
        if task.start is None:
            start = stock.first(task.skills, start)
        work: list[float] = []
        left, day = task.days, start
        while left > 1e-9:
            if task.start is None and not stock.skilled(task.skills, day):
                break
            take = min(most, stock.free(day), left)
            work.append(take)
            left -= take
            day += 1
        else:
            while len(work) > 1 and work[-1] <= 1e-9:
                work.pop()
            idle = next((n for n in range(len(work), 0, -1) if work[n - 1] <= 1e-9), 0)
            spread = len(work) > STRETCH * math.ceil(task.days / most - 1e-9)
            if task.start or task.due or not (spread and idle):
                return _Run(start, start + len(work) - 1, tuple(work))
            # A scrap now and the rest much later: it begins later, as no day hurries it.
            day = start + idle - 1
        start = day + 1


def _duration(task: Task, capacity: float) -> int:
    return max(1, math.ceil(task.days / (capacity / DAYS_A_MONTH * SHARE) - 1e-9))


def _followers(tasks: Sequence[Task]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {t.id: [] for t in tasks}
    for t in tasks:
        for before in t.after:
            if before in found:
                found[before].append(t.id)
    return found


def _due(day: date, calendar: Calendar) -> int:
    """The last working day on or before it."""
    return calendar.number(day) - (day.weekday() > 4)


def _latest_starts(
    tasks: Sequence[Task],
    followers: Mapping[str, list[str]],
    duration: Mapping[str, int],
    calendar: Calendar,
) -> Mapping[str, float]:
    """The last working day on which each may begin for all days after it to be kept."""
    latest: dict[str, float] = {}
    for t in reversed(in_order(tasks)):
        ends = [latest[f] - 1 for f in followers[t.id]]
        ends += [_due(day, calendar) for day in (t.due, t.end) if day is not None]
        latest[t.id] = min(ends, default=math.inf) - duration[t.id] + 1
        if t.start is not None:
            latest[t.id] = calendar.number(t.start)
    return latest


def _earliest_ends(
    tasks: Sequence[Task], duration: Mapping[str, int], begin: date, calendar: Calendar
) -> Mapping[str, int]:
    """The day on which each could end if it had the capacity alone, with all it waits for."""
    ends: dict[str, int] = {}
    for t in in_order(tasks):
        first = calendar.number(t.start or t.earliest or begin)
        after = (ends[a] + 1 for a in t.after if a in ends)
        ends[t.id] = max([first, *after]) + duration[t.id] - 1
        if t.end is not None:
            ends[t.id] = calendar.number(t.end)
    return ends


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Each after all that it waits for; else in the order given. What goes in a circle is last."""
    left = {t.id: t for t in tasks}
    found: list[Task] = []
    while left:
        ready = [t for t in left.values() if not any(a in left for a in t.after)]
        found += (left.pop(t.id) for t in ready or list(left.values()))
    return found


def _ancestors(late: set[str], tasks: Sequence[Task]) -> set[str]:
    known = {t.id: t for t in tasks}
    found: set[str] = set()
    open_ = sorted(late)
    while open_:
        name = open_.pop()
        if name in known and name not in found:
            found.add(name)
            open_ += known[name].after
    return found


def _work(task: str, tasks: Sequence[Task]) -> float:
    """Days of a task with all that it waits for."""
    chain = _ancestors({task}, tasks)
    return sum(t.days for t in tasks if t.id in chain)


def _missed(
    tasks: Sequence[Task], found: Mapping[str, _Run], calendar: Calendar
) -> tuple[int, int]:
    """How many days are not kept, and by how many working days in all."""
    late = [found[t.id].end - _due(t.due, calendar) for t in tasks if t.due is not None]
    return sum(n > 0 for n in late), sum(n for n in late if n > 0)


def _longest_chain(
    tasks: Sequence[Task], followers: Mapping[str, list[str]], duration: Mapping[str, int]
) -> tuple[set[str], tuple[str, ...], int]:
    """Those without any float, one path through them, and its length."""
    known = {t.id: t for t in tasks}
    ends: dict[str, int] = {}
    for t in in_order(tasks):
        before = max((ends.get(a, 0) for a in t.after if a in known), default=0)
        ends[t.id] = before + duration[t.id]
    whole = max(ends.values(), default=0)
    latest: dict[str, int] = {}
    for t in reversed(in_order(tasks)):
        latest[t.id] = min(
            (latest.get(f, whole) - duration[f] for f in followers[t.id]), default=whole
        )
    path: list[str] = []
    at = min((i for i in ends if ends[i] == whole), default=None)
    while at is not None:
        path.append(at)
        begins = ends[at] - duration[at]
        at = min((a for a in known[at].after if ends.get(a) == begins), default=None)
    return {i for i in ends if ends[i] == latest[i]}, tuple(reversed(path)), whole


def _slack(
    task: Task, found: Mapping[str, _Run], followers: Mapping[str, list[str]], calendar: Calendar
) -> int | None:
    ends = [found[f].start - 1 for f in followers[task.id]]
    if task.due is not None:
        ends.append(_due(task.due, calendar))
    end = found[task.id].end
    if task.undone is not None and end < calendar.number(task.undone):
        return None  # that it ends then was set, and did not happen
    return min(ends) - end if ends else None


def _by_month(run: _Run, calendar: Calendar) -> tuple[tuple[date, float], ...]:
    months: dict[date, float] = {}
    for n, work in enumerate(run.work):
        month = calendar.day(run.start + n).replace(day=1)
        months[month] = months.get(month, 0.0) + work
    return tuple((month, work) for month, work in months.items() if work or len(months) == 1)
