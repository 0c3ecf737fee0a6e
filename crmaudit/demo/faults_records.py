"""The defects planted in the CRM's other tables.  A closed list: see `faults_later`."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from crmaudit.demo import clock
from crmaudit.demo.claims import CellPlant, Values
from crmaudit.demo.faults_crm import put

_NO_CONTACT = "contact_id NOT IN (SELECT id FROM contacts)"


def _expired(values: Values, rng: Random) -> Values:
    end = clock.plus(clock.AS_OF, -30 - int(rng.random() * 900))
    return {"status": "Active", "end_date": end, "start_date": clock.plus(end, -364)}


def _closed_early(values: Values, rng: Random) -> Values:
    closed = clock.plus(values["opened_on"], -1 - int(rng.random() * 300))
    return {"status": "Closed", "closed_on": closed}


def _confirmed_from_nowhere(values: Values, rng: Random) -> Values:
    confirmed = clock.plus(values["first_contact_on"], 20)
    return {
        "record_type": "opportunity", "stage": "Confirmed", "first_contact_on": None,
        "confirmed_on": confirmed, "lost_reason": None,
        "modified_at": max(values["modified_at"], f"{confirmed} 16:00:00"),
    }  # fmt: skip


def record_faults(erased: Sequence[int], cases: int) -> tuple[CellPlant, ...]:
    """Plants in organisations and all that hangs on contacts; `erased` are deleted contacts."""

    def to_erased(values: Values, rng: Random) -> Values:
        return {"contact_id": erased[int(rng.random() * len(erased))]}

    def activity_to_erased(values: Values, rng: Random) -> Values:
        gone = to_erased(values, rng)["contact_id"]
        return {"contact_id": gone, "parent_type": "Contact", "parent_id": gone}

    org, acts, gifts = "crm.organisations", "crm.activities", "crm.donations"
    parent = ("parent_type", "parent_id", "contact_id")
    return (
        CellPlant("organisation_phone_missing", org, ("phone",), 0.22, put("phone", None),
                  "no telephone number", "phone IS NULL"),
        CellPlant("organisation_registration_missing", org, ("registration_no",), 0.45,
                  put("registration_no", None), "no registration number",
                  "registration_no IS NULL"),
        CellPlant("organisation_website_invalid", org, ("website",), 0.015,
                  put("website", "www", "http:/", "tbc", "see card"), "no web address",
                  "website NOT LIKE 'http%://%.%'"),
        CellPlant("organisation_status_variant", org, ("status",), 0.03,
                  put("status", "active", "ACTIVE", "Active "), "a status in another spelling",
                  "status NOT IN ('Active', 'Inactive')"),
        CellPlant("membership_active_but_expired", "crm.memberships", ("status", "end_date"), 0.04,
                  _expired, "active although it ended",
                  f"status = 'Active' AND end_date < '{clock.AS_OF}'"),
        CellPlant("membership_status_variant", "crm.memberships", ("status",), 0.03,
                  lambda v, rng: {"status": (v["status"].upper(), f"{v['status']} ",
                                             v["status"].lower())[int(rng.random() * 3)]},
                  "a status in another spelling", "status NOT IN ('Active', 'Lapsed')"),
        CellPlant("case_closed_before_opened", "crm.cases", ("closed_on", "status"), 0.01,
                  _closed_early, "closed before it was opened", "closed_on < opened_on"),
        CellPlant("case_assigned_to_gone", "crm.cases", ("assigned_to",), 0.015,
                  put("assigned_to", "j.former", "m.left"),
                  "assigned to somebody whose account was erased",
                  "assigned_to <> 'Anyone' AND assigned_to NOT IN (SELECT user_name FROM users)"),
        CellPlant("case_assigned_to_anyone", "crm.cases", ("assigned_to",), 0.01,
                  put("assigned_to", "Anyone"), "assigned to nobody in particular",
                  "assigned_to = 'Anyone'"),
        CellPlant("donation_amount_outlier", gifts, ("amount",), 0.0012,
                  lambda v, rng: {"amount": 60_000.0 + v["amount"] * 100},
                  "a hundred times too much", "amount >= 50000"),
        CellPlant("donation_amount_negative", gifts, ("amount",), 0.003,
                  lambda v, rng: {"amount": -v["amount"]}, "a negative gift", "amount < 0"),
        CellPlant("donation_in_future", gifts, ("donated_on",), 0.002,
                  lambda v, rng: {"donated_on": f"{2027 + int(rng.random() * 60)}"
                                                f"{v['donated_on'][4:]}"},
                  "given after the audit", f"donated_on > '{clock.AS_OF}'"),
        CellPlant("donation_of_nobody", gifts, ("contact_id", "organisation_id"), 0.004,
                  lambda v, rng: {"contact_id": None, "organisation_id": None},
                  "neither a person nor an organisation gave it",
                  "contact_id IS NULL AND organisation_id IS NULL"),
        CellPlant("donation_campaign_none", gifts, ("campaign_id",), 0.05, put("campaign_id", -1),
                  "-1 where there is no campaign", "campaign_id = -1"),
        CellPlant("donation_test", gifts, ("is_test",), 0.002, put("is_test", 1),
                  "a test payment among the real ones", "is_test = 1"),
        CellPlant("referral_confirmed_without_first_contact", "crm.referrals",
                  ("first_contact_on", "stage"), 0.05, _confirmed_from_nowhere,
                  "confirmed, but nobody noted the first contact",
                  "stage = 'Confirmed' AND first_contact_on IS NULL"),
        CellPlant("response_contact_orphan", "crm.campaign_responses", ("contact_id",), 0.0075,
                  to_erased, "response of an erased contact", _NO_CONTACT),
        CellPlant("registration_contact_orphan", "crm.event_registrations", ("contact_id",), 0.007,
                  to_erased, "registration of an erased contact", _NO_CONTACT),
        CellPlant("activity_contact_orphan", acts, parent, 0.015, activity_to_erased,
                  "activity of an erased contact", _NO_CONTACT),
        CellPlant("activity_case_orphan", acts, parent, 0.002,
                  lambda v, rng: {"parent_type": "Case", "contact_id": None,
                                  "parent_id": cases + 1 + int(rng.random() * 50)},
                  "activity of an erased case",
                  "parent_type = 'Case' AND parent_id NOT IN (SELECT id FROM cases)"),
        CellPlant("activity_parent_type_unknown", acts, parent, 0.0005,
                  lambda v, rng: {"parent_type": "Lead", "contact_id": None},
                  "activity of a kind of record that no longer exists", "parent_type = 'Lead'"),
        CellPlant("activity_completed_in_future", acts, ("activity_at", "status"), 0.001,
                  lambda v, rng: {"status": "Completed", "activity_at":
                                  f"{2027 + int(rng.random() * 9)}{v['activity_at'][4:]}"},
                  "done already, in the future", f"activity_at > '{clock.AS_OF} 24'"),
        CellPlant("email_parent_orphan", "crm.email_addresses", ("parent_id", "parent_type"), 0.01,
                  lambda v, rng: {"parent_type": "Contact",
                                  "parent_id": to_erased(v, rng)["contact_id"]},
                  "e-mail address of an erased contact",
                  "parent_type = 'Contact' AND parent_id NOT IN (SELECT id FROM contacts)"),
        CellPlant("attachment_case_orphan", "crm.attachments", ("entity_table", "entity_id"), 0.02,
                  lambda v, rng: {"entity_table": "cases",
                                  "entity_id": cases + 1 + int(rng.random() * 50)},
                  "file of an erased case",
                  "entity_table = 'cases' AND entity_id NOT IN (SELECT id FROM cases)"),
    )  # fmt: skip
