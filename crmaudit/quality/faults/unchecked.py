"""Faults of a profile's columns that no statistic of the column tells of already."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.evidence import ColumnProfile, Fault, TableProfile

# Rules of their own tell of these.
_ELSEWHERE = ("placeholder", "damaged encoding")
# Values that fail these checks may have these kinds of fault as well.
_CHECKED = {
    "invalid value": "email syntax",
    "default date": "date plausible",
    "impossible date": "date plausible",
}


def unchecked_faults(profile: TableProfile) -> Iterator[tuple[str, Fault, int]]:
    """Column, fault, and the rows that have it beyond those that fail a check for it.

    Custom fields that hardly any row fills are among them; those that none
    fills are not, as their statistics say so.
    """
    for column in profile.columns:
        for fault in column.faults:
            if fault.kind not in _ELSEWHERE:
                yield column.name, fault, fault.rows - _failing(column, fault)
    for fault in profile.faults:
        if fault.kind == "unused custom field" and fault.rows < fault.of:
            yield fault.columns[0], fault, fault.rows


def _failing(column: ColumnProfile, fault: Fault) -> int:
    passed, applies = column.checks.get(_CHECKED.get(fault.kind, ""), (0, 0))
    return applies - passed
