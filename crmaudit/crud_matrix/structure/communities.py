"""Groups of systems and entities that hang together, offered as a suggestion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from random import Random
from typing import Literal

from crmaudit.crud_matrix.matrix import CrudMatrix
from crmaudit.crud_matrix.remembering import remembered
from crmaudit.crud_matrix.structure.grid import Grid, grid
from crmaudit.crud_matrix.structure.louvain import Edges, louvain, modularity
from crmaudit.messages import msg

BOOTSTRAPS = 20
LARGE, FEW = 50_000, 5
"""From so many cells on, so few bootstraps: they differ little from each other there."""
SEED = 20261101


@dataclass(frozen=True, slots=True)
class Community:
    """Systems and entities of one group, in the order of their names."""

    systems: tuple[str, ...]
    entities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Communities:
    """Groups, the largest first; every system and entity with a letter is in one.

    `modularity` of the partition. `stability` is how alike the groups come out
    when the cells are drawn anew: the mean adjusted Rand index (Hubert and
    Arabie 1985) of `runs` bootstraps against them, 1 the same, 0 as chance
    would have it; None where there are fewer than two groups.
    """

    groups: tuple[Community, ...]
    modularity: float
    stability: float | None
    runs: int

    @property
    def trust(self) -> Literal["stable", "fair", "doubtful", "none"]:
        """`stable` from 0.85, `fair` from 0.6, `doubtful` below; `none` without groups.

        The limits are those which Hennig (2007) gives for bootstrapped clusters.
        """
        if self.stability is None:
            return "none"
        return (
            "stable" if self.stability >= 0.85 else "fair" if self.stability >= 0.6 else "doubtful"
        )

    @property
    def words(self) -> str:
        """What the stability means, in a sentence."""
        return {
            "stable": msg("The groups come out nearly the same whenever the cells are drawn anew."),
            "fair": msg(
                "The core of the groups stays when the cells are drawn anew; "
                "members at the edge change over."
            ),
            "doubtful": msg(
                "The groups fall out differently each time the cells are drawn anew: "
                "take them as an idea only."
            ),
            "none": msg("There are no groups: everything hangs together, or too little is known."),
        }[self.trust]


@remembered
def communities(matrix: CrudMatrix) -> Communities:
    """Groups by Louvain's method (Blondel and others 2008) on systems and entities as one graph.

    A suggestion: large matrices have more groups than modularity can tell
    apart (Fortunato and Barthélemy 2007).
    """
    g = grid(matrix)
    edges = _edges(g)
    found = louvain(edges, Random(SEED))
    members: dict[int, list[int]] = {}
    for node, group in sorted(found.items()):
        members.setdefault(group, []).append(node)
    first = len(g.systems)
    groups = [
        Community(
            tuple(g.systems[n] for n in nodes if n < first),
            tuple(g.entities[n - first] for n in nodes if n >= first),
        )
        for nodes in sorted(members.values(), key=lambda m: (-len(m), m[0]))
    ]
    runs = 0 if len(groups) < 2 else BOOTSTRAPS if len(edges) < LARGE else FEW
    stability = _stability(edges, found, runs) if runs else None
    quality = round(modularity(edges, found), 6)
    return Communities(tuple(groups), quality, stability, runs)


def _edges(g: Grid) -> Edges:
    """System number → number of systems + entity number, once for each cell."""
    first = len(g.systems)
    return {(s, first + e): 1 for s, row in enumerate(g.rows) for e in sorted(row)}


def _stability(edges: Edges, found: Mapping[int, int], runs: int) -> float:
    """The mean likeness of what comes out when cells are drawn with replacement."""
    cells = list(edges)
    likeness = []
    for seed in range(SEED + 1, SEED + 1 + runs):
        dice = Random(seed)
        drawn = Counter(dice.choices(cells, k=len(cells)))
        again = louvain(dict(sorted(drawn.items())), dice)
        likeness.append(adjusted_rand([found[n] for n in again], list(again.values())))
    return round(sum(likeness) / len(likeness), 6)


def adjusted_rand(one: Sequence[int], other: Sequence[int]) -> float:
    """How alike two partitions of the same things are (Hubert and Arabie 1985).

    1 where they are the same, about 0 where they agree as chance would have it.
    """
    pairs = comb(len(one), 2)
    together = sum(comb(n, 2) for n in Counter(zip(one, other, strict=True)).values())
    a = sum(comb(n, 2) for n in Counter(one).values())
    b = sum(comb(n, 2) for n in Counter(other).values())
    expected = a * b / pairs if pairs else 0.0
    most = (a + b) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)
