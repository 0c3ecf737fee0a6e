"""Where a column of a foreign spreadsheet can go: the facts of the workspace's models.

What a fact holds (a date, one of some choices, a system's id…) is read off
the models, so a new fact can be a column's target without an entry here. Here
stands what a row can be, and what it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel

from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.base import Crud, EntityId, Level, PersonId, SystemId, Text
from crmaudit.workspace.dossier import Cost, Feed, Interface, Licence, System, Voice
from crmaudit.workspace.fields import Field, Kind, fields, lists
from crmaudit.workspace.landscape import Entity
from crmaudit.workspace.people import Person

Rows = Literal[
    "systems",
    "opinions",
    "costs",
    "skills",
    "licences",
    "interfaces",
    "feeds",
    "crud",
    "people",
    "entities",
    "units",
]
"""What a row of a sheet describes."""
_WIDEST = 10_000
"""The highest upper end that a scale has, that of a year aside."""


@dataclass(frozen=True)
class Target:
    """A fact that a column can go to.

    `path` is as in the workspace's file, in dots; where a row is one item of a
    list (a cost, an opinion), within the item. `part_of` is the list of which
    the value is a part, like `costs` of `costs.amount`. `fact` is the path with
    what it is a fact of: `costs.kind`, `entity.kind`, `kind` of a system.
    """

    path: str
    fact: str
    field: Field
    part_of: str = ""

    @property
    def kind(self) -> Kind:
        return self.field.kind

    @property
    def refers(self) -> str:
        """What a text names: a person, system, entity, unit."""
        return self.field.refers

    @property
    def scale(self) -> tuple[float, float] | None:
        """The ends of the fact's own range, where it has both.

        An upper end that only keeps nonsense out, as of amounts, makes no scale.
        """
        low, high = self.field.low, self.field.high
        return None if low is None or high is None or high > _WIDEST else (low, high)


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows of one kind become records: each is one, or an item in a list of one.

    A row needs a value in each of `needs`, and in one of `either`.
    """

    record: Literal["system", "entity", "person", "unit"]
    items: str = ""
    needs: tuple[str, ...] = ()
    either: tuple[str, ...] = ()


SHAPES: Mapping[Rows, Shape] = {
    "systems": Shape("system", either=("name", "id")),
    "opinions": Shape("system", "perceived_quality", ("system", "score")),
    "costs": Shape("system", "costs", ("system",), ("amount", "hours")),
    "skills": Shape("system", "support.skills", ("system", "skill")),
    "licences": Shape("system", "licences", ("system",), ("entitled", "assigned", "used")),
    "interfaces": Shape("system", "interfaces", ("system", "kind")),
    "feeds": Shape("system", "feeds", ("system",), ("to", "from")),
    "crud": Shape("system", "crud", ("system", "entity"), ("crud", "create", "read", "update")),
    "people": Shape("person", either=("name", "id")),
    "entities": Shape("entity", either=("name", "id")),
    "units": Shape("unit", either=("name", "id")),
}

_RECORDS: Mapping[str, type[BaseModel]] = {
    "systems": System,
    "people": Person,
    "entities": Entity,
    "units": Unit,
}
_ITEMS: Mapping[str, type[BaseModel]] = {
    "opinions": Voice,
    "costs": Cost,
    "licences": Licence,
    "interfaces": Interface,
    "feeds": Feed,
}
# Where secrets, other ids or machinery would stand; no foreign spreadsheet fills these.
_CLOSED = ("database.url", "traces", "formerly", "maintenance.backup_folder")


@cache
def targets(rows: Rows) -> Mapping[str, Target]:
    """Every target of a sheet with such rows, by its path."""
    return {t.path: t for t in (_of_record(rows) if rows in _RECORDS else _of_item(rows))}


@cache
def _own_names(rows: Rows) -> Mapping[str, str]:
    names = {t.fact.casefold(): path for path, t in targets(rows).items()}
    names |= {path.casefold(): path for path in targets(rows)}
    return {name: path for name, path in names.items() if "." in name or "_" in name}


def called_itself(header: str, rows: Rows) -> str:
    """The fact that a header names as the workspace's files do: `owners.it`, `in_scope`.

    Empty where it names none. Single words are none: `name` may be anything's.
    """
    return _own_names(rows).get(header.strip().casefold(), "")


def _of_record(rows: Rows) -> Iterator[Target]:
    """Single facts of a thing, and the parts of one item of each of its lists."""
    model = _RECORDS[rows]
    base = "" if rows == "systems" else f"{SHAPES[rows].record}."
    for field in fields(model):
        path = ".".join(map(str, field.path))
        if not path.startswith(_CLOSED):
            yield Target(path, base + path, field)
    for field in lists(model):
        part_of = ".".join(map(str, field.path))
        for inner in fields(field.item) if field.item else ():
            path = ".".join(map(str, (part_of, *inner.path)))
            yield Target(path, base + path, inner, part_of)


def _of_item(rows: Rows) -> Iterator[Target]:
    """The system that a row is about, and what the row says of it."""
    base = f"{SHAPES[rows].items}."
    yield _made("system", SystemId, base)
    if rows == "skills":
        yield _made("skill", Text, base)
        yield _made("needed", Level, base)
        yield _made("person", PersonId, base)
        yield _made("level", Level, base)
    elif rows == "crud":
        yield _made("entity", EntityId, base)
        yield _made("crud", Crud, base)
        for letter in ("create", "read", "update", "delete"):
            yield _made(letter, bool, base)
    else:
        for field in fields(_ITEMS[rows]):
            path = ".".join(map(str, field.path))
            yield Target(path, base + path, field)


def _made(name: str, type_: object, base: str) -> Target:
    """A target that no model has as a field of its own."""
    return Target(name, base + name, Field((name,), (name,), Annotated[type_, None]))
