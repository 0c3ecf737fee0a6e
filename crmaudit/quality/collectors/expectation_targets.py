"""Which rows and columns of a system an expectation is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crmaudit.evidence import Column, EntityMap, MappedTable, Table, TableProfile
from crmaudit.evidence.entity_map import Role
from crmaudit.quality.effective import effective
from crmaudit.sources.base import Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.task import Task
from crmaudit.workspace.answers import Expectation

_WORD = re.compile(r"[\W_]+")
_BESIDE: tuple[Role, ...] = ("extension", "secondary")
"""Roles of tables that hold more about the entity's records."""


@dataclass(frozen=True)
class Rows:
    """Rows of a table, and its columns by what they may be called.

    `meanings` are what the entity map says of columns, `types` what their
    content was recognised as.
    """

    table: Table
    where: str = ""
    entity: str = ""
    left_out: tuple[str, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Column | None:
        """The column of that name, or the only one that is it: spelling apart, by its meaning."""
        exact = next((c for c in self.table.columns if c.name == name), None)
        if exact is not None:
            return exact
        wanted = _plain(name)
        known = {c.name: c for c in self.table.columns}
        for found in (
            [c for c in self.table.columns if _plain(c.name) == wanted],
            [known[c] for c, m in self.meanings.items() if c in known and _plain(m) == wanted],
            [known[c] for c, m in self.types.items() if c in known and _plain(m) == wanted],
        ):
            if wanted and len(found) == 1:
                return found[0]
        return None


def _plain(name: str) -> str:
    return _WORD.sub("", name.lower())


class Targets:
    """Finds the rows that expectations are about, in the catalog and by the entity map."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._tables = {t.qualified: t for t in task.catalog.tables}
        measured = next(iter(task.found(EntityMap)), None)
        self._map = effective(task.system, task.known.map, measured, task.known.entities)
        self._types: dict[str, dict[str, str]] = {}
        for profile in task.found(TableProfile):
            if not profile.where:
                self._types[profile.table] = {
                    c.name: c.semantic.type for c in profile.columns if c.semantic
                }

    def table(self, name: str) -> Table | None:
        """The catalog's table of that name, else the only one in other spelling or any schema."""
        if name in self._tables:
            return self._tables[name]
        lower = name.casefold()
        for found in (
            [t for t in self._tables.values() if t.qualified.casefold() == lower],
            [t for t in self._tables.values() if t.name.casefold() == lower],
        ):
            if len(found) == 1:
                return found[0]
        return None

    def referred(self, name: str) -> tuple[Table, Column] | None:
        """The table and column that `table.column` means; either may have dots in it."""
        parts = name.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            table = self.table(".".join(parts[:cut]))
            column = Rows(table).column(".".join(parts[cut:])) if table else None
            if table is not None and column is not None:
                return table, column
        return None

    def of(self, expectation: Expectation, names: Sequence[str]) -> Iterator[Rows]:
        """The rows that it is about. `names` are the columns that it speaks of.

        Those of its table, else of every table that its entity mainly stands
        in; where the columns are not there, of a table beside it that has them
        all. Raises CrmauditError for a condition that is none.
        """
        own = expectation.where or ""
        if expectation.table is not None:
            table = self.table(expectation.table)
            if table is None:
                return
            entity = expectation.entity or ""
            mapped = [m for m in self._mapped(entity) if m.table == table.qualified]
            if mapped:
                yield from (self._rows(table, m, entity, own) for m in mapped)
            else:
                yield Rows(table, own, types=self._types.get(table.qualified, {}))
            return
        if expectation.entity is None:
            return
        known = [(self._tables[m.table], m) for m in self._mapped(expectation.entity)
                 if m.table in self._tables]  # fmt: skip
        held = [self._rows(t, m, expectation.entity, own) for t, m in known if m.role == "primary"]
        beside = [self._rows(t, m, expectation.entity, own) for t, m in known if m.role in _BESIDE]
        for rows in held:
            if all(rows.column(n) for n in names):
                yield rows
            else:
                other = [r for r in beside if all(r.column(n) for n in names)]
                yield other[0] if other else rows

    def holds(self, entity: str) -> bool:
        """Whether some table is known to hold the entity."""
        return any(m.table in self._tables for m in self._mapped(entity))

    def _mapped(self, entity: str) -> list[MappedTable]:
        return list(self._map.of(entity)) if self._map and entity else []

    def _rows(self, table: Table, mapped: MappedTable, entity: str, own: str) -> Rows:
        parts, left_out = [], []
        for condition, keeps, what in (
            (mapped.where, True, "rows of other entities"),
            (mapped.soft_delete, False, "deleted rows"),
            (mapped.test_rows, False, "test rows"),
        ):
            if condition.strip():
                parts.append(self._condition(table, mapped, condition, keeps))
                left_out.append(what)
        if own.strip():
            selected(own)
            parts.append(f"({own})")
        return Rows(
            table,
            " AND ".join(parts),
            entity,
            tuple(left_out),
            mapped.columns,
            self._types.get(table.qualified, {}),
        )

    def _condition(self, table: Table, mapped: MappedTable, condition: str, keeps: bool) -> str:
        """The condition, or its contrary, in the table's own rows.

        One that speaks of a joined table holds for the rows whose key is there.
        """
        selected(condition)
        for there, here in mapped.join.items():
            name, _, column = there.rpartition(".")
            other = self.table(name)
            if other is None or not _mentions(condition, name):
                continue
            quote = self._task.source.quote
            inner = (
                f"SELECT {quote(column)} FROM {self._quoted(other)} "
                f"WHERE ({condition}) AND {quote(column)} IS NOT NULL"
            )
            own = quote(here.rpartition(".")[2])
            return f"({own} {'IN' if keeps else 'NOT IN'} ({inner}))"
        # What is neither true nor false is not deleted.
        return f"({condition})" if keeps else f"(({condition}) IS NOT TRUE)"

    def _quoted(self, table: Table) -> str:
        quote = self._task.source.quote
        return f"{quote(table.schema)}.{quote(table.name)}" if table.schema else quote(table.name)

    def count(self, rows: Rows) -> Statement:
        """The statement that counts the rows."""
        sql = f"SELECT count(*) FROM {self._quoted(rows.table)}{selected(rows.where)}"
        return Statement(sql, f"count the rows of {rows.table.qualified}")


def _mentions(condition: str, table: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(table)}\s*\.", condition) is not None
