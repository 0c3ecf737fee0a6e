"""From a score to its rows, from a finding to its rule and initiative, and back."""

from __future__ import annotations

import re
from dataclasses import replace

from linked import linked

from crmaudit.report import blocks as b
from crmaudit.report.formats import writer
from crmaudit.report.html_links import Links
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme


def page_of(document: b.Document) -> str:
    return writer("html")(document, Theme(), Templates()).decode()


def table(document: b.Document, name: str) -> b.Table:
    blocks = (x for s in document.sections for x in s.blocks)
    return next(x for x in blocks if isinstance(x, b.Table) and x.id == name)


def test_a_score_leads_to_its_tables_the_worst_of_the_dimension_first() -> None:
    found = Links(linked()).score("system-scorecards", "Tidewater CRM", "timeliness")
    assert found is not None
    assert (found.table, found.row, found.view) == (
        "scores",
        "scores-r1",
        "q=Tidewater+CRM%3A+&s=2u",
    )


def test_a_table_leads_to_the_faults_of_its_columns() -> None:
    document = linked()
    links = Links(document)
    found = links.cell(table(document, "scores"), 0, 0)
    assert found is not None
    assert (found.row, found.view) == ("faults-r1", "q=Tidewater+CRM%3A+contacts.")
    assert links.cell(table(document, "scores"), 1, 0) is None, "no fault stands there"


def test_a_finding_leads_to_its_rule_and_its_initiative_and_these_lead_back() -> None:
    document = linked()
    links = Links(document)
    register = table(document, "findings")
    rule, initiative = links.cell(register, 1, 1), links.cell(register, 1, 3)
    assert rule is not None
    assert initiative is not None
    assert (rule.row, initiative.row) == ("rules-r1", "initiatives-r1")
    back = links.cell(table(document, "rules"), 0, 0)
    answers = links.cell(table(document, "initiatives"), 0, 1)
    assert back is not None
    assert answers is not None
    assert (back.row, back.view) == ("findings-r1", "q=INV101")
    assert (answers.row, answers.view) == ("findings-r1", "c3=Name+owners")


def test_codes_in_sentences_lead_to_the_register() -> None:
    page = page_of(linked())
    assert 'has no owner (<a href="#findings-r1" data-go="findings?q="' in page
    assert not re.search(r"<a [^>]*>[^<]*<a ", page)


def test_a_link_holds_no_other() -> None:
    document = linked()
    inside = b.Link((b.Text("see INV101"),), "#rules")
    section = b.Section("more", "More", (b.Paragraph((inside,)),))
    page = page_of(replace(document, sections=(*document.sections, section)))
    assert '<a href="#rules">see INV101</a>' in page


def test_every_link_within_the_page_leads_somewhere() -> None:
    page = page_of(linked())
    anchors = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
    assert set(re.findall(r'data-go="([a-z-]+)\?', page)) <= anchors


def test_without_the_tables_nothing_is_linked() -> None:
    document = linked()
    bare = replace(document, sections=document.sections[:1])
    assert 'data-go="' not in page_of(bare)
