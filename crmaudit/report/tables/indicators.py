"""Tables of indicators: value, target, trend, and what a technique changed."""

from __future__ import annotations

from crmaudit.messages import msg
from crmaudit.report import blocks as b
from crmaudit.report.numbers import day
from crmaudit.report.people_kpis import (
    courses,
    effect_words,
    oddities,
    outlook_words,
    since_words,
    trend_words,
)
from crmaudit.report.tables.given import DASH, Column, Given, gap


def indicators(given: Given) -> b.Table | None:
    """Every indicator with its newest value, its target and its trend."""
    rows: list[tuple[object, ...]] = []
    for c in courses(given.facts):
        newest = c.newest
        trend = trend_words(c)
        unit = msg(" {unit}", unit=c.kpi.unit) if c.kpi.unit else ""
        ahead = outlook_words(c)
        since = since_words(c)
        rows.append(
            (
                c.kpi.name,
                given.name(c.kpi.owner),
                gap(trend)
                if newest is None
                else b.Cell(
                    msg("{newest}{unit}", newest=given.number(newest[1]), unit=unit),
                    newest[1],
                    c.evidence,
                ),
                day(newest[0]) if newest else DASH,
                DASH
                if c.kpi.target is None
                else msg("{target}{unit}", target=given.number(c.kpi.target), unit=unit)
                + (msg(": {ahead}", ahead=ahead) if ahead else ""),
                gap(trend)
                if c.trend is None
                else trend + (msg("; {since}", since=since) if since else ""),
            )
        )
    columns = [
        Column("Indicator"),
        Column("Owner"),
        Column("Newest", "number"),
        Column("On"),
        Column("Target"),
        Column("Trend, and since when"),
    ]
    return given.table("Indicators and their trends", columns, rows)


def techniques(given: Given) -> b.Table | None:
    """What changed after each technique began, in the indicators that are to show it."""
    rows: list[tuple[object, ...]] = []
    for c in courses(given.facts):
        if c.technique is None:
            continue
        told = effect_words(c)
        start = c.technique.start
        why = (
            msg("it has no start date") if start is None else msg("too few values before or after")
        )
        rows.append(
            (
                c.technique.name,
                start or gap("not declared"),
                c.kpi.name,
                told or gap(c.silent or why),
            )
        )
    columns = [
        Column("Technique"),
        Column("Began", "date"),
        Column("Indicator"),
        Column("After against before"),
    ]
    note = (
        "Differences with their 95 % interval (Hodges and Lehmann); medians of both sides. Where "
        "months are compared with the same months, the difference is not that of the medians. That "
        "one came after the other does not say that it came of it."
    )
    return given.table("Before and after", columns, rows, note)


def odd_series(given: Given) -> b.Table | None:
    """What is odd about the series of indicators, and may mislead."""
    rows = [(c.kpi.name, odd) for c in courses(given.facts) for odd in oddities(c)]
    return given.table("With care", [Column("Indicator"), Column("What is odd")], rows)


def users_marks(given: Given) -> b.Table | None:
    """What those who answered surveys say of systems' data, beside the dossiers' word."""
    said = {x.system: x.perceived for x in given.facts.opinions if not x.entity}
    rows: list[tuple[object, ...]] = []
    for mark in given.facts.governance.data_marks:
        opinion = said.get(mark.system)
        outside = opinion is not None and not mark.low <= opinion.score <= mark.high
        rows.append(
            (
                given.workspace.system[mark.system].name,
                mark.name,
                gap("not dated") if mark.held is None else mark.held,
                mark.number,
                b.Cell(
                    msg(
                        "{score:.0f} ({low:.0f}–{high:.0f})",
                        score=mark.score,
                        low=mark.low,
                        high=mark.high,
                    ),
                    mark.score,
                ),
                gap("the dossier does not say") if opinion is None else round(opinion.score),
                DASH if opinion is None else msg("outside") if outside else msg("within"),
            )
        )
    columns = [
        Column("System"),
        Column("Survey"),
        Column("Held", "date"),
        Column("Answers", "number"),
        Column("Mean of users (interval)", align="right"),
        Column("Dossier", "number"),
        Column("The dossier lies", "label"),
    ]
    note = (
        "0 to 100. In brackets Wilson's interval of 95 % of the mean. Dossier: the mean of the "
        "marks that its dossier names; outside, it is not what those who answered say."
    )
    return given.table("What users say of the data", columns, rows, note)
