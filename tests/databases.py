"""A database of the test's own, of any dialect; the fixtures are in conftest.py.

Import from here, not from `conftest`: a folder of tests may have a conftest of
its own, and the name would mean that one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SERVERS = ("postgresql", "mariadb")
DIALECTS = ("sqlite", "duckdb", *SERVERS)


def dialects(*names: str) -> list[Any]:
    """The dialects as pytest parameters, those that need a server marked so."""
    return [
        pytest.param(n, marks=[pytest.mark.server] if n in SERVERS else [])
        for n in names or DIALECTS
    ]


@dataclass(frozen=True)
class Database:
    """A database of the test's own.

    `url` is the address of one who may do everything, `execute` runs
    statements as that one, each committed, and answers the last one's rows.
    """

    dialect: str
    url: str
    execute: Callable[[list[str]], list[tuple[Any, ...]]]

    @property
    def path(self) -> Path:
        """The file of a file-based database."""
        return Path(self.url.split(":///", 1)[1])

    def url_of(self, user: str, password: str) -> str:
        """The address for another account of the server."""
        return self.url.replace(self.url.split("//")[1].split("@")[0], f"{user}:{password}")


def no_sql(statements: list[str]) -> list[tuple[Any, ...]]:
    raise AssertionError("a folder is filled by writing files into db.path")


def sqlite_file(path: Path) -> Database:
    def execute(statements: list[str]) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(path, isolation_level=None)
        # Nobody reads it after a crash of the machine.
        connection.execute("PRAGMA synchronous = OFF")
        try:
            rows: list[tuple[Any, ...]] = []
            for statement in statements:
                rows = connection.execute(statement).fetchall()
            return rows
        finally:
            connection.close()

    execute(["PRAGMA user_version = 1"])
    return Database("sqlite", f"sqlite:///{path}", execute)


def duckdb_file(path: Path) -> Database:
    import duckdb

    def execute(statements: list[str]) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(path)) as connection:
            rows: list[tuple[Any, ...]] = []
            for statement in statements:
                rows = connection.execute(statement).fetchall()
            return rows

    execute(["SELECT 1"])
    return Database("duckdb", f"duckdb:///{path}", execute)


def postgres(url: str, statements: list[str]) -> list[tuple[Any, ...]]:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        rows: list[tuple[Any, ...]] = []
        for statement in statements:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            rows = cursor.fetchall() if cursor.description else []
        return rows


def mariadb(url: str, statements: list[str]) -> list[tuple[Any, ...]]:
    import pymysql
    from sqlalchemy.engine import make_url

    where = make_url(url)
    connection = pymysql.connect(
        host=where.host, port=where.port or 0, user=where.username, password=str(where.password),
        database=where.database, autocommit=True, max_allowed_packet=2**26,
    )  # fmt: skip
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())
    finally:
        connection.close()
