"""Every rule's own examples: what its Bad shows it finds, what its Good shows it accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmaudit.rules import Rule, all_rules
from rules.harness import Example, check_hits, run

RULES = pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.code)


@RULES
def test_bad_is_found(rule: Rule, tmp_path: Path) -> None:
    facts = Example.of(rule.bad).facts(tmp_path)
    outcome = run(rule, facts)
    assert outcome.hits, f"{rule.code} finds nothing in its Bad: {outcome.whole or outcome.gaps}"
    check_hits(outcome, facts)


@RULES
def test_good_is_accepted(rule: Rule, tmp_path: Path) -> None:
    facts = Example.of(rule.good).facts(tmp_path)
    outcome = run(rule, facts)
    assert not outcome.hits, f"{rule.code} finds {outcome.hits[0].message!r} in its Good"
    assert outcome.whole is None, f"{rule.code} could not judge its Good: {outcome.whole}"
    assert not outcome.gaps, f"{rule.code} could not judge all of its Good: {outcome.gaps}"


@RULES
def test_a_bare_workspace_is_judged_without_a_traceback(rule: Rule, tmp_path: Path) -> None:
    """Nothing but a name: findings, gaps or silence, and every one well formed."""
    facts = Example().facts(tmp_path)
    check_hits(run(rule, facts), facts)
