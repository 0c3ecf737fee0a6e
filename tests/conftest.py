"""Fixtures for every room: real databases, one of each dialect.

`make_db(dialect)` creates a fresh, empty database and answers a `Database`:

    db = make_db("postgresql")
    db.execute(["CREATE TABLE contact (id integer PRIMARY KEY)"])
    with open_source(db.url) as source: ...

`db` is the same, once for each dialect: one test body over all of them. For
the dialect `folder` there is no SQL to execute; see `Database.export`.
`postgres_server`, `mariadb_server` give the servers with their logs,
`postgres_url`, `mariadb_url` an administrator's address.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from servers import NoServerError, Server, shared, start_mariadb, start_postgres

# Build machines are slow and shared: how long one example takes says nothing.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

SERVERS = ("postgresql", "mariadb")
DIALECTS = ("sqlite", "duckdb", *SERVERS)
_numbers = itertools.count(1)


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


def _root(factory: pytest.TempPathFactory) -> Path:
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def _server(
    factory: pytest.TempPathFactory, name: str, start: Callable[[], Server]
) -> Iterator[Server]:
    try:
        with shared(_root(factory), name, start) as server:
            yield server
    except NoServerError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _server(tmp_path_factory, "postgresql", start_postgres)


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from _server(tmp_path_factory, "mariadb", start_mariadb)


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Server) -> str:
    return f"{postgres_server.url}/postgres"


@pytest.fixture(scope="session")
def mariadb_url(mariadb_server: Server) -> str:
    return f"{mariadb_server.url}/mysql"


@pytest.fixture
def make_db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Makes a fresh database of a dialect; it is gone after the test."""
    drops: list[Callable[[], None]] = []

    def make(dialect: str) -> Database:
        name = f"crm{os.getpid()}_{next(_numbers)}"
        if dialect == "sqlite":
            return _sqlite(tmp_path / f"{name}.sqlite")
        if dialect == "duckdb":
            return _duckdb(tmp_path / f"{name}.duckdb")
        if dialect == "folder":
            (tmp_path / name).mkdir()
            return Database(dialect, f"folder:///{tmp_path / name}", _no_sql)
        fixture = {"postgresql": "postgres_server", "mariadb": "mariadb_server"}[dialect]
        server: Server = request.getfixturevalue(fixture)
        url = f"{server.url}/{name}"
        run = _postgres if dialect == "postgresql" else _mariadb
        admin = f"{server.url}/{'postgres' if dialect == 'postgresql' else 'mysql'}"
        run(admin, [f"CREATE DATABASE {name}"])
        force = " WITH (FORCE)" if dialect == "postgresql" else ""
        drops.append(lambda: run(admin, [f"DROP DATABASE IF EXISTS {name}{force}"]) and None)
        return Database(dialect, url, lambda statements: run(url, statements))

    yield make
    for drop in drops:
        drop()


@pytest.fixture(params=dialects())
def db(request: pytest.FixtureRequest, make_db: Callable[[str], Database]) -> Database:
    """A fresh database, once for each dialect."""
    return make_db(request.param)


def _no_sql(statements: list[str]) -> list[tuple[Any, ...]]:
    raise AssertionError("a folder is filled by writing files into db.path")


def _sqlite(path: Path) -> Database:
    def execute(statements: list[str]) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            rows: list[tuple[Any, ...]] = []
            for statement in statements:
                rows = connection.execute(statement).fetchall()
            return rows
        finally:
            connection.close()

    execute(["PRAGMA user_version = 1"])
    return Database("sqlite", f"sqlite:///{path}", execute)


def _duckdb(path: Path) -> Database:
    import duckdb

    def execute(statements: list[str]) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(path)) as connection:
            rows: list[tuple[Any, ...]] = []
            for statement in statements:
                rows = connection.execute(statement).fetchall()
            return rows

    execute(["SELECT 1"])
    return Database("duckdb", f"duckdb:///{path}", execute)


def _postgres(url: str, statements: list[str]) -> list[tuple[Any, ...]]:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        rows: list[tuple[Any, ...]] = []
        for statement in statements:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            rows = cursor.fetchall() if cursor.description else []
        return rows


def _mariadb(url: str, statements: list[str]) -> list[tuple[Any, ...]]:
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
