"""The CRM's accounts, units, roles and logins, and what is wrong with them.

The story the numbers tell: sixty accounts, six of which record most of what
there is; one advice team that records nothing; a reception account that
everybody knows the password of; and administrators where users would do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from crmaudit.demo import clock
from crmaudit.demo.claims import ClaimBook
from crmaudit.demo.people import People
from crmaudit.demo.streams import Streams

SYSTEM, IMPORT, ADMIN, RECEPTION = 1, 2, 3, 4
FIRST_PERSON = 7
SILENT_UNIT = 6
UNITS: tuple[tuple[int, str, int | None], ...] = (
    (1, "Harbourlight Community Services", None),
    (2, "Services", 1),
    (3, "Supporter Relations", 1),
    (4, "Operations and Finance", 1),
    (5, "Family Support", 2),
    (6, "Housing Advice", 2),
    (7, "Volunteering", 3),
)
ENTITIES = (
    "contacts", "organisations", "households", "activities", "cases", "memberships", "campaigns",
    "campaign_responses", "donations", "referrals", "events", "event_registrations",
    "attachments", "users",
)  # fmt: skip
_LEVELS = {
    "N": "None",
    "U": "User",
    "B": "Business Unit",
    "P": "Parent: Child",
    "O": "Organizational",
}
_DESK = dict.fromkeys(ENTITIES[:4], "OOOO")
# Name, description, levels for create-read-update-delete, and the entities that differ.
_ROLES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("System Administrator", "Everything", "OOOO", {}),
    ("CRM Manager", "Runs the CRM day by day", "OOOP", {"users": "OOON"}),
    ("Department Manager", "Heads of department", "PPPP", {"users": "NPNN"}),
    ("Team Leader", "Leads a team", "BBBU", {"users": "NBNN"}),
    ("Case Worker", "Front-line staff", "UBUN", {"users": "NBNN"}),
    (
        "Case Worker (2019)",
        "Copy made for Housing Advice",
        "UBUN",
        {"users": "NBNN", "cases": "UBUU"},
    ),
    ("Fundraiser", "Supporter Relations", "UBUN", {"donations": "BBBU", "users": "NBNN"}),
    ("Front Desk", "Reception and administration", "UUUN", {**_DESK, "users": "NNNN"}),
    ("Finance Officer", "Receipts and reconciliation", "NBNN", {"donations": "NOBN"}),
    ("Campaign Analyst", "Planned for 2023", "NONN", {"users": "NNNN"}),
    ("Read Only", "Looks things up", "NBNN", {"users": "NNNN"}),
)
# Job, unit, how many, role.
_JOBS = (
    ("Chief Executive", 1, 1, 11), ("Chief Information Officer", 1, 1, 1),
    ("Information Manager", 1, 1, 1), ("Head of Services", 2, 1, 3), ("Service Manager", 2, 1, 2),
    ("Case Worker", 2, 3, 5), ("Administrator", 2, 1, 8), ("Head of Supporter Relations", 3, 1, 3),
    ("Fundraiser", 3, 5, 7), ("Database Analyst", 3, 1, 1), ("Membership Officer", 3, 2, 7),
    ("Communications Officer", 3, 1, 7), ("Finance Manager", 4, 1, 3),
    ("Finance Officer", 4, 3, 9), ("Receptionist", 4, 2, 8), ("IT Technician", 4, 2, 11),
    ("Team Leader", 5, 1, 4), ("Support Worker", 5, 9, 5), ("Receptionist", 5, 2, 8),
    ("Team Leader", 6, 1, 4), ("Housing Adviser", 6, 6, 6), ("Administrator", 6, 1, 8),
    ("Volunteer Manager", 7, 1, 4), ("Volunteer Coordinator", 7, 5, 5), ("Event Officer", 7, 1, 7),
)  # fmt: skip
_GENERIC = ("admin", "reception", "volunteer.desk", "intern")
# How much of the recording the five busiest people and the reception account do, in percent.
_BUSY: tuple[tuple[str, int, int], ...]
_BUSY = (("Receptionist", 5, 14), ("Receptionist", 5, 11), ("Membership Officer", 3, 10))
_BUSY += (("Database Analyst", 3, 9), ("Administrator", 2, 8))
_RECEPTION_WEIGHT = 18
_LIGHT = ("Case Worker", "Fundraiser", "Support Worker", "Volunteer Coordinator", "Event Officer")
_LOGINS = 12_000
_DORMANT_DAYS = 180


@dataclass(slots=True)
class Account:
    """One row of `users`, before its last login is known."""

    number: int
    user_name: str
    first: str | None
    last: str | None
    job: str | None
    unit: int | None
    roles: tuple[int, ...]
    active: bool = True
    ended: str | None = None
    last_possible: int = clock.LAST
    logs_in: bool = True


class Staff:
    """Accounts with their plants settled; knows who records and who owns."""

    def __init__(self, streams: Streams, book: ClaimBook, people: People) -> None:
        self._streams = streams
        self._book = book
        self.accounts: list[Account] = []
        self._people(people)
        self.busiest = self._busiest()
        self.light = self._choose("light_recorders", 16, jobs=_LIGHT, avoid=self.busiest)
        self._plants()
        weights = [(RECEPTION, _RECEPTION_WEIGHT * 16)]
        weights += [(n, share * 16) for n, (_, _, share) in zip(self.busiest, _BUSY, strict=True)]
        weights += [(n, 30) for n in self.light]
        self.authors = tuple(n for n, weight in weights for _ in range(weight))
        left = [a.number for a in self.accounts if not a.active]
        self.owners = (*self.busiest, *self.light, *left)
        self.logins = self._logins()
        self._unit = {a.number: a.unit for a in self.accounts}

    def unit(self, account: int) -> int | None:
        """The unit of an account."""
        return self._unit.get(account)

    def author(self, rng: Random) -> int:
        """Somebody who records, the busy ones more often."""
        return self.authors[int(rng.random() * len(self.authors))]

    def owner(self, rng: Random) -> int:
        """Somebody who owns records: those who record, and some who have left since."""
        return self.owners[int(rng.random() * len(self.owners))]

    def user_name(self, account: int) -> str:
        return self.accounts[account - 1].user_name

    def users(self) -> Iterator[Sequence[Any]]:
        """Rows of `users`."""
        latest = {account: start for _, account, start, *_ in self.logins}
        for a in self.accounts:
            manager = None if a.unit is None else 7 + a.unit
            yield (
                a.number, a.user_name, a.first, a.last,
                f"{a.user_name}@harbourlight.example", a.job, a.unit, manager, int(a.active),
                int(a.number <= IMPORT), "named" if 8 in a.roles or 1 in a.roles else "concurrent",
                a.ended, latest.get(a.number), f"{clock.DAYS[a.number % 40]} 09:00:00", 0,
            )  # fmt: skip

    def user_roles(self) -> Iterator[Sequence[Any]]:
        """Rows of `user_roles`."""
        for a in self.accounts:
            for role in a.roles:
                yield (a.number, role, clock.DAYS[40 + a.number])

    def roles(self) -> Iterator[Sequence[Any]]:
        """Rows of `roles`."""
        for number, (name, about, _, _) in enumerate(_ROLES, 1):
            yield (number, name, about, clock.DAYS[0])

    def role_privileges(self) -> Iterator[Sequence[Any]]:
        """Rows of `role_privileges`: one for each role, entity and CRUD letter."""
        row = 0
        for number, (_, _, usual, others) in enumerate(_ROLES, 1):
            for entity in ENTITIES:
                levels = others.get(entity, usual)
                for privilege, level in zip(
                    ("create", "read", "update", "delete"), levels, strict=True
                ):
                    row += 1
                    yield (row, number, entity, privilege, _LEVELS[level])

    def _people(self, people: People) -> None:
        add = self.accounts.append
        add(Account(SYSTEM, "system", None, None, None, 1, (), logs_in=False))
        add(Account(IMPORT, "import", None, None, "Integration", 1, (1,), logs_in=False))
        for number, name in enumerate(_GENERIC, ADMIN):
            role = 1 if name == "admin" else 8
            add(Account(number, name, None, None, None, 4, (role,)))
        number = FIRST_PERSON
        names = set(_GENERIC)
        for job, unit, count, role in _JOBS:
            for _ in range(count):
                # Staff are persons of their own, far above the contacts and strangers.
                person = people.person(900_000_000 + number)
                name = f"{person.latin_first[0]}.{person.latin_last}"
                name = f"{name}{number}" if name in names else name
                names.add(name)
                add(Account(number, name, person.first, person.last, job, unit, (role,)))
                number += 1

    def _busiest(self) -> list[int]:
        found: list[int] = []
        for job, unit, _ in _BUSY:
            found.append(
                next(
                    a.number
                    for a in self.accounts
                    if (a.job, a.unit) == (job, unit) and a.number not in found
                )
            )
        return found

    def _choose(
        self,
        name: str,
        count: int,
        *,
        jobs: tuple[str, ...] = (),
        avoid: Sequence[int] = (),
    ) -> list[int]:
        rng = self._streams.plant(f"user_{name}")
        pool = [
            a.number
            for a in self.accounts
            if a.number >= FIRST_PERSON
            and a.number not in avoid
            and (not jobs or a.job in jobs)
            and not (jobs and a.unit == SILENT_UNIT)
        ]
        # Of some seeds few have the job.
        return sorted(rng.sample(pool, min(count, len(pool))))

    def _plants(self) -> None:
        record = self._book.record
        table = "crm.users"
        # The three whose work is to administer, and those who must stay in their unit and post.
        kept = [a.number for a in self.accounts if 1 in a.roles or (a.job or "").startswith("Head")]
        taken = [*kept, *self.busiest, *self.light]
        left_active = self._choose("leaver_active", 3, avoid=taken)
        left = self._choose("leaver", 4, avoid=(*taken, *left_active))
        taken += left_active + left
        for offset, number in enumerate((*left_active, *left)):
            account = self.accounts[number - 1]
            account.last_possible = clock.LAST - 420 + 37 * offset
            account.ended = clock.DAYS[account.last_possible]
            account.active = number in left_active
        record(
            "user_leaver_active", table, ("is_active",), left_active,
            "left the organisation, account still active",
            f"is_active = 1 AND employment_end < '{clock.AS_OF}'",
        )  # fmt: skip
        never = self._choose("never_logged_in", 3, avoid=taken)
        taken += never
        for number in never:
            self.accounts[number - 1].logs_in = False
        record(
            "user_never_logged_in", table, ("last_login_at",), never,
            "active account that was never used",
            "is_active = 1 AND is_system = 0 AND last_login_at IS NULL",
        )  # fmt: skip
        dormant = self._choose("dormant", 7, avoid=taken)
        taken += dormant
        for number in dormant:
            self.accounts[number - 1].last_possible = clock.LAST - _DORMANT_DAYS - 5 * number
        record(
            "user_dormant", table, ("last_login_at",), dormant,
            f"active, no login for {_DORMANT_DAYS} days",
            f"is_active = 1 AND employment_end IS NULL AND last_login_at < "
            f"'{clock.DAYS[clock.LAST - _DORMANT_DAYS]}'",
        )  # fmt: skip
        no_unit = self._choose("without_unit", 3, avoid=taken)
        for number in no_unit:
            self.accounts[number - 1].unit = None
        record(
            "user_without_unit", table, ("business_unit_id",), no_unit,
            "belongs to no unit, so that unit rights say nothing", "business_unit_id IS NULL",
        )  # fmt: skip
        generic = range(ADMIN, ADMIN + len(_GENERIC))
        record(
            "user_shared_account", table, ("user_name",), generic,
            "an account of nobody in particular",
            "first_name IS NULL AND is_system = 0",
        )  # fmt: skip
        self._excess(kept, [*left_active, *left, *never])

    def _excess(self, kept: Sequence[int], avoid: Sequence[int]) -> None:
        record = self._book.record
        admins = self._choose("needless_administrator", 6, avoid=(*kept, *avoid))
        for number in admins:
            self.accounts[number - 1].roles += (1,)
        record(
            "user_needless_administrator", "crm.user_roles", ("role_id",), admins,
            "administrator whose job is another", key="user_id",
        )  # fmt: skip
        both = self._choose("duties_not_separated", 2, jobs=("Finance Officer",), avoid=admins)
        for number in both:
            self.accounts[number - 1].roles += (7,)
        record(
            "user_duties_not_separated", "crm.user_roles", ("role_id",), both,
            "asks for donations and reconciles them",
            "role_id = 7 AND user_id IN (SELECT user_id FROM user_roles WHERE role_id = 9)",
            key="user_id",
        )  # fmt: skip
        desk = [a.number for a in self.accounts if 8 in a.roles]
        record(
            "user_desk_with_organizational_rights", "crm.user_roles", ("role_id",), desk,
            "front desk may delete every contact of the organisation", "role_id = 8", key="user_id",
        )  # fmt: skip
        record(
            "role_held_by_nobody", "crm.roles", ("id",), [10], "no account has this role",
            "id NOT IN (SELECT role_id FROM user_roles)",
        )  # fmt: skip
        record(
            "role_nearly_identical", "crm.roles", ("id",), [5, 6],
            "two roles that differ in one privilege",
        )  # fmt: skip

    def _logins(self) -> list[tuple[int, int, str, str, str]]:
        rng = self._streams.table("crm.login_history")
        recorders = {*self.busiest, *self.light, RECEPTION}
        pool: list[Account] = []
        for a in self.accounts:
            if a.logs_in:
                pool += [a] * (6 if a.number in recorders else 1)
        found = []
        for n in range(_LOGINS):
            # The first round gives everybody who logs in their last possible day.
            first_round = n < len(self.accounts)
            account = self.accounts[n] if first_round else pool[int(rng.random() * len(pool))]
            if not account.logs_in:
                continue
            last = account.last_possible
            day = last if first_round else clock.between(rng, last - 700, last)
            start = clock.stamp(rng, day)
            minutes = 5 + int(rng.random() * 90)
            hour = int(start[11:13]) + minutes // 60
            stop = f"{start[:11]}{hour:02d}:{minutes % 60:02d}:59"
            place = int(rng.random() * 40) if account.number <= 6 else account.number
            found.append((start, account.number, max(start, stop), f"192.0.2.{place}"))
        found.sort()
        late = [a for a in self.accounts if a.ended and a.active][:1]
        history = [(n, who, at, end, ip) for n, (at, who, end, ip) in enumerate(found, 1)]
        for a in late:
            night = f"{clock.plus(a.ended or '', 33)} 21:"
            row = (len(history) + 1, a.number, f"{night}14:09", f"{night}40:00", "192.0.2.250")
            history.append(row)
            self._book.record(
                "login_after_leaving", "crm.login_history", ("login_at",), [len(history)],
                "somebody logged in after leaving the organisation",
                "login_at > (SELECT employment_end || ' 24' FROM users u WHERE u.id = user_id)",
            )  # fmt: skip
        return history
