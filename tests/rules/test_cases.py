"""Edge conditions as data: `cases/CODE.yaml` holds the cases of one rule.

A case has a `name`, `files` and `evidence` as in the harness, `parameters`,
and what is expected: `hits` as subject → part of the message (or `severity`,
`confidence` beside `message`), `gaps` as subject → part of the reason, or
`not_assessed` as part of the reason for which nothing was judged. What is not
expected must not come.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from crmaudit.rules import rule
from rules.harness import Example, check_hits, run

FOLDER = Path(__file__).with_name("cases")
KEYS = {"name", "files", "evidence", "parameters", "hits", "gaps", "not_assessed"}


def _cases() -> list[Any]:
    return [
        pytest.param(file.stem, case, id=f"{file.stem}-{case['name'].replace(' ', '_')}")
        for file in sorted(FOLDER.glob("*.yaml"))
        for case in yaml.safe_load(file.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("code", "case"), _cases())
def test_case(code: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert case.keys() <= KEYS, f"unknown keys: {case.keys() - KEYS}"
    facts = Example(case.get("files", {}), tuple(case.get("evidence", ()))).facts(tmp_path)
    outcome = run(rule(code), facts, **case.get("parameters", {}))
    check_hits(outcome, facts)

    reason = outcome.whole.reason if outcome.whole else ""
    if "not_assessed" in case:
        assert case["not_assessed"] in reason
        assert reason, "everything was judged"
    else:
        assert not reason

    expected = case.get("hits") or {}
    assert sorted(outcome.subjects) == sorted(expected)
    for hit in outcome.hits:
        wanted = expected[hit.subject]
        wanted = wanted if isinstance(wanted, dict) else {"message": wanted}
        assert (wanted.get("message") or "") in hit.message
        if "severity" in wanted:
            assert (hit.severity or rule(code).severity) == wanted["severity"]
        if "confidence" in wanted:
            assert hit.confidence == wanted["confidence"]

    gaps = {g.subject: g.reason for g in outcome.gaps}
    wanted_gaps = case.get("gaps") or {}
    assert sorted(gaps) == sorted(wanted_gaps)
    for subject, part in wanted_gaps.items():
        assert (part or "") in gaps[subject]
