"""Parts of a slide as native shapes: text that fits its box, tables, cards, pictures.

Everything is measured before it is set: it shrinks a little, then is cut, and
says how much more the report holds. Lengths are points; a slide has 960 by 540.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Pt

from crmaudit.report import blocks as b
from crmaudit.report.figures.svg import wrap
from crmaudit.report.labels import Labels, filled
from crmaudit.report.pdf_data import SMALL, widths
from crmaudit.report.pptx_slides import Listing, Plate
from crmaudit.report.raster import Picture
from crmaudit.report.text import clean
from crmaudit.report.theme import Theme

Area = tuple[float, float, float, float]
"""Left, top, width and height."""
LEAD = 1.32
"""Height of a line over the size of its text."""
COLUMNS = 6
"""Of a table on a slide, at most."""
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""The table style without lines and fills."""


def lines(text: str, width: float, size: float, bold: bool = False) -> int:
    """Lines that a text takes, at most."""
    room = width / (1.06 if bold else 1.0)
    return sum(len(wrap(part, room, size, 999)) for part in clean(text).split("\n"))


def cut(text: str, width: float, size: float, most: int) -> str:
    """The text, in at most so many lines."""
    found = wrap(text, width, size, most)
    return " ".join(found)


class Painter:
    """Draws on the slides of one deck."""

    def __init__(self, theme: Theme, words: Labels, language: str, rtl: bool) -> None:
        self.theme = theme
        self.words = words
        self.language = language
        self.rtl = rtl

    def colour(self, name: str) -> RGBColor:
        red, green, blue = bytes.fromhex(self.theme.light[name].lstrip("#"))
        return RGBColor(red, green, blue)  # type: ignore[no-untyped-call]

    # Text

    def write(
        self,
        frame: Any,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = "ink",
        first: bool = True,
        after: float = 0,
        align: str = "",
    ) -> Any:
        """A paragraph at the end of a text frame; the first one is there already."""
        paragraph = frame.paragraphs[0] if first else frame.add_paragraph()
        self.run(paragraph, text, size, bold=bold, colour=colour)
        paragraph.space_after = Pt(after)
        paragraph.line_spacing = 0.95
        ends = (PP_ALIGN.RIGHT, PP_ALIGN.LEFT) if self.rtl else (PP_ALIGN.LEFT, PP_ALIGN.RIGHT)
        paragraph.alignment = PP_ALIGN.CENTER if align == "center" else ends[align == "right"]
        if self.rtl:
            paragraph._p.get_or_add_pPr().set("rtl", "1")
        return paragraph

    def run(
        self, paragraph: Any, text: str, size: float, *, bold: bool = False, colour: str = "ink"
    ) -> None:
        run = paragraph.add_run()
        run.text = clean(text)
        run.font.size = Pt(round(size * 2) / 2)
        run.font.bold = bold
        run.font.color.rgb = self.colour(colour)
        run._r.get_or_add_rPr().set("lang", self.language)

    def box(self, slide: Any, area: Area, fill: str = "", name: str = "") -> Any:
        """A text box; with `fill` on a ground of its own."""
        where = [Pt(x) for x in area]
        if fill:
            shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *where)
            shape.fill.solid()
            shape.fill.fore_color.rgb = self.colour(fill)
            shape.line.color.rgb = self.colour("rule")
            shape.line.width = Pt(0.5)
            # The style of a shape brings a shadow with it.
            shape._element.remove(shape._element.find(qn("p:style")))
        else:
            shape = slide.shapes.add_textbox(*where)
        if name:
            shape.name = name
        frame = shape.text_frame
        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.TOP
        side = 12 if fill else 0
        frame.margin_left = frame.margin_right = Pt(side)
        frame.margin_top = frame.margin_bottom = Pt(side * 0.75)
        return frame

    def more(self, count: int) -> str:
        return filled(self.words, "and_more", n=f"{count:,}")

    # Parts

    def listing(self, slide: Any, made: Listing, area: Area) -> None:
        left, top, width, height = area
        if made.head:
            head = self.box(slide, (left, top, width, 22), name=made.head)
            self.write(head, made.head, 12, bold=True, colour="accent")
            top, height = top + 26, height - 26
        marked = made.numbered or any(made.marks)
        indent = 26.0 if marked else 0.0
        room = width - indent
        size = gap = 0.0
        for size in (18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0):
            gap = size * 0.7
            high = sum(lines(t, room, size) * size * LEAD + gap for t in made.lines)
            if high <= height:
                break
        shown: list[str] = []
        used = 0.0
        for text in made.lines:
            high = lines(text, room, size) * size * LEAD + gap
            if used + high > height - (size * LEAD if len(shown) + 1 < len(made.lines) else 0):
                break
            used += high
            shown.append(text)
        if not shown and made.lines:
            shown = [cut(made.lines[0], room, size, max(int(height / size / LEAD) - 1, 1))]
        frame = self.box(slide, (left, top, width, height))
        for n, text in enumerate(shown):
            mark = f"{n + 1}." if made.numbered else made.marks[n] if made.marks else ""
            severe = mark in b.SEVERITY_MARKS
            paragraph = self.write(frame, "", size, first=n == 0, after=gap)
            for run in list(paragraph.runs):
                paragraph._p.remove(run._r)
            if marked:
                properties = paragraph._p.get_or_add_pPr()
                properties.set("marR" if self.rtl else "marL", str(round(indent * 12700)))
                properties.set("indent", str(round(-indent * 12700)))
                sign = b.SEVERITY_MARKS.get(mark, mark)
                loud = "alarm" if mark in ("critical", "high") else "muted" if severe else "accent"
                self.run(paragraph, f"{sign}\t", size, bold=made.numbered, colour=loud)
                self._stop(properties, indent)
            self.run(paragraph, text, size)
        if rest := len(made.lines) - len(shown):
            self.write(frame, self.more(rest), 12, colour="muted", first=False)

    def _stop(self, properties: Any, at: float) -> None:
        """A tab stop where the text of a marked line begins."""
        stops = properties.makeelement(qn("a:tabLst"), {})
        stops.append(
            properties.makeelement(qn("a:tab"), {"pos": str(round(at * 12700)), "algn": "l"})
        )
        # After spacing and bullets, as the schema has it.
        properties.append(stops)

    def plate(self, slide: Any, made: Plate, area: Area) -> None:
        left, top, width, height = area
        size = 14.0
        while size > 11 and lines(made.text, width - 28, size) * size * LEAD + 40 > height:
            size -= 1
        most = max(int((height - 40) / size / LEAD), 1)
        text = made.text
        if lines(text, width - 28, size) > most:
            text = cut(text, width - 28, size, most)
        high = min(lines(text, width - 28, size) * size * LEAD + 46, height)
        frame = self.box(slide, (left, top, width, high), "surface", made.title)
        self.write(frame, made.title, 13, bold=True, colour="muted" if made.missing else "accent")
        self.write(frame, text, size, first=False)

    def cards(self, slide: Any, made: b.KeyFigures, area: Area) -> None:
        """Key figures on plates, three across."""
        left, top, width, height = area
        count = len(made.figures)
        across = count if count <= 4 else 3
        down = -(-count // across) or 1
        gap = 14.0
        wide = (width - gap * (across - 1)) / across
        high = min((height - gap * (down - 1)) / down, 180)
        for n, figure in enumerate(made.figures):
            place = n % across if not self.rtl else across - 1 - n % across
            x, y = left + place * (wide + gap), top + (n // across) * (high + gap)
            missing = figure.state == "not_assessed"
            value = self.words["not_assessed"] if missing else figure.value
            detail = figure.reason or figure.detail
            frame = self.box(slide, (x, y, wide, high), "surface", figure.label)
            room = wide - 26
            self.write(frame, cut(figure.label, room, 15, 2), 15, colour="muted", after=6)
            size = 22.0 if missing else 40.0
            while size > 16 and lines(value, room, size, True) > 1:
                size -= 2
            self.write(frame, value, size, bold=not missing, first=False, after=6)
            trend = 1 if figure.trend else 0
            left_over = high - 18 - 15 * LEAD * lines(figure.label, room, 15) - size * LEAD - 12
            small = 14.0 if lines(detail, room, 14) * 14 * LEAD < left_over else 12.0
            rest = max(int(left_over / (small * LEAD)) - trend, 1)
            if detail:
                self.write(frame, cut(detail, room, small, rest), small, first=False)
            if figure.trend:
                sign = {"up": "↑", "down": "↓", "flat": "→"}[figure.trend.direction]
                tone = {True: "accent", False: "alarm", None: "ink"}[figure.trend.good]
                told = cut(f"{sign} {figure.trend.text}", room, 12, 1)
                self.write(frame, told, 12, bold=True, colour=tone, first=False)

    def picture(self, slide: Any, figure: b.Figure, drawn: Picture, area: Area) -> float:
        """The figure as large as fits, with its words for those who do not see it.

        Answers where it ends.
        """
        left, top, width, height = area
        said = figure.note
        foot = min(lines(said, width, 11), 3) * 11 * LEAD + 6 if said else 0
        scale = min(width / drawn.width, (height - foot) / max(drawn.height, 1))
        wide, high = drawn.width * scale, drawn.height * scale
        x = left + (width - wide) / 2
        shape = slide.shapes.add_picture(io.BytesIO(drawn.png), Pt(x), Pt(top), Pt(wide), Pt(high))
        shape.name = clean(figure.title)[:100]
        properties = shape._element.nvPicPr.cNvPr
        properties.set("descr", clean(figure.alt or figure.title))
        if said:
            frame = self.box(slide, (left, top + high + 6, width, foot))
            self.write(frame, cut(said, width, 11, 3), 11, colour="muted")
        return top + high + foot

    def table(self, slide: Any, made: b.Table, area: Area) -> float:
        """A native table of the first columns and the rows that fit; answers where it ends."""
        left, top, width, height = area
        count = min(len(made.columns), COLUMNS)
        columns = made.columns[:count]
        rows = [row[:count] for row in made.rows]
        short = b.Table(made.id, made.caption, columns, tuple(tuple(r) for r in rows))
        for size in (14.0, 13.0, 12.0, 11.0):
            sizes = [w * size / SMALL for w in widths(short, width * SMALL / size)]
            sizes = [w * width / sum(sizes) for w in sizes]
            heads = [f"{c.name} ({c.unit})" if c.unit else c.name for c in columns]
            texts = [
                heads,
                *([self.cell(c, k) for c, k in zip(r, columns, strict=True)] for r in rows),
            ]
            high = [self._height(r, sizes, size, n == 0) for n, r in enumerate(texts)]
            if sum(high) <= height:
                break
        shown = len(texts)
        while shown > 2 and sum(high[:shown]) > height - (18 if shown < len(texts) else 0):
            shown -= 1
        frame = slide.shapes.add_table(
            shown, count, Pt(left), Pt(top), Pt(width), Pt(sum(high[:shown]))
        )
        frame.name = clean(made.caption or made.id)[:100]
        frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(made.caption or made.id))
        grid = frame.table
        properties = grid._tbl.tblPr
        properties.find(qn("a:tableStyleId")).text = NO_STYLE
        grid.horz_banding = False
        if self.rtl:
            properties.set("rtl", "1")
        for n, w in enumerate(sizes):
            grid.columns[n].width = Pt(w)
        for r, row in enumerate(texts[:shown]):
            grid.rows[r].height = Pt(high[r])
            for c, text in enumerate(row):
                self._cell(grid.cell(r, c), text, columns[c], size, r == 0, rows[r - 1][c])
        if rest := len(texts) - shown:
            below = (left, top + sum(high[:shown]) + 2, width, 16.0)
            self.write(self.box(slide, below), self.more(rest), 11, colour="muted")
        return top + sum(high[:shown]) + (18 if rest else 0)

    def _height(self, row: Sequence[str], sizes: Sequence[float], size: float, head: bool) -> float:
        most = max(
            (lines(t, w - 12, size, head) for t, w in zip(row, sizes, strict=True)), default=1
        )
        return most * size * LEAD + 8

    def cell(self, cell: b.Cell, column: b.Column) -> str:
        """What a cell says, in words and marks."""
        if cell.state == "not_assessed":
            said = cell.text or self.words["not_assessed"]
            return f"{said}\n{cell.reason}" if cell.reason else said
        if cell.state == "none":
            return cell.text or self.words["none"]
        if column.kind == "severity":
            kind = str(cell.value or cell.text)
            mark = b.SEVERITY_MARKS.get(kind, "")
            return f"{mark} {self.words.get(kind, kind)}".strip()
        return cell.text

    def _cell(
        self, place: Any, text: str, column: b.Column, size: float, head: bool, cell: b.Cell
    ) -> None:
        frame = place.text_frame
        frame.word_wrap = True
        place.margin_left, place.margin_right = Pt(0), Pt(10)
        place.margin_top = place.margin_bottom = Pt(3)
        place.vertical_anchor = MSO_ANCHOR.BOTTOM if head else MSO_ANCHOR.TOP
        missing = not head and cell.state != "value"
        tone = "muted" if missing else "ink"
        for n, line in enumerate(text.split("\n")):
            self.write(
                frame, line, size, bold=head, colour=tone, first=n == 0, align=column.alignment
            )
        properties = place._tc.get_or_add_tcPr()
        edge = properties.makeelement(qn("a:lnB"), {"w": "9525" if head else "6350"})
        fill = edge.makeelement(qn("a:solidFill"), {})
        name = self.theme.light["ink" if head else "rule"].lstrip("#").upper()
        fill.append(fill.makeelement(qn("a:srgbClr"), {"val": name}))
        edge.append(fill)
        properties.insert(0, edge)
        if not head and cell.state == "not_assessed":
            place.fill.solid()
            place.fill.fore_color.rgb = self.colour("surface")
