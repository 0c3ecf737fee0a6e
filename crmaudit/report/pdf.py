"""PDF through Typst: blocks → data → one generic template.

Typst comes as a wheel, so nothing else is to be installed; fonts are the
shipped ones and the moment is the report's as-of date, so that the same report
gives the same bytes on every machine.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Literal

import typst

from crmaudit.errors import CrmauditError
from crmaudit.report import blocks as b
from crmaudit.report import labels, numbers
from crmaudit.report.html import RTL, control
from crmaudit.report.outline import Outline
from crmaudit.report.pdf_data import Data, PdfData, words
from crmaudit.report.templates import Templates, template_root
from crmaudit.report.text import clean
from crmaudit.report.theme import Theme

Standard = Literal["ua-1"]  # PDF/UA-1, the standard of accessible documents


def render(document: b.Document, theme: Theme, templates: Templates) -> bytes:
    """A tagged PDF; of the accessible standard unless a character has no font."""
    source = templates.find("typst/report.typ")
    if source is None:
        raise CrmauditError("the PDF template typst/report.typ is missing")
    compiler = typst.Compiler(
        str(source),
        root=str(source.parent),
        font_paths=[str(template_root() / "static" / "fonts"), *theme.font_paths],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(page_data(document, theme, templates), allow_nan=False)},
    )
    moment = datetime.combine(document.meta.as_of or date(2000, 1, 1), time(), UTC)
    try:
        return _compile(compiler, moment, "ua-1")
    except typst.TypstError as strict:
        try:
            return _compile(compiler, moment, None)
        except typst.TypstError:
            raise CrmauditError(
                f"the PDF could not be set: {strict.message}",
                "Check your own typst/report.typ, or remove it to use the shipped one",
                str(source),
            ) from strict


def _compile(compiler: typst.Compiler, moment: datetime, standard: Standard | None) -> bytes:
    found = compiler.compile(format="pdf", timestamp=moment, pdf_standards=standard)
    assert isinstance(found, bytes)
    return found


def page_data(document: b.Document, theme: Theme, templates: Templates) -> Data:
    """All that the template is told."""
    meta = document.meta
    language = meta.language.split("-")[0]
    say = labels.load(templates, meta.language)
    outline = Outline(document)
    maker = PdfData(outline, say, theme)
    sections = [
        maker.section(section, entry)
        for section, entry in zip(document.sections, outline.sections, strict=True)
    ]
    classification = meta.classification or theme.classification
    foot = [classification, f"{say['version']} {meta.version} ({say[meta.status]})", theme.footer]
    return {
        "title": words(document.title) or "–",
        "subtitle": words(document.subtitle),
        "organisation": words(meta.organisation),
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
        "dir": "rtl" if language in RTL else "ltr",
        "paper": theme.paper,
        "logo": theme.logo.decode() if theme.logo.lstrip().startswith(b"<") else "",
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
