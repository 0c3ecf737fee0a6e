"""A table's rows on this machine's disk, column-wise, ready to be counted."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, Full, Queue
from types import TracebackType
from typing import Any, TypeVar

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import PythonUDFType

from crmaudit.private import Scratch
from crmaudit.quality.plan import Plan
from crmaudit.quality.shapes import shapes

LONG = 4096
"""Bytes above which a value is staged as its head, its length and a hash."""

LENGTH = (
    "CASE WHEN strlen(v) > 3000 AND contains(v, chr(0)) "
    "THEN split_part(v, chr(0), 2)::BIGINT ELSE length(v) END"
)
"""SQL for the length in characters of a staged value `v`."""

_WIDE = 200
_SEED = 20_130

T = TypeVar("T")


class Stage:
    """A temporary DuckDB file with one table of text columns, and counts of one column.

    A context manager; file and folder are gone afterwards, whatever happened.
    Nothing is fetched from the network, no extension is loaded.

    Every statement runs in a thread of its own, because DuckDB does not look
    at signals: Ctrl-C interrupts here at once, and reaches the caller.
    """

    def __init__(self, plan: Plan, width: int) -> None:
        self._width = width
        self._scratch = Scratch(plan.folder)
        self._sampler = _Sampler(plan.sample) if plan.sample else None
        self._worker = ThreadPoolExecutor(1, "stage")
        try:
            self._connection = duckdb.connect(
                os.path.join(self._scratch.name, "stage.duckdb"),
                config={
                    "memory_limit": f"{plan.memory}MiB",
                    "threads": plan.threads or min(4, os.cpu_count() or 1),
                    "temp_directory": os.path.join(self._scratch.name, "spill"),
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "preserve_insertion_order": False,
                    # Each column being written holds a block: small ones for wide tables.
                    "default_block_size": 16_384 if width > _WIDE else 262_144,
                },
            )
            # Interactive sessions and notebooks would see DuckDB's own.
            self._connection.execute("SET enable_progress_bar = false")
            self._connection.create_function(
                "shape", shapes, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW
            )
            names = [f"c{i}" for i in range(width)] + (["draw"] if self._sampler else [])
            types = ["VARCHAR"] * width + (["DOUBLE"] if self._sampler else [])
            self._schema = pa.schema(
                [
                    (n, pa.float64() if t == "DOUBLE" else pa.string())
                    for n, t in zip(names, types, strict=True)
                ]
            )
            columns = ", ".join(f"{n} {t}" for n, t in zip(names, types, strict=True))
            self._connection.execute(f"CREATE TABLE staged ({columns})")
        except BaseException:
            self.close()
            raise

    def fill(self, batches: Iterator[Any], told: Callable[[int], None]) -> tuple[int, int]:
        """Stage all rows of the batches; how many rows came and how many are kept.

        `told` is told after each batch how many rows have come. What the
        batches raise comes out as it is.
        """
        seen = 0
        feed = _Feed(self._schema)
        insert = self._worker.submit(self._insert, feed)
        try:
            for batch in batches:
                seen += batch.num_rows
                arrays = [_shortened(array) for array in batch.columns]
                if self._sampler:
                    arrays.append(self._sampler.draw(batch.num_rows))
                staged = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
                feed.put(self._sampler.kept(staged) if self._sampler else staged, insert)
                told(seen)
        except BaseException:
            feed.abort()
            self._settle(insert)
            raise
        feed.end(insert)
        self._wait(insert)
        if self._sampler and seen > self._sampler.size:
            self.ask(f"DELETE FROM staged WHERE draw > {self._sampler.threshold!r}")
            return seen, self._sampler.size
        return seen, seen

    @contextmanager
    def counts(self, index: int) -> Iterator[None]:
        """Inside it the table `counts` holds a column's values `v` and how often (`n`) each is."""
        self.ask(
            "CREATE TEMP TABLE counts AS "
            f"SELECT c{index} AS v, count(*) AS n FROM staged GROUP BY 1"
        )
        try:
            yield
        finally:
            self._connection.execute("DROP TABLE IF EXISTS counts")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a statement answers."""
        return self._wait(self._worker.submit(lambda: self._connection.execute(sql).fetchall()))

    def batches(self, sql: str) -> Iterator[Any]:
        """The rows that a query answers, in Arrow batches."""
        reader = self._wait(
            self._worker.submit(lambda: self._connection.sql(sql).to_arrow_reader(65_536))
        )
        while (batch := self._wait(self._worker.submit(lambda: next(reader, None)))) is not None:
            yield batch

    def close(self) -> None:
        self._worker.shutdown()
        if hasattr(self, "_connection"):
            self._connection.close()
        self._scratch.cleanup()

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _insert(self, feed: _Feed) -> None:
        self._connection.register("feed", feed.reader())
        self._connection.execute("INSERT INTO staged SELECT * FROM feed")
        self._connection.unregister("feed")

    def _wait(self, work: Future[T]) -> T:
        try:
            return work.result()
        except BaseException:
            self._settle(work)
            raise

    def _settle(self, work: Future[T]) -> None:
        """Stop what runs, and wait until it has."""
        while not work.done():
            self._connection.interrupt()
            try:
                work.exception(timeout=0.05)
            except TimeoutError:
                continue


class _Feed:
    """Hands batches from the reading thread to the one that stages, two at a time."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._queue: Queue[Any] = Queue(2)
        self._aborted = False

    def reader(self) -> Any:
        return pa.RecordBatchReader.from_batches(self._schema, self._taken())

    def _taken(self) -> Iterator[Any]:
        while True:
            try:
                batch = self._queue.get(timeout=0.2)
            except Empty:
                if self._aborted:
                    raise InterruptedError("reading was given up") from None
                continue
            if batch is None:
                return
            yield batch

    def put(self, batch: Any, insert: Future[None]) -> None:
        """Wait for room; raise what the staging thread raised if it is dead."""
        while True:
            try:
                return self._queue.put(batch, timeout=0.2)
            except Full:
                if insert.done():
                    insert.result()
                    raise RuntimeError("staging ended before the table did") from None

    def end(self, insert: Future[None]) -> None:
        self.put(None, insert)

    def abort(self) -> None:
        self._aborted = True


class _Sampler:
    """A uniform random sample of a stream: the rows with the smallest random draws.

    A row is staged if its draw is among the `size` smallest so far, so about
    `size · (1 + ln(rows / size))` rows are. The seed is fixed: the same rows
    in the same order give the same sample.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.threshold = 1.0
        self._random = np.random.default_rng(_SEED)
        self._draws: Any = np.empty(0)

    def draw(self, rows: int) -> Any:
        return pa.array(self._random.random(rows))

    def kept(self, batch: Any) -> Any:
        draws = batch.column(batch.num_columns - 1).to_numpy()
        self._draws = np.concatenate((self._draws, draws[draws <= self.threshold]))
        if len(self._draws) > self.size:
            self._draws = np.partition(self._draws, self.size - 1)[: self.size]
            self.threshold = float(self._draws.max())
        return batch.filter(pa.array(draws <= self.threshold))


def _shortened(values: Any) -> Any:
    """The values, long ones as head, length and hash, so that none of 5 MB is ever counted.

    The hash keeps different values apart; a U+FFFD anywhere is kept. NUL marks
    the seams: no value that a source streams contains it.
    """
    lengths = pc.binary_length(values)
    if not len(values) or (pc.max(lengths).as_py() or 0) <= LONG:
        return values
    long = pc.fill_null(pc.greater(lengths, LONG), False)
    short = [_short(value) for value in values.filter(long).to_pylist()]
    return pc.replace_with_mask(values, long, pa.array(short, pa.string()))


def _short(value: str) -> str:
    digest = hashlib.sha256(value.encode("utf-8")).hexdigest()[:32]
    broken = "\ufffd" if "\ufffd" in value else ""
    return f"{value[: LONG - 100]}\0{len(value)}\0{digest}{broken}"
