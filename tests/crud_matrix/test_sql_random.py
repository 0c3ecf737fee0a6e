"""Statements that nobody thought of, against what SQLite says that they do."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator

import pytest
from sql_grammar import Grammar

from benchmarks.crud_truth import engines
from benchmarks.crud_truth.cases import Case
from benchmarks.crud_truth.label import Labeller, labelled
from benchmarks.crud_truth.score import pairs

NUMBER = 250
MADE = "made_one"
ALL_BUT_NEVER_UNKNOWN = 0.98


def cases(dialect: str, seed: int, number: int) -> Iterator[Case]:
    for sql in Grammar(dialect, seed).statements(number):
        own = re.match(rf"CREATE (TEMP|TABLE (temp|pg_temp)\.{MADE})", sql)
        yield Case(sql, dialect=dialect, temporary=(MADE,) if own else ())


def known(
    labeller: Labeller, found: Iterable[Case], errors: tuple[type[Exception], ...]
) -> list[Case]:
    """Those that the engine runs, with their labels."""
    told = []
    for case in found:
        try:
            told.append(labelled(case, labeller))
        except errors:
            continue
    return told


def differing(found: list[Case]) -> tuple[list[str], int]:
    """Where another letter is told than the engine did, and how many are unknown."""
    wrong, unknown = [], 0
    for case, (answer, _) in zip(found, engines.ours(found), strict=True):
        if answer is None:
            unknown += 1
            continue
        told, true = pairs(answer), pairs(case.does)
        more = {x for x in told - true if not excused(case, *x)}
        if more or {x for x in true - told if not x[0].endswith(MADE)}:
            wrong.append(f"{case.sql}: {dict(case.does)}, told {answer}")
    return wrong, unknown


def excused(case: Case, table: str, letter: str) -> bool:
    """What no engine's rights can tell.

    The authorizer names no table of which no column is read; a table made of no
    rows has none; REPLACE asks for no right to delete.
    """
    if table.endswith(MADE):
        return True
    if letter == "D":
        return "REPLACE" in case.sql and "C" in case.does.get(table, "")
    place = rf'(?:\w+\.)?["`]?{re.escape(table)}["`]?(?!\w)'
    named = re.search(rf'(?<![\w.])["`]?{re.escape(table)}["`]?\s+AS\s*\(', case.sql)
    stands = re.search(rf"(?:FROM|JOIN|,)\s+{place}", case.sql) is not None
    return letter == "R" and case.dialect == "sqlite" and stands and named is None


@pytest.mark.parametrize("seed", [1, 2])
def test_random_statements_do_what_sqlite_says(seed: int) -> None:
    from benchmarks.crud_truth.sqlite_labels import SqliteLabeller

    found = known(SqliteLabeller(), cases("sqlite", seed, NUMBER), (sqlite3.Error,))
    assert len(found) > NUMBER * 0.8
    wrong, unknown = differing(found)
    assert not wrong
    assert unknown <= len(found) * (1 - ALL_BUT_NEVER_UNKNOWN)


def test_the_same_seed_gives_the_same_statements() -> None:
    assert list(Grammar("mariadb", 7).statements(20)) == list(Grammar("mariadb", 7).statements(20))
