"""Values written as YAML that every reader takes for the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

_NOTES = 24
"""Where comments begin, like those of the files that `init` writes."""
WIDTH = 96
"""Longest line that is written of a text that can be broken."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
# Safe as well, yet only left without quotes where others of its kind stand so.
_WORD = re.compile(r"[A-Za-z][\w.:/@%+-]*[\w/]", re.ASCII)
# Words that some YAML programs read as something else.
_NOT_PLAIN = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


@dataclass(frozen=True, slots=True)
class Source:
    """A single value that is written as it stood: `text`, read as `value`."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A value with a comment behind it, where it does not stand in brackets."""

    value: Any
    comment: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How nested values are set out: blanks before keys, and before the dashes under a key.

    Without `blocks` a text always stands in one line, in quotes where needed.
    """

    step: int = 2
    dash: int = 2
    blocks: bool = True


def scalar(text: str, quote: str = "") -> str:
    """The text as a YAML scalar in one line, in quotes where it needs them.

    `quote` is what it stood in before, which it keeps if it can: `'`, `"`, or
    `plain` for none.
    """
    if quote == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    if quote == "plain" and _WORD.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    if quote in ("", "plain") and _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return '"' + "".join(_ESCAPES.get(c) or _escaped(c) for c in text) + '"'


def comment(text: str) -> str:
    """The text as it can stand after a `#`: one line, nothing that cannot be printed."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def as_read(value: Any) -> Any:
    """The value as the reader gives it back: every single value a text, nothing as None."""
    match value:
        case None:
            return None
        case Source():
            return value.value
        case Noted():
            return as_read(value.value)
        case dict():
            return {as_read(str(k)): as_read(v) for k, v in value.items()}
        case list() | tuple():
            return [as_read(v) for v in value]
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case int() | str():
            return "".join("\ufffd" if _impossible(c) else c for c in str(value))
        case date():
            return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as YAML")


def inline(value: Any, quote: str = "") -> str:
    """Any value in one line, lists and mappings in brackets."""
    match value:
        case None:
            return "null"
        case Source():
            return value.text
        case Noted():
            return inline(value.value, quote)
        case dict():
            pairs = (f"{scalar(str(k))}: {inline(v)}" for k, v in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(inline(v) for v in value) + "]"
        case str():
            return scalar(value, quote)
    text: str = as_read(value)
    return scalar(text, quote) if quote in ("'", '"') else text


def block(value: Any, column: int, layout: Layout = Layout()) -> list[str]:
    """The lines of a list or mapping that stands at `column`, the first without its blanks."""
    lines: list[str] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            lines += hung(f"{scalar(str(key))}:", inner, column, layout)
    else:
        for item in value:
            lines += hung("-", item, column, layout)
    return [line if i == 0 or not line else " " * column + line for i, line in enumerate(lines)]


def hung(head: str, value: Any, column: int, layout: Layout = Layout()) -> list[str]:
    """The lines of a value behind its key or dash; lines count their blanks from `column`."""
    if isinstance(value, Noted):
        first, *rest = hung(head, value.value, column, layout)
        return [f"{first.ljust(_NOTES - column)}  # {comment(value.comment)}", *rest]
    if isinstance(value, dict | list | tuple) and value:
        if head == "-":
            first, *rest = block(value, column + 2, layout)
            return [f"- {first}", *(line[column:] for line in rest)]
        gap = layout.step if isinstance(value, dict) else layout.dash
        return [
            head,
            *(
                " " * gap + x if i == 0 else x[column:]
                for i, x in enumerate(block(value, column + gap, layout))
            ),
        ]
    gap = 2 if head == "-" else layout.step
    if isinstance(value, str) and layout.blocks and (lines := list(_below(value, column + gap))):
        header, *body = lines
        return [f"{head} {header}", *(" " * gap + line if line else "" for line in body)]
    return [head if value is None else f"{head} {inline(value)}"]


def _below(text: str, column: int) -> Iterator[str]:
    """Header and lines of a long text written below its key; nothing where that is not safe."""
    lines = text.split("\n")
    if text != text.strip() or not all(line.isprintable() for line in lines):
        return
    if len(lines) > 1:
        if all(line == line.rstrip() for line in lines):
            yield "|-"
            yield from lines
    elif len(text) > WIDTH - column and " " in text and "  " not in text:
        yield ">-"
        line = ""
        for word in text.split(" "):
            if line and len(line) + 1 + len(word) > WIDTH - column:
                yield line
                line = word
            else:
                line = f"{line} {word}" if line else word
        yield line


def _impossible(character: str) -> bool:
    """Whether it is NUL or half of a pair, which stand in no YAML text, escaped or not."""
    return character == "\0" or "\ud800" <= character <= "\udfff"


def _escaped(character: str) -> str:
    if _impossible(character):
        return "\ufffd"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
