"""Flows in layers from left to right; what is connected to nothing stands below."""

from __future__ import annotations

from itertools import pairwise

from crmaudit.report.figures.svg import SMALL, Canvas, fmt, wrap
from crmaudit.report.specs import Edge, Network, Node

NODE = 40.0
ROW = 54.0
WAY = 18.0
MOST_LAYERS = 7
"""More columns would leave no room for names: neighbouring layers then share one."""


def network(spec: Network, canvas: Canvas) -> None:
    """Layers by the longest path, rows by the mean of their neighbours."""
    names = {n.id for n in spec.nodes}
    edges = [e for e in spec.edges if e.source in names and e.target in names]
    linked = {e.source for e in edges} | {e.target for e in edges}
    layers = _folded(_layers([n.id for n in spec.nodes if n.id in linked], edges))
    ways = _ways(layers, edges)
    _order(layers, ways)
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


def _folded(layers: list[list[str]]) -> list[list[str]]:
    """At most so many layers as have room side by side."""
    if len(layers) <= MOST_LAYERS:
        return layers
    folded: list[list[str]] = [[] for _ in range(MOST_LAYERS)]
    for n, layer in enumerate(layers):
        folded[n * MOST_LAYERS // len(layers)] += layer
    return folded


def _ways(layers: list[list[str]], edges: list[Edge]) -> list[tuple[Edge, list[str]]]:
    """Each edge with the stations it passes: one in every layer that it crosses."""
    depth = {name: n for n, layer in enumerate(layers) for name in layer}
    found = []
    for number, edge in enumerate(edges):
        first, last = depth[edge.source], depth[edge.target]
        stations = [f"\0{number}.{n}" for n in range(first + 1, last)]
        for n, station in enumerate(stations, first + 1):
            layers[n].append(station)
        found.append((edge, [edge.source, *stations, edge.target]))
    return found


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


def _layers(names: list[str], edges: list[Edge]) -> list[list[str]]:
    """Longest path from a source; edges that close a circle do not count."""
    after: dict[str, list[str]] = {n: [] for n in names}
    for edge in edges:
        if edge.source != edge.target:
            after[edge.source].append(edge.target)
    state: dict[str, int] = {}
    order: list[str] = []
    forward: list[tuple[str, str]] = []
    for root in sorted(names, key=lambda n: sum(e.target == n for e in edges)):
        stack = [(root, iter(after[root]))] if root not in state else []
        state.setdefault(root, 1)
        while stack:
            name, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                state[name] = 2
                order.append(name)
                stack.pop()
            elif state.get(target) == 1:
                continue
            else:
                forward.append((name, target))
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(after[target])))
    depth = dict.fromkeys(names, 0)
    targets: dict[str, list[str]] = {n: [] for n in names}
    for source, target in forward:
        targets[source].append(target)
    for name in reversed(order):
        for target in targets[name]:
            depth[target] = max(depth[target], depth[name] + 1)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in names:
        layers[depth[name]].append(name)
    return layers


def _order(layers: list[list[str]], ways: list[tuple[Edge, list[str]]]) -> None:
    """Four sweeps of ordering each layer by where its neighbours stand."""
    near: dict[str, list[str]] = {}
    for _, stations in ways:
        for one, two in pairwise(stations):
            near.setdefault(one, []).append(two)
            near.setdefault(two, []).append(one)
    for sweep in range(4):
        rank = {name: (r + 0.5) / len(layer) for layer in layers for r, name in enumerate(layer)}
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wish = {}
            for name in layer:
                others = [rank[n] for n in near.get(name, ()) if n != name]
                wish[name] = sum(others) / len(others) if others else rank[name]
            layer.sort(key=wish.__getitem__)
            for r, name in enumerate(layer):
                rank[name] = (r + 0.5) / len(layer)
