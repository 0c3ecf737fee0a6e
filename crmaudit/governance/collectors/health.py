"""How the server keeps a database: sizes, statistics, sweeping, indexes, logs for recovery.

Only what the server has noted anyway is read; no table is scanned. An account
without the rights gets less, and `Health.cannot` says which right would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType

from crmaudit.evidence import Catalog, Document, Health, Keys, SizeThen, Unindexed
from crmaudit.governance.collectors.health_asked import Server
from crmaudit.governance.collectors.health_indexes import as_evidence, supporting, unindexed
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task

MOST_EARLIER = 120
"""So many earlier sizes are kept: ten years of monthly readings."""

_READERS = {
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
}


class _Health:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        reader = _reader(task)
        return reader.statements(task.catalog) if reader else ()

    def collect(self, task: Task) -> Iterator[Document]:
        reader = _reader(task)
        if reader is None:
            return
        server = Server(task.source)
        told = reader.read(server, task.catalog)
        indexes = tuple(supporting(task.catalog, told.indexes))
        references = 0
        bare: tuple[Unindexed, ...] = ()
        if told.references:
            keys = next(task.found(Keys), None)
            references, bare = unindexed(task.catalog, keys, indexes)
        yield Health(
            task.provenance(),
            version=told.version,
            release=told.release,
            started=told.started,
            counted_since=told.counted_since,
            bytes=task.catalog.bytes,
            tables=tuple(sorted(told.tables, key=lambda t: t.table)),
            indexes=as_evidence(indexes),
            unindexed=bare,
            settings=dict(sorted(told.settings.items())),
            cannot=dict(sorted({**told.cannot, **server.cannot}.items())),
            notes=told.notes,
            free=told.free,
            references=references,
            earlier=_earlier(task, task.catalog),
        )


def _reader(task: Task) -> ModuleType | None:
    """The module that reads this engine; None for folders of files, which nobody keeps up."""
    name = _READERS.get(task.source.engine) if task.source.has_rows else None
    return import_module(f"{__package__}.health_{name}") if name else None


def _earlier(task: Task, catalog: Catalog) -> tuple[SizeThen, ...]:
    """Sizes by earlier readings: those that the newest one knew, and its own."""
    before = max(task.found(Health), key=lambda d: d.provenance.taken_at, default=None)
    if before is None:
        return ()
    known = before.earlier
    if before.bytes is not None and before.provenance.snapshot != task.source.snapshot:
        known += (SizeThen(before.provenance.taken_at, before.bytes),)
    return known[-MOST_EARLIER:]


collector = _Health()
