"""What is shown of a column, by what it means rather than by how it is called."""

from __future__ import annotations

import json
import re

import pytest
from profile_fakes import ListSource, Values

from crmaudit.evidence import TableProfile, to_json
from crmaudit.key import Key
from crmaudit.quality.collectors.profile import profile
from crmaudit.quality.histogram import scale
from crmaudit.quality.plan import Plan

KEY = Key(b"k" * 32)


def profiles(
    tables: dict[str, dict[str, Values]], types: dict[str, str], key: Key | None = KEY
) -> list[TableProfile]:
    source = ListSource(tables, types)
    return list(profile(source, source.tables, Plan(key=key)))


def test_an_account_has_one_pseudonym_in_all_tables() -> None:
    tables: dict[str, dict[str, Values]] = {
        "contacts": {"id": [*"12345678"], "owner_id": ["7"] * 5 + ["8"] * 3},
        "cases": {"id": [*"12345678"], "created_by": ["7"] * 6 + ["9"] * 2},
    }
    found = profiles(tables, {"id": "int", "owner_id": "int", "created_by": "varchar(9)"})
    owner, author = found[0].column("owner_id"), found[1].column("created_by")
    assert owner.top[0].value == author.top[0].value
    assert re.fullmatch("acct-[0-9a-f]{8}", owner.top[0].value)
    assert [t.count for t in owner.top] == [5, 3]
    assert owner.masking == author.masking == "pseudonym"
    assert (owner.minimum, owner.mean, owner.histogram) == ("9", None, ())


def test_without_a_key_accounts_are_shown_by_shape() -> None:
    found = profiles({"t": {"owner": ["jdoe"] * 9}}, {"owner": "text"}, None)[0].columns[0]
    assert (found.masking, found.top[0].value) == ("shape", "a")


@pytest.mark.parametrize("name", ["password", "x1"])
def test_of_a_secret_nothing_is_shown(name: str) -> None:
    values: Values = [f"$2b$12${'abcdefghij' * 5}{i:03}" for i in range(20)] * 2
    (found,) = profiles({"t": {name: values}}, {name: "varchar(99)"})
    column = found.columns[0]
    assert column.semantic is not None
    assert column.semantic.type == "secret"
    assert column.masking == "nothing"
    assert (column.top, column.shapes, column.minimum, column.maximum) == ((), (), None, None)
    assert (column.filled, column.distinct, column.length_max) == (40, 20, None)
    assert "abcdefghij" not in to_json(found)


def test_customers_under_unguessable_names_are_masked() -> None:
    people: Values = ["Anna Weber", "Peter Koch", "Maria Rossi", "Luis Martin"] * 12
    phones: Values = ["+49 30 9012345", "+49 40 3012345", "+33 1 42686300"] * 16
    numbers: Values = [str(int(p[1:].replace(" ", ""))) for p in phones if p]
    (found,) = profiles(
        {"t": {"x1": people, "x2": phones, "x3": numbers}},
        {"x1": "text", "x2": "text", "x3": "bigint"},
    )
    told = json.dumps(json.loads(to_json(found))["body"]["columns"])
    assert not any(v in told for v in (*people, *phones, *numbers) if v)


def test_codes_and_their_counts_are_shown() -> None:
    (found,) = profiles(
        {"t": {"stage": ["open", "won"] * 20, "visits": [str(i % 9) for i in range(40)]}},
        {"stage": "text", "visits": "int"},
    )
    assert {t.value for t in found.column("stage").top} == {"open", "won"}
    bins = found.column("visits").histogram
    assert [(b.low, b.high, b.count) for b in bins[:2]] == [("0", "1", 5), ("1", "2", 5)]
    assert (bins[-1].low, bins[-1].high) == ("8", "8")
    assert sum(b.count for b in bins) == 40


@pytest.mark.parametrize(
    ("logical", "low", "high", "count", "first", "last"),
    [
        ("integer", 0, 100, 12, ("0", "9"), ("99", "100")),
        ("integer", 5, 5, 1, ("5", "5"), ("5", "5")),
        ("number", 0.0, 6.0, 12, ("0", "0.5"), ("5.5", "6")),
        ("number", 2.5, 2.5, 1, ("2.5", "2.5"), ("2.5", "2.5")),
        ("date", 0, 86_400 * 23, 12, ("1970-01-01", "1970-01-03"), ("1970-01-23", "1970-01-24")),
    ],
)
def test_scales(
    logical: str, low: float, high: float, count: int, first: tuple[str, str], last: tuple[str, str]
) -> None:
    bins = scale(logical, low, high).bins({})  # type: ignore[arg-type]
    assert len(bins) == count
    assert (bins[0].low, bins[0].high) == first
    assert (bins[-1].low, bins[-1].high) == last


@pytest.mark.parametrize(
    ("name", "check", "right", "wrong"),
    [
        (
            "website",
            "url",
            ["https://example.org/a?b=1", "www.example.org", "example.co.uk"],
            ["none yet", "http//"],
        ),
        (
            "phone",
            "phone",
            ["+49 30 123456", "(555) 123-4567 x89", "0161 496 0000"],
            ["12", "call me"],
        ),
        (
            "iban",
            "iban",
            ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"],
            ["DE89370400440532013001"],
        ),
        ("postcode", "postcode", ["SW1A 1AA", "10115", "1012 AB", "75001"], ["see notes", "x"]),
        ("probability", "percentage", ["0", "10", "20", "40", "50", "70", "90", "100"], ["140"]),
    ],
)
def test_every_value_is_held_against_the_form(
    name: str, check: str, right: list[str], wrong: list[str]
) -> None:
    values: Values = right * 10 + wrong
    types = {name: "int" if name == "probability" else "varchar(99)"}
    (found,) = profiles({"deals": {name: values}}, types)
    assert found.columns[0].checks[check] == (len(right) * 10, len(values))
    assert found.columns[0].checks["valid"][0] <= len(right) * 10
