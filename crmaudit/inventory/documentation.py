"""Whether a system is documented, how old that is, and whether it describes what is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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

    Where the documentation's tables are listed by name, `matched` are those
    described and there, `missing` those there and not described, `gone` those
    described that are not there any more.
    """

    described: int
    present: int
    missing: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """Of the tables that are there, those described; None where there are none."""
        return self.described / self.present if self.present else None


def document_states(system: System, as_of: date | None) -> tuple[DocumentState, ...]:
    """Both parts, without those that were left blank on purpose."""
    return tuple(
        _state(part, getattr(system.documentation, part), as_of)
        for part in PARTS
        if not left_blank(system, f"documentation.{part}")
    )


def described(
    document: Document, tables: Collection[str], views: Collection[str] = ()
) -> Described | None:
    """The documentation laid beside the tables that are there; None where it counts none.

    Names count with their schema or without, in either case of letters. Views
    need no documentation of their own, yet one that is described is not gone.
    Without names only the numbers can be compared: a documentation of other
    tables than these then passes for one of these.
    """
    if document.describes:
        listed, there = _Names(document.describes), _Names((*tables, *views))
        matched = tuple(t for t in tables if t in listed)
        return Described(
            len(matched),
            len(tables),
            tuple(t for t in tables if t not in listed),
            matched,
            tuple(n for n in document.describes if n not in there),
        )
    if document.tables is None:
        return None
    return Described(min(document.tables, len(tables)), len(tables))


class _Names:
    """Names of tables; one with a schema and one without are the same table."""

    def __init__(self, names: Iterable[str]) -> None:
        self._full = {n.casefold() for n in names}
        self._bare = {n for n in self._full if "." not in n}
        self._last = {n.rsplit(".", 1)[-1] for n in self._full}

    def __contains__(self, name: str) -> bool:
        name = name.casefold()
        last = name.rsplit(".", 1)[-1]
        return name in self._full or last in (self._bare if "." in name else self._last)


def _state(
    part: Literal["system", "database"], document: Document | None, as_of: date | None
) -> DocumentState:
    if document is None:
        return DocumentState(part, None, False, None)
    age = None
    if document.updated is not None and as_of is not None:
        age = (as_of - document.updated).days / DAYS_A_YEAR
    return DocumentState(part, document.exists, document.status == "outdated", age)
