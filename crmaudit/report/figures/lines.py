"""Small multiples of series in time, the last value written at the line's end."""

from __future__ import annotations

from datetime import date

from crmaudit.report.figures.svg import SMALL, Canvas, cut, fmt, measure, wrap
from crmaudit.report.specs import Lines, Series

PANEL = 120.0
GAP = 28.0


def lines(spec: Lines, canvas: Canvas) -> None:
    """Panels side by side, three at most, one time axis for all."""
    across = min(max(len(spec.series), 1), 3 if canvas.width > 500 else 1)
    width = (canvas.width - GAP * (across - 1)) / across
    days = [day for s in spec.series for day, _ in s.points]
    if not days:
        canvas.height = 4
        return
    first, last = min(days), max(days)
    titles = [wrap(s.label, width, lines=2) for s in spec.series]
    y = 0.0
    for start in range(0, len(spec.series), across):
        head = max(len(t) for t in titles[start : start + across]) * 16 + 4
        for n, series in enumerate(spec.series[start : start + across]):
            x = n * (width + GAP)
            for k, title in enumerate(titles[start + n]):
                canvas.text(x, y + 13 + 16 * k, title, bold=True)
            words = spec.named(first), spec.named(last)
            _panel(series, canvas, (x, y + head, width), (first, last), words)
        y += head + PANEL + 24
    canvas.height = y


def _panel(
    series: Series,
    canvas: Canvas,
    place: tuple[float, float, float],
    span: tuple[date, date],
    ends: tuple[str, str],
) -> None:
    x0, y0, width = place
    values = [v for _, v in series.points]
    if not values:
        return
    low, high = min([0.0, *values]), max(values)
    rise = (high - low) or 1
    label = cut(series.last_text, width * 0.5)
    right = width - measure(label, bold=True) - 10
    days = max((span[1] - span[0]).days, 1)

    def at(day: date, value: float) -> tuple[float, float]:
        x = x0 + right * (day - span[0]).days / days
        return x, y0 + 18 + (PANEL - 24) * (1 - (value - low) / rise)

    canvas.line(x0, y0 + PANEL - 6, x0 + right, y0 + PANEL - 6, "line")
    canvas.text(x0, y0 + PANEL + 9, ends[0], SMALL, "muted")
    if right > 2 * measure(ends[1], SMALL):
        canvas.text(x0 + right, y0 + PANEL + 9, ends[1], SMALL, "muted", "end")
    if series.event:
        x, _ = at(min(max(series.event, span[0]), span[1]), low)
        canvas.line(x, y0 + 12, x, y0 + PANEL - 6, "ink", 1, "3 2")
        words = cut(series.event_text, width, SMALL)
        over = max(0.0, x + measure(words, SMALL) - x0 - width)
        canvas.text(x - over, y0 + 9, words, SMALL, "muted")
    points = [at(day, value) for day, value in sorted(series.points)]
    d = "M" + "L".join(f"{fmt(x)} {fmt(y)}" for x, y in points)
    canvas.path(d, "accent", width=2)
    canvas.circle(*points[-1], 3.5, "accent")
    canvas.lines(points[-1][0] + 8, points[-1][1], [label], bold=True)
