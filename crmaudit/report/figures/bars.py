"""Horizontal bars, whole and stacked, with the numbers written beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from crmaudit.report.figures.key import ALARM, PARTS, Sign, key, part
from crmaudit.report.figures.svg import LINE, SIZE, SMALL, Canvas, cut, measure, wrap
from crmaudit.report.specs import NOT_ASSESSED, Bars, Stacked

GAP = 8.0
BAR = 16.0
OPEN = 14.0  # length of an open bar's end


def label_column(
    labels: list[str], width: float, most: float = 0.38
) -> tuple[float, list[list[str]]]:
    """The width that the labels need, and the labels wrapped to it."""
    space = min(max((measure(label) for label in labels), default=0), width * most)
    return space, [wrap(label, space) for label in labels]


def row_height(lines: list[str], least: float = BAR + 8) -> float:
    return max(least, len(lines) * SIZE * LINE + 6)


@dataclass(frozen=True, slots=True)
class _Row:
    """The lines of the label and of what is said at the end, and where they stand."""

    label: list[str]
    said: list[str]
    words: float
    middle: float


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where bars begin, how long a full one is, and the rows from top to bottom."""

    left: float
    full: float
    rows: tuple[_Row, ...]
    bottom: float


def _frame(
    canvas: Canvas, labels: Sequence[str], texts: Sequence[str], top: float, tail: float = 0
) -> _Frame:
    """In a narrow column label and text stand above their bar, else beside it.

    `tail` is the room kept behind a full bar.
    """
    narrow = canvas.width < 500
    most = max((measure(t, bold=True) for t in texts), default=0)
    if narrow:
        lines = [wrap(label, canvas.width * 0.5, lines=2) for label in labels]
        left, full, numbers = 0.5, canvas.width - 1, canvas.width * 0.48
    else:
        space, lines = label_column(list(labels), canvas.width)
        numbers = min(most, canvas.width * 0.3)
        left = space + GAP
        full = canvas.width - left - numbers - GAP
    y, rows = top, []
    for label, text in zip(lines, texts, strict=True):
        said = wrap(text, numbers) if text else []
        above = max(len(label), len(said)) * SIZE * LINE if narrow else 0.0
        height = above + BAR + 9 if narrow else max(row_height(label), row_height(said))
        middle = y + above + (height - above) / 2
        words, middle = (y + above / 2, middle - 1) if narrow else (middle, middle)
        rows.append(_Row(label, said, words, middle))
        y += height
    return _Frame(left, full - tail, tuple(rows), y)


def _write(canvas: Canvas, row: _Row, x: float, fill: str = "ink", bold: bool = False) -> None:
    """The text of a row at its bar's end, or above the bar's right end."""
    if canvas.width < 500:
        canvas.lines(canvas.width, row.words, row.said, SIZE, fill, "end", bold, True)
    else:
        canvas.lines(x + 6, row.middle, row.said, SIZE, fill, "start", bold, True)


def bars(spec: Bars, canvas: Canvas) -> None:
    """One bar an item; the number stands at its end, hatched where there is none."""
    texts = [i.text or canvas.say(NOT_ASSESSED) for i in spec.items]
    values = [i.value for i in spec.items if i.value is not None and isfinite(i.value)]
    top = spec.top or max([*values, spec.target or 0, 0]) or 1
    start = 20.0 if spec.target is not None and spec.target_text else 4.0
    frame = _frame(canvas, [i.label for i in spec.items], texts, start)
    left, full = frame.left, frame.full
    canvas.line(left, start, left, frame.bottom, "line")
    if spec.target is not None:
        at = left + full * min(spec.target / top, 1)
        _target(spec, canvas, at, (start, frame.bottom))
    for item, row in zip(spec.items, frame.rows, strict=True):
        canvas.lines(0, row.words, row.label, halo=canvas.width < 500)
        missing = item.value is None or not isfinite(item.value)
        length = full
        if missing:
            canvas.hatch(left, row.middle - BAR / 2, full, BAR)
        else:
            length = full * min(max((item.value or 0) / top, 0), 1)
            fill = "alarm" if item.mark else "accent"
            canvas.rect(left, row.middle - BAR / 2, length, BAR, fill)
        _write(canvas, row, left + length, "muted" if missing else "ink", item.mark)
    canvas.height = frame.bottom + 4


def _target(spec: Bars, canvas: Canvas, x: float, span: tuple[float, float]) -> None:
    canvas.line(x, span[0] - 2, x, span[1], "ink", 1, "3 2")
    if spec.target_text:
        words = cut(spec.target_text, canvas.width, SMALL)
        half = measure(words, SMALL) / 2
        x = min(max(x, half), canvas.width - half)
        canvas.text(x, span[0] - 6, words, SMALL, "muted", "middle")


def stacked(spec: Stacked, canvas: Canvas) -> None:
    """Parts side by side, told apart by texture too; a number where it fits; a key above."""
    looks = [ALARM if n == spec.alarm else n for n in range(len(spec.parts))]
    entries = [(_piece(look), name) for look, name in zip(looks, spec.parts, strict=True)]
    if spec.open_text and any(i.open for i in spec.items):
        entries.append((lambda c, x, y: _open(c, x - 6, y - BAR / 2), spec.open_text))
    y = key(canvas, entries) - 4
    labels, texts = [i.label for i in spec.items], [i.text for i in spec.items]
    tail = OPEN if any(i.open for i in spec.items) and not spec.share else 0
    frame = _frame(canvas, labels, texts, y, tail)
    most = max((i.value for i in spec.items if isfinite(i.value)), default=0) or 1
    for item, row in zip(spec.items, frame.rows, strict=True):
        canvas.lines(0, row.words, row.label)
        x, high = frame.left, row.middle - BAR / 2
        scale = frame.full / ((item.value if spec.share else most) or 1)
        for n, value, text in zip(looks, item.values, item.texts, strict=True):
            length = value * scale if isfinite(value) else 0.0
            if length <= 0:
                continue
            part(canvas, n, x, high, max(length - 1.5, 0.8), BAR)
            need = measure(text, SMALL) + 6
            if text and need < length - 1.5:
                _number(canvas, n, text, x + (length - 1.5) / 2, row.middle, need)
            x += length
        if item.open and not spec.share:
            _open(canvas, x, high)
            x += OPEN
        _write(canvas, row, x)
    canvas.height = frame.bottom + 4


def _number(canvas: Canvas, n: int, text: str, x: float, middle: float, width: float) -> None:
    """A number on its part, with a plain ground under it where the part is grained."""
    fill, grain, _ = PARTS[n % len(PARTS)]
    if grain:
        canvas.rect(x - width / 2 + 1, middle - 6.5, width - 2, 13, fill)
    ink = "ink" if fill == "ground" else f"{fill}-ink"
    canvas.lines(x, middle, [text], SMALL, ink, "middle")


def _open(canvas: Canvas, x: float, y: float) -> None:
    """The open end of a bar to which more may come."""
    for top in (y + 0.5, y + BAR - 0.5):
        canvas.line(x, top, x + OPEN - 1, top, "line", 1.2, "3 2")


def _piece(n: int) -> Sign:
    return lambda canvas, x, y: part(canvas, n, x - 6, y - 6, 12, 12)
