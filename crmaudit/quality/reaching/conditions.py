"""Conditions put together, and marks of rows that stand in another table."""

from __future__ import annotations

import re

from crmaudit.evidence import MappedTable, Table
from crmaudit.quality.reaching.links import Edges, has


def negated(condition: str) -> str:
    """The rows of which the condition does not hold, those where it is unknown included."""
    return f"CASE WHEN ({condition}) THEN 0 ELSE 1 END = 1"


def all_of(*conditions: str) -> str:
    """One condition for several, empty ones left out."""
    given = [c for c in conditions if c.strip()]
    return given[0] if len(given) == 1 else " AND ".join(f"({c})" for c in given)


def elsewhere(row: MappedTable, mark: str, edges: Edges) -> tuple[Table, str, str, str] | None:
    """Where a mark names columns of a table reached by a join: how to find its rows.

    The table, the mark as its own condition, its column and the row's that are equal.
    """
    for left, right in row.join.items():
        name, _, column = left.rpartition(".")
        other = edges.named(name, "")
        if other and other != row.table and re.search(rf"\b{re.escape(name)}\.", mark):
            table = edges.tables[other]
            here = right if has(edges.tables[row.table], right) else edges.key(row.table)
            plain = re.sub(rf"\b{re.escape(name)}\.", "", mark)
            if here and has(table, column):
                return table, plain, column, here
    return None
