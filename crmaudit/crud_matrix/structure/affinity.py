"""How alike systems or entities are by what they share, and how closely systems are coupled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Literal

from crmaudit.crud_matrix.matrix import CrudMatrix
from crmaudit.crud_matrix.remembering import remembered
from crmaudit.crud_matrix.structure.grid import Grid, grid


def scale19(share: float) -> int:
    """An affinity from 0 to 1 as a step from 1 to 9: ⌈9·AF⌉, at least 1.

    CA Gen shows its entity affinity so; its rule is not published, this
    reproduces the scale.
    """
    return max(1, ceil(round(9 * share, 9)))


@dataclass(frozen=True, eq=False)
class Affinity(Mapping[tuple[str, str], tuple[float, float, float]]):
    """Pairs with anything in common → (AF(a, b), AF(b, a), Jaccard).

    AF(a, b) = |P(a) ∩ P(b)| / |P(a)|, where P(x) are the systems that hold
    entity x, or the entities that system x holds (Information Engineering's
    affinity analysis). Jaccard = |P(a) ∩ P(b)| / |P(a) ∪ P(b)|. A pair is
    gone through once, the name that sorts first in front; either way round
    may be asked for. Nothing but P is kept: pairs are worked out when asked.
    """

    names: tuple[str, ...]
    sets: tuple[Mapping[int, str], ...]
    holders: tuple[Mapping[int, str], ...]

    def __getitem__(self, pair: tuple[str, str]) -> tuple[float, float, float]:
        mine, other = (self.sets[self._number[x]] for x in pair)
        common = len(mine.keys() & other.keys())
        if not common or pair[0] == pair[1]:
            raise KeyError(pair)
        return _measures(common, len(mine), len(other))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for a, b, _ in self._common():
            yield self.names[a], self.names[b]

    def __len__(self) -> int:
        return sum(1 for _ in self._common())

    def strongest(self, most: int = 20) -> tuple[tuple[str, str, float, float, float], ...]:
        """The pairs that have most in common by Jaccard: a, b and the three measures."""
        import heapq

        def ranked() -> Iterator[tuple[float, int, int, int]]:
            for a, b, common in self._common():
                union = len(self.sets[a]) + len(self.sets[b]) - common
                yield -common / union, -common, a, b

        return tuple(
            (self.names[a], self.names[b], *_measures(-n, len(self.sets[a]), len(self.sets[b])))
            for _, n, a, b in heapq.nsmallest(most, ranked())
        )

    @cached_property
    def _number(self) -> Mapping[str, int]:
        return {x: i for i, x in enumerate(self.names)}

    def _common(self) -> Iterator[tuple[int, int, int]]:
        """Pairs a < b with how much they share."""
        for a, mine in enumerate(self.sets):
            met: Counter[int] = Counter()
            for x in mine:
                met.update(self.holders[x].keys())
            for b in sorted(b for b in met if b > a):
                yield a, b, met[b]


def _measures(common: int, mine: int, other: int) -> tuple[float, float, float]:
    return common / mine, common / other, common / (mine + other - common)


def affinity(matrix: CrudMatrix, of: Literal["entity", "system"] = "entity") -> Affinity:
    """Which entities are held by the same systems, or which systems hold the same entities."""
    g = grid(matrix)
    if of == "entity":
        return Affinity(g.entities, g.columns, g.rows)
    return Affinity(g.systems, g.rows, g.columns)


@dataclass(frozen=True, slots=True)
class Coupling:
    """How closely two systems hang together by data that one writes and the other reads.

    `value` = (given + taken) / (2 · held(a) · held(b)): C(i, j) = (Mij + Mji)
    / (2·Ni·Nj) of IBM's agglomerative method (IPCOM000103863D), M being the
    entities that one creates or changes and the other reads, N how many each
    holds. `given` go from `a` to `b`, `taken` from `b` to `a`.
    """

    a: str
    b: str
    value: float
    given: int
    taken: int


@remembered
def coupling(matrix: CrudMatrix, most: int | None = None) -> tuple[Coupling, ...]:
    """Pairs of systems, the most coupled first; `most` of them, else all that are coupled."""
    import heapq

    g = grid(matrix)
    found = _coupled(g)
    first = sorted(found) if most is None else heapq.nsmallest(most, found)
    return tuple(
        Coupling(g.systems[a], g.systems[b], -value, given, taken)
        for value, a, b, given, taken in first
    )


def _coupled(g: Grid) -> Iterator[tuple[float, int, int, int, int]]:
    """Minus the value, then the pair by number, then entities given and taken."""
    readers = [[s for s, x in column.items() if "R" in x] for column in g.columns]
    writers = [[s for s, x in column.items() if "C" in x or "U" in x] for column in g.columns]
    for a, row in enumerate(g.rows):
        given: Counter[int] = Counter()
        taken: Counter[int] = Counter()
        for e, letters in row.items():
            if "C" in letters or "U" in letters:
                given.update(readers[e])
            if "R" in letters:
                taken.update(writers[e])
        for b in sorted(x for x in given.keys() | taken.keys() if x > a):
            value = (given[b] + taken[b]) / (2 * len(row) * len(g.rows[b]))
            yield -value, a, b, given[b], taken[b]
