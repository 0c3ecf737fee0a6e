"""`quality show --reveal`: the accounts behind pseudonyms, on this terminal only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crmaudit.cli.quality_find import OfColumn, Thing
from crmaudit.cli.terminal import count, say
from crmaudit.cli.view import Column, Format, View, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit

MOST = 200
"""Accounts shown at most."""
SHOWN = "personal data: these accounts are shown here only; the request was recorded"


def terminal_only(format_: Format, output: Path | None) -> None:
    """Raises CrmauditError where what is revealed would not stay on a terminal."""
    if format_ is not Format.table or output is not None:
        raise CrmauditError(
            "--reveal writes no file, no JSON and no CSV", "leave out --format and --output"
        )
    if not sys.stdout.isatty():
        raise CrmauditError(
            "--reveal shows accounts on a terminal only, and this is a pipe or a file",
            "run it in a terminal",
        )


def show_accounts(found: Audit, thing: Thing, format_: Format, output: Path | None) -> None:
    """Show who they are. Raises CrmauditError for anything but a column on a terminal."""
    terminal_only(format_, output)
    if not isinstance(thing, OfColumn):
        raise CrmauditError("--reveal needs a column", "name it: SYSTEM.TABLE.COLUMN")
    accounts = found.reveal(thing.profile, thing.column.name)
    path = f"{thing.system}.{thing.profile.table}.{thing.column.name}"
    shown = accounts[:MOST]
    rows = [{"value": a.value, "pseudonym": a.pseudonym, "rows": a.rows} for a in shown]
    say(SHOWN, "medium")
    left = len(accounts) - len(shown)
    show(
        View(
            kind="revealed",
            headline=f"{path} · {count(len(accounts), 'account')}",
            columns=[
                Column("value", "Account", flex=True),
                Column("pseudonym", "In the evidence"),
                Column("rows", "Rows", lambda n: f"{n:,}", right=True),
            ],
            rows=rows,
            notes=[f"and {count(left, 'account')} more with fewer rows"] if left else [],
            hint=f"crmaudit quality show {path}",
        )
    )
