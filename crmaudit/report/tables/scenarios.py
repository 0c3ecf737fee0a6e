"""Tables of scenarios: what each set of resources can do, and what it leaves out."""

from __future__ import annotations

from datetime import date

from crmaudit.messages import joined, msg, named
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap, or_dash
from crmaudit.strategy import Initiative
from crmaudit.strategy.choice import beside, urgent
from crmaudit.strategy.scenarios import Outcome, total

NAMED = 5
"""Initiatives that a budget leaves out and that are named; of more the numbers are told."""


def scenarios(given: Given) -> b.Table | None:
    """What each set of resources can do: a column each."""
    todo = sum(i.open for i in given.plan.initiatives)
    found = given.plan.scenarios
    facts: list[tuple[str, list[object]]] = [
        (msg("Start"), [_on(given, s.means.start) for s in found]),
        (msg("Days a month"), [or_dash(s.means.capacity) for s in found]),
        (msg("Budget, {currency}", currency=given.currency), [_budget(given, s) for s in found]),
        (
            msg("Initiatives within it, of {n}", n=todo),
            [
                gap(s.why_unjudged)
                if s.why_unjudged
                else b.Cell(given.number(len(s.taken)), len(s.taken))
                for s in found
            ],
        ),
        (
            msg("What runs or is approved exceeds it by"),
            [
                b.Cell(given.number(s.exceeded, 0), s.exceeded) if s.exceeded else DASH
                for s in found
            ],
        ),
        (msg("Working days"), [given.span(s.effort) for s in found]),
        (
            msg("Cost, {currency}", currency=given.currency),
            [given.span(s.cost) if s.cost else gap("no hourly rate") for s in found],
        ),
        (
            msg("Ends"),
            [
                _on(given, s.ends) if s.ends else gap(s.why_undated) if s.why_undated else DASH
                for s in found
            ],
        ),
        (msg("Ends, as efforts go"), [_between(given, s.between) for s in found]),
        (
            msg("Begin before its start, beside its days"),
            [b.Cell(given.number(len(s.early)), len(s.early)) if s.ends else DASH for s in found],
        ),
        (
            msg("Days to keep that are missed"),
            [b.Cell(given.number(len(s.late)), len(s.late)) if s.ends else DASH for s in found],
        ),
        (
            msg("Brings a year, {currency}", currency=given.currency),
            [given.span(s.money) if s.money else DASH for s in found],
        ),
        (
            msg("Hours a year at stake"),
            [given.span(s.hours) if s.hours else DASH for s in found],
        ),
        (msg("Earned back after, years"), [_payback(given, s.payback) for s in found]),
    ]
    rows = [(name, *cells) for name, cells in facts if found and any(c is not DASH for c in cells)]
    columns = [Column("What"), *(Column(named(s.means.name), align="right") for s in found)]
    note = (
        "Each is scheduled by itself. What has to begin before the plan does is done under "
        "each, on the same days; all else begins when its resources are there. A budget covers "
        "days at the internal rate; initiatives are taken by value for effort, with all they wait "
        "for, as long as the middle of their cost fits. Earned back: cost over money and over the "
        "hours at stake, at the internal rate, if all of them came back; no initiative promises "
        "that."
    )
    return given.table("The plan under different resources", columns, rows, note)


def _between(given: Given, ends: tuple[date, date | None] | None) -> object:
    if ends is None:
        return DASH
    low, high = ends
    if high is None:
        return msg("from {day} on", day=given.day(low))
    return msg("{low} to {high}", low=given.day(low), high=given.day(high))


def _on(given: Given, day: date | None) -> object:
    return b.Cell(given.day(day), day) if day else DASH


def _budget(given: Given, s: Outcome) -> object:
    if s.means.budget is not None:
        return b.Cell(given.number(s.means.budget, 0), s.means.budget)
    return gap("no rate for its currency") if s.means.without_rate else DASH


def _payback(given: Given, months: tuple[float, float | None] | None) -> object:
    if months is None:
        return DASH
    low, high = months
    if high is None:
        return msg("{n} or more", n=given.number(low / 12, 1))
    return given.span((low / 12, high / 12), 1)


def scenario_deadlines(given: Given) -> b.Table | None:
    """How many initiatives are done by each deadline, under each set of resources."""
    found = [s for s in given.plan.scenarios if s.deadlines]
    days = sorted({(k.day, k.text) for s in found for k in s.deadlines})
    todo = sum(i.open for i in given.plan.initiatives)
    rows = []
    for day, text in days:
        done = [
            next((k.done for k in s.deadlines if (k.day, k.text) == (day, text)), None)
            for s in found
        ]
        cells = [DASH if n is None else _kept(s, day, n) for s, n in zip(found, done, strict=True)]
        rows.append((day, text, *cells))
    columns = [
        Column("Day", "date"),
        Column("Deadline"),
        *(Column(named(s.means.name), "number") for s in found),
    ]
    return given.table(msg("Initiatives done by each deadline, of {n}", n=todo), columns, rows)


def _kept(s: Outcome, day: date, n: int) -> object:
    """Work that is done before its resources are there is none of theirs."""
    early = s.means.start is not None and day < s.means.start
    return b.Cell(msg("{n} (before it starts)", n=n), n) if early and n else n


def scenario_choice(given: Given) -> b.Table | None:
    """What the other sets of resources would bring beside the one that is recommended."""
    chosen = given.plan.chosen
    if chosen is None:
        return None

    def cell(value: float | None) -> object:
        return DASH if value is None else b.Cell(given.more(value), value)

    rows = []
    for s in given.plan.scenarios:
        if s is not chosen:
            more = beside(chosen, s, given.plan.initiatives)
            rows.append(
                (
                    s.means.name,
                    cell(more.initiatives),
                    cell(more.critical),
                    cell(more.missed) if s.ends and chosen.ends else gap(s.why_undated),
                    cell(more.days),
                    cell(more.cost),
                    cell(more.hours),
                    _on(given, s.ends) if s.ends else gap(s.why_undated),
                )
            )
    columns = [
        Column("Resources"),
        Column("Initiatives", align="right"),
        Column("Critical findings answered", align="right"),
        Column("Days to keep missed", align="right"),
        Column("Working days", align="right"),
        Column(msg("Cost, {currency}", currency=given.currency), align="right"),
        Column("Hours a year at stake", align="right"),
        Column("Ends", align="right"),
    ]
    note = "More (+) or less (−) than under what is recommended, at the middle of all estimates."
    return given.table("What other resources would bring beside that", columns, rows, note)


def scenario_left(given: Given) -> b.Table | None:
    """What each budget leaves out, by name."""
    known = {i.id: i for i in given.plan.initiatives}
    rows = []
    for s in given.plan.scenarios:
        left = [known[i] for i in s.left]
        if left:
            days = (sum(i.effort[0] for i in left), sum(i.effort[1] for i in left))
            missed = [i for i in left if i.due]
            hours = total(i.hours for i in left if i.hours)
            rows.append(
                (
                    s.means.name,
                    len(left),
                    b.Cell(given.span(days), days[1]),
                    urgent(s, left),
                    joined("; ", (_missed(given, i) for i in missed)) or DASH,
                    b.Cell(given.span(hours), hours[1]) if hours else DASH,
                    _titled(given, left),
                )
            )
    columns = [
        Column("Resources"),
        Column("Initiatives", "number"),
        Column("Days", align="right"),
        Column("Critical findings not answered", "number"),
        Column("Days to keep so missed"),
        Column("Hours a year still lost", align="right"),
        Column("Left out"),
    ]
    return given.table("What a budget leaves out", columns, rows)


def _titled(given: Given, left: list[Initiative]) -> str:
    """Their titles; of many those of most value, and the numbers of the others."""
    if len(left) <= NAMED:
        return joined("; ", (i.title for i in left))
    numbers = given.plan.numbers
    first = sorted(left, key=lambda i: (-i.worth, numbers[i.id]))[:NAMED]
    others = sorted(numbers[i.id] for i in left if i not in first)
    return msg(
        "{titles}; and those numbered {numbers}",
        titles=joined("; ", (i.title for i in first)),
        numbers=joined(", ", _runs(others)),
    )


def _runs(numbers: list[int]) -> list[str]:
    """1, 2, 3, 7 → `1–3`, `7`."""
    found: list[list[int]] = []
    for n in numbers:
        if found and n == found[-1][-1] + 1:
            found[-1].append(n)
        else:
            found.append([n])
    return [str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in found]


def _missed(given: Given, i: Initiative) -> str:
    due = i.due
    return msg("{day}: {why}", day=given.day(due.day), why=due.why) if due else i.title
