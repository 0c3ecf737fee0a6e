"""What changed in the landscape: systems, entities, feeds, letters of the matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from crmaudit.evidence.use import LETTERS
from crmaudit.messages import msg
from crmaudit.standing.past import Past


@dataclass(frozen=True, slots=True)
class CellChange:
    """Letters of a cell before and after, as they were kept (`CR+C`, `?`, `-`).

    `declared` and `proven` say which of them changed.
    """

    system: str
    entity: str
    before: str
    after: str
    declared: bool
    proven: bool


@dataclass(frozen=True, slots=True)
class Landscape:
    """What came and went; names are kept with ids, as what went has none any more.

    `unknown` names parts that one of the audits did not keep: of them nothing
    is said.
    """

    systems_added: Mapping[str, str] = field(default_factory=dict)
    systems_removed: Mapping[str, str] = field(default_factory=dict)
    entities_added: Mapping[str, str] = field(default_factory=dict)
    entities_removed: Mapping[str, str] = field(default_factory=dict)
    feeds_added: tuple[tuple[str, str], ...] = ()
    feeds_removed: tuple[tuple[str, str], ...] = ()
    cells: tuple[CellChange, ...] = ()
    records: tuple[tuple[str, str, str], ...] = ()
    """Entity, and its system of record before and after; empty where none was decided."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of all systems and entities that either audit had, by id."""
    unknown: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return any(
            (
                self.systems_added,
                self.systems_removed,
                self.entities_added,
                self.entities_removed,
                self.feeds_added,
                self.feeds_removed,
                self.cells,
                self.records,
            )
        )


def landscape(before: Past, after: Past, now: Callable[[str], str] = str) -> Landscape:
    """What came and went between two audits; a renamed system is the same one."""
    parts = ("systems", "entities", "feeds", "matrix")
    unknown = tuple(p for p in parts if before.part(p) is None or after.part(p) is None)
    one, two = _Kept(before, now), _Kept(after, now)
    systems, entities = set(one.systems) & set(two.systems), set(one.entities) & set(two.entities)
    told = {part: part not in unknown for part in parts}
    return Landscape(
        _only(two.systems, one.systems) if told["systems"] else {},
        _only(one.systems, two.systems) if told["systems"] else {},
        _only(two.entities, one.entities) if told["entities"] else {},
        _only(one.entities, two.entities) if told["entities"] else {},
        tuple(sorted(two.feeds - one.feeds)) if told["feeds"] else (),
        tuple(sorted(one.feeds - two.feeds)) if told["feeds"] else (),
        tuple(_cells(one, two, systems, entities)) if told["matrix"] else (),
        tuple(
            (e, one.records[e], two.records[e])
            for e in sorted(entities)
            if one.records[e] != two.records[e]
        )
        if told["entities"]
        else (),
        {**one.systems, **one.entities, **two.systems, **two.entities},
        unknown,
    )


class _Kept:
    """The landscape of one audit under today's ids."""

    def __init__(self, past: Past, now: Callable[[str], str]) -> None:
        def id_(system: str) -> str:
            return now(f"system:{system}").partition(":")[2]

        kept = past.systems or {}
        entities = past.part("entities") or {}
        self.systems = {id_(s): str(x.get("name", s)) for s, x in kept.items()}
        self.entities = {e: str(x.get("name", e)) for e, x in entities.items()}
        self.records = {e: id_(r) if (r := x.get("record")) else "" for e, x in entities.items()}
        self.feeds = {(id_(a), id_(b)) for a, b, _ in past.part("feeds") or ()}
        self.matrix = {id_(s): cells for s, cells in (past.part("matrix") or {}).items()}
        self.complete = {id_(s) for s, x in kept.items() if x.get("crud_complete")}

    def cell(self, system: str, entity: str) -> str:
        idle = "-" if system in self.complete else "?"
        return str(self.matrix.get(system, {}).get(entity, idle))


def _only(of: Mapping[str, str], not_in: Mapping[str, str]) -> dict[str, str]:
    return {key: name for key, name in of.items() if key not in not_in}


def _cells(one: _Kept, two: _Kept, systems: set[str], entities: set[str]) -> list[CellChange]:
    """Cells of what both audits knew, whose letters are others now."""
    found = []
    for system in sorted(systems):
        touched = {*one.matrix.get(system, {}), *two.matrix.get(system, {})}
        if (system in one.complete) != (system in two.complete):
            touched = entities
        for entity in sorted(touched & entities):
            old, new = one.cell(system, entity), two.cell(system, entity)
            if old != new:
                said = [x.partition("+")[0] for x in (old, new)]
                proven = [x.partition("+")[2] for x in (old, new)]
                found.append(
                    CellChange(system, entity, old, new, said[0] != said[1], proven[0] != proven[1])
                )
    return found


def letters(kept: str) -> str:
    """A kept cell in words: `CRU, C proven`, `none`, `not known`."""
    said, _, proven = kept.partition("+")
    words = {"?": "not known", "-": "none"}.get(said, said)
    order = "".join(x for x in LETTERS if x in proven)
    return msg("{said}, {proven} proven", said=words, proven=order) if order else words
