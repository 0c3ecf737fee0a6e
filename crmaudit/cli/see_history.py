"""`history` and `diff`: the audits remembered, and what changed from one to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from crmaudit.cli.diff_parts import put_rest, rest
from crmaudit.cli.history_views import courses_view, figure_label, followed_view, runs_view
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import MARKS, count, mark, say
from crmaudit.cli.view import Column, Format, View, said_once, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.remembered import Since
    from crmaudit.standing.past import Past

_SHOWN = 12
"""Findings of one kind of change that are listed without --all."""


def register(app: typer.Typer) -> None:
    for command in (history, diff):
        app.command()(command)


def history(
    figure: Annotated[
        list[str] | None,
        typer.Argument(
            help="Figures to follow, like `quality` or `adoption`; `quality of` for all of them."
        ),
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="Every figure with its course.")
    ] = False,
    take_over: Annotated[
        bool,
        typer.Option(
            "--take-over",
            help="Copy what this workspace kept itself into the shared history of audit.yaml.",
        ),
    ] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """The audits remembered, the oldest first; or figures in the course of time."""
    found = audit(workspace)
    if take_over:
        documents, runs = found.take_over()
        say(f"taken over: {count(documents, 'document')} of evidence, {count(runs, 'audit')}")
    if figure:
        show(followed_view(found, figure), format_, output)
    elif figures:
        show(courses_view(found), format_, output)
    else:
        show(runs_view(found), format_, output)


FailOn = Annotated[
    str,
    typer.Option(
        help="Exit with 1 where a finding came, came back or grew worse from this severity on: "
        "critical, high, medium, low, never."
    ),
]


def diff(
    a: Annotated[
        str,
        typer.Argument(
            help="The earlier audit: a run's number, a day (2026-03-31: the last audit until "
            "then), `last`, or `previous`: the last one of an earlier day than the other."
        ),
    ] = "previous",
    b: Annotated[
        str,
        typer.Argument(help="The later audit, likewise; `now` is the workspace as it stands."),
    ] = "now",
    all_: Annotated[
        bool, typer.Option("--all", help="List every finding, also those with other words only.")
    ] = False,
    fail_on: FailOn = "never",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> int:
    """What changed between two audits: findings, figures, landscape, promises, plan."""
    from crmaudit.engine import parse_severity

    limit = None if fail_on == "never" else parse_severity(fail_on)
    found = audit(workspace)
    named = None if a == "previous" else _find(found, a, None)
    later = _find(found, b, None)
    earlier = named or _find(found, a, later)
    since = found.since(earlier, later)
    show(_diff_view(found, since, all_), format_, output)
    if limit is None:
        return 0
    order = list(MARKS)
    bad = since.of("new", "back", "waiver ended", "worse", "perhaps new")
    return 1 if any(order.index(f.severity) <= order.index(limit) for f in bad) else 0


def _find(found: Audit, text: str, later: Past | None) -> Past:
    """The audit that is meant; CrmauditError where there is none."""
    from crmaudit.standing.past import last_before

    past = found.facts.past
    lists = "`crmaudit history` lists the runs"
    if text == "now":
        return found.now
    if text.isdecimal():
        by_number = {p.number: p for p in past}
        if int(text) not in by_number:
            raise CrmauditError(f"there is no run {text}", lists)
        return by_number[int(text)]
    if text in ("last", "previous"):
        day = later.day if later is not None else found.facts.day
        chosen = (
            last_before(past, day)
            if text == "previous"
            else max(past, key=lambda p: p.order, default=None)
        )
        if chosen is None:
            what = f"of a day before {day}" if text == "previous" and day else ""
            raise CrmauditError(
                f"no audit {what} is remembered".replace("  ", " "),
                "`crmaudit audit` remembers one; compare with a later one when there is",
            )
        return chosen
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CrmauditError(
            f"{text!r} is no audit",
            "name a run's number, a day like 2026-03-31, last, previous or now",
        ) from None
    until = [p for p in past if p.day <= day]
    if not until:
        raise CrmauditError(f"no audit of {day} or before is remembered", lists)
    return max(until, key=lambda p: p.order)


def _diff_view(found: Audit, since: Since, all_: bool) -> View:
    rows = [
        {
            "change": f.change,
            "how": f.how,
            "severity": f.severity,
            "was": f.was,
            "code": f.code,
            "subject": f.subject,
            "message": f.message,
            "state": f.state,
            "owner": f.owner or None,
            "due": f.due,
            "why": f.why,
        }
        for f in since.findings
    ]
    drawn: list[Mapping[str, Any]] = []
    left: dict[str, int] = {}
    for how, many in since.counts.items():
        mine = [r for r in rows if r["how"] == how]
        shown = len(mine) if all_ else 0 if how == "other words" else _SHOWN
        # Of what is gone the word itself says why.
        drawn += [{**r, "why": ""} if how == "no longer found" else r for r in mine[:shown]]
        if many > shown:
            left[how] = many - shown
    told = ", ".join(f"{n} {how}" for how, n in since.counts.items() if n)
    notes = []
    if left:
        words = ", ".join(f"{n} {how}" for how, n in left.items())
        notes.append(f"not listed: {words} (--all)")
    if since.old:
        notes.append(
            f"Run {since.before.number} kept less than audits do now: what it could not assess, "
            "its landscape and its plan are not known."
        )
    elif since.other_tool:
        notes.append(
            f"The audits were made by versions {since.before.tool} and {since.after.tool}: "
            "their rules may differ."
        )
    return View(
        kind="diff",
        headline=f"{_which(since.before)} → {_which(since.after)}: "
        + (f"{told}, " if told else "")
        + f"{since.same} as before",
        columns=[
            Column("how", "Change"),
            Column("severity", "", _severity, whole=True),
            Column("code", "Code"),
            Column("message", "Finding", _message, flex=True, whole=True),
        ],
        rows=rows,
        drawn=said_once(drawn, "how"),
        notes=notes,
        extra={
            "before": _past(since.before),
            "after": _past(since.after),
            "counts": dict(since.counts),
            "same": since.same,
            **rest(since),
        },
        after=_rest(found, since, all_),
        hint=f"crmaudit explain {rows[0]['code']}" if rows else "crmaudit history",
    )


def _rest(found: Audit, since: Since, all_: bool) -> Callable[[Console], None]:
    def name(figure: str) -> str:
        return figure_label(found, figure)

    people = {p.id: p.name for p in found.workspace.people.people}
    return lambda console: put_rest(console, since, name, people, all_)


def _which(past: Past) -> str:
    if not past.number:
        return "now"
    day = f" of {past.day}" if past.body.get("as_of") else ""
    return f"run {past.number}{day}"


def _past(past: Past) -> dict[str, Any]:
    return {
        "run": past.number or None,
        "as_of": past.body.get("as_of"),
        "tool": past.tool,
        "configuration": past.body.get("configuration"),
    }


def _severity(row: Mapping[str, Any]) -> Text:
    text = mark(row["severity"])
    if row["was"]:
        text.append(f" (was {row['was']})", "quiet")
    return text


def _message(row: Mapping[str, Any]) -> Text:
    text = Text(row["message"])
    if row["why"]:
        text.append(f" ({row['why']})", "quiet")
    return text
