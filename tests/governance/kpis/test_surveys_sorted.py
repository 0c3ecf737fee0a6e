"""Survey answers sorted, counted and kept from pointing at persons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError
from crmaudit.governance.suppression import suppressed
from crmaudit.governance.surveys import Surveyed, ids, surveyed
from crmaudit.sheets import Sheet
from crmaudit.workspace.kpis import Survey

ATTITUDE = {
    "column": "What fits best?",
    "answers": {
        "It makes work harder, much harder": "made things worse",
        "I do not use it": "does not use it",
        "Fine": "only praise",
    },
}
REASON = {
    "column": "why",
    "answers": {
        "I type twice": "double work",
        "It takes long, too long": "takes too long",
        "It takes long": "other",
    },
}


def read(rows: list[list[str]], **more: Any) -> Surveyed:
    header = ("Timestamp", "What fits  best?", "Why?  (why)", "Your unit", "system", "mark")
    sheet = Sheet("s.csv", header, tuple(map(tuple, rows)), tuple(range(2, len(rows) + 2)))
    survey = Survey.model_validate(
        {"id": "s", "name": "S", "file": "s.csv", "attitude": ATTITUDE, "reason": REASON, **more}
    )
    return surveyed(survey, sheet, ids([("desk", "Front desk")]), ids([("crm", "BeaconCRM")]))


def row(
    what: str = "", why: str = "", unit: str = "", system: str = "", mark: str = ""
) -> list[str]:
    return ["9/18/2026 10:22:13", what, why, unit, system, mark]


def test_answers_with_commas_and_several_in_a_cell() -> None:
    found = read(
        [
            row("it makes work  harder, much harder", "I type twice, It takes long, too long"),
            row("Fine", "It takes long;I type twice;"),
            row("I do not use it", "my cat says no, I type twice"),
            row("Fine, I do not use it"),
            row(""),
        ]
    )
    assert [a.attitude for a in found.answers] == [
        "made things worse", "only praise", "does not use it", None, None,
    ]  # fmt: skip
    assert [a.reasons for a in found.answers[:3]] == [
        ("double work", "takes too long"),
        ("other", "double work"),
        ("double work",),
    ]
    # Told by their cells; the words may be somebody's own.
    assert found.unsorted == {"attitude": ("s.csv!B5",), "reason": ("s.csv!C4",)}
    assert "cat" not in repr((found.unsorted, found.reasons))


@pytest.mark.parametrize(
    ("cell", "mark"),
    [("4", 4), ("5/5", 5), ("3 - so so", 3), ("2,0", 2), ("6", None), ("0", None), ("45", None),
     ("3.5", None), ("good", None)],
)  # fmt: skip
def test_marks(cell: str, mark: int | None) -> None:
    found = read([row(mark=cell)], score_column="mark")
    assert found.answers[0].mark == mark
    assert found.unread_marks == (() if mark else ("s.csv!F2",))


def test_marks_by_system_need_five_people() -> None:
    rows = [row(system="beaconcrm", mark=str(m)) for m in (1, 2, 3, 4)]
    assert read(rows, score_column="mark", system_column="system").marks() == {}
    found = read([*rows, row(system="crm", mark="5"), row(system="Other")],
                 score_column="mark", system_column="system")  # fmt: skip
    assert found.marks()["crm"].mean == 3
    assert found.unknown_systems == 1
    assert found.response(10) is None, "rows about several systems are no people"


def test_the_day_comes_from_the_column() -> None:
    found = read([row("Fine")], date_column="timestamp")
    assert str(found.held) == "2026-09-18"


def test_the_majority_has_its_interval() -> None:
    found = read([row("It makes work harder, much harder")] * 16 + [row("Fine")] * 20)
    assert found.negative is not None
    share, low, high = found.negative
    # Wilson: (16/36 + 1.9208/36 ± 1.96 √(16·20/36³ + 3.8416/(4·36²))) / (1 + 3.8416/36)
    assert share == pytest.approx(16 / 36)
    assert (low, high) == pytest.approx((0.2954, 0.6042), abs=1e-4)
    assert found.response(52) == pytest.approx(36 / 52)
    assert read([row("Fine")] * 4).negative is None


def test_small_groups_stay_unnamed_and_uncounted() -> None:
    rows = [row("Fine", unit="Front Desk")] * 6 + [row("I do not use it", unit="front desk")] * 5
    rows += [row("Fine", unit="me, Ana Diaz")] * 3
    found = read(rows, unit_column="unit").breakdown()
    assert [g.name for g in found] == ["desk", ""]
    assert "Diaz" not in repr(found)
    (desk, others) = found
    assert others.answers is None
    # 14 answers are known, so the desk's 11 would tell of the others' 3.
    assert desk.answers is None


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(CrmauditError, match="no column 'nowhere'") as caught:
        read([row()], score_column="nowhere")
    assert "Timestamp" in caught.value.problems[0].hint


def test_a_heading_that_several_columns_have() -> None:
    sheet = Sheet("s.csv", ("Unit", "unit", "x"), (("a", "b", "c"),), (2,))
    survey = Survey(id="s", name="S", file="s.csv", unit_column="UNIT")
    with pytest.raises(CrmauditError, match="2 columns for 'UNIT'"):
        surveyed(survey, sheet, {}, {})


tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 12), min_size=width, max_size=width), min_size=1, max_size=5
    )
)


@given(tables)
def test_no_hidden_number_can_be_worked_out(table: list[list[int]]) -> None:
    hidden = suppressed(table)
    whole = [[*r, sum(r)] for r in table]
    whole.append([sum(c) for c in zip(*whole, strict=True)])
    for r, line in enumerate(whole):
        for c, n in enumerate(line):
            assert (r, c) in hidden or not 0 < n < 5
    lines = [[(r, c) for c in range(len(whole[0]))] for r in range(len(whole))]
    lines += [[(r, c) for r in range(len(whole))] for c in range(len(whole[0]))]
    assert all(len(hidden.intersection(line)) != 1 for line in lines)
    for *cells, total in lines:
        kept = hidden.intersection(cells)
        if kept and total not in hidden and len(kept) < len(cells):
            assert sum(whole[r][c] for r, c in kept) >= 5


def test_the_hidden_ones_are_five_together() -> None:
    """Of 9 with 6 in one cell, 3 others would be told by the difference."""
    assert suppressed([[6, 1, 2], [20, 30, 40]]) >= {(0, 0), (0, 1), (0, 2)}


def test_large_cells_are_all_shown() -> None:
    assert suppressed([[5, 9], [0, 12]]) == frozenset()
    assert suppressed([]) == frozenset()


@given(
    st.lists(
        st.lists(st.sampled_from([0, 1, 3, 5, 9]), min_size=3, max_size=3), min_size=2, max_size=5
    )
)
def test_no_count_is_the_only_one_hidden_of_its_line_where_sums_are_told(
    table: list[list[int]],
) -> None:
    hidden = suppressed(table, sums_told=True)
    counts = {(r, c) for r, c in hidden if r < len(table) and c < 3}
    for r, row in enumerate(table):
        assert len({cell for cell in counts if cell[0] == r}) != 1
        assert all((r, c) in counts for c, n in enumerate(row) if 0 < n < 5)
    for c in range(3):
        assert len({cell for cell in counts if cell[1] == c}) != 1
