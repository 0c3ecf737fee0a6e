"""PDF through Typst: blocks → data → one generic template → row heads.

Typst comes as a wheel, so nothing else is to be installed; fonts are the
shipped ones and the moment is the report's as-of date, so that the same report
gives the same bytes on every machine.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal

import typst

from crmaudit.errors import CrmauditError
from crmaudit.report import blocks as b
from crmaudit.report import labels, numbers
from crmaudit.report.html import control, reads_from
from crmaudit.report.outline import Outline
from crmaudit.report.pdf_data import Data, PdfData, words
from crmaudit.report.pdf_heads import Shape, name_rows
from crmaudit.report.seal import seal
from crmaudit.report.templates import Templates, template_root
from crmaudit.report.text import clean
from crmaudit.report.theme import Theme

Standard = Literal["ua-1", "a-2a"]
STANDARDS: tuple[tuple[Standard, ...], ...] = (("ua-1", "a-2a"), ("ua-1",), ())
"""What a PDF conforms to as Typst enforces it: PDF/UA-1 (ISO 14289-1), the standard of
accessible documents, and PDF/A-2a (ISO 19005-2), of those to be archived; with less where a
document cannot have all, as with a character that no font has. PDF/A-4 wants PDF 2.0, which
PDF/UA-1 does not allow."""


def render(document: b.Document, theme: Theme, templates: Templates) -> bytes:
    """A tagged PDF of the first of `STANDARDS` that the document can have."""
    source = templates.find("typst/report.typ")
    if source is None:
        raise CrmauditError("the PDF template typst/report.typ is missing")
    data, shapes = page_data(document, theme, templates)
    moment = datetime.combine(document.meta.as_of or date(2000, 1, 1), time(), UTC)
    return name_rows(_set(source, data, theme, moment), shapes)


def _set(source: Path, data: Data, theme: Theme, moment: datetime) -> bytes:
    compiler = typst.Compiler(
        str(source),
        root=str(source.parent),
        font_paths=[str(template_root() / "static" / "fonts"), *theme.font_paths],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, allow_nan=False)},
    )
    failed: typst.TypstError | None = None
    for standards in STANDARDS:
        try:
            return _compile(compiler, moment, standards)
        except typst.TypstError as error:
            failed = failed or error
    raise CrmauditError(
        f"the PDF could not be set: {failed.message if failed else ''}",
        "Check your own typst/report.typ, or remove it to use the shipped one",
        str(source),
    ) from failed


def _compile(compiler: typst.Compiler, moment: datetime, standards: tuple[Standard, ...]) -> bytes:
    found = compiler.compile(format="pdf", timestamp=moment, pdf_standards=list(standards))
    assert isinstance(found, bytes)
    return found


def page_data(
    document: b.Document, theme: Theme, templates: Templates
) -> tuple[Data, tuple[Shape, ...]]:
    """All that the template is told, and its tables in reading order."""
    meta = document.meta
    language = meta.language.split("-")[0]
    say = labels.load(templates, meta.language)
    outline = Outline(document)
    maker = PdfData(outline, say, theme)
    sections = [
        maker.section(section, entry, shares)
        for section, entry, shares in zip(
            document.sections, outline.sections, outline.shared, strict=True
        )
    ]
    classification = meta.classification or theme.classification
    foot = [classification, f"{say['version']} {meta.version} ({say[meta.status]})", theme.footer]
    # Those of document control stand first.
    front = [Shape(4, len(rows)) for rows in (meta.changes, meta.approvals) if rows]
    data: Data = {
        "title": words(document.title) or "–",
        "subtitle": words(document.subtitle),
        "organisation": words(meta.organisation),
        "seal": str(seal(document)),
        "authors": [clean(a) for a in meta.authors],
        "as_of": f"{say['as_of']} {numbers.day(meta.as_of, meta.language)}",
        "draft": say["draft"] if meta.status == "draft" else "",
        "classification": words(classification),
        "foot": words(" · ".join(part for part in foot if part)),
        "control": [[name, words(value)] for name, value in control(document, say)],
        "changes": [[words(x) for x in (c.version, c.date, c.what, c.who)] for c in meta.changes],
        "approvals": [
            [words(x) for x in (a.who, a.role, a.date or say["not_signed"], a.note)]
            for a in meta.approvals
        ],
        "lang": language if language.isalpha() and len(language) in (2, 3) else "en",
        "dir": reads_from(language),
        "paper": theme.paper,
        "logo": list(theme.logo),
        "fonts": [*theme.fonts, *theme.mono],
        "mono": [*theme.mono, *theme.fonts],
        "colours": dict(theme.light),
        "words": dict(say),
        "sections": sections,
        "anchors": sorted(maker.anchors),
        "register_number": outline.register_number,
        "evidence": [
            {
                "what": words(e.what),
                "statement": words(e.statement),
                "facts": [
                    [name, words(value)]
                    for name, value in (
                        (say["source"], e.source),
                        (say["method"], e.method),
                        (say["taken"], e.taken),
                        (
                            say["rows"],
                            ""
                            if e.rows is None
                            else numbers.number(e.rows, language=meta.language),
                        ),
                        (say["digest"], e.digest),
                    )
                    if value
                ],
            }
            for e in document.evidence
        ],
    }
    return data, (*front, *maker.shapes)
