"""Indicators with their trends in words, and what to tell the employees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from crmaudit.facts import Facts
from crmaudit.governance.courses import Course
from crmaudit.governance.kpi_message import message
from crmaudit.governance.trend import SHORTEST
from crmaudit.messages import joined, month_of, msg, named
from crmaudit.report.numbers import day, number
from crmaudit.report.people import KpiPart
from crmaudit.report.specs import Lines, Series
from crmaudit.report.wording import counted


def courses(facts: Facts) -> tuple[Course, ...]:
    """Every indicator's course, in the order of kpis.yaml."""
    return tuple(facts.governance.course(k, facts.day) for k in facts.workspace.kpis.kpis)


def kpi_parts(facts: Facts) -> tuple[KpiPart, ...]:
    """Indicators with their trends."""
    parts = []
    for c in courses(facts):
        notable = c.trend is not None and c.trend.notable()
        parts.append(
            KpiPart(
                c.kpi,
                c.technique,
                c.newest[1] if c.newest else None,
                trend_words(c),
                notable,
                effect_words(c),
                tuple(oddities(c)),
                better(c) if notable else None,
            )
        )
    return tuple(parts)


def kpi_lines(facts: Facts, kpis: Iterable[KpiPart]) -> Lines | None:
    """A panel for each indicator with at least two values, with the start of its technique."""
    drawn = ((k, tuple(sorted(facts.governance.points(k.kpi)))) for k in kpis)
    panels = tuple(
        Series(
            k.kpi.name,
            points,
            _amount(points[-1][1]),
            k.technique.start if k.technique else None,
            named(k.technique.name) if k.technique else "",
        )
        for k, points in drawn
        if len(points) > 1
    )
    return Lines(panels) if panels else None


def kpi_message(facts: Facts) -> str:
    """What employees should know of the indicators, in Markdown; empty where there is nothing."""
    found = [c for c in courses(facts) if to_be_told(c)]
    owners = [facts.workspace.person_name(c.kpi.owner) or "" for c in found]
    return message(found, owners) if found else ""


def to_be_told(course: Course) -> bool:
    """Whether something notable changed, or a target is missed and enough values show it."""
    if course.since is not None or (course.effect is not None and course.effect.notable()):
        return True
    missed = course.outlook is not None and not course.outlook.reached
    return missed and course.trend is not None


def better(course: Course) -> bool | None:
    """Whether the trend goes the better way; None where nobody said which that is."""
    if course.kpi.direction is None or course.trend is None:
        return None
    return (course.trend.slope > 0) == (course.kpi.direction == "up")


def trend_words(c: Course) -> str:
    """`falling by 1.2 a month (0.6 to 1.9; p = 0.004), worse`, or why nothing is said."""
    if not c.points:
        return c.silent or msg("no values yet")
    if c.trend is None:
        return msg(
            "too short to say: {values}, {SHORTEST} are needed",
            values=counted(len(c.points), "value"),
            SHORTEST=SHORTEST,
        )
    if not c.trend.notable():
        return msg("no trend that stands out ({p_words})", p_words=p_words(c.trend.p))
    ends = sorted((abs(c.trend.low), abs(c.trend.high)))
    span = ""
    if all(map(math.isfinite, ends)) and c.trend.low * c.trend.high > 0:
        span = msg(
            "{amount} to {amount2}; ",
            amount=_amount(ends[0]),
            amount2=_amount(ends[1]),
        )
    told = msg(
        "rising by {amount} a month ({span}{p})"
        if c.trend.slope > 0
        else "falling by {amount} a month ({span}{p})",
        amount=_amount(abs(c.trend.slope)),
        span=span,
        p=p_words(c.trend.p),
    )
    well = better(c)
    if well is None:
        return told
    return msg("{told}, better", told=told) if well else msg("{told}, worse", told=told)


def since_words(c: Course) -> str:
    """`at once, from May 2026`; empty where nothing notable changed."""
    if c.since is None:
        return ""
    return (
        msg("at once, from {month}", month=month_of(c.since))
        if c.sudden
        else msg("by and by, from {month}", month=month_of(c.since))
    )


def effect_words(c: Course) -> str:
    """`31 higher (20 to 44; p < 0.001): 52 before (n = 8), 84 after (n = 8)`; empty without."""
    e = c.effect
    if e is None:
        return ""
    sides = msg(
        "{amount} before (n = {n_before}), {amount2} after (n = {n_after})",
        amount=_amount(e.before),
        n_before=e.n_before,
        amount2=_amount(e.after),
        n_after=e.n_after,
    )
    if not e.notable():
        words = msg(
            "no difference that stands out ({p_words}): {sides}", p_words=p_words(e.p), sides=sides
        )
    else:
        span = ""
        if math.isfinite(e.low) and math.isfinite(e.high) and e.low * e.high > 0:
            ends = sorted((abs(e.low), abs(e.high)))
            span = msg(
                "{amount} to {amount2}; ",
                amount=_amount(ends[0]),
                amount2=_amount(ends[1]),
            )
        alike = msg(", each month against the same months") if e.seasonal else ""
        words = msg(
            "{amount} higher{alike} ({span}{p}): {sides}"
            if e.change > 0
            else "{amount} lower{alike} ({span}{p}): {sides}",
            amount=_amount(abs(e.change)),
            alike=alike,
            span=span,
            p=p_words(e.p),
            sides=sides,
        )
    if e.already:
        words += msg("; the values went that way before")
    if c.beside:
        words += msg(
            "; {t} began at nearly the same time", t=joined(", ", (t.name for t in c.beside))
        )
    return words


def outlook_words(c: Course) -> str:
    """Whether the target is reached, or when it would be; empty without a target."""
    if c.outlook is None:
        return ""
    if c.outlook.reached:
        return msg("reached")
    if c.outlook.away:
        return msg("not reached, moving away")
    if c.outlook.on is not None:
        slow = (
            msg(", at the latest in {month}", month=month_of(c.outlook.latest))
            if c.outlook.latest
            else ""
        )
        return msg(
            "not reached; in {month} if it goes on like this{slow}",
            month=month_of(c.outlook.on),
            slow=slow,
        )
    return msg("not reached")


def oddities(c: Course) -> Iterator[str]:
    """What is odd about a series, in a few words each."""
    for gap in c.rhythm.missing[:3]:
        span = msg("{day} and {day2}", day=day(gap.after), day2=day(gap.before))
        yield msg("{values} missing between {span}", values=counted(gap.values, "value"), span=span)
    for switch in c.rhythm.switches[:3]:
        since = day(switch.since)
        yield msg(
            "one value a {now} from {since}, before one a {was}",
            now=msg(switch.now),
            since=since,
            was=msg(switch.was),
        )
    if c.rhythm.outliers:
        days = joined(", ", (day(d) for d, _ in c.rhythm.outliers[:3]))
        yield msg("far from the line on {days}", days=days)
    if c.overdue:
        yield msg("a value is overdue for {days}", days=counted(c.overdue, "day"))
    if c.trend is not None and c.trend.notable() and not c.trend.seasonal:
        yield msg("less than two years of values: a yearly up and down may look like this trend")


def p_words(p: float) -> str:
    """`p < 0.001`, `p = 0.032`."""
    return msg("p < {p:.3f}", p=0.001) if p < 0.001 else msg("p = {p:.3f}", p=p)


def _amount(value: float) -> str:
    """Three figures that count, as trends differ by orders of magnitude."""
    if value == 0:
        return "0"
    digits = min(max(0, 2 - math.floor(math.log10(abs(value)))), 6)
    while digits and round(value, digits) == round(value, digits - 1):
        digits -= 1
    return number(value, digits)
