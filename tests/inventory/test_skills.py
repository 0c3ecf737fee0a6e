"""Skills over all systems: the people × skills matrix and what hangs on one person, recomputed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.inventory import Inventory, Talents, skill_states
from crmaudit.workspace.dossier import System
from crmaudit.workspace.people import Person

DAY = date(2026, 6, 30)


def system(id_: str, *skills: dict[str, Any], **facts: Any) -> System:
    return System.model_validate(
        {"id": id_, "name": id_, "support": {"skills": list(skills)}, **facts}
    )


def skill(name: str, needed: int | None = None, **held: int) -> dict[str, Any]:
    told = {"skill": name, "held": [{"person": p, "level": n} for p, n in held.items()]}
    return told if needed is None else {**told, "needed": needed}


def people(*facts: dict[str, Any]) -> dict[str, Person]:
    return {f["id"]: Person.model_validate({"name": f["id"].title(), **f}) for f in facts}


def has(**levels: int) -> list[dict[str, Any]]:
    return [{"skill": name, "level": level} for name, level in levels.items()]


def staffing(*systems: System, **known: Person) -> Any:
    return Inventory(systems, DAY, "EUR", {}, people=known).staffing


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["crm", "erp", "dwh"]),
        st.sampled_from(["SQL", "PHP"]),
        st.sampled_from(["ana", "tom", "eva"]),
        st.integers(0, 4),
    ),
    unique_by=lambda r: r[:3],
    min_size=1,
    max_size=14,
)


@given(ROWS)
def test_matrix_and_dependences_recomputed_with_pandas(rows: list[Any]) -> None:
    table = pd.DataFrame(rows, columns=["system", "skill", "person", "level"])
    dossiers = []
    for id_, of_system in table.groupby("system"):
        skills = [
            skill(str(name), **dict(zip(own.person, own.level, strict=True)))
            for name, own in of_system.groupby("skill")
        ]
        dossiers.append(system(str(id_), *skills))
    found = staffing(*dossiers)

    best = table.groupby(["person", "skill"])["level"].max()
    assert dict(found.levels) == best.to_dict()
    able = table[table["level"] >= 3].groupby(["system", "skill"])["person"].agg(list)
    expected = {at: who[0] for at, who in able.items() if len(who) == 1}
    assert {point: d.person for d in found.dependences for point in d.points} == expected
    counts = [len(d.systems) for d in found.dependences]
    assert counts == sorted(counts, reverse=True)
    for need in found.needs:
        holders = {who for (who, name), level in best.items() if name == need.skill and level > 2}
        assert set(need.able) == holders
        assert need.state == ("gap", "single", "covered")[min(len(holders), 2)]


def test_the_highest_level_that_any_system_needs() -> None:
    rows = system("a", skill("SQL", 2, ana=3)), system("b", skill(" sql ", 4, tom=4))
    (need,) = staffing(*rows).needs
    assert (need.skill, need.needed, need.systems, need.able) == ("SQL", 4, ("a", "b"), ("tom",))


def test_systems_out_of_scope_or_retired_need_nobody() -> None:
    rows = (
        system("a", skill("SQL", tom=4), in_scope=False),
        system("b", skill("SQL", tom=4), lifecycle={"phase": "retired"}),
    )
    found = staffing(*rows)
    assert (found.needs, found.dependences, found.people) == ((), (), ())


def test_people_yaml_adds_people_to_skills_that_are_needed() -> None:
    known = people({"id": "eva", "skills": has(SQL=3, Welsh=4)})
    found = staffing(system("a", skill("SQL", tom=4)), **known)
    assert dict(found.levels) == {("tom", "SQL"): 4, ("eva", "SQL"): 3}
    assert [n.state for n in found.needs] == ["covered"]
    assert [d.person for d in found.dependences] == ["tom"]  # the dossier names him alone


def test_who_leaves_and_who_is_hired_is_said_with_what_hangs_on_them() -> None:
    known = people({"id": "tom", "leaves": "2026-12-31", "employment": "contractor"})
    row = system("a", skill("SQL", tom=4), skill("PHP", tom=3))
    (found,) = staffing(row, **known).dependences
    assert found.points == (("a", "SQL"), ("a", "PHP"))
    assert found.systems == ("a",)
    assert (found.leaves, found.contractor) == (date(2026, 12, 31), True)
    (state, _) = skill_states(row, Talents(known))
    assert state.leaving == (("tom", date(2026, 12, 31)),)
    assert state.contractors == ("tom",)


def test_levels_told_differently() -> None:
    known = people({"id": "tom", "skills": has(SQL=1)}, {"id": "ana", "skills": has(SQL=4)})
    rows = system("a", skill("SQL", tom=3, ana=4)), system("b", skill("SQL", tom=1, ana=4))
    (conflict,) = staffing(*rows, **known).conflicts
    assert conflict.person == "tom"
    assert conflict.told == (("people.yaml", 1), ("a", 3), ("b", 1))


class TestStandIns:
    def of(self, held: dict[str, int], *known: dict[str, Any], needed: int = 3) -> Any:
        row = system("crm", skill("SQL", needed, **held))
        (state,) = skill_states(row, Talents(people(*known)))
        return [(s.person, s.how) for s in state.stand_ins]

    def test_who_has_it_and_is_not_named_comes_first(self) -> None:
        found = self.of(
            {"tom": 3, "ana": 2},
            {"id": "tom", "skills": has(SQL=3)},
            {"id": "eva", "skills": has(SQL=2)},
            {"id": "kim", "skills": has(SQL=4)},
        )
        assert found == [
            ("kim", "could step in"),
            ("ana", "one level short"),
            ("eva", "one level short"),
        ]

    def test_what_the_dossier_says_of_somebody_counts_for_it(self) -> None:
        assert self.of({"ana": 1}, {"id": "ana", "skills": has(SQL=4)}) == []

    def test_a_covered_skill_needs_nobody_else(self) -> None:
        assert self.of({"tom": 3, "ana": 4}, {"id": "kim", "skills": has(SQL=4)}) == []

    def test_who_knows_nothing_is_no_learner(self) -> None:
        assert self.of({"ana": 0}, needed=1) == []

    def test_courses_on_the_system_or_the_skill(self) -> None:
        courses = [
            {"course": "Advanced sql", "date": "2026-09-01"},
            {"course": "The CRM", "system": "crm"},
            {"course": "First aid"},
            "SQL  once more",
        ]
        row = system("crm", skill("SQL", ana=2))
        known = people({"id": "ana", "training_needed": courses})
        (state,) = skill_states(row, Talents(known))
        (learner,) = state.stand_ins
        assert [t.course for t in learner.training] == [
            "Advanced sql",
            "The CRM",
            "SQL  once more",
        ]
