"""Several databases read, and then compared with each other, as `collect` does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from crmaudit.evidence import Document, Overlap
from crmaudit.key import Key
from crmaudit.quality.collectors.entities import collector as entities
from crmaudit.quality.collectors.keys import collector as keys
from crmaudit.quality.collectors.overlap import overlap
from crmaudit.quality.collectors.tables import collector as tables
from crmaudit.sources import open_source
from crmaudit.sources.task import Joint, Known, Part, Task
from crmaudit.workspace.landscape import Entity, Map

KEY = Key(b"a key for the tests only")


def read(system: str, url: str, said: Mapping[str, Any], schema: str | None = None) -> Part:
    """A system with its evidence, as the collectors before have measured it."""
    known = Known(map=Map.model_validate({"system": system, **said}))
    with open_source(url, schema=schema) as source:
        catalog = source.catalog(system)
        found: list[Document] = [catalog]
        for one in (tables, keys, entities):
            task = Task(source, system, catalog, catalog.tables, known, tuple(found), KEY)
            found += list(one.collect(task))
    return Part(system, known, partial(open_source, url, schema=schema), catalog, tuple(found))


def compared(
    parts: Sequence[Part], declared: Sequence[Mapping[str, Any]] = (), **more: Any
) -> dict[str, Overlap]:
    """Entity → its overlap."""
    known = [Entity.model_validate(e) for e in declared]
    asked: dict[str, Any] = {"key": KEY, **more}
    joint = Joint(tuple(parts), {e.id: e for e in known}, **asked)
    return {o.entity: o for o in overlap(joint)}
