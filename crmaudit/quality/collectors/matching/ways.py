"""The ways to pair records of a kind: keys that alike records are likely to share.

SQL expressions over the columns of `standard`. A record of which a part of the
key is null has no key.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """Records with the same `keys` are compared; a part that is null makes no key.

    `keys` are SQL expressions over `standard`. `each` is a list of which each
    value makes a key of its own, to be named `v` in `keys`. `second` divides
    groups that are too large.
    """

    rule: str
    keys: tuple[str, ...]
    each: str = ""
    second: tuple[str, ...] = ()


_PERSON_SECOND = ("family_sound", "given_initial")

_CONTACT = (
    Way("same e-mail", ("v",), "emails", _PERSON_SECOND),
    Way("same phone", ("v",), "phones", _PERSON_SECOND),
    Way("same identifier", ("v",), "identifiers", _PERSON_SECOND),
    Way("same national id", ("national_id",), "", _PERSON_SECOND),
    Way("same tax number", ("tax_number",), "", ("postcode",)),
    Way("same bank account", ("bank_account",), "", _PERSON_SECOND),
)
_PERSON = (
    *_CONTACT,
    Way("same name in its own script", ("script",), "", ("coalesce(birth_date, postcode)",)),
    Way("shared e-mail and same family name", ("v", "family_sound"), "emails_shared",
        ("given_initial",)),
    Way("shared phone and same family name", ("v", "family_sound"), "phones_shared",
        ("given_initial",)),
    Way("same names in any order", ("name_words",), "", ("coalesce(birth_date, postcode)",)),
    Way("similar family name, given name or its short form", ("family_sound", "v"), "given_roots",
        ("coalesce(birth_year::VARCHAR, postcode)",)),
    Way("similar names in any order",
        ("least(family_sound, given_sound)", "greatest(family_sound, given_sound)"), "",
        ("coalesce(birth_year::VARCHAR, postcode)",)),
    Way("same birth date, similar family name", ("birth_date", "family_sound")),
    Way("same birth date, given name or its short form", ("birth_date", "v"), "given_roots"),
    Way("same birth date and initial", ("birth_date", "given_initial"), "", ("postcode_area",)),
    Way("same birth date and postcode", ("birth_date", "postcode")),
    Way("birth date with day and month changed over",
        ("CASE WHEN birth_day <= 12 AND birth_month <= 12 THEN birth_year * 10000 "
         "+ greatest(birth_day, birth_month) * 100 + least(birth_day, birth_month) END",
         "coalesce(family_sound, given_sound)")),
    Way("similar family name and postcode", ("family_sound", "postcode"), "", ("given_initial",)),
    Way("given name or its short form, postcode", ("v", "postcode"), "given_roots",
        ("family_sound",)),
    Way("similar family name and employer", ("family_sound", "employer"), "", ("given_initial",)),
    Way("similar family name and birth year", ("family_sound", "birth_year"), "",
        ("given_initial",)),
    Way("same street, house number and postcode", ("street", "house_number", "postcode"), "",
        ("given_initial",)),
    Way("same street and house number, same initial",
        ("street", "house_number", "given_initial"), "", ("postcode",)),
    Way("house number and beginning of the street, town",
        ("house_number", "left(street, 5)", "left(city, 5)"), "", ("given_initial",)),
    Way("house number, postcode with its characters in any order",
        ("house_number", "postcode_letters"), "", ("given_initial",)),
    Way("similar family name and same street", ("family_sound", "street"), "", ("given_initial",)),
    Way("similar family name and town", ("family_sound", "city", "given_initial")),
    Way("user of the e-mail address", ("email_user",), "", ("family_sound",)),
)  # fmt: skip
_PERSON_ORDERS = (
    ("neighbours by family name", "family, given, birth_date"),
    ("neighbours by given name", "given, family, birth_date"),
    ("neighbours by family name from its end", "reverse(family), given, birth_date"),
    ("neighbours by birth date", "birth_date, given, family"),
    ("neighbours by address", "postcode, street, house_number, given"),
)

_PLACE_SECOND = ("coalesce(postcode, city)",)
_ORGANISATION = (
    Way("same e-mail", ("v",), "emails", ("organisation_sorted",)),
    Way("same phone", ("v",), "phones", ("organisation_sorted",)),
    Way("same identifier", ("v",), "identifiers", ("organisation_sorted",)),
    Way("same national id", ("national_id",), "", _PLACE_SECOND),
    Way("same tax number", ("tax_number",), "", _PLACE_SECOND),
    Way("same bank account", ("bank_account",), "", _PLACE_SECOND),
    Way("same site", ("url",), "", ("organisation_sorted",)),
    Way("own domain of the e-mail address",
        ("CASE WHEN email_kind <> 'free' THEN email_domain END",), "", ("organisation_sorted",)),
    Way("same words in any order", ("organisation_sorted",), "", _PLACE_SECOND),
    Way("same name without blanks", ("replace(organisation, ' ', '')",), "", _PLACE_SECOND),
    Way("same name in its own script", ("script",), "", _PLACE_SECOND),
    Way("first letters of the name and postcode", ("left(organisation, 4)", "postcode")),
    Way("first letters of the name and town", ("left(organisation, 6)", "city")),
    Way("acronym and postcode",
        ("coalesce(organisation_acronym, replace(organisation, ' ', ''))", "postcode")),
    Way("same street, house number and postcode", ("street", "house_number", "postcode"), "",
        ("left(organisation, 1)",)),
    Way("a word of the name and postcode", ("v", "postcode"), "organisation_words"),
    Way("a word of the name and town", ("v", "city"), "organisation_words"),
    Way("a rare word of the name", ("v",), "organisation_words", _PLACE_SECOND),
)  # fmt: skip
_ORGANISATION_ORDERS = (
    ("neighbours by name", "organisation, postcode"),
    ("neighbours by sorted words", "organisation_sorted, postcode"),
    ("neighbours by name from its end", "reverse(organisation), postcode"),
    ("neighbours by address", "postcode, street, house_number, organisation"),
)

_HOUSEHOLD = (
    *_CONTACT,
    Way("same name and postcode", ("household", "postcode"), "", ("house_number",)),
    Way("same name and town", ("household", "city"), "", ("street",)),
    Way("same name and street", ("household", "street"), "", ("house_number",)),
    Way("same street, house number and postcode", ("street", "house_number", "postcode"), "",
        ("left(household, 1)",)),
    Way("same street and house number", ("street", "house_number"), "", ("household",)),
    Way("same name", ("household",), "", _PLACE_SECOND),
    Way("similar family name and postcode", ("family_sound", "postcode")),
)  # fmt: skip
_HOUSEHOLD_ORDERS = (
    ("neighbours by name", "household, postcode, street"),
    ("neighbours by address", "postcode, street, house_number, household"),
)

# A lead is a person, an organisation, or the one at the other.
_LEAD = (*_PERSON, *(w for w in _ORGANISATION if w.rule not in {p.rule for p in _PERSON}))

WAYS: dict[str, tuple[Way, ...]] = {
    "person": _PERSON,
    "organisation": _ORGANISATION,
    "household": _HOUSEHOLD,
    "lead": _LEAD,
}
"""Kind → the ways to pair its records."""
ORDERS: dict[str, tuple[tuple[str, str], ...]] = {
    "person": _PERSON_ORDERS,
    "organisation": _ORGANISATION_ORDERS,
    "household": _HOUSEHOLD_ORDERS,
    "lead": (*_PERSON_ORDERS, *_ORGANISATION_ORDERS[:1]),
}
"""Kind → the orders in which neighbours are compared."""
