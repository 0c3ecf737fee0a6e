"""Tasks in time: groups, milestones, what waits for what, and the present."""

from __future__ import annotations

from datetime import date, timedelta

from crmaudit.report.figures.bars import label_column
from crmaudit.report.figures.svg import SIZE, SMALL, Canvas, cut, fmt, measure
from crmaudit.report.specs import Task, Timeline

BAR = 13.0
TOP = 26.0


def timeline(spec: Timeline, canvas: Canvas) -> None:
    """Rows in the order given; a group's name stands once above its tasks."""
    if not spec.tasks:
        canvas.height = 4
        return
    days = [d for t in spec.tasks for d in (t.start, t.end)]
    first, last = min(days), max(days)
    if spec.present:
        first, last = min(first, spec.present), max(last, spec.present)
    space, labels = label_column([t.label for t in spec.tasks], canvas.width, 0.34)
    left = space + 12
    full = canvas.width - left - 8
    span = max((last - first).days, 1)

    def at(day: date) -> float:
        return left + full * (day - first).days / span

    rows: list[tuple[Task, float]] = []
    heads: list[tuple[str, float]] = []
    y, group = TOP, ""
    for task, words in zip(spec.tasks, labels, strict=True):
        if task.group and task.group != group:
            group = task.group
            heads.append((group, y + 16))
            y += 24
        height = max(24.0, len(words) * SIZE * 1.3 + 6)
        rows.append((task, y + height / 2))
        y += height
    bottom = y + 2
    for day, name in ticks(first, last, full):
        canvas.line(at(day), TOP - 6, at(day), bottom, "rule")
        if at(day) + measure(name, SMALL) < canvas.width:
            canvas.text(at(day) + 3, TOP - 10, name, SMALL, "muted")
    for name, head in heads:
        canvas.text(0, head, cut(name, canvas.width), SMALL, "muted", bold=True)
    for (_, middle), words in zip(rows, labels, strict=True):
        canvas.lines(0, middle, words)
    if spec.present:
        x = at(spec.present)
        canvas.line(x, TOP - 6, x, bottom, "ink", 1.2)
        now = spec.present_text or spec.present.isoformat()
        half = measure(now, SMALL) / 2
        canvas.text(
            min(max(x, half), canvas.width - half), bottom + 13, now, SMALL, "ink", "middle"
        )
    places = {t.id: (at(t.end), middle) for t, middle in rows}
    for task, middle in rows:
        for before in task.after:
            if before in places:
                _elbow(canvas, places[before], (at(task.start), middle))
    for task, middle in rows:
        fill = "alarm" if task.mark else "accent"
        start, end = at(task.start), at(task.end)
        if task.start == task.end:
            d = f"M{fmt(start)} {fmt(middle - 7)}l7 7l-7 7l-7-7z"
            canvas.path(d, None, fill)
            end += 7
        else:
            canvas.rect(start, middle - BAR / 2, max(end - start, 3), BAR, fill)
        need = measure(task.detail, SMALL)
        if task.detail and need + 8 < end - start:
            canvas.lines(start + 5, middle, [task.detail], SMALL, f"{fill}-ink")
        elif task.detail and end + need + 8 < canvas.width:
            canvas.lines(end + 6, middle, [task.detail], SMALL, "muted")
    canvas.height = bottom + (20 if spec.present else 4)


def ticks(first: date, last: date, width: float) -> list[tuple[date, str]]:
    """The starts of months, quarters or years, as many as have room."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((s for s in (1, 3, 6, 12, 24, 60) if width / max(months / s, 1) > 52), 120)
    found = []
    day = date(first.year, first.month, 1)
    while day <= last:
        if day >= first - timedelta(days=1) and ((day.year * 12 + day.month - 1) % step == 0):
            name = str(day.year) if step >= 12 else f"{day.year}-{day.month:02d}"
            found.append((day, name))
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return found


def _elbow(canvas: Canvas, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From the end of one bar to the start of the next, in right angles."""
    (x1, y1), (x2, y2) = start, end
    if x2 - x1 > 12:
        turn = x2 - 8
        d = f"M{fmt(x1)} {fmt(y1)}H{fmt(turn)}V{fmt(y2)}H{fmt(x2 - 2)}"
    else:
        between = y2 - 12 if y2 > y1 else y2 + 12
        d = f"M{fmt(x1)} {fmt(y1)}h6V{fmt(between)}H{fmt(x2 - 9)}V{fmt(y2)}H{fmt(x2 - 2)}"
    canvas.path(d, "line", width=1.1)
    canvas.arrow(x2 - 0.5, y2)
