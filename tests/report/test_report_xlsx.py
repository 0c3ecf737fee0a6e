"""The workbook: everything of the block tree is in it, typed, and nothing in it does anything."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from extremes import hostile
from hypothesis import given
from hypothesis import strategies as st
from landscape import AS_OF
from python_calamine import CalamineWorkbook
from sample import sample

from crmaudit.report import blocks as b
from crmaudit.report.formats import writer
from crmaudit.report.templates import Templates
from crmaudit.report.text import clean
from crmaudit.report.theme import Theme
from crmaudit.report.xlsx import within
from crmaudit.report.xlsx_cells import typed
from crmaudit.sheets.printed import (
    MAX_TEXT,
    Block,
    Book,
    Entry,
    Head,
    Leaf,
    book_bytes,
    sheet_names,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


def xlsx(document: b.Document) -> bytes:
    return writer("xlsx")(document, Theme(), Templates())


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def only(*blocks: b.Block, evidence: tuple[b.Evidence, ...] = ()) -> b.Document:
    section = b.Section("one", "One", blocks)
    return replace(sample(), sections=(section,), evidence=evidence)


def rows_of(book: openpyxl.Workbook, name: str) -> list[tuple[object, ...]]:
    """The rows of a sheet's only table, its head first."""
    return list(book[name].iter_rows(min_row=3, values_only=True))


def table(*columns: b.Column, rows: list[tuple[b.Cell, ...]], note: str = "") -> b.Table:
    return b.Table("things", "Things", columns, tuple(rows), note)


def test_every_value_of_every_table_comes_back() -> None:
    book = opened(xlsx(sample()))
    found = {ws.cell(1, 1).value: ws for ws in book}
    tables = [x for s in sample().sections for x in within(s.blocks) if isinstance(x, b.Table)]
    assert tables
    for made in tables:
        ws = found[made.caption]
        rows = list(ws.iter_rows(min_row=4, max_row=3 + len(made.rows), values_only=True))
        for row, cells in zip(rows, made.rows, strict=True):
            for cell in cells:
                if cell.state == "not_assessed":
                    assert any(isinstance(v, str) and cell.reason in v for v in row)
                elif isinstance(cell.value, date):
                    assert any(getattr(v, "date", lambda: None)() == cell.value for v in row)
                elif isinstance(cell.value, int | float | Decimal):
                    assert float(cell.value) in [v for v in row if isinstance(v, int | float)]
                elif cell.value not in b.SEVERITIES:
                    assert (cell.text or "–") in row


def test_figures_and_key_figures_stand_as_data() -> None:
    book = opened(xlsx(sample()))
    drawn = [x for s in sample().sections for x in within(s.blocks) if isinstance(x, b.Figure)]
    shown = [r[0] for r in book["Figures"].iter_rows(values_only=True) if r[0]]
    assert [x.title for x in drawn] == [t for t in shown if t in {x.title for x in drawn}]
    figures = rows_of(book, "Key figures")
    assert figures[2][1:4] == ("Contacts with e-mail", 0.69, "13,831 of 20,045")
    assert "not assessed: processes.yaml lists no steps" in [r[2] for r in figures]


def test_a_matrix_is_a_grid_and_a_list() -> None:
    (made,) = [x for s in sample().sections for x in within(s.blocks) if isinstance(x, b.Matrix)]
    book = opened(xlsx(sample()))
    listed = rows_of(book, "Crud cell by cell")
    wanted = {
        (made.rows[c.row].text, made.columns[c.column].text, x.letter)
        for c in made.cells
        for x in c.letters
    }
    assert {tuple(row[:3]) for row in listed[1:] if row[2] in ("C", "R", "U", "D", "?")} == wanted
    grid = rows_of(book, "Crud")
    heads = list(grid[0])
    for row in grid[1 : 1 + len(made.rows)]:
        for label in made.columns:
            text = row[heads.index(label.text)] or ""
            letters = {x for r, s, x in wanted if (r, s) == (row[0], label.text)}
            assert set(re.findall("[CRUD]", str(text))) == letters - {"?"}


def test_numbers_keep_what_they_were_read_as() -> None:
    made = table(
        b.Column("System"),
        b.Column("Cost", "money", unit="EUR"),
        b.Column("Known", "percent"),
        rows=[
            (b.Cell("A", "A"), b.Cell("≥ 510", 510.4), b.Cell("33 % (1 of 3)", 1 / 3)),
            (b.Cell("B", "B"), b.Cell("not assessed", state="not_assessed", reason="no invoice"),
             b.Cell("–", state="none")),
        ],
    )  # fmt: skip
    book = opened(xlsx(only(made)))
    head, one, two = rows_of(book, "Things")
    assert head == ("System", "Cost (EUR)", "Cost (EUR), as read", "Known", "Known, as read")
    assert one == ("A", 510.4, "≥ 510", pytest.approx(1 / 3), "33 % (1 of 3)")
    assert two == ("B", "not assessed: no invoice", None, "–", None)
    assert book["Things"]["D4"].number_format == "0%"
    assert book["Things"].auto_filter.ref == "A3:E5"
    assert book["Things"].freeze_panes == "B4"


def test_evidence_leads_to_its_entry() -> None:
    evidence = tuple(b.Evidence(f"e{n}", f"Entry {n}", digest="abc") for n in range(1, 4))
    cells = (b.Cell("x", "x", ("e2",)), b.Cell("5", 5, ("e3", "e2")))
    made = table(b.Column("A"), b.Column("B", "number"), rows=[cells])
    book = opened(xlsx(only(made, evidence=evidence)))
    cell = book["Things"]["C4"]
    assert cell.value == "A 2; B 2, 3"
    assert cell.hyperlink.location == "'Evidence'!A5"
    assert book["Evidence"]["B5"].value == "e2"
    links = [c.hyperlink.location for (c,) in book["Contents"]["B1:B40"] if c.hyperlink]
    assert "'Things'!A1" in links


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "{=", "'=", '="', "|"])
def test_no_text_becomes_a_formula_or_a_foreign_link(start: str) -> None:
    text = f'{start}HYPERLINK("http://x.example","y")|\' /C calc\'!A0'
    content = xlsx(hostile(text))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            xml = book.read(name).decode()
            if name.startswith("xl/worksheets/sheet"):
                assert not re.search(r"<f[ >]", xml)
            assert "externalLink" not in name
            if name.endswith(".rels") and "worksheets" in name:
                targets = re.findall(r'Target="([^"]*)" TargetMode="External"', xml)
                assert all(t.startswith("https://example.org/") for t in targets)
    held = {c for ws in opened(content) for row in ws.iter_rows(values_only=True) for c in row}
    assert clean(text) in held


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", r"\\host\share", "https://x " * 2,
            "https://x.example/" + "a" * 5000, "internal:Sheet1!A1", "external:a.xlsx"],
)  # fmt: skip
def test_only_the_web_and_mail_are_linked_to(url: str) -> None:
    cell = b.Cell("x", "x", inlines=(b.Link((b.Text("x"),), url),))
    content = xlsx(only(table(b.Column("A"), rows=[(cell,)])))
    assert opened(content)["Things"]["A4"].hyperlink is None
    fine = b.Cell("x", "x", inlines=(b.Link((b.Text("x"),), "https://example.org/a?b=c#d"),))
    content = xlsx(only(table(b.Column("A"), rows=[(fine,)])))
    assert opened(content)["Things"]["A4"].hyperlink.target == "https://example.org/a?b=c"


@given(st.lists(st.text(max_size=60), max_size=30))
def test_sheet_names_are_taken_by_every_program(wanted: list[str]) -> None:
    names = sheet_names(wanted)
    assert len(names) == len(wanted)
    assert len({n.casefold() for n in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name == name.strip("'")
        assert name.casefold() != "history"


def test_sheets_with_the_same_name_are_told_apart() -> None:
    long = "a name that is longer than thirty-one characters"
    wanted = ["a/b", "A B", "a:b", "History", "", long, long.upper()]
    ends = [long[:31].strip(), f"{long.upper()[:29].strip()} 2"]
    assert sheet_names(wanted) == ["a b", "A B 2", "a b 3", "History 2", "Sheet", *ends]


def test_what_no_cell_can_hold_is_kept_as_text_or_cut() -> None:
    def held(value: object) -> object:
        leaf = Leaf("S", (Block("s", "S", (Head("A"),), ((Entry(value, "number"),),)),))  # type: ignore[arg-type]
        made = Book("t", (leaf,), Theme().light, "c", {}, AS_OF)
        return opened(book_bytes(made))["S"]["A4"].value

    assert held("x" * 40_000) == "x" * (MAX_TEXT - 1) + "…"
    assert held(10**20) == str(10**20)
    assert held(Decimal("1234567890.123456789012")) == "1234567890.123456789012"
    assert held(float("inf")) is None
    assert held(date(1815, 12, 10)) == "1815-12-10"
    assert held(True) is True
    assert held("_x0041_") == "_x0041_"


def test_more_links_than_a_sheet_may_have_stay_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmaudit.sheets.printed.MAX_LINKS", 3)
    rows = [(b.Cell(str(n), str(n), ("e",)),) for n in range(9)]
    made = only(table(b.Column("A"), rows=rows), evidence=(b.Evidence("e", "E"),))
    ws = opened(xlsx(made))["Things"]
    assert [bool(ws.cell(r, 2).hyperlink) for r in range(4, 13)] == [True] * 3 + [False] * 6
    assert {ws.cell(r, 2).value for r in range(4, 13)} == {"1"}


def test_severities_are_told_by_mark_and_coloured_by_it() -> None:
    rows = [(b.Cell(s, s),) for s in b.SEVERITIES]
    ws = opened(xlsx(only(table(b.Column("Severity", "severity"), rows=rows))))["Things"]
    texts = [ws.cell(r, 1).value for r in range(4, 8)]
    assert texts == ["◆ critical", "▲ high", "● medium", "○ low"]
    rules = [r.formula[0] for found in ws.conditional_formatting for r in found.rules]
    assert [re.search('"(.)"', x)[1] for x in rules] == ["◆", "▲", "●", "○"]  # type: ignore[index]


def test_the_book_says_whose_it_is_and_prints_well() -> None:
    made = sample()
    book = opened(xlsx(replace(made, meta=replace(made.meta, language="ar"))))
    core = book.properties
    assert (core.title, core.creator) == (made.title, ", ".join(made.meta.authors))
    assert core.keywords.startswith("crmaudit-report tool=")
    assert core.created.date() == made.meta.as_of
    for ws in book:
        assert ws.sheet_view.rightToLeft
        assert ws.page_setup.orientation == "landscape"
        assert ws.page_setup.fitToHeight == 0
    assert book["Findings"].print_title_rows == "$3:$3"


def test_another_reader_sees_the_same() -> None:
    content = xlsx(sample())
    other = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert other.sheet_names == opened(content).sheetnames
    rows = other.get_sheet_by_name("Findings").to_python()
    assert rows[2][0] == "Code"


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("20,045", "en", 20045), ("−3.5", "en", Decimal("-3.5")), ("31 %", "en", Decimal("0.31")),
        ("1.234,5", "de", Decimal("1234.5")), ("007", "en", "007"), ("1,23", "en", "1,23"),
        ("2026-11-22", "en", "2026-11-22"), ("3 of 5", "en", "3 of 5"), ("", "en", ""),
        ("0", "en", 0), ("0.60", "en", Decimal("0.60")),
    ],
)  # fmt: skip
def test_plain_numbers_of_figures_are_numbers(text: str, language: str, value: object) -> None:
    assert typed(text, language).value == value


def test_the_same_report_gives_the_same_book() -> None:
    assert xlsx(sample()) == xlsx(sample())


def test_a_table_without_a_name_is_called_as_the_callout_above_it() -> None:
    bare = b.Table("phase-1", "", (b.Column("What"),), ((b.Cell("One", "One"),),))
    other = replace(bare, id="other")
    said = b.Callout("recommendation", "Phase 1: begins at once", (b.Paragraph((b.Text("x"),)),))
    book = opened(xlsx(only(said, bare, other)))
    assert book["Phase 1"]["A1"].value == "Phase 1: begins at once"
    assert book["Other"]["A1"].value == "other"


def test_few_long_texts_take_some_lines_and_break_no_word() -> None:
    long = "A reason that goes on and on, " * 4 + "incomprehensibilities"
    words = [(b.Cell("yes", "yes"),)] * 30 + [(b.Cell(long, long),)]
    width = opened(xlsx(only(table(b.Column("Why"), rows=words))))["Things"].column_dimensions["A"]
    assert width.width >= max(len(long) / 6, len("incomprehensibilities"))
