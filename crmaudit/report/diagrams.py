"""The matrix and the networks of the report: how things hang together."""

from __future__ import annotations

from crmaudit.engine import Judgement
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report import specs as s

_CLASSES = ("master", "reference", "transaction", None)


def crud_matrix(facts: Facts, judgement: Judgement) -> b.Matrix:
    """The declared matrix by class and kind, with the mapping's findings at rows and columns."""
    crud, workspace = facts.crud, facts.workspace

    def issues(subject: str) -> tuple[b.MatrixIssue, ...]:
        return tuple(
            b.MatrixIssue(f.code, f.message, f.severity)
            for f in judgement.findings
            if f.subject == subject and f.code.startswith("CRD")
        )

    entities = sorted(crud.entities, key=lambda e: _CLASSES.index(workspace.entity[e].class_))
    kinds = [workspace.system[x].kind for x in crud.systems]
    systems = sorted(crud.systems, key=lambda x: kinds.index(workspace.system[x].kind))
    rows = tuple(
        b.MatrixLabel(
            e, workspace.entity[e].label, workspace.entity[e].class_ or "", issues(f"entity:{e}")
        )
        for e in entities
    )
    columns = tuple(
        b.MatrixLabel(
            x, workspace.system[x].name, workspace.system[x].kind or "", issues(f"system:{x}")
        )
        for x in systems
    )
    cells = []
    for r, entity in enumerate(entities):
        for c, system in enumerate(systems):
            cell = crud.cell(system, entity)
            if cell.letters is None:
                cells.append(b.MatrixCell(r, c, (b.Letter("?", "unknown"),)))
            elif cell.letters:
                letters = tuple(b.Letter(x, "declared") for x in cell.letters)
                cells.append(b.MatrixCell(r, c, letters))
    return b.Matrix(
        "crud", "Who creates, reads, updates and deletes what", rows, columns, tuple(cells)
    )


def feeds(facts: Facts) -> s.Network | None:
    """Systems and their declared feeds; a silo is marked."""
    crud, workspace = facts.crud, facts.workspace
    if not crud.feeds:
        return None
    beyond = [x for x in crud.flow if x not in crud.systems and x in workspace.system]
    nodes = tuple(
        s.Node(x, workspace.system[x].name, workspace.system[x].kind or "", x in crud.silos())
        for x in (*crud.systems, *beyond)
        if workspace.system[x].crud or crud.flow.degree(x)
    )
    edges = [
        s.Edge(a, z, ", ".join(workspace.entity[e].label for e in data["entities"]))
        for a, z, data in sorted(crud.flow.edges(data=True), key=lambda x: (x[0], x[1]))
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
        tuple(s.Node(e.id, e.label, e.class_ or "") for e in entities.values()),
        tuple(s.Edge(a, z, "; ".join(told)) for (a, z), told in pairs.items()),
        apart_text="no relationship declared",
    )
