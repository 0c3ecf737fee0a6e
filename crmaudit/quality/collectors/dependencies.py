"""Rows that contradict what nearly all rows of the same value say.

Pairs of columns are tried on codes of a sample of rows. What holds there is
counted on all rows; a table held in memory is its own sample. A row that breaks
a dependency has a wrong cell, but which of the two? Of each broken pair, the
cell that the row's other broken pairs have in common is to blame, else the
dependent one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crmaudit.evidence import Dependency, Fault
from crmaudit.quality.collectors.column import Found
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.value_faults import number, shown, type_of
from crmaudit.quality.faults.dependencies import (
    MAJORITY,
    Strength,
    area,
    contradictions,
    explained,
    may_depend,
    may_determine,
    strength,
)

LEAST_ROWS = 30
"""Tables of fewer rows show no dependency."""

# Rows and columns that pairs are tried on, and pairs counted on a table too large for memory.
_SAMPLE, _MOST_COLUMNS, _MOST_PAIRS = 20_000, 40, 8
_MOST_TOLD = 3
# A column of more different values than this share of its rows repeats too few of them.
_MOST_SHARE = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """A column, or the part of it that `sql` reads, in a pair."""

    column: Found
    sql: str

    @property
    def index(self) -> int:
        return self.column.index

    @property
    def name(self) -> str:
        return self.column.column.name


@dataclass(frozen=True, slots=True)
class _Pair:
    determinant: _Side
    dependent: _Side
    strength: Strength

    def rank(self) -> tuple[float, int, tuple[str, str]]:
        """The strongest first, of equal ones the one of the most rows."""
        return -self.strength.kept / self.strength.rows, -self.strength.rows, self.names

    def size(self) -> int:
        return self.strength.rows

    @property
    def names(self) -> tuple[str, str]:
        return self.determinant.name, self.dependent.name


def broken_dependencies(
    engine: Engine, rows: str, columns: Sequence[Found], total: int
) -> tuple[list[Dependency], list[Fault]]:
    """The dependencies that hold, and the faults by which they are broken.

    The cells at fault are added to the engine's table `bad` (row `r`, column `c`).
    """
    asked = _asked(columns)
    if total < LEAST_ROWS or not asked:
        return [], []
    # The rows of a sample are told by what differs most, an identifier as a rule.
    differing = sorted(columns, key=lambda c: (-c.distinct, c.index))[:3]
    numbers, codes, whole = _codes(engine, rows, asked, total, differing)
    pairs = _pairs(asked, codes)
    if not pairs:
        return [], []
    engine.ask("CREATE OR REPLACE TEMP TABLE broken (r BIGINT, a USMALLINT, b USMALLINT)")
    try:
        if whole:
            kept = pairs
            _keep_contradictions(engine, pairs, numbers, codes)
        else:
            kept = list(_counted(engine, rows, _fewest([p for p in pairs if _sound(p, codes)])))
        return (
            _told(kept),
            list(_blame(engine, rows, kept, {c.index: c for c in columns})),
        )
    finally:
        engine.drop("broken")


def _told(pairs: list[_Pair]) -> list[Dependency]:
    """Those over the most rows, a few for each dependent column."""
    # Of a column and its part, the one that says more.
    best = {p.names: p for p in sorted(pairs, key=_Pair.size)}
    taken: dict[int, int] = defaultdict(int)
    found = []
    for pair in sorted(best.values(), key=_Pair.rank):
        taken[pair.dependent.index] += 1
        if taken[pair.dependent.index] <= _MOST_TOLD:
            found.append(Dependency(*pair.names, pair.strength.kept, pair.strength.rows))
    return sorted(found, key=lambda d: (d.dependent, d.determinant))


def _asked(columns: Sequence[Found]) -> list[_Side]:
    """What may take part: whole columns, and parts of them that say more."""
    found = [
        c
        for c in columns
        if c.filled >= LEAST_ROWS
        and (may_depend(type_of(c), c.logical, c.distinct) or _may_determine(c))
        and c.length[2] < 1000
    ]
    if len(found) < 2:
        return []
    found.sort(key=lambda c: (c.distinct > _MOST_SHARE * c.filled, -c.filled, c.index))
    sides = []
    for column in sorted(found[:_MOST_COLUMNS], key=lambda c: c.index):
        name = f"c{column.index}"
        if part := area(type_of(column), name):
            sides.append(_Side(column, part))
        if column.distinct <= _MOST_SHARE * column.filled:
            sides.append(_Side(column, name))
    return sides


def _may_determine(column: Found) -> bool:
    return may_determine(type_of(column), column.logical, column.distinct)


def _codes(
    engine: Engine, rows: str, asked: Sequence[_Side], total: int, differing: Sequence[Found]
) -> tuple[Any, dict[_Side, Any], bool]:
    """The numbers of rows; of each side a code for each value, -1 for none; whether all rows."""
    where = ""
    if total > _SAMPLE:
        # By their hash, so that it is the same rows each time.
        mixed = ", ".join(f"c{c.index}" for c in differing)
        where = f" WHERE hash({mixed}) % {-(-total // _SAMPLE)} = 0 LIMIT {3 * _SAMPLE}"
    # Hashes are as good as values to tell what is the same, and none of them is long.
    names = ", ".join(f"CASE WHEN trim({s.sql}) <> '' THEN hash({s.sql}) END" for s in asked)
    schema = pa.schema([("r", pa.int64()), *((f"s{i}", pa.uint64()) for i in range(len(asked)))])
    sample = pa.Table.from_batches(
        [
            pa.RecordBatch.from_arrays(
                [c.cast(f.type) for c, f in zip(b.columns, schema, strict=True)], schema=schema
            )
            for b in engine.batches(f"SELECT r, {names} FROM {rows}{where}")
        ],
        schema,
    )
    codes = {side: _coded(sample.column(i + 1)) for i, side in enumerate(asked)}
    return sample.column(0).to_numpy(), codes, not where


def _coded(hashes: Any) -> Any:
    encoded = hashes.combine_chunks().dictionary_encode()
    return pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)


def _pairs(asked: Sequence[_Side], codes: dict[_Side, Any]) -> list[_Pair]:
    found = []
    for determinant in asked:
        if not _may_determine(determinant.column):
            continue
        for dependent in asked:
            column = dependent.column
            if (
                dependent.index == determinant.index
                or dependent.sql != f"c{dependent.index}"
                or column.distinct > 2 * determinant.column.distinct
                or not may_depend(type_of(column), column.logical, column.distinct)
            ):
                continue
            measured = strength(codes[determinant], codes[dependent])
            if measured.holds:
                found.append(_Pair(determinant, dependent, measured))
    return found


def _fewest(pairs: list[_Pair]) -> list[_Pair]:
    """The strongest pairs, two for a dependent column at most."""
    taken: dict[int, int] = defaultdict(int)
    found: list[_Pair] = []
    for pair in sorted(pairs, key=_Pair.rank):
        if taken[pair.dependent.index] < 2 and len(found) < _MOST_PAIRS:
            taken[pair.dependent.index] += 1
            found.append(pair)
    return found


def _keep_contradictions(
    engine: Engine, pairs: list[_Pair], numbers: Any, codes: dict[_Side, Any]
) -> None:
    parts: list[tuple[Any, Any, Any]] = []
    for pair in pairs:
        a, b = pair.determinant.index, pair.dependent.index
        wrong = numbers[_unexplained(pair, codes)]
        parts.append((wrong, np.full(len(wrong), a), np.full(len(wrong), b)))
    if any(len(p[0]) for p in parts):
        columns = [np.concatenate([p[i] for p in parts]) for i in range(3)]
        found = pa.table(columns, ["r", "a", "b"])
        engine.show("found", found, "INSERT INTO broken FROM found")


def _unexplained(pair: _Pair, codes: dict[_Side, Any]) -> Any:
    """The places of rows that contradict a pair, less those that another column explains."""
    wrong = contradictions(codes[pair.determinant], codes[pair.dependent])
    others = [c for side, c in codes.items() if side.index != pair.dependent.index]
    return wrong[~explained(wrong, others)]


def _sound(pair: _Pair, codes: dict[_Side, Any]) -> bool:
    """Whether most exceptions in the sample are not explained by another column."""
    wrong = contradictions(codes[pair.determinant], codes[pair.dependent])
    return 2 * len(_unexplained(pair, codes)) >= len(wrong)


def _counted(engine: Engine, rows: str, pairs: list[_Pair]) -> Iterator[_Pair]:
    """The pairs that hold on all rows, whose contradictions are kept."""
    for pair in pairs:
        a, b = pair.determinant.sql, pair.dependent.sql
        engine.ask(
            "CREATE OR REPLACE TEMP TABLE pairs AS "
            "SELECT a, b, n, sum(n) OVER (PARTITION BY a) AS s "
            f"FROM (SELECT {a} AS a, {b} AS b, count(*) AS n FROM {rows} "
            f"WHERE trim({a}) <> '' AND trim({b}) <> '' GROUP BY 1, 2)"
        )
        ((kept, shared, groups),) = engine.ask(
            "SELECT coalesce(sum(m), 0)::BIGINT, coalesce(sum(s), 0)::BIGINT, "
            "count(*) FILTER (s >= 3) FROM (SELECT a, max(n) AS m, any_value(s) AS s FROM pairs "
            "WHERE s >= 2 GROUP BY a)"
        )
        measured = Strength(kept, shared, groups, pair.strength.spared)
        if measured.holds:
            engine.ask(
                f"INSERT INTO broken SELECT r, {pair.determinant.index}, {pair.dependent.index} "
                f"FROM {rows} JOIN (SELECT a, arg_max(b, (n, b)) AS m FROM pairs WHERE s >= 3 "
                f"GROUP BY a HAVING count(*) > 1 AND max(n) >= {MAJORITY} * any_value(s)) "
                f"ON {a} = a WHERE trim({b}) <> '' AND {b} <> m"
            )
            yield _Pair(pair.determinant, pair.dependent, measured)
    engine.drop("pairs")


def _blame(
    engine: Engine, rows: str, pairs: list[_Pair], columns: dict[int, Found]
) -> Iterator[Fault]:
    """Faults by column, the broken cells being kept in `bad`."""
    engine.ask(
        "CREATE OR REPLACE TEMP TABLE blamed AS WITH degrees AS (SELECT r, x, count(*) AS d FROM "
        "(SELECT r, a AS x FROM broken UNION ALL SELECT r, b FROM broken) GROUP BY r, x) "
        "SELECT broken.r, CASE WHEN da.d > db.d THEN a ELSE b END AS c, "
        "CASE WHEN da.d > db.d THEN b ELSE a END AS other FROM broken "
        "JOIN degrees da ON da.r = broken.r AND da.x = a "
        "JOIN degrees db ON db.r = broken.r AND db.x = b"
    )
    engine.ask(f"INSERT INTO bad SELECT DISTINCT r, c, {number('broken dependency')} FROM blamed")
    found = engine.ask(
        "SELECT c, count(DISTINCT r), list(DISTINCT other ORDER BY other), min(r) FROM blamed "
        "GROUP BY c ORDER BY c"
    )
    engine.drop("blamed")
    for index, wrong, by, row in found:
        column = columns[index]
        against = [columns[i].column.name for i in by]
        ((value,),) = engine.ask(f"SELECT c{index} FROM {rows} WHERE r = {row}")
        strong = [p.strength for p in pairs if p.dependent.index == index]
        best = max((s.kept / s.rows for s in strong), default=0.95)
        yield Fault(
            "broken dependency",
            (column.column.name, *against[:5]),
            wrong,
            column.filled,
            shown(column, value or "", 0),
            f"unlike other rows of the same {against[0]}",
            round(min(0.95, 0.7 + 0.25 * (best - 0.95) / 0.05), 2),
        )
