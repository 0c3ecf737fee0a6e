"""Profiles of the rows that are one entity, where a table holds several."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, EntityMap, Table
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task


class _Parts:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterator[Statement]:
        sent = False
        for table, where in _parts(task):
            sent = True
            try:
                yield task.source.statement(table, table.columns, where)
            except CrmauditError:
                # Collecting says why; it sends nothing either.
                continue
        if not sent and not any(task.found(EntityMap)):
            yield Statement(
                "SELECT … FROM … WHERE (…)",
                "read the rows that are one entity, of a table that holds several",
                template=True,
            )

    def collect(self, task: Task) -> Iterator[Document]:
        for table, where in _parts(task):
            plan = Plan(system=task.system, key=task.key, where=where)
            yield from profile(
                task.source, [table], plan, lambda t, rows: task.on_rows(t.qualified, rows)
            )


def _parts(task: Task) -> Iterator[tuple[Table, str]]:
    """Tables with the conditions of their parts, each once: people's map, then what was found.

    Where people say what a table holds, what was found of it does not count.
    """
    tables = {t.qualified: t for t in task.catalog.tables}
    known = task.known.map
    said = known.settled if known else frozenset()
    found = next(task.found(EntityMap), None)
    measured = {row.table for row in found.tables} if found else set()
    written = known.tables if known else ()
    # What nobody confirmed gives way to what was found.
    declared = [r for r in written if r.confirmed or r.table not in measured]
    rows = [(row.table, row.where, row.role) for row in declared]
    rows += [
        (r.table, r.where, r.role) for r in (found.tables if found else ()) if r.table not in said
    ]
    for name, where in dict.fromkeys((t, w) for t, w, role in rows if w and role == "primary"):
        table = tables.get(name)
        if table is not None and table.readable and table.columns and table.rows != 0:
            yield table, where


collector = _Parts()
