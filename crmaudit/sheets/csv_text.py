"""CSV that a spreadsheet can open without running anything, and CSV of any habit read.

A text that a spreadsheet would take for a formula (OWASP, "CSV Injection")
gets an apostrophe going out and loses exactly that one coming in. A text that
has apostrophes before such a sign gets one more, so nothing is ever lost.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from crmaudit.errors import CrmauditError, Place

# Full-width signs start formulas where Chinese, Japanese or Korean is set.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"-\d+(\.\d+)?")


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
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        return [[unguarded(cell) for cell in row] for row in reader]
    except csv.Error as error:
        raise CrmauditError(
            f"not CSV: {error}", "check the quotes", Place(name, reader.line_num)
        ) from None


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """The sign that stands most often in the first line, outside quotes."""
    head = text[:65536].lstrip("\r\n").partition("\n")[0]
    plain = re.sub(r'"[^"]*"', "", head)
    return max(",;\t", key=plain.count)
