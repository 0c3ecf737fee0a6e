"""Things in a row so that as little as possible flows backwards."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping


def in_sequence(things: Iterable[int], flows: Mapping[tuple[int, int], int]) -> list[int]:
    """An order in which flows go forward: from givers to takers.

    `flows` are weights of ordered pairs. Without circles this is a topological
    order; circles are broken by the heuristic of Eades, Lin and Smyth (1993):
    what only takes goes to the end, what only gives to the front, else what
    gives most beyond what it takes. Ties go to the smaller number.
    """
    known = sorted(set(things))
    gives: dict[int, dict[int, int]] = {x: {} for x in known}
    takes: dict[int, dict[int, int]] = {x: {} for x in known}
    for (a, b), weight in flows.items():
        if a != b and a in gives and b in gives and weight:
            gives[a][b] = takes[b][a] = weight
    out = {x: sum(gives[x].values()) for x in known}
    into = {x: sum(takes[x].values()) for x in known}
    first: list[int] = []
    last: list[int] = []
    waiting = [_place(x, out[x], into[x]) for x in known]
    heapq.heapify(waiting)
    left = set(known)
    while waiting:
        entry = heapq.heappop(waiting)
        x = entry[-1]
        if x not in left or entry != _place(x, out[x], into[x]):
            continue
        left.remove(x)
        (last if entry[0] == 1 else first).append(x)
        for y, weight in gives[x].items():
            into[y] -= weight
        for y, weight in takes[x].items():
            out[y] -= weight
        for y in {*gives[x], *takes[x]} & left:
            heapq.heappush(waiting, _place(y, out[y], into[y]))
    return first + last[::-1]


def _place(x: int, out: int, into: int) -> tuple[int, int, int]:
    """What comes next has the smallest: pure givers, pure takers, then by surplus."""
    if into == 0:
        return 0, 0, x
    if out == 0:
        return 1, -x, x
    return 2, into - out, x
