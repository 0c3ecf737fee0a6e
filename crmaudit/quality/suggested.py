"""Expectations proposed from what was measured: what holds today and should go on to.

A proposal never says more than the profile saw: its threshold is the observed
share, rounded down to a tenth of a per cent, so that none is broken when it is
made. Nothing is proposed from values that are masked.

`required`      filled in at least 99 % of at least 20 rows, where the program
                does not fill the column by itself
`unique`        a number, address or name that identifies, 99 % different
`domain`        two to ten codes, all of them shown
`pattern`       the form of e-mail addresses, and codes of one to three shapes
`minimum`, `maximum`  none below 0, and at most twice the greatest value seen
`max_age_days`  the rhythm in which records were made or changed
`rows_at_least`, `rows_at_most`  nine tenths and one and a half times the rows
`compare`       pairs of dates in one order in 99 % of the rows with both
`reference`     keys found, not declared, with at most 1 % orphans
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crmaudit.evidence import ColumnProfile, Keys, Reference, Table, TableProfile
from crmaudit.evidence.privacy import name_words, personal_name
from crmaudit.quality.column_roles import (
    is_created_stamp,
    is_modified_stamp,
    is_system_column,
    unique_columns,
)
from crmaudit.quality.quality import Quality
from crmaudit.workspace.answers import CHECKS, Expectation
from crmaudit.workspace.landscape import Entity

HOLDS = 0.99
"""Share of rows from which on something that holds is no accident."""
ENOUGH = 20
"""Rows below which nothing is proposed."""
MOST_CODES = 10
LIMITS = (7, 31, 92, 183, 366)
"""Days after which data are said to be no longer fresh."""

_IDENTIFIES = frozenset(
    [
        "identifier",
        "uuid",
        "login",
        "national id",
        "tax number",
        "bank account",
        "payment card",
        "e-mail",
    ]
)
_NUMBER_WORDS = frozenset(
    ["no", "nr", "num", "number", "numero", "code", "ref", "reference", "isbn", "sku"]
)
_PROSE = frozenset({"text", "machine text", "secret", "unused", "file name"})
_MEASURES = frozenset({"money", "percentage", "counter", "number"})
_FLAGS = frozenset({"flag", "consent", "soft delete", "discriminator"})
# Wide on purpose: whatever the profile took for an address keeps it.
_EMAIL = r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$"
_SHAPE = {"A": r"[\p{Lu}\p{Lt}]+", "a": r"[\p{L}\p{M}]+", "9": r"\p{N}", " ": r"[\s\p{Z}]+"}
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DIMENSION = {
    "required": "completeness",
    "unique": "uniqueness",
    "max_age_days": "timeliness",
    "compare": "consistency",
    "reference": "consistency",
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
        return _DIMENSION.get(next(iter(self.checks)), "validity")

    def written(self) -> dict[str, Any]:
        """The expectation as expectations.yaml holds it."""
        found: dict[str, Any] = {"id": self.id, "system": self.system, "table": self.table}
        if self.column:
            found["column"] = self.column
        if self.where:
            found["where"] = self.where
        if self.owner:
            found["owner"] = self.owner
        if not any(c.startswith("rows_") for c in self.checks):
            found["dimension"] = self.dimension
        found |= self.checks
        if self.threshold < 1:
            found["threshold"] = self.threshold
        return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """A table as far as proposals look at it."""

    system: str
    profile: TableProfile
    declared: Table | None
    is_main: bool
    owner: str

    @property
    def program_filled(self) -> frozenset[str]:
        names = (c.name for c in self.profile.columns)
        table = self.profile.table
        return frozenset(n for n in names if is_system_column(n, table, self.declared))


@dataclass
class _Found:
    """What was found in one table, before it has an id."""

    seen: _Seen
    drafts: list[dict[str, Any]] = field(default_factory=list)

    def add(self, column: str, checks: dict[str, Any], *reasons: str, **more: Any) -> None:
        self.drafts.append({"column": column, "checks": checks, "reasons": reasons, **more})


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
        drafts = _Found(seen)
        for column in seen.profile.columns:
            if column.status.state == "done" and not column.methods:
                for propose in _OF_COLUMNS:
                    propose(drafts, column)
        _freshness(drafts, quality, day)
        _row_counts(drafts)
        _orders(drafts)
        if seen.system in keys:
            _references(drafts, keys[seen.system])
        for draft in drafts.drafts:
            at = (seen.system, seen.profile.table, draft["column"].casefold())
            checks = {c: v for c, v in draft["checks"].items() if (*at, c) not in said}
            if checks == draft["checks"]:
                found.append(_named(seen, draft, taken))
    return tuple(found)


def _tables(quality: Quality, entities: Mapping[str, Entity], system: str) -> Iterator[_Seen]:
    """The tables that hold entities, lists of the program's own left out."""
    lookups = {
        (h.system, h.profile.table)
        for h in quality.holdings()
        if h.mapped.role in ("lookup", "log")
    }
    holders: dict[tuple[str, str], list[Any]] = {}
    for holding in quality.holdings():
        if holding.mapped.role == "primary":
            holders.setdefault((holding.system, holding.profile.table), []).append(holding.mapped)
    for name, profile in quality.entity_tables():
        place = (name, profile.table)
        if (system and name != system) or place in lookups or profile.rows < ENOUGH:
            continue
        if profile.provenance.status.state == "failed":
            continue
        mapped = holders.get(place, [])
        stewards = {entities[m.entity].steward or "" for m in mapped if m.entity in entities} - {""}
        owner = stewards.pop() if len(stewards) == 1 else ""
        yield _Seen(name, profile, quality.declared(*place), bool(mapped), owner)


def _named(seen: _Seen, draft: dict[str, Any], taken: set[str]) -> Suggestion:
    check = next(iter(draft["checks"])).replace("_", "-")
    words = (seen.profile.table, draft["column"], check.removesuffix("-days"))
    stem = "-".join("-".join(re.findall(r"[A-Za-z0-9_]+", w)) for w in words if w)[:70]
    stem = stem if re.match(r"[A-Za-z0-9]", stem) else f"x{stem}"
    id_, n = stem, 2
    while id_.casefold() in taken:
        id_, n = f"{stem}-{n}", n + 1
    taken.add(id_.casefold())
    part, whole = draft.get("part"), draft.get("whole")
    return Suggestion(
        id_,
        seen.system,
        seen.profile.table,
        draft["column"],
        draft["checks"],
        _threshold(part, whole),
        part,
        whole,
        draft["reasons"],
        draft.get("where", ""),
        seen.owner,
        (seen.profile.id, *draft.get("evidence", ())),
    )


def _threshold(part: int | None, whole: int | None) -> float:
    """The share rounded down to a tenth of a per cent."""
    return 1.0 if part is None or not whole else (1000 * part // whole) / 1000


def _type(column: ColumnProfile) -> str:
    return column.semantic.type if column.semantic else ""


# Of one column ------------------------------------------------------------------------------


def _required(found: _Found, column: ColumnProfile) -> None:
    declared = found.seen.declared
    known = next((c for c in declared.columns if c.name == column.name), None) if declared else None
    # What the database itself refuses to leave empty needs nobody's promise; a text may be blank.
    enforced = known is not None and not known.nullable and column.logical != "text"
    if enforced or column.name in found.seen.program_filled or _type(column) in _PROSE | _FLAGS:
        return
    if column.rows >= ENOUGH and column.filled >= HOLDS * column.rows:
        empty = column.rows - column.filled
        why = f"{empty:,} of {column.rows:,} rows are empty" if empty else "no row is empty"
        found.add(column.name, {"required": True}, why, part=column.filled, whole=column.rows)


def _unique(found: _Found, column: ColumnProfile) -> None:
    declared = found.seen.declared
    if column.uniques is None or column.name in unique_columns(declared):
        return
    words = name_words(column.name)
    named = bool(words) and words[-1] in _NUMBER_WORDS and column.logical in ("text", "integer")
    if not (_type(column) in _IDENTIFIES or (named and column.uniques == column.filled)):
        return
    if column.filled >= ENOUGH and column.uniques >= HOLDS * column.filled:
        what = f"it holds values of the type {_type(column)}" if column.semantic else "by its name"
        shared = column.filled - column.uniques
        how = f"{shared:,} of {column.filled:,} values are shared" if shared else "no value twice"
        found.add(column.name, {"unique": True}, how, what, part=column.uniques,
                  whole=column.filled)  # fmt: skip


def _domain(found: _Found, column: ColumnProfile) -> None:
    values = column.top
    if column.logical not in ("text", "integer") or _type(column) in _PROSE | {"flag"}:
        return
    if not 2 <= len(values) <= MOST_CODES or any(v.masked for v in values):
        return
    shown = sum(v.count for v in values)
    if shown != column.filled or column.filled < ENOUGH or column.distinct != len(values):
        return
    listed = sorted(v.value for v in values)
    why = f"{len(values)} values, each in {min(v.count for v in values):,} rows or more"
    found.add(column.name, {"domain": listed}, why, part=shown, whole=shown)


def _pattern(found: _Found, column: ColumnProfile) -> None:
    if column.logical != "text" or column.filled < ENOUGH:
        return
    if _type(column) in ("e-mail", "") and "email syntax" in column.checks:
        passed, _ = column.checks["email syntax"]
        if passed >= HOLDS * column.filled:
            why = f"{passed:,} of {column.filled:,} values are addresses by their form"
            found.add(column.name, {"pattern": _EMAIL}, why, part=passed, whole=column.filled)
        return
    if column.top and column.distinct == len(column.top):
        return  # a list of codes says more
    if not (_type(column) in _IDENTIFIES | {"postcode"} or _is_number(column)):
        return
    shapes, held = [], 0
    for shape in column.shapes[:3]:
        if "9" not in shape.shape or set(shape.shape) & set("*?…"):
            break
        shapes.append(shape.shape)
        held += shape.count
        if held >= HOLDS * column.filled:
            pattern = _of_shapes(shapes)
            why = f"{held:,} of {column.filled:,} values have the form {' or '.join(shapes)}"
            found.add(column.name, {"pattern": pattern}, why, part=held, whole=column.filled)
            return


def _is_number(column: ColumnProfile) -> bool:
    words = name_words(column.name)
    return not column.semantic and bool(words) and words[-1] in _NUMBER_WORDS


def _of_shapes(shapes: Sequence[str]) -> str:
    """The pattern of values that have one of these shapes (`crmaudit.evidence.privacy.shape`)."""
    parts = [_of_shape(s) for s in shapes]
    return f"^{parts[0]}$" if len(parts) == 1 else f"^(?:{'|'.join(parts)})$"


def _of_shape(shape: str) -> str:
    def piece(run: re.Match[str]) -> str:
        character, times = run[1], len(run[0])
        one = _SHAPE.get(character) or re.escape(character)
        return one if times == 1 or one.endswith("+") else f"{one}{{{times}}}"

    return re.sub(r"(.)\1*", piece, shape)


def _range(found: _Found, column: ColumnProfile) -> None:
    if column.logical not in ("integer", "number") or column.masking != "none":
        return
    if column.minimum is None or column.maximum is None or column.filled < ENOUGH:
        return
    stated = _type(column)
    if stated and stated not in _MEASURES:
        return
    if not stated and (column.logical == "integer" or column.name in found.seen.program_filled):
        return
    low, high = float(column.minimum), float(column.maximum)
    if not (math.isfinite(low) and math.isfinite(high)) or low < 0 or column.unparsable:
        return
    checks: dict[str, Any] = {"minimum": 0}
    why = f"from {column.minimum} to {column.maximum} today"
    if stated == "percentage" and high <= 100:
        checks["maximum"] = 1 if high <= 1 else 100
    elif high > 0:
        checks["maximum"] = _round_up(2 * high)
        why += "; the greatest is left room to double"
    found.add(column.name, checks, why, part=column.filled, whole=column.filled)


def _round_up(value: float) -> int:
    """The next 1, 2 or 5 with noughts, at least 1."""
    power = 10 ** max(0, math.floor(math.log10(max(value, 1))))
    return int(next(step * power for step in (1, 2, 5, 10) if step * power >= value))


_OF_COLUMNS: tuple[Callable[[_Found, ColumnProfile], None], ...] = (
    _required,
    _unique,
    _domain,
    _pattern,
    _range,
)


# Of the table -------------------------------------------------------------------------------


def _freshness(found: _Found, quality: Quality, day: date | None) -> None:
    """How old the newest record may be, by the rhythm of the last year."""
    if day is None or not found.seen.is_main:
        return
    for wanted in (is_modified_stamp, is_created_stamp):
        for column in found.seen.profile.columns:
            meaning = "modified at" if wanted is is_modified_stamp else "created at"
            if _type(column) != meaning and not (not column.semantic and wanted(column.name)):
                continue
            newest = quality.newest(column)
            if newest is None or personal_name(column.name):
                continue
            age = (day - newest).days
            year = [m for m in column.months if f"{day.year - 1}-{day:%m}" < m <= f"{day:%Y-%m}"]
            rhythm = 31 if len(year) >= 11 else 366 // (len(year) + 1)
            limit = next((n for n in LIMITS if n >= max(2 * age, rhythm)), None)
            if limit is None or not year:
                continue
            why = f"the newest is {age:,} days old; {len(year)} of the last 12 months have some"
            found.add(column.name, {"max_age_days": limit}, why)
            return


def _row_counts(found: _Found) -> None:
    rows = found.seen.profile.rows
    exact = found.seen.profile.rows_method.kind == "exact"
    if found.seen.is_main and exact and rows >= 5 * ENOUGH:
        step = 10 ** max(0, len(str(rows)) - 2)
        least, most = rows * 9 // 10 // step * step, -(-rows * 3 // 2 // step) * step
        checks = {"rows_at_least": least, "rows_at_most": most}
        found.add("", checks, f"{rows:,} rows today, with room for a tenth less and half more")


def _orders(found: _Found) -> None:
    filled = {c.name: c.filled for c in found.seen.profile.columns}
    for order in found.seen.profile.orders:
        # Days that stand for none were left out of the order; a test on the rows has them.
        rows = max(order.rows, min(filled.get(order.earlier, 0), filled.get(order.later, 0)))
        if rows < ENOUGH or order.kept < HOLDS * rows:
            continue
        late = order.rows - order.kept
        other = f"{late:,} of {order.rows:,} rows with both are the other way"
        why = other if late else f"so in all {order.rows:,} rows with both"
        text = f"{_operand(order.later)} >= {_operand(order.earlier)}"
        found.add("", {"compare": text}, why, part=order.kept, whole=rows)


def _operand(name: str) -> str:
    words = ("and", "or", "is", "not", "empty", "null", "true", "false")
    if _PLAIN.fullmatch(name) and name.lower() not in words:
        return name
    return '"' + name.replace('"', '""') + '"'


def _references(found: _Found, keys: Keys) -> None:
    table = found.seen.profile.table
    for reference in _once(r for r in keys.references if r.table == table):
        if reference.basis == "declared" or len(reference.columns) != 1 or reference.sentinels:
            continue
        where = _condition(reference)
        filled, orphans = reference.filled or 0, reference.orphans
        if where is None or orphans is None or filled < ENOUGH or len(reference.to_columns) != 1:
            continue
        if orphans > (1 - HOLDS) * filled:
            continue
        to = f"{reference.to}.{reference.to_columns[0]}"
        why = f"{orphans:,} of {filled:,} lead nowhere" if orphans else f"all {filled:,} are there"
        found.add(
            reference.columns[0], {"reference": to}, why, f"reference: {reference.basis}",
            part=filled - orphans, whole=filled, where=where, evidence=(keys.id,),
        )  # fmt: skip


def _once(references: Iterable[Reference]) -> Iterator[Reference]:
    """Each column and type once; what declares the same comes first."""
    seen = set()
    for reference in sorted(references, key=lambda r: r.basis != "declared"):
        place = (reference.columns, reference.when)
        if place not in seen:
            seen.add(place)
            yield reference


def _condition(reference: Reference) -> str | None:
    """The condition of a polymorphic pair; None where it would need another dialect's quotes."""
    if reference.when is None:
        return ""
    column, value = reference.when
    if not _PLAIN.fullmatch(column) or not re.fullmatch(r"[\w .:-]+", value):
        return None
    return f"{column} = '{value}'"
