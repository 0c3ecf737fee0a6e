"""A heat map as a real table: its cells are words that a colour supports.

A cell leads to the rows behind its number where the report has them; what was
not assessed is hatched, and says so to who cannot see that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from crmaudit.report import blocks as b
from crmaudit.report.html_tags import join, tag, text
from crmaudit.report.specs import Heat, HeatCell

if TYPE_CHECKING:
    from crmaudit.report.html_blocks import Blocks


def heat(html: Blocks, figure: b.Figure, spec: Heat) -> Markup:
    """The frame with the table; `figure` gives the id that links are found by."""
    heads = join(tag("th", name, scope="col") for name in spec.columns)
    rows = (
        tag(
            "tr",
            tag("th", name, scope="row"),
            *(
                _cell(html, spec, cell, figure.id, name, column)
                for cell, column in zip(cells, spec.columns, strict=True)
            ),
        )
        for name, cells in zip(spec.rows, spec.cells, strict=True)
    )
    corner = tag("th", spec.row_name, scope="col")
    table = tag("table", tag("thead", tag("tr", corner, heads)), tag("tbody", join(rows)))
    return tag(
        "div",
        table,
        class_="frame heat",
        tabindex="0",
        role="region",
        aria_label=html.region(figure.title),
    )


def step(spec: Heat, value: float) -> int:
    """One of five steps, 1 the palest."""
    share = min(max(value, 0.0), 1.0)
    return min(int((share if spec.dark == "high" else 1 - share) * 5), 4) + 1


def _cell(html: Blocks, spec: Heat, cell: HeatCell, figure: str, row: str, column: str) -> Markup:
    if cell.value is None:
        return tag("td", tag("span", html.words["not_assessed"], class_="quiet"), class_="hatch")
    words = html.link(text(cell.text), html.links.score(figure, row, column))
    classes = f"q{step(spec, cell.value)}" + (" worst" if cell.mark else "")
    return tag("td", words, class_=classes)
