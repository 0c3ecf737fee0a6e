"""Each account of a CRM with what it did: rows recorded, logins, and whom it belongs to.

Accounts of programs and what the program writes of itself are kept apart, and
so are accounts of nobody in particular: several people may stand behind one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from crmaudit import messages
from crmaudit.evidence import Access, CrmAccount, Recorded, Recording
from crmaudit.messages import joined, msg
from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.people import Person, UserType

WINDOW_DAYS = 90
"""Whoever did nothing for so long does not use the system."""
YEAR_DAYS = 365


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def months_later(month: date, months: int) -> date:
    """The month that lies so many months behind."""
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class AccountUse:
    """What one account did, by month; `months` are those in which it recorded by hand.

    `unit` is the id of a unit of audit.yaml, else the CRM's own name of one.
    `person` is the person of people.yaml to whom it belongs, empty where that
    is not known. `enabled` None: the CRM does not tell.
    """

    name: str
    unit: str = ""
    person: str = ""
    user_type: UserType | None = None
    program: bool = False
    shared: bool = False
    enabled: bool | None = None
    months: Mapping[date, int] = field(default_factory=dict)
    bulk: Mapping[date, int] = field(default_factory=dict)
    made: frozenset[date] = frozenset()
    logins: Mapping[date, int] = field(default_factory=dict)
    last_login: date | None = None

    def recorded(self, since: date, until: date) -> int:
        """Rows made or changed by hand in these months."""
        return sum(n for month, n in self.months.items() if since <= month <= until)

    def in_bulk(self, since: date, until: date) -> int:
        """Rows made or changed in bulk in these months."""
        return sum(n for month, n in self.bulk.items() if since <= month <= until)

    def logged_in(self, since: date, until: date) -> bool:
        """Whether a login lies in these months."""
        month = month_of(self.last_login) if self.last_login else None
        return any(since <= m <= until for m in self.logins) or bool(
            month and since <= month <= until
        )

    def used(self, since: date, until: date) -> bool:
        """Whether it recorded anything, even in bulk, or logged in."""
        return bool(
            self.recorded(since, until)
            or self.in_bulk(since, until)
            or self.logged_in(since, until)
        )

    @property
    def own(self) -> bool:
        """Whether it is the account of one person."""
        return not self.program and not self.shared


@dataclass(frozen=True)
class Usage:
    """What the accounts of one system did, as far as its evidence tells.

    `end` is the day up to which it can tell: the audit's, or that of reading
    where it was read before. `entities` gives the entity of each table.
    """

    system: str
    end: date
    recording: Recording | None = None
    access: Access | None = None
    accounts: tuple[AccountUse, ...] = ()
    entities: Mapping[str, str] = field(default_factory=dict)

    def since(self, days: int) -> date:
        """The first day of the month in which the last so many days begin.

        The evidence knows months only; so more is seen as use, never less.
        """
        try:
            return month_of(self.end - timedelta(days=days))
        except OverflowError:
            return date.min

    @property
    def until(self) -> date:
        return month_of(self.end)

    @cached_property
    def evidence(self) -> tuple[str, ...]:
        """Ids of the documents that it rests on."""
        return tuple(d.id for d in (self.recording, self.access) if d is not None)

    @cached_property
    def logins_known(self) -> bool:
        """Whether logins are told for the accounts; else those who only look are not seen."""
        told = self.recording is not None and bool(self.recording.logged_in)
        return told or any(a.last_login or a.logins for a in self.accounts)

    @cached_property
    def first_login(self) -> date | None:
        """The first month of which a login is kept."""
        told = self.recording.logged_in if self.recording else ()
        return min((x.month for x in told), default=None)

    @cached_property
    def newest(self) -> date | None:
        """The newest month in which any account of a person did anything."""
        seen = [m for a in self.accounts for m in (*a.months, *a.bulk, *a.logins)]
        seen += [month_of(a.last_login) for a in self.accounts if a.last_login]
        return max((m for m in seen if m <= self.until), default=None)

    def cannot(self, days: int = WINDOW_DAYS) -> str:
        """Why nothing can be said of who uses the system; empty where it can."""
        if self.newest is None:
            told = dict.fromkeys((self.recording.cannot if self.recording else {}).values())
            why = joined("", (": ", joined("; ", list(told)[:2]))) if told else ""
            return msg("no row or login tells of people at work{why}", why=why)
        if self.newest < self.since(days):
            return msg(
                "the newest trace of anybody's work is of {newest}: whether nobody "
                "works there or the data at hand end then cannot be told",
                newest=messages.month_of(self.newest),
            )
        return ""

    @cached_property
    def no_rows(self) -> str:
        """Why nothing can be said of who records; empty where something can."""
        recording = self.recording
        if recording is None:
            return msg("nobody read who records")
        if recording.tables or recording.recorded:
            return ""
        told = dict.fromkeys(recording.cannot.values())
        return joined("; ", list(told)[:2]) or msg("no table says who made its rows")

    @property
    def own(self) -> tuple[AccountUse, ...]:
        """The accounts of one person each."""
        return tuple(a for a in self.accounts if a.own)

    def people(self, accounts: Iterable[AccountUse]) -> int:
        """How many people: several accounts of one person of people.yaml count once."""
        return len({a.person or f"account {a.name}" for a in accounts})

    def rows(self, since: date) -> tuple[Recorded, ...]:
        """What was recorded since a month, by whomever."""
        if self.recording is None:
            return ()
        return tuple(r for r in self.recording.recorded if since <= r.month <= self.until)

    def entity(self, row: Recorded) -> str:
        """The entity that a counted row is of."""
        return row.entity or self.entities.get(row.table) or self._then.get(row.table, row.table)

    @property
    def _then(self) -> Mapping[str, str]:
        return self.recording.tables if self.recording else {}


def usage(
    system: str,
    day: date | None,
    recording: Recording | None,
    access: Access | None,
    *,
    links: Mapping[tuple[str, str], str],
    people: Mapping[str, Person],
    units: Iterable[Unit],
    entities: Mapping[str, str],
) -> Usage | None:
    """The use of one system; None where neither rows nor accounts of it were read."""
    read = [
        d for d in (recording, access) if d is not None and d.provenance.status.state != "failed"
    ]
    if not read:
        return None
    taken = min(d.provenance.taken_at.date() for d in read)
    end = min(day, taken) if day else taken
    by_name = {u.name.casefold(): u.id for u in units} | {u.id: u.id for u in units}
    of_crm = {u.id: u.name for u in access.units} if access else {}
    own = [_account(a, of_crm, by_name) for a in (access.accounts if access else ())]
    found = {a.name: a for a in own}
    # Columns that hold logins or persons may know an account under another name.
    known_as = {n: a.name for a in (access.accounts if access else ()) for n in (a.name, *a.also)}
    work = _worked(recording, known_as, month_of(end)) if recording else {}
    for name in work:
        found.setdefault(name, AccountUse(name))
    names: dict[str, list[str]] = {}
    for name, of in known_as.items():
        names.setdefault(of, []).append(name)
    accounts = []
    for name, account in sorted(found.items()):
        done = work.get(name, AccountUse(name))
        also = (name, *names.get(name, ()))
        person = next((links[system, n] for n in also if (system, n) in links), "")
        who = people.get(person)
        accounts.append(
            replace(
                account,
                months=done.months,
                bulk=done.bulk,
                made=done.made,
                logins=done.logins,
                person=person,
                user_type=who.user_type if who else None,
                unit=(who.unit if who and who.unit else "") or account.unit,
            )
        )
    return Usage(system, end, recording, access, tuple(accounts), entities)


def _account(
    account: CrmAccount, of_crm: Mapping[str, str], units: Mapping[str, str]
) -> AccountUse:
    called = of_crm.get(account.unit, "")
    return AccountUse(
        account.name,
        unit=units.get(called.casefold(), called),
        program=account.person is False,
        shared=bool(account.signs) and account.person is not False,
        enabled=account.active,
        last_login=account.last_login,
    )


def _worked(
    recording: Recording, known_as: Mapping[str, str], until: date
) -> Mapping[str, AccountUse]:
    """What each account did up to that month; stamps that lie ahead tell of no work."""
    months: dict[str, dict[date, int]] = {}
    bulk: dict[str, dict[date, int]] = {}
    made: dict[str, set[date]] = {}
    logins: dict[str, dict[date, int]] = {}
    for r in recording.recorded:
        if not r.account or r.month > until:
            continue
        name = known_as.get(r.account, r.account)
        if r.by_hand:
            of = months.setdefault(name, {})
            of[r.month] = of.get(r.month, 0) + r.by_hand
        if r.bulk + r.changed_bulk:
            of = bulk.setdefault(name, {})
            of[r.month] = of.get(r.month, 0) + r.bulk + r.changed_bulk
        # Later changes write over earlier ones; only what was made tells of the past.
        if r.created > r.automatic + r.bulk:
            made.setdefault(name, set()).add(r.month)
    for x in (x for x in recording.logged_in if x.month <= until):
        of = logins.setdefault(known_as.get(x.account, x.account), {})
        of[x.month] = of.get(x.month, 0) + x.logins
    return {
        name: AccountUse(
            name,
            months=months.get(name, {}),
            bulk=bulk.get(name, {}),
            made=frozenset(made.get(name, ())),
            logins=logins.get(name, {}),
        )
        for name in sorted({*months, *bulk, *made, *logins})
    }
