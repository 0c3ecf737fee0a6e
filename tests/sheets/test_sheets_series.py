"""Series as people keep them: dates, months, weeks, commas, several sheets."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError
from crmaudit.sheets import read_series
from crmaudit.sheets.days import days, numbers


@pytest.mark.parametrize(
    ("cells", "day"),
    [
        (["2026-03-31"], date(2026, 3, 31)),
        (["2026-03-31T10:22:13Z"], date(2026, 3, 31)),
        (["2026/3/1 10:22:13 AM GMT+2"], date(2026, 3, 1)),
        (["2026-03"], date(2026, 3, 31)),
        (["03/2026"], date(2026, 3, 31)),
        (["March 2026"], date(2026, 3, 31)),
        (["Mär. 26"], date(2026, 3, 31)),
        (["2026-W14"], date(2026, 4, 5)),
        (["KW 14/2026"], date(2026, 4, 5)),
        (["2026-Q1"], date(2026, 3, 31)),
        (["Q1 2026"], date(2026, 3, 31)),
        (["2026"], date(2026, 12, 31)),
        (["31.3.2026"], date(2026, 3, 31)),
        (["4.3.2026"], date(2026, 3, 4)),
        (["4/3/2026", "31/3/2026"], date(2026, 3, 4)),
        (["4/3/2026", "4/30/2026"], date(2026, 4, 3)),
        (["9/18/26 10:22 PM"], date(2026, 9, 18)),
        (["18 de septiembre de 2026"], date(2026, 9, 18)),
        (["Friday, 18 September 2026"], date(2026, 9, 18)),
        (["Sep 18, 2026"], date(2026, 9, 18)),
        (["4/3/2026"], None),
        (["30/2/2026"], None),
        (["2026-13"], None),
        (["2026-W60"], None),
        (["soon"], None),
        ([""], None),
    ],
)
def test_days(cells: list[str], day: date | None) -> None:
    assert days(cells)[0] == day


def test_the_order_of_the_column_tells_day_from_month() -> None:
    # As day/month the list runs through; as month/day it would jump to and fro.
    column = ["05/01/2026", "12/01/2026", "02/02/2026", "09/02/2026"]
    assert days(column)[0] == date(2026, 1, 5)
    assert days(["01/02/2026", "01/03/2026", "01/04/2026"]) == [None] * 3


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (["4,2"], 4.2),
        (["1.234,5"], 1234.5),
        (["1,234.5"], 1234.5),
        (["1 234"], 1234),
        (["1'234.50"], 1234.5),
        (["45 %"], 45),
        (["1.234"], 1.234),
        (["1,234"], None),
        (["1,234", "0,5"], 1.234),
        (["1,234", "2.5"], 1234),
        (["1,234,567"], 1234567),
        (["1,234", "2.5", "3,5"], None),
        (["4.25", "3,5"], 4.25),
        (["-3"], -3),
        (["−3"], -3),
        (["1e3"], 1000),
        (["nan"], None),
        (["1e99"], None),
        (["12,34,5"], None),
        (["many"], None),
    ],
)
def test_numbers(cells: list[str], value: float | None) -> None:
    assert numbers(cells)[0] == value


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_text_is_read_or_not(cells: list[str]) -> None:
    assert len(days(cells)) == len(numbers(cells)) == len(cells)


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_iso_days_come_back(day: date) -> None:
    assert days([day.isoformat(), f"{day:%Y-%m-%d} 09:00"]) == [day, day]


def test_a_sheet_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Monthly figures")
    assert first is not None
    first.append(["nothing", "here"])
    second.append(["Month ", "Mean  Score"])
    second.append([date(2026, 1, 31), "3,5"])
    second.append([date(2026, 2, 28), 4.25])
    book.save(tmp_path / "b.xlsx")
    found = read_series(tmp_path / "b.xlsx", "month", "mean score", sheet="monthly figures")
    assert found == ((date(2026, 1, 31), 3.5), (date(2026, 2, 28), 4.25))
    with pytest.raises(CrmauditError, match="no sheet 'Yearly'") as caught:
        read_series(tmp_path / "b.xlsx", "month", "mean score", sheet="Yearly")
    assert "Monthly figures" in caught.value.problems[0].hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,value\n03/04/2026,1\n", "can be read in one way only"),
        ('date,value\n2026-01-01,"1,234"\n', "can be read in one way only"),
        ("date,value,value\n2026-01-01,1,2\n", "2 columns for 'value'"),
    ],
)
def test_what_has_two_meanings_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(CrmauditError) as caught:
        read_series(tmp_path / "s.csv", "date", "value")
    assert said in str(caught.value)
