"""Faults between columns, rows without any, and which cells they are in."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import pytest
from databases import Database
from hypothesis import given, settings
from hypothesis import strategies as st
from profile_fakes import ListSource, Values, profile_columns

from crmaudit.evidence import Dependency, MissingPattern, TableProfile
from crmaudit.evidence.semantic import SemanticType
from crmaudit.quality.collectors import staging
from crmaudit.quality.collectors.cells import cells
from crmaudit.quality.plan import Plan
from crmaudit.sources import open_source

Meanings = Callable[[Mapping[str, SemanticType]], None]
TOWNS = ["Leeds", "York", "Hull", "Ripon", "Selby", "Otley", "Ilkley", "Whitby", "Thirsk", "Malton"]


def told(profile: TableProfile) -> dict[tuple[str, tuple[str, ...]], int]:
    return {(f.kind, f.columns): f.rows for f in profile.faults}


def test_a_town_that_no_other_row_has_for_its_postcode(kept: str, meanings: Meanings) -> None:
    meanings({"zip": "postcode", "town": "city"})
    columns: dict[str, Values] = {
        "zip": [f"{10_000 + i % 40}" for i in range(800)],
        "town": [TOWNS[i % 10] for i in range(800)],
    }
    sound = profile_columns(columns)
    assert sound.dependencies == (Dependency("zip", "town", 800, 800),)
    assert (sound.faults, sound.clean) == ((), 800)
    for row in (5, 77, 300):
        columns["town"][row] = TOWNS[(row + 1) % 10]
    found = profile_columns(columns)
    assert told(found) == {("broken dependency", ("town", "zip")): 3}
    assert found.dependencies == (Dependency("zip", "town", 797, 800),)
    assert (found.clean, found.looked_at) == (797, 800)
    assert found.faults[0].example in ("Aa", "AAa")


def test_british_postcodes_tell_the_town_by_their_first_part(kept: str, meanings: Meanings) -> None:
    meanings({"zip": "postcode", "town": "city"})
    columns: dict[str, Values] = {
        "zip": [
            f"L{i % 10} {i % 7}{'ABDEFGHJ'[i % 8]}{'ABDEFGHJ'[i // 8 % 8]}" for i in range(500)
        ],
        "town": [TOWNS[i % 10] for i in range(500)],
    }
    columns["town"][3] = "Leeds"
    assert told(profile_columns(columns)) == {("broken dependency", ("town", "zip")): 1}


def test_the_cell_that_several_columns_contradict_is_to_blame(kept: str) -> None:
    columns: dict[str, Values] = {
        "code": [f"k{i % 30}" for i in range(600)],
        "label": [f"label of {i % 30}" for i in range(600)],
        "place": [f"place {i % 30}" for i in range(600)],
    }
    columns["code"][7] = "k9"
    found = profile_columns(columns)
    assert {f.columns[0] for f in found.faults} == {"code"}
    source = ListSource({"t": columns})
    assert list(cells(source, source.tables[0])) == [(7, "code", "broken dependency")]


def test_what_hardly_varies_depends_on_nothing(kept: str, meanings: Meanings) -> None:
    drawn = random.Random(3)
    found = profile_columns(
        {
            "code": [f"k{i % 30}" for i in range(900)],
            "rare": ["yes" if drawn.random() < 0.02 else "no" for _ in range(900)],
            "any": [drawn.choice("abcdefgh") for _ in range(900)],
        }
    )
    assert (found.faults, found.dependencies, found.clean) == ((), (), 900)


def test_dates_in_order(kept: str, meanings: Meanings) -> None:
    meanings({"born": "birth date", "made": "created at", "changed": "modified at"})
    columns: dict[str, Values] = {
        "made": ["2020-05-05 10:00:00"] * 100,
        "changed": [*["2020-05-05 10:00:00"] * 98, "2020-05-05 09:59:59", None],
        "born": [*["1970-02-03"] * 97, "2021-01-01", "1900-01-01", "2020-05-05"],
        "opened_on": [*["2020-01-02"] * 99, ""],
        "closed_on": ["2020-01-01", *["2020-01-02"] * 98, "1999-01-01"],
    }
    types = dict.fromkeys(["made", "changed"], "timestamp")
    types |= dict.fromkeys(["born", "opened_on", "closed_on"], "date")
    found = profile_columns(columns, types)
    assert told(found) == {
        ("order of dates", ("changed", "made")): 1,
        ("order of dates", ("made", "born")): 1,
        ("order of dates", ("closed_on", "opened_on")): 1,
    }
    assert {(o.earlier, o.later, o.kept, o.rows) for o in found.orders} == {
        ("made", "changed", 98, 99),
        ("born", "made", 99, 100),
        ("opened_on", "closed_on", 98, 99),
    }
    future = [f for f in found.column("born").faults if f.kind == "date in the future"]
    assert [f.rows for f in future] == [1]
    # Rows 0, 97, 98 and 99 are at fault: 98 for its default birth date too.
    assert found.clean == 97


def test_days_that_lie_ahead_in_earnest(kept: str, meanings: Meanings) -> None:
    meanings({"made": "created at", "due_on": "date", "paid_on": "date", "seen_on": "date"})
    days: Values = ["2020-05-01"] * 400
    found = profile_columns(
        {
            "made": ["2020-05-05 10:00:00"] * 400,
            "due_on": [*days[:398], "2031-01-01", "2031-01-01"],
            "paid_on": [*days[:398], "2031-01-01", "2031-01-01"],
            "seen_on": [*days[:200], *["2031-01-01"] * 200],
        },
        {"made": "timestamp", "due_on": "date", "paid_on": "date", "seen_on": "date"},
    )
    assert {c.name: c.faults[0].rows for c in found.columns if c.faults} == {"paid_on": 2}


def test_values_in_each_others_column(kept: str, meanings: Meanings) -> None:
    meanings({"f": "given name", "l": "family name", "town": "city", "zip": "postcode"})
    first, last = ["Anna", "Paul", "Jean", "Tess"], ["Wolf", "Hahn", "Roth", "Beck", "Kurz"]
    columns: dict[str, Values] = {
        "f": [first[i % 4] for i in range(200)],
        "l": [last[i % 5] for i in range(200)],
        "town": [TOWNS[i % 10] for i in range(200)],
        "zip": [f"{10_000 + i * 13 % 97}" for i in range(200)],
    }
    for row in (4, 9):
        columns["f"][row], columns["l"][row] = columns["l"][row], columns["f"][row]
    columns["town"][50], columns["zip"][50] = columns["zip"][50], columns["town"][50]
    found = told(profile_columns(columns))
    assert found["swapped columns", ("f", "l")] == 2
    assert found["swapped columns", ("town", "zip")] == 1
    source = ListSource({"t": columns})
    swapped = {
        (r, c) for r, c, kind in cells(source, source.tables[0]) if kind == "swapped columns"
    }
    assert swapped == {(4, "f"), (4, "l"), (9, "f"), (9, "l"), (50, "town"), (50, "zip")}


def test_columns_that_are_empty_together(kept: str) -> None:
    found = profile_columns(
        {
            "id": [str(i) for i in range(10)],
            "a": [None, None, "", " ", *["x"] * 6],
            "b": [None, None, None, "x", *["x"] * 6],
            "never": [None] * 10,
        }
    )
    assert found.missing == (
        MissingPattern((), 6),
        MissingPattern(("a", "b"), 3),
        MissingPattern(("a",), 1),
    )


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 70).flatmap(
        lambda width: st.lists(st.lists(st.booleans(), min_size=width, max_size=width), min_size=1)
    )
)
def test_patterns_as_counted_slowly(rows: list[list[bool]]) -> None:
    columns: dict[str, Values] = {
        f"c{i}": [None if row[i] else "x" for row in rows] for i in range(len(rows[0]))
    }
    partly = [n for n, v in columns.items() if 0 < v.count(None) < len(v)]
    counted: dict[tuple[str, ...], int] = {}
    for i in range(len(rows)):
        key = tuple(n for n in partly if columns[n][i] is None)
        counted[key] = counted.get(key, 0) + 1
    found = {p.columns: p.rows for p in profile_columns(columns).missing}
    assert sorted(found.values()) == sorted(sorted(counted.values())[-12:] if partly else [])
    assert all(counted[key] == n for key, n in found.items())


def test_custom_fields_that_hardly_anybody_fills(kept: str) -> None:
    rare: Values = ["x", *[None] * 199]
    found = profile_columns(
        {
            "id": [str(i) for i in range(200)],
            "shirt_c": rare,
            "shirt": rare,
            "never_c": [None] * 200,
            "size_c": ["x"] * 200,
        }
    )
    assert told(found) == {
        ("unused custom field", ("shirt_c",)): 199,
        ("unused custom field", ("never_c",)): 200,
    }
    assert found.clean == 200, "an empty field is no fault of a row"


@pytest.mark.parametrize(
    ("small", "rows", "width"), [(2**15, 1, 210), (2**15, 40, 210), (0, 2, 60)]
)
def test_wide_tables_and_single_rows(
    monkeypatch: pytest.MonkeyPatch, small: int, rows: int, width: int
) -> None:
    monkeypatch.setattr(staging, "SMALL", small)
    found = profile_columns(
        {f"c{i}": [str((i + j) % 7) for j in range(rows)] for i in range(width)}
    )
    assert found.provenance.status.state == "done", found.provenance.status
    assert found.looked_at == rows


def test_held_and_staged_tables_have_the_same_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = random.Random(5)
    columns: dict[str, Values] = {
        "code": [f"k{drawn.randrange(25)}" for _ in range(700)],
        "city": [drawn.choice([*TOWNS, "leeds", " York", None, "xxx"]) for _ in range(700)],
        "created_at": [f"2026-0{drawn.randrange(1, 9)}-03 10:00:00" for _ in range(700)],
        "modified_at": [f"2026-0{drawn.randrange(5, 9)}-03 10:00:00" for _ in range(700)],
    }
    columns["label"] = [
        f"label {v}" if drawn.random() > 0.01 else "label k0" for v in columns["code"]
    ]
    types = {"created_at": "timestamp", "modified_at": "timestamp"}
    held = profile_columns(columns, types)
    monkeypatch.setattr(staging, "SMALL", 0)
    staged = profile_columns(columns, types)
    assert held.faults
    for name in ("faults", "dependencies", "orders", "clean", "missing", "columns"):
        assert getattr(held, name) == getattr(staged, name), name


def test_a_large_table_is_tried_on_a_sample_and_counted_whole() -> None:
    rows = 60_000
    columns: dict[str, Values] = {
        "id": [str(i) for i in range(rows)],
        "code": [f"k{i * 7919 % 3001}" for i in range(rows)],
    }
    columns["label"] = [f"label {v}" for v in columns["code"]]
    for i in range(0, rows, 1000):
        columns["label"][i] = "label k1" if columns["label"][i] != "label k1" else "label k2"
    first, second = profile_columns(columns), profile_columns(columns)
    assert told(first) == {("broken dependency", ("label", "code")): 60}
    assert first.clean == rows - 60
    assert (first.faults, first.dependencies) == (second.faults, second.dependencies)


def test_faults_of_a_sample_say_so() -> None:
    columns: dict[str, Values] = {"city": [*TOWNS, " Leeds"] * 1000}
    (fault,) = profile_columns(columns, plan=Plan(sample=5000)).column("city").faults
    assert (fault.sampled, fault.of) == (5000, 5000)
    assert 300 < fault.rows < 620
    (fault,) = profile_columns(columns).column("city").faults
    assert (fault.sampled, fault.rows, fault.of) == (None, 1000, 11_000)


def test_cells_are_numbered_as_the_rows_come(kept: str) -> None:
    towns: Values = [TOWNS[i % 10] for i in range(40_000)]
    for row in (0, 17, 12_345, 39_999):
        towns[row] = f"{towns[row]} "
    source = ListSource({"t": {"city": towns}})
    found = list(cells(source, source.tables[0], Plan(sample=10)))
    assert found == [(r, "city", "surrounding blanks") for r in (0, 17, 12_345, 39_999)]
    nothing = ListSource({"t": {"city": []}})
    assert list(cells(nothing, nothing.tables[0])) == []


def test_the_same_cells_in_every_dialect(db: Database) -> None:
    rows = [
        (
            i,
            TOWNS[i % 10],
            "closed" if i % 3 else "open",
            "2026-01-02 10:00:00",
            "2026-01-03 10:00:00",
        )
        for i in range(60)
    ]
    rows[5] = (5, "unknown", "CLOSED", "2026-01-02 10:00:00", "2026-01-01 10:00:00")
    db.execute(
        [
            "CREATE TABLE people (id integer PRIMARY KEY, city varchar(40), status varchar(20), "
            "created_at timestamp NULL, modified_at timestamp NULL)",
            *(f"INSERT INTO people VALUES {row!r}" for row in rows),
        ]
    )
    with open_source(db.url) as source:
        (table,) = (t for t in source.catalog("crm").tables if t.name == "people")
        found = {(column, kind) for row, column, kind in cells(source, table)}
    assert found == {
        ("city", "placeholder"),
        ("status", "inconsistent case"),
        ("modified_at", "order of dates"),
    }
