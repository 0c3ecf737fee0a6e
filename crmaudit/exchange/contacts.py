"""E-mail addresses and telephone numbers of other tools' files stay where they are.

They are cut out of every text that comes in, by the same signs as in cells of
spreadsheets. What the workspace says itself, word for word, is no news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from crmaudit.errors import Place, Problem
from crmaudit.exchange.cell_text import without_contacts
from crmaudit.workspace import Workspace
from crmaudit.workspace.arriving import KINDS
from crmaudit.workspace.fields import Field, field_at
from crmaudit.workspace.incoming import Cell, Incoming, Item, Items, Record, blank_reason
from crmaudit.workspace.yaml_reader import Path_

_CUT = re.compile(r"\[(e-mail address|telephone number)\]")


def without_contacts_in(incoming: Incoming, workspace: Workspace) -> Incoming:
    """The same without contacts in its texts; `left_out` says how many texts had any."""
    cutting = _Cutting(incoming, workspace)
    records = tuple(record for r in incoming.records if (record := cutting.record(r)))
    if not cutting.found:
        return incoming
    told = f"e-mail addresses and telephone numbers in texts: {len(cutting.found):,}"
    _, first = next(iter(cutting.found))
    left = (*incoming.left_out, Problem(told, first))
    return replace(incoming, records=records, left_out=left)


def bare_name(name: str) -> str:
    """A name without the contacts that stand beside it; empty where it is nothing else."""
    cut = without_contacts(name)[0]
    return name if cut == name else _CUT.sub("", cut).strip(" ,;:-<>()|/")


class _Cutting:
    """Cuts record by record; `found` are the texts that had contacts in them."""

    def __init__(self, incoming: Incoming, workspace: Workspace) -> None:
        self._incoming, self._workspace = incoming, workspace
        self.found: dict[tuple[str, Place], None] = {}

    @cached_property
    def _nobody(self) -> set[str]:
        """Ids of people of whom no name is left."""
        people = (r for r in self._incoming.records if r.kind == "person")
        known = self._workspace.person
        return {r.id for r in people if r.id not in known and r.name and not bare_name(r.name)}

    @cached_property
    def _ours(self) -> set[str]:
        """All texts that the workspace says of things that records are about."""
        w = self._workspace
        things = (*w.systems, *w.entities, *w.people.people, *w.audit.units)
        return {text for thing in things for text in _texts(thing.model_dump())}

    def record(self, record: Record) -> Record | None:
        """The record; None for a person of whom no name is left."""
        model = KINDS[record.kind][0]
        name = self._name(record.name, record.place)
        if record.kind == "person" and record.id in self._nobody:
            return None
        if record.name and not name and record.kind != "person":
            name = without_contacts(record.name)[0]
        values = self._cells(model, record.values)
        lists = {path: self._items(model, path, items) for path, items in record.lists.items()}
        return replace(record, name=name, values=values, lists=lists)

    def _items(self, model: type[BaseModel], path: Path_, items: Items) -> Items:
        fact = field_at(model, path)
        if fact is None or fact.item is None:
            return items
        found = (self._item(fact.item, item) for item in items.items)
        return replace(items, items=tuple(found))

    def _item(self, model: type[BaseModel], item: Item) -> Item:
        return replace(item, values=self._cells(model, item.values))

    def _cells(self, model: type[BaseModel], cells: Mapping[Path_, Cell]) -> dict[Path_, Cell]:
        found = {}
        for path, cell in cells.items():
            value = self._value(field_at(model, path), path, cell)
            if value is not None or cell.value is None:
                found[path] = cell if value is cell.value else replace(cell, value=value)
        return found

    def _value(self, fact: Field | None, path: Path_, cell: Cell) -> Any:
        if fact is None or not isinstance(cell.value, str | list | dict):
            return cell.value
        if fact.refers == "person" and isinstance(cell.value, str):
            nobody = cell.value in self._nobody
            return (None if nobody else self._name(cell.value, cell.place)) or None
        if path == ("name",) and isinstance(cell.value, str):
            return self._name(cell.value, cell.place) or without_contacts(cell.value)[0]
        said = fact.kind == "text" or blank_reason(cell.value) is not None
        if not said or fact.names_things:
            return cell.value
        return self._cut(cell.value, cell.place)

    def _name(self, name: str, place: Place) -> str:
        bare = bare_name(name)
        if bare == name or name in self._ours:
            return name
        self.found[name, place] = None
        return bare

    def _cut(self, value: Any, place: Place) -> Any:
        """The value with every text in it cut; itself where nothing was."""
        if isinstance(value, list):
            cut: Any = [self._cut(v, place) for v in value]
        elif isinstance(value, dict):
            cut = {k: self._cut(v, place) for k, v in value.items()}
        elif not isinstance(value, str):
            return value
        else:
            cut = without_contacts(value)[0]
            if cut != value:
                if value in self._ours:
                    return value
                self.found[value, place] = None
        return value if cut == value else cut


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
