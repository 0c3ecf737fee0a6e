"""Drawings of the plan, made from its initiatives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from math import log1p

from crmaudit.facts import Facts
from crmaudit.inventory.lifecycle import months_later
from crmaudit.messages import counted, msg
from crmaudit.report import numbers
from crmaudit.report import specs as s
from crmaudit.strategy import Initiative, Plan
from crmaudit.strategy.schedule import DAYS_A_MONTH, Calendar

MOST = 60
"""Initiatives that a drawing of the plan in time holds with a line each."""
PART = 45
"""Lines of one of several such drawings."""
PAGES = 8
"""Such drawings at most; what is beyond them stands in the table."""
AHEAD = 6
"""Months before its first work from which on a drawing shows the audit's day."""
BUBBLES = 80
"""Initiatives on the map of value and effort: those of most value, told by their numbers."""
PARTS = 4
"""Leaders or skills told apart; all others are one more part."""
AFTER = 36
"""Months that are looked at after the last work, for the cost to be earned back."""


def phase_name(plan: Plan, number: int) -> str:
    """What a phase is, where it is one of time; else its number."""
    if plan.begin is None or not any(i.start for i in plan.initiatives):
        return msg("Phase {n}", n=number)
    if number > 4:
        return msg("Phase {n}", n=number)
    return (
        msg("Phase 1: begins in months 1 to 3"),
        msg("Phase 2: begins in months 4 to 12"),
        msg("Phase 3: begins in the second year"),
        msg("Phase 4: begins later"),
    )[number - 1]


def gantt(facts: Facts, plan: Plan) -> s.Gantt | None:
    """Initiatives in time with what they wait for.

    Of more than `MOST` a phase is one bar. On lines of their own stand those on
    the critical path and those that miss their day; `gantt_parts` has them all.
    """
    works = _works(plan)
    if len(works) <= MOST:
        return _drawn(facts, works)
    shown: list[s.Work] = []
    for group, found in groupby(works, key=lambda w: w.group):
        mine = list(found)
        whole = msg("All {n}", n=counted(len(mine), "initiative"))
        first, last = min(w.start for w in mine), max(w.end for w in mine)
        shown.append(s.Work(f"phase:{group}", whole, first, last, group, stands_for=len(mine)))
        shown += [w for w in mine if w.critical or w.late]
    return _drawn(facts, shown[:MOST])


def gantt_parts(facts: Facts, plan: Plan) -> tuple[s.Gantt, ...]:
    """All initiatives, on as many drawings as they need, up to `PAGES`; none where one holds all.

    A phase begins a drawing of its own where it does not fit on the one before.
    """
    works = _works(plan)
    if len(works) <= MOST:
        return ()
    parts: list[list[s.Work]] = [[]]
    for _, found in groupby(works, key=lambda w: w.group):
        mine = list(found)
        if parts[-1] and len(parts[-1]) + len(mine) > PART:
            parts.append([])
        for work in mine:
            if len(parts[-1]) == PART:
                parts.append([])
            parts[-1].append(work)
    drawn = (_drawn(facts, part) for part in parts[:PAGES])
    return tuple(g for g in drawn if g is not None)


def _works(plan: Plan) -> list[s.Work]:
    return [
        s.Work(
            i.id,
            i.title,
            i.start,
            i.end,
            phase_name(plan, i.phase),
            i.after,
            i.status,
            i.critical,
            _slack(i, i.end),
            i.due.day if i.due else None,
            i.late,
        )
        for i in plan.initiatives
        if i.start and i.end
    ]


def _drawn(facts: Facts, works: Sequence[s.Work]) -> s.Gantt | None:
    if not works:
        return None
    first, last = min(w.start for w in works), max(w.end for w in works)
    day = facts.day
    # A part that begins years later is not drawn from the audit's day on.
    present = day if day is not None and day >= months_later(first, -AHEAD) else None
    given = {(d.date, d.text) for d in facts.workspace.brief.deadlines}
    deadlines = sorted(d for d in given if min(first, present or first) <= d[0] <= last)
    return s.Gantt(tuple(works), present, msg("as of") if present else "", tuple(deadlines))


def _slack(i: Initiative, end: date) -> date | None:
    if not i.slack or i.slack < 1:
        return None
    calendar = Calendar(end)
    return calendar.day(calendar.number(end) + i.slack)


def value_map(plan: Plan) -> s.Bubbles | None:
    """Value of open initiatives against their effort; the area goes with their findings."""
    todo = [i for i in plan.initiatives if i.value and i.open]
    if len(todo) < 4:
        return None
    chosen = sorted(todo, key=lambda i: (-i.value, -i.urgency, i.id))
    chosen = chosen[:BUBBLES]
    numbers = plan.numbers
    most_value = max(i.value for i in chosen)
    most_days = max(i.days for i in chosen)
    return s.Bubbles(
        tuple(
            s.Bubble(
                msg("{n} {title}", n=numbers[i.id], title=i.title),
                log1p(i.days) / log1p(most_days),
                log1p(i.value) / log1p(most_value),
                len(i.findings),
                i.worst == "critical",
                str(len(i.findings)),
                x_text=_days(i),
                y_text=str(i.value),
                number=str(numbers[i.id]),
            )
            for i in chosen
        ),
        x_name=msg("Effort in days"),
        y_name=msg("Value"),
        x_ends=("0", msg("{n:,.0f}", n=most_days)),
        y_ends=("0", str(most_value)),
        quadrants=(
            msg("do first"),
            msg("plan well"),
            msg("when convenient"),
            msg("question"),
        ),
        size_name=msg("Findings"),
        mark_text=msg("critical: first, wherever it stands"),
    )


def _days(i: Initiative) -> str:
    return msg("{low:,.0f} to {high:,.0f}", low=i.effort[0], high=i.effort[1])


def curve(facts: Facts, plan: Plan) -> s.Curve | None:
    """Cost and benefit added up by month; None without dates, a rate, or any benefit in money."""
    todo = [i for i in plan.initiatives if i.open]
    ends = [i.end for i in todo if i.end]
    starts = [month for i in todo for month, _ in i.load]
    if not ends or not starts or any(i.cost_range is None for i in todo):
        return None
    rate = facts.workspace.audit.hourly_rate or 0.0
    first, ended = min(starts), max(ends).replace(day=1)
    spent: defaultdict[tuple[int, date], float] = defaultdict(float)
    brings: dict[date, list[float]] = {}
    for i in todo:
        cost = i.cost_range or (0.0, 0.0)
        days = sum(x for _, x in i.load)
        for month, x in i.load:
            for end in (0, 1):
                spent[end, month] += cost[end] * (x / days if days else 1 / len(i.load))
        if i.end:
            year = brings.setdefault(i.end.replace(day=1), [0.0, 0.0])
            for end in (0, 1):
                year[end] += i.money[end] if i.money else 0.0
                year[end] += i.hours[end] * rate if i.hours else 0.0
    if not any(high for _, high in brings.values()):
        return None
    months, cost_, benefit = [], [], []
    sums, flows = [[0.0, 0.0], [0.0, 0.0]], [0.0, 0.0]
    even, month = None, first
    while month <= months_later(ended, AFTER):
        for end in (0, 1):
            sums[0][end] += spent[end, month]
            sums[1][end] += flows[end] / 12
        for end in (0, 1):
            flows[end] += brings.get(month, [0.0, 0.0])[end]
        months.append(month)
        cost_.append((sums[0][0], sums[0][1]))
        benefit.append((sums[1][0], sums[1][1]))
        if sum(sums[1]) < sum(sums[0]):
            even = None
        elif even is None:
            even = month
        if even is not None and month >= months_later(max(even, ended), 3):
            break
        month = months_later(month, 1)
    return s.Curve(
        tuple(months),
        tuple(cost_),
        tuple(benefit),
        facts.inventory.currency,
        even,
        ended,
        msg("Cost, low to high"),
        msg("Benefit, low to high"),
    )


def leaders(facts: Facts, plan: Plan) -> s.Loads | None:
    """Days by month and by who leads, against the capacity."""
    people = facts.workspace.person
    return _loads(
        facts,
        plan,
        lambda i: (
            (people[i.owner].name if i.owner in people else i.owner)
            if i.owner
            else msg("{role} (to be named)", role=i.role),
        ),
    )


def skills(facts: Facts, plan: Plan) -> s.Loads | None:
    """Days by month and by the skill first needed, against the capacity."""
    return _loads(facts, plan, lambda i: (i.skills[0] if i.skills else msg("no special skill"),))


def _loads(facts: Facts, plan: Plan, of: Callable[[Initiative], tuple[str, ...]]) -> s.Loads | None:
    todo = [i for i in plan.initiatives if i.open and i.load]
    if not todo or plan.begin is None:
        return None
    whole: defaultdict[str, float] = defaultdict(float)
    by: defaultdict[date, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for i in todo:
        (name,) = of(i)
        for month, days in i.load:
            by[month][name] += days
            whole[name] += days
    months = sorted(by)
    named = sorted(whole, key=lambda n: (-whole[n], n))
    shown = named if len(named) <= PARTS + 1 else named[:PARTS]
    parts = (*shown, *([msg("all others")] if len(named) > len(shown) else []))
    periods = _periods(months)
    table: list[tuple[float, ...]] = []
    capacity, names = [], []
    for name, inside in periods:
        sums = [sum(by[m][n] for m in inside) for n in shown]
        if len(parts) > len(shown):
            others = sum(sum(by[m].values()) for m in inside) - sum(sums)
            sums.append(max(0.0, others))  # what is left of adding up is nothing
        table.append(tuple(sums))
        names.append(name)
        capacity.append(sum(_capacity(plan, m) for m in inside))
    return s.Loads(
        parts,
        tuple(names),
        tuple(table),
        tuple(capacity) if plan.capacity else (),
        msg("capacity: {n:g} days a month", n=plan.capacity or 0),
        msg("Month") if len(months) <= 24 else msg("Quarter"),
    )


def _capacity(plan: Plan, month: date) -> float:
    """Days that there are in a month: by its working days, and from the beginning on."""
    if plan.begin is None or not plan.capacity:
        return 0.0
    begin, after = max(month, plan.begin), months_later(month, 1)
    calendar = Calendar(month)
    return max(0, calendar.number(after) - calendar.number(begin)) * plan.capacity / DAYS_A_MONTH


def _periods(months: list[date]) -> list[tuple[str, list[date]]]:
    """Every month from the first to the last, by quarters where there are over 24."""
    first, last = months[0], months[-1]
    every = []
    month = first
    while month <= last:
        every.append(month)
        month = months_later(month, 1)
    if len(every) <= 24:
        return [(numbers.month(m), [m]) for m in every]
    quarters: dict[tuple[int, int], list[date]] = {}
    for m in every:
        quarters.setdefault((m.year, (m.month - 1) // 3 + 1), []).append(m)
    return [(f"Q{quarter} {year}", inside) for (year, quarter), inside in quarters.items()]
