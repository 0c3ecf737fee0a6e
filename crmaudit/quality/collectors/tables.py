"""The collector of table profiles, as `crmaudit.collect` runs it."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import Document
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task


class _Profiles:
    per_table = True
    offline = False

    def statements(self, task: Task) -> Iterator[Statement]:
        for table in task.tables:
            if table.readable and table.columns:
                yield task.source.statement(table, table.columns)

    def collect(self, task: Task) -> Iterator[Document]:
        plan = Plan(system=task.system, key=task.key)
        yield from profile(
            task.source, task.tables, plan, lambda table, rows: task.on_rows(table.qualified, rows)
        )


collector = _Profiles()
