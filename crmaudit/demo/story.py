"""The numbers that the demo's audit should arrive at, each with the query that gives it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

from crmaudit.demo import clock
from crmaudit.demo.billing import Billing
from crmaudit.demo.newsletter import Newsletter
from crmaudit.demo.population import Groups
from crmaudit.demo.staff import IMPORT, RECEPTION, SILENT_UNIT, Staff
from crmaudit.demo.truth import Fact, Overlap, Pairs

_LACKS_MAIL = "trim(coalesce(email, '')) = ''"
_PERSONAL = "is_active = 1 AND is_system = 0 AND first_name IS NOT NULL"
_YEAR_AGO = clock.DAYS[clock.LAST - 365]


def facts(folder: Mapping[str, Path], staff: Staff) -> tuple[Fact, ...]:
    """Ask the finished databases for every number of the story."""
    connection = sqlite3.connect(":memory:")
    try:
        for system, path in folder.items():
            connection.execute(f"ATTACH ? AS {system}", (str(path),))
        return tuple(
            Fact(name, connection.execute(sql).fetchone()[0], about, sql)
            for name, about, sql in _questions(staff)
        )
    finally:
        connection.close()


def _questions(staff: Staff) -> tuple[tuple[str, str, str], ...]:
    busiest = ", ".join(str(n) for n in (RECEPTION, *staff.busiest))
    human = "crm.activities WHERE is_automatic = 0"
    recorders = f"SELECT created_by FROM {human} AND created_at >= '{_YEAR_AGO}'"
    crm_mail = "SELECT lower(email) FROM crm.contacts WHERE email IS NOT NULL"
    return (
        ("contacts_without_email_share", "part of the contacts that has no e-mail address",
         f"SELECT avg({_LACKS_MAIL}) FROM crm.contacts"),
        ("contacts_without_email", "contacts that have no e-mail address, blanks included",
         f"SELECT count(*) FROM crm.contacts WHERE {_LACKS_MAIL}"),
        ("contacts_reachable_by_nothing", "contacts with neither e-mail nor telephone nor mobile",
         f"SELECT count(*) FROM crm.contacts WHERE {_LACKS_MAIL} AND phone IS NULL "
         "AND mobile IS NULL"),
        ("contacts_entered_on_import_day", "contacts that came in one night",
         f"SELECT count(*) FROM crm.contacts WHERE substr(created_at, 1, 10) = "
         f"'{clock.IMPORT_DAY}'"),
        ("automatic_activities", "activities that the system wrote itself",
         "SELECT count(*) FROM crm.activities WHERE is_automatic = 1"),
        ("recorded_by_six_accounts_share", "part of people's activities that six accounts wrote",
         f"SELECT avg(created_by IN ({busiest})) FROM {human}"),
        ("personal_accounts", "active accounts of persons",
         f"SELECT count(*) FROM crm.users WHERE {_PERSONAL}"),
        ("personal_accounts_recording", "of these, with an activity recorded in the last year",
         f"SELECT count(*) FROM crm.users WHERE {_PERSONAL} AND id IN ({recorders})"),
        ("silent_unit_accounts", "accounts in the unit that records nothing",
         f"SELECT count(*) FROM crm.users WHERE business_unit_id = {SILENT_UNIT}"),
        ("silent_unit_activities", "activities that this unit ever recorded",
         f"SELECT count(*) FROM {human} AND created_by IN "
         f"(SELECT id FROM crm.users WHERE business_unit_id = {SILENT_UNIT})"),
        ("contacts_owned_by_leavers", "contacts whose owner has left",
         "SELECT count(*) FROM crm.contacts WHERE owner_id IN "
         "(SELECT id FROM crm.users WHERE employment_end IS NOT NULL)"),
        ("contacts_last_touched_by_import", "contacts that nobody touched since their import",
         f"SELECT count(*) FROM crm.contacts WHERE modified_by = {IMPORT}"),
        ("campaigns_without_response", "campaigns to which no response was ever noted",
         "SELECT count(*) FROM crm.campaigns WHERE id NOT IN "
         "(SELECT campaign_id FROM crm.campaign_responses)"),
        ("role_holders_organizational_delete", "accounts that may delete every contact",
         "SELECT count(DISTINCT user_id) FROM crm.user_roles JOIN crm.role_privileges "
         "USING (role_id) WHERE entity = 'contacts' AND privilege = 'delete' "
         "AND access_level = 'Organizational'"),
        ("invoices_without_crm_reference", "invoices whose customer carries no CRM number",
         "SELECT count(*) FROM billing.invoices i JOIN billing.customers c USING (customer_id) "
         "WHERE c.crm_contact_no IS NULL AND c.crm_organisation_id IS NULL"),
        ("subscribers_without_crm_email", "subscribers whose address stands in no contact",
         "SELECT count(*) FROM newsletter.subscribers "
         f"WHERE lower(email) NOT IN ({crm_mail})"),
        ("subscribers_without_consent", "active subscribers whose contact says no to e-mail",
         "SELECT count(*) FROM newsletter.subscribers WHERE state = 'active' AND lower(email) IN "
         f"({crm_mail} AND consent_email = 0)"),
    )  # fmt: skip


def pairs(groups: Groups) -> tuple[Pairs, ...]:
    """All pairs of the CRM's records that are one thing, and the look-alikes that are not."""
    table = "crm.contacts"
    clusters: dict[int, list[tuple[int, str]]] = {}
    for copy, (source, kind) in sorted(groups.duplicate_of.items()):
        clusters.setdefault(source, []).append((copy, kind))
    found: dict[str, list[tuple[int, int]]] = {}
    for source, copies in clusters.items():
        for copy, kind in copies:
            found.setdefault(kind, []).append((min(source, copy), max(source, copy)))
        for (one, _), (other, _) in combinations(copies, 2):
            found.setdefault("two copies", []).append((min(one, other), max(one, other)))
    firms = [(min(p), max(p)) for p in groups.duplicate_organisations.items()]
    look_alikes = {
        "namesake": [(min(p), max(p)) for p in groups.namesakes],
        "family": [p for family in groups.families for p in combinations(family, 2)],
        "colleague": [p for team in groups.colleagues for p in combinations(team, 2)],
    }
    return (
        *(Pairs(kind, table, table, True, _sorted(found[kind])) for kind in sorted(found)),
        Pairs("organisation", "crm.organisations", "crm.organisations", True, _sorted(firms)),
        *(Pairs(k, table, table, False, _sorted(v)) for k, v in look_alikes.items()),
    )


def overlaps(billing: Billing, newsletter: Newsletter) -> tuple[Overlap, ...]:
    """Who stands in two systems."""
    result = []
    for kind, left in (("contact", "crm.contacts"), ("organisation", "crm.organisations")):
        known = billing.pairs(kind)
        new = "new person" if kind == "contact" else "new organisation"
        only = [n for n, (what, _) in enumerate(billing.links) if what == new]
        referenced = [n for _, n in known if billing.referenced[n]]
        agreement = {k: dict(sorted(v.items())) for k, v in billing.agreement.items()}
        result.append(
            Overlap(
                left,
                "billing.customers",
                _sorted(known),
                tuple(referenced),
                tuple(only),
                agreement if kind == "contact" else {},
            )
        )
    same, hidden = newsletter.pairs(by_email=True), newsletter.pairs(by_email=False)
    agreement = {"email": {"same": len(same), "only in the newsletter": len(hidden)}}
    result.append(
        Overlap(
            "crm.contacts",
            "newsletter.subscribers",
            _sorted([*same, *hidden]),
            (),
            tuple(newsletter.unknown()),
            agreement,
        )
    )
    return tuple(result)


def _sorted(found: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(found))
