"""A source made of lists, and what a profile of them must say, worked out slowly."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pyarrow as pa

from crmaudit.evidence import Catalog, Column, ColumnProfile, Table, TableProfile
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.plan import Plan
from crmaudit.sources import Source, Statement

Values = list[str | None]


class ListSource(Source):
    """Tables of texts. `fails` is called with table and batch number before each batch."""

    def __init__(
        self,
        tables: Mapping[str, Mapping[str, Values]],
        types: Mapping[str, str] | None = None,
        engine: str = "postgresql",
        batch: int = 1000,
        fails: Callable[[str, int], None] = lambda table, number: None,
    ) -> None:
        self.engine, self.address, self.snapshot = engine, "list", "s1"
        self.sent: list[Statement] = []
        self.broken: dict[str, int] = {}
        self._data, self._types, self._batch, self._fails = tables, types or {}, batch, fails
        self.tables = tuple(
            Table(
                name,
                columns=tuple(Column(c, self._types.get(c, "varchar(99)")) for c in columns),
                rows=len(next(iter(columns.values()), [])),
            )
            for name, columns in tables.items()
        )

    def stream(self, table: Table, columns: Sequence[Column], where: str = "") -> Any:
        schema = pa.schema([(c.name, pa.string()) for c in columns])

        def batches() -> Iterator[Any]:
            data = [self._data[table.name][c.name] for c in columns]
            for number, start in enumerate(range(0, table.rows or 0, self._batch)):
                self._fails(table.name, number)
                arrays = [pa.array(v[start : start + self._batch], pa.string()) for v in data]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

        return pa.RecordBatchReader.from_batches(schema, batches())

    def catalog(self, system: str) -> Catalog:
        raise NotImplementedError

    def statement(self, table: Table, columns: Sequence[Column], where: str = "") -> Statement:
        raise NotImplementedError

    def query(self, sql: str, purpose: str) -> list[tuple[object, ...]]:
        raise NotImplementedError

    def quote(self, name: str) -> str:
        raise NotImplementedError

    def close(self) -> None:
        pass


def profile_columns(
    columns: Mapping[str, Values],
    types: Mapping[str, str] | None = None,
    engine: str = "postgresql",
    plan: Plan | None = None,
) -> TableProfile:
    """The profile of one table `t`."""
    source = ListSource({"t": columns}, types, engine)
    (found,) = profile(source, source.tables, plan or Plan(system="crm"))
    return found


def profile_of(
    values: Values, type_: str = "varchar(99)", name: str = "code", engine: str = "postgresql"
) -> ColumnProfile:
    """The profile of one column."""
    found = profile_columns({name: values}, {name: type_}, engine)
    assert found.provenance.status.state == "done", found.provenance.status
    return found.columns[0]


def is_blank(value: str) -> bool:
    return not value.strip().strip("\u200b\ufeff").strip()


def slow_counts(values: Values) -> dict[str, Any]:
    """Counts and lengths, value by value."""
    filled = [v for v in values if v is not None and not is_blank(v)]
    counted = Counter(filled)
    lengths = [len(v) for v in filled]
    return {
        "rows": len(values),
        "nulls": sum(v is None for v in values),
        "blanks": sum(v is not None and is_blank(v) for v in values),
        "distinct": len(counted),
        "uniques": sum(n == 1 for n in counted.values()),
        "broken": sum("\ufffd" in v for v in filled),
        "length_min": min(lengths, default=None),
        "length_max": max(lengths, default=None),
        "top_counts": sorted((n for n in counted.values() if n > 1), reverse=True)[:10],
    }


def quantile(ordered: Sequence[Any], p: float) -> Any:
    """The smallest value that at least the share p of the values does not exceed."""
    exact = Fraction(str(p)) * len(ordered)
    return ordered[max(1, math.ceil(exact)) - 1]
