"""DuckDB files."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import duckdb

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, ForeignKey, Index, Table
from crmaudit.sources.address import Address
from crmaudit.sources.base import Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.session import OWN_CODE, Failure, Session, snapshot_id

if TYPE_CHECKING:
    from crmaudit.sources.text import Piece

# DuckDB hands out whole vectors of 2,048 rows; a batch of one vector keeps huge cells apart.
_VECTOR = 2048
_HINTS = {
    "Could not set lock": "another program has it open: close it there, or audit a copy",
    "Conflicting lock": "another program has it open: close it there, or audit a copy",
    "different configuration": "this program has it open for writing: close it first",
    "newer": "it was written by a newer DuckDB: update crmaudit's duckdb package",
    "version number": "another version of DuckDB wrote it: update crmaudit's duckdb package, "
    "or export the database to Parquet",
    "not a valid DuckDB": "the file is damaged, encrypted or no DuckDB file",
    "Corrupt": "the file is damaged: ask for another copy",
    "encrypt": "the file is encrypted: ask for a plain copy",
    "write-ahead log": "it was not closed cleanly: open it once with its own program",
    "extension": "crmaudit loads no extensions: ask for the table as Parquet",
}

Rows = list[tuple[Any, ...]]


class DuckDBSource(Session):
    """One DuckDB file, which DuckDB itself opens read-only and locks against writers."""

    driver_errors: ClassVar[tuple[type[BaseException], ...]] = (duckdb.Error, RuntimeError)
    _kind: ClassVar[Literal["table", "file"]] = "table"
    on_failure = (
        Statement("ROLLBACK", "leave the failed transaction"),
        Statement("BEGIN TRANSACTION READ ONLY", "go on in the same file"),
    )

    def __init__(
        self,
        address: Address,
        *,
        schema: str | None = None,
        timeout: float = 300.0,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(address, timeout)
        assert address.path is not None
        self._schema = schema or ""
        progress(f"opening {address.path.name}")
        stat = address.path.stat()
        moment = datetime.fromtimestamp(stat.st_mtime, UTC)
        self.snapshot = snapshot_id(moment, address.path.name, stat.st_size, stat.st_mtime_ns)
        self._bytes = stat.st_size
        self._connect(address.path)

    def _connect(self, path: Path, also: Sequence[Path] = ()) -> None:
        """Open the file, and see nothing of the disk but the files in `also`."""
        self.default_schema = self._schema or "main"
        # Nothing is fetched from the network, nothing loaded from the disk.
        safe: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with self._guard("cannot open the database"):
            if path.exists() and not path.stat().st_size:
                raise CrmauditError("the file is empty", "check the path", self.address)
            self._connection = duckdb.connect(str(path), read_only=True, config=safe)
            if also:
                paths = ", ".join("'" + str(p).replace("'", "''") + "'" for p in also)
                self._answer(Statement(f"SET allowed_paths = [{paths}]", "see these files"))
            for sql, purpose in (
                ("SET TimeZone = 'UTC'", "read times in UTC"),
                ("SET enable_external_access = false", "see no other file"),
                ("BEGIN TRANSACTION READ ONLY", "hold one read-only snapshot"),
            ):
                self._answer(Statement(sql, purpose))

    def _answer(self, statement: Statement) -> Rows:
        with self._time_limit(self._connection.interrupt):
            self.sent.append(statement)
            rows: Rows | None = self._connection.execute(statement.sql).fetchall()
        return rows or []

    def query(self, sql: str, purpose: str) -> list[tuple[object, ...]]:
        with self._guard(f"cannot answer a query ({purpose})"):
            if len(duckdb.extract_statements(sql)) != 1:
                raise CrmauditError("only one statement at a time is sent to a source")
        rows = super().query(sql, purpose)
        return [tuple(_plain(value) for value in row) for row in rows]

    def _pieces(self, statement: Statement) -> Iterator[Piece]:
        with self._time_limit(self._connection.interrupt):
            self.sent.append(statement)
            relation = self._connection.sql(statement.sql)
            for batch in relation.to_arrow_reader(_VECTOR):
                yield list(batch.columns)

    def _recover(self) -> None:
        # An error aborts the transaction; the lock on the file holds the snapshot.
        if hasattr(self, "_connection"):
            for statement in self.on_failure:
                self._answer(statement)

    def _explain(self, error: BaseException) -> Failure:
        # DuckDB says so where Python would raise KeyboardInterrupt.
        stopped = isinstance(error, duckdb.InterruptException) and not self._expired
        if stopped or (isinstance(error, RuntimeError) and "interrupted" in str(error)):
            raise KeyboardInterrupt from None
        message = str(error)
        hint = next((h for part, h in _HINTS.items() if part in message), "")
        own = isinstance(error, duckdb.InvalidInputException) and "read-only" not in message
        if own and not hint:
            # Of JSON, patterns and error(): the value stands there without quotation marks.
            return Failure("a function refused a value", OWN_CODE)
        data = isinstance(error, duckdb.Error) and not isinstance(
            error,
            (
                *(duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException),
                *(duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException),
            ),
        )
        return Failure(message, hint, quotes_data=data)

    def statement(self, table: Table, columns: Sequence[Column], where: str = "") -> Statement:
        values = ", ".join(_as_text(self.quote(c.name), c.type) for c in columns)
        place = f"{self.quote(table.schema or self._schema or 'main')}.{self.quote(table.name)}"
        return Statement(
            f"SELECT {values} FROM {place}{selected(where)}", f"read {table.qualified}"
        )

    def quote(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def close(self) -> None:
        super().close()
        if hasattr(self, "_connection"):
            self._connection.close()

    # ---- catalog

    def catalog(self, system: str) -> Catalog:
        ((version,),) = self._tell("SELECT version()", "read the version")
        if self._schema:
            known = self._tell(
                "SELECT schema_name FROM duckdb_schemas() WHERE database_name = current_database()",
                "list the schemas",
            )
            if (self._schema,) not in known:
                raise CrmauditError(
                    f"the schema {self._schema!r} does not exist", "check its name", self.address
                )
        columns: dict[tuple[str, str], list[Column]] = defaultdict(list)
        for schema, table, name, type_, nullable, default, comment in self._tell(
            _COLUMNS, "list the columns"
        ):
            columns[schema, table].append(
                Column(name, type_, bool(nullable), default or "", comment or "")
            )
        constraints: dict[tuple[str, str], Rows] = defaultdict(list)
        for schema, table, *rest in self._tell(_CONSTRAINTS, "list the keys"):
            constraints[schema, table].append(tuple(rest))
        indexes: dict[tuple[str, str], list[Index]] = defaultdict(list)
        for schema, table, name, unique, names in self._tell(_INDEXES, "list the indexes"):
            indexes[schema, table].append(Index(name, _index_columns(names), unique))
        tables = []
        for schema, name, kind, comment in self._tell(_TABLES, "list tables and views"):
            if self._schema and schema != self._schema:
                continue
            own = constraints[schema, name]
            shown = "" if schema == (self._schema or "main") else schema
            rows, note = self._look(shown, name, kind)
            tables.append(
                Table(
                    name=name,
                    schema=shown,
                    kind="view" if kind == "view" else self._kind,
                    columns=tuple(columns[schema, name]),
                    primary_key=next((tuple(c[1]) for c in own if c[0] == "PRIMARY KEY"), ()),
                    foreign_keys=tuple(
                        ForeignKey(tuple(c[1]), c[2], tuple(c[3]))
                        for c in own
                        if c[0] == "FOREIGN KEY"
                    ),
                    indexes=tuple(indexes[schema, name])
                    + tuple(Index("", tuple(c[1]), True) for c in own if c[0] == "UNIQUE"),
                    comment=comment or "",
                    rows=rows,
                    readable=not note,
                    note=note,
                )
            )
        return Catalog(
            provenance=self.provenance(system),
            version=f"DuckDB {version}",
            tables=tuple(tables),
            bytes=self._bytes,
        )

    def _look(self, schema: str, name: str, kind: str) -> tuple[int | None, str]:
        """The table's rows, or why it cannot be read; a view is only tried."""
        place = f"{self.quote(schema or self._schema or 'main')}.{self.quote(name)}"
        try:
            if kind == "view":
                self._ask(
                    f"SELECT 1 FROM {place} LIMIT 0",
                    "see whether it can be read",
                    f"view {name!r} fails",
                )
                return None, ""
            ((count,),) = self._ask(
                f"SELECT count(*) FROM {place}", "count the rows", f"cannot count {name!r}"
            )
            return int(str(count)), ""
        except CrmauditError as error:
            return None, error.problems[0].message

    def _tell(self, sql: str, purpose: str) -> Rows:
        return self._ask(sql, purpose, f"cannot {purpose}")


_TABLES = """
SELECT schema_name, table_name, 'table', comment FROM duckdb_tables()
WHERE database_name = current_database() AND NOT internal
UNION ALL
SELECT schema_name, view_name, 'view', comment FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal
ORDER BY 1, 2""".strip()
_COLUMNS = """
SELECT schema_name, table_name, column_name, data_type, is_nullable, column_default, comment
FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal
ORDER BY table_oid, column_index""".strip()
_CONSTRAINTS = """
SELECT schema_name, table_name, constraint_type, constraint_column_names,
  referenced_table, referenced_column_names
FROM duckdb_constraints() WHERE database_name = current_database()
ORDER BY table_oid, constraint_index""".strip()
_INDEXES = """
SELECT schema_name, table_name, index_name, is_unique, expressions
FROM duckdb_indexes() WHERE database_name = current_database()
ORDER BY table_oid, index_name""".strip()


def _index_columns(expressions: str) -> tuple[str, ...]:
    """`['"a"', b]`, as DuckDB tells, as names."""
    parts = str(expressions).strip("[]").split(", ")
    return tuple(p.strip("'").strip('"') for p in parts if p)


def _as_text(name: str, type_: str) -> str:
    if type_ in ("BLOB", "BIT") or type_.startswith("GEOMETRY"):
        return f"'<binary ' || octet_length({name}::BLOB) || ' bytes>'"
    return f"CAST({name} AS VARCHAR)"


def _plain(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float, Decimal, str)):
        return value
    if isinstance(value, bytes):
        return f"<binary {len(value)} bytes>"
    return str(value)


def file_state(path: Path) -> tuple[str, int, int]:
    """Name, size and time of change of a file."""
    stat = os.stat(path)
    return path.name, stat.st_size, stat.st_mtime_ns
