"""What a system's filled columns tell of its empty ones: names are used alike all over it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.quality.references.words import named, words

Target = tuple[str, str]
"""A table and its column."""

_ALIKE = 2
"""So many columns of one name have to go to one target, for one without a guess of its own."""

_PERSONS = 3
"""So many columns that name somebody have to agree, for others of other names."""

_MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A reference that the rows bore out: in which table, by which column, to what."""

    table: str
    column: str
    to: Target


class Habits:
    """Where columns of a name go in this system, by those whose values were found."""

    def __init__(self, confirmed: Iterable[Confirmed]) -> None:
        self._named: dict[str, Counter[Target]] = defaultdict(Counter)
        self._persons: Counter[Target] = Counter()
        for one in confirmed:
            # A table's `parent` says nothing of another's.
            if one.to[0] == one.table:
                continue
            self._named[_spelled(one.column)][one.to] += 1
            if named(one.column).person:
                self._persons[one.to] += 1

    def of(self, column: str, guessed: Target | None) -> Target | None:
        """Where a column without values most likely goes, if that is not what was guessed.

        `guessed` None: nothing was; then more has to speak for it.
        """
        alike = self._named.get(_spelled(column), Counter())
        found = _one(alike, 1 if guessed else _ALIKE)
        if found is None and guessed and named(column).person:
            found = _one(self._persons, _PERSONS)
            # Of who did something only the way to say it is the same, not whom it may be.
            if found is not None and found[0] != guessed[0]:
                return None
        return None if found == guessed else found


def _one(counted: Counter[Target], least: int) -> Target | None:
    if not counted:
        return None
    target, count = min(counted.items(), key=lambda c: (-c[1], c[0]))
    enough = count >= least and count >= _MOSTLY * sum(counted.values())
    return target if enough else None


def _spelled(column: str) -> str:
    # Not by stems: `users` may hold several where `user` holds one.
    return "".join(words(column))
