"""`export inventory.xlsx`: all dossiers, to be filled in and imported again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crmaudit.exchange import book_rows
from crmaudit.exchange.book_rows import Rows
from crmaudit.exchange.book_sheets import MARK, Layout, heading, layouts, title
from crmaudit.exchange.formats import Export, Rendered
from crmaudit.inventory import completeness
from crmaudit.sheets import Column, Page, Table, workbook
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field, field_at
from crmaudit.workspace.landscape import Entity
from crmaudit.workspace.matching import Names
from crmaudit.workspace.people import Person

if TYPE_CHECKING:
    from pydantic import BaseModel

    from crmaudit.workspace import Workspace

SPARE = 200
"""Rows for new ones below the last."""
MODELS: dict[str, type[BaseModel]] = {"system": System, "entity": Entity, "person": Person}

_ID_HELP = "Not changed here: `crmaudit inventory rename` follows an id everywhere."


def render(export: Export) -> Rendered:
    """The workbook: a sheet of the systems, one for each list, people and entities."""
    workspace = export.facts.workspace
    names = Names(workspace)
    found = {layout.key: (layout, rows(layout, workspace, names)) for layout in layouts()}
    if not workspace.people.people:
        del found["people"]
    tables = [table(layout, rows, names, tuple(found)) for layout, rows in found.values()]
    cut = sum(rows.cut for _, rows in found.values())
    name = workspace.organisation.name
    content = workbook([readme(name), *tables], f"Inventory of {name}")
    return Rendered(content, holds(workspace), losses(cut))


def rows(layout: Layout, workspace: Workspace, names: Names) -> Rows:
    """The rows of one sheet of the whole workspace."""
    if layout.key == "crud":
        return book_rows.crud(layout, workspace.systems, names)
    if layout.list:
        return book_rows.items(layout, workspace.systems, names)
    things: dict[str, Sequence[BaseModel]] = {
        "systems": workspace.systems,
        "entities": tuple(workspace.entity.values()),
        "people": workspace.people.people,
    }
    return book_rows.records(layout, things[layout.key], names)


def holds(workspace: Workspace) -> str:
    counts = (
        (len(workspace.systems), "system", "systems"),
        (len(workspace.entity), "entity", "entities"),
        (len(workspace.people.people), "person", "people"),
    )
    return ", ".join(f"{n:,} {one if n == 1 else many}" for n, one, many in counts if n)


def losses(cut: int) -> tuple[str, ...]:
    found = [
        "where databases, logs and backups lie, and ids: a workbook must not change what the "
        "program reads"
    ]
    if cut:
        found.append(f"{cut} texts are too long for a cell: they are cut, and not read back")
    return tuple(found)


def table(layout: Layout, rows: Rows, names: Names, sheets: Sequence[str]) -> Table:
    """A layout with its rows as a sheet to fill in."""
    columns = [
        *_first(layout, sheets),
        *(_offering(f, layout, names, sheets) for f in layout.facts),
    ]
    if layout.key == "crud":
        columns.insert(2, _entity(sheets))
    return Table(
        layout.title,
        columns,
        [(row[0], row[-1], *row[1:-1]) for row in rows.cells],
        frozen=3 if layout.key == "crud" or not layout.list else 2,
        spare=SPARE,
        protected=not layout.list,
        wanted=_wanted(columns) if layout.key == "systems" else (),
    )


def readme(name: str) -> Page:
    return Page(
        "Read me",
        [
            f"Inventory of {name}",
            "One row is one system. Yellow cells are wanted and still empty; grey ones are fixed.",
            "",
            "Filling it in:",
            "Write what you know and leave the rest empty. To take a value away, empty its cell.",
            "Where something stays empty on purpose, write  blank:  and the reason, like  "
            "blank: a cloud service that shows no tables.",
            "Several values in one cell have  ;  between them. Dates look like 2026-03-31. People, "
            "systems and entities go by their name or id.",
            "Costs, opinions, skills and other lists have sheets of their own, one line each: "
            "choose the system, then fill in the line. A line that is deleted is removed.",
            "A new system goes into the first empty row; its id stays empty. New people and "
            "entities are added on their sheets in the same way.",
            "To sort a protected sheet, lift its protection first (there is no password), and "
            "always sort whole rows.",
            "",
            "Giving it back:",
            "Save it as it is, as .xlsx or .ods. `crmaudit import FILE` shows every change, and "
            "what was changed meanwhile in both places, before anything is written.",
        ],
    )


def _first(layout: Layout, sheets: Sequence[str]) -> list[Column]:
    mark = Column("", f"{MARK}:{layout.key}", hidden=True, locked=True)
    if layout.list:
        source = "Systems!name" if "systems" in sheets else ""
        system = Column("System", "system", source=source, help="Its name or id.", width=24)
        return [system, mark]
    group = "" if layout.key == "people" else "Dossier"
    return [Column("ID", "id", group, help=_ID_HELP, locked=True), mark]


def _entity(sheets: Sequence[str]) -> Column:
    source = "Entities!name" if "entities" in sheets else ""
    return Column("Entity", "entity", source=source, help="Its name or id.", width=24)


def _offering(fact: Field, layout: Layout, names: Names, sheets: Sequence[str]) -> Column:
    """The column of a fact, offering what it may name."""
    column = heading(fact, _model(layout))
    if fact.several or not fact.refers:
        return column
    home = {"person": "people", "entity": "entities", "system": "systems"}.get(fact.refers, "")
    if home in sheets:
        return replace(column, source=f"{title((home,))}!name")
    return replace(column, choices=tuple(names.labels(fact.refers)))


def _model(layout: Layout) -> type[BaseModel]:
    found = field_at(System, layout.list) if layout.list else None
    return found.item if found and found.item else MODELS[layout.kind]


def _wanted(columns: Sequence[Column]) -> list[list[int]]:
    """Columns of facts without which a dossier is incomplete."""
    lacks = completeness(System(id="none", name="none")).lacks
    groups = [
        [i for i, c in enumerate(columns) if f"{c.key}.".startswith(f"{lack.key}.")]
        for lack in lacks
    ]
    return [group for group in groups if group]
