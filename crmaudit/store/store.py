"""Documents of evidence and remembered runs, in an SQLite file by default.

Every change is one transaction, so that a program killed at any moment leaves
the last good state. Any SQLAlchemy URL will do for a team that shares one
history; the ids of audits keep several apart in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, from_json, to_json
from crmaudit.private import Lock
from crmaudit.store.opening import engine_at, explained
from crmaudit.store.schema import checkpoints, evidence, runs

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

    def __init__(self, engine: sa.Engine, file: Path | None, audit: str, shared: bool) -> None:
        self._engine = engine
        self._file = file
        self._audit = audit
        self.shared = shared
        """Whether others may work on it too: it is no workspace's own file."""

    def put(self, *documents: Document) -> None:
        """Keep documents, all or none; those of the same id are replaced."""
        rows = {d.id: _row(d, self._audit) for d in documents}
        with self._begin() as connection:
            for some in _batched(rows.values(), _TOGETHER):
                ids = [row["id"] for row in some]
                connection.execute(sa.delete(evidence).where(evidence.c.id.in_(ids)))
                connection.execute(sa.insert(evidence), some)

    def newest(self, *systems: str) -> Iterator[Document]:
        """The newest document of every kind, system and subject; of these systems, where given.

        Where that one failed, the newest that did not comes as well, after
        it: a try that failed hides nothing.
        """
        c = evidence.c
        last = (c.taken_at.desc(), c.id)
        failed = c.state == "failed"
        ranked = (
            sa.select(
                c.id,
                c.kind,
                c.system,
                c.subject,
                failed.label("failed"),
                _nth(c.topic, order=last).label("nth"),
                _nth(c.topic, failed, order=last).label("nth2"),
            )
            .where(c.audit == self._audit, *([c.system.in_(systems)] if systems else []))
            .subquery()
        )
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
                c.audit == self._audit,
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
            .where(*self._unfinished(system, kinds))
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
        with self._begin() as connection:
            connection.execute(
                sa.update(checkpoints)
                .where(*self._unfinished(system, kinds))
                .values(finished_at=_text(now))
            )
            result = connection.execute(
                sa.insert(checkpoints).values(
                    system=system,
                    source=source,
                    kinds=" ".join(kinds),
                    started_at=_text(now),
                    snapshots=json.dumps([snapshot]),
                    audit=self._audit,
                )
            )
            assert result.inserted_primary_key is not None
            id_ = int(result.inserted_primary_key[0])
        return Collection(id_, system, source, kinds, now, (snapshot,))

    def _unfinished(
        self, system: str, kinds: tuple[str, ...]
    ) -> tuple[sa.ColumnElement[bool], ...]:
        c = checkpoints.c
        return (
            c.audit == self._audit,
            c.system == system,
            c.kinds == " ".join(kinds),
            c.finished_at.is_(None),
        )

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
        if self.shared or self._file is None:
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
            values = {"finished_at": _text(now), "body": text, "audit": self._audit}
            result = connection.execute(sa.insert(runs).values(values))
            assert result.inserted_primary_key is not None
            id_ = int(result.inserted_primary_key[0])
        return Run(id_, now, body)

    def runs(self) -> tuple[Run, ...]:
        """All remembered audits, the oldest first."""
        query = sa.select(runs).where(runs.c.audit == self._audit).order_by(runs.c.id)
        with self._begin() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(
            Run(r["id"], datetime.fromisoformat(r["finished_at"]), json.loads(r["body"]))
            for r in rows
        )

    def take_over(self, other: Store) -> tuple[int, int]:
        """Copy another store's newest evidence and its remembered audits into this one.

        Answers how many documents and audits they are; the other stays as it
        is. Raises CrmauditError where this one remembers audits already: the
        order of the two would not be known.
        """
        if self.runs():
            raise CrmauditError(
                "there are audits in it already", "take a history over before the first audit there"
            )
        documents, kept = list(other.newest()), other.runs()
        self.put(*documents)
        rows = [
            {
                "finished_at": _text(run.finished_at),
                "body": json.dumps(run.body, ensure_ascii=False, sort_keys=True),
                "audit": self._audit,
            }
            for run in kept
        ]
        with self._begin() as connection:
            for row in rows:
                connection.execute(sa.insert(runs).values(row))
        return len(documents), len(kept)

    def key_ids(self) -> tuple[str, ...]:
        """Ids of the keys by which accounts and records are named in what is kept here."""
        c = evidence.c
        query = sa.select(c.key_id).where(c.audit == self._audit, c.key_id != "").distinct()
        with self._begin() as connection:
            return tuple(sorted(connection.execute(query).scalars()))

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        with explained(self._file), self._engine.begin() as connection:
            yield connection


def open_store(where: Path | str, audit: str = "", folder: Path = Path()) -> Store:
    """The store of the workspace in a folder (`.crmaudit/store.sqlite`), or at an SQLAlchemy URL.

    `audit` is the id of the audit whose documents it is to hold: others in the
    same database are not seen. Secrets of the address may stand in the
    environment (`${PASSWORD}`); the file of a relative one stands in `folder`.
    Raises CrmauditError where it cannot be opened, is damaged, or was made by
    a newer version.
    """
    return Store(*engine_at(where, folder), audit, shared=isinstance(where, str))


def _batched(items: Iterable[_T], most: int) -> Iterator[list[_T]]:
    rest = iter(items)
    while some := list(islice(rest, most)):
        yield some


def _nth(*parts: sa.ColumnElement[Any], order: Sequence[Any]) -> sa.ColumnElement[int]:
    return sa.func.row_number().over(partition_by=parts, order_by=order)


def _row(document: Document, audit: str) -> dict[str, str]:
    p = document.provenance
    # Two audits may have a system of one id; the file of one audit has no name before it.
    own = f"{audit}\0" if audit else ""
    return {
        "id": _digest(own + document.id),
        "topic": _digest(f"{own}{document.kind}\0{p.system}\0{document.subject}"),
        "kind": document.kind,
        "system": p.system,
        "subject": document.subject.replace("\0", "\ufffd"),
        "snapshot": p.snapshot,
        "taken_at": _text(p.taken_at),
        "state": p.status.state,
        "body": to_json(document),
        "audit": audit,
        "key_id": p.key_id,
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
