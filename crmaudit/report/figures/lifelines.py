"""Phases and days that matter, a line a system.

The phases run in the middle of a line, the vendor's day stands above them,
those of the contract below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from crmaudit.report.figures.bars import label_column
from crmaudit.report.figures.key import Sign, cross, key, square, wedge
from crmaudit.report.figures.svg import LINE, SIZE, SMALL, Canvas, fmt, measure, wrap
from crmaudit.report.figures.timeline import ticks
from crmaudit.report.specs import (
    LIFE_MARKS,
    LIFE_PHASES,
    DayMark,
    Life,
    Lifelines,
    LifeMark,
    Stretch,
)

BAR = 9.0
LANE = 11.5  # from the middle of a line to the marks above and below
NARROW = 500


@dataclass(frozen=True, slots=True)
class _Field:
    """The part of the canvas that is time."""

    left: float
    right: float
    first: date
    last: date

    def at(self, day: date) -> float:
        day = min(max(day, self.first), self.last)
        span = max((self.last - self.first).days, 1)
        return self.left + (self.right - self.left) * (day - self.first).days / span


WORDS = (*LIFE_PHASES, "phase not declared")


def lifelines(spec: Lifelines, canvas: Canvas) -> None:
    """One line an item, in the order given; what comes next stands at its end."""
    narrow = canvas.width < NARROW
    top = _key(spec, canvas) + (30 if spec.present else 14)
    if narrow:
        labels = [wrap(i.label, canvas.width * 0.48, lines=2) for i in spec.items]
        texts = [wrap(i.text, canvas.width * 0.5, SMALL, 2) for i in spec.items]
        field = _Field(8, canvas.width - 8, spec.first, spec.last)
    else:
        space, labels = label_column([i.label for i in spec.items], canvas.width, 0.24)
        told = min(max((measure(i.text, SMALL) for i in spec.items), default=0), 172)
        texts = [wrap(i.text, told, SMALL, 2) if i.text else [] for i in spec.items]
        field = _Field(space + 16, canvas.width - told - 20, spec.first, spec.last)
    y = top
    rows = []
    for item, label, text in zip(spec.items, labels, texts, strict=True):
        above = max(len(label), len(text)) * SIZE * LINE if narrow else 0.0
        height = above + 40 if narrow else max(36.0, len(label) * SIZE * LINE + 8)
        rows.append((item, label, text, y, above, y + above + (height - above) / 2))
        y += height
    for day, name in ticks(spec.first, spec.last, field.right - field.left):
        x = field.at(day)
        canvas.line(x, top - 4, x, y, "rule")
        if x + measure(name, SMALL) < field.right + 12:
            canvas.text(x + 3, top - 6, name, SMALL, "muted")
    if spec.present:
        x = field.at(spec.present)
        canvas.line(x, top - 16, x, y, "ink", 1.2)
        words = spec.present_text or spec.present.isoformat()
        half = measure(words, SMALL) / 2
        x = min(max(x, half), canvas.width - half)
        canvas.text(x, top - 20, words, SMALL, "ink", "middle")
    for item, label, text, start, above, middle in rows:
        if narrow:
            canvas.lines(0, start + above / 2 + 3, label, halo=True)
            canvas.lines(
                canvas.width, start + above / 2 + 3, text, SMALL, "muted", "end", halo=True
            )
        else:
            canvas.lines(0, middle, label)
            canvas.lines(field.right + 18, middle, text, SMALL, "muted")
        _life(item, canvas, field, middle)
    canvas.height = y + 4


def _life(item: Life, canvas: Canvas, field: _Field, middle: float) -> None:
    for stretch in item.stretches:
        _stretch(stretch, canvas, field, middle)
    if not item.stretches:
        canvas.hatch(field.left, middle - BAR / 2, field.right - field.left, BAR)
    days = {m.kind: m.day for m in item.marks}
    if "notice" in days and "contract" in days:
        a, z = field.at(days["notice"]), field.at(days["contract"])
        canvas.line(a, middle + LANE, z, middle + LANE, "line", 1.4)
    for mark in item.marks:
        _mark(mark, canvas, field, middle)


def _stretch(stretch: Stretch, canvas: Canvas, field: _Field, middle: float) -> None:
    start, end = stretch.start or field.first, stretch.end or field.last
    if end < field.first or start > field.last:
        return
    x, width = field.at(start), max(field.at(end) - field.at(start), 2.0)
    _phase(stretch.phase, canvas, x, middle - BAR / 2, width, BAR)
    # A bar that began earlier, or whose end nobody said, points beyond the edge.
    if stretch.start is None or stretch.start < field.first:
        d = f"M{fmt(field.left)} {fmt(middle - BAR / 2)}l-6 {fmt(BAR / 2)}l6 {fmt(BAR / 2)}z"
        canvas.path(d, None, "line")
    if stretch.end is None or stretch.end > field.last:
        d = f"M{fmt(field.right)} {fmt(middle - BAR / 2)}l6 {fmt(BAR / 2)}l-6 {fmt(BAR / 2)}z"
        canvas.path(d, None, "line")


def _phase(phase: str, canvas: Canvas, x: float, y: float, width: float, height: float) -> None:
    """Solid in use; outlined before; striped when on its way in or out."""
    if phase == "active":
        canvas.rect(x, y, width, height, "accent")
        return
    dash = "3 2" if phase == "plan" else None
    inner, high = max(width - 1, 0.5), height - 1
    canvas.rect(x + 0.5, y + 0.5, inner, high, "ground", "accent", dash, 1.1)
    if phase == "phase-in":
        canvas.grain(x + 0.5, y + 0.5, inner, high, "dots", "accent")
    elif phase == "phase-out":
        canvas.grain(x + 0.5, y + 0.5, inner, high, "upright", "accent")


def _mark(mark: DayMark, canvas: Canvas, field: _Field, middle: float) -> None:
    x = field.at(mark.day)
    height = {"support": -LANE, "own end": 0.0}.get(mark.kind, LANE)
    colour = "alarm" if mark.late else "ink"
    _SIGNS[mark.kind](canvas, x, middle + height, colour)
    year = str(mark.day.year)
    if mark.day < field.first:
        canvas.lines(x + 8, middle + height, [f"‹ {year}"], 9.5, colour, halo=True)
    elif mark.day > field.last:
        canvas.lines(x - 8, middle + height, [f"{year} ›"], 9.5, colour, "end", halo=True)


def _ring(canvas: Canvas, x: float, y: float, colour: str) -> None:
    canvas.circle(x, y, 3.6, "ground", colour, 1.8)


_SIGNS: dict[LifeMark, Callable[[Canvas, float, float, str], None]] = {
    "support": wedge,
    "own end": cross,
    "notice": _ring,
    "contract": square,
}


def _key(spec: Lifelines, canvas: Canvas) -> float:
    """Only what the drawing shows; whatever is late is in the alarm colour."""
    phases = {s.phase for i in spec.items for s in i.stretches}
    kinds = {m.kind for i in spec.items for m in i.marks}
    entries: list[tuple[Sign, str]] = [
        (_swatch(p), canvas.say(p)) for p in LIFE_PHASES if p in phases
    ]
    entries += [
        (_sign(kind), canvas.say(words)) for kind, words in LIFE_MARKS.items() if kind in kinds
    ]
    if any(not i.stretches for i in spec.items):
        entries.append((_swatch(""), canvas.say("phase not declared")))
    return key(canvas, entries)


def _swatch(phase: str) -> Sign:
    if not phase:
        return lambda canvas, x, y: canvas.hatch(x - 6, y - BAR / 2, 12, BAR)
    return lambda canvas, x, y: _phase(phase, canvas, x - 6, y - BAR / 2, 12, BAR)


def _sign(kind: LifeMark) -> Sign:
    return lambda canvas, x, y: _SIGNS[kind](canvas, x, y, "ink")
