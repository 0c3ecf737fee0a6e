"""Bodies of routines, triggers and blocks: cut into statements, each understood.

What a body may do is what all of its branches do. A statement that is put
together at run time makes the whole unknown; the letters of the others stay.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Sequence

from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.lexer import Token, family, made, tokens
from crmaudit.crud_matrix.sql.names import Tables
from crmaudit.crud_matrix.sql.understood import Understood, together
from crmaudit.crud_matrix.sql.words import called, depth_zero, has_word, position, without_into
from crmaudit.sources.script import tsql

Words = Sequence[Token]

_DROPPED = frozenset(["BEGIN", "LOOP", "ELSE", "REPEAT", "EXCEPTION", "THEN", "DO", "ATOMIC"])
_NOTHING_TEXT = """
    EXIT CONTINUE LEAVE ITERATE NULL RAISE GET ASSERT FETCH CLOSE MOVE SIGNAL RESIGNAL COMMIT
    ROLLBACK PRINT GOTO BREAK RAISERROR THROW PRAGMA SAVEPOINT
"""
_NOTHING = frozenset(_NOTHING_TEXT.split())
_QUERIES_TEXT = "SELECT WITH VALUES INSERT UPDATE DELETE MERGE REPLACE TABLE EXECUTE CALL"
_QUERIES = frozenset(_QUERIES_TEXT.split())


def understood(body: str, dialect: str, tables: Tables | None) -> Understood:
    """What the statements of a body do together; unknown where one of them is."""
    from crmaudit.crud_matrix.sql import kinds

    found: list[Understood] = []
    for piece in pieces(tokens(body, dialect), dialect):
        try:
            found.append(kinds.understood(piece, dialect, tables))
        except Doubt as doubt:
            found.append(Understood(unknown=str(doubt)))
        except IndexError:
            found.append(Understood(unknown="it is not whole"))
    return together(found)


def pieces(words: Words, dialect: str) -> Iterator[Words]:
    """The statements of a body, conditions and assigned expressions as queries of their own."""
    if dialect == "tsql":
        yield from _tsql(words)
        return
    declaring = False
    for chunk in _chunks(words):
        inside = declaring
        # A declaration ends with the BEGIN that follows it.
        if chunk[0].upper == "DECLARE" and family(dialect) != "mysql":
            inside, chunk = True, chunk[1:]
        if inside and chunk and chunk[0].upper == "BEGIN":
            inside = False
        declaring = inside
        if inside:
            yield from _declaration(chunk)
        else:
            yield from _statements(chunk, dialect)


def _chunks(words: Words) -> Iterator[Words]:
    start = 0
    for i in depth_zero(words):
        if words[i].text == ";":
            if i > start:
                yield words[start:i]
            start = i + 1
    if start < len(words):
        yield words[start:]


def _declaration(chunk: Words) -> Iterator[Words]:
    if has_word(chunk, "CURSOR"):
        start = next((i for i, w in enumerate(chunk) if w.upper in ("FOR", "IS")), -1)
        if start >= 0:
            yield chunk[start + 1 :]
        return
    start = next(
        (i for i, w in enumerate(chunk) if w.upper == "DEFAULT" or w.text in (":=", "=")), -1
    )
    if start >= 0:
        yield from _expression(chunk[start + 1 :])


def _statements(chunk: Words, dialect: str) -> Iterator[Words]:
    """One chunk up to a `;`: what controls goes, what is controlled stays."""
    while chunk:
        head = chunk[0].upper
        if head in _DROPPED and head != "REPLACE":
            chunk = chunk[1:]
        elif head == "NOT" and len(chunk) > 1 and chunk[1].upper == "ATOMIC":
            chunk = chunk[2:]
        elif chunk[0].text == "<" and len(chunk) > 1 and chunk[1].text == "<":
            end = next((i for i, w in enumerate(chunk) if w.text == ">"), len(chunk))
            chunk = chunk[end + 2 :]
        elif len(chunk) > 1 and chunk[1].text == ":" and chunk[0].kind in ("word", "name"):
            chunk = chunk[2:]
        elif head in ("IF", "ELSIF", "ELSEIF", "ELIF", "WHEN"):
            end = _until(chunk, ("THEN",))
            yield from _expression(chunk[1:end])
            chunk = chunk[end + 1 :]
        elif head == "WHILE":
            end = _until(chunk, ("LOOP", "DO"))
            yield from _expression(chunk[1:end])
            chunk = chunk[end + 1 :]
        elif head == "UNTIL":
            yield from _expression(chunk[1 : _until(chunk, ("END",))])
            return
        elif head == "CASE":
            end = _until(chunk[1:], ("WHEN",)) + 1
            yield from _expression(chunk[1:end])
            chunk = chunk[end:]
        elif head in ("FOR", "FOREACH") and position(chunk, "IN") > 0:
            end = _until(chunk, ("LOOP", "DO"))
            yield from _looped(chunk[position(chunk, "IN") + 1 : end])
            chunk = chunk[end + 1 :]
        elif head == "FORALL":
            start = next((i for i, w in enumerate(chunk) if w.upper in _QUERIES), len(chunk))
            chunk = chunk[start:]
        elif head == "DECLARE":
            chunk = yield from _psm_declaration(chunk)
        else:
            yield from _plain(chunk, head, dialect)
            return


def _plain(chunk: Words, head: str, dialect: str) -> Iterator[Words]:
    """A statement that is controlled, without anything around it."""
    second = chunk[1].upper if len(chunk) > 1 else ""
    if head == "END":
        return
    if head in _NOTHING:
        yield from _queries_in(chunk)
    elif head == "RETURN" and second == "QUERY":
        yield chunk[2:]
    elif head == "RETURN":
        rest = chunk[2:] if second == "NEXT" else chunk[1:]
        if rest and rest[0].upper in ("SELECT", "WITH"):
            yield rest
        else:
            yield from _expression(rest)
    elif head == "PERFORM":
        yield [made("SELECT"), *chunk[1:]]
    elif head == "OPEN":
        start = position(chunk, "FOR")
        if start > 0:
            yield chunk[start + 1 :]
        else:
            yield from _queries_in(chunk)
    elif (equals := _assigned(chunk)) > 0:
        yield from _expression(chunk[equals + 1 :])
    elif head in _QUERIES or head in ("SET", "DO"):
        yield without_into(chunk)
    elif dialect in ("oracle", "ansi") and _is_call(chunk):
        yield [made("CALL"), *chunk]
    else:
        yield chunk


def _psm_declaration(chunk: Words) -> Generator[Words, None, Words]:
    """MySQL's DECLARE; gives back the statement of a handler."""
    handler = position(chunk, "HANDLER")
    if handler > 0:
        i = position(chunk, "FOR", handler) + 1
        while i < len(chunk):
            if chunk[i].upper == "SQLSTATE":
                i += 3 if chunk[i + 1].upper == "VALUE" else 2
            elif chunk[i].upper == "NOT":
                i += 2
            else:
                i += 1
            if i < len(chunk) and chunk[i].text == ",":
                i += 1
                continue
            break
        return chunk[i:]
    yield from _declaration(chunk)
    return []


def _looped(inner: Words) -> Iterator[Words]:
    if not inner:
        return
    bracketed = inner[0].text == "(" and len(inner) > 1
    if (inner[1] if bracketed else inner[0]).upper in _QUERIES:
        yield inner
    else:
        yield from _queries_in(inner)


def _expression(words: Words) -> Iterator[Words]:
    """A condition or value as a query, where there is anything in it to be understood."""
    if any(w.text == "(" for w in words) or has_word(words, "SELECT"):
        yield [made("SELECT"), *words]


def _queries_in(words: Words) -> Iterator[Words]:
    """The queries in brackets within a statement that is none itself, and what it calls."""
    depth, start = 0, -1
    for i, word in enumerate(words):
        if word.text == "(":
            if start < 0 and i + 1 < len(words) and words[i + 1].upper in ("SELECT", "WITH"):
                start, opened = i, depth
            depth += 1
        elif word.text == ")":
            depth -= 1
            if start >= 0 and depth == opened:
                yield words[start : i + 1]
                start = -1
    if called(words, "ansi") and not has_word(words, "SELECT"):
        first = next(i for i, w in enumerate(words) if w.text == "(")
        yield from _expression(words[max(first - 1, 1) :])


def _assigned(chunk: Words) -> int:
    """The place of the assignment sign where the chunk is an assignment, else -1."""
    if chunk[0].kind not in ("word", "name", "param") or chunk[0].upper in _QUERIES | {"SET"}:
        return -1
    for i in depth_zero(chunk):
        if chunk[i].text in (":=", "="):
            return i
        if i and chunk[i].kind not in ("word", "name", "param", "number") and chunk[i].text not in (
            ".", "[", "]", ":",
        ):  # fmt: skip
            return -1
        if i > 12:
            return -1
    return -1


def _is_call(chunk: Words) -> bool:
    i = 1
    if chunk[0].kind not in ("word", "name"):
        return False
    while i + 1 < len(chunk) and chunk[i].text == ".":
        i += 2
    return i >= len(chunk) or chunk[i].text == "("


def _until(words: Words, ends: tuple[str, ...]) -> int:
    """The place of the first of these words, outside brackets and CASE … END."""
    cases = 0
    for i in depth_zero(words):
        name = words[i].upper
        if i and name == "CASE":
            cases += 1
        elif name == "END" and cases:
            cases -= 1
        elif not cases and name in ends:
            return i
    return len(words)


def _tsql(words: Words) -> Iterator[Words]:
    begins = [*tsql.starts(words), len(words)]
    for first, behind in itertools.pairwise(begins):
        chunk = list(words[first:behind])
        while chunk and chunk[-1].text == ";":
            chunk.pop()
        if not chunk:
            continue
        head = chunk[0].upper
        if head in ("IF", "WHILE"):
            yield [made("SELECT"), made("CASE"), made("WHEN"), *chunk[1:], made("THEN"),
                   Token("number", "1", -1), made("END")]  # fmt: skip
        elif head in ("BEGIN", "END", "ELSE"):
            continue
        elif head == "RETURN":
            if len(chunk) > 1 and chunk[1].upper in ("SELECT", "WITH"):
                yield chunk[1:]
            else:
                yield from _expression(chunk[1:])
        elif head in _NOTHING:
            yield from _queries_in(chunk)
        else:
            yield chunk
