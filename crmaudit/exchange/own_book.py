"""Our own workbooks and CSV files coming back, filled in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from crmaudit.errors import CrmauditError, Place, Problem
from crmaudit.exchange.book_cells import from_cell
from crmaudit.exchange.book_sheets import (
    AND_MORE,
    MARK,
    NOT_CARRIED,
    WHOLE,
    Layout,
    answer_layouts,
    dotted,
    layouts,
    row_digest,
)
from crmaudit.sheets import Grid, Value, read_book
from crmaudit.sheets.guarding import holds_text
from crmaudit.sheets.writing import HEADING
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field, field_at
from crmaudit.workspace.incoming import (
    Cell,
    Incoming,
    Item,
    Items,
    Kind,
    Record,
    blank_reason,
    digest,
)
from crmaudit.workspace.matching import Names
from crmaudit.workspace.yaml_reader import Path_

_LOOKED_AT = 12
"""Rows in which the keys of the columns are looked for."""
_LISTED = re.compile(r"\d+ listed", re.IGNORECASE)
_NOTHING = digest(None)


def recognises(path: Path, head: bytes) -> bool:
    """Whether a sheet in it has our hidden column."""
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return f"{MARK}:".encode() in head.replace(b"\0", b"").partition(b"\n")[0]
    try:
        if path.suffix.lower() == ".xls":
            return any(map(_marked, read_book(path)))
        return holds_text(path, re.compile(rf"{MARK}:[a-z._]+".encode()))
    except CrmauditError:
        return False  # whoever reads spreadsheets says what is wrong with it


def read(path: Path, workspace: Workspace) -> Incoming:
    """All that the file's sheets say. Raises CrmauditError where it cannot be read."""
    return read_grids(read_book(path), path.name, workspace)


def read_grids(grids: Sequence[Grid], name: str, workspace: Workspace) -> Incoming:
    """All that the sheets say, those that are not ours left aside."""
    return _Reading(name, Names(workspace)).all(grids)


@dataclass(frozen=True)
class _Sheet:
    """A grid with its columns known: key → column, and the hidden one."""

    grid: Grid
    layout: Layout | None
    columns: dict[str, int]
    mark: int
    first: int
    """The first row below the headings."""

    def rows(self) -> Iterator[tuple[int, Sequence[Value]]]:
        """Rows that say anything but for their mark, with their numbers."""
        for r in range(self.first, len(self.grid.rows)):
            row = self.grid.rows[r]
            if any(v is not None for i, v in enumerate(row) if i != self.mark):
                yield r, row

    @cached_property
    def said(self) -> list[tuple[Field, int]]:
        """The facts that have a column here."""
        facts = self.layout.facts if self.layout else ()
        return [(f, self.columns[f.name]) for f in facts if f.name in self.columns]

    @cached_property
    def _shown(self) -> list[int]:
        facts = [c for _, c in self.said]
        keys = [self.columns.get(key, -1) for key in ("id", "system", "entity")]
        return [*(c for c in keys if c >= 0 and c not in facts), *facts]

    def mark_of(self, row: Sequence[Value]) -> tuple[str, list[str], bool]:
        """The id in a row's mark, the rest of the mark, whether the row is as it was exported."""
        head, *rest = str(row[self.mark] or "").split(" ")
        id_, _, whole = head.rpartition(WHOLE)
        return id_, rest, bool(whole) and row_digest([row[c] for c in self._shown]) == whole

    def text(self, row: Sequence[Value], key: str) -> str:
        column = self.columns.get(key)
        value = None if column is None else row[column]
        return "" if value is None else str(value).strip()

    def place(self, row: int, key: str) -> Place:
        return self.grid.place(row, self.columns.get(key, 0))


@dataclass
class _Thing:
    """A record under way."""

    kind: Kind
    id: str
    name: str
    place: Place
    marks: dict[str, str] = field(default_factory=dict)
    values: dict[Path_, Cell] = field(default_factory=dict)
    items: dict[Path_, list[Item]] = field(default_factory=dict)
    stayed: set[Path_] = field(default_factory=set)
    """Entries of mappings whose rows are as they were exported."""

    @property
    def key(self) -> str:
        return self.id or _plain(self.name)

    def base(self, fact: str) -> str | None:
        """The digest of a fact at the export; None where it is not known."""
        known = self.marks and AND_MORE not in self.marks
        return self.marks.get(fact, _NOTHING if known else None)


class _Reading:
    """One file on its way to records."""

    def __init__(self, name: str, names: Names) -> None:
        self.name, self.names = name, names
        self.mistakes: list[Problem] = []
        self.left_out: list[Problem] = []
        self.things: dict[tuple[Kind, str], _Thing] = {}
        self.gone: set[tuple[Kind, str]] = set()
        self.lists: dict[Path_, Layout] = {}
        """Lists of which a sheet came back."""
        self.unchanged = 0

    def all(self, grids: Sequence[Grid]) -> Incoming:
        sheets = []
        for sheet in map(_marked, grids):
            if sheet and sheet.layout:
                sheets.append((sheet, sheet.layout))
                self._check(sheet, sheet.layout)
        for sheet, layout in sheets:
            if layout.key == "facts":
                self._facts(sheet)
            elif not layout.list:
                self._records(sheet, layout)
        for sheet, layout in sheets:
            if layout.list:
                self.lists[layout.list] = layout
                self._items(sheet, layout)
        found = map(self._record, self.things.values())
        records = tuple(record for record in found if record)
        return Incoming(
            self.name,
            records,
            tuple(self.left_out),
            tuple(self.mistakes),
            creates=False,
            unchanged=self.unchanged,
        )

    def _wrong(self, what: str, place: Place, hint: str = "") -> None:
        self.mistakes.append(Problem(what, place, hint))

    def _check(self, sheet: _Sheet, layout: Layout) -> None:
        """What stands in the sheet and cannot be read, or is nothing of ours."""
        grid = sheet.grid
        ours = {sheet.columns[key] for key in sheet.columns}
        for (r, c), what in sorted(grid.faults.items()):
            if r >= sheet.first and c in ours:
                self._wrong(what, grid.place(r, c), "write the value itself")
        for (top, left), (bottom, _) in grid.merged:
            if bottom >= sheet.first:
                self._wrong("cells are merged from here on", grid.place(top, left), "divide them")
        told = layout in answer_layouts()
        facts = {f.name for f in layout.facts}
        for c in range(max(map(len, grid.rows), default=0)):
            key = next((k for k, at in sheet.columns.items() if at == c), "")
            fixed = key in ("id", "system", "entity") or c == sheet.mark or (key and told)
            if key in facts or fixed or not any(row[c] for _, row in sheet.rows()):
                continue
            title = next((str(row[c]) for row in reversed(grid.rows[: sheet.first]) if row[c]), key)
            what = f"the column {title!r} is none of this workbook's"
            self.left_out.append(Problem(what, grid.place(sheet.first - 1, c)))

    # Rows --------------------------------------------------------------------------------

    def _records(self, sheet: _Sheet, layout: Layout) -> None:
        said = sheet.said
        for r, row in sheet.rows():
            marked, rest, untouched = sheet.mark_of(row)
            marks = {key: what for key, _, what in (pair.partition("=") for pair in rest)}
            marks = marks or {"": ""}
            id_, name = sheet.text(row, "id"), sheet.text(row, "name")
            if "id" not in sheet.columns:
                id_ = marked.replace("|", " ")
            elif not id_ or not marked:
                marks = {}
            elif marked != id_:
                what = f"this row is torn apart: its hidden column is that of {marked!r}"
                self._wrong(what, sheet.place(r, "id"), "always sort whole rows; export again")
                continue
            if not id_ and not name:
                self._wrong("this row has neither an id nor a name", sheet.place(r, "name"))
                continue
            place = sheet.place(r, "id")
            known = self.names.find(layout.kind, id_) if id_ else ()
            if marks and "id" in sheet.columns and not known:
                what = f"the {layout.kind} {id_!r} was removed here since the export"
                self.left_out.append(Problem(what, place, "what its row says is not taken"))
                self.gone |= {(layout.kind, id_), (layout.kind, _plain(name))}
                continue
            thing = _Thing(layout.kind, known[0] if known else id_, name, place, marks)
            if first := self.things.get((layout.kind, thing.key)):
                if not untouched:
                    what = f"the {layout.kind} {name or id_!r} stands here twice"
                    hint = f"first in {first.place}; for another one, leave the id empty"
                    self._wrong(what, place, hint)
                continue
            self.things[layout.kind, thing.key] = thing
            if untouched and marks:
                self.unchanged += len(said)
                continue
            for fact, column in said:
                if (r, column) not in sheet.grid.faults:
                    self._value(thing, fact, row[column], sheet.grid, r, column)

    def _value(
        self, thing: _Thing, fact: Field, value: Value, grid: Grid, row: int, column: int
    ) -> None:
        key = fact.name
        base = thing.base(key)
        if base == NOT_CARRIED or (value is None and base in (None, _NOTHING)):
            return
        place = grid.place(row, column)
        if fact.item is not None:
            # Empty or `3 listed`: the rows of its own sheet say it all.
            listed = f"{key}[]" in thing.marks and value is None
            if listed or (isinstance(value, str) and _LISTED.fullmatch(value.strip())):
                return
        ok, read = self._read(fact, value, place)
        if not ok:
            return
        if fact.item is not None:
            reason = blank_reason(read)
            if digest(read if reason is None else {"blank": reason}) == base:
                return
        thing.values[fact.path] = Cell(read, place, base)

    def _read(self, fact: Field, value: Value, place: Place) -> tuple[bool, Any]:
        try:
            return True, from_cell(fact, value)
        except ValueError as error:
            self._wrong(f"{dotted(fact.path)}: {error}", place)
            return False, None

    def _facts(self, sheet: _Sheet) -> None:
        """Answers to single questions: the hidden column says of which system and fact."""
        answer = sheet.columns.get("answer", 0)
        for r, row in sheet.rows():
            id_, _, key = str(row[sheet.mark] or "").partition(" ")
            fact = field_at(System, tuple(key.split("."))) if key else None
            if fact is None or (r, answer) in sheet.grid.faults:
                continue
            thing = self._system(id_, sheet.grid.place(r, answer))
            if thing is not None:
                thing.marks = {"": ""}  # nothing was there at the export
                self._value(thing, fact, row[answer], sheet.grid, r, answer)

    def _items(self, sheet: _Sheet, layout: Layout) -> None:
        said = sheet.said
        for r, row in sheet.rows():
            marked, marks, untouched = sheet.mark_of(row)
            entity = sheet.text(row, "entity")
            if not any(row[c] is not None for _, c in said) and not entity:
                continue  # prepared or emptied
            place = sheet.place(r, "system")
            name = sheet.text(row, "system")
            if not name:
                self._wrong("this row does not say of which system it is", place, "choose one")
                continue
            thing = self._system(name, place)
            if thing is None or any((r, c) in sheet.grid.faults for _, c in said):
                continue
            ours = bool(marked) and self.names.find("system", marked) == (thing.id,)
            base = marks[0] if marks and ours else None
            untouched = untouched and ours
            if untouched and not base and layout.key != "crud":
                continue  # prepared
            if layout.key == "crud":
                self._crud(thing, sheet, r, said, entity, untouched)
                continue
            values = {}
            if untouched:
                self.unchanged += len(said)
            for fact, column in () if untouched and base else said:
                at = sheet.grid.place(r, column)
                ok, value = self._read(fact, row[column], at)
                if ok and f"{NOT_CARRIED}{fact.name}" not in marks:
                    values[fact.path] = Cell(value, at)
            thing.items.setdefault(layout.list, []).append(Item(values, place, base))

    def _crud(
        self,
        thing: _Thing,
        sheet: _Sheet,
        r: int,
        said: list[tuple[Field, int]],
        entity: str,
        untouched: bool,
    ) -> None:
        place = sheet.place(r, "entity")
        if not entity:
            self._wrong("this row does not say which entity is meant", place, "choose one")
            return
        ids = self.names.find("entity", entity) or (entity,)
        path = (said[0][0].name, ids[0])
        if path in thing.values or path in thing.stayed:
            what = f"{thing.name or thing.id} and {entity} stand together twice"
            self._wrong(what, place, "delete one of the two rows")
            return
        if untouched:
            self.unchanged += len(said)
            thing.stayed |= {(fact.name, ids[0]) for fact, _ in said}
            return
        for fact, column in said:
            key = f"{fact.name}.{ids[0]}"
            base = thing.base(key)
            at = sheet.grid.place(r, column)
            ok, value = self._read(fact, sheet.grid.rows[r][column], at)
            if ok:
                thing.values[fact.name, ids[0]] = Cell(value, at, base)

    def _system(self, name: str, place: Place) -> _Thing | None:
        """The system that a row of a list speaks of: one that is there, or new in this book."""
        ids = self.names.find("system", name)
        if len(ids) > 1:
            self._wrong(f"{len(ids)} systems are called {name!r}", place, f"id: {', '.join(ids)}")
            return None
        for key in (*ids, _plain(name)):
            if found := self.things.get(("system", key)):
                return found
        if {("system", name), ("system", _plain(name))} & self.gone:
            return None
        if not ids:
            hint = self.names.hint("system", name)
            self._wrong(f"there is no system {name!r}", place, hint)
            return None
        return self.things.setdefault(("system", ids[0]), _Thing("system", ids[0], "", place))

    # Records -----------------------------------------------------------------------------

    def _record(self, thing: _Thing) -> Record | None:
        lists: dict[Path_, Items] = {}
        for path, layout in self.lists.items():
            if layout.key == "crud":
                self._gone(thing, layout)
                continue
            items = tuple(thing.items.get(path, ()))
            cell = thing.values.get(path)
            if cell and cell.value is not None:
                if items:
                    what = f"{layout.title}: {cell.value or 'none'} here, yet rows on their sheet"
                    self._wrong(what, cell.place, f"say one of both: {items[0].place}")
                continue
            exported = thing.marks.get(f"{dotted(path)}[]", "")
            before = tuple(filter(None, exported.split(",")))
            as_it_was = not any(item.values for item in items)
            if as_it_was and Counter(item.base for item in items) == Counter(before):
                continue
            lists[path] = Items(items, before)
        values = thing.values
        if not (values.keys() - {("owner",)} if thing.kind == "response" else values or lists):
            return None
        return Record(thing.kind, thing.place, thing.id, thing.name, values, lists)

    def _gone(self, thing: _Thing, layout: Layout) -> None:
        """Entities whose rows did not come back were taken out on purpose."""
        names = {f.name for f in layout.facts}
        for key, base in thing.marks.items():
            name, _, entity = key.partition(".")
            if name in names and entity and (name, entity) not in {*thing.values, *thing.stayed}:
                thing.values[name, entity] = Cell(None, thing.place, base)


def _marked(grid: Grid) -> _Sheet | None:
    """The sheet, if it is one of ours."""
    for r, row in enumerate(grid.rows[:_LOOKED_AT]):
        for c, value in enumerate(row):
            if isinstance(value, str) and value.startswith(f"{MARK}:"):
                known = {layout.key: layout for layout in (*layouts(), *answer_layouts())}
                columns = {str(v).strip(): i for i, v in enumerate(row) if v and i != c}
                layout = known.get(value.partition(":")[2].strip())
                first = r + 1
                while first < len(grid.rows) and grid.rows[first][c] == HEADING:
                    first += 1
                return _Sheet(grid, layout, columns, c, first)
    return None


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
