"""A folder of CSV, TSV and Parquet exports, read as one database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import duckdb
import pyarrow as pa

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, Table
from crmaudit.private import Scratch
from crmaudit.sources.address import EXPORTS, Address
from crmaudit.sources.base import Statement
from crmaudit.sources.csv_file import BLOCKS, CsvFile, RowTooLargeError
from crmaudit.sources.duckdb import DuckDBSource, file_state
from crmaudit.sources.session import Session, snapshot_id

if TYPE_CHECKING:
    from crmaudit.sources.text import Piece


@dataclass(slots=True)
class _Export:
    """A file and the table made of it."""

    path: Path
    table: str
    note: str = ""
    readable: bool = True
    broken: dict[str, int] = field(default_factory=dict)

    is_parquet: bool = False


class FolderSource(DuckDBSource):
    """Export files, each a table named like its file.

    CSV files are read once, into a temporary DuckDB file that goes away with
    the source: only then are rows counted, malformed lines known and the text
    clean. Parquet files stay where they are. The temporary file is then opened
    as any DuckDB file, with a view of these Parquet files and of nothing else.
    """

    _kind: ClassVar[Literal["table", "file"]] = "file"

    def __init__(
        self,
        address: Address,
        *,
        schema: str | None = None,
        timeout: float = 300.0,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        Session.__init__(self, address, timeout)
        assert address.path is not None
        if schema:
            raise CrmauditError("a folder has no schemas", "leave the schema out", self.address)
        self._schema = ""
        self._exports = _found(address.path, self.address)
        self._states = [file_state(e.path) for e in self._exports]
        newest = max((s[2] for s in self._states), default=0) / 1e9
        self.snapshot = snapshot_id(datetime.fromtimestamp(newest, UTC), *self._states)
        self._bytes = sum(s[1] for s in self._states)
        self._folder = Scratch()
        try:
            stage = Path(self._folder.name) / "stage.duckdb"
            with self._guard("cannot stage the exports"), duckdb.connect(str(stage)) as connection:
                for export in self._exports:
                    progress(f"reading {export.path.name}")
                    self._stage(connection, export)
            self._connect(stage, [e.path.absolute() for e in self._exports if e.is_parquet])
        except BaseException:
            self.close()
            raise

    def _stage(self, connection: duckdb.DuckDBPyConnection, export: _Export) -> None:
        name = self.quote(export.table)
        try:
            if export.is_parquet:
                place = str(export.path.absolute()).replace("'", "''")
                connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{place}')")
                return
            file = CsvFile.sniff(export.path)
            for block in BLOCKS:
                try:
                    _fill(connection, name, file, block)
                    break
                except RowTooLargeError:
                    continue
            export.note, export.broken = file.note, file.broken
        except (CrmauditError, OSError, EOFError, duckdb.Error) as error:
            reason = str(error.problems[0].message if isinstance(error, CrmauditError) else error)
            export.readable = False
            export.note = f"{export.path.name} {reason.splitlines()[0] if reason else 'fails'}"

    def _pieces(self, statement: Statement) -> Iterator[Piece]:
        yield from super()._pieces(statement)
        if self._states != [file_state(e.path) for e in self._exports]:
            raise CrmauditError(
                "a file was changed while it was read", "run again, or audit a copy", self.address
            )

    def stream(
        self, table: Table, columns: Sequence[Column], where: str = ""
    ) -> pa.RecordBatchReader:
        export = next((e for e in self._exports if e.table == table.name), None)
        if export is not None and not export.readable:
            raise CrmauditError(f"cannot read file {table.name!r}: {export.note}", "", self.address)
        reader = super().stream(table, columns, where)
        # CSV files were repaired when they were staged.
        if export is not None and export.broken:
            self.broken = {
                c.name: export.broken[c.name] for c in columns if c.name in export.broken
            }
        return reader

    def catalog(self, system: str) -> Catalog:
        catalog = super().catalog(system)
        staged = {t.name: t for t in catalog.tables}
        tables = []
        for export in self._exports:
            table = staged.get(export.table, Table(export.table, rows=0))
            rows, note = table.rows, table.note
            if export.is_parquet and table.readable and export.readable:
                rows, note = self._look("", export.table, "table")
            tables.append(
                replace(
                    table,
                    kind="file",
                    rows=rows if export.readable else None,
                    bytes=export.path.stat().st_size,
                    readable=table.readable and export.readable,
                    note=export.note or note,
                )
            )
        return replace(catalog, tables=tuple(tables))

    def close(self) -> None:
        super().close()
        self._folder.cleanup()


def _fill(connection: duckdb.DuckDBPyConnection, name: str, file: CsvFile, block: int) -> None:
    """A table of the file's rows; none where the file has no columns."""
    if not file.columns:
        return
    columns = ", ".join('"' + c.replace('"', '""') + '" VARCHAR' for c in file.columns)
    connection.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    for batch in file.batches(block):
        connection.register("incoming", pa.Table.from_batches([batch]))
        connection.execute(f"INSERT INTO {name} SELECT * FROM incoming")
        connection.unregister("incoming")


def _found(path: Path, shown: str) -> list[_Export]:
    """The export files, each with a table name of its own."""
    files = [path]
    if path.is_dir():
        try:
            files = sorted(f for f in path.iterdir() if f.is_file() and _is_export(f))
        except OSError as error:
            raise CrmauditError(
                f"the folder cannot be listed: {error.strerror}", "check its permissions", shown
            ) from None
        if not files:
            raise CrmauditError(
                "the folder holds no exports",
                f"put files there ending in {', '.join(EXPORTS)}",
                shown,
            )
    taken: set[str] = set()
    exports = []
    for file in files:
        ending = next((e for e in EXPORTS if file.name.lower().endswith(e)), "")
        name = file.name[: len(file.name) - len(ending)] or file.name
        # DuckDB tells names apart by more than case only.
        if name.lower() in taken:
            name = file.name
        while name.lower() in taken:
            name += "_2"
        taken.add(name.lower())
        exports.append(_Export(file, name, is_parquet=_is_parquet(file)))
    return exports


def holds_exports(folder: Path) -> bool:
    """Whether a folder holds a table's file; False where it cannot be listed."""
    try:
        return any(f.is_file() and _is_export(f) for f in folder.iterdir())
    except OSError:
        return False


def _is_parquet(path: Path) -> bool:
    if path.name.lower().endswith(".parquet"):
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False


def _is_export(path: Path) -> bool:
    return not path.name.startswith(".") and path.name.lower().endswith(EXPORTS)
