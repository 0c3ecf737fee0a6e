"""Records that stand for one thing: estimates, overlapping sets, weights."""

from __future__ import annotations

import math

from crmaudit.report.figures.bars import BAR, GAP, label_column, row_height
from crmaudit.report.figures.key import Sign, key
from crmaudit.report.figures.svg import LINE, SIZE, SMALL, Canvas, cut, fmt, measure, wrap
from crmaudit.report.numbers import MINUS, written
from crmaudit.report.specs import NOT_ASSESSED, Push, Ranges, Say, UpSet, Waterfall, Weights

_CAP = 5.0
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Bits from one number of an axis to the next."""


WORDS = (
    *("no pair was compared", "of these the same, expected", "pairs compared"),
    "weight in bits: above 0 more speaks for the same thing than against it",
)


def ranges(spec: Ranges, canvas: Canvas) -> None:
    """A bar for what was found and a bracket for where the truth lies; both in words below."""
    narrow = canvas.width < 500
    texts = [
        (
            i.found_text if i.found is not None else canvas.say(NOT_ASSESSED),
            i.range_text if i.low is not None else "",
        )
        for i in spec.items
    ]
    names = [i.label for i in spec.items]
    space, labels = label_column(names, canvas.width, 1.0 if narrow else 0.38)
    words = max((measure(t, SMALL) for pair in texts for t in pair), default=0)
    left = 0.5 if narrow else space + GAP
    right = canvas.width - (6 if narrow else min(words, canvas.width * 0.34) + GAP)
    most = max((v for i in spec.items for v in (i.found, i.high) if v is not None), default=0)
    top = spec.top or most or 1

    def at(value: float) -> float:
        return left + (right - left) * min(max(value / top, 0), 1)

    y = key(canvas, _range_signs(spec)) - 2
    start = y
    for item, label, (found, range_) in zip(spec.items, labels, texts, strict=True):
        above = (len(label) * SIZE + SMALL) * LINE + 4 if narrow else 0.0
        height = above + BAR + 14 if narrow else row_height(label, 34)
        middle = y + above + BAR / 2 + 2 if narrow else y + height / 2
        if narrow:
            canvas.lines(0, y + len(label) * SIZE * LINE / 2 + 2, label)
            said = cut(" · ".join(t for t in (found, range_) if t), canvas.width, SMALL)
            canvas.lines(0, y + above - SMALL * LINE / 2, [said], SMALL, "muted")
            canvas.line(left, middle - BAR / 2 - 1, left, middle + BAR / 2 + 1, "line")
        else:
            canvas.lines(0, middle, label)
            canvas.lines(right + GAP, middle, [t for t in (found, range_) if t], SMALL)
        if item.found is None:
            canvas.hatch(left, middle - BAR / 2, right - left, BAR)
        else:
            fill = "alarm" if item.mark else "accent"
            canvas.rect(left, middle - BAR / 2, at(item.found) - left, BAR, fill)
        if item.low is not None and item.high is not None:
            _bracket(canvas, at(item.low), at(item.high), middle)
        y += height
    if not narrow:
        canvas.line(left, start, left, y, "line")
    canvas.height = y + 4


def _bracket(canvas: Canvas, low: float, high: float, middle: float) -> None:
    """A line with caps, lifted off the bar by a rim of ground."""
    d = f"M{fmt(low)} {fmt(middle)}H{fmt(high)}"
    d += "".join(f"M{fmt(x)} {fmt(middle - _CAP)}v{fmt(2 * _CAP)}" for x in (low, high))
    canvas.path(d, "ground", width=4.5)
    canvas.path(d, "ink", width=1.6)


def _range_signs(spec: Ranges) -> list[tuple[Sign, str]]:
    return [
        (lambda canvas, x, y: canvas.rect(x - 6, y - 5, 12, 10, "accent"), spec.found_name),
        (lambda canvas, x, y: _bracket(canvas, x - 6, x + 6, y), spec.range_name),
    ]


def upset(spec: UpSet, canvas: Canvas) -> None:
    """Upright bars above, and below them which sets each one stands for."""
    narrow = canvas.width < 500
    most = canvas.width * (0.42 if narrow else 0.34)
    names = [f"{n}" for n in spec.names]
    space = min(max((measure(n) for n in names), default=0), most)
    space = max(space, min(max((measure(t, SMALL) for t in spec.totals), default=0), most))
    left = space + GAP
    step = min((canvas.width - left) / max(len(spec.combinations), 1), 78.0)
    top = max((c.value for c in spec.combinations), default=0) or 1
    body, head = 120.0, 18.0
    small = SMALL if step >= 44 else 9.0
    canvas.line(left, head + body, left + step * len(spec.combinations), head + body, "line")
    for n, combination in enumerate(spec.combinations):
        middle = left + step * (n + 0.5)
        height = max(body * combination.value / top, 1.0) if combination.value else 0.0
        fill = "alarm" if combination.mark else "accent"
        width = min(step * 0.62, 34.0)
        canvas.rect(middle - width / 2, head + body - height, width, height, fill)
        words = cut(combination.text, step, small)
        canvas.text(middle, head + body - height - 4, words, small, anchor="middle")
    row, y = 34.0, head + body + 8
    for k, (name, total) in enumerate(zip(names, spec.totals, strict=True)):
        middle = y + row * (k + 0.5)
        if k % 2 == 0:
            canvas.rect(0, y + row * k, canvas.width, row, "surface")
        canvas.lines(2, middle, [cut(name, space)] + ([cut(total, space, SMALL)] if total else []))
    for n, combination in enumerate(spec.combinations):
        x = left + step * (n + 0.5)
        inside = [y + row * (k + 0.5) for k in combination.sets]
        for k in range(len(names)):
            if k not in combination.sets:
                canvas.circle(x, y + row * (k + 0.5), 4, "rule")
        if len(inside) > 1:
            canvas.line(x, min(inside), x, max(inside), "ink", 2.4)
        for middle in inside:
            canvas.circle(x, middle, 5.5, "ink")
    canvas.height = y + row * len(names) + 4


def waterfall(spec: Waterfall, canvas: Canvas) -> None:
    """A lying waterfall: what speaks for it goes right, what speaks against it left."""
    narrow = canvas.width < 500
    rows = [spec.start, *spec.steps, spec.total]
    sums, at = [], 0.0
    for push in (spec.start, *spec.steps):
        sums.append((at, at + push.value))
        at += push.value
    sums.append((0.0, spec.total.value))
    ends = [v for pair in sums for v in pair] + [0.0]
    if spec.threshold is not None:
        ends.append(spec.threshold)
    low, high = min(ends), max(ends)
    width = (high - low) or 1
    # On a phone what it is and what was seen stand above the bar, which has the whole width.
    space = 0.0 if narrow else label_column([r.label for r in rows], canvas.width, 0.3)[0]
    notes = 0.0 if narrow else min(max((measure(r.detail, SMALL) for r in rows), default=0), 230.0)
    number = max((measure(r.text, SMALL) for r in rows), default=0) + 6
    left = space + GAP + number if space else number
    right = canvas.width - number - (notes + GAP if notes else 0)

    def place(value: float) -> float:
        return left + (right - left) * (value - low) / width

    y = 18.0 if spec.threshold is not None and spec.threshold_text else 4.0
    start = y
    above, bar = (SIZE * LINE + 2, 20.0) if narrow else (0.0, 24.0)
    places = [
        (up, up + above + (8.0 if narrow else 12.0))
        for up in (y + n * (above + bar) for n in range(len(rows)))
    ]
    y += len(rows) * (above + bar)
    canvas.line(place(0), start, place(0), y, "line")
    if spec.threshold is not None:
        x = place(spec.threshold)
        canvas.line(x, start - 4, x, y, "ink", 1, "3 2")
        words = cut(spec.threshold_text, canvas.width, SMALL)
        half = measure(words, SMALL) / 2
        x = min(max(x, half), canvas.width - half)
        canvas.text(x, start - 7, words, SMALL, "muted", "middle")
    for n, (push, (begin, end), (up, middle)) in enumerate(zip(rows, sums, places, strict=True)):
        whole = n in (0, len(rows) - 1)
        last = n == len(rows) - 1
        label = cut(push.label, space or canvas.width)
        at_label = up + SIZE * LINE / 2 if narrow else middle
        canvas.lines(0, at_label, [label], bold=last, halo=narrow)
        _push(canvas, push, place(begin), place(end), middle, whole)
        if push.detail and narrow:
            x = measure(label, bold=last) + GAP
            words = cut(push.detail, canvas.width - x, SMALL)
            canvas.lines(x, at_label, [words], SMALL, "muted", halo=True)
        elif push.detail:
            words = cut(push.detail, notes, SMALL)
            canvas.lines(canvas.width - notes, middle, [words], SMALL, "muted")
    canvas.height = y + 4


def _push(canvas: Canvas, push: Push, begin: float, end: float, middle: float, whole: bool) -> None:
    low, high = min(begin, end), max(begin, end)
    fill = "line" if whole else "accent" if end >= begin else "alarm"
    canvas.rect(low, middle - 7, max(high - low, 1.0), 14, fill)
    if end >= begin:
        canvas.lines(high + 4, middle, [push.text], SMALL, halo=True)
    else:
        canvas.lines(low - 4, middle, [push.text], SMALL, anchor="end", halo=True)


def weights(spec: Weights, canvas: Canvas) -> None:
    """Upright bars by logarithm: expected same in the accent, the rest pale; lines to decide by."""
    body, head = 150.0, 36.0
    top = key(canvas, _weight_signs(canvas.say)) - 2 + head
    filled = [b for b in spec.bins if b.pairs]
    if not filled:
        canvas.text(0, top, canvas.say("no pair was compared"), SMALL, "muted")
        canvas.height = top + 10
        return
    low, high = min(b.low for b in filled), max(b.high for b in filled)
    for edge in (spec.threshold, spec.uncertain):
        if edge is not None:
            low, high = min(low, edge), max(high, edge)
    left, right = 46.0, canvas.width - 4
    most = math.log10(max(b.pairs for b in filled) + 1) or 1

    def at(weight: float) -> float:
        return left + (right - left) * (weight - low) / ((high - low) or 1)

    for power in range(int(most) + 1):
        height = body * math.log10(10**power + 1) / most
        canvas.line(left, top + body - height, right, top + body - height, "rule")
        said = written(10**power, ",", spec.language)
        canvas.lines(left - 4, top + body - height, [said], SMALL, "muted", "end")
    for bin_ in filled:
        x, width = at(bin_.low), max(at(bin_.high) - at(bin_.low) - 0.8, 0.8)
        whole = body * math.log10(bin_.pairs + 1) / most
        # Of a bar by logarithm no part is in proportion: the darker bar has a height of its own.
        same = body * math.log10(max(bin_.expected, 0) + 1) / most
        canvas.rect(x, top + body - whole, width, whole, "seq-2", "line", stroke_width=0.6)
        canvas.rect(x + width * 0.2, top + body - same, width * 0.6, same, "accent")
    canvas.line(left, top + body, right, top + body, "line")
    for edge, words, lift in (
        (spec.threshold, spec.threshold_text, 6.0),
        (spec.uncertain, spec.uncertain_text, 22.0),
    ):
        if edge is None or (words == spec.uncertain_text and edge == spec.threshold):
            continue
        x = at(edge)
        canvas.line(x, top - lift, x, top + body, "ink", 1, "3 2")
        said = cut(words, canvas.width * 0.6, SMALL)
        # To the right of the line where there is room: its words are about what lies there.
        fits = x + 4 + measure(said, SMALL) <= canvas.width
        canvas.text(x + 4 if fits else x - 4, top - lift + 8, said, SMALL, "muted",
                    "start" if fits else "end")  # fmt: skip
    step = next((x for x in _STEPS if (high - low) / x <= 8), _STEPS[-1])
    for tick in (step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)):
        canvas.line(at(tick), top + body, at(tick), top + body + 3, "line")
        said = written(tick, "", spec.language).replace("-", MINUS)
        half = measure(said, SMALL) / 2
        x = min(max(at(tick), half), canvas.width - half)
        canvas.text(x, top + body + 15, said, SMALL, "muted", "middle")
    said = canvas.say("weight in bits: above 0 more speaks for the same thing than against it")
    lines = wrap(said, canvas.width - left, SMALL, 2)
    for n, line in enumerate(lines):
        canvas.text(left, top + body + 31 + n * SMALL * LINE, line, SMALL, "muted")
    canvas.height = top + body + 31 + (len(lines) - 1) * SMALL * LINE + 4


def _pale(canvas: Canvas, x: float, y: float) -> None:
    canvas.rect(x - 6, y - 5, 12, 10, "seq-2", "line", stroke_width=0.6)


def _weight_signs(say: Say) -> list[tuple[Sign, str]]:
    same = say("of these the same, expected")
    return [
        (lambda canvas, x, y: _pale(canvas, x, y), say("pairs compared")),
        (lambda canvas, x, y: canvas.rect(x - 3, y - 5, 6, 10, "accent"), same),
    ]
