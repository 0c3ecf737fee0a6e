"""Which systems and entities belong together: boxes that are denser than the matrix.

A *unit* is a system with the entities that are at home in it: an entity's
home is a system that creates it, or one that holds it where none does. Units
are merged into boxes, pair by pair, as long as the boxes' likelihood grows:
with n letters-holding cells of a cells in a box, q = n / a and p the share
over the whole matrix,

    L = n·ln(q / p) + (a − n)·ln((1 − q) / (1 − p)),  0 where q ≤ p.

This is the log-likelihood ratio of a box with a density of its own against
none (as in Kulldorff's scan statistic, 1997). It grows when two units share
enough to make up for the empty cells between them, and needs no number of
boxes beforehand. Agglomeration as such is IBM's (IPCOM000103863D). In the
end single units move where they fit better.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log

from crmaudit.crud_matrix.structure.grid import Grid

SWEEPS = 10
_WEIGHT = {"C": 4, "U": 3, "D": 2, "R": 1}
_LITTLE = 1e-9


@dataclass
class Box:
    """Members by number, and how many cells between them hold a letter."""

    systems: set[int] = field(default_factory=set)
    entities: set[int] = field(default_factory=set)
    cells: int = 0


class Boxes:
    """The boxes of a grid. `home` is the system in which an entity is at home, -1 for none."""

    def __init__(self, grid: Grid, record: dict[int, int]) -> None:
        self.grid = grid
        area = len(grid.systems) * len(grid.entities)
        self._share = grid.cells / area if area else 0.0
        self.home = [self._first_home(e, record.get(e)) for e in range(len(grid.entities))]
        self.box_of = list(range(len(grid.systems)))
        self.boxes = {s: Box({s}) for s in self.box_of}
        for e, s in enumerate(self.home):
            if s >= 0:
                self.boxes[s].entities.add(e)
                self.boxes[s].cells += 1
        self._merge()
        self._move()

    def candidates(self, entity: int) -> list[int]:
        """Systems in which the entity may be at home."""
        column = self.grid.columns[entity]
        creators = [s for s, letters in column.items() if "C" in letters]
        return creators or list(column)

    def likelihood(self, cells: int, systems: int, entities: int) -> float:
        """The log-likelihood ratio of a box, in nats; 0 where it is not denser than the matrix."""
        area, p = systems * entities, self._share
        if not area or cells <= p * area:
            return 0.0
        q = cells / area
        gain = cells * log(q / p)
        return gain if cells == area else gain + (area - cells) * log((1 - q) / (1 - p))

    def _first_home(self, entity: int, record: int | None) -> int:
        """The system of record, else who has most letters, else the first by name."""
        there = self.candidates(entity)
        if record in there and record is not None:
            return record
        column = self.grid.columns[entity]
        return min(there, key=lambda s: (-sum(_WEIGHT[x] for x in column[s]), s), default=-1)

    def _of(self, box: Box) -> float:
        return self.likelihood(box.cells, len(box.systems), len(box.entities))

    def _merge(self) -> None:
        """Merge the pair that gains most, as long as one gains."""
        between: dict[int, dict[int, int]] = {b: {} for b in self.boxes}
        for s, row in enumerate(self.grid.rows):
            for e in row:
                if (home := self.home[e]) != s:
                    between[s][home] = between[home][s] = between[s].get(home, 0) + 1
        waiting: list[tuple[float, int, int]] = []
        worth = {b: self._of(box) for b, box in self.boxes.items()}

        def offer(a: int, b: int) -> None:
            one, other = self.boxes[a], self.boxes[b]
            cells = one.cells + other.cells + between[a][b]
            systems = len(one.systems) + len(other.systems)
            entities = len(one.entities) + len(other.entities)
            gain = self.likelihood(cells, systems, entities) - worth[a] - worth[b]
            if gain > _LITTLE:
                heapq.heappush(waiting, (-round(gain, 9), min(a, b), max(a, b)))
                offered[min(a, b), max(a, b)] = -round(gain, 9)

        offered: dict[tuple[int, int], float] = {}
        for a, others in between.items():
            for b in others:
                if a < b:
                    offer(a, b)
        while waiting:
            gain, a, b = heapq.heappop(waiting)
            if offered.pop((a, b), None) != gain:
                continue
            # The one with more neighbours takes in the other, under its own number.
            if len(between[a]) < len(between[b]):
                a, b = b, a
            one, other = self.boxes[a], self.boxes.pop(b)
            one.cells += other.cells + between[a].pop(b)
            one.systems |= other.systems
            one.entities |= other.entities
            worth[a] = self._of(one)
            for c, cells in between.pop(b).items():
                if c != a:
                    between[c].pop(b)
                    between[a][c] = between[c][a] = between[a].get(c, 0) + cells
                    offered.pop((min(b, c), max(b, c)), None)
            for c in between[a]:
                offered.pop((min(a, c), max(a, c)), None)
                offer(a, c)
        for b, box in self.boxes.items():
            for s in box.systems:
                self.box_of[s] = b

    def _move(self) -> None:
        """Let entities and units change over while the likelihood grows."""
        for _ in range(SWEEPS):
            moved = [self._rehome(e) for e in range(len(self.grid.entities))]
            moved += [self._change(s) for s in range(len(self.grid.systems))]
            if not any(moved):
                break

    def _rehome(self, entity: int) -> bool:
        """Find the entity another home among its creators, in the box where it fits best."""
        old = self.home[entity]
        if old < 0:
            return False
        there = self.candidates(entity)
        best = self._best([], [entity], self.box_of[old], {self.box_of[s] for s in there})
        if best == self.box_of[old]:
            return False
        self._shift([], [entity], self.box_of[old], best)
        column = self.grid.columns[entity]
        inside = (s for s in there if self.box_of[s] == best)
        self.home[entity] = min(inside, key=lambda s: (-sum(_WEIGHT[x] for x in column[s]), s))
        return True

    def _change(self, system: int) -> bool:
        """Move a system with what is at home in it to the box where they fit best."""
        old = self.box_of[system]
        own = [e for e in self.grid.rows[system] if self.home[e] == system]
        near = {self.box_of[self.home[e]] for e in self.grid.rows[system]}
        near |= {self.box_of[s] for e in own for s in self.grid.columns[e]}
        best = self._best([system], own, old, near)
        if best == old:
            return False
        self._shift([system], own, old, best)
        self.box_of[system] = best
        return True

    def _best(self, systems: list[int], entities: list[int], old: int, near: Iterable[int]) -> int:
        """The box to which these belong rather than to their own; a tie stays."""
        met: dict[int, int] = {}
        inner = 0
        mine, own = set(systems), set(entities)
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
                    met[self.box_of[s]] = met.get(self.box_of[s], 0) + 1
        here = self.boxes[old]
        rest = self.likelihood(
            here.cells - inner - met.get(old, 0),
            len(here.systems) - len(systems),
            len(here.entities) - len(entities),
        )
        best, most = old, self._of(here) - rest + _LITTLE
        for b in sorted(near):
            if b != old:
                box = self.boxes[b]
                gain = self.likelihood(
                    box.cells + inner + met.get(b, 0),
                    len(box.systems) + len(systems),
                    len(box.entities) + len(entities),
                ) - self._of(box)
                if gain > most + _LITTLE:
                    best, most = b, gain
        return best

    def _shift(self, systems: list[int], entities: list[int], old: int, new: int) -> None:
        for box, sign in ((self.boxes[old], -1), (self.boxes[new], 1)):
            if sign < 0:
                box.systems.difference_update(systems)
                box.entities.difference_update(entities)
            box.cells += sign * self._cells(systems, entities, box)
            if sign > 0:
                box.systems.update(systems)
                box.entities.update(entities)

    def _cells(self, systems: list[int], entities: list[int], box: Box) -> int:
        """Cells that these add to a box of which they are no part."""
        own = box.entities.union(entities)
        count = sum(e in own for s in systems for e in self.grid.rows[s])
        return count + sum(s in box.systems for e in entities for s in self.grid.columns[e])
