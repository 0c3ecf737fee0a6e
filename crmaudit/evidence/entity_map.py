"""Which tables hold which entity: many to many, with row filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from crmaudit.evidence.provenance import Document

Role = Literal["primary", "secondary", "extension", "link", "lookup", "log", "line", "system"]


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A table's part in an entity.

    `where` is a SQL condition in the source's dialect that selects the
    entity's rows, empty for all rows. `confidence` lies in [0, 1]; `basis`
    says who says so (`declared`, `product map`, `inferred`).
    """

    table: str
    entity: str
    role: Role = "primary"
    where: str = ""
    key: tuple[str, ...] = ()
    created_at: str = ""
    created_by: str = ""
    modified_at: str = ""
    modified_by: str = ""
    owner: str = ""
    soft_delete: str = ""
    confidence: float = 1.0
    basis: Literal["declared", "product map", "inferred"] = "declared"


@dataclass(frozen=True, slots=True)
class EntityMap(Document):
    """The entity map of one system."""

    kind: ClassVar[str] = "entity-map"
    tables: tuple[MappedTable, ...] = ()

    def entities(self) -> tuple[str, ...]:
        """Entities that some table holds, sorted by name."""
        return tuple(sorted({t.entity for t in self.tables if t.role != "system"}))
