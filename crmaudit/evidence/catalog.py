"""What a database says it holds: tables, columns, keys, indexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from crmaudit.evidence.prose import Prose
from crmaudit.evidence.provenance import EXACT, Document, Method


@dataclass(frozen=True, slots=True)
class Column:
    """A column as declared. `type` is the engine's own spelling."""

    name: str
    type: str
    nullable: bool = True
    default: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A declared reference. `ref_columns` may be empty where the engine does not say."""

    columns: tuple[str, ...]
    ref_table: str
    ref_columns: tuple[str, ...] = ()
    ref_schema: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    name: str
    columns: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table, view or export file.

    `schema` is empty where the engine has none or the table lies in the
    audited default schema. `rows` is None where it is not known; `rows_method`
    says how it was obtained. `readable` is False where the account may not
    read it, `note` says anything else an auditor should know (row-level
    security, a view that fails).
    """

    name: str
    schema: str = ""
    kind: Literal["table", "view", "file"] = "table"
    columns: tuple[Column, ...] = ()
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str = ""
    rows: int | None = None
    rows_method: Method = EXACT
    bytes: int | None = None
    readable: bool = True
    note: str = ""

    @property
    def qualified(self) -> str:
        """`schema.name`, or `name` alone in the default schema."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Catalog(Document):
    """All that a source declares about itself."""

    kind: ClassVar[str] = "catalog"
    version: str = ""
    tables: tuple[Table, ...] = ()
    bytes: int | None = None
    notes: tuple[Prose, ...] = ()

    def table(self, qualified: str) -> Table:
        """The table of that qualified name; KeyError where there is none."""
        for table in self.tables:
            if table.qualified == qualified:
                return table
        raise KeyError(qualified)
