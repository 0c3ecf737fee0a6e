"""What the workspace says, as rows of our own sheets, with marks of what was exported.

A mark is a text in the hidden column: the id, the digest of the whole row as
it is shown, and what tells changes apart. Of a record that is a digest for
every fact: `crm/5e0d1f7a vendor=1f0c22ab costs[]=77aa01fe,0b9c3d11`; of an
item in a list the item's digest: `crm/0a51bb03 77aa01fe`, of a row of the
matrix the entity's id. What a cell shows by names, which may change here before
the workbook comes back, has its value there too, with a digest of what is shown:
`~owners.it=5b21e77c,%22ana%22`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel

from crmaudit.exchange.book_cells import carried, names_anything, to_cell
from crmaudit.exchange.book_sheets import AND_MORE, NOT_CARRIED, SHOWN, WHOLE, Layout, row_digest
from crmaudit.sheets import Value
from crmaudit.sheets.writing import MAX_TEXT
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field, blanks, field_at, plain
from crmaudit.workspace.incoming import digest
from crmaudit.workspace.matching import Names

_LONGEST = 2_000
"""Letters of a value in a mark."""


@dataclass
class Rows:
    """Rows of a sheet: in one of records the id stands first, in one of a list the system."""

    cells: list[list[Value]] = field(default_factory=list)
    cut: int = 0
    """Values that do not fit a cell."""


def records(layout: Layout, things: Iterable[BaseModel], names: Names) -> Rows:
    """One row a thing: id, facts, mark."""
    rows = Rows()
    for thing in things:
        id_ = str(thing.id)  # type: ignore[attr-defined]
        shown = blanks(thing)
        cells: list[Value] = [id_]
        marks = [""]
        for fact in layout.facts:
            value = fact.of(thing)
            if value is None and fact.path in shown:
                value = {"blank": shown[fact.path][1]}
            cell = _listed(value) if fact.item is not None else to_cell(fact, value, names)
            path = fact.name
            if not carried(cell, value):
                rows.cut += 1
                cell = str(cell)[:MAX_TEXT]
                marks.append(f"{path}={NOT_CARRIED}")
            elif value is not None:
                marks.append(f"{path}={digest(value)}")
                if fact.item is None:
                    marks += named(fact, value, cell)
                if fact.item is not None and isinstance(value, list) and value:
                    marks.append(f"{path}[]={','.join(map(digest, value))}")
            cells.append(cell)
        if isinstance(thing, System):
            marks += _crud_marks(thing)
        marks[0] = f"{id_}{WHOLE}{row_digest(cells)}"
        rows.cells.append([*cells, _joined(marks)])
    return rows


def items(layout: Layout, systems: Iterable[System], names: Names) -> Rows:
    """One row an item of a list: system, the item's facts, mark."""
    rows = Rows()
    for system in systems:
        label = names.label("system", system.id)
        for item in _items(layout, system):
            cells: list[Value] = [label]
            mark = " ".join([digest(item), *shown("system", system.id, label)])
            for fact in layout.facts:
                value = item.get(str(fact.path[0]))
                cell = to_cell(fact, value, names)
                if not carried(cell, value):
                    rows.cut += 1
                    cell = str(cell)[:MAX_TEXT]
                    mark += f" {NOT_CARRIED}{fact.name}"
                elif value is not None:
                    mark = " ".join([mark, *named(fact, value, cell)])
                cells.append(cell)
            rows.cells.append([*cells, f"{system.id}{WHOLE}{row_digest(cells)} {mark}"])
    return rows


def crud(layout: Layout, systems: Iterable[System], names: Names) -> Rows:
    """One row a system and entity: letters, share."""
    rows = Rows()
    for system in systems:
        label = names.label("system", system.id)
        for entity in _entities(system):
            cells: list[Value] = [label, names.label("entity", entity)]
            cells += [to_cell(f, f.of(system, entity), names) for f in layout.facts]
            marks = [f"{system.id}{WHOLE}{row_digest(cells)}", entity]
            marks += shown("system", system.id, label)
            marks += shown("entity", entity, cells[1])
            rows.cells.append([*cells, " ".join(marks)])
    return rows


def shown(key: str, value: Any, cell: Value) -> Iterator[str]:
    """The part of a mark by which an untouched cell leads back to what it stood for."""
    said = quote(json.dumps(value, ensure_ascii=False, default=str), safe="")
    if len(said) <= _LONGEST:
        yield f"{SHOWN}{key}={digest(str(cell))},{said}"


def named(fact: Field, value: Any, cell: Value) -> Iterator[str]:
    """The same for a fact, if its cell shows names."""
    if names_anything(fact) and isinstance(cell, str):
        yield from shown(fact.name, value, cell)


def _joined(marks: list[str]) -> str:
    """The mark, with as many digests as a cell holds."""
    text = " ".join(marks)
    if len(text) <= MAX_TEXT:
        return text
    return text[: text.rindex(" ", 0, MAX_TEXT - 2)] + f" {AND_MORE}"


def _listed(value: Any) -> Value:
    """What a record's row shows of a list that stands on a sheet of its own."""
    if isinstance(value, list):
        return f"{len(value)} listed" if value else "none"
    return f"blank: {value['blank']}" if value else None


def _items(layout: Layout, system: System) -> list[dict[str, Any]]:
    fact = field_at(System, layout.list)
    assert fact is not None
    return fact.of(system) or []


def _entities(system: System) -> Iterator[str]:
    yield from system.crud
    yield from (e for e in system.entity_share if e not in system.crud)


def _crud_marks(system: System) -> Iterator[str]:
    for entity in system.crud:
        yield f"crud.{entity}={digest(system.crud[entity])}"
    for entity, share in system.entity_share.items():
        yield f"entity_share.{entity}={digest(plain(share))}"
