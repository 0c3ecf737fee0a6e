"""Where a store is, how it is opened, and its failures in our words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from crmaudit.environment import expand
from crmaudit.errors import CrmauditError
from crmaudit.private import state_folder
from crmaudit.store.schema import prepare

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_STORE = "store.sqlite"
_WAIT = 20
"""Seconds that a server is waited for."""


def engine_at(where: Path | str, folder: Path) -> tuple[sa.Engine, Path | None]:
    """An engine on a prepared store, and its file where it is one.

    A path is that of a workspace; a text is an address, whose variables are
    filled in, and whose file, where it names one, stands in `folder` unless it
    says otherwise. Raises CrmauditError as `crmaudit.store.open_store` says.
    """
    if isinstance(where, Path):
        file: Path | None = state_folder(where) / _STORE
        url = sa.URL.create("sqlite", database=str(file))
    else:
        url, file = parse(where), file_at(where, folder)
        url = url.set(database=str(file)) if file else url
    with explained(file):
        try:
            engine = sa.create_engine(url, **_patience(url))
            # An interrupt while a connection is given back is no fault to print a traceback of.
            logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
            engine.connect().close()
        except ImportError as error:
            raise CrmauditError(
                f"the store at {url.get_backend_name()}:// needs a driver: {error}",
                f"pip install {error.name or 'it'}",
            ) from None
        except (TypeError, ValueError):
            # So do drivers refuse what stands after the `?`; their words may quote it.
            raise CrmauditError(
                "the store's address has an option that its driver cannot use",
                "correct what stands after the `?`, or leave it out",
            ) from None
        prepare(engine)
    return engine, file


def file_at(address: str, folder: Path) -> Path | None:
    """The file that an address names, from `folder` on; None where it names a server.

    Raises CrmauditError where nothing would be kept.
    """
    url = parse(address)
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database.startswith((":memory:", "file:")):
        raise CrmauditError(
            "the store's address names no file, so nothing would be remembered",
            "write sqlite:///history.sqlite",
        )
    return folder / url.database


def parse(text: str) -> sa.URL:
    """The address with its variables filled in, and the driver that is installed anyway.

    Each part is filled in by itself: a password may hold any letter. Raises
    CrmauditError, without a word of any secret.
    """
    # The whole address may stand in a variable.
    text = expand(text, "the address", "the history") if "://" not in text else text
    try:
        url = sa.make_url(text)
    except (SQLAlchemyError, ValueError):
        # Its message may quote the address; a port that is no number is a ValueError.
        raise CrmauditError(
            "the store's address is no database URL",
            "write postgresql://user@host:5432/database, with a number as port or none",
        ) from None

    def filled(part: str, value: str | None) -> str | None:
        return expand(str(value), f"the {part}", "the history") if value else None

    return url.set(
        drivername=_DRIVERS.get(url.drivername, url.drivername),
        username=filled("user name", url.username),
        password=filled("password", url.password),
        host=filled("host", url.host),
        database=filled("database", url.database),
    )


def _patience(url: sa.URL) -> dict[str, dict[str, int]]:
    """What keeps a server that does not answer from being waited for without end."""
    ours = url.get_backend_name() in ("postgresql", "mysql", "mariadb")
    return {"connect_args": {"connect_timeout": _WAIT}} if ours else {}


@contextmanager
def explained(file: Path | None) -> Iterator[None]:
    """Failures of the database in our words."""
    try:
        yield
    except SQLAlchemyError as error:
        # Only the driver's own words: SQLAlchemy's hold the statement and its values.
        own = getattr(error, "orig", None) or type(error).__name__
        reason = (str(own).strip().splitlines() or [type(own).__name__])[0]
        hints = _OF_SERVERS if file is None else _OF_FILES
        hint = next((h for part, h in hints.items() if part in reason), "check its address")
        if file is not None and hint is _DAMAGED:
            hint = hint.format(file=file) if _is_ours(file) else _NOT_OURS
        raise CrmauditError(
            f"the store of evidence fails: {reason}", hint, str(file) if file else None
        ) from None


def _is_ours(file: Path) -> bool:
    """Whether it is a workspace's own store, not a file that an address names."""
    return (file.parent.name, file.name) == (".crmaudit", _STORE)


_DAMAGED = (
    "the file is damaged: put a copy back, or move {file} away and collect again "
    "(the history of older audits is lost then)"
)
_NOT_OURS = (
    "this is no database: check the history's address; "
    "where it is right, the file is damaged: put a copy back"
)
"""Of a file that the user named, which may be anything: nobody should move it away."""
_OF_FILES = {
    "not a database": _DAMAGED,
    "malformed": _DAMAGED,
    "disk I/O": "the disk cannot be read or written: check it",
    "no such": _DAMAGED,
    "readonly": "the folder or file may not be written to: check its rights",
    "unable to open": "the folder or file may not be read or written: check its rights",
    "locked": "another program is writing: run again",
    "full": "the disk is full: make room and run again",
}
_WRONG_ACCOUNT = "check user and password of the history's address"
_NO_RIGHT = (
    "the account needs SELECT, INSERT, UPDATE and DELETE there, and CREATE once to make the tables"
)
_READ_ONLY = "this server takes no changes now: name the one that does, or run again later"
_OF_SERVERS = {
    **dict.fromkeys(("authentication", "Access denied for user", "no password"), _WRONG_ACCOUNT),
    **dict.fromkeys(("permission denied", "command denied", "must be owner"), _NO_RIGHT),
    **dict.fromkeys(("read-only", "read only"), _READ_ONLY),
    **dict.fromkeys(
        ("refused", "timeout", "timed out", "resolve", "Can't connect", "unreachable"),
        "see whether the server is up and its address right; evidence and history stay as they are",
    ),
    **dict.fromkeys(
        ("does not exist", "Unknown database", "doesn't exist"),
        "make the database or schema first, or correct the address",
    ),
    "invalid connection option": "correct what stands after the `?`, or leave it out",
    "has gone away": "the server ended the connection: run again",
    "closed the connection": "the server ended the connection: run again",
    **{part: hint for part, hint in _OF_FILES.items() if hint is not _DAMAGED},
}
