"""The landscape as a GraphML graph, for yEd, Gephi, Cytoscape or networkx.

Nodes are systems, entities, units and officers, edges whatever joins them. Each
fact has a typed key of its own. yEd's own data give every node a label there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmaudit.exchange import properties as p
from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.landscape import edges, named
from crmaudit.exchange.outgoing import Outgoing, Thing, ThingKind, counted

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_YWORKS = "http://www.yworks.com/xml/graphml"
_TYPES = {"whole": "long", "number": "double", "yes or no": "boolean"}
_COLOURS = {"system": "#dcebea", "entity": "#f6ecd2", "unit": "#e9e4f2", "person": "#f2f2f2"}
# What an edge says already.
JOINED: Mapping[ThingKind, tuple[str, ...]] = {
    "system": ("owners.business", "owners.it", "depends_on", "lifecycle.successor"),
    "entity": ("steward", "system_of_record", "target_system_of_record"),
    "unit": ("parent", "head"),
    "person": (),
}


def render(export: Export) -> Rendered:
    """The graph. Its keys are named as the facts are in the workspace's files."""
    from lxml import etree

    writer = _Writer(Outgoing(export))
    root = writer.graph()
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    kinds = writer.kinds
    holds = ", ".join(
        (
            counted(kinds["system"], "system"),
            counted(kinds["entity"], "entity"),
            counted(kinds["unit"], "unit"),
            counted(kinds["person"], "officer"),
            counted(kinds["edge"], "edge"),
        )
    )
    return Rendered(content, holds, writer.out.losses(p.REASONS))


class _Writer:
    def __init__(self, out: Outgoing) -> None:
        from lxml import etree

        self.out = out
        self.kinds: Counter[str] = Counter()
        self._make = etree.SubElement
        namespaces: Any = {None: NAMESPACE, "y": _YWORKS}
        self._root = etree.Element(f"{{{NAMESPACE}}}graphml", nsmap=namespaces)
        self._graph = etree.Element(f"{{{NAMESPACE}}}graph", edgedefault="directed", id="landscape")
        self._keys: dict[tuple[str, str], str] = {}
        self._nodes: set[tuple[str, str]] = set()

    def graph(self) -> _Element:
        """The whole document: keys, nodes, edges."""
        drawn = self._make(self._root, f"{{{NAMESPACE}}}key", id="drawn")
        drawn.set("for", "node")
        drawn.set("yfiles.type", "nodegraphics")
        for things in (self.out.units, self.out.systems, self.out.entities):
            for thing in things:
                self._thing(thing)
        found = list(edges(self.out))
        for edge in found:
            for kind, id_ in (edge.source, edge.target):
                if kind == "person":
                    self._person(id_)
        for edge in found:
            self._edge(edge.kind, edge.source, edge.target, edge.facts)
        self._root.append(self._graph)
        return self._root

    def _thing(self, thing: Thing) -> None:
        node = self._node(thing.kind, thing.id, named(thing))
        facts: dict[str, list[str]] = {}
        for name, text in p.properties(thing, JOINED[thing.kind]):
            facts.setdefault(name, []).append(text)
        for name, texts in facts.items():
            fact = p.single(thing.kind).get(name)
            kind = _TYPES.get(fact.kind, "string") if fact and not fact.several else "string"
            # A system's kind is another than a node's.
            self._data(node, "node", f"{thing.kind}.{name}", "; ".join(texts), kind)

    def _person(self, ref: str) -> None:
        if ("person", ref) in self._nodes:
            return
        person = self.out.people.get(ref)
        node = self._node("person", ref, named(person) if person else ref)
        unit = person.take("unit") if person else None
        if unit:
            self._edge("part of", ("person", ref), ("unit", unit), {})
        if node is not None and not person:
            self._data(node, "node", "person.named", "true", "boolean")

    def _node(self, kind: str, id: str, label: str) -> _Element:
        self._nodes.add((kind, id))
        self.kinds[kind] += 1
        node = self._make(self._graph, f"{{{NAMESPACE}}}node", id=self._id(kind, id))
        shown = self.out.xml_text(label)
        self._data(node, "node", "kind", kind)
        self._data(node, "node", "id", id)
        self._data(node, "node", "label", shown)
        drawn = self._make(node, f"{{{NAMESPACE}}}data", key="drawn")
        shape = self._make(drawn, f"{{{_YWORKS}}}ShapeNode")
        # A grid for each kind, so that they do not lie on each other before they are laid out.
        row, column = divmod(self.kinds[kind] - 1, 4)
        x, y = (list(_COLOURS).index(kind) * 5 + column) * 240, row * 70
        place = {"x": f"{x}.0", "y": f"{y}.0", "width": "200.0", "height": "30.0"}
        self._make(shape, f"{{{_YWORKS}}}Geometry", place)
        self._make(shape, f"{{{_YWORKS}}}Fill", color=_COLOURS[kind])
        self._make(shape, f"{{{_YWORKS}}}NodeLabel").text = shown
        self._make(shape, f"{{{_YWORKS}}}Shape", type="roundrectangle")
        return node

    def _edge(
        self, kind: str, source: tuple[str, str], target: tuple[str, str], facts: dict[str, object]
    ) -> None:
        self.kinds["edge"] += 1
        edge = self._make(
            self._graph,
            f"{{{NAMESPACE}}}edge",
            id=f"edge-{self.kinds['edge']}",
            source=self._id(*source),
            target=self._id(*target),
        )
        self._data(edge, "edge", "kind", kind)
        for name, value in facts.items():
            several = isinstance(value, tuple)
            text = " ".join(map(str, value)) if isinstance(value, tuple) else p.text(value)
            if text or not several:
                self._data(edge, "edge", name, text)
        crud = str(facts.get("crud", ""))
        if crud and crud != "unknown":
            for letter, word in zip(
                "CRUD", ("creates", "reads", "updates", "deletes"), strict=True
            ):
                done = crud != "none" and letter in crud
                self._data(edge, "edge", word, str(done).lower(), "boolean")

    def _data(self, owner: _Element, of: str, name: str, text: str, kind: str = "string") -> None:
        if (of, name) not in self._keys:
            key = self._keys[of, name] = f"{of}-{len(self._keys)}"
            made = self._make(self._root, f"{{{NAMESPACE}}}key", id=key)
            made.set("for", of)
            made.set("attr.name", name)
            made.set("attr.type", kind)
        data = self._make(owner, f"{{{NAMESPACE}}}data", key=self._keys[of, name])
        data.text = self.out.xml_text(text)

    def _id(self, kind: str, id: str) -> str:
        # A plain name may hold anything but what no XML file can.
        return f"{kind}:{self.out.xml_text(id)}"
