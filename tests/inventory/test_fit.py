"""TIME recomputed: scaling, axes, quadrants, what is not classified, and what is withheld."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules.harness import Example

from crmaudit.facts import Facts
from crmaudit.inventory import Fit, Inventory, Surroundings, fit
from crmaudit.inventory.fit import scaled
from crmaudit.workspace.dossier import System
from crmaudit.workspace.weights import DEFAULTS

DAY = date(2026, 6, 30)
FUNCTIONAL, TECHNICAL = DEFAULTS["functional fit"], DEFAULTS["technical fit"]


def judged(around: Surroundings | None = None, *weights: dict[str, float], **facts: Any) -> Fit:
    system = System.model_validate({"id": "crm", "name": "CRM", **facts})
    row = Inventory([system], DAY, "EUR", {}).row("crm")
    return fit(row, around or Surroundings(), *weights)


def scores(found: Fit) -> dict[str, float | None]:
    both = (*found.functional.contributions, *found.technical.contributions)
    return {c.name: c.score for c in both}


class TestScaling:
    @given(
        st.floats(-100, 100),
        st.floats(-50, 50),
        st.floats(-50, 50).filter(lambda x: abs(x) > 0.01),
    )
    def test_is_the_published_formula_within_its_targets(
        self, x: float, low: float, width: float
    ) -> None:
        """n = (x - min) ÷ (max - min) · 9 + 1, or 10 less that part where little is good."""
        least, most = sorted((low, low + width))
        maximise = 9 * (x - least) / (most - least) + 1
        minimise = 10 - 9 * (x - least) / (most - least)
        assert scaled(x, least, most) == pytest.approx(np.clip(maximise, 1, 10))
        assert scaled(x, most, least) == pytest.approx(np.clip(minimise, 1, 10))

    def test_the_published_threshold_lies_at_the_boundary(self) -> None:
        assert [scaled(n, 1, 4) for n in (1, 2, 3, 4)] == [1, 4, 7, 10]
        assert scaled(2.5, 1, 4) == 5.5


@pytest.mark.parametrize(
    ("functional", "technical", "quadrant"),
    [
        (1, 1, "eliminate"),
        (2, 3, "tolerate"),
        (2, 4, "tolerate"),
        (3, 2, "migrate"),
        (4, 1, "migrate"),
        (3, 3, "invest"),
        (4, 4, "invest"),
        (2, 2, "eliminate"),
    ],
)
def test_a_judgement_alone_classifies_as_published(
    functional: int, technical: int, quadrant: str
) -> None:
    found = judged(fitness={"functional": functional, "technical": technical})
    assert found.quadrant == quadrant
    assert found.functional.coverage == found.technical.coverage == 0.5


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "fitness": st.fixed_dictionaries(
            {},
            optional={k: st.integers(1, 4) for k in ("functional", "technical", "value")},
        ),
        "criticality": st.sampled_from(["low", "medium", "high", "critical"]),
        "users": st.integers(0, 200),
        "perceived_quality": st.lists(
            st.fixed_dictionaries({"who": st.just("x"), "score": st.integers(1, 5)}), max_size=3
        ),
        "documentation": st.fixed_dictionaries(
            {}, optional={"system": st.fixed_dictionaries({"status": st.sampled_from(
                ["complete", "partly", "outdated", "none"])})}
        ),
        "interfaces": st.lists(
            st.fixed_dictionaries(
                {"kind": st.sampled_from(["api", "file export", "screen"])},
                optional={"documented": st.booleans()},
            ),
            max_size=3,
        ),
        "lifecycle": st.fixed_dictionaries(
            {}, optional={"vendor_support_ends": st.dates(date(2024, 1, 1), date(2031, 1, 1))
                          .map(str)}
        ),
    },
)  # fmt: skip
AROUND = st.builds(
    Surroundings,
    measured=st.none() | st.floats(0, 1),
    record_of=st.none() | st.integers(0, 9),
    staff=st.none() | st.integers(0, 300),
)


@given(FACTS, AROUND)
def test_axes_recomputed_with_numpy(facts: dict[str, Any], around: Surroundings) -> None:
    found = judged(around, **facts)
    for axis, weights in ((found.functional, FUNCTIONAL), (found.technical, TECHNICAL)):
        assert [c.name for c in axis.contributions] == list(weights)
        score = np.array([np.nan if c.score is None else c.score for c in axis.contributions])
        weight = np.array(list(weights.values()))
        known = ~np.isnan(score)
        assert axis.coverage == pytest.approx(weight[known].sum() / weight.sum())
        assert axis.low == pytest.approx(np.average(np.nan_to_num(score, nan=1), weights=weight))
        assert axis.high == pytest.approx(np.average(np.nan_to_num(score, nan=10), weights=weight))
        if known.any():
            assert axis.score is not None
            assert axis.score == pytest.approx(np.average(score[known], weights=weight[known]))
            assert axis.low - 1e-9 <= axis.score <= axis.high + 1e-9
            assert ((score[known] >= 1) & (score[known] <= 10)).all()
        else:
            assert axis.score is None
        if axis.coverage < 0.5:
            assert axis.low < 5.5 <= axis.high, "less than half cannot be certain"
    covered = min(found.functional.coverage, found.technical.coverage) >= 0.5
    assert (found.quadrant is not None) == covered
    assert bool(found.reason)


@given(FACTS, AROUND)
def test_what_is_certain_no_unknown_fact_can_move(
    facts: dict[str, Any], around: Surroundings
) -> None:
    """Every unknown criterion at its worst, and at its best, keeps the quadrant."""
    found = judged(around, **facts)
    if found.certain:
        for axis in (found.functional, found.technical):
            assert axis.score is not None
            assert (axis.low >= 5.5) == (axis.high >= 5.5) == (axis.score >= 5.5)


def test_each_criterion_by_hand() -> None:
    found = judged(
        Surroundings(measured=0.75, record_of=2, staff=100),
        fitness={"functional": 2, "technical": 3, "value": 4},
        criticality="medium",
        users=20,
        perceived_quality=[{"who": "a", "score": 4}, {"who": "b", "score": 2}],
        lifecycle={"vendor_support_ends": "2027-12-30"},
        documentation={"system": "wiki", "database": {"status": "none"}},
        support={"skills": [{"skill": "SQL", "held": [{"person": "t", "level": 3}]}]},
        maintenance={
            "provider": "in-house",
            "backup": "daily",
            "restore_test": "never",
            "updates": {"last": "2026-01-01"},
        },
        interfaces=[
            {"kind": "file export", "documented": True},
            {"kind": "message", "direction": "out", "documented": False},
            {"kind": "screen", "documented": True},
        ],
    )
    assert scores(found) == {
        "functional fitness": 4,
        "value": 10,
        "perceived quality": pytest.approx(5.5),
        "measured quality": pytest.approx(5.5),
        "criticality": pytest.approx(4),
        "users": pytest.approx(1 + 9 * 0.2 / 0.5),
        "system of record": pytest.approx(1 + 9 * 2 / 5),
        "technical fitness": 7,
        "vendor support": pytest.approx(1 + 9 * 18 / 36),
        "documentation": 4,
        "skills": 5.5,
        "maintenance": pytest.approx(7),
        "way out": 8,
        "interfaces": pytest.approx(5.5),
    }
    assert found.functional.score == pytest.approx(
        (50 * 4 + 10 * 10 + 10 * 5.5 + 10 * 5.5 + 10 * 4 + 5 * 4.6 + 5 * 4.6) / 100
    )


def test_a_dossier_that_says_nothing_is_known_by_nothing() -> None:
    found = judged()
    assert set(scores(found).values()) == {None}
    assert found.reason == "only 0 % of the functional fit and 0 % of the technical fit is known"


@pytest.mark.parametrize(
    ("facts", "name", "score"),
    [
        ({"maintenance": {"provider": "none", "backup": "daily"}}, "maintenance", 1),
        ({"maintenance": {"provider": "vendor"}}, "maintenance", None),
        ({"interfaces": []}, "way out", 1),
        ({"interfaces": []}, "interfaces", None),
        ({"documentation": {"database": {"status": "outdated"}}}, "documentation", 4),
        ({"lifecycle": {"vendor_support_ends": "2020-01-01"}}, "vendor support", 1),
        ({"lifecycle": {"vendor_support_ends": "2036-01-01"}}, "vendor support", 10),
        ({"users": 20}, "users", None),
    ],
)
def test_edges(facts: dict[str, Any], name: str, score: float | None) -> None:
    assert scores(judged(**facts))[name] == score


def test_own_weights_move_a_system() -> None:
    facts = {"fitness": {"functional": 2, "technical": 3}, "criticality": "critical"}
    assert judged(**facts).quadrant == "tolerate"
    heavy = {**FUNCTIONAL, "criticality": 60}
    assert judged(None, heavy, dict(TECHNICAL), **facts).quadrant == "invest"


def test_weights_of_nothing_classify_nothing() -> None:
    none = dict.fromkeys(FUNCTIONAL, 0.0)
    found = judged(None, none, dict(TECHNICAL), fitness={"functional": 4, "technical": 4})
    assert (found.quadrant, found.functional.score, found.functional.coverage) == (None, None, 0)


@pytest.mark.parametrize(
    ("life", "reason"),
    [
        ({"phase": "plan"}, "only planned"),
        ({"phase": "retired"}, "retired already"),
        ({"since": "2010-01-01", "retired": "2020-01-01"}, "retired already"),
    ],
)
def test_what_is_not_in_use_is_not_classified(life: dict[str, Any], reason: str) -> None:
    found = judged(fitness={"functional": 1, "technical": 1}, lifecycle=life)
    assert found.quadrant is None
    assert reason in found.reason


@pytest.mark.parametrize(
    ("levels", "future", "agrees"),
    [
        ((4, 4), "retain", True),
        ((4, 4), "replace", False),
        ((4, 4), "retire", False),
        ((1, 4), "retain", True),
        ((1, 4), "retire", True),
        ((4, 1), "retain", False),
        ((4, 1), "replace", True),
        ((1, 1), "retain", False),
        ((1, 1), "retire", True),
        ((1, 1), None, None),
        ((None, 1), "retain", None),
    ],
)
def test_beside_what_was_decided(levels: Any, future: str | None, agrees: bool | None) -> None:
    fitness = {k: n for k, n in zip(("functional", "technical"), levels, strict=True) if n}
    assert judged(fitness=fitness, **({"future": future} if future else {})).agrees is agrees


class TestNeverEliminateTheOnlyCreator:
    UNFIT = {"name": "CRM", "fitness": {"functional": 1, "technical": 1}}

    def fit_of(self, root: Path, crm: dict[str, Any], **others: dict[str, Any]) -> Fit:
        dossiers = {
            "crm": {**self.UNFIT, **crm},
            **{k: {"name": k, **v} for k, v in others.items()},
        }
        files = {f"systems/{id_}.yaml": {"id": id_, **d} for id_, d in dossiers.items()}
        return Example(files).facts(root).fits["crm"]

    def test_others_read_it(self, tmp_path: Path) -> None:
        mine = {"crud": {"customer": "C"}, "crud_complete": True}
        found = self.fit_of(tmp_path, mine, erp={"crud": {"customer": "R"}})
        assert found.quadrant is None
        assert found.withheld == "it alone creates customer, which others need"
        assert found.withheld in found.reason

    @pytest.mark.parametrize(
        "asking",
        [
            {"needs.yaml": {"needs": [{"id": "n", "text": "How many?", "entities": ["customer"]}]}},
            {
                "processes.yaml": {
                    "processes": [
                        {
                            "id": "p",
                            "name": "P",
                            "steps": [{"name": "enter", "entities": ["customer"]}],
                        }
                    ]
                }
            },
        ],
        ids=["a question", "a step of a process"],
    )
    def test_no_system_reads_it_and_people_do(self, tmp_path: Path, asking: dict[str, Any]) -> None:
        files = {
            "entities.yaml": {"entities": [{"id": "customer"}, {"id": "lead"}]},
            "systems/crm.yaml": {
                "id": "crm", **self.UNFIT, "crud": {"customer": "CR"}, "crud_complete": True
            },
            **asking,
        }  # fmt: skip
        found = Example(files).facts(tmp_path).fits["crm"]
        assert (found.quadrant, found.withheld) == (
            None,
            "it alone creates customer, which others need",
        )

    def test_another_one_creates_it_too(self, tmp_path: Path) -> None:
        mine = {"crud": {"customer": "C"}, "crud_complete": True}
        found = self.fit_of(tmp_path, mine, erp={"crud": {"customer": "CR"}})
        assert (found.quadrant, found.withheld) == ("eliminate", "")

    def test_nobody_knows_who_reads_it(self, tmp_path: Path) -> None:
        mine = {"crud": {"customer": "C"}, "crud_complete": True}
        found = self.fit_of(tmp_path, mine, erp={})
        assert "who reads that is not known" in found.withheld

    def test_nobody_else_reads_it(self, tmp_path: Path) -> None:
        mine = {"crud": {"customer": "CR"}, "crud_complete": True}
        found = self.fit_of(tmp_path, mine, erp={"crud_complete": True})
        assert (found.quadrant, found.withheld) == ("eliminate", "")

    def test_nobody_said_what_it_creates(self, tmp_path: Path) -> None:
        assert self.fit_of(tmp_path, {}).withheld == "nobody said what it creates"

    def test_a_system_that_creates_nothing(self, tmp_path: Path) -> None:
        assert self.fit_of(tmp_path, {"crud_complete": True}).quadrant == "eliminate"

    @given(
        st.dictionaries(
            st.sampled_from(["crm", "erp", "dwh"]),
            st.dictionaries(st.sampled_from("xyz"), st.sampled_from(["C", "R", "CR", "U", ""])),
        ),
        st.booleans(),
    )
    def test_never(self, tmp_path_factory: Any, crud: dict[str, Any], complete: bool) -> None:
        """Whatever the matrix: who is eliminated is no sole creator of what others read."""
        files = {
            f"systems/{s}.yaml": {
                "id": s, **self.UNFIT, "crud": crud.get(s, {}), "crud_complete": complete
            }
            for s in ("crm", "erp", "dwh")
        }  # fmt: skip
        facts = Example(files).facts(tmp_path_factory.mktemp("w"))
        letters = {(s, e): x for s, row in crud.items() for e, x in row.items()}
        for entity in "xyz":
            creators = {s for (s, e), x in letters.items() if e == entity and "C" in x}
            readers = {s for (s, e), x in letters.items() if e == entity and "R" in x} - creators
            if len(creators) == 1 and readers:
                (creator,) = creators
                assert facts.fits[creator].quadrant is None


class TestInFacts:
    def facts(self, root: Path) -> Facts:
        files = {
            "audit.yaml": {
                "organisation": "X",
                "as_of": str(DAY),
                "staff": 40,
                "weights": {"technical fit": {"way out": 45}},
            },
            "systems/crm.yaml": {
                "id": "crm",
                "name": "CRM",
                "users": 10,
                "fitness": {"functional": 3, "technical": 3, "who": "tom", "when": "2026-01-31"},
            },
            "systems/old.yaml": {"id": "old", "name": "Old", "in_scope": False},
            "people.yaml": {"people": [{"id": "tom", "name": "Tom Iversen"}]},
            "entities.yaml": {
                "entities": [{"id": "customer", "system_of_record": "crm"}, {"id": "order"}]
            },
        }
        evidence = {"kind": "profile", "system": "crm", "table": "t", "rows": 100,
                    "columns": [{"name": "city", "nulls": 25}]}  # fmt: skip
        return Example(files, (evidence,)).facts(root)

    def test_what_other_rooms_know_is_handed_in(self, tmp_path: Path) -> None:
        found = self.facts(tmp_path).fits
        assert list(found) == ["crm"]
        got = scores(found["crm"])
        assert got["measured quality"] == pytest.approx(5.5)
        assert got["users"] == pytest.approx(5.5)
        assert got["system of record"] == pytest.approx(2.8)
        (technical, *_) = found["crm"].technical.contributions
        assert technical.because == "3 of 4, Tom Iversen, 31 January 2026"

    def test_the_weights_of_audit_yaml(self, tmp_path: Path) -> None:
        axis = self.facts(tmp_path).fits["crm"].technical
        assert {c.name: c.weight for c in axis.contributions}["way out"] == 45
        assert axis.coverage == pytest.approx(50 / 140)
