"""Changes of files shown in the terminal, and the question whether to write them."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.text import Text

from crmaudit.cli.terminal import printable, put_note, say
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.workspace.changes import Changes, FileChange

_TOKEN = re.compile(r"[\w.-]+|.", re.DOTALL)


def can_ask() -> bool:
    return sys.stdin.isatty()


def agreed(question: str, yes: bool, *, default: bool = False) -> bool:
    """Whether to go on. Raises CrmauditError where nobody can answer and `--yes` is not said."""
    if yes:
        return True
    if not can_ask():
        raise CrmauditError("nobody can answer here", "say --yes to write the changes")
    if typer.confirm(question, err=True, default=default):
        return True
    say("nothing was changed", "quiet")
    return False


def put_diff(console: Console, changes: Changes) -> None:
    """Every line that changes, as `diff` writes it."""
    styles = {"+": "good", "-": "alarm", "@": "quiet"}
    for line in changes.diff.splitlines():
        console.print(Text(printable(line), style=styles.get(line[:1], "")), soft_wrap=True)


def put_changed_lines(console: Console, change: FileChange, most: int) -> None:
    """The first lines of a file that change, one each: `crm: crm → beacon`."""
    lines = list(_changed_lines(change))
    digits = len(str(max((n for n, _ in lines), default=0)))
    for number, text in lines[:most]:
        text = printable(text)
        # What changes in a long line is to be seen.
        if (arrow := text.find(" → ")) > console.width - digits - 20:
            text = "…" + text[arrow - (console.width - digits) // 2 :]
        shown = Text(f"  {number:>{digits}}  {text}", style="quiet")
        shown.truncate(console.width, overflow="ellipsis")
        console.print(shown, soft_wrap=True)
    if len(lines) > most:
        put_note(console, f"  {' ' * digits}  … and {len(lines) - most} more lines")


def _changed_lines(change: FileChange) -> Iterator[tuple[int, str]]:
    old, new = (change.old or "").splitlines(), (change.new or "").splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, i1, i2, j1, j2 in matcher.get_opcodes():
        if what == "equal":
            continue
        for k in range(max(i2 - i1, j2 - j1)):
            i, j = i1 + k, j1 + k
            if i < i2 and j < j2:
                yield j + 1, _arrows(old[i].strip(), new[j].strip())
            elif j < j2:
                yield j + 1, f"+ {new[j].strip()}"
            else:
                yield j2, f"- {old[i].strip()}"


def _arrows(old: str, new: str) -> str:
    """The line with what changes in it as `old → new`."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    parts = []
    for what, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        was, is_ = "".join(before[i1:i2]), "".join(after[j1:j2])
        parts.append(is_ if what == "equal" else f"{was} → {is_}")
    return "".join(parts)
