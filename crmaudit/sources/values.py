"""The values of one column, where they are few."""

from __future__ import annotations

from collections import Counter

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Column, Table
from crmaudit.sources.base import Source


def value_counts(source: Source, table: Table, column: Column, most: int) -> dict[str, int]:
    """Filled values and their rows; empty where there are more than `most`, or none to be had."""
    counts: Counter[str] = Counter()
    try:
        for batch in source.stream(table, [column]):
            counts.update(value for value in batch.column(0).to_pylist() if value)
            if len(counts) > most:
                return {}
    except CrmauditError:
        return {}
    return dict(counts)
