"""Word: a document to be edited, with real styles, numbering, fields and bookmarks.

The package is written as WordprocessingML (ECMA-376) from the blocks;
`templates/docx/styles.xml` and `numbering.xml` hold its look and can be
overridden. The contents stand filled in; their field is marked as stale, so
that Word asks once whether to fill in the page numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from crmaudit.report import blocks as b
from crmaudit.report import labels, numbers
from crmaudit.report.docx_blocks import Blocks, anchors, walk
from crmaudit.report.docx_tables import FULL, cell, grid, row
from crmaudit.report.docx_text import HYPERLINK, bookmark_name, para, spacer
from crmaudit.report.figures import concrete, draw
from crmaudit.report.frames import framed
from crmaudit.report.html import RTL, control
from crmaudit.report.labels import Labels
from crmaudit.report.ooxml import package, xml
from crmaudit.report.outline import Entry, Outline, turned
from crmaudit.report.raster import logo, pictures
from crmaudit.report.seal import seal
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme

PAPERS = {"a4": (11906, 16838), "us-letter": (12240, 15840)}
"""Width and height of a page in twentieths of a point."""
REGIONS = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR", "ar": "ar-SA", "he": "he-IL"}
COMPLEX = {"he": "Noto Sans Hebrew"}
"""Faces of scripts written from right to left; Arabic where none is named."""
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PARTS = ("styles", "numbering", "settings", "fontTable", "theme")
FILES = {"theme": "theme/theme1"}
"""Parts whose file is called otherwise than its kind."""
MARGINS = {"header0": False, "header1": True, "footer0": False, "footer1": True}
"""Heads and feet, and whether they are those of landscape pages."""


def render(document: b.Document, theme: Theme, templates: Templates) -> bytes:
    """One .docx file."""
    return _Word(document, theme, templates).file()


class _Word:
    def __init__(self, document: b.Document, theme: Theme, templates: Templates) -> None:
        self.document = document
        self.theme = theme
        self.templates = templates
        self.language = document.meta.language.split("-")[0].lower()
        self.words: Labels = labels.load(templates, document.meta.language)
        self.outline = Outline(document)
        figures = [x for s in document.sections for x in walk(s.blocks) if isinstance(x, b.Figure)]
        drawn = pictures([concrete(draw(f), theme) for f in figures], theme)
        self.made = Blocks(
            self.outline,
            self.words,
            self.language in RTL,
            anchors(document, self.outline),
            theme,
            {id(f): p for f, p in zip(figures, drawn, strict=True)},
        )

    def file(self) -> bytes:
        body = self.body()
        found = HEAD + f"<w:document {SPACES}><w:body>{body}</w:body></w:document>"
        main = {f"word/{name}.xml": self.frame(name) for name in ("styles", "numbering")}
        parts = {
            "[Content_Types].xml": self.types(),
            "_rels/.rels": _relations(
                ("rId1", f"{OFFICE}/officeDocument", "word/document.xml"),
                (
                    "rId2",
                    f"{PACKAGE}/relationships/metadata/core-properties",
                    "docProps/core.xml",
                ),
                ("rId3", f"{OFFICE}/extended-properties", "docProps/app.xml"),
            ),
            "docProps/core.xml": self.core(),
            "docProps/app.xml": HEAD
            + '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
            'extended-properties"><Application>crmaudit</Application></Properties>',
            "word/document.xml": found,
            **main,
            "word/settings.xml": self.settings(),
            "word/fontTable.xml": self.fonts(),
            "word/theme/theme1.xml": self.frame("theme1"),
            **{f"word/{name}.xml": self.margin(name) for name in MARGINS},
            "word/_rels/document.xml.rels": self.relations(),
        }
        content = {name: text.encode() for name, text in parts.items()}
        return package(content | {f"word/{n}": png for n, png in self.made.media.items()})

    # Body

    def body(self) -> str:
        """Cover, control, contents, sections, register; each run of pages with its form."""
        parts = [self.cover() + self.page(False, last=False, bare=True), *self.front()]
        landscape = False
        for wide, section, entry, shares in self.turns():
            if wide != landscape:
                parts.append(self.page(landscape, last=False))
                landscape = wide
            parts.append(self.made.section(section, entry, shares))
        if self.document.evidence:
            if landscape:
                parts.append(self.page(True, last=False))
                landscape = False
            self.made.landscape = False
            parts.append(self.register())
        return "".join(parts) + self.page(landscape, last=True)

    def turns(self) -> Iterator[tuple[bool, b.Section, Entry, bool]]:
        """Sections with the turn of their page; a short lead goes with a turned first part."""
        found = list(zip(self.document.sections, self.outline.sections, strict=True))
        for n, (section, entry) in enumerate(found):
            following = found[n + 1] if n + 1 < len(found) else None
            leads = (
                following is not None
                and entry.level == 1
                and len(section.blocks) <= 1
                and following[1].level == 2
                and turned(following[0])
            )
            yield turned(section) or leads, section, entry, self.outline.shared[n]

    def page(self, landscape: bool, *, last: bool, bare: bool = False) -> str:
        """The form of the pages up to here; `bare` ones have neither head nor foot."""
        wide, high = PAPERS.get(self.theme.paper, PAPERS["a4"])
        if landscape:
            wide, high = high, wide
        side = round((wide - FULL[landscape] * 20) / 2)
        refs = "".join(
            f'<w:{name[:-1]}Reference w:type="default" r:id="rId{n}"/>'
            for n, (name, turned) in enumerate(MARGINS.items(), 11)
            if turned == landscape and not bare
        )
        turn = ' w:orient="landscape"' if landscape else ""
        form = (
            f'<w:sectPr>{refs}<w:type w:val="nextPage"/>'
            f'<w:pgSz w:w="{wide}" w:h="{high}"{turn}/>'
            f'<w:pgMar w:top="1120" w:right="{side}" w:bottom="900" w:left="{side}" '
            'w:header="620" w:footer="460" w:gutter="0"/>'
            + ("<w:bidi/>" if self.made.rtl else "")
            + "</w:sectPr>"
        )
        if last:
            return form
        return f'<w:p><w:pPr><w:pStyle w:val="Spacer"/>{form}</w:pPr></w:p>'

    def cover(self) -> str:
        document, meta, made = self.document, self.document.meta, self.made
        parts = []
        mark = logo(self.theme.logo, self.theme)
        if mark is not None:
            wide = min(45 * mark.width / max(mark.height, 1), 200)
            # Lines set apart more than by themselves would cut a picture off at its top.
            parts.append(para("Figure", made.drawing(mark, wide, meta.organisation, "Logo")))
        parts.append(para("CoverOrganisation", made.run(meta.organisation)))
        parts.append(para("Title", made.run(document.title)))
        if document.subtitle:
            parts.append(para("Subtitle", made.run(document.subtitle)))
        lines = [made.run(f"{self.words['as_of']} {numbers.day(meta.as_of, meta.language)}")]
        if meta.status == "draft":
            lines.append(made.run(self.words["draft"], "Alarm"))
        lines.append(made.run(meta.classification or self.theme.classification))
        parts.append('<w:p><w:pPr><w:pStyle w:val="CoverLine"/>')
        parts.append('<w:spacing w:before="3600"/></w:pPr>')
        return "".join(parts) + "</w:p>" + "".join(para("CoverLine", x) for x in lines if x)

    def front(self) -> Iterator[str]:
        """Document control and contents."""
        made, say, meta = self.made, self.words, self.document.meta
        made.landscape = False
        yield para("FrontHeading", made.run(say["document_control"]))
        rows = [(made.run(k, "Muted"), made.run(v)) for k, v in control(self.document, say)]
        yield self._lines((), rows, (120, 362), say["document_control"])
        if meta.changes:
            heads = [say[k] for k in ("version", "date", "change", "who")]
            told = [[made.run(x) for x in (c.version, c.date, c.what, c.who)] for c in meta.changes]
            yield para("Caption", made.run(say["changes"]))
            yield self._lines(heads, told, (55, 85, 232, 110), say["changes"])
        if meta.approvals:
            heads = [say[k] for k in ("who", "role", "signed", "note")]
            told = [
                [made.run(x) for x in (a.who, a.role, a.date or say["not_signed"], a.note)]
                for a in meta.approvals
            ]
            yield para("Caption", made.run(say["approvals"]))
            yield self._lines(heads, told, (125, 142, 95, 120), say["approvals"])
        yield self.contents()

    def _lines(self, heads: object, rows: object, sizes: tuple[int, ...], name: str) -> str:
        """A small table of runs."""
        made = self.made
        lines = []
        if heads:
            cells = (
                cell(w, para("TableHead", made.run(h)))
                for w, h in zip(sizes, heads, strict=True)  # type: ignore[call-overload]
            )
            lines.append(row("".join(cells), head=True))
        for found in rows:  # type: ignore[attr-defined]
            cells = (cell(w, para("TableText", x)) for w, x in zip(sizes, found, strict=True))
            lines.append(row("".join(cells)))
        return grid(made, "ReportTable", list(sizes), "".join(lines), name, bool(heads)) + spacer()

    def contents(self) -> str:
        """The field of the contents with its lines; page numbers are fields of their own."""
        made, say = self.made, self.words
        entries = list(self.outline.sections)
        if self.document.evidence:
            number = self.outline.register_number
            entries.append(Entry(1, number, say["evidence_register"], "evidence", True))
        title = para("TOCHeading", made.run(say["contents"]))
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
            '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        lines = []
        for n, entry in enumerate(entries):
            page = made.field(f"PAGEREF {bookmark_name(entry.anchor)} \\h", "")
            words = made.run(entry.number) + _TAB + made.run(entry.title) + _TAB + page
            line = (begin if n == 0 else "") + made.toward(entry.anchor, words)
            line += end if n == len(entries) - 1 else ""
            lines.append(para(f"TOC{min(entry.level, 2)}", line))
        return title + "".join(lines)

    def register(self) -> str:
        """Every piece of evidence, numbered, as the target of the small marks."""
        made, say, language = self.made, self.words, self.document.meta.language
        entry = Entry(1, "", say["evidence_register"], "evidence", True)
        parts = [made.title(entry), para("BodyText", made.run(say["evidence_intro"]))]
        for n, e in enumerate(self.document.evidence, 1):
            lead = made.bookmark(f"ev-{n}") + made.run(str(n), "Good") + _TAB
            parts.append(para("EvidenceEntry", lead + made.run(e.what)))
            rows = "" if e.rows is None else numbers.number(e.rows, language=language)
            facts = (
                (say["source"], e.source),
                (say["method"], e.method),
                (say["taken"], e.taken),
                (say["rows"], rows),
                (say["digest"], e.digest),
            )
            told = "   ".join(f"{name} {value}" for name, value in facts if value)
            parts.append(para("EvidenceFacts", made.run(told)) if told else "")
            if e.statement:
                parts.append(para("EvidenceFacts", made.run(e.statement, "CodeText")))
        return "".join(parts)

    # Parts of the package

    def frame(self, name: str) -> str:
        """A part made from its template."""
        colours = {k.replace("-", "_"): v.lstrip("#") for k, v in self.theme.light.items()}
        found = framed(
            self.templates,
            f"docx/{name}.xml",
            escape=False,
            c=colours,
            font=xml(self.theme.fonts[0]),
            mono=xml(self.theme.mono[0]),
            complex=COMPLEX.get(self.language, "Noto Sans Arabic"),
            lang=region(self.document.meta.language),
            bidi=region(self.language if self.language in RTL else "ar"),
            rtl=self.made.rtl,
            lists=self.made.lists,
        )
        return found if found.endswith("\n") else found + "\n"

    def margin(self, name: str) -> str:
        """A head or a foot."""
        made, meta, say = self.made, self.document.meta, self.words
        wide = round(FULL[MARGINS[name]] * 20)
        tabs = f'<w:tabs><w:tab w:val="right" w:pos="{wide}"/></w:tabs>'
        if name.startswith("header"):
            tag, style = "hdr", "Header"
            line = made.field("STYLEREF 1", self.document.title) + _TAB
            line += made.run(meta.organisation)
        else:
            tag, style = "ftr", "Footer"
            version = f"{say['version']} {meta.version} ({say[meta.status]})"
            classified = meta.classification or self.theme.classification
            left = " · ".join(x for x in (classified, version, self.theme.footer) if x)
            line = made.run(left) + _TAB + made.run(f"{say['page']} ")
            line += made.field("PAGE", "1") + made.run(f" {say['page_of']} ")
            line += made.field("NUMPAGES", "1")
        shown = f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{tabs}</w:pPr>{line}</w:p>'
        return HEAD + f"<w:{tag} {SPACES}>{shown}</w:{tag}>"

    def settings(self) -> str:
        lang = region(self.document.meta.language)
        return (
            HEAD + f"<w:settings {SPACES}>"
            '<w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>'
            '<w:characterSpacingControl w:val="doNotCompress"/><w:compat>'
            '<w:compatSetting w:name="compatibilityMode" '
            'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
            f'<w:themeFontLang w:val="{lang}"/>'
            '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
        )

    def fonts(self) -> str:
        """The faces, and what may stand in for one that a machine lacks."""
        sans = (
            f'<w:font w:name="{xml(self.theme.fonts[0])}"><w:altName w:val="Segoe UI"/>'
            '<w:panose1 w:val="020B0502040504020204"/><w:charset w:val="00"/>'
            '<w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font>'
        )
        mono = (
            f'<w:font w:name="{xml(self.theme.mono[0])}"><w:altName w:val="Consolas"/>'
            '<w:charset w:val="00"/><w:family w:val="modern"/><w:pitch w:val="fixed"/></w:font>'
        )
        return HEAD + f"<w:fonts {SPACES}>{sans}{mono}</w:fonts>"

    def core(self) -> str:
        document, meta = self.document, self.document.meta
        moment = f"{(meta.as_of or date(2000, 1, 1)).isoformat()}T00:00:00Z"
        names = ", ".join(meta.authors) or meta.organisation
        stamp = f'xsi:type="dcterms:W3CDTF">{moment}'
        return (
            HEAD + f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<dc:title>{xml(document.title)}</dc:title>"
            f"<dc:subject>{xml(meta.organisation)}</dc:subject>"
            f"<dc:creator>{xml(names)}</dc:creator>"
            f"<cp:keywords>{xml(str(seal(document)))}</cp:keywords>"
            f"<cp:category>{xml(meta.classification or self.theme.classification)}</cp:category>"
            f"<dc:language>{xml(region(meta.language))}</dc:language>"
            f"<cp:contentStatus>{xml(self.words[meta.status])}</cp:contentStatus>"
            f"<cp:version>{xml(meta.version)}</cp:version>"
            f"<dcterms:created {stamp}</dcterms:created>"
            f"<dcterms:modified {stamp}</dcterms:modified></cp:coreProperties>"
        )

    def types(self) -> str:
        kinds = {name: name for name in PARTS if name not in FILES}
        kinds |= {name: name[:-1] for name in MARGINS}
        overrides = "".join(
            f'<Override PartName="/word/{name}.xml" ContentType="{WORD}.{kind}+xml"/>'
            for name, kind in kinds.items()
        )
        return (
            HEAD + f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="png" ContentType="image/png"/>'
            f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>'
            f"{overrides}"
            '<Override PartName="/word/theme/theme1.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/>'
            '<Override PartName="/docProps/core.xml" ContentType='
            '"application/vnd.openxmlformats-package.core-properties+xml"/>'
            '<Override PartName="/docProps/app.xml" ContentType="application/'
            'vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>'
        )

    def relations(self) -> str:
        own = [
            (f"rId{n}", f"{OFFICE}/{name}", f"{FILES.get(name, name)}.xml")
            for n, name in enumerate(PARTS, 1)
        ]
        margins = enumerate(MARGINS, 11)
        own += [(f"rId{n}", f"{OFFICE}/{name[:-1]}", f"{name}.xml") for n, name in margins]
        made = [(key, kind, target) for (kind, target), key in self.made.relations.items()]
        return _relations(*own, *made)


_TAB = "<w:r><w:tab/></w:r>"


def _relations(*found: tuple[str, str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{xml(target)}"'
        + (' TargetMode="External"' if kind == HYPERLINK else "")
        + "/>"
        for key, kind, target in found
    )
    return HEAD + f'<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'


def region(language: str) -> str:
    """The language as office programs write one, with a country."""
    return language if "-" in language else REGIONS.get(language, language)
