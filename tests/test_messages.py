"""Text that can be told in another language: in English it is a text like any other."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from copy import copy, deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pseudo import PSEUDO, plain

from crmaudit.messages import (
    Told,
    capital,
    chained,
    counted,
    joined,
    listed,
    long_date,
    month_of,
    msg,
    told,
)

NAMES = st.text(max_size=12)
"""Values as people write them, with braces and all."""
WORDS = st.text(alphabet="abc {}.,:äé", max_size=12)


class English:
    """English as if it were a language of its own: told in it, nothing changes."""

    language = "en"

    def pattern(self, pattern: str, values: Mapping[str, object]) -> str:
        return pattern

    def value(self, value: Any, form: str) -> str:
        if form == "long":
            return str(long_date(value))
        return str(month_of(value)) if form == "month" else format(value, form)

    def noun(self, n: float, one: str, many: str, form: str) -> str:
        return one if n == 1 else many


class German(English):
    """A few patterns, and numbers and days as German writes them."""

    language = "de"
    patterns: Mapping[str, str] = {
        "{count} lack an owner": "Ohne Eigner: {count}",
        "none of {count}": "keins von {count:dative}",
        "nobody asked": "niemand fragte",
        "{items} and {last}": "{items} und {last}",
        "{items} and {n} more": "{items} und {n} weitere",
    }

    def pattern(self, pattern: str, values: Mapping[str, object]) -> str:
        return self.patterns.get(pattern, pattern)

    def value(self, value: Any, form: str) -> str:
        if isinstance(value, date):
            return f"{value.day}.{value.month}.{value.year}"
        return format(value, form).replace(",", ".")

    def noun(self, n: float, one: str, many: str, form: str) -> str:
        return "System" if n == 1 else "Systemen" if form == "dative" else "Systeme"


def _nested(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items = st.lists(parts, max_size=6)
    return st.one_of(
        st.builds(lambda a, n: msg("{a} has {n:,}", a=a, n=n), parts, st.integers()),
        st.builds(lambda xs: joined("; ", xs), items),
        st.builds(listed, items, st.integers(1, 5)),
        st.builds(lambda xs: chained("{a} or {b}", xs), items),
        st.builds(capital, parts),
        st.builds(lambda a, b: msg("{a}", a=a) + b, parts, parts),
        st.builds(lambda a, b: a + msg("{b}", b=b), parts, parts),
    )


TEXTS = st.recursive(
    st.one_of(
        NAMES,
        st.builds(msg, WORDS),
        st.builds(lambda n: counted(n, "system"), st.integers(0, 10**9)),
        st.builds(long_date, st.dates()),
    ),
    _nested,
    max_leaves=8,
)


@given(TEXTS)
def test_told_in_english_it_is_the_same(text: str) -> None:
    assert told(text, English()) == text


@given(TEXTS)
def test_copies_are_the_same_and_can_still_be_told(text: str) -> None:
    wide = told(text, PSEUDO)
    for again in (pickle.loads(pickle.dumps(text)), copy(text), deepcopy(text)):
        assert again == text
        assert hash(again) == hash(text)
        assert told(again, PSEUDO) == wide


@given(NAMES)
def test_a_value_is_not_read_as_a_pattern(name: str) -> None:
    assert msg("{name} is away", name=name) == f"{name} is away"
    assert told(msg("{name}!", name=name), English()) == f"{name}!"


@given(WORDS)
def test_text_without_values_stands_as_it_is_braces_too(text: str) -> None:
    assert msg(text) == text


def test_braces_in_a_pattern_with_values_are_doubled() -> None:
    text = msg("{{key}}: {n}", n=3)
    assert text == "{key}: 3"
    assert told(text, PSEUDO) == "{ｋｅｙ}: 3"


def test_it_is_a_text_like_any_other() -> None:
    text = msg("{n} systems", n=2)
    assert isinstance(text, Told)
    assert text == "2 systems"
    assert "2 systems" in {text}
    assert text.split() == ["2", "systems"]


def test_a_message_in_a_message_is_told_too() -> None:
    count = counted(2000, "system")
    text = msg("{count} lack an owner", count=count)
    assert text == "2,000 systems lack an owner"
    assert told(text, German()) == "Ohne Eigner: 2.000 Systeme"


def test_a_pattern_may_ask_for_a_case_of_the_noun() -> None:
    assert told(msg("none of {count}", count=counted(7, "system")), German()) == (
        "keins von 7 Systemen"
    )


def test_what_is_added_can_be_told() -> None:
    text = "CRM: " + msg("nobody asked") + "!"
    assert text == "CRM: nobody asked!"
    assert told(text, German()) == "CRM: niemand fragte!"


@pytest.mark.parametrize(
    ("n", "words"),
    [(0, "0 entities"), (1, "1 entity"), (1234, "1,234 entities"), (1.5, "1.5 entities")],
)
def test_counted(n: float, words: str) -> None:
    assert counted(n, "entity", "entities") == words


@pytest.mark.parametrize(
    ("items", "english", "german"),
    [
        ([], "", ""),
        (["A"], "A", "A"),
        (["A", "B"], "A and B", "A und B"),
        (["A", "B", "C"], "A, B and C", "A, B und C"),
        (["A", "B", "C", "D"], "A, B, C and 1 more", "A, B, C und 1 weitere"),
    ],
)
def test_listed(items: list[str], english: str, german: str) -> None:
    assert listed(items, 3) == english
    assert told(listed(items, 3), German()) == german


def test_chained_puts_each_to_those_before() -> None:
    found = chained("{a} nor the {b}", map(msg, ("database", "system", "feed")))
    assert found == "database nor the system nor the feed"
    assert plain(found) == []
    assert chained("{a} and {b}", []) == ""
    assert chained("{a} and {b}", ["one"]) == "one"


def test_a_capital_stands_at_the_beginning_of_what_is_told() -> None:
    assert capital(msg("nobody asked")) == "Nobody asked"
    assert told(capital(msg("nobody asked")), German()) == "Niemand fragte"


def test_days_are_written_as_the_language_does() -> None:
    assert long_date(date(2026, 12, 1)) == "1 December 2026"
    assert month_of(date(2026, 12, 1)) == "December 2026"
    assert told(long_date(date(2026, 12, 1)), German()) == "1.12.2026"


def test_a_name_stays_as_it_is() -> None:
    assert plain(msg("{system} has no owner", system="Ledgerline")) == ["Ledgerline"]
    assert plain(msg("{system} has no owner", system="Ledgerline"), ["Ledgerline"]) == []
    assert plain("nobody made this a message") != []
