"""Where duplicates come from, and what a sample tells of all records."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from entity_catalogs import column
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence import Cause, ColumnProfile, Estimate
from crmaudit.evidence.privacy import ACCOUNT
from crmaudit.key import Key
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import MARK_COLUMNS
from crmaudit.quality.collectors.matching.kept import clusters, sizes
from crmaudit.quality.collectors.matching.origins import counted, later
from crmaudit.quality.collectors.matching.records import make
from crmaudit.quality.collectors.matching.sampling import Sample
from crmaudit.quality.matching.causes import MOST, Counted, causes
from crmaudit.quality.plan import Plan

KEY = Key(b"1" * 32)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(Plan(memory=128), 1) as engine:
        make(engine)
        yield engine


def put(engine: Engine, things: str, key: str = "{n}", **marks: list[Any]) -> None:
    """Records, a letter of `things` each for what they stand for, with their marks."""
    for n, _ in enumerate(things):
        values = {name: several[n] for name, several in marks.items()}
        names = ", ".join(["n", "system", "tab", '"key"', "filled", *values])
        told = ", ".join("NULL" if v is None else f"'{v}'" for v in values.values())
        line = f"{n}, 'crm', 'people', '{key.format(n=n)}', {n}" + (f", {told}" if told else "")
        engine.ask(f"INSERT INTO records ({names}) VALUES ({line})")
    heads = ", ".join(f"({n}, {things.index(t)})" for n, t in enumerate(things))
    engine.ask(f"CREATE TABLE members AS SELECT * FROM (VALUES {heads}) m(n, thing)")
    engine.ask(
        "CREATE TABLE scored AS SELECT a.n AS l, b.n AS r, 9.0::DOUBLE AS weight, "
        "0.99 - a.n / 100 AS probability, 'same' AS state, '' AS rule "
        "FROM members a JOIN members b ON a.thing = b.thing AND a.n < b.n"
    )


def shares(engine: Engine) -> dict[int, float]:
    return dict(engine.ask("SELECT n, share FROM came ORDER BY n"))


def told(
    engine: Engine, columns: dict[str, list[ColumnProfile]] | None = None, key: Key | None = KEY
) -> dict[tuple[str, str], tuple[float, int]]:
    found = counted(engine, key, columns or {})
    return {(c.by, c.value): (c.duplicates, c.records) for c in found}


def test_the_later_one_is_the_duplicate(engine: Engine) -> None:
    made = ["2024-05-01", "2023-01-01 10:00:00", "2024-01-01", None, "1577836800", "2019-12-31"]
    put(engine, "AABBCC", created_at=made)
    known = later(engine)
    assert (known.things, known.dated, known.numbered, known.unknown) == (3, 2, 1, 0)
    # A: the second was made first; B: only one has a date, so the keys tell; C: of one day.
    assert shares(engine) == {0: 1, 1: 0, 2: 0, 3: 1, 4: 1, 5: 0}


def test_where_nothing_tells_nobody_is_singled_out(engine: Engine) -> None:
    put(engine, "AAABC", key="k{n}", created_by=["1", "1", "2", "2", "2"])
    known = later(engine)
    assert (known.things, known.unknown) == (1, 1)
    assert shares(engine) == {n: pytest.approx(2 / 3) for n in range(3)}
    by = told(engine)
    one, two = (KEY.pseudonym(ACCOUNT, n) for n in "12")
    assert by["author", one] == pytest.approx((4 / 3, 2))
    assert by["author", two] == pytest.approx((2 / 3, 3))


def test_accounts_are_pseudonyms_and_one_account_is_one(engine: Engine) -> None:
    put(engine, "AABB", created_by=["7", "7.0", " 7 ", "8"])
    later(engine)
    by = told(engine)
    assert by["author", KEY.pseudonym(ACCOUNT, "7")] == (1, 3)
    assert not any(origin == "author" for origin, _ in told(engine, key=None))


def test_months_sources_batches_and_units(engine: Engine) -> None:
    put(
        engine,
        "AABCDEFFGH",
        created_at=["2024-05-01"] * 5 + ["2024-06-01"] * 5,
        source=["web"] * 5 + ["post"] * 5,
        import_batch=[None, "imp-7"] + [None] * 7 + ["imp-7"],
        unit=["1"] * 10,
    )
    later(engine)
    source = replace(column("source", rows=10), distinct=2)
    by = told(engine, {"source": [source]})
    # Nothing is known of the columns of batches and units, so their values are shown by shape; of
    # the things, 1 was imported although 0 had been typed in.
    wanted = {
        ("month", "2024-05"): (1, 5),
        ("month", "2024-06"): (1, 5),
        ("source", "web"): (1, 5),
        ("source", "post"): (1, 5),
        ("import batch", "a-9"): (1, 2),
        ("unit", "9"): (2, 10),
        ("feed", "imported after it had been typed in"): (1, 2),
        ("feed", "typed in after an import had brought it"): (0, 8),
    }
    assert by == wanted


def test_names_of_batches_are_masked_and_stay_apart(engine: Engine) -> None:
    put(engine, "AAAAA" * 2, import_batch=["Miller list"] * 5 + ["Carter list"] * 5)
    later(engine)
    code = replace(column("import_batch", rows=10, meaning="category"), distinct=2)
    for batch in (code, replace(code, semantic=None), replace(code, name="import_name")):
        by = told(engine, {"import_batch": [batch]})
        assert {v for b, v in by if b == "import batch"} == {"Aa a", "Aa a (2)"}


def test_what_the_profile_masks_is_masked_in_causes(engine: Engine) -> None:
    """Of the records compared few have other values, of the column's rows many have."""
    put(engine, "AAAAA" * 2, source=["web"] * 5 + ["jane miller"] * 5)
    later(engine)
    few = replace(column("source", rows=10), distinct=2)
    by = told(engine, {"source": [few]})
    assert {v for b, v in by if b == "source"} == {"web", "a a"}
    many = replace(few, rows=10_000, distinct=900)
    by = told(engine, {"source": [many]})
    assert {v for b, v in by if b == "source"} == {"a", "a a"}


def test_causes_by_excess_over_the_average_of_all_records() -> None:
    found = causes(
        [
            Counted("source", "web", 10, 100),
            Counted("source", "post", 30, 1000),
            Counted("source", "never", 0, 10),
            Counted("author", "acct-1", 4, 4),
            Counted("author", "acct-2", 5, 5),
        ],
        rate=0.05,
    )
    assert [c.value for c in found if c.by == "source"] == ["web", "post"]
    assert [c for c in found if c.by == "author"] == [Cause("author", "acct-2", 5, 5)]


@given(
    st.lists(st.tuples(st.floats(0, 50), st.integers(1, 50)).map(lambda t: (min(t), t[1]))),
    st.floats(0, 1),
)
def test_no_cause_has_more_duplicates_than_records(
    values: list[tuple[float, int]], rate: float
) -> None:
    found = causes((Counted("month", f"{i}", d, n) for i, (d, n) in enumerate(values)), rate)
    assert len(found) <= MOST
    assert all(0 <= c.duplicates <= c.records for c in found)
    excess = [c.duplicates - rate * c.records for c in found]
    assert all(a >= b - 1.01 for a, b in pairwise(excess))


def test_clusters_are_kept_with_a_survivor(engine: Engine) -> None:
    put(engine, "ABACA", modified_at=["2024-01-02", None, None, None, "1577836800"])
    later(engine)
    assert sizes(engine) == {3: 1}
    (one,) = clusters(engine, KEY)
    assert [m.id for m in one.members] == [KEY.record("crm", "people", str(n)) for n in (0, 2, 4)]
    assert [m.modified for m in one.members] == ["2024-01-02 00:00:00", "", "2020-01-01 00:00:00"]
    assert one.members[one.survivor].filled == 4
    assert one.least == pytest.approx(0.97)
    assert [m.id for m in clusters(engine, None)[0].members] == ["", "", ""]


def test_some_of_many_clusters_the_largest_among_them(engine: Engine) -> None:
    engine.ask("INSERT INTO records (n, system, tab, \"key\", filled) "
               "SELECT range, 'crm', 'people', range::VARCHAR, 1 FROM range(100)")  # fmt: skip
    engine.ask(
        "CREATE TABLE members AS SELECT range AS n, "
        "CASE WHEN range >= 90 THEN 90 ELSE range - range % 2 END AS thing FROM range(100)"
    )
    engine.ask(
        "CREATE TABLE scored (l BIGINT, r BIGINT, weight DOUBLE, probability DOUBLE, "
        "state VARCHAR, rule VARCHAR)"
    )
    assert sizes(engine) == {2: 45, 10: 1}
    found = clusters(engine, KEY, most=8)
    assert len(found) == 8
    assert len(found[0].members) == 10
    assert found == clusters(engine, KEY, most=8)
    every = clusters(engine, KEY)
    assert len(every) == 46
    assert set(found) <= set(every)


# A sample


def test_a_sample_is_the_same_again_and_numbered_without_gaps(engine: Engine) -> None:
    put(engine, "A" * 40)
    sample = Sample.of(engine, 10)
    assert sample.total == 40
    assert 1 <= sample.n < 25
    assert [n for (n,) in engine.ask("SELECT n FROM records ORDER BY n")] == list(range(sample.n))
    assert str(sample.method) == f"sample {sample.n} of 40"
    assert f"{sample.n} of 40 records" in sample.note
    assert Sample.of(engine, 10**6).method is None


@given(st.integers(0, 2**32 - 1))
def test_what_a_sample_says_of_all_holds_the_truth(seed: int) -> None:
    """Things of one to three records, thinned at random: the estimate is not biased."""
    import numpy as np

    random = np.random.default_rng(seed)
    true = {1: 60_000, 2: 15_000, 3: 2_000}
    total = sum(size * many for size, many in true.items())
    surplus = sum((size - 1) * many for size, many in true.items())
    left: Counter[int] = Counter()
    for size, many in true.items():
        for j, times in Counter(random.binomial(size, 0.4, many).tolist()).items():
            left[j] += times
    n = sum(j * many for j, many in left.items())
    there = sum((j - 1) * many for j, many in left.items() if j)
    found = {j: many for j, many in left.items() if j > 1}
    exact = Estimate(there, there, there)
    told, estimated = Sample(n, total).scaled(found, there, exact)
    # 1.96 standard errors hold it in 19 of 20 cases; three of them nearly always.
    error = (estimated.high - estimated.low) / 2 / 1.96
    assert abs(told - surplus) < 5 * error + 5 * math.sqrt(surplus)
    assert estimated.low <= told <= estimated.high
    assert error < 0.05 * surplus


def test_all_records_need_no_scaling() -> None:
    estimate = Estimate(5, 4, 6)
    assert Sample(10, 10).scaled({2: 5}, 5, estimate) == (5, estimate)
    assert Sample(10, 100).scaled({}, 0, estimate) == (0, estimate)


def test_marks_have_columns() -> None:
    assert MARK_COLUMNS["unit"] == "unit"
