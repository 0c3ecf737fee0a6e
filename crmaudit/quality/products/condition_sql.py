"""A product map's condition in the SQL of one database: its names, its quotes, its flags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from crmaudit.evidence import Column, Table
from crmaudit.quality.products.conditions import (
    Among,
    Comparison,
    Condition,
    Empty,
    Like,
    Literal,
    Name,
    Not,
    Selection,
    Together,
)

_FLAGS = {"0": False, "1": True, "false": False, "true": True}
_STRICT = frozenset({"postgresql", "duckdb", "folder"})
"""Engines that compare values of one type only."""

_SPELLINGS = {
    True: ("1", "true", "t", "yes", "y"),
    False: ("0", "false", "f", "no", "n"),
}
"""How exports and text columns spell a flag, in small letters."""


class Where(Protocol):
    """Where a product's tables and columns are in one database (`naming.Names`)."""

    @property
    def engine(self) -> str: ...

    def table(self, written: str) -> Table | None: ...

    def column(self, table: Table, written: str) -> Column | None: ...


class NotHereError(Exception):
    """A condition cannot be written for this database; the text says why."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Tables in reach, by the name or alias that the condition uses; the outer ones behind."""

    tables: dict[str, Table]
    inner: bool = False
    outer: _Scope | None = None
    via: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def written(
    condition: Condition,
    table: Table,
    called: str,
    where: Where,
    via: Mapping[str, tuple[str, str]] | None = None,
) -> str:
    """The condition in the engine's SQL, on the rows of `table`, which the map calls `called`.

    `via` tells how to reach the row of another table that qualifies a column:
    its name in the map → (its column, the column of `table` that equals it);
    such a test becomes `column IN (SELECT … FROM …)`. Raises NotHereError
    where a table or column is not there, or a value cannot be compared with
    the column's type.
    """
    scope = _Scope({called: table}, via=via or {})
    return _Writer(where).condition(condition, scope)


class _Writer:
    def __init__(self, where: Where) -> None:
        self._where = where
        self._engine = where.engine

    def condition(self, part: Condition, scope: _Scope) -> str:
        match part:
            case Together(word, parts):
                # AND binds closer than OR; parentheses wherever one stands in the other.
                inside = (self._bracketed(one, scope) for one in parts)
                return f" {word} ".join(inside)
            case Not(inside_):
                return f"NOT ({self.condition(inside_, scope)})"
            case Comparison(Literal() as left, sign, Literal() as right):
                return f"{_literal(left)} {sign} {_literal(right)}"
            case _:
                return self._elsewhere(part, scope) or self._test(part, scope)

    def _bracketed(self, part: Condition, scope: _Scope) -> str:
        text = self.condition(part, scope)
        return f"({text})" if isinstance(part, Together) else text

    def _elsewhere(self, test: Condition, scope: _Scope) -> str:
        """A test of a column of a joined table, as one of the rows that hold it."""
        if scope.inner or not isinstance(test, Comparison | Among | Empty | Like):
            return ""
        left = test.left
        if not isinstance(left, Name) or left.qualifier not in scope.via:
            return ""
        there, here = scope.via[left.qualifier]
        bare: Condition = replace(test, left=Name(left.name))
        selection = Selection(Name(there), ((left.qualifier, left.qualifier),), (), bare)
        return self._test(Among(Name(here), selection), scope)

    def _test(self, test: Condition, scope: _Scope) -> str:
        match test:
            case Comparison(Name() as left, sign, Literal() as right):
                return self._compared(left, sign, right, scope)
            case Comparison(Literal() as left, sign, Name() as right):
                turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(sign, sign)
                return self._compared(right, turned, left, scope)
            case Comparison(Name() as left, sign, Name() as right):
                (one, first), (other, second) = self._found(left, scope), self._found(right, scope)
                one, other = self._alike(one, first, second), self._alike(other, second, first)
                return f"{one} {sign} {other}"
            case Among(left, among, negated):
                return self._among(left, among, negated, scope)
            case Empty(left, negated):
                text, kind = self._found(left, scope)
                if self._engine == "folder" and kind == "text":
                    # Exports write an empty text for what has no value.
                    return f"coalesce({text}, '') {'<>' if negated else '='} ''"
                return f"{text} IS {'NOT ' if negated else ''}NULL"
            case Like(left, pattern, negated):
                text, kind = self._found(left, scope)
                if kind != "text":
                    raise NotHereError(f"{left.name} is no text")
                return f"{text} {'NOT ' if negated else ''}LIKE {_literal(pattern)}"
        raise AssertionError(test)

    def _compared(self, left: Name, sign: str, value: Literal, scope: _Scope) -> str:
        text, kind = self._found(left, scope)
        flag = _FLAGS.get(value.value) if value.kind != "text" else None
        if flag is not None and sign in ("=", "<>"):
            wanted = flag if sign == "=" else not flag
            if kind == "boolean" and self._engine in _STRICT:
                return f"{text} = {'true' if wanted else 'false'}"
            if kind == "text":
                # `<> 1` of a text is anything else, not only what spells "no".
                spelled = ", ".join(f"'{s}'" for s in _SPELLINGS[flag])
                return f"lower({text}) {'' if sign == '=' else 'NOT '}IN ({spelled})"
            return f"{text} {sign} {int(flag)}"
        if kind == "text" and value.kind == "number":
            if sign not in ("=", "<>"):
                raise NotHereError(f"{left.name} is text and cannot be compared with a number")
            return f"{text} {sign} {_literal(Literal('text', value.value))}"
        return f"{text} {sign} {self._fitting(left, kind, value)}"

    def _among(
        self, left: Name, among: tuple[Literal, ...] | Selection, negated: bool, scope: _Scope
    ) -> str:
        text, kind = self._found(left, scope)
        word = "NOT IN" if negated else "IN"
        if isinstance(among, tuple):
            quoted = [Literal("text", v.value) if kind == "text" else v for v in among]
            values = ", ".join(self._fitting(left, kind, v) for v in quoted)
            return f"{text} {word} ({values})"
        inner = {}
        for name, alias in among.tables:
            table = self._where.table(name)
            if table is None:
                raise NotHereError(f"there is no table {name}")
            inner[alias] = table
        below = _Scope(inner, True, scope)
        column, other = self._found(among.column, below)
        places = [self._place(name, alias, inner[alias]) for name, alias in among.tables]
        sources = places[0] + "".join(
            f" JOIN {place} ON {self._test(on, below)}"
            for place, on in zip(places[1:], among.on, strict=True)
        )
        tests = [self.condition(among.where, below)] if among.where else []
        if negated:
            # One NULL among them would make NOT IN hold for nothing.
            tests = [f"({t})" for t in tests] + [f"{column} IS NOT NULL"]
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        return (
            f"{self._alike(text, kind, other)} {word} "
            f"(SELECT {self._alike(column, other, kind)} FROM {sources}{where})"
        )

    def _found(self, name: Name, scope: _Scope) -> tuple[str, str]:
        """The column as written in SQL, and what it holds: text, number, boolean or other."""
        place: _Scope | None = scope
        while place is not None:
            for alias, table in place.tables.items():
                if name.qualifier and name.qualifier != alias:
                    continue
                column = self._where.column(table, name.name)
                if column is not None:
                    shown = quoted(column.name, self._engine)
                    if place.inner and len(place.tables) > 1:
                        shown = f"{quoted(alias, self._engine)}.{shown}"
                    if not column.type and self._engine == "sqlite":
                        # Without a type SQLite tells 1 and '1' apart.
                        shown = f"CAST({shown} AS TEXT)"
                    return shown, _kind(column.type, self._engine)
            place = place.outer
        raise NotHereError(f"there is no column {name.name}")

    def _place(self, name: str, alias: str, table: Table) -> str:
        place = ".".join(quoted(part, self._engine) for part in (table.schema, table.name) if part)
        return place if alias == name else f"{place} {quoted(alias, self._engine)}"

    def _alike(self, text: str, kind: str, other: str) -> str:
        """Both sides as texts where strict engines would not compare their types."""
        strict = self._engine in _STRICT
        if kind in (other, "text") or not strict:
            return text
        return f"CAST({text} AS VARCHAR)"

    def _fitting(self, name: Name, kind: str, value: Literal) -> str:
        if value.kind == "text" and kind in ("number", "boolean", "other"):
            if value.value in _FLAGS and kind == "boolean":
                flag = _FLAGS[value.value]
                strict = self._engine in _STRICT
                return str(flag).lower() if strict else str(int(flag))
            if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value.value):
                return value.value
            raise NotHereError(f"{name.name} holds no texts")
        return _literal(value)


def _literal(value: Literal) -> str:
    if value.kind == "text":
        return "'" + value.value.replace("'", "''") + "'"
    return {"true": "1 = 1", "false": "1 = 0"}.get(value.value, value.value)


def quoted(name: str, engine: str) -> str:
    """An identifier as the engine quotes it."""
    mark = "`" if engine in ("mysql", "mariadb") else '"'
    return mark + name.replace(mark, mark * 2) + mark


_NUMBERS = re.compile(
    r"(tiny|small|medium|big|huge|u)*(int(?!erval)|serial)|num|dec|real|double|float|year"
)


def _kind(declared: str, engine: str) -> str:
    """What a column of that type holds, as far as comparing goes."""
    spelling = " ".join(declared.lower().split())
    if re.match(r"bool|bit\b(?!\(([2-9]|\d\d))|logical", spelling):
        return "boolean"
    if _NUMBERS.match(spelling):
        return "number"
    if re.match(r"uuid|date|time|json|bytea|blob|binary|varbinary|interval", spelling):
        return "text" if engine == "sqlite" else "other"
    return "text"
