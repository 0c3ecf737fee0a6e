"""Accounts judged: levels, whose they are, who sees a record, duties in one hand, licences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules.harness import Example

from crmaudit.evidence.access import LEVELS, AccessLevel, CrmRole, Held, Levels
from crmaudit.facts import Facts
from crmaudit.governance.accounts import Accounts, Shortfall
from crmaudit.governance.accounts_roles import alike
from crmaudit.governance.accounts_sight import Belongs, Opening, Sight, belongs_to, who_sees
from crmaudit.governance.accounts_types import type_hints
from crmaudit.governance.duties import raci
from crmaudit.governance.licences import better_mix, days_a_month, fits, licence_uses
from crmaudit.workspace.audit_file import Duty
from crmaudit.workspace.landscape import Entity
from crmaudit.workspace.people import Person

Judge = Callable[..., Accounts]
MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"]


@pytest.fixture
def facts(tmp_path: Path) -> Callable[..., Facts]:
    def make(accounts: Any, files: Any = None, recording: Any = None, **more: Any) -> Facts:
        evidence = [{"kind": "access", "system": "crm", "accounts": accounts, **more}]
        if recording is not None:
            evidence.append({"kind": "recording", "system": "crm", **recording})
        crm = {"id": "crm", "name": "CRM", "kind": "crm"}
        return Example({"systems/crm.yaml": crm, **(files or {})}, tuple(evidence)).facts(tmp_path)

    return make


@pytest.fixture
def judge(facts: Callable[..., Facts]) -> Judge:
    def make(*arguments: Any, **more: Any) -> Accounts:
        found = facts(*arguments, **more)
        return found.governance.accounts(found.day)["crm"]

    return make


def people(*persons: dict[str, Any]) -> dict[str, Any]:
    return {"people.yaml": {"people": [{"name": p["id"], **p} for p in persons]}}


# Levels


def test_a_level_that_is_not_known_hides_no_wider_one(judge: Judge) -> None:
    found = judge(
        [
            {"name": "acct-a", "levels": {"contacts": "U?UN"}},
            {"name": "acct-b", "levels": {"contacts": "U?ON"}},
            {"name": "acct-c", "levels": {"contacts": "UUUN"}},
            {"name": "acct-d"},
            {"name": "acct-e", "administrator": True},
        ]
    )
    granted = {j.name: found.granted(j) for j in found.everyone}
    assert granted == {
        "acct-a": None,
        "acct-b": "Organizational",
        "acct-c": "User",
        "acct-d": None,
        "acct-e": "Organizational",
    }


def test_excess_names_letters_and_the_widest_level(judge: Judge) -> None:
    found = judge(
        [{"name": "acct-a", "levels": {"cases": "UBUN", "contacts": "BOUN", "mails": "?UUU"}}],
        people({"id": "a", "rank": "employee", "accounts": {"crm": "a"}}),
    )
    (a,) = found.compared or found.everyone
    told = {e.kind.object: (e.letters, e.level) for e in found.excess(a)}
    assert told == {"cases": ("R", "Business Unit"), "contacts": ("CR", "Organizational")}
    assert [e.kind.object for e in found.foremost(a)] == ["contacts", "cases"]


def test_a_shortfall_needs_everything_to_be_known(judge: Judge) -> None:
    head = people({"id": "a", "rank": "supervisor", "accounts": {"crm": "a"}})
    short = judge([{"name": "acct-a", "levels": {"cases": "UUUN", "contacts": "UUUN"}}], head)
    assert short.short(short.everyone[0]) == Shortfall("User", 2, 2)
    open_ = judge([{"name": "acct-a", "levels": {"cases": "U?UN", "contacts": "UUUN"}}], head)
    assert open_.short(open_.everyone[0]) is None


def test_what_all_see_hides_no_shortfall(judge: Judge) -> None:
    """Products are open to everybody in most CRMs, whatever the roles say of the rest."""
    head = people({"id": "a", "rank": "supervisor", "accounts": {"crm": "a"}})
    levels = {"products": "NONN", "cases": "UUUN", "contacts": "UUUN", "invoices": "NNNN"}
    found = judge([{"name": "acct-a", "levels": levels}], head)
    assert found.short(found.everyone[0]) == Shortfall("User", 2, 3)
    # What nobody shares makes no shortfall where most is seen as far as it should be.
    levels = {"mails": "UUUU", "cases": "BBBN", "contacts": "BBUN"}
    found = judge([{"name": "acct-a", "levels": levels}], head)
    assert found.short(found.everyone[0]) is None
    found = judge([{"name": "acct-a", "levels": {"cases": "NNNN"}}], head)
    assert found.short(found.everyone[0]) == Shortfall("None", 1, 1)


def test_an_entity_is_held_as_far_as_the_widest_of_its_kinds(judge: Judge) -> None:
    """Calls and e-mails are one entity: the matrix of the report hides neither."""
    levels = {"calls": "UUUN", "mails": "NON?", "visits": "U?UN"}
    found = judge([{"name": "acct-a", "levels": levels}])
    (holding,) = found.access.holdings
    calls, mails, visits = found.kinds
    assert found.levels_over(holding, [calls, mails]) == ("User", "Organizational", "User", None)
    assert found.levels_over(holding, [calls, visits])[1] is None
    assert found.levels_over(None, [calls]) == (None, None, None, None)


def test_to_create_is_no_excess_alone(judge: Judge) -> None:
    """Products that know no limit to whom one creates for give it to everybody."""
    clerk = people({"id": "a", "rank": "employee", "accounts": {"crm": "a"}})
    found = judge([{"name": "acct-a", "levels": {"cases": "OUUN"}}], clerk)
    (a,) = found.everyone
    assert found.excess(a) == ()
    assert found.granted(a) == "User"


def test_an_excess_tells_the_level_of_its_letter(judge: Judge) -> None:
    """Who reads everything and changes the unit's does not change everything."""
    clerk = people({"id": "a", "rank": "employee", "accounts": {"crm": "a"}})
    found = judge([{"name": "acct-a", "levels": {"cases": "OOBU", "gifts": "UUUB"}}], clerk)
    told = [(e.kind.object, e.letters, e.worst, e.level) for e in found.foremost(found.everyone[0])]
    assert told == [("cases", "CRU", "U", "Business Unit"), ("gifts", "D", "D", "Business Unit")]


def test_an_account_is_known_by_its_login_too(judge: Judge) -> None:
    found = judge(
        [{"name": "acct-7", "also": ["acct-ana"]}],
        people({"id": "ana", "accounts": {"crm": "ana"}}),
    )
    assert [j.person.id for j in found.everyone if j.person] == ["ana"]


# In use or not


def test_who_recorded_is_not_dormant(judge: Judge) -> None:
    old = {"levels": {"contacts": "UUUN"}, "last_login": "2025-01-05"}
    found = judge(
        [{"name": ["acct-a", "acct-b"], **old}, {"name": "acct-c", **old, "active": False}],
        recording={
            "recorded": [{"account": "acct-a", "table": "notes", "month": "2026-05", "created": 3}]
        },
    )
    assert [j.name for j in found.dormant()] == ["acct-b"]
    assert not found.dormant(10**9)


def test_an_account_without_rights_is_not_dormant(judge: Judge) -> None:
    old = {"last_login": "2025-01-05"}
    found = judge(
        [
            {"name": "acct-a", "levels": {"contacts": "NNNN"}, **old},
            {"name": "acct-b", "levels": {"contacts": "NN?N"}, "unknown": ["files"], **old},
        ]
    )
    assert [j.name for j in found.dormant()] == ["acct-b"]


def test_only_a_later_month_is_after_leaving(judge: Judge) -> None:
    left = {"active": False, "ended": "2026-02-10"}
    found = judge(
        [{"name": ["acct-a", "acct-b"], **left}],
        recording={
            "logged_in": [
                {"account": "acct-a", "month": "2026-02"},
                {"account": "acct-b", "month": "2026-03"},
            ]
        },
    )
    assert [j.name for j in found.used_after_leaving] == ["acct-b"]
    assert not found.leavers


# Roles


def role(id_: str, cells: dict[str, str], name: str = "") -> CrmRole:
    letters = {"N": "None", "U": "User", "B": "Business Unit", "O": "Organizational", "?": None}
    own = []
    for word, codes in cells.items():
        levels: Any = tuple(letters[c] for c in codes)
        own.append(Held(word, word, levels))
    return CrmRole(id_, name or id_, own=tuple(own))


def test_copies_under_one_name_are_the_products_own() -> None:
    cells = {"a": "UUUU", "b": "UUUU"}
    assert not alike([role("1", cells, "Desk"), role("2", cells, "desk")])
    assert alike([role("1", cells, "Desk"), role("2", cells, "Desk 2")])[0].index == 1


def test_a_role_that_is_not_known_is_like_none() -> None:
    assert not alike([role("1", {"a": "UUU?", "b": "UUUU"}), role("2", {"a": "UUUU", "b": "UUUU"})])


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from("abcdef"), st.text("NUBO", min_size=4, max_size=4), max_size=6
        ),
        max_size=6,
    ),
    st.floats(0.2, 1.0),
)
def test_alike_is_what_comparing_all_pairs_finds(roles: list[dict[str, str]], least: float) -> None:
    made = [role(str(i), cells) for i, cells in enumerate(roles)]
    cells = [
        {(word, i, c) for word, codes in r.items() for i, c in enumerate(codes) if c != "N"}
        for r in roles
    ]
    expected = {
        (str(i), str(j))
        for i in range(len(roles))
        for j in range(i + 1, len(roles))
        if min(len(cells[i]), len(cells[j])) >= 5
        and len(cells[i] & cells[j]) >= least * len(cells[i] | cells[j])
    }
    found = alike(made, least)
    assert {(a.one.id, a.other.id) for a in found} == expected
    for a in found:
        changed = {(d.object, d.letter) for d in a.differ}
        assert (not changed) == (a.same == a.all)


# Who sees a record


@pytest.fixture
def office(judge: Judge) -> Accounts:
    """A head above two units, one of each level in the first, an administrator, a closed one."""
    one = {"unit": "sales"}
    return judge(
        [
            {"name": "acct-own", **one, "levels": {"deals": "UUUU"}},
            {"name": "acct-peer", **one, "levels": {"deals": "UUUN"}},
            {"name": "acct-lead", **one, "levels": {"deals": "UBBN"}},
            {"name": "acct-far", "unit": "service", "levels": {"deals": "BBBB"}},
            {"name": "acct-head", "unit": "house", "levels": {"deals": "PPPN"}},
            {"name": "acct-below", **one, "levels": {"deals": "NPNN"}},
            {"name": "acct-loose", "levels": {"deals": "BBBB"}},
            {"name": "acct-all", "levels": {"deals": "NONN"}},
            {"name": "acct-open", **one, "levels": {"deals": "N?NN"}},
            {"name": "acct-boss", "administrator": True},
            {"name": "acct-gone", "active": False, "levels": {"deals": "OOOO"}},
            {"name": "acct-none", **one, "levels": {"deals": "NNNN"}, "teams": ["t1"]},
        ],
        units=[
            {"id": "house", "name": "House"},
            {"id": "sales", "name": "Sales", "parent": "house"},
            {"id": "service", "name": "Service", "parent": "house"},
        ],
    )


def seen(found: tuple[Sight, ...]) -> dict[str, str]:
    return {s.name.removeprefix("acct-"): s.letters + s.open.lower() for s in found}


def test_who_sees_a_record_of_an_account(office: Accounts) -> None:
    (kind,) = office.kinds
    found = who_sees(office, kind, belongs_to(office, "acct-own"))
    assert seen(found) == {
        "own": "RUD",
        "lead": "RU",
        "head": "RU",
        "below": "R",
        "all": "R",
        "boss": "RUD",
        "open": "r",
    }
    why = {s.name: s.why for s in found}
    assert why["acct-own"] == "its own record"
    assert why["acct-head"] == "a record of a unit below its own"


def test_who_sees_a_record_of_nobody(office: Accounts) -> None:
    (kind,) = office.kinds
    assert seen(who_sees(office, kind, Belongs(unit=""))) == {
        "all": "R",
        "boss": "RUD",
        "open": "r",
    }


def test_where_the_owner_is_not_known_it_stays_open(office: Accounts) -> None:
    (kind,) = office.kinds
    found = seen(who_sees(office, kind, Belongs(owner_known=False)))
    assert found["lead"] == "ru"
    assert found["all"] == "R"
    assert "none" not in found


def test_sharing_opens_what_no_role_does(office: Accounts) -> None:
    """What is not said of a share beyond reading stays open."""
    (kind,) = office.kinds
    record = Belongs("acct-own", unit="sales", shared={"acct-far": Opening()})
    assert seen(who_sees(office, kind, record))["far"] == "Rud"
    record = Belongs("acct-own", unit="sales", shared_teams={"t1": Opening()})
    assert seen(who_sees(office, kind, record))["none"] == "Rud"


def test_sharing_opens_the_letters_that_it_names(office: Accounts) -> None:
    (kind,) = office.kinds
    whole = Opening("RUD", "")
    record = Belongs("acct-own", unit="sales", shared={"acct-none": whole, "acct-peer": whole})
    found = who_sees(office, kind, record)
    assert seen(found)["none"] == "RUD"
    assert {s.name: s.why for s in found}["acct-peer"] == "opened to it"


def test_sharing_within_rights_opens_nothing_that_no_role_gives(office: Accounts) -> None:
    """https://learn.microsoft.com/power-apps/developer/data-platform/security-sharing-assigning:
    nobody gets by sharing what none of his roles gives for that type of table."""
    (kind,) = office.kinds
    limited = Opening("RUD", "", limited=True)
    shared = {f"acct-{name}": limited for name in ("none", "peer", "all", "open")}
    found = seen(who_sees(office, kind, Belongs("acct-own", unit="sales", shared=shared)))
    assert "none" not in found
    assert found["peer"] == "RU"  # its role gives no right to delete
    assert found["all"] == "R"
    assert found["open"] == "r"


def test_every_way_is_named(office: Accounts) -> None:
    (kind,) = office.kinds
    record = Belongs("acct-lead", unit="sales", shared={"acct-lead": Opening("R", "")})
    why = {s.name: s.why for s in who_sees(office, kind, record)}
    assert why["acct-lead"] == "its own record; a record of its unit; opened to it"


def test_a_record_may_speak_for_itself(judge: Judge) -> None:
    found = judge([{"name": ["acct-a", "acct-b"], "levels": {"leads": "O???"}}])
    (kind,) = found.kinds
    public = Belongs("acct-a", unit="", reach="Organizational")
    assert seen(who_sees(found, kind, public)) == {"a": "RUD", "b": "RUD"}
    private = Belongs("acct-a", unit="", reach="User")
    assert seen(who_sees(found, kind, private)) == {"a": "RUD"}


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b", "c"]), st.sampled_from([*LEVELS, None])),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(["", "a", "b", "c"]),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from("abc"), max_size=3),
)
def test_a_wider_level_never_sees_less(
    holders: list[tuple[str, AccessLevel | None]], unit: str, parents: dict[str, str]
) -> None:
    """Whatever the units look like, even where they go round in a circle."""
    from crmaudit.evidence import CrmAccount
    from crmaudit.governance.accounts import Judged
    from crmaudit.governance.accounts_sight import _reaches, _Units

    record, units = Belongs("x", unit=unit), _Units(parents)
    for own, _ in holders:
        judged = Judged(CrmAccount("y", unit=own))
        reach = [_reaches(level, record, judged, units, True)[0] for level in LEVELS]
        known = [bool(r) for r in reach]
        assert known == sorted(known)


# Duties in one hand


def test_accounts_of_one_person_are_one_hand(facts: Callable[..., Facts]) -> None:
    found = facts(
        [
            {"name": "acct-1", "roles": ["buy"], "levels": {"a": "UUUU"}},
            {"name": "acct-2", "roles": ["pay"], "levels": {"a": "UUUU"}},
            {"name": "acct-3", "roles": ["pay"], "levels": {"a": "UUUU"}},
            {"name": "acct-4", "roles": ["buy", "pay"], "administrator": True},
            {"name": "acct-5", "roles": ["buy", "pay"], "active": False},
        ],
        {
            "audit.yaml": {
                "organisation": "S",
                "as_of": "2026-06-30",
                "access_policy": {"conflicts": [{"duties": [{"role": "Buy"}, {"role": "pay"}]}]},
            },
            **people({"id": "ana", "accounts": {"crm": "1"}}, {"id": "ben"}),
        },
        roles=[{"id": "buy"}, {"id": "pay"}],
    )
    links = {("crm", "acct-1"): "ana", ("crm", "acct-2"): "ana"}
    told = found.governance.testified
    object.__setattr__(told, "links", links)
    (conflict,) = found.governance.conflicts(found.day)
    assert [[j.name for _, j in h.accounts] for h in conflict.hands] == [["acct-1", "acct-2"]]


def test_a_duty_that_no_right_speaks_of_is_not_assessed(facts: Callable[..., Facts]) -> None:
    found = facts(
        [{"name": "acct-1", "levels": {"invoices": "UUUU"}}],
        {"entities.yaml": {"entities": [{"id": "invoice"}, {"id": "payment"}]}},
    )
    told = found.governance.conflicts(found.day)
    assert told
    assert all(c.usual for c in told)
    assert {c.cannot for c in told} == {
        "no system read tells of the rights to invoice",
        "no system read tells of the rights to payment",
    }


@pytest.mark.parametrize("wrong", [{}, {"entity": "a"}, {"entity": "a", "may": "C", "role": "r"}])
def test_a_duty_is_an_entity_or_a_role(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="either an `entity:`"):
        Duty.model_validate(wrong)


# Licences

NAMED = {"type": "named", "entitled": 10, "unit_cost": 400}
SHARED = {"type": "concurrent", "entitled": 6, "unit_cost": 250}


def licensed(facts: Callable[..., Facts], licences: Any, recording: Any, who: Any = None) -> Facts:
    """Four named, six shared; `heavy` comes on eighteen days a month, the others on three."""
    named = [f"acct-n{i}" for i in range(4)]
    shared = [f"acct-s{i}" for i in range(6)]
    return facts(
        [{"name": named, "licence": "named"}, {"name": shared, "licence": "concurrent"}],
        {
            "systems/crm.yaml": {"id": "crm", "name": "C", "kind": "crm", "licences": licences},
            **(who or {}),
        },
        {
            "logged_in": [
                {"account": ["acct-n0", "acct-s0"], "month": MONTHS, "days": 18},
                {"account": [*named[1:], *shared[1:]], "month": MONTHS, "days": 3},
            ],
            **recording,
        },
    )


AT_ONCE = {
    "at_once": [
        {"month": f"{m}-01", "licence": word, "accounts": n, "sessions": 30, "closed": 30}
        for m in MONTHS
        for word, n in (("named", 2), ("concurrent", 4))
    ]
}


def test_the_mix_of_the_handbook(facts: Callable[..., Facts]) -> None:
    """docs/method.md works this out by hand."""
    found = licensed(facts, [NAMED, SHARED], AT_ONCE)
    accounts = found.governance.accounts(found.day)["crm"]
    uses = found.governance.licence_uses(found.day)["crm"]
    assert [(u.holders, u.came, u.peak, u.used, u.idle) for u in uses] == [
        (4, 4, 2, 4, 6),
        (6, 6, 4, 4, 2),
    ]
    mix = better_mix(accounts, uses)
    assert mix is not None
    assert (mix.named, mix.peak, mix.concurrent) == (2, 6, 8)
    assert (mix.cost_now, mix.cost, mix.saving) == (5500, 2800, 2700)
    fit = fits(accounts, uses)
    assert fit is not None
    assert (fit.occasional, fit.named, fit.all_day, fit.shared, fit.months) == (3, 4, 1, 6, 6)


def test_a_custodian_keeps_the_named_licence(facts: Callable[..., Facts]) -> None:
    who = people({"id": "c", "user_type": "data custodian", "accounts": {"crm": "n1"}})
    found = licensed(facts, [NAMED, SHARED], AT_ONCE, who)
    accounts = found.governance.accounts(found.day)["crm"]
    uses = found.governance.licence_uses(found.day)["crm"]
    mix, fit = better_mix(accounts, uses), fits(accounts, uses)
    assert mix is not None
    assert fit is not None
    assert (mix.named, fit.occasional) == (3, 2)


@pytest.mark.parametrize(
    ("licences", "recording"),
    [
        ([NAMED], AT_ONCE),
        ([NAMED, SHARED], {}),
        ([{**NAMED, "unit_cost": None}, SHARED], AT_ONCE),
        ([{**NAMED, "currency": "CHF"}, SHARED], AT_ONCE),
        ([NAMED, {**SHARED, "entitled": None}], AT_ONCE),
        ([NAMED, {**SHARED, "called": ["Team seat"]}], AT_ONCE),
    ],
)
def test_without_prices_numbers_or_peaks_there_is_no_mix(
    facts: Callable[..., Facts], licences: Any, recording: Any
) -> None:
    licences = [{k: v for k, v in x.items() if v is not None} for x in licences]
    found = licensed(facts, licences, recording)
    accounts = found.governance.accounts(found.day)["crm"]
    assert better_mix(accounts, found.governance.licence_uses(found.day)["crm"]) is None


def test_days_are_counted_over_whole_months_of_the_account(facts: Callable[..., Facts]) -> None:
    found = facts(
        [{"name": "acct-new", "created": "2026-04-15"}, {"name": "acct-old"}],
        {"audit.yaml": {"organisation": "S", "as_of": "2026-06-20"}},
        {
            "logged_in": [
                {"account": "acct-new", "month": ["2026-05", "2026-06"], "days": 8},
                {"account": "acct-old", "month": MONTHS, "days": 10},
            ]
        },
    )
    accounts = found.governance.accounts(found.day)["crm"]
    days = {j.name: days_a_month(accounts, j) for j in accounts.everyone}
    # June is not over on the twentieth.
    assert days == {"acct-new": 8, "acct-old": 10}


def test_the_crm_has_words_of_its_own(facts: Callable[..., Facts]) -> None:
    found = facts(
        [{"name": ["acct-a", "acct-b"], "licence": "Sales seat"}],
        {
            "systems/crm.yaml": {
                "id": "crm",
                "name": "C",
                "kind": "crm",
                "licences": [{"type": "named", "called": "sales SEAT", "entitled": 3}],
            }
        },
    )
    (use,) = found.governance.licence_uses(found.day)["crm"]
    assert use.holders == 2
    assert use.came is None
    assert use.idle is None
    assert licence_uses(found.workspace.system["crm"], None, "EUR", {})[0].holders is None


def test_hints_of_small_groups_are_not_told(facts: Callable[..., Facts]) -> None:
    found = licensed(facts, [NAMED, SHARED], AT_ONCE)
    hints = type_hints(found.governance.accounts(found.day)["crm"])
    assert {(h.suggested, h.accounts) for h in hints} == {
        ("data custodian", None),
        ("everyday user", None),
    }


# RACI


def test_raci_names_gaps_and_contradictions() -> None:
    people_ = {
        "a": Person(id="a", name="A. Diaz"),
        "b": Person(id="b", name="B. Osei", leaves=date(2026, 1, 31)),
    }
    given_ = [
        {"id": "e1", "raci": {"responsible": ["data custodian"], "accountable": ["a"]}},
        {"id": "e2", "raci": {"accountable": ["a", "b"]}},
        {"id": "e3", "raci": {"responsible": ["a"], "accountable": ["sales"]}},
        {"id": "e4", "steward": "b", "raci": {"responsible": ["a"], "accountable": ["a"]}},
        {"id": "e5"},
    ]
    rows = raci(
        [Entity.model_validate(e) for e in given_], people_, {}, {"super user"}, date(2026, 6, 30)
    )
    assert [r.faults for r in rows] == [
        ("responsible: nobody is data custodian",),
        ("2 answer for it; one should", "nobody is said to do the work", "B. Osei has left"),
        ("a group answers for it, no person",),
        ("its steward is not the one who answers for it",),
        (),
    ]
    assert not rows[-1].declared


def test_levels_are_read_by_letter() -> None:
    levels: Levels = ("User", "Business Unit", None, "None")
    assert Held("a", "a", levels).widest is None
