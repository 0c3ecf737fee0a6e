"""The audit folder as one frozen object: everything that people declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from crmaudit.errors import CrmauditError, Place, Problem
from crmaudit.workspace.answers import Expectations, Matches, PlanFile, Responses, ThemeFile
from crmaudit.workspace.audit_file import AuditFile, Brief, Organisation, Unit
from crmaudit.workspace.definitions import HOME
from crmaudit.workspace.dossier import System
from crmaudit.workspace.files import MARKER
from crmaudit.workspace.interviews import Interview
from crmaudit.workspace.kpis import Kpis
from crmaudit.workspace.landscape import Entity, Map, Need, Process
from crmaudit.workspace.people import People, Person
from crmaudit.workspace.registers import Registers
from crmaudit.workspace.spelling import suggestion
from crmaudit.workspace.yaml_reader import Path_, YamlFile

# What each file becomes.
_PARTS = {
    "brief.yaml": "brief",
    "entities.yaml": "entities",
    "processes.yaml": "processes",
    "people.yaml": "people",
    "needs.yaml": "needs",
    "maps": "maps",
    "expectations.yaml": "expectations",
    "interviews": "interviews",
    "registers.yaml": "registers",
    "kpis.yaml": "kpis",
}


@dataclass(frozen=True)
class Workspace:
    """Everything that people declared.

    A part whose file is absent is empty; `has` tells absent from empty, for
    what depends on an absent file is *not assessed*.
    """

    root: Path
    audit: AuditFile
    systems: tuple[System, ...]
    brief: Brief = Brief.model_construct()
    entities: tuple[Entity, ...] = ()
    processes: tuple[Process, ...] = ()
    people: People = People.model_construct()
    needs: tuple[Need, ...] = ()
    maps: tuple[Map, ...] = ()
    expectations: Expectations = Expectations.model_construct()
    matches: Matches = Matches.model_construct()
    interviews: tuple[Interview, ...] = ()
    registers: Registers = Registers.model_construct()
    kpis: Kpis = Kpis.model_construct()
    responses: Responses = Responses.model_construct()
    plan: PlanFile = PlanFile.model_construct()
    theme: ThemeFile = ThemeFile.model_construct()
    warnings: tuple[Problem, ...] = ()
    _files: Mapping[str, YamlFile] = field(default_factory=dict, repr=False)
    _subjects: Mapping[str, tuple[str, Path_]] = field(default_factory=dict, repr=False)

    def has(self, name: str) -> bool:
        """Whether a file (`people.yaml`) or folder (`interviews`) was given."""
        return name in self._files or name in self._folders

    @cached_property
    def _folders(self) -> Set[str]:
        return {f.split("/", 1)[0] for f in self._files if "/" in f}

    def says(self, name: str) -> bool:
        """Whether a file or folder was given and says anything: a scaffold's blanks do not."""
        part = getattr(self, _PARTS.get(name, ""), None)
        if part is None or not self.has(name):
            return self.has(name)
        return bool(part) if isinstance(part, tuple) else part != type(part)()

    @property
    def organisation(self) -> Organisation:
        return self.audit.organisation

    @cached_property
    def system(self) -> Mapping[str, System]:
        return {s.id: s for s in self.systems}

    @cached_property
    def formerly(self) -> Mapping[str, str]:
        """Earlier id of a system → its id today."""
        return {old: s.id for s in self.systems for old in s.formerly}

    def find_system(self, name: str) -> System:
        """The system with that id, earlier id or name, whatever the case of its letters.

        Raises CrmauditError where there is none, or more than one.
        """
        key = self.formerly.get(name, name)
        if key in self.system:
            return self.system[key]
        folded = name.strip().casefold()
        for names in (
            {s.id: (s.id, *s.formerly) for s in self.systems},
            {s.id: (s.name,) for s in self.systems},
        ):
            found = [i for i, own in names.items() if folded in (n.casefold() for n in own)]
            if len(found) > 1:
                raise CrmauditError(f"{name!r} may be {', '.join(found)}", "name it by its id")
            if found:
                return self.system[found[0]]
        known = {n: n for s in self.systems for n in (s.id, s.name)}
        hint = suggestion(name, known)
        hint = hint if hint.startswith("did you mean") else "`crmaudit inventory` lists all"
        raise CrmauditError(f"there is no system {name!r}", hint)

    @cached_property
    def in_scope(self) -> tuple[System, ...]:
        return tuple(s for s in self.systems if s.in_scope)

    @cached_property
    def entity(self) -> Mapping[str, Entity]:
        """Entities by id: those of entities.yaml, and those only named in a `crud:`."""
        known = {e.id: e for e in self.entities}
        for system in self.systems:
            for name in system.crud:
                known.setdefault(name, Entity(id=name))
        return known

    @cached_property
    def map_of(self) -> Mapping[str, Map]:
        """The entity map of each system as people keep it; several files make one map."""
        found: dict[str, Map] = {}
        for part in self.maps:
            have = found.get(part.system)
            found[part.system] = part if have is None else have.joined(part)
        return found

    @cached_property
    def person(self) -> Mapping[str, Person]:
        return {p.id: p for p in self.people.people}

    @cached_property
    def asked(self) -> frozenset[str]:
        """Entities that questions, reports and steps of processes name."""
        steps = (step for process in self.processes for step in process.steps)
        named = [*(n.entities for n in self.needs), *(step.entities for step in steps)]
        return frozenset(e for entities in named for e in entities)

    @cached_property
    def unit(self) -> Mapping[str, Unit]:
        return {u.id: u for u in self.audit.units}

    @cached_property
    def crm(self) -> System | None:
        """The CRM: named in audit.yaml, else the only dossier of that kind."""
        if self.audit.crm:
            return self.system[self.audit.crm]
        found = [s for s in self.in_scope if s.kind == "crm"]
        return found[0] if len(found) == 1 else None

    def without(self, systems: Set[str]) -> Workspace:
        """The workspace as it would be if these systems were not there, nor any word of them.

        A file of a folder goes with all that it said. The others stay as they
        were read: an item of a list that comes after one that went is still
        looked up where it was counted.
        """
        from crmaudit.workspace.pruning import without

        parts: dict[str, Any] = {}
        emptied: set[str] = set()
        for part in fields(self):
            value = getattr(self, part.name)
            if isinstance(value, BaseModel):
                parts[part.name] = without(value, systems)
            elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
                kept = [without(v, systems) for v in value]
                parts[part.name] = tuple(v for v in kept if v is not None)
                files = [f for f in self._files if f.startswith(f"{part.name}/")]
                emptied |= {f for f, v in zip(files, kept, strict=False) if v is None}
        parts["systems"] = tuple(s for s in parts["systems"] if s.id not in systems)
        gone = {f"system:{s}" for s in systems}
        parts["_subjects"] = {s: at for s, at in self._subjects.items() if s not in gone}
        parts["_files"] = {f: text for f, text in self._files.items() if f not in emptied}
        return replace(self, **parts)

    def person_name(self, ref: str | None) -> str | None:
        """The name behind a reference to a person; the text itself where it is a name."""
        if ref is None:
            return None
        return self.person[ref].name if ref in self.person else ref

    @cached_property
    def offices(self) -> Mapping[str, str]:
        """Every name by which a person may be known here → the office, empty where none is said.

        Names and surnames of people.yaml, ids that are made of them, and names
        that stand elsewhere where a person is meant. Those who wrote the audit
        are not among them.
        """
        from crmaudit.workspace.references import references

        found: dict[str, str] = {}
        for person in self.people.people:
            parts = person.name.split()
            own = {x.casefold() for x in parts}
            found[person.name] = person.job or ""
            if len(parts) > 1 and len(parts[-1]) > 3:
                found.setdefault(parts[-1], person.job or "")
            if own & set(re.split(r"[-_.]", person.id.casefold())):
                found.setdefault(person.id, person.job or "")
        lines = (*self.brief.concerns, *self.brief.problems)
        said = [self.audit.terms.commissioned_by, *(x.who for x in lines)]
        for part in fields(self):
            value = getattr(self, part.name)
            for model in value if isinstance(value, tuple) else (value,):
                if isinstance(model, BaseModel):
                    data = model.model_dump(mode="json", by_alias=True)
                    said += [r.name for r in references(type(model), data) if r.kind == "person"]
        for name in said:
            # A role in small letters, like `management`, is nobody's name.
            if name and name not in self.person and name != name.lower():
                found.setdefault(name, "")
        return {name: job for name, job in found.items() if name not in self.audit.terms.auditors}

    def place(self, file: str, *path: str | int) -> Place:
        """Where a value stands, to the line and column."""
        known = self._files.get(file)
        return known.place(path) if known else Place(file)

    def place_of(self, subject: str, *path: str | int) -> Place:
        """Where the thing is defined that a finding is about (`system:crm`, `entity:customer`).

        A table or column stands in no file: the place is its system's `database:`.
        Without a definition it is the file in which it would stand.
        """
        kind, _, name = subject.partition(":")
        if kind in ("table", "column"):
            subject, path = f"system:{name.split('.', 1)[0]}", ("database",)
        if subject not in self._subjects:
            return Place(self.file_of(subject))
        file, base = self._subjects[subject]
        return self.place(file, *base, *path)

    def file_of(self, subject: str) -> str:
        """The file in which a thing is defined, or would be."""
        found = self._subjects.get(subject)
        return found[0] if found else HOME.get(subject.partition(":")[0], MARKER)

    def definition(self, subject: str) -> tuple[str, Path_] | None:
        """File and path of what is defined; None for an entity that only a `crud:` names."""
        return self._subjects.get(subject)

    def subjects(self) -> Iterable[str]:
        """Everything that is defined, like `system:crm`, `entity:customer`, `unit:sales`."""
        return self._subjects.keys()

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(self._files)

    def text(self, file: str) -> str:
        """A file as it was read."""
        return self._files[file].text


def find_root(start: Path) -> Path:
    """The nearest folder upwards that holds an audit.yaml."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder
    raise CrmauditError(
        f"no {MARKER} in {start} or any folder above it",
        "make a workspace with `crmaudit init DIR`, or name one with -w DIR",
    )
