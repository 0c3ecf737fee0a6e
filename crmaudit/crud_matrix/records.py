"""Whose version of an entity counts, what class it is of, and where its copies stand.

    score(system) = 4·C + 3·U + 2·D + 1·R   over letters declared or proven

A letter that is declared and that evidence denies counts nothing. A proven
letter counts no more than a declared one: systems whose database was read
would else outrank those whose database nobody could read.

Where the records of several systems were compared, the data speak besides
(`Backing`): which system knows more of the things, has more of the values, is
the newer where two contradict each other, is confirmed by the others. They
favour the system that leads each other one in more of these than it trails.
That is a reason beside the score and changes it not.

Source: own proposal; no published formula was found. The terms application of
record and of reference are TOGAF's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from crmaudit.crud_matrix.cell import Cell
from crmaudit.messages import msg
from crmaudit.workspace.landscape import Entity

if TYPE_CHECKING:
    from crmaudit.crud_matrix.matrix import CrudMatrix

EntityClass = Literal["master", "reference", "transaction"]
Conflict = Literal["", "tie", "does not write", "contradicted", "outscored"]
Part = Literal["source", "contributor", "replica", "copy"]

_WEIGHT = {"C": 4, "U": 3, "D": 2, "R": 1}
_KINDS: Mapping[EntityClass, tuple[str, ...]] = {
    "master": (
        *("person", "organisation", "household", "product", "user", "unit", "team"),
        *("project", "contract", "campaign"),
    ),
    "transaction": (
        *("lead", "opportunity", "activity", "case", "contribution", "membership", "event"),
        *("invoice", "payment", "document", "quote", "order", "grant", "event registration"),
    ),
    "reference": ("role", "segment"),
}
_CLASS_OF_KIND = {kind: class_ for class_, kinds in _KINDS.items() for kind in kinds}
FAST, SLOW = 0.2, 0.02
"""Growth a year above which an entity looks like transactions, below which like reference."""
FEW_ROWS = 500
"""An entity of no more rows than this may be a list of choices."""
AHEAD, ENOUGH = 0.05, 30
"""By how much one system has to lead another in the data, and over how many things or values."""


@dataclass(frozen=True, slots=True)
class Backing:
    """What the data say for one system's version of an entity, each as (part, whole).

    `covers`: things that it holds ÷ things that any holds. `complete`: values
    that it has ÷ values that it or its partner has. `newer`: contradictions in
    which its record was changed last ÷ those whose younger side is known.
    `agrees`: values that other systems confirm ÷ values compared.
    """

    covers: tuple[int, int] = (0, 0)
    complete: tuple[int, int] = (0, 0)
    newer: tuple[int, int] = (0, 0)
    agrees: tuple[int, int] = (0, 0)


NOTHING: Mapping[str, Backing] = MappingProxyType({})
MEASURES: Mapping[str, str] = {
    "covers": msg("knows {share} of all"),
    "complete": msg("has {share} of the values"),
    "newer": msg("is newer in {share} of the contradictions"),
    "agrees": msg("is confirmed in {share} of the values"),
}
"""The parts of a `Backing` → what is said of a system that leads in it."""


@dataclass(frozen=True, slots=True)
class Record:
    """The system of record of an entity.

    `score` is 4·C + 3·U + 2·D + 1·R over held letters, denied ones left out;
    `margin` the lead over the runner-up, for a proposal among those that
    write. Several `systems` means a tie. `declared` is True where
    entities.yaml names it. `conflict` says what is wrong with it: a tie; a
    declared record that neither creates nor updates, whose writing evidence
    denies, or that `rivals` outscore. `favoured` is the system for which the
    data speak, `grounds` say why; empty where none leads, or none was compared.
    """

    entity: str
    systems: tuple[str, ...]
    score: int
    margin: int
    declared: bool
    conflict: Conflict = ""
    rivals: tuple[str, ...] = ()
    favoured: str = ""
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassOf:
    """The class of an entity, declared or proposed.

    `value` is None where nothing speaks for one class more than for another.
    `points` speak for each class, `reasons` say why.
    """

    entity: str
    value: EntityClass | None
    declared: bool
    reasons: tuple[str, ...] = ()
    points: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What one holder of an entity is to its golden source.

    `source`: its version counts. `contributor`: it writes, and its work and
    the source's meet by feeds or in one database. `replica`: it reads what
    reaches it from the source. `copy`: it holds the entity, and nothing that
    is known joins it to the source. `letters` as in `Cell.marked`.
    """

    system: str
    part: Part
    letters: str
    reason: str = ""


def score(cell: Cell) -> int:
    """Points of one system for being the record."""
    return sum(_WEIGHT[x] for x in cell.held if x in cell.proven or x not in cell.denied)


def record_of(
    entity: Entity, cells: Mapping[str, Cell], backing: Mapping[str, Backing] = NOTHING
) -> Record | None:
    """The system of record: declared, else proposed; None where no system in `cells` writes.

    `cells` are those of the holders and of the declared record, by system. A
    proposal needs a system that creates or updates: one that only reads is a
    replica at best. `backing` is what the data say for each system compared.
    """
    scores = {s: score(cell) for s, cell in cells.items()}
    writers = {s: scores[s] for s, cell in cells.items() if _writes(cell)}
    favoured, grounds = favoured_by(backing)
    declared = entity.system_of_record
    if declared is not None:
        mine = scores.get(declared, 0)
        rest = max((v for s, v in scores.items() if s != declared), default=0)
        rivals = tuple(s for s, v in writers.items() if s != declared and v > mine)
        conflict = _conflict(cells.get(declared), rivals)
        lead = mine - rest
        return Record(entity.id, (declared,), mine, lead, True, conflict, rivals, favoured, grounds)
    if not writers:
        return None
    best = max(writers.values())
    leaders = tuple(s for s, v in writers.items() if v == best)
    rest = max((v for s, v in writers.items() if s not in leaders), default=0)
    tie = len(leaders) > 1
    lead = 0 if tie else best - rest
    said: Conflict = "tie" if tie else ""
    return Record(entity.id, leaders, best, lead, False, said, (), favoured, grounds)


def leads(one: Backing, other: Backing) -> tuple[str, ...]:
    """The measures in which one system is ahead of another by at least `AHEAD`, over enough."""
    found = []
    for measure in MEASURES:
        (part, whole), (others, of) = getattr(one, measure), getattr(other, measure)
        if min(whole, of) >= ENOUGH and part / whole - others / of >= AHEAD:
            found.append(measure)
    return tuple(found)


def favoured_by(backing: Mapping[str, Backing]) -> tuple[str, tuple[str, ...]]:
    """The system that leads each other one in more measures than it trails, and why; else empty."""
    for system, mine in backing.items():
        others = [b for s, b in backing.items() if s != system]
        ahead = [(leads(mine, b), leads(b, mine)) for b in others]
        if ahead and all(len(won) > len(lost) for won, lost in ahead):
            measures = [m for m in MEASURES if any(m in won for won, _ in ahead)]
            return system, tuple(_told(m, mine, others) for m in measures)
    return "", ()


def outdone(record: str, backing: Mapping[str, Backing]) -> tuple[str, tuple[str, ...]]:
    """The system that leads a declared one in the most measures, more than it trails; else empty.

    KeyError where the declared system was not compared.
    """
    mine = backing[record]
    ahead = {s: (leads(b, mine), leads(mine, b)) for s, b in backing.items() if s != record}
    better = {s: won for s, (won, lost) in ahead.items() if len(won) > len(lost)}
    best = max(better, key=lambda s: len(better[s]), default="")
    return best, better.get(best, ())


def _told(measure: str, mine: Backing, others: Iterable[Backing]) -> str:
    """`knows 92 % of all, the others 40 % to 61 %`."""
    known = [part / whole for part, whole in (getattr(b, measure) for b in others) if whole]
    low, high = (msg("{n:.0f} %", n=100 * end) for end in (min(known), max(known)))
    part, whole = getattr(mine, measure)
    told = msg(MEASURES[measure], share=msg("{n:.0f} %", n=100 * part / whole))
    if len(known) == 1:
        return msg("{told}, the other {low}", told=told, low=low)
    if low == high:
        return msg("{told}, the others {low}", told=told, low=low)
    return msg("{told}, the others {low} to {high}", told=told, low=low, high=high)


def _writes(cell: Cell) -> bool:
    """Whether it creates or updates, as far as evidence does not deny it."""
    return any(x in "CU" and (x in cell.proven or x not in cell.denied) for x in cell.held)


def _conflict(cell: Cell | None, rivals: tuple[str, ...]) -> Conflict:
    if cell is not None and cell.known and not _writes(cell):
        return "contradicted" if set(cell.held) & {"C", "U"} else "does not write"
    return "outscored" if rivals else ""


def standings(crud: CrudMatrix, entity: str) -> tuple[Standing, ...]:
    """Each holder's part, the source first; without a single source all are copies."""
    record = crud.record(entity)
    source = record.systems[0] if record and len(record.systems) == 1 else None
    reached = crud.reach(entity, [source]) if source else frozenset()
    found = []
    for system in crud.holders(entity):
        cell = crud.cell(system, entity)
        part, reason = _part(crud, cell, source, reached)
        found.append(Standing(system, part, cell.marked, reason))
    order: tuple[Part, ...] = ("source", "contributor", "replica", "copy")
    return tuple(sorted(found, key=lambda s: order.index(s.part)))


def _part(
    crud: CrudMatrix, cell: Cell, source: str | None, reached: frozenset[str]
) -> tuple[Part, str]:
    if source is None:
        return "copy", msg("no single system is the source")
    if cell.system == source:
        return "source", ""
    receives = cell.system in reached
    if _writes(cell):
        if source in crud.reach(cell.entity, [cell.system]):
            return "contributor", msg("its changes reach the source")
        if receives:
            return "contributor", msg("it receives from the source, and its changes do not go back")
        return "copy", msg("it writes, and nothing joins it to the source")
    if receives:
        return "replica", ""
    return "copy", msg("nothing brings it the source's version")


def class_of(
    entity: Entity, kind: str, cells: Iterable[Cell], related: Iterable[Entity], rows: int | None
) -> ClassOf:
    """Master, reference or transaction: declared, else what most speaks for.

    `kind` is its canonical kind or empty, `cells` those of its holders,
    `related` all entities, `rows` how many there are where that was counted.
    """
    if entity.class_ is not None:
        return ClassOf(entity.id, entity.class_, True)
    votes: Counter[EntityClass] = Counter()
    reasons = []
    for class_, points, reason in _signs(entity, kind, tuple(cells), tuple(related), rows):
        votes[class_] += points
        reasons.append(reason)
    ranked = sorted(votes.items(), key=lambda v: -v[1])
    clear = bool(ranked) and (len(ranked) == 1 or ranked[0][1] > ranked[1][1])
    return ClassOf(
        entity.id,
        ranked[0][0] if clear else None,
        False,
        tuple(reasons),
        dict(sorted(votes.items())),
    )


def _signs(
    entity: Entity,
    kind: str,
    cells: tuple[Cell, ...],
    related: tuple[Entity, ...],
    rows: int | None,
) -> Iterable[tuple[EntityClass, int, str]]:
    """(class, points, reason) of each thing that speaks for a class."""
    if kind in _CLASS_OF_KIND:
        yield _CLASS_OF_KIND[kind], 3, msg("of the kind {kind}", kind=kind)
    many, one = _ends(entity, related)
    if many >= 2 and many > one:
        yield "master", 2, msg("{many} entities hang on it", many=many)
    elif one >= 2 and one > many:
        yield "transaction", 2, msg("it hangs on {one} entities", one=one)
    growth = entity.volume.growth if entity.volume else None
    if growth is not None and growth >= FAST:
        yield "transaction", 2, msg("it grows by {growth:.0f} % a year", growth=100 * growth)
    elif growth is not None and abs(growth) <= SLOW:
        yield "reference", 1, msg("it hardly grows")
    told = entity.volume.rows if entity.volume else None
    rows = rows if rows is not None else told
    readers = sum("R" in c for c in cells)
    writers = sum(_writes(c) for c in cells)
    if rows is not None and rows <= FEW_ROWS and readers > writers:
        yield (
            "reference",
            2,
            msg(
                "{rows} rows, read by {readers} systems, written by {writers}",
                rows=rows,
                readers=readers,
                writers=writers,
            ),
        )
    letters = {x for c in cells for x in c.held}
    if letters >= {"C", "R"} and not letters & {"U"} and all(c.letters is not None for c in cells):
        yield "transaction", 1, msg("it is created and never updated")


def _ends(entity: Entity, related: tuple[Entity, ...]) -> tuple[int, int]:
    """How many entities it has many of, and of how many it has one."""
    many: set[str] = set()
    one: set[str] = set()
    for other in related:
        for link in other.relationships:
            if link.cardinality is None or entity.id not in (other.id, link.to):
                continue
            left, right = (
                side.endswith("n") or side == "m" for side in link.cardinality.split(":")
            )
            if other.id == entity.id and link.to != entity.id and left != right:
                (many if right else one).add(link.to)
            elif link.to == entity.id and other.id != entity.id and left != right:
                (many if left else one).add(other.id)
    return len(many), len(one)
