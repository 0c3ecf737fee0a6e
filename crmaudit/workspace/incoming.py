"""What comes in from elsewhere, before it is laid beside what is there.

Readers of every format (our own workbooks, any spreadsheet, ArchiMate,
Backstage, code.gov…) answer with one `Incoming`; `merging.merge` lays it
beside the workspace and says what would change. No reader writes a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from crmaudit.errors import Place, Problem
from crmaudit.workspace.yaml_reader import Path_

Kind = Literal["system", "entity", "person", "unit", "need", "expectation", "response", "interview"]
"""What a record describes. A `response` has the id `CODE SUBJECT`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value and where it stands (`book.xlsx!Systems!C7`, `catalog-info.yaml:12:5`).

    `value` is what the workspace's file would hold there: a text, number,
    date, bool, list or dict; None where it was emptied on purpose. `base` is
    the `digest` of the value at the time of the export, None where the file
    does not come from an export of ours: then nothing can be in conflict.
    """

    value: Any
    place: Place
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list, like one year's cost: its values by path within the item.

    `base` is the `digest` of the whole item at the time of the export, None
    for a new one. An item without a base that equals one there is the same;
    one with a base and no values at all is as it was exported.
    """

    values: Mapping[Path_, Cell]
    place: Place
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """What comes in for one list of a record.

    `exported` are the digests of all items at the export: those that did not
    come back were removed on purpose. Without it nothing is ever removed.
    """

    items: tuple[Item, ...] = ()
    exported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One system, entity, person, unit, need, expectation, response or interview.

    It is the one with the same `id` (or former id), else the one with the
    same `name`, case aside; else it is new, and without an id gets one made
    of its name. `values` are by path within the thing, as in its file:
    `("owners", "it")`, `("crud", "customer")`. Values of fields that refer
    to something (owners, successor…) may be ids or names.
    """

    kind: Kind
    place: Place
    id: str = ""
    name: str = ""
    values: Mapping[Path_, Cell] = field(default_factory=dict)
    lists: Mapping[Path_, Items] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Incoming:
    """Everything that a file brings.

    `left_out` says what the file holds and the workspace does not take, each
    with its place and reason; `mistakes` what is wrong in the file: with any
    of them nothing is written. `creates` says whether unknown people and
    entities that records refer to are added (other tools' files) or are
    mistakes (our own workbooks, which offer the known ones). `plain_people`
    says that owners are no persons but departments: none is added, they stay
    plain names where people are known by those. `unchanged` counts values
    that are as they were exported and need not be listed. `notes` are what
    somebody should see before it is taken, each at its cell.
    """

    name: str
    records: tuple[Record, ...]
    left_out: tuple[Problem, ...] = ()
    mistakes: tuple[Problem, ...] = ()
    creates: bool = True
    plain_people: bool = False
    unchanged: int = 0
    notes: tuple[Problem, ...] = ()


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


def digest(value: Any) -> str:
    """Eight letters that stand for a value as exported; equal for equal values, also None."""
    text = _canonical(value)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def blank_reason(value: Any) -> str | None:
    """The reason in `blank: reason`; empty where it gives none, None for any other value."""
    if not isinstance(value, str) or "lank" not in value[:20].lower():
        return None
    word, colon, reason = value.partition(":")
    if not colon or word.strip().lower() != "blank":
        return None
    return reason.strip().replace("\r\n", "\n")
