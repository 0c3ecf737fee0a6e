"""What columns mean: their names, types and a sample of their different values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from crmaudit.evidence import Table
from crmaudit.evidence.table_profile import Logical
from crmaudit.quality.collectors.column import Found
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.semantics import Sample, SeenColumn, SeenTable, understand

FREQUENT, DRAWN = 300, 700
"""Values looked at of a column: the most frequent ones, and those drawn by their hash."""

_WIDTH = 400

Values = dict[int, list[tuple[str, int]]]


def recognise(engine: Engine, columns: Sequence[Found], table: Table, frequent: Values) -> None:
    """Set `semantic` of each column; the filled ones are in the engine's table `counts`.

    `frequent` are the values that most rows share, by column.
    """
    looked_at = [c for c in columns if c.filled and c.logical != "binary"]
    _understand(columns, table, frequent, _drawn(engine, looked_at) if looked_at else {})


def recognise_names(columns: Sequence[Found], table: Table) -> None:
    """Set `semantic` of each column of a table without rows, by its name."""
    _understand(columns, table, {}, {})


def _understand(columns: Sequence[Found], table: Table, frequent: Values, drawn: Values) -> None:
    seen = SeenTable(table.name, tuple(c.name for c in table.columns))
    for column in columns:
        if column.failed:
            continue
        if column.logical == "binary":
            sample = Sample()
        else:
            most = [(v[:_WIDTH], n) for v, n in frequent.get(column.index, [])]
            sample = Sample(tuple(most), tuple(drawn.get(column.index, ())))
        column.semantic = understand(
            SeenColumn(
                column.column.name,
                column.logical if column.filled or column.declared else _declared(column),
                column.column.type,
                column.rows,
                column.filled,
                column.distinct,
                column.uniques,
                column.length[2],
                table.primary_key == (column.column.name,),
                sample,
            ),
            seen,
        )


def _declared(column: Found) -> Logical | None:
    """The logical type of an empty column, None where the engine holds to none."""
    return column.logical if column.logical != "text" else None


def _drawn(engine: Engine, columns: Sequence[Found]) -> Values:
    """Of each column the values with the least hashes: a sample that is always the same."""
    where = f"c IN ({', '.join(str(c.index) for c in columns)})"
    width = f"left(v, {_WIDTH})"
    if len(columns) == 1:
        sql = f"SELECT c, {width}, n FROM counts ORDER BY hash(v), v LIMIT {DRAWN}"
    else:
        place = "row_number() OVER (PARTITION BY c ORDER BY hash(v), v)"
        sql = f"SELECT c, {width}, n FROM counts WHERE {where} QUALIFY {place} <= {DRAWN}"
        sql = f"{sql} ORDER BY c, hash(v), v"
    found: Values = defaultdict(list)
    for index, value, count in engine.ask(sql):
        found[index].append((value, int(count)))
    return found
