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
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from crmaudit import __version__
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Provenance, Status
from crmaudit.evidence.match import Agreement, Between, Block, Compared, Holder, Matching, Overlap
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import hashed_levels
from crmaudit.quality.collectors.matching.candidates import candidates
from crmaudit.quality.collectors.matching.hashed_bundle import (
    HashedBundle,
    HashedEntity,
    Origin,
    read_hashed_bundle,
)
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

if TYPE_CHECKING:
    from crmaudit.quality.collectors.matching.matching import Matched

ALONE = "the hashes of fewer than two systems are at hand"

_FAILURES = (CrmauditError, duckdb.Error, pa.ArrowException, OSError, MemoryError)


def held(path: Path | str, entities: Mapping[str, Entity]) -> dict[str, str]:
    """The workspace's entities of which a bundle holds records → their canonical kind.

    Raises CrmauditError where the bundle cannot be read.
    """
    return {entity: kind for entity, kind, _ in _meant(read_hashed_bundle(Path(path)), entities)}


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
        order = [p.system for p in joint.parts]
        for part in sorted(parts, key=lambda p: order.index(p.system)):
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
        # The first system decides with which key all have to be hashed.
        self._key = ""
        # Which system's bundle each one is; what the outcome has to say of them.
        self._taken: dict[Origin, str] = {}
        self._notes: list[str] = []
        self.kind = ""
        self.holders: list[Holder] = []
        self.failed: list[str] = []
        self._columns: dict[str, list[str]] = {}
        numbered = "CAST(NULL AS BIGINT) AS n, CAST(NULL AS VARCHAR) AS system"
        engine.show(
            "none_yet",
            SCHEMA.empty_table(),
            f"CREATE TABLE hashed AS SELECT {numbered}, * FROM none_yet",
        )

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
        self._another(part, bundle)
        told = [e for name, _, e in _meant(bundle, self._joint.entities) if name == self._entity]
        if not told:
            raise CrmauditError(f"{bundle.path.name} holds no records of {self._entity}")
        holders = [self._take(part.system, (one, bundle.batches(one.entity))) for one in told]
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

    def _another(self, part: Part, bundle: HashedBundle) -> None:
        """Raises CrmauditError where it is another system's bundle as well: files mixed up."""
        system = part.system
        other = self._taken.setdefault(bundle.origin, system)
        if other != system:
            raise CrmauditError(
                f"{bundle.path.name} is the bundle of {other} as well: name each system's own file"
            )
        own = bundle.origin.system
        if part.known.formerly.get(own, own) != system:
            self._notes.append(f"the bundle of {system} says that it is of {own}: the right file?")

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
        engine, started = self._engine, time.monotonic()
        attributes, blocks, matched = engine.run(lambda: weighed(engine, self.kind))
        matching = replace(
            matched.matching,
            attributes=tuple(
                replace(a, columns=tuple(self._columns.get(a.attribute, ()))) for a in attributes
            ),
            blocks=blocks,
            seconds=round(time.monotonic() - started, 3),
            notes=(*matched.matching.notes, *self._notes),
        )
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
            counted += [
                f"count(*) FILTER ({condition})"
                for condition in (
                    f"{left} AND {right} AND coalesce({said.same}, false)",
                    f"{left} AND {right} AND NOT coalesce({said.same}, false)"
                    f" AND coalesce({said.equivalent}, false)",
                    f"{left} AND {right}",
                    f"{left} AND NOT ({right})",
                    f"{right} AND NOT ({left})",
                )
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


def weighed(
    engine: Engine, kind: str, within: bool = True
) -> tuple[tuple[Compared, ...], tuple[Block, ...], Matched]:
    """Compare the records of the table `hashed` (n, system, columns of `hashing.SCHEMA`).

    Pairs `within` a system are compared, or only those of two systems. Gives
    what there is to compare by, how candidates were found, and the outcome,
    with the tables of `matching.match`. To be given to `Engine.run`.
    """
    from crmaudit.quality.collectors.matching.matching import weigh

    ask = engine.ask
    ask(f"CREATE TABLE standard AS SELECT n, system, {hashed_levels.columns()} FROM hashed")
    # By these the things of several systems are counted.
    ask("CREATE VIEW records AS SELECT n, system FROM hashed")
    by: dict[str, list[str]] = {}
    for field in FIELDS:
        by.setdefault(field.attribute, []).append(f"{field.name} IS NOT NULL")
    filled = [f"count(*) FILTER ({' OR '.join(c)})" for c in by.values()]
    ((*counts,),) = ask(f"SELECT {', '.join(filled)} FROM hashed")
    attributes = tuple(
        Compared(attribute, filled=int(count))
        for attribute, count in zip(by, counts, strict=True)
        if count
    )
    blocks = candidates(engine, kind, within=within, ways=hashed_levels.WAYS[kind])
    return attributes, blocks, weigh(engine, _specs(engine, kind), within=within)


def _specs(engine: Engine, kind: str) -> tuple[Spec, ...]:
    needs = hashed_levels.needs(kind)
    asked = ", ".join(f"count({c}), min({c}) <> max({c})" for c in needs)
    ((*row,),) = engine.ask(f"SELECT {asked} FROM standard")
    filled = dict(zip(needs, map(int, row[::2]), strict=True))
    differ = {name for name, more in zip(needs, row[1::2], strict=True) if more}
    return hashed_levels.specs(kind, filled, differ)


def _provenance(work: _Comparison, now: datetime) -> Provenance:
    """That of the first system, and a snapshot that is that of all of them."""
    read = [h for h in work.holders if not h.cannot] or work.holders
    snapshots = [h.snapshot for h in read if h.snapshot]
    digest = hashlib.sha256("\n".join(snapshots).encode()).hexdigest()
    newest = max((s.partition("-")[0] for s in snapshots), default="none")
    return Provenance(
        system=read[0].system,
        source=read[0].source,
        engine="keyed hashes",
        snapshot=f"{newest}-{digest[:6]}",
        taken_at=max((h.taken_at for h in read if h.taken_at), default=now),
        tool=f"crmaudit {__version__}",
        status=Status("partly", "; ".join(work.failed)) if work.failed else Status(),
    )


def _meant(
    bundle: HashedBundle, entities: Mapping[str, Entity]
) -> list[tuple[str, str, HashedEntity]]:
    """Of each entity in a bundle what the workspace calls it, and its kind."""
    found = []
    for one in bundle.entities:
        if kind_of(one.entity, entities) == one.kind and one.entity in entities:
            name = one.entity
        else:
            name = next(iter(translated(one.kind, entities.values())), one.kind)
        found.append((name, one.kind, one))
    return found
