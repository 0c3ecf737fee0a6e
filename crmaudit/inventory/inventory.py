"""The portfolio of systems as one object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from crmaudit.inventory.completeness import Completeness, completeness
from crmaudit.inventory.cost import YearlyCost, yearly_costs
from crmaudit.inventory.documentation import DocumentState, document_states
from crmaudit.inventory.licences import LicenceUse, licence_use
from crmaudit.inventory.lifecycle import in_use, notice_by
from crmaudit.inventory.perceived import Perceived, perceived
from crmaudit.inventory.skills import SkillState, skill_states
from crmaudit.workspace.dossier import System

if TYPE_CHECKING:
    import pandas as pd

Risk = Literal["unknown", "gap", "single", "covered"]


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One system, judged."""

    system: System
    completeness: Completeness
    cost: YearlyCost | None
    """The newest year's that is not after the as-of date's year, else the earliest one's."""
    skills: tuple[SkillState, ...]
    perceived: Perceived | None
    notice_by: date | None
    """Last day to give notice of the contract."""
    out_of_support: bool | None
    """Vendor's support ended while the system is in use; None where the date is not known."""
    documents: tuple[DocumentState, ...]
    """Without the parts left blank on purpose."""
    licences: tuple[LicenceUse, ...]

    @property
    def skill_risk(self) -> Risk:
        """The worst state of any skill; `unknown` where none is listed."""
        order: tuple[Risk, ...] = ("gap", "single", "unknown", "covered")
        return min((s.state for s in self.skills), key=order.index, default="unknown")


class Inventory:
    """All systems of the workspace, those out of scope included."""

    def __init__(
        self,
        systems: Iterable[System],
        as_of: date | None,
        currency: str,
        rates: Mapping[str, float],
    ) -> None:
        self._systems = tuple(systems)
        self.as_of = as_of
        self.currency = currency
        self._rates = rates

    @cached_property
    def rows(self) -> tuple[InventoryRow, ...]:
        return tuple(self._row(s) for s in self._systems)

    @cached_property
    def in_scope(self) -> tuple[InventoryRow, ...]:
        return tuple(r for r in self.rows if r.system.in_scope)

    def row(self, system: str) -> InventoryRow:
        """The row of that system; KeyError where there is none."""
        return self._by_id[system]

    @cached_property
    def _by_id(self) -> Mapping[str, InventoryRow]:
        return {r.system.id: r for r in self.rows}

    def costs(self, system: str) -> tuple[YearlyCost, ...]:
        """All declared years of a system, the oldest first."""
        return yearly_costs(self.row(system).system, self.currency, self._rates)

    @property
    def completeness(self) -> tuple[int, int]:
        """Facts given and facts wanted, over the systems in scope."""
        rows = [r.completeness for r in self.in_scope]
        return sum(c.given for c in rows), sum(c.wanted for c in rows)

    @property
    def total_cost(self) -> tuple[float, int, int]:
        """Sum of the newest yearly costs in scope, over how many systems, of how many."""
        totals = [r.cost.total for r in self.in_scope if r.cost is not None]
        known = [t for t in totals if t is not None]
        return sum(known), len(known), len(self.in_scope)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a system: the facts as a table for a notebook."""
        import pandas as pd

        records = [
            {
                "system": r.system.id,
                "name": r.system.name,
                "vendor": r.system.vendor,
                "kind": r.system.kind,
                "business_owner": r.system.owners.business,
                "it_owner": r.system.owners.it,
                "phase": r.system.lifecycle.phase,
                "in_scope": r.system.in_scope,
                "facts_given": r.completeness.given,
                "facts_wanted": r.completeness.wanted,
                "cost": r.cost.total if r.cost else None,
                "cost_year": r.cost.year if r.cost else None,
                "skill_risk": r.skill_risk,
                "perceived": r.perceived.score if r.perceived else None,
            }
            for r in self.rows
        ]
        return pd.DataFrame(records).set_index("system")

    def _row(self, system: System) -> InventoryRow:
        costs = yearly_costs(system, self.currency, self._rates)
        past = [c for c in costs if self.as_of is None or c.year <= self.as_of.year]
        ends = system.lifecycle.vendor_support_ends
        return InventoryRow(
            system=system,
            completeness=completeness(system),
            cost=past[-1] if past else costs[0] if costs else None,
            skills=skill_states(system),
            perceived=perceived(system),
            notice_by=notice_by(system.contract),
            out_of_support=None
            if ends is None or self.as_of is None
            else ends < self.as_of and in_use(system),
            documents=document_states(system, self.as_of),
            licences=licence_use(system, self.currency, self._rates),
        )
