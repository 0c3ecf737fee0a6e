"""Maturity as a radar, concentration as a curve."""

from __future__ import annotations

import math
from collections.abc import Callable

from crmaudit.report.figures.key import Sign, diamond, key
from crmaudit.report.figures.svg import SIZE, SMALL, Canvas, fmt, measure, wrap
from crmaudit.report.specs import Concentration, Radar, Say
from crmaudit.report.specs_people import Spoke

_GAP = 12.0


WORDS = (
    *("level earned by facts", "level aimed at", "if all that is unknown were in order"),
    *("share of {who}, the busiest first", "share of {what}"),
)


def radar(spec: Radar, canvas: Canvas) -> None:
    """Rings for levels, a filled shape for what is earned, diamonds for what is aimed at.

    A dimension that is not assessed has a dashed spoke and no corner: the
    shape stops before it and goes on after it.
    """
    count = len(spec.spokes)
    if count < 3:
        canvas.height = 4
        return
    narrow = canvas.width < 500
    side = min(canvas.width * (0.21 if narrow else 0.26), 190.0)
    room = max(canvas.width / 2 - side - _GAP, 60)
    labels = [
        [*wrap(s.label, room, SMALL, 2), *wrap(_told(s, spec.top, canvas.say), room, SMALL, 1)]
        for s in spec.spokes
    ]
    top = max(len(lines) for lines in labels) * SMALL * 1.3 + 10
    cx, cy = canvas.width / 2, top + side + 6

    def at(n: int, level: float) -> tuple[float, float]:
        angle = 2 * math.pi * n / count - math.pi / 2
        r = side * level / spec.top
        return cx + r * math.cos(angle), cy + r * math.sin(angle)

    for ring in range(1, spec.top + 1):
        corners = [at(n, ring) for n in range(count)]
        path = "M" + "L".join(f"{fmt(x)} {fmt(y)}" for x, y in corners) + "Z"
        canvas.path(path, "rule" if ring < spec.top else "line", width=1)
    for n, spoke in enumerate(spec.spokes):
        x, y = at(n, spec.top)
        known = spoke.level is not None
        canvas.line(cx, cy, x, y, "rule" if known else "hatch", 1, None if known else "3 3")
    # Beside the spoke and below the shape: their plates would hide its corners.
    for ring in range(1, spec.top + 1):
        canvas.text(cx + 8, at(0, ring)[1] + 3.5, str(ring), 9, "muted", halo=True)
    _shape(spec, canvas, at)
    for n, (spoke, lines) in enumerate(zip(spec.spokes, labels, strict=True)):
        x, y = at(n, spec.top)
        turn = math.cos(2 * math.pi * n / count - math.pi / 2)
        anchor = "middle" if abs(turn) < 0.2 else "start" if turn > 0 else "end"
        tall = len(lines) * SMALL * 1.3
        below = math.sin(2 * math.pi * n / count - math.pi / 2)
        shift = 0 if anchor == "middle" else 8 * (1 if turn > 0 else -1)
        middle = y + (below * (tall / 2 + 8) if anchor == "middle" else below * 8)
        canvas.lines(x + shift, middle, lines, SMALL, "ink", anchor)
        if spoke.target is not None:
            diamond(canvas, *at(n, spoke.target), "alarm", 5)
    canvas.height = cy + side + top
    entries: list[tuple[Sign, str]] = [(_dot, canvas.say("level earned by facts"))]
    if any(s.target is not None for s in spec.spokes):
        entries.append((lambda c, x, y: diamond(c, x, y, "alarm", 5), canvas.say("level aimed at")))
    if any(s.at_best is not None and s.at_best != s.level for s in spec.spokes):
        entries.append((_ring, canvas.say("if all that is unknown were in order")))
    before, canvas.height = canvas.height, 0.0
    with canvas.group(transform=f"translate(0 {fmt(before)})"):
        tall = key(canvas, entries)
    canvas.height = before + tall


def _told(spoke: Spoke, top: int, say: Say) -> str:
    if spoke.level is None:
        return say("not assessed")
    return say("{n} of {whole}").format(n=spoke.level, whole=top)


def _dot(canvas: Canvas, x: float, y: float) -> None:
    canvas.circle(x, y, 4, "accent")


def _ring(canvas: Canvas, x: float, y: float) -> None:
    canvas.circle(x, y, 6.5, None, "muted", 1.5, "2 2")


def _shape(spec: Radar, canvas: Canvas, place: Callable[[int, float], tuple[float, float]]) -> None:
    """The area of what is earned, and its corners."""
    corners = [(n, s.level) for n, s in enumerate(spec.spokes) if s.level is not None]
    if len(corners) >= 3:
        path = "M" + "L".join(
            f"{fmt(x)} {fmt(y)}" for x, y in (place(n, level) for n, level in corners)
        )
        with canvas.group(fill_opacity="0.18"):
            canvas.path(path + "Z", "accent", "accent", 2)
    for n, level in corners:
        canvas.circle(*place(n, level), 3.5, "accent")
    for n, spoke in enumerate(spec.spokes):
        if spoke.at_best is not None and spoke.at_best != spoke.level:
            # Around the diamond of what is aimed at, where both are the same.
            _ring(canvas, *place(n, spoke.at_best))


def concentration(spec: Concentration, canvas: Canvas) -> None:
    """The curve above the diagonal on which all would do the same."""
    narrow = canvas.width < 500
    left, top = 44.0, 12.0
    side = min(canvas.width - left - 8, 250.0 if narrow else 280.0)
    canvas.rect(left, top, side, side, None, "rule")

    def at(x: float, y: float) -> tuple[float, float]:
        return left + side * x, top + side * (1 - y)

    for share in (0, 0.25, 0.5, 0.75, 1):
        x, y = at(share, share)
        text = spec.shown(share)
        canvas.text(left - 6, y + 3.5, text, SMALL, "muted", "end")
        if not narrow or share in (0, 0.5, 1):
            canvas.text(x, top + side + 15, text, SMALL, "muted", "middle")
        canvas.line(left, y, left + side, y, "rule")
    canvas.line(*at(0, 0), *at(1, 1), "line", 1, "4 3")
    points = [(0.0, 0.0), *spec.points]
    path = "M" + "L".join(f"{fmt(x)} {fmt(y)}" for x, y in (at(*p) for p in points))
    canvas.path(path, "accent", width=2.2)
    canvas.height = top + side + 22
    canvas.text(
        left,
        canvas.height + 10,
        canvas.say("share of {who}, the busiest first").format(who=canvas.say(spec.who)),
        SMALL,
        "muted",
    )
    canvas.height += 18
    beside = left + side + 18
    room = canvas.width - beside
    for n, (x, y, text) in enumerate(sorted(spec.marks, key=lambda m: -m[1])):
        px, py = at(x, y)
        canvas.circle(px, py, 4, "ground", "accent")
        if room > 120:
            words = wrap(text, room - 20, SIZE, 3)
            middle = top + 24 + n * 54
            canvas.line(px + 5, py, beside + 6, middle, "line")
            canvas.lines(beside + 12, middle, words)
        else:
            words = wrap(text, canvas.width - 8, SIZE, 2)
            for line in words:
                canvas.height += 16
                canvas.text(0, canvas.height, line)
    canvas.height += 8
    # Without marks the words of what is shared out would stand nowhere.
    if not spec.marks and room > measure(spec.what, SMALL):
        canvas.text(
            beside,
            top + 16,
            canvas.say("share of {what}").format(what=canvas.say(spec.what)),
            SMALL,
            "muted",
        )
