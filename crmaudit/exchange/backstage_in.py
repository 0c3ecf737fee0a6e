"""Backstage catalogs as records for the workspace.

A System is a dossier. A Component or Resource that belongs to a System is a
part of its dossier; a Component that belongs to none is a dossier of its own,
and so is a database that belongs to none. Groups become units, and those Users
become people who own something: nobody else is taken over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from crmaudit.errors import CrmauditError, Place
from crmaudit.exchange import backstage as b
from crmaudit.exchange import properties as p
from crmaudit.exchange.backstage import Ref
from crmaudit.exchange.backstage_catalog import (
    PREFIX,
    Catalog,
    Entity,
    catalog_files,
    is_catalog,
)
from crmaudit.exchange.gathering import Draft, Gathering, listing
from crmaudit.workspace import Workspace
from crmaudit.workspace.incoming import Cell, Incoming, Item

_DATA = ("crud", "entity_share")
_OWNERS = (("owners", "business"), ("owners", "it"))


def recognises(path: Path, head: bytes) -> bool:
    """Whether it is a YAML file, or a folder of such, that holds Backstage entities."""
    return any(True for _ in catalog_files(path)) if path.is_dir() else is_catalog(path, head)


def read(path: Path, workspace: Workspace) -> Incoming:
    """Systems, people and units of a file, or of all catalog files in a folder.

    Raises CrmauditError where a file cannot be read at all.
    """
    into = Gathering(workspace, path.name)
    catalog = Catalog(into)
    files = list(catalog_files(path)) if path.is_dir() else [path]
    if not files:
        raise CrmauditError(f"{path} holds no Backstage catalog", "bring catalog-info.yaml files")
    for file in files:
        catalog.add(file, file.relative_to(path).as_posix() if path.is_dir() else file.name)
    return _Reader(catalog, into).read()


class _Reader:
    def __init__(self, catalog: Catalog, into: Gathering) -> None:
        self._into, self._catalog = into, catalog
        self._entities = catalog.entities
        self._absent: dict[Ref, Draft] = {}

    def read(self) -> Incoming:
        """Everything, in an order in which each thing is known when it is referred to."""
        catalog = self._catalog
        for entity in catalog.of_kind("user"):
            self._user(entity)
        for entity in catalog.of_kind("group"):
            self._thing(entity, "unit")
        for entity in catalog.of_kind("system"):
            self._thing(entity, "system")
        for entity in catalog.of_kind("component", "resource"):
            self._component(entity)
        for entity in catalog.of_kind("group"):
            self._unit(entity)
        for entity in catalog.of_kind("user"):
            self._membership(entity)
        for entity in catalog.of_kind("system", "component", "resource"):
            self._facts(entity)
        self._rest()
        return self._into.incoming()

    # Things -----------------------------------------------------------------------------------

    def _thing(self, entity: Entity, kind: Literal["system", "unit", "person"]) -> Draft:
        if entity.draft is None:
            own = entity.own("id")
            title = (
                ("metadata", "title") if kind == "system" else ("spec", "profile", "displayName")
            )
            name = entity.text(*title) or entity.name
            if own and self._into.claimed(kind, own):
                self._into.mistake(f"the {kind} {own!r} stands twice", entity.place(), "remove one")
            id_ = self._into.identify(kind, own, name, entity.name)
            entity.draft = self._into.draft(kind, id_, name, entity.place())
            entity.draft.put(("name",), name, entity.place())
            self._annotations(entity, entity.draft, kind)
        return entity.draft

    def _user(self, entity: Entity) -> None:
        """A person, if they own something in these files or are known in the workspace."""
        named = self._into.named("person", entity.name)
        if entity.own("id") or entity.ref in self._users_who_own or named:
            self._thing(entity, "person")
        elif entity.own(b.ACTOR) != "named":
            self._into.leave("users who own nothing here", entity.place())

    @cached_property
    def _users_who_own(self) -> set[Ref]:
        owned = self._catalog.of_kind("system", "component", "resource")
        return {e.refers(e.text("spec", "owner"), "group") for e in owned}

    def _component(self, entity: Entity) -> None:
        """A component or resource: a part of a system, or a system of its own."""
        above = self._above(entity)
        if above is not None:
            entity.draft, entity.is_part = above, True
        elif entity.ref.kind == "component":
            self._thing(entity, "system")
        elif entity.text("spec", "type") == "database":
            self._thing(entity, "system").put(("kind",), "database", entity.place("spec", "type"))
        else:
            type_ = entity.text("spec", "type") or "without a type"
            self._into.leave(f"resources of the type {type_}", entity.place())

    def _above(self, entity: Entity) -> Draft | None:
        """The dossier of which it is a part: its system's, or its parent component's."""
        seen: set[Ref] = set()
        here = entity
        while here.ref not in seen:
            seen.add(here.ref)
            system, parent = here.text("spec", "system"), here.text("spec", "subcomponentOf")
            if system:
                return self._system_of(here, here.refers(system, "system"), system)
            above = self._entities.get(here.refers(parent, "component")) if parent else None
            if above is None:
                return None if here is entity else self._thing(here, "system")
            here = above
        return None

    def _system_of(self, entity: Entity, ref: Ref, text: str) -> Draft:
        """The dossier of a system that parts name, also where the files do not hold it."""
        known = self._entities.get(ref)
        if known:
            return self._thing(known, "system")
        if ref not in self._absent:
            name, place = _last(text), entity.place("spec", "system")
            id_ = self._into.identify("system", "", name)
            draft = self._absent[ref] = self._into.draft("system", id_, name, place)
            if id_ not in self._into.workspace.system:
                draft.put(("name",), name, place)
        return self._absent[ref]

    # Facts of systems -------------------------------------------------------------------------

    def _facts(self, entity: Entity) -> None:
        draft, ours = entity.draft, entity.own(b.ACTOR) == "part"
        if draft is None:
            return
        if not entity.is_part:
            self._whole(entity, draft)
        elif entity.text("metadata", "description"):
            place = entity.place("metadata", "description")
            self._into.leave("descriptions of parts of systems", place)
        # Our own files say this of the whole, more exactly than Backstage can.
        if not ours and not entity.own("id"):
            self._owner(entity, draft)
            self._lifecycle(entity, draft)
        for text, place in entity.texts("spec", "dependsOn"):
            self._depends(draft, self._dossier(entity, text, place), place)
        for text, place in entity.texts("spec", "dependencyOf"):
            self._depends(self._dossier(entity, text, place), draft, place)

    def _whole(self, entity: Entity, draft: Draft) -> None:
        description, type_ = entity.text("metadata", "description"), entity.text("spec", "type")
        if description:
            draft.put(("description",), description, entity.place("metadata", "description"))
        if type_ == "website":
            draft.put(("kind",), "website", entity.place("spec", "type"))
        elif type_ and entity.ref.kind == "component":
            self._into.leave(f"components' type {type_}", entity.place("spec", "type"))
        known = self._into.workspace.system.get(draft.id)
        for text, place in () if entity.own("id") else entity.texts("metadata", "tags"):
            draft.add_to(("tags",), text, known.tags if known else (), place)

    def _owner(self, entity: Entity, draft: Draft) -> None:
        """Backstage's owner develops and maintains: a user is the IT owner, a group the team."""
        text, place = entity.text("spec", "owner"), entity.place("spec", "owner")
        ref = entity.refers(text, "group")
        if not text or ref.name == b.UNKNOWN:
            return
        known = self._entities.get(ref)
        if ref.kind != "user" and not (known is None and self._into.named("person", _last(text))):
            team = known.draft.name if known and known.draft else _last(text)
            self._into.give_team(draft, team, place, above=not entity.is_part)
            return
        value = self._into.refer(known.draft) if known and known.draft else _last(text)
        have = draft.values.get(("owners", "it"))
        if have is None or not entity.is_part:
            draft.put(("owners", "it"), value, place)
        elif have.value != value:
            self._into.leave("owners of parts who are not their system's", place)

    def _lifecycle(self, entity: Entity, draft: Draft) -> None:
        text, place = entity.text("spec", "lifecycle").lower(), entity.place("spec", "lifecycle")
        phase, have = b.LIFECYCLES.get(text), draft.values.get(("lifecycle", "phase"))
        if not text or text == b.UNKNOWN:
            return
        if phase is None:
            self._into.leave(f"the life cycle {text}", place)
        elif have is None:
            draft.put(("lifecycle", "phase"), phase, place)
        elif have.value != phase:
            self._into.leave("life cycles of parts that differ from each other", place)

    def _depends(self, who: Draft | None, on: Draft | None, place: Place) -> None:
        if who and on and on is not who:
            known = self._into.workspace.system.get(who.id)
            who.add_to(("depends_on",), on.id, known.depends_on if known else (), place)

    def _dossier(self, entity: Entity, text: str, place: Place) -> Draft | None:
        """The dossier to which a component or resource belongs."""
        ref = entity.refers(text, "component")
        found = self._entities.get(ref)
        if found:
            return found.draft if found.draft and found.draft.kind == "system" else None
        known = self._into.named("system", _last(text))
        if known:
            return self._into.draft("system", known, "", place)
        self._into.leave("dependencies on what the files do not hold", place)
        return None

    # Units and people -------------------------------------------------------------------------

    def _unit(self, entity: Entity) -> None:
        draft, parent = entity.draft, entity.text("spec", "parent")
        assert draft is not None
        if parent:
            place, above = entity.place("spec", "parent"), self._unit_of(entity, parent)
            if above:
                draft.put(("parent",), above, place)
            else:
                self._into.leave("parents of groups that the files do not hold", place)
        for text, place in entity.texts("spec", "children"):
            child = self._entities.get(entity.refers(text, "group"))
            if child and child.draft and not child.text("spec", "parent"):
                child.draft.put(("parent",), draft.id, place)

    def _membership(self, entity: Entity) -> None:
        for text, place in entity.texts("spec", "memberOf") if entity.draft else ():
            unit = self._unit_of(entity, text)
            if entity.draft and unit and ("unit",) not in entity.draft.values:
                entity.draft.put(("unit",), unit, place)
            else:
                self._into.leave("further memberships of users", place)

    def _unit_of(self, entity: Entity, text: str) -> str:
        found = self._entities.get(entity.refers(text, "group"))
        return found.draft.id if found and found.draft else self._into.named("unit", _last(text))

    def _person(self, cell: Cell) -> Cell:
        """A person whom our own annotation names by id: by name, where only one has it."""
        entity = self._own_users.get(str(cell.value))
        if entity is None:
            return cell
        return replace(cell, value=self._into.refer(self._thing(entity, "person")))

    @cached_property
    def _own_users(self) -> Mapping[str, Entity]:
        return {e.own("id"): e for e in self._catalog.of_kind("user") if e.own("id")}

    # Our own annotations ----------------------------------------------------------------------

    def _annotations(self, entity: Entity, draft: Draft, kind: Any) -> None:
        told: list[tuple[str, str, Place]] = []
        for name, text, place in entity.annotations():
            try:
                if name == "head" and kind == "unit":
                    draft.values["head",] = Cell(text, place)
                elif name == b.CRUD and kind == "system":
                    self._crud(draft, p.mapping(text), place)
                elif name not in ("id", b.ACTOR):
                    told += [(name, item, place) for item in _items(kind, name, text)]
            except ValueError as error:
                self._into.mistake(f"{PREFIX}{name}: {error}", place, "mend the annotation")
        facts = p.read(kind, told, (b.FEEDS,) if kind == "system" else ())
        self._into.take(draft, facts)
        for name in facts.unknown:
            self._into.leave(f"the annotation {PREFIX}{name}", entity.place())
        for path in (*_OWNERS, ("head",)):
            if path in draft.values:
                draft.values[path] = self._person(draft.values[path])
        self._entities_named(draft)
        if ("feeds",) in draft.lists:
            draft.lists["feeds",] = [self._feed(item) for item in draft.lists["feeds",]]

    def _entities_named(self, draft: Draft) -> None:
        """Backstage knows no data: entities are what our annotations name, by id."""
        named = [(str(path[1]), cell) for path, cell in draft.values.items() if path[0] in _DATA]
        for item in draft.lists.get(("feeds",), ()):
            cell = item.values.get(("entities",))
            if cell and isinstance(cell.value, list):
                named += [(str(entity), cell) for entity in cell.value]
        for entity, cell in named:
            if entity not in self._into.workspace.entity:
                self._into.draft("entity", entity, "", cell.place)

    def _feed(self, item: Item) -> Item:
        owner = item.values.get(("owner",))
        return (
            replace(item, values={**item.values, ("owner",): self._person(owner)})
            if owner
            else item
        )

    def _crud(self, draft: Draft, cells: dict[str, Any], place: Place) -> None:
        known = self._into.workspace.system.get(draft.id)
        for entity, letters in cells.items():
            # That nobody knew at the export does not undo what is known here.
            if letters is not None or not (known and entity in known.crud):
                draft.put(("crud", entity), letters, place)

    # The rest ---------------------------------------------------------------------------------

    def _rest(self) -> None:
        """What is taken nowhere: counted by what it is, its values never shown."""
        into, kinds, marks = self._into, Counter[str](), Counter[str]()
        first: Place | None = None
        for entity in self._entities.values():
            kind = entity.ref.kind
            if kind == "location":
                what = "locations, which are not followed"
                into.leave(what, entity.place(), "import their files too")
            elif kind not in ("system", "component", "resource", "group", "user"):
                kinds[entity.kind] += 1
                first = first or entity.place()
            for key in ("email", "picture"):
                if entity.at("spec", "profile", key):
                    place = entity.place("spec", "profile", key)
                    into.leave("e-mail addresses and pictures of people and groups", place)
            if kind in ("system", "component", "resource"):
                self._leftovers(entity, marks)
        if kinds:
            what = f"entities of kinds that are no dossiers ({listing(kinds)})"
            into.leave(what, first, times=kinds.total())
        if marks:
            what = f"annotations, labels and links ({listing(marks)})"
            into.leave(what, Place(into.name), times=marks.total())

    def _leftovers(self, entity: Entity, marks: Counter[str]) -> None:
        for key, what in (
            ("providesApis", "APIs provided: write them as interfaces"),
            ("consumesApis", "APIs consumed: write them as feeds, if data flow"),
            ("domain", "domains of systems"),
        ):
            if entity.at("spec", key):
                self._into.leave(what, entity.place("spec", key))
        for key in ("annotations", "labels"):
            found = entity.at("metadata", key)
            names = map(str, found if isinstance(found, dict) else ())
            marks.update(name for name in names if not name.startswith(PREFIX))
        if entity.at("metadata", "links") and not entity.own("id"):
            marks["links"] += 1


def _last(text: str) -> str:
    """The name in a reference, as written."""
    return text.strip().rpartition(":")[2].rpartition("/")[2]


def _items(kind: Any, name: str, text: str) -> list[str]:
    """A single fact's text; of several facts each. Raises ValueError for JSON that is no list."""
    fact = p.single(kind).get(name)
    as_texts = name == p.NONE or bool(fact and fact.several)
    if (fact and not as_texts) or name in (p.SHARE, p.BLANK) or not text.startswith("["):
        return [text]
    found = p.from_json(text)
    return [str(i) if as_texts else p.as_json(i) for i in found]
