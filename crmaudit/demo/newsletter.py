"""The demo's newsletter tool, "PostRoom": subscribers known by e-mail address alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from crmaudit.demo import clock
from crmaudit.demo.billing import WITNESS
from crmaudit.demo.claims import CellPlant, ClaimBook
from crmaudit.demo.database import Database
from crmaudit.demo.faults_crm import break_email
from crmaudit.demo.people import STRANGERS, Person
from crmaudit.demo.population import CONTACTS, Population
from crmaudit.demo.scale import Scale, share
from crmaudit.demo.streams import Streams

SUBSCRIBERS = "newsletter.subscribers"
_LISTS = ("Monthly news", "Volunteers", "Donors", "Events", "Partners", "Press")
_EPOCH = date(1970, 1, 1).toordinal()
_START = date.fromisoformat(clock.FIRST_DAY).toordinal() - _EPOCH
_SUPPRESSED_FROM = clock.index("2024-01-01")
_LACKING = ("contact_email_missing", "contact_email_blank")
_RECENT = 12
"""Single sends are kept for the newest campaigns only."""


class Newsletter:
    """Settles who subscribes and writes the newsletter database."""

    def __init__(
        self, scale: Scale, streams: Streams, book: ClaimBook, population: Population
    ) -> None:
        self._scale = scale
        self._streams = streams
        self._book = book
        self._population = population
        self._total = scale.subscribers
        self.links = self._settle()
        for key in self.links[1:]:
            # Found by its e-mail: no later plant may touch it.
            if key < STRANGERS and book.is_free(CONTACTS, key, "email"):
                book.take(WITNESS, CONTACTS, ("email",), key)
        book.size(SUBSCRIBERS, self._total, "subscriber_id")
        self._suppressed = book.claim(
            "subscriber_suppressed", SUBSCRIBERS, ("state", "email"), share(0.03, self._total, 4)
        )
        still = streams.plant("suppressed_still_mailed")
        count = min(share(0.0045, scale.contacts, 2), len(self._suppressed))
        self._still_mailed = sorted(still.sample(self._suppressed, count))
        plant = CellPlant(
            "subscriber_email_invalid", SUBSCRIBERS, ("email",), 0.008, break_email("email"),
            "an e-mail address that no mail can reach",
            "email NOT LIKE '%_@_%._%' OR email LIKE '%@%@%' OR email LIKE '% %'",
        )  # fmt: skip
        # Only strangers' addresses break: the overlap by e-mail stays as it was settled.
        book.plant((plant,), {plant.name: lambda n: self.links[n] >= STRANGERS})

    def pairs(self, by_email: bool) -> list[tuple[int, int]]:
        """(contact, subscriber) known to both: by one e-mail, or although the CRM has none."""
        return [
            (key, n)
            for n, key in enumerate(self.links[1:], 1)
            if key < STRANGERS
            and (self._book.owner(CONTACTS, "email", key) not in _LACKING) == by_email
        ]

    def unknown(self) -> list[int]:
        """Subscribers of whom the CRM knows nothing."""
        return [n for n, key in enumerate(self.links[1:], 1) if key >= STRANGERS]

    def write(self, database: Database) -> None:
        """Fill all tables."""
        database.fill("lists", ((n, title, _at(n * 30)) for n, title in enumerate(_LISTS, 1)))
        database.fill("subscribers", self._subscribers())
        database.fill("subscriptions", self._subscriptions())
        database.fill("campaigns", self._campaigns())
        database.fill("sends", self._sends())
        database.fill("suppression", self._suppression())

    def _settle(self) -> list[int]:
        rng = self._streams.table(f"{SUBSCRIBERS}:who")
        clean, lacking = [], []
        for key in range(1, self._scale.last_contact + 1):
            if self._book.is_gone(CONTACTS, key) or self._population.is_copy(key):
                continue
            owner = self._book.owner(CONTACTS, "email", key)
            if owner in ("", WITNESS):
                clean.append(key)
            elif owner in _LACKING and not self._population.is_doubled(key):
                lacking.append(key)
        same, hidden = round(0.55 * self._total), round(0.08 * self._total)
        links = rng.sample(clean, min(same, len(clean)))
        links += rng.sample(lacking, min(hidden, len(lacking)))
        first = STRANGERS + 50_000_000
        links += range(first, first + self._total - len(links))
        rng.shuffle(links)
        return [0, *links]

    def _person(self, number: int) -> Person:
        key = self.links[number]
        if key >= STRANGERS:
            return self._population.people.person(key)
        return self._population.person(key)

    def _subscribers(self) -> Iterator[list[Any]]:
        rng = self._streams.table(SUBSCRIBERS)
        gone = set(self._suppressed)
        for number in range(1, self._total + 1):
            a = rng.random()
            person = self._person(number)
            day = clock.between(rng, 1000, clock.LAST)
            name = f"{person.first} {person.last}" if a < 0.7 else None
            state = "active" if a < 0.88 else "unsubscribed"
            yield [
                number, person.email, name, "en" if a < 0.93 else "pl",
                "suppressed" if number in gone else state,
                ("Website form", "Event list", "Paper form")[int(rng.random() * 3)],
                _at(day), _at(clock.between(rng, day, clock.LAST)),
            ]  # fmt: skip

    def _subscriptions(self) -> Iterator[list[Any]]:
        rng = self._streams.table("newsletter.subscriptions")
        for number in range(1, self._scale.rows("newsletter.subscriptions") + 1):
            a, b = rng.random(), rng.random()
            # Everybody has one, some have more.
            who = number if number <= self._total else 1 + int(a * self._total)
            day = clock.between(rng, 1000, clock.LAST)
            left = _at(clock.between(rng, day, clock.LAST)) if b < 0.12 else None
            yield [number, who, 1 + int(a * a * len(_LISTS)), _at(day), left]

    def _sent(self, campaign: int) -> int:
        total = self._scale.rows("newsletter.campaigns")
        return _at(clock.LAST - 14 - 30 * (total - campaign)) + 36_000

    def _campaigns(self) -> Iterator[list[Any]]:
        rng = self._streams.table("newsletter.campaigns")
        for number in range(1, self._scale.rows("newsletter.campaigns") + 1):
            reached = int(self._total * (0.5 + 0.4 * rng.random()))
            opens = int(reached * (0.18 + 0.2 * rng.random()))
            yield [
                number, 1 + number % len(_LISTS), f"News {number}", self._sent(number), reached,
                opens, int(opens * 0.15), int(reached * 0.02),
            ]  # fmt: skip

    def _sends(self) -> Iterator[list[Any]]:
        rng = self._streams.table("newsletter.sends")
        total = self._scale.rows("newsletter.sends")
        last = self._scale.rows("newsletter.campaigns")
        gone = set(self._suppressed)
        for number in range(1, total + 1):
            who = 1 + int(rng.random() * self._total)
            while who in gone:
                who = who % self._total + 1
            a, campaign = rng.random(), last - int(rng.random() * _RECENT)
            opens = 1 + int(a * 4) if a < 0.3 else 0
            yield [
                number, campaign, who, self._sent(campaign), opens, int(a < 0.05), int(a > 0.98)
            ]  # fmt: skip
        planted = range(total + 1, total + 1 + len(self._still_mailed))
        for number, who in zip(planted, self._still_mailed, strict=True):
            yield [number, last, who, self._sent(last), 0, 0, 0]
        self._book.record(
            "suppressed_still_mailed", "newsletter.sends", ("subscriber_id",), planted,
            "mail to somebody who had asked for none",
            "EXISTS (SELECT 1 FROM subscribers s JOIN suppression p ON p.email = s.email "
            "WHERE s.subscriber_id = sends.subscriber_id AND p.suppressed < sends.sent)",
            key="send_id",
        )  # fmt: skip

    def _suppression(self) -> Iterator[list[Any]]:
        rng = self._streams.table("newsletter.suppression")
        rows = []
        for number in self._suppressed:
            day = clock.between(rng, _SUPPRESSED_FROM, clock.LAST - 60)
            reason = ("complaint", "unsubscribe", "bounce")[int(rng.random() * 3)]
            rows.append([self._person(number).email, reason, _at(day)])
        # The key is the address itself: rows sorted by it keep the file in order.
        yield from sorted(rows)


def _at(day: int) -> int:
    """Seconds since 1970 at the start of day number `day` of the demo's calendar."""
    return (_START + day) * 86_400
