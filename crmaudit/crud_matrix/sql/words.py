"""Small questions about the words of a statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.lexer import Token, unquoted
from crmaudit.crud_matrix.sql.names import Name, folded

_NO_CALLS_TEXT = """
    IN VALUES VALUE AND OR NOT AS ON USING SELECT FROM JOIN WHERE SET ANY ALL SOME EXISTS OVER
    INTO WITH BY THEN WHEN ELSE CASE LIKE BETWEEN UNION EXCEPT INTERSECT TABLE KEY INDEX RETURN
    IF CHECK REFERENCES UNIQUE FILTER PARTITION LIMIT OFFSET INTERVAL ARRAY ROW
"""
_NO_CALLS = frozenset(_NO_CALLS_TEXT.split())


def depth_zero(words: Sequence[Token]) -> Iterator[int]:
    """The places of all tokens outside brackets."""
    depth = 0
    for i, word in enumerate(words):
        if word.text == "(":
            depth += 1
        elif word.text == ")":
            depth -= 1
        elif depth == 0:
            yield i


def has_word(words: Sequence[Token], word: str) -> bool:
    """Whether the bare word stands anywhere."""
    return any(w.upper == word for w in words)


def position(words: Sequence[Token], word: str, start: int = 0) -> int:
    """The place of the bare word, from `start` on; -1 without it."""
    for i in range(start, len(words)):
        if words[i].upper == word:
            return i
    return -1


def text_of(words: Sequence[Token]) -> str:
    """The words as a text again, values and all."""
    return " ".join(w.text for w in words)


def read_name(words: Sequence[Token], i: int, dialect: str) -> tuple[Name, int]:
    """The dotted name at `i`, and where it ends. Raises Doubt where there is none."""
    parts: list[str] = []
    while i < len(words):
        word = words[i]
        if word.kind == "param":
            if dialect == "tsql" and word.text.startswith("@"):
                return Name(("#" + word.text,)), i + 1
            raise Doubt("the name of a table is put together at run time")
        if word.kind not in ("word", "name"):
            break
        end = word.start + len(word.text)
        if i + 1 < len(words) and words[i + 1].kind == "param" and words[i + 1].start == end >= 0:
            raise Doubt("the name of a table is put together at run time")
        parts.append(folded(unquoted(word), word.kind == "name", dialect))
        i += 1
        if i >= len(words) or words[i].text != ".":
            break
        i += 1
    if not parts:
        raise Doubt("the name of a table is not understood")
    return Name(tuple(parts)), i


def called(words: Sequence[Token], dialect: str) -> tuple[Name, ...]:
    """Names with a bracket behind them: functions, as far as words can tell."""
    found: dict[Name, None] = {}
    for i, word in enumerate(words[1:]):
        before = words[i]
        if word.text != "(" or before.kind not in ("word", "name") or before.upper in _NO_CALLS:
            continue
        start = i
        while (
            start >= 2
            and words[start - 1].text == "."
            and words[start - 2].kind
            in (
                "word",
                "name",
            )
        ):
            start -= 2
        found[read_name(words, start, dialect)[0]] = None
    return tuple(found)


_REAL_INTO_TEXT = "INSERT MERGE REPLACE IGNORE DELAYED LOW_PRIORITY HIGH_PRIORITY OVERWRITE"
_REAL_INTO = frozenset(_REAL_INTO_TEXT.split())


def without_into(words: Sequence[Token]) -> Sequence[Token]:
    """The statement without an INTO that fills variables or a file of the server."""
    out: list[Token] = []
    depth, i = 0, 0
    while i < len(words):
        word = words[i]
        depth += {"(": 1, ")": -1}.get(word.text, 0)
        before = words[i - 1].upper if i else ""
        if depth or word.upper != "INTO" or before in _REAL_INTO or i == 0:
            out.append(word)
            i += 1
            continue
        if before == "COLLECT" and len(out) > 1:
            del out[-2:]
        i += 1
        after = words[i].upper if i < len(words) else ""
        if after in ("OUTFILE", "DUMPFILE"):
            while i < len(words) and words[i].upper != "FROM":
                i += 1
            continue
        if after == "STRICT":
            i += 1
        i = _after_targets(words, i)
    return out


def _after_targets(words: Sequence[Token], i: int) -> int:
    """The place behind a list of variables."""
    while i < len(words):
        if words[i].kind not in ("word", "name", "param"):
            return i
        i += 1
        while i + 1 < len(words) and words[i].text == ".":
            i += 2
        if i < len(words) and words[i].text in ("[", "("):
            close = {"[": "]", "(": ")"}[words[i].text]
            while i < len(words) and words[i].text != close:
                i += 1
            i += 1
        if i >= len(words) or words[i].text != ",":
            return i
        i += 1
    return i
