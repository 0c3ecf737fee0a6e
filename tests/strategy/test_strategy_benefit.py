"""Benefit in numbers: each pain, licence and cost once; scenarios; progress."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from strategy.workspaces import judged

from crmaudit.errors import InvalidInput
from crmaudit.strategy import Plan, plan
from crmaudit.strategy.progress import compare_plans, plan_summary

PAINS = {
    "systems/billing.yaml": "id: billing\nname: Ledgerline\ncrud: {customer: R}\nfeeds: []\n",
    "systems/crm.yaml": "id: crm\nname: BeaconCRM\ncrud: {customer: CRUD}\nfeeds: []\n",
    "entities.yaml": "entities: [{id: customer, name: Customer}]\n",
    "interviews/desk.yaml": """
        id: desk
        group: Front desk
        date: 2026-05-01
        participants: 9
        pains:
          - {text: Typed twice, systems: [crm, billing], minutes: 6, per: day, people: 10}
          - {text: Slow, systems: crm, minutes: 60, per: week, people: 10}
          - {text: Secret, systems: crm, minutes: 60, per: week, people: 2}
    """,
}


def _plan(folder: Path, files: dict[str, str]) -> Plan:
    return plan(*judged(folder, files))


def test_each_pain_is_counted_for_one_initiative(tmp_path: Path) -> None:
    made = _plan(tmp_path, PAINS)
    hours = {i.id: i.hours for i in made.initiatives if i.hours}
    # 6 minutes · 10 people · 220 days: to the feed between both; the other to who mends.
    assert hours == {"build-feeds.crm.billing": (220, 220), "mend-dysfunctions": (460, 460)}
    assert made.hours == (680, 680)
    assert made.pains.hidden == 1
    assert made.pains.left == ()


def test_what_plan_yaml_says_of_benefit_stands_in_place_of_it(tmp_path: Path) -> None:
    files = PAINS | {
        "plan.yaml": """
            initiatives:
              build-feeds.crm.billing: {benefit_hours: 50, benefit_amount: 900, benefit: Tried out}
        """
    }
    made = {i.id: i for i in _plan(tmp_path, files).initiatives}["build-feeds.crm.billing"]
    assert (made.hours, made.money) == ((50, 50), (900, 900))
    assert {b.basis for b in made.benefits if b.kind != "questions"} == {"set in the plan"}
    assert made.benefits[0].how == "Tried out"


def test_idle_licences_are_counted_once(tmp_path: Path) -> None:
    licence = "{type: named, entitled: 20, assigned: 20, used: 5, unit_cost: 100}"
    files = {"systems/crm.yaml": f"id: crm\nname: BeaconCRM\nlicences: [{licence}]\n"}
    made = _plan(tmp_path, files)
    (one,) = [i for i in made.initiatives if i.money]
    assert one.id == "review-contracts.crm"
    assert made.money == (1500, 1500)
    assert [b.codes for b in one.benefits] == [("INV115",)]


def test_a_retired_system_frees_its_running_cost(tmp_path: Path) -> None:
    files = {
        "systems/old.yaml": """
            id: old
            name: Old cards
            lifecycle: {phase: phase-out}
            future: retire
            costs: [{year: 2026, kind: licence, amount: 700}]
            crud: {card: CRU}
        """,
        "entities.yaml": "entities: [{id: card, name: Card}]\n",
    }
    made = {i.id: i for i in _plan(tmp_path, files).initiatives}
    retire = made["retire-systems.old"]
    assert retire.money == (700, 700)
    assert retire.benefits[0].basis == "declared"


def test_licences_of_a_system_that_is_retired_are_in_its_running_cost(tmp_path: Path) -> None:
    licence = "{type: named, entitled: 20, assigned: 20, used: 5, unit_cost: 10}"
    files = {
        "systems/old.yaml": f"""
            id: old
            name: Old cards
            lifecycle: {{phase: phase-out}}
            future: retire
            costs: [{{year: 2026, kind: licence, amount: 200}}]
            licences: [{licence}]
            crud: {{card: CRU}}
        """,
        "entities.yaml": "entities: [{id: card, name: Card}]\n",
    }
    made = _plan(tmp_path, files)
    assert made.money == (200, 200)
    assert [i.id for i in made.initiatives if i.money] == ["retire-systems.old"]


def test_external_money_comes_to_the_cost_of_days(tmp_path: Path) -> None:
    files = {"plan.yaml": "initiatives: {assign-owners: {effort_days: 5, external_cost: 1000}}\n"}
    made = {i.id: i for i in _plan(tmp_path, files).initiatives}["assign-owners"]
    assert made.cost_range == (40 * 8 * 5 + 1000,) * 2
    assert made.cost == 2600


SCENARIOS = PAINS | {
    "brief.yaml": """
        resources: {start: 2027-01-04, days_per_month: 10, budget: 100000}
        deadlines: [{id: law, text: A law, date: 2027-03-01}]
        scenarios:
          - {id: poor, name: Poor, start: 2027-01-04, days_per_month: 10, budget: 4000}
          - {id: fast, name: Fast, start: 2027-01-04, days_per_month: 60}
          - {id: foreign, name: Foreign, budget: 10, currency: XXX}
    """
}


def test_scenarios_are_computed_each_by_itself(tmp_path: Path) -> None:
    made = _plan(tmp_path, SCENARIOS)
    base, poor, fast, foreign = made.scenarios
    known = {i.id: i for i in made.initiatives}
    assert base.left == ()
    assert poor.left
    assert sum(known[i].cost or 0 for i in poor.taken) <= 4000
    for i in poor.taken:
        assert {a for a in known[i].after if a in known} <= set(poor.taken)
    assert base.ends is not None
    assert fast.ends is not None
    assert fast.ends < base.ends
    (law,) = base.deadlines
    assert (law.day, law.of) == (date(2027, 3, 1), len(known))
    assert law.done <= next(k.done for k in fast.deadlines)
    assert foreign.means.without_rate
    assert foreign.ends is None
    assert foreign.why_undated == "no start or capacity declared"


def test_what_runs_is_in_even_beyond_the_budget(tmp_path: Path) -> None:
    files = SCENARIOS | {
        "plan.yaml": "own: [{id: big, title: Big, effort_days: 100, status: running}]\n"
    }
    made = _plan(tmp_path, files)
    poor = next(s for s in made.scenarios if s.means.id == "poor")
    assert poor.taken == ("big",)


def test_what_is_left_out_misses_the_day_it_has_to_keep(tmp_path: Path) -> None:
    kept = {"plan.yaml": "initiatives: {assign-owners: {deadlines: [law], effort_days: 90}}\n"}
    poor = next(s for s in _plan(tmp_path, SCENARIOS | kept).scenarios if s.means.id == "poor")
    assert "assign-owners" in poor.left
    assert "assign-owners" in poor.late


def test_what_has_a_day_to_keep_is_paid_for_first(tmp_path: Path) -> None:
    """Nine days for which the poor have money, whatever else brings more."""
    own = "own: [{id: slow, title: Slow, effort_days: 9, deadlines: [law]}]\n"
    poor = next(
        s for s in _plan(tmp_path, SCENARIOS | {"plan.yaml": own}).scenarios if s.means.id == "poor"
    )
    assert "slow" in poor.taken
    assert poor.late == ()


def test_nothing_is_planned_before_the_day_of_the_audit(tmp_path: Path) -> None:
    """An audit of a later day: what has not begun by then is not said to have begun."""
    later = {"audit.yaml": "organisation: Test\nas_of: 2027-03-10\nhourly_rate: 40\n"}
    made = _plan(tmp_path, SCENARIOS | later)
    assert made.begin == date(2027, 1, 4)
    assert min(i.start for i in made.initiatives if i.start) == date(2027, 3, 10)


def test_a_deadline_named_in_the_plan_is_to_be_kept(tmp_path: Path) -> None:
    text = "initiatives: {keep-policies: {deadlines: law}, assign-owners: {deadlines: law}}\n"
    made = {i.id: i for i in _plan(tmp_path, SCENARIOS | {"plan.yaml": text}).initiatives}
    owners = made["assign-owners"]
    assert owners.due is not None
    assert (owners.due.day, owners.due.why) == (date(2027, 3, 1), "A law")
    assert not owners.late
    with pytest.raises(InvalidInput, match="there is no deadline 'lore'"):
        _plan(tmp_path, {"plan.yaml": "initiatives: {assign-owners: {deadlines: lore}}\n"})


def test_risk_counts_what_facts_say_and_people_decide(tmp_path: Path) -> None:
    people = "people: [{id: ana, name: Ana Diaz, skills: [{skill: Governance, level: 3}]}]\n"
    made = {i.id: i for i in _plan(tmp_path, PAINS | {"people.yaml": people}).initiatives}
    feed = made["build-feeds.crm.billing"]
    assert feed.risk.level in ("medium", "high")
    assert "nobody is known to hold integration" in feed.risk.reasons
    assert "governance rests on one person" in made["assign-owners"].risk.reasons
    text = "initiatives: {build-feeds.crm.billing: {risk: low}}\n"
    decided = {i.id: i for i in _plan(tmp_path, PAINS | {"plan.yaml": text}).initiatives}
    assert decided["build-feeds.crm.billing"].risk.level == "low"
    assert decided["build-feeds.crm.billing"].risk.decided


def _summary(*rows: dict[str, Any]) -> dict[str, Any]:
    base = {"status": "proposed", "phase": 1, "effort": [2, 4], "owner": None, "start": None}
    return {"initiatives": [{**base, "title": r["id"], "end": None, **r} for r in rows]}


def test_two_plans_are_compared() -> None:
    before = _summary(
        {"id": "a", "end": "2027-01-31"},
        {"id": "b"},
        {"id": "c", "effort": [1, 1]},
        {"id": "d"},
        {"id": "same"},
    )
    after = _summary(
        {"id": "a", "end": "2027-03-31"},
        {"id": "b", "status": "done"},
        {"id": "c", "effort": [4, 4]},
        {"id": "e"},
        {"id": "same"},
    )
    found = compare_plans(before, after)
    assert found is not None
    assert [(s.id, s.days) for s in found.slipped] == [("a", 59)]
    assert [(g.id, g.before, g.after) for g in found.grown] == [("c", 1, 4)]
    assert (dict(found.new), dict(found.done), dict(found.gone)) == (
        {"e": "e"},
        {"b": "b"},
        {"d": "d"},
    )
    assert found.same == 1
    assert compare_plans(None, after) is None


def test_a_plan_is_the_same_as_itself(tmp_path: Path) -> None:
    kept = plan_summary(_plan(tmp_path, SCENARIOS))
    found = compare_plans(kept, kept)
    assert found is not None
    assert not [*found.new, *found.gone, *found.done, *found.slipped, *found.grown]
    assert found.same == len(kept["initiatives"])


LATER = PAINS | {
    "brief.yaml": """
        resources: {start: 2027-01-04, days_per_month: 10}
        deadlines: [{id: law, text: A law, date: 2026-12-15}, {text: End, date: 2027-03-01}]
        scenarios: [{id: later, name: Later, start: 2027-04-01, days_per_month: 60}]
    """,
    "plan.yaml": "own: [{id: due, title: Due, effort_days: 3, deadlines: [law]}]\n",
}


def test_nothing_is_done_before_a_scenario_begins_but_what_cannot_wait(tmp_path: Path) -> None:
    """More days a month from April on do no more by March than the plan as it is."""
    made = _plan(tmp_path, LATER)
    base, later = made.scenarios
    assert "due" in base.early
    assert later.early == base.early
    early = len(base.early)
    assert [k.done for k in later.deadlines] == [early, early]
    assert [k.done for k in base.deadlines] > [early, early]
