"""Licences in the report: what is paid and not used, by whom it was counted; and who gets tips."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crmaudit.engine import judge
from crmaudit.facts import Facts
from crmaudit.governance.governance import Governance
from crmaudit.governance.licences import LicenceUse
from crmaudit.report import blocks as b
from crmaudit.report.sections import build
from crmaudit.report.tables import systems, use
from crmaudit.report.tables.given import Given
from crmaudit.strategy import plan
from crmaudit.workspace import load

LICENCES: list[dict[str, Any]] = [
    {"type": "named", "entitled": 10, "assigned": 7, "unit_cost": 100},
    {"type": "concurrent", "entitled": 5, "assigned": 5, "used": 2},
    {"type": "server"},
]


def given(root: Path, licences: list[dict[str, Any]] = LICENCES) -> Given:
    (root / "systems").mkdir()
    audit = {"id": "a", "organisation": {"name": "Acme"}, "currency": "EUR", "as_of": "2026-06-30"}
    (root / "audit.yaml").write_text(json.dumps(audit), encoding="utf-8")
    system = {"id": "crm", "name": "Acme CRM", "kind": "crm", "licences": licences}
    (root / "systems" / "crm.yaml").write_text(json.dumps(system), encoding="utf-8")
    facts = Facts.of(load(root))
    judgement = judge(facts)
    return Given(facts, judgement, plan(facts, judgement))


def rows(table: b.Table | None) -> list[list[str]]:
    assert table is not None
    return [[c.text or c.state for c in row] for row in table.rows]


def test_licences_not_used_as_declared(tmp_path: Path) -> None:
    assert rows(systems.licences(given(tmp_path))) == [
        ["Acme CRM", "named", "10", "3", "300", "at least: assigned licences were taken as used"],
        ["Acme CRM", "concurrent", "5", "3", "not assessed", "as somebody counted them"],
    ]


def test_licences_not_used_as_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = given(tmp_path)
    declared = made.workspace.systems[0].licences
    found = (
        LicenceUse(0, declared[0], holders=8, came=4, cost=100.0),
        LicenceUse(1, declared[1], peak=5),
        LicenceUse(2, declared[2]),
    )
    monkeypatch.setattr(Governance, "licence_uses", lambda *_: {"crm": found})
    monkeypatch.setattr(Governance, "accounts", lambda *_: {"crm": object()})
    # Counted by somebody comes before measured; measured before what is assigned.
    assert rows(systems.licences(made)) == [
        ["Acme CRM", "named", "10", "6", "600", "measured: who came, or the most at one time"],
        ["Acme CRM", "concurrent", "5", "3", "not assessed", "as somebody counted them"],
    ]
    table = use.licence_use(made)
    assert table is not None
    assert table.caption == "Licences declared and used"
    columns = [str(c.name) for c in table.columns]
    named, shared, server = rows(table)
    assert named[columns.index("Idle")] == "6"
    assert named[columns.index("Idle, EUR a year")] == "600"
    assert shared[columns.index("Most at one time")] == "5"
    assert shared[columns.index("Idle")] == "0"
    assert server[columns.index("Entitled")] == "not assessed"


def test_licences_nobody_read(tmp_path: Path) -> None:
    table = use.licence_use(given(tmp_path))
    assert table is not None
    assert table.caption == "Licences declared"
    assert "accounts were not read" in table.note
    assert "Idle" not in [str(c.name) for c in table.columns]


def test_without_licences_there_is_no_table(tmp_path: Path) -> None:
    made = given(tmp_path, [])
    assert systems.licences(made) is None
    assert use.licence_use(made) is None


@pytest.mark.parametrize(
    ("status", "audience", "tips"),
    [("draft", "", True), ("draft", "board", False), ("final", "", False)],
)
def test_tips_are_for_those_who_write_the_report(
    status: Any, audience: str, tips: bool, tmp_path: Path
) -> None:
    (tmp_path / "01-own.md").write_text(
        "---\ntitle: Own\n---\nNothing is known.{% if tips %} Do this.{% endif %}\n", "utf-8"
    )
    (tmp_path / "02-lacking.md").write_text(
        "---\ntitle: Lacking\nrequires:\n  nothing: Run that.\n---\nNever.\n", "utf-8"
    )
    meta = b.Meta("Acme", date(2026, 6, 30), status=status, audience=audience)
    made = build("Plan", meta, {}, own=tmp_path, reads=lambda f: f.path.parent == tmp_path)
    told = repr(made.sections)
    assert "Nothing is known." in told
    assert ("Do this." in told) is tips
    assert ("Run that." in told) is tips
    # A draft says of a section without content that it has none; a final report leaves it out.
    assert ([s.title for s in made.sections] == ["Own", "Lacking"]) is (status == "draft")
