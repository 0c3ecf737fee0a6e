"""Pictures of what systems cost: a year by kind, and the same things over the years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from crmaudit.facts import Facts
from crmaudit.inventory import YearlyCost
from crmaudit.messages import msg
from crmaudit.report import specs as s
from crmaudit.report.numbers import money, number, signed
from crmaudit.report.wording import counted

ROWS = 20
PANELS = 6
YEARS = 5
PARTS: Mapping[str, tuple[str, ...]] = {
    "licence": ("licence",),
    "maintenance and support": ("maintenance", "support"),
    "hosting": ("hosting",),
    "internal time": ("internal time",),
    "other": ("other",),
}
"""Part of a bar → the kinds of cost in it."""


def cost_bars(facts: Facts) -> s.Stacked | None:
    """Yearly cost by system in scope and by kind, the dearest first."""
    costs = [c for r in facts.inventory.in_scope if (c := r.cost) and c.total is not None]
    if not costs:
        return None
    costs.sort(key=lambda c: (-(c.total or 0.0), c.system))
    usual, shown = cost_year(facts), costs[:ROWS]
    spent = {kind for c in shown for kind, amount in c.by_kind.items() if amount}
    parts = tuple(name for name, kinds in PARTS.items() if spent & {*kinds})
    return s.Stacked(
        tuple(map(msg, parts)),
        tuple(_cost_bar(facts, c, parts, usual) for c in shown),
        label_name="System",
        total_name=msg("{currency} a year", currency=facts.inventory.currency),
        open_text="at least: not all of it is declared",
    )


def _cost_bar(facts: Facts, cost: YearlyCost, parts: Iterable[str], usual: int | None) -> s.Stack:
    values = [sum(cost.by_kind.get(k, 0.0) for k in PARTS[name]) for name in parts]
    name = facts.workspace.system[cost.system].name
    total = money(cost.total, cost.currency)
    return s.Stack(
        name if cost.year == usual else msg("{name} ({year})", name=name, year=cost.year),
        tuple(values),
        tuple(number(v, 0) if v else "" for v in values),
        msg("at least {total}", total=total) if cost.at_least else total,
        cost.at_least,
    )


def cost_year(facts: Facts) -> int | None:
    """The year that most of the costs are of; None without any."""
    years = Counter(r.cost.year for r in facts.inventory.in_scope if r.cost)
    return max(years, key=lambda y: (years[y], y), default=None)


def same_costs(facts: Facts) -> Mapping[str, Mapping[int, float]]:
    """System → year → cost, of what every one of the years declares in the same way.

    The years end with the usual one. As many are taken, at most five, as
    half of the systems with a cost still declare; two at least.
    """
    last = cost_year(facts)
    if last is None:
        return {}
    known = {r.system.id: facts.inventory.costs(r.system.id) for r in facts.inventory.in_scope}
    found: dict[str, dict[int, float]] = {}
    for count in range(YEARS, 1, -1):
        years = range(last - count + 1, last + 1)
        found = {x: same for x, costs in known.items() if (same := _same(costs, years))}
        if len(found) * 2 >= sum(1 for costs in known.values() if costs):
            return found
    return found


def _same(costs: Iterable[YearlyCost], years: Iterable[int]) -> dict[int, float]:
    """The cost of each year by what all of them declare alike; empty where a year lacks."""
    by_year = {
        c.year: {item: amount for item, amount in c.items.items() if amount is not None}
        for c in costs
    }
    if not all(y in by_year for y in years):
        return {}
    items = set.intersection(*(set(by_year[y]) for y in years))
    return {y: sum(by_year[y][i] for i in sorted(items)) for y in years} if items else {}


def cost_trend(facts: Facts) -> s.Lines | None:
    """What the same things cost over the years: all in one, then where it changed most."""
    same = same_costs(facts)
    if not same:
        return None
    currency, names = facts.inventory.currency, facts.workspace.system
    changed = sorted(same, key=lambda x: (-abs(_rise(same[x])), x))
    panels = [_panel(_together(len(same)), summed(same.values()), currency)]
    if len(same) > 1:
        panels += [
            _panel(names[x].name, same[x], currency)
            for x in changed[: PANELS - 1]
            if _rise(same[x])
        ]
    return s.Lines(tuple(panels), "year")


def _together(n: int) -> str:
    return (
        msg("The {systems} compared, together", systems=counted(n, "system"))
        if n > 1
        else msg("The one system compared")
    )


def summed(costs: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """The sum of several systems by year."""
    total: dict[int, float] = {}
    for by_year in costs:
        for year, amount in by_year.items():
            total[year] = total.get(year, 0.0) + amount
    return total


def _rise(by_year: Mapping[int, float]) -> float:
    return by_year[max(by_year)] - by_year[min(by_year)]


def _panel(label: str, by_year: Mapping[int, float], currency: str) -> s.Series:
    points = tuple((date(y, 7, 1), round(v, 2)) for y, v in sorted(by_year.items()))
    first, last = points[0][1], points[-1][1]
    change = signed((last - first) / first) if first else ""
    return s.Series(
        msg("{label}: {money}", label=label, money=money(last, currency)), points, change
    )
