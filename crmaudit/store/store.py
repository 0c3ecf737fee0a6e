"""Documents of evidence and remembered runs, in an SQLite file by default.

Every change is one transaction, so that a program killed at any moment leaves
the last good state. Any SQLAlchemy URL will do for a team that shares one
history.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, from_json, to_json
from crmaudit.private import Lock, state_folder
from crmaudit.store.schema import checkpoints, evidence, prepare, runs

_T = TypeVar("_T")
_TOGETHER = 200
"""Bodies that one statement fetches: no lock is held while they are worked on."""


@dataclass(frozen=True, slots=True)
class Run:
    """A remembered audit: when it ended and what it found, as plain JSON values."""

    id: int
    finished_at: datetime
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection of one system, which may have taken several goes.

    It is of one `source` (address and schema) and of some kinds of evidence.
    `snapshots` are the readings it used, the oldest first; more than one
    means that its tables were read at different times.
    """

    id: int
    system: str
    source: str
    kinds: tuple[str, ...]
    started_at: datetime
    snapshots: tuple[str, ...]


class Store:
    """Reads and writes documents; opened with `open_store`.

    Whatever fails raises a CrmauditError that says what to do about it and
    shows no secret.
    """

    def __init__(self, engine: sa.Engine, file: Path | None = None) -> None:
        self._engine = engine
        self._file = file

    def put(self, *documents: Document) -> None:
        """Keep documents, all or none; those of the same id are replaced."""
        rows = {d.id: _row(d) for d in documents}
        with self._begin() as connection:
            for some in _batched(rows.values(), _TOGETHER):
                ids = [row["id"] for row in some]
                connection.execute(sa.delete(evidence).where(evidence.c.id.in_(ids)))
                connection.execute(sa.insert(evidence), some)

    def newest(self) -> Iterator[Document]:
        """The newest document of every kind, system and subject.

        Where that one failed, the newest that did not comes as well, after
        it: a try that failed hides nothing.
        """
        c = evidence.c
        last = (c.taken_at.desc(), c.id)
        failed = c.state == "failed"
        ranked = sa.select(
            c.id,
            c.kind,
            c.system,
            c.subject,
            failed.label("failed"),
            sa.func.row_number().over(partition_by=c.topic, order_by=last).label("nth"),
            sa.func.row_number().over(partition_by=[c.topic, failed], order_by=last).label("nth2"),
        ).subquery()
        r = ranked.c
        query = sa.select(r.kind, r.system, r.subject, r.failed, r.id).where(
            sa.or_(r.nth == 1, sa.and_(r.nth2 == 1, sa.not_(r.failed)))
        )
        with self._begin() as connection:
            # Sorted here: every engine has its own idea of alphabetical order.
            rows = sorted((*row[:3], not row.failed, row.id) for row in connection.execute(query))
        chosen = [row[-1] for row in rows]
        yield from self._bodies(chosen)

    def collected(self, collection: Collection) -> Iterator[Document]:
        """What a collection has kept so far.

        Not what older collections kept, even of the same snapshot.
        """
        c = evidence.c
        query = (
            sa.select(c.id)
            .where(
                c.system == collection.system,
                c.snapshot.in_(collection.snapshots),
                c.taken_at >= _text(collection.started_at),
            )
            .order_by(c.id)
        )
        with self._begin() as connection:
            chosen = list(connection.execute(query).scalars())
        yield from self._bodies(chosen)

    def _bodies(self, ids: Iterable[str]) -> Iterator[Document]:
        for some in _batched(ids, _TOGETHER):
            query = sa.select(evidence.c.id, evidence.c.body).where(evidence.c.id.in_(some))
            with self._begin() as connection:
                bodies = {row.id: row.body for row in connection.execute(query)}
            # One that was replaced or removed meanwhile is no loss.
            yield from (from_json(bodies[id_]) for id_ in some if id_ in bodies)

    def open_collection(
        self, system: str, source: str, kinds: tuple[str, ...]
    ) -> Collection | None:
        """The unfinished collection of these kinds of this system from this source, if any."""
        c = checkpoints.c
        query = (
            sa.select(checkpoints)
            .where(c.system == system, c.kinds == " ".join(kinds), c.finished_at.is_(None))
            .order_by(c.id.desc())
            .limit(1)
        )
        with self._begin() as connection:
            row = connection.execute(query).mappings().first()
        # Only the last one: after a change of address and back, older ones are stale.
        return _collection(row) if row is not None and row["source"] == source else None

    def begin_collection(
        self, system: str, source: str, kinds: tuple[str, ...], snapshot: str
    ) -> Collection:
        """Start a collection; one of these kinds that was left unfinished is given up."""
        now = datetime.now(UTC)
        c = checkpoints.c
        with self._begin() as connection:
            connection.execute(
                sa.update(checkpoints)
                .where(c.system == system, c.kinds == " ".join(kinds), c.finished_at.is_(None))
                .values(finished_at=_text(now))
            )
            result = connection.execute(
                sa.insert(checkpoints).values(
                    system=system,
                    source=source,
                    kinds=" ".join(kinds),
                    started_at=_text(now),
                    snapshots=json.dumps([snapshot]),
                )
            )
            assert result.inserted_primary_key is not None
            id_ = int(result.inserted_primary_key[0])
        return Collection(id_, system, source, kinds, now, (snapshot,))

    def resume_collection(self, collection: Collection, snapshot: str) -> Collection:
        """Go on with a collection, perhaps in another snapshot."""
        if snapshot in collection.snapshots:
            return collection
        resumed = replace(collection, snapshots=(*collection.snapshots, snapshot))
        self._change(collection, snapshots=json.dumps(resumed.snapshots))
        return resumed

    def end_collection(self, collection: Collection) -> None:
        """Mark a collection as finished."""
        self._change(collection, finished_at=_text(datetime.now(UTC)))

    def _change(self, collection: Collection, **values: str) -> None:
        change = sa.update(checkpoints).where(checkpoints.c.id == collection.id).values(**values)
        with self._begin() as connection:
            connection.execute(change)

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Held while collecting: by one process at a time where the store is a file.

        On a server every document is a transaction of its own, and the newest
        counts: two who collect the same do double work and no harm.
        """
        if self._file is None:
            yield
            return
        try:
            lock = Lock(self._file.with_name("collecting.lock"))
        except OSError as error:
            raise CrmauditError(
                f"{error.filename} cannot be locked: {error.strerror}",
                "check the folder's rights",
            ) from None
        with lock:
            if not lock.taken:
                raise CrmauditError(
                    "another collection is under way in this workspace",
                    "wait until it has ended; reading and judging work meanwhile",
                )
            yield

    def remember(self, body: dict[str, Any]) -> Run:
        """Keep the outcome of an audit."""
        now = datetime.now(UTC)
        text = json.dumps(body, ensure_ascii=False, sort_keys=True)
        with self._begin() as connection:
            result = connection.execute(sa.insert(runs).values(finished_at=_text(now), body=text))
            assert result.inserted_primary_key is not None
            id_ = int(result.inserted_primary_key[0])
        return Run(id_, now, body)

    def runs(self) -> tuple[Run, ...]:
        """All remembered audits, the oldest first."""
        with self._begin() as connection:
            rows = connection.execute(sa.select(runs).order_by(runs.c.id)).mappings().all()
        return tuple(
            Run(r["id"], datetime.fromisoformat(r["finished_at"]), json.loads(r["body"]))
            for r in rows
        )

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        with _explained(self._file), self._engine.begin() as connection:
            yield connection


def open_store(where: Path | str) -> Store:
    """The store of the workspace in a folder (`.crmaudit/store.sqlite`), or at an SQLAlchemy URL.

    Raises CrmauditError where it cannot be opened, is damaged, or was made by
    a newer version.
    """
    if isinstance(where, Path):
        file = state_folder(where) / "store.sqlite"
        url = sa.URL.create("sqlite", database=str(file))
    else:
        file, url = None, _url(where)
    with _explained(file):
        try:
            engine = sa.create_engine(url)
            # An interrupt while a connection is given back is no fault to print a traceback of.
            logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
        except ImportError as error:
            raise CrmauditError(
                f"the store at {url.get_backend_name()}:// needs a driver: {error}",
                f"pip install {error.name or 'it'}",
            ) from None
        prepare(engine)
    return Store(engine, file)


_DRIVERS = {
    "postgresql": "psycopg",
    "postgres": "psycopg",
    "mysql": "pymysql",
    "mariadb": "pymysql",
}


def _url(text: str) -> sa.URL:
    """The address with the driver that is installed anyway, where it names none."""
    try:
        url = sa.make_url(text)
    except SQLAlchemyError:
        # Its message may quote the address.
        raise CrmauditError(
            "the store's address is no database URL", "write postgresql://user@host/database"
        ) from None
    driver = _DRIVERS.get(url.drivername)
    return url.set(drivername=f"{url.drivername}+{driver}") if driver else url


@contextmanager
def _explained(file: Path | None) -> Iterator[None]:
    """Failures of the database in our words."""
    try:
        yield
    except SQLAlchemyError as error:
        # Only the driver's own words: SQLAlchemy's hold the statement and its values.
        own = getattr(error, "orig", None) or type(error).__name__
        reason = (str(own).strip().splitlines() or [type(own).__name__])[0]
        hint = next((h for part, h in _HINTS.items() if part in reason), "check its address")
        if file is not None and hint is _DAMAGED:
            hint = hint.format(file=file)
        raise CrmauditError(
            f"the store of evidence fails: {reason}", hint, str(file) if file else None
        ) from None


_DAMAGED = (
    "the file is damaged: put a copy back, or move {file} away and collect again "
    "(the history of older audits is lost then)"
)
_HINTS = {
    "not a database": _DAMAGED,
    "malformed": _DAMAGED,
    "disk I/O": "the disk cannot be read or written: check it",
    "no such": _DAMAGED,
    "readonly": "the folder or file may not be written to: check its rights",
    "unable to open": "the folder or file may not be read or written: check its rights",
    "locked": "another program is writing: run again",
    "full": "the disk is full: make room and run again",
}


def _batched(items: Iterable[_T], most: int) -> Iterator[list[_T]]:
    rest = iter(items)
    while some := list(islice(rest, most)):
        yield some


def _row(document: Document) -> dict[str, str]:
    p = document.provenance
    return {
        "id": _digest(document.id),
        "topic": _digest(f"{document.kind}\0{p.system}\0{document.subject}"),
        "kind": document.kind,
        "system": p.system,
        "subject": document.subject.replace("\0", "\ufffd"),
        "snapshot": p.snapshot,
        "taken_at": _text(p.taken_at),
        "state": p.status.state,
        "body": to_json(document),
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _text(moment: datetime) -> str:
    """A moment so that texts sort as moments do, in any collation."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _collection(row: Any) -> Collection:
    return Collection(
        row["id"],
        row["system"],
        row["source"],
        tuple(row["kinds"].split()),
        datetime.fromisoformat(row["started_at"]),
        tuple(json.loads(row["snapshots"])),
    )
