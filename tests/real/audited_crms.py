"""Loads the real CRM databases, each once, and audits them the way a newcomer would."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from crms import DATA, truth, use_truth
from servers import PASSWORD, Server, mariadb_statements, postgres_statements

from crmaudit.audit import Audit
from crmaudit.collect import DryRun, dry_run, targets

READER_PASSWORD = "only-looking"


@dataclass(frozen=True)
class Run:
    """What one command printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Crm:
    """A real CRM, audited: `query` asks the database, `ran` what the commands said."""

    name: str
    truth: dict[str, Any]
    root: Path
    proposed: Path
    query: Callable[[str], list[tuple[Any, ...]]]
    ran: dict[str, Run]
    announced: DryRun
    logged: list[str]
    bundle: Path

    @property
    def audit(self) -> Audit:
        return Audit(self.root)


@contextmanager
def audited(name: str, server: Server, root: Path) -> Iterator[Crm]:
    """The CRM in a database of its own on that server, read by an account that may only read."""
    maria = name == "civicrm"
    database = f"{name}_{os.getpid()}"
    reader = f"reader_{os.getpid()}"
    load = _load_mariadb if maria else _load_postgres
    query = load(server, database, reader)
    url = server.url.replace(f"admin:{PASSWORD}", f"{reader}:{READER_PASSWORD}") + f"/{database}"
    try:
        yield _audit(name, root, url, query, lambda: _statements(server, database, reader))
    finally:
        _drop(server, database, reader, maria)


def _statements(server: Server, database: str, reader: str) -> list[str]:
    if server.url.startswith("mariadb"):
        return mariadb_statements(server, reader)
    return postgres_statements(server, database)


def _audit(
    name: str,
    root: Path,
    url: str,
    query: Callable[[str], list[tuple[Any, ...]]],
    statements: Callable[[], list[str]],
) -> Crm:
    known = truth(name)
    ran: dict[str, Run] = {}
    workspace, proposed, bundle = root / "audit", root / "proposed", root / "crm.zip"

    def run(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "crmaudit", *arguments],
            capture_output=True, text=True, cwd=root,
            env={**os.environ, "CRM_PASSWORD": READER_PASSWORD, "COLUMNS": "140"},
        )  # fmt: skip
        ran[" ".join(arguments).replace(url, "URL")] = Run(
            done.returncode, done.stdout, done.stderr
        )

    run("init", "audit", "--from", url, "--organisation", "The Charity")
    shutil.copytree(workspace, proposed)
    use_truth(workspace, known)
    run("validate", "-w", "audit")
    before = len(statements())
    run("collect", "-w", "audit")
    logged = statements()[before:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_PASSWORD", READER_PASSWORD)
        found = Audit(workspace)
        (announced,) = dry_run(targets(found.workspace))
    run("check", "-w", "audit")
    run("quality", "show", f"crm.{known['semantic_columns']['email'][0]}", "-w", "audit")
    run("report", "-w", "audit", "--as", "html,pdf,md,json")
    if name == "fat_free_crm":
        run("collect", "--url", url, "--as", "crm", "-o", str(bundle))
    return Crm(name, known, workspace, proposed, query, ran, announced, logged, bundle)


def _dumps(name: str) -> list[bytes]:
    files = sorted((DATA / name).glob("*.gz"), key=lambda f: len(f.name))
    return [gzip.decompress(f.read_bytes()) for f in files]


def _load_mariadb(
    server: Server, database: str, reader: str
) -> Callable[[str], list[tuple[Any, ...]]]:
    def query(sql: str, schema: str | None = database) -> list[tuple[Any, ...]]:
        connection = pymysql.connect(
            host="127.0.0.1", port=server.port, user="admin", password=PASSWORD,
            database=schema, charset="utf8mb4", autocommit=True,
        )  # fmt: skip
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    query(f"CREATE DATABASE {database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", None)
    # The second file fills tables which the first has filled in part: it is meant to go on.
    for dump in _dumps("civicrm"):
        subprocess.run(
            f"mariadb --no-defaults --force --default-character-set=utf8mb4 -h 127.0.0.1 "
            f"-P {server.port} -u admin {database}".split(),
            input=dump, capture_output=True, env={**os.environ, "MYSQL_PWD": PASSWORD},
        )  # fmt: skip
    query(f"CREATE USER '{reader}'@'127.0.0.1' IDENTIFIED BY '{READER_PASSWORD}'")
    query(f"GRANT SELECT ON {database}.* TO '{reader}'@'127.0.0.1'")
    return query


def _load_postgres(
    server: Server, database: str, reader: str
) -> Callable[[str], list[tuple[Any, ...]]]:
    def query(sql: str, name: str = database) -> list[tuple[Any, ...]]:
        with psycopg.connect(f"{server.url}/{name}", autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    query(f"CREATE DATABASE {database}", "postgres")
    for dump in _dumps("fat_free_crm"):
        subprocess.run(
            f"psql -q -h 127.0.0.1 -p {server.port} -U admin -d {database}".split(),
            input=dump, capture_output=True, env={**os.environ, "PGPASSWORD": PASSWORD},
        )  # fmt: skip
    query(f"CREATE ROLE {reader} LOGIN PASSWORD '{READER_PASSWORD}'")
    query(f"GRANT USAGE ON SCHEMA public TO {reader}")
    query(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}")
    return query


def _drop(server: Server, database: str, reader: str, maria: bool) -> None:
    if maria:
        with pymysql.connect(
            host="127.0.0.1", port=server.port, user="admin", password=PASSWORD, autocommit=True
        ) as connection:
            connection.cursor().execute(f"DROP DATABASE {database}")
            connection.cursor().execute(f"DROP USER '{reader}'@'127.0.0.1'")
        return
    with psycopg.connect(f"{server.url}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {database} WITH (FORCE)")
        connection.execute(f"DROP ROLE {reader}")
