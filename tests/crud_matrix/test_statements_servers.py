"""Statements that a server kept give back the letters of the workload that ran on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from databases import Database, dialects
from servers import Server
from sqlalchemy.engine import make_url
from workload import ACCOUNTS, GRANTS, SETUP, STEPS, Step, letters

from crmaudit.collect.collect import collector
from crmaudit.crud_matrix.collectors.statements_mysql import may_be_cut
from crmaudit.crud_matrix.machinery import expand
from crmaudit.crud_matrix.rights import Rights
from crmaudit.evidence import (
    Code,
    Document,
    Effect,
    Grants,
    Machinery,
    Statements,
    from_json,
    to_json,
)
from crmaudit.sources import open_source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.dossier import Traces

SECRET = "own-secret"


@dataclass(frozen=True)
class Worked:
    """A database on which the workload ran, and the real names of the accounts."""

    db: Database
    names: dict[str, str]

    def collect(self, kind: str, *logs: str, account: str = "") -> list[Any]:
        url = self.db.url_of(self.names[account], SECRET) if account else self.db.url
        known = Known(traces=Traces(statements=logs))
        with open_source(url) as source:
            catalog = source.catalog("crm")
            task = Task(source, "crm", catalog, catalog.tables, known)
            found = list(collector(kind).collect(task))
        for document in found:
            assert from_json(to_json(document)) == document
            assert "secret" not in to_json(document)
        return found

    def recovered(self, document: Statements, *, whole: bool = False) -> dict[tuple[str, str], str]:
        """(account, table) → letters, under the script's names; of the three accounts only.

        `whole` with what the database's machinery makes of them.
        """
        found: dict[tuple[str, str], set[str]] = {}
        own = self._machinery if whole else ()
        for account, name in self.names.items():
            uses = [Effect(u.table, u.letter) for u in document.uses if u.principal == name]
            calls = [c.routine for c in document.called if c.principal == name]
            for use in uses:
                found.setdefault((account, use.table), set()).update(use.letters)
            for table, told in expand(uses, own, calls).items():
                found.setdefault((account, table), set()).update(told)
        return {key: "".join(x for x in "CRUD" if x in told) for key, told in sorted(found.items())}

    @cached_property
    def _machinery(self) -> tuple[Machinery, ...]:
        code = next(d for d in self.collect("code") if isinstance(d, Code))
        return code.machinery


def prepare(db: Database) -> dict[str, str]:
    """The tables, the accounts with their rights, and what else they need to work."""
    base = db.url.rsplit("/", 1)[1]
    names = {account: f"{account}_{base}" for account in ACCOUNTS}
    db.execute(list(SETUP[db.dialect]))
    privilege = {"C": "INSERT", "R": "SELECT", "U": "UPDATE", "D": "DELETE"}
    for account, name in names.items():
        if db.dialect == "postgresql":
            who = name
            db.execute([f"CREATE ROLE {who} LOGIN PASSWORD '{SECRET}'"])
        else:
            who = f"{name}@'127.0.0.1'"
            db.execute([f"CREATE USER {who} IDENTIFIED BY '{SECRET}'"])
        for table, told in GRANTS[account].items():
            db.execute([f"GRANT {', '.join(privilege[x] for x in told)} ON {table} TO {who}"])
    billing, report = names["billing_app"], names["report_ro"]
    if db.dialect == "postgresql":
        db.execute([f"GRANT TRUNCATE ON payment TO {billing}"])
    else:
        db.execute(
            [
                f"GRANT DROP ON payment TO {billing}@'127.0.0.1'",
                f"GRANT EXECUTE ON PROCEDURE settle TO {billing}@'127.0.0.1'",
                f"GRANT CREATE TEMPORARY TABLES ON `{base}`.* TO {report}@'127.0.0.1'",
            ]
        )
    return names


def run(db: Database, names: dict[str, str], steps: tuple[Step, ...]) -> None:
    for account, name in names.items():
        url = db.url_of(name, SECRET)
        mine = [s for s in steps if s.account == account]
        (_run_postgres if db.dialect == "postgresql" else _run_mariadb)(url, mine)


def _run_postgres(url: str, steps: list[Step]) -> None:
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        for step in steps:
            if step.sql.startswith("COPY"):
                with cursor.copy(step.sql) as copy:  # type: ignore[call-overload]
                    list(copy)
            else:
                cursor.execute(step.sql, step.values, prepare=step.values is not None)  # type: ignore[call-overload]


def _run_mariadb(url: str, steps: list[Step]) -> None:
    where = make_url(url)
    connection = pymysql.connect(
        host=where.host, port=where.port or 0, user=where.username, password=SECRET,
        database=where.database, autocommit=True,
    )  # fmt: skip
    with connection.cursor() as cursor:
        for step in steps:
            cursor.execute(step.sql.replace("{database}", str(where.database)))
    connection.close()


@pytest.fixture
def worked(request: pytest.FixtureRequest, make_db: Callable[[str], Database]) -> Iterator[Worked]:
    """The workload has run on a database of that dialect."""
    db = make_db(request.param)
    db_names = prepare(db)
    if db.dialect == "postgresql":
        db.execute(["CREATE EXTENSION pg_stat_statements"])
    try:
        run(db, db_names, STEPS[db.dialect])
        yield Worked(db, db_names)
    finally:
        if db.dialect == "postgresql":
            db.execute(
                [
                    s
                    for n in db_names.values()
                    for s in (f"DROP OWNED BY {n} CASCADE", f"DROP ROLE {n}")
                ]
            )
        else:
            db.execute([f"DROP USER {n}@'127.0.0.1'" for n in db_names.values()])


def one(documents: list[Document]) -> Statements:
    (found,) = documents
    assert isinstance(found, Statements)
    return found


@pytest.mark.server
@pytest.mark.parametrize("worked", ["postgresql"], indirect=True)
def test_postgresql_gives_the_script_back(worked: Worked) -> None:
    steps = STEPS["postgresql"]
    assert len(steps) >= 55
    found = one(worked.collect("statements"))
    mine = [u for u in found.unread if any(n in u.principal for n in worked.names.values())]
    assert mine == []
    assert worked.recovered(found) == letters(steps, whole=False)
    assert worked.recovered(found, whole=True) == letters(steps)
    assert {(c.principal, c.routine) for c in found.called if c.routine == "settle"} == {
        (worked.names["billing_app"], "settle")
    }
    assert found.provenance.status.state == "done"
    assert found.dropped == 0
    assert found.since is not None
    assert found.tells_principals
    assert found.reader == "admin"
    assert found.temporary == 3
    assert found.elsewhere > 0


@pytest.mark.server
@pytest.mark.parametrize("worked", ["postgresql"], indirect=True)
def test_hidden_texts_are_unknown(worked: Worked) -> None:
    found = one(worked.collect("statements", account="report_ro"))
    assert found.provenance.status.state == "partly"
    assert "pg_read_all_stats" in found.provenance.status.reason
    hidden = {u.principal: u.times for u in found.unread if not u.text}
    assert set(worked.names.values()) - {worked.names["report_ro"]} <= hidden.keys()
    assert {account for account, _ in worked.recovered(found)} == {"report_ro"}
    assert found.calls > found.understood_calls
    assert found.reader == worked.names["report_ro"]


@pytest.mark.server
@pytest.mark.parametrize("worked", ["mariadb"], indirect=True)
def test_mariadb_log_gives_the_script_back(worked: Worked, mariadb_server: Server) -> None:
    steps = STEPS["mariadb"]
    assert len(steps) >= 55
    _digests, log = worked.collect("statements", mariadb_server.log)
    mine = [u for u in log.unread if any(n in u.principal for n in worked.names.values())]
    assert mine == []
    # The log has what a trigger and a routine ran as well, under the account that set them off.
    found, whole = worked.recovered(log), letters(steps)
    for key, direct in letters(steps, whole=False).items():
        assert set(direct) <= set(found[key]) <= set(whole[key]), key
    assert worked.recovered(log, whole=True) == whole
    called = {(c.principal.partition("@")[0], c.routine) for c in log.called}
    assert (worked.names["billing_app"], "settle") in called
    assert log.temporary == 3


@pytest.mark.server
@pytest.mark.parametrize("worked", ["mariadb"], indirect=True)
def test_mariadb_digests_give_the_letters_of_all(worked: Worked) -> None:
    digests = one([d for d in worked.collect("statements") if d.origin == "digests"])
    assert not digests.tells_principals
    assert any("do not tell which account" in n for n in digests.notes)
    told: dict[str, set[str]] = {}
    for use in digests.uses:
        assert use.principal == ""
        told.setdefault(use.table, set()).add(use.letter)
    script: dict[str, set[str]] = {}
    for (_, table), found in letters(STEPS["mariadb"], whole=False).items():
        script.setdefault(table, set()).update(found)
    # Setting up and reading the tables ran in the database too.
    for table, there in script.items():
        assert there <= told.get(table, set()), table
    assert digests.dropped == 0
    assert digests.since is not None


@pytest.mark.server
def test_a_digest_that_was_cut_is_unknown(make_db: Callable[[str], Database]) -> None:
    db = make_db("mariadb")
    columns = [f"a_column_with_a_long_name_{i:03}" for i in range(90)]
    other = [f"another_{i:03}" for i in range(30)]
    db.execute(
        [
            f"CREATE TABLE wide ({', '.join(f'{c} int' for c in columns)})",
            f"CREATE TABLE slim ({', '.join(f'{c} int' for c in other)})",
            f"INSERT INTO wide ({', '.join(columns)}) VALUES ({', '.join('7' for _ in columns)})",
            f"SELECT {', '.join(columns)} FROM wide",
            # Ends in dots too, and is whole.
            f"SELECT {', '.join(other)} FROM slim LIMIT 3, 4",
        ]
    )
    # Another test may have the server's log written into a table meanwhile.
    found = one([d for d in Worked(db, {}).collect("statements") if d.origin == "digests"])
    assert {(u.table, u.letter) for u in found.uses} >= {("wide", "C"), ("slim", "R")}
    assert ("wide", "R") not in {(u.table, u.letter) for u in found.uses}
    cut = [u for u in found.unread if "beginning" in u.reason]
    assert {u.text[:6] for u in cut} >= {"INSERT", "SELECT"}


def test_what_may_be_cut() -> None:
    assert not may_be_cut("SELECT `a` FROM `t` WHERE `b` IN (...) LIMIT ?, ...", 1024)
    assert not may_be_cut("INSERT INTO `t` VALUES (...) /* , ... */", 1024)
    assert may_be_cut("SELECT `a` FROM `t` WHERE `b` = ...", 1024)
    # 994 bytes are kept: INSERT INTO wide (, and 28 names with their commas.
    names = " , ".join(f"`a_column_with_a_long_name_{i:03}`" for i in range(28))
    assert may_be_cut(f"INSERT INTO `wide` ( {names} ,", 1024)
    assert not may_be_cut(f"INSERT INTO `wide` ( {names} ,", 4096)


@pytest.mark.parametrize("worked", dialects("postgresql", "mariadb"), indirect=True)
def test_grants_give_the_rights_of_the_script_back(worked: Worked) -> None:
    (grants,) = worked.collect("grants")
    assert isinstance(grants, Grants)
    rights = Rights(grants)
    for account, given in GRANTS.items():
        name = worked.names[account]
        shown = name if worked.db.dialect == "postgresql" else f"{name}@127.0.0.1"
        may = {
            table: told
            for table in (*GRANTS["billing_app"], *GRANTS["crm_app"], *GRANTS["report_ro"])
            if (told := rights.letters(shown, table))
        }
        assert may == given


@pytest.mark.server
def test_without_the_extension_it_is_said(make_db: Callable[[str], Database]) -> None:
    db = make_db("postgresql")
    found = one(Worked(db, {}).collect("statements"))
    assert found.provenance.status.state == "partly"
    assert "CREATE EXTENSION" in found.provenance.status.reason
    assert found.calls == 0
    assert found.since is None


@pytest.mark.server
@pytest.mark.parametrize("how", ["role", "option", "dossier", "database"])
def test_where_the_audit_looks_for_tables_is_not_where_accounts_do(
    how: str, make_db: Callable[[str], Database]
) -> None:
    db = make_db("postgresql")
    base = db.url.rpartition("/")[2]
    app, audit = f"app_{base}", f"audit_{base}"
    db.execute(
        [
            "CREATE EXTENSION pg_stat_statements",
            "CREATE SCHEMA archive",
            *(f"CREATE TABLE {s}.contact (id int)" for s in ("public", "archive")),
            "CREATE TABLE archive.old (id int)",
            *(f"CREATE ROLE {who} LOGIN PASSWORD '{SECRET}'" for who in (app, audit)),
            f"GRANT pg_read_all_stats, pg_read_all_data TO {audit}",
            f"GRANT pg_read_all_data TO {app}",
        ]
    )
    try:
        if how == "role":
            db.execute([f"ALTER ROLE {audit} SET search_path TO archive"])
        if how == "database":  # everybody's
            db.execute([f"ALTER DATABASE {base} SET search_path TO archive"])
        with psycopg.connect(db.url_of(app, SECRET), autocommit=True) as connection:
            connection.execute("SELECT id FROM contact")
            connection.execute("SELECT id FROM archive.old")
        url = db.url_of(audit, SECRET)
        url += "?options=-csearch_path%3Darchive" if how == "option" else ""
        with open_source(url, schema="archive" if how == "dossier" else None) as source:
            catalog = source.catalog("crm")
            found = one(
                list(
                    collector("statements").collect(
                        Task(source, "crm", catalog, catalog.tables, Known())
                    )
                )
            )
    finally:
        db.execute([s for n in (app, audit) for s in (f"DROP OWNED BY {n}", f"DROP ROLE {n}")])
    told = {(u.table, u.letter) for u in found.uses if u.principal == app}
    unread = {t for u in found.unread if u.principal == app for t in u.tables}
    if how == "database":
        assert told == {("contact", "R"), ("old", "R")}
        assert unread == set()
    else:
        # It was public.contact; the audit would have taken it for archive.contact.
        assert told == {("old", "R")}
        assert "contact" in unread


@pytest.mark.server
def test_a_log_that_is_a_table(make_db: Callable[[str], Database], tmp_path: Path) -> None:
    db = make_db("mariadb")
    base = db.url.rsplit("/", 1)[1]
    db.execute(["CREATE TABLE contact (id int)", "CREATE TABLE invoice (id int)"])
    before = db.execute(["SELECT @@log_output"])[0][0]
    db.execute(["SET GLOBAL log_output = 'FILE,TABLE'"])
    try:
        db.execute(
            [
                "INSERT INTO contact VALUES (1234567)",
                "CREATE TEMPORARY TABLE passing (id int)",
                "INSERT INTO passing SELECT id FROM contact",
                f"USE {base}",
                "DELETE FROM invoice",
                "USE mysql",
                "SELECT * FROM user",
                f"SELECT * FROM {base}.invoice",
            ]
        )
        last = f"SELECT * FROM {base}.invoice"
        seen = f"SELECT count(*) FROM mysql.general_log WHERE argument = '{last}'"
        # The server writes its log a moment later.
        while not db.execute([seen])[0][0]:
            time.sleep(0.1)
        found = Worked(db, {}).collect("statements")
    finally:
        db.execute([f"SET GLOBAL log_output = '{before}'", "TRUNCATE mysql.general_log"])
    log = next(d for d in found if d.origin == "general log table")
    assert "1234567" not in to_json(log)
    told = {(u.principal, u.table, u.letter) for u in log.uses}
    assert {("admin", "contact", "C"), ("admin", "contact", "R"), ("admin", "invoice", "D")} <= told
    assert ("admin", "invoice", "R") in told
    assert not any("passing" in t for _, t, _ in told)
    assert log.temporary == 1
    assert log.tells_principals
