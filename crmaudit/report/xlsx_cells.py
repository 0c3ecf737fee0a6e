"""Cells of a report as cells of a workbook: numbers as numbers, and what they were read as."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from crmaudit.report import blocks as b
from crmaudit.report import numbers
from crmaudit.report.labels import Labels
from crmaudit.report.outline import Outline
from crmaudit.report.text import clean, plain
from crmaudit.sheets.printed import Block, Entry, Head, Look

_FILLING = re.compile(r"[\d.,\s\u00a0\u202f%−+'’-]")
"""What a number is made of, in any language; what is left of a text says more than it."""
_BLANK = re.compile(r"[\s\u00a0\u202f'’]")
_NARROW = frozenset({"number", "percent", "date"})


class Cells:
    """Turns the tables of one document into blocks of a workbook."""

    def __init__(self, outline: Outline, words: Labels, language: str) -> None:
        self.outline = outline
        self.words = words
        self.language = language

    def table(self, table: b.Table, id_: str) -> Block:
        """A column for each of the table's, and beside it what its numbers were read as.

        The last column names the evidence of the row, where it has any.
        """
        heads: list[Head] = []
        columns: list[list[Entry]] = []
        for n, column in enumerate(table.columns):
            cells = [row[n] for row in table.rows]
            digits = max((_digits(c, self.language) for c in cells), default=0)
            title = clean(f"{column.name} ({column.unit})" if column.unit else column.name)
            entries = [self.entry(cell, column, digits) for cell in cells]
            heads.append(Head(title, column.kind in _NARROW))
            columns.append(entries)
            if any(_says_more(c, e) for c, e in zip(cells, entries, strict=True)):
                heads.append(Head(f"{title}, {self.words['as_read']}"))
                columns.append(
                    [
                        Entry(self._read(c) if _is_number(e.value) else None, "quiet")
                        for c, e in zip(cells, entries, strict=True)
                    ]
                )
        marks = [self._evidence(table, row) for row in table.rows]
        if any(m.value is not None for m in marks):
            heads.append(Head(self.words["evidence"]))
            columns.append(marks)
        return Block(
            id_,
            clean(table.caption) or clean(table.id) or self.words["data"],
            tuple(heads),
            tuple(zip(*columns, strict=True)) if columns else (),
            clean(table.note),
        )

    def entry(self, cell: b.Cell, column: b.Column, digits: int = 0) -> Entry:
        """The cell as a number, a date or a text; with its reason where it is not assessed."""
        if cell.state == "not_assessed":
            return Entry(self.missing(cell.text, cell.reason), "missing")
        if cell.state == "none":
            return Entry(clean(cell.text) or self.words["none"], "none")
        link = _address(cell)
        if column.kind == "severity":
            name = str(cell.value or cell.text)
            mark = b.SEVERITY_MARKS.get(name, "")
            word = self.words.get(name, clean(cell.text))
            return Entry(f"{mark} {word}".strip(), "severity", link=link)
        value = cell.value
        if isinstance(value, bool):
            return Entry(self._read(cell), link=link)
        if isinstance(value, int | float | Decimal) and Decimal(str(value)).is_finite():
            return Entry(value, _look(cell, column), digits, link)
        if isinstance(value, date):
            return Entry(value, "date", link=link)
        return Entry(self._read(cell), "id" if column.kind == "id" else "text", link=link)

    def missing(self, text: str, reason: str) -> str:
        said = clean(text) or self.words["not_assessed"]
        return f"{said}: {clean(reason)}" if reason else said

    def marks(self, ids: tuple[str, ...]) -> Entry:
        """Numbers of the evidence register, leading to the first of them."""
        found = self.outline.numbers(ids)
        if not found:
            return Entry()
        return Entry(", ".join(map(str, found)), link=f"#ev-{found[0]}")

    def _evidence(self, table: b.Table, row: tuple[b.Cell, ...]) -> Entry:
        ids = [self.outline.numbers(cell.evidence) for cell in row]
        whole = sorted({n for found in ids for n in found})
        if not whole:
            return Entry()
        given = [found for found in ids if found]
        text = ", ".join(map(str, whole))
        if len(given) > 1 and any(found != given[0] for found in given):
            named = zip(table.columns, ids, strict=True)
            text = "; ".join(
                f"{clean(c.name)} {', '.join(map(str, found))}" for c, found in named if found
            )
        return Entry(text, link=f"#ev-{whole[0]}")

    def _read(self, cell: b.Cell) -> str:
        return clean(cell.text) or clean(plain(cell.inlines))


def typed(text: str, language: str) -> Entry:
    """A text that is a plain number of this language as one; any other as the text it is."""
    place = numbers.locale(language)
    thousands, point = re.escape(place.thousands), re.escape(place.decimal)
    pattern = (
        rf"([-−]?)(\d{{1,3}}(?:{thousands}\d{{3}})+|\d{{1,15}})"
        rf"(?:{point}(\d+))?([\s\u00a0]?%)?"
    )
    match = re.fullmatch(pattern, text.strip())
    # `007` and a long run of digits are names, not numbers.
    if match is None or (match[2].startswith("0") and len(match[2]) > 1):
        return Entry(text)
    sign, digits, fraction, share = match.groups()
    number = Decimal(digits.replace(place.thousands, "") + (f".{fraction}" if fraction else ""))
    number = -number if sign else number
    if share:
        return Entry(number / 100, "percent", len(fraction or ""))
    return Entry(number, "number", len(fraction or ""))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _says_more(cell: b.Cell, entry: Entry) -> bool:
    """Whether the text tells more than the number: a denominator, a bound, a range, a unit."""
    return _is_number(entry.value) and bool(_FILLING.sub("", cell.text or plain(cell.inlines)))


def _look(cell: b.Cell, column: b.Column) -> Look:
    if column.kind in ("money", "percent", "bar"):
        return column.kind
    share = re.match(r"\D{0,3}(\d+)[\d.,]*[\s\u00a0]?%", cell.text)
    is_share = share and abs(float(str(cell.value)) * 100 - float(share[1])) <= 1
    return "percent" if is_share else "number"


def _digits(cell: b.Cell, language: str) -> int:
    """Digits after the point that the text shows."""
    if not _is_number(cell.value) or isinstance(cell.value, int):
        return 0
    point = re.escape(numbers.locale(language).decimal)
    found = re.search(rf"\d{point}(\d{{1,4}})(?!\d)", _BLANK.sub("", cell.text))
    return len(found[1]) if found else 0


def _address(cell: b.Cell) -> str:
    """Where the cell leads: out, if it holds one link."""
    links = [i.url for i in cell.inlines if isinstance(i, b.Link) and not i.url.startswith("#")]
    return links[0] if len(links) == 1 else ""
