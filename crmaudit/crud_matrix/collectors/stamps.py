"""Stamps of creation and change and marks of removal: one aggregate query a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from crmaudit.evidence import Table
from crmaudit.sources.base import Source, Statement
from crmaudit.sources.conditions import selected

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"date|time", re.IGNORECASE)
_NUMBER = re.compile(r"int|serial|number|numeric|decimal|float|double|real", re.IGNORECASE)
_SECONDS = (1e8, 1e10)
"""Numbers between these are seconds since 1970, a thousand times as large ones milliseconds."""

_Kind = Literal["time", "number", "text"]


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
    created, modified = (_Stamp.of(source, table, c) for c in (stamps.created, stamps.modified))
    removed = selected(stamps.removed).removeprefix(" WHERE ")
    later = _later(source, created, modified)
    columns = [
        "COUNT(*)",
        _count(created.there) if created else "NULL",
        _count(later) if later else "NULL",
        _count(removed) if removed else "NULL",
    ]
    for stamp in (created, modified):
        for end in ("MIN", "MAX"):
            value = f"{end}(CASE WHEN {stamp.there} THEN {stamp.column} END)" if stamp else "NULL"
            columns.append(value)
    # The stamp of change of a row that was only made is no change.
    columns.append(
        f"MAX(CASE WHEN {later} THEN {modified.column} END)" if later and modified else "NULL"
    )
    schema = table.schema or source.default_schema
    place = f"{source.quote(schema)}." if schema else ""
    return Statement(
        f"SELECT {', '.join(columns)} FROM {place}{source.quote(table.name)}",
        f"count rows of {table.qualified} that were made, changed and removed",
    )


@dataclass(frozen=True, slots=True)
class _Stamp:
    column: str
    kind: _Kind
    there: str

    @classmethod
    def of(cls, source: Source, table: Table, name: str) -> _Stamp | None:
        if not name:
            return None
        column, type_ = source.quote(name), table.column(name).type
        kind: _Kind = "text"
        # SQLite and exports give a type by name only: what is in them is text or a number.
        loose = source.engine in ("sqlite", "folder")
        if _TIME.search(type_) and not loose:
            kind = "time"
        elif _NUMBER.search(type_):
            kind = "number"
        there = {
            "time": f"{column} IS NOT NULL",
            "number": f"{column} > 0",
            "text": f"{column} LIKE '____-__-__%' AND {column} > '1000'",
        }[kind]
        if kind == "time" and source.engine in ("mysql", "mariadb"):
            there = f"{column} > '1000-01-01'"  # not the zero date
        return cls(column, kind, there)


def _later(source: Source, created: _Stamp | None, modified: _Stamp | None) -> str:
    """The condition of a row that was changed after it was made; empty where nothing tells."""
    if created is None or modified is None or created.kind != modified.kind:
        return ""
    a, b = created.column, modified.column
    if created.kind == "time":
        one = "INTERVAL '1 second'" if source.engine in ("postgresql", "duckdb") else ""
        after = f"{b} > {a} + {one or 'INTERVAL 1 SECOND'}"
    elif created.kind == "number":
        after = f"{b} > {a} + CASE WHEN {a} > {_SECONDS[1]:.0f} THEN 1000 ELSE 1 END"
    else:
        after = f"SUBSTR({b}, 1, 16) > SUBSTR({a}, 1, 16)"
    return f"{created.there} AND {modified.there} AND {after}"


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
    low, high = _SECONDS
    if high * 100 <= number < high * 1000:
        number /= 1000
    return f"{datetime.fromtimestamp(number, UTC):%Y-%m-%d}" if low <= number < high else ""
