"""Seasons, gaps, changes of level and leaning values, against worked and published examples."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.governance.change_point import change_point
from crmaudit.governance.seasons import evened, rhythm, season, without_season
from crmaudit.governance.trend import trend

NILE = [
    *(1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020),
    *(960, 1180, 799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840),
    *(874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120),
    *(1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845),
    *(944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890),
    *(744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919),
    *(718, 714, 740),
]
"""Flow of the Nile at Aswan, 1871 to 1970 (Cobb 1978, Biometrika 65: 243-251)."""


def months(values: list[float], first: int = 2020 * 12) -> list[tuple[date, float]]:
    ends = [date((first + i + 1) // 12, (first + i + 1) % 12 + 1, 1) for i in range(len(values))]
    return [(day - timedelta(days=1), v) for day, v in zip(ends, values, strict=True)]


def wave(n: int, height: float = 10.0) -> list[float]:
    return [round(height * math.sin(2 * math.pi * i / 12), 6) for i in range(n)]


def test_a_yearly_rhythm_is_no_trend() -> None:
    # 30 months end on a rise of the wave: month by month nothing changes at all.
    found = trend(months(wave(30)))
    assert found is not None
    assert found.seasonal
    assert found.p == 1.0
    assert found.slope == pytest.approx(0, abs=1e-9)


def test_the_same_rise_shows_through_the_rhythm() -> None:
    found = trend(months([v + 0.5 * i for i, v in enumerate(wave(36))]))
    assert found is not None
    # Each season rises twice over three years: S = 12 · 3, Var = 12 · 3·2·11/18 = 44.
    assert found.p == pytest.approx(math.erfc(35 / math.sqrt(44) / math.sqrt(2)), rel=1e-6)
    assert found.slope == pytest.approx(6 / 365.25 * 30, rel=0.01)
    assert found.low <= found.slope <= found.high


def test_under_two_years_no_rhythm_is_taken_out() -> None:
    found = trend(months([float(i) for i in range(18)]))
    assert found is not None
    assert not found.seasonal


def test_ten_years_bring_the_covariance_of_the_months() -> None:
    """Hirsch and Slack (1984): where all months move together, a year is one value."""
    years = [float(y) for y in (3, 1, 4, 2, 7, 5, 6, 9, 8, 11, 10, 12)]
    found = trend(months([years[i // 12] for i in range(144)]))
    assert found is not None
    # All twelve months are the same series: Var(ΣS) = 12² · Var(S), so the factor is 12.
    assert found.factor == pytest.approx(12.0)
    s = sum((b > a) - (b < a) for i, a in enumerate(years) for b in years[i + 1 :])
    variance = 144 * 12 * 11 * 29 / 18
    assert found.p == pytest.approx(math.erfc((12 * s - 1) / math.sqrt(variance) / math.sqrt(2)))


def test_leaning_values_make_it_less_sure() -> None:
    shuffling = random.Random(4)
    value, leaning, plain = 0.0, [], []
    for i in range(60):
        noise = shuffling.gauss(0, 1)
        value = 0.8 * value + noise
        leaning.append(value)
        plain.append(noise + 0.001 * i)
    days = [date(2015, 1, 1) + timedelta(days=100 * i) for i in range(60)]
    a, b = (trend(list(zip(days, v, strict=True))) for v in (leaning, plain))
    assert a is not None
    assert b is not None
    assert a.factor > 1.5
    assert b.factor == 1.0
    assert not a.independent


def test_false_alarms_are_as_rare_as_said() -> None:
    """Two hundred series without a trend: about one in twenty may look like one."""
    shuffling = random.Random(7)
    alarms = {12: 0, 24: 0, 48: 0}
    for n in alarms:
        for _ in range(200):
            found = trend(months([shuffling.gauss(0, 1) + w for w in wave(n, 3.0 * (n > 12))]))
            alarms[n] += found is not None and found.notable()
    assert all(count <= 200 * 0.09 for count in alarms.values()), alarms


def test_weeks_and_months_even_out_what_happens_within() -> None:
    # Sundays are nought: 20 weeks of days become 20 values.
    first = date(2026, 1, 5)
    daily = [(first + timedelta(days=i), 0.0 if i % 7 == 6 else 5.0) for i in range(140)]
    assert evened(daily) == [(first + timedelta(days=6 + 7 * i), 5.0) for i in range(20)]
    # Over two years the weeks become months, so that seasons can be seen.
    weekly = [(first + timedelta(days=7 * i), float(i)) for i in range(120)]
    brought = evened(weekly)
    assert len(brought) == 28
    assert season(brought) is not None


def test_a_quarter_needs_three_years() -> None:
    quarters = [(date(2020 + i // 4, 3 * (i % 4) + 3, 28), float(i)) for i in range(12)]
    assert season(quarters) is not None
    assert season(quarters[:8]) is None


def test_the_nile_changed_in_1899() -> None:
    """The flow fell from 1899 on: Cobb (1978), and Pettitt's test in every package since."""
    assert sum(NILE) == 91935, "the mean that is published is 919.35"
    found = change_point([(date(1871 + i, 12, 31), float(v)) for i, v in enumerate(NILE)])
    assert found is not None
    assert found.since == date(1899, 12, 31)
    assert (found.before, found.after) == (1130.0, 842.5)
    assert found.sudden
    assert found.p == 0.001


def test_a_steady_rise_is_not_sudden() -> None:
    found = change_point(months([float(i) for i in range(20)]))
    assert found is not None
    assert not found.sudden


def test_a_step_is_dated_through_the_rhythm() -> None:
    values = [v + (8.0 if i >= 20 else 0.0) + 0.1 * (i % 3) for i, v in enumerate(wave(36))]
    found = change_point(months(values))
    assert found is not None
    assert found.since == months(values)[20][0]
    assert found.sudden
    assert found.notable()


def test_nothing_changes_in_a_flat_series() -> None:
    found = change_point(months([5.0] * 12))
    assert found is not None
    assert found.p == 1.0
    assert not found.notable()
    assert change_point(months([5.0] * 7)) is None


def test_missing_stretches_and_a_changed_interval_are_named() -> None:
    whole = months([float(i % 5) for i in range(12)])
    found = rhythm([*whole[:4], *whole[7:]])
    assert found.interval == "month"
    ((gap),) = found.missing
    assert (gap.after, gap.before, gap.values) == (whole[3][0], whole[7][0], 3)
    weekly = [(whole[-1][0] + timedelta(days=7 * i), 1.0) for i in range(1, 9)]
    changed = rhythm([*whole, *weekly])
    (switch,) = changed.switches
    assert (switch.was, switch.now, switch.since) == ("month", "week", whole[-1][0])
    assert changed.missing == ()


def test_weekends_are_no_holes() -> None:
    first = date(2026, 1, 5)
    days = [first + timedelta(days=i) for i in range(28)]
    found = rhythm([(d, 1.0) for d in days if d.weekday() < 5])
    assert (found.interval, found.missing) == ("day", ())


def test_an_outlier_is_named_and_a_rhythm_is_none() -> None:
    values = wave(36)
    values[17] += 60
    points = months([v + 0.3 * ((i * 7) % 5) for i, v in enumerate(values)])
    found = rhythm(points)
    assert found.outliers == (points[17],)


points_of_any_kind = st.lists(
    st.tuples(
        st.dates(date(2000, 1, 1), date(2030, 12, 31)),
        st.floats(-1e9, 1e9, allow_nan=False),
    ),
    max_size=40,
)


@given(points_of_any_kind)
def test_any_series_gets_an_answer(points: list[tuple[date, float]]) -> None:
    rhythm(points)
    assert len(without_season(evened(points), None)) == len(evened(points))
    found = trend(points)
    if found is not None:
        assert 0 <= found.p <= 1
        assert found.low <= found.high
        mirrored = trend([(d, -v) for d, v in points])
        assert mirrored is not None
        assert mirrored.p == pytest.approx(found.p)
        assert mirrored.slope == pytest.approx(-found.slope)
    broken = change_point(points)
    if broken is not None:
        assert 0 < broken.p <= 1
