"""Reaching data, read-only: databases and folders of exports, by address.

`open_source` is the way in. An engine is one module and one line in
`ENGINES`; nothing else knows which engines there are.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from crmaudit.sources.address import Address, redact
from crmaudit.sources.base import ConnectionLostError, Source, Statement

__all__ = ["ENGINES", "ConnectionLostError", "Source", "Statement", "open_source", "redact"]

# Lazy strings: no driver is imported before a source of its kind is opened.
ENGINES = {
    "sqlite": "crmaudit.sources.sqlite:SqliteSource",
    "duckdb": "crmaudit.sources.duckdb:DuckDBSource",
    "postgresql": "crmaudit.sources.postgresql:PostgresSource",
    "mysql": "crmaudit.sources.mysql:MySQLSource",
    "mariadb": "crmaudit.sources.mysql:MySQLSource",
    "folder": "crmaudit.sources.folder:FolderSource",
    "dump": "crmaudit.sources.dump:DumpSource",
}


def open_source(
    url: str,
    *,
    schema: str | None = None,
    timeout: float = 300.0,
    progress: Callable[[str], None] | None = None,
) -> Source:
    """Open a database, a folder of exports or a schema dump, read-only, in one snapshot.

    `url` is an address (`sqlite:///crm.db`, `duckdb:///…`, `postgresql://…`,
    `mysql://…`, `mariadb://…`, `folder:///exports`, `dump:///schema.sql`) or
    the path of a file or folder. `${VARIABLE}` in it is taken from the environment, which is where
    secrets belong. `schema` confines the audit to one schema (MySQL: database);
    without it PostgreSQL and DuckDB show every schema of the user's.
    `timeout` is the limit of each statement in seconds, reading included.
    `progress` is told in a few words what takes long while opening.

    Raises CrmauditError where the address is wrong or the source cannot be
    reached; the message shows no secret.
    """
    address = Address.parse(url)
    module, _, name = ENGINES[address.engine].partition(":")
    opener: Callable[..., Source] = getattr(import_module(module), name)
    return opener(address, schema=schema, timeout=timeout, progress=progress or (lambda _: None))
