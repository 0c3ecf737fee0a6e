"""One entity, system or cell of the matrix, with all that speaks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmaudit.cli.crud_proof import PROVEN, PROVING, said, some, summary, verdicts, words
from crmaudit.cli.terminal import count
from crmaudit.cli.view import Column, View, dash, said_once

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.crud_matrix import Cell, CrudMatrix, Record


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
            *_favoured(record),
            *_others(crud, entity),
            *([PROVEN] if heard else []),
        ],
        extra={
            "record": list(record.systems) if record else [],
            "favoured": record.favoured if record else "",
            "class": class_.value,
            "findings": [f"{f.code} {f.subject}" for f in found.findings.about(f"entity:{entity}")],
        },
    )


def _favoured(record: Record | None) -> list[str]:
    """For which system the records compared speak."""
    if record is None or not record.favoured:
        return []
    return [f"the records compared speak for {record.favoured}: {'; '.join(record.grounds)}"]


def _weight(crud: CrudMatrix, system: str, entity: str) -> tuple[int, int]:
    """Who writes most comes first, then who reads."""
    letters = crud.cell(system, entity).held
    return -len(set(letters) & set("CUD")), -("R" in letters)


def _others(crud: CrudMatrix, entity: str) -> list[str]:
    """Systems that do nothing with it, and those of which nothing is known."""
    cells = {s: crud.cell(s, entity).text for s in crud.systems}
    return [
        f"{letters} {told}: {some((s for s in cells if cells[s] == letters), 20)}"
        for letters, told in (("–", "nothing to do with it"), ("?", "nobody said"))
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
            "rights": _rights(crud, c),
            "record": bool((r := crud.record(c.entity)) and system in r.systems),
        }
        for c in cells
    ]
    heard = crud.testimony.spoke(system)
    if heard & PROVING:
        about, notes = summary(verdicts(cells)), [f"heard: {_heard(heard)}", _ALLOWED, PROVEN]
    else:
        declared = sum(len(c.letters or "") for c in cells)
        about, notes = f"{count(declared, 'letter')} declared", [_silent(heard), _ALLOWED]
    if system in crud.incomplete:
        notes.insert(0, "its dossier is not complete: of what it does not list, nobody said")
    return View(
        kind="system",
        headline=f"{found.workspace.system[system].name} · {about}",
        columns=[
            Column("entity", "Entity", lambda e: entity[e].label, flex=True),
            Column("proof" if heard & PROVING else "letters", "CRUD"),
            Column("rights", "Allowed", rank=1),
            Column("record", "Record", lambda v: "record" if v else "", rank=2),
        ],
        rows=rows,
        drawn=[r for r in rows if r["letters"] not in ("–", "?") or r["allowed"]],
        notes=notes,
        hint=f"crmaudit crud show {system} ENTITY",
    )


_ALLOWED = "Allowed: what rights permit; ? not known, – none"
_SAYS = {
    "granted": "rights",
    "observed": "statements that ran",
    "coded": "code",
    "written": "traces in rows and counters",
}


def _heard(heard: frozenset[str]) -> str:
    return ", ".join(word for origin, word in _SAYS.items() if origin in heard)


def _silent(heard: frozenset[str]) -> str:
    """What stands where nothing could prove a letter."""
    told = "nothing was read that could prove what it does"
    return f"{told}; heard: {_heard(heard)}" if heard else told


def _rights(crud: CrudMatrix, cell: Cell) -> str:
    """Letters that rights allow; a dash only where all rights were read."""
    if cell.granted:
        return cell.granted
    proofs = crud.proofs(cell.system, cell.entity)
    read = {p.letter for p in proofs if p.origin == "granted" and p.answer == "no"}
    return "–" if len(read) == len("CRUD") else "?"


def _examples(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """For each letter what it rests on: the most used statement, or places in code."""
    told: dict[tuple[str, str], str] = {}
    for row in rows:
        if row["answer"] == "yes" and (row["examples"] or row["places"]):
            words = row["examples"][0] if row["examples"] else ", ".join(row["places"][:3])
            told.setdefault((row["letter"], row["origin"]), f"{row['letter']}  {words}")
    return list(told.values())


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
            "places": list(p.places),
            "evidence": list(p.evidence),
            "examples": list(found.facts.statements_of(p)) if p.answer == "yes" else [],
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
    heard = crud.testimony.spoke(system)
    notes = [PROVEN] if heard & PROVING else [_silent(heard)]
    if cell.letters is None:
        notes.insert(0, "its dossier does not say what it does with this entity")
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
        drawn=said_once(rows, "letter", "verdict"),
        notes=[*_examples(rows), *notes],
        hint=f"crmaudit crud show {entity}",
    )
