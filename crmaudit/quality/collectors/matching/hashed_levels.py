"""How keyed hashes are held against each other: ways to pair them, degrees of agreement.

SQL over the table `standard` as `columns` makes it of hashes. A column named as in
`hashing.FIELDS` is a number that is the same for equal values; of a filter the bits stand beside
it, in `…_bits`. How alike two filters are is Dice's coefficient, as of `hashing.likeness`.
Filters of texts that have nothing in common are alike by chance, the longer the texts the more:
0.25 for names, 0.4 for streets. So less than half is no likeness.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from crmaudit.quality.collectors.matching.hashing import FIELDS
from crmaudit.quality.collectors.matching.levels import COLLEAGUES, HOUSEHOLD, Grade, Spec
from crmaudit.quality.collectors.matching.ways import Way

SLIP = 0.75
"""Names of which one letter differs are alike by so much, mostly."""

KIN = 0.55
"""Of different names less than one in two hundred are alike by so much."""

_LONG_SLIP, _LONG_KIN = 0.85, 0.7
_OLD_NAMES = {"house": "house_number", "birth": "birth_date", "roots": "given_roots"}


def columns() -> str:
    """The select list that makes columns of `standard` of those of hashed records."""
    made = []
    for field in FIELDS:
        name = _OLD_NAMES.get(field.name, field.name)
        if field.form == "bits":
            made.append(f"CAST(CAST({field.name} AS BLOB) AS BIT) AS {name}_bits")
            made.append(f"{_number_of(field.name)} AS {name}")
        elif field.form == "tokens":
            made.append(f"coalesce({field.name}, CAST([] AS BIGINT[])) AS {name}")
        else:
            made.append(f"{field.name} AS {name}")
    # By these the members of a group that is too large are put in order.
    made.append(f"{_number_of('family', 'given')} AS name_words")
    made.append(f"{_number_of('organisation')} AS organisation_sorted")
    made.append("CAST(NULL AS BIGINT) AS script, coalesce(emails[1], emails_shared[1]) AS email")
    made.append("coalesce(phones[1], phones_shared[1]) AS phone_any")
    made.append(f"coalesce(postcode, {_number_of('city')}) AS place_any")
    made.append("identifiers[1] AS identifier_any")
    return ", ".join(made)


def _number_of(*columns: str) -> str:
    filled = " AND ".join(f"{c} IS NOT NULL" for c in columns)
    return f"CASE WHEN {filled} THEN CAST(hash({', '.join(columns)}) >> 1 AS BIGINT) END"


def _near(left: str, right: str, least: float) -> str:
    return f"2 * bit_count({left} & {right}) >= {least} * (bit_count({left}) + bit_count({right}))"


def _alike(column: str, least: float, other: str = "") -> str:
    return _near(f"{column}_bits_l", f"{other or column}_bits_r", least)


def _same(*names: str) -> str:
    return " AND ".join(f"{c}_l = {c}_r" for c in names)


def _in_common(name: str) -> str:
    return f"list_has_any({name}_l, {name}_r)"


def _missing(*names: str) -> str:
    return " OR ".join(f"{c}_l IS NULL OR {c}_r IS NULL" for c in names)


def _none(*lists: str) -> str:
    return " OR ".join(
        "(" + " AND ".join(f"array_length({c}_{side}) = 0" for c in lists) + ")" for side in "lr"
    )


_BOTH = frozenset({HOUSEHOLD, COLLEAGUES})
_SWAPPED = (
    f"{_alike('given', SLIP, 'family')} AND {_alike('family', SLIP, 'given')}"
    f" AND NOT ({_alike('given', SLIP)})"
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
        Grade("almost the same", _alike("given", SLIP), 0.08, 0.002),
        Grade("similar", f"{_alike('given', KIN)} OR {_same('given_sound')}", 0.06, 0.01),
        Grade("different", "", 0.06, 0.98),
    ),
)
_FAMILY = Spec(
    "family",
    "family name",
    ("family",),
    f"{_missing('family')} OR ({_SWAPPED})",
    (
        Grade("same", _same("family"), 0.8, 0.002, "family"),
        Grade("almost the same", _alike("family", SLIP), 0.09, 0.001),
        Grade("similar", f"{_alike('family', KIN)} OR {_same('family_sound')}", 0.06, 0.006),
        Grade("different", "", 0.05, 0.99),
    ),
    frozenset({HOUSEHOLD}),
)
_BIRTH = Spec(
    "birth",
    "birth date",
    ("birth_date",),
    _missing("birth_date"),
    (
        Grade("same", _same("birth_date"), 0.88, 0.0001, "birth_date"),
        Grade("day and month swapped", _same("birth_sorted"), 0.01, 0.0001),
        Grade("two of day, month and year", _in_common("birth_parts"), 0.07, 0.004),
        Grade("different", "", 0.04, 0.99),
    ),
)
_EMAIL = Spec(
    "email",
    "e-mail",
    ("email",),
    _missing("email"),
    (
        Grade("same", _in_common("emails"), 0.78, 0.00001),
        Grade("same user elsewhere", _same("email_user"), 0.04, 0.0001),
        Grade("same address of many", _in_common("emails_shared"), 0.03, 0.001),
        Grade("different", "", 0.15, 0.99),
    ),
    _BOTH,
)
_PHONE = Spec(
    "phone",
    "phone",
    ("phone_any",),
    _none("phones", "phones_shared"),
    (
        Grade("same", _in_common("phones"), 0.72, 0.00002),
        Grade("same number of many", _in_common("phones_shared"), 0.05, 0.001),
        Grade("different", "", 0.23, 0.99),
    ),
    _BOTH,
)
_ADDRESS = Spec(
    "address",
    "street",
    ("street",),
    _missing("street"),
    (
        Grade("same street and number", _same("street", "house_number"), 0.6, 0.00005, "street"),
        Grade(
            "same street, number not known",
            f"{_same('street')} AND ({_missing('house_number')})",
            0.05,
            0.0002,
            "street",
        ),
        Grade(
            "similar street, same number",
            f"{_alike('street', _LONG_KIN)} AND {_same('house_number')}",
            0.08,
            0.0001,
        ),
        Grade("same street, other number", _same("street"), 0.06, 0.001, "street"),
        Grade("similar street", _alike("street", _LONG_SLIP), 0.05, 0.002),
        Grade("different", "", 0.16, 0.99),
    ),
    _BOTH,
)
_PLACE = Spec(
    "place",
    "city",
    ("place_any",),
    "(postcode_l IS NULL OR postcode_r IS NULL) AND (city_l IS NULL OR city_r IS NULL)",
    (
        Grade("same postcode and city", _same("postcode", "city"), 0.7, 0.003, "postcode"),
        Grade("same postcode", _same("postcode"), 0.09, 0.002, "postcode"),
        Grade("same city", _same("city"), 0.1, 0.01, "city"),
        Grade("similar city", _alike("city", SLIP), 0.04, 0.003),
        Grade("different", "", 0.07, 0.97),
    ),
    _BOTH,
)
_EMPLOYER = Spec(
    "employer",
    "employer",
    ("employer",),
    _missing("employer"),
    (
        Grade("same", _same("employer"), 0.7, 0.01, "employer"),
        Grade("similar", _alike("employer", _LONG_KIN), 0.1, 0.005),
        Grade("different", "", 0.2, 0.985),
    ),
    frozenset({COLLEAGUES}),
)
_HOUSEHOLD = Spec(
    "household",
    "household",
    ("household",),
    _missing("household"),
    (
        Grade("same", _same("household"), 0.85, 0.001, "household"),
        Grade("similar", _alike("household", KIN), 0.08, 0.003),
        Grade("different", "", 0.07, 0.99),
    ),
    frozenset({HOUSEHOLD}),
)
_ORGANISATION_NAME = Spec(
    "organisation",
    "organisation name",
    ("organisation",),
    _missing("organisation"),
    (
        Grade("same", _same("organisation"), 0.6, 0.0005, "organisation"),
        Grade("almost the same", _alike("organisation", _LONG_SLIP), 0.16, 0.0003),
        Grade("acronym", _same("acronym"), 0.03, 0.002),
        Grade("similar", _alike("organisation", _LONG_KIN), 0.12, 0.005),
        Grade("different", "", 0.09, 0.99),
    ),
)


def _number(name: str, attribute: str, needs: str, null: str, same: str) -> Spec:
    grades = (Grade("same", same, 0.9, 0.00001), Grade("different", "", 0.1, 0.99999))
    return Spec(name, attribute, (needs,), null, grades)


_IDENTIFIER = _number(
    "identifier",
    "identifier",
    "identifier_any",
    _none("identifiers"),
    _in_common("identifiers"),
)
_TAX = _number(
    "tax_number", "tax number", "tax_number", _missing("tax_number"), _same("tax_number")
)
_URL = _number("site", "url", "url", _missing("url"), _same("url"))

_CONTACT = (_EMAIL, _PHONE, _ADDRESS, _PLACE, _IDENTIFIER)
_PERSON = (_GIVEN, _FAMILY, _BIRTH, *_CONTACT, _EMPLOYER)
_ORGANISATION = (_ORGANISATION_NAME, *_CONTACT, _TAX, _URL)
_SPECS: dict[str, tuple[Spec, ...]] = {
    "person": _PERSON,
    "organisation": _ORGANISATION,
    "household": (_HOUSEHOLD, _FAMILY, *_CONTACT),
    "lead": (*_PERSON, _ORGANISATION_NAME),
}


def specs(kind: str, filled: Mapping[str, int], differ: Collection[str]) -> tuple[Spec, ...]:
    """How hashes of a kind are compared, by the columns of `standard` with something to say.

    `filled` counts the records that have a value, by column; `differ` are the
    columns with more than one value.
    """
    return tuple(
        spec
        for spec in _SPECS[kind]
        if all(filled.get(c, 0) >= 2 and c in differ for c in spec.needs)
    )


def needs(kind: str) -> tuple[str, ...]:
    """The columns of `standard` that the comparisons of a kind need."""
    return tuple(dict.fromkeys(c for s in _SPECS[kind] for c in s.needs))


@dataclass(frozen=True, slots=True)
class Said:
    """What hashes tell of one attribute of two records `a` and `b`, as SQL.

    `has` is of one side, `{s}`; `same` and `equivalent` hold where both have it.
    """

    attribute: str
    has: str
    same: str
    equivalent: str = "false"


def _said(attribute: str, name: str, equivalent: str = "false") -> Said:
    return Said(attribute, f"{{s}}.{name} IS NOT NULL", f"a.{name} = b.{name}", equivalent)


def _said_some(attribute: str, *lists: str) -> Said:
    def every(side: str) -> str:
        named = [f"{side}.{name}" for name in lists]
        return named[0] if len(named) == 1 else f"list_concat({', '.join(named)})"

    has = f"array_length({every('{s}')}) > 0"
    return Said(attribute, has, f"list_has_any({every('a')}, {every('b')})")


def _slip(name: str, least: float = SLIP) -> str:
    return _near(f"a.{name}_bits", f"b.{name}_bits", least)


SAID: tuple[Said, ...] = (
    _said(
        "given name",
        "given",
        f"list_has_any(a.given_roots, b.given_roots) OR {_slip('given')}",
    ),
    _said("family name", "family", _slip("family")),
    _said("organisation name", "organisation", _slip("organisation", _LONG_SLIP)),
    _said("employer", "employer", _slip("employer", _LONG_SLIP)),
    _said("household", "household", _slip("household")),
    _said_some("e-mail", "emails", "emails_shared"),
    _said_some("phone", "phones", "phones_shared"),
    _said("street", "street", _slip("street", _LONG_SLIP)),
    _said("house number", "house_number"),
    _said("city", "city", _slip("city")),
    _said("postcode", "postcode"),
    _said("birth date", "birth_date", "a.birth_sorted = b.birth_sorted"),
    _said("url", "url"),
    _said("tax number", "tax_number"),
)
"""What hashes tell of each attribute. Not of identifiers: two systems may number differently."""

_BY_NAME = ("family_sound", "given_sound")
_FOUND = (
    Way("same e-mail", ("v",), "emails", _BY_NAME),
    Way("same phone", ("v",), "phones", _BY_NAME),
    Way("same identifier", ("v",), "identifiers", _BY_NAME),
    Way("same tax number", ("tax_number",), "", ("postcode",)),
)
_PEOPLE = (
    *_FOUND,
    Way("shared e-mail and same family name", ("v", "family_sound"), "emails_shared"),
    Way("shared phone and same family name", ("v", "family_sound"), "phones_shared"),
    Way("same names in any order", ("least(family, given)", "greatest(family, given)"), "",
        ("coalesce(birth_date, postcode)",)),
    Way("similar family name, given name or its short form", ("family_sound", "v"), "given_roots",
        ("coalesce(birth_date, postcode)",)),
    Way("similar names in any order",
        ("least(family_sound, given_sound)", "greatest(family_sound, given_sound)"), "",
        ("coalesce(birth_date, postcode)",)),
    Way("same birth date, similar family name", ("birth_date", "family_sound")),
    Way("same birth date, similar given name", ("birth_date", "given_sound")),
    Way("same birth date and postcode", ("birth_date", "postcode")),
    Way("same birth date", ("birth_date",), "", ("city",)),
    Way("birth date with day and month changed over", ("birth_sorted",), "", ("family_sound",)),
    Way("two of day, month and year, similar family name", ("v", "family_sound"), "birth_parts",
        ("given_sound",)),
    Way("two of day, month and year, similar given name", ("v", "given_sound"), "birth_parts",
        ("postcode",)),
    Way("similar family name and postcode", ("family_sound", "postcode"), "", ("given_sound",)),
    Way("given name or its short form, postcode", ("v", "postcode"), "given_roots",
        ("family_sound",)),
    Way("similar family name and employer", ("family_sound", "employer"), "", ("given_sound",)),
    Way("same street, house number and postcode", ("street", "house_number", "postcode"), "",
        ("given_sound",)),
    Way("same street and house number", ("street", "house_number"), "", ("given_sound",)),
    Way("similar family name and same street", ("family_sound", "street"), "", ("given_sound",)),
    Way("similar given name and same street", ("given_sound", "street"), "", ("postcode",)),
    Way("similar family name and town", ("family_sound", "city"), "", ("given_sound",)),
    Way("similar given name and town", ("given_sound", "city"), "", ("birth_date",)),
    Way("two of day, month and year, postcode", ("v", "postcode"), "birth_parts", ("city",)),
    Way("house number and postcode", ("house_number", "postcode"), "", ("given_sound",)),
    Way("user of the e-mail address", ("email_user",), "", ("family_sound",)),
)  # fmt: skip
_COMPANIES = (
    *_FOUND,
    Way("same site", ("url",), "", ("organisation",)),
    Way("same words in any order", ("organisation",), "", ("coalesce(postcode, city)",)),
    Way("same acronym and postcode", ("acronym", "postcode")),
    Way("same acronym and town", ("acronym", "city")),
    Way("same acronym", ("acronym",), "", ("coalesce(postcode, city)",)),
    Way("same street, house number and postcode", ("street", "house_number", "postcode")),
    Way("same postcode", ("postcode",), "", ("acronym",)),
)  # fmt: skip
_HOMES = (
    *_FOUND,
    Way("same name and postcode", ("household", "postcode"), "", ("house_number",)),
    Way("same name and town", ("household", "city"), "", ("street",)),
    Way("same street and house number", ("street", "house_number"), "", ("postcode",)),
    Way("same name", ("household",), "", ("coalesce(postcode, city)",)),
    Way("similar family name and postcode", ("family_sound", "postcode")),
)  # fmt: skip

WAYS: dict[str, tuple[Way, ...]] = {
    "person": _PEOPLE,
    "organisation": _COMPANIES,
    "household": _HOMES,
    "lead": (*_PEOPLE, *_COMPANIES[4:]),
}
"""Kind → the ways to pair its hashed records. Hashes have no neighbours to go through."""
