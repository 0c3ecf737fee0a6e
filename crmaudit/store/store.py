"""Documents of evidence and remembered runs, in an SQLite file by default.

Every document is written in a transaction of its own, so that a program
killed at any moment leaves the last good state. Any SQLAlchemy URL will do
for a team that shares one history.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Document, from_json, to_json

_meta = sa.MetaData()
_evidence = sa.Table(
    "evidence",
    _meta,
    sa.Column("id", sa.String(500), primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("system", sa.String(100), nullable=False, index=True),
    sa.Column("subject", sa.String(400), nullable=False),
    sa.Column("snapshot", sa.String(60), nullable=False),
    sa.Column("taken_at", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
_collections = sa.Table(
    "collections",
    _meta,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("system", sa.String(100), nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("started_at", sa.String(40), nullable=False),
    sa.Column("finished_at", sa.String(40)),
    sa.Column("snapshots", sa.Text, nullable=False),
)
_runs = sa.Table(
    "runs",
    _meta,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("finished_at", sa.String(40), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A remembered audit: when it ended and what it found, as plain JSON values."""

    id: int
    finished_at: datetime
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection of one system, which may have taken several goes.

    `snapshots` are the readings it used, the oldest first; more than one
    means that its tables were read at different times.
    """

    id: int
    system: str
    source: str
    started_at: datetime
    finished_at: datetime | None
    snapshots: tuple[str, ...]


class Store:
    """Reads and writes documents; opened with `open_store`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def put(self, document: Document) -> None:
        """Keep a document; one of the same id is replaced."""
        p = document.provenance
        row = {
            "id": document.id,
            "kind": document.kind,
            "system": p.system,
            "subject": document.subject,
            "snapshot": p.snapshot,
            "taken_at": p.taken_at.astimezone(UTC).isoformat(),
            "body": to_json(document),
        }
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_evidence).where(_evidence.c.id == row["id"]))
            connection.execute(sa.insert(_evidence).values(row))

    def newest(self) -> Iterator[Document]:
        """The newest document of every kind, system and subject."""
        newest: dict[tuple[str, str, str], str] = {}
        columns = _evidence.c
        query = sa.select(columns.kind, columns.system, columns.subject, columns.id).order_by(
            columns.taken_at, columns.id
        )
        with self._engine.connect() as connection:
            for kind, system, subject, id_ in connection.execute(query):
                newest[kind, system, subject] = id_
            for id_ in sorted(newest.values()):
                body = connection.execute(
                    sa.select(columns.body).where(columns.id == id_)
                ).scalar_one()
                yield from_json(body)

    def of_snapshot(self, system: str, snapshot: str) -> Iterator[Document]:
        """The documents of one reading of one system."""
        query = (
            sa.select(_evidence.c.body)
            .where(_evidence.c.system == system, _evidence.c.snapshot == snapshot)
            .order_by(_evidence.c.id)
        )
        with self._engine.connect() as connection:
            for (body,) in connection.execute(query):
                yield from_json(body)

    def open_collection(self, system: str, source: str) -> Collection | None:
        """The unfinished collection of this system from this source, if there is one."""
        c = _collections.c
        query = (
            sa.select(_collections)
            .where(c.system == system, c.source == source, c.finished_at.is_(None))
            .order_by(c.id.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _collection(row)

    def begin_collection(self, system: str, source: str, snapshot: str) -> Collection:
        """Start a collection; one that was left unfinished is given up."""
        now = _now()
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(_collections)
                .where(_collections.c.system == system, _collections.c.finished_at.is_(None))
                .values(finished_at=now)
            )
            result = connection.execute(
                sa.insert(_collections).values(
                    system=system,
                    source=source,
                    started_at=now,
                    snapshots=json.dumps([snapshot]),
                )
            )
            assert result.inserted_primary_key is not None
            id_ = int(result.inserted_primary_key[0])
        return Collection(id_, system, source, datetime.fromisoformat(now), None, (snapshot,))

    def resume_collection(self, collection: Collection, snapshot: str) -> Collection:
        """Go on with a collection in another snapshot."""
        snapshots = (*collection.snapshots, snapshot)
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(_collections)
                .where(_collections.c.id == collection.id)
                .values(snapshots=json.dumps(snapshots))
            )
        return Collection(
            collection.id,
            collection.system,
            collection.source,
            collection.started_at,
            None,
            snapshots,
        )

    def end_collection(self, collection: Collection) -> None:
        """Mark a collection as finished."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(_collections)
                .where(_collections.c.id == collection.id)
                .values(finished_at=_now())
            )

    def remember(self, body: dict[str, Any]) -> Run:
        """Keep the outcome of an audit."""
        now = _now()
        text = json.dumps(body, ensure_ascii=False, sort_keys=True)
        with self._engine.begin() as connection:
            result = connection.execute(sa.insert(_runs).values(finished_at=now, body=text))
            assert result.inserted_primary_key is not None
            id_ = int(result.inserted_primary_key[0])
        return Run(id_, datetime.fromisoformat(now), body)

    def runs(self) -> tuple[Run, ...]:
        """All remembered audits, the oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_runs).order_by(_runs.c.id)).mappings().all()
        return tuple(
            Run(r["id"], datetime.fromisoformat(r["finished_at"]), json.loads(r["body"]))
            for r in rows
        )

    def close(self) -> None:
        self._engine.dispose()


def open_store(where: Path | str) -> Store:
    """The store in a workspace (`.crmaudit/store.sqlite`), or at an SQLAlchemy URL.

    Raises CrmauditError where it cannot be opened or is damaged.
    """
    if isinstance(where, Path):
        folder = where / ".crmaudit"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CrmauditError(
                f"cannot write to {folder}: {error.strerror}", "check the folder's rights"
            ) from None
        url: sa.URL | str = sa.URL.create("sqlite", database=str(folder / "store.sqlite"))
    else:
        url = where
    engine = sa.create_engine(url)
    try:
        _meta.create_all(engine)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise CrmauditError(
            f"the store cannot be opened: {reason}",
            "move .crmaudit/store.sqlite away to start a new history"
            if isinstance(where, Path)
            else "check the store's address",
        ) from None
    return Store(engine)


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _collection(row: Any) -> Collection:
    return Collection(
        row["id"],
        row["system"],
        row["source"],
        datetime.fromisoformat(row["started_at"]),
        datetime.fromisoformat(row["finished_at"]) if row["finished_at"] else None,
        tuple(json.loads(row["snapshots"])),
    )
