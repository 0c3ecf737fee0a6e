"""Places in a drawing: within the sheet, apart from each other, always the same."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmaudit.crud_matrix.structure.layout import layout

WIDTH = 720.0
sizes = st.dictionaries(
    st.text(min_size=1, max_size=4),
    st.tuples(st.floats(10, 110), st.floats(14, 40)),
    min_size=1,
    max_size=24,
)


def overlaps(
    boxes: dict[str, tuple[float, float]], places: dict[str, tuple[float, float]]
) -> list[tuple[str, str]]:
    return [
        (a, z)
        for a, z in combinations(boxes, 2)
        if all(
            abs(places[a][i] - places[z][i]) < (boxes[a][i] + boxes[z][i]) / 2 - 0.2 for i in (0, 1)
        )
    ]


@settings(max_examples=40, deadline=None)
@given(sizes, st.data())
def test_boxes_stand_apart_on_the_sheet(
    boxes: dict[str, tuple[float, float]], data: st.DataObject
) -> None:
    names = sorted(boxes)
    name = st.sampled_from([*names, "nobody's"])
    ties = data.draw(st.lists(st.tuples(name, name), max_size=40))
    places, height = layout(boxes, ties, WIDTH)
    assert places.keys() == boxes.keys()
    assert not overlaps(boxes, dict(places))
    for n, (x, y) in places.items():
        assert boxes[n][0] / 2 <= x + 0.1 <= WIDTH - boxes[n][0] / 2 + 0.2
        assert boxes[n][1] / 2 <= y + 0.1 <= height - boxes[n][1] / 2 + 0.2
    # Neither the order in which things are told nor a second time changes anything.
    again = layout(dict(reversed(boxes.items())), list(reversed(ties)), WIDTH)
    assert again == (places, height)


def test_what_is_tied_stands_nearer_than_what_is_not() -> None:
    boxes = {f"{side}{n}": (40.0, 20.0) for side in "ab" for n in range(8)}
    ties = [(f"{side}0", f"{side}{n}") for side in "ab" for n in range(1, 8)]
    places, _ = layout(boxes, ties, WIDTH)

    def far(one: str, other: str) -> float:
        (x1, y1), (x2, y2) = places[one], places[other]
        return float(((x1 - x2) ** 2 + (y1 - y2) ** 2) ** 0.5)

    tied = sum(far(a, z) for a, z in ties) / len(ties)
    apart = sum(far("a0", f"b{n}") + far("b0", f"a{n}") for n in range(8)) / 16
    assert tied < apart * 0.7


def test_nothing_needs_no_room() -> None:
    assert layout({}, [], WIDTH) == ({}, 0.0)


@pytest.mark.parametrize("count", [1, 2, 90])
def test_many_boxes_still_stand_apart(count: int) -> None:
    boxes = {f"n{n:02}": (100.0, 28.0) for n in range(count)}
    ties = [(f"n{n:02}", f"n{n * 7 % count:02}") for n in range(count)]
    places, _ = layout(boxes, ties, WIDTH)
    assert not overlaps(boxes, dict(places))
