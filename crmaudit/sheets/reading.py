"""CSV and XLSX read as one table of texts, each cell with its address."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from crmaudit.errors import CrmauditError, Place


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a header line. `first_row` is the file's number of the first data row."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_row: int = 2

    def address(self, row: int, column: int) -> str:
        """A cell's address as a spreadsheet shows it, like `data.csv!B7`."""
        letters, n = "", column + 1
        while n:
            n, rest = divmod(n - 1, 26)
            letters = chr(65 + rest) + letters
        return f"{self.name}!{letters}{self.first_row + row}"


def read_sheet(path: Path, name: str = "") -> Sheet:
    """The first sheet of an XLSX file, or a CSV file (comma, semicolon or tab; UTF-8 or Windows).

    Raises CrmauditError where the file is absent, empty or no table.
    """
    name = name or path.name
    if not path.is_file():
        raise CrmauditError(
            f"there is no file {name}", "check the name; paths count from the workspace"
        )
    rows = _xlsx(path, name) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    rows = [r for r in rows if any(c.strip() for c in r)]
    if not rows:
        raise CrmauditError(f"{name} is empty", "it needs a header line and data lines")
    header = tuple(c.strip() for c in rows[0])
    width = len(header)
    body = tuple(tuple((r + [""] * width)[:width]) for r in rows[1:])
    return Sheet(name, header, body)


def read_series(
    path: Path, date_column: str, value_column: str, name: str = ""
) -> tuple[tuple[date, float], ...]:
    """A series of dates and numbers, the oldest first; rows without a value are passed over.

    Raises CrmauditError with the cell's address where a cell is no date or number.
    """
    sheet = read_sheet(path, name)
    columns = []
    for wanted in (date_column, value_column):
        if wanted not in sheet.header:
            raise CrmauditError(
                f"{sheet.name} has no column {wanted!r}",
                f"its columns are: {', '.join(sheet.header)}",
            )
        columns.append(sheet.header.index(wanted))
    points = []
    for i, row in enumerate(sheet.rows):
        day, value = row[columns[0]].strip(), row[columns[1]].strip()
        if not value:
            continue
        try:
            when = date.fromisoformat(day[:10])
        except ValueError:
            raise CrmauditError(
                f"{day!r} is not a date", "write 2026-03-31", Place(sheet.address(i, columns[0]))
            ) from None
        try:
            points.append((when, float(value)))
        except ValueError:
            raise CrmauditError(
                f"{value!r} is not a number",
                "write 1234.5, without thousands separators",
                Place(sheet.address(i, columns[1])),
            ) from None
    return tuple(sorted(points))


def _csv(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(2**31 - 1)
    return [list(r) for r in csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter)]


def _xlsx(path: Path, name: str) -> list[list[str]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever zipfile and XML raise
        raise CrmauditError(f"{name} is no XLSX workbook: {error}") from None
    try:
        sheet = book.worksheets[0]
        return [[_cell(v) for v in row] for row in sheet.iter_rows(values_only=True)]
    finally:
        book.close()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
