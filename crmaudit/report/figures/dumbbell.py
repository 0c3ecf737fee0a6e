"""Perceived against measured: hollow dot = said, filled dot = measured."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.report.figures.bars import GAP, label_column, row_height
from crmaudit.report.figures.key import Sign, key
from crmaudit.report.figures.svg import SMALL, Canvas, measure
from crmaudit.report.numbers import written
from crmaudit.report.specs import NOT_ASSESSED, Dumbbell, Say

R = 5.5


def dumbbell(spec: Dumbbell, canvas: Canvas) -> None:
    """One line an item, on a scale with five ticks."""
    narrow = canvas.width < 500
    space, labels = label_column([i.label for i in spec.items], canvas.width, 0.34)
    pad = max(
        (measure(t, SMALL) for i in spec.items for t in (i.said_text, i.measured_text)), default=0
    )
    pad = min(pad + R + 6, canvas.width * 0.16)
    left, right = space + GAP + pad, canvas.width - pad
    width = (spec.high - spec.low) or 1

    def at(value: float) -> float:
        return left + (right - left) * min(max((value - spec.low) / width, 0), 1)

    measured_at_all = any(i.measured is not None for i in spec.items)
    top = y = key(canvas, _signs(spec, measured_at_all, canvas.say)) + 2
    rows = []
    for item, lines in zip(spec.items, labels, strict=True):
        height = row_height(lines, 28)
        rows.append((item, lines, y + height / 2))
        y += height
    ticks = [spec.low + width * n / 4 for n in range(0, 5, 2 if narrow else 1)]
    for tick in ticks:
        canvas.line(at(tick), top, at(tick), y, "rule")
        canvas.text(at(tick), y + 14, written(tick, "g", spec.language), SMALL, "muted", "middle")
    for item, lines, middle in rows:
        canvas.lines(0, middle, lines)
        said, measured = item.said, item.measured
        if said is not None and measured is not None:
            gap = "alarm" if said - measured > width / 5 else "line"
            canvas.line(at(said), middle, at(measured), middle, gap, 2.2)
        said_left = said is not None and (measured is None or said < measured)
        if measured is not None:
            canvas.circle(at(measured), middle, R, "accent")
            _beside(canvas, at(measured), middle, item.measured_text, not said_left)
        if said is not None:
            canvas.circle(at(said), middle, R - 0.6, "ground", "accent", 2)
            _beside(canvas, at(said), middle, item.said_text, said_left)
        if measured is None and measured_at_all:
            words = f"{spec.measured_name}: {canvas.say(NOT_ASSESSED)}"
            need = measure(words, SMALL) + 12
            x = right - need + pad if said is None or at(said) < (left + right) / 2 else left - pad
            canvas.hatch(x, middle - 8, need, 16)
            canvas.rect(x + 4, middle - 6.5, need - 8, 13, "ground")
            canvas.lines(x + 6, middle, [words], SMALL, "muted")
    canvas.height = y + 22


def _signs(spec: Dumbbell, measured: bool, say: Say) -> Iterator[tuple[Sign, str]]:
    yield lambda canvas, x, y: canvas.circle(x, y, R - 1, "ground", "accent"), spec.said_name
    if measured:
        yield lambda canvas, x, y: canvas.circle(x, y, R - 0.5, "accent"), spec.measured_name
    else:
        words = f"{spec.measured_name}: {say(NOT_ASSESSED)}"
        yield lambda canvas, x, y: canvas.hatch(x - 6, y - 6, 12, 12), words


def _beside(canvas: Canvas, x: float, middle: float, text: str, left: bool) -> None:
    side = -(R + 4) if left else R + 4
    canvas.lines(x + side, middle, [text], SMALL, anchor="end" if left else "start")
