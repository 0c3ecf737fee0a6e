"""Evidence of the statement logs that a dossier names: one document an entry."""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from crmaudit.crud_matrix.collectors.logs.funnel import Funnel
from crmaudit.crud_matrix.collectors.logs.lines import Lines
from crmaudit.crud_matrix.collectors.logs.recognise import reader_of
from crmaudit.crud_matrix.collectors.logs.record import Reader, Record, Told, Who, local_zone
from crmaudit.crud_matrix.collectors.statements_postgresql import look
from crmaudit.crud_matrix.collectors.tally import Tally
from crmaudit.crud_matrix.collectors.told import by_entry
from crmaudit.crud_matrix.principals import Naming
from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.evidence import Document, Status
from crmaudit.sources.named_files import found
from crmaudit.sources.task import Task
from crmaudit.workspace.landscape import Principal

_MYSQL = ("mysql", "mariadb")
_SPOKEN = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
_READS = {"SELECT", "WITH", "TABLE", "VALUES", "COPY", "(SELECT", "DECLARE", "FETCH"}
_WRITES = {"INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "TRUNCATE"}
_ASTRAY = "all its statements ran in other databases"
_EVERY = 200_000


@dataclass(frozen=True, slots=True)
class _File:
    lines: Lines
    reader: Reader


def documents(task: Task) -> Iterator[Document]:
    """The statements of every log under `traces.statements`, entry by entry.

    Raises InvalidInput with all that could not be read, after the rest.
    """
    yield from by_entry(task.known.traces.statements, partial(_of_entry, task))


def _of_entry(task: Task, entry: str, origin: str) -> Iterator[Document]:
    paths = found(entry, task.known.places.get(entry))
    files, notes, damaged = _recognised(paths, task.source.database)
    dialects = list(dict.fromkeys(f.reader.dialect for f in files))
    for dialect in dialects:
        alike = [f for f in files if f.reader.dialect == dialect]
        # Files of several servers behind one pattern are evidence of their own each.
        name = origin if len(dialects) == 1 else f"{origin} ({alike[0].reader.name})"
        yield _document(task, name, alike, notes, damaged)


def _recognised(paths: Sequence[Path], database: str) -> tuple[list[_File], list[str], list[str]]:
    """The files with their readers; of several those of no known form are only noted.

    Last the names of those that cannot be read at all: what ran then is lost.
    """
    files: list[_File] = []
    errors: list[CrmauditError] = []
    notes: list[str] = []
    damaged: list[str] = []
    for path in paths:
        try:
            lines = Lines(path)
        except CrmauditError as error:
            errors.append(error)
            damaged.append(path.name)
            continue
        try:
            files.append(_File(lines, reader_of(lines, database)))
        except CrmauditError as error:
            errors.append(error)
            notes.append(error.problems[0].message)
    if not files:
        raise InvalidInput(p for e in errors for p in e.problems)
    return files, notes, damaged


def _document(
    task: Task,
    origin: str,
    files: Sequence[_File],
    notes: Sequence[str],
    damaged: Sequence[str],
) -> Document:
    log = _Log(task, _dialect(task, files))
    told = [f"read as: {', '.join(dict.fromkeys(f.reader.name for f in files))}", *notes]
    for file in files:
        told += log.read(file)
    tally = log.funnel.done()
    told += log.notes()
    lost = f"cannot be read, what ran then is not known: {', '.join(damaged)}"
    status = Status("partly", lost) if damaged else Status()
    found = tally.document(
        task.provenance(status),
        origin,
        # Nothing in a log says that all was logged: only people can.
        dropped=0 if task.known.traces.complete and not damaged and not log.unsure else None,
        tells_principals=log.funnel.tells_principals,
        notes=tuple(dict.fromkeys(told)),
        reader=_own_account(task),
    )
    if found.elsewhere and not found.calls:
        # Of this database it tells nothing, so that it can deny nothing either.
        astray = task.provenance(
            Status("partly", "; ".join(filter(None, (status.reason, _ASTRAY))))
        )
        return replace(found, provenance=astray, dropped=None)
    return found


def _own_account(task: Task) -> str:
    """The account that the audit reads with, whose statements the log has as well."""
    try:
        name = unquote(urlsplit(task.source.address).username or "")
    except ValueError:
        return ""
    return "" if "$" in name else name


def _dialect(task: Task, files: Sequence[_File]) -> str:
    """What the statements are written in: the log's own language, else the database's."""
    dialect, engine = files[0].reader.dialect, task.source.engine
    if not dialect or (dialect in _MYSQL and engine in _MYSQL):
        dialect = engine
    if dialect in _SPOKEN:
        return dialect
    head = b"\n".join(files[0].lines.head[:2_000])
    return "mysql" if head.count(b"`") > 1 else "ansi"


class _Log:
    """What is found out about the files of one entry."""

    def __init__(self, task: Task, dialect: str) -> None:
        self._task = task
        self._dialect = dialect
        self._seen: Counter[str] = Counter()
        self._database = task.source.database
        self._guessed = False
        self._declared = task.known.map.principals if task.known.map else ()
        self.funnel = Funnel(dialect, self._tally)

    def read(self, file: _File) -> Iterator[str]:
        """Take every statement of a file; what is to be said of it."""
        told = Told()
        name = file.lines.path.name
        records = file.reader.read(file.lines, told)
        self.funnel.take(self._shown(records, name, self._dialect in _MYSQL))
        yield from (f"{name}: {note}" for note in _notes(told, file))

    def notes(self) -> Iterator[str]:
        """What is to be said of all files together."""
        if not sum(self._seen.values()):
            yield "no statement is in it: the server may not be set to log them"
        zone = local_zone(self.funnel.stamp) if self.funnel.stamp else None
        if zone is not None:
            named = f" ({zone})" if zone else ""
            yield f"times are the log's own{named}, taken as UTC"
        verbs = self.funnel.verbs()
        if _WRITES & set(verbs) and not _READS & set(verbs):
            yield "no statement in it reads: the log may leave reads out (log_statement = mod)"
        others = sorted(n for n in self._seen if n and n.casefold() != self._database.casefold())
        if others and self._guessed:
            yield (
                f"the database is taken to be {self._database}, which has most statements; "
                f"elsewhere: {', '.join(others[:10])}"
            )
        elif others and not {"", self._database.casefold()} & {n.casefold() for n in self._seen}:
            yield (
                f"no statement ran in a database called {self._database}; "
                f"the log tells of: {', '.join(others[:10])}"
            )

    @property
    def unsure(self) -> bool:
        """Whether which of several databases is the audited one was only guessed."""
        others = {n.casefold() for n in self._seen if n} - {self._database.casefold()}
        return self._guessed and bool(others) and self._database.casefold() != self._task.system

    def _tally(self, seen: Counter[str]) -> Tally:
        self._seen = seen
        source, known = self._task.source, self._task.known
        here = {"", self._database.casefold()} & {name.casefold() for name in seen}
        # A dump says what its own server calls the database; the log may be another's.
        if not self._database or not (source.has_rows or here):
            self._database = _chosen(seen, self._task.system)
            self._guessed = True
        tally = Tally(
            self._task.catalog,
            self._dialect,
            Naming(self._declared, known.words, self._task.key),
            database=self._database,
            schema=source.default_schema or self._default_schema,
        )
        if source.engine == "postgresql" and source.has_rows:
            look(self._task, tally)
        return tally

    @property
    def _default_schema(self) -> str:
        """Where names without a schema lie, as far as the language tells."""
        if self._dialect in _MYSQL:
            return self._database
        return "public" if self._dialect == "postgresql" else ""

    def _shown(self, records: Iterator[Record], name: str, by_host: bool) -> Iterator[Record]:
        """The records, without the hosts of accounts if they have any; progress is told."""
        whose: dict[Who, Who] = {}
        number = 0
        for number, record in enumerate(records):
            if number % _EVERY == _EVERY - 1:
                self._task.on_rows(name, number + 1)
                whose.clear()
            if by_host:
                who = whose.get(record.who)
                if who is None:
                    principal = _account(record.who.principal, self._declared)
                    who = whose[record.who] = record.who._replace(principal=principal)
                record = record._replace(who=who)
            yield record


def _account(principal: str, declared: Sequence[Principal]) -> str:
    """The account under the name that is declared, else without the place it came from.

    That may be a person's computer, and is not the host of the account's rights.
    """
    user, _, host = principal.rpartition("@")
    if not user:
        return principal
    for one in declared:
        name, at, pattern = one.principal.partition("@")
        like = pattern.replace("%", "*").replace("_", "?")
        if at and name == user and fnmatch.fnmatchcase(host, like):
            return one.principal
    return user


def _chosen(seen: Counter[str], system: str) -> str:
    """The database that is meant where nobody named it: the system's, else the busiest."""
    named = {name: calls for name, calls in seen.items() if name}
    return min(named, key=lambda n: (n.casefold() != system, -named[n], n), default="")


def _notes(told: Told, file: _File) -> Iterator[str]:
    yield from told.notes
    if told.failed:
        yield f"{told.failed:,} statements failed and are left out"
    if told.other:
        yield f"{told.other:,} lines are no part of a statement that could be read"
    if file.lines.cut:
        yield f"{file.lines.cut:,} lines were longer than {2**20:,} bytes and were cut"
    if file.lines.open_ended and not file.reader.name.startswith(("list", "log of JSON")):
        yield "its last line has no end and is left out"
    if told.timed and not told.plain and told.fastest is not None and told.fastest > 1:
        yield (
            f"only statements with their duration are in it, the fastest of {told.fastest:.0f} ms: "
            "faster ones were probably not logged"
        )
    if told.plans:
        yield f"{told.plans:,} statements are known by their plan only (auto_explain)"
