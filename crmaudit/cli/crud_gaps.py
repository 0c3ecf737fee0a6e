"""`crud gaps`: where declared and proven differ, findings, and what could not be understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from crmaudit.cli.crud_proof import differences, held_cells, summary, verdicts
from crmaudit.cli.findings import MOST, findings_view, select
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count, rate, say
from crmaudit.cli.view import Column, Format, View, draw_view, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.crud_matrix import CrudMatrix

_SIGNS = "+C proven, and nobody declared it · -C declared, yet what would have seen it did not"


def unread_share(crud: CrudMatrix) -> dict[str, Any]:
    """How many statements were read, and how many of them understood."""
    rates = crud.testimony.rates
    return {
        "different": sum(r.distinct for r in rates),
        "understood": sum(r.understood for r in rates),
        "calls": sum(r.calls for r in rates),
        "calls_understood": sum(r.understood_calls for r in rates),
        "dropped": sum(r.dropped or 0 for r in rates),
    }


def gaps(
    differing: Annotated[
        bool, typer.Option("--differences", help="Only where declared and proven differ.")
    ] = False,
    failures: Annotated[
        bool, typer.Option("--failures", help="Statements of which nobody can say what they do.")
    ] = False,
    all_: Annotated[
        bool, typer.Option("--all", help="List everything, however much there is.")
    ] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """What is wrong with the mapping: declared against proven, then all findings."""
    if differing and failures:
        raise CrmauditError("--differences and --failures are two lists", "ask for one of them")
    found = audit(workspace)
    if failures:
        show(_failures(found, all_=all_), format_, output)
        return
    told = differences(found, held_cells(found.crud))
    if differing:
        show(_difference_view(found, told, all_=all_), format_, output)
        return
    view = findings_view(found, select(found, "", "CRD"), all_=all_, command="crud gaps")
    if format_ is Format.table and told:
        above = _difference_view(found, told, all_=all_)

        def below(console: Console) -> None:
            console.print(Text(above.hint, style="accent"), soft_wrap=True)
            console.print()
            draw_view(view, console)

        show(replace(above, hint="", after=below), format_, output)
        return
    heard = bool(found.crud.testimony)
    extra = {"differences": told, "unread": unread_share(found.crud)} if heard else {}
    show(replace(view, extra={**extra, **view.extra}), format_, output)
    if format_ is Format.csv and told:
        lines = count(len(told), "difference")
        say(f"not in this CSV: {lines}; crmaudit crud gaps --differences --format csv", "quiet")


def _difference_view(found: Audit, told: Sequence[Mapping[str, Any]], *, all_: bool) -> View:
    names = found.workspace.entity
    drawn = told if all_ else told[:MOST]
    left = len(told) - len(drawn)
    heard = bool(found.crud.testimony)
    if not heard:
        headline = "nothing is proven: crmaudit collect"
    else:
        headline = summary(verdicts(held_cells(found.crud)))
    return View(
        kind="differences",
        headline=headline,
        columns=[
            Column("letter", "", _sign, whole=True),
            Column("system", "System"),
            Column("entity", "Entity", lambda e: names[e].label, flex=True, least=12),
            Column("told", "Because", flex=True, least=30),
        ],
        rows=list(told),
        drawn=list(drawn),
        notes=[
            *([f"and {left:,} more: --all"] if left else []),
            *([_SIGNS] if told else []),
            *(["declared and proven differ nowhere"] if heard and not told else []),
        ],
        hint="crmaudit crud show SYSTEM ENTITY" if told else "crmaudit crud",
    )


def _sign(row: Mapping[str, Any]) -> Text:
    shadow = row["verdict"] == "shadow"
    return Text(f"{'+' if shadow else '-'}{row['letter']}", style="alarm" if shadow else "medium")


def _failures(found: Audit, *, all_: bool) -> View:
    heard = found.crud.testimony
    rows = [
        {
            "system": system,
            "origin": origin,
            "times": u.times,
            "reason": u.reason,
            "text": u.text,
            "account": u.principal,
            "places": list(u.places),
            "tables": list(u.tables),
        }
        for system, origin, u in heard.unread
    ]
    rows.sort(key=lambda r: (-int(str(r["times"])), str(r["text"])))
    drawn = rows if all_ else rows[:MOST]
    share = unread_share(found.crud)
    lost = share["different"] - share["understood"]
    headline = f"{lost:,} of {share['different']:,} statements not understood"
    if share["different"]:
        headline += f" ({rate(lost / share['different'], 1)})"
    if share["calls"]:
        calls = share["calls"] - share["calls_understood"]
        headline += f", {calls:,} of {share['calls']:,} calls"
    return View(
        kind="failures",
        headline=headline if share["different"] else "no statement was read: crmaudit collect",
        columns=[
            Column("times", "Times", lambda n: f"{n:,}", right=True),
            Column("system", "System", rank=1),
            Column("reason", "Why", flex=True, least=22),
            Column("text", "Statement, values taken out", flex=True, least=30),
            Column("places", "Where", lambda p: str(p[0]) if p else "", rank=3),
            Column("account", "Account", rank=2),
        ],
        rows=rows,
        drawn=drawn,
        notes=[
            *([f"and {len(rows) - len(drawn):,} more: --all"] if len(drawn) < len(rows) else []),
            "what is not understood is unknown, never no: it keeps every “not seen” from "
            "counting where it may touch a table",
            *(
                ["lost by the source itself: " + f"{share['dropped']:,}"]
                if share["dropped"]
                else []
            ),
        ],
        hint="crmaudit explain CRD130",
    )
