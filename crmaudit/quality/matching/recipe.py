"""What of a system's tables describes the records of an entity that are to be compared.

Worked out from evidence alone: the entity map, meanings of columns, contact
points, keys. Reading it is the business of
`crmaudit.quality.collectors.matching.records`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from crmaudit.evidence import Table

MATCHED = ("person", "organisation", "household", "lead")
"""Kinds whose records are compared by all that they say; others by an identifier only."""

Attribute = Literal[
    "given name",
    "middle name",
    "family name",
    "full name",
    "organisation name",
    "employer",
    "household",
    "e-mail",
    "phone",
    "street",
    "house number",
    "city",
    "postcode",
    "region",
    "country",
    "birth date",
    "gender",
    "salutation",
    "url",
    "national id",
    "tax number",
    "bank account",
    "identifier",
]
"""What records are compared by. `employer` and `household` are the organisation or household that
a person belongs to: its name where that is at hand, else its key. `identifier` is a number that
people outside the system know (customer number, membership number), not the row's own key."""

ATTRIBUTES: tuple[Attribute, ...] = get_args(Attribute)

SEVERAL: frozenset[Attribute] = frozenset({"e-mail", "phone", "identifier"})
"""Attributes of which a record may have several values."""

Mark = Literal["created at", "created by", "modified at", "owner", "import batch", "source", "unit"]
"""What tells where a record comes from and how old it is; never compared. `unit` is the business
unit that a record belongs to."""


@dataclass(frozen=True, slots=True)
class Via:
    """A table between: its `own` column holds the record's value, its `to` the other row's."""

    table: Table
    own: str
    to: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A column that holds an attribute or a mark, in the entity's own table or beside it.

    `on` is empty for the own table, else (column of `table`, column of the
    entity's table): rows of `table` belong to the record with the same value.
    `where` selects rows of `table`. `first` goes before later ones where a
    record has several values and only one counts. `parts` are further columns
    put after it, with a blank between. With `via` the first of `on` is the
    column that `via.to` refers to, the second the one that `via.own` does.
    """

    what: Attribute | Mark
    table: Table
    column: str
    on: tuple[str, str] | None = None
    where: str = ""
    first: int = 0
    parts: tuple[str, ...] = ()
    via: Via | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """The records of an entity in one table of a system, and what is taken of them.

    `key` are the columns that name a row. `where` is the map's own condition,
    `rows` the one to read by, which leaves out deleted and test rows besides;
    `left_out` gives, for each reason, the condition of what was left out, and
    `without` the marks of deleted rows that stand in another table, as in
    `crmaudit.quality.reaching.links.Rows`.
    `unused` says of an attribute why there is nothing to compare it by.
    """

    system: str
    entity: str
    kind: str
    table: Table
    key: tuple[str, ...]
    where: str = ""
    rows: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    taken: tuple[Taken, ...] = ()
    unused: Mapping[str, str] = field(default_factory=dict)
    without: tuple[Table, str, str, str] | None = None
    cannot: str = ""
    """Why its records cannot be compared at all; empty where they can."""
