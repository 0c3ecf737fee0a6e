"""Horizontal bars, whole and stacked, with the numbers written beside them."""

from __future__ import annotations

from math import isfinite

from crmaudit.report.figures.svg import LINE, SIZE, SMALL, Canvas, cut, measure, wrap
from crmaudit.report.specs import NOT_ASSESSED, Bars, Stacked

GAP = 8.0
BAR = 16.0


def label_column(
    labels: list[str], width: float, most: float = 0.38
) -> tuple[float, list[list[str]]]:
    """The width that the labels need, and the labels wrapped to it."""
    space = min(max((measure(label) for label in labels), default=0), width * most)
    return space, [wrap(label, space) for label in labels]


def row_height(lines: list[str], least: float = BAR + 8) -> float:
    return max(least, len(lines) * SIZE * LINE + 6)


def bars(spec: Bars, canvas: Canvas) -> None:
    """One bar an item; the number stands at its end, hatched where there is none.

    In a narrow column the label and the number stand above their bar.
    """
    narrow = canvas.width < 500
    texts = [i.text or NOT_ASSESSED for i in spec.items]
    most = max((measure(t, bold=True) for t in texts), default=0)
    if narrow:
        space, labels = 0.0, [wrap(i.label, canvas.width * 0.5, lines=2) for i in spec.items]
        left, full, numbers = 0.5, canvas.width - 1, canvas.width * 0.48
    else:
        space, labels = label_column([i.label for i in spec.items], canvas.width)
        numbers = min(most, canvas.width * 0.3)
        left = space + GAP
        full = canvas.width - left - numbers - GAP
    values = [i.value for i in spec.items if i.value is not None and isfinite(i.value)]
    top = spec.top or max([*values, spec.target or 0, 0]) or 1
    start = y = 20.0 if spec.target is not None and spec.target_text else 4.0
    rows = []
    for item, text, lines in zip(spec.items, texts, labels, strict=True):
        said = wrap(text, numbers)
        above = max(len(lines), len(said)) * SIZE * LINE if narrow else 0.0
        height = above + BAR + 9 if narrow else max(row_height(lines), row_height(said))
        rows.append((item, lines, said, y + above / 2, y + above + (height - above) / 2))
        y += height
    canvas.line(left, start, left, y, "line")
    if spec.target is not None:
        _target(spec, canvas, left + full * min(spec.target / top, 1), (start, y))
    for item, lines, said, words, middle in rows:
        middle = middle if not narrow else middle - 1
        canvas.lines(0, words if narrow else middle, lines, halo=narrow)
        missing = item.value is None or not isfinite(item.value)
        length = full
        if missing:
            canvas.hatch(left, middle - BAR / 2, full, BAR)
        else:
            length = full * min(max((item.value or 0) / top, 0), 1)
            canvas.rect(left, middle - BAR / 2, length, BAR, "alarm" if item.mark else "accent")
        fill = "muted" if missing else "ink"
        if narrow:
            canvas.lines(canvas.width, words, said, SIZE, fill, "end", item.mark, True)
        else:
            canvas.lines(left + length + 6, middle, said, SIZE, fill, "start", item.mark, True)
    canvas.height = y + 4


def _target(spec: Bars, canvas: Canvas, x: float, span: tuple[float, float]) -> None:
    canvas.line(x, span[0] - 2, x, span[1], "ink", 1, "3 2")
    if spec.target_text:
        words = cut(spec.target_text, canvas.width, SMALL)
        half = measure(words, SMALL) / 2
        x = min(max(x, half), canvas.width - half)
        canvas.text(x, span[0] - 6, words, SMALL, "muted", "middle")


def stacked(spec: Stacked, canvas: Canvas) -> None:
    """Parts side by side, each with its number where it fits; a key above."""
    y = _key(spec, canvas)
    space, labels = label_column([i.label for i in spec.items], canvas.width)
    left = space + GAP
    full = canvas.width - left
    most = max((sum(i.values) for i in spec.items), default=0) or 1
    for item, lines in zip(spec.items, labels, strict=True):
        height = row_height(lines)
        middle = y + height / 2
        canvas.lines(0, middle, lines)
        total = sum(item.values)
        scale = full / ((total if spec.share else most) or 1)
        x = left
        for n, (value, text) in enumerate(zip(item.values, item.texts, strict=True)):
            length = value * scale
            if length <= 0:
                continue
            part = f"cat-{n % 4 + 1}"
            canvas.rect(x, middle - BAR / 2, max(length - 1.5, 0.8), BAR, part)
            if measure(text, SMALL) + 6 < length:
                canvas.lines(x + length / 2, middle, [text], SMALL, f"{part}-ink", "middle")
            x += length
        y += height
    canvas.height = y + 4


def _key(spec: Stacked, canvas: Canvas) -> float:
    x, y = 0.0, 14.0
    for n, part in enumerate(spec.parts):
        words = cut(part, canvas.width - 20)
        need = measure(words) + 34
        if x and x + need > canvas.width:
            x, y = 0.0, y + 18
        canvas.rect(x, y - 10, 11, 11, f"cat-{n % 4 + 1}")
        canvas.text(x + 16, y, words)
        x += need
    return y + 10
