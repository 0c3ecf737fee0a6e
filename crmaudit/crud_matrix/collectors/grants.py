"""Rights: what the server says of its own, and listings of rights that were saved as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import ModuleType

from crmaudit.crud_matrix.principals import Naming
from crmaudit.evidence import Document
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task


class _Grants:
    per_table = False
    offline = True

    def statements(self, task: Task) -> Iterable[Statement]:
        engine = _engine(task)
        return engine.statements(task) if engine else ()

    def collect(self, task: Task) -> Iterator[Document]:
        engine = _engine(task)
        if engine is not None:
            known = task.known
            declared = known.map.principals if known.map else ()
            yield engine.read(task, Naming(declared, known.words, task.key))
        if task.known.traces.grants:
            from crmaudit.crud_matrix.collectors import grants_files

            yield from grants_files.documents(task)


def _engine(task: Task) -> ModuleType | None:
    """What reads the rights of the task's server; None where the engine has none."""
    if not task.source.has_rows:
        return None
    if task.source.engine == "postgresql":
        from crmaudit.crud_matrix.collectors import grants_postgresql

        return grants_postgresql
    if task.source.engine in ("mysql", "mariadb"):
        from crmaudit.crud_matrix.collectors import grants_mysql

        return grants_mysql
    return None


collector = _Grants()
