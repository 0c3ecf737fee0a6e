"""The landscape as a Backstage catalog: one YAML document an entity.

A dossier becomes a System, with a Component that carries its life cycle and
what it depends on, and a Resource for its database. Owners become Users, units
Groups. What Backstage has no word for goes as annotations `crmaudit/…`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from crmaudit.exchange import backstage as b
from crmaudit.exchange import properties as p
from crmaudit.exchange.formats import Export, Rendered
from crmaudit.exchange.outgoing import Outgoing, Thing, counted

Document = dict[str, Any]

_HALF_PAIR = re.compile("[\ud800-\udfff]")


def render(export: Export) -> Rendered:
    """The catalog, ready to be registered."""
    import yaml

    writer = _Writer(Outgoing(export))
    documents = writer.documents()
    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text = yaml.dump_all(
        [writer.clean(d) for d in documents],
        Dumper=dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        explicit_start=True,
    )
    kinds = [d["kind"] for d in documents]
    holds = ", ".join(
        (
            counted(kinds.count("System"), "system"),
            counted(kinds.count("Resource"), "database"),
            counted(kinds.count("Group"), "group"),
            counted(kinds.count("User"), "user"),
        )
    )
    return Rendered(text.encode(), holds, writer.losses())


class _Writer:
    def __init__(self, out: Outgoing) -> None:
        self._out = out
        self._names = b.Names()
        self._users: dict[str, Document] = {}

    def documents(self) -> list[Document]:
        """All entities: groups, users, then systems with their parts."""
        # Names are given in the order of the files, so that each is the same wherever it stands.
        for system in self._out.systems:
            self._names.name("system", system.id)
        systems = [d for s in self._out.systems for d in self._system(s)]
        groups = [self._group(unit) for unit in self._out.units]
        return [*groups, *self._users.values(), *systems]

    def losses(self) -> tuple[str, ...]:
        """What Backstage cannot carry."""
        self._out.alter(
            "names changed to what Backstage allows, with the id as annotation crmaudit/id",
            self._names.changed,
        )
        reasons = {"entity": "Backstage has no kind for data; crmaudit/crud names them by id"}
        return self._out.losses({**p.REASONS, **reasons})

    def clean(self, value: Any) -> Any:
        """The value without what no YAML file can hold."""
        if isinstance(value, dict):
            return {k: self.clean(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.clean(v) for v in value]
        if not isinstance(value, str):
            return value
        clean, times = _HALF_PAIR.subn("\ufffd", value)
        self._out.alter("characters that YAML cannot hold, written as U+FFFD", times)
        return clean

    # Who --------------------------------------------------------------------------------------

    def _group(self, unit: Thing) -> Document:
        unit.take("id")
        parent, head = unit.take("parent"), unit.take("head")
        told = dict(self._annotations(unit, ("parent", "head")))
        if head:
            told["head"] = head
            self._user(head)
        children = [u.id for u in self._out.units if u.model.parent == unit.id]  # type: ignore[attr-defined]
        spec: Document = {
            "type": "business-unit",
            "profile": {"displayName": unit.take("name")},
            "children": [self._names.name("group", c) for c in children],
        }
        if parent:
            spec["parent"] = self._names.name("group", parent)
        return _entity("Group", self._names.name("group", unit.id), {"id": unit.id, **told}, spec)

    def _user(self, ref: str) -> str:
        """A reference to a person, who is written once."""
        if ref not in self._users:
            person = self._out.people.get(ref)
            if person:
                person.take("id")
                unit = person.take("unit")
                groups = [self._names.name("group", unit)] if unit else []
                told, shown = {"id": ref}, person.take("name")
            else:
                groups, told, shown = [], {b.ACTOR: "named"}, ref
            spec = {"profile": {"displayName": shown}, "memberOf": groups}
            self._users[ref] = _entity("User", self._names.name("user", ref), told, spec)
        return f"user:default/{self._users[ref]['metadata']['name']}"

    def _owner(self, system: Thing) -> str:
        """Who maintains it, in Backstage's sense: the IT owner, else the business owner."""
        owners = [system.take("owners", role) for role in ("it", "business")]
        known = [self._user(ref) for ref in owners if ref]
        if not known:
            self._out.alter(
                f"systems without an owner, which Backstage requires: `{b.UNKNOWN}` stands there"
            )
        return known[0] if known else f"group:default/{b.UNKNOWN}"

    # Systems ----------------------------------------------------------------------------------

    def _system(self, system: Thing) -> list[Document]:
        name = self._names.name("system", system.id)
        system.take("id")
        owner, title = self._owner(system), system.take("name")
        told = dict(self._annotations(system, ("description", "depends_on")))
        crud, feeds = system.take("crud"), system.take("feeds")
        if crud:
            told[b.CRUD] = p.as_json(crud)
        if feeds:
            told[b.FEEDS] = p.as_json(feeds)
            for feed in feeds:
                if "owner" in feed:
                    self._user(feed["owner"])  # The feed names them by id alone.
        more = {
            "description": system.take("description"),
            "tags": [t for t in system.take("tags") or () if b.is_tag(t)],
            "links": list(self._links(system)),
        }
        spec = {"owner": owner}
        document = _entity("System", name, {"id": system.id, **told}, spec, title, **more)
        return [document, *self._parts(system, name, title, owner)]

    def _parts(self, system: Thing, name: str, title: str, owner: str) -> list[Document]:
        depends = [
            f"component:default/{self._names.name('system', other)}"
            for other in system.take("depends_on") or ()
        ]
        parts = []
        spec: Document
        if "database" in system.declared:
            database = self._names.name("resource", f"{system.id}-database")
            spec = {"type": "database", "owner": owner, "system": name}
            parts.append(
                _entity("Resource", database, {b.ACTOR: "part"}, spec, f"{title}: database")
            )
            depends.append(f"resource:default/{database}")
        phase = system.take("lifecycle", "phase")
        spec = {
            "type": system.take("kind") or b.UNKNOWN,
            "lifecycle": b.PHASES[phase] if phase else b.UNKNOWN,
            "owner": owner,
            "system": name,
            **({"dependsOn": depends} if depends else {}),
        }
        return [_entity("Component", name, {b.ACTOR: "part"}, spec, title), *parts]

    def _links(self, system: Thing) -> Any:
        for part in ("system", "database"):
            location = system.take("documentation", part, "location")
            if location and re.match(r"https?://\S+$", location):
                yield {"url": location, "title": f"Documentation of the {part}"}

    def _annotations(self, thing: Thing, skip: tuple[str, ...]) -> Any:
        """Names and texts; a list's items in one text."""
        lists: dict[str, list[str]] = {}
        for name, text in p.properties(thing, skip):
            fact = p.single(thing.kind).get(name)
            if name == p.NONE or (fact and fact.several):
                lists.setdefault(name, []).append(json.dumps(text, ensure_ascii=False))
            elif fact or name in (p.SHARE, p.BLANK):
                yield name, text
            else:
                lists.setdefault(name, []).append(text)
        yield from ((name, f"[{', '.join(items)}]") for name, items in lists.items())


def _entity(
    kind: str, name: str, annotations: dict[str, str], spec: Document, title: str = "", **more: Any
) -> Document:
    metadata = {"name": name, "title": title, **more}
    told = {f"{p.PREFIX}/{key}": text for key, text in annotations.items()}
    return {
        "apiVersion": b.API_VERSION,
        "kind": kind,
        "metadata": {**{k: v for k, v in metadata.items() if v}, "annotations": told},
        "spec": spec,
    }
