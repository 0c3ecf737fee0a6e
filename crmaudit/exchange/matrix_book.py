"""`export matrix.xlsx`: the CRUD matrix as grid, relations and configuration, both ways.

The grid and the relations say the same twice: change either. A hidden column
of the grid keeps what was exported, so that a change is told from what changed
here meanwhile. What is proven stands beside what is declared, and is not read
back: evidence comes from databases, not from workbooks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmaudit.crud_matrix import LETTERS, Cell, CrudMatrix
from crmaudit.exchange.formats import Export, Rendered
from crmaudit.sheets import Column, Table, Value, workbook
from crmaudit.sheets.writing import MAX_TEXT
from crmaudit.workspace import Workspace

MARK = "crmaudit-matrix"
"""Stands in the hidden column, before a colon and the sheet's key."""
GRID, RELATIONS, CONFIGURATION = "grid", "relations", "configuration"
NONE = "none"
"""No letter at all; an empty cell says nothing."""
DIFFERENCES = ("contradicted", "shadow")
_LETTERS = "C, R, U and D as they apply, or none. Empty: nobody said."
_ABOUT = (
    ("Grid", "Entities down, systems across. Write letters of CRUD, or none. Empty: nobody said."),
    ("Relations", "The same, a line for each, with what is proven. Only Declared is read back."),
    ("Either", "Change the grid or the relations. Where both were changed, they must agree."),
    ("Complete", "In a system said to be complete, an entity without letters is none of its own."),
    ("Proven", "Seen in statements, code or rows. Contradicted: what would have seen it did not."),
    ("Back", "crmaudit import FILE shows every change before anything is written."),
)


@dataclass(frozen=True, slots=True)
class Relation:
    """One cell of which anything is known: declared, proven or allowed."""

    cell: Cell
    listed: bool
    """Whether the dossier has an entry for it."""
    why: str
    """Where the proof comes from, in short."""


def render(export: Export) -> Rendered:
    """The workbook with its three sheets."""
    crud, workspace = export.facts.whole_crud, export.facts.workspace
    found = list(relations(crud, workspace))
    sheets = [_grid(found, workspace), _relations(found, workspace), _configuration(workspace)]
    name = workspace.organisation.name
    differing = sum(any(r.cell.verdict(x) in DIFFERENCES for x in LETTERS) for r in found)
    holds = f"{len(crud.entities):,} × {len(crud.systems):,} cells, {len(found):,} of them listed"
    if differing:
        holds += f", {differing:,} proven otherwise than declared"
    return Rendered(
        workbook(sheets, f"CRUD matrix of {name}"),
        holds,
        ("what each proof rests on, call by call: crmaudit crud show tells it",),
    )


def relations(crud: CrudMatrix, workspace: Workspace) -> Iterator[Relation]:
    """All cells of which anything is known, by system, then in the order of the entities."""
    place = {e: i for i, e in enumerate(crud.entities)}
    for system in workspace.systems:
        known = {*system.crud, *crud.testimony.entities(system.id)} & place.keys()
        for entity in sorted(known, key=place.__getitem__):
            cell = crud.cell(system.id, entity)
            listed = entity in system.crud
            if not (listed or cell.proven or cell.denied or cell.granted):
                continue
            origins = sorted(
                {p.origin for p in crud.proofs(system.id, entity) if p.answer == "yes"}
            )
            yield Relation(cell, listed, ", ".join(origins))


def shown(letters: str | None) -> Value:
    """Declared letters as a cell shows them."""
    return None if letters is None else letters or NONE


def _grid(found: Sequence[Relation], workspace: Workspace) -> Table:
    systems, entities = workspace.systems, list(workspace.entity.values())
    by_cell = {(r.cell.system, r.cell.entity): r for r in found}
    columns = [
        Column("Entity", "entity", locked=True, width=26),
        Column("", f"{MARK}:{GRID}", hidden=True, locked=True),
        *(Column(s.name, s.id, help=_LETTERS, width=9) for s in systems),
    ]
    rows: list[list[Value]] = []
    asks = {}
    for r, entity in enumerate(entities):
        said = {s.id: s.crud[entity.id] for s in systems if entity.id in s.crud}
        rows.append(
            [entity.label, _mark(entity.id, said), *(shown(said.get(s.id)) for s in systems)]
        )
        for c, system in enumerate(systems, 2):
            relation = by_cell.get((system.id, entity.id))
            if relation and any(relation.cell.verdict(x) in DIFFERENCES for x in LETTERS):
                asks[r, c] = Column(system.name, help=_told(relation))
    return Table("Matrix", columns, rows, frozen=1, asks=asks, set_out=frozenset(asks))


def _mark(entity: str, said: dict[str, str | None]) -> str:
    """The entity and what was exported of it: `contact crm=CRUD billing=none newsletter=?`."""
    parts = [entity, *(f"{s}={'?' if x is None else x or NONE}" for s, x in said.items())]
    return " ".join(parts)[:MAX_TEXT]


def _told(relation: Relation) -> str:
    cell = relation.cell
    told = [f"Declared {shown(cell.letters) or 'nothing'}."]
    if cell.proven:
        told.append(f"Proven {cell.proven} ({relation.why}).")
    if gone := "".join(x for x in LETTERS if cell.verdict(x) == "contradicted"):
        told.append(f"Contradicted {gone}.")
    return " ".join(told)


def _relations(found: Sequence[Relation], workspace: Workspace) -> Table:
    columns = [
        Column("System", "system", source=f"Configuration!{CONFIGURATION}", width=24),
        Column("Entity", "entity", width=24),
        Column("", f"{MARK}:{RELATIONS}", hidden=True, locked=True),
        Column("Declared", "declared", help=_LETTERS, width=10),
        Column("Proven", "proven", locked=True, width=10),
        Column("Contradicted", "contradicted", locked=True, width=13),
        Column("Allowed", "allowed", locked=True, width=10),
        Column("Proof", "proof", locked=True, width=26),
        Column("Verdict", "verdict", locked=True, width=40),
    ]
    rows: list[list[Value]] = []
    for r in found:
        cell = r.cell
        rows.append(
            [
                workspace.system[cell.system].name,
                workspace.entity[cell.entity].label,
                relation_mark(r),
                shown(cell.letters) if r.listed else None,
                cell.proven or None,
                cell.denied or None,
                cell.granted or None,
                r.why or None,
                verdicts(cell) or None,
            ]
        )
    return Table("Relations", columns, rows, frozen=3, spare=200)


def relation_mark(relation: Relation) -> str:
    """Which cell a line is of, and what was exported: `crm contact=CRUD`."""
    cell = relation.cell
    stood = (shown(cell.letters) or "?") if relation.listed else "?"
    return f"{cell.system} {cell.entity}={stood}"


def verdicts(cell: Cell) -> str:
    """`confirmed CR; shadow D`: what is worth a word, letter by letter."""
    found: dict[str, str] = {}
    for letter in LETTERS:
        verdict = cell.verdict(letter)
        if verdict not in ("no", "unknown"):
            found[verdict] = found.get(verdict, "") + letter
    return "; ".join(f"{verdict} {letters}" for verdict, letters in found.items())


def _configuration(workspace: Workspace) -> Table:
    columns = [
        Column("What", "what", locked=True, width=14),
        Column("Name", CONFIGURATION, locked=True, width=34),
        Column("", f"{MARK}:{CONFIGURATION}", hidden=True, locked=True),
        Column("Complete", "complete", choices=("yes", "no"), width=11,
               help="Whether every entity that the system touches is listed."),
        Column("About", "about", locked=True, width=80),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    for system in workspace.systems:
        complete = "yes" if system.crud_complete else "no"
        about = ", ".join(filter(None, (system.kind, "" if system.in_scope else "not in scope")))
        said = complete if "crud_complete" in system.model_fields_set else "?"
        rows.append(["System", system.name, f"{system.id} {said}", complete, about])
    entities = workspace.entity.values()
    rows += [["Entity", e.label, e.id, None, e.class_ or None] for e in entities]
    rows += [["How to", what, "", None, text] for what, text in _ABOUT]
    return Table("Configuration", columns, rows, frozen=2)
