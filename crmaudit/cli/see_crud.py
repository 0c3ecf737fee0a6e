"""`crud`: the matrix, its gaps, and one entity or system in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.cells import cell_len
from rich.text import Text

from crmaudit.cli.findings import findings_view, put_findings, select
from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit, group
from crmaudit.cli.terminal import count, out, printable, put_note
from crmaudit.cli.view import Column, Format, View, dash, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.crud_matrix import CrudMatrix
    from crmaudit.engine import Finding

app = group("crud", "Which system creates, reads, updates and deletes what.", bare="matrix")
_LEGEND = "C create · R read · U update · D delete · – none · ? not declared"
_CELL = 5
"""Four letters and a gap."""


@app.command()
def matrix(
    entity: Annotated[list[str] | None, typer.Option(help="Only these entities.")] = None,
    system: Annotated[list[str] | None, typer.Option(help="Only these systems.")] = None,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """The matrix: entities down, systems across.

    Systems that write most stand first. Where not all fit side by side, each
    entity lists those that hold it.
    """
    found = audit(workspace)
    crud = found.crud
    entities = _chosen(entity, crud.entities, "entity")
    systems = _by_weight(crud, _chosen(system, crud.systems, "system"), entities)
    known = sum(crud.cell(s, e).text != "?" for s in systems for e in entities)
    rows = [
        {
            "entity": e,
            "systems": {s: crud.cell(s, e).text for s in systems},
            "issues": [f.code for f in _issues(found, e)],
        }
        for e in entities
    ]
    names = {e: printable(found.workspace.entity[e].label) for e in entities}
    label = min(26, max([6, *(cell_len(name) for name in names.values())]))
    fits = label + 2 + _CELL * len(systems) + 10 <= out().width
    view = View(
        kind="crud",
        headline=f"{count(len(entities), 'entity', 'entities')} × "
        f"{count(len(systems), 'system')} · {known:,} of {len(rows) * len(systems):,} cells "
        "declared",
        columns=[
            Column("entity", "Entity", lambda e: names.get(e, ""), flex=True),
            Column("letters", "CRUD", dash),
            Column("held", "Systems", dash, flex=True),
            Column("unknown", "?", right=True),
            Column("issues", "Issue", _issue),
        ],
        rows=rows,
        drawn=[line for row in rows for line in _listed(row)],
        notes=[_LEGEND if fits else f"{_LEGEND}; in the column ? how many are not declared"],
        hint="crmaudit crud gaps · crmaudit crud show ENTITY",
    )
    if fits and format_ is Format.table and output is None:
        _side_by_side(view, systems, names, label)
    else:
        show(view, format_, output)


def _by_weight(crud: CrudMatrix, systems: Sequence[str], entities: Sequence[str]) -> list[str]:
    """Systems in the order of what they write, then of what they read."""

    def letters(system: str, which: str) -> int:
        return sum(letter in crud.cell(system, e) for e in entities for letter in which)

    return sorted(systems, key=lambda s: (-letters(s, "CUD"), -letters(s, "R"), s))


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


def _listed(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An entity as lines, one for each way of holding it, and how many systems are unknown."""
    held: dict[str, list[str]] = {}
    for system, letters in row["systems"].items():
        if letters not in "–?":
            held.setdefault(letters, []).append(system)
    ways = sorted(held.items(), key=lambda way: (-len(way[0]), "CRUD".index(way[0][0])))
    lines = [
        {"entity": "", "letters": letters, "held": ", ".join(systems), "unknown": "", "issues": ()}
        for letters, systems in ways or [("", [])]
    ]
    unknown = sum(letters == "?" for letters in row["systems"].values())
    lines[0] |= {"entity": row["entity"], "unknown": unknown or "", "issues": row["issues"]}
    return lines


def _side_by_side(view: View, systems: list[str], names: Mapping[str, str], label: int) -> None:
    """The matrix with each system's name on a line of its own, leading down to its column."""
    console = out()
    put_note(console, view.headline, "head")
    for note in view.notes:
        put_note(console, note)
    for i, system in enumerate(systems):
        lines = "│".ljust(_CELL) * i
        head = Text(" " * (label + 2) + lines, style="quiet") + Text(printable(system))
        head.truncate(console.width, overflow="ellipsis")
        console.print(head, soft_wrap=True)
    for row in view.rows:
        name = Text(names[row["entity"]])
        name.truncate(label, overflow="ellipsis", pad=True)
        line = Text("  ").join([name, Text()])
        for letters in row["systems"].values():
            line.append(letters.ljust(_CELL), style="quiet" if letters in "–?" else "")
        line += _issue(row["issues"])
        line.rstrip()
        console.print(line, soft_wrap=True)
    console.print(Text(view.hint, style="accent"))


@app.command()
def gaps(
    all_: Annotated[
        bool, typer.Option("--all", help="List every finding, however many there are.")
    ] = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """What is wrong with the mapping."""
    found = audit(workspace)
    view = findings_view(found, select(found, "", "CRD"), all_=all_, command="crud gaps")
    show(view, format_, output)


@app.command("show")
def show_entity(
    entity: Annotated[str, typer.Argument(help="The entity's id.")],
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """One entity across all systems, and its findings."""
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
    systems = _by_weight(crud, crud.systems, [entity])
    view = View(
        kind="entity",
        headline=f"{found.workspace.entity[entity].label} · {told}",
        columns=[
            Column("system", "System"),
            Column("letters", "CRUD"),
            Column("complete", "Dossier", lambda v: "complete" if v else "not complete", rank=1),
        ],
        rows=[
            {
                "system": s,
                "letters": crud.cell(s, entity).text,
                "complete": s not in crud.incomplete,
            }
            for s in systems
        ],
        drawn=[
            {"system": s, "letters": letters, "complete": s not in crud.incomplete}
            for s in systems
            if (letters := crud.cell(s, entity).text) not in "–?"
        ],
        notes=[definition or "no definition", *_others(crud, entity)],
        extra={"findings": [f"{f.code} {f.subject}" for f in about]},
    )
    show(view, format_, output)
    if format_ is Format.table and output is None:
        put_findings(out(), about)
        hint = f"crmaudit explain {about[0].code}" if about else "crmaudit crud"
        out().print(Text(hint, style="accent"))


def _others(crud: CrudMatrix, entity: str) -> list[str]:
    """Systems that do nothing with it, and those of which nothing is known."""
    cells = {s: crud.cell(s, entity).text for s in crud.systems}
    return [
        f"{letters} {told}: {', '.join(s for s in cells if cells[s] == letters)}"
        for letters, told in (("–", "nothing to do with it"), ("?", "not declared"))
        if letters in cells.values()
    ]
