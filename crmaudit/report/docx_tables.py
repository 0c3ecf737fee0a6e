"""What a Word document sets in cells: tables, matrices, key figures and callouts."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING

from crmaudit.report import blocks as b
from crmaudit.report.docx_text import para, spacer
from crmaudit.report.figures import concrete
from crmaudit.report.figures.crud import sheet
from crmaudit.report.figures.svg import Canvas, cut, measure
from crmaudit.report.grid import WIDE, Grid, outside, pieces
from crmaudit.report.labels import filled
from crmaudit.report.ooxml import xml
from crmaudit.report.pdf_data import (
    MOST_COLUMNS,
    MOST_ROWS,
    SHEET_ROWS,
    TABULAR,
    widths,
)
from crmaudit.report.raster import pictures
from crmaudit.report.text import clean, slug

if TYPE_CHECKING:
    from crmaudit.report.docx_blocks import Blocks

FULL = {False: 482.0, True: 728.0}
"""Width of the page's content in points, upright and landscape."""
UPRIGHT_COLUMNS = 26
"""Of a matrix on one upright page."""
NARROW = 34.0
"""Points below which four letters do not fit side by side."""
BAR = 8
"""Characters of a full bar."""
EIGHTHS = " ▏▎▍▌▋▊▉"
LETTER_STYLES: dict[b.LetterState, str] = {
    "proven": "LetterProven",
    "declared": "LetterDeclared",
    "unexpected": "LetterUnexpected",
    "missing": "LetterMissing",
    "allowed": "LetterAllowed",
    "unknown": "LetterUnknown",
}
LONG = 700
"""Letters in a cell from which on its row may break over pages."""


def grid(
    made: Blocks, style: str, columns: list[float], rows: str, caption: str = "", head: bool = True
) -> str:
    """A table of fixed columns (points), with what screen readers are told of it."""
    whole = _twips(sum(columns))
    # Readers misplace upright heads in a mirrored table: a matrix is never mirrored.
    turned = "<w:bidiVisual/>" if made.rtl and style != "MatrixTable" else ""
    named = f'<w:tblCaption w:val="{xml(_line(caption))}"/>' if caption else ""
    look = f'<w:tblLook w:val="{"0420" if head else "0400"}" w:firstRow="{int(head)}" '
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/>{turned}'
        f'<w:tblW w:w="{whole}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        f'{look}w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
        f"{named}</w:tblPr><w:tblGrid>"
        + "".join(f'<w:gridCol w:w="{_twips(w)}"/>' for w in columns)
        + f"</w:tblGrid>{rows}</w:tbl>"
    )


def row(cells: str, *, head: bool = False, whole: bool = True, height: float = 0) -> str:
    """A row; `head` is repeated on every page, `whole` never breaks over two."""
    own = (
        ("<w:cantSplit/>" if whole else "")
        + (f'<w:trHeight w:val="{_twips(height)}" w:hRule="exact"/>' if height else "")
        + ("<w:tblHeader/>" if head else "")
    )
    return f"<w:tr>{f'<w:trPr>{own}</w:trPr>' if own else ''}{cells}</w:tr>"


def cell(
    width: float,
    content: str,
    *,
    span: int = 1,
    edge: str = "",
    shade: str = "",
    upright: bool = False,
    align: str = "",
) -> str:
    """A cell; `content` are paragraphs, of which Word wants at least one, at the end."""
    if not content.endswith("</w:p>"):
        content += spacer()
    own = (
        f'<w:tcW w:w="{_twips(width)}" w:type="dxa"/>'
        + (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "")
        + (f"<w:tcBorders>{edge}</w:tcBorders>" if edge else "")
        + shade
        + ('<w:textDirection w:val="btLr"/>' if upright else "")
        + (f'<w:vAlign w:val="{align}"/>' if align else "")
    )
    return f"<w:tc><w:tcPr>{own}</w:tcPr>{content}</w:tc>"


def _twips(points: float) -> int:
    return round(points * 20)


def _line(text: str) -> str:
    return " ".join(clean(text).split())[:250]


def _fill(made: Blocks, name: str) -> str:
    colour = made.theme.light[name].lstrip("#")
    return f'<w:shd w:val="clear" w:color="auto" w:fill="{colour}"/>'


def _ink(made: Blocks, name: str) -> str:
    return f'<w:color w:val="{made.theme.light[name].lstrip("#")}"/>'


def hatch(made: Blocks) -> str:
    """The sign of *not assessed*, as a pattern that Word draws."""
    colour = made.theme.light["rule"].lstrip("#")
    return f'<w:shd w:val="thinDiagStripe" w:color="{colour}" w:fill="FFFFFF"/>'


# Tables


def table(made: Blocks, shown: b.Table) -> str:
    """Caption, table with a repeated head, note."""
    room = _room(made)
    sizes = widths(shown, room)
    heads = "".join(
        cell(
            width,
            para("TableHead", made.run(_headed(column)), align=column.alignment),
            align="bottom",
        )
        for width, column in zip(sizes, shown.columns, strict=True)
    )
    rows = [row(heads, head=True)]
    for line in shown.rows[:MOST_ROWS]:
        cells = "".join(
            _cell(made, c, column, width)
            for c, column, width in zip(line, shown.columns, sizes, strict=True)
        )
        rows.append(row(cells, whole=all(len(c.text) <= LONG for c in line)))
    note = shown.note
    if (whole := len(shown.rows)) > MOST_ROWS:
        rest = filled(made.words, "table_rest", shown=f"{MOST_ROWS:,}", whole=f"{whole:,}")
        note = f"{rest} {note}".strip()
    caption = made.caption("table", slug(shown.id) if shown.id else "", shown.caption)
    name = shown.caption or shown.id
    body = grid(made, "ReportTable", sizes, "".join(rows), name)
    return caption + body + (made.note(note) or spacer())


def _headed(column: b.Column) -> str:
    return f"{column.name}\n{column.unit}" if column.unit else column.name


def _cell(made: Blocks, shown: b.Cell, column: b.Column, width: float) -> str:
    refs = made.refs(shown.evidence)
    if shown.state == "not_assessed":
        said = made.run(shown.text or made.words["not_assessed"], "Muted")
        if shown.reason:
            said += made.run(f"\n{shown.reason}", "Muted")
        return cell(width, para("TableText", said + refs), shade=hatch(made))
    if shown.state == "none":
        runs = made.run(shown.text or made.words["none"], "Muted")
    elif column.kind == "severity":
        runs = made.severity(str(shown.value or shown.text))
    elif shown.inlines:
        runs = made.inlines(shown.inlines)
    elif column.kind == "bar" and isinstance(shown.value, int | float):
        runs = made.run(bar(float(shown.value)), "Bar", _ink(made, "accent")) + made.run(
            f" {shown.text}"
        )
    else:
        look = "CodeText" if column.kind == "id" else ""
        leads = shown.href.startswith("#") and made.toward(shown.href[1:], "x") != "x"
        runs = made.run(shown.text, "Hyperlink" if leads and not look else look)
    if shown.href.startswith("#") and "<w:hyperlink" not in runs:
        runs = made.toward(shown.href[1:], runs)
    return cell(width, para("TableText", runs + refs, align=column.alignment))


def bar(value: float) -> str:
    """A share as block characters: `███▌`."""
    share = 0.0 if math.isnan(value) else min(max(value, 0.0), 1.0)
    full, rest = divmod(round(share * BAR * 8), 8)
    shown = "█" * full + (EIGHTHS[rest] if rest else "")
    return shown or ("▏" if share > 0 else "")


def _room(made: Blocks) -> float:
    return FULL[made.landscape]


# Key figures and callouts


def key_figures(made: Blocks, shown: b.KeyFigures) -> str:
    """Figures side by side, three or four across."""
    count = len(shown.figures)
    if not count:
        return ""
    across = count if count <= 4 else 3 if count % 3 == 0 or count == 5 else 4
    width = _room(made) / across
    rows = []
    for start in range(0, count, across):
        found = shown.figures[start : start + across]
        cells = "".join(_figure(made, f, width) for f in found)
        cells += cell(width, spacer()) * (across - len(found))
        rows.append(row(cells))
    name = ", ".join(f.label for f in shown.figures)
    return (
        spacer()
        + grid(made, "KeyFigures", [width] * across, "".join(rows), name, head=False)
        + spacer()
    )


def _figure(made: Blocks, figure: b.KeyFigure, width: float) -> str:
    missing = figure.state == "not_assessed"
    value = made.words["not_assessed"] if missing else figure.value
    smaller = '<w:b w:val="0"/><w:bCs w:val="0"/><w:sz w:val="24"/><w:szCs w:val="24"/>'
    detail = made.run(figure.reason or figure.detail) + made.refs(figure.evidence)
    parts = [
        para("KeyLabel", made.run(figure.label)),
        para("KeyValue", made.run(value, form=smaller if missing else "")),
        para("KeyDetail", detail),
    ]
    if figure.trend:
        sign = {"up": "↑", "down": "↓", "flat": "→"}[figure.trend.direction]
        tone = {True: "Good", False: "Alarm", None: ""}[figure.trend.good]
        parts.append(para("KeyDetail", made.run(f"{sign} {figure.trend.text}", tone)))
    return cell(width, "".join(parts), shade=hatch(made) if missing else "")


CALLOUTS: dict[str, tuple[str, str, str]] = {
    "recommendation": ("CalloutRecommendation", "accent", "accent-soft"),
    "warning": ("CalloutWarning", "alarm", "alarm-soft"),
    "not_assessed": ("CalloutNotAssessed", "line", "surface"),
    "note": ("CalloutNote", "line", "surface"),
    "draft": ("CalloutDraft", "line", ""),
}
"""Style of the label, colour of the edge, colour of the ground."""


def callout(made: Blocks, shown: b.Callout) -> str:
    """A plate with an edge: its label, its title, what it says."""
    style, tone, ground = CALLOUTS[shown.kind]
    kind = "missing" if shown.kind == "draft" else shown.kind
    label = ("→ " if shown.kind == "recommendation" else "") + made.words[f"callout_{kind}"]
    colour = made.theme.light[tone].lstrip("#")
    if shown.kind == "draft":
        edge = "".join(
            f'<w:{side} w:val="dashed" w:sz="6" w:space="0" w:color="{colour}"/>'
            for side in ("top", "left", "bottom", "right")
        )
    else:
        edge = f'<w:left w:val="single" w:sz="24" w:space="0" w:color="{colour}"/>'
    outer, made.callout = made.callout, True
    inside = para(style, made.run(label))
    if shown.title:
        title = made.run(shown.title) + made.refs(shown.evidence)
        inside += para("CalloutTitle", title)
    inside += made.blocks(shown.blocks)
    made.callout = outer
    width = _room(made)
    body = cell(width, inside, edge=edge, shade=_fill(made, ground) if ground else "")
    plate = grid(made, "Callout", [width], row(body), label, head=False)
    return spacer() + plate + spacer(keep=made.leads)


# Matrices


def matrix(made: Blocks, shown: b.Matrix) -> str:
    """The matrix in groups of columns that fit a page, or its parts and the rest as a list."""
    title = made.caption("table", slug(shown.id) if shown.id else "", shown.title)
    note = shown.note
    if shown.parts and len(shown.columns) > WIDE:
        drawn = ""
        for piece in pieces(shown):
            drawn += _named(made, piece.title) + _drawn(made, piece)
        rest = outside(shown, made.words)
        drawn += table(made, rest) if rest is not None else ""
    else:
        drawn = _drawn(made, shown)
    if "<w:drawing>" in drawn:
        note = f"{note} {made.words['matrix_huge']}".strip()
    return title + _legend(made, Grid(shown)) + drawn + made.note(note) + _issues(made, shown)


def _named(made: Blocks, text: str) -> str:
    return para("TableText", made.run(text, form="<w:b/><w:bCs/>"), keep=True)


def _legend(made: Blocks, shown: Grid) -> str:
    operations = (made.words[name] for name in ("create", "read", "update", "delete"))
    runs = made.run(", ".join(f"{name[0].upper()} {name}" for name in operations) + "    ", "Muted")
    for state in shown.states:
        letter = "?" if state == "unknown" else "C"
        runs += made.run(letter, LETTER_STYLES[state])
        runs += made.run(f" {made.words[f'letter_{state}']}    ")
    return para("TableText", runs, keep=True) + spacer(keep=True)


def _issues(made: Blocks, shown: b.Matrix) -> str:
    """Rows and columns with findings, and their codes."""
    found = [x for x in (*shown.rows, *shown.columns) if x.issues]
    if not found:
        return ""
    runs = ""
    for label in found:
        worst = min(label.issues, key=lambda i: b.SEVERITIES.index(i.severity))
        runs += made.severity(worst.severity, False) + made.run(f" {label.text} ", "Strong")
        runs += made.run(", ".join(i.code for i in label.issues) + "    ")
    return _named(made, made.words["issues"]) + para("TableText", runs) + spacer()


def _drawn(made: Blocks, shown: b.Matrix) -> str:
    count = len(shown.columns)
    most = MOST_COLUMNS if made.landscape else UPRIGHT_COLUMNS
    size = math.ceil(count / max(math.ceil(count / most), 1)) or 1
    spans = [range(n, min(n + size, count)) for n in range(0, count, size)]
    grid_ = Grid(shown)
    if len(shown.rows) * count > TABULAR:
        return _sheets(made, grid_, spans)
    parts = []
    for n, span in enumerate(spans, 1):
        if len(spans) > 1:
            part = f"{made.words['part'].capitalize()} {n} {made.words['of']} {len(spans)}"
            parts.append(_named(made, part))
        parts.append(_part(made, grid_, span) + spacer())
    return "".join(parts)


def _part(made: Blocks, shown: Grid, span: range) -> str:
    matrix = shown.made
    columns = [matrix.columns[n] for n in span]
    side = min(max((measure(r.text, 7.5) for r in matrix.rows), default=0) + 16, 150)
    wide = min(max((_room(made) - side) / max(len(columns), 1), 11), 38)
    sizes = [side] + [wide] * len(columns)
    high = min(max((measure(c.text, 7) for c in columns), default=0) + 16, 122)
    rows = []
    if any(c.group for c in columns):
        groups = [(name, len(list(found))) for name, found in groupby(columns, lambda c: c.group)]
        heads = cell(side, para("TableText"))
        for name, length in groups:
            # Two letters and an ellipsis tell nobody anything.
            short = cut(name, wide * length - 4, 8)
            short = short if short == name or len(short) > 4 else ""
            label = para("TableText", made.run(short, "Muted"), keep=True)
            ground = _fill(made, "surface")
            heads += cell(wide * length, label, span=length, shade=ground)
        rows.append(row(heads, head=True))
    corner = f"{matrix.row_name} / {matrix.column_name}"
    heads = cell(side, para("TableText", made.run(corner, "Muted"), keep=True), align="bottom")
    for column in columns:
        runs = made.run(column.text) + _mark(made, column)
        label = para("TableText", runs, keep=True, upright=made.rtl)
        heads += cell(wide, label, upright=True, align="center")
    rows.append(row(heads, head=True, height=high))
    for name, lines in groupby(enumerate(matrix.rows), key=lambda r: r[1].group):
        if name:
            label = para("TableText", made.run(name, "Muted"), keep=True)
            shade = _fill(made, "surface")
            rows.append(row(cell(sum(sizes), label, span=len(sizes), shade=shade)))
        for r, entity in lines:
            label = para("TableText", made.run(entity.text) + _mark(made, entity))
            cells = cell(side, label, align="center")
            for c in span:
                cells += cell(
                    wide, para("MatrixText", _letters(made, shown, r, c, wide)), align="center"
                )
            rows.append(row(cells))
    return grid(made, "MatrixTable", sizes, "".join(rows), matrix.title)


def _mark(made: Blocks, label: b.MatrixLabel) -> str:
    if not label.issues:
        return ""
    worst = min(label.issues, key=lambda i: b.SEVERITIES.index(i.severity))
    return made.run(" ") + made.severity(worst.severity, False)


def _letters(made: Blocks, shown: Grid, row: int, column: int, wide: float) -> str:
    """The letters of a cell; three and four of them two by two where it is narrow."""
    letters = shown.letters(row, column)
    known = [x for x in letters if x.letter in ("C", "R", "U", "D")]
    if not known:
        return made.run("?", LETTER_STYLES[letters[0].state]) if letters else ""
    runs = [made.run(x.letter, LETTER_STYLES[x.state]) for x in known]
    gap = made.run("\u2009")
    if wide < NARROW and len(runs) > 2:
        return gap.join(runs[:2]) + made.run("\n") + gap.join(runs[2:])
    return gap.join(runs)


def _sheets(made: Blocks, shown: Grid, spans: list[range]) -> str:
    """Drawings of a page each: Word stumbles over tables of thousands of cells."""
    matrix = shown.made
    tall = SHEET_ROWS[made.landscape]
    room = _room(made)
    svgs: list[str] = []
    alts: list[str] = []
    for span in spans:
        for r in range(0, len(matrix.rows), tall):
            lines = range(r, min(r + tall, len(matrix.rows)))
            canvas = Canvas(room, f"{matrix.id}-{len(svgs)}")
            sheet(shown, lines, span, canvas)
            corners = (matrix.rows[lines[0]], matrix.rows[lines[-1]])
            ends = (*corners, matrix.columns[span[0]], matrix.columns[span[-1]])
            alts.append(f"{matrix.title}: " + " – ".join(x.text for x in ends))
            svgs.append(concrete(canvas.svg(matrix.title, alts[-1]), made.theme))
    drawn = pictures(svgs, made.theme)
    return "".join(
        para("Figure", made.drawing(p, room, matrix.title, alt))
        for p, alt in zip(drawn, alts, strict=True)
    )
