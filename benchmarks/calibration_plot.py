"""The calibration of match probabilities as an SVG picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from benchmarks.duplicates_score import Share

_SIDE, _LEFT, _TOP = 320, 56, 24
_INK, _LINE, _SOFT = "#1f2933", "#0b6e99", "#c6d3dc"


def draw(path: Path, shares: Sequence[Share]) -> None:
    """Said against true, a dot for each bin; its area tells how many pairs (log scale)."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE + 80} {_SIDE + 76}" '
        'font-family="sans-serif" font-size="11" role="img">',
        "<title>Of the pairs said to be the same with a probability, how many are</title>",
        f'<rect width="{_SIDE + 80}" height="{_SIDE + 76}" fill="#ffffff"/>',
    ]
    for tenth in range(0, 11, 2):
        at = tenth / 10
        parts += [
            _line(at, 0, at, 1, _SOFT),
            _line(0, at, 1, at, _SOFT),
            _text(_x(at), _y(0) + 16, f"{at:.1f}", "middle"),
            _text(_x(0) - 8, _y(at) + 4, f"{at:.1f}", "end"),
        ]
    parts.append(_line(0, 0, 1, 1, _INK, 'stroke-dasharray="4 4"'))
    seen = [s for s in shares if s.pairs]
    points = " ".join(f"{_x(s.said):.1f},{_y(s.true):.1f}" for s in seen)
    parts.append(f'<polyline points="{points}" fill="none" stroke="{_LINE}"/>')
    for s in seen:
        parts.append(
            f'<circle cx="{_x(s.said):.1f}" cy="{_y(s.true):.1f}" '
            f'r="{2 + math.log10(s.pairs):.1f}" fill="{_LINE}">'
            f"<title>{s.pairs:,} pairs: said {s.said:.3f}, true {s.true:.3f}</title></circle>"
        )
    parts += [
        _text(_x(0.5), _y(0) + 36, "probability said", "middle"),
        f'<text x="14" y="{_y(0.5)}" text-anchor="middle" fill="{_INK}" '
        f'transform="rotate(-90 14 {_y(0.5)})">share that is the same</text>',
        "</svg>\n",
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts), encoding="utf-8")


def _x(value: float) -> float:
    return _LEFT + value * _SIDE


def _y(value: float) -> float:
    return _TOP + (1 - value) * _SIDE


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return (
        f'<line x1="{_x(x1):.1f}" y1="{_y(y1):.1f}" x2="{_x(x2):.1f}" y2="{_y(y2):.1f}" '
        f'stroke="{colour}" {more}/>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_INK}">{text}</text>'
