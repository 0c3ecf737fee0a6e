"""Workbooks with what one person is asked: whom, what, and their answers coming back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from book_workspaces import Edit, export, folder, grids, teardown_module

from crmaudit.engine import judge
from crmaudit.errors import CrmauditError
from crmaudit.exchange import own_book, requests_book
from crmaudit.exchange.formats import Export
from crmaudit.facts import Facts
from crmaudit.sheets import read_book
from crmaudit.workspace import Workspace, load
from crmaudit.workspace.merging import Merge, merge

__all__ = ["teardown_module"]

FILES: dict[str, Any] = {
    "systems/crm.yaml": {
        "id": "crm", "name": "Our CRM", "owners": {"it": "ana", "business": "tom"},
        "costs": [{"year": 2025, "kind": "licence", "amount": 110}],
    },
    "systems/billing.yaml": {
        "id": "billing", "name": "Billing", "vendor": "Oak", "owners": {"it": "ana"},
        "blank": {"support.skills": "nobody but the vendor"},
    },
    "needs.yaml": {"needs": [
        {"id": "n1", "text": "=Who left?", "asked_by": "ana"},
        {"id": "n2", "text": "Known", "asked_by": "ana", "answered": "yes"},
        {"id": "n3", "kind": "report", "text": "Members", "owner": "ana", "exists": True},
    ]},
}  # fmt: skip


@pytest.fixture(scope="module")
def exported() -> Export:
    facts = Facts.of(load(folder(FILES)))
    return Export(facts, judge(facts))


def written(exported: Export, owner: str, tmp_path: Path) -> Path:
    path = tmp_path / "requests.xlsx"
    path.write_bytes(requests_book.render(exported.to(owner)).content)
    return path


def back(declared: Workspace, sheets: Any) -> Merge:
    return merge(declared, own_book.read_grids(sheets, "r.xlsx", declared))


def test_who_is_asked_what(exported: Export) -> None:
    ana = next(r for r in requests_book.asked(exported) if r.id == "ana")
    assert ana.name == "Ana Lind"
    assert {(s.id, lack.key) for s, lack in ana.lacks} == {
        ("crm", "vendor"), ("crm", "documentation.system"), ("crm", "documentation.database"),
        ("crm", "costs"), ("crm", "support.skills"), ("billing", "documentation.system"),
        ("billing", "documentation.database"), ("billing", "costs"),
    }  # fmt: skip
    assert [n.id for n in ana.needs] == ["n1", "n3"]
    assert ana.findings
    assert all(f.who == "ana" for f in ana.findings)


def test_the_owner_must_be_one_who_is_asked(exported: Export) -> None:
    with pytest.raises(CrmauditError, match="whose requests") as caught:
        requests_book.render(exported)
    assert "ana: 8 facts" in caught.value.hint
    with pytest.raises(CrmauditError, match="nobody called") as caught:
        requests_book.render(exported.to("Ana Lint"))
    assert "did you mean 'Ana Lind'" in caught.value.hint
    with pytest.raises(CrmauditError, match="is asked nothing"):
        requests_book.render(exported.to("twin-1"))
    by_id = requests_book.render(exported.to("ana"))
    assert requests_book.render(exported.to("ANA LIND")).content == by_id.content


def test_each_answer_has_a_cell_of_its_kind(exported: Export, tmp_path: Path) -> None:
    import openpyxl

    path = written(exported, "ana", tmp_path)
    sheet = openpyxl.load_workbook(path)["Facts"]
    rows = {sheet.cell(r, 2).value: r for r in range(3, sheet.max_row + 1)}
    rules = {str(v.sqref): v for v in sheet.data_validations.dataValidation}
    status = rules[f"F{rows['crm documentation.system.status']}"]
    assert status.formula1 == '"complete,partly,outdated,none"'
    updated = rules[f"F{rows['crm documentation.system.updated']}"]
    assert updated.type == "date"
    assert sheet[f"F{rows['crm costs']}"].value == "1 listed"
    assert sheet[f"F{rows['crm vendor']}"].value is None
    assert not sheet.column_dimensions["F"].protection.locked
    assert sheet[f"D{rows['crm vendor']}"].protection.locked


def test_why_a_finding_matters_is_said_in_words(tmp_path: Path) -> None:
    """No parameters of rules in backticks: their values, as the workspace sets them."""
    care = {"backup": {"frequency": "weekly", "last": "2025-01-01"}}
    systems = {"systems/crm.yaml": {**FILES["systems/crm.yaml"], "maintenance": care}}
    audit = {
        "organisation": "Little House",
        "as_of": "2026-01-01",
        "units": [{"id": "office", "name": "Office"}],
        "rules": {"parameters": {"GOV113": {"grace_days": 5}}},
    }
    facts = Facts.of(load(folder({**FILES, **systems, "audit.yaml": audit})))
    sheets = grids(written(Export(facts, judge(facts)), "ana", tmp_path))
    texts = {str(v) for g in sheets if g.name == "Findings" for row in g.rows for v in row}
    assert not [t for t in texts if "`" in t]
    (backup,) = [t for t in texts if "Backups are typically daily" in t]
    assert "rarer than every 1 day needs" in backup
    assert "own period and 5 days more have passed" in backup


def test_an_opinion_has_its_author_by_name(exported: Export, tmp_path: Path) -> None:
    declared = load(folder({"systems/crm.yaml": {
        "id": "crm", "name": "Our CRM", "owners": {"it": "ana", "business": "ana"}}}))  # fmt: skip
    facts = Facts.of(declared)
    sheets = grids(written(Export(facts, judge(facts)), "ana", tmp_path))
    voices = Edit(sheets, "perceived_quality")
    assert voices.rows[voices.first][voices.columns["who"]] == "Ana Lind"
    assert not back(declared, sheets).differences
    voices.put(voices.first, score=4)
    (change,) = back(declared, sheets).differences
    assert change.new["who"] == "ana"


def test_untouched_it_changes_nothing(exported: Export, tmp_path: Path) -> None:
    for request in requests_book.asked(exported):
        path = written(exported, request.id, tmp_path)
        assert own_book.recognises(path, path.read_bytes()[:4096])
        declared = exported.facts.workspace
        found = merge(declared, own_book.read(path, declared))
        assert not found.differences
        assert not found.left_out


def test_answers_come_back(exported: Export, tmp_path: Path) -> None:
    declared = load(folder(FILES))
    sheets = grids(written(exported, "ana", tmp_path))
    facts = Edit(sheets, "facts")

    def answer(mark: str, value: Any) -> None:
        row = next(r for r in range(facts.first, len(facts.rows)) if facts.rows[r][1] == mark)
        facts.put(row, answer=value)

    answer("crm vendor", "Elm")
    answer("crm documentation.system.status", "Partly")
    answer("crm documentation.system.updated", "2026-02-03")
    answer("crm documentation.database.location", "blank: a cloud service")
    answer("billing costs", "none")
    costs = Edit(sheets, "costs")
    costs.put(costs.find(system="Our CRM", year=None), year=2026, kind="support", amount=40)
    skills = Edit(sheets, "support.skills")
    skills.put(skills.find(system="Our CRM"), skill="SQL", needed=2, held="Ana Lind: 3")
    findings = Edit(sheets, "findings")
    first, second = findings.first, findings.first + 1
    findings.put(first, state="agreed", due=date(2027, 1, 31))
    findings.put(second, state="disputed", reason="=it is not so")
    needs = Edit(sheets, "needs")
    needs.put(needs.find(text="=Who left?"), answered="partly")
    needs.put(needs.find(text="Members"), last_consulted=date(2026, 5, 1))
    found = back(declared, sheets)
    found.changes.write()
    now = load(declared.root)
    crm, billing = now.system["crm"], now.system["billing"]
    assert crm.vendor == "Elm"
    assert crm.documentation.system is not None
    assert crm.documentation.system.status == "partly"
    assert crm.documentation.system.updated == date(2026, 2, 3)
    assert crm.blank == {"documentation.database.location": "a cloud service"}
    assert [(c.year, c.amount) for c in crm.costs or ()] == [(2025, 110), (2026, 40)]
    assert crm.support.skills
    assert crm.support.skills[0].held[0].person == "ana"
    assert billing.costs == ()
    asked = next(r for r in requests_book.asked(exported) if r.id == "ana").findings
    assert [(r.code, r.subject, r.state, r.owner) for r in now.responses.responses] == [
        (asked[0].code, asked[0].subject, "agreed", "ana"),
        (asked[1].code, asked[1].subject, "disputed", "ana"),
    ]
    assert now.responses.responses[1].reason == "=it is not so"
    assert [n.answered for n in now.needs][:1] == ["partly"]
    assert now.needs[2].last_consulted == date(2026, 5, 1)


def test_an_answer_that_somebody_gave_meanwhile(exported: Export, tmp_path: Path) -> None:
    files = {**FILES, "systems/crm.yaml": {**FILES["systems/crm.yaml"], "vendor": "Ash"}}
    sheets = grids(written(exported, "ana", tmp_path))
    facts = Edit(sheets, "facts")
    facts.put(next(r for r, row in enumerate(facts.rows) if row[1] == "crm vendor"), answer="Elm")
    found = back(load(folder(files)), sheets)
    assert [(d.what, d.old, d.new) for d in found.differences] == [("conflict", "Ash", "Elm")]


def test_an_answer_already_given_is_shown_and_can_be_changed(
    exported: Export, tmp_path: Path
) -> None:
    finding = next(r for r in requests_book.asked(exported) if r.id == "ana").findings[0]
    response = {"code": finding.code, "subject": finding.subject, "state": "agreed",
                "owner": "tom", "due": date(2027, 3, 1)}  # fmt: skip
    facts = Facts.of(load(folder({**FILES, "responses.yaml": {"responses": [response]}})))
    sheets = grids(written(Export(facts, judge(facts)), "ana", tmp_path))
    findings = Edit(sheets, "findings")
    row = findings.find(code=finding.code, state="agreed")
    assert findings.rows[row][findings.columns["owner"]] == "Tom; Reed"
    findings.put(row, due="2027-06-01")
    found = back(facts.workspace, sheets)
    assert [(d.path, d.old, d.new) for d in found.differences] == [
        (("due",), date(2027, 3, 1), date(2027, 6, 1))
    ]


def test_a_reason_without_an_answer(exported: Export, tmp_path: Path) -> None:
    sheets = grids(written(exported, "ana", tmp_path))
    findings = Edit(sheets, "findings")
    findings.put(findings.first, reason="hm")
    with pytest.raises(CrmauditError, match="state: is missing"):
        back(exported.facts.workspace, sheets)


def test_nobody_is_asked(tmp_path: Path) -> None:
    declared = load(folder({"systems/crm.yaml": {"id": "crm", "name": "x", "in_scope": False}}))
    with pytest.raises(CrmauditError, match="nobody is asked"):
        requests_book.render(export(declared))


def test_texts_are_no_formulas(exported: Export, tmp_path: Path) -> None:
    questions = next(
        g for g in read_book(written(exported, "ana", tmp_path)) if g.name == "Questions"
    )
    assert "=Who left?" in [str(v) for row in questions.rows for v in row]
    assert not questions.faults
