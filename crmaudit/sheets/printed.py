"""Workbooks for people to read and work on: many tables, linked, typed, set up for print.

What is handed in is plain data; nothing in it can become a formula, a link
that it was not meant to be, or a sheet that a program refuses. The same book
gives the same bytes.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from crmaudit.sheets.writing import FIRST_DATE, MAX_TEXT, lines

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

Look = Literal[
    "text", "strong", "quiet", "id", "number", "money", "percent", "bar", "date", "severity",
    "missing", "none", "proven", "declared", "unexpected", "gone", "allowed", "unknown",
]  # fmt: skip
"""How a cell looks; `bar` is a share with a bar behind it, those from `proven` on are letters
of a matrix, `missing` is what was not assessed, with its reason as a text."""
Held = str | int | float | bool | Decimal | date | datetime | None

MAX_NAME = 31
"""Characters of a sheet's name."""
MAX_LINKS = 60_000
"""Links that one sheet gets; programs stop at 65,530."""
MAX_URL = 2_000
MAX_COLUMNS = 16_384
LARGEST = 10**15
"""From here on a spreadsheet drops digits: such numbers are written as texts."""
_LINE, _MOST_LINES = 15, 24
_LEAST, _MOST, _WIDEST = 9.0, 60.0, 110.0
_NARROW, _WITH_REASONS = 14.0, 30.0
_LINES_OF_FEW = 5
_LONG_WORD = 24
_NOTE = 100.0
"""Characters that a line of a note may have."""
_TURNED = 40
"""Letters of an upright head that are seen whole."""
_FREE = re.compile(r"(https?|mailto):[^\s\"<>\x00-\x1f]+", re.IGNORECASE)
_NUMBERS = {"number": "#,##0", "money": "#,##0", "percent": "0", "bar": "0", "date": "yyyy-mm-dd"}
_LETTERS = ("proven", "declared", "unexpected", "gone", "allowed", "unknown")
_SHADED = {"proven": "accent-soft", "unexpected": "alarm-soft", "gone": "surface"}
SEVERITY_MARKS = ("◆", "▲", "●", "○")
"""By what a severity is told, the worst first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell. `digits` follow a number's point; `link` is a web address or `#id` of a block
    or of a row."""

    value: Held = None
    look: Look = "text"
    digits: int = 0
    link: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head. A `narrow` column takes little room, a `wide` one what it needs, and a
    `turned` head stands upright over a column as narrow as its cells."""

    title: str
    narrow: bool = False
    wide: bool = False
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A table on a sheet, its title above and its note below; `marks` are ids of its rows."""

    id: str
    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Entry, ...], ...]
    note: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sheet. One with a single block has its head frozen and filters on it."""

    name: str
    blocks: tuple[Block, ...]
    frozen: int = 1


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook; its first leaf is what `back`, on every other one, leads to."""

    title: str
    leaves: tuple[Leaf, ...]
    colours: Mapping[str, str]
    back: str
    properties: Mapping[str, str]
    made: date
    page: tuple[str, str] = ("Page", "of")
    foot: str = ""
    right_to_left: bool = False
    letter: bool = False
    """Printed on US letter, not on A4."""


def book_bytes(book: Book) -> bytes:
    """The bytes of an XLSX workbook."""
    from xlsxwriter import Workbook

    with io.BytesIO() as buffer:
        made = Workbook(
            buffer,
            {
                "in_memory": True,
                "strings_to_urls": False,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
            },
        )
        moment = datetime.combine(book.made, datetime.min.time())
        made.set_properties({"title": book.title[:255], "created": moment, **book.properties})
        _Writer(made, book).write()
        made.close()
        return buffer.getvalue()


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """A name for each sheet that every program takes: short, unique, without `[]:*?/\\`."""
    used = {"history"}  # Excel keeps it for itself
    found = []
    for text in wanted:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f\ufffd]+", " ", text)
        plain = " ".join(plain.split()).strip("' ") or "Sheet"
        name, n = plain[:MAX_NAME].strip("' ") or "Sheet", 1
        while name.casefold() in used:
            n += 1
            tail = f" {n}"
            name = plain[: MAX_NAME - len(tail)].rstrip("' ") + tail
        used.add(name.casefold())
        found.append(name)
    return found


class _Writer:
    def __init__(self, made: Workbook, book: Book) -> None:
        self._made = made
        self._book = book
        self._names = sheet_names([leaf.name for leaf in book.leaves])
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._styles: dict[tuple[Look, int, type, bool], Format] = {}
        self._places = {
            f"#{mark}": f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A{row + 1}"
            for leaf, name in zip(book.leaves, self._names, strict=True)
            for mark, row in self._targets(leaf)
        }
        self._links = 0

    def write(self) -> None:
        for n, (leaf, name) in enumerate(zip(self._book.leaves, self._names, strict=True)):
            sheet = self._made.add_worksheet(name)
            self._links = 0
            self._leaf(sheet, leaf, is_first=n == 0)

    def _starts(self, leaf: Leaf) -> Iterator[tuple[Block, int]]:
        """Each block with the row of its title."""
        row = 0
        for n, block in enumerate(leaf.blocks):
            yield block, row
            row += (2 if n == 0 else 1) + 1 + len(block.rows) + (2 if block.note else 1)

    def _top(self, leaf: Leaf, block: Block, start: int) -> int:
        """The row of a block's heads: below the title, and on top of a sheet the way back."""
        return start + (2 if block is leaf.blocks[0] else 1)

    def _targets(self, leaf: Leaf) -> Iterator[tuple[str, int]]:
        for block, start in self._starts(leaf):
            yield block.id, start
            first = self._top(leaf, block, start) + 1
            yield from ((mark, first + n) for n, mark in enumerate(block.marks) if mark)

    def _leaf(self, sheet: Worksheet, leaf: Leaf, is_first: bool) -> None:
        if self._book.right_to_left:
            sheet.right_to_left()
        sheet.hide_gridlines(2)
        widths = _widths(leaf)
        for n, width in enumerate(widths):
            sheet.set_column(n, n, width)
        for block, start in self._starts(leaf):
            top = self._top(leaf, block, start)
            is_title = start == 0
            style = self._format(
                bold=True, font_size=14 if is_title else 11, font_color=self._colour("ink")
            )
            sheet.write_string(start, 0, _text(block.title), style)
            if is_title and not is_first:
                place = self._names[0].replace("'", "''")
                link = self._format(font_color=self._colour("accent"), underline=1)
                sheet.write_url(1, 0, f"internal:'{place}'!A1", link, f"← {self._book.back}")
            self._table(sheet, block, top, widths)
            if block.note:
                self._note(sheet, block, top + 1 + len(block.rows), widths)
        only = leaf.blocks[0]
        if len(leaf.blocks) == 1 and only.heads:
            top = self._top(leaf, only, 0)
            sheet.freeze_panes(top + 1, leaf.frozen if len(only.heads) > leaf.frozen else 0)
            if only.rows:
                sheet.autofilter(top, 0, top + len(only.rows), len(only.heads) - 1)
            sheet.repeat_rows(top)
        sheet.set_landscape()
        sheet.set_paper(1 if self._book.letter else 9)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_header("&L&A&R" + _field(self._book.title))
        page, of = self._book.page
        sheet.set_footer(f"&L{_field(self._book.foot)}&R{_field(page)} &P {_field(of)} &N")

    def _table(self, sheet: Worksheet, block: Block, top: int, widths: list[float]) -> None:
        head = self._format(
            bold=True, text_wrap=True, valign="vcenter", bg_color=self._colour("accent"),
            font_color=self._colour("accent-ink"), left=1, left_color=self._colour("accent-soft"),
        )  # fmt: skip
        upright = self._format(
            bold=True, rotation=90, valign="bottom", align="center",
            bg_color=self._colour("accent"), font_color=self._colour("accent-ink"),
            left=1, left_color=self._colour("accent-soft"),
        )  # fmt: skip
        tall = 1
        for n, one in enumerate(block.heads):
            style = upright if one.turned else head
            sheet.write_string(top, n, _text(one.title), style)
            if not one.turned:
                tall = max(tall, min(lines(one.title, widths[n]), 6))
        turned = max((len(one.title) for one in block.heads if one.turned), default=0)
        sheet.set_row(top, max(_LINE * tall + 3, min(turned, _TURNED) * 6.5))
        for r, row in enumerate(block.rows, top + 1):
            tall = 1
            for c, entry in enumerate(row):
                self._entry(sheet, r, c, entry)
                if isinstance(entry.value, str) and entry.look not in _LETTERS:
                    tall = max(tall, lines(entry.value, widths[c]))
            if tall > 1:
                sheet.set_row(r, _LINE * min(tall, _MOST_LINES))
        last = top + len(block.rows)
        for c in range(len(block.heads)):
            looks = {row[c].look for row in block.rows}
            if "severity" in looks:
                self._severities(sheet, top + 1, c, last)
            if "bar" in looks:
                sheet.conditional_format(
                    top + 1, c, last, c,
                    {
                        "type": "data_bar", "bar_solid": True, "min_type": "num", "max_type": "num",
                        "min_value": 0, "max_value": 1, "bar_color": self._colour("seq-2"),
                    },
                )  # fmt: skip

    def _note(self, sheet: Worksheet, block: Block, row: int, widths: list[float]) -> None:
        """The note over the width of its table, so that it makes no print wider."""
        style = self._format(
            font_color=self._colour("muted"), italic=True, text_wrap=True, valign="top"
        )
        text, last, room = _text(block.note), 0, widths[0]
        while last + 1 < len(block.heads) and room < _NOTE:
            last += 1
            room += widths[last]
        if last:
            sheet.merge_range(row, 0, row, last, "", style)
        sheet.write_string(row, 0, text, style)
        sheet.set_row(row, _LINE * min(lines(text, room), _MOST_LINES))

    def _severities(self, sheet: Worksheet, first: int, column: int, last: int) -> None:
        """Colours that follow the mark, so that they stay true when somebody edits a cell."""
        alarm, ink = self._colour("alarm"), self._colour("alarm-ink")
        looks: tuple[dict[str, Any], ...] = (
            {"bg_color": alarm, "font_color": ink, "bold": True},
            {"bg_color": self._colour("alarm-soft"), "font_color": alarm, "bold": True},
            {"bg_color": self._colour("surface")},
            {"font_color": self._colour("muted")},
        )
        for mark, look in zip(SEVERITY_MARKS, looks, strict=True):
            sheet.conditional_format(
                first, column, last, column,
                {
                    "type": "text", "criteria": "begins with", "value": mark,
                    "format": self._format(**look),
                },
            )  # fmt: skip

    def _entry(self, sheet: Worksheet, row: int, column: int, entry: Entry) -> None:
        value = _held(entry.value)
        target = self._target(entry.link) if value is not None else ""
        style = self._style(entry, value, bool(target))
        if target:
            self._links += 1
            # The cell holds the value; the link lies over it and says nothing of its own.
            sheet.write_url(row, column, target, style, string=str(value)[:MAX_TEXT])
            if isinstance(value, str):
                sheet.write_string(row, column, value, style)
        if isinstance(value, str):
            sheet.write_string(row, column, value, style)
        elif value is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, style)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value, style)
        else:
            sheet.write_datetime(row, column, value, style)

    def _target(self, link: str) -> str:
        if not link or self._links >= MAX_LINKS:
            return ""
        if link.startswith("#"):
            return self._places.get(link, "")
        return link if len(link) <= MAX_URL and _FREE.fullmatch(link) else ""

    def _style(self, entry: Entry, value: Held, is_link: bool) -> Format:
        key = (entry.look, entry.digits, type(value), is_link)
        if key not in self._styles:
            self._styles[key] = self._new_style(entry, value, is_link)
        return self._styles[key]

    def _new_style(self, entry: Entry, value: Held, is_link: bool) -> Format:
        look = entry.look
        looks: dict[str, Any] = {
            "valign": "top", "bottom": 4, "bottom_color": self._colour("rule"),
        }  # fmt: skip
        if isinstance(value, str) or value is None:
            looks |= {"text_wrap": True, "align": "left", "indent": 1, "num_format": "@"}
        if look in _NUMBERS and not isinstance(value, str | bool) and value is not None:
            point = "." + "0" * entry.digits if entry.digits else ""
            sign = "%" if look in ("percent", "bar") else ""
            looks["num_format"] = _NUMBERS[look] + ("" if look == "date" else point + sign)
            if isinstance(value, datetime):
                looks["num_format"] = "yyyy-mm-dd hh:mm"
        match look:
            case "strong":
                looks |= {"bold": True}
            case "quiet" | "none":
                looks |= {"font_color": self._colour("muted")}
            case "id":
                looks |= {"font_name": "Consolas"}
            case "missing" | "unknown":
                looks |= {
                    "font_color": self._colour("muted"), "italic": True, "pattern": 18,
                    "fg_color": self._colour("rule"), "bg_color": self._colour("ground"),
                }  # fmt: skip
            case "proven" | "unexpected" | "gone":
                looks |= {"bg_color": self._colour(_SHADED[look])}
        if look in ("unexpected", "proven"):
            looks |= {"bold": True}
        if look in _LETTERS:
            looks |= {"align": "center", "indent": 0, "text_wrap": False}
        if is_link:
            looks |= {"font_color": self._colour("accent"), "underline": 1}
        return self._format(**looks)

    def _colour(self, name: str) -> str:
        return self._book.colours[name]

    def _format(self, **looks: Any) -> Format:
        key = tuple(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self._made.add_format(looks)
        return self._formats[key]


def _held(value: Held) -> str | int | float | bool | date | datetime | None:
    """The value as a cell can hold it without losing any of it; else as a text."""
    match value:
        case None | bool():
            return value
        case str():
            return _text(value) or None
        case int():
            return value if abs(value) < LARGEST else str(value)
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            if not value.is_finite():
                return None
            is_whole = len(value.as_tuple().digits) <= 15
            return float(value) if is_whole and abs(value) < LARGEST else str(value)
        case datetime():
            found = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return found if found.date() >= FIRST_DATE else value.isoformat()
        case date():
            return value if value >= FIRST_DATE else value.isoformat()


def _text(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _field(text: str) -> str:
    """Words of a page's head or foot: `&` begins a command there, and 255 letters are all."""
    return text.replace("\n", " ")[:80].replace("&", "&&")


def _widths(leaf: Leaf) -> list[float]:
    """Characters for each column: most of its cells on a line, long texts wrapped."""
    count = max((len(block.heads) for block in leaf.blocks), default=0)
    return [
        _width([(b, b.heads[n], n) for b in leaf.blocks if n < len(b.heads)]) for n in range(count)
    ]


def _width(parts: Sequence[tuple[Block, Head, int]]) -> float:
    heads = [head for _, head, _ in parts]
    lengths = sorted(
        max(map(len, _shown(row[n]).split("\n"))) for block, _, n in parts for row in block.rows
    )
    longest = lengths[-1] if lengths else 0
    if all(head.turned for head in heads):
        return min(max(4.0, longest + 1.5), 16.0)
    usual = lengths[len(lengths) * 9 // 10] if lengths else 0
    usual = longest if longest <= 30 or any(head.wide for head in heads) else usual
    # The few texts that are far longer than the rest take some lines, and break no word.
    usual = max(usual, longest // _LINES_OF_FEW)
    words = [len(word) for head in heads for word in head.title.split()]
    held = [len(word) for block, _, n in parts for row in block.rows for word in _words(row[n])]
    least = max(_LEAST, 3.0 + max(words, default=0), 2.0 + min(max(held, default=0), _LONG_WORD))
    most = _WIDEST if any(head.wide for head in heads) else _MOST
    if all(head.narrow for head in heads):
        # Reasons of what is not assessed stand among the numbers.
        most = _WITH_REASONS if max(held, default=0) and longest > _NARROW else _NARROW
    return min(max(least, usual + 3.0), most)


def _words(entry: Entry) -> list[str]:
    return entry.value.split() if isinstance(entry.value, str) and entry.look != "id" else []


def _shown(entry: Entry) -> str:
    match entry.value:
        case str():
            return entry.value
        case None:
            return ""
        case date():
            return "2026-01-01"
        case bool():
            return "FALSE"
        case int() | float() | Decimal():
            return f"{entry.value:,.{entry.digits}f}"
