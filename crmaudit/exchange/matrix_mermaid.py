"""`export matrix.mmd`: systems and entities, joined by what is done, as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Sequence

from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.landscape import named
from crmaudit.exchange.matrix_book import Relation, relations
from crmaudit.exchange.mermaid import MAX_EDGES, MAX_TEXT, label, note_controls
from crmaudit.exchange.outgoing import Outgoing, counted


def render(export: Export) -> Rendered:
    """The flowchart; of too many relations those that write, then the first that fit."""
    out = Outgoing(export)
    held = [r for r in relations(export.facts.whole_crud, out.workspace) if r.cell.held]
    writing = [r for r in held if set(r.cell.held) & set("CUD")]
    for drawn in (held, writing, writing[:MAX_EDGES], writing[: MAX_EDGES // 4]):
        text = _drawn(out, drawn)
        if len(drawn) <= MAX_EDGES and len(text) <= MAX_TEXT:
            break
    out.alter("relations not drawn, as Mermaid takes no larger drawing", len(held) - len(drawn))
    note_controls(out, (*out.systems, *out.entities))
    holds = f"{counted(len(out.systems), 'system')}, {len(drawn):,} relations"
    return Rendered(text.encode(), holds, out.losses(brief=True))


def _drawn(out: Outgoing, drawn: Sequence[Relation]) -> str:
    systems = {r.cell.system for r in drawn}
    entities = {r.cell.entity for r in drawn}
    number = {("s", s.id): f"s{i}" for i, s in enumerate(out.systems)}
    number |= {("e", e.id): f"e{i}" for i, e in enumerate(out.entities)}
    lines = ["flowchart LR"]
    boxes = (s for s in out.systems if s.id in systems)
    ovals = (e for e in out.entities if e.id in entities)
    lines += [f"  {number['s', s.id]}[{label(named(s))}]" for s in boxes]
    lines += [f"  {number['e', e.id]}([{label(named(e))}])" for e in ovals]
    for relation in drawn:
        cell = relation.cell
        ends = [number["s", cell.system], number["e", cell.entity]]
        if not set(cell.held) & set("CUD"):
            ends.reverse()
        lines.append(f"  {ends[0]} -->|{label(cell.marked)}| {ends[1]}")
    return "\n".join([*lines, ""])
