"""The generator keeps its promises: same seed same bytes, streams apart, sizes, errors."""

from __future__ import annotations

import ast
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import crmaudit.demo
from crmaudit.demo import SYSTEMS, Truth, backups, generate, workload
from crmaudit.demo.claims import CellPlant
from crmaudit.demo.faults_crm import put
from crmaudit.errors import CrmauditError

FILES = [
    *(f"{system}.sqlite" for system in SYSTEMS),
    *(name for system in workload.WORK for name in workload.files(system)),
    *backups.files(),
    "truth.json",
]
Rows = dict[tuple[str, str], list[dict[str, Any]]]


def read(folder: Path) -> Rows:
    """All rows of all tables, in the order in which they lie in the file."""
    found: Rows = {}
    for system in SYSTEMS:
        with sqlite3.connect(folder / f"{system}.sqlite") as connection:
            connection.row_factory = sqlite3.Row
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in names.fetchall():
                rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
                found[system, table] = [dict(row) for row in rows]
    return found


def test_same_seed_same_bytes(demo_folder: Path, tmp_path: Path) -> None:
    generate(tmp_path, contacts=500, seed=1)
    made = [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()]
    assert sorted(made) == sorted(FILES)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (demo_folder / name).read_bytes(), name


def test_written_over_an_old_demo(demo_folder: Path, tmp_path: Path) -> None:
    generate(tmp_path, contacts=200, seed=5)
    generate(tmp_path, contacts=500, seed=1)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (demo_folder / name).read_bytes(), name


def test_another_seed_gives_other_people(demo_folder: Path, tmp_path: Path) -> None:
    generate(tmp_path, contacts=500, seed=2)
    one, other = read(demo_folder), read(tmp_path)
    for table in (("crm", "contacts"), ("billing", "customers"), ("newsletter", "sends")):
        assert len(one[table]) == pytest.approx(len(other[table]), rel=0.02)
        assert one[table] != other[table]


def test_a_new_plant_moves_no_other_row(
    demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two more plants: one on a column that nobody claims, one that competes for cells."""
    extra = (
        CellPlant("new_fax", "crm.contacts", ("fax",), 0.1, put("fax", "ask", "none"), "new"),
        CellPlant("new_city", "crm.contacts", ("city",), 0.1, put("city", "Nowhere"), "new"),
    )
    monkeypatch.setattr(crmaudit.demo, "LATER", extra)
    truth = generate(tmp_path, contacts=500, seed=1)
    claimed = {
        (plant.columns[0], key)
        for plant in truth.plants
        if plant.name.startswith("new_")
        for key in plant.keys
    }
    before, after = read(demo_folder), read(tmp_path)
    assert before.keys() == after.keys()
    changed = set()
    for table, rows in before.items():
        if table != ("crm", "contacts"):
            assert rows == after[table], table
            continue
        for old, new in zip(rows, after[table], strict=True):
            changed |= {(name, new["id"]) for name in old if old[name] != new[name]}
    assert changed == claimed
    assert len(claimed) == 100
    old_truth = Truth.read(demo_folder)
    kept = [plant for plant in truth.plants if not plant.name.startswith("new_")]
    assert kept == list(old_truth.plants)


def test_sizes_follow_the_contacts(demo_truth: Truth, tmp_path: Path) -> None:
    small = generate(tmp_path, contacts=200)
    for truth, contacts in ((small, 200), (demo_truth, 500)):
        tables = truth.system("crm").tables
        assert tables["contacts"] == contacts
        assert tables["organisations"] == contacts // 4
        assert tables["activities"] == contacts * 3
        assert tables["users"] == 60
        assert truth.system("billing").tables["invoices"] == contacts * 9 // 10
        assert truth.system("newsletter").tables["subscribers"] == contacts * 6 // 10
        assert all(plant.count for plant in truth.plants)


@pytest.mark.parametrize("contacts", [0, -1, 99])
def test_too_few_contacts(tmp_path: Path, contacts: int) -> None:
    with pytest.raises(CrmauditError, match="at least 100 contacts"):
        generate(tmp_path / "none", contacts=contacts)
    assert not (tmp_path / "none").exists()


def test_a_stopped_run_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path, contacts=200)
    before = {name: (tmp_path / name).read_bytes() for name in FILES}

    def fail(*_: object) -> Iterator[Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(crmaudit.demo.Newsletter, "_sends", fail)
    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path, contacts=300)
    left = (path for path in tmp_path.rglob("*") if path.is_file())
    assert {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in left} == before


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CrmauditError, match="cannot write the demo"):
        generate(tmp_path / "file", contacts=200)


def test_the_package_is_a_leaf() -> None:
    """The demo imports the standard library, itself and the errors, nothing else of ours."""
    for path in Path(crmaudit.demo.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("crmaudit"):
                assert node.module == "crmaudit.errors" or node.module.startswith("crmaudit.demo")
