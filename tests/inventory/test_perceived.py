"""Opinions beside what was measured: means, spread, age, difference and direction."""

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
from crmaudit.inventory import Measured, OpinionGap, Perceived, all_perceived
from crmaudit.workspace.dossier import System

DAY = date(2026, 6, 30)
VOICES = st.lists(
    st.fixed_dictionaries(
        {
            "who": st.sampled_from(["a", "b", "c"]),
            "score": st.sampled_from([1, 2, 2.5, 3, 4, 5]),
            "entity": st.sampled_from(["customer", "order", None]),
            "when": st.sampled_from(["2022-01-01", "2026-05-01", None]),
        }
    ),
    min_size=1,
    max_size=10,
)


def system(*voices: dict[str, Any], id_: str = "crm") -> System:
    told = [{k: v for k, v in voice.items() if v is not None} for voice in voices]
    return System.model_validate({"id": id_, "name": id_, "perceived_quality": told})


def said(*scores: float) -> Perceived:
    (found,) = all_perceived(system(*({"who": "x", "score": s} for s in scores)))
    return found


@given(VOICES)
def test_recomputed_with_numpy(voices: list[dict[str, Any]]) -> None:
    found = {p.entity: p for p in all_perceived(system(*voices))}
    assert set(found) == {v["entity"] or "" for v in voices}
    for entity, opinion in found.items():
        mine = [v for v in voices if (v["entity"] or "") == entity]
        points = (np.array([v["score"] for v in mine]) - 1) * 25
        assert opinion.score == pytest.approx(points.mean())
        assert opinion.spread == pytest.approx(np.ptp(points))
        days = sorted(date.fromisoformat(v["when"]) for v in mine if v["when"])
        assert (opinion.oldest, opinion.newest) == ((days[0], days[-1]) if days else (None, None))
        age = (DAY - days[-1]).days / 365.25 if days else None
        assert opinion.age(DAY) == (pytest.approx(age) if days else None)


@pytest.mark.parametrize(
    ("scores", "share", "difference", "direction", "within"),
    [
        ((4, 2), 0.9, -40, "rated lower", False),
        ((5, 5), 0.75, 25, "rated higher", False),
        ((3,), 0.54, -4, "alike", False),
        ((3,), 0.55, -5, "rated lower", False),
        ((1, 5), 0.9, -40, "rated lower", True),
        ((3,), None, None, None, None),
    ],
)
def test_gap(scores: Any, share: Any, difference: Any, direction: Any, within: Any) -> None:
    gap = OpinionGap(said(*scores), Measured(share))
    assert gap.difference == (None if difference is None else pytest.approx(difference))
    assert (gap.direction, gap.within_voices) == (direction, within)


class TestInFacts:
    PROFILE = {"kind": "profile", "system": "crm", "table": "t", "rows": 100,
               "columns": [{"name": "city", "nulls": 25}]}  # fmt: skip

    def facts(self, root: Path, voices: Any, where: str = "", **audit: Any) -> Facts:
        mapped: dict[str, Any] = {"table": "t", "entity": "customer"}
        if where:
            mapped["where"] = where
        files = {
            "audit.yaml": {"organisation": "X", "as_of": str(DAY), **audit},
            "systems/crm.yaml": {"id": "crm", "name": "CRM", "perceived_quality": voices},
            "maps/crm.yaml": {"system": "crm", "tables": [mapped]},
        }
        return Example(files, (self.PROFILE,)).facts(root)

    def test_system_entity_and_portfolio_with_their_counts(self, tmp_path: Path) -> None:
        voices = [{"who": "a", "score": 5}, {"who": "a", "score": 1, "entity": "customer"},
                  {"who": "a", "score": 2, "entity": "order"}]  # fmt: skip
        facts = self.facts(tmp_path, voices)
        whole, customer, order = facts.opinions
        assert (whole.entity, whole.difference) == ("", 25)
        assert (customer.entity, customer.difference) == ("customer", -75)
        assert (customer.measured.passed, customer.measured.applicable) == (75, 100)
        assert not customer.measured.mixed
        assert order.measured.share is None
        assert order.measured.reason

    def test_rows_of_other_entities_are_told(self, tmp_path: Path) -> None:
        voices = [{"who": "a", "score": 1, "entity": "customer"}]
        (gap,) = self.facts(tmp_path, voices, where="kind = 1").opinions
        assert gap.measured.mixed

    @pytest.mark.parametrize(
        ("who", "shown"),
        [
            ("Desk", "a group of fewer than five"),
            ("desk", "a group of fewer than five"),
            ("Sales", "Sales"),
            ("IT", "IT"),
            ("Anybody else", "Anybody else"),
        ],
    )
    def test_small_units_are_not_named(self, tmp_path: Path, who: str, shown: str) -> None:
        units = [
            {"id": "desk", "name": "Desk", "staff": 4},
            {"id": "sales", "name": "Sales", "staff": 5},
            {"id": "it", "name": "IT"},
        ]
        assert self.facts(tmp_path, [], units=units).speaker(who) == shown
