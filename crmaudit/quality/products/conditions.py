"""Conditions of product maps: a small part of SQL, read once and written for any engine.

    condition  = [NOT] test {AND | OR condition}, with parentheses
    test       = operand (= | <> | < | > | <= | >=) operand
               | column [NOT] IN (literal, … | selection)
               | column [NOT] LIKE 'text' | column IS [NOT] NULL
    selection  = SELECT column FROM table [alias] {JOIN table [alias] ON column = column}
                 [WHERE condition]
    operand    = column | 'text' | number | TRUE | FALSE

A column may be qualified by an alias or by the name of a table. Names are the
product's; `condition_sql` says what they are called in a database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)(?!\w)|(?P<word>[^\W\d][\w$]*)"
    r"|(?P<sign><>|<=|>=|[=<>(),.]))"
)
_KEYWORDS = frozenset(["and", "or", "not", "in", "is", "null", "like"]) | {
    *("select", "from", "join", "on", "where", "true", "false")
}


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    qualifier: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    """`kind` is `text`, `number` or `flag`; the value as written, without quotes."""

    kind: str
    value: str


Operand: TypeAlias = Name | Literal


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Operand
    sign: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Selection:
    """`tables` are pairs of name and alias; the alias is the name where none is given."""

    column: Name
    tables: tuple[tuple[str, str], ...]
    on: tuple[Comparison, ...] = ()
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class Among:
    left: Name
    among: tuple[Literal, ...] | Selection
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    left: Name
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Like:
    left: Name
    pattern: Literal
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """Conditions of which all (`AND`) or any (`OR`) hold."""

    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition: TypeAlias = Comparison | Among | Empty | Like | Together | Not


def parse(text: str) -> Condition:
    """The condition that a text says. Raises ValueError, with the reason, for any other text."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0

    def whole(self) -> Condition:
        found = self._any()
        if self._at < len(self._tokens):
            self._fail("the end")
        return found

    def _any(self) -> Condition:
        return self._joined("or", lambda: self._joined("and", self._one))

    def _joined(self, word: str, part: Callable[[], Condition]) -> Condition:
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Together(word.upper(), tuple(parts))

    def _one(self) -> Condition:
        if self._take("not"):
            return Not(self._one())
        if self._take("("):
            found = self._any()
            self._expect(")")
            return found
        return self._test()

    def _test(self) -> Condition:
        left = self._operand()
        kind, value = self._peek()
        if kind == "sign" and value in ("=", "<>", "<", ">", "<=", ">="):
            self._at += 1
            return Comparison(left, value, self._operand())
        if not isinstance(left, Name):
            self._fail("a comparison")
        if self._take("is"):
            negated = self._take("not")
            self._expect("null")
            return Empty(left, negated)
        negated = self._take("not")
        if self._take("like"):
            pattern = self._operand()
            if not isinstance(pattern, Literal) or pattern.kind != "text":
                self._fail("a text in quotes")
            return Like(left, pattern, negated)
        self._expect("in")
        self._expect("(")
        among: tuple[Literal, ...] | Selection
        among = self._selection() if self._take("select") else self._literals()
        self._expect(")")
        return Among(left, among, negated)

    def _literals(self) -> tuple[Literal, ...]:
        found = []
        while True:
            value = self._operand()
            if not isinstance(value, Literal):
                self._fail("a value")
            found.append(value)
            if not self._take(","):
                return tuple(found)

    def _selection(self) -> Selection:
        column = self._name()
        self._expect("from")
        tables, on = [self._table()], []
        while self._take("join"):
            tables.append(self._table())
            self._expect("on")
            left = self._name()
            self._expect("=")
            on.append(Comparison(left, "=", self._name()))
        where = self._any() if self._take("where") else None
        return Selection(column, tuple(tables), tuple(on), where)

    def _table(self) -> tuple[str, str]:
        table = self._word()
        kind, value = self._peek()
        if kind == "word" and value.lower() not in _KEYWORDS:
            return table, self._word()
        return table, table

    def _operand(self) -> Operand:
        kind, value = self._peek()
        if kind == "text":
            self._at += 1
            return Literal("text", value[1:-1].replace("''", "'"))
        if kind == "number":
            self._at += 1
            return Literal("number", value)
        if kind == "word" and value.lower() in ("true", "false"):
            self._at += 1
            return Literal("flag", value.lower())
        return self._name()

    def _name(self) -> Name:
        first = self._word()
        return Name(self._word(), first) if self._take(".") else Name(first)

    def _word(self) -> str:
        kind, value = self._peek()
        if kind != "word" or value.lower() in _KEYWORDS:
            self._fail("a name")
        self._at += 1
        return value

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _take(self, what: str) -> bool:
        kind, value = self._peek()
        found = kind in ("word", "sign") and value.lower() == what
        self._at += found
        return found

    def _expect(self, what: str) -> None:
        if not self._take(what):
            self._fail(what.upper())

    def _fail(self, expected: str) -> NoReturn:
        got = self._peek()[1] or "the end"
        raise ValueError(f"{self._text!r} is no condition: expected {expected}, found {got}")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    if "\\" in text or "\0" in text:
        # A backslash may end a string in one dialect that goes on in another.
        raise ValueError(f"{text!r} is no condition: it holds a backslash or NUL")
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"{text!r} is no condition: {text[at:].strip()[:20]!r} is not known")
        at = match.end()
        yield str(match.lastgroup), match[str(match.lastgroup)]


def names(condition: Condition, table: str) -> Iterator[tuple[str, str]]:
    """Every (table, column) that a condition on `table` names, aliases resolved.

    A column of a selection over several tables that is not qualified has the
    table "".
    """
    yield from _names(condition, {table: table}, table)


def _names(part: object, known: dict[str, str], table: str) -> Iterator[tuple[str, str]]:
    match part:
        case Name(name, qualifier):
            yield (known.get(qualifier, qualifier) if qualifier else table), name
        case Comparison(left, _, right):
            yield from _names(left, known, table)
            yield from _names(right, known, table)
        case Among(left, among):
            yield from _names(left, known, table)
            if isinstance(among, Selection):
                inner = {**known, **{alias: name for name, alias in among.tables}}
                only = among.tables[0][0] if len(among.tables) == 1 else ""
                for one in (among.column, *among.on, among.where):
                    yield from _names(one, inner, only)
        case Empty(left) | Like(left):
            yield from _names(left, known, table)
        case Together(_, parts):
            for one in parts:
                yield from _names(one, known, table)
        case Not(inside):
            yield from _names(inside, known, table)
