"""`quality suggest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from crmaudit.cli.changing import agreed, put_diff
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import count, out, put_note
from crmaudit.cli.view import Column, Format, View, dash, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.quality.suggested import Suggestion
    from crmaudit.workspace.changes import Changes

FILE = "expectations.yaml"
_MANY = 60
"""From here on the options that choose are told of."""


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("suggest")(suggest)


def suggest(
    system: Annotated[str, typer.Option(help="Only this system.")] = "",
    table: Annotated[str, typer.Option(help="Only this table.")] = "",
    save: Annotated[bool, typer.Option("--save", help=f"Add them to {FILE}; shown first.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --save: show what it would write.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Proposed expectations: what holds in the data today."""
    from crmaudit.quality.suggested import suggestions

    found = audit(workspace)
    if system and system not in found.workspace.system:
        known = ", ".join(found.workspace.system)
        raise CrmauditError(f"there is no system {system!r}", f"the systems are: {known}")
    if table:
        _table_known(found, system, table)
    proposed = [
        s
        for s in suggestions(
            found.quality,
            found.facts.evidence.keys,
            found.workspace.entity,
            found.workspace.expectations.expectations,
            found.facts.day,
            system,
        )
        if table in ("", s.table)
    ]
    if save:
        _save(found, proposed, dry_run, yes)
        return
    measured = any(
        found.quality.profiles.get(s) for s in ([system] if system else found.quality.profiles)
    )
    show(_view(found, proposed, measured, system, table), format_, output)


def _table_known(found: Audit, system: str, table: str) -> None:
    """Refuse a table that was not read: silence would look as if nothing were to be proposed."""
    from difflib import get_close_matches

    read = found.quality.profiles
    known = sorted({t for s in ([system] if system else read) for t in read.get(s, {})})
    if known and table not in known:
        close = ", ".join(get_close_matches(table, known, 3))
        raise CrmauditError(
            f"no table that was read is called {table!r}",
            f"did you mean {close}?" if close else "crmaudit quality scores --by table",
        )


def _view(
    found: Audit, proposed: list[Suggestion], measured: bool, system: str, table: str
) -> View:
    notes = []
    hint = f"crmaudit quality suggest{f' --system {system}' if system else ''} --save"
    if not measured:
        notes, hint = ["╱ not assessed: no database was read"], "crmaudit collect"
    elif proposed:
        notes = [
            "each holds today at its threshold: by the newest profile, on all rows of its table"
        ]
        if len(proposed) > _MANY and not table:
            notes.append("these are many: --system and --table choose")
    else:
        notes, hint = ["nothing that is not expected already holds well enough"], "crmaudit check"
    day = f" · as of {found.facts.day}" if found.facts.day else ""
    return View(
        kind="suggestions",
        headline=f"{count(len(proposed), 'expectation')} proposed{day}",
        columns=[
            Column("place", "Table and column", flex=True, least=24),
            Column("expected", "Expected", flex=True, least=22),
            Column("holds", "Holds today", rank=1),
            Column("threshold", "Threshold", _threshold, right=True, rank=2),
            Column("reasons", "Because", "; ".join, flex=True, least=16, rank=3),
            Column("owner", "Owner", dash, rank=4),
        ],
        rows=[_row(s) for s in proposed],
        notes=notes,
        hint=hint,
    )


def _row(suggestion: Suggestion) -> dict[str, Any]:
    place = f"{suggestion.system}.{suggestion.table}"
    part, whole = suggestion.part, suggestion.whole
    return {
        "id": suggestion.id,
        "place": f"{place}.{suggestion.column}" if suggestion.column else place,
        "expected": _expected(suggestion),
        "holds": "yes" if part is None or not whole else _share(part, whole),
        "threshold": suggestion.threshold,
        "reasons": list(suggestion.reasons),
        "owner": suggestion.owner,
        "part": part,
        "whole": whole,
        "expectation": suggestion.written(),
        "evidence": list(suggestion.evidence),
    }


def _expected(suggestion: Suggestion) -> str:
    parts = []
    for check, value in suggestion.checks.items():
        if check == "pattern":
            parts.append("pattern")  # what it is in words stands beside it
            continue
        if isinstance(value, list):
            value = ", ".join(value)
        parts.append(check if value is True else f"{check}: {value}")
    return "; ".join(parts)


def _share(part: int, whole: int) -> str:
    """Rounded down: what is not quite all never reads 100 %."""
    return f"{1000 * part // whole / 10:g} % ({part:,} of {whole:,})"


def _threshold(value: float) -> str:
    return f"{100 * value:g} %"


def _save(found: Audit, proposed: list[Suggestion], dry_run: bool, yes: bool) -> None:
    """Add them behind what is there; comments and all other bytes stay."""
    console = out()
    if not proposed:
        put_note(console, "nothing to add", "good")
        return
    changes = _changes(found, proposed)
    changes.check()
    put_diff(console, changes)
    many = count(len(proposed), "expectation")
    if dry_run:
        put_note(console, f"would add {many} to {FILE}; nothing was written")
        return
    if not agreed(f"add {many} to {FILE}?", yes):
        return
    changes.write()
    console.print(Text(f"{many} added to {FILE}", style="good"))
    console.print(Text("crmaudit collect", style="accent"))


def _changes(found: Audit, proposed: list[Suggestion]) -> Changes:
    from crmaudit.workspace.changes import Draft
    from crmaudit.workspace.editing import Append

    draft = Draft(found.workspace)
    draft.edit(FILE, *(Append(("expectations",), s.written()) for s in proposed))
    return draft.changes()
