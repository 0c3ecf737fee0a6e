"""The kinds of statement: which do plainly nothing, which are read here, which go to the parser."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crmaudit.crud_matrix.sql import definitions, routine
from crmaudit.crud_matrix.sql.doubt import Doubt
from crmaudit.crud_matrix.sql.lexer import Token, family, made, tokens
from crmaudit.crud_matrix.sql.names import Name, Tables, is_system, is_temporary
from crmaudit.crud_matrix.sql.parsing import parsed
from crmaudit.crud_matrix.sql.rewriting import with_from, without_merge_delete, without_output
from crmaudit.crud_matrix.sql.understood import Understood, together
from crmaudit.crud_matrix.sql.words import (
    called,
    depth_zero,
    has_word,
    position,
    read_name,
    text_of,
)

Words = Sequence[Token]
_Reader = Callable[[Words, str, "Tables | None"], Understood]

_NONE_TEXT = """
    ELSE SHOW USE START COMMIT ROLLBACK SAVEPOINT RELEASE ABORT END DEALLOCATE CLOSE FETCH
    MOVE LISTEN NOTIFY UNLISTEN DISCARD RESET CHECKPOINT VACUUM REINDEX CLUSTER GRANT REVOKE
    COMMENT PRAGMA ATTACH DETACH KILL FLUSH PURGE OPTIMIZE REPAIR CHECK HELP DESC DESCRIBE
    XA PREPARE LOCK UNLOCK RENAME PRINT WAITFOR DBCC INSTALL UNINSTALL LOAD SECURITY REASSIGN CACHE
    SAVE RAISERROR THROW GOTO BREAK CONTINUE CHANGE STOP BINLOG SIGNAL RESIGNAL DELIMITER GO
    CONNECT DISCONNECT IMPORT NULL LEAVE ITERATE RAISE EXIT GET ASSERT CLEAR ENABLE DISABLE
"""
_NONE = frozenset(_NONE_TEXT.split())
_TRANSACTION_TEXT = """
    TRANSACTION TRAN WORK ISOLATION READ NOT DEFERRABLE DEFERRED IMMEDIATE EXCLUSIVE CONCURRENT
    DISTRIBUTED TRY CATCH
"""
_TRANSACTION = frozenset(_TRANSACTION_TEXT.split())


def understood(words: Words, dialect: str, tables: Tables | None) -> Understood:
    """What a statement does; raises Doubt where nobody can say."""
    while words and words[-1].text == ";":
        words = words[:-1]
    if not words:
        return Understood()
    parts = _statements(words)
    if len(parts) > 1:
        return together(understood(part, dialect, tables) for part in parts)
    head = words[0].upper
    reader = _READERS.get(head)
    if reader is not None:
        return reader(words, dialect, tables)
    if head in _NONE:
        return Understood()
    if words[-1].text == "...":
        return _cut_off(words, dialect)
    return parsed(words, dialect, tables)


def _statements(words: Words) -> list[Words]:
    """Statements that stand behind one another in one text; a block is one statement."""
    head = words[0].upper
    block = head in ("IF", "WHILE") or (head == "BEGIN" and not _is_begin(words))
    block = block or (head == "DECLARE" and has_word(words, "BEGIN"))
    if block or (head == "CREATE" and not has_word(words, "TABLE")):
        return [words]
    found: list[Words] = []
    start = 0
    for i in depth_zero(words):
        if words[i].text == ";":
            if i > start:
                found.append(words[start:i])
            start = i + 1
    if start < len(words):
        found.append(words[start:])
    return found


def _is_begin(words: Words) -> bool:
    after = words[1].upper if len(words) > 1 else ""
    if after == "NOT" and len(words) > 2 and words[2].upper == "ATOMIC":
        return False  # MariaDB's block outside of a routine
    return words[0].upper == "BEGIN" and (
        len(words) == 1 or words[1].text == ";" or after in _TRANSACTION
    )


def _cut_off(words: Words, dialect: str) -> Understood:
    """A statement whose end the source dropped: only what its head says is certain."""
    why = "it was cut off where it comes from"
    if words[0].upper in ("INSERT", "REPLACE"):
        i = position(words, "INTO") + 1
        values = next((j for j in depth_zero(words) if words[j].upper in ("VALUES", "VALUE")), -1)
        if i and values > i:
            name, _ = read_name(words, i, dialect)
            letters = "CD" if words[0].upper == "REPLACE" else "C"
            return Understood(_kept([(name, letters)], dialect), unknown=why)
    raise Doubt(why)


def _kept(effects: Sequence[tuple[Name, str]], dialect: str) -> tuple[tuple[Name, str], ...]:
    return tuple(
        (n, x) for n, x in effects if not is_system(n, dialect) and not is_temporary(n, dialect)
    )


# --- one reader a kind


def _begin(words: Words, dialect: str, tables: Tables | None) -> Understood:
    if _is_begin(words):
        return Understood()
    return _block(words, dialect, tables)


def _block(words: Words, dialect: str, tables: Tables | None) -> Understood:
    return routine.understood(text_of(words), dialect, tables)


def _set(words: Words, dialect: str, tables: Tables | None) -> Understood:
    """Settings do nothing; a variable may be set to what a query finds."""
    if len(words) > 1 and words[1].upper == "STATEMENT" and family(dialect) == "mysql":
        start = position(words, "FOR")
        if start < 0:
            raise Doubt("what it runs is not in it")
        return understood(words[start + 1 :], dialect, tables)
    if not has_word(words, "SELECT"):
        return Understood(calls=called(words, dialect))
    start = next((i for i, w in enumerate(words) if w.text in ("=", ":=")), -1)
    if start < 0:
        raise Doubt("an assignment that is not understood")
    return parsed([made("SELECT"), *words[start + 1 :]], dialect, tables)


def _analyze(words: Words, dialect: str, tables: Tables | None) -> Understood:
    """MariaDB's ANALYZE runs a statement; elsewhere it gathers statistics."""
    if family(dialect) == "mysql":
        for i, word in enumerate(words[1:6], 1):
            if word.upper in ("SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"):
                return understood(words[i:], dialect, tables)
    return Understood()


def _explain(words: Words, dialect: str, tables: Tables | None) -> Understood:
    """EXPLAIN does nothing, but with ANALYZE it runs the statement."""
    i, runs = 1, False
    while i < len(words) and words[i].upper in ("ANALYZE", "ANALYSE", "VERBOSE", "EXTENDED"):
        runs = runs or words[i].upper.startswith("ANALY")
        i += 1
    if i < len(words) and words[i].text == "(":
        end = i
        while end < len(words) and words[end].text != ")":
            end += 1
        for j in range(i, end):
            if words[j].upper in ("ANALYZE", "ANALYSE"):
                off = words[j + 1].text.strip("'").lower() in ("false", "off", "0")
                runs = runs or not off
        if not any(w.upper == "SELECT" for w in words[i:end]):
            i = end + 1
    if not runs:
        return Understood()
    if i < len(words) and words[i].upper == "FORMAT":
        i += 3
    return understood(words[i:], dialect, tables)


def _replace(words: Words, dialect: str, tables: Tables | None) -> Understood:
    into = [] if words[1].upper == "INTO" else [made("INTO")]
    skipped = 1
    while len(words) > skipped and words[skipped].upper in ("LOW_PRIORITY", "DELAYED"):
        skipped += 1
    if skipped > 1:
        into = [] if words[skipped].upper == "INTO" else [made("INTO")]
    if words[-1].text == "...":
        return _cut_off([words[0], *into, *words[skipped:]], dialect)
    return parsed([made("INSERT"), *into, *words[skipped:]], dialect, tables, replaces=True)


def _insert(words: Words, dialect: str, tables: Tables | None) -> Understood:
    if words[-1].text == "...":
        return _cut_off(words, dialect)
    if dialect == "tsql":
        for i in depth_zero(words):
            if words[i].upper in ("EXEC", "EXECUTE"):
                name, _ = read_name(words, position(words, "INTO") + 1 or 1, dialect)
                own = Understood(_kept([(name, "C")], dialect))
                return together([own, understood(words[i:], dialect, tables)])
    if words[1].upper not in ("INTO", "OR", "ALL", "FIRST") and not has_word(words, "INTO"):
        i = 1
        while words[i].upper in ("IGNORE", "LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "TOP"):
            i += 1
        words = [*words[:i], made("INTO"), *words[i:]]
    return _with_output(words, dialect, tables)


def _update(words: Words, dialect: str, tables: Tables | None) -> Understood:
    """SQLite's UPDATE OR REPLACE removes the rows that are in the way."""
    if words[-1].text == "...":
        return _cut_off(words, dialect)
    if dialect == "tsql":
        if words[1].upper == "STATISTICS":
            return Understood()
        return _with_output(words, dialect, tables)
    if len(words) < 4 or words[1].upper != "OR":
        return parsed(words, dialect, tables)
    found = parsed([words[0], *words[3:]], dialect, tables)
    if words[2].upper != "REPLACE":
        return found
    written = [(n, "D") for n, letters in found.effects if "U" in letters]
    return together([found, Understood(tuple(written))])


def _delete(words: Words, dialect: str, tables: Tables | None) -> Understood:
    if words[-1].text == "...":
        return _cut_off(words, dialect)
    if dialect in ("tsql", "oracle"):
        words = with_from(words)
    return _with_output(words, dialect, tables)


def _with_output(words: Words, dialect: str, tables: Tables | None) -> Understood:
    """A change of T-SQL that may give rows back, or write them elsewhere."""
    if dialect != "tsql" or not has_word(words, "OUTPUT"):
        return parsed(words, dialect, tables)
    rest, reads, written = without_output(words, dialect)
    found = parsed(rest, dialect, tables)
    if reads:
        changed = [(n, "R") for n, letters in found.effects if set(letters) & set("CUD")]
        written = [*changed, *written]
    return together([found, Understood(_kept(written, dialect))])


def _merge(words: Words, dialect: str, tables: Tables | None) -> Understood:
    if words[-1].text == "...":
        return _cut_off(words, dialect)
    if dialect != "oracle":
        return _with_output(words, dialect, tables)
    rest, deletes = without_merge_delete(words)
    found = parsed(rest, dialect, tables)
    if not deletes:
        return found
    removed = [(n, "RD") for n, letters in found.effects if "U" in letters]
    return together([found, Understood(tuple(removed))])


def _with(words: Words, dialect: str, tables: Tables | None) -> Understood:
    """A statement with named queries; SQLite and MySQL may REPLACE behind them."""
    if words[-1].text == "...":
        return _cut_off(words, dialect)
    for i in depth_zero(words):
        if words[i].upper == "REPLACE" and words[i + 1 : i + 2]:
            if words[i + 1].upper != "INTO" or dialect not in ("sqlite", "mysql", "mariadb"):
                continue
            changed = [*words[:i], made("INSERT"), *words[i + 1 :]]
            return parsed(changed, dialect, tables, replaces=True)
    return _with_output(words, dialect, tables)


def _truncate(words: Words, dialect: str, tables: Tables | None) -> Understood:
    i = 2 if words[1:] and words[1].upper == "TABLE" else 1
    found: list[tuple[Name, str]] = []
    while i < len(words):
        if words[i].upper == "ONLY":
            i += 1
        name, i = read_name(words, i, dialect)
        found.append((name, "D"))
        if i < len(words) and words[i].text == "*":
            i += 1
        if i >= len(words) or words[i].text != ",":
            break
        i += 1
    unknown = ""
    if has_word(words[i:], "CASCADE"):
        more = _referring([n for n, _ in found], tables)
        if more is None:
            unknown = "TRUNCATE … CASCADE empties tables that refer to these as well"
        else:
            found += [(n, "D") for n in more]
    return Understood(_kept(found, dialect), unknown=unknown)


def _referring(names: Sequence[Name], tables: Tables | None) -> list[Name] | None:
    """All tables that refer to these, and those that refer to them; None where nobody knows."""
    if tables is None:
        return None
    return tables.referring(names)


def _copy(words: Words, dialect: str, tables: Tables | None) -> Understood:
    if len(words) > 1 and words[1].text == "(":
        end = _closing(words, 1)
        return understood(words[2:end], dialect, tables)
    if words[1].upper in ("FROM", "BINARY"):
        raise Doubt("a kind of COPY that is not understood")
    name, i = read_name(words, 1, dialect)
    if i < len(words) and words[i].text == "(":
        i = _closing(words, i) + 1
    way = words[i].upper if i < len(words) else ""
    if way not in ("FROM", "TO"):
        raise Doubt("a kind of COPY that is not understood")
    return Understood(_kept([(name, "C" if way == "FROM" else "R")], dialect))


def _load(words: Words, dialect: str, tables: Tables | None) -> Understood:
    if words[1:] and words[1].upper not in ("DATA", "XML"):
        return Understood()
    i = position(words, "TABLE")
    if i < 0:
        return Understood()
    name, end = read_name(words, i + 1, dialect)
    if has_word(words[end:], "SELECT"):
        raise Doubt("LOAD DATA with a query in it")
    replaces = any(
        w.upper == "REPLACE" and words[j + 1].upper == "INTO" for j, w in enumerate(words[:-1])
    )
    return Understood(_kept([(name, "CD" if replaces else "C")], dialect))


def _call(words: Words, dialect: str, tables: Tables | None) -> Understood:
    name, i = read_name(words, 1, dialect)
    if not has_word(words, "SELECT"):
        return Understood(calls=(name, *called(words[i:], dialect)))
    inner = parsed([made("SELECT"), *words[1:]], dialect, tables)
    return together([Understood(calls=(name,)), inner])


def _execute(words: Words, dialect: str, tables: Tables | None) -> Understood:
    """A procedure in T-SQL, a prepared statement or a text elsewhere."""
    rest = words[1:]
    if rest and rest[0].upper == "IMMEDIATE":
        rest = rest[1:]
    alone = len(rest) == 1 or (len(rest) > 1 and rest[1].upper in ("INTO", "USING"))
    if rest and rest[0].kind == "string" and alone:
        return understood(tokens(content(rest[0].text), dialect), dialect, tables)
    if dialect != "tsql":
        raise Doubt("what it runs is not in it")
    if len(rest) > 2 and rest[0].text.startswith("@") and rest[1].text == "=":
        rest = rest[2:]
    if not rest or rest[0].kind not in ("word", "name"):
        raise Doubt("what it runs is put together at run time")
    name, _i = read_name(rest, 0, dialect)
    if name.last.lower() in ("sp_executesql", "sp_msforeachtable", "sp_execute"):
        raise Doubt("what it runs is put together at run time")
    return Understood(calls=(name,))


def content(literal: str) -> str:
    """What a literal holds; it is read and not kept."""
    if literal[:1] == "$":
        tag = literal[: literal.index("$", 1) + 1]
        return literal.removeprefix(tag).removesuffix(tag)
    if literal[:1] == '"':
        return literal[1:-1].replace('""', '"')
    start = literal.find("'")
    return literal[start + 1 :].removesuffix("'").replace("''", "'")


def _do(words: Words, dialect: str, tables: Tables | None) -> Understood:
    if family(dialect) == "mysql":
        return parsed([made("SELECT"), *words[1:]], dialect, tables)
    body = next((w for w in words if w.kind == "string"), None)
    language = position(words, "LANGUAGE")
    if body is None or (
        language > 0 and words[language + 1].text.lower().strip("'") not in ("plpgsql", "sql")
    ):
        raise Doubt("a block whose code is not at hand")
    return routine.understood(content(body.text), dialect, tables)


def _declare(words: Words, dialect: str, tables: Tables | None) -> Understood:
    cursor = position(words, "CURSOR")
    if cursor > 0:
        start = position(words, "FOR", cursor)
        if start < 0:
            start = position(words, "IS", cursor)
        if start < 0:
            return Understood()
        return understood(words[start + 1 :], dialect, tables)
    if has_word(words, "BEGIN"):
        return _block(words, dialect, tables)
    if has_word(words, "SELECT"):
        return _set(words, dialect, tables)
    return Understood()


def _refresh(words: Words, dialect: str, tables: Tables | None) -> Understood:
    i = position(words, "VIEW")
    if i < 0:
        return Understood()
    if words[i + 1].upper == "CONCURRENTLY":
        i += 1
    if has_word(words, "NO"):
        return Understood(((read_name(words, i + 1, dialect)[0], "D"),))
    return Understood(((read_name(words, i + 1, dialect)[0], "CD"),))


def _handler(words: Words, dialect: str, tables: Tables | None) -> Understood:
    name, i = read_name(words, 1, dialect)
    verb = words[i].upper if i < len(words) else ""
    return Understood(_kept([(name, "R")], dialect) if verb in ("OPEN", "READ") else ())


def _drop(words: Words, dialect: str, tables: Tables | None) -> Understood:
    i = 2 if words[1:] and words[1].upper in ("TEMPORARY", "TEMP") else 1
    if len(words) <= i or words[i].upper not in ("TABLE", "TABLES"):
        return Understood()
    i += 3 if len(words) > i + 1 and words[i + 1].upper == "IF" else 1
    found = []
    while i < len(words):
        name, i = read_name(words, i, dialect)
        found.append(name)
        if i >= len(words) or words[i].text != ",":
            break
        i += 1
    return Understood(drops=tuple(found))


def _alter(words: Words, dialect: str, tables: Tables | None) -> Understood:
    i = position(words, "PARTITION")
    if i < 2 or not has_word(words[:3], "TABLE"):
        return Understood()
    verb = words[i - 1].upper
    if verb in ("TRUNCATE", "DROP"):
        return Understood(_kept([(read_name(words, position(words, "TABLE") + 1, dialect)[0], "D")],
                                dialect))  # fmt: skip
    if verb in ("EXCHANGE", "SWITCH"):
        raise Doubt("partitions are exchanged between tables")
    return Understood()


def _checksum(words: Words, dialect: str, tables: Tables | None) -> Understood:
    return Understood(_kept([(read_name(words, 2, dialect)[0], "R")], dialect))


def _bulk(words: Words, dialect: str, tables: Tables | None) -> Understood:
    return Understood(_kept([(read_name(words, 2, dialect)[0], "C")], dialect))


def _values(words: Words, dialect: str, tables: Tables | None) -> Understood:
    if has_word(words, "SELECT"):
        return parsed(words, dialect, tables)
    return Understood(calls=called(words, dialect))


def _unknown(words: Words, dialect: str, tables: Tables | None) -> Understood:
    raise Doubt(f"a kind of statement that is not understood ({words[0].upper})")


def _closing(words: Words, i: int) -> int:
    depth = 0
    while i < len(words):
        depth += {"(": 1, ")": -1}.get(words[i].text, 0)
        if depth == 0:
            return i
        i += 1
    raise Doubt("its brackets do not match")


_READERS: dict[str, _Reader] = {
    "BEGIN": _begin,
    "IF": _block,
    "WHILE": _block,
    "SET": _set,
    "ANALYZE": _analyze,
    "ANALYSE": _analyze,
    "EXPLAIN": _explain,
    "REPLACE": _replace,
    "INSERT": _insert,
    "UPDATE": _update,
    "DELETE": _delete,
    "MERGE": _merge,
    "WITH": _with,
    "TRUNCATE": _truncate,
    "COPY": _copy,
    "LOAD": _load,
    "CALL": _call,
    "EXEC": _execute,
    "EXECUTE": _execute,
    "DO": _do,
    "DECLARE": _declare,
    "REFRESH": _refresh,
    "HANDLER": _handler,
    "DROP": _drop,
    "ALTER": _alter,
    "CREATE": definitions.create,
    "CHECKSUM": _checksum,
    "BULK": _bulk,
    "VALUES": _values,
    "EXPORT": _unknown,
    "UPDATETEXT": _unknown,
    "WRITETEXT": _unknown,
}
