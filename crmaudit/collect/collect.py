"""One system after the other, one table after the other, a checkpoint after each.

A run that is stopped (Ctrl-C, kill, lost connection) leaves its collection
open in the store; the next run of the same system and source goes on with the
tables that are missing. These are then of another snapshot, which their
evidence says.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crmaudit.errors import CrmauditError, Problem
from crmaudit.evidence import Catalog, Document, Table, TableProfile
from crmaudit.sources import Source, Statement, open_source
from crmaudit.store import Store
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import System

COLLECTORS = {
    "profile": "crmaudit.quality.collectors.tables:collector",
}
"""What is measured besides the catalog: name → the object that does it, imported on use."""


@dataclass(frozen=True, slots=True)
class Target:
    """A system whose source is to be read."""

    system: str
    url: str
    schema: str | None = None


class Progress(Protocol):
    """What a display is told; every method may do nothing."""

    def system(self, target: Target, tables: int, rows: int | None) -> None:
        """A system begins: how many tables and about how many rows are to be read."""

    def rows(self, table: str, rows: int) -> None:
        """So many rows of this table are read by now."""

    def done(self, document: Document) -> None:
        """A piece of evidence is kept."""


class Silent:
    """A display that shows nothing."""

    def system(self, target: Target, tables: int, rows: int | None) -> None: ...

    def rows(self, table: str, rows: int) -> None: ...

    def done(self, document: Document) -> None: ...


class Collector(Protocol):
    """One kind of measurement; each lives in the room that judges it."""

    def statements(self, source: Source, tables: Iterable[Table]) -> Iterator[Statement]:
        """Every statement that `collect` would send, without sending any."""

    def collect(
        self,
        source: Source,
        system: str,
        tables: Iterable[Table],
        on_rows: Callable[[str, int], None],
    ) -> Iterator[Document]:
        """The measurements, one a table, each as soon as it is whole."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one system's collection.

    `kept` documents are new, `resumed` were there from an interrupted run.
    `failures` name each table that could not be read; `error` says why the
    system as a whole could not.
    """

    target: Target
    source: str = ""
    kept: int = 0
    resumed: int = 0
    tables: int = 0
    rows: int = 0
    failures: tuple[Problem, ...] = ()
    error: CrmauditError | None = None

    @property
    def whole(self) -> bool:
        return self.error is None and not self.failures


def collector(name: str) -> Collector:
    """The collector of that name; CrmauditError where there is none."""
    try:
        module, _, attribute = COLLECTORS[name].partition(":")
    except KeyError:
        raise CrmauditError(
            f"there is no collector {name!r}", f"choose of: {', '.join(COLLECTORS)}"
        ) from None
    found: Collector = getattr(importlib.import_module(module), attribute)
    return found


def targets(workspace: Workspace, systems: Iterable[str] = ()) -> tuple[Target, ...]:
    """The systems that can be read: those named, else all in scope with a database.

    Relative paths count from the workspace. Raises CrmauditError for a name
    that is no system or has no database.
    """
    wanted = list(systems)
    for name in wanted:
        if name not in workspace.system:
            import difflib

            close = difflib.get_close_matches(name, workspace.system, n=1)
            known = ", ".join(list(workspace.system)[:12])
            raise CrmauditError(
                f"there is no system {name!r}",
                f"did you mean {close[0]!r}?" if close else f"the systems are: {known}",
            )
        if _url(workspace, workspace.system[name]) is None:
            raise CrmauditError(
                f"{name} has no database",
                "write `database: {url: …}` into its dossier",
                workspace.place_of(f"system:{name}"),
            )
    chosen = [workspace.system[n] for n in wanted] or list(workspace.in_scope)
    found = []
    for system in chosen:
        url = _url(workspace, system)
        if url is not None:
            database = system.database
            found.append(Target(system.id, url, database.schema_ if database else None))
    return tuple(found)


def _url(workspace: Workspace, system: System) -> str | None:
    url = system.database.url if system.database else None
    if url is None:
        return None
    for prefix in ("sqlite:///", "duckdb:///", "folder:///"):
        if url.startswith(prefix):
            path = Path(url[len(prefix) :])
            # SQLAlchemy's form: three slashes and a relative path, four for an absolute one.
            return url if path.is_absolute() else f"{prefix}{(workspace.root / path).resolve()}"
    if "://" not in url:
        return str((workspace.root / url).resolve())
    return url


def collect(
    targets: Iterable[Target],
    store: Store,
    progress: Progress,
    *,
    only: Iterable[str] = (),
    fresh: bool = False,
) -> tuple[Outcome, ...]:
    """Read every target and keep the evidence; one that fails does not stop the others.

    `fresh` starts anew where an interrupted run could be continued.
    """
    collectors = [collector(name) for name in (tuple(only) or tuple(COLLECTORS))]
    return tuple(_collect_one(t, store, progress, collectors, fresh) for t in targets)


def _collect_one(
    target: Target, store: Store, progress: Progress, collectors: list[Collector], fresh: bool
) -> Outcome:
    try:
        with open_source(target.url, schema=target.schema) as source:
            return _read(source, target, store, progress, collectors, fresh)
    except CrmauditError as error:
        return Outcome(target, error=error)


def _read(
    source: Source,
    target: Target,
    store: Store,
    progress: Progress,
    collectors: list[Collector],
    fresh: bool,
) -> Outcome:
    left = None if fresh else store.open_collection(target.system, source.address)
    have: set[str] = set()
    if left is None:
        collection = store.begin_collection(target.system, source.address, source.snapshot)
    else:
        for snapshot in left.snapshots:
            for document in store.of_snapshot(target.system, snapshot):
                if (
                    isinstance(document, TableProfile)
                    and document.provenance.status.state == "done"
                ):
                    have.add(document.table)
        collection = store.resume_collection(left, source.snapshot)
    catalog: Catalog = source.catalog(target.system)
    store.put(catalog)
    progress.done(catalog)
    todo = [t for t in catalog.tables if t.qualified not in have]
    known = [t.rows for t in todo if t.rows is not None]
    progress.system(target, len(todo), sum(known) if known else None)
    kept, rows, failures, lost = 1, 0, list(_unreadable(catalog)), False
    for one in collectors:
        for document in one.collect(source, target.system, todo, progress.rows):
            store.put(document)
            progress.done(document)
            kept += 1
            status = document.provenance.status
            if isinstance(document, TableProfile):
                rows += document.rows
            if status.state == "failed":
                failures.append(Problem(f"{document.subject}: {status.reason}"))
                lost = lost or "connection" in status.reason
    if not lost:
        store.end_collection(collection)
    return Outcome(
        target,
        source.address,
        kept,
        len(have),
        len(catalog.tables),
        rows,
        tuple(failures),
    )


def _unreadable(catalog: Catalog) -> Iterator[Problem]:
    """What the catalog itself could not read."""
    status = catalog.provenance.status
    if status.state != "done":
        yield Problem(f"catalog: {status.reason}")
