"""Workbooks that LibreOffice opened, changed and saved."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from book_workspaces import book, folder, teardown_module
from golden_files import EXAMPLES
from libreoffice import LibreOffice

from crmaudit.errors import InvalidInput
from crmaudit.exchange import own_book
from crmaudit.sheets import read_book
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.merging import merge

__all__ = ["teardown_module"]

pytestmark = pytest.mark.slow

HOSTILE = {
    "vendor": "=cmd|' /C calc'!A0",
    "description": 'She said "no"\nand = + - @ went on; 😀 עברית \u202e',
    "lifecycle": {"version": "0123", "since": date(1899, 5, 1), "planned": date(2024, 2, 29)},
    "notes": "x" * 32_767,
    "contract": {"partner": "'apostrophe", "reference": "1e5"},
    "support": {"team": "+44 20", "hours": "-5"},
    "maintenance": {"by": "TRUE", "audit_trail": True},
    "tags": ["@x", "a; b"],
    "crud": {"customer": "CRU"},
    "costs": [{"year": 2025, "kind": "licence", "amount": 0.1, "note": "=1+1"}],
    "blank": {"hosting": "=nobody knows"},
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> LibreOffice:
    return LibreOffice(tmp_path_factory.mktemp("office"))


@pytest.fixture
def declared() -> Workspace:
    systems: dict[str, Any] = {
        "systems/crm.yaml": {"id": "crm", "name": "Our CRM", **HOSTILE},
        "systems/billing.yaml": {"id": "billing", "name": "Billing"},
    }
    return load(folder(systems))


@pytest.mark.parametrize("to", ["xlsx", "ods", "xls"])
def test_saved_again_without_an_edit(office: LibreOffice, declared: Workspace, to: str) -> None:
    for workspace in (declared, load(EXAMPLES / "harbourlight")):
        saved = office.convert(book(workspace), to)
        assert own_book.recognises(saved, saved.read_bytes()[:65536])
        found = merge(workspace, own_book.read(saved, workspace))
        assert [(d.path, d.old, d.new) for d in found.differences] == []
        assert not found.left_out


def test_csv_through_a_spreadsheet_program(office: LibreOffice, declared: Workspace) -> None:
    utf8 = "Text - txt - csv (StarCalc):44,34,76,1"
    saved = office.convert(book(declared, "inventory.csv"), "ods", utf8)
    again = office.convert(saved, f"csv:{utf8}")
    found = merge(declared, own_book.read(again, declared))
    # What such programs take for numbers when they open a CSV file is lost to them; the rest stays.
    assert {d.path for d in found.differences} <= {
        ("lifecycle", "version"), ("contract", "reference"), ("maintenance", "by"),
    }  # fmt: skip


def test_edited_and_imported_without_loss(office: LibreOffice, declared: Workspace) -> None:
    path = book(declared)
    grid = {g.name: g for g in read_book(path)}
    key = {str(v): i for i, v in enumerate(grid["Systems"].rows[0])}
    row = {row[0]: r for r, row in enumerate(grid["Systems"].rows)}
    crm, billing, new = row["crm"], row["billing"], len(grid["Systems"].rows)

    def text(at: int, fact: str, value: str) -> str:
        return f'  s.getCellByPosition({key[fact]}, {at}).String = "{value}"'

    edited = office.edit(
        path,
        '  s = doc.Sheets.getByName("Systems")',
        text(crm, "vendor", "=HYPERLINK(1)"),
        text(crm, "owners.it", "Ana Lind"),
        text(crm, "lifecycle.version", "0124"),
        f'  s.getCellByPosition({key["users"]}, {crm}).Formula = "=6*7"',
        f'  s.getCellByPosition({key["lifecycle.planned"]}, {crm}).Formula = "2025-03-01"',
        text(crm, "notes", ""),
        text(billing, "vendor", "blank: our own work"),
        text(new, "name", "Grants"),
        text(new, "kind", "spreadsheet"),
        '  c = doc.Sheets.getByName("Costs")',
        "  c.Rows.insertByIndex(2, 1)",
        '  c.getCellByPosition(0, 2).String = "Grants"',
        "  c.getCellByPosition(2, 2).Value = 2026",
        '  c.getCellByPosition(3, 2).String = "hosting"',
        "  c.getCellByPosition(5, 2).Value = 12.5",
        '  k = doc.Sheets.getByName("CRUD")',
        "  k.Rows.removeByIndex(2, 1)",
    )
    assert edited.exists()
    found = merge(declared, own_book.read(edited, declared))
    changed = {(d.subject, ".".join(map(str, d.path))): d.new for d in found.differences}
    assert changed == {
        ("system:crm", "vendor"): "=HYPERLINK(1)",
        ("system:crm", "owners.it"): "ana",
        ("system:crm", "lifecycle.version"): "0124",
        ("system:crm", "users"): 42,
        ("system:crm", "lifecycle.planned"): date(2025, 3, 1),
        ("system:crm", "notes"): None,
        ("system:crm", "crud.customer"): None,
        ("system:billing", "vendor"): {"blank": "our own work"},
        ("system:grants", ""): {
            "id": "grants", "name": "Grants", "kind": "spreadsheet",
            "costs": [{"year": 2026, "kind": "hosting", "amount": 12.5}],
        },
    }  # fmt: skip
    before = (declared.root / "systems/crm.yaml").read_text().splitlines()
    found.changes.write()
    now = load(declared.root)
    assert now.system["crm"].vendor == "=HYPERLINK(1)"
    assert now.system["crm"].description == HOSTILE["description"]
    after = (declared.root / "systems/crm.yaml").read_text().splitlines()
    untouched = [x for x in before if x.startswith(("description", "tags", "costs", "contract"))]
    assert [x for x in after if x in untouched] == untouched


def test_errors_in_cells_are_named(
    office: LibreOffice, declared: Workspace, tmp_path: Path
) -> None:
    edited = office.edit(
        book(declared),
        '  s = doc.Sheets.getByName("Costs")',
        '  s.getCellByPosition(5, 2).Formula = "=1/0"',
    )
    with pytest.raises(InvalidInput, match=r"inventory.xlsx!Costs!F3: #DIV/0! is an error"):
        merge(declared, own_book.read(edited, declared))
