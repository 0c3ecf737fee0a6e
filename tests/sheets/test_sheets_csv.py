"""CSV cells: no spreadsheet takes one for a formula, and every text comes back exactly."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError
from crmaudit.sheets.csv_text import guarded, parsed, unguarded, written

STARTS = "=+-@\t\r\n＝＋－＠"
HOSTILE = st.text(alphabet=st.sampled_from("'=+-@\t\r\n\",;＝ 5ab😀"), max_size=8)


@given(st.one_of(HOSTILE, st.text(st.characters(blacklist_categories=("Cs",)), max_size=30)))
def test_every_text_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(HOSTILE)
def test_nothing_that_goes_out_starts_a_formula(text: str) -> None:
    out = guarded(text)
    assert out[:1] not in STARTS or out[:1] == "" or out.lstrip("-").replace(".", "").isdigit()


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+44 20 7946 0000", "'+44 20 7946 0000"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("-5%", "'-5%"),
        ("'=1", "''=1"),
        ("'apostrophe", "'apostrophe"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_what_gets_an_apostrophe(text: str, out: str) -> None:
    assert guarded(text) == out
    assert unguarded(out) == text


@given(st.lists(st.lists(HOSTILE, min_size=2, max_size=4), min_size=1, max_size=5))
def test_files_come_back(rows: list[list[str]]) -> None:
    rows = [["key", "more"], *rows]
    assert parsed(written(rows), "x.csv") == rows


def test_other_programs_read_what_is_written() -> None:
    raw = written([["a", "b"], ['x"y', "line\nbreak"]])
    assert raw.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert found == [["a", "b"], ['x"y', "line\nbreak"]]


def test_utf_16_with_tabs_as_excel_saves_it() -> None:
    raw = "id\tname\r\n1\tŠkoda\r\n".encode("utf-16")
    assert parsed(raw, "x.txt") == [["id", "name"], ["1", "Škoda"]]


def test_a_delimiter_within_quotes_decides_nothing() -> None:
    raw = b'"a,b,c,d";second\n1;2\n'
    assert parsed(raw, "x.csv") == [["a,b,c,d", "second"], ["1", "2"]]


def test_nul_is_named_with_its_line() -> None:
    with pytest.raises(CrmauditError) as caught:
        parsed(b"a,b\n1,\x00\n", "x.csv")
    assert caught.value.where is not None
    assert str(caught.value.where) == "x.csv:2"


def test_a_cell_of_many_megabytes() -> None:
    raw = b"a,b\n" + b"x" * 3_000_000 + b",1\n"
    assert len(parsed(raw, "x.csv")[1][0]) == 3_000_000


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Systems, as of March, 2026\nName;Vendor;Cost\nA;B;12,50\nC;D;3,00\n", ["C", "D", "3,00"]),
        ("Liste; Stand; heute\n\nName\tVendor\nA;x\tB\nC\tD\n", ["C", "D"]),
        ('Name,Notes\nA,x;y;z\nB,"p;q\nr;s"\nC,;;\n', ["C", ";;"]),
        ('Name;Text\nA;"one, two, three"\nB;four, five, six\n', ["B", "four, five, six"]),
        ("Only one column\nA\n", ["A"]),
        ("\n\nName;Vendor\nA;B\n", ["A", "B"]),
    ],
)
def test_the_delimiter_is_told_by_the_list_and_not_by_its_title(text: str, last: list[str]) -> None:
    assert parsed(text.encode(), "x.csv")[-1] == last


def test_a_quote_that_never_ends_decides_nothing() -> None:
    rows = parsed(b'Title, of "a list\n' + b"a;b;c\n" * 100, "x.csv")
    assert rows[-1] == ["a", "b", "c"]
