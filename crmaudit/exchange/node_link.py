"""`export landscape.json`: the landscape in networkx's node-link form, for programs.

`networkx.node_link_graph(data, edges="links")` reads it; so do D3 and others
that know nodes and links. Nodes are systems, entities, units and officers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crmaudit.exchange import properties as p
from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.graphml import JOINED
from crmaudit.exchange.landscape import Edge, edges, named
from crmaudit.exchange.outgoing import Outgoing, counted

SCHEMA = 1


def render(export: Export) -> Rendered:
    """The graph as JSON. Node ids are `kind:id`; facts are named as in the workspace's files."""
    out = Outgoing(export)
    found = [*(told := list(edges(out))), *_homes(out, told)]
    body = {
        "directed": True,
        "multigraph": True,
        "graph": {"schema": SCHEMA, "organisation": out.workspace.organisation.name},
        "nodes": list(_nodes(out, found)),
        "links": [_link(n, edge) for n, edge in enumerate(found)],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1, default=str)
    holds = f"{counted(len(out.systems), 'system')}, {counted(len(found), 'edge')}"
    return Rendered(f"{text}\n".encode("utf-8", "replace"), holds, out.losses(p.REASONS))


def _nodes(out: Outgoing, found: list[Edge]) -> Iterator[dict[str, Any]]:
    for things in (out.units, out.systems, out.entities):
        for thing in things:
            facts: dict[str, Any] = {}
            for name, text in p.properties(thing, JOINED[thing.kind]):
                facts[name] = f"{facts[name]}; {text}" if name in facts else text
            label = named(thing)
            yield {
                "id": f"{thing.kind}:{thing.id}",
                "kind": thing.kind,
                "label": label,
                **_apart(facts),
            }
    ends = {end for edge in found for end in (edge.source, edge.target)}
    for kind, id_ in sorted(ends):
        if kind == "person":
            person = out.people.get(id_)
            yield {
                "id": f"person:{id_}",
                "kind": "person",
                "label": named(person) if person else id_,
            }


def _homes(out: Outgoing, told: list[Edge]) -> Iterator[Edge]:
    """The units of the officers that something is told of."""
    ends = {end for edge in told for end in (edge.source, edge.target)}
    for end in sorted(ends):
        person = out.people.get(end[1]) if end[0] == "person" else None
        if person and (unit := person.take("unit")):
            yield Edge("part of", end, ("unit", unit), {})


def _apart(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts whose names a node has already go by another."""
    return {f"fact.{k}" if k in ("id", "kind", "label") else k: v for k, v in facts.items()}


def _link(n: int, edge: Edge) -> dict[str, Any]:
    facts = {k: list(v) if isinstance(v, tuple) else v for k, v in edge.facts.items()}
    source, target = (":".join(end) for end in (edge.source, edge.target))
    return {"source": source, "target": target, "key": n, "kind": edge.kind, **facts}
