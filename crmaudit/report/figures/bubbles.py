"""A map of two judgements; labels stand beside their bubble or, numbered, below."""

from __future__ import annotations

import math

from crmaudit.report.figures.svg import SIZE, SMALL, Canvas, cut, measure, wrap
from crmaudit.report.specs import Bubble, Bubbles

Box = tuple[float, float, float, float]


def bubbles(spec: Bubbles, canvas: Canvas) -> None:
    """A square field with its four quarters named in the corners."""
    left, top = 24.0, 8.0
    width = canvas.width - left - 8
    height = min(width * 0.62, 420) if canvas.width > 500 else width
    _field(spec, canvas, (left, top, width, height))
    biggest = max((b.size for b in spec.items), default=1) or 1
    pad = 24.0
    placed: list[tuple[Bubble, float, float, float]] = []
    for item in spec.items:
        r = 5 + 13 * math.sqrt(max(item.size, 0) / biggest) * (0.8 if canvas.width < 500 else 1)
        x = left + pad + (width - 2 * pad) * min(max(item.x, 0), 1)
        y = top + pad + (height - 2 * pad) * (1 - min(max(item.y, 0), 1))
        placed.append((item, x, y, r))
    placed.sort(key=lambda p: (-p[3], p[0].label))
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for _, x, y, r in placed]
    field = (left + 2, top + 2, left + width - 2, top + height - 2)
    keyed: list[tuple[int, str]] = []
    for item, x, y, r in placed:
        canvas.circle(
            x,
            y,
            r,
            "alarm-soft" if item.mark else "accent-soft",
            "alarm" if item.mark else "accent",
            1.5,
        )
    for item, x, y, r in placed:
        spot = _spot(item.label, (x, y, r), field, taken)
        if spot:
            taken.append(spot)
            canvas.text(spot[0], spot[3] - 4, item.label)
        else:
            keyed.append((len(keyed) + 1, item.label))
            canvas.lines(x, y, [str(len(keyed))], SMALL, anchor="middle", bold=True)
    y = top + height + 34
    for number, label in keyed:
        for line in wrap(f"{number}  {label}", canvas.width - left, SMALL, 2):
            canvas.text(left, y, line, SMALL)
            y += SMALL * 1.4
    canvas.height = y if keyed else y - 8


def _field(spec: Bubbles, canvas: Canvas, box: Box) -> None:
    x, y, w, h = box
    canvas.rect(x, y, w, h, None, "rule")
    canvas.line(x + w / 2, y, x + w / 2, y + h)
    canvas.line(x, y + h / 2, x + w, y + h / 2)
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
    low_x, high_x = (f"{spec.x_name}: {spec.x_ends[0]}", f"{spec.x_ends[1]} →")
    canvas.text(x, y + h + 16, cut(low_x, w * 0.7, SMALL), SMALL, "muted")
    canvas.text(x + w, y + h + 16, high_x, SMALL, "muted", "end")
    low_y, high_y = (f"{spec.y_name}: {spec.y_ends[0]}", f"{spec.y_ends[1]} →")
    canvas.text(x - 10, y + h, cut(low_y, h * 0.7, SMALL), SMALL, "muted", turn=-90)
    canvas.text(x - 10, y, high_y, SMALL, "muted", "end", turn=-90)


def _spot(
    label: str, circle: tuple[float, float, float], field: Box, taken: list[Box]
) -> Box | None:
    """A place for the label beside its circle that touches nothing, if there is one."""
    x, y, r = circle
    w, h = measure(label), SIZE + 4
    for dx, dy in (
        (r + 4, -h / 2),
        (-r - 4 - w, -h / 2),
        (-w / 2, r + 2),
        (-w / 2, -r - h - 2),
        (r * 0.7 + 3, r * 0.7),
        (r * 0.7 + 3, -r * 0.7 - h),
        (-r * 0.7 - 3 - w, r * 0.7),
        (-r * 0.7 - 3 - w, -r * 0.7 - h),
    ):
        box = (x + dx, y + dy, x + dx + w, y + dy + h)
        inside = box[0] >= field[0] and box[1] >= field[1]
        inside = inside and box[2] <= field[2] and box[3] <= field[3]
        if inside and not any(_touch(box, other) for other in taken):
            return box
    return None


def _touch(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
