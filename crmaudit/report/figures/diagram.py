"""Things tied to each other; a line forks where it meets the many."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from crmaudit.report.figures.key import Sign, key
from crmaudit.report.figures.layers import Way, layered
from crmaudit.report.figures.svg import SMALL, Canvas, fmt, wrap
from crmaudit.report.specs import Box, Diagram, Say, Tie

HIGH = 36.0
BETWEEN = 10.0
PORT = 10.0
WAY = 12.0
GAP = 46.0
LAYERS = 5
TALL = 14
"""A layer with more boxes than this is divided, as long as there is room for another."""

DASHES: Mapping[str, str | None] = {"solid": None, "dashed": "5 3", "dotted": "1.5 3"}
Place = dict[str, tuple[float, float]]
End = tuple[float, float, float]
Drawn = tuple[str, tuple[End, End], tuple[float, float]]
"""A path, its two ends (with the direction in which it leaves the box), and its middle."""


WORDS = ("declared, no table found",)


def diagram(spec: Diagram, canvas: Canvas) -> None:
    """Boxes in layers; the colour of alarm and the words on it mark what is faulty."""
    names = {b.id for b in spec.boxes}
    ties = [t for t in spec.ties if t.source in names and t.target in names]
    tied = {t.source for t in ties} | {t.target for t in ties}
    top = key(canvas, _signs(spec, ties, canvas.say), 9) + 6
    layers, ways = layered([b.id for b in spec.boxes if b.id in tied], ties, LAYERS, TALL, True)
    columns = max(len(layers), 1)
    width = min((canvas.width - GAP * (columns - 1)) / columns, 150)
    step = (canvas.width - width) / max(columns - 1, 1)
    boxes = {b.id: b for b in spec.boxes}
    high = _heights(boxes, ties, width)
    heights = [sum(high[n] + BETWEEN if n in names else WAY for n in layer) for layer in layers]
    tallest = max(heights, default=0.0)
    place: Place = {}
    for c, layer in enumerate(layers):
        y = top + (tallest - heights[c]) / 2
        for name in layer:
            room = high[name] + BETWEEN if name in names else WAY
            place[name] = (c * step, y + room / 2)
            y += room
    _Ties(canvas, ways, place, high).draw(width)
    for name, (x, middle) in place.items():
        if name in boxes:
            _box(canvas, boxes[name], x, middle, width, high[name])
    canvas.height = _apart(spec, canvas, tied, top + tallest)


def _heights(boxes: Mapping[str, Box], ties: list[Tie], width: float) -> dict[str, float]:
    """Boxes with many ties are higher, so that each has room to arrive."""
    out, into = Counter(t.source for t in ties), Counter(t.target for t in ties)
    return {
        name: max(
            HIGH + (12 if box.detail and len(_words(box, width)) > 1 else 0),
            PORT * max(out[name], into[name]) + 8,
        )
        for name, box in boxes.items()
    }


def _words(box: Box, width: float) -> list[str]:
    """The name in two lines at most, divided after an underscore if need be."""
    lines = wrap(re.sub(r"([_.-])(?=\w)", r"\1 ", box.label), width - 8, 10, 2)
    return [re.sub(r"([_.-]) ", r"\1", line) for line in lines]


class _Ties:
    """The lines and what stands on them; each has its own place at the sides of its boxes."""

    def __init__(
        self, canvas: Canvas, ways: list[Way[Tie]], place: Place, high: Mapping[str, float]
    ) -> None:
        self._canvas, self._ways, self._place, self._high = canvas, ways, place, high
        self._ports: dict[tuple[int, str], float] = {}

    def draw(self, width: float) -> None:
        """Draw all of them between boxes of this width; words last, so that no line crosses one."""
        self._spread()
        words: list[tuple[tuple[float, float], str, bool]] = []
        for n, (tie, stations) in enumerate(self._ways):
            stroke = "alarm" if tie.mark else "accent" if tie.kind == "dashed" else "line"
            if tie.source == tie.target:
                path, ends, middle = self._loop(tie.source, width)
            elif self._place[stations[0]][0] == self._place[stations[-1]][0]:
                path, ends, middle = self._beside(n, stations, width)
            else:
                path, ends, middle = self._across(n, stations, width)
            self._canvas.path(path, stroke, dash=DASHES[tie.kind], width=1.8 if tie.mark else 1.2)
            at_one, at_many = ends if stations[0] == tie.source else (ends[1], ends[0])
            if tie.source != tie.target and tie.target_end in ("", "n", "m"):
                self._fork(at_many, stroke)
            words += [
                (_off(at_one), tie.source_end, tie.mark),
                (_off(at_many), tie.target_end, tie.mark),
                (middle, tie.label, tie.mark),
            ]
        for (x, y), text, mark in words:
            if text:
                fill = "alarm" if mark else "muted"
                self._canvas.lines(x, y, [text], 9.5, fill, "middle", halo=True)

    def _spread(self) -> None:
        """A height for each end of each tie, in the order of where it comes from."""
        sides: dict[tuple[str, bool], list[tuple[float, int]]] = defaultdict(list)
        for n, (_, stations) in enumerate(self._ways):
            if len(set(stations)) > 1:
                first, last = stations[0], stations[-1]
                level = self._place[first][0] == self._place[last][0]
                sides[first, True].append((self._place[stations[1]][1], n))
                sides[last, level].append((self._place[stations[-2]][1], n))
        for (name, _), ties in sides.items():
            for k, (_, n) in enumerate(sorted(ties)):
                self._ports[n, name] = self._place[name][1] + PORT * (k - (len(ties) - 1) / 2)

    def _across(self, n: int, stations: list[str], width: float) -> Drawn:
        x, y = self._place[stations[0]][0] + width, self._ports[n, stations[0]]
        start = before = (x, y)
        path = f"M{fmt(x)} {fmt(y)}"
        for station in stations[1:]:
            tx, ty = self._place[station]
            last = station == stations[-1]
            ty = self._ports[n, station] if last else ty
            bend = max((tx - x) / 2, 10)
            path += f"C{fmt(x + bend)} {fmt(y)} {fmt(tx - bend)} {fmt(ty)} {fmt(tx)} {fmt(ty)}"
            before, (x, y) = (x, y), (tx, ty)
            if not last:
                x = tx + width
                path += f"H{fmt(x)}"
        middle = ((before[0] + x) / 2, (before[1] + y) / 2)
        return path, ((*start, 1.0), (x, y, -1.0)), middle

    def _beside(self, n: int, stations: list[str], width: float) -> Drawn:
        """Between two boxes of one column: an arc at its right, wider where they are far apart."""
        side = self._place[stations[0]][0] + width
        y1, y2 = self._ports[n, stations[0]], self._ports[n, stations[-1]]
        out = side + 12 + min(abs(y2 - y1) / 14, GAP - 12)
        path = f"M{fmt(side)} {fmt(y1)}C{fmt(out)} {fmt(y1)} {fmt(out)} {fmt(y2)} "
        path += f"{fmt(side)} {fmt(y2)}"
        middle = ((side + 3 * out) / 4, (y1 + y2) / 2)
        return path, ((side, y1, 1.0), (side, y2, 1.0)), middle

    def _loop(self, name: str, width: float) -> Drawn:
        x, y = self._place[name]
        x, y = x + width * 0.72, y + self._high[name] / 2
        path = f"M{fmt(x)} {fmt(y)}v5h16v-5"
        return path, ((x - 14, y + 4, 1.0), (x + 30, y + 4, -1.0)), (x + 8, y + 5)

    def _fork(self, end: End, stroke: str) -> None:
        """The sign of the many: the line divides in three before it arrives."""
        x, y, way = end
        d = f"M{fmt(x + 7 * way)} {fmt(y)}L{fmt(x)} {fmt(y - 3.5)}"
        d += f"M{fmt(x + 7 * way)} {fmt(y)}L{fmt(x)} {fmt(y + 3.5)}"
        self._canvas.path(d, stroke, width=1.1)


def _off(end: End) -> tuple[float, float]:
    """Where the word at an end stands: clear of the box and the fork."""
    x, y, way = end
    return x + 13 * way, y


def _box(canvas: Canvas, box: Box, x: float, middle: float, width: float, high: float) -> None:
    fill, stroke = ("ground", "line") if box.hollow else ("accent-soft", "accent")
    dash = "3 2" if box.hollow else None
    canvas.rect(x + 0.6, middle - high / 2, width - 1.2, high, fill, stroke, dash, 1.1)
    name = _words(box, width)
    if not box.detail:
        canvas.lines(x + width / 2, middle, name, 10.5, anchor="middle")
        return
    canvas.lines(x + width / 2, middle - 7, name, 10.5, anchor="middle")
    detail = wrap(box.detail, width - 8, 9, 1)
    canvas.lines(x + width / 2, middle + 1 + 7 * len(name), detail, 9.5, "muted", "middle")


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
        _box(canvas, box, n % across * (width + 10), middle, width, HIGH)
    return y + 42 + ((len(alone) - 1) // across + 1) * (HIGH + 8)


def _signs(spec: Diagram, ties: list[Tie], say: Say) -> Iterator[tuple[Sign, str]]:
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
        yield _hollow, say("declared, no table found")


def _hollow(canvas: Canvas, x: float, y: float) -> None:
    canvas.rect(x - 6, y - 5, 12, 10, "ground", "line", "3 2", 1.1)
