"""What comes in beside what is there: matched, compared three ways, told at its cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crmaudit.errors import InvalidInput, Place
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import field_at
from crmaudit.workspace.incoming import Cell, Incoming, Item, Items, Kind, Record, digest
from crmaudit.workspace.merging import Merge, merge
from crmaudit.workspace.pairing import paired
from crmaudit.workspace.yaml_reader import Path_

Make = Callable[..., Workspace]

FILES = {
    "audit.yaml": """\
        organisation: Little House
        units:
          - {id: office, name: The Office}
        """,
    "people.yaml": """\
        people:
          - {id: ana, name: Ana Lind}
          - {id: tom, name: Tom Reed}
        """,
    "entities.yaml": """\
        entities:
          - {id: customer, name: Customer}
          - {id: order, name: Order}
        """,
    "systems/crm.yaml": """\
        # The first one.
        id: crm
        formerly: old-crm
        name: Our CRM
        vendor: Beacon        # who made it
        users: 12
        owners: {it: tom}
        documentation: {system: On the shelf}
        crud: {customer: CRU}
        costs:
          - {year: 2024, kind: licence, amount: 100}
          - {year: 2025, kind: licence, amount: 110}
        blank:
          hosting: nobody knows
          documentation.database: a cloud service
        """,
    "systems/billing.yaml": """\
        id: billing
        name: Billing
        """,
}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make(changed: Mapping[str, str] | None = None, *without: str) -> Workspace:
        import textwrap

        for name, text in {**FILES, **(changed or {})}.items():
            if name not in without:
                path = tmp_path / name
                path.parent.mkdir(exist_ok=True)
                path.write_text(textwrap.dedent(text))
        return load(tmp_path)

    return make


def at(place: str) -> Place:
    return Place(f"book.xlsx!{place}")


def cells(values: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> dict[Path_, Cell]:
    """Values by dotted paths; `base` says what they were at the export."""
    return {
        tuple(k.split(".")): Cell(
            v, at(k), None if base is None else digest(base.get(k))
        )
        for k, v in values.items()
    }  # fmt: skip


def record(
    id_: str = "crm",
    values: Mapping[str, Any] | None = None,
    base: Mapping[str, Any] | None = None,
    *,
    name: str = "",
    kind: Kind = "system",
    lists: Mapping[Path_, Items] | None = None,
) -> Record:
    where = at(f"{kind} {id_ or name}")
    return Record(kind, where, id_, name, cells(values or {}, base), lists or {})


def merged(workspace: Workspace, *records: Record, creates: bool = False, **more: Any) -> Merge:
    return merge(workspace, Incoming("book.xlsx", records, creates=creates), **more)


def mistakes(workspace: Workspace, *records: Record, creates: bool = False) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        merged(workspace, *records, creates=creates)
    return [str(p) for p in caught.value.problems]


def said(found: Merge) -> list[tuple[str, Any, Any]]:
    return [(d.what, d.old, d.new) for d in found.differences]


def written(found: Merge) -> Workspace:
    found.changes.write()
    return load(found.changes.root)


# Matching ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id_", "name"), [("crm", ""), ("old-crm", ""), ("", "our  crm"), ("", "OUR CRM")]
)
def test_by_id_former_id_or_name(make: Make, id_: str, name: str) -> None:
    found = merged(make(), record(id_, {"vendor": "Oak"}, name=name))
    assert [(d.subject, d.path) for d in found.differences] == [("system:crm", ("vendor",))]
    assert written(found).system["crm"].vendor == "Oak"


def test_new_ones_get_an_id_of_their_name(make: Make) -> None:
    found = merged(
        make(),
        record("", {"kind": "CRM"}, name="Grün & Söhne"),
        record("", name="Crm"),
        record("", name="Old CRM!"),
        record("", name="日本"),
        record("own-id", name="Named"),
    )
    workspace = written(found)
    assert {s.id: s.name for s in workspace.systems if s.id not in ("crm", "billing")} == {
        "gruen-soehne": "Grün & Söhne",
        "old-crm-2": "Old CRM!",  # a former id is taken, too
        "system": "日本",
        "own-id": "Named",
    } | {"crm-2": "Crm"}
    assert workspace.system["gruen-soehne"].kind == "crm"
    text = workspace.text("systems/gruen-soehne.yaml")
    assert text.startswith("# yaml-language-server: $schema=../.schema/systems.json\nid: gruen")


def test_an_id_of_our_own_book_is_meant(make: Make) -> None:
    """In other tools' files ids are theirs, and the name decides."""
    other = record("GUID-1", {"vendor": "Oak"}, name="Our CRM")
    assert [d.subject for d in merged(make(), other, creates=True).differences] == ["system:crm"]
    assert [d.subject for d in merged(make(), other).differences] == ["system:GUID-1"]


def test_the_same_thing_twice(make: Make) -> None:
    (said,) = mistakes(make(), record("crm"), record("", name="Our CRM"))
    assert "stands here twice" in said
    assert "first in book.xlsx!system crm" in said


def test_two_of_one_name(make: Make) -> None:
    workspace = make({"systems/billing.yaml": "id: billing\nname: Our CRM\n"})
    assert "give the id: " in mistakes(workspace, record("", name="Our CRM"))[0]


def test_what_cannot_be_an_id(make: Make) -> None:
    assert "cannot be an id" in mistakes(make(), record("../../etc", name="X"))[0]


# Values --------------------------------------------------------------------------------------


def test_values_are_read_as_their_field_wants_them(make: Make) -> None:
    values = {
        "name": "  Our CRM 2 ",
        "lifecycle.version": 2019,
        "lifecycle.since": date(2020, 1, 2),
        "lifecycle.phase": "Phase-Out",
        "users": 12.0,
        "owners.it": "ana lind",
        "owners.business": "tom",
        "depends_on": ["Billing"],
        "crud.Order": "r u",
        "crud.customer": "",
        "in_scope": "no",
        "entity_share.Customer": 0.5,
    }
    found = merged(make(), record("crm", values))
    system = written(found).system["crm"]
    assert (system.name, system.lifecycle.version, system.lifecycle.phase) == (
        "Our CRM 2", "2019", "phase-out",
    )  # fmt: skip
    assert system.lifecycle.since == date(2020, 1, 2)
    assert (system.owners.it, system.owners.business) == ("ana", "tom")
    assert system.depends_on == ("billing",)
    assert system.crud == {"customer": "", "order": "RU"}  # none of the letters
    assert not system.in_scope
    assert system.entity_share == {"customer": 0.5}
    assert found.unchanged == 1  # users


def test_other_lines_stay_as_they_are(make: Make) -> None:
    workspace = make()
    before = workspace.text("systems/crm.yaml")
    found = merged(workspace, record("crm", {"vendor": "Oak"}))
    (change,) = found.changes.files
    assert change.new == before.replace("Beacon        #", "Oak        #")


def test_every_mistake_at_its_cell(make: Make) -> None:
    bad = {
        "kind": "CRMM",
        "owners.it": "Ana Lint",
        "users": "many",
        "lifecycle.since": "1.2.2020",
        "lifecycle.successor": "Bilingg",
        "name": None,
        "nothing.of.ours": 1,
        "blank.vendor": "x",
    }
    found = mistakes(make(), record("crm", bad), record("", {"kind": "?"}, name="New"))
    assert [m.partition(". ")[0].removeprefix("book.xlsx!") for m in found] == [
        "kind: kind: 'CRMM' is none of the choices",
        "owners.it: there is no person 'Ana Lint'",
        "users: users: 'many', expected a whole number",
        "lifecycle.since: lifecycle.since: '1.2.2020' is not a date; write it as year-month-day, "
        "like 2026-03-31",
        "lifecycle.successor: there is no system 'Bilingg'",
        "name: name must not be empty",
        "nothing.of.ours: nothing.of.ours is no fact of a system",
        "blank.vendor: blank.vendor is no fact of a system",
        "kind: kind: '?' is none of the choices",
    ]
    assert "did you mean 'Ana Lind'" in found[1]
    assert "did you mean 'billing'" in found[4]


def test_mistakes_of_the_whole_are_told_at_a_cell(make: Make) -> None:
    """A cost has an amount or hours: that shows only when the item is whole."""
    item = Item({("year",): Cell(2026, at("C9")), ("kind",): Cell("hosting", at("D9"))}, at("A9"))
    found = mistakes(make(), record(lists={("costs",): Items((item,))}))
    assert found == ["book.xlsx!A9: a cost has either an `amount:` or `hours:`"]
    gap = Item({("year",): Cell(2026, at("C9")), ("amount",): Cell(3, at("E9"))}, at("A9"))
    assert mistakes(make(), record(lists={("costs",): Items((gap,))}))[0].startswith(
        "book.xlsx!A9: kind: is missing"
    )


def test_what_only_all_files_together_show(make: Make) -> None:
    """What the check of the files finds is told at the cell that put it there."""
    circle = record("office", {"parent": "The Office"}, kind="unit")
    assert mistakes(make(), circle) == [
        "book.xlsx!parent: the unit 'office' lies above itself. "
        "a unit's parents must lead to one at the top"
    ]


# Three ways ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "theirs", "what"),
    [
        ("Beacon", "Beacon", None),  # neither
        ("Beacon", "Oak", "changed"),  # they did
        ("Elm", "Elm", None),  # we did
        ("Elm", "Beacon", None),  # both, to the same
        ("Elm", "Oak", "conflict"),
        ("Beacon", None, "cleared"),
        ("Elm", None, "conflict"),
        (None, "Oak", "conflict"),  # it was empty
        (None, None, None),
    ],
)
def test_a_cell_three_ways(make: Make, base: str | None, theirs: str | None, what: str) -> None:
    found = merged(make(), record("crm", {"vendor": theirs}, {"vendor": base}))
    assert said(found) == ([(what, "Beacon", theirs)] if what else [])
    assert bool(found.changes.files) == (what in ("changed", "cleared"))
    taken = merged(make(), record("crm", {"vendor": theirs}, {"vendor": base}), theirs=True)
    if what:
        assert written(taken).system["crm"].vendor == theirs


def test_a_default_says_as_little_as_nothing(make: Make) -> None:
    values = {"in_scope": True, "crud_complete": "no", "notes": ""}
    assert not merged(make(), record("billing", values)).differences


def test_left_blank_on_purpose(make: Make) -> None:
    values = {
        "vendor": "blank: built by ourselves",
        "lifecycle.since": "Blank:  nobody\nremembers",
        "costs": "blank: free",
        "hosting": "cloud",
        "documentation.database.location": "blank: it shows none",
    }
    found = merged(make(), record("crm", values))
    kinds = {".".join(map(str, d.path)): d.what for d in found.differences}
    assert kinds["vendor"] == "cleared"  # there was one
    assert kinds["lifecycle.since"] == "blank"  # nobody knew
    assert kinds["hosting"] == "changed"
    assert found.differences[0].new == {"blank": "built by ourselves"}
    system = written(found).system["crm"]
    assert system.blank == {
        "vendor": "built by ourselves",
        "lifecycle.since": "nobody\nremembers",
        "costs": "free",
        "documentation.database": "it shows none",  # the wider fact was what was blank
    }
    assert system.vendor is None
    assert system.costs is None
    assert system.hosting == "cloud"


def test_filling_in_ends_the_blank(make: Make) -> None:
    found = merged(make(), record("crm", {"documentation.database.status": "partly"}))
    assert written(found).system["crm"].blank == {"hosting": "nobody knows"}
    found = merged(load(found.changes.root), record("crm", {"hosting": None}))
    assert said(found) == [("cleared", {"blank": "nobody knows"}, None)]
    assert written(found).system["crm"].blank == {}


def test_blank_needs_a_reason_and_a_name_cannot_be_blank(make: Make) -> None:
    found = mistakes(make(), record("crm", {"vendor": "blank:", "name": "blank: secret"}))
    assert "without a reason" in found[0]
    assert "cannot be left blank" in found[1]


def test_short_forms_grow(make: Make) -> None:
    found = merged(make(), record("crm", {"documentation.system.status": "partly"}))
    assert "system: {location: On the shelf, status: partly}" in str(found.changes.files[0].new)


# Lists ---------------------------------------------------------------------------------------

C24 = {"year": 2024, "kind": "licence", "amount": 100}
C25 = {"year": 2025, "kind": "licence", "amount": 110}


def item(values: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> Item:
    return Item(cells(values), at("row"), digest(base) if base else None)


def costs(*items: Item, exported: tuple[Mapping[str, Any], ...] = ()) -> Record:
    return record(lists={("costs",): Items(items, tuple(map(digest, exported)))})


def amounts(found: Merge) -> list[tuple[int, float | None]]:
    return [(c.year, c.amount) for c in written(found).system["crm"].costs or ()]


def test_items_of_our_own_book(make: Make) -> None:
    found = merged(
        make(),
        costs(
            item({**C25, "amount": 120}, C25),
            item({"year": 2026, "kind": "licence", "amount": 130}),
            exported=(C24, C25),
        ),
    )
    assert sorted(said(found), key=str) == [
        ("added", None, {"year": 2026, "kind": "licence", "amount": 130}),
        ("changed", 110, 120),
        ("cleared", C24, None),
    ]
    assert amounts(found) == [(2025, 120), (2026, 130)]


def test_items_from_elsewhere_are_never_removed_and_not_doubled(make: Make) -> None:
    found = merged(
        make(), costs(item({"year": 2025, "amount": "110"}), item({**C24, "year": 2020}))
    )
    assert amounts(found) == [(2024, 100), (2025, 110), (2020, 100)]
    again = merged(load(found.changes.root), costs(item(C24), item({**C24, "year": 2020})))
    assert not again.differences


def test_a_new_row_that_says_less_empties_nothing(make: Make) -> None:
    noted = item({**C25, "note": "dear"})
    found = merged(make(), costs(noted))
    assert said(found) == [("added", None, {**C25, "note": "dear"})]
    found.changes.write()
    again = merged(load(found.changes.root), costs(item({**C24, "note": None, "hours": None})))
    assert not again.differences


def test_lists_are_emptied_each_for_itself(make: Make) -> None:
    feed = item({"to": "billing"})
    lists = {("feeds",): Items((feed,)), ("costs",): Items((), tuple(map(digest, (C24, C25))))}
    crm = written(merged(make(), record(lists=lists))).system["crm"]
    assert crm.feeds
    assert crm.costs is None


def test_a_conflict_in_a_list_left_blank_here(make: Make) -> None:
    gone = {"year": 2019, "kind": "support", "amount": 5}
    blank = FILES["systems/crm.yaml"].replace("hosting:", "support.skills:")
    workspace = make({"systems/crm.yaml": blank})
    lists = {("support", "skills"): Items((item({"skill": "SQL", "needed": 2}, gone),))}
    found = merged(workspace, record(lists=lists))
    assert [d.what for d in found.differences] == ["conflict"]
    assert not found.changes.files


def test_a_removed_list_is_not_a_list_of_none(make: Make) -> None:
    found = merged(make(), costs(exported=(C24, C25)))
    assert written(found).system["crm"].costs is None


def test_a_copied_row_is_a_new_item(make: Make) -> None:
    found = merged(make(), costs(item(C24, C24), item({**C24, "year": 2026}, C24), item(C25, C25)))
    assert said(found) == [("added", None, {**C24, "year": 2026})]


def test_an_item_changed_on_both_sides(make: Make) -> None:
    exported = {**C25, "amount": 90}
    theirs = {**C25, "amount": 95}
    both = costs(item(C24, C24), item(theirs, exported), exported=(C24, exported))
    found = merged(make(), both)
    assert said(found) == [("conflict", C25, theirs)]
    assert not found.changes.files
    assert amounts(merged(make(), both, theirs=True)) == [(2024, 100), (2025, 95)]


def test_an_item_changed_there_and_removed_here(make: Make) -> None:
    gone = {"year": 2019, "kind": "support", "hours": None}
    both = costs(item(C24, C24), item(C25, C25), item({**C24, "year": 2019, "kind": "project",
                 "amount": 7}, gone))  # fmt: skip
    found = merged(make(), both)
    assert [w for w, *_ in said(found)] == ["conflict"]
    assert (2019, 7) in amounts(merged(make(), both, theirs=True))


def test_an_item_removed_there_and_changed_here_stays(make: Make) -> None:
    exported = {**C25, "amount": 90}
    found = merged(make(), costs(item(C24, C24), exported=(C24, exported)))
    assert not found.differences
    assert "changed here meanwhile" in found.left_out[0].message


def test_items_that_were_not_touched_need_no_values(make: Make) -> None:
    both = costs(Item({}, at("row"), digest(C24)), exported=(C24, C25))
    assert said(merged(make(), both)) == [("cleared", C25, None)]


def test_an_emptied_row_is_removed(make: Make) -> None:
    both = costs(item(C24, C24), item(dict.fromkeys(C25), C25), exported=(C24, C25))
    assert said(merged(make(), both)) == [("cleared", C25, None)]


def test_skills_name_people(make: Make) -> None:
    skill = item({"skill": "SQL", "held": [{"person": "Ana Lind", "level": "3"}]})
    found = merged(make(), record(lists={("support", "skills"): Items((skill,))}))
    (read,) = written(found).system["crm"].support.skills or ()
    assert (read.held[0].person, read.held[0].level) == ("ana", 3)
    bad = item({"skill": "SQL", "held": [{"person": "Nobody", "level": 3}]})
    lists = {("support", "skills"): Items((bad,))}
    assert "there is no person 'Nobody'" in mistakes(make(), record(lists=lists))[0]


def test_pairs_prefer_the_untouched() -> None:
    new = {**C24, "year": 2030}
    pairs = paired([C24], [(new, digest(C24)), (C24, digest(C24))], [digest(C24)])
    assert (pairs.same, pairs.added, pairs.removed) == ([(0, 1)], [0], [])


# What is referred to ---------------------------------------------------------------------------


def test_unknown_people_and_entities_join(make: Make) -> None:
    values = {"owners.it": "Una Fresh", "owners.business": "una  fresh", "crud.Big Invoice": "C"}
    found = merged(make(), record("crm", values), creates=True)
    assert [d.subject for d in found.differences if d.what == "added"] == [
        "person:una-fresh",
        "entity:big-invoice",
    ]
    workspace = written(found)
    assert workspace.person["una-fresh"].name == "Una Fresh"
    assert workspace.entity["big-invoice"].name == "Big Invoice"
    assert workspace.system["crm"].owners.business == "una-fresh"
    assert workspace.system["crm"].crud["big-invoice"] == "C"


def test_records_may_name_what_joins_with_them(make: Make) -> None:
    found = merged(
        make(),
        record("crm", {"owners.it": "Una Fresh", "lifecycle.successor": "Next"}),
        record("", {"unit": "the office"}, name="Una Fresh", kind="person"),
        record("", name="Next"),
    )
    workspace = written(found)
    assert workspace.system["crm"].owners.it == "una-fresh"
    assert workspace.system["crm"].lifecycle.successor == "next"
    assert workspace.person["una-fresh"].unit == "office"


def test_unknown_systems_of_other_tools_are_left_out(make: Make) -> None:
    found = merged(make(), record("crm", {"lifecycle.successor": "Nowhere"}), creates=True)
    assert not found.differences
    assert "there is no system 'Nowhere'" in found.left_out[0].message


def test_plain_names_stay_plain(make: Make) -> None:
    """The first person listed would make every plain name an unknown one."""
    crm = "id: crm\nname: Our CRM\nowners: {it: Jo Plain}\n"
    workspace = make({"systems/crm.yaml": crm}, "people.yaml")
    found = merged(
        workspace,
        record("crm", {"owners.business": "Una Fresh"}),
        record("", name="Una Fresh", kind="person"),
        creates=True,
    )
    assert written(found).system["crm"].owners.business == "Una Fresh"
    assert not found.changes.root.joinpath("people.yaml").exists()
    assert "plain names" in found.left_out[0].message


def test_the_first_entity_takes_the_named_ones_along(make: Make) -> None:
    crm = "id: crm\nname: Our CRM\ncrud: {customer: C}\n"
    workspace = make({"systems/crm.yaml": crm}, "entities.yaml")
    found = merged(workspace, record("", {"class": "master"}, name="Order", kind="entity"))
    assert {e.id for e in written(found).entities} == {"customer", "order"}


def test_owners_that_are_departments(make: Make) -> None:
    crm = "id: crm\nname: Our CRM\n"
    workspace = make({"systems/crm.yaml": crm}, "people.yaml")
    incoming = Incoming("x.csv", (record("crm", {"owners.business": "Sales"}),), plain_people=True)
    found = merge(workspace, incoming)
    assert [d.what for d in found.differences] == ["changed"]
    assert written(found).system["crm"].owners.business == "Sales"


# Other kinds -----------------------------------------------------------------------------------


def test_answers_to_findings(make: Make) -> None:
    answer = record(
        "INV101 system:crm",
        {"state": "agreed", "due": date(2027, 1, 31), "owner": "Ana Lind"},
        kind="response",
    )
    found = merged(make(), answer)
    (response,) = written(found).responses.responses
    assert (response.code, response.subject, response.owner) == ("INV101", "system:crm", "ana")
    changed = record("INV101 system:crm", {"state": "disputed", "reason": "no"}, kind="response")
    (response,) = written(merged(load(found.changes.root), changed)).responses.responses
    assert (response.state, response.reason, response.owner) == ("disputed", "no", "ana")


def test_answers_must_be_whole(make: Make) -> None:
    found = mistakes(make(), record("INV101 system:crm", {"state": "disputed"}, kind="response"))
    assert "needs a `reason:`" in found[0]
    found = mistakes(make(), record("INV101 system:crm", {"reason": "x"}, kind="response"))
    assert "state: is missing" in found[0]


def test_needs(make: Make) -> None:
    workspace = make({"needs.yaml": "needs:\n  - {id: n1, text: Who left?}\n"})
    found = merged(workspace, record("n1", {"answered": "Partly"}, kind="need"))
    assert written(found).needs[0].answered == "partly"


def test_mistakes_of_the_reader_come_first(make: Make) -> None:
    from crmaudit.errors import Problem

    incoming = Incoming(
        "b", (record("crm", {"users": "?"}),), mistakes=(Problem("torn", at("A1")),)
    )
    with pytest.raises(InvalidInput) as caught:
        merge(make(), incoming)
    assert [str(p.where) for p in caught.value.problems] == ["book.xlsx!A1", "book.xlsx!users"]


def test_nothing_in_nothing_out(make: Make) -> None:
    found = merged(make())
    assert (found.differences, found.changes.files, found.unchanged) == ((), (), 0)


def test_facts_know_what_they_hold() -> None:
    owner, crud, costs = (
        field_at(System, p) for p in [("owners", "it"), ("crud", "*"), ("costs",)]
    )
    assert owner
    assert crud
    assert costs
    assert (owner.kind, owner.refers, owner.name) == ("text", "person", "owners.it")
    assert (crud.kind, crud.key_refers, crud.name) == ("crud", "entity", "crud")
    assert costs.item is not None
    assert field_at(System, ("owners", "nobody")) is None


def test_none_and_unknown_of_a_new_system(make: Make) -> None:
    new = record("till", {"crud.customer": "", "crud.order": None}, name="Till")
    assert written(merged(make(), new)).system["till"].crud == {"customer": "", "order": None}


def test_an_emptied_cell_of_a_complete_matrix_is_unknown(make: Make) -> None:
    emptied = record(values={"crud.customer": None})
    assert written(merged(make(), emptied)).system["crm"].crud == {}
    crm = FILES["systems/crm.yaml"].replace("crud:", "crud_complete: true\n        crud:")
    found = merged(make({"systems/crm.yaml": crm}), emptied)
    assert written(found).system["crm"].crud == {"customer": None}


def test_the_audits_own_currency_is_no_news(make: Make) -> None:
    def cost(**values: Any) -> Record:
        where = at("Costs!A2")
        item = Item({(key,): Cell(value, where) for key, value in values.items()}, where)
        return record(lists={("costs",): Items((item,))})

    same = cost(year=2024, kind="licence", amount=100, currency="EUR")
    assert merged(make(), same).differences == ()
    other = cost(year=2024, kind="licence", amount=100, currency="USD")
    assert [d.what for d in merged(make(), other).differences] == ["added"]
