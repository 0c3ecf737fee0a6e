"""Indicators with their trends in words, and what to tell the employees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from crmaudit.facts import Facts
from crmaudit.governance.courses import Course
from crmaudit.governance.kpi_message import message, month
from crmaudit.governance.trend import SHORTEST
from crmaudit.report.numbers import day, number
from crmaudit.report.people import KpiPart
from crmaudit.report.specs import Lines, Series
from crmaudit.report.wording import counted


def courses(facts: Facts) -> tuple[Course, ...]:
    """Every indicator's course, in the order of kpis.yaml."""
    return tuple(facts.governance.course(k, facts.day) for k in facts.workspace.kpis.kpis)


def kpi_parts(facts: Facts) -> tuple[KpiPart, ...]:
    """Indicators with their trends."""
    language = facts.workspace.audit.language
    parts = []
    for c in courses(facts):
        notable = c.trend is not None and c.trend.notable()
        parts.append(
            KpiPart(
                c.kpi,
                c.technique,
                c.newest[1] if c.newest else None,
                trend_words(c, language),
                notable,
                effect_words(c, language),
                tuple(oddities(c, language)),
                better(c) if notable else None,
            )
        )
    return tuple(parts)


def kpi_lines(facts: Facts, kpis: Iterable[KpiPart]) -> Lines | None:
    """A panel for each indicator with at least two values, with the start of its technique."""
    language = facts.workspace.audit.language
    drawn = ((k, tuple(sorted(facts.governance.points(k.kpi)))) for k in kpis)
    panels = tuple(
        Series(
            k.kpi.name,
            points,
            _amount(points[-1][1], language),
            k.technique.start if k.technique else None,
            k.technique.name if k.technique else "",
        )
        for k, points in drawn
        if len(points) > 1
    )
    return Lines(panels, language=language) if panels else None


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


def trend_words(c: Course, language: str = "en") -> str:
    """`falling by 1.2 a month (0.6 to 1.9; p = 0.004), worse`, or why nothing is said."""
    if not c.points:
        return c.silent or "no values yet"
    if c.trend is None:
        return f"too short to say: {counted(len(c.points), 'value')}, {SHORTEST} are needed"
    if not c.trend.notable():
        return f"no trend that stands out ({p_words(c.trend.p)})"
    ends = sorted((abs(c.trend.low), abs(c.trend.high)))
    span = ""
    if all(map(math.isfinite, ends)) and c.trend.low * c.trend.high > 0:
        span = f"{_amount(ends[0], language)} to {_amount(ends[1], language)}; "
    way = "rising" if c.trend.slope > 0 else "falling"
    judged = {True: ", better", False: ", worse", None: ""}[better(c)]
    rest = f"({span}{p_words(c.trend.p)}){judged}"
    return f"{way} by {_amount(abs(c.trend.slope), language)} a month {rest}"


def since_words(c: Course) -> str:
    """`at once, from May 2026`; empty where nothing notable changed."""
    if c.since is None:
        return ""
    return f"at once, from {month(c.since)}" if c.sudden else f"by and by, from {month(c.since)}"


def effect_words(c: Course, language: str = "en") -> str:
    """`31 higher (20 to 44; p < 0.001): 52 before (n = 8), 84 after (n = 8)`; empty without."""
    e = c.effect
    if e is None:
        return ""
    sides = (
        f"{_amount(e.before, language)} before (n = {e.n_before}), "
        f"{_amount(e.after, language)} after (n = {e.n_after})"
    )
    if not e.notable():
        words = f"no difference that stands out ({p_words(e.p)}): {sides}"
    else:
        way = "higher" if e.change > 0 else "lower"
        span = ""
        if math.isfinite(e.low) and math.isfinite(e.high) and e.low * e.high > 0:
            ends = sorted((abs(e.low), abs(e.high)))
            span = f"{_amount(ends[0], language)} to {_amount(ends[1], language)}; "
        alike = ", each month against the same months" if e.seasonal else ""
        words = f"{_amount(abs(e.change), language)} {way}{alike} ({span}{p_words(e.p)}): {sides}"
    if e.already:
        words += "; the values went that way before"
    if c.beside:
        words += f"; {', '.join(t.name for t in c.beside)} began at nearly the same time"
    return words


def outlook_words(c: Course, language: str = "en") -> str:
    """Whether the target is reached, or when it would be; empty without a target."""
    if c.outlook is None:
        return ""
    if c.outlook.reached:
        return "reached"
    if c.outlook.away:
        return "not reached, moving away"
    if c.outlook.on is not None:
        slow = f", at the latest in {month(c.outlook.latest)}" if c.outlook.latest else ""
        return f"not reached; in {month(c.outlook.on)} if it goes on like this{slow}"
    return "not reached"


def oddities(c: Course, language: str = "en") -> Iterator[str]:
    """What is odd about a series, in a few words each."""
    for gap in c.rhythm.missing[:3]:
        span = f"{day(gap.after, language)} and {day(gap.before, language)}"
        yield f"{counted(gap.values, 'value')} missing between {span}"
    for switch in c.rhythm.switches[:3]:
        since = day(switch.since, language)
        yield f"one value a {switch.now} from {since}, before one a {switch.was}"
    if c.rhythm.outliers:
        days = ", ".join(day(d, language) for d, _ in c.rhythm.outliers[:3])
        yield f"far from the line on {days}"
    if c.overdue:
        yield f"a value is overdue for {counted(c.overdue, 'day')}"
    if c.trend is not None and c.trend.notable() and not c.trend.seasonal:
        yield "less than two years of values: a yearly up and down may look like this trend"


def p_words(p: float) -> str:
    """`p < 0.001`, `p = 0.032`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _amount(value: float, language: str) -> str:
    """Three figures that count, as trends differ by orders of magnitude."""
    if value == 0:
        return "0"
    digits = min(max(0, 2 - math.floor(math.log10(abs(value)))), 6)
    while digits and round(value, digits) == round(value, digits - 1):
        digits -= 1
    return number(value, digits, language)
