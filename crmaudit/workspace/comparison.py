"""The small language of `compare:`, like `end_date >= start_date or status = 'open'`.

    condition  = part { "or" part }
    part       = test { "and" test }
    test       = "(" condition ")" | operand ( sign operand | "is" [ "not" ] "empty" )
    sign       = "=" | "!=" | "<>" | "<" | "<=" | ">" | ">="
    operand    = column | number | 'text' | true | false

A column is a bare word, or anything at all within " " or ` ` (doubled inside).
`null` means the same as `empty`. Words of the language are known in any case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Sign = Literal["=", "<>", "<", "<=", ">", ">="]

LONGEST, DEEPEST = 2000, 20


@dataclass(frozen=True, slots=True)
class Name:
    """A column, as written."""

    name: str


@dataclass(frozen=True, slots=True)
class Value:
    """A value as a text; `kind` says how it was written."""

    text: str
    kind: Literal["number", "text", "boolean"]


Operand = Name | Value


@dataclass(frozen=True, slots=True)
class Test:
    """Two operands compared."""

    left: Operand
    sign: Sign
    right: Operand


@dataclass(frozen=True, slots=True)
class Empty:
    """Whether an operand holds nothing, or (`negated`) something."""

    operand: Operand
    negated: bool


@dataclass(frozen=True, slots=True)
class Several:
    """Conditions of which all (`and`) or at least one (`or`) must hold."""

    word: Literal["and", "or"]
    parts: tuple[Condition, ...]


Condition = Test | Empty | Several

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?![\w.]))
      | (?P<word>[^\W\d][\w$]*)
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`)
      | (?P<sign><=|>=|<>|!=|==|=|<|>)
      | (?P<mark>[()])
    )""",
    re.VERBOSE,
)
_SIGNS: dict[str, Sign] = {"=": "=", "==": "=", "!=": "<>", "<>": "<>", "<": "<", "<=": "<=",
                           ">": ">", ">=": ">="}  # fmt: skip
_WORDS = ("and", "or", "is", "not", "empty", "null", "true", "false")


def parse(text: str) -> Condition:
    """The condition that a text says.

    Raises ValueError with what is wrong and where in the text.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a comparison of {len(text):,} characters is too long, at most {LONGEST}")
    return _Parser(text).whole()


def columns(condition: Condition) -> tuple[str, ...]:
    """The names of columns in it, each once, in the order of the text."""
    return tuple(dict.fromkeys(_names(condition)))


def _names(condition: Condition) -> Iterator[str]:
    match condition:
        case Several(_, parts):
            for part in parts:
                yield from _names(part)
        case Empty(operand, _):
            yield from (o.name for o in (operand,) if isinstance(o, Name))
        case Test(left, _, right):
            yield from (o.name for o in (left, right) if isinstance(o, Name))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The word of the language that it is; empty for anything else."""
        lower = self.text.lower()
        return lower if self.kind == "word" and lower in _WORDS else ""


class _Parser:
    """Reads a text from left to right, one token ahead."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._next = 0
        self._depth = 0

    def whole(self) -> Condition:
        found = self._condition()
        if self._token.kind != "end":
            raise self._wrong("`and`, `or` or the end")
        if not columns(found):
            raise ValueError("a comparison needs a column")
        return found

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _taken(self) -> _Token:
        token = self._token
        self._next += 1
        return token

    def _condition(self) -> Condition:
        return self._several("or", lambda: self._several("and", self._test))

    def _several(self, word: Literal["and", "or"], part: Callable[[], Condition]) -> Condition:
        parts = [part()]
        while self._token.word == word:
            self._taken()
            parts.append(part())
        return parts[0] if len(parts) == 1 else Several(word, tuple(parts))

    def _test(self) -> Condition:
        if self._token.text == "(" and self._token.kind == "mark":
            self._taken()
            self._depth += 1
            if self._depth > DEEPEST:
                raise ValueError(f"more than {DEEPEST} parentheses within each other")
            found = self._condition()
            if self._token.text != ")":
                raise self._wrong("`)`")
            self._taken()
            self._depth -= 1
            return found
        left = self._operand()
        if self._token.word == "is":
            self._taken()
            negated = self._token.word == "not"
            if negated:
                self._taken()
            if self._token.word not in ("empty", "null"):
                raise self._wrong("`empty`")
            self._taken()
            return Empty(left, negated)
        if self._token.kind != "sign":
            raise self._wrong("one of = != < <= > >= or `is empty`")
        sign = self._taken().text
        return Test(left, _SIGNS[sign], self._operand())

    def _operand(self) -> Operand:
        token = self._token
        if token.kind in ("end", "sign", "mark") or token.word not in ("", "true", "false"):
            raise self._wrong("a column, a number or a 'text'")
        self._taken()
        if token.word:
            return Value(token.word, "boolean")
        if token.kind == "number":
            return Value(token.text, "number")
        if token.kind == "word":
            return Name(token.text)
        quote, inner = token.text[0], token.text[1:-1]
        plain = inner.replace(quote * 2, quote)
        if quote == "'":
            return Value(plain, "text")
        if not plain:
            raise ValueError(f"a column without a name at character {token.at + 1}")
        return Name(plain)

    def _wrong(self, expected: str) -> ValueError:
        token = self._token
        if token.kind == "end":
            return ValueError(f"the comparison ends too early: {expected} is expected")
        hint = f'; a column of that name is written "{token.text}"' if token.word else ""
        return ValueError(
            f"{token.text!r} at character {token.at + 1}: {expected} is expected{hint}"
        )


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise ValueError(
                f"{text[start]!r} at character {start + 1} is not understood; compare columns and "
                "literals, like `end_date >= start_date`"
            )
        kind = match.lastgroup or ""
        yield _Token(kind, match[kind], match.start(kind))
        at = match.end()
    yield _Token("end", "", end)
