"""Puts records together that stand for one thing.

Records that pairs taken for the same connect are one thing, unless that contradicts what is known:
of two records between which a definite rule or a person stands, only one is in. And a chain is no
thing: where few pairs of a group speak for it, the group is built up again by average linkage
(Sokal and Michener 1958), so that one doubtful bridge does not join two sure groups.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

DENSE = 0.5
"""A group of which more than this share of the pairs is taken for the same is left as it is."""

LARGE = 300
"""Groups of more records are not built up again pair by pair, only kept free of contradictions."""

UNSEEN, CLIP = -6.0, 12.0
"""The weight of a pair that was no candidate, and the most that one pair can say."""


class Groups:
    """Disjoint sets of numbers with pairs that must not fall together (Tarjan 1975)."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))
        self._apart: dict[int, set[int]] = {}

    def of(self, i: int) -> int:
        parent = self._parent
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def forbid(self, i: int, j: int) -> None:
        a, b = self.of(i), self.of(j)
        if a != b:
            self._apart.setdefault(a, set()).add(b)
            self._apart.setdefault(b, set()).add(a)

    def join(self, i: int, j: int) -> bool:
        """Put two together; False where they are already, or must not be."""
        a, b = self.of(i), self.of(j)
        if a == b or b in self._apart.get(a, ()):
            return False
        a, b = min(a, b), max(a, b)
        self._parent[b] = a
        for other in self._apart.pop(b, ()):
            self._apart[other].discard(b)
            self._apart[other].add(a)
            self._apart.setdefault(a, set()).add(other)
        return True


def things(
    left: Ints, right: Ints, weight: npt.NDArray[np.float64], same: Ints, never: Ints
) -> tuple[Ints, Ints]:
    """Records in groups of two or more: their numbers, sorted, and the lowest of each one's group.

    `same` and `never` mark, by their places, pairs taken for the same and those
    that must not fall together. `weight` orders them: ties by the numbers.
    """
    if not len(same):
        none = np.empty(0, np.int64)
        return none, none
    numbers, places = np.unique(np.concatenate([left[same], right[same]]), return_inverse=True)
    a, b = places[: len(same)], places[len(same) :]
    joined = Groups(len(numbers))
    barred = _barred(numbers, left[never], right[never])
    for i, j in barred:
        joined.forbid(i, j)
    order = np.lexsort((b, a, -weight[same]))
    for i, j in zip(a[order].tolist(), b[order].tolist(), strict=True):
        joined.join(i, j)
    group = np.array([joined.of(i) for i in range(len(numbers))], np.int64)
    group = _loosened(numbers, group, a, b, left, right, weight, barred)
    several = np.bincount(group, minlength=len(numbers))[group] > 1
    return numbers[several], numbers[group][several]


def _barred(numbers: Ints, left: Ints, right: Ints) -> list[tuple[int, int]]:
    """Pairs that must not fall together, by places in `numbers`."""
    i, j = np.searchsorted(numbers, left), np.searchsorted(numbers, right)
    i, j = np.minimum(i, len(numbers) - 1), np.minimum(j, len(numbers) - 1)
    here = (numbers[i] == left) & (numbers[j] == right)
    return list(zip(i[here].tolist(), j[here].tolist(), strict=True))


def _loosened(
    numbers: Ints,
    group: Ints,
    a: Ints,
    b: Ints,
    left: Ints,
    right: Ints,
    weight: npt.NDArray[np.float64],
    barred: Iterable[tuple[int, int]],
) -> Ints:
    """The groups, those with too few pairs that speak for them built up again."""
    size = np.bincount(group, minlength=len(numbers))
    within = group[a] == group[b]
    links = np.bincount(group[a[within]], minlength=len(numbers))
    loose = (size >= 3) & (size <= LARGE) & (links <= DENSE * size * (size - 1) / 2)
    if not loose.any():
        return group
    i, j = np.searchsorted(numbers, left), np.searchsorted(numbers, right)
    i, j = np.minimum(i, len(numbers) - 1), np.minimum(j, len(numbers) - 1)
    seen = (numbers[i] == left) & (numbers[j] == right) & (group[i] == group[j]) & loose[group[i]]
    parts: dict[int, dict[tuple[int, int], float]] = {}
    for x, y, w in zip(i[seen].tolist(), j[seen].tolist(), weight[seen].tolist(), strict=True):
        parts.setdefault(int(group[x]), {})[x, y] = min(max(w, -CLIP), CLIP)
    for x, y in barred:
        if group[x] == group[y]:
            parts.setdefault(int(group[x]), {})[min(x, y), max(x, y)] = -1e6
    group = group.copy()
    members = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[members], np.arange(len(numbers)))
    for root in sorted(parts):
        own = np.sort(members[starts[root] : starts[root] + size[root]])
        group[own] = _linked(own, parts[root])
    return group


def _linked(own: Ints, weights: dict[tuple[int, int], float]) -> Ints:
    """Average linkage of the records of one group: for each the lowest place of its part."""
    count = len(own)
    place = {int(n): i for i, n in enumerate(own)}
    total = np.full((count, count), UNSEEN)
    for (x, y), w in weights.items():
        total[place[x], place[y]] = total[place[y], place[x]] = w
    np.fill_diagonal(total, -np.inf)
    size = np.ones(count)
    head = list(range(count))
    while True:
        mean = total / np.outer(size, size)
        best = int(np.argmax(mean))
        i, j = sorted(divmod(best, count))
        if not mean[i, j] >= 0:
            break
        total[i] += total[j]
        total[:, i] += total[:, j]
        total[j], total[:, j] = -np.inf, -np.inf
        total[i, i] = -np.inf
        size[i] += size[j]
        head = [i if h == j else h for h in head]
    return np.array([own[h] for h in head], np.int64)
