"""Where things stand in a drawing of a network: pure, and the same on every machine.

Things repel each other, ties pull, as Fruchterman and Reingold (1991) have it;
then boxes that overlap are pushed apart. It starts from a spiral in the order
of the names, and uses only operations that every processor rounds alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.float64]]

STEPS = 300
PUSHES = 400
GAP = 12.0
_GOLDEN = 2.399963
_ROOM = 3.4
_LEAST = 0.3


def layout(
    sizes: Mapping[str, tuple[float, float]], ties: Iterable[tuple[str, str]], width: float
) -> tuple[Mapping[str, tuple[float, float]], float]:
    """The middle of each box, on a sheet of this width, and the height that the sheet needs.

    `sizes` are width and height of each box, `ties` pairs of names; those of
    unknown names are left out. Time grows with the square of the boxes: 0.3
    seconds for 150.
    """
    import numpy as np

    names = sorted(sizes)
    if not names:
        return {}, 0.0
    number = {name: n for n, name in enumerate(names)}
    pairs = sorted(
        {(number[a], number[b]) for a, b in ties if a in number and b in number and a != b}
    )
    ends = np.array(pairs, dtype=int).reshape(-1, 2)
    boxes = np.array([sizes[name] for name in names])
    where = _pulled(_spiral(pairs, len(names)), ends)
    area = float(((boxes[:, 0] + GAP) * (boxes[:, 1] + GAP)).sum())
    height = max(_ROOM * area / width, _LEAST * width)
    low, high = where.min(axis=0), where.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    where = (where - low) / span * np.array([width, height])
    where = _apart(where, boxes, width)
    where[:, 1] -= (where[:, 1] - boxes[:, 1] / 2).min()
    aside = boxes[:, 0] / 2 + 1
    where[:, 0] = np.clip(where[:, 0], aside, np.maximum(width - aside, aside))
    places = {
        name: (round(float(x), 1), round(float(y), 1))
        for name, (x, y) in zip(names, where, strict=True)
    }
    return places, round(float((where[:, 1] + boxes[:, 1] / 2).max()), 1)


def _spiral(pairs: list[tuple[int, int]], count: int) -> Numbers:
    """Those with most ties in the middle, each next to those that it is tied to."""
    import numpy as np

    near: dict[int, list[int]] = {n: [] for n in range(count)}
    for a, b in pairs:
        near[a].append(b)
        near[b].append(a)
    order: dict[int, None] = {}
    for start in sorted(near, key=lambda n: (-len(near[n]), n)):
        waiting = [start]
        for here in waiting:
            if here not in order:
                order[here] = None
                waiting += near[here]
    places = np.zeros((count, 2))
    for turn, n in enumerate(order):
        out = math.sqrt(turn + 0.5)
        places[n] = (
            round(out * math.cos(turn * _GOLDEN), 6),
            round(out * math.sin(turn * _GOLDEN), 6),
        )
    return places


def _pulled(where: Numbers, ends: np.ndarray[Any, np.dtype[np.int64]]) -> Numbers:
    import numpy as np

    for step in range(STEPS):
        between = where[:, None, :] - where[None, :, :]
        far = (between * between).sum(axis=2)
        np.fill_diagonal(far, 1.0)
        move = (between / np.maximum(far, 0.01)[:, :, None]).sum(axis=1)
        if len(ends):
            along = where[ends[:, 0]] - where[ends[:, 1]]
            pull = along * np.sqrt((along * along).sum(axis=1))[:, None]
            np.subtract.at(move, ends[:, 0], pull)
            np.add.at(move, ends[:, 1], pull)
        move -= where * 0.05  # parts that nothing ties together do not drift away
        long = np.sqrt((move * move).sum(axis=1))
        most = 1.0 * (1 - step / STEPS) + 0.01
        where = where + move * np.minimum(1.0, most / np.maximum(long, 1e-9))[:, None]
    return where


def _apart(where: Numbers, boxes: Numbers, width: float) -> Numbers:
    """Boxes that overlap, pushed apart the shorter way; none leaves the sheet at its sides."""
    import numpy as np

    half = boxes / 2
    room = half[:, None, :] + half[None, :, :] + GAP
    sign = np.triu(np.ones((len(where), len(where))), 1)
    sign -= sign.T  # where two stand on one spot, the first goes up
    for push in range(PUSHES):
        between = where[:, None, :] - where[None, :, :]
        over = room - np.abs(between)
        hit = (over > 0.01).all(axis=2) & (sign != 0)
        if not hit.any():
            break
        way = np.where(between != 0, np.sign(between), -sign[:, :, None])
        # Where there is no room beside each other, all give way downwards in the end.
        aside = hit & (over[:, :, 0] < over[:, :, 1]) & (push < PUSHES // 2)
        down = hit & ~aside
        shift = np.zeros_like(where)
        shift[:, 0] = (way[:, :, 0] * over[:, :, 0] * aside).sum(axis=1) * 0.4
        shift[:, 1] = (way[:, :, 1] * over[:, :, 1] * down).sum(axis=1) * 0.4
        where = where + shift
        where[:, 0] = np.clip(where[:, 0], half[:, 0], np.maximum(width - half[:, 0], half[:, 0]))
    return where
