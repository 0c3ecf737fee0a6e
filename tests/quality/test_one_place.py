"""Counts of what is at hand become answers about customers and purposes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from matched_evidence import overlap

from crmaudit.evidence import Provenance, Reach, Reached, SharedKey
from crmaudit.quality.matching.judged import JudgedOverlap, judged_overlap
from crmaudit.quality.one_place import (
    Seen,
    apart,
    breaks,
    carried_share,
    fullest,
    one_place,
    parts_shown,
    purposes,
    seen,
)
from crmaudit.workspace.landscape import Entity


def reach(*reached: Reached, system: str = "crm") -> dict[str, Reach]:
    seen_ = Provenance(system, "x", "sqlite", "s1", datetime(2026, 6, 30, tzinfo=UTC), "t")
    return {system: Reach(seen_, reached)}


PERSON = Reached(
    "person", "contacts", "", 100, {"contact point": 90, "activity": 40},
    together=30, together_of=("contact point", "activity"),
)  # fmt: skip
FIRM = Reached("organisation", "firms", "", 50, {"contact point": 50}, {}, 50, ("contact point",))
LEAD = Reached("lead", "leads", "", 10, {"contact point": 9}, {}, 9, ("contact point",))


def test_customers_by_entity_and_together() -> None:
    entities = {"client": Entity(id="client", kind="person")}
    places = one_place(reach(PERSON, FIRM, LEAD), {}, entities)
    assert [(p.entity, p.kind, p.share) for p in places] == [
        ("client", "person", 0.3),
        ("organisation", "organisation", 1.0),
        ("lead", "lead", 0.9),
    ]
    assert places[0].missing == ("invoice", "open case")
    (all_,) = seen(places)
    assert (all_.customers, all_.having["contact point"]) == (150, 140)
    # No organisation has an activity: none of them is seen with all that the system holds.
    assert (all_.held, all_.together) == (("contact point", "activity"), 30)


def test_nobody_is_no_share() -> None:
    (place,) = one_place(reach(Reached("person", "c", "", 0, {"contact point": 0})), {}, {})
    assert place.share is None
    assert seen([place]) == ()


def test_steps_of_the_purposes() -> None:
    found = purposes(
        reach(
            Reached("lead", "leads", "", 10, {"opportunity": 4, "customer": 6}),
            Reached("opportunity", "deals", "", 8, {"confirmation": 2}),
            Reached("activity", "calls", "", 20, {}, {"customer": "no reference was found"}),
            Reached("campaign", "campaigns", "", 0, {"response": 0}),
        ),
        {},
        {},
    )
    told = [(s.purpose, s.entity, s.towards, s.share, s.reason) for s in found]
    # A campaign that is not there has no share, and a customer is no further step of a lead.
    assert told == [
        ("lead tracking", "lead", "opportunity", 0.4, ""),
        ("lead tracking", "opportunity", "confirmation", 0.25, ""),
        ("activity tracking", "activity", "customer", None, "no reference was found"),
    ]
    assert breaks(found, 0.25) == ()
    assert [s.towards for s in breaks(found, 0.3)] == ["confirmation"]


def test_a_lead_that_turns_into_an_opportunity_in_place() -> None:
    (step, _) = purposes(
        reach(
            Reached("lead", "t", "kind = 'L'", 30, {}),
            Reached("opportunity", "t", "kind = 'O'", 10, {"confirmation": 5}),
        ),
        {},
        {},
    )
    assert (step.going_on, step.records) == (10, 40)


def test_one_system_that_goes_on_is_enough() -> None:
    there = reach(Reached("campaign", "c", "", 5, {"response": 0}))
    there |= reach(Reached("campaign", "m", "", 5, {"response": 5}), system="mail")
    steps = purposes(there, {}, {})
    assert len(steps) == 2
    assert breaks(steps, 0.1) == ()
    assert [s.system for s in breaks(steps[:1], 0.1)] == ["crm"]


INVOICED = Reached(
    "person", "customers", "", 600, {"invoice": 500, "contact point": 600}, {}, 500,
    ("contact point", "invoice"),
)  # fmt: skip


def number(carried: int, missing: int) -> SharedKey:
    return SharedKey(
        "erp", "customers.crm_id", "crm", "contacts.id", 600, 1, 1, carried, 0, missing
    )


def compared(*keys: SharedKey, **changes: Any) -> JudgedOverlap:
    document = overlap(**changes)
    between = (replace(document.between[0], keys=keys),)
    found = judged_overlap(replace(document, between=between), "person", ("crm", "erp"), ())
    assert found is not None
    return found


def test_parts_in_another_system_are_reached_by_a_number() -> None:
    places = one_place({**reach(PERSON), **reach(INVOICED, system="erp")}, {}, {})
    (away,) = apart("crm", places, [compared(number(50, 450), number(400, 100))])
    # Of 600 customers with invoices about 510 are known, and four of five of these by number.
    assert (away.other, away.parts, away.customers) == ("erp", ("invoice",), 600)
    assert (away.known, away.within_reach) == (510, 408)
    assert len(away.evidence) == 2
    # The other way round the activities are away.
    (back,) = apart("erp", places, [compared()])
    assert (back.parts, back.known, back.within_reach) == (("activity",), 500, 0)


def test_nothing_is_away_where_all_is_shown_or_nothing_compared() -> None:
    same = one_place({**reach(PERSON), **reach(PERSON, system="erp")}, {}, {})
    assert apart("crm", same, [compared()]) == ()
    assert apart("crm", [], [compared()]) == ()
    apart_ = compared(matching=replace(overlap().matching, cannot="nothing in common"))
    places = one_place({**reach(PERSON), **reach(INVOICED, system="erp")}, {}, {})
    assert apart("crm", places, [apart_]) == ()


def test_who_is_told_by_an_identifier_is_in_reach() -> None:
    places = one_place({**reach(PERSON), **reach(INVOICED, system="erp")}, {}, {})
    (away,) = apart("crm", places, [compared(by="identifier")])
    assert away.within_reach == away.known
    assert carried_share(overlap().between[0]) == 0


def test_parts_declared_and_counted_are_shown_together() -> None:
    counted = (
        Seen("crm", 100, {"contact point": 90, "open case": 3, "activity": 0}, 1, "e1"),
        Seen("shop", 5, {"invoice": 5}, 0, "e2"),
        Seen("gone", 5, {"invoice": 5}, 0, "e3"),
    )
    shown = parts_shown({"crm": ["invoice"], "shop": None, "erp": [], "old": None}, counted)
    # What nobody declared and nobody counted is left out; `[]` says that nothing is shown.
    assert shown == {
        "crm": {"contact", "case", "invoice"},
        "shop": {"invoice"},
        "erp": frozenset(),
    }
    assert list(shown) == ["crm", "shop", "erp"]


def test_the_fullest_system() -> None:
    one, two = frozenset({"contact"}), frozenset({"contact", "case"})
    assert fullest({}, "crm") is None
    assert fullest({"erp": two, "crm": one}, "crm") == "erp"
    assert fullest({"erp": two, "crm": two}, "crm") == "crm"
    assert fullest({"erp": two, "shop": two, "crm": one}, "crm") == "erp"
    assert fullest({"erp": one, "shop": one}, None) == "erp"
