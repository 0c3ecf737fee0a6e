"""Licences that are paid for and not used, and what the licences listed would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmaudit.inventory.cost import YearlyCost
from crmaudit.workspace.dossier import Licence, System

PAID_EACH = ("named", "concurrent", "subscription")
"""Types paid by the piece; a site or a server costs the same whoever uses it."""


@dataclass(frozen=True, slots=True)
class LicenceUse:
    """Use of one kind of licence in a system.

    `idle` counts what is paid and not used: against the use that was counted,
    else against what is assigned, which is then a lower bound. `cost` is what
    the idle ones cost a year in the audit's currency, None where not known.
    """

    index: int
    type: str
    entitled: int
    idle: int
    counted: bool
    cost: float | None


@dataclass(frozen=True, slots=True)
class LicenceBill:
    """The licences listed, priced: Σ entitled × unit cost, in the audit's currency.

    `declared` is the licence cost of `year` in the dossier. `unpriced` counts
    kinds of licences without number, price or rate: with any of them
    `computed` is a lower bound and nothing is to be compared.
    """

    system: str
    year: int
    declared: float
    computed: float
    currency: str
    unpriced: int = 0

    @property
    def difference(self) -> float | None:
        """(declared − computed) ÷ computed; None where that says nothing."""
        if self.unpriced or not self.computed:
            return None
        return (self.declared - self.computed) / self.computed


def licence_bill(
    system: System, cost: YearlyCost | None, rates: Mapping[str, float]
) -> LicenceBill | None:
    """A cross-check of the year's licence cost; None where either side is not declared."""
    if cost is None or not system.licences or "licence" not in cost.by_kind:
        return None
    prices = [
        0.0
        if x.type == "free"
        else _cost(x, x.entitled or 0, cost.currency, rates)
        if x.entitled is not None
        else None
        for x in system.licences
    ]
    known = [p for p in prices if p is not None]
    declared = cost.by_kind["licence"]
    unpriced = len(prices) - len(known)
    return LicenceBill(system.id, cost.year, declared, sum(known), cost.currency, unpriced)


def licence_use(
    system: System, currency: str, rates: Mapping[str, float]
) -> tuple[LicenceUse, ...]:
    """The licences paid by the piece whose numbers are known."""
    uses = []
    for i, licence in enumerate(system.licences or ()):
        taken = licence.assigned if licence.used is None else licence.used
        if licence.type not in PAID_EACH or licence.entitled is None or taken is None:
            continue
        idle = max(0, licence.entitled - taken)
        counted = licence.used is not None
        cost = _cost(licence, idle, currency, rates)
        uses.append(LicenceUse(i, licence.type, licence.entitled, idle, counted, cost))
    return tuple(uses)


def uncounted(system: System) -> int:
    """Kinds of licences paid by the piece of which nobody counted what is used."""
    paid = sum(x.type in PAID_EACH for x in system.licences or ())
    return paid - len(licence_use(system, "", {}))


def _cost(licence: Licence, count: int, currency: str, rates: Mapping[str, float]) -> float | None:
    """What so many of them cost a year; None where price or rate is not known."""
    if licence.unit_cost is None:
        return None
    own = licence.currency or currency
    rate = 1.0 if own == currency else rates.get(own)
    return None if rate is None else count * licence.unit_cost * rate
