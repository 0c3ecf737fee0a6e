"""Workbooks as they come: values with addresses, and files that must not be believed."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from crmaudit.errors import CrmauditError
from crmaudit.sheets import Column, Table, read_book, read_sheet, workbook
from crmaudit.sheets.guarding import MAX_CELLS, OLE

SHEET = "xl/worksheets/sheet1.xml"


def save(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def rezipped(path: Path, new: Path, **changed: bytes) -> Path:
    """The archive with some members replaced, by the last part of their names."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as out:
        for name in old.namelist():
            key = name.rpartition("/")[2].partition(".")[0]
            out.writestr(name, changed.get(key, old.read(name)))
    return new


def message(path: Path) -> str:
    with pytest.raises(CrmauditError) as caught:
        read_book(path)
    assert len(caught.value.problems) == 1
    assert caught.value.hint
    return str(caught.value)


def test_values_and_addresses(tmp_path: Path) -> None:
    path = save(
        tmp_path / "b.xlsx",
        ["id", None, "when", "n"],
        [None, None, None, None],
        ["0123", True, date(2026, 3, 31), 5],
        [" x ", False, datetime(2026, 3, 31, 12, 30), 0.5],
    )
    (grid,) = read_book(path)
    assert grid.rows[0] == ["id", None, "when", "n"]
    assert grid.rows[2] == ["0123", True, date(2026, 3, 31), 5]
    assert grid.rows[3] == [" x ", False, datetime(2026, 3, 31, 12, 30), 0.5]
    assert str(grid.place(2, 1)) == "b.xlsx!Sheet!B3"
    assert str(grid.place(0, 27)) == "b.xlsx!Sheet!AB1"


def test_dates_of_the_1904_system(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = date(1999, 12, 31)
    book.save(tmp_path / "mac.xlsx")
    assert read_book(tmp_path / "mac.xlsx")[0].rows[0][0] == date(1999, 12, 31)


def test_formulas_count_as_what_they_showed(tmp_path: Path) -> None:
    path = save(tmp_path / "f.xlsx", ["a", "b", "c"], ["x", "=1+1", 3])
    (grid,) = read_book(path)  # never opened in a spreadsheet program: there is no result
    assert grid.faults == {(1, 1): "the formula has no result"}
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(SHEET)
    shown = xml.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
    assert shown != xml
    (grid,) = read_book(rezipped(path, tmp_path / "g.xlsx", sheet1=shown))
    assert grid.rows[1] == ["x", 2, 3]
    assert not grid.faults
    error = xml.replace(b"<f>1+1</f><v></v>", b"<v>#N/A</v>").replace(b'r="B2"', b'r="B2" t="e"')
    (grid,) = read_book(rezipped(path, tmp_path / "e.xlsx", sheet1=error))
    assert grid.faults == {(1, 1): "#N/A is an error, not a value"}


def test_merged_cells_are_known(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["B2"] = "both"
    sheet.merge_cells("B2:B3")
    book.save(tmp_path / "m.xlsx")
    assert read_book(tmp_path / "m.xlsx")[0].merged == (((1, 1), (2, 1)),)


def test_several_sheets_and_hidden_ones(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Shown")
    assert first is not None
    first.title, first.sheet_state = "Lists", "hidden"
    first.append(["hidden"])
    second.append(["name", "kind"])
    second.append(["CRM", "crm"])
    book.active = 1
    book.save(tmp_path / "s.xlsx")
    assert [(g.name, g.hidden) for g in read_book(tmp_path / "s.xlsx")] == [
        ("Lists", True),
        ("Shown", False),
    ]
    assert read_sheet(tmp_path / "s.xlsx").header == ("name", "kind")


def test_addresses_after_blank_lines(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("\n\na,b\n\n1,2\n")
    sheet = read_sheet(tmp_path / "s.csv")
    assert sheet.rows == (("1", "2"),)
    assert sheet.address(0, 1) == "s.csv!B5"


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("empty.xlsx", b"", "no workbook"),
        ("text.xlsx", b"hello", "no workbook"),
        ("half.xlsx", b"PK\x03\x04" + b"\0" * 40, "no workbook"),
        ("text.ods", b"hello", "no workbook"),
        ("old.xls", OLE + b"\0" * 600, "no workbook"),
        (
            "locked.xlsx",
            OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
    ],
)  # fmt: skip
def test_what_is_no_workbook(tmp_path: Path, name: str, raw: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(raw)
    assert said in message(tmp_path / name)


def test_a_broken_sheet(tmp_path: Path) -> None:
    path = save(tmp_path / "b.xlsx", ["a"])
    assert "no workbook" in message(rezipped(path, tmp_path / "x.xlsx", sheet1=b"<worksheet><she"))
    assert "no workbook" in message(rezipped(path, tmp_path / "y.xlsx", workbook=b"<no"))


def test_encrypted_archives(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("content.xml", "<x/>")
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
    (tmp_path / "l.ods").write_bytes(buffer.getvalue())
    assert "password" in message(tmp_path / "l.ods")


def test_binary_workbooks_are_not_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.xlsb", "w") as archive:
        archive.writestr("xl/workbook.bin", b"x")
    assert ".xlsb" in message(tmp_path / "b.xlsb")


@pytest.mark.parametrize(
    "cell",
    [
        '<row r="1048576"><c r="XFD1048576" t="s"><v>0</v></c></row>',
        "<row r='1048576'><c s='1' r = 'XFD1048576'><v>1</v></c></row>",
        '<row r="1048576">' + '<c t="s"><v>0</v></c>' * 16 + "</row>",
        '<x:row r="900000"><x:c r="AAA900000"><x:v>1</x:v></x:c></x:row>',
    ],
)
def test_absurd_dimensions(tmp_path: Path, cell: str) -> None:
    path = save(tmp_path / "b.xlsx", ["a"])
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(SHEET).decode()
    far = xml.replace("</sheetData>", f"{cell}</sheetData>").encode()
    said = message(rezipped(path, tmp_path / "far.xlsx", sheet1=far))
    assert f"{MAX_CELLS:,}" in said


def test_formats_far_below_the_table_do_no_harm(tmp_path: Path) -> None:
    path = save(tmp_path / "b.xlsx", ["a"])
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(SHEET).decode()
    styled = xml.replace(
        "</sheetData>", '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    )
    (grid,) = read_book(rezipped(path, tmp_path / "f.xlsx", sheet1=styled.encode()))
    assert grid.rows == [["a"]]


def test_repeated_cells_of_ods(tmp_path: Path) -> None:
    body = (
        '<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell></table:table-row></table:table>"
    )
    with zipfile.ZipFile(tmp_path / "b.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"<office:document-content>{body}")
    assert f"{MAX_CELLS:,}" in message(tmp_path / "b.ods")


def test_zip_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever size the archive declares: what counts is what comes out."""
    monkeypatch.setattr("crmaudit.sheets.guarding.MAX_UNPACKED", 2_000_000)
    path = save(tmp_path / "b.xlsx", ["a"])
    bomb = rezipped(path, tmp_path / "bomb.xlsx", styles=b" " * 3_000_000)
    assert bomb.stat().st_size < 20_000
    assert "too large" in message(bomb)
    raw = bytearray(bomb.read_bytes())
    true, lie = (3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert raw.count(true) >= 2
    (tmp_path / "liar.xlsx").write_bytes(bytes(raw).replace(true, lie))
    assert "too large" in message(tmp_path / "liar.xlsx")


HOSTILE = [
    "=cmd|' /C calc'!A0", "+1", "-5", "@x", "\ttab", 'quo"te', "line\nbreak", "'apostrophe",
    "0123",
    "emoji 😀", "עברית \u202e rtl", "x" * 32_767, "_x000D_ literal", "\x07bell", "</t><x>",
    "a\x85b", "1e5", "TRUE", "2026-03-31", "http://example.org",
]  # fmt: skip


def test_texts_stay_texts(tmp_path: Path) -> None:
    table = Table("S", [Column("T")], [[text] for text in HOSTILE])
    (tmp_path / "h.xlsx").write_bytes(workbook([table], "hostile"))
    (grid,) = read_book(tmp_path / "h.xlsx")
    assert [row[0] for row in grid.rows[1:]] == HOSTILE
    sheet = openpyxl.load_workbook(tmp_path / "h.xlsx")["S"]
    assert {sheet.cell(r, 1).data_type for r in range(2, len(HOSTILE) + 2)} == {"s"}
    assert {sheet.cell(r, 1).number_format for r in range(2, len(HOSTILE) + 2)} == {"@"}
