"""What lies in the backup folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.evidence import Document
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task


class _Backups:
    per_table = False
    offline = True

    def statements(self, task: Task) -> Iterable[Statement]:
        return ()

    def collect(self, task: Task) -> Iterator[Document]:
        return iter(())


collector = _Backups()
