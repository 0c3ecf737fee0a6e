"""The audit folder as one frozen object: everything that people declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

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
    brief: Brief = Brief()
    entities: tuple[Entity, ...] = ()
    processes: tuple[Process, ...] = ()
    people: People = People()
    needs: tuple[Need, ...] = ()
    maps: tuple[Map, ...] = ()
    expectations: Expectations = Expectations()
    matches: Matches = Matches()
    interviews: tuple[Interview, ...] = ()
    registers: Registers = Registers()
    kpis: Kpis = Kpis()
    responses: Responses = Responses()
    plan: PlanFile = PlanFile()
    theme: ThemeFile = ThemeFile()
    warnings: tuple[Problem, ...] = ()
    _files: Mapping[str, YamlFile] = field(default_factory=dict, repr=False)
    _subjects: Mapping[str, tuple[str, Path_]] = field(default_factory=dict, repr=False)

    def has(self, name: str) -> bool:
        """Whether a file (`people.yaml`) or folder (`interviews`) was given."""
        return name in self._files or any(f.startswith(f"{name}/") for f in self._files)

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
    def person(self) -> Mapping[str, Person]:
        return {p.id: p for p in self.people.people}

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

    def person_name(self, ref: str | None) -> str | None:
        """The name behind a reference to a person; the text itself where it is a name."""
        if ref is None:
            return None
        return self.person[ref].name if ref in self.person else ref

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
        found = self._subjects.get(subject)
        if found is None:
            return Place(HOME.get(kind, MARKER))
        file, base = found
        return self.place(file, *base, *path)

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
