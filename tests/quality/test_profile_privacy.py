"""No personal or secret value leaves a profile."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from profile_fakes import Values, profile_columns

from crmaudit.evidence import to_json
from crmaudit.evidence.privacy import shape

QUIET = settings(max_examples=40, deadline=None)
letters = st.text(string.ascii_letters + "äöüéñß", min_size=3, max_size=12)
people = st.one_of(
    st.tuples(letters, letters).map(lambda n: f"{n[0]} {n[1]}"),
    st.tuples(letters, letters).map(lambda n: f"{n[0]}.{n[1]}@example.org"),
    st.integers(10**7, 10**12).map(lambda n: f"+49 {n}"),
    st.dates().map(str),
)
tokens = st.text(string.ascii_letters + string.digits, min_size=8, max_size=40)


PROGRAM_WORDS = {"code", "integer", "TEXT", "varchar(40)", "text", "number", "shape", "done"}


def texts_in(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            # The names of checks and fields are the program's own, months are not.
            if key[0].isdigit():
                yield key
            yield from texts_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts_in(value)


def assert_hidden(values: Values, columns: dict[str, Values], types: dict[str, str]) -> None:
    """Fail where one of the values is in a text of the evidence."""
    body = json.loads(to_json(profile_columns(columns, types, "sqlite")))["body"]
    shown = "\n".join(texts_in(body["columns"]))
    for value in values:
        # `999` is its own shape, `integer` a word of the program's.
        assert (
            value in PROGRAM_WORDS or value is None or shape(value) == value or value not in shown
        )


@QUIET
@given(st.lists(people, min_size=1, max_size=8, unique=True), st.sampled_from([1, 6, 50]))
def test_people(values: list[str], times: int) -> None:
    rows: Values = [*values] * times
    columns = dict.fromkeys(
        ["email", "name", "phone", "notes", "birthdate", "Anschrift_Name", "owner"], rows
    )
    assert_hidden([*values], columns, dict.fromkeys(columns, "TEXT"))


@QUIET
@given(st.lists(tokens, min_size=1, max_size=50, unique=True))
def test_secrets_in_a_column_that_says_nothing(values: list[str]) -> None:
    assert_hidden([*values], {"code": [*values]}, {"code": "TEXT"})
    assert_hidden([*values], {"code": [*values]}, {"code": "varchar(40)"})


@QUIET
@given(st.lists(st.integers(10_000, 10**15), min_size=1, max_size=50, unique=True))
def test_secret_numbers_in_a_text_column(values: list[int]) -> None:
    rows: Values = [str(v) for v in values]
    assert_hidden(rows, {"code": rows}, {"code": "TEXT"})


def test_a_salary_is_not_shown_by_its_extremes() -> None:
    rows: Values = [str(41_000 + 37 * i) for i in range(60)]
    assert_hidden(rows, {"salary": rows}, {"salary": "integer"})


def test_a_short_list_of_colleagues_is_not_shown() -> None:
    for names in (["anna", "peter", "maria"], ["Müller", "SCHMIDT", "Meier"]):
        rows: Values = [*names] * 50
        assert_hidden(rows, {"q1": rows}, {"q1": "TEXT"})


def test_the_months_of_a_handful_of_rows_are_not_told() -> None:
    few: Values = ["1987-06-05", "1987-07-01", "1991-02-03", "1961-11-23"]
    assert profile_columns({"seen_on": few}, {"seen_on": "date"}).columns[0].months == {}
    assert profile_columns({"seen_on": [*few] * 2}, {"seen_on": "date"}).columns[0].months


def test_codes_are_shown() -> None:
    found = profile_columns({"status": ["open", "closed"] * 20}).columns[0]
    assert [(t.value, t.masked) for t in found.top] == [("closed", False), ("open", False)]
    assert found.masking == "none"
