"""The store's tables, the same on every engine, and their version.

Version 2 keeps several audits apart in one store and says by which key the
accounts in a document are named. A store of version 1 is brought along where
it is opened.
"""

from __future__ import annotations

import contextlib

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import LONGTEXT

from crmaudit.errors import CrmauditError

VERSION = 2

AUDIT = 100
"""How long the id of an audit may be."""

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
    sa.Column("audit", sa.String(AUDIT), nullable=False, server_default=""),
    sa.Column("key_id", sa.String(40), nullable=False, server_default=""),
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
    sa.Column("audit", sa.String(AUDIT), nullable=False, server_default=""),
)
runs = sa.Table(
    "runs",
    _meta,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("finished_at", sa.String(40), nullable=False),
    sa.Column("body", _Long, nullable=False),
    sa.Column("audit", sa.String(AUDIT), nullable=False, server_default=""),
)
_version = sa.Table("store_version", _meta, sa.Column("version", sa.Integer, primary_key=True))


def prepare(engine: sa.Engine) -> None:
    """Make the tables where they are missing, and those of an older version complete.

    Several processes may open a new store at once: one makes the tables.

    Raises CrmauditError for a store of a newer version, and where tables of
    something else stand in the way.
    """
    with engine.begin() as connection:
        if _made(connection) == VERSION:
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
        found = _made(connection)
        if found == VERSION:
            return
        if found is None:
            _refuse_strangers(connection)
        _meta.create_all(connection)
        _complete(connection)
        connection.execute(sa.insert(_version).values(version=VERSION))


def _complete(connection: sa.Connection) -> None:
    """Add the columns that an older version did not have."""
    inspector = sa.inspect(connection)
    quote = connection.dialect.identifier_preparer.quote
    for table in _meta.sorted_tables:
        there = {c["name"] for c in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                kind = column.type.compile(connection.dialect)
                connection.exec_driver_sql(
                    f"ALTER TABLE {quote(table.name)} ADD COLUMN {quote(column.name)} {kind} "
                    "DEFAULT '' NOT NULL"
                )


def _refuse_strangers(connection: sa.Connection) -> None:
    """Tables of our names that lack a column we have had from the first day are not ours."""
    inspector = sa.inspect(connection)
    later = {"audit", "key_id"}
    for table in _meta.sorted_tables:
        if not inspector.has_table(table.name):
            continue
        there = {c["name"] for c in inspector.get_columns(table.name)}
        if {c.name for c in table.columns} - later - there:
            raise CrmauditError(
                f"the database holds a table {table.name} that is not of crmaudit",
                "give the history a database or a schema of its own",
            )


def _made(connection: sa.Connection) -> int | None:
    """The version of the store; None where there is none, or its making was broken off."""
    inspector = sa.inspect(connection)
    if not inspector.has_table(_version.name):
        return None
    if "version" not in {c["name"] for c in inspector.get_columns(_version.name)}:
        _refuse_strangers(connection)
    found: int | None = connection.execute(sa.select(sa.func.max(_version.c.version))).scalar()
    if found is not None and found > VERSION:
        raise CrmauditError(
            f"the store of evidence has version {found}, this program reads {VERSION}",
            "use the version of crmaudit that wrote it, or a newer one",
        )
    return found
