"""Who the CRM's contacts really are: families, colleagues, namesakes and duplicates.

These plants concern pairs and groups, so they are settled before any row is
written.  `Population.person` then says what the contact with a given number
knows of the person behind it; slips in single cells come later.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crmaudit.demo.claims import ClaimBook
from crmaudit.demo.names import NICKNAMES
from crmaudit.demo.people import (
    STRANGERS,
    People,
    Person,
    abbreviated,
    mailbox,
    nickname,
    with_typo,
)
from crmaudit.demo.scale import Scale, share
from crmaudit.demo.streams import Draw, Streams

CONTACTS = "crm.contacts"
ORGANISATIONS = "crm.organisations"
EXACT = tuple(f"contact_duplicate_exact{end}" for end in ("", "_later", "_source"))
"""The plants whose records must not differ even in spelling."""
_NAME = ("first_name", "last_name")
_HOME = ("street", "city", "postcode")
_WHOLE = (*_NAME, "date_of_birth", *_HOME, "email", "phone")
_DUPLICATES = (
    ("exact", 0.010, "the same person entered twice, word for word"),
    ("typo", 0.024, "entered again with a slip in the name"),
    ("nickname", 0.016, "entered again under a short form of the first name"),
    ("moved", 0.016, "entered again after moving house"),
    ("format", 0.014, "entered again in capitals and abbreviations"),
)


@dataclass(slots=True)
class Groups:
    """The true relations between contacts (and between organisations)."""

    duplicate_of: dict[int, tuple[int, str]] = field(default_factory=dict)
    families: list[tuple[int, ...]] = field(default_factory=list)
    namesakes: list[tuple[int, int]] = field(default_factory=list)
    colleagues: list[tuple[int, ...]] = field(default_factory=list)
    duplicate_organisations: dict[int, int] = field(default_factory=dict)


class Population:
    """Settles the groups and tells each contact's identity."""

    def __init__(self, scale: Scale, streams: Streams, book: ClaimBook) -> None:
        self.people = People(streams)
        self.groups = Groups()
        self._scale = scale
        self._book = book
        self._slips = streams.prefix("duplicate")
        self._mailboxes = streams.prefix("mailbox")
        self._streams = streams
        self._family_of: dict[int, tuple[int, int]] = {}
        self._namesake_of: dict[int, int] = {}
        self._sources: set[int] = set()
        self._office: dict[int, int] = {}
        book.size(CONTACTS, scale.last_contact)
        book.size(ORGANISATIONS, scale.organisations + scale.deleted_organisations)
        self._remove()
        self._duplicates()
        self._families()
        self._namesakes()
        self._colleagues()
        self._organisations()

    def person(self, contact: int) -> Person:
        """What the contact's record should say if nobody slipped."""
        if contact in self.groups.duplicate_of:
            source, kind = self.groups.duplicate_of[contact]
            return self._copy(self.person(source), kind, contact)
        person = self.people.person(contact)
        if contact in self._family_of:
            head = self.people.person(self._family_of[contact][1])
            if person.first == head.first and contact != self._family_of[contact][1]:
                # Father and son of one name could be told apart by nobody.
                other = self.people.person(STRANGERS * 2 + contact)
                person = person._replace(first=other.first, latin_first=other.latin_first)
            person = person._replace(
                last=head.last, latin_last=head.latin_last, phone=head.phone, home=head.home
            )
            person = self._with_own_mailbox(person, contact)
        if contact in self._namesake_of:
            other = self.people.person(self._namesake_of[contact])
            born = f"{other.born[:4]}{person.born[4:]}"
            person = other._replace(
                born=born if born != other.born else person.born,
                phone=person.phone,
                home=person.home,
            )
            person = self._with_own_mailbox(person, contact)
        if contact in self._office:
            office = self.people.organisation(self._office[contact])
            person = person._replace(phone=office.phone)
        return person

    def household(self, contact: int) -> int | None:
        """The contact's household."""
        entry = self._family_of.get(contact)
        return entry[0] if entry else None

    def employer(self, contact: int) -> int | None:
        """The organisation whose switchboard number the contact has."""
        return self._office.get(contact)

    def is_copy(self, contact: int) -> bool:
        """Whether the contact is the later record of a person entered twice."""
        return contact in self.groups.duplicate_of

    def is_doubled(self, contact: int) -> bool:
        """Whether another record is a copy of the contact."""
        return contact in self._sources

    def _with_own_mailbox(self, person: Person, contact: int) -> Person:
        draw = Draw(self._mailboxes, contact)
        return person._replace(email=mailbox(person.latin_first, person.latin_last, contact, draw))

    def _copy(self, person: Person, kind: str, contact: int) -> Person:
        if kind == "exact":
            return person
        draw = Draw(self._slips, contact)
        stranger = self.people.person(contact)
        if not draw.chance(600):
            second = mailbox(person.latin_first, person.latin_last, contact, draw)
            person = person._replace(email=second)
        if kind == "format":
            home = person.home._replace(street=abbreviated(person.home.street))
            return person._replace(
                first=person.first.upper(),
                last=person.last.upper(),
                email=person.email.upper(),
                phone=person.phone.replace(" ", ""),
                home=home,
            )
        if kind == "moved":
            phone = stranger.phone if draw.chance(500) else person.phone
            return person._replace(home=stranger.home, phone=phone)
        if not draw.chance(650):
            person = person._replace(phone=stranger.phone)
        if kind == "nickname":
            return person._replace(first=nickname(person.first, draw))
        if draw.chance(300) and len(person.first) > 3:
            person = person._replace(first=with_typo(person.first, draw))
        else:
            person = person._replace(last=with_typo(person.last, draw))
        year, month, day = person.born.split("-")
        if draw.chance(150) and int(day) <= 12:
            person = person._replace(born=f"{year}-{day}-{month}")
        return person

    def _remove(self) -> None:
        columns = ("id",)
        count = self._scale.deleted_contacts
        erased = self._book.claim("contact_hard_deleted", CONTACTS, columns, count)
        self._book.remove(CONTACTS, erased)
        first = self._scale.organisations + 1
        gone = range(first, first + self._scale.deleted_organisations)
        self._book.remove(ORGANISATIONS, gone)

    def _duplicates(self) -> None:
        book, scale, found = self._book, self._scale, self.groups.duplicate_of
        sources = self._sources
        for kind, part, about in _DUPLICATES:
            name = f"contact_duplicate_{kind}"
            # A copy without address, name or birth date would be no fair test.
            claimed = _WHOLE if kind == "exact" else (*_NAME, *_HOME)
            count = share(part, scale.contacts)
            unused = lambda key: key not in sources  # noqa: E731
            # Three in five came with the import that nobody compared with what was there.
            night = book.claim(
                name, CONTACTS, claimed, round(0.6 * count), pool=scale.imported, fits=unused
            )
            rest = book.claim(f"{name}_later", CONTACTS, claimed, count - len(night), fits=unused)
            copies = sorted(night + rest)
            for copy in copies:
                found[copy] = (0, kind)
            chosen = book.claim(
                f"{name}_source",
                CONTACTS,
                _WHOLE if kind == "exact" else ("source",),
                len(copies),
                fits=lambda key, kind=kind: self._can_be_source(key, kind),  # type: ignore[misc]
            )
            sources.update(chosen)
            # Keys come in ascending order: mixed, lest the two records stand side by side.
            self._streams.plant(f"{name}_mix").shuffle(chosen)
            for copy, source in zip(list(copies), chosen, strict=False):
                found[copy] = (source, kind)
            for copy in copies[len(chosen) :]:
                del found[copy]
            book.record(name, CONTACTS, claimed, copies[: len(chosen)], about)

    def _can_be_source(self, contact: int, kind: str) -> bool:
        if contact in self.groups.duplicate_of:
            return False
        person = self.people.person(contact)
        if kind == "nickname":
            return person.first in NICKNAMES
        if kind == "format":
            return person.first.upper() != person.first
        return kind != "typo" or len(person.last) > 3

    def _families(self) -> None:
        columns = ("last_name", *_HOME, "phone", "household_id")
        members = self._book.claim(
            "contact_family",
            CONTACTS,
            columns,
            share(0.15, self._scale.contacts, 4),
            # A person who stands twice in the CRM stays out: pairs are enough of a puzzle.
            fits=lambda key: self._book.is_free(CONTACTS, key, "source", "first_name"),
        )
        start, household = 0, 0
        while len(members) - start >= 2:
            size = min(2 + (start + len(members)) % 3, len(members) - start)
            # Far apart in the table, as families are: they join one after the other.
            family = tuple(members[start : start + size])
            household += 1
            for member in family:
                self._family_of[member] = (household, family[0])
            self.groups.families.append(family)
            start += size

    def _namesakes(self) -> None:
        count = share(0.006, self._scale.contacts, 2)
        free = lambda key: self._book.is_free(CONTACTS, key, *_WHOLE, "source")  # noqa: E731
        second = self._book.claim("contact_namesake", CONTACTS, _NAME, count, fits=free)
        first = self._book.claim("contact_namesake_of", CONTACTS, _NAME, count, fits=free)
        for one, other in zip(first, second, strict=False):
            self._namesake_of[other] = one
            self.groups.namesakes.append((one, other))

    def _colleagues(self) -> None:
        columns = ("phone", "organisation_id")
        staff = self._book.claim(
            "contact_colleague",
            CONTACTS,
            columns,
            share(0.04, self._scale.contacts, 4),
            fits=lambda key: self._book.is_free(CONTACTS, key, "first_name"),
        )
        start = 0
        while len(staff) - start >= 2:
            size = min(3 + (start // 3) % 4, len(staff) - start)
            team = tuple(staff[start : start + size])
            office = 1 + (team[0] * 7919) % self._scale.organisations
            for member in team:
                self._office[member] = office
            self.groups.colleagues.append(team)
            start += size

    def _organisations(self) -> None:
        count = share(0.04, self._scale.organisations, 2)
        columns = ("name", *_HOME, "phone")
        copies = self._book.claim("organisation_duplicate", ORGANISATIONS, columns, count)
        sources = self._book.claim("organisation_duplicate_of", ORGANISATIONS, columns, count)
        pairs = dict(zip(copies, sources, strict=False))
        self.groups.duplicate_organisations.update(pairs)
        self._book.record(
            "organisation_duplicate", ORGANISATIONS, columns, sorted(pairs),
            "the same organisation again under another spelling or legal form",
        )  # fmt: skip
