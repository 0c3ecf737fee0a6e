"""Figure specs drawn as SVG: own code, text stays text, no dependency.

`draw(figure, width)` gives one SVG whose colours are CSS custom properties
with fallbacks, so that the same drawing follows light, dark and print in HTML;
`concrete` puts a theme's colours in their place for formats without CSS.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from crmaudit.report.blocks import Figure
from crmaudit.report.figures.svg import Canvas
from crmaudit.report.specs import NOT_ASSESSED, FigureSpec
from crmaudit.report.theme import Theme

# Spec → where it is drawn, and whether it also reads well at phone width.
DRAWERS: dict[str, tuple[str, bool]] = {
    "Bars": ("crmaudit.report.figures.bars:bars", True),
    "Stacked": ("crmaudit.report.figures.bars:stacked", True),
    "Dumbbell": ("crmaudit.report.figures.dumbbell:dumbbell", True),
    "Timeline": ("crmaudit.report.figures.timeline:timeline", False),
    "Bubbles": ("crmaudit.report.figures.bubbles:bubbles", True),
    "Heat": ("crmaudit.report.figures.heat:heat", False),
    "Lifelines": ("crmaudit.report.figures.lifelines:lifelines", True),
    "SkillMap": ("crmaudit.report.figures.skills:skills", True),
    "Network": ("crmaudit.report.figures.network:network", False),
    "Lines": ("crmaudit.report.figures.lines:lines", True),
    "Panels": ("crmaudit.report.figures.panels:panels", True),
    "Missingness": ("crmaudit.report.figures.missingness:missingness", True),
    "Diagram": ("crmaudit.report.figures.diagram:diagram", False),
    "Web": ("crmaudit.report.figures.web:web", False),
    "BoxMap": ("crmaudit.report.figures.box_map:box_map", False),
    "Ranges": ("crmaudit.report.figures.matching:ranges", True),
    "UpSet": ("crmaudit.report.figures.matching:upset", True),
    "Waterfall": ("crmaudit.report.figures.matching:waterfall", True),
    "Weights": ("crmaudit.report.figures.matching:weights", True),
    "Radar": ("crmaudit.report.figures.people:radar", True),
    "Gantt": ("crmaudit.report.figures.gantt:gantt", False),
    "Curve": ("crmaudit.report.figures.course:curve", True),
    "Loads": ("crmaudit.report.figures.course:loads", True),
    "Concentration": ("crmaudit.report.figures.people:concentration", True),
}

WIDE = 720
NARROW = 340


def narrows(figure: Figure) -> bool:
    """Whether the figure has a drawing for a narrow column."""
    return DRAWERS[type(figure.spec).__name__][1]


def draw(figure: Figure, width: int = WIDE) -> str:
    """The figure as SVG text of this width."""
    module, _, name = DRAWERS[type(figure.spec).__name__][0].partition(":")
    drawer: Callable[[Any, Canvas], None] = getattr(import_module(module), name)
    canvas = Canvas(width, f"{figure.id}-{width}", figure.say)
    drawer(figure.spec, canvas)
    return canvas.svg(figure.title, figure.alt)


def words(spec: FigureSpec) -> tuple[str, ...]:
    """Words and patterns of the program's own that the drawing and its table may say."""
    module = DRAWERS[type(spec).__name__][0].partition(":")[0]
    said = dict.fromkeys((*getattr(import_module(module), "WORDS", ()), NOT_ASSESSED))

    def say(word: str) -> str:
        said[word] = None
        return word

    spec.table(say)
    return tuple(said)


def concrete(svg: str, theme: Theme) -> str:
    """The drawing with the light theme's colours in place of custom properties."""
    return re.sub(r"var\(--([a-z0-9-]+),[^)]*\)", lambda m: theme.light[m[1]], svg)
