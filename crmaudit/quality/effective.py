"""The entity map that counts: what was measured, corrected by what people declared.

    effective(table) = the declared rows of that table, where there are any
                       else the measured ones, in the workspace's own words
                       else those that a map proposes which nobody confirmed

A product map and inference speak of canonical kinds (`person`, `invoice`, …);
the workspace has its own entities. A kind is translated to the first entity,
in the order of entities.yaml, that declares it as its `kind:`, else to the one
of that id, else to the first that names it among its synonyms or as its name.
What nobody declares keeps its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from crmaudit.evidence import ContactPoint, EntityMap, MappedTable, Product
from crmaudit.workspace.landscape import CanonicalKind, Entity, Map, TableMap

KINDS: tuple[str, ...] = get_args(CanonicalKind)
DOUBTFUL = 0.7
"""Below this confidence, what rests on an inferred row of a map is said with less confidence."""
PROPOSED = 0.5
"""How sure a row is of a map that says `confirmed: false`."""
UNCONFIRMED = "proposed, not confirmed by anybody"


@dataclass(frozen=True, slots=True)
class EffectiveMap:
    """What the tables of one system mean, by the best that is known.

    `kinds` tells the canonical kind of each entity of the map, where it has
    one. `ambiguous` names, for a kind that several entities of the workspace
    declare, the entities that were not taken. `evidence` is the id of the
    measured map, empty where only people spoke.
    """

    system: str
    tables: tuple[MappedTable, ...] = ()
    product: Product | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    evidence: str = ""

    def of(self, entity: str) -> Iterator[MappedTable]:
        """The rows that hold an entity, in order; machinery holds none."""
        for row in self.tables:
            if row.entity == entity and row.role != "system":
                yield row

    def of_kind(self, *kinds: str) -> Iterator[MappedTable]:
        """The rows that hold entities of these canonical kinds."""
        for row in self.tables:
            if row.entity and row.role != "system" and self.kinds.get(row.entity) in kinds:
                yield row

    def doubtful(self, entity: str, table: str = "") -> bool:
        """Whether only guesses that are not very sure say that these tables hold the entity."""
        rows = [r for r in self.of(entity) if table in ("", r.table) and r.role == "primary"]
        return bool(rows) and all(r.basis == "inferred" and r.confidence < DOUBTFUL for r in rows)

    def entities(self) -> tuple[str, ...]:
        """Entities that some table holds, sorted."""
        return tuple(sorted({t.entity for t in self.tables if t.entity and t.role != "system"}))


def effective(
    system: str,
    declared: Map | None,
    measured: EntityMap | None,
    entities: Mapping[str, Entity],
) -> EffectiveMap | None:
    """The map of one system; None where neither people nor measurements said anything."""
    if declared is None and measured is None:
        return None
    written = declared.tables if declared else ()
    # A line without an entity says that nobody knows, which outweighs a guess.
    said = declared.settled if declared else frozenset()
    found = [t for t in (measured.tables if measured else ()) if t.table not in said]
    # A proposal was made of less than what is measured later: it fills the gaps only.
    better = said | {t.table for t in found}
    own = [_declared(row) for row in written if row.confirmed]
    proposed = [_proposed(row) for row in written if row.table not in better]
    points = measured.contact_points if measured else ()
    words = {t.entity for t in found if t.entity} | {kind for p in points for kind in p.of}
    meant = {word: translated(word, entities.values()) for word in sorted(words)}
    tables = (*own, *(replace(t, entity=_first(meant, t.entity)) for t in found), *proposed)
    named = {t.entity for t in tables if t.entity}
    return EffectiveMap(
        system,
        tables,
        measured.product if measured else None,
        tuple(
            replace(p, of=tuple(dict.fromkeys(_first(meant, kind) for kind in p.of)))
            for p in points
        ),
        {name: kind for name in sorted(named) if (kind := kind_of(name, entities))},
        {word: ids[1:] for word, ids in meant.items() if len(ids) > 1},
        measured.id if measured else "",
    )


def translated(kind: str, entities: Iterable[Entity]) -> tuple[str, ...]:
    """The workspace's entities that mean this canonical kind, the one to take first."""
    known = list(entities)
    declared = [e.id for e in known if e.kind == kind]
    if declared:
        return tuple(declared)
    # An entity of that id which says that it is something else is something else.
    free = [e for e in known if e.kind is None]
    same = [e.id for e in free if e.id == kind]
    if same:
        return tuple(same)
    word = _plain(kind)
    return tuple(e.id for e in free if word in {_plain(e.label), *map(_plain, e.synonyms)})


def kind_of(entity: str, entities: Mapping[str, Entity]) -> str:
    """The canonical kind of an entity, empty where it is none."""
    known = entities.get(entity)
    if known is not None and known.kind is not None:
        return known.kind
    if entity in KINDS:
        return entity
    words = {_plain(known.label), *map(_plain, known.synonyms)} if known else set()
    return next((kind for kind in KINDS if _plain(kind) in words), "")


def _first(meant: Mapping[str, tuple[str, ...]], word: str) -> str:
    found = meant.get(word)
    return found[0] if found else word


def _declared(row: TableMap) -> MappedTable:
    shared = set(TableMap.model_fields) & set(MappedTable.__dataclass_fields__)
    values = {name: getattr(row, name) for name in sorted(shared)}
    return MappedTable(**{**values, "entity": row.entity or ""})


def _proposed(row: TableMap) -> MappedTable:
    guessed = _declared(row)
    return replace(guessed, confidence=PROPOSED, basis="inferred", reasons=(UNCONFIRMED,))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
