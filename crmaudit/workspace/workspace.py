"""The audit folder as one frozen object, and how it is read.

`load` reads every file of the tree and reports all mistakes at once; a
workspace that comes out of it has no unknown key and no broken reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crmaudit.errors import CrmauditError, InvalidInput, Place, Problem
from crmaudit.workspace.answers import (
    Expectations,
    Matches,
    PlanFile,
    Responses,
    ThemeFile,
)
from crmaudit.workspace.audit_file import AuditFile, Brief, Organisation, Unit
from crmaudit.workspace.complaints import complaints, suggestion
from crmaudit.workspace.dossier import System
from crmaudit.workspace.landscape import Entities, Entity, Map, Need, Needs, Process, Processes
from crmaudit.workspace.people import Interview, Kpis, People, Person, Registers
from crmaudit.workspace.references import references
from crmaudit.workspace.yaml_reader import Path_, YamlFile, parse, read

MARKER = "audit.yaml"

SINGLE: dict[str, type[BaseModel]] = {
    "audit.yaml": AuditFile,
    "brief.yaml": Brief,
    "entities.yaml": Entities,
    "processes.yaml": Processes,
    "people.yaml": People,
    "needs.yaml": Needs,
    "expectations.yaml": Expectations,
    "matches.yaml": Matches,
    "registers.yaml": Registers,
    "kpis.yaml": Kpis,
    "responses.yaml": Responses,
    "plan.yaml": PlanFile,
    "theme.yaml": ThemeFile,
}
"""One file each, at the top of the workspace."""

FOLDERS: dict[str, type[BaseModel]] = {"systems": System, "maps": Map, "interviews": Interview}
"""One file an item, in a folder."""

# Lists whose items are found by id: file → (key of the list, what an item is called).
_DEFINITIONS = {
    "audit.yaml": (("units", "unit"), ("policies", "policy")),
    "entities.yaml": (("entities", "entity"),),
    "processes.yaml": (("processes", "process"),),
    "people.yaml": (("people", "person"),),
    "needs.yaml": (("needs", "need"),),
    "expectations.yaml": (("expectations", "expectation"),),
    "registers.yaml": (
        ("dysfunctions", "dysfunction"),
        ("requests", "request"),
        ("opinions", "opinion"),
    ),
    "kpis.yaml": (("techniques", "technique"), ("kpis", "kpi")),
    "plan.yaml": (("own", "initiative"),),
}
_USER_TYPES = ("super user", "data custodian", "everyday user", "system champion", "management")

M = TypeVar("M", bound=BaseModel)


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

    def has(self, name: str) -> bool:
        """Whether a file (`people.yaml`) or folder (`interviews`) was given."""
        return name in self._files or any(f.startswith(f"{name}/") for f in self._files)

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

        Without such a definition: the file in which it would stand.
        """
        found = self._subjects.get(subject)
        if found is None:
            kind = subject.split(":", 1)[0]
            return Place(_HOME.get(kind, MARKER))
        file, base = found
        return self.place(file, *base, *path)

    @cached_property
    def _subjects(self) -> Mapping[str, tuple[str, Path_]]:
        return {s: (f.name, path) for f in self._files.values() for s, path in _defined(f)}

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(self._files)

    def text(self, file: str) -> str:
        """A file as it was read."""
        return self._files[file]._text


_HOME = {
    "entity": "entities.yaml",
    "person": "people.yaml",
    "unit": "audit.yaml",
    "policy": "audit.yaml",
    "process": "processes.yaml",
    "need": "needs.yaml",
    "kpi": "kpis.yaml",
    "technique": "kpis.yaml",
    "dysfunction": "registers.yaml",
}


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


def load(root: Path) -> Workspace:
    """The workspace in `root`.

    Raises InvalidInput with every mistake of every file.
    """
    if not (root / MARKER).is_file():
        raise CrmauditError(
            f"{root} is no workspace: it has no {MARKER}",
            "make one with `crmaudit init DIR`",
        )
    reading = _Reading(root)
    singles = {name: reading.single(name, model) for name, model in SINGLE.items()}
    folders = {name: reading.folder(name, model) for name, model in FOLDERS.items()}
    reading.strangers()
    if not folders["systems"] and not any(f.startswith("systems/") for f in reading.files):
        reading.problems.append(
            Problem(
                "no system is described",
                Place("systems/"),
                "add a dossier: systems/crm.yaml with `id: crm` and `name: …`",
            )
        )
    reading.check_references()
    if reading.problems:
        raise InvalidInput(sorted(reading.problems, key=_by_place))

    def one(name: str, model: type[M]) -> M:
        value = singles[name]
        return value if isinstance(value, model) else model()

    audit = singles[MARKER]
    assert isinstance(audit, AuditFile)
    return Workspace(
        root=root,
        audit=audit,
        systems=tuple(s for s in folders["systems"] if isinstance(s, System)),
        brief=one("brief.yaml", Brief),
        entities=one("entities.yaml", Entities).entities,
        processes=one("processes.yaml", Processes).processes,
        people=one("people.yaml", People),
        needs=one("needs.yaml", Needs).needs,
        maps=tuple(m for m in folders["maps"] if isinstance(m, Map)),
        expectations=one("expectations.yaml", Expectations),
        matches=one("matches.yaml", Matches),
        interviews=tuple(i for i in folders["interviews"] if isinstance(i, Interview)),
        registers=one("registers.yaml", Registers),
        kpis=one("kpis.yaml", Kpis),
        responses=one("responses.yaml", Responses),
        plan=one("plan.yaml", PlanFile),
        theme=one("theme.yaml", ThemeFile),
        warnings=tuple(sorted(reading.warnings, key=_by_place)),
        _files=reading.files,
    )


def _by_place(problem: Problem) -> tuple[str, int, int]:
    where = problem.where or Place("")
    return where.file, where.line, where.column


class _Reading:
    """Reads file after file and gathers what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, YamlFile] = {}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._data: dict[str, Any] = {}

    def single(self, name: str, model: type[BaseModel]) -> BaseModel | None:
        path = self.root / name
        if not path.exists():
            return None
        return self._read(path, name, model)

    def folder(self, name: str, model: type[BaseModel]) -> list[BaseModel]:
        folder = self.root / name
        if not folder.is_dir():
            return []
        paths = sorted(
            p for p in folder.rglob("*") if p.suffix in (".yaml", ".yml") and p.is_file()
        )
        found = (self._read(p, p.relative_to(self.root).as_posix(), model) for p in paths)
        return [m for m in found if m is not None]

    def strangers(self) -> None:
        """YAML files that nobody would ever read: a typing mistake in the name."""
        for path in sorted([*self.root.glob("*.yaml"), *self.root.glob("*.yml")]):
            if path.name not in SINGLE:
                self.problems.append(
                    Problem(
                        f"{path.name} is no file of a workspace",
                        Place(path.name),
                        suggestion(path.name, SINGLE),
                    )
                )

    def _read(self, path: Path, name: str, model: type[BaseModel]) -> BaseModel | None:
        try:
            file = read(path, name)
        except InvalidInput as error:
            self.problems.extend(error.problems)
            self.files[name] = YamlFile(name, None)
            return None
        self.problems.extend(file.problems)
        self.files[name] = replace(file, data=None)
        data = {} if file.data is None else file.data
        self._data[name] = data
        try:
            value = model.model_validate(data)
        except ValidationError as error:
            self.problems.extend(complaints(error, file, model))
            return None
        self._surprises(file, value)
        return value

    def _surprises(self, file: YamlFile, model: BaseModel) -> None:
        for surprise in file.surprises:
            value = _value_at(model, surprise.path)
            if isinstance(value, str) and value == surprise.text:
                self.warnings.append(
                    Problem(
                        f"{surprise.text!r} is read as this text; other YAML programs read "
                        f"{surprise.reading}",
                        file.place(surprise.path),
                        f'write "{surprise.text}" in quotes',
                    )
                )
            elif isinstance(value, int | float) and re.match(r"[-+]?0\d", surprise.text):
                self.problems.append(
                    Problem(
                        f"{surprise.text!r} has a leading zero, which some programs read as octal",
                        file.place(surprise.path),
                        f"write {surprise.text.lstrip('0') or '0'}",
                    )
                )

    def check_references(self) -> None:
        """Names that nothing defines, and definitions that stand twice."""
        known = self._definitions()
        for name, data in self._data.items():
            model = SINGLE.get(name) or FOLDERS[name.split("/", 1)[0]]
            for ref in references(model, data):
                names = known.get(ref.kind)
                if names is None or ref.name in names:
                    continue
                what = "person, unit or user type" if ref.kind == "audience" else ref.kind
                self.problems.append(
                    Problem(
                        f"there is no {what} {ref.name!r}",
                        self.files[name].place(ref.path, key=ref.is_key),
                        suggestion(ref.name, names),
                    )
                )
        self._check_units()

    def _definitions(self) -> dict[str, set[str] | None]:
        """What is defined, by kind; None where any name will do.

        Definitions are taken from the raw files, so that one mistake in
        people.yaml does not make every owner an unknown person.
        """
        known: dict[str, set[str] | None] = {
            kind: set() for kind in ("system", "unit", "process", "kpi", "technique")
        }
        for kind in ("entity", "person"):
            home = _HOME[kind]
            known[kind] = set() if home in self.files else None
        seen: dict[str, Place] = {}
        for name, file in self.files.items():
            for subject, path in _defined(file, self._data.get(name)):
                kind, _, value = subject.partition(":")
                names = known.get(kind)
                if names is not None:
                    names.add(value)
                place = file.place((*path, "id"))
                if subject in seen:
                    self.problems.append(
                        Problem(
                            f"the {kind} {value!r} is defined twice",
                            place,
                            f"it stands already in {seen[subject]}",
                        )
                    )
                seen.setdefault(subject, place)
        people, units = known["person"], known["unit"] or set()
        known["audience"] = None if people is None else people | units | set(_USER_TYPES)
        return known

    def _check_units(self) -> None:
        data = self._data.get(MARKER)
        units = data.get("units") if isinstance(data, dict) else None
        units = [u for u in units if isinstance(u, dict)] if isinstance(units, list) else []
        parent = {u.get("id"): u.get("parent") for u in units}
        for i, unit in enumerate(units):
            seen, current = {unit.get("id")}, unit.get("parent")
            while current is not None and current not in seen:
                seen.add(current)
                current = parent.get(current)
            if current is not None:
                self.problems.append(
                    Problem(
                        f"the unit {unit.get('id')!r} lies above itself",
                        self.files[MARKER].place(("units", i, "parent")),
                        "a unit's parents must lead to one at the top",
                    )
                )
                return


def _defined(file: YamlFile, data: Any = None) -> list[tuple[str, Path_]]:
    """Subjects that a file defines, and where."""
    if data is None:
        data = parse(file._text, file.name).data if file._text else None
    subjects: list[tuple[str, Path_]] = []
    if not isinstance(data, dict):
        return subjects
    folder = file.name.split("/", 1)[0]
    kind = {"systems": "system", "interviews": "interview"}.get(folder)
    if kind and isinstance(data.get("id"), str):
        subjects.append((f"{kind}:{data['id']}", ()))
    for key, item_kind in _DEFINITIONS.get(file.name, ()):
        items = data.get(key)
        for i, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                subjects.append((f"{item_kind}:{item['id']}", (key, i)))
    return subjects


def _value_at(model: Any, path: Iterable[str | int]) -> Any:
    value = model
    for step in path:
        if isinstance(value, BaseModel):
            fields = type(value).model_fields
            name = next((n for n, f in fields.items() if (f.alias or n) == step), None)
            if name is None:
                return None
            value = getattr(value, name)
        elif isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, tuple) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def walk_subjects(workspace: Workspace) -> Iterator[str]:
    """Every subject that the workspace defines, like `system:crm`."""
    yield from workspace._subjects
