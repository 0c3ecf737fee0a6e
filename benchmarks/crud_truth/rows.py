"""What the tables hold, and what changed: the rows before and after a statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Rows = Mapping[str, Mapping[Any, tuple[Any, ...]]]
"""Table → key → row."""


def rows(tables: Mapping[str, int], query: Callable[[str], Sequence[tuple[Any, ...]]]) -> Rows:
    """All rows of these tables, each with the number of its first columns that are its key.

    0 stands for a table without a key: there every row is its own.
    """
    found: dict[str, Mapping[Any, tuple[Any, ...]]] = {}
    for table, key in tables.items():
        told = [tuple(repr(v) for v in row) for row in query(table)]
        if key:
            found[table] = {row[:key]: row for row in told}
        else:
            found[table] = {(row, told[:i].count(row)): row for i, row in enumerate(told)}
    return found


def changed(before: Rows, after: Rows) -> dict[str, str]:
    """Table → C, U and D, by keys that came, changed or went; tables dropped are left out."""
    letters = {}
    for table, now in after.items():
        was = before.get(table, {})
        told = {
            "C": any(key not in was for key in now),
            "U": any(row != was[key] for key, row in now.items() if key in was),
            "D": any(key not in now for key in was),
        }
        if found := "".join(letter for letter, true in told.items() if true):
            letters[table] = found
    return letters
