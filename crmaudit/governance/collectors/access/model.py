"""What a reader of a product's access model is given, and what it has to tell.

One module of this package knows one product. It answers in the product's own
keys and words; `assembling.py` makes evidence of that. Nothing of `Told`
leaves the machine as it is: logins, addresses and names are in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol

from crmaudit.evidence.access import AccessLevel, Beyond, Levels

if TYPE_CHECKING:
    from crmaudit.governance.collectors.access.tables import Tables

Read = tuple[str, tuple[str, ...]] | tuple[str, tuple[str, ...], str]
"""A table, the columns read of it, and a condition in the engine's own SQL, if there is one.

Names are the product's own, or those of the database, as in the parts of
`Tables.parts`.
"""

Why = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""For create, read, update and delete, where the level comes from: see `evidence.access.Held`."""

NOTHING: Levels = ("None", "None", "None", "None")
EVERYTHING: Levels = ("Organizational", "Organizational", "Organizational", "Organizational")
NOT_KNOWN: Levels = (None, None, None, None)
NO_REASON: Why = ((), (), (), ())
BEYOND: tuple[Beyond, ...] = ("administer", "export", "import", "mass change", "mass delete")


@dataclass(frozen=True, slots=True)
class Row:
    """How far the rights to one kind of record reach, and where they come from."""

    levels: Levels
    why: Why = NO_REASON


@dataclass(frozen=True, slots=True, eq=False)
class Rights:
    """What an account may do in the end, or a role alone.

    `objects` has each kind of record by the product's word, those included of
    which the level is `None`. `beyond` has the rights of `Beyond` that are
    held, each with where it comes from. `unknown` says in sentences what of
    these rights nobody can tell; the letters concerned are None.

    Give accounts with the same rights the same object: it is made into
    evidence once.
    """

    objects: Mapping[str, Row] = field(default_factory=dict)
    beyond: Mapping[Beyond, tuple[str, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the CRM has it. None, or empty: the database does not tell.

    `key` is what created-by and owner columns hold. `record` is the key of
    the person's own record, where authors are named by that. `person` is False
    for accounts of programs, portals and outsiders. `named` says whether a
    person's name is filled in; `names` are its words. `roles` and `teams` are
    ids, roles with those that come by teams and by other roles.
    `never_logged_in` only where the CRM keeps every account's last login.
    """

    key: str
    logins: tuple[str, ...] = ()
    email: str = ""
    record: str = ""
    active: bool | None = None
    administrator: bool | None = None
    person: bool | None = None
    named: bool | None = None
    names: tuple[str, ...] = ()
    unit: str = ""
    teams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    licence: str = ""
    created: date | None = None
    last_login: date | None = None
    never_logged_in: bool | None = None
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A role, profile or set of permissions; `own` are its rights alone, None if not known."""

    id: str
    name: str
    kind: Literal["role", "profile", "permission set", "group"] = "role"
    own: Rights | None = None
    includes: tuple[str, ...] = ()
    by_teams: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A team or a unit; `parent` is the unit above it, `members` how many accounts belong to it.

    Without `members`, those are counted that name it as their team or unit.
    """

    id: str
    name: str
    parent: str = ""
    members: int | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """Single records opened to accounts or teams, beyond what roles give."""

    object: str
    records: int
    accounts: int = 0
    teams: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """All that a product's own tables tell of who may do what.

    `rights` answers for an account; None where nobody can tell, and `cannot`
    says why. `accounts_read` is False where the product keeps accounts
    elsewhere, and `cannot` says where. `objects` says which table (the
    product's own name) a kind of record is kept in, where `Tables.parts` does
    not know it. `by_record`: kind of record → how its records stand (public,
    private, …) → how many. `rule` takes the place of the reader's, where the
    settings decide.
    """

    accounts: Sequence[Account] = ()
    roles: Sequence[Role] = ()
    teams: Sequence[Group] = ()
    units: Sequence[Group] = ()
    rights: Callable[[Account], Rights | None] | None = None
    shared: Sequence[Shared] = ()
    by_record: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)
    logins_since: date | None = None
    accounts_read: bool = True
    cannot: str = ""
    notes: tuple[str, ...] = ()
    rule: str = ""


class Reader(Protocol):
    """Understands the access model of one product.

    `product` is the id of its product map. `rule` says in a sentence how
    several roles add up. `reads` are all tables that `read` reads, beside those
    of the part `users`: `Tables.rows` refuses others, as a dry run announces
    these. The module of a reader has it as `reader`.
    """

    @property
    def product(self) -> str: ...

    @property
    def rule(self) -> str: ...

    @property
    def reads(self) -> tuple[Read, ...]: ...

    def read(self, db: Tables) -> Told:
        """What the tables tell. A table that is not there is unknown, never no."""


def row(
    levels: Sequence[AccessLevel | None], why: Sequence[Sequence[str]] = ((), (), (), ())
) -> Row:
    """A row of four levels and their reasons, in whatever sequences they come."""
    c, r, u, d = levels
    a, b, e, f = why
    return Row(levels_of(c, r, u, d), (tuple(a), tuple(b), tuple(e), tuple(f)))


@cache
def levels_of(
    c: AccessLevel | None, r: AccessLevel | None, u: AccessLevel | None, d: AccessLevel | None
) -> Levels:
    """One object for each of the few combinations there are: they are many times over."""
    return c, r, u, d
