"""Things tied to each other, from the one on the left to the many on the right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from crmaudit.report.figures.key import Sign, key
from crmaudit.report.figures.layers import Way, layered
from crmaudit.report.figures.svg import SMALL, Canvas, fmt, wrap
from crmaudit.report.specs import Box, Diagram, Tie

HIGH = 36.0
ROW = 46.0
WAY = 12.0
GAP = 46.0
LAYERS = 5
TALL = 14
"""A layer with more boxes than this is divided, as long as there is room for another."""

DASHES: Mapping[str, str | None] = {"solid": None, "dashed": "5 3", "dotted": "1.5 3"}
Place = dict[str, tuple[float, float]]


def diagram(spec: Diagram, canvas: Canvas) -> None:
    """Boxes in layers; the colour of alarm and the words on it mark what is faulty."""
    names = {b.id for b in spec.boxes}
    ties = [t for t in spec.ties if t.source in names and t.target in names]
    tied = {t.source for t in ties} | {t.target for t in ties}
    top = key(canvas, _signs(spec, ties)) + 6
    layers, ways = layered([b.id for b in spec.boxes if b.id in tied], ties, LAYERS, TALL)
    columns = max(len(layers), 1)
    width = min((canvas.width - GAP * (columns - 1)) / columns, 150)
    step = (canvas.width - width) / max(columns - 1, 1)
    heights = [sum(ROW if n in names else WAY for n in layer) for layer in layers]
    tallest = max(heights, default=0.0)
    place: Place = {}
    for c, layer in enumerate(layers):
        y = top + (tallest - heights[c]) / 2
        for name in layer:
            place[name] = (c * step, y + (ROW if name in names else WAY) / 2)
            y += ROW if name in names else WAY
    low = _Ties(canvas, ways, place, width, top + tallest).draw()
    boxes = {b.id: b for b in spec.boxes}
    for name, (x, middle) in place.items():
        if name in boxes:
            _box(canvas, boxes[name], x, middle, width)
    canvas.height = _apart(spec, canvas, tied, low)


class _Ties:
    """The lines and what stands on them; each has its own place at the sides of its boxes."""

    def __init__(
        self, canvas: Canvas, ways: list[Way[Tie]], place: Place, width: float, low: float
    ) -> None:
        self._canvas, self._ways, self._place, self._width = canvas, ways, place, width
        self._low = low
        self._out, self._in = self._ports()

    def draw(self) -> float:
        """Draw all of them; the height that they reach."""
        words: list[tuple[float, float, str, str]] = []
        for n, (tie, stations) in enumerate(self._ways):
            stroke = "alarm" if tie.mark else "accent" if tie.kind == "dashed" else "line"
            forward = self._place[tie.target][0] > self._place[tie.source][0]
            path, ends, middle = self._forward(n, stations) if forward else self._back(n, tie)
            self._canvas.path(path, stroke, dash=DASHES[tie.kind], width=1.8 if tie.mark else 1.2)
            for at, text in zip(ends, (tie.source_end, tie.target_end), strict=True):
                if text:
                    words.append((at[0], at[1], text, "alarm" if tie.mark else "muted"))
            if tie.label:
                words.append((*middle, tie.label, "alarm" if tie.mark else "muted"))
        for x, y, text, fill in words:
            self._canvas.lines(x, y, [text], 9.5, fill, "middle", halo=True)
        return self._low

    def _ports(self) -> tuple[dict[int, float], dict[int, float]]:
        """Heights at which each tie leaves and arrives, in the order of where it comes from."""
        leaving: dict[str, list[tuple[float, int]]] = defaultdict(list)
        arriving: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for n, (tie, stations) in enumerate(self._ways):
            near = self._place[stations[1]][1], self._place[stations[-2]][1]
            leaving[tie.source].append((near[0], n))
            arriving[tie.target].append((near[1], n))
        return self._spread(leaving), self._spread(arriving)

    def _spread(self, found: Mapping[str, list[tuple[float, int]]]) -> dict[int, float]:
        heights = {}
        for name, ties in found.items():
            room = HIGH - 10
            for k, (_, n) in enumerate(sorted(ties)):
                part = (k + 0.5) / len(ties) - 0.5
                heights[n] = self._place[name][1] + part * min(room, 7 * len(ties))
        return heights

    def _forward(
        self, n: int, stations: list[str]
    ) -> tuple[str, tuple[tuple[float, float], tuple[float, float]], tuple[float, float]]:
        width, place = self._width, self._place
        x, y = place[stations[0]][0] + width, self._out[n]
        start = (x, y)
        path = f"M{fmt(x)} {fmt(y)}"
        for station in stations[1:]:
            tx, ty = place[station]
            last = station == stations[-1]
            ty = self._in[n] if last else ty
            bend = max((tx - x) / 2, 10)
            path += f"C{fmt(x + bend)} {fmt(y)} {fmt(tx - bend)} {fmt(ty)} {fmt(tx)} {fmt(ty)}"
            before = (x, y)
            x, y = tx, ty
            if not last:
                x = tx + width
                path += f"H{fmt(x)}"
        middle = ((before[0] + x) / 2, (before[1] + y) / 2)
        return path, ((start[0] + 9, start[1]), (x - 9, y)), middle

    def _back(
        self, n: int, tie: Tie
    ) -> tuple[str, tuple[tuple[float, float], tuple[float, float]], tuple[float, float]]:
        """To itself, to its own column, or to one further left."""
        (x1, y1), (x2, y2), width = self._place[tie.source], self._place[tie.target], self._width
        if tie.source == tie.target:
            x, low = x1 + width * 0.72, y1 + HIGH / 2
            path = f"M{fmt(x)} {fmt(low)}v5h16v-5"
            return path, ((x - 5, low + 4), (x + 22, low + 4)), (x + 8, low + 5)
        if x1 == x2:
            side, y1, y2 = x1 + width, self._out[n], self._out[n] if y1 == y2 else y2
            out = side + 8 + min(abs(y2 - y1) / 10, 20)
            path = f"M{fmt(side)} {fmt(y1)}C{fmt(out)} {fmt(y1)} {fmt(out)} {fmt(y2)} "
            path += f"{fmt(side)} {fmt(y2)}"
            return path, ((side + 8, y1), (side + 8, y2)), (out - 4, (y1 + y2) / 2)
        self._low += 9
        out, into = x1 + width * 0.8, x2 + width * 0.2
        path = f"M{fmt(out)} {fmt(y1 + HIGH / 2)}V{fmt(self._low)}H{fmt(into)}"
        path += f"V{fmt(y2 + HIGH / 2)}"
        ends = (out, y1 + HIGH / 2 + 7), (into, y2 + HIGH / 2 + 7)
        return path, ends, ((out + into) / 2, self._low)


def _box(canvas: Canvas, box: Box, x: float, middle: float, width: float) -> None:
    fill, stroke = ("ground", "line") if box.hollow else ("accent-soft", "accent")
    dash = "3 2" if box.hollow else None
    canvas.rect(x + 0.6, middle - HIGH / 2, width - 1.2, HIGH, fill, stroke, dash, 1.1)
    name = wrap(box.label, width - 8, 10, 1 if box.detail else 2)
    if len(name) == 1 and box.detail:
        canvas.lines(x + width / 2, middle - 7, name, 10.5, anchor="middle")
        detail = wrap(box.detail, width - 8, 9, 1)
        canvas.lines(x + width / 2, middle + 8, detail, 9.5, "muted", "middle")
    else:
        canvas.lines(x + width / 2, middle, name, 10.5, anchor="middle")


def _apart(spec: Diagram, canvas: Canvas, tied: set[str], y: float) -> float:
    alone = [b for b in spec.boxes if b.id not in tied]
    if not alone:
        return y + 14
    canvas.line(0, y + 12, canvas.width, y + 12)
    canvas.text(0, y + 30, spec.apart_text, SMALL, "muted")
    across = max(int(canvas.width // 130), 1)
    width = (canvas.width - 10 * (across - 1)) / across
    for n, box in enumerate(alone):
        middle = y + 42 + n // across * (HIGH + 8) + HIGH / 2
        _box(canvas, box, n % across * (width + 10), middle, width)
    return y + 42 + ((len(alone) - 1) // across + 1) * (HIGH + 8)


def _signs(spec: Diagram, ties: list[Tie]) -> Iterator[tuple[Sign, str]]:
    """Only what the drawing holds is explained."""
    kinds = {t.kind for t in ties}

    def sample(stroke: str, dash: str | None, width: float = 1.6) -> Sign:
        return lambda canvas, x, y: canvas.line(x - 9, y, x + 9, y, stroke, width, dash)

    if "solid" in kinds:
        yield sample("line", DASHES["solid"]), spec.solid_text
    if "dashed" in kinds:
        yield sample("accent", DASHES["dashed"]), spec.dashed_text
    if "dotted" in kinds:
        yield sample("line", DASHES["dotted"]), spec.dotted_text
    if any(t.mark for t in ties):
        yield sample("alarm", None, 2.2), spec.mark_text
    if any(b.hollow for b in spec.boxes):
        yield _hollow, "declared, no table found"


def _hollow(canvas: Canvas, x: float, y: float) -> None:
    canvas.rect(x - 6, y - 5, 12, 10, "ground", "line", "3 2", 1.1)
