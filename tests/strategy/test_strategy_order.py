"""The order of extraction: by what is answered for each day, nothing invented, nothing lost."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from strategy.workspaces import facts_of

from crmaudit.strategy import order
from crmaudit.strategy.order import value
from crmaudit.workspace.landscape import Need

SYSTEMS = {
    "systems/crm.yaml": """
        id: crm
        name: BeaconCRM
        interfaces: [{kind: api}]
        crud: {contact: CRU, case: CRU}
    """,
    "systems/erp.yaml": """
        id: erp
        name: Ledgerline
        interfaces: [{kind: file export}]
        crud: {contact: R, invoice: CRU}
    """,
    "systems/cards.yaml": """
        id: cards
        name: Card index
        interfaces: [{kind: screen}]
        crud: {case: CR}
    """,
    "entities.yaml": "entities: [{id: contact}, {id: case}, {id: invoice}, {id: shift}]\n",
}


def test_without_questions_it_goes_by_score_and_says_so(tmp_path: Path) -> None:
    found = order(facts_of(tmp_path, SYSTEMS))
    assert found.by == "score"
    scores = [s.score for s in found.steps]
    assert scores == sorted(scores, key=lambda s: s or 0)
    assert len(scores) == 5
    assert not any(s.answers or s.serves for s in found.steps)


def test_questions_name_their_sources_else_the_record(tmp_path: Path) -> None:
    needs = """
        needs:
          - {id: owing, text: Who owes us?, entities: [contact, invoice], sources: erp,
             priority: must}
          - {id: cases, text: Which cases are open?, entities: [contact, case],
             sources: [crm, cards], priority: could}
          - {id: shifts, text: Who helps?, entities: shift}
          - {id: vague, text: What is up?}
          - {id: known, text: How many?, entities: contact, answered: "yes"}
          - {id: people, text: Whom do we know?, entities: contact, priority: must}
    """
    found = order(facts_of(tmp_path, {**SYSTEMS, "needs.yaml": needs}))
    assert {a.need: a.cells for a in found.asked} == {
        "owing": (("erp", "contact"), ("erp", "invoice")),
        "cases": (("crm", "contact"), ("crm", "case"), ("cards", "case")),
        "people": (("crm", "contact"),),
    }
    assert {u.need: u.reason for u in found.unserved} == {
        "shifts": "no system in scope holds shift",
        "vague": "it names no entity",
    }
    assert found.answered == ("known",)
    # The record's contact answers a question alone, and comes first; the card index comes last.
    assert (found.steps[0].system, found.steps[0].entity) == ("crm", "contact")
    assert found.steps[0].answers == ("people",)
    assert found.steps[0].serves == ("cases", "people")
    assert found.steps[-1].hindrance == "no way out for whole tables is declared"
    assert found.rest == ()
    (people,) = (a for a in found.asked if a.need == "people")
    assert people.reasons == ("contact from BeaconCRM, its system of record",)


def test_a_question_that_brings_more_a_day_comes_first(tmp_path: Path) -> None:
    needs = """
        needs:
          - {id: small, text: S, entities: invoice, priority: could}
          - {id: large, text: L, entities: [contact, case], sources: crm, priority: must,
             frequency: weekly}
    """
    found = order(facts_of(tmp_path, {**SYSTEMS, "needs.yaml": needs}))
    assert [n for s in found.steps for n in s.answers] == ["large", "small"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"priority": "must", "frequency": "daily", "answered": "no"}, 6),
        ({"priority": "should", "answered": "partly"}, 1),
        ({"priority": "could", "frequency": "yearly"}, 0.75),
        ({"answered": "yes", "priority": "must"}, 0),
        ({}, 2),
    ],
)
def test_what_a_question_is_worth(keys: dict[str, str], expected: float) -> None:
    assert value(Need.model_validate({"id": "n", "text": "T", **keys})) == expected


entity = st.sampled_from(["contact", "case", "invoice", "shift"])
need = st.fixed_dictionaries(
    {"entities": st.lists(entity, min_size=1, max_size=3, unique=True)},
    optional={
        "priority": st.sampled_from(["must", "should", "could"]),
        "answered": st.sampled_from(["yes", "partly", "no"]),
        "sources": st.lists(st.sampled_from(["crm", "erp", "cards"]), unique=True, max_size=2),
    },
)


@settings(max_examples=40, deadline=None)
@given(st.lists(need, min_size=1, max_size=6))
def test_every_question_is_answered_once_or_told_why_not(
    needs: list[dict[str, object]],
) -> None:
    asked = [{"id": f"n{i}", "text": f"Question {i}", **n} for i, n in enumerate(needs)]
    with tempfile.TemporaryDirectory() as folder:
        text = yaml.safe_dump({"needs": asked})
        found = order(facts_of(Path(folder), {**SYSTEMS, "needs.yaml": text}))
    answers = [n for s in found.steps for n in s.answers]
    barred = [u.need for u in found.unserved]
    assert sorted([*answers, *barred, *found.answered]) == sorted(str(n["id"]) for n in asked)
    cells = [(s.system, s.entity) for s in found.steps]
    assert len(cells) == len(set(cells))
    assert not set(cells) & set(found.rest)
    assert all(s.serves for s in found.steps)
    there: set[tuple[str, str]] = set()
    by_need = {a.need: set(a.cells) for a in found.asked}
    totals = [0.0]
    for s in found.steps:
        there.add((s.system, s.entity))
        assert all(by_need[n] <= there for n in s.answers)
        assert s.total[0] <= s.total[1] <= s.total[2]
        assert s.total[1] == pytest.approx(totals[-1] + s.effort.likely)
        totals.append(s.total[1])
