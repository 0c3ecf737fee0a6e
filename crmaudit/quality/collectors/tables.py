"""The collector of table profiles, as `crmaudit.collect` runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from crmaudit.evidence import Document, Table
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import Source, Statement


class _Profiles:
    def statements(self, source: Source, tables: Iterable[Table]) -> Iterator[Statement]:
        for table in tables:
            if table.readable and table.columns:
                yield source.statement(table, table.columns)

    def collect(
        self,
        source: Source,
        system: str,
        tables: Iterable[Table],
        on_rows: Callable[[str, int], None],
    ) -> Iterator[Document]:
        plan = Plan(system=system)
        yield from profile(
            source, tuple(tables), plan, lambda table, rows: on_rows(table.qualified, rows)
        )


collector = _Profiles()
