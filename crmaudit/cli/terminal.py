"""How crmaudit looks in a terminal: marks, bars, colours, errors.

Nothing needs colour to be understood; pipes and dumb terminals get plain
text. Data goes to stdout, everything else to stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import IO

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segment, Segments
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
        "markdown.code": "cyan",
        "markdown.paragraph": "none",
    }
)
MARKS = {"critical": "◆", "high": "▲", "medium": "●", "low": "○"}
"""Severity by shape first; the letter and colour only support it."""
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_PIPE_WIDTH = 100


class _Console(Console):
    """Rich ends the program where a pipe breaks; here `main` decides."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None
    if not stream.isatty() and "COLUMNS" not in os.environ:
        width = _PIPE_WIDTH
    return _Console(stderr=stderr, theme=THEME, highlight=False, width=width, soft_wrap=False)


def out() -> Console:
    """The console of stdout: what was asked for."""
    return _console(stderr=False)


def err() -> Console:
    """The console of stderr: progress, messages, errors."""
    return _console(stderr=True)


def paper(file: IO[str]) -> Console:
    """A console that writes plain text into a file."""
    return _Console(
        file=file,
        theme=THEME,
        highlight=False,
        width=_PIPE_WIDTH,
        color_system=None,
        force_terminal=False,
    )


def say(message: str, style: str = "") -> None:
    """A message to the user, on stderr, never wrapped in the middle of a path."""
    err().print(Text(message, style=style), soft_wrap=True)


def put(console: Console, body: RenderableType, width: int | None = None) -> None:
    """Print without the blanks that Rich fills lines up with."""
    options = console.options.update(width=width) if width else console.options
    kept: list[Segment] = []
    for line in console.render_lines(body, options, pad=False):
        while line and not line[-1].text.strip():
            line.pop()
        if line:
            line[-1] = Segment(line[-1].text.rstrip(), line[-1].style)
        kept += [*line, Segment.line()]
    console.print(Segments(kept), end="")


def put_note(console: Console, note: str, style: str = "quiet") -> None:
    """A line of text, wrapped between words; what is wrapped stands two further in."""
    body = Text(printable(note.lstrip()), style=style)
    indent = " " * (len(note) - len(note.lstrip()))
    for i, line in enumerate(body.wrap(console, max(20, console.width - len(indent) - 2))):
        line.rstrip()
        console.print(Text(indent + ("  " if i else "")) + line, soft_wrap=True)


def count(n: int, one: str, many: str = "") -> str:
    """`1 system`, `2,000 systems`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def mark(severity: str) -> Text:
    return Text(f"{MARKS[severity]} {severity}", style=severity)


def bar(share: float | None, width: int = 10) -> str:
    """A share as a bar of eighth blocks; hatched where it is not assessed.

    What is not quite nothing or all never looks so.
    """
    if share is None:
        return "╱" * width
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    if 0 < share < 1:
        eighths = max(1, min(width * 8 - 1, eighths))
    full, rest = divmod(eighths, 8)
    text = "█" * full + (_EIGHTHS[rest] if rest else "")
    return text.ljust(width, "·")


def rate(share: float, digits: int = 0) -> str:
    """`31 %`; what is not quite nothing or all never reads so."""
    least = 10.0**-digits
    if 0 < 100 * share <= least / 2:
        return f"< {least:g} %"
    if 100 - least / 2 <= 100 * share < 100:
        return f"> {100 - least:g} %"
    return f"{100 * share:.{digits}f} %"


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
    if where is not None and where.snippet and 0 < where.column <= len(where.snippet) + 1:
        shown = printable(where.snippet.replace("\t", " "))
        room = max(20, console.width - 6)
        start = max(0, where.column - 1 - room + 10)
        before = cell_len(shown[start : where.column - 1])
        console.print(Text(f"    {shown[start : start + room]}", style="quiet"), soft_wrap=True)
        console.print(Text(" " * (4 + before) + "^", style=style), soft_wrap=True)
    if problem.hint:
        console.print(Text(f"    {printable(problem.hint)}", style="accent"), soft_wrap=True)


_JOINERS = "\u200c\u200d"
"""Parts of words and emoji in many scripts, and harmless."""


def printable(text: str) -> str:
    """Text from outside without control characters, which could move the cursor or hide text.

    Marks of direction are among them: one alone would turn the rest of a table's row around.
    """
    return "".join(c if c.isprintable() or c in _JOINERS or c == "\n" else "�" for c in text)
