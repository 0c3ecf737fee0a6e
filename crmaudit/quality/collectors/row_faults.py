"""Faults between the columns of a table, and rows that have no fault at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmaudit.evidence import Dependency, Fault, MissingPattern, Table
from crmaudit.quality.collectors.column import Found
from crmaudit.quality.collectors.staging import Staged


@dataclass(frozen=True, slots=True)
class RowFaults:
    """The parts of a table profile that are about whole rows (`TableProfile`)."""

    faults: tuple[Fault, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    clean: int | None = None
    looked_at: int | None = None
    missing: tuple[MissingPattern, ...] = ()


def row_faults(staged: Staged, table: Table, columns: Sequence[Found]) -> RowFaults:
    """What the rows tell when columns are laid beside each other."""
    return RowFaults()
