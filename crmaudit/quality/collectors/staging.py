"""A table's rows on this machine, column-wise, ready to be counted.

Few rows are held in memory and counted by an engine that serves one table
after the other; all others go to a file of their own, which takes a twentieth
of a second to make and gives its room on the disk back with the table.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from queue import Empty, Full, Queue
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.plan import Plan

LONG = 4096
"""Bytes above which a value is staged as its head, its length and a hash."""

SMALL, SMALL_BYTES = 2**15, 2**21
"""Values, and bytes of them, up to which a table is held in memory: what counts in an instant."""

LENGTH = (
    "CASE WHEN strlen(v) > 3000 AND contains(v, chr(0)) "
    "THEN split_part(v, chr(0), 2)::BIGINT ELSE length(v) END"
)
"""SQL for the length in characters of a staged value `v`."""

_WIDE = 200
_SEED = 20_130
_NUMBER = "USMALLINT"


class Staged(Protocol):
    """The columns of a table, to be counted by `engine` in its own thread."""

    engine: Engine
    groups: list[list[int]]
    """Numbers of the columns that are counted together."""

    def count(self, group: Sequence[int]) -> None:
        """Make the table `counts`: of each column `c` the values `v` and how often (`n`) each is.

        It replaces the one before.
        """

    def rows(self) -> AbstractContextManager[str]:
        """Inside it the engine has the rows under the name answered.

        Their columns are `c0`, `c1` … and `r`, a number for each row.
        """


@contextmanager
def counts(staged: Staged, group: Sequence[int]) -> Iterator[Engine]:
    """Inside it the engine has the table `counts` of these columns."""
    try:
        staged.count(group)
        yield staged.engine
    finally:
        for name in ("counts", "typed"):
            staged.engine.drop(name)


class Head:
    """The first rows of a table, as many as are held in memory; `told` hears how many came."""

    def __init__(self, width: int, told: Callable[[int], None]) -> None:
        self.batches: list[Any] = []
        self.rows = 0
        self._width, self._told = width, told

    def read(self, batches: Iterator[Any]) -> bool:
        """Whether all the rows have been read; else some are left in the batches."""
        size = 0
        for batch in batches:
            values = shortened(batch)
            self.batches.append(pa.RecordBatch.from_arrays(values, names=_names(self._width)))
            self.rows += batch.num_rows
            self._told(self.rows)
            size += self.batches[-1].nbytes
            if self.rows * self._width > SMALL or size > SMALL_BYTES:
                return False
        return True

    def take(self) -> Iterator[Any]:
        """The batches read, which are not kept."""
        while self.batches:
            yield self.batches.pop(0)


class Held:
    """A small table in memory: all its columns are counted at once.

    A statement takes as long to plan as to count a thousand values, so one
    statement for all columns is many times faster than one for each.
    """

    def __init__(self, engine: Engine, batches: Sequence[Any], width: int) -> None:
        self.engine = engine
        self.groups = [list(range(width))]
        self._columns = [[b.column(i) for b in batches] for i in range(width)]

    def count(self, group: Sequence[int]) -> None:
        arrays = [a for i in group for a in self._columns[i]]
        numbers = [np.full(len(a), i, np.uint16) for i in group for a in self._columns[i]]
        values = pa.table(
            {"c": pa.array(np.concatenate(numbers)), "v": pa.chunked_array(arrays, pa.string())}
        )
        self.engine.show(
            "held",
            values,
            "CREATE TEMP TABLE counts AS SELECT c, v, count(*) AS n FROM held GROUP BY c, v",
        )

    @contextmanager
    def rows(self) -> Iterator[str]:
        columns = [pa.chunked_array(arrays, pa.string()) for arrays in self._columns]
        numbers = pa.array(range(len(columns[0])), pa.int64())
        rows = pa.table([numbers, *columns], ["r", *_names(len(columns))])
        with self.engine.lent("held_rows", rows):
            yield "held_rows"


class Stage:
    """A temporary DuckDB file with one table of text columns, counted one by one.

    A context manager; file and folder are gone afterwards, whatever happened.
    `ordered`: rows are numbered as they come; nothing is drawn from a sample then.
    """

    def __init__(self, plan: Plan, width: int, ordered: bool = False) -> None:
        self.groups = [[i] for i in range(width)]
        self._sampler = _Sampler(plan.sample) if plan.sample else None
        self._ordered = ordered
        fields = [(n, pa.string()) for n in _names(width)]
        if self._sampler:
            fields.append(("draw", pa.float64()))
        if ordered:
            fields.append(("r", pa.int64()))
        self._schema = pa.schema(fields)
        sql = {pa.string(): "VARCHAR", pa.float64(): "DOUBLE", pa.int64(): "BIGINT"}
        columns = ", ".join(f"{name} {sql[type_]}" for name, type_ in fields)
        threads = plan.threads or min(4, os.cpu_count() or 1)
        # Each column being written holds a block: small ones for wide tables.
        block = 16_384 if width > _WIDE else 262_144
        self.engine = Engine(plan, threads, "stage.duckdb", block)
        try:
            self.engine.ask(f"CREATE TABLE staged ({columns})")
        except BaseException:
            self.engine.close()
            raise

    def fill(
        self, head: Iterator[Any], batches: Iterator[Any], told: Callable[[int], None]
    ) -> tuple[int, int]:
        """Stage all rows, those of `head` first; how many rows came and how many are kept.

        The head's values are shortened already. `told` is told after each of
        the batches how many rows have come. What they raise comes out as it is.
        """
        seen = 0
        feed = _Feed(self._schema)
        insert = self.engine.start(lambda: self._insert(feed))
        try:
            for batch in head:
                numbers = self._numbers(seen, batch.num_rows)
                seen += batch.num_rows
                staged = pa.RecordBatch.from_arrays([*batch.columns, *numbers], schema=self._schema)
                feed.put(staged, insert)
            for batch in batches:
                arrays = shortened(batch)
                if self._sampler:
                    arrays.append(self._sampler.draw(batch.num_rows))
                arrays += self._numbers(seen, batch.num_rows)
                seen += batch.num_rows
                staged = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
                feed.put(self._sampler.kept(staged) if self._sampler else staged, insert)
                told(seen)
            feed.end(insert)
        except BaseException:
            feed.abort()
            self.engine.stop(insert)
            raise
        self.engine.wait(insert)
        if self._sampler and seen > self._sampler.size:
            late = f"DELETE FROM staged WHERE draw > {self._sampler.threshold!r}"
            self.engine.run(lambda: self.engine.ask(late))
            return seen, self._sampler.size
        return seen, seen

    def count(self, group: Sequence[int]) -> None:
        (index,) = group
        self.engine.ask(
            f"CREATE TEMP TABLE counts AS SELECT {index}::{_NUMBER} AS c, v, n FROM "
            f"(SELECT c{index} AS v, count(*) AS n FROM staged GROUP BY 1)"
        )

    @contextmanager
    def rows(self) -> Iterator[str]:
        yield "staged" if self._ordered else "(SELECT rowid AS r, * FROM staged)"

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()

    def _numbers(self, first: int, count: int) -> list[Any]:
        # Several threads insert, so that the engine's own numbers follow no order.
        return [pa.array(range(first, first + count), pa.int64())] if self._ordered else []

    def _insert(self, feed: _Feed) -> None:
        self.engine.show("feed", feed.reader(), "INSERT INTO staged SELECT * FROM feed")


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
        draws = batch.column("draw").to_numpy()
        self._draws = np.concatenate((self._draws, draws[draws <= self.threshold]))
        if len(self._draws) > self.size:
            self._draws = np.partition(self._draws, self.size - 1)[: self.size]
            self.threshold = float(self._draws.max())
        return batch.filter(pa.array(draws <= self.threshold))


def _names(width: int) -> list[str]:
    return [f"c{i}" for i in range(width)]


def shortened(batch: Any) -> list[Any]:
    """The columns of a batch, each value no longer than `LONG` bytes."""
    return [_shortened(array) for array in batch.columns]


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
