"""Profiles of tables: what their rows really look like."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from crmaudit import __version__
from crmaudit.errors import CrmauditError
from crmaudit.evidence import (
    EXACT,
    Column,
    ColumnProfile,
    Method,
    Provenance,
    Status,
    Table,
    TableProfile,
)
from crmaudit.quality.collectors.column import measure
from crmaudit.quality.collectors.staging import Stage
from crmaudit.quality.logical_types import candidates
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import ConnectionLostError, Source

Told = Callable[[Table, int], None]

# The statistics that a sample makes inexact.
_SAMPLED = """
    nulls blanks distinct uniques minimum maximum mean deviation quantiles length_min
    length_mean length_max top shapes unparsable broken not_finite checks months
"""


def profile(
    source: Source, tables: Sequence[Table], plan: Plan | None = None, on_rows: Told | None = None
) -> Iterator[TableProfile]:
    """A profile of every table, in order, each as soon as it is done.

    One column-wise stream a table (`Source.stream`) goes to a temporary DuckDB
    file, where each column is counted once; the source answers no other
    statement. Memory is bounded by `plan`, whatever the number of rows,
    columns or the size of values. `on_rows` is told the rows read so far of
    the table being read.

    Nothing is raised for a table that fails: its profile has the status
    `failed` with the reason, and the next table follows. A column that cannot
    be counted fails alone, its table being `partly` done. A lost connection
    is nobody's fault and passes as ConnectionLostError, so that another run
    can go on with the table being read and those after it; KeyboardInterrupt
    passes too. Either leaves nothing behind.
    """
    plan = plan or Plan()
    for table in tables:
        if not table.readable:
            yield _failed(source, table, plan, table.note or "this account may not read it")
            continue
        try:
            yield _profile(source, table, plan, on_rows)
        except ConnectionLostError:
            raise
        except (CrmauditError, duckdb.Error, pa.ArrowException, OSError, MemoryError) as error:
            yield _failed(source, table, plan, _reason(error))


def _profile(source: Source, table: Table, plan: Plan, on_rows: Told | None) -> TableProfile:
    began = time.monotonic()
    columns: list[ColumnProfile] = []
    rows, rows_method = table.rows or 0, table.rows_method
    if table.columns:
        with Stage(plan, len(table.columns)) as stage:
            reader = source.stream(table, table.columns)
            batches = reader if plan.row_limit is None else _first(reader, plan.row_limit)
            seen, kept = stage.fill(batches, lambda n: on_rows(table, n) if on_rows else None)
            if seen != plan.row_limit:
                rows, rows_method = seen, EXACT
            elif table.rows is None or table.rows < seen:
                rows, rows_method = seen, Method("sample", n=seen)
            total = None if rows_method.kind == "sample" else rows
            known = Method("sample", n=kept, total=total) if kept != total else EXACT
            methods = {} if known == EXACT else dict.fromkeys(_SAMPLED.split(), known)
            columns = _columns(stage, table, source.engine, plan, methods, kept)
    failed = [c.status.reason for c in columns if c.status.state == "failed"]
    status = Status()
    if failed:
        status = Status("partly", f"{len(failed)} of {len(columns)} columns failed: {failed[0]}")
    return TableProfile(
        provenance=_provenance(source, plan, status),
        table=table.qualified,
        rows=rows,
        rows_method=rows_method,
        columns=tuple(columns),
        seconds=round(time.monotonic() - began, 3),
    )


def _columns(
    stage: Stage, table: Table, engine: str, plan: Plan, methods: dict[str, Method], rows: int
) -> list[ColumnProfile]:
    columns = []
    for index, column in enumerate(table.columns):
        try:
            columns.append(measure(stage, index, column, engine, plan, methods))
        except duckdb.Error as error:
            columns.append(_failed_column(column, engine, rows, _reason(error)))
    return columns


def _first(reader: Any, rows: int) -> Iterator[Any]:
    """The first rows of a reader, which is then closed."""
    for batch in reader:
        yield batch.slice(0, rows)
        rows -= batch.num_rows
        if rows <= 0:
            reader.close()
            return


def _provenance(source: Source, plan: Plan, status: Status) -> Provenance:
    return Provenance(
        system=plan.system,
        source=source.address,
        engine=source.engine,
        snapshot=source.snapshot,
        taken_at=datetime.now(UTC),
        tool=f"crmaudit {__version__}",
        status=status,
    )


def _failed(source: Source, table: Table, plan: Plan, reason: str) -> TableProfile:
    return TableProfile(
        provenance=_provenance(source, plan, Status("failed", reason)),
        table=table.qualified,
        rows=table.rows or 0,
        rows_method=table.rows_method if table.rows is not None else Method("estimate"),
    )


def _failed_column(column: Column, engine: str, rows: int, reason: str) -> ColumnProfile:
    logical = candidates(column.type, engine)[-1][0]
    return ColumnProfile(
        column.name, column.type, logical, rows, nulls=0, status=Status("failed", reason)
    )


def _reason(error: BaseException) -> str:
    """One line about the failure, with nothing in it that may come out of a table."""
    if isinstance(error, CrmauditError):
        problem = error.problems[0]
        return f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return "counting it takes more memory than allowed"
    if isinstance(error, OSError | duckdb.IOException):
        detail = error.strerror if isinstance(error, OSError) and error.strerror else ""
        return f"the temporary file could not be written{': ' + detail if detail else ''}"
    return f"it could not be counted: {type(error).__name__}"
