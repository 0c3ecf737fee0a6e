"""Records that come in: which thing each is about, and what its cells really say.

Names become ids, texts become what the fact's model makes of them. What is
wrong is noted with its cell's place, so that all of it can be told at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ValidationError

from crmaudit.errors import Place, Problem
from crmaudit.workspace.answers import Expectation, Response
from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.complaints import mistake
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field
from crmaudit.workspace.file_names import unfit
from crmaudit.workspace.incoming import Cell, Incoming, Kind, Record, blank_reason
from crmaudit.workspace.interviews import Interview
from crmaudit.workspace.landscape import Entity, Need
from crmaudit.workspace.matching import KNOWN_KINDS, Names
from crmaudit.workspace.naming import Words, slug
from crmaudit.workspace.people import Person
from crmaudit.workspace.references import references
from crmaudit.workspace.workspace import Workspace
from crmaudit.workspace.yaml_reader import Path_

# Kind → its model, the file of new ones and the list in it; of those with a file each, their
# folder. What is referred to stands first.
KINDS: Mapping[Kind, tuple[type[BaseModel], str, str]] = {
    "person": (Person, "people.yaml", "people"),
    "entity": (Entity, "entities.yaml", "entities"),
    "unit": (Unit, "audit.yaml", "units"),
    "system": (System, "systems", ""),
    "need": (Need, "needs.yaml", "needs"),
    "expectation": (Expectation, "expectations.yaml", "expectations"),
    "response": (Response, "responses.yaml", "responses"),
    "interview": (Interview, "interviews", ""),
}
_ADDABLE: Mapping[str, Kind] = {"person": "person", "entity": "entity"}
"""Kinds of which an unknown one that is referred to can be added."""
_A = {"system": "a system", "interview": "an interview"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


class Wrong:
    """Stands for a value that cannot be used; what is wrong with it was noted."""


WRONG = Wrong()


@dataclass(frozen=True)
class Target:
    """The thing that a record is about; `thing` is None where it is new."""

    kind: Kind
    id: str
    thing: BaseModel | None
    record: Record

    @property
    def model(self) -> type[BaseModel]:
        return KINDS[self.kind][0]

    @property
    def folder(self) -> str:
        """Where it has a file of its own; empty where it stands in a list with others."""
        _, home, listed = KINDS[self.kind]
        return "" if listed else home

    @property
    def subject(self) -> str:
        return f"{self.kind}:{self.id}"

    def says(self, key: str) -> bool:
        """Whether the thing, as it is, says yes to that."""
        return bool(getattr(self.thing, key, False))


class Arrivals:
    """What a file brings, told apart and read. `targets` grow while values are read."""

    def __init__(self, workspace: Workspace, incoming: Incoming) -> None:
        self.workspace, self._incoming = workspace, incoming
        self.names = Names(workspace)
        self.problems = list(incoming.mistakes)
        self.left_out = list(incoming.left_out)
        self.targets: list[Target] = []
        self._plain_people = False
        seen: dict[str, Place] = {}
        order = list(KINDS)
        for record in sorted(incoming.records, key=lambda r: order.index(r.kind)):
            target = self._target(record)
            if target is None:
                continue
            if first := seen.get(target.subject):
                what = f"the {record.kind} {record.name or target.id!r} stands here twice"
                hint = f"first in {first}; for another one, leave the id empty"
                self.problem(what, record.place, hint)
                continue
            seen[target.subject] = record.place
            self.targets.append(target)

    def problem(self, message: str, place: Place, hint: str = "") -> None:
        self.problems.append(Problem(message, place, hint))

    def read(self, model: type[BaseModel], fact: Field, cell: Cell) -> Any:
        """A cell's value for a fact of that model, plain.

        None where it is empty or says only the default; WRONG where it cannot be used.
        """
        value = cell.value
        if value is None or (value == "" and fact.kind != "crud"):
            return None
        if fact.names_things:
            value = self._resolved(model, fact, value, cell.place)
            if value is None or value is WRONG:
                return value
        try:
            return fact.read(value)
        except ValidationError as error:
            message, hint = mistake(error.errors(include_url=False)[0])
            self.problem(f"{dotted(fact.path)}: {message}", cell.place, hint)
            return WRONG

    def reason(self, fact: Field, cell: Cell) -> str | Wrong | None:
        """Why a fact is left blank on purpose, where its cell says so: `blank: reason`."""
        reason = blank_reason(cell.value)
        if reason is None:
            return None
        if fact.required:
            self.problem(f"{dotted(fact.path)} cannot be left blank", cell.place, "write a value")
            return WRONG
        if not reason:
            what = f"{dotted(fact.path)} is left blank without a reason"
            self.problem(what, cell.place, "write `blank: ` and the reason")
            return WRONG
        return reason

    def known_as(self, kind: str, name: str, place: Place) -> str | Wrong | None:
        """The id of what a name stands for; None where it is left out."""
        found = self.names.find(kind, name)
        if len(found) == 1:
            return found[0]
        if found:
            hint = f"write the id: {', '.join(found)}"
            self.problem(f"{len(found)} are called {name!r}", place, hint)
            return WRONG
        if kind not in KNOWN_KINDS:
            return name  # checked with all files together
        addable = _ADDABLE.get(kind)
        if addable:
            adds = self._incoming.creates and not (kind == "person" and self._incoming.plain_people)
            if adds and self._has_room(addable, place):
                return self._create(addable, name, place)
            if not self.names.defined(kind):  # any name will do
                return name if kind == "person" else self._as_id(name, place)
        what, hint = f"there is no {kind} {name!r}", self.names.hint(kind, name)
        if self._incoming.creates:
            self.left_out.append(Problem(what, place, hint))
            return None
        self.problem(what, place, hint)
        return WRONG

    # Which thing a record is about ---------------------------------------------------------

    def _target(self, record: Record) -> Target | None:
        kind, name = record.kind, " ".join(record.name.split())
        if kind == "response":
            return Target(kind, record.id, self._responses.get(record.id), record)
        found = self.names.find(kind, record.id) if record.id else ()
        if not found and name and (not record.id or self._incoming.creates):
            found = self.names.find(kind, name)
        if len(found) > 1:
            hint = f"give the id: {', '.join(found)}"
            self.problem(f"{len(found)} are called {name!r}", record.place, hint)
            return None
        if found:
            return Target(kind, found[0], self.names.thing(kind, found[0]), record)
        if record.id and not _ID.fullmatch(record.id):
            what = f"{record.id!r} cannot be an id: letters, digits, '_', '.' and '-'"
            if len(record.id) > 80:
                what = f"an id of {len(record.id)} characters is too long: at most 80"
            self.problem(what, record.place, "leave it empty for something new")
            return None
        names_file = not KINDS[kind][2] and not self._incoming.creates
        why = unfit(record.id) if names_file else ""
        if why:
            what = f"{record.id!r} cannot be the id of {_A[kind]}: {why}"
            self.problem(what, record.place, "leave it empty for something new")
            return None
        if kind in _ADDABLE and not self._has_room(kind, record.place):
            return None
        id_ = self.names.new_id(kind, name, record.id)
        self.names.add(kind, id_, name or id_)
        return Target(kind, id_, None, record)

    @cached_property
    def _responses(self) -> dict[str, Response]:
        return {f"{r.code} {r.subject}": r for r in reversed(self.workspace.responses.responses)}

    # What a name stands for ------------------------------------------------------------------

    def _resolved(self, model: type[BaseModel], fact: Field, value: Any, place: Place) -> Any:
        """The value with ids for all names in it; None where one had to be left out."""
        if fact.refers and isinstance(value, str) and not fact.several:
            return self.known_as(fact.refers, value.strip(), place)
        nested: Any = {"": value}
        for step in reversed(fact.path[:-1]):
            nested = {step: nested}
        holder: Any = nested
        for step in fact.path[:-1]:
            holder = holder[step]
        holder[fact.path[-1]] = holder.pop("")
        for ref in list(references(model, nested)):
            id_ = self.known_as(ref.kind, ref.name, place)
            if id_ is None or id_ is WRONG:
                return id_
            parent: Any = nested
            for step in ref.path[:-1]:
                parent = parent[step]
            parent[ref.path[-1]] = id_
        return holder[fact.path[-1]]

    def _has_room(self, kind: Kind, place: Place) -> bool:
        """Whether one more may be defined: the first makes names in use unknown."""
        free = self.names.free(kind)
        if not free:
            return True
        if kind == "person":
            if not self._plain_people:
                self._plain_people = True
                what = "no person is added: people are known here by plain names"
                hint = f"list them in people.yaml first: {', '.join(sorted(free)[:5])}…"
                self.left_out.append(Problem(what, place, hint))
            return False
        for name in sorted(free):
            self.names.add(kind, name, name)
            self.targets.append(Target(kind, name, None, Record(kind, place, name)))
        return True

    def _create(self, kind: Kind, name: str, place: Place) -> str:
        id_ = self.names.new_id(kind, name)
        self.names.add(kind, id_, name)
        self.targets.append(Target(kind, id_, None, Record(kind, place, id_, name)))
        return id_

    def _as_id(self, name: str, place: Place) -> str | Wrong:
        """A name that nobody defined, as an id can be written."""
        if _ID.fullmatch(name):
            return name
        if found := slug(Words.of(name).words):
            return found
        self.problem(f"{name!r} cannot be an id", place, "write letters, digits, '_', '.', '-'")
        return WRONG


def dotted(path: Path_) -> str:
    """A path in words: `costs[2].amount`."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text
