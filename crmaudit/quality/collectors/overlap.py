"""One entity across the systems that hold it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from crmaudit import __version__
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, Holder, Matching, Overlap, Provenance, Status
from crmaudit.quality.collectors.duplicates import IN_MEMORY
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.reading import reason
from crmaudit.quality.collectors.overlapping import by_records, identifier
from crmaudit.quality.collectors.overlapping.holding import Side, others, sides
from crmaudit.quality.effective import EffectiveMap, kind_of
from crmaudit.quality.matching.recipe import MATCHED
from crmaudit.quality.matching.shared import held_by
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Joint, Part, Task

MEMORY = 1024
"""Limit of the engine in MiB: several systems' records lie in it beside each other, and the pairs
of them that are compared; what is more goes to the temporary folder."""

MACHINERY = ("user", "role", "team", "unit")
"""Kinds that each system has of its own: its accounts and their rights are no entity to compare."""

_FAILURES = (duckdb.Error, pa.ArrowException, OSError, MemoryError)

ONE_ONLY = "the records of only one of the systems that hold it could be read"


def overlap(joint: Joint, plan: Plan | None = None) -> Iterator[Overlap]:
    """Each entity that more than one system holds, in the order of their ids.

    Kinds of `MATCHED` are compared by all that their records say, others by an
    identifier that both sides keep. Each system is opened once for each entity
    that it holds, one at a time. One that cannot be read is a holder that
    says why; the document is then done partly, and failed where fewer than two
    are left or the comparison itself came to an end. Raises CrmauditError at
    the end for a bundle of hashes that cannot be read.
    """
    known = sides(joint)
    hashed, broken = _hashed(joint)
    holding = {e: list(by_system) for e, by_system in held_by(_maps(known)).items()}
    for part, entities in hashed:
        for entity in entities:
            holding.setdefault(entity, []).append(part.system)
    for entity in sorted(set(holding) | {e for e, s in joint.holders.items() if len(s) > 1}):
        if entity in joint.leave or kind_of(entity, joint.entities) in MACHINERY:
            continue
        here = [known[s] for s in known if s in holding.get(entity, ())]
        parts = [p for p, entities in hashed if entity in entities]
        said = set(joint.holders.get(entity, ()))
        if len({*said, *holding.get(entity, ())}) < 2 or not (here or parts):
            continue
        yield _document(joint, plan, known, entity, here, parts)
    for error in broken:
        # The others are compared by now; this one the user can mend.
        raise error


def _document(
    joint: Joint,
    plan: Plan | None,
    known: dict[str, Side],
    entity: str,
    here: Sequence[Side],
    hashed: Sequence[Part],
) -> Overlap:
    kind = kind_of(entity, joint.entities)
    by = Provenance("", "", "", "", datetime.now(UTC), f"crmaudit {__version__}")
    missing = others(entity, [*(s.system for s in here), *(p.system for p in hashed)], joint, known)
    try:
        found = _found(Overlap(by, entity, kind), plan, here, hashed, joint)
    except _FAILURES as error:
        why = reason(error)
        holders = (
            *(Holder(s.system, _tables(s, entity)) for s in here),
            *(Holder(p.system) for p in hashed),
        )
        found = Overlap(by, entity, kind, holders=holders, matching=Matching(cannot=why))
        if here:
            found = _signed(found, here, (why,))
        else:
            told = Status("failed", why)
            found = replace(found, provenance=replace(by, system=hashed[0].system, status=told))
    found = replace(found, holders=(*found.holders, *missing))
    status = found.provenance.status
    if status.state != "partly" or not found.matching.cannot:
        return found
    # Nothing came of it for a failure: what was compared before says more.
    status = Status("failed", status.reason)
    return replace(found, provenance=replace(found.provenance, status=status))


def _found(
    found: Overlap,
    plan: Plan | None,
    here: Sequence[Side],
    hashed: Sequence[Part],
    joint: Joint,
) -> Overlap:
    """`found` with what the systems show; raises one of `_FAILURES`."""
    entity, kind = found.entity, found.entity_kind
    if hashed:
        from crmaudit.quality.collectors.matching.hashed import hashed_overlap

        return hashed_overlap(joint, entity, [*(s.part for s in here), *hashed])
    if len(here) < 2:
        holders = tuple(Holder(s.system, _tables(s, entity)) for s in here)
        return _signed(replace(found, holders=holders, matching=Matching(cannot=ONE_ONLY)), here)
    work = by_records.compare if kind in MATCHED else identifier.compare
    limits = plan or Plan(memory=MEMORY)
    threads = limits.threads or min(4, os.cpu_count() or 1)
    with Engine(limits, threads, _file(here, entity)) as engine:
        found, failed = work(engine, entity, kind, here, joint, found.provenance)
    return _signed(found, here, failed)


def _file(here: Sequence[Side], entity: str) -> str:
    """The engine's file; none for records that are known to be few."""
    rows = [s.profiles.get(table) for s in here for table in _tables(s, entity)]
    few = all(rows) and sum(p.rows for p in rows if p) <= IN_MEMORY
    return "" if few else "overlap.duckdb"


def _signed(found: Overlap, here: Sequence[Side], failed: Sequence[str] = ()) -> Overlap:
    """With the provenance of the first holder, and a snapshot that is that of all of them."""
    read = [h for h in found.holders if h.snapshot]
    engines = {s.system: s.catalog.provenance for s in here}
    # Where none was opened, what is known of the first holder comes from its catalog.
    first = next((h.system for h in read), here[0].system)
    origin = engines[first]
    snapshots = [h.snapshot for h in read] or [origin.snapshot]
    status = Status("partly", "; ".join(failed)) if failed else Status()
    taken = [h.taken_at for h in read if h.taken_at]
    return replace(
        found,
        provenance=replace(
            found.provenance,
            system=first,
            source=next((h.source for h in read), origin.source),
            engine=origin.engine,
            snapshot=_together(snapshots),
            taken_at=max(taken, default=found.provenance.taken_at),
            status=status,
        ),
    )


def _together(snapshots: Sequence[str]) -> str:
    """One id of several snapshots: the moment of the newest, and a hash of them all."""
    digest = hashlib.sha256("\n".join(snapshots).encode()).hexdigest()
    return f"{max(s.partition('-')[0] for s in snapshots)}-{digest[:6]}"


def _maps(known: dict[str, Side]) -> dict[str, EffectiveMap]:
    return {system: side.map for system, side in known.items()}


def _tables(side: Side, entity: str) -> tuple[str, ...]:
    rows = (r.table for r in side.map.of(entity) if r.role == "primary")
    return tuple(dict.fromkeys(rows))


def _hashed(joint: Joint) -> tuple[list[tuple[Part, dict[str, str]]], list[CrmauditError]]:
    """Systems of which keyed hashes are all that there is, with the entities in them.

    And why those of others cannot be read.
    """
    parts = [p for p in joint.parts if p.catalog is None and p.known.hashed]
    found: list[tuple[Part, dict[str, str]]] = []
    broken: list[CrmauditError] = []
    if parts:
        from crmaudit.quality.collectors.matching.hashed import held

        for part in parts:
            try:
                found.append((part, held(part.known.hashed, joint.entities)))
            except CrmauditError as error:
                broken.append(error)
    return found, broken


class _Collector:
    def statements(self, task: Task) -> Iterable[Statement]:
        yield Statement(
            "SELECT column, … FROM table WHERE condition",
            "records of entities that another system holds as well, in one reading: what they are "
            "compared by, numbers that may name records of the other system, and whose rows "
            "invoices, payments, cases… are; some columns of the tables above",
            template=True,
        )

    def collect(self, joint: Joint) -> Iterator[Document]:
        yield from overlap(joint)


collector = _Collector()
