"""`governance kpis`, `dysfunctions`, `attitudes`, `maturity`: what is shown, and what is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Run

EXAMPLES = Path(__file__).parents[2] / "examples"


def shown(run: Run, *arguments: str | Path, code: int = 0) -> tuple[str, str]:
    ran = run("governance", *arguments, width=200)
    assert ran.code == code, ran.err
    return ran.out, ran.err


def read(run: Run, *arguments: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown(run, *arguments, "--format", "json")[0])
    return found


@pytest.fixture(params=["harbourlight", "northwharf"])
def declared(request: pytest.FixtureRequest) -> str:
    return str(EXAMPLES / request.param)


def test_kpis_tell_trend_target_and_technique(run: Run) -> None:
    where = str(EXAMPLES / "northwharf")
    out, _ = shown(run, "kpis", "-w", where)
    assert "2 notable trends" in out
    assert "-0.343 a month, better (p < 0.001)" in out
    assert "too short to say: 4 values, 8 are needed" in out
    rows = {r["id"]: r for r in read(run, "kpis", "-w", where)["rows"]}
    assert rows["digital-orders"]["seasonal"] is True
    assert rows["digital-orders"]["effect"]["already_so_before"] is True
    assert rows["quote-hours"]["target_on"] == "2027-01-25"
    assert rows["double-customers"]["p"] is None


def test_one_kpi_in_detail(run: Run) -> None:
    where = str(EXAMPLES / "harbourlight")
    out, _ = shown(run, "kpis", "--kpi", "web-visits", "-w", where)
    for part in ("each month against itself", "likeliest day of change", "values that way before",
                 "Week of recording", "▁"):  # fmt: skip
        assert part in out or part == "values that way before"
    assert "the values went that way before it began" in out
    _, error = shown(run, "kpis", "--kpi", "nothing", "-w", where, code=2)
    assert "choose of: client-survey" in error


def test_the_message_is_markdown_for_all(run: Run, tmp_path: Path, declared: str) -> None:
    out, _ = shown(run, "kpis", "--message", "all", "-w", declared)
    assert out.startswith("# What our figures say, ")
    blocks = out.split("\n## ")[1:]
    assert len(blocks) == len(read(run, "kpis", "-w", declared)["rows"])
    assert all("**What changed:**" in b and "**What next:**" in b for b in blocks)
    assert " because " not in out
    file = tmp_path / "message.md"
    shown(run, "kpis", "--message", "all", "-w", declared, "-o", str(file))
    assert file.read_text("utf-8") == out


def test_no_nan_and_no_infinity_in_json(run: Run, declared: str) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    for view in ("kpis", "dysfunctions", "attitudes", "maturity"):
        out, _ = shown(run, view, "-w", declared, "--format", "json")
        json.loads(out, parse_constant=refuse)
        shown(run, view, "-w", declared, "--format", "csv")


def test_dysfunctions_tell_rate_double_work_and_duties(
    run: Run,
) -> None:
    where = str(EXAMPLES / "harbourlight")
    out, _ = shown(run, "dysfunctions", "-w", where)
    assert "31 %" in out
    assert "the line is 10 %" in out
    assert "no feed joins BeaconCRM with Shared calendar" in out
    assert "Three duties" in out
    found = read(run, "dysfunctions", "-w", where)
    assert found["rate"]["whole"] == 32
    assert {d["by"]: d["kept"] for d in found["duties"]} == {
        "operations staff": False,
        "system manager": False,
        "management": False,
    }


def test_attitudes_of_a_survey_without_small_groups(run: Run) -> None:
    where = str(EXAMPLES / "harbourlight")
    out, _ = shown(run, "attitudes", "-w", where)
    assert "made things worse for 44 % of 36" in out
    assert "69 % of the staff" in out
    # Four of Services answered: they stand among all others, without a number.
    assert "Services" not in out
    for row in read(run, "attitudes", "-w", where)["rows"]:
        for key in ("worse", "not_using", "praise", "answers"):
            assert row[key] is None or row[key] == 0 or row[key] >= 5
    by_system = read(run, "attitudes", "--by", "system", "-w", where)["rows"]
    assert by_system[-1]["worse"] == 16
    comments = (EXAMPLES / "harbourlight/data/staff-survey.csv").read_text("utf-8")
    assert "I lost a note once" in comments
    assert "I lost a note" not in out


def test_maturity_tells_what_is_missing(run: Run, declared: str) -> None:
    out, _ = shown(run, "maturity", "-w", declared)
    assert "systems in scope with both owners: " in out
    assert "at least 80 % wanted" in out
    rows = read(run, "maturity", "-w", declared)["rows"]
    assert len(rows) == 8
    out, _ = shown(run, "maturity", "--dimension", "ownership", "-w", declared)
    assert "INV101" in out or "INV102" in out
    _, error = shown(run, "maturity", "--dimension", "x", "-w", declared, code=2)
    assert "choose of: ownership" in error


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("data/client-survey.csv", "month,mean_score\n31.1.2026,x\n", "'a' is not a number"),
        ("data/client-survey.csv", "when,mean_score\n2026-01-31,3\n", "no column 'month'"),
        ("data/client-survey.csv", "", "is empty"),
        ("data/staff-survey.csv", "a,b\n1,2\n", "no column 'statement'"),
    ],
)
def test_a_broken_file_is_told_with_its_place_and_hides_nothing_else(
    run: Run, tmp_path: Path, file: str, text: str, said: str
) -> None:
    where = str(tmp_path / "w")
    shutil.copytree(EXAMPLES / "harbourlight", where)
    (tmp_path / "w" / file).write_text(text)
    view = "attitudes" if "staff" in file else "kpis"
    out, _ = shown(run, view, "-w", where)
    assert said in out
    assert "not assessed" in out
    for other in ("users", "adoption", "dysfunctions", "maturity", "attitudes", "kpis"):
        shown(run, other, "-w", where)
    told = run("validate", "-w", where, width=200)
    assert told.code == 2
    assert said in told.err
    assert file in told.err
    assert said in run("check", "--fail-on", "never", "-w", where, width=200).err
    # Unread is not the same as nothing found.
    gaps = run("check", "--code", "GOV202,GOV206", "--fail-on", "never", "-w", where, width=200)
    assert "cannot be read" in gaps.out or "has no values" in gaps.out


def test_the_cell_of_a_wrong_column_is_told_by_its_shape(run: Run, tmp_path: Path) -> None:
    where = tmp_path / "w"
    shutil.copytree(EXAMPLES / "harbourlight", where)
    (where / "data/client-survey.csv").write_text("month,mean_score\n2026-01,Wanda Okafor\n")
    for command in (("validate",), ("check", "--fail-on", "never"), ("governance", "kpis")):
        ran = run(*command, "-w", str(where), width=200)
        assert "Okafor" not in ran.out + ran.err
        assert "'Aa Aa' is not a number" in ran.out + ran.err


def test_an_empty_workspace_says_what_to_declare(run: Run, tmp_path: Path) -> None:
    (tmp_path / "audit.yaml").write_text("organisation: Sample\n")
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems/crm.yaml").write_text("id: crm\nname: CRM\n")
    for view in ("kpis", "dysfunctions", "attitudes", "maturity"):
        out, _ = shown(run, view, "-w", str(tmp_path))
        assert out
    assert "no survey: declare one" in shown(run, "attitudes", "-w", str(tmp_path))[0]
