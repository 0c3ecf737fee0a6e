"""The way in: what one statement does, raw or without its values."""

from __future__ import annotations

from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.fingerprint import fingerprint
from crmaudit.crud_matrix.sql.lexer import Token, tokens
from crmaudit.crud_matrix.sql.names import Tables, dialect_of
from crmaudit.crud_matrix.sql.understood import Understood

_LONG = 50_000
_WORDS = 12_000
_DEEP = 80


def understand(sql: str, dialect: str, tables: Tables | None = None) -> Understood:
    """What one statement does, raw or fingerprinted.

    `tables` settles whose a column is where several tables are at hand;
    without them such statements are unknown. Whatever comes in, nothing is
    raised: what cannot be understood is unknown, with the reason, which holds
    no value of the statement.
    """
    dialect = dialect_of(dialect)
    if len(sql) > _LONG:
        sql = fingerprint(sql, dialect).text
    words = tokens(sql, dialect)
    if [w.text for w in words[-3:]] == [")", ",", "..."]:
        del words[-2:]  # rows that the source folded
    if not words:
        return Understood()
    if len(words) > _WORDS:
        return Understood(unknown="too long to be parsed")
    depth = deepest = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word.text, 0)
        deepest = max(deepest, depth)
    if depth == 0 and [w.text for w in words[-2:]] == [",", "..."] and _is_limit(words[-4:-2]):
        del words[-2:]  # the second number, which the source folded: nothing may follow it
    if deepest > _DEEP:
        return Understood(unknown="nested too deep to be parsed")
    from crmaudit.crud_matrix.sql.kinds import understood

    try:
        return understood(words, dialect, tables)
    except Doubt as doubt:
        return Understood(unknown=str(doubt))
    except RecursionError:
        return Understood(unknown="nested too deep to be parsed")
    except IndexError:
        # A statement that ends where a name has to follow.
        return Understood(unknown="it is not whole")
    except (AttributeError, KeyError, TypeError, ValueError):
        # A tree of a shape that nobody has seen: one odd statement must not end a collection.
        return Understood(unknown="it is not understood")


def _is_limit(words: list[Token]) -> bool:
    return len(words) == 2 and words[0].upper == "LIMIT" and words[1].kind in ("param", "number")
