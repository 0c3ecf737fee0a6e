"""`crmaudit.Audit` as one uses it in a notebook."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from golden_files import EXAMPLES, KEY

import crmaudit
from crmaudit.errors import CrmauditError
from crmaudit.rules.base import SEVERITIES


@pytest.fixture(scope="module")
def northwharf() -> crmaudit.Audit:
    return crmaudit.Audit(EXAMPLES / "northwharf")


@pytest.fixture(scope="module")
def measured(demo: Path) -> crmaudit.Audit:
    return crmaudit.Audit(demo)


def test_a_folder_inside_the_workspace_will_do() -> None:
    inside = crmaudit.Audit(str(EXAMPLES / "northwharf" / "systems"))
    assert inside.root == EXAMPLES / "northwharf"


def test_no_workspace_is_a_mistake_one_can_mend(tmp_path: Path) -> None:
    with pytest.raises(CrmauditError, match=r"audit\.yaml"):
        crmaudit.Audit(tmp_path)


def test_the_inventory_as_a_frame(northwharf: crmaudit.Audit) -> None:
    frame = northwharf.inventory.frame
    assert len(frame) == 30
    assert frame.loc["salesloom", "facts_given"] == 9
    assert frame["cost"].sum() > 0


def test_the_matrix_as_a_graph_and_a_frame(northwharf: crmaudit.Audit) -> None:
    graph, frame = northwharf.crud.graph, northwharf.crud.frame
    assert frame.shape == (50, 29)
    assert frame.loc["customer", "salesloom"] == "CRUD"
    assert graph.number_of_nodes() == 79
    assert graph.number_of_edges() > 0


def test_findings_as_a_frame(measured: crmaudit.Audit) -> None:
    judgement = measured.findings
    frame = judgement.frame
    assert len(frame) == len(judgement.findings) + len(judgement.waived)
    assert {"code", "severity", "subject", "message", "place"} <= set(frame.columns)
    assert set(frame["severity"]) <= set(SEVERITIES)
    assert frame.groupby("code").size().sum() == len(frame)


def test_evidence_reaches_the_findings(measured: crmaudit.Audit) -> None:
    rooms = {f.room for f in measured.findings.findings}
    assert "data quality" in rooms
    assert measured.quality.profiles["crm"]["contacts"].rows >= 500
    assert measured.plan.initiatives


def test_what_matters_most_is_a_fair_picture(
    northwharf: crmaudit.Audit, measured: crmaudit.Audit
) -> None:
    for audit in (northwharf, measured):
        worst = audit.worst()
        assert len(worst) == 5
        assert len({f.code for f in worst}) == 5
        order = [SEVERITIES.index(f.severity) for f in worst]
        assert order == sorted(order)
        kinds = {f.code: f for f in reversed(audit.findings.findings)}
        for severity in {f.severity for f in worst}:
            rooms = [f.room for f in worst if f.severity == severity]
            others = {f.room for f in kinds.values() if f.severity == severity} - set(rooms)
            assert not others or max(map(rooms.count, rooms)) <= 2
    assert northwharf.worst(0) == ()
    assert len(northwharf.worst(10_000)) == len({f.code for f in northwharf.findings.findings})


def test_the_report_tells_the_same_five(measured: crmaudit.Audit) -> None:
    from crmaudit.report.compose import compose

    told = compose(measured.facts, measured.findings, measured.plan)
    assert told.findings.top == measured.worst()


def test_html_for_a_notebook_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "systems").mkdir()
    name = "<script>alert('x')</script> & Co"
    (tmp_path / "audit.yaml").write_text(json.dumps({"id": "odd", "organisation": {"name": name}}))
    (tmp_path / "systems" / "a.yaml").write_text(json.dumps({"id": "a", "name": name}))
    html = crmaudit.Audit(tmp_path)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "1 systems" not in html
    assert html.count("<tr>") == html.count("</tr>") > 1


def test_looking_makes_no_store(tmp_path: Path) -> None:
    copy = shutil.copytree(EXAMPLES / "northwharf", tmp_path / "ws")
    audit = crmaudit.Audit(copy)
    assert audit.findings
    assert audit.history == ()
    assert not (copy / ".crmaudit").exists()


def test_runs_are_remembered_here_or_in_a_shared_store(tmp_path: Path) -> None:
    copy = shutil.copytree(EXAMPLES / "northwharf", tmp_path / "ws")
    url = f"sqlite:///{tmp_path / 'team.sqlite'}"
    for audit in (crmaudit.Audit(copy), crmaudit.Audit(copy, store=url)):
        audit.remember()
        (run,) = audit.history
        assert run.body["counts"]["critical"] == audit.findings.counts["critical"]
        assert len(run.body["findings"]) == len(audit.findings.findings)


def test_collecting_and_editing_are_seen(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMAUDIT_KEY", KEY)
    copy = shutil.copytree(demo, tmp_path / "ws", ignore=shutil.ignore_patterns(".crmaudit"))
    audit = crmaudit.Audit(copy)
    assert not audit.quality.profiles
    (outcome,) = audit.collect(["newsletter"])
    assert outcome.whole
    assert set(audit.quality.profiles) == {"newsletter"}
    file = copy / "systems" / "newsletter.yaml"
    file.write_text(file.read_text().replace("name: PostRoom", "name: Renamed", 1))
    assert audit.workspace.system["newsletter"].name == "PostRoom"
    audit.forget()
    assert audit.workspace.system["newsletter"].name == "Renamed"
    (report,) = audit.report(["md"], folder=tmp_path / "out")
    assert "Renamed" in report.read_text(encoding="utf-8")
