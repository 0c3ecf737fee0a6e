"""Measured use of the CRM and its licences, as the report shows them.

Numbers of people stand only where neither the group nor its rest is smaller
than five, and where no other number gives a hidden one away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmaudit.facts import Facts
from crmaudit.governance.adoption import (
    Share,
    by_entity,
    by_group,
    by_month,
    cohorts,
    concentration,
    falling,
    fills,
    measured,
    stayed,
)
from crmaudit.governance.adoption_told import GroupTold, told
from crmaudit.governance.licences import better_mix
from crmaudit.governance.rate import SMALLEST_GROUP, too_few
from crmaudit.governance.usage import Usage
from crmaudit.messages import msg
from crmaudit.report import specs as s
from crmaudit.report.numbers import MINUS, number, percent, share
from crmaudit.report.people import MixPart, UsePart
from crmaudit.report.wording import counted

DRAWN = 20
"""Units, types and entities that are drawn."""


def use_part(facts: Facts) -> UsePart | None:
    """None where no CRM is declared or nothing of its use was read."""
    use = facts.governance.crm_usage(facts.day)
    if use is None:
        return None
    name, staff = facts.workspace.system[use.system].name, facts.governance.staff
    lines = facts.governance.lines
    days = lines.adoption_days
    why = use.cannot(days)
    seen = None if why else measured(use, staff, days)
    if why or seen is None:
        why = why or (
            msg("the staff are not counted") if not staff else msg("it has more users than staff")
        )
    people = Share(seen.users, seen.staff) if seen else None
    known = not use.cannot(days)
    since, until = use.since(days), use.until
    enabled = [a for a in use.own if a.enabled is not False]
    ever = [a for a in enabled if a.months or a.bulk or a.logins or a.last_login]
    idle = [a for a in ever if not a.used(since, until)]
    never = len(enabled) - len(ever)
    few = concentration(use) if known else None
    groups = units(facts, use)
    sides = [above(g, lines.adoption) for g in groups if g.group]
    return UsePart(
        system=name,
        cannot=why,
        since=since if known else None,
        until=use.end if known else None,
        staff=staff,
        users=people.shown if people else "",
        share=people.share if people and not people.hidden else None,
        recorded=Share(seen.recorded, seen.staff).shown
        if seen and seen.recorded is not None
        else "",
        logins_known=use.logins_known,
        accounts_known=seen is None or seen.accounts_known,
        line=lines.adoption,
        shared=sum(a.shared and a.used(since, until) for a in use.accounts) if known else 0,
        enabled=len(enabled),
        unused=len(idle) + never,
        idle=_both_told(len(idle), never),
        never=_both_told(never, len(idle)),
        units=_bars(groups, "Unit", facts) if known else None,
        units_above=sides.count(True),
        units_below=sides.count(False),
        units_open=sides.count(None),
        types=_bars(told(by_group(use, lambda a: a.user_type or "", days)), msg("User type"), facts)
        if known
        else None,
        not_drawn=_left(len(groups)) if known else 0,
        entities=_entities(facts, use) if known else None,
        entities_left=_left(sum(e.rows > 0 for e in by_entity(use, days))) if known else 0,
        months=_months(use, facts) if known else None,
        trend=_trend(use) if known else "",
        concentration=_curve(use, facts) if few else None,
        busiest=(few.busiest, few.accounts, few.rows, few.top / few.rows) if few else None,
        fills_compared=sum(not too_few(f.recorders) for f in fills(use)) if known else 0,
        stayed=_stayed(use) if known else (),
        evidence=use.evidence,
    )


def _left(items: int) -> int:
    """How many of them are not drawn."""
    return max(0, items - DRAWN)


def _both_told(accounts: int, others: int) -> int | None:
    """The number, where it and its counterpart may be told: their sum is."""
    return None if any(n and too_few(n) for n in (accounts, others)) else accounts


# By group


def units(facts: Facts, use: Usage) -> tuple[GroupTold, ...]:
    """Use by unit, in the order of audit.yaml; accounts of no unit last."""
    known, days = facts.workspace.unit, facts.governance.lines.adoption_days
    order = {u: n for n, u in enumerate(known)}
    found = by_group(use, lambda a: a.unit, days, {u: x.staff for u, x in known.items()})
    by_place = sorted(found, key=lambda g: (not g.group, order.get(g.group, 10**6), g.group))
    return told(by_place)


def above(group: GroupTold, line: float) -> bool | None:
    """Whether more than this share of a group use it; None where that is not told.

    Of a number kept back the words give bounds: fewer than five of nine are
    four ninths at most.
    """
    if group.used is not None and group.used.share is not None:
        return group.used.share > line
    if too_few(group.whole):
        return None
    few = SMALLEST_GROUP - 1
    if group.used_words.startswith("fewer"):
        return False if few / group.whole <= line else None
    if group.used_words.startswith("all but"):
        if (group.whole - few) / group.whole > line:
            return True
        return False if (group.whole - 1) / group.whole <= line else None
    return None


def group_name(facts: Facts, group: str, kind: str) -> str:
    """The name of a unit or type as it is read."""
    if kind == "Unit":
        unit = facts.workspace.unit.get(group)
        return unit.name if unit else group or msg("no unit")
    return msg("no user, as declared") if group == "none" else msg(group or "type not declared")


def _bars(groups: Sequence[GroupTold], kind: str, facts: Facts) -> s.Bars | None:
    """Worst first; those that may not be told stand at the end, hatched."""
    line = facts.governance.lines.adoption
    rows = []
    for group in groups:
        name, used = group_name(facts, group.group, kind), group.used
        if used is None or used.share is None:
            rows.append(s.Bar(name, None, group.used_words))
        else:
            text = share(used.part, used.whole)
            rows.append(s.Bar(name, 100 * used.share, text, used.share <= line))
    if sum(r.value is not None for r in rows) < 2:
        return None
    rows.sort(key=lambda r: (r.value is None, r.value or 0))
    return s.Bars(
        tuple(rows[:DRAWN]),
        top=100,
        label_name=kind,
        value_name="Accounts in use",
        target=100 * line,
        target_text=msg("more than {percent}", percent=percent(line)),
    )


# By entity and month


def _entities(facts: Facts, use: Usage) -> s.Stacked | None:
    known = facts.workspace.entity
    rows = []
    for e in by_entity(use, facts.governance.lines.adoption_days)[:DRAWN]:
        if e.rows:
            values = (e.by_hand, e.bulk, e.automatic, e.programs)
            label = known[e.entity].label if e.entity in known else e.entity
            rows.append(
                s.Stack(
                    label,
                    tuple(float(v) for v in values),
                    tuple(number(v) for v in values),
                    counted(e.rows, "row"),
                )
            )
    if not rows:
        return None
    parts = (msg("by hand"), msg("in bulk"), msg("by the program itself"), msg("by other programs"))
    return s.Stacked(parts, tuple(rows), label_name="Entity", share=True, total_name="Rows")


def _months(use: Usage, facts: Facts) -> s.Lines | None:
    """Months of fewer than five accounts leave a gap: no number of theirs is told."""
    months = by_month(use)
    work = tuple((m.month, float(m.active)) for m in months if not too_few(m.active))
    made = tuple((m.month, float(m.recorders)) for m in months if not too_few(m.recorders))
    found = ((msg("Accounts at work"), work), (msg("Of these, making records"), made))
    series = tuple(
        s.Series(name, points, number(points[-1][1])) for name, points in found if len(points) > 1
    )
    return s.Lines(series, "month") if series else None


def _trend(use: Usage) -> str:
    fall = falling(use)
    if fall is None:
        return ""
    low = fall.trend.p < 0.001
    p = msg("p < {p:.3f}", p=0.001) if low else msg("p = {p:.3f}", p=fall.trend.p)
    what = (
        msg("accounts that recorded or logged in")
        if fall.logins
        else msg("accounts that made records")
    )
    if not fall.trend.notable():
        return msg(
            "Over {months} months the number of {what} shows no trend ({p}).",
            months=fall.months,
            what=what,
            p=p,
        )
    sign = MINUS if fall.trend.slope < 0 else "+"
    return msg(
        "Over {months} months the number of {what} changed by {sign}{slope} a "
        "month ({p}), from about {usual} in the first half-year to about {now} "
        "in the last.",
        months=fall.months,
        what=what,
        sign=sign,
        slope=number(abs(fall.trend.slope), 2),
        p=p,
        usual=number(fall.usual, 0),
        now=number(fall.now, 0),
    )


# How evenly, how long


def _curve(use: Usage, facts: Facts) -> s.Concentration | None:
    """The busiest first; the curve of the evidence has the idlest first."""
    found = concentration(use)
    if found is None:
        return None
    points = tuple((round(1 - x, 4), round(1 - y, 6)) for x, y in reversed(found.lorenz))
    few, part = found.busiest / found.accounts, found.top / found.rows
    whole = counted(found.accounts, "account")
    words = msg(
        "{busiest} of {whole}: {percent} of the records made",
        busiest=found.busiest,
        whole=whole,
        percent=percent(part),
    )
    curve = sorted({*points, (round(few, 4), round(part, 6))})
    return s.Concentration(tuple(curve), marks=((few, part, words),))


def _stayed(use: Usage) -> tuple[tuple[int, str], ...]:
    found = cohorts(use)
    after = ((n, stayed(found, n)) for n in (3, 6, 12))
    return tuple((n, x.shown) for n, x in after if x.whole)


# Licences


def mixes(facts: Facts) -> tuple[MixPart, ...]:
    """A better mix of licences, of each system whose use and prices are known."""
    uses, accounts = (
        facts.governance.licence_uses(facts.day),
        facts.governance.accounts(facts.day),
    )
    found, lines = [], facts.governance.lines
    for system, mine in uses.items():
        if system not in accounts:
            continue
        mix = better_mix(accounts[system], mine, lines.named_days, lines.reserve)
        if mix is not None:
            evidence = tuple(dict.fromkeys(i for u in mine for i in u.evidence))
            found.append(
                MixPart(
                    facts.workspace.system[system].name,
                    mix.named,
                    mix.concurrent,
                    mix.now_named,
                    mix.now_concurrent,
                    mix.peak,
                    lines.reserve,
                    mix.saving,
                    mix.unknown,
                    evidence,
                )
            )
    return tuple(found)


def duty_states(facts: Facts) -> Mapping[str, int]:
    """How many duties of user types are met, partly, not, and not declared."""
    states = dict.fromkeys(("yes", "partly", "no", msg("not declared")), 0)
    for duty in facts.governance.duties(facts.day):
        states[duty.met] += 1
    return states
