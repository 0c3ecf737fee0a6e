"""Who may do what with the tables of a database, and who was seen to do it.

Four kinds of evidence about one database: rights (`Grants`), statements that
ran (`Statements`), code that would run (`Code`) and traces in the rows and
counters (`Written`). All speak of tables and letters: C a row is made, R rows
are read, U changed, D removed. None holds a value out of a statement: literals
are taken out before anything is kept.

Principals are database accounts. They are named as `shown_principal` of
`crmaudit/crud_matrix/principals.py` decides: by their own name where that is
no person's, else by a keyed pseudonym.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from crmaudit.evidence.prose import Prose
from crmaudit.evidence.provenance import EXACT, Document, Method

Letter = Literal["C", "R", "U", "D"]
LETTERS: tuple[Letter, ...] = ("C", "R", "U", "D")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a statement or a piece of code does to one table.

    `table` is the catalog's qualified name where the catalog has it, else the
    name as written, qualified as far as it was. `letters` is a part of `CRUD`
    in that order.
    """

    table: str
    letters: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A statement of which nobody can say what it does: it is *unknown*, never *no*.

    `text` has no literals and at most 400 characters. `times` it ran or
    stands in the code; `places` are `file:line`, at most ten of them.
    `tables` are names in it that are the catalog's: what it may touch.
    """

    text: str
    reason: Prose
    times: int = 1
    principal: str = ""
    places: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A principal of the database server.

    `kind`: `account` may log in, `role` is given to others, `public` is
    everybody, `built-in` the server's own. `everything`: superuser, or
    whatever else may do all without a right being listed. `member_of` are the
    roles whose rights it has, those that come with them included; `may_become`
    those whose rights it has only after it asked for them (`SET ROLE`).
    """

    name: str
    kind: Literal["account", "role", "public", "built-in"] = "account"
    everything: bool = False
    member_of: tuple[str, ...] = ()
    note: Prose = ""
    may_become: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Right:
    """Letters that a principal may use on a table, and why: one line for each reason.

    `table` is `*` where it is every table of the database. `by`: `owner`,
    `superuser`, `grant`, `PUBLIC`, `role NAME`, `global`, `schema`, `default
    privilege`. `columns`: only these; empty for all.
    """

    principal: str
    table: str
    letters: str
    by: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grants(Document):
    """The rights in a database.

    `rights` has each right once, with the principal to whom it was given. What
    a principal may do in the end is its own rights, those of the roles that it
    is a member of and those of `PUBLIC`: `Rights` of
    `crmaudit/crud_matrix/rights.py` puts them together. So 500 accounts with
    one role make one list of rights, not 500.

    `subject` is empty for the server's own answer, else the file's name.
    `row_security` are tables where policies hide rows. `notes` say in
    sentences what else bears on the rights (default privileges for tables
    to come, rights that the account could not see). `reader` is the account
    that the audit itself reads with.
    """

    kind: ClassVar[str] = "grants"
    accounts: tuple[Account, ...] = ()
    rights: tuple[Right, ...] = ()
    row_security: tuple[str, ...] = ()
    notes: tuple[Prose, ...] = ()
    origin: str = ""
    reader: str = ""

    @property
    def subject(self) -> str:
        return self.origin


@dataclass(frozen=True, slots=True)
class Use:
    """A letter of one principal on one table, as seen in statements that ran.

    `principal` is empty where the source does not tell it. `calls` is how
    often, `statements` how many different ones; `first` and `last` when, as
    far as known. `examples` are ids of `Statements.texts`.
    """

    principal: str
    table: str
    letter: Letter
    calls: int
    statements: int
    first: datetime | None = None
    last: datetime | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """Calls of a routine by one principal, as seen in statements that ran.

    What the routine does stands in its `Machinery`. `routine` is its name as
    written, qualified as far as it was, functions of the engine itself
    included; the rest is as in `Use`.
    """

    principal: str
    routine: str
    calls: int
    statements: int
    first: datetime | None = None
    last: datetime | None = None
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statements(Document):
    """Statements that ran, from one source: a server's view of its own, or a log.

    `origin` names it (`pg_stat_statements`, `digests`, a file's name) and is
    the subject. `calls` statements ran, `distinct` different ones after
    literals were taken out; `understood` of the distinct ones and
    `understood_calls` of the calls had an effect that could be told, or
    plainly none. `dropped`: how many the source itself lost, None where it
    does not say. `since` and `until` are the window. `tells_principals`:
    whether it says who. `elsewhere` counts calls in other databases.
    `temporary` counts uses of temporary tables, which are left out. `called`
    are routines, whose effects come on top of `uses`. `reader` is the account
    that the audit itself reads with, whose statements are among these.
    """

    kind: ClassVar[str] = "statements"
    origin: str = ""
    uses: tuple[Use, ...] = ()
    called: tuple[Call, ...] = ()
    unread: tuple[Unread, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    calls: int = 0
    distinct: int = 0
    understood: int = 0
    understood_calls: int = 0
    dropped: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    tells_principals: bool = True
    elsewhere: int = 0
    temporary: int = 0
    notes: tuple[Prose, ...] = ()
    reader: str = ""

    @property
    def subject(self) -> str:
        return self.origin


SETUP = "setup"
"""`Sighting.by` of what makes, fills or changes the database once."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A letter on one table, as it stands in code.

    `by`: `sql` in a string or file, or the ORM or query builder that was read
    (`django`, `doctrine`, …); `setup` in migrations, seeds, installers and
    upgrades, which prove no daily use. `count` places in all, `places` at most
    ten of them, as `file:line`.
    """

    table: str
    letter: Letter
    by: str
    count: int = 1
    places: tuple[str, ...] = ()


MachineryKind = Literal[
    "view", "materialised view", "partition", "trigger", "routine", "rule", "event", "cascade"
]


@dataclass(frozen=True, slots=True)
class Machinery:
    """A view, trigger, routine, rule, event or cascade of the database.

    A partition is like a view of its table: whatever is done to it is done there.

    What it does by itself is `effects`; `calls` are routines that it calls,
    whose effects come on top, as do those of views that it reads and triggers
    that it sets off. A trigger or cascade acts on `on` when one of the
    letters `event` happens there. `unread` says why its effects are not known.
    """

    name: str
    kind: MachineryKind
    effects: tuple[Effect, ...] = ()
    calls: tuple[str, ...] = ()
    on: str = ""
    event: str = ""
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A routine of the database that code calls: its effects come on top of the sightings."""

    routine: str
    count: int = 1
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code(Document):
    """What code does: an application's source, or the database's own machinery.

    `origin` is the folder's name, or empty for the machinery of the database.
    `database` is the system whose database it speaks of. `statements` were
    found, `understood` of them understood; `built` of them are put together
    at run time, so that the names in them are not known before.
    `languages`: how many files of each were read. `called` are routines of the
    database that it calls.
    """

    kind: ClassVar[str] = "code"
    origin: str = ""
    database: str = ""
    sightings: tuple[Sighting, ...] = ()
    machinery: tuple[Machinery, ...] = ()
    unread: tuple[Unread, ...] = ()
    files: int = 0
    lines: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)
    statements: int = 0
    understood: int = 0
    built: int = 0
    notes: tuple[Prose, ...] = ()
    called: tuple[Called, ...] = ()

    @property
    def subject(self) -> str:
        return self.origin


@dataclass(frozen=True, slots=True)
class RowTraces:
    """What the rows and the server's counters tell of writing to one table.

    `inserted`, `updated`, `deleted` are the server's counters since
    `Written.since`; None where it keeps none. `created` rows carry a stamp of
    their creation, `modified` one that is later than that, `removed` are
    marked as deleted, of `rows`; None without such a column. `first` and
    `last` are the days of the earliest and latest stamp of either kind,
    `made` and `changed` those of the latest creation and the latest change.
    """

    table: str
    inserted: int | None = None
    updated: int | None = None
    deleted: int | None = None
    rows: int | None = None
    created: int | None = None
    modified: int | None = None
    removed: int | None = None
    first: str = ""
    last: str = ""
    method: Method = EXACT
    made: str = ""
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Written(Document):
    """Traces of writing, table by table. They do not say which program wrote."""

    kind: ClassVar[str] = "written"
    tables: tuple[RowTraces, ...] = ()
    since: datetime | None = None
    notes: tuple[Prose, ...] = ()
