"""What MySQL and MariaDB note of tables, indexes and settings.

Their statistics lie in tables of the server that an ordinary account may not
read; each part that is refused says which right would do.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crmaudit.evidence import Catalog, TableHealth
from crmaudit.governance.collectors.health_asked import Server, Told, moment, number
from crmaudit.governance.collectors.health_indexes import Found
from crmaudit.sources.base import Statement

SETTINGS = Statement(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('aurora_version', 'binlog_expire_logs_seconds', "
    "'expire_logs_days', 'innodb_file_per_table', 'innodb_stats_auto_recalc', "
    "'innodb_stats_persistent', 'log_bin', 'performance_schema', 'userstat', 'version', "
    "'version_comment')",
    "read the version, the settings of statistics and of logs for recovery",
)
STATUS = Statement(
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Uptime', 'Performance_schema_index_stat_lost', "
    "'Performance_schema_table_instances_lost')",
    "see since when the server counts",
)
TABLES = Statement(
    "SELECT table_name, engine, table_rows, data_length, index_length, data_free, create_options "
    "FROM information_schema.tables WHERE table_schema = DATABASE() "
    "AND table_type = 'BASE TABLE' ORDER BY table_name",
    "read the sizes of the tables and their free space",
)
GATHERED = Statement(
    "SELECT table_name, UNIX_TIMESTAMP(last_update) FROM mysql.innodb_table_stats "
    "WHERE database_name = DATABASE() ORDER BY table_name",
    "see when statistics were last gathered",
)
INDEX_SIZES = Statement(
    "SELECT table_name, index_name, SUM(stat_value) * @@innodb_page_size "
    "FROM mysql.innodb_index_stats WHERE database_name = DATABASE() AND stat_name = 'size' "
    "GROUP BY table_name, index_name ORDER BY table_name, index_name",
    "read the sizes of single indexes",
)
_CHANGED = (
    "SELECT name, modified_counter FROM information_schema.{table} "
    "WHERE name LIKE CONCAT(REPLACE(REPLACE(DATABASE(), '_', '\\\\_'), '%', '\\\\%'), '/%') "
    "ORDER BY name"
)
INDEXES = Statement(
    "SELECT table_name, index_name, non_unique, column_name, sub_part, collation, index_type "
    "FROM information_schema.statistics WHERE table_schema = DATABASE() "
    "ORDER BY table_name, index_name, seq_in_index",
    "read the indexes",
)
USES = Statement(
    "SELECT object_name, index_name, count_star "
    "FROM performance_schema.table_io_waits_summary_by_index_usage "
    "WHERE object_schema = DATABASE() AND index_name IS NOT NULL "
    "ORDER BY object_name, index_name",
    "read how often each index was used",
)
USER_USES = Statement(
    "SELECT table_name, index_name, rows_read FROM information_schema.index_statistics "
    "WHERE table_schema = DATABASE() ORDER BY table_name, index_name",
    "read how often each index was used, as the server counts with userstat",
)

_NEEDS = {
    "gathered": "SELECT on mysql.innodb_table_stats would tell when statistics were gathered",
    "sizes": "SELECT on mysql.innodb_index_stats would tell the sizes of single indexes",
    "changed": "the right PROCESS would tell how many rows changed since statistics were gathered",
    "uses": "SELECT on performance_schema would tell which indexes are used",
}
_OFF = "the server does not count: performance_schema and userstat are both off"
_IDLE = "the server has counted no use of any index: its instrument is off, or it just began"
_LOST = "the server ran out of room to count, so an index may look unused that is not"
_ISAM = ("MyISAM", "Aria")


@dataclass(frozen=True, slots=True)
class _Uses:
    """Uses by table and index; `complete`: an index that is not listed was not used."""

    counts: dict[tuple[str, str], int]
    complete: bool = False


def statements(catalog: Catalog) -> Iterator[Statement]:
    yield from (SETTINGS, STATUS, USES, USER_USES, GATHERED, changed_of(catalog), TABLES)
    yield from (INDEX_SIZES, INDEXES)


def changed_of(catalog: Catalog) -> Statement:
    """MySQL 8 calls that table otherwise than MySQL 5 and MariaDB do."""
    told = re.match(r"MySQL (\d+)", catalog.version)
    table = "innodb_tablestats" if told and int(told[1]) >= 8 else "innodb_sys_tablestats"
    return Statement(
        _CHANGED.replace("{table}", table), "read how many rows changed since statistics were made"
    )


def read(server: Server, catalog: Catalog) -> Told:
    settings = {str(n).lower(): str(v) for n, v in server.rows(SETTINGS, "settings")}
    status = {str(n).lower(): number(v) or 0 for n, v in server.rows(STATUS, "settings")}
    version = settings.pop("version", "")
    seconds = status.get("uptime")
    started = (
        datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=seconds) if seconds else None
    )
    lost = any(n for name, n in status.items() if name.startswith("performance_schema_"))
    uses = _uses(server, settings)
    if lost and "uses" not in server.cannot:
        server.cannot["uses"] = _LOST
        uses = _Uses({})
    brand = "MariaDB" if "mariadb" in version.lower() else "MySQL"
    release = re.match(r"\d+\.\d+", version)
    return Told(
        version=f"{brand} {version}" if version else "",
        release=release[0] if release else "",
        started=started,
        counted_since=started,
        tables=tuple(_tables(server, catalog, settings)),
        indexes=tuple(_indexes(server, catalog, uses)),
        settings=settings,
    )


def _uses(server: Server, settings: dict[str, str]) -> _Uses:
    """The server's own counters; with neither kind of them switched on, why there are none."""
    listed = server.rows(USES, "uses", _NEEDS["uses"])
    refused = server.cannot.pop("uses", "")
    by_user = server.rows(USER_USES, "uses", _NEEDS["uses"])
    server.cannot.pop("uses", None)
    counted = {(str(t), str(i)): number(n) or 0 for t, i, n in listed}
    # The performance schema lists an index once its table was opened, used or not.
    if settings.get("performance_schema") == "ON" and not refused:
        if any(counted.values()):
            return _Uses(counted)
        # Its instrument can be switched off, and its counters emptied, at any time.
        server.cannot["uses"] = _IDLE
        return _Uses({})
    if settings.get("userstat") == "ON" and by_user:
        counted = {(str(t), str(i)): number(n) or 0 for t, i, n in by_user}
        return _Uses(counted, complete=True)
    server.cannot["uses"] = refused if settings.get("performance_schema") == "ON" else _OFF
    return _Uses({})


def _tables(server: Server, catalog: Catalog, settings: dict[str, str]) -> Iterator[TableHealth]:
    known = {t.qualified for t in catalog.tables}
    gathered: dict[str, list[datetime]] = defaultdict(list)
    for name, seconds in server.rows(GATHERED, "statistics", _NEEDS["gathered"]):
        when = moment(seconds)
        if when is not None:
            gathered[_base(name)].append(when)
    changed: dict[str, int] = defaultdict(int)
    told_changes = server.rows(changed_of(catalog), "changes", _NEEDS["changed"])
    for name, rows in told_changes:
        changed[_base(str(name).partition("/")[2])] += number(rows) or 0
    own_files = settings.get("innodb_file_per_table", "ON") == "ON"
    for name, engine, rows, data, index, free, options in server.rows(TABLES, "size"):
        table = str(name)
        if table not in known:
            continue
        # In a shared file the free space is everybody's; partitions are summed up by the server.
        apart = own_files or engine in _ISAM
        size, unused = number(data), number(free) if apart else None
        told = size is not None and unused is not None and bool(size + unused)
        when = min(gathered[table]) if table in gathered else None
        yield TableHealth(
            table,
            rows=number(rows),
            bytes=size,
            index_bytes=number(index),
            free=unused,
            bloat=_share(unused, size, number(index)) if told else None,
            bloat_by="free extents" if told else "",
            analysed=when,
            changed=changed.get(table),
            note="partitioned" if "partitioned" in str(options or "") else "",
        )


def _base(name: object) -> str:
    """`orders#P#p2024` → `orders`: a partition's table; odd characters stand as `@0024`."""
    text = re.split(r"#[Pp]#", str(name))[0]
    return re.sub(r"@([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)


def _share(free: int | None, data: int | None, index: int | None) -> float:
    whole = (data or 0) + (index or 0) + (free or 0)
    return round((free or 0) / whole, 4) if whole else 0.0


def _indexes(server: Server, catalog: Catalog, uses: _Uses) -> Iterator[Found]:
    known = {t.qualified for t in catalog.tables}
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for table, index, size in server.rows(INDEX_SIZES, "size", _NEEDS["sizes"]):
        sizes[_base(table), str(index)] += number(size) or 0
    parts: dict[tuple[str, str], list[tuple[object, ...]]] = defaultdict(list)
    for table, index, *rest in server.rows(INDEXES, "indexes"):
        parts[str(table), str(index)].append(tuple(rest))
    for (table, name), rows in parts.items():
        if table not in known:
            continue
        columns = tuple("(expression)" if r[1] is None else str(r[1]) for r in rows)
        keys = tuple(
            # What an expression is, and whether two are the same, older servers do not say.
            f"({name})" if r[1] is None else f"{r[1]} {r[2] or ''} {r[3] or ''}".strip()
            for r in rows
        )
        place = (table, name)
        yield Found(
            table,
            name,
            columns,
            keys,
            unique=not number(rows[0][0]),
            method=str(rows[0][4]).lower(),
            needed="primary key" if name == "PRIMARY" else "",
            bytes=sizes.get(place),
            uses=uses.counts.get(place, 0 if uses.complete else None),
        )
