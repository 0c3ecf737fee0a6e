"""Roles that give nearly the same rights: copies of which nobody knows which one is meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmaudit.evidence.access import AccessLevel, CrmRole
from crmaudit.evidence.use import LETTERS

ALIKE = 0.95
"""Jaccard index of two roles' cells from which on they are nearly identical."""
FEWEST = 5
"""Roles of fewer cells differ by their purpose, however alike they look."""

Cell = tuple[str, str, str]
"""Kind of record, letter and level; for rights beyond single records the right alone."""


@dataclass(frozen=True, slots=True)
class Differs:
    """A cell in which two roles differ; `None` where a role does not give it."""

    object: str
    letter: str
    one: AccessLevel | str
    other: AccessLevel | str


@dataclass(frozen=True, slots=True)
class Alike:
    """Two roles with `same` of `all` cells in common; `differ` has the others."""

    one: CrmRole
    other: CrmRole
    same: int
    all: int
    differ: tuple[Differs, ...]

    @property
    def index(self) -> float:
        """Jaccard: cells that both have ÷ cells that either has."""
        return self.same / self.all


def alike(
    roles: Iterable[CrmRole], least: float = ALIKE, fewest: int = FEWEST
) -> tuple[Alike, ...]:
    """Pairs of roles that give nearly the same rights, the most alike first.

    A role of which something is unknown is left out. Copies under one name
    with the same rights are the product's own, one a unit, and no finding.
    """
    known = [(r, cells) for r in roles if (cells := _cells(r)) is not None and len(cells) >= fewest]
    known.sort(key=lambda x: (len(x[1]), x[0].id))
    found = []
    for i, (one, mine) in enumerate(known):
        for other, theirs in known[i + 1 :]:
            if len(mine) < least * len(theirs):
                break  # The longer ones that follow have still less in common.
            same = len(mine & theirs)
            whole = len(mine) + len(theirs) - same
            if same < least * whole:
                continue
            if same == whole and one.name.casefold() == other.name.casefold():
                continue
            first, second = sorted((one, other), key=lambda r: (len(r.id), r.id))
            found.append(Alike(first, second, same, whole, _differ(first, second)))
    return tuple(sorted(found, key=lambda a: (-a.index, a.one.id, a.other.id)))


def _cells(role: CrmRole) -> frozenset[Cell] | None:
    """What the role gives; None where something of it is unknown."""
    cells: list[Cell] = [("", right, "") for right in role.beyond]
    for held in role.own:
        for letter, level in zip(LETTERS, held.levels, strict=True):
            if level is None:
                return None
            if level != "None":
                cells.append((held.object, letter, level))
    return frozenset(cells)


def _differ(one: CrmRole, other: CrmRole) -> tuple[Differs, ...]:
    mine, theirs = ({(o, x): v for o, x, v in _cells(r) or ()} for r in (one, other))
    return tuple(
        Differs(o, letter, mine.get((o, letter), "None"), theirs.get((o, letter), "None"))
        for o, letter in sorted({*mine, *theirs})
        if mine.get((o, letter)) != theirs.get((o, letter))
    )
