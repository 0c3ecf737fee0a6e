"""Scripts cut into statements."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.crud_matrix.sql.lexer import scan
from crmaudit.crud_matrix.sql.names import dialect_of


def split(script: str, dialect: str) -> Iterator[tuple[int, str]]:
    """Each statement with the line on which it begins."""
    held: list[str] = []
    line = begun = 1
    for token in scan(script, dialect_of(dialect)):
        if token.kind == "op" and token.text == ";":
            if held:
                yield begun, "".join(held).strip()
            held = []
        elif held or token.kind not in ("space", "comment"):
            if not held:
                begun = line
            held.append(token.text)
        line += token.text.count("\n")
    if held:
        yield begun, "".join(held).strip()
