"""`governance kpis`: indicators with targets and trends, and the message to the employees."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count, printable
from crmaudit.cli.view import Column, Format, View, dash, deliver, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.courses import Course

_STEPS = "▁▂▃▄▅▆▇█"
_WIDE = 24


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("kpis")(kpis)


def kpis(
    kpi: Annotated[str, typer.Option("--kpi", help="One indicator in detail, by its id.")] = "",
    message: Annotated[
        str,
        typer.Option(
            "--message", help="A message to the employees as Markdown: an indicator's id, or all."
        ),
    ] = "",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Indicators, their targets and trends, before and after their technique.

    Slopes are Theil–Sen's, p is of the Mann–Kendall test; over two years each
    month is compared with the same month.
    """
    found = audit(workspace)
    courses = {k.id: found.governance.course(k, found.facts.day) for k in found.workspace.kpis.kpis}
    if message:
        chosen = list(courses.values()) if message == "all" else [_one(courses, message)]
        deliver(printable(_message(found, chosen)), output)
    elif kpi:
        show(_detail(found, _one(courses, kpi)), format_, output)
    else:
        show(_table(found, list(courses.values())), format_, output)


def _one(courses: Mapping[str, Course], name: str) -> Course:
    if name not in courses:
        known = ", ".join(courses) or "none; add them to kpis.yaml"
        raise CrmauditError(f"there is no KPI {name!r}", f"choose of: {known}")
    return courses[name]


def _message(found: Audit, courses: Sequence[Course]) -> str:
    from crmaudit.governance.kpi_message import message
    from crmaudit.messages import month_of

    day = found.facts.day
    owners = [found.workspace.person_name(c.kpi.owner) or "" for c in courses]
    heading = "What our figures say" + (f", {month_of(day)}" if day else "")
    return message(courses, owners, heading)


def _table(found: Audit, courses: Sequence[Course]) -> View:
    w = found.workspace
    rows = [_row(found, c) for c in courses]
    notable = sum(c.trend is not None and c.trend.notable() for c in courses)
    told = f" · {count(notable, 'notable trend')}" if rows else ""
    drawn = [
        {**r, "course": spark([v for _, v in c.points])} for r, c in zip(rows, courses, strict=True)
    ]
    return View(
        kind="kpis",
        headline=f"{count(len(rows), 'indicator')} of "
        f"{count(len(w.kpis.techniques), 'technique')}{told}",
        columns=[
            Column("kpi", "Indicator", flex=True),
            Column("newest", "Newest", _number, right=True),
            Column("target", "Target", _number, right=True, rank=1),
            Column("course", "Course", str, rank=3),
            Column("slope", "Trend", _trend, whole=True, flex=True, least=22),
            Column("effect", "Since the technique", _effect, rank=2, flex=True, least=16),
            Column("owner", "Owner", dash, rank=4, flex=True, least=12),
        ],
        rows=rows,
        drawn=drawn,
        notes=[*_unread(found), *(f"{c.kpi.id}: {x}" for c in courses for x in oddities(c))],
        hint="crmaudit governance kpis --message all" if rows else "crmaudit explain GOV125",
    )


def _unread(found: Audit) -> Iterator[str]:
    """What is wrong with files of indicators, and how to mend it."""
    for subject, problem in found.governance.unread.items():
        if subject.startswith("kpi:"):
            yield f"╱ {subject.removeprefix('kpi:')}: not assessed: {problem}"


def _row(found: Audit, c: Course) -> dict[str, Any]:
    trend, effect, ahead = c.trend, c.effect, c.outlook
    newest = c.newest
    return {
        "id": c.kpi.id,
        "kpi": c.kpi.name,
        "technique": c.kpi.technique,
        "owner": found.workspace.person_name(c.kpi.owner),
        "unit": c.kpi.unit,
        "direction": c.kpi.direction,
        "points": len(c.points),
        "interval": c.rhythm.interval,
        "newest": newest[1] if newest else None,
        "newest_day": str(newest[0]) if newest else None,
        "target": c.kpi.target,
        "slope": trend.slope if trend else None,
        "slope_low": _finite(trend.low) if trend else None,
        "slope_high": _finite(trend.high) if trend else None,
        "p": trend.p if trend else None,
        "seasonal": trend.seasonal if trend else None,
        "variance_raised": trend.factor if trend else None,
        "notable": trend.notable() if trend else None,
        "since": str(c.since) if c.since else None,
        "sudden": c.sudden if c.since else None,
        "effect": {
            "before": effect.before,
            "after": effect.after,
            "n_before": effect.n_before,
            "n_after": effect.n_after,
            "shift": effect.shift,
            "low": _finite(effect.low),
            "high": _finite(effect.high),
            "p": effect.p,
            "notable": effect.notable(),
            "already_so_before": effect.already,
            "beside": [t.id for t in c.beside],
        }
        if effect
        else None,
        "target_reached": ahead.reached if ahead else None,
        "target_on": str(ahead.on) if ahead and ahead.on else None,
        "target_latest": str(ahead.latest) if ahead and ahead.latest else None,
        "named_in_interviews": c.named_in,
        "odd": list(oddities(c)),
        "not_assessed": _silent(c),
        "evidence": list(c.evidence),
    }


def _silent(c: Course) -> str:
    from crmaudit.governance.trend import SHORTEST

    if not c.points:
        return c.silent or "no value is recorded"
    return f"{count(len(c.points), 'value')}, {SHORTEST} are needed" if c.trend is None else ""


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def oddities(c: Course) -> Iterator[str]:
    """What is odd about a series, in sentences."""
    for gap in c.rhythm.missing[:3]:
        yield f"{count(gap.values, 'value')} missing between {gap.after} and {gap.before}"
    for switch in c.rhythm.switches[:3]:
        yield f"from {switch.since} on one value a {switch.now}, before one a {switch.was}"
    if c.rhythm.outliers:
        days = ", ".join(str(day) for day, _ in c.rhythm.outliers[:3])
        yield f"far from the line: {days}"
    if c.rhythm.crowded:
        yield f"{count(c.rhythm.crowded, 'value')} beside another of the same day; medians count"
    if c.overdue:
        yield f"a value is overdue for {count(c.overdue, 'day')}"
    if c.points and c.trend is not None and not c.trend.seasonal and c.trend.notable():
        yield "under two full years: a yearly up and down may look like this trend"


def spark(values: Sequence[float]) -> str:
    """The course of the newest values in one line of blocks."""
    shown = list(values)[-_WIDE:]
    if not shown:
        return ""
    low, high = min(shown), max(shown)
    if high == low:
        return _STEPS[3] * len(shown)
    return "".join(_STEPS[min(7, int(8 * (v - low) / (high - low)))] for v in shown)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _trend(row: Mapping[str, Any]) -> str:
    if row["slope"] is None:
        told = row["not_assessed"]
        return f"╱ {told}" if not row["points"] else f"too short to say: {told}"
    p = _p(row["p"])
    if not row["notable"]:
        return f"none that stands out ({p})"
    better = {"up": row["slope"] > 0, "down": row["slope"] < 0}.get(row["direction"])
    judged = "" if better is None else ", better" if better else ", worse"
    return f"{row['slope']:+.3g} a month{judged} ({p})"


def _effect(effect: Mapping[str, Any] | None) -> str:
    if effect is None:
        return "–"
    beside = ", others began too" if effect["beside"] else ""
    if not effect["notable"]:
        return f"no difference ({_p(effect['p'])})"
    return f"{effect['shift']:+.3g} ({_p(effect['p'])}{beside})"


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _detail(found: Audit, c: Course) -> View:
    row = _row(found, c)
    odd = {day for day, _ in c.rhythm.outliers}
    rows = [
        {"day": str(day), "value": value, "far_from_the_line": day in odd}
        for day, value in sorted(c.points)
    ]
    trend, change, effect, ahead = c.trend, c.change, c.effect, c.outlook
    notes = [f"trend: {_trend(row)}"]
    if trend is not None:
        low, high = (_number(_finite(x)) for x in (trend.low, trend.high))
        season = "each month against itself" if trend.seasonal else "yearly rhythm not taken out"
        lean = (
            "values taken for independent"
            if trend.independent
            else f"variance raised {trend.factor:.2g} times for autocorrelation"
        )
        notes.append(f"  95 %: {low} to {high} a month; {trend.n} values; {season}; {lean}")
    if change is not None:
        how = "at once" if change.sudden else "rather by and by"
        notes.append(
            f"likeliest day of change: {change.since}, {_number(change.before)} before and "
            f"{_number(change.after)} from then on, {how} ({_p(change.p)})"
        )
    if effect is not None and c.technique is not None:
        notes.append(
            f"since {c.technique.name} ({c.technique.start}): {_effect(row['effect'])}, "
            f"{effect.n_before} values before and {effect.n_after} after"
        )
        if effect.already:
            notes.append("  the values went that way before it began")
        if c.beside:
            names = ", ".join(f"{t.name} ({t.start})" for t in c.beside)
            notes.append(f"  began at nearly the same time: {names}")
    if ahead is not None:
        notes.append(f"target {_number(ahead.target)}: {_ahead(row, ahead.away)}")
    if c.named_in:
        notes.append(f"named as a measure in {count(c.named_in, 'interview')}")
    return View(
        kind="kpi",
        headline=f"{c.kpi.name}: {spark([v for _, v in c.points]) or 'no values'}",
        columns=[
            Column("day", "Day"),
            Column("value", c.kpi.unit or "Value", _number, right=True),
            Column("far_from_the_line", "", lambda far: "far from the line" if far else ""),
        ],
        rows=rows,
        notes=[*notes, *oddities(c)],
        hint=f"crmaudit governance kpis --message {c.kpi.id}",
        extra=row,
    )


def _ahead(row: Mapping[str, Any], away: bool) -> str:
    if row["target_reached"]:
        return "reached"
    if away:
        return "not reached, and the trend leads away from it"
    if row["target_on"]:
        late = f", at the latest {row['target_latest']}" if row["target_latest"] else ""
        return f"not reached; at this pace on {row['target_on']}{late}"
    return "not reached, and no trend says when"
