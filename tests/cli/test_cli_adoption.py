"""`governance adoption`: what it shows, and whom it never does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from crmaudit.cli import main


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["governance", "adoption", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("width", ["80", "140"])
@pytest.mark.parametrize("by", ["unit", "type", "entity", "month"])
def test_every_view_fits(
    demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    by: str, width: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", width)
    told = shown(capsys, "-w", str(demo), "--by", by)
    assert "37 of 52 staff worked in BeaconCRM since August 2026: 71 %" in told
    assert all(len(line) <= int(width) for line in told.splitlines())
    # No account is named in a statistic of use, be it by its pseudonym.
    assert "acct-" not in told


def test_groups_under_five_have_no_numbers(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(shown(capsys, "-w", str(demo), "--format", "json"))
    rows = {r["unit"]: r for r in told["rows"]}
    assert rows["Supporter Relations"]["used"] == 9
    # The exact number would point at the few who do not.
    assert rows["Family Support"]["used"] is None
    assert rows["Family Support"]["used_told"].startswith("all but fewer than five of ")
    assert rows["Housing Advice"]["recorded"] == 0
    for row in told["rows"]:
        for key in ("people", "used", "recorded"):
            assert row[key] in (None, 0) or row[key] >= 5
        if row["used"] is None:
            assert row["share"] is None
            assert row["suppressed"]
    assert (told["users"], told["staff"], told["logins_known"]) == (37, 52, True)


def test_a_month_is_the_finest_grain(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(capsys, "-w", str(demo), "--by", "month", "--format", "csv")
    months = [line.split(",")[0] for line in told.splitlines()[1:]]
    assert len(months) == 24
    assert all(re.fullmatch(r"\d{4}-\d\d", m) for m in months)


def test_without_evidence_it_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "audit.yaml").write_text("organisation: Sample\nstaff: 20\n")
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems/crm.yaml").write_text("{id: crm, name: CRM, kind: crm, users: 12}\n")
    told = shown(capsys, "-w", str(tmp_path))
    assert "not assessed: nobody read who records in the CRM" in told
    assert "declared in systems/crm.yaml: 12 of 20 staff" in told


def test_an_unknown_view_is_refused(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["governance", "adoption", "-w", str(demo), "--by", "hour"]) == 2
    assert "choose of: unit, type, entity, month" in capsys.readouterr().err
