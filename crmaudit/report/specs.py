"""What a figure shows, apart from how it is drawn.

Each spec is plain data and can tell itself as a table (`table()`): headings
and rows of text, which stand beside or behind the drawing in every format.
`None` for a number means *not assessed*; it is drawn hatched, never as zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal, TypeAlias

from crmaudit.messages import capital
from crmaudit.report import numbers
from crmaudit.report.specs_graph import (
    Box,
    BoxCell,
    BoxMap,
    Diagram,
    MapBox,
    Say,
    Tie,
    TieKind,
    Web,
    WebEdge,
    WebKind,
    WebNode,
)
from crmaudit.report.specs_matching import (
    Combination,
    Push,
    RangeRow,
    Ranges,
    UpSet,
    Waterfall,
    WeightBin,
    Weights,
)
from crmaudit.report.specs_people import Concentration, Radar, Spoke
from crmaudit.report.specs_plan import Curve, Gantt, Loads, Work

__all__ = [
    "Box",
    "BoxCell",
    "BoxMap",
    "Combination",
    "Concentration",
    "Curve",
    "Diagram",
    "Gantt",
    "Loads",
    "MapBox",
    "Push",
    "Radar",
    "RangeRow",
    "Ranges",
    "Say",
    "Spoke",
    "Tie",
    "TieKind",
    "UpSet",
    "Waterfall",
    "Web",
    "WebEdge",
    "WebKind",
    "WebNode",
    "WeightBin",
    "Weights",
    "Work",
]

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

    def table(self, say: Say = str) -> TextTable:
        rows = tuple((b.label, b.text or say(NOT_ASSESSED)) for b in self.items)
        return (self.label_name, self.value_name), rows


@dataclass(frozen=True, slots=True)
class Stack:
    """`text` is the whole as read, at the bar's end; `open`: more may come to it."""

    label: str
    values: tuple[float, ...]
    texts: tuple[str, ...]
    text: str = ""
    open: bool = False

    @property
    def value(self) -> float:
        """The sum of the parts."""
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Stacked:
    """Parts of a whole, at most five; `share` scales every bar to full width.

    `total_name` heads the column of the items' `text` in the table, where they have
    one; `open_text` explains open bars in the key. `alarm` is the part that is amiss:
    it is drawn in the alarm colour.
    """

    parts: tuple[str, ...]
    items: tuple[Stack, ...]
    label_name: str = "Item"
    share: bool = False
    total_name: str = ""
    open_text: str = ""
    alarm: int | None = None

    def table(self, say: Say = str) -> TextTable:
        last = (self.total_name,) if self.total_name else ()
        return (self.label_name, *self.parts, *last), tuple(
            (s.label, *s.texts, *(s.text for _ in last)) for s in self.items
        )


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
    language: str = "en"

    def table(self, say: Say = str) -> TextTable:
        rows = tuple(
            (
                p.label,
                p.said_text if p.said is not None else say(NOT_ASSESSED),
                p.measured_text if p.measured is not None else say(NOT_ASSESSED),
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
    language: str = "en"

    def table(self, say: Say = str) -> TextTable:
        names = {t.id: t.label for t in self.tasks}
        rows = tuple(
            (
                t.group,
                t.label,
                numbers.day(t.start, self.language),
                numbers.day(t.end, self.language),
                ", ".join(names.get(a, a) for a in t.after),
                t.detail,
            )
            for t in self.tasks
        )
        heads = ("Group", "Task", "Start", "End", "After", "Detail")
        return tuple(map(say, heads)), rows


@dataclass(frozen=True, slots=True)
class Bubble:
    """`hollow`: its size is not known; `unsure`: it might belong to another quarter.

    The ranges are drawn as whiskers. The texts stand for the numbers in the table. One with a
    `number` is told by it alone in the drawing, as other parts list the numbers.
    """

    label: str
    x: float
    y: float
    size: float = 1
    mark: bool = False
    detail: str = ""
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    hollow: bool = False
    unsure: bool = False
    x_text: str = ""
    y_text: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Bubbles:
    """A map of two judgements (0 to 1 each), e.g. effort and benefit.

    `sizes` are sample bubbles of the key; `range_text`, `hollow_text`, `unsure_text`
    and `mark_text` are what whiskers, hollow, dashed and marked bubbles mean there.
    """

    items: tuple[Bubble, ...]
    x_name: str
    y_name: str
    x_ends: tuple[str, str] = ("low", "high")
    y_ends: tuple[str, str] = ("low", "high")
    quadrants: tuple[str, str, str, str] = ("", "", "", "")
    size_name: str = ""
    sizes: tuple[tuple[float, str], ...] = ()
    range_text: str = ""
    hollow_text: str = ""
    unsure_text: str = ""
    mark_text: str = ""

    def table(self, say: Say = str) -> TextTable:
        rows = tuple(
            (b.label, b.x_text or f"{b.x:.2f}", b.y_text or f"{b.y:.2f}", b.detail)
            for b in self.items
        )
        return (say("Item"), self.x_name, self.y_name, self.size_name or say("Detail")), rows


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`mark` outlines the cell, as the worst of its row."""

    value: float | None
    text: str = ""
    mark: bool = False


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

    def table(self, say: Say = str) -> TextTable:
        rows = tuple(
            (name, *(c.text if c.value is not None else say(NOT_ASSESSED) for c in cells))
            for name, cells in zip(self.rows, self.cells, strict=True)
        )
        return (self.row_name, *self.columns), rows


LifePhase = Literal["plan", "phase-in", "active", "phase-out"]
LIFE_PHASES: tuple[LifePhase, ...] = ("plan", "phase-in", "active", "phase-out")
LifeMark = Literal["support", "own end", "notice", "contract"]
LIFE_MARKS: Mapping[LifeMark, str] = {
    "support": "vendor's support ends",
    "own end": "own end of use",
    "notice": "last day to give notice",
    "contract": "contract ends",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase of a life; an end that is None was not said and runs on to the edge."""

    phase: LifePhase
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day that matters; `late` where it is over and nothing has followed."""

    kind: LifeMark
    day: date
    late: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """One system in time; `text` says what comes next."""

    label: str
    stretches: tuple[Stretch, ...]
    marks: tuple[DayMark, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Lifelines:
    """Phases as bars and days as marks, one line a system, between two days.

    What lies before `first` or after `last` is drawn at the edge with its year.
    """

    items: tuple[Life, ...]
    first: date
    last: date
    present: date | None = None
    present_text: str = ""
    label_name: str = "System"
    text_name: str = "Next"
    language: str = "en"

    def table(self, say: Say = str) -> TextTable:
        heads = (self.label_name, say("Phases"), *(capital(say(x)) for x in LIFE_MARKS.values()))
        rows = []
        for life in self.items:
            days = {m.kind: numbers.day(m.day, self.language) for m in life.marks}
            phases = "; ".join(_stretch(s, say, self.language) for s in life.stretches)
            phases = phases or say(NOT_ASSESSED)
            rows.append((life.label, phases, *(days.get(k, "") for k in LIFE_MARKS), life.text))
        return (*heads, self.text_name), tuple(rows)


def _stretch(stretch: Stretch, say: Say, language: str) -> str:
    start, end = (
        say(text).format(day=numbers.day(day, language)) if day else ""
        for text, day in ((" from {day}", stretch.start), (" to {day}", stretch.end))
    )
    return f"{say(stretch.phase)}{start}{end}"


@dataclass(frozen=True, slots=True)
class SkillHolder:
    """Somebody declared to hold a skill; `note` is a reason why that may not last."""

    name: str
    note: str = ""


SkillStateName = Literal["gap", "single", "unknown", "covered"]


@dataclass(frozen=True, slots=True)
class SkillRow:
    """A skill, the level needed, and the level of each holder of the map (None: none told).

    `others` counts holders, at whatever level, who are not among the map's.
    """

    label: str
    where: str
    needed: int
    levels: tuple[int | None, ...]
    state: SkillStateName
    text: str
    others: int = 0


@dataclass(frozen=True, slots=True)
class SkillMap:
    """Skills by people: the level held against the level needed."""

    people: tuple[SkillHolder, ...]
    rows: tuple[SkillRow, ...]

    def table(self, say: Say = str) -> TextTable:
        names = tuple(f"{p.name} ({p.note})" if p.note else p.name for p in self.people)
        more = (say("Others"),) if any(r.others for r in self.rows) else ()
        rows = tuple(
            (
                r.label,
                r.where,
                str(r.needed),
                *("" if level is None else str(level) for level in r.levels),
                *(str(r.others) for _ in more),
                r.text,
            )
            for r in self.rows
        )
        heads = (say("Skill"), say("Needed for"), say("Level needed"))
        return (*heads, *names, *more, say("State")), rows


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

    def table(self, say: Say = str) -> TextTable:
        names = {n.id: n.label for n in self.nodes}
        rows = tuple(
            (names.get(e.source, e.source), names.get(e.target, e.target), e.label)
            for e in self.edges
        )
        linked = {e.source for e in self.edges} | {e.target for e in self.edges}
        alone = tuple((n.label, "", self.apart_text) for n in self.nodes if n.id not in linked)
        return (say("From"), say("To"), say("What")), rows + alone


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
    """Small multiples: one panel a series, each with its own scale from its data.

    `step` is what the axis counts; points by month or year stand at any day of theirs.
    """

    series: tuple[Series, ...]
    step: Literal["day", "month", "year"] = "day"
    language: str = "en"

    def named(self, when: date) -> str:
        """`31 Oct 2026`, `Oct 2026` or `2026`, by the step."""
        if self.step == "year":
            return str(when.year)
        return (numbers.month if self.step == "month" else numbers.day)(when, self.language)

    def table(self, say: Say = str) -> TextTable:
        found = [dict(s.points) for s in self.series]
        days = sorted({day for points in found for day in points})
        as_read = partial(numbers.written, form=",.12g", language=self.language)
        rows = tuple(
            (
                self.named(day),
                *(as_read(points[day]) if day in points else "" for points in found),
            )
            for day in days
        )
        head = {"day": "Date", "month": "Month", "year": "Year"}[self.step]
        return (say(head), *(s.label for s in self.series)), rows


PanelKind = Literal["range", "months", "values"]


@dataclass(frozen=True, slots=True)
class Panel:
    """How the values of one column spread; `note` says of how many rows.

    `range`: bins of one width between `low` and `high`. `months`: rows by month,
    the empty ones too. `values`: the most frequent ones, each with its own name.
    """

    label: str
    kind: PanelKind
    parts: tuple[Bar, ...]
    low: str = ""
    high: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Panels:
    """Small multiples of distributions, each with its own scale from zero."""

    items: tuple[Panel, ...]
    label_name: str = "Column"

    def table(self, say: Say = str) -> TextTable:
        """A line for each panel: a row for each of its bars would fill pages."""
        rows = tuple(
            (
                panel.label,
                "; ".join(f"{part.label}: {part.text}" for part in panel.parts if part.value),
                panel.note,
            )
            for panel in self.items
        )
        return (self.label_name, say("Rows by value"), say("Of")), rows


@dataclass(frozen=True, slots=True)
class EmptyPattern:
    """Rows in which just these items (by number) are empty; `share` of all rows."""

    empty: tuple[int, ...]
    share: float
    text: str


@dataclass(frozen=True, slots=True)
class Missingness:
    """Columns with the share of rows that fill them, and which are empty together."""

    columns: tuple[Bar, ...]
    patterns: tuple[EmptyPattern, ...]

    def table(self, say: Say = str) -> TextTable:
        heads = (say("Column"), say("Filled"), *(p.text for p in self.patterns))
        rows = tuple(
            (c.label, c.text, *(say("empty" if n in p.empty else "filled") for p in self.patterns))
            for n, c in enumerate(self.columns)
        )
        return heads, rows


FigureSpec: TypeAlias = (
    Bars
    | Stacked
    | Dumbbell
    | Timeline
    | Bubbles
    | Heat
    | Lifelines
    | SkillMap
    | Network
    | Lines
    | Panels
    | Missingness
    | Diagram
    | Web
    | BoxMap
    | Ranges
    | UpSet
    | Waterfall
    | Weights
    | Radar
    | Concentration
    | Gantt
    | Curve
    | Loads
)
