"""Statements that ran: what the server keeps of them, and logs that were saved as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.crud_matrix.collectors.told import of_server
from crmaudit.evidence import Document
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task


class _Statements:
    per_table = False
    offline = True

    def statements(self, task: Task) -> Iterable[Statement]:
        engine = of_server(task, "statements")
        return engine.statements(task) if engine else ()

    def collect(self, task: Task) -> Iterator[Document]:
        engine = of_server(task, "statements")
        if engine is not None:
            yield from engine.read(task)
        if task.known.traces.statements:
            from crmaudit.crud_matrix.collectors import logs

            yield from logs.documents(task)


collector = _Statements()
