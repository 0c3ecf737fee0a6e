"""Who may do what in a CRM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.evidence import Document
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task


class _Access:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        return ()

    def collect(self, task: Task) -> Iterator[Document]:
        return iter(())


collector = _Access()
