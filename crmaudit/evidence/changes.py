"""Whether information can be changed or lost unnoticed in a CRM, and whether it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from crmaudit.evidence.prose import Prose
from crmaudit.evidence.provenance import Document

Action = Literal["created", "changed", "deleted"]


@dataclass(frozen=True, slots=True)
class TrailOf:
    """What a history has of one kind of record.

    `table` is the catalog's name of the table it is kept in, empty where that
    is not known. `gone` of the records said to be deleted are not in their
    table any more: those were deleted for good. None: cannot be told.
    `keeps_old`: whether a change tells the value before it.
    """

    object: str
    table: str
    rows: int
    first: date | None = None
    last: date | None = None
    created: int = 0
    changed: int = 0
    deleted: int = 0
    gone: int | None = None
    keeps_old: bool | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """One table of history, by kind of record. `accounts` are the different authors in it."""

    table: str
    rows: int
    of: tuple[TrailOf, ...] = ()
    accounts: int | None = None


@dataclass(frozen=True, slots=True)
class BulkChange:
    """So many rows that one account made, changed or deleted on a day in bulk.

    In bulk: in runs of at least `Changes.bulk_from` within one minute each.
    `by`: the account's pseudonym, empty where unknown. `source`: the table
    that tells it, a history or the records themselves.
    """

    table: str
    action: Action
    by: str
    day: date
    rows: int
    source: str


@dataclass(frozen=True, slots=True)
class Overwritten:
    """Values of one field that a change replaced by others, or emptied.

    `imports` of the `rows` were done by an import or in bulk.
    """

    table: str
    field: str
    rows: int
    emptied: int
    imports: int
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """Records of a table that are gone or put away.

    `soft` are marked as deleted and can come back. `gaps` are numbers missing
    between the smallest and the largest key: records deleted for good, or
    numbers never given out, so that it is an upper bound. None: not known.
    """

    table: str
    rows: int
    soft: int | None = None
    gaps: int | None = None
    reason: Prose = ""


@dataclass(frozen=True, slots=True)
class Changes(Document):
    """What a CRM's histories tell of change and loss.

    `kept_on` says of the kinds of record for which the CRM keeps its history
    whether it is switched on: by the catalog's name of their table, where that
    is known, else by the product's word. `bulk` has the largest bulk changes,
    `bulk_runs` counts all runs by action, `bulk_rows` their rows. `cannot`
    says why nothing is known, by table or as a whole (empty key).
    """

    kind: ClassVar[str] = "changes"
    trails: tuple[Trail, ...] = ()
    kept_on: Mapping[str, bool] = field(default_factory=dict)
    bulk: tuple[BulkChange, ...] = ()
    overwritten: tuple[Overwritten, ...] = ()
    removed: tuple[Removed, ...] = ()
    bulk_from: int = 20
    bulk_runs: Mapping[str, int] = field(default_factory=dict)
    bulk_rows: Mapping[str, int] = field(default_factory=dict)
    cannot: Mapping[str, Prose] = field(default_factory=dict)
    notes: tuple[Prose, ...] = ()
