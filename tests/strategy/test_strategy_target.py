"""The target picture: decided before proposed, nobody cut off, every line with its reason."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from strategy.workspaces import facts_of

from crmaudit.strategy import FeedTarget, RecordTarget, SystemTarget, Target, target

ENTITIES = "entities: [{id: customer, name: Customer}, {id: invoice, name: Invoice}]\n"


def system(id_: str, crud: str, more: str = "") -> str:
    return f"id: {id_}\nname: {id_.upper()}\ncrud: {{{crud}}}\ncrud_complete: true\n{more}"


def picture(folder: Path, *systems: str, **files: str) -> Target:
    named = {f"systems/{s.split()[1]}.yaml": s for s in systems}
    entities = files.pop("entities", ENTITIES)
    others = {f"{name}.yaml": text for name, text in files.items()}
    return target(facts_of(folder, {**named, "entities.yaml": entities, **others}))


def record(aim: Target, entity: str = "customer") -> RecordTarget:
    return next(r for r in aim.records if r.entity == entity)


def only(aim: Target, name: str) -> SystemTarget:
    found = aim.system(name)
    assert found is not None
    return found


def feeds(aim: Target) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(f.action, f.source, f.target, f.entities) for f in aim.feeds]


# Systems


@pytest.mark.parametrize(
    ("more", "action", "decided", "reason"),
    [
        ("future: retain\n", "retain", True, "so decided in its dossier"),
        ("future: retire\n", "retire", True, "so decided in its dossier"),
        ("lifecycle: {phase: retired}\n", "retire", True, "it is retired already"),
        ("lifecycle: {phase: phase-in}\n", "retain", True, "it is being introduced"),
        ("lifecycle: {phase: phase-out}\n", "retire", True, "it is being phased out"),
        (
            "lifecycle: {phase: active, phase_out: 2027-03-01}\n",
            "retire",
            True,
            "its phase-out begins on 1 March 2027",
        ),
        (
            "lifecycle: {phase: active, successor: crm}\n",
            "replace",
            True,
            "CRM succeeds it",
        ),
        (
            "lifecycle: {phase: active, vendor_support_ends: 2025-01-01}\n",
            "decide",
            False,
            "vendor support ended 1 January 2025",
        ),
        (
            "fitness: {functional: 4, technical: 4, value: 4}\nlifecycle: {phase: active}\n",
            "retain",
            False,
            "high functional and technical fit: invest",
        ),
    ],
)
def test_what_becomes_of_a_system(
    tmp_path: Path, more: str, action: str, decided: bool, reason: str
) -> None:
    aim = picture(tmp_path, system("crm", "customer: CRU"), system("erp", "customer: R", more))
    erp = only(aim, "erp")
    assert (erp.action, erp.decided, erp.reason) == (action, decided, reason)


def test_who_alone_creates_what_others_read_is_replaced_not_retired(tmp_path: Path) -> None:
    old = system("old", "invoice: CRU", "lifecycle: {phase: phase-out}\n")
    aim = picture(tmp_path, old, system("crm", "customer: CRU, invoice: R"))
    found = only(aim, "old")
    assert (found.action, found.needs, found.stays) == ("replace", ("invoice",), True)
    assert found.conflict == "it alone creates Invoice, still needed, and no successor is named"
    assert record(aim, "invoice").future == "old"
    assert record(aim, "invoice").conflict == "it is to be replaced, and nobody named by what"


def test_a_question_needs_it_too(tmp_path: Path) -> None:
    old = system("old", "invoice: CRU", "lifecycle: {phase: phase-out}\n")
    needs = "needs: [{id: owing, text: Who owes us?, entities: invoice}]\n"
    assert only(picture(tmp_path, old, needs=needs), "old").action == "replace"


def test_what_the_organisation_decides_is_kept_and_the_conflict_told(tmp_path: Path) -> None:
    old = system("old", "invoice: CRU", "future: retire\n")
    aim = picture(tmp_path, old, system("crm", "customer: CRU, invoice: R"))
    assert only(aim, "old").action == "retire"
    assert "it alone creates Invoice" in only(aim, "old").conflict
    invoice = record(aim, "invoice")
    assert (invoice.future, invoice.basis) == (None, "open")
    assert invoice.conflict == "OLD, today's record, is to go and no successor is named"


# Records


def test_the_future_that_was_decided_comes_first(tmp_path: Path) -> None:
    entities = (
        "entities: [{id: customer, system_of_record: crm, target_system_of_record: erp},"
        " {id: invoice}]\n"
    )
    both = system("crm", "customer: CRU"), system("erp", "customer: RU, invoice: CRU")
    found = record(picture(tmp_path, *both, entities=entities))
    assert (found.now, found.future, found.basis) == (("crm",), "erp", "target declared")
    assert (found.confidence, found.moves, found.others) == ("high", True, ("crm",))


def test_a_target_that_is_itself_to_go_is_told(tmp_path: Path) -> None:
    entities = "entities: [{id: customer, target_system_of_record: old}, {id: invoice}]\n"
    old = system("old", "customer: CRU", "future: retire\n")
    found = record(picture(tmp_path, old, system("crm", "customer: CRU"), entities=entities))
    assert (found.future, found.conflict) == ("old", "OLD is itself to be retired")


def test_a_successor_takes_over(tmp_path: Path) -> None:
    entities = "entities: [{id: customer, system_of_record: old}, {id: invoice}]\n"
    old = system("old", "customer: CRU", "lifecycle: {phase: phase-out, successor: crm}\n")
    found = record(picture(tmp_path, old, system("crm", "customer: R"), entities=entities))
    assert (found.future, found.basis, found.confidence) == ("crm", "successor", "medium")
    assert found.reason == "CRM succeeds OLD, today's record"


def test_a_proposal_says_how_sure_it_is(tmp_path: Path) -> None:
    clear = record(
        picture(tmp_path / "a", system("crm", "customer: CRUD"), system("erp", "customer: RU"))
    )
    assert (clear.future, clear.basis, clear.confidence) == ("crm", "proposed", "medium")
    close = record(
        picture(tmp_path / "b", system("crm", "customer: CR"), system("erp", "customer: UR"))
    )
    assert (close.future, close.confidence) == ("crm", "low")
    tied = record(
        picture(tmp_path / "c", system("crm", "customer: CR"), system("erp", "customer: CR"))
    )
    assert (tied.future, tied.basis, tied.reason) == (
        None,
        "open",
        "CRM and ERP do equally much with it",
    )


# Feeds


def test_readers_are_reached_from_the_record(tmp_path: Path) -> None:
    aim = picture(tmp_path, system("crm", "customer: CRU"), system("erp", "customer: R"))
    (feed,) = aim.feeds
    assert feeds(aim) == [("build", "crm", "erp", ("customer",))]
    assert feed.reason == (
        "ERP reads Customer, and nothing brings it what the system of record holds"
    )


def test_other_creators_reach_the_record(tmp_path: Path) -> None:
    entities = "entities: [{id: customer, system_of_record: crm}, {id: invoice}]\n"
    aim = picture(
        tmp_path,
        system("crm", "customer: CRU"),
        system("shop", "customer: CR"),
        entities=entities,
    )
    assert feeds(aim) == [("build", "shop", "crm", ("customer",))]


@pytest.mark.parametrize(
    ("feed", "action", "reason"),
    [
        ("by: api", "keep", "both ends hold what it carries, and no problem is known"),
        ("by: manual", "mend", "carried by hand"),
        ("by: api, problems: Stops on Sundays.", "mend", "known problem: Stops on Sundays"),
    ],
)
def test_feeds_of_today_are_kept_or_mended(
    tmp_path: Path, feed: str, action: str, reason: str
) -> None:
    crm = system("crm", "customer: CRU", f"feeds: [{{to: erp, entities: customer, {feed}}}]\n")
    aim = picture(tmp_path, crm, system("erp", "customer: R"))
    assert feeds(aim) == [(action, "crm", "erp", ("customer",))]
    assert aim.feeds[0].reasons == (reason,)


def test_what_one_end_does_not_hold_is_retired(tmp_path: Path) -> None:
    crm = system("crm", "customer: CRU", "feeds: [{to: erp, entities: customer, by: api}]\n")
    aim = picture(tmp_path, crm, system("erp", "invoice: CRU"))
    assert feeds(aim) == [("retire", "crm", "erp", ("customer",))]
    assert aim.feeds[0].reason == "ERP does not hold Customer"


def test_a_circle_is_to_be_mended(tmp_path: Path) -> None:
    crm = system("crm", "customer: CRU", "feeds: [{to: erp, entities: customer, by: api}]\n")
    erp = system("erp", "customer: RU", "feeds: [{to: crm, entities: customer, by: api}]\n")
    aim = picture(tmp_path, crm, erp)
    assert {f.action for f in aim.feeds} == {"mend"}
    assert aim.feeds[0].reason == "carried round in a circle: Customer; agree one direction"


def test_feeds_go_with_their_systems_and_successors_take_over(tmp_path: Path) -> None:
    old = system(
        "old",
        "customer: CRU",
        "lifecycle: {phase: phase-out, successor: crm}\n"
        "feeds: [{to: erp, entities: customer, by: file}]\n",
    )
    aim = picture(tmp_path, old, system("crm", "customer: CRU"), system("erp", "customer: R"))
    assert feeds(aim) == [
        ("build", "crm", "erp", ("customer",)),
        ("retire", "old", "erp", ("customer",)),
    ]
    built, gone = aim.feeds
    assert built.reason == "takes over from OLD → ERP"
    assert gone.reason == "OLD is to be replaced by CRM"


def test_a_hub_that_has_it_passes_it_on(tmp_path: Path) -> None:
    crm = system("crm", "customer: CRU", "feeds: [{to: hub, entities: customer, by: api}]\n")
    hub = system(
        "hub",
        "customer: R",
        "kind: integration\nfeeds: [{to: erp, entities: customer, by: api},"
        " {to: shop, entities: invoice, by: api}, {from: erp, entities: invoice, by: api}]\n",
    )
    erp, shop = (
        system("erp", "customer: R, invoice: CRU"),
        system("shop", "invoice: R, customer: R"),
    )
    aim = picture(tmp_path, crm, hub, erp, shop)
    assert ("build", "hub", "shop", ("customer",)) in feeds(aim)


def test_what_the_crm_does_not_show_comes_to_it(tmp_path: Path) -> None:
    crm = system("crm", "customer: CRU", "kind: crm\none_place_view: [contact, activity, case]\n")
    aim = picture(tmp_path, crm, system("erp", "customer: R, invoice: CRU"))
    feed = next(f for f in aim.feeds if f.target == "crm")
    assert (feed.action, feed.source, feed.entities) == ("build", "erp", ("invoice",))
    assert feed.reason == ("one-place view: CRM does not show this part of a customer: invoice")


def test_rows_are_known_or_not(tmp_path: Path) -> None:
    made = FeedTarget("a", "b", "build", ("x", "y"), ("why",), volume={"x": 3})
    assert made.rows is None
    assert FeedTarget("a", "b", "build", ("x",), ("why",), volume={"x": 3}).rows == 3
    assert FeedTarget("a", "b", "build", (), ("why",)).rows is None


letters = st.sampled_from(["", "R", "RU", "CR", "CRU", "CRUD"])
future = st.sampled_from([None, "retain", "replace", "retire"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(letters, letters, future), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=6),
)
def test_nobody_who_stays_is_cut_off(
    rows: list[tuple[str, str, str | None]], links: list[tuple[int, int, bool]]
) -> None:
    """Whoever reads and stays is reached from the record; nothing leads to what goes."""
    files: dict[str, str] = {"entities.yaml": ENTITIES}
    for i, (customer, invoice, decided) in enumerate(rows):
        crud = {e: x for e, x in (("customer", customer), ("invoice", invoice)) if x}
        told = [
            {"to": f"s{b}", "entities": ["customer" if first else "invoice"], "by": "api"}
            for a, b, first in links
            if a == i and b != i and b < len(rows)
        ]
        dossier = {"id": f"s{i}", "name": f"S{i}", "crud": crud, "crud_complete": True}
        dossier |= {"feeds": told} | ({"future": decided} if decided else {})
        files[f"systems/s{i}.yaml"] = yaml.safe_dump(dossier)
    with tempfile.TemporaryDirectory() as folder:
        facts = facts_of(Path(folder), files)
        aim = target(facts)
    stays = {s.system for s in aim.systems if s.stays}
    left = [f for f in aim.feeds if f.action != "retire"]
    assert all({f.source, f.target} <= stays for f in left)
    assert all(f.reasons for f in aim.feeds)
    ways = [(f.action, f.source, f.target) for f in aim.feeds]
    assert len(ways) == len(set(ways))
    for r in aim.records:
        assert (r.future is None) == (r.basis == "open")
        if r.future is None or r.future not in stays:
            continue
        reached = {r.future}
        for _ in rows:
            reached |= {f.target for f in left if r.entity in f.entities and f.source in reached}
        creators = set(facts.crud.doing("C", r.entity))
        readers = set(facts.crud.doing("R", r.entity)) & stays - creators
        assert readers <= reached
