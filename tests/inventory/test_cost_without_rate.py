"""Costs in a currency that nothing converts are unknown, not zero."""

from __future__ import annotations

from typing import Any

from crmaudit.inventory import yearly_costs
from crmaudit.workspace.dossier import System


def system(*costs: dict[str, Any]) -> System:
    told = [{"year": 2026, "kind": "licence", **c} for c in costs]
    return System.model_validate({"id": "crm", "name": "CRM", "costs": told})


def test_only_amounts_without_a_rate_have_no_total() -> None:
    (cost,) = yearly_costs(system({"amount": 900, "currency": "CHF"}), "EUR", {"USD": 0.9})
    assert cost.total is None
    assert cost.without_rate == ("CHF",)


def test_a_free_system_costs_nothing() -> None:
    (cost,) = yearly_costs(system({"amount": 0}), "EUR", {})
    assert cost.total == 0


def test_what_can_be_converted_is_a_lower_bound() -> None:
    told = system({"amount": 900, "currency": "CHF"}, {"amount": 100, "currency": "USD"})
    (cost,) = yearly_costs(told, "EUR", {"USD": 0.5})
    assert (cost.total, cost.without_rate) == (50, ("CHF",))
