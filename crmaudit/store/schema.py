"""The store's tables, the same on every engine, and their version."""

from __future__ import annotations

import contextlib

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import LONGTEXT

from crmaudit.errors import CrmauditError

VERSION = 1

# MySQL's TEXT ends at 64 KB.
_Long = sa.Text().with_variant(LONGTEXT(), "mysql", "mariadb")
_meta = sa.MetaData()

# `id` and `topic` (kind, system and subject) are digests: engines differ in how
# long a key may be and in which texts they hold to be the same.
evidence = sa.Table(
    "evidence",
    _meta,
    sa.Column("id", sa.CHAR(64), primary_key=True),
    sa.Column("topic", sa.CHAR(64), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("system", sa.String(100), nullable=False),
    sa.Column("subject", _Long, nullable=False),
    sa.Column("snapshot", sa.String(60), nullable=False),
    sa.Column("taken_at", sa.String(40), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("body", _Long, nullable=False),
    # All that choosing the newest needs, so that no body is touched for it.
    sa.Index("evidence_topic", "topic", "taken_at", "state"),
    sa.Index("evidence_snapshot", "system", "snapshot"),
)
checkpoints = sa.Table(
    "checkpoints",
    _meta,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("system", sa.String(100), nullable=False),
    sa.Column("source", _Long, nullable=False),
    sa.Column("kinds", sa.String(200), nullable=False),
    sa.Column("started_at", sa.String(40), nullable=False),
    sa.Column("finished_at", sa.String(40)),
    sa.Column("snapshots", _Long, nullable=False),
)
runs = sa.Table(
    "runs",
    _meta,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("finished_at", sa.String(40), nullable=False),
    sa.Column("body", _Long, nullable=False),
)
_version = sa.Table("store_version", _meta, sa.Column("version", sa.Integer, primary_key=True))


def prepare(engine: sa.Engine) -> None:
    """Make the tables where they are missing.

    Several processes may open a new store at once: one makes the tables.

    Raises CrmauditError for a store of a newer version.
    """
    with engine.begin() as connection:
        if _made(connection):
            return
    for _ in _meta.tables:
        # Servers have no lock for this: at each table another process may have been faster.
        with contextlib.suppress(sa.exc.DatabaseError):
            _make(engine)
            return
    _make(engine)


def _make(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # Its driver makes every CREATE a transaction of its own unless one is open.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if not _made(connection):
            _meta.create_all(connection)
            connection.execute(sa.insert(_version).values(version=VERSION))


def _made(connection: sa.Connection) -> bool:
    if not sa.inspect(connection).has_table(_version.name):
        return False
    found = connection.execute(sa.select(sa.func.max(_version.c.version))).scalar()
    if found is not None and found > VERSION:
        raise CrmauditError(
            f"the store of evidence has version {found}, this program reads {VERSION}",
            "use the version of crmaudit that wrote it, or a newer one",
        )
    return found is not None
