"""Which side was changed last, by stamps as databases write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching.origins import MOMENTS
from crmaudit.quality.collectors.overlapping.agreement import newer
from crmaudit.quality.plan import Plan

LEFT, RIGHT, UNKNOWN = -1, 1, 0


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(Plan(memory=64), 1) as engine:
        engine.ask(MOMENTS)
        yield engine


def last(engine: Engine, *pairs: tuple[str | None, str | None]) -> list[int]:
    rows = []
    for i, pair in enumerate(pairs):
        given_ = ", ".join("NULL" if v is None else f"'{v}'" for v in pair)
        rows.append(f"({i}, {given_})")
    engine.ask("CREATE OR REPLACE TABLE t (i INTEGER, a VARCHAR, b VARCHAR)")
    engine.ask(f"INSERT INTO t VALUES {', '.join(rows)}")
    return [n for (n,) in engine.ask(f"SELECT {newer('a', 'b')} FROM t ORDER BY i")]


@pytest.mark.parametrize(
    ("left", "right", "side"),
    [
        ("2026-03-05 10:00:00", "2026-03-01 10:00:00", LEFT),
        ("2026-03-01", "2026-03-02", RIGHT),
        (None, "2026-03-02", UNKNOWN),
        ("", "soon", UNKNOWN),
        ("1900-01-01", "2026-03-02", UNKNOWN),
        # Clocks of two places: neither says which.
        ("2026-03-01 10:00:00", "2026-03-01 09:00:00", UNKNOWN),
        ("2026-03-01 23:30:00", "2026-03-02 00:10:00", UNKNOWN),
        ("2026-03-01", "2026-03-01 09:00:00", UNKNOWN),
        ("2026-03-01 10:00:00+02:00", "2026-03-01 09:00:00", UNKNOWN),
        # Both say which.
        ("2026-03-01 10:00:00+02:00", "2026-03-01T09:00:00Z", RIGHT),
        ("2026-03-01 10:00:00.123-0330", "2026-03-01 12:00:00+00", LEFT),
        ("2026-03-01 10:00:00+05:45", "2026-03-01 04:15:00+00:00", UNKNOWN),
        # 2026-03-01 09:00 in UTC.
        ("1772355600", "2026-03-01 10:30:00+01:00", RIGHT),
        ("1772355600000", "2026-03-01 09:30:00+01", LEFT),
    ],
)
def test_the_side_that_was_changed_last(
    engine: Engine, left: str | None, right: str | None, side: int
) -> None:
    assert last(engine, (left, right), (right, left)) == [side, -side]


MOMENT = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(
    lambda d: d.replace(microsecond=0)
)
OFFSET = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


# A statement takes far longer than a row: few examples of many rows.
@settings(max_examples=25)
@given(st.lists(st.tuples(MOMENT, OFFSET, MOMENT, OFFSET), min_size=10, max_size=40))
def test_one_moment_is_one_wherever_it_was_written(
    engine: Engine, given_: list[tuple[datetime, timezone, datetime, timezone]]
) -> None:
    instants = [(a.replace(tzinfo=UTC), b.replace(tzinfo=UTC)) for a, _, b, _ in given_]
    written = [
        (a.astimezone(x).isoformat(" "), b.astimezone(y).isoformat())
        for (a, b), (_, x, _, y) in zip(instants, given_, strict=True)
    ]
    assert last(engine, *written) == [(b > a) - (b < a) for a, b in instants]
