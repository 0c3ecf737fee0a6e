"""The CRUD matrix as a real table; on a phone its rows become lists by entity."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from crmaudit.report import blocks as b
from crmaudit.report.html_tags import join, tag, text

if TYPE_CHECKING:
    from crmaudit.report.html_blocks import Blocks

DENSE = 16  # more columns than this: letters two by two
TITLED = 4_000  # no words per cell in larger matrices


def matrix(html: Blocks, made: b.Matrix) -> Markup:
    """Title, key, table, and the issues in words."""
    anchor = html.anchor(made.id)
    dense = len(made.columns) > DENSE
    table = tag(
        "table",
        _head(made),
        *_bodies(html, made),
        class_="crud dense" if dense else "crud",
        data_id=anchor,
    )
    issues = [
        (label, issue)
        for labels in (made.rows, made.columns)
        for label in labels
        for issue in label.issues
    ]
    listed = Markup("")
    if issues:
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
        listed = tag("details", summary, tag("ul", join(rows), class_="issues"))
    return tag(
        "figure",
        tag("figcaption", made.title, class_="ft"),
        legend(html, made),
        tag("div", table, class_="frame tall", tabindex="0", role="region", aria_label=made.title),
        tag("p", made.note, class_="note") if made.note else Markup(""),
        listed,
        class_="matrix",
        id=anchor,
    )


def legend(html: Blocks, made: b.Matrix) -> Markup:
    """The states that occur, in words."""
    used = {letter.state for cell in made.cells for letter in cell.letters}
    marks = (
        tag("span", letter_mark("?" if s == "unknown" else "C", s), " ", html.words[f"letter_{s}"])
        for s in b.LETTER_CODES
        if s in used
    )
    letters = ", ".join(f"{w[0].upper()} {w}" for w in map(html.words.get, OPERATIONS) if w)
    return tag("p", tag("span", letters), join(marks), class_="legend")


OPERATIONS = ("create", "read", "update", "delete")


def letter_mark(letter: str, state: b.LetterState) -> Markup:
    shown = text(letter[:1] or "?")
    kind = str(shown) if letter in ("C", "R", "U", "D") else "q"
    return Markup(f'<b class="{b.LETTER_CODES[state]} {kind}">{shown}</b>')


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
        groups = (
            tag("th", name, scope="colgroup", colspan=len(list(labels)))
            for name, labels in groupby(made.columns, key=lambda c: c.group)
        )
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
    cells = {(c.row, c.column): c for c in made.cells}
    titled = len(cells) <= TITLED
    bodies = []
    numbered = enumerate(made.rows)
    for name, rows in groupby(numbered, key=lambda r: r[1].group):
        lines = []
        if name:
            span = len(made.columns) + 1
            lines.append(
                tag("tr", tag("th", name, scope="rowgroup", colspan=span), class_="groups")
            )
        for r, label in rows:
            head = tag("th", tag("span", label.text), _mark(label), scope="row")
            line = [
                _cell(html, cells.get((r, c)), column, titled)
                for c, column in enumerate(made.columns)
            ]
            lines.append(tag("tr", head, join(line), data_issues=_codes(label)))
        bodies.append(tag("tbody", join(lines)))
    return bodies


def _cell(html: Blocks, cell: b.MatrixCell | None, column: b.MatrixLabel, titled: bool) -> Markup:
    if cell is None or not cell.letters:
        return Markup("<td></td>")
    marks = Markup("").join(letter_mark(x.letter, x.state) for x in cell.letters)
    title = None
    if titled:
        words = [f"{x.letter}: {html.words[f'letter_{x.state}']}" for x in cell.letters]
        title = "; ".join([*words, *([cell.note] if cell.note else [])])
    refs = html.refs(cell.evidence)
    return tag("td", tag("div", marks), refs, title=title, data_s=column.text)
