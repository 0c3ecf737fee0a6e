"""From how many places accounts log in: counts alone, no address and no time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from crmaudit.evidence.privacy import account_name
from crmaudit.governance.collectors.access.model import Read
from crmaudit.governance.collectors.access.tables import Tables, day
from crmaudit.sources.account_tables import AccountTables
from crmaudit.workspace.accounts import Session

_MOST = 50
"""More addresses of one account on a day are not told apart."""


@dataclass(frozen=True, slots=True)
class Traces:
    """`addresses`: key or login of an account → most different addresses on one day.

    `since` is the day of the oldest row of the table in which last logins are
    looked up; None without such a table.
    """

    addresses: Mapping[str, int] = field(default_factory=dict)
    since: date | None = None


def session_reads(parts: AccountTables) -> Iterator[Read]:
    """What `traces` reads."""
    for part in _of_use(parts):
        yield part.table, _columns(part), part.where


def traces(db: Tables) -> Traces:
    """What the parts `sessions` tell."""
    seen: dict[tuple[str, date], set[str]] = {}
    since: date | None = None
    users = db.parts.users
    lookup = users.logins.table if users and users.logins else ""
    for part in _of_use(db.parts):
        user, at, *ip = _columns(part)
        for who, when, *address in db.rows(part.table, user, at, *ip, where=part.where):
            on = day(when)
            if on is None:
                continue
            if part.table == lookup and (since is None or on < since):
                since = on
            if who and address and address[0]:
                places = seen.setdefault((account_name(who), on), set())
                if len(places) < _MOST:
                    places.add(address[0].strip())
    most: dict[str, int] = {}
    for (name, _), places in seen.items():
        most[name] = max(most.get(name, 0), len(places))
    return Traces(most, since)


def _of_use(parts: AccountTables) -> Iterator[Session]:
    """Logins with addresses, and those from which last logins are had."""
    lookup = parts.users.logins.table if parts.users and parts.users.logins else ""
    for part in parts.sessions:
        if part.user and (part.login_at or part.at) and (part.ip or part.table == lookup):
            yield part


def _columns(part: Session) -> tuple[str, ...]:
    return tuple(c for c in (part.user, part.login_at or part.at, part.ip) if c)
