"""What an SQLite file tells of itself: free pages, statistics, indexes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from crmaudit.evidence import Catalog, TableHealth
from crmaudit.governance.collectors.health_asked import Server, Told, number
from crmaudit.governance.collectors.health_indexes import Found
from crmaudit.sources.base import Statement

PAGES = Statement(
    "SELECT p.page_count, f.freelist_count FROM pragma_page_count p, pragma_freelist_count f",
    "count the pages of the file and those that are free",
)
ANALYSED = Statement(
    "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'",
    "see whether statistics were ever gathered",
)
STATISTICS = Statement(
    "SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl ORDER BY tbl",
    "read for how many rows statistics were gathered",
)
INDEXES = Statement(
    'SELECT m.name, l.name, l."unique", l.origin, l.partial, i.name, i."desc", i.coll, x.sql '
    "FROM sqlite_master m JOIN pragma_index_list(m.name) l "
    "JOIN pragma_index_xinfo(l.name) i "
    "LEFT JOIN sqlite_master x ON x.type = 'index' AND x.name = l.name "
    "WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND i.key "
    "ORDER BY m.name, l.name, i.seqno",
    "read the indexes of all tables, with what rests on them",
)
_UNCOUNTED = "SQLite does not count how often an index is used"
_UNDATED = "SQLite does not note when statistics were gathered"
_ORIGIN = {"pk": "primary key", "u": "unique"}


def statements(catalog: Catalog) -> Iterator[Statement]:
    yield from (PAGES, ANALYSED)
    yield Statement(STATISTICS.sql, f"{STATISTICS.purpose}, where there are any", template=True)
    yield INDEXES


def read(server: Server, catalog: Catalog) -> Told:
    settings: dict[str, str] = {}
    free = None
    for pages, unused in server.rows(PAGES, "bloat"):
        whole, idle = number(pages) or 0, number(unused) or 0
        if whole and catalog.bytes is not None:
            free = catalog.bytes * idle // whole
    gathered = any(number(n) for (n,) in server.rows(ANALYSED, "statistics"))
    settings["statistics"] = "gathered" if gathered else "never gathered"
    counted = {}
    if gathered:
        counted = {str(t): number(n) for t, n in server.rows(STATISTICS, "statistics")}
    tables = tuple(
        TableHealth(
            t.qualified,
            rows=t.rows,
            changed=_changed(t.rows, counted.get(t.name)),
            note="" if gathered else "its statistics were never gathered",
        )
        for t in catalog.tables
        if t.kind == "table" and t.readable and not t.note
    )
    return Told(
        tables=tables,
        indexes=tuple(_indexes(server, catalog)),
        settings=settings,
        cannot={"uses": _UNCOUNTED, "statistics": _UNDATED},
        notes=("an SQLite file has no version of its own: the program that opens it has",),
        free=free,
    )


def _changed(rows: int | None, then: int | None) -> int | None:
    """At least so many rows came or went since statistics were gathered."""
    return None if rows is None or then is None else abs(rows - then)


def _indexes(server: Server, catalog: Catalog) -> Iterator[Found]:
    for table in catalog.tables:
        # SQLite needs no index for a key that is the number of the row.
        kinds = {c.name: c.type.upper() for c in table.columns}
        key = table.primary_key
        if len(key) == 1 and kinds.get(key[0]) == "INTEGER":
            name = "primary key"
            keys = (f"{key[0]} 0 BINARY",)
            yield Found(table.name, name, key, keys, unique=True, needed=name)
    parts: dict[tuple[str, str], list[tuple[object, ...]]] = defaultdict(list)
    for row in server.rows(INDEXES, "indexes"):
        parts[str(row[0]), str(row[1])].append(row[2:])
    known = {t.name for t in catalog.tables}
    for (table_name, index_name), rows in parts.items():
        if table_name not in known:
            continue
        unique, origin, partial, *_ = rows[0]
        yield Found(
            table_name,
            index_name,
            tuple("(expression)" if r[3] is None else str(r[3]) for r in rows),
            tuple(f"{index_name if r[3] is None else r[3]} {r[4]} {r[5]}" for r in rows),
            unique=bool(unique),
            where=_where(rows[0][6]) if partial else "",
            needed=_ORIGIN.get(str(origin), ""),
        )


def _where(sql: object) -> str:
    told = re.search(r"\bWHERE\b(.*)$", str(sql or ""), re.IGNORECASE | re.DOTALL)
    return " ".join(told[1].split()) if told else "unknown"
