"""Tables of the plan: what to do, in which order, with which means."""

from __future__ import annotations

from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap, or_dash
from crmaudit.report.tables.phases import leads
from crmaudit.strategy import Initiative


def initiatives(given: Given) -> b.Table | None:
    """The order of work: what waits for what, and when."""
    titles = {i.id: i.title for i in given.plan.initiatives}
    rows = [
        (
            i.phase,
            i.title,
            ", ".join(titles[a] for a in i.after if a in titles) or DASH,
            i.start or gap("no start or capacity declared"),
            i.end or DASH,
            i.status,
        )
        for i in given.plan.initiatives
    ]
    columns = [
        Column("Phase", "number"),
        Column("Initiative"),
        Column("After"),
        Column("Start", "date"),
        Column("End", "date"),
        Column("Status", "label", filter=True),
    ]
    return given.table("Initiatives in the order of work", columns, rows)


def resources(given: Given) -> b.Table | None:
    """Effort, cost, leader and skills of each initiative."""
    rows = [
        (
            i.title,
            leads(given, i),
            ", ".join(i.skills) or DASH,
            given.span(i.effort),
            i.cost if i.cost is not None else gap("no hourly rate"),
        )
        for i in given.plan.initiatives
        if i.status != "done"
    ]
    columns = [
        Column("Initiative"),
        Column("Led by"),
        Column("Skills"),
        Column("Days", align="right"),
        Column(given.currency, "money"),
    ]
    note = (
        "Days: proposal by template or as set in the plan, low to high. Cost: the middle of the "
        "range at the internal hourly rate, eight hours a day, unless the plan sets it."
    )
    return given.table("Effort, cost and skills by initiative", columns, rows, note)


def skills_needed(given: Given) -> b.Table | None:
    """Skills that the plan asks for, with the days of the initiatives that need them."""
    found: dict[str, list[Initiative]] = {}
    for i in given.plan.initiatives:
        for skill in i.skills if i.status != "done" else ():
            found.setdefault(skill, []).append(i)
    rows = [
        (skill, len(mine), given.span((_sum(mine, 0), _sum(mine, 1))))
        for skill, mine in sorted(found.items(), key=lambda x: -_sum(x[1], 1))
    ]
    columns = [Column("Skill"), Column("Initiatives", "number"), Column("Days", align="right")]
    note = "Days of the initiatives that need the skill, among others: they must not be added up."
    return given.table("Skills that the plan asks for", columns, rows, note)


def _sum(initiatives: list[Initiative], end: int) -> float:
    return sum(i.effort[end] for i in initiatives)


def scenarios(given: Given) -> b.Table | None:
    """The plan's effort and cost against each set of resources."""
    brief = given.workspace.brief
    low, high = given.plan.effort
    costs = [i.cost for i in given.plan.initiatives if i.status != "done"]
    cost = sum(c or 0 for c in costs) if all(c is not None for c in costs) else None
    rates = {given.currency: 1.0, **given.workspace.audit.rates}
    rows = []
    all_means = [("As in the brief", brief.resources), *((x.name, x) for x in brief.scenarios)]
    for name, means in all_means:
        rate = rates.get(means.currency or given.currency)
        budget = means.budget * rate if means.budget is not None and rate is not None else None
        days = means.days_per_month
        rows.append(
            (
                name,
                means.start or DASH,
                or_dash(days),
                given.span((low / days, high / days)) if days else gap("no capacity declared"),
                budget if budget is not None else gap("no budget declared"),
                gap("no hourly rate")
                if cost is None
                else DASH
                if budget is None
                else f"{given.number(budget - cost, 0)}",
            )
        )
    columns = [
        Column("Resources"),
        Column("Start", "date"),
        Column("Days a month", "number"),
        Column("Months needed", align="right"),
        Column(f"Budget, {given.currency}", "money"),
        Column("Left after the plan", align="right"),
    ]
    note = "Months: the plan's days over the days a month. Left: budget less the plan's cost."
    wanted = brief.scenarios or brief.resources.days_per_month or brief.resources.budget
    return given.table("The plan under different resources", columns, rows if wanted else [], note)


def past_projects(given: Given) -> b.Table | None:
    """Finished projects like those proposed, and the days they took."""
    rows = [
        (
            p.name,
            p.kind,
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
    note = "The proposed efforts are not yet calibrated by these."
    return given.table("Past projects of the kind", columns, rows, note)
