"""Dossiers judged: each formula on examples whose answer is worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.inventory import (
    Inventory,
    all_perceived,
    completeness,
    contract_state,
    described,
    document_states,
    in_use,
    leaving,
    left_blank,
    licence_use,
    months_later,
    notice_by,
    perceived,
    skill_states,
    staying,
    uncounted,
    ways_out,
    yearly_costs,
)
from crmaudit.inventory.completeness import NINE
from crmaudit.workspace.dossier import Contract, Document, System

DAY = date(2026, 6, 30)


def system(**facts: Any) -> System:
    return System.model_validate({"id": "crm", "name": "CRM", **facts})


FULL = {
    "vendor": "V",
    "owners": {"business": "ana", "it": "tom"},
    "description": "d",
    "documentation": {"system": "wiki", "database": {"status": "none"}},
    "perceived_quality": [{"who": "ana", "score": 3}],
    "costs": [{"year": 2026, "kind": "licence", "amount": 10}],
    "support": {"skills": [{"skill": "SQL", "held": [{"person": "tom", "level": 3}]}]},
}


class TestCompleteness:
    def test_a_name_is_one_of_nine(self) -> None:
        found = completeness(system())
        assert (found.given, found.wanted, len(NINE)) == (1, 9, 9)
        assert [f.key for f in found.missing][:3] == ["vendor", "owners.it", "owners.business"]

    def test_full(self) -> None:
        found = completeness(system(**FULL))
        assert found.share == 1.0
        assert not found.missing

    def test_a_blank_fact_is_not_wanted_and_stays_visible(self) -> None:
        found = completeness(system(blank={"vendor": "own work"}))
        assert (found.given, found.wanted) == (1, 8)
        blank = [f for f in found.facts if f.state == "blank"]
        assert [(f.name, f.reason) for f in blank] == [("vendor", "own work")]

    def test_a_fact_that_is_given_is_not_blank(self) -> None:
        found = completeness(system(vendor="V", blank={"vendor": "forgotten here"}))
        assert (found.given, found.wanted) == (2, 9)

    def test_a_skill_without_a_holder_is_no_skill_level(self) -> None:
        support = {"skills": [{"skill": "SQL"}]}
        assert "support.skills" in {f.key for f in completeness(system(support=support)).missing}

    def test_blank_counts_for_the_parts_of_what_is_blank(self) -> None:
        dossier = system(blank={"documentation": "secret", "owners.it": "x"})
        assert left_blank(dossier, "documentation.database")
        assert left_blank(dossier, "owners.it")
        assert not left_blank(dossier, "owners")
        assert not left_blank(dossier, "owners.business")

    @given(st.sets(st.sampled_from(sorted(FULL))))
    def test_every_fact_more_is_one_more(self, keys: set[str]) -> None:
        found = completeness(system(**{k: FULL[k] for k in keys}))
        owners = "owners" in keys  # which gives two facts
        assert found.given == 1 + len(keys) + owners
        assert found.given + len(found.missing) == found.wanted


class TestDocumentation:
    def test_age_in_years(self) -> None:
        documents = {"database": {"location": "d", "updated": "2024-06-30"}}
        _, state = document_states(system(documentation=documents), DAY)
        assert state.age == pytest.approx(730 / 365.25)

    def test_existence_is_three_valued(self) -> None:
        documents = {"system": {"status": "none"}}
        states = document_states(system(documentation=documents), DAY)
        assert [s.exists for s in states] == [False, None]

    def test_blank_parts_are_left_out(self) -> None:
        states = document_states(system(blank={"documentation.system": "x"}), DAY)
        assert [s.part for s in states] == ["database"]

    def test_names_count_with_and_without_schema(self) -> None:
        found = described(Document(describes=("Contacts", "s.b", "gone")), ["contacts", "s.b", "c"])
        assert found is not None
        assert (found.described, found.present, found.missing) == (2, 3, ("c",))

    @pytest.mark.parametrize(
        ("listed", "tables", "missing", "gone"),
        [
            (["a"], ["s.a"], (), ()),
            (["s.a"], ["a"], (), ()),
            (["t.a"], ["s.a"], ("s.a",), ("t.a",)),
            (["S.A"], ["s.a", "t.a"], ("t.a",), ()),
            (["a"], ["s.a", "t.a"], (), ()),
            (["a", "old"], ["a"], (), ("old",)),
            (["old"], [], (), ("old",)),
        ],
    )
    def test_described_there_and_gone(
        self, listed: Any, tables: Any, missing: Any, gone: Any
    ) -> None:
        found = described(Document(describes=tuple(listed)), tables)
        assert found is not None
        assert (found.missing, found.gone) == (missing, gone)
        assert set(found.matched) == set(tables) - set(missing)
        assert found.described == len(found.matched)

    def test_a_view_that_is_described_is_not_gone_and_need_not_be(self) -> None:
        found = described(Document(describes=("a", "v")), ["a"], ["v", "w"])
        assert found is not None
        assert (found.present, found.missing, found.gone) == (1, (), ())
        assert found.share == 1

    @given(
        st.sets(st.sampled_from(["a", "B", "s.a", "s.b", "t.a"]), min_size=1),
        st.sets(st.sampled_from(["a", "b", "S.A", "s.c", "t.a"])),
    )
    def test_names_match_both_ways(self, listed: set[str], tables: set[str]) -> None:
        """Recomputed pair by pair."""

        def same(one: str, other: str) -> bool:
            one, other = one.lower(), other.lower()
            short = "." not in one or "." not in other
            return one == other or (short and one.split(".")[-1] == other.split(".")[-1])

        found = described(Document(describes=tuple(listed)), tuple(tables))
        assert found is not None
        assert set(found.gone) == {n for n in listed if not any(same(n, t) for t in tables)}
        assert set(found.missing) == {t for t in tables if not any(same(n, t) for n in listed)}

    def test_a_number_never_describes_more_than_there_is(self) -> None:
        found = described(Document(tables=50), ["a", "b"])
        assert found is not None
        assert (found.described, found.present) == (2, 2)

    def test_nothing_counted(self) -> None:
        assert described(Document(location="wiki"), ["a"]) is None


class TestCost:
    def test_by_year_and_kind_in_one_currency(self) -> None:
        costs = [
            {"year": 2026, "kind": "licence", "amount": 100, "currency": "CHF"},
            {"year": 2026, "kind": "licence", "amount": 50},
            {"year": 2025, "kind": "support", "amount": 7},
        ]
        old, new = yearly_costs(system(costs=costs), "EUR", {"CHF": 1.1})
        assert (old.year, old.total) == (2025, 7)
        assert new.by_kind == {"licence": pytest.approx(160)}

    def test_without_a_rate_the_sum_is_a_lower_bound(self) -> None:
        costs = [
            {"year": 2026, "kind": "licence", "amount": 100, "currency": "CHF"},
            {"year": 2026, "kind": "support", "amount": 50},
        ]
        (year,) = yearly_costs(system(costs=costs), "EUR", {})
        assert (year.total, year.without_rate) == (50, ("CHF",))

    def test_the_newest_year_that_is_not_ahead(self) -> None:
        costs = [{"year": y, "kind": "licence", "amount": y} for y in (2024, 2026, 2027)]
        inventory = Inventory([system(costs=costs)], DAY, "EUR", {})
        assert inventory.row("crm").cost.year == 2026  # type: ignore[union-attr]

    def test_the_sum_says_over_how_many_systems(self) -> None:
        rows = [
            system(costs=[{"year": 2026, "kind": "licence", "amount": 5}]),
            system(id="erp"),
            system(id="old", in_scope=False, costs=[{"year": 2026, "kind": "other", "amount": 9}]),
        ]
        cost = Inventory(rows, DAY, "EUR", {}).cost
        assert (cost.total, cost.known, cost.of) == (5, 1, 2)


class TestLicences:
    def test_idle_against_use_else_against_what_is_assigned(self) -> None:
        licences = [
            {"type": "named", "entitled": 10, "assigned": 9, "used": 4, "unit_cost": 100},
            {"type": "concurrent", "entitled": 10, "assigned": 8},
            {"type": "site", "entitled": 10, "used": 0},
            {"type": "named", "used": 3},
        ]
        dossier = system(licences=licences)
        named, shared = licence_use(dossier, "EUR", {})
        assert (named.idle, named.counted, named.cost) == (6, True, 600)
        assert (shared.idle, shared.counted, shared.cost) == (2, False, None)
        assert uncounted(dossier) == 1

    def test_more_used_than_bought_is_none_idle(self) -> None:
        (use,) = licence_use(system(licences=[{"type": "named", "entitled": 1, "used": 3}]), "", {})
        assert use.idle == 0


class TestSkills:
    def states(self, *held: tuple[str, int]) -> Any:
        holders = [{"person": p, "level": level} for p, level in held]
        return skill_states(system(support={"skills": [{"skill": "SQL", "held": holders}]}))

    @pytest.mark.parametrize(
        ("held", "state"),
        [
            ((), "unknown"),
            ((("a", 2),), "gap"),
            ((("a", 3), ("b", 2)), "single"),
            ((("a", 3), ("b", 4)), "covered"),
        ],
    )
    def test_states(self, held: Any, state: str) -> None:
        assert [s.state for s in self.states(*held)] == [state]

    def test_staying_includes_nobody_who_leaves_by_that_day(self) -> None:
        (state,) = self.states(("a", 3), ("b", 3), ("c", 3))
        leaves = {"a": DAY, "b": date(2026, 7, 1)}
        assert staying(state, leaves, DAY) == ("b", "c")

    def test_the_worst_state_is_the_systems_risk(self) -> None:
        skills = [
            {"skill": "SQL", "held": [{"person": "a", "level": 4}, {"person": "b", "level": 4}]},
            {"skill": "PHP", "held": [{"person": "a", "level": 1}]},
        ]
        row = Inventory([system(support={"skills": skills})], DAY, "EUR", {}).row("crm")
        assert row.skill_risk == "gap"


class TestLifecycle:
    def test_without_a_phase_it_is_used(self) -> None:
        assert in_use(system())
        assert not in_use(system(lifecycle={"phase": "plan"}))

    @pytest.mark.parametrize(
        "facts",
        [
            {"lifecycle": {"phase": "phase-out"}},
            {"lifecycle": {"phase_out": "2027-01-01"}},
            {"future": "replace"},
        ],
    )
    def test_leaving(self, facts: dict[str, Any]) -> None:
        assert leaving(system(**facts))
        assert not leaving(system(future="retain"))

    def test_vendor_support_is_three_valued(self) -> None:
        def state(**life: Any) -> bool | None:
            rows = [system(lifecycle=life)]
            return Inventory(rows, DAY, "EUR", {}).row("crm").out_of_support

        assert state() is None
        assert state(vendor_support_ends="2026-06-29") is True
        assert state(vendor_support_ends="2026-06-30") is False
        assert state(vendor_support_ends="2020-01-01", phase="retired") is False

    @pytest.mark.parametrize(
        ("end", "notice", "renews", "state"),
        [
            (None, None, None, "unknown"),
            ("2026-06-29", 0, None, "ended"),
            ("2026-06-30", 0, None, "notice due"),
            ("2026-09-28", 0, None, "notice due"),
            ("2026-09-29", 0, None, "running"),
            ("2026-07-30", 60, True, "notice missed"),
            ("2026-07-30", 60, False, "notice due"),
        ],
    )
    def test_contract(self, end: Any, notice: Any, renews: Any, state: str) -> None:
        contract = Contract.model_validate(
            {"end": end, "notice_days": notice, "renews": renews} if end else {}
        )
        assert contract_state(contract, DAY, 90) == state

    def test_notice_counts_back_from_the_end(self) -> None:
        contract = Contract(end=date(2026, 12, 31), notice_days=31)
        assert notice_by(contract) == date(2026, 11, 30)
        assert notice_by(None) is None

    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2026, 12, 15), 1, date(2027, 1, 15)),
            (DAY, 18, date(2027, 12, 30)),
            (DAY, 0, DAY),
            (DAY, 1.2, date(2026, 7, 30)),
            (DAY, 10**9, date.max),
            (DAY, -(10**9), date.min),
        ],
    )
    def test_months_later(self, day: date, months: float, later: date) -> None:
        assert months_later(day, months) == later

    @given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 200))
    def test_months_later_is_that_many_months_on(self, day: date, months: int) -> None:
        later = months_later(day, months)
        assert (later.year - day.year) * 12 + later.month - day.month == months
        assert later.day <= day.day


class TestPerceived:
    def test_mapped_linearly_and_apart_by_entity(self) -> None:
        voices = [
            {"who": "a", "score": 1},
            {"who": "b", "score": 4},
            {"who": "c", "score": 5, "entity": "customer"},
        ]
        dossier = system(perceived_quality=voices)
        whole = perceived(dossier)
        assert whole is not None
        assert (whole.score, whole.low, whole.high) == (37.5, 0, 75)
        assert [(p.entity, p.score) for p in all_perceived(dossier)] == [
            ("", 37.5),
            ("customer", 100),
        ]

    def test_no_voices_no_score(self) -> None:
        assert perceived(system()) is None
        assert all_perceived(system()) == ()


class TestWaysOut:
    @pytest.mark.parametrize(
        ("facts", "ways"),
        [
            ({}, None),
            ({"interfaces": []}, ()),
            ({"interfaces": [{"kind": "screen"}, {"kind": "api", "direction": "in"}]}, ()),
            ({"interfaces": [{"kind": "file export"}, {"kind": "sql"}]}, ("sql", "file export")),
            ({"database": "sqlite:///a.sqlite"}, ("sql",)),
            ({"database": {"product": "civicrm"}}, None),
            ({"feeds": [{"to": "erp", "by": "message"}]}, ("message",)),
            ({"feeds": [{"from": "erp", "by": "message"}]}, None),
        ],
    )
    def test_ways(self, facts: dict[str, Any], ways: Any) -> None:
        assert ways_out(system(**facts)) == ways


def test_the_frame_has_a_row_a_system() -> None:
    frame = Inventory([system(**FULL), system(id="erp")], DAY, "EUR", {}).frame
    assert list(frame.index) == ["crm", "erp"]
    assert frame.loc["crm", "facts_given"] == 9


def test_an_unknown_system_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Inventory([], DAY, "EUR", {}).row("crm")
