"""The values of key-like columns on this machine, and which of them are keys elsewhere."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
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
from crmaudit.quality.plan import Plan
from crmaudit.quality.references.judge import Inclusion, Spread
from crmaudit.sources.base import Source

NONE_NUMBERS = ("0", "-1")
_NONE_TEXT = """
    null none nil n/a na nan undefined unknown nobody noone anyone anybody everyone all unassigned
    keine keiner niemand alle unbekannt aucun aucune personne tous inconnu ninguno ninguna nadie
    todos desconocido 00000000-0000-0000-0000-000000000000
"""
SENTINELS = (*NONE_NUMBERS, "-", *_NONE_TEXT.split())
"""Values that mean "none" where no key is written so; in lower case."""

_CHUNK = 262_144
_LONGEST = 255
_MARK = "\x1f"


class ComparingError(CrmauditError):
    """The values cannot be compared: what was read until now is worth nothing."""


@dataclass(frozen=True, slots=True)
class Side:
    """Columns that are read together as one key: of rows with `where`, in SQL of the source."""

    table: str
    columns: tuple[str, ...]
    where: str = ""


@dataclass(frozen=True, slots=True)
class PairSide:
    """A type column and the id column that it speaks of."""

    table: str
    type_column: str
    id_column: str


@dataclass(slots=True)
class _Wanted:
    """What is to be read of one table under one condition."""

    sides: dict[Side, list[int]] = field(default_factory=dict)
    pairs: dict[PairSide, int] = field(default_factory=dict)

    def columns(self) -> tuple[str, ...]:
        names = [c for side in self.sides for c in side.columns]
        names += [c for p in self.pairs for c in (p.type_column, p.id_column)]
        return tuple(dict.fromkeys(names))


class KeyValues:
    """Reads columns once, as texts, and compares them: a context manager.

    First say what is wanted (`side`, `union`, `pair`), then `read` table after
    table, `seal`, then ask. Values are compared as texts without surrounding
    blanks; where the source compares texts without case (MariaDB), and for
    UUIDs, without case. Memory is bounded by the plan, values go to a
    temporary file.
    """

    def __init__(self, source: Source, plan: Plan) -> None:
        self._source = source
        self._wanted: dict[tuple[str, str], _Wanted] = {}
        self._numbers: dict[Any, int] = {}
        self.rows: dict[tuple[str, str], int] = {}
        self._held: list[tuple[int, Any]] = []
        self._held_pairs: list[tuple[int, Any, Any]] = []
        self._held_rows = 0
        self._writing: Future[None] | None = None
        threads = plan.threads or min(4, os.cpu_count() or 1)
        with _comparing():
            self._engine = Engine(plan, threads, "keys.duckdb")
        try:
            self._ask("CREATE TABLE seen (c INTEGER, v VARCHAR, n BIGINT)")
            self._ask("CREATE TABLE paired (p INTEGER, t VARCHAR, v VARCHAR, n BIGINT)")
        except BaseException:
            self._engine.close()
            raise

    # What is wanted

    def side(self, side: Side) -> int:
        """The number under which these columns are asked."""
        return self.union((side,))

    def union(self, sides: tuple[Side, ...]) -> int:
        """One number for the values of several: a reference that goes to one of some tables."""
        if sides not in self._numbers:
            self._numbers[sides] = len(self._numbers)
            for one in sides:
                wanted = self._wanted.setdefault((one.table, one.where), _Wanted())
                wanted.sides.setdefault(one, []).append(self._numbers[sides])
        return self._numbers[sides]

    def pair(self, pair: PairSide) -> int:
        if pair not in self._numbers:
            self._numbers[pair] = len(self._numbers)
            wanted = self._wanted.setdefault((pair.table, ""), _Wanted())
            wanted.pairs[pair] = self._numbers[pair]
        return self._numbers[pair]

    def wanted(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Table, condition and columns of what was asked for and not read yet."""
        return [(table, where, w.columns()) for (table, where), w in self._wanted.items()]

    def give_up(self, table: str, where: str) -> None:
        """That table cannot be read: nothing will be known of what was wanted of it."""
        self._wanted.pop((table, where), None)

    # Reading

    def read(self, table: Table, where: str, told: Callable[[int], None]) -> None:
        """Stream what is wanted of a table; what the source raises comes out as it is."""
        wanted = self._wanted.pop((table.qualified, where))
        names = wanted.columns()
        columns = [table.column(name) for name in names]
        folds = {c.name for c in columns if self._folds(c.type)}
        seen = 0
        reader = self._source.stream(table, columns, where)
        try:
            for batch in reader:
                seen += batch.num_rows
                values = {n: _plain(batch.column(i), n in folds) for i, n in enumerate(names)}
                self._take(wanted, values, batch)
                told(seen)
        finally:
            del reader
        self.rows[table.qualified, where] = seen

    def _folds(self, type_: str) -> bool:
        kind = type_.lower()
        if self._source.engine in ("mariadb", "mysql"):
            return "bin" not in kind and any(w in kind for w in ("char", "text"))
        return "uuid" in kind or "uniqueid" in kind

    def _take(self, wanted: _Wanted, values: Mapping[str, Any], batch: Any) -> None:
        for side, numbers in wanted.sides.items():
            parts = [values[c] for c in side.columns]
            whole = parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, _MARK)
            self._held += [(number, whole) for number in numbers]
            self._held_rows += len(numbers) * batch.num_rows
        for pair, number in wanted.pairs.items():
            type_ = pc.utf8_trim_whitespace(batch.column(pair.type_column))
            self._held_pairs.append((number, _short(type_), values[pair.id_column]))
            self._held_rows += batch.num_rows
        if self._held_rows >= _CHUNK:
            self._flush()

    def _flush(self) -> None:
        """Have what is held written, while the next rows are read."""
        self._wait()
        sides, pairs = self._held, self._held_pairs
        self._held, self._held_pairs, self._held_rows = [], [], 0
        if sides or pairs:
            self._writing = self._engine.start(partial(self._write, sides, pairs))

    def _wait(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            with _comparing():
                self._engine.wait(writing)

    def _write(self, sides: list[tuple[int, Any]], pairs: list[tuple[int, Any, Any]]) -> None:
        if sides:
            table = pa.table({"c": _numbers([(c, len(v)) for c, v in sides]), "v": _all(
                [v for _, v in sides])})  # fmt: skip
            self._engine.show(
                "held", table,
                "INSERT INTO seen SELECT c, v, count(*) FROM held GROUP BY c, v",
            )  # fmt: skip
        if pairs:
            table = pa.table(
                {
                    "p": _numbers([(p, len(v)) for p, _, v in pairs]),
                    "t": _all([t for _, t, _ in pairs]),
                    "v": _all([v for _, _, v in pairs]),
                }
            )
            self._engine.show(
                "held", table,
                "INSERT INTO paired SELECT p, t, v, count(*) FROM held GROUP BY p, t, v",
            )  # fmt: skip

    # Asking

    def settle(self) -> None:
        """Wait until all that was read can be asked for `types`."""
        self._flush()
        self._wait()

    def seal(self) -> None:
        """All is read: add up what came in pieces."""
        self.settle()
        self._ask(
            "CREATE TABLE counted AS SELECT c, v, sum(n)::BIGINT AS n FROM seen "
            "WHERE v <> '' GROUP BY c, v"
        )

    def types(self) -> dict[int, list[tuple[str, int]]]:
        """By pair: the values of its type column and how many rows have each."""
        rows = self._ask(
            "SELECT p, t, sum(n)::BIGINT FROM paired WHERE t <> '' GROUP BY p, t "
            "ORDER BY p, 3 DESC, t"
        )
        found: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for pair, value, count in rows:
            found[pair].append((value, count))
        return found

    def split(self, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """A number for the ids of each of these pairs' types, to be asked as a side."""
        asked = list(dict.fromkeys(wanted))
        numbers = {place: len(self._numbers) + i for i, place in enumerate(asked)}
        for place, number in numbers.items():
            self._numbers[place] = number
        if asked:
            table = pa.table(
                {
                    "p": pa.array([p for p, _ in asked], pa.int32()),
                    "t": pa.array([t for _, t in asked], pa.string()),
                    "c": pa.array([numbers[a] for a in asked], pa.int32()),
                }
            )
            sql = (
                "INSERT INTO counted SELECT a.c, q.v, sum(q.n)::BIGINT FROM asked a "
                "JOIN paired q ON q.p = a.p AND q.t = a.t WHERE q.v <> '' GROUP BY a.c, q.v"
            )
            self._show("asked", table, sql)
        return numbers

    def spreads(self) -> dict[int, Spread]:
        """By number: the different values, without those that mean none."""
        rows = self._ask(
            "SELECT c, count(*), count(k), min(k), max(k) FROM "
            "(SELECT c, try_cast(v AS HUGEINT) AS k FROM counted "
            f"WHERE lower(v) NOT IN ({_sql(SENTINELS)})) GROUP BY c"
        )
        return {
            c: Spread(n, (low, high) if numbers == n else None) for c, n, numbers, low, high in rows
        }

    def uniqueness(self, numbers: Iterable[int]) -> dict[int, tuple[int, int]]:
        """By number: rows with a value and rows that share theirs with another row."""
        wanted = sorted(set(numbers))
        rows = self._ask(
            "SELECT c, sum(n)::BIGINT, coalesce(sum(n) FILTER (n > 1), 0)::BIGINT FROM counted "
            f"WHERE c IN ({', '.join(map(str, wanted)) or 'NULL'}) GROUP BY c"
        )
        return {c: (filled, repeated) for c, filled, repeated in rows}

    def inclusions(self, tests: Sequence[tuple[int, int, tuple[str, ...]]]) -> list[Inclusion]:
        """For each child, parent and further words for none: how far one holds the other's keys."""
        if not tests:
            return []
        table = pa.table(
            {
                "i": pa.array(range(len(tests)), pa.int32()),
                "child": pa.array([c for c, _, _ in tests], pa.int32()),
                "parent": pa.array([p for _, p, _ in tests], pa.int32()),
                "more": pa.array([list(m) for *_, m in tests], pa.list_(pa.string())),
            }
        )
        self._show("asked", table, "CREATE OR REPLACE TABLE tests AS SELECT * FROM asked")
        self._ask(
            "CREATE OR REPLACE TABLE keys AS SELECT c, v FROM counted "
            "WHERE c IN (SELECT parent FROM tests)"
        )
        none = (
            f"(p.v IS NULL AND (lower(s.v) IN ({_sql(SENTINELS)}) OR list_contains(t.more, s.v)))"
        )
        joined = (
            f"SELECT t.i, s.v, s.n, p.v IS NOT NULL AS found, {none} AS none "
            "FROM tests t JOIN counted s ON s.c = t.child "
            "LEFT JOIN keys p ON p.c = t.parent AND p.v = s.v"
        )
        rows = self._ask(
            "SELECT i, sum(n) FILTER (NOT none), count(*) FILTER (NOT none), "
            "sum(n) FILTER (NOT none AND NOT found), count(*) FILTER (NOT none AND NOT found), "
            f"count(*) FILTER (found), max(n) FILTER (found) FROM ({joined}) GROUP BY i"
        )
        said = self._ask(f"SELECT i, v, n FROM ({joined}) WHERE none ORDER BY i, v")
        words: dict[int, dict[str, int]] = defaultdict(dict)
        for i, value, count in said:
            words[i][value] = count
        found = {}
        for i, *counts in rows:
            filled, distinct, orphans, orphan_values, referred, most = (int(n or 0) for n in counts)
            found[i] = Inclusion(filled, distinct, orphans, orphan_values, referred, most, words[i])
        return [found.get(i, Inclusion()) for i in range(len(tests))]

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        with _comparing():
            return self._engine.run(lambda: self._engine.ask(sql))

    def _show(self, name: str, table: Any, sql: str) -> None:
        with _comparing():
            self._engine.run(lambda: self._engine.show(name, table, sql))

    def __enter__(self) -> KeyValues:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()


@contextmanager
def _comparing() -> Iterator[None]:
    """Failures of the engine as something that a user understands, without any value."""
    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError):
        raise ComparingError(
            "comparing the keys takes more memory than allowed",
            "free some memory or disk space, then collect again",
        ) from None
    except (duckdb.Error, OSError) as error:
        raise ComparingError(
            f"the keys could not be compared: {type(error).__name__}",
            "see that the disk of the temporary folder has room, then collect again",
        ) from None


def _plain(values: Any, fold: bool) -> Any:
    """Values as they are compared."""
    values = _short(pc.utf8_trim_whitespace(values))
    if fold:
        return pc.utf8_lower(values)
    # UUIDs are written in either case.
    first = next((v for v in values[:20].to_pylist() if v), "")
    if len(first.strip("{}")) == 36 and first.count("-") == 4:
        return pc.utf8_lower(pc.utf8_trim(values, "{}"))
    return values


def _short(values: Any) -> Any:
    longest = pc.max(pc.binary_length(values)).as_py()
    if longest is not None and longest > _LONGEST:
        return pc.utf8_slice_codeunits(values, 0, _LONGEST)
    return values


def _numbers(parts: list[tuple[int, int]]) -> Any:
    return pa.array(np.concatenate([np.full(size, number, np.int32) for number, size in parts]))


def _all(parts: list[Any]) -> Any:
    return pa.chunked_array(parts, pa.string())


def _sql(values: Iterable[str]) -> str:
    return ", ".join("'" + v.replace("'", "''") + "'" for v in values)
