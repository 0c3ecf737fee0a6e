"""`plan`: list, one initiative, scenarios; table, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from crmaudit.cli.app import run

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "harbourlight")


def _out(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["plan", *arguments, "-w", EXAMPLE]) == 0
    return capsys.readouterr().out


def test_the_list_says_what_the_plan_takes(capsys: pytest.CaptureFixture[str]) -> None:
    text = _out(capsys)
    assert "38 initiatives in 4 phases" in text
    assert "critical path" in text
    data = json.loads(_out(capsys, "--format", "json"))
    assert data["kind"] == "plan"
    assert len(data["rows"]) == 38
    assert {r["risk"] for r in data["rows"]} <= {"low", "medium", "high"}
    assert len(data["scenarios"]) == 3
    rows = list(csv.DictReader(io.StringIO(_out(capsys, "--format", "csv"))))
    assert [r["id"] for r in rows] == [r["id"] for r in data["rows"]]


@pytest.mark.parametrize("width", ["80", "140"])
def test_lines_fit_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for arguments in ((), ("build-feeds.billing.crm",), ("--scenarios",)):
        assert max(len(line) for line in _out(capsys, *arguments).splitlines()) <= int(width)


def test_one_initiative_is_told_whole(capsys: pytest.CaptureFixture[str]) -> None:
    text = _out(capsys, "build-feeds.billing.crm")
    for words in ("What it takes", "What it brings", "Risk: high", "critical path", "(said)"):
        assert words in text
    data = json.loads(_out(capsys, "build-feeds.billing.crm", "--format", "json"))
    assert data["initiative"]["hours_low"] == pytest.approx(146.67, abs=0.01)


def test_an_unknown_initiative_is_told_with_the_ids(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "build-feeds", "-w", EXAMPLE]) == 2
    assert "build-feeds.billing.crm" in capsys.readouterr().err
    assert run(["plan", "assign-owner", "-w", EXAMPLE]) == 2
    assert "assign-owners" in capsys.readouterr().err


def test_scenarios_name_what_they_leave_out(capsys: pytest.CaptureFixture[str]) -> None:
    text = _out(capsys, "--scenarios")
    assert "As in the brief leaves out:" in text
    rows = json.loads(_out(capsys, "--scenarios", "--format", "json"))["rows"]
    assert [r["id"] for r in rows] == ["brief", "with-council", "no-money"]
    assert rows[2]["left_out"] == []


def test_an_override_of_nothing_is_a_warning(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Bare\n", encoding="utf-8")
    (tmp_path / "systems" / "crm.yaml").write_text("id: crm\nname: BeaconCRM\n", encoding="utf-8")
    (tmp_path / "plan.yaml").write_text("initiatives: {deduplicate: {phase: 2}}\n", "utf-8")
    assert run(["plan", "-w", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "nothing asks for the initiative 'deduplicate' any more" in told.err
    assert "plan.yaml:1" in told.err
    assert "No dates" in told.out
