"""The matrix in every format: states, places not listed, parts of a wide one, its evidence."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from crmaudit.crud_matrix import Cell, Proof
from crmaudit.report import blocks as b
from crmaudit.report import labels, proven
from crmaudit.report.formats import writer
from crmaudit.report.grid import UNKNOWN, Grid, outside, pieces, spelt
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme

WORDS = labels.load(Templates(), "en")
OBSERVED = b.MatrixProof("CR", "observed", "yes", "12 calls by app", ("log",))
LOG = b.Evidence("log", "statements of Demo")


def matrix(rows: int = 3, columns: int = 3, parts: bool = False) -> b.Matrix:
    """Letters on the diagonal; the last column is open, and one of its cells is a no."""
    cells = [
        b.MatrixCell(
            n, n, (b.Letter("C", "proven"), b.Letter("R", "unexpected")), proofs=(OBSERVED,)
        )
        for n in range(min(rows, columns))
    ]
    cells.append(b.MatrixCell(0, columns - 1, ()))
    if parts:
        cells.append(b.MatrixCell(0, 30, (b.Letter("R", "declared"),)))
    half = columns // 2
    cut = (
        b.MatrixPart("left", tuple(range(min(half, rows))), tuple(range(half))),
        b.MatrixPart("right", tuple(range(half, rows)), tuple(range(half, columns))),
    )
    return b.Matrix(
        "m",
        "Who does what",
        tuple(b.MatrixLabel(f"e{n}", f"Entity {n}") for n in range(rows)),
        tuple(b.MatrixLabel(f"s{n}", f"System {n}", open=n == columns - 1) for n in range(columns)),
        tuple(cells),
        note="Not understood: 3 % (3 of 100).",
        orders=(b.MatrixOrder("by name", tuple(range(rows)), tuple(range(columns))),),
        parts=cut if parts else (),
    )


def written(made: b.Matrix, form: str) -> bytes:
    meta = b.Meta("Aldermoor Group", None, tool_version="1")
    section = b.Section("s", "Section", (made,))
    document = b.Document("T", meta, (section,), evidence=(LOG,))
    return writer(form)(document, Theme(), Templates())


def told(page: str) -> dict[str, object]:
    """The JSON that the script reads."""
    found = re.search(r'id="_words">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert isinstance(data, dict)
    return data


def test_a_cell_not_listed_is_unknown_in_an_open_column_only() -> None:
    grid = Grid(matrix())
    assert grid.letters(1, 2) == UNKNOWN
    assert grid.letters(0, 2) == ()
    assert grid.letters(1, 0) == ()
    assert grid.states == ("proven", "unexpected", "unknown")
    listed = b.Matrix(
        "m", "", (b.MatrixLabel("e", "E"),), (b.MatrixLabel("s", "S", open=True),), ()
    )
    assert Grid(listed).states == ("unknown",)


def test_every_verdict_has_its_letter() -> None:
    cell = Cell("s", "e", "CRU", proven="CD", denied="R", granted="CRUD")
    assert [(x.letter, x.state) for x in proven.letters_of(cell)] == [
        ("C", "proven"),
        ("R", "missing"),
        ("U", "declared"),
        ("D", "unexpected"),
    ]
    allowed = proven.letters_of(Cell("s", "e", None, granted="R"))
    assert [x.state for x in allowed] == ["allowed", "unknown"]
    assert [x.state for x in proven.letters_of(Cell("s", "e", None))] == ["unknown"]
    assert proven.letters_of(Cell("s", "e", "")) == ()
    # What is proven where nobody said anything makes the cell known.
    assert [x.state for x in proven.letters_of(Cell("s", "e", None, proven="R"))] == ["unexpected"]


def test_sources_are_told_in_words_alike_ones_together() -> None:
    since, until = datetime(2026, 8, 3, tzinfo=UTC), datetime(2026, 10, 30, tzinfo=UTC)
    found = proven.proofs_of(
        (
            Proof("C", "observed", "yes", ("contacts",), ("app",), 1204, 3, since, until, ("x",)),
            Proof("R", "observed", "unknown", reason="the log tells no accounts"),
            Proof("U", "observed", "unknown", reason="the log tells no accounts"),
            Proof("D", "observed", "no", first=since, last=until),
            Proof("C", "declared", "yes"),
            Proof("D", "declared", "no"),
            Proof("C", "coded", "yes", statements=2, places=("src/a.php:12",)),
        ),
    )
    assert [(p.origin, p.letters, p.answer) for p in found] == [
        ("declared", "C", "yes"),
        ("observed", "C", "yes"),
        ("observed", "RU", "unknown"),
        ("observed", "D", "no"),
        ("coded", "C", "yes"),
    ]
    words = [p.text.replace("\u00a0", " ") for p in found]
    assert words[1] == "1,204 calls by app on contacts (3 Aug 2026 to 30 Oct 2026)"
    assert words[3] == "not among the statements seen (3 Aug 2026 to 30 Oct 2026)"
    assert words[4] == "2 statements at src/a.php:12"
    assert found[1].evidence == ("x",)


def test_letters_are_spelt_for_those_who_do_not_see_them() -> None:
    letters = (b.Letter("C", "proven"), b.Letter("R", "proven"), b.Letter("D", "missing"))
    assert spelt(letters, WORDS) == (
        "C, R declared and found in use; D declared, and what would show it says no"
    )
    assert spelt(UNKNOWN, WORDS) == "nobody has said"


def test_the_page_tells_the_script_what_proves_each_cell() -> None:
    page = written(matrix(), "html").decode()
    data = told(page)["matrices"]["m"]  # type: ignore[index]
    assert data["texts"] == ["12 calls by app"]
    assert data["proofs"] == {str(n * 3 + n): [["CR", 2, 0, 0, 1]] for n in range(3)}
    assert data["orders"] == [["by name", [0, 1, 2], [0, 1, 2]]]
    assert data["open"] == [0, 0, 1]
    assert "Not understood: 3 % (3 of 100)." in page
    assert page.index("Not understood") < page.index('class="crud"')
    # Nothing of the evidence stands in the cells.
    assert page.count("12 calls by app") == 1


def test_pages_without_a_matrix_carry_none_of_its_script() -> None:
    meta = b.Meta("Aldermoor Group", None)
    bare = b.Document("T", meta, (b.Section("s", "S", (b.Paragraph((b.Text("x"),)),)),))
    page = writer("html")(bare, Theme(), Templates()).decode()
    assert "table.crud" not in page.split("<script>")[1]
    assert "/* parts */" not in page


def test_letters_keep_their_places() -> None:
    cells = (
        b.MatrixCell(0, 0, (b.Letter("R", "declared"), b.Letter("D", "declared"))),
        b.MatrixCell(0, 1, (b.Letter("R", "allowed"), b.Letter("?", "unknown"))),
    )
    rows, heads = (b.MatrixLabel("e", "E"),), (b.MatrixLabel("a", "A"), b.MatrixLabel("z", "Z"))
    page = written(b.Matrix("m", "T", rows, heads, cells), "html").decode()
    blank = "\u00a0"
    assert f'>{blank}<b class="d R">R</b>{blank}<b class="d D">D</b><' in page
    assert f'>{blank}<b class="a R">R</b><b class="q q">?</b><' in page


@pytest.mark.parametrize("form", ["md", "html", "pdf"])
def test_a_wide_matrix_is_cut_and_the_rest_listed(form: str) -> None:
    made = matrix(80, 80, parts=True)
    first, second = pieces(made)
    assert (len(first.rows), len(first.columns)) == (40, 40)
    assert second.cells[0].row == second.cells[0].column == 0
    # In the left part, though not on its diagonal, and nothing but its own row is left out.
    rest = outside(made, WORDS)
    assert rest is None
    loose = b.MatrixCell(0, 70, (b.Letter("U", "missing"),))
    made = b.Matrix(
        **{f: getattr(made, f) for f in made.__slots__} | {"cells": (*made.cells, loose)}
    )
    rest = outside(made, WORDS)
    assert rest
    assert [c.text for c in rest.rows[0]] == [
        "Entity 0",
        "System 70",
        "U declared, and what would show it says no",
    ]
    found = written(made, form)
    if form == "md":
        text = found.decode()
        assert "**left**" in text
        assert "Entity 0 | System 70" in text
        assert max(line.count(" | ") for line in text.splitlines()) <= 41
    elif form == "html":  # a page scrolls, so it shows the whole and offers the parts
        page = found.decode()
        assert page.count('class="crud dense"') == 1
        assert len(told(page)["matrices"]["m"]["parts"]) == 2  # type: ignore[index]
    else:
        assert found.startswith(b"%PDF")


def test_a_matrix_too_large_for_a_browser_comes_in_parts() -> None:
    page = written(matrix(260, 260, parts=True), "html").decode()
    assert page.count('class="crud dense"') == 2
    assert set(told(page)["matrices"]) == {"m-1", "m-2"}  # type: ignore[call-overload]
    assert len(page) < 6_000_000


def test_markdown_marks_every_state() -> None:
    states: tuple[b.LetterState, ...] = (
        "proven",
        "declared",
        "missing",
        "unexpected",
        "allowed",
    )
    cells = tuple(b.MatrixCell(0, n, (b.Letter("C", s),)) for n, s in enumerate(states))
    heads = tuple(b.MatrixLabel(s, s) for s in states)
    text = written(b.Matrix("m", "T", (b.MatrixLabel("e", "E"),), heads, cells), "md").decode()
    assert r"| E | C | (C) | ~~C~~ | **C**! | \[C\] |" in text
