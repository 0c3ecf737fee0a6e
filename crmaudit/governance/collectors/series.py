"""KPIs asked of a database: the statement of kpis.yaml, its dates and numbers checked.

It answers a series, or one number, which is that of the day of reading. A
read-only transaction lets some functions through that do more than read: files
of the server, locks, other people's sessions. Statements that call one are not
sent.

Of an answer that is no series, only the row's number and what is wrong with it
is told: a statement may answer anything, customers' data too.
"""

from __future__ import annotations

import math
import re
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


_MORE_THAN_READING = re.compile(
    r"""["`\[]?\b(
        pg_(?:terminate|cancel)_backend | pg_reload_conf | pg_rotate_logfile\w* | pg_promote
        | pg_(?:read|stat|ls)_\w*(?:file|dir)\w* | pg_ls_\w+ | pg_file_\w+ | pg_logfile_\w+
        | pg_(?:try_)?advisory_\w+ | pg_switch_\w+ | pg_create_\w+ | pg_drop_\w+ | pg_stat_reset\w*
        | pg_replication_\w+ | pg_logical_\w+ | pg_start_backup | pg_backup_\w+ | pg_wal_\w+
        | pg_sleep\w* | pg_notify | lo_\w+ | lowrite | loread | dblink\w* | set_config | nextval
        | setval | query_to_xml\w* | cursor_to_xml\w* | table_to_xml\w* | database_to_xml\w*
        | schema_to_xml\w* | load_file | get_lock | release_\w*locks? | sleep | benchmark
        | sys_(?:exec|eval|get|set) | load_extension | readfile | writefile | edit | fts3_tokenizer
        | read_(?:csv|json|parquet|text|blob|ndjson)\w* | parquet_scan | glob | getenv
        | xp_\w+ | openrowset | openquery | opendatasource
    )["`\]]?\s*\(""",
    re.IGNORECASE | re.VERBOSE,
)


class _Series:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        return (Statement(_sql(kpi), _purpose(kpi)) for kpi in task.known.kpis if not _called(kpi))

    def collect(self, task: Task) -> Iterator[Document]:
        for kpi in task.known.kpis:
            try:
                _check(kpi)
                rows = task.source.query(_sql(kpi), _purpose(kpi))
                told = task.provenance()
                points = _points(rows, told.taken_at.date())
            except ConnectionLostError:
                raise
            except CrmauditError as error:
                why = "; ".join(p.message for p in error.problems)
                status = Status("failed", f"{why} (sql: of this KPI in kpis.yaml)")
                yield Series(task.provenance(status), kpi.id, kpi.sql or "")
            else:
                yield Series(told, kpi.id, kpi.sql or "", points)


def _sql(kpi: Kpi) -> str:
    """The statement, bounded: one that forgets to count would answer whole tables."""
    own = (kpi.sql or "").strip().rstrip(";").rstrip()
    return f"SELECT * FROM (\n{own}\n) AS series LIMIT {MOST_POINTS + 1}"


def _called(kpi: Kpi) -> str:
    """A function in its statement that does more than read; empty where there is none."""
    found = _MORE_THAN_READING.search(kpi.sql or "")
    return found[1].lower() if found else ""


def _check(kpi: Kpi) -> None:
    """Raises CrmauditError for a statement that is not sent."""
    called = _called(kpi)
    if called:
        raise CrmauditError(f"it calls {called}(), which does more than read: it was not sent")


def _purpose(kpi: Kpi) -> str:
    return f"the values of the KPI {kpi.id}, by its own statement"


def _points(rows: Sequence[tuple[object, ...]], read: date) -> tuple[tuple[date, float], ...]:
    """Raises CrmauditError for what is neither a series of dates and numbers nor one number."""
    if len(rows) > MOST_POINTS:
        raise CrmauditError(f"more than {MOST_POINTS:,} rows were answered")
    if len(rows) == 1 and len(rows[0]) == 1:
        one = _number(rows[0][0])
        if one is None:
            raise CrmauditError("what was answered is no number")
        return ((read, one),)
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
