"""The matrix and the networks of the report: how things hang together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from crmaudit.crud_matrix import CrudMatrix
from crmaudit.crud_matrix.structure import ordered, sections
from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report import proven
from crmaudit.report import specs as s
from crmaudit.report.grid import WIDE

_CLASSES = ("master", "reference", "transaction", None)


def crud_matrix(facts: Facts, judgement: Judgement) -> b.Matrix:
    """The matrix by class and kind, with the mapping's findings at rows and columns."""
    crud, workspace = facts.crud, facts.workspace

    told: dict[str, list[b.MatrixIssue]] = {}
    for f in judgement.findings:
        if f.code.startswith("CRD"):
            told.setdefault(f.subject, []).append(b.MatrixIssue(f.code, f.message, f.severity))

    def issues(subject: str) -> tuple[b.MatrixIssue, ...]:
        return tuple(told.get(subject, ()))

    entities = sorted(crud.entities, key=lambda e: _CLASSES.index(workspace.entity[e].class_))
    kinds = [workspace.system[x].kind for x in crud.systems]
    systems = sorted(crud.systems, key=lambda x: kinds.index(workspace.system[x].kind))
    rows = tuple(
        b.MatrixLabel(
            e,
            workspace.entity[e].label,
            msg(workspace.entity[e].class_ or ""),
            issues(f"entity:{e}"),
        )
        for e in entities
    )
    columns = tuple(
        b.MatrixLabel(
            x,
            workspace.system[x].name,
            msg(workspace.system[x].kind or ""),
            issues(f"system:{x}"),
            open=not workspace.system[x].crud_complete,
        )
        for x in systems
    )
    place = {e: r for r, e in enumerate(entities)}
    cells = []
    for c, system in enumerate(systems):
        # Only what somebody said or something showed: most cells of a large matrix are neither.
        spoken = dict.fromkeys((*workspace.system[system].crud, *crud.testimony.entities(system)))
        for entity in sorted((e for e in spoken if e in place), key=place.__getitem__):
            letters = proven.letters_of(crud.cell(system, entity))
            proofs: tuple[b.MatrixProof, ...] = ()
            if crud.testimony.proofs(system, entity):
                proofs = proven.proofs_of(crud.proofs(system, entity))
            if letters or proofs or columns[c].open:
                cells.append(b.MatrixCell(place[entity], c, letters, proofs=proofs))
    cells.sort(key=lambda x: (x.row, x.column))
    return b.Matrix(
        "crud",
        "Who creates, reads, updates and deletes what",
        rows,
        columns,
        tuple(cells),
        note=proven.note(facts),
        orders=_orders(crud, entities, systems),
        parts=_parts(crud, entities, systems),
    )


ORDERED = 60_000
"""Cells of a matrix up to which it is drawn whole, and so may be put in order."""
_ORDERS: Mapping[Literal["name", "bea", "bsp"], str] = {
    "name": "by name",
    "bea": "like beside like (bond energy)",
    "bsp": "along the diagonal",
}


def _orders(
    crud: CrudMatrix, entities: Sequence[str], systems: Sequence[str]
) -> tuple[b.MatrixOrder, ...]:
    if not 4 < len(entities) * len(systems) <= ORDERED:
        return ()
    rows, columns = ({x: n for n, x in enumerate(ids)} for ids in (entities, systems))
    found = ((name, ordered(crud, how)) for how, name in _ORDERS.items())
    return tuple(
        b.MatrixOrder(
            name, tuple(rows[e] for e in order.entities), tuple(columns[s] for s in order.systems)
        )
        for name, order in found
    )


def _parts(
    crud: CrudMatrix, entities: Sequence[str], systems: Sequence[str]
) -> tuple[b.MatrixPart, ...]:
    if len(systems) <= WIDE:
        return ()
    rows, columns = ({x: n for n, x in enumerate(ids)} for ids in (entities, systems))
    return tuple(
        b.MatrixPart(
            x.title, tuple(rows[e] for e in x.entities), tuple(columns[s] for s in x.systems)
        )
        for x in sections(crud, WIDE)
    )


def feeds(facts: Facts) -> s.Network | None:
    """Systems and their declared feeds; a silo is marked."""
    crud, workspace = facts.crud, facts.workspace
    if not crud.feeds:
        return None
    flow, own = crud.flow, frozenset(crud.systems)
    beyond = [x for x in flow if x not in own and x in workspace.system]
    alone = frozenset(crud.silos())
    nodes = tuple(
        s.Node(x, workspace.system[x].name, workspace.system[x].kind or "", x in alone)
        for x in (*crud.systems, *beyond)
        if workspace.system[x].crud or flow.degree(x)
    )
    edges = [
        s.Edge(a, z, joined(", ", (workspace.entity[e].label for e in data["entities"])))
        for a, z, data in sorted(flow.edges(data=True), key=lambda x: (x[0], x[1]))
    ]
    return s.Network(nodes, tuple(edges))


def entity_model(facts: Facts) -> s.Network | None:
    """Entities and their relationships, each pair once, from the one to the many."""
    entities = facts.workspace.entity
    pairs: dict[tuple[str, str], list[str]] = {}
    for entity in entities.values():
        for r in entity.relationships:
            many = (r.cardinality or "").endswith(":n") or r.cardinality in (None, "1:1")
            pair = (entity.id, r.to) if many else (r.to, entity.id)
            words = f"{entity.label} {r.name or 'relates to'} {entities[r.to].label}"
            told = pairs.setdefault(pair, [])
            told.append(f"{words} ({r.cardinality})" if r.cardinality else words)
    if not pairs:
        return None
    return s.Network(
        tuple(s.Node(e.id, e.label, msg(e.class_ or "")) for e in entities.values()),
        tuple(s.Edge(a, z, "; ".join(told)) for (a, z), told in pairs.items()),
        apart_text="no relationship declared",
    )
