"""Series from CSV and XLSX: read as people write them, mistakes with the cell's address."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from crmaudit.errors import CrmauditError
from crmaudit.sheets import read_series, read_sheet


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_of_any_habit(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "s.csv"
    lines = ["date|value|note", "2026-02-01|2.5|später", "2026-01-01|1|", "||", "2026-03-01||x"]
    path.write_bytes("\r\n".join(lines).replace("|", delimiter).encode(encoding))
    assert read_series(path, "date", "value") == ((date(2026, 1, 1), 1.0), (date(2026, 2, 1), 2.5))


def test_xlsx_with_real_dates(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["month", "visits"])
    sheet.append([date(2026, 1, 1), 120])
    sheet.append([date(2026, 2, 1), 99.5])
    book.save(path)
    assert read_series(path, "month", "visits") == (
        (date(2026, 1, 1), 120.0),
        (date(2026, 2, 1), 99.5),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,value\n2026-01-01,1\nsoon,2\n", "s.csv!A3"),
        ("date,value\n2026-01-01,many\n", "s.csv!B2"),
        ("day,value\n2026-01-01,1\n", "no column 'date'"),
        ("", "is empty"),
    ],
)
def test_mistakes_name_the_cell(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(text)
    with pytest.raises(CrmauditError) as caught:
        read_series(path, "date", "value")
    assert said in str(caught.value)


def test_no_file_and_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(CrmauditError, match="no file"):
        read_sheet(tmp_path / "none.csv")
    (tmp_path / "bad.xlsx").write_bytes(b"PK nonsense")
    with pytest.raises(CrmauditError, match="no workbook"):
        read_sheet(tmp_path / "bad.xlsx")


def test_addresses_count_like_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(",".join(f"c{i}" for i in range(60)) + "\n" + ",".join("x" * 60) + "\n")
    sheet = read_sheet(path)
    assert sheet.address(0, 0) == "s.csv!A2"
    assert sheet.address(0, 25) == "s.csv!Z2"
    assert sheet.address(0, 26) == "s.csv!AA2"
    assert sheet.address(0, 52) == "s.csv!BA2"
