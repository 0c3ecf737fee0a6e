"""What the rows of a table really look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from crmaudit.evidence.fault import DateOrder, Dependency, Fault, MissingPattern
from crmaudit.evidence.provenance import EXACT, Document, Method, Status
from crmaudit.evidence.semantic import Semantic

Logical = Literal["text", "integer", "number", "boolean", "date", "datetime", "time", "binary"]
Masking = Literal["none", "shape", "pseudonym", "nothing"]


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value as it may be shown and how often it occurs; `masked`: by its shape."""

    value: str
    count: int
    masked: bool = True


@dataclass(frozen=True, slots=True)
class ShapeCount:
    """A character shape (`crmaudit.evidence.privacy.shape`) and how often it occurs."""

    shape: str
    count: int


@dataclass(frozen=True, slots=True)
class Quantile:
    """`value` is a number, or an ISO date or time; `p` lies in [0, 1]."""

    p: float
    value: str


@dataclass(frozen=True, slots=True)
class Bin:
    """Values from `low` up to `high` (the last bin: up to and including it) in `count` rows."""

    low: str
    high: str
    count: int


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Statistics of one column.

    Counts are of rows. `nulls` are SQL nulls, `blanks` are texts that are
    empty or only white space (never counted as nulls); all else is `filled`,
    and every other statistic is of the filled values. `distinct` counts
    different values, `uniques` the values that occur exactly once; both are
    None where they cannot be known: for binary values, whose content is not
    read, and where the column failed.

    `logical` is the declared type in our words, or the type that all values
    have where the source declares none. `minimum`, `maximum`, `top` and
    `quantiles` hold no personal value: each is shown in clear or by its shape
    (`crmaudit.evidence.privacy`); `masking` is `none` where minimum, maximum
    and quantiles are in clear, and then only there are `mean` and `deviation`
    (sample standard deviation) given. A quantile is the smallest value that at
    least the share p of the values does not exceed. `top` holds the most
    frequent values that occur more than once. Lengths are in characters, for
    binary values in bytes. `shapes` are the most frequent ones.

    `unparsable` counts values that are not of the logical type, `broken`
    values with broken encoding or NUL (both are read as U+FFFD), `not_finite`
    NaN and infinities. `checks` holds per check the rows that pass and those
    that it applies to, `valid` being all checks of the column at once;
    `crmaudit.quality.checks` says what each means. `months` counts the values
    of a date or time column by `YYYY-MM`, unless the column is personal.
    `histogram` divides the range of a column whose range is in clear into bins
    of one width, empty ones too. `semantic` is what the column means, None
    where it was not asked (evidence of an older version, a column that
    failed). `faults` are errors within this column that nobody wrote a rule
    for. Statistics named in `methods` are not exact; all others are.
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
    checks: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)
    histogram: tuple[Bin, ...] = ()
    semantic: Semantic | None = None
    faults: tuple[Fault, ...] = ()
    methods: Mapping[str, Method] = field(default_factory=dict)
    status: Status = field(default_factory=Status)

    @property
    def filled(self) -> int:
        """Rows that hold a value: neither null nor blank."""
        return self.rows - self.nulls - self.blanks


@dataclass(frozen=True, slots=True)
class TableProfile(Document):
    """Statistics of one table, all columns read in one stream.

    `rows` are those of the table; where only some were looked at, columns
    count those, and their `methods` say how many of how many. `seconds` is the
    time that all of it took, `understanding` the part of it that went into
    meanings and faults rather than statistics.

    `where` is the condition, in the source's SQL, of the rows that this
    profile is about, where it is not about all of the table's: a part that
    is one entity; `rows` then counts that part.

    `faults` are errors between columns, `dependencies` the near-functional
    dependencies that held well enough to find errors by, `orders` the pairs of
    dates that nearly always stand in one order. `clean` rows of
    `looked_at` have no fault at all, neither in a value nor between columns
    (missing values are no fault here); None where that was not counted.
    `missing` are the most frequent patterns of columns that are empty
    together, over the columns that some but not all rows fill.
    """

    kind: ClassVar[str] = "profile"
    table: str = ""
    rows: int = 0
    rows_method: Method = EXACT
    columns: tuple[ColumnProfile, ...] = ()
    seconds: float = 0.0
    understanding: float = 0.0
    where: str = ""
    faults: tuple[Fault, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    clean: int | None = None
    looked_at: int | None = None
    missing: tuple[MissingPattern, ...] = ()
    orders: tuple[DateOrder, ...] = ()

    @property
    def subject(self) -> str:
        return f"{self.table} [{self.where}]" if self.where else self.table

    def column(self, name: str) -> ColumnProfile:
        """The profile of that column; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
