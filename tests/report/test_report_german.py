"""The German report: complete beside the English one, section by section and word by word."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
import yaml
from golden_files import EXAMPLES
from jinja2 import meta, nodes

import crmaudit
from crmaudit.report import blocks as b
from crmaudit.report import numbers
from crmaudit.report.compose import document
from crmaudit.report.functions import filters
from crmaudit.report.languages import Language, language, placeholders
from crmaudit.report.markdown import Renderer
from crmaudit.report.sections import read_front
from crmaudit.report.templates import Templates, template_root
from crmaudit.report.text import first_paragraph, plain
from crmaudit.rules import all_rules
from crmaudit.rules.base import Rule

ENGLISH, GERMAN = (template_root() / "sections" / code for code in ("en", "de"))
FILES = sorted(p.relative_to(ENGLISH).as_posix() for p in ENGLISH.glob("**/*.md"))
MADE = ("block", "callout", "figure", "found", "key_figures", "matrix", "quote", "ref", "trend")
"""Calls that make something, or bring in what another file makes."""


def test_every_section_and_partial_is_there_in_german() -> None:
    assert sorted(p.relative_to(GERMAN).as_posix() for p in GERMAN.glob("**/*.md")) == FILES


@pytest.mark.parametrize("name", [f for f in FILES if "/" not in f])
def test_the_front_matter_says_the_same(name: str) -> None:
    english, german = read_front(ENGLISH / name), read_front(GERMAN / name)
    assert german.id == english.id
    assert german.title != english.title
    assert list(german.requires) == list(english.requires)
    for field in ("level", "audiences", "appendix", "landscape"):
        assert getattr(german, field) == getattr(english, field), field


def parsed(path: Path) -> nodes.Template:
    text = path.read_text("utf-8")
    body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    environment = jinja2.Environment()
    environment.filters |= dict.fromkeys((*filters("en"), "markdown", "told", "word"), str)
    return environment.parse(body)


def dotted(node: nodes.Node) -> str:
    """`plan.phases` of the expression; nothing where it does not begin with a name."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr) and (start := dotted(node.node)):
        return f"{start}.{node.attr}"
    return ""


def values(tree: nodes.Template) -> set[str]:
    """The values of the context that a section asks for, with dots."""
    own = {n.name for n in tree.find_all(nodes.Name) if n.ctx == "store"}
    known = meta.find_undeclared_variables(tree) - own
    found = {dotted(n) for n in tree.find_all((nodes.Getattr, nodes.Name))}
    return {name for name in found if name.split(".")[0] in known}


def made(tree: nodes.Template) -> Counter[tuple[str, str]]:
    """What a section makes: blocks by their call, and the name that each is given."""
    found: Counter[tuple[str, str]] = Counter()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in MADE:
            ids = [k.value for k in call.kwargs if k.key == "id"]
            first = call.args[:1] if call.node.name in ("found", "trend", "callout") else []
            names = [n.value for n in (*ids, *first) if isinstance(n, nodes.Const)]
            found[call.node.name, " ".join(map(str, names))] += 1
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_section_asks_for_the_same_and_makes_the_same(name: str) -> None:
    english, german = parsed(ENGLISH / name), parsed(GERMAN / name)
    assert values(german) == values(english)
    assert made(german) == made(english)


@pytest.mark.parametrize("name", FILES)
def test_headings_keep_their_names(name: str) -> None:
    def names(path: Path) -> list[str]:
        return re.findall(r"^#.*\{:\s*#([\w-]+)\s*\}$", path.read_text("utf-8"), re.MULTILINE)

    assert names(GERMAN / name) == names(ENGLISH / name)


@pytest.mark.parametrize("name", FILES)
def test_german_is_set_as_german_is(name: str) -> None:
    """„…“ around words, a space before %, – between spaces, no polite address."""
    code = r"\{%.*?%\}|\{\{.*?\}\}|`[^`]*`|\A---\n.*?\n---\n"
    text = re.sub(code, "", (GERMAN / name).read_text("utf-8"), flags=re.DOTALL)
    assert not re.search(r"[“”]\w|\w[„]|\w'\w", text)
    assert not re.search(r"\d%", text)
    assert not re.search(r"\bIhre?[nmrs]?\b|\bIhnen\b|\w\*innen|\w_innen", text)


def test_every_word_of_the_writers_is_there_in_german() -> None:
    english, german = (
        yaml.safe_load((folder / "labels.yaml").read_text("utf-8")) for folder in (ENGLISH, GERMAN)
    )
    assert set(german) == set(english)
    assert {k: placeholders(str(v)) for k, v in german.items()} == {
        k: placeholders(str(v)) for k, v in english.items()
    }


@pytest.fixture(scope="module")
def german() -> Language:
    found = language("de", Templates())
    assert found is not None
    return found


@pytest.mark.parametrize("rule", all_rules(), ids=lambda r: str(r.code))
def test_a_rule_is_told_in_german(rule: Rule, german: Language) -> None:
    texts = (str(rule.title), first_paragraph(rule.why), first_paragraph(rule.fix))
    for text in texts:
        told = german.pattern(text, {})
        assert told != text
        # Keys of files and codes of rules are no words: they stay.
        code = r"[A-Z]{3}\d{3}\b|\b[a-z]+_[a-z_]+\b|\b\w+\.yaml\b"
        assert set(re.findall(code, text)) == set(re.findall(code, told)), text


def test_joined_text_is_told_where_a_section_says_so(german: Language, tmp_path: Path) -> None:
    body = """{{ share }}
{{ callout("note", "A: " ~ (share | told) ~ ", " ~ (kind | word)) }}
{{ callout("note", share, "x" ~ share) }}"""
    (tmp_path / "a.md").write_text(body, "utf-8")
    context = {"share": numbers.share(1, 2), "kind": "lead tracking"}
    told, first, second = Renderer([tmp_path], context, german).blocks("a.md")
    assert list(inlines(told)) == ["50\u00a0% (1 von 2)"]
    assert isinstance(first, b.Callout)
    assert isinstance(second, b.Callout)
    assert first.title == "A: 50\u00a0% (1 von 2), Verfolgung von Leads"
    assert list(inlines(second)) == ["x50\u00a0% (1 von 2)"]


def inlines(thing: object) -> Iterator[str]:
    """The words of the paragraphs in a block."""
    match thing:
        case b.Paragraph():
            yield plain(thing.inlines)
        case b.BulletList() | b.OrderedList():
            for item in thing.items:
                for block in item:
                    yield from inlines(block)
        case b.Callout():
            for block in thing.blocks:
                yield from inlines(block)


@pytest.mark.parametrize("final", [False, True])
@pytest.mark.parametrize("example", ["harbourlight", "northwharf"])
def test_an_example_is_told_in_german(example: str, final: bool, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / example, tmp_path / example)
    file = tmp_path / example / "audit.yaml"
    text = re.sub(r"^language:.*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(f"language: de\n{text}", "utf-8")
    audit = crmaudit.Audit(tmp_path / example)
    made = document(audit.facts, audit.findings, audit.plan, final=final)
    titles = {read_front(GERMAN / name).title for name in FILES if "/" not in name}
    shipped = [s for s in made.sections if s.title in titles]
    assert len(shipped) > 25
    said = " ".join(w for s in shipped for block in s.blocks for w in inlines(block))
    assert "beruht auf Angaben" in said
    assert "nicht beurteilt" in said
    # Sentences of the shipped English sections; what the example itself says stays as it is.
    for sentence in ("No database was read", "Three voices speak here", "The plan asks for"):
        assert sentence not in said
