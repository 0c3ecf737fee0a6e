"""How far a CRM is used, measured by its own records: by whom, where, how evenly, how long.

Groups of fewer than five are suppressed where numbers are shown
(`Share.shown`); the numbers themselves are whole, for judging.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crmaudit.governance.rate import FEWER, SMALLEST_GROUP, too_few
from crmaudit.governance.trend import Trend, trend
from crmaudit.governance.usage import (
    WINDOW_DAYS,
    YEAR_DAYS,
    AccountUse,
    Usage,
    month_of,
    months_later,
)
from crmaudit.messages import msg

BUSIEST = 5
"""So many accounts are looked at as the few who may do all: the smallest group to be shown."""
TREND_MONTHS = 24
LEAST_ROWS = 30
"""Of fewer rows no share of filled values is told."""
_Z = 2.576
"""Of the normal distribution for an interval of 99 %: many columns are compared at once."""


@dataclass(frozen=True, slots=True)
class Share:
    """Part and whole of a group of people."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def hidden(self) -> bool:
        """Whether the group, or the part of it, is too small for a number."""
        return too_few(self.whole) or 0 < self.part < SMALLEST_GROUP

    @property
    def shown(self) -> str:
        """`37 of 53`, `fewer than five of 9`, `fewer than five`."""
        if too_few(self.whole):
            return FEWER
        part = FEWER if self.hidden else msg("{n:,}", n=self.part)
        return msg("{part} of {whole:,}", part=part, whole=self.whole)


@dataclass(frozen=True, slots=True)
class MeasuredAdoption:
    """Staff who worked in a system under an account of their own since a month.

    `recorded` of the `users` recorded, None where that was not measured; the
    others only logged in. `shared`
    accounts of nobody in particular were in use besides. `logins_known` False:
    who only looks things up is not seen, and `users` is the least there are.
    `accounts_known` False: accounts of programs were not told from people's.
    """

    system: str
    users: int
    recorded: int | None
    staff: int
    since: date
    until: date
    shared: int
    logins_known: bool
    evidence: tuple[str, ...]
    accounts_known: bool = True

    def above(self, share: float) -> bool | None:
        """Whether strictly more than this share uses it; None where that cannot be told."""
        if self.users / self.staff > share:
            return True
        return False if self.logins_known else None


def measured(use: Usage, staff: int | None, days: int = WINDOW_DAYS) -> MeasuredAdoption | None:
    """None where use cannot be told, the staff are not counted or fewer than the users."""
    if not staff or use.cannot(days):
        return None
    since, until = use.since(days), use.until
    users = use.people(a for a in use.own if a.used(since, until))
    if users > staff:
        return None
    return MeasuredAdoption(
        use.system,
        users,
        None if use.no_rows else use.people(a for a in use.own if a.recorded(since, until)),
        staff,
        since,
        use.end,
        sum(a.shared and a.used(since, until) for a in use.accounts),
        use.logins_known,
        use.evidence,
        use.access is not None and use.access.accounts_read,
    )


@dataclass(frozen=True, slots=True)
class GroupUse:
    """A unit or user type: its people, those who used the CRM, those who recorded.

    Shares are of the `staff` that audit.yaml says of the unit, as the line of
    good practice is; of those with an account where it says nothing, or fewer
    than have one. `accounts` are the people with one that can be used, None:
    as many as the shares are of. `rows` were recorded by hand; they and
    `recorded` are None where no table tells who made its rows.
    """

    group: str
    used: Share
    recorded: Share | None
    rows: int | None
    staff: int | None = None
    accounts: int | None = None


def by_group(
    use: Usage,
    group: Callable[[AccountUse], str],
    days: int = WINDOW_DAYS,
    staff: Mapping[str, int | None] | None = None,
) -> tuple[GroupUse, ...]:
    """Use by unit, type or whatever `group` says of an account; switched-off ones left out."""
    since, until = use.since(days), use.until
    groups: dict[str, list[AccountUse]] = {}
    for account in use.own:
        if account.enabled is not False:
            groups.setdefault(group(account), []).append(account)
    found = []
    for name, own in sorted(groups.items()):
        people, counted = use.people(own), (staff or {}).get(name)
        whole = max(counted or 0, people)
        found.append(
            GroupUse(
                name,
                Share(use.people(a for a in own if a.used(since, until)), whole),
                None
                if use.no_rows
                else Share(use.people(a for a in own if a.recorded(since, until)), whole),
                None if use.no_rows else sum(a.recorded(since, until) for a in own),
                counted,
                people,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class EntityUse:
    """Rows of an entity by how they came: by hand, in bulk, by the program, by other programs.

    `accounts` of people recorded by hand.
    """

    entity: str
    by_hand: int
    bulk: int
    automatic: int
    programs: int
    accounts: int

    @property
    def rows(self) -> int:
        return self.by_hand + self.bulk + self.automatic + self.programs


def by_entity(use: Usage, days: int = WINDOW_DAYS) -> tuple[EntityUse, ...]:
    """What was recorded of each entity, the most rows first."""
    programs = {a.name for a in use.accounts if a.program}
    counts: dict[str, list[int]] = {}
    accounts: dict[str, set[str]] = {}
    for r in use.rows(use.since(days)):
        of = counts.setdefault(use.entity(r), [0] * 4)
        of[2] += r.automatic
        if r.account in programs:
            of[3] += r.created - r.automatic + r.changed
        else:
            of[0] += r.by_hand
            of[1] += r.bulk + r.changed_bulk
            if r.by_hand and r.account:
                accounts.setdefault(use.entity(r), set()).add(r.account)
    found = (
        EntityUse(e, n[0], n[1], n[2], n[3], len(accounts.get(e, ()))) for e, n in counts.items()
    )
    return tuple(sorted(found, key=lambda e: (-e.rows, e.entity)))


@dataclass(frozen=True, slots=True)
class MonthUse:
    """Accounts of people that made rows by hand, logged in, or did either of both.

    `came` is None where no logins of that month are at hand. `rows` were made
    or last changed by hand.
    """

    month: date
    recorders: int
    came: int | None
    active: int
    rows: int


def by_month(use: Usage, months: int = TREND_MONTHS) -> tuple[MonthUse, ...]:
    """The last full months, those without anything too, but none before the first of all."""
    people = [a for a in use.accounts if not a.program]
    known = [m for a in people for m in (*a.months, *a.logins)]
    if not known:
        return ()
    last = _last_full(use.end)
    first = max(min(known), months_later(last, 1 - months))
    logins = _logins_from(use)
    found, month = [], first
    while month <= last:
        told = logins is not None and month >= logins
        found.append(
            MonthUse(
                month,
                sum(month in a.made for a in people),
                sum(month in a.logins for a in people) if told else None,
                sum(month in a.made or month in a.logins for a in people),
                sum(a.months.get(month, 0) for a in people),
            )
        )
        month = months_later(month, 1)
    return tuple(found)


def _logins_from(use: Usage) -> date | None:
    """The first month of which all logins are at hand."""
    since = use.recording.logins_since if use.recording else None
    if since is None:
        return None
    return since if since.day == 1 else months_later(month_of(since), 1)


def _last_full(end: date) -> date:
    """The last month that is over by the end of that day."""
    month = month_of(end)
    over = end == date.max or end.month != (end + timedelta(days=1)).month
    return month if over else months_later(month, -1)


@dataclass(frozen=True, slots=True)
class Falling:
    """The number of accounts at work, month by month: its trend, its beginning and its end.

    `usual` is the mean of the first six of the `months`, `now` that of the
    last six. `logins`: those who only logged in count too, as their logins are
    at hand for all of the months.
    """

    trend: Trend
    months: int
    usual: float
    now: float
    logins: bool

    def by(self, share: float, alpha: float = 0.05) -> bool:
        """Whether it fell by at least this share, which is no chance."""
        fell = self.usual > 0 and 1 - self.now / self.usual >= share
        return fell and self.trend.slope < 0 and self.trend.notable(alpha)


def falling(use: Usage) -> Falling | None:
    """The trend of accounts at work; None where a year of months is not at hand."""
    months = by_month(use)
    told = [m for m in months if m.came is not None]
    logins = len(told) >= 12
    series = (
        [(m.month, m.active) for m in told] if logins else [(m.month, m.recorders) for m in months]
    )
    found = trend([(month, float(n)) for month, n in series])
    if len(series) < 12 or found is None or not any(n for _, n in series):
        return None
    first, last = ([n for _, n in part] for part in (series[:6], series[-6:]))
    return Falling(found, len(series), sum(first) / 6, sum(last) / 6, logins)


@dataclass(frozen=True, slots=True)
class Concentration:
    """How unevenly the recording by hand of a year is spread over accounts.

    `accounts` could record, `recorders` of them did; the `busiest` five did
    `top` of the `rows`. `gini` lies in [0, 1], 0 where all do the same (Gini
    1912). `lorenz` says, for each tenth of the accounts from the idlest on,
    which share of the rows they did (Lorenz 1905).
    """

    accounts: int
    recorders: int
    rows: int
    top: int
    gini: float
    lorenz: tuple[tuple[float, float], ...]
    busiest: int = BUSIEST


def concentration(use: Usage, days: int = YEAR_DAYS) -> Concentration | None:
    """None where fewer than twice five accounts could record, or nothing was recorded."""
    since, until = use.since(days), use.until
    rows = sorted(
        a.recorded(since, until)
        for a in use.accounts
        if not a.program and (a.enabled is not False or a.recorded(since, until))
    )
    whole, n = sum(rows), len(rows)
    if n < 2 * BUSIEST or not whole:
        return None
    weighted = sum(i * x for i, x in enumerate(rows, 1))
    gini = 2 * weighted / (n * whole) - (n + 1) / n
    points = []
    for tenth in range(11):
        upto = round(n * tenth / 10)
        points.append((tenth / 10, sum(rows[:upto]) / whole))
    return Concentration(
        n, sum(x > 0 for x in rows), whole, sum(rows[-BUSIEST:]), gini, tuple(points)
    )


@dataclass(frozen=True, slots=True)
class Cohort:
    """Accounts that first recorded in a month; `stayed` of `seen` still did N months later.

    N is the key of `stayed`: 3, 6, 12. Only accounts of which so much time has
    passed are `seen`.
    """

    month: date
    accounts: int
    stayed: Mapping[int, Share]


def cohorts(use: Usage, after: Sequence[int] = (3, 6, 12)) -> tuple[Cohort, ...]:
    """Accounts of people by the month in which they first made a row.

    Those of the first year at hand are left out: they may have recorded before.
    """
    first = [(min(a.made), a) for a in use.own if a.made]
    if not first:
        return ()
    begun = min(month for month, _ in first)
    groups: dict[date, list[AccountUse]] = {}
    for month, account in first:
        if month >= months_later(begun, 12):
            groups.setdefault(month, []).append(account)
    last = _last_full(use.end)
    found = []
    for month, own in sorted(groups.items()):
        stayed = {}
        for n in after:
            then = months_later(month, n)
            seen = own if then <= last else []
            stayed[n] = Share(sum(max(a.months) >= then for a in seen), len(seen))
        found.append(Cohort(month, len(own), stayed))
    return tuple(found)


def stayed(found: Iterable[Cohort], months: int) -> Share:
    """Of the accounts of all cohorts old enough, those that still recorded so much later."""
    parts = [c.stayed[months] for c in found if months in c.stayed]
    return Share(sum(p.part for p in parts), sum(p.whole for p in parts))


@dataclass(frozen=True, slots=True)
class UnitFills:
    """How often a unit's own rows have a value in a column, beside those of all others.

    `low` and `high` are the ends of Wilson's interval of 99 % of the unit's
    share (Wilson 1927). `recorders` of the unit made the rows, all by hand.
    """

    unit: str
    table: str
    column: str
    entity: str
    recorders: int
    rows: int
    filled: int
    other_rows: int
    other_filled: int
    low: float
    high: float

    @property
    def short_by(self) -> float:
        """How far the best that the unit's share may be lies below the others'."""
        return self.other_filled / self.other_rows - self.high


def fills(use: Usage) -> tuple[UnitFills, ...]:
    """For units and all others with at least thirty rows; programs and bulk left out."""
    if use.recording is None:
        return ()
    unit_of = {a.name: a.unit for a in use.own if a.unit}
    counts: dict[tuple[str, str], dict[str, list[int]]] = {}
    makers: dict[tuple[str, str], set[str]] = {}
    for f in use.recording.filled:
        unit = unit_of.get(f.account)
        if unit is None:
            continue
        of = counts.setdefault((f.table, f.column), {}).setdefault(unit, [0, 0])
        of[0] += f.rows
        of[1] += f.filled
        makers.setdefault((f.table, unit), set()).add(f.account)
    found = []
    for (table, column), units in sorted(counts.items()):
        rows, filled = (sum(n[i] for n in units.values()) for i in (0, 1))
        for unit, (mine, with_value) in sorted(units.items()):
            if mine < LEAST_ROWS or rows - mine < LEAST_ROWS:
                continue
            low, high = wilson(with_value, mine)
            entity = use.entities.get(table) or use.recording.tables.get(table, table)
            found.append(
                UnitFills(
                    unit, table, column, entity, len(makers[table, unit]),
                    mine, with_value, rows - mine, filled - with_value, low, high,
                )
            )  # fmt: skip
    return tuple(found)


def wilson(part: float, whole: float, z: float = _Z) -> tuple[float, float]:
    """The interval of a share (Wilson 1927), which stays in [0, 1] for few rows too."""
    p, square = part / whole, z * z
    middle = (p + square / (2 * whole)) / (1 + square / whole)
    half = z * math.sqrt(p * (1 - p) / whole + square / (4 * whole**2)) / (1 + square / whole)
    return max(0.0, middle - half), min(1.0, middle + half)
