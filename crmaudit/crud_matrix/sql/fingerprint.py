"""Statements without their values: what may be kept, counted and compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

from crmaudit.crud_matrix.sql.lexer import literals
from crmaudit.crud_matrix.sql.names import dialect_of

LONGEST = 16_000
"""Characters of a fingerprint that are kept; a longer one ends in `...`."""

_DO = re.compile(
    r"\s*DO\b\s*(\$(?:[A-Za-z_]\w*)?\$)(.*)\1((?:\s+LANGUAGE\s+\w+)?)\s*;?\s*\Z",
    re.DOTALL | re.IGNORECASE,
)
_SAME_ROWS = re.compile(r"(\((?:[^()]|\((?:[^()]|\([^()]*+\))*+\))*+\))(?:\s*,\s*\1)+")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A statement without values, and its id: the same for statements that differ in values only.

    `text` has at most `LONGEST` characters; one that was cut ends in `...`.
    """

    id: str
    text: str


def fingerprint(sql: str, dialect: str) -> Fingerprint:
    """The statement with every literal and placeholder as `?`.

    Lists of values behind IN and rows of values behind VALUES become `(?)`,
    comments go, blanks are folded. Identifiers stay as they are written.
    """
    block = _DO.match(sql) if dialect_of(dialect) == "postgresql" else None
    if block is not None:
        # Its code is a literal to the server, and code to us.
        rest = _bare(block[3], dialect)
        code = fingerprint(block[2], dialect).text
        return _told(f"DO $$ {code} $$ {rest}".rstrip())
    return _told(_bare(sql, dialect))


def _bare(sql: str, dialect: str) -> str:
    text = literals(dialect_of(dialect)).sub(_replacement, sql).strip(" ;")
    while "  " in text:
        text = text.replace("  ", " ")
    if "),(" in text or "), (" in text:
        text = _SAME_ROWS.sub(r"\1", text)
    return text


def _told(text: str) -> Fingerprint:
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Fingerprint(
        digest, text if len(text) <= LONGEST else text[: LONGEST - 3].rstrip(" ,(") + "..."
    )


def _replacement(match: re.Match[str]) -> str:
    code, gap, values, other = match.group("code", "gap", "list", "other")
    if other is not None:
        return code + other
    if gap is not None:
        return code if code[-1:] == " " else code + " "
    return code + "?" if values is None else code + values.partition("(")[0].rstrip() + " (?)"
