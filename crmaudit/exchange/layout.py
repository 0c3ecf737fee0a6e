"""Where in a sheet the table is: its headers, its first and last row, what stands around it.

Sheets that people made begin with titles and instructions, say `required`
below the headers, repeat the headers on every page and end with totals and
remarks. All of that is found here, by what stands in the cells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from crmaudit.exchange.cell_text import key, says_nothing, spoken
from crmaudit.exchange.column_words import header_words, is_known, layout_words
from crmaudit.sheets import Grid, Value
from crmaudit.sheets.reading import letters

_DEEPEST_HEADER = 60
"""Rows below this one are not taken for headers."""

_MOST_SEEN = 5000
"""Different values of a column that are looked at; more tell nothing new."""

_PLACEHOLDER = re.compile(r"\[[^\]]*\]|<[^>]*>|\{[^}]*\}|\.{2,}|x{3,}", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """One column of the table: its header and what stands below it."""

    index: int
    header: str
    above: str
    """The header of a group of columns, in the row above."""
    rows: int
    """Rows of the table, filled or not."""
    values: Counter[Value]
    """What stands in it, how often; cells that say nothing are left out."""

    @property
    def at(self) -> str:
        return letters(self.index)

    @cached_property
    def filled(self) -> int:
        return self.values.total()

    @cached_property
    def different(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Table:
    """A sheet's table; rows count from 0 and `last` is the last row that belongs to it."""

    grid: Grid
    header: int
    first: int
    last: int
    columns: tuple[Column, ...]


def table_of(grid: Grid) -> Table | None:
    """The table of a sheet; None where there is none."""
    header = _header(grid)
    if header is None:
        return None
    first = header + 1
    while first < len(grid.rows) and (_is_hint(grid.rows[first]) or _is_blank(grid.rows[first])):
        first += 1
    last = _last(grid, header, first)
    if last < first:
        return None
    columns = tuple(_columns(grid, header, first, last))
    return Table(grid, header, first, last, columns)


def is_total(row: Sequence[Value]) -> bool:
    """Whether a row sums up others, by its first word."""
    first = next((v for v in row if v is not None), None)
    return isinstance(first, str) and key(first.rstrip(": ")) in layout_words("totals")


def is_placeholder(value: Value) -> bool:
    """Whether a cell only shows where to write, like `[Enter name]`."""
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value.strip()) is not None


def repeats(row: Sequence[Value], header: Sequence[Value]) -> bool:
    """Whether a row says the headers again, as at the top of a printed page."""
    said = [(a, b) for a, b in zip(row, header, strict=True) if a is not None or b is not None]
    return len(said) > 1 and all(a == b for a, b in said)


def _header(grid: Grid) -> int | None:
    """The row that looks most like headers: short texts that are words for facts."""
    best, best_points = None, 0.0
    for i, row in enumerate(grid.rows[:_DEEPEST_HEADER]):
        cells = [v for v in row if v is not None]
        texts = [v for v in cells if isinstance(v, str)]
        if not texts or _is_hint(row) or is_total(row):
            continue
        below = grid.rows[i + 1 : i + 21]
        under = sum(
            any(r[c] is not None for r in below) for c, v in enumerate(row) if v is not None
        )
        if under == 0:
            continue
        long = sum(len(t) > 60 for t in texts)
        twice = len(texts) - len({key(t) for t in texts})
        points = 3.0 * _known(row) + 0.5 * len(texts) - 1.5 * (len(cells) - len(texts))
        points += 0.5 * under - 2 * long - twice
        points -= 2 * _named_below(grid, i)
        # A single word above a table is its title.
        if len(cells) == 1 and len(row) > 1:
            points -= 3
        if points > best_points:
            best, best_points = i, points
    return best


def _named_below(grid: Grid, i: int) -> int:
    """Columns that only the next row names: this one then names groups of columns."""
    below = grid.rows[i + 1] if i + 1 < len(grid.rows) else []
    if not all(v is None or isinstance(v, str) for v in below) or not _known(below):
        return 0
    return sum(a is None and b is not None for a, b in zip(grid.rows[i], below, strict=True))


def _known(row: Sequence[Value]) -> int:
    return sum(isinstance(v, str) and is_known(header_words(v)) for v in row)


def _is_hint(row: Sequence[Value]) -> bool:
    """Whether a row only says which columns are required, or of which type they are."""
    cells = [v for v in row if v is not None]
    hints = layout_words("hints")
    return bool(cells) and all(isinstance(v, str) and key(v) in hints for v in cells)


def _is_blank(row: Sequence[Value]) -> bool:
    return all(v is None or (isinstance(v, str) and not v.strip()) for v in row)


def _last(grid: Grid, header: int, first: int) -> int:
    """The last row of data: above totals, empty forms, and remarks that stand by themselves."""
    last = len(grid.rows) - 1
    wide = sum(v is not None for v in grid.rows[header]) > 2
    while last >= first:
        row = grid.rows[last]
        cells = [v for v in row if v is not None]
        form = bool(cells) and all(is_placeholder(v) for v in cells)
        alone = wide and len(cells) == 1 and isinstance(cells[0], str)
        remark = alone and _is_blank(grid.rows[last - 1]) and last > first
        if not (_is_blank(row) or form or is_total(row) or remark):
            break
        last -= 1
    return last


def _columns(grid: Grid, header: int, first: int, last: int) -> Iterator[Column]:
    groups = _groups(grid, header)
    for index, cell in enumerate(grid.rows[header]):
        values: Counter[Value] = Counter()
        for i in range(first, last + 1):
            row = grid.rows[i]
            value = row[index]
            if value is None or says_nothing(value) or is_placeholder(value):
                continue
            if len(values) < _MOST_SEEN or value in values:
                values[value.strip() if isinstance(value, str) else value] += 1
        text = " ".join(spoken(cell).split())
        if text or values:
            yield Column(index, text, groups.get(index, ""), last + 1 - first, values)


def _groups(grid: Grid, header: int) -> dict[int, str]:
    """The text above each column, where the row above names groups of columns."""
    if header == 0:
        return {}
    above = grid.rows[header - 1]
    texts = [(i, v) for i, v in enumerate(above) if isinstance(v, str) and v.strip()]
    if len(texts) < 2:
        return {}
    merged = {start[1]: end[1] for start, end in grid.merged if start[0] == header - 1}
    found = {}
    for i, text in texts:
        for index in range(i, merged.get(i, i) + 1):
            found[index] = " ".join(text.split())
    return found
