"""A message to employees in plain words: what changed, since when, how sure, what it means.

It names no cause: what came before a change need not have brought it. What is
to be done next is left to people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from crmaudit.governance.courses import Course
from crmaudit.governance.kpis import Effect
from crmaudit.governance.trend import SHORTEST, Trend

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def message(courses: Sequence[Course], owners: Sequence[str], heading: str = "") -> str:
    """Markdown for the staff; `owners` are the names to ask, empty where there is none."""
    parts = [f"# {_safe(heading)}\n"] if heading else []
    for found, owner in zip(courses, owners, strict=True):
        lines = [f"## {_safe(found.kpi.name)}", "", *_lines(found)]
        whom = _safe(owner) or "whoever sent you this"
        lines.append(f"- **What next:** That is for us all to say. Tell {whom} what you see.")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _lines(found: Course) -> list[str]:
    trend, points, newest = found.trend, found.points, found.newest
    if newest is None:
        return [f"- **What changed:** Nobody can say: {found.silent or 'no value is recorded'}."]
    now = f"{_amount(newest[1], found.kpi.unit)} ({month(newest[0])})"
    if trend is None:
        lines = [
            f"- **What changed:** Too early to say. {len(points)} "
            f"{'value is' if len(points) == 1 else 'values are'} there, {SHORTEST} are needed. "
            f"The newest: {now}."
        ]
    elif found.since is None:
        lines = [
            f"- **What changed:** Nothing that stands out. The newest value: {now}.",
            f"- **How sure:** The ups and downs of {trend.n} values may well be chance "
            f"({p_words(trend.p)}).",
        ]
    else:
        lines = [*_changed(found, trend), *_sure(found, trend)]
    return [*lines, *_technique(found), *_meaning(found)]


def _changed(found: Course, trend: Trend) -> list[str]:
    unit, since = found.kpi.unit, found.since
    if found.sudden and found.change is not None and since is not None:
        was, now = found.change.before, found.change.after
        told = f"at once, with the values from {month(since)} on"
    else:
        was, now = trend.start, trend.end
        told = f"by and by, from {month(trend.first)} to {month(trend.last)}"
    way = "rose" if now > was else "fell"
    return [
        f"- **What changed:** It {way} from about {_amount(was, unit)} to about "
        f"{_amount(now, unit)}.",
        f"- **Since when:** {told[0].upper()}{told[1:]}.",
    ]


def _sure(found: Course, trend: Trend) -> list[str]:
    p = found.change.p if found.sudden and found.change is not None else trend.p
    if found.sudden and trend.notable():
        p = max(p, trend.p)
    season = (
        "each month was compared with the same month of other years"
        if trend.seasonal
        else "fewer than two years are at hand, so a yearly up and down may look like this"
    )
    return [f"- **How sure:** {chance(p)} ({p_words(p)}, {trend.n} values; {season})."]


def _technique(found: Course) -> list[str]:
    name = found.technique.name if found.technique else ""
    start = found.technique.start if found.technique else None
    if not name or start is None or found.effect is None:
        return []
    effect = found.effect
    about = f"“{_safe(name)}” began on {start.day} {month(start)}"
    if not effect.notable():
        return [
            f"- **Before and after:** {about}. The values before and after differ no more than "
            f"chance may bring ({p_words(effect.p)})."
        ]
    way = "higher" if effect.change > 0 else "lower"
    told = (
        f"- **Before and after:** {about}. Since then the values lie about "
        f"{_amount(abs(effect.change), _apart(found.kpi.unit))} {way}{_between(effect)} "
        f"({p_words(effect.p)}). That one came after the other does not say that it came of it"
    )
    if effect.already:
        told += "; the values went that way before"
    if found.beside:
        names = " and ".join(f"“{_safe(t.name)}”" for t in found.beside)
        told += f"; {names} began at nearly the same time"
    return [f"{told}."]


def _between(effect: Effect) -> str:
    low, high = sorted((abs(effect.low), abs(effect.high)))
    if not (math.isfinite(low) and math.isfinite(high)) or effect.low * effect.high < 0:
        return ""
    return f", between {low:.3g} and {high:.3g}"


def _meaning(found: Course) -> list[str]:
    kpi, lines = found.kpi, []
    better = {"up": "Higher is better", "down": "Lower is better", None: ""}[kpi.direction]
    words = [f"{better}." if better else "Nobody has said yet which way is better."]
    ahead = found.outlook
    if ahead is not None:
        target = _amount(ahead.target, kpi.unit)
        if ahead.reached:
            words.append(f"The target of {target} is reached.")
        elif ahead.away:
            words.append(f"The target of {target} is not reached, and it moves away from it.")
        elif ahead.on is not None:
            slow = f", at the latest in {month(ahead.latest)}" if ahead.latest else ""
            words.append(
                f"The target of {target} is not reached yet. Should it go on like this, it is in "
                f"{month(ahead.on)}{slow}."
            )
        else:
            words.append(f"The target of {target} is not reached.")
    if found.points:
        lines.append(f"- **What it means:** {' '.join(words)}")
    return lines


def chance(p: float) -> str:
    """How sure, in words."""
    if p < 0.001:
        return "Almost certainly no chance"
    if p < 0.01:
        return "Very unlikely to be chance"
    return "Unlikely to be chance" if p < 0.05 else "It may well be chance"


def p_words(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def month(day: date) -> str:
    """`May 2026`."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def _amount(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{number} {_safe(unit)}".strip()


def _apart(unit: str) -> str:
    """The unit of a difference: two shares of 40 and 45 % lie 5 percentage points apart."""
    return "percentage points" if unit.strip() == "%" else unit


def _safe(text: str) -> str:
    """A text of people's own in one line that Markdown does not take for signs of its own."""
    line = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in line)
