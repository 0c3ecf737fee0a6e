"""Finds records that stand for one thing: staged, standardised, paired, scored, put together.

    records       reads what a `Recipe` names into a table of an engine       (sources → DuckDB)
    standard      makes comparable columns of it                              (raw → standard)
    candidates    chooses the pairs worth comparing, by counted budgets
    model         weighs agreement, without labels                            (Splink)
    deciding      threshold, precision, recall, number of duplicates
    unseen        how many pairs nobody gets to see
    clusters      puts records together

Staged records are a table with these columns, all VARCHAR but for `n`, lists
and `filled`; what a system does not have is null:

    n BIGINT       a number of its own for each record, from 0, over all systems
    system, tab    the system's id and the qualified table
    key            the row's key as the source gives it, several parts joined by U+001F
    given, middle, family, full_name, organisation, employer, household
    emails VARCHAR[], phones VARCHAR[]
    street, house_number, city, postcode, region, country
    birth_date, gender, salutation, url
    national_id, tax_number, bank_account
    identifiers VARCHAR[]
    created_at, created_by, modified_at, owner, import_batch, source, unit
    filled INTEGER how many of the attributes have a value
"""

from __future__ import annotations

from collections.abc import Iterable

SEAM = "\x1f"
"""What joins the parts of a key."""


def key_of(parts: Iterable[str]) -> str:
    """SQL for a row's key as `records` has it, of the columns that make it."""
    return f" || chr({ord(SEAM)}) || ".join(parts)


ATTRIBUTE_COLUMNS = {
    "given name": "given",
    "middle name": "middle",
    "family name": "family",
    "full name": "full_name",
    "organisation name": "organisation",
    "employer": "employer",
    "household": "household",
    "e-mail": "emails",
    "phone": "phones",
    "street": "street",
    "house number": "house_number",
    "city": "city",
    "postcode": "postcode",
    "region": "region",
    "country": "country",
    "birth date": "birth_date",
    "gender": "gender",
    "salutation": "salutation",
    "url": "url",
    "national id": "national_id",
    "tax number": "tax_number",
    "bank account": "bank_account",
    "identifier": "identifiers",
}
"""Attribute → its column in the table of staged records."""

MARK_COLUMNS = {
    "created at": "created_at",
    "created by": "created_by",
    "modified at": "modified_at",
    "owner": "owner",
    "import batch": "import_batch",
    "source": "source",
    "unit": "unit",
}
"""Mark → its column."""
