"""What every rule file keeps to."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

from crmaudit.rules import Rule, all_rules
from crmaudit.rules.base import ROOMS, SEVERITIES, Topic
from crmaudit.strategy import TEMPLATES
from rules.harness import Example, run

RULES = pytest.mark.parametrize("rule", all_rules(), ids=lambda r: r.code)
FORBIDDEN = ("crmaudit.sources", "crmaudit.collect", "sqlalchemy", "duckdb", "crmaudit.cli")


def _source(rule: Rule) -> Path:
    return Path(str(importlib.import_module(rule.module).__file__))


@RULES
def test_settings_are_of_the_vocabulary(rule: Rule) -> None:
    assert rule.code[:3] in ROOMS
    assert rule.severity in SEVERITIES
    assert rule.topic in get_args(Topic)
    assert rule.initiative in TEMPLATES


@RULES
def test_the_text_is_whole(rule: Rule) -> None:
    assert rule.title
    assert len(rule.title) <= 70
    assert len(rule.why.split()) >= 12, "Why says why, in two to four sentences"
    assert len(rule.fix.split()) >= 5
    for section in (rule.bad, rule.good):
        example = Example.of(section)
        assert example.files or example.evidence, "examples are fenced blocks with a file name"


@RULES
def test_parameters_are_explained(rule: Rule) -> None:
    for name, default in rule.parameters.items():
        assert default is not inspect.Parameter.empty, f"{name} needs a default"
        assert isinstance(default, bool | int | float | str)
        assert re.search(rf"`{name}`", rule.why + rule.fix), f"`{name}` stands nowhere in the text"


@RULES
def test_a_rule_reaches_no_database(rule: Rule) -> None:
    """The layers are held by import-linter; here also what a module imports late."""
    names = []
    for node in ast.walk(ast.parse(_source(rule).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    for name in names:
        assert not name.startswith(FORBIDDEN), name
        assert "collectors" not in name


@RULES
def test_a_rule_is_short(rule: Rule) -> None:
    """Judgement lives in the rooms; a rule reads it."""
    assert len(_source(rule).read_text("utf-8").splitlines()) <= 140


def test_codes_are_unique() -> None:
    codes = [r.code for r in all_rules()]
    assert codes == sorted(set(codes))


def test_titles_are_unique() -> None:
    titles = [r.title for r in all_rules()]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("file", sorted(Path(__file__).with_name("cases").glob("*.yaml")))
def test_cases_belong_to_a_rule(file: Path) -> None:
    assert file.stem in {r.code for r in all_rules()}


@RULES
@pytest.mark.parametrize("factor", [0, 0.37, 1e9])
def test_thresholds_may_be_any_number(rule: Rule, factor: float, tmp_path: Path) -> None:
    """A parameter that is a whole number by default may be set to a broken or a huge one."""
    numbers = {
        name: default * factor
        for name, default in rule.parameters.items()
        if isinstance(default, int | float) and not isinstance(default, bool)
    }
    if numbers:
        run(rule, Example.of(rule.bad).facts(tmp_path), **numbers)
