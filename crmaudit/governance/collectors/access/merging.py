"""How several rights come together, where a product goes by the widest or the narrowest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crmaudit.evidence.access import LEVELS, AccessLevel, Beyond
from crmaudit.governance.collectors.access.model import (
    BEYOND,
    EVERYTHING,
    NO_REASON,
    NOTHING,
    Rights,
    Row,
    levels_of,
)

Cell = tuple[AccessLevel | None, tuple[str, ...]]
"""A level and where it comes from."""

_WIDE: Mapping[AccessLevel, int] = {level: n for n, level in enumerate(LEVELS)}
_NARROW: Mapping[AccessLevel, int] = {level: n for n, level in enumerate(reversed(LEVELS))}
_LAST = len(LEVELS) - 1


def widest(parts: Sequence[Rights]) -> Rights:
    """What one may do who has all of these: the widest level of each letter counts.

    A letter of which one part is unknown is unknown, unless another part gives
    the widest level there is.
    """
    return _merged(parts, _WIDE)


def strictest(parts: Sequence[Rights]) -> Rights:
    """What one may do who is held by all of these: the narrowest level of each letter counts.

    A kind of record that a part does not mention is not limited by it. Rights
    of `Beyond` are held where all parts give them.
    """
    return _merged(parts, _NARROW, all_of=True)


def widest_cell(cells: Iterable[Cell]) -> Cell:
    """The widest of some levels, with all that give it."""
    return _best(cells, _WIDE)


def administrator(objects: Iterable[str]) -> Rights:
    """Rights to everything, of one who administers."""
    why = ("administrator",)
    everything = Row(EVERYTHING, (why, why, why, why))
    return Rights(dict.fromkeys(objects, everything), dict.fromkeys(BEYOND, why))


def nothing(objects: Iterable[str]) -> Rights:
    """No right to any of these."""
    return Rights(dict.fromkeys(objects, Row(NOTHING, NO_REASON)))


def _best(cells: Iterable[Cell], rank: Mapping[AccessLevel, int]) -> Cell:
    """The level of the highest rank, with all that give it."""
    # There are millions of these where many accounts have roles of their own mixture.
    best, level, unknown = -1, None, False
    found: list[tuple[str, ...]] = []
    missing: list[tuple[str, ...]] = []
    for one, why in cells:
        if one is None:
            unknown = True
            missing.append(why)
        elif rank[one] > best:
            best, level = rank[one], one
            found = [why]
        elif rank[one] == best:
            found.append(why)
    if unknown and best < _LAST:
        return None, _joined(missing)
    return level, _joined(found)


def _joined(reasons: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    if len(reasons) == 1:
        return reasons[0]
    return tuple(dict.fromkeys(w for why in reasons for w in why))


def _merged(
    parts: Sequence[Rights], rank: Mapping[AccessLevel, int], all_of: bool = False
) -> Rights:
    if len(parts) == 1:
        return parts[0]
    objects: dict[str, Row] = {}
    for word in dict.fromkeys(o for p in parts for o in p.objects):
        rows = [p.objects[word] for p in parts if word in p.objects]
        first = rows[0]
        if all(r is first for r in rows):
            objects[word] = first
            continue
        c, r, u, d = (_best([(x.levels[i], x.why[i]) for x in rows], rank) for i in range(4))
        objects[word] = Row(levels_of(c[0], r[0], u[0], d[0]), (c[1], r[1], u[1], d[1]))
    beyond: dict[Beyond, tuple[str, ...]] = {}
    for right in BEYOND:
        having = [p.beyond[right] for p in parts if right in p.beyond]
        if having and (not all_of or len(having) == len(parts)):
            beyond[right] = _joined(having)
    return Rights(objects, beyond, tuple(dict.fromkeys(u for p in parts for u in p.unknown)))
