"""What a collector is given to work with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from crmaudit.errors import Place
from crmaudit.evidence import Catalog, Document, Provenance, Status, Table
from crmaudit.key import Key
from crmaudit.sources.account_tables import AccountTables
from crmaudit.sources.base import Source, Statement
from crmaudit.workspace.answers import Expectation, Matches
from crmaudit.workspace.dossier import Traces
from crmaudit.workspace.kpis import Kpi
from crmaudit.workspace.landscape import Entity, Map

D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True)
class Known:
    """What people declared about one system, as far as its database is concerned.

    `map` is the system's entity map, all its files in one. `expectations` are
    those about this system or about an entity. `traces` are files to read
    beside the database, their paths absolute; `about` is the system whose
    database its code speaks of, empty for its own. `words` is what the
    systems of the workspace are called: ids, names, products. `places`
    tells where in the dossier an entry of `traces` stands. `answers` are those
    of the duplicate review. `hashed` is the path of a bundle of keyed hashes
    that stands for the system's records where its database is not at hand.
    `holders` names, by entity, all systems in scope that are said to hold it,
    `readable` all systems in scope with records to read, or hashes of them.
    `formerly` gives for an earlier id of a system the one that it has now.
    `kpis` are those to be asked of this system by a statement of theirs,
    `backups` is the folder of its backup files, its path absolute, and `called`
    what this system and its database are called.
    """

    map: Map | None = None
    entities: Mapping[str, Entity] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    traces: Traces = field(default_factory=Traces)
    about: str = ""
    words: tuple[str, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    answers: Matches = field(default_factory=Matches)
    hashed: str = ""
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readable: tuple[str, ...] = ()
    formerly: Mapping[str, str] = field(default_factory=dict)
    kpis: tuple[Kpi, ...] = ()
    backups: str = ""
    called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One collector's work on one system.

    `tables` are those to be measured: all of the catalog's, less those that an
    interrupted run has already. `evidence` is what is known of the system by
    now, of this source: what this run and the run that it continues have
    collected, and else the newest there is. `key` is the audit's key, None
    where there is none. `on_rows` is told the table and how many of its rows
    have been read. `accounts` answers where a CRM keeps its accounts; it may
    ask the source for the product's version.
    """

    source: Source
    system: str
    catalog: Catalog
    tables: tuple[Table, ...]
    known: Known = field(default_factory=Known)
    evidence: tuple[Document, ...] = ()
    key: Key | None = None
    on_rows: Callable[[str, int], None] = lambda table, rows: None
    accounts: Callable[[], AccountTables] = AccountTables

    def found(self, kind: type[D]) -> Iterator[D]:
        """The evidence of that type."""
        for document in self.evidence:
            if isinstance(document, kind):
                yield document

    def provenance(self, status: Status = Status()) -> Provenance:  # noqa: B008 - frozen
        """Where evidence comes from that a collector read from the source just now."""
        return self.source.provenance(self.system, status)


class Collector(Protocol):
    """One kind of measurement; each lives in the room that judges it.

    `per_table`: it measures table after table, so that an interrupted run can
    go on with the next one; else it works on what was collected before it.
    `offline`: it has something to read where no database is at hand, or one
    without rows (`Source.has_rows`): files that the dossier names.
    """

    per_table: bool
    offline: bool

    def statements(self, task: Task) -> Iterable[Statement]:
        """Every statement that `collect` would send, without sending any.

        Where its names depend on evidence that is not there yet, a template.
        """

    def collect(self, task: Task) -> Iterator[Document]:
        """The measurements, each as soon as it is whole.

        A table that fails gives a document that says so; a lost connection
        passes as ConnectionLostError.
        """


@dataclass(frozen=True, slots=True)
class Part:
    """One system in a measurement over several.

    `open` opens its source, read-only, for a `with` statement; it raises
    CrmauditError where that fails. `catalog` and `evidence` are the newest of
    this source; a system of which only `known.hashed` is at hand has neither
    catalog nor source.
    """

    system: str
    known: Known
    open: Callable[[], Source]
    catalog: Catalog | None = None
    evidence: tuple[Document, ...] = ()

    def found(self, kind: type[D]) -> Iterator[D]:
        """The evidence of that type."""
        for document in self.evidence:
            if isinstance(document, kind):
                yield document


@dataclass(frozen=True, slots=True)
class Joint:
    """A collector's work on several systems at once.

    `parts` stand in the order of the dossiers; systems that were not read do
    not occur. `entities`, `answers` and `holders` are what people declared, as
    in `Known`. `on_rows` is told the table and how many of its rows have been
    read. `unread` says why a system does not occur that could have. `leave`
    are entities of which more systems were compared before than could be now:
    that comparison stands.
    """

    parts: tuple[Part, ...]
    entities: Mapping[str, Entity]
    answers: Matches = field(default_factory=Matches)
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: Key | None = None
    on_rows: Callable[[str, int], None] = lambda table, rows: None
    unread: Mapping[str, str] = field(default_factory=dict)
    leave: frozenset[str] = frozenset()


class JointCollector(Protocol):
    """A measurement that needs the records of several systems beside each other."""

    def statements(self, task: Task) -> Iterable[Statement]:
        """Every statement that `collect` would send to one of the systems, as of `Collector`."""

    def collect(self, joint: Joint) -> Iterator[Document]:
        """The measurements. A system that cannot be read is left out, with the reason."""
