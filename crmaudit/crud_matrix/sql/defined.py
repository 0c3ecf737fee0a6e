"""Views, triggers, routines, rules and events, out of the text that defines them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmaudit.crud_matrix.sql import definitions, kinds, routine
from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.lexer import Token, family, tokens
from crmaudit.crud_matrix.sql.names import Name, Tables, dialect_of
from crmaudit.crud_matrix.sql.understand import understand
from crmaudit.crud_matrix.sql.understood import Understood
from crmaudit.crud_matrix.sql.words import depth_zero, has_word, position, read_name, text_of
from crmaudit.evidence.use import Effect, Machinery, MachineryKind

Words = Sequence[Token]

_EVENTS = {"INSERT": "C", "UPDATE": "U", "DELETE": "D", "TRUNCATE": "D"}
_BODY_TEXT = """
    BEGIN SELECT INSERT UPDATE DELETE REPLACE CALL SET IF WITH CASE RETURN TRUNCATE WHILE LOOP
    REPEAT DECLARE SIGNAL
"""
_BODY = frozenset(_BODY_TEXT.split())


def defined(sql: str, dialect: str, tables: Tables) -> Machinery | None:
    """The machinery that a CREATE statement makes; None where it makes none.

    Calls are whatever looks like a function: which are routines of the
    database is for the caller to say.
    """
    dialect = dialect_of(dialect)
    words = tokens(sql, dialect)
    if not words or words[0].upper not in ("CREATE", "ALTER"):
        return None
    kind, i = definitions.kind_of(words)
    what = definitions.MACHINERY.get(kind)
    if what is None:
        return None
    try:
        name, after = read_name(words, i, dialect)
    except Doubt:
        return None
    shown = tables.qualified(name)
    try:
        if what == "view":
            made = "materialised view" if has_word(words[:i], "MATERIALIZED") else "view"
            return part(shown, _kind(made), of_view(words[after:], dialect, tables), tables)
        if what == "trigger":
            return _trigger(shown, words[after:], dialect, tables)
        if what == "rule":
            return _rule(shown, words[after:], dialect, tables)
        if what == "event":
            start = position(words, "DO", after)
            return part(shown, "event", _body(words[start + 1 :], dialect, tables), tables)
        return _routine(shown, words[after:], dialect, tables)
    except (Doubt, IndexError) as doubt:
        return Machinery(shown, _kind(what), unread=str(doubt) or "it is not whole")


def part(
    name: str,
    kind: MachineryKind,
    found: Understood,
    tables: Tables,
    on: str = "",
    event: str = "",
    calls: Iterable[str] = (),
) -> Machinery:
    """Machinery of what is understood of it, its tables named as the catalog names them."""
    effects: dict[str, set[str]] = {}
    for table, letters in found.effects:
        effects.setdefault(tables.qualified(table), set()).update(letters)
    told = [str(c) for c in found.calls]
    return Machinery(
        name,
        kind,
        tuple(
            Effect(table, "".join(x for x in "CRUD" if x in letters))
            for table, letters in sorted(effects.items())
        ),
        tuple(sorted({*calls, *told})),
        on,
        "".join(x for x in "CRUD" if x in event),
        found.unknown,
    )


def of_view(words: Words, dialect: str, tables: Tables) -> Understood:
    """What the query of a view reads; `words` begin behind its name."""
    start = next((i for i in depth_zero(words) if words[i].upper == "AS"), -1)
    query = words[start + 1 :]
    for ending in (("CHECK", "OPTION"), ("READ", "ONLY"), ("NO", "DATA"), ("WITH", "DATA")):
        if tuple(w.upper for w in query[-2:]) == ending:
            query = query[: max(i for i, w in enumerate(query) if w.upper == "WITH")]
            break
    return understand(text_of(query), dialect, tables)


def _trigger(name: str, words: Words, dialect: str, tables: Tables) -> Machinery:
    on_at = next(i for i in depth_zero(words) if words[i].upper == "ON")
    table, after = read_name(words, on_at + 1, dialect)
    on = tables.qualified(table)
    if dialect == "tsql":
        as_at = next(i for i in depth_zero(words) if i > on_at and words[i].upper == "AS")
        heads, body = words[after:as_at], words[as_at + 1 :]
    else:
        heads, body = words[:on_at], words[after:]
    event = "".join(_EVENTS.get(w.upper, "") for w in heads)
    executed = next((i for i in depth_zero(body) if body[i].upper == "EXECUTE"), -1)
    if (
        family(dialect) in ("postgresql", "ansi")
        and executed >= 0
        and body[executed + 1].upper
        in (
            "FUNCTION",
            "PROCEDURE",
        )
    ):
        called, _ = read_name(body, executed + 2, dialect)
        return part(name, "trigger", Understood(calls=(called,)), tables, on, event)
    start = next((i for i in depth_zero(body) if body[i].upper in _BODY), 0)
    return part(name, "trigger", _body(body[start:], dialect, tables), tables, on, event)


def _rule(name: str, words: Words, dialect: str, tables: Tables) -> Machinery:
    """PostgreSQL's rules; `_RETURN` is a view by another name."""
    to = position(words, "TO")
    on = tables.qualified(read_name(words, to + 1, dialect)[0])
    event = "".join(_EVENTS.get(w.upper, "") for w in words[:to])
    start = next(i for i in depth_zero(words) if words[i].upper == "DO") + 1
    if words[start].upper in ("INSTEAD", "ALSO"):
        start += 1
    body = words[start:]
    if body and body[0].text == "(" and body[-1].text == ")":
        body = body[1:-1]
    found = Understood() if body[0].upper == "NOTHING" else _body(body, dialect, tables)
    return part(name, "rule", found, tables, on, event)


def _routine(name: str, words: Words, dialect: str, tables: Tables) -> Machinery:
    language = position(words, "LANGUAGE")
    spoken = words[language + 1].text.strip("'\"").lower() if language >= 0 else ""
    if family(dialect) in ("postgresql", "ansi") and spoken not in ("", "sql", "plpgsql"):
        return Machinery(name, "routine", unread=f"it is written in {spoken}")
    as_at = next((i for i in depth_zero(words) if words[i].upper in ("AS", "IS")), -1)
    quoted = as_at >= 0 and words[as_at + 1].kind == "string"
    if family(dialect) in ("postgresql", "ansi") and quoted:
        body = kinds.content(words[as_at + 1].text)
        return part(name, "routine", routine.understood(body, dialect, tables), tables)
    if family(dialect) == "oracle":
        if as_at < 0:
            raise Doubt("its body is not at hand")
        inner = f"DECLARE {text_of(words[as_at + 1 :])}"
        return part(name, "routine", routine.understood(inner, dialect, tables), tables)
    if dialect in ("tsql", "duckdb") and as_at >= 0:
        starts = [i for i in depth_zero(words) if words[i].upper == "AS" and _opens(words, i + 1)]
        body_words = words[(starts[0] if starts else as_at) + 1 :]
        if body_words and body_words[0].upper == "TABLE":
            body_words = body_words[1:]
        return part(name, "routine", _body(body_words, dialect, tables), tables)
    start = next((i for i in depth_zero(words) if words[i].upper in _BODY), -1)
    if start < 0:
        raise Doubt("its body is not at hand")
    return part(name, "routine", _body(words[start:], dialect, tables), tables)


def _opens(words: Words, i: int) -> bool:
    return i < len(words) and (words[i].upper in _BODY or words[i].text == "(")


def _body(words: Words, dialect: str, tables: Tables) -> Understood:
    return routine.understood(text_of(words), dialect, tables)


def _kind(what: str) -> MachineryKind:
    known: dict[str, MachineryKind] = {
        "view": "view",
        "materialised view": "materialised view",
        "trigger": "trigger",
        "rule": "rule",
        "event": "event",
    }
    return known.get(what, "routine")


def name_of(schema: str, name: str) -> Name:
    """The name of what stands in a schema; in none where that is empty."""
    return Name((schema, name) if schema else (name,))
