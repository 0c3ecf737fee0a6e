"""Annotations, attributes and decorators; and how the parts of a parsed node are reached."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import TYPE_CHECKING, Protocol

from crmaudit.crud_matrix.collectors.source import grammar
from crmaudit.crud_matrix.collectors.source.tree import Call, Node, Text

if TYPE_CHECKING:
    import tree_sitter

    TS = tree_sitter.Node

# Doctrine's, in a comment: @ORM\\Table(name="orders")
_MARK = re.compile(r"@(?:\w+\\)+(\w+)\b(?:\s*\(([^()]*))?")
_ARGUMENT = re.compile(r"(\w+)\s*=\s*\"([^\"]*)\"|\"([^\"]*)\"")


class Reader(Protocol):
    """What `trees` lends: texts and values of nodes."""

    def value(self, node: TS | None) -> Node: ...

    def text(self, node: TS | None) -> str: ...

    def dotted(self, node: TS | None) -> str: ...

    def pairs(self, node: TS) -> dict[str, Node]: ...


def field(node: TS, *names: str) -> TS | None:
    for name in names:
        found = node.child_by_field_name(name)
        if found is not None:
            return found
    return None


def of_types(node: TS, types: Container[str]) -> Iterable[TS]:
    """All nodes of these types within, outermost first, in the order of the text."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if here.type in types:
            yield here
            if here.type in grammar.MARKS:
                continue
        waiting += reversed(here.named_children)


def marks(node: TS, reader: Reader) -> list[Call]:
    """Annotations, attributes and decorators, and those that PHP writes into comments."""
    found: list[Call] = []
    places = [node]
    if node.parent is not None and node.parent.type == "export_statement":
        places.append(node.parent)
    before = node.prev_named_sibling
    while before is not None and before.type == "decorator":
        places.append(before)
        before = before.prev_named_sibling
    if before is not None and before.type == "comment":
        found += _comment_marks(reader.text(before), before.start_point[0] + 1)
    for place in places:
        tops = [place] if place.type == "decorator" else place.children
        for top in tops:
            if top.type in {"modifiers", "attribute_list", "decorator"}:
                found += [_mark(m, reader) for m in of_types(top, grammar.MARKS)]
    return found


def _mark(mark: TS, reader: Reader) -> Call:
    if mark.type == "decorator" and mark.named_children[0].type == "call_expression":
        mark = mark.named_children[0]
    name = field(mark, "name", "function") or (mark.named_children or [mark])[0]
    args: list[Node] = []
    named: dict[str, Node] = {}
    listed = field(mark, "arguments", "parameters")
    if listed is None:
        listed = next((c for c in mark.named_children if c.type.endswith("list")), None)
    for a in listed.named_children if listed is not None else ():
        key = field(a, "key", "name")
        if key is not None:
            named[reader.dotted(key)] = reader.value(field(a, "value") or a.named_children[-1])
        elif a.type == "object":
            named.update(reader.pairs(a))
        else:
            args.append(reader.value(a))
    short = reader.dotted(name).rpartition(".")[2]
    return Call(None, short, args, mark.start_point[0] + 1, named=named)


def _comment_marks(text: str, line: int) -> list[Call]:
    found = []
    for mark in _MARK.finditer(text):
        named: dict[str, Node] = {}
        args: list[Node] = []
        for a in _ARGUMENT.finditer(mark[2] or ""):
            if a[1]:
                named[a[1]] = Text(a[2], line)
            else:
                args.append(Text(a[3], line))
        found.append(Call(None, mark[1], args, line, named=named))
    return found
