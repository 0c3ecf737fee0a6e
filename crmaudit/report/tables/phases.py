"""One table a phase: what is recommended, why, and who leads."""

from __future__ import annotations

from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.functions import make_table
from crmaudit.report.tables.given import DASH, Column, Given, lines
from crmaudit.strategy import Initiative
from crmaudit.strategy.benefit import ONE, Benefit

BASES = {
    "said": "said in interviews",
    "declared": "declared",
    "measured": "measured",
    "estimated": "estimated",
    "set in the plan": "set in the plan",
}


def phase_table(given: Given, number: int) -> b.Table:
    """One phase: goals, why, what it brings and takes, and who leads."""
    numbers = given.plan.numbers
    rows = [
        (
            numbers[i.id],
            lines(i.title, i.goal),
            _why(given, i),
            _brings(given, i),
            b.Cell(given.span(i.effort), i.days),
            msg(i.risk.level),
            leads(given, i),
        )
        for i in given.plan.phases.get(number, ())
    ]
    columns = [
        Column("No.", "number"),
        Column("Initiative and goal"),
        Column("Why: findings, and the worst of them"),
        Column("Brings"),
        Column("Days", align="right"),
        Column("Risk", "label"),
        Column("Led by"),
    ]
    used = [n for n in range(len(columns)) if any(row[n] is not DASH for row in rows)]
    return make_table(
        [columns[n] for n in used],
        [[row[n] for n in used] for row in rows],
        id=f"phase-{number}",
    )


def _why(given: Given, i: Initiative) -> b.Cell:
    worst = i.findings[0] if i.findings else None
    if worst is None:
        asked = msg("The target picture asks for it")
        if not i.template:
            asked = msg("Added by the organisation")
        elif i.needs:
            asked = msg("Open questions ask for it")
        return b.Cell(i.note or asked)
    head = given.counted(len(i.findings), "finding")
    text = msg("{n}. {worst}", n=head, worst=worst.message)
    marks = (b.Text(msg("{n}. ", n=head)), b.SeverityMark(worst.severity, False))
    said = msg(" {worst} ({code})", worst=worst.message, code=worst.code)
    return b.Cell(text, inlines=(*marks, b.Text(said)))


def _brings(given: Given, i: Initiative) -> object:
    return joined("; ", (brings(given, x) for x in i.benefits[:3])) if i.benefits else DASH


def leads(given: Given, initiative: Initiative) -> str:
    """The owner, or the role that has to name one, and who cannot as they leave before its end."""
    if initiative.owner:
        return given.names.get(initiative.owner, initiative.owner)
    if initiative.left:
        who, day = initiative.left
        text = "{role} (to be named: {name} leaves {day})"
        values = {"name": given.names.get(who, who), "day": given.day(day)}
        return msg(text, role=initiative.role, **values)
    return msg("{role} (to be named)", role=initiative.role)


def brings(given: Given, x: Benefit) -> str:
    """`147–513 hours a year`, `at least 510 GBP a year`, `35 records to merge`."""
    amount = given.span((x.low, x.high))
    if x.kind == "hours":
        return msg("{amount} hours a year lost today", amount=amount)
    if x.kind == "money" and x.at_least:
        return msg("at least {amount} {currency} a year", amount=amount, currency=x.unit)
    if x.kind == "money":
        return msg("{amount} {currency} a year", amount=amount, currency=x.unit)
    if x.kind == "questions":
        return msg("{n} nearer to an answer", n=given.counted(int(x.low), "question"))
    return given.counted(int(x.low), ONE.get(x.unit, x.unit), x.unit)
