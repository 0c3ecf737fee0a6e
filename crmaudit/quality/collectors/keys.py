"""Keys and references of a system, tested on its rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import duckdb
import pyarrow as pa

from crmaudit.errors import CrmauditError
from crmaudit.evidence import (
    Column,
    Document,
    Keys,
    Reference,
    Status,
    Table,
    TableProfile,
)
from crmaudit.quality.collectors.key_search import Search
from crmaudit.quality.collectors.key_values import ComparingError, KeyValues
from crmaudit.quality.plan import Plan
from crmaudit.quality.products import (
    DictionaryQuery,
    dictionary_queries,
    recognise,
    references_from_dictionary,
    resolve,
)
from crmaudit.quality.products.resolved import Resolved
from crmaudit.quality.references.columns import Columns
from crmaudit.quality.references.stated import RELATIONSHIPS, is_relations, related
from crmaudit.quality.references.tables import TableNames
from crmaudit.sources.base import ConnectionLostError, Statement
from crmaudit.sources.task import Task

_MOST_RELATIONS = 50_000
"""Rows of a table of relations that are read; no product has a tenth of it."""

_FAILURES = (CrmauditError, duckdb.Error, pa.ArrowException, OSError, MemoryError)


def find_keys(task: Task, products: bool = True, plan: Plan | None = None) -> Keys:
    """The keys and references of the task's system; `products`: with what product maps know.

    Each table with rows is streamed once, only the columns that may be keys
    or refer to some. One that cannot be read leaves its references untested,
    and the status says so; a lost connection passes as ConnectionLostError.
    """
    began = time.monotonic()
    plan = plan or Plan(system=task.system)
    columns = Columns(task.catalog, task.found(TableProfile))
    product = _product(task) if products else None
    reader = _Reader(task)
    described = tuple(reader.dictionaries(columns, product))
    with KeyValues(task.source, plan) as values:
        search = Search(
            columns, values, task.catalog, task.known.map, product, described, reader.unread
        )
        reader.read(values, columns)
        values.settle()
        search.ask_types()
        reader.read(values, columns)
        values.seal()
        references, polymorphic, keys = search.found()
    return Keys(
        task.provenance(reader.status),
        keys=keys,
        references=references,
        polymorphic=polymorphic,
        dictionaries=tuple(reader.used),
        seconds=round(time.monotonic() - began, 3),
    )


class _Reader:
    """Reads for the search; remembers what could not be read, and why."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self.unread: set[str] = set()
        self.used: list[str] = []
        self._reasons: list[str] = []

    @property
    def status(self) -> Status:
        if not self._reasons:
            return Status()
        many = f"{len(self._reasons)} tables could" if len(self._reasons) > 1 else "a table could"
        return Status("partly", f"{many} not be read: {self._reasons[0]}")

    def read(self, values: KeyValues, columns: Columns) -> None:
        for name, where, _ in values.wanted():
            table = columns.table[name]
            if columns.rows(name) == 0 or not table.readable:
                values.give_up(name, where)
                if not table.readable:
                    self._failed(table, table.note or "this account may not read it")
                continue
            try:
                values.read(table, where, partial(self._task.on_rows, name))
            except (ConnectionLostError, ComparingError):
                raise
            except _FAILURES as error:
                self._failed(table, _reason(error), where)

    def dictionaries(self, columns: Columns, product: Resolved | None) -> Iterator[Reference]:
        """What tables of the product say about relations."""
        names = TableNames(columns.tables)
        for query in dictionary_queries(product) if product else ():
            yield from self._described(columns.table[query.table], partial(self._asked, query))
        for table in columns.tables:
            if is_relations(table) and columns.rows(table.qualified) != 0:
                yield from self._described(table, partial(self._listed, table, names))

    def _asked(self, query: DictionaryQuery) -> Sequence[Reference]:
        rows = self._task.source.query(query.sql, query.purpose)
        return references_from_dictionary(query, rows)

    def _listed(self, table: Table, names: TableNames) -> Sequence[Reference]:
        return related(self._rows(table), names, table.qualified)

    def _described(
        self, table: Table, read: Callable[[], Sequence[Reference]]
    ) -> Sequence[Reference]:
        if table.qualified in self.used:
            return ()
        try:
            found = read()
        except ConnectionLostError:
            raise
        except _FAILURES as error:
            self._failed(table, _reason(error))
            return ()
        if found:
            self.used.append(table.qualified)
        return found

    def _rows(self, table: Table) -> Iterator[dict[str, str | None]]:
        seen = 0
        for batch in self._task.source.stream(table, _relation_columns(table)):
            for row in batch.to_pylist():
                yield {name.lower(): value for name, value in row.items()}
            seen += batch.num_rows
            if seen >= _MOST_RELATIONS:
                return

    def _failed(self, table: Table, reason: str, where: str = "") -> None:
        """Remember why; a condition that fails spoils only what was asked under it."""
        if where:
            self._reasons.append(f"{table.qualified} where {where}: {reason}")
        elif table.qualified not in self.unread:
            self.unread.add(table.qualified)
            self._reasons.append(f"{table.qualified}: {reason}")


def _relation_columns(table: Table) -> list[Column]:
    there = {c.name.lower(): c for c in table.columns}
    return [there[name] for name in RELATIONSHIPS if name in there]


def _product(task: Task) -> Resolved | None:
    # Its version does not matter here: nothing has to be asked for it.
    recognised = recognise(task.catalog)
    return resolve(recognised, task.catalog) if recognised is not None else None


def _reason(error: BaseException) -> str:
    """One line about the failure, with nothing in it that may come out of a table."""
    if isinstance(error, CrmauditError):
        return error.problems[0].message
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return "comparing its keys takes more memory than allowed"
    return f"its keys could not be compared: {type(error).__name__}"


class _Collector:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        """Templates: which columns are key-like is known when the profiles are there."""
        source, product = task.source, _product(task)
        for query in dictionary_queries(product) if product else ():
            yield Statement(query.sql, query.purpose)
        for table in task.catalog.tables:
            if not table.readable or not table.columns or table.kind == "view":
                continue
            if is_relations(table):
                yield source.statement(table, _relation_columns(table))
            whole = source.statement(table, table.columns)
            purpose = f"compare the keys of {table.qualified}: only its key-like columns"
            yield Statement(whole.sql, purpose, template=True)

    def collect(self, task: Task) -> Iterator[Document]:
        yield find_keys(task)


collector = _Collector()
