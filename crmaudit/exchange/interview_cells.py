"""What a cell of an interview's form says: a range, a period, names, one of several words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crmaudit.exchange.cell_days import day_of
from crmaudit.exchange.cell_text import Unfit, shortened
from crmaudit.exchange.interview_layout import PERIODS
from crmaudit.workspace.matching import Names, plain_name

_NUMBER = r"\d{1,9}(?:[.,]\d{1,3})?"
_SPAN = re.compile(
    rf"(?:about|around|approx(?:imately|\.)?|circa|ca\.?|~)?\s*({_NUMBER})(?:\s*(?:-|–|—|to|bis|until|\.\.+)\s*({_NUMBER}))?"
    r"\s*(?:min|mins|minutes?|times?|people|persons?|x|×)?\.?",
    re.IGNORECASE,
)
_HOURS = re.compile(
    rf"\D*?({_NUMBER})(?:\s*(?:-|–|—|to)\s*({_NUMBER}))?\s*(?:h|hrs?|hours?)\b.*", re.IGNORECASE
)
_PERIODS = {
    "day": "day days daily d",
    "week": "week weeks weekly w",
    "month": "month months monthly m",
    "year": "year years yearly annually y",
}
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d. %b %Y", "%b %d, %Y", "%b %d %Y")
_BETWEEN = re.compile(r"\s*[;\n]\s*|\s*,\s+")


def span(text: str) -> tuple[float, float]:
    """Low and high end: `5`, `5-10`, `5 to 10 minutes`, `1,5`. Raises Unfit."""
    match = _SPAN.fullmatch(text.strip())
    if match is None or any(re.search(r"[.,]\d{3}$", part or "") for part in match.groups()):
        raise Unfit(f"{shortened(text)} is no number and no range", _in_minutes(text))
    low = _number(match[1])
    high = _number(match[2]) if match[2] else low
    if low > high:
        raise Unfit(f"{shortened(text)} ends below its beginning", f"write {high:g}-{low:g}")
    return low, high


def _in_minutes(text: str) -> str:
    """What to write instead; hours are brought to the minutes that the form asks for."""
    told = _HOURS.fullmatch(text.strip())
    if told is None:
        return "write 5, or 5-10"
    ends = [f"{_number(n) * 60:g}" for n in told.groups() if n]
    return f"write a number or a range alone; in minutes that is {'-'.join(ends)}"


def day(text: str) -> str:
    """A day in the year-month-day form; slashes are refused, as their order is not known.

    Raises Unfit.
    """
    for form in _DAYS:
        if found := day_of(text.strip(), form):
            return found.isoformat()
    raise Unfit(f"{shortened(text)} is no date that can be told", "write it like 2026-03-31")


def counted(text: str) -> int:
    """A whole number of people. Raises Unfit."""
    match = re.fullmatch(r"(\d{1,6})\s*(people|persons?)?\.?", text.strip(), re.IGNORECASE)
    if match is None:
        raise Unfit(f"{shortened(text)} is no whole number", "write how many took part, like 7")
    return int(match[1])


def period(text: str) -> str:
    """`day`, `week`, `month` or `year`. Raises Unfit."""
    word = re.sub(r"^(per|a|an|each|every|in a|/)\s*", "", plain_name(text).rstrip("."))
    for name, words in _PERIODS.items():
        if word in words.split():
            return name
    raise Unfit(f"{shortened(text)} is no period", f"write {', '.join(PERIODS[:-1])} or year")


def choice(text: str, choices: Sequence[str]) -> str:
    """One of several words, case aside. Raises Unfit."""
    wanted = plain_name(text).rstrip(".! ")
    if wanted in choices:
        return wanted
    hint = f"write {', '.join(choices[:-1])} or {choices[-1]}"
    raise Unfit(f"{shortened(text)} is not among the words asked for", hint)


def names(text: str, known: Names, kind: str = "") -> list[str]:
    """Names between semicolons, line ends or commas; one that is known has its own comma."""
    found: list[str] = []
    for part in filter(None, (p.strip() for p in re.split(r"[;\n]", text))):
        if kind and known.find(kind, part):
            found.append(part)
        else:
            found += filter(None, (p.strip() for p in _BETWEEN.split(part)))
    return list(dict.fromkeys(found))


def _number(text: str) -> float:
    return float(text.replace(",", "."))
