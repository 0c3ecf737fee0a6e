"""The sheets of our own workbooks, made of the models: which fact stands in which column.

Writing and reading go by the same layouts. In a sheet of records a row is one
system, entity or person, in a sheet of a list one item of it. A hidden column
says what each fact was when it was exported; so an import can tell what has
been changed, even where rows are sorted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from crmaudit.sheets import Column, Value
from crmaudit.workspace.answers import Response
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import Field, field_at, fields, group, lists
from crmaudit.workspace.incoming import Kind, digest
from crmaudit.workspace.landscape import Entity, Need
from crmaudit.workspace.people import Person
from crmaudit.workspace.yaml_reader import Path_

MARK = "crmaudit"
"""Begins the key of the hidden column: `crmaudit:systems`. A sheet that has it is ours."""
WHOLE = "/"
"""Before the digest of a whole row as it is shown: an untouched row need not be looked at."""
AND_MORE = "+"
"""Ends a mark that had no room for all digests: of the rest it is not known what they were."""
NOT_CARRIED = "-"
"""In place of a digest: the cell does not show the whole value, and is not read."""
SHOWN = "~"
"""Before the key of a cell that shows names: a digest of what it shows, and the value behind it."""

# Where the program reads from is not for a workbook to say, and ids are not changed in one.
_CLOSED = (
    "id",
    "formerly",
    "database.url",
    "database.schema",
    "traces",
    "maintenance.backup_folder",
)
# Officers are named for their duties only: not how they are employed, nor how well they do.
_OF_PEOPLE = ("name", "unit", "job")
_SPELLED = {"it": "IT", "crud": "CRUD", "id": "ID", "url": "URL", "raci": "RACI"}


@dataclass(frozen=True)
class Layout:
    """One sheet. `list` is the path of the list whose items are its rows; empty for records."""

    key: str
    title: str
    kind: Kind
    facts: tuple[Field, ...]
    list: Path_ = ()


def layouts() -> tuple[Layout, ...]:
    """All sheets of the inventory, the systems first."""
    systems = Layout("systems", "Systems", "system", (*_open(System), *lists(System)))
    of_lists = [
        Layout(f.name, title(f.path[-1:]), "system", _columns(f), f.path) for f in lists(System)
    ]
    return (
        systems,
        *of_lists,
        Layout("crud", "CRUD", "system", _crud(), ("crud",)),
        Layout("entities", "Entities", "entity", tuple(_open(Entity))),
        Layout("people", "People", "person", _some(Person, _OF_PEOPLE)),
    )


def answer_layouts() -> tuple[Layout, ...]:
    """Sheets in which one person answers: single facts, findings, needs."""
    need = ("answered", "exists", "last_consulted", "priority")
    answer = ("state", "reason", "due", "owner")
    return (
        Layout("facts", "Facts", "system", ()),
        Layout("findings", "Findings", "response", _some(Response, answer)),
        Layout("needs", "Questions", "need", _some(Need, need)),
    )


def _some(model: type[BaseModel], names: tuple[str, ...]) -> tuple[Field, ...]:
    return tuple(f for f in fields(model) if f.name in names)


def dotted(path: Path_) -> str:
    return ".".join(map(str, path))


def row_digest(cells: Iterable[Value]) -> str:
    """Stands for a row as it is shown, the same for a date or number and its text."""
    return digest("\x1f".join("" if cell is None else str(cell) for cell in cells))


def title(path: Path_) -> str:
    """A path as a column is called: `Vendor support ends`."""
    words = [_SPELLED.get(str(step), str(step).replace("_", " ")) for step in path]
    text = ": ".join([words[-2], words[-1]] if len(words) > 1 else words)
    return text[:1].upper() + text[1:]


def heading(fact: Field, model: type[BaseModel], width: float = 0) -> Column:
    """The column of a fact, with the group of facts that it belongs to."""
    path = fact.path[:-1] if fact.key_refers else fact.path
    of = title(path[:1]) if len(path) > 1 else "Dossier"
    about = fact.help or (group(model, path) if len(path) > 1 else "")
    if fact.item is not None and model is System:
        return Column(
            title(path[-1:]), dotted(path), "On sheets of their own", choices=("none",),
            help=f"{about} Filled in on the sheet {title(path[-1:])}. Write none where there are "
            "none.".strip(),
        )  # fmt: skip
    kind = fact.kind
    return Column(
        title(path[1:] or path),
        dotted(path),
        of if model in (System, Entity) and not fact.key_refers else "",
        kind=_number(fact) if kind in ("number", "whole", "date") and not fact.several else "text",
        choices=("yes", "no") if kind == "yes or no" else () if fact.several else fact.choices,
        help=_help(fact, about),
        low=fact.low,
        high=fact.high,
        width=width,
    )


def _help(fact: Field, about: str) -> str:
    if fact.item is not None:
        first, second = (f.path[-1] for f in fields(fact.item))
        return f"{about} Write {first}: {second}; {first}: {second}…".strip()
    if fact.several:
        among = f" Any of: {', '.join(fact.choices)}." if fact.choices else ""
        return f"{about} Several with ; between them.{among}".strip()
    return about


def _number(fact: Field) -> Any:
    if fact.kind == "number" and fact.low == 0 and fact.high is None:
        return "money"
    return fact.kind


def _open(model: type[BaseModel]) -> Iterable[Field]:
    return (f for f in fields(model) if not f.name.startswith(_CLOSED))


def _columns(fact: Field) -> tuple[Field, ...]:
    assert fact.item is not None
    known = {f.path: f for f in (*fields(fact.item), *lists(fact.item))}
    order = [info.alias or name for name, info in fact.item.model_fields.items()]
    return tuple(sorted(known.values(), key=lambda f: order.index(str(f.path[0]))))


def _crud() -> tuple[Field, ...]:
    found = (field_at(System, (name, "*")) for name in ("crud", "entity_share"))
    return tuple(f for f in found if f is not None)
