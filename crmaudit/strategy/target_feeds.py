"""What is to become of the flows between systems, and which are to be built.

First each flow of today, entity by entity: what leads to or from a system that
goes is retired (and its successor takes it over), so is what one end does not
hold. What is carried by hand, has a known problem, turns in a circle or was
never declared is to be mended. Then the gaps: of every entity each reader has
to be reached from the system of record, each other creator has to reach it,
and the CRM has to be reached by what its view of the customer lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crmaudit.crud_matrix.flows import Flow, flows
from crmaudit.facts import Facts
from crmaudit.messages import counted, joined, listed, msg
from crmaudit.quality.effective import kind_of
from crmaudit.quality.one_place import Apart
from crmaudit.strategy.target_model import (
    FEED_ACTIONS,
    FeedAction,
    FeedTarget,
    RecordTarget,
    SystemTarget,
)

_PARTS: Mapping[str, tuple[str, ...]] = {
    "contact": ("person", "organisation", "household"),
    "activity": ("activity",),
    "invoice": ("invoice",),
    "case": ("case",),
}
"""What whoever answers a call has to see → canonical kinds of the entities that hold it."""
_Way = tuple[str, str, FeedAction]
_READS = "{system} reads {entities}, and nothing brings it what the system of record holds"
_READS_FROM = "{system} reads {entities}, and nothing brings it from where it is created"
_CREATES = "{system} creates {entities}, and the system of record does not come to know"


@dataclass(frozen=True, slots=True)
class _Why:
    """A reason whose entities are filled in at the end, when all are known that share it."""

    pattern: str
    values: tuple[tuple[str, str], ...] = ()

    def told(self, entities: Iterable[str]) -> str:
        return msg(self.pattern, entities=listed(entities, 6), **dict(self.values))


_Wanted = tuple[str, str, str, _Why]
"""From, to, entity, why."""


def _why(pattern: str, **values: str) -> _Why:
    return _Why(pattern, tuple(values.items()))


@dataclass
class _Draft:
    """A feed in the making: its entities, reasons (each with its entities), ways and evidence."""

    entities: dict[str, None] = field(default_factory=dict)
    reasons: dict[_Why, dict[str, None]] = field(default_factory=dict)
    now: dict[str, None] = field(default_factory=dict)
    evidence: dict[str, None] = field(default_factory=dict)


def feed_targets(
    facts: Facts, systems: Mapping[str, SystemTarget], records: Sequence[RecordTarget]
) -> tuple[FeedTarget, ...]:
    """Every feed of today and of the target, those to be built first."""
    return _Plan(facts, systems, {r.entity: r for r in records}).made()


def solved_between(facts: Facts, source: str, to: str) -> tuple[str, ...]:
    """What the register of dysfunctions calls solved of two systems, in its own words."""
    return tuple(
        d.what
        for d in facts.workspace.registers.dysfunctions
        if d.status == "solved" and {source, to} <= {*d.systems}
    )


class _Plan:
    def __init__(
        self,
        facts: Facts,
        systems: Mapping[str, SystemTarget],
        records: Mapping[str, RecordTarget],
    ) -> None:
        self._facts, self._systems, self._records = facts, systems, records
        self._name = {s.id: s.name for s in facts.workspace.systems}
        self._label = {e.id: e.label for e in facts.workspace.entity.values()}
        self._drafts: dict[_Way, _Draft] = {}
        # Entity → system → systems that it will feed; "" stands for what nobody told.
        self._ways: dict[str, dict[str, dict[str, None]]] = {}

    def made(self) -> tuple[FeedTarget, ...]:
        found = [f for f in flows(self._facts.crud) if f.kind != "missing"]
        wanted: list[_Wanted] = []
        for flow in found:
            for entity in flow.entities or ("",):
                wanted += self._today(flow, entity)
        for source, to, entity, reason in wanted:
            self._build(source, to, entity, reason)
        for record in self._records.values():
            self._serve(record)
        self._one_place()
        place = {s: i for i, s in enumerate(self._name)}
        order = sorted(
            self._drafts,
            key=lambda w: (FEED_ACTIONS.index(w[2]), place.get(w[0], 0), place.get(w[1], 0)),
        )
        return tuple(self._target(way, self._drafts[way]) for way in order)

    # Flows of today

    def _today(self, flow: Flow, entity: str) -> Iterator[_Wanted]:
        """Judges one entity of a flow; gives the feeds that have to take its place."""
        a, z = flow.source, flow.target
        gone = [s for s in (a, z) if not self._stays(s)]
        if gone:
            self._add(flow, entity, "retire", [self._goes(s) for s in gone])
            heirs = self._heir(a), self._heir(z)
            if heirs[0] and heirs[1] and heirs[0] != heirs[1] and flow.kind != "unused":
                text = "takes over from {source} → {target}"
                why = _why(text, source=self._name[a], target=self._name[z])
                yield heirs[0], heirs[1], entity, why
            return
        if flow.kind == "unused":
            end = z if flow.reason == "target" else a
            text = "{system} does not hold {entities}"
            self._add(flow, entity, "retire", [_why(text, system=self._name[end])])
            return
        record = self._records.get(entity)
        if record is not None and self._superseded(record, a, z):
            text = "{system} becomes the system of record of {entities}"
            why = _why(text, system=self._name[record.future or ""])
            self._add(flow, entity, "retire", [why])
            yield record.future or "", z, entity, why
            return
        reasons = list(self._faults(flow, entity))
        self._add(flow, entity, "mend" if reasons else "keep", reasons or [self._kept(flow)])
        self._ways.setdefault(entity, {}).setdefault(a, {})[z] = None

    def _superseded(self, record: RecordTarget, source: str, to: str) -> bool:
        """Whether a feed gives out what another system is to give out in future.

        One that goes on to the future record is what brings it the changes.
        """
        future = record.future
        if future is None or not record.moves or source not in record.now or source == future:
            return False
        return future not in self._facts.crud.reach(record.entity, [to])

    def _faults(self, flow: Flow, entity: str) -> Iterator[_Why]:
        mine = [f for f in flow.feeds if not entity or not f.entities or entity in f.entities]
        told = [f.problems.strip().rstrip(".") for f in mine if f.problems.strip()]
        if told:
            yield _why("known problem: {problem}", problem=joined("; ", dict.fromkeys(told)))
            for solved in solved_between(self._facts, flow.source, flow.target):
                text = "the register calls solved: {what}; to be asked first which of the two holds"
                yield _why(text, what=solved)
        if mine and all(f.by == "manual" for f in mine):
            yield _why("carried by hand")
        if entity and entity in flow.circular:
            yield _why("carried round in a circle: {entities}; agree one direction")
        if flow.kind == "direct":
            yield _why("seen in the database, never declared: agree it, or put a feed in its place")

    def _kept(self, flow: Flow) -> _Why:
        if flow.reason == "entities":
            return _why("nobody said what it carries: to be clarified")
        if flow.kind == "unknown":
            return _why("nobody said whether both ends hold {entities}: to be clarified")
        return _why("both ends hold what it carries, and no problem is known")

    # What is missing

    def _serve(self, record: RecordTarget) -> None:
        """Feeds from the record to those that read, and to it from others that create."""
        crud, entity = self._facts.crud, record.entity
        creators = [s for s in crud.likely("C", entity) if self._stays(s)]
        readers = [s for s in crud.likely("R", entity) if self._stays(s) and s not in creators]
        if record.future is None or not self._stays(record.future):
            self._serve_from_creators(entity, creators, readers)
            return
        source = record.future
        for reader in readers:
            if reader not in self._reach(entity, source):
                giver = self._hub(entity, source) or source
                self._build(giver, reader, entity, _why(_READS, system=self._name[reader]))
        for creator in creators:
            if creator != source and source not in self._reach(entity, creator):
                taker = self._hub(entity, source, inward=True) or source
                self._build(creator, taker, entity, _why(_CREATES, system=self._name[creator]))

    def _serve_from_creators(
        self, entity: str, creators: Sequence[str], readers: Iterable[str]
    ) -> None:
        """Without a record each reader has to be reached from any creator; of several, none can
        be named."""
        reached = {s for c in creators for s in self._reach(entity, c)}
        if len(creators) == 1:
            for reader in readers:
                if reader not in reached:
                    why = _why(_READS_FROM, system=self._name[reader])
                    self._build(creators[0], reader, entity, why)

    def _one_place(self) -> None:
        """What the CRM does not show of a customer, and another system holds."""
        crm = self._facts.workspace.crm
        if crm is None or not self._stays(crm.id):
            return
        measured = {
            p: a for a in reversed(self._facts.apart) if a.other in self._name for p in a.parts
        }
        shown = crm.one_place_view
        for part, kinds in _PARTS.items():
            lacking = part in measured or (shown is not None and part not in shown)
            if not lacking:
                continue
            for entity in self._facts.crud.entities:
                if kind_of(entity, self._facts.workspace.entity) in kinds:
                    self._show(crm.id, part, entity, measured.get(part))

    def _show(self, crm: str, part: str, entity: str, measured: Apart | None) -> None:
        crud, record = self._facts.crud, self._records[entity]
        source = record.future
        if source is None or source == crm or not self._stays(source):
            return
        if crud.cell(crm, entity).held or crm in self._reach(entity, source):
            return
        text = "one-place view: {crm} does not show this part of a customer: {part}"
        why = _why(text, crm=self._name[crm], part=msg(part))
        evidence: tuple[str, ...] = ()
        if measured is not None and measured.other == source:
            text = "one-place view: {crm} lacks this part ({part}) of {customers} of {other}"
            customers = counted(measured.customers, "customer")
            why = _why(text, crm=self._name[crm], part=msg(part), customers=customers,
                       other=self._name[measured.other])  # fmt: skip
            evidence = measured.evidence
        self._build(source, crm, entity, why, evidence)

    # Helpers

    def _stays(self, system: str) -> bool:
        found = self._systems.get(system)
        if found is not None:
            return found.stays
        known = self._facts.workspace.system.get(system)
        return known is None or known.lifecycle.phase != "retired"

    def _hub(self, entity: str, record: str, inward: bool = False) -> str | None:
        """An integration platform that gets the entity from the record, or brings it there.

        One feed to what is there already is less than one more between two systems.
        """
        for system in self._facts.workspace.in_scope:
            if system.kind == "integration" and system.id != record and self._joins(system.id):
                start, end = (system.id, record) if inward else (record, system.id)
                ways = self._ways.get(entity, {})
                if start in ways and end in ways[start]:
                    return system.id
        return None

    def _joins(self, system: str) -> bool:
        """Whether it stays, and several systems give to it and take from it already."""
        feeds = self._facts.crud.feeds
        givers = {f.source for f in feeds if f.target == system}
        takers = {f.target for f in feeds if f.source == system}
        return self._stays(system) and min(len(givers), len(takers)) > 1

    def _heir(self, system: str) -> str | None:
        """Who sends or receives in its place; None where nobody does."""
        if self._stays(system):
            return system
        found = self._systems.get(system)
        heir = found.successor if found else None
        return heir if heir and self._stays(heir) else None

    def _goes(self, system: str) -> _Why:
        heir = self._heir(system)
        if heir:
            text = "{system} is to be replaced by {successor}"
            return _why(text, system=self._name[system], successor=self._name[heir])
        return _why("{system} is to be retired", system=self._name.get(system, system))

    def _reach(self, entity: str, start: str) -> frozenset[str]:
        """Systems to which the feeds of the target carry the entity from there, itself included.

        A feed of which nobody said what it carries is taken to carry it.
        """
        ways = [self._ways.get(entity, {}), self._ways.get("", {})]
        reached, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            for steps in ways:
                new = [s for s in steps.get(here, ()) if s not in reached]
                reached.update(new)
                waiting += new
        return frozenset(reached)

    def _add(self, flow: Flow, entity: str, action: FeedAction, reasons: Iterable[_Why]) -> None:
        draft = self._draft((flow.source, flow.target, action), entity, reasons)
        draft.now.update(dict.fromkeys(flow.by or (() if flow.declared else ("database",))))
        draft.evidence.update(dict.fromkeys(i for p in flow.proofs for i in p.evidence))

    def _build(
        self, source: str, to: str, entity: str, reason: _Why, evidence: Iterable[str] = ()
    ) -> None:
        there = self._ways.setdefault(entity, {}).setdefault(source, {})
        if to in there:
            return
        there[to] = None
        draft = self._draft((source, to, "build"), entity, [reason])
        draft.evidence.update(dict.fromkeys(evidence))

    def _draft(self, way: _Way, entity: str, reasons: Iterable[_Why]) -> _Draft:
        draft = self._drafts.setdefault(way, _Draft())
        if entity:
            draft.entities[entity] = None
        for reason in reasons:
            draft.reasons.setdefault(reason, {})[entity] = None
        return draft

    def _target(self, way: _Way, draft: _Draft) -> FeedTarget:
        source, to, action = way
        order = {e: i for i, e in enumerate(self._facts.crud.entities)}
        entities = tuple(sorted(draft.entities, key=lambda e: (order.get(e, len(order)), e)))
        volume = {e: n for e in entities if (n := self._rows(source, e)) is not None}
        return FeedTarget(
            source,
            to,
            action,
            entities,
            tuple(why.told(self._labels(found)) for why, found in draft.reasons.items()),
            tuple(draft.now),
            volume,
            tuple(draft.evidence),
        )

    def _labels(self, entities: Iterable[str]) -> list[str]:
        return [self._label.get(e, e) if e else "what it carries" for e in entities]

    def _rows(self, system: str, entity: str) -> int | None:
        """Rows counted at the source, else as declared of the entity as a whole."""
        cover = self._facts.covers.get(system)
        if cover is not None and entity in cover.holding:
            return cover.rows(entity)
        known = self._facts.workspace.entity.get(entity)
        return known.volume.rows if known and known.volume else None
