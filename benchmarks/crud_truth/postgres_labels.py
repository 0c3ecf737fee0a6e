"""PostgreSQL: each right is taken from a role that has all, in a transaction that is undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.crud_truth.cases import SCHEMAS, Case
from benchmarks.crud_truth.label import Letters, Told, mentions, named
from benchmarks.crud_truth.rows import Rows, changed, rows

_RIGHTS = {"SELECT": "R", "INSERT": "C", "UPDATE": "U", "DELETE": "D", "TRUNCATE": "D"}
_ROLE = "beacon_app"


class PostgresLabeller:
    """The database `beacon`, made anew on the server of an administrator's address."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/beacon"
        with psycopg.connect(f"{url}/postgres", autocommit=True) as admin:
            admin.execute("DROP DATABASE IF EXISTS beacon WITH (FORCE)")
            admin.execute(f"DROP ROLE IF EXISTS {_ROLE}")
            admin.execute("CREATE DATABASE beacon")
            admin.execute(f"CREATE ROLE {_ROLE}")
        self._db = psycopg.connect(self.url, autocommit=True, prepare_threshold=None)
        self._db.execute((SCHEMAS / "postgresql.sql").read_text(encoding="utf-8"))
        for what in (
            f"GRANT ALL ON DATABASE beacon TO {_ROLE}",
            f"GRANT pg_read_server_files TO {_ROLE}",
            *(f"GRANT ALL ON SCHEMA {s} TO {_ROLE}" for s in ("public", "archive")),
            *(f"GRANT ALL ON ALL TABLES IN SCHEMA {s} TO {_ROLE}" for s in ("public", "archive")),
            "REVOKE ALL ON ALL ROUTINES IN SCHEMA public FROM PUBLIC",
            f"GRANT ALL ON ALL ROUTINES IN SCHEMA public TO {_ROLE}",
        ):
            self._db.execute(what)
        version = self._db.execute("SHOW server_version").fetchone()
        self.engine = (
            f"PostgreSQL {str(version and version[0]).split()[0]}, one right revoked at a time"
        )
        self._tables = self._db.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'archive')"
            " UNION ALL SELECT schemaname, viewname FROM pg_views"
            " WHERE schemaname IN ('public', 'archive') ORDER BY 1, 2"
        ).fetchall()
        self._routines = self._db.execute(
            "SELECT proname, oid::regprocedure::text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype"
        ).fetchall()

    def close(self) -> None:
        self._db.close()

    def told(self, case: Case) -> Told:
        before = self._rows()
        with self._undone():
            self._prepare(case)
            as_owner = not self._allowed(case)
            after: Rows = {} if as_owner else self._rows()
        if as_owner:
            with self._undone():
                self._prepare(case)
                self._run(case)
                after = self._rows()
        made = frozenset(t for t, found in after.items() if found and t not in before)
        data = {t: letters for t, letters in changed(before, after).items() if t not in made}
        if as_owner:  # only the owner may: there is no right to take away, and rows decide
            return Told(
                {t: letters for t, letters in data.items() if mentions(case, t)}, data, made
            )
        asked, calls = self._asked(case)
        return Told(asked.told(), data, made, calls)

    def _asked(self, case: Case) -> tuple[Letters, tuple[str, ...]]:
        asked = Letters()
        rest = []
        for schema, table in self._tables:
            place = sql.Identifier(schema, table)
            if not mentions(case, table):
                rest.append(place)
                continue
            for right, letter in _RIGHTS.items():
                if not self._without(case, sql.SQL(right), place):
                    asked.add(named(schema, table, "postgresql"), letter)
        if not self._without(case, sql.SQL("ALL"), *rest):
            raise AssertionError(f"a table that is not named is touched: {case.sql}")
        calls = []
        for name, signature in self._routines:
            routine = sql.SQL("ROUTINE {}").format(sql.SQL(signature))
            if mentions(case, name) and not self._without(case, sql.SQL("EXECUTE"), routine):
                calls.append(name)
        return asked, tuple(sorted(calls))

    def _without(self, case: Case, right: sql.SQL, *places: sql.Composable) -> bool:
        """Whether the statement is allowed when the role lacks that right on these."""
        with self._undone():
            self._prepare(case)
            self._db.execute("RESET ROLE")
            on = sql.SQL(", ").join(places)
            self._db.execute(sql.SQL("REVOKE {} ON {} FROM {}").format(right, on, sql.SQL(_ROLE)))
            return self._allowed(case)

    def _allowed(self, case: Case) -> bool:
        self._db.execute(f"SET LOCAL ROLE {_ROLE}")
        try:
            with self._db.transaction():
                self._run(case)
        except psycopg.errors.InsufficientPrivilege:
            self._db.execute("RESET ROLE")
            return False
        self._db.execute("RESET ROLE")
        return True

    def _prepare(self, case: Case) -> None:
        if case.setup:
            self._db.execute(f"SET LOCAL ROLE {_ROLE}")
            for statement in case.setup:
                self._db.execute(statement)
            self._db.execute("RESET ROLE")

    def _run(self, case: Case) -> None:
        text: Any = case.executable
        with self._db.cursor() as cursor:
            if text.startswith("COPY") and "STDOUT" in text:
                with cursor.copy(text) as copy:
                    for _ in copy:
                        pass
            elif text.startswith("COPY") and "STDIN" in text:
                with cursor.copy(text) as copy:
                    copy.write("900\tq\n")
            else:
                cursor.execute(text)

    def _rows(self) -> Rows:
        found: Sequence[tuple[Any, ...]] = self._db.execute(
            "SELECT n.nspname, c.relname, coalesce(array_length(i.indkey, 1), 0)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
            " WHERE c.relkind = 'r' AND c.relpersistence <> 't'"
            " AND n.nspname IN ('public', 'archive')"
        ).fetchall()
        # The parts of `event` have their key in the second place as well; its first is enough.
        keys = {
            named(s, t, "postgresql"): min(k, 2 if t == "person_tag" else 1) for s, t, k in found
        }
        places = {named(s, t, "postgresql"): sql.Identifier(s, t) for s, t, _ in found}
        return rows(
            keys,
            lambda t: self._db.execute(sql.SQL("SELECT * FROM {}").format(places[t])).fetchall(),
        )

    @contextmanager
    def _undone(self) -> Iterator[None]:
        with self._db.transaction(force_rollback=True):
            yield
        self._db.execute("DEALLOCATE ALL")
