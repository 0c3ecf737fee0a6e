"""A new system in a workspace that is there: its dossier, map and entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from crmaudit.errors import CrmauditError
from crmaudit.workspace.changes import Changes, Draft
from crmaudit.workspace.dossier import System
from crmaudit.workspace.editing import Append, Put, edited
from crmaudit.workspace.file_names import check_id, differing_in_case, fitting
from crmaudit.workspace.landscape import Entity
from crmaudit.workspace.naming import Words, slug
from crmaudit.workspace.proposal import Proposal, ProposedEntity, ProposedSystem
from crmaudit.workspace.scaffold import dossier_text, map_text
from crmaudit.workspace.workspace import Workspace
from crmaudit.workspace.yaml_reader import Path_, parse
from crmaudit.workspace.yaml_text import Noted

_CONFIRM = "proposed from the names and keys of the tables, to be confirmed"
# Facts of which the starter's dossier has no line: below which key they go.
_BELOW = {"hosting": "users", "criticality": "users", "formerly": "id"}


@dataclass(frozen=True)
class Addition:
    """What adding a system would change; nothing is written yet.

    `fresh` are the entities that are added, `known` pairs of a proposed
    entity's id and the one of the workspace that it was taken for.
    """

    changes: Changes
    fresh: tuple[str, ...] = ()
    known: tuple[tuple[str, str], ...] = ()


def suggested_id(workspace: Workspace, name: str) -> str:
    """An id made of the name that no system has or had; empty where it holds no letter."""
    base = fitting(slug(Words.of(name).words), "system")
    taken = {i.casefold() for i in workspace.system.keys() | workspace.formerly.keys()}
    ids = (base if n == 1 else f"{base[:76]}-{n}" for n in range(1, len(taken) + 2))
    return next(i for i in ids if i.casefold() not in taken) if base else ""


def add_system(
    workspace: Workspace,
    system: ProposedSystem,
    facts: Mapping[Path_, Any],
    proposal: Proposal | None = None,
) -> Addition:
    """A commented dossier with these facts; with a proposal also a map and its new entities.

    Raises CrmauditError where the id is or was another system's, be it in other
    case, where no file can have that name, or where one has it.
    """
    _check(workspace, system.id)
    draft = Draft(workspace)
    file, text = next(iter(dossier_text(system).items()))
    draft.create(file, _with_facts(text, file, facts))
    if proposal is None:
        return Addition(draft.changes())
    same = _same(workspace, proposal)
    fresh = [e for e in proposal.entities if e.id not in same]
    for entity in fresh:
        draft.edit("entities.yaml", Append(("entities",), _entity(entity, same)))
    if proposal.tables:
        tables = [replace(t, entity=same.get(t.entity, t.entity)) for t in proposal.tables]
        name, content = next(iter(map_text(system, tuple(tables)).items()))
        draft.create(name, content)
    return Addition(draft.changes(), tuple(e.id for e in fresh), tuple(same.items()))


def _check(workspace: Workspace, id_: str) -> None:
    check_id(id_, "system")
    subject = f"system:{id_}"
    if id_ in workspace.system:
        raise CrmauditError(
            f"the system {id_!r} is there already",
            f"choose another id, or edit it: {workspace.place_of(subject).file}",
            workspace.place_of(subject, "id"),
        )
    if twin := differing_in_case(id_, workspace.system):
        raise CrmauditError(
            f"{id_!r} differs only in case from the system {twin!r}",
            "choose another id: on some machines their files would be one",
            workspace.place_of(f"system:{twin}", "id"),
        )
    former = id_ if id_ in workspace.formerly else differing_in_case(id_, workspace.formerly)
    if former:
        owner = workspace.formerly[former]
        raise CrmauditError(
            f"{former!r} is a former id of {owner!r}",
            "choose another id: evidence under it would be of both",
            workspace.place_of(f"system:{owner}", "formerly"),
        )


def _with_facts(text: str, file: str, facts: Mapping[Path_, Any]) -> str:
    """The dossier with the facts in their places, each in place of what asks for it."""
    read = parse(text, file)
    lines = text.splitlines(keepends=True)
    for path in facts:
        place = read.place(path, key=True)
        key, asks, _ = lines[place.line - 1].partition("  #")
        if asks and key.strip().startswith(f"{path[-1]}:"):
            lines[place.line - 1] = key.rstrip() + "\n"
    puts = (Put(path, value, _BELOW.get(str(path[-1]), "")) for path, value in facts.items())
    return edited("".join(lines), file, puts, System)


def _same(workspace: Workspace, proposal: Proposal) -> dict[str, str]:
    """Proposed entity → the one of the workspace that it is: by id, name, or kind of thing."""
    known: dict[str, str] = {}
    for entity in workspace.entity.values():
        for name in (entity.id, entity.label, *entity.synonyms):
            known.setdefault(name.casefold(), entity.id)
    kinds = _only_of_kind(workspace)
    same: dict[str, str] = {}
    for proposed in proposal.entities:
        found = known.get(proposed.id.casefold()) or known.get(proposed.name.casefold())
        found = found or kinds.get(proposed.kind)
        if found:
            same[proposed.id] = found
    return same


def _only_of_kind(workspace: Workspace) -> dict[str, str]:
    """Kind of thing → the entity, where the workspace has one of it only."""
    kinds: dict[str, list[Entity]] = {}
    for entity in workspace.entities:
        if entity.kind:
            kinds.setdefault(entity.kind, []).append(entity)
    return {kind: found[0].id for kind, found in kinds.items() if len(found) == 1}


def _entity(entity: ProposedEntity, same: Mapping[str, str]) -> dict[str, Any]:
    """What `entities.yaml` says of an entity that is only proposed."""
    asked = Noted(None, "to be asked")
    found: dict[str, Any] = {
        "id": Noted(entity.id, _CONFIRM),
        "name": entity.name,
        "definition": asked,
        "kind": entity.kind,
        "class": Noted(None, "to be asked: master, reference or transaction"),
        "steward": asked,
    }
    if not entity.kind:
        del found["kind"]
    if entity.attributes:
        names = list(entity.attributes)
        more = entity.more_attributes
        found["attributes"] = Noted(names, f"and {more} more columns") if more else names
    if entity.relationships:
        found["relationships"] = [
            {"to": same.get(other, other), "cardinality": cardinality}
            for other, cardinality in entity.relationships
        ]
    if entity.volume is not None:
        found["volume"] = {"rows": entity.volume}
        if entity.as_of:
            found["volume"]["as_of"] = entity.as_of
    found["personal_data"] = Noted(None, "to be asked: none, personal or special")
    return found
