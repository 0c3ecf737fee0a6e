"""`governance interviews`: what it shows, what it keeps back, and how one is prepared."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Run
from golden_files import EXAMPLES

VIEWS = [(), ("--themes",), ("--contradictions",), ("--measures",), ("--group", "reception")]


def rows(run: Run, *arguments: str | Path) -> dict[str, Any]:
    ran = run("governance", "interviews", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_fits(run: Run, demo: Path, view: tuple[str, ...], width: int) -> None:
    ran = run("governance", "interviews", *view, "-w", demo, width=width)
    assert ran.code == 0, ran.err
    assert all(len(line) <= width for line in ran.lines)


@pytest.mark.parametrize("view", VIEWS)
def test_csv_has_a_line_a_row(run: Run, demo: Path, view: tuple[str, ...]) -> None:
    told = rows(run, *view, "-w", demo)
    ran = run("governance", "interviews", *view, "-w", demo, "--format", "csv")
    assert len(ran.out.split("\r\n")) == len(told["rows"]) + 2


def test_pains_are_worth_money(run: Run, demo: Path) -> None:
    told = rows(run, "-w", demo)
    calls = next(r for r in told["rows"] if r["pain"].startswith("Ringing finance"))
    # 4 to 7 minutes, twice to four times a day, five people, 220 days, at 24 pounds.
    assert calls["hours_low"] == pytest.approx(4 * 2 * 5 * 220 / 60)
    assert calls["cost_high"] == pytest.approx(7 * 4 * 5 * 220 / 60 * 24)
    few = next(r for r in told["rows"] if r["pain"].startswith("Counting families"))
    assert (few["hours_low"], few["cost_low"]) == (None, None)
    assert few["reason"] == "fewer than five people"


def test_what_is_said_stands_beside_what_was_measured(run: Run, demo: Path) -> None:
    told = rows(run, "--contradictions", "-w", demo)
    against = {r["subject"]: r for r in told["rows"] if r["against"] == "what was measured"}
    facts = {f["what"]: f for f in against["cell:crm.contact"]["facts"]}
    mail = facts["have no e-mail address"]
    assert mail["share"] == mail["part"] / mail["whole"]
    assert mail["evidence"]
    assert not mail["good"]
    assert "BeaconCRM" in against["system:crm"]["about"]
    groups = [r["subject"] for r in told["rows"] if r["against"] == "another group"]
    assert groups == ["cell:crm.contact", "system:crm"]
    assert {s["text"] for s in told["agree"]} >= {"Our cases are complete"}


def test_small_groups_stay_out_of_counts_and_say_so(run: Run) -> None:
    northwharf = EXAMPLES / "northwharf"
    for view in ("--themes", "--contradictions"):
        ran = run("governance", "interviews", view, "-w", northwharf, width=140)
        assert "1 of 3 interviews is of fewer than five people" in ran.out
        assert "Saltmarsh branch" not in ran.out
    alone = run("governance", "interviews", "--group", "Saltmarsh branch", "-w", northwharf)
    assert "what this group says stays out of counts and comparisons" in alone.out
    assert "fewer than five people" in alone.lines[0]


def test_proposed_words_are_no_names(run: Run, demo: Path) -> None:
    words = {p["word"] for p in rows(run, "--themes", "-w", demo)["proposed"]}
    assert words
    assert not words & {"beaconcrm", "contact", "fennimore", "isolde"}


def test_measures_and_what_follows_them(run: Run, demo: Path) -> None:
    found = {r["measure"]: r for r in rows(run, "--measures", "-w", demo)["rows"]}
    assert found["Minutes of waiting at ten o'clock"]["kpi"] is None
    assert found["Records made twice in a month"]["points"] > 0


def test_without_interviews_there_is_a_way_on(run: Run, tmp_path: Path) -> None:
    root = bare(tmp_path)
    ran = run("governance", "interviews", "-w", root)
    assert ran.lines[0].startswith("0 interviews, 0 pains")
    assert "--new GROUP" in ran.lines[-1]
    for view in VIEWS[1:4]:
        assert run("governance", "interviews", *view, "-w", root).code == 0


def bare(folder: Path) -> Path:
    root = folder / "audit"
    (root / "systems").mkdir(parents=True)
    (root / "audit.yaml").write_text("organisation: Sample\nunits: [{id: desk, name: Desk}]\n")
    (root / "systems/crm.yaml").write_text("{id: crm, name: CRM, kind: crm}\n")
    return root


def test_one_is_prepared_and_its_form_imported(run: Run, tmp_path: Path) -> None:
    root = bare(tmp_path)
    ran = run("governance", "interviews", "--new", "Night shift", "--unit", "Desk", "-w", root)
    assert ran.code == 0, ran.err
    assert "interviews/night-shift.docx  (the form)" in ran.out
    assert "a preset, as no process is declared: Volunteer sign-up" in ran.out
    form = root / "interviews/night-shift.docx"
    again = run("import", form, "-w", root, "--yes")
    assert again.code == 0, again.err
    assert "nothing to do" in again.out
    twice = run("governance", "interviews", "--new", "Night shift", "-w", root)
    assert (twice.code, "interviewed already" in twice.err) == (2, True)
    # What was only prepared is no interview that leaves questions open.
    checked = run("check", "-w", root, "--code", "GOV123")
    assert "no interview was held yet" in " ".join(checked.out.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--themes", "--measures"), "--themes and --measures are different views"),
        (("--unit", "desk"), "belong to --new"),
        (("--process", "x"), "belong to --new"),
        (("--group", "receptoin"), "there is no interview with 'receptoin'"),
        (("--new", "…"), "is no name of a group"),
    ],
)
def test_what_does_not_go(run: Run, arguments: tuple[str, ...], message: str) -> None:
    ran = run("governance", "interviews", *arguments, "-w", EXAMPLES / "harbourlight")
    assert ran.code == 2
    assert message in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


def test_a_hostile_form_is_one_clear_line(run: Run, tmp_path: Path) -> None:
    root = tmp_path / "audit"
    shutil.copytree(EXAMPLES / "harbourlight", root)
    form = tmp_path / "form.docx"
    form.write_bytes(b"PK\x03\x04 nothing behind it")
    ran = run("import", form, "-w", root, "--yes")
    assert ran.code == 2
    assert "is no document that can be read" in ran.err


def test_of_a_series_in_any_order_the_newest_value_is_shown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    (tmp_path / "interviews").mkdir()
    (tmp_path / "audit.yaml").write_text("organisation: Sample\n")
    (tmp_path / "systems/crm.yaml").write_text("{id: crm, name: CRM, kind: crm}\n")
    (tmp_path / "kpis.yaml").write_text(
        "kpis: [{id: calls, name: Calls, series: [{date: 2026-06-30, value: 7}, "
        "{date: 2026-05-31, value: 3}]}]\n"
    )
    (tmp_path / "interviews/desk.yaml").write_text(
        "{id: desk, group: Desk, participants: 6, measures: [{text: Fewer calls, kpi: calls}]}\n"
    )
    (row,) = rows(run, "--measures", "-w", tmp_path)["rows"]
    assert (row["newest"], row["day"]) == (7, "2026-06-30")
