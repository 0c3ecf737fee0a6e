"""A product map's file: what is known of one CRM product, whatever database it stands in.

Names are the product's own, as its public schema has them. Frozen pydantic
models, unknown keys refused; docs/products.md explains every key.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from crmaudit.evidence.entity_map import Role
from crmaudit.evidence.semantic import SemanticType
from crmaudit.quality.products.parts import Dictionary
from crmaudit.workspace.accounts import (
    Access,
    ColumnName,
    ColumnNames,
    Dashboards,
    History,
    Part,
    Session,
    TableName,
    Test,
    TrailSetting,
    Users,
)
from crmaudit.workspace.base import Exact, Id, Model, Text, several
from crmaudit.workspace.landscape import CanonicalKind

Tests = Annotated[tuple[Test, ...], several]
"""Conditions of which the first that the database can answer counts; "" = all rows."""


class CheckedAgainst(Model):
    """The public schema, or field reference, against which every name was held."""

    schema_: Annotated[Id, Field(alias="schema")]
    version: Text
    source: Text
    commit: str = ""
    licence: Text


class Prefix(Model):
    """What the product's tables are called in front.

    `fixed: false`: whoever installs it chooses another prefix than `written`.
    """

    written: str = ""
    fixed: bool = True
    note: str = ""


class VersionAt(Model):
    """Where the version stands: one value, of the row that `order` puts last."""

    table: TableName
    column: ColumnName
    where: Test = ""
    order: ColumnName = ""
    note: str = ""


class Signs(Model):
    """Tables and columns that are there, and tables that are not (`without`)."""

    tables: tuple[Exact, ...] = ()
    columns: tuple[Exact, ...] = ()
    without: tuple[Exact, ...] = ()


class Edition(Model):
    """Something that tables and columns tell of version or edition."""

    name: Text
    when: Signs


class Signature(Model):
    """What the product is recognised by: points for tables and `table.column`.

    `by: columns` for exports whose files may be called anything: a file is
    known by its columns or by the headings under `labels`.
    `editions` stand in their order, the last that fits counts; of `parts` all
    that fit are told.
    """

    enough: Annotated[float, Field(gt=0)]
    by: Literal["tables", "columns"] = "tables"
    case: Literal["exact", "any"] = "exact"
    tables: dict[Exact, float] = {}
    columns: dict[Exact, float] = {}
    labels: dict[Exact, dict[Text, float]] = {}
    version: tuple[VersionAt, ...] = ()
    version_note: str = ""
    editions: tuple[Edition, ...] = ()
    parts: tuple[Edition, ...] = ()


class Defaults(Model):
    """What holds for every table that has these columns and does not say otherwise.

    A column `table.column` stands in a table reached by `join` (its qualified
    column → a column of the table at hand, `key` for the first of its key).
    """

    key: ColumnNames = ()
    created_at: Exact = ""
    created_by: Exact = ""
    modified_at: Exact = ""
    modified_by: Exact = ""
    owner: Exact = ""
    soft_delete: Test = ""
    archived: Test = ""
    test_rows: Test = ""
    automatic: Test = ""
    join: dict[Exact, Exact] = {}
    note: str = ""


class TableRow(Model):
    """A table's part in an entity, in the form of the workspace's maps.

    An empty text in place of a column or condition: the default does not
    hold. `columns` say what columns mean; `like` names another table of the
    map whose meanings hold here too.
    """

    table: TableName
    entity: CanonicalKind | None = None
    role: Role = "primary"
    where: Tests = ()
    key: ColumnNames = ()
    name: ColumnNames = ()
    created_at: Exact | None = None
    created_by: Exact | None = None
    modified_at: Exact | None = None
    modified_by: Exact | None = None
    owner: Exact | None = None
    soft_delete: Test | None = None
    archived: Test | None = None
    test_rows: Test | None = None
    automatic: Test | None = None
    last_login: Exact = ""
    join: dict[Exact, Exact] | None = None
    like: Exact = ""
    columns: dict[Exact, SemanticType] = {}
    note: str = ""

    @model_validator(mode="after")
    def _says_what(self) -> TableRow:
        if self.entity is None and self.role in ("primary", "extension", "line"):
            raise ValueError(f"a table with the role {self.role} needs an entity")
        return self


class Via(Model):
    """The table that links contact points to records of several kinds."""

    table: TableName
    column: ColumnName
    """Refers to the contact point."""
    to: ColumnName
    """The contact point's key."""
    type: ColumnName
    id: ColumnName
    values: dict[Exact, CanonicalKind]
    where: Test = ""


class ContactPlace(Part):
    """Where e-mail addresses, phone numbers or postal addresses are kept.

    In columns of the entity's own table, or in a side table: `on` has its
    column → the column of the entity's table `to`; with `type` and `values`
    for several kinds of entity, by the value of the column `type`; with `via`
    through a link table.
    """

    kind: Literal["e-mail", "phone", "address"]
    of: tuple[CanonicalKind, ...]
    value: ColumnNames
    on: dict[Exact, Exact] = {}
    to: TableName = ""
    type: ColumnName = ""
    values: dict[Exact, CanonicalKind] = {}
    via: Via | None = None
    primary: Test = ""
    invalid: Test = ""
    opt_out: Test = ""


class Target(Model):
    """The table and key that a type value means, where it is not the table's own key."""

    table: TableName
    column: ColumnName


class Pair(Model):
    """A polymorphic pair: columns `type` and `id`.

    What a type means stands in `values`, is the same as for another pair
    (`like: table.id`), or follows a rule (`type_is`). `by: id prefix`: there
    is no type column, the id itself begins with a code of its table.
    """

    table: TableName
    id: ColumnName
    type: ColumnName = ""
    values: dict[Exact, Exact | Target] = {}
    like: Exact = ""
    type_is: Literal["table name", "class name", "model name"] | None = None
    by: Literal["id prefix"] | None = None
    sentinels: Annotated[tuple[Exact, ...], several] = ()
    note: str = ""

    @model_validator(mode="after")
    def _tells_the_table(self) -> Pair:
        if not self.type and not self.by:
            raise ValueError("a pair needs the column `type`, or `by: id prefix`")
        if not (self.values or self.like or self.type_is):
            raise ValueError("say what the types mean: `values`, `like` or `type_is`")
        return self


class ReferenceRow(Model):
    """Columns of a table, or a column of `each` table that has it, that refer to another.

    `or`: some values refer to that table instead, and no column says which.
    """

    table: TableName = ""
    columns: ColumnNames = ()
    each: Exact = ""
    to: TableName
    to_columns: Annotated[tuple[Exact, ...], several] = ()
    or_: Annotated[TableName, Field(alias="or")] = ""
    sentinels: Annotated[tuple[Exact, ...], several] = ()
    note: str = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> ReferenceRow:
        if bool(self.each) == bool(self.table and self.columns):
            raise ValueError("a reference needs `table` and `columns`, or `each`")
        return self


class Codes(Part):
    """Lists of options in one table: a code column holds `value` of one `group`."""

    value: ColumnName
    label: ColumnName
    group: ColumnName
    group_table: TableName
    group_name: Exact
    columns: dict[Exact, Text]
    """`table.column` → the name of its list."""


class CustomTables(Model):
    """Tables that hold nothing but the organisation's own fields of other tables.

    `of`: how the table is called that they extend, `%` being what stands for
    `%` in `pattern`; `key` is the column that holds its key.
    """

    pattern: Text
    key: Exact = ""
    of: str = ""


class CustomFields(Model):
    """How the organisation's own fields are told: by patterns as in LIKE."""

    columns: Annotated[tuple[Text, ...], several] = ()
    not_columns: Annotated[tuple[Text, ...], several] = ()
    tables: tuple[CustomTables, ...] = ()
    note: str = ""


class ProductMap(Model):
    """One product."""

    product: Id
    name: Text
    versions: Text
    checked_against: Annotated[tuple[CheckedAgainst, ...], Field(min_length=1)]
    verified_on_data: bool = False
    form: str = ""
    """What the database is where it is none: a folder of exports."""
    prefix: Prefix = Prefix.model_construct()
    recognise: Signature
    defaults: Defaults = Defaults.model_construct()
    tables: tuple[TableRow, ...]
    contact_points: tuple[ContactPlace, ...] = ()
    polymorphic: tuple[Pair, ...] = ()
    references: tuple[ReferenceRow, ...] = ()
    codes: Codes | None = None
    users: tuple[Users, ...] = ()
    """Alternatives: the first whose table and key are there counts."""
    access: Access = Access.model_construct()
    sessions: tuple[Session, ...] = ()
    history: tuple[History, ...] = ()
    trail: tuple[TrailSetting, ...] = ()
    dashboards: tuple[Dashboards, ...] = ()
    system: tuple[Text, ...] = ()
    """Tables of the machinery, by name or pattern as in LIKE."""
    system_but: tuple[Text, ...] = ()
    custom_fields: CustomFields = CustomFields.model_construct()
    dictionary: tuple[Dictionary, ...] = ()
    labels: dict[Exact, dict[Exact, Text]] = {}
    """Table → column → the heading under which an export has it."""
    does_not_know: tuple[Text, ...] = ()
    """What the map cannot say, in sentences."""

    @cached_property
    def meanings(self) -> dict[int, dict[str, SemanticType]]:
        """Number of the row → what its columns mean, with those of `like`."""
        first: dict[str, dict[str, SemanticType]] = {}
        found = {}
        for number, row in enumerate(self.tables):
            found[number] = {**first.get(row.like, {}), **row.columns}
            if found[number]:
                first.setdefault(row.table, found[number])
        return found

    def values_of(self, pair: Pair) -> dict[str, str | Target]:
        """What the types of a pair mean, with those of `like`."""
        table, _, column = pair.like.rpartition(".")
        for other in self.polymorphic:
            if pair.like and (other.table, other.id) == (table, column):
                return {**other.values, **pair.values}
        return dict(pair.values)

    @model_validator(mode="after")
    def _likes_are_there(self) -> ProductMap:
        for problem in self._dangling():
            raise ValueError(problem)
        return self

    def _dangling(self) -> Iterator[str]:
        above: set[str] = set()
        for row in self.tables:
            if row.like and row.like not in above:
                yield f"{row.table} is like {row.like}, which does not stand above it"
            above.add(row.table)
        pairs = {f"{p.table}.{p.id}" for p in self.polymorphic if p.values}
        for pair in self.polymorphic:
            if pair.like and pair.like not in pairs:
                yield f"{pair.table}.{pair.id} is like {pair.like}, which is no pair with values"
