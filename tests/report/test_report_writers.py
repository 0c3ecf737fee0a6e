"""Every writer: whole, safe, reproducible."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from extremes import hostile, large
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from sample import sample

import crmaudit
from crmaudit.errors import CrmauditError
from crmaudit.report import blocks as b
from crmaudit.report import codec, compose, figures, labels, pdf_data
from crmaudit.report.formats import FORMATS, writer
from crmaudit.report.outline import Outline
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme

HOSTILE = {
    "html": "<script>alert(1)</script></script><!-- <img src=http://x.example/a onerror=x> &lt;",
    "typst": '#set text(red) \\ $x^2$ @ref <label> *b* _e_ `r` #image("x") // c /* d */ "q"',
    "formula": "=cmd|' /C calc'!A0",
    "markdown": "| a | ~~b~~ [x](javascript:y) ![z](http://x.example) # h\n\n- i\n\n1. j `` k",
    "control": "a\x00b\x1bc\x7fd\x9fe\u202ef\ud800g\ufffeh\r\ni\u2028j",
    "long": "W" * 300,
    "mixed": "שלום مرحبا 日本語 e\u0301 👩‍👩‍👧 \u200f",
    "jinja": "{{ 7*7 }} {% raw %}",
    "blank": " ",
    "empty": "",
}


def html_of(document: b.Document) -> str:
    return writer("html")(document, Theme(), Templates()).decode()


class Tags(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_only_text(name: str, text: str) -> None:
    content = writer(name)(hostile(text), Theme(), Templates())
    assert content == writer(name)(hostile(text), Theme(), Templates())
    if name == "html":
        usual = {t for t, _ in Tags(html_of(hostile("harmless"))).found}
        tags = Tags(content.decode()).found
        # `bdi` keeps writing from right to left from turning its neighbours.
        assert {t for t, _ in tags} <= usual | {"bdi"}
        assert sum(t == "script" for t, _ in tags) == 2
        assert not any(key.startswith("on") for _, attributes in tags for key in attributes)
        assert "\x00" not in content.decode()


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    one, two = (writer(name)(sample(), Theme(), Templates()) for _ in range(2))
    assert one == two


def test_no_request_leaves_the_page() -> None:
    page = html_of(sample())
    for _, attributes in Tags(page).found:
        for key in ("src", "srcset", "data", "action", "poster", "background"):
            assert not (attributes.get(key) or "").startswith(("http", "//"))
        assert (attributes.get("href") or "#").startswith("#")
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_only_the_script_of_the_page_may_run() -> None:
    page = html_of(sample())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert policy
    assert script
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert len(script[1]) < 24_000


@pytest.mark.parametrize("document", [sample(), hostile("x"), hostile("evidence")])
def test_anchors_of_the_page_are_unique_and_reached(document: b.Document) -> None:
    tags = Tags(html_of(document)).found
    names = [a["id"] for _, a in tags if a.get("id")]
    assert len(names) == len(set(names))
    for tag, attributes in tags:
        if tag == "a" and (attributes["href"] or "").startswith("#"):
            assert (attributes["href"] or "")[1:] in names


def test_tables_have_heads_with_scope() -> None:
    heads = [a for t, a in Tags(html_of(sample())).found if t == "th"]
    assert heads
    assert all(a.get("scope") for a in heads)


def test_pdf_is_tagged_with_contents_and_bookmarks() -> None:
    pikepdf = pytest.importorskip("pikepdf")
    import io

    with pikepdf.open(io.BytesIO(writer("pdf")(sample(), Theme(), Templates()))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        assert "pdfuaid" in str(pdf.open_metadata())
        with pdf.open_outline() as outline:
            titles = [item.title for item in outline.root]
        assert len(titles) == len([s for s in sample().sections if s.level == 1]) + 1
        assert any(page.MediaBox[2] > page.MediaBox[3] for page in pdf.pages)


def test_json_comes_back_as_the_same_document() -> None:
    data = json.loads(writer("json")(sample(), Theme(), Templates()))
    assert codec.from_data(data) == sample()
    no_numbers = codec.from_data(codec.to_data(hostile("x")))
    assert codec.from_data(codec.to_data(no_numbers)) == no_numbers


def test_json_of_another_form_is_refused() -> None:
    with pytest.raises(CrmauditError, match="report/0"):
        codec.from_data({"schema": "crmaudit.report/0"})


def test_json_schema_knows_every_class() -> None:
    schema = codec.json_schema()
    defined = schema["$defs"]
    for name in re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)):
        assert name in defined

    def check(value: object) -> None:
        if isinstance(value, dict):
            if "type" in value:
                assert set(value) <= set(defined[value["type"]]["properties"])
                assert set(defined[value["type"]]["required"]) <= set(value)
            for item in value.values():
                check(item)
        elif isinstance(value, list):
            for item in value:
                check(item)

    check(codec.to_data(sample())["document"])


def test_markdown_has_tables_and_footnotes() -> None:
    text = writer("md")(sample(), Theme(), Templates()).decode()
    assert "[^2]: Profile of table contact" in text
    assert re.search(r"^\| Code \| Severity \|", text, re.MULTILINE)
    for line in text.splitlines():
        if line.startswith("| ◆"):
            assert line.count(" | ") == 7


@pytest.mark.parametrize("text", ["x", *HOSTILE.values()], ids=["plain", *HOSTILE])
def test_figures_are_wellformed_in_every_width(text: str) -> None:
    for section in (*hostile(text).sections, *sample().sections):
        for block in section.blocks:
            if isinstance(block, b.Figure):
                for width in (figures.WIDE, figures.NARROW):
                    svg = figures.draw(block, width)
                    root = ET.fromstring(svg)
                    assert root.find("{http://www.w3.org/2000/svg}title") is not None
                    assert "nan" not in re.sub(r">[^<]*<", "", svg)
                    assert "var(" not in figures.concrete(svg, Theme())


def test_regions_of_the_page_are_told_apart() -> None:
    table = b.Table("", "", (b.Column("A"),), ((b.Cell("1", "1"),),))
    page = html_of(replace_sections(sample(), (table, table)))
    names = [a["aria-label"] for _, a in Tags(page).found if a.get("role") == "region"]
    assert names == ["Data", "Data (2)"]


def replace_sections(document: b.Document, blocks: tuple[b.Block, ...]) -> b.Document:
    return dataclasses.replace(document, sections=(b.Section("only", "Only", blocks),))


def test_paper_says_what_it_leaves_out_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_data, "MOST_ROWS", 3)
    rows = tuple((b.Cell(str(n), str(n)),) for n in range(5))
    made = b.Table("t", "Five", (b.Column("A"),), rows, "Note.")
    document = replace_sections(sample(), (made,))
    (section,) = document.sections
    outline = Outline(document)
    data = pdf_data.PdfData(outline, labels.load(Templates(), "en"), Theme())
    (table,) = data.section(section, outline.sections[0])["blocks"]
    assert len(table["rows"]) == 3
    assert table["note"].startswith("The first 3 of 5 rows")
    assert table["note"].endswith("Note.")
    assert ">4<" in html_of(document)


def test_a_large_landscape_stays_fine() -> None:
    page = writer("html")(large(), Theme(), Templates())
    assert len(page) < 5_000_000


@pytest.mark.slow
def test_a_large_landscape_as_pdf() -> None:
    assert len(writer("pdf")(large(), Theme(), Templates())) < 20_000_000


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(CrmauditError, match="odt"):
        writer("odt")


def test_a_users_frame_wins(tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "report.css").write_text("body { color: rebeccapurple }")
    page = writer("html")(sample(), Theme(), Templates((tmp_path,)))
    assert b"rebeccapurple" in page


def test_links_of_markdown_lead_to_its_headings() -> None:
    text = writer("md")(sample(), Theme(), Templates()).decode()
    names = re.findall(r'<a id="([^"]+)"></a>\n\n#', text)
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert len(names) == len(set(names))
    assert len(links) >= len(sample().sections) + 1
    assert set(links) <= set(names)


def test_markdown_reads_as_the_tables_it_was_made_of() -> None:
    tokens = (
        MarkdownIt("commonmark")
        .enable("table")
        .parse(writer("md")(sample(), Theme(), Templates()).decode())
    )
    heads = [
        next(t.content for t in tokens[n : n + 40] if t.type == "inline")
        for n, token in enumerate(tokens)
        if token.type == "table_open"
    ]
    drawn = [x for s in sample().sections for x in s.blocks if isinstance(x, b.Table | b.Figure)]
    assert len(heads) >= len(drawn)
    for made in drawn:
        first = made.columns[0].name if isinstance(made, b.Table) else made.spec.table()[0][0]
        assert first in heads


def test_the_published_schema_takes_every_document() -> None:
    schema = codec.json_schema()
    Draft202012Validator.check_schema(schema)
    valid = Draft202012Validator(schema)
    for document in (sample(), hostile("x"), hostile("\ud800\x00"), large(6, 4)):
        data = json.loads(writer("json")(document, Theme(), Templates()))
        assert data["schema_version"] == codec.VERSION
        assert [e.message for e in valid.iter_errors(data)] == []
    data["document"]["meta"]["colour"] = "red"
    assert list(valid.iter_errors(data))


@pytest.mark.parametrize("example", ["harbourlight", "northwharf"])
def test_the_examples_are_valid_and_come_back(example: str) -> None:
    found = crmaudit.Audit(Path(__file__).parents[2] / "examples" / example)
    made = compose.document(found.facts, found.findings, found.plan)
    data = json.loads(writer("json")(made, Theme(), Templates()))
    assert list(Draft202012Validator(codec.json_schema()).iter_errors(data)) == []
    assert codec.from_data(data) == made
