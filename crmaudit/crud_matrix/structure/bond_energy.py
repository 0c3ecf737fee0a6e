"""The bond energy algorithm: an order in which filled cells lie side by side.

McCormick, Schweitzer and White (1972) maximise ME = ½ ΣᵢΣⱼ aᵢⱼ·(aᵢ,ⱼ₋₁ +
aᵢ,ⱼ₊₁ + aᵢ₋₁,ⱼ + aᵢ₊₁,ⱼ), here with a = 1 where a cell has a letter: the
number of neighbouring pairs of filled cells. Rows and columns do not bear on
each other, each is a sum of bonds between neighbours, bond(x, y) = |x ∩ y|.
Inserting k between l and r gains bond(l, k) + bond(k, r) − bond(l, r).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.float32]]

BEST_UP_TO = 2_000
"""Up to so many lines the best of all that remain comes next, beyond that the next by name."""


def energy(lines: Sequence[Collection[int]], order: Iterable[int]) -> int:
    """The sum of bonds between neighbours in this order."""
    sets = [frozenset(lines[i]) for i in order]
    return sum(len(a & b) for a, b in pairwise(sets))


def insertion(lines: Sequence[Collection[int]], width: int) -> list[int]:
    """An order of lines with a high energy; `width` is the number of columns.

    Begins with the first line. Up to `BEST_UP_TO` lines, whichever of the
    rest gains most at its best place comes next; of more, each in turn at its
    best place. Ties go to the earlier line and the earlier place. Empty lines
    stand at the end.
    """
    filled = [i for i, line in enumerate(lines) if line]
    empty = [i for i, line in enumerate(lines) if not line]
    if len(filled) < 3:
        return filled + empty
    kept = [lines[i] for i in filled]
    places = _best(kept, width) if len(kept) <= BEST_UP_TO else _in_turn(kept, width)
    return [filled[i] for i in places] + empty


def _best(lines: Sequence[Collection[int]], width: int) -> list[int]:
    """The best of all that remain at its best place, again and again.

    Of every remaining line the best place is kept. An insertion breaks one
    place into two: lines whose best it was look again at all places.
    """
    import numpy as np

    n = len(lines)
    marks = np.zeros((n, width), dtype=np.float32)
    for i, line in enumerate(lines):
        marks[i, list(line)] = 1
    # A line more that is bound to nothing stands at both ends.
    bond = np.zeros((n + 1, n + 1), dtype=np.float32)
    bond[:n, :n] = marks @ marks.T
    order = [n, 0, n]
    left, right = np.array([n, 0]), np.array([0, n])
    rest = np.arange(1, n)
    gain, place = bond[rest, 0].copy(), np.zeros(n - 1, dtype=np.intp)
    while len(rest):
        chosen = int(gain.argmax())
        k, at = int(rest[chosen]), int(place[chosen])
        before, after = int(left[at]), int(right[at])
        order.insert(at + 1, k)
        left = np.insert(left, at + 1, k)
        right = np.insert(right, at, k)
        keep = np.arange(len(rest)) != chosen
        rest, gain, place = rest[keep], gain[keep], place[keep]
        broken = place == at
        place[place > at] += 1
        for new, (a, b) in ((at, (before, k)), (at + 1, (k, after))):
            better = bond[rest, a] + bond[rest, b] - bond[a, b]
            ahead = ~broken & ((better > gain) | ((better == gain) & (new < place)))
            gain[ahead], place[ahead] = better[ahead], new
        again = rest[broken]
        if len(again):
            all_places = bond[again][:, left] + bond[again][:, right] - bond[left, right]
            place[broken] = all_places.argmax(axis=1)
            gain[broken] = all_places.max(axis=1)
    return order[1:-1]


def _in_turn(lines: Sequence[Collection[int]], width: int) -> list[int]:
    """Each line in turn at its best place. Keeps no square of bonds."""
    import numpy as np

    n = len(lines)
    holders: list[list[int]] = [[] for _ in range(width)]
    for i, line in enumerate(lines):
        for x in line:
            holders[x].append(i)
    held = [np.array(h, dtype=np.intp) for h in holders]
    order, between = np.array([n, 0, n]), np.zeros(2, dtype=np.int64)
    for i in range(1, n):
        bonds = np.bincount(np.concatenate([held[x] for x in lines[i]]), minlength=n + 1)
        bonds[i] = 0
        here = bonds[order]
        at = int((here[:-1] + here[1:] - between).argmax())
        between[at] = here[at]
        between = np.insert(between, at + 1, here[at + 1])
        order = np.insert(order, at + 1, i)
    return [int(x) for x in order[1:-1]]
