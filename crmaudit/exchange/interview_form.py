"""The form of an interview as DOCX: tables to fill in with any word processor."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crmaudit.exchange import interview_layout as form
from crmaudit.exchange.interview_plan import Plan, PlannedWalk

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell

_EPOCH = datetime(2000, 1, 1)
"""The same plan gives the same bytes, whenever it is written."""
_WIDTH = 25.7
"""Centimetres between the margins of a landscape A4 page."""
_SHADE, _LINE = "DDE8E8", "8AA5A5"
_BLANK_STEPS = 2


def document(plan: Plan) -> bytes:
    """The form's bytes."""
    import docx

    page = docx.Document()
    _set_up(page, plan)
    page.add_heading(f"Interview with {_clean(plan.group)}", 0)
    _about(page, plan)
    page.add_heading(form.HEADINGS["consent"], 1)
    for text in form.CONSENT:
        page.add_paragraph(text)
    page.add_paragraph(form.FILLING).runs[0].italic = True
    _questions(page, form.HEADINGS["opening"], form.OPENING)
    _questions(page, form.HEADINGS["four"], form.FOUR)
    page.add_heading(form.HEADINGS["walks"], 1)
    page.add_paragraph(form.WALKING).paragraph_format.keep_with_next = True
    for walk in plan.walks:
        _walk(page, walk)
    page.add_heading(form.HEADINGS["used"], 1)
    used = [
        (title, ", ".join(names))
        for title, names in (("Systems", plan.systems), ("Kinds of record", plan.entities))
        if names
    ]
    _table(page, (form.USED, form.USED_NAMES), used, (20, 80))
    for listing in form.LISTINGS:
        page.add_heading(listing.title, 1)
        page.add_paragraph(listing.told).paragraph_format.keep_with_next = True
        _table(
            page,
            [c.title for c in listing.columns],
            [[""] * len(listing.columns)] * listing.rows,
            [c.width for c in listing.columns],
            tall=True,
        )
    return _bytes(page)


def _set_up(page: Document, plan: Plan) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt, RGBColor

    about = page.core_properties
    about.title = f"Interview with {_clean(plan.group)}"
    about.author = about.last_modified_by = "crmaudit"
    about.subject = _clean(plan.organisation)
    about.comments = ""
    about.created = about.modified = _EPOCH
    section = page.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(1.6)
    for name, size in (("Normal", 10), ("Title", 20), ("Heading 1", 13)):
        style = page.styles[name]
        style.font.size = Pt(size)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0x0B, 0x4F, 0x4F)
    page.styles["Normal"].paragraph_format.space_after = Pt(4)


def _about(page: Document, plan: Plan) -> None:
    known = {"id": plan.id, "group": plan.group, "unit": plan.unit_label}
    rows = [(title, known.get(key, "")) for title, key in form.ABOUT_ROWS]
    _table(page, (form.ABOUT, ""), rows, (25, 75), labels=True)


def _questions(page: Document, title: str, questions: Iterable[form.Question]) -> None:
    page.add_heading(title, 1)
    rows = [(q.text, "") for q in questions]
    table = _table(page, (form.QUESTION, form.ANSWER), rows, (30, 70), labels=True, tall=True)
    last = table.rows[-1].cells[0]
    for row, question in zip(table.rows[1:], questions, strict=True):
        # What helps to ask stands in the same cell, apart from the question.
        below = row.cells[0].add_paragraph()
        below.paragraph_format.keep_with_next = row.cells[0]._tc is not last._tc
        probe = below.add_run(question.probe)
        probe.italic = True
        probe.bold = False


def _walk(page: Document, walk: PlannedWalk) -> None:
    head = (form.PROCESS, _clean(walk.name), "")
    steps = [(step, where, "") for step, where in walk.steps]
    steps += [("", "", "")] * (_BLANK_STEPS if walk.steps else 6)
    table = _table(page, head, [(form.STEP, form.WHERE, form.HAPPENS), *steps], (28, 17, 55))
    for cell in table.rows[1].cells:
        _shade(cell)
        _embolden(cell)
    page.add_paragraph("")


def _table(
    page: Document,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    *,
    labels: bool = False,
    tall: bool = False,
) -> Table:
    """A table with a heading row that is repeated on every page; `labels`: so the first column."""
    from docx.shared import Cm

    table: Table = page.add_table(rows=len(rows) + 1, cols=len(head))
    table.style = "Table Grid"
    table.autofit = False
    share = _WIDTH / sum(widths)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width * share)
    lines = [head, *rows]
    for r, (line, row) in enumerate(zip(lines, table.rows, strict=True)):
        _keep_together(row._tr)
        if r and tall:
            row.height = Cm(1.1)
        for c, (text, cell) in enumerate(zip(line, row.cells, strict=True)):
            cell.width = Cm(widths[c] * share)
            cell.paragraphs[0].add_run(_clean(text))
            # A table begins on a new page rather than leave its heading behind.
            cell.paragraphs[0].paragraph_format.keep_with_next = r < len(lines) - 1
            if r == 0 or (labels and c == 0):
                _shade(cell)
                _embolden(cell)
    _repeat(table.rows[0]._tr)
    return table


def _embolden(cell: _Cell) -> None:
    for run in cell.paragraphs[0].runs:
        run.bold = True


def _shade(cell: _Cell) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    from docx.oxml import OxmlElement

    row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_together(row: Any) -> None:
    from docx.oxml import OxmlElement

    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _clean(text: str) -> str:
    """A text without what XML cannot hold."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def _bytes(page: Document) -> bytes:
    """The package, its files in their order and without the time of writing."""
    made, found = io.BytesIO(), io.BytesIO()
    page.save(made)
    with (
        zipfile.ZipFile(made) as old,
        zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename, _EPOCH.timetuple()[:6]), old.read(info),
                         zipfile.ZIP_DEFLATED)  # fmt: skip
    return found.getvalue()
