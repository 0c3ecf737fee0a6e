"""`init --from` a list, and `import` of any spreadsheet: what is shown, written and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmaudit.workspace import load

LIST = """\
System,Owner,Vendor,Annual cost,Users,Status,Mood
Casebook,Mara Lindqvist,Corvid Systems,"£12,400.00",55,Live,good
Tillpoint,ines@example.org,Tallow & Finch,£0.00,many,Live,bad
Rota,Teo Brandt,,n/a,75,Planned,good
Rota,,,,,,
"""


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return path


@pytest.mark.parametrize("width", [80, 140])
def test_a_workspace_of_a_list(run, listed: Path, tmp_path: Path, width: int) -> None:
    ran = run("init", tmp_path / "w", "--from", listed, "--as-of", "2026-03-31", width=width)
    assert ran.code == 0, ran.err
    assert ran.err == ""
    text = " ".join(ran.out.split())
    assert "list.csv: each row is a system; 6 of 7 columns taken" in text
    assert "taken: 3 of 4 rows; 6 of 7 columns; 15 of their 18 cells" in text
    assert "3 systems, 2 people from list.csv" in text
    assert "list.csv!E3: Users: 'many' is not a number" in text
    assert "list.csv!A5: 'Rota' stands here twice; first in list.csv!A4" in text
    again = f"crmaudit init NEW-FOLDER --from {listed} --map {tmp_path}/w/imports/list.yaml"
    assert f"if the map is wrong, correct it and begin again: {again}" in text
    # Importing the same list again would bring each cost twice.
    assert "crmaudit import" not in ran.out
    assert again in (tmp_path / "w/imports/list.yaml").read_text()
    # The three dossiers and nine files of the frame, as `validate` counts them.
    assert "12 files in" in text
    assert run("validate", "-w", tmp_path / "w").out.startswith("12 files are sound")
    assert max(map(len, ran.out.splitlines()[:14])) <= width
    there = load(tmp_path / "w")
    assert there.system["casebook"].costs[0].amount == 12400
    assert there.audit.currency == "GBP"
    assert run("validate", "-w", tmp_path / "w").code == 0
    assert "example.org" not in "".join(there.text(f) for f in there.files)


def test_a_corrected_map_is_read_and_kept(run, listed: Path, tmp_path: Path) -> None:
    root = tmp_path / "w"
    assert run("init", root, "--from", listed).code == 0
    column_map = root / "imports/list.yaml"
    corrected = column_map.read_text().replace(
        "  - column: Mood\n    ignore: nothing that is known here is called like that\n",
        "  - column: Mood\n    to: tags\n",
    )
    assert "to: tags" in corrected
    column_map.write_text(corrected)
    ran = run("import", listed, "--map", column_map, "-w", root, "--yes")
    assert ran.code == 0, ran.err
    assert load(root).system["casebook"].tags == ("good",)
    assert column_map.read_text() == corrected
    again = run("init", tmp_path / "again", "--from", listed, "--map", column_map)
    assert again.code == 0, again.err
    assert (tmp_path / "again/imports/list.yaml").read_text() == corrected


def test_an_unknown_spreadsheet_is_shown_before_it_is_asked_about(
    run, listed: Path, tmp_path: Path
) -> None:
    root = tmp_path / "w"
    assert run("init", root).code == 0
    ran = run("import", listed, "-w", root)
    assert ran.code == 2
    assert "each row is a system" in ran.out
    assert "to correct it first: crmaudit import" in ran.out
    assert not (root / "imports").exists()
    assert run("import", listed, "-w", root, "--yes").code == 0
    assert (root / "imports/list.yaml").is_file()
    assert "nothing to do" in run("import", listed, "-w", root, "--yes").out


def test_inventories_of_other_tools_found_a_workspace(run, tmp_path: Path) -> None:
    inventory = {"agency": "DOX", "releases": [{"name": "Grant Line", "status": "Beta"}]}
    path = tmp_path / "code.json"
    path.write_text(json.dumps(inventory))
    ran = run("init", tmp_path / "w", "--from", path)
    assert ran.code == 0, ran.err
    assert "1 system from code.json (code.gov)" in ran.out
    assert load(tmp_path / "w").system["grant-line"].lifecycle.phase == "phase-in"


def test_a_csv_with_a_system_s_id_is_its_table(run, tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("id,name\n1,a\n2,b\n")
    ran = run("init", tmp_path / "w", "--from", path, "--as", "billing")
    assert ran.code == 0, ran.err
    assert "proposed from 1 table" in ran.out


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--from {tmp}/none.csv", "there is no file"),
        ("--from {tmp}/list.csv --as-of soon", "'soon' is not a date"),
        ("--from {tmp}/list.csv --map {tmp}/none.yaml", "there is no column map"),
        ("--from {tmp}/list.csv --map {tmp}/list.csv", "list.csv:1:1:"),
        ("--from {tmp}/list.csv --sheet Data", "there is no sheet 'Data'"),
        ("--from {tmp}/empty.csv", "holds no table"),
        ("--from {tmp}/odd.json", "is of no format that can be read"),
        ("--from {tmp}/code.json --sheet x", "mean nothing for code.json"),
    ],
)
def test_refusals_leave_nothing(
    run, listed: Path, tmp_path: Path, line: str, expected: str
) -> None:
    (tmp_path / "empty.csv").write_text("\n")
    (tmp_path / "odd.json").write_text("{}")
    (tmp_path / "code.json").write_text('{"agency": "X", "releases": [{"name": "a"}]}')
    ran = run("init", tmp_path / "w", *line.format(tmp=tmp_path).split())
    assert ran.code == 2
    assert expected in ran.err
    assert not (tmp_path / "w").exists()
