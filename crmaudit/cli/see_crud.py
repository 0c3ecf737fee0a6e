"""`crud`: the matrix, its gaps, and one entity or system in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.terminal import mark, out, printable
from crmaudit.cli.view import Column, Format, View, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit

app = typer.Typer(name="crud", help="Which system creates, reads, updates and deletes what.")


@app.callback(invoke_without_command=True)
def _bare(context: typer.Context, workspace: Workspace = HERE) -> None:
    if context.invoked_subcommand is None:
        matrix(workspace=workspace)


@app.command()
def matrix(
    entity: Annotated[list[str] | None, typer.Option(help="Only these entities.")] = None,
    system: Annotated[list[str] | None, typer.Option(help="Only these systems.")] = None,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """The matrix: entities down, systems across, folded to the terminal's width."""
    found = audit(workspace)
    crud = found.crud
    entities = _chosen(entity, crud.entities, "entity")
    systems = _chosen(system, crud.systems, "system")
    known, cells = crud.known_share
    headline = (
        f"{len(entities)} entities × {len(systems)} systems · {known} of {cells} cells declared"
    )
    rows = [
        {"entity": e, **{s: crud.cell(s, e).text for s in systems}, "issues": _issues(found, e)}
        for e in entities
    ]
    if format_ is not Format.table or output is not None:
        columns = [Column("entity", "Entity"), *(Column(s, s) for s in systems)]
        show(View("crud", headline, columns, rows), format_, output)
        return
    _blocks(headline, systems, rows)


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


def _issues(found: Audit, entity: str) -> str:
    """The worst finding of the matrix about an entity, as its mark and code."""
    about = [f for f in found.findings.about(f"entity:{entity}") if f.code.startswith("CRD")]
    return f"{about[0].code}" + (f" +{len(about) - 1}" if len(about) > 1 else "") if about else ""


def _blocks(headline: str, systems: list[str], rows: list[dict[str, Any]]) -> None:
    """As many systems side by side as fit; where not all do, names are written downwards."""
    console = out()
    console.print(Text(headline, style="head"))
    console.print(
        Text("C create · R read · U update · D delete · – none · ? not declared", style="quiet")
    )
    label = min(26, max([6, *(cell_len(r["entity"]) for r in rows)]))
    issue = max([5, *(len(r["issues"]) for r in rows)])
    room = console.width - label - issue - 4
    widest = max([4, *(cell_len(s) for s in systems)])
    flat = len(systems) * (min(widest, 16) + 2) <= room
    width = min(widest, 16) if flat else 4
    each = max(1, room // (width + (2 if flat else 1)))
    for start in range(0, len(systems), each):
        block = systems[start : start + each]
        gap = 2 if flat else 1
        table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="quiet")
        table.add_column(
            "Entity", width=label, overflow="ellipsis", no_wrap=True, vertical="bottom"
        )
        for name in block:
            head = Text(name if flat else "\n".join(_downwards(name, block)))
            table.add_column(
                head, width=width, overflow="ellipsis", no_wrap=True, vertical="bottom"
            )
        table.add_column("Issue", no_wrap=True, vertical="bottom")
        for row in rows:
            cells = [Text(row[s], style="quiet" if row[s] in "–?" else "") for s in block]
            entity = Text(printable(row["entity"]))
            table.add_row(entity, *cells, Text(row["issues"], style="medium"))
        console.print(table)
        if start + each < len(systems):
            console.print()
    console.print(Text("crmaudit crud gaps · crmaudit crud show ENTITY", style="accent"))


def _downwards(name: str, block: list[str]) -> list[str]:
    """A name in lines of four letters, standing on the table's head line."""
    height = max(-(-len(n) // 4) for n in block)
    lines = [name[i : i + 4] for i in range(0, len(name), 4)]
    return [""] * (height - len(lines)) + lines


@app.command()
def gaps(workspace: Workspace = HERE, format_: Shape = Format.table, output: Output = None) -> None:
    """What is wrong with the mapping: findings about entities, systems and feeds."""
    found = audit(workspace)
    chosen = [f for f in found.findings.findings if f.code.startswith("CRD")]
    lacking = [g for g in found.findings.not_assessed if g.code.startswith("CRD")]
    show(
        View(
            kind="crud-gaps",
            headline=f"{len(chosen)} gaps in the mapping",
            columns=[
                Column("severity", "", mark),
                Column("code", "Code"),
                Column("subject", "About", rank=1),
                Column("message", "Finding", flex=True),
            ],
            rows=[
                {
                    "severity": f.severity,
                    "code": f.code,
                    "subject": f.subject,
                    "message": f.message,
                    "place": str(f.place),
                }
                for f in chosen
            ],
            notes=[f"╱ {g.code} not assessed: {g.reason}" for g in lacking],
            hint="crmaudit crud show ENTITY",
        ),
        format_,
        output,
    )


@app.command("show")
def show_entity(
    entity: Annotated[str, typer.Argument(help="The entity's id.")],
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """One entity across all systems: who does what, the system of record, the findings."""
    found = audit(workspace)
    crud = found.crud
    _chosen([entity], crud.entities, "entity")
    record = crud.record(entity)
    if record is None:
        told = "no system of record: no system creates or updates it"
    else:
        names = ", ".join(record.systems)
        how = "declared" if record.declared else f"proposed, margin {record.margin}"
        told = f"system of record: {names} ({how})"
        if len(record.systems) > 1:
            told = f"no single system of record: {names} are equal"
    about = found.findings.about(f"entity:{entity}")
    definition = found.workspace.entity[entity].definition
    show(
        View(
            kind="entity",
            headline=f"{found.workspace.entity[entity].label} · {told}",
            columns=[
                Column("system", "System"),
                Column("letters", "CRUD"),
                Column(
                    "complete", "Dossier", lambda v: "complete" if v else "not complete", rank=1
                ),
            ],
            rows=[
                {
                    "system": s,
                    "letters": crud.cell(s, entity).text,
                    "complete": s not in crud.incomplete,
                }
                for s in crud.systems
            ],
            notes=[
                *([definition] if definition else []),
                *(f"{f.code} {f.severity}: {f.message}" for f in about),
            ],
        ),
        format_,
        output,
    )
