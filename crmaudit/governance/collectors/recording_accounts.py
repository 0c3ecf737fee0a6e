"""Whose key an author's column means: the table of accounts, brought to pseudonyms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Access, Table
from crmaudit.evidence.privacy import ACCOUNT, account_name
from crmaudit.governance.collectors.access.model import Account
from crmaudit.governance.collectors.access.naming import Names
from crmaudit.key import Key
from crmaudit.sources.account_tables import AccountTables
from crmaudit.sources.base import ConnectionLostError, Source, Statement
from crmaudit.sources.conditions import selected
from crmaudit.sources.task import Task

_ENOUGH, _SECONDS = 30, 5

NOBODY = frozenset(("", "0", "-1"))
"""What stands where no author is known."""


def as_text(source: Source, expression: str) -> str:
    """The expression as text, in the source's dialect."""
    return f"CAST({expression} AS {'CHAR' if source.engine in ('mysql', 'mariadb') else 'TEXT'})"


def literal(value: str) -> str:
    """A text as a literal of SQL; empty where no dialect would surely read it the same."""
    return "" if set(value) & set("\\\0") else "'" + value.replace("'", "''") + "'"


def made_up(rows: int, ends: Sequence[object]) -> str:
    """Why stamps tell of no work that people did; empty where they may.

    `ends` are the first and the last stamp, the smallest and the largest second
    of the minute. Of thirty moments that happened, all lie in the same five
    seconds of the minute once in 10^30 times: dates reckoned from one moment
    do. Stamps without seconds stand at 0.
    """
    first, last, low, high = ("" if e is None else str(e) for e in ends)
    if rows < 2 or not first:
        return ""
    if len(first) >= 19 and (a := _moment(first)) and (b := _moment(last)):
        if (b - a).total_seconds() <= 1:
            return f"all {rows:,} rows were made within one second, as demonstration data are"
    elif first[:10] == last[:10] and rows >= _ENOUGH:
        return f"all {rows:,} rows bear the same day: they were not recorded one by one"
    timed = rows >= _ENOUGH and low.isdigit() and high.isdigit() and high != "00"
    if timed and int(high) - int(low) <= _SECONDS:
        return (
            f"all {rows:,} rows bear nearly the same second of the minute: their dates were "
            "reckoned, as those of demonstration data"
        )
    return ""


def _moment(text: str) -> datetime | None:
    # A day alone is no second.
    if text[11:19] == "00:00:00":
        return None
    try:
        return datetime.fromisoformat(text[:19])
    except ValueError:
        return None


class Failing:
    """What fails in it is one more reason, and why its table tells nothing; the rest goes on.

    A lost connection passes.
    """

    def __init__(self, reasons: list[str], cannot: dict[str, str], what: str) -> None:
        self._reasons, self._cannot, self._what = reasons, cannot, what

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, CrmauditError) or isinstance(error, ConnectionLostError):
            return False
        message = error.problems[0].message
        self._reasons.append(f"{self._what}: {message}")
        self._cannot.setdefault(self._what, message)
        return True


def count(value: object) -> int:
    """A count as a driver answers it; 0 for null."""
    return int(float(str(value))) if value is not None else 0


def from_table(source: Source, table: Table) -> str:
    """The table's name as it stands in a statement."""
    schema = table.schema or source.default_schema
    return (
        f"{source.quote(schema)}.{source.quote(table.name)}" if schema else source.quote(table.name)
    )


def tables_of(task: Task) -> dict[str, Table]:
    """The tables that have rows to read, by qualified name; views are none."""
    return {t.qualified: t for t in task.catalog.tables if t.readable and t.kind != "view"}


@dataclass(slots=True)
class Accounts:
    """Author → key of the account, and what the table of accounts says of it.

    `programs` are keys. Without a table of accounts an author stands for itself.
    """

    key: Key | None
    known: frozenset[str] = frozenset()
    by_login: dict[str, str] = field(default_factory=dict)
    by_person: dict[str, str] = field(default_factory=dict)
    authors_are_persons: bool = False
    programs: frozenset[str] = frozenset()
    licence: dict[str, str] = field(default_factory=dict)

    def key_of(self, author: object, person: bool = False) -> str:
        """The account's key, or what stands in the column; empty where that means nobody.

        `person`: the column refers to records of persons, where the CRM has authors so.
        """
        value = account_name(str(author)) if author is not None else ""
        if value in NOBODY and value not in self.known:
            return ""
        if person and self.authors_are_persons:
            return self.by_person.get(value, value)
        if value in self.known:
            return value
        return self.by_login.get(value.casefold(), value)

    def name(self, key: str) -> str:
        """The pseudonym of a key; empty for nobody, and for all without the audit's key."""
        return self.key.pseudonym(ACCOUNT, key) if key and self.key else ""

    def of(self, author: object) -> str:
        """The pseudonym of an author of records; empty for nobody."""
        return self.name(self.key_of(author, person=True))


def statement(source: Source, known: AccountTables, table: Table | None) -> Statement | None:
    """Reads keys, logins and kinds of the accounts; None where nobody knows their table."""
    users = known.users
    if users is None or table is None:
        return None
    names = {c.name for c in table.columns}
    if users.key not in names:
        return None
    wanted = (users.key, users.login, users.person, users.licence)
    columns = [as_text(source, source.quote(c)) if c in names else "NULL" for c in wanted]
    program = selected(users.not_persons).removeprefix(" WHERE ")
    columns.append(f"CASE WHEN {program} THEN 1 ELSE 0 END" if program else "0")
    return Statement(
        f"SELECT {', '.join(columns)} FROM {from_table(source, table)}{selected(users.where)}",
        "read the keys of the accounts, to tell whose they are; kept as pseudonyms",
    )


def read(task: Task, key: Key | None) -> Accounts:
    """The accounts of the task's source; raises CrmauditError where they cannot be read."""
    known = task.accounts()
    users = known.users
    asked = statement(task.source, known, tables_of(task).get(users.table) if users else None)
    if users is None or asked is None:
        return Accounts(key)
    keys, logins, persons, licences, programs = set(), {}, {}, {}, set()
    for raw, login, person, licence, program in task.source.query(asked.sql, asked.purpose):
        if raw is None:
            continue
        account = account_name(str(raw))
        keys.add(account)
        if login:
            logins[account_name(str(login)).casefold()] = account
        if person is not None:
            persons[account_name(str(person))] = account
        if licence:
            licences[account] = str(licence)
        if program:
            programs.add(account)
    people = bool(users.authors) and users.authors != users.table
    shown = _shown(task, key, licences, logins)
    return Accounts(key, frozenset(keys), logins, persons, people, frozenset(programs), shown)


def _shown(
    task: Task, key: Key | None, licences: Mapping[str, str], logins: Iterable[str]
) -> dict[str, str]:
    """The words for licences as they stand in the evidence of access, none that may name anybody.

    Without that evidence only the logins tell which words are names.
    """
    told = {a.name: a.licence for found in task.found(Access) for a in found.accounts}
    names = Names((Account(login, (login,)) for login in logins), key)
    shown = {}
    for account, licence in licences.items():
        name = key.pseudonym(ACCOUNT, account) if key else ""
        shown[account] = told[name] if name in told else names.shown("licence", licence)
    return shown
