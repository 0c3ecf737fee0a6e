"""Clauses that the parser does not know, read here and taken out of the words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.lexer import Token, family, made
from crmaudit.crud_matrix.sql.names import Name
from crmaudit.crud_matrix.sql.words import depth_zero, has_word, position, read_name

Words = Sequence[Token]
Effects = list[tuple[Name, str]]

_BEHIND_OUTPUT = frozenset(
    ["FROM", "WHERE", "VALUES", "SELECT", "EXEC", "EXECUTE", "DEFAULT", "WITH", "OPTION"]
)


def without_output(words: Words, dialect: str) -> tuple[Words, bool, Effects]:
    """T-SQL's OUTPUT taken out: the rest, whether rows are given back, what they are written to."""
    start = next((i for i in depth_zero(words) if words[i].upper == "OUTPUT"), -1)
    if start < 0:
        return words, False, []
    end, into, written = len(words), -1, list[tuple[Name, str]]()
    for i in depth_zero(words):
        if i > start and words[i].upper == "INTO" and into < 0:
            into = i
        elif i > start and words[i].upper in _BEHIND_OUTPUT:
            end = i
            break
    given = [w.text.lower() for w in words[start:end]]
    reads = any(
        w in ("deleted", "inserted") and after == "." for w, after in itertools.pairwise(given)
    )
    if has_word(words[start:end], "SELECT"):
        raise Doubt("a query within OUTPUT")
    if into > 0:
        name, _ = read_name(words, into + 1, dialect)
        written.append((name, "C"))
    return [*words[:start], *words[end:]], reads, written


def with_from(words: Words) -> Words:
    """DELETE of T-SQL and Oracle, which need no FROM before the table."""
    i = 1
    if i < len(words) and words[i].upper == "TOP":
        i = 1 + next((j for j in range(i, len(words)) if words[j].text == ")"), i + 1)
        words, i = [words[0], *words[i:]], 1
    if i < len(words) and words[i].upper == "FROM":
        later = [j for j in depth_zero(words) if j > i and words[j].upper == "FROM"]
        # DELETE FROM alias FROM tables
        return [*words[:i], *words[i + 1 :]] if later else words
    if not any(words[j].upper == "FROM" for j in depth_zero(words)):
        return [*words[:i], made("FROM"), *words[i:]]
    return words


def without_merge_delete(words: Words) -> tuple[Words, bool]:
    """Oracle's DELETE WHERE within MERGE taken out, and whether there was one."""
    start = next(
        (
            i
            for i in depth_zero(words)
            if words[i].upper == "DELETE" and words[i + 1 : i + 2] and words[i + 1].upper == "WHERE"
        ),
        -1,
    )
    if start < 0:
        return words, False
    end = position(words, "WHEN", start)
    end = len(words) if end < 0 else end
    if has_word(words[start:end], "SELECT"):
        raise Doubt("a query within DELETE WHERE of MERGE")
    return [*words[:start], *words[end:]], True


_MODIFIERS = frozenset(["LOW_PRIORITY", "QUICK", "IGNORE"])


def with_targets(words: Words, dialect: str) -> Words:
    """MySQL's DELETE of tables out of a list, in the one form that the parser reads.

    `DELETE a.*, b FROM tables` and `DELETE FROM a, b.* USING tables` become
    `DELETE a, b FROM tables`. Any other DELETE stays as it is.
    """
    at = next((i for i in depth_zero(words) if words[i].upper == "DELETE"), -1)
    if at < 0 or (at and words[0].upper != "WITH"):
        return words
    i = at + 1
    while i < len(words) and words[i].upper in _MODIFIERS:
        i += 1
    leads = words[i].upper == "FROM"
    i += leads
    targets: list[Token] = []
    several = False
    while True:
        start = i
        _, i = read_name(words, i, dialect)
        end = i
        if words[i - 1].text == "." and i < len(words) and words[i].text == "*":
            end, i, several = i - 1, i + 1, True
        targets += words[start:end]
        if i >= len(words) or words[i].text != ",":
            break
        targets.append(words[i])
        i, several = i + 1, True
    word = words[i].upper if i < len(words) else ""
    if word != ("USING" if leads else "FROM"):
        if several or not leads:
            raise Doubt("the tables to be deleted from are not understood")
        return words
    if leads and not several and family(dialect) != "mysql":
        return words  # elsewhere the table before USING is read as well
    return [*words[: at + 1], *targets, made("FROM"), *words[i + 1 :]]
