"""Columns, keys and indexes within the definition of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crmaudit.evidence import Column, Index
from crmaudit.sources.script.lexer import Token, unquoted

Words = Sequence[Token]

# A type ends where one of these begins.
_BEHIND_TYPE_TEXT = """
    NOT NULL DEFAULT PRIMARY UNIQUE REFERENCES CHECK CONSTRAINT COLLATE COMMENT AUTO_INCREMENT
    AUTOINCREMENT GENERATED IDENTITY KEY VIRTUAL STORED AS ENCODING SPARSE ROWGUIDCOL CHARSET
    INVISIBLE VISIBLE ENABLE DISABLE DEFERRABLE INITIALLY STORAGE COMPRESSION ON
"""
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_BEHIND_TYPE = frozenset(_BEHIND_TYPE_TEXT.split())


@dataclass(frozen=True, slots=True)
class Names:
    """A table as a script names it; with `column` where one of its columns is meant."""

    schema: str
    name: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A foreign key; `action` is what ON DELETE does, if anything."""

    columns: tuple[str, ...]
    to: Names
    to_columns: tuple[str, ...]
    name: str
    action: str


@dataclass
class Defined:
    """Keys and indexes of one table, gathered over several statements."""

    primary: tuple[str, ...] = ()
    keys: list[Key] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)


def place(words: Words, i: int, dialect: str, column: bool = False) -> tuple[Names, int]:
    """The dotted name at `i` and where it ends; IndexError where there is none."""
    parts: list[str] = []
    while words[i].kind in ("word", "name"):
        word = words[i]
        text = unquoted(word)
        if word.kind == "word":
            text = {"postgresql": text.lower(), "oracle": text.upper()}.get(dialect, text)
        parts.append(text)
        i += 1
        if i >= len(words) or words[i].text != ".":
            break
        i += 1
    if not parts:
        raise IndexError("no name")
    last = parts.pop() if column and len(parts) > 1 else ""
    return Names(parts[-2] if len(parts) > 1 else "", parts[-1], last), i


def closing(words: Words, i: int) -> int:
    """The place of the bracket that closes the one at `i`; IndexError without one."""
    depth = 0
    while True:
        depth += {"(": 1, ")": -1}.get(words[i].text, 0)
        if depth == 0:
            return i
        i += 1


def items(words: Words) -> Iterator[Words]:
    """What stands between commas, outside brackets."""
    depth = start = 0
    for i, word in enumerate(words):
        depth += {"(": 1, ")": -1}.get(word.text, 0)
        if depth == 0 and word.text == ",":
            if i > start:
                yield words[start:i]
            start = i + 1
    if start < len(words):
        yield words[start:]


def names_in(words: Words) -> tuple[str, ...]:
    """Columns of a key or index; what is computed is `(expression)`."""
    found = []
    for item in items(words):
        plain = item[0].kind in ("word", "name") and not (len(item) > 1 and _computes(item))
        found.append(unquoted(item[0]) if plain else "(expression)")
    return tuple(found)


def _computes(item: Words) -> bool:
    # `name(10)` is a prefix of a column, `lower(name)` an expression.
    if item[1].text == "(":
        return not (len(item) > 3 and item[2].kind == "number" and item[3].text == ")")
    return item[1].text in ("::", "||", "+", "-", "->")


def constraint(words: Words, into: Defined, dialect: str) -> bool:
    """Take in a constraint or index of a table; False where the words define a column."""
    name, i = "", 0
    if words[0].upper == "CONSTRAINT":
        i = 1
        if words[1].upper not in ("PRIMARY", "FOREIGN", "UNIQUE", "CHECK"):
            name, i = unquoted(words[1]), 2
    head = words[i].upper
    after = words[i + 1] if i + 1 < len(words) else None
    if head == "PRIMARY" and after is not None and after.upper == "KEY":
        into.primary = names_in(_bracket(words, i + 2))
    elif head == "FOREIGN" and after is not None and after.upper == "KEY":
        _foreign(words, i + 2, name, into, dialect)
    elif head == "UNIQUE":
        own, columns = _named_index(words, i + 1)
        into.indexes.append(Index(name or own, columns, True))
    elif head in ("KEY", "INDEX", "FULLTEXT", "SPATIAL") and _is_index(words, i):
        own, columns = _named_index(words, i + 1)
        into.indexes.append(Index(own, columns))
    else:
        beside = (head in ("CHECK", "EXCLUDE") and after is not None and after.kind == "op") or (
            head == "PERIOD" and after is not None and after.upper == "FOR"
        )
        return bool(name) or beside or head == "LIKE"
    return True


def _is_index(words: Words, i: int) -> bool:
    """Whether KEY or INDEX begins an index: it might be a column's name."""
    rest = [w.text for w in words[i + 1 : i + 4]]
    return "(" in rest or (len(rest) > 1 and words[i + 1].upper in ("KEY", "INDEX"))


def _bracket(words: Words, i: int) -> Words:
    while words[i].text != "(":
        i += 1
    return words[i + 1 : closing(words, i)]


def _named_index(words: Words, i: int) -> tuple[str, tuple[str, ...]]:
    name = ""
    while words[i].text != "(":
        if words[i].upper not in ("KEY", "INDEX", "CLUSTERED", "NONCLUSTERED", "USING", "BTREE"):
            name = unquoted(words[i])
        i += 1
    return name, names_in(words[i + 1 : closing(words, i)])


def _foreign(words: Words, i: int, name: str, into: Defined, dialect: str) -> None:
    columns = names_in(_bracket(words, i))
    while words[i].upper != "REFERENCES":
        i += 1
    to, end = place(words, i + 1, dialect)
    there: tuple[str, ...] = ()
    if end < len(words) and words[end].text == "(":
        close = closing(words, end)
        there, end = names_in(words[end + 1 : close]), close + 1
    into.keys.append(Key(columns, to, there, name, _action(words[end:])))


def _action(words: Words) -> str:
    """What ON DELETE does: CASCADE, SET NULL, SET DEFAULT, or nothing."""
    for i, word in enumerate(words[:-2]):
        if word.upper == "ON" and words[i + 1].upper == "DELETE":
            if words[i + 2].upper == "CASCADE":
                return "CASCADE"
            if words[i + 2].upper == "SET" and i + 3 < len(words):
                return f"SET {words[i + 3].upper}"
    return ""


def column(words: Words, into: Defined, dialect: str) -> Column:
    """A column, and the keys that stand beside it."""
    name = unquoted(words[0])
    if words[0].kind == "word":
        name = {"postgresql": name.lower(), "oracle": name.upper()}.get(dialect, name)
    i, depth, kind = 1, 0, list[Token]()
    while i < len(words):
        word = words[i]
        ends = word.upper in _BEHIND_TYPE or (
            word.upper == "CHARACTER" and i + 1 < len(words) and words[i + 1].upper == "SET"
        )
        if depth == 0 and ends and not (word.upper == "NULL" and not kind):
            break
        depth += {"(": 1, ")": -1}.get(word.text, 0)
        kind.append(word)
        i += 1
    rest = words[i:]
    nullable, default, comment = True, "", ""
    for j, word in enumerate(rest):
        after = rest[j + 1] if j + 1 < len(rest) else None
        upper = word.upper
        if upper == "NOT" and after is not None and after.upper == "NULL":
            nullable = False
        elif upper == "PRIMARY":
            into.primary = (name,)
        elif upper == "DEFAULT" and after is not None and not default:
            default = default_of(rest[j + 1 :])
        elif upper == "COMMENT" and after is not None and after.kind == "string":
            comment = content(after.text, dialect)
        elif upper == "AUTO_INCREMENT":
            default = upper
        elif upper == "UNIQUE":
            into.indexes.append(Index("", (name,), True))
        elif upper == "GENERATED" or (upper == "AS" and after is not None and after.text == "("):
            default = default or "GENERATED"
        elif upper == "REFERENCES":
            to, end = place(rest, j + 1, dialect)
            there: tuple[str, ...] = ()
            if end < len(rest) and rest[end].text == "(":
                there = names_in(rest[end + 1 : closing(rest, end)])
            into.keys.append(Key((name,), to, there, "", _action(rest[end:])))
    return Column(name, _text(kind), nullable, default, comment)


def default_of(words: Words) -> str:
    """A default as it is written; empty for NULL."""
    depth = end = 0
    while end < len(words):
        ends = words[end].upper in _BEHIND_TYPE and not (end == 0 and words[0].upper == "NULL")
        if depth == 0 and ends:
            break
        depth += {"(": 1, ")": -1}.get(words[end].text, 0)
        end += 1
    told = _text(words[:end])
    return "" if told.upper() == "NULL" else told


def content(literal: str, dialect: str) -> str:
    """The text that a literal stands for."""
    quote = literal[-1]
    inner = literal[literal.find(quote) + 1 : -1].replace(quote * 2, quote)
    if dialect in ("mysql", "mariadb"):
        inner = _ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[1]), inner)
    return inner


def _text(words: Words) -> str:
    """The words as they were written, blanks where there were some."""
    out, end = "", -1
    for word in words:
        text = unquoted(word) if word.kind == "name" and word.text[:1] == "[" else word.text
        out += (" " if out and word.start != end else "") + text
        end = word.start + len(word.text)
    return out
