"""Statements put so that the parser reads them as the database would.

Works on words, never on meaning: values and placeholders become constants,
comments go, and what no parser knows and no effect depends on is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from crmaudit.crud_matrix.sql.lexer import Token, family, unquoted

DYNAMIC = "zz_put_together_zz"
"""Stands in names for a part that is put together at run time."""

# Behind these a value has to be text for the parser.
_TEXT_TEXT = "INTERVAL DATE TIME TIMESTAMP TIMESTAMPTZ DATETIME SEPARATOR ESCAPE ZONE COLLATE"
_TEXT_AFTER = frozenset(_TEXT_TEXT.split())
_TABLE_AFTER = frozenset(["FROM", "JOIN", "INTO", "UPDATE", "TABLE"])
_VALUES = ("string", "param")
_MYSQL_TEXT = """
    LOW_PRIORITY HIGH_PRIORITY DELAYED QUICK SQL_CALC_FOUND_ROWS SQL_NO_CACHE SQL_CACHE
    SQL_SMALL_RESULT SQL_BIG_RESULT SQL_BUFFER_RESULT
"""
_MYSQL_MODIFIERS = frozenset(_MYSQL_TEXT.split())


def normalised(words: Sequence[Token], dialect: str, parser: str, text: bool = False) -> str:
    """The statement with constants for values; with `text`, all of them quoted.

    Names are quoted as the parser knows it.
    """
    out: list[str] = []
    end = -1
    skip = 0
    for i, token in enumerate(words):
        if skip:
            skip -= 1
            continue
        before = words[i - 1] if i else None
        after = words[i + 1] if i + 1 < len(words) else None
        skip = _left_out(words, i, dialect)
        if skip:
            skip -= 1
            continue
        piece = _piece(token, before, after, dialect, text)
        if token.kind == "name" and not piece.startswith("#"):
            piece = _quoted(unquoted(token), "`" if parser == "mysql" else '"')
        if dialect == "tsql" and _is_compound(token, after):
            piece = f"= {_dotted(words, i)} {token.text}"
            skip = 1
        glued = before is not None and token.start == end >= 0
        # Two constants or names side by side must not grow together.
        if out and not (glued and (token.kind == "op" or _is_glue(before, token))):
            out.append(" ")
        out.append(piece)
        end = token.start + len(token.text)
    return "".join(out)


def _quoted(name: str, quote: str) -> str:
    return quote + name.replace(quote, quote * 2) + quote


def _is_compound(token: Token, after: Token | None) -> bool:
    """T-SQL's `+=` and its like."""
    return (
        token.text in "+-*/%&|^"
        and after is not None
        and after.text == "="
        and after.start == token.start + 1
    )


def _dotted(words: Sequence[Token], i: int) -> str:
    start = i - 1
    while start >= 2 and words[start - 1].text == ".":
        start -= 2
    return "".join(w.text for w in words[start:i])


def _is_glue(before: Token | None, token: Token) -> bool:
    if before is None:
        return False
    if before.kind == "op":
        return True
    return "param" in (before.kind, token.kind) and {before.kind, token.kind} <= {
        "param",
        "word",
        "number",
    }


def _piece(
    token: Token, before: Token | None, after: Token | None, dialect: str, text: bool
) -> str:
    kind = token.kind
    if token.text == "...":
        return "1"
    if kind == "string":
        if dialect == "sqlite" and before is not None and before.upper in _TABLE_AFTER:
            # A name in the quotes of a text: SQLite takes it.
            return _quoted(token.text[1:-1].replace("''", "'"), '"')
        return "'1'"
    if kind == "param" and dialect == "postgresql" and _is_operator(token, before, after):
        return "?"
    if kind != "param":
        return token.text
    if token.text[0] == "@" and (dialect == "tsql" or family(dialect) == "mysql"):
        return token.text  # a variable
    start, end = token.start, token.start + len(token.text)
    left = before is not None and before.start + len(before.text) == start >= 0
    right = after is not None and after.start == end
    if (left and _grows(before)) or (right and _grows(after)):
        return DYNAMIC
    word = before.upper if before is not None else ""
    if word in _TABLE_AFTER:
        return DYNAMIC
    if word == "AS":
        return "p"
    if word == "SET" and (after is None or after.text != "="):
        return "p = 1"
    if word == "SET":
        return "p"
    if word in ("VALUES", "VALUE", "IN"):
        return "(1)"
    return "'1'" if text or word in _TEXT_AFTER else "1"


def _grows(beside: Token | None) -> bool:
    """Whether a placeholder right beside it makes one name with it."""
    return beside is not None and (beside.kind in ("word", "number", "param") or beside.text == ".")


def _is_operator(token: Token, before: Token | None, after: Token | None) -> bool:
    """PostgreSQL's `?`: has this key, between a document and a text."""
    return (
        token.text == "?"
        and before is not None
        and (before.kind in ("word", "name", "string", "param") or before.text in ")]")
        and before.start + len(before.text) < token.start
        and after is not None
        and after.kind in ("string", "param")
    )


def _left_out(words: Sequence[Token], i: int, dialect: str) -> int:
    """How many tokens from here mean nothing to us."""
    word = words[i].upper
    if words[i].text in "{}" and dialect != "duckdb":
        return _escape(words, i)
    if not word:
        return 0
    before = words[i - 1].upper if i else ""
    if family(dialect) == "mysql":
        if word in _MYSQL_MODIFIERS:
            return 1
        if word == "STRAIGHT_JOIN" and before == "SELECT":
            return 1
        if word == "IGNORE" and before in ("UPDATE", "DELETE", "INSERT", "QUICK", "LOW_PRIORITY"):
            return 1
        if word in ("USE", "FORCE", "IGNORE") and _word(words, i + 1) in ("INDEX", "KEY"):
            return _through_parens(words, i + 2)
        if word == "PROCEDURE" and _word(words, i + 1) in ("ANALYSE", "ANALYZE"):
            return len(words) - i
        if word == "FOR" and _word(words, i + 1) == "SYSTEM_TIME":
            return {"ALL": 3, "AS": 5, "BETWEEN": 6, "FROM": 6}.get(_word(words, i + 2), 0)
        if word == "PARTITION" and _text(words, i + 1) == "(" and before != "BY":
            return _through_parens(words, i + 1) if _after_table(words, i) else 0
    if word == "WHERE" and (_word(words, i + 1), _word(words, i + 2)) == ("CURRENT", "OF"):
        # The row that a cursor stands on: the statement itself reads nothing.
        return 5 if _word(words, i + 3) == "GLOBAL" else 4
    if word == "OVERRIDING" and _word(words, i + 2) == "VALUE":
        return 3
    if dialect == "postgresql" and word == "ONLY" and before in ("FROM", "UPDATE", "INTO", "JOIN"):
        return 1
    if dialect == "tsql" and word == "TOP" and before in ("UPDATE", "DELETE", "INSERT"):
        return _through_parens(words, i + 1) if _text(words, i + 1) == "(" else 2
    return 0


def _escape(words: Sequence[Token], i: int) -> int:
    """ODBC's `{OJ …}`, `{fn …}`, `{d '…'}`: the braces, and the word behind the first."""
    if words[i].text == "}":
        return int(any(w.text == "{" for w in words[:i]))
    kind = _word(words, i + 1)
    dated = kind in ("D", "T", "TS") and i + 2 < len(words) and words[i + 2].kind in _VALUES
    return 2 if kind in ("OJ", "FN") or dated else 0


def _after_table(words: Sequence[Token], i: int) -> bool:
    return i > 1 and words[i - 1].kind in ("word", "name") and words[i - 2].text != ")"


def _word(words: Sequence[Token], i: int) -> str:
    return words[i].upper if i < len(words) else ""


def _text(words: Sequence[Token], i: int) -> str:
    return words[i].text if i < len(words) else ""


def _through_parens(words: Sequence[Token], i: int) -> int:
    """How many tokens to skip, so that the brackets that open at or after `i` are behind us."""
    start, depth = i, 0
    while i < len(words):
        depth += {"(": 1, ")": -1}.get(words[i].text, 0)
        i += 1
        if depth == 0 and words[i - 1].text == ")":
            break
    return i - start + 2 if words[start - 1].upper in ("INDEX", "KEY") else i - start + 1
