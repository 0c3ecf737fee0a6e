"""Tables as lines: widths found once, cells wrapped only where they have to be.

Rich's own table measures and renders every cell several times, which a
thousand rows make long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.text import Text

GAP = 2


@dataclass(frozen=True, slots=True)
class Slot:
    """A column of a grid: `flex` wraps, others are cut where the terminal is too narrow."""

    title: str = ""
    right: bool = False
    flex: bool = False


def draw(console: Console, slots: Sequence[Slot], rows: Sequence[Sequence[Text]]) -> None:
    """Print the rows, under the titles if there are any. No line ends in blanks."""
    widths = [
        max([cell_len(slot.title), *(_width(row[i]) for row in rows)])
        for i, slot in enumerate(slots)
    ]
    room = console.width - GAP * (len(slots) - 1)
    widths = _fitted(widths, [s.flex for s in slots], room)
    body: list[Segment] = []
    if any(slot.title for slot in slots):
        head = [Text(slot.title, style="quiet") for slot in slots]
        body += _lines(console, slots, widths, head)
    for row in rows:
        body += _lines(console, slots, widths, row)
    console.print(Segments(body), end="")


def _width(cell: Text) -> int:
    return max(map(cell_len, cell.plain.split("\n")))


def _fitted(widths: Sequence[int], flex: Sequence[bool], room: int) -> list[int]:
    """The widths cut down to the room: the widest first, and first of those that wrap."""
    fitted = _levelled(widths, [i for i, wraps in enumerate(flex) if wraps], room)
    return _levelled(fitted, range(len(widths)), room)


def _levelled(widths: Sequence[int], some: Iterable[int], room: int) -> list[int]:
    """The widths with the widest of `some` made smaller until all fit, or are one wide."""
    level, chosen = list(widths), set(some)
    excess = sum(level) - room
    while excess > 0 and chosen:
        widest = max(level[i] for i in chosen)
        if widest <= 1:
            break
        most = sorted(i for i in chosen if level[i] == widest)
        below = max([1, *(level[i] for i in chosen if level[i] < widest)])
        cut = min(widest - below, -(-excess // len(most)))
        for i in reversed(most):
            less = min(cut, excess)
            level[i] -= less
            excess -= less
    return level


def _lines(
    console: Console, slots: Sequence[Slot], widths: Sequence[int], row: Sequence[Text]
) -> list[Segment]:
    """One row, as many lines high as its highest cell."""
    cells = [
        [cell]
        if cell.cell_len <= width and "\n" not in cell.plain
        else _cut(console, slot, width, cell)
        for slot, width, cell in zip(slots, widths, row, strict=True)
    ]
    found: list[Segment] = []
    for n in range(max(map(len, cells), default=0)):
        blanks = 0
        for slot, width, parts in zip(slots, widths, cells, strict=True):
            part = parts[n] if n < len(parts) else None
            free = width - part.cell_len if part else width
            if part is not None and part.plain:
                blanks += free if slot.right else 0
                if blanks:
                    found.append(Segment(" " * blanks))
                found += _segments(console, part)
                blanks = 0 if slot.right else free
            else:
                blanks += width
            blanks += GAP
        found.append(Segment.line())
    return found


def _cut(console: Console, slot: Slot, width: int, cell: Text) -> list[Text]:
    if not slot.flex:
        short = cell.copy()
        short.truncate(width, overflow="ellipsis")
        return [short]
    lines = list(cell.wrap(console, width, overflow="fold"))
    for line in lines:
        line.rstrip()
    return lines


def _segments(console: Console, text: Text) -> Iterable[Segment]:
    if text.spans:
        return text.render(console)
    style = console.get_style(text.style, default=Style.null()) if text.style else None
    return [Segment(text.plain, style)]
