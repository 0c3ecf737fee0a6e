"""What the engines share: the gate for statements, errors, streams, time limits."""

from __future__ import annotations

import hashlib
import re
import threading
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Column, Table
from crmaudit.sources.address import Address
from crmaudit.sources.base import ConnectionLostError, Source, Statement

if TYPE_CHECKING:
    import pyarrow as pa

    from crmaudit.sources.text import Piece

_COMMENT = re.compile(r"\s+|--[^\n]*(\n|$)|/\*(?!!).*?\*/", re.DOTALL)
_READS = re.compile(r"[(\s]*(SELECT|WITH|SHOW|EXPLAIN|DESCRIBE|VALUES|TABLE)\b", re.IGNORECASE)
_WRITES_A_FILE = re.compile(r"\bINTO\s+(OUT|DUMP)FILE\b", re.IGNORECASE)
# From the first quotation mark to the last: a value may hold some itself, or a long one have
# lost its end. Numbers stand without any.
_QUOTED = re.compile(r"['\"`](?:.*['\"`]|.*$)", re.DOTALL)
OWN_CODE = "look what the database's own function or view refuses, or leave it out"
"""The hint where code of the database worded the message, of which nothing is told."""
_LONG_NUMBER = re.compile(r"\d[\d.,:-]{3,}")


@dataclass(frozen=True, slots=True)
class Failure:
    """A driver's error in our words.

    `quotes_data` says that the driver's text may quote values out of the
    tables; they are blotted out, as customers' data never enters a message.
    Where code of the database words the message itself, nothing of it is told.
    """

    message: str
    hint: str = ""
    lost: bool = False
    quotes_data: bool = False


class Session(Source):
    """A source driven through one connection of a driver.

    An engine says how to send a statement (`_answer`, `_pieces`), how to read
    its driver's errors (`_explain`) and how to go on after one (`_recover`).
    """

    driver_errors: ClassVar[tuple[type[BaseException], ...]] = ()

    def __init__(self, address: Address, timeout: float) -> None:
        self.engine = address.engine
        self.address = address.shown
        self.snapshot = ""
        self.sent: list[Statement] = []
        self.broken: dict[str, int] = {}
        self._scrub = address.scrub
        self._timeout = timeout
        self._expired = False
        self._unfinished: Generator[pa.RecordBatch, None, None] | None = None

    @abstractmethod
    def _answer(self, statement: Statement) -> list[tuple[object, ...]]:
        """Send the statement and read its rows."""

    @abstractmethod
    def _pieces(self, statement: Statement) -> Iterator[Piece]:
        """Send the statement and read its rows column-wise, as binary or string arrays."""

    @abstractmethod
    def _explain(self, error: BaseException) -> Failure:
        """What the driver's error means."""

    def _recover(self) -> None:
        """Make the snapshot usable again after a failed statement."""

    def query(self, sql: str, purpose: str) -> list[tuple[object, ...]]:
        refuse_unless_reading(sql)
        return self._ask(sql, purpose, f"cannot answer a query ({purpose})")

    def stream(
        self, table: Table, columns: Sequence[Column], where: str = ""
    ) -> pa.RecordBatchReader:
        import pyarrow as pa

        schema = pa.schema([(c.name, pa.string()) for c in columns])
        self.broken = {}
        self._end_stream()
        if not columns:
            return pa.RecordBatchReader.from_batches(schema, [])
        batches = self._batches(table, columns, schema, where)
        # Kept, so that a reader which is dropped half-way does not block the connection.
        self._unfinished = batches
        first = next(batches, None)
        return pa.RecordBatchReader.from_batches(schema, self._whole(first, batches))

    def _whole(
        self, first: pa.RecordBatch | None, rest: Generator[pa.RecordBatch, None, None]
    ) -> Iterator[pa.RecordBatch]:
        """All batches; a stream that was cut short must not look like one that ended."""
        if first is not None:
            yield first
        yield from rest
        if self._unfinished is not rest:
            raise CrmauditError(
                "a later statement ended this stream", "read one stream at a time", self.address
            )
        self._unfinished = None

    def _batches(
        self, table: Table, columns: Sequence[Column], schema: pa.Schema, where: str
    ) -> Generator[pa.RecordBatch, None, None]:
        import pyarrow as pa

        from crmaudit.sources.text import as_text, gathered

        with self._guard(f"cannot read {table.kind} {table.qualified!r}"):
            for piece in gathered(self._pieces(self.statement(table, columns, where))):
                arrays = []
                for column, values in zip(columns, piece, strict=True):
                    text, repaired = as_text(values)
                    arrays.append(text)
                    if repaired:
                        self.broken[column.name] = self.broken.get(column.name, 0) + repaired
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _end_stream(self) -> None:
        stream, self._unfinished = self._unfinished, None
        if stream is not None:
            stream.close()

    def close(self) -> None:
        # Whatever goes wrong now: what was read has been read.
        with suppress(CrmauditError):
            self._end_stream()

    def _ask(self, sql: str, purpose: str, failure: str) -> list[tuple[object, ...]]:
        """Our own statements; not checked for being harmless."""
        self._end_stream()
        with self._guard(failure):
            return self._answer(Statement(sql, purpose))

    @contextmanager
    def _guard(self, failure: str) -> Iterator[None]:
        """Turn the driver's errors into ours, and leave the snapshot usable."""
        try:
            yield
        except self.driver_errors as error:
            raise self._translated(error, failure) from None

    def _translated(self, error: BaseException, failure: str) -> CrmauditError:
        found = self._explain(error)
        if self._expired:
            self._expired = False
            found = Failure(
                f"no answer within {self._timeout:g} s", "allow more time, or leave it out"
            )
        if not found.lost:
            try:
                self._recover()
            except self.driver_errors as second:
                # Only a lost connection says more than the first error did.
                worse = self._explain(second)
                found = worse if worse.lost else found
        reason = _without_data(found.message) if found.quotes_data else found.message
        lines = self._scrub(reason).strip().splitlines() or ["no reason given"]
        cls = ConnectionLostError if found.lost else CrmauditError
        hint = found.hint
        if found.lost and not hint:
            hint = "run again: finished tables are kept"
        return cls(f"{failure}: {lines[0].strip()}", self._scrub(hint), self.address)

    @contextmanager
    def _time_limit(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """Interrupt from another thread, for engines with no time limit of their own."""

        def expire() -> None:
            self._expired = True
            interrupt()

        self._expired = False
        timer = threading.Timer(self._timeout, expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _without_data(message: str) -> str:
    return _LONG_NUMBER.sub("…", _QUOTED.sub("'…'", message))


def refuse_unless_reading(sql: str) -> None:
    """Raise CrmauditError unless the statement begins like one that reads.

    A second lock: the engines refuse to write in any case, but not to end the
    transaction that makes them refuse.
    """
    start = 0
    while match := _COMMENT.match(sql, start):
        start = match.end()
    if not _READS.match(sql, start) or _WRITES_A_FILE.search(sql):
        raise CrmauditError(
            "only statements that read are sent to a source",
            "begin with SELECT, WITH, SHOW, EXPLAIN, DESCRIBE, VALUES or TABLE",
        )


def snapshot_id(moment: datetime, *identity: object) -> str:
    """A short readable id: the moment in UTC and a hash of what identifies the state."""
    digest = hashlib.sha256(repr(identity).encode("utf-8", "backslashreplace")).hexdigest()
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S}-{digest[:6]}"
