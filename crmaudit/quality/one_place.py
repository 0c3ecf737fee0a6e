"""What of a customer is seen in one place, and how far the three purposes of a CRM are carried.

Counted by the collector `reach`; here the counts become answers.

    seen together = records with a contact point and all else that the system holds ÷ records

The parts wanted are contact point, activity, invoice and open case. A part
that nobody in the system has is not held by it, and named so. Of a purpose
each step is counted: records that something of the next step refers to ÷
records of the step.

Across systems: what one system shows of a customer can be brought up from
another one where a record there carries its number. Of the customers of `other`

    within reach of `at` = matched records of `other` × carried ÷ pairs matched
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from crmaudit.evidence import Between, Reach, Reached
from crmaudit.messages import msg
from crmaudit.quality.effective import translated
from crmaudit.quality.matching.judged import JudgedOverlap
from crmaudit.workspace.landscape import Entity

WANTED = ("contact point", "activity", "invoice", "open case")
CUSTOMERS = ("person", "organisation", "household", "lead")


@dataclass(frozen=True, slots=True)
class OnePlace:
    """The customers of one entity in one system: `having` of `records` have each thing.

    `entity` is the workspace's where it has one, `kind` canonical. `held` are
    the wanted parts that some record has; `together` records have all of
    them. `lacking` says why a thing was not counted.
    """

    system: str
    entity: str
    kind: str
    table: str
    where: str
    records: int
    having: Mapping[str, int] = field(default_factory=dict)
    lacking: Mapping[str, str] = field(default_factory=dict)
    together: int | None = None
    held: tuple[str, ...] = ()
    evidence: str = ""

    @property
    def share(self) -> float | None:
        """Of the customers, those with all that the system holds; None without customers."""
        if self.together is None or not self.records:
            return None
        return self.together / self.records

    @property
    def missing(self) -> tuple[str, ...]:
        """The wanted parts that cannot be seen here at all."""
        return tuple(part for part in WANTED if part not in self.held)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a purpose in one system: `going_on` of `records` lead to what comes next.

    `going_on` is None where that was not counted, for the `reason`.
    """

    purpose: str
    system: str
    entity: str
    table: str
    towards: str
    records: int
    going_on: int | None = None
    reason: str = ""
    evidence: str = ""

    @property
    def share(self) -> float | None:
        return self.going_on / self.records if self.records and self.going_on is not None else None

    @property
    def told(self) -> str:
        """What those that go on did, in words that follow `5 of 9 leads`."""
        return _TOLD[self.purpose, self.towards]


_TOLD = {
    ("lead tracking", "opportunity"): msg("became an opportunity"),
    ("lead tracking", "customer"): msg("became a customer"),
    ("lead tracking", "confirmation"): msg("came to an order or confirmation"),
    ("activity tracking", "customer"): msg("tell with whom"),
    ("activity tracking", "recorded by people"): msg("were recorded by people"),
    ("campaign tracking", "response"): msg("have any response"),
}
_NEXT: Mapping[str, tuple[tuple[str, str], ...]] = {
    "lead tracking": (
        ("lead", "opportunity"),
        ("lead", "customer"),
        ("opportunity", "confirmation"),
    ),
    "activity tracking": (("activity", "customer"), ("activity", "recorded by people")),
    "campaign tracking": (("campaign", "response"),),
}
"""Purpose → its steps: the kind of the records, and what comes next."""


def one_place(
    reach: Mapping[str, Reach],
    kinds: Mapping[str, Mapping[str, str]],
    entities: Mapping[str, Entity],
) -> tuple[OnePlace, ...]:
    """Every customer entity in every system that was counted; `kinds` by system and entity."""
    found = []
    for system, document in reach.items():
        for r in document.reached:
            kind = _kind(r, kinds.get(system, {}))
            if kind in CUSTOMERS:
                found.append(
                    OnePlace(
                        system,
                        entity_now(r.entity, entities),
                        kind,
                        r.table,
                        r.where,
                        r.records,
                        r.having,
                        r.lacking,
                        r.together,
                        r.together_of,
                        document.id,
                    )
                )
    return tuple(found)


def purposes(
    reach: Mapping[str, Reach],
    kinds: Mapping[str, Mapping[str, str]],
    entities: Mapping[str, Entity],
) -> tuple[Step, ...]:
    """Every step of the three purposes in every system that has records of it."""
    found: list[Step] = []
    for purpose, steps in _NEXT.items():
        for system, document in reach.items():
            known = [(r, _kind(r, kinds.get(system, {}))) for r in document.reached]
            for kind, towards in steps:
                for r in (r for r, k in known if k == kind and r.records):
                    count, reason, records = _going_on(r, towards, known)
                    found.append(
                        Step(
                            purpose,
                            system,
                            entity_now(r.entity, entities),
                            r.table,
                            towards,
                            records,
                            count,
                            reason,
                            document.id,
                        )
                    )
    return tuple(_told(found))


def breaks(steps: Iterable[Step], share: float) -> tuple[Step, ...]:
    """Where chains break: steps of which, in no system, at least `share` of the records go on.

    Of each such step the system with the most records stands for it; what was
    counted nowhere is no break, for nobody knows.
    """
    known: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        if step.share is not None:
            known.setdefault((step.purpose, step.towards), []).append(step)
    worst = (s for s in known.values() if all((x.share or 0.0) < share for x in s))
    return tuple(max(s, key=lambda x: (x.records, x.system)) for s in worst)


@dataclass(frozen=True, slots=True)
class Seen:
    """All customers of one system together, leads left out: how many have each wanted part.

    `together` have all the parts that the system holds.
    """

    system: str
    customers: int
    having: Mapping[str, int]
    together: int
    evidence: str

    @property
    def held(self) -> tuple[str, ...]:
        """The wanted parts that some customer has."""
        return tuple(part for part in WANTED if self.having.get(part))


def seen(places: Iterable[OnePlace]) -> tuple[Seen, ...]:
    """The customers of each system as one; a system without customers is left out.

    Where one kind of customer lacks a part that another has, those who have
    all of their own kind's parts still count as seen together only if their
    kind has every part.
    """
    by_system: dict[str, list[OnePlace]] = {}
    for place in places:
        if place.kind != "lead" and place.records:
            by_system.setdefault(place.system, []).append(place)
    found = []
    for system, kinds in by_system.items():
        having = {part: sum(k.having.get(part, 0) for k in kinds) for part in WANTED}
        held = {part for part, count in having.items() if count}
        together = sum(k.together or 0 for k in kinds if held <= set(k.held))
        customers = sum(k.records for k in kinds)
        found.append(Seen(system, customers, having, together, kinds[0].evidence))
    return tuple(found)


PARTS = ("contact", "activity", "invoice", "case")
"""What should be at hand of a customer, as `one_place_view:` of a dossier calls it."""
_AS_DECLARED = {"contact point": "contact", "open case": "case"}


def parts_shown(
    declared: Mapping[str, Iterable[str] | None], counted: Iterable[Seen]
) -> Mapping[str, frozenset[str]]:
    """System → the parts that it shows: those declared, and those that some customer has.

    A system of which nothing is declared or counted is left out.
    """
    shown = {s: frozenset(parts) for s, parts in declared.items() if parts is not None}
    for found in counted:
        if found.system in declared:
            held = frozenset(_AS_DECLARED.get(part, part) for part in found.held)
            shown[found.system] = shown.get(found.system, frozenset()) | held
    return {s: shown[s] for s in declared if s in shown}


def fullest(shown: Mapping[str, frozenset[str]], crm: str | None) -> str | None:
    """The system that shows most parts; of several the CRM, else the first; None without any."""
    return max(shown, key=lambda s: (len(shown[s]), s == crm), default=None)


@dataclass(frozen=True, slots=True)
class Apart:
    """Parts of customers that lie in another system than the one in which people look.

    `at` does not show `parts`, `other` does, with `customers` of them. About
    `known` of these are known to `at`, and about `within_reach` carry a
    number that leads from one record to the other.
    """

    at: str
    other: str
    entity: str
    parts: tuple[str, ...]
    customers: int
    known: float
    within_reach: float
    evidence: tuple[str, ...] = ()


def carried_share(between: Between) -> float:
    """Of the pairs matched between two systems, those that carry the best of the numbers shared."""
    shares = (
        k.carried / whole for k in between.keys if (whole := k.carried + k.elsewhere + k.missing)
    )
    return max(shares, default=0.0)


def apart(
    at: str, places: Iterable[OnePlace], overlap: Iterable[JudgedOverlap]
) -> tuple[Apart, ...]:
    """What of its customers a system does not show, and another one that was compared does."""
    held: dict[tuple[str, str], tuple[set[str], str]] = {}
    for place in places:
        parts, _ = held.setdefault((place.system, place.entity), (set(), place.evidence))
        parts.update(place.held)
    # What it shows of one kind of customers only, it shows of those.
    found = []
    for o in overlap:
        # Hashes do not tell who carries a number.
        if o.cannot or o.document.by == "hashes" or (at, o.entity) not in held:
            continue
        for b in o.between:
            if at not in (b.left, b.right):
                continue
            other = b.right if at == b.left else b.left
            parts, evidence = held.get((other, o.entity), (set(), ""))
            more = tuple(p for p in WANTED if p in parts - held[at, o.entity][0])
            covered = next(c for c in o.coverage() if (c.system, c.within) == (other, at))
            if more and covered.records:
                by_number = 1.0 if o.document.by == "identifier" else carried_share(b)
                known = covered.likely.value
                seen_by = tuple(e for e in (o.document.id, evidence) if e)
                found.append(
                    Apart(
                        at,
                        other,
                        o.entity,
                        more,
                        covered.records,
                        known,
                        known * by_number,
                        seen_by,
                    )
                )
    return tuple(found)


def _going_on(
    r: Reached, towards: str, known: Iterable[tuple[Reached, str]]
) -> tuple[int | None, str, int]:
    """How many go on, why that is not known, and of how many."""
    if towards in r.having:
        return r.having[towards], "", r.records
    same = [o for o, kind in known if kind == towards and o.table == r.table and o.where != r.where]
    if same:
        # A lead that becomes an opportunity in place is no lead any more.
        became = sum(o.records for o in same)
        return became, "", r.records + became
    return None, r.lacking.get(towards, "it was not counted"), r.records


def _told(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps, less those of a lead to a customer where those to an opportunity were counted,
    and those to what the system does not tell apart."""
    known = list(steps)
    counted = {(s.system, s.table) for s in known if s.towards == "opportunity" and s.share}
    for step in known:
        if step.towards == "recorded by people" and step.going_on is None:
            continue
        second = step.purpose == "lead tracking" and step.towards == "customer"
        if not (second and (step.system, step.table) in counted):
            yield step


def _kind(r: Reached, kinds: Mapping[str, str]) -> str:
    return kinds.get(r.entity, r.entity)


def entity_now(name: str, entities: Mapping[str, Entity]) -> str:
    """The workspace's word for what was collected under a canonical one."""
    if name in entities:
        return name
    found = translated(name, entities.values())
    return found[0] if found else name
