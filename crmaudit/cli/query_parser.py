"""Reads expressions like `lifecycle=phase-out and cost > 10000` (see query.py)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from crmaudit.cli.query import (
    KEYWORDS,
    WORD,
    And,
    Comparison,
    Expression,
    Field,
    Fields,
    Given,
    Kind,
    Not,
    Operator,
    Or,
    Value,
    folded,
    wrong,
)
from crmaudit.errors import CrmauditError

MAX_DEPTH = 40
_EVERY: tuple[Operator, ...] = ("=", "!=", "<", "<=", ">", ">=", "~")
_ALLOWED: Mapping[Kind, tuple[Operator, ...]] = {
    "text": _EVERY,
    "number": _EVERY[:-1],
    "date": _EVERY,
    "yes or no": ("=", "!="),
    "list": ("=", "!=", "~"),
}
_TOKEN = re.compile(
    rf"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<operator><=|>=|!=|=|<|>|~)
      | (?P<mark>[(),])
      | (?P<word>{WORD.pattern})
      | (?P<stray>\S)
      | (?P<end>$)""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YES = {"yes": True, "true": True, "no": False, "false": False}
_HOW = "write it like  phase=active and (cost > 10000 or it_owner missing)"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int

    @property
    def keyword(self) -> str:
        word = self.text.lower() if self.kind == "word" else ""
        return word if word in KEYWORDS else ""


def parse(text: str, fields: Fields) -> Expression:
    """The expression in a text. Raises CrmauditError that shows where it goes wrong."""
    return _Parser(text, fields).whole()


class _Parser:
    def __init__(self, text: str, fields: Fields) -> None:
        self.text = re.sub(r"[\r\n\t]", " ", text)
        self.fields = fields
        self.depth = 0
        self.tokens = [
            _Token(m.lastgroup or "", m.group(), m.start()) for m in _TOKEN.finditer(self.text)
        ]
        self.next = 0

    def whole(self) -> Expression:
        if self.peek.kind == "end":
            raise self.wrong("the expression is empty", _HOW)
        found = self.either()
        if self.peek.kind != "end":
            raise self.expected("`and`, `or` or the end")
        return found

    def either(self) -> Expression:
        parts = [self.every()]
        while self.peek.keyword == "or":
            self.take()
            parts.append(self.every())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def every(self) -> Expression:
        parts = [self.one()]
        while self.peek.keyword == "and":
            self.take()
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def one(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.wrong(f"nested more than {MAX_DEPTH} levels deep", "write it more simply")
        found: Expression
        if self.peek.keyword == "not":
            self.take()
            found = Not(self.one())
        elif self.peek.text == "(" and self.peek.kind == "mark":
            opened = self.take()
            found = self.either()
            if self.peek.kind == "end":
                raise self.wrong("this bracket is never closed", "close it with )", opened)
            self.mark(")")
        else:
            found = self.test()
        self.depth -= 1
        return found

    def test(self) -> Expression:
        token = self.peek
        if token.kind != "word" or token.keyword:
            raise self.expected("a column")
        field = self.fields.find(token.text)
        if field is None:
            raise self.wrong(f"there is no column {token.text!r}", self.fields.hint(token.text))
        self.take()
        turned = self.peek.keyword == "not"
        if turned:
            self.take()
            if self.peek.keyword != "in":
                raise self.expected("`in`")
        found = self.relation(field)
        return Not(found) if turned else found

    def relation(self, field: Field) -> Expression:
        token = self.take()
        if token.keyword == "is" and self.peek.keyword in ("given", "missing"):
            token = self.take()
        if token.keyword in ("given", "missing"):
            return Given(field, token.keyword == "given")
        if token.keyword == "in":
            self.mark("(")
            values = [self.value(field)]
            while self.peek.text == ",":
                self.take()
                values.append(self.value(field))
            self.mark(")")
            return Comparison(field, "in", tuple(values))
        operator = next((o for o in _ALLOWED["text"] if o == token.text), None)
        if operator is None or token.kind != "operator":
            raise self.expected(
                "=, !=, <, <=, >, >=, ~ (contains), `in`, `given` or `missing`", token
            )
        if operator not in (allowed := _ALLOWED[field.kind]):
            what = "holds several texts" if field.kind == "list" else f"is a {field.kind}"
            raise self.wrong(
                f"{field.key} {what}", f"compare it by {', '.join(allowed)} or in", token
            )
        return Comparison(field, operator, (self.value(field, loose=operator == "~"),))

    def value(self, field: Field, *, loose: bool = False) -> Value:
        """What the column is compared with; `loose` takes any text, as a part of its text."""
        token = self.peek
        if token.kind == "stray":
            raise self.expected("a value")
        if token.kind not in ("word", "quoted") or token.keyword:
            quote = f"put {token.text!r} in quotes" if token.keyword else _HOW
            raise self.wrong(f"a value is missing for {field.key}", quote)
        self.take()
        text = token.text
        if token.kind == "quoted":
            text = text[1:-1].replace(text[0] * 2, text[0])
        if loose or field.kind == "list":
            return text
        if field.kind == "number":
            if not _NUMBER.fullmatch(text):
                raise self.wrong(f"{text!r} is no number", _plain_number(text), token)
            if math.isinf(number := float(text)):
                raise self.wrong("this number is too large", "", token)
            return number
        if field.kind == "date":
            return self.day(text, token)
        if field.kind == "yes or no":
            if text.lower() not in _YES:
                raise self.wrong(
                    f"{field.key} is yes or no, not {text!r}", "write yes or no", token
                )
            return _YES[text.lower()]
        return self.word(field, text, token)

    def day(self, text: str, token: _Token) -> date:
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise self.wrong(
            f"{text!r} is no date", "write it as year-month-day, like 2027-01-31", token
        )

    def word(self, field: Field, text: str, token: _Token) -> str:
        if not field.choices:
            return text
        for choice in field.choices:
            if folded(choice) == folded(text):
                return choice
        from crmaudit.workspace.spelling import suggestion

        raise self.wrong(f"{field.key} is never {text!r}", suggestion(text, field.choices), token)

    @property
    def peek(self) -> _Token:
        return self.tokens[self.next]

    def take(self) -> _Token:
        token = self.peek
        if token.kind != "end":
            self.next += 1
        return token

    def mark(self, mark: str) -> None:
        if self.peek.text != mark or self.peek.kind != "mark":
            raise self.expected(f"`{mark}`")
        self.take()

    def expected(self, what: str, token: _Token | None = None) -> CrmauditError:
        token = token or self.peek
        hint = _HOW
        if token.kind == "end":
            return self.wrong(f"{what} is missing at the end", hint, token)
        if token.kind == "stray" and token.text in "'\"":
            return self.wrong("this quote is never closed", "close the quote", token)
        if token.text == "," or (token.kind == "word" and not token.keyword):
            hint = "write numbers without units and separators, texts with blanks in quotes"
        return self.wrong(f"{what} is expected, not {token.text!r}", hint, token)

    def wrong(self, message: str, hint: str, token: _Token | None = None) -> CrmauditError:
        return wrong("--where", self.text, (token or self.peek).at, message, hint)


def _plain_number(text: str) -> str:
    digits = re.sub(r"[^\d.]", "", text, flags=re.ASCII)
    like = digits if _NUMBER.fullmatch(digits) and not re.search(r"[A-Za-z%]", text) else "10000"
    return f"write it without unit and separators, like {like}"
