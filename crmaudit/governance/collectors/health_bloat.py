"""How much of a PostgreSQL table's file a rewrite would save, from its statistics.

The space that its rows need is reckoned from the average widths that ANALYZE
keeps and the layout of a page as PostgreSQL's manual describes it ("Database
Page Layout"); what the file has beyond that is bloat. The idea is that of the
well-known query of ioguix (github.com/ioguix/pgsql-bloat-estimation); unlike
it, this one follows the alignment of each column.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

PAGE_HEADER = 24
POINTER = 4
ROW_HEADER = 23
ALIGN = 8
_SHORT = 127
"""Values of variable length up to this are stored without alignment."""
FEWEST_PAGES = 16
"""A smaller file says nothing: half-filled last pages would look like bloat."""

_ALIGNMENT = {"c": 1, "s": 2, "i": 4, "d": 8}


@dataclass(frozen=True, slots=True)
class Width:
    """A column: fixed `length` in bytes or -1, its alignment, what ANALYZE knows of its values."""

    length: int
    align: str
    nulls: float
    average: float


def row_bytes(columns: Sequence[Width]) -> int:
    """Bytes of an average row on a page, its pointer included."""
    nulls = any(c.nulls > 0 for c in columns)
    header = _up(ROW_HEADER + (math.ceil(len(columns) / 8) if nulls else 0), ALIGN)
    data = 0.0
    for column in columns:
        there = 1 - column.nulls
        step = _ALIGNMENT.get(column.align, 1)
        if column.length < 0 and column.average <= _SHORT:
            step = 1
        data += there * ((-data) % step + column.average)
    return header + _up(math.ceil(data), ALIGN) + POINTER


def saved(
    columns: Sequence[Width], rows: float, pages: int, page: int, fill: int = 100
) -> int | None:
    """Bytes that a rewrite would save; None where the file is too small to say.

    `rows` and `pages` as of the same moment, `page` its size in bytes, `fill`
    the share of a page in percent that the table's own setting uses.
    """
    if pages < FEWEST_PAGES or rows < 0 or not columns:
        return None
    each = max(1, math.floor((page - PAGE_HEADER) * fill / 100 / row_bytes(columns)))
    return max(0, pages - math.ceil(rows / each)) * page


def _up(size: int, step: int) -> int:
    return -(-size // step) * step
