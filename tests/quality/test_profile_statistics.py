"""Every statistic against an independent, slow computation."""

from __future__ import annotations

import math
import statistics
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from profile_fakes import Values, profile_columns, profile_of, quantile, slow_counts

from crmaudit.evidence import ColumnProfile, from_json, to_json
from crmaudit.evidence.privacy import shape
from crmaudit.quality.collectors.column import QUANTILES
from crmaudit.quality.plan import Plan

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=70)
texts = st.lists(
    st.none() | anything | st.sampled_from(["", " ", "\t\u00a0", "a", "b", "\ufffd", "é", "a"]),
    max_size=60,
)


def check_counts(found: ColumnProfile, values: Values) -> None:
    expected = slow_counts(values)
    assert [t.count for t in found.top] == expected.pop("top_counts")
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.filled == expected["rows"] - expected["nulls"] - expected["blanks"]


@SLOW
@given(texts)
def test_counts_lengths_and_shapes_of_texts(values: Values) -> None:
    found = profile_of(values)
    check_counts(found, values)
    filled = [v for v in values if v is not None and found.filled and v.strip(" \t\u00a0")]
    if len(filled) == found.filled and filled:
        shapes = Counter(shape(v) for v in filled)
        assert {s.shape: s.count for s in found.shapes} == dict(
            sorted(shapes.items(), key=lambda s: (-s[1], s[0]))[:10]
        )
        assert found.length_mean == pytest.approx(statistics.fmean(map(len, filled)))


@SLOW
@given(st.lists(st.none() | st.integers(-(10**6), 10**6) | st.integers(1, 9), max_size=80))
def test_moments_and_quantiles_of_integers(numbers: list[int | None]) -> None:
    values: Values = [None if n is None else str(n) for n in numbers]
    found = profile_of(values, "integer", "amount")
    check_counts(found, values)
    read = sorted(n for n in numbers if n is not None)
    assert found.unparsable == 0
    if len(read) < 5:
        assert found.mean is None
        return
    assert found.masking == "none"
    assert (found.minimum, found.maximum) == (str(read[0]), str(read[-1]))
    assert [(q.p, q.value) for q in found.quantiles] == [
        (p, str(quantile(read, p))) for p in QUANTILES
    ]
    assert found.mean == pytest.approx(statistics.fmean(read), rel=1e-12, abs=1e-9)
    assert found.deviation == pytest.approx(statistics.stdev(read), rel=1e-9, abs=1e-9)


@SLOW
@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=5, max_size=80))
def test_moments_and_quantiles_of_numbers(numbers: list[float]) -> None:
    found = profile_of([repr(n) for n in numbers], "double precision", "amount")
    read = sorted(numbers)
    assert found.mean == pytest.approx(statistics.fmean(read), rel=1e-9, abs=1e-9)
    assert found.deviation == pytest.approx(statistics.stdev(read), rel=1e-6, abs=1e-9)
    assert [float(q.value) for q in found.quantiles] == [quantile(read, p) for p in QUANTILES]


@SLOW
@given(st.lists(st.datetimes().map(lambda d: d.replace(microsecond=0)), min_size=5, max_size=50))
def test_range_and_months_of_times(moments: list) -> None:
    found = profile_of([str(m) for m in moments], "timestamp", "created_at")
    assert (found.minimum, found.maximum) == (str(min(moments)), str(max(moments)))
    assert dict(found.months) == dict(Counter(str(m)[:7] for m in moments))
    assert found.checks["type"] == (len(moments), len(moments))


def test_deviation_does_not_cancel() -> None:
    found = profile_of([f"{1_000_000 + i % 2}.5" for i in range(1000)], "numeric(12,2)", "amount")
    assert found.deviation == pytest.approx(statistics.stdev([0, 1] * 500), rel=1e-9)


def test_integers_beyond_64_bits_and_values_that_are_none() -> None:
    values: Values = ["18446744073709551615", "9" * 40, "abc", "", None, "3", "3", "4"]
    found = profile_of(values, "bigint(20) unsigned", "amount")
    assert (found.unparsable, found.blanks, found.nulls) == (2, 1, 1)
    assert found.masking == "shape"
    assert found.maximum == "9" * 20


def test_not_finite_and_impossible_values() -> None:
    numbers = profile_of(
        ["NaN", "Infinity", "-inf", "1e999", "1", "1", "1", "1", "2"], "float8", "x"
    )
    assert numbers.not_finite + numbers.unparsable == 4
    assert numbers.not_finite >= 3
    assert (numbers.minimum, numbers.maximum, numbers.mean) == ("1", "2", 1.2)
    dates = ["0000-00-00", "10000-01-01", "0044-03-15 BC", "infinity", "2026-02-30", "0000-12-01"]
    found = profile_of([*dates, *["2026-02-28"] * 5], "date", "valid_to")
    assert (found.unparsable, found.not_finite) == (5, 1)
    assert found.minimum == found.maximum == "2026-02-28"
    assert found.checks["type"] == (5, 11)


@pytest.mark.parametrize(
    ("type_", "engine", "values", "logical"),
    [
        ("int8", "postgresql", ["1"], "integer"),
        ("bigint(20) unsigned", "mysql", ["1"], "integer"),
        ("UNSIGNED BIG INT", "sqlite", ["1"], "integer"),
        ("varchar(30)", "postgresql", ["1"], "text"),
        ("text", "postgresql", ["1"], "text"),
        ("TIMESTAMP WITH TIME ZONE", "duckdb", ["2026-01-01 10:00:00+01"], "datetime"),
        ("tinyint(1)", "mysql", ["0", "1"], "boolean"),
        ("tinyint(1)", "mysql", ["0", "7"], "integer"),
        ("decimal(10,2)", "mysql", ["1.00"], "number"),
        ("numeric(10,0)", "postgresql", ["1"], "integer"),
        ("bytea", "postgresql", ["<binary 12 bytes>"], "binary"),
        ("json", "postgresql", ["{}"], "text"),
        ("uuid", "postgresql", ["a"], "text"),
        ("interval", "postgresql", ["1 day"], "text"),
        ("integer[]", "postgresql", ["{1}"], "text"),
        ("time without time zone", "postgresql", ["10:00:00"], "time"),
        ("double precision", "postgresql", ["1.5"], "number"),
        ("", "sqlite", ["1", None, "-20"], "integer"),
        ("", "sqlite", ["1", "2.5"], "number"),
        ("TEXT", "sqlite", ["2026-01-31"], "date"),
        ("TEXT", "sqlite", ["2026-01-31 10:00:00", "2026-01-31"], "datetime"),
        ("TEXT", "sqlite", ["yes", "No"], "boolean"),
        ("TEXT", "sqlite", ["007", "8"], "text"),
        ("TEXT", "sqlite", ["2026-13-01"], "text"),
        ("VARCHAR", "folder", ["12e4", "1"], "text"),
        ("", "sqlite", ["<binary 3 bytes>"], "binary"),
        ("", "sqlite", [None, ""], "text"),
        ("", "sqlite", [], "text"),
    ],
)
def test_logical_type(type_: str, engine: str, values: Values, logical: str) -> None:
    found = profile_of(values, type_, engine=engine)
    assert (found.logical, found.type) == (logical, type_)


def test_binary_values_are_measured_not_read() -> None:
    found = profile_of(["<binary 12 bytes>", "<binary 4 bytes>", None], "blob")
    assert (found.distinct, found.uniques, found.top) == (None, None, ())
    assert (found.length_min, found.length_mean, found.length_max) == (4, 8, 12)


def test_checks() -> None:
    mails = [
        "a@b.org",
        "j.doe+x@mail.example.co",
        "ü@exämple.de",
        "a@b",
        "a..b@c.de",
        "n/a",
        "x y@z.org",
        None,
    ]
    found = profile_of([*mails], name="EMail")
    assert found.checks["email syntax"] == (3, 6)
    assert found.checks["placeholder"] == (6, 7)
    assert found.checks["valid"] == (3, 7)
    greeting = profile_of(["Dear friend", "Hello"], name="email_greeting")
    assert "email syntax" not in greeting.checks
    words = profile_of(["n/a", "N/A ", "xxx", "-", "Test", "unknown", "Anna", "Xavier-"], name="x")
    assert words.checks["placeholder"] == (3, 8)  # `unknown` is a code among few values
    dates = ["1900-01-01", "1899-12-30", "2026-01-01", "9999-12-31", "0001-01-01", "2300-01-01"]
    assert profile_of(dates, "date", "d").checks["date plausible"] == (2, 6)
    unix = ["1970-01-01 00:00:00", "1970-01-01 00:00:01"]
    assert profile_of(unix, "timestamp", "d").checks["date plausible"] == (1, 2)


def test_samples_say_so() -> None:
    values: dict[str, Values] = {"a": [str(i % 100) for i in range(50_000)]}
    found = profile_columns(values, {"a": "int"}, plan=Plan(sample=4000))
    column = found.columns[0]
    assert (found.rows, found.rows_method.kind, column.rows) == (50_000, "exact", 4000)
    assert str(column.methods["mean"]) == "sample 4,000 of 50,000"
    assert column.mean == pytest.approx(49.5, abs=2.5)
    assert column == profile_columns(values, {"a": "int"}, plan=Plan(sample=4000)).columns[0]
    first = profile_columns(values, {"a": "int"}, plan=Plan(row_limit=150))
    assert (first.rows, first.columns[0].rows, first.columns[0].distinct) == (50_000, 150, 100)
    assert str(first.columns[0].methods["distinct"]) == "sample 150 of 50,000"
    whole = profile_columns(values, {"a": "int"}, plan=Plan(sample=60_000)).columns[0]
    assert not whole.methods
    assert whole.deviation == pytest.approx(math.sqrt(833.25 * 50_000 / 49_999))


def test_json_round_trip() -> None:
    found = profile_columns(
        {"a": ["x", "x", None], "created_at": ["2026-01-01 10:00:00"] * 3},
        {"created_at": "timestamp"},
    )
    assert from_json(to_json(found)) == found
