"""A table of shares in five steps; the number stays in every cell."""

from __future__ import annotations

import math

from crmaudit.report.figures.bars import label_column, row_height
from crmaudit.report.figures.svg import SMALL, Canvas, measure, wrap
from crmaudit.report.specs import Heat


def heat(spec: Heat, canvas: Canvas) -> None:
    """Cells apart by a gap; heads are turned where they do not fit."""
    count = max(len(spec.columns), 1)
    space, labels = label_column(list(spec.rows), canvas.width, 0.3)
    left = space + 10
    width = min((canvas.width - left) / count, 96)
    heads = [wrap(name, width - 6, SMALL, 2) for name in spec.columns]
    turned = any(measure(word, SMALL) > width - 6 for c in spec.columns for word in c.split())
    if turned:
        longest = max(measure(name, SMALL) for name in spec.columns)
        top = min(longest, 130) * math.sin(math.radians(55)) + 14
    else:
        top = max(len(h) for h in heads) * SMALL * 1.3 + 8 if heads else 8.0
    for n, (name, lines) in enumerate(zip(spec.columns, heads, strict=True)):
        x = left + n * width + width / 2
        if turned:
            canvas.text(x, top - 6, wrap(name, 130, SMALL, 1)[0], SMALL, "muted", turn=-55)
        else:
            canvas.lines(x, top / 2, lines, SMALL, "muted", "middle")
    y = top
    for cells, lines in zip(spec.cells, labels, strict=True):
        height = row_height(lines, 26)
        canvas.lines(0, y + height / 2, lines)
        for n, cell in enumerate(cells):
            x = left + n * width
            if cell.value is None:
                canvas.hatch(x + 1.5, y + 1.5, width - 3, height - 3)
                continue
            share = min(max(cell.value, 0), 1)
            step = min(int((share if spec.dark == "high" else 1 - share) * 5), 4) + 1
            canvas.rect(x + 1, y + 1, width - 2, height - 2, f"seq-{step}")
            fits = measure(cell.text, SMALL) <= width - 6
            size = SMALL if fits else 8.5
            words = wrap(cell.text, width - 4, size, 1)
            canvas.lines(x + width / 2, y + height / 2, words, size, f"seq-{step}-ink", "middle")
            if cell.mark:
                canvas.rect(x + 2, y + 2, width - 4, height - 4, None, "alarm", stroke_width=2.2)
        y += height
    canvas.height = y + 4
    last = left + width * count
    if turned:
        last += min(longest, 130) * math.cos(math.radians(55)) - width / 2
    canvas.width = max(canvas.width, last)
