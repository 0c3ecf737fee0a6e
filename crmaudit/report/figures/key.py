"""Signs that tell things apart by shape, and the key that explains them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from crmaudit.report.figures.svg import Canvas, cut, fmt, measure

Sign = Callable[[Canvas, float, float], None]
"""Draws a sign centred on a point, as a rule within 12 by 12."""

# Fill, grain and its stroke: parts of a bar, told apart in grey too. The fifth is an outline,
# the last what is amiss.
PARTS: tuple[tuple[str, str, str], ...] = (
    ("cat-1", "", ""),
    ("cat-2", "upright", "cat-2-ink"),
    ("cat-3", "dots", "cat-3-ink"),
    ("cat-4", "level", "cat-4-ink"),
    ("ground", "", ""),
    ("alarm", "dots", "alarm-ink"),
)
ALARM = len(PARTS) - 1
"""The part that is amiss."""


def part(canvas: Canvas, n: int, x: float, y: float, width: float, height: float) -> None:
    """A piece of a bar in the look of the n-th part."""
    fill, grain, stroke = PARTS[n % len(PARTS)]
    if fill == "ground":
        inner = max(width - 1, 0.4)
        canvas.rect(x + 0.5, y + 0.5, inner, height - 1, fill, "line", stroke_width=1)
        return
    canvas.rect(x, y, width, height, fill)
    if grain:
        canvas.grain(x, y, width, height, grain, stroke)


def diamond(canvas: Canvas, x: float, y: float, fill: str, r: float = 6) -> None:
    d = f"M{fmt(x)} {fmt(y - r)}l{fmt(r)} {fmt(r)}l{fmt(-r)} {fmt(r)}l{fmt(-r)} {fmt(-r)}z"
    canvas.path(d, None, fill)


def wedge(canvas: Canvas, x: float, y: float, fill: str, r: float = 5) -> None:
    """A triangle that stands on its tip."""
    d = f"M{fmt(x - r)} {fmt(y - r * 0.8)}h{fmt(2 * r)}l{fmt(-r)} {fmt(r * 1.7)}z"
    canvas.path(d, None, fill)


def peak(canvas: Canvas, x: float, y: float, fill: str, r: float = 4.5) -> None:
    """A triangle on its base."""
    d = f"M{fmt(x - r)} {fmt(y + r * 0.8)}h{fmt(2 * r)}l{fmt(-r)} {fmt(-r * 1.7)}z"
    canvas.path(d, None, fill)


def cross(canvas: Canvas, x: float, y: float, stroke: str, r: float = 4.5) -> None:
    """An ×, with a rim of ground that lifts it off a bar."""
    d = f"M{fmt(x - r)} {fmt(y - r)}l{fmt(2 * r)} {fmt(2 * r)}m0 {fmt(-2 * r)}l{fmt(-2 * r)} "
    d += fmt(2 * r)
    canvas.path(d, "ground", width=5)
    canvas.path(d, stroke, width=2.2)


def square(canvas: Canvas, x: float, y: float, fill: str, r: float = 4) -> None:
    canvas.rect(x - r, y - r, 2 * r, 2 * r, fill)


def key(canvas: Canvas, entries: Iterable[tuple[Sign, str]], r: float = 6) -> float:
    """Signs with their words in lines as wide as the canvas; the height where they end.

    `r` is half the size of the largest sign.
    """
    x, middle = 1.0, max(9.0, r + 1)
    for sign, text in entries:
        words = cut(text, canvas.width - 2 * r - 8)
        need = measure(words) + 2 * r + 5
        if x > 1 and x + need > canvas.width:
            x, middle = 1.0, middle + max(18.0, 2 * r + 4)
        sign(canvas, x + r, middle)
        canvas.text(x + 2 * r + 5, middle + 4.5, words)
        x += need + 16
    return middle + max(14.0, r + 6)
