"""What a database does by itself: its views, triggers, routines, rules, events and cascades.

Read out of its own catalog. Definitions are understood where they are read;
no text of theirs is kept.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from crmaudit.crud_matrix.sql import Tables
from crmaudit.crud_matrix.sql.defined import defined, name_of, part
from crmaudit.crud_matrix.sql.understood import Understood
from crmaudit.evidence.use import Effect, Machinery, MachineryKind
from crmaudit.sources.base import Statement
from crmaudit.sources.dump import DumpSource
from crmaudit.sources.task import Task

_READERS = {
    "postgresql": "crmaudit.crud_matrix.collectors.machinery_postgresql",
    "mysql": "crmaudit.crud_matrix.collectors.machinery_mysql",
    "mariadb": "crmaudit.crud_matrix.collectors.machinery_mysql",
    "sqlite": "crmaudit.crud_matrix.collectors.machinery_files",
    "duckdb": "crmaudit.crud_matrix.collectors.machinery_files",
}

ON_DELETE = {"CASCADE": "D", "SET NULL": "U", "SET DEFAULT": "U"}
"""What a deletion does to the rows that refer to what is deleted."""


@dataclass(frozen=True)
class Reader:
    """What the engines' readers work with: how to ask, and how things are named."""

    task: Task
    tables: Tables

    def ask(self, statement: Statement) -> list[tuple[str, ...]]:
        """The rows, every value as text, empty for none."""
        rows = self.task.source.query(statement.sql, statement.purpose)
        return [tuple("" if v is None else str(v) for v in row) for row in rows]

    @property
    def dialect(self) -> str:
        return self.task.source.engine

    def shown(self, schema: str, name: str) -> str:
        """The catalog's name of a table or view, or the name of anything else in a schema."""
        default = self.task.source.default_schema
        found = self.tables.find(name_of(schema, name))
        if found is not None:
            return found.qualified
        return name if schema in ("", default) else f"{schema}.{name}"

    def part(
        self,
        name: str,
        kind: MachineryKind,
        found: Understood,
        on: str = "",
        event: str = "",
        calls: Iterable[str] = (),
    ) -> Machinery:
        return part(name, kind, found, self.tables, on, event, calls)


def machinery(task: Task) -> tuple[Machinery, ...]:
    """All machinery that the account may see; what it may not read is `unread` and says so.

    A source that holds a schema dump gives what its text defines. Files and
    folders have none. Raises CrmauditError where the catalog cannot be asked.
    """
    source = task.source
    tables = Tables(task.catalog, source.engine, source.default_schema)
    if isinstance(source, DumpSource):
        made = [defined(sql, source.engine, tables) for sql in source.definitions()]
        made += [cascade(parent, child, action) for child, parent, action in source.on_delete]
        return _finished([m for m in made if m is not None])
    module = _READERS.get(source.engine)
    if module is None or not source.has_rows:
        return ()
    read: Callable[[Reader], Iterable[Machinery]] = importlib.import_module(module).read
    return _finished(list(read(Reader(task, tables))))


def statements(task: Task) -> tuple[Statement, ...]:
    """Every statement that `machinery` sends."""
    module = _READERS.get(task.source.engine)
    if module is None or not task.source.has_rows:
        return ()
    sent: Callable[[str], tuple[Statement, ...]] = importlib.import_module(module).statements
    return sent(task.source.engine)


def cascade(parent: str, child: str, action: str) -> Machinery | None:
    """What ON DELETE does by itself; None where it does nothing."""
    letter = ON_DELETE.get(action.upper())
    if letter is None:
        return None
    return Machinery(
        f"{child} on delete {action.lower()}", "cascade", (Effect(child, letter),), (), parent, "D"
    )


def _finished(found: list[Machinery]) -> tuple[Machinery, ...]:
    """In a fixed order, with calls of nothing but routines that are there."""
    routines = {m.name.rpartition(".")[2].lower(): m.name for m in found if m.kind == "routine"}
    finished = []
    for one in found:
        calls = {routines.get(c.rpartition(".")[2].lower(), "") for c in one.calls}
        finished.append(replace(one, calls=tuple(sorted(calls - {"", one.name}))))
    return tuple(sorted(finished, key=lambda m: (m.kind, m.on, m.name, m.event)))
