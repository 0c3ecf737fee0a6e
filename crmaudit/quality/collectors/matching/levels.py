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
    At most the share `most` of the same pairs has one of the `weak` lowest
    degrees: of what is a person's own, or the name. A family, or a street, must
    not pass for one person whose records never agree on a name. `kin` is the
    share of different people of a household who have it in common all the
    same: twins a birth date, juniors a name.
    """

    name: str
    attribute: str
    needs: tuple[str, ...]
    null: str
    grades: tuple[Grade, ...]
    shared: frozenset[str] = frozenset()
    shows: tuple[str, ...] = ()
    most: float = 1.0
    weak: int = 1
    kin: float = 0.0


# Pairs that do not agree fall through all degrees and cost the most: what is cheap to see comes
# first, and keeps most of them from being measured letter by letter.


def _like(column: str, least: float) -> str:
    """Jaro-Winkler similarity; what is that similar, but for a few, begins alike."""
    return f"{_first(column, column)} AND {_SIMILAR}({column}_l, {column}_r) >= {least}"


def _first(left: str, right: str) -> str:
    # Numbers of characters are compared faster than texts of one.
    return f"unicode({left}_l) = unicode({right}_r)"


def _edit(column: str, length: int) -> str:
    """At most one edit between values of so many characters or more.

    It leaves the first character as it was, or the last; and where it does not
    change the length, no more than two places differ.
    """
    left, right = f"{column}_l", f"{column}_r"
    places = f"(strlen({left}) <> strlen({right}) OR hamming({left}, {right}) <= 2)"
    return (
        f"abs(length({left}) - length({right})) <= 1"
        f" AND ({_first(column, column)} OR right({left}, 1) = right({right}, 1))"
        f" AND least(length({left}), length({right})) >= {length}"
        f" AND {places} AND {_EDITS}({left}, {right}) <= 1"
    )


def _digits(left: str, right: str, most: int = 1) -> str:
    """Numbers of one length with a wrong digit, or two neighbours changed over."""
    alike = f"length({left}) = length({right}) AND hamming({left}, {right})"
    if most > 1:
        return f"{alike} <= {most}"
    return f"{alike} <= 2 AND {_EDITS}({left}, {right}) <= {most}"


def _almost(column: str, length: int = 4, least: float = 0.94) -> str:
    return f"({_edit(column, length)}) OR ({_like(column, least)})"


def _not_numbered(column: str) -> str:
    """The values differ in more than their digits."""
    left, right = (f"translate({column}_{side}, '0123456789', '')" for side in "lr")
    return f"{left} <> {right}"


def _same(*columns: str) -> str:
    return " AND ".join(f"{c}_l = {c}_r" for c in columns)


def _in_common(column: str) -> str:
    return f"list_has_any({column}_l, {column}_r)"


def _shared(first: str, more: str) -> str:
    """A value in common; most records have one, so lists are only looked at where there are any."""
    return (
        f"{first}_l = {first}_r OR list_contains({more}_l, {first}_r)"
        f" OR list_contains({more}_r, {first}_l) OR list_has_any({more}_l, {more}_r)"
    )


def _missing(*columns: str) -> str:
    return " OR ".join(f"{c}_l IS NULL OR {c}_r IS NULL" for c in columns)


def _within(column: str) -> str:
    """All words of one stand in the other, in that order."""
    return (
        f"contains(concat(' ', {column}_l, ' '), concat(' ', {column}_r, ' '))"
        f" OR contains(concat(' ', {column}_r, ' '), concat(' ', {column}_l, ' '))"
    )


_BOTH = frozenset({HOUSEHOLD, COLLEAGUES})

_SWAPPED = (
    f"{_first('given', 'family')} AND {_first('family', 'given')}"
    f" AND {_SIMILAR}(given_l, family_r) >= 0.9 AND {_SIMILAR}(family_l, given_r) >= 0.9"
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
        Grade("nickname", _shared("given", "given_more"), 0.06, 0.002),
        Grade("almost the same", _almost("given"), 0.1, 0.004),
        Grade("similar", f"{_same('given_sound')} OR ({_like('given', 0.85)})", 0.04, 0.01),
        Grade(
            "initial",
            f"(length(given_l) = 1 OR length(given_r) = 1) AND {_same('given_initial')}",
            0.03,
            0.01,
        ),
        Grade("different", "", 0.03, 0.97),
    ),
    shows=("given", "full_name"),
    most=0.2,
    kin=0.003,
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
        Grade("similar", f"{_same('family_sound')} OR ({_like('family', 0.87)})", 0.03, 0.005),
        Grade("different", "", 0.04, 0.99),
    ),
    frozenset({HOUSEHOLD}),
    shows=("family", "full_name"),
    most=0.2,
)
_GENERATION = Spec(
    "generation",
    "generation",
    ("generation",),
    _missing("generation"),
    (Grade("same", _same("generation"), 0.97, 0.4), Grade("different", "", 0.03, 0.6)),
    shows=("family", "full_name"),
    most=0.2,
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
            "birth_date_l = birth_other_r OR birth_other_l = birth_date_r OR (birth_year_l ="
            " birth_year_r AND birth_month_l = birth_day_r AND birth_day_l = birth_month_r)",
            0.01,
            0.0001,
        ),
        Grade("one digit", _digits("birth_date_l", "birth_date_r"), 0.05, 0.001),
        Grade(
            "two of day, month and year",
            f"({_same('birth_year', 'birth_month')}) OR ({_same('birth_month', 'birth_day')})"
            f" OR ({_same('birth_year', 'birth_day')})",
            0.02,
            0.004,
        ),
        Grade("two digits", _digits("birth_date_l", "birth_date_r", 2), 0.01, 0.02),
        Grade("different", "", 0.02, 0.97),
    ),
    shows=("birth_date",),
    most=0.2,
    kin=0.01,
)
_GENDER = Spec(
    "gender",
    "gender",
    ("gender",),
    # Where the given names agree, they have said it.
    f"{_missing('gender')} OR coalesce({_same('given')}, FALSE)",
    (Grade("same", _same("gender"), 0.96, 0.5), Grade("different", "", 0.04, 0.5)),
    shows=("gender", "salutation"),
    most=0.2,
)
_EMAIL = Spec(
    "email",
    "e-mail",
    ("email",),
    # A user part made of the name says no more than the name has said.
    f"{_missing('email')} OR ({_like('email_named', 0.9)}"
    f" AND NOT coalesce({_shared('email_first', 'email_more')}, FALSE))",
    (
        Grade("same", _shared("email_first", "email_more"), 0.75, 0.00001),
        # One edit leaves the user or the domain as it was. Users that differ in a digit alone are
        # numbered, not misspelt: `anna.miller301` and `anna.miller302` are two people's.
        Grade(
            "almost the same",
            f"({_same('email_domain')} AND {_edit('email_user', 4)}"
            f" AND {_not_numbered('email_user')})"
            f" OR ({_same('email_user')} AND {_edit('email_domain', 6)})",
            0.06,
            0.00001,
        ),
        Grade(
            "same user elsewhere",
            f"{_same('email_user')} AND length(email_user_l) >= 5 AND email_kind_l <> 'role'",
            0.04,
            0.0001,
        ),
        Grade("same address of many", _in_common("email_common"), 0.02, 0.001),
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
    _missing("phone_any"),
    (
        Grade("same", _shared("phone_first", "phone_more"), 0.7, 0.00002),
        Grade(
            "one digit",
            f"length(phone_first_l) >= 7 AND {_digits('phone_first_l', 'phone_first_r')}",
            0.05,
            0.00002,
        ),
        Grade("same number of many", _in_common("phone_common"), 0.05, 0.001),
        Grade("different", "", 0.2, 0.99),
    ),
    _BOTH,
    shows=("phones",),
)
_HERE = "coalesce(postcode_l = postcode_r OR city_l = city_r, TRUE)"
_AREA = f"({_same('postcode')} OR {_same('city')})"
_HOME = Spec(
    # Street, postcode and town are one comparison: each all but tells the next, and counted by
    # itself would say three times that two live near each other.
    "home",
    "address",
    ("home_any",),
    f"({_missing('street')}) AND (postcode_l IS NULL OR postcode_r IS NULL)"
    " AND (city_l IS NULL OR city_r IS NULL) AND (region_l IS NULL OR region_r IS NULL)",
    (
        Grade(
            "same home",
            f"{_same('street', 'house_number')} AND {_HERE} AND coalesce(unit_l = unit_r, TRUE)",
            0.5,
            0.00005),
        Grade("same house, other unit", f"{_same('street', 'house_number')} AND {_HERE}",
              0.02, 0.00002),
        Grade(
            "similar street, same number and place",
            f"{_same('house_number')} AND {_AREA} AND {_like('street', 0.85)}",
            0.07,
            0.00002,
        ),
        Grade(
            "same street and number, other place", _same("street", "house_number"), 0.05, 0.00005
        ),
        Grade(
            "same street, number not known",
            f"{_same('street')} AND {_HERE} AND ({_missing('house_number')})",
            0.03,
            0.0002),
        Grade("same street, other number", f"{_same('street')} AND {_AREA}", 0.05, 0.001),
        Grade("same postcode and town", _same("postcode", "city"), 0.06, 0.003, "postcode"),
        Grade("same postcode", _same("postcode"), 0.03, 0.002, "postcode"),
        Grade(
            "same town, similar postcode",
            f"{_same('city')} AND ({_edit('postcode', 4)} OR {_same('postcode_area')})",
            0.03,
            0.005,
        ),
        Grade("same town", _same("city"), 0.06, 0.01, "city"),
        Grade("similar town or postcode", f"{_like('city', 0.92)} OR {_edit('postcode', 4)}",
              0.03, 0.006),
        Grade("same region", _same("region"), 0.03, 0.2),
        Grade("different", "", 0.06, 0.78),
    ),
    _BOTH,
    shows=("street", "house_number", "postcode", "city", "region"),
)  # fmt: skip
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
    most=0.2,
    weak=2,
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
    most=0.4,
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
            Grade("one character", _edit(name, 6), 0.05, 0.00005),
            Grade("different", "", 0.03, 0.99994),
        ),
        shared,
        (name,),
        most=0.2,
    )


_IDENTIFIERS = Spec(
    "identifiers",
    "identifier",
    ("identifier_first",),
    _missing("identifier_first"),
    (
        Grade("same", _shared("identifier_first", "identifier_more"), 0.5, 0.00001),
        # Neighbours in a row of numbers were only entered one after the other: no degree for them.
        # A record entered twice has two numbers: that they differ says little.
        Grade("different", "", 0.45, 0.9995),
    ),
    shows=("identifiers",),
)
_NATIONAL_ID = _number("national_id", "national id")
_TAX_NUMBER = _number("tax_number", "tax number")
_BANK_ACCOUNT = _number("bank_account", "bank account", frozenset({HOUSEHOLD}))

_CONTACT = (_EMAIL, _PHONE, _HOME)
_PERSON = (
    *(_GIVEN, _MIDDLE, _FAMILY, _GENERATION, _BIRTH, _GENDER, *_CONTACT, _EMPLOYER, _HOUSEHOLD),
    *(_NATIONAL_ID, _TAX_NUMBER, _BANK_ACCOUNT, _IDENTIFIERS),
)
_COMPANY = (_ORGANISATION_NAME, _LEGAL_FORM, _SITE)
_NUMBERS = (_TAX_NUMBER, _BANK_ACCOUNT, _IDENTIFIERS)
_KINDS = {
    "person": _PERSON,
    "lead": (*_PERSON, _ORGANISATION_NAME),
    "organisation": (*_COMPANY, _PHONE, _HOME, *_NUMBERS),
    "household": (_HOUSEHOLD, *_CONTACT, _BANK_ACCOUNT, _IDENTIFIERS),
}


def _several(column: str) -> str:
    return f"CASE WHEN length({column}) > 1 THEN {column} END"


DERIVED = {
    "given_more": _several("given_roots"),
    "email_first": "emails[1]",
    "email_more": _several("emails"),
    "email_common": "nullif(emails_shared, [])",
    "email_named": "CASE WHEN contains(email_user, substr(family, 1, 5)) THEN email_user END",
    "phone_first": "phones[1]",
    "phone_more": _several("phones"),
    "phone_common": "nullif(phones_shared, [])",
    "phone_any": "coalesce(phones[1], phones_shared[1])",
    "home_any": "coalesce(street, postcode, city, region)",
    "site_any": "coalesce(url, CASE WHEN email_kind <> 'free' THEN email_domain END)",
    "identifier_first": "identifiers[1]",
    "identifier_more": _several("identifiers"),
}
"""What comparisons read that is no column of `standard`, but made of one record's columns."""


def selected(name: str) -> str:
    """How a column that comparisons read is selected from `standard`."""
    return f"{DERIVED[name]} AS {name}" if name in DERIVED else name


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
