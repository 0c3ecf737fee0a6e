"""Subjects and numbers as rules on data quality put them into words."""

from __future__ import annotations

from collections.abc import Iterable

from crmaudit.evidence import ColumnProfile, TableProfile
from crmaudit.facts import Facts, NotAssessed
from crmaudit.rules.base import Confidence
from crmaudit.rules.gov_words import percent, subject

__all__ = [
    "column_subject",
    "entity_label",
    "need_profiles",
    "of_rows",
    "percent",
    "subject",
    "surety",
    "table_subject",
    "worst",
]


def table_subject(system: str, table: str) -> str:
    """`table:crm.contacts`."""
    return subject("table", system, table)


def column_subject(system: str, table: str, column: str) -> str:
    """`column:crm.contacts.email`."""
    return subject("column", system, table, column)


def need_profiles(facts: Facts) -> None:
    """Raise NotAssessed where no table was profiled."""
    if not facts.evidence.profiles:
        raise NotAssessed("no table was profiled", needs="crmaudit collect")


def entity_label(facts: Facts, entity: str | None) -> str:
    """The entity's name; a map may name one that entities.yaml does not define."""
    known = facts.workspace.entity.get(entity or "")
    return known.label if known else entity or ""


def of_rows(part: int, whole: int) -> str:
    """`31 % (6,214 of 20,045)`."""
    return f"{percent(part / whole)} ({part:,} of {whole:,})"


def worst(faults: Iterable[tuple[str, int]], most: int = 3) -> str:
    """`email (412), phone (17) and 2 more`, the most faults first."""
    ordered = sorted(faults, key=lambda f: -f[1])
    shown = ", ".join(f"{name} ({n:,})" for name, n in ordered[:most])
    return f"{shown} and {len(ordered) - most} more" if len(ordered) > most else shown


def surety(profile: TableProfile, *columns: ColumnProfile) -> Confidence:
    """Certain where everything was counted exactly, else firm."""
    sampled = profile.rows_method.kind != "exact" or any(c.methods for c in columns)
    partly = profile.provenance.status.state != "done"
    return "firm" if sampled or partly else "certain"
