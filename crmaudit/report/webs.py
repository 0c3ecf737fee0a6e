"""Drawings of structure: what hangs on what, what flows where, subsystems along the diagonal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crmaudit.crud_matrix import CrudMatrix
from crmaudit.crud_matrix.flows import Flow, FlowKind
from crmaudit.crud_matrix.structure import diagonal, hubs
from crmaudit.crud_matrix.structure.layout import layout
from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.report import specs as s
from crmaudit.report.figures.svg import measure, wrap
from crmaudit.report.wording import counted, listed

SHEET = 720.0
MOST = 90
"""Things that a network shows at most: with more, nobody can follow a line."""
_NODE = 104.0
_LINES: Mapping[FlowKind, tuple[s.WebKind, str]] = {
    "confirmed": ("firm", msg("declared, and both ends hold it")),
    "unknown": ("told", msg("declared, one end unknown")),
    "unused": ("faint", msg("declared, one end does not hold it")),
    "missing": ("alarm", msg("missing: implied or seen, never declared")),
    "direct": ("alarm", msg("missing: implied or seen, never declared")),
}


def crud_web(facts: Facts) -> tuple[s.Web, int] | None:
    """Systems and the entities that they hold, and how many of both are left out.

    With more than `MOST` of them, those with most cells are drawn.
    """
    crud = facts.crud
    joints = hubs(crud)
    alone: dict[tuple[str, str], int] = {
        (j.kind, j.id): len(j.parts) for j in (*joints.systems, *joints.entities)
    }
    held = {e: crud.holders(e) for e in crud.entities}
    degree: dict[tuple[str, str], int] = {("entity", e): len(h) for e, h in held.items() if h}
    for system in crud.systems:
        if mine := len(crud.held_by(system)):
            degree["system", system] = mine
    if len(degree) < 3:
        return None
    drawn = sorted(degree, key=lambda n: (-degree[n], n))[:MOST]
    names = {
        (kind, i): crud.name("system" if kind == "system" else "entity", i) for kind, i in drawn
    }
    edges = []
    for entity in crud.entities:
        for system in held[entity]:
            if ("entity", entity) in names and ("system", system) in names:
                cell = crud.cell(system, entity)
                shadow = any(cell.verdict(x) == "shadow" for x in cell.proven)  # type: ignore[arg-type]
                kind: s.WebKind = "alarm" if shadow else "firm" if cell.proven else "told"
                edges.append(
                    s.WebEdge(
                        f"system:{system}",
                        f"entity:{entity}",
                        kind,
                        strong=bool(set(cell.held) & {"C", "U", "D"}),
                        label=cell.marked,
                        items=(names["entity", entity],),
                    )
                )
    details = {
        key: msg("without it {parts} share nothing", parts=counted(parts, "part"))
        for key, parts in alone.items()
    }
    web = placed(
        [(f"{kind}:{i}", names[kind, i], kind, details.get((kind, i), "")) for kind, i in drawn],
        edges,
        (
            ("firm", msg("found in use")),
            ("told", msg("declared only")),
            ("alarm", msg("in use, never declared")),
        ),
        msg("it writes"),
        msg("alone joins parts that share nothing else"),
    )
    return web, len(degree) - len(drawn)


def flow_web(facts: Facts, flows: Sequence[Flow]) -> tuple[s.Web, int] | None:
    """Systems and what flows between them, as declared, as the matrix implies, as seen."""
    names = facts.workspace.system
    labels = {e.id: e.label for e in facts.workspace.entity.values()}
    ways: dict[tuple[str, str, s.WebKind], dict[str, None]] = {}
    for flow in flows:
        kind = _LINES[flow.kind][0]
        carried = ways.setdefault((flow.source, flow.target, kind), {})
        carried.update(dict.fromkeys(labels.get(e, e) for e in flow.entities))
    degree: dict[str, int] = {}
    for a, z, _ in ways:
        degree[a], degree[z] = degree.get(a, 0) + 1, degree.get(z, 0) + 1
    if not degree:
        return None
    drawn = sorted(degree, key=lambda x: (-degree[x], x))[:MOST]
    relays = {j.id: len(j.parts) for j in hubs(facts.crud).relays}
    edges = [
        s.WebEdge(
            a,
            z,
            kind,
            arrow=True,
            label=listed(carried, 6) or msg("not told what"),
            items=tuple(carried),
        )
        for (a, z, kind), carried in sorted(ways.items())
        if a in drawn and z in drawn
    ]
    nodes = [
        (
            x,
            names[x].name if x in names else x,
            "system",
            msg("without it {parts} exchange nothing", parts=counted(relays[x], "part"))
            if x in relays
            else "",
        )
        for x in drawn
    ]
    texts = dict(_LINES.values())
    web = placed(
        nodes, edges, tuple(texts.items()), "", msg("all feeds between parts go through it")
    )
    return web, len(degree) - len(drawn)


def placed(
    things: Sequence[tuple[str, str, str, str]],
    edges: Sequence[s.WebEdge],
    texts: tuple[tuple[s.WebKind, str], ...],
    strong: str,
    mark: str,
    room: float = 0.0,
) -> s.Web:
    """A network with its things in their places: (id, label, kind, detail) and what ties them.

    The same things and ties have the same places. One with a detail is marked.
    `room` is what each keeps free around it, so that lines between can be seen.
    """
    sizes = {}
    for name, label, _, _ in things:
        lines = wrap(label, _NODE - 8, 10, 2)
        width = max(measure(line, 10, True) for line in lines) + 12
        sizes[name] = (min(max(width, 34.0), _NODE), 14.0 + 13 * len(lines))
    wide = {name: (w + room, h + room) for name, (w, h) in sizes.items()}
    places, height = layout(wide, [(e.source, e.target) for e in edges], SHEET)
    nodes = tuple(
        s.WebNode(
            name,
            label,
            "system" if kind == "system" else "entity",
            *places[name],
            round(sizes[name][0], 1),
            round(sizes[name][1], 1),
            mark=bool(detail),
            detail=detail,
        )
        for name, label, kind, detail in things
    )
    return s.Web(nodes, tuple(edges), SHEET, height, texts, strong, mark)


def box_map(crud: CrudMatrix) -> s.BoxMap | None:
    """The matrix along its diagonal with its subsystems; None where there is none."""
    found = diagonal(crud)
    if not found.subsystems:
        return None
    rows = {e: n for n, e in enumerate(found.order.entities)}
    columns = {x: n for n, x in enumerate(found.order.systems)}
    of_system, of_entity = found.index()
    cells = []
    for entity, row in rows.items():
        for system in crud.holders(entity):
            letters = crud.cell(system, entity).held
            home = of_entity.get(entity)
            inside = home is not None and of_system.get(system) == home
            cells.append(s.BoxCell(row, columns[system], letters, "C" in letters, not inside))
    boxes = tuple(
        s.MapBox(x.name, _ends(rows, x.entities), _ends(columns, x.systems))
        for x in found.subsystems
    )
    return s.BoxMap(
        tuple(crud.name("entity", e) for e in rows),
        tuple(crud.name("system", x) for x in columns),
        tuple(cells),
        boxes,
        "creates",
        "reads, updates or deletes",
        "outside of every box: an interface is needed",
    )


def _ends(places: Mapping[str, int], ids: Iterable[str]) -> tuple[int, int]:
    found = [places[i] for i in ids]
    return min(found), max(found)
