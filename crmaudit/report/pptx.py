"""Slides: the report in ten, for a board; text and tables stay editable.

Drawn on the default deck of python-pptx with the house's colours, faces and
places put into its theme, master and layouts. Notes below each slide name the
sections and the evidence that its numbers rest on.
"""

from __future__ import annotations

import copy
import io
import zipfile
from datetime import UTC, date, datetime, time
from typing import Any

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn
from pptx.util import Pt

from crmaudit.report import blocks as b
from crmaudit.report import labels, numbers
from crmaudit.report.docx import region
from crmaudit.report.figures import concrete, draw
from crmaudit.report.figures.svg import SMALL
from crmaudit.report.html import reads_from
from crmaudit.report.ooxml import package
from crmaudit.report.outline import Outline
from crmaudit.report.pptx_draw import Area, Painter, cut, lines
from crmaudit.report.pptx_slides import Deck, Listing, Part, Plate, Slide
from crmaudit.report.raster import Picture, logo, pictures, size
from crmaudit.report.seal import seal
from crmaudit.report.templates import Templates
from crmaudit.report.text import clean
from crmaudit.report.theme import Theme

WIDE, HIGH = 960.0, 540.0
EDGE = 44.0
TITLE: Area = (EDGE, 26, WIDE - 2 * EDGE, 62)
BODY: Area = (EDGE, 104, WIDE - 2 * EDGE, 386)
FOOT: Area = (EDGE, 506, WIDE - 2 * EDGE - 80, 20)
NUMBER: Area = (WIDE - EDGE - 70, 506, 70, 20)
LAYOUTS = {"Title Slide": 0, "Title Only": 5}
"""The layouts that are kept, by their number in the default deck."""
LEAST = 76.0
"""Height below which a second part of a slide is left out."""
LEGIBLE = 7.5
"""Points that the small text of a drawing needs on a slide."""
MOST_NOTES = 12
"""Pieces of evidence that the notes of a slide name."""


def render(document: b.Document, theme: Theme, templates: Templates) -> bytes:
    """One .pptx file of ten slides."""
    return _Slides(document, theme, templates).file()


class _Slides:
    def __init__(self, document: b.Document, theme: Theme, templates: Templates) -> None:
        meta = document.meta
        self.document = document
        self.theme = theme
        self.words = labels.load(templates, meta.language)
        self.outline = Outline(document)
        self.rtl = reads_from(meta.language) == "rtl"
        self.painter = Painter(theme, self.words, region(meta.language), self.rtl)
        self.deck = Presentation()
        self.slides = Deck(document, self.words, legible).slides()
        figures = [p for s in self.slides for p in s.parts if isinstance(p, b.Figure)]
        drawn = pictures([concrete(draw(f), theme) for f in figures], theme)
        self.drawn: dict[int, Picture] = {id(f): p for f, p in zip(figures, drawn, strict=True)}

    def file(self) -> bytes:
        self.frame()
        self.cover()
        for slide in self.slides:
            self.slide(slide)
        self.properties()
        found = io.BytesIO()
        self.deck.save(found)
        with zipfile.ZipFile(found) as archive:
            return package({name: archive.read(name) for name in archive.namelist()})

    # The deck

    def frame(self) -> None:
        """Size, colours, faces and the places of titles, in master and layouts."""
        deck = self.deck
        deck.slide_width, deck.slide_height = Pt(WIDE), Pt(HIGH)
        for n, layout in enumerate(list(deck.slide_layouts)):
            if n not in LAYOUTS.values():
                deck.slide_layouts.remove(layout)
        master = deck.slide_master
        self._theme(master)
        for holder in (master, *deck.slide_layouts):
            for shape in list(holder.placeholders):
                kind = shape.placeholder_format.type
                _put(shape, _PLACES.get(int(kind), BODY))
        style = master._element.find(qn("p:txStyles")).find(qn("p:titleStyle"))
        level = style.find(qn("a:lvl1pPr"))
        level.set("algn", "r" if self.rtl else "l")
        properties = level.find(qn("a:defRPr"))
        properties.set("sz", "2400")
        properties.set("b", "1")

    def _theme(self, master: Any) -> None:
        """The house's colours and faces in place of the default ones."""
        from lxml import etree

        part = next(
            r.target_part for r in master.part.rels.values() if r.reltype.endswith("/theme")
        )
        root: Any = etree.fromstring(part.blob)
        root.set("name", "crmaudit")
        colours = {
            "dk1": "ink",
            "lt1": "ground",
            "dk2": "muted",
            "lt2": "surface",
            "accent1": "accent",
            "accent2": "alarm",
            "accent3": "cat-1",
            "accent4": "cat-2",
            "accent5": "cat-3",
            "accent6": "cat-4",
            "hlink": "accent",
            "folHlink": "muted",
        }
        scheme = root.find(f".//{qn('a:clrScheme')}")
        for name, colour in colours.items():
            place = scheme.find(qn(f"a:{name}"))
            for child in list(place):
                place.remove(child)
            value = self.theme.light[colour].lstrip("#").upper()
            etree.SubElement(place, qn("a:srgbClr"), val=value)
        for face in root.iter(qn("a:majorFont"), qn("a:minorFont")):
            face.find(qn("a:latin")).set("typeface", clean(self.theme.fonts[0]))
        part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def properties(self) -> None:
        meta, core = self.document.meta, self.deck.core_properties
        moment = datetime.combine(meta.as_of or date(2000, 1, 1), time(), UTC)
        moment = moment.replace(tzinfo=None)
        core.title = clean(self.document.title)[:255]
        core.subject = clean(meta.organisation)[:255]
        core.author = clean(", ".join(meta.authors) or meta.organisation)[:255]
        core.keywords = str(seal(self.document))[:255]
        core.last_modified_by = "crmaudit"
        core.category = clean(self.classification)[:255]
        core.content_status = self.words[meta.status]
        core.language = region(meta.language)
        core.created = core.modified = moment
        core.revision = 1

    @property
    def classification(self) -> str:
        return self.document.meta.classification or self.theme.classification

    # Slides

    def cover(self) -> None:
        document, meta, painter = self.document, self.document.meta, self.painter
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[0])
        mark = logo(self.theme.logo, self.theme)
        if mark is not None:
            high = min(46.0, 180 * mark.height / max(mark.width, 1))
            wide = high * mark.width / max(mark.height, 1)
            x = WIDE - EDGE - wide if self.rtl else EDGE
            shape = slide.shapes.add_picture(
                io.BytesIO(mark.png), Pt(x), Pt(44), Pt(wide), Pt(high)
            )
            shape._element.nvPicPr.cNvPr.set("descr", clean(meta.organisation))
        self._rule(slide, 128, 4, "accent")
        self._title(slide, document.title, (EDGE, 150, WIDE - 2 * EDGE, 130), 38, 3)
        for shape in list(slide.placeholders):
            if shape.placeholder_format.idx == 1:
                _put(shape, (EDGE, 290, WIDE - 2 * EDGE, 60))
                _bare(shape.text_frame)
                below = cut(document.subtitle or meta.organisation, WIDE - 2 * EDGE, 18, 2)
                painter.write(shape.text_frame, below, 18, colour="muted")
        frame = painter.box(slide, (EDGE, 388, WIDE - 2 * EDGE, 110))
        day = numbers.day(meta.as_of, meta.language)
        told = [f"{self.words['as_of']} {day}"]
        told += [meta.organisation] if document.subtitle else []
        told += [self.classification] if self.classification else []
        for n, text in enumerate(told):
            painter.write(frame, cut(text, WIDE - 2 * EDGE, 15, 1), 15, first=n == 0, after=3)
        if meta.status == "draft":
            painter.write(frame, self.words["draft"], 15, bold=True, colour="alarm", first=False)
        self._foot(slide)

    def slide(self, made: Slide) -> None:
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[1])
        self._title(slide, made.title, TITLE, 24, 2)
        self._rule(slide, 92, 1, "rule")
        one, *more = made.parts
        two = more[0] if more else None
        x, y, w, h = BODY
        if isinstance(one, Listing) and isinstance(two, Listing):
            half = w * 0.56
            places: list[Area] = [(x, y, half - 16, h), (x + half + 16, y, w - half - 16, h)]
            if self.rtl:
                places = [(x + w - half + 16, y, half - 16, h), (x, y, w - half - 16, h)]
            self._part(slide, one, places[0])
            self._part(slide, two, places[1])
        elif isinstance(two, Plate):
            self._part(slide, one, (x, y, w, h - 108))
            self._part(slide, two, (x, y + h - 98, w, 98))
        else:
            end = self._part(slide, one, BODY if two is None else (x, y, w, h - LEAST))
            rest = y + h - end - 18
            if two is not None and rest >= LEAST - 18:
                self._part(slide, two, (x, end + 18, w, rest))
        self._foot(slide)
        slide.notes_slide.notes_text_frame.text = clean(self._notes(made))

    def _part(self, slide: Any, part: Part, area: Area) -> float:
        """Draws a part; answers where it ends."""
        match part:
            case Listing():
                self.painter.listing(slide, part, area)
            case Plate():
                self.painter.plate(slide, part, area)
            case b.KeyFigures():
                self.painter.cards(slide, part, area)
            case b.Table():
                return self.painter.table(slide, part, area)
            case b.Figure():
                return self.painter.picture(slide, part, self.drawn[id(part)], area)
        return area[1] + area[3]

    def _title(self, slide: Any, text: str, area: Area, size: float, most: int) -> None:
        """The title in its placeholder, shrunk and cut so that it keeps to its lines."""
        shape = slide.shapes.title
        _put(shape, area)
        wide = area[2]
        text = " ".join(clean(text).split())
        least = size * 0.7
        while size > least and lines(text, wide, size, True) > most:
            size -= 1
        if lines(text, wide, size, True) > most:
            text = cut(text, wide / 1.06, size, most)
        frame = shape.text_frame
        _bare(frame)
        frame.vertical_anchor = MSO_ANCHOR.BOTTOM if area == TITLE else MSO_ANCHOR.TOP
        self.painter.write(frame, text, size, bold=True)

    def _rule(self, slide: Any, top: float, high: float, colour: str) -> None:
        shape = slide.shapes.add_shape(1, Pt(EDGE), Pt(top), Pt(WIDE - 2 * EDGE), Pt(high))
        shape.fill.solid()
        shape.fill.fore_color.rgb = self.painter.colour(colour)
        shape.line.fill.background()
        shape._element.remove(shape._element.find(qn("p:style")))
        shape.name = "–"
        _decorative(shape)

    def _foot(self, slide: Any) -> None:
        """Classification, organisation, day and version; the number counts itself."""
        meta = self.document.meta
        version = f"{self.words['version']} {meta.version} ({self.words[meta.status]})"
        told = (self.classification, meta.organisation, version, self.theme.footer)
        text = cut(" · ".join(t for t in told if t), FOOT[2], 9.5, 1)
        for shape in slide.slide_layout.placeholders:
            kind = int(shape.placeholder_format.type)
            if kind not in (13, 15):  # slide number, footer
                continue
            element = copy.deepcopy(shape._element)
            taken = max(s.shape_id for s in slide.shapes)
            element.nvSpPr.cNvPr.set("id", str(taken + 1))
            slide.shapes._spTree.append(element)
            found = next(s for s in slide.placeholders if s._element is element)
            if kind == 15:
                found.text_frame.clear()
                _bare(found.text_frame)
                self.painter.write(found.text_frame, text, 9.5, colour="muted")
            _put(found, _PLACES[kind])

    def _notes(self, made: Slide) -> str:
        """The sections and the evidence that a slide rests on."""
        say, entries = (
            self.words,
            dict(zip((s.id for s in self.document.sections), self.outline.sections, strict=True)),
        )
        told = [say["slide_notes"]]
        told += (
            labels.filled(say, "slide_section", number=entry.number, title=entry.title)
            for name in made.sections
            if (entry := entries.get(name))
        )
        ids = self.outline.numbers(made.evidence)
        for n in ids[:MOST_NOTES]:
            e = self.document.evidence[n - 1]
            facts = [x for x in (e.what, e.source, e.method, e.taken) if x]
            told.append(f"[{n}] " + "; ".join(facts))
        if len(ids) > MOST_NOTES:
            told.append(say["and_more"].replace("{n}", str(len(ids) - MOST_NOTES)))
        if not ids:
            told.append(say["slide_declared"])
        return "\n".join(told)


_PLACES: dict[int, Area] = {
    1: TITLE,
    3: TITLE,
    13: NUMBER,
    15: FOOT,
    16: (WIDE - EDGE - 200, 506, 120, 20),
}
"""Places by kind of placeholder: title, centred title, slide number, footer, date."""


def legible(figure: b.Figure) -> bool:
    """Whether the figure's small text can be read where it fits on a slide."""
    width, height = size(draw(figure))
    return SMALL * min(BODY[2] / width, (BODY[3] - 40) / max(height, 1)) >= LEGIBLE


def _put(shape: Any, area: Area) -> None:
    shape.left, shape.top, shape.width, shape.height = (Pt(x) for x in area)


def _bare(frame: Any) -> None:
    """Text from edge to edge of its place."""
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def _decorative(shape: Any) -> None:
    """Tells screen readers to pass over a line that only parts things."""
    from lxml import etree

    properties = shape._element.nvSpPr.cNvPr
    listed = etree.SubElement(properties, qn("a:extLst"))
    one = etree.SubElement(listed, qn("a:ext"), uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}")
    space = "http://schemas.microsoft.com/office/drawing/2017/decorative"
    etree.SubElement(one, f"{{{space}}}decorative", nsmap={"adec": space}, val="1")
