"""Findings in pieces: by system, feed and entity, each once, under stable ids."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from strategy.workspaces import facts_of, judged

from crmaudit.engine import Finding, Judgement
from crmaudit.strategy import plan
from crmaudit.strategy.initiatives import TEMPLATES
from crmaudit.strategy.pieces import MOST, pieces

TWO = {
    "systems/billing.yaml": """
        id: billing
        name: Ledgerline
        crud: {customer: R}
        feeds: []
    """,
    "systems/crm.yaml": "id: crm\nname: BeaconCRM\ncrud: {customer: CRUD}\nfeeds: []\n",
    "entities.yaml": "entities: [{id: customer, name: Customer}]\n",
}


def _like(judgement: Judgement, slug: str, *subjects: str) -> tuple[Finding, ...]:
    one = judgement.findings[0]
    return tuple(
        replace(one, initiative=slug, subject=s, fingerprint=s, related=()) for s in subjects
    )


def test_a_template_of_single_things_falls_into_them(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, TWO)
    found = _like(judgement, "document-systems", "system:crm", "system:billing", "organisation:x")
    made = {p.id: p for p in pieces(facts, found) if p.slug == "document-systems"}
    assert set(made) == {"document-systems.crm", "document-systems.billing", "document-systems"}
    assert made["document-systems.crm"].title == "Document BeaconCRM and its database"
    assert made["document-systems"].findings[0].subject == "organisation:x"


def test_tables_columns_and_cells_belong_to_their_entity(tmp_path: Path) -> None:
    files = TWO | {"maps/crm.yaml": "system: crm\ntables: [{table: contacts, entity: customer}]\n"}
    facts, judgement = judged(tmp_path, files)
    subjects = ("table:crm.contacts", "column:crm.contacts.email", "cell:crm.customer")
    found = pieces(facts, _like(judgement, "clean-data", *subjects, "table:crm.other"))
    made = {p.id: len(p.findings) for p in found if p.slug == "clean-data"}
    assert made == {"clean-data.customer": 3, "clean-data": 1}


def test_a_missing_feed_becomes_one_initiative_with_both_ends(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, TWO)
    made = {i.id: i for i in plan(facts, judgement).initiatives}
    feed = made["build-feeds.crm.billing"]
    assert feed.title == "Build the feed from BeaconCRM to Ledgerline (Customer)"
    assert {f.code for f in feed.findings} >= {"CRD114"}
    assert set(feed.systems) == {"crm", "billing"}


def test_a_system_that_ends_has_one_initiative_not_two(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, TWO)
    found = (
        *_like(judgement, "renew-or-replace", "system:billing"),
        *_like(judgement, "retire-systems", "system:billing"),
    )
    ends = [p for p in pieces(facts, found) if p.slug in ("renew-or-replace", "retire-systems")]
    assert [(p.id, len(p.findings)) for p in ends] == [("renew-or-replace.billing", 2)]


def test_beyond_the_most_the_lighter_ones_stay_together(tmp_path: Path) -> None:
    files = {f"systems/s{n}.yaml": f"id: s{n}\nname: System {n}\n" for n in range(MOST + 3)}
    facts, judgement = judged(tmp_path, files)
    found = _like(judgement, "document-systems", *(f"system:s{n}" for n in range(MOST + 3)))
    made = [p for p in pieces(facts, found) if p.slug == "document-systems"]
    assert len(made) == MOST + 1
    rest = next(p for p in made if p.id == "document-systems")
    assert (len(rest.findings), rest.units) == (3, 3)
    assert rest.title == f"{TEMPLATES['document-systems'].title}: the others"


def test_ids_are_valid_however_hostile_the_subject(tmp_path: Path) -> None:
    long = "x" * 80
    facts = facts_of(tmp_path, {"systems/a.yaml": f"id: {long}\nname: Long\n"})
    from crmaudit.engine import judge

    found = _like(judge(facts), "document-systems", f"system:{long}", f"system:{long[:-1]}")
    made = [p.id for p in pieces(facts, found) if p.slug == "document-systems"]
    assert len(made) == len(set(made)) == 2
    assert all(len(i) <= 80 for i in made)


def test_an_override_of_the_template_holds_for_all_its_pieces(tmp_path: Path) -> None:
    files = TWO | {
        "plan.yaml": """
            initiatives:
              document-systems: {owner: Ana Diaz, effort_days: 12}
              document-systems.crm: {owner: Bo Lind}
        """
    }
    facts, judgement = judged(tmp_path, files)
    found = replace(
        judgement, findings=_like(judgement, "document-systems", "system:crm", "system:billing")
    )
    made = {i.id: i for i in plan(facts, found).initiatives}
    crm, billing = made["document-systems.crm"], made["document-systems.billing"]
    assert (crm.owner, billing.owner) == ("Bo Lind", "Ana Diaz")
    # Twelve days in all: they are shared out.
    assert crm.effort == billing.effort == (6, 6)
    assert billing.overridden == ("effort_days", "owner")


def test_an_override_that_nothing_asks_for_is_told_not_refused(tmp_path: Path) -> None:
    files = TWO | {
        "plan.yaml": """
            initiatives: {deduplicate.customer: {phase: 2}, set-retention: {status: done}}
        """
    }
    facts, judgement = judged(tmp_path, files)
    (orphan,) = plan(facts, judgement).orphans
    assert "'deduplicate.customer'" in orphan.message
    assert orphan.where is not None
    assert orphan.where.file == "plan.yaml"


APART = {
    "systems/shop.yaml": """
        id: shop
        name: Shop
        crud: {order: C, customer: C}
        feeds:
          - {to: crm, entities: [order], by: api, owner: Ada Example}
          - {to: crm, entities: [customer], by: manual, problems: Typed twice}
    """,
    "systems/crm.yaml": "id: crm\nname: BeaconCRM\ncrud: {customer: CRU, order: RU}\nfeeds: []\n",
    "entities.yaml": """
        entities:
          - {id: customer, name: Customer, system_of_record: crm}
          - {id: order, name: Order, system_of_record: crm}
    """,
}


def test_a_feed_to_be_mended_names_what_is_to_be_mended(tmp_path: Path) -> None:
    """Between two systems one flow may be kept and another mended."""
    facts, judgement = judged(tmp_path, APART)
    made = {p.id: p for p in pieces(facts, judgement.findings)}
    assert made["mend-feeds.shop.crm"].title == "Mend the feed from Shop to BeaconCRM (Customer)"
    assert made["mend-feeds.shop.crm"].entities == ("customer",)


def test_records_that_a_system_lacks_belong_to_the_feed_that_brings_them(tmp_path: Path) -> None:
    """Not to the widest feed that leads there, and to one to be mended where there is one."""
    files = APART | {
        "systems/desk.yaml": "id: desk\nname: Desk\ncrud: {customer: C, order: C}\nfeeds: []\n",
        "systems/post.yaml": "id: post\nname: Post\ncrud: {customer: C}\nfeeds: []\n",
    }
    facts, judgement = judged(tmp_path, files)
    (lacking,) = _like(judgement, "build-feeds", "cell:crm.customer")
    found = [
        replace(lacking, fingerprint=s, related=("system:crm", f"system:{s}", "entity:customer"))
        for s in ("post", "shop", "desk")
    ]
    made = {f.fingerprint: p.id for p in pieces(facts, found) for f in p.findings}
    assert made == {
        "post": "build-feeds.post.crm",
        "shop": "mend-feeds.shop.crm",
        "desk": "build-feeds.desk.crm",
    }


def test_a_feed_that_the_target_does_not_know_has_no_direction(tmp_path: Path) -> None:
    facts, judgement = judged(tmp_path, TWO | {"systems/desk.yaml": "id: desk\nname: Desk\n"})
    (one,) = _like(judgement, "build-feeds", "dysfunction:twice")
    found = pieces(facts, [replace(one, related=("system:crm", "system:desk"))])
    titles = [p.title for p in found if p.id == "build-feeds.crm.desk"]
    assert titles == ["Build a feed between BeaconCRM and Desk"]


def test_no_feed_is_built_to_a_system_that_goes(tmp_path: Path) -> None:
    old = "id: old\nname: Old cards\nfuture: retire\ncrud: {customer: R}\nfeeds: []\n"
    facts, judgement = judged(tmp_path, TWO | {"systems/old.yaml": old})
    feeds = _like(judgement, "build-feeds", "feed:crm.old")
    found = {
        p.id: p for p in pieces(facts, (*feeds, *_like(judgement, "mend-feeds", "feed:old.crm")))
    }
    assert len(found["retire-systems.old"].findings) == 2
    assert not any("old" in p for p in found if "feeds" in p)


def test_what_stays_together_takes_the_days_of_each_feed_once(tmp_path: Path) -> None:
    """However many findings name a feed, and whether any does."""
    many = {
        f"systems/s{n}.yaml": f"id: s{n}\nname: S{n}\ncrud: {{customer: R}}\nfeeds: []\n"
        for n in range(MOST + 3)
    }
    facts, judgement = judged(tmp_path, TWO | many)
    rest = next(p for p in pieces(facts, ()) if p.id == "build-feeds")
    assert (len(rest.others), rest.units) == (4, 0)
    again = _like(judgement, "build-feeds", *[f"feed:crm.s{n}" for n in range(MOST + 3)])
    doubled = (*again, *(replace(f, fingerprint=f.fingerprint + "2") for f in again))
    more = next(p for p in pieces(facts, doubled) if p.id == "build-feeds")
    assert (len(more.others), more.units) == (4, 0)
