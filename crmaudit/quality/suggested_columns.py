"""What could be expected of a single column, by its profile alone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmaudit.evidence import ColumnProfile, Table
from crmaudit.evidence.privacy import name_words
from crmaudit.quality.column_roles import unique_columns

HOLDS = 0.99
"""Share of rows from which on something that holds is no accident."""
ENOUGH = 20
"""Rows below which nothing is proposed."""
MOST_CODES = 10
VARIED = 5
"""Different numbers below which nobody knows how far they may go."""

_IDENTIFIES = frozenset(
    {
        "identifier",
        "uuid",
        "login",
        "national id",
        "tax number",
        "bank account",
        "payment card",
        "e-mail",
    }
)
_NUMBER_WORDS = frozenset(
    {"no", "nr", "num", "number", "nummer", "numero", "code", "ref", "reference", "isbn", "sku"}
)
_PROSE = frozenset({"text", "machine text", "secret", "unused", "file name"})
_MEASURES = frozenset({"money", "percentage", "counter", "number"})
_FLAGS = frozenset({"flag", "consent", "soft delete", "discriminator"})
_BY_PROGRAM = frozenset({"created at", "created by", "modified at", "modified by"})
_LISTS = frozenset(
    {
        "status",
        "category",
        "industry",
        "language",
        "gender",
        "salutation",
        "currency",
        "country",
        "discriminator",
        "access",
    }
)
# Wide on purpose: whatever the profile took for an address keeps it.
_EMAIL = r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$"
_SHAPE = {"A": r"\p{Lu}+", "a": r"[\p{L}\p{M}]+", "9": r"\p{N}", " ": r"[\s\p{Z}]+"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """Checks with their values, and how many rows keep them; None: it is about no rows."""

    column: str
    checks: Mapping[str, Any]
    reasons: tuple[str, ...]
    part: int | None = None
    whole: int | None = None
    where: str = ""
    evidence: tuple[str, ...] = ()


def of_column(
    column: ColumnProfile, declared: Table | None, program_filled: bool
) -> Iterator[Proposal]:
    """All that could be expected of a column.

    `program_filled`: the program writes it by itself, so that it is always full.
    """
    if column.status.state != "done" or column.methods or column.rows < ENOUGH:
        return
    if not program_filled:
        yield from _required(column, declared)
    yield from _unique(column, declared)
    yield from _domain(column)
    yield from _pattern(column)
    if not program_filled:
        yield from _range(column)


def meaning(column: ColumnProfile) -> str:
    """What the column was recognised as, empty where that was not asked."""
    return column.semantic.type if column.semantic else ""


def _required(column: ColumnProfile, declared: Table | None) -> Iterator[Proposal]:
    columns = declared.columns if declared else ()
    known = next((c for c in columns if c.name == column.name), None)
    # What the database itself refuses to leave empty needs nobody's promise; a text may be blank.
    enforced = known is not None and not known.nullable and column.logical != "text"
    if enforced or meaning(column) in _PROSE | _FLAGS | _BY_PROGRAM:
        return
    if column.filled >= HOLDS * column.rows:
        empty = column.rows - column.filled
        why = f"{empty:,} of {column.rows:,} rows are empty" if empty else "no row is empty"
        yield Proposal(column.name, {"required": True}, (why,), column.filled, column.rows)


def _unique(column: ColumnProfile, declared: Table | None) -> Iterator[Proposal]:
    filled, once = column.filled, column.uniques
    if once is None or filled < ENOUGH or column.name in unique_columns(declared):
        return
    if not (meaning(column) in _IDENTIFIES or (_is_number(column) and once == filled)):
        return
    if once >= HOLDS * filled:
        what = f"it holds {meaning(column)} values" if column.semantic else "by its name"
        how = f"{filled - once:,} of {filled:,} values are shared"
        reasons = (how if once < filled else "no value twice", what)
        yield Proposal(column.name, {"unique": True}, reasons, once, filled)


def _domain(column: ColumnProfile) -> Iterator[Proposal]:
    """The codes that the profile shows in clear, where hardly a row has another value."""
    if not (meaning(column) in _LISTS or (not column.semantic and column.logical == "text")):
        return
    if column.logical not in ("text", "integer") or column.filled < ENOUGH:
        return
    # Blanks around a value are a fault, and no file of ours would keep them.
    shown = [v for v in column.top if not v.masked and v.value == v.value.strip()]
    part = sum(v.count for v in shown)
    few = len(shown) >= 2 and (column.distinct or 0) <= MOST_CODES
    if few and part >= HOLDS * column.filled:
        others = column.filled - part
        why = f"{len(shown)} values, each in {min(v.count for v in shown):,} rows or more"
        reasons = (why, f"{others:,} rows have another") if others else (why,)
        listed = sorted(v.value for v in shown)
        yield Proposal(column.name, {"domain": listed}, reasons, part, column.filled)


def _pattern(column: ColumnProfile) -> Iterator[Proposal]:
    filled = column.filled
    if column.logical != "text" or filled < ENOUGH:
        return
    if meaning(column) in ("e-mail", "") and "email syntax" in column.checks:
        passed, _ = column.checks["email syntax"]
        if passed >= HOLDS * filled:
            why = f"{passed:,} of {filled:,} values are addresses by their form"
            yield Proposal(column.name, {"pattern": _EMAIL}, (why,), passed, filled)
        return
    if column.distinct == len(column.top):
        return  # a list of codes says more
    if not (meaning(column) in _IDENTIFIES | {"postcode"} or _is_number(column)):
        return
    shapes: list[str] = []
    held = 0
    for found in column.shapes[:3]:
        if "9" not in found.shape or set(found.shape) & set("*?…"):
            return
        shapes.append(found.shape)
        held += found.count
        if held >= HOLDS * filled:
            why = f"{held:,} of {filled:,} values have the form {' or '.join(shapes)}"
            yield Proposal(column.name, {"pattern": of_shapes(shapes)}, (why,), held, filled)
            return


def _is_number(column: ColumnProfile) -> bool:
    """Whether a column of unknown meaning is called a number or code."""
    words = name_words(column.name)
    named = bool(words) and words[-1] in _NUMBER_WORDS
    return named and not column.semantic and column.logical in ("text", "integer")


def of_shapes(shapes: Sequence[str]) -> str:
    """The pattern of values that have one of these shapes (`crmaudit.evidence.privacy.shape`)."""
    parts = [_of_shape(s) for s in shapes]
    return f"^{parts[0]}$" if len(parts) == 1 else f"^(?:{'|'.join(parts)})$"


def _of_shape(shape: str) -> str:
    def piece(run: re.Match[str]) -> str:
        character, times = run[1], len(run[0])
        one = _SHAPE.get(character) or re.escape(character)
        return one if times == 1 or one.endswith("+") else f"{one}{{{times}}}"

    return re.sub(r"(.)\1*", piece, shape)


def _range(column: ColumnProfile) -> Iterator[Proposal]:
    if column.logical not in ("integer", "number") or column.masking != "none":
        return
    stated = meaning(column)
    if stated not in _MEASURES and (stated or column.logical == "integer"):
        return
    if column.minimum is None or column.maximum is None or column.unparsable:
        return
    if column.filled < ENOUGH or (column.distinct or 0) < VARIED:
        return
    low, high = float(column.minimum), float(column.maximum)
    if not (math.isfinite(low) and math.isfinite(high)) or low < 0:
        return
    why = f"from {column.minimum} to {column.maximum} today"
    if stated == "percentage" and high <= 100:
        checks = {"minimum": 0, "maximum": 1 if high <= 1 else 100}
    else:
        checks = {"minimum": 0, "maximum": round_up(2 * high)}
        why += "; the greatest is left room to double"
    yield Proposal(column.name, checks, (why,), column.filled, column.filled)


def round_up(value: float) -> int:
    """The next 1, 2 or 5 with noughts, at least 1."""
    power = 10 ** max(0, math.floor(math.log10(max(value, 1))))
    return int(next(step * power for step in (1, 2, 5, 10) if step * power >= value))
