"""The plan in time under given means, and under others: what fits, until when, at what cost.

Budget: initiatives in the order of value for effort, each with all that it
waits for, as long as the middle of their cost fits. What runs already, and
what is approved, is in first, then what has a day to keep. Internal days
count at the internal rate, so that a budget covers them too. What cannot wait
for the plan's beginning is done beside all means, on the same days under each;
nothing else begins before the means are there. Own proposal (docs/method.md,
"Scenarios").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from crmaudit.facts import Facts
from crmaudit.inventory.lifecycle import months_later
from crmaudit.messages import msg
from crmaudit.strategy.schedule import Schedule, Task, schedule
from crmaudit.strategy.sequence import by_worth
from crmaudit.strategy.staffing import Holders
from crmaudit.workspace.audit_file import Resources

if TYPE_CHECKING:
    from crmaudit.strategy.plan import Initiative

BASE = msg("As in the brief")
COMMITTED = ("running", "approved")
"""Status of work that no budget leaves out."""
PHASES = (0, 3, 12, 24)
"""Months from the plan's beginning at which its phases begin."""


@dataclass(frozen=True, slots=True)
class Means:
    """What may be used; `budget` in the audit's currency, `without_rate` where it cannot be told
    in it."""

    id: str
    name: str
    budget: float | None
    capacity: float | None
    start: date | None
    deadline: date | None = None
    without_rate: bool = False

    @property
    def known(self) -> bool:
        return self.budget is not None or self.capacity is not None or self.without_rate


@dataclass(frozen=True, slots=True)
class Kept:
    """A day to keep: what it is, and of how many open initiatives how many end by it."""

    text: str
    day: date
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What some means can do.

    `taken` and `left` are ids of initiatives, those in and those beyond the
    budget; `late` those that miss the day they have to keep, as all do that
    are left out; `early` those that begin before the means are there and do not run yet.
    `ends` is None where no start or capacity is declared, or where the
    work would take over forty years. Money and hours are a year's, reached when all that is taken
    is done. `payback` are the months after which cost is earned back, at the
    earliest and at the latest: None where nothing is earned.
    """

    means: Means
    taken: tuple[str, ...]
    left: tuple[str, ...]
    finishes: Mapping[str, date]
    """When each of those taken ends; empty where there are no dates."""
    deadlines: tuple[Kept, ...]
    effort: tuple[float, float] = (0.0, 0.0)
    cost: tuple[float, float] | None = None
    ends: date | None = None
    late: tuple[str, ...] = ()
    hours: tuple[float, float] | None = None
    money: tuple[float, float] | None = None
    payback: tuple[float, float | None] | None = None
    why_undated: str = ""
    early: tuple[str, ...] = ()
    why_unjudged: str = ""
    """Why the budget could not be laid beside the cost: then it bounds nothing."""
    exceeded: float = 0.0
    """By how much what runs or is approved, with all it waits for, costs more than the budget."""
    soonest: Mapping[str, date] = field(default_factory=dict)
    """When each of those taken ends if all take the low end of their effort."""
    latest: Mapping[str, date] = field(default_factory=dict)
    """The same at the high end; empty where that would take over forty years."""

    @property
    def between(self) -> tuple[date, date | None] | None:
        """The first and the last day on which all may be done, as efforts go."""
        return between(self.soonest, self.finishes, self.latest)


def means(facts: Facts) -> tuple[Means, ...]:
    """Those of the brief (and of plan.yaml, which wins) first, then each scenario's."""
    workspace = facts.workspace
    file, own = workspace.plan, workspace.brief.resources
    base = _means(facts, "", BASE, own)
    base = replace(
        base,
        capacity=base.capacity
        if file.capacity_days_per_month is None
        else file.capacity_days_per_month,
        start=file.start or base.start,
    )
    return (
        base,
        *(
            replace(_means(facts, s.id, s.name, s), deadline=s.deadline)
            for s in workspace.brief.scenarios
        ),
    )


def _means(facts: Facts, id: str, name: str, given: Resources) -> Means:
    audit = facts.workspace.audit
    rates = {audit.currency: 1.0, **audit.rates}
    rate = rates.get(given.currency or audit.currency)
    budget = given.budget * rate if given.budget is not None and rate is not None else None
    return Means(
        id,
        name,
        budget,
        given.days_per_month,
        given.start,
        without_rate=given.budget is not None and rate is None,
    )


def undated(given: Means) -> str:
    """Why nothing can be set in time under these means."""
    if given.start and given.capacity == 0:
        return msg("its capacity is no day a month")
    if given.start and given.capacity:
        return msg("the work would take more than forty years")
    return msg("no start or capacity declared")


def phase_starts(begin: date) -> tuple[date, ...]:
    return tuple(months_later(begin, n) for n in PHASES)


def dated(
    facts: Facts, ordered: Sequence[Initiative], given: Means, holders: Holders
) -> tuple[tuple[Initiative, ...], Schedule]:
    """The initiatives with their days, in the order of their beginning; as they are without means.

    What the budget does not reach takes what is left of the capacity: it delays nothing that it
    does. Also the schedule that the days are from.
    """
    begin = given.start
    if begin is None:
        return tuple(ordered), Schedule()
    groups = _within([i for i in ordered if i.open], given.budget)
    work = _work(facts, groups, given, holders, _soon(ordered, begin))
    found = work.placed()
    if not found.placed:
        return tuple(ordered), found
    starts = phase_starts(begin)
    placed = []
    low, high = work.placed(0).placed, work.placed(1).placed
    for i in ordered:
        at = found.placed.get(i.id)
        if at is None:
            phase = sum(d <= i.start for d in starts) if i.start else 1
            placed.append(replace(i, phase=max(1, phase)))
            continue
        phase = max(1, sum(d <= at.start for d in starts))
        placed.append(
            replace(
                i,
                start=at.start if moved(i, facts.day) else i.start or at.start,
                end=i.end or at.end,
                soonest=low[i.id].end if i.id in low else None,
                latest=high[i.id].end if i.id in high else None,
                slack=at.slack,
                critical=at.critical,
                load=at.load,
                phase=phase,
            )
        )
    last = date.max
    placed.sort(
        key=lambda i: (i.phase, i.start or last, i.worst != "critical", i.end or last, i.id)
    )
    return tuple(placed), found


@dataclass(frozen=True)
class _Work:
    """What is to be set in time under some means, in its order."""

    tasks: tuple[Task, ...] = ()
    efforts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    begin: date = date.min
    capacity: float = 0.0
    holders: Mapping[str, int] = field(default_factory=dict)

    def placed(self, end: int | None = None) -> Schedule:
        """At the middle of all efforts; at their low (0) or high (1) end."""
        tasks = self.tasks
        if end is not None:
            tasks = tuple(replace(t, days=self.efforts[t.id][end]) for t in tasks)
        return schedule(tasks, self.begin, self.capacity, self.holders)


def _work(
    facts: Facts,
    groups: Sequence[Sequence[Initiative]],
    given: Means,
    holders: Holders,
    soon: Collection[str] = (),
    early: Collection[str] = (),
) -> _Work:
    """Open initiatives: each group takes what those before it leave of the capacity.

    `soon` may begin before the means are there, `early` does, on the days it has already.
    """
    todo = [i for group in groups for i in group]
    if given.start is None or not given.capacity:
        return _Work()
    begin, day = given.start, facts.day
    turns = (i for group in groups for i in by_worth(group))
    turn = {i: -float(n) for n, i in enumerate(turns)}
    tasks = [_task(i, begin, day, i.id in soon, turn[i.id]) for i in todo]
    return _Work(
        tuple(
            replace(t, start=i.start, end=i.end) if i.id in early else t
            for t, i in zip(tasks, todo, strict=True)
        ),
        {i.id: i.effort for i in todo},
        begin,
        given.capacity,
        holders.counts({s for i in todo for s in i.skills}),
    )


def _early(initiatives: Iterable[Initiative], base: Means, given: Means) -> set[str]:
    """What the plan begins before its own means and these are there: it is done all the same."""
    if base.start is None or given.start is None:
        return set()
    first = min(base.start, given.start)
    return {
        i.id
        for i in initiatives
        if i.end and i.start and i.start < first and i.load and i.status != "running"
    }


def _soon(initiatives: Iterable[Initiative], begin: date) -> set[str]:
    """What must be done before the plan's first phase is over, with all that it waits for."""
    known = {i.id: i for i in initiatives if i.open}
    first = phase_starts(begin)[1]
    open_ = [i.id for i in known.values() if any(day < first for day in _days(i))]
    found: set[str] = set()
    while open_:
        name = open_.pop()
        if name in known and name not in found:
            found.add(name)
            open_ += known[name].after
    return found


def _days(i: Initiative) -> Iterator[date]:
    """Days by which it has to be done, or to begin, whatever else there is."""
    if i.due is not None:
        yield i.due.day
    if i.status != "running":
        fixed = (("start", i.start), ("end", i.end))
        yield from (day for name, day in fixed if day and name in i.overridden)


def _task(i: Initiative, begin: date, day: date | None, soon: bool, priority: float) -> Task:
    fixed = i.overridden
    earliest = None
    if i.not_before is not None:
        earliest = phase_starts(begin)[i.not_before - 1]
    elif day is not None and day < begin and (soon or "end" in fixed):
        # It cannot wait for the plan's beginning: the audit's day is the first.
        earliest = day
    if day is not None and (earliest or begin) < day:
        earliest = day  # what has not begun by the audit's day did not begin before it
    start, end = i.start if "start" in fixed else None, i.end if "end" in fixed else None
    if moved(i, day):
        start, earliest = None, max(d for d in (earliest, day) if d is not None)
    if i.status == "running" and start is None:
        start = min(d for d in (day, begin, end) if d is not None)
    return Task(
        i.id,
        i.days,
        i.after,
        priority,
        earliest,
        i.due.day if i.due else None,
        start,
        end,
        i.skills,
        day,
    )


def moved(i: Initiative, day: date | None) -> bool:
    """Whether the start that was set is over, with work that has not begun: it begins later."""
    fixed = "start" in i.overridden and "end" not in i.overridden
    waiting = fixed and i.status in ("proposed", "approved")
    return waiting and i.start is not None and day is not None and i.start < day


def evaluate(
    facts: Facts, initiatives: Sequence[Initiative], given: Means, base: Means, holders: Holders
) -> Outcome:
    """What these means can do; `base` are those by which the initiatives have their days."""
    todo = [i for i in initiatives if i.open]
    taken, left = _within(todo, given.budget)
    inside = {i.id for i in taken}
    if given == base and given.start is not None:
        work = _work(facts, [taken], given, holders, soon=_soon(taken, given.start))
    else:
        work = _work(facts, [taken], given, holders, early=_early(taken, base, given))
    found = work.placed()
    days = [(d.text, d.date) for d in facts.workspace.brief.deadlines]
    if given.deadline is not None:
        days.insert(0, (msg("The scenario's own deadline"), given.deadline))
    early = (
        i.id
        for i in taken
        if i.status != "running"
        and given.start is not None
        and i.id in found.placed
        and found.placed[i.id].start < given.start
    )
    made = Outcome(
        means=given,
        taken=tuple(i.id for i in todo if i.id in inside),
        left=tuple(i.id for i in left),
        finishes={i: p.end for i, p in found.placed.items()},
        deadlines=tuple(Kept(text, day, 0, 0) for text, day in days) if found.placed else (),
        why_undated=_nothing(taken, given) if not found.placed and todo else "",
        early=tuple(early),
        why_unjudged=_unjudged(todo, given),
        soonest={i: p.end for i, p in work.placed(0).placed.items()},
        latest={i: p.end for i, p in work.placed(1).placed.items()},
    )
    return summed(made, todo, facts.workspace.audit.hourly_rate, facts.day)


def summed(
    found: Outcome, initiatives: Iterable[Initiative], rate: float | None, day: date | None
) -> Outcome:
    """The same with these initiatives alone, and all that is counted of them counted anew.

    `rate` is the internal one by the hour. What was set to end before the audit's `day` and is
    open is done by no day known.
    """
    todo = {i.id: i for i in initiatives if i.open}
    taken = [i for i in todo.values() if i.id in found.taken]
    ends = {i.id: found.finishes[i.id] for i in taken if i.id in found.finishes}
    first, budget = day or date.min, found.means.budget
    cost = total(i.cost_range for i in taken)
    hours, money = _total_known([i.hours for i in taken]), _total_known([i.money for i in taken])
    bound = [i for i in taken if i.status in COMMITTED or not found.why_unjudged]
    spent = sum(i.cost or i.cost_least or 0.0 for i in bound)
    late = (
        i
        for i in todo.values()
        if i.due and (i.id not in found.taken or (i.id in ends and ends[i.id] > i.due.day))
    )
    return replace(
        found,
        taken=tuple(i for i in found.taken if i in todo),
        left=tuple(i for i in found.left if i in todo),
        early=tuple(i for i in found.early if i in todo),
        finishes=ends,
        effort=(sum(i.effort[0] for i in taken), sum(i.effort[1] for i in taken)),
        cost=cost if taken else (0.0, 0.0) if todo and budget is not None else None,
        ends=max(ends.values(), default=None),
        deadlines=tuple(
            replace(k, done=sum(first <= e <= k.day for e in ends.values()), of=len(todo))
            for k in found.deadlines
            if ends
        ),
        late=tuple(i.id for i in late),
        hours=hours,
        money=money,
        payback=_payback(cost, hours, money, rate),
        exceeded=max(0.0, spent - budget) if budget is not None else 0.0,
    )


def between(
    soonest: Mapping[str, date], ends: Mapping[str, date], latest: Mapping[str, date]
) -> tuple[date, date | None] | None:
    """The days on which the last of `ends` comes at the low and the high end of all efforts.

    None without dates; the second is None where nobody can say any more. A schedule by rules may
    end later with less to do (Graham 1969): neither passes the middle's.
    """
    if not ends:
        return None
    last = max(ends.values())
    low = max(soonest.get(i, day) for i, day in ends.items())
    high = max((latest[i] for i in ends if i in latest), default=None)
    return min(low, last), None if high is None else max(high, last)


def _nothing(taken: Sequence[Initiative], given: Means) -> str:
    return undated(given) if taken else msg("the budget reaches no initiative")


def _unjudged(todo: Sequence[Initiative], given: Means) -> str:
    if given.without_rate:
        return msg("no rate for its currency")
    if given.budget is not None and any(i.cost is None for i in todo):
        return msg("no hourly rate")
    return ""


def _within(
    todo: Sequence[Initiative], budget: float | None
) -> tuple[list[Initiative], list[Initiative]]:
    if budget is None or any(i.cost is None for i in todo):
        return list(todo), []
    known = {i.id: i for i in todo}
    inside: dict[str, Initiative] = {}
    spent = 0.0

    def bundle(i: Initiative) -> dict[str, Initiative]:
        found, open_ = {i.id: i}, [i]
        while open_:
            for before in open_.pop().after:
                if before in known and before not in found and before not in inside:
                    found[before] = known[before]
                    open_.append(known[before])
        return found

    committed = [i for i in todo if i.status in COMMITTED]
    rest = [i for i in todo if i.status not in COMMITTED]
    for i in (*committed, *sorted(rest, key=lambda i: (i.due is None, -i.urgency, i.id))):
        if i.id in inside:
            continue
        more = bundle(i)
        price = sum(x.cost or 0.0 for x in more.values())
        if i in committed or spent + price <= budget:
            inside |= more
            spent += price
    return [i for i in todo if i.id in inside], [i for i in todo if i.id not in inside]


def total(ranges: Iterable[tuple[float, float] | None]) -> tuple[float, float] | None:
    """Low and high ends added up; None for nothing, or where one is not known."""
    found = list(ranges)
    return None if None in found else _total_known(found)


def _total_known(ranges: Iterable[tuple[float, float] | None]) -> tuple[float, float] | None:
    known = [r for r in ranges if r is not None]
    return (sum(r[0] for r in known), sum(r[1] for r in known)) if known else None


def _payback(
    cost: tuple[float, float] | None,
    hours: tuple[float, float] | None,
    money: tuple[float, float] | None,
    rate: float | None,
) -> tuple[float, float | None] | None:
    """Months of the whole yearly benefit that make up the cost; hours at the internal rate."""
    if cost is None:
        return None
    a_year = [0.0, 0.0]
    for n in (0, 1):
        a_year[n] += money[n] if money else 0.0
        a_year[n] += hours[n] * rate if hours and rate is not None else 0.0
    if a_year[1] <= 0:
        return None
    latest = 12 * cost[1] / a_year[0] if a_year[0] > 0 else None
    return 12 * cost[0] / a_year[1], latest
