"""Traces of writing: the server's counters, and stamps and marks in the rows themselves.

Neither says who wrote. Stamps are counted where an entity map names their
columns, with one aggregate query a table; no value but the earliest and the
latest day leaves the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from crmaudit.crud_matrix.collectors.stamps import Stamps, days, query
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, EntityMap, RowTraces, Status, Table, Written
from crmaudit.sources.base import ConnectionLostError, Statement
from crmaudit.sources.task import Task

PG_COUNTERS = Statement(
    "SELECT n.nspname, c.relname, s.n_tup_ins, s.n_tup_upd, s.n_tup_del "
    "FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = coalesce(("
    "WITH RECURSIVE up AS (SELECT s.relid AS oid UNION SELECT i.inhparent FROM up "
    "JOIN pg_inherits i ON i.inhrelid = up.oid JOIN pg_class k ON k.oid = up.oid "
    "WHERE k.relispartition) SELECT up.oid FROM up JOIN pg_class k ON k.oid = up.oid "
    "WHERE NOT k.relispartition LIMIT 1), s.relid) "
    "JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY 1, 2",
    "read the server's counters of inserted, updated and deleted rows",
)
PG_SINCE = Statement(
    "SELECT extract(epoch FROM stats_reset)::float8 FROM pg_stat_database "
    "WHERE datname = current_database()",
    "see since when the server counts",
)
MY_SETTINGS = Statement(
    "SELECT @@performance_schema, UNIX_TIMESTAMP()", "see whether the server counts changes"
)
MY_COUNTERS = Statement(
    "SELECT OBJECT_SCHEMA, OBJECT_NAME, COUNT_INSERT, COUNT_UPDATE, COUNT_DELETE "
    "FROM performance_schema.table_io_waits_summary_by_table WHERE OBJECT_SCHEMA = DATABASE() "
    "AND COUNT_STAR > 0 ORDER BY OBJECT_NAME",
    "read the server's counters of inserted, updated and deleted rows",
)
MY_UPTIME = Statement("SHOW GLOBAL STATUS LIKE 'Uptime'", "see since when the server counts")
_OFF = "the server does not count changes of rows: performance_schema is off"


@dataclass(frozen=True, slots=True)
class _Counted:
    """Table → rows inserted, updated, deleted since that moment."""

    tables: dict[str, tuple[int, int, int]]
    since: datetime | None = None
    notes: tuple[str, ...] = ()


class _Collector:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        engine = task.source.engine
        if engine == "postgresql":
            yield from (PG_COUNTERS, PG_SINCE)
        if engine in ("mysql", "mariadb"):
            yield from (MY_SETTINGS, MY_COUNTERS, MY_UPTIME)
        for table, stamps in _stamped(task):
            # Collecting says what is wrong with a mark; it sends nothing either.
            with suppress(CrmauditError):
                yield query(task.source, table, stamps)
        if not any(task.found(EntityMap)):  # what is found of entities adds tables
            yield Statement(
                "SELECT COUNT(*), COUNT(…), MIN(…), MAX(…) FROM …",
                "count rows with a stamp of creation or change, of the tables with such columns",
                template=True,
            )

    def collect(self, task: Task) -> Iterator[Document]:
        reasons: list[str] = []
        try:
            counted = _counted(task)
        except ConnectionLostError:
            raise
        except CrmauditError as error:
            counted = _Counted({})
            reasons.append(error.problems[0].message)
        traces = {
            table: RowTraces(table, *counts) for table, counts in sorted(counted.tables.items())
        }
        for table, stamps in _stamped(task):
            name = table.qualified
            try:
                found = _rows(task, table, stamps)
            except ConnectionLostError:
                raise
            except CrmauditError as error:
                reasons.append(f"{name}: {error.problems[0].message}")
                continue
            old = traces.get(name, RowTraces(name))
            traces[name] = replace(
                found, inserted=old.inserted, updated=old.updated, deleted=old.deleted
            )
        if traces or reasons or counted.notes:
            yield Written(
                task.provenance(Status("partly", "; ".join(reasons)) if reasons else Status()),
                tuple(traces[name] for name in sorted(traces)),
                counted.since,
                counted.notes,
            )


def _rows(task: Task, table: Table, stamps: Stamps) -> RowTraces:
    asked = query(task.source, table, stamps)
    ((rows, created, modified, removed, *ends, changed),) = task.source.query(
        asked.sql, asked.purpose
    )
    first, last = days(ends)
    return RowTraces(
        table.qualified,
        rows=_number(rows),
        created=_number(created),
        modified=_number(modified),
        removed=_number(removed),
        first=first,
        last=last,
        made=days(ends[:2])[1],
        changed=days([changed])[1],
    )


def _stamped(task: Task) -> Iterator[tuple[Table, Stamps]]:
    """Readable tables with columns that the map says are stamps or marks; each table once.

    Where people say what a table holds, what was found of it does not count.
    """
    known = task.known.map
    found = next(task.found(EntityMap), None)
    measured = {row.table for row in found.tables} if found else set()
    said = known.settled if known else frozenset()
    # What nobody confirmed gives way to what was found.
    rows: list[tuple[str, Stamps]] = [
        (r.table, Stamps(r.created_at, r.modified_at, r.soft_delete))
        for r in (known.tables if known else ())
        if r.confirmed or r.table not in measured
    ]
    rows += [
        (r.table, Stamps(r.created_at, r.modified_at, r.soft_delete))
        for r in (found.tables if found else ())
        if r.table not in said
    ]
    best: dict[str, Stamps] = {}
    for name, stamps in rows:
        best[name] = best[name].or_else(stamps) if name in best else stamps
    for table in task.catalog.tables:
        stamps = best.get(table.qualified, Stamps()).of(table)
        if stamps and table.readable and table.kind != "view":
            yield table, stamps


def _counted(task: Task) -> _Counted:
    """The server's counters; none where its engine keeps none."""
    engine, source = task.source.engine, task.source
    if engine == "postgresql":
        return _of_postgresql(task)
    if engine not in ("mysql", "mariadb"):
        return _Counted({})
    ((on, now),) = source.query(MY_SETTINGS.sql, MY_SETTINGS.purpose)
    if str(on) not in ("1", "ON"):
        return _Counted({}, notes=(_OFF,))
    rows = source.query(MY_COUNTERS.sql, MY_COUNTERS.purpose)
    ((_, uptime),) = source.query(MY_UPTIME.sql, MY_UPTIME.purpose)
    since = datetime.fromtimestamp(float(str(now)) - float(str(uptime)), UTC)
    return _Counted(_summed(task, rows), since)


def _of_postgresql(task: Task) -> _Counted:
    rows = task.source.query(PG_COUNTERS.sql, PG_COUNTERS.purpose)
    ((reset,),) = task.source.query(PG_SINCE.sql, PG_SINCE.purpose)
    since = datetime.fromtimestamp(float(str(reset)), UTC) if reset is not None else None
    return _Counted(_summed(task, rows), since)


def _summed(task: Task, rows: Iterable[tuple[object, ...]]) -> dict[str, tuple[int, int, int]]:
    """The counters under the catalog's names; those of partitions in one sum."""
    known = {t.qualified for t in task.catalog.tables}
    found: dict[str, tuple[int, int, int]] = {}
    for schema, name, *counts in rows:
        qualified = str(name) if schema == task.source.default_schema else f"{schema}.{name}"
        if qualified in known:
            new = (_number(n) or 0 for n in counts)
            old = found.get(qualified, (0, 0, 0))
            ins, upd, del_ = (a + b for a, b in zip(old, new, strict=True))
            found[qualified] = (ins, upd, del_)
    return found


def _number(value: object) -> int | None:
    return int(float(str(value))) if value is not None and re.match(r"\d", str(value)) else None


collector = _Collector()
