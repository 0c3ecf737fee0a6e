"""Degrees of agreement of each attribute, as SQL over a pair's columns of the table `standard`.

A column of the left record ends in `_l`, of the right one in `_r`, as Splink has it. The
highest degree stands first; a pair has the first that holds. Shares among same (`m`) and
different pairs (`u`) are what is assumed before anything is learnt, and all there is where
nothing can be learnt. They are round numbers of our own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

HOUSEHOLD, COLLEAGUES = "household", "colleagues"

_SIMILAR = "jaro_winkler_similarity"
_EDITS = "damerau_levenshtein"


@dataclass(frozen=True, slots=True)
class Grade:
    """A degree of agreement; `when` is empty for the lowest, which is what is left.

    `terms` names the column whose frequency of values says what an agreement is worth.
    """

    label: str
    when: str
    m: float
    u: float
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """How an attribute is compared: where `null` holds, it says nothing.

    `needs` are columns of `standard` that must be filled, `any_of` where one
    of several will do. `shared` are the relations in which different people
    have it in common. `shows` are columns of `records` to take an example from.
    """

    name: str
    attribute: str
    needs: tuple[str, ...]
    null: str
    grades: tuple[Grade, ...]
    shared: frozenset[str] = frozenset()
    shows: tuple[str, ...] = ()



def _like(column: str, least: float) -> str:
    return f"{_SIMILAR}({column}_l, {column}_r) >= {least}"


def _edits(column: str, most: int, length: int) -> str:
    """At most so many edits between values of so many characters or more."""
    return (
        f"length({column}_l) >= {length} AND length({column}_r) >= {length}"
        f" AND abs(length({column}_l) - length({column}_r)) <= {most}"
        f" AND {_EDITS}({column}_l, {column}_r) <= {most}"
    )


def _almost(column: str, length: int = 4, least: float = 0.94) -> str:
    return f"({_edits(column, 1, length)}) OR {_like(column, least)}"


def _same(*columns: str) -> str:
    return " AND ".join(f"{c}_l = {c}_r" for c in columns)


def _in_common(column: str) -> str:
    return f"list_has_any({column}_l, {column}_r)"


def _missing(*columns: str) -> str:
    return " OR ".join(f"{c}_l IS NULL OR {c}_r IS NULL" for c in columns)


def _none(*lists: str) -> str:
    """One side has nothing in any of the lists."""
    return " OR ".join(
        "(" + " AND ".join(f"coalesce(length({c}_{side}), 0) = 0" for c in lists) + ")"
        for side in "lr"
    )


def _within(column: str) -> str:
    """All words of one stand in the other, in that order."""
    return (
        f"contains(concat(' ', {column}_l, ' '), concat(' ', {column}_r, ' '))"
        f" OR contains(concat(' ', {column}_r, ' '), concat(' ', {column}_l, ' '))"
    )


_BOTH = frozenset({HOUSEHOLD, COLLEAGUES})

_SWAPPED = (
    f"{_SIMILAR}(given_l, family_r) >= 0.9 AND {_SIMILAR}(family_l, given_r) >= 0.9"
    f" AND {_SIMILAR}(given_l, given_r) < 0.9"
)

_GIVEN = Spec(
    "given",
    "given name",
    ("given",),
    _missing("given"),
    (
        Grade("same", _same("given"), 0.72, 0.005, "given"),
        Grade("given and family name swapped", _SWAPPED, 0.02, 0.00002),
        Grade("nickname", _in_common("given_roots"), 0.06, 0.002),
        Grade("almost the same", _almost("given"), 0.1, 0.004),
        Grade("similar", f"{_like('given', 0.85)} OR {_same('given_sound')}", 0.04, 0.01),
        Grade(
            "initial",
            f"(length(given_l) = 1 OR length(given_r) = 1) AND {_same('given_initial')}",
            0.03,
            0.01,
        ),
        Grade("different", "", 0.03, 0.97),
    ),
    shows=("given", "full_name"),
)
_MIDDLE = Spec(
    "middle",
    "middle name",
    ("middle",),
    _missing("middle"),
    (
        Grade("same", _same("middle"), 0.7, 0.01, "middle"),
        Grade(
            "one within the other or initial",
            f"substr(middle_l, 1, 1) = substr(middle_r, 1, 1) AND ({_within('middle')}"
            " OR length(middle_l) = 1 OR length(middle_r) = 1)",
            0.12,
            0.04,
        ),
        Grade("similar", _like("middle", 0.85), 0.08, 0.02),
        Grade("different", "", 0.1, 0.93),
    ),
    shows=("middle", "full_name"),
)
_FAMILY = Spec(
    "family",
    "family name",
    ("family",),
    # Said by the given name already, where the two are swapped.
    f"{_missing('family')} OR ({_SWAPPED})",
    (
        Grade("same", _same("family"), 0.8, 0.002, "family"),
        Grade("almost the same", _almost("family"), 0.1, 0.001),
        Grade("one within the other", _within("family"), 0.03, 0.0005),
        Grade("similar", f"{_like('family', 0.87)} OR {_same('family_sound')}", 0.03, 0.005),
        Grade("different", "", 0.04, 0.99),
    ),
    frozenset({HOUSEHOLD}),
    shows=("family", "full_name"),
)
_GENERATION = Spec(
    "generation",
    "generation",
    ("generation",),
    _missing("generation"),
    (Grade("same", _same("generation"), 0.97, 0.4), Grade("different", "", 0.03, 0.6)),
    shows=("family", "full_name"),
)
_BIRTH = Spec(
    "birth",
    "birth date",
    ("birth_date",),
    _missing("birth_date"),
    (
        Grade("same", _same("birth_date"), 0.88, 0.0001),
        Grade(
            "day and month swapped",
            "birth_date_l = birth_other_r OR birth_other_l = birth_date_r",
            0.01,
            0.0001,
        ),
        Grade("one digit", f"{_EDITS}(birth_date_l, birth_date_r) <= 1", 0.05, 0.001),
        Grade(
            "two of day, month and year",
            f"({_same('birth_year', 'birth_month')}) OR ({_same('birth_month', 'birth_day')})"
            f" OR ({_same('birth_year', 'birth_day')})",
            0.02,
            0.004,
        ),
        Grade("two digits", f"{_EDITS}(birth_date_l, birth_date_r) <= 2", 0.01, 0.02),
        Grade("different", "", 0.02, 0.97),
    ),
    shows=("birth_date",),
)
_GENDER = Spec(
    "gender",
    "gender",
    ("gender",),
    # Where the given names agree, they have said it.
    f"{_missing('gender')} OR coalesce({_same('given')}, FALSE)",
    (Grade("same", _same("gender"), 0.96, 0.5), Grade("different", "", 0.04, 0.5)),
    shows=("gender", "salutation"),
)
_EMAIL = Spec(
    "email",
    "e-mail",
    ("email",),
    # A user part made of the name says no more than the name has said.
    f"{_missing('email')} OR (email_user_l = email_user_r AND NOT {_in_common('emails')}"
    " AND coalesce(contains(replace(email_user_l, '.', ''), substr(family_l, 1, 5)), FALSE)"
    " AND coalesce(contains(replace(email_user_r, '.', ''), substr(family_r, 1, 5)), FALSE))",
    (
        Grade("same", _in_common("emails"), 0.75, 0.00001),
        Grade("almost the same", _edits("email", 1, 9), 0.06, 0.00001),
        Grade(
            "same user elsewhere",
            f"{_same('email_user')} AND length(email_user_l) >= 5 AND email_kind_l <> 'role'",
            0.04,
            0.0001,
        ),
        Grade("same address of many", _in_common("emails_shared"), 0.02, 0.001),
        Grade(
            "same own domain",
            f"{_same('email_domain')} AND email_kind_l <> 'free' AND email_kind_r <> 'free'",
            0.03,
            0.01,
            "email_domain",
        ),
        Grade("different", "", 0.1, 0.98),
    ),
    _BOTH,
    shows=("emails",),
)
_PHONE = Spec(
    "phone",
    "phone",
    ("phone_any",),
    _none("phones", "phones_shared"),
    (
        Grade("same", _in_common("phones"), 0.7, 0.00002),
        Grade(
            "one digit",
            f"length(phones_l[1]) >= 7 AND {_EDITS}(phones_l[1], phones_r[1]) <= 1",
            0.05,
            0.00002,
        ),
        Grade("same number of many", _in_common("phones_shared"), 0.05, 0.001),
        Grade("different", "", 0.2, 0.99),
    ),
    _BOTH,
    shows=("phones",),
)
_ADDRESS = Spec(
    "address",
    "street",
    ("street",),
    _missing("street"),
    (
        Grade(
            "same street and number",
            f"{_same('street', 'house_number')} AND coalesce(unit_l = unit_r, TRUE)",
            0.6,
            0.00005,
        ),
        Grade("same house, other unit", _same("street", "house_number"), 0.02, 0.00002),
        Grade(
            "same street, number not known",
            f"{_same('street')} AND ({_missing('house_number')})",
            0.05,
            0.0002,
            "street",
        ),
        Grade(
            "similar street, same number",
            f"{_like('street', 0.85)} AND {_same('house_number')}",
            0.08,
            0.0001,
        ),
        Grade("same street, other number", _same("street"), 0.06, 0.001, "street"),
        Grade("similar street", _like("street", 0.92), 0.04, 0.002),
        Grade("different", "", 0.15, 0.99),
    ),
    _BOTH,
    shows=("street", "house_number"),
)
_PLACE = Spec(
    "place",
    "city",
    ("place_any",),
    "(postcode_l IS NULL OR postcode_r IS NULL) AND (city_l IS NULL OR city_r IS NULL)"
    " AND (region_l IS NULL OR region_r IS NULL)",
    (
        Grade("same postcode and city", _same("postcode", "city"), 0.7, 0.003, "postcode"),
        Grade("same postcode", _same("postcode"), 0.07, 0.002, "postcode"),
        Grade(
            "same city, similar postcode",
            f"{_same('city')} AND ({_edits('postcode', 1, 4)} OR {_same('postcode_area')})",
            0.04,
            0.005,
        ),
        Grade("same city", _same("city"), 0.05, 0.01, "city"),
        Grade(
            "similar city and postcode",
            f"{_like('city', 0.9)} AND {_edits('postcode', 1, 4)}",
            0.02,
            0.0002,
        ),
        Grade("similar city", _like("city", 0.92), 0.02, 0.003),
        Grade("similar postcode", _edits("postcode", 1, 4), 0.02, 0.005),
        Grade("same region", _same("region"), 0.04, 0.2),
        Grade("different", "", 0.04, 0.78),
    ),
    _BOTH,
    shows=("postcode", "city", "region"),
)
_EMPLOYER = Spec(
    "employer",
    "employer",
    ("employer",),
    _missing("employer"),
    (
        Grade("same", _same("employer"), 0.7, 0.01, "employer"),
        Grade("similar", f"{_almost('employer', 6, 0.92)} OR {_within('employer')}", 0.1, 0.005),
        Grade("different", "", 0.2, 0.985),
    ),
    frozenset({COLLEAGUES}),
    shows=("employer",),
)
_HOUSEHOLD = Spec(
    "household",
    "household",
    ("household",),
    _missing("household"),
    (
        Grade("same", _same("household"), 0.85, 0.001, "household"),
        Grade("similar", f"{_almost('household')} OR {_within('household')}", 0.08, 0.003),
        Grade("different", "", 0.07, 0.99),
    ),
    frozenset({HOUSEHOLD}),
    shows=("household",),
)
_ORGANISATION_NAME = Spec(
    "organisation",
    "organisation name",
    ("organisation_sorted",),
    _missing("organisation_sorted"),
    (
        Grade("same", _same("organisation_sorted"), 0.6, 0.0005, "organisation_sorted"),
        Grade("almost the same", _almost("organisation_sorted", 6, 0.95), 0.14, 0.0003),
        Grade(
            "one within the other",
            "list_has_all(organisation_words_l, organisation_words_r)"
            " OR list_has_all(organisation_words_r, organisation_words_l)",
            0.1,
            0.001,
        ),
        Grade(
            "acronym",
            "organisation_acronym_l = organisation_r OR organisation_acronym_r = organisation_l",
            0.03,
            0.0001,
        ),
        Grade("similar", _like("organisation", 0.88), 0.06, 0.002),
        Grade("a word in common", _in_common("organisation_words"), 0.04, 0.03),
        Grade("different", "", 0.03, 0.97),
    ),
    shows=("organisation",),
)
_LEGAL_FORM = Spec(
    "legal_form",
    "legal form",
    ("legal_form",),
    _missing("legal_form"),
    (Grade("same", _same("legal_form"), 0.93, 0.3), Grade("different", "", 0.07, 0.7)),
    shows=("organisation",),
)
_SITE = Spec(
    "site",
    "url",
    ("site_any",),
    "(url_l IS NULL OR url_r IS NULL) AND (coalesce(email_kind_l, 'free') = 'free'"
    " OR coalesce(email_kind_r, 'free') = 'free')",
    (
        Grade("same site", _same("url"), 0.6, 0.0002, "url"),
        Grade(
            "same own e-mail domain",
            f"{_same('email_domain')} AND email_kind_l <> 'free'",
            0.25,
            0.0003,
            "email_domain",
        ),
        Grade("different", "", 0.15, 0.999),
    ),
    shows=("url", "emails"),
)


def _number(name: str, attribute: str, shared: frozenset[str] = frozenset()) -> Spec:
    """A number that belongs to one person or organisation."""
    return Spec(
        name,
        attribute,
        (name,),
        _missing(name),
        (
            Grade("same", _same(name), 0.92, 0.00001),
            Grade("one character", _edits(name, 1, 6), 0.05, 0.00005),
            Grade("different", "", 0.03, 0.99994),
        ),
        shared,
        (name,),
    )


_IDENTIFIERS = Spec(
    "identifiers",
    "identifier",
    ("identifiers",),
    _none("identifiers"),
    (
        Grade("same", _in_common("identifiers"), 0.5, 0.00001),
        Grade(
            "one character",
            f"length(identifiers_l[1]) >= 6 AND {_EDITS}(identifiers_l[1], identifiers_r[1]) <= 1",
            0.05,
            0.0005,
        ),
        # A record entered twice has two numbers: that they differ says little.
        Grade("different", "", 0.45, 0.9995),
    ),
    shows=("identifiers",),
)
_NATIONAL_ID = _number("national_id", "national id")
_TAX_NUMBER = _number("tax_number", "tax number")
_BANK_ACCOUNT = _number("bank_account", "bank account", frozenset({HOUSEHOLD}))

_CONTACT = (_EMAIL, _PHONE, _ADDRESS, _PLACE)
_PERSON = (
    *(_GIVEN, _MIDDLE, _FAMILY, _GENERATION, _BIRTH, _GENDER, *_CONTACT, _EMPLOYER, _HOUSEHOLD),
    *(_NATIONAL_ID, _TAX_NUMBER, _BANK_ACCOUNT, _IDENTIFIERS),
)
_COMPANY = (_ORGANISATION_NAME, _LEGAL_FORM, _SITE)
_NUMBERS = (_TAX_NUMBER, _BANK_ACCOUNT, _IDENTIFIERS)
_KINDS = {
    "person": _PERSON,
    "lead": (*_PERSON, _ORGANISATION_NAME),
    "organisation": (*_COMPANY, _PHONE, _ADDRESS, _PLACE, *_NUMBERS),
    "household": (_HOUSEHOLD, *_CONTACT, _BANK_ACCOUNT, _IDENTIFIERS),
}

DERIVED = {
    "phone_any": "coalesce(phones[1], phones_shared[1])",
    "place_any": "coalesce(postcode, city, region)",
    "site_any": "coalesce(url, CASE WHEN email_kind <> 'free' THEN email_domain END)",
    "identifiers": "identifiers[1]",
}
"""What `needs` names that is no plain column of `standard`."""


def specs(kind: str, filled: Mapping[str, int], differ: Collection[str]) -> tuple[Spec, ...]:
    """How records of a kind are compared, by what of `standard` has something to say.

    `filled` counts the records that have what a comparison needs, `differ` are
    those with more than one value.
    """
    return tuple(
        spec
        for spec in _KINDS.get(kind, _PERSON)
        if all(filled.get(c, 0) >= 2 and c in differ for c in spec.needs)
    )


def needs(kind: str) -> dict[str, str]:
    """What the comparisons of a kind need of `standard`: name → SQL."""
    return {c: DERIVED.get(c, c) for s in _KINDS.get(kind, _PERSON) for c in s.needs}
