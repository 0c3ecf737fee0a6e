"""`crud`: the matrix, its gaps, and one entity, system or cell with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from crmaudit.cli import see_structure
from crmaudit.cli.crud_grid import LABEL, Grid, draw
from crmaudit.cli.crud_proof import (
    DIFFERENT,
    LEGEND,
    PROVEN,
    cell_text,
    differences,
    held_cells,
    sources,
    summary,
    verdicts,
)
from crmaudit.cli.crud_show import cell_view, entity_view, system_view
from crmaudit.cli.findings import findings_view, put_findings, select
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit, group
from crmaudit.cli.terminal import count, out, printable, put_note, rate
from crmaudit.cli.view import Column, Format, View, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.crud_matrix import Cell, CrudMatrix
    from crmaudit.engine import Finding

app = group("crud", "Which system creates, reads, updates and deletes what.", bare="matrix")
see_structure.register(app)
_WIDE = 60
"""Systems beyond which the matrix is drawn in clustered blocks."""
_FIRST = 6
"""Differences shown above the matrix."""


class Order(StrEnum):
    weight = "weight"
    name = "name"
    bea = "bea"
    bsp = "bsp"


@app.command()
def matrix(
    entity: Annotated[list[str] | None, typer.Option(help="Only these entities.")] = None,
    system: Annotated[list[str] | None, typer.Option(help="Only these systems.")] = None,
    gaps_: Annotated[
        bool, typer.Option("--gaps", help="Only where declared and proven differ, or a finding is.")
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
    entities = _chosen(entity, crud.entities, "entity")
    systems = _chosen(system, crud.systems, "system")
    entities, systems, titles = _ordered(crud, entities, systems, order)
    if gaps_:
        entities, systems = _gapped(found, entities, systems)
    heard = bool(crud.testimony)
    cells = [crud.cell(s, e) for e in entities for s in systems]
    known = sum(cell.known for cell in cells)
    rows = [_row(found, e, systems) for e in entities]
    names = {e: printable(found.workspace.entity[e].label) for e in entities}
    told = differences(found, cells) if heard else []
    grid = Grid(
        entities,
        systems,
        names,
        {(c.entity, c.system): cell_text(c, heard) for c in cells},
        {row["entity"]: _issue(row["issues"]) for row in rows},
        titles,
    )

    def body(console: Console) -> None:
        _put_differences(console, found, told)
        if len(systems) > _WIDE:
            _sections(console, crud, grid)
        else:
            draw(console, grid)

    legend = [f"{LEGEND}", PROVEN, *sources(crud.testimony)] if heard else [LEGEND]
    headline = f"{count(len(entities), 'entity', 'entities')} × {count(len(systems), 'system')}"
    about = summary(verdicts(cells)) if heard else f"{known:,} of {len(cells):,} cells declared"
    view = View(
        kind="crud",
        headline=f"{headline} · {about}",
        columns=[],
        rows=rows,
        body=body,
        notes=legend if heard else [*legend, "nothing is proven: crmaudit collect"],
        hint="crmaudit crud gaps · crmaudit crud show ENTITY",
        extra={"differences": told, "unread": _unread_share(crud)} if heard else {},
    )
    show(view, format_, output)


def _row(found: Audit, entity: str, systems: Sequence[str]) -> dict[str, Any]:
    crud = found.crud
    cells = {s: crud.cell(s, entity) for s in systems}
    row: dict[str, Any] = {"entity": entity, "systems": {s: c.text for s, c in cells.items()}}
    if crud.testimony:
        row["proof"] = {s: c.marked for s, c in cells.items()}
    return {**row, "issues": [f.code for f in _issues(found, entity)]}


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
    held = {s: crud.held_by(s) for s in systems}

    def letters(system: str, which: str) -> int:
        mine = held[system]
        return sum(letter in mine.get(e, "") for e in entities for letter in which)

    return sorted(systems, key=lambda s: (-letters(s, "CUD"), -letters(s, "R"), s))


def _gapped(
    found: Audit, entities: Sequence[str], systems: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Entities and systems where something is to be looked at."""
    crud = found.crud

    def differs(cell: Cell) -> bool:
        return any(cell.verdict(x) in DIFFERENT for x in ("C", "R", "U", "D"))

    rows = [
        e for e in entities if _issues(found, e) or any(differs(crud.cell(s, e)) for s in systems)
    ]
    columns = [
        s for s in systems if any(differs(crud.cell(s, e)) or crud.cell(s, e).held for e in rows)
    ]
    return rows, columns


def _chosen(wanted: Sequence[str] | None, known: Sequence[str], what: str) -> list[str]:
    for name in wanted or ():
        if name not in known:
            import difflib

            close = difflib.get_close_matches(name, known, n=1)
            raise CrmauditError(
                f"there is no {what} {name!r} in the matrix",
                f"did you mean {close[0]!r}?" if close else "",
            )
    return list(wanted or known)


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
    for section in sections(crud):
        inner = [e for e in section.entities if e in entities]
        across = [s for s in section.systems if s in systems]
        if inner and across:
            put_note(console, section.title, "head")
            cells = {(e, s): whole.cells[e, s] for e in inner for s in across}
            draw(console, Grid(inner, across, whole.names, cells, whole.issues, {}))
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


def _unread_share(crud: CrudMatrix) -> dict[str, Any]:
    rates = crud.testimony.rates
    return {
        "different": sum(r.distinct for r in rates),
        "understood": sum(r.understood for r in rates),
        "calls": sum(r.calls for r in rates),
        "calls_understood": sum(r.understood_calls for r in rates),
        "dropped": sum(r.dropped or 0 for r in rates),
    }


@app.command()
def gaps(
    failures: Annotated[
        bool, typer.Option("--failures", help="Statements of which nobody can say what they do.")
    ] = False,
    all_: Annotated[
        bool, typer.Option("--all", help="List every finding, however many there are.")
    ] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """What is wrong with the mapping: declared against proven, then all findings."""
    found = audit(workspace)
    if failures:
        show(_failures(found), format_, output)
        return
    told = differences(found, held_cells(found.crud))
    if told and format_ is Format.table:
        show(_difference_view(found, told), format_, output)
        if output is not None:
            return
        out().print()
    view = findings_view(found, select(found, "", "CRD"), all_=all_, command="crud gaps")
    show(view, format_, output)


def _difference_view(found: Audit, told: Sequence[Mapping[str, Any]]) -> View:
    names = found.workspace.entity
    return View(
        kind="differences",
        headline=summary(verdicts(held_cells(found.crud))),
        columns=[
            Column("letter", "", lambda row: _sign(row), whole=True),
            Column("system", "System"),
            Column("entity", "Entity", lambda e: names[e].label),
            Column("told", "Because", flex=True, least=30),
        ],
        rows=list(told),
        hint="crmaudit crud show SYSTEM ENTITY",
    )


def _sign(row: Mapping[str, Any]) -> Text:
    shadow = row["verdict"] == "shadow"
    return Text(f"{'+' if shadow else '-'}{row['letter']}", style="alarm" if shadow else "medium")


def _failures(found: Audit) -> View:
    heard = found.crud.testimony
    rows = [
        {
            "system": system,
            "origin": origin,
            "times": u.times,
            "reason": u.reason,
            "text": u.text,
            "account": u.principal,
            "places": list(u.places),
            "tables": list(u.tables),
        }
        for system, origin, u in heard.unread
    ]
    rows.sort(key=lambda r: (-int(str(r["times"])), str(r["text"])))
    share = _unread_share(found.crud)
    lost = share["different"] - share["understood"]
    headline = f"{lost:,} of {share['different']:,} different statements not understood"
    if share["different"]:
        headline += f" ({rate(lost / share['different'], 1)})"
    if share["calls"]:
        calls = share["calls"] - share["calls_understood"]
        headline += f", {calls:,} of {share['calls']:,} calls"
    return View(
        kind="failures",
        headline=headline if share["different"] else "no statement was read: crmaudit collect",
        columns=[
            Column("times", "Times", lambda n: f"{n:,}", right=True),
            Column("system", "System", rank=1),
            Column("reason", "Why", flex=True, least=22),
            Column("text", "Statement, values taken out", flex=True, least=30),
            Column("places", "Where", lambda p: str(p[0]) if p else "", rank=3),
            Column("account", "Account", rank=2),
        ],
        rows=rows,
        notes=[
            "what is not understood is unknown, never no: it keeps every “not seen” from "
            "counting where it may touch a table",
            *(
                ["lost by the source itself: " + f"{share['dropped']:,}"]
                if share["dropped"]
                else []
            ),
        ],
        hint="crmaudit explain CRD130",
    )


@app.command("show")
def show_(
    names: Annotated[
        list[str], typer.Argument(help="An entity, a system, or a system and an entity: ids.")
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
        first, second = names if names[0] in crud.systems else names[::-1]
        _chosen([first], crud.systems, "system")
        _chosen([second], crud.entities, "entity")
        show(cell_view(found, first, second), format_, output)
        return
    (name,) = names
    if name in crud.systems and name not in crud.entities:
        show(system_view(found, name), format_, output)
        return
    _chosen([name], (*crud.entities, *crud.systems), "entity")
    about = found.findings.about(f"entity:{name}")
    show(entity_view(found, name), format_, output)
    if format_ is Format.table and output is None:
        put_findings(out(), about)
        hint = f"crmaudit explain {about[0].code}" if about else "crmaudit crud"
        out().print(Text(hint, style="accent"))
