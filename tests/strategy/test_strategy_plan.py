"""The plan: grouped, sequenced, dated, overridden."""

from __future__ import annotations

import itertools
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategy.workspaces import facts_of, judged, seen

from crmaudit.engine import judge
from crmaudit.errors import InvalidInput
from crmaudit.evidence import Duplicates, Estimate, Matching
from crmaudit.facts import Facts
from crmaudit.strategy import TEMPLATES, plan
from crmaudit.strategy.order import order
from crmaudit.strategy.plan import VALUE, Initiative
from crmaudit.strategy.sequence import by_worth


def test_every_finding_is_in_exactly_one_initiative(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, {})
    made = plan(facts, judgement)
    placed = [f.fingerprint for i in made.initiatives for f in i.findings]
    assert sorted(placed) == sorted(f.fingerprint for f in judgement.findings)
    assert placed


def test_an_initiative_stands_after_all_it_needs(tmp_path: Path) -> None:
    facts, judgement = judged(
        tmp_path,
        {
            "systems/billing.yaml": "id: billing\nname: Ledger\ncrud: {customer: CRU}\n",
            "systems/crm.yaml": "id: crm\nname: BeaconCRM\ncrud: {customer: CRU}\n",
        },
    )
    made = plan(facts, judgement)
    place = {i.id: n for n, i in enumerate(made.initiatives)}
    phase = {i.id: i.phase for i in made.initiatives}
    pairs = [(b, i.id) for i in made.initiatives for b in i.after if b in place]
    assert pairs
    for before, after in pairs:
        assert place[before] < place[after]
        assert phase[before] < phase[after]


def test_a_prerequisite_without_findings_hands_on_its_own(tmp_path: Path) -> None:
    """build-feeds needs agree-system-of-record, which needs assign-owners: the chain holds
    when the middle has nothing to do."""
    facts, judgement = judged(tmp_path, {})
    keep = [f for f in judgement.findings if f.initiative == "assign-owners"]
    feed = next(iter(judgement.findings))
    from dataclasses import replace

    fake = replace(feed, initiative="build-feeds", subject="system:other")
    made = plan(facts, replace(judgement, findings=(*keep, fake)))
    assert [i.id for i in made.initiatives] == ["assign-owners", "build-feeds"]
    assert [i.phase for i in made.initiatives] == [1, 2]


def test_value_counts_severities(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, {})
    for initiative in plan(facts, judgement).initiatives:
        assert initiative.value == sum(VALUE[f.severity] for f in initiative.findings)


def test_effort_follows_the_template(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, {})
    made = {i.id: i for i in plan(facts, judgement).initiatives}
    owners = made["assign-owners"]
    low, high, each_low, each_high = TEMPLATES["assign-owners"].days
    n = len(owners.findings)
    assert owners.effort == (low + n * each_low, high + n * each_high)
    assert owners.cost == pytest.approx(40 * 8 * sum(owners.effort) / 2)


def test_dates_need_a_start_and_a_capacity(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, {})
    assert all(i.start is None for i in plan(facts, judgement).initiatives)
    facts, judgement = judged(
        tmp_path, {"brief.yaml": "resources: {start: 2027-01-01, days_per_month: 10}\n"}
    )
    made = plan(facts, judgement).initiatives
    assert made[0].start == date(2027, 1, 1)
    for one, two in itertools.pairwise(made):
        assert one.end is not None
        assert two.start is not None
        assert two.start >= one.end


def test_people_decide_more_than_the_program(tmp_path: Path) -> None:
    facts, judgement = judged(
        tmp_path,
        {
            "plan.yaml": """
                initiatives:
                  assign-owners: {owner: Ana Diaz, effort_days: 7, phase: 3, status: approved}
                  complete-dossiers: {status: dropped}
                own:
                  - {id: website, title: New website, after: assign-owners, effort_days: 30}
            """
        },
    )
    made = plan(facts, judgement)
    found = {i.id: i for i in made.initiatives}
    owners = found["assign-owners"]
    assert (owners.owner, owners.effort, owners.phase) == ("Ana Diaz", (7, 7), 3)
    assert set(owners.overridden) == {"owner", "effort_days", "phase", "status"}
    assert found["website"].phase == 4
    assert "complete-dossiers" not in found
    assert [i.id for i in made.dropped] == ["complete-dossiers"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("initiatives: {asign-owners: {phase: 1}}", "there is no initiative 'asign-owners'"),
        ("own: [{id: a, title: A, after: b}]", "there is no initiative 'b'"),
        (
            "own: [{id: a, title: A, after: b}, {id: b, title: B, after: a}]",
            "initiatives wait for each other",
        ),
    ],
)
def test_mistakes_in_plan_yaml_name_their_place(tmp_path: Path, text: str, message: str) -> None:
    facts, judgement = judged(tmp_path, {"plan.yaml": text})
    with pytest.raises(InvalidInput) as caught:
        plan(facts, judgement)
    assert message in str(caught.value)
    assert caught.value.where is not None
    assert caught.value.where.file == "plan.yaml"
    assert caught.value.where.line == 1


def test_an_own_initiative_takes_its_findings_with_it(tmp_path: Path) -> None:
    facts, judgement = judged(
        tmp_path,
        {
            "systems/billing.yaml": "id: billing\nname: Ledger\n",
            "plan.yaml": "own: [{id: owners, title: Find owners, findings: [INV101]}]\n",
        },
    )
    made = plan(facts, judgement)
    own = next(i for i in made.initiatives if i.id == "owners")
    assert {f.subject for f in own.findings} == {"system:crm", "system:billing"}
    placed = [f.fingerprint for i in made.initiatives for f in i.findings]
    assert len(placed) == len(set(placed)) == len(judgement.findings)


def test_a_finding_of_no_rule_is_a_mistake(tmp_path: Path) -> None:
    facts, judgement = judged(
        tmp_path, {"plan.yaml": "own: [{id: a, title: A, findings: [ZZZ999]}]\n"}
    )
    with pytest.raises(InvalidInput, match="names no rule"):
        plan(facts, judgement)


def test_gains_are_what_findings_have_counted(tmp_path: Path) -> None:
    bare = facts_of(tmp_path, {"systems/erp.yaml": "id: erp\nname: Ledgerline\n"})
    found = [
        Duplicates(
            seen(system),
            entity="person",
            tables=("contacts",),
            matching=Matching(records=1000, precision=Estimate(0.99, 0.95, 1.0)),
            surplus=surplus,
            estimated=Estimate(surplus + 20.0, surplus, surplus + 50.0),
        )
        for system, surplus in (("crm", 80), ("erp", 150))
    ]
    facts = Facts.of(bare.workspace, found)
    made = {i.id: i for i in plan(facts, judge(facts)).initiatives}
    assert made["deduplicate"].gains == (("records to merge", 270),)
    assert made["assign-owners"].gains == ()


def test_who_holds_the_duty_leads_where_nobody_else_is_named(tmp_path: Path) -> None:
    """The CRM manager leads the CRM manager's work; with two of them one has to be named."""
    people = """
        crm_managers: {managers}
        people: [{{id: ann, name: Ann}}, {{id: bea, name: Bea}}]
    """
    files = {
        "registers.yaml": "dysfunctions: [{id: slow, what: Slow, systems: crm}]\n",
    }
    for managers, leader in (("ann", "ann"), ("[ann, bea]", None)):
        told = {"people.yaml": people.format(managers=managers)}
        found = plan(*judged(tmp_path / str(leader), files | told))
        led = {i.owner for i in found.initiatives if i.role == "CRM manager"}
        assert led == {leader}


def work(id: str, value: int, days: float, after: tuple[str, ...] = ()) -> Initiative:
    return Initiative(
        id, id, "", (), (days, days), after, "somebody", None, (), 1, weight=value
    )  # fmt: skip


def test_what_opens_the_way_to_much_comes_early() -> None:
    """By itself the key is worth little for its days; what it opens is worth most of all."""
    order = by_worth(
        [work("key", 1, 4), work("door", 40, 1, ("key",)), work("small", 2, 1), work("big", 9, 3)]
    )
    assert order == ("key", "door", "big", "small")
    assert by_worth([work("key", 1, 4), work("small", 2, 1)]) == ("small", "key")


CHAINS = st.lists(
    st.lists(st.tuples(st.integers(1, 20), st.integers(1, 9)), min_size=1, max_size=3),
    min_size=1,
    max_size=3,
).filter(lambda chains: sum(map(len, chains)) <= 7)


@given(CHAINS)
def test_for_chains_no_order_brings_more_sooner(chains: list[list[tuple[int, int]]]) -> None:
    drafts = [
        work(f"{c}{n}", value, days, (f"{c}{n - 1}",) if n else ())
        for c, chain in enumerate(chains)
        for n, (value, days) in enumerate(chain)
    ]
    known = {d.id: d for d in drafts}

    def waited(order: tuple[str, ...]) -> float:
        ends = itertools.accumulate(known[i].days for i in order)
        return sum(known[i].worth * end for i, end in zip(order, ends, strict=True))

    def possible(order: tuple[str, ...]) -> bool:
        return all(order.index(a) < order.index(d.id) for d in drafts for a in d.after)

    best = min(waited(o) for o in itertools.permutations(known) if possible(o))
    assert waited(by_worth(drafts)) == best


@given(st.data())
def test_whatever_waits_for_whatever_each_comes_once_and_after_it(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 12))
    drafts = [
        work(
            f"i{k}",
            data.draw(st.integers(0, 30)),
            data.draw(st.integers(0, 20)),
            tuple(f"i{b}" for b in data.draw(st.sets(st.integers(0, k - 1)))) if k else (),
        )
        for k in range(n)
    ]
    order = by_worth(data.draw(st.permutations(drafts)))
    assert sorted(order) == sorted(d.id for d in drafts)
    assert all(order.index(a) < order.index(d.id) for d in drafts for a in d.after)
    assert order == by_worth(drafts), "the order given is of no matter"


def test_accounts_of_those_who_left_do_not_wait_for_all_other_rights(tmp_path: Path) -> None:
    people = """
        people:
        - {id: ana, name: Ana Diaz, job: Clerk, leaves: 2026-01-31, accounts: {crm: adiaz}}
        """
    files = {
        "people.yaml": people,
        "brief.yaml": "resources: {start: 2027-01-11, days_per_month: 9}\n",
    }
    facts, judgement = judged(tmp_path, files)
    found = {i.id: i for i in plan(facts, judgement).initiatives}
    closed = next(i for id, i in found.items() if id.startswith("close-accounts"))
    assert {f.code for f in closed.findings} == {"GOV111"}
    assert closed.due is not None
    assert closed.due.day == date(2026, 11, 30)
    assert closed.after == ()
    assert closed.end is not None
    assert closed.end <= closed.due.day


def test_what_is_critical_alone_waits_for_nobody(tmp_path: Path) -> None:
    from dataclasses import replace

    facts, judgement = judged(tmp_path, {"entities.yaml": "entities: [{id: contact}]\n"})
    some = next(f for f in judgement.findings if f.initiative == "assign-owners")
    definition = replace(some, initiative="agree-definitions", fingerprint="d")
    bad = replace(some, initiative="clean-data", severity="critical", subject="entity:contact")
    more = replace(bad, severity="high", fingerprint="x")
    alone = plan(facts, replace(judgement, findings=(some, definition, bad)))
    assert {i.id: i.after for i in alone.initiatives}["clean-data.contact"] == ()
    with_more = plan(facts, replace(judgement, findings=(some, definition, bad, more)))
    found = {i.id: i for i in with_more.initiatives}
    assert found["clean-data.contact"].after == ("agree-definitions",)
    assert found["clean-data.contact"].findings == (more,)
    assert found["answer-critical"].findings == (bad,)
    assert found["answer-critical"].after == ()


def test_a_contract_is_reviewed_before_a_successor_is_sought(tmp_path: Path) -> None:
    from dataclasses import replace

    facts, judgement = judged(tmp_path, {"systems/erp.yaml": "id: erp\nname: Ledger\n"})
    some = next(iter(judgement.findings))
    made = plan(
        facts,
        replace(
            judgement,
            findings=tuple(
                replace(some, initiative=w, subject=f"system:{s}", fingerprint=w + s)
                for w, s in (
                    ("renew-or-replace", "crm"), ("review-contracts", "crm"),
                    ("review-contracts", "erp"),
                )
            ),
        ),
    )  # fmt: skip
    after = {i.id: i.after for i in made.initiatives}
    assert after["renew-or-replace.crm"] == ("review-contracts.crm",)


NEEDS = """
needs:
- {id: families, kind: question, text: How many families?, priority: must, entities: [contact]}
- {id: gifts, kind: question, text: What did it bring?, priority: could, entities: [gift]}
- {id: open, kind: question, text: Which are open?, priority: must, entities: [contact],
   answered: "yes"}
"""


def test_open_questions_ask_for_their_extraction(tmp_path: Path) -> None:
    files = {
        "entities.yaml": "entities: [{id: contact}, {id: gift}]\n",
        "systems/crm.yaml": "id: crm\nname: BeaconCRM\ncrud: {contact: CRUD, gift: CRUD}\n",
        "needs.yaml": NEEDS,
    }
    facts, judgement = judged(tmp_path, files)
    made = plan(facts, judgement)
    found = {i.id: i for i in made.initiatives if i.template == "extract-data"}
    assert set(found) == {"extract-data.families", "extract-data.gifts"}
    asked = order(facts)
    for i in found.values():
        mine = [s for s in asked.steps if set(s.answers) & set(i.needs)]
        low, high, *_ = TEMPLATES["extract-data"].days
        assert i.effort == (
            low + sum(s.effort.low for s in mine),
            high + sum(s.effort.high for s in mine),
        )
        assert i.findings == ()
    must, could = found["extract-data.families"], found["extract-data.gifts"]
    assert must.value == 4 * could.value == 8
    assert must.systems == ("crm",)
    asked_of = [b for b in must.benefits if b.kind == "questions"]
    assert [b.low for b in asked_of] == [1]
    # Its id is one that plan.yaml may name.
    text = "initiatives: {extract-data.families: {owner: ana}}\n"
    people = "people: [{id: ana, name: Ana Diaz, job: Clerk}]\n"
    facts, judgement = judged(tmp_path, files | {"plan.yaml": text, "people.yaml": people})
    again = plan(facts, judgement)
    assert {i.id: i.owner for i in again.initiatives}["extract-data.families"] == "ana"
    assert again.orphans == ()


def test_what_an_owner_agreed_to_is_a_day_to_keep(tmp_path: Path) -> None:
    files = {"brief.yaml": "resources: {start: 2027-01-11, days_per_month: 9}\n"}
    facts, judgement = judged(tmp_path, files)
    some = next(f for f in judgement.findings if f.initiative == "complete-dossiers")
    answer = f"responses: [{{code: {some.code}, subject: '{some.subject}', state: agreed, due: "
    for day, late in (("2027-06-30", False), ("2026-06-30", True)):
        response = {"responses.yaml": answer + f"{day}, owner: ana}}]\n"}
        people = {"people.yaml": "people: [{id: ana, name: Ana Diaz, job: Clerk}]\n"}
        facts, judgement = judged(tmp_path, files | response | people)
        one = {i.id: i for i in plan(facts, judgement).initiatives}["complete-dossiers"]
        told = one.overdue if late else one.due
        assert told is not None
        assert told.day == date.fromisoformat(day)
        assert some.code in told.why


def many_questions(*texts: str) -> dict[str, str]:
    """Needs by `id: entity, entity`, each worth less than the one before, on one system."""
    found, entities = "", set()
    for n, text in enumerate(texts):
        id_, _, asked = text.partition(": ")
        entities |= {*asked.split(", ")}
        priority = "must" if n < 2 else "should" if n < 4 else "could"
        found += f"- {{id: {id_}, kind: question, text: {id_}?, priority: {priority}, "
        found += f"entities: [{asked}]}}\n"
    named = "".join(f"- {{id: {e}}}\n" for e in sorted(entities))
    crud = ", ".join(f"{e}: CRUD" for e in sorted(entities))
    return {
        "entities.yaml": f"entities:\n{named}",
        "systems/crm.yaml": f"id: crm\nname: BeaconCRM\ncrud: {{{crud}}}\n",
        "needs.yaml": f"needs:\n{found}",
    }


def test_an_extraction_waits_for_those_that_it_builds_on(tmp_path: Path) -> None:
    files = many_questions("a: person", "b: person, gift", "c: gift, event")
    facts, judgement = judged(tmp_path, files)
    found = {i.id: i for i in plan(facts, judgement).initiatives if i.template == "extract-data"}
    assert {i: set(x.after) & set(found) for i, x in found.items()} == {
        "extract-data.a": set(),
        "extract-data.b": {"extract-data.a"},
        "extract-data.c": {"extract-data.b"},
    }
    whole = sum(i.effort[1] for i in found.values())
    dropped = {"plan.yaml": "initiatives: {extract-data.a: {status: dropped}}\n"}
    facts, judgement = judged(tmp_path, files | dropped)
    left = {i.id: i for i in plan(facts, judgement).initiatives if i.template == "extract-data"}
    assert set(left) == {"extract-data.b", "extract-data.c"}
    # The work that others need is not dropped with it: only its own setting up is.
    set_up = TEMPLATES["extract-data"].days[1]
    assert sum(i.effort[1] for i in left.values()) == pytest.approx(whole - set_up)


def test_a_question_that_people_name_has_an_extraction_of_its_own(tmp_path: Path) -> None:
    files = many_questions(*(f"q{n}: e{n}" for n in range(8)))
    facts, judgement = judged(tmp_path, files)
    made = plan(facts, judgement)
    found = {i.id: i.needs for i in made.initiatives if i.template == "extract-data"}
    assert len(found) == 5
    (together,) = (needs for needs in found.values() if len(needs) > 1)
    last = together[-1]
    text = f"""
        initiatives: {{extract-data.{last}: {{status: running}}}}
        own: [{{id: x, title: X, after: extract-data.{together[1]}}}]
    """
    facts, judgement = judged(tmp_path, files | {"plan.yaml": dedent(text)})
    made = plan(facts, judgement)
    by_id = {i.id: i for i in made.initiatives}
    assert by_id[f"extract-data.{last}"].needs == (last,)
    assert by_id[f"extract-data.{last}"].status == "running"
    (waited,) = by_id["x"].after
    assert together[1] in by_id[waited].needs
    assert made.orphans == ()
    assert made.closed == ()


def test_a_phase_holds_though_the_start_that_was_set_is_over(tmp_path: Path) -> None:
    brief = "resources: {start: 2027-01-11, days_per_month: 9}\n"
    text = "own: [{id: a, title: A, effort_days: 5, phase: 3, start: 2026-10-30}]\n"
    facts, judgement = judged(tmp_path, {"brief.yaml": brief, "plan.yaml": text})
    one = {i.id: i for i in plan(facts, judgement).initiatives}["a"]
    assert one.phase == 3
    assert one.against == ("it was to begin on 30 October 2026 and has not",)


def test_long_chains_are_ordered_in_a_moment() -> None:
    drafts = [work(f"i{k:03}", 400 - k, 3, (f"i{k - 1:03}",) if k else ()) for k in range(400)]
    assert by_worth(drafts) == tuple(d.id for d in drafts)
