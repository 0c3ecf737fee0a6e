"""Column maps as files: what is written is what is read, and mistakes have a line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.exchange.column_map import ColumnMap, ColumnRule, load_map, map_text, save_map

SOUND = """\
rows: systems
columns:
  - column: System
    to: name
"""


def complaints(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "map.yaml"
    path.write_text(text)
    with pytest.raises(InvalidInput) as raised:
        load_map(path)
    return [str(p).removeprefix(tmp_path.as_posix() + "/") for p in raised.value.problems]


def test_a_map_says_where_each_column_goes(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(
        SOUND
        + """\
  - column: Cost
    to: costs.amount
    with: {costs.year: 2025, costs.kind: licence}
    decimal: comma
    times: 1000
  - column: Fit
    to: fitness.value
    scale: [1, 10]
    values: {high: 4}
  - {at: C, ignore: who knows}
"""
    )
    found = load_map(path)
    assert [c.to for c in found.columns] == ["name", "costs.amount", "fitness.value", None]
    assert found.columns[1].with_ == {"costs.year": 2025, "costs.kind": "licence"}
    assert found.columns[2].scale == (1, 10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            SOUND.replace("to: name", "to: nmae"),
            "map.yaml:4:9: 'nmae' is no fact where rows are systems",
        ),
        (
            SOUND.replace("systems", "gadgets"),
            "map.yaml:1:7: rows: 'gadgets' is none of the choices",
        ),
        (
            SOUND + "    ignore: too\n",
            "map.yaml:3:5: the column 'System' goes nowhere or both ways",
        ),
        (SOUND + "  - column: A\n", "map.yaml:5:5: the column 'A' goes nowhere or both ways"),
        (SOUND + "    scale: [1, 10]\n", "map.yaml:5:5: `scale:` means nothing for name"),
        (
            SOUND + "  - {column: B, to: lifecycle.since, dates: 'day.month'}\n",
            "map.yaml:5:45: 'day.month' is no form of a date",
        ),
        (
            SOUND + "  - {column: B, to: criticality, values: {x: urgent}}\n",
            "map.yaml:5:46: 'urgent' is no choice of criticality",
        ),
        (SOUND + "  - {column: B, to: users, split: ','}\n", "`split:` means nothing for users"),
        (
            SOUND + "  - {column: B, to: fitness.value, scale: [3, 3]}\n",
            "a scale needs two different ends",
        ),
        (SOUND + "header: 3\nlast: 2\n", "map.yaml:6:7: the last row stands above the first"),
        (SOUND.replace("to: name", "to: vendor"), "no column goes to name or id"),
        (SOUND + "    colour: red\n", "map.yaml:5:5: columns[1]: unknown key 'colour'"),
        ("rows: opinions\ncolumns: [{column: A, to: system}]\n", "no column goes to score"),
        (SOUND + "  - {to: vendor}\n", "no column is named"),
    ],
)
def test_each_mistake_has_its_line(tmp_path: Path, text: str, expected: str) -> None:
    found = complaints(tmp_path, text)
    assert any(expected in problem for problem in found), found


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    text = SOUND + "  - {column: B, to: nowhere}\n  - {column: C}\n"
    assert len(complaints(tmp_path, text)) == 2


def test_a_map_that_is_not_there_is_no_riddle(tmp_path: Path) -> None:
    with pytest.raises(CrmauditError, match="there is no column map"):
        load_map(tmp_path / "none.yaml")
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(InvalidInput, match="'rows' is missing"):
        load_map(tmp_path / "empty.yaml")


def test_the_documented_map_is_sound(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/spreadsheets.md").read_text()
    (example,) = re.findall(r"```yaml imports/\S+\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "map.yaml"
    path.write_text(example)
    assert len(load_map(path).columns) == 8


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@given(
    header=TEXTS.map(lambda t: " ".join(t.split())).filter(bool),
    value=TEXTS.filter(str.strip),
    because=st.text(max_size=200),
    scale=st.tuples(st.integers(0, 5), st.integers(6, 100)),
    row=st.integers(1, 50),
)
def test_what_is_saved_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    header: str,
    value: str,
    because: str,
    scale: tuple[int, int],
    row: int,
) -> None:
    written = ColumnMap(
        sheet=header,
        header=row,
        first=row + 2,
        last=row + 9,
        rows="systems",
        as_of=date(2026, 3, 31),
        because=because,
        sure="likely",
        columns=(
            ColumnRule(column=header, to="name", because=because, sure="certain"),
            ColumnRule(column=header, at="AB", to="fitness.value", scale=scale),
            ColumnRule(column="S", to="criticality", values={value: "high"}),
            ColumnRule(column="T", to="tags", split=value),
            ColumnRule(column="D", to="lifecycle.since", dates="%d.%m.%Y"),
            ColumnRule(column="X", ignore=value),
        ),
    )
    path = tmp_path_factory.mktemp("maps") / "map.yaml"
    save_map(written, path, about=because)
    found = load_map(path)
    assert found.model_copy(update={"because": "", "sure": None}) == written.model_copy(
        update={
            "because": "",
            "sure": None,
            "columns": tuple(
                c.model_copy(update={"because": "", "sure": None}) for c in written.columns
            ),
        }
    )


def test_reasons_stand_as_comments_above_their_columns() -> None:
    rule = ColumnRule(column="A", to="name", because="because # so: [it] is", sure="doubtful")
    text = map_text(ColumnMap(rows="systems", columns=(rule,)), about="two\nlines")
    assert "  # doubtful: because # so: [it] is\n  - column: A\n" in text
    assert text.startswith("# two\n# lines\n\n")
    assert all(len(line) <= 100 for line in text.splitlines())
