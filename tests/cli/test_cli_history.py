"""`history`, `diff`, `check --overdue`: what was found before, and what became of it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from golden_files import EXAMPLES

import crmaudit


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Northwharf audited twice: half a year later a dossier is whole, a system gone, one new."""
    root = tmp_path_factory.mktemp("history") / "ws"
    shutil.copytree(EXAMPLES / "northwharf", root)
    as_of(root, "2026-06-30")
    crmaudit.Audit(root).remember()
    as_of(root, "2026-12-31")
    (root / "systems" / "helpline.yaml").write_text(
        "id: helpline\nname: Help line\ncrud: {customer: CR}\n"
    )
    crmaudit.Audit(root).remember()
    crmaudit.Audit(root).remember()
    return root


def as_of(root: Path, day: str) -> None:
    file = root / "audit.yaml"
    lines = [x for x in file.read_text().splitlines() if not x.startswith("as_of:")]
    file.write_text("\n".join([*lines, f"as_of: {day}", ""]))


def rows(run: Any, *command: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(*command, "--format", "json").out)["rows"]
    return found


def test_every_run_is_listed_and_the_last_of_a_day_counts(run: Any, two: Path) -> None:
    first, again, last = rows(run, "history", "-w", two)
    assert [r["repeated"] for r in (first, again, last)] == [False, True, False]
    assert (first["before"], last["before"]) == (None, 1)
    assert first["new"] is None
    assert last["findings"] == sum(last[s] for s in ("critical", "high", "medium", "low"))
    shown = run("history", "-w", two)
    assert shown.lines[0] == "3 audits remembered"
    assert "↺ 2" in shown.out
    assert all(len(line) <= 80 for line in shown.lines)


def test_figures_in_the_course_of_time(run: Any, two: Path) -> None:
    every = {r["figure"]: r for r in rows(run, "history", "--figures", "-w", two)}
    known = every["mapping known"]
    assert known["audits"] == 2
    assert known["delta"] == pytest.approx(known["last"] - known["first"], abs=0.1)
    points = rows(run, "history", "mapping known", "-w", two)
    assert [p["as_of"] for p in points] == ["2026-06-30", "2026-12-31"]
    for p in points:
        assert p["value"] == pytest.approx(100 * p["part"] / p["of"], abs=0.001)
    # What begins like that: all of a kind.
    many = {p["figure"] for p in rows(run, "history", "maturity of", "-w", two)}
    assert len(many) > 1
    told = list(
        csv.DictReader(io.StringIO(run("history", "findings", "-w", two, "--format=csv").out))
    )
    assert {r["figure"] for r in told} >= {"findings"}
    assert run("history", "--figures", "-w", two).code == 0


def test_a_figure_that_nobody_kept(run: Any, two: Path) -> None:
    ran = run("history", "qualty", "-w", two)
    assert ran.code == 2
    assert "has the figure 'qualty'" in ran.err


def test_two_audits_compared(run: Any, two: Path) -> None:
    body = json.loads(run("diff", "1", "3", "-w", two, "--format", "json").out)
    assert (body["before"]["run"], body["after"]["run"]) == (1, 3)
    came = [r for r in body["rows"] if r["how"] == "came into scope"]
    assert came
    assert all("helpline" in r["subject"] or "helpline" in r["why"] for r in came)
    assert body["landscape"]["systems_added"] == {"helpline": "Help line"}
    assert sum(body["counts"].values()) == len(body["rows"])
    assert {f["verdict"] for f in body["figures"]} <= {
        "better", "worse", "changed", "same", "within error", "not comparable", "first", "gone",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "which"),
    [
        ((), "run 1 of 2026-06-30 → now"),
        (("previous", "last"), "run 1 of 2026-06-30 → run 3 of 2026-12-31"),
        (("2026-08-01", "2027-01-01"), "run 1 of 2026-06-30 → run 3 of 2026-12-31"),
        (("2", "3"), "run 2 of 2026-12-31 → run 3 of 2026-12-31"),
        (("last", "now"), "run 3 of 2026-12-31 → now"),
    ],
)
def test_which_audits_are_meant(
    run: Any, two: Path, arguments: tuple[str, ...], which: str
) -> None:
    ran = run("diff", *arguments, "-w", two, width=140)
    assert ran.code == 0, ran.err
    assert ran.lines[0].startswith(which)


def test_nothing_changed_between_the_last_run_and_now(run: Any, two: Path) -> None:
    assert rows(run, "diff", "last", "now", "-w", two) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("9", "now"), "there is no run 9"),
        (("2020-01-01", "now"), "no audit of 2020-01-01 or before"),
        (("yesterday", "now"), "'yesterday' is no audit"),
        (("²", "now"), "'²' is no audit"),
        (("previous", "1"), "of a day before 2026-06-30"),
    ],
)
def test_audits_that_are_not_there(
    run: Any, two: Path, arguments: tuple[str, ...], says: str
) -> None:
    ran = run("diff", *arguments, "-w", two)
    assert ran.code == 2
    assert says in ran.err
    assert ran.out == ""


def test_a_pipeline_can_stop_at_what_is_new(run: Any, two: Path) -> None:
    severities = {r["severity"] for r in rows(run, "diff", "-w", two) if r["change"] == "new"}
    assert run("diff", "--fail-on", "low", "-w", two).code == (1 if severities else 0)
    assert run("diff", "last", "now", "--fail-on", "low", "-w", two).code == 0


def test_now_has_a_day_where_nothing_says_which(run: Any, tmp_path: Path) -> None:
    root = tmp_path / "new"
    run("init", root)
    ran = run("diff", "-w", root)
    assert ran.code == 2
    assert f"no audit of a day before {date.today()} is remembered" in " ".join(ran.err.split())


def test_without_any_audit(run: Any) -> None:
    where = EXAMPLES / "northwharf"
    assert run("history", "-w", where).lines[0] == "0 audits remembered"
    assert run("history", "--figures", "-w", where).code == 0
    ran = run("diff", "-w", where)
    assert ran.code == 2
    assert "is remembered" in ran.err


@pytest.mark.parametrize("width", [80, 140])
def test_what_is_overdue_by_owner(run: Any, demo: Path, width: int) -> None:
    found = rows(run, "check", "--overdue", "-w", demo)
    assert {(r["code"], r["state"]) for r in found} == {
        ("GOV104", "overdue"),
        ("GOV101", "waiver ran out"),
    }
    late = next(r for r in found if r["state"] == "overdue")
    assert (late["due"], late["days"], late["owner"]) == ("2026-09-30", 31, "information-manager")
    shown = run("check", "--overdue", "-w", demo, width=width)
    assert "1 answer overdue by 1 owner; 1 waiver ran out" in " ".join(shown.out.split())
    assert all(len(line) <= width for line in shown.lines)
    # The waiver that ran out is of a high finding.
    assert shown.code == 1
    assert run("check", "--overdue", "--code", "QUA", "-w", demo).code == 0
