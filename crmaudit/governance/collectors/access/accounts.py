"""The accounts themselves, as the part `users` of a map describes their table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from crmaudit.evidence.privacy import account_name
from crmaudit.governance.collectors.access.model import Account, Read
from crmaudit.governance.collectors.access.tables import Tables, day
from crmaudit.workspace.accounts import Users


def account_reads(users: Users | None) -> tuple[Read, ...]:
    """What `accounts` reads."""
    return tuple(_reads(users)) if users else ()


def accounts(db: Tables) -> list[Account]:
    """Every account of the part `users`, without roles and teams, in the order of their keys.

    Rows without a key are no accounts. Of rows with one key the first counts.
    A condition that holds for no row of an account says False; where it is
    neither true nor false (a null), `active` is None.
    """
    users = db.parts.users
    if users is None:
        return []
    first = _columns(users)
    found: dict[str, Account] = {}
    for cells in db.rows(users.table, *first, where=users.where):
        row = dict(zip(first, cells, strict=True))
        key = account_name(row[users.key] or "")
        if key and key not in found:
            found[key] = _account(key, row, users, db)
    active = _keys(db, users, users.active)
    inactive = _keys(db, users, f"NOT ({users.active})") if users.active else None
    admin = _keys(db, users, users.admin)
    programs = _keys(db, users, users.not_persons)
    last = _last_logins(db, users, found)
    made = []
    for key in sorted(found, key=_natural):
        account = replace(
            found[key],
            active=None if active is None else _of(key, active, inactive),
            administrator=None if admin is None else key in admin,
            person=False if programs and key in programs else None,
        )
        if users.logins is not None and last is not None:
            account = replace(account, last_login=last.get(key))
        if users.last_login and not (users.logins and last is None):
            account = replace(account, never_logged_in=account.last_login is None)
        made.append(account)
    return made


def _reads(users: Users) -> Iterator[Read]:
    yield users.table, _columns(users), users.where
    inactive = f"NOT ({users.active})" if users.active else ""
    for test in (users.active, inactive, users.admin, users.not_persons):
        if test:
            yield users.table, (users.key,), _both(users.where, test)
    logins = users.logins
    if logins is not None:
        holder = (logins.holder or logins.login, logins.at)
        yield logins.table, holder, logins.where


def _columns(users: Users) -> tuple[str, ...]:
    named = (users.key, users.login, users.email, users.last_login, *users.name, users.unit)
    more = (users.licence, users.created, users.ended, users.person)
    return tuple(dict.fromkeys(c for c in (*named, *more) if c))


def _both(one: str, other: str) -> str:
    return f"({one}) AND ({other})" if one and other else one or other


def _keys(db: Tables, users: Users, test: str) -> set[str] | None:
    """The accounts for which a condition holds; None without one."""
    if not test:
        return None
    rows = db.rows(users.table, users.key, where=_both(users.where, test))
    return {account_name(key) for (key,) in rows if key}


def _of(key: str, yes: set[str], no: set[str] | None) -> bool | None:
    return True if key in yes else False if no is None or key in no else None


def _account(key: str, row: Mapping[str, str | None], users: Users, db: Tables) -> Account:
    def text(column: str) -> str:
        return (row.get(column) or "").strip() if column else ""

    login = text(users.login)
    names = tuple(text(c) for c in users.name)
    return Account(
        key,
        logins=(login,) if login else (),
        email=text(users.email),
        record=account_name(text(users.person)),
        named=any(names) if users.name else None,
        names=tuple(n for n in names if n),
        unit=account_name(text(users.unit)),
        licence=text(users.licence),
        created=day(row.get(users.created)),
        last_login=day(row.get(users.last_login)),
        ended=day(row.get(users.ended)),
    )


def _last_logins(db: Tables, users: Users, found: Mapping[str, Account]) -> dict[str, date] | None:
    """By key; None where there is no table of logins, or it cannot be read."""
    logins = users.logins
    if logins is None or not (logins.holder or logins.login):
        return None
    by_login = {login: a.key for a in found.values() for login in a.logins}
    last: dict[str, date] = {}
    for who, at in db.rows(
        logins.table, logins.holder or logins.login, logins.at, where=logins.where
    ):
        key = account_name(who or "")
        key = key if logins.holder else by_login.get(key, "")
        when = day(at)
        if key and when and (key not in last or last[key] < when):
            last[key] = when
    table = db.table(logins.table)
    return None if table is None or table.qualified in db.unread else last


def _natural(key: str) -> tuple[int, str]:
    """Numbers by their value, before texts."""
    return (int(key), "") if key.isdecimal() and len(key) < 19 else (2**63, key)
