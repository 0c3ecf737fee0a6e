"""Expectations proposed from what was measured: what holds today and should go on to.

A proposal never says more than the profile saw: its threshold is the observed
share, rounded down to a tenth of a per cent, so that none is broken when it is
made. Nothing is proposed from values that are masked.

`required`      filled in at least 99 % of at least 20 rows, where the program
                does not fill the column by itself
`unique`        a number, address or name that identifies, 99 % different
`domain`        two to ten codes that may be shown, in 99 % of the filled rows
`pattern`       the form of e-mail addresses, and codes of one to three shapes
`minimum`, `maximum`  none below 0, and at most twice the greatest value seen
`max_age_days`  the rhythm in which records were made or changed
`rows_at_least`, `rows_at_most`  nine tenths and one and a half times the rows
`compare`       pairs of dates in one order in 99 % of the rows with both
`reference`     keys found, not declared, with at most 1 % orphans
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crmaudit.evidence import ColumnProfile, Keys, Reference, Table, TableProfile
from crmaudit.evidence.privacy import personal_name
from crmaudit.quality.column_roles import is_created_stamp, is_modified_stamp, is_system_column
from crmaudit.quality.quality import Quality
from crmaudit.quality.suggested_columns import ENOUGH, HOLDS, Proposal, meaning, of_column
from crmaudit.workspace.answers import CHECKS, Expectation
from crmaudit.workspace.landscape import Entity

LIMITS = (7, 31, 92, 183, 366)
"""Days after which data are said to be no longer fresh."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = frozenset({"and", "or", "is", "not", "empty", "null", "true", "false"})
_DIMENSION = {
    "required": "completeness",
    "unique": "uniqueness",
    "max_age_days": "timeliness",
    "compare": "consistency",
    "reference": "consistency",
}
_BASES = {
    "map": "the workspace's map says so",
    "product map": "the product's map says so",
    "dictionary": "the product's own dictionary says so",
    "inferred": "found by names and content",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed expectation: `checks` and their values as in the file.

    `part` of `whole` rows keep it today, None where it is about the table as a
    whole. `reasons` are short sentences.
    """

    id: str
    system: str
    table: str
    column: str
    checks: Mapping[str, Any]
    threshold: float = 1.0
    part: int | None = None
    whole: int | None = None
    reasons: tuple[str, ...] = ()
    where: str = ""
    owner: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def dimension(self) -> str:
        """The dimension of quality; empty for the number of rows, which is none."""
        first = next(iter(self.checks))
        return "" if first.startswith("rows_") else _DIMENSION.get(first, "validity")

    def written(self) -> dict[str, Any]:
        """The expectation as expectations.yaml holds it."""
        said = {
            "id": self.id,
            "system": self.system,
            "table": self.table,
            "column": self.column,
            "where": self.where,
            "owner": self.owner,
            "dimension": self.dimension,
        }
        found: dict[str, Any] = {key: value for key, value in said.items() if value}
        found |= self.checks
        return found | ({"threshold": self.threshold} if self.threshold < 1 else {})


@dataclass(frozen=True, slots=True)
class _Seen:
    """A table that proposals are made for. `is_main`: an entity's records stand in it."""

    system: str
    profile: TableProfile
    declared: Table | None
    is_main: bool
    owner: str


def suggestions(
    quality: Quality,
    keys: Mapping[str, Keys],
    entities: Mapping[str, Entity],
    known: Sequence[Expectation] = (),
    day: date | None = None,
    system: str = "",
) -> tuple[Suggestion, ...]:
    """What could be expected of the tables that hold entities, in the order of their columns.

    What an expectation in `known` says of the same column already is left out.
    """
    taken = {e.id.casefold() for e in known}
    said = {
        (s, e.table or "", (e.column or "").casefold(), c)
        for e in known
        for s in ((e.system,) if e.system else quality.profiles)
        for c in CHECKS
        if getattr(e, c) is not None
    }
    found: list[Suggestion] = []
    for seen in _tables(quality, entities, system):
        table = seen.profile.table
        for proposal in _proposals(seen, quality, keys.get(seen.system), day):
            at = (seen.system, table, proposal.column.casefold())
            if not any((*at, check) in said for check in proposal.checks):
                found.append(_named(seen, proposal, taken))
    return tuple(found)


def _tables(quality: Quality, entities: Mapping[str, Entity], system: str) -> Iterator[_Seen]:
    """The tables that hold entities; lists, logs and what was not read are left out."""
    lists: set[tuple[str, str]] = set()
    holders: dict[tuple[str, str], list[str]] = {}
    for holding in quality.holdings():
        place = (holding.system, holding.profile.table)
        if holding.mapped.role in ("lookup", "log"):
            lists.add(place)
        elif holding.mapped.role == "primary":
            holders.setdefault(place, []).append(holding.mapped.entity or "")
    for name, profile in quality.entity_tables():
        place = (name, profile.table)
        unread = profile.provenance.status.state == "failed" or profile.rows < ENOUGH
        if unread or place in lists or system not in ("", name):
            continue
        held = holders.get(place, [])
        stewards = {entities[e].steward or "" for e in held if e in entities} - {""}
        owner = stewards.pop() if len(stewards) == 1 else ""
        yield _Seen(name, profile, quality.declared(*place), bool(held), owner)


def _named(seen: _Seen, proposal: Proposal, taken: set[str]) -> Suggestion:
    """The proposal with an id of its own."""
    check = next(iter(proposal.checks)).replace("_", "-").removesuffix("-days")
    words = (seen.profile.table, proposal.column, check)
    stem = "-".join("-".join(re.findall(r"[A-Za-z0-9_]+", w)) for w in words if w)[:70]
    stem = stem if re.match(r"[A-Za-z0-9]", stem) else f"x{stem}"
    id_, n = stem, 2
    while id_.casefold() in taken:
        id_, n = f"{stem}-{n}", n + 1
    taken.add(id_.casefold())
    part, whole = proposal.part, proposal.whole
    return Suggestion(
        id_,
        seen.system,
        seen.profile.table,
        proposal.column,
        proposal.checks,
        1.0 if part is None or not whole else (1000 * part // whole) / 1000,
        part,
        whole,
        proposal.reasons,
        proposal.where,
        seen.owner,
        (seen.profile.id, *proposal.evidence),
    )


def _proposals(
    seen: _Seen, quality: Quality, keys: Keys | None, day: date | None
) -> Iterator[Proposal]:
    for column in seen.profile.columns:
        by_program = is_system_column(column.name, seen.profile.table, seen.declared)
        yield from of_column(column, seen.declared, by_program)
    if seen.is_main:
        if day is not None:
            yield from _freshness(seen.profile, quality, day)
        yield from _row_counts(seen.profile)
    yield from _orders(seen.profile)
    if keys is not None:
        yield from _references(seen.profile, keys)


def _freshness(profile: TableProfile, quality: Quality, day: date) -> Iterator[Proposal]:
    """How old the newest record may be, by the rhythm of the last year."""
    stamps = [c for c in profile.columns if _is_stamp(c, "modified at")]
    stamps += [c for c in profile.columns if _is_stamp(c, "created at")]
    for column in stamps:
        newest = quality.newest(column)
        if newest is None or personal_name(column.name):
            continue
        age = (day - newest).days
        year = [m for m in column.months if f"{day.year - 1}-{day:%m}" < m <= f"{day:%Y-%m}"]
        rhythm = 31 if len(year) >= 11 else 366 // (len(year) + 1)
        limit = next((n for n in LIMITS if n >= max(2 * age, rhythm)), None)
        if limit is not None and year:
            why = f"the newest is {age:,} days old; {len(year)} of the last 12 months have some"
            yield Proposal(column.name, {"max_age_days": limit}, (why,))
            return


def _is_stamp(column: ColumnProfile, what: str) -> bool:
    named = is_modified_stamp if what == "modified at" else is_created_stamp
    return meaning(column) == what or (not column.semantic and named(column.name))


def _row_counts(profile: TableProfile) -> Iterator[Proposal]:
    rows = profile.rows
    if profile.rows_method.kind == "exact" and rows >= 5 * ENOUGH:
        step = 10 ** max(0, len(str(rows)) - 2)
        least, most = rows * 9 // 10 // step * step, -(-rows * 3 // 2 // step) * step
        why = f"{rows:,} rows today, with room for a tenth less and half more"
        yield Proposal("", {"rows_at_least": least, "rows_at_most": most}, (why,))


def _orders(profile: TableProfile) -> Iterator[Proposal]:
    known = {c.name: c for c in profile.columns}
    for order in profile.orders:
        pair = [known[n] for n in (order.earlier, order.later) if n in known]
        # Days that stand for none have no place in an order; a test on the rows has them.
        rows = max([order.rows, *([min(c.filled for c in pair)] if pair else [])])
        kept = order.kept - sum(_implausible(c) for c in pair)
        if rows < ENOUGH or kept < HOLDS * rows:
            continue
        late = rows - kept
        other = f"at most {late:,} of {rows:,} rows with both are the other way"
        why = other if late else f"so in all {rows:,} rows with both"
        text = f"{_operand(order.later)} >= {_operand(order.earlier)}"
        yield Proposal("", {"compare": text}, (why,), kept, rows)


def _implausible(column: ColumnProfile) -> int:
    passed, applies = column.checks.get("date plausible", (0, 0))
    return applies - passed


def _operand(name: str) -> str:
    """A column's name as `compare:` has it."""
    if _PLAIN.fullmatch(name) and name.lower() not in _WORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def _references(profile: TableProfile, keys: Keys) -> Iterator[Proposal]:
    for reference in _once(r for r in keys.references if r.table == profile.table):
        if len(reference.columns) != 1 or len(reference.to_columns) != 1 or reference.sentinels:
            continue
        (name,) = reference.columns
        where = _condition(reference)
        filled, orphans = reference.filled or 0, reference.orphans
        column = next((c for c in profile.columns if c.name == name), None)
        if column is None or where is None or orphans is None or filled < ENOUGH:
            continue
        # A condition of the map's own, under which it was tested, cannot be told from here.
        whole = reference.when is not None or filled >= column.filled
        if whole and reference.basis != "declared" and orphans <= (1 - HOLDS) * filled:
            to = f"{reference.to}.{reference.to_columns[0]}"
            some = f"{orphans:,} of {filled:,} lead nowhere"
            reasons = (some if orphans else f"all {filled:,} are there", _BASES[reference.basis])
            kept = filled - orphans
            yield Proposal(name, {"reference": to}, reasons, kept, filled, where, (keys.id,))


def _once(references: Iterable[Reference]) -> Iterator[Reference]:
    """Each column and type once; what the database declares comes first."""
    seen = set()
    for reference in sorted(references, key=lambda r: r.basis != "declared"):
        place = (reference.columns, reference.when)
        if place not in seen:
            seen.add(place)
            yield reference


def _condition(reference: Reference) -> str | None:
    """The condition of a polymorphic pair; None where it would need a dialect's own quotes."""
    if reference.when is None:
        return ""
    column, value = reference.when
    if not _PLAIN.fullmatch(column) or not re.fullmatch(r"[\w .:-]+", value):
        return None
    return f"{column} = '{value}'"
