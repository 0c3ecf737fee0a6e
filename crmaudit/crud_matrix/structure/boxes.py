"""Which systems and entities belong together: boxes that explain the matrix.

A *unit* is a system with the entities that are at home in it: an entity's
home is a system that creates it, or one that holds it where none does. Units
are merged into boxes, pair by pair, while the matrix becomes more likely. A
box, and all that lies outside of the boxes, each has a density of its own:
with n cells of a that hold a letter its log-likelihood is

    l(n, a) = n·ln(n / a) + (a − n)·ln((a − n) / a),

and what is made as great as may be is Σ l over the boxes + l of the outside.
Two units share a box where what they share outweighs the empty cells between
them; no number of boxes is needed beforehand. In the end single units move
where they fit better, and boxes are merged again while that gains.

The likelihood is that of a stochastic block model whose blocks stand on the
diagonal (Holland and others 1983); agglomeration as such is IBM's
(IPCOM000103863D). A box is always denser than what lies outside.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log

from crmaudit.crud_matrix.structure.grid import Grid

ROUNDS, SWEEPS = 4, 10
_WEIGHT = {"C": 4, "U": 3, "D": 2, "R": 1}
_LITTLE = 1e-6


@dataclass
class Box:
    """Members by number, and how many cells between them hold a letter."""

    systems: set[int] = field(default_factory=set)
    entities: set[int] = field(default_factory=set)
    cells: int = 0

    @property
    def area(self) -> int:
        return len(self.systems) * len(self.entities)


def likelihood(cells: int, area: int) -> float:
    """The log-likelihood of a part of the matrix with its own density, in nats; never above 0."""
    if cells <= 0 or cells >= area:
        return 0.0
    return cells * log(cells / area) + (area - cells) * log((area - cells) / area)


def _size(box: Box) -> tuple[int, int, int, int, float]:
    """Systems, entities, cells, area and likelihood."""
    area = box.area
    return len(box.systems), len(box.entities), box.cells, area, likelihood(box.cells, area)


class Boxes:
    """The boxes of a grid, numbered by their first system.

    `home` is the system in which an entity is at home, -1 for none; `record`
    gives the declared one of some. `box_of` is the box of every system.
    """

    def __init__(self, grid: Grid, record: Mapping[int, int]) -> None:
        self.grid = grid
        self.home = [self._first_home(e, record.get(e)) for e in range(len(grid.entities))]
        self.box_of = list(range(len(grid.systems)))
        self.boxes = {s: Box({s}) for s in self.box_of}
        for e, s in enumerate(self.home):
            if s >= 0:
                self.boxes[s].entities.add(e)
                self.boxes[s].cells += 1
        inside = self.boxes.values()
        self._cells = grid.cells - sum(x.cells for x in inside)
        self._area = len(grid.systems) * len(grid.entities) - sum(x.area for x in inside)
        self._outside = likelihood(self._cells, self._area)
        for _ in range(ROUNDS):
            merged = self._merge()
            moved = self._move()
            if not merged and not moved:
                break
        self._number()

    @property
    def total(self) -> float:
        """The log-likelihood of the whole matrix."""
        return self._outside + sum(likelihood(x.cells, x.area) for x in self.boxes.values())

    def candidates(self, entity: int) -> list[int]:
        """Systems in which the entity may be at home."""
        column = self.grid.columns[entity]
        creators = [s for s, letters in column.items() if "C" in letters]
        return creators or list(column)

    def _first_home(self, entity: int, record: int | None) -> int:
        there = self.candidates(entity)
        return record if record is not None and record in there else self._weightiest(entity, there)

    def _weightiest(self, entity: int, systems: Iterable[int]) -> int:
        """Who has most letters of it, else the first by name; -1 of none."""
        column = self.grid.columns[entity]
        return min(systems, key=lambda s: (-sum(_WEIGHT[x] for x in column[s]), s), default=-1)

    def _gain(self, cells: int, area: int) -> float:
        """What it gains that so many cells of such an area, now outside, come into boxes.

        Without what the boxes themselves gain or lose.
        """
        return likelihood(self._cells - cells, self._area - area) - self._outside

    def _denser(self, cells: int, area: int, taken: int, room: int) -> bool:
        """Whether a box stands out from the outside, once so many of its cells are taken."""
        return cells * (self._area - room) > (self._cells - taken) * area

    def _take(self, cells: int, area: int) -> None:
        """Note that so much came into boxes."""
        self._cells -= cells
        self._area -= area
        self._outside = likelihood(self._cells, self._area)

    def _merge(self) -> bool:
        """Merge the pair that gains most, as long as one gains."""
        between = self._between()
        waiting: list[tuple[float, int, int, int, int]] = []
        age = dict.fromkeys(self.boxes, 0)
        """How often a box has changed: what was worked out before is no longer right."""

        # Asked for a million pairs in a large matrix: each box's own numbers at hand.
        size = {b: _size(box) for b, box in self.boxes.items()}

        def worth(a: int, b: int) -> float:
            systems, entities, cells, area, own = size[a]
            systems_b, entities_b, cells_b, area_b, own_b = size[b]
            taken = between[a][b]
            cells += cells_b + taken
            whole = (systems + systems_b) * (entities + entities_b)
            room = whole - area - area_b
            # Not denser than what lies outside then: no box.
            if cells * (self._area - room) <= (self._cells - taken) * whole:
                return 0.0
            return round(likelihood(cells, whole) + self._gain(taken, room) - own - own_b, 6)

        def offer(a: int, b: int) -> None:
            if (gain := worth(a, b)) > _LITTLE:
                a, b = min(a, b), max(a, b)
                heapq.heappush(waiting, (-gain, a, b, age[a], age[b]))

        for a, others in between.items():
            for b in others:
                if a < b:
                    offer(a, b)
        found = False
        while waiting:
            gain, a, b, *ages = heapq.heappop(waiting)
            if [age.get(a), age.get(b)] != ages:
                continue
            # The outside has changed since: what is worth less now waits on.
            if (now := worth(a, b)) < -gain - _LITTLE:
                offer(a, b)
                continue
            if now <= _LITTLE:
                continue
            found = True
            # The one with more neighbours takes in the other, under its own number.
            if len(between[a]) < len(between[b]):
                a, b = b, a
            one, other = self.boxes[a], self.boxes.pop(b)
            before = one.area + other.area
            taken = between[a].pop(b)
            one.systems |= other.systems
            one.entities |= other.entities
            one.cells += other.cells + taken
            self._take(taken, one.area - before)
            size[a] = _size(one)
            age[a] += 1
            del age[b]
            for c, cells in between.pop(b).items():
                if c != a:
                    between[c].pop(b)
                    between[a][c] = between[c][a] = between[a].get(c, 0) + cells
            for c in between[a]:
                offer(a, c)
        for b, box in self.boxes.items():
            for s in box.systems:
                self.box_of[s] = b
        return found

    def _between(self) -> dict[int, dict[int, int]]:
        """Box → box → cells in which systems of one use entities of the other."""
        between: dict[int, dict[int, int]] = {b: {} for b in self.boxes}
        for s, row in enumerate(self.grid.rows):
            a = self.box_of[s]
            for e in row:
                if (b := self.box_of[self.home[e]]) != a:
                    between[a][b] = between[b][a] = between[a].get(b, 0) + 1
        return between

    def _move(self) -> bool:
        """Let entities and units change over while that gains."""
        found = False
        for _ in range(SWEEPS):
            moved = [self._rehome(e) for e in range(len(self.grid.entities))]
            moved += [self._change(s) for s in range(len(self.grid.systems))]
            if not any(moved):
                break
            found = True
        self.boxes = {b: box for b, box in self.boxes.items() if box.systems}
        return found

    def _rehome(self, entity: int) -> bool:
        """Find the entity another home among its creators, in the box where it fits best."""
        if self.home[entity] < 0:
            return False
        old, there = self.box_of[self.home[entity]], self.candidates(entity)
        best = self._best([], [entity], old, {self.box_of[s] for s in there})
        if best == old:
            return False
        self.home[entity] = self._weightiest(entity, (s for s in there if self.box_of[s] == best))
        return True

    def _change(self, system: int) -> bool:
        """Move a system with what is at home in it to the box where they fit best."""
        old = self.box_of[system]
        own = [e for e in self.grid.rows[system] if self.home[e] == system]
        near = {self.box_of[self.home[e]] for e in self.grid.rows[system]}
        near |= {self.box_of[s] for e in own for s in self.grid.columns[e]}
        best = self._best([system], own, old, near)
        self.box_of[system] = best
        return best != old

    def _best(
        self, systems: Sequence[int], entities: Sequence[int], old: int, near: Iterable[int]
    ) -> int:
        """Move these to the box to which they belong rather than to their own; a tie stays."""
        met, inner = self._met(systems, entities)
        here = self.boxes[old]
        rest_area = (len(here.systems) - len(systems)) * (len(here.entities) - len(entities))
        rest_cells = here.cells - inner - met.get(old, 0)
        lost = likelihood(rest_cells, rest_area) - likelihood(here.cells, here.area)
        best, most, move = old, _LITTLE, (0, 0)
        for b in sorted(near):
            if b == old:
                continue
            box = self.boxes[b]
            cells = box.cells + inner + met.get(b, 0)
            area = (len(box.systems) + len(systems)) * (len(box.entities) + len(entities))
            taken = rest_cells - here.cells + cells - box.cells
            room = rest_area - here.area + area - box.area
            if not self._denser(cells, area, taken, room):
                continue
            gain = lost + likelihood(cells, area) - likelihood(box.cells, box.area)
            gain += self._gain(taken, room)
            if gain > most + _LITTLE:
                best, most, move = b, gain, (taken, room)
        if best != old:
            here.systems.difference_update(systems)
            here.entities.difference_update(entities)
            here.cells = rest_cells
            box = self.boxes[best]
            box.systems.update(systems)
            box.entities.update(entities)
            box.cells += inner + met.get(best, 0)
            self._take(*move)
        return best

    def _met(self, systems: Sequence[int], entities: Sequence[int]) -> tuple[dict[int, int], int]:
        """Box → cells between these and the others in it; and the cells between themselves."""
        met: dict[int, int] = {}
        mine, own = set(systems), set(entities)
        inner = 0
        for s in systems:
            for e in self.grid.rows[s]:
                if e in own:
                    inner += 1
                else:
                    b = self.box_of[self.home[e]]
                    met[b] = met.get(b, 0) + 1
        for e in entities:
            for s in self.grid.columns[e]:
                if s not in mine:
                    b = self.box_of[s]
                    met[b] = met.get(b, 0) + 1
        return met, inner

    def _number(self) -> None:
        self.boxes = {min(box.systems): box for box in self.boxes.values()}
        for b, box in self.boxes.items():
            for s in box.systems:
                self.box_of[s] = b
