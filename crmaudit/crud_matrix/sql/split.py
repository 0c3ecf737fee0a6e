"""Scripts cut into statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crmaudit.crud_matrix.sql.names import dialect_of
from crmaudit.sources.script import split as cutting


def split(script: str, dialect: str) -> Iterator[tuple[int, str]]:
    """Each statement of a script with the line on which it begins, without its delimiter.

    Rows of `COPY … FROM stdin` and commands of a client are left out, but
    psql's `\\copy`, which is told as COPY.
    """
    return split_lines(script.splitlines(keepends=True), dialect)


def split_lines(
    lines: Iterable[str], dialect: str, longest: int | None = None
) -> Iterator[tuple[int, str]]:
    """The same from lines, or pieces of lines that end behind a comma.

    Of a statement longer than `longest` only so much is kept, `...` behind it.
    """
    return cutting.split_lines(lines, dialect_of(dialect), longest)
