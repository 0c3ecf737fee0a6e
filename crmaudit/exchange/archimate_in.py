"""ArchiMate Model Exchange Files, ours and other tools', as records for the workspace.

What is ours comes back as it went out. Of other tools' models are taken:
application components and system software as systems, data and business
objects as entities, accesses, flows, what serves what, and actors whose
association with a system is called its owner.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from crmaudit.errors import CrmauditError, Place
from crmaudit.exchange import archimate as a
from crmaudit.exchange import properties as p
from crmaudit.exchange.gathering import Draft, Gathering, listing
from crmaudit.exchange.person_names import looks_like_unit
from crmaudit.workspace import Workspace
from crmaudit.workspace.incoming import Cell, Incoming, Item

if TYPE_CHECKING:
    from lxml.etree import _Element

_KINDS: dict[str, Literal["system", "entity"]] = {
    "ApplicationComponent": "system",
    "SystemSoftware": "system",
    "DataObject": "entity",
    "BusinessObject": "entity",
}
# Roles of relationships that are a fact of their target (the successor's: of its source).
_FACTS = {
    "owners.business": ("person", "system"),
    "owners.it": ("person", "system"),
    "steward": ("person", "entity"),
    "head": ("person", "unit"),
    "parent": ("unit", "unit"),
    "lifecycle.successor": ("system", "system"),
    "system_of_record": ("system", "entity"),
    "target_system_of_record": ("system", "entity"),
}
_RELATED = ("Association", "Aggregation", "Composition")
_LETTERS = re.compile("C?R?U?D?")


def recognises(path: Path, head: bytes) -> bool:
    """Whether the file is of this format or a near relative of which we can say so."""
    plain = head.replace(b"\0", b"")
    return b"opengroup.org/xsd/archimate" in plain or a.ARCHI_NAMESPACE.encode() in plain


def read(path: Path, workspace: Workspace) -> Incoming:
    """Systems, entities, people and units of the model.

    Raises CrmauditError for a file that is no exchange file of version 3; what
    the schema does not allow comes back as mistakes.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CrmauditError(f"{path} cannot be read: {error.strerror}") from None
    root = a.parsed(raw, path.name).getroot()
    _check_root(root, path.name)
    return _Reader(root, Gathering(workspace, path.name)).read()


def _check_root(root: _Element, name: str) -> None:
    namespace = str(root.tag).rpartition("}")[0].lstrip("{")
    place = Place(name, a.line(root))
    if namespace == a.ARCHI_NAMESPACE:
        raise CrmauditError(
            "this is a file of Archi itself, not an exchange file",
            "in Archi: File, Export, Model to Open Exchange File",
            place,
        )
    if namespace == a.OLD_NAMESPACE:
        raise CrmauditError(
            "this is an exchange file of ArchiMate 2; version 3 is read",
            "open it in a current tool and export it again",
            place,
        )
    if root.tag != f"{{{a.NAMESPACE}}}model":
        raise CrmauditError(
            f"the file begins with {a.local(root)!r}, not with an ArchiMate model",
            "export the model as an ArchiMate Model Exchange File",
            place,
        )


@dataclass
class _Node:
    """An element of the model: what it is to us, and what is said of it."""

    type: str
    name: str
    place: Place
    draft: Draft | None = None
    ours: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.draft.kind if self.draft else ""

    @property
    def ref(self) -> str:
        return self.draft.id if self.draft else ""


class _Reader:
    def __init__(self, root: _Element, into: Gathering) -> None:
        self._root, self._into = root, into
        self._language = into.workspace.audit.language
        self._definitions = {
            str(d.get("identifier")): self._text(d, "name")
            for d in a.children(root, "propertyDefinitions", "propertyDefinition")
        }
        self._foreign: Counter[str] = Counter()
        self._types: dict[str, tuple[Counter[str], Place]] = {}
        self._entities: dict[str, _Node] = {}
        self._nodes: dict[str, _Node] = {}
        self._teams: set[str] = set()
        self._accesses: dict[tuple[str, str], list[tuple[str | None, bool, Place]]] = {}

    def read(self) -> Incoming:
        self._remove_extensions()
        wrong = a.faults(self._root)
        if wrong:
            for error in wrong:
                said = re.sub(r"\{[^}]*\}", "", error.message)
                self._into.mistake(
                    f"not as the ArchiMate schema has it: {said}",
                    Place(self._into.name, error.line, error.column),
                    "export the model again, or mend this line",
                )
            return self._into.incoming()
        for element in a.children(self._root, "elements", "element"):
            self._element(element)
        for relation in a.children(self._root, "relationships", "relationship"):
            self._relation(relation)
        self._cells()
        self._rest()
        return self._into.incoming()

    def _remove_extensions(self) -> None:
        """Elements of other tools' own namespaces, which the schema cannot know."""
        ours = (f"{{{a.NAMESPACE}}}", f"{{{a.DUBLIN_CORE}}}")
        for element in list(self._root.iter("*")):
            parent = element.getparent()
            if parent is not None and not str(element.tag).startswith(ours):
                self._into.leave(f"extensions {a.local(element)!r}", self._place(element))
                parent.remove(element)

    # Elements ---------------------------------------------------------------------------------

    def _element(self, element: _Element) -> None:
        type_ = str(element.get(a.TYPE)).rpartition(":")[2]
        name, place = self._text(element, "name"), self._place(element)
        ours, told = self._properties(element)
        if not ours.get("id"):
            name = " ".join(name.split())  # Broken to fit into a box.
        node = _Node(type_, name, place, ours=ours)
        self._nodes[str(element.get("identifier"))] = node
        kind: Any = _KINDS.get(type_)
        if type_ == "BusinessActor" and ours.get("actor") in ("person", "unit"):
            if not ours.get("id"):
                return  # Known by name only, which stands where they own something.
            kind = ours["actor"]
        if kind is None:
            if type_ != "BusinessActor":
                self._not_taken("elements that are neither systems nor data", type_, place)
            return
        if not name:
            self._into.leave("systems and data without a name", place)
            return
        node.draft = self._draft(kind, node, told)
        documentation = self._text(element, "documentation")
        if documentation and kind in ("system", "entity"):
            path = "description" if kind == "system" else "definition"
            node.draft.put((path,), documentation, place)

    def _draft(self, kind: Any, node: _Node, told: list[tuple[str, str, Place]]) -> Draft:
        into, own = self._into, node.ours.get("id", "")
        if not own and kind == "entity":
            # The same thing as information and as data, which are two elements in ArchiMate.
            other = self._entities.setdefault(node.name.casefold(), node)
            if other.draft and other.type != node.type:
                return other.draft
        if own and into.claimed(kind, own):
            into.mistake(f"the {kind} {own!r} stands twice in the file", node.place, "remove one")
        draft = into.draft(kind, into.identify(kind, own, node.name), node.name, node.place)
        if "unnamed" in node.ours:
            draft.name = ""  # The id stands in for the name.
        else:
            draft.put(("name",), node.name, node.place)
        facts = p.read(kind, [t for t in told if t[0] not in ("crud.none", "crud.unknown")])
        self._into.take(draft, facts)
        self._foreign.update(f"{p.PREFIX}:{name}" for name in facts.unknown)
        known = self._into.workspace.system.get(draft.id)
        for name, entity, place in told:
            if name == "crud.none":
                draft.put(("crud", entity), "", place)
            # That nobody knew at the export does not undo what is known here.
            elif name == "crud.unknown" and not (known and entity in known.crud):
                draft.put(("crud", entity), None, place)
        return draft

    def _properties(self, owner: _Element) -> tuple[dict[str, str], list[tuple[str, str, Place]]]:
        """Our properties: the last text of each name, and all of them with their places."""
        told = []
        for made in a.children(owner, "properties", "property"):
            name = self._definitions.get(str(made.get("propertyDefinitionRef")), "")
            prefix, _, rest = name.partition(":")
            if prefix == p.PREFIX and rest:
                told.append((rest, self._text(made, "value"), self._place(made)))
            else:
                self._foreign[name] += 1
        ours = {name: written for name, written, _ in told}
        return ours, [t for t in told if t[0] not in ("id", "actor", "unnamed")]

    # Relationships ----------------------------------------------------------------------------

    def _relation(self, relation: _Element) -> None:
        type_ = str(relation.get(a.TYPE)).rpartition(":")[2]
        source = self._nodes.get(str(relation.get("source")))
        target = self._nodes.get(str(relation.get("target")))
        ours, _ = self._properties(relation)
        name, place = self._text(relation, "name"), self._place(relation)
        ends = (source.kind, target.kind) if source and target else ("", "")
        if source is None or target is None:
            pass
        elif type_ == "Access" and ends == ("system", "entity"):
            return self._access(relation, source, target, ours, place)
        elif type_ == "Flow" and ends == ("system", "system"):
            return self._feed(source, target, ours, name, place)
        elif type_ == "Serving" and ends == ("system", "system"):
            return self._depends(target, source, place)
        elif ends == ("entity", "entity") and type_ in (
            "Association",
            "Aggregation",
            "Composition",
        ):
            return self._related(source, target, ours, name, place)
        elif self._fact(source, target, ours.get(a.ROLE, ""), name, place):
            return None
        return self._not_taken("relationships that are no facts of a dossier", type_, place)

    def _not_taken(self, what: str, type_: str, place: Place) -> None:
        self._types.setdefault(what, (Counter(), place))[0][type_] += 1

    def _access(
        self, relation: _Element, source: _Node, target: _Node, ours: dict[str, str], place: Place
    ) -> None:
        letters: str | None = ours.get("crud")
        exact = letters is not None
        if letters is None:
            letters = "R" if relation.get("accessType") == "Read" else None
        elif not letters or not _LETTERS.fullmatch(letters):
            self._into.mistake(
                f"crud: {letters!r} is no set of the letters C, R, U, D in this order", place
            )
            return
        pair = source.ref, target.ref
        self._accesses.setdefault(pair, []).append((letters, exact, place))

    def _cells(self) -> None:
        """Several accesses of one pair make one cell; what cannot be told is left out."""
        for (system, entity), told in self._accesses.items():
            place = told[0][2]
            exact = [letters for letters, is_exact, _ in told if is_exact]
            known = exact or [letters for letters, _, _ in told]
            if None in known:
                self._into.leave(
                    "accesses that write, or do not say, where it is not told which of create, "
                    "update and delete they do",
                    place,
                    "write the letters into the dossiers' crud:",
                )
                continue
            together = "".join(x for x in "CRUD" if any(x in (k or "") for k in known))
            self._into.drafts["system", system].put(("crud", entity), together, place)

    def _feed(
        self, source: _Node, target: _Node, ours: dict[str, str], name: str, place: Place
    ) -> None:
        values: dict[Any, Cell] = {}
        if "feed" in ours:
            try:
                values = dict(p.item(ours["feed"], place).values)
            except ValueError as error:
                self._into.mistake(f"feed: {error}", place, "mend the property's value")
        elif name:
            words = (name, *name.split(","))
            entities = [self._entity_named.get(word.strip().casefold()) for word in words]
            found = entities[:1] if entities[0] else entities[1:]
            if all(found):
                values["entities",] = Cell(found, place)
            else:
                self._into.leave("names of flows that are no entities", place)
        teller, other, key = source, target, "to"
        if ours.get("told_at") == "target":
            teller, other, key = target, source, "from"
        values = {(key,): Cell(other.ref, place), **values}
        assert teller.draft is not None
        teller.draft.add(("feeds",), Item(values, place))

    @cached_property
    def _entity_named(self) -> dict[str, str]:
        """Entities of the file and the workspace, by name and id."""
        known = [(e.label, e.id) for e in self._into.workspace.entity.values()]
        drafts = self._into.drafts.values()
        known += [(d.name or d.id, d.id) for d in drafts if d.kind == "entity"]
        return {word.casefold(): id for name, id in known for word in (id, name)}

    def _depends(self, who: _Node, on: _Node, place: Place) -> None:
        assert who.draft is not None
        known = self._into.workspace.system.get(who.ref)
        who.draft.add_to(("depends_on",), on.ref, known.depends_on if known else (), place)

    def _related(
        self, source: _Node, target: _Node, ours: dict[str, str], name: str, place: Place
    ) -> None:
        values: dict[Any, Cell] = {("to",): Cell(target.ref, place)}
        if "cardinality" in ours:
            values["cardinality",] = Cell(ours["cardinality"], place)
        if name:
            values["name",] = Cell(name, place)
        assert source.draft is not None
        source.draft.add(("relationships",), Item(values, place))

    def _fact(self, source: _Node, target: _Node, role: str, name: str, place: Place) -> bool:
        """A relationship that is a single fact of one end: True where it was one."""
        is_actor = source.type == "BusinessActor" and source.kind != "unit"
        if not role and is_actor and target.kind == "system" and "owner" in name.casefold():
            technical = re.search(r"\b(it|technical|application)\b", name.casefold())
            role = "owners.it" if technical else "owners.business"
            if source.draft is None and self._is_team(source):
                self._team(source, target, role, place)
                return True
        wanted = _FACTS.get(role)
        if wanted != ("person" if is_actor else source.kind, target.kind):
            return False
        value = self._into.refer(source.draft) if source.draft else source.name
        holder = target
        if role == "lifecycle.successor":
            holder, value = source, target.ref
        assert holder.draft is not None
        holder.draft.put(tuple(role.split(".")), value, place)
        return True

    def _is_team(self, actor: _Node) -> bool:
        """Whether an actor is no person: it has parts, is a unit here, or is called like one."""
        if self._into.named("person", actor.name) or "actor" in actor.ours:
            return False
        is_unit = bool(self._into.named("unit", actor.name)) or looks_like_unit(actor.name)
        return is_unit or actor.name in self._groups

    @cached_property
    def _groups(self) -> set[str]:
        """Names of actors that other actors are part of."""
        found = set()
        for relation in a.children(self._root, "relationships", "relationship"):
            if str(relation.get(a.TYPE)).rpartition(":")[2] in ("Aggregation", "Composition"):
                ends = [self._nodes.get(str(relation.get(end))) for end in ("source", "target")]
                if all(end and end.type == "BusinessActor" for end in ends) and ends[0]:
                    found.add(ends[0].name)
        return found

    def _team(self, actor: _Node, target: _Node, role: str, place: Place) -> None:
        """A team that is called an owner: it supports the system, but is no person."""
        assert target.draft is not None
        self._teams.add(actor.name)
        if role == "owners.it":
            self._into.give_team(target.draft, actor.name, place)
        else:
            self._into.leave(
                "departments called business owners", place, "name who answers for the systems"
            )

    # The rest ---------------------------------------------------------------------------------

    def _rest(self) -> None:
        into = self._into
        owners = self._teams | {
            c.value
            for d in into.drafts.values()
            for c in d.values.values()
            if isinstance(c.value, str)
        }
        for node in self._nodes.values():
            if node.type == "BusinessActor" and not node.draft and node.name not in owners:
                into.leave("business actors that own nothing", node.place)
        for what, (types, place) in self._types.items():
            into.leave(f"{what} ({listing(types)})", place, times=types.total())
        for view in a.children(self._root, "views", "diagrams", "view"):
            into.leave("views, which show what stands elsewhere", self._place(view))
        if self._foreign:
            place = Place(into.name)
            into.leave(
                f"properties that are no facts of a dossier ({listing(self._foreign)})",
                place,
                times=self._foreign.total(),
            )

    def _text(self, parent: _Element, tag: str) -> str:
        """The text in the audit's language, else English, else in none, else the first."""
        texts: dict[str, str] = {}
        for child in a.children(parent, tag):
            language = child.get(f"{{{a.XML}}}lang") or ""
            texts.setdefault(language.partition("-")[0].lower(), child.text or "")
        for language in (self._language.partition("-")[0], "en", ""):
            if language in texts:
                return texts[language].strip(" \t\r\n")
        return next(iter(texts.values()), "").strip(" \t\r\n")

    def _place(self, element: _Element) -> Place:
        return Place(self._into.name, a.line(element))
