"""Whether a system is documented, how old that is, and whether it describes what is there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from crmaudit.inventory.completeness import left_blank
from crmaudit.workspace.dossier import Document, System

PARTS: tuple[Literal["system", "database"], ...] = ("system", "database")
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class DocumentState:
    """The documentation of the system or of its database.

    `exists` is None where nobody said; `outdated` is True where somebody said
    so, `age` the years since it was last updated, None where not known.
    """

    part: Literal["system", "database"]
    exists: bool | None
    outdated: bool
    age: float | None


@dataclass(frozen=True, slots=True)
class Described:
    """Tables that the documentation describes, of those that are there.

    `missing` names them where the documentation's tables are listed by name.
    """

    described: int
    present: int
    missing: tuple[str, ...] = ()


def document_states(system: System, as_of: date | None) -> tuple[DocumentState, ...]:
    """Both parts, without those that were left blank on purpose."""
    return tuple(
        _state(part, getattr(system.documentation, part), as_of)
        for part in PARTS
        if not left_blank(system, f"documentation.{part}")
    )


def described(document: Document, tables: Collection[str]) -> Described | None:
    """The documentation laid beside the tables that are there; None where it counts none.

    Without names only the numbers can be compared: a documentation of other
    tables than these then passes for one of these.
    """
    if document.describes:
        listed = {name.casefold() for name in document.describes}
        missing = tuple(t for t in tables if not _names(t) & listed)
        return Described(len(tables) - len(missing), len(tables), missing)
    if document.tables is None:
        return None
    return Described(min(document.tables, len(tables)), len(tables))


def _names(table: str) -> set[str]:
    """A table may be listed with its schema or without."""
    return {table.casefold(), table.rsplit(".", 1)[-1].casefold()}


def _state(
    part: Literal["system", "database"], document: Document | None, as_of: date | None
) -> DocumentState:
    if document is None:
        return DocumentState(part, None, False, None)
    age = None
    if document.updated is not None and as_of is not None:
        age = (as_of - document.updated).days / DAYS_A_YEAR
    return DocumentState(part, document.exists, document.status == "outdated", age)
