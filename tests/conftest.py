"""Fixtures for every room: real databases, one of each dialect.

`make_db(dialect)` creates a fresh, empty database and answers a `Database`:

    db = make_db("postgresql")
    db.execute(["CREATE TABLE contact (id integer PRIMARY KEY)"])
    with open_source(db.url) as source: ...

`db` is the same, once for each dialect: one test body over all of them. For
the dialect `folder` there is no SQL to execute; see `databases.Database`.
`postgres_server`, `mariadb_server` give the servers with their logs,
`postgres_url`, `mariadb_url` an administrator's address.
"""

from __future__ import annotations

import functools
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import databases
import pytest
import typer.main
from databases import Database, dialects
from golden_files import charity, demo, golden, opened_once, pytest_addoption
from hypothesis import settings
from made_once import run_folder
from servers import NoServerError, Server, shared, start_mariadb, start_postgres

__all__ = ["charity", "demo", "golden", "opened_once", "pytest_addoption"]

# Build machines are slow and shared: how long one example takes says nothing.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

# A build machine may start us with interrupts ignored, which our children would inherit: then
# no test of Ctrl-C could tell anything.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Our servers speak no TLS: for each connection the driver would read all certificates in vain.
os.environ.setdefault("SSL_CERT_FILE", os.devnull)

# A process of ours makes the tree of commands once, tests run hundreds of commands in one process.
typer.main.get_command = functools.cache(typer.main.get_command)

_numbers = itertools.count(1)


def _server(
    factory: pytest.TempPathFactory, name: str, start: Callable[[], Server]
) -> Iterator[Server]:
    try:
        with shared(run_folder(factory), name, start) as server:
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
            return databases.sqlite_file(tmp_path / f"{name}.sqlite")
        if dialect == "duckdb":
            return databases.duckdb_file(tmp_path / f"{name}.duckdb")
        if dialect == "folder":
            (tmp_path / name).mkdir()
            return Database(dialect, f"folder:///{tmp_path / name}", databases.no_sql)
        fixture = {"postgresql": "postgres_server", "mariadb": "mariadb_server"}[dialect]
        server: Server = request.getfixturevalue(fixture)
        url = f"{server.url}/{name}"
        run = databases.postgres if dialect == "postgresql" else databases.mariadb
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
