"""Near-functional dependencies: columns in which equal values go with equal values.

The strength of A → B is the share of rows that hold the value of B that most
rows with their value of A have, over rows whose value of A is shared: one minus
the error g3 of Kivinen and Mannila (1995). A column that nearly always has the
same value depends on everything by that measure; so the share of the errors of
"always the most frequent value" that knowing A spares has to be large as well:
the lambda of Goodman and Kruskal (1954).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crmaudit.evidence.semantic import SemanticType
from crmaudit.evidence.table_profile import Logical

STRENGTH = 0.95
"""A dependency of less strength is a tendency, whose exceptions are no errors."""
LAMBDA = 0.8
LEAST_GROUPS = 8
"""Fewer groups in which rows agree could do so by chance."""
LEAST_VALUES = 8
"""Columns of fewer different values determine nothing that one can be sure of."""
EXCEPTIONS = 5
"""So many rows that contradict, all of one value of another column, are no errors."""
MAJORITY = 0.6
"""The value that at least this share of a group, of three rows and more, has is its right one."""

_NEVER: frozenset[SemanticType] = frozenset(
    {
        *("family name", "full name", "text", "machine text", "secret", "money", "percentage"),
        *("number", "counter", "flag", "consent", "soft delete", "owner", "created by"),
        *("created at", "modified at", "modified by", "date", "birth date", "status", "unused"),
        *(
            "ip address",
            "uuid",
            "discriminator",
            "latitude",
            "longitude",
            "access",
            "handle",
            "login",
            "file name",
        ),
    }
)
# To whom a record belongs and what a person is called is decided, it does not follow.
_NO_DEPENDENT: frozenset[SemanticType] = frozenset({"reference", "given name"})
_NO_DETERMINANT: frozenset[SemanticType] = frozenset(
    {
        "category",
        "house number",
        "gender",
        "salutation",
        "language",
        "currency",
        "country",
        "job title",
    }
)


@dataclass(frozen=True, slots=True)
class Strength:
    """Of `rows` rows whose determinant is shared, `kept` agree with most of theirs.

    `groups` groups have three rows and more.
    """

    kept: int
    rows: int
    groups: int
    spared: float

    @property
    def holds(self) -> bool:
        return (
            self.groups >= LEAST_GROUPS
            and self.kept >= STRENGTH * self.rows
            and self.spared >= LAMBDA
        )


def may_determine(semantic: SemanticType | None, logical: Logical, distinct: int) -> bool:
    """Whether values of such a column may say what stands in another one."""
    return (
        _takes_part(semantic, logical, distinct)
        and semantic not in _NO_DETERMINANT
        and distinct >= LEAST_VALUES
    )


def may_depend(semantic: SemanticType | None, logical: Logical, distinct: int) -> bool:
    """Whether the values of such a column may follow from another's."""
    return _takes_part(semantic, logical, distinct) and semantic not in _NO_DEPENDENT


def area(semantic: SemanticType | None, value: str) -> str:
    """SQL for the part of a value that says more than the whole does; empty: there is none.

    A British postcode is that of a street, what stands before its last three
    signs that of a town.
    """
    if semantic != "postcode":
        return ""
    street = "[ -]?[0-9][A-Za-z]{2}\\s*$"
    return (
        f"CASE WHEN regexp_matches({value}, '^\\s*[A-Za-z]{{1,2}}[0-9][A-Za-z0-9]?{street}') "
        f"THEN upper(regexp_replace(trim({value}), '{street}', '')) END"
    )


def _takes_part(semantic: SemanticType | None, logical: Logical, distinct: int) -> bool:
    return logical in ("text", "integer") and semantic not in _NEVER and distinct >= 2


def strength(determinant: Any, dependent: Any) -> Strength:
    """How well one column follows from another; both are codes, -1 for no value."""
    groups = _Groups(determinant, dependent)
    rows = int(groups.sizes[groups.shared].sum())
    kept = int(groups.most[groups.shared].sum())
    if not rows:
        return Strength(0, 0, 0, 0.0)
    in_shared = groups.shared[groups.of]
    totals = np.bincount(groups.dependents[in_shared], groups.counts[in_shared])
    always = int(totals.max())
    spared = (kept - always) / (rows - always) if rows > always else 0.0
    return Strength(kept, rows, int((groups.sizes >= 3).sum()), spared)


def contradictions(determinant: Any, dependent: Any) -> Any:
    """The numbers of the rows that contradict the majority of their group."""
    groups = _Groups(determinant, dependent)
    # The last place is that of no value, -1.
    size = int(determinant.max(initial=-1)) + 2
    right = np.full(size, -1, np.int64)
    sure = (groups.sizes >= 3) & (groups.most >= MAJORITY * groups.sizes)
    best = groups.firsts[sure]
    right[groups.determinants[best]] = groups.dependents[best]
    known = np.where(determinant >= 0, right[determinant], -1)
    return np.flatnonzero((known >= 0) & (dependent >= 0) & (dependent != known))


def explained(rows: Any, columns: Sequence[Any]) -> Any:
    """Which of the contradicting rows another column explains, as a mask.

    Where nearly all rows of a value contradict, and more than a few, that value
    has an order of its own: the averages of another state, the prices of another
    price list.
    """
    found = np.zeros(len(rows), bool)
    if len(rows) < EXCEPTIONS:
        return found
    for codes in columns:
        here = codes[rows]
        width = int(codes.max()) + 1
        if not width:
            continue
        wrong = np.bincount(here[here >= 0], minlength=width)
        of = np.bincount(codes[codes >= 0], minlength=width)
        own = (wrong >= EXCEPTIONS) & (wrong >= 0.8 * of)
        found |= (here >= 0) & own[here]
    return found


class _Groups:
    """Rows with equal determinants: `sizes`, the `most` that agree, and where the pairs stand."""

    def __init__(self, determinant: Any, dependent: Any) -> None:
        filled = (determinant >= 0) & (dependent >= 0)
        width = max(1, int(dependent.max(initial=-1)) + 1)
        pairs = determinant[filled].astype(np.int64) * width + dependent[filled]
        pairs, self.counts = np.unique(pairs, return_counts=True)
        self.determinants, self.dependents = pairs // width, pairs % width
        starts = np.flatnonzero(np.diff(self.determinants, prepend=-1))
        if not len(starts):
            self.sizes = self.most = self.firsts = self.of = np.zeros(0, np.int64)
            self.shared = np.zeros(0, bool)
            return
        self.sizes = np.add.reduceat(self.counts, starts)
        self.most = np.maximum.reduceat(self.counts, starts)
        # The first pair of each group that has the most rows.
        self.of = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(pairs)))
        top = np.flatnonzero(self.counts == self.most[self.of])
        _, first = np.unique(self.of[top], return_index=True)
        self.firsts = top[first]
        self.shared = self.sizes >= 2
