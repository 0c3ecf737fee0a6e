"""Tables of maturity: levels earned by facts, and what is missing for those aimed at."""

from __future__ import annotations

from crmaudit.governance.maturity import TOP
from crmaudit.messages import msg
from crmaudit.report import blocks as b
from crmaudit.report.tables.given import DASH, Column, Given, gap
from crmaudit.report.wording import listed


def maturity_levels(given: Given) -> b.Table | None:
    """Each dimension: level earned, level aimed at, and the findings in between."""
    rows = []
    for x in given.facts.maturity:
        codes = tuple({code for j in x.target_lacks for code in j.criterion.rules})
        between = [f for f in given.judgement.findings if codes and f.code.startswith(codes)]
        kinds = dict.fromkeys(f.code for f in between)
        more = msg(" (up to {at_best})", at_best=x.at_best)
        rows.append(
            (
                msg(x.dimension.capitalize()),
                gap("not even the first level can be judged")
                if x.level is None
                else b.Cell(
                    msg("{level} of {top}", level=x.level, top=TOP)
                    + (more if x.at_best > x.level else ""),
                    x.level,
                ),
                DASH if x.target is None else x.target,
                sum(j.state == "not met" for j in x.target_lacks),
                sum(j.state == "not known" for j in x.target_lacks),
                msg("{between:,}: {kinds}", between=len(between), kinds=listed(kinds, 4))
                if between
                else DASH,
            )
        )
    columns = [
        Column("Dimension"),
        Column("Level earned"),
        Column("Aimed at", "number"),
        Column("Facts lacking", "number"),
        Column("Facts not known", "number"),
        Column("Findings in the way"),
    ]
    note = (
        "0: the first level is not earned. Up to: if all that is not known were in order. Facts "
        "lacking and not known: on the way to the level aimed at; to the next one where none is "
        "named."
    )
    return given.table("Maturity by dimension", columns, rows, note)


def maturity_steps(given: Given) -> b.Table | None:
    """What is missing for the next level of each dimension, fact by fact."""
    rows: list[tuple[object, ...]] = []
    for x in given.facts.maturity:
        for j in x.next_lacks:
            told = b.Cell(j.told, j.told, j.evidence[:6]) if j.told else DASH
            rows.append(
                (
                    msg(x.dimension.capitalize()),
                    j.criterion.level,
                    msg(j.criterion.words),
                    j.criterion.line,
                    gap(j.told or "nothing is known of it") if j.state == "not known" else told,
                )
            )
    columns = [
        Column("Dimension", filter=True),
        Column("Level", "number"),
        Column("What has to hold"),
        Column("Wanted", "label"),
        Column("Found"),
    ]
    return given.table("What is missing for the next level", columns, rows)
