"""Rows of a mapped sheet as records of systems, people, entities or units.

What cannot come is told: rows without a name, second rows of the same name,
and everything that names a system nobody knows, once for each such name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from crmaudit.errors import Place, Problem
from crmaudit.exchange.cell_text import Alike, key, same
from crmaudit.exchange.column_map import ColumnMap
from crmaudit.exchange.mapped_rows import MappedRow, MappedSheet, Tally
from crmaudit.exchange.targets import SHAPES, Target
from crmaudit.sheets import Grid
from crmaudit.workspace import Workspace
from crmaudit.workspace.arriving import KINDS
from crmaudit.workspace.complaints import mistake
from crmaudit.workspace.fields import Field, field_at
from crmaudit.workspace.incoming import Cell, Incoming, Item, Items, Kind, Record
from crmaudit.workspace.matching import Names
from crmaudit.workspace.spelling import suggestion
from crmaudit.workspace.yaml_reader import Path_

# Parts of which each column makes an item of its own; the list's other columns say of all.
_LEADING: Mapping[str, tuple[str, ...]] = {
    "costs": ("amount", "hours"),
    "perceived_quality": ("score",),
}
_ENOUGH = 5000
"""Names among which the one that was meant is looked for."""
_LETTERS = {"create": "C", "read": "R", "update": "U", "delete": "D"}


@dataclass(frozen=True)
class Reading:
    """What a sheet brings, and the numbers of it."""

    incoming: Incoming
    tally: Tally


@dataclass
class _About:
    """What rows say of one thing: found there by `id`, else new under `name`."""

    kind: Kind
    place: Place
    id: str = ""
    name: str = ""
    values: dict[Path_, Cell] = field(default_factory=dict)
    items: dict[Path_, list[Item]] = field(default_factory=dict)

    def record(self) -> Record:
        lists = {path: Items(tuple(items)) for path, items in self.items.items()}
        return Record(self.kind, self.place, self.id, self.name, self.values, lists)


def read_records(grid: Grid, workspace: Workspace | None, column_map: ColumnMap) -> Reading:
    """What the sheet brings by the map.

    Raises InvalidInput where the two do not belong together.
    """
    return _Records(MappedSheet(grid, column_map), workspace).reading()


class _Records:
    def __init__(self, sheet: MappedSheet, workspace: Workspace | None) -> None:
        self.sheet, self.map = sheet, sheet.map
        self.shape = SHAPES[sheet.map.rows]
        self.known = _Systems(workspace)
        self.units = Names(workspace) if workspace else None
        self.unit_places: dict[str, Place] = {}
        self.found: dict[str, _About] = {}

    def reading(self) -> Reading:
        rows = list(self.sheet.rows())
        if self.shape.items:
            self._items(rows)
        else:
            self._things(rows)
        sheet = self.sheet
        strict = self.map.bad_cells == "refuse"
        left_out = [*sheet.left_out, *self.known.missing(), *(() if strict else sheet.bad_cells)]
        incoming = Incoming(
            name=sheet.grid.file,
            records=(*(about.record() for about in self.found.values()), *self._new_units()),
            left_out=tuple(left_out),
            mistakes=tuple(sheet.bad_cells) if strict else (),
            plain_people=any(rule.names == "units" for rule in self.map.taken),
        )
        return Reading(incoming, sheet.tally)

    # One row, one thing ----------------------------------------------------------------------

    def _things(self, rows: list[MappedRow]) -> None:
        named = [row for row in rows if self._is_first(row)]
        for row in named:
            about = self.found[self._key(row)]
            listed: dict[str, list[tuple[Target, dict[str, Any], Cell]]] = {}
            for column, cell in row.cells:
                target = column.target
                if target.part_of:
                    listed.setdefault(target.part_of, []).append((target, column.rule.with_, cell))
                elif target.path not in ("id", "name"):
                    self._set(about, target, cell)
            for part_of, parts in listed.items():
                self._list(about, row, part_of, parts)

    def _is_first(self, row: MappedRow) -> bool:
        """Makes room for what the row names; tells rows without a name and second ones."""
        name, id_ = row.get("name"), row.get("id")
        if name is None and id_ is None:
            self.sheet.leave("the row names nothing", row)
            return False
        first = self.found.get(self._key(row))
        text = str((name or id_ or Cell("", row.place)).value)
        if first is not None:
            self.sheet.leave(f"{text!r} stands here twice", row, f"first in {first.place}")
            return False
        about = _About(
            self.shape.record,
            row.place,
            str(id_.value) if id_ else "",
            str(name.value) if name else "",
        )
        self.found[self._key(row)] = about
        if self.shape.record == "system":
            self.known.add(about.id, about.name)
        return True

    @staticmethod
    def _key(row: MappedRow) -> str:
        cell = row.get("name") or row.get("id")
        return same(str(cell.value)) if cell else ""

    def _set(self, about: _About, target: Target, cell: Cell) -> None:
        value = self._resolved(target, cell)
        if value is not None:
            about.values[tuple(target.path.split("."))] = Cell(value, cell.place)

    def _list(
        self,
        about: _About,
        row: MappedRow,
        part_of: str,
        parts: list[tuple[Target, dict[str, Any], Cell]],
    ) -> None:
        """The items that a row's columns make of one list."""
        leading = _LEADING.get(part_of, ())
        base = f"{part_of}."
        shared: dict[str, Cell] = {}
        leads: list[dict[str, Cell]] = []
        for target, with_, cell in parts:
            part = target.path.removeprefix(base)
            own = {fact.removeprefix(base): Cell(v, cell.place) for fact, v in with_.items()}
            if part in leading:
                leads.append({**own, part: cell})
            else:
                shared |= {**own, part: Cell(self._resolved(target, cell), cell.place)}
        if leading:
            for lead in leads:
                self._add(about, part_of, {**shared, **lead}, row)
        else:
            self._add(about, part_of, shared, row)

    # One row, one item -----------------------------------------------------------------------

    def _items(self, rows: Iterable[MappedRow]) -> None:
        skills: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in rows:
            if self.map.rows == "crud":
                self._cells_of_matrix(row)
                continue
            about = self._system(row, row.get("system"))
            if about is None:
                continue
            if self.map.rows == "skills":
                self._skill(about, row, skills)
                continue
            values: dict[str, Cell] = {}
            for column, cell in row.cells:
                target = column.target
                values |= {f: Cell(v, cell.place) for f, v in column.rule.with_.items()}
                if target.path != "system":
                    values[target.path] = Cell(self._resolved(target, cell), cell.place)
            needed = [*self.shape.needs[1:], *self.shape.either]
            said = {fact for fact, cell in values.items() if cell.value is not None}
            if said.isdisjoint(needed):
                self.sheet.leave(f"the row has no {' or '.join(needed)}", row)
                continue
            self._add(about, self.shape.items, values, row)

    def _skill(
        self, about: _About, row: MappedRow, seen: dict[tuple[str, str], list[dict[str, Any]]]
    ) -> None:
        """A row's holder joins the skill that earlier rows named."""
        skill, person, level = row.get("skill"), row.get("person"), row.get("level")
        if skill is None:
            self.sheet.leave("the row names no skill", row)
            return
        path = ("support", "skills")
        at = about.id or about.name, key(str(skill.value))
        if at not in seen:
            seen[at] = []
            held = Cell(seen[at], row.place)
            cells: dict[Path_, Cell] = {("skill",): skill, ("held",): held}
            if needed := row.get("needed"):
                cells["needed",] = needed
            about.items.setdefault(path, []).append(Item(cells, row.place))
        if person and level:
            seen[at].append({"person": person.value, "level": level.value})
        elif person:
            self.sheet.bad("no level is said for the person", person.place)

    def _cells_of_matrix(self, row: MappedRow) -> None:
        """Letters of CRUD, each column's in its cell of the matrix; or one cell by four answers."""
        answers = {c.target.path: cell for c, cell in row.cells if c.target.path in _LETTERS}
        if answers:
            letters = "".join(sign for path, sign in _LETTERS.items() if _yes(answers.get(path)))
            place = next(iter(answers.values())).place
            self._cross(row, {}, Cell(letters, place))
        for column, cell in row.cells:
            if column.target.path == "crud":
                self._cross(row, column.rule.with_, cell)

    def _cross(self, row: MappedRow, with_: Mapping[str, Any], letters: Cell) -> None:
        def said(fact: str) -> Cell | None:
            return Cell(str(with_[fact]), letters.place) if fact in with_ else row.get(fact)

        entity = said("entity")
        about = self._system(row, said("system"))
        if about is None:
            return
        if entity is None:
            self.sheet.leave("the row names no entity", row)
            return
        about.values["crud", str(entity.value)] = letters

    def _system(self, row: MappedRow, cell: Cell | None) -> _About | None:
        """What is gathered on the system that a row is about; None where nobody knows it."""
        if cell is None:
            self.sheet.leave("the row names no system", row)
            return None
        name = str(cell.value)
        id_ = self.known.find(name, cell.place, "row")
        if id_ is None:
            if cell is row.get("system"):
                self.sheet.drop(row)
            else:
                self.sheet.lose(cell)  # a matrix names its systems above
            return None
        new = not self.known.is_there(id_)
        about = _About("system", row.place, "" if new else id_, name if new else "")
        return self.found.setdefault(same(id_), about)

    # Values ----------------------------------------------------------------------------------

    def _add(self, about: _About, part_of: str, values: Mapping[str, Cell], row: MappedRow) -> None:
        """One item, if the model takes it."""
        said = {part: cell for part, cell in values.items() if cell.value is not None}
        path = tuple(part_of.split("."))
        list_field = field_at(KINDS[about.kind][0], path)
        assert list_field is not None
        if said and self._is_sound(list_field, said, row):
            cells: dict[Path_, Cell] = {tuple(p.split(".")): cell for p, cell in said.items()}
            about.items.setdefault(path, []).append(Item(cells, row.place))

    def _is_sound(self, listed: Field, said: Mapping[str, Cell], row: MappedRow) -> bool:
        """Whether the parts make an item; what they name is looked up later."""
        assert listed.item is not None
        values: dict[str, Any] = {}
        for part, cell in said.items():
            inner = field_at(listed.item, tuple(part.split(".")))
            value = cell.value
            if inner is not None and inner.refers:
                value = ["x"] if inner.several else "x"
            target = values
            *above, last = part.split(".")
            for step in above:
                target = target.setdefault(step, {})
            target[last] = value
        try:
            listed.item.model_validate(values)
        except ValidationError as error:
            message, hint = mistake(first := error.errors(include_url=False)[0])
            if first["type"] == "missing":
                message, hint = f"{'.'.join(map(str, first['loc']))} is missing", ""
            part = str(first["loc"][0]) if first["loc"] else ""
            place = said[part].place if part in said else row.place
            self.sheet.bad(message, place, hint)
            return False
        return True

    def _resolved(self, target: Target, cell: Cell) -> Any:
        """The value without systems that nobody knows; units are noted, to be added."""
        if target.refers == "system":
            names = cell.value if target.field.several else [cell.value]
            found = [self.known.find(str(n), cell.place, "mention") for n in names]
            kept = [id_ for id_ in found if id_ is not None]
            if not kept:
                return None
            return kept if target.field.several else kept[0]
        if target.refers == "unit":
            self.unit_places.setdefault(str(cell.value), cell.place)
        return cell.value

    def _new_units(self) -> Iterator[Record]:
        """Departments that rows name and nobody described: they are real all the same."""
        described = {same(about.name) for about in self.found.values() if about.kind == "unit"}
        for name, place in self.unit_places.items():
            known = self.units is not None and self.units.find("unit", name)
            if not known and same(name) not in described:
                yield Record("unit", place, name=name)


class _Systems:
    """Systems by any spelling of id or name: of the workspace, and of the sheet itself."""

    def __init__(self, workspace: Workspace | None) -> None:
        self._ids: Alike[str] = Alike()
        self._names: list[str] = []
        self._there: set[str] = set()
        self._open = workspace is None
        """Whether no systems are known yet, so that any name makes one."""
        self._missing: dict[str, tuple[str, Place, Counter[str]]] = {}
        for system in workspace.systems if workspace else ():
            self._there.add(system.id)
            self._names.append(system.name)
            for name in (system.id, *system.formerly, system.name):
                self._ids.add(name, system.id)

    def add(self, id_: str, name: str) -> None:
        """A system that the sheet describes; ids and names lead to it."""
        self._names.append(name or id_)
        for text in (id_, name):
            if text:
                self._ids.add(text, id_ or name)

    def is_there(self, id_: str) -> bool:
        return id_ in self._there

    def find(self, name: str, place: Place, what: str) -> str | None:
        """The id, or the name of one that is new; None, noted, where there is none."""
        found = self._ids.get(name)
        if found is None and self._open and what == "row":
            self._ids.add(name, name)
            found = name
        if found is None:
            self._missing.setdefault(same(name), (name, place, Counter()))[2][what] += 1
        return found

    def missing(self) -> Iterator[Problem]:
        """Each unknown name once, with how often it was met."""
        for name, place, counts in self._missing.values():
            told = " and ".join(f"{n} {what}{'s' * (n > 1)}" for what, n in counts.items())
            hint = suggestion(name, self._names[:_ENOUGH])
            yield Problem(f"there is no system {name!r}: {told} left out", place, hint)


def _yes(cell: Cell | None) -> bool:
    return cell is not None and cell.value is True
