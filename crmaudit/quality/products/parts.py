"""Parts of a product map that name columns of one table: users, access, sessions, history.

A part has the same form in the map's file and resolved on a catalog. In the
file it names the product's own tables and columns; resolved, those of the
database: tables qualified, conditions in the engine's SQL, and empty what is
not there. What a field holds is told by its type: `TableName`, `ColumnName`,
`ColumnNames` or `Test` (a condition on the rows of the part's table).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from crmaudit.quality.products.conditions import parse
from crmaudit.workspace.base import Exact, Model, Text, several

TABLE, COLUMN, TEST = "table", "column", "test"
"""Marks of fields: what the names in them are."""


def _condition(text: str) -> str:
    if text:
        parse(text)
    return text


TableName = Annotated[Exact, TABLE]
ColumnName = Annotated[Exact, COLUMN]
ColumnNames = Annotated[tuple[Exact, ...], several, COLUMN]
Test = Annotated[str, AfterValidator(_condition), TEST]

AccessLevel = Literal[
    "none", "user", "business unit", "parent: child", "organisation", "administrator"
]
"""How far a right reaches: own records, those of one's unit, of the units below, all; and all
with the setting up of the system."""


class Part(Model):
    """Something about one table."""

    model_config = ConfigDict(str_strip_whitespace=False)

    table: TableName
    where: Test = ""
    """Which of the table's rows are meant."""
    note: str = ""


class Logins(Part):
    """A table of logins, from which the last one of each account can be had."""

    holder: ColumnName = ""
    """Holds the account's key."""
    login: ColumnName = ""
    """Holds the account's login, where it is that and not the key."""
    at: ColumnName


class Users(Part):
    """The accounts of the CRM."""

    key: ColumnName
    login: ColumnName = ""
    email: Annotated[ColumnName, Field(alias="e-mail")] = ""
    active: Test = ""
    """Holds for accounts that can be used; empty: the database does not tell."""
    admin: Test = ""
    """Holds for accounts that may do everything."""
    not_persons: Test = ""
    """Holds for accounts of programs, of portals or of outsiders."""
    last_login: ColumnName = ""
    logins: Logins | None = None
    """Where the last login has to be looked up, if no column has it."""
    person: ColumnName = ""
    """Refers to the record of the person who has the account."""
    person_table: TableName = ""
    authors: TableName = ""
    """What created-by and modified-by columns refer to, where it is not this table."""


class Session(Part):
    """A trace of accounts at work: logins, or what they looked at."""

    user: ColumnName = ""
    """The account's key, or its login where the part `users` has no such key. Empty: the row
    is the account itself."""
    login_at: ColumnName = ""
    logout_at: ColumnName = ""
    at: ColumnName = ""
    """When it was last in use, or when this was done."""
    ip: ColumnName = ""
    action: ColumnName = ""
    object_type: ColumnName = ""
    object: ColumnName = ""
    active: Test = ""
    count: ColumnName = ""
    status: ColumnName = ""


class History(Part):
    """A record of changes to other records.

    With `pattern` instead of `table`: one such table for each that fits
    (`%` any text, `_` any character, `\\_` itself).
    """

    table: TableName = ""
    pattern: str = ""
    object_type: ColumnName = ""
    object: ColumnName = ""
    by: ColumnName = ""
    at: ColumnName = ""
    action: ColumnName = ""
    field: ColumnName = ""
    old: ColumnNames = ()
    new: ColumnNames = ()
    changes: ColumnName = ""
    """One text with all that was changed."""
    codes: dict[str, Text] = {}
    """What the values of `action` mean."""


class Members(Part):
    """Who belongs to a team: one row each."""

    team: ColumnName
    member: ColumnName


class TeamRecords(Part):
    """Which records belong to a team."""

    team: ColumnName
    object_type: ColumnName
    object: ColumnName


class Teams(Part):
    """Groups of accounts."""

    key: ColumnName = ""
    name: ColumnName = ""
    members: Members | None = None
    records: TeamRecords | None = None


class Units(Part):
    """The organisation's units, or the tree of positions that decides what one sees below."""

    key: ColumnName
    name: ColumnName = ""
    parent: ColumnName = ""


class Roles(Part):
    """Roles, profiles or sets of permissions, which are granted to accounts."""

    key: ColumnName
    name: ColumnName = ""
    parent: ColumnName = ""
    unit: ColumnName = ""
    privileges: ColumnNames = ()
    """Columns of the role that hold its rights as one text or JSON."""


class Assignment(Part):
    """Who has a role. `to`: what kind of holder `holder` refers to."""

    role: ColumnName
    holder: ColumnName
    holder_type: ColumnName = ""
    to: Literal["user", "team", "segment", "role"] = "user"
    active: Test = ""


class Grant(Part):
    """What a role (or, without one, an account or team itself) may do to which kind of record."""

    role: ColumnName = ""
    holder: ColumnName = ""
    object_type: ColumnName = ""
    object: ColumnName = ""
    operation: ColumnNames = ()
    level: ColumnNames = ()
    active: Test = ""
    deny: Test = ""


class Operation(Part):
    """The list of rights that grants refer to."""

    key: ColumnName
    name: ColumnName = ""
    object_type: ColumnName = ""
    operation: ColumnNames = ()
    level: ColumnName = ""


class Sharing(Part):
    """Single records, or kinds of record, opened to accounts or teams."""

    holder: ColumnNames = ()
    holder_type: ColumnName = ""
    object_type: ColumnName = ""
    object: ColumnName = ""
    level: ColumnNames = ()


class Inherited(Part):
    """Roles that bring other roles with them."""

    role: ColumnName
    includes: ColumnName


class Access(Model):
    """Who may do what.

    `levels` says which of the four levels a code of the product means; `codes`
    spells the other codes, by column. `record` names a column of the records
    themselves that says who sees them.
    """

    roles: tuple[Roles, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    grants: tuple[Grant, ...] = ()
    operations: tuple[Operation, ...] = ()
    inherited: tuple[Inherited, ...] = ()
    sharing: tuple[Sharing, ...] = ()
    teams: tuple[Teams, ...] = ()
    units: tuple[Units, ...] = ()
    record: str = ""
    levels: dict[str, AccessLevel] = {}
    codes: dict[str, dict[str, Text]] = {}
    rule: str = ""
    """How several roles add up, and what else decides."""


class Relation(Model):
    """How one row of a dictionary describes a relation.

    Each is a column (qualified where it is reached by a join) or, after `=`, a
    fixed text. `table.column` refers to `to.to_column`; with `link` both are
    reached by that table's columns `link_column` and `link_to_column`.
    `when_column` names a type column, `when` the value for which it holds.
    """

    table: Exact
    column: Exact
    to: Exact
    to_column: Exact = ""
    link: Exact = ""
    link_column: Exact = ""
    link_to_column: Exact = ""
    when_column: Exact = ""
    when: Exact = ""

    def columns(self) -> dict[str, str]:
        """Part of the relation → the dictionary's column that tells it."""
        texts = self.model_dump()
        return {part: text for part, text in texts.items() if text and text[0] != "="}


class Dictionary(Part):
    """A table in which the product describes its own tables.

    With `relation` its rows can be read as references. `join` reaches other
    tables of the dictionary: their qualified column → this table's column.
    `names` says how tables are called in it: by their own name, by a class or
    by a model (dots for underscores); `called` has those called otherwise.
    """

    describes: Text
    join: dict[Exact, Exact] = {}
    relation: Relation | None = None
    names: Literal["table", "class", "model"] = "table"
    called: dict[Exact, TableName] = {}
