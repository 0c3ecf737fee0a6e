"""Tables in which a product describes its own tables, read as references."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crmaudit.evidence import Table
from crmaudit.evidence.keys import Reference
from crmaudit.quality.products.condition_sql import NotHereError, quoted, written
from crmaudit.quality.products.conditions import parse
from crmaudit.quality.products.naming import Names, Target, TypeNames
from crmaudit.quality.products.parts import Dictionary, Relation
from crmaudit.quality.products.resolved import Resolved

MOST_ROWS = 50_000
"""Rows of a dictionary that are read; real ones have hundreds to some thousands."""


@dataclass(frozen=True)
class DictionaryQuery:
    """One bounded statement that reads a dictionary; `columns` are what its rows hold."""

    table: str
    sql: str
    purpose: str
    columns: tuple[str, ...]
    dictionary: Dictionary
    names: Names
    pairs: frozenset[tuple[str, str]] = frozenset()
    """Tables and id columns of polymorphic pairs."""


def dictionary_queries(resolved: Resolved) -> tuple[DictionaryQuery, ...]:
    """What to ask the source (`source.query(query.sql, query.purpose)`), in a fixed order."""
    names = resolved.names
    if names is None:
        return ()
    pairs = frozenset((p.table, p.id_column) for p in resolved.polymorphic)
    found = (_query(d, names, pairs) for d in resolved.dictionaries)
    return tuple(q for q in found if q is not None)


def references_from_dictionary(
    query: DictionaryQuery, rows: Iterable[Sequence[object]]
) -> tuple[Reference, ...]:
    """The references that a dictionary's rows describe, basis `dictionary`, untested.

    Rows that name a table or column that is not there are passed over:
    dictionaries also describe modules that are not installed. So are columns
    that would refer to several tables, or belong to a polymorphic pair,
    without a condition: what goes to one table would look like orphans of the
    others.
    """
    reader = _Reader(query)
    found: dict[tuple[object, ...], Reference] = {}
    plain: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for reference in reader.references(dict(zip(query.columns, row, strict=True))):
            key = (reference.table, reference.columns, reference.to, reference.when)
            found.setdefault(key, reference)
            if reference.when is None:
                place = (reference.table, reference.columns[0])
                plain.setdefault(place, set()).add(reference.to)
    unclear = {p for p, to in plain.items() if len(to) > 1} | query.pairs
    return tuple(r for r in found.values() if r.when or (r.table, r.columns[0]) not in unclear)


def _query(
    dictionary: Dictionary, names: Names, pairs: frozenset[tuple[str, str]]
) -> DictionaryQuery | None:
    relation, table = dictionary.relation, names.table(dictionary.table)
    if relation is None or table is None:
        return None

    def place(of: Table) -> str:
        return ".".join(quoted(p, names.engine) for p in (of.schema, of.name) if p)

    def column(written_: str) -> str | None:
        name, _, called = written_.rpartition(".")
        of = names.table(name) if name else table
        found = names.column(of, called) if of else None
        return f"{place(of)}.{quoted(found.name, names.engine)}" if of and found else None

    sources = place(table)
    for there, here in dictionary.join.items():
        other = names.table(there.rpartition(".")[0])
        left, right = column(there), column(here)
        if other is None or left is None or right is None:
            return None
        sources += f" JOIN {place(other)} ON {left} = {right}"
    wanted = relation.columns()
    columns = {part: sql for part, text in wanted.items() if (sql := column(text))}
    # Without one of these a row says nothing; the others are finer points.
    if {"table", "column", "to"} & (wanted.keys() - columns.keys()):
        return None
    where = ""
    if dictionary.where:
        try:
            where = written(parse(dictionary.where), table, dictionary.table, names)
        except NotHereError:
            where = ""
    sql = f"SELECT {', '.join(columns.values())} FROM {sources}"
    sql += (f" WHERE {where}" if where else "") + f" ORDER BY {', '.join(columns.values())}"
    purpose = f"relations that {table.qualified} describes"
    parts = tuple(columns)
    return DictionaryQuery(
        table.qualified, f"{sql} LIMIT {MOST_ROWS}", purpose, parts, dictionary, names, pairs
    )


class _Reader:
    def __init__(self, query: DictionaryQuery) -> None:
        self._names = query.names
        self._where = query.table
        self._pairs = query.pairs
        relation = query.dictionary.relation
        assert relation is not None
        self._relation: Relation = relation
        called = {
            word: Target(table.qualified, query.names.key(table))
            for word, name in query.dictionary.called.items()
            if (table := query.names.table(name))
        }
        self._types = TypeNames(query.names, called, query.dictionary.names)

    def references(self, row: dict[str, object]) -> Iterator[Reference]:
        fixed = self._relation.model_dump()
        told = {part: text[1:] for part, text in fixed.items() if text[:1] == "="}
        told |= {part: str(value) for part, value in row.items() if value not in (None, "")}
        table, to, link = (self._table(told.get(p, "")) for p in ("table", "to", "link"))
        if table is None or to is None:
            return
        column, to_column = told.get("column", ""), told.get("to_column", "")
        when = (told.get("when_column", ""), told.get("when", ""))
        if told.get("link"):
            if link is not None:
                yield from self._linked(told, (table, column), (to, to_column), link, when)
            return
        if self._is_key(table, column) and not self._is_key(to, to_column):
            # Some products write such a relation the other way round.
            table, column, to, to_column = to, to_column, table, column
        yield from self._one(table, column, to, to_column, when)

    def _linked(
        self,
        told: dict[str, str],
        first: tuple[Table, str],
        second: tuple[Table, str],
        link: Table,
        when: tuple[str, str],
    ) -> Iterator[Reference]:
        """A link table refers to both; a type goes with the side whose table it means."""
        sides = [
            (told.get("link_column", ""), *first),
            (told.get("link_to_column", ""), *second),
        ]
        typed = [n for n, (_, table, _) in enumerate(sides) if _means(when[1], table)]
        if len(typed) == 2:
            typed = sorted(typed, key=lambda n: -_shared(when[0], sides[n][0]))[:1]
        for number, (column, table, key) in enumerate(sides):
            if number in typed or (link.qualified, column) not in self._pairs:
                condition = when if number in typed else ("", "")
                yield from self._one(link, column, table, key, condition)

    def _one(
        self, table: Table, column: str, to: Table, to_column: str, when: tuple[str, str]
    ) -> Iterator[Reference]:
        found = self._names.column(table, column)
        there = self._names.column(to, to_column) if to_column else None
        key = (there.name,) if there else self._names.key(to)
        condition = None
        if when[0] and when[1]:
            type_ = self._names.column(table, when[0])
            # A role that is no type of record selects rows, which no reference can say.
            if type_ is None or not _means(when[1], to):
                return
            condition = (type_.name, when[1])
        if found is None or len(key) != 1 or (table is to and found.name == key[0]):
            return
        yield Reference(
            table.qualified,
            (found.name,),
            to.qualified,
            key,
            when=condition,
            basis="dictionary",
            reasons=(f"{self._where} describes it",),
        )

    def _table(self, word: str) -> Table | None:
        if not word:
            return None
        target = self._types.known.get(word)
        if target is not None:
            return next((t for t in self._names.tables if t.qualified == target.table), None)
        # A dictionary of names has them as they are in the database, prefix and all.
        own = next((t for t in self._names.tables if t.name == word), None)
        return own or self._types.table(word)

    def _is_key(self, table: Table, column: str) -> bool:
        return (column,) in (table.primary_key, self._names.key(table))


def _means(value: str, table: Table) -> bool:
    """Whether a type's value is the name of the table's module: `ProspectLists`, `AOS_Quotes`."""
    word, name = (re.sub(r"[^a-z]", "", text.casefold()) for text in (value, table.name))
    shorter = min(word, name, key=len)
    return len(shorter) >= 4 and (word.startswith(name[:-1]) or name.startswith(word))


def _shared(one: str, other: str) -> int:
    """How many letters two names begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
