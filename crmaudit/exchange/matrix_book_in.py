"""The matrix's own workbook or CSV coming back: grid, relations and configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crmaudit.errors import CrmauditError, Place, Problem
from crmaudit.exchange.matrix_book import CONFIGURATION, GRID, MARK, NONE, RELATIONS
from crmaudit.sheets import Grid, Value, read_book
from crmaudit.sheets.guarding import holds_text
from crmaudit.workspace import Workspace
from crmaudit.workspace.incoming import Cell, Incoming, Record, digest
from crmaudit.workspace.matching import Names
from crmaudit.workspace.yaml_reader import Path_

_LOOKED_AT = 12
_STOOD = {"yes": True, "no": False, "?": None}
"""What the dossier said of being complete, by the mark."""
_SAID = re.compile(r"[\sCRUD,/-]+", re.IGNORECASE)
_Pair = tuple[str, str]


def recognises(path: Path, head: bytes) -> bool:
    """Whether a sheet in it has the matrix's hidden column."""
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return any(
            f"{MARK}:".encode() in line for line in head.replace(b"\0", b"").splitlines()[:2]
        )
    try:
        return holds_text(path, re.compile(rf"{MARK}:[a-z]+".encode()))
    except CrmauditError:
        return False  # whoever reads spreadsheets says what is wrong with it


def read(path: Path, workspace: Workspace) -> Incoming:
    """What the file says of the matrix. Raises CrmauditError where it cannot be read."""
    return _Reading(path.name, Names(workspace)).all(read_book(path))


@dataclass(frozen=True, slots=True)
class _Sheet:
    grid: Grid
    key: str
    columns: dict[str, int]
    mark: int
    first: int

    def rows(self) -> Iterator[tuple[int, Sequence[Value]]]:
        for r in range(self.first, len(self.grid.rows)):
            if any(v is not None for v in self.grid.rows[r]):
                yield r, self.grid.rows[r]

    @property
    def titles(self) -> dict[int, str]:
        """Column → what people see above it; a CSV has only the keys."""
        if not self.grid.name:
            return {}
        above = self.grid.rows[self.first - 1]
        return {c: str(v).strip() for c, v in enumerate(above) if v is not None}

    def text(self, row: Sequence[Value], key: str) -> str:
        at = self.columns.get(key)
        return "" if at is None or row[at] is None else str(row[at]).strip()


@dataclass(frozen=True, slots=True)
class _Said:
    """What one cell says now, and said at the export."""

    value: str | None
    before: str | None
    place: Place


@dataclass
class _Reading:
    name: str
    names: Names
    mistakes: list[Problem] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    said: dict[_Pair, list[_Said]] = field(default_factory=dict)
    complete: dict[str, Cell] = field(default_factory=dict)
    unchanged: int = 0

    def all(self, grids: Sequence[Grid]) -> Incoming:
        for sheet in filter(None, map(_ours, grids)):
            # Such a cell has no value, which must not be taken for one that was emptied.
            for (r, c), fault in sheet.grid.faults.items():
                if r >= sheet.first and c in (sheet.mark, *sheet.columns.values()):
                    self._wrong(fault, sheet.grid.place(r, c), "write the value itself")
            for (r, c), (bottom, _) in sheet.grid.merged:
                if bottom >= sheet.first and sheet.key in (GRID, RELATIONS):
                    self._wrong("cells are merged", sheet.grid.place(r, c), "part them again")
            if sheet.key == GRID:
                self._grid(sheet)
            elif sheet.key == RELATIONS:
                self._relations(sheet)
            elif sheet.key == CONFIGURATION:
                self._configuration(sheet)
        return Incoming(
            self.name,
            tuple(self._records()),
            tuple(self.left_out),
            tuple(self.mistakes),
            creates=False,
            unchanged=self.unchanged,
        )

    def _grid(self, sheet: _Sheet) -> None:
        systems = {k: c for k, c in sheet.columns.items() if k != "entity" and c != sheet.mark}
        ours = {
            key: self._known("system", key, sheet.grid.place(sheet.first - 1, c))
            for key, c in systems.items()
        }
        titles = sheet.titles
        for r, row in sheet.rows():
            entity, *stood = str(row[sheet.mark] or "").split(" ")
            place = sheet.grid.place(r, sheet.columns["entity"])
            if not entity:
                if any(row[c] is not None for c in systems.values()):
                    what = f"this row's hidden cell is empty: {sheet.text(row, 'entity')!r} is new"
                    self._wrong(what, place, "add new entities by inventory.xlsx or entities.yaml")
                continue
            known = self._known("entity", entity, place)
            if known is None:
                continue
            before = dict(x.rpartition("=")[::2] for x in stood)
            other = self._other("entity", known, sheet.text(row, "entity"))
            for key, column in systems.items():
                system = ours[key]
                if system is not None:
                    at = sheet.grid.place(r, column)
                    odd = other or self._other("system", system, titles.get(column, ""))
                    self._say((system, known), row[column], before.get(key, "?"), at, odd)

    def _relations(self, sheet: _Sheet) -> None:
        declared = sheet.columns.get("declared")
        if declared is None:
            self._wrong("the column 'declared' is missing", sheet.grid.place(0, 0), "export again")
            return
        for r, row in sheet.rows():
            place = sheet.grid.place(r, declared)
            pair, _, before = str(row[sheet.mark] or "").rpartition("=")
            system, _, entity = pair.partition(" ")
            if not pair:
                system, entity = sheet.text(row, "system"), sheet.text(row, "entity")
                if not system or not entity:
                    self._wrong("this row names no system or no entity", place, "name both")
                    continue
            ours, known = self._known("system", system, place), self._known("entity", entity, place)
            if ours is not None and known is not None:
                odd = self._other("system", ours, sheet.text(row, "system"))
                odd = odd or self._other("entity", known, sheet.text(row, "entity"))
                self._say((ours, known), row[declared], before or "?", place, odd)

    def _configuration(self, sheet: _Sheet) -> None:
        at = sheet.columns.get("complete")
        for r, row in sheet.rows():
            id_, _, before = str(row[sheet.mark] or "").partition(" ")
            if at is None or before not in _STOOD or row[at] is None:
                continue
            place = sheet.grid.place(r, at)
            now = row[at]
            told = ("yes" if now else "no") if isinstance(now, bool) else str(now).strip().lower()
            if told not in ("yes", "no"):
                self._wrong(f"{now!r} is neither yes nor no", place, "write yes or no")
            elif told == (before if before != "?" else "no"):
                self.unchanged += 1
            elif system := self._known("system", id_, place):
                self.complete[system] = Cell(told == "yes", place, digest(_STOOD[before]))

    def _other(self, kind: str, id_: str, shown: str) -> str:
        """What is wrong where a name that people see is not of what the hidden cell says.

        A part of a sheet was sorted, or a line copied and its name changed.
        """
        if not shown or id_ in self.names.find(kind, shown):
            return ""
        return f"{shown!r} is written here, and the hidden cell says {id_}"

    def _say(self, pair: _Pair, value: Value, before: str, place: Place, odd: str) -> None:
        try:
            now = _letters(value)
        except ValueError as error:
            self._wrong(str(error), place, "write letters of CRUD, or none")
            return
        stood = None if before == "?" else "" if before == NONE else before
        if now == stood:
            self.unchanged += 1
            return
        if odd:
            self._wrong(odd, place, "undo the sorting or the copy, or export again")
            return
        self.said.setdefault(pair, []).append(_Said(now, stood, place))

    def _records(self) -> Iterator[Record]:
        by_system: dict[str, dict[Path_, Cell]] = {}
        for (system, entity), told in self.said.items():
            first = told[0]
            for other in told[1:]:
                if other.value != first.value:
                    here, there = (
                        "empty" if x.value is None else x.value or NONE for x in (other, first)
                    )
                    label = self.names.label("system", system)
                    what = f"{label} and {entity}: {here} here, {there} in {first.place}"
                    self._wrong(what, other.place, "say one of both")
            cell = Cell(first.value, first.place, digest(first.before))
            by_system.setdefault(system, {})["crud", entity] = cell
        for system, complete in self.complete.items():
            by_system.setdefault(system, {})["crud_complete",] = complete
        for system, values in by_system.items():
            place = next(iter(values.values())).place
            yield Record("system", place, system, "", dict(values))

    def _known(self, kind: str, id_: str, place: Place) -> str | None:
        ids = self.names.find(kind, id_)
        if len(ids) == 1:
            return ids[0]
        what = f"there is no {kind} {id_!r} here" if not ids else f"{len(ids)} are called {id_!r}"
        self.left_out.append(Problem(what, place, "what is said of it is not taken"))
        return None

    def _wrong(self, what: str, place: Place, hint: str = "") -> None:
        self.mistakes.append(Problem(what, place, hint))


def _ours(grid: Grid) -> _Sheet | None:
    for r, row in enumerate(grid.rows[:_LOOKED_AT]):
        for c, value in enumerate(row):
            if isinstance(value, str) and value.startswith(f"{MARK}:"):
                columns = {str(v).strip(): i for i, v in enumerate(row) if v and i != c}
                # Below the keys stands the row of titles, which a CSV has not.
                first = r + 1 + bool(grid.name)
                return _Sheet(grid, value.partition(":")[2].strip(), columns, c, first)
    return None


def _letters(value: Value) -> str | None:
    """Letters as declared: empty for none, None for nothing said."""
    text = "" if value is None else str(value).strip()
    if text in ("", "?"):
        return None
    if text.casefold() == NONE or text in ("–", "-", "—"):
        return ""
    if not _SAID.fullmatch(text) or not any(x in text.upper() for x in "CRUD"):
        raise ValueError(f"{text!r} is no set of letters")
    return "".join(x for x in "CRUD" if x in text.upper())
