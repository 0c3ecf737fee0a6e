"""Two diagrams, so that a tool that opens the exchange file has something to show.

Boxes stand in a grid, in the order of the files: the layout is the reader's to
improve, and the same input gives the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, sqrt
from typing import TYPE_CHECKING

from crmaudit.exchange import archimate as a

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crmaudit.exchange.outgoing import Outgoing

_WIDTH, _HEIGHT = 150, 60
_GAP_X, _GAP_Y = 90, 60


def add_views(root: _Element, out: Outgoing) -> None:
    """Append the views of systems with their feeds and of entities with their relationships."""
    from lxml import etree

    relations = list(a.children(root, "relationships", "relationship"))
    views = (
        ("systems", "Systems and feeds", [f"system-{s.id}" for s in out.systems], ("Flow",)),
        (
            "entities",
            "Entities and relationships",
            [f"entity-{e.id}" for e in out.entities],
            ("Association",),
        ),
    )
    diagrams: _Element | None = None
    for view_id, name, boxes, kinds in views:
        if not boxes:
            continue
        if diagrams is None:
            holder = etree.SubElement(root, f"{{{a.NAMESPACE}}}views")
            diagrams = etree.SubElement(holder, f"{{{a.NAMESPACE}}}diagrams")
        view = _child(diagrams, "view", identifier=f"view-{view_id}")
        view.set(a.TYPE, "Diagram")
        _child(view, "name").text = name
        _boxes(view, boxes)
        _lines(view, (r for r in relations if r.get(a.TYPE) in kinds), set(boxes))


def _boxes(view: _Element, boxes: list[str]) -> None:
    columns = ceil(sqrt(len(boxes)))
    for i, box in enumerate(boxes):
        row, column = divmod(i, columns)
        node = _child(
            view,
            "node",
            identifier=f"box-{box}",
            elementRef=box,
            x=str(20 + column * (_WIDTH + _GAP_X)),
            y=str(20 + row * (_HEIGHT + _GAP_Y)),
            w=str(_WIDTH),
            h=str(_HEIGHT),
        )
        node.set(a.TYPE, "Element")


def _lines(view: _Element, relations: Iterable[_Element], shown: set[str]) -> None:
    drawn: set[tuple[str, str]] = set()
    for relation in relations:
        ends = str(relation.get("source")), str(relation.get("target"))
        # Several feeds between the same two systems are one line.
        if ends in drawn or not shown.issuperset(ends):
            continue
        drawn.add(ends)
        line = _child(
            view,
            "connection",
            identifier=f"line-{relation.get('identifier')}",
            relationshipRef=str(relation.get("identifier")),
            source=f"box-{ends[0]}",
            target=f"box-{ends[1]}",
        )
        line.set(a.TYPE, "Relationship")


def _child(parent: _Element, tag: str, **attributes: str) -> _Element:
    from lxml import etree

    return etree.SubElement(parent, f"{{{a.NAMESPACE}}}{tag}", attributes)
