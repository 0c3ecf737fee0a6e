"""A network of systems and entities: lines first, then the things that they join.

Each thing and each line is a group that names itself, so that
`templates/html/network.js` can move, dim and read them.
"""

from __future__ import annotations

from math import hypot

from crmaudit.report.figures.key import Sign, key
from crmaudit.report.figures.svg import Canvas, fmt, wrap
from crmaudit.report.specs_graph import Web, WebEdge, WebKind, WebNode

LOOKS: dict[WebKind, tuple[str, str | None]] = {
    "firm": ("line", None),
    "told": ("line", "5 4"),
    "faint": ("rule", "1.5 3"),
    "alarm": ("alarm", None),
    "new": ("accent", None),
    "gone": ("alarm", "1.5 3.5"),
}
THICK, NEW = 2.2, 3.0
ASIDE = 4.0  # half of how far apart lines between the same two things run


def web(spec: Web, canvas: Canvas) -> None:
    """The key, and below it the network, scaled to the width of the canvas."""
    used = {e.kind for e in spec.edges}
    signs: list[tuple[Sign, str]] = [
        (_line_sign(kind), text) for kind, text in spec.texts if kind in used and text
    ]
    if spec.strong_text and any(e.strong for e in spec.edges):
        signs.append((_stroke("line", None, THICK), spec.strong_text))
    if any(n.mark for n in spec.nodes):
        signs.append((_frame, spec.mark_text))
    if any(n.gone for n in spec.nodes):
        signs.append((_gone_frame, spec.gone_text))
    top = key(canvas, signs, 9) + 8
    nodes = {n.id: n for n in spec.nodes}
    numbers = {n.id: k for k, n in enumerate(spec.nodes)}
    aside = _asides(spec.edges)
    with canvas.group(class_="web", data_top=fmt(top)):
        for k, edge in enumerate(spec.edges):
            if edge.source in nodes and edge.target in nodes:
                with canvas.group(
                    class_=f"edge {edge.kind}",
                    data_a=numbers[edge.source],
                    data_b=numbers[edge.target],
                    data_aside=aside[k] or None,
                    data_label=edge.label or None,
                    data_items="|".join(x.replace("|", "/") for x in edge.items) or None,
                ):
                    _line(canvas, edge, nodes[edge.source], nodes[edge.target], top, aside[k])
        for node in spec.nodes:
            with canvas.group(
                class_=f"node {node.kind}" + (" mark" if node.mark else ""),
                data_x=fmt(node.x),
                data_y=fmt(node.y + top),
                data_w=fmt(node.width),
                data_h=fmt(node.height),
                data_name=node.label,
                data_detail=node.detail or None,
            ):
                _node(canvas, node, top)
    canvas.height = top + spec.height + 2


def _asides(edges: tuple[WebEdge, ...]) -> list[float]:
    """How far each line runs to the right of its way, so that several do not hide each other."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for k, edge in enumerate(edges):
        pairs.setdefault((min(edge.source, edge.target), max(edge.source, edge.target)), []).append(
            k
        )
    found = [0.0] * len(edges)
    for (first, _), members in pairs.items():
        for n, k in enumerate(members):
            place = (2 * n - len(members) + 1) * ASIDE
            found[k] = place if edges[k].source == first else -place
    return found


def _line_sign(kind: WebKind) -> Sign:
    if kind == "new":
        return _stroke(*LOOKS[kind], NEW)
    if kind != "gone":
        return _stroke(*LOOKS[kind])

    def sign(canvas: Canvas, x: float, y: float) -> None:
        _stroke(*LOOKS[kind])(canvas, x, y)
        canvas.path(_cross(x, y), "alarm", width=1.6)

    return sign


def _cross(x: float, y: float, r: float = 3.5) -> str:
    """An × by which a line is struck out."""
    return f"M{fmt(x - r)} {fmt(y - r)}l{2 * r:g} {2 * r:g}m0 {-2 * r:g}l{-2 * r:g} {2 * r:g}"


def _stroke(stroke: str, dash: str | None, width: float = 1.3) -> Sign:
    def sign(canvas: Canvas, x: float, y: float) -> None:
        canvas.line(x - 9, y, x + 9, y, stroke, width, dash)

    return sign


def _frame(canvas: Canvas, x: float, y: float) -> None:
    canvas.rect(x - 8, y - 5, 16, 10, "ground", "alarm", stroke_width=2)


def _gone_frame(canvas: Canvas, x: float, y: float) -> None:
    canvas.rect(x - 8, y - 5, 16, 10, "ground", "alarm", "3 2.5", 1.4)


def _node(canvas: Canvas, node: WebNode, top: float) -> None:
    left, up = node.x - node.width / 2, node.y + top - node.height / 2
    system = node.kind == "system"
    stroke = "alarm" if node.mark else "accent" if system else "line"
    fill = "accent-soft" if system else "surface"
    width = 2.0 if node.mark else 1.2
    lines = wrap(node.label, node.width - 6, 10, 2)
    if node.gone:
        canvas.rect(left, up, node.width, node.height, "ground", "alarm", "3 2.5", 1.4)
        canvas.lines(node.x, node.y + top, lines, 10, "muted", anchor="middle")
        return
    canvas.rect(left, up, node.width, node.height, fill, stroke, None, width)
    canvas.lines(node.x, node.y + top, lines, 10, anchor="middle", bold=system)


def _line(
    canvas: Canvas, edge: WebEdge, one: WebNode, other: WebNode, top: float, aside: float
) -> None:
    dx, dy = other.x - one.x, other.y - one.y
    far = hypot(dx, dy) or 1.0
    ux, uy = dx / far, dy / far
    start, end = _edge_of(one, ux, uy), _edge_of(other, ux, uy)
    x1, y1 = one.x + ux * start - uy * aside, one.y + uy * start + ux * aside + top
    x2, y2 = other.x - ux * end - uy * aside, other.y - uy * end + ux * aside + top
    stroke, dash = LOOKS[edge.kind]
    d = f"M{fmt(x1)} {fmt(y1)}L{fmt(x2)} {fmt(y2)}"
    width = NEW if edge.kind == "new" else THICK if edge.strong else 1.1
    canvas.path(d, stroke, dash=dash, width=width)
    if edge.arrow:
        size = 1.4 if edge.kind == "new" else 1.0
        bx, by = x2 - ux * 7 * size, y2 - uy * 7 * size
        wx, wy = uy * 3.4 * size, ux * 3.4 * size
        head = f"M{fmt(x2)} {fmt(y2)}L{fmt(bx - wx)} {fmt(by + wy)}"
        canvas.path(f"{head}L{fmt(bx + wx)} {fmt(by - wy)}z", None, stroke)
    if edge.kind == "gone":
        with canvas.group(transform=f"translate({fmt((x1 + x2) / 2)} {fmt((y1 + y2) / 2)})"):
            canvas.path(_cross(0, 0), "alarm", width=1.6)


def _edge_of(node: WebNode, ux: float, uy: float) -> float:
    """How far from its middle the node ends in this direction."""
    across = node.width / 2 / abs(ux) if ux else float("inf")
    down = node.height / 2 / abs(uy) if uy else float("inf")
    return min(across, down) + 1
