"""A Backstage catalog as it stands in files: its entities, and careful reading of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmaudit.errors import Place
from crmaudit.exchange import properties as p
from crmaudit.exchange.backstage import Ref
from crmaudit.exchange.gathering import Draft, Gathering
from crmaudit.exchange.yaml_documents import YamlDocument, documents

_ENDINGS = (".yaml", ".yml")
_MARK = b"backstage.io/"
PREFIX = f"{p.PREFIX}/"
"""Of our own annotations."""


def is_catalog(path: Path, head: bytes) -> bool:
    """Whether a file, by its name and first 64 KiB, holds Backstage entities."""
    return path.suffix.lower() in _ENDINGS and _MARK in head.replace(b"\0", b"")


def catalog_files(folder: Path) -> Iterator[Path]:
    """The files below a folder that hold Backstage entities, hidden ones left out."""
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix.lower() in _ENDINGS and file.is_file() and not hidden:
            with file.open("rb") as opened:
                if is_catalog(file, opened.read(65536)):
                    yield file


@dataclass(eq=False)
class Entity:
    """One document: what it says, and what it is to us once that is known.

    Mistakes in it are noted once, when the value is first asked for.
    """

    ref: Ref
    kind: str
    name: str
    document: YamlDocument
    into: Gathering
    draft: Draft | None = None
    is_part: bool = False
    """Whether it is a part of the dossier that `draft` is."""
    _read: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def place(self, *path: str | int) -> Place:
        return self.document.place(*(path or ("metadata", "name")))

    def text(self, *path: str) -> str:
        """The text at a path, empty without one."""
        if path not in self._read:
            self._read[path] = text_of(self.document, self.into, *path)
        found: str = self._read[path]
        return found

    def texts(self, *path: str) -> list[tuple[str, Place]]:
        """The texts of the list at a path, each with its place."""
        if path not in self._read:
            self._read[path] = list(self._texts(path))
        found: list[tuple[str, Place]] = self._read[path]
        return found

    def _texts(self, path: tuple[str, ...]) -> Iterator[tuple[str, Place]]:
        value = self.at(*path)
        if value is not None and not isinstance(value, list):
            self.into.mistake(f"{'.'.join(path)} must be a list", self.place(*path))
            return
        for i, item in enumerate(value or ()):
            if isinstance(item, str) and item.strip():
                yield item.strip(" \t\r\n"), self.place(*path, i)
            else:
                self.into.mistake(f"{'.'.join(path)} must hold texts", self.place(*path, i))

    def at(self, *path: str) -> Any:
        """Whatever stands at a path, None where nothing does."""
        value: Any = self.document.data
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    def own(self, name: str) -> str:
        """Our annotation of that name, empty without one."""
        found = self.at("metadata", "annotations", PREFIX + name)
        return found if isinstance(found, str) else ""

    def annotations(self) -> Iterator[tuple[str, str, Place]]:
        """All our annotations, without their prefix."""
        for key, text in (self.at("metadata", "annotations") or {}).items():
            if str(key).startswith(PREFIX) and isinstance(text, str):
                yield key.removeprefix(PREFIX), text, self.place("metadata", "annotations", key)

    def refers(self, text: str, kind: str) -> Ref:
        """A reference that stands in this entity; `kind` holds where none is written."""
        return Ref.of(text, kind, self.ref.namespace)


class Catalog:
    """The entities of one file or several, by reference."""

    def __init__(self, into: Gathering) -> None:
        self._into = into
        self.entities: dict[Ref, Entity] = {}

    def add(self, file: Path, name: str) -> None:
        """Note the entities of a file. Raises CrmauditError where it cannot be read at all."""
        found, problems = documents(file, name)
        self._into.mistakes += problems
        for document in found:
            self._note(document)

    def _note(self, document: YamlDocument) -> None:
        data, into = document.data, self._into
        if not isinstance(data, dict):
            into.mistake("an entity is expected here", document.place(), "begin with apiVersion:")
            return
        if not str(data.get("apiVersion", "")).startswith("backstage.io/"):
            into.leave("documents that are no Backstage entities", document.place("apiVersion"))
            return
        for part in ("metadata", "spec"):
            if not isinstance(data.get(part) or {}, dict):
                into.mistake(f"{part} must be a mapping", document.place(part))
                return
        kind, name = text_of(document, into, "kind"), text_of(document, into, "metadata", "name")
        if not kind or not name:
            what = "metadata.name" if kind else "kind"
            into.mistake(f"{what} is missing", document.place(*what.split(".")), "fill it in")
            return
        namespace = text_of(document, into, "metadata", "namespace") or "default"
        entity = Entity(
            Ref(kind.lower(), namespace.lower(), name.lower()), kind, name, document, into
        )
        first = self.entities.setdefault(entity.ref, entity)
        if first is not entity:
            hint = f"it stands already in {first.place()}"
            into.mistake(f"the {kind} {name!r} stands twice", entity.place(), hint)

    def of_kind(self, *kinds: str) -> list[Entity]:
        """Entities of these kinds, written in lower case, in the order of the files."""
        return [e for e in self.entities.values() if e.ref.kind in kinds]


def text_of(document: YamlDocument, into: Gathering, *path: str) -> str:
    """The text at a path of a document; what is no text is noted as a mistake."""
    value: Any = document.data
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, dict) and any(str(k).startswith("$") for k in value):
        into.leave("placeholders ($text…), which are not followed", document.place(*path))
        return ""
    if isinstance(value, dict | list):
        into.mistake(f"{'.'.join(path)} must be a text", document.place(*path))
        return ""
    return str(value or "").strip(" \t\r\n")
