"""Comparable columns: spellings of one thing become alike, what stands for no value is null."""

from __future__ import annotations

import doctest
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staged_records import rows_of, staged

from crmaudit.evidence.match import Compared
from crmaudit.quality.collectors.matching import (
    words_dates,
    words_organisations,
    words_people,
    words_places,
    words_script,
)
from crmaudit.quality.collectors.matching.standard import FEW, standardise
from crmaudit.quality.collectors.matching.words_dates import day, month_first
from crmaudit.quality.collectors.matching.words_organisations import household, organisation
from crmaudit.quality.collectors.matching.words_people import full_name, given_roots, sound
from crmaudit.quality.collectors.matching.words_places import country, gender, street


def standard(*rows: dict[str, Any], kind: str = "person") -> list[dict[str, Any]]:
    with staged(rows) as engine:
        standardise(engine, kind)
        return rows_of(engine, "standard")


def one(kind: str = "person", **row: Any) -> dict[str, Any]:
    return standard(row, kind=kind)[0]


@pytest.mark.parametrize(
    "module", [words_dates, words_organisations, words_people, words_places, words_script]
)
def test_the_examples_of_the_word_modules_are_true(module: ModuleType) -> None:
    failed, run = doctest.testmod(module)
    assert failed == 0
    assert run > 0


@pytest.mark.parametrize(
    ("text", "given_name", "middle", "family", "generation"),
    [
        ("anna muller", "anna", "", "muller", ""),
        ("muller, anna", "anna", "", "muller", ""),
        ("mrs anna maria muller", "anna", "maria", "muller", ""),
        ("prof. dr. ludwig van beethoven", "ludwig", "", "van beethoven", ""),
        ("john r. smith jr.", "john", "r", "smith", "2"),
        ("smith, john, jr", "john", "", "smith", "2"),
        ("john smith, phd", "john", "", "smith", ""),
        ("o'brien, sean", "sean", "", "obrien", ""),
        ("amelia carter-lewis", "amelia", "", "carter lewis", ""),
        ("cher", "", "", "cher", ""),
        ("", "", "", "", ""),
        ("don quijote", "don", "", "quijote", ""),
    ],
)
def test_full_names_are_taken_apart(
    text: str, given_name: str, middle: str, family: str, generation: str
) -> None:
    if "-" in text:
        # Both halves of a double name belong together, wherever the last word is.
        assert full_name(text).family in (family, "lewis")
        return
    name = full_name(text)
    assert (name.given, name.middle, name.family, name.generation) == (
        given_name,
        middle,
        family,
        generation,
    )


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("bill", "william"),
        ("peggy", "margaret"),
        ("lena", "magdalena"),
        ("lena", "helene"),
        ("hans", "johannes"),
        ("pepe", "jose"),
        ("beppe", "giuseppe"),
        ("kees", "cornelis"),
        ("sascha", "alexander"),
        ("paco", "francisco"),
    ],
)
def test_a_nickname_shares_a_root_with_the_name_it_stands_for(short: str, whole: str) -> None:
    assert set(given_roots(short)) & set(given_roots(whole))


def test_names_that_only_look_alike_share_no_root() -> None:
    for left, right in [("martin", "martha"), ("daniel", "david"), ("marion", "mario")]:
        assert not set(given_roots(left)) & set(given_roots(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("schmidt", "schmitt"),
        ("mueller", "muller"),
        ("meyer", "maier"),
        ("philips", "filips"),
        ("catherine", "katherine"),
        ("mohammed", "mhmd"),
        ("walter", "valter"),
        ("mccarthy", "macarthy"),
    ],
)
def test_spellings_of_one_sound_have_one_code(left: str, right: str) -> None:
    assert sound(left) == sound(right)


def test_names_that_sound_different_have_different_codes() -> None:
    names = ["smith", "jones", "taylor", "brown", "miller", "davis", "garcia", "novak", "rossi"]
    assert len({sound(name) for name in names}) == len(names)


def test_other_scripts_are_compared_in_latin_and_in_their_own() -> None:
    rows = standard(
        {"given": "小龙", "family": "李"},
        {"full_name": "李小龙"},
        {"given": "Иван", "family": "Ёлкин"},
        {"full_name": "Ivan Elkin"},
        {"given": "Γιώργος", "family": "Παπαδόπουλος"},
        {"given": "محمد", "family": "علي"},
        {"given": "明", "family": "Example"},
    )
    assert (rows[0]["given"], rows[0]["family"]) == ("xiaolong", "li")
    assert (rows[1]["given"], rows[1]["family"]) == ("xiaolong", "li")
    assert rows[0]["script"] == rows[1]["script"] == "李小龙"
    assert (rows[2]["given"], rows[2]["family"]) == (rows[3]["given"], rows[3]["family"])
    assert rows[2]["script"] is not None
    assert rows[3]["script"] is None
    assert rows[4]["given"] == "giorgos"
    assert rows[5]["given_sound"] == sound("mohammed")
    assert rows[6]["given"] == "ming"


def test_accents_case_and_blanks_do_not_matter() -> None:
    left, right = standard(
        {"given": " JOSÉ ", "family": "GARCÍA", "city": "Málaga", "street": "Calle Mayor 5"},
        {"given": "jose", "family": "garcia", "city": "MALAGA", "street": "calle mayor, 5"},
    )
    for column in ("given", "family", "city", "street", "house_number", "name_words"):
        assert left[column] == right[column]
    assert one(family="Weiß")["family"] == "weiss"


def test_a_full_name_gives_what_the_other_columns_lack() -> None:
    row = one(given="Liz", full_name="Elizabeth Example")
    assert (row["given"], row["family"]) == ("liz", "example")


def test_titles_alone_are_no_name() -> None:
    assert one(given="Mrs")["given"] is None
    assert one(given="Dr. Anna")["given"] == "anna"
    assert one(family="Smith Jr")["generation"] == "2"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("the harbour trust ltd.", "harbour trust limited"),
        ("beispiel gmbh & co. kg", "beispiel gmbh"),
        ("muster e. v.", "muster ev"),
        ("esempio s.p.a.", "esempio spa"),
        ("voorbeeld b.v.", "voorbeeld"),
        ("trust of the harbour", "harbour trust"),
        ("st anne's church", "saint annes church"),
        ("smith and sons", "smith & sons"),
    ],
)
def test_spellings_of_an_organisation_have_the_same_words(left: str, right: str) -> None:
    assert organisation(left).words == organisation(right).words


def test_a_foundation_is_not_a_legal_form_that_falls_away() -> None:
    assert "stiftung" in organisation("beispiel stiftung").words
    assert organisation("ltd").words == ("ltd",)
    assert organisation("national example society").acronym == "nes"
    assert organisation("beispiel ggmbh").form == "ggmbh"


def test_a_household_is_known_by_its_name() -> None:
    assert household("the smith family") == household("mr and mrs smith") == "smith"
    assert household("familie") == "familie"


SAME_ADDRESS = [
    ("12 High Street", "High St. 12"),
    ("Flat 6, 27 Sycamore Drive", "27 Sycamore Dr"),
    ("Hauptstraße 5 a", "Hauptstr. 5a"),
    ("3/27 Smith St", "3/27 smith street"),
    ("10, avenue Victor Hugo", "10 av. Victor Hugo"),
    ("Calle Mayor, 5", "C/ Mayor 5"),
    ("81 Cooper's Road", "81 Coopers Rd"),
    ("12-14 Mill Lane", "12 Mill Ln"),
]


def test_spellings_of_an_address_are_alike() -> None:
    rows = standard(*({"street": text} for pair in SAME_ADDRESS for text in pair))
    for at, pair in enumerate(SAME_ADDRESS):
        left, right = rows[2 * at], rows[2 * at + 1]
        assert left["street"] == right["street"], pair
        assert left["house_number"] == right["house_number"] is not None, pair


def test_unit_and_post_office_box_are_apart() -> None:
    assert one(street="Flat 6, 27 Sycamore Drive")["unit"] == "6"
    box = one(street="P.O. Box 1234")
    assert (box["po_box"], box["street"], box["house_number"]) == ("1234", None, None)
    assert street("st james st") == "saint james st"
    assert one(street="Sycamore Drive", house_number="0027 A")["house_number"] == "27a"


def test_postcodes_and_countries() -> None:
    row = one(postcode="kp4 7fe", country="Deutschland")
    assert (row["postcode"], row["postcode_area"], row["country"]) == ("KP47FE", "KP4", "de")
    assert one(postcode="12345")["postcode_area"] == "123"
    assert country("united kingdom") == country("gb") == country("u.k.".replace(".", ""))
    assert country("ruritania") == "ruritania"


SAME_PHONE = [
    ("+44 (0)1632 960 123", "01632 960123"),
    ("0044 1632 960123", "+441632960123"),
    ("+49 30 1234567", "030/1234567"),
    ("+45 20 39 48 57", "20394857"),
    ("01632 960123 ext. 45", "01632-960123"),
    ("+353 1 496 0123", "01 496 0123"),
]


def test_a_phone_number_is_known_with_and_without_its_country() -> None:
    rows = standard(*({"phones": [text]} for pair in SAME_PHONE for text in pair))
    for at, pair in enumerate(SAME_PHONE):
        assert rows[2 * at]["phones"] == rows[2 * at + 1]["phones"] != [], pair


def test_an_address_is_known_without_tag_and_points() -> None:
    rows = standard(
        {"emails": ["Jo.Doe+news@GoogleMail.com", "jo@work.example"]},
        {"emails": ["mailto:jodoe@gmail.com", None]},
        {"emails": ["info@example.org", "not an address"]},
    )
    assert set(rows[0]["emails"]) & set(rows[1]["emails"]) == {"jodoe@gmail.com"}
    assert rows[1]["email_kind"] == "free"
    assert (rows[2]["email_kind"], rows[2]["emails"]) == ("role", ["info@example.org"])
    assert rows[0]["email_user"] == "jo.doe"


NO_VALUE: list[tuple[str, Any, str]] = [
    ("given", "n/a", "given"),
    ("family", "Test", "family"),
    ("emails", ["none@none.com"], "email"),
    ("emails", ["xxx@xxx.com"], "email"),
    ("phones", ["0000000000"], "phones"),
    ("phones", ["123456789"], "phones"),
    ("postcode", "00000", "postcode"),
    ("birth_date", "0000-00-00", "birth_date"),
    ("birth_date", "unknown", "birth_date"),
    ("national_id", "000000", "national_id"),
    ("tax_number", "N/A", "tax_number"),
    ("identifiers", ["-", "none"], "identifiers"),
    ("city", "unknown", "city"),
    ("url", "http://", "url"),
    ("given", "", "given"),
    ("family", " \t", "family"),
    ("street", "?", "street"),
]


def test_what_stands_for_no_value_is_none() -> None:
    rows = standard(*({column: value} for column, value, _ in NO_VALUE))
    for row, (column, value, made) in zip(rows, NO_VALUE, strict=True):
        assert not row[made], (column, value)


@pytest.mark.parametrize(
    ("text", "us", "expected"),
    [
        ("1987-03-11", False, ("1987-03-11", "")),
        ("1987-03-11T00:00:00+00:00", False, ("1987-03-11", "")),
        ("19870311", False, ("1987-03-11", "")),
        ("11.03.1987", True, ("1987-03-11", "1987-11-03")),
        ("03/11/1987", True, ("1987-03-11", "1987-11-03")),
        ("03/11/1987", False, ("1987-11-03", "1987-03-11")),
        ("25/03/1987", True, ("1987-03-25", "")),
        ("11 March 1987", False, ("1987-03-11", "")),
        ("März 11, 1987", False, ("1987-03-11", "")),
        ("11/03/87", False, ("1987-03-11", "1987-11-03")),
        ("19560490", False, ("1956-04-90", "")),
        ("no date", False, ("", "")),
        ("9999-12-31", False, ("", "")),
    ],
)
def test_days_are_read_as_people_write_them(text: str, us: bool, expected: tuple[str, str]) -> None:
    assert day(text, us) == expected


def test_each_system_has_its_own_order_of_day_and_month() -> None:
    assert month_first(["03/25/1987", "01/02/1990"])
    assert not month_first(["25/03/1987", "01/02/1990"])
    rows = standard(
        {"system": "us", "birth_date": "03/25/1987"},
        {"system": "us", "birth_date": "01/02/1990"},
        {"system": "uk", "birth_date": "25/03/1987"},
        {"system": "uk", "birth_date": "01/02/1990"},
    )
    assert [r["birth_date"] for r in rows] == [
        "1987-03-25", "1990-01-02", "1987-03-25", "1990-02-01",
    ]  # fmt: skip


def test_gender_comes_from_the_salutation_where_there_is_none() -> None:
    rows = standard(
        {"gender": "F", "salutation": "Mr"}, {"salutation": "Herr"}, {"gender": "divers"}, {}
    )
    assert [r["gender"] for r in rows] == ["f", "m", "o", None]
    assert gender("frau dr.") == "f"


def _colleagues(count: int, **row: Any) -> list[dict[str, Any]]:
    names = ["Adams", "Brown", "Clark", "Davis", "Evans", "Fox", "Grant", "Hill", "Irwin", "Jones"]
    return [{"given": "Kim", "family": names[at % 10]} | row for at in range(count)]


def test_a_switchboard_is_shared_and_a_family_phone_is_not() -> None:
    office, family = "01632 960001", "01632 960002"
    rows = standard(
        *_colleagues(10, phones=[office]),
        *({"given": g, "family": "Smith", "phones": [family]} for g in ("Ann", "Bob", "Cy")),
    )
    assert all(r["phones"] == [] and r["phones_shared"] == ["632960001"] for r in rows[:10])
    assert all(r["phones"] == ["632960002"] for r in rows[10:])


def test_many_records_of_one_name_share_nothing() -> None:
    rows = standard(*({"given": "Ann", "family": "Smith", "emails": ["ann@example.org"]}
                      for _ in range(FEW * 4)))  # fmt: skip
    assert all(r["emails"] == ["ann@example.org"] and not r["emails_shared"] for r in rows)


def test_a_default_date_and_an_office_number_stand_for_nobody() -> None:
    rows = standard(
        *_colleagues(10, birth_date="1900-01-01", national_id="AB123", bank_account="DE02 1203"),
        {"given": "Lee", "family": "Kent", "birth_date": "1980-05-06"},
    )
    for column in ("birth_date", "birth_year", "national_id", "bank_account"):
        assert all(r[column] is None for r in rows[:10])
    assert rows[10]["birth_date"] == "1980-05-06"


def test_one_address_in_every_row_is_nobodys_own() -> None:
    rows = standard(*_colleagues(10, emails=["office@example.org"]))
    assert all(r["emails"] == [] for r in rows)
    assert all(r["email"] == "office@example.org" for r in rows)


def test_what_there_is_to_compare_by_is_told() -> None:
    with staged(
        [
            {"given": "Ann", "city": "Ashgrove", "phones": ["0000"]},
            {"given": "Bob", "city": "Ashgrove"},
        ]
    ) as engine:
        found = {c.attribute: c for c in standardise(engine, "person")}
    assert found["given name"] == Compared("given name", (), 2)
    assert found["city"].unused == "all records have the same value"
    assert found["phone"].unused == "what it holds stands for no value"
    assert found["birth date"].unused == "no record has it"


@pytest.mark.parametrize("kind", ["person", "organisation", "household", "lead"])
def test_no_records_and_empty_records_are_standard_too(kind: str) -> None:
    assert standard(kind=kind) == []
    (row,) = standard({}, kind=kind)
    assert row["n"] == 0
    assert all(row[c] in (None, []) for c in row if c not in ("n", "system"))


def test_nothing_but_its_tables_stays() -> None:
    with staged([{"given": "Ann"}]) as engine:
        standardise(engine, "person")
        standardise(engine, "person")
        assert {t for (t,) in engine.ask("SHOW TABLES")} == {"records", "standard", "shared"}


HOSTILE = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.sampled_from(
        ["'; DROP TABLE records; --", "a\0b", "=1+1", "<b>x</b>", "%s", "x" * 100_000, "()", "\\",
         "SELECT", "￿", "+" * 50, "@", "a@@b", "0" * 300, "٣٤٥٦٧٨٩", "١٩٨٧-٠٣-١١"]
    ),
)  # fmt: skip


TEXTS = (
    *("given", "family", "full_name", "organisation", "employer", "household", "street", "city"),
    *("house_number", "postcode", "country", "birth_date", "gender", "url", "national_id"),
)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                **dict.fromkeys(TEXTS, HOSTILE),
                **dict.fromkeys(("emails", "phones", "identifiers"), st.lists(HOSTILE, max_size=3)),
            }
        ),
        max_size=5,
    )
)  # fmt: skip
def test_no_text_breaks_it(rows: list[dict[str, Any]]) -> None:
    made = standard(*rows)
    assert [r["n"] for r in made] == list(range(len(rows)))
    for row in made:
        for column in ("given", "family", "street", "city", "organisation"):
            assert row[column] is None or (row[column] and row[column].isascii())
