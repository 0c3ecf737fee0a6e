"""Statements that ran, counted as they come in: who did what to which table.

For every reader of statements, a server's own view as well as a log:

    tally = Tally.of(task)
    for …: tally.take(text, principal, session=…, first=…, last=…)
    yield tally.document(provenance, origin)

A statement is brought down to its fingerprint first and understood once. Of
millions only the different ones stay in memory, and of those at most `most`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from crmaudit.crud_matrix.collectors.shown import Shown, without_rows
from crmaudit.crud_matrix.principals import Naming
from crmaudit.crud_matrix.sql import Name, Tables, fingerprint, split, understand
from crmaudit.crud_matrix.sql.fingerprint import LONGEST
from crmaudit.evidence import (
    LETTERS,
    Call,
    Catalog,
    Letter,
    Provenance,
    Statements,
    Unread,
    Use,
)
from crmaudit.sources.task import Task

MOST = 50_000
"""Different statements that are kept apart; what comes beyond is counted as dropped."""
_LISTED = 1_000
_EXAMPLES = 3
_PREPARED = 20_000
_WORD = re.compile(r"[^\W\d][\w$]*")
_PLACE = r"(\S+(?:\s*\.\s*\S+)?)"
_HEADS: tuple[tuple[Letter, re.Pattern[str]], ...] = (
    (
        "C",
        re.compile(rf"\s*(?:INSERT|REPLACE)(?:\s+\w+)*?\s+INTO\s+{_PLACE}\s*\(", re.IGNORECASE),
    ),
    ("U", re.compile(rf"\s*UPDATE\s+{_PLACE}\s+SET\s", re.IGNORECASE)),
    ("D", re.compile(rf"\s*DELETE\s+FROM\s+{_PLACE}\s+WHERE\s", re.IGNORECASE)),
)
"""Beginnings that decide a letter on the table they name, whatever follows."""
_SAME_NAME = "a temporary table has the name of this table, and which one is meant is not told"
_SEVERAL = "several schemas have a table of this name, and where the account looks is not known"
_SETS_PATH = re.compile(r"\bsearch_path\b|\bSET\s+SCHEMA\b|\bCURRENT_SCHEMA\s*=", re.IGNORECASE)
_PREPARES = re.compile(
    r'\s*PREPARE\s+("(?:[^"]|"")*"|[\w$]+)\s*(?:\([^)]*\))?\s*AS\s+(.*)', re.IGNORECASE | re.DOTALL
)
_EXECUTES = re.compile(r'\s*EXECUTE\s+("(?:[^"]|"")*"|[\w$]+)', re.IGNORECASE)
_CUT = "the server keeps only the beginning of so long a statement"

_Left = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One fingerprint, understood: the tables under the catalog's names where it has them.

    `several` are tables that a name without a schema may mean; `sets_path`:
    it changes where such names are looked for.
    """

    text: str
    effects: tuple[tuple[str, str, Name], ...] = ()
    calls: tuple[str, ...] = ()
    makes: _Left = frozenset()
    drops: _Left = frozenset()
    unknown: str = ""
    tables: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    sets_path: bool = False


@dataclass(slots=True)
class _Times:
    """How often, and when first and last."""

    calls: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, calls: int, first: datetime | None, last: datetime | None) -> None:
        self.calls += calls
        if first is not None and (self.first is None or first < self.first):
            self.first = first
        if last is not None and (self.last is None or last > self.last):
            self.last = last


@dataclass(frozen=True, slots=True)
class _Key:
    """What is counted apart: the statement, by whom, from which database, in what session.

    `left` are the names that meant temporary tables in the session; None where
    the source does not tell sessions.
    """

    print: str
    principal: str
    away: bool
    left: _Left | None


class Tally:
    """Counts statements and gives one `Statements` document.

    Memory is bounded: `most` different statements, and four times as many
    pairs of a statement and an account. Temporary tables are left out session
    by session; where the source tells no sessions, account by account.
    Statements that failed or were rolled back count like others: no source
    tells them apart in all cases.

    `database` is the audited one's name as the server has it: what ran in
    another one counts as elsewhere unless it names this one. Empty: all count.
    `schema` is the catalog's default schema.
    """

    def __init__(
        self,
        catalog: Catalog,
        dialect: str,
        naming: Naming,
        *,
        database: str = "",
        schema: str = "",
        most: int = MOST,
    ) -> None:
        self._catalog = catalog
        self._dialect = dialect
        self._naming = naming
        self._database = database.casefold()
        self._tables = Tables(catalog, dialect, schema)
        self._schemas = {t.schema.casefold() for t in catalog.tables} | {schema.casefold()}
        self._schema = schema
        self._most = most
        self._kinds: dict[str, _Kind] = {}
        self._seen: dict[_Key, _Times] = {}
        self._shown: dict[str, str] = {"": ""}
        self._temporary: dict[str, set[str]] = {}
        self._loose: dict[str, set[str]] = defaultdict(set)
        self._ready: dict[str, dict[str, str]] = {}
        self._held = 0
        self._texts = Shown(catalog, dialect)
        self._wandering: set[str] = set()
        self._lost_way = False
        self._more: set[str] = set()
        self._window = _Times()
        self._lost = 0
        self._elsewhere = 0

    @classmethod
    def of(cls, task: Task, dialect: str = "", *, most: int = MOST) -> Tally:
        """A tally for a collector's task; `dialect` where the source's engine does not tell it."""
        source, known = task.source, task.known
        naming = Naming(known.map.principals if known.map else (), known.words, task.key)
        return cls(
            task.catalog,
            dialect or source.engine,
            naming,
            database=source.database,
            schema=source.default_schema,
            most=most,
        )

    def take(
        self,
        text: str,
        principal: str = "",
        *,
        calls: int = 1,
        first: datetime | None = None,
        last: datetime | None = None,
        session: str = "",
        database: str = "",
        cut: bool = False,
    ) -> None:
        """Count one statement, or `calls` alike, between the moments `first` and `last`.

        `principal` is the account's own name; it is shown as it may be.
        `session` tells connections apart, for temporary tables. `database` is
        the one it ran in, empty where that is not told. `cut`: the text is
        only the beginning.
        """
        self._window.add(calls, first, last if last is not None else first)
        text = without_rows(text)
        if session and not cut:
            text = self._made_ready(text, session)
        printed = fingerprint(text, self._dialect)
        mark = f"{printed.id}…" if cut else printed.id
        kind = self._kinds.get(mark)
        if kind is None:
            if len(self._kinds) >= self._most:
                self._lost += calls
                return
            whole = printed.text if len(printed.text) < LONGEST else text
            kind = self._kinds[mark] = self._understood(whole, printed.text, cut)
        shown = self.shown(principal)
        if kind.sets_path:
            self._wandering.add(shown)
        left = self._left_out(kind, shown, session)
        away = bool(database and self._database and database.casefold() != self._database)
        key = _Key(mark, shown, away, left)
        times = self._seen.get(key)
        if times is None:
            if len(self._seen) >= 4 * self._most:
                self._lost += calls
                return
            times = self._seen[key] = _Times()
        times.add(calls, first, last if last is not None else first)

    def shown(self, principal: str) -> str:
        """The account's name as evidence may hold it."""
        found = self._shown.get(principal)
        if found is None:
            found = self._shown[principal] = self._naming.shown(principal)
        return found

    def ended(self, session: str) -> None:
        """The session is over, and with it its temporary tables and prepared statements."""
        self._temporary.pop(session, None)
        self._held -= len(self._ready.pop(session, ()))

    def wanders(self, principal: str) -> None:
        """The account has a search path of its own.

        Names without a schema that several schemas have are then unknown, as
        they are once an account was seen to change the path.
        """
        self._wandering.add(self.shown(principal))

    def wanders_all(self) -> None:
        """The catalog's default schema need not be the one in which the accounts look first."""
        self._lost_way = True

    def shares(self, name: str) -> None:
        """Tables of several schemas have this name, even where the catalog has one schema only."""
        self._more.add(name.casefold())

    def pass_over(self, calls: int = 1) -> None:
        """Count statements of another database without looking at them."""
        self._elsewhere += calls

    def document(
        self,
        provenance: Provenance,
        origin: str,
        *,
        dropped: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        tells_principals: bool = True,
        unread: Iterable[Unread] = (),
        notes: Iterable[str] = (),
        reader: str = "",
    ) -> Statements:
        """All that was taken, as evidence.

        `dropped` are statements that the source lost; `since` and `until` its
        window, where it is known better than by the first and last statement.
        `unread` are statements that the source hides; they count as calls.
        `reader` is the account that the audit itself reads with.
        """
        sums = _Sums()
        for key, times in sorted(self._seen.items(), key=lambda item: _order(item[0])):
            self._add(sums, key, times)
        hidden = tuple(unread)
        prints = {key.print for key in sums.counted}
        told = list(notes)
        if self._lost:
            told.append(
                f"{self._lost:,} statements came after {self._most:,} different ones were known, "
                "and were not looked at"
            )
        lost = None if dropped is None and not self._lost else (dropped or 0) + self._lost
        uses = tuple(sums.of_uses())
        called = tuple(sums.of_calls())
        wanted = {i for use in uses for i in use.examples}
        wanted |= {i for call in called for i in call.examples}
        unknown = [key for key in sums.counted if self._kinds[key.print].unknown]
        return Statements(
            provenance,
            origin,
            uses,
            called,
            tuple(_listed([*sums.unread, *hidden])),
            {i: self._kinds[i].text for i in sorted(wanted)},
            calls=sums.calls + sum(u.times for u in hidden),
            distinct=len(prints) + len(hidden),
            understood=len(prints) - len({key.print for key in unknown} | sums.doubtful),
            understood_calls=sums.calls - sum(u.times for u in sums.unread),
            dropped=lost,
            since=since or self._window.first,
            until=until or self._window.last,
            tells_principals=tells_principals,
            elsewhere=self._elsewhere + sums.elsewhere,
            temporary=sums.temporary,
            notes=tuple(told),
            reader=self._naming.shown(reader) if reader else "",
        )

    def _add(self, sums: _Sums, key: _Key, times: _Times) -> None:
        kind = self._kinds[key.print]
        here = [e for e in kind.effects if not key.away or self._names_this(e[2])]
        if key.away and not here:
            sums.elsewhere += times.calls
            return
        left = self._loose.get(key.principal, set()) if key.left is None else key.left
        own = {e[0] for e in here if self._is_temporary(e[2], left)}
        sums.counted.append(key)
        sums.calls += times.calls
        sums.temporary += times.calls * len(own)
        why, tables = kind.unknown, kind.tables
        hidden = own & self._places if key.left is None else set()
        if hidden and not why:
            why, tables = _SAME_NAME, tuple(sorted(hidden))
            sums.doubtful.add(key.print)
        if kind.several and not why and (self._lost_way or key.principal in self._wandering):
            why, tables = _SEVERAL, kind.several
            sums.doubtful.add(key.print)
        if why:
            sums.unread.append(Unread(kind.text, why, times.calls, key.principal, tables=tables))
        if why in (_SAME_NAME, _SEVERAL):
            return
        for table, letters, _ in here:
            if table not in own:
                for letter in LETTERS:
                    if letter in letters:
                        sums.uses[key.principal, table, letter].append((key.print, times))
        if not key.away:
            for routine in kind.calls:
                sums.called[key.principal, routine].append((key.print, times))

    def _understood(self, text: str, shown: str, cut: bool) -> _Kind:
        if cut:
            short = self._texts.text(shown, understood=False)
            return _Kind(short, self._head(text), unknown=_CUT, tables=self._named(shown))
        effects: dict[str, tuple[set[str], Name]] = {}
        calls: dict[str, None] = {}
        makes: set[str] = set()
        drops: set[str] = set()
        unknown = ""
        several: set[str] = set()
        # One text may be several statements, as a client sends them in one go.
        parts = [s for _, s in split(text, self._dialect)] if ";" in text else [text]
        for part in parts:
            found = understand(part, self._dialect, self._tables)
            unknown = unknown or found.unknown
            for name, letters in found.effects:
                place = self._place(name)
                if len(name.parts) == 1:
                    several |= self._shared.get(_plain(name), set())
                    several |= {place} & self._places if _plain(name) in self._more else set()
                effects.setdefault(place, (set(), name))[0].update(letters)
            calls.update(dict.fromkeys(".".join(name.parts) for name in found.calls))
            makes |= {_plain(name) for name in found.creates_temporary}
            drops |= {_plain(name) for name in found.drops}
        return _Kind(
            self._texts.text(shown, understood=not unknown),
            tuple(
                (table, "".join(x for x in LETTERS if x in letters), name)
                for table, (letters, name) in sorted(effects.items())
            ),
            tuple(calls),
            frozenset(makes),
            frozenset(drops),
            unknown,
            self._named(shown) if unknown else (),
            tuple(sorted(several)),
            _SETS_PATH.search(shown) is not None,
        )

    def _place(self, name: Name) -> str:
        """The catalog's name of the table, or the one written for what lies elsewhere."""
        if self._schema and len(name.parts) > 1 and name.parts[-2].casefold() not in self._schemas:
            return str(name)
        return self._tables.qualified(name)

    def _head(self, text: str) -> tuple[tuple[str, str, Name], ...]:
        """What the beginning of a statement decides: the one letter on its target."""
        for letter, pattern in _HEADS:
            match = pattern.match(text)
            if match:
                parts = [p.strip().strip('`"') for p in match.group(1).split(".")]
                name = Name(tuple(parts))
                place = self._place(name)
                if place in self._places:
                    return ((place, letter, name),)
        return ()

    def _made_ready(self, text: str, session: str) -> str:
        """The statement that EXECUTE runs, where its session was seen to prepare it."""
        prepares = _PREPARES.match(text)
        if prepares:
            name, mine = _unquoted(prepares[1]), self._ready.get(session, {})
            if name in mine or self._held < _PREPARED:
                self._held += name not in mine
                mine[name] = fingerprint(prepares[2], self._dialect).text
                self._ready[session] = mine
            return text
        executes = _EXECUTES.match(text) if session in self._ready else None
        return self._ready[session].get(_unquoted(executes[1]), text) if executes else text

    def _left_out(self, kind: _Kind, principal: str, session: str) -> _Left | None:
        """The names in the statement that mean temporary tables of its session."""
        if not session:
            if kind.makes:
                self._loose[principal] |= kind.makes
            return None
        mine = self._temporary.get(session)
        if mine is None and not kind.makes:
            return frozenset()
        mine = self._temporary.setdefault(session, set()) if mine is None else mine
        mine |= kind.makes
        left = frozenset(_plain(name) for _, _, name in kind.effects) & mine
        mine -= kind.drops - kind.makes
        return left

    def _is_temporary(self, name: Name, left: Iterable[str]) -> bool:
        last = _plain(name)
        if last.startswith("#"):
            return True
        *place, _ = name.parts
        # A schema is never a temporary table's; a database of MySQL may be.
        by_place = not place or place[-1].casefold() in {"pg_temp", self._database}
        return by_place and last in left

    def _names_this(self, name: Name) -> bool:
        return len(name.parts) > 1 and name.parts[-2].casefold() == self._database

    def _named(self, text: str) -> tuple[str, ...]:
        """Tables of the catalog whose names stand in the text as words."""
        low = text.casefold()
        found = {q for word in _WORD.findall(low) for q in self._words.get(word, ())}
        found |= {q for name, q in self._odd if name in low}
        return tuple(sorted(found))

    @cached_property
    def _words(self) -> Mapping[str, tuple[str, ...]]:
        words: dict[str, list[str]] = defaultdict(list)
        for table in self._catalog.tables:
            words[table.name.casefold()].append(table.qualified)
        return {word: tuple(names) for word, names in words.items()}

    @cached_property
    def _shared(self) -> Mapping[str, set[str]]:
        """Names that tables of several schemas have, with the qualified ones."""
        by_name: dict[str, dict[str, str]] = defaultdict(dict)
        for table in self._catalog.tables:
            by_name[table.name.casefold()][table.schema] = table.qualified
        return {name: set(found.values()) for name, found in by_name.items() if len(found) > 1}

    @cached_property
    def _odd(self) -> tuple[tuple[str, str], ...]:
        """Names that are no words, with the qualified ones."""
        return tuple(
            (t.name.casefold(), t.qualified)
            for t in self._catalog.tables
            if not _WORD.fullmatch(t.name)
        )

    @cached_property
    def _places(self) -> frozenset[str]:
        return frozenset(t.qualified for t in self._catalog.tables)


class _Sums:
    """What a document is added up of."""

    def __init__(self) -> None:
        self.uses: dict[tuple[str, str, Letter], list[tuple[str, _Times]]] = defaultdict(list)
        self.called: dict[tuple[str, str], list[tuple[str, _Times]]] = defaultdict(list)
        self.unread: list[Unread] = []
        self.counted: list[_Key] = []
        self.doubtful: set[str] = set()
        self.calls = 0
        self.elsewhere = 0
        self.temporary = 0

    def of_uses(self) -> Iterator[Use]:
        by_letter = sorted(self.uses, key=lambda use: (*use[:2], LETTERS.index(use[2])))
        for principal, table, letter in by_letter:
            seen = self.uses[principal, table, letter]
            yield Use(principal, table, letter, *_added(seen))

    def of_calls(self) -> Iterator[Call]:
        for (principal, routine), seen in sorted(self.called.items()):
            yield Call(principal, routine, *_added(seen))


def _added(
    seen: list[tuple[str, _Times]],
) -> tuple[int, int, datetime | None, datetime | None, tuple[str, ...]]:
    """Calls, different statements, first and last time, and the most frequent as examples."""
    total = _Times()
    often: dict[str, int] = defaultdict(int)
    for mark, times in seen:
        total.add(times.calls, times.first, times.last)
        often[mark] += times.calls
    examples = sorted(often, key=lambda mark: (-often[mark], mark))[:_EXAMPLES]
    return total.calls, len(often), total.first, total.last, tuple(examples)


def _listed(unread: list[Unread]) -> Iterator[Unread]:
    """The most frequent one by one, the rest in sums, so that no table of theirs is lost."""
    ranked = sorted(unread, key=lambda u: (-u.times, u.text, u.principal))
    yield from ranked[:_LISTED]
    rest: dict[tuple[str, str], list[Unread]] = defaultdict(list)
    for one in ranked[_LISTED:]:
        rest[one.reason, one.principal].append(one)
    for (reason, principal), found in sorted(rest.items()):
        tables = {t for u in found for t in u.tables}
        text = f"({len(found):,} further statements)"
        times = sum(u.times for u in found)
        yield Unread(text, reason, times, principal, tables=tuple(sorted(tables)))


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.casefold()


def _plain(name: Name) -> str:
    return name.parts[-1].casefold()


def _order(key: _Key) -> tuple[str, str, bool, tuple[str, ...]]:
    return key.principal, key.print, key.away, tuple(sorted(key.left or ()))
