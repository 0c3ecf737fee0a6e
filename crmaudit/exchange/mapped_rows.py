"""A sheet's rows read by a column map: each cell as a fact's value, with its place.

A cell that cannot be read is left out and told, and its row still comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crmaudit.errors import CrmauditError, InvalidInput, Place, Problem
from crmaudit.exchange.cell_text import key, same, spoken
from crmaudit.exchange.column_map import ColumnMap, ColumnRule
from crmaudit.exchange.converting import Convert, converter
from crmaudit.exchange.layout import is_placeholder, is_total, repeats
from crmaudit.exchange.targets import Target
from crmaudit.sheets import Grid, Value
from crmaudit.workspace.incoming import Cell


@dataclass
class Tally:
    """What was taken of a sheet and what was not, in numbers."""

    rows: int = 0
    """Rows of data."""
    rows_left_out: int = 0
    cells: int = 0
    """Filled cells in columns that the map takes."""
    cells_left_out: int = 0
    """Those that cannot be read, and all of rows left out."""
    columns_taken: int = 0
    untaken: tuple[str, ...] = ()
    """Headers of the columns that are not taken."""

    @property
    def columns(self) -> int:
        """Columns with a header."""
        return self.columns_taken + len(self.untaken)


@dataclass(frozen=True)
class MappedColumn:
    """A column of the sheet that goes to a fact."""

    index: int
    rule: ColumnRule
    target: Target
    convert: Convert


@dataclass
class MappedRow:
    """A row's values, column by column; those that say nothing or cannot be read are absent."""

    place: Place
    cells: list[tuple[MappedColumn, Cell]] = field(default_factory=list)
    faulty: bool = False
    """Whether a cell of it could not be read, which was told."""
    filled: list[Place] = field(default_factory=list)
    """Where its filled cells stand, also those that say nothing or cannot be read."""
    left_out: bool = False

    def get(self, path: str) -> Cell | None:
        """The cell that goes to that fact."""
        return next((cell for column, cell in self.cells if column.target.path == path), None)


class MappedSheet:
    """The sheet as the map sees it. `bad_cells` and `left_out` fill while rows are read.

    Raises InvalidInput where map and sheet do not belong together.
    """

    def __init__(self, grid: Grid, column_map: ColumnMap) -> None:
        self.grid, self.map = grid, column_map
        self.left_out: list[Problem] = []
        self.bad_cells: list[Problem] = []
        self.tally = Tally()
        self._lost: set[Place] = set()
        if column_map.header > len(grid.rows):
            raise CrmauditError(
                f"{grid.file} has no row {column_map.header} for its headers",
                "correct `header:` in the map",
            )
        self._header = grid.rows[column_map.header - 1]
        self.columns = tuple(self._columns())
        self._filled_down = _filled_down(grid)

    def rows(self) -> Iterator[MappedRow]:
        """The rows of data: no blank ones, no headers again, no totals."""
        first = self.map.first or self.map.header + 1
        last = min(self.map.last or len(self.grid.rows), len(self.grid.rows))
        for i in range(first - 1, last):
            values = self.grid.rows[i]
            if all(v is None for v in values) or repeats(values, self._header):
                continue
            if is_total(values):
                self.left_out.append(Problem("a total, not a row of data", self.grid.place(i, 0)))
                continue
            if all(v is None or is_placeholder(v) for v in values):
                continue
            self.tally.rows += 1
            yield self._row(i, values)

    def bad(self, message: str, place: Place, hint: str = "") -> None:
        """Notes a cell that is left out."""
        self._lose(place)
        self.bad_cells.append(Problem(message, place, hint))

    def leave(self, message: str, row: MappedRow, hint: str = "") -> None:
        """Notes a row that is left out as a whole; why, unless a cell's fault was told."""
        self.drop(row)
        if not row.faulty:
            self.left_out.append(Problem(message, row.place, hint))

    def lose(self, cell: Cell) -> None:
        """Counts a cell as left out that was told elsewhere."""
        self._lose(cell.place)

    def drop(self, row: MappedRow) -> None:
        """Counts a row, and all of its cells, as left out; once, however often it is said."""
        if not row.left_out:
            row.left_out = True
            self.tally.rows_left_out += 1
            self._lose(*row.filled)

    def _lose(self, *cells: Place) -> None:
        """Counts cells as left out, each once, whatever is wrong with it."""
        self._lost.update(cells)
        self.tally.cells_left_out = len(self._lost)

    def _row(self, number: int, values: Sequence[Value]) -> MappedRow:
        row = MappedRow(self.grid.place(number, self.columns[0].index if self.columns else 0))
        for column in self.columns:
            at = number, column.index
            value = values[column.index]
            if value is None:
                value = self._filled_down.get(at)
            fault = self.grid.faults.get(at)
            if value is None and fault is None:
                continue
            place = self.grid.place(*at)
            self.tally.cells += 1
            row.filled.append(place)
            if fault:
                row.faulty = True
                self.bad(f"{column.rule.column}: {fault}", place)
                continue
            found = column.convert(value)
            for message, hint in found.faults:
                self.bad(f"{column.rule.column}: {message}", place, hint)
            row.faulty = row.faulty or (found.value is None and bool(found.faults))
            if found.value is not None:
                row.cells.append((column, Cell(found.value, place)))
        return row

    def _columns(self) -> Iterator[MappedColumn]:
        """The sheet's columns by their rules; tells columns that the map does not name."""
        texts = [" ".join(spoken(cell).split()) for cell in self._header]
        place = self.grid.place(self.map.header - 1, 0)
        problems = []
        taken: set[int] = set()
        named: set[int] = set()
        for rule in self.map.columns:
            index = _index(rule, texts)
            if index is not None:
                named.add(index)
            if rule.to and index is None:
                shown = ", ".join(t for t in texts if t)
                what = f"there is no column {rule.column or rule.at!r} to go to {rule.to}"
                problems.append(Problem(what, place, f"the columns are: {shown}"))
            elif rule.to and index is not None:
                taken.add(index)
                target = self.map.target(rule.to)
                yield MappedColumn(
                    index, rule, target, converter(target, rule.conversion(self.map.as_of))
                )
        if problems:
            raise InvalidInput(problems)
        for index, text in enumerate(texts):
            if text and index not in named:
                what = f"the map says nothing of the column {text!r}"
                self.left_out.append(Problem(what, self.grid.place(self.map.header - 1, index)))
        self.tally.columns_taken = len(taken)
        self.tally.untaken = tuple(t for i, t in enumerate(texts) if t and i not in taken)


def _index(rule: ColumnRule, texts: Sequence[str]) -> int | None:
    """Where in the sheet a rule's column stands; None where it is not there."""
    if rule.at:
        index = 0
        for letter in rule.at:
            index = 26 * index + ord(letter) - 64
        there = index <= len(texts) and (not rule.column or _alike(rule.column, texts[index - 1]))
        return index - 1 if there else None
    for matches in (_same, _alike):
        index = next((i for i, t in enumerate(texts) if matches(rule.column, t)), -1)
        if index >= 0:
            return index
    return None


def _same(a: str, b: str) -> bool:
    return same(a) == same(b)


def _alike(a: str, b: str) -> bool:
    return _same(a, b) or key(a) == key(b) != ""


def _filled_down(grid: Grid) -> dict[tuple[int, int], Value]:
    """What merged cells say in the rows below their first."""
    found: dict[tuple[int, int], Value] = {}
    for (top, left), (bottom, right) in grid.merged:
        value = grid.rows[top][left] if top < len(grid.rows) else None
        if value is not None and left == right and bottom - top < len(grid.rows):
            found |= {(row, left): value for row in range(top + 1, bottom + 1)}
    return found
