"""The Word document: styles, fields, links, tables and pictures that a reader can work with."""

from __future__ import annotations

import dataclasses
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from extremes import hostile, large
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from sample import sample

from crmaudit.report import blocks as b
from crmaudit.report.docx import render
from crmaudit.report.docx_tables import BAR, bar
from crmaudit.report.docx_text import bookmark_name, safe_url
from crmaudit.report.outline import Outline
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def made(document: b.Document, theme: Theme | None = None) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(render(document, theme or Theme(), Templates())))


def body(document: b.Document, theme: Theme | None = None) -> etree._Element:
    return etree.fromstring(made(document, theme).read("word/document.xml"))


def styled(root: etree._Element, style: str) -> list[str]:
    """Texts of the paragraphs of one style."""
    return [
        "".join(p.itertext(f"{W}t"))
        for p in root.iter(f"{W}p")
        if (found := p.find(f"{W}pPr/{W}pStyle")) is not None and found.get(f"{W}val") == style
    ]


@pytest.mark.parametrize("document", [sample(), hostile('</w:t>&"\x00<'), hostile("")])
def test_every_part_is_sound_and_listed(document: b.Document) -> None:
    archive = made(document)
    types = etree.fromstring(archive.read("[Content_Types].xml"))
    parts = {e.get("PartName") for e in types if e.get("PartName")}
    endings = {e.get("Extension") for e in types if e.get("Extension")}
    assert archive.namelist()[0] == "[Content_Types].xml"
    for name in archive.namelist():
        assert f"/{name}" in parts or name.rsplit(".", 1)[-1] in endings
        if name.endswith((".xml", ".rels")):
            etree.fromstring(archive.read(name))
    for name in parts:
        assert str(name).lstrip("/") in archive.namelist()
    assert docx.Document(io.BytesIO(render(document, Theme(), Templates()))).paragraphs


@pytest.mark.parametrize("document", [sample(), hostile("evidence"), hostile("a b" * 40)])
def test_links_reach_a_bookmark_and_bookmarks_are_unique(document: b.Document) -> None:
    root = body(document)
    names = [e.get(f"{W}name") for e in root.iter(f"{W}bookmarkStart")]
    assert len(names) == len(set(names))
    assert all(len(str(n)) <= 40 for n in names)
    ids = [e.get(f"{W}id") for e in root.iter(f"{W}bookmarkStart")]
    assert len(ids) == len(set(ids))
    links = [e.get(f"{W}anchor") for e in root.iter(f"{W}hyperlink") if e.get(f"{W}anchor")]
    assert links
    assert set(links) <= set(names)
    fields = re.findall(r"PAGEREF (\S+)", "".join(root.itertext(f"{W}instrText")))
    assert set(fields) <= set(names)


def test_relations_are_used_and_their_targets_are_there() -> None:
    archive = made(hostile("x"))
    relations = etree.fromstring(archive.read("word/_rels/document.xml.rels"))
    known = {e.get("Id"): e for e in relations}
    document = archive.read("word/document.xml").decode()
    for used in re.findall(r'r:(?:id|embed)="(\w+)"', document):
        assert used in known
    for relation in relations:
        if relation.get("TargetMode") == "External":
            assert str(relation.get("Target")).startswith(("https://", "http://", "mailto:"))
        else:
            assert f"word/{relation.get('Target')}" in archive.namelist()


def test_headings_are_word_s_own_and_numbered_as_in_the_outline() -> None:
    root, outline = body(sample()), Outline(sample())
    chapters = [e.title for e in outline.sections if e.level == 1]
    assert styled(root, "Heading1") == [*chapters, "Evidence register"]
    assert styled(root, "Heading2") == [e.title for e in outline.sections if e.level == 2]
    contents = styled(root, "TOC1")
    # Number, title; the page is a field that Word fills in.
    numbered = [f"{e.number}{e.title}" for e in outline.sections if e.level == 1]
    assert contents == [*numbered, f"{outline.register_number}Evidence register"]
    fields = [t.strip() for t in root.itertext(f"{W}instrText")]
    assert fields.count('TOC \\o "1-2" \\h \\z') == 1


def test_every_table_repeats_its_head_and_keeps_its_rows_whole() -> None:
    root = body(sample())
    tables = [
        t
        for t in root.iter(f"{W}tbl")
        if t.find(f"{W}tblPr/{W}tblStyle").get(f"{W}val") in ("ReportTable", "MatrixTable")  # type: ignore[union-attr]
    ]
    assert len(tables) >= 5
    for table in tables[1:]:  # the first is the document control, which has no head
        rows = table.findall(f"{W}tr")
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert all(r.find(f"{W}trPr/{W}cantSplit") is not None for r in rows)
        assert table.find(f"{W}tblPr/{W}tblCaption") is not None
    for table in root.iter(f"{W}tbl"):
        count = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        for row in table.findall(f"{W}tr"):
            spans = (c.find(f"{W}tcPr/{W}gridSpan") for c in row.findall(f"{W}tc"))
            assert sum(1 if s is None else int(str(s.get(f"{W}val"))) for s in spans) == count
            assert all(c[-1].tag == f"{W}p" for c in row.findall(f"{W}tc"))
        # Without a paragraph between them two tables would grow into one.
        following = table.getnext()
        assert following is not None
        assert following.tag == f"{W}p"


def test_pictures_have_words_and_captions_count_on() -> None:
    root = body(sample())
    space = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
    pictures = list(root.iter(f"{space}docPr"))
    figures = [x for s in sample().sections for x in s.blocks if isinstance(x, b.Figure)]
    assert [p.get("descr") for p in pictures] == [" ".join(f.alt.split()) for f in figures]
    captions = styled(root, "Caption")
    numbered = [int(n) for c in captions for n in re.findall(r"^Figure (\d+)  ", c)]
    assert numbered == list(range(1, len(figures) + 1))


def test_what_is_not_assessed_is_hatched_and_says_why() -> None:
    column = b.Column("Quality", "percent")
    rows = ((b.Cell("", state="not_assessed", reason="no database was read"),),)
    table = b.Table("t", "Quality", (column,), rows)
    root = body(b.Document("T", b.Meta("O", None), (b.Section("s", "S", (table,)),)))
    cell = next(
        c
        for c in root.iter(f"{W}tc")
        if (s := c.find(f"{W}tcPr/{W}shd")) is not None and s.get(f"{W}val") == "thinDiagStripe"
    )
    assert "".join(cell.itertext(f"{W}t")) == "not assessedno database was read"


def test_pages_turn_where_a_section_is_wide() -> None:
    root = body(sample())
    turns = [
        s.find(f"{W}pgSz").get(f"{W}orient") == "landscape"  # type: ignore[union-attr]
        for s in root.iter(f"{W}sectPr")
    ]
    assert turns == [False, False, True, False, True, False]
    sizes = {s.find(f"{W}pgSz").get(f"{W}w") for s in root.iter(f"{W}sectPr")}  # type: ignore[union-attr]
    assert sizes == {"11906", "16838"}


def test_language_and_direction_follow_the_report() -> None:
    arabic = dataclasses.replace(
        sample(),
        title="خطة",
        meta=dataclasses.replace(sample().meta, language="ar"),
    )
    archive = made(arabic)
    styles = archive.read("word/styles.xml").decode()
    assert '<w:lang w:val="ar-SA"' in styles
    assert "<w:bidi/>" in styles
    document = archive.read("word/document.xml").decode()
    assert "<w:bidiVisual/>" in document
    assert '<w:rtl/></w:rPr><w:t xml:space="preserve">خطة' in document
    assert "<w:bidi" not in made(sample()).read("word/styles.xml").decode()


def test_house_colours_reach_the_styles() -> None:
    theme = Theme(light={**Theme().light, "accent": "#123456"})
    assert "123456" in made(sample(), theme).read("word/styles.xml").decode()


def test_a_user_s_styles_replace_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "docx").mkdir()
    own = Templates().read("docx/styles.xml").replace("Cover Line", "Front Line")
    (tmp_path / "docx/styles.xml").write_text(own, encoding="utf-8")
    found = render(sample(), Theme(), Templates((tmp_path,)))
    assert b"Front Line" in zipfile.ZipFile(io.BytesIO(found)).read("word/styles.xml")


def test_the_same_bytes_in_another_process_and_time_zone() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/report'); from sample import sample;"
        "from crmaudit.report.docx import render; from crmaudit.report.theme import Theme;"
        "from crmaudit.report.templates import Templates; import hashlib;"
        "print(hashlib.sha256(render(sample(), Theme(), Templates())).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": "", "PYTHONPATH": "."},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(seen) == 1


def test_a_huge_matrix_is_drawn_and_says_so() -> None:
    root = body(large(90, 20))
    assert "drawn here for the eye only" in " ".join(styled(root, "Note"))
    assert not [
        t
        for t in root.iter(f"{W}tbl")
        if t.find(f"{W}tblPr/{W}tblStyle").get(f"{W}val") == "MatrixTable"  # type: ignore[union-attr]
    ]


@given(st.floats(allow_nan=True))
def test_a_bar_never_leaves_its_room(value: float) -> None:
    drawn = bar(value)
    assert len(drawn) <= BAR
    assert bool(drawn) == (value > 0)


@given(st.text())
def test_bookmarks_have_names_that_word_allows(text: str) -> None:
    assert re.fullmatch(r"[^\W\d_][\w]{0,39}", bookmark_name(text), re.ASCII)


@given(st.text())
def test_only_addresses_that_can_be_parsed_lead_out(text: str) -> None:
    for url in (text, f"https://{text}", f"https://example.org/{text}"):
        found = safe_url(url)
        assert not re.search(r'[\s<>"]|%(?![0-9A-Fa-f]{2})', found)
        assert found == "" or found.startswith(("https:", "http:", "mailto:"))


def test_a_callout_stays_with_the_table_it_speaks_of() -> None:
    said = b.Callout("recommendation", "Phase 1", (b.Paragraph((b.Text("Begins at once."),)),))
    table = b.Table("t", "", (b.Column("What"),), ((b.Cell("One"),),))
    document = dataclasses.replace(
        sample(), sections=(b.Section("only", "Only", (said, table, said)),)
    )
    leading, alone = (
        [p.find(f"{W}pPr/{W}keepNext") is not None for p in plate.iter(f"{W}p")]
        + [plate.getnext().find(f"{W}pPr/{W}keepNext") is not None]
        for plate in body(document).iter(f"{W}tbl")
        if plate.find(f"{W}tblPr/{W}tblStyle").get(f"{W}val") == "Callout"
    )
    # Its last line and the space below; label and title are kept by their styles.
    assert leading[-2:] == [True, True]
    assert alone[-2:] == [False, False]


def test_a_section_may_be_empty() -> None:
    empty = dataclasses.replace(sample(), sections=(b.Section("none", "Nothing here", ()),))
    assert "Nothing here" in styled(body(empty), "Heading1")


def test_upright_heads_run_upwards_in_a_script_from_the_right() -> None:
    arabic = dataclasses.replace(sample(), meta=dataclasses.replace(sample().meta, language="ar"))
    for document, kept in ((arabic, True), (sample(), False)):
        upright = [
            p.find(f"{W}pPr/{W}bidi")
            for c in body(document).iter(f"{W}tc")
            if c.find(f"{W}tcPr/{W}textDirection") is not None
            for p in c.iter(f"{W}p")
        ]
        assert upright
        assert all((x is not None and x.get(f"{W}val") == "0") is kept for x in upright)


def para_of(text: str) -> b.Paragraph:
    return b.Paragraph((b.Text(text),))


def test_what_is_to_stand_on_one_page_is_set_smaller() -> None:
    said = (para_of("Alone."), b.BulletList(((para_of("Listed."),),)))
    blocks = (*said, b.Callout("note", "Plate", said))
    document = dataclasses.replace(
        sample(),
        sections=(
            b.Section("executive-summary", "Summary", blocks),
            b.Section("other", "Other", blocks),
        ),
    )
    root = body(document)
    names = {e.get(f"{W}styleId") for e in etree.fromstring(made(document).read("word/styles.xml"))}
    for style, text in (
        ("BodyText", "Alone."),
        ("ListBullet", "Listed."),
        ("CalloutText", "Alone."),
        ("CalloutList", "Listed."),
    ):
        assert styled(root, f"{style}Tight") == [text]
        assert styled(root, style).count(text) == 1
        assert f"{style}Tight" in names


def test_short_chapters_share_a_page() -> None:
    few, many = (para_of("Short."),), (para_of("Long."),) * 20
    sections = [("one", few), ("two", few), ("three", many), ("four", few), ("five", few)]
    document = dataclasses.replace(
        sample(), sections=tuple(b.Section(name, name, blocks) for name, blocks in sections)
    )
    found = {
        "".join(p.itertext(f"{W}t")): p.find(f"{W}pPr/{W}pageBreakBefore") is not None
        for p in body(document).iter(f"{W}p")
        if (s := p.find(f"{W}pPr/{W}pStyle")) is not None and s.get(f"{W}val") == "Heading1"
    }
    assert [found[name] for name, _ in sections] == [False, True, False, False, True]
    assert Outline(document).shared == (False, True, False, False, True)
