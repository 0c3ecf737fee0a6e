"""Conditions on rows that people, product maps or inference wrote, as part of a statement."""

from __future__ import annotations

import re

from crmaudit.errors import CrmauditError

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`")
_REFUSED = (";", "--", "/*", "*/", "#", "$", "\\", "\0", "'", '"', "`", "{", "}")


def selected(where: str) -> str:
    """` WHERE (…)` for a condition, nothing for an empty one.

    The condition is SQL of the source's dialect and cannot be bound as a
    value. What could end it and begin something else (comments, semicolons,
    parentheses that close more than they open, dollar quotes, backslashes) is
    refused with a CrmauditError; the connection is read-only besides.
    """
    if not where.strip():
        return ""
    bare = _QUOTED.sub(" ", where)
    depth = 0
    for character in bare:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            break
    # A backslash may end a string in one dialect that goes on in another.
    places = [(mark, where if mark in ("\\", "\0") else bare) for mark in _REFUSED]
    found = next((mark for mark, place in places if mark in place), "")
    if depth or found:
        what = f"it contains {found!r}" if found else "its parentheses do not pair"
        raise CrmauditError(
            f"{where!r} is not a single condition: {what}",
            "write one condition on the table's columns, like `kind = 'P'`",
        )
    return f" WHERE ({where})"
