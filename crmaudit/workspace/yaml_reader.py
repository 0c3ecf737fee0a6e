"""YAML read safely, every value with its place in the file.

The schema decides what a plain scalar is, not YAML's guesses: every scalar
comes out as the text that stands in the file (null as None) and the model's
field says whether that is a number, a date or a name. So `no` stays the
country it was meant as, `0123` the postcode. Where other YAML programs would
read something else, the reading carries a `Surprise`, which the loader turns
into a warning or, for numbers with leading zeros, into an error.

Values are built from the parser's events with a stack of our own: composing
nodes first costs twice the time, and libyaml's composer recurses until the
process dies on a file of many brackets.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from crmaudit.errors import InvalidInput, Place, Problem

Path_ = tuple[str | int, ...]
MAX_BYTES = 32 * 1024 * 1024
MAX_ALIASED = 100_000
"""Values that a file's aliases may add; more is a bomb."""
MAX_DEPTH = 60
UNSEEN = frozenset({"matches.yaml"})
"""Files whose lines no error repeats: they speak of single records of people."""

NULL = {"", "~", "null", "Null", "NULL"}
# What YAML 1.1 programs (most of them) read as something else than text.
_SURPRISES = (
    (r"(?i:yes|no|on|off|y|n|true|false)", "true or false"),
    (r"[-+]?0[0-9_]+", "an octal number"),
    (r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9]*)?", "a number to the base 60"),
    (r"[-+]?(?:0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+)", "a number"),
    (r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?", "a number"),
    (r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "a number"),
    (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?", "a date"),
)
_SURPRISE = re.compile("|".join(f"({pattern})" for pattern, _ in _SURPRISES))
_READINGS = ("", *(reading for _, reading in _SURPRISES))
_SURPRISING_START = frozenset("+-.0123456789")

_CORE_TAGS = {"!"} | {
    f"tag:yaml.org,2002:{t}" for t in ("null", "bool", "int", "float", "str", "seq", "map")
}
_NOT_YAML = re.compile(
    "[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS_UTF8 = "save the file as UTF-8"
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Surprise:
    """A plain scalar that other YAML programs read as `reading`."""

    path: Path_
    text: str
    reading: str


@dataclass(frozen=True)
class SourceText:
    """A file's text, which knows the line and column of every character."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def _starts(self) -> list[int]:
        # Lines as editors count them; YAML itself knows more line ends.
        return [0, *(m.end() for m in _LINE_END.finditer(self.text))]

    def place(self, index: int) -> Place:
        """The place of the character at `index`."""
        starts = self._starts
        line = bisect_right(starts, index) - 1
        end = starts[line + 1] if line + 1 < len(starts) else len(self.text)
        snippet = "" if self.name in UNSEEN else self.text[starts[line] : end].rstrip("\r\n")
        return Place(self.name, line + 1, index - starts[line] + 1, snippet[:200])


_Position = tuple[int, int, bool]
"""Index of the key, index of the value, whether both stand in one line."""


@dataclass(frozen=True)
class YamlFile:
    """One file as read: its values and, on demand, the place of each.

    `name` is the path as users know it, relative to the workspace. Smaller
    mistakes, which did not hinder the reading, stand in `problems`.
    """

    name: str
    data: Any = None
    surprises: tuple[Surprise, ...] = ()
    problems: tuple[Problem, ...] = ()
    text: str = field(default="", repr=False)

    def place(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """Where the value at `path` stands (its key with `key=True`).

        A path that leads nowhere gives the place of its deepest part that
        exists, so that "missing" points at the mapping it is missing from.
        """
        for length in range(len(path), -1, -1):
            found = self._positions.get(tuple(path[:length]))
            if found:
                at_key, at_value, same_line = found
                return self._source.place(at_key if key or not same_line else at_value)
        return self._source.place(0)

    @cached_property
    def _source(self) -> SourceText:
        return SourceText(self.name, self.text)

    @cached_property
    def _positions(self) -> dict[Path_, _Position]:
        reader = _Reader(self.name, self.text, record=True)
        # What was recorded up to a mistake that stops the reading still serves.
        with suppress(InvalidInput):
            reader.read()
        return reader.positions


def read(path: Path, name: str) -> YamlFile:
    """The file's values as text, lists and dicts.

    Raises InvalidInput where the file cannot be read as YAML at all:
    encoding, syntax, bombs.
    """
    return parse(decode(raw(path, name), name), name)


def parse(text: str, name: str) -> YamlFile:
    """Like `read`, from text in memory."""
    reader = _Reader(name, text)
    data = reader.read()
    return YamlFile(name, data, tuple(reader.surprises), tuple(reader.problems), text)


def raw(path: Path, name: str) -> bytes:
    """The file's bytes. Raises InvalidInput where it cannot be read or is too long."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _fatal(f"{size:,} bytes; at most {MAX_BYTES:,} are read", Place(name))
        return path.read_bytes()
    except OSError as error:
        raise _fatal(f"cannot be read: {error.strerror or error}", Place(name)) from None


def decode(content: bytes, name: str) -> str:
    """The text of a file's bytes. Raises InvalidInput for what is neither UTF-8 nor UTF-16."""
    content = content.removeprefix(_BOM)
    encoding = "utf-16" if content.startswith(_UTF16_BOMS) else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        good = content[: error.start].decode(encoding, "replace")
        what = f"byte 0x{content[error.start]:02X} is not {encoding.upper()}"
        raise _fatal(what, SourceText(name, good).place(len(good)), _SAVE_AS_UTF8) from None


def encode(text: str, like: bytes = b"") -> bytes:
    """The text's bytes in the encoding, and with the mark, of a file that was `like` this."""
    mark = _BOM if like.startswith(_BOM) else b""
    kind = like.removeprefix(_BOM)[:2]
    if kind in _UTF16_BOMS:
        return mark + kind + text.encode("utf-16-le" if kind == b"\xff\xfe" else "utf-16-be")
    return mark + text.encode("utf-8")


def _fatal(message: str, where: Place, hint: str = "") -> InvalidInput:
    return InvalidInput([Problem(message, where, hint)])


def _events(source: SourceText) -> Iterator[Any]:
    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = loader_class(source.text)
    try:
        while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
            yield event
    except yaml.MarkedYAMLError as error:
        raise _fatal(*_syntax(error, source)) from None
    except yaml.YAMLError as error:
        raise _fatal(f"not YAML: {error}", Place(source.name)) from None
    finally:
        loader.dispose()


def _syntax(error: yaml.MarkedYAMLError, source: SourceText) -> tuple[str, Place, str]:
    problem, context = error.problem or "the text cannot be understood", error.context or ""
    # A quote that is never closed is wrong where it opens, not at the end of the file.
    open_quote = "quoted" in context
    mark = error.context_mark if open_quote else (error.problem_mark or error.context_mark)
    index = mark.index if mark else 0
    character = source.text[index : index + 1]
    if open_quote:
        hint = "close the quote"
    elif character == "\t":
        hint = "indent with blanks, not with tabs"
    elif "cannot start any token" in problem or "anchor" in problem:
        hint = f"a text that starts with {character} needs quotes"
    elif "mapping values are not allowed" in problem:
        hint = "a text with ': ' in it needs quotes; check the indentation"
    else:
        hint = "check quotes and indentation of this line and the one above"
    message = f"not YAML: {problem}" + (f", {context}" if context else "")
    return message, source.place(index), hint


class _Mark:
    """Stands where a key or a value would: see the two below."""


_LEFT_OUT, _OPEN = _Mark(), _Mark()
"""A key whose value is left out; an anchor whose value is not finished."""


class _Frame:
    """A list or mapping that is still open."""

    __slots__ = ("anchor", "is_map", "key", "key_index", "size_before", "value", "wants_key")

    def __init__(self, value: Any, is_map: bool, anchor: str | None, size_before: int) -> None:
        self.value, self.is_map = value, is_map
        self.anchor, self.size_before = anchor, size_before
        self.wants_key = is_map
        self.key: Any = None
        self.key_index = 0


class _Reader:
    """Builds a document's values out of the parser's events."""

    def __init__(self, name: str, text: str, record: bool = False) -> None:
        self.source, self.record = SourceText(name, text), record
        self.surprises: list[Surprise] = []
        self.problems: list[Problem] = []
        self.positions: dict[Path_, _Position] = {}
        self._stack: list[_Frame] = []
        self._root: Any = None
        self._values = self._aliased = 0
        # Name → value and the number of values in it.
        self._anchors: dict[str, tuple[Any, int]] = {}

    def read(self) -> Any:
        bad = _NOT_YAML.search(self.source.text)
        if bad:
            hint = _SAVE_AS_UTF8 if bad.group() == "\0" else "remove it"
            message = f"character U+{ord(bad.group()):04X} is not allowed in YAML"
            raise _fatal(message, self.source.place(bad.start()), hint)
        documents = 0
        for event in _events(self.source):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._start(event, {}, is_map=True)
            elif kind is yaml.SequenceStartEvent:
                self._start(event, [], is_map=False)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._end()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    what = "a second YAML document starts here (---)"
                    raise self._stop(event, what, "write one document a file")
        return self._root

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        value: str | None = text
        if event.tag is not None:
            self._check_tag(event)
        if self._stack and self._stack[-1].wants_key:
            self._key(self._stack[-1], event, text)
            return
        if not event.style and event.tag is None:
            if text in NULL:
                value = None
            # Only such scalars can surprise; the test spares the pattern for the rest.
            elif text[0] in _SURPRISING_START or len(text) <= 5:
                match = _SURPRISE.fullmatch(text)
                if match:
                    reading = _READINGS[match.lastindex or 0]
                    self.surprises.append(Surprise(self._path(), text, reading))
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)
        self._values += 1
        self._put(value, event)

    def _key(self, frame: _Frame, event: Any, text: str) -> None:
        frame.key_index = event.start_mark.index
        if event.anchor is not None:
            self._anchors[event.anchor] = (text, 1)
        frame.key, frame.wants_key = _LEFT_OUT, False
        if text == "<<" and not event.style:
            self._problem(event, "merge keys (<<) are not supported", "write the keys out")
        elif text in frame.value:
            self._problem(event, f"the key {text!r} stands twice", "keep one of the two")
        else:
            frame.key = text

    def _start(self, event: Any, value: Any, *, is_map: bool) -> None:
        if len(self._stack) >= MAX_DEPTH:
            what = f"nested more than {MAX_DEPTH} levels deep"
            raise self._stop(event, what, "check brackets and dashes")
        if event.tag is not None:
            self._check_tag(event)
        if self._stack and self._stack[-1].wants_key:
            self._no_plain_key(event)
        else:
            self._put(value, event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (_OPEN, 0)
        self._stack.append(_Frame(value, is_map, event.anchor, self._values + self._aliased))
        self._values += 1

    def _end(self) -> None:
        frame = self._stack.pop()
        if frame.anchor is not None:
            size = self._values + self._aliased - frame.size_before
            self._anchors[frame.anchor] = (frame.value, size)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            what = f"*{event.anchor} refers to nothing: there is no &{event.anchor} above"
            raise self._stop(event, what, "a text that starts with * needs quotes")
        value, size = self._anchors[event.anchor]
        if value is _OPEN:
            raise self._stop(event, f"*{event.anchor} contains itself", "write the values out")
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            what = f"aliases expand to more than {MAX_ALIASED:,} values"
            raise self._stop(event, what, "write the values out")
        if self._stack[-1].wants_key:
            self._no_plain_key(event)
        else:
            self._put(value, event)

    def _put(self, value: Any, event: Any) -> None:
        """Hangs a scalar or a collection that was just opened where it belongs."""
        if self.record:
            self._record(event.start_mark.index)
        if not self._stack:
            self._root = value
            return
        frame = self._stack[-1]
        if not frame.is_map:
            frame.value.append(value)
            return
        if frame.key is not _LEFT_OUT:
            frame.value[frame.key] = value
        frame.wants_key = True

    def _record(self, index: int) -> None:
        frame = self._stack[-1] if self._stack else None
        start = frame.key_index if frame and frame.is_map else index
        same_line = not _LINE_END.search(self.source.text, start, index)
        self.positions.setdefault(self._path(), (start, index, same_line))

    def _path(self) -> Path_:
        return tuple(
            f.key if f.is_map else len(f.value) - (f is not self._stack[-1]) for f in self._stack
        )

    def _no_plain_key(self, event: Any) -> None:
        self._problem(event, "a key must be a plain word", "put the key in quotes")
        self._stack[-1].key, self._stack[-1].wants_key = _LEFT_OUT, False

    def _check_tag(self, event: Any) -> None:
        if event.tag not in _CORE_TAGS:
            self._problem(event, f"the tag {event.tag!r} is not supported", "remove the tag")

    def _problem(self, event: Any, message: str, hint: str) -> None:
        self.problems.append(Problem(message, self.source.place(event.start_mark.index), hint))

    def _stop(self, event: Any, message: str, hint: str) -> InvalidInput:
        return _fatal(message, self.source.place(event.start_mark.index), hint)
