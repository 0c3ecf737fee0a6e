"""Workbooks that come back after the inventory went on, or after somebody tidied them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from book_workspaces import Edit, book, export, folder, grids, teardown_module, workspace
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.engine import judge
from crmaudit.errors import InvalidInput
from crmaudit.exchange import own_book, requests_book
from crmaudit.exchange.book_cells import days
from crmaudit.exchange.formats import importer
from crmaudit.sheets import Grid, read_book
from crmaudit.sheets.csv_text import parsed
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.merging import Merge, merge

__all__ = ["teardown_module"]

CRM: dict[str, Any] = {
    "id": "crm",
    "name": "Our CRM",
    "users": 12,
    "owners": {"it": "ana", "business": "twin-1"},
    "lifecycle": {"since": date(2015, 6, 1), "version": "7.0"},
    "costs": [{"year": 2025, "kind": "licence", "amount": 110}],
    "support": {"skills": [{"skill": "SQL", "needed": 3, "held": [{"person": "ana", "level": 3}]}]},
    "feeds": [{"to": "billing", "entities": ["customer"]}],
    "depends_on": ["billing"],
    "crud": {"customer": "CRU", "order": "R"},
    "entity_share": {"customer": 0.5},
}
BILLING = {"id": "billing", "name": "Billing", "crud": {"customer": "R"}}


@pytest.fixture
def declared() -> Workspace:
    return workspace(CRM, BILLING)


def back(declared: Workspace, sheets: Any) -> Merge:
    return merge(declared, own_book.read_grids(sheets, "b.xlsx", declared))


def said(found: Merge) -> list[tuple[str, str, Any]]:
    return [(d.subject, ".".join(map(str, d.path)), d.new) for d in found.differences]


def mistakes(declared: Workspace, sheets: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        back(declared, sheets)
    return [str(p) for p in caught.value.problems]


def gone_on(declared: Workspace, file: str, *changes: tuple[str, str]) -> Workspace:
    path = declared.root / file
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return load(declared.root)


# What was called otherwise at the export --------------------------------------------------------


def test_an_entity_renamed_by_another_workbook_keeps_its_matrix(declared: Workspace) -> None:
    first, second = grids(book(declared)), grids(book(declared))
    entities = Edit(first, "entities")
    entities.put(entities.find(id="customer"), name="Person")
    back(declared, first).changes.write()
    now = load(declared.root)
    assert now.entity["customer"].name == "Person"
    systems, crud = Edit(second, "systems"), Edit(second, "crud")
    systems.put(systems.find(id="crm"), users=13)
    assert said(back(now, second)) == [("system:crm", "users", 13)]
    crud.put(crud.find(system="Our CRM", entity="Customer"), crud="R")
    assert said(back(now, second)) == [
        ("system:crm", "users", 13),
        ("system:crm", "crud.customer", "R"),
    ]
    del crud.rows[crud.find(system="Our CRM", entity="Customer")]
    assert ("system:crm", "crud.customer", None) in said(back(now, second))


def test_an_entity_of_a_new_name_in_the_same_workbook(declared: Workspace) -> None:
    sheets = grids(book(declared))
    entities, crud = Edit(sheets, "entities"), Edit(sheets, "crud")
    entities.put(entities.find(id="customer"), name="Person")
    row = crud.find(system="Our CRM", entity="Customer")
    crud.put(row, entity="Person", crud="R")
    found = back(declared, sheets)
    assert said(found) == [
        ("entity:customer", "name", "Person"),
        ("system:crm", "crud.customer", "R"),
    ]


def test_an_unknown_entity_is_one_mistake_at_its_cell(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "crud")
    row = edit.add(system="Our CRM", entity="Custommer", crud="R", entity_share=0.2)
    (found,) = mistakes(declared, sheets)
    assert found.startswith(str(edit.grid.place(row, edit.columns["entity"])))
    assert "there is no entity 'Custommer'" in found
    assert "did you mean 'customer'" in found


def test_systems_and_people_of_new_names(declared: Workspace) -> None:
    """Untouched cells stand for what they stood for, whatever it is called by now."""
    sheets = grids(book(declared))
    now = gone_on(declared, "systems/billing.yaml", ("Billing", "Invoices"))
    now = gone_on(declared, "systems/crm.yaml", ("Our CRM", "Beacon"))
    now = gone_on(declared, "people.yaml", ("Ana Lind", "Ana Reed"))
    assert not back(now, sheets).differences
    systems, costs = Edit(sheets, "systems"), Edit(sheets, "costs")
    skills, feeds = Edit(sheets, "support.skills"), Edit(sheets, "feeds")
    systems.put(systems.find(id="crm"), users=13)
    costs.put(costs.first, amount=120)
    skills.put(skills.first, needed=4)
    feeds.put(feeds.first, problems="slow")
    assert {(path, new) for _, path, new in said(back(now, sheets))} == {
        ("users", 13), ("costs.0.amount", 120), ("support.skills.0.needed", 4),
        ("feeds.0.problems", "slow"),
    }  # fmt: skip
    systems.put(systems.find(id="crm"), owners__it="Ana Lindt")
    assert "there is no person 'Ana Lindt'" in mistakes(now, sheets)[0]


def test_a_name_that_is_written_wrong_is_not_taken_for_the_old_one(declared: Workspace) -> None:
    sheets = grids(book(declared))
    costs = Edit(sheets, "costs")
    costs.put(costs.first, system="Our CMR")
    assert "there is no system 'Our CMR'" in mistakes(declared, sheets)[0]


def test_rows_of_a_system_that_was_removed_meanwhile(declared: Workspace) -> None:
    sheets = [g for g in grids(book(declared)) if g.name in ("Costs", "CRUD")]
    found = back(workspace(BILLING), sheets)
    assert not found.differences
    assert any("'crm' was removed here since" in p.message for p in found.left_out)


# Sheets that lost what tells whose they are ------------------------------------------------------


def without(sheets: list[Grid], key: str, *, row: bool) -> list[Grid]:
    """The sheets, one of them without its hidden first row or without its hidden column."""
    edit = Edit(sheets, key)
    top = next(i for i, cells in enumerate(edit.rows) if edit.rows[i][edit.mark] is not None)
    if row:
        rows = [r for i, r in enumerate(edit.rows) if i != top]
    else:
        rows = [[*r[: edit.mark], *r[edit.mark + 1 :]] for r in edit.rows]
    return [replace(g, rows=rows) if g is edit.grid else g for g in sheets]


@pytest.mark.parametrize("row", [True, False])
@pytest.mark.parametrize("name", ["", "Money"])
@pytest.mark.parametrize("key", ["costs", "crud", "entities", "support.skills"])
def test_a_sheet_without_its_mark_is_a_mistake(
    declared: Workspace, key: str, name: str, row: bool
) -> None:
    sheets = grids(book(declared))
    title = Edit(sheets, key).grid.name
    sheets = without(sheets, key, row=row)
    if name:
        sheets = [replace(g, name=name) if g.name == title else g for g in sheets]
    (found,) = mistakes(declared, sheets)
    assert found.startswith(f"inventory.xlsx!{name or title}!A1: this sheet is not read")


def test_requests_without_their_mark_are_a_mistake(tmp_path: Path) -> None:
    declared = load(folder({"systems/crm.yaml": CRM, "systems/billing.yaml": BILLING}))
    path = tmp_path / "r.xlsx"
    path.write_bytes(requests_book.render(export(declared, "ana")).content)
    sheets = grids(path)
    for row in (True, False):
        assert "Facts!A1: this sheet is not read" in str(
            mistakes(declared, without(sheets, "facts", row=row))
        )
    facts = Edit(sheets, "facts")
    facts.put(facts.first, answer="x")
    facts.forget_marks()
    assert "hidden cell is empty" in mistakes(declared, sheets)[0]


def test_a_missing_sheet_is_told_and_removes_nothing(declared: Workspace) -> None:
    sheets = [g for g in grids(book(declared)) if g.name not in ("Costs", "CRUD")]
    found = back(declared, sheets)
    assert not found.differences
    assert [p.message for p in found.left_out] == ["not in the workbook: the sheets Costs, CRUD"]


def test_a_sheet_of_their_own_is_left_alone(declared: Workspace) -> None:
    own = Grid("b.xlsx", "My notes", [["System", "To ask", None], ["Our CRM", "Ana", "x"]])
    found = back(declared, [*grids(book(declared)), own])
    assert not found.differences
    assert not found.left_out


# What spreadsheet programs make of cells ---------------------------------------------------------


@pytest.mark.parametrize("line", ["sep=,", "sep=;", "SEP=\t", '"sep=;"', "sep=;;;;"])
def test_a_line_that_names_the_delimiter(declared: Workspace, line: str) -> None:
    path = book(declared, "inventory.csv")
    sign = next(c for c in ",;\t" if c in line)
    rows = parsed(path.read_bytes(), "x")
    text = "\r\n".join(sign.join('"' + c.replace('"', '""') + '"' for c in r) for r in rows)
    path.write_text(f"{line}\r\n{text.replace('12', '13')}\r\n", encoding="utf-8-sig", newline="")
    what, module = importer(path)
    assert what == "workbook"
    found = merge(declared, module.read(path, declared))
    assert said(found) == [("system:crm", "users", 13)]
    assert str(found.differences[0].place).endswith(("5", "4"))


def test_a_list_may_begin_with_such_a_word() -> None:
    assert parsed(b"sep=,x\n1,2\n", "x") == [["sep=", "x"], ["1", "2"]]
    assert parsed(b"sep=;\na,b;c\n", "x") == [[], ["a,b", "c"]]


@pytest.mark.parametrize("name", ["inventory.xlsx", "inventory.csv"])
def test_dates_as_countries_spell_them(declared: Workspace, name: str) -> None:
    sheets = grids(book(declared, name))
    edit = Edit(sheets, "systems")
    row = edit.find(id="crm")
    for same in ("01.06.2015", "1.6.2015", "01/06/2015", "6/1/2015"):
        edit.put(row, lifecycle__since=same, vendor="Elm")
        assert said(back(declared, sheets)) == [("system:crm", "vendor", "Elm")]
    edit.put(row, lifecycle__since="31.1.2027")
    since = ("system:crm", "lifecycle.since", "2027-01-31")
    assert since in [(s, p, str(new)) for s, p, new in said(back(declared, sheets))]
    edit.put(row, lifecycle__since="02/07/2015")
    (found,) = mistakes(declared, sheets)
    assert "write 2015-07-02 or 2015-02-07" in found


@given(st.dates(date(1000, 1, 1)))
def test_any_day_with_dots(day: date) -> None:
    assert days(f"{day.day}.{day.month:02}.{day.year}") == (day,)
    assert day in days(f"{day.month}/{day.day}/{day.year}")


@pytest.mark.parametrize("text", ["7.0", "007", "10.10", "0123", "5"])
def test_texts_that_became_numbers(text: str) -> None:
    declared = workspace({**BILLING, "lifecycle": {"version": text}})
    read = int(float(text)) if float(text).is_integer() else float(text)
    for name, number in (("inventory.xlsx", read), ("inventory.csv", str(read))):
        sheets = grids(book(declared, name))
        edit = Edit(sheets, "systems")
        edit.put(edit.first, lifecycle__version=number, vendor="Elm")
        assert said(back(declared, sheets)) == [("system:billing", "vendor", "Elm")]
        edit.put(edit.first, lifecycle__version="8" if name.endswith("csv") else 8)
        assert ("system:billing", "lifecycle.version", "8") in said(back(declared, sheets))


def test_a_list_in_one_cell_is_sent_to_its_sheet(declared: Workspace) -> None:
    sheets = grids(book(declared))
    edit = Edit(sheets, "systems")
    edit.put(edit.find(id="billing"), costs="about 5000 a year")
    (found,) = mistakes(declared, sheets)
    assert "fill in the sheet Costs" in found


# Two people at once, and their answers -----------------------------------------------------------


def test_the_same_cost_from_two_workbooks_is_pointed_out(declared: Workspace) -> None:
    first, second = grids(book(declared)), grids(book(declared))
    for sheets, amount in ((first, 5), (second, 6)):
        Edit(sheets, "costs").add(system="Our CRM", year=2026, kind="Maintenance", amount=amount)
    back(declared, first).changes.write()
    now = load(declared.root)
    assert not own_book.read_grids(first, "a.xlsx", now).notes
    (note,) = own_book.read_grids(second, "b.xlsx", now).notes
    assert note.message == "2026 maintenance of Our CRM stands there already: 5"
    assert "Costs!" in str(note.where)


def test_findings_are_agreed_or_disputed(tmp_path: Path) -> None:
    declared = load(folder({"systems/crm.yaml": CRM, "systems/billing.yaml": BILLING}))
    outgoing = export(declared, "ana")
    outgoing = type(outgoing)(outgoing.facts, judge(outgoing.facts), "ana")
    path = tmp_path / "r.xlsx"
    path.write_bytes(requests_book.render(outgoing).content)
    sheets = list(read_book(path))
    assert not [v for g in sheets for row in g.rows for v in row if "waived" in str(v)]
    sheets = grids(path)
    edit = Edit(sheets, "findings")
    edit.put(edit.first, state="disputed")
    (found,) = mistakes(declared, sheets)
    at = edit.grid.place(edit.first, edit.columns["reason"])
    assert found == f"{at}: a finding that is disputed needs a reason. write why"
    edit.put(edit.first, state="waived", reason="no")
    (found,) = mistakes(declared, sheets)
    assert "write agreed or disputed" in found
    edit.put(edit.first, state="Disputed")
    (change,) = back(declared, sheets).differences
    assert change.new["state"] == "disputed"
    assert change.new["owner"] == "ana"
