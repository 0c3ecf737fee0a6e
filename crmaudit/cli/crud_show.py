"""One entity, system or cell of the matrix, with all that speaks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmaudit.cli.crud_proof import PROVEN, said, summary, verdicts, words
from crmaudit.cli.view import Column, View, dash

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.crud_matrix import CrudMatrix


def entity_view(found: Audit, entity: str) -> View:
    crud = found.crud
    record, class_ = crud.record(entity), found.facts.class_of(entity)
    if record is None:
        told = "no system of record: no system creates or updates it"
    else:
        how = "declared" if record.declared else f"proposed, margin {record.margin}"
        told = f"system of record: {', '.join(record.systems)} ({how})"
        if len(record.systems) > 1:
            told = f"no single system of record: {', '.join(record.systems)} are equal"
    parts = {s.system: s for s in crud.standings(entity)}
    systems = sorted(crud.systems, key=lambda s: (_weight(crud, s, entity), s))
    rows: list[dict[str, Any]] = [
        {
            "system": s,
            "letters": crud.cell(s, entity).text,
            "proof": crud.cell(s, entity).marked,
            "part": parts[s].part if s in parts else "",
            "reason": parts[s].reason if s in parts else "",
            "complete": s not in crud.incomplete,
        }
        for s in systems
    ]
    heard = bool(crud.testimony)
    known = found.workspace.entity[entity]
    conflict = {
        "does not write": "its record neither creates nor updates it",
        "contradicted": "evidence denies that its record writes it",
        "outscored": f"others do more to it: {', '.join(record.rivals) if record else ''}",
    }.get(record.conflict if record else "", "")
    kind = (
        f"{class_.value or 'of no clear class'} ({'declared' if class_.declared else 'proposed'})"
    )
    return View(
        kind="entity",
        headline=f"{known.label} · {told}",
        columns=[
            Column("system", "System"),
            Column("proof" if heard else "letters", "CRUD"),
            Column("part", "Part", dash, rank=1),
            Column("reason", "Because", flex=True, least=20, rank=2),
            Column("complete", "Dossier", lambda v: "complete" if v else "not complete", rank=3),
        ],
        rows=rows,
        drawn=[r for r in rows if r["letters"] not in "–?"],
        notes=[
            known.definition or "no definition",
            kind + (f": {', '.join(class_.reasons)}" if class_.reasons else ""),
            *([conflict] if conflict else []),
            *_others(crud, entity),
            *([PROVEN] if heard else []),
        ],
        extra={
            "record": list(record.systems) if record else [],
            "class": class_.value,
            "findings": [f"{f.code} {f.subject}" for f in found.findings.about(f"entity:{entity}")],
        },
    )


def _weight(crud: CrudMatrix, system: str, entity: str) -> tuple[int, int]:
    """Who writes most comes first, then who reads."""
    letters = crud.cell(system, entity).held
    return -len(set(letters) & set("CUD")), -("R" in letters)


def _others(crud: CrudMatrix, entity: str) -> list[str]:
    """Systems that do nothing with it, and those of which nothing is known."""
    cells = {s: crud.cell(s, entity).text for s in crud.systems}
    return [
        f"{letters} {told}: {', '.join(s for s in cells if cells[s] == letters)}"
        for letters, told in (("–", "nothing to do with it"), ("?", "not declared"))
        if letters in cells.values()
    ]


def system_view(found: Audit, system: str) -> View:
    crud = found.crud
    entity = found.workspace.entity
    cells = [c for e in crud.entities if (c := crud.cell(system, e)).known or c.granted]
    rows = [
        {
            "entity": c.entity,
            "letters": c.text,
            "proof": c.marked,
            "allowed": c.granted,
            "record": bool((r := crud.record(c.entity)) and system in r.systems),
        }
        for c in cells
    ]
    heard = sorted(crud.testimony.spoke(system))
    silent = "nothing was read that could prove what it does"
    return View(
        kind="system",
        headline=f"{found.workspace.system[system].name} · {summary(verdicts(cells))}",
        columns=[
            Column("entity", "Entity", lambda e: entity[e].label, flex=True),
            Column("proof", "CRUD"),
            Column("allowed", "Allowed", dash, rank=1),
            Column("record", "Record", lambda v: "record" if v else "", rank=2),
        ],
        rows=rows,
        drawn=[r for r in rows if r["letters"] not in ("–", "?") or r["allowed"]],
        notes=[f"heard: {', '.join(heard)}" if heard else silent, PROVEN],
        hint=f"crmaudit crud show {system} ENTITY",
    )


def cell_view(found: Audit, system: str, entity: str) -> View:
    crud = found.crud
    cell = crud.cell(system, entity)
    rows = [
        {
            "letter": p.letter,
            "origin": p.origin,
            "answer": p.answer,
            "verdict": cell.verdict(p.letter),
            "tables": list(p.tables),
            "accounts": list(p.principals),
            "calls": p.calls,
            "statements": p.statements,
            "first": p.first,
            "last": p.last,
            "reason": p.reason,
            "evidence": list(p.evidence),
            "told": said(p),
        }
        for p in crud.proofs(system, entity)
    ]
    drawn, last = [], ""
    for row in rows:
        new = row["letter"] != last
        last = str(row["letter"])
        drawn.append(
            {**row, "letter": last if new else "", "verdict": row["verdict"] if new else ""}
        )
    label = found.workspace.entity[entity].label
    return View(
        kind="cell",
        headline=f"{found.workspace.system[system].name} · {label} · {cell.marked}",
        columns=[
            Column("letter", ""),
            Column("verdict", "Verdict", words),
            Column("told", "What speaks", flex=True, least=30),
        ],
        rows=rows,
        drawn=drawn,
        notes=[PROVEN],
        hint=f"crmaudit crud show {entity}",
    )
