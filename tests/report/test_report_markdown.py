"""Section files: Markdown, template functions, values that stay values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError
from crmaudit.report import blocks as b
from crmaudit.report import sections, specs
from crmaudit.report.markdown import Renderer
from crmaudit.report.text import plain


def render(tmp_path: Path, text: str, **context: Any) -> tuple[b.Block, ...]:
    (tmp_path / "10-part.md").write_text(text, encoding="utf-8")
    return Renderer([tmp_path], context).blocks("10-part.md")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("sections")
    (path / "10-part.md").write_text(
        "## {{ x }}\n\n{{ x }}\n\n- {{ x }}\n\n| a | b |\n|---|---|\n| {{ x }} | **{{ x }}** |\n\n"
        "`{{ x }}` [{{ x }}](https://example.org)\n\n```\n{{ x }}\n```\n"
    )
    return path


@given(st.text())
def test_any_text_comes_back_as_exactly_that_text(folder: Path, x: str) -> None:
    heading, *rest = Renderer([folder], {"x": x}).blocks("10-part.md")
    assert isinstance(heading, b.Heading)
    assert plain(heading.inlines) == x
    if x.strip():  # a paragraph of nothing is none
        paragraph, bullets, table, line, code = rest
        assert paragraph == b.Paragraph((b.Text(x),))
        assert bullets == b.BulletList(((b.Paragraph((b.Text(x),)),),))
        assert isinstance(table, b.Table)
        assert table.rows[0][0].text == x
        assert table.rows[0][1].inlines == (b.Strong((b.Text(x),)),)
        link = b.Link((b.Text(x),), "https://example.org")
        assert line == b.Paragraph((b.Code(x), b.Text(" "), link))
        assert code == b.CodeBlock(x)


def test_markdown_becomes_blocks(tmp_path: Path) -> None:
    found = render(
        tmp_path,
        "---\ntitle: Part\n---\n# One\n\nPlain *soft* **loud** `code`\nsame line\n\n"
        "1. a\n2. b\n   - c\n\n> said\n\n---\n\n![x](http://example.org/a.png)\n",
    )
    heading, paragraph, ordered, quote, image = found
    assert heading == b.Heading(2, (b.Text("One"),), "one")
    assert isinstance(paragraph, b.Paragraph)
    assert plain(paragraph.inlines) == "Plain soft loud code same line"
    assert isinstance(ordered, b.OrderedList)
    assert isinstance(ordered.items[1][1], b.BulletList)
    assert quote == b.Quote((b.Paragraph((b.Text("said"),)),))
    assert isinstance(image, b.Paragraph)  # no picture is fetched


def test_raw_html_is_shown_as_text(tmp_path: Path) -> None:
    (found,) = render(tmp_path, "<script>alert(1)</script> <b>x</b>\n")
    assert found == b.Paragraph((b.Text("<script>alert(1)</script> <b>x</b>"),))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_only_safe_addresses_become_links(tmp_path: Path, url: str) -> None:
    found = render(tmp_path, "[x]({{ url }}) {{ link('y', url) }}\n", url=url)
    assert not any(isinstance(i, b.Link) for i in found[0].inlines)  # type: ignore[union-attr]
    assert url in plain(found[0].inlines)  # type: ignore[union-attr]


def test_functions_make_blocks_and_inlines(tmp_path: Path) -> None:
    text = """Reached: {{ 31 }} %{{ ref("e1", "e2") }} {{ severity("high") }}

{{ key_figures([figure_one]) }}

{{ table(["Name", {"name": "Rows", "kind": "number"}], [["a|b", 1200], ["c", none]], caption="T") }}

{{ figure(bars, title="31 % lack it") }}

{% call callout("recommendation", "Do **it**") %}
- **first** {{ name }}
{% endcall %}

{{ quote("I type it twice.", who="Reception", when=day) }}

before {{ page_break() }} after

{{ definitions([("Feed", "A transfer.")]) }}
"""
    figure = b.KeyFigure("Systems", "9")
    bars = specs.Bars((specs.Bar("E-mail", 0.31, "31 %"),))
    day = date(2026, 11, 21)
    found = render(tmp_path, text, figure_one=figure, bars=bars, name="*x*", day=day)
    line, figures, table, picture, callout, quote, before, page, after, terms = found
    assert isinstance(line, b.Paragraph)
    assert b.EvidenceRef(("e1", "e2")) in line.inlines
    assert b.SeverityMark("high") in line.inlines
    assert figures == b.KeyFigures((figure,))
    assert isinstance(table, b.Table)
    assert [c.text for c in table.rows[0]] == ["a|b", "1,200"]
    assert table.rows[1][1].state == "not_assessed"
    assert picture == b.Figure("31-lack-it", "31 % lack it", bars, "31 % lack it")
    assert isinstance(callout, b.Callout)
    assert callout.title == "Do **it**"
    (bullets,) = callout.blocks
    assert isinstance(bullets, b.BulletList)
    item = b.Paragraph((b.Strong((b.Text("first"),)), b.Text(" *x*")))
    assert bullets.items == ((item,),)
    assert quote == b.Quote(
        (b.Paragraph((b.Text("I type it twice."),)),), "Reception", "21\u00a0Nov\u00a02026"
    )
    assert (before, page, after) == (
        b.Paragraph((b.Text("before"),)),
        b.PageBreak(),
        b.Paragraph((b.Text("after"),)),
    )
    assert isinstance(terms, b.DefinitionList)


@pytest.mark.parametrize("call", ['callout("note", "Why")', 'quote(who="Reception")'])
def test_what_follows_a_called_block_stands_by_itself(tmp_path: Path, call: str) -> None:
    text = f"{{% call {call} %}}\nBecause.\n{{% endcall %}}\n### Next\n\nText.\n"
    called, heading, _ = render(tmp_path, text)
    assert isinstance(called, b.Callout | b.Quote)
    assert isinstance(heading, b.Heading)


def test_macros_and_joined_values_keep_their_marks(tmp_path: Path) -> None:
    text = (
        "{% macro loud(x) %}**{{ x }}**{% endmacro %}"
        '{{ loud("a*b") }} {{ name ~ ref("e1") }} {{ ["x", "*y*"] | join(", ") }} '
        '{{ "**z**" | markdown }} {{ 1234567 | number }} {{ 0.31 | percent }}\n'
    )
    (found,) = render(tmp_path, text, name="<n>")
    assert found == b.Paragraph(
        (
            b.Strong((b.Text("a*b"),)),
            b.Text(" <n>"),
            b.EvidenceRef(("e1",)),
            b.Text(" x, *y* "),
            b.Strong((b.Text("z"),)),
            b.Text(" 1,234,567 31\u00a0%"),
        )
    )


@dataclass(frozen=True)
class Thing:
    name: str = "x"
    _secret: str = "s"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("---\ntitle: x\n---\n\n{{ missing }}\n", 5, "missing"),
        ("a\n\n{{ thing.nothing }}\n", 3, "nothing"),
        ("a\n{% if %}\n", 2, "cannot be read"),
        ("a\n\n{{ 1 / 0 }}\n", 3, "ZeroDivisionError"),
        ("{{ thing.__class__.__mro__ }}\n", 1, "__class__"),
        ("a\n\n{% include 'gone.md' %}\n", 3, "there is no template 'gone.md'."),
        ("a\n\n{% include ['a.md', 'b.md'] %}\n", 3, "there is no template 'a.md', 'b.md'."),
        ("# {{ page_break() }}\n", 0, "cannot stand in a heading"),
    ],
)
def test_mistakes_name_their_file_and_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(CrmauditError) as caught:
        render(tmp_path, text, thing=Thing())
    assert says in str(caught.value)
    if line:
        assert caught.value.where is not None
        assert caught.value.where.file.endswith("10-part.md")
        assert caught.value.where.line == line


@pytest.mark.parametrize(
    "tag", ["include '/etc/passwd'", "import '/etc/passwd' as x", "extends '/etc/passwd'"]
)
def test_what_stands_outside_is_no_template(tmp_path: Path, tag: str) -> None:
    with pytest.raises(CrmauditError) as caught:
        render(tmp_path, f"a\n\n{{% {tag} %}}\n")
    assert str(caught.value) == (
        f"{tmp_path / '10-part.md'}:3: there is no template '/etc/passwd'. "
        f"Name a file by its path inside one of these folders: {tmp_path}"
    )


META = b.Meta("Harbour", date(2026, 11, 21))


def write_sections(folder: Path) -> None:
    (folder / "90-terms.md").write_text(
        "---\ntitle: Limits\nid: terms\nappendix: true\n---\n"
        "{% for o in omitted %}\n- {{ o.title }}\n{% endfor %}\n"
    )
    (folder / "05-own.md").write_text(
        "---\nid: own\ntitle: Own\naudiences: [it]\nlandscape: true\n---\nHello {{ who }}\n"
    )
    (folder / "06-cost.md").write_text(
        "---\ntitle: Cost\nrequires:\n  costs.rows: Add costs\n---\n{{ costs.rows[0] }}\n"
    )


def build(folder: Path, **changes: Any) -> dict[str, b.Section]:
    meta = b.Meta("Harbour", date(2026, 11, 21), **changes)
    document = sections.build(
        "T",
        meta,
        {"who": "<b>"},
        own=folder,
        reads=lambda f: not f.audiences or meta.audience in f.audiences,
    )
    return {s.id: s for s in document.sections if s.id in ("own", "cost", "terms")}


def test_a_draft_says_what_is_missing_and_a_final_report_leaves_it_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = sections.find_sections
    own = lambda *given: tuple(f for f in every(*given) if f.path.parent == tmp_path)  # noqa: E731
    monkeypatch.setattr(sections, "find_sections", own)
    write_sections(tmp_path)
    draft = build(tmp_path, audience="it")
    assert list(draft) == ["own", "cost", "terms"]
    assert draft["own"].landscape
    assert draft["own"].blocks == (b.Paragraph((b.Text("Hello <b>"),)),)
    (missing,) = build(tmp_path)["cost"].blocks
    assert isinstance(missing, b.Callout)
    assert (missing.kind, len(missing.blocks)) == ("draft", 1)
    # An edition for others does not say how to fill it.
    assert draft["cost"].blocks == (
        b.Callout("not_assessed", "Nothing of this was declared or measured"),
    )
    final = build(tmp_path, audience="board", status="final")
    assert list(final) == ["terms"]
    assert final["terms"].appendix
    assert final["terms"].blocks == (b.BulletList(((b.Paragraph((b.Text("Cost"),)),),)),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no front matter", "front matter"),
        ("---\ntitel: x\n---\n", "titel"),
        ("---\nid: x\n---\n", "no `title`"),
        ("---\ntitle: [\n---\n", "not YAML"),
        ("---\nid: x\ntitle: a: b\n---\n", ":3:9: not YAML"),
        ("---\nid: x\ntitle: 2026-13-45\n---\n", "not YAML"),
    ],
)
def test_front_matter_is_checked(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.md"
    path.write_text(text)
    with pytest.raises(CrmauditError, match=says) as caught:
        sections.read_front(path)
    assert caught.value.hint
