"""CREATE: tables filled from a query, and what defines machinery."""

from __future__ import annotations

from collections.abc import Sequence

from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.lexer import Token
from crmaudit.crud_matrix.sql.names import Name, Tables, is_temporary
from crmaudit.crud_matrix.sql.parsing import parsed
from crmaudit.crud_matrix.sql.understood import Understood
from crmaudit.crud_matrix.sql.words import has_word, position, read_name

MACHINERY = {
    "VIEW": "view",
    "TRIGGER": "trigger",
    "FUNCTION": "routine",
    "PROCEDURE": "routine",
    "PROC": "routine",
    "RULE": "rule",
    "EVENT": "event",
    "MACRO": "routine",
}

_NO_MACHINERY_TEXT = """
    TABLE INDEX SCHEMA DATABASE USER ROLE SEQUENCE TYPE EXTENSION DOMAIN STATISTICS SYNONYM
    PACKAGE SERVER PUBLICATION
"""
_NO_MACHINERY = frozenset(_NO_MACHINERY_TEXT.split())


def create(words: Sequence[Token], dialect: str, tables: Tables | None) -> Understood:
    """A definition changes no rows, but a table that is filled from a query."""
    kind, i = kind_of(words)
    if kind in MACHINERY:
        name, _ = read_name(words, i, dialect)
        what = MACHINERY[kind]
        if what == "view" and has_word(words[:i], "MATERIALIZED"):
            what = "materialised view"
            if not _without_data(words):
                return Understood(((name, "C"),), defines=(name, what))
        return Understood(defines=(name, what))
    if kind != "TABLE":
        return Understood()
    temporary = has_word(words[:i], "TEMP") or has_word(words[:i], "TEMPORARY")
    name, after = read_name(words, i, dialect)
    if is_temporary(name, dialect):
        # Later it goes by its bare name as well.
        temporary, name = True, Name((name.last,))
    if not has_word(words[after:], "SELECT") and not _copies(words[after:]):
        return Understood(creates_temporary=(name,) if temporary else ())
    if has_word(words[after:], "EXECUTE"):
        raise Doubt("what it runs is not in it")
    # Only the query matters: columns, keys and storage may stand between.
    start = _query(words, after)
    if start < 0:
        return Understood(creates_temporary=(name,) if temporary else ())
    end = len(words)
    if has_word(words[-4:], "DATA"):
        end = max(k for k in range(len(words)) if words[k].upper == "WITH")
        if has_word(words[end:], "NO"):
            return Understood(creates_temporary=(name,) if temporary else ())
    found = parsed(words[start:end], dialect, tables)
    letters = "CD" if _clears(words[after:start]) else "C"
    made = () if temporary else ((name, letters),)
    return Understood(
        (*made, *found.effects), found.calls, (name,) if temporary else (), defines=None
    )


def kind_of(words: Sequence[Token]) -> tuple[str, int]:
    """What CREATE makes, and where its name begins."""
    for i, word in enumerate(words[1:14], 1):
        kind = word.upper
        if kind in MACHINERY or kind in _NO_MACHINERY:
            i += 1
            if kind == "PACKAGE":
                return kind, i
            if i < len(words) and words[i].upper == "IF":
                i += 3
            return kind, i
    return "", 1


def _without_data(words: Sequence[Token]) -> bool:
    return [w.upper for w in words[-3:]] == ["WITH", "NO", "DATA"]


def _copies(words: Sequence[Token]) -> bool:
    """`AS TABLE t`, `AS VALUES …`, `AS FROM t`."""
    i = position(words, "AS")
    return i >= 0 and i + 1 < len(words) and words[i + 1].upper in ("TABLE", "VALUES", "FROM")


def _clears(words: Sequence[Token]) -> bool:
    return bool(words) and words[-1].upper == "REPLACE"


def _query(words: Sequence[Token], start: int) -> int:
    """Where the query begins that fills the table."""
    depth = 0
    for i in range(start, len(words)):
        word = words[i]
        if word.text == "(":
            if depth == 0 and i + 1 < len(words) and words[i + 1].upper in ("SELECT", "WITH"):
                return i
            depth += 1
        elif word.text == ")":
            depth -= 1
        elif depth == 0 and _begins_query(word, words[i - 1]):
            return i
    return -1


def _begins_query(word: Token, before: Token) -> bool:
    if word.upper in ("SELECT", "TABLE", "VALUES"):
        return True
    # WITH and FROM begin other clauses as well.
    ends = {"WITH": ("AS", ")"), "FROM": ("AS",)}.get(word.upper, ())
    return before.text.upper() in ends
