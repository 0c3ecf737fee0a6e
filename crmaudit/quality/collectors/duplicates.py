"""Records of one entity in one system that stand for the same thing."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import Document
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task


class _Collector:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterator[Statement]:
        yield from ()

    def collect(self, task: Task) -> Iterator[Document]:
        yield from ()


collector = _Collector()
