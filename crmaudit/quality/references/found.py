"""What the evidence on keys says, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.evidence import Keys, Reference, Table, TableKey


def side_words(table: str, columns: tuple[str, ...]) -> str:
    """`contacts.account_id`, `lines.(order, position)`."""
    if not columns:
        return table
    return f"{table}.{columns[0]}" if len(columns) == 1 else f"{table}.({', '.join(columns)})"


def reference_words(reference: Reference) -> str:
    """`notes.contact_id → contacts.id`, with the type of a polymorphic pair behind it."""
    when = f" ({reference.when[0]} {reference.when[1]})" if reference.when else ""
    child = side_words(reference.table, reference.columns)
    return f"{child} → {side_words(reference.to, reference.to_columns)}{when}"


def undeclared_keys(keys: Keys, tables: Iterable[Table]) -> Iterator[TableKey]:
    """Keys of these tables that nothing in the database guards, of tables that have rows."""
    guarded: dict[str, list[frozenset[str]]] = {}
    for table in tables:
        unique = [i.columns for i in table.indexes if i.unique]
        guarded[table.qualified] = [frozenset(g) for g in (table.primary_key, *unique) if g]
    for key in keys.keys:
        there = guarded.get(key.table)
        if key.basis == "declared" or not key.rows or there is None:
            continue
        # A narrower guard makes the key unique as well.
        if not any(g <= frozenset(key.columns) for g in there):
            yield key
