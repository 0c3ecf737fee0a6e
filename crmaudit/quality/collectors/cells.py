"""The faulty cells of a table, one by one: by the same search that counts them in a profile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

from crmaudit.evidence import Table
from crmaudit.evidence.fault import FAULT_KINDS, FaultKind
from crmaudit.quality.collectors.profile import Profiler
from crmaudit.quality.collectors.row_faults import Search
from crmaudit.quality.collectors.value_faults import STEP
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import Source


def cells(
    source: Source, table: Table, plan: Plan | None = None
) -> Iterator[tuple[int, str, FaultKind]]:
    """Row number, column and kind of each fault found in a table, by row and column.

    Rows are numbered from 0 in the order in which the source gives them; all
    are read (`Plan.sample` is passed over). A cell with several kinds of fault
    comes once for each. Raises CrmauditError where the table cannot be read,
    duckdb.Error where it cannot be searched.
    """
    whole = replace(plan or Plan(), sample=None)
    with Profiler(source, whole, None, ordered=True) as profiler, ExitStack() as stack:
        _, kept, staged = profiler.stage(table, stack)
        if staged is None:
            return
        columns, _ = profiler.columns(table, staged, kept)
        known = [c for c in columns if not c.failed]
        rows = stack.enter_context(staged.rows())
        search = Search(staged.engine, rows, known)
        staged.engine.run(search.run)
        found = search.cells()
        if not found:
            return
        names = [c.name for c in table.columns]
        ordered = f"SELECT DISTINCT r, c, k // {STEP} AS k FROM ({found}) ORDER BY r, c, k"
        batches = staged.engine.batches(ordered)
        while batch := staged.engine.run(lambda: next(batches, None)):
            for row, column, kind in zip(*(c.to_pylist() for c in batch.columns), strict=True):
                yield row, names[column], FAULT_KINDS[kind]
