"""The store's tables, the same on every engine, and their version."""

from __future__ import annotations

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

    Raises CrmauditError for a store of a newer version.
    """
    with engine.begin() as connection:
        if sa.inspect(connection).has_table(_version.name):
            found = connection.execute(sa.select(sa.func.max(_version.c.version))).scalar()
            if found is not None and found > VERSION:
                raise CrmauditError(
                    f"the store of evidence has version {found}, this program reads {VERSION}",
                    "use the version of crmaudit that wrote it, or a newer one",
                )
            if found is not None:
                return
        _meta.create_all(connection)
        connection.execute(sa.insert(_version).values(version=VERSION))
