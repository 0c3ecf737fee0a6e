"""How crmaudit looks in a terminal: marks, bars, colours, errors.

Nothing needs colour to be understood; pipes and dumb terminals get plain
text. Data goes to stdout, everything else to stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text
from rich.theme import Theme

from crmaudit.errors import CrmauditError, Problem

THEME = Theme(
    {
        "accent": "cyan",
        "quiet": "dim",
        "alarm": "bold red",
        "head": "bold",
        "critical": "bold red",
        "high": "red",
        "medium": "yellow",
        "low": "dim",
        "good": "green",
        "unknown": "dim italic",
    }
)
MARKS = {"critical": "◆", "high": "▲", "medium": "●", "low": "○"}
"""Severity by shape first; the letter and colour only support it."""
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_PIPE_WIDTH = 100


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None
    if not stream.isatty() and "COLUMNS" not in os.environ:
        width = _PIPE_WIDTH
    return Console(stderr=stderr, theme=THEME, highlight=False, width=width, soft_wrap=False)


def out() -> Console:
    """The console of stdout: what was asked for."""
    return _console(stderr=False)


def err() -> Console:
    """The console of stderr: progress, messages, errors."""
    return _console(stderr=True)


def say(message: str, style: str = "") -> None:
    """A message to the user, on stderr, never wrapped in the middle of a path."""
    err().print(Text(message, style=style), soft_wrap=True)


def mark(severity: str) -> Text:
    return Text(f"{MARKS[severity]} {severity}", style=severity)


def bar(share: float | None, width: int = 10) -> str:
    """A share as a bar of eighth blocks; hatched where it is not assessed."""
    if share is None:
        return "╱" * width
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    text = "█" * full + (_EIGHTHS[rest] if rest else "")
    return text.ljust(width, "·")


def percent(part: int, whole: int) -> str:
    """`31 % (6,214 of 20,045)`; `not assessed` over nothing."""
    if not whole:
        return "not assessed"
    return f"{100 * part / whole:.0f} % ({part:,} of {whole:,})"


def print_error(error: CrmauditError) -> None:
    """Every problem: the word, the place, the offending line with a caret, what to do."""
    console = err()
    problems = error.problems
    for problem in problems:
        _print_problem(console, problem, "error", "alarm")
    if len(problems) > 1:
        console.print(Text(f"{len(problems)} mistakes", style="alarm"))


def print_warnings(problems: Iterable[Problem]) -> None:
    console = err()
    for problem in problems:
        _print_problem(console, problem, "warning", "medium")


def _print_problem(console: Console, problem: Problem, word: str, style: str) -> None:
    line = Text()
    line.append(f"{word}: ", style=style)
    where = problem.where
    if where is not None:
        line.append(f"{where}: ", style="head")
    line.append(printable(problem.message))
    console.print(line, soft_wrap=True)
    if where is not None and where.snippet and where.column:
        # The caret stands right only if nothing before it is wider than one column.
        shown = printable(where.snippet.replace("\t", " "))
        room = max(20, console.width - 6)
        start = max(0, where.column - 1 - room + 10)
        console.print(Text(f"    {shown[start : start + room]}", style="quiet"), soft_wrap=True)
        console.print(
            Text("    " + " " * (where.column - 1 - start) + "^", style=style), soft_wrap=True
        )
    if problem.hint:
        console.print(Text(f"    {printable(problem.hint)}", style="accent"), soft_wrap=True)


def printable(text: str) -> str:
    """Text from outside without control characters, which could move the cursor or hide text."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
