"""Contacts, organisations and households, with the e-mail addresses and custom fields they have."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from crmaudit.demo import clock
from crmaudit.demo.claims import ClaimBook
from crmaudit.demo.names import JOBS, plain
from crmaudit.demo.places import mobile_phone
from crmaudit.demo.population import CONTACTS, EXACT, ORGANISATIONS, Population
from crmaudit.demo.scale import Scale, share
from crmaudit.demo.staff import IMPORT, Staff
from crmaudit.demo.streams import Streams, weighted

_STATUS = weighted(("Active", 70), ("Inactive", 18), ("Prospect", 8), ("Deceased", 4))
_CATEGORY = weighted(
    ("Supporter", 34), ("Client", 26), ("Volunteer", 16), ("Donor", 14), ("Member", 10)
)
_SOURCE = weighted(
    ("Website", 30), ("Phone", 20), ("Event", 18), ("Walk-in", 16), ("Referral", 12), (None, 4)
)
_NOTES = ("Prefers evening calls", "Met at open day", "Has a key", "Large print please")
_SECOND_ADDRESS = 0.15
_IMPORTED = clock.index(clock.IMPORT_DAY)
_FRESH = clock.index(clock.STALE_BEFORE) + 1


class Parties:
    """Writes the people and organisations of the CRM."""

    def __init__(
        self, scale: Scale, streams: Streams, book: ClaimBook, population: Population, staff: Staff
    ) -> None:
        self._scale = scale
        self._last = scale.last_contact
        self._night = scale.imported
        self._streams = streams
        self._book = book
        self._population = population
        self._staff = staff

    def created_day(self, contact: int) -> int:
        """On which day the contact was entered: numbers rise with time, one night fills many."""
        night = self._night
        if contact < night.start:
            return int(_IMPORTED * contact / night.start)
        if contact < night.stop:
            return _IMPORTED
        rest = max(1, self._last - night.stop)
        return _IMPORTED + 2 + int((clock.LAST - _IMPORTED - 2) * (contact - night.stop) / rest)

    def contacts(self) -> Iterator[list[Any]]:
        """Rows of `contacts`."""
        rng = self._streams.table(CONTACTS)
        random, population, staff = rng.random, self._population, self._staff
        night = self._night
        for number in range(1, self._last + 1):
            r = [random() for _ in range(12)]
            author, owner = staff.author(rng), staff.owner(rng)
            created, modified = self._stamps(rng, number)
            if self._book.is_gone(CONTACTS, number):
                continue
            person = population.person(number)
            employer = population.employer(number)
            if employer is None and r[0] < 0.22:
                employer = 1 + int(r[1] * self._scale.organisations)
            imported = number in night
            woman = person.gender == "F"
            exact = self._book.owner(CONTACTS, "phone", number) in EXACT
            yield [
                number, f"HC-{number:06d}", _salutation(r[2], woman), person.first, person.last,
                person.born, person.gender if r[3] < 0.8 else None, person.email,
                person.phone if exact else _phone(person.phone, r[4]),
                mobile_phone(number) if r[5] < 0.05 else None,
                person.home.street, person.home.city, person.home.postcode,
                "United Kingdom", employer, population.household(number),
                JOBS[int(r[6] * 20)] if employer or r[7] < 0.2 else None,
                _STATUS[int(r[8] * 100)], _CATEGORY[int(r[9] * 100)],
                "Legacy import" if imported else _SOURCE[int(r[10] * 100)],
                f"Dear {person.first}", int(r[11] < 0.93), None,
                _NOTES[int(r[5] * 50) - 2] if 0.05 < r[5] < 0.12 else None,
                "IMP-2021-03" if imported else None, owner, staff.unit(owner),
                IMPORT if imported else author, created,
                IMPORT if imported and modified == created else author, modified, 0,
            ]  # fmt: skip

    def organisations(self) -> Iterator[list[Any]]:
        """Rows of `organisations`."""
        rng = self._streams.table(ORGANISATIONS)
        total = self._scale.organisations
        copies = self._population.groups.duplicate_organisations
        for number in range(1, total + 1):
            r = [rng.random() for _ in range(5)]
            author, owner = self._staff.author(rng), self._staff.owner(rng)
            day = clock.between(rng, 0, clock.LAST - 30)
            created = clock.stamp(rng, day)
            changed = max(created, _later(rng, day))
            o = self._population.people.organisation(copies.get(number, number))
            name = _respelt(o.name, number) if number in copies else o.name
            own = self._population.people.organisation(number)
            yield [
                number, name, o.sector, o.legal_form or None, own.registration,
                o.phone, f"https://www.{own.email.partition('@')[2]}", o.home.street, o.home.city,
                o.home.postcode, "United Kingdom", int(3 * 60 ** r[0]),
                1 + int(r[1] * total) if r[2] < 0.06 else None,
                "Active" if r[3] < 0.86 else "Inactive", owner, author, created, author, changed, 0,
            ]  # fmt: skip

    def households(self) -> Iterator[list[Any]]:
        """Rows of `households`, one for each family."""
        rng = self._streams.table("crm.households")
        for number, family in enumerate(self._population.groups.families, 1):
            head = self._population.person(family[0])
            day = self.created_day(family[-1])
            when = clock.stamp(rng, day)
            yield [
                number, f"{head.last} household", *head.home, family[0], self._staff.author(rng),
                when, max(when, _later(rng, day)), 0,
            ]  # fmt: skip

    @property
    def email_rows(self) -> int:
        """How many addresses the side table holds before any plant adds some."""
        return self._scale.organisations + share(_SECOND_ADDRESS, self._scale.contacts)

    def email_addresses(self) -> Iterator[list[Any]]:
        """Rows of `email_addresses`: all organisations' and the second ones of some contacts."""
        rng = self._streams.table("crm.email_addresses")
        people = self._population.people
        organisations = self._scale.organisations
        for number in range(1, self.email_rows + 1):
            when = clock.stamp(rng, clock.between(rng, 0, clock.LAST))
            out = int(rng.random() < 0.07)
            if number <= organisations:
                mail = people.organisation(number).email
                yield [number, "Organisation", number, mail, 1, out, when, 0]
                continue
            contact = 1 + int(rng.random() * self._last)
            contact = self._book.live(CONTACTS, contact)
            person = self._population.person(contact)
            mail = f"{plain(person.first) or 'me'}.{contact}@work.example.org"
            yield [number, "Contact", contact, mail, 0, out, when, 0]

    def custom_fields(self) -> Iterator[list[Any]]:
        """Rows of `contacts_cstm`: three fields live, five never caught on."""
        rng = self._streams.table("crm.contacts_cstm")
        segments = weighted(
            ("Supporters", 30), ("Volunteers", 20), ("Donors", 20), ("Clients", 20), ("Friends", 10)
        )
        for number in range(1, self._last + 1):
            a, b, c, d = rng.random(), rng.random(), rng.random(), rng.random()
            if self._book.is_gone(CONTACTS, number):
                continue
            legacy = f"DB3/{number:05d}" if number in self._night else None
            yield [
                number, ("Morning", "Afternoon", "Evening")[int(a * 3)] if a < 0.3 else None,
                segments[int(b * 100)] if c < 0.55 else None,
                None, legacy, None, "M" if number in (17, 170) else None, None, int(d < 0.5),
            ]  # fmt: skip

    def _stamps(self, rng: Random, number: int) -> tuple[str, str]:
        day = self.created_day(number)
        created = clock.stamp(rng, day)
        modified = _later(rng, day)
        if number in self._night:
            second = (number - self._night.start) * 3200 // len(self._night)
            created = f"{clock.IMPORT_DAY} 02:{second // 60:02d}:{second % 60:02d}"
        return created, max(created, modified)


def _later(rng: Random, day: int) -> str:
    """When something entered on `day` was last changed: stale records are a plant's affair."""
    return clock.stamp(rng, clock.between(rng, min(max(day, _FRESH), clock.LAST), clock.LAST))


def _salutation(r: float, woman: bool) -> str | None:
    if r < 0.08:
        return "Dr" if r < 0.03 else None
    return ("Mrs" if r < 0.45 else "Ms") if woman else "Mr"


def _phone(phone: str, r: float) -> str:
    """The same number in the spelling of whoever typed it."""
    if r < 0.55:
        return phone
    digits = phone.replace(" ", "")
    if r < 0.75:
        return digits
    if r < 0.92:
        return f"+44 {phone[1:]}"
    area, _, rest = phone.partition(" ")
    if not rest:
        return phone
    return f"({area}) {rest.replace(' ', '-')}"


def _respelt(name: str, number: int) -> str:
    swaps = (("Limited", "Ltd"), (" & ", " and "), ("Community", "Comm."), ("School", "Sch"))
    for old, new in swaps:
        if old in name:
            return name.replace(old, new)
    return (f"The {name}", name.upper(), f"{name} Ltd")[number % 3]
