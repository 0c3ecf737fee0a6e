"""The matrix itself, and the questions it answers.

A cell's letter is *yes*, *no* or *unknown*: letters missing from a listed
entity mean no, an entity that a dossier does not list is unknown unless the
dossier is declared complete. Questions that reason from absence ("nobody
creates it") therefore say whether they may be asked (`complete`).

Where a testimony is given, questions about what happens (`doing`, `holders`,
`reach`, `record`…) go by letters declared or proven. Questions about what was
said (`unknown`, `said_of`, `incomplete`, `feeds`) go by the dossiers alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from crmaudit.crud_matrix.cell import Cell, Proof
from crmaudit.crud_matrix.records import Backing, Record, Standing, record_of, standings
from crmaudit.crud_matrix.testimony import Testimony
from crmaudit.evidence.use import LETTERS, Letter
from crmaudit.workspace.dossier import System
from crmaudit.workspace.landscape import Entity

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

Node = tuple[Literal["system", "entity"], str]
_Steps = Mapping[str, Sequence[str]]
_NOTHING = Testimony()


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A declared movement of data between two systems.

    Where both ends tell of the same feed, this is what either says;
    `declared_in` and `index` point at the first telling. Without `entities`
    nobody said what it carries: it may be anything.
    """

    source: str
    target: str
    entities: tuple[str, ...]
    by: str | None
    declared_in: str
    index: int
    owner: str | None = None
    problems: str = ""

    @property
    def subject(self) -> str:
        return feed_subject(self.source, self.target)


def feed_subject(source: str, target: str) -> str:
    """The subject of findings about what flows from one system to another."""
    return "feed:" + ".".join(x.replace(".", "%2E") for x in (source, target))


def cell_subject(system: str, entity: str) -> str:
    """The subject of findings about one cell of the matrix."""
    return "cell:" + ".".join(x.replace(".", "%2E") for x in (system, entity))


class CrudMatrix:
    """Systems × entities: declared in dossiers, and proven where there is evidence.

    `backing` is, by entity and system, what the data say for its version.
    """

    def __init__(
        self,
        systems: Iterable[System],
        entities: Iterable[Entity],
        testimony: Testimony | None = None,
        backing: Mapping[str, Mapping[str, Backing]] | None = None,
    ) -> None:
        self._systems = {s.id: s for s in systems}
        self._entities = {e.id: e for e in entities}
        self.testimony = _NOTHING if testimony is None else testimony
        self._backing = backing or {}

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(self._systems)

    @property
    def entities(self) -> tuple[str, ...]:
        return tuple(self._entities)

    def name(self, kind: Literal["system", "entity"], id: str) -> str:
        """What people call a system or an entity of the matrix."""
        return self._systems[id].name if kind == "system" else self._entities[id].label

    @property
    def graph(self) -> nx.Graph[Node]:
        """A new bipartite graph: nodes (kind, id), edges with their letters in `crud`."""
        import networkx as nx

        graph: nx.Graph[Node] = nx.Graph()
        for system in self._systems.values():
            graph.add_node(("system", system.id), kind="system", label=system.name)
        for entity in self._entities.values():
            graph.add_node(("entity", entity.id), kind="entity", label=entity.label)
        for name, held in self._held.items():
            for holder, letters in held.items():
                graph.add_edge(("system", holder), ("entity", name), crud=letters)
        return graph

    @property
    def frame(self) -> pd.DataFrame:
        """Entities as rows, systems as columns, the cells' text as values."""
        import pandas as pd

        rows = [[self.cell(s, e).text for s in self._systems] for e in self._entities]
        return pd.DataFrame(
            rows, index=pd.Index(self._entities, name="entity"), columns=list(self._systems)
        )

    def cell(self, system: str, entity: str) -> Cell:
        dossier = self._systems[system]
        said = dossier.crud.get(entity, "" if dossier.crud_complete else None)
        return Cell(system, entity, said, *self.testimony.letters(system, entity))

    def proofs(self, system: str, entity: str) -> tuple[Proof, ...]:
        """What each source says of each letter, the dossier first; by letter and origin."""
        said = self.cell(system, entity).letters
        found = self.testimony.proofs(system, entity)
        if said is None:
            return found
        told = (Proof(x, "declared", "yes" if x in said else "no") for x in LETTERS)
        # A stable sort: of one letter, what is declared stays before what was found.
        return tuple(sorted((*told, *found), key=lambda p: LETTERS.index(p.letter)))

    def cells(self) -> Iterator[Cell]:
        for entity in self._entities:
            for system in self._systems:
                yield self.cell(system, entity)

    def doing(self, letter: Letter, entity: str) -> tuple[str, ...]:
        """Systems that do this to the entity."""
        return tuple(s for s, letters in self._held.get(entity, {}).items() if letter in letters)

    def likely(self, letter: Letter, entity: str) -> tuple[str, ...]:
        """As `doing`, without those that only say so and that evidence denies."""
        return tuple(
            s
            for s in self.doing(letter, entity)
            if self.cell(s, entity).verdict(letter) != "contradicted"
        )

    def holders(self, entity: str) -> tuple[str, ...]:
        """Systems that do anything to the entity."""
        return tuple(self._held.get(entity, ()))

    @cached_property
    def _held(self) -> Mapping[str, Mapping[str, str]]:
        """Entity → system → letters declared or proven, where there are any."""
        held: dict[str, dict[str, str]] = {}
        for system in self._systems:
            for entity, letters in self.held_by(system).items():
                held.setdefault(entity, {})[system] = letters
        return held

    def held_by(self, system: str) -> Mapping[str, str]:
        """Entity → letters declared or proven of one system, where there are any."""
        said = self._systems[system].crud
        found = [e for e in self.testimony.entities(system) if e in self._entities]
        if not found:
            return {e: letters for e, letters in said.items() if letters}
        cells = (self.cell(system, e) for e in dict.fromkeys((*said, *found)))
        return {c.entity: c.held for c in cells if c.held}

    def writers(self, entity: str) -> tuple[str, ...]:
        """Systems that create or update the entity, as far as evidence does not deny it."""
        writing = {*self.likely("C", entity), *self.likely("U", entity)}
        return tuple(s for s in self.holders(entity) if s in writing)

    def unknown(self, entity: str) -> tuple[str, ...]:
        """Systems of which nobody said what they do to the entity."""
        return tuple(
            s.id
            for s in self._systems.values()
            if s.crud.get(entity, "" if s.crud_complete else None) is None
        )

    def known_of(self, system: str) -> int:
        """How many cells of a system are known: declared or proven."""
        proven = (
            e
            for e in self.testimony.entities(system)
            if e in self._entities and self.testimony.letters(system, e)[0]
        )
        unsaid = sum(self.cell(system, e).letters is None for e in proven)
        return self.said_of(system) + unsaid

    def said_of(self, system: str) -> int:
        """Of how many cells of a system its dossier speaks."""
        dossier = self._systems[system]
        if dossier.crud_complete:
            return len(self._entities) - sum(x is None for x in dossier.crud.values())
        return sum(x is not None for x in dossier.crud.values())

    @cached_property
    def incomplete(self) -> tuple[str, ...]:
        """Systems whose list of entities is not declared complete, or has a blank in it."""
        return tuple(
            s.id for s in self._systems.values() if not s.crud_complete or None in s.crud.values()
        )

    @property
    def known_share(self) -> tuple[int, int]:
        """Cells that are known, and all cells."""
        cells = len(self._systems) * len(self._entities)
        return sum(map(self.known_of, self._systems)), cells

    @cached_property
    def feeds(self) -> tuple[FeedLink, ...]:
        """Declared feeds between systems in scope, each once, from source to target."""
        links = []
        for system in self._systems.values():
            for i, feed in enumerate(system.feeds or ()):
                source, target = (system.id, feed.to) if feed.to else (feed.from_, system.id)
                assert source is not None
                assert target is not None
                links.append(
                    FeedLink(
                        source,
                        target,
                        feed.entities,
                        feed.by,
                        system.id,
                        i,
                        feed.owner,
                        feed.problems,
                    )
                )
        # The same feed may be told at both ends.
        told: dict[tuple[str, str, tuple[str, ...]], FeedLink] = {}
        for link in links:
            key = (link.source, link.target, tuple(sorted(link.entities)))
            first = told.setdefault(key, link)
            told[key] = replace(
                first,
                by=first.by or link.by,
                owner=first.owner or link.owner,
                problems=first.problems or link.problems,
            )
        return tuple(told.values())

    @cached_property
    def flow(self) -> nx.DiGraph[str]:
        """Systems joined by the declared feeds, each edge with its `entities`."""
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self._systems)
        for link in self.feeds:
            known = graph.get_edge_data(link.source, link.target, {}).get("entities", ())
            entities = tuple(sorted({*known, *link.entities}))
            graph.add_edge(link.source, link.target, entities=entities)
        return graph

    def connected(self, source: str, target: str) -> bool:
        """Whether a path of declared feeds leads from one system to the other."""
        return target in _walk([source], self._next)

    def silos(self) -> tuple[str, ...]:
        """Systems that hold something and share it through no feed."""
        linked = {s for link in self.feeds for s in (link.source, link.target)}
        for meeting in self.testimony.shared.values():
            linked.update(s for pair in meeting for s in pair)
        return tuple(s for s in self._systems if s not in linked and self.held_by(s))

    def record(self, entity: str) -> Record | None:
        """The system of record: declared, else proposed; None without a writer."""
        declared = self._entities[entity].system_of_record
        asked = dict.fromkeys(self.holders(entity))
        if declared in self._systems:
            asked.setdefault(declared)
        cells = {s: self.cell(s, entity) for s in asked}
        return record_of(self._entities[entity], cells, self.backing(entity))

    def backing(self, entity: str) -> Mapping[str, Backing]:
        """What the data say for each system's version; empty where none were compared."""
        found = self._backing.get(entity, {})
        return {s: b for s, b in found.items() if s in self._systems}

    def standings(self, entity: str) -> tuple[Standing, ...]:
        """What each holder is to the golden source: source, contributor, replica or copy."""
        return standings(self, entity)

    def implied_feeds(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Pairs of systems that ought to be joined by a feed, with the entities.

        One creates an entity, the other reads it without creating it, and no
        declared path of feeds for that entity leads there from any creator. Of
        several creators the system of record ought to give it.
        """
        missing: dict[tuple[str, str], list[str]] = {}
        for entity in self._entities:
            creators = self.doing("C", entity)
            readers = [s for s in self.doing("R", entity) if s not in creators]
            if not creators or not readers:
                continue
            record = self.record(entity)
            givers = [s for s in creators if record and s in record.systems] or creators
            reached = self.reach(entity, creators)
            for reader in readers:
                if reader not in reached:
                    for giver in givers:
                        missing.setdefault((giver, reader), []).append(entity)
        return {pair: tuple(e) for pair, e in sorted(missing.items())}

    def read_from(self, source: str, target: str) -> tuple[str, ...]:
        """Entities that one system creates and the other reads without creating them."""
        given, taken = self.held_by(source), self.held_by(target)
        found = {
            e
            for e, letters in given.items()
            if "C" in letters and "R" in (mine := taken.get(e, "")) and "C" not in mine
        }
        return tuple(sorted(found, key=self._order.__getitem__))

    @cached_property
    def _order(self) -> Mapping[str, int]:
        """Entity → its place in the matrix."""
        return {e: i for i, e in enumerate(self._entities)}

    def reach(self, entity: str, start: Iterable[str]) -> frozenset[str]:
        """Systems to which feeds carry the entity from any of `start`, those included.

        A feed of which nobody said what it carries is taken to carry it. Who
        was seen at work in another system's database needs no feed there.
        """
        ways = (self._carrying.get(entity, {}), self._carrying.get(None, {}))
        return _walk(start, *ways, self._meeting(entity))

    def _meeting(self, entity: str) -> _Steps:
        """Steps between systems that were seen to work on the entity in one database."""
        steps: dict[str, list[str]] = {}
        for (system, host), letters in self.testimony.shared.get(entity, {}).items():
            if "R" in letters:
                steps.setdefault(host, []).append(system)
            if set(letters) & {"C", "U", "D"}:
                steps.setdefault(system, []).append(host)
        return steps

    def circles(self, entity: str) -> tuple[tuple[str, ...], ...]:
        """Groups of systems among which declared feeds carry the entity round.

        Only feeds that name the entity count.
        """
        carrying = self._carrying.get(entity, {})
        if all(s not in carrying for targets in carrying.values() for s in targets):
            return ()
        import networkx as nx

        flow: nx.DiGraph[str] = nx.DiGraph()
        flow.add_edges_from((s, target) for s, targets in carrying.items() for target in targets)
        groups = (g for g in nx.strongly_connected_components(flow) if len(g) > 1)
        return tuple(sorted(tuple(sorted(g)) for g in groups))

    @cached_property
    def _next(self) -> _Steps:
        """System → systems that it feeds."""
        return _steps(self.feeds)

    @cached_property
    def _carrying(self) -> Mapping[str | None, _Steps]:
        """Entity → system → systems that it feeds the entity; None: what nobody told."""
        links: dict[str | None, list[FeedLink]] = {}
        for link in self.feeds:
            for entity in link.entities or (None,):
                links.setdefault(entity, []).append(link)
        return {entity: _steps(told) for entity, told in links.items()}


def _steps(links: Iterable[FeedLink]) -> _Steps:
    steps: dict[str, list[str]] = {}
    for link in links:
        steps.setdefault(link.source, []).append(link.target)
    return steps


def _walk(start: Iterable[str], *ways: _Steps) -> frozenset[str]:
    """All that can be come to by any of the ways, the start included."""
    reached = set(start)
    waiting = list(reached)
    while waiting:
        here = waiting.pop()
        for steps in ways:
            new = [s for s in steps.get(here, ()) if s not in reached]
            reached.update(new)
            waiting += new
    return frozenset(reached)
