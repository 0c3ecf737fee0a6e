"""One entity across the systems that hold it."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import Document
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Joint, Task


class _Collector:
    def statements(self, task: Task) -> Iterator[Statement]:
        yield from ()

    def collect(self, joint: Joint) -> Iterator[Document]:
        yield from ()


collector = _Collector()
