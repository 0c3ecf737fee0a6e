"""What a system costs a year, in the audit's own currency, and how that changes.

    total of a year = Σ amount · rate + Σ hours · hourly rate

over the kinds that come back every year. A project is paid once and stands
apart. The total is "at least" that where kinds were not declared, where no
rate converts an amount, or where hours have no hourly rate. Total cost of
ownership as a sum over kinds is common practice; the five kinds, "covers" and
the comparison of like with like are an own proposal (docs/method.md, "Cost").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from crmaudit.workspace.dossier import System

RUNNING = ("licence", "maintenance", "support", "hosting", "internal time")
"""Kinds that make the total cost of ownership of a year."""
_ONE_OFF = "project"
_HOURS = "hours"

Item = tuple[str, tuple[str, ...], str]
"""A kind, the other kinds that it covers, and the currency (or hours) that it was declared in."""


@dataclass(frozen=True, slots=True)
class YearlyCost:
    """One year's running cost of one system, by kind, in one currency.

    `without_rate` lists currencies in which amounts stand that no rate
    converts, `unpriced_hours` are internal hours without an hourly rate,
    `missing` the kinds of which nothing was said: with any of them the total
    is a lower bound (`at_least`). `one_off` is what projects cost, in no
    total; None where there is none that can be converted.
    """

    system: str
    year: int
    by_kind: Mapping[str, float]
    currency: str
    without_rate: tuple[str, ...] = ()
    one_off: float | None = None
    unpriced_hours: float = 0.0
    missing: tuple[str, ...] = ()
    items: Mapping[Item, float | None] = field(default_factory=dict)
    """The running amounts as they were declared, so that years are compared like with like;
    None where nothing converts them."""

    @property
    def total(self) -> float | None:
        """None where no running cost is known in money."""
        return sum(self.by_kind.values()) if self.by_kind else None

    @property
    def at_least(self) -> bool:
        """Whether more may come to the total."""
        return bool(self.without_rate or self.unpriced_hours or self.missing)


@dataclass(frozen=True, slots=True)
class CostChange:
    """Two years of one system beside each other: only what both of them declare.

    `before` and `after` are sums over `kinds`, which both years have in the
    same currency and covering the same. `left_out` are kinds that are not in
    both. Rates are the same for both years, so none of it is exchange.
    """

    system: str
    older: int
    newer: int
    before: float
    after: float
    currency: str
    kinds: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """0.1 is a tenth more; None where nothing was paid before."""
        return (self.after - self.before) / self.before if self.before else None


def yearly_costs(
    system: System,
    currency: str,
    rates: Mapping[str, float],
    hourly_rate: float | None = None,
) -> tuple[YearlyCost, ...]:
    """The declared costs, year by year, the oldest first."""
    years = sorted({c.year for c in system.costs or ()})
    return tuple(_year(system, year, currency, rates, hourly_rate) for year in years)


def newest_year(system: System, day: date | None) -> int | None:
    """The newest year declared that is not after the day's, else the earliest one."""
    years = {c.year for c in system.costs or ()}
    past = {y for y in years if day is None or y <= day.year}
    return max(past) if past else min(years, default=None)


def undeclared(system: System, year: int) -> tuple[str, ...]:
    """Running kinds of which that year says nothing, neither by itself nor as covered."""
    costs = [c for c in system.costs or () if c.year == year]
    known = {c.kind for c in costs} | {kind for c in costs for kind in c.covers}
    return tuple(kind for kind in RUNNING if kind not in known)


def changes(years: Sequence[YearlyCost]) -> tuple[CostChange, ...]:
    """Each year laid beside the one given before it; pairs with nothing in common are left out."""
    return tuple(c for older, newer in pairwise(years) if (c := _change(older, newer)) is not None)


def _year(
    system: System,
    year: int,
    currency: str,
    rates: Mapping[str, float],
    hourly_rate: float | None,
) -> YearlyCost:
    by_kind: dict[str, float] = {}
    items: dict[Item, float | None] = {}
    lacking: set[str] = set()
    one_off: float | None = None
    unpriced = 0.0
    for cost in (c for c in system.costs or () if c.year == year):
        if cost.hours is not None:
            own, price, quantity = _HOURS, hourly_rate, cost.hours
        else:
            own, quantity = cost.currency or currency, cost.amount or 0.0
            price = 1.0 if own == currency else rates.get(own)
        item = (cost.kind, tuple(sorted(cost.covers)), own)
        if price is None:
            if own == _HOURS:
                unpriced += quantity
            else:
                lacking.add(own)
            if cost.kind != _ONE_OFF:
                items[item] = None
        elif cost.kind == _ONE_OFF:
            one_off = (one_off or 0.0) + quantity * price
        else:
            by_kind[cost.kind] = by_kind.get(cost.kind, 0.0) + quantity * price
            items[item] = (items.get(item) or 0.0) + quantity * price
    return YearlyCost(
        system.id,
        year,
        by_kind,
        currency,
        tuple(sorted(lacking)),
        one_off,
        unpriced,
        undeclared(system, year),
        items,
    )


def _change(older: YearlyCost, newer: YearlyCost) -> CostChange | None:
    both = {
        item: (before, after)
        for item, before in older.items.items()
        if before is not None and (after := newer.items.get(item)) is not None
    }
    if not both:
        return None
    rest = dict.fromkeys(item for item in (*older.items, *newer.items) if item not in both)
    return CostChange(
        older.system,
        older.year,
        newer.year,
        sum(before for before, _ in both.values()),
        sum(after for _, after in both.values()),
        older.currency,
        tuple(dict.fromkeys(kind for kind, _, _ in both)),
        tuple(dict.fromkeys(kind for kind, _, _ in rest)),
    )
