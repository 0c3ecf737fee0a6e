"""What a figure shows, apart from how it is drawn.

Each spec is plain data and can tell itself as a table (`table()`): headings
and rows of text, which stand beside or behind the drawing in every format.
`None` for a number means *not assessed*; it is drawn hatched, never as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

TextTable: TypeAlias = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]

NOT_ASSESSED = "not assessed"


@dataclass(frozen=True, slots=True)
class Bar:
    """`text` is the number as read; `mark` draws the bar in the alarm colour."""

    label: str
    value: float | None
    text: str
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars, in the order given; `top` is the value of a full bar."""

    items: tuple[Bar, ...]
    top: float | None = None
    label_name: str = "Item"
    value_name: str = "Value"
    target: float | None = None
    target_text: str = ""

    def table(self) -> TextTable:
        rows = tuple((b.label, b.text or NOT_ASSESSED) for b in self.items)
        return (self.label_name, self.value_name), rows


@dataclass(frozen=True, slots=True)
class Stack:
    label: str
    values: tuple[float, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stacked:
    """Parts of a whole, at most four; `share` scales every bar to full width."""

    parts: tuple[str, ...]
    items: tuple[Stack, ...]
    label_name: str = "Item"
    share: bool = False

    def table(self) -> TextTable:
        return (self.label_name, *self.parts), tuple((s.label, *s.texts) for s in self.items)


@dataclass(frozen=True, slots=True)
class Pair:
    label: str
    said: float | None
    measured: float | None
    said_text: str = ""
    measured_text: str = ""


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """What people say (hollow) against what was measured (filled)."""

    items: tuple[Pair, ...]
    low: float = 0
    high: float = 100
    label_name: str = "Item"
    said_name: str = "said"
    measured_name: str = "measured"

    def table(self) -> TextTable:
        rows = tuple(
            (
                p.label,
                p.said_text if p.said is not None else NOT_ASSESSED,
                p.measured_text if p.measured is not None else NOT_ASSESSED,
            )
            for p in self.items
        )
        return (self.label_name, self.said_name, self.measured_name), rows


@dataclass(frozen=True, slots=True)
class Task:
    """A bar in time; start equal to end is a milestone. `after` names task ids."""

    id: str
    label: str
    start: date
    end: date
    group: str = ""
    after: tuple[str, ...] = ()
    detail: str = ""
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """Left to right; `present` is a thin vertical line with its text."""

    tasks: tuple[Task, ...]
    present: date | None = None
    present_text: str = ""

    def table(self) -> TextTable:
        names = {t.id: t.label for t in self.tasks}
        rows = tuple(
            (
                t.group,
                t.label,
                t.start.isoformat(),
                t.end.isoformat(),
                ", ".join(names.get(a, a) for a in t.after),
                t.detail,
            )
            for t in self.tasks
        )
        return ("Group", "Task", "Start", "End", "After", "Detail"), rows


@dataclass(frozen=True, slots=True)
class Bubble:
    label: str
    x: float
    y: float
    size: float = 1
    mark: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Bubbles:
    """A map of two judgements (0 to 1 each), e.g. effort and benefit."""

    items: tuple[Bubble, ...]
    x_name: str
    y_name: str
    x_ends: tuple[str, str] = ("low", "high")
    y_ends: tuple[str, str] = ("low", "high")
    quadrants: tuple[str, str, str, str] = ("", "", "", "")
    size_name: str = ""

    def table(self) -> TextTable:
        rows = tuple((b.label, f"{b.x:.2f}", f"{b.y:.2f}", b.detail) for b in self.items)
        return ("Item", self.x_name, self.y_name, self.size_name or "Detail"), rows


@dataclass(frozen=True, slots=True)
class HeatCell:
    value: float | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """Rows by columns; `value` 0 to 1 chooses one of five steps, `text` is read.

    The darkest step stands for `dark`: the high end, or the low one.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[HeatCell, ...], ...]
    row_name: str = "Item"
    dark: Literal["high", "low"] = "high"

    def table(self) -> TextTable:
        rows = tuple(
            (name, *(c.text if c.value is not None else NOT_ASSESSED for c in cells))
            for name, cells in zip(self.rows, self.cells, strict=True)
        )
        return (self.row_name, *self.columns), rows


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    label: str
    group: str = ""
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """`dashed` for what is said but not seen."""

    source: str
    target: str
    label: str = ""
    dashed: bool = False
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """Flows from left to right; nodes without an edge stand apart."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    apart_text: str = "connected to nothing"

    def table(self) -> TextTable:
        names = {n.id: n.label for n in self.nodes}
        rows = tuple(
            (names.get(e.source, e.source), names.get(e.target, e.target), e.label)
            for e in self.edges
        )
        linked = {e.source for e in self.edges} | {e.target for e in self.edges}
        alone = tuple((n.label, "", self.apart_text) for n in self.nodes if n.id not in linked)
        return ("From", "To", "What"), rows + alone


@dataclass(frozen=True, slots=True)
class Series:
    """Points in time order; `event` marks the start of a technique."""

    label: str
    points: tuple[tuple[date, float], ...]
    last_text: str = ""
    event: date | None = None
    event_text: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """Small multiples: one panel a series, each with its own scale from its data."""

    series: tuple[Series, ...]

    def table(self) -> TextTable:
        found = [dict(s.points) for s in self.series]
        days = sorted({day for points in found for day in points})
        rows = tuple(
            (day.isoformat(), *(f"{points[day]:g}" if day in points else "" for points in found))
            for day in days
        )
        return ("Date", *(s.label for s in self.series)), rows


FigureSpec: TypeAlias = Bars | Stacked | Dumbbell | Timeline | Bubbles | Heat | Network | Lines
