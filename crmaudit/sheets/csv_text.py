"""CSV that a spreadsheet can open without running anything, and CSV of any habit read.

A text that a spreadsheet would take for a formula (OWASP, "CSV Injection")
gets an apostrophe going out and loses exactly that one coming in. A text that
has apostrophes before such a sign gets one more, so nothing is ever lost.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice

from crmaudit.errors import CrmauditError, Place

# Full-width signs start formulas where Chinese, Japanese or Korean is set.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"-\d+(\.\d+)?")

_SAID = re.compile(r'"?sep=([,;\t|])"?[,;\t |]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
"""The first line by which a file tells Excel its delimiter; it is no row of the list."""
_LOOKED_AT, _HEAD = 50, 200_000
"""Lines, and letters of them, by which the delimiter is told."""


def guarded(text: str) -> str:
    """The text as it goes into a CSV cell."""
    return "'" + text if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file: UTF-8 with a mark, by which Excel knows it; every cell guarded."""
    with io.StringIO(newline="") as buffer:
        writer = csv.writer(buffer, lineterminator="\r\n")
        for row in rows:
            writer.writerow([guarded(cell) for cell in row])
        return buffer.getvalue().encode("utf-8-sig", "replace")


def parsed(raw: bytes, name: str) -> list[list[str]]:
    """The rows of a CSV file: comma, semicolon or tab; UTF-8, UTF-16 with its mark or Windows.

    A first line like `sep=;` names the delimiter, and comes as an empty row.
    Raises CrmauditError for what is no text.
    """
    text = _decoded(raw)
    bad = text.find("\0")
    if bad >= 0:
        raise CrmauditError(
            "a NUL byte stands here: this is no text",
            "save the file as CSV in UTF-8",
            Place(name, text.count("\n", 0, bad) + 1),
        )
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    said = _SAID.match(text)
    body = text[said.end() :].removeprefix("\ufeff") if said else text
    sign = said[1] if said else _delimiter(text)
    above: list[list[str]] = [[]] if said else []
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=sign)
    try:
        return above + [[unguarded(cell) for cell in row] for row in reader]
    except csv.Error as error:
        raise CrmauditError(
            f"not CSV: {error}", "check the quotes", Place(name, len(above) + reader.line_num)
        ) from None


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """The sign that divides all of the first lines, else most of them into equally many fields.

    A title above a list may have signs of its own; those in quotes do not count.
    """
    head = text[:_HEAD]
    best, best_points = ",", (False, 0.0, 0)
    for sign in ",;\t":
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=sign)
        widths: list[int] = []
        # What is no CSV with this sign is told by the reading itself.
        with suppress(csv.Error):
            widths.extend(len(row) for row in islice(reader, _LOOKED_AT) if any(row))
        if len(head) < len(text) and 1 < len(widths) < _LOOKED_AT:
            widths.pop()  # cut off
        wide = Counter(width for width in widths if width > 1)
        if not wide:
            continue
        width, lines = max(wide.items(), key=lambda found: (found[1], found[0]))
        points = (min(widths) > 1, lines / len(widths), width)
        if points > best_points:
            best, best_points = sign, points
    return best
