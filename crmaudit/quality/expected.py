"""Expectations laid beside profiles: which a profile can answer, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from crmaudit.evidence import ColumnProfile, TableProfile
from crmaudit.quality.quality import Quality, column_named
from crmaudit.workspace.answers import Expectation


@dataclass(frozen=True, slots=True)
class Answer:
    """One check on one table or column.

    `kept` is None where the profile cannot say, with the `reason`. `text` says
    what was found; `part` of `whole` keep the rule where that was counted.
    `exact` is False where the entity's rows are only some of the table's.
    """

    system: str
    profile: TableProfile | None
    column: str
    check: str
    kept: bool | None
    text: str = ""
    reason: str = ""
    part: int | None = None
    whole: int | None = None
    exact: bool = True


def answers(expectation: Expectation, quality: Quality, day: date | None) -> Iterator[Answer]:
    """Every check of an expectation on every table that it is about."""
    found = False
    for system, profile, exact in _targets(expectation, quality):
        found = True
        name = expectation.column or ""
        column = column_named(profile, name) if name else None
        if name and column is None:
            yield Answer(system, profile, name, "", None, reason=f"there is no column {name!r}")
            continue
        for check, kept, text, reason, counts in _checks(
            expectation, profile, column, quality, day
        ):
            yield Answer(
                system,
                profile,
                column.name if column else "",
                check,
                kept,
                text,
                reason,
                part=counts[0] if counts else None,
                whole=counts[1] if counts else None,
                exact=exact,
            )
    if not found:
        yield Answer("", None, "", "", None, reason="the table it is about was not profiled")


def _targets(
    expectation: Expectation, quality: Quality
) -> Iterator[tuple[str, TableProfile, bool]]:
    wanted = expectation.system
    if expectation.table is not None:
        for system, tables in quality.profiles.items():
            if wanted in (None, system) and expectation.table in tables:
                yield system, tables[expectation.table], True
    elif expectation.entity is not None:
        for holding in quality.holdings(expectation.entity):
            if wanted in (None, holding.system) and holding.mapped.role == "primary":
                yield holding.system, holding.profile, holding.whole


_NEEDS_ROWS = "needs the rows, which a profile does not keep; not measured yet"

Found = tuple[str, bool | None, str, str, tuple[int, int] | None]
"""Check, kept, what was found, why it cannot be said, part and whole."""


def _checks(
    e: Expectation,
    profile: TableProfile,
    column: ColumnProfile | None,
    quality: Quality,
    day: date | None,
) -> Iterator[Found]:
    if e.rows_at_least is not None:
        yield _rows("rows_at_least", profile, profile.rows >= e.rows_at_least, e.rows_at_least)
    if e.rows_at_most is not None:
        yield _rows("rows_at_most", profile, profile.rows <= e.rows_at_most, e.rows_at_most)
    for check in ("pattern", "compare", "sql"):
        if getattr(e, check) is not None:
            yield check, None, "", f"this expectation ({check}) {_NEEDS_ROWS}", None
    rest = ("required", "unique", "domain", "minimum", "maximum", "max_age_days")
    asked = [c for c in rest if getattr(e, c) not in (None, False)]
    if column is None:
        for check in asked:
            yield check, None, "", f"{check} needs a column", None
        return
    if column.status.state != "done":
        for check in asked:
            yield check, None, "", f"the column was not counted: {column.status.reason}", None
        return
    if e.required:
        yield _share("required", "filled", column.filled, column.rows, e.threshold)
    if e.unique:
        if column.uniques is None:
            yield "unique", None, "", "its different values were not counted", None
        else:
            yield _share("unique", "unique", column.uniques, column.filled, e.threshold)
    if e.domain is not None:
        yield _domain(e.domain, column, e.threshold)
    for check, limit, value in (
        ("minimum", e.minimum, column.minimum),
        ("maximum", e.maximum, column.maximum),
    ):
        if limit is not None:
            yield _bound(check, limit, value, column, e.threshold)
    if e.max_age_days is not None:
        newest = quality.newest(column)
        if newest is None or day is None:
            yield "max_age_days", None, "", "the column holds no date that can be read", None
        else:
            age = (day - newest).days
            text = f"newest value {age:,} days old, at most {e.max_age_days:,} expected"
            yield "max_age_days", age <= e.max_age_days, text, "", None


def _rows(check: str, profile: TableProfile, kept: bool, limit: int) -> Found:
    word = "at least" if check == "rows_at_least" else "at most"
    return check, kept, f"{profile.rows:,} rows, {word} {limit:,} expected", "", None


def _share(check: str, word: str, part: int, whole: int, threshold: float) -> Found:
    if not whole:
        return check, None, "", "there is no value to judge", None
    kept, share = part / whole >= threshold, round(100 * part / whole, 1)
    under = "" if kept or share < 100 * threshold else "under "
    text = f"{part:,} of {whole:,} {word} ({under}{share:g} %), {100 * threshold:g} % expected"
    return check, kept, text, "", (part, whole)


def _domain(domain: tuple[str, ...], column: ColumnProfile, threshold: float) -> Found:
    if any(v.masked for v in column.top) or sum(v.count for v in column.top) != column.filled:
        return "domain", None, "", "not all values of the column are shown in the profile", None
    inside = sum(v.count for v in column.top if v.value in domain)
    return _share("domain", "in the list", inside, column.filled, threshold)


def _bound(
    check: str, limit: float, value: str | None, column: ColumnProfile, threshold: float
) -> Found:
    if column.masking != "none" or value is None:
        return check, None, "", "the column's range is not shown", None
    try:
        found = float(value)
    except ValueError:
        return check, None, "", "the column's range is no number", None
    kept = found >= limit if check == "minimum" else found <= limit
    if not kept and threshold < 1:
        return check, None, "", "the profile does not count how many values are outside", None
    return check, kept, f"{check} {found:g}, {limit:g} expected", "", None
