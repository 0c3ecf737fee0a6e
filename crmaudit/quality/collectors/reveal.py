"""Who stands behind the pseudonyms of a column of CRM accounts: read again, never kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from crmaudit.errors import CrmauditError
from crmaudit.evidence.privacy import ACCOUNT, account_name
from crmaudit.key import Key
from crmaudit.sources.base import Source

MOST = 100_000
"""More different values than this are no accounts."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the database names it, its pseudonym in the evidence, and its rows."""

    value: str
    pseudonym: str
    rows: int


def accounts(
    source: Source, system: str, table: str, column: str, key: Key, where: str = ""
) -> tuple[Account, ...]:
    """The accounts of a column, those with most rows first.

    One column of one table is streamed. Raises CrmauditError where it is gone
    or cannot be read, and where it holds more different values than any list
    of accounts.
    """
    catalog = source.catalog(system)
    found = next((t for t in catalog.tables if t.qualified == table), None)
    chosen = [c for c in found.columns if c.name == column] if found else []
    if found is None or not chosen:
        raise CrmauditError(
            f"{source.address} has no column {table}.{column} any more", "crmaudit collect"
        )
    counts: Counter[str] = Counter()
    reader = source.stream(found, chosen, where)
    try:
        for batch in reader:
            for pair in batch.column(0).value_counts().to_pylist():
                value = pair["values"]
                if value is not None and value.strip():
                    counts[account_name(value)] += pair["counts"]
            if len(counts) > MOST:
                raise CrmauditError(
                    f"{table}.{column} holds more than {MOST:,} different values",
                    "that is no column of accounts: say in maps/ what it holds",
                )
    finally:
        reader.close()
    return tuple(
        Account(value, key.pseudonym(ACCOUNT, value), rows)
        for value, rows in sorted(counts.items(), key=lambda x: (-x[1], x[0]))
    )
