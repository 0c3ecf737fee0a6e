"""One system after the other, one table after the other, a checkpoint after each.

A run that is stopped (Ctrl-C, kill, lost connection) leaves its collection
open in the store. The next run of the same system, source and kinds goes on
with the tables that are missing; these are then of another snapshot, which
their evidence says. A table that fails for a reason of its own (no right, a
view that fails) is done with: it holds no collection open.
"""

from __future__ import annotations

import difflib
import importlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from crmaudit.collect.known import has_records, known_of
from crmaudit.errors import CrmauditError, Problem
from crmaudit.evidence import (
    Access,
    Catalog,
    Changes,
    Code,
    Document,
    Duplicates,
    EntityMap,
    Grants,
    Health,
    Overlap,
    Recording,
    Statements,
    Status,
    TableProfile,
    Written,
)
from crmaudit.evidence_set import EvidenceSet, known_as
from crmaudit.sources import ConnectionLostError, Source, open_source
from crmaudit.sources.absent import AbsentSource
from crmaudit.sources.account_tables import AccountTables
from crmaudit.sources.task import Collector, Joint, JointCollector, Known, Part, Task
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import System

if TYPE_CHECKING:
    from crmaudit.key import Key
    from crmaudit.store import Collection, Store

COLLECTORS = {
    "profile": "crmaudit.quality.collectors.tables:collector",
    "keys": "crmaudit.quality.collectors.keys:collector",
    "entities": "crmaudit.quality.collectors.entities:collector",
    "parts": "crmaudit.quality.collectors.parts:collector",
    "expectations": "crmaudit.quality.collectors.expectations:collector",
    "reach": "crmaudit.quality.collectors.reach:collector",
    "duplicates": "crmaudit.quality.collectors.duplicates:collector",
    "grants": "crmaudit.crud_matrix.collectors.grants:collector",
    "code": "crmaudit.crud_matrix.collectors.code:collector",
    "statements": "crmaudit.crud_matrix.collectors.statements:collector",
    "written": "crmaudit.crud_matrix.collectors.written:collector",
    "access": "crmaudit.governance.collectors.access:collector",
    "recording": "crmaudit.governance.collectors.recording:collector",
    "changes": "crmaudit.governance.collectors.changes:collector",
    "health": "crmaudit.governance.collectors.health:collector",
    "backups": "crmaudit.governance.collectors.backups:collector",
    "series": "crmaudit.governance.collectors.series:collector",
}
"""What is measured besides the catalog: name → its collector, imported on use.

In the order in which they run: each may use what those before it found.
"""

JOINT = {"overlap": "crmaudit.quality.collectors.overlap:collector"}
"""What is measured over several systems once each of them has been read."""


@dataclass(frozen=True, slots=True)
class Target:
    """A system whose source is to be read; without a `url`, the files that `known` names."""

    system: str
    url: str
    schema: str | None = None
    known: Known = field(default_factory=Known)


class Progress(Protocol):
    """What a display is told; every method may do nothing."""

    def system(self, target: Target, tables: int, rows: int | None) -> None:
        """A system begins: how many tables and about how many rows are to be read."""

    def rows(self, table: str, rows: int) -> None:
        """So many rows of this table are read by now."""

    def step(self, name: str) -> None:
        """A collector that works on what the tables have told begins."""

    def done(self, document: Document) -> None:
        """A piece of evidence is kept."""


class Silent:
    """A display that shows nothing."""

    def system(self, target: Target, tables: int, rows: int | None) -> None: ...

    def rows(self, table: str, rows: int) -> None: ...

    def step(self, name: str) -> None: ...

    def done(self, document: Document) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one system's collection.

    `kept` documents are new, `resumed` tables were there from an interrupted
    run. `failures` name each table that could not be read; `error` says why
    the system as a whole could not, or not to its end: what was `kept` until
    then stays, and the next run goes on. `remarks` tell what of rights and
    statements could not be read, and how that can be helped. `joint` names the
    systems of a measurement over several, which `target` is called after.
    """

    target: Target
    source: str = ""
    kept: int = 0
    resumed: int = 0
    tables: int = 0
    rows: int = 0
    failures: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()
    error: CrmauditError | None = None
    joint: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        return self.error is None and not self.failures


def collector(kind: str) -> Collector:
    """The collector of that kind of evidence; CrmauditError where there is none."""
    found: Collector = _imported(kind, COLLECTORS)
    return found


def collectors(only: Iterable[str] = ()) -> dict[str, Collector]:
    """The collectors of one system of these kinds, else all, in their fixed order."""
    wanted = _named(only)
    return {kind: collector(kind) for kind in COLLECTORS if not wanted or kind in wanted}


def joint_collectors(only: Iterable[str] = ()) -> dict[str, JointCollector]:
    """The collectors over several systems of these kinds, else all."""
    wanted = _named(only)
    return {kind: _imported(kind, JOINT) for kind in JOINT if not wanted or kind in wanted}


def _named(only: Iterable[str]) -> set[str]:
    known = {**COLLECTORS, **JOINT}
    wanted = set(only)
    for kind in sorted(wanted - known.keys()):
        raise CrmauditError(f"there is no collector {kind!r}", f"choose of: {', '.join(known)}")
    return wanted


def _imported(kind: str, table: Mapping[str, str]) -> Any:
    module, _, attribute = table[kind].partition(":")
    return getattr(importlib.import_module(module), attribute)


def targets(workspace: Workspace, systems: Iterable[str] = ()) -> tuple[Target, ...]:
    """The systems that can be read: those named, else all in scope with a database or traces.

    Relative paths count from the workspace; a system's earlier id names it as
    well. Raises CrmauditError for a name that is no system or has nothing to read.
    """
    wanted = list(dict.fromkeys(workspace.formerly.get(s, s) for s in systems))
    for name in wanted:
        if name not in workspace.system:
            close = difflib.get_close_matches(name, workspace.system, n=1)
            known = ", ".join(list(workspace.system)[:12])
            raise CrmauditError(
                f"there is no system {name!r}",
                f"did you mean {close[0]!r}?" if close else f"the systems are: {known}",
            )
        if not readable(workspace.system[name]):
            raise CrmauditError(
                f"{name} has no database",
                "write `database: {url: …}` into its dossier, or name files under `traces:`",
                workspace.place_of(f"system:{name}"),
            )
    chosen = [workspace.system[n] for n in wanted] or list(workspace.in_scope)
    found = []
    for system in chosen:
        if readable(system):
            url = _url(workspace, system) or ""
            database = system.database
            schema = database.schema_ if database else None
            found.append(Target(system.id, url, schema, known_of(workspace, system)))
    return tuple(found)


def readable(system: System) -> bool:
    """Whether there is anything to read of it: a database, or files that tell of its use."""
    t = system.traces
    folder = system.maintenance and system.maintenance.backup_folder
    return bool(t.code or t.statements or t.grants or folder) or has_records(system)


def _url(workspace: Workspace, system: System) -> str | None:
    url = system.database.url if system.database else None
    if url is None:
        return None
    for prefix in ("sqlite:///", "duckdb:///", "folder:///", "dump:///"):
        if url.startswith(prefix):
            path = url[len(prefix) :]
            # SQLAlchemy's form: three slashes and a relative path, four for an absolute one.
            return url if _is_absolute(path) else f"{prefix}{(workspace.root / path).resolve()}"
    if "://" in os.path.expandvars(url) or _is_absolute(url):
        return url
    return str((workspace.root / url).resolve())


def _is_absolute(path: str) -> bool:
    """Whether it is with the variables filled in that are set."""
    return Path(os.path.expandvars(path)).is_absolute()


def collect(
    targets: Iterable[Target],
    store: Store,
    progress: Progress,
    *,
    only: Iterable[str] = (),
    fresh: bool = False,
    key: Key | None = None,
) -> tuple[Outcome, ...]:
    """Read every target and keep the evidence; one that fails does not stop the others.

    `only` are the kinds of evidence wanted besides the catalog. `fresh` starts
    anew where an interrupted run could be continued. The evidence is stamped
    with the id of `key`. Raises CrmauditError where another process collects
    into the same store.
    """
    only = tuple(only)
    wanted, joint = collectors(only), joint_collectors(only)
    chosen = tuple(targets)
    with store.collecting():
        outcomes = [
            _Reading(t, store, progress, key).run(wanted, fresh) for t in chosen if not _hashed(t)
        ]
        for kind, one in joint.items():
            outcomes += _together(kind, one, chosen, outcomes, store, progress, key)
        return tuple(outcomes)


def _hashed(target: Target) -> bool:
    """Whether keyed hashes are all that there is of the system."""
    known = target.known
    traces = known.traces
    return bool(known.hashed) and not (
        target.url or traces.code or traces.statements or traces.grants or known.backups
    )


def _together(
    kind: str,
    collector: JointCollector,
    targets: Sequence[Target],
    outcomes: Sequence[Outcome],
    store: Store,
    progress: Progress,
    key: Key | None,
) -> Iterator[Outcome]:
    """What became of a measurement over all these systems, where there are at least two.

    Systems that were not read this time stay out of it. Where an entity was
    compared with one of them before, that comparison stands: it says more.
    """
    read = {o.target.system: o for o in outcomes if o.error is None}
    newest = _newest(store, targets[0].known) if targets else ()
    parts = []
    for target in targets:
        if target.url and target.system in read:
            mine = (target.system, read[target.system].source)
            own = [d for d in newest if (d.provenance.system, d.provenance.source) == mine]
            catalog = next((d for d in own if isinstance(d, Catalog)), None)
            opening = partial(open_source, target.url, schema=target.schema)
            parts.append(Part(target.system, target.known, opening, catalog, tuple(own)))
        elif target.known.hashed:
            parts.append(Part(target.system, target.known, partial(opened, target)))
    if not parts:
        return
    known = parts[0].known
    unread = dict.fromkeys(known.readable, "it was not read together with the others")
    unread |= {t.system: "it could not be read this time" for t in targets if t.url}
    unread = {s: why for s, why in unread.items() if s not in {p.system for p in parts}}
    last = EvidenceSet(newest).overlaps
    leave = _richer(last, {p.system for p in parts}, unread)
    outcome = Outcome(
        Target(kind, ""),
        joint=tuple(p.system for p in parts),
        remarks=tuple(
            f"{entity}: not compared anew, as {' and '.join(systems)} "
            f"{'was' if len(systems) == 1 else 'were'} not read; the comparison before stands"
            for entity, systems in leave.items()
        ),
    )
    if len(parts) > 1:
        progress.step(kind)
        work = Joint(
            tuple(parts),
            known.entities,
            known.answers,
            known.holders,
            key,
            progress.rows,
            unread,
            frozenset(leave),
        )
        try:
            for document in collector.collect(work):
                outcome = _put(_beside(document, last), outcome, store, progress, key)
        except CrmauditError as error:
            outcome = replace(outcome, error=error)
    elif not leave:
        return
    yield outcome


def _newest(store: Store, known: Known, *systems: str) -> tuple[Document, ...]:
    """The newest evidence of these systems or of all, under the ids that they have now."""
    earlier = [old for old, now in known.formerly.items() if now in systems]
    found = tuple(store.newest(*systems, *earlier))
    now = {known.formerly.get(d.provenance.system, d.provenance.system) for d in found}
    return known_as(found, now, known.formerly).documents


def _put(
    document: Document, outcome: Outcome, store: Store, progress: Progress, key: Key | None
) -> Outcome:
    """Keep what was measured over several systems; the outcome with it."""
    status = document.provenance.status
    store.put(
        replace(document, provenance=replace(document.provenance, key_id=key.id if key else ""))
    )
    progress.done(document)
    failures = outcome.failures
    if status.state != "done":
        failures += (Problem(f"{document.subject or document.kind}: {status.reason}"),)
    # What could not be compared is kept as well, with the reason, and counts as nothing done.
    cannot = isinstance(document, Overlap) and document.matching.cannot
    compared = not cannot and status.state != "failed"
    return replace(outcome, kept=outcome.kept + compared, failures=failures)


def _beside(document: Document, last: Mapping[str, Overlap]) -> Document:
    """The same; failed where a system failed with which its entity was compared before.

    A comparison over fewer systems by accident hides none over more.
    """
    if not isinstance(document, Overlap) or document.provenance.status.state != "partly":
        return document
    before = last.get(document.entity)
    # What was opened and could not be compared has a source: that is no accident.
    failed = {h.system for h in document.holders if h.cannot and not h.source}
    lost = sorted(failed & set(before.systems)) if before and not before.matching.cannot else []
    if not lost:
        return document
    why = f"{document.provenance.status.reason}; the comparison with {' and '.join(lost)} stands"
    return replace(document, provenance=replace(document.provenance, status=Status("failed", why)))


def _richer(
    last: Mapping[str, Overlap], now: set[str], unread: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Entities that were compared before over systems unread now, some read now among them.

    Entity → those systems, sorted.
    """
    found = {}
    for entity, overlap in sorted(last.items()):
        missing = tuple(sorted(set(overlap.systems) & unread.keys()))
        if missing and now & set(overlap.systems):
            found[entity] = missing
    return found


def opened(target: Target) -> Source:
    """The target's source, open; raises CrmauditError where it cannot be reached."""
    if target.url:
        return open_source(target.url, schema=target.schema)
    traces = target.known.traces
    return AbsentSource((*traces.code, *traces.statements, *traces.grants))


def _remark(document: Document) -> tuple[str, ...]:
    """What the user should know of a measurement that is not whole: it can be helped."""
    status = document.provenance.status
    told = Grants | Statements | Code | Written | Duplicates | Access | Recording | Changes | Health
    if status.state != "partly" or not isinstance(document, told):
        return ()
    return (f"{document.kind}: {status.reason}",)


class _Reading:
    """One go at one system's collection, and what has become of it so far."""

    def __init__(self, target: Target, store: Store, progress: Progress, key: Key | None) -> None:
        self._store = store
        self._progress = progress
        self._key = key
        self._outcome = Outcome(target)

    def run(self, collectors: dict[str, Collector], fresh: bool) -> Outcome:
        target = self._outcome.target
        try:
            with opened(target) as source:
                self._outcome = replace(self._outcome, source=source.address)
                if not source.has_rows:
                    collectors = {k: c for k, c in collectors.items() if c.offline}
                self._read(source, collectors, fresh)
        except CrmauditError as error:
            self._outcome = replace(self._outcome, error=error)
        return self._outcome

    def _read(self, source: Source, collectors: dict[str, Collector], fresh: bool) -> None:
        target = self._outcome.target
        collection, have = self._begin(source, tuple(collectors), fresh)
        catalog = source.catalog(target.system)
        if target.url:
            self._keep(catalog)
        todo = {
            kind: tuple(t for t in catalog.tables if (kind, t.qualified) not in have)
            for kind, one in collectors.items()
            if one.per_table
        }
        missing = {t.qualified for tables in todo.values() for t in tables}
        known = [t.rows for t in catalog.tables if t.qualified in missing and t.rows is not None]
        # Without a collector that goes table by table there was none to go on with.
        resumed = len(catalog.tables) - len(missing) if todo else 0
        self._outcome = replace(self._outcome, tables=len(catalog.tables), resumed=resumed)
        self._progress.system(target, sum(map(len, todo.values())), sum(known) if known else None)
        # Asked for by the first collector that needs it, when the entity map is there.
        accounts = cache(partial(self._accounts, source, catalog))
        for kind, one in collectors.items():
            task = Task(
                source,
                target.system,
                catalog,
                todo.get(kind, catalog.tables),
                target.known,
                () if one.per_table else self._so_far(source.address, catalog),
                self._key,
                self._progress.rows,
                accounts,
            )
            if not one.per_table:
                self._progress.step(kind)
            self._run(kind, one, task)
        self._store.end_collection(collection)

    def _accounts(self, source: Source, catalog: Catalog) -> AccountTables:
        """Where the CRM keeps its accounts; another room knows."""
        from crmaudit.quality.collectors.account_tables import account_tables

        found = self._so_far(source.address, catalog)
        measured = next((d for d in found if isinstance(d, EntityMap)), None)
        return account_tables(source, catalog, self._outcome.target.known, measured)

    def _run(self, kind: str, collector: Collector, task: Task) -> None:
        try:
            for document in collector.collect(task):
                self._keep(document)
        except ConnectionLostError:
            raise
        except CrmauditError as error:
            # What the others found stands; the next run tries this one again.
            told = (replace(p, message=f"{kind}: {p.message}") for p in error.problems)
            failures = (*self._outcome.failures, *told)
            self._outcome = replace(self._outcome, failures=failures)

    def _so_far(self, address: str, catalog: Catalog) -> tuple[Document, ...]:
        """The newest evidence of the system and source, about what is still there."""
        target = self._outcome.target
        tables = {t.qualified for t in catalog.tables}
        return tuple(
            d
            for d in _newest(self._store, target.known, target.system)
            if d.provenance.system == target.system
            and d.provenance.source == address
            and (not isinstance(d, TableProfile) or d.table in tables)
        )

    def _begin(
        self, source: Source, kinds: tuple[str, ...], fresh: bool
    ) -> tuple[Collection, set[tuple[str, str]]]:
        """The collection to go on with, and kind and table of what it has."""
        target = self._outcome.target
        # With another schema the same name is another table.
        place = f"{source.address} {target.schema or ''}".strip()
        left = None if fresh else self._store.open_collection(target.system, place, kinds)
        if left is None:
            new = self._store.begin_collection(target.system, place, kinds, source.snapshot)
            return new, set()
        have = {
            (d.kind, d.subject)
            for d in self._store.collected(left)
            if d.provenance.status.state != "failed"
        }
        return self._store.resume_collection(left, source.snapshot), have

    def _keep(self, document: Document) -> None:
        stamped = replace(document.provenance, key_id=self._key.id if self._key else "")
        self._store.put(replace(document, provenance=stamped))
        self._progress.done(document)
        so_far = self._outcome
        status = document.provenance.status
        # The rows of a part have been counted with their table.
        rows = 0
        if isinstance(document, TableProfile) and not document.where:
            rows = document.rows
        failures = so_far.failures
        # A column that could not be counted is told by a rule; the catalog has none.
        if status.state == "failed" or (status.state != "done" and isinstance(document, Catalog)):
            failures += (Problem(f"{document.subject or document.kind}: {status.reason}"),)
        self._outcome = replace(
            so_far,
            kept=so_far.kept + 1,
            rows=so_far.rows + (0 if status.state == "failed" else rows),
            failures=failures,
            remarks=so_far.remarks + _remark(document),
        )
