"""What drawings of structure show: networks, diagrams of boxes, and a matrix in boxes.

They belong to `crmaudit.report.specs`, which names them among the figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

WebKind = Literal["firm", "told", "faint", "alarm", "new", "gone"]


Say = Callable[[str], str]
"""A word or pattern of the program's own → the same in the report's language."""


@dataclass(frozen=True, slots=True)
class WebNode:
    """A system or an entity; `x` and `y` are its middle.

    `mark`: something is particular about it, `gone`: it is to go.
    """

    id: str
    label: str
    kind: Literal["system", "entity"]
    x: float
    y: float
    width: float
    height: float
    mark: bool = False
    detail: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class WebEdge:
    """What joins two nodes. `items` are what it carries, by which a reader may choose."""

    source: str
    target: str
    kind: WebKind = "firm"
    strong: bool = False
    arrow: bool = False
    label: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Web:
    """A network on a sheet of `width` by `height`, which a screen may move and zoom.

    `texts` say in the key what each kind of line means, `strong_text` what a
    thick line, `mark_text` what a marked node, and `gone_text` one that goes.
    `how_name` heads what `texts` say in the table.
    """

    nodes: tuple[WebNode, ...]
    edges: tuple[WebEdge, ...]
    width: float
    height: float
    texts: tuple[tuple[WebKind, str], ...] = ()
    strong_text: str = ""
    mark_text: str = ""
    gone_text: str = ""
    how_name: str = "How known"

    def table(self, say: Say = str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        names = {n.id: n.label for n in self.nodes}
        said = dict(self.texts)
        rows = tuple(
            (
                names.get(e.source, e.source),
                names.get(e.target, e.target),
                e.label,
                said.get(e.kind, ""),
            )
            for e in self.edges
        )
        marked = tuple((n.label, "", n.detail, self.mark_text) for n in self.nodes if n.mark)
        gone = tuple((n.label, "", n.detail, self.gone_text) for n in self.nodes if n.gone)
        return tuple(map(say, ("From", "To", "What", self.how_name))), rows + marked + gone


@dataclass(frozen=True, slots=True)
class BoxCell:
    """`create`: the one makes the other. `outside`: it lies in no box."""

    row: int
    column: int
    text: str
    create: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class MapBox:
    """A box from its first to its last row and column, those included."""

    label: str
    rows: tuple[int, int]
    columns: tuple[int, int]


@dataclass(frozen=True, slots=True)
class BoxMap:
    """A matrix along its diagonal, with the boxes in which things belong together."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[BoxCell, ...]
    boxes: tuple[MapBox, ...]
    create_text: str = "creates"
    use_text: str = "uses"
    outside_text: str = "outside of every box"

    def table(self, say: Say = str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        return (say("Box"), say("Systems"), say("Entities")), tuple(
            (
                box.label,
                ", ".join(self.columns[box.columns[0] : box.columns[1] + 1]),
                ", ".join(self.rows[box.rows[0] : box.rows[1] + 1]),
            )
            for box in self.boxes
        )


TieKind = Literal["solid", "dashed", "dotted"]


@dataclass(frozen=True, slots=True)
class Box:
    """A thing with a line below its name; `hollow` where it is said but was not found."""

    id: str
    label: str
    detail: str = ""
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """From the one to the many; `label` stands on the line, `detail` in the table only.

    `source_end` and `target_end` are how many there are at either end: `1`, `n`, `0..1`.
    """

    source: str
    target: str
    kind: TieKind = "solid"
    label: str = ""
    detail: str = ""
    source_end: str = ""
    target_end: str = ""
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes tied to each other. The texts say in the key what each kind of line means."""

    boxes: tuple[Box, ...]
    ties: tuple[Tie, ...]
    solid_text: str = "declared"
    dashed_text: str = "found"
    dotted_text: str = "declared, not found"
    mark_text: str = "faulty"
    apart_text: str = "connected to nothing"

    def table(self, say: Say = str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        names = {b.id: b.label for b in self.boxes}
        words = {"solid": self.solid_text, "dashed": self.dashed_text, "dotted": self.dotted_text}
        rows = tuple(
            (
                names.get(t.source, t.source),
                names.get(t.target, t.target),
                say("{one} to {other}").format(one=t.source_end, other=t.target_end)
                if t.source_end and t.target_end
                else "",
                words[t.kind] + (f"; {self.mark_text}" if t.mark else ""),
                "; ".join(x for x in (t.label, t.detail) if x),
            )
            for t in self.ties
        )
        tied = {t.source for t in self.ties} | {t.target for t in self.ties}
        alone = tuple(
            (b.label, "", "", self.apart_text, b.detail) for b in self.boxes if b.id not in tied
        )
        return tuple(map(say, ("One", "Many", "How many", "How known", "What"))), rows + alone
