"""A blank cell in a dossier that is declared complete: absence proves nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rules.harness import Example, run

from crmaudit.crud_matrix import CrudMatrix
from crmaudit.rules import all_rules
from crmaudit.workspace.dossier import System
from crmaudit.workspace.landscape import Entity

RULES = {r.code: r for r in all_rules()}


def crm(**crud: Any) -> dict[str, Any]:
    return {"id": "crm", "name": "CRM", "crud_complete": True, "crud": crud}


def test_a_blank_cell_makes_a_complete_dossier_incomplete() -> None:
    things = [Entity(id="customer"), Entity(id="invoice")]
    blank = System.model_validate(crm(customer=None, invoice="R"))
    assert CrudMatrix([blank], things).incomplete == ("crm",)
    none = System.model_validate(crm(customer="", invoice="R"))
    assert CrudMatrix([none], things).incomplete == ()


@pytest.mark.parametrize("code", ["CRD101", "CRD103", "CRD104", "CRD105", "CRD109"])
def test_rules_of_absence_are_then_not_assessed(tmp_path: Path, code: str) -> None:
    def judged(folder: str, **crud: Any) -> Any:
        files = {
            "entities.yaml": {
                "entities": [
                    {"id": "customer", "definition": "d"},
                    {"id": "invoice", "definition": "d"},
                ]
            },
            "systems/crm.yaml": crm(**crud),
        }
        return run(RULES[code], Example(files).facts(tmp_path / folder))

    blank = judged("blank", customer=None, invoice="R")
    assert blank.whole is not None
    assert "not declared complete" in blank.whole.reason
    assert not blank.hits
    assert judged("none", customer="", invoice="R").whole is None
