"""A map of two judgements; labels stand beside their bubble or, numbered, below."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from crmaudit.report.figures.key import Sign, key
from crmaudit.report.figures.svg import SIZE, SMALL, Canvas, cut, measure
from crmaudit.report.specs import Bubble, Bubbles

Box = tuple[float, float, float, float]
PAD = 24.0  # from the field's sides to where the scales begin
RISE = 36.0  # the same from below and above, past the names of the quarters
NAMES = 22.0  # height of the line with the quarters' names
LABELS = (230.0, 150.0)  # longest label beside a bubble, where there is room and where not
FAR = 80.0  # how far a bubble may move out of another's way


@dataclass(frozen=True, slots=True)
class _Spot:
    """A bubble with its centre and radius on the canvas."""

    item: Bubble
    x: float
    y: float
    r: float

    @property
    def box(self) -> Box:
        """Its room, with a margin that keeps other bubbles' labels from looking like its own."""
        r = self.r + 3
        return self.x - r, self.y - r, self.x + r, self.y + r


def bubbles(spec: Bubbles, canvas: Canvas) -> None:
    """A square field with its four quarters named in the corners.

    Whiskers lie below the bubbles, labels above them. Bubbles that would cover
    each other move apart, each within its quarter.
    """
    narrow = canvas.width < 500
    left, top = 24.0, 8.0
    entries = list(_signs(spec, canvas))
    if entries:
        largest = max((_sized(spec, canvas, size) for size, _ in spec.sizes), default=6)
        top = key(canvas, entries, max(largest, 6)) + 2
    width = canvas.width - left - 8
    height = width if narrow else min(width * 0.62, 420)
    field = (left, top, width, height)
    _field(spec, canvas, field)
    spots = _apart(spec, canvas, field)
    for spot in spots:
        _whiskers(spot, canvas, field)
    for spot in spots:
        _bubble(spot.item, canvas, spot.x, spot.y, spot.r)
    taken = [s.box for s in spots] + _corners(spec, field)
    inner = (left + 2, top + 2, left + width - 2, top + height - 2)
    keyed: list[str] = []
    for spot in spots:
        label = spot.item.label
        if spot.item.number:
            canvas.lines(spot.x, spot.y, [spot.item.number], SMALL, anchor="middle", bold=True)
            continue
        for words in dict.fromkeys(cut(label, width) for width in LABELS):
            place = _room(words, spot, inner, taken)
            if place:
                taken.append(place)
                canvas.text(place[0], place[3] - 4, words, halo=True)
                break
        else:
            keyed.append(cut(f"{len(keyed) + 1} {label}", canvas.width - left, SMALL))
            _number(canvas, str(len(keyed)), spot, inner, taken)
    canvas.height = _below(keyed, canvas, left, top + height + 26)


def _number(canvas: Canvas, number: str, spot: _Spot, field: Box, taken: list[Box]) -> None:
    """In the bubble, or beside one that is too small for it."""
    beside = None if spot.r > 7 else _room(number, spot, field, taken)
    if beside:
        taken.append(beside)
        canvas.text(beside[0], beside[3] - 4, number, SMALL, bold=True, halo=True)
    else:
        canvas.lines(spot.x, spot.y, [number], SMALL, anchor="middle", bold=True)


def _below(keyed: list[str], canvas: Canvas, left: float, y: float) -> float:
    """The labels that found no room, by their numbers, in lines."""
    x = left
    for n, words in enumerate(keyed):
        need = measure(words, SMALL)
        if not n:
            y += 10
        elif x + need > canvas.width:
            x, y = left, y + SMALL * 1.5
        canvas.text(x, y, words, SMALL)
        x += need + 14
    return y + 6 if keyed else y


def _apart(spec: Bubbles, canvas: Canvas, field: Box) -> list[_Spot]:
    """Every bubble in its place or next to it, the large ones first."""
    wanted = sorted(
        (_Spot(i, *_point(i.x, i.y, field), _radius(spec, canvas, i)) for i in spec.items),
        key=lambda s: (-s.r, s.item.label),
    )
    found: list[_Spot] = []
    for spot in wanted:
        found.append(_free(spot, found, _quarter(spot, field)))
    return found


def _free(spot: _Spot, others: list[_Spot], quarter: Box) -> _Spot:
    """The nearest place on a spiral where it covers none of the others; else its own."""
    left, top, right, bottom = quarter
    for n in range(400):
        turn = n * 2.399963  # the golden angle: an even spiral
        away = FAR * math.sqrt(n / 400)
        x, y = spot.x + away * math.cos(turn), spot.y + away * math.sin(turn)
        inside = left + spot.r <= x <= right - spot.r and top + spot.r <= y <= bottom - spot.r
        if (inside or not n) and all(
            math.hypot(x - o.x, y - o.y) >= spot.r + o.r + 1 for o in others
        ):
            return _Spot(spot.item, x, y, spot.r)
    return spot


def _quarter(spot: _Spot, field: Box) -> Box:
    """The part of the field in which it stands, without the line of the quarters' names."""
    left, top, width, height = field
    x, y = left + width / 2, top + height / 2
    across = (left, x) if spot.x < x else (x, left + width)
    down = (top + NAMES, y) if spot.y < y else (y, top + height - NAMES)
    return across[0], down[0], across[1], down[1]


def _point(x: float, y: float, field: Box) -> tuple[float, float]:
    left, top, width, height = field
    return (
        left + PAD + (width - 2 * PAD) * min(max(x, 0), 1),
        top + RISE + (height - 2 * RISE) * (1 - min(max(y, 0), 1)),
    )


def _radius(spec: Bubbles, canvas: Canvas, item: Bubble) -> float:
    r = 5.0 if item.hollow else _sized(spec, canvas, item.size)
    return max(r, 8.0) if item.number else r  # so that its number stands in it


def _sized(spec: Bubbles, canvas: Canvas, size: float) -> float:
    """The area goes with the size, from a least radius on."""
    biggest = max((b.size for b in spec.items if not b.hollow), default=1) or 1
    grow = 13 * (0.8 if canvas.width < 500 else 1)
    return 5 + grow * math.sqrt(min(max(size, 0) / biggest, 1))


def _whiskers(spot: _Spot, canvas: Canvas, field: Box) -> None:
    if spot.item.x_range:
        (a, _), (z, _) = (_point(x, 0, field) for x in spot.item.x_range)
        if z - a > 2 * spot.r:
            canvas.line(a, spot.y, z, spot.y, "line", 0.7)
    if spot.item.y_range:
        (_, a), (_, z) = (_point(0, y, field) for y in spot.item.y_range)
        if a - z > 2 * spot.r:
            canvas.line(spot.x, a, spot.x, z, "line", 0.7)


def _bubble(item: Bubble, canvas: Canvas, x: float, y: float, r: float) -> None:
    """A marked one has a second ring, so that it is told without colour."""
    tone = "alarm" if item.mark else "accent"
    fill = "ground" if item.hollow else f"{tone}-soft"
    canvas.circle(x, y, r, fill, tone, 1.5, "3 2" if item.unsure else None)
    if item.mark:
        canvas.circle(x, y, r + 2.5, None, tone, 1)


def _signs(spec: Bubbles, canvas: Canvas) -> Iterator[tuple[Sign, str]]:
    """The key: sizes, hollow and dashed bubbles, whiskers; only what is there to explain."""
    for size, words in spec.sizes:
        yield _ring(_sized(spec, canvas, size)), words
    if spec.hollow_text and any(b.hollow for b in spec.items):
        yield _ring(5, "ground"), spec.hollow_text
    if spec.unsure_text and any(b.unsure for b in spec.items):
        yield _ring(6, dash="3 2"), spec.unsure_text
    if spec.mark_text and any(b.mark for b in spec.items):
        yield _marked, spec.mark_text
    if spec.range_text and any(b.x_range or b.y_range for b in spec.items):
        yield _whisker, spec.range_text


def _ring(r: float, fill: str = "accent-soft", dash: str | None = None) -> Sign:
    return lambda canvas, x, y: canvas.circle(x, y, r, fill, "accent", 1.5, dash)


def _marked(canvas: Canvas, x: float, y: float) -> None:
    canvas.circle(x, y, 3.5, "alarm-soft", "alarm", 1.5)
    canvas.circle(x, y, 6, None, "alarm", 1)


def _whisker(canvas: Canvas, x: float, y: float) -> None:
    canvas.line(x - 6, y, x + 6, y, "line", 0.9)
    canvas.circle(x, y, 2.5, "accent-soft", "accent", 1)


def _corners(spec: Bubbles, field: Box) -> list[Box]:
    """The room that the names of the quarters take, and the lines between these."""
    x, y, w, h = field
    across, down = x + w / 2, y + h / 2
    found = [(x, down - 1, x + w, down + 1), (across - 1, y, across + 1, y + h)]
    for n, name in enumerate(spec.quadrants):
        need = measure(name, SMALL) + 10 if name else 0
        left = x + w - need if n % 2 else x
        top = y + h - NAMES if n // 2 else y
        found.append((left, top, left + need, top + NAMES))
    return found


def _field(spec: Bubbles, canvas: Canvas, box: Box) -> None:
    x, y, w, h = box
    canvas.rect(x, y, w, h, None, "rule")
    canvas.line(x + w / 2, y, x + w / 2, y + h, "line")
    canvas.line(x, y + h / 2, x + w, y + h / 2, "line")
    for n, name in enumerate(spec.quadrants):  # top left, top right, bottom left, bottom right
        right, low = n % 2, n // 2
        words = cut(name, w / 2 - 16, SMALL)
        canvas.text(
            x + w - 8 if right else x + 8,
            y + h - 8 if low else y + 15,
            words,
            SMALL,
            "muted",
            "end" if right else "start",
        )
    low_x, high_x = (f"{spec.x_name}: {spec.x_ends[0]}", f"{spec.x_ends[1]}")
    canvas.text(x, y + h + 16, cut(low_x, w * 0.7, SMALL), SMALL, "muted")
    canvas.text(x + w, y + h + 16, high_x, SMALL, "muted", "end")
    low_y, high_y = (f"{spec.y_name}: {spec.y_ends[0]}", f"{spec.y_ends[1]}")
    canvas.text(x - 10, y + h, cut(low_y, h * 0.7, SMALL), SMALL, "muted", turn=-90)
    canvas.text(x - 10, y, high_y, SMALL, "muted", "end", turn=-90)


def _room(label: str, spot: _Spot, field: Box, taken: list[Box]) -> Box | None:
    """A place for the label beside its bubble that touches nothing, if there is one."""
    x, y, r = spot.x, spot.y, spot.r
    w, h = measure(label), SIZE + 4
    right, left = r + 4, -r - 4 - w
    for dx, dy in (
        (right, -h / 2),
        (left, -h / 2),
        (-w / 2, r + 4),
        (-w / 2, -r - 4 - h),
        (right, 0),
        (right, -h),
        (left, 0),
        (left, -h),
        (0, r + 4),
        (-w, r + 4),
        (0, -r - 4 - h),
        (-w, -r - 4 - h),
    ):
        box = (x + dx, y + dy, x + dx + w, y + dy + h)
        inside = box[0] >= field[0] and box[1] >= field[1]
        inside = inside and box[2] <= field[2] and box[3] <= field[3]
        if inside and not any(_touch(box, other) for other in taken):
            return box
    return None


def _touch(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
