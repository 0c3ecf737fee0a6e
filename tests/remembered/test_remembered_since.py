"""Two remembered audits laid beside each other: why a finding is there or not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.engine import fingerprint
from crmaudit.remembered import compare
from crmaudit.remembered.landscape import letters
from crmaudit.remembered.since import HOWS
from crmaudit.remembered.subjects import things
from crmaudit.standing.past import Past, last_before, one_a_day

CODES = ("CRD111", "INV101", "QUA112")
SYSTEMS = ("crm", "crm.v2", "billing")


def finding(code: str, subject: str, severity: str = "high", **more: Any) -> dict[str, Any]:
    message = more.pop("message", f"{subject} is at fault")
    return {
        "fingerprint": fingerprint(code, subject),
        "code": code,
        "subject": subject,
        "severity": severity,
        "message": message,
        "state": "open",
        **more,
    }


def past(day: str, *findings: dict[str, Any], number: int = 1, **parts: Any) -> Past:
    """An audit that judged all CODES, of SYSTEMS, unless `parts` say otherwise."""
    body = {
        "as_of": day,
        "tool": "1",
        "findings": list(findings),
        "waivers": [],
        "gaps": [],
        "judged": list(CODES),
        "systems": {s: {"name": s.title()} for s in SYSTEMS},
        "entities": {"customer": {"name": "Customer", "record": "crm"}},
        "declared": ["expectation:mail"],
        "feeds": [],
        "matrix": {},
        "plan": {"initiatives": []},
        **parts,
    }
    return Past(number, date(2030, 1, 1), {k: v for k, v in body.items() if v is not None})


def how(before: Past, after: Past, *earlier: Past) -> list[str]:
    return [f.how for f in compare(before, after, earlier).findings]


CRM = finding("INV101", "system:crm")
GONE = [
    ({}, "no longer found"),
    ({"waivers": [CRM]}, "waived"),
    ({"gaps": [["INV101", ""]]}, "not assessed any more"),
    ({"gaps": [["INV101", "system:crm"]]}, "not assessed any more"),
    ({"gaps": [["INV101", "system:billing"]]}, "no longer found"),
    ({"gaps": [["QUA112", ""]]}, "no longer found"),
    ({"judged": ["QUA112"]}, "not assessed any more"),
    ({"systems": {"billing": {"name": "B"}}}, "left the scope"),
    ({"judged": None, "gaps": None, "systems": None}, "perhaps gone"),
]
CAME = [
    ({}, "new"),
    ({"waivers": [CRM]}, "waiver ended"),
    ({"gaps": [["INV101", ""]]}, "first assessed"),
    ({"judged": ["QUA112"]}, "first assessed"),
    ({"systems": {"billing": {"name": "B"}}}, "came into scope"),
    ({"judged": None, "gaps": None, "systems": None}, "perhaps new"),
]


@pytest.mark.parametrize(("parts", "told"), GONE)
def test_why_a_finding_is_gone(parts: dict[str, Any], told: str) -> None:
    assert how(past("2026-01-01", CRM), past("2026-06-01", **parts)) == [told]


@pytest.mark.parametrize(("parts", "told"), CAME)
def test_why_a_finding_is_there(parts: dict[str, Any], told: str) -> None:
    assert how(past("2026-01-01", **parts), past("2026-06-01", CRM)) == [told]


def test_what_was_there_before_the_last_audit_is_back() -> None:
    first, last = past("2025-01-01", CRM), past("2026-01-01", number=2)
    assert how(last, past("2026-06-01", CRM, number=3), first) == ["back"]


def test_what_was_taken_out_of_a_file_is_not_mended() -> None:
    kept = finding("QUA112", "expectation:mail")
    assert how(past("2026-01-01", kept), past("2026-06-01")) == ["no longer found"]
    assert how(past("2026-01-01", kept), past("2026-06-01", declared=[])) == ["left the scope"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [("medium", "high", ["worse"]), ("high", "low", ["milder"]), ("high", "high", [])],
)
def test_severity(old: str, new: str, told: list[str]) -> None:
    ends = [finding("INV101", "system:crm", s) for s in (old, new)]
    since = compare(past("2026-01-01", ends[0]), past("2026-06-01", ends[1]))
    assert [f.how for f in since.findings] == told
    assert since.same == (not told)


def test_other_words_are_told_with_the_old_ones() -> None:
    since = compare(
        past("2026-01-01", finding("QUA112", "system:crm", message="12 faults")),
        past("2026-06-01", finding("QUA112", "system:crm", message="9 faults")),
    )
    assert [(f.how, f.message, f.why) for f in since.findings] == [
        ("other words", "9 faults", "it was: 12 faults")
    ]


def test_a_renamed_system_is_the_same() -> None:
    def now(subject: str) -> str:
        return "system:crm" if subject == "system:old" else subject

    before = past(
        "2026-01-01",
        finding("INV101", "system:old", message="one"),
        systems={"old": {"name": "Old"}, "billing": {"name": "B"}},
        feeds=[["old", "billing", ["customer"]]],
        matrix={"old": {"customer": "CRU"}},
        figures={"quality of old": 80.0, "quality": 70.0},
        measures={"quality": {"over": ["system:old"]}},
    )
    after = past(
        "2026-06-01",
        finding("INV101", "system:crm", message="one"),
        systems={"crm": {"name": "Crm"}, "billing": {"name": "B"}},
        feeds=[["crm", "billing", ["customer"]]],
        matrix={"crm": {"customer": "CRU"}},
        figures={"quality of crm": 85.0, "quality": 75.0},
        measures={"quality": {"over": ["system:crm"]}},
    )
    since = compare(before, after, now=now)
    assert since.findings == ()
    assert not since.landscape.changed
    assert {f.name: f.verdict for f in since.figures} == {
        "quality": "better",
        "quality of crm": "better",
    }
    # Without that knowledge they would be two.
    assert {f.how for f in compare(before, after).findings} == {"came into scope", "left the scope"}


LETTERS = st.sampled_from([finding(c, f"system:{s}") for c in CODES for s in SYSTEMS])
FINDINGS = st.lists(LETTERS, unique_by=lambda f: f["fingerprint"])


@given(FINDINGS, FINDINGS, st.lists(st.sampled_from(CODES)), st.lists(st.sampled_from(SYSTEMS)))
def test_every_finding_is_told_once(
    old: list[dict[str, Any]], new: list[dict[str, Any]], gaps: list[str], systems: list[str]
) -> None:
    kept = {s: {"name": s} for s in systems}
    before = past("2026-01-01", *old)
    after = past("2026-06-01", *new, gaps=[[c, ""] for c in gaps], systems=kept)
    since = compare(before, after)
    keys = [(f.code, f.subject) for f in since.findings]
    assert len(keys) == len(set(keys))
    both = {f["fingerprint"] for f in old} & {f["fingerprint"] for f in new}
    assert len(since.findings) + since.same == len(old) + len(new) - len(both)
    assert sum(since.counts.values()) == len(since.findings)
    assert set(since.counts) == set(HOWS)
    # Nothing is called gone for good that the later audit could not have found.
    for f in since.of("no longer found"):
        assert f.code not in gaps
        assert f.subject.partition(":")[2] in systems
    assert compare(after, after).findings == ()


# ---- figures


def figure(value: float, **basis: Any) -> dict[str, Any]:
    return {"figures": {"quality": value}, "measures": {"quality": basis}}


@pytest.mark.parametrize(
    ("one", "two", "verdict"),
    [
        (figure(80.0), figure(82.0), "better"),
        (figure(82.0), figure(80.0), "worse"),
        (figure(80.01), figure(80.04), "same"),
        (figure(80.0, low=78.0, high=82.0), figure(81.5, low=79.5, high=83.5), "within error"),
        (figure(80.0, low=79.0, high=81.0), figure(85.0, low=84.0, high=86.0), "better"),
        # One counted in full beside a sample.
        (figure(80.0), figure(81.0, low=79.0, high=83.0), "within error"),
        (figure(80.0, over=["system:a"]), figure(90.0, over=["system:b"]), "not comparable"),
        (figure(80.0, basis="declared"), figure(90.0, basis="measured"), "not comparable"),
        ({"figures": {}}, figure(80.0), "first"),
        (figure(80.0), {"figures": {}}, "gone"),
    ],
)
def test_a_figure_is_compared_like_with_like(
    one: dict[str, Any], two: dict[str, Any], verdict: str
) -> None:
    (found,) = compare(past("2026-01-01", **one), past("2026-06-01", **two)).figures
    assert found.verdict == verdict
    assert (found.delta is None) == (verdict in ("first", "gone", "not comparable"))


def test_which_way_is_better_depends_on_the_figure() -> None:
    one = {"duplicates of customer": 5.0, "cost a year": 100.0, "maturity of quality": 2.0}
    two = {"duplicates of customer": 3.0, "cost a year": 90.0, "maturity of quality": 1.0}
    since = compare(past("2026-01-01", figures=one), past("2026-06-01", figures=two))
    assert {f.name: f.verdict for f in since.figures} == {
        "cost a year": "changed",
        "duplicates of customer": "better",
        "maturity of quality": "worse",
    }


def test_more_findings_are_neither_better_nor_worse() -> None:
    """Who looks at more finds more."""
    since = compare(past("2026-01-01", counts={"high": 3}), past("2026-06-01", counts={"high": 9}))
    assert {f.name: f.verdict for f in since.figures} == {
        "findings": "changed",
        "findings of high": "changed",
    }


# ---- landscape, promises, plan


def test_what_came_and_went() -> None:
    before = past(
        "2026-01-01",
        systems={"crm": {"name": "Crm", "crud_complete": True}, "list": {"name": "The list"}},
        entities={"customer": {"name": "Customer"}, "pet": {"name": "Pet", "record": "list"}},
        feeds=[["list", "crm", []]],
        matrix={"crm": {"customer": "CR"}, "list": {"pet": "CRUD"}},
    )
    after = past(
        "2026-06-01",
        systems={"crm": {"name": "Crm", "crud_complete": True}, "shop": {"name": "Shop"}},
        entities={
            "customer": {"name": "Customer", "record": "crm"},
            "pet": {"name": "Pet", "record": None},
            "order": {"name": "Order"},
        },
        feeds=[["shop", "crm", ["order"]]],
        matrix={"crm": {"customer": "CR+U", "pet": "R"}, "shop": {"order": "CRUD"}},
    )
    land = compare(before, after).landscape
    assert (land.systems_added, land.systems_removed) == ({"shop": "Shop"}, {"list": "The list"})
    assert (land.entities_added, land.entities_removed) == ({"order": "Order"}, {})
    assert (land.feeds_added, land.feeds_removed) == ((("shop", "crm"),), (("list", "crm"),))
    assert land.records == (("customer", "", "crm"), ("pet", "list", ""))
    assert [(c.entity, letters(c.before), letters(c.after)) for c in land.cells] == [
        ("customer", "CR", "CR, U proven"),
        # The system's list was complete: it said none, and did not leave it open.
        ("pet", "none", "R"),
    ]
    assert [(c.declared, c.proven) for c in land.cells] == [(False, True), (True, False)]


def test_an_old_audit_has_no_landscape_rather_than_an_empty_one() -> None:
    bare = Past(1, date(2026, 1, 1), {"as_of": "2026-01-01", "findings": [CRM], "counts": {}})
    since = compare(bare, past("2026-06-01"))
    assert since.landscape.unknown == ("systems", "entities", "feeds", "matrix")
    assert not since.landscape.changed
    assert not since.plan.known
    assert since.old
    assert since.counts["no longer found"] == 1
    assert [f.how for f in compare(past("2026-01-01"), bare).findings] == ["new"]


def promise(due: str, **more: Any) -> dict[str, Any]:
    return finding("INV101", "system:crm", state="agreed", owner="ann", due=due, **more)


@pytest.mark.parametrize(
    ("after", "fate"),
    [
        (past("2026-06-01"), "kept"),
        (past("2026-06-01", gaps=[["INV101", ""]]), "cannot tell"),
        (past("2026-06-01", systems={"billing": {"name": "B"}}), "cannot tell"),
        (past("2026-06-01", waivers=[CRM]), "waived"),
        (past("2026-06-01", promise("2026-03-01")), "overdue"),
        (past("2026-02-01", promise("2026-03-01")), "running"),
        # Put off counts as put off even where the new day is over as well.
        (past("2026-06-01", promise("2026-05-01")), "put off"),
        (past("2026-06-01", finding("INV101", "system:crm")), "overdue"),
    ],
)
def test_what_became_of_a_promise(after: Past, fate: str) -> None:
    (found,) = compare(past("2026-01-01", promise("2026-03-01")), after).answered
    assert (found.fate, found.owner, found.promised) == (fate, "ann", date(2026, 3, 1))


def initiative(**more: Any) -> dict[str, Any]:
    return {
        "id": "clean",
        "title": "Clean",
        "status": "approved",
        "effort": [10.0, 20.0],
        "owner": "ann",
        **more,
    }


def plan(*initiatives: dict[str, Any] | None) -> dict[str, Any]:
    other = initiative(id="other")
    return {"initiatives": [other, *(i for i in initiatives if i)]}


@pytest.mark.parametrize(
    ("one", "two", "courses"),
    [
        (None, initiative(), ["new"]),
        (initiative(), None, ["gone"]),
        (initiative(), initiative(status="done"), ["done"]),
        (initiative(), initiative(status="running"), ["started"]),
        (initiative(), initiative(status="dropped"), ["dropped"]),
        (initiative(end="2026-03-01"), initiative(end="2026-03-11"), ["put off"]),
        (initiative(end="2026-03-11"), initiative(end="2026-03-01"), ["brought forward"]),
        (initiative(), initiative(effort=[20.0, 40.0]), ["grown"]),
        (initiative(), initiative(effort=[10.5, 20.5]), []),
        (initiative(status="done"), None, []),
        (
            initiative(status="proposed", end="2026-03-01"),
            initiative(status="proposed", end="2026-09-01"),
            [],
        ),
    ],
)
def test_what_became_of_the_plan(
    one: dict[str, Any] | None, two: dict[str, Any] | None, courses: list[str]
) -> None:
    since = compare(past("2026-01-01", plan=plan(one)), past("2026-06-01", plan=plan(two)))
    assert [s.course for s in since.plan.steps] == courses
    assert all((s.id, s.owner) == ("clean", "ann") for s in since.plan.steps)


def test_days_by_which_work_is_put_off() -> None:
    plans = [plan(initiative(end=end)) for end in ("2026-02-20", "2026-03-01")]
    (step,) = compare(
        past("2026-01-01", plan=plans[0]), past("2026-06-01", plan=plans[1])
    ).plan.steps
    assert step.days == 9


# ---- which audit is the last one


def test_the_last_audit_is_the_newest_of_an_earlier_day() -> None:
    runs = [
        past("2026-01-01", number=1),
        past("2026-06-01", number=2),
        past("2026-06-01", number=3),
        past("2025-01-01", number=4),
    ]
    assert [p.number for p in one_a_day(runs)] == [4, 1, 3]

    def last(day: date | None) -> int | None:
        found = last_before(runs, day)
        return found.number if found else None

    assert last(date(2026, 6, 1)) == 1
    assert last(date(2026, 6, 2)) == 3
    assert last(date(2025, 1, 1)) is None
    assert last(None) is None


def test_the_audit_at_hand_comes_after_runs_of_its_own_day() -> None:
    runs = [past("2026-06-01", number=7), past("2026-06-01", number=0)]
    assert [p.number for p in one_a_day(runs)] == [0]


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("system:crm", [("system", "crm")]),
        ("system:crm.v2", [("system", "crm.v2")]),
        ("table:crm.v2.contact", [("system", "crm.v2")]),
        ("table:crm.contact", [("system", "crm")]),
        ("column:shop.contact.mail", [("system", "shop")]),
        ("feed:crm.billing", [("system", "crm"), ("system", "billing")]),
        ("feed:crm%2Ev2.billing", [("system", "crm.v2"), ("system", "billing")]),
        ("cell:crm.customer", [("system", "crm"), ("entity", "customer")]),
        ("attribute:customer.mail", [("entity", "customer")]),
        ("unit:sales", []),
        ("audit", []),
    ],
)
def test_what_a_subject_belongs_to(subject: str, found: list[tuple[str, str]]) -> None:
    assert list(things(subject, SYSTEMS, ("customer",))) == found
