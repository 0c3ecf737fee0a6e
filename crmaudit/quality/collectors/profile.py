"""Profiles of tables: what their rows really look like."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import fields, replace
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa

from crmaudit.errors import CrmauditError
from crmaudit.evidence import (
    EXACT,
    ColumnProfile,
    Fault,
    Method,
    Status,
    Table,
    TableProfile,
)
from crmaudit.quality.collectors.column import Found
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.measure import measure
from crmaudit.quality.collectors.recognise import recognise_names
from crmaudit.quality.collectors.row_faults import RowFaults, row_faults
from crmaudit.quality.collectors.staging import Head, Held, Stage, Staged, counts
from crmaudit.quality.collectors.value_faults import FAULTY, forget
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import ConnectionLostError, Source

Told = Callable[[Table, int], None]

# The statistics that a sample makes inexact.
_SAMPLED = """
    nulls blanks distinct uniques minimum maximum mean deviation quantiles length_min
    length_mean length_max top shapes unparsable broken not_finite checks months
    histogram
"""


def profile(
    source: Source, tables: Sequence[Table], plan: Plan | None = None, on_rows: Told | None = None
) -> Iterator[TableProfile]:
    """A profile of every table, in order, each as soon as it is done.

    One column-wise stream a table (`Source.stream`) goes to DuckDB, a large one
    to a temporary file, where each column is counted once; the source answers
    no other statement. Memory is bounded by `plan`, whatever the number of rows,
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
    with Profiler(source, plan, on_rows) as profiler:
        for table in tables:
            if not table.readable:
                yield _failed(source, table, plan, table.note or "this account may not read it")
                continue
            try:
                found = profiler.profile(table)
            except ConnectionLostError:
                raise
            except (CrmauditError, duckdb.Error, pa.ArrowException, OSError, MemoryError) as error:
                found = _failed(source, table, plan, _reason(error))
            yield found


class Profiler:
    """Profiles table after table; a context manager, which leaves nothing behind.

    `ordered`: rows are numbered as they come, which takes more memory.
    """

    def __init__(
        self, source: Source, plan: Plan, on_rows: Told | None, ordered: bool = False
    ) -> None:
        self._ordered = ordered
        self._source, self._plan, self._on_rows = source, plan, on_rows
        self._small: Engine | None = None

    def __enter__(self) -> Profiler:
        return self

    def __exit__(self, *_: object) -> None:
        if self._small is not None:
            self._small.close()

    def profile(self, table: Table) -> TableProfile:
        began = time.monotonic()
        columns: list[ColumnProfile] = []
        understanding, between, doubt = 0.0, RowFaults(), ""
        rows, rows_method = table.rows or 0, table.rows_method
        plan = self._plan
        if table.columns:
            with ExitStack() as stack:
                seen, kept, staged = self.stage(table, stack)
                if seen != plan.row_limit:
                    rows, rows_method = seen, EXACT
                elif table.rows is None or table.rows < seen:
                    rows, rows_method = seen, Method("sample", n=seen)
                total = None if rows_method.kind == "sample" else rows
                known = Method("sample", n=kept, total=total) if kept != total else EXACT
                methods = {} if known == EXACT else dict.fromkeys(_SAMPLED.split(), known)
                founds, understanding = self.columns(table, staged, kept)
                if staged is not None:
                    began_rows = time.monotonic()
                    try:
                        between = staged.engine.run(partial(row_faults, staged, table, founds))
                    except duckdb.Error as error:
                        # The statistics of the columns are whole without it.
                        doubt = f"rows were not searched for faults: {_reason(error)}"
                    understanding += time.monotonic() - began_rows
                if methods:
                    between = _of_sample(between, founds, kept)
                columns = [f.profile(methods) for f in founds]
        failed = [c.status.reason for c in columns if c.status.state == "failed"]
        partly = [c.status.reason for c in columns if c.status.state == "partly"]
        reasons = [doubt] if doubt else []
        if failed:
            reasons.insert(0, f"{len(failed)} of {len(columns)} columns failed: {failed[0]}")
        elif partly:
            reasons.insert(0, f"{len(partly)} of {len(columns)} columns: {partly[0]}")
        status = Status("partly", "; ".join(reasons)) if reasons else Status()
        return TableProfile(
            provenance=self._source.provenance(plan.system, status),
            table=table.qualified,
            rows=rows,
            rows_method=rows_method,
            columns=tuple(columns),
            seconds=round(time.monotonic() - began, 3),
            understanding=round(understanding, 3),
            where=plan.where,
            **{f.name: getattr(between, f.name) for f in fields(between)},
        )

    def stage(self, table: Table, stack: ExitStack) -> tuple[int, int, Staged | None]:
        """Read a table: rows that came, rows that are kept, and where (None: there are none)."""
        plan, width = self._plan, len(table.columns)
        batches = _batches(self._source.stream(table, table.columns, plan.where), plan.row_limit)
        # Reading ends with the table, whatever happens to it.
        stack.callback(batches.close)

        def told(rows: int) -> None:
            if self._on_rows:
                self._on_rows(table, rows)

        # A sample draws from all rows: that is the file's business.
        head = Head(width, told)
        if plan.sample is None and head.read(batches):
            if not head.rows:
                return 0, 0, None
            if self._small is None:
                self._small = Engine(plan, threads=1)
            stack.callback(self._small.drop, FAULTY)
            return head.rows, head.rows, Held(self._small, head.batches, width)
        stage = stack.enter_context(Stage(plan, width, self._ordered))
        seen, kept = stage.fill(head.take(), batches, told)
        return seen, kept, stage

    def columns(self, table: Table, staged: Staged | None, rows: int) -> tuple[list[Found], float]:
        """What was found out about each column, and the seconds spent on understanding them."""
        engine = self._source.engine
        if staged is None:
            empty = [Found(i, c, engine) for i, c in enumerate(table.columns)]
            recognise_names(empty, table)
            return empty, 0.0
        done: dict[int, Found] = {}
        understanding = 0.0

        def attempt(group: list[int]) -> None:
            nonlocal understanding
            columns = [Found(i, table.columns[i], engine) for i in group]
            try:
                with counts(staged, group) as asked:
                    understanding += measure(asked, columns, self._plan, table)
                done.update((c.index, c) for c in columns)
            except duckdb.Error as error:
                if len(group) == 1:
                    done[group[0]] = Found(
                        group[0], columns[0].column, engine, rows=rows, failed=_reason(error)
                    )
                    return
                # One of them is at fault: it is to fail alone.
                forget(staged.engine, group)
                half = len(group) // 2
                attempt(group[:half])
                attempt(group[half:])

        for group in staged.groups:
            staged.engine.run(partial(attempt, group))
        return [done[i] for i in range(len(table.columns))], understanding


def _of_sample(between: RowFaults, columns: Sequence[Found], rows: int) -> RowFaults:
    """The faults, each saying of how many rows it was counted."""

    def sampled(faults: Iterable[Fault]) -> tuple[Fault, ...]:
        return tuple(replace(f, sampled=rows) for f in faults)

    for column in columns:
        column.statistics["faults"] = sampled(column.statistics.get("faults", ()))
    return replace(between, faults=sampled(between.faults))


def _batches(reader: Any, limit: int | None) -> Generator[Any, None, None]:
    """The rows of a reader, the first ones if there is a limit; the reader is then closed."""
    left = limit
    try:
        for batch in reader:
            if left is None:
                yield batch
                continue
            yield batch.slice(0, left)
            left -= batch.num_rows
            if left <= 0:
                reader.close()
                return
    finally:
        # A traceback would keep it, and its cursor, until after the source is closed.
        del reader


def _failed(source: Source, table: Table, plan: Plan, reason: str) -> TableProfile:
    return TableProfile(
        provenance=source.provenance(plan.system, Status("failed", reason)),
        table=table.qualified,
        rows=table.rows or 0,
        rows_method=table.rows_method if table.rows is not None else Method("estimate"),
        where=plan.where,
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
