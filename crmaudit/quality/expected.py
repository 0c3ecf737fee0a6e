"""Expectations judged: by their test on the rows where there is one, else by the profile.

A test counts as long as the expectation says the same of the same rows as when
it was tested; threshold and limits may change, they are judged here. What was
changed since, or never tested, is answered by the profile where that can.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from crmaudit.evidence import ColumnProfile, ExpectationTests, TableProfile, Tested
from crmaudit.messages import counted, joined, msg
from crmaudit.quality.quality import Quality, column_named
from crmaudit.workspace.answers import CHECKS, Expectation

_TESTED = ("entity", "table", "column", "where", "pattern", "domain", "minimum",
           "maximum", "compare", "reference", "sql")  # fmt: skip
"""What a test depends on, besides which checks there are and on which system it was made.

The system's id is left out: renaming it changes no rows.
"""

_LONG = 40


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something is kept, None where that cannot be said, with the `reason`.

    `text` says what was found; `part` of `whole` keep the rule where that was counted.
    """

    kept: bool | None
    text: str = ""
    reason: str = ""
    part: int | None = None
    whole: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One check on one table or column.

    `kept` is None where it cannot be said, with the `reason`. `text` says what
    was found; `part` of `whole` keep the rule where that was counted. `exact`
    is False where the entity's rows are only some of those counted. `tested`:
    on the rows, for this expectation; else read off a profile. `evidence` are
    the ids of what it rests on.
    """

    system: str
    table: str
    column: str
    check: str
    kept: bool | None
    text: str = ""
    reason: str = ""
    part: int | None = None
    whole: int | None = None
    exact: bool = True
    tested: bool = False
    evidence: tuple[str, ...] = ()


def asked(expectation: Expectation) -> tuple[str, ...]:
    """The checks of an expectation, in a fixed order."""
    said = ((check, getattr(expectation, check)) for check in CHECKS)
    return tuple(check for check, value in said if value is not None and value is not False)


def fingerprint(expectation: Expectation) -> str:
    """Twelve letters that are the same as long as a test of the expectation would be."""
    said = {name: getattr(expectation, name) for name in _TESTED}
    text = json.dumps(said, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:12]


def answers(
    expectation: Expectation,
    quality: Quality,
    day: date | None,
    tests: Mapping[str, ExpectationTests] | None = None,
) -> Iterator[Answer]:
    """Every check of an expectation on every table that it is about.

    `tests` are the newest by system; `day` is the audit's.
    """
    known = tests or {}
    by_profile = list(_by_profiles(expectation, quality, day))
    for check in asked(expectation):
        tried = list(_tests(expectation, check, known))
        done = [_judged(expectation, test, day, s, i) for s, test, i in tried]
        profiled = [a for a in by_profile if a.check in ("", check)]
        open_systems = {a.system for a in done if a.kept is None}
        useful = [
            a for a in profiled if a.kept is not None and (a.system in open_systems or not tried)
        ]
        answered = {a.system for a in useful}
        settled = [a for a in done if a.kept is not None or a.system not in answered]
        yield from (*settled, *useful)
        if not tried and not useful:
            yield _unanswered(expectation, check, profiled, known)


def _tests(
    e: Expectation, check: str, tests: Mapping[str, ExpectationTests]
) -> Iterator[tuple[str, Tested, str]]:
    """The tests of a check as the expectation is now, each with its system and evidence."""
    now = fingerprint(e)
    for system, document in tests.items():
        if e.system in (None, system):
            for test in document.tests:
                if (test.expectation, test.fingerprint, test.check) == (e.id, now, check):
                    yield system, test, document.id


def _unanswered(
    e: Expectation, check: str, profiled: list[Answer], tests: Mapping[str, ExpectationTests]
) -> Answer:
    """Why nobody knows."""
    known = [
        t for s, d in tests.items() if e.system in (None, s) for t in d.tests
        if t.expectation == e.id
    ]  # fmt: skip
    why = profiled[0].reason if profiled else msg("the table it is about was not profiled")
    if known:
        return Answer(
            "", "", "", check, None, reason=msg("it was changed since it was tested on the rows")
        )
    place = profiled[0] if profiled else Answer("", "", "", check, None)
    return Answer(place.system, place.table, place.column, check, None, reason=why)


# On the rows -----------------------------------------------------------------------------


def _judged(e: Expectation, test: Tested, day: date | None, system: str, evidence: str) -> Answer:
    found = verdict(e, test, day)
    text = found.text
    if found.kept is not None and test.left_out:
        text += msg(" ({left_out} left out)", left_out=joined(", ", test.left_out))
    return Answer(
        system, test.table, test.column, test.check, found.kept, text, found.reason,
        found.part, found.whole, tested=True, evidence=(evidence,),
    )  # fmt: skip


def verdict(e: Expectation, test: Tested, day: date | None = None) -> Verdict:
    """What a test says of the expectation's threshold or limit. `day` is the audit's."""
    if test.status.state == "failed":
        return Verdict(None, reason=test.status.reason)
    rows = test.applicable or 0
    if test.check in ("rows_at_least", "rows_at_most"):
        return _rows(test.check, rows, e)
    if test.check == "max_age_days":
        days = [date.fromisoformat(d) for d in test.latest]
        return _age(e, next((d for d in days if day is not None and d <= day), None), day)
    if test.check == "sql":
        return _statement(e, test.faults or 0, test.applicable)
    words = {
        "required": msg("filled"),
        "unique": msg("unique"),
        "pattern": msg("of the pattern"),
        "domain": msg("in the list"),
        "minimum": msg("at least {minimum:g}", minimum=e.minimum) if e.minimum is not None else "",
        "maximum": msg("at most {maximum:g}", maximum=e.maximum) if e.maximum is not None else "",
        "compare": msg("with {compare}", compare=e.compare)
        if len(e.compare or "") <= _LONG
        else msg("keep the comparison"),
        "reference": msg("found in {reference}", reference=e.reference),
    }
    return _share(words[test.check], test.passed or 0, rows, e.threshold)


def _statement(e: Expectation, faults: int, rows: int | None) -> Verdict:
    found = counted(faults, "fault")
    if rows:
        passed = max(0, rows - faults)
        allowed = msg("{n:.4g} %", n=100 * (1 - e.threshold)) if e.threshold < 1 else msg("none")
        text = msg(
            "{found} against {rows:,} rows, {allowed} allowed",
            found=found,
            rows=rows,
            allowed=allowed,
        )
        return Verdict(passed / rows >= e.threshold, text, "", passed, rows)
    if faults and e.threshold < 1:
        reason = msg(
            "its faults are a share of nothing: name the `table:` or `entity:` they are of"
        )
        return Verdict(None, reason=reason)
    return Verdict(not faults, msg("{found}, none allowed", found=found))


# By the profile --------------------------------------------------------------------------

_NEEDS_ROWS = (
    "this expectation ({check}) needs the rows, which a profile does not keep; "
    "collect again to test it"
)


def _by_profiles(e: Expectation, quality: Quality, day: date | None) -> Iterator[Answer]:
    for system, profile, exact in _targets(e, quality):
        name = e.column or ""
        column = column_named(profile, name) if name else None
        place = column.name if column else name
        if name and column is None:
            reason = msg("there is no column {name!r}", name=name)
            yield Answer(system, profile.table, place, "", None, reason=reason)
            continue
        for check in asked(e):
            found = _by_profile(check, e, profile, column, quality, day)
            if e.where is not None:
                found = Verdict(
                    None,
                    reason=msg(_NEEDS_ROWS, check="where"),
                )
            yield Answer(
                system, profile.table, place, check, found.kept, found.text, found.reason,
                found.part, found.whole, exact, evidence=(profile.id,),
            )  # fmt: skip


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


def _by_profile(
    check: str,
    e: Expectation,
    profile: TableProfile,
    column: ColumnProfile | None,
    quality: Quality,
    day: date | None,
) -> Verdict:
    if check in ("rows_at_least", "rows_at_most"):
        return _rows(check, profile.rows, e)
    if check in ("pattern", "compare", "reference", "sql"):
        return Verdict(
            None,
            reason=msg(_NEEDS_ROWS, check=check),
        )
    if column is None:
        return Verdict(None, reason=msg("{check} needs a column", check=check))
    if column.status.state != "done":
        return Verdict(
            None, reason=msg("the column was not counted: {reason}", reason=column.status.reason)
        )
    match check:
        case "required":
            return _share(msg("filled"), column.filled, column.rows, e.threshold)
        case "unique":
            if column.uniques is None:
                return Verdict(None, reason=msg("its different values were not counted"))
            return _share(msg("unique"), column.uniques, column.filled, e.threshold)
        case "domain":
            return _domain(e.domain or (), column, e.threshold)
        case "max_age_days":
            return _age(e, quality.newest(column), day)
        case "minimum":
            return _bound(check, e.minimum or 0.0, column.minimum, column, e.threshold)
        case _:
            return _bound(check, e.maximum or 0.0, column.maximum, column, e.threshold)


def _rows(check: str, rows: int, e: Expectation) -> Verdict:
    if check == "rows_at_least":
        limit = e.rows_at_least or 0
        return Verdict(
            rows >= limit, msg("{rows:,} rows, at least {limit:,} expected", rows=rows, limit=limit)
        )
    limit = e.rows_at_most or 0
    return Verdict(
        rows <= limit, msg("{rows:,} rows, at most {limit:,} expected", rows=rows, limit=limit)
    )


def _age(e: Expectation, newest: date | None, day: date | None) -> Verdict:
    if newest is None or day is None:
        return Verdict(None, reason=msg("the column holds no date that can be read"))
    limit, age = e.max_age_days or 0, (day - newest).days
    return Verdict(
        age <= limit,
        msg("newest value {age:,} days old, at most {limit:,} expected", age=age, limit=limit),
    )


def _share(word: str, part: int, whole: int, threshold: float) -> Verdict:
    if not whole:
        return Verdict(None, reason=msg("there is no value to judge"))
    kept, share = part / whole >= threshold, round(100 * part / whole, 1)
    under = "" if kept or share < 100 * threshold else msg("under ")
    text = msg(
        "{part:,} of {whole:,} {word} ({under}{share:g} %), {threshold:g} % expected",
        part=part,
        whole=whole,
        word=word,
        under=under,
        share=share,
        threshold=100 * threshold,
    )
    return Verdict(kept, text, "", part, whole)


def _domain(domain: tuple[str, ...], column: ColumnProfile, threshold: float) -> Verdict:
    if any(v.masked for v in column.top) or sum(v.count for v in column.top) != column.filled:
        return Verdict(None, reason=msg("not all values of the column are shown in the profile"))
    inside = sum(v.count for v in column.top if v.value in domain)
    return _share(msg("in the list"), inside, column.filled, threshold)


def _bound(
    check: str, limit: float, value: str | None, column: ColumnProfile, threshold: float
) -> Verdict:
    if column.masking != "none" or value is None:
        return Verdict(None, reason=msg("the column's range is not shown"))
    try:
        found = float(value)
    except ValueError:
        return Verdict(None, reason=msg("the column's range is no number"))
    kept = found >= limit if check == "minimum" else found <= limit
    if not kept and threshold < 1:
        return Verdict(None, reason=msg("the profile does not count how many values are outside"))
    return Verdict(
        kept, msg("{check} {found:g}, {limit:g} expected", check=check, found=found, limit=limit)
    )
