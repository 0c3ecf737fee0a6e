"""What every source can do, whatever the engine behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from crmaudit.evidence import Catalog, Column, Table

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


class Source(ABC):
    """A database or folder of exports, opened read-only in one snapshot.

    Used as a context manager. Everything goes through one connection and,
    where the engine has one, one read-only snapshot. `sent` lists every
    statement that reached the server, in order. A failure raises
    `CrmauditError` that names the source and the table and shows no secret.
    """

    engine: str
    address: str
    snapshot: str
    sent: list[Statement]

    @abstractmethod
    def catalog(self, system: str) -> Catalog:
        """Tables, columns, keys, indexes, comments and row counts."""

    @abstractmethod
    def statement(self, table: Table, columns: Sequence[Column]) -> Statement:
        """The statement that `stream` will send for these columns."""

    @abstractmethod
    def stream(self, table: Table, columns: Sequence[Column]) -> pa.RecordBatchReader:
        """All rows of the table, column-wise, every value as text.

        Columns are `pa.string()` under the table's own column names; null
        stays null. Dates and times are ISO 8601 with a blank between date and
        time, booleans `true`/`false`, numbers in the engine's own decimal
        notation with a point, binary values the text `<binary N bytes>`.
        Broken encoding and NUL are replaced by U+FFFD. Memory does not
        grow with the number of rows.
        """

    @abstractmethod
    def query(self, sql: str, purpose: str) -> list[tuple[object, ...]]:
        """The rows that a read-only statement answers, all of them: for small answers."""

    @abstractmethod
    def quote(self, name: str) -> str:
        """The identifier quoted in the source's dialect, whatever it contains."""

    @abstractmethod
    def close(self) -> None:
        """Give the connection back; safe to call twice."""

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
