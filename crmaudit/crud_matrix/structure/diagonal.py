"""The matrix along its diagonal, in boxes, with what flows between them.

IBM's Business Systems Planning puts those who create something next to what
they create, draws boxes around what is used together, and reads every use
outside a box as a flow between subsystems. Here `boxes` finds the boxes, and
they and what is in them are put in the order of the flows, givers first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmaudit.crud_matrix.matrix import CrudMatrix
from crmaudit.crud_matrix.remembering import remembered
from crmaudit.crud_matrix.structure.boxes import Box, Boxes
from crmaudit.crud_matrix.structure.grid import Grid, grid
from crmaudit.crud_matrix.structure.order import Order, order_of
from crmaudit.crud_matrix.structure.sequence import in_sequence
from crmaudit.messages import chained

LEAST_CELLS = 2
"""A box is drawn from so many cells on."""
SWEEPS = 10


@dataclass(frozen=True, slots=True)
class Subsystem:
    """Systems and entities that belong together, in the order to draw them.

    `cells` of `area` cells hold a letter. `name` is made of the entities that
    most of its systems hold. No system or entity is in two subsystems.
    """

    name: str
    systems: tuple[str, ...]
    entities: tuple[str, ...]
    cells: int

    @property
    def area(self) -> int:
        return len(self.systems) * len(self.entities)

    @property
    def density(self) -> float:
        return self.cells / self.area if self.area else 0.0


@dataclass(frozen=True, slots=True)
class Residual:
    """What one system creates and another uses outside the boxes: an interface that is needed.

    `source` and `target` are indexes of subsystems, None for a system outside
    all of them. `system_from` is the one in which the entity is at home: its
    system of record if that creates it, else the creator with most letters.
    `created` are those of `entities` that `system_to` creates as well.
    """

    source: int | None
    target: int | None
    system_from: str
    system_to: str
    entities: tuple[str, ...]
    created: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagonal:
    """Order, subsystems in that order, and the flows between them.

    `spread` is the mean distance of the cells with a C from the diagonal, 0
    to 1: |pos(s)/|S| − pos(e)/|E||, `was` the same in the declared order;
    None where nothing is created. `inside` of `cells` with a letter lie in a
    box. Systems and entities in no subsystem stand at the end: `outside`.
    """

    order: Order
    subsystems: tuple[Subsystem, ...]
    flows: tuple[Residual, ...]
    spread: float | None
    was: float | None
    inside: int
    cells: int
    outside_systems: tuple[str, ...] = ()
    outside_entities: tuple[str, ...] = ()

    def index(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """System → its subsystem's index, and entity → its subsystem's index."""
        systems = {s: i for i, x in enumerate(self.subsystems) for s in x.systems}
        entities = {e: i for i, x in enumerate(self.subsystems) for e in x.entities}
        return systems, entities


@remembered
def diagonal(matrix: CrudMatrix) -> Diagonal:
    """Subsystems on the diagonal and the flows between them. The same for any order of files."""
    g = grid(matrix)
    number = {s: i for i, s in enumerate(g.systems)}
    records = {e: matrix.record(name) for e, name in enumerate(g.entities)}
    record = {
        e: number[r.systems[0]]
        for e, r in records.items()
        if r and r.declared and r.systems[0] in number
    }
    found = Boxes(g, record)
    drawn = {b: x for b, x in found.boxes.items() if _drawn(x)}
    sequence = _sequence(g, found, drawn)
    inner = {b: _within(g, found, drawn[b]) for b in sequence}
    systems = [s for b in sequence for s in inner[b][0]]
    entities = [e for b in sequence for e in inner[b][1]]
    outside = _within(
        g,
        found,
        Box(
            set(range(len(g.systems))).difference(systems),
            set(range(len(g.entities))).difference(entities),
        ),
    )
    order = order_of(
        matrix,
        [g.entities[e] for e in (*entities, *outside[1])],
        [g.systems[s] for s in (*systems, *outside[0])],
        "diagonal",
    )
    names = _names(matrix, g, [drawn[b] for b in sequence])
    index = {b: i for i, b in enumerate(sequence)}
    return Diagonal(
        order=order,
        subsystems=tuple(
            Subsystem(
                name,
                tuple(g.systems[s] for s in inner[b][0]),
                tuple(g.entities[e] for e in inner[b][1]),
                drawn[b].cells,
            )
            for b, name in zip(sequence, names, strict=True)
        ),
        flows=_residual(g, found, index),
        spread=_spread(g, order.entities, order.systems),
        was=_spread(g, matrix.entities, matrix.systems),
        inside=sum(x.cells for x in drawn.values()),
        cells=g.cells,
        outside_systems=tuple(g.systems[s] for s in outside[0]),
        outside_entities=tuple(g.entities[e] for e in outside[1]),
    )


def _drawn(box: Box) -> bool:
    return bool(box.entities) and box.cells >= LEAST_CELLS


def _sequence(g: Grid, found: Boxes, drawn: Mapping[int, Box]) -> list[int]:
    """The boxes, givers before takers."""
    flows: dict[tuple[int, int], int] = {}
    for e, column in enumerate(g.columns):
        for s in column:
            pair = found.box_of[found.home[e]], found.box_of[s]
            if pair[0] != pair[1]:
                flows[pair] = flows.get(pair, 0) + 1
    return in_sequence(drawn, flows)


def _within(g: Grid, found: Boxes, box: Box) -> tuple[list[int], list[int]]:
    """The box's systems and entities, givers first and each C as near to the diagonal as may be."""
    flows: dict[tuple[int, int], int] = {}
    creators: dict[int, list[int]] = {}
    for e in box.entities:
        creators[e] = []
        for s, letters in g.columns[e].items():
            if s in box.systems:
                if "C" in letters:
                    creators[e].append(s)
                pair = found.home[e], s
                if pair[0] != s and pair[0] in box.systems:
                    flows[pair] = flows.get(pair, 0) + 1
    systems = in_sequence(box.systems, flows)
    place = {s: i for i, s in enumerate(systems)}
    last = len(systems)

    def middle(e: int) -> tuple[float, int]:
        there = creators[e] or [found.home[e]]
        return sum(place.get(s, last) for s in there) / len(there), e

    entities = sorted(box.entities, key=middle)
    return _swept(systems, entities, creators)


def _swept(
    systems: list[int], entities: list[int], creators: Mapping[int, Sequence[int]]
) -> tuple[list[int], list[int]]:
    """Put each next to the middle of what it belongs to, while that brings C nearer."""
    created: dict[int, list[int]] = {s: [] for s in systems}
    for e, there in creators.items():
        for s in there:
            created[s].append(e)

    def distance(systems: list[int], entities: list[int]) -> float:
        place = {s: (i + 0.5) / len(systems) for i, s in enumerate(systems)}
        gaps = (
            abs(place[s] - (i + 0.5) / len(entities))
            for i, e in enumerate(entities)
            for s in creators[e]
        )
        return round(sum(gaps), 9)

    def by_middle(
        what: list[int], others: list[int], joined: Mapping[int, Sequence[int]]
    ) -> list[int]:
        place = {x: (i + 0.5) / len(others) for i, x in enumerate(others)}
        now = {x: (i + 0.5) / len(what) for i, x in enumerate(what)}

        def middle(x: int) -> tuple[float, float]:
            there = [place[y] for y in joined[x]]
            return (round(sum(there) / len(there), 9) if there else now[x]), now[x]

        return sorted(what, key=middle)

    best = distance(systems, entities)
    for _ in range(SWEEPS):
        new_systems = by_middle(systems, entities, created)
        new_entities = by_middle(entities, new_systems, creators)
        if (now := distance(new_systems, new_entities)) >= best:
            break
        systems, entities, best = new_systems, new_entities, now
    return systems, entities


def _residual(g: Grid, found: Boxes, index: Mapping[int, int]) -> tuple[Residual, ...]:
    flows: dict[tuple[int, int], list[int]] = {}
    for e, column in enumerate(g.columns):
        home = found.home[e]
        if home < 0 or "C" not in column[home]:
            continue
        box = index.get(found.box_of[home])
        for s in column:
            if s != home and (box is None or index.get(found.box_of[s]) != box):
                flows.setdefault((home, s), []).append(e)
    places = {s: index.get(found.box_of[s], len(index)) for pair in flows for s in pair}
    ranked = sorted(flows, key=lambda p: (places[p[0]], places[p[1]], -len(flows[p]), p))
    return tuple(
        Residual(
            index.get(found.box_of[a]),
            index.get(found.box_of[b]),
            g.systems[a],
            g.systems[b],
            tuple(g.entities[e] for e in flows[a, b]),
            tuple(g.entities[e] for e in flows[a, b] if "C" in g.rows[b][e]),
        )
        for a, b in ranked
    )


def _names(matrix: CrudMatrix, g: Grid, boxes: Sequence[Box]) -> list[str]:
    """One name for each, of its two entities that most of its systems hold."""
    names: list[str] = []
    for box in boxes:
        held = {e: sum(s in box.systems for s in g.columns[e]) for e in box.entities}
        chief = sorted(held, key=lambda e: (-held[e], -len(g.columns[e]), e))[:2]
        name = chained("{a} and {b}", (matrix.name("entity", g.entities[e]) for e in chief))
        same = sum(n == name or n.startswith(f"{name} (") for n in names)
        names.append(f"{name} ({same + 1})" if same else name)
    return names


def _spread(g: Grid, entities: Sequence[str], systems: Sequence[str]) -> float | None:
    place_e = {x: (i + 0.5) / len(entities) for i, x in enumerate(entities)}
    place_s = {x: (i + 0.5) / len(systems) for i, x in enumerate(systems)}
    gaps = [
        abs(place_s[g.systems[s]] - place_e[g.entities[e]])
        for s, row in enumerate(g.rows)
        for e, letters in row.items()
        if "C" in letters
    ]
    return round(sum(gaps) / len(gaps), 6) if gaps else None
