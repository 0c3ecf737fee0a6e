"""Drawings as text: Mermaid and Graphviz, with names that mean something to them."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from exchange_landscapes import NASTY, empty_workspace, export_of, landscapes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmaudit.audit import Audit
from crmaudit.exchange import dot, mermaid, mermaid_entities
from crmaudit.exchange.formats import Export, exporter
from crmaudit.resources import examples_root
from crmaudit.workspace import Workspace
from crmaudit.workspace.dossier import Feed, System
from crmaudit.workspace.landscape import Attribute, Entity, Relationship

NODE = re.compile(r'    s\d+\["[^"]+"\]')
ARROW = re.compile(r'  s\d+ -->(\|"[^"]+"\|)? s\d+')
GROUP = re.compile(r'  subgraph g\d+\["[^"]+"\]|  end')
BOX = re.compile(r'  e\d+\["[^"]+"\]( \{)?')
WORD = r"[A-Za-z_\u00c0-\uffff][A-Za-z0-9_\u00c0-\uffff]*"
ATTRIBUTE = re.compile(rf'    {WORD} {WORD}( PK| UK)?( "[^"]+")?')
RELATION = re.compile(r'  e\d+ (\|\||\|o|\}o)(--|\.\.)(\|\||o\||o\{) e\d+ : "[^"]+"')


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return empty_workspace(tmp_path_factory.mktemp("empty") / "audit")


@pytest.fixture(scope="module")
def northwharf() -> Export:
    audit = Audit(examples_root() / "northwharf")
    return Export(audit.facts, audit.findings)


def read_label(written: str) -> str:
    """A Mermaid label as Mermaid shows it."""
    return html.unescape(re.sub(r"#(\w+);", r"&#\1;", written.strip('"')))


def systems(count: int, feeds: int) -> tuple[System, ...]:
    """Systems of two kinds, each feeding the next ones."""
    return tuple(
        System(
            id=f"s{n}",
            name=f"System number {n}",
            kind="crm" if n % 2 else None,
            feeds=tuple(Feed(to=f"s{(n + 1 + i) % count}") for i in range(feeds)),
        )
        for n in range(count)
    )


# Mermaid ------------------------------------------------------------------------------------


def test_flowchart_of_the_example(northwharf: Export) -> None:
    rendered = mermaid.render(northwharf)
    lines = rendered.content.decode().splitlines()
    assert lines[0] == "flowchart LR"
    assert sum(bool(NODE.fullmatch(line)) for line in lines) == 30
    assert sum(bool(ARROW.fullmatch(line)) for line in lines) == 45
    assert rendered.holds == "30 systems, 45 flows"
    assert any(loss.startswith("what else is declared of 30 systems (") for loss in rendered.losses)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(workspace=landscapes())
def test_every_line_is_mermaid(workspace: Workspace) -> None:
    lines = mermaid.render(export_of(workspace)).content.decode().splitlines()
    assert all(any(p.fullmatch(x) for p in (NODE, ARROW, GROUP)) for x in lines[1:])
    entities = mermaid_entities.render(export_of(workspace)).content.decode().splitlines()
    for line in entities[1:]:
        assert line == "  }" or any(p.fullmatch(line) for p in (BOX, ATTRIBUTE, RELATION)), line


@given(st.one_of(st.sampled_from(NASTY), st.text()))
def test_labels_show_letter_for_letter(text: str) -> None:
    written = mermaid.label(text)
    # Nothing that any of Mermaid's grammars knows is left: only the numbers' own signs.
    plain = re.sub(r"#\d+;", "", written[1:-1])
    assert not set(plain) & set('"#;:%{}[]<>&|`\\~@$=*_^\n\r')
    assert not re.search(r"(?i)direction", plain)
    shown = re.sub("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029]+", " ", text)
    assert read_label(written).strip() == shown.strip()


def test_entities_of_the_example(northwharf: Export) -> None:
    rendered = mermaid_entities.render(northwharf)
    text = rendered.content.decode()
    assert text.startswith('erDiagram\n  e1["Customer"] {\n')
    assert '    text VAT_number PK "VAT number"' in text
    assert rendered.holds == "50 entities, 18 relationships"
    assert "attributes.definition" not in "\n".join(rendered.losses)


@pytest.mark.parametrize(
    ("cardinality", "line"),
    [
        ("1:1", "||--||"), ("1:n", "||--o{"), ("n:1", "}o--||"), ("n:m", "}o--o{"),
        ("0..1:n", "|o--o{"), ("n:0..1", "}o--o|"), ("0..1:0..1", "|o--o|"), (None, "}o..o{"),
    ],
)  # fmt: skip
def test_cardinalities(cardinality: str | None, line: str, empty: Workspace) -> None:
    related = Relationship.model_validate({"to": "b", "cardinality": cardinality, "name": "has"})
    entities = (Entity(id="a", relationships=(related,)), Entity(id="b"))
    text = mermaid_entities.render(export_of(replace(empty, entities=entities))).content.decode()
    assert f'  e1 {line} e2 : "has"\n' in text


def test_attributes_named_like_keys(empty: Workspace) -> None:
    names = ("PK", "fk", "uk é", "9 lives", "***", "e-mail", "pkg")
    entity = Entity(id="a", attributes=tuple(Attribute(name=n) for n in names))
    text = mermaid_entities.render(export_of(replace(empty, entities=(entity,)))).content.decode()
    words = [line.split()[1] for line in text.splitlines()[2:-1]]
    assert words == ["_PK", "_fk", "uk_é", "_9_lives", "_", "e_mail", "pkg"]


def test_more_than_mermaid_draws(empty: Workspace) -> None:
    """Step by step less is drawn, and each step is told."""
    lonely = (System(id="alone", name="x" * 45_000), *systems(200, 1))
    rendered = mermaid.render(export_of(replace(empty, systems=lonely)))
    assert "xxx" not in rendered.content.decode()
    assert any(
        "systems without a feed, not drawn" in x and x.endswith(": 1") for x in rendered.losses
    )

    rendered = mermaid.render(export_of(replace(empty, systems=systems(1000, 3))))
    text = rendered.content.decode()
    assert len(text) < 2_000
    assert 'k1["without a kind #40;500 systems#41;"]' in text or "500 systems" in text
    assert "1500 feeds" in text or "1,000 feeds" in text
    assert "systems drawn by kind, as Mermaid takes no larger drawing: 1,000" in rendered.losses
    for size in (1, 50, 300, 1000):
        text = mermaid.render(export_of(replace(empty, systems=systems(size, 2)))).content.decode()
        assert len(text) <= mermaid.MAX_TEXT
        assert text.count(" -->") <= mermaid.MAX_EDGES


def test_flows_without_labels_where_they_are_too_long(empty: Workspace) -> None:
    entities = tuple(Entity(id=f"e{n}", name=f"Entity {n} " + "y" * 400) for n in range(200))
    fed = tuple(
        System(id=f"s{n}", name=f"S{n}", feeds=(Feed(to=f"s{(n + 1) % 200}", entities=(f"e{n}",)),))
        for n in range(200)
    )
    rendered = mermaid.render(export_of(replace(empty, systems=fed, entities=entities)))
    assert "yyy" not in rendered.content.decode()
    assert any("flows drawn without what flows" in loss for loss in rendered.losses)


def test_many_entities(empty: Workspace) -> None:
    many = tuple(
        Entity(id=f"e{n}", name="z" * 100, attributes=(Attribute(name="a" * 100),))
        for n in range(600)
    )
    related = Entity(id="r", name="Related", relationships=(Relationship(to="e1"),))
    rendered = mermaid_entities.render(export_of(replace(empty, entities=(*many, related))))
    assert rendered.holds == "2 entities, 1 relationship"
    assert any("entities without a relationship, not drawn" in x for x in rendered.losses)


# Graphviz -----------------------------------------------------------------------------------


def drawn(content: bytes, tmp_path: Path) -> dict[str, str]:
    """Labels by id, as Graphviz understood them."""
    if not shutil.which("dot"):
        pytest.skip("Graphviz is not installed")
    path = tmp_path / "landscape.dot"
    path.write_bytes(content)
    done = subprocess.run(
        ["dot", "-Tdot_json", str(path)], capture_output=True, check=True, timeout=60
    )
    assert not done.stderr
    found = json.loads(done.stdout)
    return {o["name"]: o["label"] for o in found["objects"] if "nodes" not in o}


def test_dot_of_the_example(northwharf: Export, tmp_path: Path) -> None:
    rendered = dot.render(northwharf)
    labels = drawn(rendered.content, tmp_path)
    assert len(labels) == 30
    assert labels["cartwheel"] == "Cartwheel shop"
    assert b'"cartwheel" -> "nurturist" [label="Customer, Web account"]' in rendered.content


def test_nasty_names_in_dot(empty: Workspace, tmp_path: Path) -> None:
    nasty = [n for n in NASTY if not re.search("[\x00-\x1f]", n)]
    named = tuple(System(id=f"s{n}", name=name) for n, name in enumerate(nasty))
    labels = drawn(dot.render(export_of(replace(empty, systems=named))).content, tmp_path)
    for n, name in enumerate(nasty):
        # dot repeats the label as it was written, its own escapes included.
        shown = html.unescape(labels[f"s{n}"].replace("\\\\", "\\"))
        assert shown == name


def test_an_svg_shows_every_letter(empty: Workspace, tmp_path: Path) -> None:
    if not shutil.which("dot"):
        pytest.skip("Graphviz is not installed")
    nasty = ['<b>&amp;"quoted"</b>', "back\\slash\\N\\G", "&eacute;", "a\nb", "😀 漢字"]
    named = tuple(System(id=f"s{n}", name=name) for n, name in enumerate(nasty))
    path = tmp_path / "landscape.dot"
    path.write_bytes(dot.render(export_of(replace(empty, systems=named))).content)
    done = subprocess.run(["dot", "-Tsvg", str(path)], capture_output=True, check=True, timeout=60)
    svg = done.stdout.decode()
    shown = [html.unescape(t) for t in re.findall(r"<text[^>]*>(.*?)</text>", svg)]
    expected = [line for name in nasty for line in name.split("\n")]
    assert [t.replace("\xa0", " ") for t in shown][1:] == expected


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(workspace=landscapes())
def test_dot_has_balanced_quotes(workspace: Workspace) -> None:
    text = dot.render(export_of(workspace)).content.decode()
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text, flags=re.DOTALL)
    assert '"' not in bare
    assert bare.count("{") == bare.count("}")
    assert bare.count("->") <= sum(len(s.feeds or ()) for s in workspace.systems)


def test_a_feed_told_at_both_ends_is_one_arrow(empty: Workspace) -> None:
    pair = (
        System(id="a", name="A", feeds=(Feed(to="b", entities=("x",)),)),
        System(id="b", name="B", feeds=(Feed.model_validate({"from": "a", "entities": "x"}),)),
    )
    text = dot.render(export_of(replace(empty, systems=pair))).content.decode()
    assert text.count("->") == 1


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("feeds.mmd", "mermaid"), ("entities.mmd", "mermaid-entities"),
        ("x.dot", "dot"), ("x.gv", "dot"), ("x.graphml", "graphml"),
    ],
)  # fmt: skip
def test_chosen_by_name(name: str, format: str) -> None:
    assert exporter(Path(name))[0] == format
