"""What is known of each column that matters for keys: declared, and measured where it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from crmaudit.evidence import Catalog, Column, ColumnProfile, Table, TableProfile
from crmaudit.evidence.semantic import SemanticType
from crmaudit.quality.column_roles import unique_columns

LONGEST = 255
"""A column with longer values holds no key."""

_NOT_A_KEY_TYPE = re.compile(
    r"date|time|year|bool|blob|bytea|binary\(?(?!16)|image|json|xml|geo|point|money|interval|array"
    r"|enum|set\(|tinyint\(1\)|^bit|longtext|mediumtext|ntext|clob",
    re.IGNORECASE,
)
_NO_KEY: frozenset[SemanticType] = frozenset(
    {
        *("money", "currency", "percentage", "date", "flag", "consent", "created at"),
        *("modified at", "soft delete", "secret", "machine text", "birth date", "latitude"),
        *("longitude", "text", "street", "full address", "house number", "url", "file name"),
        *("phone", "mobile", "fax", "ip address", "gender", "salutation", "given name"),
        *("family name", "job title"),
    }
)


@dataclass(frozen=True, slots=True)
class Known:
    """A column of a table. `rows` and `filled` are None where they were not measured."""

    table: Table
    column: Column
    profile: ColumnProfile | None = None
    rows: int | None = None
    declared_unique: bool = False
    wide: bool = False
    """Of a type that its engine gives no plain index: what refers to others is not kept so."""

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def filled(self) -> int | None:
        failed = self.profile is None or self.profile.status.state == "failed"
        return None if failed or self.profile is None else self.profile.filled

    @property
    def is_empty(self) -> bool:
        """Known to hold no value."""
        return self.rows == 0 or self.filled == 0

    @property
    def is_unique(self) -> bool:
        """Declared or measured to hold no value twice; rows without a value do not matter."""
        if self.declared_unique:
            return True
        p = self.profile
        return bool(p and p.filled and p.distinct == p.filled and not p.methods)

    @property
    def nearly_unique(self) -> bool:
        """At most one in fifty of the measured values stands there twice."""
        p = self.profile
        return bool(p and p.filled >= 20 and p.uniques and p.uniques >= 0.98 * p.filled)

    @property
    def can_hold_key(self) -> bool:
        """Whether its type and content allow keys, its own table's or another's."""
        p = self.profile
        if p is not None and p.status.state != "failed" and p.filled:
            if p.logical in ("date", "datetime", "time", "boolean", "binary"):
                return False
            if (p.length_max or 0) > LONGEST:
                return False
        return not _NOT_A_KEY_TYPE.search(self.column.type)

    @property
    def means(self) -> str:
        """The semantic type where it was recognised, else nothing."""
        found = self.profile.semantic if self.profile else None
        return found.type if found and found.confidence >= 0.5 else ""

    @property
    def means_something_else(self) -> bool:
        """Recognised as something that no key is."""
        return self.means in _NO_KEY

    @property
    def is_text(self) -> bool:
        if self.profile and self.profile.filled:
            return self.profile.logical == "text"
        return bool(re.search(r"char|text|clob|uuid|uniqueid|string", self.column.type.lower()))

    @property
    def is_number(self) -> bool:
        if self.profile and self.profile.filled:
            return self.profile.logical in ("integer", "number")
        return bool(re.search(r"int|num|dec|serial", self.column.type.lower()))


class Columns:
    """All columns of a catalog that could matter; views are left out, as their rows are others'."""

    def __init__(self, catalog: Catalog, profiles: Iterable[TableProfile] = ()) -> None:
        self.tables = tuple(t for t in catalog.tables if t.kind != "view" and t.columns)
        self._engine = catalog.provenance.engine
        self._profiles: Mapping[str, TableProfile] = {
            p.table: p for p in profiles if not p.where and p.provenance.status.state != "failed"
        }

    @cached_property
    def table(self) -> Mapping[str, Table]:
        return {t.qualified: t for t in self.tables}

    def rows(self, table: str) -> int | None:
        """Rows of a table, None where they are not known exactly."""
        profile = self._profiles.get(table)
        if profile is not None and profile.rows_method.kind == "exact":
            return profile.rows
        found = self.table.get(table)
        return found.rows if found and found.rows_method.kind == "exact" else None

    def of(self, table: Table) -> Iterator[Known]:
        yield from self._known.get(table.qualified, {}).values()

    def get(self, table: str, column: str) -> Known | None:
        return self._known.get(table, {}).get(column)

    def without_values(self, table: str, columns: Iterable[str]) -> bool:
        """Whether one of these columns is not there, or is known to hold no value."""
        known = [self.get(table, c) for c in columns]
        return any(k is None or k.is_empty for k in known)

    @cached_property
    def _known(self) -> Mapping[str, Mapping[str, Known]]:
        found: dict[str, dict[str, Known]] = {}
        engine = self._engine
        for table in self.tables:
            profile = self._profiles.get(table.qualified)
            measured = {c.name: c for c in profile.columns} if profile else {}
            unique = unique_columns(table)
            rows = self.rows(table.qualified)
            found[table.qualified] = {
                c.name: Known(
                    table, c, measured.get(c.name), rows, c.name in unique, _wide(c.type, engine)
                )
                for c in table.columns
            }
        return found


def _wide(type_: str, engine: str) -> bool:
    return engine in ("mariadb", "mysql") and type_.lower().startswith(("text", "tinytext"))
