"""T-SQL, whose statements need no delimiter between them: where each begins."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from crmaudit.sources.script.lexer import Token, tokens

_STARTS_TEXT = """
    SELECT INSERT UPDATE DELETE MERGE TRUNCATE EXEC EXECUTE DECLARE SET IF WHILE BEGIN END ELSE
    PRINT RETURN CREATE ALTER DROP OPEN CLOSE FETCH DEALLOCATE RAISERROR THROW COMMIT ROLLBACK
    SAVE GOTO WAITFOR GRANT REVOKE DENY USE BREAK CONTINUE BULK DBCC KILL
"""
_STARTS = frozenset(_STARTS_TEXT.split())
_VERBS = frozenset(("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"))


def cut(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each statement in a batch; `;` is no part of them."""
    words = tokens(text, "tsql")
    begins = [*starts(words), len(words)]
    for first, behind in itertools.pairwise(begins):
        last = behind - 1
        while last > first and words[last].text == ";":
            last -= 1
        if words[first].text != ";":
            yield words[first].start, words[last].start + len(words[last].text)


def starts(words: Sequence[Token]) -> Iterator[int]:
    """The places of the words with which a statement begins."""
    depth = cases = 0
    head = ""  # the verb of the statement that is being read
    waits = False  # for its query, or for its SET
    fresh = True
    for i, word in enumerate(words):
        if word.text == "(":
            depth += 1
        elif word.text == ")":
            depth -= 1
        if depth or word.text in "()":
            if fresh and depth == 1:
                yield i
                head, fresh = "(", False
            continue
        if word.text == ";":
            fresh, cases = True, 0
            continue
        name = word.upper
        if name == "CASE":
            cases += 1
        elif name == "END" and cases:
            cases -= 1
            continue
        if not fresh and (name not in _STARTS or cases or not _begins(words, i, name, head, waits)):
            waits = waits and not _fulfils(head, name)
            continue
        yield i
        fresh = name in ("ELSE",)
        head = name
        waits = name in ("INSERT", "UPDATE", "WITH", "MERGE") or name == "DECLARE"


def _fulfils(head: str, name: str) -> bool:
    """Whether the word is what the statement waited for."""
    if head == "INSERT":
        return name in ("VALUES", "SELECT", "EXEC", "EXECUTE", "DEFAULT")
    if head == "WITH":
        return name in _VERBS
    return name == "SET" and head == "UPDATE"


def _begins(words: Sequence[Token], i: int, name: str, head: str, waits: bool) -> bool:
    """Whether the word begins a statement, or goes on with the one before it."""
    before = words[i - 1].upper
    after = words[i + 1] if i + 1 < len(words) else None
    if before in ("UNION", "ALL", "EXCEPT", "INTERSECT", "AS", "FOR", "AFTER", "OF", "INSTEAD",
                  "THEN", "ON", "WITH") or words[i - 1].text in (",", "=", "."):  # fmt: skip
        return False
    if head == "WITH" and waits and name in _VERBS:
        return False
    if head == "INSERT" and waits and name in ("SELECT", "EXEC", "EXECUTE"):
        return False
    if name == "SET":
        return not (head == "UPDATE" and waits) and before != "UPDATE"
    if name == "MERGE":
        return after is not None and after.upper != "JOIN"
    if name == "IF":
        return head not in ("DROP", "CREATE", "ALTER") or before not in (
            "TABLE", "VIEW", "PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "INDEX", "SCHEMA",
        )  # fmt: skip
    if name in ("UPDATE", "DELETE", "INSERT") and head == "MERGE":
        return False
    if name == "UPDATE" and after is not None and after.text == "(":
        return False
    if name == "FETCH":
        return before not in ("ROWS", "ROW")
    if name == "OPEN":
        return after is not None and after.text != "("
    return True
