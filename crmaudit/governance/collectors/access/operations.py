"""What the words for rights and for their reach mean, in the languages products are written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from crmaudit.evidence.access import LEVELS, AccessLevel, Beyond
from crmaudit.evidence.privacy import name_words
from crmaudit.governance.collectors.access.model import BEYOND
from crmaudit.governance.collectors.access.tables import truth
from crmaudit.workspace.accounts import Access

# English, French, German, Spanish, without accents.
_LETTERS_TEXT = {
    "C": "create add insert new creer anlegen erstellen crear upload",
    "R": "read view list see open get show display lire voir lesen ansehen ver leer access",
    "U": "update edit change modify write modifier bearbeiten aendern andern editar modificar",
    "D": "delete remove destroy unlink supprimer loschen loeschen borrar eliminar",
    "CRUD": "all full manage everything any tout alle todo",
}
_LETTERS = {word: letters for letters, text in _LETTERS_TEXT.items() for word in text.split()}
_BEYOND_TEXT: dict[str, Beyond] = {
    "export": "export",
    "exporter": "export",
    "import": "import",
    "importer": "import",
    "massupdate": "mass change",
    "massdelete": "mass delete",
    "administer": "administer",
    "admin": "administer",
}
_BESIDE = frozenset(
    {"can", "may", "allow", "allowed", "is", "has", "level", "access", "permission"}
)
_REACHES: dict[str, AccessLevel] = {
    "none": "None",
    "user": "User",
    "business unit": "Business Unit",
    "parent: child": "Parent: Child",
    "organisation": "Organizational",
    "organization": "Organizational",
    "administrator": "Organizational",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """Letters of CRUD, and rights that no single record bears."""

    letters: str = ""
    beyond: tuple[Beyond, ...] = ()


def meaning(word: str, said: Mapping[str, str]) -> Meaning | None:
    """What a word for a right means; `said` are those declared. None where nobody knows."""
    declared = {k.casefold(): v for k, v in said.items()}.get(word.strip().casefold())
    if declared is not None:
        return _declared(declared)
    words = list(name_words(re.sub(r"[_.\-]", " ", word)))
    if len(words) > 1:
        words = [w for w in words if w not in _BESIDE]
    joined = "".join(words)
    if joined in _BEYOND_TEXT:
        return Meaning(beyond=(_BEYOND_TEXT[joined],))
    return Meaning(_LETTERS[joined]) if joined in _LETTERS else None


def _declared(text: str) -> Meaning | None:
    beyond = tuple(b for b in BEYOND if b == text.strip().casefold())
    if beyond:
        return Meaning(beyond=beyond)
    letters = text.strip().upper()
    return Meaning(letters) if letters and set(letters) <= set("CRUD") else None


def reach(code: str, access: Access, column: str = "") -> tuple[AccessLevel | None, bool]:
    """The level that a code means, and whether it makes an administrator; None if nobody knows.

    `levels` of the part decides, then the words of the five levels; a flag
    means everything or nothing.
    """
    code = code.strip()
    spelled = access.codes.get(column, {}).get(code, code)
    for text in (code, spelled):
        said = access.levels.get(text)
        if said is not None:
            return _REACHES[said], said == "administrator"
    word = spelled.casefold()
    named = next((level for level in LEVELS if level.casefold() == word), None)
    if named is not None or word in _REACHES:
        return named or _REACHES[word], word == "administrator"
    flag = truth(code)
    return (None if flag is None else LEVELS[-1] if flag else LEVELS[0]), False
