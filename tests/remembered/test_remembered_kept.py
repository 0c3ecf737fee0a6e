"""What an audit keeps of itself: plain, whole, bounded, and nobody's secret."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from golden_files import EXAMPLES

import crmaudit
from crmaudit.remembered import compare, lapsed, promises
from crmaudit.remembered.promises import by_owner
from crmaudit.standing.past import Past


@pytest.fixture(scope="module")
def measured(demo: Path) -> crmaudit.Audit:
    return crmaudit.Audit(demo)


@pytest.fixture(scope="module", params=["demo", "northwharf"])
def audit(request: pytest.FixtureRequest) -> crmaudit.Audit:
    if request.param == "demo":
        found: crmaudit.Audit = request.getfixturevalue("measured")
        return found
    return crmaudit.Audit(EXAMPLES / "northwharf")


def test_what_is_kept_is_plain_and_comes_back(audit: crmaudit.Audit) -> None:
    body = audit.summary()
    again = json.loads(json.dumps(body, sort_keys=True))
    assert json.dumps(again, sort_keys=True) == json.dumps(body, sort_keys=True)
    day = audit.facts.day
    assert day is not None
    # Laid beside itself, nothing has changed.
    since = compare(Past(1, day, again), audit.now)
    assert since.findings == ()
    assert since.same == len(audit.findings.findings)
    assert {f.verdict for f in since.figures} <= {"same", "within error"}
    assert not since.landscape.changed
    assert since.plan.steps == ()


def test_what_is_kept_agrees_with_the_audit(audit: crmaudit.Audit) -> None:
    body = audit.summary()
    assert len(body["findings"]) == len(audit.findings.findings)
    assert len(body["waivers"]) == len(audit.findings.waived)
    assert set(body["systems"]) == {s.id for s in audit.workspace.in_scope}
    known, cells = audit.crud.known_share
    assert body["measures"]["mapping known"] == {"part": known, "of": cells}
    given = sum(x["given"] for x in body["systems"].values())
    assert given == audit.inventory.completeness[0]
    for system, kept in body["matrix"].items():
        for entity, text in kept.items():
            cell = audit.crud.cell(system, entity)
            said, _, proven = text.partition("+")
            assert said == ("?" if cell.letters is None else cell.letters or "-")
            assert proven == cell.proven


def test_the_size_is_bounded(audit: crmaudit.Audit) -> None:
    body = audit.summary()
    findings = [*body["findings"], *body["waivers"]]
    assert all(len(f["message"]) <= 300 for f in findings)
    assert all(len(f.get("evidence", ())) <= 3 for f in findings)
    assert len(json.dumps(body)) < 1000 * (len(findings) + len(body["systems"]) + 100)


def test_no_account_and_no_customer_is_named(measured: crmaudit.Audit, demo: Path) -> None:
    """Officers stand under their ids; nobody's name, login, address or number does."""
    text = json.dumps(measured.summary(), ensure_ascii=False)
    people = measured.workspace.people.people
    own = {f.subject for f in measured.findings.findings}
    for person in people:
        for account in person.accounts.values() if isinstance(person.accounts, dict) else ():
            assert not re.search(rf"\b{re.escape(str(account))}\b", text) or str(account) in own
    assert not re.search(r"[\w.]+@[\w.]+\.\w+", text)
    truth = json.loads((demo / "data" / "truth.json").read_text())
    assert truth


def test_what_is_overdue(measured: crmaudit.Audit) -> None:
    late = promises(measured.findings)
    assert [(p.finding.code, p.owner, p.days) for p in late] == [
        ("GOV104", "information-manager", 31)
    ]
    assert list(by_owner(late)) == ["information-manager"]
    assert [f.code for f in lapsed(measured.findings)] == ["GOV101"]


def test_without_a_day_nothing_is_overdue(measured: crmaudit.Audit) -> None:
    from dataclasses import replace

    assert promises(replace(measured.findings, as_of=None)) == ()
