"""Mistakes that show only between files: names of nothing, circles, missing files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from crmaudit.errors import Problem
from crmaudit.workspace.files import MARKER, model_of
from crmaudit.workspace.references import references
from crmaudit.workspace.spelling import suggestion
from crmaudit.workspace.weights import unknown_weights
from crmaudit.workspace.yaml_reader import YamlFile

_USER_TYPES = {"super user", "data custodian", "everyday user", "system champion", "management"}
_ALWAYS = ("system", "unit", "process", "kpi", "technique")
# As long as none is defined, any name will do.
_IF_ANY = ("entity", "person")


def check(
    root: Path,
    files: Mapping[str, YamlFile],
    data: Mapping[str, Any],
    subjects: Iterable[str],
) -> Iterator[Problem]:
    """Everything that is wrong between the files."""
    known = _known(subjects)
    former = {old: _name(d, "id") for _, d in _dossiers(data) for _, old in _former(d)}
    for name, values in data.items():
        for ref in references(model_of(name), values):
            what, names = ref.kind, known.get(ref.kind)
            if ref.kind == "file":
                names = None if os.path.isfile(root / ref.name) else _data_files(root)
            elif ref.kind == "audience":
                what = "person, unit or user type"
            if names is not None and ref.name not in names:
                place = files[name].place(ref.path, key=ref.is_key)
                hint = suggestion(ref.name, names)
                if ref.kind in ("person", "audience"):
                    hint = _by_name(data.get("people.yaml"), ref.name) or hint
                elif ref.kind == "system" and ref.name in former:
                    hint = f"it is called {former[ref.name]!r} now"
                yield Problem(f"there is no {what} {ref.name!r}", place, hint)
    yield from _former_ids(files, data)
    yield from _circles(files, data.get(MARKER))
    if MARKER in files:
        yield from unknown_weights(files[MARKER], data.get(MARKER))
    yield from _steps(files, data.get("registers.yaml"), data.get("processes.yaml"))


def _by_name(people: Any, name: str) -> str:
    """The hint for a person's name where an id is expected."""
    ids = [
        _name(person, "id")
        for _, person in _items(people, "people")
        if _name(person, "name").casefold() == name.casefold()
    ]
    if len(ids) == 1:
        return f"did you mean the id {ids[0]!r}?"
    return f"people of that name: {', '.join(ids)}" if ids else ""


def _known(subjects: Iterable[str]) -> dict[str, set[str]]:
    """Names by kind; a kind of which any name will do is left out."""
    known: dict[str, set[str]] = {kind: set() for kind in _ALWAYS}
    for subject in subjects:
        kind, _, name = subject.partition(":")
        if kind in _ALWAYS or kind in _IF_ANY:
            known.setdefault(kind, set()).add(name)
    if "person" in known:
        known["audience"] = known["person"] | known["unit"] | _USER_TYPES
    return known


def _data_files(root: Path) -> set[str]:
    return {f"data/{p.name}" for p in (root / "data").glob("*") if p.is_file()}


def _former_ids(files: Mapping[str, YamlFile], data: Mapping[str, Any]) -> Iterator[Problem]:
    """An earlier id that is another system's: evidence under it could be of either."""
    owner = {_name(dossier, "id"): name for name, dossier in _dossiers(data)}
    for name, dossier in _dossiers(data):
        for path, old in _former(dossier):
            first = owner.setdefault(old, name)
            if first != name:
                what, hint = "is taken", f"{first} has it"
            elif old == _name(dossier, "id"):
                what, hint = "is the id of this system itself", "remove it"
            else:
                continue
            yield Problem(f"the former id {old!r} {what}", files[name].place(path), hint)


def _dossiers(data: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(n, d) for n, d in data.items() if n.startswith("systems/") and isinstance(d, dict)]


def _former(dossier: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Former ids with their paths; one text may stand for a list of one."""
    found = dossier.get("formerly")
    if isinstance(found, str):
        yield ("formerly",), found.strip()
    for i, old in enumerate(found if isinstance(found, list) else ()):
        if isinstance(old, str):
            yield ("formerly", i), old.strip()


def _circles(files: Mapping[str, YamlFile], audit: Any) -> Iterator[Problem]:
    """A unit that lies above itself."""
    units = _items(audit, "units")
    parent = {_name(u, "id"): _name(u, "parent") for _, u in units}
    for i, unit in units:
        seen, current = {_name(unit, "id")}, _name(unit, "parent")
        while current and current not in seen:
            seen.add(current)
            current = parent.get(current, "")
        if current:
            place = files[MARKER].place(("units", i, "parent"))
            hint = "a unit's parents must lead to one at the top"
            yield Problem(f"the unit {_name(unit, 'id')!r} lies above itself", place, hint)
            return


def _steps(files: Mapping[str, YamlFile], registers: Any, processes: Any) -> Iterator[Problem]:
    """Dysfunctions in a step that their process does not have."""
    steps = {
        _name(p, "id"): {_name(s, "id") for _, s in _items(p, "steps")} - {""}
        for _, p in _items(processes, "processes")
    }
    for i, dysfunction in _items(registers, "dysfunctions"):
        step, process = _name(dysfunction, "step"), _name(dysfunction, "process")
        if not step or (process and process not in steps):
            continue
        place = files["registers.yaml"].place(("dysfunctions", i, "step"))
        if not process:
            yield Problem(f"the step {step!r} is of no process", place, "add `process:`")
        elif step not in steps[process]:
            hint = suggestion(step, steps[process]) or "give the step of the process an `id:`"
            yield Problem(f"the process {process!r} has no step {step!r}", place, hint)


def _items(data: Any, key: str) -> list[tuple[int, dict[str, Any]]]:
    """The mappings in a list of a file that may hold anything."""
    items = data.get(key) if isinstance(data, dict) else None
    items = items if isinstance(items, list) else []
    return [(i, item) for i, item in enumerate(items) if isinstance(item, dict)]


def _name(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value.strip() if isinstance(value, str) else ""
