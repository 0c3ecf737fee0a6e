"""The cells of a matrix that hold letters, by number: what all analysis works on.

Systems and entities are numbered in the order of their names, so that the
order in which files were read changes nothing. Only cells with a letter are
kept: what is computed grows with them, not with systems × entities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from crmaudit.crud_matrix.matrix import CrudMatrix
from crmaudit.crud_matrix.remembering import remembered
from crmaudit.evidence.use import LETTERS


def closed(letters: str) -> str:
    """The closure of a cell's letters, a part of `CRUD` in that order.

    C and D imply U and R, U implies R (CA Gen 8.6). For analysis only: what
    was declared or proven stays as it is.
    """
    found = set(letters)
    if found & {"C", "D"}:
        found |= {"U", "R"}
    if "U" in found:
        found.add("R")
    return "".join(x for x in LETTERS if x in found)


@dataclass(frozen=True)
class Grid:
    """`rows[s]`: entity → letters of a system; all by number, in the order of names."""

    systems: tuple[str, ...]
    entities: tuple[str, ...]
    rows: tuple[Mapping[int, str], ...]

    @cached_property
    def columns(self) -> tuple[Mapping[int, str], ...]:
        """System → letters, of each entity."""
        found: list[dict[int, str]] = [{} for _ in self.entities]
        for s, row in enumerate(self.rows):
            for e, letters in row.items():
                found[e][s] = letters
        return tuple(found)

    @cached_property
    def cells(self) -> int:
        """How many cells hold a letter."""
        return sum(map(len, self.rows))


@remembered
def grid(matrix: CrudMatrix) -> Grid:
    """The cells with letters, declared or proven."""
    systems = _by_name(matrix.systems, lambda x: matrix.name("system", x))
    entities = _by_name(matrix.entities, lambda x: matrix.name("entity", x))
    number = {e: i for i, e in enumerate(entities)}
    rows = [
        dict(sorted((number[e], x) for e, x in matrix.held_by(s).items() if e in number))
        for s in systems
    ]
    return Grid(systems, entities, tuple(rows))


def _by_name(ids: tuple[str, ...], name: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(sorted(ids, key=lambda x: (name(x).casefold(), x)))
