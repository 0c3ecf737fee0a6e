"""MyBatis mapper files: SQL in XML."""

from __future__ import annotations

import contextlib
import re
from xml.parsers import expat

from crmaudit.crud_matrix.collectors.source.words import Hole, Template

_STATEMENTS = frozenset({"select", "insert", "update", "delete", "sql", "selectKey"})
_WRAPPED = {"where": " WHERE ", "set": " SET "}
_PLACE = re.compile(r"#\{[^}]*\}|\$\{([^}]*)\}")
_LOOSE = [
    (re.compile(r",\s*(?=\)|\bWHERE\b|$)", re.I), " "),
    (re.compile(r"\bWHERE\s+(?:AND|OR)\b", re.I), "WHERE"),
    (re.compile(r"\bWHERE\s*$", re.I), ""),
]


def is_mapper(data: bytes) -> bool:
    return b"<mapper" in data[:4000] and b"namespace" in data[:4000]


def statements(data: bytes) -> list[Template]:
    """The statements of a mapper, parts that depend on a condition all taken in.

    Of `choose` the first branch counts. A file that is no XML gives those
    before the fault.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attrs: reader.start(
        name, attrs, parser.CurrentLineNumber
    )
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    # Entities of a document type are not needed, and a way to exhaust memory.
    parser.EntityDeclHandler = _no_entities
    with contextlib.suppress(expat.ExpatError, _EntityError):
        parser.Parse(data, True)
    return [reader.template(parts, line) for name, parts, line in reader.found if name != "sql"]


class _EntityError(Exception):
    pass


def _no_entities(*_: object) -> None:
    raise _EntityError


class _Reader:
    def __init__(self) -> None:
        self.found: list[tuple[str, list[str], int]] = []
        self._open: list[tuple[str, list[str], int]] = []
        self._ends: list[str] = []
        self._chosen: list[bool] = []
        self._silent = 0
        self._fragments: dict[str, list[str]] = {}

    def start(self, name: str, attrs: dict[str, str], line: int) -> None:
        end = ""
        if name in _STATEMENTS:
            self._open.append((name, [], line))
            if "id" in attrs:
                self._fragments[attrs["id"]] = self._open[-1][1]
        elif name == "include":
            # Looked up at the end: a fragment may stand below its use.
            self.text("\0" + attrs.get("refid", "").rpartition(".")[2] + "\0")
        elif name in _WRAPPED:
            self.text(_WRAPPED[name])
        elif name in {"trim", "foreach"}:
            self.text(" " + (attrs.get("prefix") or attrs.get("open") or "") + " ")
            end = " " + (attrs.get("suffix") or attrs.get("close") or "") + " "
        elif name == "choose":
            self._chosen.append(False)
        elif name in {"when", "otherwise"} and self._chosen:
            if self._chosen[-1]:
                self._silent += 1
                end = "\1"
            self._chosen[-1] = True
        self._ends.append(end)

    def end(self, name: str) -> None:
        end = self._ends.pop()
        if end == "\1":
            self._silent -= 1
        elif end:
            self.text(end)
        if name == "choose" and self._chosen:
            self._chosen.pop()
        if name in _STATEMENTS and self._open:
            self.found.append(self._open.pop())

    def text(self, text: str) -> None:
        if self._open and not self._silent:
            self._open[-1][1].append(text)

    def template(self, parts: list[str], line: int) -> Template:
        text = "".join(parts)
        for _ in range(4):
            if "\0" not in text:
                break
            text = re.sub("\0([^\0]*)\0", lambda m: "".join(self._fragments.get(m[1], "?")), text)
        text = re.sub("\0[^\0]*\0", "", text)
        for pattern, better in _LOOSE:
            text = pattern.sub(better, text)
        made: list[str | Hole] = []
        end = 0
        for place in _PLACE.finditer(text):
            made.append(text[end : place.start()])
            made.append(Hole(place[1]) if place[1] is not None else "?")
            end = place.end()
        made.append(text[end:])
        return Template(()) + Template(tuple(made), line)
