"""The landscape as an ArchiMate Model Exchange File (The Open Group, schema 3.1).

Systems become application components, entities data objects, owners and units
business actors. What ArchiMate has no word for goes as properties named
`crmaudit:…`. Only what both 3.0 and 3.1 of the format know is written.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crmaudit.exchange import archimate as a
from crmaudit.exchange import properties as p
from crmaudit.exchange.archimate_views import add_views
from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.landscape import access_facts, named
from crmaudit.exchange.outgoing import Outgoing, Thing, counted

if TYPE_CHECKING:
    from lxml.etree import _Element

_TYPES = {"number": "number", "whole": "number", "date": "date", "yes or no": "boolean"}
_ACCESS = {(True, False): "Read", (False, True): "Write", (True, True): "ReadWrite"}


def render(export: Export) -> Rendered:
    """The exchange file, valid by the schema."""
    from lxml import etree

    writer = _Writer(Outgoing(export))
    root = writer.model()
    a.schema().assertValid(root)
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    kinds = writer.kinds
    holds = (
        counted(kinds["ApplicationComponent"], "system"),
        counted(kinds["DataObject"], "entity"),
        counted(len(writer.out.units), "unit"),
        counted(kinds["BusinessActor"] - len(writer.out.units), "officer"),
        counted(kinds["Access"], "access"),
        counted(kinds["Flow"], "feed"),
    )
    return Rendered(content, ", ".join(holds), writer.out.losses(p.REASONS))


class _Writer:
    """Builds the model; identifiers depend on nothing but ids and names."""

    def __init__(self, out: Outgoing) -> None:
        from lxml import etree

        self.out = out
        self.kinds: Counter[str] = Counter()
        self._make = etree.SubElement
        namespaces: Any = {None: a.NAMESPACE, "xsi": a.XSI}
        self._root = etree.Element(f"{{{a.NAMESPACE}}}model", nsmap=namespaces)
        self._root.set(f"{{{a.XSI}}}schemaLocation", a.SCHEMA_LOCATION)
        self._root.set("identifier", "crmaudit-model")
        self._definitions: dict[str, str] = {}
        self._relations: Counter[str] = Counter()
        self._actors: dict[str, str] = {}

    def model(self) -> _Element:
        """The whole model."""
        root, out = self._root, self.out
        self._text(root, "name", out.workspace.organisation.name)
        note = "Exported by crmaudit. Access relationships carry the letters of create, read, "
        self._text(root, "documentation", f"{note}update and delete in the property crmaudit:crud.")
        elements = self._child(root, "elements")
        relationships = self._child(root, "relationships")
        for unit in out.units:
            self._unit(elements, unit)
        for system in out.systems:
            self._system(elements, system)
        for entity in out.entities:
            self._entity(elements, entity)
        for unit in out.units:
            self._unit_relations(elements, relationships, unit)
        for system in out.systems:
            self._system_relations(elements, relationships, system)
        for entity in out.entities:
            self._entity_relations(elements, relationships, entity)
        for empty in (elements, relationships):
            if not len(empty):
                root.remove(empty)
        self._property_definitions(root)
        add_views(root, self.out)
        return root

    # Elements ---------------------------------------------------------------------------------

    def _unit(self, elements: _Element, unit: Thing) -> None:
        element = self._element(elements, "BusinessActor", f"unit-{unit.id}", unit.take("name"))
        unit.take("id")
        told = p.properties(unit, ("parent", "head"))
        self._properties(element, [("id", unit.id), ("actor", "unit"), *told], unit)

    def _system(self, elements: _Element, system: Thing) -> None:
        system.take("id")
        element = self._element(
            elements,
            "ApplicationComponent",
            f"system-{system.id}",
            system.take("name"),
            system.take("description"),
        )
        skip = ("description", "owners.business", "owners.it", "depends_on", "lifecycle.successor")
        told = [("id", system.id), *p.properties(system, skip)]
        crud = system.take("crud") or {}
        told += [("crud.none", entity) for entity, letters in crud.items() if letters == ""]
        told += [("crud.unknown", entity) for entity, letters in crud.items() if letters is None]
        self._properties(element, told, system)

    def _entity(self, elements: _Element, entity: Thing) -> None:
        entity.take("id")
        name = entity.take("name")
        unnamed = [] if name else [("unnamed", "true")]
        element = self._element(
            elements,
            "DataObject",
            f"entity-{entity.id}",
            name or entity.id,
            entity.take("definition"),
        )
        skip = ("definition", "steward", "system_of_record", "target_system_of_record")
        self._properties(
            element, [("id", entity.id), *unnamed, *p.properties(entity, skip)], entity
        )

    def _actor(self, elements: _Element, ref: str) -> str:
        """The element of a person by id or plain name, made when first named."""
        if ref not in self._actors:
            person = self.out.people.get(ref)
            if person:
                person.take("id")
                known = self._element(
                    elements, "BusinessActor", f"person-{ref}", person.take("name")
                )
                told = [("id", ref), ("actor", "person")]
                unit = person.take("unit")
                told += [("unit", unit)] if unit else []
                self._properties(known, told, person)
            else:
                known = self._element(elements, "BusinessActor", f"named-{_hash(ref)}", ref)
                self._properties(known, [("actor", "person")])
            self._actors[ref] = str(known.get("identifier"))
        return self._actors[ref]

    # Relationships ----------------------------------------------------------------------------

    def _unit_relations(self, elements: _Element, relationships: _Element, unit: Thing) -> None:
        parent, head = unit.take("parent"), unit.take("head")
        me = f"unit-{unit.id}"
        if parent:
            self._relation(relationships, "Composition", f"unit-{parent}", me, role="parent")
        if head:
            actor = self._actor(elements, head)
            self._relation(relationships, "Association", actor, me, "head", role="head")

    def _system_relations(self, elements: _Element, relationships: _Element, system: Thing) -> None:
        me = f"system-{system.id}"
        for role, word in (("business", "business owner"), ("it", "IT owner")):
            ref = system.take("owners", role)
            if ref:
                actor = self._actor(elements, ref)
                self._relation(relationships, "Association", actor, me, word, role=f"owners.{role}")
        for other in system.take("depends_on") or ():
            self._relation(relationships, "Serving", f"system-{other}", me, role="depends_on")
        successor = system.take("lifecycle", "successor")
        if successor:
            to = f"system-{successor}"
            self._relation(
                relationships, "Association", me, to, "successor", role="lifecycle.successor"
            )
        said = system.take("crud") or {}
        crud = self.out.crud
        shadow = [
            e
            for e in crud.testimony.entities(system.id)
            if e in crud.entities and crud.cell(system.id, e).proven and not said.get(e)
        ]
        # As relations they would come back as declared.
        self.out.alter("accesses left out that are proven and not declared", len(shadow))
        for entity, letters in said.items():
            if letters:
                access = _ACCESS["R" in letters, bool(set(letters) & set("CUD"))]
                made = self._relation(
                    relationships, "Access", me, f"entity-{entity}", letters,
                    proven=access_facts(self.out.crud, system.id, entity), crud=letters,
                )  # fmt: skip
                made.set("accessType", access)
        for feed in system.take("feeds") or ():
            if "owner" in feed:
                self._actor(elements, feed["owner"])  # The feed names them by id alone.
            self._feed(relationships, system, feed)

    def _feed(self, relationships: _Element, system: Thing, feed: dict[str, object]) -> None:
        me, other = f"system-{system.id}", f"system-{feed.get('to') or feed.get('from')}"
        ends, told_at = ((me, other), "source") if "to" in feed else ((other, me), "target")
        entities = feed.get("entities") or ()
        assert isinstance(entities, tuple)
        name = ", ".join(named(self.out.entity[e]) for e in entities)
        told = {k: v for k, v in feed.items() if k not in ("to", "from")}
        self._relation(
            relationships, "Flow", *ends, name, role="feed", feed=p.as_json(told), told_at=told_at
        )

    def _entity_relations(self, elements: _Element, relationships: _Element, entity: Thing) -> None:
        me = f"entity-{entity.id}"
        steward = entity.take("steward")
        if steward:
            actor = self._actor(elements, steward)
            self._relation(relationships, "Association", actor, me, "steward", role="steward")
        for role in ("system_of_record", "target_system_of_record"):
            system = entity.take(role)
            if system:
                word = role.replace("_", " ")
                self._relation(
                    relationships, "Association", f"system-{system}", me, word, role=role
                )
        for related in entity.take("relationships") or ():
            to = f"entity-{related['to']}"
            told = {k: related[k] for k in ("cardinality",) if k in related}
            name = related.get("name", "")
            self._relation(relationships, "Association", me, to, name, role="relationship", **told)

    def _relation(
        self, relationships: _Element, kind: str, source: str, target: str, name: str = "",
        proven: Mapping[str, object] | None = None, **told: str,
    ) -> _Element:  # fmt: skip
        self.kinds[kind] += 1
        key = "\0".join((kind, source, target, *told.values(), name))
        self._relations[key] += 1
        identifier = f"relation-{_hash(f'{key}{chr(0)}{self._relations[key]}')}"
        made = self._child(
            relationships, "relationship", identifier=identifier, source=source, target=target
        )
        made.set(a.TYPE, kind)
        if name:
            self._text(made, "name", name)
        # What is proven changes from audit to audit, and is no part of what the relation is.
        found = {name: str(letters) for name, letters in (proven or {}).items()}
        self._properties(made, list((told | found).items()))
        return made

    # Parts ------------------------------------------------------------------------------------

    def _element(
        self, elements: _Element, kind: str, identifier: str, name: str, documentation: str = ""
    ) -> _Element:
        self.kinds[kind] += 1
        made = self._child(elements, "element", identifier=identifier)
        made.set(a.TYPE, kind)
        self._text(made, "name", name)
        if documentation:
            self._text(made, "documentation", documentation)
        return made

    def _properties(
        self, owner: _Element, told: list[tuple[str, str]], thing: Thing | None = None
    ) -> None:
        if not told:
            return
        known = p.single(thing.kind) if thing else {}
        properties = self._child(owner, "properties")
        for name, written in told:
            kind = known[name].kind if name in known and not known[name].several else ""
            self._definitions.setdefault(name, _TYPES.get(kind, "string"))
            made = self._child(properties, "property")
            made.set("propertyDefinitionRef", _definition_id(name))
            self._text(made, "value", written)

    def _property_definitions(self, root: _Element) -> None:
        definitions = self._child(root, "propertyDefinitions")
        for name, kind in sorted(self._definitions.items()):
            made = self._child(definitions, "propertyDefinition", identifier=_definition_id(name))
            made.set("type", kind)
            self._text(made, "name", f"{p.PREFIX}:{name}")
        if not self._definitions:
            root.remove(definitions)

    def _child(self, parent: _Element, tag: str, **attributes: str) -> _Element:
        return self._make(parent, f"{{{a.NAMESPACE}}}{tag}", attributes)

    def _text(self, parent: _Element, tag: str, text: str) -> None:
        self._child(parent, tag).text = self.out.xml_text(text)


def _definition_id(name: str) -> str:
    # Names are paths of facts, so that nothing else than letters, dots and lines is in them.
    return "property-" + re.sub(r"[^A-Za-z0-9._-]", "-", name)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
