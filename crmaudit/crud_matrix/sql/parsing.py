"""Statements that read or write rows: through the parser, and what it may have missed."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import sqlglot
from sqlglot import exp

from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.lexer import Token, family, unquoted
from crmaudit.crud_matrix.sql.names import Tables, merged
from crmaudit.crud_matrix.sql.normalise import normalised
from crmaudit.crud_matrix.sql.rewriting import with_targets
from crmaudit.crud_matrix.sql.understood import Understood
from crmaudit.crud_matrix.sql.walk import Walk
from crmaudit.crud_matrix.sql.words import without_into

_PARSERS = {
    "postgresql": ("postgres",),
    "mysql": ("mysql",),
    "mariadb": ("mysql",),
    "sqlite": ("sqlite",),
    "duckdb": ("duckdb",),
    "tsql": ("tsql",),
    "oracle": ("oracle",),
    "ansi": ("", "postgres", "mysql"),
}
"""Those that may read a dialect, one after the other."""


def parsed(
    words: Sequence[Token], dialect: str, tables: Tables | None, replaces: bool = False
) -> Understood:
    """What the statement does; raises Doubt where the parser does not read all of it."""
    if dialect in ("mysql", "mariadb", "oracle") and words[0].upper not in ("INSERT", "MERGE"):
        words = without_into(words)
    if family(dialect) in ("mysql", "ansi"):
        words = with_targets(words, dialect)
    tree = _tree(words, dialect)
    walk = Walk(dialect, tables, replaces)
    walk.statement(tree)
    _census(words, tree)
    return Understood(merged(walk.effects), tuple(walk.calls), tuple(walk.temporary))


def _tree(words: Sequence[Token], dialect: str) -> exp.Expr:
    # The parser's warnings quote the statement, values and all.
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL + 1)
    for parser in _PARSERS[dialect]:
        for text in (False, True):
            try:
                trees = sqlglot.parse(normalised(words, dialect, parser, text), read=parser)
            except RecursionError:
                raise
            except Exception:
                # On what is no SQL of its dialect it fails in many ways.
                continue
            if len(trees) == 1 and trees[0] is not None and not trees[0].find(exp.Command):
                return trees[0]
    raise Doubt("it cannot be parsed")


_FROM_INSIDE = {"EXTRACT", "TRIM", "SUBSTRING", "OVERLAY", "POSITION", "SUBSTR", "CEIL", "FLOOR"}


def _census(words: Sequence[Token], tree: exp.Expr) -> None:
    """Every query and every table in the words has to be in the tree.

    A parser that takes a part of a statement for something else does so in
    silence; the words are a second witness.
    """
    told = sum(1 for w in words if w.upper == "SELECT")
    read = sum(1 for _ in tree.find_all(exp.Select))
    if told > read:
        raise Doubt("the parser does not read all of its queries")
    names = {i.name.lower() for i in tree.find_all(exp.Identifier)}
    names |= {str(f.this).lower() for f in tree.find_all(exp.Anonymous)}
    opened: list[str] = []
    for i, word in enumerate(words[:-1]):
        if word.text == "(":
            opened.append(words[i - 1].upper if i else "")
        elif word.text == ")" and opened:
            opened.pop()
        after = words[i + 1]
        if word.upper == "FROM":
            inside = bool(opened) and opened[-1] in _FROM_INSIDE
            if inside or words[i - 1].upper == "DISTINCT":
                continue
        elif word.upper != "JOIN":
            continue
        named = after.kind == "name" or (after.kind == "word" and after.upper not in _BEFORE_TABLE)
        if named and unquoted(after).lower() not in names and not _is_call(words, i + 2):
            raise Doubt("the parser does not read all of its tables")


_BEFORE_TABLE = {
    "LATERAL",
    "ONLY",
    "TABLE",
    "UNNEST",
    "VALUES",
    "SELECT",
    "FIRST",
    "LAST",
    "CURRENT",
}


def _is_call(words: Sequence[Token], i: int) -> bool:
    return i < len(words) and words[i].text == "("
