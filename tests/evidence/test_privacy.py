"""What may be seen of a value, and that nothing more is."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence.privacy import (
    SHAPE_LENGTH,
    example,
    key_id,
    may_show,
    may_show_range,
    name_words,
    personal_name,
    pseudonym,
    shape,
)
from crmaudit.quality.shapes import shapes

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=90)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Jane.Doe42@example.org", "Aa.Aa99@a.a"),
        ("Jürgen MÜLLER", "Aa A"),
        ("+49 30 1234567", "+99 99 9999999"),
        ("Ольга", "Aa"),
        ("李小龍", "a"),
        ("a  \t b", "a a"),
        ("\ufffdx", "?a"),
        ("p$$w!!rd", "a*a*a"),
        ("x" * 100, "a…"),
        ("", ""),
        ("é", "a"),
    ],
)
def test_shape(value: str, expected: str) -> None:
    assert shape(value) == expected


@given(texts)
def test_a_shape_holds_nothing_of_the_value(value: str) -> None:
    found = shape(value)
    assert len(found) <= SHAPE_LENGTH + 1
    assert re.fullmatch(r"[Aa9?* .,\-/@+_:()'&#]*…?", found)


@given(st.lists(texts, max_size=30))
def test_shapes_of_many_are_the_shapes_of_each(values: list[str]) -> None:
    assert shapes(pa.array(values, pa.string())).to_pylist() == [shape(v) for v in values]
    sliced = pa.array(["x", *values, "y"], pa.string()).slice(1, len(values))
    assert shapes(pa.chunked_array([sliced])).to_pylist() == [shape(v) for v in values]


def test_example() -> None:
    assert example("jane.doe@example.org") == "j…@…org"
    assert example("Jane Doe") == "Aa Aa"
    assert example("@x") == "@a"


def test_pseudonyms_depend_on_key_kind_and_value() -> None:
    key = b"k" * 32
    name = pseudonym(key, "acct", "jdoe")
    assert re.fullmatch(r"acct-[0-9a-f]{8}", name)
    assert name == pseudonym(key, "acct", "jdoe")
    others = [(b"l" * 32, "acct", "jdoe"), (key, "user", "jdoe"), (key, "acct", "jdoe2")]
    assert all(pseudonym(*o).split("-")[1] != name.split("-")[1] for o in others)
    assert re.fullmatch("[0-9a-f]{8}", key_id(key))
    assert key_id(key) != key_id(b"l" * 32)


def test_words_of_a_name() -> None:
    assert name_words("E-MailPrivat_2") == ("e", "mail", "privat")
    assert name_words("Straße") == ("strasse",)
    assert name_words("HTTPCode") == ("http", "code")


@pytest.mark.parametrize(
    "name",
    [
        *(
            [
                "name",
                "first_name",
                "Nachname",
                "prénom",
                "nombre",
                "email",
                "EMailAddress",
                "phone_mobile",
                "Telefon",
                "tel",
            ]
        ),
        *(
            [
                "téléphone",
                "móvil",
                "address1",
                "Straße",
                "rue",
                "PLZ",
                "postcode",
                "zip",
                "city",
                "birth_date",
                "born_on",
                "GebDatum",
                "deceased_date",
                "Geburtsdatum",
            ]
        ),
        *(
            [
                "notes",
                "Bemerkung",
                "remarques",
                "comentarios",
                "description",
                "IBAN",
                "login",
                "user_name",
                "assigned_to",
            ]
        ),
        *(
            [
                "created_by",
                "salary",
                "ssn",
                "password",
                "api_key",
                "owner_id",
                "date_naissance",
                "kundenname",
                "123",
                "título",
            ]
        ),
    ],
)
def test_personal_names(name: str) -> None:
    assert personal_name(name)
    assert not may_show(name, "text", 3, 1000, "open", 300)
    assert not may_show_range(name, "integer", 3, 1000, "5")


@pytest.mark.parametrize(
    "name", ["status", "country", "phone_type", "email_status", "amount", "stage"]
)
def test_codes(name: str) -> None:
    assert not personal_name(name)
    assert may_show(name, "text", 3, 1000, "open", 300)


@pytest.mark.parametrize(
    "value",
    [
        "a@b.org",
        "John Smith",
        "SMITH JOHN",
        "Smith, John",
        "12345",
        "http://x",
        "x" * 33,
        "a b c d",
        "a\n",
    ],
)
def test_values_that_are_never_shown(value: str) -> None:
    assert not may_show("status", "text", 3, 1000, value, 300)


def test_rare_and_various_values_are_not_shown() -> None:
    assert not may_show("status", "text", 3, 1000, "open", 4)
    assert not may_show("status", "text", 65, 100_000, "open", 300)
    assert not may_show("status", "text", 30, 100, "open", 10)
    assert not may_show("status", "date", 3, 1000, "open", 10)


def test_ranges() -> None:
    assert may_show_range("amount", "number", 900, 1000, "1234567.89")
    assert not may_show_range("amount", "number", 900, 1000, "12345678")
    assert not may_show_range("amount", "number", 4, 4, "1")
    assert not may_show_range("code", "integer", 900, 1000, "12345", declared=False)
    assert may_show_range("created_at", "datetime", 900, 1000, "2026-01-01 10:00:00")
    assert not may_show_range("stage", "text", 3, 1000, "a")
