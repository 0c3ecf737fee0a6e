"""What happens by itself where nobody acts, by day: from declared facts only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from crmaudit.inventory.contracts import contracts_ahead
from crmaudit.inventory.lifecycle import in_use, months_later
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given

AHEAD = 24
"""Months that are looked ahead."""

_Row = tuple[date, str, str]


def if_nothing_is_done(given: Given) -> b.Table | None:
    """What happens by itself within two years, by day, and what it means."""
    day = given.facts.day
    if day is None:
        return None
    last = months_later(day, AHEAD)
    found = [*_contracts(given), *_systems(given), *_people(given), *_deadlines(given)]
    rows: list[tuple[object, ...]] = [
        (b.Cell(given.day(when), when), what, means)
        for when, what, means in sorted(set(found))
        if day < when <= last
    ]
    rows += [(DASH, what, means) for what, means in _each_year(given)]
    columns = [Column("Day", "date"), Column("What happens"), Column("What it means")]
    note = (
        "Days and prices as declared. A line without a day holds today and goes on each year. "
        "What is at stake is what it costs today: not all of it comes back when work is done."
    )
    return given.table("If nothing is done", columns, rows, note)


def _contracts(given: Given) -> Iterator[_Row]:
    for c in contracts_ahead(given.workspace.in_scope, given.facts.day):
        if c.notice_by is None or not c.renews:
            if c.end is not None and c.renews is False:
                what = msg("The contract for {name} ends", name=given.names[c.system])
                yield c.end, what, msg("it does not renew itself")
            continue
        cost = given.facts.inventory.row(c.system).cost
        name = given.names[c.system]
        what = msg("Last day to give notice for {name}", name=name)
        if c.state == "notice missed" and c.end is not None:
            what = msg("The contract for {name} renews itself", name=name)
        if cost is None or not cost.total:
            means = msg("it renews itself; its price is not declared")
        else:
            text = "it renews itself; the system cost {amount} {currency} in {year}"
            amount, year = given.number(cost.total, 0), str(cost.year)
            means = msg(text, amount=amount, currency=given.currency, year=year)
        yield (c.act_by or c.notice_by), what, means


def _systems(given: Given) -> Iterator[_Row]:
    for system in given.workspace.in_scope:
        if not in_use(system):
            continue
        life, name = system.lifecycle, system.name
        heir = given.facts.inventory.row(system.id).life.successors
        after = (
            msg("{name} is to follow", name=given.names.get(heir[-1], heir[-1]))
            if heir
            else msg("no successor is named")
        )
        if life.vendor_support_ends is not None:
            what = msg("The vendor's support of {name} ends", name=name)
            yield life.vendor_support_ends, what, after
        own = next((o for o in given.workspace.plan.own if system.id in o.replaces), None)
        if own is not None:
            after = msg("an own initiative takes its place: {title}", title=own.title)
        if life.retired is not None:
            yield life.retired, msg("{name} is to be switched off", name=name), after
        elif life.phase_out is not None:
            yield life.phase_out, msg("The phase-out of {name} begins", name=name), after


def _people(given: Given) -> Iterator[_Row]:
    """Skills of support that one person alone holds who leaves."""
    for (day, person), systems in given.departures.items():
        what = msg("{name} leaves", name=given.names.get(person, person))
        text = "nobody else is known to hold a skill that {systems} needs"
        yield day, what, msg(text, systems=joined(", ", (given.names[s] for s in systems)))


def _deadlines(given: Given) -> Iterator[_Row]:
    mine = (
        first for i in given.plan.initiatives if i.open for first in (i.due, i.overdue) if first
    )
    served = {(due.day, due.why) for first in mine for due in first.all}
    for d in given.workspace.brief.deadlines:
        if (d.date, d.text) not in served:
            yield d.date, d.text, msg("no initiative is joined to this deadline")


def _each_year(given: Given) -> Iterator[tuple[str, str]]:
    plan = given.plan
    urgent = [f for f in given.judgement.findings if f.urgent]
    if urgent:
        yield (
            msg("{n} stay open", n=given.counted(len(urgent), "critical finding")),
            joined("; ", dict.fromkeys(f.message for f in urgent)),
        )
    if plan.hours:
        hours = given.span(plan.hours)
        yield (
            msg("{hours} hours a year go on being lost", hours=hours),
            msg("as groups said in interviews, or as the plan states"),
        )
    if plan.money:
        money = given.span(plan.money)
        yield (
            msg("{money} {currency} a year go on being paid", money=money, currency=given.currency),
            msg("licences and running cost that the plan would end"),
        )
