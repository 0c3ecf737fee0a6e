"""The German report: complete beside the English one, section by section and word by word."""

from __future__ import annotations

import re
import runpy
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
from crmaudit.governance.collectors import access
from crmaudit.messages import Count, Kept, told
from crmaudit.report import blocks as b
from crmaudit.report import numbers
from crmaudit.report.compose import document
from crmaudit.report.functions import filters
from crmaudit.report.languages import Language, language, placeholders
from crmaudit.report.markdown import Renderer
from crmaudit.report.sections import read_front
from crmaudit.report.templates import Templates, template_root
from crmaudit.report.text import counts, first_paragraph, plain
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
    settings = counts(rule.parameters)
    texts = (str(rule.title), *(first_paragraph(t, settings) for t in (rule.why, rule.fix)))
    for text in texts:
        told = german.pattern(text, {k: Count(v, "day", "days") for k, v in settings.items()})
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


def test_german_lacks_no_word_that_a_report_says() -> None:
    catalogue = runpy.run_path(str(EXAMPLES.parent / "docs" / "catalogue.py"))
    assert catalogue["lacking"]("de", [EXAMPLES / "harbourlight", EXAMPLES / "northwharf"]) == {}


@pytest.mark.parametrize(
    ("kept", "german_text"),
    [
        ("it is empty", "sie ist leer"),
        ("1,234 values in another case than usual", "1.234 Werte mit unüblicher"),
        (
            "all in capitals or all in small letters, unlike most (5); a word for no value (1)",
            "(5)",
        ),
        ("city and postcode in each other's column", "Ort und Postleitzahl vertauscht"),
        ("no table holds campaigns", "keine Tabelle enthält Kampagnen"),
        ("all rows have the same value in campaigns.country", "Wert in campaigns.country"),
        (
            "the highest expected F1 (0.967) of all lines: pairs with a probability of 0.5 or more",
            "(0,967): Paare ab einer Wahrscheinlichkeit von 0,5",
        ),
        ("1,234 ACL rules stand here; alone they are no rights of accounts", "hier stehen 1.234 "),
        ("not in this export: Profile, UserRole", "nicht in diesem Export: Profile, UserRole"),
    ],
)
def test_what_evidence_keeps_in_english_is_told(
    kept: str, german_text: str, german: Language
) -> None:
    assert german_text in told(Kept(kept), german)
    assert kept not in german.lacking


PRODUCTS = sorted(p.stem for p in Path(access.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("product", [p for p in PRODUCTS if access.reader_of(p)])
def test_the_rule_of_rights_of_a_product_is_told(product: str, german: Language) -> None:
    reader = access.reader_of(product)
    assert reader is not None
    rule = reader.rule
    # By its own pattern: one of those with values might catch it, and garble it.
    assert german.patterns.get(rule, rule) != rule
    assert told(Kept(rule), german) == german.patterns[rule]


def test_an_amount_stands_before_its_currency(german: Language) -> None:
    assert told(numbers.money(1234.5, "GBP", 2), german) == "1.234,50\u00a0GBP"
    assert numbers.money(1234.5, "GBP", 2) == "GBP\u00a01,234.50"


def test_a_kept_text_that_no_pattern_knows_stays_and_is_lacking(german: Language) -> None:
    assert told(Kept("a reason of tomorrow; it is empty"), german) == (
        "a reason of tomorrow; sie ist leer"
    )
    assert "a reason of tomorrow" in german.lacking


FUNCTION_WORDS = "the of and is are with without not by from which their each than been has have"


def own_text(root: Path) -> re.Pattern[str]:
    """All that the workspace itself says: values of its YAML files, lines of its sections."""
    found: set[str] = set()

    def walk(thing: object) -> None:
        if isinstance(thing, str):
            found.add(" ".join(thing.split()).rstrip("."))
        for inner in (
            thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
        ):
            walk(inner)

    for path in root.rglob("*.yaml"):
        walk(yaml.safe_load(path.read_text("utf-8")))
    for path in (root / "sections").glob("*.md"):
        walk(path.read_text("utf-8").replace("title: ", "").splitlines())
    longest = sorted((x for x in found if len(x) > 3), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest)))


@pytest.mark.parametrize("example", ["harbourlight", "northwharf"])
def test_no_english_is_left_in_a_german_report(example: str, tmp_path: Path) -> None:
    root = tmp_path / example
    shutil.copytree(EXAMPLES / example, root)
    file = root / "audit.yaml"
    text = re.sub(r"^language:.*\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(f"language: de\n{text}", "utf-8")
    (made,) = crmaudit.Audit(root).report(["md"], folder=tmp_path / "out")
    own = own_text(root)
    english = re.compile(rf"(?<![\w.-])({FUNCTION_WORDS.replace(' ', '|')})(?![\w:-])")
    left = []
    for line in made.read_text("utf-8").replace("\u00a0", " ").splitlines():
        # Addresses, code, quotations that are cut, and what the workspace says itself.
        said = re.sub(r"\]\([^)]*\)|`[^`]*`|„[^“]*“|<[^>]*>|\\", "", line)
        if english.search(own.sub("", said)):
            left.append(said[:200])
    assert not left
