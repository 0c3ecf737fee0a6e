"""Our own workbooks: what goes out comes back; a cell that is changed is all that changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from book_workspaces import (
    Edit,
    book,
    export,
    folder,
    grids,
    landscapes,
    teardown_module,
    values,
    workspace,
)
from golden_files import EXAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.exchange import inventory_book, own_book
from crmaudit.exchange.book_cells import from_cell, to_cell
from crmaudit.exchange.book_sheets import layouts
from crmaudit.exchange.formats import importer
from crmaudit.sheets import read_book
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.dossier import System
from crmaudit.workspace.fields import fields, lists
from crmaudit.workspace.matching import Names
from crmaudit.workspace.merging import Merge, merge

__all__ = ["teardown_module"]

CRM: dict[str, Any] = {
    "id": "crm",
    "name": "Our CRM",
    "vendor": "=cmd|' /C calc'!A0",
    "users": 12,
    "owners": {"it": "ana", "business": "twin-1"},
    "lifecycle": {"since": date(1899, 5, 1), "version": "0123"},
    "costs": [
        {"year": 2024, "kind": "licence", "amount": 100},
        {"year": 2025, "kind": "licence", "amount": 110, "note": "+5 %"},
    ],
    "support": {"skills": [{"skill": "SQL", "needed": 3, "held": [
        {"person": "ana", "level": 3}, {"person": "tom", "level": 2}]}]},
    "feeds": [],
    "crud": {"customer": "CRU", "order": ""},
    "entity_share": {"customer": 0.5},
    "tags": ["a; b", "none", 'q"'],
    "blank": {"hosting": "nobody knows", "documentation": "a cloud service"},
}  # fmt: skip
BILLING = {"id": "billing", "name": "Billing"}


@pytest.fixture
def declared() -> Workspace:
    return workspace(CRM, BILLING)


def back(declared: Workspace, sheets: Any, *, theirs: bool = False) -> Merge:
    return merge(declared, own_book.read_grids(sheets, "b.xlsx", declared), theirs=theirs)


def mistakes(declared: Workspace, sheets: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        back(declared, sheets)
    return [str(p) for p in caught.value.problems]


def said(found: Merge) -> list[tuple[str, str, str, Any, Any]]:
    return [
        (d.subject, ".".join(map(str, d.path)), d.what, d.old, d.new) for d in found.differences
    ]


# Round trips ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["inventory.xlsx", "inventory.csv"])
@pytest.mark.parametrize("example", ["harbourlight", "northwharf"])
def test_an_untouched_export_changes_nothing(example: str, name: str) -> None:
    declared = load(EXAMPLES / example)
    path = book(declared, name)
    what, module = importer(path)
    assert what == "workbook"
    found = merge(declared, module.read(path, declared))
    assert not found.differences
    assert not found.left_out
    assert found.unchanged > 100


@settings(max_examples=15)
@given(landscapes)
def test_any_workspace_comes_back(landscape: tuple[dict[str, Any], ...]) -> None:
    declared = workspace(*landscape)
    for name in ("inventory.xlsx", "inventory.csv"):
        found = back(declared, read_book(book(declared, name)))
        assert said(found) == []


@settings(max_examples=15)
@given(landscapes)
def test_every_value_is_in_the_book(landscape: tuple[dict[str, Any], ...]) -> None:
    """Without the marks of the export, and into dossiers that know nothing, all is there."""
    declared = workspace(*landscape)
    sheets = grids(book(declared))
    for layout in layouts():
        Edit(sheets, layout.key).forget_marks()
    bare = workspace(*({"id": d["id"], "name": d["name"]} for d in landscape))
    back(bare, sheets).changes.write()
    for was, now in zip(declared.systems, load(bare.root).systems, strict=True):
        for fact in (*fields(System), *lists(System)):
            assert fact.of(now) == fact.of(was), fact.name
        assert now.blank == was.blank
        assert now.entity_share == was.entity_share
        assert now.crud == was.crud


@settings(max_examples=25)
@given(st.data(), landscapes)
def test_a_cell_that_is_changed_is_all_that_changes(
    data: st.DataObject, landscape: tuple[dict[str, Any], ...]
) -> None:
    declared = workspace(*landscape)
    facts = [f for f in layouts()[0].facts if f.item is None]
    fact = data.draw(st.sampled_from(facts))
    value = data.draw(values(fact))
    names = Names(declared)
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    row = data.draw(st.sampled_from([edit.find(id="crm"), edit.find(id="billing")]))
    before = edit.rows[row][edit.columns[fact.name]]
    plain = fact.read(value)
    cell = to_cell(fact, plain, names)
    edit.put(row, **{fact.name.replace(".", "__"): cell})
    found = back(declared, sheets)
    id_ = str(edit.rows[row][0])
    if cell == before:
        assert said(found) == []
        return
    assert [(d.subject, d.path, d.new) for d in found.differences] == [
        (f"system:{id_}", fact.path, plain)
    ]
    place = edit.grid.place(row, edit.columns[fact.name])
    assert found.differences[0].place == place
    found.changes.write()
    assert fact.of(load(declared.root).system[id_]) == plain


def test_cells_say_what_facts_hold(declared: Workspace) -> None:
    names = Names(declared)
    edit = Edit(grids(book(declared)), "systems")
    row = edit.rows[edit.find(id="crm")]
    shown = {k: row[i] for k, i in edit.columns.items() if row[i] is not None}
    assert shown["vendor"] == "=cmd|' /C calc'!A0"
    assert shown["owners.it"] == "Ana Lind"
    assert shown["owners.business"] == "twin-1"  # two share the name
    assert shown["lifecycle.version"] == "0123"
    assert shown["lifecycle.since"] == "1899-05-01"
    assert shown["tags"] == '"a; b"; "none"; "q"""'
    assert shown["hosting"] == "blank: nobody knows"
    assert shown["documentation.system.location"] == "blank: a cloud service"
    assert shown["costs"] == "2 listed"
    assert shown["feeds"] == "none"
    assert shown["in_scope"] == "yes"
    skills = Edit(grids(book(declared)), "support.skills")
    assert skills.rows[skills.first][skills.columns["held"]] == 'Ana Lind: 3; "Tom; Reed: 2"'
    assert names.label("entity", "order") == "order"


@pytest.mark.parametrize("empty", [None, "", "  ", "\n"])
def test_an_empty_cell_is_nothing(empty: Any) -> None:
    assert {from_cell(fact, empty) for fact in fields(System)} == {None}


def test_no_path_and_no_secret_goes_out() -> None:
    secret = {
        **BILLING,
        "database": {"url": "postgresql://u:hush@h/d", "schema": "s"},
        "traces": {"code": "/srv/code"},
        "maintenance": {"backup_folder": "/srv/dumps"},
    }
    declared = workspace(secret)
    texts = [str(v) for g in grids(book(declared)) for row in g.rows for v in row]
    assert not [t for t in texts if "hush" in t or "/srv" in t]
    assert inventory_book.render(export(declared)).losses


def test_accounts_and_skills_of_people_stay_here() -> None:
    """A workbook goes to owners: it says who there is, not what they may and can."""
    root = folder({"systems/crm.yaml": BILLING, "people.yaml": {"people": [
        {"id": "ana", "name": "Ana Lind", "accounts": {"billing": "a.lind"}, "granted": "User",
         "skills": [{"skill": "SQL", "level": 1}]}]}})  # fmt: skip
    edit = Edit(grids(book(load(root))), "people")
    assert list(edit.columns) == ["id", "crmaudit:people", "name", "unit", "job"]


def test_groups_of_columns_are_spelled_as_people_spell_them(declared: Workspace) -> None:
    sheet = next(g for g in grids(book(declared)) if g.name == "Entities")
    shown = {str(v) for row in sheet.rows[:3] for v in row if v is not None}
    assert "RACI" in shown
    assert "Raci" not in shown


def test_texts_that_no_cell_can_hold_are_left_alone() -> None:
    long = {**CRM, "notes": "x" * 40_000, "description": "blank: is how this text begins",
            "vendor": "a\ufffeb"}  # fmt: skip
    declared = workspace(long)
    rendered = inventory_book.render(export(declared))
    assert any("3 texts" in loss for loss in rendered.losses)
    found = back(declared, read_book(book(declared)))
    assert not found.differences
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    edit.put(edit.find(id="crm"), users=13)
    assert [d.path for d in back(declared, sheets).differences] == [("users",)]


# Edits ----------------------------------------------------------------------------------------


def test_sorted_rows_and_columns_in_another_order(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    edit.put(edit.find(id="crm"), users=13)
    edit.rows[edit.first :] = edit.rows[edit.first :][::-1]
    for row in edit.rows:
        row.reverse()
    assert said(back(declared, sheets)) == [("system:crm", "users", "changed", 12, 13)]


def test_conflicts_with_what_changed_here_meanwhile(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    edit.put(edit.find(id="crm"), users=13, vendor="Oak")
    path = declared.root / "systems/crm.yaml"
    path.write_text(path.read_text().replace("users: 12", "users: 14"))
    now = load(declared.root)
    found = back(now, sheets)
    assert said(found) == [
        ("system:crm", "vendor", "changed", "=cmd|' /C calc'!A0", "Oak"),
        ("system:crm", "users", "conflict", 14, 13),
    ]
    found.changes.write()
    assert load(declared.root).system["crm"].users == 14
    assert [d.what for d in back(now, sheets, theirs=True).differences] == ["changed", "changed"]


def test_what_changed_here_and_not_there_stays(declared: Workspace) -> None:
    sheets = grids(book(declared))
    path = declared.root / "systems/crm.yaml"
    path.write_text(path.read_text().replace("users: 12", "users: 14"))
    assert not back(load(declared.root), sheets).differences


def test_list_rows_that_go_come_and_change(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "costs")
    del edit.rows[edit.find(year=2024)]
    edit.put(edit.find(year=2025), amount=120)
    edit.add(system="Billing", year=2026, kind="Hosting", amount="7.5")
    edit.add(system="crm", year=2026, kind="licence", amount=1)
    found = back(declared, sheets)
    found.changes.write()
    systems = load(declared.root).system
    assert [(c.year, c.amount) for c in systems["crm"].costs or ()] == [(2025, 120), (2026, 1)]
    assert [(c.kind, c.amount) for c in systems["billing"].costs or ()] == [("hosting", 7.5)]


def test_a_sheet_that_is_missing_takes_nothing_away(declared: Workspace) -> None:
    sheets = [g for g in grids(book(declared)) if g.name in ("Systems", "Skills")]
    assert not back(declared, sheets).differences


def test_a_system_whose_row_is_missing_stays(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    del edit.rows[edit.find(id="crm")]
    costs = Edit(sheets, "costs")
    del costs.rows[costs.find(year=2024)]
    assert not back(declared, sheets).differences


def test_crud_rows(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "crud")
    edit.put(edit.find(entity="Customer"), crud="r")
    del edit.rows[edit.find(entity="order")]
    edit.add(system="Billing", entity="Customer", crud="none")
    found = back(declared, sheets)
    assert said(found) == [
        ("system:billing", "crud.customer", "changed", None, ""),
        ("system:crm", "crud.customer", "changed", "CRU", "R"),
        ("system:crm", "crud.order", "cleared", "", None),
    ]
    found.changes.write()
    systems = load(declared.root).system
    assert (systems["crm"].crud, systems["billing"].crud) == ({"customer": "R"}, {"customer": ""})
    assert systems["crm"].entity_share == {"customer": 0.5}


def test_none_and_blank_in_place_of_a_list(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    edit.put(edit.find(id="billing"), costs="none", feeds="blank: not asked", interfaces=None)
    edit.put(edit.find(id="crm"), feeds=None, costs=None)  # the rows say it, not this cell
    found = back(declared, sheets)
    assert said(found) == [
        ("system:billing", "costs", "changed", None, []),
        ("system:billing", "feeds", "blank", None, {"blank": "not asked"}),
        ("system:crm", "feeds", "cleared", [], None),
    ]
    edit.put(edit.find(id="crm"), costs="none")
    assert "yet rows on their sheet" in mistakes(declared, sheets)[0]
    costs = Edit(sheets, "costs")
    del costs.rows[costs.first :]
    back(declared, sheets).changes.write()
    assert load(declared.root).system["crm"].costs == ()


def test_a_new_system_with_its_lists(declared: Workspace) -> None:
    sheets = grids(book(declared))
    Edit(sheets, "systems").add(
        name="Grants", owners__it="Una Fresh", depends_on="Our CRM; billing"
    )
    Edit(sheets, "people").add(name="Una Fresh", unit="Office")
    Edit(sheets, "costs").add(system="grants", year=2026, kind="licence", amount=5)
    Edit(sheets, "crud").add(system="Grants", entity="Applicant", crud="C")
    Edit(sheets, "entities").add(name="Applicant")
    back(declared, sheets).changes.write()
    now = load(declared.root)
    grants = now.system["grants"]
    assert grants.owners.it == "una-fresh"
    assert grants.depends_on == ("crm", "billing")
    assert grants.costs
    assert grants.crud == {"applicant": "C"}
    assert now.person["una-fresh"].unit == "office"


def test_mistakes_name_their_cells(declared: Workspace) -> None:
    sheets = grids(book(declared))
    systems, costs, skills = (Edit(sheets, k) for k in ("systems", "costs", "support.skills"))
    row = systems.find(id="crm")
    systems.put(row, users="dozens", kind="CMR", owners__it="Ana Lint")
    systems.add(vendor="Nameless")
    costs.put(costs.find(year=2024), amount="1,200")
    costs.add(year=2026, kind="licence", amount=1)
    costs.add(system="Biling", year=2026, kind="licence", amount=1)
    skills.put(skills.first, held="Ana Lind 3")
    crud = Edit(sheets, "crud")
    crud.add(system="Our CRM", entity="customer", crud="R")
    crud.add(system="Our CRM", crud="R")
    found = mistakes(declared, sheets)
    places = {m.partition(": ")[0].partition("!")[2] for m in found}
    assert {"CRUD!C5", "CRUD!C6", "Costs!A5", "Costs!A6", "Skills!E3", "Systems!C6"} < places
    assert len(found) == len(places) == 10
    text = "\n".join(found)
    for words in (
        "'1,200' has thousands separators; write 1200", "did you mean 'Ana Lind'",
        "did you mean 'crm'", "neither an id nor a name", "does not say of which system",
        "did you mean 'billing'", "has no level; write it like Ana Lind: 3", "stand together twice",
        "does not say which entity", "'dozens', expected a whole number",
    ):  # fmt: skip
        assert words in text


def test_torn_rows_and_copied_rows(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    first, second = edit.rows[edit.first], edit.rows[edit.first + 1]
    first[edit.mark], second[edit.mark] = second[edit.mark], first[edit.mark]
    assert all("torn apart" in m for m in mistakes(declared, sheets))
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    edit.rows.append([*edit.rows[edit.find(id="crm")]])
    assert not back(declared, sheets).differences
    edit.put(len(edit.rows) - 1, name="Another CRM")
    assert "stands here twice" in mistakes(declared, sheets)[0]


def test_systems_removed_or_renamed_here_meanwhile(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    edit.put(edit.find(id="crm"), users=13)
    renamed = {**CRM, "id": "beacon", "formerly": "crm"}
    found = back(workspace(renamed, BILLING), sheets)
    assert [(d.subject, d.new) for d in found.differences] == [("system:beacon", 13)]
    found = back(workspace(BILLING), sheets)
    assert not found.differences
    assert "was removed here since the export" in found.left_out[0].message


def test_columns_and_sheets_of_their_own_are_left_alone(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    for i, row in enumerate(edit.rows):
        row.append({edit.first - 1: "My remarks", edit.first: "look at this"}.get(i))
    found = back(declared, sheets)
    assert not found.differences
    assert [p.message for p in found.left_out] == [
        "the column 'My remarks' is none of this workbook's"
    ]


def test_faults_and_merged_cells(declared: Workspace) -> None:
    from dataclasses import replace

    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    row, column = edit.find(id="crm"), edit.columns["users"]
    place = str(edit.grid.place(row, column))
    edit.rows[row][column] = None
    odd = replace(edit.grid, faults={(row, column): "#N/A is an error, not a value"})
    sheets = [odd if g is edit.grid else g for g in sheets]
    assert mistakes(declared, sheets) == [
        f"{place}: #N/A is an error, not a value. write the value itself"
    ]
    joined = replace(edit.grid, merged=(((row, column), (row + 1, column)),))
    sheets = [joined if g is odd else g for g in sheets]
    assert "merged" in mistakes(declared, sheets)[0]


def test_without_people_owners_are_plain_names() -> None:
    root = folder({"systems/billing.yaml": {**BILLING, "owners": {"it": "Jo Plain"}},
                   "people.yaml": {"people": []}})  # fmt: skip
    declared = load(root)
    sheets = grids(book(declared))
    assert "People" not in [g.name for g in sheets]
    edit = Edit(sheets, "systems")
    edit.put(edit.find(id="billing"), owners__business="Una Fresh")
    back(declared, sheets).changes.write()
    owners = load(root).system["billing"].owners
    assert (owners.it, owners.business) == ("Jo Plain", "Una Fresh")


def test_csv_has_no_lists_and_takes_none_away(declared: Workspace) -> None:
    path = book(declared, "inventory.csv")
    text = path.read_bytes().decode("utf-8-sig")
    assert "'=cmd|' /C calc'!A0" in text
    path.write_bytes(path.read_bytes().replace(b",12,", b",13,"))
    found = back(declared, read_book(path))
    assert said(found) == [("system:crm", "users", "changed", 12, 13)]


def test_what_is_recognised(declared: Workspace, tmp_path: Any) -> None:
    for name in ("inventory.xlsx", "inventory.csv"):
        path = book(declared, name)
        assert own_book.recognises(path, path.read_bytes()[:65536])
    other = tmp_path / "other.csv"
    other.write_text("name,note\nCRM,crmaudit:systems\n")
    assert not own_book.recognises(other, other.read_bytes())
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 no")
    assert not own_book.recognises(broken, broken.read_bytes())
    with pytest.raises(CrmauditError):
        own_book.read(broken, declared)


def test_marks_that_have_no_room_for_all() -> None:
    """Beyond what a cell holds nothing is known of before: no conflict, and nothing removed."""
    many = {f"entity-with-quite-a-long-name-{n}": "R" for n in range(900)}
    entities = {"entities": [{"id": e} for e in many]}
    root = folder({"systems/crm.yaml": {**BILLING, "crud": many}, "entities.yaml": entities})
    declared = load(root)
    sheets = grids(book(declared))
    assert not back(declared, sheets).differences
    edit = Edit(sheets, "crud")
    last = "entity-with-quite-a-long-name-899"
    edit.put(edit.find(entity=last), crud="CR")
    found = back(declared, sheets)
    assert said(found) == [("system:billing", f"crud.{last}", "changed", "R", "CR")]
