"""What every source can do, whatever the engine behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from crmaudit import __version__
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, Provenance, Status, Table

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that reaches the server.

    `purpose` tells a security officer what it is for. `by` is `driver` where
    the database driver sends it of its own accord. `template` marks a
    statement whose names depend on an earlier answer.
    """

    sql: str
    purpose: str
    by: Literal["crmaudit", "driver"] = "crmaudit"
    template: bool = False


class ConnectionLostError(CrmauditError):
    """The source is gone: no further statement will be answered."""


class Source(ABC):
    """A database or folder of exports, opened read-only in one snapshot.

    Used as a context manager. Everything goes through one connection and,
    where the engine has one, one read-only snapshot. `sent` lists every
    statement that reached the server, in order; `snapshot` is the same for
    two readings only if both saw the same data. A failure raises
    `CrmauditError` that names the source and the table and shows no secret;
    the source stays usable for the next table, unless the failure is a
    `ConnectionLostError`.

    `has_rows` is False where only structure and code are at hand, as in a dump
    without data.

    `on_failure` are the statements that make the snapshot usable again after
    one that failed.

    `broken` says how many values of each column the last `stream` had to
    repair, for columns with any; it is complete when the stream is read to
    its end.

    `default_schema` is the schema whose tables carry none in the catalog, in
    MySQL the database; `database` the name that the server has for the
    database. Both are empty where the engine has none.
    """

    engine: str
    address: str
    snapshot: str
    sent: list[Statement]
    broken: dict[str, int]
    on_failure: tuple[Statement, ...] = ()
    has_rows: bool = True
    default_schema: str = ""
    database: str = ""

    @abstractmethod
    def catalog(self, system: str) -> Catalog:
        """Tables, columns, keys, indexes, comments and row counts."""

    @abstractmethod
    def statement(self, table: Table, columns: Sequence[Column], where: str = "") -> Statement:
        """The statement that `stream` will send for these columns.

        `where` is a condition in the source's own SQL that selects rows; one
        that could be more than a condition is refused with a CrmauditError.
        """

    @abstractmethod
    def stream(
        self, table: Table, columns: Sequence[Column], where: str = ""
    ) -> pa.RecordBatchReader:
        """All rows of the table, or those with `where`, column-wise, every value as text.

        Columns are `pa.string()` under the table's own column names; null
        stays null. Dates and times are ISO 8601 with a blank between date and
        time, booleans `true`/`false`, numbers in the engine's own decimal
        notation with a point, binary values the text `<binary N bytes>`.
        Broken encoding and NUL are replaced by U+FFFD and counted in
        `broken`. Memory does not grow with the number of rows.

        One stream at a time: the next statement ends one that is unfinished.
        The first rows are read at once, so that a table that cannot be read
        fails here; later failures come out of the reader.
        """

    @abstractmethod
    def query(self, sql: str, purpose: str) -> list[tuple[object, ...]]:
        """The rows that a read-only statement answers, all of them: for small answers.

        Values are None, bool, int, float, Decimal or str; dates, times and all
        else are text as in `stream`. Exactly one statement that reads
        (`SELECT`, `WITH`, `SHOW`, …) is accepted, anything else is refused
        with a CrmauditError before it is sent.
        """

    @abstractmethod
    def quote(self, name: str) -> str:
        """The identifier quoted in the source's dialect, whatever it contains."""

    @abstractmethod
    def close(self) -> None:
        """Give the connection back; safe to call twice."""

    def provenance(self, system: str, status: Status = Status()) -> Provenance:  # noqa: B008 - frozen
        """Where evidence comes from that was read from this source just now."""
        return Provenance(
            system=system,
            source=self.address,
            engine=self.engine,
            snapshot=self.snapshot,
            taken_at=datetime.now(UTC),
            tool=f"crmaudit {__version__}",
            status=status,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.address}>"

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
