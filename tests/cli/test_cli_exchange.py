"""`export` and `import`: what is shown, what is asked, what is written."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from conftest import Run
from golden_files import EXAMPLES

from crmaudit.audit import Audit
from crmaudit.evidence import Catalog, Provenance
from crmaudit.exchange import write_bundle
from crmaudit.workspace import load

AT = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of an example that can be changed."""
    shutil.copytree(EXAMPLES / "harbourlight", tmp_path / "audit")
    return tmp_path / "audit"


def edited(path: Path, new: Path, *cells: tuple[str, str, str, object]) -> Path:
    """The workbook with cells changed: sheet, text in the first column, key, value."""
    book = openpyxl.load_workbook(path)
    for name, first, key, value in cells:
        sheet = book[name]
        column = {c.value: c.column for c in sheet[1]}[key]
        row = next((c.row for c in sheet["A"] if c.value == first), sheet.max_row + 1)
        sheet.cell(row, column).value = value
        if row == sheet.max_row:
            sheet.cell(row, 1).value = sheet.cell(row, 1).value or first
    book.save(new)
    return new


def texts(root: Path) -> dict[str, str]:
    return {p.name: p.read_text() for p in sorted(root.rglob("*.yaml"))}


def test_out_and_in_again(run: Run, root: Path, tmp_path: Path) -> None:
    for name in ("inventory.xlsx", "inventory.csv"):
        before = texts(root)
        ran = run("export", tmp_path / name, "-w", root)
        assert ran.code == 0
        assert "7 systems" in ran.out
        ran = run("import", tmp_path / name, "-w", root)
        assert ran.code == 0, ran.err
        assert ran.lines[-1] == "nothing to do"
        assert texts(root) == before
    again = tmp_path / "again.xlsx"
    run("export", again, "-w", root)
    assert again.read_bytes() == (tmp_path / "inventory.xlsx").read_bytes()


def test_changes_are_shown_then_asked_then_written(run: Run, root: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "i.xlsx", "-w", root)
    book = edited(
        tmp_path / "i.xlsx",
        tmp_path / "filled.xlsx",
        ("Systems", "crm", "vendor", "Elm & Co"),
        ("Systems", "crm", "owners.it", "Keith Lee"),
        ("Systems", "billing", "users", None),
        ("Systems", "calendar", "hosting", "blank: it is\na secret"),
    )
    before = texts(root)
    ran = run("import", book, "-w", root)
    assert ran.code == 2
    assert "nobody can answer here" in ran.err
    assert texts(root) == before
    assert "filled.xlsx: 2 changed, 2 cleared" in ran.out
    assert "Faisal Desai → Keith Lee" in ran.out
    assert "4 is removed" in ran.out
    assert "left blank: it is a secret" in ran.out
    ran = run("import", book, "-w", root, "--yes")
    assert ran.code == 0
    assert "4 changes written to 3 files" in ran.out
    assert load(root).system["crm"].owners.it == "it-technician"
    assert run("import", book, "-w", root).lines[-1] == "nothing to do"
    assert run("validate", "-w", root).code == 0


def test_a_dry_run_shows_and_writes_nothing(run: Run, root: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "i.xlsx", "-w", root)
    book = edited(tmp_path / "i.xlsx", tmp_path / "f.xlsx", ("Systems", "crm", "vendor", "Elm"))
    before = texts(root)
    ran = run("import", book, "-w", root, "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    assert "Beaconsfield Softworks → Elm" in ran.out
    assert ran.lines[-1] == "would write 1 change to 1 file; nothing was written"
    assert run("import", book, "-w", root, "--dry-run", "--yes").code == 0
    assert texts(root) == before
    sheet = tmp_path / "more.csv"
    sheet.write_text("System,Vendor\nBillfold,Oak\n")
    for map_ in ((), ("--map", tmp_path / "new.yaml")):
        ran = run("import", sheet, "-w", root, "--dry-run", *map_)
        assert (ran.code, ran.err) == (0, "")
        assert "new: 1 system" in ran.out
    assert texts(root) == before
    assert not (tmp_path / "new.yaml").exists()
    assert not (root / "imports").exists()


def test_a_dry_run_keeps_no_evidence(run: Run, root: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "evidence.zip"
    there = Audit(root).facts.evidence.documents
    provenance = Provenance("crm", "sqlite:///x", "sqlite", "s1", AT, "crmaudit test")
    write_bundle([Catalog(provenance)], bundle)
    ran = run("import", bundle, "-w", root, "--dry-run")
    assert ran.code == 0, ran.err
    assert "would keep 1 new piece; nothing was written" in ran.out
    assert Audit(root).facts.evidence.documents == there


def test_what_is_newly_left_blank_was_not_cleared(run: Run, root: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "i.xlsx", "-w", root)
    book = edited(
        tmp_path / "i.xlsx",
        tmp_path / "f.xlsx",
        ("Systems", "calendar", "contract.end", "blank: it is ours"),
    )
    ran = run("import", book, "-w", root, "--dry-run")
    assert "f.xlsx: 1 left blank on purpose" in ran.out
    assert "cleared" not in ran.out
    assert "○" in ran.out
    assert "−" not in ran.out


def test_a_list_that_says_nothing_new_has_a_headline(run: Run, root: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "more.csv"
    name = load(root).system["crm"].name
    sheet.write_text(f"System,Vendor\n{name},\n")
    column_map = tmp_path / "m.yaml"
    column_map.write_text(
        "rows: systems\ncolumns:\n  - {column: System, to: name}\n"
        "  - {column: Vendor, to: vendor}\n"
    )
    ran = run("import", sheet, "-w", root, "--map", column_map)
    assert ran.code == 0, ran.err
    headlines = [line for line in ran.lines if line.startswith("more.csv:")]
    assert headlines[-1] != "more.csv:"
    assert ran.lines[-1] == "nothing to do"


def test_conflicts(run: Run, root: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "i.xlsx", "-w", root)
    book = edited(tmp_path / "i.xlsx", tmp_path / "f.xlsx", ("Systems", "crm", "vendor", "Elm"))
    dossier = root / "systems/crm.yaml"
    dossier.write_text(dossier.read_text().replace("Beaconsfield Softworks", "Oak"))
    ran = run("import", book, "-w", root, "--yes", width=140)
    assert ran.code == 0
    assert "here Oak | there Elm  (f.xlsx!Systems!D6)" in ran.out
    assert "--theirs takes the other" in ran.out
    assert load(root).system["crm"].vendor == "Oak"
    run("import", book, "-w", root, "--yes", "--theirs")
    assert load(root).system["crm"].vendor == "Elm"


def test_mistakes_with_their_cells_and_nothing_written(
    run: Run, root: Path, tmp_path: Path
) -> None:
    run("export", tmp_path / "i.xlsx", "-w", root)
    book = edited(
        tmp_path / "i.xlsx",
        tmp_path / "f.xlsx",
        ("Systems", "crm", "kind", "CMR"),
        ("Systems", "crm", "users", "many"),
        ("Systems", "billing", "owners.it", "Keith Li"),
        ("Systems", "billing", "vendor", "Good"),
    )
    before = texts(root)
    ran = run("import", book, "-w", root, "--yes")
    assert ran.code == 2
    assert texts(root) == before
    for words in ("f.xlsx!Systems!E6: kind: 'CMR'", "did you mean 'crm'", "'Keith Li'", "'many'"):
        assert words in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("width", [80, 140])
def test_a_thousand_changes_stay_readable(run: Run, tmp_path: Path, width: int) -> None:
    root = tmp_path / "large"
    (root / "systems").mkdir(parents=True)
    (root / "audit.yaml").write_text("organisation: Large\n")
    for n in range(250):
        (root / f"systems/s{n}.yaml").write_text(f"id: s{n}\nname: System number {n}\n")
    run("export", tmp_path / "i.csv", "-w", root)
    text = (tmp_path / "i.csv").read_text(encoding="utf-8-sig")
    head, *rows = text.splitlines()
    columns = head.split(",")
    filled = []
    for n, row in enumerate(rows):
        cells = row.split(",")
        for key in ("vendor", "description", "users", "tags"):
            cells[columns.index(key)] = f"{n}" if key == "users" else f"{key} {'long ' * 20}{n}"
        filled.append(",".join(cells))
    filled += [f",New {n}," + "," * (len(columns) - 3) for n in range(30)]
    (tmp_path / "f.csv").write_text("\n".join([head, *filled]), encoding="utf-8")
    ran = run("import", tmp_path / "f.csv", "-w", root, width=width)
    assert "f.csv: 30 added, 1,000 changed" in ran.out
    assert "new: 30 systems" in ran.out
    assert "… and 15 more" in ran.out
    assert "… and 940 changes of 235 more; --all shows them" in ran.out
    assert len(ran.lines) < 250
    assert max(map(len, ran.lines)) <= width
    ran = run("import", tmp_path / "f.csv", "-w", root, "--all", "--yes", width=width)
    assert "1,030 changes written to 280 files" in ran.out
    assert len(ran.lines) > 1_250
    assert len(load(root).systems) == 280


def test_requests(run: Run, root: Path, tmp_path: Path) -> None:
    ran = run("export", tmp_path / "requests.xlsx", "-w", root)
    assert ran.code == 2
    assert "Isolde Fennimore: " in ran.err
    ran = run("export", tmp_path / "requests.xlsx", "-w", root, "--owner", "Faisal Desai")
    assert ran.code == 0
    assert (tmp_path / "requests.xlsx").is_file()
    ran = run("export", tmp_path / "all/requests.xlsx", "-w", root, "--owner", "all")
    files = sorted(p.name for p in (tmp_path / "all").iterdir())
    assert "requests-cio.xlsx" in files
    assert "requests-isolde-fennimore.xlsx" in files
    assert len(files) == len(ran.lines)
    for name in files:
        ran = run("import", tmp_path / "all" / name, "-w", root)
        assert (ran.code, ran.lines[-1]) == (0, "nothing to do"), name
    ran = run("export", tmp_path / "inventory.xlsx", "-w", root, "--owner", "cio")
    assert (ran.code, "--owner means nothing" in ran.err) == (2, True)


def test_any_spreadsheet_by_a_map(run: Run, root: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "apps.csv"
    sheet.write_text(
        "Application,Manufacturer,Go live,Users\n"
        "BeaconCRM,Elm Ltd,2016-03-01,40\nParcel desk,Own making,2020-01-01,3\n"
        "Grant tracker,Own making,2021-06-01,5\n"
    )
    column_map = tmp_path / "apps.yaml"
    ran = run("import", sheet, "-w", root, "--map", column_map)
    assert ran.code == 0, ran.err
    assert "correct it, then import again" in ran.out
    text = column_map.read_text()
    assert "Manufacturer" in text
    assert "vendor" in text
    ran = run("import", sheet, "-w", root, "--map", column_map, "--yes", width=140)
    assert ran.code == 0, ran.err
    assert "Beaconsfield Softworks → Elm Ltd" in ran.out
    assert load(root).system["parcel-desk"].users == 3
    ran = run("import", sheet, "-w", root, "--yes")
    assert "nothing to do" in ran.out
    again = sheet.with_name("apps2.csv")
    again.write_text(sheet.read_text().replace("Grant tracker", "Gift list"))
    ran = run("import", again, "-w", root, "--yes")
    assert (root / "imports/apps2.yaml").is_file()
    ran = run("import", again, "-w", root)
    assert "read by the column map imports/apps2.yaml" in ran.err


def test_evidence_bundles(run: Run, demo: Path, tmp_path: Path) -> None:
    ran = run("export", tmp_path / "evidence.zip", "-w", demo)
    assert ran.code == 0
    assert f"pieces of evidence in {tmp_path}" in ran.out.replace("\n", "")
    ran = run("export", tmp_path / "other", "-w", demo, "--what", "evidence")
    assert (tmp_path / "other").read_bytes() == (tmp_path / "evidence.zip").read_bytes()
    # Of systems that no dossier here describes, or of another key.
    ran = run("import", tmp_path / "evidence.zip", "-w", EXAMPLES / "northwharf")
    assert ran.code == 2
    assert "the bundle" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "plan.txt"], "names no format"),
        (["export", "x.xlsx", "--what", "nonsense"], "there is no export 'nonsense'"),
        (["export", "/proc/none/inventory.xlsx"], "cannot be written"),
        (["import", "none.xlsx"], "cannot be read"),
        (["import", "none.zip"], "none.zip"),
        (["import", "{audit.yaml}"], "no format that can be read"),
        (["import", "{bad.xlsx}"], "no workbook"),
        (["import", "{bad.csv}"], "NUL"),
        (["import", "{own.csv}", "--map", "m.yaml"], "mean nothing"),
    ],
)
def test_what_cannot_be(
    run: Run, root: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 nonsense")
    (tmp_path / "bad.csv").write_bytes(b"name,kind\nCRM,\x00\n")
    (tmp_path / "audit.yaml").write_text("a: b\n")
    (tmp_path / "own.csv").write_text("id,crmaudit:systems\n")
    arguments = [a.replace("{", f"{tmp_path}/").replace("}", "") for a in arguments]
    ran = run(*arguments, "-w", root)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_stopped_export_leaves_the_old_file(
    run: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inventory.xlsx").write_bytes(b"old")

    def stop(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crmaudit.cli.exchange.os.replace", stop)
    ran = run("export", tmp_path / "inventory.xlsx", "-w", root)
    assert ran.code == 2
    assert (tmp_path / "inventory.xlsx").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["inventory.xlsx"]
