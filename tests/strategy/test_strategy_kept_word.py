"""What people wrote into plan.yaml holds: no override lost, no finding swallowed, none silent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from strategy.workspaces import facts_of, judged

from crmaudit.engine import Finding, Judgement
from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.facts import Facts
from crmaudit.remembered.kept import summary
from crmaudit.remembered.steps import plan_changes
from crmaudit.standing.past import Past
from crmaudit.strategy import Initiative, Plan, plan
from crmaudit.strategy.pieces import MOST
from crmaudit.workspace import load

DATED = "brief.yaml", "resources: {start: 2027-01-11, days_per_month: 10}\n"
ENTITIES = {"entities.yaml": "entities: [{id: customer, name: Customer}]\n"}


def _like(judgement: Judgement, slug: str, *subjects: str) -> tuple[Finding, ...]:
    one = judgement.findings[0]
    return tuple(
        replace(one, initiative=slug, subject=s, fingerprint=f"{slug} {s}", related=())
        for s in subjects
    )


def _many(n: int) -> dict[str, str]:
    return {f"systems/s{k}.yaml": f"id: s{k}\nname: System {k}\n" for k in range(n)}


def _made(folder: Path, files: dict[str, str], *found: tuple[str, str]) -> Plan:
    """The plan of findings of these templates on these subjects, alone."""
    facts, judgement = judged(folder, files)
    made = [f for slug, subject in found for f in _like(judgement, slug, subject)]
    return plan(facts, replace(judgement, findings=tuple(made)))


def _by_id(made: Plan) -> dict[str, Initiative]:
    return {i.id: i for i in made.initiatives}


def _remembers(facts: Facts, *kept: dict[str, Any]) -> Facts:
    """The same, with an earlier audit that kept these initiatives."""
    blank = {"phase": 1, "effort": [2, 4], "start": None, "end": None, "owner": None}
    body = {"plan": {"initiatives": [blank | k for k in kept]}}
    return Facts.of(facts.workspace, (), past=[Past(1, date(2026, 1, 31), body)])


DOCUMENTS = [("document-systems", f"system:s{k}") for k in range(MOST + 2)]


@pytest.mark.parametrize("named", ["initiatives: {ID: {owner: Bo Lind}}", "AFTER"])
def test_what_plan_yaml_names_stands_alone_whatever_grows_heavier(
    tmp_path: Path, named: str
) -> None:
    last = f"document-systems.s{MOST + 1}"
    file = named.replace("ID", last).replace("AFTER", f"own: [{{id: a, title: A, after: {last}}}]")
    made = _by_id(_made(tmp_path, _many(MOST + 2) | {"plan.yaml": file}, *DOCUMENTS))
    assert last in made
    single = [i for i in made if i.startswith("document-systems.")]
    assert len(single) == MOST
    assert len(made["document-systems"].findings) == 2
    if named != "AFTER":
        assert made[last].owner == "Bo Lind"


def test_what_had_a_status_in_the_last_audit_stands_alone(tmp_path: Path) -> None:
    last = f"document-systems.s{MOST + 1}"
    facts, judgement = judged(tmp_path, _many(MOST + 2))
    found = [f for slug, s in DOCUMENTS for f in _like(judgement, slug, s)]
    for status, alone in (("running", True), ("proposed", False)):
        known = _remembers(facts, {"id": last, "title": "Document", "status": status})
        made = plan(known, replace(judgement, findings=tuple(found)))
        assert (last in _by_id(made)) is alone


def test_an_orphan_tells_what_answers_its_findings_now(tmp_path: Path) -> None:
    """Work on what goes is answered by its end: its findings are not mended."""
    files = {
        "systems/old.yaml": "id: old\nname: Old\nfuture: retire\n",
        "plan.yaml": "initiatives: {document-systems.old: {phase: 2}, set-retention: {phase: 2}}",
    }
    made = _made(tmp_path, files, ("document-systems", "system:old"))
    told = {p.message for p in made.orphans}
    assert told == {
        "the initiative 'document-systems.old' is part of 'retire-systems.old' now",
        "nothing asks for the initiative 'set-retention' any more",
    }


@pytest.mark.parametrize("taken", ["complete-dossiers", "review-contracts.crm", "other", "other.x"])
def test_an_own_initiative_must_not_take_the_id_of_proposed_work(
    tmp_path: Path, taken: str
) -> None:
    facts, judgement = judged(tmp_path, {"plan.yaml": f"own: [{{id: {taken}, title: Mine}}]\n"})
    with pytest.raises(InvalidInput, match="is an id of proposed work"):
        plan(facts, judgement)


def test_every_finding_is_answered_once_with_own_dropped_and_done_work(tmp_path: Path) -> None:
    files = ENTITIES | {
        "systems/billing.yaml": "id: billing\nname: Ledger\ncrud: {customer: CRU}\n",
        "plan.yaml": """
            initiatives:
              complete-dossiers: {status: dropped}
              assign-owners: {status: done}
            own: [{id: owners, title: Find owners, findings: [INV101]}]
        """,
    }
    facts, judgement = judged(tmp_path, files)
    made = plan(facts, judgement)
    everything = (*made.initiatives, *made.dropped)
    placed = Counter(f.fingerprint for i in everything for f in i.findings)
    assert placed == Counter(f.fingerprint for f in judgement.findings)
    assert {i.status for i in everything} >= {"dropped", "done", "proposed"}


def test_done_work_that_left_no_finding_stays_done(tmp_path: Path) -> None:
    """It is no initiative any more, yet it is kept, counted and told as done."""
    running = {"id": "deduplicate.customer", "title": "Merge customers", "status": "running"}
    part = {"id": "clean-data.customer", "title": "Clean customers", "status": "approved"}
    lost = {"id": "set-retention", "title": "Set retention", "status": "running"}
    facts, judgement = judged(
        tmp_path,
        ENTITIES
        | {
            "plan.yaml": """
                initiatives: {deduplicate.customer: {status: done}, clean-data: {status: dropped}}
            """
        },
    )
    known = _remembers(facts, running, part, lost)
    none = replace(judgement, findings=_like(judgement, "assign-owners", "system:crm"))
    made = plan(known, none)
    assert {(c.id, c.title, c.status) for c in made.closed} == {
        ("deduplicate.customer", "Merge customers", "done"),
        ("clean-data.customer", "Clean customers", "dropped"),
    }
    kept = summary(known, none, made)
    assert kept["figures"]["plan done"] == 50
    change = plan_changes(known.past[0].part("plan"), kept["plan"])
    assert {(s.course, s.id) for s in change.steps} == {
        ("done", "deduplicate.customer"),
        ("dropped", "clean-data.customer"),
        ("new", "assign-owners"),
        ("gone", "set-retention"),
    }
    assert not plan_changes(kept["plan"], kept["plan"]).steps


def test_done_work_of_before_the_first_audit_is_no_news(tmp_path: Path) -> None:
    facts, judgement = judged(
        tmp_path, {"plan.yaml": "initiatives: {set-retention: {status: done}}"}
    )
    made = plan(facts, judgement)
    assert [c.id for c in made.closed] == ["set-retention"]
    before = {"initiatives": [{"id": "x", "title": "X", "status": "proposed", "effort": [1, 1]}]}
    change = plan_changes(before, summary(facts, judgement, made)["plan"])
    assert "set-retention" not in {s.id for s in change.steps}


CHAIN = ("assign-owners", "agree-definitions", "map-entities")
"""Each waits for the one before it."""
CHAINED = [(slug, "system:crm") for slug in CHAIN]


@pytest.mark.parametrize("status", ["dropped", "done"])
def test_what_is_closed_does_not_cut_the_chain(tmp_path: Path, status: str) -> None:
    file = f"initiatives: {{agree-definitions: {{status: {status}}}}}\n"
    made = _by_id(_made(tmp_path, dict([DATED]) | {"plan.yaml": file}, *CHAINED))
    assert made["map-entities"].after == ("assign-owners",)
    first, last = made["assign-owners"].end, made["map-entities"].start
    assert first is not None
    assert last is not None
    assert last > first


def test_a_budget_takes_what_a_dropped_one_waited_for(tmp_path: Path) -> None:
    file = "initiatives: {agree-definitions: {status: dropped}, assign-owners: {cost: 900}}\n"
    brief = "resources: {start: 2027-01-11, days_per_month: 10, budget: 1000}\n"
    made = _made(tmp_path, {"plan.yaml": file, "brief.yaml": brief}, *CHAINED)
    (base,) = made.scenarios
    assert base.taken == ("assign-owners",)
    assert base.left == ("map-entities",)


def test_risk_counts_open_prerequisites(tmp_path: Path) -> None:
    own = [f"{{id: {x}, title: {x}, status: STATUS}}" for x in "abc"]
    file = f"own: [{', '.join(own)}, {{id: last, title: Last, after: [a, b, c]}}]\n"
    for status, waits in (("done", False), ("approved", True)):
        made = _made(tmp_path, {"plan.yaml": file.replace("STATUS", status)})
        told = _by_id(made)["last"].risk.reasons
        assert any("waits for" in reason for reason in told) is waits


def test_a_phase_is_when_work_begins_and_the_one_set_only_the_earliest(tmp_path: Path) -> None:
    file = "initiatives: {map-entities: {phase: 1, effort_days: 5}, assign-owners: {phase: 3}}\n"
    made = _made(tmp_path, dict([DATED]) | {"plan.yaml": file}, *CHAINED)
    by_id = _by_id(made)
    assert by_id["assign-owners"].start == date(2028, 1, 11)
    assert [i.phase for i in made.initiatives] == sorted(i.phase for i in made.initiatives)
    assert by_id["assign-owners"].against == ()
    assert by_id["map-entities"].phase == 3
    (told,) = by_id["map-entities"].against
    assert told == "phase 1 was set for it, it begins in phase 3"


def test_there_are_four_phases(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("initiatives: {assign-owners: {phase: 9}}\n")
    with pytest.raises(CrmauditError, match="must be at most 4"):
        facts_of(tmp_path, {})


def test_an_end_alone_is_counted_back_to_the_audit_and_to_what_it_waits_for(tmp_path: Path) -> None:
    file = """
        initiatives:
          assign-owners: {effort_days: 2}
          agree-definitions: {end: 2027-02-26, effort_days: 60}
        own: [{id: soon, title: Soon, end: 2026-12-31, effort_days: 90}]
    """
    made = _by_id(_made(tmp_path, dict([DATED]) | {"plan.yaml": file}, *CHAINED[:2]))
    first, then = made["assign-owners"].end, made["agree-definitions"].start
    assert first is not None
    assert then is not None
    assert first < then
    assert made["agree-definitions"].end == date(2027, 2, 26)
    # The audit speaks of the 31st of October, a Saturday.
    assert made["soon"].start == date(2026, 11, 2)


def test_what_begins_before_its_prerequisite_ends_is_told(tmp_path: Path) -> None:
    file = "initiatives: {agree-definitions: {start: 2027-01-11}, assign-owners: {effort_days: 90}}"
    made = _by_id(_made(tmp_path, dict([DATED]) | {"plan.yaml": file}, *CHAINED[:2]))
    (told,) = made["agree-definitions"].against
    assert told.startswith("it begins before “Name an owner for every system and entity” ends")
    assert made["assign-owners"].against == ()


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("end: 2026-01-31", date(2026, 1, 31)),
        ("deadlines: board", date(2026, 3, 31)),
        ("end: 2026-01-31, status: done", None),
        ("end: 2026-11-30", None),
    ],
)
def test_open_work_whose_day_is_over_is_overdue(
    tmp_path: Path, given: str, day: date | None
) -> None:
    files = {
        "brief.yaml": "deadlines: [{id: board, text: Board, date: 2026-03-31}]\n",
        "plan.yaml": f"own: [{{id: a, title: A, {given}}}]\n",
    }
    one = _by_id(_made(tmp_path, files))["a"]
    assert (one.overdue.day if one.overdue else None) == day
    assert any("its day is over" in text for text in one.against) is (day is not None)


PRICED = "own: [{id: a, title: A, cost: 14500, status: running}, {id: b, title: B, cost: 50}]\n"


def test_a_budget_that_cannot_be_judged_says_why(tmp_path: Path) -> None:
    bare = "organisation: Test\nas_of: 2026-10-31\n"
    brief = "resources: {budget: 100}\nscenarios: [{id: s, name: S, budget: 100, currency: USD}]\n"
    files = {"brief.yaml": brief, "plan.yaml": PRICED}
    base, dollars = _made(tmp_path / "priced", files).scenarios
    assert (base.why_unjudged, base.exceeded) == ("", 14400)
    assert base.left == ("b",)
    assert (dollars.why_unjudged, dollars.exceeded) == ("no rate for its currency", 0)
    unpriced = files | {"audit.yaml": bare, "plan.yaml": "own: [{id: a, title: A}]\n"}
    base, _ = _made(tmp_path / "unpriced", unpriced).scenarios
    assert base.why_unjudged == "no hourly rate"
    assert base.left == ()


def test_the_plan_marks_what_the_budget_does_not_reach(tmp_path: Path) -> None:
    made = _made(
        tmp_path, {"brief.yaml": "resources: {budget: 14520}\n", "plan.yaml": PRICED}
    ).initiatives
    assert {i.id: i.beyond for i in made} == {"a": False, "b": True}


def test_money_paid_to_others_is_known_without_a_rate(tmp_path: Path) -> None:
    files = {
        "audit.yaml": "organisation: Test\nas_of: 2026-10-31\n",
        "plan.yaml": "own: [{id: a, title: A, external_cost: 50000}, {id: b, title: B}]\n",
    }
    made = _by_id(_made(tmp_path, files))
    assert (made["a"].cost_range, made["a"].cost_least) == (None, 50000)
    assert made["b"].cost_least is None


def test_no_day_a_month_gives_no_dates_and_says_so(tmp_path: Path) -> None:
    files = dict([DATED]) | {"plan.yaml": "capacity_days_per_month: 0\n"}
    made = _made(tmp_path, files, *CHAINED)
    assert made.capacity == 0
    assert all(i.start is None for i in made.initiatives)
    assert made.undated == "its capacity is no day a month"
    assert made.scenarios[0].why_undated == made.undated


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("plan.yaml", "start: {}"),
        ("plan.yaml", "initiatives: {{assign-owners: {{start: {}}}}}"),
        ("plan.yaml", "own: [{{id: a, title: A, end: {}}}]"),
        ("brief.yaml", "resources: {{start: {}}}"),
        ("brief.yaml", "scenarios: [{{id: s, name: S, start: {}}}]"),
        ("brief.yaml", "scenarios: [{{id: s, name: S, deadline: {}}}]"),
        ("audit.yaml", "organisation: Test\nas_of: {}"),
    ],
)
def test_days_in_which_nobody_plans_are_refused_with_their_place(
    tmp_path: Path, file: str, path: str
) -> None:
    facts_of(tmp_path, {file: path.format("2099-12-31")})
    with pytest.raises(CrmauditError, match="is not in the years 1970 to 2100") as caught:
        facts_of(tmp_path, {file: path.format("9999-12-31")})
    assert caught.value.where is not None
    assert caught.value.where.file == file


@pytest.mark.parametrize("life", ["retired", "vendor_support_ends", "deadline"])
def test_a_day_beyond_all_that_is_planned_binds_nobody(tmp_path: Path, life: str) -> None:
    never = "9999-12-31"
    dossier = f"id: crm\nname: BeaconCRM\nlifecycle: {{{life}: {never}}}\n"
    brief = f"{DATED[1]}deadlines: [{{id: end, text: The end, date: {never}}}]\n"
    files = {
        "brief.yaml": brief,
        "plan.yaml": "initiatives: {renew-or-replace: {deadlines: end}}\n",
    }
    if life != "deadline":
        files["systems/crm.yaml"] = dossier
    made = _made(tmp_path, files, ("renew-or-replace", "system:crm"))
    (one,) = (i for i in made.initiatives if "crm" in i.id)
    assert one.due is None
    assert one.start is not None


@pytest.mark.parametrize(
    "text",
    [
        "initiatives: {assign-owners: {after: review-contracts.crmm}}",
        "initiatives: {assign-owners: {after: build-feeds.no.such}}",
        "initiatives: {clean-data.custmer: {phase: 2}}",
        "initiatives: {assign-owners.crm: {phase: 2}}",
        "own: [{id: a, title: A, after: mend-feeds.crm.nosuch}]",
    ],
)
def test_a_name_of_no_system_or_entity_is_a_mistake(tmp_path: Path, text: str) -> None:
    facts, judgement = judged(tmp_path, ENTITIES | {"plan.yaml": text})
    with pytest.raises(InvalidInput, match="there is no initiative"):
        plan(facts, judgement)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("initiatives: {review-contracts.postmm: {status: done}}", "names no system"),
        ("own: [{id: a, title: A, findings: ['INV101 system:nosuch']}]", "there is no finding"),
        ("own: [{id: a, title: A, after: review-contracts.crm}]", "'review-contracts.crm', which"),
        ("{own: [{id: a, title: A}], initiatives: {a: {phase: 2}}}", "initiative of your own"),
    ],
)
def test_what_nothing_asks_for_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    (orphan,) = _made(tmp_path, {"plan.yaml": text}, *CHAINED).orphans
    assert told in orphan.message
    assert orphan.where is not None
    assert orphan.where.file == "plan.yaml"


def test_an_amount_is_shared_by_what_is_open_and_has_none_of_its_own(tmp_path: Path) -> None:
    file = """
        initiatives:
          document-systems: {effort_days: 12, benefit_hours: 100}
          document-systems.s0: {status: dropped}
          document-systems.s1: {effort_days: 5}
    """
    made = _made(tmp_path, _many(4) | {"plan.yaml": file}, *DOCUMENTS[:4])
    by_id = _by_id(made)
    days = {i: by_id[f"document-systems.{i}"].effort for i in ("s1", "s2", "s3")}
    assert days == {"s1": (5, 5), "s2": (6, 6), "s3": (6, 6)}
    (dropped,) = made.dropped
    assert "effort_days" not in dropped.overridden
    assert sum((i.hours or (0, 0))[0] for i in made.initiatives) == pytest.approx(100)


def test_examples_of_the_repository_have_no_orphans() -> None:
    from crmaudit import Audit

    for name in ("harbourlight", "northwharf"):
        folder = Path(__file__).parents[2] / "examples" / name
        assert load(folder)
        assert Audit(folder).plan.orphans == ()


AUDIT = date(2026, 10, 31)
TOLD = {
    "running, start: 2026-03-02": "by its days it should be done; what is left of it is not known",
    "proposed, start: 2026-09-01": "it was to begin on 1 September 2026 and has not",
    "approved, start: 2026-09-01": "it was to begin on 1 September 2026 and has not",
    "running, start: 2029-01-01": "it is running, and is to begin on 1 January 2029",
    "done, end: 2030-01-01": "it is done, and is to end on 1 January 2030",
}


@pytest.mark.parametrize("given", TOLD)
def test_what_the_audit_s_day_contradicts_is_told_and_open_work_is_not_over(
    tmp_path: Path, given: str
) -> None:
    file = f"own: [{{id: a, title: A, effort_days: 4, status: {given}}}]\n"
    one = _by_id(_made(tmp_path, dict([DATED]) | {"plan.yaml": file}))["a"]
    assert TOLD[given] in one.against
    assert one.end is not None
    assert one.status == "done" or one.end >= AUDIT
    assert one.start is not None or one.status == "done"
    if one.status in ("proposed", "approved"):
        assert one.start is not None
        assert one.start >= AUDIT
    assert sum(days for _, days in one.load) == pytest.approx(0 if one.status == "done" else 4)


def test_an_end_that_was_set_and_is_over_keeps_no_day(tmp_path: Path) -> None:
    from crmaudit.report.compose import compose

    brief = DATED[1] + "deadlines: [{id: brand, text: Brand, date: 2027-07-01}]\n"
    file = (
        "own: [{id: a, title: A, start: 2020-01-01, end: 2020-05-01, deadlines: brand, "
        "effort_days: 4}, {id: b, title: B, effort_days: 1}]\n"
    )
    facts, judgement = judged(tmp_path, {"brief.yaml": brief, "plan.yaml": file})
    judgement = replace(judgement, findings=())
    made = plan(facts, judgement)
    assert _by_id(made)["a"].slack is None
    (kept,) = made.scenarios[0].deadlines
    assert (kept.done, kept.of) == (1, 2)
    context = compose(facts, judgement, made)
    table = context.tables.days_to_keep
    assert table is not None
    assert [row[-1].text for row in table.rows] == ["overdue"]
    assert all(d.by is None or d.by > AUDIT for d in context.plan.decisions)


def test_a_day_to_keep_may_be_that_of_the_audit(tmp_path: Path) -> None:
    brief = DATED[1] + "deadlines: [{id: brand, text: Brand, date: 2026-10-31}]\n"
    file = "own: [{id: a, title: A, effort_days: 4, deadlines: brand}]\n"
    one = _by_id(_made(tmp_path, {"brief.yaml": brief, "plan.yaml": file}))["a"]
    assert one.due is not None
    assert one.due.day == AUDIT
    assert one.late
    assert one.overdue is None


def test_a_budget_that_reaches_nothing_says_so(tmp_path: Path) -> None:
    files = {
        "brief.yaml": "resources: {start: 2027-01-11, days_per_month: 10, budget: 0}\n",
        "plan.yaml": "own: [{id: a, title: A, cost: 50}]\n",
    }
    (base,) = _made(tmp_path, files).scenarios
    assert base.taken == ()
    assert base.why_undated == "the budget reaches no initiative"


def test_a_piece_has_its_own_cost_or_a_share_never_one_of_each(tmp_path: Path) -> None:
    file = """
        initiatives:
          document-systems: {cost: 900}
          document-systems.s1: {external_cost: 700}
    """
    made = _by_id(_made(tmp_path / "a", _many(3) | {"plan.yaml": file}, *DOCUMENTS[:3]))
    cost = {k: made[f"document-systems.s{k}"].cost_range for k in range(3)}
    days = made["document-systems.s1"].effort
    assert cost == {0: (450, 450), 1: (700 + 320 * days[0], 700 + 320 * days[1]), 2: (450, 450)}

    file = """
        initiatives:
          document-systems: {external_cost: 900}
          document-systems.s1: {cost: 500}
    """
    made = _by_id(_made(tmp_path / "b", _many(3) | {"plan.yaml": file}, *DOCUMENTS[:3]))
    low = {k: (made[f"document-systems.s{k}"].cost_range or (0, 0))[0] for k in range(3)}
    assert low == {0: 450 + 320 * days[0], 1: 500, 2: 450 + 320 * days[0]}


@pytest.mark.parametrize(
    ("file", "place", "told"),
    [
        ("own:\n- {id: a, title: A, after: a}\n", "plan.yaml:2", "'a' waits for itself"),
        (
            "own:\n- {id: a, title: A, after: b}\n- {id: b, title: B, after: a}\n",
            "plan.yaml:3",
            "initiatives wait for each other",
        ),
    ],
)
def test_a_circle_is_told_where_it_is_written(
    tmp_path: Path, file: str, place: str, told: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        _made(tmp_path, {"plan.yaml": file})
    assert place in str(raised.value)
    assert told in str(raised.value)
