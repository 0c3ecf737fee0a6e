"""Columns that somebody says hold each value once, and whether they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crmaudit.evidence import ColumnProfile, TableProfile
from crmaudit.quality.column_roles import unique_columns
from crmaudit.quality.quality import Quality, column_named
from crmaudit.workspace.landscape import Entity


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """A column said to be unique. `technical`: by a key, not by an entity's definition."""

    system: str
    profile: TableProfile
    column: ColumnProfile
    says: str
    technical: bool

    @property
    def repeated(self) -> int | None:
        """Rows whose value another row has too; None where that was not counted."""
        return None if self.column.uniques is None else self.column.filled - self.column.uniques


def claims(quality: Quality, entities: Mapping[str, Entity]) -> Iterator[KeyClaim]:
    """Keys of one column: the database's, the map's, and unique attributes of entities.

    A key of several columns cannot be judged from the columns' own profiles.
    """
    for system, profile in quality.tables():
        declared = unique_columns(quality.declared(system, profile.table))
        for column in profile.columns:
            if column.name in declared and profile.rows:
                yield KeyClaim(system, profile, column, "the database declares it a key", True)
    for holding in quality.holdings():
        if holding.mapped.role != "primary" or not holding.profile.rows:
            continue
        key = holding.mapped.key
        if len(key) == 1 and (found := column_named(holding.profile, key[0])):
            says = "the map says it is the key"
            yield KeyClaim(holding.system, holding.profile, found, says, True)
        entity = entities.get(holding.mapped.entity or "")
        for attribute in entity.attributes if entity else ():
            if attribute.unique and (found := column_named(holding.profile, attribute.name)):
                says = f"{attribute.name} is defined as unique"
                yield KeyClaim(holding.system, holding.profile, found, says, False)
