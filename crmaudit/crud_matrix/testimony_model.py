"""What evidence is joined from, and what comes of it: plain values, no judgement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from crmaudit.crud_matrix.cell import Origin, Proof
from crmaudit.evidence import Catalog, Code, Grants, MappedTable, Statements, Unread, Written
from crmaudit.evidence.use import LETTERS
from crmaudit.workspace.landscape import Principal

MIN_DAYS = 30
"""A window shorter than this proves no absence."""
_PROVING = frozenset({"observed", "coded", "written"})


@dataclass(frozen=True)
class Database:
    """The database of one system, and all that was read of its use.

    `mapped` says what its tables mean, `principals` whose its accounts are.
    `code` is the database's own machinery (`Code` of origin ''). Documents
    that failed are taken as not there. A database of which nothing was read
    still stands here: what a system does in it is then not known.
    """

    system: str
    mapped: tuple[MappedTable, ...] = ()
    catalog: Catalog | None = None
    grants: tuple[Grants, ...] = ()
    statements: tuple[Statements, ...] = ()
    code: tuple[Code, ...] = ()
    written: Written | None = None
    principals: tuple[Principal, ...] = ()


@dataclass(frozen=True, slots=True)
class UseEvidence:
    """All that was read of the use of data, by system; and by origin, but for traces in rows."""

    grants: Mapping[str, Mapping[str, Grants]]
    statements: Mapping[str, Mapping[str, Statements]]
    code: Mapping[str, Mapping[str, Code]]
    written: Mapping[str, Written]

    def __bool__(self) -> bool:
        return bool(self.grants or self.statements or self.code or self.written)


@dataclass(frozen=True, slots=True)
class Stranger:
    """An account that no map assigns to a system.

    `letters` were seen on `tables`, which hold `entities`, in at least `calls`
    statements.
    `granted` are letters that it may use on `reachable` tables, `may` the
    entities they hold. `everything`: a superuser or the like. `used` and
    `may` tell entity → letters.
    """

    name: str
    database: str
    tables: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    letters: str = ""
    calls: int = 0
    used: Mapping[str, str] = field(default_factory=dict)
    may: Mapping[str, str] = field(default_factory=dict)
    granted: str = ""
    everything: bool = False
    note: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Excess:
    """Letters that an account may use on entities and was not seen to use in `days`.

    `system` is whose account it is, empty for a stranger's. `unused` maps
    entity → letters; `rights` counts all pairs of entity and letter that it
    may use, of which `judged` could be told.
    """

    account: str
    database: str
    system: str
    unused: Mapping[str, str]
    rights: int
    judged: int
    days: int
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Aside:
    """An account whose statements were left out: the server's own, or the audit's."""

    name: str
    database: str
    why: str
    letters: str = ""
    calls: int = 0


@dataclass(frozen=True, slots=True)
class UsedTable:
    """A table that evidence names and no entity explains, or that the catalog lacks.

    `who` are systems and accounts seen with it, `calls` statements and
    `places` in code.
    """

    database: str
    table: str
    letters: str
    who: tuple[str, ...] = ()
    calls: int = 0
    places: int = 0
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of one document of statements or code was understood.

    Of `distinct` statements `understood`, of `calls` `understood_calls` (both
    0 for code). `dropped` were lost by the source, None where it does not
    say; `built` are put together at run time. `system` is whose document it
    is, `kind` `statements` or `code`.
    """

    system: str
    kind: str
    origin: str
    evidence: str
    distinct: int
    understood: int
    calls: int = 0
    understood_calls: int = 0
    dropped: int | None = None
    built: int = 0
    since: datetime | None = None
    until: datetime | None = None
    tells_principals: bool = True

    @property
    def share(self) -> float | None:
        """The share of the different statements that was not understood; None of none."""
        return (self.distinct - self.understood) / self.distinct if self.distinct else None


@dataclass(frozen=True)
class Testimony:
    """All that evidence says of the matrix.

    `found` maps system → entity → proofs, sorted by letter and origin.
    `heard` tells which origins could speak of a system's doings.
    """

    __test__: ClassVar = False  # it only begins like a test's name

    found: Mapping[str, Mapping[str, tuple[Proof, ...]]] = field(default_factory=dict)
    heard: Mapping[str, frozenset[Origin]] = field(default_factory=dict)
    strangers: tuple[Stranger, ...] = ()
    asides: tuple[Aside, ...] = ()
    unmapped: tuple[UsedTable, ...] = ()
    missing: tuple[UsedTable, ...] = ()
    unread: tuple[tuple[str, str, Unread], ...] = ()
    rates: tuple[Rate, ...] = ()
    failed: tuple[tuple[str, str, str, str], ...] = ()
    """(system, kind, origin, reason) of documents that could not be read."""
    excess: tuple[Excess, ...] = ()
    """Rights that were not used, by account; only where a window would have shown their use."""
    windowless: Mapping[str, str] = field(default_factory=dict)
    """Database whose rights were read → why no statements tell which of them are used."""
    shared: Mapping[str, Mapping[tuple[str, str], str]] = field(default_factory=dict)
    """Entity → (system, database it works in) → letters, for work in another's database."""

    def __bool__(self) -> bool:
        """Whether anything was read at all, or told by hand."""
        return any(getattr(self, f.name) for f in fields(self))

    def proofs(self, system: str, entity: str) -> tuple[Proof, ...]:
        """What each source says of each letter, by letter and origin; empty where none spoke."""
        return self.found.get(system, {}).get(entity, ())

    def letters(self, system: str, entity: str) -> tuple[str, str, str]:
        """Letters (proven, denied, granted), as `Cell` has them."""
        return self._summed.get((system, entity), ("", "", ""))

    def entities(self, system: str) -> tuple[str, ...]:
        """Entities of which some source said something, for that system."""
        return tuple(self.found.get(system, ()))

    def spoke(self, system: str) -> frozenset[Origin]:
        """Which sources could speak of what the system does."""
        return self.heard.get(system, frozenset())

    @cached_property
    def window(self) -> tuple[datetime, datetime] | None:
        """From when to when statements were seen; None where none tells its time."""
        starts = [r.since for r in self.rates if r.since]
        ends = [r.until for r in self.rates if r.until]
        return (min(starts), max(ends)) if starts and ends else None

    @cached_property
    def _summed(self) -> Mapping[tuple[str, str], tuple[str, str, str]]:
        return {
            (system, entity): _sum(proofs)
            for system, cells in self.found.items()
            for entity, proofs in cells.items()
        }


def _sum(proofs: Iterable[Proof]) -> tuple[str, str, str]:
    told: dict[str, set[str]] = {"proven": set(), "no": set(), "granted": set()}
    for p in proofs:
        if p.answer == "yes":
            told["proven" if p.origin in _PROVING else "granted"].add(p.letter)
        # Nobody vouches that a folder holds all the code that the system runs.
        elif p.answer == "no" and p.origin != "coded":
            told["no"].add(p.letter)
    told["no"] -= told["proven"]
    proven, denied, granted = ("".join(x for x in LETTERS if x in s) for s in told.values())
    return proven, denied, granted
