"""Any spreadsheet in: by a column map that is guessed, shown, corrected and saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from crmaudit.errors import CrmauditError
from crmaudit.exchange.column_map import ColumnMap, load_map, map_text, save_map
from crmaudit.exchange.guessing import guess_map
from crmaudit.exchange.mapped_records import Reading, read_records
from crmaudit.sheets import Grid, read_book
from crmaudit.workspace import Workspace
from crmaudit.workspace.incoming import Incoming

FOLDER = "imports"
"""Where a workspace keeps its column maps."""

_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")

__all__ = [
    "FOLDER",
    "ColumnMap",
    "Reading",
    "guess",
    "load_map",
    "map_text",
    "read",
    "read_mapped",
    "reading",
    "recognises",
    "said",
    "save_map",
]


def recognises(path: Path, head: bytes) -> bool:
    """Whether the file is a spreadsheet, by its name."""
    return path.suffix.lower() in _SUFFIXES


def read(path: Path, workspace: Workspace) -> Incoming:
    """What the file brings by the map that is guessed. Raises CrmauditError."""
    return read_mapped(path, workspace, guess(path, workspace))


def guess(
    path: Path,
    workspace: Workspace | None,
    *,
    as_of: date | None = None,
    sheet: str = "",
) -> ColumnMap:
    """The column map that the file suggests.

    `as_of` is the day the file speaks of, by default the audit's. Raises
    CrmauditError where the file cannot be read or holds no table.
    """
    if as_of is None and workspace is not None:
        as_of = workspace.audit.as_of
    return guess_map(read_book(path), _names(workspace), as_of, sheet)


def said(column_map: ColumnMap, as_of: date | None = None, sheet: str = "") -> ColumnMap:
    """The map with the day and the sheet said instead of its own, where they are."""
    own = {key: value for key, value in (("as_of", as_of), ("sheet", sheet)) if value}
    return column_map.model_copy(update=own)


def read_mapped(path: Path, workspace: Workspace | None, column_map: ColumnMap) -> Incoming:
    """What the file brings by the map.

    Without a workspace every name makes a system. Raises CrmauditError where
    the file cannot be read, InvalidInput where it does not have the map's
    sheet and columns.
    """
    return reading(path, workspace, column_map).incoming


def reading(path: Path, workspace: Workspace | None, column_map: ColumnMap) -> Reading:
    """Like `read_mapped`, with the numbers of what was taken and what was not."""
    grid = _grid(read_book(path), column_map.sheet, path.name)
    return read_records(grid, workspace, column_map)


def _grid(grids: Sequence[Grid], sheet: str, name: str) -> Grid:
    known = ", ".join(repr(g.name) for g in grids)
    if sheet and any(g.name for g in grids):
        found = next((g for g in grids if g.name == sheet), None)
        if found is None:
            what = f"{name} has no sheet {sheet!r}"
            raise CrmauditError(what, f"correct `sheet:` in the map; there are {known}")
        return found
    shown = [g for g in grids if not g.hidden] or list(grids)
    if len(shown) != 1:
        raise CrmauditError(
            f"{name} has {len(shown)} sheets", f"say which in the map: `sheet:` of {known}"
        )
    return shown[0]


def _names(workspace: Workspace | None) -> Mapping[str, Iterable[str]]:
    """Ids and names of what the workspace describes, by kind."""
    if workspace is None:
        return {}
    w = workspace
    return {
        "system": [n for s in w.systems for n in (s.id, s.name, *s.formerly)],
        "person": [n for p in w.people.people for n in (p.id, p.name)],
        "entity": [n for e in w.entities for n in (e.id, e.label, *e.synonyms)],
        "unit": [n for u in w.audit.units for n in (u.id, u.name)],
    }
