"""The CRUD matrix as a real table; on a phone its rows become lists by entity.

It reads without script. `templates/html/matrix.js` adds filters, orders, the
keys and the evidence of each cell, which comes as one JSON for the whole
matrix (`matrix_data`): nothing of it stands in the cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from crmaudit.report import blocks as b
from crmaudit.report.figures.svg import measure
from crmaudit.report.grid import Grid, outside, pieces, spelt
from crmaudit.report.html_tags import join, tag, text

if TYPE_CHECKING:
    from crmaudit.report.html_blocks import Blocks

DENSE = 16  # more columns than this: letters two by two
TITLED = 4_000  # no words per cell in larger matrices
WHOLE = 60_000  # larger ones are drawn in parts: a browser takes seconds for a million places
CHUNK = 12  # rows that a browser lays out together once one of them is seen
OPERATIONS = ("create", "read", "update", "delete")


def matrix(html: Blocks, made: b.Matrix) -> Markup:
    """Title, key, table, and the issues in words."""
    anchor = html.anchor(made.id)
    whole = not made.parts or len(made.rows) * len(made.columns) <= WHOLE
    if whole:
        tables = [_framed(html, made, anchor)]
    else:
        tables = []
        for piece in pieces(made):
            tables.append(tag("p", piece.title, class_="ft part"))
            tables.append(_framed(html, piece, html.anchor(piece.id)))
        rest = outside(made, html.words)
        if rest is not None:
            tables.append(html.block(rest))
    return tag(
        "figure",
        tag("figcaption", made.title, class_="ft"),
        tag("p", made.note, class_="note first") if made.note else Markup(""),
        legend(html, made),
        *tables,
        _issues(html, made),
        class_="matrix",
        id=anchor,
    )


def _framed(html: Blocks, made: b.Matrix, anchor: str | None) -> Markup:
    dense = len(made.columns) > DENSE
    side = max((measure(r.text, 13) for r in made.rows), default=0) + 40
    if anchor:
        html.matrices[anchor] = matrix_data(html, made)
    table = tag(
        "table",
        _head(made),
        *_bodies(html, made),
        class_="crud dense" if dense else "crud",
        style=f"--k:{len(made.columns)};--side:{min(max(side, 128), 224):.0f}px",
        data_id=anchor,
        aria_label=made.title,
    )
    return tag(
        "div",
        table,
        class_="frame tall",
        tabindex="0",
        role="region",
        aria_label=html.region(made.title),
    )


def matrix_data(html: Blocks, made: b.Matrix) -> dict[str, Any]:
    """What the script knows of a matrix besides its table.

    `orders` and `parts` are names with numbers of rows and columns; `proofs`
    gives for the place `row * columns + column` lines of letters, origin,
    answer, number of text and numbers of evidence.
    """
    texts: dict[str, int] = {}
    proofs: dict[int, list[list[Any]]] = {}
    for cell in made.cells:
        lines: list[list[Any]] = [
            [
                p.letters,
                b.MATRIX_ORIGINS.index(p.origin),
                ("yes", "no", "unknown").index(p.answer),
                texts.setdefault(p.text, len(texts)),
                *html.outline.numbers(p.evidence),
            ]
            for p in cell.proofs
        ]
        if cell.note or cell.evidence:
            note = texts.setdefault(cell.note, len(texts))
            lines.append(["", -1, 0, note, *html.outline.numbers(cell.evidence)])
        if lines:
            proofs[cell.row * len(made.columns) + cell.column] = lines
    return {
        "orders": [[o.name, list(o.rows), list(o.columns)] for o in made.orders],
        "parts": [[p.title, list(p.rows), list(p.columns)] for p in made.parts],
        "rows": [r.group for r in made.rows],
        "columns": [c.group for c in made.columns],
        "open": [int(c.open) for c in made.columns],
        "texts": list(texts),
        "proofs": proofs,
    }


def legend(html: Blocks, made: b.Matrix) -> Markup:
    """The states that occur, in words."""
    marks = (
        tag("span", letter_mark("?" if s == "unknown" else "C", s), " ", html.words[f"letter_{s}"])
        for s in Grid(made).states
    )
    letters = ", ".join(f"{w[0].upper()} {w}" for w in map(html.words.get, OPERATIONS) if w)
    return tag("p", tag("span", letters), join(marks), class_="legend")


@cache
def letter_mark(letter: str, state: b.LetterState) -> Markup:
    shown = text(letter[:1] or "?")
    kind = str(shown) if letter in ("C", "R", "U", "D") else "q"
    return Markup(f'<b class="{b.LETTER_CODES[state]} {kind}">{shown}</b>')


def _issues(html: Blocks, made: b.Matrix) -> Markup:
    issues = [
        (label, issue)
        for labels in (made.rows, made.columns)
        for label in labels
        for issue in label.issues
    ]
    if not issues:
        return Markup("")
    rows = (
        tag(
            "li",
            html.severity(issue.severity, label=False),
            Markup(" "),
            tag("strong", label.text),
            f": {issue.text} ",
            tag("code", issue.code),
        )
        for label, issue in issues
    )
    summary = tag("summary", f"{html.words['issues']} ({len(issues)})")
    return tag("details", summary, tag("ul", join(rows), class_="issues"))


def _mark(label: b.MatrixLabel) -> Markup:
    if not label.issues:
        return Markup("")
    worst = min(label.issues, key=lambda i: b.SEVERITIES.index(i.severity))
    words = "; ".join(i.text for i in label.issues)
    return tag(
        "span",
        b.SEVERITY_MARKS[worst.severity],
        class_=f"sm {worst.severity}",
        role="img",
        title=words,
        aria_label=words,
    )


def _codes(label: b.MatrixLabel) -> str | None:
    return " ".join(dict.fromkeys(i.code for i in label.issues)) or None


def _head(made: b.Matrix) -> Markup:
    rows = []
    if any(c.group for c in made.columns):
        groups = []
        for name, labels in groupby(made.columns, key=lambda c: c.group):
            span = len(list(labels))
            head = tag("th", name, scope="colgroup", colspan=span, style=f"--n:{span}")
            groups.append(head)
        rows.append(tag("tr", Markup("<td></td>"), join(groups), class_="groups"))
    heads = (
        tag(
            "th",
            tag("div", tag("span", c.text), _mark(c)),
            scope="col",
            data_issues=_codes(c),
        )
        for c in made.columns
    )
    corner = tag("th", f"{made.row_name} / {made.column_name}", scope="col", class_="corner")
    rows.append(tag("tr", corner, join(heads)))
    return tag("thead", join(rows))


def _bodies(html: Blocks, made: b.Matrix) -> list[Markup]:
    grid = Grid(made)
    titled = len(made.cells) <= TITLED
    said = [str(text(c.text)) for c in made.columns]
    columns = range(len(made.columns))
    bodies = []
    for name, rows in _chunks(made.rows):
        lines = []
        if name:
            span = len(made.columns) + 1
            lines.append(
                tag("tr", tag("th", name, scope="rowgroup", colspan=span), class_="groups")
            )
        for r, label in rows:
            cells = [_cell(html, grid, r, c, said[c], titled) for c in columns]
            unknown = cells.count(_UNKNOWN)
            some = f"? {unknown} {html.words['answer_unknown']}" if unknown else ""
            head = tag(
                "th",
                tag("span", label.text),
                _mark(label),
                tag("small", some) if some else Markup(""),
                scope="row",
            )
            lines.append(tag("tr", head, Markup("".join(cells)), data_issues=_codes(label)))
        bodies.append(tag("tbody", join(lines), style=f"--r:{len(lines)}"))
    return bodies


def _chunks(
    rows: tuple[b.MatrixLabel, ...],
) -> Iterator[tuple[str, list[tuple[int, b.MatrixLabel]]]]:
    """Rows by group, at most `CHUNK` at a time; only the first of a group has its name."""
    for name, found in groupby(enumerate(rows), key=lambda r: r[1].group):
        whole = list(found)
        for n in range(0, len(whole), CHUNK):
            yield "" if n else name, whole[n : n + CHUNK]


_BLANK = "\u00a0"
_UNKNOWN = f"<td>{letter_mark('?', 'unknown')}"


def _cell(html: Blocks, grid: Grid, row: int, column: int, said: str, titled: bool) -> str:
    letters = grid.letters(row, column)
    if not letters:
        return "<td>"
    if len(letters) == 1 and letters[0].state == "unknown" and letters[0].letter == "?":
        return _UNKNOWN
    title = f' title="{text(spelt(letters, html.words))}"' if titled else ""
    return f'<td data-s="{said}"{title}>{_marks(letters, len(grid.made.columns) > DENSE)}'


@cache
def _marks(letters: tuple[b.Letter, ...], dense: bool) -> str:
    """The letters in their places, C R U D or two by two; a blank where one is missing.

    Plain inline text: a grid in each of 40,000 cells takes a browser three times as long.
    """
    by = {x.letter: str(letter_mark(x.letter, x.state)) for x in letters}
    rows = ("CR", "UD") if dense else ("CRUD",)
    lines = ["".join(by.get(x, _BLANK) for x in row).rstrip(_BLANK) for row in rows]
    if dense and not lines[1]:
        lines.pop()
    others = "".join(mark for x, mark in by.items() if x not in ("C", "R", "U", "D"))
    return "<br>".join(lines) + others
