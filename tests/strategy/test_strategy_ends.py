"""What ends is not mended, what is critical does not wait, and nobody leads after they left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from strategy.workspaces import judged

from crmaudit.engine import Finding, Judgement
from crmaudit.rules.base import Severity
from crmaudit.strategy import plan
from crmaudit.strategy.pieces import pieces
from crmaudit.strategy.schedule import Task, schedule
from crmaudit.strategy.target import target

ENDING = {
    "systems/billing.yaml": """
        id: billing
        name: Ledgerline
        crud: {customer: C}
        feeds: []
        lifecycle: {phase: phase-out, retired: 2027-06-30}
    """,
    "systems/crm.yaml": "id: crm\nname: BeaconCRM\ncrud: {customer: R}\nfeeds: []\n",
    "entities.yaml": "entities: [{id: customer, name: Customer}]\n",
}


def _like(
    judgement: Judgement, slug: str, *subjects: str, severity: Severity = "medium"
) -> tuple[Finding, ...]:
    one = judgement.findings[0]
    return tuple(
        replace(
            one, initiative=slug, subject=s, fingerprint=slug + s, related=(), severity=severity
        )
        for s in subjects
    )


def test_what_ends_is_not_described_opened_or_fed(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, ENDING)
    found = (
        *_like(judgement, "document-systems", "system:billing", "system:crm"),
        *_like(judgement, "open-access-paths", "system:billing"),
        *_like(judgement, "mend-feeds", "feed:billing.crm"),
        *_like(judgement, "maintain-systems", "system:billing"),
    )
    made = {p.id: len(p.findings) for p in pieces(facts, found) if p.findings}
    assert made == {
        "renew-or-replace.billing": 3,
        "document-systems.crm": 1,
        "maintain-systems.billing": 1,
    }


def test_a_feed_of_what_is_to_be_replaced_is_its_successors(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, ENDING)
    titles = {p.id: p.title for p in pieces(facts, judgement.findings)}
    assert titles["build-feeds.billing.crm"] == (
        "Build the feed from the successor of Ledgerline to BeaconCRM (Customer)"
    )


def test_a_feed_waits_until_duplicates_of_what_it_carries_are_merged(tmp_path: Path) -> None:
    files = ENDING | {
        "systems/billing.yaml": "id: billing\nname: Ledgerline\ncrud: {customer: C}\nfeeds: []\n",
        "entities.yaml": "entities: [{id: customer, name: Customer}, {id: note, name: Note}]\n",
    }
    facts, judgement = judged(tmp_path, files)
    found = (
        *judgement.findings,
        *_like(judgement, "deduplicate", "entity:customer", "entity:note"),
    )
    made = {i.id: i for i in plan(facts, replace(judgement, findings=found)).initiatives}
    feed = made["build-feeds.billing.crm"]
    assert "deduplicate.customer" in feed.after
    assert "deduplicate.note" not in feed.after


def test_an_own_initiative_answers_for_what_it_replaces(tmp_path: Path) -> None:
    own = "own: [{id: ledger, title: New ledger, replaces: billing}]\n"
    facts, judgement = judged(tmp_path, ENDING | {"plan.yaml": own})
    of_billing = target(facts).system("billing")
    assert of_billing is not None
    assert (of_billing.action, of_billing.stays) == ("replace", False)
    found = (
        *_like(judgement, "renew-or-replace", "system:billing"),
        *_like(judgement, "maintain-systems", "system:billing", severity="critical"),
    )
    made = {
        i.id: len(i.findings) for i in plan(facts, replace(judgement, findings=found)).initiatives
    }
    assert made["ledger"] == 1
    assert made["maintain-systems.billing"] == 1
    assert not [i for i in made if i.startswith(("renew-or-replace", "build-feeds"))]


def test_what_is_critical_leaves_the_larger_work_and_has_a_day(tmp_path: Path) -> None:
    files = ENDING | {"plan.yaml": "start: 2027-01-01\ncapacity_days_per_month: 20\n"}
    facts, judgement = judged(tmp_path, files)
    found = (
        *_like(judgement, "set-retention", "entity:customer", "organisation:x"),
        *_like(judgement, "set-retention", "system:crm", severity="critical"),
    )
    made = {i.id: i for i in plan(facts, replace(judgement, findings=found)).initiatives}
    first = made["answer-critical.crm"]
    assert first.title == "Contain what is critical in BeaconCRM"
    assert (len(first.findings), len(made["set-retention"].findings)) == (1, 2)
    assert first.due is not None
    assert first.due.day == date(2026, 11, 30), "a month after the audit"
    assert first.end is not None
    assert first.end <= first.due.day
    assert made["set-retention"].due is None


def test_people_may_give_what_is_critical_another_day(tmp_path: Path) -> None:
    files = ENDING | {"plan.yaml": "initiatives: {maintain-systems.crm: {phase: 2}}\n"}
    facts, judgement = judged(tmp_path, files)
    found = _like(judgement, "maintain-systems", "system:crm", severity="critical")
    (one,) = [
        i
        for i in plan(facts, replace(judgement, findings=found)).initiatives
        if i.template == "maintain-systems"
    ]
    assert one.due is None


def test_nobody_leads_after_their_last_day(tmp_path: Path) -> None:
    files = ENDING | {
        "people.yaml": "people: [{id: ana, name: Ana Diaz, leaves: 2027-01-15}]\n",
        "plan.yaml": """
            start: 2027-01-01
            capacity_days_per_month: 10
            own:
              - {id: long, title: Long work, owner: ana, effort_days: 40}
              - {id: short, title: Short work, owner: ana, effort_days: 1, start: 2027-01-04}
        """,
    }
    made = {i.id: i for i in plan(*judged(tmp_path, files)).initiatives}
    assert (made["long"].owner, made["long"].left) == (None, ("ana", date(2027, 1, 15)))
    assert "nobody is named to lead it" in made["long"].risk.reasons
    assert (made["short"].owner, made["short"].left) == ("ana", None)


def test_what_cannot_keep_its_day_pushes_nobody_beyond_theirs() -> None:
    begin = date(2027, 1, 4)
    tasks = [
        Task("hopeless", 200, due=date(2027, 2, 1)),
        Task("as hopeless", 200, due=date(2027, 2, 1)),
        Task("urgent", 4, due=date(2027, 1, 29), priority=0.1),
        Task("other", 200, priority=9),
    ]
    placed = schedule(tasks, begin, 10).placed
    assert placed["urgent"].end <= date(2027, 1, 29)


def test_what_is_off_already_is_settled_not_retired(tmp_path: Path) -> None:
    for day, title in (
        ("2026-09-30", "Settle what is left of Ledger, which is retired"),
        ("2027-09-30", "Retire Ledger"),
    ):
        system = f"id: billing\nname: Ledger\nlifecycle: {{retired: {day}}}\n"
        facts, judgement = judged(tmp_path, {"systems/billing.yaml": system})
        found = _like(judgement, "retire-systems", "system:billing")
        made = {i.id: i for i in plan(facts, replace(judgement, findings=found)).initiatives}
        assert made["retire-systems.billing"].title == title
