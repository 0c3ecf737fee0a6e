"""A message to employees in plain words: what changed, since when, how sure, what it means.

It names no cause: what came before a change need not have brought it. What is
to be done next is left to people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from crmaudit.governance.courses import Course
from crmaudit.governance.kpis import Effect, Outlook
from crmaudit.governance.trend import SHORTEST, Trend
from crmaudit.messages import Told, chained, joined, long_date, month_of, msg


def message(courses: Sequence[Course], owners: Sequence[str], heading: str = "") -> str:
    """Markdown for the staff; `owners` are the names to ask, empty where there is none."""
    parts = [msg("# {heading}\n", heading=_safe(heading))] if heading else []
    for found, owner in zip(courses, owners, strict=True):
        lines = [msg("## {name}\n", name=_safe(found.kpi.name)), *_lines(found)]
        whom = _safe(owner) or msg("whoever sent you this")
        next_ = msg(
            "- **What next:** That is for us all to say. Tell {whom} what you see.\n", whom=whom
        )
        parts.append(joined("\n", [*lines, next_]))
    return joined("\n", parts)


def _lines(found: Course) -> list[str]:
    trend, points, newest = found.trend, found.points, found.newest
    if newest is None:
        why = found.silent or msg("no value is recorded")
        return [msg("- **What changed:** Nobody can say: {why}.", why=why)]
    now = msg(
        "{amount} ({month})", amount=_amount(newest[1], found.kpi.unit), month=month_of(newest[0])
    )
    if trend is None:
        lines = [
            msg(
                "- **What changed:** Too early to say. {n} {are} there, {needed} are needed. "
                "The newest: {now}.",
                n=len(points),
                are=msg("value is") if len(points) == 1 else msg("values are"),
                needed=SHORTEST,
                now=now,
            )
        ]
    elif found.since is None:
        lines = [
            msg("- **What changed:** Nothing that stands out. The newest value: {now}.", now=now),
            msg(
                "- **How sure:** The ups and downs of {n} values may well be chance ({p}).",
                n=trend.n,
                p=p_words(trend.p),
            ),
        ]
    else:
        lines = [*_changed(found, trend), *_sure(found, trend)]
    return [*lines, *_technique(found), *_meaning(found)]


def _changed(found: Course, trend: Trend) -> list[str]:
    unit, since = found.kpi.unit, found.since
    if found.sudden and found.change is not None and since is not None:
        was, now = found.change.before, found.change.after
        told = msg(
            "- **Since when:** At once, with the values from {month} on.", month=month_of(since)
        )
    else:
        was, now = trend.start, trend.end
        told = msg(
            "- **Since when:** By and by, from {first} to {last}.",
            first=month_of(trend.first),
            last=month_of(trend.last),
        )
    pattern = _ROSE if now > was else _FELL
    return [msg(pattern, was=_amount(was, unit), now=_amount(now, unit)), told]


_ROSE = msg("- **What changed:** It rose from about {was} to about {now}.")
_FELL = msg("- **What changed:** It fell from about {was} to about {now}.")


def _sure(found: Course, trend: Trend) -> list[str]:
    p = found.change.p if found.sudden and found.change is not None else trend.p
    if found.sudden and trend.notable():
        p = max(p, trend.p)
    season = (
        msg("each month was compared with the same month of other years")
        if trend.seasonal
        else msg("fewer than two years are at hand, so a yearly up and down may look like this")
    )
    return [
        msg(
            "- **How sure:** {chance} ({p}, {n} values; {season}).",
            chance=chance(p),
            p=p_words(p),
            n=trend.n,
            season=season,
        )
    ]


def _technique(found: Course) -> list[str]:
    name = found.technique.name if found.technique else ""
    start = found.technique.start if found.technique else None
    if not name or start is None or found.effect is None:
        return []
    effect = found.effect
    about = msg("“{name}” began on {day}", name=_safe(name), day=long_date(start))
    if not effect.notable():
        return [
            msg(
                "- **Before and after:** {about}. The values before and after differ no more than "
                "chance may bring ({p}).",
                about=about,
                p=p_words(effect.p),
            )
        ]
    told = msg(
        "- **Before and after:** {about}. Since then the values lie about {amount} {way}{between} "
        "({p}). That one came after the other does not say that it came of it",
        about=about,
        amount=_amount(abs(effect.change), _apart(found.kpi.unit)),
        way=msg("higher") if effect.change > 0 else msg("lower"),
        between=_between(effect),
        p=p_words(effect.p),
    )
    if effect.already:
        told = msg("{told}; the values went that way before", told=told)
    if found.beside:
        names = chained("{a} and {b}", [msg("“{name}”", name=_safe(t.name)) for t in found.beside])
        told = msg("{told}; {names} began at nearly the same time", told=told, names=names)
    return [msg("{told}.", told=told)]


def _between(effect: Effect) -> str:
    low, high = sorted((abs(effect.low), abs(effect.high)))
    if not (math.isfinite(low) and math.isfinite(high)) or effect.low * effect.high < 0:
        return ""
    return msg(", between {low:.3g} and {high:.3g}", low=low, high=high)


def _meaning(found: Course) -> list[str]:
    kpi, lines = found.kpi, []
    if found.points:
        words = [
            _BETTER[kpi.direction],
            *([_ahead(found.outlook, kpi.unit)] if found.outlook else []),
        ]
        lines.append(msg("- **What it means:** {words}", words=joined(" ", words)))
    return lines


_BETTER = {
    "up": msg("Higher is better."),
    "down": msg("Lower is better."),
    None: msg("Nobody has said yet which way is better."),
}


def _ahead(ahead: Outlook, unit: str) -> str:
    target = _amount(ahead.target, unit)
    if ahead.reached:
        return msg("The target of {target} is reached.", target=target)
    if ahead.away:
        return msg(
            "The target of {target} is not reached, and it moves away from it.", target=target
        )
    if ahead.on is None:
        return msg("The target of {target} is not reached.", target=target)
    slow = msg(", at the latest in {month}", month=month_of(ahead.latest)) if ahead.latest else ""
    return msg(
        "The target of {target} is not reached yet. Should it go on like this, it is in "
        "{month}{slow}.",
        target=target,
        month=month_of(ahead.on),
        slow=slow,
    )


def chance(p: float) -> str:
    """How sure, in words."""
    if p < 0.001:
        return msg("Almost certainly no chance")
    if p < 0.01:
        return msg("Very unlikely to be chance")
    return msg("Unlikely to be chance") if p < 0.05 else msg("It may well be chance")


def p_words(p: float) -> str:
    return msg("p < 0.001") if p < 0.001 else msg("p = {p:.3f}", p=p)


def _amount(value: float, unit: str) -> str:
    pattern = "{value:,.0f} {unit}" if abs(value) >= 1000 else "{value:.3g} {unit}"
    return msg(pattern if unit.strip() else pattern[:-7], value=value, unit=_safe(unit))


def _apart(unit: str) -> str:
    """The unit of a difference: two shares of 40 and 45 % lie 5 percentage points apart."""
    return msg("percentage points") if unit.strip() == "%" else unit


def _safe(text: str) -> str:
    """A text of people's own in one line that Markdown does not take for signs of its own."""
    if isinstance(text, Told):
        return text
    line = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in line)
