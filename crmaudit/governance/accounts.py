"""The accounts of a CRM, judged: what each may do beside what its holder's job asks for.

Rights come from the CRM's own tables, jobs from people.yaml. An account whose
holder is not known is not judged by a job, and counted. Accounts that are
closed may do nothing; those of programs are kept apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from crmaudit.evidence import Access, CrmAccount
from crmaudit.evidence.access import LEVELS, AccessLevel, Beyond, CrmRole, Held, Holding, Levels
from crmaudit.evidence.use import LETTERS
from crmaudit.governance.access import recommended
from crmaudit.governance.usage import AccountUse, Usage, month_of
from crmaudit.messages import msg
from crmaudit.workspace.audit_file import AccessPolicy
from crmaudit.workspace.people import Person

DORMANT_DAYS = 180
GRACE_DAYS = 30
"""A new account may wait so long for its first login."""
WIDEST = LEVELS[-1]
Verdict = Literal["beyond the job", "sees beyond the job", "short of the job", "as recommended"]
_OWN = frozenset({"user", "role", "team", "unit"})
_UNKNOWN: Levels = (None, None, None, None)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record that rights are given on; `entity` is empty where no map names one."""

    object: str
    table: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Excess:
    """Letters of one kind of record that reach beyond what is recommended, and how far.

    `level` is that of `worst`, the letter by which most is at stake: to change
    or delete before to read, and of these the one that reaches furthest.
    """

    kind: Kind
    letters: str
    level: AccessLevel
    worst: Literal["R", "U", "D"]

    @property
    def changes(self) -> bool:
        """Whether records can be changed or lost by it, and not only be seen."""
        return self.worst != "R"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Of `of` kinds of record that an account may see, `kinds` are seen no further than `level`."""

    level: AccessLevel
    kinds: int
    of: int


@dataclass(frozen=True, slots=True)
class Judged:
    """An account with its rights, its use, and the person whom people.yaml says it belongs to.

    `advised` is the level that the person's job asks for and why; None where
    the job is not known.
    """

    account: CrmAccount
    holding: Holding | None = None
    use: AccountUse | None = None
    person: Person | None = None
    advised: tuple[AccessLevel, str] | None = None

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def program(self) -> bool:
        """Of a program, a portal or an outsider."""
        return self.account.person is False

    @property
    def usable(self) -> bool:
        """Whether it can be used, as far as the CRM tells."""
        return self.account.active is not False

    @property
    def shared(self) -> bool:
        """Whether something speaks for an account that is shared or nobody's in particular."""
        return bool(self.account.signs) and not self.program

    @property
    def administrator(self) -> bool:
        beyond = self.holding.beyond if self.holding else ()
        return bool(self.account.administrator) or "administer" in beyond

    @property
    def bears_rights(self) -> bool:
        """Whether anything can be done with it; where that is not known, it may be."""
        if self.holding is None or self.administrator:
            return True
        known = any(level != "None" for h in self.holding.held for level in h.levels)
        return known or bool(self.holding.beyond or self.holding.unknown)

    def left(self, day: date) -> date | None:
        """The last day of work of its holder, where that lies behind; None where not."""
        ends = [self.account.ended, self.person.leaves if self.person else None]
        past = [e for e in ends if e is not None and e < day]
        return min(past, default=None)


@dataclass(frozen=True)
class Accounts:
    """The accounts of one system, judged as of `end`.

    `entities` gives for each table the entity that it is the first home of.
    """

    system: str
    access: Access
    end: date
    everyone: tuple[Judged, ...]
    entities: Mapping[str, str] = field(default_factory=dict)
    usage: Usage | None = None
    dormant_days: int = DORMANT_DAYS

    @property
    def evidence(self) -> tuple[str, ...]:
        return (self.access.id,)

    @cached_property
    def cannot(self) -> str:
        """Why nothing can be said of its accounts; empty where something can."""
        if not self.access.accounts_read:
            return self.access.cannot or msg("its accounts are kept elsewhere")
        return "" if self.everyone else msg("its table of accounts is empty")

    @cached_property
    def no_rights(self) -> str:
        """Why nothing can be said of what its accounts may do; empty where something can."""
        if self.cannot:
            return self.cannot
        if any(j.holding for j in self.everyone):
            return ""
        return self.access.cannot or msg("its rights were not understood")

    @cached_property
    def by_name(self) -> Mapping[str, Judged]:
        """Under every pseudonym that an account goes by."""
        found = {n: j for j in self.everyone for n in j.account.also}
        return found | {j.name: j for j in self.everyone}

    @cached_property
    def usable(self) -> tuple[Judged, ...]:
        """Accounts of people that can be used, shared ones included."""
        return tuple(j for j in self.everyone if j.usable and not j.program)

    # Rights

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind of record that somebody's rights speak of, those of entities first."""
        found: dict[str, Kind] = {}
        for holding in self.access.holdings:
            for h in holding.held:
                if h.object not in found:
                    found[h.object] = Kind(h.object, h.table, self.entities.get(h.table, ""))
        return tuple(sorted(found.values(), key=lambda k: (not k.entity, k.object)))

    @cached_property
    def judged_kinds(self) -> tuple[Kind, ...]:
        """Those that hold an entity; where no map says what the tables hold, all of them.

        What the CRM keeps of itself is left out: accounts, roles, teams, units.
        """
        return tuple(k for k in self.kinds if k.entity and k.entity not in _OWN) or self.kinds

    def levels(self, holding: Holding | None, kind: Kind) -> Levels:
        """How far its rights to a kind of record reach.

        What a holding does not speak of is not held, unless something of it is unknown.
        """
        if holding is None:
            return _UNKNOWN
        held = self._held[holding.id].get(kind.object)
        if held is not None:
            return held.levels
        return _UNKNOWN if holding.unknown else ("None", "None", "None", "None")

    def levels_over(self, holding: Holding | None, kinds: Sequence[Kind]) -> Levels:
        """The widest over several kinds, such as all that one entity is kept as."""
        cells = [self.levels(holding, k) for k in kinds]
        c, r, u, d = (_widest(levels[i] for levels in cells) for i in range(len(LETTERS)))
        return c, r, u, d

    def held(self, holding: Holding | None, kind: Kind) -> Held | None:
        """The same with where each level comes from."""
        return self._held[holding.id].get(kind.object) if holding else None

    @cached_property
    def _held(self) -> Mapping[str, Mapping[str, Held]]:
        return {x.id: {h.object: h for h in x.held} for x in self.access.holdings}

    @cached_property
    def _widest(self) -> dict[str, tuple[AccessLevel | None, AccessLevel | None]]:
        return {}

    def granted(self, judged: Judged) -> AccessLevel | None:
        """The widest level of reading, updating and deleting; None where that is not known.

        To create reaches no record that is there: how far it goes is not counted.
        """
        return self._reach(judged)[0]

    def sees(self, judged: Judged) -> AccessLevel | None:
        """The widest level of reading over all entities; None where that is not known."""
        return self._reach(judged)[1]

    def _reach(self, judged: Judged) -> tuple[AccessLevel | None, AccessLevel | None]:
        if judged.holding is None:
            return (WIDEST, WIDEST) if judged.administrator else (None, None)
        known = self._widest.get(judged.holding.id)
        if known is None:
            cells = [self.levels(judged.holding, k) for k in self.judged_kinds]
            everything = _widest(level for _, *levels in cells for level in levels)
            known = everything, _widest(levels[LETTERS.index("R")] for levels in cells)
            self._widest[judged.holding.id] = known
        return known

    @cached_property
    def _beyond(self) -> dict[tuple[str, AccessLevel], tuple[Excess, ...]]:
        return {}

    def excess(self, judged: Judged) -> tuple[Excess, ...]:
        """What reaches beyond the recommended level, by kind of record; what is unknown is not."""
        if judged.advised is None or judged.holding is None:
            return ()
        place = judged.holding.id, judged.advised[0]
        if place not in self._beyond:
            self._beyond[place] = tuple(self._excesses(judged.holding, LEVELS.index(place[1])))
        return self._beyond[place]

    def foremost(self, judged: Judged, *, reading: bool = True) -> tuple[Excess, ...]:
        """The excess by which records can be changed, the widest first.

        Where there is none and `reading` counts, that by which they can be seen.
        """
        found = self.excess(judged)
        chosen = [e for e in found if e.changes] or [e for e in found if reading]
        return tuple(sorted(chosen, key=lambda e: -LEVELS.index(e.level)))

    def _excesses(self, holding: Holding, most: int) -> Iterable[Excess]:
        for kind in self.judged_kinds:
            cells = zip(LETTERS, self.levels(holding, kind), strict=True)
            over = {x: level for x, level in cells if level and LEVELS.index(level) > most}
            telling: tuple[Literal["U", "D", "R"], ...] = ("U", "D", "R")
            at_stake = [x for x in telling if x in over and (x != "R" or not over.keys() & {*"UD"})]
            if at_stake:
                worst = max(at_stake, key=lambda x: LEVELS.index(over[x]))
                yield Excess(kind, "".join(over), over[worst], worst)

    def short(self, judged: Judged) -> Shortfall | None:
        """What it sees less far than recommended: most of the kinds of record that it may see.

        A kind that it may not see at all may be none of its job, and counts only
        where it sees nothing. Single kinds differ for good reasons: what every
        product opens to all, such as its products, and what nobody shares, such
        as e-mails. So a majority decides, that of those not known included.
        """
        if judged.advised is None or judged.administrator or judged.holding is None:
            return None
        told = [self.levels(judged.holding, k)[LETTERS.index("R")] for k in self.judged_kinds]
        seen = [level for level in told if level not in (None, "None")]
        unknown = told.count(None)
        if not seen and not unknown:
            nothing = LEVELS[0] if judged.advised[0] != LEVELS[0] else None
            return Shortfall(nothing, len(told), len(told)) if nothing and told else None
        advised = LEVELS.index(judged.advised[0])
        below = [level for level in seen if level and LEVELS.index(level) < advised]
        if 2 * len(below) <= len(seen) + unknown:
            return None
        return Shortfall(max(below, key=LEVELS.index), len(below), len(seen))

    def verdict(self, judged: Judged) -> Verdict | None:
        """Granted beside recommended; None where one of them is not known."""
        if judged.advised is None or self.granted(judged) is None:
            return None
        found = self.foremost(judged)
        if found:
            return "beyond the job" if found[0].changes else "sees beyond the job"
        return "short of the job" if self.short(judged) else "as recommended"

    @cached_property
    def compared(self) -> tuple[Judged, ...]:
        """Accounts that can be used, whose rights and whose holder's job are known."""
        return tuple(j for j in self.usable if j.advised and self.granted(j) is not None)

    @cached_property
    def administrators(self) -> tuple[Judged, ...]:
        """Accounts of people that may set up the system or do everything in it."""
        return tuple(j for j in self.usable if j.administrator)

    def needless_administrators(self, people: Iterable[Person]) -> tuple[Judged, ...] | None:
        """Administrators whose holder is none by people.yaml.

        An account of nobody known may belong to an overall administrator whose
        account is not named; it counts only where all of those are. None where
        nobody is declared one. Shared accounts are left out: no job is theirs.
        """
        meant = [p for p in people if p.administers]
        if not meant:
            return None
        linked = {j.person.id for j in self.everyone if j.person}
        whole = all(p.id in linked for p in meant)
        return tuple(
            j
            for j in self.administrators
            if not j.shared and (not j.person.administers if j.person else whole)
        )

    def may(self, right: Beyond) -> tuple[Judged, ...]:
        """Ordinary accounts, neither of administrators nor of super users, with a mass right."""
        return tuple(j for j in self.ordinary if j.holding and right in j.holding.beyond)

    @cached_property
    def ordinary(self) -> tuple[Judged, ...]:
        """Accounts of people who are neither administrators nor known as super users."""
        return tuple(
            j
            for j in self.usable
            if not j.administrator
            and not (j.person and (j.person.user_type == "super user" or j.person.administers))
        )

    @cached_property
    def delete_everything(self) -> Mapping[str, tuple[Kind, ...]]:
        """Accounts that are no administrators and may delete all records of a kind."""
        found = {
            j.name: tuple(k for k in self.judged_kinds if self.levels(j.holding, k)[3] == WIDEST)
            for j in self.usable
            if not j.administrator and not (j.person and j.person.administers)
        }
        return {name: kinds for name, kinds in found.items() if kinds}

    # Whose, and in use or not

    def remarks(self, judged: Judged) -> tuple[str, ...]:
        """What is to be said of an account that can be used, in a few words each."""
        told = {
            msg("administrator"): judged.administrator,
            msg("holder has left"): judged.left(self.end) is not None,
            msg("used since"): judged.name in self._groups["after"],
            msg("not used for {dormant_days} days", dormant_days=self.dormant_days): judged.name
            in self._groups["dormant"],
            msg("never used"): judged.name in self._groups["never"],
            msg("nobody's own"): judged.shared,
            msg("no unit"): judged.name in self._groups["no unit"],
            msg("may delete everything"): judged.name in self.delete_everything,
        }
        return tuple(words for words, holds in told.items() if holds)

    @cached_property
    def _groups(self) -> Mapping[str, frozenset[str]]:
        groups = {
            "after": self.used_after_leaving,
            "dormant": self.dormant(self.dormant_days),
            "never": self.never_used(),
            "no unit": self.without_unit,
        }
        return {name: frozenset(j.name for j in found) for name, found in groups.items()}

    @cached_property
    def shared(self) -> tuple[Judged, ...]:
        return tuple(j for j in self.usable if j.shared)

    @cached_property
    def own(self) -> tuple[Judged, ...]:
        """Accounts of one person each that can be used."""
        return tuple(j for j in self.usable if not j.shared)

    @cached_property
    def leavers(self) -> tuple[Judged, ...]:
        """Accounts that can be used although their holder has left."""
        return tuple(j for j in self.usable if j.left(self.end))

    @cached_property
    def used_after_leaving(self) -> tuple[Judged, ...]:
        """Accounts with a login or a record after their holder's last day, closed since or not.

        Where only the month of it is known, a later month than the last day's.
        """
        return tuple(j for j in self.everyone if not j.program and self._after(j))

    def _after(self, judged: Judged) -> bool:
        left = judged.left(self.end)
        if left is None:
            return False
        last = judged.account.last_login
        if last is not None and left < last <= self.end:
            return True
        use, until = judged.use, month_of(self.end)
        months = (*use.months, *use.bulk, *use.logins) if use else ()
        return any(month_of(left) < m <= until for m in months)

    def dormant(self, days: int = DORMANT_DAYS) -> tuple[Judged, ...]:
        """Accounts that bear rights and were not logged in to for so many days.

        Nor has anything been recorded with them since. Those of leavers are
        told as such.
        """
        since = days_before(self.end, days)
        return tuple(
            j
            for j in self.usable
            if j.account.last_login is not None
            and j.account.last_login < since
            and j.bears_rights
            and not j.left(self.end)
            and not _worked(j.use, month_of(since), month_of(self.end))
        )

    def never_used(self, grace_days: int = GRACE_DAYS) -> tuple[Judged, ...]:
        """Accounts that nobody ever logged in to, and that are not quite new."""
        since = days_before(self.end, grace_days)
        return tuple(
            j
            for j in self.usable
            if j.account.never_logged_in
            and (j.account.created is None or j.account.created < since)
            and not j.left(self.end)
            and not _worked(j.use, date.min, month_of(self.end))
        )

    @cached_property
    def login_unknown(self) -> int:
        """Accounts of which the CRM does not tell when they were last logged in to."""
        return sum(
            j.account.last_login is None and not j.account.never_logged_in for j in self.usable
        )

    @cached_property
    def without_unit(self) -> tuple[Judged, ...]:
        """Accounts of no unit, or of one that is not there, where the CRM has units."""
        known = {u.id for u in self.access.units}
        return tuple(j for j in self.usable if known and j.account.unit not in known)

    @cached_property
    def several(self) -> Mapping[str, tuple[Judged, ...]]:
        """Person → accounts that can be used, of those with more than one."""
        found: dict[str, list[Judged]] = {}
        for j in self.usable:
            if j.person:
                found.setdefault(j.person.id, []).append(j)
        return {p: tuple(js) for p, js in found.items() if len(js) > 1}

    @cached_property
    def of_nobody(self) -> tuple[Judged, ...]:
        """Accounts of one person who is not in people.yaml under this account."""
        return tuple(j for j in self.own if j.person is None)

    @cached_property
    def login_days(self) -> Mapping[tuple[str, date], int]:
        """Account and month → days with a login."""
        recording = self.usage.recording if self.usage else None
        told = recording.logged_in if recording else ()
        return {(x.account, x.month): x.days for x in told}

    # Roles

    @cached_property
    def holders(self) -> Mapping[str, int]:
        """Role → accounts that have it, closed ones included."""
        counts = Counter(r for j in self.everyone for r in j.account.roles)
        return {r.id: counts.get(r.id, 0) for r in self.access.roles}

    @cached_property
    def unheld(self) -> tuple[CrmRole, ...]:
        """Roles that no account has; none where no account has any, as then nobody can tell."""
        if not any(self.holders.values()):
            return ()
        return tuple(r for r in self.access.roles if not self.holders[r.id])


def judge_accounts(
    system: str,
    access: Access,
    usage: Usage | None,
    *,
    day: date | None,
    links: Mapping[tuple[str, str], str],
    people: Mapping[str, Person],
    policy: AccessPolicy,
    entities: Mapping[str, str],
    dormant_days: int = DORMANT_DAYS,
) -> Accounts:
    """The accounts of one system; judged as of the audit's day, or of reading if that was before.

    `links` says whose an account is, by system and pseudonym.
    """
    taken = access.provenance.taken_at.date()
    holdings = {h.id: h for h in access.holdings}
    uses = {a.name: a for a in usage.accounts} if usage else {}
    found = []
    for account in access.accounts:
        names = (account.name, *account.also)
        person = next((links[system, n] for n in names if (system, n) in links), "")
        who = people.get(person)
        found.append(
            Judged(
                account,
                holdings.get(account.holding),
                uses.get(account.name),
                who,
                recommended(who, policy) if who else None,
            )
        )
    end = min(day, taken) if day else taken
    return Accounts(system, access, end, tuple(found), entities, usage, dormant_days)


def days_before(day: date, days: int) -> date:
    """The day so many days before; the first day there is where that lies further back."""
    try:
        return day - timedelta(days=days)
    except OverflowError:
        return date.min


def _widest(levels: Iterable[AccessLevel | None]) -> AccessLevel | None:
    """None where one is unknown and could be wider than the widest known."""
    found = list(levels)
    known = [level for level in found if level is not None]
    top = max(known, key=LEVELS.index, default=None)
    return top if len(known) == len(found) or top == WIDEST else None


def _worked(use: AccountUse | None, since: date, until: date) -> bool:
    """Whether rows or logins tell of use in these months, beyond the account's own last login."""
    if use is None:
        return False
    months = (*use.months, *use.bulk, *use.logins)
    return any(since < m <= until for m in months) if since > date.min else bool(months)
