"""Rows of a source, read into a table of the engine as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import duckdb
import pyarrow as pa

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Table
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.reaching import Rows
from crmaudit.sources.base import Source

FAILURES = (CrmauditError, duckdb.Error, pa.ArrowException, OSError, MemoryError)
"""What a table, or a system, may fail with while others go on."""

SEPARATOR = "chr(31)"
"""SQL for what stands between the parts of a key."""


def load(
    engine: Engine,
    source: Source,
    name: str,
    rows: Rows,
    columns: Sequence[str],
    told: Callable[[str, int], None] = lambda table, rows: None,
) -> None:
    """Make the table `name(r, c0, c1, …)`: a number for each row, and the columns' texts.

    Rows that `without` finds are left out. Raises CrmauditError,
    ConnectionLostError included, where the source does not give them.
    """
    extra = [rows.without[3]] if rows.without else []
    wanted = list(dict.fromkeys([*columns, *extra]))
    _stream(engine, source, name, rows.table, wanted, rows.where, told)
    if rows.without:
        table, where, there, here = rows.without
        gone = f"{name}_gone"
        try:
            _stream(engine, source, gone, table, [there], where, told)
            at = f"c{wanted.index(here)}"
            sql = f"DELETE FROM {name} WHERE {at} IN (SELECT c0 FROM {gone})"
            engine.run(lambda: engine.ask(sql))
        finally:
            engine.drop(gone)


def _stream(
    engine: Engine,
    source: Source,
    name: str,
    table: Table,
    columns: Sequence[str],
    where: str,
    told: Callable[[str, int], None],
) -> None:
    typed = ", ".join(["r BIGINT", *(f"c{i} VARCHAR" for i in range(len(columns)))])
    engine.run(lambda: engine.ask(f"CREATE TABLE {name} ({typed})"))
    chosen = set(columns)
    # Where only the number of rows matters, any column tells it.
    asked = [c for c in table.columns if c.name in chosen] or list(table.columns[:1])
    insert = f"INSERT INTO {name} SELECT * FROM piece"
    seen = 0
    reader = source.stream(table, asked, where)
    try:
        for batch in reader:
            arrays = [pa.array(range(seen, seen + batch.num_rows), pa.int64())]
            arrays += [batch.column(c).cast(pa.string()) for c in columns]
            names = ["r", *(f"c{i}" for i in range(len(columns)))]
            piece = pa.table(arrays, names=names)
            engine.run(partial(engine.show, "piece", piece, insert))
            seen += batch.num_rows
            told(table.qualified, seen)
    finally:
        # A traceback would keep it, and its cursor, until after the source is closed.
        del reader


def key_of(columns: Sequence[str], first: int = 0) -> str:
    """SQL for a row's key, from `c{first}` on as many columns as the key has."""
    parts = [f"coalesce(c{first + i}, '')" for i in range(len(columns))]
    return parts[0] if len(parts) == 1 else f" || {SEPARATOR} || ".join(parts)


def number(sql: str) -> str:
    """SQL for a number as it is compared: letters and digits, without leading zeros.

    `hc-000123` and `HC 000123` are one; `7.0`, out of a column of floating
    points, is 7; a text without any letter or digit is null.
    """
    plain = f"regexp_replace(trim({sql}), '^([0-9]+)\\.0+$', '\\1')"
    codes = f"regexp_replace(upper(strip_accents({plain})), '[^\\p{{L}}\\p{{N}}]', '', 'g')"
    return f"nullif(regexp_replace({codes}, '^0+([0-9]+)$', '\\1'), '')"


def text(value: str) -> str:
    """A literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def reason(error: BaseException) -> str:
    """One line about a failure, with nothing in it that may come out of a table."""
    if isinstance(error, CrmauditError):
        return error.problems[0].message
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return "it takes more memory than allowed"
    if isinstance(error, OSError | duckdb.IOException):
        return "the temporary file could not be written"
    return f"it could not be compared: {type(error).__name__}"
