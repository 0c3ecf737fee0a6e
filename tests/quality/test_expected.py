"""Expectations judged: by their test on the rows, else by the profile, else not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rules.harness import DAY, Example

from crmaudit.facts import Facts
from crmaudit.quality.expected import Answer, answers, asked, fingerprint
from crmaudit.rules.base import Hit
from crmaudit.rules.qua112_expectation_broken import check as rule
from crmaudit.workspace.answers import Expectation

BASE = {"id": "e", "system": "crm", "table": "t", "column": "a"}


def facts_of(tmp_path: Path, expectation: dict[str, Any], *tests: dict[str, Any],
             profile: dict[str, Any] | None = None) -> Facts:  # fmt: skip
    """An audit with one expectation and what was tested of it."""
    now = fingerprint(Expectation.model_validate(expectation))
    known = [
        {"expectation": "e", "fingerprint": now, "table": "t", "column": "a", **t} for t in tests
    ]
    evidence: list[dict[str, Any]] = []
    if known:
        evidence.append({"kind": "expectations", "system": "crm", "tests": known})
    if profile is not None:
        evidence.append({"kind": "profile", "system": "crm", "table": "t", "rows": 100,
                         "columns": [{"name": "a", **profile}]})  # fmt: skip
    files = {"expectations.yaml": {"expectations": [expectation]}}
    return Example(files, tuple(evidence)).facts(tmp_path)


def judged(facts: Facts) -> list[Answer]:
    (expectation,) = facts.workspace.expectations.expectations
    return list(answers(expectation, facts.quality, facts.day, facts.evidence.expectations))


@pytest.mark.parametrize(
    ("checks", "test", "kept", "words"),
    [
        ({"pattern": "x"}, {"passed": 9, "applicable": 10}, False, "9 of 10 of the pattern (90 %)"),
        (
            {"pattern": "x", "threshold": 0.9},
            {"passed": 9, "applicable": 10},
            True,
            "90 % expected",
        ),
        ({"required": True}, {"passed": 0, "applicable": 0}, None, "no value to judge"),
        (
            {"compare": "a > b"},
            {"passed": 1, "applicable": 2},
            False,
            "1 of 2 with a > b (50 %)",
        ),
        ({"reference": "u.id"}, {"passed": 2, "applicable": 2}, True, "found in u.id"),
        ({"minimum": 3}, {"passed": 1, "applicable": 2}, False, "1 of 2 at least 3"),
        ({"rows_at_least": 5}, {"applicable": 4}, False, "4 rows, at least 5"),
        ({"rows_at_most": 5}, {"applicable": 4}, True, "4 rows, at most 5"),
        ({"sql": "SELECT 0"}, {"faults": 0}, True, "0 faults"),
        ({"sql": "SELECT 0"}, {"faults": 1}, False, "1 fault, none allowed"),
        (
            {"sql": "SELECT 0", "threshold": 0.9},
            {"faults": 5, "applicable": 100},
            True,
            "5 faults against 100 rows, 10 % allowed",
        ),
        ({"sql": "SELECT 0", "threshold": 0.9}, {"faults": 5}, None, "share of nothing"),
        (
            {"sql": "SELECT 0"},
            {"faults": 500, "applicable": 100},
            False,
            "500 faults against 100 rows",
        ),
        (
            {"pattern": "x"},
            {"status": {"state": "failed", "reason": "it is gone"}},
            None,
            "it is gone",
        ),
    ],
)
def test_a_test_is_judged(
    tmp_path: Path, checks: dict[str, Any], test: dict[str, Any], kept: bool | None, words: str
) -> None:
    name = next(iter(checks))
    (answer,) = judged(facts_of(tmp_path, {**BASE, **checks}, {"check": name, **test}))
    assert answer.kept is kept
    assert words in (answer.text or answer.reason)
    assert answer.tested
    assert answer.evidence == ("expectations:crm@s1",)


def test_a_limit_may_change_without_another_test(tmp_path: Path) -> None:
    first = Expectation.model_validate({**BASE, "pattern": "x", "threshold": 0.5})
    # A system may be renamed; that another one is meant, its own tests tell.
    limits = ({"threshold": 0.9}, {"severity": "high"}, {"rows_at_least": 3}, {"system": "x"})
    for change in limits:
        assert fingerprint(first) == fingerprint(first.model_copy(update=change))
    for change in ({"pattern": "y"}, {"where": "a = 1"}, {"column": "b"}):
        assert fingerprint(first) != fingerprint(first.model_copy(update=change))


def test_what_changed_since_is_not_tested(tmp_path: Path) -> None:
    expectation = {**BASE, "pattern": "x"}
    old = {"check": "pattern", "fingerprint": "0" * 12, "passed": 0, "applicable": 3}
    (answer,) = judged(facts_of(tmp_path, expectation, old))
    assert answer.kept is None
    assert "changed since it was tested" in answer.reason


def test_the_profile_answers_what_was_not_tested(tmp_path: Path) -> None:
    expectation = {**BASE, "required": True, "pattern": "x"}
    facts = facts_of(tmp_path, expectation, profile={"nulls": 10})
    required, pattern = judged(facts)
    assert (required.kept, required.part, required.whole, required.tested) == (
        False,
        90,
        100,
        False,
    )
    assert pattern.kept is None
    assert "needs the rows" in pattern.reason


def test_the_test_counts_more_than_the_profile(tmp_path: Path) -> None:
    test = {"check": "required", "passed": 80, "applicable": 80, "left_out": ["deleted rows"]}
    facts = facts_of(tmp_path, {**BASE, "required": True}, test, profile={"nulls": 10})
    (answer,) = judged(facts)
    assert answer.kept is True
    assert "deleted rows left out" in answer.text


def test_the_profile_answers_where_the_test_failed(tmp_path: Path) -> None:
    test = {"check": "required", "status": {"state": "failed", "reason": "no answer within 5 s"}}
    facts = facts_of(tmp_path, {**BASE, "required": True}, test, profile={"nulls": 10})
    (answer,) = judged(facts)
    assert (answer.kept, answer.tested) == (False, False)


def test_a_condition_needs_the_rows(tmp_path: Path) -> None:
    expectation = {**BASE, "required": True, "where": "b = 1"}
    (answer,) = judged(facts_of(tmp_path, expectation, profile={"nulls": 10}))
    assert answer.kept is None
    assert "(where) needs the rows" in answer.reason


def test_days_that_lie_ahead_make_nothing_fresh(tmp_path: Path) -> None:
    day = date.fromisoformat(str(DAY))
    test = {"check": "max_age_days", "applicable": 9,
            "latest": ["2199-01-01", "2020-01-01"]}  # fmt: skip
    (answer,) = judged(facts_of(tmp_path, {**BASE, "max_age_days": 3}, test))
    assert answer.kept is False
    assert f"{(day - date(2020, 1, 1)).days:,} days old" in answer.text


def test_the_rule_tells_owner_counts_and_severity(tmp_path: Path) -> None:
    expectation = {**BASE, "pattern": "x", "unique": True, "owner": "Ada", "severity": "critical"}
    tests = [
        {"check": "unique", "passed": 1, "applicable": 4},
        {"check": "pattern", "passed": 3, "applicable": 4},
    ]
    (hit,) = rule(facts_of(tmp_path, expectation, *tests))
    assert isinstance(hit, Hit)
    assert hit.message == "t.a: 1 of 4 unique (25 %), 100 % expected; and 1 more"
    assert (hit.who, hit.severity, hit.confidence) == ("Ada", "critical", "certain")
    assert [(m.label, m.part, m.whole) for m in hit.measurements] == [
        ("kept, unique", 1, 4),
        ("kept, pattern", 3, 4),
    ]
    assert hit.related == ("column:crm.t.a",)


def test_false_asks_nothing_and_nought_is_a_limit() -> None:
    expectation = Expectation.model_validate(
        {"id": "e", "required": False, "minimum": 0, "rows_at_most": 0, "sql": "SELECT 1"}
    )
    assert asked(expectation) == ("minimum", "rows_at_most", "sql")
