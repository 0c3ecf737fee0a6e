"""Trend and effect against values worked out by hand."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from crmaudit.governance.kpis import effect, lacks, short_of_target, told, worsening
from crmaudit.governance.trend import trend
from crmaudit.workspace.kpis import Kpi

START = date(2025, 1, 1)


def series(values: list[float], step: int = 30) -> list[tuple[date, float]]:
    return [(START + timedelta(days=step * i), v) for i, v in enumerate(values)]


def p_of(z: float) -> float:
    """Two-sided p of a normal deviate."""
    return math.erfc(z / math.sqrt(2))


def test_mann_kendall_of_a_rising_series() -> None:
    # 8 rising values: S = 28, Var(S) = 8 · 7 · 21 / 18 = 65.333, z = 27 / 8.0829 = 3.3404.
    found = trend(series([1, 2, 3, 4, 5, 6, 7, 8]))
    assert found is not None
    assert found.n == 8
    assert found.p == pytest.approx(p_of(27 / math.sqrt(65 + 1 / 3)))
    assert found.p == pytest.approx(0.000837, abs=2e-6)
    assert found.slope == pytest.approx(1.0)
    assert found.notable()


def test_mann_kendall_with_ties() -> None:
    # 1 1 2 2 3 3 4 4: four ties of two. S = 28 − 4 = 24,
    # Var(S) = (8·7·21 − 4 · 2·1·9) / 18 = (1176 − 72) / 18 = 61.333, z = 23 / 7.8316.
    found = trend(series([1, 1, 2, 2, 3, 3, 4, 4]))
    assert found is not None
    assert found.p == pytest.approx(p_of(23 / math.sqrt(61 + 1 / 3)))


def test_theil_sen_bears_an_outlier() -> None:
    found = trend(series([1, 2, 3, 4, 500, 6, 7, 8]))
    assert found is not None
    # 28 slopes: 21 are exactly 1, the 7 with the outlier are not.
    assert found.slope == pytest.approx(1.0)


def test_slope_is_per_thirty_days() -> None:
    found = trend(series([10, 9, 8, 7, 6, 5, 4, 3], step=15))
    assert found is not None
    assert found.slope == pytest.approx(-2.0)


def test_a_flat_series_has_no_trend() -> None:
    found = trend(series([5] * 8))
    assert found is not None
    assert (found.slope, found.p) == (0.0, 1.0)


def test_order_of_the_points_does_not_matter() -> None:
    points = series([1, 3, 2, 5, 4, 7, 6, 9])
    assert trend(points) == trend(list(reversed(points)))


def test_seven_points_are_too_short() -> None:
    assert trend(series([1, 2, 3, 4, 5, 6, 7])) is None
    assert trend(series([1, 2, 3, 4, 5, 6, 7, 8])) is not None


def test_before_and_after() -> None:
    # All after above all before: U = 16, mean 8, Var = 4·4/12 · 9 = 12, z = 7.5 / √12 = 2.1651.
    points = series([1, 2, 3, 4, 11, 12, 13, 14])
    found = effect(points, points[4][0])
    assert found is not None
    assert (found.before, found.after) == (2.5, 12.5)
    assert (found.n_before, found.n_after) == (4, 4)
    assert found.p == pytest.approx(p_of(7.5 / math.sqrt(12)))
    assert found.p == pytest.approx(0.03038, abs=2e-5)
    assert found.notable()


def test_before_and_after_with_ties() -> None:
    # 1 1 2 2 | 2 2 3 3: U = 14, ties 2, 4, 2: Σ(t³ − t) = 6 + 60 + 6 = 72,
    # Var = 16/12 · (9 − 72 / 56) = 10.2857, z = 5.5 / 3.2071.
    points = series([1, 1, 2, 2, 2, 2, 3, 3])
    found = effect(points, points[4][0])
    assert found is not None
    assert found.p == pytest.approx(p_of(5.5 / math.sqrt(16 / 12 * (9 - 72 / 56))))


def test_equal_sides_have_no_effect() -> None:
    points = series([5] * 8)
    found = effect(points, points[4][0])
    assert found is not None
    assert found.p == 1.0
    assert not found.notable()


def test_three_points_on_a_side_are_too_few() -> None:
    points = series([1, 2, 3, 4, 5, 6, 7, 8])
    assert effect(points, points[3][0]) is None
    assert effect(points, points[5][0]) is None


def kpi(**values: object) -> Kpi:
    return Kpi.model_validate({"id": "k", "name": "K", **values})


@pytest.mark.parametrize(("direction", "worse"), [("up", True), ("down", False), (None, None)])
def test_what_is_worse_depends_on_the_direction(direction: str | None, worse: bool | None) -> None:
    falling = trend(series([8, 7, 6, 5, 4, 3, 2, 1]))
    assert falling is not None
    assert worsening(kpi(direction=direction), falling) is worse


def test_a_target_met_exactly_is_met() -> None:
    assert short_of_target(kpi(direction="up", target=5), series([1, 5])) is None
    assert short_of_target(kpi(direction="down", target=5), series([1, 5])) is None
    assert short_of_target(kpi(direction="up", target=5), series([9, 4])) == 4
    assert short_of_target(kpi(direction="down", target=5), series([9, 6])) == 6
    assert short_of_target(kpi(target=5), series([9, 6])) is None


def test_telling_counts_up_to_the_limit() -> None:
    points = series([1, 2])
    newest = points[-1][0]
    for days, expected in ((0, True), (90, True), (91, False)):
        said = newest - timedelta(days=days)
        assert told(kpi(told=said.isoformat()), points, 90) is expected
    assert not told(kpi(), points, 90)


def test_a_series_from_sql_is_a_series() -> None:
    assert lacks(kpi(owner="ana", direction="up", target=1), ()) == ("series",)
    assert lacks(kpi(owner="ana", direction="up", target=1, sql="SELECT 1"), ()) == ()
