"""What comes in, laid beside what is there: added, changed, cleared, in conflict.

Each cell is compared three ways: what it says now, what it said when it was
exported (`base`), and what the workspace says. What only they changed is
taken; what both changed to different values is a conflict, and ours stays
unless theirs is asked for. Nothing is written here, and with any mistake
nothing can be: all of them are raised together, each at its cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from crmaudit.errors import InvalidInput, Place, Problem
from crmaudit.workspace.arriving import KINDS, WRONG, Arrivals, Target, Wrong, dotted
from crmaudit.workspace.changes import Changes, Draft
from crmaudit.workspace.complaints import mistake
from crmaudit.workspace.editing import Append, Drop, Edit, Put
from crmaudit.workspace.fields import Field, blanks, field_at
from crmaudit.workspace.incoming import Cell, Incoming, Item, Items, digest
from crmaudit.workspace.pairing import paired
from crmaudit.workspace.workspace import Workspace
from crmaudit.workspace.yaml_reader import Path_, YamlFile, parse

What = Literal["added", "changed", "cleared", "blank", "conflict"]
"""`blank`: a fact that nobody knew is now left blank on purpose, with a reason."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that would be otherwise: old and new are plain values, as a file holds them.

    A fact left blank on purpose has `{"blank": reason}` for its value.
    """

    subject: str
    """Like `system:crm`; of a response its code and subject behind `response:`."""
    path: Path_
    """Within the thing; empty where the whole thing is added."""
    what: What
    old: Any
    new: Any
    place: Place
    """Where the new value stands in what came in."""


@dataclass(frozen=True)
class Merge:
    """What would change; `changes` leaves conflicts as they are here."""

    differences: tuple[Difference, ...]
    unchanged: int
    """Cells that ask for no change."""
    left_out: tuple[Problem, ...]
    changes: Changes


def merge(workspace: Workspace, incoming: Incoming, *, theirs: bool = False) -> Merge:
    """Lays what comes in beside the workspace; `theirs` takes their value in conflicts.

    Raises InvalidInput with every mistake at its cell's place.
    """
    return _Merging(workspace, incoming, theirs).done()


@dataclass
class _Work:
    """What is to be done to one thing, in the order in which paths stay right."""

    target: Target
    edits: list[Edit] = field(default_factory=list)
    drops: list[Edit] = field(default_factory=list)
    appends: list[Edit] = field(default_factory=list)
    blanked: dict[str, str] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    """Keys of `blank:` that are blank no more."""
    places: dict[Path_, Place] = field(default_factory=dict)
    """Where what is put comes from."""

    @property
    def size(self) -> int:
        return len(self.edits) + len(self.drops) + len(self.appends)

    def all(self) -> Iterator[Edit]:
        yield from self.edits
        yield from self.drops
        yield from self.appends
        for key, why in self.blanked.items():
            yield Put(("blank", key), why)
        for key in sorted(self.filled - self.blanked.keys()):
            yield Drop(("blank", key))


class _Merging:
    """One merge, step by step."""

    def __init__(self, workspace: Workspace, incoming: Incoming, theirs: bool) -> None:
        self.workspace, self.theirs = workspace, theirs
        self.arrivals = Arrivals(workspace, incoming)
        # What an item of a list means where it does not say it.
        self.implied = {"currency": workspace.audit.currency}
        self.found: list[Difference] = []
        self.unchanged = incoming.unchanged
        self.work: list[_Work] = []

    def done(self) -> Merge:
        for target in self.arrivals.targets:  # which grow by what is referred to
            work = _Work(target)
            if target.thing is None:
                self._make(work)
            else:
                self._compare(work, target.thing)
            self.work.append(work)
        if self.arrivals.problems:
            raise InvalidInput(self.arrivals.problems)
        return Merge(
            tuple(self.found), self.unchanged, tuple(self.arrivals.left_out), self._changes()
        )

    # Things that are there ---------------------------------------------------------------

    def _compare(self, work: _Work, thing: BaseModel) -> None:
        shown = blanks(thing)
        for path, cell in work.target.record.values.items():
            self._cell(work, thing, path, cell, shown)
        for path, items in work.target.record.lists.items():
            self._list(work, thing, path, items)

    def _cell(
        self,
        work: _Work,
        thing: BaseModel,
        path: Path_,
        cell: Cell,
        shown: dict[Path_, tuple[str, str]],
    ) -> None:
        fact, path = self._fact(work.target, path, cell.place)
        if fact is None:
            return
        old = fact.of(thing, str(path[-1]))
        if old is None and path in shown:
            old = {"blank": shown[path][1]}
        new = self._new(work.target, fact, cell)
        if new is WRONG:
            return
        if new == old or (cell.base is not None and digest(new) == cell.base):
            self.unchanged += 1
            return
        if new is None and fact.required:
            self.arrivals.problem(f"{dotted(path)} must not be empty", cell.place)
            return
        if self._settled(work, path, old, new, cell):
            self._put(work, path, old, new, cell.place, shown)

    def _settled(self, work: _Work, path: Path_, old: Any, new: Any, cell: Cell) -> bool:
        """Notes the difference; whether it is to be done."""
        conflict = cell.base is not None and digest(old) != cell.base and not self.theirs
        what: What = "changed"
        if conflict:
            what = "conflict"
        elif _reason(new) is not None:
            what = "blank" if old is None else "cleared" if _reason(old) is None else "changed"
        elif new is None:
            what = "cleared"
        self.found.append(Difference(work.target.subject, path, what, old, new, cell.place))
        return not conflict

    def _put(
        self,
        work: _Work,
        path: Path_,
        old: Any,
        new: Any,
        place: Place,
        shown: dict[Path_, tuple[str, str]],
    ) -> None:
        key = shown[path][0] if path in shown else dotted(path)
        reason = _reason(new)
        if _reason(old) is not None:
            work.filled.add(key)
        elif old is not None and (new is None or reason is not None):
            # In a dossier whose `crud:` is complete, an entity that is not listed is a "no".
            stays = path[0] == "crud" and reason is None and work.target.says("crud_complete")
            work.edits.append(Put(path, None) if stays else Drop(path))
        if reason is not None:
            work.blanked[key] = reason
            work.places["blank", key] = place
        elif new is not None:
            work.edits.append(Put(path, new))
            work.places[path] = place
            work.filled |= self._covering(work.target, path)

    def _covering(self, target: Target, path: Path_) -> set[str]:
        """Keys of `blank:` that speak of this fact, or of more than it."""
        name = dotted(path)
        return {k for k in getattr(target.thing, "blank", {}) if f"{name}.".startswith(f"{k}.")}

    def _fact(self, target: Target, path: Path_, place: Place) -> tuple[Field | None, Path_]:
        """The fact at a path, and the path with an id for what its last step names."""
        fact = field_at(target.model, path) or field_at(target.model, (*path[:-1], "*"))
        if fact is None or fact.path == ("blank", path[-1]):
            self.arrivals.problem(f"{dotted(path)} is no fact of a {target.kind}", place)
            return None, path
        if fact.key_refers:
            fact = field_at(target.model, (*path[:-1], "*"))
            assert fact is not None
            id_ = self.arrivals.known_as(fact.key_refers, str(path[-1]), place)
            if id_ is None or isinstance(id_, Wrong):
                return None, path
            path = (*path[:-1], id_)
        return fact, path

    def _new(self, target: Target, fact: Field, cell: Cell) -> Any:
        if target.kind == "system" and (reason := self.arrivals.reason(fact, cell)) is not None:
            return reason if isinstance(reason, Wrong) else {"blank": reason}
        return self.arrivals.read(target.model, fact, cell)

    # Lists -------------------------------------------------------------------------------

    def _list(self, work: _Work, thing: BaseModel, path: Path_, items: Items) -> None:
        fact = field_at(work.target.model, path)
        if fact is None or fact.item is None:
            what = f"{dotted(path)} is no list of a {work.target.kind}"
            self.arrivals.problem(what, work.target.record.place)
            return
        theirs: list[tuple[Item, dict[str, Any]]] = []
        wrong = False
        for item in items.items:
            values = self._item(fact.item, item)
            wrong = wrong or isinstance(values, Wrong)
            untouched = item.base is not None and not item.values
            if (values or untouched) and not isinstance(values, Wrong):  # else an emptied row
                theirs.append((item, values))
        if wrong:
            return
        ours: list[dict[str, Any]] = fact.of(thing) or []
        said = [(values, item.base) for item, values in theirs]
        pairs = paired(ours, said, items.exported, self.implied)
        before = work.size
        for i, j in pairs.same:
            self._same_item(work, fact.item, (*path, i), ours[i], *theirs[j])
        for i in sorted(pairs.removed, reverse=True):
            place = work.target.record.place
            self._note(work, (*path, i), "cleared", ours[i], None, place)
            work.drops.append(Drop((*path, i)))
        for j in pairs.added:
            self._new_item(work, fact.item, path, *theirs[j])
        for mine, j in pairs.conflicts:
            item, values = theirs[j]
            at = path if mine is None else (*path, mine)
            old = None if mine is None else ours[mine]
            if not self.theirs:
                self._note(work, at, "conflict", old, values, item.place)
            elif mine is None:
                self._new_item(work, fact.item, path, item, values)
            elif self._sound(fact.item, values, item):
                self._note(work, at, "changed", old, values, item.place)
                work.edits.append(Put(at, values))
        if ours and work.size - before == len(pairs.removed) == len(ours):
            work.drops[-len(ours) :] = [Drop(path)]  # `[]` would say that there are none
        elif work.size > before:
            work.filled |= self._covering(work.target, path)
        if pairs.stay:
            what = f"{dotted(path)}: {pairs.stay} removed there, but changed here meanwhile"
            place = work.target.record.place
            self.arrivals.left_out.append(Problem(what, place, "they stay"))

    def _item(self, model: type[BaseModel], item: Item) -> dict[str, Any] | Wrong:
        """An item's values, plain, without those that say nothing."""
        values: dict[str, Any] = {}
        wrong = False
        for path, cell in item.values.items():
            fact = field_at(model, path)
            if fact is None:
                self.arrivals.problem(f"{dotted(path)} is not known here", cell.place)
                wrong = True
                continue
            value = self.arrivals.read(model, fact, cell)
            if isinstance(value, Wrong):
                wrong = True
            elif value is not None:
                _set(values, path, value)
        return WRONG if wrong else values

    def _same_item(
        self,
        work: _Work,
        model: type[BaseModel],
        at: Path_,
        old: dict[str, Any],
        item: Item,
        new: dict[str, Any],
    ) -> None:
        whole, changed = dict(old), False
        # What has parts of its own, like a range, is one value here.
        cells = {str(path[0]): cell for path, cell in reversed(list(item.values.items()))}
        for key in dict.fromkeys(str(path[0]) for path in item.values):
            was, now = old.get(key), new.get(key)
            # What nobody exported was not emptied on purpose.
            same = was == now or (was is None and now == self.implied.get(key))
            if same or (now is None and item.base is None):
                self.unchanged += 1
                continue
            changed = True
            here, place = (*at, key), cells[key].place
            self._note(work, here, "cleared" if now is None else "changed", was, now, place)
            work.edits.append(Drop(here) if now is None else Put(here, now))
            whole.pop(key, None)
            if now is not None:
                whole[key] = now
        if changed:
            self._sound(model, whole, item)

    def _new_item(
        self,
        work: _Work,
        model: type[BaseModel],
        path: Path_,
        item: Item,
        values: dict[str, Any],
    ) -> None:
        if self._sound(model, values, item):
            self._note(work, path, "added", None, values, item.place)
            work.appends.append(Append(path, _in_order(model, values)))

    def _sound(self, model: type[BaseModel], values: dict[str, Any], item: Item) -> bool:
        places = {path: cell.place for path, cell in item.values.items()}
        return self._valid(model, values, places, item.place)

    def _valid(
        self,
        model: type[BaseModel],
        values: dict[str, Any],
        places: dict[Path_, Place],
        place: Place,
    ) -> bool:
        """Whether the model takes the values together; notes what it does not."""
        try:
            model.model_validate(values)
        except ValidationError as error:
            for found in error.errors(include_url=False):
                at = tuple(found["loc"])
                message, hint = mistake(found)
                if found["type"] == "missing":
                    message, hint = "is missing", "fill it in"
                where = next(
                    (places[at[:n]] for n in range(len(at), 0, -1) if at[:n] in places), place
                )
                self.arrivals.problem(f"{dotted(at)}: {message}" if at else message, where, hint)
            return False
        return True

    # Things that are new -----------------------------------------------------------------

    def _make(self, work: _Work) -> None:
        target, record = work.target, work.target.record
        values: dict[str, Any] = {}
        places: dict[Path_, Place] = {(): record.place}
        if target.kind == "response":
            values["code"], _, values["subject"] = target.id.partition(" ")
        else:
            values["id"] = target.id
        if record.name.strip() and "name" in target.model.model_fields:
            values["name"] = " ".join(record.name.split())
        good = True
        for path, cell in record.values.items():
            fact, path = self._fact(target, path, cell.place)
            value = self._new(target, fact, cell) if fact else None
            if isinstance(value, Wrong):
                good = False
            elif (reason := _reason(value)) is not None:
                values.setdefault("blank", {})[dotted(path)] = reason
            elif (value is not None or _unknown(fact, cell)) and path != ("id",):
                places[path] = cell.place
                _set(values, path, value)
        for path, items in record.lists.items():
            fact = field_at(target.model, path)
            if fact is None or fact.item is None:
                self.arrivals.problem(f"{dotted(path)} is no list", record.place)
                continue
            for item in items.items:
                new = self._item(fact.item, item)
                if isinstance(new, Wrong):
                    good = False
                elif new and self._sound(fact.item, new, item):
                    _set(values, path, [*(_get(values, path) or ()), _in_order(fact.item, new)])
        values = _in_order(target.model, values)
        if good and self._valid(target.model, values, places, record.place):
            self._note(work, (), "added", None, values, record.place)
            work.places = places
            if target.folder:
                work.edits = [Put((key,), value) for key, value in values.items()]
            else:
                work.appends = [Append((), values)]

    # What is to be done to the files -----------------------------------------------------

    def _note(self, work: _Work, path: Path_, what: What, old: Any, new: Any, place: Place) -> None:
        self.found.append(Difference(work.target.subject, path, what, old, new, place))
        work.places[path] = place

    def _changes(self) -> Changes:
        draft = Draft(self.workspace)
        places: dict[str, dict[Path_, Place]] = {}
        for work in self.work:
            edits = list(work.all())
            if not edits:
                continue
            file, base = self._home(work.target)
            draft.edit(file, *(_under(base, edit) for edit in edits))
            places.setdefault(file, {}).update({(*base, *p): at for p, at in work.places.items()})
        changes = draft.changes()
        if changes.files:
            try:
                changes.check()
            except InvalidInput as error:
                raise InvalidInput(_at_cells(error.problems, changes, places)) from None
        return changes

    def _home(self, target: Target) -> tuple[str, Path_]:
        """The file of a thing and its place in it; of a new one the list it joins."""
        if target.folder:
            if target.thing is not None:
                return self.workspace.place_of(target.subject).file, ()
            taken = {f.casefold() for f in self.workspace.files}
            file, n = f"{target.folder}/{target.id}.yaml", 2
            while file.casefold() in taken:
                file, n = f"{target.folder}/{target.id}-{n}.yaml", n + 1
            return file, ()
        _, file, key = KINDS[target.kind]
        if target.thing is None:
            return file, (key,)
        w = self.workspace
        things: dict[str, Iterable[Any]] = {
            "person": w.people.people,
            "entity": w.entities,
            "unit": w.audit.units,
            "need": w.needs,
            "expectation": w.expectations.expectations,
            "response": w.responses.responses,
        }
        index = next(i for i, t in enumerate(things[target.kind]) if t is target.thing)
        return file, (key, index)


def _under(base: Path_, edit: Edit) -> Edit:
    return replace(edit, path=(*base, *edit.path))


def _at_cells(
    problems: Iterable[Problem], changes: Changes, places: dict[str, dict[Path_, Place]]
) -> Iterator[Problem]:
    """Mistakes of files that would be, told at the cells that their lines come from."""
    files = {c.name: parse(c.new or "", c.name) for c in changes.files}
    for problem in problems:
        where = problem.where
        cell = _origin(where, files[where.file], places) if where and where.file in files else None
        yield replace(problem, where=cell) if cell else problem


def _origin(where: Place, file: YamlFile, places: dict[str, dict[Path_, Place]]) -> Place | None:
    """The cell behind the last thing put at or before a place."""
    spots = ((file.place(path), cell) for path, cell in places.get(file.name, {}).items())
    before = [
        ((spot.line, spot.column), cell)
        for spot, cell in spots
        if (spot.line, spot.column) <= (where.line, where.column)
    ]
    return max(before, key=lambda found: found[0])[1] if before else None


def _unknown(fact: Field | None, cell: Cell) -> bool:
    """Whether a cell of the matrix is listed as one that nobody knows."""
    return fact is not None and fact.kind == "crud" and cell.value is None


def _reason(value: Any) -> str | None:
    """Why a fact was left blank, where that is its value."""
    blank = isinstance(value, dict) and value.keys() == {"blank"}
    return value["blank"] if blank else None


def _get(values: Any, path: Path_) -> Any:
    for step in path:
        values = values.get(step) if isinstance(values, dict) else None
    return values


def _set(values: dict[str, Any], path: Path_, value: Any) -> None:
    for step in path[:-1]:
        values = values.setdefault(str(step), {})
    values[str(path[-1])] = value


def _in_order(model: type[BaseModel], values: dict[str, Any]) -> dict[str, Any]:
    """The values in the order in which the model has its fields."""
    order = [info.alias or name for name, info in model.model_fields.items()]
    return dict(sorted(values.items(), key=lambda pair: order.index(pair[0])))
