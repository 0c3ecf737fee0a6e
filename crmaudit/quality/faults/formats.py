"""Ways of writing the same kind of value, of which a column should have one.

A value's form is an SQL expression over `v` with few different results.
"""

from __future__ import annotations

from collections.abc import Iterable

from crmaudit.evidence.semantic import SemanticType

LEAST_ROWS = 100
RULING = 0.85
"""The share of rows that the usual forms together have, where there are usual ones."""
_USUAL = 0.05

_RUNS = (
    "regexp_replace(regexp_replace(regexp_replace(trim(v), '[A-Z]+', 'A', 'g'), "
    "'[a-z]+', 'a', 'g'), '[0-9]+', '9', 'g')"
)
_INTERNATIONAL = "CASE WHEN regexp_matches(v, '^\\s*\\(?(\\+|00)') THEN 'abroad' ELSE 'home' END"


def form(semantic: SemanticType | None) -> str:
    """SQL for the form of a value of that meaning; empty: such values have no form of their own.

    Postcodes: runs of capitals, small letters and digits. Telephone numbers:
    with the country's code or without.
    """
    if semantic == "postcode":
        return _RUNS
    return _INTERNATIONAL if semantic in ("phone", "mobile", "fax") else ""


def ruling(forms: Iterable[tuple[str, int]], rows: int) -> tuple[str, ...]:
    """The usual ones of the forms, with the rows of each; none where many forms are in use."""
    usual = [(form, n) for form, n in forms if n >= _USUAL * rows and "'" not in form]
    enough = RULING * rows <= sum(n for _, n in usual) < rows
    return tuple(form for form, _ in usual) if enough else ()
