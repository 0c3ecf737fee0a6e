"""Cost of a year and its change, recomputed with pandas; licences and contracts."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.inventory import RUNNING, Inventory, changes, licence_bill, yearly_costs
from crmaudit.inventory.cost import newest_year, undeclared
from crmaudit.workspace.dossier import Cost, System

DAY = date(2026, 6, 30)
RATES = {"USD": 0.9, "GBP": 1.2}


def system(*costs: dict[str, Any], **facts: Any) -> System:
    told = [{"year": 2026, "kind": "licence", **c} for c in costs]
    return System.model_validate({"id": "crm", "name": "CRM", "costs": told, **facts})


def cost_items() -> st.SearchStrategy[dict[str, Any]]:
    money = st.fixed_dictionaries(
        {
            "year": st.integers(2023, 2026),
            "kind": st.sampled_from([*RUNNING, "project", "other"]),
            "amount": st.integers(0, 10_000),
            "currency": st.sampled_from(["EUR", "USD", "GBP", "CHF"]),
        }
    )
    hours = st.fixed_dictionaries(
        {
            "year": st.integers(2023, 2026),
            "kind": st.just("internal time"),
            "hours": st.integers(0, 2000),
        }
    )
    return money | hours


@given(st.lists(cost_items(), min_size=1, max_size=12), st.sampled_from([None, 40.0]))
def test_totals_recomputed_with_pandas(items: list[dict[str, Any]], rate: float | None) -> None:
    table = pd.DataFrame(items, columns=["year", "kind", "amount", "currency", "hours"])
    price = table.currency.map({"EUR": 1.0, **RATES}).where(table.hours.isna(), rate)
    table["money"] = table.amount.fillna(table.hours) * pd.to_numeric(price)
    running = table[table.kind != "project"].dropna(subset=["money"])
    totals = running.groupby("year").money.sum()
    found = {c.year: c for c in yearly_costs(system(*items), "EUR", RATES, rate)}
    assert set(found) == set(table.year)
    for year, cost in found.items():
        expected = totals.get(year)
        assert cost.total == (None if expected is None else pytest.approx(expected))
        here = table[table.year == year]
        assert ("CHF" in cost.without_rate) == bool((here.currency == "CHF").any())
        unpriced = here.hours.sum() if rate is None else 0
        assert cost.unpriced_hours == pytest.approx(unpriced)
        assert set(cost.missing) == set(RUNNING) - set(here.kind)
        projects = here[(here.kind == "project")].dropna(subset=["money"])
        assert cost.one_off == (pytest.approx(projects.money.sum()) if len(projects) else None)


@given(st.lists(cost_items(), min_size=1, max_size=14))
def test_change_recomputed_with_pandas(items: list[dict[str, Any]]) -> None:
    table = pd.DataFrame(items, columns=["year", "kind", "amount", "currency", "hours"])
    table["measure"] = table.currency.where(table.hours.isna(), "hours")
    price = table.measure.map({"EUR": 1.0, "hours": 40.0, **RATES})
    table["money"] = table.amount.fillna(table.hours) * price
    running = table[(table.kind != "project")].dropna(subset=["money"])
    by = running.groupby(["year", "kind", "measure"]).money.sum()
    costs = yearly_costs(system(*items), "EUR", RATES, 40.0)
    found = {c.newer: c for c in changes(costs)}
    years = sorted(set(table.year))
    for older, newer in pairwise(years):
        has = [y in by.index.get_level_values(0) for y in (older, newer)]
        both = by.loc[older].index.intersection(by.loc[newer].index) if all(has) else []
        if not len(both):
            assert newer not in found
            continue
        change = found[newer]
        assert change.older == older
        assert change.before == pytest.approx(by.loc[older].loc[both].sum())
        assert change.after == pytest.approx(by.loc[newer].loc[both].sum())
        assert set(change.kinds) == set(both.get_level_values(0))
        if change.before:
            assert change.share == pytest.approx(change.after / change.before - 1)
        else:
            assert change.share is None


def test_what_one_amount_covers_is_not_missing() -> None:
    paid = system({"amount": 9, "covers": ["hosting", "support", "maintenance"]})
    (year,) = yearly_costs(paid, "EUR", {})
    assert year.missing == ("internal time",)
    assert undeclared(paid, 2026) == ("internal time",)
    assert undeclared(paid, 2025) == RUNNING


def test_zero_says_that_there_is_none() -> None:
    paid = system(*({"kind": kind, "amount": 0} for kind in RUNNING))
    (year,) = yearly_costs(paid, "EUR", {})
    assert (year.total, year.at_least) == (0, False)


def test_an_amount_that_covers_more_is_not_compared_with_one_that_does_not() -> None:
    paid = system(
        {"year": 2025, "amount": 100},
        {"year": 2025, "kind": "support", "amount": 10},
        {"amount": 200, "covers": "hosting"},
        {"kind": "support", "amount": 11},
    )
    (change,) = changes(yearly_costs(paid, "EUR", {}))
    assert (change.before, change.after, change.kinds, change.left_out) == (
        10,
        11,
        ("support",),
        ("licence",),
    )


def test_a_year_between_is_not_skipped() -> None:
    paid = system({"year": 2024, "amount": 1}, {"year": 2025, "kind": "support", "amount": 1},
                  {"amount": 2})  # fmt: skip
    assert changes(yearly_costs(paid, "EUR", {})) == ()


@pytest.mark.parametrize(
    ("years", "day", "newest"),
    [
        ((), DAY, None),
        ((2024, 2026, 2027), DAY, 2026),
        ((2027, 2028), DAY, 2027),
        ((2024, 2028), None, 2028),
    ],
)
def test_the_newest_year(years: tuple[int, ...], day: date | None, newest: int | None) -> None:
    assert newest_year(system(*({"year": y, "amount": 1} for y in years)), day) == newest


@pytest.mark.parametrize(
    "cost",
    [
        {"year": 2026, "kind": "licence", "hours": 3},
        {"year": 2026, "kind": "internal time"},
        {"year": 2026, "kind": "internal time", "hours": 3, "amount": 3},
        {"year": 2026, "kind": "licence", "amount": 3, "covers": ["nothing"]},
    ],
)
def test_costs_that_say_nothing_are_refused(cost: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"cost has either|hours:` are for|covers"):
        Cost.model_validate(cost)


class TestPerHead:
    def row(self, **facts: Any) -> Any:
        rows = [system({"amount": 600}, {"kind": "project", "amount": 999}, **facts)]
        return Inventory(rows, DAY, "EUR", {}).row("crm")

    def test_per_user_and_per_entity_held(self) -> None:
        row = self.row(users=30, crud={"customer": "CRU", "order": "R", "invoice": ""})
        assert (row.cost_per_user, row.cost_per_entity) == (20, 300)

    def test_without_users_or_entities_there_is_no_answer(self) -> None:
        assert self.row(users=0).cost_per_user is None
        assert self.row().cost_per_user is None
        assert self.row().cost_per_entity is None

    def test_the_portfolio_says_over_how_many_and_how_sure(self) -> None:
        whole = system(*({"kind": kind, "amount": 1} for kind in RUNNING), id="whole")
        free = System.model_validate({"id": "free", "name": "F"})
        out = system({"amount": 5}, id="out", in_scope=False)
        franc = system({"amount": 5, "currency": "CHF"}, id="franc")
        rows = [system({"amount": 600}, {"kind": "project", "amount": 9}), whole, free, out, franc]
        cost = Inventory(rows, DAY, "EUR", {}).cost
        assert (cost.total, cost.known, cost.of, cost.at_least, cost.one_off) == (605, 2, 4, 1, 9)


class TestLicenceBill:
    def bill(self, *licences: dict[str, Any], **cost: Any) -> Any:
        dossier = system({"amount": 1000, **cost}, licences=list(licences))
        (year,) = yearly_costs(dossier, "EUR", RATES)
        return licence_bill(dossier, year, RATES)

    def test_number_times_price_in_one_currency(self) -> None:
        bill = self.bill(
            {"type": "named", "entitled": 10, "unit_cost": 50, "currency": "USD"},
            {"type": "site", "entitled": 1, "unit_cost": 350},
            {"type": "free", "entitled": 99},
        )
        assert bill.computed == pytest.approx(10 * 50 * 0.9 + 350)
        assert bill.difference == pytest.approx(1000 / 800 - 1)

    @pytest.mark.parametrize(
        "licence",
        [
            {"type": "named", "entitled": 10},
            {"type": "named", "unit_cost": 10},
            {"type": "named", "entitled": 10, "unit_cost": 9, "currency": "CHF"},
        ],
    )
    def test_without_number_price_or_rate_nothing_is_compared(self, licence: Any) -> None:
        bill = self.bill(licence, {"type": "named", "entitled": 1, "unit_cost": 1})
        assert (bill.unpriced, bill.computed, bill.difference) == (1, 1, None)

    def test_a_subscription_is_priced_with_what_it_covers(self) -> None:
        licence = {"type": "named", "entitled": 10, "unit_cost": 50}
        assert self.bill(licence, covers="hosting").difference == pytest.approx(1)

    def test_one_side_alone_is_nothing_to_compare(self) -> None:
        licence = {"type": "named", "entitled": 10, "unit_cost": 50}
        assert self.bill(licence, kind="hosting") is None
        assert self.bill() is None


class TestContracts:
    def ahead(self, *contracts: dict[str, Any], day: date | None = DAY) -> Any:
        rows = [
            System.model_validate({"id": f"s{i}", "name": "S", "contract": c})
            for i, c in enumerate(contracts)
        ]
        return Inventory([*rows, system()], day, "EUR", {}).contracts()

    def test_the_one_to_act_upon_first_is_first(self) -> None:
        found = self.ahead(
            {"partner": "late", "end": "2028-01-01"},
            {"partner": "unknown"},
            {"partner": "soon", "end": "2026-12-31", "notice_days": 90, "renews": True},
            {"partner": "missed", "end": "2026-07-31", "notice_days": 90, "renews": True},
            {"partner": "over", "end": "2026-01-31"},
        )
        assert [(c.partner, c.state, c.days) for c in found] == [
            ("over", "ended", -150),
            ("missed", "notice missed", 31),
            ("soon", "notice due", (date(2026, 12, 31) - timedelta(90) - DAY).days),
            ("late", "running", 550),
            ("unknown", "unknown", None),
        ]

    def test_without_a_day_there_is_an_order_but_no_state(self) -> None:
        found = self.ahead({"end": "2028-01-01"}, {"end": "2027-01-01"}, day=None)
        assert [(c.system, c.state, c.days) for c in found] == [
            ("s1", "unknown", None),
            ("s0", "unknown", None),
        ]
