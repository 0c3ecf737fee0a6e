"""SQLite files: read without leaving a trace."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, ForeignKey, Index, Table
from crmaudit.private import Scratch
from crmaudit.sources.address import Address
from crmaudit.sources.base import Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.session import Failure, Session, snapshot_id

if TYPE_CHECKING:
    from crmaudit.sources.text import Piece

# What a reader needs, and nothing else, whatever SQL someone passes in.
_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
}
_PRAGMAS = {
    "data_version",  # asked by SQLite's own text search
    "freelist_count",
    "foreign_key_list",
    "index_list",
    "index_xinfo",
    "page_count",
    "query_only",
    "table_list",
    "table_xinfo",
}
_DAMAGED = "the file is damaged: check it with `PRAGMA integrity_check`, or ask for a copy"
_HINTS = {
    "not a database": "it is encrypted, damaged or no SQLite file: ask for a plain copy",
    "image is malformed": _DAMAGED,
    "malformed database": _DAMAGED,
    "locked": "another program is writing: run again, or audit a copy",
    "unable to open": "check the permissions of the file and of its folder",
    "readonly": "it holds an unfinished change: open it once with its own program, or ask for a "
    "copy made with `.backup`",
}

Rows = list[tuple[object, ...]]


class SqliteSource(Session):
    """One SQLite file.

    Opened with `mode=ro`, `query_only` and an authoriser that lets nothing
    but reading through; a transaction holds the snapshot. A file in WAL mode
    that nobody has open is read as immutable, and one with a left-over log in
    a copy, since SQLite would otherwise put files beside it.
    """

    driver_errors: ClassVar[tuple[type[BaseException], ...]] = (sqlite3.Error, OSError)

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
        if schema not in (None, "", "main"):
            raise CrmauditError("an SQLite file has no schemas", "leave the schema out")
        self._path = address.path
        self._copy: Scratch | None = None
        self._immutable = False
        self._refused = False
        progress(f"opening {self._path.name}")
        self._state = _state(self._path)
        with self._guard("cannot open the database"):
            self._open()
        # Looked at before and after: a change in between makes an id of its own.
        stats = sorted({*self._state, *_state(self._path)})
        moment = max(modified for _, _, modified in stats)
        self.snapshot = snapshot_id(datetime.fromtimestamp(moment / 1e9, UTC), *stats)

    def _open(self) -> None:
        path, wal = self._path, Path(f"{self._path}-wal")
        with path.open("rb") as file:
            in_wal_mode = file.read(20)[18:19] == b"\x02"
        if in_wal_mode and not Path(f"{path}-shm").exists():
            if wal.exists() and wal.stat().st_size:
                self._copy = Scratch()
                path = Path(shutil.copy(self._path, self._copy.name))
                shutil.copy(wal, self._copy.name)
            else:
                self._immutable = True
        place = quote(str(path.absolute()).replace("\\", "/"))
        uri = f"file:{place}?mode=ro{'&immutable=1' if self._immutable else ''}"
        self._connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10.0
        )
        # Text as the bytes that are stored: they need not be UTF-8.
        self._connection.text_factory = bytes
        self._connection.set_authorizer(self._authorise)
        # Python's turn now and then, or Ctrl-C would wait for a statement's end.
        self._connection.set_progress_handler(lambda: 0, 200_000)
        self._answer(Statement("PRAGMA query_only = ON", "refuse every change"))
        self._answer(Statement("BEGIN", "hold one snapshot"))
        # A transaction sees its snapshot from its first read on.
        self._answer(Statement("SELECT count(*) FROM sqlite_master", "take the snapshot"))

    def _run(self, statement: Statement) -> sqlite3.Cursor:
        self.sent.append(statement)
        self._refused = False
        return self._connection.execute(statement.sql)

    def _authorise(self, action: int, first: str | None, *_: str | None) -> int:
        allowed = (
            action in _ALLOWED
            or (action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS)
            # How SQLite describes a virtual table to itself; `query_only` refuses the real thing.
            or (action == sqlite3.SQLITE_UPDATE and first == "sqlite_master")
        )
        self._refused |= not allowed
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    def _answer(self, statement: Statement) -> Rows:
        with self._time_limit(self._connection.interrupt):
            rows = self._run(statement).fetchall()
        self._check_unchanged()
        return [tuple(_plain(value) for value in row) for row in rows]

    def _pieces(self, statement: Statement) -> Iterator[Piece]:
        from crmaudit.sources.text import fetched

        with self._time_limit(self._connection.interrupt):
            cursor = self._run(statement)
            try:
                yield from fetched(cursor.fetchmany)
            finally:
                # After an interrupt the connection may be closed by now, and with it this.
                with suppress(sqlite3.ProgrammingError):
                    cursor.close()
        self._check_unchanged()

    def _check_unchanged(self) -> None:
        # An immutable reading holds no lock, so nothing stops a writer.
        if self._immutable and _state(self._path) != self._state:
            raise CrmauditError(
                "the file was changed while it was read", "run again, or audit a copy", self.address
            )

    def _explain(self, error: BaseException) -> Failure:
        message = str(error)
        # Ctrl-C within a callback: one of them then interrupts, the other refuses.
        code = getattr(error, "sqlite_errorcode", None)
        denied = code == sqlite3.SQLITE_AUTH or message.startswith("not authorized")
        if (message == "interrupted" and not self._expired) or (denied and not self._refused):
            raise KeyboardInterrupt from None
        hint = next((h for part, h in _HINTS.items() if part in message), "")
        # Of all that SQLite says about values, only this quotes one.
        return Failure(message, hint, quotes_data="JSON path" in message)

    def statement(self, table: Table, columns: Sequence[Column], where: str = "") -> Statement:
        # CAST leaves text as it is and spells numbers as SQLite does.
        values = (
            f"CASE typeof({q}) WHEN 'blob' THEN '<binary ' || length({q}) || ' bytes>' "
            f"ELSE CAST({q} AS TEXT) END"
            for q in (self.quote(c.name) for c in columns)
        )
        sql = f"SELECT {', '.join(values)} FROM {self.quote(table.name)}"
        sql += selected(where)
        return Statement(sql, f"read {table.qualified}")

    def quote(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def close(self) -> None:
        super().close()
        if hasattr(self, "_connection"):
            self._connection.close()
        if self._copy is not None:
            self._copy.cleanup()

    # ---- catalog

    def catalog(self, system: str) -> Catalog:
        listed = self._listed()
        plain = [name for name, (kind, _) in listed.items() if kind == "table"]
        columns = self._about("table_xinfo", plain)
        keys = self._about("foreign_key_list", plain)
        indexes = self._indexes()
        tables = []
        for name, (kind, without_rowid) in listed.items():
            note = ""
            found = columns.get(name, [])
            readable = True
            rows = None
            if kind != "table":
                try:
                    found = self._about_one("table_xinfo", name)
                    self._ask(
                        f"SELECT 1 FROM {self.quote(name)} LIMIT 0",
                        "see whether it can be read",
                        f"{kind} {name!r} fails",
                    )
                except CrmauditError as error:
                    readable, note = False, str(error.problems[0].message)
            if readable and kind != "view":
                try:
                    rows = self._count(name)
                except CrmauditError as error:
                    readable, note = False, str(error.problems[0].message)
            if kind == "virtual" and not note:
                note = "virtual table"
            primary = sorted((c for c in found if c[5]), key=lambda c: int(str(c[5])))
            rowid_alias = len(primary) == 1 and str(primary[0][2]).upper() == "INTEGER"
            tables.append(
                Table(
                    name=name,
                    kind="view" if kind == "view" else "table",
                    columns=tuple(_column(c, without_rowid or rowid_alias) for c in found),
                    primary_key=tuple(str(c[1]) for c in primary),
                    foreign_keys=_foreign_keys(keys.get(name, [])),
                    indexes=tuple(indexes.get(name, ())),
                    rows=rows,
                    readable=readable,
                    note=note,
                )
            )
        size = self._path.stat().st_size
        return Catalog(
            provenance=self.provenance(system),
            version=f"SQLite {sqlite3.sqlite_version}",
            tables=tuple(tables),
            bytes=size,
        )

    def _listed(self) -> dict[str, tuple[str, bool]]:
        """Name → kind (table, view, virtual) and whether it goes without a rowid."""
        failure = "cannot list the tables"
        if sqlite3.sqlite_version_info >= (3, 37):
            rows = self._ask(
                "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' "
                "AND type <> 'shadow' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
                "list tables and views",
                failure,
            )
            return {str(name): (str(kind), bool(wr)) for name, kind, wr in rows}
        rows = self._ask(
            "SELECT name, CASE WHEN sql LIKE 'CREATE VIRTUAL%' THEN 'virtual' ELSE type END "
            "FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
            "list tables and views",
            failure,
        )
        listed = {str(name): (str(kind), False) for name, kind in rows}
        virtual = tuple(f"{name}_" for name, (kind, _) in listed.items() if kind == "virtual")
        return {n: k for n, k in listed.items() if not (virtual and n.startswith(virtual))}

    def _about(self, pragma: str, names: list[str]) -> dict[str, Rows]:
        """The pragma's rows for every ordinary table, in one statement."""
        try:
            rows = self._ask(
                f"SELECT m.name, p.* FROM sqlite_master m JOIN pragma_{pragma}(m.name) p "
                "WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%'",
                f"read {pragma} of all tables",
                f"cannot read {pragma}",
            )
        except CrmauditError:
            # One odd table must not hide the others.
            return {name: self._about_one(pragma, name) for name in names}
        found: dict[str, Rows] = defaultdict(list)
        for name, *rest in rows:
            found[str(name)].append(tuple(rest))
        return found

    def _about_one(self, pragma: str, name: str) -> Rows:
        return self._ask(
            f"PRAGMA {pragma}({self.quote(name)})", f"read {pragma}", f"cannot describe {name!r}"
        )

    def _indexes(self) -> dict[str, list[Index]]:
        rows = self._ask(
            'SELECT m.name, l.name, l."unique", l.partial, i.name FROM sqlite_master m '
            "JOIN pragma_index_list(m.name) l JOIN pragma_index_xinfo(l.name) i "
            "WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND i.key "
            "ORDER BY m.name, l.name, i.seqno",
            "read the indexes of all tables",
            "cannot read the indexes",
        )
        columns: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
        for table, index, unique, partial, column in rows:
            # A partial unique index promises nothing about the whole table.
            key = (str(table), str(index), bool(unique) and not partial)
            columns[key].append("(expression)" if column is None else str(column))
        found: dict[str, list[Index]] = defaultdict(list)
        for (table_name, index_name, is_unique), names in columns.items():
            found[table_name].append(Index(index_name, tuple(names), is_unique))
        return found

    def _count(self, name: str) -> int:
        ((count,),) = self._ask(
            f"SELECT count(*) FROM {self.quote(name)}", "count the rows", f"cannot count {name!r}"
        )
        return int(str(count))


def _state(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of the file and its log: the same while nobody writes."""
    found = []
    for place in (path, Path(f"{path}-wal")):
        try:
            stat = os.stat(place)
        except OSError:
            continue
        if place is path or stat.st_size:
            found.append((place.name, stat.st_size, stat.st_mtime_ns))
    return tuple(found)


def _plain(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _column(row: Sequence[object], key_is_filled: bool) -> Column:
    _, name, type_, not_null, default, key, hidden = row
    generated = "GENERATED" if hidden in (2, 3) else ""
    return Column(
        name=str(name),
        type=str(type_ or ""),
        nullable=not (not_null or (key and key_is_filled)),
        default=generated or ("" if default is None else str(default)),
    )


def _foreign_keys(rows: Rows) -> tuple[ForeignKey, ...]:
    grouped: dict[object, Rows] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row)
    keys = []
    for parts in grouped.values():
        parts.sort(key=lambda r: int(str(r[1])))
        referred = tuple(str(r[4]) for r in parts if r[4] is not None)
        keys.append(ForeignKey(tuple(str(r[3]) for r in parts), str(parts[0][2]), referred))
    return tuple(reversed(keys))
