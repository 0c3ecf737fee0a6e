"""Tables as HTML: heads with scope, values to sort by, states in words."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime
from typing import TYPE_CHECKING
from unicodedata import bidirectional

from markupsafe import Markup

from crmaudit.report import blocks as b
from crmaudit.report.html_tags import join, tag, text

if TYPE_CHECKING:
    from crmaudit.report.html_blocks import Blocks


TALL = 30  # more rows than this scroll inside their frame, under the heads of their columns
LONG = 40  # mean letters of a text column that gets the larger share of the width


def table(html: Blocks, table: b.Table) -> Markup:
    anchor = html.anchor(table.id)
    head = tag("thead", tag("tr", join(_head(n, table) for n in range(len(table.columns)))))
    body = tag("tbody", join(_row(html, table, n) for n in range(len(table.rows))))
    caption = (
        tag("figcaption", table.caption, class_="ft", id=f"{anchor}-c" if anchor else None)
        if table.caption
        else Markup("")
    )
    frame = tag(
        "div",
        tag("table", head, body, data_filters=table.filters, data_id=anchor),
        class_="frame tall" if len(table.rows) > TALL else "frame",
        tabindex="0",
        role="region",
        aria_label=html.region(table.caption),
    )
    note = tag("p", table.note, class_="note") if table.note else Markup("")
    return tag("figure", caption, frame, note, class_="table", id=anchor)


def _head(n: int, table: b.Table) -> Markup:
    column = table.columns[n]
    letters = sum(len(row[n].text) for row in table.rows)
    classes: list[str] = [column.alignment] if column.alignment != "left" else []
    if column.kind == "text":
        classes.append("w" if letters > LONG * len(table.rows) else "k-text")
    unit = tag("small", column.unit) if column.unit else Markup("")
    return tag(
        "th",
        column.name,
        unit,
        scope="col",
        class_=" ".join(classes) or None,
        data_kind=column.kind if table.filters else None,
        data_filter=table.filters and column.filter,
    )


def _row(html: Blocks, table: b.Table, n: int) -> Markup:
    return tag(
        "tr",
        *(_cell(html, table, n, column) for column in range(len(table.columns))),
        id=html.links.row(table.id, n) if table.id else None,
    )


def _cell(html: Blocks, table: b.Table, n: int, place: int) -> Markup:
    cell, column = table.rows[n][place], table.columns[place]
    name = "td" if place else "th"
    classes: list[str] = [column.alignment] if column.alignment != "left" else []
    if cell.state == "not_assessed":
        content = tag("span", cell.text or html.words["not_assessed"])
        if cell.reason:
            content += tag("small", cell.reason)
        classes.append("na")
    elif cell.state == "none":
        content = tag("span", cell.text or html.words["none"], class_="none")
    elif column.kind == "severity":
        content = html.severity(str(cell.value or cell.text))
    elif cell.inlines:
        with html.linked() if cell.href else nullcontext():
            content = html.inlines(cell.inlines)
    else:
        content = text(cell.text).replace("\n", Markup("<br>"))
        if column.kind == "id":
            content = tag("code", content)
        elif _turns(cell.text):
            content = tag("bdi", content)
        if not cell.href:
            content = html.link(content, html.links.cell(table, n, place))
        if column.kind == "bar" and isinstance(cell.value, int | float):
            size = min(max(float(cell.value), 0), 1) * 100
            content = tag("span", style=f"--v:{size:.1f}%", class_="bar") + content
    if column.kind in ("id", "label", "bar", "date", "severity") and cell.state == "value":
        classes.append("k-" + column.kind)
    if cell.href:
        inside = html.report if cell.href.startswith("#") else ""
        content = tag("a", content, href=inside + cell.href if _safe(cell.href) else None)
    return tag(
        name,
        content,
        html.refs(cell.evidence),
        scope="row" if name == "th" else None,
        class_=" ".join(classes) or None,
        data_v=sort_value(cell, column),
    )


def _turns(words: str) -> bool:
    """Whether there is writing from right to left in it."""
    return not words.isascii() and any(bidirectional(c) in ("R", "AL") for c in words)


def _safe(url: str) -> bool:
    return url.startswith(("#", "https://", "http://", "mailto:"))


def sort_value(cell: b.Cell, column: b.Column) -> str | None:
    """What the column is sorted by, where it is not the text."""
    if cell.state != "value":
        return None
    if column.kind == "severity":
        order = [*reversed(b.SEVERITIES)]
        value = str(cell.value or cell.text)
        return str(order.index(value)) if value in order else "-1"
    if isinstance(cell.value, date | datetime):
        return cell.value.isoformat()
    if isinstance(cell.value, str | bool | None):
        return None
    value = str(cell.value)
    return None if value == cell.text else value
