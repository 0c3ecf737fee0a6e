"""`governance dysfunctions`: what does not work, and who fails which duty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.text import Text

from crmaudit.cli.grid import Slot, draw
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import bar, count, printable, put_note, rate
from crmaudit.cli.view import Column, Format, View, dash, show

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.reports import Shown
    from crmaudit.governance.three_duties import Held

_LINE = 0.1
"""An optimistic case; GOV117 judges, with the workspace's own line."""
_KEPT = {True: ("kept", "good"), False: ("not kept", "medium"), None: ("not assessed", "unknown")}


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("dysfunctions")(dysfunctions)


def dysfunctions(
    workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None
) -> None:
    """The register of what does not work, its rate, double work, and the three duties."""
    found = audit(workspace)
    w, g = found.workspace, found.governance
    rows: list[dict[str, Any]] = [
        {
            "id": d.id,
            "what": d.what,
            "kind": d.kind,
            "cause": d.cause,
            "systems": list(d.systems),
            "entities": list(d.entities),
            "process": d.process,
            "step": d.step,
            "duplicates_with": list(d.duplicates_with),
            "owner": w.person_name(d.owner),
            "duty_of": d.duty_of,
            "status": d.status,
            "since": str(d.since) if d.since else None,
        }
        for d in w.registers.dysfunctions
    ]
    duties = g.three_duties(found.facts.day)
    boards = g.boards(found.facts.day)
    show(
        View(
            kind="dysfunctions",
            headline=f"{count(len(rows), 'dysfunction')} · {_rate(found)}",
            columns=[
                Column("what", "What", flex=True),
                Column("cause", "Cause", dash, rank=2),
                Column("systems", "Systems", lambda v: dash(", ".join(v)), rank=3, flex=True),
                Column("duty_of", "Duty of", dash, rank=5),
                Column("owner", "Owner", dash, rank=1, flex=True),
                Column("since", "Since", dash, rank=4),
                Column("status", "Status"),
            ],
            rows=rows,
            notes=_doubled(found),
            extra={
                "rate": _rate_values(found),
                "duties": [
                    {
                        "by": h.by,
                        "duty": h.duty,
                        "kept": h.kept,
                        "signs": [
                            {"sign": s.text, "kept": s.kept, "evidence": list(s.evidence)}
                            for s in h.signs
                        ],
                    }
                    for h in duties
                ],
                "dashboards": [_board(x) for x in boards],
            },
            after=lambda console: _after(console, duties, boards),
            hint="crmaudit governance attitudes",
        ),
        format_,
        output,
    )


def _rate(found: Audit) -> str:
    found_rate = found.governance.dysfunction_rate
    if found_rate is None:
        return "╱ rate not assessed: no process step names a system"
    least = "" if found.governance.dysfunctions_placed else "at most "
    return (
        f"rate {least}{rate(found_rate.share)} {bar(found_rate.share)} ({found_rate.part} of "
        f"{found_rate.whole} places where a step uses a system) · the line is {rate(_LINE)}"
    )


def _rate_values(found: Audit) -> dict[str, Any] | None:
    found_rate = found.governance.dysfunction_rate
    if found_rate is None:
        return None
    return {"part": found_rate.part, "whole": found_rate.whole, "share": found_rate.share}


def _doubled(found: Audit) -> list[str]:
    """Double work, and whether a feed would spare it."""
    names = {s.id: s.name for s in found.workspace.systems}
    lines = []
    for x in found.governance.double_work:
        if x.joined:
            why = "although a feed joins the two"
        elif not x.others:
            why = "no system of that kind is in scope"
        elif not x.known:
            why = "╱ whether a feed joins them nobody said"
        else:
            why = (
                f"no feed joins {' and '.join(names[s] for s in x.systems)} with "
                f"{' and '.join(names[s] for s in x.others)}"
            )
        lines.append(f"double work with the {x.twin} ({x.dysfunction.id}): {why}")
    return lines


def _after(console: Console, duties: tuple[Held, ...], boards: tuple[Shown, ...]) -> None:
    _duties(console, duties)
    _boards(console, boards)


def _duties(console: Console, duties: tuple[Held, ...]) -> None:
    put_note(console, "Three duties", "head")
    cells = []
    for held in duties:
        for i, sign in enumerate(held.signs):
            word, style = _KEPT[sign.kept]
            who = f"{held.by}: {held.duty}" if i == 0 else ""
            cells.append([Text(who), Text(printable(sign.text)), Text(word, style=style)])
    slots = [Slot("Duty", flex=True), Slot("Sign", flex=True), Slot("State")]
    draw(console, slots, cells)


def _board(x: Shown) -> dict[str, Any]:
    return {
        "name": x.name,
        "kind": x.kind,
        "audience": list(x.audience),
        "exists": x.exists,
        "last_opened": str(x.last) if x.last else None,
        "days": x.days,
        "never_opened": x.never,
        "told_by": x.basis or None,
        "declared": x.declared,
        "system": x.system or None,
    }


def _boards(console: Console, boards: tuple[Shown, ...]) -> None:
    if not boards:
        return
    put_note(console, "Dashboards and reports", "head")
    cells = []
    for x in boards:
        if x.exists is False:
            when = Text("does not exist", style="unknown")
        elif x.never:
            when = Text("never opened", style="medium")
        else:
            when = Text(
                str(x.last) if x.last else "not assessed", style="" if x.last else "unknown"
            )
        by = x.basis if x.declared else "recorded; not in needs.yaml"
        names = printable(", ".join(x.audience))
        cells.append([Text(printable(x.name)), Text(x.kind), Text(names or "–"), when, Text(by)])
    slots = [
        Slot("What", flex=True),
        Slot("Kind"),
        Slot("For", flex=True),
        Slot("Last opened"),
        Slot("Told by", flex=True),
    ]
    draw(console, slots, cells)
