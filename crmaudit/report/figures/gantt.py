"""Initiatives in time: a line each, by phase; status by texture, the longest chain by its rim.

A bar that sums up several is a bracket, as planners know it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from crmaudit.report import numbers
from crmaudit.report.figures.key import Sign, cross, key, wedge
from crmaudit.report.figures.svg import SMALL, Canvas, cut, fmt, measure
from crmaudit.report.specs import Gantt, Work
from crmaudit.strategy.schedule import CHAIN

WORDS = (
    "proposed",
    "approved",
    "running",
    "done",
    CHAIN,
    "may end later",
    "day to keep",
    "day that is missed",
    "all of a phase",
)
BAR = 8.0
ROW = 14.0
HEAD = 16.0
NEAR = 11.0  # closer than that, the numbers of two deadlines would cover each other
LEFT = 0.42  # the share of the width that names may take


def gantt(spec: Gantt, canvas: Canvas) -> None:
    """Rows in the order given; a phase's name stands once above its initiatives."""
    if not spec.works:
        canvas.height = 4
        return
    days = [d for w in spec.works for d in (w.start, w.end, w.due) if d]
    first = min([*days, *([spec.present] if spec.present else [])]).replace(day=1)
    last = max([w.end for w in spec.works] + ([spec.present] if spec.present else []))
    last = (last.replace(day=1) + timedelta(days=40)).replace(day=1)
    widest = max(measure(w.label, SMALL) for w in spec.works)
    left = min(widest, canvas.width * LEFT) + 10
    full = canvas.width - left - 6

    def at(day: date) -> float:
        share = (min(max(day, first), last) - first).days / max((last - first).days, 1)
        return left + full * share

    top = key(canvas, list(_signs(spec, canvas))) + 30
    rows: dict[str, float] = {}
    heads: list[tuple[str, float]] = []
    y, group = top, ""
    for work in spec.works:
        if work.group and work.group != group:
            group = work.group
            heads.append((group, y + 13))
            y += HEAD
        rows[work.id] = y + ROW / 2
        y += ROW
    _axis(spec, canvas, (first, last, left, full), (top, y))
    for name, head in heads:
        canvas.line(0, head + 5, canvas.width, head + 5, "rule")
        canvas.text(0, head, cut(name, canvas.width), SMALL, "ink", bold=True)
    places = [at(day) for day, _ in spec.deadlines]
    for x in places:
        canvas.line(x, top - 4, x, y, "muted", 0.9, "2 3")
    for x, told in _numbers(places):
        canvas.text(x, y + 11, told, SMALL, "muted", "middle", halo=True)
    if spec.present:
        x = at(spec.present)
        canvas.line(x, top - 14, x, y, "ink", 1.2)
        half = measure(spec.present_text, SMALL) / 2
        where = min(max(x, left + half), canvas.width - half)
        canvas.text(where, top - 18, spec.present_text, SMALL, "ink", "middle", halo=True)
    critical = {w.id for w in spec.works if w.critical}
    for work in spec.works:
        for before in work.after:
            if work.id in critical and before in critical:
                _elbow(canvas, _end(spec, before, at, rows), (at(work.start), rows[work.id]))
    for work in spec.works:
        _row(work, canvas, rows[work.id], (at(work.start), at(work.end)), at, left)
    canvas.height = _below(spec, canvas, y + 16)


def _numbers(places: Sequence[float]) -> Iterable[tuple[float, str]]:
    """Where the number of each deadline stands; those that would cover each other in one."""
    groups: list[list[int]] = []
    for n in sorted(range(len(places)), key=lambda n: places[n]):
        if groups and places[n] - places[groups[-1][-1]] < NEAR * (1 + (len(groups[-1]) > 1)):
            groups[-1].append(n)
        else:
            groups.append([n])
    for group in groups:
        low, high = min(group) + 1, max(group) + 1
        run = len(group) > 2 and high - low == len(group) - 1
        told = f"{low}–{high}" if run else ",".join(str(n + 1) for n in sorted(group))
        yield sum(places[n] for n in group) / len(group), told


def _end(
    spec: Gantt, name: str, at: Callable[[date], float], rows: dict[str, float]
) -> tuple[float, float]:
    work = next(w for w in spec.works if w.id == name)
    return at(work.end), rows[name]


def _row(
    work: Work,
    canvas: Canvas,
    middle: float,
    ends: tuple[float, float],
    at: Callable[[date], float],
    left: float,
) -> None:
    canvas.text(0, middle + 3.6, cut(work.label, left - 8, SMALL), SMALL, "ink")
    start, end = ends[0], max(ends[1], ends[0] + 3)
    if work.slack_to is not None and work.slack_to > work.end:
        x = at(work.slack_to)
        canvas.line(end, middle, x, middle, "line", 1)
        canvas.line(x, middle - 3, x, middle + 3, "line", 1)
    if work.stands_for:
        _bracket(canvas, start, middle, end)
    else:
        _bar(canvas, work.status, start, middle, end - start)
    if work.critical:
        canvas.rect(start - 1.5, middle - BAR / 2 - 1.5, end - start + 3, BAR + 3, None, "ink")
    if work.due is not None:
        (cross if work.late else wedge)(
            canvas,
            at(work.due),
            middle,
            "alarm" if work.late else "ink",
        )


def _bar(canvas: Canvas, status: str, x: float, middle: float, width: float) -> None:
    """Outlined while only proposed, dotted when approved, full when running, grey when done."""
    y = middle - BAR / 2
    if status == "running":
        canvas.rect(x, y, width, BAR, "accent")
    elif status == "done":
        canvas.rect(x, y, width, BAR, "line")
    else:
        canvas.rect(x + 0.5, y + 0.5, max(width - 1, 1), BAR - 1, "accent-soft", "accent")
        if status == "approved":
            canvas.grain(x + 0.5, y + 0.5, max(width - 1, 1), BAR - 1, "upright", "accent")


def _bracket(canvas: Canvas, start: float, middle: float, end: float) -> None:
    """From the first day to the last of all that it stands for."""
    tip = min(4.0, (end - start) / 2)
    top, low = fmt(middle - BAR / 2), fmt(middle + BAR / 2)
    d = f"M{fmt(start)} {top}H{fmt(end)}V{low}L{fmt(end - tip)} {fmt(middle)}"
    canvas.path(f"{d}H{fmt(start + tip)}L{fmt(start)} {low}z", None, "ink")


def _signs(spec: Gantt, canvas: Canvas) -> Iterable[tuple[Sign, str]]:
    """Only what the drawing shows."""
    if any(w.stands_for for w in spec.works):
        yield (lambda c, x, y: _bracket(c, x - 6, y, x + 6)), canvas.say("all of a phase")
    for status in ("proposed", "approved", "running", "done"):
        if any(w.status == status for w in spec.works if not w.stands_for):
            yield _swatch(status), canvas.say(status)
    if any(w.critical for w in spec.works):
        yield (
            lambda c, x, y: c.rect(x - 6, y - 6, 12, 12, None, "ink"),
            canvas.say(CHAIN),
        )
    if any(w.slack_to and w.slack_to > w.end for w in spec.works):
        yield _slack, canvas.say("may end later")
    if any(w.due and not w.late for w in spec.works):
        yield (lambda c, x, y: wedge(c, x, y, "ink")), canvas.say("day to keep")
    if any(w.late for w in spec.works):
        yield (lambda c, x, y: cross(c, x, y, "alarm")), canvas.say("day that is missed")


def _swatch(status: str) -> Sign:
    return lambda canvas, x, y: _bar(canvas, status, x - 6, y, 12)


def _slack(canvas: Canvas, x: float, y: float) -> None:
    canvas.line(x - 6, y, x + 5, y, "line", 1)
    canvas.line(x + 5, y - 3, x + 5, y + 3, "line", 1)


def _axis(
    spec: Gantt,
    canvas: Canvas,
    field: tuple[date, date, float, float],
    span: tuple[float, float],
) -> None:
    """Months, quarters or years, as many names as have room."""
    first, last, left, full = field
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((s for s in (1, 3, 6, 12) if full / max(months / s, 1) > 58), 24)
    for n in range(months + 1):
        day = date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1)
        if (day.year * 12 + day.month - 1) % step:
            continue
        x = left + full * (day - first).days / max((last - first).days, 1)
        canvas.line(x, span[0] - 4, x, span[1], "rule")
        name = str(day.year) if step >= 12 else numbers.month(day, spec.language)
        if x + measure(name, SMALL) < canvas.width + 2:
            canvas.text(x + 2, span[0] - 6, name, SMALL, "muted")


def _below(spec: Gantt, canvas: Canvas, y: float) -> float:
    """The deadlines by their numbers, with their days."""
    for n, (day, words) in enumerate(spec.deadlines):
        y += 13
        told = f"{n + 1}  {numbers.day(day, spec.language)}: {words}"
        canvas.text(0, y, cut(told, canvas.width, SMALL), SMALL, "muted")
    return y + 6


def _elbow(canvas: Canvas, start: tuple[float, float], end: tuple[float, float]) -> None:
    (x1, y1), (x2, y2) = start, end
    x2 = max(x2, x1 + 4)
    # Down beside the bar, then along between the lines to where the next begins.
    side = 6 if y2 > y1 else -6
    d = f"M{fmt(x1)} {fmt(y1)}H{fmt(x1 + 3)}V{fmt(y2 - side)}H{fmt(x2)}"
    canvas.path(d, "ink", width=0.9)
