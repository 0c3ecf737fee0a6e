"""The matrix as lines of text: side by side as far as the terminal goes, then below each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from crmaudit.cli.terminal import printable, put_note

LABEL = 26
"""Columns for the names of entities at most."""
_LEAST = 5
_ISSUES = 12
STYLES = {"shadow": "alarm", "contradicted": "medium", "confirmed": "good"}


@dataclass(frozen=True)
class Grid:
    """What is drawn: `cells` are (entity, system) → letters; `issues` stand at the line's end.

    A large matrix is nearly empty: of cells that are not given, `blank` tells
    by system what stands there. `titles` head a group of rows, by the entity
    before which they stand. With `brief`, a panel leaves out rows without a
    letter.
    """

    entities: Sequence[str]
    systems: Sequence[str]
    names: Mapping[str, str]
    cells: Mapping[tuple[str, str], Text]
    issues: Mapping[str, Text]
    titles: Mapping[str, str]
    blank: Mapping[str, Text]
    brief: bool = False

    @cached_property
    def label(self) -> int:
        return min(LABEL, max([6, *(cell_len(self.names[e]) for e in self.entities)]))

    @cached_property
    def pitch(self) -> int:
        """Columns of a cell: its widest letters and a gap."""
        return max([_LEAST, *(cell.cell_len + 1 for cell in self.cells.values())])

    def filled(self, entity: str, system: str) -> bool:
        """Whether the cell has a letter."""
        cell = self.cells.get((entity, system))
        return cell is not None and cell.plain not in ("–", "?")

    def panels(self, width: int) -> list[Sequence[str]]:
        """The systems in as many groups as it takes to fit them into the width."""
        room = max(1, (width - self.label - 2 - _ISSUES) // self.pitch)
        return [self.systems[i : i + room] for i in range(0, len(self.systems), room)] or [()]


def draw(console: Console, grid: Grid) -> None:
    """Each panel with the names of its systems above it, each on a line that leads down."""
    panels = grid.panels(console.width)
    for n, systems in enumerate(panels):
        if n:
            console.print()
        if len(panels) > 1:
            first = sum(map(len, panels[:n])) + 1
            told = f"systems {first}–{first + len(systems) - 1} of {len(grid.systems)}"
            put_note(console, told)
        _heads(console, grid, systems)
        for entity in grid.entities:
            if grid.brief and not any(grid.filled(entity, s) for s in systems):
                continue
            if entity in grid.titles:
                put_note(console, grid.titles[entity], "accent")
            console.print(_line(grid, entity, systems, n == len(panels) - 1), soft_wrap=True)


def _heads(console: Console, grid: Grid, systems: Sequence[str]) -> None:
    for i, system in enumerate(systems):
        lines = "│".ljust(grid.pitch) * i
        head = Text(" " * (grid.label + 2) + lines, style="quiet") + Text(printable(system))
        head.truncate(console.width, overflow="ellipsis")
        console.print(head, soft_wrap=True)


def _line(grid: Grid, entity: str, systems: Sequence[str], last: bool) -> Text:
    name = Text(grid.names[entity])
    name.truncate(grid.label, overflow="ellipsis", pad=True)
    line = Text("  ").join([name, Text()])
    for system in systems:
        cell = (grid.cells.get((entity, system)) or grid.blank[system]).copy()
        cell.pad_right(grid.pitch - cell.cell_len)
        line.append_text(cell)
    if last:
        line.append_text(grid.issues.get(entity, Text()))
    line.rstrip()
    return line
