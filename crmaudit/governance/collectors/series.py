"""KPIs asked of a database: the statement of kpis.yaml, its dates and numbers checked.

Of an answer that is no series, only the row's number and what is wrong with it
is told: a statement may answer anything, customers' data too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, Series, Status
from crmaudit.sheets import days
from crmaudit.sources.base import ConnectionLostError, Statement
from crmaudit.sources.task import Task
from crmaudit.workspace.kpis import Kpi

MOST_POINTS = 10_000
"""Thirty years of days are a series; more rows are something else, and are not read."""

_EARLIEST, _LATEST = date(1980, 1, 1), date(2100, 1, 1)
"""Seconds since 1970 are told from other numbers by what day they would be."""


class _Series:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        return (Statement(_sql(kpi), _purpose(kpi)) for kpi in task.known.kpis)

    def collect(self, task: Task) -> Iterator[Document]:
        for kpi in task.known.kpis:
            try:
                points = _points(task.source.query(_sql(kpi), _purpose(kpi)))
            except ConnectionLostError:
                raise
            except CrmauditError as error:
                why = "; ".join(p.message for p in error.problems)
                status = Status("failed", f"{why} (sql: of this KPI in kpis.yaml)")
                yield Series(task.provenance(status), kpi.id, kpi.sql or "")
            else:
                yield Series(task.provenance(), kpi.id, kpi.sql or "", points)


def _sql(kpi: Kpi) -> str:
    """The statement, bounded: one that forgets to count would answer whole tables."""
    own = (kpi.sql or "").strip().rstrip(";").rstrip()
    return f"SELECT * FROM (\n{own}\n) AS series LIMIT {MOST_POINTS + 1}"


def _purpose(kpi: Kpi) -> str:
    return f"the values of the KPI {kpi.id}, by its own statement"


def _points(rows: Sequence[tuple[object, ...]]) -> tuple[tuple[date, float], ...]:
    """Raises CrmauditError for what is no series of dates and numbers."""
    if len(rows) > MOST_POINTS:
        raise CrmauditError(f"more than {MOST_POINTS:,} rows were answered")
    if rows and len(rows[0]) != 2:
        answered = "one column was" if len(rows[0]) == 1 else f"{len(rows[0])} columns were"
        raise CrmauditError(f"{answered} answered, not two: a date and a number")
    kept = [(i, *row) for i, row in enumerate(rows, 1) if row[1] is not None]
    spelt = days.days([str(when) for _, when, _ in kept])
    points = []
    for (i, when, what), day in zip(kept, spelt, strict=True):
        found = _of_seconds(when) if isinstance(when, int | float | Decimal) else day
        if found is None:
            raise CrmauditError(f"row {i}: its first column holds no date")
        value = _number(what)
        if value is None:
            raise CrmauditError(f"row {i}: its second column holds no number")
        points.append((found, value))
    return tuple(sorted(points))


def _of_seconds(when: float | Decimal) -> date | None:
    """The day of seconds or milliseconds since 1970, or a whole year like 2026."""
    if isinstance(when, bool) or not math.isfinite(when):
        return None
    if when == int(when) and _EARLIEST.year <= when <= _LATEST.year:
        return date(int(when), 12, 31)
    for seconds in (float(when), float(when) / 1000):
        if 0 < seconds < 4.2e9:
            day = datetime.fromtimestamp(seconds, UTC).date()
            if _EARLIEST <= day < _LATEST:
                return day
    return None


def _number(what: object) -> float | None:
    if isinstance(what, str):
        return days.numbers([what])[0]
    if isinstance(what, int | float | Decimal):
        value = float(what)
        return value if math.isfinite(value) else None
    return None


collector = _Series()
