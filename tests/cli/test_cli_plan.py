"""`plan`: list, one initiative, scenarios; table, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from crmaudit import Audit
from crmaudit.cli.app import run
from crmaudit.report.blocks import Figure
from crmaudit.report.compose import compose
from crmaudit.report.figures import draw
from crmaudit.strategy.schedule import CHAIN

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "harbourlight")


def _out(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["plan", *arguments, "-w", EXAMPLE]) == 0
    return capsys.readouterr().out


def test_the_list_says_what_the_plan_takes(capsys: pytest.CaptureFixture[str]) -> None:
    text = _out(capsys)
    data = json.loads(_out(capsys, "--format", "json"))
    assert data["kind"] == "plan"
    every, inside = len(data["rows"]), data["scenarios"][0]["initiatives"]
    assert every > inside > 20
    assert f"{every} initiatives in 4 phases" in text
    assert CHAIN in text
    assert f"○ beyond the budget: it covers {inside} of {every}" in text
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
    for words in ("What it takes", "What it brings", "Risk: high", CHAIN, "(said)"):
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


def _told(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> str:
    assert run(["plan", *arguments, "-w", str(folder)]) == 0
    return " ".join(capsys.readouterr().out.split())


def _bare(folder: Path, **files: str) -> Path:
    (folder / "systems").mkdir()
    given = {"audit": "organisation: Bare\nas_of: 2026-10-31\n", **files}
    given["systems/crm"] = "id: crm\nname: BeaconCRM\n"
    for name, text in given.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_longest_chain_is_called_the_same_everywhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What stands on it may have slack: no word says that a delay moves the end."""
    audit = Audit(Path(EXAMPLE))
    on_it = [i for i in audit.plan.initiatives if i.critical]
    assert any(i.slack for i in on_it)
    for i in on_it:
        text = _out(capsys, i.id)
        assert CHAIN in text
        assert "moves the end" not in text
    context = compose(audit.facts, audit.findings, audit.plan)
    assert context.plan.gantt is not None
    drawn = draw(Figure("gantt", "Plan", context.plan.gantt, "Plan"))
    assert CHAIN in drawn
    _, rows = context.plan.gantt.table()
    assert sum(CHAIN in row for row in rows) == len(on_it)
    table = context.tables.initiatives
    assert table is not None
    assert sum(any(CHAIN in c.text for c in row) for row in table.rows) == len(on_it)


def test_what_a_budget_cannot_say_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = _bare(
        tmp_path,
        brief="resources: {budget: 100}\nscenarios: [{id: s, name: S, budget: 9, currency: USD}]\n",
        plan="own: [{id: a, title: A, external_cost: 50000, status: running}]\n",
    )
    text = _told(capsys, folder, "--scenarios")
    assert "not known" in text
    assert "As in the brief: its budget bounds nothing: no hourly rate" in text
    assert "As in the brief: what runs or is approved exceeds its budget by 49,900 EUR" in text
    assert "S: its budget bounds nothing: no rate for its currency" in text
    rows = json.loads(_told(capsys, folder, "--scenarios", "--format", "json"))["rows"]
    assert [r["budget_unjudged"] for r in rows] == ["no hourly rate", "no rate for its currency"]
    assert [r["budget_exceeded"] for r in rows] == [49900, None]
    assert "50,000 EUR at least; no hourly rate" in _told(capsys, folder, "a")


def test_days_that_are_over_and_closed_work_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = _bare(
        tmp_path,
        plan="""
initiatives: {set-retention: {status: done}}
own:
  - {id: first, title: The first, status: dropped}
  - {id: a, title: A, end: 2026-01-31, after: first}
""",
    )
    text = _told(capsys, folder)
    assert "! a: its day is over: 31 January 2026, the end that was set" in text
    assert "Closed, and asked for by nothing any more: set-retention (done)" in text
    data = json.loads(_told(capsys, folder, "--format", "json"))
    (row,) = (r for r in data["rows"] if r["id"] == "a")
    assert (row["overdue"], row["after"]) == ("2026-01-31", [])
    assert [c["id"] for c in data["closed"]] == ["set-retention"]
    one = _told(capsys, folder, "a")
    assert "but its day is over" in one
    assert "first" not in one.replace("The first", "")


def test_no_capacity_is_no_lack_of_one(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = _bare(tmp_path, plan="{start: 2027-01-11, capacity_days_per_month: 0}\n")
    assert "No dates: its capacity is no day a month. crmaudit plan ID" in _told(capsys, folder)
