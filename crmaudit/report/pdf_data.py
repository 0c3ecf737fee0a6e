"""Blocks as the plain data that `templates/typst/report.typ` reads.

All text arrives in Typst as values, never as markup. What a page needs and a
tree does not know is decided here: numbers of sections and evidence, widths of
columns, how a wide matrix is cut.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from crmaudit.report import blocks as b
from crmaudit.report.figures import concrete, draw
from crmaudit.report.figures.crud import sheet
from crmaudit.report.figures.svg import Canvas, cut, measure
from crmaudit.report.grid import WIDE, Grid, outside, pieces
from crmaudit.report.labels import Labels, filled
from crmaudit.report.numbers import MINUS
from crmaudit.report.outline import ONE_PAGE, Entry, Outline, turned
from crmaudit.report.pdf_heads import Shape
from crmaudit.report.text import breakable, clean, plain, slug
from crmaudit.report.theme import Theme

Data = dict[str, Any]

FULL = {False: 482.0, True: 728.0}  # width of the page's content in points, upright and landscape
TALLEST = {False: 600.0, True: 380.0}
TALL = 330.0
"""Points from which a figure floats, so that no page stays half empty before it."""
SMALL = 7.6  # size of table text in points
BREAKS = re.compile(r"[ \t\n\u200b]+")  # where a line may end: not at the spaces within a day
LONG = 700  # letters in a cell from which on its row may break over pages
SHORT = 6  # rows up to which a table stays on one page with its note
TABULAR = 6_000  # cells of a matrix up to which it is set as a table
SHEET_ROWS = {False: 36, True: 21}  # of a larger one, drawn, on one page
MOST_ROWS = 1_000
"""Of a table on paper: nobody reads more there, and each thousand takes seconds to set."""
MOST_COLUMNS = 44  # of a matrix on one landscape page


def words(text: str) -> str:
    return breakable(clean(text))


class PdfData:
    """Turns the blocks of one document into data for the template."""

    def __init__(self, outline: Outline, labels: Labels, theme: Theme) -> None:
        self.outline = outline
        self.labels = labels
        self.theme = theme
        self.anchors: set[str] = set()
        self.shapes: list[Shape] = []
        """The tables made so far, in reading order."""
        self._landscape = self._summing = False

    def section(self, section: b.Section, entry: Entry, shares: bool = False) -> Data:
        self._landscape, self._summing = turned(section), section.id in ONE_PAGE
        heads = self.outline.headings(section)
        parts = []
        for n, block in enumerate(section.blocks):
            if n in heads and isinstance(block, b.Heading):
                head = heads[n]
                parts.append(
                    {
                        "t": "heading",
                        "level": head.level,
                        "c": self.inlines(block.inlines),
                        "anchor": self._anchor(head.anchor),
                    }
                )
            else:
                parts.extend(self.block(block))
        return {
            "number": entry.number,
            "title": words(entry.title),
            "level": entry.level,
            "anchor": self._anchor(entry.anchor),
            "landscape": self._landscape,
            "onepage": self._summing,
            "shares": shares,
            "blocks": parts,
        }

    def _anchor(self, name: str) -> str:
        """The anchor, or nothing where it is taken: labels are unique in a document."""
        if name in self.anchors:
            return ""
        self.anchors.add(name)
        return name

    # Inlines

    def inlines(self, inlines: Iterable[b.Inline]) -> list[Data]:
        return [self.inline(i) for i in inlines]

    def inline(self, inline: b.Inline) -> Data:
        match inline:
            case b.Text():
                return {"t": "text", "s": words(inline.text)}
            case b.Strong():
                return {"t": "strong", "c": self.inlines(inline.inlines)}
            case b.Emph():
                return {"t": "emph", "c": self.inlines(inline.inlines)}
            case b.Code():
                return {"t": "code", "s": words(inline.text)}
            case b.Link():
                url = clean(inline.url)
                target = "anchor" if url.startswith("#") else "url"
                return {"t": "link", "c": self.inlines(inline.inlines), target: url.lstrip("#")}
            case b.LineBreak():
                return {"t": "break"}
            case b.EvidenceRef():
                return {"t": "ref", "n": self.outline.numbers(inline.ids)}
            case b.SeverityMark():
                return self.severity(inline.severity, inline.label)

    def severity(self, severity: str, label: bool = True) -> Data:
        return {
            "t": "severity",
            "mark": b.SEVERITY_MARKS.get(severity, ""),
            "kind": severity,
            "s": self.labels.get(severity, words(severity)) if label else "",
        }

    def numbers(self, inlines: Iterable[b.Inline]) -> list[int]:
        """The evidence that a line refers to, for the margin."""
        found: set[int] = set()
        for inline in inlines:
            match inline:
                case b.EvidenceRef():
                    found.update(self.outline.numbers(inline.ids))
                case b.Strong() | b.Emph() | b.Link():
                    found.update(self.numbers(inline.inlines))
        return sorted(found)

    # Blocks

    def blocks(self, blocks: Iterable[b.Block]) -> list[Data]:
        return [data for block in blocks for data in self.block(block)]

    def block(self, block: b.Block) -> list[Data]:
        match block:
            case b.Heading():
                strong: b.Inline = b.Strong(block.inlines)
                return [{"t": "p", "c": [self.inline(strong)], "ev": []}]
            case b.Paragraph():
                return [
                    {
                        "t": "p",
                        "c": self.inlines(block.inlines),
                        "ev": self.numbers(block.inlines),
                    }
                ]
            case b.BulletList():
                return [{"t": "bullets", "items": [self.blocks(i) for i in block.items]}]
            case b.OrderedList():
                items = [self.blocks(i) for i in block.items]
                return [{"t": "ordered", "items": items, "start": block.start}]
            case b.Quote():
                by = ", ".join(w for w in (block.who, block.when) if w)
                return [{"t": "quote", "blocks": self.blocks(block.blocks), "by": words(by)}]
            case b.Callout():
                kind = "missing" if block.kind == "draft" else block.kind
                return [
                    {
                        "t": "callout",
                        # What has to stand on one page takes the page's whole width.
                        "wide": self._summing,
                        "kind": block.kind,
                        "label": self.labels[f"callout_{kind}"],
                        "title": words(block.title),
                        "n": self.outline.numbers(block.evidence),
                        "blocks": self.blocks(block.blocks),
                    }
                ]
            case b.KeyFigures():
                return [{"t": "figures", "items": [self.key_figure(f) for f in block.figures]}]
            case b.Table():
                return [self.table(block)]
            case b.Figure():
                return [self.figure(block)]
            case b.Matrix():
                return self.matrix(block)
            case b.CodeBlock():
                return [{"t": "pre", "s": words(block.text)}]
            case b.DefinitionList():
                return [{"t": "terms", "items": [self.definition(d) for d in block.items]}]
            case b.PageBreak():
                return [{"t": "page"}]

    def definition(self, made: b.Definition) -> Data:
        return {"term": words(made.term), "blocks": self.blocks(made.blocks)}

    def key_figure(self, figure: b.KeyFigure) -> Data:
        missing = figure.state == "not_assessed"
        data: Data = {
            "label": words(figure.label),
            "value": self.labels["not_assessed"] if missing else words(figure.value),
            "detail": words(figure.reason or figure.detail),
            "missing": missing,
            "n": self.outline.numbers(figure.evidence),
            "trend": "",
            "tone": "",
        }
        if figure.trend:
            sign = {"up": "↑", "down": "↓", "flat": "→"}[figure.trend.direction]
            data["trend"] = f"{sign} {words(figure.trend.text)}"
            data["tone"] = {True: "good", False: "bad", None: ""}[figure.trend.good]
        return data

    def figure(self, figure: b.Figure) -> Data:
        # A drawing's fonts have no minus, and a whole text would be set in a serif for it.
        svg = concrete(draw(figure), self.theme).replace(MINUS, "–")
        width, height = (
            float(part) for part in svg.split('viewBox="0 0 ')[1].split('"')[0].split()
        )
        wide = min(FULL[self._landscape], FULL[False] * max(width / 720, 1))
        drawn = min(wide, TALLEST[self._landscape] * width / max(height, 1))
        return {
            "t": "figure",
            "anchor": self._anchor(slug(figure.id)) if figure.id else "",
            "title": words(figure.title),
            "alt": clean(figure.alt) or clean(figure.title) or "–",
            "svg": svg,
            "width": drawn,
            "tall": drawn * height / max(width, 1) > TALL and not self._landscape,
            "note": words(figure.note),
            "n": self.outline.numbers(figure.evidence),
        }

    def table(self, table: b.Table) -> Data:
        rows = [
            [self.cell(cell, column) for cell, column in zip(row, table.columns, strict=True)]
            for row in table.rows[:MOST_ROWS]
        ]
        note = table.note
        if (whole := len(table.rows)) > MOST_ROWS:
            rest = filled(self.labels, "table_rest", shown=f"{MOST_ROWS:,}", whole=f"{whole:,}")
            note = f"{rest} {note}".strip()
        self.shapes.append(Shape(len(table.columns), len(rows), table.naming))
        return {
            "t": "table",
            "anchor": self._anchor(slug(table.id)) if table.id else "",
            "caption": words(table.caption),
            "widths": widths(table, FULL[self._landscape]),
            "align": [c.alignment for c in table.columns],
            "head": [
                words(c.name) + (f"\n{words(c.unit)}" if c.unit else "") for c in table.columns
            ],
            "rows": rows,
            "long": [any(len(c.text) > LONG for c in row) for row in table.rows],
            "short": len(rows) <= SHORT and sum(len(c.text) for r in table.rows for c in r) < 1_500,
            "note": words(note),
        }

    def cell(self, cell: b.Cell, column: b.Column) -> Data:
        data: Data = {"n": self.outline.numbers(cell.evidence)}
        if cell.state == "not_assessed":
            data |= {"k": "na", "s": words(cell.text) or self.labels["not_assessed"]}
            data["reason"] = words(cell.reason)
        elif cell.state == "none":
            data |= {"k": "none", "s": words(cell.text) or self.labels["none"]}
        elif column.kind == "severity":
            data |= {"k": "rich", "c": [self.severity(str(cell.value or cell.text))]}
        elif cell.inlines:
            data |= {"k": "rich", "c": self.inlines(cell.inlines)}
        elif column.kind == "bar" and isinstance(cell.value, int | float):
            share = float(cell.value) if math.isfinite(cell.value) else 0.0
            data |= {"k": "bar", "s": words(cell.text), "v": min(max(share, 0.0), 1.0)}
        else:
            data |= {"k": "id" if column.kind == "id" else "text", "s": words(cell.text)}
        if cell.href.startswith("#"):
            data["anchor"] = clean(cell.href[1:])
        return data

    def matrix(self, made: b.Matrix) -> list[Data]:
        """The matrix in groups of columns that fit a page, each with its row heads.

        One that is too wide to be read so is set in its parts, with a list of the rest.
        """
        note, found = words(made.note), []
        if made.parts and len(made.columns) > WIDE:
            for piece in pieces(made):
                found += self._drawn(piece)
            rest = outside(made, self.labels)
            found += [self.table(rest)] if rest is not None else []
        else:
            found = self._drawn(made)
        if any(x["t"] == "sheet" for x in found):
            note = f"{note} {self.labels['matrix_huge']}".strip()
        last = {
            "t": "matrix-end",
            "note": note,
            "issues": [
                {
                    "mark": self._mark(label),
                    "who": words(label.text),
                    "codes": [words(issue.code) for issue in label.issues],
                }
                for label in (*made.rows, *made.columns)
                if label.issues
            ],
        }
        return [*found, last]

    def _drawn(self, made: b.Matrix) -> list[Data]:
        count = len(made.columns)
        most = MOST_COLUMNS if self._landscape else 26
        parts = max(math.ceil(count / most), 1)
        size = math.ceil(count / parts) or 1
        spans = [range(p * size, min((p + 1) * size, count)) for p in range(parts)]
        grid = Grid(made)
        if len(made.rows) * count > TABULAR:
            return self._sheets(grid, spans)
        return [
            self._part(grid, span, self._numbered(made, n, len(spans)), n == 1)
            for n, span in enumerate(spans, 1)
        ]

    def _sheets(self, grid: Grid, spans: list[range]) -> list[Data]:
        """Drawings of a page each: thousands of small cells as a table take too much."""
        made = grid.made
        tall = SHEET_ROWS[self._landscape]
        pages = [
            (range(r, min(r + tall, len(made.rows))), span)
            for span in spans
            for r in range(0, len(made.rows), tall)
        ]
        found = []
        for n, (rows, span) in enumerate(pages, 1):
            canvas = Canvas(FULL[self._landscape], f"{made.id}-{n}")
            sheet(grid, rows, span, canvas)
            ends = (made.rows[rows[0]], made.rows[rows[-1]], made.columns[span[0]])
            title = self._numbered(made, n, len(pages))
            alt = " – ".join(x.text for x in (*ends, made.columns[span[-1]]))
            found.append(
                {
                    "t": "sheet",
                    "anchor": self._anchor(slug(made.id)) if n == 1 else "",
                    "title": title,
                    "alt": clean(f"{made.title}: {alt}"),
                    "svg": concrete(canvas.svg(made.title, alt), self.theme),
                    "width": FULL[self._landscape],
                    **(self._legend(grid) if n == 1 else {"key": "", "legend": []}),
                }
            )
        return found

    def _numbered(self, made: b.Matrix, n: int, parts: int) -> str:
        title = words(made.title)
        if parts == 1:
            return title
        return f"{title} ({self.labels['part']} {n} {self.labels['of']} {parts})"

    def _legend(self, grid: Grid) -> Data:
        operations = (self.labels[name] for name in ("create", "read", "update", "delete"))
        return {
            "key": ", ".join(f"{name[0].upper()} {name}" for name in operations),
            "legend": [[b.LETTER_CODES[s], self.labels[f"letter_{s}"]] for s in grid.states],
        }

    def _part(self, grid: Grid, span: range, title: str, first: bool) -> Data:
        made = grid.made
        columns = [made.columns[n] for n in span]
        groups = [
            [words(name), len(list(labels))]
            for name, labels in groupby(columns, key=lambda c: c.group)
        ]
        lines: list[Data] = []
        for name, rows in groupby(enumerate(made.rows), key=lambda r: r[1].group):
            if name:
                lines.append({"group": words(name)})
            for r, label in rows:
                line = [_coded(grid.letters(r, c)) for c in span]
                lines.append({"label": words(label.text), "mark": self._mark(label), "cells": line})
        self.shapes.append(Shape(1 + len(columns), len(lines)))
        head = max((measure(c.text, 7) for c in columns), default=0)
        side = max((measure(r.text, 7.5) for r in made.rows), default=0)
        return {
            "t": "matrix",
            "anchor": self._anchor(slug(made.id)) if first else "",
            "title": title,
            "corner": words(f"{made.row_name} / {made.column_name}"),
            "columns": [
                {"s": cut(clean(c.text), 118, 6.6), "mark": self._mark(c)} for c in columns
            ],
            "groups": groups if any(c.group for c in columns) else [],
            "lines": lines,
            "head": min(head + 8, 120),
            "side": min(side + 14, 140),
            "room": FULL[self._landscape],
            **self._legend(grid),
        }

    def _mark(self, label: b.MatrixLabel) -> Data | None:
        if not label.issues:
            return None
        worst = min(label.issues, key=lambda i: b.SEVERITIES.index(i.severity))
        return self.severity(worst.severity, False)


def _coded(letters: tuple[b.Letter, ...]) -> str:
    """`Cp Rd`: each letter with the code of its state; `?` stands alone only."""
    known = [x for x in letters if x.letter in ("C", "R", "U", "D")]
    if not known:
        return f"?{b.LETTER_CODES[letters[0].state]}" if letters else ""
    return " ".join(x.letter + b.LETTER_CODES[x.state] for x in known)


def widths(table: b.Table, room: float) -> list[float]:
    """Points for each column: what its longest word needs, then by what its text needs."""
    gap = 10.0
    least, wish = [], []
    for n, column in enumerate(table.columns):
        cells = [row[n] for row in table.rows]
        heavy = 1.12 if column.kind == "id" else 1.0
        texts = [f"{_shown(c)} {'00' * bool(c.evidence)}" for c in cells]
        ends = [*texts, column.name]
        longest = max(
            (measure(w, SMALL) for t in ends for w in BREAKS.split(words(t))),
            default=0,
        )
        natural = max((measure(line, SMALL) for t in ends for line in t.split("\n")), default=0)
        # A reason or a head may wrap where a number may not.
        figures = [
            "" if c.state == "none" else c.text if c.state == "not_assessed" else t
            for c, t in zip(cells, texts, strict=True)
        ]
        whole = max((measure(t, SMALL) for t in figures), default=0)
        extra = 52.0 if column.kind == "bar" else 10.0 if column.kind == "severity" else 0.0
        tight = column.kind not in ("text",)
        wanted = natural * heavy + extra + gap
        kept = max(whole * heavy + extra, longest) if tight else longest
        least.append(min(kept + gap, room / 3))
        wish.append(wanted)
    if sum(least) > room:
        return [w * room / sum(least) for w in least]
    spare = room - sum(least)
    more = [max(w - m, 0) for w, m in zip(wish, least, strict=True)]
    total = sum(more)
    if total <= spare:
        return [m + x for m, x in zip(least, more, strict=True)]
    # Long texts share by the root of their need, so that one essay does not starve the rest.
    roots = [math.sqrt(x) for x in more]
    return [m + spare * r / sum(roots) for m, r in zip(least, roots, strict=True)]


def _shown(cell: b.Cell) -> str:
    return plain(cell.inlines) if cell.inlines else f"{cell.text}\n{cell.reason}".strip()
