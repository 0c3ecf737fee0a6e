"""Which columns are empty together: columns down, the most frequent patterns across."""

from __future__ import annotations

from crmaudit.report.figures.bars import label_column
from crmaudit.report.figures.key import Sign, key
from crmaudit.report.figures.svg import SMALL, Canvas, cut, measure, wrap
from crmaudit.report.specs import Missingness

ROW = 19.0
HEAD = 34.0


def missingness(spec: Missingness, canvas: Canvas) -> None:
    """A bar of what is filled, then a column a pattern: filled light, empty dark with a sign."""
    narrow = canvas.width < 500
    space, _ = label_column([c.label for c in spec.columns], canvas.width, 0.3)
    numbers = max((measure(c.text, SMALL) for c in spec.columns), default=0)
    bar = 30.0 if narrow else 70.0
    left = space + 8 + bar + 4 + numbers + 10
    count = max(len(spec.patterns), 1)
    width = min((canvas.width - left) / count, 64.0)
    top = key(canvas, _signs()) + 4
    said = [wrap(p.text, width - 4, SMALL, 2) for p in spec.patterns]
    fits = all(measure(word, SMALL) <= width - 4 for p in spec.patterns for word in p.text.split())
    head = HEAD if fits else max((measure(p.text, SMALL) for p in spec.patterns), default=0) + 10
    canvas.text(space + 8, top + head - 8, "filled", SMALL, "muted")
    for n, pattern in enumerate(spec.patterns):
        middle = left + n * width + width / 2
        if fits:
            canvas.lines(middle, top + head / 2, said[n], SMALL, "muted", "middle")
        else:
            canvas.text(middle + 3, top + head - 6, pattern.text, SMALL, "muted", turn=-90)
    y = top + head
    for row, column in enumerate(spec.columns):
        middle = y + ROW / 2
        canvas.lines(0, middle, [cut(column.label, space)])
        canvas.rect(space + 8, middle - 5, bar, 10, "surface", "rule")
        canvas.rect(space + 8, middle - 5, bar * min(max(column.value or 0, 0), 1), 10, "accent")
        canvas.lines(space + 8 + bar + 4, middle, [column.text], SMALL, "muted")
        for n, pattern in enumerate(spec.patterns):
            _cell(canvas, left + n * width, y, width, row in pattern.empty)
        y += ROW
    canvas.height = y + 4


def _cell(canvas: Canvas, x: float, y: float, width: float, empty: bool) -> None:
    canvas.rect(x + 1, y + 1, width - 2, ROW - 2, "seq-5" if empty else "seq-1")
    if empty:
        canvas.lines(x + width / 2, y + ROW / 2, ["–"], SMALL, "seq-5-ink", "middle", bold=True)


def _signs() -> list[tuple[Sign, str]]:
    return [
        (lambda canvas, x, y: _cell(canvas, x - 7, y - ROW / 2, 14, False), "filled"),
        (lambda canvas, x, y: _cell(canvas, x - 7, y - ROW / 2, 14, True), "empty"),
    ]
