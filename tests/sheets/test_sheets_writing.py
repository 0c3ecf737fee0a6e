"""Workbooks to fill in: what is offered, what is fixed, what is marked."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from crmaudit.sheets import Column, Page, Table, read_book, workbook

TABLE = Table(
    "Systems",
    [
        Column("ID", "id", "Dossier", locked=True),
        Column("", "mark", hidden=True, locked=True),
        Column("Name", "name", "Dossier", help="What people call it."),
        Column("Kind", "kind", "Dossier", choices=("crm", "billing")),
        Column("Owner", "owner", "Owners", source="People!name"),
        Column("Users", "users", "More", kind="whole", low=0),
        Column("Value", "value", "More", kind="whole", low=1, high=4),
        Column("Since", "since", "More", kind="date"),
        Column("City", "city", "More", choices=tuple(f"city number {i}" for i in range(40))),
        Column("Odd", "odd", "More", choices=("one, two", "three")),
    ],
    [
        ["crm", "m", "Our CRM", "crm", None, 5, 2, date(2020, 1, 2), "city number 3", "three"],
        ["old", "m", "Old one", None, "Ana", 0, None, date(1899, 5, 1), None, None],
    ],
    frozen=3,
    spare=10,
    protected=True,
    wanted=[[4], [5, 6]],
)
PEOPLE = Table("People", [Column("Name", "name")], [["Ana"], ["Tom"]], spare=3)


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(workbook([Page("Read me", ["T"]), TABLE, PEOPLE], "T")))


@pytest.fixture(scope="module")
def sheet(book: openpyxl.Workbook) -> Worksheet:
    found = book["Systems"]
    assert isinstance(found, Worksheet)
    return found


def rule(sheet: Worksheet, cell: str) -> object:
    return next((v for v in sheet.data_validations.dataValidation if cell in v.sqref), None)


def test_the_same_tables_give_the_same_bytes() -> None:
    assert workbook([TABLE, PEOPLE], "T") == workbook([TABLE, PEOPLE], "T")


def test_keys_groups_titles_then_rows(sheet: Worksheet) -> None:
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("id", "mark", "name", "kind")
    assert rows[1][:6] == ("Dossier", "#", "", "", "Owners", "More")
    assert rows[2][:4] == ("ID", "#", "Name", "Kind")
    assert rows[3][0] == "crm"
    assert sheet.row_dimensions[1].hidden
    assert sheet.column_dimensions["B"].hidden
    assert sheet.freeze_panes == "D4"
    assert sheet.auto_filter.ref == "A3:J5"


def test_ids_are_locked_and_all_else_is_open(sheet: Worksheet) -> None:
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert sheet["A4"].protection.locked
    assert sheet["B4"].protection.locked
    assert not sheet["C4"].protection.locked
    assert not sheet.column_dimensions["C"].protection.locked  # the rows below, too
    # openpyxl names what is forbidden.
    allowed = ("insertRows", "sort", "autoFilter", "formatCells", "formatColumns", "formatRows")
    assert not any(getattr(sheet.protection, name) for name in allowed)


def test_what_is_offered(sheet: Worksheet, book: openpyxl.Workbook) -> None:
    assert rule(sheet, "D4").formula1 == '"crm,billing"'  # type: ignore[attr-defined]
    assert rule(sheet, "D15").formula1 == '"crm,billing"'  # type: ignore[attr-defined]
    assert rule(sheet, "D16") is None
    assert rule(sheet, "E4").formula1 == "'People'!$A$3:$A$7"  # type: ignore[attr-defined]
    assert rule(sheet, "I4").formula1 == "Lists!$A$1:$A$40"  # type: ignore[attr-defined]
    # A comma would divide it in two.
    assert rule(sheet, "J4").formula1 == "Lists!$B$1:$B$2"  # type: ignore[attr-defined]
    assert book["Lists"].sheet_state == "hidden"
    assert book["Lists"]["B1"].value == "one, two"
    between = rule(sheet, "G4")
    assert (between.type, between.formula1, between.formula2) == ("whole", "1", "4")  # type: ignore[attr-defined]
    assert rule(sheet, "H4").type == "date"  # type: ignore[attr-defined]
    # What is offered is advice, so that `blank: reason` can be written.
    assert {v.errorStyle for v in sheet.data_validations.dataValidation} == {"warning"}
    assert rule(sheet, "A4") is None


def test_help_stands_at_the_cell_and_at_the_header(sheet: Worksheet) -> None:
    assert rule(sheet, "C4").prompt == "What people call it."  # type: ignore[attr-defined]
    assert sheet["C3"].comment.text == "What people call it."
    assert "1 to 4" in sheet["G3"].comment.text


def test_types_of_cells(sheet: Worksheet, tmp_path: Path) -> None:
    assert sheet["F4"].value == 5
    assert sheet["H4"].number_format == "yyyy-mm-dd"
    assert sheet["H5"].value == "1899-05-01"  # programs do not agree on such numbers
    (tmp_path / "b.xlsx").write_bytes(workbook([TABLE, PEOPLE], "T"))
    grid = read_book(tmp_path / "b.xlsx")[0]
    assert grid.rows[3][5:8] == [5, 2, date(2020, 1, 2)]


def test_wanted_cells_are_marked_as_long_as_they_are_empty(sheet: Worksheet) -> None:
    marked = {str(r.sqref): r.rules[0].formula[0] for r in sheet.conditional_formatting}
    assert marked == {
        "E4:E15": "AND(LEN($A4)>0,COUNTA($E4:$E4)=0)",
        "F4:G15": "AND(LEN($A4)>0,COUNTA($F4:$G4)=0)",
    }


def test_an_empty_table(tmp_path: Path) -> None:
    (tmp_path / "e.xlsx").write_bytes(workbook([Table("E", [Column("A")], [])], "T"))
    assert read_book(tmp_path / "e.xlsx")[0].rows == [["A"]]
