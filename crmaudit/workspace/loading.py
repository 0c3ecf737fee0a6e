"""Reading a workspace: every file, all mistakes at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crmaudit.errors import CrmauditError, InvalidInput, Place, Problem
from crmaudit.evidence.privacy import account_name, shape
from crmaudit.workspace.answers import Expectations, Match, Matches, PlanFile, Responses, ThemeFile
from crmaudit.workspace.audit_file import AuditFile, Brief
from crmaudit.workspace.checks import check
from crmaudit.workspace.complaints import complaints
from crmaudit.workspace.definitions import definitions, salvaged
from crmaudit.workspace.dossier import System
from crmaudit.workspace.files import FOLDERS, MARKER, OTHER_FOLDERS, SINGLE
from crmaudit.workspace.interviews import Interview
from crmaudit.workspace.journal import recover
from crmaudit.workspace.kpis import Kpis
from crmaudit.workspace.landscape import Entities, Entity, Map, Needs, Processes
from crmaudit.workspace.people import People
from crmaudit.workspace.registers import Registers
from crmaudit.workspace.spelling import suggestion
from crmaudit.workspace.workspace import Workspace
from crmaudit.workspace.yaml_reader import MAX_BYTES, UNSEEN, Path_, YamlFile, parse, read

M = TypeVar("M", bound=BaseModel)


def load(root: Path, overlay: Mapping[str, str | None] | None = None) -> Workspace:
    """The workspace in `root`.

    `overlay` has texts that are read in place of files (None: the file is not
    there). A change of several files that was cut off is finished first.
    Raises InvalidInput with every mistake of every file.
    """
    recover(root)
    if not os.path.lexists(root / MARKER):
        raise CrmauditError(
            f"{root} is no workspace: it has no {MARKER}", "make one with `crmaudit init DIR`"
        )
    reading = _Reading(root, overlay or {})
    singles = {name: reading.single(name, model) for name, model in SINGLE.items()}
    folders = {name: reading.folder(name, model) for name, model in FOLDERS.items()}
    reading.strangers()
    if not any(f.startswith("systems/") for f in reading.files):
        what = "add a dossier: systems/crm.yaml with `id: crm` and `name: …`"
        reading.problems.append(Problem("no system is described", Place("systems/"), what))
    subjects = reading.subjects()
    known = {*subjects, *reading.salvaged}
    reading.problems.extend(check(root, reading.files, reading.data, known))
    reading.warnings.extend(reading.twins(subjects))
    reading.warnings.extend(reading.one_account_of_several(singles["people.yaml"]))
    if reading.problems:
        raise InvalidInput(sorted(map(_masked, reading.problems), key=_by_place))

    def one(name: str, model: type[M]) -> M:
        value = singles[name]
        return value if isinstance(value, model) else model.model_construct()

    def every(name: str, model: type[M]) -> tuple[M, ...]:
        return tuple(m for m in folders[name] if isinstance(m, model))

    audit = singles[MARKER]
    assert isinstance(audit, AuditFile)
    return Workspace(
        root=root,
        audit=audit,
        systems=every("systems", System),
        brief=one("brief.yaml", Brief),
        entities=one("entities.yaml", Entities).entities,
        processes=one("processes.yaml", Processes).processes,
        people=one("people.yaml", People),
        needs=one("needs.yaml", Needs).needs,
        maps=every("maps", Map),
        expectations=one("expectations.yaml", Expectations),
        matches=one("matches.yaml", Matches),
        interviews=every("interviews", Interview),
        registers=one("registers.yaml", Registers),
        kpis=one("kpis.yaml", Kpis),
        responses=one("responses.yaml", Responses),
        plan=one("plan.yaml", PlanFile),
        theme=one("theme.yaml", ThemeFile),
        warnings=tuple(sorted(map(_masked, reading.warnings), key=_by_place)),
        _files=reading.files,
        _subjects=subjects,
    )


def load_maps(folder: Path) -> Mapping[str, Map]:
    """The entity maps in a folder that belongs to no workspace, by system.

    Several files about one system make one map. Raises InvalidInput with every
    mistake of every file, CrmauditError where there is no such folder.
    """
    if not folder.is_dir():
        raise CrmauditError(
            f"there is no folder {folder}", "name the folder that holds the maps: maps/"
        )
    # Places are told as the user wrote the folder.
    reading = _Reading(folder, {})
    read_ = (m for m in reading.folder(".", Map) if isinstance(m, Map))
    found: dict[str, Map] = {}
    for part in read_:
        have = found.get(part.system)
        found[part.system] = part if have is None else have.joined(part)
    if reading.problems:
        told = (_below(folder, p) for p in reading.problems)
        raise InvalidInput(sorted(told, key=_by_place))
    return found


def load_entities(path: Path) -> Mapping[str, Entity]:
    """The entities of an `entities.yaml` that may stand alone; none where there is no such file.

    Raises InvalidInput with every mistake.
    """
    reading = _Reading(path.parent, {})
    found = reading.single(path.name, Entities)
    if reading.problems:
        told = (_below(path.parent, p) for p in reading.problems)
        raise InvalidInput(sorted(told, key=_by_place))
    return {e.id: e for e in found.entities} if isinstance(found, Entities) else {}


def _below(folder: Path, problem: Problem) -> Problem:
    if problem.where is None:
        return problem
    where = replace(problem.where, file=(folder / problem.where.file).as_posix())
    return replace(problem, where=where)


_QUOTED = re.compile(r"'.*'|\".*\"|(?<=[*&])\w+", re.DOTALL)
_KEYS = frozenset(Match.model_fields) | frozenset(Matches.model_fields)


def _masked(problem: Problem) -> Problem:
    """As it is; of a file that is not to be seen, what stands there by its shape."""
    if problem.where is None or problem.where.file not in UNSEEN:
        return problem

    def hidden(quoted: re.Match[str]) -> str:
        text = quoted[0][1:-1]
        return quoted[0] if text in _KEYS else f"'{shape(text)}'"

    message, hint = (_QUOTED.sub(hidden, x) for x in (problem.message, problem.hint))
    return replace(problem, message=message, hint=hint)


def _by_place(problem: Problem) -> tuple[str, int, int]:
    where = problem.where or Place("")
    return where.file, where.line, where.column


class _Reading:
    """Reads file after file and gathers what is wrong with them."""

    def __init__(self, root: Path, overlay: Mapping[str, str | None]) -> None:
        self.root, self.overlay = root, overlay
        self.files: dict[str, YamlFile] = {}
        self.data: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.salvaged: set[str] = set()

    def single(self, name: str, model: type[BaseModel]) -> BaseModel | None:
        path = self.root / name
        # A dangling link is a mistake, not an absent file.
        there = os.path.lexists(path)
        if name in self.overlay:
            there = self.overlay[name] is not None
        return self._read(path, name, model) if there else None

    def folder(self, name: str, model: type[BaseModel]) -> list[BaseModel]:
        folder = self.root / name
        if os.path.lexists(folder) and not folder.is_dir():
            self._problem(f"{name} is no folder", name, f"make {name} a folder of YAML files")
            return []
        paths = {path: path.relative_to(self.root).as_posix() for path in self._yaml_paths(folder)}
        for file, text in self.overlay.items():
            if text is None:
                paths.pop(self.root / file, None)
            elif file.startswith(f"{name}/"):
                paths[self.root / file] = file
        found = (self._read(path, paths[path], model) for path in sorted(paths))
        return [m for m in found if m is not None]

    def _yaml_paths(self, folder: Path) -> Iterator[Path]:
        for parent, folders, files in os.walk(folder, onerror=self._unreadable):
            for name in (*files, *folders):
                if name.endswith((".yaml", ".yml")) and not name.startswith("."):
                    yield Path(parent, name)
            for name in folders:
                if Path(parent, name).is_symlink():
                    where = Path(parent, name).relative_to(self.root).as_posix()
                    self._problem("a link to a folder is not followed", where, "copy the files")

    def _unreadable(self, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            where = Path(error.filename).relative_to(self.root).as_posix()
            self._problem(f"cannot be read: {error.strerror}", where)

    def strangers(self) -> None:
        """Files and folders that nobody would ever read: typing mistakes in their names."""
        try:
            paths = sorted(self.root.iterdir())
        except OSError as error:
            self._problem(f"cannot be read: {error.strerror}", str(self.root))
            return
        for path in paths:
            name = path.name
            if name.startswith(".") or name in SINGLE or name in FOLDERS:
                continue
            if name.endswith((".yaml", ".yml")):
                self._problem(f"{name} is no file of a workspace", name, suggestion(name, SINGLE))
            elif path.is_dir() and name not in OTHER_FOLDERS:
                hint = suggestion(name, FOLDERS)
                # Any other folder is the user's own business.
                if hint.startswith("did you mean"):
                    self._problem(f"{name} is no folder of a workspace", name, hint)

    def subjects(self) -> dict[str, tuple[str, Path_]]:
        """What the files define, each with its file and path."""
        found: dict[str, tuple[str, Path_]] = {}
        for name, data in self.data.items():
            for subject, path in definitions(name, data):
                first = found.setdefault(subject, (name, path))
                if first == (name, path):
                    continue
                kind, _, value = subject.partition(":")
                place = self.files[first[0]].place((*first[1], "id"))
                self.problems.append(
                    Problem(
                        f"the {kind} {value!r} is defined twice",
                        self.files[name].place((*path, "id")),
                        f"it stands already in {place}",
                    )
                )
        return found

    def twins(self, subjects: Mapping[str, tuple[str, Path_]]) -> Iterator[Problem]:
        """Things of which each has an id of its own only as long as case is told apart."""
        first: dict[str, str] = {}
        for subject, (name, path) in subjects.items():
            kind, _, value = subject.partition(":")
            twin = first.setdefault(f"{kind}:{value.casefold()}", value)
            if kind in _CASELESS and twin != value:
                place = self.files[name].place((*path, "id"))
                what = f"the ids of the {kind} {value!r} and of {twin!r} differ only in case"
                hint = "give one another: on some machines files called after them are one"
                thing = value if kind == "system" else f"{kind}:{value}"
                yield Problem(what, place, f"{hint}: crmaudit inventory rename {thing} NEW")

    def one_account_of_several(self, people: object) -> Iterator[Problem]:
        """Accounts that more than one person of people.yaml is said to have."""
        listed = people.people if isinstance(people, People) else ()
        first: set[tuple[str, str]] = set()
        for i, person in enumerate(listed):
            for system, login in person.accounts.items():
                account = system, account_name(login)
                if account in first:
                    what = f"this account of {system} is another person's already"
                    place = self.files["people.yaml"].place(("people", i, "accounts", system))
                    yield Problem(what, place, "until one of them has it, it is nobody's own")
                first.add(account)

    def _read(self, path: Path, name: str, model: type[BaseModel]) -> BaseModel | None:
        text = self.overlay.get(name)
        try:
            file = read(path, name) if text is None else parse(text, name)
        except InvalidInput as error:
            self.problems.extend(error.problems)
            self.files[name] = YamlFile(name)
            with suppress(OSError):
                if text is None:
                    text = path.read_bytes()[:MAX_BYTES].decode("utf-8", "replace")
                self.salvaged.update(salvaged(name, text))
            return None
        self.problems.extend(file.problems)
        # The values are needed until all files are read, the text for good.
        self.files[name] = replace(file, data=None)
        self.data[name] = data = {} if file.data is None else file.data
        try:
            value = model.model_validate(data)
        except ValidationError as error:
            self.problems.extend(complaints(error, file, model))
            return None
        self._surprises(file, value)
        return value

    def _surprises(self, file: YamlFile, model: BaseModel) -> None:
        for surprise in file.surprises:
            text = surprise.text
            value = _value_at(model, surprise.path)
            if isinstance(value, str) and value == text:
                message = f"{text!r} is read as this text; other YAML programs read"
                place = file.place(surprise.path)
                self.warnings.append(
                    Problem(f"{message} {surprise.reading}", place, f'write "{text}" in quotes')
                )
            elif isinstance(value, int | float) and _LEADING_ZERO.match(text):
                message = f"{text!r} has a leading zero, which some programs read as octal"
                hint = f"write {text.lstrip('+0') or '0'}"
                self.problems.append(Problem(message, file.place(surprise.path), hint))

    def _problem(self, message: str, name: str, hint: str = "") -> None:
        self.problems.append(Problem(message, Place(name), hint))


_LEADING_ZERO = re.compile(r"[-+]?0\d")
_CASELESS = ("system", "entity", "person", "unit", "process")


def _value_at(model: Any, path: Iterable[str | int]) -> Any:
    value = model
    for step in path:
        if isinstance(value, BaseModel):
            name = _attributes(type(value)).get(step)
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


@cache
def _attributes(model: type[BaseModel]) -> dict[Any, str]:
    return {info.alias or name: name for name, info in model.model_fields.items()}
