"""How the tables of a system hang together: keys and references, declared or found, and tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from crmaudit.evidence.prose import Prose
from crmaudit.evidence.provenance import Document

KeyBasis = Literal["declared", "map", "product map", "dictionary", "inferred"]
"""Who says so: the database's constraints, the workspace's map, the product map, a table of the
product that describes its relations, or names, types and content."""

Verdict = Literal["holds", "orphans", "cannot tell"]


@dataclass(frozen=True, slots=True)
class TableKey:
    """Columns said or found to tell a table's rows apart.

    `rows` are the table's; `nulls` rows lack a part of the key, `repeated`
    rows share theirs with another row. None where that was not counted.
    """

    table: str
    columns: tuple[str, ...]
    basis: KeyBasis = "inferred"
    confidence: float = 1.0
    reasons: tuple[Prose, ...] = ()
    rows: int = 0
    nulls: int | None = None
    repeated: int | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns of a table that hold the key of another, with what its test found.

    `when` is the condition of a polymorphic pair: the type column and the
    value for which the reference goes to this table. `cases` counts the rows
    that satisfy it (all rows without one). Of those `filled` hold a value that
    is neither empty nor a sentinel (a value such as 0 or -1 that means "none";
    `sentinels` counts them by value); `orphans` of the filled have no row in
    `to`; None: not tested. `distinct` different values are filled. `parents`
    are the rows of `to`, `referred` those that some row refers to, `most` the
    most rows that refer to one of them.
    """

    table: str
    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...] = ()
    when: tuple[str, str] | None = None
    basis: KeyBasis = "inferred"
    confidence: float = 1.0
    reasons: tuple[Prose, ...] = ()
    cases: int = 0
    filled: int | None = None
    sentinels: Mapping[str, int] = field(default_factory=dict)
    orphans: int | None = None
    distinct: int | None = None
    parents: int | None = None
    referred: int | None = None
    most: int | None = None

    @property
    def verdict(self) -> Verdict:
        """`cannot tell` where no value is there that could confirm or deny it."""
        if not self.filled or self.orphans is None:
            return "cannot tell"
        return "orphans" if self.orphans else "holds"

    @property
    def cardinality(self) -> str:
        """How many rows of `to` go with how many of `table`, as found: `1:n`, `0..1:n`, `1:1`, ….

        Left `0..1` where a row may be without its parent, right `0..1` instead
        of `1` where a parent may be without a child. Empty where no value
        tells.
        """
        if not self.filled or not self.most:
            return ""
        left = "1" if self.filled == self.cases else "0..1"
        if self.most > 1:
            return f"{left}:n"
        every = self.referred is not None and self.referred == self.parents
        return f"{left}:{'1' if every else '0..1'}"


@dataclass(frozen=True, slots=True)
class Polymorphic:
    """A pair of columns whose type column says to which table the id column refers.

    `unknown` counts rows by type value for which no table was found; values
    are shown only where the rules of privacy allow it. What the known types
    refer to stands in `Keys.references` with `when`.
    """

    table: str
    type_column: str
    id_column: str
    basis: KeyBasis = "inferred"
    confidence: float = 1.0
    unknown: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keys(Document):
    """Keys and references of one system, declared and found. Names are qualified as in the catalog.

    `dictionaries` names the tables of the product that were read for relations.
    """

    kind: ClassVar[str] = "keys"
    keys: tuple[TableKey, ...] = ()
    references: tuple[Reference, ...] = ()
    polymorphic: tuple[Polymorphic, ...] = ()
    dictionaries: tuple[str, ...] = ()
    seconds: float = 0.0
