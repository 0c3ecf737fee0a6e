"""Our own workbooks and CSV files coming back, filled in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmaudit.errors import CrmauditError, Place, Problem
from crmaudit.exchange.book_cells import came_back, from_cell, speaks
from crmaudit.exchange.book_grids import Mark, OurSheet, lost, marked
from crmaudit.exchange.book_sheets import (
    AND_MORE,
    MARK,
    NOT_CARRIED,
    Layout,
    answer_layouts,
    dotted,
    layouts,
)
from crmaudit.sheets import Grid, Value, read_book
from crmaudit.sheets.guarding import holds_text
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field, field_at, plain
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
from crmaudit.workspace.matching import Names, plain_name
from crmaudit.workspace.yaml_reader import Path_

_LISTED = re.compile(r"\d+ listed", re.IGNORECASE)
_NOTHING = digest(None)
_COST = ("year", "kind")


def recognises(path: Path, head: bytes) -> bool:
    """Whether a sheet in it has our hidden column."""
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        lines = head.replace(b"\0", b"").splitlines()[:2]
        told = lines and b"sep=" in lines[0][:12].lower()  # a line for Excel
        return any(f"{MARK}:".encode() in line for line in lines[: 2 if told else 1])
    try:
        if path.suffix.lower() == ".xls":
            return any(map(marked, read_book(path)))
        return holds_text(path, re.compile(rf"{MARK}:[a-z._]+".encode()))
    except CrmauditError:
        return False  # whoever reads spreadsheets says what is wrong with it


def read(path: Path, workspace: Workspace) -> Incoming:
    """All that the file's sheets say. Raises CrmauditError where it cannot be read."""
    return read_grids(read_book(path), path.name, workspace)


def read_grids(grids: Sequence[Grid], name: str, workspace: Workspace) -> Incoming:
    """All that the sheets say, those that are not ours left aside."""
    return _Reading(name, Names(workspace)).all(grids)


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
        return self.id or plain_name(self.name)

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
        self.notes: list[Problem] = []
        self.named: dict[tuple[Kind, str], _Thing] = {}
        """Things by the names that this book gives them."""
        self.unchanged = 0

    def all(self, grids: Sequence[Grid]) -> Incoming:
        sheets: list[tuple[OurSheet, Layout]] = []
        for grid in grids:
            sheet = marked(grid)
            if sheet and sheet.layout:
                sheets.append((sheet, sheet.layout))
                self._check(sheet, sheet.layout)
            elif why := "of a kind that is not known" if sheet else lost(grid):
                what = f"this sheet is not read: it is one of ours, but {why}"
                hint = "give back the sheet as it was exported; one of your own needs another name"
                self._wrong(what, grid.place(0, 0), hint)
        if grids and grids[0].name and not self.mistakes:
            self._missing({layout.key for _, layout in sheets}, grids[0].file)
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
            notes=tuple(self.notes),
        )

    def _wrong(self, what: str, place: Place, hint: str = "") -> None:
        self.mistakes.append(Problem(what, place, hint))

    def _missing(self, keys: set[str], file: str) -> None:
        """Sheets of the inventory that did not come back: nothing in them is taken for removed."""
        if not keys & {"systems", "crud", "entities", "people"}:
            return  # a request has the sheets that it needs
        people = self.names.defined("person")
        gone = [
            layout.title
            for layout in layouts()
            if layout.key not in keys and (people or layout.key != "people")
        ]
        if gone:
            many = "sheets" if len(gone) > 1 else "sheet"
            what = f"not in the workbook: the {many} {', '.join(gone)}"
            self.left_out.append(Problem(what, Place(file), "what they list stays as it is"))

    def _check(self, sheet: OurSheet, layout: Layout) -> None:
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
        needed = "answer" if layout.key == "facts" else "system" if layout.list else ""
        if needed and needed not in sheet.columns:
            what = f"the column {needed!r} of this sheet is missing"
            self._wrong(what, grid.place(max(sheet.first - 1, 0), 0), "export again")
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

    def _records(self, sheet: OurSheet, layout: Layout) -> None:
        said = sheet.said
        for r, row in sheet.rows():
            mark = sheet.mark_of(row)
            exported, untouched = mark.id, mark.untouched
            marks = {key: what for key, _, what in (pair.partition("=") for pair in mark.rest)}
            marks = marks or {"": ""}
            id_, name = sheet.text(row, "id"), sheet.text(row, "name")
            if "id" not in sheet.columns:
                id_ = exported.replace("|", " ")
                if not id_ and not name:
                    if any(row[c] is not None for _, c in said):
                        what = "this row's hidden cell is empty: nobody knows what it answers"
                        self._wrong(what, sheet.place(r, said[0][0].name), "export again")
                    continue
            elif not id_ or not exported:
                marks = {}
            elif exported != id_:
                what = f"this row is torn apart: its hidden column is that of {exported!r}"
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
                self.gone |= {(layout.kind, id_), (layout.kind, plain_name(name))}
                continue
            thing = _Thing(layout.kind, known[0] if known else id_, name, place, marks)
            if first := self.things.get((layout.kind, thing.key)):
                if not untouched:
                    what = f"the {layout.kind} {name or id_!r} stands here twice"
                    hint = f"first in {first.place}; for another one, leave the id empty"
                    self._wrong(what, place, hint)
                continue
            self.things[layout.kind, thing.key] = thing
            self.named.setdefault((layout.kind, plain_name(name)), thing)
            if untouched and marks:
                self.unchanged += len(said)
                continue
            for fact, column in said:
                if fact.name in mark.stood and fact.name in marks:
                    self.unchanged += 1
                elif (r, column) not in sheet.grid.faults:
                    value = mark.stood.get(fact.name, row[column])
                    self._value(thing, fact, value, sheet.grid, r, column)
            if layout.key == "findings":
                self._answer(thing, sheet, r)

    def _value(
        self, thing: _Thing, fact: Field, value: Value, grid: Grid, row: int, column: int
    ) -> None:
        key = fact.name
        base = thing.base(key)
        if base == NOT_CARRIED or (value is None and base in (None, _NOTHING)):
            return
        place = grid.place(row, column)
        if base and came_back(fact, value, base, plain_text=not grid.name):
            self.unchanged += 1
            return
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
            read = from_cell(fact, value)
        except ValueError as error:
            self._wrong(f"{dotted(fact.path)}: {error}", place)
            return False, None
        if speaks(fact) and isinstance(read, str):
            ids = self.names.find("person", read)
            read = ids[0] if len(ids) == 1 else read
        return True, read

    def _answer(self, thing: _Thing, sheet: OurSheet, r: int) -> None:
        """A finding is agreed or disputed here; whoever disputes it says why."""
        state = thing.values.get(("state",))
        said = str(state.value or "").strip().casefold() if state else ""
        if state is None or digest(said) == state.base or said == "agreed" or not said:
            return
        if said != "disputed":
            what = f"{state.value!r} is no answer to a finding here"
            self._wrong(what, state.place, "write agreed or disputed")
        elif sheet.text(sheet.grid.rows[r], "reason"):
            return
        else:
            what = "a finding that is disputed needs a reason"
            self._wrong(what, sheet.place(r, "reason"), "write why")
        thing.values.clear()  # one mistake is enough

    def _facts(self, sheet: OurSheet) -> None:
        """Answers to single questions: the hidden column says of which system and fact."""
        answer = sheet.columns.get("answer", 0)
        for r, row in sheet.rows():
            id_, _, key = str(row[sheet.mark] or "").partition(" ")
            fact = field_at(System, tuple(key.split("."))) if key else None
            if fact is None and row[answer] is not None:
                what = "this row's hidden cell is empty: nobody knows what it answers"
                self._wrong(what, sheet.grid.place(r, answer), "export again")
            if fact is None or (r, answer) in sheet.grid.faults:
                continue
            thing = self._system(id_, sheet.grid.place(r, answer))
            if thing is not None:
                thing.marks = {"": ""}  # nothing was there at the export
                self._value(thing, fact, row[answer], sheet.grid, r, answer)

    def _items(self, sheet: OurSheet, layout: Layout) -> None:
        said = sheet.said
        for r, row in sheet.rows():
            mark = sheet.mark_of(row)
            if not any(row[c] is not None for _, c in said) and not sheet.text(row, "entity"):
                continue  # prepared or emptied
            place = sheet.place(r, "system")
            name = sheet.text(row, "system")
            if not name:
                self._wrong("this row does not say of which system it is", place, "choose one")
                continue
            thing = self._system(name, place, mark.stood.get("system", ""))
            if thing is None or any((r, c) in sheet.grid.faults for _, c in said):
                continue
            ours = bool(mark.id) and self.names.find("system", mark.id) == (thing.id,)
            if layout.key == "crud":
                self._crud(thing, sheet, r, said, mark, mark.untouched and ours)
                continue
            base = mark.rest[0] if mark.rest and ours else None
            untouched = mark.untouched and ours
            if untouched and not base:
                continue  # prepared
            values = {}
            if untouched:
                self.unchanged += len(said)
            for fact, column in () if untouched else said:
                at = sheet.grid.place(r, column)
                if fact.name in mark.stood:
                    ok, value = True, mark.stood[fact.name]
                else:
                    ok, value = self._read(fact, row[column], at)
                if ok and f"{NOT_CARRIED}{fact.name}" not in mark.rest:
                    values[fact.path] = Cell(value, at)
            thing.items.setdefault(layout.list, []).append(Item(values, place, base))

    def _crud(
        self,
        thing: _Thing,
        sheet: OurSheet,
        r: int,
        said: list[tuple[Field, int]],
        mark: Mark,
        untouched: bool,
    ) -> None:
        place = sheet.place(r, "entity")
        label = sheet.text(sheet.grid.rows[r], "entity")
        if not label:
            self._wrong("this row does not say which entity is meant", place, "choose one")
            return
        exported = str(mark.stood.get("entity", ""))
        entity = self._entity(label, exported, place)
        if entity is None:
            return
        path = (said[0][0].name, entity)
        if path in thing.values or path in thing.stayed:
            what = f"{thing.name or thing.id} and {label} stand together twice"
            self._wrong(what, place, "delete one of the two rows")
            return
        if untouched:
            self.unchanged += len(said)
            thing.stayed |= {(fact.name, entity) for fact, _ in said}
            return
        if exported and self.names.defined("entity") and not self.names.find("entity", entity):
            what = f"the entity {exported!r} was removed here since the export"
            self.left_out.append(Problem(what, place, "what its row says is not taken"))
            return
        for fact, column in said:
            # An entity may have another id by now.
            base = thing.base(f"{fact.name}.{exported or entity}")
            at = sheet.grid.place(r, column)
            ok, value = self._read(fact, sheet.grid.rows[r][column], at)
            if ok:
                thing.values[fact.name, entity] = Cell(value, at, base)

    def _entity(self, label: str, exported: str, place: Place) -> str | None:
        """The entity that a row of the matrix speaks of: its id, or the name of a new one.

        `exported` is its id at the export, where the cell is as it was.
        """
        if exported:
            return self._now(exported)
        ids = self.names.find("entity", label)
        if len(ids) == 1:
            return ids[0]
        if ids:
            self._wrong(
                f"{len(ids)} are called {label!r}", place, f"write the id: {', '.join(ids)}"
            )
            return None
        if found := self.named.get(("entity", plain_name(label))):
            return found.id or label
        if self.names.defined("entity") and ("entity", label) not in self.things:
            hint = self.names.hint("entity", label) or "add it on the sheet Entities"
            self._wrong(f"there is no entity {label!r}", place, hint)
            return None
        return label

    def _now(self, entity: str) -> str:
        """An entity's id today; the same one where it is gone."""
        ids = self.names.find("entity", entity)
        return ids[0] if len(ids) == 1 else entity

    def _system(self, name: str, place: Place, exported: str = "") -> _Thing | None:
        """The system that a row of a list speaks of: one that is there, or new in this book.

        `exported` is its id at the export, where the cell is as it was.
        """
        ids = self.names.find("system", exported or name)
        if len(ids) > 1:
            self._wrong(f"{len(ids)} systems are called {name!r}", place, f"id: {', '.join(ids)}")
            return None
        for key in ids or (plain_name(name),):
            if found := self.things.get(("system", key)):
                return found
        if not ids and (found := self.named.get(("system", plain_name(name)))):
            return found
        if {("system", exported or name), ("system", plain_name(name))} & self.gone:
            return None
        if not ids and exported:
            what = f"the system {exported!r} was removed here since the export"
            self.left_out.append(Problem(what, place, "what its row says is not taken"))
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
            if layout.key == "costs":
                self._note_costs(thing, lists[path])
        values = thing.values
        if not (values.keys() - {("owner",)} if thing.kind == "response" else values or lists):
            return None
        return Record(thing.kind, thing.place, thing.id, thing.name, values, lists)

    def _gone(self, thing: _Thing, layout: Layout) -> None:
        """Entities whose rows did not come back were taken out on purpose."""
        names = {f.name for f in layout.facts}
        for key, base in thing.marks.items():
            name, _, exported = key.partition(".")
            if name not in names or not exported:
                continue
            path = (name, self._now(exported))
            known = not self.names.defined("entity") or self.names.find("entity", exported)
            if known and path not in thing.values and path not in thing.stayed:
                thing.values[path] = Cell(None, thing.place, base)

    def _note_costs(self, thing: _Thing, items: Items) -> None:
        """Costs that somebody else entered since the export, where the same comes once more."""
        system = self.names.thing("system", thing.id)
        exported = set(items.exported)
        here = [c for c in plain(system.costs or ()) if digest(c) not in exported] if system else []
        for item in items.items:
            values = {str(path[0]): cell.value for path, cell in item.values.items()}
            for cost in here if item.base is None else ():
                spelled = [str(values.get(key) or "").strip().casefold() for key in _COST]
                if spelled != [str(cost.get(key) or "").casefold() for key in _COST]:
                    continue
                amount = cost.get("amount", f"{cost.get('hours')} hours")
                if str(values.get("amount") or "") == str(cost.get("amount", "")):
                    continue
                of = self.names.label("system", thing.id)
                what = f"{cost['year']} {cost['kind']} of {of} stands there already: {amount}"
                self.notes.append(Problem(what, item.place))
