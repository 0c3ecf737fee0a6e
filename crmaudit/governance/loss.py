"""Whether information can be lost unnoticed, whether it was, and whether it could come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from crmaudit.evidence import BulkChange, Changes, Overwritten, Recording, Removed, TrailOf
from crmaudit.messages import long_date, msg
from crmaudit.workspace.landscape import Entity

ENOUGH_CHANGED = 100
"""So many rows changed of which a history has not one: it does not keep them."""
_MASTER = ("person", "organisation", "household")


@dataclass(frozen=True, slots=True)
class EntityTrail:
    """What is known of an entity's history in one system.

    `on` None: cannot be told, and `why` says so. `keeps_old`: whether a change
    tells the value before it. `rows` of history, the newest of `last`. `gone`
    records are deleted for good, `replaced` values are written over by imports
    or in bulk, both by the history. None: it cannot tell that.
    """

    entity: str
    tables: tuple[str, ...]
    master: bool
    on: bool | None
    why: str
    keeps_old: bool | None = None
    rows: int = 0
    last: date | None = None
    gone: int | None = None
    replaced: int | None = None


@dataclass(frozen=True, slots=True)
class Losses:
    """What a system's own traces tell of changes and loss.

    `gone` are kinds of record of which some were deleted for good, `imported`
    fields whose values imports replaced, `bulk` the largest changes of one
    account on one day. `removed` tells of tables what is put away or missing.
    """

    system: str
    trails: tuple[EntityTrail, ...] = ()
    gone: tuple[TrailOf, ...] = ()
    imported: tuple[Overwritten, ...] = ()
    bulk: tuple[BulkChange, ...] = ()
    runs: Mapping[str, int] = field(default_factory=dict)
    cannot: str = ""
    evidence: tuple[str, ...] = ()
    removed: tuple[Removed, ...] = ()

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
        _lost(_trail(entity, own, changes, recording, is_master(entity, known)), changes)
        for entity, own in sorted(by_entity.items())
        # Lists and links alone are no records of their own.
        if records & set(own)
    )
    return Losses(
        system,
        trails,
        _gone(changes),
        tuple(sorted((o for o in changes.overwritten if o.imports), key=lambda o: -o.imports)),
        changes.bulk,
        changes.bulk_runs,
        changes.cannot.get("", ""),
        (changes.id,),
        tuple(r for r in changes.removed if r.rows),
    )


def _gone(changes: Changes) -> tuple[TrailOf, ...]:
    """Kinds of which some are gone, the most first; of two histories of one the one with more."""
    kinds = (k for trail in changes.trails for k in trail.of if k.gone)
    most: dict[str, TrailOf] = {}
    for kind in sorted(kinds, key=lambda k: (-(k.gone or 0), k.table, k.object)):
        most.setdefault(kind.table or kind.object, kind)
    return tuple(most.values())


def _lost(trail: EntityTrail, changes: Changes) -> EntityTrail:
    """With what was lost of it, as far as a history tells."""
    kinds = [k for t in changes.trails for k in t.of if k.table in trail.tables]
    most: dict[str, int] = {}
    for k in kinds:
        if k.gone is not None:
            # Two histories may tell of the same deletions.
            most[k.table] = max(k.gone, most.get(k.table, 0))
    unsure = any(k.deleted and k.gone is None and k.table not in most for k in kinds)
    gone = sum(most.values())
    replaced = sum(o.imports for o in changes.overwritten if o.table in trail.tables)
    return replace(
        trail,
        gone=None if unsure or not (gone or trail.on) else gone,
        replaced=replaced if replaced or (trail.on and trail.keeps_old) else None,
    )


def most_deleted(removed: Removed) -> int | None:
    """At most so many records were deleted for good, by the gaps in their numbers.

    A gap may be a number never given out: of a record that was not saved in the
    end, or set aside for another server. None where no gap could be seen, and
    where more is missing than there: numbers are then given out in steps.
    """
    if removed.gaps is None or removed.gaps > removed.rows:
        return None
    return removed.gaps


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
    if flags and not any(flags):
        return replace(found, on=False, why=msg("the CRM's own settings say so"))
    if doubts and not flags:
        return replace(found, why=doubts[0])
    missed = 0 if doubts else _changed_after(own, of, recording)
    if missed >= ENOUGH_CHANGED:
        end = max(k.last for k in of if k.changed and k.last)
        why = msg(
            "it ends on {end}; {missed:,} of its rows were changed in the months after",
            end=long_date(end),
            missed=missed,
        )
        return replace(found, on=False, why=why)
    if flags:
        return replace(found, on=True, why=msg("the CRM's own settings say so"))
    if rows:
        return replace(found, on=True, why=msg("its changes are in the history"))
    if not any(t.rows for t in changes.trails):
        none = msg("the history that the product keeps has no rows") if changes.trails else ""
        return replace(found, why=changes.cannot.get("") or none or msg("no history was read"))
    unseen = _changed_since(own, changes, recording)
    if unseen >= ENOUGH_CHANGED:
        why = msg(
            "{unseen:,} of its rows were changed since the history begins, none is in it",
            unseen=unseen,
        )
        return replace(found, on=False, why=why)
    return replace(found, why=msg("the history has nothing of it, and little of it was changed"))


def _changed_since(tables: tuple[str, ...], changes: Changes, recording: Recording | None) -> int:
    """Rows last changed by somebody since the first row of any history."""
    begun = [k.first for trail in changes.trails for k in trail.of if k.first]
    if recording is None or not begun:
        return 0
    return sum(r.changed for r in recording.recorded if r.table in tables and r.month >= min(begun))


def _changed_after(
    tables: tuple[str, ...], kinds: Iterable[TrailOf], recording: Recording | None
) -> int:
    """Rows changed one by one in the months after the last change that a history has of them.

    Bulk changes are left out: many programs write them past the history.
    """
    ends = [k.last for k in kinds if k.changed and k.last]
    if recording is None or not ends:
        return 0
    end = max(ends)
    return sum(
        r.changed - r.changed_bulk
        for r in recording.recorded
        if r.table in tables and (r.month.year, r.month.month) > (end.year, end.month)
    )
