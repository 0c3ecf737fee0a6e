"""The governance room on small workspaces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rules.harness import Example

from crmaudit.facts import Facts
from crmaudit.governance import Governance
from crmaudit.governance.access import Position, recommended
from crmaudit.governance.attitudes import attitudes, group_name
from crmaudit.governance.cadence import care_check, kept
from crmaudit.governance.managers import manager_fit
from crmaudit.governance.pains import losses
from crmaudit.governance.rate import head_count, too_few
from crmaudit.workspace.audit_file import AccessPolicy, Unit
from crmaudit.workspace.dossier import Care
from crmaudit.workspace.interviews import Interview
from crmaudit.workspace.people import Person
from crmaudit.workspace.registers import Opinion

Make = Callable[..., Governance]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def room(**files: Any) -> Governance:
        names = {n.replace("__", "/") + ".yaml": c for n, c in files.items()}
        facts: Facts = Example(names).facts(tmp_path)
        return facts.governance

    return room


def person(**values: Any) -> Person:
    return Person.model_validate({"id": "ana", "name": "Ana Diaz", **values})


# Groups too small for a number


@pytest.mark.parametrize(
    ("people", "text"),
    [
        (0, "fewer than five"),
        (4, "fewer than five"),
        (5, "5"),
        (1200, "1,200"),
        (None, "an unknown number of"),
    ],
)
def test_small_groups_have_no_number(people: int | None, text: str) -> None:
    assert head_count(people) == text
    assert too_few(people) == (people is None or people < 5)


def opinions(*groups: tuple[str, int | None]) -> list[Opinion]:
    return [
        Opinion.model_validate({"id": f"o{i}", "group": "Desk", "people": n, "attitude": a})
        for i, (a, n) in enumerate(groups)
    ]


def test_a_small_rest_keeps_another_number_back() -> None:
    """Where 14 are told to have spoken, 12 would tell that two others did."""
    found = attitudes(opinions(("made things worse", 12), ("only praise", 2)))
    assert found.told("made things worse") is None
    assert "not told" in found.share_text("made things worse")
    assert found.share_text("only praise") == "fewer than five people"
    large = attitudes(opinions(("made things worse", 12), ("only praise", 6)))
    assert large.share_text("made things worse") == "12 of 18 people"


def test_an_opinion_without_a_head_count_is_one_voice() -> None:
    assert attitudes(opinions(("only praise", None), ("only praise", 7))).praise == 8


def test_a_small_group_has_no_name() -> None:
    small, unknown, large = opinions(("only praise", 4), ("only praise", None), ("only praise", 5))
    assert group_name(small) == group_name(unknown) == "a group of fewer than five"
    assert group_name(large) == "Desk"


# Adoption


@pytest.mark.parametrize(("users", "above"), [(79, False), (80, False), (81, True)])
def test_exactly_eighty_per_cent_is_too_little(make: Make, users: int, above: bool) -> None:
    room = make(
        audit={"organisation": "S", "staff": 100},
        systems__crm={"id": "crm", "name": "C", "kind": "crm", "users": users},
    )
    assert room.adoption is not None
    assert room.adoption.above(0.8) is above


def test_people_of_unknown_use_may_decide(make: Make) -> None:
    listed = [{"id": f"p{i}", "name": f"P{i}", "user_type": "everyday user"} for i in range(8)]
    room = make(audit={"organisation": "S", "staff": 10}, people={"people": listed})
    assert room.adoption is not None
    assert (room.adoption.users, room.adoption.unknown) == (8, 2)
    assert room.adoption.above(0.8) is None
    assert room.adoption.above(0.7) is True


def test_what_is_unknown_cannot_save_a_low_adoption(make: Make) -> None:
    listed = [{"id": f"p{i}", "name": f"P{i}", "user_type": "none"} for i in range(2)]
    room = make(audit={"organisation": "S", "staff": 10}, people={"people": listed})
    assert room.adoption is not None
    assert room.adoption.above(0.8) is False


def test_more_users_than_staff_is_no_adoption(make: Make) -> None:
    room = make(
        audit={"organisation": "S", "staff": 10},
        systems__crm={"id": "crm", "name": "C", "kind": "crm", "users": 11},
    )
    assert room.adoption is None


def test_staff_is_the_units_sum_when_all_are_counted(make: Make) -> None:
    units = [{"id": "a", "name": "A", "staff": 3}, {"id": "b", "name": "B", "staff": 4}]
    assert make(audit={"organisation": "S", "units": units}).staff == 7


# Units


def test_key_units_are_those_marked_else_those_below_the_top(make: Make) -> None:
    tree = [
        {"id": "top", "name": "Top"},
        {"id": "a", "name": "A", "parent": "top"},
        {"id": "a1", "name": "A1", "parent": "a"},
    ]
    assert [u.id for u in make(audit={"organisation": "S", "units": tree}).key_units] == ["a"]


def test_a_marked_unit_leaves_the_others_out(make: Make) -> None:
    tree = [{"id": "top", "name": "Top"}, {"id": "a", "name": "A", "parent": "top", "key": True}]
    room = make(
        audit={"organisation": "S", "units": tree},
        people={"people": [{"id": "ana", "name": "Ana", "unit": "a"}]},
    )
    assert [u.id for u in room.key_units] == ["a"]
    assert [p.id for p in room.people_of("top")] == ["ana"]
    assert not room.within("top", "a")


# Access


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"rank": "employee"}, "User"),
        ({"rank": "employee", "represents_function": True}, "Business Unit"),
        ({"rank": "supervisor"}, "Business Unit"),
        ({"rank": "department manager"}, "Parent: Child"),
        ({"rank": "department manager", "represents_function": True}, "Parent: Child"),
        ({"rank": "executive"}, "Parent: Child"),
        ({"administers": True}, "Organizational"),
        ({}, None),
    ],
)
def test_recommended_access(values: dict[str, Any], level: str | None) -> None:
    advice = recommended(person(**values), AccessPolicy())
    assert (advice[0] if advice else None) == level


def test_access_is_told_by_position(make: Make) -> None:
    clerk = {"job": "Clerk", "unit": "a", "rank": "employee"}
    people = [
        {"id": "x", "name": "X", **clerk, "granted": "Organizational"},
        {"id": "y", "name": "Y", **clerk, "granted": "User"},
        {"id": "z", "name": "Z", "job": "Clerk", "unit": "a", "granted": "User"},
    ]
    room = make(
        audit={"organisation": "S", "units": [{"id": "a", "name": "A"}]}, people={"people": people}
    )
    (group,) = room.access_by_position
    assert group.position == Position("a", "Clerk")
    assert (len(group.over), len(group.under), group.known) == (1, 0, 2)
    assert group.widest.excess == 3
    assert room.unjudged_access == (Position("a", "Clerk"),)
    assert room.widest_holders is not None
    assert (room.widest_holders.part, room.widest_holders.whole) == (1, 3)


def test_a_leaver_counts_from_the_day_after_the_last_one(make: Make) -> None:
    people = [{"id": "x", "name": "X", "leaves": "2026-03-31", "accounts": {"crm": "x1"}}]
    room = make(people={"people": people})
    assert not room.leavers(date(2026, 3, 31))
    assert sum(room.leavers(date(2026, 4, 1)).values()) == 1


# CRM manager


def units(**values: Any) -> tuple[Unit, ...]:
    return (Unit.model_validate({"id": "u", "name": "Helpdesk", "head": "ana", **values}),)


def test_the_head_of_the_function_manages() -> None:
    boss, other = person(job="Boss"), person(id="ben", job="Sales manager")
    assert manager_fit("sales", [boss], units(function="sales")).fits is True
    found = manager_fit("sales", [other], units(function="sales"))
    assert found.fits is False
    assert found.certain


@pytest.mark.parametrize(
    ("job", "fits"),
    [
        ("Sales manager", True),
        ("Leiterin Vertrieb", True),
        ("Sales clerk", False),
        ("Service manager", False),
        (None, None),
    ],
)
def test_without_functions_the_job_decides(job: str | None, fits: bool | None) -> None:
    found = manager_fit("sales", [person(job=job)], ())
    assert found.fits is fits
    assert found.certain is (fits is not False)


def test_without_a_focus_the_heads_share_it() -> None:
    two = (*units(), Unit(id="v", name="Shop", head="ben"))
    ana, ben = person(), person(id="ben")
    assert manager_fit("none", [ana, ben], two).fits is True
    assert manager_fit("none", [ana], two).reason == "the head of Helpdesk alone"
    assert manager_fit("none", [person(id="eve", job="Clerk")], two).fits is False
    assert manager_fit("none", [ana], ()).fits is None


# What recurs

DAY = date(2026, 6, 30)


def test_meetings_against_their_cadence() -> None:
    monthly = [date(2026, m, 10) for m in range(1, 7)]
    record = kept(monthly, "monthly", DAY)
    assert record is not None
    assert (record.held, record.late_gaps) == (6, 0)
    # Of the months before the first date nothing is known.
    assert record.begun == monthly[0]
    longer = kept([date(2025, 6, 10), *monthly], "monthly", DAY)
    assert longer is not None
    assert longer.begun is None
    lapsed = kept(monthly[:3], "monthly", DAY)
    assert lapsed is not None
    assert (lapsed.late_gaps, lapsed.longest) == (1, (DAY - monthly[2]).days)
    assert kept([], "monthly", DAY) is None
    assert kept(monthly, "on demand", DAY) is None
    assert kept([date(2027, 1, 1)], "monthly", DAY) is None


def test_a_meeting_long_ago_leaves_one_long_gap() -> None:
    record = kept([date(2024, 1, 1)], "monthly", DAY)
    assert record is not None
    assert (record.held, record.late_gaps, record.longest) == (0, 1, 366)


@pytest.mark.parametrize(
    ("care", "state"),
    [
        (None, "unknown"),
        ({}, "unknown"),
        ({"frequency": "never"}, "never"),
        ({"frequency": "daily"}, "kept"),
        ({"frequency": "weekly"}, "rare"),
        ({"frequency": "weekly", "note": "No night shift"}, "kept"),
        ({"frequency": "on demand"}, "rare"),
        ({"frequency": "daily", "last": "2026-06-22"}, "kept"),
        ({"frequency": "daily", "last": "2026-06-21"}, "late"),
        ({"frequency": "daily", "last": "2026-06-21", "note": "Broken drive"}, "late"),
        ({"last": "2026-06-29"}, "kept"),
    ],
)
def test_care(care: dict[str, Any] | None, state: str) -> None:
    duty = None if care is None else Care.model_validate(care)
    assert care_check(duty, DAY, rarest_days=1, grace_days=7).state == state


# Pains


def test_a_pain_in_hours_a_year() -> None:
    interview = Interview.model_validate(
        {
            "id": "i",
            "group": "Desk",
            "pains": [
                {"text": "A", "minutes": {"low": 5, "high": 10}, "per": "week", "people": 6},
                {"text": "B", "minutes": 5, "per": "day"},
            ],
        }
    )
    first, second = losses((interview,))
    # 5 to 10 minutes · once · 6 people · 46 weeks ÷ 60
    assert first.hours == pytest.approx((23.0, 46.0))
    assert first.cost(10) == pytest.approx((230.0, 460.0))
    assert second.hours is None


def test_hours_of_fewer_than_five_people_are_kept_back(make: Make) -> None:
    def pain(system: str, people: int) -> dict[str, Any]:
        return {"text": "A", "systems": system, "minutes": 60, "per": "day", "people": people}

    room = make(
        systems__crm={"id": "crm", "name": "C"},
        systems__erp={"id": "erp", "name": "E"},
        interviews__i={"id": "i", "group": "G", "pains": [pain("crm", 4), pain("erp", 5)]},
    )
    small, large = room.burdens
    assert (small.subject, small.hours) == ("system:crm", None)
    assert (large.subject, large.hours) == ("system:erp", (1100.0, 1100.0))


# Dysfunctions


@pytest.mark.parametrize(
    ("dysfunction", "struck"),
    [
        ({}, 0),
        ({"process": "p"}, 3),
        ({"process": "p", "step": "a"}, 2),
        ({"process": "p", "step": "a", "systems": "erp"}, 1),
        ({"systems": "crm"}, 2),
        ({"systems": "crm", "status": "solved"}, 0),
        ({"systems": "crm", "status": "accepted"}, 2),
    ],
)
def test_dysfunctions_over_steps_and_systems(
    make: Make, dysfunction: dict[str, Any], struck: int
) -> None:
    steps = [
        {"id": "a", "name": "A", "systems": ["crm", "erp"]},
        {"name": "B", "systems": "crm"},
        {"name": "By hand"},
    ]
    room = make(
        systems__crm={"id": "crm", "name": "C"},
        systems__erp={"id": "erp", "name": "E"},
        processes={"processes": [{"id": "p", "name": "P", "steps": steps}]},
        registers={"dysfunctions": [{"id": "d", "what": "W", **dysfunction}]},
    )
    assert room.dysfunction_rate is not None
    assert (room.dysfunction_rate.part, room.dysfunction_rate.whole) == (struck, 3)


def test_no_steps_no_rate(make: Make) -> None:
    assert make(registers={"dysfunctions": []}).dysfunction_rate is None


@pytest.mark.parametrize(
    ("feeds", "joined", "known"),
    [
        (None, False, False),
        ([], False, True),
        ([{"to": "cal"}], True, True),
        ([{"from": "cal"}], True, True),
    ],
)
def test_double_work_is_tied_to_missing_feeds(
    make: Make, feeds: Any, joined: bool, known: bool
) -> None:
    crm = {"id": "crm", "name": "C", "kind": "crm"} | ({} if feeds is None else {"feeds": feeds})
    room = make(
        systems__crm=crm,
        systems__cal={"id": "cal", "name": "Cal", "kind": "calendar"},
        registers={"dysfunctions": [{"id": "d", "what": "W", "duplicates_with": "calendar"}]},
    )
    (double,) = room.double_work
    assert (double.joined, double.known) == (joined, known)
    assert double.others == (() if joined else ("cal",))


def test_units_of_fewer_than_five_known_accounts_are_not_called_idle(tmp_path: Path) -> None:
    """Neither by name nor as a missing level: a few persons, or nobody known to be there."""
    from datetime import UTC, date, datetime

    from crmaudit.evidence import Access, CrmAccount, CrmGroup, Provenance, Recorded, Recording
    from crmaudit.facts import Facts
    from crmaudit.standing.earned import earned
    from crmaudit.workspace import load

    (tmp_path / "systems").mkdir()
    (tmp_path / "systems/crm.yaml").write_text("{id: crm, name: CRM, kind: crm}")
    units = "".join(f"  - {{id: {u}, name: {u.title()}, key: true}}\n" for u in ("a", "b", "c"))
    (tmp_path / "audit.yaml").write_text(f"organisation: S\nas_of: 2026-06-30\nunits:\n{units}")
    about = Provenance("crm", "x", "sqlite", "s", datetime(2026, 6, 30, tzinfo=UTC), "t")
    accounts = [CrmAccount(f"a{i}", active=True, unit="1") for i in range(6)]
    accounts += [CrmAccount(f"b{i}", active=True, unit="2") for i in range(3)]
    groups = (CrmGroup("1", "A"), CrmGroup("2", "B"))
    rows = tuple(Recorded(a, "t", date(2026, 5, 1), 3) for a in ("x1", "x2"))
    facts = Facts.of(
        load(tmp_path),
        [Access(about, accounts=tuple(accounts), units=groups), Recording(about, recorded=rows)],
    )
    assert facts.governance.units_recording(facts.day) == {"a": False, "b": None, "c": None}
    assert earned(facts)["units"].words == "0 of 3, 2 not known"
    management = facts.governance.three_duties(facts.day)[-1]
    assert any(s.text == "nobody records in A" for s in management.signs)
