"""The dashboard shows what the block tree holds, and says what it lacks."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from linked import linked
from sample import sample

from crmaudit.report import blocks as b
from crmaudit.report.formats import file_name, format_of, writer
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme


def page_of(document: b.Document) -> str:
    return writer("dashboard")(document, Theme(), Templates()).decode()


def panel(page: str, name: str) -> str:
    found = re.search(rf'<section class="panel {name}".*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0]


def without(document: b.Document, *ids: str) -> b.Document:
    return replace(document, sections=tuple(s for s in document.sections if s.id not in ids))


def test_five_figures_stand_with_their_denominators_and_what_became_of_them() -> None:
    page = page_of(linked())
    figures = page.split('<section class="figures"')[1].split("</section>")[0]
    assert figures.count("<dt>") == 5
    assert "50 of 62 facts" in figures
    assert "no database was read" in figures
    assert "↓ 2 fewer" in figures
    # Of those shown two have a value and no trend besides the adoption; the unmeasured says why.
    assert figures.count("not comparable with the last audit") == 3


def test_the_first_three_decisions_and_how_many_more() -> None:
    text = panel(page_of(linked()), "decisions")
    assert text.count("<li>") == 3
    assert "release 20 days by 1 March" in text
    assert "1 more in the report" in text


def test_systems_that_nobody_measured_are_hatched() -> None:
    text = panel(page_of(linked()), "heat")
    rows = re.findall(r'<tr><th scope="row">([^<]*)(.*?)(?=<tr>|</tbody>)', text)
    assert [name for name, _ in rows] == ["Tidewater CRM", "Old ledger", "Card box"]
    assert rows[2][1].count('class="hatch"') == 2
    assert rows[2][1].count("not assessed") == 2


def test_scores_lead_into_the_report_beside_it() -> None:
    text = panel(page_of(linked()), "heat")
    assert (
        'href="information-management-plan-board.html#scores?q=Tidewater+CRM%3A+&amp;s=2u"' in text
    )


def test_better_and_worse_stand_apart() -> None:
    text = panel(page_of(linked()), "since")
    better, worse = text.split('class="worse"')
    assert "Two owners were named" in better
    assert "Ten more duplicates" in worse
    assert "Ten more duplicates" not in better


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("heat", "quality"),
        ("since", "since"),
        ("steps", "recommendations"),
        ("decisions", "executive-summary"),
    ],
)
def test_a_part_that_is_not_there_is_not_assessed(name: str, section: str) -> None:
    text = panel(page_of(without(linked(), section)), name)
    assert "<b>not assessed</b>. " in text
    assert len(re.sub(r"<[^>]+>", "", text).split("not assessed. ")[1].strip()) > 20


def test_the_reason_of_a_draft_is_given() -> None:
    reason = (b.BulletList(((b.Paragraph((b.Text("Run `crmaudit collect`"),)),),)),)
    blank = b.Section("quality", "Data quality", (b.Callout("draft", "Missing", reason),), level=2)
    document = linked()
    sections = tuple(blank if s.id == "quality" else s for s in document.sections)
    assert "Run `crmaudit collect`" in panel(page_of(replace(document, sections=sections)), "heat")


def test_it_asks_for_nothing_and_runs_nothing() -> None:
    page = page_of(linked())
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    links = re.findall(r'href="([^"#]*)', page)
    assert set(links) <= {"", "information-management-plan-board.html"}


def test_any_document_has_a_dashboard() -> None:
    for document in (sample(), b.Document("Bare", linked().meta, ())):
        assert page_of(document).startswith("<!doctype html>")


def test_written_from_right_to_left() -> None:
    assert '<html lang="ar" dir="rtl">' in page_of(linked("ar"))


def test_files_are_known_by_their_names() -> None:
    assert file_name("dashboard") == "management-dashboard.html"
    assert file_name("pdf") == "information-management-plan.pdf"
    assert [format_of(f) for f in ("management-dashboard.html", "x.html", "x.dashboard", "x")] == [
        "dashboard",
        "html",
        "",
        "",
    ]
