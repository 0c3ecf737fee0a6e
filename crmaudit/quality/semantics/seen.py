"""What there is to judge a column by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from crmaudit.evidence.table_profile import Logical


@dataclass(frozen=True)
class Sample:
    """Different values of a column and in how many rows each stands.

    `frequent` are those that most rows share, most frequent first; `others`
    are drawn from all values by their hash and stand for those that are left.
    Values may be cut off at some hundred characters.
    """

    frequent: tuple[tuple[str, int], ...] = ()
    others: tuple[tuple[str, int], ...] = ()

    @cached_property
    def values(self) -> tuple[tuple[str, int], ...]:
        """All of them, each once, frequent and drawn ones in turn."""
        mixed: dict[str, int] = {}
        for i in range(max(len(self.frequent), len(self.others))):
            for part in (self.frequent, self.others):
                if i < len(part):
                    mixed.setdefault(*part[i])
        return tuple(mixed.items())


@dataclass(frozen=True)
class SeenColumn:
    """A column as far as it is known; without rows (`rows` 0) by its name alone.

    `logical` None: the type is not known (a schema that lists names only).
    `key`: it is the table's primary key by itself. `low` and `high` are the
    least and greatest value of the sample as texts.
    """

    name: str
    logical: Logical | None = None
    type: str = ""
    rows: int = 0
    filled: int = 0
    distinct: int = 0
    uniques: int = 0
    longest: int = 0
    key: bool = False
    sample: Sample = Sample()


@dataclass(frozen=True)
class SeenTable:
    """A table's name and the names of all of its columns."""

    name: str
    columns: tuple[str, ...] = ()
