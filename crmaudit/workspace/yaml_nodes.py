"""A YAML text as a tree of nodes that know where they stand, to the character.

Events tell the structure; tokens tell where colons and dashes are, which no
event says. Block lists and mappings end with their last child, so that
comments behind them belong to nobody.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from crmaudit.workspace.yaml_reader import NULL

BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What ends a line in YAML."""


@dataclass(slots=True)
class Node:
    """A value: `start` counts its anchor and tag in, `content` does not.

    An empty value stands, without extent, behind its colon or dash. `style`
    is the scalar's quote or block sign; `flow` says whether it is in brackets
    (or, for a pair in a list, could have been).
    """

    kind: Literal["text", "list", "map", "alias"]
    start: int
    content: int
    end: int
    style: str = ""
    anchor: str = ""
    text: str = ""
    """A scalar's, or the name of the anchor that an alias repeats."""
    blank: bool = False
    """Whether a scalar says nothing: nothing at all, `~` or `null`."""
    flow: bool = False
    items: list[Item] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return self.kind == "text" and self.content == self.end

    def all(self) -> Iterator[Node]:
        """The node and everything in it."""
        yield self
        for item in self.items:
            if item.key:
                yield item.key
            yield from item.value.all()

    @property
    def block(self) -> bool:
        """Whether it is a list or mapping without brackets."""
        return self.kind in ("list", "map") and not self.flow


@dataclass(slots=True)
class Item:
    """An entry of a mapping or list.

    It starts at its key, its dash or its question mark. `behind` is where the
    colon or dash ends, -1 where there is none.
    """

    start: int
    key: Node | None
    behind: int
    value: Node

    @property
    def end(self) -> int:
        return max(self.value.end, self.behind, self.key.end if self.key else 0)


@dataclass(frozen=True, slots=True)
class Tree:
    """`root` is None for a text without a document; `end` is where the document ends."""

    root: Node | None
    end: int
    aliases: dict[str, list[int]]
    """Anchor → where it is used."""


def tree(text: str) -> Tree:
    """The tree of a text that the reader takes without a complaint."""
    return _Builder(text).build()


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.events = _all(text, "get_event", yaml.StreamEndEvent)
        self.tokens = list(_all(text, "get_token", yaml.StreamEndToken))
        self.starts: list[int] = [t.start_mark.index for t in self.tokens]
        self.dashes = [
            t.start_mark.index for t in self.tokens if isinstance(t, yaml.BlockEntryToken)
        ]
        self.aliases: dict[str, list[int]] = {}

    def build(self) -> Tree:
        root, end = None, len(self.text)
        for token in self.tokens:
            if isinstance(token, yaml.DocumentEndToken):
                end = token.start_mark.index
        for event in self.events:
            if not isinstance(event, yaml.DocumentStartEvent | yaml.DocumentEndEvent | _STREAM):
                root = self._node(event, None)
        return Tree(root, end, self.aliases)

    def _node(self, event: Any, place: int | None) -> Node:
        """`place` is where the value stands if it is empty."""
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.AliasEvent):
            name: str = event.anchor or ""
            self.aliases.setdefault(name, []).append(start)
            return Node("alias", start, start, end, text=name)
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, start, end, place)
        elif isinstance(event, yaml.MappingStartEvent):
            node = self._map(event, start)
        else:
            node = self._list(event, start)
        if event.anchor is not None:
            node.anchor = event.anchor
        return node

    def _scalar(self, event: Any, start: int, end: int, place: int | None) -> Node:
        style = event.style or ""
        if start == end and not style:
            start = end = start if place is None else place
        content = start
        if event.anchor is not None or event.tag is not None:
            content = min(self._past_properties(start), end)
        if style in "|>" and style:
            end = self._block_end(content, end, event.value)
        plain_null = not style and event.tag is None
        nothing = plain_null and event.value in NULL
        return Node("text", start, content, end, style, text=event.value, blank=nothing)

    def _map(self, event: Any, start: int) -> Node:
        node = Node("map", start, start, start, flow=bool(event.flow_style))
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, None)
            marks = self._around(key)
            value = self._node(next(self.events), marks[1] if marks[1] >= 0 else key.end)
            begin = key.start if marks[0] < 0 else marks[0]
            node.items.append(Item(begin, key, marks[1], value))
        return self._closed(node, event)

    def _list(self, event: Any, start: int) -> Node:
        node = Node("list", start, start, start, flow=bool(event.flow_style))
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            begin = event.start_mark.index
            if node.flow:
                value = self._node(event, None)
                node.items.append(Item(value.start, None, -1, value))
                continue
            dash = self.dashes[bisect_left(self.dashes, begin) - 1]
            value = self._node(event, dash + 1)
            node.items.append(Item(dash, None, dash + 1, value))
        return self._closed(node, event)

    def _closed(self, node: Node, event: Any) -> Node:
        bracket = self._past_properties(node.start)
        if node.flow and self.text[bracket : bracket + 1] in ("[", "{"):
            node.content, node.end = bracket, event.end_mark.index
        elif node.items:
            node.content = node.items[0].start
            node.end = node.items[-1].end
        return node

    def _past_properties(self, index: int) -> int:
        """Where what stands at `index` really begins, behind anchor and tag."""
        i = bisect_left(self.starts, index)
        while i < len(self.tokens) - 1 and isinstance(self.tokens[i], _BEFORE):
            i += 1
        start: int = self.starts[i]
        return start

    def _around(self, key: Node) -> tuple[int, int]:
        """Where the key's question mark is and where its colon ends, -1 where there is none."""
        i = bisect_left(self.starts, key.content)
        while i < len(self.tokens) and not isinstance(
            self.tokens[i], yaml.ScalarToken | yaml.AliasToken
        ):
            i += 1
        colon = -1
        if i + 1 < len(self.tokens) and isinstance(self.tokens[i + 1], yaml.ValueToken):
            colon = self.tokens[i + 1].end_mark.index
        i = bisect_left(self.starts, key.start) - 1
        token = self.tokens[i]
        asked = isinstance(token, yaml.KeyToken) and token.end_mark.index > token.start_mark.index
        return (token.start_mark.index if asked else -1), colon

    def _block_end(self, content: int, end: int, value: str) -> int:
        """The end of a text under `|` or `>`: blank lines behind it separate, they say nothing."""
        header = BREAK.search(self.text, content)
        first = header.start() if header else end
        keeps = "+" in self.text[content : content + 3] or value.rstrip("\n")[-1:] in (" ", "\t")
        if keeps:
            return end
        said = content + len(self.text[content:end].rstrip())
        stop = BREAK.search(self.text, max(said, first))
        return min(stop.end(), end) if stop else end


_STREAM = yaml.StreamStartEvent
_BEFORE = yaml.AnchorToken | yaml.TagToken | yaml.KeyToken | yaml.BlockMappingStartToken


def _all(text: str, method: str, last: type) -> Iterator[Any]:
    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = loader_class(text)
    try:
        step = getattr(loader, method)
        while not isinstance(found := step(), last):
            yield found
    finally:
        loader.dispose()
