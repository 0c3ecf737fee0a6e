"""Extraction complexity: recomputed by hand, bounded, honest about what is not known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategy.workspaces import facts_of, seen

from crmaudit.evidence import Between, Duplicates, Estimate, Holder, Matching, Overlap, SharedKey
from crmaudit.facts import Facts
from crmaudit.strategy.extraction import WEIGHTS, Criterion, Extraction, extraction, extractions


def test_a_dossier_that_says_nothing_has_no_score(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {})
    made = extraction(facts, facts.workspace.systems[0])
    assert made.score is None
    assert made.band is None
    assert made.coverage == 0
    assert made.range == (1, 10)


def test_the_worked_example_of_the_method(tmp_path: Path) -> None:
    """API 2 (weight 20), documentation complete and none (1 + 10) / 2 = 5.5 (15),
    one person holds the skill 5 (10), active and supported 1 (5): of 50 known of 100."""
    facts = facts_of(
        tmp_path,
        {
            "systems/crm.yaml": """
                id: crm
                name: BeaconCRM
                interfaces: [{kind: api}, {kind: screen}]
                documentation: {system: {status: complete}, database: {status: none}}
                support: {skills: [{skill: SQL, needed: 3, held: [{person: Ana, level: 3}]}]}
                lifecycle: {phase: active, vendor_support_ends: 2030-01-01}
                crud: {customer: CRU}
            """
        },
    )
    (made,) = extractions(facts)
    assert made.coverage == pytest.approx(0.5)
    expected = (20 * 2 + 15 * 5.5 + 10 * 5 + 5 * 1) / 50
    assert made.score == pytest.approx(expected)
    assert made.range == pytest.approx(
        ((expected * 50 + 50 * 1) / 100, (expected * 50 + 50 * 10) / 100)
    )
    assert made.band == "moderate"


def test_weights_are_the_workspaces(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        {
            "audit.yaml": "organisation: T\nweights: {extraction: {access path: 0}}\n",
            "systems/crm.yaml": "id: crm\nname: C\ninterfaces: [{kind: screen}]\n",
        },
    )
    assert extraction(facts, facts.workspace.systems[0]).score is None


@given(
    st.lists(
        st.tuples(st.floats(0.5, 30), st.one_of(st.none(), st.floats(1, 10, allow_nan=False))),
        min_size=1,
        max_size=12,
    )
)
def test_the_score_lies_in_its_range(parts: list[tuple[float, float | None]]) -> None:
    made = Extraction("x", tuple(Criterion(str(i), w, d, "") for i, (w, d) in enumerate(parts)))
    low, high = made.range
    assert 1 - 1e-9 <= low <= high <= 10 + 1e-9
    if made.score is not None:
        assert low - 1e-9 <= made.score <= high + 1e-9
    assert 0 <= made.coverage <= 1
    assert (made.coverage == 1) == all(d is not None for _, d in parts)


def test_the_default_weights_add_up() -> None:
    assert sum(WEIGHTS.values()) == 100


MATCHED = [
    Duplicates(
        seen("crm"), entity="person", tables=("contacts",), matching=Matching(records=1000),
        surplus=80, estimated=Estimate(100, 90, 120),
    ),
    Duplicates(seen("crm"), entity="lead", matching=Matching(cannot="no key")),
    Overlap(
        seen("crm"), entity="person",
        holders=(Holder("crm", records=1000), Holder("erp", records=800)),
        between=(
            Between("crm", "erp", 400, 400, 400, 400, keys=(
                SharedKey("erp", "c.crm_id", "crm", "contacts.id", 800, 1, 1, 300, 50, 50),
            )),
        ),
    ),
]  # fmt: skip


def test_what_matching_found_makes_it_harder(tmp_path: Path) -> None:
    bare = facts_of(tmp_path, {"systems/erp.yaml": "id: erp\nname: Ledgerline\n"})
    facts = Facts.of(bare.workspace, MATCHED)
    crm, erp = ({c.name: c for c in extraction(facts, s).criteria} for s in facts.workspace.systems)
    assert crm["duplicates"].difficulty == pytest.approx(1 + 9 * 0.1 / 0.2)
    assert crm["duplicates"].basis == "about 100 of 1,000 records are one too many"
    assert crm["shared identifiers"].difficulty == pytest.approx(10 - 9 * 0.75)
    assert erp["shared identifiers"].difficulty == crm["shared identifiers"].difficulty
    assert (erp["duplicates"].difficulty, erp["duplicates"].basis) == (
        None,
        "records not compared for duplicates",
    )
    untold = {c.name: c for c in extraction(bare, bare.workspace.systems[0]).criteria}
    assert untold["shared identifiers"].difficulty is None


def test_the_bands_are_those_of_the_range(tmp_path: Path) -> None:
    """Little known, and that bad: very hard as far as known, and perhaps easy."""
    facts = facts_of(tmp_path, {"systems/crm.yaml": "id: crm\nname: B\ninterfaces: []\n"})
    made = extraction(facts, facts.workspace.systems[0])
    assert made.coverage < 0.5
    assert (made.best, made.band, made.worst) == ("easy", "very hard", "very hard")
