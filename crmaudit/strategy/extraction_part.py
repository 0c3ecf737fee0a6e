"""What of the facts an extraction is judged by: a system's, or those of one entity in it."""

from __future__ import annotations

from dataclasses import dataclass

from crmaudit.evidence import Catalog, MappedTable
from crmaudit.evidence.catalog import Table
from crmaudit.facts import Facts
from crmaudit.workspace.dossier import System

Judged = tuple[float | None, str, tuple[str, ...]]
"""Difficulty, the fact or what is not known, ids of evidence."""
_ASIDE = frozenset({"system", "log"})
"""Roles of tables that no extraction of an entity takes along."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is judged: a system, or one entity in it."""

    facts: Facts
    system: System
    entity: str = ""

    @property
    def catalog(self) -> Catalog | None:
        return self.facts.evidence.catalogs.get(self.system.id)

    @property
    def mapped(self) -> tuple[MappedTable, ...]:
        """Rows of the entity map in scope; of a system, those of all its entities."""
        known = self.facts.maps.get(self.system.id)
        rows = known.tables if known else ()
        return tuple(
            r for r in rows if r.role not in _ASIDE and r.entity and self.entity in ("", r.entity)
        )

    @property
    def tables(self) -> tuple[Table, ...]:
        """Tables of the catalog in scope: mapped ones, or all of a system without a map."""
        catalog = self.catalog
        if catalog is None:
            return ()
        named = {r.table for r in self.mapped}
        whole = not self.entity and not named
        return tuple(
            t for t in catalog.tables if t.kind != "view" and (whole or t.qualified in named)
        )

    @property
    def no_tables(self) -> str:
        """Why there are no tables to look at."""
        if self.catalog is None:
            return "database not read"
        return "nobody said which tables hold it" if self.entity else "no tables"

    @property
    def read(self) -> tuple[str, ...]:
        """The evidence of the catalog."""
        return (self.catalog.id,) if self.catalog is not None else ()
