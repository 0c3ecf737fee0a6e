"""Several hits on one subject, and responses to rules that did not judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from rules.harness import Example

from crmaudit.engine import judge
from crmaudit.facts import Facts
from crmaudit.rules import Hit, NotAssessed, all_rules
from crmaudit.rules.base import Rule, Severity

HIT = Hit("system:crm", "something is wrong")


def make(code: str, *results: Hit | NotAssessed) -> Rule:
    def check(facts: Facts, **_: Any) -> Iterator[Hit | NotAssessed]:
        for result in results:
            if isinstance(result, NotAssessed) and not result.subject:
                raise result
            yield result

    return replace(all_rules()[0], code=code, severity="medium", parameters={}, check=check)


ORDERS: list[tuple[Severity | None, ...]] = list(permutations(("low", None, "high")))


@pytest.mark.parametrize("order", ORDERS)
def test_several_hits_keep_the_worst_severity(
    tmp_path: Path, order: tuple[Severity | None, ...]
) -> None:
    hits = [replace(HIT, severity=s, message=f"wrong {s}") for s in order]
    (finding,) = judge(Example().facts(tmp_path), [make("INV901", *hits)]).findings
    assert finding.severity == "high"
    assert all(h.message in finding.message for h in hits)


def test_no_low_hit_hides_the_rules_own_severity(tmp_path: Path) -> None:
    hits = [replace(HIT, severity="low"), HIT]
    (finding,) = judge(Example().facts(tmp_path), [make("INV901", *hits)]).findings
    assert finding.severity == "medium"


LACKING = NotAssessed("no file", needs="a file")


@pytest.mark.parametrize(
    ("results", "settings", "named"),
    [
        ((HIT,), {"ignore": ["INV901"]}, False),
        ((HIT,), {"select": ["CRD"]}, False),
        ((LACKING,), {}, False),
        ((HIT, LACKING), {}, False),
        ((NotAssessed("no file", needs="a file", subject="system:erp"),), {}, False),
        ((HIT,), {}, True),
        ((), {}, True),
    ],
)
def test_only_a_rule_that_judged_makes_a_response_fit_nothing(
    tmp_path: Path, results: tuple[Hit | NotAssessed, ...], settings: dict[str, Any], named: bool
) -> None:
    response = {"code": "INV901", "subject": "system:erp", "state": "agreed"}
    files = {
        "audit.yaml": {"organisation": "S", "as_of": "2026-06-30", "rules": settings},
        "responses.yaml": {"responses": [response]},
    }
    rules = [make("INV901", *results), make("CRD901")]
    judged = judge(Example(files).facts(tmp_path), rules)
    assert [("fits no finding" in p.message) for p in judged.unanswered] == [True] * named
