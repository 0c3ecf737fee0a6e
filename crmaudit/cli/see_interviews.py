"""`governance interviews`: prepare one, and what groups said: pains, themes, contradictions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count, out, put_note
from crmaudit.cli.view import Column, Format, View, dash, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.pains import Loss


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("interviews")(interviews)


def interviews(
    new: Annotated[
        str,
        typer.Option("--new", help="Prepare an interview with this group: guide, form and file."),
    ] = "",
    unit: Annotated[str, typer.Option("--unit", help="With --new: the unit of the group.")] = "",
    process: Annotated[
        list[str] | None,
        typer.Option("--process", help="With --new: a process to walk through; may be repeated."),
    ] = None,
    themes: Annotated[bool, typer.Option("--themes", help="What several groups say.")] = False,
    contradictions: Annotated[
        bool,
        typer.Option(
            "--contradictions", help="Groups against each other, and against what was measured."
        ),
    ] = False,
    measures: Annotated[
        bool,
        typer.Option("--measures", help="Measures named, and the indicators that follow them."),
    ] = False,
    group: Annotated[str, typer.Option("--group", help="All that one group said.")] = "",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """What groups say: pains in hours a year; with options themes, contradictions, measures."""
    asked = [
        name
        for name, given in (
            ("--new", new),
            ("--themes", themes),
            ("--contradictions", contradictions),
            ("--measures", measures),
            ("--group", group),
        )
        if given
    ]
    if len(asked) > 1:
        raise CrmauditError(f"{' and '.join(asked)} are different views", "say one of them")
    if (unit or process) and not new:
        raise CrmauditError("--unit and --process belong to --new", "say --new GROUP as well")
    found = audit(workspace)
    if new:
        _prepare(found, new, unit, process or [])
        return
    from crmaudit.cli import interview_views as views

    if themes:
        view = views.themes_view(found)
    elif contradictions:
        view = views.contradictions_view(found)
    elif measures:
        view = views.measures_view(found)
    elif group:
        view = views.group_view(found, group)
    else:
        view = _pains(found)
    show(view, format_, output)


def _prepare(found: Audit, group: str, unit: str, processes: list[str]) -> None:
    from crmaudit.exchange.interview_new import prepare

    plan, files = prepare(found.workspace, group, unit, processes)
    console = out()
    of_unit = f" of {plan.unit_label}" if plan.unit_label and plan.unit_label != plan.group else ""
    put_note(console, f"interview with {plan.group}{of_unit}", "head")
    what = ("the answers, as a file of the workspace", "the guide to lead it by", "the form")
    for name, told in zip(files, what, strict=True):
        console.print(Text(f"{name}  ({told})"), soft_wrap=True)
    kind = "a preset, as no process is declared" if plan.walks[0].preset else "to walk through"
    put_note(console, f"{kind}: {', '.join(walk.name for walk in plan.walks)}")
    console.print(Text(f"crmaudit import {files[-1]}", style="accent"), soft_wrap=True)


def _pains(found: Audit) -> View:
    from crmaudit.governance.interviews import held

    g = found.governance
    total, rate = g.hours_lost, found.workspace.audit.hourly_rate
    currency = found.workspace.audit.currency
    rows = [
        {
            "interview": x.interview,
            "pain": x.pain.text,
            "systems": list(x.pain.systems),
            "hours_low": x.shown_hours[0] if x.shown_hours else None,
            "hours_high": x.shown_hours[1] if x.shown_hours else None,
            **cost_of(x, rate),
            "reason": not_shown(x),
        }
        for x in sorted(g.losses, key=lambda x: -(x.shown_hours or (0, 0))[1])
    ]
    known = sum(1 for x in g.losses if x.shown_hours)
    told = f" · {total[0]:,.0f}–{total[1]:,.0f} hours a year" if total else ""
    if total and rate:
        told += f", {currency} {total[0] * rate:,.0f}–{total[1] * rate:,.0f}"
    if total and known < len(rows):
        told += f", of {known:,} of them"
    talked = held(found.workspace.interviews)
    ahead = len(found.workspace.interviews) - len(talked)
    columns = [
        Column("pain", "Pain", flex=True),
        Column("hours_low", "Hours a year", hours, right=True, whole=True),
        Column("cost_low", f"{currency} a year", _cost, right=True, whole=True, rank=1),
        Column("systems", "Systems", lambda v: dash(", ".join(v)), rank=2, flex=True),
        Column("interview", "Said in", rank=3),
    ]
    return View(
        kind="pains",
        headline=f"{count(len(talked), 'interview')}, {count(len(rows), 'pain')}{told}",
        notes=[f"╱ {count(ahead, 'interview')} prepared and not held yet"] if ahead else [],
        columns=[c for c in columns if rate or c.key != "cost_low"],
        rows=rows,
        hint="crmaudit governance interviews --themes"
        if rows
        else "crmaudit governance interviews --new GROUP",
    )


def cost_of(loss: Loss, rate: float | None) -> dict[str, float | None]:
    """What a pain costs a year, low and high; None where its hours are not shown."""
    cost = loss.cost(rate) if loss.shown_hours else None
    return {"cost_low": cost[0] if cost else None, "cost_high": cost[1] if cost else None}


def not_shown(loss: Loss) -> str:
    """Why a pain has no hours to show; empty where it has."""
    if loss.hours is None:
        return "not assessed"
    return "" if loss.shown_hours else "fewer than five people"


def hours(row: Mapping[str, Any]) -> str:
    """`120–240`, or why there is nothing to show."""
    if row["hours_low"] is None:
        return str(row.get("reason") or "–")
    return f"{row['hours_low']:,.0f}–{row['hours_high']:,.0f}"


def _cost(row: Mapping[str, Any]) -> str:
    return "–" if row["cost_low"] is None else f"{row['cost_low']:,.0f}–{row['cost_high']:,.0f}"
