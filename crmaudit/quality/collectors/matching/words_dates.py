"""Days as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

DEFAULTS = ", ".join(
    f"'{day}'"
    for day in (
        "1900-01-01", "1901-01-01", "1970-01-01", "1980-01-01", "1990-01-01", "1999-01-01",
        "2000-01-01", "1899-12-30", "1899-12-31", "1753-01-01", "1111-11-11", "1800-01-01",
    )
)  # fmt: skip
"""Days that software or hasty people put where none is known, quoted for SQL."""

_YEAR_FIRST = re.compile(r"\s*(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"\s*(\d{1,2})([-/. ]+)(\d{1,2})[-/. ]+(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(
    r"\s*(?:(\d{1,2})[. ]*([^\W\d_]{3,})|([^\W\d_]{3,})[. ]*(\d{1,2}))[., ]*(\d{4})"
)
_MONTHS = {
    name: at
    for at, names in enumerate(
        (
            "jan ene gen", "feb fev fév", "mar mär mrz maa", "apr abr avr", "may mai mag mei",
            "jun juin giu", "jul juil lug", "aug ago aou aoû", "sep set", "oct okt ott",
            "nov", "dec dez dic déc",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip


def month_first(values: Iterable[str]) -> bool:
    """Whether dates with the year last have the month first: more of them can only be read so."""
    months = days = 0
    for value in values:
        if found := _YEAR_LAST.match(value):
            first, second = int(found[1]), int(found[3])
            months += first <= 12 < second
            days += second <= 12 < first
    return months > days


def day(text: str, month_first: bool = False) -> tuple[str, str]:
    """A day as `YYYY-MM-DD`, and what else it may be with day and month changed over.

    Month and day may be impossible where they were written so: a typing error
    still tells something. Empty for no date, and for a year before 1800 or
    after 2100.

    >>> day("03.11.1987"), day("11/03/1987", month_first=True)
    (('1987-11-03', '1987-03-11'), ('1987-11-03', '1987-03-11'))
    >>> day("1987-03-25 00:00:00"), day("19560490")
    (('1987-03-25', ''), ('1956-04-90', ''))
    """
    if found := _YEAR_FIRST.match(text):
        year, month, date, ambiguous = int(found[1]), int(found[2]), int(found[3]), False
    elif found := _YEAR_LAST.match(text):
        year, month, date = int(found[4]), int(found[3]), int(found[1])
        ambiguous = True
        habit = month_first and "." not in found[2]
        if (habit and date <= 12) or month > 12 >= date:
            month, date = date, month
        if len(found[4]) == 2:
            year += 1900 if year > 30 else 2000
    elif found := _NAMED.match(text.lower()):
        name = found[2] or found[3]
        month = _MONTHS.get(name[:4], _MONTHS.get(name[:3], 0))
        year, date, ambiguous = int(found[5]), int(found[1] or found[4]), False
    else:
        return "", ""
    if not 1800 <= year <= 2100 or not month + date:
        return "", ""
    other = f"{year:04}-{date:02}-{month:02}" if ambiguous and date <= 12 and date != month else ""
    return f"{year:04}-{month:02}-{date:02}", other
