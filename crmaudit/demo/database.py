"""Writing one demo database: the same rows give the same bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from crmaudit.demo.claims import ClaimBook

_INDEXES = "-- after load"


class Database:
    """A new SQLite file; rows pass through the plants on their way in.

    Everything is one transaction and no journal is kept: the file is a draft
    beside its destination until `generate` renames it, so that a crash costs
    nothing.  Indexes and views come last, which is faster.
    """

    def __init__(self, path: Path, system: str, book: ClaimBook) -> None:
        self.system = system
        self._book = book
        self._schema = (resources.files(__package__) / "schema" / f"{system}.sql").read_text(
            "utf-8"
        )
        path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("page_size=4096", "encoding='UTF-8'", "journal_mode=OFF", "synchronous=OFF"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN")
        self._run(self._schema.partition(_INDEXES)[0])

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of `table`, in their order."""
        rows = self._connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
        return tuple(name for (name,) in rows)

    def fill(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write `rows` into `table`, each passing through the table's plants."""
        columns = self.columns(table)
        marks = ",".join("?" * len(columns))
        ready: Iterator[Sequence[Any]] = self._book.apply(
            f"{self.system}.{table}", columns, (list(row) for row in rows)
        )
        self._connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', ready)

    def value(self, sql: str) -> Any:
        """The single value that `sql` asks for."""
        return self._connection.execute(sql).fetchone()[0]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows that `sql` asks for."""
        return self._connection.execute(sql).fetchall()

    def finish(self) -> None:
        """Build indexes and views and make the rows last."""
        self._run(self._schema.partition(_INDEXES)[2])
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._connection.close()

    def _run(self, script: str) -> None:
        # executescript() would commit first; every statement here ends in ";\n".
        for statement in script.split(";\n"):
            if statement.strip():
                self._connection.execute(statement)
