"""Edits as splices into a YAML text.

Many edits are taken in rounds: all that do not touch each other go by one
parse of the text.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from crmaudit.errors import CrmauditError
from crmaudit.workspace.edits import Append, Drop, Edit, Put, Rename, at, nested, same
from crmaudit.workspace.shorthand import shorthand
from crmaudit.workspace.yaml_nodes import BREAK, Item, Node, tree
from crmaudit.workspace.yaml_reader import Path_, SourceText, parse
from crmaudit.workspace.yaml_text import Layout, Source, block, hung, inline, scalar

_COMMA = re.compile(r"(?:\s|#[^\r\n]*)*,")
_HEADER = re.compile(r"[|>][-+0-9]*")
_BY_HAND = "edit the file by hand"


def spliced(
    text: str, name: str, edits: Sequence[Edit], model: type[BaseModel] | None
) -> tuple[str, list[CrmauditError]]:
    """The text with the edits done, and complaints about anchors that were touched.

    The complaints hold where the text then says anything but what was asked
    for. Raises CrmauditError for what cannot be done in place.
    """
    shared: list[CrmauditError] = []
    waiting = list(edits)
    while waiting:
        this = _Round(text, name, model, shared)
        waiting = this.take(waiting)
        text = this.done()
    return text, shared


@dataclass(frozen=True, slots=True)
class _Splice:
    """Of two at the same place, what goes on in the line comes first, then deeper lines."""

    start: int
    end: int
    text: str
    column: int = sys.maxsize


@dataclass(frozen=True, slots=True)
class _Spot:
    """A node, what hangs it up (None for the whole text), and whether brackets are around it."""

    path: Path_
    node: Node
    item: Item | None
    bracketed: bool


_Plan = tuple[Path_, list[_Splice]]
"""The path that an edit needs for itself, and what it does."""


class _MeetsAliasError(Exception):
    """The path leads through `*name`, which repeats what stands elsewhere."""

    def __init__(self, spot: _Spot, whole: bool) -> None:
        super().__init__()
        self.spot, self.whole = spot, whole


class _Round:
    """Edits that do not touch each other, in one text."""

    def __init__(
        self, text: str, name: str, model: type[BaseModel] | None, shared: list[CrmauditError]
    ) -> None:
        self.text, self.model, self.shared = text, model, shared
        self.source = SourceText(name, text)
        self.tree = tree(text)
        self.starts = [0, *(m.end() for m in BREAK.finditer(text))]
        found = BREAK.search(text)
        self.newline = found.group() if found and found.group() in ("\r\n", "\r") else "\n"
        self.layout = _layout(self.tree.root, self._column)
        self._splices: list[_Splice] = []
        # Paths that an edit has for itself, and what lies above them.
        self._closed: set[Path_] = set()
        self._above: set[Path_] = set()
        # What lies above edits that wait: no index there may change before their turn.
        self._awaited: set[Path_] = set()
        self._appended: dict[Path_, int] = {}
        self._dropped: dict[Path_, int] = {}
        # List → the first index that does not count any more, as items went from there on.
        self._cut: dict[Path_, int] = {}
        self._keys: dict[int, dict[str, Item]] = {}

    def take(self, edits: Sequence[Edit]) -> list[Edit]:
        """Does what it can; answers the edits that have to wait for the next round."""
        waiting, repeated, taken = [], [], 0
        for edit in edits:
            try:
                if self._take(edit):
                    taken += 1
                    continue
                self._close(edit.path if isinstance(edit, Append) else edit.path[:-1])
            except _MeetsAliasError:
                repeated.append(edit)
                self._close(edit.path)
            waiting.append(edit)
            self._awaited.update(edit.path[:i] for i in range(len(edit.path)))
        if not taken:
            # What an alias repeats may have been changed where it stands: they come last.
            edit = repeated[0]
            self._splices += self._repeated(edit)
            waiting.remove(edit)
        return waiting

    def done(self) -> str:
        """The text after the edits taken."""
        parts, at = [], 0
        for splice in sorted(self._splices, key=lambda s: (s.start, s.end, -s.column)):
            assert splice.start >= at, "two edits at one place"
            parts += [self.text[at : splice.start], splice.text]
            at = splice.end
        return "".join([*parts, self.text[at:]])

    def _take(self, edit: Edit) -> bool:
        if self._is_closed(edit.path):
            return False
        closes, splices = self._plan(edit)
        if closes in self._above or self._is_closed(closes):
            return False
        if isinstance(edit, Drop) and edit.path[:-1] in self._awaited:
            return False
        self._close(closes)
        if isinstance(edit, Rename):
            self._close((*edit.path[:-1], edit.new))
        if isinstance(edit, Drop) and closes == edit.path:
            above, step = edit.path[:-1], edit.path[-1]
            self._dropped[above] = self._dropped.get(above, 0) + 1
            if isinstance(step, int):
                self._cut[above] = step
        self._splices += splices
        return True

    def _is_closed(self, path: Path_) -> bool:
        if any(path[:i] in self._closed for i in range(len(path) + 1)):
            return True
        indices = ((path[:i], step) for i, step in enumerate(path) if isinstance(step, int))
        return any(step >= self._cut.get(above, step + 1) for above, step in indices)

    def _close(self, path: Path_) -> None:
        self._closed.add(path)
        self._above.update(path[:i] for i in range(len(path)))

    def _plan(self, edit: Edit) -> _Plan:
        match edit:
            case Put(path, value, behind):
                return self._put(path, value, behind)
            case Append(path, value):
                return self._append(path, value)
            case Drop(path):
                return self._drop(path)
            case Rename(path, new):
                item = self._find(self._walk(path[:-1])[0].node, path[-1])
                assert item is not None
                assert item.key is not None
                key = item.key
                self._note(key)
                return path, [_Splice(key.content, key.end, scalar(new, _quote(key)))]

    # Finding the way -----------------------------------------------------------------

    def _walk(self, path: Path_) -> tuple[_Spot, Path_]:
        """The deepest node on the path, and the steps that lead on from there."""
        end = self.tree.end
        root = self.tree.root or Node("text", end, end, end, blank=True)
        spot = _Spot((), root, None, False)
        for i, step in enumerate(path):
            node = spot.node
            if node.kind == "alias":
                raise _MeetsAliasError(spot, whole=False)
            self._note(node)
            item = self._find(node, step)
            if item is None:
                return spot, path[i:]
            spot = _Spot(path[: i + 1], item.value, item, spot.bracketed or node.flow)
        if spot.node.kind == "alias":
            raise _MeetsAliasError(spot, whole=True)
        self._note(spot.node)
        return spot, ()

    def _find(self, node: Node, step: str | int) -> Item | None:
        if node.kind == "map":
            if id(node) not in self._keys:
                self._keys[id(node)] = {i.key.text: i for i in node.items if i.key}
            return self._keys[id(node)].get(str(step))
        if node.kind == "list" and isinstance(step, int) and 0 <= step < len(node.items):
            return node.items[step]
        return None

    def _note(self, node: Node) -> None:
        """Remember that a node is touched whose value is repeated elsewhere."""
        if node.anchor in self.tree.aliases:
            self.shared.append(self._shared(node))

    def _shared(self, node: Node) -> CrmauditError:
        again = self.source.place(self.tree.aliases[node.anchor][0])
        return CrmauditError(
            f"&{node.anchor} stands here, and *{node.anchor} repeats it in line {again.line}: "
            "this would change both",
            _BY_HAND,
            self.source.place(node.start),
        )

    def _spare(self, node: Node) -> None:
        """Raises where a node is to go of which a part is repeated elsewhere."""
        for inner in node.all():
            uses = self.tree.aliases.get(inner.anchor, ()) if inner.anchor else ()
            if any(not node.start <= use < node.end for use in uses):
                raise self._shared(inner)

    def _repeated(self, edit: Edit) -> list[_Splice]:
        """An edit of what an alias repeats: done already, or instead of the alias."""
        data = parse(self.text, self.source.name).data
        try:
            self._plan(edit)
        except _MeetsAliasError as met:
            if isinstance(edit, Put):
                if same(at(data, edit.path, self.model), edit.value):
                    return []
                if met.whole:
                    return self._replace(met.spot, edit.value)
            if isinstance(edit, Rename):
                parent = at(data, edit.path[:-1], None)
                if isinstance(parent, dict) and edit.new in parent and edit.path[-1] not in parent:
                    return []
            node = met.spot.node
            raise CrmauditError(
                f"*{node.text} repeats what stands elsewhere: this would change both",
                _BY_HAND,
                self.source.place(node.start),
            ) from None
        raise AssertionError("no alias here")

    # The edits -----------------------------------------------------------------------

    def _put(self, path: Path_, value: Any, behind: str = "") -> _Plan:
        spot, rest = self._walk(path)
        node = spot.node
        if not rest:
            return path, self._replace(spot, value)
        if node.blank:
            return spot.path, self._replace(spot, nested(rest, value))
        if node.kind == "text":
            step = shorthand(self.model, spot.path)
            if rest == (step,):
                return spot.path, self._replace(spot, value)
            return spot.path, self._replace(spot, self._grown(node, step, rest, value))
        value = nested(rest[1:], value)
        if node.kind == "list":
            return self._append(spot.path, value)
        key = str(rest[0])
        if not node.items or node.flow:
            return spot.path, self._into(spot, {key: value}, f"{scalar(key)}: {inline(value)}")
        column = self._column(node.items[0].start)
        above = self._find(node, behind)
        end = above.end if above else node.end
        return (*spot.path, key), [self._hang(f"{scalar(key)}:", value, end, column)]

    def _append(self, path: Path_, value: Any) -> _Plan:
        spot, rest = self._walk(path)
        node = spot.node
        if rest or node.blank:
            return self._put(path, [value])
        if node.kind == "text":
            return path, self._replace(spot, self._grown(node, 0, (1,), value))
        if not node.items or node.flow:
            return path, self._into(spot, [value], inline(value))
        count = self._appended.get(path, 0)
        self._appended[path] = count + 1
        column = self._column(node.items[0].start)
        last = self._hang("-", value, node.end, column, apart=self._apart(node))
        return (*path, len(node.items) + count), [last]

    def _grown(self, node: Node, step: str | int | None, rest: Path_, value: Any) -> Any:
        """A bare text with what joins it; it stays written as it was if it is in one line."""
        old: Any = node.text
        if node.style not in ("|", ">") and not BREAK.search(self.text, node.content, node.end):
            old = Source(self.text[node.content : node.end], node.text)
        return [old, value] if step == 0 else {step: old, **nested(rest, value)}

    def _drop(self, path: Path_) -> _Plan:
        spot, rest = self._walk(path[:-1])
        node = spot.node
        if rest or node.kind == "text":
            return self._drop_above(path)
        item = self._find(node, path[-1])
        assert item is not None
        if len(node.items) > 1 or (node.kind == "map" and spot.item is None):
            self._spare(item.value)
            if len(node.items) == 1 and node.flow:
                return (), [_Splice(node.start, node.end, "")]
            if node.flow:
                return spot.path, [self._out_of_brackets(node, item)]
            # Several may go at once, but not the last: that leaves more to do.
            left = len(node.items) - self._dropped.get(spot.path, 0)
            line = self._line_start(item.start)
            alone = not self.text[line : item.start].strip() and left > 1
            return path if alone else spot.path, [self._out_of_lines(node, item)]
        if node.kind == "map" and spot.item is not None and spot.item.key is not None:
            return self._drop_above(path)
        return spot.path, self._replace(spot, [] if node.kind == "list" else {})

    def _drop_above(self, path: Path_) -> _Plan:
        """What the path's last step is all of goes as a whole."""
        closes, splices = self._drop(path[:-1])
        return min(closes, path[:-2], key=len), splices

    def _replace(self, spot: _Spot, value: Any) -> list[_Splice]:
        """Another value where one stands, or where there is only a colon or a dash."""
        node, item = spot.node, spot.item
        collection = isinstance(value, dict | list | tuple)
        keeps = node.kind == "text" and not collection
        if not keeps:
            self._spare(node)
        start = node.content if keeps else node.start
        new = inline(value, _quote(node)) if keeps or not value else inline(value)
        if spot.bracketed:
            return [self._in_brackets(item, node, start, new)]
        if item is None:
            return [self._whole(node, value)]
        if item.behind < 0:
            raise self._refusal(node, "a key with a question mark")
        if node.block and item.key is None:
            column = self._column(node.start)
            lines = block(value, column, self.layout) if collection and value else [new]
            return [_Splice(node.start, self._line_end(node.end), self.newline.join(lines))]
        return self._hung(node, item, value, start, new)

    def _hung(self, node: Node, item: Item, value: Any, start: int, new: str) -> list[_Splice]:
        """Another value behind a key, or behind a dash in its line."""
        column, behind = self._column(item.start), item.behind
        tail = self._below(behind if node.empty else node.end)
        layout = self._safe(tail, column)
        if node.block and self._below(behind) != self._line_start(node.start):
            # Comments and blank lines above it stay: they must not become part of a text.
            layout = replace(layout, blocks=False)
        if item.key is None and isinstance(value, dict | list | tuple) and value:
            first, *rest = block(value, column + 2 if node.empty else self._column(start), layout)
        else:
            lines = hung(":" if item.key else "-", value, column, layout)
            first, rest = lines[0][1:].lstrip(" "), [" " * column + line for line in lines[1:]]
            if first and not rest:
                first = new
        if node.block:
            if node.start != node.content:
                raise self._refusal(node, "an anchor or tag")
            head = self._nested(node, item, value)
            if head is not None:
                rest = head
            body = self._line_start(node.start), self._below(node.end)
            splices = [_Splice(behind, behind, f" {first}")] if first else []
            return [*splices, _Splice(*body, self._set_out(*body, rest))]
        if node.style in ("|", ">"):
            header = _HEADER.match(self.text, node.content)
            assert header is not None
            body = self._below(header.end()), node.end
            splice = _Splice(behind if not first else start, header.end(), first)
            return [splice, _Splice(*body, self._set_out(*body, rest))]
        splices = []
        if node.empty:
            if first:
                splices.append(_Splice(node.end, node.end, f" {first}"))
        elif first:
            splices.append(_Splice(start, node.end, first))
        else:
            splices.append(self._gone(behind, start, node.end))
        if rest:
            # Lines of a comment that goes on below stay together, unless they would become text.
            index = tail if first else self._past(tail, column + 1)
            splices.append(_Splice(index, index, self._set_out(index, index, rest), column + 1))
        return splices

    def _gone(self, behind: int, start: int, end: int) -> _Splice:
        """Nothing in place of a value, with the blanks before it or the line it had for itself."""
        line = self._line_start(start)
        if behind < line and not self.text[end : self._line_end(end)].strip():
            return _Splice(line, self._below(end), "")
        return _Splice(max(behind, line), end, "")

    def _nested(self, node: Node, item: Item, value: Any) -> list[str] | None:
        """The lines of a new list or mapping that stands where one of its kind stood."""
        if not value or not isinstance(value, dict if node.kind == "map" else list | tuple):
            return None
        column = self._column(node.start)
        first, *rest = block(value, column, self._safe(node.end, column))
        return [" " * column + first, *rest]

    def _whole(self, node: Node, value: Any) -> _Splice:
        """Another value for the whole text."""
        lines = block(value, 0, self.layout) if value else [inline(value)]
        if node.empty:
            end = self.tree.end
            return _Splice(end, end, self._set_out(end, end, lines))
        if self._column(node.start):
            return _Splice(node.start, node.end, inline(value))
        end = self._line_end(node.end) if node.block else node.end
        return _Splice(node.start, end, self.newline.join(lines))

    def _hang(
        self, head: str, value: Any, end: int, column: int, *, apart: bool = False
    ) -> _Splice:
        """A new key or list item behind what ends at `end`."""
        index = self._past(self._below(end), column)
        lines = [" " * column + x for x in hung(head, value, column, self._safe(index, column))]
        lines = [line.rstrip() if not line.strip() else line for line in lines]
        return _Splice(index, index, self._set_out(index, index, [""] * apart + lines), column)

    def _into(self, spot: _Spot, whole: Any, entry: str) -> list[_Splice]:
        """A new entry in brackets; empty ones make place for lines where lines can stand."""
        node = spot.node
        if self.text[node.content] not in "[{":
            raise self._refusal(node, "a pair without brackets of its own")
        if not node.items:
            inner = self.text[node.content + 1 : node.end - 1]
            if not spot.bracketed and not inner.strip():
                return self._replace(spot, whole)
            # A comment in the brackets needs a blank before it.
            start = node.content + 1
            return [_Splice(start, start, f"{entry} " if inner else entry)]
        last = node.items[-1]
        end = last.end
        comma = _COMMA.match(self.text, end, node.end)
        stop = comma.end() if comma else end
        before = self.text[self._line_start(last.start) : last.start]
        line_end = self._line_end(stop)
        if before.strip() or line_end >= node.end:
            return [_Splice(stop, stop, f" {entry}" if comma else f", {entry}")]
        line = self.newline + before + entry
        if comma:
            return [_Splice(line_end, line_end, line + ",")]
        return [_Splice(end, end, ","), _Splice(line_end, line_end, line)]

    def _in_brackets(self, item: Item | None, node: Node, start: int, new: str) -> _Splice:
        if not node.empty or item is None:
            return _Splice(start, node.end, new)
        return _Splice(node.end, node.end, f" {new}" if item.behind >= 0 else f": {new}")

    def _out_of_brackets(self, node: Node, item: Item) -> _Splice:
        i = node.items.index(item)
        end = item.end
        line = self._line_start(item.start)
        own_line = not self.text[line : item.start].strip()
        comma = _COMMA.match(self.text, end, node.end)
        stop = comma.end() if comma else end
        tail = self.text[stop : self._line_end(stop)].strip()
        if own_line and (not tail or tail.startswith("#")):
            return _Splice(line, self._below(stop), "")
        if comma:
            while self.text[stop] in " \t":
                stop += 1
            return _Splice(item.start, stop, "")
        return _Splice(item.start if own_line else node.items[i - 1].end, end, "")

    def _out_of_lines(self, node: Node, item: Item) -> _Splice:
        end = item.end
        line = self._line_start(item.start)
        if not self.text[line : item.start].strip():
            below = self._past(self._below(end), self._column(item.start) + 1)
            return _Splice(line, below, "")
        # It stands behind a dash: the next key moves there, if no comment is between.
        if len(node.items) > 1:
            follower = node.items[1].start
            if self._line_start(follower) == self._below(end):
                return _Splice(item.start, follower, "")
        return _Splice(item.start, self._line_end(end), "")

    def _refusal(self, node: Node, what: str) -> CrmauditError:
        return CrmauditError(f"{what} stands here", _BY_HAND, self.source.place(node.start))

    # Lines and columns ---------------------------------------------------------------

    def _line_start(self, index: int) -> int:
        return self.starts[bisect_right(self.starts, index) - 1]

    def _column(self, index: int) -> int:
        return index - self._line_start(index)

    def _below(self, end: int) -> int:
        """Where the line below begins; texts under `|` end there already."""
        i = bisect_left(self.starts, end)
        return self.starts[i] if i < len(self.starts) else len(self.text)

    def _line_end(self, end: int) -> int:
        """Where the line ends, before its line break."""
        below = self._below(end)
        for ending in ("\r\n", "\n", "\r", "\x85", "\u2028", "\u2029"):
            if below > 0 and self.text.endswith(ending, 0, below):
                return below - len(ending)
        return below

    def _past(self, index: int, column: int) -> int:
        """Past comments in the next lines that stand so far in that they belong above."""
        while comment := _COMMENT.match(self.text, index):
            if comment.start(1) - index < max(1, column):
                break
            index = self._below(comment.end())
        return index

    def _safe(self, index: int, column: int) -> Layout:
        """The layout; without texts below their keys where a comment would become part of one."""
        comment = _NEXT_COMMENT.match(self.text, index)
        swallowed = comment and self._column(comment.start(1)) > column
        return replace(self.layout, blocks=False) if swallowed else self.layout

    def _set_out(self, start: int, end: int, lines: Sequence[str]) -> str:
        """Lines in place of those from `start` to `end`, where lines begin or the text ends."""
        text = self.newline.join(lines)
        if not lines:
            return ""
        if start not in (0, self.starts[-1]) and start == len(self.text):
            return self.newline + text
        ends = end < len(self.text) or end == self.starts[-1]
        return text + self.newline if ends else text

    def _apart(self, node: Node) -> bool:
        """Whether blank lines stand between the items of a list."""
        if len(node.items) < 2:
            return False
        before, last = node.items[-2:]
        between = self.text[self._below(before.end) : last.start]
        return any(not line.strip() for line in BREAK.split(between)[:-1])


_COMMENT = re.compile(r"[ \t]*(#)[^\r\n\x85\u2028\u2029]*")
_NEXT_COMMENT = re.compile(r"(?:[ \t]*(?:\r\n|[\r\n\x85\u2028\u2029]))*[ \t]*(#)")


def _quote(node: Node) -> str:
    """How a text is quoted; one without quotes is `plain`."""
    if node.kind != "text" or node.empty or node.style in ("|", ">"):
        return ""
    return node.style or "plain"


def _layout(root: Node | None, column: Any) -> Layout:
    """Blanks before nested keys and dashes, as the text has them first."""
    step = dash = None
    for node, inner in _pairs(root):
        gap = column(inner.items[0].start) - column(node.start)
        if inner.kind == "map" and step is None and gap > 0:
            step = gap
        if inner.kind == "list" and dash is None:
            dash = gap
        if step is not None and dash is not None:
            break
    return Layout(step or 2, 2 if dash is None else dash)


def _pairs(node: Node | None) -> Iterator[tuple[Item, Node]]:
    """Keys with a block under them."""
    for item in node.items if node else ():
        if item.key and item.value.block and item.value.items:
            yield item, item.value
        yield from _pairs(item.value)
