"""Days and numbers as people and form tools write them, told for a whole column at once.

`03/04/2026` may be of March or of April, `1.234` a thousand or little more
than one: the other cells of the column decide, and where none does, nothing
is guessed.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta

from crmaudit.workspace.naming import plain

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jaenner janv janvier ene enero",
            "feb february februar fev fevr fevrier febrero",
            "mar march mrz maer maerz mars marzo",
            "apr april avr avril abr abril",
            "may mai mayo",
            "jun june juni juin junio",
            "jul july juli juil juillet julio",
            "aug august aou aout ago agosto",
            "sep sept september septembre septiembre setiembre",
            "oct october okt oktober octobre octubre",
            "nov november novembre noviembre",
            "dec december dez dezember decembre dic diciembre",
        ),
        1,
    )
    for name in names.split()
}
"""Names of months in English, German, French and Spanish, as `plain` leaves them."""

_CLOCK = re.compile(
    r"[T,\s]+(?:at\s+|um\s+|à\s+)?\d{1,2}[:.h]\d{2}(:\d{2}(\.\d+)?)?(\s*[ap]\.?\s?m\.?)?"
    r"(\s*(Z|UTC|GMT|CET|CEST|[+-]\d{1,2}:?\d{2}|GMT[+-]\d{1,2}))?$",
    re.IGNORECASE,
)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_THREE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_WEEK = re.compile(r"(\d{4})[-\s/]?(?:W|KW|WK|WEEK|S)[-\s]?(\d{1,2})", re.IGNORECASE)
_WEEK_FIRST = re.compile(r"(?:W|KW|WK|WEEK|S)[-\s.]*(\d{1,2})[-\s/,]+(\d{4})", re.IGNORECASE)
_QUARTER = re.compile(r"(\d{4})[-\s/]?[QT]([1-4])", re.IGNORECASE)
_QUARTER_FIRST = re.compile(r"[QT]([1-4])[-\s/]+(\d{4})", re.IGNORECASE)
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
_NAMED = re.compile(
    r"(?:(\d{1,2})\.?[-\s]+(?:de\s+)?)?([^\W\d_]+)\.?[-\s,]+(?:de\s+)?(\d{4}|\d{2})"
)
_NAMED_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_WEEKDAY = re.compile(r"^[^\W\d_]{2,10}\.?,\s+(?=\d)|^[^\W\d_]{2,10}\.?,\s+(?=[^\W\d_]+\.?\s+\d)")


def days(texts: Sequence[str]) -> list[date | None]:
    """The days that the cells of one column spell; None where one spells none.

    A month, week, quarter or year stands for its last day. None as well where
    nothing in the column says whether the day or the month comes first.
    """
    first = _day_first(texts)
    return [_day(text, first) for text in texts]


def ambiguous(texts: Sequence[str]) -> bool:
    """Whether nothing in the column says if the day or the month comes first."""
    return _day_first(texts) is None and any(_numbers(text) for text in texts)


def _day_first(texts: Sequence[str]) -> bool | None:
    """Whether the day stands before the month; None where nothing tells."""
    found = [n for text in texts if (n := _numbers(text))]
    dotted = any(sign == "." for _, _, _, sign in found)
    day_first = any(a > 12 for a, _, _, _ in found)
    month_first = any(b > 12 for _, b, _, _ in found)
    if day_first != month_first:
        return day_first
    if dotted or (found and all(a == b for a, b, _, _ in found)):
        return True
    if day_first:
        return None
    # Lists are kept in the order of time: one reading may have it, the other not.
    orders = [
        _in_order([_made(y, *((b, a) if first else (a, b))) for a, b, y, _ in found])
        for first in (True, False)
    ]
    return orders[0] if len(found) > 2 and orders[0] != orders[1] else None


def _in_order(found: Sequence[date | None]) -> bool:
    known = [day for day in found if day]
    return len(known) == len(found) and (known == sorted(known) or known == sorted(known)[::-1])


def _numbers(text: str) -> tuple[int, int, int, str] | None:
    """Day and month in the order in which they stand, the year, and what divides them."""
    match = _THREE.fullmatch(_bare(text))
    if match is None:
        return None
    return int(match[1]), int(match[3]), _year(match[4]), match[2]


def _day(text: str, day_first: bool | None) -> date | None:
    bare = _bare(text)
    if numbers := _numbers(text):
        if day_first is None:
            return None
        a, b, year, _ = numbers
        return _made(year, *((b, a) if day_first else (a, b)))
    if m := _ISO.fullmatch(bare):
        return _made(int(m[1]), int(m[2]), int(m[3]))
    if m := _WEEK.fullmatch(bare):
        return _sunday(int(m[1]), int(m[2]))
    if m := _WEEK_FIRST.fullmatch(bare):
        return _sunday(int(m[2]), int(m[1]))
    if m := _QUARTER.fullmatch(bare):
        return _made(int(m[1]), 3 * int(m[2]))
    if m := _QUARTER_FIRST.fullmatch(bare):
        return _made(int(m[2]), 3 * int(m[1]))
    if m := _YEAR_MONTH.fullmatch(bare):
        return _made(int(m[1]), int(m[2]))
    if m := _MONTH_YEAR.fullmatch(bare):
        return _made(int(m[2]), int(m[1]))
    if m := _NAMED.fullmatch(bare):
        return _made(_year(m[3]), MONTHS.get(plain(m[2]), 0), int(m[1]) if m[1] else 0)
    if m := _NAMED_FIRST.fullmatch(bare):
        return _made(int(m[3]), MONTHS.get(plain(m[1]), 0), int(m[2]))
    if re.fullmatch(r"(19|20)\d\d", bare):
        return date(int(bare), 12, 31)
    return None


def _bare(text: str) -> str:
    """Without time of day and day of the week."""
    return _WEEKDAY.sub("", _CLOCK.sub("", text.strip()))


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _made(year: int, month: int, day: int = 0) -> date | None:
    """That day, without one the month's last; None where there is no such day."""
    if not (1 <= month <= 12 and 1 <= year <= 9999):
        return None
    last = calendar.monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None


def _sunday(year: int, week: int) -> date | None:
    """The last day of a week as ISO 8601 counts them."""
    try:
        return date.fromisocalendar(year, week, 1) + timedelta(days=6)
    except (ValueError, OverflowError):
        return None


_GAPS = re.compile(r"(?<=\d)[\s'’\u00a0\u202f](?=\d{3}(?!\d))")
_PLAIN = re.compile(r"[-+−]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,2})?")
_LONGEST = 40


def numbers(texts: Sequence[str]) -> list[float | None]:
    """The numbers that the cells of one column spell, whole or with decimals.

    Thousands may be divided by a point, comma, blank or apostrophe; `45 %` is
    45. None where a cell spells no number, or nothing in the column says what
    its comma or point means.
    """
    point = _point(texts)
    return [_number(text, point) for text in texts]


def _point(texts: Sequence[str]) -> str | None:
    """The sign before decimals, by the cells that leave no doubt; None where they say nothing.

    Both signs where some cells have the one and some the other.
    """
    found = {sign for text in texts if (sign := _sure(_trimmed(text)))}
    return ".," if len(found) > 1 else next(iter(found), None)


def _sure(text: str) -> str | None:
    """The sign before decimals that a cell shows by itself, if it does."""
    signs = [c for c in text if c in ".,"]
    if not signs:
        return None
    if len(set(signs)) == 2:
        return signs[-1]
    if len(signs) > 1:
        return "," if signs[0] == "." else "."
    before, after = re.split(r"[.,]", text.lstrip("-+−"))
    return None if len(after) == 3 and before not in ("", "0") and len(before) < 4 else signs[0]


def _number(text: str, point: str | None) -> float | None:
    text = _trimmed(text)
    if len(text) > _LONGEST:
        return None
    own = _sure(text) or point
    if own == ".," or (own is None and "," in text):
        return None if set(text) & set(".,") else _float(text)
    group = "." if own == "," else ","
    if group in text and not re.fullmatch(
        rf"[-+−]?\d{{1,3}}(\{group}\d{{3}})+(\{own or '.'}\d*)?", text
    ):
        return None
    return _float(text.replace(group, "").replace(",", "."))


def _float(text: str) -> float | None:
    text = text.replace("−", "-")
    # A number beyond all measure is none.
    return float(text) if _PLAIN.fullmatch(text) and abs(float(text)) < 1e15 else None


def _trimmed(text: str) -> str:
    return _GAPS.sub("", text.strip().removesuffix("%").strip())
