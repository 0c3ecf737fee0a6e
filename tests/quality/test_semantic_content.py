"""What values say that a column means, whatever it is called."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from profile_fakes import Values, profile_columns

from crmaudit.evidence import ColumnProfile
from crmaudit.evidence.semantic import SEMANTIC_TYPES
from crmaudit.quality.semantics import Sample, SeenColumn, SeenTable, understand

RNG = random.Random(4)
QUIET = settings(max_examples=60, deadline=None)


def some(make: str, count: int = 60) -> Values:
    """Values by a form in which 9 is any digit, A and a any letter."""
    places = {"9": string.digits, "A": string.ascii_uppercase, "a": string.ascii_lowercase}
    return ["".join(RNG.choice(places.get(c, c)) for c in make) for _ in range(count)]


def of(values: Values, name: str = "x1", type_: str = "varchar(99)") -> ColumnProfile:
    return profile_columns({name: values}, {name: type_}).columns[0]


def luhn(prefix: str) -> str:
    total = sum(
        d if i % 2 else sum(divmod(2 * d, 10)) for i, d in enumerate(int(c) for c in prefix[::-1])
    )
    return f"{prefix}{-total % 10}"


FIRST_NAMES = "Anna Peter Maria Klaus Sophie Thomas Laura Jean Carmen Luis Emma Paul"
FIRST = FIRST_NAMES.split()
LAST_NAMES = "Müller Smith García Martin Schmidt Jones Rossi Dubois López Weber Brown Koch"
LAST = LAST_NAMES.split()

CONTENT: dict[str, Values] = {
    "e-mail": [f"{a}.{b}@harbourlight.example.org".lower() for a in "abcdef" for b in "uvwxyz"],
    "url": [f"https://www.example.org/{w}" for w in FIRST],
    "uuid": some("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa".replace("a", "9")),
    "ip address": some("10.9.9.9"),
    "bank account": [
        "DE89370400440532013000",
        "GB82WEST12345698765432",
        "FR1420041010050500013M02606",
    ]
    * 3
    + ["ES9121000418450200051332", "NL91ABNA0417164300", "AT611904300234573201"],
    "payment card": [luhn("4111111111" + d) for d in some("99999")],
    "postcode": some("AA9 9AA") * 2,
    "phone": some("+49 30 9099 9999"),
    "machine text": [f'{{"a": {i}, "b": [1, 2]}}' for i in range(30)],
    "secret": [
        "$2b$12$" + s for s in some("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 12)
    ],
    "file name": [f"{w}-{i}.pdf" for i, w in enumerate(FIRST)],
    "given name": FIRST * 3,
    "family name": LAST * 3,
    "full name": [f"{a} {b}" for a in FIRST for b in LAST],
    "organisation name": [f"{b} {w}" for b in LAST for w in ("GmbH", "Ltd", "S.A.S.", "Trust")],
    "street": [f"{b} {w} {i}" for i, b in enumerate(LAST) for w in ("Street", "Road")],
    "country": ["Germany", "France", "Spain", "Italy", "Austria", "Poland"] * 10,
    "currency": ["EUR", "USD", "GBP", "CHF", "SEK"] * 10,
    "salutation": ["Herr", "Frau", "Dr", "Mr", "Mrs"] * 10,
    "gender": ["M", "F", "M", "F", "X"] * 10,
    "text": [f"Called {a} about the {b} matter and left a message" for a in FIRST for b in LAST],
    "category": ["web", "desk", "import"] * 30,
}


@pytest.mark.parametrize("kind", CONTENT)
def test_content_alone(kind: str) -> None:
    found = of(CONTENT[kind]).semantic
    assert found is not None
    assert (found.type, found.others[:1]) == (kind, found.others[:1])
    assert found.reasons


@pytest.mark.parametrize("name", ["x1", "field_12", "fld_c", "wert", "col"])
def test_birth_dates_under_any_name_show_no_range(name: str) -> None:
    days = [f"{RNG.randint(1925, 2008)}-{RNG.randint(1, 12):02}-01" for _ in range(200)]
    found = of(days, name, "date")
    assert found.semantic is not None
    assert found.semantic.type == "birth date"
    assert (found.masking, found.minimum, found.months) == ("shape", "9999-99-99", {})
    assert not found.histogram


def test_dates_of_business_show_their_range() -> None:
    days = [f"{RNG.randint(2015, 2026)}-{RNG.randint(1, 12):02}-01" for _ in range(200)]
    found = of(days, "x1", "date")
    assert found.masking == "none"
    assert sum(b.count for b in found.histogram) == 200


def test_a_name_that_its_values_deny() -> None:
    found = of(["active", "inactive", "lapsed"] * 30, "email").semantic
    assert found is not None
    assert found.type != "e-mail"


def test_telephone_numbers_are_no_counters() -> None:
    numbers: Values = [str(330_000 + i) for i in range(200)]
    found = of(numbers, "x1", "integer").semantic
    assert found is not None
    assert found.type == "number"


def test_what_was_looked_at_is_told() -> None:
    values: Values = [*CONTENT["e-mail"], *["n/a"] * 4, *["broken"] * 6]
    found = of(values, "email").semantic
    assert found is not None
    assert (found.type, found.tested, found.tested_rows) == ("e-mail", 37, 42)
    assert found.passed_rows == 36


def test_the_sample_is_weighted_by_rows() -> None:
    sample = Sample((("n/a", 400_000),), tuple((f"a{i}@example.org", 1) for i in range(700)))
    column = SeenColumn(
        "x1", "text", "text", 1_000_000, 1_000_000, 600_001, 600_000, 20, False, sample
    )
    assert understand(column, SeenTable("t", ("x1",))).type == "e-mail"


@QUIET
@given(
    st.lists(st.text(max_size=40), min_size=1, max_size=30),
    st.sampled_from(["x1", "phone", "iban"]),
)
def test_any_values_are_understood(texts: list[str], name: str) -> None:
    values: Values = [t.replace("\0", "\ufffd") for t in texts]
    found = of(values, name)
    assert found.status.state == "done"
    assert found.semantic is not None
    assert found.semantic.type in SEMANTIC_TYPES
    assert 0 <= found.semantic.confidence <= 1
    assert (found.semantic.passed_rows or 0) <= found.semantic.tested_rows <= found.rows


def test_the_same_values_give_the_same_meaning() -> None:
    values: Values = [f"{a} {b}" for a in FIRST for b in LAST]
    mixed = [*values]
    RNG.shuffle(mixed)
    assert of(values).semantic == of(mixed).semantic


def test_seconds_since_1970_are_no_telephone_numbers() -> None:
    moments: Values = [str(1_479_463_600 + 86_413 * i * (i % 7 + 1)) for i in range(120)]
    for name in ("lastActivity", "x1"):
        found = of(moments, name, "bigint").semantic
        assert found is not None
        assert found.type in ("date", "modified at", "number"), name
    # Where the name says so, the numbers are asked what they are.
    found = of([f"617555{i:04}" for i in range(120)], "phone", "bigint").semantic
    assert found is not None
    assert found.type == "phone"


def test_addresses_in_lists_are_addresses() -> None:
    mails: Values = [f'[{{"value": "a{i}@example.org", "label": "work"}}]' for i in range(80)]
    phones: Values = [f'[{{"value": "+49 30 {123000 + i}", "label": "work"}}]' for i in range(80)]
    options: Values = [f'{{"position": {i}, "visible": true}}' for i in range(80)]
    for values, name, kind in (
        (mails, "emails", "e-mail"),
        (mails, "reply_to", "e-mail"),
        (phones, "contact_numbers", "phone"),
        (options, "emails", "machine text"),
    ):
        # Senders and recipients are those of a table of mails.
        found = profile_columns({name: values, "cc": values}).columns[0].semantic
        assert found is not None
        assert found.type == kind, name
