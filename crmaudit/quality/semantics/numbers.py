"""Numbers that prove themselves by check digits, telephone numbers and e-mail addresses.

The libraries load tables of their own, so they are imported on first use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

_NOT_DIGIT = re.compile(r"\D")
_EXTENSION = re.compile("x|ext|dw|#", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[\s./-]")
_PHONE = re.compile(
    r"\s*(?:tel\.?:?\s*)?\+?[0-9][0-9 ()/.\-\u00a0\u2010-\u2015]{3,24}"
    r"(?:\s*(?:x|ext\.?|dw|#)\s*[0-9]{1,6})?\s*"
    r"|\s*\([0-9+ ]{1,6}\)[0-9 ()/.\-]{3,20}(?:\s*(?:x|ext\.?|#)\s*[0-9]{1,6})?\s*",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(
    r"\s*([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4})\b.*"
)
_DECIMAL = re.compile(r"\s*[0-9]+[.,][0-9]{1,4}\s*")
_REGION_CODES = """
    US GB DE FR ES IT NL BE CH AT PT BR AU NZ IE MX AR CL CO IN PL SE DK NO FI ZA CZ TR JP
"""
_REGIONS = tuple(_REGION_CODES.split())
_TRIED = 60


def is_phone_form(value: str) -> bool:
    """Whether it is written as telephone numbers are: 5 to 15 digits and their punctuation."""
    if not _PHONE.fullmatch(value) or _DATE_LIKE.fullmatch(value) or _DECIMAL.fullmatch(value):
        return False
    bare: str = _EXTENSION.split(value)[0]
    digits: int = sum(c.isdigit() for c in bare)
    return 5 <= digits <= 15


def valid_phones(values: Sequence[str]) -> tuple[int, str]:
    """How many are valid numbers, those without a country in the region that fits most of them.

    The region is empty where none was needed. Numbering plans are those of `phonenumbers`.
    """
    import phonenumbers

    def valid(value: str, region: str | None) -> bool:
        try:
            return bool(phonenumbers.is_valid_number(phonenumbers.parse(value, region)))
        except phonenumbers.NumberParseException:
            return False

    abroad = [v for v in values if v.strip().startswith(("+", "00"))]
    national = [v for v in values if not v.strip().startswith(("+", "00"))]
    right = sum(
        valid(v.strip().replace("00", "+", 1) if v.strip()[0] == "0" else v, None) for v in abroad
    )
    if not national:
        return right, ""
    tried = national[:_TRIED]
    scored = [(sum(valid(v, r) for v in tried), -i, r) for i, r in enumerate(_REGIONS)]
    _, _, region = max(scored)
    return right + sum(valid(v, region) for v in national), region


def is_email(value: str) -> bool:
    """A valid address by `email-validator`, without asking whether its domain exists."""
    import email_validator

    if "@" not in value or len(value) > 320:
        return False
    try:
        # The names kept for examples and tests are valid addresses here.
        email_validator.validate_email(
            value.strip(), check_deliverability=False, test_environment=True
        )
    except email_validator.EmailNotValidError as error:
        return "special-use or reserved" in str(error)
    return True


@cache
def _stdnum(name: str) -> Callable[[str], bool]:
    import importlib

    found: Callable[[str], bool] = importlib.import_module(f"stdnum.{name}").is_valid
    return found


def is_valid(name: str, value: str) -> bool:
    """Whether `python-stdnum`'s module of that name takes the number."""
    try:
        return bool(_stdnum(name)(value))
    except Exception:
        # Some of its modules stumble over what they did not expect; then it is none.
        return False


_NATIONAL: tuple[tuple[str, str], ...] = (
    ("de.idnr", r"[0-9]{11}"),
    ("fr.nir", r"[12][0-9]{4}[0-9AB][0-9]{7,9}"),
    ("fr.siret", r"[0-9]{14}"),
    ("fr.siren", r"[0-9]{9}"),
    ("es.dni", r"[0-9]{8}[A-Z]"),
    ("es.nie", r"[XYZ][0-9]{7}[A-Z]"),
    ("gb.nhs", r"[0-9]{10}"),
    ("us.ssn", r"[0-9]{9}"),
    ("nl.bsn", r"[0-9]{9}"),
    ("it.codicefiscale", r"[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]"),
    ("br.cpf", r"[0-9]{11}"),
    ("be.nn", r"[0-9]{11}"),
    ("pl.pesel", r"[0-9]{11}"),
    ("se.personnummer", r"[0-9]{10,12}"),
    ("mx.curp", r"[A-Z]{4}[0-9]{6}[A-Z]{6}[A-Z0-9][0-9]"),
    ("ch.ssn", r"756[0-9]{10}"),
    ("at.vnr", r"[0-9]{10}"),
    ("fi.hetu", r"[0-9]{6}[A0-9]?[0-9]{3}[A-Z0-9]"),
)
_TAX: tuple[tuple[str, str], ...] = (
    ("eu.vat", r"[A-Z]{2}[0-9A-Z]{7,13}"),
    ("de.stnr", r"[0-9]{10,13}"),
    ("es.cif", r"[A-HJ-NP-SUVW][0-9]{7}[0-9A-J]"),
    ("es.nif", r"[0-9A-Z][0-9]{7}[0-9A-Z]"),
    ("gb.vat", r"(GB)?[0-9]{9}([0-9]{3})?"),
    ("us.ein", r"[0-9]{9}"),
    ("it.iva", r"(IT)?[0-9]{11}"),
    ("br.cnpj", r"[0-9]{14}"),
    ("ch.uid", r"CHE[0-9]{9}"),
    ("mx.rfc", r"[A-Z&]{3,4}[0-9]{6}[A-Z0-9]{3}"),
    ("au.abn", r"[0-9]{11}"),
)
# Few random numbers fit these: so strict a form or so many check digits.
# No check digit at all: only a name makes a number of these out of digits.
WEAK = frozenset({"de.stnr", "us.ein", "us.ssn"})
STRICT = frozenset({
    "fr.nir", "es.dni", "es.nie", "it.codicefiscale", "mx.curp", "ch.ssn", "eu.vat", "es.cif",
    "ch.uid", "br.cpf", "br.cnpj", "fr.siret", "be.nn",
})  # fmt: skip


def numbering(values: Sequence[str], kind: str) -> tuple[str, int]:
    """The scheme (`de.idnr`, …) that takes most of the values, and how many it takes.

    `kind` is `national` or `tax`.
    """
    compact = [_PUNCTUATION.sub("", v).upper() for v in values]
    best = ("", 0)
    for name, form in _NATIONAL if kind == "national" else _TAX:
        shaped = [v for v in compact if re.fullmatch(form, v)]
        if len(shaped) > best[1]:
            right = sum(is_valid(name, v) for v in shaped)
            if right > best[1]:
                best = (name, right)
    return best


def is_card(value: str) -> bool:
    """13 to 19 digits that begin as cards do and hold by the Luhn formula (ISO/IEC 7812-1)."""
    digits = _NOT_DIGIT.sub("", value)
    if not 13 <= len(digits) <= 19 or digits[0] not in "23456" or len(value) > 24:
        return False
    return is_valid("luhn", digits)


def is_iban(value: str) -> bool:
    """An IBAN with its check digits (ISO 13616), of whatever country."""
    return len(value) < 43 and is_valid("iban", value)
