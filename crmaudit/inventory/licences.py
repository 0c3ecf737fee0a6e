"""Licences that are paid for and not used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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


def _cost(licence: Licence, idle: int, currency: str, rates: Mapping[str, float]) -> float | None:
    if licence.unit_cost is None:
        return None
    own = licence.currency or currency
    rate = 1.0 if own == currency else rates.get(own)
    return None if rate is None else idle * licence.unit_cost * rate
