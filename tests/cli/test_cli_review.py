"""What a review of the command line found: nothing here may come back."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from conftest import Run
from golden_files import EXAMPLES

from crmaudit.workspace import load


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of an example that can be changed."""
    shutil.copytree(EXAMPLES / "harbourlight", tmp_path / "audit")
    return tmp_path / "audit"


def contents(root: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in root.rglob("*") if p.suffix in (".yaml", ".yml")}


# Own files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "export {root}/audit.yaml",
        "export {root}/systems/crm.yaml",
        "export {root}/catalog-info.yaml",
        "export {root}/maps/new.yml",
        "export {root}/imports/apps.yaml",
        "export {root}/audit.yaml --what evidence",
        "export {root}/people.yaml --what requests --owner all",
        "inventory list --format json -o {root}/systems/crm.yaml",
        "check -o {root}/responses.yaml",
    ],
)
def test_a_workspace_does_not_write_over_itself(run: Run, root: Path, line: str) -> None:
    before = contents(root)
    ran = run(*line.format(root=root).split(), "-w", root, width=140)
    assert ran.code == 2
    assert "would be read as a file of the workspace audit; nothing was written" in ran.err
    assert "reports" in ran.err
    assert contents(root) == before
    assert not list(root.rglob("*.part"))


def test_a_catalog_goes_elsewhere(run: Run, root: Path) -> None:
    ran = run("export", root / "reports/catalog-info.yaml", "-w", root)
    assert ran.code == 0, ran.err
    assert "backstage.io" in (root / "reports/catalog-info.yaml").read_text()
    assert run("validate", "-w", root).code == 0


# Ids ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("add CRM", "'CRM' differs only in case from the system 'crm'"),
        ("rename calendar Billing", "'Billing' differs only in case from the system 'billing'"),
        ("add con", "Windows keeps the name 'con' for a device"),
        ("add aux.old", "Windows keeps the name 'aux' for a device"),
        ("add x.", "it ends with a dot, which Windows drops"),
        (f"rename crm {'x' * 300}", "is too long"),
        (f"add {'x' * 300}", "is too long"),
    ],
)
def test_ids_that_no_file_can_have(run: Run, root: Path, line: str, what: str) -> None:
    before = contents(root)
    ran = run("inventory", *line.split(), "--yes", "-w", root, width=200)
    assert ran.code == 2
    assert what in ran.err
    assert "letters, digits" not in ran.err
    assert contents(root) == before


def test_an_id_in_other_case(run: Run, root: Path) -> None:
    ran = run("inventory", "rename", "crm", "CRM", "--yes", "-w", root)
    assert ran.code == 0, ran.err
    assert "CRM" in load(root).system
    assert run("validate", "-w", root).code == 0


def test_init_makes_no_such_id(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("id,name\n1,Ann\n")
    ran = run("init", tmp_path / "w", "--from", tmp_path / "data.csv", "--as", "nul")
    assert ran.code == 2
    assert "Windows keeps the name 'nul'" in ran.err
    assert not (tmp_path / "w").exists()


def test_write_protected_is_said_once(run: Run, root: Path) -> None:
    (root / "systems/crm.yaml").chmod(0o444)
    ran = run("inventory", "rename", "crm", "beacon", "--yes", "-w", root, width=140)
    assert ran.code == 2
    assert "systems/crm.yaml is write-protected" in ran.err
    assert ran.err.count("systems/crm.yaml") == 1


# Column maps --------------------------------------------------------------------------------


@pytest.fixture
def mapped(root: Path, tmp_path: Path) -> Path:
    """A list, and a map that says of a column what nobody would guess."""
    (tmp_path / "apps.csv").write_text("Application,Made by\nTide Table,Elm Works\n")
    (root / "imports").mkdir(exist_ok=True)
    (root / "imports/apps.yaml").write_text(
        "rows: systems\ncolumns:\n"
        "  - {column: Application, to: name}\n  - {column: Made by, to: description}\n"
    )
    return tmp_path / "apps.csv"


@pytest.mark.parametrize("more", [[], ["--as-of", "2026-03-31"], ["--sheet", "Any"]])
def test_the_corrected_map_is_used_with_every_option(
    run: Run, root: Path, mapped: Path, more: list[str]
) -> None:
    ran = run("import", mapped, "--yes", "-w", root, *more)
    assert ran.code == 0, ran.err
    assert "read by the column map imports/apps.yaml" in ran.err
    system = load(root).system["tide-table"]
    assert (system.description, system.vendor) == ("Elm Works", None)


def test_the_options_stand_above_the_map(run: Run, root: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, system in (("March", "Tide Table"), ("June", "Sail Plan")):
        sheet = book.create_sheet(name)
        sheet.append(["Application", "Cost"])
        sheet.append([system, 120])
    book.save(tmp_path / "apps.xlsx")
    (root / "imports").mkdir(exist_ok=True)
    (root / "imports/apps.yaml").write_text(
        "sheet: March\nrows: systems\ncolumns:\n"
        "  - {column: Application, to: name}\n  - {column: Cost, to: description}\n"
    )
    ran = run("import", tmp_path / "apps.xlsx", "--sheet", "June", "--yes", "-w", root)
    assert ran.code == 0, ran.err
    assert load(root).system["sail-plan"].description == "120"
    assert "tide-table" not in load(root).system
    ran = run("import", tmp_path / "apps.xlsx", "--sheet", "May", "--yes", "-w", root)
    assert ran.code == 2
    assert "no sheet 'May'" in ran.err


# Folders ------------------------------------------------------------------------------------

CATALOG = """\
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: tides, title: Tide Table}
spec: {owner: harbour}
"""


def test_init_from_a_folder_of_a_catalog(run: Run, tmp_path: Path) -> None:
    (tmp_path / "catalog/deep").mkdir(parents=True)
    (tmp_path / "catalog/deep/catalog-info.yaml").write_text(CATALOG)
    ran = run("init", tmp_path / "w", "--from", tmp_path / "catalog")
    assert ran.code == 0, ran.err
    assert load(tmp_path / "w").system["tides"].name == "Tide Table"
    # One table makes it a database.
    (tmp_path / "catalog/contacts.csv").write_text("id,name\n1,Ann\n")
    ran = run("init", tmp_path / "v", "--from", tmp_path / "catalog")
    assert ran.code == 0, ran.err
    assert set(load(tmp_path / "v").system) == {"crm"}


def test_init_from_a_folder_of_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = run("init", tmp_path / "w", "--from", tmp_path / "empty")
    assert ran.code == 2
    assert "the folder holds no exports" in ran.err


# Hostile files ------------------------------------------------------------------------------


def inventory(path: Path, release: str) -> Path:
    path.write_text(f'{{"version":"2.0.0","agency":"A",\n"releases":[{{"name":"a",{release}}}]}}')
    return path


def test_a_number_without_end(run: Run, root: Path, tmp_path: Path) -> None:
    file = inventory(tmp_path / "code.json", f'"laborHours":{"9" * 5000}')
    ran = run("import", file, "-w", root, width=140)
    assert ran.code == 2
    assert "code.json:2:" in ran.err
    assert "a number of more than 4,300 digits" in ran.err
    assert "99999" not in ran.err


def test_brackets_without_end(run: Run, root: Path, tmp_path: Path) -> None:
    file = inventory(tmp_path / "code.json", f'"laborHours":{"[" * 200_000}{"]" * 200_000}')
    ran = run("import", file, "-w", root)
    assert ran.code == 2
    assert "nested too deeply" in ran.err


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a?token=abc123", "https://example.org/a"),
        ("https://example.org/a?p=x.git&access_token=abc123", "https://example.org/a?p=x.git"),
        ("https://example.org/a?api_key=abc123&p=x#top", "https://example.org/a?p=x#top"),
        ("https://ann:abc123@example.org/a", "https://example.org/a"),
        ("https://ann:abc@abc123@example.org/a", "https://example.org/a"),
        ("https://example.org/@ann?p=a@b", "https://example.org/@ann?p=a@b"),
    ],
)
def test_no_secret_of_an_address_is_kept(
    run: Run, root: Path, tmp_path: Path, address: str, kept: str
) -> None:
    file = inventory(tmp_path / "code.json", f'"repositoryURL":{json.dumps(address)}')
    ran = run("import", file, "--yes", "-w", root)
    assert ran.code == 0, ran.err
    text = (root / "systems/a.yaml").read_text()
    assert kept in text
    assert "abc123" not in text + ran.out + ran.err


def book_of(path: Path, text: bytes, times: int) -> Path:
    """A workbook with a text that long in a cell."""
    openpyxl.Workbook().save(path.with_suffix(".plain"))
    start = b'<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
    with (
        zipfile.ZipFile(path.with_suffix(".plain")) as plain,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for info in plain.infolist():
            if info.filename != "xl/worksheets/sheet1.xml":
                bomb.writestr(info.filename, plain.read(info))
        with bomb.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(start)
            for _ in range(times):
                sheet.write(text)
            sheet.write(b"</t></is></c></row></sheetData></worksheet>")
    return path


@pytest.mark.parametrize(
    ("megabytes", "what"), [(3, "a text of more than 1,048,576 letters"), (400, "is too large")]
)
def test_a_text_without_end(
    run: Run, root: Path, tmp_path: Path, megabytes: int, what: str
) -> None:
    file = book_of(tmp_path / "bomb.xlsx", b"x" * (1 << 20), megabytes)
    assert file.stat().st_size < 2 << 20
    ran = run("import", file, "--yes", "-w", root)
    assert ran.code == 2
    assert what in ran.err
