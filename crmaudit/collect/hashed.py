"""A system's records as keyed hashes, made where the system is, for others to compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crmaudit.collect.collect import Outcome, Progress, Target, collect
from crmaudit.errors import CrmauditError
from crmaudit.key import VARIABLE, environment_key
from crmaudit.quality.effective import kind_of
from crmaudit.sources import open_source
from crmaudit.sources.task import Known

if TYPE_CHECKING:
    from crmaudit.key import Key
    from crmaudit.quality.collectors.matching.hashed_bundle import HashedEntity
    from crmaudit.store import Store

BEFORE = ("profile", "keys", "entities", "parts")
"""The collectors that tell what the tables mean."""

STATEMENTS = (*BEFORE, "duplicates")
"""The collectors whose statements are sent: records are read as for finding duplicates."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """What became of it: the measurement of the system before, and what the file holds.

    `unknown` are the entities of its map of which nobody says what they are.
    """

    outcome: Outcome
    entities: tuple[HashedEntity, ...] = ()
    unknown: tuple[str, ...] = ()


def agreed_key() -> Key:
    """The key that both owners agreed on.

    Only the environment gives it: with a key that a workspace made for itself
    no two owners could compare anything. Raises CrmauditError without one.
    """
    key = environment_key()
    if key is None:
        raise CrmauditError(
            f"hashes to be compared need the key that both owners agreed on, and {VARIABLE} "
            "is not set",
            f"agree on one, like that of `openssl rand -hex 32`, and set {VARIABLE} to it "
            "on both sides",
        )
    return key


def write_hashes(
    target: Target, store: Store, progress: Progress, key: Key, output: Path, fresh: bool = False
) -> Hashed:
    """Measure the system as far as needed, then write its records' hashes to `output`.

    The evidence goes to `store`, so that an interrupted run goes on. The
    outcome's `error` says why nothing was written. Raises CrmauditError where
    no table holds what could be compared, or the file cannot be written.
    """
    # Heavy: DuckDB and pyarrow.
    from crmaudit.quality.collectors.matching.hashed_bundle import Origin, write_hashed_bundle
    from crmaudit.quality.collectors.matching.hashed_source import hashed_records

    (outcome,) = collect([target], store, progress, only=BEFORE, fresh=fresh, key=key)
    if outcome.error is not None:
        return Hashed(outcome)
    mine = (target.system, outcome.source)
    newest = [d for d in store.newest() if (d.provenance.system, d.provenance.source) == mine]
    progress.step("hashes")
    try:
        with open_source(target.url, schema=target.schema) as source:
            origin = Origin(
                target.system, source.address, source.snapshot, datetime.now(UTC), key.id
            )
            found = hashed_records(source, target.system, target.known, newest, key, progress.rows)
            written = write_hashed_bundle(output, origin, found)
    except CrmauditError as error:
        return Hashed(replace(outcome, error=error))
    return Hashed(outcome, written, _unknown(target.known))


def _unknown(known: Known) -> tuple[str, ...]:
    named = {t.entity for t in known.map.tables if t.entity} if known.map else set()
    return tuple(e for e in sorted(named) if e not in known.entities and not kind_of(e, {}))
