"""Who records what in a CRM: counts by account, table and month; never by hour or person.

Accounts carry keyed pseudonyms, the empty name stands for rows of which no
author is known. A month is its first day. Nothing finer is kept of a single
account: nobody's working hours can be read from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from crmaudit.evidence.prose import Prose
from crmaudit.evidence.provenance import Document


@dataclass(frozen=True, slots=True)
class Recorded:
    """Rows of one table that an account made and last changed in a month.

    `automatic` of those made were written by the program itself, `bulk` of
    the others stand in a run of at least `Recording.bulk_from` by the account
    within one minute of the clock. `changed` counts rows whose last change
    lies in the month and after their making: older changes are overwritten and
    lost. `changed_bulk` of them stand in such a run. `entity` is named where
    the table holds several, by the map at the time.
    """

    account: str
    table: str
    month: date
    created: int = 0
    changed: int = 0
    automatic: int = 0
    bulk: int = 0
    changed_bulk: int = 0
    entity: str = ""

    @property
    def by_hand(self) -> int:
        """Rows made or changed one by one."""
        return self.created - self.automatic - self.bulk + self.changed - self.changed_bulk


@dataclass(frozen=True, slots=True)
class FilledBy:
    """Of the rows that an account made in one table, those with a value in a column.

    Rows that the program wrote, or that came in bulk, are left out.
    """

    account: str
    table: str
    column: str
    rows: int
    filled: int


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Logins of an account in a month, and the different days of them."""

    account: str
    month: date
    logins: int
    days: int


@dataclass(frozen=True, slots=True)
class AtOnce:
    """The most accounts logged in at one time, in a month, by licence (the product's word).

    `sessions` began in the month, `closed` of them have an end; one without
    an end counts as long as the median of those that have one.
    """

    month: date
    licence: str
    accounts: int
    sessions: int
    closed: int


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard or report of the CRM, and when somebody last opened it, whoever that was.

    `name` and `audience` are the organisation's own words, masked where a word
    in them may be part of a login or a person's name. `viewed` None: never, or
    not since `Recording.looks_since` where only traces of looks are kept.
    """

    table: str
    name: str
    kind: str = "dashboard"
    audience: str = ""
    created: date | None = None
    viewed: date | None = None


@dataclass(frozen=True, slots=True)
class Recording(Document):
    """Who recorded, and who logged in.

    `tables` were read: table → entity, by the map at the time. `cannot` says
    of a table why nothing can be told of it: no author, no date, all rows made
    within one second. `looks_since` is the first trace of a look at `boards`
    that is still there, None where the CRM keeps the last look for good.
    `since` and `until` are the first and the last month with anything in it.
    `logins_since` is the first login that is still there.
    """

    kind: ClassVar[str] = "recording"
    tables: Mapping[str, str] = field(default_factory=dict)
    recorded: tuple[Recorded, ...] = ()
    filled: tuple[FilledBy, ...] = ()
    logged_in: tuple[LoggedIn, ...] = ()
    at_once: tuple[AtOnce, ...] = ()
    since: date | None = None
    until: date | None = None
    logins_since: date | None = None
    bulk_from: int = 20
    cannot: Mapping[str, Prose] = field(default_factory=dict)
    notes: tuple[Prose, ...] = ()
    boards: tuple[Board, ...] = ()
    looks_since: date | None = None
