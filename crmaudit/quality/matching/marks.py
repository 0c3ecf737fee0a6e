"""Which columns tell where a record comes from and how old it is."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import MappedTable, Table
from crmaudit.evidence.privacy import name_words
from crmaudit.quality.column_roles import is_created_stamp, is_modified_stamp
from crmaudit.quality.effective import EffectiveMap
from crmaudit.quality.matching.meaning import SURE, Columns, names_import, words
from crmaudit.quality.matching.recipe import Mark, Taken
from crmaudit.quality.reaching.links import Edges, has

_UNITS = words(
    "unit units branch branches filiale filialen niederlassung agence agences sucursal sucursales "
    "filial filiali sede"
)


class Marks:
    """What tells where the records of a table come from and how old they are."""

    def __init__(
        self, row: MappedTable, table: Table, map_: EffectiveMap, edges: Edges, columns: Columns
    ) -> None:
        self._row = row
        self._table = table
        self._map = map_
        self._edges = edges
        self._columns = columns

    def taken(self) -> Iterator[Taken]:
        row = self._row
        said: tuple[tuple[Mark, str], ...] = (
            ("created at", row.created_at),
            ("created by", row.created_by),
            ("modified at", row.modified_at),
            ("owner", row.owner),
        )
        for mark, column in said:
            found = self._said(mark, column) if column else self._recognised(mark)
            if found is not None:
                yield found
        found = self._import() or self._import_beside()
        if found is not None:
            yield found
        ranked = [
            (rank, c.name)
            for c in self._table.columns
            if (rank := self._columns.source_rank(self._table, c.name)) is not None
        ]
        if ranked:
            yield Taken("source", self._table, min(ranked)[1])
        units = {t.table for t in self._map.of_kind("unit")}
        for edge in self._edges.of(row.table):
            called = _UNITS.intersection(name_words(self._edges.tables[edge.to].name))
            if (edge.to in units or called) and edge.when is None:
                yield Taken("unit", self._table, edge.column)
                return

    def _said(self, mark: Mark, column: str) -> Taken | None:
        name, _, own = column.rpartition(".")
        if not name or self._edges.named(name, "") == self._row.table:
            return Taken(mark, self._table, own) if has(self._table, own) else None
        for left, right in self._row.join.items():
            there, _, key = left.rpartition(".")
            table = self._edges.tables.get(self._edges.named(there, ""))
            if there == name and table is not None and table.readable and has(table, own):
                here = right if has(self._table, right) else self._edges.key(self._row.table)
                if has(table, key) and here:
                    return Taken(mark, table, own, (key, here))
        return None

    def _recognised(self, mark: Mark) -> Taken | None:
        for column in self._table.columns:
            known = self._columns.profile(self._table, column.name)
            meant = known.semantic if known is not None else None
            if meant is not None and meant.type == mark and meant.confidence >= SURE:
                return Taken(mark, self._table, column.name)
        stamp = {"created at": is_created_stamp, "modified at": is_modified_stamp}.get(mark)
        for column in self._table.columns:
            if stamp is not None and stamp(column.name):
                return Taken(mark, self._table, column.name)
        return None

    def _import(self) -> Taken | None:
        for edge in self._edges.of(self._row.table):
            if names_import(edge.to) and edge.when is None:
                return Taken("import batch", self._table, edge.column)
        found = [
            c.name for c in self._table.columns if self._columns.is_import(self._table, c.name)
        ]
        return Taken("import batch", self._table, found[0]) if found else None

    def _import_beside(self) -> Taken | None:
        for row in self._map.of(self._row.entity):
            table = self._edges.tables.get(row.table)
            if row.role != "extension" or table is None or not table.readable:
                continue
            for edge in self._edges.of(row.table):
                for column in table.columns:
                    if edge.to == self._row.table and self._columns.is_import(table, column.name):
                        on = (edge.column, edge.to_column)
                        return Taken("import batch", table, column.name, on)
        return None
