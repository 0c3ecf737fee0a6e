"""Whether information can be lost unnoticed, whether it was, and whether it could come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from crmaudit.evidence import BulkChange, Changes, Overwritten, Recording, TrailOf
from crmaudit.workspace.landscape import Entity

ENOUGH_CHANGED = 100
"""So many rows changed of which a history has not one: it does not keep them."""
_MASTER = ("person", "organisation", "household")


@dataclass(frozen=True, slots=True)
class EntityTrail:
    """What is known of an entity's history in one system.

    `on` None: cannot be told, and `why` says so. `keeps_old`: whether a change
    tells the value before it. `rows` of history, the newest of `last`.
    """

    entity: str
    tables: tuple[str, ...]
    master: bool
    on: bool | None
    why: str
    keeps_old: bool | None = None
    rows: int = 0
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Losses:
    """What a system's own traces tell of changes and loss.

    `gone` are kinds of record of which some were deleted for good, `imported`
    fields whose values imports replaced, `bulk` the largest changes of one
    account on one day.
    """

    system: str
    trails: tuple[EntityTrail, ...] = ()
    gone: tuple[TrailOf, ...] = ()
    imported: tuple[Overwritten, ...] = ()
    bulk: tuple[BulkChange, ...] = ()
    runs: Mapping[str, int] = field(default_factory=dict)
    cannot: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def kept(self) -> bool | None:
        """Whether the system records who changed what, of anything; None: cannot be told."""
        if any(t.on for t in self.trails):
            return True
        known = [t for t in self.trails if t.on is not None]
        return False if known and len(known) == len(self.trails) else None


def is_master(entity: str, known: Mapping[str, Entity]) -> bool:
    """Whether people call it master data, or, where they do not say, it is a customer."""
    said = known.get(entity)
    if said is not None and said.class_ is not None:
        return said.class_ == "master"
    return (said.kind if said is not None and said.kind else entity) in _MASTER


def losses(
    system: str,
    changes: Changes,
    recording: Recording | None,
    tables: Mapping[str, str],
    known: Mapping[str, Entity],
) -> Losses:
    """Judged from the evidence; `tables` gives the entity of each table of the system."""
    by_entity: dict[str, list[str]] = {}
    for table, entity in sorted(tables.items()):
        if entity:
            by_entity.setdefault(entity, []).append(table)
    records = {r.table for r in changes.removed}
    trails = tuple(
        _trail(entity, own, changes, recording, is_master(entity, known))
        for entity, own in sorted(by_entity.items())
        # Lists and links alone are no records of their own.
        if records & set(own)
    )
    kinds = [of for trail in changes.trails for of in trail.of]
    return Losses(
        system,
        trails,
        tuple(sorted((k for k in kinds if k.gone), key=lambda k: -(k.gone or 0))),
        tuple(sorted((o for o in changes.overwritten if o.imports), key=lambda o: -o.imports)),
        changes.bulk,
        changes.bulk_runs,
        changes.cannot.get("", ""),
        (changes.id,),
    )


def _trail(
    entity: str,
    tables: Iterable[str],
    changes: Changes,
    recording: Recording | None,
    master: bool,
) -> EntityTrail:
    own = tuple(tables)
    of = [k for trail in changes.trails for k in trail.of if k.table in own]
    flags = [changes.kept_on[t] for t in own if t in changes.kept_on]
    olds = [k.keeps_old for k in of if k.keeps_old is not None]
    days = [k.last for k in of if k.last is not None]
    rows = sum(k.rows for k in of)
    found = EntityTrail(
        entity, own, master, None, "", any(olds) if olds else None, rows, max(days, default=None)
    )
    doubts = [changes.cannot[t.table] for t in changes.trails if t.table in changes.cannot]
    if flags:
        why = "the CRM's own settings say so"
        return replace(found, on=any(flags), why=why)
    if doubts:
        return replace(found, why=doubts[0])
    if rows:
        return replace(found, on=True, why="its changes are in the history")
    if not any(t.rows for t in changes.trails):
        none = "the history that the product keeps has no rows" if changes.trails else ""
        return replace(found, why=changes.cannot.get("") or none or "no history was read")
    unseen = _changed_since(own, changes, recording)
    if unseen >= ENOUGH_CHANGED:
        why = f"{unseen:,} of its rows were changed since the history begins, none is in it"
        return replace(found, on=False, why=why)
    return replace(found, why="the history has nothing of it, and little of it was changed")


def _changed_since(tables: tuple[str, ...], changes: Changes, recording: Recording | None) -> int:
    """Rows last changed by somebody since the first row of any history."""
    begun = [k.first for trail in changes.trails for k in trail.of if k.first]
    if recording is None or not begun:
        return 0
    return sum(r.changed for r in recording.recorded if r.table in tables and r.month >= min(begun))
