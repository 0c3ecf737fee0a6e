"""Facts of a dossier as named texts, for formats that carry names and texts only.

ArchiMate's properties and Backstage's annotations carry whatever their own
words do not: a single fact under its path in the file (`lifecycle.phase`), an
item of a list as JSON under the list's (`costs`). What comes back is read by
the same names, so both ways agree. What a fact may hold is not judged here:
`merging` does, with the place.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from crmaudit.errors import Place, Problem
from crmaudit.exchange.outgoing import Thing, ThingKind
from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.base import Model
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field, field_at, fields, plain
from crmaudit.workspace.incoming import Cell, Item, Items
from crmaudit.workspace.landscape import Entity
from crmaudit.workspace.people import Person
from crmaudit.workspace.yaml_reader import Path_
from crmaudit.workspace.yaml_text import as_read

PREFIX = "crmaudit"
NONE = "none"
"""Name under which empty lists stand: said to hold nothing, which is not the same as unsaid."""
SHARE, BLANK = "entity_share", "blank"
"""Names of the two mappings."""

_MODELS: Mapping[ThingKind, type[Model]] = {
    "system": System,
    "entity": Entity,
    "person": Person,
    "unit": Unit,
}
# What people think and can do (opinions, skills) is not for other tools.
_LISTS: Mapping[ThingKind, tuple[str, ...]] = {
    "system": ("costs", "licences", "interfaces"),
    "entity": ("attributes",),
    "person": (),
    "unit": (),
}
_KEPT = (
    "id", "name",  # have a place of their own in every format
    "database.url", "maintenance.backup_folder", "traces.",  # may hold secrets, or only serve here
    "formerly",
    "fitness.who", "raci.",  # what people think; groups that only the workspace defines
)  # fmt: skip
REASONS = {
    "database.url": "addresses may hold secrets",
    "perceived_quality": "who thinks what is not for other tools",
    "support.skills": "who can do what is not for other tools",
    "fitness.who": "who thinks what is not for other tools",
}
"""Why facts stay here, by key."""


@dataclass
class Facts:
    """What was read of one thing, as `incoming.Record` wants it.

    `blank` are facts left blank on purpose, `covered` keys of `blank:` that
    cover more than one fact, which a record cannot say; `unknown` are names
    that are not ours.
    """

    values: dict[Path_, Cell] = field(default_factory=dict)
    lists: dict[Path_, Items] = field(default_factory=dict)
    blank: set[Path_] = field(default_factory=set)
    covered: list[tuple[str, Place]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    mistakes: list[Problem] = field(default_factory=list)


@cache
def single(kind: ThingKind) -> Mapping[str, Field]:
    """The facts of which a thing has one each, by path; lists of plain texts are among them."""
    found = {".".join(map(str, f.path)): f for f in fields(_MODELS[kind])}
    return {
        path: fact
        for path, fact in found.items()
        if not any(path == k or (k.endswith(".") and path.startswith(k)) for k in _KEPT)
    }


def properties(thing: Thing, skip: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Names and texts of what is declared of a thing, `skip` and its identity left out.

    A name stands several times where a list has several items.
    """
    yield from ((NONE, path) for path in thing.take_empty())
    for path, fact in single(thing.kind).items():
        if path in skip:
            continue
        value = thing.take(*map(str, fact.path))
        if fact.several:
            yield from ((path, text(v)) for v in value or ())
        elif value is not None:
            yield path, text(value)
    for name in _LISTS[thing.kind]:
        yield from listed(thing, name)
    if thing.kind == "system":
        for name in (SHARE, BLANK):
            value = thing.take(name)
            if value:
                yield name, as_json(value)


def listed(thing: Thing, name: str) -> Iterator[tuple[str, str]]:
    """The items of a list, each as JSON."""
    yield from ((name, as_json(item)) for item in thing.take(name) or ())


def text(value: Any) -> str:
    """A single value as it would stand in the file."""
    return value if isinstance(value, str) else str(as_read(value))


def as_json(value: Any) -> str:
    """JSON in one line, dates as texts."""
    return json.dumps(plain(value), ensure_ascii=False, default=str)


def from_json(written: str) -> Any:
    """The value; ValueError where the text is no JSON."""
    try:
        return json.loads(written, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def read(
    kind: ThingKind, told: Iterable[tuple[str, str, Place]], more: Collection[str] = ()
) -> Facts:
    """Facts from names and texts with their places; `more` are further names of lists."""
    facts = Facts()
    items: dict[str, list[Item]] = {}
    for name, written, place in told:
        try:
            if name in _LISTS[kind] or name in more:
                items.setdefault(name, []).append(item(written, place))
            elif name == SHARE and kind == "system":
                for key, value in mapping(written).items():
                    facts.values[name, key] = Cell(value, place)
            elif name == BLANK and kind == "system":
                for key, reason in mapping(written).items():
                    _left_blank(facts, str(key), str(reason), place)
            elif name == NONE:
                facts.values[tuple(written.split("."))] = Cell([], place)
            elif name not in single(kind):
                facts.unknown.append(name)
            elif single(kind)[name].several:
                have = facts.values.get(single(kind)[name].path)
                values = [*(have.value if have else ()), written]
                facts.values[single(kind)[name].path] = Cell(values, place)
            else:
                facts.values[single(kind)[name].path] = Cell(written, place)
        except ValueError as error:
            facts.mistakes.append(Problem(f"{name}: {error}", place, "mend the property's value"))
    for name, found in items.items():
        facts.lists[(name,)] = Items(tuple(found))
    return facts


def _left_blank(facts: Facts, key: str, reason: str, place: Place) -> None:
    path = tuple(key.split("."))
    if field_at(System, path) is None:
        facts.covered.append((key, place))
    else:
        facts.blank.add(path)
        facts.values[path] = Cell(f"blank: {reason}", place)


def item(written: str, place: Place) -> Item:
    """An item of a list from its JSON. Raises ValueError where it is none."""
    return Item({(key,): Cell(value, place) for key, value in mapping(written).items()}, place)


def mapping(written: str) -> dict[str, Any]:
    """A mapping from its JSON. Raises ValueError where it is none."""
    found = from_json(written)
    if not isinstance(found, dict):
        raise ValueError(f"{written[:40]!r} is no mapping")
    return found
