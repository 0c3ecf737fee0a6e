"""How data get from one system to another: as declared, as the matrix implies, as was seen.

Declared are the feeds of the dossiers. Implied is a flow where one system
creates an entity and another reads it. Seen is one where a system's account
works in another system's database (`Testimony.shared`): what it reads there
comes to it, what it writes there goes over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from crmaudit.crud_matrix.cell import Proof
from crmaudit.crud_matrix.matrix import CrudMatrix, FeedLink, feed_subject
from crmaudit.crud_matrix.remembering import remembered
from crmaudit.evidence.use import LETTERS

FlowKind = Literal["direct", "missing", "unused", "unknown", "confirmed"]
FLOW_KINDS: tuple[FlowKind, ...] = get_args(FlowKind)
"""What declaration, matrix and evidence make together of a flow.

`direct`     seen in the other's database, and no feed declares that way
`missing`    implied, and neither declared, by whatever detour, nor seen
`unused`     declared, and one end does not hold what it is to carry
`unknown`    declared; nobody said whether an end holds it, or what it carries
`confirmed`  declared, and both ends hold it, or it was seen
"""
BY_DATABASE = frozenset({None, "database", "other"})
"""Ways of a declared feed that may be work in the other's database."""
Use = Literal["yes", "no", "unknown"]
Reason = Literal["", "target", "source", "entities"]
"""Which end of a declared flow does not hold it, or that nobody said what it carries."""


_JUDGED: tuple[tuple[Use, FlowKind], ...] = (("no", "unused"), ("unknown", "unknown"))


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows from one system to another, as far as it is of one kind.

    `entities` are empty where nobody said what a feed carries. `feeds` are
    those that declare it. `letters` and `proofs` tell what was seen in the
    other's database. `circular` are entities that declared feeds carry round
    through both systems. `reason` says which end of a declared flow does not
    hold what it carries.
    """

    source: str
    target: str
    kind: FlowKind
    entities: tuple[str, ...]
    feeds: tuple[FeedLink, ...] = ()
    letters: str = ""
    proofs: tuple[Proof, ...] = ()
    circular: tuple[str, ...] = ()
    reason: Reason = ""

    @property
    def subject(self) -> str:
        return feed_subject(self.source, self.target)

    @property
    def declared(self) -> bool:
        return bool(self.feeds)

    @property
    def seen(self) -> bool:
        return bool(self.letters)

    @property
    def by(self) -> tuple[str, ...]:
        """The ways that are declared for it."""
        return tuple(sorted({x.by for x in self.feeds if x.by}))


@dataclass(frozen=True, slots=True)
class Meeting:
    """An entity that one system was seen to give another in a database of either.

    `host` is whose database it is, `letters` what the other did there.
    """

    source: str
    target: str
    host: str
    entity: str
    letters: str


@remembered
def flows(matrix: CrudMatrix) -> tuple[Flow, ...]:
    """Every flow between systems of the matrix, by source, target and kind."""
    known = _Known(matrix)
    found = [*_declared(known), *_direct(known), *_missing(known)]
    place = {s: i for i, s in enumerate(matrix.systems)}
    last = len(place)

    def key(flow: Flow) -> tuple[int, str, int, str, int, str]:
        ends = ((place.get(s, last), s) for s in (flow.source, flow.target))
        (a, source), (b, target) = ends
        return a, source, b, target, FLOW_KINDS.index(flow.kind), flow.reason

    return tuple(sorted(found, key=key))


def meetings(matrix: CrudMatrix) -> Iterator[Meeting]:
    """Work of one system in another's database, by entity, as it was seen."""
    for entity in matrix.entities:
        yield from meetings_of(matrix, entity)


def meetings_of(matrix: CrudMatrix, entity: str) -> Iterator[Meeting]:
    """As `meetings`, of one entity."""
    shared = matrix.testimony.shared.get(entity)
    if not shared:
        return
    inside = frozenset(matrix.systems)
    for (system, host), letters in sorted(shared.items()):
        if system == host or not {system, host} <= inside:
            continue
        if "R" in letters:
            yield Meeting(host, system, host, entity, "R")
        if written := letters.replace("R", ""):
            yield Meeting(system, host, host, entity, written)


def both_ways(matrix: CrudMatrix, entity: str) -> frozenset[frozenset[str]]:
    """Pairs of systems that give the entity to each other.

    Who reads and writes it in the other's database works on the other's copy; that
    alone makes no second one which could be overwritten.
    """
    ways: dict[tuple[str, str], set[str]] = {}
    for m in meetings_of(matrix, entity):
        ways.setdefault((m.source, m.target), set()).add(m.host)
    seen = set(ways)
    for link in matrix.feeds:
        pair = link.source, link.target
        # A feed by the database is that very work.
        if entity in link.entities and not (link.by in BY_DATABASE and pair in seen):
            ways.setdefault(pair, set()).add("")
    found = set()
    for (source, target), there in ways.items():
        back = ways.get((target, source), set())
        if back and (len(there | back) > 1 or "" in there):
            found.add(frozenset((source, target)))
    return frozenset(found)


def worked(matrix: CrudMatrix, flow: Flow) -> tuple[list[str], list[str]]:
    """Entities of a flow that the target reads in the source's database, and that the source
    writes in the target's. The two need not be the same."""

    def there(host: str) -> list[str]:
        pair = flow.source, flow.target
        found = ((e, m) for e in flow.entities for m in meetings_of(matrix, e) if m.host == host)
        return list(dict.fromkeys(e for e, m in found if (m.source, m.target) == pair))

    return there(flow.source), there(flow.target)


class _Known:
    """The matrix with what flows ask of it again and again."""

    def __init__(self, matrix: CrudMatrix) -> None:
        self.matrix = matrix
        self.inside = frozenset(matrix.systems)
        self._place = {e: i for i, e in enumerate(matrix.entities)}
        self._circles: dict[str, tuple[frozenset[str], ...]] = {}
        self.seen: dict[tuple[str, str, str], str] = {}
        for m in meetings(matrix):
            pair = m.source, m.target, m.entity
            self.seen[pair] = _letters(self.seen.get(pair, "") + m.letters)
        self.giving: dict[str | None, set[str]] = {}
        self.taking: dict[str | None, set[str]] = {}
        for link in matrix.feeds:
            for entity in link.entities or (None,):
                self.giving.setdefault(entity, set()).add(link.source)
                self.taking.setdefault(entity, set()).add(link.target)

    def ordered(self, entities: Iterable[str]) -> tuple[str, ...]:
        """Each once, in the order of the matrix; those unknown to it at the end."""
        last = len(self._place)
        return tuple(sorted(set(entities), key=lambda e: (self._place.get(e, last), e)))

    def use(self, system: str, entity: str) -> Use:
        """Whether the system does anything to the entity.

        What is declared and denied by evidence counts as no. A system outside
        the matrix is unknown.
        """
        if system not in self.inside:
            return "unknown"
        cell = self.matrix.cell(system, entity)
        if any(x in cell.proven or x not in cell.denied for x in cell.held):
            return "yes"
        return "unknown" if cell.letters is None and len(cell.denied) < len(LETTERS) else "no"

    def judged(self, link: FeedLink, entity: str) -> tuple[FlowKind, Reason]:
        """A declared feed of one entity."""
        if link.by in BY_DATABASE and (link.source, link.target, entity) in self.seen:
            return "confirmed", ""
        ends: tuple[tuple[Reason, Use], ...] = (
            ("target", self._end(link.target, entity, self.giving)),
            ("source", self._end(link.source, entity, self.taking)),
        )
        for answer, kind in _JUDGED:
            for end, found in ends:
                if found == answer:
                    return kind, end
        return "confirmed", ""

    def _end(self, system: str, entity: str, onward: Mapping[str | None, set[str]]) -> Use:
        """Whether an end uses what a feed carries. A go-between need not hold what it passes on."""
        found = self.use(system, entity)
        if found == "yes" or system in onward.get(entity, ()):
            return "yes"
        # It may be what a feed carries of which nobody said what it carries.
        return "unknown" if system in onward.get(None, ()) else found

    def turns(self, entities: Iterable[str], *systems: str) -> tuple[str, ...]:
        """Those entities that declared feeds carry round through all these systems."""
        found = []
        for entity in entities:
            if entity not in self._circles:
                self._circles[entity] = tuple(map(frozenset, self.matrix.circles(entity)))
            if any(circle.issuperset(systems) for circle in self._circles[entity]):
                found.append(entity)
        return tuple(found)

    def proofs(self, source: str, target: str, entities: Iterable[str]) -> Iterator[Proof]:
        """Reading of the target in the source's database, writing of the source in the target's."""
        testimony = self.matrix.testimony
        for entity in entities:
            for worker, host, letters in ((target, source, "R"), (source, target, "CUD")):
                for proof in testimony.proofs(worker, entity):
                    there = any(t.startswith(f"{host}:") for t in proof.tables)
                    proves = proof.answer == "yes" and proof.origin not in ("declared", "granted")
                    if there and proves and proof.letter in letters:
                        yield proof

    def flow(
        self,
        pair: tuple[str, str],
        kind: FlowKind,
        carried: Iterable[str],
        feeds: Iterable[FeedLink],
        reason: Reason = "",
    ) -> Flow:
        entities = self.ordered(carried)
        letters = _letters("".join(self.seen.get((*pair, e), "") for e in entities))
        proofs = tuple(self.proofs(*pair, entities)) if letters else ()
        links = tuple(dict.fromkeys(feeds))
        turning = self.turns(entities, *pair)
        return Flow(*pair, kind, entities, links, letters, proofs, turning, reason)


def _declared(known: _Known) -> Iterator[Flow]:
    """Declared feeds, each entity of each under what is known of its ends."""
    groups: dict[tuple[str, str, FlowKind, Reason], list[tuple[str | None, FeedLink]]] = {}
    for link in known.matrix.feeds:
        ends = link.source, link.target
        if not link.entities:
            groups.setdefault((*ends, "unknown", "entities"), []).append((None, link))
        for entity in link.entities:
            groups.setdefault((*ends, *known.judged(link, entity)), []).append((entity, link))
    for (source, target, kind, reason), carried in groups.items():
        entities = (e for e, _ in carried if e is not None)
        yield known.flow((source, target), kind, entities, (x for _, x in carried), reason)


def _direct(known: _Known) -> Iterator[Flow]:
    """Work in another's database that no feed declares as such."""
    told: dict[tuple[str, str], list[FeedLink]] = {}
    for link in known.matrix.feeds:
        told.setdefault((link.source, link.target), []).append(link)
    groups: dict[tuple[str, str], list[str]] = {}
    for source, target, entity in known.seen:
        links = (x for x in told.get((source, target), ()) if x.by in BY_DATABASE)
        if not any(not x.entities or entity in x.entities for x in links):
            groups.setdefault((source, target), []).append(entity)
    for pair, entities in groups.items():
        # Declared, but by another way.
        links = (x for x in told.get(pair, ()) if not x.entities or {*x.entities} & {*entities})
        yield known.flow(pair, "direct", entities, links)


def _missing(known: _Known) -> Iterator[Flow]:
    for pair, entities in known.matrix.implied_feeds().items():
        yield known.flow(pair, "missing", entities, ())


def _letters(found: str) -> str:
    return "".join(x for x in LETTERS if x in found)


@dataclass(frozen=True, slots=True)
class LineageStep:
    """One step on an entity's way. `distance` of its target from where the entity begins.

    `by` are the declared ways, empty where none is told. `named`: a feed says
    that it carries the entity; without it and `seen` (in a database of
    either), it is only a feed of which nobody said what it carries.
    """

    source: str
    target: str
    distance: int
    by: tuple[str, ...]
    named: bool
    seen: bool

    @property
    def certain(self) -> bool:
        return self.named or self.seen


@dataclass(frozen=True, slots=True)
class Lineage:
    """An entity's way through the systems.

    `origins` create it. `distance` counts the steps to every system that it
    certainly comes to, 0 for the origins. `perhaps` are reached only by feeds
    of which nobody said what they carry; `unreached` hold it and are not
    reached at all. `passing` are reached and hold nothing of it.
    """

    entity: str
    origins: tuple[str, ...]
    steps: tuple[LineageStep, ...]
    distance: Mapping[str, int]
    perhaps: tuple[str, ...]
    unreached: tuple[str, ...]
    passing: tuple[str, ...]


def lineage(matrix: CrudMatrix, entity: str) -> Lineage:
    """From where the entity begins to all that hold it, by feeds and by work seen in databases.

    Nobody's entity (no creator) has no origin, and all its holders are unreached.
    """
    steps: dict[tuple[str, str], tuple[set[str], bool, bool]] = {}

    def add(pair: tuple[str, str], by: str | None, named: bool, seen: bool) -> None:
        ways, was_named, was_seen = steps.get(pair, (set(), False, False))
        steps[pair] = ways | ({by} if by else set()), was_named or named, was_seen or seen

    for link in matrix.feeds:
        if entity in link.entities or not link.entities:
            add((link.source, link.target), link.by, bool(link.entities), False)
    for m in meetings_of(matrix, entity):
        add((m.source, m.target), None, False, True)
    origins = matrix.doing("C", entity)
    sure = _distances(origins, [pair for pair, (_, a, b) in steps.items() if a or b])
    all_ = _distances(origins, steps)
    holders = matrix.holders(entity)
    place = {s: i for i, s in enumerate(matrix.systems)}
    last = len(place)
    found = [
        LineageStep(a, b, sure.get(b, all_[b]), tuple(sorted(ways)), named, seen)
        for (a, b), (ways, named, seen) in steps.items()
        if a in all_
    ]
    by_place = sorted(all_, key=lambda s: (place.get(s, last), s))
    return Lineage(
        entity,
        origins,
        tuple(
            sorted(
                found,
                key=lambda x: (x.distance, place.get(x.source, last), place.get(x.target, last)),
            )
        ),
        {s: sure[s] for s in sorted(sure, key=lambda s: (sure[s], place.get(s, last), s))},
        tuple(s for s in by_place if s not in sure),
        tuple(s for s in holders if s not in all_),
        tuple(s for s in by_place if s not in holders),
    )


def _distances(start: Iterable[str], steps: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many steps lead to each from any of `start`."""
    near: dict[str, list[str]] = {}
    for a, b in steps:
        near.setdefault(a, []).append(b)
    found = dict.fromkeys(start, 0)
    waiting = list(found)
    for here in waiting:
        for other in near.get(here, ()):
            if other not in found:
                found[other] = found[here] + 1
                waiting.append(other)
    return found
