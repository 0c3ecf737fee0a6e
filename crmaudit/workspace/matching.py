"""Who is meant: things found by id, former id or name, and ids for new ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from crmaudit.workspace.file_names import fitting
from crmaudit.workspace.files import model_of
from crmaudit.workspace.naming import Words, slug
from crmaudit.workspace.references import references
from crmaudit.workspace.spelling import suggestion
from crmaudit.workspace.workspace import Workspace
from crmaudit.workspace.yaml_reader import parse

KNOWN_KINDS = ("system", "entity", "person", "unit", "process", "need", "kpi")
"""Kinds of things that are found by name."""


class Names:
    """The things of a workspace, and those that are about to join them, by id and name."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._kinds: dict[str, _Kind] = {}

    def find(self, kind: str, text: str) -> tuple[str, ...]:
        """Ids of what may be meant: one, none, or several of the same name."""
        return self._kind(kind).find(text)

    def thing(self, kind: str, id_: str) -> Any:
        """The model of what has that id; None for what is not there yet."""
        return self._kind(kind).things.get(id_)

    def label(self, kind: str, id_: str) -> str:
        """The name by which people know it, as long as it leads back to it; else the id."""
        name = self._kind(kind).name_of.get(id_, id_)
        return name if self.find(kind, name) == (id_,) else id_

    def labels(self, kind: str) -> list[str]:
        """Every label of a kind, sorted."""
        ids = self._kind(kind).name_of
        return sorted((self.label(kind, i) for i in ids), key=str.casefold)

    def add(self, kind: str, id_: str, name: str) -> None:
        """Make a new thing known."""
        self._kind(kind).add(id_, name)

    def new_id(self, kind: str, name: str, wanted: str = "") -> str:
        """An id that nothing has: the wanted one if it can be had, else one made of the name."""
        taken = self._kind(kind).ids
        stem = wanted or slug(Words.of(name).words) or kind
        if kind in ("system", "interview"):
            stem = fitting(stem, kind)
        found, n = stem, 2
        while found.casefold() in taken:
            found, n = f"{stem[:76]}-{n}", n + 1
        return found

    def hint(self, kind: str, text: str) -> str:
        """What somebody may have meant who wrote a name that there is not."""
        known = self._kind(kind).name_of
        return suggestion(text, {*known, *known.values()})

    def defined(self, kind: str) -> bool:
        """Whether any is defined; as long as there is none, any name will do."""
        kinds = self._kind(kind)
        return bool(kinds.defined)

    def free(self, kind: str) -> frozenset[str]:
        """Names that files use for things of a kind of which none is defined."""
        return frozenset() if self.defined(kind) else self._used.get(kind, frozenset())

    @cached_property
    def _used(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for file in self._workspace.files:
            for ref in references(model_of(file), parse(self._workspace.text(file), file).data):
                found.setdefault(ref.kind, set()).add(ref.name)
        return {kind: frozenset(names) for kind, names in found.items()}

    def _kind(self, kind: str) -> _Kind:
        if kind not in self._kinds:
            self._kinds[kind] = _Kind(self._things(kind))
        return self._kinds[kind]

    def _things(self, kind: str) -> Iterable[Any]:
        w = self._workspace
        kinds: dict[str, Iterable[Any]] = {
            "system": w.systems,
            "entity": w.entities,
            "person": w.people.people,
            "unit": w.audit.units,
            "process": w.processes,
            "need": w.needs,
            "kpi": w.kpis.kpis,
            "expectation": w.expectations.expectations,
            "interview": w.interviews,
        }
        return kinds.get(kind, ())


class _Kind:
    """Things of one kind."""

    def __init__(self, things: Iterable[Any]) -> None:
        self.things: dict[str, Any] = {}
        self.name_of: dict[str, str] = {}
        self.ids: set[str] = set()
        """All ids, former ones too, without regard to case: they become names of files."""
        self.defined: set[str] = set()
        self._by_name: dict[str, list[str]] = {}
        self._former: dict[str, str] = {}
        for thing in things:
            self.things[thing.id] = thing
            self.add(thing.id, getattr(thing, "name", None) or thing.id)
            for old in getattr(thing, "formerly", ()):
                self._former.setdefault(old, thing.id)
                self.ids.add(old.casefold())

    def add(self, id_: str, name: str) -> None:
        self.name_of[id_] = name
        self.ids.add(id_.casefold())
        self.defined.add(id_)
        self._by_name.setdefault(plain_name(name), []).append(id_)

    def find(self, text: str) -> tuple[str, ...]:
        if text in self.name_of:
            return (text,)
        if text in self._former:
            return (self._former[text],)
        return tuple(self._by_name.get(plain_name(text), ()))


def plain_name(name: str) -> str:
    """A name without case and surplus blanks, to be compared."""
    return " ".join(name.casefold().split())
