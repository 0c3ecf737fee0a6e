"""Which tables hold which entity: many to many, with row filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from crmaudit.evidence.prose import Prose
from crmaudit.evidence.provenance import Document

Role = Literal["primary", "secondary", "extension", "link", "lookup", "log", "line", "system"]
Basis = Literal["declared", "product map", "inferred"]

NOT_VERIFIED = "not verified on live data"
"""Of a product map that was only held against the product's public schema."""


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A table's part in an entity.

    `entity` is the workspace's own id where a person declared it, else the
    canonical kind (`person`, `organisation`, …; empty for machinery, lists and
    logs of nothing in particular). `where` is a SQL condition in the source's
    dialect that selects the entity's rows, empty for all rows; `soft_delete`,
    `archived`, `test_rows` and `automatic` are conditions too. Columns may be
    qualified (`table.column`) where they stand in a table reached by `join`
    (qualified column → column of this table). `name` are the columns that
    name a record. `confidence` lies in [0, 1], `reasons` say in short
    sentences what speaks for it; `basis` who says so.
    """

    table: str
    entity: str
    role: Role = "primary"
    where: str = ""
    key: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    created_at: str = ""
    created_by: str = ""
    modified_at: str = ""
    modified_by: str = ""
    owner: str = ""
    soft_delete: str = ""
    archived: str = ""
    test_rows: str = ""
    automatic: str = ""
    last_login: str = ""
    join: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    confidence: float = 1.0
    basis: Basis = "declared"
    reasons: tuple[Prose, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """The CRM product that a database is recognised as.

    `id` names the product map; `version` and `edition` are empty where the
    database does not tell them. `score` of `enough` points spoke for it.
    `verified`: the product map was tried on live data of the product.
    `checked_against` says which versions of its public schema the map was held
    against.
    """

    id: str
    name: str
    version: str = ""
    edition: str = ""
    score: float = 0.0
    enough: float = 0.0
    reasons: tuple[Prose, ...] = ()
    verified: bool = False
    checked_against: tuple[str, ...] = ()

    @property
    def trust(self) -> str:
        """How far its map is proven, in words that stand wherever the product is named."""
        return "tried on live data" if self.verified else NOT_VERIFIED


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """Where the e-mail addresses, phone numbers or postal addresses of an entity are kept.

    `of` are canonical kinds or entity ids; `table` holds `columns`, either the
    entity's own or a side table reached by `on` (column there → column of the
    entity's table), for rows with `where`. `primary`, `invalid` and `opt_out`
    are conditions too: for the main one of several, for one known not to
    work, for one that must not be used for advertising.
    """

    kind: Literal["e-mail", "phone", "address"]
    of: tuple[str, ...]
    table: str
    columns: tuple[str, ...]
    on: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    primary: str = ""
    invalid: str = ""
    opt_out: str = ""


@dataclass(frozen=True, slots=True)
class EntityMap(Document):
    """The entity map of one system: what a product map or inference says its tables mean."""

    kind: ClassVar[str] = "entity-map"
    tables: tuple[MappedTable, ...] = ()
    product: Product | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    seconds: float = 0.0

    def entities(self) -> tuple[str, ...]:
        """Entities that some table holds, sorted by name."""
        return tuple(sorted({t.entity for t in self.tables if t.role != "system" and t.entity}))
