"""Faults within columns, in tables held in memory and in those staged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pytest
from profile_fakes import Values, profile_columns

from crmaudit.evidence import Fault, Table, TableProfile, to_json
from crmaudit.evidence.privacy import shape
from crmaudit.evidence.semantic import SemanticType
from crmaudit.quality.collectors import value_faults as value_faults_module
from crmaudit.quality.plan import Plan

Meanings = Callable[[Mapping[str, SemanticType]], None]


def told(profile: TableProfile, column: str) -> dict[str, int]:
    faults = profile.column(column).faults
    assert len({f.kind for f in faults}) == len(faults), "one fault a kind"
    return {f.kind: f.rows for f in faults}


SOUND: dict[SemanticType, list[str]] = {
    "given name": ["Anna", "Paul", "Marie-Luise", "Jean", "Núria", "Mehmet", "Tess", "Xia"],
    "family name": ["Schmidt", "O'Neil", "de Vries", "García", "Nguyen", "Test-Meyer", "Null-Fox"],
    "city": ["Leeds", "Halle (Saale)", "Paris 15", "St. Gallen", "Bad Ems", "Łódź", "Ürümqi"],
    "postcode": ["AB1 2CD", "CD2 3EF", "EF34 5GH", "GH5 6JK", "JK7 8LM", "SW1A 1AA"],
    "phone": ["01632 960001", "01632 960102", "01632 960203 ext 5", "01632 960377 (work)"],
    "e-mail": ["a.b@mail.example", "test.person@firm.example", "noah@firm.example"],
    "organisation name": ["3M Example", "IBX GmbH", "Müller & Söhne", "Testa SpA", "A1 Bau"],
    "street": ["12a Mill Lane", "Hauptstraße 7", "99 Long Road"],
    "url": ["https://firm.example", "www.other.example/x?a=b&c=d", "third.example"],
}
FAULTY: dict[SemanticType, dict[str, str]] = {
    "given name": {
        "ANNA": "inconsistent case",
        "xxx": "placeholder",
        "asdf": "placeholder",
        "JosÃ©": "damaged encoding",
        "a.b@mail.example": "wrong kind of value",
        "+44 1632 960001": "wrong kind of value",
        "Paul2": "wrong kind of value",
        " Paul": "surrounding blanks",
    },
    "family name": {"Unbekannt": "placeholder", "M?ller": "damaged encoding"},
    "city": {
        "AB1 2CD": "wrong kind of value",
        "12345": "wrong kind of value",
        "unknown": "placeholder",
        "K&ouml;ln": "damaged encoding",
    },
    "postcode": {
        "00000": "placeholder",
        "Leeds": "wrong kind of value",
        "ab1 2cd": "mixed formats",
    },
    "phone": {
        "999-9999": "placeholder",
        "0000000000": "placeholder",
        "1234567": "placeholder",
        "ring reception": "wrong kind of value",
        "0163": "invalid value",
        "a.b@mail.example": "wrong kind of value",
    },
    "e-mail": {
        "a@a.a": "placeholder",
        "test@test.com": "placeholder",
        "noemail@firm.example": "placeholder",
        "a.b(at)mail.example": "invalid value",
    },
    "organisation name": {"Test GmbH": "placeholder", "AT&amp;T": "damaged encoding"},
    "street": {"Teststraße": "placeholder"},
    "url": {"http://": "placeholder", "see card": "placeholder", "firm example": "invalid value"},
}


@pytest.mark.parametrize("semantic", sorted(FAULTY))
def test_a_value_is_faulty_by_what_its_column_means(
    kept: str, meanings: Meanings, semantic: SemanticType
) -> None:
    meanings({"x": semantic, "email": semantic})
    name = "email" if semantic == "e-mail" else "x"
    sound: Values = [v for v in SOUND[semantic] for _ in range(60)]
    clean = profile_columns({name: sound})
    assert told(clean, name) == {}
    assert (clean.clean, clean.looked_at) == (len(sound), len(sound))
    for value, kind in FAULTY[semantic].items():
        found = profile_columns({name: [*sound, value]})
        assert told(found, name) == {kind: 1}, value
        assert found.clean == len(sound), value
    values = list(FAULTY[semantic])
    for fault in profile_columns({name: [*sound, *values]}).column(name).faults:
        clear = [v for v in values if v != shape(v) and len(v) > 3]
        assert not any(v in fault.example for v in clear), "shown in clear"


@pytest.mark.parametrize(
    ("type_", "semantic", "values", "kinds"),
    [
        ("date", "date", ["1900-01-01", "0001-01-01"], {"default date": 2}),
        ("date", "birth date", ["9999-12-31", "1753-01-01"], {"default date": 2}),
        ("date", "date", ["9999-12-31"], {}),
        ("date", "birth date", ["1750-05-05"], {"impossible date": 1}),
        ("date", "date", ["2203-01-01"], {"impossible date": 1}),
        ("date", "birth date", ["1970-01-01"] * 90, {"default date": 90}),
        ("date", "birth date", ["1970-01-01"], {}),
        ("timestamp", "date", ["1970-01-01 00:00:00"], {"default date": 1}),
        ("date", "date", ["0000-00-00"], {"default date": 1}),
        ("text", "date", ["2020-02-31", "31.02.2020"], {"impossible date": 2}),
        ("text", "date", ["03.02.2020", "2/3/2020"], {"mixed formats": 2}),
    ],
)
def test_days_on_which_nothing_happened(
    kept: str,
    meanings: Meanings,
    type_: str,
    semantic: SemanticType,
    values: list[str],
    kinds: dict[str, int],
) -> None:
    meanings({"x": semantic})
    days: Values = [f"19{50 + i % 49}-0{1 + i % 9}-{10 + i % 18}" for i in range(400)]
    assert told(profile_columns({"x": [*days, *values]}, {"x": type_}), "x") == kinds


def test_categories_spelt_in_several_ways(kept: str, meanings: Meanings) -> None:
    meanings({"status": "status", "land": "country", "kind": "category"})
    found = profile_columns(
        {
            "status": [*["Active"] * 80, *["active"] * 10, *["Closed "] * 5, *["Closed"] * 105],
            "land": [*["Germany"] * 99, *["Deutschland"] * 50, *["DE"] * 11, *["Spain"] * 40],
            "kind": [*["Donor"] * 100, *["Giver"] * 30, *["Memebr"] * 2, *["Member"] * 68],
        }
    )
    assert told(found, "status") == {"inconsistent case": 10, "surrounding blanks": 5}
    assert told(found, "land") == {"overlapping categories": 61}
    assert told(found, "kind") == {"overlapping categories": 30, "spelling variant": 2}
    assert found.column("kind").faults[0].example == "Giver for Donor"
    (typed,) = (f for f in found.column("kind").faults if f.kind == "spelling variant")
    assert "Memebr" not in typed.example, "a value that two rows have is not shown"


def test_numbers_far_from_all_others(kept: str, meanings: Meanings) -> None:
    meanings({"amount": "money", "id": "identifier"})
    amounts: Values = [str(10 + i * 7 % 211) for i in range(500)]
    found = profile_columns(
        {"amount": [*amounts, "9000000", "0"], "id": [*map(str, range(500)), "1" * 9, "-50"]},
        {"amount": "integer", "id": "bigint"},
    )
    assert told(found, "amount") == {"outlier": 1}
    assert told(found, "id") == {}


def test_a_letter_among_digits(kept: str, meanings: Meanings) -> None:
    meanings({"code": "identifier", "mixed": "identifier"})
    numbers: Values = [str(10_000 + i % 150) for i in range(300)]
    found = profile_columns(
        {"code": [*numbers, "1x019"], "mixed": [f"A{v}" for v in numbers] + ["1x019"]}
    )
    assert told(found, "code") == {"wrong kind of value": 1}
    assert told(found, "mixed") == {}


def test_what_most_rows_have_is_meant_so(kept: str, meanings: Meanings) -> None:
    meanings({"name": "full name", "phone": "phone"})
    found = profile_columns(
        {
            "name": [f"person{i}@mail.example" for i in range(200)],
            "phone": [str(200 + i) for i in range(200)],
        }
    )
    assert told(found, "name") == {}
    assert told(found, "phone") == {}


def test_secrets_are_not_searched(meanings: Meanings) -> None:
    meanings({"token": "secret"})
    found = profile_columns({"token": [" x", "test", "JosÃ©"] * 50})
    assert found.column("token").faults == ()


@pytest.mark.parametrize(
    "value",
    ["'; DROP TABLE faulty; --", '"', "a\x01b", "<b>", "=1+1", "%s{0}", "\\", "x" * 9000, "\ufeff"],
)
def test_hostile_values(kept: str, meanings: Meanings, value: str) -> None:
    meanings(
        {'it\'s "me"': "city", "b": "phone", "c": "category", "d": "e-mail", "e": "birth date"}
    )
    names = ['it\'s "me"', "b", "c", "d", "e"]
    found = profile_columns({n: [value, "Leeds", "York", None, ""] * 40 for n in names})
    assert found.provenance.status.state == "done", found.provenance.status
    assert found.looked_at == 200


@pytest.mark.parametrize("part", ["values", "rows"])
def test_a_search_that_fails_leaves_the_statistics(
    kept: str, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def fails(*_: object) -> None:
        raise duckdb.OutOfMemoryException("value 'secret'")

    if part == "values":
        monkeypatch.setattr(value_faults_module._Search, "_compare", fails)
    else:
        monkeypatch.setattr("crmaudit.quality.collectors.profile.row_faults", fails)
    found = profile_columns({"a": ["x", "y", "n/a"] * 20})
    assert found.provenance.status.state == "partly"
    assert "searched" in found.provenance.status.reason
    assert "secret" not in found.provenance.status.reason
    (column,) = found.columns
    assert (column.distinct, column.filled, len(column.top)) == (3, 60, 3)
    assert column.status.state == ("partly" if part == "values" else "done")


def test_nothing_personal_is_in_the_evidence(kept: str, meanings: Meanings, tmp_path: Path) -> None:
    meanings({"first": "given name", "mail": "e-mail", "tel": "phone", "town": "city"})
    names = ["Zenobia", "ZENOBIA", "Zenobía", "Quillon", "Zenobai9"]
    rows: dict[str, Values] = {
        "first": [n for n in names for _ in range(40)],
        "mail": [f"{n}@@mail.example" for n in names for _ in range(40)],
        "tel": ["ring Zenobia", *["01632 960001"] * 199],
        "town": ["Zenobiaville", "ZENOBIAVILLE", "zenobiavile", *["Zenobiaville"] * 197],
    }
    text = to_json(profile_columns(rows, plan=Plan(system="crm", folder=str(tmp_path)))).lower()
    assert "zenob" not in text
    assert "quillon" not in text


def test_one_statement_suspects_all_columns_of_a_small_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    real = value_faults_module.Engine.ask

    def ask(self: value_faults_module.Engine, sql: str) -> list[tuple[object, ...]]:
        if "counts" in sql and ("faulty" in sql or "bool_or" in sql):
            asked.append(sql)
        return real(self, sql)

    monkeypatch.setattr(value_faults_module.Engine, "ask", ask)
    profile_columns({f"name{i}": ["a", "b", " c"] * 5 for i in range(20)})
    assert len(asked) <= 3


def test_a_table_is_told_apart_from_the_next(meanings: Meanings) -> None:
    from profile_fakes import ListSource

    from crmaudit.quality.collectors.profile import profile

    meanings({"town": "city"})
    source = ListSource({"a": {"town": ["unknown", *["Leeds"] * 9]}, "b": {"town": ["Leeds"] * 9}})
    first, second = profile(source, source.tables, Plan(system="crm"))
    assert (first.clean, second.clean) == (9, 9)
    assert isinstance(source.tables[0], Table)
    assert isinstance(first.column("town").faults[0], Fault)
