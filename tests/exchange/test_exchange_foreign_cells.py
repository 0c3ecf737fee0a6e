"""Cells of foreign spreadsheets as values: the habits of those who fill them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.exchange.cell_days import AGO, age, day, day_of, is_form
from crmaudit.exchange.cell_numbers import number
from crmaudit.exchange.cell_text import (
    Unfit,
    letters_of_crud,
    says_nothing,
    without_contacts,
    yes_or_no,
)
from crmaudit.exchange.converting import Conversion, converter
from crmaudit.exchange.targets import SHAPES, Target, targets
from crmaudit.sheets import Value

SYSTEM = targets("systems")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=60),
    st.dates(),
    st.datetimes(),
)


@pytest.mark.parametrize(
    ("text", "decimal", "meant"),
    [
        ("£12,400.00", "point", 12400),
        ("1.234,50 €", "comma", 1234.5),
        ("1.234", "comma", 1234),
        ("1.234", "point", 1.234),
        ("7 800,00", "comma", 7800),
        ("CHF 1'234.–", "point", 1234),
        ("(1,200)", "point", -1200),
        ("95 %", "point", 0.95),
        ("12.4k", "point", 12400),
        ("1,2 Mio.", "comma", 1200000),
        ("90 days", "point", 90),
        ("30 Tage", "comma", 30),
        ("7/10", "point", 7),
        ("$0", "point", 0),
        ("~15", "point", 15),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, decimal: str, meant: float) -> None:
    assert number(text, decimal) == pytest.approx(meant)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("12.5", "comma"),  # a point in a column of commas is a mistake, not thousands
        ("1,2,3", "point"),
        ("12 to 15", "point"),
        ("about", "point"),
        ("1e999", "point"),
        ("9" * 400, "point"),
        ("--5", "point"),
        ("5-", "point"),
    ],
)
def test_what_is_no_number_is_refused(text: str, decimal: str) -> None:
    with pytest.raises(Unfit):
        number(text, decimal)


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(
        [("point", ",", "."), ("comma", ".", ","), ("comma", " ", ","), ("point", "'", ".")]
    ),
    st.sampled_from(["{}", "€ {}", "{} EUR", "${}"]),
)
def test_any_amount_survives_its_spelling(
    amount: object, habit: tuple[str, str, str], frame: str
) -> None:
    decimal, group, point = habit
    text = f"{amount:,.2f}".translate(str.maketrans({",": group, ".": point}))
    assert number(frame.format(text), decimal) == pytest.approx(float(str(amount)))


@pytest.mark.parametrize(
    ("text", "form", "meant"),
    [
        ("12 mars 2024", "%d %b %Y", date(2024, 3, 12)),
        ("1 de mayo de 2020", "%d de %b de %Y", date(2020, 5, 1)),
        ("3. Oktober 2021", "%d. %b %Y", date(2021, 10, 3)),
        ("Mar 3, 2021", "%b %d, %Y", date(2021, 3, 3)),
        ("31/12/26", "%d/%m/%y", date(2026, 12, 31)),
        ("Q3 2024", "Q%q %Y", date(2024, 7, 1)),
        ("2015", "%Y", date(2015, 1, 1)),
    ],
)
def test_days_are_read_in_four_languages(text: str, form: str, meant: date) -> None:
    assert day_of(text, form) == meant


def test_what_ends_does_so_at_the_end_of_the_year_that_is_given() -> None:
    assert day("2027", "%Y", fact="contract.end") == date(2027, 12, 31)
    assert day("2/2028", "%m/%Y", fact="lifecycle.retired") == date(2028, 2, 29)
    assert day("2027", "%Y", fact="contract.start") == date(2027, 1, 1)


@given(
    st.dates(min_value=date(1900, 1, 1)),
    st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d-%m-%Y"]),
)
def test_any_day_survives_its_spelling(when: date, form: str) -> None:
    assert day(when.strftime(form), form) == when
    assert day(when.strftime(form) + " 23:59:01", form) == when


def test_a_day_that_the_calendar_does_not_have_is_none() -> None:
    assert day_of("31.02.2024", "%d.%m.%Y") is None
    assert day_of("00/13/2024", "%d/%m/%Y") is None
    with pytest.raises(Unfit):
        day("29.02.2023", "%d.%m.%Y")


def test_a_real_date_needs_no_form() -> None:
    assert day(datetime(2024, 5, 1, 8, 30), "%d/%m/%Y") == date(2024, 5, 1)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("15y 0m ago", date(2010, 11, 30)),
        ("8m ago", date(2025, 3, 30)),
        ("vor 2 Jahren", date(2023, 11, 30)),
        ("il y a 3 mois", date(2025, 8, 30)),
        ("hace 1 año", date(2024, 11, 30)),
        ("3 weeks ago", date(2025, 11, 9)),
        ("9 months", date(2025, 2, 28)),
    ],
)
def test_ages_count_back_from_a_stated_day(text: str, meant: date) -> None:
    assert day(text, AGO, date(2025, 11, 30)) == meant


def test_an_age_without_a_day_says_so() -> None:
    with pytest.raises(Unfit, match="no day is stated"):
        day("2y ago", AGO)
    assert age("12 users") is None
    with pytest.raises(Unfit, match="too long ago"):
        day("999999 years ago", AGO, date(2025, 1, 1))


def test_forms_of_dates_are_known() -> None:
    assert is_form("%d.%m.%Y")
    assert is_form("ago")
    assert not is_form("%d.%m")
    assert not is_form("%A")
    assert not is_form("%Y %Y")


def test_yes_and_no_in_four_languages() -> None:
    assert all(yes_or_no(v) for v in ("yes", "Ja", "OUI", "sí", "x", "✓", 1, True, "wahr"))
    assert not any(yes_or_no(v) for v in ("no", "Nein", "non", "0", 0, False, "✗"))
    with pytest.raises(Unfit):
        yes_or_no("perhaps")


def test_nothing_is_said_in_many_ways() -> None:
    assert all(says_nothing(v) for v in (None, "", " ", "-", "–", "n/a", "N.A.", "unbekannt", "?"))
    assert not any(says_nothing(v) for v in (0, False, "0", "none of your business", "Nada CRM"))


def test_letters_of_crud_in_any_order() -> None:
    assert letters_of_crud("r, c") == "CR"
    assert letters_of_crud("UDRC") == "CRUD"
    for wrong in ("X", "", "CRUDE", "yes"):
        with pytest.raises(Unfit):
            letters_of_crud(wrong)


def test_contacts_are_cut_out_of_texts_and_told() -> None:
    text, faults = without_contacts("ask a.b@example.org or +49 341 0000001, since 01.02.2026")
    assert text == "ask [e-mail address] or [telephone number], since 01.02.2026"
    assert len(faults) == 2
    for harmless in (
        "from 01.02.2026 - 03.04.2026",
        "version 10.0.0.0",
        "costs 1,200,000",
        "2026-03-31",
    ):
        assert without_contacts(harmless) == (harmless, ())


def test_a_scale_is_mapped_linearly_and_rounded() -> None:
    to_fitness = converter(SYSTEM["fitness.value"], Conversion(scale=(1, 10)))
    assert [to_fitness(n).value for n in range(1, 11)] == [1, 1, 2, 2, 2, 3, 3, 3, 4, 4]
    assert to_fitness(11).value is None
    grades = converter(targets("opinions")["score"], Conversion(scale=(6, 1)))
    assert [grades(n).value for n in (1, 2, 6)] == [5, 4.2, 1]


@given(
    st.integers(0, 20).flatmap(lambda a: st.tuples(st.just(a), st.integers(a + 1, 120))),
    st.lists(st.floats(0, 1), min_size=2, max_size=6),
    st.booleans(),
)
def test_scales_keep_order_and_bounds(
    ends: tuple[int, int], shares: list[float], turned: bool
) -> None:
    scale = (float(ends[1]), float(ends[0])) if turned else (float(ends[0]), float(ends[1]))
    convert = converter(SYSTEM["fitness.value"], Conversion(scale=scale))
    there = sorted(ends[0] + s * (ends[1] - ends[0]) for s in shares)
    here = [convert(value).value for value in there]
    assert all(v in (1, 2, 3, 4) for v in here)
    assert here == sorted(here, reverse=turned)


def test_owners_are_persons_not_addresses_teams_or_crowds() -> None:
    owner = converter(SYSTEM["owners.business"], Conversion())
    assert owner("Mara Lindqvist <mara@example.org>").value == "Mara Lindqvist"
    assert owner("Rosa Parks").value == "Rosa Parks"
    for bad in ("mara@example.org", "IT Team", "Legal Department", "Mara Lindqvist; Teo Brandt"):
        found = owner(bad)
        assert found.value is None
        assert found.faults
    units = converter(SYSTEM["owners.business"], Conversion(units=True))
    assert units("Legal Department").value == "Legal Department"


def test_choices_come_by_their_words_and_others_are_told() -> None:
    phase = converter(SYSTEM["lifecycle.phase"], Conversion(values={"Läuft": "active"}))
    assert phase("läuft").value == "active"
    assert phase("Phase-Out").value == "phase-out"
    assert phase("n/a").value is None
    assert not phase("n/a").faults
    found = phase("wobbly")
    assert found.value is None
    assert "wobbly" in found.faults[0][0]


def test_none_is_a_choice_where_there_is_such_a_choice() -> None:
    assert converter(SYSTEM["documentation.system.status"], Conversion())("none").value == "none"


def test_what_the_model_refuses_is_told() -> None:
    currency = converter(targets("costs")["currency"], Conversion())
    assert currency("EUR").value == "EUR"
    assert "capital letters" in currency("euro").faults[0][1]
    assert converter(SYSTEM["id"], Conversion())("no blanks here").faults


def test_several_values_in_a_cell_are_divided() -> None:
    tags = converter(SYSTEM["tags"], Conversion(split=";"))
    assert tags("a; b ;a;; c").value == ["a", "b", "c"]


@given(st.sampled_from([t for rows in SHAPES for t in targets(rows).values()]), VALUES)
def test_no_cell_brings_a_reading_down(target: Target, value: Value) -> None:
    """Whatever stands in a cell: a value that the model takes, or a fault, never a crash."""
    how = Conversion(decimal="comma", dates="%d.%m.%Y", split="," if target.field.several else "")
    found = converter(target, how)(value)
    if found.value is not None and not target.refers:
        checked = tuple(found.value) if target.field.several else found.value
        target.field.adapter.validate_python(checked)
