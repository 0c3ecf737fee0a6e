"""Makes keyed hashes of a source's records."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

import pyarrow as pa

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Document, EntityMap, Keys, TableProfile
from crmaudit.key import Key
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.hashed_bundle import HashedEntity
from crmaudit.quality.collectors.matching.hashing import hash_records
from crmaudit.quality.collectors.matching.records import stage
from crmaudit.quality.collectors.matching.standard import standardise
from crmaudit.quality.effective import effective
from crmaudit.quality.matching.recipe import Recipe
from crmaudit.quality.matching.recipes import recipes
from crmaudit.quality.plan import Plan
from crmaudit.sources.base import Source
from crmaudit.sources.task import Known

MEMORY = 1024
"""Limit of the engine in MiB, as for comparing records themselves."""

Told = Callable[[str, int], None]
Hashes = tuple[HashedEntity, Iterable[pa.RecordBatch]]


def hashed_records(
    source: Source,
    system: str,
    known: Known,
    evidence: Sequence[Document],
    key: Key,
    on_rows: Told = lambda table, rows: None,
    only: str = "",
) -> Iterator[Hashes]:
    """Each entity of a matched kind with its records as hashes, to be read before the next.

    `evidence` is what is known of this source: catalog, profiles, keys, entity
    map; `only` names the one entity wanted. Raises CrmauditError where no
    table holds such an entity, or one that does cannot be read: a part of the
    records would look like all of them.
    """
    found = _recipes(system, known, evidence)
    if only:
        found = {entity: own for entity, own in found.items() if entity == only}
    usable = {entity: own for entity, own in found.items() if not all(r.cannot for r in own)}
    if not usable:
        reasons = "; ".join(dict.fromkeys(r.cannot for own in found.values() for r in own))
        raise CrmauditError(
            f"no table of {system} is known to hold "
            + (only or "persons, organisations, households or leads")
            + (f" that can be compared: {reasons}" if reasons else ""),
            "say in a map which table does, by one of these words, and name its folder by --maps",
        )
    for entity, own in usable.items():
        threads = min(4, os.cpu_count() or 1)
        with Engine(Plan(system=system, memory=MEMORY), threads, "hashes.duckdb") as engine:
            yield _hashed(engine, source, entity, own, key, on_rows)


def _hashed(
    engine: Engine, source: Source, entity: str, own: Sequence[Recipe], key: Key, on_rows: Told
) -> Hashes:
    staged = stage(engine, source, own, on_rows)
    if staged.failures:
        told = "; ".join(f"{table}: {why}" for table, why in staged.failures.items())
        raise CrmauditError(
            f"the records of {entity} cannot all be hashed: {told}",
            "grant the right to read them, or leave the table out of the map",
        )

    def work() -> tuple[dict[str, int], Iterator[pa.RecordBatch]]:
        standardise(engine, own[0].kind)
        return hash_records(engine, key)

    filled, batches = engine.run(work)
    told_of = HashedEntity(
        entity, own[0].kind, staged.tables, staged.records, filled, staged.left_out
    )
    return told_of, _in_turn(engine, batches)


def _in_turn(engine: Engine, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    while (batch := engine.run(lambda: next(batches, None))) is not None:
        yield batch


def _recipes(system: str, known: Known, evidence: Sequence[Document]) -> dict[str, list[Recipe]]:
    """What is to be read of each entity, in the map's order."""
    catalog = next((d for d in evidence if isinstance(d, Catalog)), None)
    measured = next((d for d in evidence if isinstance(d, EntityMap)), None)
    understood = effective(system, known.map, measured, known.entities)
    if catalog is None or understood is None:
        return {}
    profiles = [d for d in evidence if isinstance(d, TableProfile)]
    keys = next((d for d in evidence if isinstance(d, Keys)), None)
    found: dict[str, list[Recipe]] = {}
    for one in recipes(system, understood, catalog, keys, known.map, profiles):
        found.setdefault(one.entity, []).append(one)
    return found
