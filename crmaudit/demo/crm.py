"""The demo's CRM, "BeaconCRM": its reference tables, and the order in which all is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmaudit.demo import clock
from crmaudit.demo.claims import ClaimBook
from crmaudit.demo.crm_parties import Parties
from crmaudit.demo.crm_work import MEMBERSHIP_TYPES, Work
from crmaudit.demo.database import Database
from crmaudit.demo.faults_crm import accented, contact_faults
from crmaudit.demo.faults_records import record_faults
from crmaudit.demo.names import NICKNAMES
from crmaudit.demo.population import CONTACTS, ORGANISATIONS, Population
from crmaudit.demo.scale import Scale, share
from crmaudit.demo.staff import IMPORT, UNITS, Staff
from crmaudit.demo.streams import Streams

_TABLES = (
    "activities", "attachments", "campaign_responses", "campaigns", "cases", "donations",
    "event_registrations", "events", "memberships", "referrals",
)  # fmt: skip
# Options that say the same twice are the overlap that the audit should find.
_OPTIONS: dict[str, tuple[str, ...]] = {
    "contact_status": ("Active", "Inactive", "Prospect", "Deceased"),
    "contact_category": (
        "Supporter", "Friend", "Client", "Service user", "Volunteer", "Volunteers", "Donor",
        "Giver", "Member", "Members",
    ),
    "activity_type": ("Phone call", "Telephone call", "E-mail", "Meeting", "Note", "System"),
    "segment": ("Supporters", "Volunteers", "Donors", "Clients", "Friends", "Alumni"),
    "case_type": ("Debt advice", "Housing", "Benefits", "Family support", "Volunteering enquiry"),
}  # fmt: skip
_CUSTOM = (
    ("contact_time_c", "Best time to call", "option"), ("segment_c", "Segment", "option"),
    ("volunteer_skills_c", "Skills", "text"), ("legacy_ref_c", "Old reference", "text"),
    ("dietary_needs_c", "Dietary needs", "text"), ("shirt_size_c", "T-shirt size", "option"),
    ("fax_home_c", "Fax at home", "text"), ("newsletter_flag_c", "Newsletter", "flag"),
)  # fmt: skip
_UNUSED = ("volunteer_skills_c", "dietary_needs_c", "fax_home_c")
_DASHBOARDS = (
    ("Memberships due", "Membership Officer", 3), ("Open cases", "Services", 9),
    ("Donations this month", "Supporter Relations", 1), ("Executive overview", "Management", 610),
    ("Campaign responses", "Supporter Relations", 480), ("Volunteer hours", "Volunteering", 35),
    ("Data quality", "Management", None), ("Referral funnel", "Management", 700),
    ("Event attendance", "Volunteering", None),
)  # fmt: skip
_IDLE_DAYS = 365


class Crm:
    """Settles the CRM's plants and writes its database."""

    def __init__(
        self, scale: Scale, streams: Streams, book: ClaimBook, population: Population, staff: Staff
    ) -> None:
        self._scale = scale
        self._streams = streams
        self._book = book
        self._population = population
        self._staff = staff
        self._parties = Parties(scale, streams, book, population, staff)
        self.work = Work(scale, streams, book, staff)
        for table in _TABLES:
            book.size(f"crm.{table}", scale.rows(f"crm.{table}"))
        book.size("crm.email_addresses", self._parties.email_rows)
        self.erased = [n for n in range(1, scale.last_contact + 1) if book.is_gone(CONTACTS, n)]
        night, day = scale.imported, self._parties.created_day
        old = clock.index(clock.STALE_BEFORE) - 1
        person = population.people.person
        fits = {
            "contact_stale": lambda n: n < night.stop or day(n) < old,
            "contact_changed_before_created": lambda n: n > 0.75 * scale.last_contact,
            "contact_name_mojibake": lambda n: accented(*person(n)[:2]),
            "contact_names_swapped": lambda n: person(n).first in NICKNAMES,
        }
        book.plant(contact_faults(self.erased, scale.organisations), fits)
        second = {"email_parent_orphan": lambda n: n > scale.organisations}
        book.plant(record_faults(self.erased, scale.rows("crm.cases")), second)

    def write(self, database: Database) -> None:
        """Fill all tables."""
        fill, staff, parties, work = database.fill, self._staff, self._parties, self.work
        self._system_tables(database)
        fill("business_units", ((n, name, up, 9 + n, clock.DAYS[0]) for n, name, up in UNITS))
        fill("users", staff.users())
        fill("roles", staff.roles())
        fill("user_roles", staff.user_roles())
        fill("role_privileges", staff.role_privileges())
        fill("teams", ((n, f"{name} team", n) for n, name, _ in UNITS[1:]))
        members = {(a.unit, a.number) for a in staff.accounts if a.unit not in (None, 1)}
        fill("team_members", sorted(members, key=str))
        fill("login_history", staff.logins)
        fill("import_batches", self._batches())
        fill("organisations", parties.organisations())
        fill("households", parties.households())
        fill("contacts", parties.contacts())
        fill("contacts_cstm", parties.custom_fields())
        fill("email_addresses", parties.email_addresses())
        fill("membership_types", ((n, *t, 1) for n, t in enumerate(MEMBERSHIP_TYPES, 1)))
        for table in sorted(_TABLES):
            fill(table, getattr(work, table)())
        fill("dashboards", self._dashboards())
        fill("audit_log", self._audit_log())

    def _system_tables(self, database: Database) -> None:
        fill, first = database.fill, clock.DAYS[0]
        fill("schema_migrations", ((f"6.{n}", clock.DAYS[300 * n]) for n in range(5)))
        fill("app_cache", ((f"view:{n}", "{}", clock.AS_OF) for n in range(400)))
        fill("job_queue", ((n, "send_reminders", "done", clock.DAYS[n], 1) for n in range(1, 301)))
        fill("sessions", ((f"tok{n:05d}", 7 + n % 50, clock.AS_OF, "{}") for n in range(80)))
        menu = ("Contacts", "Organisations", "Cases", "Campaigns", "Donations", "Events", "Reports")
        fill("menu_items", ((n, 0, label, label.lower(), n) for n, label in enumerate(menu, 1)))
        fill("settings", (("product", "BeaconCRM"), ("version", "6.4.2"), ("as_of", clock.AS_OF)))
        entities = ("contacts", "organisations", "cases", "donations", "memberships")
        fill("audit_settings", ((name, int(name in entities[:2])) for name in entities))
        fill("option_lists", ((n, name, name) for n, name in enumerate(_OPTIONS, 1)))
        values = [
            (number, value, order)
            for number, options in enumerate(_OPTIONS.values(), 1)
            for order, value in enumerate(options, 1)
        ]
        fill("option_values", ((n, a, b, b, c, 1) for n, (a, b, c) in enumerate(values, 1)))
        pairs = [n for n, (_, value, _) in enumerate(values, 1) if value in (
            "Friend", "Service user", "Volunteers", "Giver", "Members", "Telephone call",
        ) and values[n - 1][0] != 4]  # fmt: skip
        self._book.record(
            "option_overlapping", "crm.option_values", ("value",), pairs,
            "an option that says the same as another one of its list",
        )  # fmt: skip
        fill(
            "custom_fields",
            ((n, "contacts", *field, 9, first) for n, field in enumerate(_CUSTOM, 1)),
        )
        self._book.record(
            "custom_field_unused", "crm.custom_fields", ("field_name",), _UNUSED,
            "a custom field that holds no value in any record", key="field_name",
        )  # fmt: skip

    def _batches(self) -> Iterator[tuple[Any, ...]]:
        rows = len(self._scale.imported)
        started = f"{clock.IMPORT_DAY} 02:00:00"
        yield ("IMP-2021-03", "Predecessor's contact list", rows, IMPORT, started)
        yield ("IMP-2024-02", "Telephone update", self._overwritten, IMPORT, "2024-02-17 03:00:00")

    def _dashboards(self) -> Iterator[tuple[Any, ...]]:
        idle = []
        for number, (title, audience, days) in enumerate(_DASHBOARDS, 1):
            seen = None if days is None else clock.DAYS[clock.LAST - days]
            views = 0 if days is None or days > _IDLE_DAYS else 400 // days
            if not views:
                idle.append(number)
            owner = self._staff.busiest[number % 5]
            yield (number, title, audience, owner, clock.DAYS[1500 + 40 * number], seen, views)
        self._book.record(
            "dashboard_not_consulted", "crm.dashboards", ("last_viewed_at",), idle,
            "a dashboard that nobody opened for a year", "views_last_year = 0",
        )  # fmt: skip

    @property
    def _overwritten(self) -> int:
        return share(0.02, self._scale.contacts)

    def _audit_log(self) -> Iterator[list[Any]]:
        rng = self._streams.table("crm.audit_log")
        total = share(0.60, self._scale.contacts)
        for number in range(1, total + 1):
            about = rng.random() < 0.85
            table = CONTACTS if about else ORGANISATIONS
            last = self._scale.last_contact if about else self._scale.organisations
            key = self._book.live(table, 1 + int(rng.random() * last))
            field = ("status", "phone", "city", "owner_id")[int(rng.random() * 4)]
            when = clock.stamp(rng, clock.between(rng, clock.LAST - 1200, clock.LAST))
            yield [
                number, table.partition(".")[2], key, "update", field, "(before)", "(after)",
                self._staff.author(rng), when,
            ]  # fmt: skip
        yield from self._losses(total)

    def _losses(self, number: int) -> Iterator[list[Any]]:
        """What the log knows of accidents: it comes last, so that it moves nothing."""
        first = number + 1
        culprit = self._staff.busiest[4]
        for second, key in enumerate(self.erased):
            number += 1
            night = f"{clock.PURGE_DAY} 22:{second // 60 % 60:02d}:{second % 60:02d}"
            yield [number, "contacts", key, "delete", None, f"HC-{key:06d}", None, culprit, night]
        self._book.record(
            "contact_hard_deleted", "crm.audit_log", ("entity_id",), range(first, number + 1),
            "contacts erased for good in one night by one account", "action = 'delete'",
        )  # fmt: skip
        first = number + 1
        rng = self._streams.plant("audit_overwritten_by_import")
        for second in range(self._overwritten):
            number += 1
            key = self._book.live(CONTACTS, 1 + int(rng.random() * self._scale.last_contact))
            when = f"2024-02-17 03:{second // 60 % 60:02d}:{second % 60:02d}"
            old = self._population.person(key).phone
            yield [number, "contacts", key, "update", "phone", old, "", IMPORT, when]
        self._book.record(
            "audit_overwritten_by_import", "crm.audit_log", ("new_value",),
            range(first, number + 1), "telephone numbers that an import replaced by nothing",
            f"action = 'update' AND user_id = {IMPORT} AND new_value = ''",
        )  # fmt: skip
