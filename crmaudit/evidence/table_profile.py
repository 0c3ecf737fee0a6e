"""What the rows of a table really look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from crmaudit.evidence.provenance import EXACT, Document, Method, Status

Logical = Literal["text", "integer", "number", "boolean", "date", "datetime", "time", "binary"]
Masking = Literal["none", "shape"]


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value as it may be shown (in clear or as a shape) and how often it occurs."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class ShapeCount:
    """A character shape (`A` upper, `a` lower, `9` digit) and how often it occurs."""

    shape: str
    count: int


@dataclass(frozen=True, slots=True)
class Quantile:
    """`value` is a number, or an ISO date or time; `p` lies in [0, 1]."""

    p: float
    value: str


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Statistics of one column.

    Counts are of rows. `nulls` are SQL nulls, `blanks` are texts that are
    empty or only white space (never counted as nulls). `distinct` counts
    different values without null, `uniques` the values that occur exactly
    once; both are None where they were not measured, with the reason in
    `status`. `minimum`, `maximum`, `top` and `quantiles` hold no personal
    value: where `masking` is `shape` they hold shapes only. `mean`,
    `deviation` (sample standard deviation) are of the values read as numbers.
    `unparsable` counts values that are not of the declared type, `broken`
    values with NUL or broken encoding, `not_finite` NaN and infinities.
    Statistics named in `methods` are not exact; all others are.
    """

    name: str
    type: str
    logical: Logical
    rows: int
    nulls: int
    blanks: int = 0
    distinct: int | None = None
    uniques: int | None = None
    minimum: str | None = None
    maximum: str | None = None
    mean: float | None = None
    deviation: float | None = None
    quantiles: tuple[Quantile, ...] = ()
    length_min: int | None = None
    length_mean: float | None = None
    length_max: int | None = None
    top: tuple[ValueCount, ...] = ()
    shapes: tuple[ShapeCount, ...] = ()
    masking: Masking = "shape"
    unparsable: int = 0
    broken: int = 0
    not_finite: int = 0
    methods: Mapping[str, Method] = field(default_factory=dict)
    status: Status = Status()

    @property
    def filled(self) -> int:
        """Rows that hold a value: neither null nor blank."""
        return self.rows - self.nulls - self.blanks


@dataclass(frozen=True, slots=True)
class TableProfile(Document):
    """Statistics of one table, all columns read in one stream."""

    kind: ClassVar[str] = "profile"
    table: str = ""
    rows: int = 0
    rows_method: Method = EXACT
    columns: tuple[ColumnProfile, ...] = ()
    seconds: float = 0.0

    @property
    def subject(self) -> str:
        return self.table

    def column(self, name: str) -> ColumnProfile:
        """The profile of that column; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
