"""A DuckDB file: an analytical engine, which keeps its own statistics and counts no use."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import Catalog, TableHealth
from crmaudit.governance.collectors.health_asked import Server, Told, number
from crmaudit.sources.base import Statement

SIZE = Statement(
    "SELECT block_size * free_blocks FROM pragma_database_size()",
    "read how much of the file is free",
)
_CANNOT = {
    "bloat": "DuckDB tells free blocks of the whole file only",
    "indexes": "DuckDB finds rows without indexes; those it has enforce rules",
    "statistics": "DuckDB keeps statistics with its data, they do not grow old",
    "uses": "DuckDB does not count how often an index is used",
}


def statements(catalog: Catalog) -> Iterator[Statement]:
    yield SIZE


def read(server: Server, catalog: Catalog) -> Told:
    free = next((number(n) for (n,) in server.rows(SIZE, "bloat")), None)
    tables = tuple(
        TableHealth(t.qualified, rows=t.rows) for t in catalog.tables if t.kind == "table"
    )
    return Told(
        tables=tables,
        cannot=_CANNOT,
        notes=("a DuckDB file has no version of its own: the program that opens it has",),
        free=free,
        references=False,
    )
