"""The portfolio of systems as one object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from crmaudit.inventory.asking import Directory
from crmaudit.inventory.completeness import Completeness, completeness, pooled_score
from crmaudit.inventory.contracts import DAYS_AHEAD, ContractAhead, contracts_ahead, notice_by
from crmaudit.inventory.cost import CostChange, YearlyCost, changes, newest_year, yearly_costs
from crmaudit.inventory.documentation import DocumentState, document_states
from crmaudit.inventory.licences import LicenceBill, LicenceUse, licence_bill, licence_use
from crmaudit.inventory.lifecycle import LifecycleState, lifecycle_state
from crmaudit.inventory.perceived import Perceived, perceived
from crmaudit.inventory.skills import SkillState, Talents, skill_states
from crmaudit.inventory.staffing import Staffing
from crmaudit.workspace.dossier import System
from crmaudit.workspace.people import Person
from crmaudit.workspace.weights import DEFAULTS

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
    life: LifecycleState
    cost_change: CostChange | None
    """Of the newest year against the one given before it, like with like."""
    licence_bill: LicenceBill | None
    """The year's licence cost beside the licences listed."""

    @property
    def skill_risk(self) -> Risk:
        """The worst state of any skill; `unknown` where none is listed."""
        order: tuple[Risk, ...] = ("gap", "single", "unknown", "covered")
        return min((s.state for s in self.skills), key=order.index, default="unknown")

    @property
    def cost_per_user(self) -> float | None:
        """The year's running cost ÷ users; None where either is not known or there are none."""
        return self._cost_per(self.system.users)

    @property
    def cost_per_entity(self) -> float | None:
        """The year's running cost ÷ entities held, by `crud:`; None where none is known."""
        return self._cost_per(sum(bool(letters) for letters in self.system.crud.values()))

    def _cost_per(self, count: int | None) -> float | None:
        total = self.cost.total if self.cost else None
        return total / count if total is not None and count else None


@dataclass(frozen=True, slots=True)
class PortfolioCost:
    """The newest yearly costs of the systems in scope, added up.

    `total` is over the `known` systems of all `of`; `at_least` counts those
    of the known whose own total is a lower bound. `one_off` is what projects
    of those years cost.
    """

    total: float
    known: int
    of: int
    at_least: int
    one_off: float
    currency: str


class Inventory:
    """All systems of the workspace, those out of scope included.

    `hourly_rate` prices internal hours, `people` are those of people.yaml,
    `directory` knows whom to ask, `weights` are those of completeness.
    """

    def __init__(
        self,
        systems: Iterable[System],
        as_of: date | None,
        currency: str,
        rates: Mapping[str, float],
        *,
        hourly_rate: float | None = None,
        people: Mapping[str, Person] | None = None,
        directory: Directory | None = None,
        weights: Mapping[str, float] = DEFAULTS["completeness"],
    ) -> None:
        self._systems = tuple(systems)
        self.as_of = as_of
        self.currency = currency
        self._rates = rates
        self._hourly_rate = hourly_rate
        self._talents = Talents(people)
        self._directory = directory or Directory(people, day=as_of)
        self._weights = weights

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
        return self._costs(self.row(system).system)

    def cost_changes(self, system: str) -> tuple[CostChange, ...]:
        """Each declared year beside the one before it, like with like, the oldest first."""
        return changes(self.costs(system))

    def contracts(self, days: int = DAYS_AHEAD) -> tuple[ContractAhead, ...]:
        """The contracts of the systems in scope, by the day on which something has to be done.

        `days` before the last day to give notice, a contract is `notice due`.
        """
        return contracts_ahead((r.system for r in self.in_scope), self.as_of, days)

    @cached_property
    def staffing(self) -> Staffing:
        """Support skills over the systems in scope that are not retired."""
        rows = (r for r in self.in_scope if r.system.lifecycle.phase != "retired")
        return Staffing((s for r in rows for s in r.skills), self._talents)

    @property
    def completeness(self) -> tuple[int, int]:
        """Facts given and facts wanted, over the systems in scope."""
        rows = [r.completeness for r in self.in_scope]
        return sum(c.given for c in rows), sum(c.wanted for c in rows)

    @property
    def completeness_score(self) -> float | None:
        """Weighted, over the systems in scope, 0 to 1; None without any."""
        rows = [r.completeness for r in self.in_scope]
        return pooled_score(rows) if rows else None

    @property
    def cost(self) -> PortfolioCost:
        """The newest yearly costs of the systems in scope, added up."""
        costs = [r.cost for r in self.in_scope if r.cost is not None]
        known = [c for c in costs if c.total is not None]
        return PortfolioCost(
            sum(c.total or 0.0 for c in known),
            len(known),
            len(self.in_scope),
            sum(c.at_least for c in known),
            sum(c.one_off or 0.0 for c in costs),
            self.currency,
        )

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
                "completeness": r.completeness.score,
                "cost": r.cost.total if r.cost else None,
                "cost_year": r.cost.year if r.cost else None,
                "cost_at_least": r.cost.at_least if r.cost else None,
                "cost_per_user": r.cost_per_user,
                "cost_change": r.cost_change.share if r.cost_change else None,
                "skill_risk": r.skill_risk,
                "perceived": r.perceived.score if r.perceived else None,
            }
            for r in self.rows
        ]
        return pd.DataFrame(records).set_index("system")

    @cached_property
    def _all(self) -> Mapping[str, System]:
        return {s.id: s for s in self._systems}

    def _costs(self, system: System) -> tuple[YearlyCost, ...]:
        return yearly_costs(system, self.currency, self._rates, self._hourly_rate)

    def _row(self, system: System) -> InventoryRow:
        costs, year = self._costs(system), newest_year(system, self.as_of)
        at = next((i for i, c in enumerate(costs) if c.year == year), None)
        cost = None if at is None else costs[at]
        change = changes(costs[at - 1 : at + 1]) if at else ()
        life = lifecycle_state(system, self.as_of, self._all)
        return InventoryRow(
            system=system,
            completeness=completeness(system, self.as_of, self._weights, self._directory),
            cost=cost,
            skills=skill_states(system, self._talents),
            perceived=perceived(system),
            notice_by=notice_by(system.contract),
            out_of_support=life.out_of_support,
            documents=document_states(system, self.as_of),
            licences=licence_use(system, self.currency, self._rates),
            life=life,
            cost_change=change[0] if change else None,
            licence_bill=licence_bill(system, cost, self._rates),
        )
