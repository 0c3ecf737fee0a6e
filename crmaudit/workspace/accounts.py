"""Where a CRM keeps its accounts: users, access, sessions, history, dashboards.

Each part names columns of one table. It stands in a product map, in the
product's own names, and in `maps/*.yaml` of a workspace, in those of the
database: tables as in the catalog, conditions in the engine's SQL. A product
map's parts are resolved to the latter on a catalog, and empty is then what
is not there. What a field holds is told by its type: `TableName`,
`ColumnName`, `ColumnNames` or `Test` (a condition on the rows of the part's
table).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo

from crmaudit.workspace.base import Exact, Model, Text, several

TABLE, COLUMN, TEST = "table", "column", "test"
"""Marks of fields: what the names in them are."""


def _condition(text: str, info: ValidationInfo) -> str:
    # Who reads the file knows in which language its conditions are: a product map's own is
    # checked here, the SQL of a database only by that database.
    check = (info.context or {}).get("condition")
    if text and check is not None:
        check(text)
    return text


TableName = Annotated[Exact, TABLE]
ColumnName = Annotated[Exact, COLUMN]
ColumnNames = Annotated[tuple[Exact, ...], several, COLUMN]
Test = Annotated[str, AfterValidator(_condition), TEST]

Reaches = Literal["none", "user", "business unit", "parent: child", "organisation", "administrator"]
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
    name: ColumnNames = ()
    """Name the person. Only whether they are filled is looked at: an account of nobody in
    particular has none."""
    unit: ColumnName = ""
    """The organisation's unit that the account belongs to: the key of the part `units`."""
    licence: ColumnName = ""
    created: ColumnName = ""
    ended: ColumnName = ""
    """Last day of work of the person, where the database has it."""
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
    """What the values of `action` mean: `created`, `changed`, `deleted`, …"""
    imported: Test = ""
    """Holds for changes that an import made."""


class TrailSetting(Part):
    """Where the CRM says of which kinds of record it keeps a history: one row each."""

    object_type: ColumnName
    kept: Test = ""
    """Holds where the history is kept; empty: every row says so."""


class Opened(Part):
    """A trace of each look at a dashboard; old ones may be pruned."""

    board: ColumnName
    """The dashboard's key."""
    at: ColumnName


class Dashboards(Part):
    """Dashboards or reports that the CRM offers, and when somebody last opened each."""

    key: ColumnName
    name: ColumnName
    kind: Literal["dashboard", "report"] = "dashboard"
    audience: ColumnName = ""
    """For whom it is made, in the CRM's own words."""
    created: ColumnName = ""
    viewed: ColumnName = ""
    """When it was last opened, by whomever; empty until it was."""
    opened: Opened | None = None
    """Where looks have to be looked up, if no column has the last one."""


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
    to: Literal["user", "team"] = "user"
    """What `holder` refers to, where there is no role."""
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
    """Single records, or kinds of record, opened to accounts or teams.

    `gives` says in letters what a row opens, where no column does: R is
    certain otherwise, and the rest not known. Where `level` is a number whose
    bits are rights, `codes` of that column says which. `within_rights`: a row
    opens nothing to one whose roles give no right to that kind of record.
    """

    gives: str = Field("", pattern="^[RUD]*$")
    within_rights: bool = False
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
    themselves that says who sees them. `objects` says which table a kind of
    record is kept in, where it is not called like its table; `operations_of`
    which right a word means: letters of CRUD, or `export`, `import`, `mass
    change`, `mass delete`, `administer`.
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
    levels: dict[str, Reaches] = {}
    codes: dict[str, dict[str, Text]] = {}
    objects: dict[str, TableName] = {}
    operations_of: dict[str, Text] = {}
    everybody: Annotated[tuple[Exact, ...], several] = ()
    """Roles that every account has without an assignment, by their keys."""
    strictest: bool = False
    """Of several roles the most restrictive counts, not the widest."""
    rule: str = ""
    """How several roles add up, and what else decides."""
