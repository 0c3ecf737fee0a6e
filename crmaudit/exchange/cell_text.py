"""What a cell says as a text: nothing, yes or no, letters, contacts that do not come along."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Generic, TypeVar

from crmaudit.sheets import Value
from crmaudit.workspace.naming import plain

_YES_WORDS = "yes y true 1 x ja j oui o vrai si s verdadero wahr v ok on ✓ ✔"
_NO_WORDS = "no n false 0 nein non faux falso falsch off ✗ ✘"
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())

_NOTHING_WORDS = """
    na none null nil unknown tbd tba notapplicable notavailable notspecified
    keineangabe unbekannt nichtbekannt entfaellt inconnu nonrenseigne sansobjet adefinir
    desconocido sindatos noaplica pordefinir
"""
_NOTHING = frozenset(_NOTHING_WORDS.split())
"""Words (without case and signs) that say that nothing is known."""
_LONGEST_NOTHING = 24

EMAIL = re.compile(r"[^\s@<>()\[\]|,;:\"']+@[^\s@<>()\[\]|,;:\"']+\.[A-Za-z]{2,}")
# A plus or a zero before it and eight digits or more, or the three groups of America.
PHONE = re.compile(
    r"(?<![\w.,/-])((?:\+|00?(?=[\d\s(]))[\d\s()/.-]{6,}\d|\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4})(?![\w/])"
)
_DATE_IN = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d\d-\d\d\b")


class Unfit(Exception):  # noqa: N818 - says that a cell does not fit, and is always caught
    """What is wrong with a cell, and what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@lru_cache(maxsize=100_000)
def key(text: str) -> str:
    """What texts that look alike have in common: no case, accents, blanks and most signs."""
    # C, C++ and C# are three things.
    return plain(text.replace("+", "plus").replace("#", "sharp")) or same(text)


def same(text: str) -> str:
    """What makes two texts the same name: case and the number of blanks aside."""
    return " ".join(text.split()).casefold()


T = TypeVar("T")


class Alike(Generic[T]):
    """Values by names: by the same name, else by the only one that looks alike."""

    def __init__(self, pairs: Iterable[tuple[str, T]] = ()) -> None:
        self._same: dict[str, T] = {}
        self._alike: dict[str, set[str]] = {}
        for name, value in pairs:
            self.add(name, value)

    def add(self, name: str, value: T) -> None:
        """Remembers a value, unless one of the same name is there."""
        self._same.setdefault(same(name), value)
        self._alike.setdefault(key(name), set()).add(same(name))

    def get(self, name: str) -> T | None:
        found = self._same.get(same(name))
        if found is None and len(names := self._alike.get(key(name), set())) == 1:
            found = self._same[next(iter(names))]
        return found


def says_nothing(value: Value) -> bool:
    """Whether a cell is empty, or says in so many words that nothing is known."""
    if not isinstance(value, str):
        return value is None
    return len(value) <= _LONGEST_NOTHING and _is_word_for_nothing(value)


@lru_cache(maxsize=100_000)
def _is_word_for_nothing(text: str) -> bool:
    word = plain(text)
    return word in _NOTHING if word else not any(c.isalnum() for c in text)


def spoken(value: Value) -> str:
    """A cell's value as a person would write it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
    return str(value)


def yes_or_no(value: Value) -> bool:
    """True or false, as people write it in English, German, French or Spanish. Raises Unfit."""
    if isinstance(value, bool):
        return value
    text = spoken(value).strip()
    word = plain(text) or text
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unfit(f"{shortened(value)} is neither yes nor no")


def letters_of_crud(value: Value) -> str:
    """Letters of CRUD in that order. Raises Unfit for anything else."""
    letters = re.sub(r"[\s,;/|+-]", "", str(value)).upper()
    if not letters or set(letters) - set("CRUD"):
        raise Unfit(
            f"{shortened(value)} is none of C (create), R (read), U (update), D (delete)",
            "write letters like CRU",
        )
    return "".join(c for c in "CRUD" if c in letters)


def without_contacts(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A text without e-mail addresses and telephone numbers, and a word on each kind cut out."""
    faults = []
    text, mails = EMAIL.subn("[e-mail address]", text)
    if mails:
        faults.append((f"{mails} e-mail address{'es' * (mails > 1)} in it left out", ""))
    phones = [m for m in PHONE.finditer(text) if not _DATE_IN.search(m.group())]
    for match in reversed(phones):
        text = f"{text[: match.start()]}[telephone number]{text[match.end() :]}"
    if phones:
        faults.append(
            (f"{len(phones)} telephone number{'s' * (len(phones) > 1)} in it left out", "")
        )
    return text, tuple(faults)


def shortened(value: Value) -> str:
    """A cell's value in quotes, as a message can show it."""
    text = repr(spoken(value))
    return text if len(text) <= 50 else text[:47] + "…'"
