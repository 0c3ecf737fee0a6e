"""Skills by people: the level held in every cell, and what hangs on one person alone."""

from __future__ import annotations

import math

from crmaudit.report.figures.bars import label_column
from crmaudit.report.figures.key import Sign, diamond, key, peak
from crmaudit.report.figures.svg import LINE, SIZE, SMALL, Canvas, cut, measure, wrap
from crmaudit.report.specs import SkillHolder, SkillMap, SkillRow

CELL = 30.0
ROW = 26.0
TURN = 50
NARROW = 500
_ABLE, _BELOW = "seq-4", "seq-1"


WORDS = (
    *("at the level needed", "below it", "the only one", "nobody able", "nobody named"),
    *("level {n} needed", "and {n} more", "needed"),
)


def skills(spec: SkillMap, canvas: Canvas) -> None:
    """A grid where there is room, else the holders of each skill in a line."""
    y = _key(spec, canvas) + 4
    if canvas.width < NARROW:
        _list(spec, canvas, y)
    else:
        _grid(spec, canvas, y)


def _grid(spec: SkillMap, canvas: Canvas, y: float) -> None:
    space, labels = label_column([r.label for r in spec.rows], canvas.width, 0.26)
    heads = [cut(_head(p), 230, SMALL) for p in spec.people]
    others = any(r.others for r in spec.rows)
    if others:
        heads.append("others")
    rise = max((measure(h, SMALL) for h in heads), default=0) * math.sin(math.radians(TURN))
    left = space + 46
    told = 150.0
    step = min(CELL, max((canvas.width - left - told - 12) / max(len(heads), 1), 22.0))
    right = left + step * len(heads)
    top = y + rise + 14
    canvas.text(left - 8, top - 6, canvas.say("needed"), SMALL, "muted", "end")
    for n, head in enumerate(heads):
        fill = "alarm" if n < len(spec.people) and spec.people[n].note else "muted"
        canvas.text(left + (n + 0.5) * step, top - 6, head, SMALL, fill, turn=-TURN)
    y = top
    for row, lines in zip(spec.rows, labels, strict=True):
        state = wrap(row.text, told - 16, SMALL, 2)
        height = max(ROW, len(lines) * SIZE * LINE + 6, len(state) * SMALL * LINE + 6)
        middle = y + height / 2
        canvas.line(0, y, right, y, "rule", 0.6)
        canvas.lines(0, middle, lines)
        canvas.lines(left - 8, middle, [str(row.needed)], SMALL, "muted", "end")
        for n, level in enumerate(row.levels):
            _cell(row, level, canvas, left + n * step, middle, step)
        if others and row.others:
            canvas.lines(right - step / 2, middle, [f"+{row.others}"], SMALL, anchor="middle")
        _state(row, canvas, right + 14, middle)
        canvas.lines(right + 25, middle, state, SMALL, "muted" if row.state == "covered" else "ink")
        y += height
    canvas.line(0, y, right, y, "rule", 0.6)
    slant = max((measure(h, SMALL) for h in heads), default=0) * math.cos(math.radians(TURN))
    canvas.width = max(canvas.width, right + told + 12, right - step / 2 + slant)
    canvas.height = y + 4


def _list(spec: SkillMap, canvas: Canvas, y: float) -> None:
    for row in spec.rows:
        canvas.line(0, y, canvas.width, y, "rule", 0.6)
        y += 5
        for n, line in enumerate(wrap(row.label, canvas.width - 90, SIZE, 2)):
            canvas.text(0, y + 12 + n * SIZE * LINE, line, bold=True)
            if not n:
                words = canvas.say("level {n} needed").format(n=row.needed)
                canvas.text(canvas.width, y + 12, words, SMALL, "muted", "end")
            last = y + n * SIZE * LINE
        y = last + 20
        _state(row, canvas, 6, y + 6)
        covered = row.state == "covered"
        for line in wrap(row.text, canvas.width - 20, SMALL, 2):
            canvas.text(0 if covered else 17, y + 10, line, SMALL, "muted" if covered else "ink")
            y += SMALL * LINE
        y += 4
        x = 0.0
        for level, person in zip(row.levels, spec.people, strict=True):
            if level is None:
                continue
            words = cut(_head(person), canvas.width - 30, SMALL)
            need = 22 + measure(words, SMALL) + 12
            if x and x + need - 12 > canvas.width:
                x, y = 0.0, y + 22
            _cell(row, level, canvas, x - 2, y + 11, 22)
            fill = "alarm" if person.note else "ink"
            canvas.text(x + 23, y + 15, words, SMALL, fill)
            x += need
        if row.others:
            words = canvas.say("and {n} more").format(n=row.others)
            if x and x + measure(words, SMALL) > canvas.width:
                x, y = 0.0, y + 22
            canvas.text(x, y + 15, words, SMALL, "muted")
            x += 1
        y += 28 if x else 4
    canvas.height = y


def _head(person: SkillHolder) -> str:
    return f"{person.name}, {person.note}" if person.note else person.name


def _cell(
    row: SkillRow, level: int | None, canvas: Canvas, x: float, middle: float, width: float
) -> None:
    """Dark and bold at the level needed; light below it; framed where nobody else can."""
    if level is None:
        canvas.lines(x + width / 2, middle, ["·"], SMALL, "muted", "middle")
        return
    able = level >= row.needed
    fill = _ABLE if able else _BELOW
    size = min(width - 4, 22.0)
    left, top = x + (width - size) / 2, middle - 10
    canvas.rect(left, top, size, 20, fill)
    if able and row.state == "single":
        canvas.rect(left - 1.5, top - 1.5, size + 3, 23, None, "alarm", stroke_width=1.8)
    canvas.lines(left + size / 2, middle, [str(level)], SMALL, f"{fill}-ink", "middle", able)


def _state(row: SkillRow, canvas: Canvas, x: float, middle: float) -> None:
    if row.state == "gap":
        diamond(canvas, x, middle, "alarm", 5.5)
    elif row.state == "single":
        peak(canvas, x, middle, "alarm")
    elif row.state == "unknown":
        canvas.hatch(x - 5, middle - 5, 10, 10)


def _key(spec: SkillMap, canvas: Canvas) -> float:
    states = {r.state for r in spec.rows}
    levels = [(level, r.needed) for r in spec.rows for level in r.levels if level is not None]

    def swatch(fill: str, framed: bool = False) -> Sign:
        def draw(c: Canvas, x: float, y: float) -> None:
            c.rect(x - 6, y - 6, 12, 12, fill)
            if framed:
                c.rect(x - 6, y - 6, 12, 12, None, "alarm", stroke_width=1.8)

        return draw

    wanted: tuple[tuple[bool, Sign, str], ...] = (
        (any(a >= n for a, n in levels), swatch(_ABLE), canvas.say("at the level needed")),
        (any(a < n for a, n in levels), swatch(_BELOW), canvas.say("below it")),
        ("single" in states, swatch(_ABLE, True), canvas.say("the only one")),
        (
            "gap" in states,
            lambda c, x, y: diamond(c, x, y, "alarm", 5.5),
            canvas.say("nobody able"),
        ),
        (
            "unknown" in states,
            lambda c, x, y: c.hatch(x - 5, y - 5, 10, 10),
            canvas.say("nobody named"),
        ),
    )
    return key(canvas, [(sign, words) for shown, sign, words in wanted if shown])
