"""Louvain's method on a weighted graph of numbered nodes, in plain lists.

Blondel, Guillaume, Lambiotte and Lefebvre (2008). The library's own copies
neighbours into sets in every pass, and a stability takes twenty-one runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from random import Random

Edges = Mapping[tuple[int, int], float]
_LITTLE = 1e-12


def louvain(edges: Edges, dice: Random) -> dict[int, int]:
    """Node → group, numbered by its smallest node. The dice set the order of visits."""
    nodes = sorted({n for pair in edges for n in pair})
    number = {n: i for i, n in enumerate(nodes)}
    near: list[dict[int, float]] = [{} for _ in nodes]
    for (a, b), weight in edges.items():
        i, j = number[a], number[b]
        near[i][j] = near[i].get(j, 0) + weight
        near[j][i] = near[j].get(i, 0) + weight
    degree = [sum(x.values()) for x in near]
    part = list(range(len(nodes)))
    while True:
        group = _level(near, degree, dice)
        names: dict[int, int] = {}
        group = [names.setdefault(x, len(names)) for x in group]
        part = [group[x] for x in part]
        if len(names) == len(near):
            break
        near, degree = _folded(near, degree, group, len(names))
    first: dict[int, int] = {}
    for node, x in zip(nodes, part, strict=True):
        first.setdefault(x, node)
    return {node: first[x] for node, x in zip(nodes, part, strict=True)}


def _level(near: list[dict[int, float]], degree: list[float], dice: Random) -> list[int]:
    """Move single nodes to the neighbouring group that gains most, until none moves.

    A node has its turn again when a neighbour has left for another group
    (Ozaki, Tezuka and Inaba 2016).
    """
    group = list(range(len(near)))
    total = degree[:]
    twice = sum(degree) or 1.0
    order = list(range(len(near)))
    dice.shuffle(order)
    turn, waits = deque(order), [True] * len(near)
    while turn:
        node = turn.popleft()
        waits[node] = False
        own, mine = group[node], degree[node] / twice
        links: dict[int, float] = {}
        for other, weight in near[node].items():
            x = group[other]
            links[x] = links.get(x, 0) + weight
        total[own] -= degree[node]
        best, most = own, links.get(own, 0) - total[own] * mine
        for x, weight in links.items():
            gain = weight - total[x] * mine
            if gain > most + _LITTLE:
                best, most = x, gain
        total[best] += degree[node]
        if best != own:
            group[node] = best
            for other in near[node]:
                if group[other] != best and not waits[other]:
                    waits[other] = True
                    turn.append(other)
    return group


def _folded(
    near: list[dict[int, float]], degree: list[float], group: list[int], count: int
) -> tuple[list[dict[int, float]], list[float]]:
    """The graph of groups. A group's inner weight stays in its degree."""
    folded: list[dict[int, float]] = [{} for _ in range(count)]
    sums = [0.0] * count
    for node, others in enumerate(near):
        mine = folded[group[node]]
        sums[group[node]] += degree[node]
        for other, weight in others.items():
            x = group[other]
            if x != group[node]:
                mine[x] = mine.get(x, 0) + weight
    return folded, sums


def modularity(edges: Edges, group: Mapping[int, int]) -> float:
    """Newman's modularity of a partition: Σ over groups of inner share − (share of ends)²."""
    whole = sum(edges.values())
    inner: dict[int, float] = {}
    ends: dict[int, float] = {}
    for (a, b), weight in edges.items():
        if group[a] == group[b]:
            inner[group[a]] = inner.get(group[a], 0) + weight
        for n in (a, b):
            ends[group[n]] = ends.get(group[n], 0) + weight
    if not whole:
        return 0.0
    return sum(inner.get(x, 0) / whole - (e / (2 * whole)) ** 2 for x, e in ends.items())
