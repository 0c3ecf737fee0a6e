"""Rights: what the server says of its own, or a dump, and listings that were saved as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.crud_matrix.collectors.told import of_server
from crmaudit.crud_matrix.principals import Naming
from crmaudit.evidence import Document
from crmaudit.sources.base import Statement
from crmaudit.sources.dump import DumpSource
from crmaudit.sources.task import Task

DUMP = "dump"
"""The origin of rights out of a dump of the structure."""


class _Grants:
    per_table = False
    offline = True

    def statements(self, task: Task) -> Iterable[Statement]:
        engine = of_server(task, "grants")
        return engine.statements(task) if engine else ()

    def collect(self, task: Task) -> Iterator[Document]:
        engine = of_server(task, "grants")
        if engine is not None:
            known = task.known
            declared = known.map.principals if known.map else ()
            yield engine.read(task, Naming(declared, known.words, task.key))
        elif isinstance(task.source, DumpSource):
            yield from _of_dump(task, task.source)
        if task.known.traces.grants:
            from crmaudit.crud_matrix.collectors import grants_files

            yield from grants_files.documents(task)


def _of_dump(task: Task, source: DumpSource) -> Iterator[Document]:
    """The rights that a dump gives with its tables; nothing where it was made without them."""
    from crmaudit.crud_matrix.collectors.grants_files import listed
    from crmaudit.crud_matrix.collectors.grants_script import in_statement

    given = [g for _, sql in source.statements() for g in in_statement(sql, source.engine)]
    if any(g.names and g.scope != "sequence" for g in given):
        yield listed(task, DUMP, given)


collector = _Grants()
