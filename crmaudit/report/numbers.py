"""Numbers, shares, money and dates as they are read, by language.

A language is one entry of `LOCALES`; templates reach these functions as
filters (`| number`, `| percent`, `| money`, `| date`, `| share`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec

import yaml

from crmaudit.messages import MONTHS, Formed, Words
from crmaudit.report.templates import template_root

Number = int | float | Decimal

THIN = "\u202f"  # narrow no-break space
NBSP = "\u00a0"
MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Locale:
    """How numbers, amounts and days are written; months short and long, patterns."""

    thousands: str
    decimal: str
    percent: str
    months: tuple[str, ...]
    long_months: tuple[str, ...]
    date: str
    money: str
    of: str
    not_assessed: str


LOCALES: dict[str, Locale] = {
    "en": Locale(
        thousands=",",
        decimal=".",
        percent=NBSP + "%",
        months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        long_months=MONTHS,
        date="{day} {month} {year}",
        money="{currency}" + NBSP + "{amount}",
        of="{part} of {whole}",
        not_assessed="not assessed",
    ),
}
"""Every language that a report was asked for, by its code (`learned`)."""


def learned(language: str, words: Mapping[str, Any]) -> Locale:
    """The locale of a language from its `locale.yaml`; known by its code from then on."""
    given: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else str(v) for k, v in words.items()
    }
    LOCALES[language] = replace(LOCALES["en"], **given)
    return LOCALES[language]


def locale(language: str) -> Locale:
    """How that language writes numbers: as learned, as shipped, else as English does."""
    for code in (language, language.split("-")[0].lower()):
        if code in LOCALES:
            return LOCALES[code]
        shipped = template_root() / "sections" / code / "locale.yaml"
        if code.isalnum() and shipped.is_file():
            return learned(code, yaml.safe_load(shipped.read_text("utf-8")))
    return LOCALES["en"]


def localised(text: str, words: Locale) -> str:
    """`1,234.5`, as Python writes it, with the marks of that language."""
    marks = {",": words.thousands, ".": words.decimal}
    return "".join(marks.get(c, c) for c in text)


def written(value: float, form: str, language: str) -> str:
    """A number in Python's form, like `,.0f`, with the marks of that language."""
    return localised(format(value, form), locale(language))


def written_day(value: date, form: str, words: Locale) -> str:
    """A day with its month in full (`long`), its month and year alone (`month`), or short.

    With `minute` the time follows the short one; a form like `%Y-%m` is Python's own.
    """
    if "%" in form:
        return format(value, form)
    if form == "minute":
        return f"{written_day(value, '', words)}, {value:%H:%M}"
    names = words.long_months if form else words.months
    month = names[value.month - 1]
    if form == "month":
        return f"{month} {value.year}"
    text = words.date.format(day=value.day, month=month, year=value.year)
    return text if form else text.replace(" ", NBSP)


P = ParamSpec("P")


def tellable(function: Callable[P, str]) -> Callable[P, str]:
    """What it writes in English can be written again in another language."""
    place = list(signature(function).parameters).index("language")

    @wraps(function)
    def write(*args: P.args, **named: P.kwargs) -> str:
        language = args[place] if len(args) > place else named.pop("language", "en")
        text = function(*args[:place], language=language, **named)  # type: ignore[arg-type]
        return Formed(text, _again, (function, args[:place], named)) if language == "en" else text

    return write


def _again(
    words: Words, function: Callable[..., str], args: tuple[Any, ...], named: dict[str, Any]
) -> str:
    return function(*args, language=words.language, **named)


def _finite(value: Number | None) -> Decimal | None:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    found = value if isinstance(value, Decimal) else Decimal(str(value))
    return found if found.is_finite() else None


@tellable
def number(value: Number | None, digits: int | None = None, language: str = "en") -> str:
    """`20045` → `20,045`; digits default to none for whole numbers, else one."""
    words, exact = locale(language), _finite(value)
    if exact is None:
        return words.not_assessed
    if digits is None:
        digits = 0 if exact == exact.to_integral_value() else 1
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):,.{digits}f}".partition(".")
    text = whole.replace(",", words.thousands)
    if fraction:
        text += words.decimal + fraction
    return (MINUS if rounded < 0 else "") + text


@tellable
def more(value: Number, digits: int | None = None, language: str = "en") -> str:
    """A difference: `+1,204`, `−2.2`; what rounds to nothing has no sign."""
    text = number(value, digits, language)
    return text if text.startswith(MINUS) or not any(c in text for c in "123456789") else f"+{text}"


@tellable
def percent(share: Number | None, digits: int = 0, language: str = "en") -> str:
    """`0.31` → `31 %`. What is not quite none or all never reads 0 % or 100 %."""
    words, exact = locale(language), _finite(share)
    if exact is None:
        return words.not_assessed
    step = Decimal(1).scaleb(-digits)
    value = (exact * 100).quantize(step, rounding=ROUND_HALF_UP)
    if value == 0 and exact > 0:
        return "< " + number(step, digits, language) + words.percent
    if value == 100 and exact < 1:
        return "> " + number(100 - step, digits, language) + words.percent
    return number(value, digits, language) + words.percent


def signed(share: float) -> str:
    """A change as it is read: `+6 %`, `−3 %`, `0 %`; alike in every language."""
    whole = round(100 * share)
    return f"{'+' if whole > 0 else MINUS if whole < 0 else ''}{abs(whole)}{NBSP}%"


@tellable
def share(part: int | None, whole: int | None, digits: int = 0, language: str = "en") -> str:
    """`31 % (6,214 of 20,045)`: always the denominator."""
    words = locale(language)
    if part is None or whole is None:
        return words.not_assessed
    counts = words.of.format(part=number(part, 0, language), whole=number(whole, 0, language))
    if whole == 0:
        return f"{words.not_assessed} ({counts})"
    return f"{percent(Decimal(part) / Decimal(whole), digits, language)} ({counts})"


@tellable
def money(
    amount: Number | None, currency: str = "EUR", digits: int = 0, language: str = "en"
) -> str:
    """`EUR 12,400`: with the code of the currency, where the language puts it."""
    exact = _finite(amount)
    if exact is None:
        return locale(language).not_assessed
    amount_ = number(exact, digits, language)
    return locale(language).money.format(currency=currency, amount=amount_)


@tellable
def month(value: date, language: str = "en") -> str:
    """`Nov 2026`."""
    return f"{locale(language).months[value.month - 1]}{NBSP}{value.year}"


@tellable
def day(value: date | datetime | None, language: str = "en") -> str:
    """`21 Nov 2026`."""
    words = locale(language)
    if value is None:
        return words.not_assessed
    month = words.months[value.month - 1]
    text = words.date.format(day=value.day, month=month, year=value.year)
    return text.replace(" ", NBSP)
