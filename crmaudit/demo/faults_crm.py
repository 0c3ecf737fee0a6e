"""The defects planted in the CRM's contacts.  A closed list: see `faults_later`.

A plant's condition (`where`) finds its rows and no others; where no condition
could (swapped names look like names), the truth lists the keys alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from crmaudit.demo import clock
from crmaudit.demo.claims import CellPlant, Mutation, Values
from crmaudit.demo.people import other_city
from crmaudit.demo.staff import IMPORT
from crmaudit.demo.streams import Draw

NO_MAIL = ("n/a", "none@none", "test@test", "xxx", "noemail@example.org")
_NO_PHONE = ("999-9999", "0000000000", "123456", "n/a")
_NO_NAME = ("xxx", "Test", "Unknown", "n/a")


def sql_list(values: Sequence[str]) -> str:
    """`values` as they stand inside IN (…)."""
    return ", ".join(f"'{value}'" for value in values)


def put(column: str, *choices: Any) -> Mutation:
    """A mutation that writes one of `choices` into `column`."""
    return lambda values, rng: {column: choices[int(rng.random() * len(choices))]}


def break_email(column: str) -> Mutation:
    """A mutation that damages an e-mail address beyond delivery."""

    def mutate(values: Values, rng: Random) -> Values:
        local, _, domain = str(values[column]).partition("@")
        return {
            column: (
                f"{local}.{domain}", f"{local}@@{domain}", f"{local} @{domain}",
                f"{local}@{domain.partition('.')[0]}", f"{local}@{domain.replace('.', ',')}",
            )[int(rng.random() * 5)]
        }  # fmt: skip

    return mutate


def bad_email(column: str) -> str:
    """The condition that finds what `break_email` wrote (no placeholder, no blank)."""
    return (
        f"{column} IS NOT NULL AND trim({column}) <> '' "
        f"AND lower({column}) NOT IN ({sql_list(NO_MAIL)}) "
        f"AND ({column} NOT LIKE '%_@_%._%' OR {column} LIKE '%@%@%' OR {column} LIKE '% %')"
    )


def _future_birth(values: Values, rng: Random) -> Values:
    return {"date_of_birth": f"{2027 + int(rng.random() * 40)}-{values['date_of_birth'][5:]}"}


def _odd_postcode(values: Values, rng: Random) -> Values:
    code = str(values["postcode"])
    if " " not in code:  # a hurried copy has no blank already
        return {"postcode": code.lower()}
    spellings = (code.replace(" ", ""), code.lower(), code.replace(" ", "-"), f" {code}")
    return {"postcode": spellings[int(rng.random() * 4)]}


def _bad_postcode(values: Values, rng: Random) -> Values:
    out = str(values["postcode"]).partition(" ")[0][:3]
    return {"postcode": (f"{out} 4", "00000", f"{out} ABC", "UNKNOWN")[int(rng.random() * 4)]}


def _swap(one: str, other: str) -> Mutation:
    return lambda values, rng: {one: values[other], other: values[one]}


def _another_city(values: Values, rng: Random) -> Values:
    # The draw's own start is all it needs: the town follows from the plant's stream.
    return {"city": other_city(values["city"], Draw(b"city", int(rng.random() * 2**40)))}


def _mojibake(values: Values, rng: Random) -> Values:
    return {
        column: str(values[column]).encode().decode("cp1252", errors="replace")
        for column in ("first_name", "last_name")
    }


def _stale(values: Values, rng: Random) -> Values:
    first, last = clock.index(values["created_at"]), clock.index(clock.STALE_BEFORE) - 1
    if values["created_by"] == IMPORT and rng.random() < 0.6:
        return {"modified_at": values["created_at"], "modified_by": IMPORT}
    modified = clock.stamp(rng, clock.between(rng, first, last))
    return {"modified_at": max(values["created_at"], modified)}


def _changed_before_created(values: Values, rng: Random) -> Values:
    day = clock.index(values["created_at"]) - 1 - int(rng.random() * 15)
    return {"modified_at": clock.stamp(rng, day)}


def _variant(column: str) -> Mutation:
    def mutate(values: Values, rng: Random) -> Values:
        text = str(values[column])
        return {column: (text.lower(), text.upper(), f"{text} ")[int(rng.random() * 3)]}

    return mutate


_STATUSES = ("Active", "Inactive", "Prospect", "Deceased")
_OVERLAP = {
    "Supporter": "Friend", "Client": "Service user", "Volunteer": "Volunteers", "Donor": "Giver",
    "Member": "Members",
}  # fmt: skip


def contact_faults(erased: Sequence[int], organisations: int) -> tuple[CellPlant, ...]:
    """Plants in `contacts`; `erased` are numbers of deleted contacts."""
    mail, phone, born, name = ("email",), ("phone",), ("date_of_birth",), "last_name"
    t = "crm.contacts"
    return (
        CellPlant("contact_email_missing", t, mail, 0.28, put("email", None),
                  "no e-mail address", "email IS NULL"),
        CellPlant("contact_email_blank", t, mail, 0.03, put("email", "", " ", "   "),
                  "an e-mail address of blanks only", "trim(email) = ''"),
        CellPlant("contact_email_placeholder", t, mail, 0.008, put("email", *NO_MAIL),
                  "a stopgap instead of an e-mail address",
                  f"lower(email) IN ({sql_list(NO_MAIL)})"),
        CellPlant("contact_email_invalid", t, mail, 0.012, break_email("email"),
                  "an e-mail address that no mail can reach", bad_email("email")),
        CellPlant("contact_phone_missing", t, phone, 0.35, put("phone", None),
                  "no telephone number", "phone IS NULL"),
        CellPlant("contact_phone_placeholder", t, phone, 0.01, put("phone", *_NO_PHONE),
                  "a stopgap instead of a number", f"phone IN ({sql_list(_NO_PHONE)})"),
        CellPlant("contact_phone_invalid", t, phone, 0.008,
                  put("phone", "ring reception", "0163", "01632 96", "see notes", "07700"),
                  "no telephone number at all, or cut off",
                  f"phone NOT IN ({sql_list(_NO_PHONE)}) AND (length(phone) < 10 OR "
                  "phone GLOB '*[a-z]*')"),
        CellPlant("contact_birth_date_missing", t, born, 0.40, put("date_of_birth", None),
                  "no date of birth", "date_of_birth IS NULL"),
        CellPlant("contact_birth_date_default", t, born, 0.03, put("date_of_birth", "1900-01-01"),
                  "the form's default instead of a date of birth", "date_of_birth = '1900-01-01'"),
        CellPlant("contact_birth_date_future", t, born, 0.002, _future_birth,
                  "born after the audit", f"date_of_birth > '{clock.AS_OF}'"),
        CellPlant("contact_postcode_missing", t, ("postcode",), 0.05, put("postcode", None),
                  "no postcode", "postcode IS NULL"),
        CellPlant("contact_postcode_format", t, ("postcode",), 0.06, _odd_postcode,
                  "a good postcode in another spelling"),
        CellPlant("contact_postcode_invalid", t, ("postcode",), 0.01, _bad_postcode,
                  "no possible postcode",
                  "postcode GLOB '* [0-9]' OR postcode IN ('00000', 'UNKNOWN') "
                  "OR postcode GLOB '* ABC'"),
        CellPlant("contact_city_postcode_swapped", t, ("city", "postcode"), 0.006,
                  _swap("city", "postcode"), "town and postcode in each other's column",
                  "city GLOB '*[0-9]*'"),
        CellPlant("contact_city_conflicts_postcode", t, ("city",), 0.008, _another_city,
                  "the town is not the postcode's"),
        CellPlant("contact_names_swapped", t, ("first_name", "last_name"), 0.008,
                  _swap("first_name", "last_name"), "first and last name in each other's column"),
        CellPlant("contact_name_placeholder", t, (name,), 0.003, put(name, *_NO_NAME),
                  "a stopgap instead of a name", f"last_name IN ({sql_list(_NO_NAME)})"),
        CellPlant("contact_name_mojibake", t, ("first_name", "last_name"), 0.006, _mojibake,
                  "accents damaged by a wrong encoding",
                  "first_name || last_name GLOB '*[ÃÅÄ]*'"),
        CellPlant("contact_status_variant", t, ("status",), 0.04, _variant("status"),
                  "a status in another spelling", f"status NOT IN ({sql_list(_STATUSES)})"),
        CellPlant("contact_category_overlap", t, ("category",), 0.06,
                  lambda values, rng: {"category": _OVERLAP[values["category"]]},
                  "a category that says the same as another one",
                  f"category IN ({sql_list(tuple(_OVERLAP.values()))})"),
        CellPlant("contact_job_blank", t, ("job_title",), 0.02, put("job_title", " ", "  "),
                  "a job title of blanks only", "job_title IS NOT NULL AND trim(job_title) = ''"),
        CellPlant("contact_stale", t, ("modified_at",), 0.18, _stale,
                  "not changed for five years", f"modified_at < '{clock.STALE_BEFORE}'"),
        CellPlant("contact_soft_deleted", t, ("is_deleted",), 0.02, put("is_deleted", 1),
                  "in the recycle bin", "is_deleted = 1"),
        CellPlant("contact_organisation_none", t, ("organisation_id",), 0.04,
                  put("organisation_id", 0), "0 where there is no organisation",
                  "organisation_id = 0"),
        CellPlant("contact_organisation_orphan", t, ("organisation_id",), 0.003,
                  lambda values, rng: {"organisation_id": organisations + 1},
                  "belongs to an organisation that was erased",
                  "organisation_id <> 0 AND organisation_id NOT IN (SELECT id FROM organisations)"),
        CellPlant("contact_owner_gone", t, ("owner_id",), 0.0075, put("owner_id", 61, 63, 64),
                  "owned by an account that was erased",
                  "owner_id NOT IN (SELECT id FROM users)"),
        CellPlant("contact_changed_before_created", t, ("modified_at",), 0.001,
                  _changed_before_created, "changed before it was made",
                  "modified_at < created_at"),
    )  # fmt: skip


def accented(first: str, last: str) -> bool:
    """Whether a wrong encoding would visibly damage the name, and not wholly."""
    name = first + last
    odd = [c for c in name if not c.isascii()]
    return bool(odd) and all("À" <= c <= "ſ" for c in odd)
