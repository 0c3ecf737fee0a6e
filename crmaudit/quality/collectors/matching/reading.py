"""Rows of the audited system as text tables of an engine, each table and condition read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Table
from crmaudit.quality.collectors.engine import Engine
from crmaudit.sources.base import ConnectionLostError, Source

LONGEST = 500
"""Characters of a value that are compared; no name, address or number has more."""

_FAILURES = (CrmauditError, duckdb.Error, pa.ArrowException, OSError, MemoryError)


@dataclass(slots=True)
class Rows:
    """Rows wanted of a table: those with a condition, and which columns of them."""

    table: Table
    where: str
    columns: list[str] = field(default_factory=list)
    name: str = ""
    rows: int = 0
    failure: str = ""

    def column(self, name: str) -> str:
        """The engine's name of a column."""
        return f"c{self.columns.index(name)}"


class Reading:
    """What is read of one system, into tables `t0`, `t1` … that `forget` removes."""

    def __init__(
        self,
        engine: Engine,
        source: Source,
        on_rows: Callable[[str, int], None] = lambda table, rows: None,
    ) -> None:
        self._engine = engine
        self._source = source
        self._told = on_rows
        self._wanted: dict[tuple[str, str], Rows] = {}

    def want(self, table: Table, where: str, columns: Iterable[str]) -> Rows:
        """Rows to be read, those of the same table and condition together."""
        place = (table.qualified, where.strip())
        rows = self._wanted.setdefault(place, Rows(table, where))
        rows.columns += [c for c in dict.fromkeys(columns) if c not in rows.columns]
        return rows

    def read(self) -> None:
        """Read all that is wanted; what fails says why. ConnectionLostError passes."""
        for number, rows in enumerate(self._wanted.values()):
            rows.name = f"t{number}"
            try:
                rows.rows = self._stream(rows)
            except ConnectionLostError:
                raise
            except _FAILURES as error:
                rows.failure = reason(error)

    def forget(self) -> None:
        """Remove the tables, even when the engine has been stopped."""
        for rows in self._wanted.values():
            if rows.name:
                self._engine.drop(rows.name)

    def _stream(self, rows: Rows) -> int:
        engine = self._engine
        names = [f"c{i}" for i in range(len(rows.columns))]
        typed = ", ".join(f"{n} VARCHAR" for n in names)
        engine.run(lambda: engine.ask(f"CREATE TABLE {rows.name} (r BIGINT, {typed})"))
        insert = f"INSERT INTO {rows.name} SELECT * FROM piece"
        wanted = set(rows.columns)
        asked = [c for c in rows.table.columns if c.name in wanted]
        seen, pending = 0, None
        reader = self._source.stream(rows.table, asked, rows.where)
        try:
            for batch in reader:
                arrays = [pa.array(np.arange(seen, seen + batch.num_rows))]
                arrays += [_cleaned(batch.column(c)) for c in rows.columns]
                piece = pa.table(arrays, names=["r", *names])
                if pending is not None:
                    engine.wait(pending)
                # The next batch is read while this one is staged.
                pending = engine.start(partial(engine.show, "piece", piece, insert))
                seen += batch.num_rows
                self._told(rows.table.qualified, seen)
            if pending is not None:
                engine.wait(pending)
        except Exception:
            # The engine is needed for the next table: what it was given is let through.
            if pending is not None:
                pending.exception()
            raise
        except BaseException:
            if pending is not None:
                engine.stop(pending)
            raise
        finally:
            # A traceback would keep it, and its cursor, until after the source is closed.
            del reader
        return seen


def _cleaned(values: Any) -> Any:
    """Values without blanks around them, null where there is none, cut where they are very long."""
    if len(values) and (pc.max(pc.binary_length(values)).as_py() or 0) > LONGEST:
        values = pc.utf8_slice_codeunits(values, 0, 4 * LONGEST)
        values = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(values), 0, LONGEST)
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def reason(error: BaseException) -> str:
    """One line about the failure, with nothing in it that may come out of a table."""
    if isinstance(error, CrmauditError):
        return error.problems[0].message
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return "it takes more memory than allowed"
    if isinstance(error, OSError | duckdb.IOException):
        return "the temporary file could not be written"
    return f"it could not be staged: {type(error).__name__}"
