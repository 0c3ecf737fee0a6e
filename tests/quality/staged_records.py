"""Staged records for tests of the matching, without a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import ATTRIBUTE_COLUMNS, MARK_COLUMNS
from crmaudit.quality.plan import Plan

_LISTS = {"emails", "phones", "identifiers"}


def _column(name: str, rows: Sequence[dict[str, Any]]) -> pa.Array:
    if name == "n":
        return pa.array([r.get("n", at) for at, r in enumerate(rows)], pa.int64())
    if name == "filled":
        return pa.array([len(r) for r in rows], pa.int32())
    if name in _LISTS:
        return pa.array([r.get(name, []) for r in rows], pa.list_(pa.string()))
    default = "crm" if name == "system" else None
    return pa.array([r.get(name, default) for r in rows], pa.string())


@contextmanager
def staged(rows: Sequence[dict[str, Any]], threads: int = 1) -> Iterator[Engine]:
    """An engine with a table `records` of rows by column; `n` is the row's place if not given."""
    names = ["n", "system", "tab", "key", *ATTRIBUTE_COLUMNS.values(), *MARK_COLUMNS.values()]
    table = pa.table({name: _column(name, rows) for name in (*names, "filled")})
    with Engine(Plan(memory=256), threads) as engine:
        engine.show("staged", table, "CREATE TABLE records AS SELECT * FROM staged")
        yield engine


def rows_of(engine: Engine, table: str) -> list[dict[str, Any]]:
    """All rows of a table by column, in the order of `n`."""
    names = [r[0] for r in engine.ask(f"DESCRIBE {table}")]
    order = "n" if "n" in names else ", ".join(names)
    return [
        dict(zip(names, row, strict=True))
        for row in engine.ask(f"SELECT * FROM {table} ORDER BY {order}")
    ]
