"""What the report tells of the last audit: page, trends, what is overdue."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from golden_files import EXAMPLES

import crmaudit
from crmaudit.facts import Facts
from crmaudit.report.compose import compose
from crmaudit.report.context import ReportContext
from crmaudit.report.tables import Tables
from crmaudit.standing.past import Past


@pytest.fixture(scope="module")
def audit() -> crmaudit.Audit:
    return crmaudit.Audit(EXAMPLES / "harbourlight")


def context(audit: crmaudit.Audit, *past: Past) -> ReportContext:
    facts: Facts = replace(audit.facts, past=past)
    return compose(facts, audit.findings, audit.plan)


def before(
    audit: crmaudit.Audit, day: str = "2026-04-30", number: int = 1, **other: object
) -> Past:
    body = json.loads(json.dumps(audit.summary()))
    return Past(number, date(2026, 5, 1), {**body, "as_of": day, **other})


def test_the_first_audit_has_nothing_to_compare_with(audit: crmaudit.Audit) -> None:
    found = context(audit)
    assert found.since.last is None
    assert found.tables.figures_since is None
    assert found.tables.changes_since is None
    assert all(f.trend is None for f in found.headlines)
    # What is overdue does not need another audit.
    assert found.tables.overdue is not None


def test_a_run_of_the_same_day_is_the_same_audit(audit: crmaudit.Audit) -> None:
    day = audit.facts.day
    assert day is not None
    assert context(audit, before(audit, day.isoformat())).since.last is None


def test_nothing_changed_is_told_as_that(audit: crmaudit.Audit) -> None:
    found = context(audit, before(audit))
    assert found.since.last == date(2026, 4, 30)
    assert found.tables.changes_since is None
    assert found.tables.figures_moved is None
    assert found.tables.landscape_since is None
    told = {f.label: f.trend for f in found.headlines if f.trend}
    assert told["Facts known of the systems"].direction == "flat"
    assert told["Findings"].text.startswith("0 new, 0 gone")
    assert told["Findings"].good is None


def test_what_got_better_and_worse(audit: crmaudit.Audit) -> None:
    kept = audit.summary()
    figures = {**kept["figures"], "completeness of dossiers": 50.0, "mapping known": 100.0}
    measures = {
        **kept["measures"],
        "completeness of dossiers": {"part": 31, "of": 62},
        "mapping known": {"part": 150, "of": 150},
    }
    gone = {**kept["findings"][0], "subject": "system:crm", "code": "INV101"}
    found = context(
        audit,
        before(audit, figures=figures, measures=measures, findings=[gone, *kept["findings"][3:]]),
    )
    trends = {f.label: f.trend for f in found.headlines}
    facts, mapping, findings = (
        trends[x] for x in ("Facts known of the systems", "Mapping declared", "Findings")
    )
    assert facts is not None
    assert (facts.direction, facts.good) == ("up", True)
    assert "30 Apr" in facts.text.replace("\u00a0", " ")
    assert mapping is None or mapping.good in (None, False) or mapping.direction == "flat"
    assert findings is not None
    assert (findings.direction, findings.good) == ("up", False)
    assert found.since.counts["new"] == 3
    assert found.since.counts["no longer found"] == 1
    # Both denominators stand in the sentence.
    (line,) = [x for x in found.since.topics["inventory"] if x.startswith("Facts known")]
    assert "(31 of 62)" in line
    assert "better by" in line
    table = found.tables.figures_moved
    assert table is not None
    assert table.rows[0][0].text == "Facts known of the systems"


def test_the_courses_of_figures_need_three_audits(audit: crmaudit.Audit) -> None:
    figures = {**audit.summary()["figures"], "mapping known": 10.0}
    two = context(audit, before(audit, figures=figures))
    assert two.since.lines is None
    assert two.since.all_lines is not None
    three = context(
        audit,
        before(audit, "2025-04-30", 1, figures={**figures, "mapping known": 5.0}),
        before(audit, "2026-04-30", 2, figures=figures),
    )
    assert three.since.audits == 2
    lines = three.since.lines
    assert lines is not None
    mapping = next(s for s in lines.series if s.label == "Mapping declared")
    assert [v for _, v in mapping.points][:2] == [5.0, 10.0]
    assert mapping.points[-1][0] == audit.facts.day


def test_what_an_old_audit_did_not_keep_is_not_called_new(audit: crmaudit.Audit) -> None:
    bare = Past(1, date(2026, 5, 1), {"as_of": "2026-04-30", "findings": [], "counts": {}})
    found = context(audit, bare)
    assert found.since.counts["new"] == 0
    assert found.since.counts["perhaps new"] == len(audit.findings.findings)
    assert "kept less" in " ".join(found.since.remarks)
    land = found.tables.landscape_since
    assert land is None


def test_who_owes_an_answer(audit: crmaudit.Audit) -> None:
    tables: Tables = context(audit).tables
    assert tables.overdue is not None
    rows = {(r[2].text, r[-1].text): r for r in tables.overdue.rows}
    late = rows["GOV104", "overdue"]
    person = audit.workspace.person_name("information-manager")
    assert late[0].text == person
    assert late[5].value == 31
    assert ("GOV101", "waiver run out") in rows


@pytest.mark.parametrize("final", [True, False])
def test_the_page_in_a_report(tmp_path: Path, final: bool) -> None:
    root = tmp_path / "ws"
    shutil.copytree(EXAMPLES / "northwharf", root)
    found = crmaudit.Audit(root)
    (file,) = found.report(["md"], folder=tmp_path / "first", final=final)
    first = file.read_text()
    assert "New findings" not in first
    text = (root / "audit.yaml").read_text()
    lines = [x for x in text.splitlines() if not x.startswith("as_of:")]
    (root / "audit.yaml").write_text("\n".join([*lines, "as_of: 2026-05-31", ""]))
    crmaudit.Audit(root).remember()
    (root / "audit.yaml").write_text("\n".join([*lines, "as_of: 2026-11-30", ""]))
    (file,) = crmaudit.Audit(root).report(["md"], folder=tmp_path / "second", final=final)
    second = file.read_text()
    assert "New findings" in second
    assert "31 May 2026" in second.replace("\u00a0", " ")
    assert "Changes and promises" in second
    # The same again, byte by byte.
    (again,) = crmaudit.Audit(root).report(["md"], folder=tmp_path / "third", final=final)
    assert again.read_bytes() == file.read_bytes()
