"""What would happen if systems were retired: what breaks, what is freed, what the rules would say.

Nothing is written: the facts are judged once more as if the systems were not
there. Own proposal (docs/method.md, "Retirement").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crmaudit.crud_matrix import CrudMatrix, FeedLink, Letter
from crmaudit.engine import Finding, Judgement, judge
from crmaudit.facts import Facts
from crmaudit.inventory import InventoryRow
from crmaudit.inventory.skills import skill_key
from crmaudit.rules.base import SEVERITIES
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import System

Loss = Literal["only holder", "creator", "only reader", "system of record"]
_LETTERS: tuple[tuple[Letter, Loss], ...] = (("C", "creator"), ("R", "only reader"))


@dataclass(frozen=True, slots=True)
class EntityLoss:
    """What an entity loses with the systems.

    `letters` is what they do to it together, `left` who else holds it, in the
    matrix's order, `unsaid` how many others do not say what they do with it.
    `records` are the systems of record that would follow by the letters.
    """

    entity: str
    letters: str
    losses: tuple[Loss, ...]
    left: tuple[str, ...]
    unsaid: int
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Starved:
    """A reader that feeds would bring these entities no longer from any creator."""

    system: str
    entities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepLoss:
    """A step of a process and the systems left to it; none: it would be done by hand."""

    process: str
    step: str
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedLoss:
    """A question, report or dashboard and the sources left to it."""

    need: str
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Freed:
    """What one system costs and binds; None where it is not known.

    `cost` is the running cost of `year` in the audit's currency, `at_least`
    as far as declared; `hours` the internal hours of that year. `bound_until`
    is the contract's end, `notice_by` the last day to end it then.
    `licences` are those entitled, by type.
    """

    system: str
    cost: float | None
    at_least: bool
    year: int | None
    hours: float | None
    bound_until: date | None
    notice_by: date | None
    renews: bool | None
    licences: Mapping[str, int | None]
    users: int | None


@dataclass(frozen=True, slots=True)
class Relieved:
    """Somebody with duties in the systems; `wholly` where they have none in any other system."""

    person: str
    duties: tuple[str, ...]
    wholly: bool


@dataclass(frozen=True, slots=True)
class Retirement:
    """The consequences of retiring some systems."""

    systems: tuple[str, ...]
    entities: tuple[EntityLoss, ...]
    """Those that lose something, those that lose most first."""
    unharmed: tuple[str, ...]
    """Entities that the systems hold and that lose nothing."""
    feeds: tuple[FeedLink, ...]
    """Feeds that lead to or from other systems and would break."""
    starved: tuple[Starved, ...]
    dependents: tuple[str, ...]
    """Systems that do not run without them."""
    indirect: tuple[str, ...]
    """Systems that do not run without those."""
    followers: tuple[str, ...]
    """Systems whose planned successor is among them."""
    successors: tuple[str, ...]
    """The successors that the systems themselves name."""
    steps: tuple[StepLoss, ...]
    needs: tuple[NeedLoss, ...]
    kpis: tuple[str, ...]
    """Indicators that are measured in them."""
    freed: tuple[Freed, ...]
    currency: str
    people: tuple[Relieved, ...]
    skills: tuple[str, ...]
    """Skills that no other system in use needs."""
    appear: tuple[Finding, ...]
    vanish: tuple[Finding, ...]
    unjudged: tuple[Finding, ...]
    """Findings that vanish only because their rule could judge no more."""
    remaining: int
    """Findings that stay, also those that say word for word the same of another subject."""
    worse: int
    """Of those, how many become more severe."""
    milder: int

    @property
    def cost(self) -> tuple[float, int]:
        """The yearly cost freed as far as it is known, and of how many systems it is."""
        known = [f.cost for f in self.freed if f.cost is not None]
        return sum(known), len(known)

    @property
    def users(self) -> int | None:
        """Users of all the systems, each as often as they use one; None where none is known."""
        known = [f.users for f in self.freed if f.users is not None]
        return sum(known) if known else None

    def losing(self, loss: Loss) -> tuple[str, ...]:
        """The entities that lose that."""
        return tuple(e.entity for e in self.entities if loss in e.losses)


def retire(facts: Facts, judgement: Judgement, systems: Iterable[str]) -> Retirement:
    """What would happen without these systems; `judgement` is that of the facts.

    KeyError for a system that there is not. Systems retired already hold
    nothing any more, unless they are among those asked about.
    """
    gone = tuple(dict.fromkeys(systems))
    rows = [facts.inventory.row(s) for s in gone]
    workspace, without = facts.workspace, facts.without(gone)
    there = [s for s in workspace.systems if s.lifecycle.phase != "retired" or s.id in gone]
    before = CrudMatrix(there, workspace.entity.values())
    after = CrudMatrix(
        [s for s in without.workspace.systems if s.id in before.systems],
        without.workspace.entity.values(),
    )
    entities, unharmed = _entities(before, after, gone)
    appear, vanish, unjudged, shifts = _findings(judgement, judge(without))
    dependents = _dependents(workspace, gone)
    return Retirement(
        systems=gone,
        entities=entities,
        unharmed=unharmed,
        feeds=tuple(f for f in facts.whole_crud.feeds if (f.source in gone) != (f.target in gone)),
        starved=_starved(before, after, gone),
        dependents=dependents,
        indirect=_indirect(workspace, gone, dependents),
        followers=tuple(
            s.id for s in workspace.systems if s.lifecycle.successor in gone and s.id not in gone
        ),
        successors=tuple(
            dict.fromkeys(
                s
                for row in rows
                if (s := row.system.lifecycle.successor) is not None and s not in gone
            )
        ),
        steps=tuple(
            StepLoss(process.name, step.name, tuple(s for s in step.systems if s not in gone))
            for process in workspace.processes
            for step in process.steps
            if set(step.systems) & set(gone)
        ),
        needs=tuple(
            NeedLoss(need.id, tuple(s for s in need.sources if s not in gone))
            for need in workspace.needs
            if set(need.sources) & set(gone)
        ),
        kpis=tuple(k.id for k in workspace.kpis.kpis if k.system in gone),
        freed=tuple(map(_freed, rows)),
        currency=facts.inventory.currency,
        people=_people(workspace.systems, gone),
        skills=_skills(workspace.systems, gone),
        appear=appear,
        vanish=vanish,
        unjudged=unjudged,
        remaining=len(judgement.findings) - len(vanish) - len(unjudged),
        worse=sum(change < 0 for change in shifts),
        milder=sum(change > 0 for change in shifts),
    )


def _entities(
    before: CrudMatrix, after: CrudMatrix, gone: tuple[str, ...]
) -> tuple[tuple[EntityLoss, ...], tuple[str, ...]]:
    harmed, unharmed = [], []
    for entity in before.entities:
        mine = {s for s in before.holders(entity) if s in gone}
        record = before.record(entity)
        known = entity in after.entities
        recorded = record is not None and record.declared and set(record.systems) <= set(gone)
        if not mine and not recorded:
            continue
        losses: list[Loss] = []
        if mine and not (known and after.holders(entity)):
            losses.append("only holder")
        for letter, loss in _LETTERS:
            had = mine.intersection(before.doing(letter, entity))
            if had and not (known and after.doing(letter, entity)):
                losses.append(loss)
        if recorded:
            losses.append("system of record")
        if not losses:
            unharmed.append(entity)
            continue
        next_ = after.record(entity) if known else None
        letters = {x for s in mine for x in before.cell(s, entity).letters or ""}
        harmed.append(
            EntityLoss(
                entity,
                "".join(x for x in "CRUD" if x in letters),
                tuple(losses),
                after.holders(entity) if known else (),
                len(after.unknown(entity)),
                next_.systems if recorded and next_ else (),
            )
        )
    harmed.sort(key=lambda e: -len(e.losses))
    return tuple(harmed), tuple(unharmed)


def _starved(before: CrudMatrix, after: CrudMatrix, gone: tuple[str, ...]) -> tuple[Starved, ...]:
    """Readers that declared feeds reach from a creator now, and would not any more."""
    lacking: dict[str, list[str]] = {}
    for entity in before.entities:
        creators = before.doing("C", entity)
        readers = [s for s in before.doing("R", entity) if s not in creators and s not in gone]
        if not creators or not readers:
            continue
        fed = before.reach(entity, creators)
        left = after.reach(entity, [s for s in creators if s not in gone])
        for reader in readers:
            if reader in fed and reader not in left:
                lacking.setdefault(reader, []).append(entity)
    return tuple(Starved(s, tuple(lacking[s])) for s in before.systems if s in lacking)


def _dependents(workspace: Workspace, gone: Iterable[str]) -> tuple[str, ...]:
    ends = set(gone)
    return tuple(s.id for s in workspace.systems if s.id not in ends and ends & set(s.depends_on))


def _indirect(
    workspace: Workspace, gone: tuple[str, ...], direct: tuple[str, ...]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    reached = {*gone, *direct}
    while more := _dependents(workspace, reached):
        found |= dict.fromkeys(more)
        reached.update(more)
    return tuple(found)


def _freed(row: InventoryRow) -> Freed:
    system, cost = row.system, row.cost
    hours = [c.hours for c in system.costs or () if cost and c.year == cost.year and c.hours]
    licences: dict[str, int | None] = {}
    for licence in system.licences or ():
        if licence.entitled is not None:
            licences[licence.type] = (licences.get(licence.type) or 0) + licence.entitled
        else:
            licences.setdefault(licence.type)
    contract = system.contract
    return Freed(
        system=system.id,
        cost=cost.total if cost else None,
        at_least=bool(cost and cost.at_least),
        year=cost.year if cost else None,
        hours=sum(hours) if hours else None,
        bound_until=contract.end if contract else None,
        notice_by=row.notice_by,
        renews=contract.renews if contract else None,
        licences=licences,
        users=system.users,
    )


def _people(systems: Iterable[System], gone: tuple[str, ...]) -> tuple[Relieved, ...]:
    """Who has duties in the systems, those who have no others first."""
    here: dict[str, dict[str, None]] = {}
    elsewhere: set[str] = set()
    for system in systems:
        for person, duty in _duties(system):
            if system.id in gone:
                here.setdefault(person, {})[duty] = None
            elif system.lifecycle.phase != "retired":
                elsewhere.add(person)
    found = [Relieved(p, tuple(duties), p not in elsewhere) for p, duties in here.items()]
    return tuple(sorted(found, key=lambda p: not p.wholly))


def _duties(system: System) -> Iterable[tuple[str, str]]:
    if system.owners.business:
        yield system.owners.business, "business owner"
    if system.owners.it:
        yield system.owners.it, "IT owner"
    for skill in system.support.skills or ():
        for holder in skill.held:
            yield holder.person, skill.skill
    for feed in system.feeds or ():
        if feed.owner:
            yield feed.owner, "a feed"


def _skills(systems: Iterable[System], gone: tuple[str, ...]) -> tuple[str, ...]:
    here: dict[str, str] = {}
    elsewhere: set[str] = set()
    for system in systems:
        for skill in system.support.skills or ():
            if system.id in gone:
                here.setdefault(skill_key(skill.skill), skill.skill)
            elif system.lifecycle.phase != "retired":
                elsewhere.add(skill_key(skill.skill))
    return tuple(name for key, name in here.items() if key not in elsewhere)


_Findings = tuple[Finding, ...]


def _findings(
    before: Judgement, after: Judgement
) -> tuple[_Findings, _Findings, _Findings, tuple[int, ...]]:
    """Findings that appear, that vanish, and that are judged no longer.

    At last, for each that stays, by how many steps its severity falls.
    """
    had = {f.fingerprint: f for f in before.findings}
    has = {f.fingerprint for f in after.findings}
    lost = [f for f in before.findings if f.fingerprint not in has]
    new = [f for f in after.findings if f.fingerprint not in had]
    # A finding may name its subject by one of several systems, and by another without that one:
    # whoever reads the same words twice sees no change.
    moved = _moved(lost, new)
    lost = [f for f in lost if f.fingerprint not in moved.values()]
    new = [f for f in new if f.fingerprint not in moved]
    unable = {g.code for g in after.not_assessed if not g.subject}
    unable -= {g.code for g in before.not_assessed if not g.subject}
    return (
        tuple(new),
        tuple(f for f in lost if f.code not in unable),
        tuple(f for f in lost if f.code in unable),
        tuple(
            SEVERITIES.index(f.severity) - SEVERITIES.index(same.severity)
            for f in after.findings
            if (same := had.get(moved.get(f.fingerprint, f.fingerprint))) is not None
        ),
    )


def _moved(lost: Iterable[Finding], new: Iterable[Finding]) -> dict[str, str]:
    """New fingerprint → the lost one whose code and message are the same; each used once."""
    waiting: dict[tuple[str, str], list[str]] = {}
    for finding in lost:
        waiting.setdefault((finding.code, finding.message), []).append(finding.fingerprint)
    return {f.fingerprint: same.pop(0) for f in new if (same := waiting.get((f.code, f.message)))}
