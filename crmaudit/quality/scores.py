"""How good the data are by dimension: pass rates with numerator and denominator.

Dimensions are those of DAMA UK (2013); `crmaudit.quality.counts` says what
each of them counts. A score is Σ weight·passed ÷ Σ weight·applicable over the
columns of a table, the tables of an entity, the tables of a system; what was
not measured is in neither sum. The score over all is the weighted mean of the
dimensions that were assessed, so that many passed checks of one dimension hide
no other; beside it stand the worst dimension and the share of records without
any fault. Everything here reads evidence only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from crmaudit.evidence import EXACT, ColumnProfile, Method, Table, TableProfile
from crmaudit.messages import joined, msg
from crmaudit.quality.counts import (
    DIMENSIONS,
    FRESH_DAYS,
    LACKING,
    About,
    Count,
    column_counts,
    table_counts,
)

__all__ = [
    "DIMENSIONS",
    "FRESH_DAYS",
    "Clean",
    "Score",
    "Scorecard",
    "card_of",
    "combine",
    "overall",
    "score_column",
    "score_table",
    "unused_columns",
    "wilson",
]

_Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Score:
    """A pass rate. `passed` and `applicable` are counts, weighted where scores were combined.

    `counted` are the same without weights, where that differs. `value` is the
    share of a score that is a mean of others, whose counts it adds up.
    Of what a model estimated, with 95 % confidence no more than `slack[0]` fewer
    and `slack[1]` more of `applicable` have passed.
    A score without anything it applies to is not assessed and says why.
    """

    dimension: str
    passed: float = 0
    applicable: float = 0
    method: Method = EXACT
    evidence: tuple[str, ...] = ()
    reason: str = ""
    counted: tuple[int, int] | None = None
    value: float | None = None
    slack: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if not self.applicable and not self.reason:
            raise ValueError("a score that is not assessed needs a reason")
        if not 0 <= self.passed <= self.applicable:
            raise ValueError(
                msg("passed {passed} of {whole}", passed=self.passed, whole=self.applicable)
            )

    @property
    def share(self) -> float | None:
        """Passed ÷ applicable in [0, 1]; None where not assessed."""
        if not self.applicable:
            return None
        return self.passed / self.applicable if self.value is None else self.value

    @property
    def checks(self) -> tuple[int, int]:
        """Passed and applicable as they were counted, without any weight."""
        return self.counted or (round(self.passed), round(self.applicable))

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share lies, with 95 % confidence, if a sample was read or a model asked.

        Values of one row are no independent draws: no more of them count than
        rows were looked at. The errors of estimates are added to that and to
        each other, as if all were off to the same side: none may be too small.
        None where all was counted.
        """
        if self.share is None:
            return None
        low = high = self.share
        if self.method.kind == "sample":
            n = self.checks[1]
            low, high = wilson(self.share, n if self.method.n is None else min(n, self.method.n))
        elif not any(self.slack):
            return None
        fewer, more = (apart / self.applicable for apart in self.slack)
        return max(0.0, low - fewer), min(1.0, high + more)


@dataclass(frozen=True, slots=True)
class Clean:
    """Records without any fault, in a value or between columns, of those looked at."""

    records: int
    looked_at: int

    @property
    def share(self) -> float | None:
        return self.records / self.looked_at if self.looked_at else None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Scores of one thing by dimension, and its records without any fault (None: not counted).

    `weights` are those of the dimensions, 1 where not given.
    """

    scores: Mapping[str, Score]
    clean: Clean | None = None
    weights: Mapping[str, float] = field(default_factory=dict)

    def mean(self, weights: Mapping[str, float] | None = None) -> float | None:
        """Weighted mean of the shares that were assessed; None where none was."""
        own = self.weights if weights is None else weights
        weighed = [
            (s.share, own.get(name, 1.0)) for name, s in self.scores.items() if s.share is not None
        ]
        total = sum(w for _, w in weighed)
        return sum(share * w for share, w in weighed) / total if total else None

    @property
    def worst(self) -> Score | None:
        """The assessed dimension with the lowest share; None where none was."""
        assessed = [(s.share, s) for s in self.scores.values() if s.share is not None]
        return min(assessed, key=lambda a: a[0], default=(0.0, None))[1]


def wilson(share: float, n: int) -> tuple[float, float]:
    """The score interval of 95 % for a share seen in `n` draws (Wilson 1927).

    (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n)
    """
    if n < 1:
        return 0.0, 1.0
    square = _Z * _Z / n
    middle = share + square / 2
    spread = _Z * math.sqrt(share * (1 - share) / n + square / (4 * n))
    # At 0 and 1 the formula gives exactly the share, were it not for rounding.
    low = 0.0 if share <= 0 else (middle - spread) / (1 + square)
    high = 1.0 if share >= 1 else (middle + spread) / (1 + square)
    return max(0.0, low), min(1.0, high)


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
    return card_of(profile, About(table, as_of, fresh_days, own=weights or {}))


def score_column(
    profile: TableProfile,
    column: ColumnProfile,
    table: Table | None = None,
    as_of: date | None = None,
    fresh_days: int = FRESH_DAYS,
) -> Scorecard:
    """A column's scores, as part of its table (`score_table`)."""
    return card_of(profile, About(table, as_of, fresh_days), column)


def card_of(profile: TableProfile, about: About, column: ColumnProfile | None = None) -> Scorecard:
    """The scores of a table or part of one, or of one of its columns, by all that is known."""
    if column is not None:
        counts, reasons = column_counts(profile, column, about)
        counts += [c for c in table_counts(profile, about) if c.column == column.name]
        # By itself it is all there is: its weight says nothing.
        return _card([replace(c, weight=1.0) for c in counts], reasons)
    status = profile.provenance.status
    if status.state == "failed":
        reason = msg("the table could not be profiled: {reason}", reason=status.reason)
        return _card([], {d: LACKING.get(d, reason) for d in DIMENSIONS})
    counts = [n for c in profile.columns for n in column_counts(profile, c, about)[0]]
    counts += table_counts(profile, about)
    reasons = {
        **LACKING,
        "completeness": msg("no column that people fill holds a value"),
        "uniqueness": msg("no column is declared unique or named as identifier"),
        "validity": msg("no column holds a value that could be checked"),
        "timeliness": msg("no date of change, or no as-of date")
        if about.ages
        else msg("written once, not kept up"),
    }
    if not profile.rows:
        empty = dict.fromkeys(DIMENSIONS, msg("the table is empty"))
        reasons = {**empty, **LACKING}
    clean = None
    if profile.clean is not None and profile.looked_at:
        clean = Clean(profile.clean, profile.looked_at)
    return _card(counts, reasons, clean)


def combine(
    cards: Iterable[tuple[Scorecard, float]], weights: Mapping[str, float] | None = None
) -> Scorecard:
    """One scorecard out of several, each with its weight (not negative).

    `weights` are those of the dimensions. Records without fault are added up
    where they were counted, so that their share is of the tables looked at.
    """
    weighed = [(card, weight) for card, weight in cards if weight > 0]
    clean = [card.clean for card, _ in weighed if card.clean is not None]
    return Scorecard(
        {d: _combined(d, weighed) for d in DIMENSIONS},
        Clean(sum(c.records for c in clean), sum(c.looked_at for c in clean)) if clean else None,
        weights or {},
    )


def overall(card: Scorecard) -> Score:
    """The mean of a scorecard's dimensions as one score, of the dimension `overall`.

    `passed` and `applicable` add up the counts behind it; `share` is the mean.
    """
    assessed = [s for s in card.scores.values() if s.share is not None]
    if not assessed:
        reasons = dict.fromkeys(s.reason for s in card.scores.values())
        return Score("overall", reason=joined("; ", reasons) or msg("nothing was measured"))
    checks = [s.checks for s in assessed]
    applicable = sum(whole for _, whole in checks)
    weight = {s.dimension: card.weights.get(s.dimension, 1.0) for s in assessed}
    total = sum(weight.values())
    return Score(
        "overall",
        sum(passed for passed, _ in checks),
        applicable,
        _joint(s.method for s in assessed),
        tuple(dict.fromkeys(e for s in assessed for e in s.evidence)),
        value=card.mean(),
        # An error of a dimension's share has the dimension's part in the mean.
        slack=_added(
            (s.slack, weight[s.dimension] / total * applicable / s.applicable)
            for s in assessed
            if total
        ),
    )


def unused_columns(profile: TableProfile) -> tuple[str, ...]:
    """Columns of a table with rows in which no row holds a value."""
    return tuple(
        c.name for c in profile.columns if c.rows and not c.filled and c.status.state != "failed"
    )


def _card(
    counts: Iterable[Count], reasons: Mapping[str, str], clean: Clean | None = None
) -> Scorecard:
    by_dimension: dict[str, list[Count]] = {d: [] for d in DIMENSIONS}
    for count in counts:
        by_dimension[count.dimension].append(count)
    scores = {}
    for dimension, found in by_dimension.items():
        counted = [c for c in found if c.applicable and c.weight > 0]
        if not counted:
            weightless = any(c.applicable for c in found)
            reason = msg("what was counted weighs 0") if weightless else reasons.get(dimension, "")
            reason = reason or msg("nothing was measured")
            scores[dimension] = Score(dimension, reason=reason)
            continue
        scores[dimension] = Score(
            dimension,
            _whole(sum(c.passed * c.weight for c in counted)),
            _whole(sum(c.applicable * c.weight for c in counted)),
            _joint(c.method for c in counted),
            tuple(dict.fromkeys(c.evidence for c in counted if c.evidence)),
            counted=(sum(c.passed for c in counted), sum(c.applicable for c in counted)),
            slack=_added((c.slack, c.weight) for c in counted),
        )
    return Scorecard(scores, clean)


def _combined(dimension: str, cards: list[tuple[Scorecard, float]]) -> Score:
    scores = [(card.scores[dimension], weight) for card, weight in cards]
    assessed = [(s, w) for s, w in scores if s.share is not None]
    if not assessed:
        missing = LACKING.get(dimension, "nothing was measured")
        reasons = dict.fromkeys(s.reason for s, _ in scores)
        return Score(dimension, reason=joined("; ", reasons) or missing)
    return Score(
        dimension,
        _whole(sum(s.passed * w for s, w in assessed)),
        _whole(sum(s.applicable * w for s, w in assessed)),
        _joint(s.method for s, _ in assessed),
        tuple(dict.fromkeys(e for s, _ in assessed for e in s.evidence)),
        counted=(sum(s.checks[0] for s, _ in assessed), sum(s.checks[1] for s, _ in assessed)),
        slack=_added((s.slack, w) for s, w in assessed),
    )


def _added(slacks: Iterable[tuple[tuple[float, float], float]]) -> tuple[float, float]:
    weighed = [(fewer * w, more * w) for (fewer, more), w in slacks]
    return sum(fewer for fewer, _ in weighed), sum(more for _, more in weighed)


def _joint(methods: Iterable[Method]) -> Method:
    """One part that is not exact makes the whole inexact; the smallest sample tells the most."""
    inexact = [m for m in methods if m.kind != "exact"]
    sampled = [m for m in inexact if m.kind == "sample"]
    if sampled:
        return min(sampled, key=lambda m: math.inf if m.n is None else m.n)
    return inexact[0] if inexact else EXACT


def _whole(count: float) -> float:
    """Counts stay whole numbers where no weight made them fractions."""
    return int(count) if count == int(count) else count
