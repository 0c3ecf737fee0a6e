"""How well values bear out the meaning that a name suggests."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from crmaudit.evidence.semantic import SemanticType
from crmaudit.evidence.table_profile import Logical
from crmaudit.quality.semantics import lists, numbers
from crmaudit.quality.semantics.by_content import FORMS, POSTCODE, is_email, is_ip, is_machine
from crmaudit.quality.semantics.lists import plain
from crmaudit.quality.semantics.seen import SeenColumn

# What stands between addresses or numbers where a column holds several, JSON included.
_SEVERAL = re.compile(r"[,;<>\s\"'\[\]{}]+")
_LISTED = re.compile(r"[,;\"'\[\]{}]+")
_NUMBER = re.compile(r"\s*[+-]?[€$£]?\s*[0-9][0-9., '’\u00a0]*\s*([€$£%]|[A-Z]{3})?\s*")
_YEAR = re.compile(r"(?<![0-9])(1[89][0-9]{2}|20[0-9]{2})(?![0-9])")

TEXTUAL: frozenset[SemanticType] = frozenset({
    "given name", "family name", "full name", "organisation name", "salutation", "job title",
    "login", "e-mail", "url", "street", "city", "region", "country", "full address", "gender",
    "language", "ip address", "currency", "category", "industry", "status", "text", "file name",
    "discriminator", "secret", "machine text", "handle", "created by", "modified by", "owner",
})  # fmt: skip
"""Meanings that a number cannot have, other than by referring to a list."""
_CODED: frozenset[SemanticType] = frozenset({
    "gender", "language", "category", "status", "industry", "discriminator", "created by",
    "modified by", "owner", "handle", "salutation",
})  # fmt: skip
_NO_DATE: frozenset[SemanticType] = TEXTUAL | {
    "phone", "mobile", "fax", "house number", "postcode", "latitude", "longitude", "national id",
    "tax number", "bank account", "payment card", "money", "percentage", "number", "counter",
    "identifier", "uuid", "flag", "reference", "access",
}  # fmt: skip


def by_type(kind: SemanticType, logical: Logical | None) -> SemanticType | None:
    """What a meaning becomes in a column of this logical type; None where it is impossible."""
    if logical is None or logical == "text":
        return kind
    if logical == "binary":
        return (
            kind if kind in ("secret", "file name", "machine text", "uuid", "identifier") else None
        )
    if logical in ("date", "datetime", "time"):
        if kind in ("consent", "soft delete") or kind not in _NO_DATE:
            return kind
        return None
    if kind in ("date", "created at", "modified at", "birth date"):
        # Seconds since 1970, or a year.
        return kind if logical in ("integer", "number") and kind != "birth date" else None
    if logical == "boolean":
        return (
            kind
            if kind in ("flag", "consent", "soft delete", "access", "gender", "category")
            else None
        )
    if kind in TEXTUAL and kind not in _CODED:
        return "reference" if logical == "integer" and kind in (
            "country", "region", "city", "currency", "organisation name", "full name", "file name",
                "full address",
        ) else None  # fmt: skip
    if logical == "number" and kind in ("reference", "flag", "consent", "phone", "owner"):
        return kind if kind in ("reference", "phone") else None
    return kind


def fit(kind: SemanticType, column: SeenColumn, values: Sequence[str]) -> float | None:
    """The share of different values that may be of this kind; None: it cannot be told."""
    few = column.distinct <= 60 or column.distinct * 5 <= column.filled
    if kind in (
        "status",
        "category",
        "discriminator",
        "salutation",
        "gender",
        "industry",
        "access",
    ):
        limit = 12 if kind == "gender" else 0
        return 1.0 if few and (not limit or column.distinct <= limit) else 0.25
    if kind in ("flag", "consent"):
        return 1.0 if column.distinct <= 3 else 0.1
    if kind == "soft delete":
        return 1.0 if column.distinct <= 3 or column.logical in ("date", "datetime") else 0.2
    if kind == "birth date":
        return _born(values)
    test = _TESTS.get(kind)
    if test is None:
        return None
    return sum(test(v) for v in values) / len(values) if values else None


def birth_like(values: Sequence[str]) -> bool:
    """Whether the years are those in which living people were born, not those of business.

    They begin before 1975, cover thirty years and more, and their middle lies
    before 2005.
    """
    years = sorted(int(m[1]) for v in values if (m := _YEAR.search(v)))
    if len(years) < 12 or len(years) < 0.8 * len(values):
        return False
    at = [years[int((len(years) - 1) * p)] for p in (0.05, 0.2, 0.5, 0.95)]
    return at[0] >= 1900 and at[1] < 1975 <= at[3] and at[2] < 2005 and at[3] - at[0] >= 30


def _born(values: Sequence[str]) -> float:
    dated = [v for v in values if _YEAR.search(v)]
    return len(dated) / len(values) if values else 1.0


def _has_letters(value: str) -> bool:
    return any(c.isalpha() for c in value)


def _is_name(value: str) -> bool:
    return (
        _has_letters(value)
        and not any(c.isdigit() for c in value)
        and len(value) < 60
        and len(value.split()) < 6
        and "@" not in value
        and not value.startswith(("{", "[", "<"))
    )


def _is_title(value: str) -> bool:
    return _has_letters(value) and len(value) < 100 and "@" not in value and "<" not in value


def _is_place(value: str) -> bool:
    letters = sum(c.isalpha() for c in value)
    return letters > 1 and sum(c.isdigit() for c in value) * 2 <= letters and len(value) < 80


def _is_street(value: str) -> bool:
    return _has_letters(value) and len(value) < 150 and "@" not in value


def _is_country(value: str) -> bool:
    text = value.strip()
    return (
        text.upper() in lists.COUNTRY_CODES
        or plain(text) in lists.COUNTRIES
        or (_is_name(value) and len(text) > 3)
    )


def _is_login(value: str) -> bool:
    return len(value.split()) < 3 and len(value) < 120


def _is_id(value: str) -> bool:
    return len(value.split()) < 4 and len(value) < 200


def _is_number(value: str) -> bool:
    return _NUMBER.fullmatch(value) is not None


def _within(limit: float) -> Callable[[str], bool]:
    def passes(value: str) -> bool:
        try:
            return abs(float(value.replace(",", "."))) <= limit
        except ValueError:
            return False

    return passes


def _is_percentage(value: str) -> bool:
    return _within(100)(value.replace("%", "").strip())


def _is_secret(value: str) -> bool:
    return len(value.split()) == 1


def _has_digits(least: int) -> Callable[[str], bool]:
    return lambda value: sum(c.isdigit() for c in value) >= least and len(value) < 40


def _is_phone(value: str) -> bool:
    if numbers.is_phone_form(value) or (value.isdigit() and 3 <= len(value) <= 15):
        return True
    # Several numbers, as a JSON list has them.
    return value[:1] in "[{" and any(numbers.is_phone_form(p) for p in _LISTED.split(value))


def _emails(value: str) -> bool:
    return is_email(value) or ("@" in value and any(is_email(p) for p in _SEVERAL.split(value)))


def _is_date(value: str) -> bool:
    return FORMS["date"].fullmatch(value) is not None or (
        value.isdigit() and len(value) in (4, 8, 10, 13)
    )


def _is_web(value: str) -> bool:
    return (
        FORMS["url"].fullmatch(value) is not None
        or ("." in value and " " not in value.strip())
        or "/" in value
    )


def _is_currency(value: str) -> bool:
    text = value.strip()
    return (
        (len(text) == 3 and text.isalpha())
        or text in "€$£¥"
        or plain(text) in ("euro", "dollar", "pound")
    )


def _is_language(value: str) -> bool:
    return re.fullmatch(
        r"[A-Za-z]{2,3}([_-][A-Za-z]{2,4})?", value.strip()
    ) is not None or _is_name(value)


_TESTS: dict[SemanticType, Callable[[str], bool]] = {
    "e-mail": _emails, "phone": _is_phone, "mobile": _is_phone, "fax": _is_phone, "url": _is_web,
    "given name": _is_name, "family name": _is_name, "full name": _is_title,
    "organisation name": _is_title, "job title": _is_title, "login": _is_login, "handle": _is_login,
    "street": _is_street, "city": _is_place, "region": _is_place, "country": _is_country,
    "postcode": lambda v: POSTCODE.fullmatch(v.strip()) is not None,
    "full address": _is_street, "house number": lambda v: _has_digits(1)(v) and len(v) < 12,
    "latitude": _within(90), "longitude": _within(180), "language": _is_language,
    "currency": _is_currency, "ip address": is_ip,
    "uuid": lambda v: FORMS["uuid"].fullmatch(v) is not None,
    "bank account": _has_digits(5), "payment card": numbers.is_card,
    "national id": _has_digits(5), "tax number": _has_digits(5),
    "money": _is_number, "number": _is_number, "counter": _is_number, "percentage": _is_percentage,
    "identifier": _is_id, "reference": _is_id, "secret": _is_secret,
    "file name": lambda v: "." in v or "/" in v, "machine text": is_machine,
    "created at": _is_date, "modified at": _is_date, "date": _is_date,
    "owner": _is_login, "created by": _is_login, "modified by": _is_login,
}  # fmt: skip
