"""A schema dump as a source: tables and machinery out of SQL text, no rows.

`pg_dump -s`, `mysqldump --no-data`, SQLite's `.schema`, scripts of SQL Server
and Oracle, DDL written by hand. Data between the definitions is passed over;
memory does not grow with it.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, cast

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog
from crmaudit.sources.absent import RowlessSource
from crmaudit.sources.address import Address
from crmaudit.sources.dump_dialect import database_of, recognised, version_of
from crmaudit.sources.dump_tables import Structure
from crmaudit.sources.script.split import split_lines
from crmaudit.sources.session import snapshot_id

if TYPE_CHECKING:
    pass

_HEAD = 2**18
_PIECE = 2**20
_LONGEST = 2**20
"""Characters of a statement that are kept: more than any definition has."""
_HOMES = {"postgresql": "public", "sqlite": "main", "tsql": "dbo"}
NOTE = "structure only"


class DumpSource(RowlessSource):
    """One file of SQL. `engine` is the dialect that it is written in.

    `definitions` are the statements that make views, triggers, routines,
    rules and events; `on_delete` what foreign keys do when a row goes: table,
    table referred to, action.
    """

    def __init__(
        self,
        address: Address,
        *,
        schema: str | None = None,
        timeout: float = 300.0,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        assert address.path is not None
        self.address = address.shown
        self.sent = []
        self.broken = {}
        self._path = address.path
        try:
            stat = self._path.stat()
            with self._open() as text:
                head = text.read(_HEAD)
        except (OSError, EOFError, UnicodeError, gzip.BadGzipFile) as error:
            raise CrmauditError(
                f"{self.address} cannot be read: {error}", "check the file"
            ) from None
        if head.startswith("PGDMP"):
            raise CrmauditError(
                f"{self.address} is a dump in PostgreSQL's own format",
                "make SQL of it: pg_restore -s -f schema.sql FILE",
            )
        if "\0" in head:
            raise CrmauditError(f"{self.address} is no text", "give a dump in plain SQL")
        self.engine = recognised(head)
        self._version = version_of(head)
        self.database = database_of(head)
        self._schema = schema or ""
        self.default_schema = self._schema or _HOMES.get(self.engine, "")
        changed = datetime.fromtimestamp(stat.st_mtime, UTC)
        self.snapshot = snapshot_id(changed, self.address, stat.st_size, stat.st_mtime_ns)
        self._structure: Structure | None = None
        self._progress = progress

    def statements(self) -> Iterator[tuple[int, str]]:
        """Every statement with its line, in order; of very long ones the beginning.

        Raises CrmauditError where the file can no longer be read.
        """
        try:
            with self._open() as text:
                yield from split_lines(_pieces(text), self.engine, _LONGEST)
        except (OSError, EOFError, gzip.BadGzipFile) as error:
            raise CrmauditError(
                f"{self.address} cannot be read: {error}", "check the file"
            ) from None

    def definitions(self) -> tuple[str, ...]:
        """The statements that define machinery, the last of each name."""
        return tuple(self._read().definitions.values())

    @property
    def on_delete(self) -> tuple[tuple[str, str, str], ...]:
        return tuple(sorted(self._read().on_delete))

    def catalog(self, system: str) -> Catalog:
        """Tables and views as they are defined; how many rows they have is not known."""
        structure = self._read()
        tables = structure.tables(self._schema)
        notes = [f"{NOTE}: it was read from a dump, how many rows there are is not known"]
        if structure.unread:
            count = len(structure.unread)
            notes.append(f"{count} definitions of tables are not understood")
        if not tables:
            notes.append("no table is defined in it")
        origin = self.provenance(system)
        return Catalog(origin, version=self._version, tables=tables, notes=tuple(notes))

    def _read(self) -> Structure:
        if self._structure is None:
            self._progress(f"reading {self.address}")
            structure = Structure(self.engine, self.default_schema, NOTE)
            for _, sql in self.statements():
                structure.take(sql)
            self._structure = structure
        return self._structure

    @contextmanager
    def _open(self) -> Iterator[IO[str]]:
        zipped = self._path.name.lower().endswith(".gz")
        with ExitStack() as stack:
            file: IO[bytes] = stack.enter_context(self._path.open("rb"))
            raw = stack.enter_context(gzip.GzipFile(fileobj=file)) if zipped else file
            mark = raw.read(3)
            raw.seek(0)
            encoding = "utf-16" if mark[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
            yield io.TextIOWrapper(cast(IO[bytes], raw), encoding, errors="replace", newline="")

    @property
    def refusal(self) -> tuple[str, str]:
        return (
            f"{self.address} holds definitions, its rows are not read",
            "give the address of the database to read rows",
        )

    def quote(self, name: str) -> str:
        if self.engine in ("mysql", "mariadb"):
            return "`" + name.replace("`", "``") + "`"
        return super().quote(name)


def _pieces(text: IO[str]) -> Iterator[str]:
    """Lines; of one that is longer than anybody writes, pieces that end behind a comma."""
    held = ""
    while line := text.readline(_PIECE):
        held += line
        if held.endswith("\n"):
            yield held
            held = ""
            continue
        cut = held.rfind(",") + 1
        if cut:
            yield held[:cut]
            held = held[cut:]
    if held:
        yield held
