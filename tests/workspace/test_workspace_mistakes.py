"""Every kind of mistake in one workspace: all are reported at once, each in its place.

`hostile/` is the workspace, `hostile.txt` what is said about it. After a
change of wording: read the difference, then write the new text into the file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crmaudit.errors import InvalidInput
from crmaudit.workspace import load

HERE = Path(__file__).parent
EXPECTED = (HERE / "hostile.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def reported() -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        load(HERE / "hostile")
    return caught.value


def test_every_mistake_is_reported_at_once(reported: InvalidInput) -> None:
    assert [str(problem) for problem in reported.problems] == EXPECTED


def test_the_list_covers_many_kinds_of_mistake() -> None:
    assert len(EXPECTED) > 90


def test_each_place_shows_the_line_as_it_stands(reported: InvalidInput) -> None:
    for problem in reported.problems:
        where = problem.where
        assert where is not None
        if where.line:
            lines = (HERE / "hostile" / where.file).read_text(encoding="utf-8").split("\n")
            assert lines[where.line - 1].startswith(where.snippet)
            assert 1 <= where.column <= len(lines[where.line - 1]) + 1


def test_no_message_speaks_of_the_machinery(reported: InvalidInput) -> None:
    for word in ("pydantic", "Input", "validator", "function", "NoneType", "lambda"):
        assert word not in str(reported).replace("crm_focus", "")
