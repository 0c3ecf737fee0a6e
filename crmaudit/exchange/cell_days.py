"""The day that a cell spells, in many forms and four languages, or a length of time before one."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from functools import cache

from crmaudit.exchange.cell_text import Unfit, shortened, spoken
from crmaudit.sheets import Value
from crmaudit.sheets.days import MONTHS
from crmaudit.workspace.naming import plain

AGO = "ago"
"""In place of a date's form: a length of time before the day the file speaks of."""

_UNITS_OF_TIME = {
    name: unit
    for unit, names in {
        "year": "y yr yrs year years j jahr jahre jahren an ans annee annees ano anos",
        "month": "m mo mon mth mths month months monat monate monaten mois mes meses",
        "week": "w wk wks week weeks woche wochen semaine semaines semana semanas",
        "day": "d day days t tag tage tagen jour jours dia dias",
    }.items()
    for name in names.split()
}
_AGE_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)")
_AGE_WORDS = frozenset(re.findall(r"\w+", "ago vor il y a hace et und and old alt ya seit depuis"))
_CLOCK = re.compile(
    r"[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([AaPp][Mm])?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$"
)
_FORMS = {
    "d": r"(?P<d>\d{1,2})",
    "m": r"(?P<m>\d{1,2})",
    "b": r"(?P<b>[^\W\d_]+)\.?",
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "q": r"(?P<q>[1-4])",
}
_ISO = "%Y-%m-%d"
# What ends does so at the end of the month or year that is given.
_ENDS = ("end", "ends", "retired", "leaves")


def day(value: Value, form: str, as_of: date | None = None, fact: str = "") -> date:
    """The day that a cell holds or spells in that form; ISO's form always does.

    `fact` says which one it is for: what ends does so at the end of a month or
    year. Raises Unfit.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if form == AGO:
        return _before(value, as_of)
    text = _CLOCK.sub("", spoken(value).strip())
    for known in dict.fromkeys((form, _ISO)):
        if known and (found := day_of(text, known, ends=ends(fact))):
            return found
    shown = f"; its column is read as {form}" if form else ""
    raise Unfit(f"{shortened(value)} is not a day{shown}", "write it as year-month-day")


def ends(fact: str) -> bool:
    """Whether a fact is the day on which something ends."""
    return fact.rpartition(".")[2] in _ENDS


def day_of(text: str, form: str, *, ends: bool = False) -> date | None:
    """The day that a text spells in that form, if it does.

    Without a day or month it is the first of them, with `ends` the last.
    """
    match = _pattern(form).fullmatch(text.strip())
    if match is None:
        return None
    parts = match.groupdict()
    year = int(parts["Y"]) if parts.get("Y") else 2000 + int(parts.get("y") or 0)
    if parts.get("q"):
        month = 3 * int(parts["q"]) - (0 if ends else 2)
    elif parts.get("b"):
        month = MONTHS.get(plain(parts["b"]), 0)
    else:
        month = int(parts["m"]) if parts.get("m") else (12 if ends else 1)
    if not 1 <= month <= 12 or year < 1:
        return None
    last = calendar.monthrange(year, month)[1]
    day = int(parts["d"]) if parts.get("d") else (last if ends else 1)
    return date(year, month, day) if 1 <= day <= last else None


@cache
def _pattern(form: str) -> re.Pattern[str]:
    parts = re.split(r"%(\w)", form)
    text = "".join(
        _FORMS.get(part, re.escape(part)) if i % 2 else re.escape(part).replace(r"\ ", r"\s+")
        for i, part in enumerate(parts)
    )
    return re.compile(text, re.IGNORECASE)


def is_form(form: str) -> bool:
    """Whether a text says how dates are written."""
    codes = re.findall(r"%(.?)", form)
    known = set(codes) <= set(_FORMS) and len(codes) == len(set(codes))
    return form == AGO or (known and bool({"Y", "y"} & set(codes)))


def age(value: Value) -> tuple[int, int] | None:
    """Months and days of a length of time like `15y 3m ago` or `vor 2 Jahren`."""
    text = str(value).lower()
    parts = _AGE_PART.findall(text)
    rest = {plain(w) for w in re.findall(r"[^\W\d_]+", _AGE_PART.sub(" ", text))}
    units = [_UNITS_OF_TIME.get(plain(unit)) for _, unit in parts]
    if not parts or None in units or rest - _AGE_WORDS:
        return None
    months = days = 0.0
    for (amount, _), unit in zip(parts, units, strict=True):
        n = float(amount.replace(",", "."))
        months += n * {"year": 12, "month": 1}.get(unit or "", 0)
        days += n * {"week": 7, "day": 1}.get(unit or "", 0)
    return round(months), round(days)


def _before(value: Value, as_of: date | None) -> date:
    found = age(value)
    if found is None:
        raise Unfit(f"{shortened(value)} is not a length of time", "write it like 2y 3m ago")
    if as_of is None:
        raise Unfit("no day is stated before which that is", "write `as_of:` into the map")
    months = as_of.year * 12 + as_of.month - 1 - found[0]
    if months < 12:
        raise Unfit(f"{shortened(value)} is too long ago")
    year, month = divmod(months, 12)
    day = min(as_of.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day) - timedelta(days=found[1])
