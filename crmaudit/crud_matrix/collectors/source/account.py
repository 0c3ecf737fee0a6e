"""What was found in files, put together: which tables the source does what to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from crmaudit.crud_matrix.collectors.source.evaluate import Seen
from crmaudit.crud_matrix.collectors.source.frameworks import (
    BLIND,
    FRAMEWORKS,
    LIBRARIES,
    bears,
    letters,
)
from crmaudit.crud_matrix.collectors.source.models import Classes, Model
from crmaudit.crud_matrix.collectors.source.values import TEMPORARY, Thing
from crmaudit.crud_matrix.collectors.source.words import MARKER, Rendered, Template, Wanted, render
from crmaudit.crud_matrix.sql import Name, Tables, Understood, fingerprint, understand
from crmaudit.evidence import Catalog
from crmaudit.evidence.use import LETTERS, SETUP, Called, Letter, Sighting, Unread

_PLACES = 10
_LONG = 20_000
_FILLED = re.compile(r"crm(?:hole\d+x|column|alias)", re.IGNORECASE)
_CHOSEN = re.compile(r"\s*select\s+(.*?)\s+from\b", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"\w+")
_TABLE_STEPS = {"ToTable"}


@dataclass(slots=True)
class _Times:
    """How often something stands in the source, and the first places."""

    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, place: str) -> None:
        self.count += 1
        if len(self.places) < _PLACES and place not in self.places:
            self.places.append(place)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement, literals out, with the names that are still to be looked up."""

    text: str
    wanted: tuple[Wanted, ...]
    whole: bool
    sure: bool
    dialect: str
    language: str
    setup: bool = False


@dataclass(slots=True)
class _Kind:
    """What a statement does, and where it stands."""

    found: Understood
    times: _Times


@dataclass
class Account:
    """All that was found in one source, counted as it comes.

    Memory grows with the number of different statements and calls, not with
    that of files.
    """

    catalog: Catalog
    dialect: str
    schema: str = ""
    classes: Classes = field(default_factory=Classes)
    _statements: dict[_Statement, _Kind] = field(default_factory=dict)
    _tables: dict[str, Tables] = field(default_factory=dict)
    _acts: dict[tuple[str, str, tuple[str, ...], bool], _Times] = field(default_factory=dict)
    _blind: _Times = field(default_factory=_Times)
    _unreadable: dict[str, _Times] = field(default_factory=dict)

    def statements(
        self, alternatives: Iterable[tuple[Rendered, str]], language: str, setup: bool = False
    ) -> None:
        """Count a statement, of which several forms may be known, each with its place.

        A form that cannot be parsed counts only where none can: not every way
        through the branches before it is one that the program takes.
        """
        keys = [(self._key(r, place, language, setup), place) for r, place in alternatives]
        clear = [k for k, _ in keys if not self._statements[k].found.unknown]
        for key, place in keys:
            if key in clear or not clear:
                self._statements[key].times.add(place)

    def _key(self, rendered: Rendered, place: str, language: str, setup: bool) -> _Statement:
        dialect = self.dialect if self.dialect != "ansi" else guessed(rendered.sql)
        made = fingerprint(rendered.sql, dialect)
        file = place.rpartition(":")[0]
        wanted = tuple(
            # A variable is one file's; what stands before a name is the same for all.
            replace(w, variable=f"{file}:{w.variable}") if w.variable and not w.after else w
            for w in rendered.wanted
        )
        key = _Statement(
            made.text, wanted, rendered.whole, rendered.sure, dialect, _family(language), setup
        )
        if key not in self._statements:
            # Of a long one its fingerprint has all that matters.
            sql = rendered.sql if len(rendered.sql) < _LONG else made.text
            found = understand(sql, dialect, self.tables(dialect))
            self._statements[key] = _Kind(found, _Times())
        return key

    def tables(self, dialect: str) -> Tables:
        return self._tables.setdefault(dialect, Tables(self.catalog, dialect, self.schema))

    def act(
        self, thing: Thing, arg: str | None, place: str, language: str, setup: bool = False
    ) -> None:
        last = thing.steps[-1] if thing.steps else ""
        if last in _TABLE_STEPS and arg:
            self.classes.tables[_family(language), thing.root.rpartition(".")[2]] = arg
        if bears(last) if thing.root else last in BLIND:
            key = (_family(language), thing.root, thing.steps, setup)
            self._acts.setdefault(key, _Times()).add(place)

    def unreadable(self, what: str, place: str) -> None:
        """Something that works on tables and that nobody here reads."""
        self._unreadable.setdefault(what, _Times()).add(place)

    def blind(self, place: str) -> None:
        """A statement is sent of which not even the beginning is known."""
        self._blind.add(place)

    def told(self, routines: frozenset[str]) -> Told:
        """Everything looked up. `routines` are those of the database, in lower case."""
        return _Looking(self, routines).told()


@dataclass
class Told:
    """The account as evidence holds it."""

    sightings: tuple[Sighting, ...] = ()
    unread: tuple[Unread, ...] = ()
    called: tuple[Called, ...] = ()
    statements: int = 0
    understood: int = 0
    built: int = 0
    framework_calls: int = 0
    setup: int = 0


def guessed(sql: str) -> str:
    """The dialect that a statement's own marks tell, where nothing else does."""
    if "`" in sql:
        return "mysql"
    if re.search(r"\[\w+\]|@\w|\bSELECT\s+TOP\b", sql):
        return "tsql"
    if re.search(r"\$\d|::\w|\bRETURNING\b|\bILIKE\b", sql):
        return "postgresql"
    return "ansi"


def _family(language: str) -> str:
    return "TypeScript" if language in {"JavaScript", "TSX"} else language


class _Looking:
    def __init__(self, account: Account, routines: frozenset[str]) -> None:
        self._account = account
        self._routines = routines
        self._columns = {t.qualified: [c.name for c in t.columns] for t in account.catalog.tables}
        self._names = {t.name.lower(): t.qualified for t in account.catalog.tables}
        self._seen: dict[tuple[str, Letter, str], _Times] = {}
        self._called: dict[str, _Times] = {}
        self._unread: dict[tuple[str, str], tuple[_Times, frozenset[str]]] = {}
        self._used: set[str] = set()
        self._lost: dict[str, _Times] = {}
        self._result = Told()

    def told(self) -> Told:
        result = self._result
        kinds = self._account._statements
        temporary = {
            self._temporary_key(s, n) for s, k in kinds.items() for n in k.found.creates_temporary
        }
        temporary.add(TEMPORARY)
        for statement, kind in kinds.items():
            if kind.times.count:
                self._one(statement, kind.found, kind.times, temporary)
        for (language, root, steps, setup), times in self._account._acts.items():
            self._act(language, root, steps, times, setup)
        self._of_nobody()
        for what, times in self._account._unreadable.items():
            self._unread["", f"{what} are not read"] = (times, frozenset())
        blind = self._account._blind
        if blind.count:
            result.statements += blind.count
            result.built += blind.count
            reason = "the whole of it is put together at run time"
            self._unread["", reason] = (blind, frozenset())
        if not result.statements and not result.framework_calls:
            reason = "no statement was found: how this source reaches data is not known"
            self._unread["", reason] = (_Times(1), frozenset())
        result.sightings = tuple(
            Sighting(table, letter, by, times.count, tuple(times.places))
            for (table, letter, by), times in sorted(
                self._seen.items(), key=lambda x: (x[0][0], LETTERS.index(x[0][1]), x[0][2])
            )
        )
        result.unread = tuple(
            Unread(text[:400], reason, times.count, "", tuple(times.places), tuple(sorted(tables)))
            for (text, reason), (times, tables) in sorted(
                self._unread.items(), key=lambda x: (-x[1][0].count, x[0])
            )
        )
        result.called = tuple(
            Called(name, times.count, tuple(times.places))
            for name, times in sorted(self._called.items())
        )
        return result

    # Statements

    def _temporary_key(self, statement: _Statement, name: Name) -> str:
        marker = MARKER.fullmatch(name.last)
        if marker is None:
            return name.last.lower()
        wanted = statement.wanted[int(marker[1])]
        if wanted.of == TEMPORARY:
            return TEMPORARY
        return wanted.variable or f"{wanted.before}*{wanted.after}".lower()

    def _one(
        self, statement: _Statement, found: Understood, times: _Times, temporary: set[str]
    ) -> None:
        if found.unknown and not statement.sure:
            return  # prose that begins like a statement
        effects: list[tuple[str, str]] = []
        missing = False
        strangers = False
        for name, told in found.effects:
            if self._temporary_key(statement, name) in temporary and not self._known(
                statement, name
            ):
                continue
            table, known = self._table(statement, name)
            if table is None:
                missing = True
            else:
                strangers = strangers or not known
                effects.append((table, told))
        if not statement.sure and (strangers or not self._speaks_of(effects, statement.text)):
            return
        result = self._result
        if statement.setup:  # it ran once, if at all: what else it may do is of no interest
            result.setup += times.count
            for table, told in effects:
                self._sight(table, told, SETUP, times)
            return
        result.statements += times.count
        for table, told in effects:
            self._sight(table, told, "sql", times)
        for routine in found.calls:
            # Of functions, those that the database has itself; the rest are the engine's.
            calling = statement.text[:5].lower().startswith(("call ", "exec"))
            if routine.last.lower() in self._routines or (calling and not _is_marker(routine)):
                self._add(self._called.setdefault(str(routine), _Times()), times)
        reason = self._reason(statement, found, missing)
        if not reason:
            result.understood += times.count
            return
        tables: frozenset[str] = frozenset()
        if missing or not statement.whole:
            result.built += times.count
        else:
            words = {w.lower() for w in _WORD.findall(statement.text)}
            tables = frozenset(self._names[w] for w in words & self._names.keys())
        text = self._shown(statement)
        known_times, known_tables = self._unread.setdefault((text, reason), (_Times(), tables))
        self._add(known_times, times)
        self._unread[text, reason] = (known_times, known_tables | tables)

    def _speaks_of(self, effects: list[tuple[str, str]], text: str) -> bool:
        """Whether what is selected are columns of the tables: in prose it is any word."""
        chosen = _CHOSEN.match(text)
        if chosen is None:
            return bool(effects)
        known = {c.lower() for t, _ in effects for c in self._columns.get(t, ())}
        return {w.lower() for w in re.split(r"[\s,]+", chosen[1]) if w} <= known

    def _reason(self, statement: _Statement, found: Understood, missing: bool) -> str:
        if missing:
            return "the name of a table is put together at run time"
        if found.unknown:
            return found.unknown
        if not statement.whole:
            return "a part of it is put together at run time"
        return ""

    def _shown(self, statement: _Statement) -> str:
        """The statement with the names that could be looked up in their places."""

        def name(match: re.Match[str]) -> str:
            marker = MARKER.fullmatch(match[0])
            found = None
            if marker is not None and int(marker[1]) < len(statement.wanted):
                found = self._looked_up(statement, statement.wanted[int(marker[1])])
            return found or "…"

        return _FILLED.sub(name, statement.text)[:400]

    def _known(self, statement: _Statement, name: Name) -> bool:
        return self._account.tables(statement.dialect).find(name) is not None

    def _table(self, statement: _Statement, name: Name) -> tuple[str | None, bool]:
        """The table meant and whether the catalog has it; None where nobody can say."""
        marker = MARKER.fullmatch(name.last)
        if marker is not None:
            found = self._looked_up(statement, statement.wanted[int(marker[1])])
            return found, found is not None
        if any(MARKER.search(p) for p in name.parts):
            name = Name((name.last,))
        tables = self._account.tables(statement.dialect)
        here = tables.find(name)
        if here is not None:
            return here.qualified, True
        if _FILLED.search(name.last):
            return None, False
        if statement.language in {"PHP", "Java", "C#", "TypeScript"} and name.last[:1].isupper():
            # An entity's name where a table's would be: JPQL, DQL, HQL.
            model = self._account.classes.model(statement.language, str(name))
            table = self._of_model(statement.language, model)
            if table:
                return table, True
        return str(name), not self._names

    def _looked_up(self, statement: _Statement, wanted: Wanted) -> str | None:
        """The one table of the catalog that a name with a hole can mean."""
        if wanted.of:
            model = self._account.classes.model(statement.language, wanted.of)
            return self._of_model(statement.language, model)
        if not wanted.before and not wanted.after:
            return None
        before, after = wanted.before.lower(), wanted.after.lower()
        pattern = re.escape(before) + r"\w*" + re.escape(after).replace("%", r"\w*")
        fitting = [q for n, q in self._names.items() if re.fullmatch(pattern, n)]
        if len(fitting) != 1 and after and not before:
            prefix = self._prefixes.get(wanted.variable)
            return self._names.get(prefix + after) if prefix is not None else None
        return fitting[0] if len(fitting) == 1 else None

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        """Variable → the prefix that it stands for: the one that most of the names ask for."""
        asked: dict[str, set[str]] = {}
        for statement in self._account._statements:
            for w in statement.wanted:
                if w.after and not w.before and not w.of:
                    asked.setdefault(w.variable, set()).add(w.after.lower())
        found = {}
        for variable, names in asked.items():
            votes = Counter(n[: -len(a)] for a in names for n in self._names if n.endswith(a))
            best = votes.most_common(2)
            clear = best and (len(best) == 1 or best[0][1] > best[1][1])
            if clear and best[0][1] * 2 > len(names):
                found[variable] = best[0][0]
        return found

    # Frameworks

    def _act(
        self, language: str, root: str, steps: tuple[str, ...], times: _Times, setup: bool
    ) -> None:
        model: Model | None
        if root.startswith("="):
            table, _, by = root[1:].partition("@")
            model = Model(by, (table,))
        else:
            model, steps = self._reached(language, root, steps)
        if model is None:
            if not setup:
                self._unseen(language, root, steps[-1], times)
            return
        self._used.add(model.by)
        told = letters(model.by, steps)
        name = self._of_model(language, model) if told else None
        if name and setup:
            self._result.setup += times.count
            self._sight(name, told, SETUP, times)
        elif name:
            self._result.framework_calls += times.count
            self._sight(name, told, model.by, times)

    def _unseen(self, language: str, root: str, step: str, times: _Times) -> None:
        """Keep a call that writes, on an object whose class is not known."""
        named = root and not root.startswith(".")
        if step in BLIND and not named:
            self._add(self._lost.setdefault(step, _Times()), times)

    def _of_nobody(self) -> None:
        """Such calls, of the frameworks that the source uses or of a library's own methods."""
        for step, times in sorted(self._lost.items()):
            by = sorted(f for f in self._used if step in FRAMEWORKS[f].blind)
            if not by and (step not in LIBRARIES or step in self._account.classes.methods):
                continue
            told = " or ".join(by) or "a library"
            reason = f"{told} writes an object whose class is not known here"
            self._unread[f"….{step}()", reason] = (times, frozenset())

    def _reached(
        self, language: str, root: str, steps: tuple[str, ...]
    ) -> tuple[Model | None, tuple[str, ...]]:
        """The model that is worked on, and the steps from it on."""
        classes = self._account.classes
        for i in range(len(steps) - 2, -1, -1):  # context.Orders.Add, prisma.order.create
            model = classes.model(language, "." + steps[i])
            if model is not None:
                return model, steps[i + 1 :]
        return classes.model(language, root), steps

    def _of_model(self, language: str, model: Model | None) -> str | None:
        """The model's table: the first of its names that the catalog has."""
        if model is None:
            return None
        if model.entity:
            return self._of_model(language, self._account.classes.model(language, model.entity))
        tables = self._account.tables(self._account.dialect)
        for table in model.tables:
            found = tables.find(Name(tuple(table.split("."))))
            if found is not None:
                return found.qualified
        return model.tables[0] if model.tables else None

    # Sums

    def _sight(self, table: str, told: str, by: str, times: _Times) -> None:
        for letter in LETTERS:
            if letter in told:
                self._add(self._seen.setdefault((table, letter, by), _Times()), times)

    def _add(self, into: _Times, times: _Times) -> None:
        into.count += times.count
        for place in times.places:
            if len(into.places) < _PLACES and place not in into.places:
                into.places.append(place)


def _is_marker(name: Name) -> bool:
    return any(_FILLED.search(p) for p in name.parts)


class InFile:
    """What is found in one file, on its way to the account."""

    def __init__(
        self, account: Account, place: str, language: str, imports: str, setup: bool = False
    ) -> None:
        self._account = account
        self._place = place
        self._language = language
        self._imports = imports
        self._setup = setup

    def texts(self, alternatives: Iterable[Template]) -> None:
        made = [
            (rendered, f"{self._place}:{t.line}")
            for t in alternatives
            if (rendered := render(t, php=self._language == "PHP")) is not None
        ]
        if made:
            self._account.statements(made, self._language, self._setup)

    def act(self, thing: Thing, arg: str | None) -> None:
        place = f"{self._place}:{thing.line}"
        self._account.act(thing, arg, place, self._language, self._setup)

    def seen(self, found: Seen) -> None:
        self._account.classes.add(_family(self._language), found, self._place, self._imports)

    def blind(self, line: int) -> None:
        if not self._setup:
            self._account.blind(f"{self._place}:{line}")
