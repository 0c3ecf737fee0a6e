"""What the plan costs and brings over time, and how many days it takes of whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from crmaudit.report import numbers
from crmaudit.report.figures.key import key, part
from crmaudit.report.figures.svg import SMALL, Canvas, fmt, measure
from crmaudit.report.specs import Curve, Loads

WORDS = ("earned back: {month}", "end of the work", "not earned back in the time shown")
HIGH = 230.0
BOTTOM = 22.0


def curve(spec: Curve, canvas: Canvas) -> None:
    """Two bands from low to high with a line in the middle; where they cross is marked."""
    if len(spec.months) < 2:
        canvas.height = 4
        return
    top = (
        key(
            canvas,
            [
                (_band("alarm-soft", "alarm", "5 3"), spec.cost_name),
                (_band("accent-soft", "accent", None), spec.benefit_name),
            ],
        )
        + 20
    )
    most = max(high for _, high in (*spec.cost, *spec.benefit)) or 1
    step = _step(most)
    names = [numbers.number(n * step, 0, spec.language) for n in range(int(most / step) + 2)]
    left = max(measure(n, SMALL) for n in names) + 8
    full = canvas.width - left - 10
    roof = step * (len(names) - 1)
    field = (left, top, full)

    def at(n: int, value: float) -> tuple[float, float]:
        return left + full * n / (len(spec.months) - 1), top + HIGH * (1 - value / roof)

    canvas.text(0, top - 9, spec.currency, SMALL, "muted")
    for n, name in enumerate(names):
        y = at(0, n * step)[1]
        canvas.line(left, y, left + full, y, "rule" if n else "line")
        canvas.text(left - 6, y + 3.5, name, SMALL, "muted", "end")
    _months(spec.months, canvas, field, spec.language)
    for values, fill, stroke in (
        (spec.cost, "alarm-soft", "alarm"),
        (spec.benefit, "accent-soft", "accent"),
    ):
        up = [at(n, high) for n, (_, high) in enumerate(values)]
        down = [at(n, low) for n, (low, _) in reversed(list(enumerate(values)))]
        d = "M" + "L".join(f"{fmt(x)} {fmt(y)}" for x, y in (*up, *down)) + "z"
        canvas.path(d, stroke, fill, 0.5)
    for values, stroke, dash in ((spec.cost, "alarm", "5 3"), (spec.benefit, "accent", None)):
        middle = [at(n, (low + high) / 2) for n, (low, high) in enumerate(values)]
        d = "M" + "L".join(f"{fmt(x)} {fmt(y)}" for x, y in middle)
        canvas.path(d, stroke, width=2, dash=dash)
    marks: list[tuple[date, str]] = []
    if spec.ends:
        marks.append((spec.ends, canvas.say("end of the work")))
    if spec.even:
        told = canvas.say("earned back: {month}")
        marks.append((spec.even, told.format(month=numbers.month(spec.even, spec.language))))
    for n, (day, words) in enumerate(marks):
        if day in spec.months:
            x = at(spec.months.index(day), 0)[0]
            canvas.line(x, top - 2, x, top + HIGH, "ink", 1, "2 2")
            half = measure(words, SMALL) / 2
            where = min(max(x, half), canvas.width - half)
            canvas.text(
                where, top - 5 + 13 * n + (8 if n else 0), words, SMALL, "ink", "middle", halo=True
            )
    canvas.height = top + HIGH + BOTTOM


def _band(fill: str, stroke: str, dash: str | None) -> Callable[[Canvas, float, float], None]:
    def drawn(canvas: Canvas, x: float, y: float) -> None:
        canvas.rect(x - 6, y - 5, 12, 10, fill)
        canvas.line(x - 6, y, x + 6, y, stroke, 2, dash)

    return drawn


def _step(most: float) -> float:
    """A round distance of lines: about four of them."""
    power = 1.0
    while most / power > 40:
        power *= 10
    return next((s * power for s in (1, 2, 5, 10) if most / (s * power) <= 5), 10 * power)


def _months(
    months: tuple[date, ...], canvas: Canvas, field: tuple[float, float, float], language: str
) -> None:
    left, top, full = field
    wide = max(measure(numbers.month(m, language), SMALL) for m in months) + 14
    every = max(1, -(-len(months) // max(1, int(full / wide))))
    every = next((e for e in (1, 3, 6, 12, 24, 36, 60) if e >= every), every)
    for n in range(0, len(months), every):
        x = left + full * n / (len(months) - 1)
        name = numbers.month(months[n], language)
        if x + measure(name, SMALL) / 2 <= canvas.width:
            canvas.line(x, top + HIGH, x, top + HIGH + 4, "line")
            canvas.text(
                max(x, left), top + HIGH + 15, name, SMALL, "muted", "middle" if n else "start"
            )


def loads(spec: Loads, canvas: Canvas) -> None:
    """A stacked column a period against the line of what there is."""
    if not spec.periods:
        canvas.height = 4
        return
    entries = [(_piece(n), name) for n, name in enumerate(spec.parts)]
    if spec.capacity:
        entries.append((_line, spec.capacity_text))
    top = key(canvas, entries) + 14
    sums = [sum(row) for row in spec.days]
    most = max([*sums, *spec.capacity, 1.0])
    step = _step(most) if most > 5 else 1.0
    roof = step * (int(most / step) + 1)
    left = measure(numbers.written(roof, ",.0f", spec.language), SMALL) + 8
    full = canvas.width - left - 4
    wide = full / len(spec.periods)
    for n in range(int(roof / step) + 1):
        y = top + HIGH * (1 - n * step / roof)
        canvas.line(left, y, left + full, y, "rule" if n else "line")
        said = numbers.written(n * step, ",.0f", spec.language)
        canvas.text(left - 6, y + 3.5, said, SMALL, "muted", "end")
    bar = max(1.5, min(wide - 2, 34))
    longest = max(measure(p, SMALL) for p in spec.periods) + 8
    every = max(1, -(-int(longest) // max(1, int(wide))))
    for n, row in enumerate(spec.days):
        x, y = left + wide * (n + 0.5) - bar / 2, top + HIGH
        for k, value in enumerate(row):
            high = HIGH * value / roof
            if high > 0.3:
                part(canvas, k, x, y - high, bar, high)
                y -= high
        if n % every == 0:
            at = min(left + wide * (n + 0.5), canvas.width - longest / 2)
            canvas.text(at, top + HIGH + 15, spec.periods[n], SMALL, "muted", "middle")
    if spec.capacity:
        d = ""
        for n, value in enumerate(spec.capacity):
            y = top + HIGH * (1 - value / roof)
            start = left + wide * n
            d += f"{'L' if d else 'M'}{fmt(start)} {fmt(y)}H{fmt(start + wide)}"
        canvas.path(d, "ink", width=1.4, dash="5 3")
    canvas.height = top + HIGH + BOTTOM


def _piece(n: int) -> Callable[[Canvas, float, float], None]:
    return lambda canvas, x, y: part(canvas, n, x - 6, y - 6, 12, 12)


def _line(canvas: Canvas, x: float, y: float) -> None:
    canvas.line(x - 6, y, x + 6, y, "ink", 1.4, "5 3")
