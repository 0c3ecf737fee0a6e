"""`export matrix.dot`: systems and entities, joined by what is done, for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.exchange.dot import quoted
from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.landscape import named
from crmaudit.exchange.matrix_book import Relation, relations
from crmaudit.exchange.outgoing import Outgoing, counted

_HEAD = (
    "digraph matrix {",
    "  graph [rankdir=LR, fontname=Helvetica, nodesep=0.2, ranksep=1.6]",
    '  node [style="filled", color="#4a6a6a", fontname=Helvetica, fontsize=11]',
    '  edge [color="#4a6a6a", fontname=Helvetica, fontsize=9]',
)


def render(export: Export) -> Rendered:
    """An arrow to the entity where a system writes, from it where it only reads.

    Dashed: declared and contradicted; bold: proven and not declared.
    """
    out = Outgoing(export)
    drawn = [r for r in relations(export.facts.whole_crud, out.workspace) if r.cell.held]
    text = "\n".join([*_HEAD, *_nodes(out, drawn), *_edges(out, drawn), "}", ""])
    holds = f"{counted(len(out.systems), 'system')}, {len(drawn):,} relations"
    return Rendered(text.encode(), holds, out.losses(brief=True))


def _nodes(out: Outgoing, drawn: list[Relation]) -> Iterator[str]:
    for system in out.systems:
        name = quoted(out, f"system:{system.id}")
        yield f'  {name} [label={quoted(out, named(system))}, shape=box, fillcolor="#dcebea"]'
    touched = {r.cell.entity for r in drawn}
    for entity in out.entities:
        if entity.id in touched:
            name = quoted(out, f"entity:{entity.id}")
            yield f'  {name} [label={quoted(out, named(entity))}, shape=oval, fillcolor="#f6ecd2"]'


def _edges(out: Outgoing, drawn: list[Relation]) -> Iterator[str]:
    for relation in drawn:
        cell = relation.cell
        out_of = quoted(out, f"system:{cell.system}"), quoted(out, f"entity:{cell.entity}")
        ends = out_of if set(cell.held) & set("CUD") else out_of[::-1]
        verdicts = {cell.verdict(x) for x in ("C", "R", "U", "D")}
        look = ", penwidth=2.2" if "shadow" in verdicts else ""
        look = ", style=dashed" if "contradicted" in verdicts else look
        yield f"  {ends[0]} -> {ends[1]} [label={quoted(out, cell.marked)}{look}]"
