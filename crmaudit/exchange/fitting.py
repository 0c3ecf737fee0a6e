"""Whether a column's cells can be what a fact holds, and how they would have to be read.

Headers promise, cells keep: an `Owner` column of numbers is no owner. What is
found here is what `converting` then does, so a guess never promises more than
the reading keeps.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from crmaudit.exchange.cell_days import AGO, age, day_of, ends
from crmaudit.exchange.cell_numbers import number
from crmaudit.exchange.cell_text import EMAIL, Unfit, key, spoken
from crmaudit.exchange.column_words import choice_words, header_words, layout_words
from crmaudit.exchange.converting import Conversion, converter
from crmaudit.exchange.layout import Column
from crmaudit.exchange.person_names import looks_like_person, looks_like_unit
from crmaudit.exchange.scales import Scale, scale_of
from crmaudit.exchange.targets import Target
from crmaudit.sheets import Value
from crmaudit.workspace.naming import plain

_ENOUGH = 400
"""Different values of a column that are tried; more would say the same."""

_LEAST = 0.5
"""A column of which fewer cells can be read is something else."""

_DATES = (
    "%Y-%m-%d %d.%m.%Y %d/%m/%Y %m/%d/%Y %d-%m-%Y %m-%d-%Y %d.%m.%y %d/%m/%y %m/%d/%y %Y/%m/%d "
    "%d-%b-%Y %d-%b-%y %b-%y %m/%Y %m.%Y %Y-%m %Y%m%d %Y-Q%q %Y"
)
_DATE_FORMS = (
    *_DATES.split(),
    *("%d %b %Y", "%d. %b %Y", "%b %d, %Y", "%d de %b de %Y", "%b %Y", "Q%q %Y", "%q. Quartal %Y"),
)
_SEPARATORS = (";", "|", "\n", ",", "/")
_SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY"}
_CODE = re.compile(
    r"(?<![A-Za-z])(EUR|USD|GBP|CHF|CAD|AUD|SEK|NOK|DKK|PLN|CZK|JPY|INR)(?![A-Za-z])"
)
_THOUSANDS = re.compile(
    r"\bk\s?[€$£]|[€$£]\s?k\b|\bT€|\bTEUR\b|\bin thousand|\btsd\b|\b000s\b", re.I
)
_MONTHS = re.compile(r"\b(months?|monate?n?|mois|meses)\b", re.IGNORECASE)
_GUID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE
)
_URL = re.compile(r"(?i)[a-z][a-z0-9+.-]*://|www\.")


@dataclass(frozen=True)
class Habits:
    """What the cells and headers of a sheet tell of how numbers and days are written."""

    decimal: str = ""
    """`comma` or `point`; empty where nothing tells, or signs contradict each other."""
    told_by: str = ""
    """By what the decimal sign is told."""
    elsewhere: bool = False
    """Whether it stands before decimals that can be nothing else."""
    english: bool = False
    """Whether headers are English: of commas before three digits it makes thousands."""
    month_first: bool | None = None
    """Whether dates begin with the month; None where that is not told."""


@dataclass(frozen=True)
class Known:
    """What else is known while a column is looked at: names as `key`, habits of the sheet."""

    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """`system`, `person`, `entity`, `unit` → ids and names of the workspace and the sheet."""
    habits: Habits = Habits()
    as_of: date | None = None
    highest_score: float = 0.0
    """The largest value among columns that score systems."""


@dataclass(frozen=True)
class Fit:
    """`share` of the cells can be read by `how` (parts of a rule); `because` says what was seen."""

    share: float
    because: str = ""
    how: Mapping[str, Any] = field(default_factory=dict)
    doubtful: bool = False
    are_units: bool = False
    """Whether texts that should name persons name departments."""


def habits(columns: Iterable[Column]) -> Habits:
    """How numbers and days are written in a sheet."""
    columns = list(columns)
    decimals: Counter[str] = Counter()
    signs: dict[str, str] = {}
    month_first: set[bool] = set()
    for column in columns:
        for value in list(column.values)[:_ENOUGH]:
            if not isinstance(value, str) or len(value) > 30:
                continue
            if re.search(r"\d,\d{1,2}(?!\d)(?!.*\d,\d)|\d\.\d{3},\d", value):
                decimals["comma"] += 1
            elif re.search(r"\d\.\d{1,2}(?![\d.])|\d,\d{3}\.\d", value):
                # Versions are no numbers.
                decimals["point"] += not _is_of(column, "version")
            if re.search(r"\d\s*€", value):
                signs["comma"] = "€ behind numbers"
            elif re.match(r"\s*[$£]\s*\d", value):
                signs["point"] = f"{value.strip()[0]} before numbers"
            parts = re.match(r"(\d{1,2})([/.-])(\d{1,2})[/.-]\d{2,4}", value)
            if not parts:
                continue
            if int(parts[1]) > 12 or int(parts[3]) > 12:
                month_first.add(int(parts[1]) <= 12)
            if parts[2] == "." and re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{2,4}", value.strip()):
                signs["comma"] = f"dates like {value.strip()}"
    first = month_first.pop() if len(month_first) == 1 else None
    if first:
        signs.setdefault("point", "dates with the month first")
    comma, point = (_headers(columns, f"{sign}_headers") for sign in ("comma", "point"))
    if comma > point:
        signs.setdefault("comma", "the language of the headers")
    english = point > comma
    if decimals["comma"] != decimals["point"]:
        sign = max(decimals, key=lambda s: decimals[s])
        return Habits(sign, f"decimal {sign}s elsewhere", True, english, first)
    if len(signs) == 1:
        ((sign, told_by),) = signs.items()
        return Habits(sign, told_by, False, english, first)
    return Habits(english=english, month_first=first)


def _is_of(column: Column, word: str) -> bool:
    return header_words(word)[0] in header_words(column.header)


def _headers(columns: Iterable[Column], kind: str) -> int:
    """How many headers begin with, or are, such words."""
    words = layout_words(kind)
    plainly = (plain(re.sub(r"[(\[].*|\b\d+\b", "", c.header)) for c in columns)
    return sum(header in words for header in plainly)


def fit(column: Column, target: Target, known: Known, exactly: bool = False) -> Fit | None:
    """How the column would be read as that fact; None where it cannot be.

    `exactly`: its header is the fact's own name, so that scores are on the fact's own scale.
    """
    if not column.values:
        return None
    found = _Fitting(column, target, known, exactly).fit()
    return found if found is not None and found.share >= _LEAST else None


def currency_of(column: Column) -> str:
    """The currency that a column's header or cells name; empty where none."""
    texts = [column.header, *(v for v in list(column.values)[:_ENOUGH] if isinstance(v, str))]
    for text in texts:
        if code := _CODE.search(text):
            return code.group()
        for symbol, name in _SYMBOLS.items():
            if symbol in text:
                return name
    return ""


def share_of(column: Column, known: frozenset[str]) -> float:
    """The share of a column's cells that are known names."""
    hits = sum(n for v, n in column.values.items() if key(spoken(v)) in known)
    return hits / column.filled if column.filled else 0.0


class _Fitting:
    def __init__(self, column: Column, target: Target, known: Known, exactly: bool) -> None:
        self.column, self.target, self.known, self.exactly = column, target, known, exactly

    @cached_property
    def sample(self) -> list[tuple[Value, int]]:
        return self.column.values.most_common(_ENOUGH)

    @cached_property
    def total(self) -> int:
        return sum(n for _, n in self.sample)

    def fit(self) -> Fit | None:
        match self.target.kind:
            case "number" | "whole":
                return self._number()
            case "date":
                return self._day()
            case "choice":
                return self._choice()
            case "yes or no" | "crud":
                return self._tried({}, "")
        if self.target.refers == "person":
            return self._person()
        if self.target.field.several or self.target.refers:
            return self._names()
        return self._text()

    def _tried(self, how: Mapping[str, Any], because: str) -> Fit:
        """The fit with the share of cells that really can be read so."""
        conversion = Conversion(
            values=how.get("values", {}),
            scale=how.get("scale"),
            times=how.get("times"),
            decimal=how.get("decimal", "point"),
            dates=how.get("dates", ""),
            split=how.get("split", ""),
            as_of=self.known.as_of,
        )
        convert = converter(self.target, conversion)
        good = sum(n for value, n in self.sample if convert(value).value is not None)
        share = good / self.total
        if share < 1:
            bad = self.total - good
            because += f"{'; ' if because else ''}{bad} of {self.total} cells cannot be read"
        return Fit(share, because, how)

    # Numbers

    def _number(self) -> Fit | None:
        words = choice_words(self.target.fact)
        if words and sum(n for v, n in self.sample if plain(spoken(v)) in words) > self.total / 2:
            meanings = {
                str(v): int(words[plain(spoken(v))])
                for v, _ in self.sample
                if plain(spoken(v)) in words
            }
            return self._tried({"values": meanings}, "words for such a judgement")
        decimal, weighed, doubtful = self._decimal()
        numbers = self._numbers(decimal, self.sample)
        if sum(n for _, n in numbers) < _LEAST * self.total:
            return None
        how: dict[str, Any] = {}
        texts = [v for v, _ in self.sample if isinstance(v, str)]
        if decimal == "comma" and any(re.search("[.,]", text) for text in texts):
            how["decimal"] = "comma"
        low, high = min(numbers)[0], max(numbers)[0]
        because = f"{_shown(low)}" if low == high else f"{_shown(low)} to {_shown(high)}"
        if all(float(n).is_integer() for n, _ in numbers):
            because = "whole numbers, " + because
        own = self.target.scale
        if own is not None and not self.target.path.endswith("year"):
            return self._score(how, because, numbers, texts, own)
        factor = self._factor()
        if factor:
            how["times"] = factor
            because += f", each times {factor}"
        because += f"; {weighed}" if weighed else ""
        return replace(self._tried(how, because), doubtful=doubtful)

    def _score(
        self,
        how: dict[str, Any],
        because: str,
        numbers: Sequence[tuple[float, int]],
        texts: Sequence[str],
        own: Scale,
    ) -> Fit | None:
        """Numbers on a scale, mapped to the fact's own."""
        if self.exactly:
            return self._tried(how, because)
        others = self.known.highest_score if self.target.path.startswith("fitness.") else 0.0
        others = others if others <= 10 else 0.0
        scale, told = scale_of(self.column.header, numbers, texts, own, others)
        if scale is None:
            return None
        because += told
        if scale != own:
            how["scale"] = scale
            rounded = " and rounded" if self.target.kind == "whole" else ""
            because += f"; {scale[0]:g}–{scale[1]:g} becomes {own[0]:g}–{own[1]:g}"
            because += f", linear{rounded}"
        return self._tried(how, because)

    def _decimal(self) -> tuple[str, str, bool]:
        """The decimal sign, why where that had to be weighed, and whether it stays in doubt.

        Where every separator stands before three digits it may be of decimals
        or of thousands: `14.700`. Then the rest of the sheet tells.
        """
        texts = [(v, n) for v, n in self.sample if isinstance(v, str)]
        read = {sign: self._numbers(sign, texts) for sign in ("point", "comma")}
        counts = {sign: sum(n for _, n in numbers) for sign, numbers in read.items()}
        if counts["point"] != counts["comma"]:
            return max(counts, key=lambda sign: counts[sign]), "", False
        habits = self.known.habits
        both = next(
            ((v, p[0][0], c[0][0]) for v, n in texts
             if (p := self._numbers("point", [(v, n)])) != (c := self._numbers("comma", [(v, n)]))
             and p and c),
            None,
        )  # fmt: skip
        if both is None:
            return habits.decimal or "point", "", False
        text, by_point, by_comma = both
        thousands, decimals = ("comma", "point") if by_comma > by_point else ("point", "comma")
        if self.target.scale is not None and not self.target.path.endswith("year"):
            return decimals, "", False  # no scale goes into thousands
        as_thousands = f"{text.strip()!r} is read as {_shown(max(by_point, by_comma))}"
        as_decimals = f"{text.strip()!r} is read as {min(by_point, by_comma):g}"
        if habits.decimal == thousands:
            return thousands, f"{as_thousands}: {habits.told_by}", False
        if habits.decimal == decimals and habits.elsewhere:
            return decimals, f"{as_decimals}: {habits.told_by}, yet it may be thousands", True
        if not habits.decimal and habits.english and thousands == "point":
            return thousands, f"{as_thousands}: English headers", False
        return thousands, f"{as_thousands}, yet it may be {min(by_point, by_comma):g}", True

    @staticmethod
    def _numbers(decimal: str, values: Iterable[tuple[Value, int]]) -> list[tuple[float, int]]:
        found = []
        for value, count in values:
            try:
                found.append((number(value, decimal), count))
            except Unfit:
                continue
        return found

    def _factor(self) -> int | None:
        header = f"{self.column.above} {self.column.header}"
        if self.target.path.endswith(("amount", "unit_cost")) and _THOUSANDS.search(header):
            return 1000
        if self.target.path.endswith("notice_days") and _MONTHS.search(header):
            return 30
        return None

    # Days

    def _day(self) -> Fit | None:
        texts = [(v, n) for v, n in self.sample if not isinstance(v, date)]
        if not texts:
            return self._tried({}, "dates")
        if sum(n for v, n in texts if age(v)) > self._count(texts) / 2:
            if self.known.as_of is None:
                return Fit(
                    1.0,
                    "lengths of time; no day is stated before which they are",
                    {"dates": AGO},
                    True,
                )
            return self._tried({"dates": AGO}, f"lengths of time before {self.known.as_of}")
        shares = {form: self._spelled(texts, form) for form in _DATE_FORMS}
        best = max(shares.values())
        if best == 0:
            return None
        forms = [form for form, share in shares.items() if share == best]
        form = forms[0]
        because = f"dates like {spoken(texts[0][0])}"
        doubtful = False
        if (
            form.startswith("%d")
            and (turned := form.replace("%d", "%x").replace("%m", "%d").replace("%x", "%m"))
            in forms
        ):
            if self.known.habits.month_first:
                form = turned
            elif self.known.habits.month_first is None:
                doubtful = "/" in form
                because += "; day or month first cannot be told" if doubtful else ""
        if form == "%Y":
            because = f"years; taken as their {'last' if ends(self.target.path) else 'first'} day"
        how = {} if form == "%Y-%m-%d" else {"dates": form}
        found = self._tried(how, because)
        return Fit(found.share, found.because, found.how, doubtful)

    def _spelled(self, texts: Sequence[tuple[Value, int]], form: str) -> int:
        return sum(
            n for v, n in texts if day_of(re.sub(r"[T\s]+\d{1,2}:\d{2}.*$", "", spoken(v)), form)
        )

    @staticmethod
    def _count(values: Sequence[tuple[Value, int]]) -> int:
        return sum(n for _, n in values)

    # Words

    def _choice(self) -> Fit | None:
        """Words for the choices; those that differ from them are written into the map."""
        words = choice_words(self.target.fact)
        literal = {key(c): c for c in self.target.field.choices}
        values: dict[str, Any] = {}
        unknown = []
        for value, _ in self.sample:
            text = spoken(value)
            found = literal.get(key(text)) or words.get(plain(text)) or words.get(_bare(text))
            if found is None:
                unknown.append(text)
            elif key(text) not in literal:
                values[text] = found
        fit = self._tried({"values": values} if values else {}, "")
        if fit.share == _LEAST:
            return None  # some words for choices stand in columns of anything: most must be
        count = len(self.sample)
        seen = (
            f"{count - len(unknown)} of {count} words are choices" if unknown else "known choices"
        )
        if unknown:
            seen += (
                f"; not {', '.join(repr(u) for u in unknown[:4])}{' …' if len(unknown) > 4 else ''}"
            )
        return Fit(fit.share, seen, fit.how)

    def _person(self) -> Fit | None:
        if self._share(lambda t: EMAIL.search(t) is not None) > _LEAST:
            return None
        names = self.known.names.get("person", frozenset())
        if names and share_of(self.column, names) > _LEAST:
            return self._tried({}, "people of the workspace")
        persons = self._share(looks_like_person)
        different, rows = self.column.different, self.column.rows
        seen = f"{different} different names in {rows} rows"
        if different == 1:
            seen = f"one name, in {self.column.filled} of {rows} rows"
        if persons > _LEAST:
            return self._tried({}, seen)
        units = self._share(looks_like_unit)
        if units > 0.3 and units >= persons:
            because = f"{seen}, of departments and not of persons"
            return Fit(0.8, because, {}, doubtful=True, are_units=True)
        if self._numeric() > _LEAST:
            return None
        return Fit(0.6, f"{seen}, not plainly of persons", {}, doubtful=True)

    def _names(self) -> Fit | None:
        """Texts that name things, one or several in a cell."""
        if self._numeric() > _LEAST:
            return None
        names = self.known.names.get(self.target.refers, frozenset())
        if not self.target.field.several:
            because = ""
            if names and (share := share_of(self.column, names)):
                because = f"{share:.0%} of the cells are known {self.target.refers}s"
            return self._tried({}, because)
        best: tuple[float, str] = (-1.0, "")
        for sign in ("", *_SEPARATORS):
            if sign and not any(sign in spoken(v) for v, _ in self.sample):
                continue
            parts = [
                p.strip()
                for v, _ in self.sample
                for p in (spoken(v).split(sign) if sign else [spoken(v)])
            ]
            known = sum(key(p) in names for p in parts) / len(parts) if names else len(parts) / 1e6
            best = max(best, (known, sign), key=lambda pair: pair[0])
        share, sign = best
        how = {"split": sign} if sign else {}
        if names and self.target.refers == "system":
            return Fit(share, f"{share:.0%} of the names are systems here", how)
        return self._tried(how, "")

    def _text(self) -> Fit | None:
        path = self.target.path.rpartition(".")[2] if "." in self.target.path else self.target.path
        numeric, different = self._numeric(), self.column.different
        seen = f"{different} different texts"
        if different == 1:
            seen = f"one text, in {self.column.filled} of {self.column.rows} rows"
        if path == "id":
            return self._id()
        if path == "currency":
            return self._tried({}, ", ".join(spoken(v) for v, _ in self.sample[:4]))
        if path == "version":
            return Fit(1.0, seen) if self._length() < 30 else None
        if numeric > _LEAST or self._share(lambda t: EMAIL.fullmatch(t) is not None) > _LEAST:
            return None
        if self._share(lambda t: _GUID.fullmatch(t) is not None) > _LEAST:
            return None
        if path == "location" and self._share(lambda t: len(t) < 4) > _LEAST:
            return None
        if (
            path in ("name", "vendor", "team")
            and self._share(lambda t: bool(_URL.match(t))) > _LEAST
        ):
            return None
        if path in ("name", "vendor") and self._length() > 80:
            return None
        return Fit(1.0, seen)

    def _id(self) -> Fit | None:
        """Short codes, all different: ids that people use, not a database's own keys."""
        if self._share(lambda t: _GUID.fullmatch(t) is not None or len(t) > 24) > 0:
            return None
        if self.column.different < self.column.filled or self._numeric() == 1:
            return None
        return self._tried({}, f"{self.column.different} different codes")

    def _numeric(self) -> float:
        return self._share(lambda t: re.fullmatch(r"[\d.,\s'%€$£-]+", t) is not None)

    def _length(self) -> float:
        return sum(len(spoken(v)) * n for v, n in self.sample) / self.total

    def _share(self, holds: Any) -> float:
        return sum(n for v, n in self.sample if holds(spoken(v).strip())) / self.total


def _bare(text: str) -> str:
    """A choice's word without the number before it: `1 - most critical`."""
    return plain(re.sub(r"^\s*[\d.]+\s*[-–:.)]*\s*", "", text))


def _shown(value: float) -> str:
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.2f}"
