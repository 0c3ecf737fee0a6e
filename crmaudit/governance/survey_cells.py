"""Cells of a survey's file, as form tools write them: answers, several answers, choices, marks.

Google Forms and Microsoft Forms put several answers into one cell, with commas
or semicolons between; KoBoToolbox their codes with blanks between. LimeSurvey
(`why[SQ001]`, `Why? [I type it twice]`) and KoBoToolbox (`why/twice`) have a
column for each choice, with Y or N, 1 or 0, TRUE or FALSE, or the choice's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from crmaudit.errors import CrmauditError
from crmaudit.sheets import Sheet
from crmaudit.sheets.series import column_of

V = TypeVar("V", bound=str)

_BETWEEN = re.compile(r"\s*[;|\n]\s*")
_MARK = re.compile(r"([1-5])(?:[.,]0+)?(?!\d)(?:\s*/\s*5)?(?:[^\d.,].*)?", re.DOTALL)
_CHOICE = re.compile(
    r"(?P<question>.+?)\s*(?:\[(?P<box>[^\[\]]+)\]|/(?P<path>[^/]+))\s*", re.DOTALL
)
_YES_TEXT = "y yes 1 1.0 true x checked selected ja oui si sí wahr vrai verdadero"
_NO_TEXT = "n no 0 0.0 false unchecked nein non falsch faux falso n/a -"
_YES = frozenset(_YES_TEXT.split())
_NO = frozenset(_NO_TEXT.split()) | {"", "not selected"}


@dataclass(frozen=True, slots=True)
class Question:
    """The column of a question, or one for each of its choices."""

    columns: tuple[int, ...]
    choices: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        return self.columns[0]

    def cell(self, row: Sequence[str]) -> tuple[str, bool]:
        """The answers of a row, a line each, and whether a choice's cell cannot be understood."""
        if not self.choices:
            return row[self.first], False
        chosen, odd = [], False
        for place, choice in zip(self.columns, self.choices, strict=True):
            written = plain(row[place])
            if written in _YES or written == plain(choice):
                chosen.append(choice)
            elif written not in _NO:
                # "Other, please say" is answered in words of one's own.
                odd = True
        return "\n".join(chosen), odd


def question(sheet: Sheet, wanted: str) -> Question:
    """Where a question is answered. Raises CrmauditError that names the columns there are."""
    name = plain(wanted)
    found: list[tuple[int, str]] = []
    for place, head in enumerate(sheet.header):
        parts = _CHOICE.fullmatch(head.strip())
        if parts is None or plain(head) == name:
            continue
        asked = plain(parts["question"])
        if asked == name or asked.endswith(f"/{name}"):
            found.append((place, (parts["box"] or parts["path"]).strip()))
    if len(found) > 1:
        # A column with all answers together may stand beside them; it is the less clear one.
        return Question(tuple(p for p, _ in found), tuple(c for _, c in found))
    try:
        return Question((column_of(sheet, wanted),))
    except CrmauditError:
        if found:
            return Question((found[0][0],), (found[0][1],))
        raise


def sorted_answers(cell: str, known: Mapping[str, V]) -> tuple[tuple[V, ...], bool]:
    """What the answers of a cell count as, and whether one of them is not known.

    `known` has what answers count as, by their words as `plain` leaves them.
    Answers may have commas themselves.
    """
    whole = plain(cell)
    if not whole:
        return (), False
    if whole in known:
        return (known[whole],), False
    found: dict[V, None] = {}
    odd = False
    for part in _BETWEEN.split(cell):
        rest = plain(part)
        codes = rest.split()
        if len(codes) > 1 and all(c in known for c in codes):
            found |= {known[c]: None for c in codes}
            continue
        while rest:
            name = next((k for k in sorted(known, key=len, reverse=True) if _begins(rest, k)), None)
            if name is None:
                odd, (_, _, rest) = True, rest.partition(",")
            else:
                found[known[name]] = None
                rest = rest[len(name) :]
            rest = rest.strip(" ,")
    return tuple(found), odd


def mark(cell: str, words: Mapping[str, int]) -> int | None:
    """A mark of 1 to 5: `4`, `4/5`, `4 - good`, or a word that `words` has; None for others."""
    if plain(cell) in words:
        return words[plain(cell)]
    found = _MARK.fullmatch(cell)
    return int(found[1]) if found else None


def plain(text: str) -> str:
    """In small letters, blanks evened."""
    return " ".join(text.casefold().split())


def _begins(text: str, name: str) -> bool:
    return text == name or (text.startswith(name) and text[len(name) :].lstrip().startswith(","))
