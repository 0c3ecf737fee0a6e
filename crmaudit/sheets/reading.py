"""Workbooks and CSV read: every sheet, every cell with its address.

A formula counts as its last result, as the spreadsheet program saved it: what
the person saw. Nothing is ever worked out here. A formula without a result
and an error like `#N/A` are no values; they stand in `Grid.faults`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

from crmaudit.errors import CrmauditError, Place
from crmaudit.sheets import csv_text
from crmaudit.sheets.guarding import (
    MAX_BYTES,
    Oddities,
    broken,
    is_workbook,
    locked,
    looked_over,
    too_large,
)

Value = str | int | float | bool | date | datetime | None
"""What a cell holds; None for an empty one. A time of day comes as a text."""


@dataclass(frozen=True)
class Grid:
    """One sheet as it stands in the file, from its cell A1 on; rows are of equal length.

    `name` is empty for CSV, whose cells are all texts. Rows and columns count
    from 0. `merged` are the corners of merged ranges (not known for ODS).
    """

    file: str
    name: str
    rows: Sequence[Sequence[Value]]
    faults: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """Cells that hold no value although they look like it, each with what is wrong."""
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    hidden: bool = False

    def place(self, row: int, column: int) -> Place:
        """A cell's address as a spreadsheet shows it, like `book.xlsx!Costs!B7`."""
        sheet = f"{self.name}!" if self.name else ""
        return Place(f"{self.file}!{sheet}{letters(column)}{row + 1}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of texts with a header line; blank lines are left out."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    """The file's number of each row, from 1."""

    def address(self, row: int, column: int) -> str:
        """A cell's address as a spreadsheet shows it, like `data.csv!B7`."""
        return f"{self.name}!{letters(column)}{self.numbers[row]}"


@cache
def letters(column: int) -> str:
    """A column's letters: A for 0, AA for 26."""
    text, n = "", column + 1
    while n:
        n, rest = divmod(n - 1, 26)
        text = chr(65 + rest) + text
    return text


def read_book(path: Path, name: str = "") -> tuple[Grid, ...]:
    """Every sheet of a workbook (XLSX, ODS, XLS), or a CSV file as one sheet.

    Raises CrmauditError where the file is absent, broken, locked by a
    password or too large.
    """
    name = name or path.name
    if not os.path.isfile(path):  # is_file() raises for names that are too long
        raise CrmauditError(
            f"there is no file {name}", "check the name; paths count from the workspace"
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise too_large(name)
        if is_workbook(path):
            return _workbook(path, name)
        rows = csv_text.parsed(path.read_bytes(), name)
    except OSError as error:
        raise CrmauditError(f"{name} cannot be read: {error.strerror}") from None
    return (Grid(name, "", _even([[cell or None for cell in row] for row in rows])),)


def read_sheet(path: Path, name: str = "", sheet: str = "") -> Sheet:
    """A sheet of a workbook, or a CSV file, as texts; without a name the first that shows anything.

    Raises CrmauditError where the file is absent, empty or no table, or has no
    such sheet.
    """
    name = name or path.name
    for grid in _named(read_book(path, name), name, sheet):
        rows = [[_text(value).strip() for value in row] for row in grid.rows]
        numbers = [i for i, row in enumerate(rows, 1) if any(row)]
        if numbers and (sheet or not grid.hidden):
            kept = [tuple(rows[i - 1]) for i in numbers]
            width = max(i for i, cell in enumerate(kept[0], 1) if cell)
            body = tuple(row[:width] for row in kept[1:])
            return Sheet(name, kept[0][:width], body, tuple(numbers[1:]))
    raise CrmauditError(f"{name} is empty", "it needs a header line and data lines")


def _named(book: Sequence[Grid], name: str, sheet: str) -> Sequence[Grid]:
    """The sheets to choose from: all, or the one of that name."""
    if not sheet or (len(book) == 1 and not book[0].name):  # CSV has one, without a name
        return book
    found = [g for g in book if g.name.strip().casefold() == sheet.strip().casefold()]
    if not found:
        raise CrmauditError(
            f"{name} has no sheet {sheet!r}",
            f"its sheets are: {', '.join(g.name for g in book)}",
        )
    return found


def _workbook(path: Path, name: str) -> tuple[Grid, ...]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    odd = looked_over(path, name)
    grids = []
    try:
        with CalamineWorkbook.from_path(path) as book:
            for i, about in enumerate(book.sheets_metadata):
                sheet = book.get_sheet_by_index(i)
                rows = _even([[_plain(v) for v in row] for row in sheet.to_python(False)])
                grids.append(
                    Grid(
                        file=name,
                        name=about.name,
                        rows=rows,
                        faults=_faults(odd[i]) if odd and i < len(odd) else {},
                        merged=tuple(sheet.merged_cell_ranges or ()),
                        hidden=about.visible is not SheetVisibleEnum.Visible,
                    )
                )
    except PasswordError:
        raise locked(name) from None
    except (CalamineError, OSError, ValueError) as error:
        raise broken(name, str(error)) from None
    return tuple(grids)


def _faults(odd: Oddities) -> dict[tuple[int, int], str]:
    found = {at: f"{text} is an error, not a value" for at, text in odd.errors.items()}
    return found | dict.fromkeys(odd.empty_formulas, "the formula has no result")


def _even(rows: list[list[Value]]) -> list[list[Value]]:
    """All rows filled up to the longest one's length."""
    width = max(map(len, rows), default=0)
    for row in rows:
        if len(row) < width:
            row.extend([None] * (width - len(row)))
    return rows


def _plain(value: Any) -> Value:
    if isinstance(value, str):
        return value or None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, datetime):
        return value.date() if value.time() == time.min else value
    return str(value) if isinstance(value, time | timedelta) else cast("Value", value)


def _text(value: Value) -> str:
    if value is None:
        return ""
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)
