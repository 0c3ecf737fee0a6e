"""Expectations tested on the rows, and how many records can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from crmaudit.evidence.prose import Prose
from crmaudit.evidence.provenance import EXACT, Document, Method, Status


@dataclass(frozen=True, slots=True)
class Tested:
    """One check of one expectation on one table.

    `fingerprint` is of the expectation as it was written: a changed one has to
    be tested anew. `passed` of `applicable` rows keep it; None where it could
    not be tested, with the `status` saying why. For `sql`, `faults` is the
    number that the statement answered and `applicable` the table's rows where
    they are known. For `rows_at_least` and `rows_at_most`, `applicable` rows
    were counted and `passed` stays None; for `max_age_days`, `latest` are the
    latest different days in the column, the latest first, and `passed` stays
    None: both are judged with the limit and the day of the audit.

    `where` is the condition of the rows that were tested, and `left_out` says
    which rows that leaves out (`deleted rows`, `test rows`, `rows of other
    entities`). `entity` is the one that the expectation is about.
    """

    expectation: str
    fingerprint: str
    check: str
    table: str = ""
    column: str = ""
    where: str = ""
    passed: int | None = None
    applicable: int | None = None
    faults: int | None = None
    example: str = ""
    latest: tuple[str, ...] = ()
    entity: str = ""
    left_out: tuple[Prose, ...] = ()
    method: Method = EXACT
    status: Status = field(default_factory=Status)


@dataclass(frozen=True, slots=True)
class ExpectationTests(Document):
    """All expectations about one system, tested on its rows in one snapshot."""

    kind: ClassVar[str] = "expectations"
    tests: tuple[Tested, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """The records of one entity in one system, and with how many of them something is at hand.

    `records` are those neither deleted nor test rows. `having` counts the
    records that have at least one of each thing (`e-mail`, `phone`,
    `address`, `contact point`, `activity`, `invoice`, `open case`, …);
    `lacking` says why something could not be counted. `together` counts the
    records that have a contact point and all of what the system holds at all
    (`together_of`).
    """

    entity: str
    table: str
    where: str
    records: int
    having: Mapping[Prose, int] = field(default_factory=dict)
    lacking: Mapping[str, Prose] = field(default_factory=dict)
    together: int | None = None
    together_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach(Document):
    """How far the customers of one system can be seen in one place, within that system."""

    kind: ClassVar[str] = "reach"
    reached: tuple[Reached, ...] = ()
