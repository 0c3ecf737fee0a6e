"""`crud`: the matrix, its gaps, and one entity, system or cell with its evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.text import Text

from crmaudit.cli import see_structure, see_target
from crmaudit.cli.crud_gaps import gaps, unread_share
from crmaudit.cli.crud_grid import LABEL, Grid, draw
from crmaudit.cli.crud_proof import (
    DIFFERENT,
    LEGEND,
    PROVEN,
    blank_cell,
    cell_text,
    differences,
    sources,
    summary,
    told_cells,
    verdicts,
)
from crmaudit.cli.crud_show import cell_view, entity_view, system_view
from crmaudit.cli.findings import put_findings
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit, group
from crmaudit.cli.terminal import count, out, printable, put_note
from crmaudit.cli.view import Format, View, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.crud_matrix import Cell, CrudMatrix
    from crmaudit.engine import Finding

app = group("crud", "Which system creates, reads, updates and deletes what.", bare="matrix")
app.command()(gaps)
see_structure.register(app)
app.command()(see_target.target)
_WIDE = 60
"""Systems beyond which the matrix is drawn in clustered blocks."""
_FIRST = 6
"""Differences shown above the matrix."""
_GRAVE = ("critical", "high")
_NO_GAP = "declared and proven differ nowhere here, and no finding is high or critical"


Kind = Literal["entity", "system"]
KINDS: tuple[Kind, ...] = ("entity", "system")


class Order(StrEnum):
    weight = "weight"
    name = "name"
    bea = "bea"
    bsp = "bsp"


@app.command()
def matrix(
    entity: Annotated[
        list[str] | None, typer.Option(help="Only this entity, by id or name; may be given again.")
    ] = None,
    system: Annotated[
        list[str] | None, typer.Option(help="Only this system, by id or name; may be given again.")
    ] = None,
    gaps_: Annotated[
        bool,
        typer.Option(
            "--gaps", help="Only where declared and proven differ, or a finding is high or worse."
        ),
    ] = False,
    order: Annotated[
        Order,
        typer.Option(
            help="weight: who writes most first; name; bea: alike side by side (bond energy); "
            "bsp: along the diagonal, in subsystems."
        ),
    ] = Order.weight,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """The matrix: entities down, systems across.

    Where the systems do not fit side by side, they stand in blocks below each
    other; beyond 60, what belongs together stands in a block, and the rest is
    listed.
    """
    found = audit(workspace)
    crud = found.crud
    entities = _chosen(found, entity, "entity")
    systems = _chosen(found, system, "system")
    entities, systems, titles = _ordered(crud, entities, systems, order)
    told = told_cells(found, systems, entities)
    if gaps_:
        entities, systems = _gapped(found, told, entities, systems)
        told = {key: cell for key, cell in told.items() if key[0] in set(entities)}
        told = {key: cell for key, cell in told.items() if key[1] in set(systems)}
    heard = bool(crud.testimony)
    differing = differences(found, told.values()) if heard else []

    def body(console: Console) -> None:
        _put_differences(console, found, differing)
        if not entities:
            put_note(console, _NO_GAP if gaps_ else "no entity is described in entities.yaml")
            return
        grid = Grid(
            entities,
            systems,
            {e: printable(found.workspace.entity[e].label) for e in entities},
            {key: cell_text(cell, heard) for key, cell in told.items()},
            {e: _issue([f.code for f in _issues(found, e)]) for e in entities},
            titles,
            {s: cell_text(blank_cell(found, s), heard) for s in systems},
        )
        if len(systems) > _WIDE:
            _sections(console, crud, grid)
        else:
            draw(console, grid)

    headline = f"{count(len(entities), 'entity', 'entities')} × {count(len(systems), 'system')}"
    if heard:
        about = summary(verdicts(told.values()))
    else:
        known = _known(found, told, entities, systems)
        about = f"{known:,} of {len(entities) * len(systems):,} cells declared"
    view = View(
        kind="crud",
        headline=f"{headline} · {about}",
        columns=[],
        rows=[] if format_ is Format.table else _rows(found, told, entities, systems),
        body=body,
        notes=[LEGEND, PROVEN, *sources(crud)]
        if heard
        else [LEGEND, "nothing is proven: crmaudit collect"],
        hint="crmaudit crud gaps · crmaudit crud show ENTITY",
        extra={"differences": differing, "unread": unread_share(crud)} if heard else {},
    )
    show(view, format_, output)


def _rows(
    found: Audit,
    told: Mapping[tuple[str, str], Cell],
    entities: Sequence[str],
    systems: Sequence[str],
) -> list[dict[str, Any]]:
    """A row for each entity, with a value for each system."""
    heard = bool(found.crud.testimony)
    blank = {s: blank_cell(found, s) for s in systems}
    text = {s: cell.text for s, cell in blank.items()}
    marked = {s: cell.marked for s, cell in blank.items()}
    by_entity: dict[str, list[Cell]] = {}
    for cell in told.values():
        by_entity.setdefault(cell.entity, []).append(cell)
    rows = []
    for e in entities:
        mine = by_entity.get(e, ())
        row: dict[str, Any] = {"entity": e, "systems": text | {c.system: c.text for c in mine}}
        if heard:
            row["proof"] = marked | {c.system: c.marked for c in mine}
        rows.append({**row, "issues": [f.code for f in _issues(found, e)]})
    return rows


def _known(
    found: Audit,
    told: Mapping[tuple[str, str], Cell],
    entities: Sequence[str],
    systems: Sequence[str],
) -> int:
    """How many of the cells are declared; a complete dossier speaks of all."""
    spoken = Counter(system for _, system in told)
    silent = sum(len(entities) - spoken[s] for s in systems if blank_cell(found, s).known)
    return silent + sum(cell.known for cell in told.values())


def _ordered(
    crud: CrudMatrix, entities: list[str], systems: list[str], order: Order
) -> tuple[list[str], list[str], dict[str, str]]:
    """Entities and systems in the order wanted, and titles of groups of rows."""
    if order is Order.weight:
        return entities, _by_weight(crud, systems, entities), {}
    from crmaudit.crud_matrix.structure import diagonal, ordered

    if order is Order.bsp:
        found = diagonal(crud)
        entities = [e for e in found.order.entities if e in set(entities)]
        titles: dict[str, str] = {}
        for box in found.subsystems:
            drawn = [e for e in entities if e in box.entities]
            if drawn:
                titles[drawn[0]] = f"{box.name}: {', '.join(box.systems)}"
        rest = [e for e in entities if not any(e in b.entities for b in found.subsystems)]
        if rest and titles:
            titles[rest[0]] = "in no subsystem"
        return entities, [s for s in found.order.systems if s in set(systems)], titles
    best = ordered(crud, "name" if order is Order.name else "bea")
    wanted = set(entities), set(systems)
    return (
        [e for e in best.entities if e in wanted[0]],
        [s for s in best.systems if s in wanted[1]],
        {},
    )


def _by_weight(crud: CrudMatrix, systems: Sequence[str], entities: Sequence[str]) -> list[str]:
    """Systems in the order of what they write, then of what they read."""
    among = set(entities)
    held = {s: "".join(x for e, x in crud.held_by(s).items() if e in among) for s in systems}

    def letters(system: str, which: str) -> int:
        return sum(map(held[system].count, which))

    return sorted(systems, key=lambda s: (-letters(s, "CUD"), -letters(s, "R"), s))


def _gapped(
    found: Audit,
    told: Mapping[tuple[str, str], Cell],
    entities: Sequence[str],
    systems: Sequence[str],
) -> tuple[list[str], list[str]]:
    """Entities and systems where something is to be looked at."""
    differ = {
        key
        for key, cell in told.items()
        if any(cell.verdict(x) in DIFFERENT for x in ("C", "R", "U", "D"))
    }
    grave = {e for e in entities if any(f.severity in _GRAVE for f in _issues(found, e))}
    rows = grave | {e for e, _ in differ}
    columns = {s for (e, s), cell in told.items() if e in rows and cell.held}
    return [e for e in entities if e in rows], [s for s in systems if s in columns]


def _chosen(found: Audit, wanted: Sequence[str] | None, kind: Kind) -> list[str]:
    """Ids of those wanted, by id or name; of all where none is named."""
    if not wanted:
        return list(found.crud.systems if kind == "system" else found.crud.entities)
    return list(dict.fromkeys(_id(found, name, kind) for name in wanted))


def _id(found: Audit, name: str, *kinds: Kind) -> str:
    """The id of what is called so. Raises CrmauditError where it is none, or several."""
    ids = _ids(found, name, *kinds)
    if len(ids) == 1:
        return ids[0]
    what = " or ".join(kinds)
    if ids:
        raise CrmauditError(f"{name!r} may be {', '.join(ids)}", "name it by its id")
    outside = [s for s in found.workspace.systems if name in (s.id, s.name)]
    if outside and "system" in kinds:
        raise CrmauditError(f"{name!r} is not in scope, so the matrix leaves it out")
    import difflib

    crud = found.crud
    known = {x: x for kind in kinds for x in (crud.systems if kind == "system" else crud.entities)}
    known |= {
        crud.name(kind, x).casefold(): x for kind in kinds for x in known if _is(crud, kind, x)
    }
    close = difflib.get_close_matches(name.casefold(), known, n=1)
    raise CrmauditError(
        f"there is no {what} {name!r} in the matrix",
        f"did you mean {known[close[0]]!r}?" if close else "crmaudit crud --format json lists all",
    )


def _ids(found: Audit, name: str, *kinds: Kind) -> list[str]:
    """Who has that id, else that earlier id, else that name."""
    crud = found.crud
    name = (
        name if any(_is(crud, k, name) for k in kinds) else found.workspace.formerly.get(name, name)
    )
    if any(_is(crud, kind, name) for kind in kinds):
        return [name]
    called = " ".join(name.casefold().split())
    ids = {kind: crud.systems if kind == "system" else crud.entities for kind in kinds}
    return [
        x for k in kinds for x in ids[k] if " ".join(crud.name(k, x).casefold().split()) == called
    ]


def _is(crud: CrudMatrix, kind: Kind, id_: str) -> bool:
    return id_ in (crud.systems if kind == "system" else crud.entities)


def _issues(found: Audit, entity: str) -> list[Finding]:
    """Findings of the matrix about an entity, the worst first."""
    return [f for f in found.findings.about(f"entity:{entity}") if f.code.startswith("CRD")]


def _issue(codes: Sequence[str]) -> Text:
    more = f" +{len(codes) - 1}" if len(codes) > 1 else ""
    return Text(f"{codes[0]}{more}" if codes else "", style="medium")


def _put_differences(console: Console, found: Audit, told: Sequence[Mapping[str, Any]]) -> None:
    """The declared-versus-proven difference, before anything else."""
    if not told:
        return
    label = found.workspace.entity
    for row in told[:_FIRST]:
        sign = "+" if row["verdict"] == "shadow" else "-"
        line = Text(f"{sign}{row['letter']} ", style="alarm" if sign == "+" else "medium")
        line.append(printable(f"{row['system']} · {label[row['entity']].label}: {row['told']}"))
        line.truncate(console.width, overflow="ellipsis")
        console.print(line, soft_wrap=True)
    if len(told) > _FIRST:
        put_note(console, f"and {len(told) - _FIRST} more: crmaudit crud gaps")
    console.print()


def _sections(console: Console, crud: CrudMatrix, whole: Grid) -> None:
    """Clustered blocks of a matrix that is too wide to be read, then the rest as a list."""
    from crmaudit.crud_matrix.structure import sections, unsectioned

    entities, systems = set(whole.entities), set(whole.systems)
    why = f"more than {_WIDE} systems: drawn in blocks of what belongs together, "
    put_note(console, f"{why}without rows that have no letter; the rest is listed below")
    for section in sections(crud):
        inner = [e for e in section.entities if e in entities]
        across = [s for s in section.systems if s in systems]
        if inner and across:
            put_note(console, section.title, "head")
            shown = set(inner), set(across)
            cells = {k: v for k, v in whole.cells.items() if k[0] in shown[0] and k[1] in shown[1]}
            draw(
                console,
                replace(whole, entities=inner, systems=across, cells=cells, titles={}, brief=True),
            )
            console.print()
    rest = [c for c in unsectioned(crud) if c.entity in entities and c.system in systems]
    if rest:
        put_note(console, f"{count(len(rest), 'cell')} outside the blocks", "head")
        by_entity: dict[str, list[str]] = {}
        for cell in rest:
            by_entity.setdefault(cell.entity, []).append(f"{cell.system} {cell.marked}")
        for entity, told in by_entity.items():
            name = whole.names[entity][:LABEL]
            put_note(console, f"{name}: {', '.join(map(printable, told))}", "")


@app.command("show")
def show_(
    names: Annotated[
        list[str],
        typer.Argument(help="An entity, a system, or a system and an entity, by id or name."),
    ],
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """One entity across all systems, one system, or one cell with all that speaks of it."""
    found = audit(workspace)
    crud = found.crud
    if len(names) > 2:
        raise CrmauditError("too many names", "crmaudit crud show [SYSTEM] ENTITY")
    if len(names) == 2:
        first, second = names if _ids(found, names[0], "system") else names[::-1]
        pair = _id(found, first, "system"), _id(found, second, "entity")
        show(cell_view(found, *pair), format_, output)
        return
    name = _id(found, names[0], *(("entity",) if names[0] in crud.entities else KINDS))
    if name not in crud.entities:
        show(system_view(found, name), format_, output)
        return
    about = found.findings.about(f"entity:{name}")
    show(entity_view(found, name), format_, output)
    if format_ is Format.table and output is None:
        put_findings(out(), about)
        hint = f"crmaudit explain {about[0].code}" if about else "crmaudit crud"
        out().print(Text(hint, style="accent"))
