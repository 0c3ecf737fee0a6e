"""How much of a statement's text evidence may show, beyond that its literals are gone.

What stands outside quotes is no value in good SQL. It may be one

    in quotes that mean a name here and a text elsewhere
    in what nobody could understand: half a line, a language that is not known
    in the rows behind COPY … FROM STDIN
"""

from __future__ import annotations

import re
from functools import cache

from crmaudit.crud_matrix.sql import dialect_of
from crmaudit.evidence import Catalog

LONGEST = 400
HIDDEN = "…"
_QUOTED = re.compile(r'"(?:[^"]|"")*"?|`(?:[^`]|``)*`?')
_PARTS = re.compile(rf"{_QUOTED.pattern}|[^\s\"`(),;=<>*?]+")
_PLAIN = re.compile(r"[^\W\d][\w$]{0,62}")
_EITHER = ("ansi", "sqlite", "tsql")
"""Dialects in which text in double quotes may be a value."""
_ROWS = re.compile(
    r"(\bCOPY\b[^;]*\bFROM\s+STDIN\b[^;]*;)[^\S\n]*\n.*?(?:^\\\.\s*?$|\Z)",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_MORE = frozenset({"DATA", "EXECUTE", "PREPARE", "REPLACE", "STDIN", "STDOUT", "USER"})


def without_rows(text: str) -> str:
    """The text without the rows of data that a client sends behind COPY … FROM STDIN."""
    return _ROWS.sub(r"\1", text)


class Shown:
    """What may be shown of statements on the tables of one catalog."""

    def __init__(self, catalog: Catalog, dialect: str) -> None:
        self._strict = dialect_of(dialect) in _EITHER
        names = {t.name for t in catalog.tables} | {t.schema for t in catalog.tables}
        names |= {c.name for t in catalog.tables for c in t.columns}
        self._names = {n.casefold() for n in names}

    def text(self, text: str, *, understood: bool = True) -> str:
        """A fingerprint's text as evidence may hold it; of what was not understood less."""
        pattern, shown = (_QUOTED, self._quoted) if understood else (_PARTS, self._word)
        told = pattern.sub(lambda match: shown(match[0]), text[: 4 * LONGEST])
        return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"

    def _quoted(self, quoted: str) -> str:
        mark, name = quoted[0], quoted.strip('"`')
        # A backtick is never a text's.
        plain = not (self._strict and mark == '"') and _PLAIN.fullmatch(name)
        return quoted if plain or name.casefold() in self._names else f"{mark}{HIDDEN}{mark}"

    def _word(self, word: str) -> str:
        if word[0] in '"`':
            name = word.strip('"`')
            return word if name.casefold() in self._names else f"{word[0]}{HIDDEN}{word[0]}"
        parts = [p for p in re.split(r"[^\w$]+", word) if p]
        known = all(p.casefold() in self._names or p.upper() in _keywords() for p in parts)
        return word if known else HIDDEN


@cache
def _keywords() -> frozenset[str]:
    from sqlglot.tokens import Tokenizer

    return frozenset({w for k in Tokenizer.KEYWORDS for w in re.findall("[A-Z_]+", k)}) | _MORE
