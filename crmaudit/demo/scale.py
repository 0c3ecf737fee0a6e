"""How many rows each table gets for a number of contacts."""

from __future__ import annotations

from dataclasses import dataclass

from crmaudit.errors import CrmauditError

SMALLEST = 100
"""Below this the planted defects would outnumber the people."""


def share(part: float, whole: int, least: int = 1) -> int:
    """`part` of `whole`, but never less than `least`: small demos keep every defect."""
    return max(least, round(part * whole))


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes that follow from the number of contacts; staff and reference data stay as they are."""

    contacts: int

    def __post_init__(self) -> None:
        if self.contacts < SMALLEST:
            raise CrmauditError(
                f"a demo needs at least {SMALLEST} contacts, not {self.contacts}",
                hint="leave the number out for 20,000 contacts",
            )

    @property
    def deleted_contacts(self) -> int:
        """Contacts that somebody erased: their numbers are missing in the table."""
        return share(0.015, self.contacts, 3)

    @property
    def last_contact(self) -> int:
        return self.contacts + self.deleted_contacts

    @property
    def imported(self) -> range:
        """The contacts that came in one night, numbered in a row."""
        first = 1 + round(0.50 * self.last_contact)
        return range(first, first + share(0.12, self.contacts))

    @property
    def organisations(self) -> int:
        return share(0.25, self.contacts)

    @property
    def deleted_organisations(self) -> int:
        """The last numbers, once given, now missing in the table."""
        return share(0.003, self.organisations, 2)

    @property
    def customers(self) -> int:
        return share(0.40, self.contacts)

    @property
    def subscribers(self) -> int:
        return share(0.60, self.contacts)

    def rows(self, table: str) -> int:
        """How many rows `table` ("system.table") gets before any plant adds some."""
        part = _SHARES.get(table)
        return share(part, self.contacts) if part is not None else _FIXED[table]


_SHARES = {
    "crm.activities": 3.0,
    "crm.attachments": 0.05,
    "crm.campaign_responses": 0.40,
    "crm.cases": 0.20,
    "crm.donations": 0.50,
    "crm.event_registrations": 0.30,
    "crm.events": 0.005,
    "crm.memberships": 0.30,
    "crm.referrals": 0.15,
    "billing.invoices": 0.90,
    "newsletter.subscriptions": 0.90,
    "newsletter.sends": 1.20,
}
_FIXED = {"crm.campaigns": 40, "crm.login_history": 12_000, "newsletter.campaigns": 60}
