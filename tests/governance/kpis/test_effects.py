"""Before and after a technique, the target ahead, and the message to the employees."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from crmaudit.governance.courses import course
from crmaudit.governance.kpi_message import message
from crmaudit.governance.kpis import confounders, effect, outlook, overdue, short_of_target
from crmaudit.governance.seasons import rhythm
from crmaudit.governance.trend import trend
from crmaudit.workspace.kpis import Kpi, Technique

from .test_seasonal_trend import months, wave


def kpi(**values: object) -> Kpi:
    return Kpi.model_validate({"id": "k", "name": "K", **values})


def technique(id_: str, start: date | None) -> Technique:
    return Technique(id=id_, name=id_.title(), start=start)


def test_the_shift_is_hodges_and_lehmanns() -> None:
    # Hollander and Wolfe, "Nonparametric Statistical Methods", example 4.1: permeability of
    # chorioamnion at term (ten values) and at 12 to 26 weeks (five). The estimate is -0.305.
    term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    early = [1.15, 0.88, 0.90, 0.74, 1.21]
    points = [(date(2025, 1, 1) + timedelta(days=9 * i), v) for i, v in enumerate([*term, *early])]
    found = effect(points, points[10][0])
    assert found is not None
    assert found.shift == pytest.approx(-0.305)
    assert (found.n_before, found.n_after) == (10, 5)
    # Exact intervals of 95 % there: (-0.76, 0.15); the normal approximation may lie a step off.
    assert found.low == pytest.approx(-0.76, abs=0.06)
    assert found.high == pytest.approx(0.15, abs=0.06)
    assert not found.notable()


def test_the_same_months_are_compared() -> None:
    """A technique that begins as the season rises did not bring the season."""
    found = effect(months(wave(30)), date(2022, 1, 1))
    assert found is not None
    assert found.seasonal
    assert found.shift == pytest.approx(0, abs=1e-9)
    assert not found.notable()
    lifted = [v + (4.0 if i >= 24 else 0.0) + 0.01 * (i % 7) for i, v in enumerate(wave(36))]
    up = effect(months(lifted), date(2022, 1, 1))
    assert up is not None
    assert up.shift == pytest.approx(4, abs=0.1)
    assert up.notable()


def test_a_rise_that_began_before_is_said() -> None:
    rising = months([float(i) + 0.1 * (i % 3) for i in range(20)])
    found = effect(rising, rising[12][0])
    assert found is not None
    assert found.already


def test_techniques_of_the_same_time() -> None:
    own = technique("form", date(2026, 3, 1))
    others = [own, technique("calls", date(2026, 5, 30)), technique("old", date(2025, 3, 1))]
    others.append(technique("undated", None))
    assert [t.id for t in confounders(own, others)] == ["calls"]
    assert confounders(technique("undated", None), others) == ()


def test_when_the_target_is_reached_at_this_pace() -> None:
    points = [(date(2026, 1, 1) + timedelta(days=30 * i), 10.0 + i) for i in range(10)]
    found = outlook(kpi(direction="up", target=25), points, trend(points))
    assert found is not None
    assert found.on == points[-1][0] + timedelta(days=6 * 30)
    assert found.latest is not None
    assert found.latest >= found.on
    away = outlook(kpi(direction="down", target=5), points, trend(points))
    assert away is not None
    assert away.away
    far = outlook(kpi(direction="up", target=9999), points, trend(points))
    assert far is not None
    assert far.on is None
    assert far.late(date(2099, 1, 1))
    assert outlook(kpi(target=3), points, None) is None
    there = outlook(kpi(direction="up", target=19), points, trend(points))
    assert there is not None
    assert there.reached


def test_the_newest_value_is_one_and_the_same_everywhere() -> None:
    day = date(2026, 6, 30)
    # Written down newest first, and three times on one day: none of those came before.
    points = ((day, 4.0), (day, 9.0), (day, 5.0), (day - timedelta(days=30), 99.0))
    aim = kpi(direction="up", target=8)
    found = course(aim, points, (), (), day)
    assert found.newest == (day, 5.0)
    assert found.outlook is not None
    assert (found.outlook.newest, found.outlook.reached) == (5.0, False)
    assert short_of_target(aim, points) == 5.0
    assert course(aim, (), (), (), day).newest is None


def test_a_value_is_overdue_after_two_intervals() -> None:
    points = months([1.0] * 6)
    last = points[-1][0]
    assert overdue(points, rhythm(points), last + timedelta(days=60)) is None
    assert overdue(points, rhythm(points), last + timedelta(days=100)) == 39
    assert overdue(points, rhythm(points), None) is None


def told(found_points: list[tuple[date, float]], **values: object) -> str:
    start = date(2022, 1, 1)
    techniques = [technique("form", start), technique("calls", start)]
    found = course(kpi(technique="form", **values), found_points, techniques, (), None)
    return message([found], ["Ana Diaz"], "Figures")


def test_a_message_says_what_since_when_and_how_sure() -> None:
    lifted = [v + (4.0 if i >= 24 else 0.0) + 0.01 * (i % 7) for i, v in enumerate(wave(36, 2.0))]
    text = told(months(lifted), unit="visits", direction="up", target=99)
    assert "It rose from about" in text
    assert "At once, with the values from January 2022 on" in text
    assert "compared with the same month" in text
    assert "does not say that it came of it" in text
    assert "“Calls” began at nearly the same time" in text
    assert "The target of 99 visits is not reached" in text
    assert "Tell Ana Diaz what you see" in text


def test_a_message_without_a_change_claims_none() -> None:
    assert "Nothing that stands out" in told(months([1.0, 2.0] * 6))
    assert "Too early to say. 3 values are there" in told(months([1.0, 2.0, 3.0]))
    silent = course(kpi(), (), (), (), None, "nobody measured")
    assert "Nobody can say: nobody measured" in message([silent], [""])


@pytest.mark.parametrize("name", ["*bold* [x](http://e) <b>", "a | b", "# head"])
def test_names_are_no_markup(name: str) -> None:
    found = course(kpi(name=name), months([1.0] * 3), (), (), None)
    line = message([found], [""]).splitlines()[0]
    assert line.replace("\\", "") == f"## {name}"
    assert all(f"\\{c}" in line for c in name if c in "*[]<>|#")
