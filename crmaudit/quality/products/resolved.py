"""What a product map says about one database: only what is really there, in its own names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crmaudit.evidence.entity_map import ContactPoint, MappedTable, Product
from crmaudit.evidence.keys import Polymorphic, Reference
from crmaudit.evidence.semantic import SemanticType

if TYPE_CHECKING:
    from crmaudit.quality.products.naming import Names, TypeNames
    from crmaudit.quality.products.parts import Dictionary
    from crmaudit.workspace.accounts import (
        Access,
        Dashboards,
        History,
        Session,
        TrailSetting,
        Users,
    )


@dataclass(frozen=True, slots=True)
class OptionList:
    """Where the words of a code stand: `column` holds `value` of the rows of `group`.

    `table` lists the options, `value` and `label` are its columns. `group`
    is the list's own name, `group_column` the column that refers to
    `group_table`, where `group_name` has that name.
    """

    column: str
    group: str
    table: str
    value: str
    label: str
    group_column: str
    group_table: str
    group_name: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """A product map as far as a catalog bears it out.

    Tables are named as in the catalog (qualified), columns as they are
    spelled there, conditions are SQL of the engine. Nothing in it names a
    table or column that the catalog does not have.

    `tables` holds a row for each part of a table in an entity, system tables
    included; stamps, owners and conditions are filled in from the product's
    defaults. `references` are untested, with basis `product map`; those of
    polymorphic pairs whose values the map lists have `when`.
    `reference_of` gives the reference for any value of a pair, listed or not.
    `alternatives` are groups of references of one column: each value refers
    to a row of *one* of these tables, and which one no column says.
    `sentinels` has the values that the product writes for "none", by table
    and columns. `contact_points` include derived copies never. `custom_columns`
    are the organisation's own, by table. `codes` are lists of options by
    table. `semantics` says what columns mean, by table, whatever entity the
    row is about. `left_out` says in sentences what of the map could not be
    used here.
    """

    product: Product
    tables: tuple[MappedTable, ...] = ()
    references: tuple[Reference, ...] = ()
    alternatives: tuple[tuple[Reference, ...], ...] = ()
    polymorphic: tuple[Polymorphic, ...] = ()
    sentinels: Mapping[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)
    contact_points: tuple[ContactPoint, ...] = ()
    users: Users | None = None
    access: Access | None = None
    sessions: tuple[Session, ...] = ()
    history: tuple[History, ...] = ()
    trail: tuple[TrailSetting, ...] = ()
    dashboards: tuple[Dashboards, ...] = ()
    custom_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dictionaries: tuple[Dictionary, ...] = ()
    codes: Mapping[str, tuple[OptionList, ...]] = field(default_factory=dict)
    semantics: Mapping[str, Mapping[str, SemanticType]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    names: Names | None = field(default=None, repr=False)
    type_names: Mapping[tuple[str, str, str], TypeNames] = field(default_factory=dict, repr=False)

    def reference_of(self, pair: Polymorphic, value: str) -> Reference | None:
        """The reference of a polymorphic pair for one value of its type column.

        None where the product map knows no table for that value.
        """
        names = self.type_names.get((pair.table, pair.type_column, pair.id_column))
        target = names.target(value) if names else None
        if target is None:
            return None
        return Reference(
            pair.table,
            (pair.id_column,),
            target.table,
            target.columns,
            when=(pair.type_column, value),
            basis="product map",
            reasons=(f"the product map of {self.product.name} says so",),
        )
