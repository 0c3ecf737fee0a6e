"""Licences: how many are entitled, assigned and really used, and which mix would do.

Use is measured where the CRM keeps logins: accounts with a licence that came
in the last ninety days, and the most of them that were in at one time. What a
better mix would be is worked out from counts alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Literal

from crmaudit.governance.accounts import Accounts, Judged
from crmaudit.governance.usage import WINDOW_DAYS, month_of, months_later
from crmaudit.governance.users import LICENCE_OF
from crmaudit.workspace.dossier import Licence, System

NAMED_DAYS = 15
"""Days a month from which on somebody is in the system all day: about seven of ten working days.
A few logins a week, as an everyday user has them, stay below thirteen."""
MONTHS = 6
"""Whole months over which days are counted and the peak is looked for."""
RESERVE = 0.2
"""Concurrent licences kept beside the measured peak."""


def named(system: System) -> int | None:
    """Named licences that the organisation may give out; None where it is not declared."""
    counts = [x.entitled for x in system.licences or () if x.type == "named"]
    known = [c for c in counts if c is not None]
    if system.licences is None or len(known) < len(counts):
        return None
    return sum(known)


@dataclass(frozen=True, slots=True)
class LicenceUse:
    """One kind of licence of a system, as declared and as measured.

    `index` is its place in the dossier. `holders` are accounts of people that
    can be used and carry it, `came` those of them with a trace in the last
    ninety days; `peak` is the most of them in at one time, in a month of the
    last six. None: that cannot be told. `cost` is a year's of one, in the
    audit's currency.
    """

    index: int
    licence: Licence
    holders: int | None = None
    came: int | None = None
    peak: int | None = None
    cost: float | None = None
    evidence: tuple[str, ...] = ()

    @property
    def used(self) -> int | None:
        """How many are needed for the use there is: the peak where they are shared."""
        return self.peak if self.licence.type == "concurrent" else self.came

    @property
    def idle(self) -> int | None:
        """Entitled and not needed; None where either is not known."""
        if self.licence.entitled is None or self.used is None:
            return None
        return max(0, self.licence.entitled - self.used)


@dataclass(frozen=True, slots=True)
class Fits:
    """How the licences of measured accounts fit the days that they are used.

    `occasional`: accounts with a named licence, used on fewer than the days
    that need one, whose holders' type asks for none. `all_day`: accounts with
    a shared licence that are used on as many.
    """

    named: int
    occasional: int
    shared: int
    all_day: int
    days: int
    months: int


@dataclass(frozen=True, slots=True)
class Mix:
    """A mix of licences that would do, beside the one there is.

    named = accounts used on `NAMED_DAYS` a month or whose holder's type needs
    one; concurrent = (peak of the shared ones + those moved to them, at most
    the peak of the named) × (1 + reserve), rounded up. Costs are a year's.
    `unknown` are accounts of which nobody said whose they are: they are judged
    by their days alone.
    """

    named: int
    concurrent: int
    now_named: int
    now_concurrent: int
    peak: int
    cost_now: float
    cost: float
    unknown: int = 0

    @property
    def saving(self) -> float:
        return self.cost_now - self.cost


def days_a_month(accounts: Accounts, judged: Judged) -> float | None:
    """Days on which the account was logged in to, the mean of up to six whole months.

    None where the CRM does not tell, or the account is younger than a month.
    """
    months = _months(accounts)
    recording = accounts.usage.recording if accounts.usage else None
    if not months or recording is None:
        return None
    created = judged.account.created
    mine = [m for m in months if created is None or created <= m]
    if not mine:
        return None
    days = accounts.login_days
    names = {judged.name, *judged.account.also}
    return sum(days.get((n, m), 0) for n in names for m in mine) / len(mine)


def _months(accounts: Accounts) -> tuple[date, ...]:
    """The last whole months of which logins are kept."""
    use = accounts.usage
    first = use.first_login if use else None
    if use is None or use.recording is None or first is None:
        return ()
    this = month_of(accounts.end)
    ended = months_later(this, 1).toordinal() - accounts.end.toordinal() == 1
    last = this if ended else months_later(this, -1)
    wanted = [months_later(last, -n) for n in range(MONTHS)]
    since = max(first, use.recording.logins_since or first)
    return tuple(m for m in wanted if since <= m)


def licence_uses(
    system: System, accounts: Accounts | None, currency: str, rates: Mapping[str, float]
) -> tuple[LicenceUse, ...]:
    """Each kind of licence that the dossier lists, with what the CRM's own tables tell of it."""
    return tuple(
        _use(i, x, accounts, _cost(x, currency, rates)) for i, x in enumerate(system.licences or ())
    )


def _cost(licence: Licence, currency: str, rates: Mapping[str, float]) -> float | None:
    if licence.unit_cost is None:
        return None
    own = licence.currency or currency
    rate = 1.0 if own == currency else rates.get(own)
    return None if rate is None else licence.unit_cost * rate


def _words(licence: Licence) -> frozenset[str]:
    return frozenset(w.casefold() for w in (licence.called or (licence.type,)))


def _use(index: int, licence: Licence, accounts: Accounts | None, cost: float | None) -> LicenceUse:
    if accounts is None or accounts.cannot:
        return LicenceUse(index, licence, cost=cost)
    words = _words(licence)
    holders = [j for j in accounts.usable if j.account.licence.casefold() in words]
    if not holders and not any(j.account.licence for j in accounts.everyone):
        return LicenceUse(index, licence, cost=cost)
    use = accounts.usage
    came = None
    if use is not None and use.logins_known and not use.cannot():
        since, until = use.since(WINDOW_DAYS), use.until
        came = sum(bool(j.use and j.use.used(since, until)) for j in holders)
    recording = use.recording if use else None
    months = _months(accounts)
    peaks = [
        x.accounts
        for x in (recording.at_once if recording else ())
        if x.licence.casefold() in words
        and (x.month in months or x.month == month_of(accounts.end))
    ]
    evidence = (*accounts.evidence, *([recording.id] if recording else []))
    return LicenceUse(index, licence, len(holders), came, max(peaks, default=None), cost, evidence)


def _needs_named(judged: Judged, days: float | None, threshold: int) -> bool:
    who = judged.person
    if who is not None:
        # Whoever administers, and whoever's duty asks for it, is not to wait for a free one.
        fitting = LICENCE_OF[who.user_type] if who.user_type else ""
        if who.administers or fitting == "named":
            return True
    return days is not None and days >= threshold


def need_named(accounts: Accounts, days: int = NAMED_DAYS) -> int | None:
    """Accounts that need a named licence, by their days or their holder's type.

    None where nobody's days can be told.
    """
    if not _months(accounts):
        return None
    return sum(_needs_named(j, days_a_month(accounts, j), days) for j in accounts.own)


def types_held(system: System, accounts: Accounts) -> Mapping[str, Literal["named", "concurrent"]]:
    """Person → type of licence, as the CRM's own account carries it: named before shared.

    Only where the dossier says what the CRM calls its licences.
    """
    found: dict[str, Literal["named", "concurrent"]] = {}
    for x in system.licences or ():
        if x.type not in ("named", "concurrent"):
            continue
        holders = (j for j in accounts.usable if j.account.licence.casefold() in _words(x))
        for person in (j.person for j in holders if j.person):
            if found.get(person.id) != "named":
                found[person.id] = x.type
    return found


def fits(accounts: Accounts, uses: tuple[LicenceUse, ...], days: int = NAMED_DAYS) -> Fits | None:
    """Licences beside measured days a month; None where nobody's days can be told."""
    words = {t: _of_type(uses, t) for t in ("named", "concurrent")}
    months = _months(accounts)
    if not months:
        return None
    named = occasional = shared = all_day = 0
    for j in accounts.own:
        found = days_a_month(accounts, j)
        licence = j.account.licence.casefold()
        if found is None:
            continue
        if licence in words["named"]:
            named += 1
            occasional += not _needs_named(j, found, days)
        elif licence in words["concurrent"]:
            shared += 1
            all_day += found >= days
    if not named and not shared:
        return None
    return Fits(named, occasional, shared, all_day, days, len(months))


def _of_type(uses: tuple[LicenceUse, ...], kind: str) -> frozenset[str]:
    return frozenset(w for u in uses if u.licence.type == kind for w in _words(u.licence))


def better_mix(
    accounts: Accounts,
    uses: tuple[LicenceUse, ...],
    days: int = NAMED_DAYS,
    reserve: float = RESERVE,
) -> Mix | None:
    """The cheapest mix that covers measured use; None where numbers, prices or use are unknown.

    Needs one price for named and one for concurrent licences, logins of at
    least three whole months, and the peak of shared ones.
    """
    own = {t: [u for u in uses if u.licence.type == t] for t in ("named", "concurrent")}
    if len(own["named"]) != 1 or len(own["concurrent"]) != 1:
        return None
    fixed, pool = own["named"][0], own["concurrent"][0]
    if len(_months(accounts)) < 3 or pool.peak is None:
        return None
    now = fixed.licence.entitled, pool.licence.entitled
    if now[0] is None or now[1] is None or fixed.cost is None or pool.cost is None:
        return None
    counted, moved = 0, 0
    for j in accounts.usable:
        if _needs_named(j, days_a_month(accounts, j), days):
            counted += 1
        elif j.account.licence.casefold() in _words(fixed.licence):
            moved += 1
    peak = pool.peak + (moved if fixed.peak is None else min(moved, fixed.peak))
    shared = ceil(round(peak * (1 + reserve), 6))
    return Mix(
        counted,
        shared,
        now[0],
        now[1],
        peak,
        now[0] * fixed.cost + now[1] * pool.cost,
        counted * fixed.cost + shared * pool.cost,
        sum(j.person is None for j in accounts.own),
    )
