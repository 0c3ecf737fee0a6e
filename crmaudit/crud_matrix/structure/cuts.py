"""Nodes without which a graph falls apart, and into which parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def cuts(near: Mapping[int, Sequence[int]], counted: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Articulation points → sizes of the parts that their removal leaves, the largest first.

    `near` are the neighbours of every node, both ways; a part's size is how
    many of its nodes are `counted`. Hopcroft and Tarjan (1973), without
    recursion; the time is that of looking at every edge twice.
    """
    counts = frozenset(counted)
    met: dict[int, int] = {}
    low: dict[int, int] = {}
    size: dict[int, int] = {}
    parts: dict[int, list[int]] = {}
    whole: dict[int, int] = {}
    """Root → size of all that hangs together with it."""
    root_of: dict[int, int] = {}
    for root in near:
        if root in met:
            continue
        below: dict[int, list[int]] = {}
        stack = [(root, -1, iter(near[root]))]
        met[root] = low[root] = len(met)
        size[root], root_of[root] = int(root in counts), root
        while stack:
            node, parent, others = stack[-1]
            for other in others:
                if other not in met:
                    met[other] = low[other] = len(met)
                    size[other], root_of[other] = int(other in counts), root
                    stack.append((other, node, iter(near[other])))
                    break
                if other != parent:
                    low[node] = min(low[node], met[other])
            else:
                stack.pop()
                if parent >= 0:
                    size[parent] += size[node]
                    low[parent] = min(low[parent], low[node])
                    if low[node] >= met[parent]:
                        below.setdefault(parent, []).append(size[node])
        whole[root] = size[root]
        parts.update(below)
    found = {}
    for node, sizes in sorted(parts.items()):
        own = int(node in counts)
        rest = whole[root_of[node]] - own - sum(sizes)
        is_root = root_of[node] == node
        if is_root and len(sizes) < 2:
            continue
        left = sizes if is_root else [*sizes, rest]
        found[node] = tuple(sorted(left, reverse=True))
    return found
