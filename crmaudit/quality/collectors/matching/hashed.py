"""Systems beside each other by keyed hashes alone.

    hashing         makes hashes of standardised records
    hashed_source   … of those of a source
    hashed_bundle   carries them to whoever compares
    hashed_levels   says how they are held against each other
    hashed          compares those of several systems

No value reaches this side. So there are no examples, nobody can be asked about
a pair, and which side is newer is not known. Values that are the same once
standardised count as the same; similar ones, a name and its short form, and a
date with day and month changed over, as equivalent.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from crmaudit import __version__
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Provenance, Status
from crmaudit.evidence.match import Agreement, Between, Block, Compared, Holder, Matching, Overlap
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import hashed_levels
from crmaudit.quality.collectors.matching.candidates import candidates
from crmaudit.quality.collectors.matching.hashed_bundle import HashedBundle, read_hashed_bundle
from crmaudit.quality.collectors.matching.hashed_source import MEMORY, Hashes, hashed_records
from crmaudit.quality.collectors.matching.hashing import FIELDS, SCHEMA
from crmaudit.quality.collectors.matching.levels import Spec
from crmaudit.quality.collectors.matching.reading import reason
from crmaudit.quality.collectors.overlapping.rows import text
from crmaudit.quality.collectors.overlapping.things import Things
from crmaudit.quality.effective import kind_of, translated
from crmaudit.quality.plan import Plan
from crmaudit.sources.task import Joint, Part
from crmaudit.workspace.landscape import Entity

ALONE = "the hashes of fewer than two systems are at hand"

_FAILURES = (CrmauditError, duckdb.Error, pa.ArrowException, OSError, MemoryError)


def held(path: Path | str, entities: Mapping[str, Entity]) -> dict[str, str]:
    """The workspace's entities of which a bundle holds records → their canonical kind.

    Raises CrmauditError where the bundle cannot be read.
    """
    return {
        entity: kind for entity, kind, _ in _meant(read_hashed_bundle(Path(path)), entities)
    }


def hashed_overlap(joint: Joint, entity: str, parts: Sequence[Part]) -> Overlap:
    """One entity over these parts; each is a bundle, or is read and hashed here.

    A part that cannot be read or hashed becomes a `Holder` that says why. What
    is read is hashed with the audit's key, so it has to be that of the
    bundles; bundles alone are compared without any key.
    """
    started = datetime.now(UTC)
    kind = kind_of(entity, joint.entities)
    threads = min(4, os.cpu_count() or 1)
    with Engine(Plan(memory=MEMORY), threads, "hashed.duckdb") as engine:
        work = _Comparison(engine, joint, entity)
        for part in parts:
            work.add(part)
        kind = kind or work.kind
        found = Overlap(_provenance(work, started), entity, kind, "hashes", tuple(work.holders))
        if len(work.systems) < 2:
            return replace(found, matching=Matching(cannot=ALONE))
        return work.compared(found)


class _Comparison:
    """Hashes of several systems in the table `hashed`, and what comes of them."""

    def __init__(self, engine: Engine, joint: Joint, entity: str) -> None:
        self._engine = engine
        self._joint = joint
        self._entity = entity
        self._key = ""
        self.kind = ""
        self.holders: list[Holder] = []
        self.failed: list[str] = []
        self._columns: dict[str, list[str]] = {}
        empty = SCHEMA.empty_table()
        engine.show(
            "empty",
            empty,
            "CREATE TABLE hashed AS SELECT CAST(NULL AS BIGINT) AS n,"
            " CAST(NULL AS VARCHAR) AS system, * FROM empty",
        )
        # The bundle that stands first decides with which key all have to be made.
        self._bundles: dict[str, HashedBundle] = {}

    @property
    def systems(self) -> tuple[str, ...]:
        return tuple(h.system for h in self.holders if not h.cannot)

    def add(self, part: Part) -> None:
        """The part's records; what cannot be read is a holder that says why."""
        try:
            holder = self._bundled(part) if part.catalog is None else self._read(part)
        except _FAILURES as error:
            told = reason(error)
            self.failed.append(f"{part.system}: {told}")
            holder = Holder(part.system, cannot=told)
            self._ask(f"DELETE FROM hashed WHERE system = {text(part.system)}")
        self.holders.append(holder)

    def _bundled(self, part: Part) -> Holder:
        bundle = read_hashed_bundle(Path(part.known.hashed))
        self._same_key(bundle.origin.key_id, bundle)
        told = [e for name, _, e in _meant(bundle, self._joint.entities) if name == self._entity]
        if not told:
            raise CrmauditError(f"{bundle.path.name} holds no records of {self._entity}")
        holders = [
            self._take(part.system, (one, bundle.batches(one.entity))) for one in told
        ]
        origin = bundle.origin
        return replace(
            holders[0],
            records=sum(h.records for h in holders),
            source=origin.source,
            snapshot=origin.snapshot,
            taken_at=origin.taken_at,
        )

    def _read(self, part: Part) -> Holder:
        key = self._joint.key
        if key is None:
            raise CrmauditError("its records are hashed with the audit's key, and there is none")
        self._same_key(key.id, None)
        evidence = [*part.evidence]
        if part.catalog is not None:
            evidence.insert(0, part.catalog)
        with part.open() as source:
            found = hashed_records(
                source, part.system, part.known, evidence, key, self._joint.on_rows, self._entity
            )
            (holder,) = [self._take(part.system, one) for one in found]
            return replace(
                holder,
                source=source.address,
                snapshot=source.snapshot,
                taken_at=datetime.now(UTC),
            )

    def _same_key(self, key_id: str, bundle: HashedBundle | None) -> None:
        if self._key and self._key != key_id:
            made = f"{bundle.path.name} was" if bundle else "its hashes would be"
            raise CrmauditError(
                f"{made} made with the key {key_id}, those of the others with {self._key}: "
                "set CRMAUDIT_KEY to the key that the owners agreed on"
            )
        self._key = key_id

    def _take(self, system: str, hashes: Hashes) -> Holder:
        told, batches = hashes
        ((base,),) = self._ask("SELECT count(*) FROM hashed")
        rows = pa.RecordBatchReader.from_batches(SCHEMA, batches)
        insert = (
            f"INSERT INTO hashed SELECT {base} + row_number() OVER (ORDER BY id) - 1,"
            f" {text(system)}, * FROM incoming"
        )
        engine = self._engine
        engine.run(lambda: engine.show("incoming", rows, insert))
        self.kind = told.kind
        for attribute in told.attributes:
            self._columns.setdefault(attribute, []).append(f"{system}:{', '.join(told.tables)}")
        return Holder(system, told.tables, records=told.records, left_out=dict(told.left_out))

    def compared(self, found: Overlap) -> Overlap:
        """The overlap with all that the hashes tell."""
        from crmaudit.quality.collectors.matching.matching import match

        engine = self._engine
        matched = match(engine, self.kind, within=True, across=True, how=HASHED)
        matching = matched.matching
        if matching.cannot:
            return replace(found, matching=matching)
        things = Things(engine, self.systems)
        between = []
        for number, (left, right) in enumerate(things.pairs):
            together, pairs, ls, rs = things.shared(left, right)
            of_left, of_right = matched.between(left, right)
            agreement = tuple(self._agreement(number))
            between.append(
                Between(
                    left, right, together, pairs, ls, rs, of_left, of_right, agreement=agreement
                )
            )
        return replace(
            found,
            holders=tuple(
                h if h.cannot else replace(h, things=things.count(h.system)) for h in found.holders
            ),
            matching=matching,
            sets=things.sets(),
            between=tuple(between),
        )

    def _agreement(self, pair: int) -> Iterator[Agreement]:
        """What two systems say of each attribute, over the pairs in `met`."""
        counted = []
        for said in hashed_levels.SAID:
            left, right = said.has.format(s="a"), said.has.format(s="b")
            both = f"{left} AND {right}"
            counted += [
                f"count(*) FILTER ({both} AND coalesce({said.same}, false))",
                f"count(*) FILTER ({both} AND NOT coalesce({said.same}, false)"
                f" AND coalesce({said.equivalent}, false))",
                f"count(*) FILTER ({both})",
                f"count(*) FILTER ({left} AND NOT ({right}))",
                f"count(*) FILTER ({right} AND NOT ({left}))",
            ]
        ((every, *numbers),) = self._ask(
            f"SELECT count(*), {', '.join(counted)} FROM met"
            f" JOIN standard a ON a.n = met.l JOIN standard b ON b.n = met.r WHERE pair = {pair}"
        )
        for place, said in enumerate(hashed_levels.SAID):
            same, equivalent, both, lefts, rights = numbers[5 * place : 5 * place + 5]
            if not (both or lefts or rights):
                continue
            conflicting = both - same - equivalent
            yield Agreement(
                said.attribute,
                same,
                equivalent,
                conflicting,
                lefts,
                rights,
                every - both - lefts - rights,
                newer_unknown=conflicting,
            )

    def _ask(self, sql: str) -> list[tuple[int, ...]]:
        engine = self._engine
        return engine.run(lambda: engine.ask(sql))


def _meant(
    bundle: HashedBundle, entities: Mapping[str, Entity]
) -> list[tuple[str, str, object]]:
    """Of each entity in a bundle what the workspace calls it, and its kind."""
    found = []
    for one in bundle.entities:
        if kind_of(one.entity, entities) == one.kind and one.entity in entities:
            name = one.entity
        else:
            name = next(iter(translated(one.kind, entities.values())), one.kind)
        found.append((name, one.kind, one))
    return found
