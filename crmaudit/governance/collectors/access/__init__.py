"""Who may do what in a CRM.

Every product has its own model of rights. A module of this package that is
called like the product's id understands it (`Reader` in `model.py`); a package
of one's own names such a module in the entry-point group `crmaudit.access`,
under that id. Where there is none, `declared.py` goes by the parts of a
product map or of `maps/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Access, Document, Status
from crmaudit.governance.collectors.access.accounts import account_reads
from crmaudit.governance.collectors.access.assembling import assembled
from crmaudit.governance.collectors.access.declared import Declared
from crmaudit.governance.collectors.access.model import Reader, Told
from crmaudit.governance.collectors.access.sessions import session_reads, traces
from crmaudit.governance.collectors.access.tables import Tables
from crmaudit.sources.base import Statement
from crmaudit.sources.task import Task

ENTRY_POINTS = "crmaudit.access"
"""Other packages name here, under a product's id, a module of theirs with a `reader`."""

_NO_ACCOUNTS = "this database has no table of accounts that the product map knows"


def reader_of(product: str) -> Reader | None:
    """The reader of a product's own access model; None where there is none.

    Raises CrmauditError for one of another package that cannot be used.
    """
    if re.fullmatch(r"[a-z][a-z0-9_]*", product):
        name = f"{__name__}.{product}"
        if find_spec(name) is not None:
            found: Reader | None = getattr(import_module(name), "reader", None)
            if found is not None:
                return found
    for entry in entry_points(group=ENTRY_POINTS, name=product):
        try:
            given: Reader = entry.load().reader
        except (ImportError, AttributeError) as error:
            raise CrmauditError(
                f"the package {entry.value} has no access model to read {product}: {error}",
                "repair or remove that package",
            ) from None
        return given
    return None


class _Access:
    per_table = False
    offline = False

    def statements(self, task: Task) -> Iterable[Statement]:
        work = _work(task)
        if work is None:
            return
        _, db = work
        sent = (db.statement(read) for read in db.reads)
        yield from dict.fromkeys(s for s in sent if s is not None)

    def collect(self, task: Task) -> Iterator[Document]:
        work = _work(task)
        if work is not None:
            yield _document(task, *work)


def _work(task: Task) -> tuple[Reader, Tables] | None:
    """Who understands the rights of this CRM, and its tables; None where nobody knows of any."""
    parts = task.accounts()
    said = task.known.map and task.known.map.access
    reader = reader_of(parts.product.id) if parts.product and not said else None
    if reader is None:
        if parts.product is None and parts.users is None and parts.access is None:
            return None
        reader = Declared(parts)
    reads = (*account_reads(parts.users), *reader.reads, *session_reads(parts))
    return reader, Tables(task.source, task.catalog, parts, reads)


def _document(task: Task, reader: Reader, db: Tables) -> Access:
    told = reader.read(db)
    lost = _lost(db, told)
    if lost is not None:
        told = lost
    unread = dict(db.unread)
    seen = traces(db)
    if told.logins_since is None:
        told = replace(told, logins_since=seen.since)
    why = "; ".join(f"{table}: {reason}" for table, reason in sorted(db.unread.items()))
    status = Status("partly", why) if why else Status()
    if db.unread != unread:
        told = replace(told, notes=(*told.notes, "not all traces of logins could be read"))
    return assembled(told, reader, db, task.key, task.provenance(status), seen.addresses)


def _lost(db: Tables, told: Told) -> Told | None:
    """What is left to tell where a table could not be read: without it no right is known."""
    users = db.parts.users
    aside = {users.logins.table} if users and users.logins else set()
    unread = sorted(db.unread.keys() - aside)
    if not unread:
        if users is None and told.accounts_read and not told.accounts:
            return replace(told, accounts_read=False, cannot=told.cannot or _NO_ACCOUNTS)
        return None
    table = db.table(users.table) if users else None
    if table is not None and table.qualified in unread:
        gone = f"the accounts stand in {table.qualified}, which could not be read"
        return Told(accounts_read=False, cannot=gone, notes=told.notes)
    cannot = f"rights are not known, as {', '.join(unread)} could not be read"
    roles = [replace(r, own=None) for r in told.roles]
    return replace(told, roles=roles, rights=None, cannot=cannot)


collector = _Access()
