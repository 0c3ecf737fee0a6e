"""SQLite: the authorizer is asked for every access while a statement is prepared."""

from __future__ import annotations

import re
import sqlite3

from benchmarks.crud_truth.cases import SCHEMAS, Case
from benchmarks.crud_truth.label import Letters, Told, mentions, named

_LETTER = {
    sqlite3.SQLITE_READ: "R",
    sqlite3.SQLITE_INSERT: "C",
    sqlite3.SQLITE_UPDATE: "U",
    sqlite3.SQLITE_DELETE: "D",
}


class SqliteLabeller:
    """A fresh database in memory for every statement."""

    engine = f"SQLite {sqlite3.sqlite_version}, authorizer"

    def __init__(self) -> None:
        self._script = (SCHEMAS / "sqlite.sql").read_text(encoding="utf-8")

    def told(self, case: Case) -> Told:
        connection = self._opened(case)
        try:
            before = _tables(connection)
            views = _names(connection, "view")
            triggers = _names(connection, "trigger")
            asked = Letters()

            def authorize(
                action: int, table: str | None, _: str | None, schema: str | None, inner: str | None
            ) -> int:
                # `inner` is a view, a trigger or a common table expression; the last stands in
                # the statement itself. Where no column is read, neither schema nor view is told.
                letter = _LETTER.get(action, "")
                if table and not schema and (not mentions(case, table) or _is_named(case, table)):
                    return sqlite3.SQLITE_OK
                if inner in views and mentions(case, inner):
                    asked.add(inner, "R")
                own = inner not in views and inner not in triggers
                if letter and table and own and schema in ("main", "archive", None):
                    asked.add(named(schema or "main", table, "sqlite"), letter)
                return sqlite3.SQLITE_OK

            connection.set_authorizer(authorize)
            connection.execute(case.executable).fetchall()
            connection.set_authorizer(None)
            made = {
                name
                for name, place in _tables(connection).items()
                if name not in before and connection.execute(f"SELECT 1 FROM {place}").fetchone()
            }
            known = set(before) | views | made
        finally:
            connection.close()
        letters = {t: found for t, found in asked.told().items() if t in known}
        return Told(letters, self._data(case), frozenset(made))

    def _data(self, case: Case) -> dict[str, str]:
        """What a second run does to rows: triggers tell, of rows in the way of a REPLACE too."""
        connection = self._opened(case)
        try:
            connection.execute("PRAGMA recursive_triggers = ON")
            connection.execute("CREATE TEMP TABLE happened (place text, letter text)")
            for number, (name, place) in enumerate(_tables(connection).items()):
                for letter, event in (("C", "INSERT"), ("U", "UPDATE"), ("D", "DELETE")):
                    told = name.replace("'", "''")
                    connection.execute(
                        f"CREATE TEMP TRIGGER t{number}{letter} AFTER {event} ON {place}"
                        f" BEGIN INSERT INTO happened VALUES ('{told}', '{letter}'); END"
                    )
            connection.execute(case.executable).fetchall()
            happened = Letters()
            for name, letter in connection.execute("SELECT place, letter FROM happened"):
                happened.add(name, letter)
            return happened.told()
        finally:
            connection.close()

    def _opened(self, case: Case) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute("ATTACH ':memory:' AS archive")
        connection.executescript(self._script)
        for statement in case.setup:
            connection.execute(statement).fetchall()
        return connection


def _is_named(case: Case, name: str) -> bool:
    """Whether the statement gives this name to a query of its own."""
    made = (
        rf"(?<![\w.]){re.escape(name)}\s*(?:\([^()]*\)\s*)?AS\s*(?:(?:NOT\s+)?MATERIALIZED\s*)?\("
    )
    return re.search(made, case.executable, re.IGNORECASE) is not None


def _names(connection: sqlite3.Connection, kind: str) -> set[str]:
    listed = connection.execute("SELECT name FROM sqlite_master WHERE type = ?", (kind,))
    return {name for (name,) in listed}


def _tables(connection: sqlite3.Connection) -> dict[str, str]:
    """Name → quoted place of every table."""
    places = {}
    for schema in ("main", "archive"):
        listed = connection.execute(
            f"SELECT name FROM {schema}.sqlite_master"
            " WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
        )
        for (table,) in listed:
            quoted = table.replace('"', '""')
            places[named(schema, table, "sqlite")] = f'{schema}."{quoted}"'
    return places
