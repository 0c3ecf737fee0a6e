"""The number that a cell spells: separators, signs of currencies, thousands, shares."""

from __future__ import annotations

import re
from datetime import date

from crmaudit.exchange.cell_text import Unfit, shortened
from crmaudit.sheets import Value

_CURRENCIES = (
    "EUR USD GBP CHF CAD AUD NZD JPY CNY INR SEK NOK DKK ISK PLN CZK HUF RON BGN TRY UAH ZAR BRL "
    "MXN ARS CLP COP PEN SGD HKD KRW ILS AED SAR"
)
_SIGNS = re.compile(
    rf"(US)?\$|[€£¥₣]|(?<![A-Za-z])({'|'.join(_CURRENCIES.split())})(?![A-Za-z])|\b(kr\b|S?Fr\.?)",
    re.IGNORECASE,
)
_LARGE = re.compile(r"(.*\d)\s*(k|m|mio\.?|mln\.?|million)", re.IGNORECASE)
_DASHES = re.compile(r"[.,][-–—]+$")
_SPACES = re.compile(r"(?<=\d)[\s'’  ](?=\d{3}(?!\d))")
_UNIT_WORDS = re.compile(
    r"\s*(p\.?a\.?|per\s+year|/\s*(year|a|an|jahr|ano)|hours?|hrs?|h|std\.?|stunden|heures?|horas?"
    r"|days?|tage?n?|jours?|d[ií]as?|users?|benutzer|utilisateurs?|usuarios?|seats?|licen[cs]es?"
    r"|years?|jahre?n?|ans?|a[nñ]os?|points?|punkte?)\.?$",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:/|of|von|sur|de)\s*(\d+)", re.IGNORECASE)

_MOST = 1e15
"""No amount or count reaches that."""


def number(value: Value, decimal: str = "point") -> float:
    """The number that a cell holds or spells.

    Signs of currencies and words like `days` are passed over; parentheses make
    it negative, `%` a share, `7/10` is 7. Raises Unfit.
    """
    if isinstance(value, bool | date):
        raise Unfit(f"{shortened(value)} is not a number")
    if isinstance(value, int | float):
        if not abs(value) < _MOST:
            raise Unfit(f"{value} is too large a number")
        return value
    text = _SIGNS.sub("", str(value)).strip()
    fraction = _FRACTION.fullmatch(text)
    if fraction:
        text = fraction.group(1)
    negative = text.startswith("(") and text.endswith(")")
    text = _DASHES.sub("", text.strip("() "))
    text = _UNIT_WORDS.sub("", text).strip()
    large = _LARGE.fullmatch(text)
    if large:
        text = large.group(1)
    factor = (1000 if large.group(2) in "kK" else 1_000_000) if large else 1
    share = text.endswith("%")
    text = _SPACES.sub("", text.rstrip("% ").lstrip("~≈< "))
    group, point = (",", ".") if decimal == "point" else (".", ",")
    if re.fullmatch(rf"[-+]?[1-9]\d{{0,2}}(\{group}\d{{3}})+(\{point}\d+)?", text):
        text = text.replace(group, "")
    text = "" if group in text else text.replace(point, ".")
    if not re.fullmatch(r"[-+]?(\d+(\.\d*)?|\.\d+)", text):
        raise Unfit(f"{shortened(value)} is not a number")
    if len(text) > 24:
        raise Unfit(f"{shortened(value)} is too large a number")
    result = round(float(text) * factor * (0.01 if share else 1) * (-1 if negative else 1), 10)
    return int(result) if result.is_integer() and abs(result) < 2**53 else result
