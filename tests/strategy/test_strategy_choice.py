"""How sure the plan's end is, and which resources are recommended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategy.workspaces import judged

from crmaudit.errors import InvalidInput
from crmaudit.strategy import Plan, plan
from crmaudit.strategy.choice import beside, choose, urgent
from crmaudit.strategy.scenarios import Means, Outcome, between

FILES = {
    "systems/crm.yaml": "id: crm\nname: BeaconCRM\ncrud: {customer: CRUD}\nfeeds: []\n",
    "entities.yaml": "entities: [{id: customer, name: Customer}]\n",
    "brief.yaml": """
        resources: {start: 2027-01-01, days_per_month: 10, budget: 9000}
        scenarios:
          - {id: rich, name: Rich, start: 2027-01-01, days_per_month: 40, budget: 900000}
          - {id: alike, name: As rich, start: 2027-01-01, days_per_month: 20}
    """,
}


def _plan(folder: Path, files: dict[str, str]) -> Plan:
    return plan(*judged(folder, files))


def test_the_end_lies_between_those_of_low_and_high_efforts(tmp_path: Path) -> None:
    made = _plan(tmp_path / "a", FILES)
    base = made.scenarios[0]
    assert base.between is not None
    assert base.ends is not None
    low, high = base.between
    assert low < base.ends < (high or base.ends)
    # The same work, all of it as short, or as long, as it may be.
    for n in (0, 1):
        own = "".join(
            f"  {i.id}: {{effort_days: {i.effort[n]}}}\n" for i in made.initiatives if i.open
        )
        other = _plan(tmp_path / str(n), FILES | {"plan.yaml": f"initiatives:\n{own}"})
        rich = other.scenarios[1]
        assert rich.between == (rich.ends, rich.ends)
        assert made.scenarios[1].between is not None
        assert rich.ends == made.scenarios[1].between[n]
    assert made.between is not None
    assert all(i.soonest <= i.end <= i.latest for i in made.initiatives if i.soonest and i.latest)
    assert any(i.soonest != i.latest for i in made.initiatives)


def test_what_takes_over_forty_years_at_its_high_end_has_no_last_day(tmp_path: Path) -> None:
    made = _plan(tmp_path / "first", FILES)
    low, high = made.effort
    # At the middle a little under forty years, at the high end over it.
    capacity = (low + high) / 2 / (12 * 39)
    brief = f"resources: {{start: 2027-01-01, days_per_month: {capacity:.4f}}}\n"
    found = _plan(tmp_path / "slow", FILES | {"brief.yaml": brief}).scenarios[0]
    assert found.ends is not None
    assert found.between is not None
    assert found.between[1] is None


DAYS = st.dates(date(2027, 1, 1), date(2040, 1, 1))
ENDS = st.dictionaries(st.sampled_from("abcdef"), DAYS, min_size=1)


@given(soonest=ENDS, ends=ENDS, latest=ENDS)
def test_neither_end_passes_the_middle(
    soonest: dict[str, date], ends: dict[str, date], latest: dict[str, date]
) -> None:
    found = between(soonest, ends, latest)
    assert found is not None
    low, high = found
    assert low <= max(ends.values())
    assert high is None or high >= max(ends.values())
    assert (high is None) == (not set(ends) & set(latest))
    assert between(soonest, {}, latest) is None


def test_the_least_that_keeps_all_promises_is_recommended(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, FILES)
    made = plan(facts, judgement)
    assert made.choice is not None
    assert made.choice.why == ""
    ranks = {
        s.means.id: (urgent(s, made.initiatives), len(s.late), sum(s.cost or (0, 0)))
        for s in made.scenarios
    }
    assert ranks[made.choice.id] == min(ranks.values())
    assert made.chosen is made.scenarios[0]
    # Each promise weighs more than any money.
    base, rich, alike = made.scenarios
    worse = replace(base, late=("x",))
    assert choose(facts, (worse, rich, alike), made.initiatives) in (
        replace(made.choice, id="rich"),
        replace(made.choice, id="alike"),
    )
    assert choose(facts, (base,), made.initiatives) is None
    undated = replace(rich, finishes={}, ends=None)
    assert choose(facts, (base, undated), made.initiatives) is None


def test_a_critical_finding_left_out_weighs_more_than_days(tmp_path: Path) -> None:
    facts, judgement = judged(
        tmp_path,
        FILES
        | {
            "systems/crm.yaml": "id: crm\nname: B\ncrud: {customer: CRUD}\n"
            "maintenance: {backup: {frequency: never}}\n"
        },
    )
    made = plan(facts, judgement)
    hot = [i.id for i in made.initiatives if any(f.urgent for f in i.findings)]
    assert hot
    base, rich, alike = made.scenarios
    left = replace(base, taken=tuple(i for i in base.taken if i not in hot), left=tuple(hot))
    late = replace(rich, late=("a", "b"))
    assert urgent(left, made.initiatives) > 0
    chosen = choose(facts, (left, late, replace(alike, late=late.late)), made.initiatives)
    assert chosen is not None
    assert chosen.id != ""
    more = beside(left, late, made.initiatives)
    assert more.critical == urgent(left, made.initiatives)
    assert more.missed == 2 - len(left.late)


def test_beside_tells_of_the_middle() -> None:
    means = Means("", "A", None, 10, date(2027, 1, 1))
    one = Outcome(means, ("a",), ("b",), {}, (), (2, 4), (100, 300), hours=None)
    two = Outcome(means, ("a", "b"), (), {}, (), (3, 9), (200, 600), hours=(1, 3))
    more = beside(one, two, ())
    assert (more.initiatives, more.days, more.cost, more.hours) == (1, 3, 200, None)
    assert beside(two, one, ()).days == -3


def test_plan_yaml_recommends_otherwise(tmp_path: Path) -> None:
    own = {"plan.yaml": "recommended: {scenario: rich, why: The grant ends in June}\n"}
    made = _plan(tmp_path / "rich", FILES | own)
    assert made.choice is not None
    assert (made.choice.id, made.choice.why) == ("rich", "The grant ends in June")
    assert made.chosen is made.scenarios[1]
    own = {"plan.yaml": "recommended: {why: We have no more}\n"}
    chosen = _plan(tmp_path / "brief", FILES | own).chosen
    assert chosen is not None
    assert chosen.means.id == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("recommended: {scenario: rihc, why: x}", "there is no scenario 'rihc'"),
        ("recommended: {scenario: rich}", "why"),
    ],
)
def test_a_recommendation_that_names_nothing(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        _plan(tmp_path, FILES | {"plan.yaml": text + "\n"})
    (problem,) = caught.value.problems
    assert said in str(problem)
    assert "plan.yaml:1" in str(problem)


def test_what_the_budget_reaches_is_delayed_by_nothing_beyond_it(tmp_path: Path) -> None:
    made = _plan(tmp_path, FILES | {"brief.yaml": FILES["brief.yaml"].replace("9000}", "3000}")})
    base = made.scenarios[0]
    assert base.left
    ends = {i.id: i.end for i in made.initiatives}
    assert {i: ends[i] for i in base.finishes} == dict(base.finishes)
    assert {i.id for i in made.initiatives if i.beyond} == set(base.left)


def test_critical_work_that_was_dropped_is_told_as_unanswered(tmp_path: Path) -> None:
    hot = FILES | {
        "systems/crm.yaml": "id: crm\nname: B\ncrud: {customer: CRUD}\n"
        "maintenance: {backup: {frequency: never}}\n"
    }
    first = _plan(tmp_path / "first", hot)
    (work,) = (i.id for i in first.initiatives if any(f.urgent for f in i.findings))
    assert all(first.unanswered(s) == 0 for s in first.scenarios if work in s.taken)
    own = {"plan.yaml": f"initiatives: {{{work}: {{status: dropped}}}}\n"}
    made = _plan(tmp_path / "dropped", hot | own)
    assert all(made.unanswered(s) == 1 for s in made.scenarios)


def test_what_cannot_be_laid_beside_the_cost_is_not_recommended(tmp_path: Path) -> None:
    foreign = FILES["brief.yaml"].replace("budget: 9000}", "budget: 9, currency: XXX}")
    made = _plan(tmp_path, FILES | {"brief.yaml": foreign})
    assert made.scenarios[0].why_unjudged
    assert made.choice is not None
    assert made.choice.id == "alike"  # as much work as the rich, with less capacity


def test_the_chain_is_one_path(tmp_path: Path) -> None:
    made = _plan(tmp_path, FILES)
    known = {i.id: i for i in made.initiatives}
    assert len(made.chain) > 1
    for before, after in pairwise(made.chain):
        assert before in known[after].after
    assert all(known[i].critical for i in made.chain)


def test_paid_is_what_is_above_the_days(tmp_path: Path) -> None:
    own = """
        own:
          - {id: all, title: As a whole, effort_days: 10, cost: 4000}
          - {id: more, title: Besides, effort_days: 10, external_cost: 500}
          - {id: none, title: Days alone, effort_days: 10}
          - {id: less, title: Cheaper than its days, effort_days: 10, cost: 20}
    """
    made = {i.id: i.paid for i in _plan(tmp_path, FILES | {"plan.yaml": own}).initiatives}
    assert (made["all"], made["more"], made["none"], made["less"]) == (800, 500, 0, 0)
