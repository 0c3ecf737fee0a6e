"""The landscape as a graph: what drawings and graph files draw on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crmaudit.crud_matrix import CrudMatrix
from crmaudit.exchange.outgoing import Outgoing, Thing

NO_KIND = "without a kind"


@dataclass(frozen=True, slots=True)
class Flow:
    """All that flows from one system to another: the ids of entities named, how many feeds."""

    source: str
    target: str
    entities: tuple[str, ...]
    feeds: int


def flows(out: Outgoing) -> tuple[Flow, ...]:
    """Declared feeds, those between the same two systems as one; told at both ends, once."""
    told: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for system in out.systems:
        for key in ("to", "from", "entities"):
            system.mark("feeds", key)
        for feed in system.declared.get("feeds") or ():
            here = (system.id, feed["to"]) if "to" in feed else (feed["from"], system.id)
            entities = tuple(sorted(feed.get("entities", ())))
            if entities not in told.setdefault(here, []):
                told[here].append(entities)
    return tuple(
        Flow(*ends, tuple(dict.fromkeys(e for feed in feeds for e in feed)), len(feeds))
        for ends, feeds in told.items()
    )


def by_kind(systems: tuple[Thing, ...]) -> dict[str, list[Thing]]:
    """Systems by what they are, in the order of the first of each kind."""
    found: dict[str, list[Thing]] = {}
    for system in systems:
        found.setdefault(system.take("kind") or NO_KIND, []).append(system)
    return found


def named(thing: Thing) -> str:
    """What a thing is called."""
    thing.take("id")
    name = thing.take("name")
    return str(name or thing.id)


@dataclass(frozen=True, slots=True)
class Edge:
    """How two things hang together: ends as (kind, id), facts by name."""

    kind: str
    source: tuple[str, str]
    target: tuple[str, str]
    facts: dict[str, object]


def edges(out: Outgoing) -> Iterator[Edge]:
    """Everything that joins systems, entities, units and officers, as it is declared."""
    for unit in out.units:
        me = ("unit", unit.id)
        if parent := unit.take("parent"):
            yield Edge("part of", me, ("unit", parent), {})
        if head := unit.take("head"):
            yield Edge("heads", ("person", head), me, {})
    for system in out.systems:
        yield from _of_system(out, system)
        yield from _undeclared(out, system)
    for entity in out.entities:
        yield from _of_entity(entity)


def access_facts(crud: CrudMatrix, system: str, entity: str) -> dict[str, object]:
    """What is proven of an access, beside what is declared; empty without evidence."""
    if entity not in crud.entities:
        return {}
    cell = crud.cell(system, entity)
    told = {"proven": cell.proven, "contradicted": cell.denied, "allowed": cell.granted}
    return {name: letters for name, letters in told.items() if letters}


def _undeclared(out: Outgoing, system: Thing) -> Iterator[Edge]:
    """Accesses that were found, and that the dossier does not list."""
    listed = system.declared.get("crud") or {}
    for entity in out.crud.testimony.entities(system.id):
        facts = access_facts(out.crud, system.id, entity)
        if entity not in listed and facts:
            ends = ("system", system.id), ("entity", entity)
            yield Edge("access", *ends, {"crud": "unknown", **facts})


def _of_system(out: Outgoing, system: Thing) -> Iterator[Edge]:
    me = ("system", system.id)
    for role in ("business", "it"):
        if owner := system.take("owners", role):
            yield Edge("owns", ("person", owner), me, {"role": f"{role} owner"})
    for other in system.take("depends_on") or ():
        yield Edge("depends on", me, ("system", other), {})
    if successor := system.take("lifecycle", "successor"):
        yield Edge("is replaced by", me, ("system", successor), {})
    for entity, letters in (system.take("crud") or {}).items():
        facts: dict[str, object] = {"crud": "unknown" if letters is None else letters or "none"}
        facts |= access_facts(out.crud, system.id, entity)
        yield Edge("access", me, ("entity", entity), facts)
    for feed in system.take("feeds") or ():
        other = ("system", feed.get("to") or feed["from"])
        ends = (me, other) if "to" in feed else (other, me)
        told = {k: v for k, v in feed.items() if k not in ("to", "from")}
        yield Edge("feed", ends[0], ends[1], {**told, "told_by": system.id})


def _of_entity(entity: Thing) -> Iterator[Edge]:
    me = ("entity", entity.id)
    if steward := entity.take("steward"):
        yield Edge("owns", ("person", steward), me, {"role": "steward"})
    for key, word in (("system_of_record", "is"), ("target_system_of_record", "will be")):
        if system := entity.take(key):
            yield Edge("record", ("system", system), me, {"role": f"{word} system of record"})
    for related in entity.take("relationships") or ():
        facts = {k: v for k, v in related.items() if k != "to"}
        yield Edge("relationship", me, ("entity", related["to"]), facts)
