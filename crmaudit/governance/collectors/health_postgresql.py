"""PostgreSQL's own notes on tables, indexes and settings; any account may read most of them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from crmaudit.evidence import Catalog, TableHealth
from crmaudit.governance.collectors.health_asked import Server, Told, moment, number
from crmaudit.governance.collectors.health_bloat import FEWEST_PAGES, Width, saved
from crmaudit.governance.collectors.health_indexes import Found
from crmaudit.sources.base import Statement

SERVER = Statement(
    "SELECT current_setting('server_version'), "
    "extract(epoch FROM pg_postmaster_start_time())::float8, "
    "(SELECT extract(epoch FROM stats_reset)::float8 FROM pg_stat_database "
    "WHERE datname = current_database()), current_setting('block_size'), "
    "(SELECT count(*) FROM pg_stat_replication), pg_is_in_recovery(), "
    "(SELECT extract(epoch FROM last_archived_time)::float8 FROM pg_stat_archiver), "
    "(SELECT extract(epoch FROM last_failed_time)::float8 FROM pg_stat_archiver), "
    "(SELECT min(split_part(name, '.', 1)) FROM pg_settings "
    "WHERE name ~ '^(alloydb|apsaradb|aurora|azure|cloudsql|neon|polar|rds)[.]')",
    "read the version, and since when the server counts",
)
SETTINGS = Statement(
    "SELECT name, CASE WHEN name NOT IN ('archive_command', 'archive_library') THEN setting "
    "WHEN setting IN ('', '(disabled)') THEN 'empty' ELSE 'set' END FROM pg_settings "
    "WHERE name IN ('archive_command', 'archive_library', 'archive_mode', 'autovacuum', 'fsync', "
    "'full_page_writes', 'track_counts', 'wal_level') ORDER BY name",
    "read the settings of upkeep and of logs for recovery",
)
_TABLES = (
    "SELECT n.nspname, r.relname, c.oid::int8, c.relpages, c.reltuples::float8, s.n_live_tup, "
    "s.n_dead_tup, s.n_mod_since_analyze, "
    "extract(epoch FROM greatest(s.last_vacuum, s.last_autovacuum))::float8, "
    "extract(epoch FROM greatest(s.last_analyze, s.last_autoanalyze))::float8, "
    "array_to_string(c.reloptions, ' ') "
    "FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid "
    "JOIN pg_class r ON r.oid = {table} JOIN pg_namespace n ON n.oid = r.relnamespace "
    "WHERE c.relkind IN ('r', 'm') ORDER BY 1, 2, 3"
)
SIZES = Statement(
    "SELECT c.oid::int8, pg_table_size(c.oid), pg_indexes_size(c.oid) FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') "
    "AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1",
    "read the sizes of tables and of their indexes",
)
_INDEXES = (
    "SELECT n.nspname, r.relname, ri.relname, ri.oid = i.oid AND r.oid <> c.oid, "
    "x.indisunique, x.indisprimary, x.indisvalid AND x.indisready, x.indisreplident, a.amname, "
    "(SELECT json_agg(json_build_array(coalesce(t.attname, '(expression)'), "
    "coalesce(t.attname, pg_get_indexdef(x.indexrelid, p.n::int, true)), "
    "x.indclass[p.n::int - 1]::int8, x.indcollation[p.n::int - 1]::int8, "
    "x.indoption[p.n::int - 1]) ORDER BY p.n) FROM unnest(x.indkey) WITH ORDINALITY p(num, n) "
    "LEFT JOIN pg_attribute t ON t.attrelid = x.indrelid AND t.attnum = p.num AND p.num <> 0 "
    "WHERE p.n <= {keys})::text, "
    "(SELECT json_agg(t.attname ORDER BY p.n) FROM unnest(x.indkey) WITH ORDINALITY p(num, n) "
    "JOIN pg_attribute t ON t.attrelid = x.indrelid AND t.attnum = p.num "
    "WHERE p.n > {keys})::text, "
    "pg_get_expr(x.indpred, x.indrelid), "
    "(SELECT string_agg(DISTINCT k.contype::text, '') FROM pg_constraint k "
    "WHERE k.conindid = x.indexrelid), s.idx_scan, i.oid::int8 "
    "FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class r ON r.oid = {table} "
    "JOIN pg_namespace n ON n.oid = r.relnamespace JOIN pg_class ri ON ri.oid = {index} "
    "JOIN pg_am a ON a.oid = i.relam "
    "LEFT JOIN pg_stat_user_indexes s ON s.indexrelid = x.indexrelid "
    "WHERE i.relkind = 'i' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
    "ORDER BY 1, 2, 3, i.oid"
)
INDEX_SIZES = Statement(
    "SELECT i.oid::int8, pg_relation_size(i.oid) FROM pg_class i "
    "JOIN pg_namespace n ON n.oid = i.relnamespace WHERE i.relkind = 'i' "
    "AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1",
    "read the sizes of single indexes",
)
WIDTHS = Statement(
    "SELECT c.oid::int8, a.attlen, a.attalign::text, s.null_frac::float8, s.avg_width "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname "
    "AND s.attname = a.attname AND NOT s.inherited "
    "WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' "
    "AND n.nspname <> 'information_schema' ORDER BY c.oid, a.attnum",
    "read how wide columns are on average, to estimate bloat",
)
_NO_WIDTHS = (
    "bloat is estimated from column statistics: grant SELECT on the tables, and have ANALYZE run"
)
_CONSTRAINTS = {"p": "primary key", "x": "exclusion", "u": "unique", "f": "unique"}


def statements(catalog: Catalog) -> Iterator[Statement]:
    yield from (SERVER, SETTINGS, tables_of(catalog), SIZES, WIDTHS)
    yield from (INDEX_SIZES, indexes_of(catalog))


def tables_of(catalog: Catalog) -> Statement:
    return Statement(
        _of_version(_TABLES, catalog), "read the counters of changed and dead rows, of upkeep"
    )


def indexes_of(catalog: Catalog) -> Statement:
    return Statement(_of_version(_INDEXES, catalog), "read the indexes and how often each was used")


def _of_version(sql: str, catalog: Catalog) -> str:
    """Partitions count for the table that they are parts of, where the server can tell."""
    told = re.search(r"(\d+)", catalog.version)
    major = int(told[1]) if told else 12
    root = "coalesce(pg_partition_root({0}.oid), {0}.oid)" if major >= 12 else "{0}.oid"
    keys = "x.indnkeyatts" if major >= 11 else "x.indnatts"
    named = {"{table}": root.format("c"), "{index}": root.format("i"), "{keys}": keys}
    for name, text in named.items():
        sql = sql.replace(name, text)
    return sql


def read(server: Server, catalog: Catalog) -> Told:
    version, started, since, page = "", None, None, 8192
    standing: dict[str, str] = {}
    notes: tuple[str, ...] = ()
    for row in server.rows(SERVER, "release"):
        version, started, since = str(row[0]), moment(row[1]), moment(row[2])
        page = number(row[3]) or page
        standing, notes = _standing(row)
    settings = {str(n): str(v) for n, v in server.rows(SETTINGS, "settings")}
    tables, indexes = _tables(server, catalog, page), tuple(_indexes(server, catalog))
    uncounted = _uncounted(settings, standing)
    if uncounted:
        server.cannot |= {"uses": uncounted, "changes": uncounted}
        tables = tuple(
            replace(t, dead=None, changed=None, vacuumed=None, analysed=None) for t in tables
        )
        indexes = tuple(replace(i, uses=None) for i in indexes)
    return Told(
        version=f"PostgreSQL {version}" if version else "",
        release=_release(version),
        started=started,
        # What was never reset is counted at least since the server came up.
        counted_since=since or started,
        tables=tables,
        indexes=indexes,
        settings={**settings, **standing},
        notes=notes,
    )


def _uncounted(settings: Mapping[str, str], standing: Mapping[str, str]) -> str:
    """Why the server's counters of use and change say nothing; empty where they do."""
    if standing.get("standby") == "on":
        return "this is a standby server: use and changes are counted on the primary one"
    if settings.get("track_counts") == "off":
        return "the server counts neither use nor changes: track_counts is off"
    return ""


def _standing(row: tuple[object, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What of replication and archiving is more than a setting."""
    standbys, recovering = number(row[4]) or 0, bool(row[5])
    archived, failed = moment(row[6]), moment(row[7])
    told = {"standbys": str(standbys), "standby": "on" if recovering else "off"}
    if archived or failed:
        told["archived"] = archived.isoformat(timespec="seconds") if archived else "never"
        worse = failed is not None and (archived is None or failed > archived)
        told["archiving"] = "failing" if worse else "works"
    if row[8]:
        told["build"] = str(row[8])
    notes = []
    if standbys:
        notes.append("use of indexes on standby servers is not counted here")
    if recovering:
        notes.append("this is a standby server: upkeep is counted on the primary one")
    return told, tuple(notes)


def _release(version: str) -> str:
    """`15.4 (Debian …)` → `15`; before version 10 the second number belonged to it."""
    told = re.match(r"(\d+)(?:\.(\d+))?", version)
    if told is None:
        return ""
    return told[1] if int(told[1]) >= 10 or told[2] is None else f"{told[1]}.{told[2]}"


def _tables(server: Server, catalog: Catalog, page: int) -> tuple[TableHealth, ...]:
    readable = {t.qualified: t.readable for t in catalog.tables}
    listed = server.rows(tables_of(catalog), "statistics")
    sizes = {o: (number(t), number(i)) for o, t, i in server.rows(SIZES, "size")}
    widths: dict[object, list[Width | None]] = defaultdict(list)
    for oid, length, align, nulls, average in server.rows(WIDTHS, "bloat"):
        told = nulls is not None and average is not None
        widths[oid].append(
            Width(int(str(length)), str(align), float(str(nulls)), float(str(average)))
            if told
            else None
        )
    parts: dict[str, list[TableHealth]] = defaultdict(list)
    blind = 0
    for schema, name, oid, pages, tuples, *counts, options in listed:
        table = server.name(schema, name)
        if table not in readable:
            continue
        size, index_size = sizes.get(oid, (None, None))
        estimated = float(str(tuples))
        live, dead, changed, vacuumed, analysed = counts
        columns = widths.get(oid, [])
        told_of = [c for c in columns if c is not None]
        # A table that may be read, and of whose columns nothing is known, was never analysed.
        never = estimated < 0 or bool(columns and not told_of and readable[table])
        wasted = None
        if not never and len(told_of) == len(columns):
            wasted = saved(told_of, estimated, number(pages) or 0, page, _fill(options))
        elif (number(pages) or 0) >= FEWEST_PAGES:
            blind += 1
        parts[table].append(
            TableHealth(
                table,
                rows=number(live) or max(0, int(estimated)),
                bytes=size,
                index_bytes=index_size,
                dead=number(dead),
                free=wasted,
                vacuumed=moment(vacuumed),
                analysed=moment(analysed),
                changed=number(changed),
                note="its statistics were never gathered" if never and number(live) else "",
            )
        )
    if blind:
        server.cannot.setdefault("bloat", f"{_NO_WIDTHS} ({blind} of {len(parts)} tables)")
    return tuple(_whole(table, some) for table, some in parts.items())


def _fill(options: object) -> int:
    told = re.search(r"fillfactor=(\d+)", str(options or ""))
    return int(told[1]) if told else 100


def _whole(table: str, parts: list[TableHealth]) -> TableHealth:
    """One table out of its partitions; the longest without care stands for all."""

    def total(values: list[int | None]) -> int | None:
        there = [v for v in values if v is not None]
        return sum(there) if there else None

    def oldest(values: list[datetime | None]) -> datetime | None:
        there = [v for v in values if v is not None]
        return min(there) if there and len(there) == len(values) else None

    filled = [p for p in parts if p.rows] or parts
    size, wasted = total([p.bytes for p in parts]), total([p.free for p in parts])
    estimated = bool(size) and wasted is not None
    return TableHealth(
        table,
        rows=total([p.rows for p in parts]),
        bytes=size,
        index_bytes=total([p.index_bytes for p in parts]),
        dead=total([p.dead for p in parts]),
        free=wasted,
        bloat=round(min(1.0, (wasted or 0) / (size or 1)), 4) if estimated else None,
        bloat_by="column statistics" if estimated else "",
        vacuumed=oldest([p.vacuumed for p in filled]),
        analysed=oldest([p.analysed for p in filled]),
        changed=total([p.changed for p in parts]),
        note=next((p.note for p in parts if p.note), ""),
    )


def _indexes(server: Server, catalog: Catalog) -> Iterator[Found]:
    known = {t.qualified for t in catalog.tables}
    sizes = {o: number(s) for o, s in server.rows(INDEX_SIZES, "size")}
    whole: dict[tuple[str, str], Found] = {}
    for row in server.rows(indexes_of(catalog), "indexes"):
        index = _index(server, row, sizes)
        if index.table not in known:
            continue
        place = (index.table, index.name)
        old = whole.get(place)
        whole[place] = index if old is None else _joined(old, index)
    yield from whole.values()


def _joined(old: Found, new: Found) -> Found:
    """An index of a partitioned table out of those of its partitions."""

    def both(a: int | None, b: int | None) -> int | None:
        return None if a is None or b is None else a + b

    return replace(
        old,
        bytes=both(old.bytes, new.bytes),
        uses=both(old.uses, new.uses),
        valid=old.valid and new.valid,
    )


def _index(server: Server, row: tuple[Any, ...], sizes: dict[object, int | None]) -> Found:
    schema, table, name, alone, unique, primary, valid, replicates, method = row[:9]
    keys, included, where, constraints, uses, oid = row[9:]
    told = json.loads(str(keys)) if keys else []
    rules = [_CONSTRAINTS[c] for c in "pxuf" if c in str(constraints or "")]
    needed = "primary key" if primary else next(iter(rules), "")
    return Found(
        server.name(schema, table),
        str(name),
        tuple(str(k[0]) for k in told),
        tuple(json.dumps(k[1:]) for k in told),
        tuple(json.loads(str(included))) if included else (),
        bool(unique),
        str(method),
        str(where or ""),
        bool(valid),
        needed or ("replication" if replicates else ""),
        sizes.get(oid),
        number(uses),
        bool(alone),
    )
