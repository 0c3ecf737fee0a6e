"""Small multiples of distributions: bins, months, or the most frequent values."""

from __future__ import annotations

from collections.abc import Sequence

from crmaudit.report.figures.svg import SMALL, Canvas, cut, measure, wrap
from crmaudit.report.specs import Bar, Panel, Panels

BODY = 76.0
LINE = 15.0
GAP = 26.0
FOOT = 42.0


def panels(spec: Panels, canvas: Canvas) -> None:
    """Panels side by side, three at most; each says below of how many rows it speaks."""
    across = min(max(len(spec.items), 1), 3 if canvas.width > 500 else 1)
    width = (canvas.width - GAP * (across - 1)) / across
    titles = [_title(p.label, width) for p in spec.items]
    y = 0.0
    for start in range(0, len(spec.items), across):
        row = spec.items[start : start + across]
        head = max(len(t) for t in titles[start : start + across]) * 16 + 4
        for n, panel in enumerate(row):
            x = n * (width + GAP)
            for k, title in enumerate(titles[start + n]):
                canvas.text(x, y + 13 + 16 * k, title, bold=True)
            if panel.kind == "values":
                _values(panel.parts, canvas, x, y + head, width)
            else:
                _bars(panel, canvas, x, y + head, width)
            canvas.text(x, y + head + BODY + 30, cut(panel.note, width, SMALL), SMALL, "muted")
        y += head + BODY + FOOT
    canvas.height = max(y, 4.0)


def _title(label: str, width: float) -> list[str]:
    """The label in two lines at most: the column's own name in the second, if it does not fit."""
    if measure(label, bold=True) <= width:
        return [label]
    lines = wrap(label, width / 1.08, lines=2)
    if " ".join(lines) == label:
        return lines
    head, dot, tail = label.rpartition(".")
    return [cut(head + dot, width / 1.08), cut(tail, width / 1.08)]


def _bars(panel: Panel, canvas: Canvas, x: float, y: float, width: float) -> None:
    """Upright bars along an axis of which both ends are named."""
    parts = panel.parts
    most = max((p.value or 0 for p in parts), default=0) or 1
    step = width / max(len(parts), 1)
    space = 1.0 if step > 4 else 0.3
    for n, bar in enumerate(parts):
        if not bar.value:
            continue
        height = max((BODY - 4) * bar.value / most, 1.2)
        fill = "alarm" if bar.mark else "accent"
        canvas.rect(x + n * step, y + BODY - height, step - space, height, fill)
    canvas.line(x, y + BODY, x + width, y + BODY, "line")
    canvas.text(x, y + BODY + 14, cut(panel.low, width * 0.48, SMALL), SMALL, "muted")
    if panel.high != panel.low:
        high = cut(panel.high, width * 0.48, SMALL)
        canvas.text(x + width, y + BODY + 14, high, SMALL, "muted", "end")


def _values(parts: Sequence[Bar], canvas: Canvas, x: float, y: float, width: float) -> None:
    """Lying bars, each with its value before it and its rows behind it."""
    shown = parts[: int((BODY + 14) // LINE)]
    most = max((p.value or 0 for p in shown), default=0) or 1
    names = min(max((measure(p.label, SMALL) for p in shown), default=0), width * 0.44)
    numbers = max((measure(p.text, SMALL) for p in shown), default=0)
    full = max(width - names - numbers - 12, 8)
    for n, bar in enumerate(shown):
        middle = y + LINE * n + LINE / 2
        canvas.lines(x, middle, [cut(bar.label, names, SMALL)], SMALL)
        length = max(full * (bar.value or 0) / most, 0.8)
        canvas.rect(x + names + 6, middle - 5, length, 10, "alarm" if bar.mark else "accent")
        canvas.lines(x + names + 6 + length + 4, middle, [bar.text], SMALL, "muted")
