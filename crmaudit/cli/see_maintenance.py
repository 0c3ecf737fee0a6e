"""`governance maintenance`: what is declared of each system's upkeep beside what is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count
from crmaudit.cli.view import Column, Format, View, dash, said_once, show

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.governance.upkeep import Upkeep
    from crmaudit.workspace.dossier import System

_STYLES = {"contradicted": "high", "late": "medium", "not assessed": "quiet"}


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("maintenance")(maintenance)


def maintenance(
    system: Annotated[
        str,
        typer.Option(
            "--system", help="One system in detail: its server, tables, indexes, backups."
        ),
    ] = "",
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Backup, restore test, index care, updates: declared beside what servers and files show."""
    found = audit(workspace)
    if system:
        from crmaudit.cli.maintenance_detail import detail_view

        show(detail_view(found, found.workspace.find_system(system)), format_, output)
        return
    show(_view(found), format_, output)


def _view(found: Audit) -> View:
    from crmaudit.governance.upkeep import upkeep

    g, day = found.facts.governance, found.facts.day
    rows = [
        _row(found, system, one)
        for system in g.maintained
        for one in upkeep(system, g.testified, day)
    ]
    told = [r for r in rows if r["declared"] or r["shown"]]
    silent = len(rows) - len(told)
    states = Counter(r["state"] for r in rows)
    notes = []
    if silent:
        notes.append(
            f"╱ not assessed: {count(silent, 'duty', 'duties')} of {len(rows)} "
            "neither declared nor shown"
        )
    if not g.testified.backups:
        notes.append("╱ backup files not looked at: no maintenance: backup_folder: was collected")
    return View(
        kind="maintenance",
        headline=f"upkeep of {count(len(g.maintained), 'system')} in use, "
        f"{count(len(rows), 'duty', 'duties')}: {states['contradicted']} contradicted, "
        f"{states['late']} late, {states['kept']} kept",
        columns=[
            Column("system", "System", flex=True, least=12),
            Column("duty", "Duty", least=12),
            Column("declared", "Declared", dash, flex=True, rank=2, least=16),
            Column("shown", "Shown", dash, flex=True, rank=1, least=20),
            Column("state", "State", state_words, whole=True, flex=True, least=18),
        ],
        rows=rows,
        drawn=said_once(told, "system"),
        notes=notes,
        hint=f"crmaudit governance maintenance --system {_worst(rows)}",
    )


def _worst(rows: Sequence[Mapping[str, Any]]) -> str:
    """The system of which the detail says most."""
    order = {"contradicted": 0, "late": 1, "kept": 1, "not assessed": 2}
    shown = sorted(rows, key=lambda r: (not r["evidence"], order[r["state"]]))
    return str(shown[0]["id"]) if shown else "SYSTEM"


def _row(found: Audit, system: System, one: Upkeep) -> dict[str, Any]:
    care = system.maintenance
    by = care.by if care else None
    return {
        "system": system.name,
        "id": system.id,
        "provider": care.provider if care else None,
        "by": found.workspace.person_name(by) if by else None,
        **duty_row(one),
    }


def duty_row(one: Upkeep) -> dict[str, Any]:
    from crmaudit.governance.upkeep import WORDS

    return {
        "duty": WORDS[one.duty],
        "declared": one.declared,
        "shown": one.shown,
        "state": one.state,
        "why": one.why,
        "last_shown": str(one.last) if one.last else None,
        "evidence": list(one.evidence),
    }


def state_words(row: Mapping[str, Any]) -> Text:
    """`contradicted`; of what was not assessed, why, and of what is late by its own words."""
    state, why = str(row["state"]), str(row["why"])
    told = f"{state}: {why}" if why and why != row["shown"] else state
    return Text(told, style=_STYLES.get(state, ""))
