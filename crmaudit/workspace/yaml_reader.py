"""YAML read safely, every value with its place in the file.

The schema decides what a plain scalar is, not YAML's guesses: every scalar
comes out as the text that stands in the file (null as None) and the model's
field says whether that is a number, a date or a name. So `no` stays the
country it was meant as, `0123` the postcode. Where other YAML programs would
read something else, the reading carries a `Surprise`, which the loader turns
into a warning or, for numbers with leading zeros, into an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from crmaudit.errors import InvalidInput, Place, Problem

Path_ = tuple[str | int, ...]
MAX_BYTES = 32 * 1024 * 1024
MAX_VALUES = 2_000_000
MAX_DEPTH = 60

_NULL = {"", "~", "null", "Null", "NULL"}
# What YAML 1.1 programs (most of them) read as something else than text.
_SURPRISES = (
    (re.compile(r"(?i:yes|no|on|off|y|n|true|false)$"), "true or false"),
    (re.compile(r"[-+]?0[0-9_]+$"), "an octal number"),
    (re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9]*)?$"), "a number to the base 60"),
    (re.compile(r"[-+]?(0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+)$"), "a number"),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$"), "a number"),
    (re.compile(r"[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$"), "a number"),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$"), "a date"),
)
_CORE_TAGS = {
    f"tag:yaml.org,2002:{t}"
    for t in ("null", "bool", "int", "float", "str", "seq", "map", "timestamp", "value", "merge")
}


@dataclass(frozen=True, slots=True)
class Surprise:
    """A plain scalar that other YAML programs read as `reading`."""

    path: Path_
    text: str
    reading: str


@dataclass(frozen=True)
class YamlFile:
    """One file as read: its values and, on demand, the place of each.

    `name` is the path as users know it, relative to the workspace.
    """

    name: str
    data: Any
    surprises: tuple[Surprise, ...] = ()
    problems: tuple[Problem, ...] = ()
    _text: str = field(default="", repr=False)

    def place(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """Where the value at `path` stands (its key with `key=True`).

        A path that leads nowhere gives the place of its deepest part that
        exists, so that "missing" points at the mapping it is missing from.
        """
        node = _compose(self._text)
        mark = node.start_mark if node is not None else None
        for step in path:
            if isinstance(node, yaml.MappingNode):
                pair = next((p for p in node.value if p[0].value == str(step)), None)
                if pair is None:
                    break
                node = pair[1]
                mark = pair[0].start_mark if key or not _inline(pair) else node.start_mark
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                if step >= len(node.value):
                    break
                node = node.value[step]
                mark = node.start_mark
            # Any other step is pydantic's own (a union's branch): passed over.
        if mark is None:
            return Place(self.name, 1, 1)
        return _place(self.name, self._text, mark.line, mark.column)


def _inline(pair: tuple[yaml.Node, yaml.Node]) -> bool:
    return bool(pair[0].start_mark.line == pair[1].start_mark.line)


def _place(name: str, text: str, line: int, column: int) -> Place:
    lines = text.split("\n")
    snippet = lines[line].rstrip("\r") if line < len(lines) else ""
    return Place(name, line + 1, column + 1, snippet[:200])


def read(path: Path, name: str) -> YamlFile:
    """The file's values as text, lists and dicts.

    Raises InvalidInput where the file cannot be read as YAML at all:
    encoding, syntax, bombs. Smaller mistakes (duplicate keys, tags) stand in
    `problems`.
    """
    return parse(_decode(path, name), name)


def parse(text: str, name: str) -> YamlFile:
    """Like `read`, from text in memory."""
    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = _place(name, text, mark.line, mark.column) if mark else Place(name)
        raise InvalidInput([Problem(_syntax(error), where, _syntax_hint(error))]) from None
    except yaml.YAMLError as error:
        raise InvalidInput([_unreadable(error, name, text)]) from None
    except RecursionError:
        raise InvalidInput(
            [Problem(f"nested more than {MAX_DEPTH} levels deep", Place(name, 1, 1))]
        ) from None
    builder = _Builder(name, text)
    data = None if node is None else builder.value(node, ())
    return YamlFile(name, data, tuple(builder.surprises), tuple(builder.problems), text)


def _decode(path: Path, name: str) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InvalidInput(
                [Problem(f"{size:,} bytes; at most {MAX_BYTES:,} are read", Place(name))]
            )
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidInput([Problem(f"cannot be read: {error.strerror}", Place(name))]) from None
    encoding = "utf-8"
    for mark, codec in (
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
        (b"\xef\xbb\xbf", "utf-8-sig"),
    ):
        if raw.startswith(mark):
            encoding = codec
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise InvalidInput(
            [
                Problem(
                    f"byte 0x{raw[error.start]:02X} is not {encoding.upper()}",
                    Place(name, line, column),
                    "save the file as UTF-8",
                )
            ]
        ) from None


def _compose(text: str) -> yaml.Node | None:
    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = loader_class(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _syntax(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "not YAML"
    if "expected a single document" in (error.context or ""):
        return "more than one YAML document in the file (a second '---')"
    return f"not YAML: {problem}" + (f", {error.context}" if error.context else "")


def _syntax_hint(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "'\\t'" in problem or "tab" in problem:
        return "indent with blanks, not with tabs"
    if "mapping values are not allowed" in problem:
        return "a text with ': ' in it needs quotes; check the indentation"
    if "alias" in problem:
        return "a text that starts with * or & needs quotes"
    return "check quotes and indentation of this line and the one above"


def _unreadable(error: yaml.YAMLError, name: str, text: str) -> Problem:
    position = getattr(error, "position", None)
    if position is None or not isinstance(position, int):
        return Problem(f"not YAML: {error}", Place(name))
    line = text.count("\n", 0, position)
    column = position - (text.rfind("\n", 0, position) + 1)
    bad = text[position] if position < len(text) else ""
    return Problem(
        f"character U+{ord(bad):04X} is not allowed in YAML" if bad else f"not YAML: {error}",
        _place(name, text, line, column),
        "remove it",
    )


class _Builder:
    """Turns composed nodes into values; counts, so that no bomb expands."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self.surprises: list[Surprise] = []
        self.problems: list[Problem] = []
        self._values = 0
        self._open: set[int] = set()

    def value(self, node: yaml.Node, path: Path_) -> Any:
        self._values += 1
        if self._values > MAX_VALUES or len(path) > MAX_DEPTH:
            what = "nested too deep" if len(path) > MAX_DEPTH else "expands to too many values"
            raise InvalidInput(
                [Problem(what, self._at(node), "write aliases (*name) out or remove them")]
            )
        if node.tag not in _CORE_TAGS:
            self._problem(node, f"tag {node.tag!r} is not supported", "remove the tag")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._open:
            raise InvalidInput([Problem("an alias that contains itself", self._at(node))])
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(child, (*path, i)) for i, child in enumerate(node.value)]
            return self._mapping(node, path)
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: yaml.ScalarNode, path: Path_) -> str | None:
        text: str = node.value
        if not node.style:
            if text in _NULL:
                return None
            first = text[0]
            # Only such scalars can surprise; the test spares the patterns for the rest.
            if first in "+-.0123456789" or len(text) <= 5:
                for pattern, reading in _SURPRISES:
                    if pattern.match(text):
                        self.surprises.append(Surprise(path, text, reading))
                        break
        return text

    def _mapping(self, node: yaml.Node, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(key_node, "a key must be a plain word", "put the key in quotes")
                continue
            key = key_node.value
            if key == "<<" and not key_node.style:
                self._problem(key_node, "merge keys (<<) are not supported", "write the keys out")
                continue
            if key in result:
                self._problem(key_node, f"the key {key!r} stands twice", "keep one of the two")
                continue
            result[key] = self.value(value_node, (*path, key))
        return result

    def _at(self, node: yaml.Node) -> Place:
        return _place(self.name, self.text, node.start_mark.line, node.start_mark.column)

    def _problem(self, node: yaml.Node, message: str, hint: str) -> None:
        self.problems.append(Problem(message, self._at(node), hint))
