"""How good the data are by dimension: pass rates with numerator and denominator.

Dimensions are those of DAMA UK (2013). A score is Σ weight·passed ÷ Σ
weight·applicable over the columns of a table, the tables of an entity, the
entities of a system; what was not measured is in neither sum. Everything here
reads evidence only.

completeness  filled ÷ rows, over the columns that people are to fill: not those
              the program fills (keys, stamps, flags), not those without any value
              (they are unused, and counted apart)
uniqueness    different values ÷ filled, over columns that are declared unique by
              themselves and those named as the table's identifier; that two
              records mean one person is a question of matching, not asked here
validity      values that pass all checks (`crmaudit.quality.checks`) ÷ filled;
              stamps of creation and change that lie after the as-of month fail too
timeliness    records changed within the last `fresh_days` days before as-of ÷
              records with a date of change; by whole months, the month in which
              the period begins counted in; dates after as-of count as not passed
consistency, accuracy  need rules between tables and a reference: not assessed here
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from crmaudit.evidence import EXACT, ColumnProfile, Method, Table, TableProfile
from crmaudit.quality.column_roles import (
    is_created_stamp,
    is_identifier,
    is_modified_stamp,
    is_system_column,
    unique_columns,
)

DIMENSIONS = (
    "completeness",
    "uniqueness",
    "validity",
    "timeliness",
    "consistency",
    "accuracy",
)
FRESH_DAYS = 365

_ELSEWHERE = {
    "consistency": "needs rules between columns, tables and systems",
    "accuracy": "needs a trusted reference to compare with",
}


@dataclass(frozen=True, slots=True)
class Score:
    """A pass rate. `passed` and `applicable` are counts, weighted where scores were combined.

    A score without anything it applies to is not assessed and says why.
    """

    dimension: str
    passed: float = 0
    applicable: float = 0
    method: Method = EXACT
    evidence: tuple[str, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.applicable and not self.reason:
            raise ValueError("a score that is not assessed needs a reason")
        if not 0 <= self.passed <= self.applicable:
            raise ValueError(f"passed {self.passed} of {self.applicable}")

    @property
    def share(self) -> float | None:
        """Passed ÷ applicable in [0, 1]; None where not assessed."""
        return self.passed / self.applicable if self.applicable else None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Scores of one thing by dimension."""

    scores: Mapping[str, Score]

    def mean(self, weights: Mapping[str, float] | None = None) -> float | None:
        """Weighted mean of the shares that were assessed; None where none was."""
        weighed = [
            (s.share, (weights or {}).get(name, 1.0))
            for name, s in self.scores.items()
            if s.share is not None
        ]
        total = sum(w for _, w in weighed)
        return sum(share * w for share, w in weighed) / total if total else None

    @property
    def worst(self) -> Score | None:
        """The assessed dimension with the lowest share; None where none was."""
        assessed = [s for s in self.scores.values() if s.share is not None]
        return min(assessed, key=lambda s: s.passed / s.applicable, default=None)


def score_table(
    profile: TableProfile,
    table: Table | None = None,
    as_of: date | None = None,
    fresh_days: int = FRESH_DAYS,
    weights: Mapping[str, float] | None = None,
) -> Scorecard:
    """A table's scores; `weights` by column name, 1 where not given.

    `table` is what the catalog declares: without it only names tell what is
    unique. Without `as_of` timeliness is not assessed.
    """
    if profile.provenance.status.state == "failed":
        reason = f"the table could not be profiled: {profile.provenance.status.reason}"
        return Scorecard({d: Score(d, reason=_ELSEWHERE.get(d, reason)) for d in DIMENSIONS})
    card = combine(
        (score_column(profile, c, table, as_of, fresh_days), (weights or {}).get(c.name, 1.0))
        for c in profile.columns
    )
    reasons = {
        "completeness": "no column that people fill holds a value",
        "uniqueness": "no column is declared unique or named as identifier",
        "validity": "no column holds a value that could be checked",
        "timeliness": "no date of change, or no as-of date",
    }
    if not profile.rows:
        reasons = dict.fromkeys(reasons, "the table is empty")
    return Scorecard(
        {
            d: replace(s, reason=reasons[d]) if s.share is None and d in reasons else s
            for d, s in card.scores.items()
        }
    )


def score_column(
    profile: TableProfile,
    column: ColumnProfile,
    table: Table | None = None,
    as_of: date | None = None,
    fresh_days: int = FRESH_DAYS,
) -> Scorecard:
    """A column's scores, as part of its table (`score_table`)."""
    if column.status.state == "failed":
        reason = f"the column could not be profiled: {column.status.reason}"
        return Scorecard({d: Score(d, reason=_ELSEWHERE.get(d, reason)) for d in DIMENSIONS})
    found = {
        "completeness": _completeness(profile, column, table),
        "uniqueness": _uniqueness(profile, column, table),
        "validity": _validity(column, as_of),
        "timeliness": _timeliness(column, as_of, fresh_days),
    }
    evidence = (profile.id,)
    scores = {}
    for dimension in DIMENSIONS:
        result = found.get(dimension, _ELSEWHERE.get(dimension, ""))
        if isinstance(result, str):
            scores[dimension] = Score(dimension, reason=result)
        else:
            method = next(iter(column.methods.values()), EXACT)
            scores[dimension] = Score(dimension, *result, method=method, evidence=evidence)
    return Scorecard(scores)


def combine(cards: Iterable[tuple[Scorecard, float]]) -> Scorecard:
    """One scorecard out of several, each with its weight (not negative)."""
    weighed = list(cards)
    return Scorecard({d: _combined(d, weighed) for d in DIMENSIONS})


def unused_columns(profile: TableProfile) -> tuple[str, ...]:
    """Columns of a table with rows in which no row holds a value."""
    return tuple(
        c.name for c in profile.columns if c.rows and not c.filled and c.status.state != "failed"
    )


def _combined(dimension: str, cards: list[tuple[Scorecard, float]]) -> Score:
    scores = [(card.scores[dimension], weight) for card, weight in cards if weight > 0]
    assessed = [(s, w) for s, w in scores if s.share is not None]
    if not assessed:
        missing = _ELSEWHERE.get(dimension, "nothing was measured")
        reasons = dict.fromkeys(s.reason for s, _ in scores)
        return Score(dimension, reason="; ".join(reasons) or missing)
    # One part that is not exact makes the whole inexact.
    inexact = [s.method for s, _ in assessed if s.method.kind != "exact"]
    return Score(
        dimension,
        sum(s.passed * w for s, w in assessed),
        sum(s.applicable * w for s, w in assessed),
        inexact[0] if inexact else EXACT,
        tuple(dict.fromkeys(e for s, _ in assessed for e in s.evidence)),
    )


Found = tuple[int, int] | str
"""Passed and applicable, or why it was not assessed."""


def _completeness(profile: TableProfile, column: ColumnProfile, table: Table | None) -> Found:
    if not column.rows:
        return "the table is empty"
    if is_system_column(column.name, profile.table, table):
        return "the program fills this column itself"
    if not column.filled:
        return "unused: no row holds a value"
    return column.filled, column.rows


def _uniqueness(profile: TableProfile, column: ColumnProfile, table: Table | None) -> Found:
    declared = column.name in unique_columns(table)
    if not declared and not is_identifier(column.name, profile.table):
        return "not declared unique and not named as identifier"
    if column.distinct is None:
        return "different values were not counted"
    if not column.filled:
        return "no row holds a value"
    return column.distinct, column.filled


def _validity(column: ColumnProfile, as_of: date | None) -> Found:
    passed, applicable = column.checks.get("valid", (0, 0))
    if not applicable:
        return "no row holds a value" if not column.filled else "its content is not checked"
    is_stamp = is_modified_stamp(column.name) or is_created_stamp(column.name)
    if as_of and is_stamp:
        # Years from 2200 on have failed already.
        ahead = sum(n for m, n in column.months.items() if as_of.isoformat()[:7] < m < "2200")
        passed = max(0, passed - ahead)
    return passed, applicable


def _timeliness(column: ColumnProfile, as_of: date | None, fresh_days: int) -> Found:
    if not is_modified_stamp(column.name):
        return "not a date of change"
    if as_of is None:
        return "no as-of date"
    if not column.months:
        return "holds no dates"
    first = (as_of - timedelta(days=fresh_days)).isoformat()[:7]
    last = as_of.isoformat()[:7]
    fresh = sum(n for month, n in column.months.items() if first <= month <= last)
    return fresh, sum(column.months.values())
