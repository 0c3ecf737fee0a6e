"""Where no database is at hand: what stands in its place for collectors that read files only."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, Table
from crmaudit.sources.base import Source, Statement
from crmaudit.sources.named_files import every
from crmaudit.sources.session import snapshot_id

if TYPE_CHECKING:
    import pyarrow as pa


class RowlessSource(Source):
    """A source of which no row is read; `refusal` says why, and what to do."""

    has_rows = False

    @property
    @abstractmethod
    def refusal(self) -> tuple[str, str]: ...

    def statement(self, table: Table, columns: Sequence[Column], where: str = "") -> Statement:
        raise CrmauditError(*self.refusal)

    def stream(
        self, table: Table, columns: Sequence[Column], where: str = ""
    ) -> pa.RecordBatchReader:
        raise CrmauditError(*self.refusal)

    def query(self, sql: str, purpose: str) -> list[tuple[object, ...]]:
        raise CrmauditError(*self.refusal)

    def quote(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def close(self) -> None: ...


class AbsentSource(RowlessSource):
    """A source without tables, in whose place files are read: `entries` of a dossier's `traces`."""

    refusal = ("there is no database to ask", "write `database: {url: …}`")

    def __init__(self, entries: Sequence[str]) -> None:
        self.engine = "files"
        self.address = "files"
        self.sent = []
        self.broken = {}
        # Whoever changes a file behind a pattern or in a folder has another snapshot.
        states = {p: p.stat() for entry in entries for p in every(entry) if p.exists()}
        newest = max((x.st_mtime for x in states.values()), default=0.0)
        told = [f"{p} {x.st_size} {x.st_mtime_ns}" for p, x in sorted(states.items())]
        self.snapshot = snapshot_id(datetime.fromtimestamp(newest, UTC), *entries, *told)

    def catalog(self, system: str) -> Catalog:
        """An empty one: nothing is known of the tables."""
        origin = self.provenance(system)
        return Catalog(origin)
