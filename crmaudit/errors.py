"""Errors that a user can mend.

Everything that a user can put right is a `CrmauditError` with a message, a
hint and a place; `crmaudit.cli` turns it into one clear line and exit
code 2. Any other exception is our bug (exit code 3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file: 1-based line and column, 0 where not known.

    `snippet` is the offending line as it stands in the file, for the caret.
    """

    file: str
    line: int = 0
    column: int = 0
    snippet: str = ""

    def __str__(self) -> str:
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: what is wrong, where, and what to do about it."""

    message: str
    where: Place | None = None
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text}. {self.hint}" if self.hint else text


class CrmauditError(Exception):
    """A mistake that the user can mend.

    `hint` says how; `where` says in which file and line, or in which table or
    source.
    """

    def __init__(self, message: str, hint: str = "", where: Place | str | None = None) -> None:
        super().__init__(message)
        place = Place(where) if isinstance(where, str) else where
        self.problems: tuple[Problem, ...] = (Problem(message, place, hint),)

    @property
    def hint(self) -> str:
        return self.problems[0].hint

    @property
    def where(self) -> Place | None:
        return self.problems[0].where

    def __str__(self) -> str:
        return "\n".join(str(p) for p in self.problems)


class InvalidInput(CrmauditError):  # noqa: N818 - what the user gave, not a failure
    """Several mistakes found in one reading, all reported at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = tuple(problems)
        if not found:
            raise ValueError("InvalidInput needs at least one problem")
        super().__init__(found[0].message, found[0].hint, found[0].where)
        self.problems = found
