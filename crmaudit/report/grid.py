"""A matrix as writers look at it: letters by place, the states that occur, its parts.

A matrix of more than `WIDE` columns reads badly as one table. Writers draw its
parts instead, and list what stands outside of them.
"""

from __future__ import annotations

from dataclasses import replace

from crmaudit.report import blocks as b
from crmaudit.report.functions import make_table
from crmaudit.report.labels import Labels

WIDE = 60
"""Columns from which on a matrix is drawn in parts, where the format cannot scroll."""
UNKNOWN = (b.Letter("?", "unknown"),)


class Grid:
    """The cells of a matrix by row and column."""

    def __init__(self, made: b.Matrix) -> None:
        self.made = made
        self.cells = {(c.row, c.column): c for c in made.cells}

    def letters(self, row: int, column: int) -> tuple[b.Letter, ...]:
        """Letters of a cell, listed or not; none means no."""
        cell = self.cells.get((row, column))
        if cell is not None:
            return cell.letters
        return UNKNOWN if self.made.columns[column].open else ()

    @property
    def states(self) -> tuple[b.LetterState, ...]:
        """States that occur, in the order of the legend."""
        used = {x.state for c in self.made.cells for x in c.letters}
        listed: dict[int, int] = {}
        for cell in self.made.cells:
            listed[cell.column] = listed.get(cell.column, 0) + 1
        rows = len(self.made.rows)
        if any(c.open and listed.get(n, 0) < rows for n, c in enumerate(self.made.columns)):
            used.add("unknown")
        return tuple(s for s in b.LETTER_CODES if s in used)


def pieces(made: b.Matrix) -> tuple[b.Matrix, ...]:
    """Each part as a matrix of its own, with the heads that it needs."""
    grid = Grid(made)
    found = []
    for n, part in enumerate(made.parts, 1):
        cells = tuple(
            replace(cell, row=r, column=c)
            for r, row in enumerate(part.rows)
            for c, column in enumerate(part.columns)
            if (cell := grid.cells.get((row, column)))
        )
        found.append(
            replace(
                made,
                id=f"{made.id}-{n}",
                title=part.title,
                rows=tuple(made.rows[r] for r in part.rows),
                columns=tuple(made.columns[c] for c in part.columns),
                cells=cells,
                note="",
                orders=(),
                parts=(),
            )
        )
    return tuple(found)


LISTED = 1_000
"""Cells outside of all parts that are listed at most; the JSON report has every one."""


def outside(made: b.Matrix, words: Labels) -> b.Table | None:
    """Cells with letters that no part shows, as a list; None where there is none."""
    shown = {(r, c) for part in made.parts for r in part.rows for c in part.columns}
    rows = [
        (made.rows[cell.row].text, made.columns[cell.column].text, spelt(cell.letters, words))
        for cell in made.cells
        if cell.letters and (cell.row, cell.column) not in shown
    ]
    if not rows:
        return None
    columns = (b.Column(made.row_name), b.Column(made.column_name), b.Column(words["letters"]))
    counted = f"{len(rows):,}"
    if len(rows) > LISTED:
        counted = f"{LISTED:,} {words['of']} {counted}"
    caption = f"{words['matrix_outside']} ({counted})"
    return make_table(columns, rows[:LISTED], caption, f"{made.id}-outside", filters=True)


def spelt(letters: tuple[b.Letter, ...], words: Labels) -> str:
    """`C, R declared and found in use; U in use, never declared`."""
    told: dict[b.LetterState, list[str]] = {}
    for x in letters:
        told.setdefault(x.state, []).append(x.letter[:1])
    said = {s: words[f"letter_{s}"] for s in told}
    named = {s: "" if s == "unknown" else f"{', '.join(told[s])} " for s in told}
    return "; ".join(named[s] + said[s] for s in b.LETTER_CODES if s in told)
