"""Tables in which a product describes its own tables, read as references."""

from __future__ import annotations

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


def dictionary_queries(resolved: Resolved) -> tuple[DictionaryQuery, ...]:
    """What to ask the source (`source.query(query.sql, query.purpose)`), in a fixed order."""
    names = resolved.names
    if names is None:
        return ()
    found = (_query(d, names) for d in resolved.dictionaries)
    return tuple(q for q in found if q is not None)


def references_from_dictionary(
    query: DictionaryQuery, rows: Iterable[Sequence[object]]
) -> tuple[Reference, ...]:
    """The references that a dictionary's rows describe, basis `dictionary`, untested.

    Rows that name a table or column that is not there are passed over:
    dictionaries also describe modules that are not installed.
    """
    reader = _Reader(query)
    found: dict[tuple[object, ...], Reference] = {}
    for row in rows:
        for reference in reader.references(dict(zip(query.columns, row, strict=True))):
            key = (reference.table, reference.columns, reference.to, reference.when)
            found.setdefault(key, reference)
    return tuple(found.values())


def _query(dictionary: Dictionary, names: Names) -> DictionaryQuery | None:
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
        table.qualified, f"{sql} LIMIT {MOST_ROWS}", purpose, parts, dictionary, names
    )


class _Reader:
    def __init__(self, query: DictionaryQuery) -> None:
        self._names = query.names
        self._where = query.table
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
        """A link table refers to both; a type column goes with the column that shares its stem."""
        sides = [
            (told.get("link_column", ""), *first),
            (told.get("link_to_column", ""), *second),
        ]
        alike = [_shared(when[0], column) for column, _, _ in sides]
        for number, (column, table, key) in enumerate(sides):
            typed = when[0] and alike[number] == max(alike)
            yield from self._one(link, column, table, key, when if typed else ("", ""))

    def _one(
        self, table: Table, column: str, to: Table, to_column: str, when: tuple[str, str]
    ) -> Iterator[Reference]:
        found = self._names.column(table, column)
        there = self._names.column(to, to_column) if to_column else None
        key = (there.name,) if there else self._names.key(to)
        condition = None
        if when[0] and when[1]:
            type_ = self._names.column(table, when[0])
            if type_ is None:
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


def _shared(one: str, other: str) -> int:
    """How many letters two names begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
