"""One table a phase: what is recommended, why, and who leads."""

from __future__ import annotations

from crmaudit.report import blocks as b
from crmaudit.report.functions import make_table
from crmaudit.report.tables.given import Column, Given, lines
from crmaudit.report.wording import counted, listed
from crmaudit.strategy import Initiative


def phase_table(given: Given, number: int) -> b.Table:
    """One phase: goals, why, effort and who leads."""
    rows = []
    for i in given.plan.phases.get(number, ()):
        worst = i.findings[0] if i.findings else None
        if worst is None:
            why = b.Cell(i.note or "Added by the organisation")
        else:
            head = counted(len(i.findings), "finding", language=given.language)
            marks = (b.Text(f"{head}. "), b.SeverityMark(worst.severity, False))
            text = f" {worst.message} ({worst.code})"
            why = b.Cell(f"{head}. {worst.message}", inlines=(*marks, b.Text(text)))
        gains = listed((f"{given.number(n)} {words}" for words, n in i.gains), 6)
        goal = lines(i.title, i.goal, f"Brings: {gains}" if gains else "")
        rows.append((goal, why, given.span(i.effort), leads(given, i)))
    columns = [
        Column("Initiative and goal"),
        Column("Why: findings, and the worst of them"),
        Column("Days", align="right"),
        Column("Led by"),
    ]
    return make_table(columns, rows, id=f"phase-{number}", language=given.language)


def leads(given: Given, initiative: Initiative) -> object:
    """The owner, or the role that has to name one."""
    return given.name(initiative.owner) if initiative.owner else f"{initiative.role} (to be named)"
