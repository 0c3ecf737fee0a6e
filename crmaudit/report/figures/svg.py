"""A small canvas: SVG elements, colours by name, text that is measured first."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape

from crmaudit.report.text import clean, slug
from crmaudit.report.theme import LIGHT

SIZE = 12.0
SMALL = 10.5
LINE = 1.3

# Advance widths of Noto Sans from the space to `~`, in hundredths of an em; a
# face of the reader's system may be wider, hence the margin in `measure`.
_ASCII = (
    "26 27 41 65 57 83 73 22 30 30 55 57 27 32 27 37 57 57 57 57 57 57 57 57 57 57 27 27 "
    "57 57 57 43 90 64 65 63 73 56 52 73 74 34 27 62 52 91 76 78 60 78 62 55 56 73 60 93 "
    "59 57 57 33 37 33 57 44 28 56 62 48 62 56 34 62 62 26 26 53 26 94 62 60 62 62 41 48 "
    "36 62 51 79 53 51 47 38 55 38 57"
)
_WIDTHS = {chr(32 + n): int(width) for n, width in enumerate(_ASCII.split())}
_MARGIN = 1.1


def measure(text: str, size: float = SIZE, bold: bool = False) -> float:
    """A safe upper bound of the text's width."""
    em = 0
    for char in text:
        if char in _WIDTHS:
            em += _WIDTHS[char]
        elif unicodedata.combining(char) or char == "\u200b":
            continue
        else:
            em += 105 if unicodedata.east_asian_width(char) in "WF" or ord(char) > 0x2000 else 66
    return em / 100 * size * _MARGIN * (1.08 if bold else 1.0)


def cut(text: str, width: float, size: float = SIZE) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if measure(text, size) <= width:
        return text
    while text and measure(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrap(text: str, width: float, size: float = SIZE, lines: int = 3) -> list[str]:
    """The text in lines of at most this width; words too long are cut, the rest elided."""
    found: list[str] = []
    line = ""
    for word in clean(text).split():
        while measure(word, size) > width and len(word) > 1:
            if line:
                found.append(line)
                line = ""
            fit = 1
            while fit < len(word) and measure(word[: fit + 1], size) <= width:
                fit += 1
            found.append(word[:fit])
            word = word[fit:]
        longer = f"{line} {word}".strip()
        if measure(longer, size) <= width:
            line = longer
        else:
            found.append(line)
            line = word
    if line:
        found.append(line)
    if len(found) > lines:
        found = [*found[: lines - 1], cut(" ".join(found[lines - 1 :]), width, size)]
    return found or [""]


def colour(name: str) -> str:
    return f"var(--{name},{LIGHT[name]})"


def fmt(value: float) -> str:
    """A coordinate in at most one decimal; what is no number is 0."""
    if not math.isfinite(value):
        return "0"
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


GRAINS = {
    "upright": "M1 0V5",
    "level": "M0 1H5",
    "dots": "M0.5 1.5h1M3 4h1",
}
"""Textures as paths on a square of 5; slanted strokes are kept for *not assessed*."""


class Canvas:
    """Collects elements; `height` is set by the drawer when it is done.

    `say` turns a word of the drawer's own into the report's language.
    """

    def __init__(self, width: float, name: str, say: Callable[[str], str] = str) -> None:
        self.width = width
        self.say = say
        self.height = 0.0
        self._name = slug(name)
        self._hatch = f"hatch-{self._name}"
        self._defs: dict[str, str] = {}
        self._parts: list[str] = []

    def _add(self, tag: str, content: str = "", /, **attributes: object) -> None:
        text = "".join(
            f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
            for key, value in attributes.items()
            if value is not None
        )
        self._parts.append(f"<{tag}{text}>{content}</{tag}>" if content else f"<{tag}{text}/>")

    @contextmanager
    def group(self, **attributes: object) -> Iterator[None]:
        """What is drawn inside stands in a group with these attributes."""
        start = len(self._parts)
        yield
        inner = "".join(self._parts[start:])
        del self._parts[start:]
        self._add("g", inner, **attributes)

    def _area(
        self, x: float, y: float, width: float, height: float, fill: str, **attributes: object
    ) -> None:
        """A rectangle; one that rounding made negative is empty."""
        self._add(
            "rect",
            x=x,
            y=y,
            width=max(width, 0.0),
            height=max(height, 0.0),
            fill=fill,
            **attributes,
        )

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str | None = "accent",
        stroke: str | None = None,
        dash: str | None = None,
        stroke_width: float | None = None,
    ) -> None:
        self._area(
            x,
            y,
            width,
            height,
            colour(fill) if fill else "none",
            stroke=colour(stroke) if stroke else None,
            stroke_width=stroke_width,
            stroke_dasharray=dash,
        )

    def hatch(self, x: float, y: float, width: float, height: float) -> None:
        """The sign of *not assessed*."""
        self._defs[self._hatch] = (
            f'<pattern id="{self._hatch}" width="6" height="6" '
            'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="6" height="6" fill="{colour("surface")}"/>'
            f'<line x1="0" y1="0" x2="0" y2="6" stroke="{colour("hatch")}" '
            'stroke-width="2"/></pattern>'
        )
        fill = f"url(#{self._hatch})"
        self._area(x, y, width, height, fill, stroke=colour("hatch"), stroke_width=0.8)

    def grain(
        self, x: float, y: float, width: float, height: float, kind: str, stroke: str
    ) -> None:
        """Strokes or dots (`kind` of `GRAINS`) over an area, to tell it without colour."""
        name = f"{kind}-{stroke}-{self._name}"
        self._defs[name] = (
            f'<pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse">'
            f'<path d="{GRAINS[kind]}" fill="none" stroke="{colour(stroke)}" '
            'stroke-width="1" stroke-opacity="0.45"/></pattern>'
        )
        self._area(x, y, width, height, f"url(#{name})")

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        stroke: str = "rule",
        width: float = 1,
        dash: str | None = None,
    ) -> None:
        self._add(
            "line",
            x1=x1,
            y1=y1,
            x2=x2,
            y2=y2,
            stroke=colour(stroke),
            stroke_width=width,
            stroke_dasharray=dash,
        )

    def path(
        self,
        d: str,
        stroke: str | None = "line",
        fill: str | None = None,
        width: float = 1.2,
        dash: str | None = None,
    ) -> None:
        self._add(
            "path",
            d=d,
            fill=colour(fill) if fill else "none",
            stroke=colour(stroke) if stroke else None,
            stroke_width=width if stroke else None,
            stroke_dasharray=dash,
        )

    def circle(
        self,
        x: float,
        y: float,
        r: float,
        fill: str | None = "accent",
        stroke: str | None = None,
        width: float = 1.8,
        dash: str | None = None,
    ) -> None:
        self._add(
            "circle",
            cx=x,
            cy=y,
            r=r,
            fill=colour(fill) if fill else "none",
            stroke=colour(stroke) if stroke else None,
            stroke_width=width if stroke else None,
            stroke_dasharray=dash,
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = SIZE,
        fill: str = "ink",
        anchor: str = "start",
        bold: bool = False,
        turn: float = 0,
        halo: bool = False,
    ) -> None:
        """One line of text with its baseline at y; a halo keeps it apart from lines below.

        The halo is a plate of ground: strokes around letters eat their neighbours in PDF.
        """
        if halo:
            width = measure(words, size, bold) / _MARGIN
            left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
            self.rect(left - 1.5, y - size * 0.92, width + 3, size * 1.2, "ground")
        self._add(
            "text",
            escape(clean(words).replace("\n", " "), quote=False),
            x=x,
            y=y,
            fill=colour(fill),
            font_size=size,
            text_anchor=None if anchor == "start" else anchor,
            font_weight=700 if bold else None,
            transform=f"rotate({fmt(turn)} {fmt(x)} {fmt(y)})" if turn else None,
        )

    def lines(
        self,
        x: float,
        middle: float,
        lines: list[str],
        size: float = SIZE,
        fill: str = "ink",
        anchor: str = "start",
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Several lines, centred on a height."""
        step = size * LINE
        y = middle - step * (len(lines) - 1) / 2 + size * 0.36
        for n, line in enumerate(lines):
            self.text(x, y + n * step, line, size, fill, anchor, bold, halo=halo)

    def letters(
        self, places: list[tuple[float, float, str]], size: float, fill: str, bold: bool
    ) -> None:
        """Many short texts of one look, each centred on its x."""
        texts = "".join(
            f'<text x="{fmt(x)}" y="{fmt(y)}">{escape(clean(words), quote=False)}</text>'
            for x, y, words in places
        )
        weight = 700 if bold else None
        self._add(
            "g", texts, fill=colour(fill), font_size=size, text_anchor="middle", font_weight=weight
        )

    def arrow(self, x: float, y: float, stroke: str = "line", size: float = 5) -> None:
        """A head pointing right, its tip at (x, y)."""
        d = f"M{fmt(x)} {fmt(y)}l{fmt(-size)} {fmt(-size * 0.6)}v{fmt(size * 1.2)}z"
        self.path(d, None, stroke)

    def svg(self, title: str, description: str) -> str:
        w, h = fmt(self.width), fmt(self.height)
        defs = f"<defs>{''.join(self._defs.values())}</defs>" if self._defs else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" '
            f'height="{h}" role="img" aria-label="{escape(clean(description))}" '
            "font-family=\"'Noto Sans',system-ui,-apple-system,'Segoe UI',Roboto,Arial,"
            'sans-serif">'
            f"<title>{escape(clean(title), quote=False)}</title>"
            f"<desc>{escape(clean(description), quote=False)}</desc>"
            f"{defs}{''.join(self._parts)}</svg>"
        )


def _attribute(value: object) -> str:
    return fmt(value) if isinstance(value, int | float) else escape(clean(str(value)))
