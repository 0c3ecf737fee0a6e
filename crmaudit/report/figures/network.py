"""Flows in layers from left to right; what is connected to nothing stands below."""

from __future__ import annotations

from itertools import pairwise

from crmaudit.report.figures.layers import layered
from crmaudit.report.figures.svg import SMALL, Canvas, fmt, wrap
from crmaudit.report.specs import Edge, Network, Node

NODE = 40.0
ROW = 54.0
WAY = 18.0


def network(spec: Network, canvas: Canvas) -> None:
    """Layers by the longest path, rows by the mean of their neighbours."""
    names = {n.id for n in spec.nodes}
    edges = [e for e in spec.edges if e.source in names and e.target in names]
    linked = {e.source for e in edges} | {e.target for e in edges}
    layers, ways = layered([n.id for n in spec.nodes if n.id in linked], edges)
    columns = max(len(layers), 1)
    gap = 56.0 if columns < 5 else 30.0
    width = min((canvas.width - gap * (columns - 1)) / columns, 150)
    step = (canvas.width - width) / max(columns - 1, 1)
    heights = [sum(ROW if n in names else WAY for n in layer) for layer in layers]
    tallest = max(heights, default=0.0)
    place: dict[str, tuple[float, float]] = {}
    for c, layer in enumerate(layers):
        y = 8 + (tallest - heights[c]) / 2
        for name in layer:
            place[name] = (c * step, y if name in names else y + WAY / 2 - NODE / 2)
            y += ROW if name in names else WAY
    height = 8 + tallest
    below = max(_edges(canvas, ways, place, width, height), default=height)
    nodes = {n.id: n for n in spec.nodes}
    for name, (x, y) in place.items():
        if name in nodes:
            _node(canvas, nodes[name], x, y, width)
    canvas.height = _apart(spec, canvas, linked, below)


def _apart(spec: Network, canvas: Canvas, linked: set[str], y: float) -> float:
    alone = [n for n in spec.nodes if n.id not in linked]
    if not alone:
        return y + 4
    canvas.line(0, y + 8, canvas.width, y + 8)
    canvas.text(0, y + 26, spec.apart_text, SMALL, "muted")
    across = max(int(canvas.width // 140), 1)
    width = (canvas.width - 12 * (across - 1)) / across
    for n, node in enumerate(alone):
        _node(canvas, node, n % across * (width + 12), y + 36 + n // across * 50, width, True)
    return y + 40 + (len(alone) - 1) // across * 50 + NODE + 4


def _node(
    canvas: Canvas, node: Node, x: float, y: float, width: float, alone: bool = False
) -> None:
    stroke = "alarm" if node.mark else "line" if alone else "accent"
    fill = "alarm-soft" if node.mark else "surface" if alone else "accent-soft"
    canvas.rect(x + 0.6, y, width - 1.2, NODE, fill, stroke, "3 2" if alone else None, 1.2)
    canvas.lines(
        x + width / 2, y + NODE / 2, wrap(node.label, width - 8, 10, 3), 11, anchor="middle"
    )


def _edges(
    canvas: Canvas,
    ways: list[tuple[Edge, list[str]]],
    place: dict[str, tuple[float, float]],
    width: float,
    height: float,
) -> list[float]:
    """Draw the edges; those that go back pass below. Gives the heights reached."""
    reached = [height]
    for edge, stations in ways:
        stroke = "alarm" if edge.mark else "line"
        dash = "4 3" if edge.dashed else None
        (x1, y1), (x2, y2) = place[edge.source], place[edge.target]
        if x2 > x1:
            d = f"M{fmt(x1 + width)} {fmt(y1 + NODE / 2)}"
            for one, two in pairwise(stations):
                d += _curve(place[one], place[two], width, two == edge.target)
            canvas.path(d, stroke, dash=dash)
            canvas.arrow(x2 - 1, y2 + NODE / 2, stroke, 6)
            continue
        if x1 == x2 and edge.source != edge.target:  # neighbours in one column
            side, out = x1 + width, 10 + min(abs(y2 - y1) / 12, 14)
            d = f"M{fmt(side)} {fmt(y1 + NODE * 0.6)}"
            d += f"C{fmt(side + out)} {fmt(y1 + NODE * 0.6)} {fmt(side + out)} "
            d += f"{fmt(y2 + NODE * 0.4)} {fmt(side + 5)} {fmt(y2 + NODE * 0.4)}"
            canvas.path(d, stroke, dash=dash)
            y = fmt(y2 + NODE * 0.4)
            canvas.path(f"M{fmt(side)} {y}l6 -3.5v7z", None, stroke)
            continue
        mid, end = x1 + width * 0.7, x2 + width * 0.3
        if edge.source == edge.target:
            d = f"M{fmt(mid)} {fmt(y1 + NODE)}v7H{fmt(end)}v-2"
        else:
            low = height + 4 + 6 * min(len(reached), 6)
            reached.append(low + 4)
            d = f"M{fmt(mid)} {fmt(y1 + NODE)}V{fmt(low)}H{fmt(end)}V{fmt(y2 + NODE + 5)}"
        canvas.path(d, stroke, dash=dash)
        canvas.path(f"M{fmt(end)} {fmt(y2 + NODE)}l-3.5 6h7z", None, stroke)
    return reached


def _curve(one: tuple[float, float], two: tuple[float, float], width: float, last: bool) -> str:
    """From the right side of one station to the left of the next, and across that."""
    sx, sy, tx, ty = one[0] + width, one[1] + NODE / 2, two[0], two[1] + NODE / 2
    end = tx - 5 if last else tx
    bend = max((tx - sx) / 2, 10)
    d = f"C{fmt(sx + bend)} {fmt(sy)} {fmt(end - bend)} {fmt(ty)} {fmt(end)} {fmt(ty)}"
    return d if last else d + f"H{fmt(tx + width)}"
