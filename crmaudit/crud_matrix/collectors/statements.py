"""Statements that ran: what the server keeps of them, and logs that were saved as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import ModuleType

from crmaudit.evidence import Document
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task


class _Statements:
    per_table = False
    offline = True

    def statements(self, task: Task) -> Iterable[Statement]:
        engine = _engine(task)
        return engine.statements(task) if engine else ()

    def collect(self, task: Task) -> Iterator[Document]:
        engine = _engine(task)
        if engine is not None:
            yield from engine.read(task)
        if task.known.traces.statements:
            from crmaudit.crud_matrix.collectors import logs

            yield from logs.documents(task)


def _engine(task: Task) -> ModuleType | None:
    """What reads the statements of the task's server; None where the engine keeps none."""
    if not task.source.has_rows:
        return None
    if task.source.engine == "postgresql":
        from crmaudit.crud_matrix.collectors import statements_postgresql

        return statements_postgresql
    if task.source.engine in ("mysql", "mariadb"):
        from crmaudit.crud_matrix.collectors import statements_mysql

        return statements_mysql
    return None


collector = _Statements()
