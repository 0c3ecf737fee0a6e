"""The ten slides: chosen from blocks, native, within their places, with their evidence."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import pytest
from extremes import hostile
from pptx import Presentation
from pptx.util import Emu
from sample import sample

from crmaudit.report import blocks as b
from crmaudit.report import labels
from crmaudit.report.pptx import legible, render
from crmaudit.report.pptx_slides import SUMMARY, Deck, Listing, Plate
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme

WORDS = labels.load(Templates(), "en")


def deck(document: b.Document, theme: Theme | None = None) -> Any:
    return Presentation(io.BytesIO(render(document, theme or Theme(), Templates())))


def said(slide: Any) -> str:
    return "\n".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)


def summary(*more: b.Section) -> b.Document:
    """A report with an executive summary of three findings and two decisions."""
    findings = tuple(
        (b.Paragraph((b.SeverityMark("high", False), b.Text(f" Finding {n}"))),) for n in range(3)
    )
    decisions = tuple((b.Paragraph((b.Text(f"Board: decide {n}"),)),) for n in range(2))
    head = b.Section(
        SUMMARY,
        "Executive summary",
        (
            b.Paragraph((b.Text("How good is it?"),)),
            b.KeyFigures((b.KeyFigure("Findings", "41", "2 critical", evidence=("e1",)),)),
            b.OrderedList(findings),
            b.Callout("recommendation", "Decisions asked for", (b.OrderedList(decisions),)),
            b.Callout("not_assessed", "How sure", (b.Paragraph((b.Text("Not very."),)),)),
        ),
    )
    register = (b.Evidence("e1", "The count of findings", "the rules", "counted", "today"),)
    return b.Document("Plan", b.Meta("Org", None), (head, *more), evidence=register)


@pytest.mark.parametrize("document", [sample(), summary(), hostile("W" * 400), hostile("")])
def test_there_are_ten_slides_and_nothing_leaves_them(document: b.Document) -> None:
    found = deck(document)
    assert len(found.slides) == 10
    for slide in found.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= found.slide_width + Emu(12700)
            assert shape.top + shape.height <= found.slide_height + Emu(12700)
        ids = [s.shape_id for s in slide.shapes]
        assert len(ids) == len(set(ids))


def test_titles_stand_in_their_placeholders_and_slides_are_counted() -> None:
    for slide in deck(summary()).slides:
        assert slide.shapes.title.text_frame.text
        assert any(p.placeholder_format.type == 13 for p in slide.placeholders)


def test_what_the_summary_says_is_on_the_slides() -> None:
    slides = deck(summary()).slides
    assert "41" in said(slides[2])
    assert slides[3].shapes.title.text_frame.text == "The 3 that matter most of 41 findings"
    assert "▲\tFinding 1" in said(slides[3])
    assert "2.\tBoard: decide 1" in said(slides[9])
    assert "Not very." in said(slides[9])


def test_notes_name_the_evidence_or_say_that_there_is_none() -> None:
    slides = deck(summary()).slides
    assert "[1] The count of findings; the rules; counted; today" in (
        slides[2].notes_slide.notes_text_frame.text
    )
    assert WORDS["slide_declared"] in slides[9].notes_slide.notes_text_frame.text


def test_a_slide_that_nothing_fills_says_what_would() -> None:
    draft = b.Callout(
        "draft", "Missing", (b.BulletList(((b.Paragraph((b.Text("Run crmaudit collect"),)),),)),)
    )
    document = summary(b.Section("quality", "Data quality", (draft,)))
    slides = Deck(document, WORDS, legible).slides()
    plate = slides[3].parts[0]
    assert isinstance(plate, Plate)
    assert plate.missing
    assert plate.text == "Run crmaudit collect"


def test_another_figure_takes_the_place_of_a_missing_one() -> None:
    figure = next(x for s in sample().sections for x in s.blocks if isinstance(x, b.Figure))
    document = summary(b.Section("kpis", "Indicators", (figure,)))
    slides = Deck(document, WORDS, legible).slides()
    assert figure in [p for s in slides for p in s.parts]


def test_tables_are_native_and_say_how_much_they_leave_out() -> None:
    columns = (b.Column("Unit"), b.Column("Staff", "number"))
    rows = tuple((b.Cell(f"Unit {n}"), b.Cell(str(n), n)) for n in range(80))
    table = b.Table("units", "Key users by unit", columns, rows)
    document = summary(b.Section("governance", "Governance", (table,)))
    slide = deck(document).slides[5]
    native = next(s for s in slide.shapes if s.has_table)
    shown = len(native.table.rows) - 1
    assert native.table.first_row
    assert native.table.cell(1, 0).text_frame.text == "Unit 0"
    assert 5 < shown < 80
    assert f"{80 - shown} more in the report." in said(slide)


def test_pictures_have_words_for_those_who_do_not_see_them() -> None:
    figure = next(x for s in sample().sections for x in s.blocks if isinstance(x, b.Figure))
    slides = deck(summary(b.Section("maturity", "Maturity", (figure,)))).slides
    told = [
        s._element.nvPicPr.cNvPr.get("descr")
        for slide in slides
        for s in slide.shapes
        if s.shape_type == 13
    ]
    assert told == [figure.alt]


def test_direction_and_language_follow_the_report() -> None:
    document = summary()
    arabic = dataclasses.replace(document, meta=dataclasses.replace(document.meta, language="ar"))
    slide = deck(arabic).slides[3]
    paragraphs = [p._p for s in slide.shapes if s.has_text_frame for p in s.text_frame.paragraphs]
    assert all(p.pPr.get("rtl") == "1" for p in paragraphs if p.pPr is not None and p.r_lst)
    runs = [r for p in paragraphs for r in p.r_lst]
    assert runs
    assert {r.rPr.get("lang") for r in runs} == {"ar-SA"}


def test_long_lists_are_cut_and_say_so() -> None:
    document = summary()
    long = b.OrderedList(
        tuple((b.Paragraph((b.Text("A long decision to be taken. " * 12),)),) for _ in range(12))
    )
    head = document.sections[0]
    blocks = tuple(
        dataclasses.replace(x, blocks=(long,))
        if isinstance(x, b.Callout) and x.kind == "recommendation"
        else x
        for x in head.blocks
    )
    document = dataclasses.replace(document, sections=(dataclasses.replace(head, blocks=blocks),))
    slides = Deck(document, WORDS, legible).slides()
    assert isinstance(slides[8].parts[0], Listing)
    assert "more in the report." in said(deck(document).slides[9])
