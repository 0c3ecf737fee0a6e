"""Views, triggers, cascades and macros of SQLite and DuckDB files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crmaudit.crud_matrix.collectors.machinery import Reader, cascade
from crmaudit.crud_matrix.sql.defined import defined
from crmaudit.evidence.use import Machinery
from crmaudit.sources.base import Statement

_SQLITE = (
    Statement(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger') "
        "AND sql IS NOT NULL ORDER BY type, name",
        "read views and triggers",
    ),
    Statement(
        'SELECT DISTINCT m.name, k."table", k.on_delete FROM sqlite_master m '
        "JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table' "
        "AND m.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY 1, 2, 3",
        "read what follows a deletion",
    ),
)
_DUCKDB = (
    Statement(
        "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY 1, 2",
        "read views",
    ),
    Statement(
        "SELECT schema_name, function_name, function_type, macro_definition "
        "FROM duckdb_functions() WHERE NOT internal AND function_type LIKE '%macro' ORDER BY 1, 2",
        "read macros",
    ),
)


def statements(engine: str) -> tuple[Statement, ...]:
    return _SQLITE if engine == "sqlite" else _DUCKDB


def read(reader: Reader) -> Iterator[Machinery]:
    """SQLite follows cascades only where a program has switched foreign keys on."""
    if reader.dialect == "sqlite":
        yield from _sqlite(reader)
    else:
        yield from _duckdb(reader)


def _sqlite(reader: Reader) -> Iterator[Machinery]:
    parts, keys = _SQLITE
    for _, name, sql in reader.ask(parts):
        found = defined(sql, "sqlite", reader.tables)
        yield found or Machinery(name, "trigger", unread="its definition is not understood")
    for child, parent, action in reader.ask(keys):
        found = cascade(reader.shown("", parent), reader.shown("", child), action)
        if found is not None:
            yield found


def _duckdb(reader: Reader) -> Iterator[Machinery]:
    views, macros = _DUCKDB
    for schema, name, sql in reader.ask(views):
        found = defined(sql, "duckdb", reader.tables)
        shown = reader.shown(schema, name)
        if found is None:
            yield Machinery(shown, "view", unread="its definition is not understood")
        else:
            yield replace(found, name=shown)
    for schema, name, kind, body in reader.ask(macros):
        text = f"CREATE MACRO m() AS {'TABLE ' if kind == 'table_macro' else ''}{body}"
        if kind != "table_macro":
            text = f"CREATE MACRO m() AS SELECT {body}"
        found = defined(text, "duckdb", reader.tables)
        if found is not None:
            yield replace(found, name=reader.shown(schema, name))
