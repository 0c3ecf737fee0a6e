"""Blocks of labelled lines, beside each other where the terminal is wide enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from crmaudit.cli.terminal import printable

TWO_COLUMNS = 120
"""From this width on blocks stand in two columns."""
_BETWEEN = 4
_LABEL = 22


@dataclass
class Block:
    """A heading and lines under it. `say` adds one, unless there is nothing to say."""

    title: str
    lines: list[tuple[str, Text]] = field(default_factory=list)

    def say(self, label: str, *values: object, style: str = "") -> bool:
        """Add a line of all values that say something; answers whether any does."""
        told = [str(v) for v in values if v not in (None, "", (), [])]
        if told:
            self.add(label, Text(" · ".join(told), style=style))
        return bool(told)

    def add(self, label: str, text: Text) -> None:
        """Add a line that is drawn already; what comes from outside in it may be anything."""
        text.plain = printable(text.plain)
        self.lines.append((printable(" ".join(label.split("\n"))), text))


def put_blocks(console: Console, blocks: Iterable[Block]) -> None:
    """Print the blocks that say anything, in reading order: down the left, then the right."""
    said = [b for b in blocks if b.lines]
    if console.width < TWO_COLUMNS:
        for block in said:
            for line in (Text(), *_drawn(console, block, console.width)):
                console.print(line, soft_wrap=True)
        return
    width = (console.width - _BETWEEN) // 2
    drawn = [[Text(), *_drawn(console, block, width)] for block in said]
    left, right = _halves(drawn)
    for i in range(max(len(left), len(right))):
        line = Text().append_text(left[i]) if i < len(left) else Text()
        if i < len(right) and right[i].plain:
            line.pad_right(width - line.cell_len + _BETWEEN)
            line.append_text(right[i])
        console.print(line, soft_wrap=True)


def _halves(blocks: Sequence[Sequence[Text]]) -> tuple[list[Text], list[Text]]:
    """The blocks in two columns of about the same height, none of them divided."""

    def height(n: int) -> int:
        return max(sum(map(len, blocks[:n])), sum(map(len, blocks[n:])))

    cut = min(range(len(blocks), 0, -1), key=height, default=0)
    left, right = blocks[:cut], blocks[cut:]
    return [line for b in left for line in b], [line for b in right for line in b]


def _drawn(console: Console, block: Block, width: int) -> Iterator[Text]:
    yield Text(block.title, style="accent")
    labels = min(_LABEL, max(Text(label).cell_len for label, _ in block.lines))
    for label, value in block.lines:
        head = Text(label, style="quiet")
        if head.cell_len > labels:
            yield from head.wrap(console, width, overflow="fold")
            yield from _wrapped(console, Text(), value, labels + 2, width)
        else:
            yield from _wrapped(console, head, value, labels + 2, width)


def _wrapped(console: Console, head: Text, value: Text, at: int, width: int) -> Iterator[Text]:
    for i, part in enumerate(value.wrap(console, max(10, width - at), overflow="fold")):
        part.rstrip()
        # Appended, for the style of a text that is added to would go on to the line's end.
        line = Text().append_text(head) if i == 0 else Text()
        line.pad_right(at - line.cell_len)
        line.append_text(part)
        line.rstrip()
        yield line
