"""What was counted about the quality of a table: every pass rate with its denominator.

A `Count` is the least thing that a score is made of. Scores of columns,
tables, entities and systems are sums of counts (`crmaudit.quality.scores`),
so that each can be taken apart again.

completeness  filled ÷ rows, over the columns that people are to fill: not those
              the program fills (keys, stamps), not those that are never empty by
              their default, not those without any value
uniqueness    different values ÷ filled, of columns declared unique or named as
              identifier; rows that share their key with none ÷ rows with a key,
              of other keys that were declared or found. Where records were
              compared with each other their things count, and no longer the
              numbers that the database gives the rows
validity      values without a fault ÷ filled: they pass all checks
              (`crmaudit.quality.checks`) and show none of the errors `INVALID`
consistency   references that lead somewhere ÷ references filled; rows that keep a
              dependency ÷ rows that it speaks of; values written like the others
              ÷ values of columns of codes and formats
timeliness    records changed in the last `fresh_days` days before the day ÷ records
              with a date of change; by whole months; later dates do not pass. Not of
              links and logs, nor of what happened once, such as activities and payments
accuracy      only what expectations say of it, and a system that is trusted more:
              it needs a trusted reference

An expectation that was tested counts in its dimension besides, and so does what
matching tells of records (`crmaudit.quality.matching.counted`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from crmaudit.evidence import (
    EXACT,
    ColumnProfile,
    Fault,
    Method,
    Reference,
    Table,
    TableKey,
    TableProfile,
    Tested,
)
from crmaudit.messages import chained, joined, long_date, msg
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
SURE = 0.7
"""Faults, and keys that were only inferred, count from this confidence on."""

LACKING = {
    "consistency": msg("no reference, dependency or format of it was tested"),
    "accuracy": msg("needs a trusted reference, or an expectation of that dimension"),
}

INVALID: Mapping[str, str] = {
    "placeholder": "placeholder",
    "damaged encoding": "encoding",
    "impossible date": "date plausible",
    "default date": "date plausible",
    "date in the future": "date plausible",
    "wrong kind of value": "email syntax",
    "invalid value": "email syntax",
    "swapped columns": "",
}
"""Kinds of faults that make a value invalid → the check that finds some of the same values."""

WRITTEN = (
    "mixed formats",
    "surrounding blanks",
    "inconsistent case",
    "spelling variant",
    "overlapping categories",
)
"""Kinds of faults of a value that means the right thing and is written unlike the others."""

_FAULTS: Mapping[str, Iterable[str]] = {"validity": INVALID, "consistency": WRITTEN}
"""Dimensions → the kinds of faults that count in them."""

_FORMATTED = frozenset({
    "salutation", "phone", "mobile", "fax", "city", "postcode", "region", "country", "gender",
    "language", "currency", "category", "industry", "status", "job title", "organisation name",
    "given name", "family name", "full name", "e-mail", "url", "tax number", "bank account",
})  # fmt: skip
_BY_PROGRAM = frozenset({
    "uuid", "created at", "created by", "modified at", "modified by", "soft delete",
    "discriminator", "machine text", "secret", "counter", "access",
})  # fmt: skip
_GROUPS = {
    "identity": (
        "given name", "family name", "full name", "organisation name", "birth date",
        "national id", "tax number", "identifier", "uuid",
    ),
    "contact": ("e-mail", "phone", "mobile"),
    "address": (
        "street", "house number", "city", "postcode", "region", "country", "full address",
    ),
    "business": (
        "money", "currency", "percentage", "date", "status", "category", "industry", "consent",
        "owner", "reference", "discriminator", "bank account",
    ),
}  # fmt: skip
_GROUP = {semantic: group for group, types in _GROUPS.items() for semantic in types}

_NO_DEFAULT = re.compile(r"[\s(]*(null|N?'\s*')?[\s)]*(::.*)?", re.IGNORECASE | re.DOTALL)
"""Defaults that leave a column empty."""

_BY_CHECK = {
    "required": "completeness",
    "unique": "uniqueness",
    "pattern": "validity",
    "domain": "validity",
    "minimum": "validity",
    "maximum": "validity",
    "compare": "consistency",
    "reference": "consistency",
    "max_age_days": "timeliness",
    "sql": "validity",
}


@dataclass(frozen=True, slots=True)
class Count:
    """`passed` of `applicable` rows or values, in one dimension, and why the rest did not.

    `column` is empty for what is of the table as a whole, `failed` counts the
    rest by reason; the reasons may overlap. `weight` is the column's. Of what was
    estimated, with 95 % confidence no more than `slack[0]` fewer and `slack[1]`
    more have passed. `meaning` gives what is of no single column its weight.
    """

    dimension: str
    what: str
    passed: int
    applicable: int
    column: str = ""
    weight: float = 1.0
    method: Method = EXACT
    evidence: str = ""
    failed: tuple[tuple[str, int], ...] = ()
    slack: tuple[float, float] = (0.0, 0.0)
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a table besides its profile.

    `table` is what the catalog declares. `keys` and `references` are the table's,
    `keyed` the id of their evidence; `tests` those of this table (or part),
    `tested` the id of theirs; `dimension_of`
    tells the dimension of an expectation where one was declared. `modified`
    are columns that an entity map calls its dates of change, `unique` those
    that hold an attribute defined as unique. `ages`: whether its records are
    to be kept up, rather than tell what happened once. `matched` is what matching
    tells of its records; `compared`: whether it found duplicates among them, or none.
    `importance` is
    the weight of a group of meanings, or a column's own by its name in `own`.
    """

    table: Table | None = None
    day: date | None = None
    fresh_days: int = FRESH_DAYS
    keys: tuple[TableKey, ...] = ()
    references: tuple[Reference, ...] = ()
    keyed: str = ""
    tests: tuple[Tested, ...] = ()
    tested: str = ""
    dimension_of: Mapping[str, str] = field(default_factory=dict)
    modified: frozenset[str] = frozenset()
    unique: frozenset[str] = frozenset()
    ages: bool = True
    matched: tuple[Count, ...] = ()
    compared: bool = False
    importance: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, float] = field(default_factory=dict)

    def weight(self, column: ColumnProfile) -> float:
        """The weight of a column: 1 where nobody knows what it means."""
        if column.name in self.own:
            return self.own[column.name]
        return self.weight_of(column.semantic.type if column.semantic else "")

    def weight_of(self, meaning: str) -> float:
        """The weight of what means this, in whatever column."""
        return self.importance.get(_GROUP.get(meaning, "other"), 1.0)

    def numbers_rows(self, columns: tuple[str, ...]) -> bool:
        """Whether these number the rows of things that were told apart by what is said of them.

        A number that the database gives each row is unique whatever stands in the row.
        """
        return self.compared and self.table is not None and self.table.primary_key == columns


def column_counts(
    profile: TableProfile, column: ColumnProfile, about: About
) -> tuple[list[Count], dict[str, str]]:
    """What was counted of a column by itself, and why a dimension has nothing of it.

    What was counted of it together with others is among `table_counts`.
    """
    weight = about.weight(column)
    found: list[Count] = []
    reasons = dict(LACKING)
    if column.status.state == "failed":
        reason = msg("the column could not be profiled: {reason}", reason=column.status.reason)
        return [], {d: LACKING.get(d, reason) for d in DIMENSIONS}
    for dimension, statistic, count in (
        ("completeness", "nulls", _completeness),
        ("uniqueness", "distinct", _uniqueness),
        ("validity", "checks", _validity),
        ("timeliness", "months", _timeliness),
        ("consistency", "", _written),
    ):
        result = count(profile, column, about)
        if isinstance(result, str):
            reasons[dimension] = result
            continue
        what, passed, applicable, failed = result
        method = column.methods.get(statistic) or next(iter(column.methods.values()), EXACT)
        faults = _FAULTS.get(dimension)
        if faults and method.kind == "exact":
            # What was found in some rows only is no exact count of all.
            sampled = [f.sampled for f in _of(profile, column, faults) if f.sampled is not None]
            method = Method("sample", n=min(sampled)) if sampled else method
        found.append(
            Count(
                dimension,
                what,
                passed,
                applicable,
                column.name,
                # When a record was changed is said of the record, whatever the column weighs.
                1.0 if dimension == "timeliness" else weight,
                method,
                profile.id,
                failed,
            )
        )
    return found, reasons


def table_counts(profile: TableProfile, about: About) -> Iterator[Count]:
    """What was counted between the columns and tables, and what expectations say."""
    weight = {c.name: about.weight(c) for c in profile.columns}
    # Keys are tested on all rows of a table: they say nothing of a part by itself.
    if not profile.where:
        yield from _keys(profile, about)
        yield from _references(about, weight)
    yield from _between(profile, weight)
    for count in about.matched:
        known = count.column in weight
        weighs = weight[count.column] if known else about.weight_of(count.meaning)
        yield replace(count, column=count.column if known else "", weight=weighs)
    for test in about.tests:
        dimension = about.dimension_of.get(test.expectation) or _BY_CHECK.get(test.check, "")
        passed, applicable = test.passed, test.applicable
        if passed is None and applicable and test.faults is not None:
            passed = max(0, applicable - test.faults)
        if dimension and passed is not None and applicable:
            yield Count(
                dimension,
                msg(
                    "expectation {expectation} ({check})",
                    expectation=test.expectation,
                    check=test.check,
                ),
                passed,
                applicable,
                test.column if test.column in weight else "",
                weight.get(test.column, 1.0),
                test.method,
                about.tested,
            )


_Counted = tuple[str, int, int, tuple[tuple[str, int], ...]] | str
"""What, passed, applicable and failed by reason; or why it was not assessed."""


def _completeness(profile: TableProfile, column: ColumnProfile, about: About) -> _Counted:
    if not column.rows:
        return msg("the table is empty")
    if _means(column, _BY_PROGRAM) or is_system_column(column.name, profile.table, about.table):
        return msg("the program fills this column itself")
    if _filled_by_default(column, about):
        return msg("its default fills this column")
    if not column.filled:
        return msg("unused: no row holds a value")
    missing = (("null", column.nulls), ("blank", column.blanks))
    return msg("rows filled"), column.filled, column.rows, tuple(m for m in missing if m[1])


def _filled_by_default(column: ColumnProfile, about: About) -> bool:
    """Whether a row has a value though nobody gave one, and none was emptied."""
    columns = about.table.columns if about.table else ()
    default = next((c.default for c in columns if c.name == column.name), "")
    return column.filled == column.rows and not _NO_DEFAULT.fullmatch(default)


def _uniqueness(profile: TableProfile, column: ColumnProfile, about: About) -> _Counted:
    declared = column.name in unique_columns(about.table) | about.unique
    if not declared and not is_identifier(column.name, profile.table):
        return msg("not declared unique and not named as identifier")
    if about.numbers_rows((column.name,)):
        return msg("it numbers the rows, whose things were counted instead")
    if column.distinct is None:
        return msg("different values were not counted")
    if not column.filled:
        return msg("no row holds a value")
    repeated = column.filled - column.distinct
    failed = (("repeated", repeated),) if repeated else ()
    return msg("different values"), column.distinct, column.filled, failed


def _validity(profile: TableProfile, column: ColumnProfile, about: About) -> _Counted:
    passed, applicable = column.checks.get("valid", (0, 0))
    failing = applicable - passed
    by_check = {c: a - p for c, (p, a) in column.checks.items() if c != "valid" and a > p}
    by_fault: dict[str, int] = {}
    for fault in _of(profile, column, INVALID):
        applicable = applicable or (fault.of if fault.sampled is None else column.filled)
        # Rows that a check has found already are no further faults.
        more = _scaled(fault, column.filled) - by_check.get(INVALID[fault.kind], 0)
        if more > 0:
            by_fault[fault.kind] = by_fault.get(fault.kind, 0) + more
    if not applicable:
        return (
            msg("no row holds a value") if not column.filled else msg("its content is not checked")
        )
    if about.day and (_is_modified(column, about) or is_created_stamp(column.name)):
        # Years from 2200 on have failed already.
        ahead = sum(n for m, n in column.months.items() if about.day.isoformat()[:7] < m < "2200")
        if ahead:
            by_fault["date in the future"] = max(ahead, by_fault.get("date in the future", 0))
    # One value may fail several checks, which `valid` counts once.
    faulty = min(applicable, failing + sum(by_fault.values()))
    failed = {**by_check}
    for kind, rows in by_fault.items():
        failed[kind] = failed.get(kind, 0) + rows
    told = tuple(sorted(failed.items(), key=lambda f: (-f[1], f[0])))
    return msg("values without a fault"), applicable - faulty, applicable, told


def _timeliness(profile: TableProfile, column: ColumnProfile, about: About) -> _Counted:
    if not _is_modified(column, about):
        return msg("not a date of change")
    if not about.ages:
        return msg("written once, not kept up")
    if about.day is None:
        return msg("no as-of date")
    if not column.months:
        return msg("holds no dates")
    first = (about.day - timedelta(days=about.fresh_days)).isoformat()[:7]
    last = about.day.isoformat()[:7]
    fresh = sum(n for month, n in column.months.items() if first <= month <= last)
    total = sum(column.months.values())
    since = msg(
        "changed in the {fresh_days} days before {day}",
        fresh_days=about.fresh_days,
        day=long_date(about.day),
    )
    return since, fresh, total, ((msg("earlier or later"), total - fresh),) if fresh < total else ()


def _written(profile: TableProfile, column: ColumnProfile, about: About) -> _Counted:
    faults = list(_of(profile, column, WRITTEN))
    looked = profile.looked_at is not None and _means(column, _FORMATTED)
    if not column.filled or not (faults or looked):
        return LACKING["consistency"]
    failed = tuple((f.kind, _scaled(f, column.filled)) for f in faults)
    faulty = min(column.filled, sum(n for _, n in failed))
    return msg("values written like the others"), column.filled - faulty, column.filled, failed


def _of(profile: TableProfile, column: ColumnProfile, kinds: Iterable[str]) -> Iterator[Fault]:
    """The sure faults of these kinds whose faulty column this is."""
    for fault in (*column.faults, *profile.faults):
        if fault.kind in kinds and fault.confidence >= SURE and fault.columns[:1] == (column.name,):
            yield fault


def _scaled(fault: Fault, filled: int) -> int:
    """A fault's rows; where only some rows were looked at, as many as there would be in all."""
    if fault.sampled is None or not fault.of:
        return fault.rows
    return min(filled, round(fault.rows / fault.of * filled))


def _keys(profile: TableProfile, about: About) -> Iterator[Count]:
    """Keys that no count of a column covers: of several columns, or found."""
    seen: set[tuple[str, ...]] = {(c,) for c in unique_columns(about.table)}
    seen |= {(c.name,) for c in profile.columns if is_identifier(c.name, profile.table)}
    seen |= {(name,) for name in about.unique}
    for key in about.keys:
        sure = key.basis != "inferred" or key.confidence >= SURE
        if key.columns in seen or not sure or key.repeated is None:
            continue
        if about.numbers_rows(key.columns):
            continue
        seen.add(key.columns)
        with_key = key.rows - (key.nulls or 0)
        if with_key > 0:
            failed = (("repeated", key.repeated),) if key.repeated else ()
            what = msg(
                "rows with a key of their own ({columns}, {basis})",
                columns=joined(", ", key.columns),
                basis=key.basis,
            )
            passed = max(0, with_key - key.repeated)
            column = key.columns[0] if len(key.columns) == 1 else ""
            yield Count(
                "uniqueness", what, passed, with_key, column, evidence=about.keyed, failed=failed
            )


def _references(about: About, weight: Mapping[str, float]) -> Iterator[Count]:
    for ref in about.references:
        sure = ref.basis != "inferred" or ref.confidence >= SURE
        if not sure or not ref.filled or ref.orphans is None:
            continue
        when = (
            msg(" where {column} is {value}", column=ref.when[0], value=ref.when[1])
            if ref.when
            else ""
        )
        column = ref.columns[0] if len(ref.columns) == 1 else ""
        yield Count(
            "consistency",
            msg(
                "references to {to} by {columns}{when}",
                to=ref.to,
                columns=", ".join(ref.columns),
                when=when,
            ),
            ref.filled - ref.orphans,
            ref.filled,
            column if column in weight else "",
            weight.get(column, 1.0),
            evidence=about.keyed,
            failed=(("orphans", ref.orphans),) if ref.orphans else (),
        )


def _between(profile: TableProfile, weight: Mapping[str, float]) -> Iterator[Count]:
    for d in profile.dependencies:
        if d.rows:
            failed = ((msg("broken dependency"), d.rows - d.kept),) if d.kept < d.rows else ()
            yield Count(
                "consistency",
                msg(
                    "{dependent} as its {determinant} has it",
                    dependent=d.dependent,
                    determinant=d.determinant,
                ),
                d.kept,
                d.rows,
                d.dependent if d.dependent in weight else "",
                weight.get(d.dependent, 1.0),
                evidence=profile.id,
                failed=failed,
            )
    for fault in profile.faults:
        if fault.kind == "order of dates" and fault.of and fault.confidence >= SURE:
            column = fault.columns[0] if fault.columns and fault.columns[0] in weight else ""
            method = Method("sample", n=fault.sampled) if fault.sampled is not None else EXACT
            yield Count(
                "consistency",
                msg("order of {columns}", columns=chained("{a} and {b}", fault.columns)),
                fault.of - fault.rows,
                fault.of,
                column,
                weight.get(column, 1.0),
                method,
                profile.id,
                (("order of dates", fault.rows),),
            )


def _is_modified(column: ColumnProfile, about: About) -> bool:
    return (
        column.name in about.modified
        or is_modified_stamp(column.name)
        or _means(column, {"modified at"})
    )


def _means(column: ColumnProfile, types: Iterable[str]) -> bool:
    return column.semantic is not None and column.semantic.type in types
