"""How many of one entity go with how many of another: as counted, against what is declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from crmaudit.evidence import Keys, MappedTable, Reference


@dataclass(frozen=True, slots=True)
class Multiplicity:
    """How many rows of two entities go together in one system's tables, as counted.

    `there` is the most rows of the other entity that one row has, `here` the
    most rows of this entity that one of the other has. `there_many` and
    `here_many`: whether the tables could hold more than one at all. `without`
    of `of` rows of `lacking` ("here" or "there") have none of the other, where
    one reference alone tells; None where it does not.
    """

    there: int = 0
    here: int = 0
    there_many: bool = False
    here_many: bool = False
    paths: tuple[Reference, ...] = ()
    lacking: str = ""
    without: int | None = None
    of: int = 0


@dataclass(slots=True)
class _Sum:
    there: int = 0
    here: int = 0
    there_many: bool = False
    here_many: bool = False
    paths: list[Reference] = field(default_factory=list)


def multiplicity(
    keys: Keys,
    here: Iterable[MappedTable],
    there: Iterable[MappedTable],
    links: Iterable[MappedTable],
    confidence: float,
) -> Multiplicity | None:
    """How two entities hang together by tested references; None where nothing tells.

    `here` and `there` are the rows of the map for each, `links` those of
    tables that link. Only tables whose rows are all of the entity count: the
    figures of a part are not known.
    """
    ours, theirs = _whole(here), _whole(there)
    linking = {t.table for t in links}
    tested = [
        r
        for r in keys.references
        if r.most and r.orphans is not None and r.confidence >= confidence
    ]
    found = _Sum()
    direct: list[tuple[str, Reference]] = []
    for one in tested:
        most = one.most or 0
        if one.table in theirs and one.to in ours:
            found.there, found.here = max(found.there, most), max(found.here, 1)
            found.there_many = True
            direct.append(("there", one))
        if one.table in ours and one.to in theirs:
            found.here, found.there = max(found.here, most), max(found.there, 1)
            found.here_many = True
            direct.append(("here", one))
    found.paths += [r for _, r in direct]
    for name in sorted(linking):
        mine = [r for r in tested if r.table == name and r.to in ours]
        other = [r for r in tested if r.table == name and r.to in theirs]
        if mine and other:
            found.there = max(found.there, *(r.most or 0 for r in mine))
            found.here = max(found.here, *(r.most or 0 for r in other))
            found.there_many = found.here_many = True
            found.paths += [*mine, *other]
    if not found.paths:
        return None
    alone = direct[0] if len(found.paths) == 1 and direct[0][1].when is None else None
    return Multiplicity(
        found.there,
        found.here,
        found.there_many,
        found.here_many,
        tuple(found.paths),
        lacking=alone[0] if alone else "",
        without=alone[1].cases - (alone[1].filled or 0) if alone else None,
        of=alone[1].cases if alone else 0,
    )


def _whole(rows: Iterable[MappedTable]) -> frozenset[str]:
    return frozenset(t.table for t in rows if t.role == "primary" and not t.where)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What a declared cardinality says and the data deny, the gravest kind first.

    `more`: one row of the entity at one end has `most` of the other, where at
    most one was declared. `no room`: several were declared, and the tables can
    hold one. `none`: `without` of `of` rows have none, where each must have one.
    `one` and `other` are "here" or "there": whose row, and what it has.
    """

    kind: Literal["more", "no room", "none"]
    one: str
    other: str
    most: int = 0
    without: int = 0
    of: int = 0

    @property
    def rank(self) -> int:
        return ("more", "no room", "none").index(self.kind)


def contradictions(cardinality: str, counted: Multiplicity) -> Iterator[Contradiction]:
    """What is wrong with a declared cardinality, written as `1:n` from here to there."""
    left, right = cardinality.split(":")
    ends = (
        (right, counted.there, counted.there_many, "here", "there"),
        (left, counted.here, counted.here_many, "there", "here"),
    )
    for said, most, many, one, other in ends:
        if said in ("1", "0..1") and most > 1:
            yield Contradiction("more", one, other, most)
        elif said in ("n", "m") and not many:
            yield Contradiction("no room", one, other, most)
    # The rows that hold the reference are to have one of the other side each.
    other = "here" if counted.lacking == "there" else "there"
    needed = left if counted.lacking == "there" else right
    if counted.lacking and needed == "1" and counted.without:
        yield Contradiction("none", counted.lacking, other, without=counted.without, of=counted.of)
