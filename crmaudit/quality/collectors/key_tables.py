"""What tells the rows of each table apart: declared, mapped or found, and whether it still does."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from crmaudit.evidence import Table, TableKey
from crmaudit.quality.collectors.key_values import KeyValues, Side
from crmaudit.quality.products.resolved import Resolved
from crmaudit.quality.references.columns import Columns
from crmaudit.quality.references.judge import ENOUGH
from crmaudit.quality.references.table_keys import key_columns
from crmaudit.quality.references.tables import TableNames
from crmaudit.workspace.landscape import Map


class SearchedKeys:
    """The keys of a catalog's tables; those of several columns are asked of `values`.

    `references` are columns that probably refer to another table: those of a
    table that only links tell its rows apart together.
    """

    def __init__(
        self,
        columns: Columns,
        values: KeyValues,
        names: TableNames,
        map_: Map | None,
        product: Resolved | None,
        references: Collection[tuple[str, str]],
    ) -> None:
        self._columns, self._values, self._names = columns, values, names
        self._references = references
        self._keys: list[tuple[TableKey, int | None]] = []
        self._ask(map_, product)

    def _ask(self, map_: Map | None, product: Resolved | None) -> None:
        mapped_keys: dict[tuple[str, tuple[str, ...]], TableKey] = {}
        for row in map_.tables if map_ else ():
            said_so = TableKey(row.table, tuple(row.key), "map", 1.0, ("the map says so",))
            self._say_key(mapped_keys, said_so)
        for part in product.tables if product else ():
            why = ("the product map says so",)
            self._say_key(mapped_keys, TableKey(part.table, part.key, "product map", 0.95, why))
        said = {table for table, _ in mapped_keys}
        for table in self._columns.tables:
            name = table.qualified
            if table.primary_key:
                why = ("the database declares it",)
                key = TableKey(name, table.primary_key, "declared", 1.0, why)
                self._keys.append((self._counted(key), None))
            elif name not in said:
                self._guess_key(table)
        for key in mapped_keys.values():
            declared_key = self._columns.table[key.table].primary_key
            if key.columns != declared_key:
                self._keys.append((self._counted(key), self._combined(key)))

    def _say_key(self, said: dict[tuple[str, tuple[str, ...]], TableKey], key: TableKey) -> None:
        table = self._columns.table.get(key.table)
        names = {c.name for c in table.columns} if table else set()
        if key.columns and names >= set(key.columns):
            said.setdefault((key.table, key.columns), key)

    def _guess_key(self, table: Table) -> None:
        name = table.qualified
        ranked = key_columns(table, self._columns, self._names)
        if ranked and ranked[0][1] >= ENOUGH:
            column, confidence, reasons = ranked[0]
            key = TableKey(name, (column,), "inferred", confidence, reasons)
            self._keys.append((self._counted(key), None))
            return
        known = [k for k in self._columns.of(table) if (name, k.name) in self._references]
        if len(known) in (2, 3) and len(table.columns) <= 8 and self._columns.rows(name):
            why = ("the references of a table that links others",)
            columns = tuple(k.name for k in known)
            key = TableKey(name, columns, "inferred", 0.7, why, self._columns.rows(name) or 0)
            self._keys.append((key, self._combined(key)))

    def _combined(self, key: TableKey) -> int | None:
        """The number to ask for a key of several columns."""
        if len(key.columns) < 2 or self._columns.without_values(key.table, key.columns):
            return None
        return self._values.side(Side(key.table, key.columns))

    def _counted(self, key: TableKey) -> TableKey:
        """A key of one column as its profile counted it."""
        rows = self._columns.rows(key.table) or 0
        known = self._columns.get(key.table, key.columns[0])
        profile = known.profile if known and known.filled is not None else None
        if len(key.columns) > 1 or profile is None or profile.methods:
            return replace(key, rows=rows)
        repeated = profile.filled - profile.uniques if profile.uniques is not None else None
        return replace(key, rows=rows, nulls=rows - profile.filled, repeated=repeated)

    def found(self, unread: Collection[str]) -> Iterator[TableKey]:
        """The keys as counted; a guess of several columns that repeats is none."""
        counted = self._values.uniqueness(n for _, n in self._keys if n is not None)
        for key, number in self._keys:
            if number is None or key.table in unread:
                yield key
                continue
            rows = self._values.rows.get((key.table, ""), key.rows)
            filled, repeated = counted.get(number, (0, 0))
            if key.basis == "inferred" and repeated > 0.02 * max(1, rows):
                continue
            yield replace(key, rows=rows, nulls=rows - filled, repeated=repeated)
