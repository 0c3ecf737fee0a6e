"""The weighted completeness of dossiers, recomputed, and whom to ask for what is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.errors import InvalidInput
from crmaudit.facts import Facts
from crmaudit.inventory import Directory, Inventory, completeness
from crmaudit.workspace import load
from crmaudit.workspace.audit_file import Unit
from crmaudit.workspace.dossier import System
from crmaudit.workspace.people import Person
from crmaudit.workspace.weights import DEFAULTS, weights

DAY = date(2026, 6, 30)
FULL: dict[str, Any] = {
    "vendor": "V",
    "owners": {"business": "ana", "it": "tom"},
    "description": "d",
    "documentation": {"system": "wiki", "database": {"status": "none"}},
    "perceived_quality": [{"who": "ana", "score": 3}],
    "costs": [
        {"year": 2026, "kind": kind, "amount": 10}
        for kind in ("licence", "maintenance", "support", "hosting", "internal time")
    ],
    "support": {"skills": [{"skill": "SQL", "needed": 3, "held": [{"person": "tom", "level": 3}]}]},
}
KEYS = {
    "vendor": ("vendor",),
    "owners": ("IT owner", "business owner"),
    "description": ("description",),
    "documentation": ("documentation",),
    "perceived_quality": ("perceived quality",),
    "costs": ("cost",),
    "support": ("support skills",),
}


def system(**facts: Any) -> System:
    return System.model_validate({"id": "crm", "name": "CRM", **facts})


def credits_of(**facts: Any) -> dict[str, float]:
    return {f.short: f.credit for f in completeness(system(**facts), DAY).facts}


def lacks_of(**facts: Any) -> list[str]:
    return [lack.what for lack in completeness(system(**facts), DAY).lacks]


def test_everything_is_one() -> None:
    found = completeness(system(**FULL), DAY)
    assert found.score == 1
    assert not found.lacks


@given(
    st.sets(st.sampled_from(sorted(FULL))),
    st.sets(st.sampled_from(["vendor", "description", "costs", "perceived_quality"])),
)
def test_the_score_is_the_weighted_mean(there: set[str], blank: set[str]) -> None:
    """Recomputed with numpy from the sets alone."""
    dossier = system(**{k: FULL[k] for k in there}, blank=dict.fromkeys(blank, "because"))
    given_ = {"name", *(f for k in there for f in KEYS[k])}
    unwanted = {f for k in blank for f in KEYS[k]} - given_
    names = [n for n in DEFAULTS["completeness"] if n not in unwanted]
    weight = [DEFAULTS["completeness"][n] for n in names]
    expected = np.average([n in given_ for n in names], weights=weight)
    assert completeness(dossier, DAY).score == pytest.approx(expected)


@given(st.sets(st.sampled_from(sorted(FULL))), st.sampled_from(sorted(FULL)))
def test_a_fact_more_never_lowers_the_score(there: set[str], more: str) -> None:
    before = completeness(system(**{k: FULL[k] for k in there}), DAY)
    after = completeness(system(**{k: FULL[k] for k in {*there, more}}), DAY)
    assert after.score >= before.score
    assert (after.score == before.score) == (more in there)


def test_half_a_documentation_is_half_the_credit() -> None:
    found = completeness(system(documentation={"system": "wiki"}), DAY)
    (fact,) = (f for f in found.facts if f.short == "documentation")
    assert (fact.state, fact.credit) == ("missing", 0.5)
    assert [lack.what for lack in fact.lacks] == ["database documentation: nothing said"]


def test_a_part_left_blank_is_not_wanted() -> None:
    blank = {"documentation.database": "the vendor's secret"}
    found = completeness(system(documentation={"system": "wiki"}, blank=blank), DAY)
    (fact,) = (f for f in found.facts if f.short == "documentation")
    assert (fact.state, fact.credit, fact.lacks) == ("given", 1, ())


def test_both_parts_left_blank_are_a_blank_fact_with_its_reason() -> None:
    blank = {"documentation.database": "secret", "documentation.system": "lost"}
    found = completeness(system(blank=blank), DAY)
    (fact,) = (f for f in found.facts if f.short == "documentation")
    assert (fact.state, fact.reason, fact.lacks) == ("blank", "lost", ())
    assert found.wanted == 8


def test_cost_by_the_kinds_of_the_newest_year() -> None:
    costs = [
        {"year": 2025, "kind": "hosting", "amount": 1},
        {"year": 2026, "kind": "licence", "amount": 1, "covers": ["support", "maintenance"]},
        {"year": 2026, "kind": "project", "amount": 9},
        {"year": 2027, "kind": "internal time", "amount": 1},
    ]
    assert credits_of(costs=costs)["cost"] == pytest.approx(3 / 5)
    assert [w for w in lacks_of(costs=costs) if "cost" in w] == [
        "hosting cost of 2026: nothing said",
        "internal time cost of 2026: nothing said",
    ]


def test_skills_by_holders_and_levels() -> None:
    skills = [
        {"skill": "SQL", "held": [{"person": "tom", "level": 3}]},
        {"skill": "PHP", "needed": 2},
    ]
    assert credits_of(support={"skills": skills})["support skills"] == 0.5
    assert [w for w in lacks_of(support={"skills": skills}) if "skill" in w] == [
        "skill SQL: level needed not said",
        "skill PHP: nobody named",
    ]


def test_a_dossier_of_which_nothing_is_wanted_is_complete() -> None:
    found = completeness(system(), DAY, dict.fromkeys(DEFAULTS["completeness"], 0.0))
    assert found.score == 1


def test_the_portfolio_adds_the_sums() -> None:
    small = system(id="small", blank=dict.fromkeys(["costs", "support.skills"], "none"))
    out = system(id="out", in_scope=False, **FULL)
    inventory = Inventory([system(**FULL), small, out], DAY, "EUR", {})
    assert inventory.completeness_score == pytest.approx((100 + 5) / (100 + 75))
    assert Inventory([out], DAY, "EUR", {}).completeness_score is None


class TestWhomToAsk:
    PEOPLE = {
        p["id"]: Person.model_validate(p)
        for p in (
            {"id": "ana", "name": "Ana Ruiz", "unit": "sales"},
            {"id": "tom", "name": "Tom Iversen", "unit": "it", "leaves": "2026-06-29"},
            {"id": "eva", "name": "Eva Lund", "unit": "it"},
        )
    }
    UNITS = (
        Unit.model_validate({"id": "sales", "name": "Sales", "head": "ana"}),
        Unit.model_validate({"id": "it", "name": "IT", "head": "eva", "function": "it"}),
    )

    def ask(self, role: Any, auditors: tuple[str, ...] = ("Isa Fenn",), **facts: Any) -> Any:
        book = Directory(self.PEOPLE, self.UNITS, auditors, DAY)
        found = book.contact(system(**facts), role)
        return found.person, found.name, found.role

    def test_the_owner_in_charge(self) -> None:
        owners = {"business": "ana", "it": "eva"}
        assert self.ask("IT owner", owners=owners) == ("eva", "Eva Lund", "IT owner")
        assert self.ask("business owner", owners=owners) == ("ana", "Ana Ruiz", "business owner")

    def test_a_plain_name_without_people(self) -> None:
        found = self.ask("IT owner", owners={"it": "Kim Sol"})
        assert found == ("Kim Sol", "Kim Sol", "IT owner")

    def test_an_owner_who_has_left_is_followed_by_the_head_of_the_unit(self) -> None:
        assert self.ask("IT owner", owners={"it": "tom"}) == ("eva", "Eva Lund", "head of IT")

    def test_no_it_owner_is_a_question_to_the_head_of_it(self) -> None:
        assert self.ask("IT owner") == ("eva", "Eva Lund", "head of IT")

    def test_no_business_owner_is_a_question_to_the_auditor(self) -> None:
        assert self.ask("business owner") == ("Isa Fenn", "Isa Fenn", "auditor")

    def test_owners_are_named_by_the_auditor(self) -> None:
        assert self.ask("architect", owners={"it": "eva"})[2] == "auditor"

    def test_nobody_is_named_at_all(self) -> None:
        assert self.ask("architect", auditors=()) == (None, "the auditor", "auditor")

    def test_a_head_who_left_is_not_asked(self) -> None:
        units = (Unit.model_validate({"id": "it", "name": "IT", "head": "tom", "function": "it"}),)
        found = Directory(self.PEOPLE, units, ("Isa",), DAY).contact(system(), "IT owner")
        assert found.role == "auditor"


class TestWeights:
    def workspace(self, root: Path, text: str) -> Path:
        (root / "systems").mkdir()
        (root / "audit.yaml").write_text(f"organisation: X\n{text}")
        (root / "systems/crm.yaml").write_text("{id: crm, name: CRM, vendor: V}")
        return root

    def test_own_weights_count(self, tmp_path: Path) -> None:
        text = "weights: {completeness: {vendor: 95}}\n"
        facts = Facts.of(load(self.workspace(tmp_path, text)))
        assert facts.inventory.completeness_score == pytest.approx(100 / 190)

    @pytest.mark.parametrize(
        ("text", "message", "place", "hint"),
        [
            (
                "weights:\n  completness: {vendor: 9}\n",
                "no score is called 'completness'",
                "audit.yaml:3:3",
                "did you mean 'completeness'?",
            ),
            (
                "weights:\n  technical fit: {skils: 9}\n",
                "technical fit has no criterion 'skils'",
                "audit.yaml:3:19",
                "did you mean 'skills'?",
            ),
            (
                "weights:\n  extraction:\n    volumes: 9\n",
                "extraction has no criterion 'volumes'",
                "audit.yaml:4:5",
                "did you mean 'volume'?",
            ),
        ],
    )
    def test_unknown_names_are_refused_where_they_stand(
        self, tmp_path: Path, text: str, message: str, place: str, hint: str
    ) -> None:
        with pytest.raises(InvalidInput) as caught:
            load(self.workspace(tmp_path, text))
        (problem,) = caught.value.problems
        assert (problem.message, str(problem.where), problem.hint) == (message, place, hint)

    def test_a_list_in_their_place_is_one_mistake(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput) as caught:
            load(self.workspace(tmp_path, "weights: [vendor]\n"))
        assert len(caught.value.problems) == 1

    def test_the_weights_of_each_score_are_a_hundred(self) -> None:
        # Weights of columns and dimensions are of as many as there are, whatever their sum.
        of_many = {"columns", "dimensions"}
        sums = {name: sum(w.values()) for name, w in DEFAULTS.items() if name not in of_many}
        assert sums == dict.fromkeys(DEFAULTS.keys() - of_many, 100)
        assert weights("completeness", {"completeness": {"cost": 1}})["cost"] == 1

    def test_the_method_names_these_weights(self) -> None:
        page = (Path(__file__).parents[2] / "docs/method.md").read_text("utf-8")
        for score, heading in (
            ("completeness", "## Facts of a system"),
            ("functional fit", "| Functional fit | Weight"),
            ("technical fit", "| Technical fit | Weight"),
            ("extraction", "## Extraction complexity"),
        ):
            part = page[page.index(heading) :]
            rows = [
                [cell.strip() for cell in line.strip("|").split("|")]
                for line in part[part.index("---:") :].splitlines()[1:20]
            ]
            told = {r[0]: float(r[1]) for r in rows if len(r) > 1 and r[0] in DEFAULTS[score]}
            assert told == DEFAULTS[score], score
