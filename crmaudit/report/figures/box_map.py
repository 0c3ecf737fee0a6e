"""A matrix along its diagonal: small squares, boxes around what belongs together."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from crmaudit.report.figures.key import Sign, diamond, key, square
from crmaudit.report.figures.svg import Canvas, cut, fmt, measure
from crmaudit.report.specs_graph import BoxCell, BoxMap

LABEL = 9.5
READ = 11.0  # a row at least so high has its name
MOST = 40.0
TALL = 16.0


def box_map(spec: BoxMap, canvas: Canvas) -> None:
    """Entities down, systems across; names where there is room for them."""
    signs: list[tuple[Sign, str]] = [
        (partial(square, fill="accent"), spec.create_text),
        (partial(square, fill="seq-2"), spec.use_text),
    ]
    if any(c.outside for c in spec.cells):
        signs.append((partial(diamond, fill="alarm", r=4.5), spec.outside_text))
    top = key(canvas, signs) + 10
    side = min(max((measure(r, LABEL) for r in spec.rows), default=0) + 8, canvas.width / 3)
    wide = min((canvas.width - side) / max(len(spec.columns), 1), MOST)
    if wide < READ:  # names of columns would run into each other, and those of rows help little
        side = side if len(spec.rows) <= 60 else 0.0
        wide = min((canvas.width - side) / max(len(spec.columns), 1), MOST)
    high = TALL if side else max(min(wide, TALL), 900 / max(len(spec.rows), 1))
    high = min(high, TALL)
    head = 0.0
    if wide >= READ:
        head = min(max((measure(c, LABEL) for c in spec.columns), default=0) + 6, 110)
        for n, name in enumerate(spec.columns):
            x = side + n * wide + wide / 2 + LABEL / 3
            canvas.text(x, top + head - 4, cut(name, head - 4, LABEL), LABEL, turn=-90)
    if side:
        for n, name in enumerate(spec.rows):
            y = top + head + n * high + high / 2
            canvas.lines(0, y, [cut(name, side - 6, LABEL)], LABEL)
    bottom, right = top + head + high * len(spec.rows), side + wide * len(spec.columns)
    canvas.rect(side, top + head, right - side, bottom - top - head, None, "rule")
    for fill, cells in _by_look(spec.cells):
        d = "".join(_square(c, side, top + head, wide, high) for c in cells)
        canvas.path(d, None, fill)
    for box in spec.boxes:
        x, y = side + box.columns[0] * wide, top + head + box.rows[0] * high
        w = (box.columns[1] - box.columns[0] + 1) * wide
        h = (box.rows[1] - box.rows[0] + 1) * high
        canvas.rect(x, y, w, h, None, "ink", None, 1.4)
    canvas.height = bottom + 4


def _by_look(cells: tuple[BoxCell, ...]) -> Iterable[tuple[str, list[BoxCell]]]:
    """Cells by colour, so that thousands of them are a few paths."""
    looks: dict[str, list[BoxCell]] = {"seq-2": [], "accent": [], "alarm": []}
    for cell in cells:
        looks["alarm" if cell.outside else "accent" if cell.create else "seq-2"].append(cell)
    return [(fill, found) for fill, found in looks.items() if found]


def _square(cell: BoxCell, left: float, top: float, wide: float, high: float) -> str:
    gap = 1.5 if min(wide, high) > 6 else 0.2
    x, y = left + cell.column * wide + gap, top + cell.row * high + gap
    w, h = max(wide - 2 * gap, 0.6), max(high - 2 * gap, 0.6)
    if cell.outside and gap > 1:
        r = min(w, h) / 2
        tip = f"M{fmt(x + w / 2)} {fmt(y + h / 2 - r)}"
        return f"{tip}l{fmt(r)} {fmt(r)}l{fmt(-r)} {fmt(r)}l{fmt(-r)} {fmt(-r)}z"
    return f"M{fmt(x)} {fmt(y)}h{fmt(w)}v{fmt(h)}h{fmt(-w)}z"
