"""Stamps of creation and change and marks of removal: one aggregate query a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from crmaudit.evidence import Table
from crmaudit.sources.base import Source, Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.stamps import SECONDS, Stamp, later

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Stamps:
    """The columns of one table: when a row was made and last changed; the mark of a removed one."""

    created: str = ""
    modified: str = ""
    removed: str = ""

    def __bool__(self) -> bool:
        return bool(self.created or self.modified or self.removed)

    def or_else(self, other: Stamps) -> Stamps:
        """These, and the other's where there is none."""
        return Stamps(
            self.created or other.created,
            self.modified or other.modified,
            self.removed or other.removed,
        )

    def of(self, table: Table) -> Stamps:
        """Those whose columns the table has itself."""
        names = {c.name for c in table.columns}
        created = self.created if self.created in names else ""
        modified = self.modified if self.modified in names else ""
        return Stamps(created, modified, self.removed)


def query(source: Source, table: Table, stamps: Stamps) -> Statement:
    """Counts rows, those created, changed later and removed, with the ends of both stamps.

    The last column is the latest stamp of a change.

    A row counts as changed where its stamp lies more than a second behind that
    of its creation, as some programs ask the clock twice when they make one.
    Stamps in text count where they are ISO 8601, and are compared by the
    minute. Raises CrmauditError for a mark that is no single condition.
    """
    created, modified = (Stamp.of(source, table, c) for c in (stamps.created, stamps.modified))
    removed = selected(stamps.removed).removeprefix(" WHERE ")
    changed = later(created, modified)
    columns = [
        "COUNT(*)",
        _count(created.there) if created else "NULL",
        _count(changed) if changed else "NULL",
        _count(removed) if removed else "NULL",
    ]
    for stamp in (created, modified):
        for end in ("MIN", "MAX"):
            value = f"{end}(CASE WHEN {stamp.there} THEN {stamp.column} END)" if stamp else "NULL"
            columns.append(value)
    # The stamp of change of a row that was only made is no change.
    columns.append(
        f"MAX(CASE WHEN {changed} THEN {modified.column} END)" if changed and modified else "NULL"
    )
    schema = table.schema or source.default_schema
    place = f"{source.quote(schema)}." if schema else ""
    return Statement(
        f"SELECT {', '.join(columns)} FROM {place}{source.quote(table.name)}",
        f"count rows of {table.qualified} that were made, changed and removed",
    )


def _count(condition: str) -> str:
    return f"COUNT(CASE WHEN {condition} THEN 1 END)"


def days(ends: Sequence[object]) -> tuple[str, str]:
    """The first and the last day among the ends of stamps; empty where there is none."""
    found = sorted(filter(None, map(_day, ends)))
    return (found[0], found[-1]) if found else ("", "")


def _day(value: object) -> str:
    match = _DAY.match(str(value)) if value is not None else None
    if match:
        return match[0]
    try:
        number = float(str(value))
    except ValueError:
        return ""
    low, high = SECONDS
    if high * 100 <= number < high * 1000:
        number /= 1000
    return f"{datetime.fromtimestamp(number, UTC):%Y-%m-%d}" if low <= number < high else ""
