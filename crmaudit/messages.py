"""Text that remembers how it was made, so that it can be told in another language.

`msg("{n} of {whole} systems lack an owner", n=3, whole=8)` is the English
sentence, a `str` like any other. It also keeps its pattern and its values, so
that `told` can find the pattern in a catalogue and fill it again: patterns are
what translators see (the `msgid` of gettext), values are numbers, names, or
messages themselves.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Protocol


class Words(Protocol):
    """A language: what a pattern is there, and how numbers are written."""

    @property
    def language(self) -> str:
        """Its code, like `de`."""
        ...

    def pattern(self, pattern: str, values: Mapping[str, object]) -> str:
        """The pattern for these values in this language; itself where there is no other."""
        ...

    def value(self, value: object, form: str) -> str:
        """A value that is no text, by its format: a number, a day."""
        ...

    def noun(self, n: float, one: str, many: str, form: str) -> str:
        """The noun for so many; `form` is a case of that language, like `dative`."""
        ...

    def kept(self, text: str) -> str:
        """English text that evidence keeps, by the pattern that it was made by."""
        ...


class Told(str):
    """Text that can be told in another language. Added to text, it stays so."""

    __slots__ = ()

    def tell(self, words: Words, form: str = "") -> str:
        raise NotImplementedError

    def __add__(self, other: str) -> str:
        return joined("", (self, other))

    def __radd__(self, other: str) -> str:
        return joined("", (other, self))


class Message(Told):
    """A pattern with its values filled in; without values it is text as it stands."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: Mapping[str, object]

    def __new__(cls, pattern: str, values: Mapping[str, object]) -> Message:
        made = super().__new__(cls, pattern.format_map(values) if values else pattern)
        made.pattern = pattern
        made.values = values
        return made

    def tell(self, words: Words, form: str = "") -> str:
        pattern = words.pattern(self.pattern, self.values)
        return _Filling(words).vformat(pattern, (), self.values) if self.values else pattern

    def __reduce__(self) -> tuple[Any, ...]:
        return Message, (self.pattern, self.values)


class Settled(Told):
    """Text that stands in the language of the report already."""

    __slots__ = ()

    def tell(self, words: Words, form: str = "") -> str:
        return str(self)


class Money(float):
    """An amount of money as a value of a message: an edition may withhold it (`moneyless`)."""

    __slots__ = ()


class _Withheld:
    """In the place of a value that is not to be told, in any form and language."""

    def __format__(self, form: str) -> str:
        return WITHHELD


WITHHELD = "…"


def named(name: str) -> str:
    """A name that people gave, where words of the program's own are looked up otherwise."""
    return name if isinstance(name, Told) else Settled(name)


class Kept(Told):
    """English text that evidence keeps: a language knows it by the patterns of such text."""

    __slots__ = ()

    def tell(self, words: Words, form: str = "") -> str:
        return words.kept(str(self))


class Count(Told):
    """A number with its noun: `1 table`, `2,000 tables`."""

    __slots__ = ("many", "n", "one")
    n: float
    one: str
    many: str

    def __new__(cls, n: float, one: str, many: str) -> Count:
        n = int(n) if n == int(n) else n
        number = f"{n:,}" if isinstance(n, int) else f"{n:,.1f}".removesuffix(".0")
        made = super().__new__(cls, f"{number} {one if n == 1 else many}")
        made.n, made.one, made.many = n, one, many
        return made

    def tell(self, words: Words, form: str = "") -> str:
        return f"{words.value(self.n, ',')} {words.noun(self.n, self.one, self.many, form)}"

    def __reduce__(self) -> tuple[Any, ...]:
        return Count, (self.n, self.one, self.many)


class Formed(Told):
    """What a function of values wrote: it writes it again in another language."""

    __slots__ = ("args", "function")
    function: Callable[..., str]
    args: tuple[object, ...]

    def __new__(cls, text: str, function: Callable[..., str], args: tuple[object, ...]) -> Formed:
        made = super().__new__(cls, text)
        made.function = function
        made.args = args
        return made

    def tell(self, words: Words, form: str = "") -> str:
        return self.function(words, *self.args)

    def __reduce__(self) -> tuple[Any, ...]:
        return Formed, (str(self), self.function, self.args)


def msg(pattern: str, /, **values: object) -> str:
    """The pattern with its values, as text that can be told in another language."""
    return Message(pattern, values)


def counted(n: float, noun: str, plural: str = "") -> str:
    """`1 table`, `2,000 tables`."""
    return Count(n, noun, plural or noun + "s")


def joined(separator: str, items: Iterable[str]) -> str:
    """The items with the separator between them; each can still be told by itself."""
    found = tuple(items)
    return Formed(separator.join(found), _joined, (separator, found))


def _joined(words: Words, separator: str, items: tuple[str, ...]) -> str:
    return separator.join(told(item, words) for item in items)


def listed(items: Iterable[str], most: int = 4) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c, d and 7 more`."""
    found = list(items)
    if len(found) > most:
        return msg("{items} and {n} more", items=joined(", ", found[:most]), n=len(found) - most)
    if len(found) < 2:
        return found[0] if found else ""
    return msg("{items} and {last}", items=joined(", ", found[:-1]), last=found[-1])


def chained(pattern: str, items: Iterable[str]) -> str:
    """The items, each put to those before it by a pattern like `{a} and the {b}`."""
    found = list(items)
    made = found[0] if found else ""
    for item in found[1:]:
        made = msg(pattern, a=made, b=item)
    return made


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return Formed(text[:1].upper() + text[1:], _capital, (text,))


def _capital(words: Words, text: str) -> str:
    text = told(text, words)
    return text[:1].upper() + text[1:]


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def long_date(day: date) -> str:
    """`1 December 2026`."""
    return Formed(f"{day.day} {MONTHS[day.month - 1]} {day.year}", _date, (day, "long"))


def month_of(day: date) -> str:
    """`December 2026`."""
    return Formed(f"{MONTHS[day.month - 1]} {day.year}", _date, (day, "month"))


def moneyless(value: Any) -> Any:
    """The message with `…` for each amount of money in it; what holds none is given back itself.

    A part that begins with a comma (`, EUR 9,000 to 21,000`) says nothing else: it goes as a whole.
    """
    match value:
        case Money():
            return _Withheld()
        case Message() if value.values:
            kept = {k: _aside(v, moneyless(v)) for k, v in value.values.items()}
            same = all(kept[k] is v for k, v in value.values.items())
            return value if same else Message(value.pattern, kept)
        case Formed():
            args = moneyless(value.args)
            if args is value.args:
                return value
            return Formed(value.function(_English(), *args), value.function, args)
        case tuple():
            told = tuple(map(moneyless, value))
            return value if all(a is b for a, b in zip(told, value, strict=True)) else told
    return value


def _aside(was: Any, told: Any) -> Any:
    priced = told is not was and isinstance(was, Message) and was.startswith(", ")
    return "" if priced else told


class _English:
    """The language that messages are written in."""

    language = "en"

    def pattern(self, pattern: str, values: Mapping[str, object]) -> str:
        return pattern

    def value(self, value: object, form: str) -> str:
        if isinstance(value, date):
            month = f"{MONTHS[value.month - 1]} {value.year}"
            return f"{value.day} {month}" if form == "long" else month
        return format(value, form)

    def noun(self, n: float, one: str, many: str, form: str) -> str:
        return one if n == 1 else many

    def kept(self, text: str) -> str:
        return text


def _date(words: Words, day: date, form: str) -> str:
    return words.value(day, form)


def told(text: str, words: Words, form: str = "") -> str:
    """The text in that language; text that nobody made as a message stays as it is."""
    return text.tell(words, form) if isinstance(text, Told) else text


class _Filling(string.Formatter):
    """Fills a pattern: text is told in the language, numbers are written as it writes them."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, str):
            return told(value, self._words, format_spec)
        return self._words.value(value, format_spec)
