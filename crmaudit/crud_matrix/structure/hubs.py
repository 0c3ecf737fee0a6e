"""What holds the landscape together: articulation points, go-betweens, and what has most links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from crmaudit.crud_matrix.matrix import CrudMatrix
from crmaudit.crud_matrix.remembering import remembered
from crmaudit.crud_matrix.structure.cuts import cuts
from crmaudit.crud_matrix.structure.grid import Grid, grid

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.float64]]

TOP = 20
WORK = 1_000_000_000
LEAST_STARTS = 200
"""Betweenness starts from all nodes, or of a large matrix from WORK / cells, at least this many."""
SEED = 20261101
MOST_CELLS = 50_000_000
"""Of a matrix with more cells than this, which would take too much memory, none is worked out."""
_BLOCK = 200


@dataclass(frozen=True, slots=True)
class Joint:
    """A system or entity that alone joins parts of the landscape.

    `parts` are numbers of systems, the largest first, that share no entity
    with each other once it is gone.
    """

    kind: Literal["system", "entity"]
    id: str
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hub:
    """How much goes through a system or entity.

    `degree` counts its cells with a letter. `betweenness` is its share of the
    shortest ways between all others, 0 to 1 (Freeman 1977).
    """

    kind: Literal["system", "entity"]
    id: str
    degree: int
    betweenness: float


@dataclass(frozen=True, slots=True)
class Hubs:
    """`joints` by kind, what cuts off most first; `relays` join parts by declared feeds alone.

    `top` are the greatest by betweenness. `sources` of `nodes`, those with a
    cell at all, were starting points: all of them, or a sample where the matrix is large, and then
    betweenness is an estimate (Brandes and Pich 2007); none at all beyond
    MOST_CELLS, and then `top` is empty. `islands` counts groups of
    systems that share nothing with each other.
    """

    systems: tuple[Joint, ...]
    entities: tuple[Joint, ...]
    relays: tuple[Joint, ...]
    top: tuple[Hub, ...]
    islands: int
    sources: int
    nodes: int


@remembered
def hubs(matrix: CrudMatrix) -> Hubs:
    """Articulation points and betweenness of the graph of systems and the entities they hold."""
    g = grid(matrix)
    between, sources = _betweenness(g)
    degree = [*map(len, g.rows), *map(len, g.columns)]
    ranked = sorted(range(len(degree)), key=lambda n: (-between[n], -degree[n], n))
    top = [Hub(*_named(g, n), degree[n], between[n]) for n in ranked[:TOP] if between[n] > 0]
    return Hubs(
        systems=tuple(x for x in joints(matrix) if x.kind == "system"),
        entities=tuple(x for x in joints(matrix) if x.kind == "entity"),
        relays=relays(matrix),
        top=tuple(top),
        islands=_islands(g),
        sources=sources,
        nodes=sum(map(bool, degree)),
    )


def _named(g: Grid, node: int) -> tuple[Literal["system", "entity"], str]:
    first = len(g.systems)
    return ("system", g.systems[node]) if node < first else ("entity", g.entities[node - first])


@remembered
def joints(matrix: CrudMatrix) -> tuple[Joint, ...]:
    """Systems and entities that alone join parts of the landscape by what is shared.

    Those first that cut off most systems. An entity that only one system
    holds joins nothing.
    """
    g = grid(matrix)
    first = len(g.systems)
    near: dict[int, list[int]] = {s: [] for s in range(first)}
    for e, column in enumerate(g.columns):
        if len(column) > 1:
            near[first + e] = sorted(column)
            for s in near[first + e]:
                near[s].append(first + e)
    found = cuts(near, range(first))
    return _ranked((_named(g, n), parts) for n, parts in found.items())


@remembered
def relays(matrix: CrudMatrix) -> tuple[Joint, ...]:
    """Systems that alone join parts by declared feeds, whichever way these go."""
    g = grid(matrix)
    number = {s: i for i, s in enumerate(g.systems)}
    near: dict[int, set[int]] = {}
    for link in matrix.feeds:
        a, b = number.get(link.source), number.get(link.target)
        if a is not None and b is not None and a != b:
            near.setdefault(a, set()).add(b)
            near.setdefault(b, set()).add(a)
    ordered = {n: sorted(near[n]) for n in sorted(near)}
    return _ranked((_named(g, n), parts) for n, parts in cuts(ordered, ordered).items())


def _ranked(
    found: Iterable[tuple[tuple[Literal["system", "entity"], str], tuple[int, ...]]],
) -> tuple[Joint, ...]:
    """Those first that cut off most systems from the largest part."""
    each = (Joint(kind, id, parts) for (kind, id), parts in found)
    return tuple(sorted(each, key=lambda j: (-sum(j.parts[1:]), j.kind, j.id)))


def _islands(g: Grid) -> int:
    seen: set[int] = set()
    count = 0
    for start, row in enumerate(g.rows):
        if start in seen or not row:
            continue
        count += 1
        seen.add(start)
        waiting = [start]
        while waiting:
            for e in g.rows[waiting.pop()]:
                new = g.columns[e].keys() - seen
                seen |= new
                waiting += new
    return count


def _betweenness(g: Grid) -> tuple[list[float], int]:
    """Betweenness of systems, then entities, and from how many starting points.

    Brandes' accumulation (2001), for a block of starting points at once: the
    numbers of shortest ways go from systems to entities and back by matrix
    products. Rounded, so that the order of adding up makes no difference.
    """
    import numpy as np

    rows, columns = len(g.systems), len(g.entities)
    n = rows + columns
    linked = [x for x in range(n) if (g.rows[x] if x < rows else g.columns[x - rows])]
    if n < 3 or not linked or rows * columns > MOST_CELLS:
        return [0.0] * n, 0
    most = max(LEAST_STARTS, WORK // (rows * columns))
    starts = linked if len(linked) <= most else sorted(Random(SEED).sample(linked, most))
    cells = np.zeros((rows, columns))
    for s, row in enumerate(g.rows):
        cells[s, list(row)] = 1
    total = np.zeros(n)
    for side, shift in ((0, 0), (1, rows)):
        mine = [x - shift for x in starts if (x >= rows) == bool(side)]
        for begin in range(0, len(mine), _BLOCK):
            total += _through(cells, side, mine[begin : begin + _BLOCK])
    # Each pair was met from both ends; a sample stands for all.
    scale = len(linked) / len(starts) / ((n - 1) * (n - 2))
    return [round(float(x) * scale, 6) for x in total], len(starts)


def _through(cells: Numbers, side: int, starts: Sequence[int]) -> Numbers:
    """What starting points of one side, 0 systems or 1 entities, add to every node's betweenness.

    Ways change sides at every step: only one side is looked at a time.
    """
    import numpy as np

    here = np.arange(len(starts))
    ways = [np.zeros((count, len(starts))) for count in cells.shape]
    level = [np.full(part.shape, -1, dtype=np.int16) for part in ways]
    ways[side][starts, here] = 1
    level[side][starts, here] = 0
    # What the nodes of a side get from their neighbours on the other.
    get = (lambda values: cells @ values, lambda values: cells.T @ values)
    depth, at = 0, side
    while True:
        reached = get[1 - at](np.where(level[at] == depth, ways[at], 0.0))
        new = (level[1 - at] < 0) & (reached > 0)
        if not new.any():
            break
        depth, at = depth + 1, 1 - at
        level[at][new] = depth
        ways[at][new] = reached[new]
    owed = [np.zeros(part.shape) for part in ways]
    while depth:
        share = np.where(level[at] == depth, (1 + owed[at]) / np.maximum(ways[at], 1), 0.0)
        depth, at = depth - 1, 1 - at
        owed[at] += np.where(level[at] == depth, ways[at] * get[at](share), 0.0)
    owed[side][starts, here] = 0
    total: Numbers = np.concatenate([part.sum(axis=1) for part in owed])
    return total
