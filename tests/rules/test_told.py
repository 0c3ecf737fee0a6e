"""Every message of every rule can be told in another language, but for names and code."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from pseudo import PSEUDO, plain, texts

from crmaudit.engine import judge
from crmaudit.facts import Facts
from crmaudit.messages import Told, msg, told
from crmaudit.rules import Hit, Rule, all_rules, rule
from rules.harness import Example, content, run
from rules.test_cases import FOLDER

RULES = pytest.mark.parametrize("rule_", all_rules(), ids=lambda r: r.code)


def _examples(rule_: Rule) -> Iterator[tuple[Example, dict[str, Any]]]:
    """The rule's own examples, its cases, and a workspace that says nothing."""
    yield Example(), {}
    yield Example.of(rule_.bad), {}
    yield Example.of(rule_.good), {}
    file = FOLDER / f"{rule_.code}.yaml"
    if file.exists():
        for case in yaml.safe_load(file.read_text("utf-8")):
            found = Example(case.get("files", {}), tuple(case.get("evidence", ())))
            yield found, case.get("parameters", {})


def _names(example: Example) -> set[str]:
    """Text of the example's own; notes of a collector come one by one."""
    files = [
        content(text) if name.endswith(".yaml") else text.split(",")
        for name, text in example.whole().items()
    ]
    return {part for text in texts([*files, *example.evidence]) for part in text.split("; ")}


@RULES
def test_every_word_can_be_told(rule_: Rule, tmp_path: Path) -> None:
    for i, (example, parameters) in enumerate(_examples(rule_)):
        root = tmp_path / str(i)
        root.mkdir()
        outcome = run(rule_, example.facts(root), **parameters)
        names = _names(example)
        gaps = (*outcome.gaps, *([outcome.whole] if outcome.whole else []))
        for text in (*(h.message for h in outcome.hits), *(g.reason for g in gaps)):
            assert not plain(text, names), told(text, PSEUDO)
        for text in (g.needs for g in gaps):
            assert not plain(text, names, keys=True), told(text, PSEUDO)


def test_what_a_rule_says_survives_copies(tmp_path: Path) -> None:
    """Findings are replaced, put together, stored and sent to other processes."""
    example = Example.of(rule("INV103").bad)
    (hit,) = run(rule("INV103"), example.facts(tmp_path)).hits
    assert isinstance(hit.message, Told)
    wide = told(hit.message, PSEUDO)
    for copy in (deepcopy(hit), pickle.loads(pickle.dumps(hit)), replace(hit, severity="low")):
        assert copy.message == hit.message
        assert told(copy.message, PSEUDO) == wide


def test_two_findings_on_one_subject_are_told_together(tmp_path: Path) -> None:
    def check(facts: Facts) -> Iterator[Hit]:
        yield Hit("system:crm", msg("{n} things are wrong", n=2))
        yield Hit("system:crm", msg("nobody knows why"))

    both = replace(rule("INV103"), check=check, parameters={})
    (finding,) = judge(Example().facts(tmp_path), [both]).findings
    assert finding.message == "2 things are wrong; nobody knows why"
    assert not plain(finding.message)
