"""What a dry run announced, beside what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable


def normal(statements: Iterable[str]) -> set[str]:
    """Without literals and differences of white space."""
    return {
        re.sub(r"\b\d+(\.\d+)?\b", "0", re.sub(r"'[^']*'", "'…'", " ".join(s.split())))
        for s in statements
    }


_STAMPS = "SELECT COUNT(*), COUNT(…), MIN(…), MAX(…) FROM …"
_STAMPED = re.compile(
    r"SELECT COUNT\(\*\)(?:, (?:NULL|(?:COUNT|MIN|MAX)\(CASE WHEN .+? END\)))+ FROM \S+"
)
"""What the template of stamps stands for: counts and ends of one table, and nothing else."""


def unannounced(sent: set[str], printed: set[str]) -> set[str]:
    """What was sent and is neither printed nor a part of a template that is.

    Templates name a table with all its columns, of which some are read again,
    perhaps of the rows with a condition.
    """
    announced: dict[str, set[str]] = {}
    for table, columns in map(_parts, printed):
        announced.setdefault(table, set()).update(columns)
    rest = set()
    for statement in sent - printed:
        table, columns = _parts(statement)
        if _STAMPS in printed and _STAMPED.fullmatch(statement):
            continue
        if any(p.endswith(" …") and statement.startswith(p[:-1]) for p in printed):
            continue  # a template whose last word is a name
        if not table or not set(columns) <= announced.get(table, set()):
            rest.add(statement)
    return rest


def _parts(statement: str) -> tuple[str, tuple[str, ...]]:
    """The table that a statement reads, and the columns it answers; nothing of other statements."""
    found = re.fullmatch(
        r"(?:COPY \()?SELECT (.+?) FROM (\S.*?)(?: WHERE \(.*\))?(?:\) TO STDOUT.*)?", statement
    )
    return (found[2], tuple(c.strip() for c in found[1].split(","))) if found else ("", ())
