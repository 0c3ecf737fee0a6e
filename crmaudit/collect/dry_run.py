"""What a collection would do, for the security officer who has to sign it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from crmaudit.collect.collect import Target, collectors, joint_collectors, opened
from crmaudit.collect.known import TRACES
from crmaudit.errors import CrmauditError, Place
from crmaudit.evidence import Catalog
from crmaudit.sources import Source, Statement
from crmaudit.sources.account_tables import AccountTables
from crmaudit.sources.named_files import every, expanded
from crmaudit.sources.task import Collector, JointCollector, Task


@dataclass(frozen=True, slots=True)
class ToRead:
    """Files that a collector would read: an entry of `traces:`, or the backup folder, whose files
    are looked at and not kept; how many files, how large.

    No files: there is nothing of that name.
    """

    kind: str
    entry: str
    files: int
    bytes: int
    where: Place | None = None


@dataclass(frozen=True, slots=True)
class DryRun:
    """Reachability, rights, size and every statement of one system's collection.

    `sent` reached the server already (opening and catalog); `would_send` would
    follow, and `on_failure` after each statement that fails. Together they are
    all that a collection sends; a run that goes on with an interrupted one
    sends less. `files` would be read beside the database, or in its place.
    """

    target: Target
    source: str = ""
    engine: str = ""
    catalog: Catalog | None = None
    sent: tuple[Statement, ...] = ()
    would_send: tuple[Statement, ...] = ()
    on_failure: tuple[Statement, ...] = ()
    error: CrmauditError | None = None
    files: tuple[ToRead, ...] = ()


def dry_run(targets: Iterable[Target], only: Iterable[str] = ()) -> tuple[DryRun, ...]:
    """Read the catalogs only."""
    chosen = tuple(targets)
    only = tuple(only)
    wanted = collectors(only)
    joint = joint_collectors(only) if len(chosen) > 1 else {}
    return tuple(_one(t, wanted, joint) for t in chosen)


def _one(
    target: Target, wanted: Mapping[str, Collector], joint: Mapping[str, JointCollector]
) -> DryRun:
    try:
        with opened(target) as source:
            catalog = source.catalog(target.system)
            task = Task(
                source,
                target.system,
                catalog,
                catalog.tables,
                target.known,
                accounts=cache(partial(_accounts, source, catalog, target)),
            )
            return DryRun(
                target,
                source.address,
                source.engine,
                catalog,
                tuple(source.sent),
                tuple(
                    s
                    for one in wanted.values()
                    if one.offline or source.has_rows
                    for s in one.statements(task)
                )
                + tuple(s for one in joint.values() if target.url for s in one.statements(task)),
                source.on_failure,
                files=tuple(_files(target, wanted)),
            )
    except CrmauditError as error:
        return DryRun(target, error=error)


def _files(target: Target, wanted: Iterable[str]) -> Iterator[ToRead]:
    known = target.known
    for kind in (k for k in TRACES if k in wanted):
        for entry in getattr(known.traces, kind):
            # Of a folder of logs or rights the files in it are read, of one of code all below it.
            files = every(entry) if kind == "code" else expanded(entry)
            size = sum(f.stat().st_size for f in files if f.exists())
            yield ToRead(kind, entry, len(files), size, known.places.get(entry))
    if "backups" in wanted and known.backups:
        lying = every(known.backups) if Path(known.backups).is_dir() else ()
        size = sum(f.stat().st_size for f in lying if f.exists())
        yield ToRead("backups", known.backups, len(lying), size, known.places.get(known.backups))


def _accounts(source: Source, catalog: Catalog, target: Target) -> AccountTables:
    from crmaudit.quality.collectors.account_tables import account_tables

    return account_tables(source, catalog, target.known, None)
