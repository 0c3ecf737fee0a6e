"""References that names and types speak for, to be tested on the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmaudit.evidence import Table
from crmaudit.quality.references.columns import Columns, Known
from crmaudit.quality.references.table_keys import own_keys
from crmaudit.quality.references.tables import Match, TableNames
from crmaudit.quality.references.words import (
    ANYTHING,
    ELSEWHERE,
    GENERIC,
    STAFF,
    USERS,
    Named,
    named,
    stems,
)

_UNMARKED = 0.55
"""What a name counts that is not marked as a key: `parent_account`, `organisation`."""

_NAME_OF = 0.7
"""What `account_name` counts for the table of accounts: the name may only be repeated."""

_NAME = stems("name")[0]

_USER_ENDS = tuple(u for u in USERS if len(u) > 3)
"""`systemuser`, `anwendungsbenutzer`."""

_FEW = 5
"""Fewer values than this are different from each other by chance."""

_PLAIN = frozenset(
    {
        *(
            "id",
            "uuid",
            "guid",
            "code",
            "name",
            "title",
            "description",
            "status",
            "type",
            "kind",
            "value",
        ),
        *("label", "sort", "position", "weight", "order", "comment", "notes", "date", "language"),
        *("currency", "country", "city", "locale", "active", "version", "number", "bezeichnung"),
        *(
            "entity",
            "module",
            "object",
            "model",
            "table",
            "class",
            "beschreibung",
            "nom",
            "nombre",
            "titre",
            "titulo",
            "libelle",
            "state",
            "category",
        ),
    }
)


_PERSON_NAMES = frozenset({"given name", "family name", "full name"})
_ABOVE = "it names a record of its own table"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A guess that a column holds the key of another table.

    `prior` in [0, 1] is how likely names and types make it before the rows
    were asked; `needs_data`: without values it is not worth telling.
    """

    table: Table
    column: str
    to: Table
    to_column: str
    prior: float
    reasons: tuple[str, ...]
    needs_data: bool = False


class Candidates:
    """Makes the candidates of a catalog's columns."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.names = TableNames(columns.tables)
        self._keys = own_keys(columns, self.names)
        self._users = user_tables(columns, self.names)
        self._persons = _person_tables(columns, self.names)
        self._by_key_name = _by_key_name(columns, self.names, self._keys)

    def key(self, table: Table) -> str | None:
        """The column that identifies the table's rows, declared or not, if it is one."""
        return self._keys[table.qualified]

    def all(self, taken: frozenset[tuple[str, str]] = frozenset()) -> Iterator[Candidate]:
        """Candidates of all columns but those `taken`: about which more is known already."""
        for table in self.columns.tables:
            for known in self.columns.of(table):
                if (table.qualified, known.name) not in taken:
                    yield from self.of(known)

    def of(self, known: Known) -> list[Candidate]:
        """Candidates of one column, the likeliest first, one for each key of a table."""
        if not known.can_hold_key:
            return []
        name = named(known.name)
        found: dict[tuple[str, str], Candidate] = {}
        for candidate in (*self._by_name(known, name), *self._by_key(known, name)):
            place = candidate.to.qualified, candidate.to_column
            if place == (known.table.qualified, known.name):
                continue
            if place not in found or found[place].prior < candidate.prior:
                found[place] = candidate
        ranked = sorted(found.values(), key=lambda c: (-c.prior, c.to.qualified, c.to_column))
        return ranked[:8]

    def _by_name(self, known: Known, name: Named) -> Iterator[Candidate]:
        key = self._keys[known.table.qualified]
        if known.name == key:
            base = self.names.base(known.table)
            target = self._keys[base.qualified] if base else None
            if base and target:
                why = f"its table adds to {base.qualified}"
                yield Candidate(known.table, known.name, base, target, 0.85, (why,))
            if not name.words or name.stems == self.names.key(known.table):
                return
        if known.means_something_else and not name.mark:
            return
        mark = name.mark or (0.75 if name.person else _UNMARKED)
        reasons = (_marked(name),) if name.mark else ()
        own = known.table
        matches = self.names.matches(name, own)
        if not name.self_:
            # A table names itself in its own identifier sooner than in a reference, unless
            # more words tell the two apart: `owner_membership_id`.
            less = 0.5 if name.stems[-1:] == name.stems else 0.1
            matches = [
                Match(m.table, m.score - less, m.reason) if m.table == own else m for m in matches
            ]
        unsure = mark < 0.9 or known.wide or bool(ELSEWHERE & set(name.stems))
        yield from self._targets(known, matches, mark, reasons, unsure)
        yield from self._by_name_of(known, name)
        best = max((m.score for m in matches), default=0.0)
        said = known.means in ("owner", "created by", "modified by")
        if name.person or said:
            why = "it says who did or has to do something"
            is_user = bool(name.stems) and name.stems[-1] in USERS
            likely = 0.96 if (is_user or best < 0.6) and not name.self_ else 0.6
            people = [Match(t, likely - 0.1 * i, why) for i, t in enumerate(self._users[:2])]
            if not people:
                people = [Match(t, min(likely, 0.7), f"{why}; there is no table of users")
                          for t in self._persons[:1]]  # fmt: skip
            sure = max(mark, 0.9) if said or name.mark else mark
            unsure = known.wide or not (said or mark >= 0.9)
            yield from self._targets(known, people, sure, reasons, unsure, True)
        base = self.names.base(own)
        if base is not None and name.mark and set(name.stems) <= ANYTHING:
            match = Match(base, 0.85, f"its table adds to {base.qualified}")
            yield from self._targets(known, [match], mark, reasons, False)
        if name.self_ and (name.mark or known.means == "reference"):
            past = self.names.logged(own)
            why = f"its table keeps the past of {past.qualified}" if past else _ABOVE
            match = Match(past or own, 0.9 if best < 0.7 else 0.4, why)
            yield from self._targets(known, [match], mark, reasons, False)

    def _by_name_of(self, known: Known, name: Named) -> Iterator[Candidate]:
        """`account_name` may hold what accounts are told apart by, where no number does."""
        rest = name.words[:-1]
        if name.mark or not rest or name.stems[-1] != _NAME or not known.is_text:
            return
        beside = (named(k.name) for k in self.columns.of(known.table) if k.name != known.name)
        if any(n.mark >= 0.75 and n.words == rest for n in beside):
            return
        found = [m for m in self.names.matches(Named(rest, 0.0), known.table) if m.score >= 0.85]
        yield from self._targets(known, found, _NAME_OF, ("it holds a name",), True)

    def _targets(
        self,
        known: Known,
        matches: Sequence[Match],
        mark: float,
        reasons: tuple[str, ...],
        needs_data: bool,
        persons: bool = False,
    ) -> Iterator[Candidate]:
        for match in matches:
            for column, share, why in self._keys_of(match.table, known, persons):
                prior = round(match.score * mark * share, 3)
                if prior >= 0.2:
                    texts = (match.reason, *reasons, *why)
                    yield Candidate(
                        known.table, known.name, match.table, column, prior, texts,
                        needs_data or share < 1.0,
                    )  # fmt: skip

    def _keys_of(
        self, to: Table, known: Known, persons: bool
    ) -> Iterator[tuple[str, float, tuple[str, ...]]]:
        """Columns of a table by which another may refer to it, with how usual that is."""
        key = self._keys[to.qualified]
        if key is not None:
            yield key, 1.0, ()
        others = [
            k
            for k in self.columns.of(to)
            if k.name != key and k.can_hold_key and (k.is_unique or k.nearly_unique)
        ]
        for other in others[:6]:
            if known.is_text or not other.is_text:
                why = f"{other.name} holds each value once"
                usual = persons and other.means in ("login", "full name", "e-mail", "identifier")
                yield other.name, 0.9 if usual else 0.8, (why,)

    def _by_key(self, known: Known, name: Named) -> Iterator[Candidate]:
        """Columns named like another table's key, such as `customer_id` or `sku`."""
        spelled = "".join(stems(known.name))
        for to, column, declared in self._by_key_name.get(spelled, ()):
            if to == known.table or self.names.is_named(known.table, name.stems):
                continue
            why = f"it is named like the key of {to.qualified}"
            score = 0.97 if name.mark or declared else 0.6
            if to in self._users[:1]:
                # Profiles and settings repeat the login; those who log in are the users.
                score += 0.02
            # That a number of its own is unique there does not make it a reference here.
            yield Candidate(known.table, known.name, to, column, score, (why,), not declared)


def user_tables(columns: Columns, names: TableNames) -> tuple[Table, ...]:
    """Tables of those who log in, the likeliest first: by name, logins and passwords."""
    scored = []
    for table in columns.tables:
        key = names.key(table)
        score = 0.0
        if key[-1] in USERS:
            score = 3.0 - 0.5 * (len(set(key)) - 1)
        elif len(key) == 1 and key[0].endswith(_USER_ENDS):
            score = 2.5
        elif len(key) == 1 and key[0] in STAFF:
            score = 1.5
        means = {k.means for k in columns.of(table)}
        joined = {"".join(stems(k.name)) for k in columns.of(table)}
        secret = any("passw" in j or "kennwort" in j or "pwd" in j for j in joined)
        login = bool(joined & {"login", "usernam", "loginnam", "userlogin"}) or "login" in means
        has_name = bool(means & _PERSON_NAMES or joined & {"firstnam", "lastnam", "fullnam"})
        # The account of a mail server has a login and a password, too, but no person's name.
        if score or has_name:
            score += (1.5 if secret or "secret" in means else 0) + (1 if login else 0)
        if score >= 2.5:
            scored.append((-score, len(key), table.qualified, table))
    return tuple(t for *_, t in sorted(scored, key=lambda s: s[:3]))


def _person_tables(columns: Columns, names: TableNames) -> tuple[Table, ...]:
    """Tables of persons, for systems whose users are kept elsewhere."""
    people = {"contact", "person", "people", "partner", "kontakt", "individual", "member"}
    found = []
    for table in columns.tables:
        key = names.key(table)
        means = {k.means for k in columns.of(table)}
        joined = {"".join(stems(k.name)) for k in columns.of(table)}
        named_ = {"given name", "family name"} <= means or {"firstnam", "lastnam"} <= joined
        score = 2 * (len(key) == 1 and key[0] in people) + 2 * named_
        if score >= 2:
            found.append((-score, table.qualified, table))
    return tuple(t for *_, t in sorted(found, key=lambda s: s[:2]))


def _by_key_name(
    columns: Columns, names: TableNames, keys: dict[str, str | None]
) -> dict[str, list[tuple[Table, str, bool]]]:
    """Keys and unique columns with a name of their own: spelling → table, column, is its key."""
    found: dict[str, list[tuple[Table, str, bool]]] = {}
    for table in columns.tables:
        key = keys[table.qualified]
        for known in columns.of(table):
            spelled = "".join(stems(known.name))
            is_key = known.name == key
            telling = known.name.lower() not in _PLAIN and bool(named(known.name).words)
            unique = is_key or (known.is_unique and _identifies(known, names))
            if telling and unique and known.can_hold_key:
                found.setdefault(spelled, []).append((table, known.name, is_key))
    # What many tables name so is no key of one of them.
    return {s: places for s, places in found.items() if len(places) <= 4}


def _identifies(known: Known, names: TableNames) -> bool:
    """Whether a unique column may be meant by others: a number or name, no measure or reference."""
    if known.means_something_else:
        return False
    name = named(known.name)
    few = known.profile is not None and known.profile.filled < _FEW
    vague = set(name.stems) <= GENERIC
    if vague or name.person or name.self_ or (few and not known.declared_unique):
        return False
    telling = known.is_text or name.mark or known.means in ("identifier", "uuid")
    elsewhere = [m for m in names.matches(name, known.table, 1) if m.table != known.table]
    return bool(telling) and not (elsewhere and elsewhere[0].score >= 0.85)


def _marked(name: Named) -> str:
    return "its name marks it as a key" if name.mark >= 0.9 else "its name marks it as a number"
