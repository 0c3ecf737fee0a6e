"""Who may do what in a CRM: its accounts, roles and rights, brought to five levels.

Accounts carry keyed pseudonyms. Roles, teams and units are the
organisation's own words and are named, unless one has a word in it that is
part of an account's login or of its holder's name.
Who of the staff an account belongs to stands nowhere in here: `people.yaml`
and the audit's key say it where both are at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from crmaudit.evidence.prose import Prose
from crmaudit.evidence.provenance import Document
from crmaudit.evidence.use import LETTERS

AccessLevel = Literal["None", "User", "Business Unit", "Parent: Child", "Organizational"]
LEVELS: tuple[AccessLevel, ...] = (
    "None",
    "User",
    "Business Unit",
    "Parent: Child",
    "Organizational",
)
"""From the narrowest to the widest. User: own records, records shared with one, those of one's
teams. Business Unit: everything owned in one's unit. Parent: Child: that and the units below."""

Beyond = Literal["administer", "export", "import", "mass change", "mass delete"]
"""Rights that no single record bears: to set the system up, to take many records at once."""

Levels = tuple[AccessLevel | None, AccessLevel | None, AccessLevel | None, AccessLevel | None]
"""Levels to create, read, update and delete; None where nobody can tell."""


@dataclass(frozen=True, slots=True)
class Held:
    """How far the rights to one kind of record reach.

    `object` is the product's own word for it, `table` the catalog's qualified
    name of the table it is kept in, empty where that is not known. `why` says
    for each letter where the level comes from: ids of roles, `administrator`,
    `everybody`, `account` (given to it alone), `team ID`, `sharing`, in the
    order in which they weigh.
    """

    object: str
    table: str
    levels: Levels
    why: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]] = (
        (),
        (),
        (),
        (),
    )

    def level(self, letter: str) -> AccessLevel | None:
        """The level of C, R, U or D."""
        return self.levels["CRUD".index(letter)]

    @property
    def widest(self) -> AccessLevel | None:
        """The widest level of any letter; None where one is not known and no other is widest."""
        known = [level for level in self.levels if level is not None]
        top = max(known, key=LEVELS.index, default=None)
        return top if len(known) == len(LETTERS) or top == LEVELS[-1] else None


@dataclass(frozen=True, slots=True)
class Holding:
    """The rights of all accounts that have the same ones.

    `beyond` are the rights of `Beyond` held, and `why` says where each comes
    from. What is `unknown` of them stands in sentences.
    """

    id: str
    held: tuple[Held, ...] = ()
    beyond: tuple[Beyond, ...] = ()
    why: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrmAccount:
    """An account of the CRM; `name` is the pseudonym of its key, as in authors and owners.

    `also` are the pseudonyms under which other columns and `people.yaml` know
    it: that of its login, and of the person's own record where authors are
    named by that.

    None: the database does not tell. `person` is False for accounts of
    programs, portals and outsiders. `signs` say in short sentences what speaks
    for an account that is shared or nobody's in particular. `unit`, `teams`
    and `roles` are ids of `Access`; `roles` with those that come by teams and
    by other roles. `logins` are those that the database still has, since
    `Access.logins_since`. `licence` is the product's word. `ended` is the last
    day of work, where the CRM has it. `never_logged_in` is only said where
    the CRM keeps every account's last login.
    """

    name: str
    also: tuple[str, ...] = ()
    active: bool | None = None
    administrator: bool | None = None
    person: bool | None = None
    signs: tuple[Prose, ...] = ()
    unit: str = ""
    teams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    holding: str = ""
    licence: str = ""
    created: date | None = None
    last_login: date | None = None
    never_logged_in: bool | None = None
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class CrmRole:
    """A role, profile or set of permissions; `id` is the product's own key.

    `own` are its rights alone, before the product's rule puts several roles
    together. `by_teams`: teams that give it to their members.
    """

    id: str
    name: str
    kind: Literal["role", "profile", "permission set", "group"] = "role"
    own: tuple[Held, ...] = ()
    beyond: tuple[Beyond, ...] = ()
    includes: tuple[str, ...] = ()
    by_teams: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class CrmGroup:
    """A team or a unit; `parent` is the unit above it, `members` are accounts."""

    id: str
    name: str
    parent: str = ""
    members: int | None = None


@dataclass(frozen=True, slots=True)
class SharedRecords:
    """Single records opened to accounts or teams, beyond what roles give."""

    object: str
    table: str
    records: int
    accounts: int = 0
    teams: int = 0


@dataclass(frozen=True, slots=True)
class Access(Document):
    """The accounts of one CRM and what they may do.

    `model` names the reader that understood the product's rights, `rule` says
    in a sentence how several roles add up. `accounts_read` is False where the
    product keeps them elsewhere, and `cannot` says where; it says as well why
    rights are not known although accounts are. `notes` are what else bears on
    rights and could not be read. `by_record` says that each record has its own
    say (public, private, shared) and how many do, by table and level.
    """

    kind: ClassVar[str] = "access"
    model: str = ""
    product: str = ""
    rule: Prose = ""
    accounts: tuple[CrmAccount, ...] = ()
    roles: tuple[CrmRole, ...] = ()
    teams: tuple[CrmGroup, ...] = ()
    units: tuple[CrmGroup, ...] = ()
    holdings: tuple[Holding, ...] = ()
    shared: tuple[SharedRecords, ...] = ()
    by_record: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    logins_since: date | None = None
    accounts_read: bool = True
    cannot: Prose = ""
    notes: tuple[Prose, ...] = ()
