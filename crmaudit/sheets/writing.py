"""Workbooks for people to fill in: typed columns, drop-downs, help, locked ids.

A text is always written as a text, never as a formula, and its column has the
format "text", so that it stays one when somebody edits it. The same tables
give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from crmaudit.sheets.reading import Value, letters

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MAX_TEXT = 32_767
"""Characters that a cell can hold."""
FIRST_DATE = date(1900, 3, 1)
"""Earlier dates differ between programs; they are written as texts."""
HEADING = "#"
"""Stands, in a hidden column, in rows that are headings."""

_ACCENT, _SOFT, _PALE, _QUIET, _WANTED = "#0b5c66", "#e4f0f0", "#f4f8f8", "#3b4648", "#fff3c4"
_NUMBERS = {"text": "@", "number": "General", "money": "#,##0.00", "whole": "0",
            "date": "yyyy-mm-dd"}  # fmt: skip
_WIDTHS = {"text": 18.0, "number": 10.0, "money": 12.0, "whole": 10.0, "date": 12.0}
_ALLOWED = {"format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True,
            "sort": True, "autofilter": True, "insert_hyperlinks": True}  # fmt: skip
_INLINE = 255
_PAGE, _BROAD = 84.0, 240.0
_LINE, _MOST_LINES = 15, 8

Kind = Literal["text", "number", "money", "whole", "date"]


@dataclass(frozen=True)
class Column:
    """One column, or what may stand in one cell.

    `key` is what a program knows it by: any key at all makes a hidden first
    row of them. `source` names a table and a key in it, like `People!name`,
    whose values are offered; `choices` are offered as they are. What is
    offered is advice: another value is asked about, not refused.
    """

    title: str
    key: str = ""
    group: str = ""
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    source: str = ""
    help: str = ""
    low: float | None = None
    high: float | None = None
    width: float = 0
    """In characters; 0 for what suits its values."""
    locked: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Table:
    """One sheet with a table.

    `frozen` columns stay in sight. `spare` empty rows below are prepared for
    new ones. Of each group of columns in `wanted` one should be filled: all
    of them are marked as long as none is. `asks` replaces what may stand in
    single cells, by row and column from 0; those in `set_out` stand out. With
    `protected`, locked columns cannot be changed until the protection is
    lifted, which takes no password.
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    frozen: int = 1
    spare: int = 0
    protected: bool = False
    wanted: Sequence[Sequence[int]] = ()
    asks: Mapping[tuple[int, int], Column] = field(default_factory=dict)
    set_out: frozenset[tuple[int, int]] = frozenset()

    @property
    def headings(self) -> int:
        """Rows above the first of the table."""
        return 1 + any(c.key for c in self.columns) + any(c.group for c in self.columns)


@dataclass(frozen=True)
class Page:
    """One sheet with lines of text; the first is its title, one that ends with `:` a heading."""

    name: str
    lines: Sequence[str]


def workbook(sheets: Sequence[Table | Page], title: str) -> bytes:
    """The bytes of an XLSX workbook with these sheets."""
    from xlsxwriter import Workbook

    with io.BytesIO() as buffer:
        book = Workbook(buffer, {"in_memory": True})
        # A date of its own would make other bytes each time.
        book.set_properties({"title": title, "created": datetime(2000, 1, 1)})
        writer = _Writer(book, [s for s in sheets if isinstance(s, Table)])
        for sheet in sheets:
            if isinstance(sheet, Page):
                writer.page(sheet)
            else:
                writer.table(sheet)
        writer.lists()
        book.close()
        return buffer.getvalue()


class _Writer:
    def __init__(self, book: Workbook, tables: Iterable[Table]) -> None:
        self._book = book
        self._tables = {t.name: t for t in tables}
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._lists: dict[tuple[str, ...], int] = {}

    def page(self, page: Page) -> None:
        sheet = self._book.add_worksheet(page.name)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, _PAGE)
        for i, line in enumerate(page.lines):
            if i == 0:
                style = self._format(bold=True, font_size=18, font_color=_ACCENT)
            elif line.endswith(":"):
                style = self._format(bold=True, font_color=_ACCENT, top=1, top_color=_SOFT)
            else:
                style = self._format(text_wrap=True, valign="top")
                sheet.set_row(i, _LINE * lines(line, _PAGE))
            sheet.write_string(i, 0, line, style)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def table(self, table: Table) -> None:
        sheet = self._book.add_worksheet(table.name)
        top = table.headings
        self._headings(sheet, table)
        styles = [self._cell(c, table) for c in table.columns]
        widths = [c.width or self._width(table, i) for i, c in enumerate(table.columns)]
        for i, (column, style) in enumerate(zip(table.columns, styles, strict=True)):
            sheet.set_column(i, i, widths[i], style, {"hidden": column.hidden})
        texts = [
            (i, widths[i]) for i, c in enumerate(table.columns) if c.kind == "text" and not c.hidden
        ]
        loud = {c: self._format(bold=True, bg_color=_WANTED, border=1) for _, c in table.set_out}
        for r, row in enumerate(table.rows, top):
            for c, value in enumerate(row):
                style = loud[c] if (r - top, c) in table.set_out else styles[c]
                if value is not None:
                    _write(sheet, r, c, value, style)
                elif style is not styles[c]:
                    sheet.write_blank(r, c, None, style)
            # Not every program makes a row as high as its texts need.
            tall = max((lines(row[i], w) for i, w in texts if row[i]), default=1)
            if tall > 1:
                sheet.set_row(r, _LINE * min(tall, _MOST_LINES))
        last = top + len(table.rows) - 1 + table.spare
        if last >= top:
            for i, column in enumerate(table.columns):
                self._validate(sheet, (top, i, last, i), column)
            for (r, c), ask in table.asks.items():
                self._validate(sheet, (top + r, c, top + r, c), ask)
            sheet.autofilter(top - 1, 0, max(top, last - table.spare), len(table.columns) - 1)
            self._mark(sheet, table, top, last)
        sheet.freeze_panes(top, table.frozen)
        if table.protected:
            sheet.protect("", _ALLOWED)
        self._printed(sheet, table)

    def lists(self) -> None:
        """The hidden sheet with what is offered and too long to stand in a cell's own list."""
        if self._lists:
            sheet = self._book.add_worksheet("Lists")
            sheet.hide()
            for choices, column in self._lists.items():
                for row, choice in enumerate(choices):
                    sheet.write_string(row, column, choice)

    def _headings(self, sheet: Worksheet, table: Table) -> None:
        row = 0
        columns = table.columns
        if any(c.key for c in columns):
            for i, column in enumerate(columns):
                sheet.write_string(row, i, column.key)
            sheet.set_row(row, None, None, {"hidden": True})
            row += 1
        if any(c.group for c in columns):
            before = None
            for i, column in enumerate(columns):
                style = self._format(bold=True, bg_color=_SOFT, font_color=_ACCENT, locked=True)
                shown = "" if column.group == before else column.group
                sheet.write_string(row, i, HEADING if column.hidden else shown, style)
                before = before if column.hidden else column.group
            row += 1
        for i, column in enumerate(columns):
            style = self._format(
                bold=True, bg_color=_ACCENT, font_color="#ffffff", text_wrap=True, valign="vcenter",
                left=1, left_color=_SOFT, locked=True,
            )  # fmt: skip
            sheet.write_string(row, i, HEADING if column.hidden else column.title, style)
            about = _about(column)
            if about and not column.hidden:
                sheet.write_comment(
                    row, i, about, {"x_scale": 1.8, "y_scale": 0.4 + len(about) / 90, "author": ""}
                )
        sheet.set_row(row, 32)

    def _cell(self, column: Column, table: Table) -> Format:
        locked = column.locked and table.protected
        looks = {"bg_color": _PALE, "font_color": _QUIET} if column.locked else {}
        wrap = {"text_wrap": True, "align": "left", "indent": 1} if column.kind == "text" else {}
        return self._format(
            num_format=_NUMBERS[column.kind], valign="top", locked=locked,
            bottom=4, bottom_color="#d5dede", **looks, **wrap,
        )  # fmt: skip

    def _width(self, table: Table, index: int) -> float:
        """Wide enough for most values; long texts are broken into lines."""
        column = table.columns[index]
        least = max((len(word) for word in column.title.split()), default=0) + 4
        if column.kind != "text":
            return max(_WIDTHS[column.kind], min(least, 16))
        lengths = sorted(
            max(map(len, text.split("\n"))) for row in table.rows
            if isinstance(text := row[index], str) and text
        )  # fmt: skip
        usual = lengths[len(lengths) * 9 // 10] if lengths else 0
        usual = 3 + (lengths[-1] if lengths and lengths[-1] <= 30 else usual)
        longest_choice = max(map(len, column.choices), default=0) + 4
        return min(max(least, usual, longest_choice, 12.0), 44.0)

    def _validate(self, sheet: Worksheet, where: tuple[int, int, int, int], column: Column) -> None:
        if column.hidden or column.locked:
            return
        rule: dict[str, Any] = {"validate": "any"}
        if column.source:
            rule = {"validate": "list", "source": self._range(column.source)}
        elif column.choices:
            rule = {"validate": "list", "source": self._choices(column.choices)}
        elif column.kind == "date":
            rule = {"validate": "date", "criteria": ">=", "value": FIRST_DATE}
        elif column.kind != "text":
            low, high = column.low, column.high
            rule = {"validate": "integer" if column.kind == "whole" else "decimal"}
            if low is not None and high is not None:
                rule |= {"criteria": "between", "minimum": low, "maximum": high}
            else:
                rule |= {"criteria": ">=", "value": -1e15 if low is None else low}
        about = _about(column)
        if about:
            rule |= {"input_title": column.title[:32], "input_message": about[:255]}
        elif rule["validate"] == "any":
            return
        rule |= {
            "error_type": "warning",
            "error_title": column.title[:32],
            "error_message": _warning(column)[:255],
        }
        sheet.data_validation(*where, rule)

    def _choices(self, choices: tuple[str, ...]) -> list[str] | str:
        plain = all(not set(c) & set(',"') for c in choices)
        if plain and len(",".join(choices)) <= _INLINE:
            return list(choices)
        column = self._lists.setdefault(choices, len(self._lists))
        name = letters(column)
        return f"=Lists!${name}$1:${name}${len(choices)}"

    def _range(self, source: str) -> str:
        name, _, key = source.partition("!")
        table = self._tables[name]
        index = next(i for i, c in enumerate(table.columns) if c.key == key)
        first = table.headings + 1
        last = first + max(1, len(table.rows) + table.spare) - 1
        return f"='{name}'!${letters(index)}${first}:${letters(index)}${last}"

    def _mark(self, sheet: Worksheet, table: Table, top: int, last: int) -> None:
        style = self._book.add_format({"bg_color": _WANTED})
        anchor = next((i for i, c in enumerate(table.columns) if not c.hidden), 0)
        for columns in table.wanted:
            a, z = letters(min(columns)), letters(max(columns))
            sheet.conditional_format(
                top, min(columns), last, max(columns),
                {
                    "type": "formula",
                    "criteria": f"=AND(LEN(${letters(anchor)}{top + 1})>0,"
                    f"COUNTA(${a}{top + 1}:${z}{top + 1})=0)",
                    "format": style,
                },
            )  # fmt: skip

    def _printed(self, sheet: Worksheet, table: Table) -> None:
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.repeat_rows(0, table.headings - 1)
        if table.frozen:
            sheet.repeat_columns(0, table.frozen - 1)
        total = sum(
            c.width or self._width(table, i) for i, c in enumerate(table.columns) if not c.hidden
        )
        if total > _BROAD:
            sheet.set_print_scale(60)
        else:
            sheet.fit_to_pages(1, 0)
        sheet.set_header("&L&A")
        sheet.set_footer("&RPage &P of &N")

    def _format(self, **looks: Any) -> Format:
        key = tuple(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(looks)
        return self._formats[key]


def _write(sheet: Worksheet, row: int, column: int, value: Value, style: Format) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value[:MAX_TEXT], style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, date):
        if (value.date() if isinstance(value, datetime) else value) < FIRST_DATE:
            sheet.write_string(row, column, value.isoformat(), style)
        else:
            sheet.write_datetime(row, column, value, style)


def lines(value: Value, width: float) -> int:
    """Lines that a text takes in a column of that width."""
    if not isinstance(value, str) or (len(value) <= width - 3 and "\n" not in value):
        return 1
    return sum(1 + int(max(0, len(line) - 1) / (width - 3)) for line in value.split("\n"))


def _about(column: Column) -> str:
    """What is said where somebody fills the column in."""
    allowed = ""
    if column.low is not None and column.high is not None:
        allowed = f"{column.low:g} to {column.high:g}."
    return " ".join(part for part in (column.help.replace("\n", " "), allowed) if part)


def _warning(column: Column) -> str:
    what = {"date": "a date", "whole": "a whole number", "text": "one of the list"}
    return (
        f"Meant is {what.get(column.kind, 'a number')}. To leave it empty on purpose, write "
        "blank: and the reason. Keep what you wrote?"
    )
