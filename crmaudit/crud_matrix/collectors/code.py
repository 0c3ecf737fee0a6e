"""What code does to the tables: the database's own machinery, and application source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from crmaudit.crud_matrix.sql import dialect_of
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Document
from crmaudit.evidence.provenance import Status
from crmaudit.evidence.use import Code, Machinery
from crmaudit.sources.base import ConnectionLostError, Statement
from crmaudit.sources.task import Task

_DONE = Status()


class _Code:
    per_table = False
    offline = True

    def statements(self, task: Task) -> Iterable[Statement]:
        if not _has_catalog(task):
            return ()
        from crmaudit.crud_matrix.collectors import machinery

        return machinery.statements(task)

    def collect(self, task: Task) -> Iterator[Document]:
        own: tuple[Machinery, ...] = ()
        if _has_catalog(task):
            from crmaudit.crud_matrix.collectors import machinery

            status = _DONE
            try:
                own = machinery.machinery(task)
            except ConnectionLostError:
                raise
            except CrmauditError as error:
                status = Status("failed", error.problems[0].message)
            yield Code(task.provenance(status), database=task.system, machinery=own)
        routines = frozenset(m.name.rpartition(".")[2].lower() for m in own if m.kind == "routine")
        for origin, entry in _origins(task.known.traces.code):
            yield _read(task, origin, entry, routines)


def _has_catalog(task: Task) -> bool:
    return bool(task.catalog.tables)


def _origins(entries: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each entry with its name: the folder's, with as much before it as tells it from others."""
    paths = {e: [p for p in Path(e).parts if p != Path(e).anchor] for e in dict.fromkeys(entries)}
    for entry, parts in paths.items():
        others = [p for e, p in paths.items() if e != entry]
        n = 1 + sum(any(c in p for c in "*?[") for p in parts)
        while n < len(parts) and any(p[-n:] == parts[-n:] for p in others):
            n += 1
        yield "/".join(parts[-n:]) or "code", entry


def _read(task: Task, origin: str, entry: str, routines: frozenset[str]) -> Code:
    from crmaudit.crud_matrix.collectors.source.account import Account
    from crmaudit.crud_matrix.collectors.source.reading import Read

    about = task.known.about
    elsewhere = bool(about) and about != task.system
    # Names in another system's code are looked up when all is judged.
    catalog = Catalog(task.catalog.provenance) if elsewhere else task.catalog
    engine = "" if elsewhere or not _has_catalog(task) else task.source.engine
    schema = "" if elsewhere else task.source.default_schema
    read = Read(Account(catalog, dialect_of(engine), schema))
    database = about or task.system
    try:
        read.entry(entry)
    except CrmauditError as error:
        reason = error.problems[0].message.replace(entry, origin)
        return Code(task.provenance(Status("failed", reason)), origin, database)
    told = read.account.told(routines)
    notes = [*read.walk.notes()]
    if told.framework_calls:
        notes.append(f"{told.framework_calls} calls of ORMs and query builders were read")
    if told.setup:
        notes.append(
            f"{told.setup} statements of migrations, seeds, installers and upgrades"
            " prove no daily use"
        )
    status = Status()
    if read.failed:
        named = ", ".join(read.failed[:5]) + (" …" if len(read.failed) > 5 else "")
        status = Status("partly", f"{len(read.failed)} files could not be parsed: {named}")
    return Code(
        task.provenance(status),
        origin,
        database,
        sightings=told.sightings,
        unread=told.unread,
        files=read.files,
        lines=read.lines,
        languages=dict(sorted(read.languages.items())),
        statements=told.statements,
        understood=told.understood,
        built=told.built,
        notes=tuple(notes),
        called=told.called,
    )


collector = _Code()
