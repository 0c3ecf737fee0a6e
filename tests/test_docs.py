"""The documentation beside the program: what it says must be so."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import importlib.util
import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from crmaudit.cli.app import app
from crmaudit.report import (
    context,
    extraction_parts,
    people,
    plan_context,
    since_model,
    target_parts,
)
from crmaudit.rules import all_rules
from crmaudit.workspace.files import FOLDERS, SINGLE, model_of
from crmaudit.workspace.yaml_reader import parse

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.glob("*.md")])
WRITTEN = [p for p in PAGES if p.name not in ("cli.md", "rules.md")]
FENCE = re.compile(r"^( *)(`{3,4})(\w*) *(\S*)\n(.*?)^\1\2$", re.MULTILINE | re.DOTALL)
page = pytest.mark.parametrize("path", PAGES, ids=lambda p: p.name)
written = pytest.mark.parametrize("path", WRITTEN, ids=lambda p: p.name)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _prose(path: Path) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", _text(path))


def _generator() -> Any:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["rules.md", "cli.md", "templates.md", "products.md"])
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert _text(DOCS / name) == _generator().generated()[name], "run `make docs`"


# Commands


def _commands(command: Any, ctx: Any) -> Iterator[tuple[str, Any]]:
    yield ctx.command_path, command
    for name, child in getattr(command, "commands", {}).items():
        inner = child.make_context(name, [], parent=ctx, resilient_parsing=True)
        yield from _commands(child, inner)


def _root() -> Any:
    return typer.main.get_command(app)


def test_every_command_and_option_is_documented_and_helped() -> None:
    parts = re.split(r"^#+ (crmaudit.*)$", _text(DOCS / "cli.md"), flags=re.MULTILINE)
    told = dict(zip(parts[1::2], parts[2::2], strict=True))
    root = _root()
    for path, command in _commands(root, root.make_context("crmaudit", [], resilient_parsing=True)):
        assert path in told
        assert command.help, path
        for param in command.params:
            assert getattr(param, "help", ""), f"{path} {param.name} has no help"
            option = param.param_type_name == "option"
            for name in param.opts if option else [param.metavar or param.name]:
                assert f"`{name}" in told[path] or f" {name}" in told[path], f"{path} {name}"


def _lines(path: Path) -> Iterator[str]:
    """Every command line that a page shows, in a block or within the text."""
    for _, _, language, _, body in FENCE.findall(_text(path)):
        if language in ("console", "sh"):
            for line in body.splitlines():
                if line.strip().startswith("$ crmaudit"):
                    yield line.strip().removeprefix("$ ")
    yield from re.findall(r"`(crmaudit [^`]+)`", " ".join(_prose(path).split()))


COMMAND_LINES = sorted({(p.name, line) for p in PAGES for line in _lines(p)})


@pytest.mark.parametrize(("name", "line"), COMMAND_LINES)
def test_command_lines_parse(name: str, line: str) -> None:
    words = shlex.split(line.split(" | ")[0])[1:]
    # `check --code GOV14…` stands for any ending.
    words = [w.rstrip("…") for w in words if w != "…"]
    ctx, command = None, _root()
    while True:
        try:
            ctx = command.make_context(command.name or "crmaudit", list(words), parent=ctx)
        except typer.Exit:  # `--help` and `--version`
            break
        rest = [*getattr(ctx, "_protected_args", ()), *ctx.args]
        if not hasattr(command, "commands") or not rest:
            break
        _, command, words = command.resolve_command(ctx, rest)


def test_command_lines_are_found() -> None:
    assert len(COMMAND_LINES) > 50


# Names of things


@page
def test_files_named_are_there(path: Path) -> None:
    tops = "crmaudit|templates|tests|docs|examples|benchmarks"
    for name in re.findall(rf"`((?:{tops})/[\w./*-]*)`", _prose(path)):
        if "NN-" in name or "inv199" in name:
            continue
        assert list(ROOT.glob(name.rstrip("/"))), f"{path.name} names {name}"


def _anchors(path: Path) -> set[str]:
    """Anchors of headings as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", _prose(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in heads}


@page
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(path)):
        if re.match(r"https?:", target):
            continue
        file, _, anchor = target.partition("#")
        there = path.parent / file if file else path
        assert there.exists(), f"{path.name}: {target}"
        if anchor:
            assert anchor in _anchors(there), f"{path.name}: {target}"


def test_pictures_are_small() -> None:
    for picture in (DOCS / "images").iterdir():
        assert picture.stat().st_size < 200_000, picture.name


@page
def test_rules_named_exist(path: Path) -> None:
    known = {r.code for r in all_rules()}
    assert set(re.findall(r"\b(?:INV|CRD|QUA|GOV|STR)\d{3}\b", _text(path))) <= known


@page
def test_make_targets_named_exist(path: Path) -> None:
    targets = set(re.findall(r"^(\w+):", _text(ROOT / "Makefile"), flags=re.MULTILINE))
    text = _text(path)
    named = re.findall(r"(?:`|\$ )make (\w+)", text)
    assert set(named) <= targets
    if path.name == "README.md":
        assert {"demo", "test"} <= set(named)


def test_every_page_can_be_reached() -> None:
    linked = {t for p in PAGES for t in re.findall(r"\]\((?:docs/)?([\w-]+\.md)", _text(p))}
    assert {p.name for p in DOCS.glob("*.md")} <= linked


def test_exit_codes_are_those_of_the_program() -> None:
    doc = inspect.getdoc(importlib.import_module("crmaudit.cli.app")) or ""
    codes = set(re.findall(r"(?:^|· )(\d+) ", doc, flags=re.MULTILINE))
    for path in (ROOT / "README.md", DOCS / "cli.md"):
        assert set(re.findall(r"^\| (\d+) \|", _text(path), flags=re.MULTILINE)) == codes


# Content


def test_context_fields_are_the_programs() -> None:
    parts = re.split(r"^### (\w+)$", _text(DOCS / "templates.md"), flags=re.MULTILINE)
    told = dict(zip(parts[1::2], parts[2::2], strict=True))
    classes = {
        name: thing
        for module in (context, people, plan_context, extraction_parts, target_parts, since_model)
        for name, thing in vars(module).items()
        if dataclasses.is_dataclass(thing) and thing.__module__ == module.__name__
    }
    assert set(told) == set(classes)
    for name, thing in classes.items():
        rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", told[name], flags=re.MULTILINE)
        assert [r[0] for r in rows] == [f.name for f in dataclasses.fields(thing)]
        for field, _, meaning in rows:
            assert meaning.strip(), f"{name}.{field} has no documentation"


def test_the_worked_examples_of_the_method() -> None:
    failed, run = doctest.testfile(str(DOCS / "method.md"), module_relative=False, encoding="utf-8")
    assert run > 40
    assert failed == 0


WORKSPACE = DOCS / "workspace.md"
EXAMPLES = [(f, body) for _, _, kind, f, body in FENCE.findall(_text(WORKSPACE)) if kind == "yaml"]


@pytest.mark.parametrize(("name", "body"), EXAMPLES)
def test_workspace_examples_are_sound(name: str, body: str) -> None:
    found = parse(body, name)
    assert not found.problems
    model_of(name).model_validate(found.data)


def test_every_file_of_a_workspace_has_a_minimal_and_a_rich_example() -> None:
    named = [name.split("/")[0] for name, _ in EXAMPLES]
    for file in (*SINGLE, *FOLDERS):
        least = 1 if file == "matches.yaml" else 2
        assert named.count(file) >= least, file
        assert f"`{file}" in _text(WORKSPACE)


# Style


@written
def test_tone(path: Path) -> None:
    prose = re.sub(r"`[^`]*`", "", _prose(path))
    prose = re.sub(r"!\[[^\]]*\]", "", prose)
    assert "!" not in prose.replace("<!--", ""), "no exclamation marks"


@written
def test_sentences_are_short(path: Path) -> None:
    text = re.sub(r"<!-- generated.*?<!-- end -->", "", _prose(path), flags=re.DOTALL)
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*>]|\d+\.) )", text):
        if block.lstrip().startswith(("|", "#", "<!--", ">")):
            continue
        for sentence in re.split(r"(?<=[.:;?])\s+|(?<=[.:;?]\*)\s+", " ".join(block.split())):
            words = re.findall(r"[\w`][^\s]*", re.sub(r"\]\([^)]*\)", "]", sentence))
            assert len(words) <= 25, f"{len(words)} words: {sentence}"
