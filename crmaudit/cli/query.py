"""Rows chosen by an expression, and put in order: `--where`, `--sort`, `--columns`.

    lifecycle=phase-out and (cost > 10000 or not it_owner given)

A value that is not known is neither above nor below anything: such a row
never matches a comparison, turned around or not, and is counted apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from crmaudit.errors import CrmauditError, Place

Kind = Literal["text", "number", "date", "yes or no", "list"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "~", "in"]
Value = str | float | bool | date
Row = Mapping[str, Any]
KEYWORDS = ("and", "or", "not", "in", "is", "given", "missing")
WORD = re.compile(r"""[^\s()<>=!~,'"]+""")
"""What needs no quotes, unless it is a keyword."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column that rows can be chosen by.

    `about` says what it holds, `noun` names it in "3 systems have no cost".
    Of a closed vocabulary `choices` are all words, `ordered` from the least
    to the most where `<` follows that order and not the alphabet. `keys` are
    what it is made of where it is no key of the rows itself.
    """

    key: str
    about: str
    kind: Kind = "text"
    noun: str = ""
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    ordered: bool = False
    keys: tuple[str, ...] = ()

    def of(self, row: Row) -> Any:
        """The row's value; None where it is not known."""
        if not self.keys:
            return row[self.key]
        return [row[k] for k in self.keys if row[k] is not None] or None

    def rank(self, value: Any) -> Any:
        """What the value is compared by; texts without regard to case."""
        if self.ordered:
            return self.choices.index(value)
        if isinstance(value, list):
            return len(value), [folded(v) for v in value]
        return folded(value)


class Fields:
    """The columns there are, found by key or alias, in whatever case."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.all = tuple(fields)
        self._named = {name: f for f in self.all for name in (f.key, *f.aliases)}

    def find(self, name: str) -> Field | None:
        return self._named.get(name.casefold().replace("-", "_"))

    def hint(self, name: str) -> str:
        """The column that may have been meant, and all there are."""
        from crmaudit.workspace.spelling import suggestion

        keys = ", ".join(f.key for f in self.all)
        close = suggestion(name.casefold().replace("-", "_"), self._named)
        meant = f"{close} " if close.startswith("did you mean") else ""
        return f"{meant}columns: {keys}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A column beside a value, or beside several of which one has to be equal (`in`)."""

    field: Field
    operator: Operator
    values: tuple[Value, ...]

    def __str__(self) -> str:
        told = ", ".join(map(written, self.values))
        several = self.operator == "in"
        return f"{self.field.key} {self.operator} " + (f"({told})" if several else told)

    def holds(self, row: Row, unknown: set[str]) -> bool | None:
        value = self.field.of(row)
        if value is None:
            unknown.add(self.field.key)
            return None
        if self.operator == "!=":
            return not self._any(value, "=")
        return self._any(value, self.operator)

    def _any(self, value: Any, operator: Operator) -> bool:
        test, rank = _TESTS[operator], self.field.rank
        if isinstance(value, list):
            return any(test(folded(v), folded(w)) for v in value for w in self.values)
        if operator == "~":
            return test(folded(str(value)), folded(self.values[0]))
        return any(test(rank(value), rank(w)) for w in self.values)


@dataclass(frozen=True, slots=True)
class Given:
    """Whether a column says anything, or says nothing."""

    field: Field
    given: bool

    def __str__(self) -> str:
        return f"{self.field.key} {'given' if self.given else 'missing'}"

    def holds(self, row: Row, unknown: set[str]) -> bool:
        return (self.field.of(row) not in (None, "", [])) == self.given


@dataclass(frozen=True, slots=True)
class Not:
    part: Expression

    def __str__(self) -> str:
        return f"not {_enclosed(self.part, And, Or)}"

    def holds(self, row: Row, unknown: set[str]) -> bool | None:
        held = self.part.holds(row, unknown)
        return None if held is None else not held


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " and ".join(_enclosed(p, And, Or) for p in self.parts)

    def holds(self, row: Row, unknown: set[str]) -> bool | None:
        held = [p.holds(row, unknown) for p in self.parts]
        return False if False in held else None if None in held else True


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " or ".join(_enclosed(p, Or) for p in self.parts)

    def holds(self, row: Row, unknown: set[str]) -> bool | None:
        held = [p.holds(row, unknown) for p in self.parts]
        return True if True in held else None if None in held else False


Expression = Comparison | Given | Not | And | Or


def choose(expression: Expression, rows: Iterable[Row]) -> tuple[list[Row], Counter[str]]:
    """The rows that match; and by column how many could not be judged for want of its value."""
    chosen: list[Row] = []
    lacking: Counter[str] = Counter()
    for row in rows:
        unknown: set[str] = set()
        held = expression.holds(row, unknown)
        if held:
            chosen.append(row)
        elif held is None:
            lacking.update(sorted(unknown))
    return chosen, lacking


def order(text: str, fields: Fields) -> tuple[tuple[Field, bool], ...]:
    """`-cost,name` as columns, each with whether it goes downwards. Raises CrmauditError."""
    found = []
    for at, name in _listed(text):
        down = name.startswith("-")
        found.append((_column(name.removeprefix("-"), at + down, text, fields, "--sort"), down))
    return tuple(found)


def arranged(rows: Iterable[Row], by: Sequence[tuple[Field, bool]]) -> list[Row]:
    """The rows in that order; where the value is not known they come last."""
    result = list(rows)
    for field, down in reversed(by):
        known = [r for r in result if field.of(r) is not None]
        unknown = [r for r in result if field.of(r) is None]
        known.sort(key=lambda r, f=field: f.rank(f.of(r)), reverse=down)  # type: ignore[misc]
        result = known + unknown
    return result


def columns(text: str, fields: Fields) -> tuple[Field, ...]:
    """`name,cost` as columns, each once. Raises CrmauditError."""
    return tuple(
        dict.fromkeys(_column(name, at, text, fields, "--columns") for at, name in _listed(text))
    )


def _listed(text: str) -> Iterable[tuple[int, str]]:
    """The names between commas, each with where it begins."""
    return ((m.start(), m.group()) for m in re.finditer(r"[^\s,](?:[^,]*[^\s,])?", text))


def _column(name: str, at: int, text: str, fields: Fields, option: str) -> Field:
    field = fields.find(name)
    if field is None:
        raise wrong(option, text, at, f"there is no column {name!r}", fields.hint(name))
    return field


def wrong(option: str, text: str, at: int, message: str, hint: str) -> CrmauditError:
    """The mistake at that character of an option's text."""
    shown = re.sub(r"[\r\n\t]", " ", text)
    return CrmauditError(message, hint, Place(option, 0, at + 1, shown))


def folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def written(value: Value) -> str:
    """The value as it stands in an expression."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, date):
        return value.isoformat()
    if WORD.fullmatch(value) and value.lower() not in KEYWORDS:
        return value
    return '"' + value.replace('"', '""') + '"'


def _enclosed(part: Expression, *kinds: type) -> str:
    return f"({part})" if isinstance(part, kinds) else str(part)


_TESTS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "in": lambda a, b: bool(a == b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
    "~": lambda a, b: bool(b in a),
}
