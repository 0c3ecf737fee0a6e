"""Colours, faces and house marks: one theme for every format.

Colours are named by their part (`ink`, `accent`, `seq-3`), never by their
hue; light and dark are each designed. `faults` computes WCAG contrast and
says which pair is too weak.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LIGHT: dict[str, str] = {
    "ground": "#ffffff",
    "surface": "#f4f5f3",
    "ink": "#1b2225",
    "muted": "#566166",
    "rule": "#d5d9d8",
    "line": "#7e888c",
    "accent": "#0b5c66",
    "accent-soft": "#e4f0f0",
    "accent-ink": "#ffffff",
    "alarm": "#b93a04",
    "alarm-soft": "#fbece4",
    "alarm-ink": "#ffffff",
    "hatch": "#a9b0b2",
    "cat-1": "#0072b2",
    "cat-2": "#e69f00",
    "cat-3": "#009e73",
    "cat-4": "#cc79a7",
    "cat-1-ink": "#ffffff",
    "cat-2-ink": "#1b2225",
    "cat-3-ink": "#101416",
    "cat-4-ink": "#101416",
    "seq-1": "#e3f0f0",
    "seq-2": "#afd5d6",
    "seq-3": "#6fb0b3",
    "seq-4": "#23757b",
    "seq-5": "#093f45",
    "seq-1-ink": "#1b2225",
    "seq-2-ink": "#1b2225",
    "seq-3-ink": "#101416",
    "seq-4-ink": "#ffffff",
    "seq-5-ink": "#ffffff",
}

DARK: dict[str, str] = {
    "ground": "#14191b",
    "surface": "#1d2427",
    "ink": "#e7ebeb",
    "muted": "#a5afb2",
    "rule": "#343e42",
    "line": "#78858a",
    "accent": "#74c7cc",
    "accent-soft": "#17353a",
    "accent-ink": "#0c1415",
    "alarm": "#ff9468",
    "alarm-soft": "#40251b",
    "alarm-ink": "#1a0d07",
    "hatch": "#5c676b",
    "cat-1": "#56b4e9",
    "cat-2": "#e69f00",
    "cat-3": "#2fbf95",
    "cat-4": "#d995be",
    "cat-1-ink": "#101416",
    "cat-2-ink": "#101416",
    "cat-3-ink": "#101416",
    "cat-4-ink": "#101416",
    "seq-1": "#1c3336",
    "seq-2": "#1d4e53",
    "seq-3": "#206b71",
    "seq-4": "#55abb0",
    "seq-5": "#a9e2e4",
    "seq-1-ink": "#e7ebeb",
    "seq-2-ink": "#f3f6f6",
    "seq-3-ink": "#ffffff",
    "seq-4-ink": "#0c1415",
    "seq-5-ink": "#0c1415",
}

# Text on its ground needs 4.5:1 (WCAG 2.2 AA, 1.4.3), marks need 3:1 (1.4.11).
TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *(
        (ink, ground)
        for ink in ("ink", "muted", "accent", "alarm")
        for ground in ("ground", "surface")
    ),
    ("ink", "accent-soft"),
    ("muted", "accent-soft"),
    ("ink", "alarm-soft"),
    ("accent", "accent-soft"),
    ("alarm", "alarm-soft"),
    ("accent-ink", "accent"),
    ("alarm-ink", "alarm"),
    *((f"cat-{n}-ink", f"cat-{n}") for n in range(1, 5)),
    *((f"seq-{n}-ink", f"seq-{n}") for n in range(1, 6)),
)
MARK_PAIRS: tuple[tuple[str, str], ...] = (
    ("line", "ground"),
    ("line", "surface"),
    ("cat-1", "ground"),
    ("accent", "ground"),
    ("alarm", "ground"),
)


@dataclass(frozen=True, slots=True)
class Theme:
    """The look of a report. `logo` is SVG or PNG bytes; `footer` free text.

    `fonts` are the PDF's faces in order of preference, looked for among the
    shipped ones and in `font_paths`; HTML uses `stack` of the reader's system.
    """

    light: Mapping[str, str] = field(default_factory=lambda: dict(LIGHT))
    dark: Mapping[str, str] = field(default_factory=lambda: dict(DARK))
    fonts: tuple[str, ...] = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew")
    mono: tuple[str, ...] = ("DejaVu Sans Mono",)
    font_paths: tuple[str, ...] = ()
    stack: str = '"Noto Sans", system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif'
    mono_stack: str = 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Consolas, monospace'
    paper: str = "a4"
    logo: bytes = b""
    footer: str = ""
    classification: str = ""

    def faults(self) -> list[str]:
        """The pairs of colours with too little contrast, as readable lines."""
        found = []
        for mode, palette in (("light", self.light), ("dark", self.dark)):
            for pairs, least in ((TEXT_PAIRS, 4.5), (MARK_PAIRS, 3.0)):
                for front, back in pairs:
                    ratio = contrast(palette[front], palette[back])
                    if ratio < least:
                        found.append(f"{mode}: {front} on {back} is {ratio:.2f}, needs {least}")
        return found


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, two: str) -> float:
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)
