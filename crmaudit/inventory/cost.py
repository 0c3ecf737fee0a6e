"""What a system costs a year, in the audit's own currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmaudit.workspace.dossier import System


@dataclass(frozen=True, slots=True)
class YearlyCost:
    """One year's cost of one system, by kind, in one currency.

    `without_rate` lists currencies in which amounts stand that no rate
    converts: the total is then a lower bound.
    """

    system: str
    year: int
    by_kind: Mapping[str, float]
    currency: str
    without_rate: tuple[str, ...] = ()

    @property
    def total(self) -> float | None:
        """None where no amount can be converted."""
        return sum(self.by_kind.values()) if self.by_kind else None


def yearly_costs(
    system: System, currency: str, rates: Mapping[str, float]
) -> tuple[YearlyCost, ...]:
    """The declared costs, year by year, the oldest first."""
    years: dict[int, dict[str, float]] = {}
    lacking: dict[int, set[str]] = {}
    for cost in system.costs or ():
        own = cost.currency or currency
        rate = 1.0 if own == currency else rates.get(own)
        by_kind = years.setdefault(cost.year, {})
        if rate is None:
            lacking.setdefault(cost.year, set()).add(own)
        else:
            by_kind[cost.kind] = by_kind.get(cost.kind, 0.0) + cost.amount * rate
    return tuple(
        YearlyCost(system.id, year, by_kind, currency, tuple(sorted(lacking.get(year, ()))))
        for year, by_kind in sorted(years.items())
    )
