"""What a discovery interview with a group will ask: whom, which processes, which words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmaudit.errors import CrmauditError
from crmaudit.exchange.interview_layout import PRESETS
from crmaudit.workspace import Workspace
from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.file_names import check_id, differing_in_case, unfit
from crmaudit.workspace.landscape import Process
from crmaudit.workspace.matching import Names, plain_name
from crmaudit.workspace.naming import Words, slug

_MOST_WORDS = 40
"""Systems, and kinds of record, that a form lists."""


@dataclass(frozen=True, slots=True)
class PlannedWalk:
    """A process to walk through: its label, and each step with the systems it uses."""

    name: str
    steps: tuple[tuple[str, str], ...]
    preset: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """An interview before it is held. `systems` and `entities` are names, as people say them."""

    id: str
    group: str
    organisation: str
    unit: str = ""
    """The unit's id."""
    unit_label: str = ""
    walks: tuple[PlannedWalk, ...] = ()
    systems: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return f"interviews/{self.id}.yaml"


def plan(workspace: Workspace, group: str, unit: str = "", processes: Sequence[str] = ()) -> Plan:
    """The interview with a group, of the unit that is named, or that bears the group's name.

    It walks through the processes that are named, else those of the unit, else
    those that serve a purpose of a CRM; where none is declared, through the
    presets. Raises CrmauditError for names that nothing has, and where the
    group was interviewed already.
    """
    names = Names(workspace)
    group = " ".join(group.split())
    id_ = _id(workspace, group)
    found = _unit(workspace, names, unit or group, asked=bool(unit))
    presets = [_preset(name) for name in processes] if not workspace.processes else []
    wanted = [name for name, preset in zip(processes, presets, strict=False) if preset is None]
    chosen = _processes(workspace, names, wanted if presets else processes, found)
    walks = tuple(_walk(p, names) for p in chosen) + tuple(p for p in presets if p is not None)
    walks = walks or tuple(p for p in map(_preset, PRESETS) if p is not None)
    of_group = chosen if processes or found else ()
    systems, entities = _words(workspace, of_group)
    return Plan(
        id_,
        found.name if found and group == found.id else group,
        workspace.organisation.name,
        found.id if found else "",
        names.label("unit", found.id) if found else "",
        walks,
        tuple(names.label("system", s) for s in systems[:_MOST_WORDS]),
        tuple(names.label("entity", e) for e in entities[:_MOST_WORDS]),
    )


def _id(workspace: Workspace, group: str) -> str:
    id_ = slug(Words.of(group).words)
    if not id_:
        raise CrmauditError(
            f"{group!r} is no name of a group", "say --new with letters, like --new reception"
        )
    check_id(id_, "interview")
    if why := unfit(id_):
        raise CrmauditError(f"{id_!r} cannot name an interview: {why}", "choose another name")
    taken = {i.id.casefold(): i.id for i in workspace.interviews}
    if id_.casefold() in taken:
        file = workspace.file_of(f"interview:{taken[id_.casefold()]}")
        raise CrmauditError(
            f"{group} was interviewed already",
            f"for a second interview choose another name, like --new {id_}-2",
            file,
        )
    file = f"interviews/{id_}.yaml"
    if file in workspace.files or differing_in_case(file, workspace.files):
        raise CrmauditError(f"{file} is there already", "choose another name")
    return id_


def _unit(workspace: Workspace, names: Names, text: str, *, asked: bool) -> Unit | None:
    ids = names.find("unit", text)
    if len(ids) == 1:
        return workspace.unit[ids[0]]
    if not asked:
        return None
    if ids:
        raise CrmauditError(f"{len(ids)} units are called {text!r}", f"say one of {', '.join(ids)}")
    raise CrmauditError(
        f"there is no unit {text!r}", names.hint("unit", text) or "see units: in audit.yaml"
    )


def _processes(
    workspace: Workspace, names: Names, asked: Sequence[str], unit: Unit | None
) -> tuple[Process, ...]:
    by_id = {p.id: p for p in workspace.processes}
    if asked:
        ids = dict.fromkeys(_process(names, text) for text in asked)
        return tuple(by_id[i] for i in ids)
    mine = tuple(p for p in by_id.values() if unit is not None and p.unit == unit.id)
    served = tuple(p for p in by_id.values() if p.purpose is not None)
    return mine or served or tuple(by_id.values())


def _process(names: Names, text: str) -> str:
    ids = names.find("process", text)
    if len(ids) == 1:
        return ids[0]
    if ids:
        what = f"{len(ids)} processes are called {text!r}"
        raise CrmauditError(what, f"say one of {', '.join(ids)}")
    hint = names.hint("process", text)
    raise CrmauditError(f"there is no process {text!r}", hint or "see processes.yaml")


def _preset(name: str) -> PlannedWalk | None:
    for known, steps in PRESETS.items():
        if plain_name(known) == plain_name(name):
            return PlannedWalk(known, tuple((step, "") for step in steps), preset=True)
    return None


def _walk(process: Process, names: Names) -> PlannedWalk:
    steps = tuple(
        (step.name, ", ".join(names.label("system", s) for s in step.systems) or "by hand")
        for step in process.steps
    )
    return PlannedWalk(names.label("process", process.id), steps)


def _words(workspace: Workspace, processes: Iterable[Process]) -> tuple[list[str], list[str]]:
    """Systems and entities that the processes use, the CRM first; all in scope without any."""
    steps = [step for p in processes for step in p.steps]
    systems = list(dict.fromkeys(s for step in steps for s in step.systems))
    entities = list(dict.fromkeys(e for step in steps for e in step.entities))
    if workspace.crm and systems:
        systems = list(dict.fromkeys((workspace.crm.id, *systems)))
    return (
        systems or [s.id for s in workspace.in_scope],
        entities or [e.id for e in workspace.entities],
    )
