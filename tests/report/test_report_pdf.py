"""The PDF as standards want it: PDF/UA-1 and PDF/A-2a, looked at through its structure."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from extremes import hostile, large
from page import ValidationProfile, validate_pdf_bytes
from pikepdf import Array, Dictionary, Name
from sample import sample

from crmaudit.report import blocks as b
from crmaudit.report.formats import writer
from crmaudit.report.pdf_heads import Shape, name_rows
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme


@pytest.fixture(scope="module")
def pdf() -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(writer("pdf")(sample(), Theme(), Templates()))) as opened:
        yield opened


def elements(pdf: pikepdf.Pdf) -> Iterator[tuple[Any, Any]]:
    """Every element of the structure tree with its parent, in reading order."""

    def below(parent: Any) -> Iterator[tuple[Any, Any]]:
        kids = parent.get("/K", Array())
        for kid in kids if isinstance(kids, Array) else [kids]:
            if isinstance(kid, Dictionary) and "/S" in kid:
                yield kid, parent
                yield from below(kid)

    yield from below(pdf.Root.StructTreeRoot)


def kinds(pdf: pikepdf.Pdf) -> list[str]:
    return [str(e.S) for e, _ in elements(pdf)]


def attributes(element: Any) -> dict[str, Any]:
    found = element.get("/A", Array())
    return {
        key: value
        for one in (found if isinstance(found, Array) else [found])
        if isinstance(one, Dictionary)
        for key, value in one.items()
    }


def test_it_claims_both_standards_and_says_what_it_is(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")
        assert meta["dc:title"] == sample().title
    assert str(pdf.Root.Lang) == "en"
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert pdf.pdf_version == "1.7"
    (intent,) = pdf.Root.OutputIntents
    assert Name("/GTS_PDFA1") == intent.S
    assert len(intent.DestOutputProfile.read_bytes()) > 300


def test_short_chapters_share_a_page_and_a_long_one_has_its_own() -> None:
    def pages(*sections: b.Section) -> int:
        made = b.Document("T", b.Meta("Harbour", date(2026, 11, 21)), sections)
        with pikepdf.open(io.BytesIO(writer("pdf")(made, Theme(), Templates()))) as opened:
            return len(opened.pages)

    line = b.Paragraph((b.Text("A word to the trustees."),))
    one, two = b.Section("one", "One", (line,)), b.Section("two", "Two", (line,))
    long = b.Section("long", "Long", (line,) * 12)
    assert pages(one, two) == pages(one)
    assert pages(one, long) == pages(one) + 1


def test_nothing_in_it_acts_by_itself(pdf: pikepdf.Pdf) -> None:
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(pdf.Root.keys())
    assert not {"/JavaScript", "/EmbeddedFiles"} & set(pdf.Root.get("/Names", {}).keys())
    assert not pdf.is_encrypted
    for page in pdf.pages:
        assert "/AA" not in page
        for note in page.get("/Annots", Array()):
            assert note.Subtype == Name.Link
            action = note.get("/A")
            if action is not None and action.S == Name.URI:
                assert re.match("(https?|mailto):", str(action.URI))
            else:
                assert action is None or Name.GoTo == action.S


def test_links_are_part_of_the_text_and_say_where_they_lead(pdf: pikepdf.Pdf) -> None:
    notes = [n for page in pdf.pages for n in page.get("/Annots", Array())]
    assert notes
    assert all("/StructParent" in n and str(n.get("/Contents", "")) for n in notes)
    assert all(page.Tabs == Name.S for page in pdf.pages if "/Annots" in page)


def test_headings_go_down_one_level_at_a_time(pdf: pikepdf.Pdf) -> None:
    levels = [int(k[2:]) for k in kinds(pdf) if re.fullmatch("/H[1-6]", k)]
    assert levels[0] == 1
    assert len(levels) > 10
    for above, level in itertools.pairwise(levels):
        assert level <= above + 1


def test_figures_have_words(pdf: pikepdf.Pdf) -> None:
    drawn = [e for e, _ in elements(pdf) if Name.Figure == e.S]
    wanted = {x.alt for s in sample().sections for x in s.blocks if isinstance(x, b.Figure)}
    assert wanted <= {str(e.Alt) for e in drawn}
    assert all("/BBox" in attributes(e) for e in drawn)


def test_tables_have_heads_that_say_of_what(pdf: pikepdf.Pdf) -> None:
    tables = [e for e, _ in elements(pdf) if Name.Table == e.S]
    rows = [(e, p) for e, p in elements(pdf) if e.S == Name.TR]
    heads = [e for e, _ in elements(pdf) if e.S == Name.TH]
    assert len(tables) > 3
    assert {str(p.S) for _, p in rows} <= {"/THead", "/TBody", "/Table"}
    assert heads
    assert {str(attributes(e)["/Scope"]) for e in heads} <= {"/Column", "/Row", "/Both"}
    for table in tables:
        first = table.K[0]
        assert Name.THead == first.S


def body(table: Any) -> list[Any]:
    return [row for part in table.K if Name.TBody == part.S for row in part.K]


def row_heads(row: Any) -> list[int]:
    """The places of the cells of a row that are its heads."""
    return [
        n
        for n, cell in enumerate(row.K)
        if cell.S == Name.TH and attributes(cell).get("/Scope") == Name.Row
    ]


def test_rows_have_heads_that_their_cells_name(pdf: pikepdf.Pdf) -> None:
    names = pikepdf.NameTree(pdf.Root.StructTreeRoot.IDTree)
    rows = [row for e, _ in elements(pdf) if Name.Table == e.S for row in body(e)]
    named = [row for row in rows if len(row.K) > 1]
    assert len(named) > 20
    seen = set()
    for row in named:
        (place,) = row_heads(row)
        ident = str(row.K[place].ID)
        assert names[ident] == row.K[place]
        seen.add(ident)
        for n, cell in enumerate(row.K):
            heads = [str(h) for h in attributes(cell)["/Headers"]]
            assert (ident in heads) == (n != place)
            assert any(h.startswith("U") for h in heads)  # The column's, as Typst made it.
            assert all(h in names for h in heads)
    assert len(seen) == len(named)
    assert all(not row_heads(row) for row in rows if len(row.K) == 1)


def table(*kinds: b.ColumnKind, rows: int = 2) -> b.Table:
    columns = tuple(b.Column(f"Column {n}", kind) for n, kind in enumerate(kinds))
    line = tuple(b.Cell(f"cell {n}", 0.5) for n in range(len(kinds)))
    return b.Table("t", "A table", columns, (line,) * rows)


@pytest.mark.parametrize(
    ("kinds", "place"),
    [
        (("text", "number"), 0),
        (("severity", "id", "text"), 1),
        (("number", "date", "label"), 2),
        (("number", "percent"), 0),
        (("text",), None),
    ],
)
def test_a_row_is_named_by_words(kinds: tuple[b.ColumnKind, ...], place: int | None) -> None:
    section = b.Section("one", "One", (b.BulletList(((table(*kinds),),)),))
    document = b.Document("Title", b.Meta("Acme", date(2026, 10, 31)), (section,))
    with pikepdf.open(io.BytesIO(writer("pdf")(document, Theme(), Templates()))) as made:
        (found,) = (e for e, _ in elements(made) if Name.Table == e.S)
        assert [row_heads(row) for row in body(found)] == [[] if place is None else [place]] * 2


def test_a_table_that_a_template_adds_stays_as_it_is(tmp_path: Path) -> None:
    source = Templates().find("typst/report.typ")
    assert source is not None
    (tmp_path / "typst").mkdir()
    (tmp_path / "typst" / "report.typ").write_text(
        source.read_text("utf-8").replace(
            "// Sections\n", "#table(columns: 5, table.header(..([H],) * 5), ..([x],) * 15)\n", 1
        ),
        "utf-8",
    )
    section = b.Section("one", "One", (table("text", "number"), table("date", "text", rows=3)))
    document = b.Document("Title", b.Meta("Acme", date(2026, 10, 31)), (section,))
    own = writer("pdf")(document, Theme(), Templates((tmp_path,)))
    with pikepdf.open(io.BytesIO(own)) as made:
        found = [e for e, _ in elements(made) if Name.Table == e.S]
        assert [[row_heads(row) for row in body(x)] for x in found] == [
            [[]] * 3,
            [[0]] * 2,
            [[1]] * 3,
        ]


def test_a_pdf_without_tags_is_only_packed() -> None:
    with pikepdf.new() as empty:
        empty.add_blank_page()
        out = io.BytesIO()
        empty.save(out)
    made = name_rows(out.getvalue(), [Shape(2, 3)])
    with pikepdf.open(io.BytesIO(made)) as again:
        assert len(again.pages) == 1
    assert made == name_rows(out.getvalue(), [Shape(2, 3)])


@pytest.mark.parametrize("profile", [ValidationProfile.PDF_UA_1, ValidationProfile.PDF_A_2A])
@pytest.mark.parametrize("document", [sample(), hostile("<b>#let $x</b>"), large(20, 30)])
def test_a_checker_with_rules_of_its_own_finds_nothing(
    document: b.Document, profile: ValidationProfile
) -> None:
    made = writer("pdf")(document, Theme(), Templates())
    found = {f.rule_id for f in validate_pdf_bytes(made, profile=profile).failures}
    if b"\r\nendstream" in made:
        # A stream whose last byte is a carriage return: it takes that for part of the line end.
        found.discard("PDFA2A-STREAM-LENGTH-001")
    assert not found


def test_every_face_is_embedded_and_reads_as_unicode(pdf: pikepdf.Pdf) -> None:
    faces = {
        font.objgen: font
        for page in pdf.pages
        for font in (page.get("/Resources", {}).get("/Font", {}) or {}).values()
    }
    assert faces
    for font in faces.values():
        assert "/ToUnicode" in font
        for below in font.get("/DescendantFonts", [font]):
            about = below.FontDescriptor
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(about.keys())
            assert re.match("/[A-Z]{6}[+]", str(about.FontName))


def test_bookmarks_lead_through_it(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]
    assert len(titles) == len([s for s in sample().sections if s.level == 1]) + 1


def test_a_document_with_an_odd_character_still_comes_out() -> None:
    with pikepdf.open(
        io.BytesIO(
            writer("pdf")(hostile("\U0001f469\u200d\U0001f469 \U00010330"), Theme(), Templates())
        )
    ) as made:
        assert made.Root.MarkInfo.Marked
