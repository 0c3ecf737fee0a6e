"""What a column means, whatever it is called: its semantic type, and whose data that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from crmaudit.evidence.prose import Prose

SemanticType = Literal[
    "given name",
    "family name",
    "full name",
    "organisation name",
    "salutation",
    "job title",
    "login",
    "handle",
    "e-mail",
    "phone",
    "mobile",
    "fax",
    "url",
    "street",
    "house number",
    "city",
    "postcode",
    "region",
    "country",
    "full address",
    "latitude",
    "longitude",
    "birth date",
    "gender",
    "language",
    "national id",
    "tax number",
    "bank account",
    "payment card",
    "ip address",
    "money",
    "currency",
    "percentage",
    "number",
    "counter",
    "identifier",
    "uuid",
    "category",
    "industry",
    "status",
    "text",
    "file name",
    "date",
    "flag",
    "consent",
    "discriminator",
    "reference",
    "access",
    "owner",
    "created at",
    "created by",
    "modified at",
    "modified by",
    "soft delete",
    "secret",
    "machine text",
    "unused",
]
"""The meanings that crmaudit knows. `text` is free text, `machine text` what a program wrote for
itself, `identifier` a key or number of the record itself, `reference` one of another record,
`discriminator` the type beside a polymorphic reference or the kind of a record, `unused` a column
that no row fills."""

SEMANTIC_TYPES: tuple[SemanticType, ...] = get_args(SemanticType)

Audience = Literal["customer", "account", "secret", "none"]

_CUSTOMER: frozenset[SemanticType] = frozenset(
    {
        "given name",
        "family name",
        "full name",
        "organisation name",
        "job title",
        "handle",
        "e-mail",
        "phone",
        "mobile",
        "fax",
        "url",
        "street",
        "house number",
        "city",
        "postcode",
        "full address",
        "latitude",
        "longitude",
        "birth date",
        "national id",
        "tax number",
        "bank account",
        "payment card",
        "ip address",
        "text",
        "file name",
        "machine text",
    }
)
_ACCOUNT: frozenset[SemanticType] = frozenset({"login", "owner", "created by", "modified by"})


def audience(semantic: str) -> Audience:
    """Whose data a column of this type holds.

    `customer`: always masked. `account`: a CRM account, shown by a keyed
    pseudonym. `secret`: nothing is shown, not even the shape. `none`: a code,
    number or date, shown by the general rules.
    """
    if semantic == "secret":
        return "secret"
    if semantic in _CUSTOMER:
        return "customer"
    return "account" if semantic in _ACCOUNT else "none"


@dataclass(frozen=True, slots=True)
class Semantic:
    """A column's meaning as recognised, with `confidence` in [0, 1] and the reasons for it.

    `reasons` are short sentences that hold no value: what in the name and what
    in the content speaks for it. `tested` of the column's different values
    were looked at one by one, which stand for `tested_rows` rows; `passed_rows`
    of those hold a value of this type (None where no validator exists for it).
    `others` are weaker guesses, best first, as (type, confidence).
    """

    type: SemanticType
    confidence: float
    reasons: tuple[Prose, ...] = ()
    tested: int = 0
    tested_rows: int = 0
    passed_rows: int | None = None
    others: tuple[tuple[SemanticType, float], ...] = ()
