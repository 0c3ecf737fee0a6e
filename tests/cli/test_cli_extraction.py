"""`inventory extraction` and `crud target`: in a terminal of either width, as JSON, as CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from cli.conftest import Run

from crmaudit.facts import Facts
from crmaudit.strategy import cell_extractions, extractions, order, target
from crmaudit.workspace import load

VIEWS = [
    ("inventory", "extraction"),
    ("inventory", "extraction", "--by", "entity"),
    ("inventory", "extraction", "--by", "question"),
    ("crud", "target"),
    ("crud", "target", "systems"),
    ("crud", "target", "records"),
]


@pytest.fixture(scope="module")
def charity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    root = tmp_path_factory.mktemp("charity") / "harbourlight"
    shutil.copytree(Path(__file__).parents[2] / "examples" / "harbourlight", root)
    return root


@pytest.fixture(scope="module")
def facts(charity: Path) -> Facts:
    return Facts.of(load(charity))


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_it_fits_the_terminal(run: Run, charity: Path, view: tuple[str, ...], width: int) -> None:
    ran = run(*view, "-w", charity, width=width)
    assert ran.code == 0, ran.err
    assert max(map(len, ran.lines)) <= width
    assert ran.lines[-1].startswith("crmaudit ")


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_csv_and_json_have_the_same_rows(run: Run, charity: Path, view: tuple[str, ...]) -> None:
    as_json = json.loads(run(*view, "-w", charity, "--format", "json").out)
    as_csv = list(csv.reader(io.StringIO(run(*view, "-w", charity, "--format", "csv").out)))
    assert as_json["schema"] == 1
    assert len(as_csv) == len(as_json["rows"]) + 1


def test_rows_are_those_of_the_facts(run: Run, charity: Path, facts: Facts) -> None:
    def rows(*view: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(
            run(*view, "-w", charity, "--format", "json").out
        )["rows"]
        return found

    assert [r["system"] for r in rows("inventory", "extraction")] == [
        e.system for e in extractions(facts)
    ]
    assert [(r["system"], r["entity"]) for r in rows(*VIEWS[1])] == [
        (e.system, e.entity) for e in cell_extractions(facts)
    ]
    assert [r["total_likely"] for r in rows(*VIEWS[2])] == [
        round(s.total[1], 1) for s in order(facts).steps
    ]
    assert [r["action"] for r in rows("crud", "target")] == [f.action for f in target(facts).feeds]


def test_one_system_and_one_entity_tell_each_criterion(run: Run, charity: Path) -> None:
    whole = run("inventory", "extraction", "LedgerLine 2019", "-w", charity)
    assert whole.lines[0].startswith("LedgerLine 2019: ")
    assert any("vendor support ended 31 December 2025" in line for line in whole.lines)
    part = run("inventory", "extraction", "crm", "contact", "-w", charity, "--format", "json")
    found = json.loads(part.out)
    assert len(found["rows"]) == 11
    adds = sum(r["adds"] or 0 for r in found["rows"])
    assert adds == pytest.approx(found["extraction"]["score"], abs=0.06)


def test_what_cannot_be_answered_says_why(run: Run, charity: Path) -> None:
    ran = run("inventory", "extraction", "--by", "question", "-w", charity, width=140)
    assert "no system in scope holds Volunteer shift" in ran.out


@pytest.mark.parametrize(
    ("asked", "said"),
    [(("nobody",), "there is no system 'nobody'"), (("crm", "nothing"), "no entity 'nothing'")],
)
def test_unknown_names_are_refused(
    run: Run, charity: Path, asked: tuple[str, ...], said: str
) -> None:
    ran = run("inventory", "extraction", *asked, "-w", charity)
    assert ran.code == 2
    assert said in ran.err


def test_a_bare_workspace_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Test\n")
    (tmp_path / "systems" / "crm.yaml").write_text("id: crm\nname: BeaconCRM\n")
    for view in VIEWS:
        ran = run(*view, "-w", tmp_path)
        assert ran.code == 0, ran.err
        assert ran.lines
