"""Columns that somebody says hold each value once, and whether they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crmaudit.evidence import ColumnProfile, TableProfile
from crmaudit.messages import msg
from crmaudit.quality.column_roles import unique_columns
from crmaudit.quality.quality import Quality, column_named
from crmaudit.workspace.landscape import Entity


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """Columns said to be unique together. `technical`: by a key, not by an entity's definition.

    `repeated` of `filled` rows with a value share it with another row; None
    where that was not counted. `column` is the profile of a key of one column.
    """

    system: str
    profile: TableProfile
    columns: tuple[str, ...]
    says: str
    technical: bool
    filled: int
    repeated: int | None
    evidence: str
    column: ColumnProfile | None = None


def claims(quality: Quality, entities: Mapping[str, Entity]) -> Iterator[KeyClaim]:
    """Keys of the database and of maps, and unique attributes of entities.

    A key of several columns cannot be judged from the columns' own profiles,
    only where it was tested on the rows. Keys that were merely found are no
    claim of anybody.
    """
    for system, profile in quality.tables():
        declared = unique_columns(quality.declared(system, profile.table))
        for column in profile.columns:
            if column.name in declared and profile.rows:
                says = msg("the database declares it a key")
                yield _claim(system, profile, column, says, technical=True)
        about = quality.about(profile)
        for key in about.keys:
            if len(key.columns) > 1 and key.basis != "inferred" and key.repeated is not None:
                filled = key.rows - (key.nulls or 0)
                says = _SAYS.get(key.basis, "it is declared a key")
                yield KeyClaim(
                    system, profile, key.columns, says, True, filled, key.repeated, about.keyed
                )
    for holding in quality.holdings():
        mapped, profile = holding.mapped, holding.profile
        if mapped.role != "primary" or not profile.rows:
            continue
        if len(mapped.key) == 1 and mapped.basis != "inferred":
            found = column_named(profile, mapped.key[0])
            if found is not None:
                says = msg("the map says it is the key")
                yield _claim(holding.system, profile, found, says, technical=True)
        entity = entities.get(mapped.entity)
        for attribute in entity.attributes if entity else ():
            if attribute.unique and (found := column_named(profile, attribute.name)):
                says = msg("{attribute} is defined as unique", attribute=attribute.name)
                yield _claim(holding.system, profile, found, says, technical=False)


_SAYS = {
    "declared": msg("the database declares them a key"),
    "map": msg("the map says they are the key"),
    "product map": msg("they are the product's key"),
    "dictionary": msg("the product describes them as a key"),
}


def _claim(
    system: str, profile: TableProfile, column: ColumnProfile, says: str, *, technical: bool
) -> KeyClaim:
    repeated = None if column.uniques is None else column.filled - column.uniques
    return KeyClaim(
        system,
        profile,
        (column.name,),
        says,
        technical,
        column.filled,
        repeated,
        profile.id,
        column,
    )
