"""Who holds an entity: opened one after the other, their records on one engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

import duckdb
import pyarrow as pa

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Compared, EntityMap, Holder, Keys, TableProfile
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.reading import reason
from crmaudit.quality.collectors.matching.records import make, stage
from crmaudit.quality.collectors.overlapping.keys import Columns
from crmaudit.quality.collectors.overlapping.rows import text
from crmaudit.quality.collectors.overlapping.unlinked import Belonging
from crmaudit.quality.effective import EffectiveMap, effective
from crmaudit.quality.matching.recipe import Recipe
from crmaudit.quality.matching.recipes import recipes
from crmaudit.quality.matching.shared import Dealings, dealings, numbers
from crmaudit.quality.reaching.links import Edges
from crmaudit.sources.base import Source
from crmaudit.sources.task import Joint, Part

Told = Callable[[str, int], None]

NOTHING = "it has nothing in common with the others by which a record could be known again"

_NAMES = frozenset({"given name", "family name", "full name"})
# What a record can be known again by, alone or together; the rest is shared by too many.
_TELLING = frozenset(
    {
        "organisation name",
        "household",
        "e-mail",
        "phone",
        "street",
        "birth date",
        "url",
        "national id",
        "tax number",
        "bank account",
        "identifier",
    }
)

FAILURES = (CrmauditError, duckdb.Error, pa.ArrowException, OSError, MemoryError)
"""What one system may fail with while the others go on; a lost connection is one of them."""


class Side:
    """One system as its evidence shows it; nothing is read."""

    def __init__(self, part: Part, known: EffectiveMap) -> None:
        assert part.catalog is not None
        self.part, self.map, self.catalog = part, known, part.catalog
        self.system = part.system
        self.profiles = {p.table: p for p in part.found(TableProfile) if not p.where}
        self._keys = next(part.found(Keys), None)

    @cached_property
    def edges(self) -> Edges:
        return Edges(self.catalog, self._keys, self.part.known.map, self.map.tables)

    @cached_property
    def recipes(self) -> tuple[Recipe, ...]:
        return recipes(
            self.system,
            self.map,
            self.catalog,
            self._keys,
            self.part.known.map,
            tuple(self.part.found(TableProfile)),
        )

    @cached_property
    def dealings(self) -> tuple[Dealings, ...]:
        return dealings(self.map, self.catalog, self._keys, self.part.known.map, self.profiles)

    @contextmanager
    def opened(self) -> Iterator[tuple[Source, Holder]]:
        """The source, open, and who holds what there; raises one of `FAILURES`."""
        with self.part.open() as source:
            if not source.has_rows:
                raise CrmauditError("only its structure is at hand, no rows")
            holder = Holder(
                self.system,
                source=source.address,
                snapshot=source.snapshot,
                taken_at=datetime.now(UTC),
            )
            yield source, holder


def sides(joint: Joint) -> dict[str, Side]:
    """The systems whose tables are understood, in the order of the dossiers."""
    found = {}
    for part in joint.parts:
        measured = next(part.found(EntityMap), None)
        known = effective(part.system, part.known.map, measured, joint.entities)
        if part.catalog is not None and known is not None:
            found[part.system] = Side(part, known)
    return found


@dataclass(slots=True)
class Held:
    """All records of an entity on one engine: `records`, `numbers`, `belongs`."""

    engine: Engine
    holders: list[Holder]
    columns: Columns
    belonging: Belonging
    says: dict[str, tuple[Compared, ...]]
    failed: tuple[str, ...] = ()

    @property
    def attributes(self) -> tuple[Compared, ...]:
        """By what the records are compared, with the columns of every system."""
        found: dict[str, list[Compared]] = {}
        for system in self.systems:
            for one in self.says[system]:
                found.setdefault(one.attribute, []).append(one)
        return tuple(_joined(several) for several in found.values())

    def comparable(self, left: str, right: str) -> bool:
        """Whether the records of two systems have anything to be known again by."""
        return bool(self._telling(left) & self._telling(right))

    def _telling(self, system: str) -> frozenset[str]:
        filled = {one.attribute for one in self.says[system] if one.filled}
        names = {"name"} if filled & _NAMES else set()
        return frozenset(names | (filled & _TELLING))

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems with records."""
        return tuple(h.system for h in self.holders if not h.cannot)


def hold(engine: Engine, entity: str, found: Sequence[Side], joint: Joint) -> Held:
    """Read the records of each system; one that fails is a holder that says why."""
    make(engine)
    held = Held(engine, [], Columns(engine), Belonging(engine), {})
    for side in found:
        mine = [r for r in side.recipes if r.entity == entity]
        try:
            with side.opened() as (source, holder):
                holder, held.says[side.system] = _read(held, side, mine, source, holder, joint)
        except FAILURES as error:
            told = error.problems[0].message if isinstance(error, CrmauditError) else reason(error)
            holder = Holder(side.system, _tables(mine), cannot=told)
            held.failed += (f"{side.system}: {told}",)
            _take_back(held, side.system)
        held.holders.append(holder)
    _leave_strangers(held)
    return held


def _leave_strangers(held: Held) -> None:
    """Take out systems that have nothing in common with any other."""
    systems = held.systems
    for i, holder in enumerate(held.holders):
        if holder.cannot:
            continue
        others = [s for s in systems if s != holder.system]
        alone = not any(held.comparable(holder.system, s) for s in others)
        if others and alone:
            held.holders[i] = replace(holder, cannot=NOTHING)
            _take_back(held, holder.system)


def _read(
    held: Held, side: Side, mine: Sequence[Recipe], source: Source, holder: Holder, joint: Joint
) -> tuple[Holder, tuple[Compared, ...]]:
    staged = stage(held.engine, source, mine, joint.on_rows)
    tables = staged.tables or _tables(mine)
    holder = replace(holder, tables=tables, records=staged.records, left_out=dict(staged.left_out))
    failures = "; ".join(f"{table}: {why}" for table, why in staged.failures.items())
    if not staged.records and failures:
        raise CrmauditError(failures)
    if not staged.records:
        return replace(holder, cannot="it has no record with anything to compare by"), ()
    if failures:
        held.failed += (f"{side.system}: {failures}",)
    usable = [r for r in mine if not r.cannot and r.table.qualified in tables]
    declared = joint.entities.get(mine[0].entity)
    tried = [
        (r, found)
        for r in usable
        for found in numbers(r.entity, r.table, side.map, side.edges, side.profiles, declared)
    ]
    held.columns.read(source, tried, joint.on_rows)
    held.belonging.read(source, usable, side.dealings, joint.on_rows)
    own = tuple(
        replace(c, columns=tuple(f"{side.system}:{name}" for name in c.columns))
        for c in staged.attributes
    )
    return holder, own


def _take_back(held: Held, system: str) -> None:
    engine = held.engine
    engine.run(lambda: engine.ask(f"DELETE FROM records WHERE system = {text(system)}"))
    held.columns.forget(system)
    held.belonging.forget(system)


def _tables(mine: Sequence[Recipe]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r.table.qualified for r in mine))


def _joined(several: Sequence[Compared]) -> Compared:
    """An attribute over several systems; it is used if any of them has it."""
    columns = tuple(c for one in several for c in one.columns)
    filled = sum(one.filled for one in several)
    reasons = dict.fromkeys(one.unused for one in several if one.unused)
    return Compared(several[0].attribute, columns, filled, "" if filled else "; ".join(reasons))


def others(
    entity: str, compared: Sequence[str], joint: Joint, kinds: Mapping[str, Side]
) -> list[Holder]:
    """Systems that are said to hold the entity and were not compared, with the reason."""
    found = []
    for system in joint.holders.get(entity, ()):
        if system in compared:
            continue
        why = joint.unread.get(system) or "no database of it was read"
        if system in kinds:
            why = f"no table of it is known to hold {entity}"
        found.append(Holder(system, cannot=why))
    return found
