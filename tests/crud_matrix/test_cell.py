"""One cell: what declared and proven make together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix import LETTERS, VERDICTS, Cell

_some = st.sets(st.sampled_from(LETTERS)).map(lambda s: "".join(x for x in LETTERS if x in s))


@pytest.mark.parametrize(
    ("cell", "verdict", "marked"),
    [
        (Cell("s", "e", "C", "C"), "confirmed", "C"),
        (Cell("s", "e", "C"), "declared", "c"),
        (Cell("s", "e", "C", "", "C"), "contradicted", "-C"),
        (Cell("s", "e", "", "C"), "shadow", "+C"),
        (Cell("s", "e", None, "C"), "shadow", "+C"),
        (Cell("s", "e", None, "", "", "C"), "allowed", "?"),
        (Cell("s", "e", "", "", "", "C"), "allowed", "–"),
        (Cell("s", "e", ""), "no", "–"),
        (Cell("s", "e", None), "unknown", "?"),
    ],
)
def test_verdicts(cell: Cell, verdict: str, marked: str) -> None:
    assert cell.verdict("C") == verdict
    assert cell.marked == marked


@given(st.one_of(st.none(), _some), _some, _some, _some)
def test_every_letter_has_one_verdict(
    letters: str | None, proven: str, denied: str, granted: str
) -> None:
    cell = Cell("s", "e", letters, proven, denied, granted)
    for letter in LETTERS:
        assert cell.verdict(letter) in VERDICTS
        assert (letter in cell) == (letter in (letters or "") or letter in proven)
        # Only what is declared or proven shows in the matrix.
        assert (letter in cell.held) == (letter in cell.marked.upper())
    assert cell.text == (cell.held or ("?" if letters is None else "–"))
    assert cell.known == (letters is not None or bool(proven))
