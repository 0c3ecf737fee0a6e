"""The engine that counts: DuckDB, shut off from the world and open to Ctrl-C."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb
from duckdb.func import PythonUDFType

from crmaudit.private import Scratch
from crmaudit.quality.plan import Plan
from crmaudit.quality.shapes import shapes

T = TypeVar("T")


class StoppedError(Exception):
    """The engine was told to stop, so that no statement is answered any more."""


class Engine:
    """A DuckDB connection with a temporary folder, in memory or (`file`) in a file there.

    A context manager; the folder is gone afterwards, whatever happened.
    Nothing is fetched from the network, no extension is loaded.

    DuckDB does not look at signals. So what takes time is given to `run`,
    which has it done in a thread of the engine's own: Ctrl-C interrupts here
    at once, and reaches the caller. A whole table goes over in one piece, as a
    change of thread costs as much as a small statement.
    """

    def __init__(self, plan: Plan, threads: int, file: str = "", block: int = 262_144) -> None:
        self._stopped = False
        self._scratch = Scratch(plan.folder)
        self._worker = ThreadPoolExecutor(1, "stage")
        try:
            self._connection = duckdb.connect(
                os.path.join(self._scratch.name, file) if file else ":memory:",
                config={
                    "memory_limit": f"{plan.memory}MiB",
                    "threads": threads,
                    "temp_directory": os.path.join(self._scratch.name, "spill"),
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "preserve_insertion_order": False,
                    "default_block_size": block,
                },
            )
            # Interactive sessions and notebooks would see DuckDB's own.
            self._connection.execute("SET enable_progress_bar = false")
            self._connection.create_function(
                "shape", shapes, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW
            )
        except BaseException:
            self.close()
            raise

    def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises; it asks this engine, in the engine's thread."""
        return self.wait(self.start(work))

    def start(self, work: Callable[[], T]) -> Future[T]:
        return self._worker.submit(work)

    def wait(self, work: Future[T]) -> T:
        try:
            return work.result()
        except BaseException:
            self.stop(work)
            raise

    def stop(self, work: Future[Any]) -> None:
        """Stop the work for good if it is not done, and wait until it has stopped."""
        while not work.done():
            self._stopped = True
            self._connection.interrupt()
            try:
                work.exception(timeout=0.05)
            except TimeoutError:
                continue

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows that a statement answers."""
        return self._answered(lambda: self._connection.execute(sql).fetchall())

    def batches(self, sql: str) -> Iterator[Any]:
        """The rows that a query answers, in Arrow batches."""
        reader = self._answered(lambda: self._connection.sql(sql).to_arrow_reader(65_536))
        while (batch := self._answered(lambda: next(reader, None))) is not None:
            yield batch

    def show(self, name: str, rows: Any, sql: str) -> None:
        """Execute a statement that reads Arrow data under a name."""
        with self.lent(name, rows):
            self._answered(lambda: self._connection.execute(sql))

    @contextmanager
    def lent(self, name: str, rows: Any) -> Iterator[None]:
        """Inside it statements can read Arrow data under a name."""
        self._connection.register(name, rows)
        try:
            yield
        finally:
            self._connection.unregister(name)

    def lend(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """What `work` makes with the connection, for a library that needs one of its own.

        It is to ask nothing of it after it has returned but through `lend` again.
        """
        try:
            return self._answered(lambda: work(self._connection))
        except Exception:
            # Libraries wrap an interruption in errors of their own.
            if self._stopped:
                raise StoppedError from None
            raise

    def drop(self, name: str) -> None:
        """Remove a table if there is one, even when the engine has been stopped."""
        self._connection.execute(f"DROP TABLE IF EXISTS {name}")

    def _answered(self, work: Callable[[], T]) -> T:
        # An interruption is no failure of a column, after which the next would follow.
        if self._stopped:
            raise StoppedError
        try:
            return work()
        except duckdb.Error:
            if self._stopped:
                raise StoppedError from None
            raise

    def close(self) -> None:
        self._stopped = True
        if hasattr(self, "_connection"):
            self._connection.interrupt()
        self._worker.shutdown()
        if hasattr(self, "_connection"):
            self._connection.close()
        self._scratch.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
