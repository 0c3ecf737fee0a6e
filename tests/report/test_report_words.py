"""Numbers as read, text made safe, colours with contrast, chapters numbered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample import sample

from crmaudit.report import blocks as b
from crmaudit.report import numbers
from crmaudit.report.figures.svg import measure, wrap
from crmaudit.report.outline import Outline
from crmaudit.report.text import breakable, clean, slug
from crmaudit.report.theme import DARK, LIGHT, Theme, contrast


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (20045, "20,045"),
        (-1234.5, "\u22121,234.5"),
        (Decimal("0.005"), "0.0"),
        (0, "0"),
        (None, "not assessed"),
        (float("nan"), "not assessed"),
        (float("inf"), "not assessed"),
    ],
)
def test_numbers(value: float | None, text: str) -> None:
    assert numbers.number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.31, "31"), (0.0001, "< 1"), (0.9999, "> 99"), (0, "0"), (1, "100")],
)
def test_a_share_is_never_rounded_to_none_or_all(share: float, text: str) -> None:
    assert numbers.percent(share) == f"{text}\u00a0%"


def test_shares_carry_their_denominator() -> None:
    assert numbers.share(6214, 20045) == "31\u00a0% (6,214 of 20,045)"
    assert numbers.share(0, 0) == "not assessed (0 of 0)"
    assert numbers.share(None, 5) == "not assessed"
    assert numbers.share(6214, 20045, language="de") == "31\u00a0% (6.214 von 20.045)"
    assert numbers.money(12400, "EUR") == "EUR\u00a012,400"
    assert numbers.day(date(2026, 11, 21)) == "21\u00a0Nov\u00a02026"


def test_every_pair_of_colours_has_its_contrast() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert Theme().faults() == []
    assert LIGHT.keys() == DARK.keys()
    weak = Theme(light={**LIGHT, "muted": "#bbbbbb"})
    assert any("muted on ground" in fault for fault in weak.faults())


@given(st.text())
def test_clean_text_can_be_shown(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    shown.encode()
    assert breakable(shown).replace("\u200b", "") == shown.replace("\u200b", "")
    assert slug(text)
    assert slug(slug(text)) == slug(text)


@given(st.text(), st.integers(30, 300))
def test_wrapped_lines_fit(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert 1 <= len(lines) <= 3
    assert all(measure(line) <= width or len(line) <= 1 for line in lines)


def test_chapters_are_numbered_and_appendices_lettered() -> None:
    outline = Outline(sample())
    assert [e.number for e in outline.sections] == ["1", "2", "2.1", "2.2", "3", "4", "A"]
    assert outline.register_number == "B"
    assert outline.numbers(("overlap", "prof-contact", "unheard-of")) == [2, 5]


def test_no_level_of_headings_is_skipped() -> None:
    section = b.Section("s", "S", (b.Heading(4, ()), b.Heading(2, ()), b.Heading(4, ())), level=2)
    levels = [e.level for e in Outline(sample()).headings(section).values()]
    assert levels == [3, 3, 4]
