"""MariaDB: each right is taken from an account that has all, and given back afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pymysql
from sqlalchemy.engine import make_url

from benchmarks.crud_truth.cases import SCHEMAS, Case
from benchmarks.crud_truth.label import Letters, Told, mentions, named
from benchmarks.crud_truth.rows import Rows, changed, rows

_RIGHTS = {"SELECT": "R", "INSERT": "C", "UPDATE": "U", "DELETE": "D"}
_TABLE_RIGHTS = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, TRIGGER, SHOW VIEW"
_DATABASE_RIGHTS = (
    "CREATE, CREATE VIEW, CREATE TEMPORARY TABLES, CREATE ROUTINE, ALTER ROUTINE, LOCK TABLES,"
    " REFERENCES, EVENT"
)
_DENIED = {1044, 1142, 1143, 1227, 1370}
_UNDOABLE = re.compile(r"\s*(\W|select|insert|update|delete|replace|with|values|do|set|call)", re.I)
_DATABASES = ("beacon", "beacon_archive")
_ACCOUNT = "'beacon_app'@'127.0.0.1'"
_POOR = "'beacon_poor'@'127.0.0.1'"
"""The same without rights on tables: it is given those on the tables that a statement names."""
_PASSWORD = "only-for-labels"


class MariadbLabeller:
    """The databases `beacon` and `beacon_archive`, made anew on an administrator's server."""

    def __init__(self, url: str) -> None:
        where = make_url(f"{url}/mysql")
        self.url = f"{url}/beacon"
        self._to: dict[str, Any] = {"host": where.host, "port": where.port}
        self._admin = pymysql.connect(
            **self._to, user=where.username, password=str(where.password), autocommit=True,
            charset="utf8mb4", ssl_disabled=True,
        )  # fmt: skip
        self._do("SET foreign_key_checks = 0")
        self._tables: Sequence[tuple[Any, ...]] = ()
        self._extra: list[str] = []
        for account in (_ACCOUNT, _POOR):
            self._do(f"CREATE OR REPLACE USER {account} IDENTIFIED BY '{_PASSWORD}'")
        self._load()
        self.engine = f"MariaDB {self._do('SELECT version()')[0][0]}, one right revoked at a time"

    def close(self) -> None:
        for database in _DATABASES:
            self._do(f"DROP DATABASE IF EXISTS {database}")
        self._do(f"DROP USER IF EXISTS {_ACCOUNT}, {_POOR}")
        self._admin.close()

    def told(self, case: Case) -> Told:
        after = self._first(case)
        asked = Letters()
        named_in_it = [(d, t) for d, t in self._tables if mentions(case, t)]
        for database, table in named_in_it:
            for right, letter in _RIGHTS.items():
                if not self._without(case, right, (database, table)):
                    asked.add(named(database, table, "mariadb"), letter)
        if not self._enough(case, named_in_it):
            raise AssertionError(f"a table that is not named is touched: {case.sql}")
        data = changed(self._before, after)
        for table, letters in data.items():
            if "D" in letters and case.sql.lower().startswith("truncate"):
                asked.add(table, "D")
        calls = [n for kind, n in _routines(self._do) if not self._may_call(case, kind, n)]
        made = frozenset(t for t, found in after.items() if found and t not in self._before)
        return Told(asked.told(), data, made, tuple(sorted(calls)))

    def _first(self, case: Case) -> Rows:
        """Run it with all rights; rights on a table that it makes are given when asked for."""
        for _ in range(5):
            try:
                return self._run(case, look=True)
            except pymysql.Error as error:
                asked = re.search(r"for table `(\w+)`\.`(\w+)`", str(error))
                if error.args[0] != 1142 or not asked:
                    raise
                self._extra.append(f"`{asked[1]}`.`{asked[2]}`")
                self._do(f"GRANT {_TABLE_RIGHTS} ON {self._extra[-1]} TO {_ACCOUNT}")
        raise AssertionError(f"not allowed with all rights: {case.sql}")

    def _without(self, case: Case, right: str, place: tuple[str, str]) -> bool:
        """Whether the statement is allowed when the account lacks that right."""
        table = f"{place[0]}.{_quoted(place[1])}"
        self._do(f"REVOKE {right} ON {table} FROM {_ACCOUNT}")
        try:
            return self._allowed(case)
        finally:
            self._do(f"GRANT {right} ON {table} TO {_ACCOUNT}")

    def _enough(self, case: Case, places: Sequence[tuple[str, str]]) -> bool:
        """Whether rights on these tables alone are enough."""
        tables = [f"{database}.{_quoted(table)}" for database, table in places]
        for table in (*tables, *self._extra):
            self._do(f"GRANT {_TABLE_RIGHTS} ON {table} TO {_POOR}")
        try:
            return self._allowed(case, "beacon_poor")
        finally:
            for table in tables:
                self._do(f"REVOKE {_TABLE_RIGHTS} ON {table} FROM {_POOR}")

    def _may_call(self, case: Case, kind: str, name: str) -> bool:
        if not mentions(case, name):
            return True
        self._do(f"REVOKE EXECUTE ON {kind} beacon.{name} FROM {_ACCOUNT}")
        try:
            return self._allowed(case)
        finally:
            self._do(f"GRANT EXECUTE ON {kind} beacon.{name} TO {_ACCOUNT}")

    def _allowed(self, case: Case, account: str = "beacon_app") -> bool:
        try:
            self._run(case, account=account)
        except pymysql.Error as error:
            if error.args[0] in _DENIED:
                return False
            raise
        return True

    def _run(self, case: Case, look: bool = False, account: str = "beacon_app") -> Rows:
        """Run the statement in a session of its own and undo it; the rows after it if asked."""
        texts = (case.executable, *case.setup)
        lasting = not _UNDOABLE.match(case.executable) or any("SEQUENCE" in t for t in texts)
        try:
            with self._session(account) as cursor:
                for statement in case.setup:
                    cursor.execute(statement)
                cursor.execute(case.executable)
                cursor.fetchall()
                if look and not lasting:
                    return self._rows(lambda query: _all(cursor, query))
            return self._rows(self._do) if look else {}
        finally:
            if lasting:
                self._restore()

    def _restore(self) -> None:
        """All as it was, made anew where anything differs."""
        if self._objects() != self._known or self._rows(self._do) != self._before:
            self._load()

    def _load(self) -> None:
        for database in _DATABASES:
            self._do(f"CREATE OR REPLACE DATABASE {database} CHARACTER SET utf8mb4")
        self._admin.select_db("beacon")
        for line in (SCHEMAS / "mariadb.sql").read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("--"):
                self._do(line)
        self._tables = self._do(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema IN ('beacon', 'beacon_archive') ORDER BY 1, 2"
        )
        both = f"{_ACCOUNT}, {_POOR}"
        for database in _DATABASES:
            self._do(f"GRANT {_DATABASE_RIGHTS} ON {database}.* TO {both}")
        for database, table in self._tables:
            self._do(f"GRANT {_TABLE_RIGHTS} ON {database}.{_quoted(table)} TO {_ACCOUNT}")
        for kind, name in _routines(self._do):
            self._do(f"GRANT EXECUTE ON {kind} beacon.{name} TO {both}")
        self._do(f"GRANT FILE, RELOAD ON *.* TO {both}")
        self._before = self._rows(self._do)
        self._known = self._objects()

    def _objects(self) -> Sequence[tuple[Any, ...]]:
        return self._do(
            "SELECT table_schema, table_name, column_name, column_type, column_key, is_nullable"
            " FROM information_schema.columns WHERE table_schema LIKE 'beacon%'"
            " UNION ALL SELECT trigger_schema, trigger_name, '', '', '', ''"
            " FROM information_schema.triggers WHERE trigger_schema LIKE 'beacon%'"
            " UNION ALL SELECT routine_schema, routine_name, '', '', '', ''"
            " FROM information_schema.routines WHERE routine_schema LIKE 'beacon%' ORDER BY 1, 2, 3"
        )

    def _rows(self, query: Callable[[str], Sequence[tuple[Any, ...]]]) -> Rows:
        listed = self._do(
            "SELECT t.table_schema, t.table_name, count(k.column_name)"
            " FROM information_schema.tables t LEFT JOIN information_schema.key_column_usage k"
            " ON k.table_schema = t.table_schema AND k.table_name = t.table_name"
            " AND k.constraint_name = 'PRIMARY' WHERE t.table_schema LIKE 'beacon%'"
            " AND t.table_type = 'BASE TABLE' GROUP BY 1, 2 ORDER BY 1, 2"
        )
        keys = {named(d, t, "mariadb"): n for d, t, n in listed}
        places = {named(d, t, "mariadb"): f"{d}.{_quoted(t)}" for d, t, _ in listed}
        return rows(keys, lambda t: query(f"SELECT * FROM {places[t]}"))

    @contextmanager
    def _session(self, account: str) -> Iterator[Any]:
        connection = pymysql.connect(
            **self._to, user=account, password=_PASSWORD, database="beacon",
            charset="utf8mb4", local_infile=True, ssl_disabled=True,
        )  # fmt: skip
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            if connection.open:
                connection.close()

    def _do(self, statement: str) -> Sequence[tuple[Any, ...]]:
        with self._admin.cursor() as cursor:
            return _all(cursor, statement)


def _all(cursor: Any, statement: str) -> Sequence[tuple[Any, ...]]:
    cursor.execute(statement)
    found: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return found


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _routines(do: Any) -> Sequence[tuple[Any, ...]]:
    found: Sequence[tuple[Any, ...]] = do(
        "SELECT routine_type, routine_name FROM information_schema.routines"
        " WHERE routine_schema = 'beacon' ORDER BY 2"
    )
    return found
