"""What the organisation does with its contacts: calls, cases, members, campaigns, gifts, events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from crmaudit.demo import clock
from crmaudit.demo.claims import ClaimBook
from crmaudit.demo.places import CITIES
from crmaudit.demo.population import CONTACTS
from crmaudit.demo.scale import Scale
from crmaudit.demo.staff import IMPORT, SYSTEM, Staff
from crmaudit.demo.streams import Streams, weighted

MEMBERSHIP_TYPES = (
    ("Individual", 25.0, 12), ("Household", 40.0, 12), ("Student", 10.0, 12),
    ("Concession", 12.0, 12), ("Organisation", 120.0, 12), ("Life", 400.0, 600),
)  # fmt: skip
_CAMPAIGN_NAMES = ("Winter Appeal", "Spring Fair", "Volunteer Week", "Harvest Gifts", "Open Day")
_KINDS = weighted(("Phone call", 34), ("E-mail", 30), ("Meeting", 14), ("Note", 22))
_SUBJECTS = {
    "Phone call": ("Asked about opening hours", "Called about membership", "Left a message"),
    "E-mail": ("Sent information pack", "Reply about event", "Thanked for donation"),
    "Meeting": ("Home visit", "First meeting", "Review meeting"),
    "Note": ("Prefers to be phoned", "Updated details", "Spoke to partner"),
}
_AUTOMATIC = ("Workflow: status changed", "Workflow: reminder queued", "E-mail archived")
_PARENTS = weighted(("Contact", 70), ("Case", 12), ("Organisation", 10), ("Referral", 8))
_CASE_TYPES = ("Debt advice", "Housing", "Benefits", "Family support", "Volunteering enquiry")
_STAGES = weighted(
    ("New", 14), ("Contacted", 18), ("Qualified", 16), ("Assessed", 14), ("Confirmed", 24),
    ("Lost", 14),
)  # fmt: skip
_METHODS = weighted(("Direct debit", 48), ("Card", 30), ("Cash", 12), ("Cheque", 10))
_RESPONSES = weighted(("Interested", 40), ("Donated", 25), ("No thanks", 20), ("Bounced", 15))


class Work:
    """Writes the records of the daily work; keeps count of who recorded activities."""

    def __init__(self, scale: Scale, streams: Streams, book: ClaimBook, staff: Staff) -> None:
        self._scale = scale
        self._last = scale.last_contact
        self._streams = streams
        self._book = book
        self._staff = staff
        self.recorded_by: Counter[int] = Counter()

    def case_contact(self, case: int) -> int:
        """Whose case it is; activities of the case agree."""
        return self._book.live(CONTACTS, 1 + case * 7919 % self._last)

    def referral_contact(self, referral: int) -> int:
        """Who was referred."""
        return self._book.live(CONTACTS, 1 + referral * 6101 % self._last)

    def activities(self) -> Iterator[list[Any]]:
        """Rows of `activities`: a quarter was written by the system itself."""
        rng = self._streams.table("crm.activities")
        random, staff = rng.random, self._staff
        total = self._scale.rows("crm.activities")
        cases, referrals = self._scale.rows("crm.cases"), self._scale.rows("crm.referrals")
        for number in range(1, total + 1):
            author = staff.author(rng)
            kind = _KINDS[int(random() * 100)]
            subject = _SUBJECTS[kind][int(random() * 3)]
            parent, at = _PARENTS[int(random() * 100)], random()
            # Busy people are written about more than others.
            someone = self._someone(at * at)
            # Work grows over the years, hence the root.
            when = clock.stamp(rng, int(clock.LAST * (number / (total + 1)) ** 0.62))
            minutes, automatic, fourth = 5 + int(random() * 50), random() < 0.25, random()
            if automatic:
                author, kind, subject = SYSTEM, "System", _AUTOMATIC[int(fourth * 3)]
            else:
                self.recorded_by[author] += 1
            about: int | None = someone
            if parent == "Case":
                someone = 1 + int(at * cases)
                about = self.case_contact(someone)
            elif parent == "Referral":
                someone = 1 + int(at * referrals)
                about = self.referral_contact(someone)
            elif parent == "Organisation":
                someone, about = 1 + int(at * self._scale.organisations), None
            yield [
                number, kind, subject, f"{subject}." if fourth < 0.35 and not automatic else None,
                None if automatic else ("Outbound" if fourth < 0.6 else "Inbound"),
                "Completed" if fourth < 0.93 else "Planned", when, None if automatic else minutes,
                parent, someone, about, 1 + int(fourth * 400) if fourth < 0.1 else 0,
                int(automatic), author, author, when, author, when, 0,
            ]  # fmt: skip

    def attachments(self) -> Iterator[list[Any]]:
        """Rows of `attachments`, whose parents are named by table."""
        rng = self._streams.table("crm.attachments")
        for number in range(1, self._scale.rows("crm.attachments") + 1):
            a, b = rng.random(), rng.random()
            table = "cases" if a < 0.6 else "contacts"
            key = 1 + int(b * self._scale.rows("crm.cases")) if a < 0.6 else self._someone(b)
            kind = "pdf" if a < 0.8 else "jpeg"
            yield [
                number, table, key, f"scan_{number:05d}.{kind}", f"application/{kind}",
                20_000 + int(b * 900_000), self._staff.author(rng), self._when(rng),
            ]  # fmt: skip

    def cases(self) -> Iterator[list[Any]]:
        """Rows of `cases`; the person in charge is named by user name."""
        rng = self._streams.table("crm.cases")
        for number in range(1, self._scale.rows("crm.cases") + 1):
            a, b, c = rng.random(), rng.random(), rng.random()
            day = clock.between(rng, 900, clock.LAST - 5)
            author = self._staff.author(rng)
            closed = min(day + 4 + int(a * 160), clock.LAST) if b < 0.78 else None
            opened = clock.stamp(rng, day)
            status = "Closed" if closed else ("Open" if c < 0.7 else "On hold")
            changed = clock.stamp(rng, closed) if closed else opened
            kind = _CASE_TYPES[int(c * 5)]
            yield [
                number, f"CASE-{number:05d}", self.case_contact(number), f"{kind} enquiry", kind,
                status, ("Low", "Normal", "High")[int(a * 3)], opened[:10],
                clock.DAYS[closed] if closed else None, "Resolved" if closed and c < 0.6 else None,
                self._staff.user_name(author), self._staff.unit(author), author, opened, author,
                max(opened, changed), 0,
            ]  # fmt: skip

    def memberships(self) -> Iterator[list[Any]]:
        """Rows of `memberships`."""
        rng = self._streams.table("crm.memberships")
        for number in range(1, self._scale.rows("crm.memberships") + 1):
            kind = min(int(rng.random() * 7), 5)
            name, fee, months = MEMBERSHIP_TYPES[kind]
            day = clock.between(rng, 0, clock.LAST)
            start = clock.DAYS[min(day + 365 * int(rng.random() * 3), clock.LAST)]
            end = clock.plus(start, months * 30 if name == "Life" else 364)
            author, when = self._staff.author(rng), clock.stamp(rng, day)
            yield [
                number, self._someone(rng.random()), kind + 1,
                "Active" if end >= clock.AS_OF else "Lapsed", clock.DAYS[day], start, end, fee,
                int(rng.random() < 0.4), self._staff.owner(rng), author, when, author, when, 0,
            ]  # fmt: skip

    def campaigns(self) -> Iterator[list[Any]]:
        """Rows of `campaigns`."""
        rng = self._streams.table("crm.campaigns")
        total = self._scale.rows("crm.campaigns")
        for number in range(1, total + 1):
            day = (clock.LAST - 60) * number // total
            start = clock.DAYS[day]
            name = f"{_CAMPAIGN_NAMES[number % 5]} {start[:4]}"
            ended = clock.plus(start, 45) < clock.AS_OF
            author = self._staff.author(rng)
            yield [
                number, name, ("Mailing", "Event", "Telephone")[number % 3],
                "Completed" if ended else "Running", start, clock.plus(start, 45),
                500.0 * (1 + int(rng.random() * 20)), 200, author, author,
                f"{start} 09:00:00", f"{start} 09:00:00", 0,
            ]  # fmt: skip

    def campaign_responses(self) -> Iterator[list[Any]]:
        """Rows of `campaign_responses`; every fourth campaign was never followed up."""
        rng = self._streams.table("crm.campaign_responses")
        total = self._scale.rows("crm.campaigns")
        followed = [n for n in range(1, total + 1) if n % 4]
        for number in range(1, self._scale.rows("crm.campaign_responses") + 1):
            a = rng.random()
            campaign = followed[int(a * len(followed))]
            start = clock.DAYS[(clock.LAST - 60) * campaign // total]
            day = clock.plus(start, int(rng.random() * 40))
            yield [
                number, campaign, self._someone(rng.random()), _RESPONSES[int(rng.random() * 100)],
                ("Post", "Phone", "Web")[number % 3], day, self._staff.author(rng),
                f"{day} 12:{number % 60:02d}:00",
            ]  # fmt: skip

    def donations(self) -> Iterator[list[Any]]:
        """Rows of `donations`."""
        rng = self._streams.table("crm.donations")
        for number in range(1, self._scale.rows("crm.donations") + 1):
            a, b, c = rng.random(), rng.random(), rng.random()
            day = clock.between(rng, 0, clock.LAST)
            author, when = self._staff.author(rng), clock.stamp(rng, day)
            firm = a < 0.12
            organisation = 1 + int(b * self._scale.organisations) if firm else None
            yield [
                number, None if firm else self._someone(b * b), organisation,
                1 + int(c * 40) if a < 0.7 else None, round(5 * 40 ** (c * 0.9), 0), "GBP",
                clock.DAYS[day], _METHODS[int(a * 100)], int(b < 0.6), f"R{number:06d}",
                "Received" if c < 0.97 else "Pledged", 0, self._staff.owner(rng), author, when,
                author, when, 0,
            ]  # fmt: skip

    def referrals(self) -> Iterator[list[Any]]:
        """Rows of `referrals`: leads and opportunities, from first contact to confirmation."""
        rng = self._streams.table("crm.referrals")
        for number in range(1, self._scale.rows("crm.referrals") + 1):
            a, b = rng.random(), rng.random()
            stage = _STAGES[int(a * 100)]
            day = clock.between(rng, 700, clock.LAST - 70)
            author, when = self._staff.author(rng), clock.stamp(rng, day)
            confirmed = clock.DAYS[day + 3 + int(b * 60)] if stage == "Confirmed" else None
            organisation = 1 + int(b * self._scale.organisations) if b < 0.2 else None
            early = stage in ("New", "Contacted")
            yield [
                number, "lead" if early else "opportunity", f"Referral {number}",
                self.referral_contact(number), organisation,
                1 + int(b * 40) if 0.3 < b < 0.6 else None, stage,
                ("GP", "School", "Self", "Council", "Partner")[int(b * 5)],
                clock.DAYS[day], confirmed, round(20 + 400 * b, 2),
                "No reply" if stage == "Lost" else None, author, author, when, author,
                max(when, f"{confirmed or when[:10]} 16:00:00"), 0,
            ]  # fmt: skip

    def events(self) -> Iterator[list[Any]]:
        """Rows of `events`."""
        rng = self._streams.table("crm.events")
        for number in range(1, self._scale.rows("crm.events") + 1):
            a, author = rng.random(), self._staff.author(rng)
            day = clock.between(rng, 30, clock.LAST)
            entered = clock.stamp(rng, day - 28)
            kind = ("Workshop", "Open day", "Fundraiser", "Training")[int(a * 4)]
            yield [
                number, f"{kind} {clock.DAYS[day][:7]}", kind, f"{clock.DAYS[day]} 10:00:00",
                "Harbour Hall" if a < 0.5 else "Chapel Rooms", CITIES[int(a * 6)],
                20 + 10 * int(a * 12), 5.0 * int(a * 4), author, author, entered, entered,
                int(number % 20 == 0), 0,
            ]  # fmt: skip

    def event_registrations(self) -> Iterator[list[Any]]:
        """Rows of `event_registrations`."""
        rng = self._streams.table("crm.event_registrations")
        events = self._scale.rows("crm.events")
        for number in range(1, self._scale.rows("crm.event_registrations") + 1):
            a = rng.random()
            when = self._when(rng)
            yield [
                number, 1 + int(rng.random() * events), self._someone(rng.random()),
                "Attended" if a < 0.62 else ("Registered" if a < 0.85 else "No show"), when[:10],
                5.0 * int(a * 4), IMPORT if a < 0.2 else self._staff.author(rng), when,
            ]  # fmt: skip

    def _someone(self, position: float) -> int:
        return self._book.live(CONTACTS, 1 + int(position * self._last))

    def _when(self, rng: Random) -> str:
        return clock.stamp(rng, clock.between(rng, 0, clock.LAST))
