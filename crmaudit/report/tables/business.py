"""Tables of the business model."""

from __future__ import annotations

from crmaudit.messages import msg
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap, word


def deadlines(given: Given) -> b.Table | None:
    """Days that the plan has to respect, with how far away they are."""
    day = given.facts.day
    rows = [
        (d.date, d.text, word(d.kind), (d.date - day).days if day else DASH)
        for d in sorted(given.workspace.brief.deadlines, key=lambda d: d.date)
    ]
    columns = [
        Column("Date", "date"),
        Column("Deadline"),
        Column("Kind", "label"),
        Column("Days away", "number"),
    ]
    return given.table(given.counted(len(rows), "deadline"), columns, rows)


def aims(given: Given) -> b.Table | None:
    """Aims with their measure, indicators and day."""
    rows = [
        (
            a.text,
            a.measure or gap("no measure named"),
            given.listed(a.kpis),
            a.due or DASH,
        )
        for a in given.workspace.brief.aims
    ]
    columns = [Column("Aim"), Column("Measure"), Column("Indicators"), Column("Due", "date")]
    return given.table(given.counted(len(rows), "aim"), columns, rows)


def maturity(given: Given) -> b.Table | None:
    """Levels of maturity that the organisation wants to reach."""
    wanted = given.workspace.brief.maturity_targets.model_dump()
    rows = [(msg(name.capitalize()), level) for name, level in wanted.items() if level is not None]
    return given.table(
        "Maturity aimed at",
        [Column("Field"), Column("Level aimed at", "number")],
        rows,
        "Levels 1 to 5. The level of today is in the section on maturity.",
    )


def policies(given: Given) -> b.Table | None:
    """Policies and standards, and whether people keep to them."""
    rows = [
        (
            p.name,
            word(p.kind),
            given.name(p.owner),
            p.date or DASH,
            p.review or DASH,
            msg(p.kept) if p.kept else gap("nobody said"),
        )
        for p in given.workspace.audit.policies
    ]
    columns = [
        Column("Name"),
        Column("Kind", "label"),
        Column("Owner"),
        Column("In force since", "date"),
        Column("Review", "date"),
        Column("Kept"),
    ]
    caption = given.counted(len(rows), "policy or standard", "policies and standards")
    return given.table(caption, columns, rows, "Whether they are kept, as said.")
