"""Rights as the parts of a map declare them: roles, assignments, grants, teams and units.

For CRMs of which nobody knows the model: `maps/` says which tables hold what,
and a right is a row that gives a role, an account or a team a level for an
operation on a kind of record. What no row says is not held, as long as the
words of the rows are understood; a letter that no row speaks of is unknown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from crmaudit.evidence.access import LEVELS, AccessLevel, Beyond
from crmaudit.evidence.privacy import account_name
from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.merging import administrator, strictest, widest
from crmaudit.governance.collectors.access.model import (
    Account,
    Group,
    Read,
    Rights,
    Role,
    Row,
    Shared,
    Told,
    row,
)
from crmaudit.governance.collectors.access.operations import Meaning, meaning, reach
from crmaudit.governance.collectors.access.sharing import Opened, shared
from crmaudit.governance.collectors.access.tables import Tables
from crmaudit.sources.account_tables import AccountTables
from crmaudit.workspace.accounts import Access, Assignment, Grant, Part, Roles, Teams

_WIDEST = "Of several roles the widest level counts."
_STRICTEST = "Of several roles the most restrictive level counts."
_NO_RIGHTS = "the map names no table of rights"
_TOO_MANY = "the table of rights is said to name {:,} kinds of record: that is no list of kinds"
MOST_KINDS = 2000
"""No CRM has more kinds of record; a column with more different words is another thing."""
_TEAM_WORDS = ("team", "group", "gruppe", "groupe", "grupo", "equipo", "equipe")
_VERBS = {"C": "creating", "R": "reading", "U": "updating", "D": "deleting"}


class Declared:
    """Reads what `parts.access` names."""

    product = "declared"

    def __init__(self, parts: AccountTables) -> None:
        self._access = parts.access or Access()
        self._record = [t.table for t in parts.tables if t.role == "primary"]

    @property
    def rule(self) -> str:
        return self._access.rule or (_STRICTEST if self._access.strictest else _WIDEST)

    @property
    def reads(self) -> tuple[Read, ...]:
        return tuple(self._reads())

    def read(self, db: Tables) -> Told:
        return _Reading(db, self._access, self._record).told()

    def _reads(self) -> Iterator[Read]:
        access = self._access
        for r in access.roles:
            yield r.table, _columns(r.key, r.name), r.where
        for u in access.units:
            yield u.table, _columns(u.key, u.name, u.parent), u.where
        for a in access.assignments:
            yield a.table, _columns(a.role, a.holder, a.holder_type), _both(a.where, a.active)
        for g in access.grants:
            for where in _conditions(g):
                yield g.table, _of_grant(g), where
        for o in access.operations:
            yield o.table, _columns(o.key, o.object_type, *o.operation, o.level), o.where
        for i in access.inherited:
            yield i.table, _columns(i.role, i.includes), i.where
        for t in access.teams:
            yield t.table, _columns(t.key, t.name), t.where
            for more in (t.members, t.records):
                if more is not None:
                    columns = more.model_dump(include={"team", "member", "object_type", "object"})
                    yield more.table, _columns(*columns.values()), more.where
        for s in access.sharing:
            yield s.table, _columns(*s.holder, s.holder_type, s.object_type, s.object), s.where
        if access.record:
            for table in dict.fromkeys(self._record):
                yield table, (access.record,)


@dataclass
class _Own:
    """The rights of one role, account or team, as its rows say them."""

    levels: dict[str, dict[str, AccessLevel | None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    beyond: set[Beyond] = field(default_factory=set)
    denied: set[tuple[str, str]] = field(default_factory=set)

    def give(self, word: str, letter: str, level: AccessLevel | None) -> None:
        """The widest of what several rows say; what one does not tell stays unknown."""
        cells = self.levels[word]
        old = cells.get(letter, LEVELS[0])
        if level == LEVELS[-1] or old == LEVELS[-1]:
            cells[letter] = LEVELS[-1]
        elif level is None or old is None:
            cells[letter] = None
        else:
            cells[letter] = max(old, level, key=LEVELS.index)


class _Reading:
    def __init__(self, db: Tables, access: Access, recorded: Iterable[str]) -> None:
        self._db = db
        self._access = access
        self._recorded = recorded
        self._own: dict[str, _Own] = defaultdict(_Own)
        self._notes: list[str] = []
        self._strange: set[str] = set()
        self._letters: set[str] = set()
        self._objects: list[str] = []
        self._rights: dict[tuple[str, ...], Rights] = {}
        self._alone: dict[tuple[str, str], Rights] = {}

    def told(self) -> Told:
        access = self._access
        found = accounts(self._db)
        members = self._members()
        direct, of_teams, includes = self._assignments()
        for role, other in self._pairs(access.inherited, "role", "includes"):
            includes[role].append(other)
        self._grants()
        names = self._names(access.roles)
        known = [self._with_roles(a, members, direct, of_teams, includes) for a in found]
        self._objects = sorted({o for own in self._own.values() for o in own.levels})
        given = bool(access.grants)
        cannot = "" if given else _NO_RIGHTS
        if len(self._objects) > MOST_KINDS:
            given, cannot = False, _TOO_MANY.format(len(self._objects))
        by_role = _inverse(of_teams)
        roles = dict.fromkeys((*names, *by_role, *(r for a in known for r in a.roles)))
        return Told(
            known,
            [
                Role(
                    r,
                    names.get(r, ""),
                    own=self._of(r, r) if given else None,
                    includes=tuple(sorted(includes.get(r, ()))),
                    by_teams=tuple(sorted(by_role.get(r, ()))),
                )
                for r in roles
            ],
            [Group(key, name) for key, name in self._names(access.teams).items()],
            self._units(),
            self.rights if given else None,
            self._shared(),
            self._by_record(),
            cannot=cannot,
            notes=tuple(dict.fromkeys((*self._notes, *self._not_understood()))),
        )

    # Who has which role

    def _assignments(
        self,
    ) -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, list[str]]]:
        """Roles by account and by team, and those that a role brings with it."""
        direct: dict[str, list[str]] = defaultdict(list)
        teams: dict[str, list[str]] = defaultdict(list)
        includes: dict[str, list[str]] = defaultdict(list)
        into = {"user": direct, "team": teams, "role": includes}
        for part in self._access.assignments:
            if part.to == "segment":
                self._notes.append(f"{part.table} gives roles to segments, not to accounts")
                continue
            for role, holder, kind in self._assigned(part):
                target = into["team"] if part.to == "user" and _is_team(kind) else into[part.to]
                if role and holder:
                    target[account_name(holder)].append(account_name(role))
        return direct, teams, includes

    def _assigned(self, part: Assignment) -> Iterator[tuple[str | None, str | None, str | None]]:
        where = _both(part.where, part.active)
        columns = _columns(part.role, part.holder, part.holder_type)
        for role, holder, *kind in self._db.rows(part.table, *columns, where=where):
            yield role, holder, kind[0] if kind else None

    def _members(self) -> dict[str, list[str]]:
        """Teams by account."""
        found: dict[str, list[str]] = defaultdict(list)
        parts = [t.members for t in self._access.teams if t.members is not None]
        for team, member in self._pairs(parts, "team", "member"):
            found[member].append(team)
        return found

    def _pairs(self, parts: Iterable[Part], one: str, other: str) -> Iterator[tuple[str, str]]:
        for part in parts:
            columns = getattr(part, one), getattr(part, other)
            for a, b in self._db.rows(part.table, *columns, where=part.where):
                if a and b:
                    yield account_name(a), account_name(b)

    def _with_roles(
        self,
        account: Account,
        members: Mapping[str, list[str]],
        direct: Mapping[str, list[str]],
        of_teams: Mapping[str, list[str]],
        includes: Mapping[str, list[str]],
    ) -> Account:
        teams = tuple(sorted(set(members.get(account.key, ()))))
        roles = [*direct.get(account.key, ()), *self._access.everybody]
        roles += [r for t in teams for r in of_teams.get(t, ())]
        return replace(account, teams=teams, roles=_with_included(roles, includes))

    # What roles give

    def _grants(self) -> None:
        access = self._access
        listed: dict[str, tuple[str, str, str]] = {}
        for part in access.operations:
            columns = _columns(part.key, part.object_type, *part.operation, part.level)
            for cells in self._db.rows(part.table, *columns, where=part.where):
                of = dict(zip(columns, cells, strict=True))
                word = ".".join(of[c] or "" for c in part.operation if of[c])
                key = account_name(of[part.key] or "")
                level = (of.get(part.level) if part.level else None) or ""
                listed[key] = ((of.get(part.object_type) or "").strip(), word, level)
        for grant in access.grants:
            for where, denies in zip(_conditions(grant), (False, True), strict=False):
                columns = _of_grant(grant)
                for cells in self._db.rows(grant.table, *columns, where=where):
                    self._granted(grant, dict(zip(columns, cells, strict=True)), listed, denies)

    def _granted(
        self,
        grant: Grant,
        of: Mapping[str, str | None],
        listed: Mapping[str, tuple[str, str, str]],
        denies: bool,
    ) -> None:
        holder = account_name(of.get(grant.role or grant.holder) or "")
        if not holder or (grant.object and (of.get(grant.object) or "0").strip() not in ("", "0")):
            # A right to a single record says nothing of the others.
            return
        if not grant.role:
            holder = f"{'team' if grant.to == 'team' else 'account'} {holder}"
        word = (of.get(grant.object_type) or "").strip() if grant.object_type else ""
        for said, code, column in _cells(grant, of):
            about, operation, default = listed.get(account_name(said), ("", said, ""))
            level: AccessLevel | None = LEVELS[-1]
            administers = False
            if grant.level or default:
                level, administers = reach(code or default, self._access, column)
                if level is None:
                    self._notes.append(f"{grant.table}: not every level is understood")
            self._give(holder, word or about, operation, level, denies)
            if administers:
                self._own[holder].beyond.add("administer")

    def _give(
        self, holder: str, word: str, operation: str, level: AccessLevel | None, denies: bool
    ) -> None:
        means = meaning(operation, self._access.operations_of) if operation else Meaning("CRUD")
        if means is None:
            self._strange.add(operation)
            return
        own = self._own[holder]
        self._letters.update(means.letters)
        if level not in (None, LEVELS[0]) and not denies:
            own.beyond.update(means.beyond)
        for letter in means.letters if word else ():
            if denies:
                own.denied.add((word, letter))
                own.give(word, letter, LEVELS[0])
            else:
                own.give(word, letter, level)

    # What accounts may do

    def rights(self, account: Account) -> Rights:
        """The object is the same for accounts with the same roles."""
        holders = (*account.roles, *(f"team {t}" for t in account.teams), f"account {account.key}")
        having = tuple(sorted(h for h in holders if h in self._own))
        if account.administrator:
            having = ("administrator",)
        if having not in self._rights:
            self._rights[having] = self._merged(having)
        return self._rights[having]

    def _merged(self, having: tuple[str, ...]) -> Rights:
        if having == ("administrator",):
            return administrator(self._objects)
        parts = [self._of(h, "account" if h.startswith("account ") else h) for h in having]
        merged = (strictest if self._access.strictest else widest)(parts) if parts else Rights()
        denied = {d for h in having for d in self._own[h].denied}
        silent = row([self._silent(letter) for letter in "CRUD"])
        objects = {word: merged.objects.get(word, silent) for word in self._objects}
        if denied:
            objects = {word: _without(word, objects[word], denied) for word in objects}
        return Rights(objects, merged.beyond, self._unknown())

    def _of(self, holder: str, why: str) -> Rights:
        """The rights of one role, account or team alone."""
        if (holder, why) not in self._alone:
            own = self._own.get(holder, _Own())
            reasons = (why,)
            objects = {}
            for word, cells in own.levels.items():
                levels = [cells.get(letter, self._silent(letter)) for letter in "CRUD"]
                given = [reasons if level != LEVELS[0] else () for level in levels]
                objects[word] = row(levels, given)
            beyond = dict.fromkeys(sorted(own.beyond), reasons)
            self._alone[holder, why] = Rights(objects, beyond, self._unknown())
        return self._alone[holder, why]

    def _silent(self, letter: str) -> AccessLevel | None:
        """What it means that no row gives a letter: no right, where rows speak of it at all."""
        return LEVELS[0] if letter in self._letters else None

    def _unknown(self) -> tuple[str, ...]:
        missing = [verb for letter, verb in _VERBS.items() if letter not in self._letters]
        return (f"no right speaks of {' or '.join(missing)}",) if missing else ()

    def _not_understood(self) -> Iterator[str]:
        if self._strange:
            # Words for rights; anything longer is something else.
            words = sorted(w for w in self._strange if len(w) <= 30 and w.isprintable())[:5]
            named = f", such as {', '.join(words)}" if words else ""
            yield f"{len(self._strange)} kinds of rights are not understood{named}"

    # Teams, units, single records

    def _names(self, parts: Iterable[Roles | Teams]) -> dict[str, str]:
        """Key → name, of roles or of teams."""
        found: dict[str, str] = {}
        for part in parts:
            for key, *name in (
                self._db.rows(part.table, *_columns(part.key, part.name), where=part.where)
                if part.key
                else ()
            ):
                if key and key.strip():
                    found.setdefault(account_name(key), ((name[0] if name else "") or "").strip())
        return found

    def _units(self) -> list[Group]:
        found: dict[str, Group] = {}
        for part in self._access.units:
            columns = _columns(part.key, part.name, part.parent)
            for cells in self._db.rows(part.table, *columns, where=part.where):
                of = {c: (v or "").strip() for c, v in zip(columns, cells, strict=True)}
                key = account_name(of[part.key])
                parent = account_name(of.get(part.parent, ""))
                if key:
                    found.setdefault(key, Group(key, of.get(part.name, ""), parent))
        return list(found.values())

    def _shared(self) -> tuple[Shared, ...]:
        return shared(self._opened())

    def _opened(self) -> Iterator[Opened]:
        for part in self._access.sharing:
            columns = _columns(*part.holder, part.holder_type, part.object_type, part.object)
            for cells in self._db.rows(part.table, *columns, where=part.where):
                of = dict(zip(columns, cells, strict=True))
                for column in part.holder:
                    team = _is_team(of.get(part.holder_type) or column)
                    held = of[column]
                    who = (None, held) if team else (held, None)
                    yield of.get(part.object_type), of.get(part.object), *who
        for teams in self._access.teams:
            if teams.records is not None:
                r = teams.records
                columns = (r.object_type, r.object, r.team)
                for about, record, team_ in self._db.rows(r.table, *columns, where=r.where):
                    yield about, record, None, team_

    def _by_record(self) -> dict[str, dict[str, int]]:
        column = self._access.record
        found = {}
        for table in dict.fromkeys(self._recorded) if column else ():
            if self._db.has(table, column):
                # Other values than the declared ones may be anything.
                known = self._access.levels
                counts = Counter(
                    value if value in known else "other"
                    for (value,) in self._db.rows(table, column)
                )
                found[table] = dict(counts)
        return found


def _columns(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n for n in names if n))


def _of_grant(g: Grant) -> tuple[str, ...]:
    more = (g.object_type, g.object, *g.operation, *g.level)
    return _columns(g.role or g.holder, *more)


def _conditions(g: Grant) -> tuple[str, ...]:
    """Of the rows that grant, and of those that deny."""
    given = _both(g.where, g.active)
    if not g.deny:
        return (given,)
    return _both(given, f"NOT ({g.deny})"), _both(given, g.deny)


def _both(one: str, other: str) -> str:
    return f"({one}) AND ({other})" if one and other else one or other


def _cells(grant: Grant, of: Mapping[str, str | None]) -> Iterator[tuple[str, str | None, str]]:
    """Operation, level and the level's column: from a row with one right, or one of several."""
    if grant.operation:
        operation = ".".join(v.strip() for c in grant.operation if (v := of[c]))
        if operation:
            column = grant.level[0] if grant.level else ""
            yield operation, of.get(column), column
    elif len(grant.level) == 1 and meaning(grant.level[0], {}) is None:
        yield "", of[grant.level[0]], grant.level[0]
    elif grant.level:
        for column in grant.level:
            yield column, of[column], column
    else:
        yield "", None, ""


def _is_team(text: str | None) -> bool:
    return any(w in (text or "").casefold() for w in _TEAM_WORDS)


def _without(word: str, old: Row, denied: set[tuple[str, str]]) -> Row:
    """The row less what is denied."""
    off = [(word, letter) in denied for letter in "CRUD"]
    if not any(off):
        return old
    return row(
        [LEVELS[0] if no else level for level, no in zip(old.levels, off, strict=True)],
        [() if no else why for why, no in zip(old.why, off, strict=True)],
    )


def _with_included(roles: Iterable[str], includes: Mapping[str, list[str]]) -> tuple[str, ...]:
    """With those that come with them, however far."""
    found: dict[str, None] = {}
    left = list(roles)
    while left:
        role = left.pop()
        if role not in found:
            found[role] = None
            left += includes.get(role, ())
    return tuple(sorted(found))


def _inverse(pairs: Mapping[str, list[str]]) -> dict[str, set[str]]:
    """Role → those who give it."""
    found: dict[str, set[str]] = defaultdict(set)
    for holder, roles in pairs.items():
        for role in roles:
            found[role].add(holder)
    return found
