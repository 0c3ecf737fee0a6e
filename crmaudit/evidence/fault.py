"""Errors that nobody wrote a rule for, as counted in the rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from crmaudit.evidence.prose import Prose
from crmaudit.messages import Kept

FaultKind = Literal[
    "impossible date",
    "default date",
    "date in the future",
    "placeholder",
    "wrong kind of value",
    "invalid value",
    "mixed formats",
    "swapped columns",
    "damaged encoding",
    "surrounding blanks",
    "inconsistent case",
    "spelling variant",
    "broken dependency",
    "order of dates",
    "outlier",
    "unused custom field",
    "overlapping categories",
]

FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
VARIANTS: frozenset[FaultKind] = frozenset(
    {"inconsistent case", "spelling variant", "overlapping categories"}
)
"""Kinds whose example is the value and, after `for`, the usual one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of error in one column, or between the columns of one table.

    `rows` rows of `of` that it could be in have it. `columns` are those
    concerned, the faulty one first. `example` is masked
    (`crmaudit.evidence.privacy`), `detail` a short sentence without any
    value that may not be shown. `confidence` in [0, 1] is the share of such
    rows that one may expect to be real errors. `sampled`: rows looked at where
    not all were, so that `rows` and `of` count those.
    """

    kind: FaultKind
    columns: tuple[str, ...]
    rows: int
    of: int
    example: str = ""
    detail: Prose = ""
    confidence: float = 1.0
    sampled: int | None = None

    @property
    def shown(self) -> str:
        """The example as a report says it; of a variant, what stands for what."""
        return (
            Kept(self.example)
            if self.kind in VARIANTS and " for " in self.example
            else self.example
        )


@dataclass(frozen=True, slots=True)
class Dependency:
    """A near-functional dependency: one value of `determinant` goes with one of `dependent`.

    Of `rows` rows in groups of two and more, `kept` hold the value that most
    of their group have.
    """

    determinant: str
    dependent: str
    kept: int
    rows: int


@dataclass(frozen=True, slots=True)
class DateOrder:
    """Two columns of dates of which one is not before the other, in `kept` of the `rows` with both.

    Days are compared where one of them holds no time.
    """

    earlier: str
    later: str
    kept: int
    rows: int


@dataclass(frozen=True, slots=True)
class MissingPattern:
    """Columns that are empty together in `rows` rows, and all others filled."""

    columns: tuple[str, ...]
    rows: int
