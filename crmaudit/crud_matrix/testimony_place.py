"""One database made ready to be asked: which table means what, whose an account is.

primary, secondary   a row is a record: C, R, U, D mean the same of the entity
extension, line,     a row is a part of a record: C, U and D change it (U), R reads it
joined secondary
link, lookup, log,   prove nothing of an entity
system
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar

from crmaudit.crud_matrix.cell import Proof
from crmaudit.crud_matrix.machinery import expand
from crmaudit.crud_matrix.principals import administers, owns, systems_of, user_of
from crmaudit.crud_matrix.sql.names import Name, Tables
from crmaudit.crud_matrix.testimony_model import Database
from crmaudit.evidence import (
    Account,
    Document,
    Effect,
    Grants,
    Machinery,
    MappedTable,
    Statements,
)
from crmaudit.evidence.use import Letter
from crmaudit.messages import msg

Found = tuple[str, str, Proof]
"""A system, an entity, and what one source says of them in one database."""
MARKED = msg("rows are removed by marking them, which looks like any change")

_PARTS_ONLY = msg("only tables that hold parts of it are known")

_NO_RECORD = {"link", "lookup", "log", "system"}
_PARTS = {"extension", "line"}
_VIEWS = ("view", "materialised view", "partition")
_EMBEDDED = {"sqlite", "duckdb"}

T = TypeVar("T")
D = TypeVar("D", bound=Document)
Whose = Literal["system", "aside", "stranger", "nobody"]


@dataclass(frozen=True, slots=True)
class Touch:
    """A letter on a table; `by` says through which view, trigger or routine, if any."""

    table: str
    letter: Letter
    by: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """A table's part in an entity: `part` of a record or whole.

    `others` further entities lie in the table, told apart by conditions.
    `marks`: rows are removed by marking them.
    """

    entity: str
    part: bool
    others: int
    marks: bool

    def meaning(self, letter: Letter) -> Letter:
        """What a letter on the table is for the entity."""
        return "U" if self.part and letter in "CD" else letter


class Place:
    """A database, the systems that work on it as their own (`home`), its accounts and tables."""

    def __init__(self, database: Database, home: frozenset[str]) -> None:
        self.database, self.home, self.system = database, home, database.system
        self._system_of = systems_of(database.principals)
        self._touched: dict[tuple[str, Letter], tuple[Touch, ...]] = {}
        self._resolved: dict[str, str] = {}
        self._done: dict[str, tuple[Touch, ...]] = {}
        self._blinding: dict[tuple[str, Letter], str] = {}

    # Tables

    @cached_property
    def holds(self) -> Mapping[str, tuple[Hold, ...]]:
        """Table → what it holds."""
        own = [r for r in self.database.mapped if r.entity and r.role not in _NO_RECORD]
        rows = _grouped((self.resolve(r.table), r) for r in own)
        return {table: tuple(_holds(found)) for table, found in rows.items()}

    @cached_property
    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """Entity → tables that hold it, the whole ones first."""
        found = _grouped((h.entity, (h.part, t)) for t, holds in self.holds.items() for h in holds)
        return {entity: tuple(t for _, t in sorted(found[entity])) for entity in sorted(found)}

    def part(self, table: str, entity: str) -> Hold:
        """What a table is to an entity that it holds."""
        return next(h for h in self.holds[table] if h.entity == entity)

    def open(self, entity: str, letter: Letter) -> str:
        """Why the tables cannot tell that a letter does not happen; empty where they can."""
        holds = [self.part(table, entity) for table in self.tables[entity]]
        if letter in "CD" and all(h.part for h in holds):
            return _PARTS_ONLY
        return MARKED if letter == "D" and any(h.marks for h in holds) else ""

    @cached_property
    def explained(self) -> frozenset[str]:
        """Tables that an entity explains, or a role that needs none."""
        rows = (r for r in self.database.mapped if r.entity or r.role in _NO_RECORD)
        return frozenset(self.resolve(r.table) for r in rows)

    @cached_property
    def there(self) -> Mapping[str, str]:
        """Table or view of the catalog → its kind."""
        catalog = self.database.catalog
        return {t.qualified: t.kind for t in catalog.tables} if catalog else {}

    def resolve(self, name: str) -> str:
        """The catalog's name for a table, else the map's, else the name as it stands.

        Evidence of files alone, and code of another system, has names as written.
        """
        if name not in self._resolved:
            self._resolved[name] = self._find(name)
        return self._resolved[name]

    def _find(self, name: str) -> str:
        if name in self.there:
            return name
        catalog = self.database.catalog
        if catalog is not None and catalog.tables:
            found = self._catalog.find(Name(tuple(name.split("."))))
            return found.qualified if found else name
        alike = self._bare.get(_bare(name), ())
        return alike[0] if len(alike) == 1 else name

    @cached_property
    def _catalog(self) -> Tables:
        catalog = self.database.catalog
        assert catalog is not None
        return Tables(catalog, catalog.provenance.engine)

    @cached_property
    def _bare(self) -> Mapping[str, tuple[str, ...]]:
        """Name of the map without schema, in small letters → names of the map."""
        return _grouped((_bare(n), n) for n in sorted({r.table for r in self.database.mapped}))

    # What happens by itself

    @cached_property
    def machinery(self) -> tuple[Machinery, ...]:
        return tuple(m for document in self.database.code for m in document.machinery)

    def touched(self, table: str, letter: Letter) -> tuple[Touch, ...]:
        """A letter on a table, and what views, triggers and cascades make of it."""
        key = (table, letter)
        if key not in self._touched:
            direct = Touch(self.resolve(table), letter)
            derived = self._expanded([Effect(direct.table, letter)])
            self._touched[key] = tuple(_each_once([direct, *derived]))
        return self._touched[key]

    def called(self, routine: str) -> tuple[Touch, ...]:
        """What a routine does, with all that follows from it; empty for one nobody knows."""
        if routine not in self._done:
            self._done[routine] = tuple(_each_once(self._expanded([], [routine])))
        return self._done[routine]

    @cached_property
    def unseen(self) -> str:
        """Why something may happen in the database by itself of which nobody knows, or ''."""
        documents = usable(self.database.code)
        if not documents:
            return msg("the views and triggers of the database were not read")
        status = documents[-1].provenance.status
        return "" if status.state == "done" else status.reason

    @cached_property
    def dark(self) -> str:
        """A part of the machinery that an account can set off and nobody can read, or ''."""
        own = (m for m in self.machinery if m.unread and m.kind != "event")
        return next((_not_known(m) for m in own), "")

    @cached_property
    def by_routines(self) -> frozenset[tuple[str, Letter]]:
        """Tables and letters that routines touch: who calls them may need no right to it."""
        names = (m.name for m in self.machinery if m.kind == "routine")
        return frozenset((t.table, t.letter) for name in names for t in self.called(name))

    def blind(self, table: str, letter: Letter) -> str:
        """Why nobody knows all that follows from a letter on a table; empty where it is known."""
        key = (table, letter)
        if key not in self._blinding:
            self._blinding[key] = self._blind(self.touched(table, letter), ())
        return self._blinding[key]

    def blind_call(self, routine: str, by_call: bool = False) -> str:
        """Why nobody knows all that a routine does; empty where it is known.

        A function that the database does not list is one of the engine's own. What a
        statement `by_call` names (`CALL`, `EXEC`) is a program of somebody's.
        """
        if by_call and not any(
            _same(routine, m.name) for m in self._routines.get(_bare(routine), ())
        ):
            why = self.unseen or msg("the database does not list it")
            return msg("what routine {routine} does is not known: {why}", routine=routine, why=why)
        return self._blind(self.called(routine), (routine,))

    def _blind(self, touches: Iterable[Touch], calls: Iterable[str]) -> str:
        waiting = [_bare(c) for c in calls]
        for touch in touches:
            for m in (*self._at.get(touch.table, ()), *self._at.get("", ())):
                # A trigger that nobody may see stands at no table: it may be at each.
                unplaced = not m.on and touch.letter != "R"
                if m.name == touch.table or touch.letter in m.event or unplaced:
                    if m.unread:
                        return _not_known(m)
                    waiting += map(_bare, m.calls)
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            for m in () if name in seen else self._routines.get(name, ()):
                if m.unread:
                    return _not_known(m)
                waiting += map(_bare, m.calls)
            seen.add(name)
        return ""

    @cached_property
    def _routines(self) -> Mapping[str, tuple[Machinery, ...]]:
        """Bare name → the routines of that name."""
        return _grouped((_bare(m.name), m) for m in self.machinery if m.kind == "routine")

    @cached_property
    def _at(self) -> Mapping[str, tuple[Machinery, ...]]:
        """Table or view → the machinery there; '' → what stands nobody knows where."""
        views = ((self.resolve(m.name), m) for m in self.machinery if m.kind in _VIEWS)
        loose = [m for m in self.machinery if m.kind in ("trigger", "rule", "cascade")]
        placed = ((self.resolve(m.on) if m.on else "", m) for m in loose)
        return _grouped([*views, *placed])

    def _expanded(self, effects: Sequence[Effect], calls: Sequence[str] = ()) -> Iterator[Touch]:
        if self.machinery:
            for table, letters in expand(effects, self.machinery, calls).items():
                for letter, reason in letters.items():
                    yield Touch(self.resolve(table), letter, reason)

    # Accounts

    def whose(self, account: str, reader: str = "") -> tuple[Whose, str]:
        """Whose an account is: (`system`, its id), (`aside`, why), or a stranger's or nobody's.

        What the map says outweighs what the name looks like. `reader` is the
        account with which the audit itself reads.
        """
        if not account:
            return "nobody", ""
        system = self._system_of(account)
        if system is not None:
            return "system", system
        if any(owns(p.principal, account) for p in self.database.principals):
            return "aside", msg("its map says that it is of no system")
        if reader and user_of(account) == user_of(reader):
            return "aside", msg("the audit reads with it")
        known = self.accounts.get(account)
        built_in = known is not None and known.kind == "built-in"
        if built_in or administers(account, known is not None and known.everything):
            return "aside", msg("the server's administration")
        return "stranger", ""

    @cached_property
    def accounts(self) -> Mapping[str, Account]:
        """The accounts of the server by name, as far as its rights were read."""
        return {a.name: a for document in self.grants for a in document.accounts}

    @cached_property
    def grants(self) -> tuple[Grants, ...]:
        return usable(self.database.grants)

    @cached_property
    def statements(self) -> tuple[Statements, ...]:
        return usable(self.database.statements)

    @cached_property
    def named(self) -> frozenset[str]:
        """Systems that the map names an account of."""
        return frozenset(p.system for p in self.database.principals if p.system)

    @cached_property
    def embedded(self) -> bool:
        """Whether its engine has no accounts: who has the file has all."""
        catalog = self.database.catalog
        return catalog is not None and catalog.provenance.engine in _EMBEDDED


def usable(documents: Iterable[D]) -> tuple[D, ...]:
    """Those that say something."""
    return tuple(d for d in documents if says_something(d))


def says_something(document: Document) -> bool:
    """Whether it was read: not failed, and no list of statements that the server does not keep."""
    state = document.provenance.status.state
    if isinstance(document, Statements) and not (document.calls or document.uses):
        return state == "done"
    return state != "failed"


def _not_known(part: Machinery) -> str:
    return msg(
        "what {kind} {part} does is not known: {unread}",
        kind=part.kind,
        part=part.name,
        unread=part.unread,
    )


def _holds(rows: Iterable[MappedTable]) -> Iterator[Hold]:
    """A table's part in each entity that its rows in the map name."""
    by_entity = _grouped((r.entity, r) for r in rows)
    for entity, found in by_entity.items():
        # Every row of the table is the entity's where some line of the map has no condition.
        told_apart = all(r.where for r in found)
        part = all(r.role in _PARTS or (r.role == "secondary" and r.join) for r in found)
        marks = any(r.soft_delete for r in found)
        yield Hold(entity, part, len(by_entity) - 1 if told_apart else 0, marks)


def _each_once(touches: Iterable[Touch]) -> Iterator[Touch]:
    """Each letter on a table once, the first told."""
    told: dict[tuple[str, Letter], Touch] = {}
    for touch in touches:
        told.setdefault((touch.table, touch.letter), touch)
    yield from told.values()


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _same(written: str, name: str) -> bool:
    """Whether a routine's name as it is called is that of one that the database lists."""
    a, b = written.casefold(), name.casefold()
    return a == b or "." not in a or "." not in b


def _bare(name: str) -> str:
    return name.casefold().rpartition(".")[2]
