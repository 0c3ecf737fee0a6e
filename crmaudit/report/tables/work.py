"""Tables of the plan: what to do, in which order, with which means, and what it brings."""

from __future__ import annotations

from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap, lines, or_dash, word
from crmaudit.report.tables.phases import BASES, brings, leads
from crmaudit.strategy import Initiative
from crmaudit.strategy.calibration import calibration
from crmaudit.strategy.schedule import CHAIN
from crmaudit.strategy.staffing import Holders


def initiatives(given: Given) -> b.Table | None:
    """The order of work: what waits for what, and when."""
    titles = {i.id: i.title for i in given.plan.initiatives}
    rows = [
        (
            n,
            i.phase,
            _marked(i),
            joined("; ", (titles[a] for a in i.after if a in titles)) or DASH,
            i.start or _undated(given),
            i.end or DASH,
            i.slack if i.slack and i.slack > 0 else DASH,
            msg(i.status),
        )
        for n, i in enumerate(given.plan.initiatives, 1)
    ]
    columns = [
        Column("No.", "number"),
        Column("Phase", "number"),
        Column("Initiative"),
        Column("After"),
        Column("Start", "date"),
        Column("End", "date"),
        Column("Slack", "number"),
        Column("Status", "label", filter=True),
    ]
    note = (
        "Slack: working days by which the end may move without moving what waits for it or missing "
        "its day; a dash where it may not move at all, or where nothing waits for it."
    )
    return given.table("Initiatives in the order of work", columns, rows, note)


def _undated(given: Given) -> object:
    """In the place of a day: why there are none; what is closed needs none."""
    return gap(given.plan.undated) if given.plan.undated else DASH


def _marked(i: Initiative) -> object:
    """The title, with what is to be known of its place in the plan."""
    marks = (CHAIN if i.critical else "", msg("beyond the budget") if i.beyond else "")
    told = [*filter(None, marks), *i.against]
    return lines(i.title, joined("; ", told)) if told else i.title


def days_to_keep(given: Given) -> b.Table | None:
    """Days that initiatives have to keep, and whether they do."""
    rows = [
        (
            i.due.day,
            i.due.why,
            i.title,
            i.end or _undated(given),
            _outcome(given, i),
        )
        for i in sorted(
            (i for i in given.plan.initiatives if i.due and i.open),
            key=lambda i: (i.due.day if i.due else None, i.id),
        )
        if i.due
    ]
    columns = [
        Column("Day", "date"),
        Column("Why"),
        Column("Initiative"),
        Column("Planned end", "date"),
        Column("Outcome", "label", filter=True),
    ]
    return given.table("Days that the plan has to keep", columns, rows)


def _outcome(given: Given, i: Initiative) -> object:
    if i.late:
        return msg("missed")
    if i.end is None:
        return DASH
    day = given.facts.day
    # An end that was set, is over and has not come keeps no day.
    return msg("overdue") if day and i.end < day else msg("kept")


def resources(given: Given) -> b.Table | None:
    """Effort, cost, leader, skills and risk of each initiative."""
    numbers = given.plan.numbers
    rows = [
        (
            numbers[i.id],
            i.title,
            leads(given, i),
            joined(", ", i.skills) or DASH,
            b.Cell(given.span(i.effort), i.days),
            _cost(given, i),
            msg(i.risk.level),
        )
        for i in given.plan.initiatives
        if i.status != "done"
    ]
    columns = [
        Column("No.", "number"),
        Column("Initiative"),
        Column("Led by"),
        Column("Skills"),
        Column("Days", align="right"),
        Column(given.currency, align="right"),
        Column("Risk", "label", filter=True),
    ]
    note = (
        "Days: proposal by template, by the anchors for extraction, or as set in the plan; low to "
        "high. Cost: the days at the internal hourly rate, eight hours a day, and what is paid to "
        "others, unless the plan sets it. Days are shown rounded; sums are of the exact ones."
    )
    return given.table("Effort, cost and skills by initiative", columns, rows, note)


def _cost(given: Given, i: Initiative) -> object:
    if i.cost_range:
        told = given.span(i.cost_range)
        if i.unpriced:
            told = msg("{cost}, without what is bought", cost=told)
        return b.Cell(told, i.cost)
    if i.cost_least is None:
        return gap("no hourly rate")
    return b.Cell(msg("at least {amount}", amount=given.number(i.cost_least, 0)), i.cost_least)


def benefits(given: Given) -> b.Table | None:
    """What initiatives bring in numbers, each with its basis."""
    rows = [
        (
            i.title,
            b.Cell(text := brings(given, x), text, evidence=x.evidence[:3]),
            x.how if x.kind != "records" else DASH,
            msg(BASES[x.basis]),
            ", ".join(x.codes) or DASH,
        )
        for i in given.plan.initiatives
        if i.open
        for x in i.benefits
    ]
    columns = [
        Column("Initiative"),
        Column("What it brings"),
        Column("How it was counted"),
        Column("Basis", "label", filter=True),
        Column("Findings"),
    ]
    note = (
        "Hours are lost today; how much of them comes back, only the work will show. Each pain, "
        "licence and running cost is counted for one initiative."
    )
    return given.table("What the plan brings, in numbers", columns, rows, note)


def skills_needed(given: Given) -> b.Table | None:
    """Skills that the plan asks for, who holds them, and the days of what needs them."""
    found: dict[str, list[Initiative]] = {}
    for i in given.plan.initiatives:
        for skill in i.skills if i.open else ():
            found.setdefault(skill, []).append(i)
    holders = Holders(given.facts)
    told = bool(given.workspace.people.people) or any(
        s.support.skills for s in given.workspace.systems
    )
    rows = [
        (
            skill,
            given.listed([_staying(given, p) for p in holders.of(skill)])
            if holders.of(skill)
            else msg("nobody named")
            if told
            else gap("no skills declared"),
            len(mine),
            b.Cell(given.span((_sum(mine, 0), _sum(mine, 1))), _sum(mine, 1)),
        )
        for skill, mine in sorted(found.items(), key=lambda x: (-_sum(x[1], 1), x[0]))
    ]
    columns = [
        Column("Skill"),
        Column("Held by"),
        Column("Initiatives", "number"),
        Column("Days", align="right"),
    ]
    note = (
        "Skills of the work proposed; those that systems need for their support are told where "
        "the systems are. Held: level 3 or more, as declared. Days of the initiatives that need "
        "the skill, among others: they must not be added up."
    )
    return given.table("Skills that the plan asks for", columns, rows, note)


def _staying(given: Given, person: str) -> str:
    """The name, with the last day of somebody who leaves."""
    known, name = given.workspace.person.get(person), given.names.get(person, person)
    if known is None or known.leaves is None:
        return name
    return msg("{name} (leaves {day})", name=name, day=given.day(known.leaves))


def _sum(initiatives: list[Initiative], end: int) -> float:
    return sum(i.effort[end] for i in initiatives)


def past_projects(given: Given) -> b.Table | None:
    """Finished projects like those proposed, and the days they took."""
    rows = [
        (
            p.name,
            word(p.kind),
            str(p.year or "–"),
            given.name(p.system),
            or_dash(p.tables),
            p.days,
            p.note,
        )
        for p in given.workspace.brief.past_projects
    ]
    columns = [
        Column("Project"),
        Column("Kind", "label"),
        Column("Year", "label"),
        Column("System"),
        Column("Tables", "number"),
        Column("Days taken", "number"),
        Column("Note"),
    ]
    note = msg(
        "Days of feeds: {feeds}. Days of extractions: {extractions}. The days of other templates "
        "are not calibrated.",
        feeds=calibration(given.facts, "integration").words,
        extractions=calibration(given.facts, "extraction").words,
    )
    return given.table("Past projects of the kind", columns, rows, note)
