"""Indexes as a server describes them: which are spare, and which references have none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from crmaudit.evidence import Catalog, IndexHealth, Keys, Unindexed

SURE = 0.7
"""From this confidence on, a reference that nobody declared counts as one."""

_ORDERED = "btree"
_KEPT = ("primary key", "unique", "exclusion", "replication")
"""Rules of the database that an index enforces: it is not spare whatever another one does."""
_WHOLE = ("btree", "hash")
"""Kinds of index that find the rows of one value, which is what a reference asks for."""


@dataclass(frozen=True, slots=True)
class Found:
    """One index. `columns` as they are shown, `keys` as the server tells them apart.

    A key has the column or expression with its collation, order and operators;
    `included` columns are stored and not ordered by. `where` is the condition
    of an index on some of the rows. `alone`: it covers only a part of a
    partitioned table.
    """

    table: str
    name: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    included: tuple[str, ...] = ()
    unique: bool = False
    method: str = _ORDERED
    where: str = ""
    valid: bool = True
    needed: str = ""
    bytes: int | None = None
    uses: int | None = None
    alone: bool = False

    def covers(self, other: Found) -> bool:
        """Whether all that the other one does is done by this one.

        An index that begins with the other's columns answers what the other
        answers; that holds for ordered indexes only. What the other forbids to
        repeat, this one has to forbid as well.
        """
        same = self.method == other.method and self.where == other.where
        if not same or not self.valid or self.alone or self.table != other.table:
            return False
        if other.unique and not (self.unique and self.keys == other.keys):
            return False
        if not set(other.included) <= {*self.columns, *self.included}:
            return False
        if self.method != _ORDERED:
            return self.keys == other.keys
        return self.keys[: len(other.keys)] == other.keys

    def begins_with(self, columns: Sequence[str]) -> bool:
        """Whether rows with given values of these columns are found by it."""
        if not self.valid or self.alone or self.method not in _WHOLE:
            return False
        if self.where and not _only_leaves_out_nulls(self.where, columns):
            return False
        if self.method != _ORDERED and len(self.columns) != len(columns):
            return False
        return set(self.columns[: len(columns)]) == set(columns)


def _only_leaves_out_nulls(where: str, columns: Sequence[str]) -> bool:
    told = re.fullmatch(r'\(*\s*["`]?(.+?)["`]?\s+is\s+not\s+null\s*\)*', where, re.IGNORECASE)
    return told is not None and told[1] in columns


def spare(indexes: Iterable[Found]) -> Iterator[tuple[Found, str]]:
    """Each index with the name of one that makes it spare, or an empty name.

    What rests on a rule of the database is never spare. Of two that are the
    same, the one that comes later by its name is.
    """
    tables: dict[str, list[Found]] = {}
    for index in indexes:
        tables.setdefault(index.table, []).append(index)
    for _, own in sorted(tables.items()):
        own.sort(key=lambda i: i.name)
        for index in own:
            yield index, _cover(index, own)


def _cover(index: Found, own: Sequence[Found]) -> str:
    if index.needed in _KEPT:
        return ""
    rivals = [
        o
        for o in own
        # Where each could stand for the other, one of the two has to stay.
        if o is not index and o.covers(index) and (not index.covers(o) or _rank(o) < _rank(index))
    ]
    return min(rivals, key=lambda o: (_rank(o)[0], len(o.keys), o.name)).name if rivals else ""


def _rank(index: Found) -> tuple[int, str]:
    return (0 if index.needed in _KEPT else 1 if index.needed else 2), index.name


def supporting(catalog: Catalog, indexes: Iterable[Found]) -> Iterator[Found]:
    """The same indexes; those that a declared foreign key is looked up by are needed for it."""
    keys = {t.qualified: [k.columns for k in t.foreign_keys] for t in catalog.tables}
    for index in indexes:
        own = keys.get(index.table, ())
        if not index.needed and any(index.begins_with(columns) for columns in own):
            index = replace(index, needed="foreign key")
        yield index


def as_evidence(indexes: Iterable[Found]) -> tuple[IndexHealth, ...]:
    return tuple(
        IndexHealth(i.table, i.name, i.columns, i.unique, i.bytes, i.uses, cover, i.valid, i.needed)
        for i, cover in spare(indexes)
    )


def unindexed(
    catalog: Catalog, keys: Keys | None, indexes: Iterable[Found]
) -> tuple[int, tuple[Unindexed, ...]]:
    """References looked at, and those that no index begins with.

    The database's own foreign keys, then what the audit found and the rows
    confirm.
    """
    by_table: dict[str, list[Found]] = {}
    for index in indexes:
        by_table.setdefault(index.table, []).append(index)
    rows = {t.qualified: t.rows for t in catalog.tables}
    seen: set[tuple[str, frozenset[str]]] = set()
    missing = []
    for table, columns, to, declared in _references(catalog, keys):
        place = (table, frozenset(columns))
        if place in seen:
            continue
        seen.add(place)
        if not any(i.begins_with(columns) for i in by_table.get(table, ())):
            missing.append(Unindexed(table, columns, to, declared, rows[table]))
    return len(seen), tuple(missing)


def _references(
    catalog: Catalog, keys: Keys | None
) -> Iterator[tuple[str, tuple[str, ...], str, bool]]:
    known = {t.qualified for t in catalog.tables if t.kind == "table"}
    for table in catalog.tables:
        for key in table.foreign_keys:
            if table.qualified in known:
                to = f"{key.ref_schema}.{key.ref_table}" if key.ref_schema else key.ref_table
                yield table.qualified, key.columns, to, True
    for ref in keys.references if keys else ():
        confirmed = ref.verdict != "cannot tell" and ref.confidence >= SURE
        # One that depends on a second column is looked up by both.
        if confirmed and ref.table in known and ref.when is None:
            yield ref.table, ref.columns, ref.to, False
