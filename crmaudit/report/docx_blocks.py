"""Blocks as the body of a Word document, every paragraph in a named style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from crmaudit.report import blocks as b
from crmaudit.report.docx_tables import FULL, callout, key_figures, matrix, table
from crmaudit.report.docx_text import IMAGE, Lines, Numbered, para
from crmaudit.report.labels import Labels
from crmaudit.report.ooxml import xml
from crmaudit.report.outline import ONE_PAGE, Entry, Outline, turned
from crmaudit.report.raster import Picture
from crmaudit.report.text import clean, slug
from crmaudit.report.theme import Theme

TALLEST = {False: 600.0, True: 370.0}
EMU = 12_700
"""English Metric Units to a point."""
TIGHT = ("BodyText", "CalloutText", "CalloutList", "Heading2Plain", "ListBullet", "ListNumber")
"""Styles that have a smaller one for sections that are to stand on one page."""
DEEPEST = 4
"""Level of a list from which on further ones are indented no more."""


class Blocks(Lines):
    """Writes the blocks of one document; numbers of captions and lists run through it."""

    def __init__(
        self,
        outline: Outline,
        words: Labels,
        rtl: bool,
        anchors: Iterable[str],
        theme: Theme,
        pictures: Mapping[int, Picture],
    ) -> None:
        super().__init__(outline, words, rtl, anchors)
        self.theme = theme
        self.pictures = pictures
        self.landscape = False
        self.lists: list[tuple[int, int]] = []
        """Level and first number of each numbered list."""
        self.media: dict[str, bytes] = {}
        self.callout = False
        """Whether what is written stands in a callout."""
        self.tight = False
        """Whether the section is to stand on one page: smaller, in lines of the page's width."""
        self.leads = False
        """Whether it is said of the table that follows, and stays on its page."""
        self._captions = {"figure": 0, "table": 0}
        self._drawings = 0

    # Sections

    def section(self, section: b.Section, entry: Entry, shares: bool = False) -> str:
        """A section with its heading; it `shares` the page of the one before it."""
        self.landscape = turned(section)
        self.tight = section.id in ONE_PAGE
        heads = self.outline.headings(section)
        parts = [self.title(entry, shares)]
        for n, block in enumerate(section.blocks):
            after = section.blocks[n + 1] if n + 1 < len(section.blocks) else None
            self.leads = isinstance(block, b.Callout) and isinstance(after, b.Table | b.Matrix)
            if n in heads and isinstance(block, b.Heading):
                parts.append(self.heading(block, heads[n]))
            else:
                parts.append(self.block(block))
        return "".join(parts)

    def title(self, entry: Entry, shares: bool = False) -> str:
        """A section's own heading, numbered by Word as the outline numbers it."""
        level = min(entry.level, 2)
        own = (level - 1, 3) if entry.appendix else None
        runs = self.bookmark(entry.anchor) + self.run(entry.title)
        return para(f"Heading{level}", runs, numbered=own, follows=shares)

    def heading(self, heading: b.Heading, entry: Entry) -> str:
        """A heading inside a section; only sections carry numbers."""
        level = min(entry.level, 4)
        style = "Heading2Plain" if level == 2 else f"Heading{level}"
        return para(self._look(style), self.bookmark(entry.anchor) + self.inlines(heading.inlines))

    # Blocks

    def blocks(self, blocks: Iterable[b.Block], depth: int = 0) -> str:
        return "".join(self.block(x, depth) for x in blocks)

    def block(self, block: b.Block, depth: int = 0) -> str:
        """One block; `depth` counts the lists that it stands in."""
        match block:
            case b.Heading():
                return self.text(self.inlines(block.inlines, "<w:b/><w:bCs/>"), depth)
            case b.Paragraph():
                return self.text(self.inlines(block.inlines), depth)
            case b.BulletList():
                return self.items(block.items, depth, 2, "ListBullet")
            case b.OrderedList():
                self.lists.append((min(depth, DEEPEST), block.start))
                return self.items(block.items, depth, len(self.lists) + 3, "ListNumber")
            case b.Quote():
                return self.quote(block)
            case b.Callout():
                return callout(self, block)
            case b.KeyFigures():
                return key_figures(self, block)
            case b.Table():
                return table(self, block)
            case b.Figure():
                return self.figure(block)
            case b.Matrix():
                return matrix(self, block)
            case b.CodeBlock():
                return para("Code", self.run(block.text))
            case b.DefinitionList():
                return "".join(self.definition(d) for d in block.items)
            case b.PageBreak():
                return para("Spacer", '<w:r><w:br w:type="page"/></w:r>')

    def text(self, runs: str, depth: int = 0, numbered: Numbered | None = None) -> str:
        """A paragraph of the text, of a callout, or of a list in either."""
        style = "CalloutText" if self.callout else "ListContinue" if depth else "BodyText"
        style = self._look(style)
        return para(style, runs, keep=self.leads, numbered=numbered, indent=self._indent(depth))

    def _look(self, style: str) -> str:
        return f"{style}Tight" if self.tight and style in TIGHT else style

    def _indent(self, depth: int, hanging: bool = False) -> str:
        left = 340 * min(depth, DEEPEST + 1)
        hung = ' w:hanging="340"' if hanging else ""
        right = "" if self.callout or self.tight else ' w:right="1300"'
        return f'w:left="{left}"{right}{hung}' if depth else ""

    def items(
        self, items: Sequence[tuple[b.Block, ...]], depth: int, number: int, style: str
    ) -> str:
        """A list; what follows the first line of an item stands below it without a mark."""
        level = min(depth, DEEPEST)
        look = self._look("CalloutList" if self.callout else style)
        parts = []
        for item in items:
            lead: Sequence[b.Block] = item[:1]
            runs = ""
            if lead and isinstance(lead[0], b.Paragraph | b.Heading):
                runs = self.inlines(lead[0].inlines)
                lead = ()
            indent = self._indent(depth + 1, hanging=True)
            parts.append(para(look, runs, numbered=(level, number), indent=indent))
            parts.append(self.blocks((*lead, *item[1:]), depth + 1))
        return "".join(parts)

    def quote(self, quote: b.Quote) -> str:
        """Said by people: in quotation style, with who and when."""
        parts = []
        last = len(quote.blocks) - 1
        for n, block in enumerate(quote.blocks):
            if isinstance(block, b.Paragraph):
                runs = self.inlines(block.inlines)
                opening = self.run(self.words["quote_open"]) if n == 0 else ""
                closing = self.run(self.words["quote_close"]) if n == last else ""
                parts.append(para("Quote", opening + runs + closing, keep=True))
            else:
                parts.append(self.block(block))
        by = ", ".join(w for w in (quote.who, quote.when) if w)
        return "".join(parts) + para("QuoteSource", self.run(f"— {by}" if by else ""))

    def definition(self, made: b.Definition) -> str:
        term = para("DefinitionTerm", self.run(made.term))
        return term + "".join(
            para("Definition", self.inlines(x.inlines))
            if isinstance(x, b.Paragraph)
            else self.block(x)
            for x in made.blocks
        )

    def caption(self, kind: str, anchor: str, title: str, evidence: tuple[str, ...] = ()) -> str:
        """`Table 7  …`: what the number says is the title; the field counts on in Word."""
        if not title:
            return ""
        self._captions[kind] += 1
        number = self.field(f"SEQ {kind.title()} \\* ARABIC", str(self._captions[kind]), _QUIET)
        lead = self.run(f"{self.words[kind]} ", form=_QUIET) + number + self.run("  ", form=_QUIET)
        return para("Caption", self.bookmark(anchor) + lead + self.run(title) + self.refs(evidence))

    def note(self, text: str) -> str:
        return para("Note", self.run(text)) if text else ""

    def figure(self, figure: b.Figure) -> str:
        anchor = slug(figure.id) if figure.id else ""
        title = self.caption("figure", anchor, figure.title, figure.evidence)
        picture = self.pictures.get(id(figure))
        if picture is None:
            return title + self.note(figure.note)
        wide = min(FULL[self.landscape], FULL[False] * max(picture.width / 720, 1))
        wide = min(wide, TALLEST[self.landscape] * picture.width / max(picture.height, 1))
        drawn = self.drawing(picture, wide, figure.title, figure.alt or figure.title)
        return title + para("Figure", drawn, keep=bool(figure.note)) + self.note(figure.note)

    def drawing(self, picture: Picture, wide: float, name: str, alt: str) -> str:
        """A picture in the line, `wide` points wide, with the words that stand for it."""
        self._drawings += 1
        n = self._drawings
        target = f"media/image{n}.png"
        self.media[target] = picture.png
        cx = round(wide * EMU)
        cy = round(wide * EMU * picture.height / max(picture.width, 1))
        told = f'name="{xml(_short(name, 120))}" descr="{xml(_short(alt, 2000) or "–")}"'
        return (
            '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="{n}" {told}/>'
            '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/>'
            "</wp:cNvGraphicFramePr><a:graphic><a:graphicData "
            'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr id="{n}" name="image{n}.png"/><pic:cNvPicPr/>'
            f'</pic:nvPicPr><pic:blipFill><a:blip r:embed="{self.relation(IMAGE, target)}"/>'
            "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
            f'<a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )


_QUIET = '<w:b w:val="0"/><w:bCs w:val="0"/>'


def _short(text: str, most: int) -> str:
    text = " ".join(clean(text).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def walk(blocks: Iterable[b.Block]) -> Iterator[b.Block]:
    """Every block, also those inside of others."""
    for block in blocks:
        yield block
        match block:
            case b.BulletList() | b.OrderedList():
                for item in block.items:
                    yield from walk(item)
            case b.Quote() | b.Callout():
                yield from walk(block.blocks)
            case b.DefinitionList():
                for made in block.items:
                    yield from walk(made.blocks)


def anchors(document: b.Document, outline: Outline) -> set[str]:
    """Every place that a link can lead to."""
    found = {e.anchor for e in outline.sections} | {"evidence"}
    found |= {f"ev-{n}" for n in range(1, len(document.evidence) + 1)}
    for section in document.sections:
        found |= {e.anchor for e in outline.headings(section).values()}
        for block in walk(section.blocks):
            if isinstance(block, b.Table | b.Figure | b.Matrix) and block.id:
                titled = block.caption if isinstance(block, b.Table) else block.title
                found |= {slug(block.id)} if titled else set()
    return found
